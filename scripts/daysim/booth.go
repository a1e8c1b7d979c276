package main

import (
	"context"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/simulator"
	"hallpulse/scripts/stand"
)

// booth is a window, its clerk and its pad.
type booth struct {
	dice
	post  *post
	place hall.Window
	point hall.Point
	pad   *stand.Pad
	lunch hall.Hours // by the roster
	ate   bool       // or does not eat
	on    bool       // signed on
	rests bool       // open, and nobody to call was found
	since time.Time
	backs []*person // who are back with the missing copy

	paused, absent, idled time.Duration
	served                int
}

// stay is one sitting at a window, as the simulator saw it.
type stay struct {
	person                 *person
	booth                  *booth
	letter                 string
	queued, called, served time.Time
	ended                  time.Time
	again                  bool // it went on after it was parked
	patience               time.Duration
}

// shortLunch is what a clerk eats in at least who sits down late.
const shortLunch = 30 * time.Minute

// staff makes the booths of the hall and lets them open and close.
func (s *sim) staff() {
	s.routes = map[string]letterAt{}
	n := 0
	for _, p := range s.plant.posts {
		p.booths = nil
		for _, w := range p.hall.Windows {
			n++
			b := &booth{dice: diceOf(s.seed, -n), post: p, place: w, pad: p.pads[w.ID]}
			b.point, _ = s.plant.hall.Where(w.ID)
			if rests := p.hall.Rests(w.ID, hall.DayOf(s.day), true); len(rests) > 0 {
				b.lunch = rests[0]
			}
			b.ate = b.lunch.To.IsZero()
			p.booths = append(p.booths, b)
			for _, l := range w.Services {
				at := s.routes[l]
				at.post, at.booths = p, append(at.booths, b)
				s.routes[l] = at
			}
			s.at(s.day.Add(windowsOn+b.between(0, 8*time.Minute)), func() { s.open(b) })
			if !b.ate {
				s.at(b.lunch.From, func() { s.rouse(b) })
			}
			for t := closing; t <= lightsOut; t += 5 * time.Minute {
				s.at(s.day.Add(t), func() { s.rouse(b) })
			}
		}
	}
}

// act lets a clerk press a key. becomes is the state in which the window is then, unless the act was not done.
func (s *sim) act(b *booth, verb string, body any, becomes hall.WindowState, done func(no string, v stand.Console)) {
	s.tell(&order{post: b.post, booth: b, act: verb, path: "/api/windows/" + b.place.ID + "/" + verb, body: body,
		was:  func(v stand.Console) bool { return v.Window.State == string(becomes) },
		done: done})
}

// must is act for what nobody has a reason to refuse.
func (s *sim) must(b *booth, verb string, body any, becomes hall.WindowState, done func()) {
	s.act(b, verb, body, becomes, func(no string, _ stand.Console) {
		if no != "" {
			s.fault("%s at window %s: %s", verb, b.place.ID, no)
		}
		done()
	})
}

func (s *sim) open(b *booth) {
	s.must(b, "open", nil, hall.WindowIsOpen, func() {
		b.on = true
		s.idle(b)
	})
}

// rouse lets a clerk who rests look at the clock.
func (s *sim) rouse(b *booth) {
	if b.rests {
		s.stir(b)
		s.idle(b)
	}
}

func (s *sim) stir(b *booth) {
	b.rests = false
	b.idled += s.now.Sub(b.since)
}

// wake rouses those who rest and may call a letter: all at once, the fastest gets him.
func (s *sim) wake(p *post, letter string) {
	for _, b := range p.booths {
		if b.rests && slices.Contains(b.place.Services, letter) {
			s.stir(b)
			s.at(s.now, func() { s.idle(b) })
		}
	}
}

// idle is the clerk between two people.
func (s *sim) idle(b *booth) {
	clock := s.now.Sub(s.day)
	switch {
	case clock >= lightsOut || clock >= closing && b.post.live == 0:
		s.must(b, "close", nil, hall.WindowIsClosed, func() { b.on = false })
	case b.hungry(s.now):
		s.eat(b)
	case len(b.backs) > 0:
		s.takeBack(b)
	default:
		if p := b.post.pleading(b); p != nil {
			s.pick(b, p)
			return
		}
		s.calls(b, "next", nil)
	}
}

