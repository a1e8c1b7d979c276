package counter

import (
	"slices"

	"hallpulse/firmware-protocol/hall"
)

// Visit is one citizen served by one unit, opened by a call. It may be parked and go on, and be passed on inside its unit.
type Visit struct {
	ID       hall.ID      `json:"id"`
	Ticket   Ticket       `json:"ticket"`
	Window   string       `json:"window"` // where it is, or was last
	Unit     string       `json:"unit,omitempty"`
	Calls    int          `json:"calls"`           // to Window
	Called   Mark         `json:"called"`          // for the first time
	Served   Mark         `json:"served,omitzero"` // since when service has begun, for the first time
	Ended    Mark         `json:"ended,omitzero"`
	Outcome  hall.Outcome `json:"outcome,omitempty"`
	Rated    Mark         `json:"rated,omitzero"`   // when the key was pressed that became the rating; its level is not kept here
	Asked    string       `json:"asked,omitempty"`  // window where its end asked for its rating; it counts there
	Shown    string       `json:"shown,omitempty"`  // the answer that its holder gave with the ticket; no level is kept here
	Down     bool         `json:"down,omitempty"`   // the system of its unit was down while it was served
	Helper   string       `json:"helper,omitempty"` // 协助评价: badge of who helps its citizen to press
	Held     hall.HeldWhy `json:"held,omitempty"`   // parked since the end of its last sitting
	Sittings []Sitting    `json:"sittings"`
}

// Sitting is a visit at one window without a break: from the call there, or from when it went on, until it ended, was
// parked or passed on.
type Sitting struct {
	Window string `json:"window"`
	Nth    int    `json:"nth"` // of the window
	Staff  string `json:"staff"`
	Called Mark   `json:"called"`
	Served Mark   `json:"served,omitzero"`
	Ended  Mark   `json:"ended,omitzero"`
	ByNext bool   `json:"by_next,omitempty"` // the next call ended it
}

// last returns the sitting that is, or was the last one.
func (v *Visit) last() *Sitting { return &v.Sittings[len(v.Sittings)-1] }

// wentOn reports whether its n-th sitting is one to which nobody called it: it was parked, and went on.
func (v *Visit) wentOn(n int) bool {
	at := v.Sittings[n]
	return n > 0 && at.Called.Up == at.Served.Up && at.Called.At.Equal(at.Served.At)
}

// Since returns when the visit was called to where it is.
func (v *Visit) Since() Mark { return v.last().Called }

// ServedHere returns when service began where the visit is; zero where it has not.
func (v *Visit) ServedHere() Mark { return v.last().Served }

// orServed returns how a visit ends to whose next window nobody came, or not to be served: it was served before, or how.
func (v *Visit) orServed(how hall.Outcome) hall.Outcome {
	if v.Served.IsZero() {
		return how
	}
	return hall.OutcomeFinished
}

// at returns the sitting that a window names, and whose it is.
func (s *State) at(k sit) (*Visit, *Sitting) {
	v := s.visits[k.visit]
	return v, &v.Sittings[k.n]
}

// current returns the visit at hand: called or serving.
func (s *State) current(w *window) *Visit {
	if len(w.sits) == 0 {
		return nil
	}
	if v, at := s.at(w.sits[len(w.sits)-1]); at.Ended.IsZero() {
		return v
	}
	return nil
}

// atHand returns a copy of the visit at hand, to be changed.
func (d *draft) atHand(w *window) *Visit {
	v := *d.current(w)
	v.Sittings = slices.Clone(v.Sittings)
	return &v
}

// sits lets a visit sit down at w, which begins a sitting.
func (d *draft) sits(w *window, v *Visit, at Sitting) {
	w.Sits++
	at.Window, at.Nth, at.Staff = w.ID, w.Sits, w.Staff
	v.Window, v.Held = w.ID, ""
	v.Sittings = append(slices.Clip(v.Sittings), at)
	w.sits = append(slices.Clip(w.sits), sit{v.ID, len(v.Sittings) - 1})
	d.putVisit(v)
}

// rises ends the sitting at hand.
func (d *draft) rises(v *Visit, byNext bool) { v.last().Ended, v.last().ByNext = d.now, byNext }

// ends ends a visit, and tells so.
func (d *draft) ends(v *Visit, how hall.Outcome) {
	v.Ended, v.Outcome = d.now, how
	d.putVisit(v)
	d.tell(hall.VisitFinished{
		Visit: v.ID, Staff: v.last().Staff, Outcome: how, ByNext: v.last().ByNext && v.last().Ended == d.now, Rated: !v.Rated.IsZero(),
	})
}

// invites asks for the rating of a visit that has just ended at w, unless it has one (domain §3.10, §3.11).
func (d *draft) invites(w *window, v *Visit) {
	v.Asked = w.ID
	d.putVisit(v)
	w.Tally = w.tally(d.day.Day)
	w.Tally.Served++
	w.Tally.Invited++
	if v.Rated.IsZero() {
		d.tell(hall.RatingInvited{Visit: v.ID, Window: w.ID, Until: d.at.Add(d.cfg.InviteFor)})
	} else {
		w.Tally.Rated++
	}
}

// endPassed ends the visit that waited with a ticket for its next window: nothing more becomes of it.
func (d *draft) endPassed(t *Ticket) {
	if was := d.visits[t.Visit]; was != nil && was.Ended.IsZero() {
		v := *was
		d.ends(&v, hall.OutcomeFinished)
	}
}
