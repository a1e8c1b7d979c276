package main

import (
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/scripts/stand"
)

// body is where somebody is in the hall.
type body struct {
	at   hall.Point
	free time.Time // walks or is served until then
}

// person is who came for a matter. Somebody with two tickets at once is two of them, with one body.
type person struct {
	dice
	*body
	n      int
	matter matter
	class  hall.Class
	came   time.Time
	left   time.Time
	legs   []leg // tickets still to be taken
	twin   *person

	post   *post
	ticket stand.Ticket
	then   []need // of this ticket, the one he waits for or is served first

	state    personState
	queued   time.Time // for the stop he waits for
	walked   time.Duration
	walks    int
	returns  int
	stay     *stay
	pressed  bool // a pad, at one of his windows
	wantsOut bool // gone for good; nobody answers to his number
}

type personState string

const (
	isComing  personState = "coming"
	isWaiting personState = "waiting"
	isCalled  personState = "called"
	isServed  personState = "served"
	isHeld    personState = "held"
	isMissed  personState = "missed"
	isDone    personState = "done"
)

// need is a stop as the counter knows it. Where somebody was passed on to another letter it has no item.
type need struct {
	letter, item string
	minutes      float64
}

// leg is the part of a matter that one ticket takes: its stops are at one counter.
type leg struct {
	post  *post
	stops []stop
}

// comes lets a person of number n come on the day.
func (s *sim) comes(n int, all []matter) {
	p := &person{dice: diceOf(s.seed, n), body: new(body), n: n, state: isComing}
	p.came, p.matter, p.class = p.when(s.day), p.dice.matter(all), p.dice.class()
	for _, at := range p.matter.stops {
		owner := s.letterOf(at.item).post
		if i := len(p.legs) - 1; i >= 0 && p.legs[i].post == owner {
			p.legs[i].stops = append(p.legs[i].stops, at)
		} else {
			p.legs = append(p.legs, leg{owner, []stop{at}})
		}
	}
	s.people = append(s.people, p)
	s.at(p.came, func() {
		p.at, _ = s.plant.hall.Where("gate")
		s.toKiosk(p)
	})
}

func (s *sim) letterOf(item string) letterAt {
	i, _ := s.plant.hall.Item(item)
	return s.routes[i.Service]
}