// hungry reports whether it is time for lunch.
func (b *booth) hungry(now time.Time) bool { return !b.ate && !now.Before(b.lunch.From) }

// eat pauses the window. Who comes back meanwhile with what was missing is taken by a stand-in.
func (s *sim) eat(b *booth) {
	b.ate = true
	s.must(b, "pause", map[string]any{"why": hall.PausedLunch}, hall.WindowIsPaused, func() {
		b.on = false
		for _, p := range b.backs {
			s.isBackWith(p, b)
		}
		b.backs = nil
		from := s.now
		s.at(later(b.lunch.To, from.Add(shortLunch)), func() {
			s.must(b, "resume", nil, hall.WindowIsOpen, func() {
				b.on = true
				b.paused += s.now.Sub(from)
				s.idle(b)
			})
		})
	})
}

// pleading returns somebody who asked to be called out of turn, and whom b may call.
func (p *post) pleading(b *booth) *person {
	i := slices.IndexFunc(p.pleads, func(one *person) bool {
		return one.state == isWaiting && one.post == p && slices.Contains(b.place.Services, one.then[0].letter)
	})
	if i < 0 {
		return nil
	}
	one := p.pleads[i]
	p.pleads = slices.Delete(p.pleads, i, i+1)
	return one
}

func (s *sim) pick(b *booth, p *person) {
	s.calls(b, "pick", map[string]any{"id": p.ticket.ID, "why": hall.MovedFrail})
}

// calls calls somebody to an open window.
func (s *sim) calls(b *booth, verb string, body any) {
	s.tell(&order{post: b.post, booth: b, act: verb, path: "/api/windows/" + b.place.ID + "/" + verb, body: body, looks: true,
		was: func(v stand.Console) bool { return v.Window.State == string(hall.WindowIsCalled) },
		done: func(no string, v stand.Console) {
			switch {
			case no == "nobody-waiting":
				b.rests, b.since = true, s.now
			case no == "not-waiting": // somebody else was faster
				s.idle(b)
			case no != "":
				s.fault("%s at window %s: %s", verb, b.place.ID, no)
			case v.Visit == nil:
				s.fault("%s at window %s: the console shows nobody", verb, b.place.ID)
			default:
				s.calledTo(b, v.Visit.Ticket)
			}
		}})
}

// calledTo is isCalledTo when all that happens at this moment is known: the visit before may have ended in it.
func (s *sim) calledTo(b *booth, number string) { s.at(s.now, func() { s.isCalledTo(b, number) }) }

// How long a clerk waits for who was called, calling again meanwhile: longer where he sees him come.
const (
	callAgain = 60 * time.Second
	waitsFor  = 120 * time.Second
	seesHim   = 300 * time.Second
)

// isCalledTo lets the holder of a number come, or nobody.
func (s *sim) isCalledTo(b *booth, number string) {
	p := b.post.holders[number]
	stays := &stay{person: p, booth: b, called: s.now}
	if p != nil {
		stays.letter, stays.queued = p.then[0].letter, p.queued
		if p.state == isCalled || p.state == isServed {
			s.fault("ticket %s %s is called to window %s, and is at %s already", p.ticket.ID, number, b.place.ID, p.stay.booth.place.ID)
		}
	} else {
		s.book.ghosts++
	}
	comes := s.now.Add(seesHim + tact)
	stays.patience = waitsFor
	if p != nil && p.state == isWaiting && !p.of(0.025) {
		way, _ := s.plant.hall.Walk(p.body.at, b.point)
		if at := later(p.free, s.now).Add(way.Time()); at.Before(comes) {
			comes, stays.patience = at, seesHim
		}
	}
	if p != nil && p.state == isWaiting {
		p.state, p.stay = isCalled, stays
	}
	s.awaits(stays, comes, s.now.Add(callAgain))
}

