package counter

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// PressClass is what a press became.
type PressClass string

// The classes.
const (
	Became  PressClass = "became"  // the visit's rating
	Repeat  PressClass = "repeat"  // a further press of a rated visit
	Unbound PressClass = "unbound" // kept, never counted
)

// Why a press is not taken. It must not be acknowledged then.
var (
	ErrNotAPress = errors.New("not a press")
	// ErrHole is returned for a press whose predecessors have not come: the pad still holds them, or Adopt comes first.
	ErrHole = errors.New("presses before it are missing")
)

// sameWithin is how far apart two arrivals of one press may say it was pressed (design §1.1).
const sameWithin = 10 * time.Second

// Press decides what a press becomes that arrived from the pad at a device at m. Each press of a pad is recorded
// once: of one (uid, boot) they must come in order, without holes above Stored. One that was recorded before changes
// nothing and has the class that it had then.
func (s *State) Press(m hall.Moment, device string, p hall.Press) (Decision, PressClass, error) {
	at, ok := s.ports[device]
	if !ok || !p.UID.Known() || !p.Level.Valid() || p.Seq == 0 || p.AgeMS < 0 && p.AgeMS != hall.AgeUnknown {
		return Decision{}, "", fmt.Errorf("%w: %+v at %q", ErrNotAPress, p, device)
	}
	d := s.begin(m)
	b := d.boot(p.UID, p.Boot)
	k := kept{Seq: p.Seq, Level: p.Level}
	if p.AgeMS != hall.AgeUnknown {
		k.At = d.now.ago(time.Duration(p.AgeMS) * time.Millisecond)
	}
	if i := slices.IndexFunc(b.Recent, k.same); i >= 0 {
		return d.end(), b.Recent[i].Class, nil
	}
	if p.Seq > b.Last+1 {
		return Decision{}, "", fmt.Errorf("%w: %v boot %08x: %d after %d", ErrHole, p.UID, p.Boot, p.Seq, b.Last)
	}
	var visit hall.ID
	k.Class, visit = d.record(at, p, k.At, p.Seq <= b.Last)
	if at.kind() == hall.KindTablet {
		k.Visit = visit
	}
	d.putBoot(b.with(k))
	return d.end(), k.Class, nil
}

// record tells what the press became, and of which visit the rating. One that clashes bears a name that was used before.
func (d *draft) record(at *port, p hall.Press, pressed Mark, clash bool) (PressClass, hall.ID) {
	unbound := func(why hall.UnboundWhy) (PressClass, hall.ID) {
		d.tell(hall.RatingUnbound{Window: at.Window, Why: why, Press: p, Channel: at.road()})
		return Unbound, hall.ID{}
	}
	if clash {
		d.tell(at.identityFault())
		return unbound(hall.UnboundIdentity)
	}
	if pressed.IsZero() {
		return unbound(hall.UnboundAge)
	}
	if here, ok := pressed.since(at.Since); !ok {
		return unbound(hall.UnboundClock)
	} else if here < 0 || at.UID != p.UID {
		return unbound(hall.UnboundMoved)
	}
	w, ok := d.windows[at.Window]
	if age, _ := d.now.since(pressed); !ok || age > d.cfg.HistoryFor {
		return unbound(hall.UnboundClock)
	}
	v, sitting, ok := d.visitAt(w, pressed)
	if !ok {
		return unbound(hall.UnboundClock)
	}
	if v == nil {
		return unbound(hall.UnboundNoVisit)
	}
	switch {
	case v.Rated.IsZero() && v.asks(sitting, pressed, d.cfg.InviteFor):
		d.rate(w, v, p, pressed, at.channel())
		return Became, v.ID
	case !v.Rated.IsZero() && near(pressed, v.Rated, d.cfg.RepeatFor):
		d.tell(hall.RatingRepeat{Visit: v.ID, Window: w.ID, Press: p, Channel: at.road()})
		return Repeat, hall.ID{}
	}
	return unbound(hall.UnboundNoVisit)
}

// rate makes the press the rating of a visit, pressed at w. A bad one without a reason stays so (domain §3.13).
func (d *draft) rate(w *window, unrated *Visit, p hall.Press, pressed Mark, by hall.Channel) {
	v := *unrated
	v.Rated = pressed
	d.putVisit(&v)
	if was := d.windows[v.Asked]; was != nil && v.Ticket.Day == d.day.Day { // else its end counts it, or its day is over
		counts := *was
		counts.Tally = counts.tally(d.day.Day)
		counts.Tally.Rated++
		d.putWindow(&counts)
	}
	d.tell(hall.RatingGiven{
		Ticket: v.Ticket.ID, Visit: v.ID, Window: w.ID, Level: p.Level, Channel: by, Press: &p,
		ReasonMissing: p.Level.IsBad(),
	})
}

// visitAt returns the visit that a press at w and t could belong to, and its sitting there: the latest whose service had
// begun and that no later call had superseded, or nil. Where one visit still invites and the next is already served, the
// one in service is the one who sits there. ok is false where the clocks cannot tell.
func (s *State) visitAt(w *window, t Mark) (v *Visit, sitting *Sitting, ok bool) {
	over := false // a call at or before t was seen that ends what came before it
	for i := len(w.sits) - 1; i >= 0 && !over; i-- {
		v, sitting = s.at(w.sits[i])
		if !sitting.Served.IsZero() {
			served, ok := t.since(sitting.Served)
			if !ok {
				return nil, nil, false
			}
			if served >= 0 {
				return v, sitting, true
			}
		}
		if i > 0 {
			if _, before := s.at(w.sits[i-1]); before.ByNext && !before.Served.IsZero() {
				continue // this call finished the visit before it and so began its invitation
			}
		}
		called, ok := t.since(sitting.Called)
		if !ok {
			return nil, nil, false
		}
		over = called >= 0
	}
	return nil, nil, true
}

// asks reports whether the visit, which no later call had superseded, was serving or invited in a sitting at t.
func (v *Visit) asks(sitting *Sitting, t Mark, inviteFor time.Duration) bool {
	if sitting.Ended.IsZero() {
		return true
	}
	since, ok := t.since(sitting.Ended)
	if !ok || since < 0 {
		return ok
	}
	return since < inviteFor && sitting.Window == v.Asked && sitting.Ended == v.Ended
}

// near reports whether t is not more than limit before or after rated. Before it is a press that came late, from
// another pad of the window: what was thanked first stays the rating.
func near(t, rated Mark, limit time.Duration) bool {
	gap, ok := t.since(rated)
	return ok && gap <= limit && gap >= -limit
}
