package hall

// decodeRepair reads the body of a deed about repairs; ErrUnknownType where the type is none of them.
func decodeRepair(Type, []byte) (Fact, error) { return nil, ErrUnknownType }
