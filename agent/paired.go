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

// Pages that hang in the hall with nobody before them are devices as soon as their browsers are paired: the tablet on which
// people rate, the sign over a window, the display, the kiosk. One does not answer while it is closed.
//
// Tablets are pads drawn on paired browsers. The pairing is both the port, which a window is bound to, and the pad: its id
// is the tablet's uid (design §1.1).

// pages are those that are paired, as devices.
type pages struct {
	telling sync.Mutex // guards the rest, and is held while it is told of them
	all     map[string]*page
}

// page is one of them.
type page struct {
	at      entry.Pairing
	open    int           // how often
	left    time.Duration // since the agent started, when the last one closed
	differs bool          // it shows another thing than it was told, since
	since   time.Duration
	told    standing
}

// standing is what was told last of a page.
type standing uint8

const (
	unheard standing = iota
	up
	down
	wrong
)

// pageAway is how long a page may be closed, to be loaded again, or behind, before that is told.
const pageAway = 5 * time.Second

func pageName(p entry.Pairing) string { return string(p.Role) + "-" + p.ID[:8] }

func tabletUID(p entry.Pairing) (uid hall.PadUID, err error) {
	err = uid.UnmarshalText([]byte(p.ID))
	return uid, err
}

// Here implements desk.Paired.
func (s screens) Here(p entry.Pairing) (gone func()) {
	s.pages.telling.Lock()
	defer s.pages.telling.Unlock()
	t := s.page(p)
	t.open++
	t.differs = false
	s.tellPage(t, up)
	return func() {
		s.pages.telling.Lock()
		defer s.pages.telling.Unlock()
		t.open--
		t.left = s.clock.Up()
	}
}

// Shows implements desk.Paired.
func (s screens) Shows(p entry.Pairing, right bool) {
	s.pages.telling.Lock()
	defer s.pages.telling.Unlock()
	t := s.page(p)
	if !right && !t.differs {
		t.since = s.clock.Up()
	}
	t.differs = !right
}

// page returns what is known of a pairing's page. telling is held.
func (p *program) page(at entry.Pairing) *page {
	t := p.pages.all[at.ID]
	if t == nil {
		t = &page{at: at, left: p.clock.Up()}
		p.pages.all[at.ID] = t
	}
	return t
}

// now returns how a page stands.
func (t *page) now(at time.Duration) standing {
	switch {
	case t.open > 0 && t.differs && at-t.since >= pageAway:
		return wrong
	case t.open > 0:
		return up
	case at-t.left >= pageAway:
		return down
	}
	return t.told
}

// tellPage tells that a page came or went, or shows what it should not. What is not stored is told again at the next tick.
func (p *program) tellPage(t *page, now standing) {
	if now == t.told {
		return
	}
	name, kind, window := pageName(t.at), hall.DeviceKind(t.at.Role), t.at.Window
	var f hall.Fact
	var err error
	switch now {
	case wrong:
		f = hall.DeviceFault{Device: name, Kind: kind, Window: window, Fault: hall.TroubleDiffers}
	case down:
		f = hall.DeviceDown{Device: name, Kind: kind, Window: window, Why: hall.TroubleNoAnswer}
	default:
		came := hall.DeviceUp{Device: name, Kind: kind, Window: window}
		if kind == hall.KindTablet {
			came.UID, err = tabletUID(t.at)
		}
		f = came
	}
	if err == nil {
		err = p.tellOf(t, f)
	}
	if err != nil {
		p.log.Debug("page: not told", "device", name, "err", err) // refusal has said why
		return
	}
	t.told = now
}

// tellOf tells a fact of a page. That a tablet came or went concerns the counter too.
func (p *program) tellOf(t *page, f hall.Fact) error {
	if t.at.Role == entry.RoleTablet {
		return padSink{p}.Tell(f)
	}
	return p.tell(plain, f)
}

// watchPages tells which pages came and went, and forgets those that are paired no more.
func (p *program) watchPages() {
	p.entering.Lock()
	paired := map[string]entry.Pairing{}
	for id, one := range p.pairings {
		if one.Role.IsDevice() && p.clock.now().At.Before(one.Until) {
			paired[id] = one
		}
	}
	p.entering.Unlock()
	p.pages.telling.Lock()
	defer p.pages.telling.Unlock()
	for _, one := range paired {
		p.page(one)
	}
	for id, t := range p.pages.all {
		if _, still := paired[id]; still {
			p.tellPage(t, t.now(p.clock.Up()))
		} else if p.forgetPage(t) {
			delete(p.pages.all, id)
		}
	}
}

// forgetPage takes a page off all screens that is paired no more.
func (p *program) forgetPage(t *page) bool {
	name := pageName(t.at)
	if t.told != unheard {
		err := p.tellOf(t, hall.DeviceDown{Device: name, Kind: hall.DeviceKind(t.at.Role), Window: t.at.Window, Why: hall.TroubleMissing})
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
	s.pages.telling.Lock()
	t := s.page(who)
	t.left = s.clock.Up() // a press is a sign of life too
	s.tellPage(t, up)
	s.pages.telling.Unlock()
	sink, name := padSink(s), pageName(who)
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
