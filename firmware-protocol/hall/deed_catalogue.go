package hall

// TypeCataloguePublished is what is said of the versions of halls' catalogues.
const TypeCataloguePublished Type = "catalogue.published"

// CataloguePublished: from now on the hub sends this version to the hall's agent. About is the hall's id. The zero Person
// found it in the hall's file, as the first. The text lies apart, under its digest.
type CataloguePublished struct {
	Act
	Version uint64  `json:"version"` // of the hall, from 1
	SHA     string  `json:"sha"`     // SHA-256 of the text, hex
	Why     *Sealed `json:"why,omitempty"`
}

// Sealed implements Texts.
func (c CataloguePublished) Sealed() []Sealed {
	if c.Why == nil {
		return nil
	}
	return []Sealed{*c.Why}
}

// decodeCatalogue reads the body of a deed about catalogues; ErrUnknownType where the type is none of them.
func decodeCatalogue(t Type, body []byte) (Fact, error) {
	if t != TypeCataloguePublished {
		return nil, ErrUnknownType
	}
	return decode[CataloguePublished](body)
}

// Type implements Fact.
func (CataloguePublished) Type() Type { return TypeCataloguePublished }
