package counter

import (
	"maps"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// A unit whose system is down, by declaration (系统停用). What is over is remembered: it pauses the promised limits of the unit's
// cases (domain §6; hall.Site.OutageDays).

const (
	rememberDown = 400 * 24 * time.Hour // longer than any limit
	mostDown     = 200                  // of one unit
)

// breaks notes that the system of a unit is down.
func (d *draft) breaks(unit, command string) {
	if d.outages[unit] != nil {
		return
	}
	d.tell(hall.OutageBegan{Unit: unit, Command: command})
	d.shut(kindOutage, d.outages, unit, &shut{Since: d.now})
	for _, id := range slices.Sorted(maps.Keys(d.windows)) {
		if v := d.current(d.windows[id]); v != nil && !v.ServedHere().IsZero() {
			d.meets(v)
		}
	}
}

// meets notes, once, that the system of the unit that answers for a visit is down while it is served: what its citizen says
// of it goes to the platform (domain §6).
func (d *draft) meets(v *Visit) {
	if v.Down || d.outages[v.Unit] == nil {
		return
	}
	hit := *v
	hit.Down = true
	d.putVisit(&hit)
	d.tell(hall.VisitDown{Visit: v.ID})
}

// recovers notes that it works again.
func (d *draft) recovers(unit, command string) {
	was := d.outages[unit]
	if was == nil {
		return
	}
	d.tell(hall.OutageEnded{Unit: unit, Command: command})
	d.shut(kindOutage, d.outages, unit, nil)
	past := slices.DeleteFunc(slices.Clone(d.past[unit]), func(o hall.Stop) bool { return d.at.Sub(o.To) > rememberDown })
	past = append(past, hall.Stop{From: was.Since.At, To: d.at})
	d.past[unit] = past[max(0, len(past)-mostDown):]
	d.put(kindPast, unit, d.past[unit])
}

// Outage says since when the system of a unit is down; false where it is not.
func (s *State) Outage(unit string) (since time.Time, ok bool) {
	o := s.outages[unit]
	if o == nil {
		return time.Time{}, false
	}
	return o.Since.At, true
}

// Outages returns the units whose system is down.
func (s *State) Outages() []string { return slices.Sorted(maps.Keys(s.outages)) }

// DownTimes returns when the system of a unit was down, oldest first; the last one may go on.
func (s *State) DownTimes(unit string) []hall.Stop {
	all := slices.Clone(s.past[unit])
	if since, ok := s.Outage(unit); ok {
		all = append(all, hall.Stop{From: since})
	}
	return all
}
