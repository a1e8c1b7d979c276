package hall

// CatalogueWhy is why an agent does not put a version of its hall's catalogue in force.
type CatalogueWhy string

// The reasons. The last three pass by themselves, when the people concerned have gone home.
const (
	CatalogueOtherHall CatalogueWhy = "other_hall" // it is of another hall than the agent's
	CatalogueDamaged   CatalogueWhy = "damaged"    // its text is not what its digest says, or too long
	CatalogueMalformed CatalogueWhy = "malformed"  // it cannot be read, or contradicts itself
	CatalogueNotNamed  CatalogueWhy = "not_named"  // it shares the hall out among agents, and the agent is none of them
	CataloguePadWindow CatalogueWhy = "pad_window" // a device of the agent hangs at a window that it leaves out
	CatalogueWaits     CatalogueWhy = "waits"      // somebody waits, or may come back, for what it leaves out
	CatalogueServed    CatalogueWhy = "served"     // somebody is called or served for what it leaves out
	CatalogueStaffed   CatalogueWhy = "staffed"    // somebody is signed on at a window, or by a badge, that it leaves out
)

// Passes reports whether the reason is gone when people have gone home: until then the agent tries again by itself.
func (w CatalogueWhy) Passes() bool {
	return w == CatalogueWaits || w == CatalogueServed || w == CatalogueStaffed
}
