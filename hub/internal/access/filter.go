package access

import "slices"

// Filter is what an account reaches of a kind of things, for lists. Its zero value takes nothing.
type Filter struct {
	reach Reach
	// WithServed: what another unit owns and a clerk of Unit served is taken too.
	WithServed bool
	// NeedsHall: what belongs to no hall is not taken.
	NeedsHall bool
	// NeedsConsent: only what a rater who gave his name and agreed to be called said.
	NeedsConsent bool
	// SeesHidden: leads on misconduct are taken too.
	SeesHidden bool

	Places  []string // paths in the tree; none: all
	Halls   []string // ids; none: all of Places
	Unit    string   // empty: all
	Badge   string   // with Account: one of the two must be its own
	Account string
}

// Scope returns what who reaches by a.
func Scope(who Account, a Action) Filter {
	reach := ReachOf(who.Role, a)
	f := Filter{reach: reach, SeesHidden: who.Role == Centre || who.Role == Supervisor}
	if reach == None || reach == All {
		return f
	}
	f.Places, f.Halls = who.Places, who.Halls
	f.NeedsConsent = needsConsent(who.Role, a)
	switch reach {
	case Own:
		f.Badge, f.Account = who.Badge, who.Name
	case Unit:
		f.Unit = who.Unit
		f.WithServed = a == RepairsList || a == AppealsOpen
		if who.Role == Centre {
			f.Unit = CentreUnit // whatever unit he came from
		}
		if f.Unit == "" {
			return Filter{} // an account that should have a unit and has none reaches nothing
		}
	case Hall:
		f.NeedsHall = true
	}
	return f
}

// Empty reports whether the filter takes nothing, whatever it is asked.
func (f Filter) Empty() bool { return f.reach == "" || f.reach == None }

// Takes reports whether the filter takes o.
func (f Filter) Takes(o Object) bool {
	switch {
	case f.Empty(), o.Hidden && !f.SeesHidden:
		return false
	case f.reach == All:
		return true
	case f.NeedsConsent && !o.Consented:
		return false
	}
	return f.takesPlace(o) && f.takesOwner(o)
}

// Confined reports whether the filter is bound to places or halls.
func (f Filter) Confined() bool { return len(f.Places) > 0 || len(f.Halls) > 0 }

func (f Filter) takesPlace(o Object) bool {
	switch {
	case f.reach == Own && o.Hall == "" && o.Place == nil:
		return true // what is somebody's own need not lie anywhere
	case f.NeedsHall && o.Hall == "", len(f.Halls) > 0 && !slices.Contains(f.Halls, o.Hall):
		return false
	}
	return len(f.Places) == 0 || within(o.Place, f.Places)
}

func (f Filter) takesOwner(o Object) bool {
	switch f.reach {
	case Own:
		return f.Account != "" && f.Account == o.Account || f.Badge != "" && f.Badge == o.Badge
	case Unit:
		return f.Unit == o.Unit || f.WithServed && f.Unit == o.Served
	}
	return true
}

// Site is a hall and where it lies.
type Site struct {
	ID    string
	Place []string
}

// In returns the halls of all that the filter reaches, in their order, and whether it must be asked for them: false
// means that every hall is taken, also one that is not in all.
func (f Filter) In(all []Site) (halls []string, confined bool) {
	for _, s := range all {
		if !f.Empty() && (f.reach == All || f.takesPlace(Object{Hall: s.ID, Place: s.Place})) {
			halls = append(halls, s.ID)
		}
	}
	return halls, f.Empty() || f.Confined()
}
