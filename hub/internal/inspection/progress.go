package inspection

import (
	"cmp"
	"slices"

	"hallpulse/firmware-protocol/hall"
)

// Progress is how far a quarter's plan is, for one kind and hall: what is done, and what is not.
type Progress struct {
	Kind      hall.InspectionKind `json:"kind"`
	Hall      string              `json:"hall"`
	Planned   int                 `json:"planned"` // all of the plan, the cancelled ones included
	Done      int                 `json:"done"`
	Late      int                 `json:"late"`      // of the done: made after their day
	Open      int                 `json:"open"`      // of the plan: not made, and their day is not past
	Missed    int                 `json:"missed"`    // not made, and their day is past
	Cancelled int                 `json:"cancelled"` // will not be made
	Unplanned int                 `json:"unplanned"` // made beside the plan
	Findings  int                 `json:"findings"`
}

// NotDone is how many of the plan were not made.
func (p Progress) NotDone() int { return p.Planned - p.Done }

// PlanOf returns how far the plan of a quarter is, by kind and hall.
func PlanOf(quarter hall.Quarter, all []Inspection, today hall.Day) []Progress {
	type key struct{ kind, hall string }
	sums := map[key]*Progress{}
	for _, i := range all {
		if i.Quarter != quarter || i.State == "" {
			continue
		}
		k := key{string(i.Kind), i.Hall}
		if sums[k] == nil {
			sums[k] = &Progress{Kind: i.Kind, Hall: i.Hall}
		}
		sums[k].add(i, today)
	}
	plan := make([]Progress, 0, len(sums))
	for _, p := range sums {
		plan = append(plan, *p)
	}
	slices.SortFunc(plan, func(a, b Progress) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Hall, b.Hall)) })
	return plan
}

func (p *Progress) add(i Inspection, today hall.Day) {
	p.Findings += len(i.Findings)
	if i.Plan == "" {
		p.Unplanned++
		return
	}
	p.Planned++
	switch {
	case i.State == Done:
		p.Done++
		if i.On > i.Until {
			p.Late++
		}
	case i.State == Cancelled:
		p.Cancelled++
	case today > i.Until:
		p.Missed++
	default:
		p.Open++
	}
}

// Ledger is what became of findings, by key: unit, hall, kind.
type Ledger struct {
	Key      string `json:"key"`
	Findings int    `json:"findings"`
	Unowned  int    `json:"unowned"`
	Owned    int    `json:"owned"`
	Overdue  int    `json:"overdue"` // of the owned: their day is past
	Answered int    `json:"answered"`
	Accepted int    `json:"accepted"`
}

// LedgerOf returns what became of the findings of inspections. They stand beside the ratings, in no rate of them.
func LedgerOf(all []Inspection, key func(Inspection, Finding) string, today hall.Day) []Ledger {
	sums := map[string]*Ledger{}
	for _, i := range all {
		for _, x := range i.Findings {
			k := key(i, x)
			if sums[k] == nil {
				sums[k] = &Ledger{Key: k}
			}
			sums[k].add(x, today)
		}
	}
	out := make([]Ledger, 0, len(sums))
	for _, l := range sums {
		out = append(out, *l)
	}
	slices.SortFunc(out, func(a, b Ledger) int { return cmp.Compare(a.Key, b.Key) })
	return out
}

func (l *Ledger) add(x Finding, today hall.Day) {
	l.Findings++
	switch x.State {
	case Found:
		l.Unowned++
	case Owned:
		l.Owned++
		if today > x.Due {
			l.Overdue++
		}
	case Answered:
		l.Answered++
	case Accepted:
		l.Accepted++
	}
}
