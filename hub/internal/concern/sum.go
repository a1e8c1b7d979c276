package concern

import (
	"cmp"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// Figures are the desk's own numbers (domain §5). They stand beside the ratings, never in the satisfaction rate.
type Figures struct {
	Received  int `json:"received"` // concerns, without praise that waits for nothing
	Open      int `json:"open"`     // an answer is owed
	Overdue   int `json:"overdue"`  // of these past the limit
	Answered  int `json:"answered"`
	InTime    int `json:"in_time"` // of the answered
	Late      int `json:"late"`    // of the answered; the rest nobody can judge yet
	Days      int `json:"days"`    // from the day on which the citizen said it to the day of the answer, over all answered
	Valid     int `json:"valid"`   // 有效投诉, by the centre
	Invalid   int `json:"invalid"`
	Escalated int `json:"escalated"` // concerns of which a limit passed
	Heard     int `json:"heard"`     // citizens who said what they think of the answer
	Content   int `json:"content"`   // of these 3, 4 or 5
	Praise    int `json:"praise"`    // recorded, and not taken back
	Pennants  int `json:"pennants"`  // of these 锦旗
}

// Group is the figures of all concerns with one key.
type Group struct {
	Key string `json:"key"`
	Figures
}

// Sum returns the figures of concerns by key: source, unit, kind, hall, month.
func Sum(all []Concern, key func(Concern) string, now time.Time) []Group {
	sums := map[string]*Figures{}
	for _, c := range all {
		k := key(c)
		if sums[k] == nil {
			sums[k] = &Figures{}
		}
		sums[k].add(c, now)
	}
	groups := make([]Group, 0, len(sums))
	for k, f := range sums {
		groups = append(groups, Group{k, *f})
	}
	slices.SortFunc(groups, func(a, b Group) int { return cmp.Compare(a.Key, b.Key) })
	return groups
}

func (f *Figures) add(c Concern, now time.Time) {
	if c.Form != "" {
		if c.State == Recorded {
			f.Praise++
			f.Pennants += one(c.Form == hall.PraisePennant)
		}
		return
	}
	late, known := c.Late(now)
	answered := !c.AnsweredAt.IsZero()
	f.Received++
	f.Open += one(c.State.Open())
	f.Overdue += one(c.State.Open() && late)
	f.Answered += one(answered)
	f.InTime += one(answered && known && !late)
	f.Late += one(answered && late)
	if answered {
		f.Days += int(hall.DayOf(c.AnsweredAt) - hall.DayOf(c.Since))
	}
	f.Valid += one(c.Verdict != nil && c.Verdict.Valid)
	f.Invalid += one(c.Verdict != nil && !c.Verdict.Valid)
	f.Escalated += one(slices.ContainsFunc(c.Steps, func(s Step) bool { return s.Type == hall.TypeConcernEscalated }))
	f.Heard += one(c.Heard != nil)
	f.Content += one(c.Heard != nil && !c.Heard.Level.IsBad())
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}
