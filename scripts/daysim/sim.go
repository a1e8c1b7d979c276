package main

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/scripts/stand"
)

// tact is how far apart two moments of the day are. What happens within it happens at once: the asks of a moment really
// race each other.
const tact = 15 * time.Second

// sim plays a day: moment after moment, each with all that happens then. Its fields belong to the goroutine of run; what
// others do is in the ask of an event.
type sim struct {
	ctx   context.Context
	seed  uint64
	plant *plant
	day   time.Time // 00:00

	now    time.Time
	events events
	nth    int

	routes map[string]letterAt // by letter
	people []*person
	book   book
	held   sums     // by agents and hub, when the day is over
	told   *ledger  // likewise
	wrong  []string // what must not happen, and did
}

// letterAt is a letter with the counter that owns it.
type letterAt struct {
	post   *post
	booths []*booth
}

// event is something that happens at a moment. Its ask runs beside those of the same moment and may wait for programs;
// what it returns runs after all of them, alone.
type event struct {
	at  time.Time
	nth int
	ask func() func()
}

type events []event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	return e[i].at.Before(e[j].at) || e[i].at.Equal(e[j].at) && e[i].nth < e[j].nth
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(event)) }
func (e *events) Pop() any {
	old := *e
	last := old[len(old)-1]
	*e = old[:len(old)-1]
	return last
}

// ask lets something happen at t, or now where that is past.
func (s *sim) ask(t time.Time, ask func() func()) {
	if t = s.day.Add(t.Sub(s.day).Round(tact)); t.Before(s.now) {
		t = s.now
	}
	s.nth++
	heap.Push(&s.events, event{t, s.nth, ask})
}

// at is ask for what waits for nobody.
func (s *sim) at(t time.Time, do func()) { s.ask(t, func() func() { return do }) }

func (s *sim) in(d time.Duration, do func()) { s.at(s.now.Add(d), do) }

// fault notes what must not happen.
func (s *sim) fault(format string, args ...any) {
	s.wrong = append(s.wrong, s.now.In(hall.Beijing()).Format("15:04:05 ")+fmt.Sprintf(format, args...))
}

const mostWrong = 20

// run plays until a moment of the day.
func (s *sim) run(until time.Time) error {
	for len(s.events) > 0 && !s.events[0].at.After(until) {
		s.now = s.events[0].at
		s.plant.clock.set(s.now)
		s.moment()
		s.comeBack()
		if s.ctx.Err() != nil {
			return s.ctx.Err()
		}
		if len(s.wrong) > mostWrong {
			return errors.New("too much went wrong")
		}
	}
	s.now = until
	s.plant.clock.set(s.now)
	return nil
}

// moment lets all happen that happens now.
func (s *sim) moment() {
	var now []event
	for len(s.events) > 0 && s.events[0].at.Equal(s.now) {
		now = append(now, heap.Pop(&s.events).(event))
	}
	then := make([]func(), len(now))
	free := make(chan struct{}, 4*runtime.GOMAXPROCS(0))
	var all sync.WaitGroup
	for i, e := range now {
		free <- struct{}{}
		all.Go(func() {
			then[i] = e.ask()
			<-free
		})
	}
	all.Wait()
	for _, do := range then {
		if do != nil {
			do()
		}
	}
}

// order is something that an agent is asked to do.
type order struct {
	post   *post
	booth  *booth // whose console shows whether it was done; nil: none does
	act    string // "next": what the doomed agent dies of
	path   string
	body   any
	ticket *stand.Ticket // the answer; nil: there is none
	looks  bool          // done wants to see the console
	was    func(stand.Console) bool
	done   func(refused string, v stand.Console)

	doubt bool // it was asked before, and no answer came
}

// tell asks an agent, and calls done with its answer: what it refuses with, or nothing. Where the agent is away, or goes
// before it answers, it is asked when it is back: then the console says whether it was done.
func (s *sim) tell(o *order) { s.ask(s.now, func() func() { return s.try(o) }) }

func (s *sim) try(o *order) func() {
	p := o.post
	if p.away.Load() {
		return func() { p.parked = append(p.parked, o) }
	}
	var seen stand.Console
	var no *stand.Refusal
	err := s.once(o, &seen)
	switch {
	case err == nil:
		return func() { o.done("", seen) }
	case errors.As(err, &no):
		return func() { o.done(no.Code, seen) }
	}
	o.doubt = true
	return func() {
		if !p.away.Load() {
			s.fault("%s, which runs, does not answer %s: %v\n%s", p.Name, o.path, err, p.Tail())
			return
		}
		p.parked = append(p.parked, o)
	}
}

// once asks one time.
func (s *sim) once(o *order, seen *stand.Console) (err error) {
	p := o.post
	if o.doubt && o.booth != nil {
		if *seen, err = p.Console(s.ctx, o.booth.place.ID); err != nil {
			return err
		}
		if o.was != nil && o.was(*seen) {
			return nil
		}
	}
	var into any
	if o.ticket != nil {
		into = o.ticket
	}
	dies := p.diesOf(o.act)
	if err = p.Post(s.ctx, o.path, o.body, into); err == nil && o.looks {
		*seen, err = p.Console(s.ctx, o.booth.place.ID)
	}
	if dies != nil {
		<-dies
	}
	return err
}

// diesOf kills the agent in the middle of an act that it was doomed to die of, and returns what is closed when it is dead.
func (p *post) diesOf(act string) <-chan struct{} {
	fate := p.doomed.Load()
	if fate == nil || *fate != act || !p.doomed.CompareAndSwap(fate, nil) {
		return nil
	}
	dead := make(chan struct{})
	go func() {
		defer close(dead)
		time.Sleep(rand.N(4 * time.Millisecond))
		p.away.Store(true)
		_ = p.Kill() // it runs: we started it
	}()
	return dead
}

// comeBack arranges that who was killed comes back: somebody has to be found who starts it again.
func (s *sim) comeBack() {
	const found = 20 * time.Minute
	for _, p := range s.plant.posts {
		if !p.away.Load() || p.back {
			continue
		}
		p.back = true
		p.killed++
		s.book.note(s.now, "%s is killed", p.Name)
		s.ask(s.now.Add(found), func() func() {
			err := p.Start(s.ctx)
			return func() { s.isBack(p, err) }
		})
	}
}

func (s *sim) isBack(p *post, err error) {
	if err != nil {
		s.fault("%s does not start again: %v", p.Name, err)
		return
	}
	s.book.note(s.now, "%s is back; %d things were left to do", p.Name, len(p.parked))
	p.away.Store(false)
	p.back = false
	again := p.parked
	p.parked = nil
	for _, o := range again {
		s.tell(o)
	}
}
