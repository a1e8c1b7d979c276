package figures

// Repair is what the figures need of one repair 差评整改工单 (domain §4).
type Repair struct {
	Repaired   bool // answered or closed, and not reopened since
	InTime     bool // it was repaired by its deadline, extensions included
	Overdue    bool // its deadline passed, and it is not repaired yet
	Named      bool // the citizen gave his name and agreed to be called: he must be called back
	CalledBack bool
	Withdrawn  bool // its press was replaced
	Excluded   bool // 误评, 恶意差评: the centre took its rating out
	Platform   bool // its reasons concern platform or rules alone (domain §3.7)
}

// Repairs are the sums of a set of repairs. Withdrawn ones are in nothing but Withdrawn.
type Repairs struct {
	Opened        int
	Repaired      int // of the opened
	InTime        int // of the repaired, those repaired by their deadline
	Overdue       int // of the opened, those not repaired by their deadline, whether repaired since or not
	Named         int // of the opened, those whose citizen must be called back
	CalledBack    int // of the named
	NamedRepaired int // of the named
	Withdrawn     int
}

// OfRepair returns the sums of one repair; of an excluded one nothing: what it would have counted as is kept apart by
// Count.
func OfRepair(r Repair) Sums {
	if r.Excluded {
		return Sums{}
	}
	return r.counts()
}

// counts returns what the repair counts as, excluded or not.
func (r Repair) counts() Sums {
	if r.Withdrawn {
		return Sums{Repairs: Repairs{Withdrawn: 1}}
	}
	inTime := r.Repaired && r.InTime
	return Sums{Repairs: Repairs{
		Opened:        1,
		Repaired:      one(r.Repaired),
		InTime:        one(inTime),
		Overdue:       one(!inTime && (r.Overdue || r.Repaired)),
		Named:         one(r.Named),
		CalledBack:    one(r.Named && r.CalledBack),
		NamedRepaired: one(r.Named && r.Repaired),
	}}
}