// walk takes a person to a point, from where he is, when he is free. It returns when he is there.
func (s *sim) walk(p *person, to hall.Point) time.Time {
	way, ok := s.plant.hall.Walk(p.at, to)
	if !ok {
		s.fault("no way from %v to %v", p.at, to)
	}
	p.walked += way.Time()
	p.walks++
	p.free = later(p.free, s.now).Add(way.Time())
	p.at = to
	return p.free
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// nearest returns the place of a kind that is the shortest walk away.
func (s *sim) nearest(from hall.Point, kind hall.PlaceKind) hall.Point {
	var best hall.Point
	short := time.Duration(-1)
	for _, place := range s.plant.hall.Places {
		if place.Kind != kind {
			continue
		}
		to := hall.Point{Floor: place.Floor, At: place.At}
		if way, ok := s.plant.hall.Walk(from, to); ok && (short < 0 || way.Time() < short) {
			best, short = to, way.Time()
		}
	}
	return best
}

// atTheKiosk is how long it takes to find the service and take the paper.
const atTheKiosk = 30 * time.Second

func (s *sim) toKiosk(p *person) {
	there := s.walk(p, s.nearest(p.at, hall.PlaceKiosk))
	s.at(there.Add(atTheKiosk), func() { s.take(p, nil) })
}

// take takes the ticket for the next part of his matter. with is an earlier ticket that he still holds.
func (s *sim) take(p *person, with *person) {
	at := p.legs[0]
	p.legs = p.legs[1:]
	p.post, p.then = at.post, nil
	then := []map[string]string{}
	for n, stop := range at.stops {
		i, _ := s.plant.hall.Item(stop.item)
		p.then = append(p.then, need{i.Service, i.Code, stop.minutes})
		if n > 0 {
			then = append(then, map[string]string{"letter": i.Service, "item": i.Code})
		}
	}
	first := p.then[0]
	body := map[string]any{"letter": first.letter, "item": first.item, "class": p.class, "then": then}
	if p.of(0.15) {
		body["purpose"] = hall.PurposeAsk
	}
	if p.of(0.03) {
		body["cases"] = 2 + p.IntN(3)
	}
	if with != nil {
		body["with"] = with.ticket.ID
	}
	var given stand.Ticket
	s.tell(&order{post: p.post, act: "take", path: "/api/tickets", body: body, ticket: &given,
		done: func(no string, _ stand.Console) {
			if no != "" {
				s.fault("no ticket of %s for person %d: %s", first.letter, p.n, no)
				p.state = isDone
				return
			}
			p.ticket = given
			s.waits(p, s.routes[first.letter].booths[0])
			p.post.holders[given.Number] = p
			p.post.live++
			s.book.tickets++
			s.patience(p)
			s.second(p)
		}})
}

// second lets a few take another ticket for another matter at the same counter, while they hold the first one.
func (s *sim) second(p *person) {
	if p.twin != nil || len(p.legs) > 0 || !p.of(0.03) {
		return
	}
	for _, m := range matters() {
		at := s.letterOf(m.stops[0].item)
		if at.post != p.post || len(m.stops) > 1 || m.stops[0].item == p.matter.stops[0].item {
			continue
		}
		t := &person{dice: diceOf(s.seed, p.n+1_000_000), body: p.body, n: p.n + 1_000_000, matter: m, class: p.class, came: s.now,
			legs: []leg{{p.post, m.stops}}, twin: p, state: isComing}
		p.twin = t
		s.people = append(s.people, t)
		s.book.twins++
		s.in(atTheKiosk, func() { s.take(t, p) })
		return
	}
}

// waits lets a person sit down near a window that will call him.
func (s *sim) waits(p *person, near *booth) {
	p.state, p.queued = isWaiting, s.now
	if p.twin == nil || p.free.Before(s.now) {
		s.walk(p, s.nearest(near.point, hall.PlaceSeats))
	}
	s.wake(p.post, p.then[0].letter)
}

// patience lets who has waited too long give the number back, or go without a word.
func (s *sim) patience(p *person) {
	ticket := p.ticket.ID
	s.in(p.about(95*time.Minute, 0.5), func() {
		if p.state != isWaiting || p.ticket.ID != ticket {
			return
		}
		if p.of(0.5) {
			p.wantsOut = true
			s.gone(p, &s.book.leftSilently, hall.TicketIsMissed, hall.TicketIsWithdrawn)
			return
		}
		s.tell(s.givesBack(p))
	})
	if p.of(0.01) { // frail, or in a hurry for a good reason: he says so
		s.in(6*time.Minute, func() {
			if p.state == isWaiting {
				p.post.pleads = append(p.post.pleads, p)
			}
		})
	}
}

// givesBack is the order that gives the number back, unless it is called at this very moment: then he is not waiting. Where
// the agent went before it answered, he may not be waiting because it had kept that. Which of both it was shows when all
// calls of the moment are known.
func (s *sim) givesBack(p *person) *order {
	o := &order{post: p.post, act: "cancel", path: "/api/tickets/" + p.ticket.ID + "/cancel", body: map[string]any{"why": hall.DropLeft}}
	o.done = func(no string, _ stand.Console) {
		switch {
		case no == "":
			s.gone(p, &s.book.cancelled, hall.TicketIsCancelled)
		case no == "not-waiting" && o.doubt:
			s.in(tact, func() {
				if p.state == isWaiting {
					s.gone(p, &s.book.cancelled, hall.TicketIsCancelled)
				}
			})
		case no != "not-waiting":
			s.fault("ticket %s %s may not be given back: %s", p.ticket.ID, p.ticket.Number, no)
		}
	}
	return o
}

// gone ends somebody's day in the hall. In the end his ticket must be in one of these states.
func (s *sim) gone(p *person, count *int, states ...hall.TicketState) {
	if p.state == isDone {
		return
	}
	p.state, p.left = isDone, s.now
	p.post.live--
	*count++
	s.mustEnd(p, states...)
}

func (s *sim) mustEnd(p *person, states ...hall.TicketState) {
	s.book.endings = append(s.book.endings, ending{p.ticket.ID, p.ticket.Number, states})
}

// missedHim lets somebody who did not hear his number come back, or not.
func (s *sim) missedHim(p *person) {
	p.state = isMissed
	s.book.missed++
	if p.wantsOut || p.returns >= 3 {
		s.gone(p, &s.book.neverBack, hall.TicketIsMissed)
		return
	}
	p.returns++
	s.at(later(p.free, s.now).Add(p.between(2*time.Minute, 9*time.Minute)), func() { s.returnsTo(p) })
}

func (s *sim) returnsTo(p *person) {
	if s.now.Sub(s.day) > lightsOut {
		s.gone(p, &s.book.neverBack, hall.TicketIsMissed)
		return
	}
	s.tell(&order{post: p.post, act: "return", path: "/api/tickets/" + p.ticket.ID + "/return",
		done: func(no string, _ stand.Console) {
			if no != "" && no != "not-missed" {
				s.fault("ticket %s %s may not return: %s", p.ticket.ID, p.ticket.Number, no)
			}
			s.book.returned++
			p.state, p.queued = isWaiting, s.now
			s.wake(p.post, p.then[0].letter)
		}})
}

// servedAt goes on with a person whose visit has ended: to his next stop, the next ticket, or home.
func (s *sim) servedAt(p *person) {
	p.then = p.then[1:]
	s.ratesByPhone(p)
	switch {
	case len(p.then) > 0:
		s.waits(p, s.routes[p.then[0].letter].booths[0])
	case len(p.legs) > 0:
		p.post.live--
		s.mustEnd(p, hall.TicketIsFinished)
		s.toKiosk(p)
	default:
		s.gone(p, &s.book.finished, hall.TicketIsFinished)
		if p.twin == nil || p.twin.state == isDone {
			gate, _ := s.plant.hall.Where("gate")
			p.left = s.walk(p, gate)
		}
	}
}

// ratesByPhone lets some rate from the phone later, once with each ticket, as often as the page is not there.
func (s *sim) ratesByPhone(p *person) {
	if len(p.then) > 0 || p.ticket.URL == "" || p.pressed || !p.of(0.3) {
		return
	}
	ticket, url, level := p.ticket.ID, p.ticket.URL, p.level()
	var try func(left int)
	try = func(left int) {
		s.ask(s.now.Add(p.between(10*time.Minute, 150*time.Minute)), func() func() {
			_, err := stand.Rate(s.ctx, url, int(level))
			return func() {
				if err == nil {
					s.book.phoned = append(s.book.phoned, ticket)
					return
				}
				s.book.phoneTried = append(s.book.phoneTried, ticket)
				switch {
				case left > 0:
					try(left - 1)
				default:
					s.book.notPhoned++
				}
			}
		})
	}
	try(2)
}
