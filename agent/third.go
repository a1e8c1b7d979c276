package agent

import (
	"cmp"

	"hallpulse/agent/internal/counter"
	"hallpulse/agent/internal/desk"
	"hallpulse/firmware-protocol/hall"
)

// stuckDesk is where who is here for the third time is passed on to; nil where the hall names no such place.
func (s screens) stuckDesk() *desk.StuckDesk {
	c := s.wholeNow()
	if c.Stuck == nil {
		return nil
	}
	out := &desk.StuckDesk{Window: c.Stuck.Window, Letter: c.Stuck.Letter}
	for _, w := range c.Windows {
		if c.IsStuckDesk(w.ID) {
			out.Floor, out.FloorEN = cmp.Or(out.Floor, w.Floor), cmp.Or(out.FloorEN, w.FloorEN)
		}
	}
	return out
}

// summons is how the manager is called to the holder of a ticket; nil where he is not, or is there.
func (s screens) summons(st *counter.State, ticket hall.ID) *desk.Summons {
	for _, c := range st.Summoned() {
		if c.Ticket == ticket {
			return &desk.Summons{Since: c.Since.At, Due: c.Since.At.Add(s.hallNow().ArriveFor())}
		}
	}
	return nil
}

func (s screens) earlier(all []counter.Earlier) (out []desk.Earlier) {
	for _, e := range all {
		item, _ := s.hallNow().Item(e.Item)
		out = append(out, desk.Earlier{
			Window: e.Window, Staff: s.clerk(e.Staff), Item: item.Name, ItemEN: item.NameEN, At: e.Called.At, Outcome: e.Outcome,
		})
	}
	return out
}