// awaits waits for somebody until he comes, and calls again meanwhile.
func (s *sim) awaits(at *stay, comes, again time.Time) {
	b := at.booth
	switch {
	case !comes.After(again):
		s.at(comes, func() { s.serve(at) })
	case again.Sub(at.called) >= at.patience:
		s.at(again, func() { s.missed(at) })
	default:
		s.at(again, func() {
			s.must(b, "recall", nil, hall.WindowIsPaused, func() { s.awaits(at, comes, s.now.Add(callAgain)) }) // a recall too many does no harm
		})
	}
}

func (s *sim) missed(at *stay) {
	s.must(at.booth, "missed", nil, hall.WindowIsOpen, func() {
		if p := at.person; p != nil && p.state == isCalled {
			s.missedHim(p)
		}
		s.breathes(at.booth)
	})
}

func (s *sim) serve(at *stay) {
	b, p := at.booth, at.person
	s.walk(p, b.point)
	s.must(b, "serve", nil, hall.WindowIsServing, func() { s.works(at, p.about(time.Duration(p.then[0].minutes*float64(time.Minute)), 0.45)) })
}

// works serves somebody for so long.
func (s *sim) works(at *stay, work time.Duration) {
	p := at.person
	work = max(work, 40*time.Second)
	at.served = s.now
	p.state, p.stay = isServed, at
	p.free = s.now.Add(work)
	if p.of(0.03) { // presses while he is still served
		p.pressed = true
		s.in(work*9/10, func() { s.presses(at.booth, p.level()) })
	}
	s.in(work, func() { s.ends(at) })
}

// ends decides how a sitting ends.
func (s *sim) ends(at *stay) {
	b, p := at.booth, at.person
	switch n := p.IntN(1000); {
	case at.again || n >= 110:
		s.finish(at)
	case n < 50:
		s.parks(at)
	case n < 80:
		if to := s.sameLetter(b); to != nil {
			s.transfer(at, to, map[string]any{"to": map[string]string{"window": to.place.ID}})
			return
		}
		s.finish(at)
	default:
		if to := s.otherUnit(b, p); to != nil {
			p.then[0] = need{letter: to.place.Services[0], minutes: 4}
			s.transfer(at, to, map[string]any{"to": map[string]string{"letter": to.place.Services[0]}})
			return
		}
		s.finish(at)
	}
}

// sameLetter returns another open window of the unit, where what he came for is done too.
func (s *sim) sameLetter(b *booth) *booth {
	i := slices.IndexFunc(b.post.booths, func(o *booth) bool {
		return o != b && o.on && o.place.Unit == b.place.Unit && o.place.Services[0] == b.place.Services[0]
	})
	if i < 0 {
		return nil
	}
	return b.post.booths[i]
}

// otherUnit returns an open window of another unit at the same counter, whichever the person needs.
func (s *sim) otherUnit(b *booth, p *person) *booth {
	var others []*booth
	for _, o := range b.post.booths {
		if o.on && o.place.Unit != b.place.Unit {
			others = append(others, o)
		}
	}
	if len(others) == 0 {
		return nil
	}
	return others[p.IntN(len(others))]
}

// transfer passes somebody on; he keeps his place.
func (s *sim) transfer(at *stay, to *booth, body any) {
	s.must(at.booth, "transfer", body, hall.WindowIsOpen, func() {
		s.rose(at)
		s.book.transferred++
		s.waits(at.person, to)
		s.breathes(at.booth)
	})
}

// parks lets somebody fetch a copy; nearly all come back.
func (s *sim) parks(at *stay) {
	b, p := at.booth, at.person
	s.must(b, "hold", map[string]any{"why": hall.HeldMaterials}, hall.WindowIsOpen, func() {
		s.rose(at)
		p.state = isHeld
		s.book.parked++
		there := s.walk(p, s.nearest(p.body.at, hall.PlaceCopy))
		if p.of(0.04) {
			s.gone(p, &s.book.neverBack, hall.TicketIsFinished)
		} else {
			p.free = there.Add(p.between(2*time.Minute, 12*time.Minute))
			back := s.walk(p, b.point)
			s.at(back, func() { s.isBackWith(p, b) })
		}
		s.breathes(b)
	})
}

