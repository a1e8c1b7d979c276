package hall

// decodeConcern reads the body of a deed about concerns 诉求; ErrUnknownType where the type is none of them.
func decodeConcern(Type, []byte) (Fact, error) { return nil, ErrUnknownType }
