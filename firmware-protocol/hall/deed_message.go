package hall

// decodeMessage reads the body of a deed about messages to citizens; ErrUnknownType where the type is none of them.
func decodeMessage(Type, []byte) (Fact, error) { return nil, ErrUnknownType }