// isBackWith lets somebody go on at the window where he was, or with a stand-in.
func (s *sim) isBackWith(p *person, b *booth) {
	if !b.on {
		if other := s.sameLetter(b); other != nil {
			b = other
		}
	}
	b.backs = append(b.backs, p)
	s.rouse(b)
}

func (s *sim) takeBack(b *booth) {
	p := b.backs[0]
	b.backs = b.backs[1:]
	at := &stay{person: p, booth: b, letter: p.then[0].letter, queued: s.now, called: s.now, again: true}
	s.must(b, "back", map[string]any{"id": p.ticket.ID}, hall.WindowIsServing, func() {
		s.book.resumed++
		s.works(at, p.about(2*time.Minute+30*time.Second, 0.3))
	})
}

// finish ends a visit: by its key, or by calling the next one.
func (s *sim) finish(at *stay) {
	b := at.booth
	ended := func() {
		s.rose(at)
		b.served++
		s.rates(at)
		s.servedAt(at.person)
	}
	clock := s.now.Sub(s.day)
	if !b.of(0.15) || len(b.backs) > 0 || b.hungry(s.now) || clock >= closing {
		s.must(b, "finish", nil, hall.WindowIsOpen, func() {
			ended()
			s.breathes(b)
		})
		return
	}
	number := at.person.ticket.Number
	s.tell(&order{post: b.post, booth: b, act: "next", path: "/api/windows/" + b.place.ID + "/next", looks: true,
		was: func(v stand.Console) bool { return v.Visit != nil && v.Visit.Ticket != number },
		done: func(no string, v stand.Console) {
			if no != "" || v.Visit == nil { // nobody waits: then by its key
				s.must(b, "finish", nil, hall.WindowIsOpen, func() {
					ended()
					s.breathes(b)
				})
				return
			}
			ended()
			s.calledTo(b, v.Visit.Ticket)
		}})
}

// rose notes the end of a sitting.
func (s *sim) rose(at *stay) {
	at.ended = s.now
	s.book.stays = append(s.book.stays, at)
}

// breathes is what a clerk does before he calls again: puts papers away; sometimes he is gone for longer.
func (s *sim) breathes(b *booth) {
	pause := b.between(10*time.Second, 30*time.Second)
	if b.of(0.012) {
		pause = b.between(4*time.Minute, 10*time.Minute)
		b.absent += pause
	}
	s.in(pause, func() { s.idle(b) })
}

// rates lets who was served press a key, or not.
func (s *sim) rates(at *stay) {
	p, level := at.person, at.person.level()
	before := p.pressed
	p.pressed = true
	again := func(d time.Duration, l hall.Level) { s.in(d, func() { s.presses(at.booth, l) }) }
	switch n := p.IntN(100); {
	case n < 50:
		again(p.between(5*time.Second, 40*time.Second), level)
	case n < 54: // presses twice
		again(10*time.Second, level)
		again(20*time.Second, level)
	case n < 56: // comes back to the pad when it is too late
		again(p.between(130*time.Second, 300*time.Second), level)
	default:
		p.pressed = before
	}
}

// presses presses a key. Nobody presses on a pad that is dark because its agent is away.
func (s *sim) presses(b *booth, level hall.Level) {
	s.ask(s.now, func() func() {
		if b.post.away.Load() {
			return func() { s.book.dark++ }
		}
		ctx, cancel := context.WithTimeout(s.ctx, 20*time.Second)
		defer cancel()
		_, kept := b.pad.Press(level)
		now, err := b.pad.Await(ctx, func(st simulator.PadState) bool { return st.Queued == 0 || b.post.away.Load() })
		return func() {
			if err != nil || !kept {
				s.fault("the pad at window %s: a press is not acknowledged: %v, %+v\n%s", b.place.ID, err, now, b.post.Tail())
				return
			}
			s.book.pressed++
		}
	})
}
