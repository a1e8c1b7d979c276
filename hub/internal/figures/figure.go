package figures

// Participation 参评率 is ratings given by a person ÷ ratable visits and cases.
func (s Sums) Participation() Share { return Share{s.Rated(), s.Ratable} }

// Asked is invited ÷ ratable.
func (s Sums) Asked() Share { return Share{s.Invited, s.Ratable} }

// Satisfaction 满意率 is ratings at 3, 4, 5 ÷ ratings.
func (s Sums) Satisfaction() Share { return Share{sum(s.Levels[2:]), s.Rated()} }

// SatisfactionWithDefaults 满意率（含默认） is ratings and defaults at 3, 4, 5 ÷ ratings and defaults.
func (s Sums) SatisfactionWithDefaults() Share {
	return Share{sum(s.Levels[2:]) + sum(s.Defaults[2:]), s.Rated() + s.Defaulted()}
}

// VerySatisfied 非常满意率 is ratings at 5 ÷ ratings.
func (s Sums) VerySatisfied() Share { return Share{s.Levels[4], s.Rated()} }

// Bad 差评率 is ratings at 1 and 2 ÷ ratings.
func (s Sums) Bad() Share { return Share{sum(s.Levels[:2]), s.Rated()} }

// Repaired 整改率 is repaired ÷ opened.
func (s Sums) Repaired() Share { return Share{s.Repairs.Repaired, s.Repairs.Opened} }

// RepairedInTime 按期整改率 is repaired by the deadline ÷ those repaired by it or past it. Repairs that still have time
// are in neither: they fall short of nothing.
func (s Sums) RepairedInTime() Share {
	return Share{s.Repairs.InTime, s.Repairs.InTime + s.Repairs.Overdue}
}

// CalledBack 实名差评回访率 is called back ÷ named ones that must be called back; 100 % is the law (domain §4).
func (s Sums) CalledBack() Share { return Share{s.Repairs.CalledBack, s.Repairs.Named} }

// NamedRepaired 实名差评整改率 is repaired ÷ opened, of the named ones alone; 100 % is the law (domain §4).
func (s Sums) NamedRepaired() Share { return Share{s.Repairs.NamedRepaired, s.Repairs.Named} }

// Figure names a figure that is a share.
type Figure string

// The figures of domain §9 that are shares.
const (
	FigureParticipation            Figure = "participation"
	FigureAsked                    Figure = "asked"
	FigureSatisfaction             Figure = "satisfaction"
	FigureSatisfactionWithDefaults Figure = "satisfaction_with_defaults"
	FigureVerySatisfied            Figure = "very_satisfied"
	FigureBad                      Figure = "bad"
	FigureRepaired                 Figure = "repaired"
	FigureRepairedInTime           Figure = "repaired_in_time"
	FigureCalledBack               Figure = "called_back"
	FigureNamedRepaired            Figure = "named_repaired"

	FigureOnTime          Figure = "on_time"
	FigureOnTheSpot       Figure = "on_the_spot"
	FigureSettled         Figure = "settled"
	FigureSameDay         Figure = "same_day"
	FigurePromiseSpeedUp  Figure = "promise_speed_up"
	FigureHandlingSpeedUp Figure = "handling_speed_up"

	FigureCame Figure = "came"
)

// Figures returns the figures of ratings and repairs in the order in which pages and exports show them.
func Figures() []Figure {
	return []Figure{FigureParticipation, FigureAsked, FigureSatisfaction, FigureSatisfactionWithDefaults, FigureVerySatisfied,
		FigureBad, FigureRepaired, FigureRepairedInTime, FigureCalledBack, FigureNamedRepaired}
}

// CaseFigures returns those of cases.
func CaseFigures() []Figure {
	return []Figure{FigureOnTime, FigureOnTheSpot, FigureSettled, FigureSameDay, FigurePromiseSpeedUp, FigureHandlingSpeedUp}
}

// BookingFigures returns those of bookings.
func BookingFigures() []Figure { return []Figure{FigureCame} }

// Of returns the figure of s; nothing counted from nothing where f is no figure.
func (f Figure) Of(s Sums) Share {
	switch f {
	case FigureParticipation:
		return s.Participation()
	case FigureAsked:
		return s.Asked()
	case FigureSatisfaction:
		return s.Satisfaction()
	case FigureSatisfactionWithDefaults:
		return s.SatisfactionWithDefaults()
	case FigureVerySatisfied:
		return s.VerySatisfied()
	case FigureBad:
		return s.Bad()
	case FigureRepaired:
		return s.Repaired()
	case FigureRepairedInTime:
		return s.RepairedInTime()
	case FigureCalledBack:
		return s.CalledBack()
	case FigureNamedRepaired:
		return s.NamedRepaired()
	case FigureOnTime:
		return s.OnTime()
	case FigureOnTheSpot:
		return s.OnTheSpot()
	case FigureSettled:
		return s.Settled()
	case FigureSameDay:
		return s.SameDay()
	case FigurePromiseSpeedUp:
		return s.PromiseSpeedUp()
	case FigureHandlingSpeedUp:
		return s.HandlingSpeedUp()
	case FigureCame:
		return s.Came()
	}
	return Share{}
}

// Funnel is how far the visits came on their way to a rating (domain §8, integrity: who is not invited).
type Funnel struct {
	Served    int
	Ratable   Share // visits, of the served
	Invited   Share // of the ratable visits and cases, as all below
	Rated     Share // by a person
	Defaulted Share
	Unrated   Share // still in time, or awaiting their agent
}

// Funnel returns the way served → invited → rated → default. Rated, Defaulted and Unrated add up to the ratable. Who rates
// later with his ticket may do so without having been invited.
func (s Sums) Funnel() Funnel {
	return Funnel{
		Served:    s.Served,
		Ratable:   Share{s.Ratable - s.Cases, s.Served},
		Invited:   s.Asked(),
		Rated:     s.Participation(),
		Defaulted: Share{s.Defaulted(), s.Ratable},
		Unrated:   Share{s.Unrated(), s.Ratable},
	}
}
