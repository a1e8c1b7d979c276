package agent

import (
	"context"
	"errors"
	"sync"
	"time"

	"hallpulse/agent/internal/counter"
	"hallpulse/agent/internal/desk"
	"hallpulse/agent/internal/entry"
	"hallpulse/agent/internal/outbox"
	"hallpulse/firmware-protocol/hall"
)

// Tablets are pads drawn on paired browsers. The pairing is both the port, which a window is bound to, and the pad: its id
// is the tablet's uid (design §1.1). It is a device as soon as it is paired, and one that does not answer while its page is
// closed.

// tablets are those that are paired, as devices.
type tablets struct {
	telling sync.Mutex // guards the rest, and is held while the counter is told of it
	all     map[string]*tablet
}

// tablet is one of them.
type tablet struct {
	at   entry.Pairing
	open int           // pages
	left time.Duration // since the agent started, when the last page closed
	told standing
}

// standing is what the counter was told last of a device.
type standing uint8

const (
	unheard standing = iota
	up
	down
)

// tabletAway is how long a page may be closed, to be loaded again, before its tablet counts as away.
const tabletAway = 5 * time.Second

func tabletName(p entry.Pairing) string { return "tablet-" + p.ID[:8] }

func tabletUID(p entry.Pairing) (uid hall.PadUID, err error) {
	err = uid.UnmarshalText([]byte(p.ID))
	return uid, err
}

// Here implements desk.Tablets.
func (s screens) Here(p entry.Pairing) (gone func()) {
	s.tablets.telling.Lock()
	defer s.tablets.telling.Unlock()
	t := s.tablet(p)
	t.open++
	s.tellTablet(t, up)
	return func() {
		s.tablets.telling.Lock()
		defer s.tablets.telling.Unlock()
		t.open--
		t.left = s.clock.Up()
	}
}

// tablet returns what is known of a pairing's tablet. telling is held.
func (p *program) tablet(at entry.Pairing) *tablet {
	t := p.tablets.all[at.ID]
	if t == nil {
		t = &tablet{at: at, left: p.clock.Up()}
		p.tablets.all[at.ID] = t
	}
	return t
}

// now returns how a tablet stands.
func (t *tablet) now(at time.Duration) standing {
	switch {
	case t.open > 0:
		return up
	case at-t.left >= tabletAway:
		return down
	}
	return t.told
}

// tellTablet tells that a tablet came or went. What is not stored is told again at the next tick.
func (p *program) tellTablet(t *tablet, now standing) {
	if now == t.told {
		return
	}
	uid, err := tabletUID(t.at)
	if err == nil {
		var f hall.Fact = hall.DeviceUp{Device: tabletName(t.at), Kind: hall.KindTablet, Window: t.at.Window, UID: uid}
		if now == down {
			f = hall.DeviceDown{Device: tabletName(t.at), Kind: hall.KindTablet, Window: t.at.Window, Why: hall.TroubleNoAnswer}
		}
		err = padSink{p}.Tell(f)
	}
	if err != nil {
		p.log.Debug("tablet: not told", "device", tabletName(t.at), "err", err) // refusal has said why
		return
	}
	t.told = now
}

// watchTablets tells which tablets came and went, and forgets those that are paired no more.
func (p *program) watchTablets() {
	p.entering.Lock()
	paired := map[string]entry.Pairing{}
	for id, one := range p.pairings {
		if one.Role == entry.RoleTablet && p.clock.now().At.Before(one.Until) {
			paired[id] = one
		}
	}
	p.entering.Unlock()
	p.tablets.telling.Lock()
	defer p.tablets.telling.Unlock()
	for _, one := range paired {
		p.tablet(one)
	}
	for id, t := range p.tablets.all {
		if _, still := paired[id]; still {
			p.tellTablet(t, t.now(p.clock.Up()))
		} else if p.forgetTablet(t) {
			delete(p.tablets.all, id)
		}
	}
}

// forgetTablet takes a tablet off all screens that is paired no more.
func (p *program) forgetTablet(t *tablet) bool {
	name := tabletName(t.at)
	if t.told != unheard {
		err := padSink{p}.Tell(hall.DeviceDown{Device: name, Kind: hall.KindTablet, Window: t.at.Window, Why: hall.TroubleMissing})
		if err != nil {
			return false
		}
	}
	p.seeing.Lock()
	p.devices = withoutDevice(p.devices, name)
	p.seeing.Unlock()
	p.desk.Changed()
	p.poke()
	return true
}

// Press implements desk.Tablets. A page sends the presses of a load one at a time, the oldest that it still keeps first: what
// lies before it was stored by this agent, or by one whose store is gone (design §1.1).
func (s screens) Press(ctx context.Context, who entry.Pairing, press hall.Press) (desk.Pressed, error) {
	s.tablets.telling.Lock()
	t := s.tablet(who)
	t.left = s.clock.Up() // a press is a sign of life too
	s.tellTablet(t, up)
	s.tablets.telling.Unlock()
	sink, name := padSink(s), tabletName(who)
	if base, _ := sink.Base(press.UID, press.Boot); press.Seq > base+1 {
		lost := hall.DeviceAdopted{Device: name, UID: press.UID, Boot: press.Boot, From: base, To: press.Seq - 1}
		if err := sink.Tell(lost); err != nil {
			return desk.Pressed{}, err
		}
	}
	class, _, err := sink.take(name, press)
	if errors.Is(err, counter.ErrNotAPress) {
		return desk.Pressed{}, desk.NotAPress
	}
	return desk.Pressed{Became: class == counter.Became, Repeat: class == counter.Repeat}, err
}

// Explain implements desk.Tablets.
func (s screens) Explain(_ context.Context, _ entry.Pairing, key hall.PressKey, codes []string) error {
	return s.decide(forRating, func(st *counter.State, m hall.Moment) (c change, err error) {
		c.Decision, err = st.Explain(m, key, codes)
		return c, err
	})
}

// Pad implements desk.Views.
func (s screens) Pad(window string) desk.PadView {
	v, m := s.view(), s.clock.now()
	w, _ := v.state.Window(m, window)
	now := v.state.Pad(m, window)
	if s.box.Disk().State == outbox.DiskSealed { // what cannot be kept is not asked for (design §5)
		now = counter.PadView{Show: counter.ShowClosed}
	}
	out := desk.PadView{Hall: s.hall(), Show: now.Show, Services: []desk.HallLine{}}
	out.Window, out.Staff = s.at(w)
	place, _ := s.hallNow().Window(window)
	if clerk, ok := s.hallNow().Clerk(place.Staff); ok && (w.Staff == "" || w.Staff == place.Staff) {
		out.StandIn = s.clerk(clerk.StandIn)
	}
	for _, letter := range place.Services {
		l, _ := s.hallNow().Service(letter)
		out.Services = append(out.Services, desk.HallLine{Letter: l.Letter, Name: l.Name, NameEN: l.NameEN})
	}
	visit := w.Visit
	if now.Show == counter.ShowPrompt {
		visit = w.Invited
		out.Until = w.Until.Round(time.Second)
	}
	if visit != nil {
		item, _ := s.hallNow().Item(visit.Ticket.For())
		out.Visit, out.Item, out.ItemEN = visit.ID, item.Name, item.NameEN
		out.Rated = !visit.Rated.IsZero()
		out.Digits = s.digitsOf(w)
		out.Serving = visit.Ended.IsZero() && !visit.ServedHere().IsZero()
	}
	return out
}
