package hall

// decodePrivate reads the body of a deed about private data; ErrUnknownType where the type is none of them.
func decodePrivate(Type, []byte) (Fact, error) { return nil, ErrUnknownType }
