package intake

import (
	"cmp"
	"maps"
	"slices"

	"hallpulse/firmware-protocol/hall"
)

// rows returns the rows to write, each list in the order of its keys: two writers that take rows in one order cannot
// lock each other out.
func (v *view) rows() *Changes {
	c := v.changes
	c.Position = v.position
	c.Epochs = pick(v.dirty.epochs, v.epochs, func(a, b EpochKey) int {
		return cmp.Or(cmp.Compare(a.Agent, b.Agent), cmp.Compare(a.Epoch, b.Epoch))
	})
	for _, id := range slices.SortedFunc(maps.Keys(v.dirty.tickets), compareID) {
		c.Tickets = append(c.Tickets, v.courses[id].ticket)
	}
	c.Visits = pick(v.dirty.visits, v.visits, compareID)
	c.Dropped = slices.Sorted(maps.Keys(v.dirty.dropped))
	c.Answers = pick(v.dirty.answers, v.answers, cmp.Compare)
	c.Windows = pick(v.dirty.windows, v.windows, func(a, b WindowKey) int {
		return cmp.Or(cmp.Compare(a.Agent, b.Agent), cmp.Compare(a.Window, b.Window))
	})
	c.Devices = pick(v.dirty.devices, v.devices, func(a, b DeviceKey) int {
		return cmp.Or(cmp.Compare(a.Agent, b.Agent), cmp.Compare(a.Device, b.Device))
	})
	c.States = pick(v.dirty.states, v.states, cmp.Compare)
	c.Repairs, c.Concerns = v.repairs.changed(), v.concerns.changed()
	c.Cases, c.Outages = v.changedCases(), v.changedOutages()
	c.Inspections, c.Messages = v.inspections.changed(), v.messages.changed()
	return &c
}

func pick[K comparable, R any](dirty map[K]bool, rows map[K]*R, order func(a, b K) int) []*R {
	out := make([]*R, 0, len(dirty))
	for _, k := range slices.SortedFunc(maps.Keys(dirty), order) {
		out = append(out, rows[k])
	}
	return out
}

func compareID(a, b hall.ID) int {
	return cmp.Or(cmp.Compare(a.Agent, b.Agent), cmp.Compare(a.Tag, b.Tag), cmp.Compare(a.Serial, b.Serial))
}

// committed names what screens show of the changes.
func (v *view) committed(c *Changes) Committed {
	windows, counted, tickets, agents := map[WindowKey]bool{}, map[WindowKey]bool{}, map[hall.ID]bool{}, map[uint32]bool{}
	for _, w := range c.Windows {
		windows[w.WindowKey] = true
	}
	for _, t := range c.Tickets {
		tickets[t.ID] = true
	}
	for _, visit := range c.Visits {
		windows[WindowKey{visit.ID.Agent, visit.Window}] = true
		tickets[visit.Ticket] = true
	}
	for _, a := range c.Answers {
		tickets[a.Ticket] = true
		if visit := v.visits[a.Visit]; visit != nil {
			counted[WindowKey{visit.ID.Agent, visit.Window}] = true
		}
	}
	for _, t := range c.Tallies {
		counted[WindowKey{t.Agent, t.Window}] = true
	}
	for _, k := range c.Cases {
		tickets[k.Ticket] = true
	}
	for _, d := range c.Devices {
		agents[d.Agent] = true
	}
	for _, s := range c.States {
		agents[s.Agent] = true
	}
	delete(tickets, hall.ID{})
	return Committed{
		Windows: slices.Collect(maps.Keys(windows)), Counted: slices.Collect(maps.Keys(counted)),
		Tickets: slices.Collect(maps.Keys(tickets)), Agents: slices.Collect(maps.Keys(agents)), Findings: c.Findings,
		Commands: len(c.Commands)+len(c.Replies)+len(c.Moves)+len(c.Erased) > 0, // words of a command may be erased
		Alerts:   slices.ContainsFunc(c.Deeds, func(d Deed) bool { return d.Type == hall.TypeAlertTaken || d.Type == hall.TypeAlertCleared }),
		Asked:    c.Asked,
		Chosen:   c.Chosen,
		Cases:    len(c.Cases) > 0,
		Booked:   slices.ContainsFunc(c.Tickets, func(t *Ticket) bool { return !t.Due.IsZero() }),
	}
}
