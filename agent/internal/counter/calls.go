package counter

import (
	"maps"
	"slices"

	"hallpulse/firmware-protocol/hall"
)

// Call is a ticket called to a window. Window, Nth and Times name one call of it: no other has the same.
type Call struct {
	Ticket hall.ID
	Number string
	Window string
	Nth    int  // sitting of the window
	Times  int  // how often it was called there
	Since  Mark // the first of them
	Open   bool // nobody has come yet, and it is not given up
}

// Calls returns the calls of the business day, the newest first: of each ticket the last one.
func (s *State) Calls() []Call {
	last := map[hall.ID]Call{}
	for _, v := range s.visits {
		c, ok := v.call()
		if before, has := last[c.Ticket]; ok && v.Ticket.Day == s.day.Day && (!has || inOrder(before.Since, c.Since, c.Ticket, c.Ticket) < 0) {
			last[c.Ticket] = c
		}
	}
	return slices.SortedFunc(maps.Values(last), func(a, b Call) int { return inOrder(b.Since, a.Since, b.Ticket, a.Ticket) })
}

// call returns the last call of a visit. A parked visit goes on without one.
func (v *Visit) call() (Call, bool) {
	for i, at := range slices.Backward(v.Sittings) {
		if v.wentOn(i) {
			continue
		}
		isLast := i == len(v.Sittings)-1
		c := Call{
			Ticket: v.Ticket.ID, Number: v.Ticket.Number, Window: at.Window, Nth: at.Nth, Times: 1, Since: at.Called,
			Open: isLast && at.Served.IsZero() && at.Ended.IsZero(),
		}
		if isLast {
			c.Times = v.Calls
		}
		return c, true
	}
	return Call{}, false
}
