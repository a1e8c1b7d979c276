package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/simulator"
	"hallpulse/scripts/stand"
)

// plan is the day that is asked for.
type plan struct {
	visitors, windows, counters, days int
	seed                              uint64
	layout                            string
	faults                            bool
	hubAway                           bool // the whole day
	rebuild                           bool // make the hub's tables anew when the day is proved
}

// firstDay is a Wednesday.
func firstDay() time.Time { return time.Date(2026, 3, 11, 0, 0, 0, 0, hall.Beijing()) }

// run plays the plan, proves it and prints it.
func run(ctx context.Context, p plan, out io.Writer) (d *sim, err error) {
	began := time.Now()
	whole, err := readHall(p.layout)
	if err != nil {
		return nil, err
	}
	whole.Windows = whole.Windows[:min(p.windows, len(whole.Windows))]
	dir, err := os.MkdirTemp("", "day") // not deeper: the path of a unix socket is short
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	clockFile := filepath.Join(dir, "clock")
	clock, err := newDayClock(clockFile, firstDay().Add(7*time.Hour))
	if err != nil {
		return nil, err
	}
	// Of the children: six programs share two cores.
	if err := os.Setenv("GOGC", "400"); err != nil {
		return nil, err
	}
	at, err := build(ctx, dir, whole, p.counters, clock, clockFile)
	if err != nil {
		return nil, err
	}
	defer at.abandon()
	s := &sim{ctx: ctx, seed: p.seed, plant: at}
	if err := s.playAll(p); err != nil {
		return nil, errors.Join(err, s.verdict())
	}
	played := time.Since(began)
	if s.held, err = s.prove(ctx, p.rebuild); err != nil || len(s.wrong) > 0 {
		return nil, errors.Join(err, s.verdict())
	}
	s.print(out)
	fmt.Fprintf(out, "played in %.0f s, proved in %.0f s\n", played.Seconds(), (time.Since(began) - played).Seconds())
	return s, nil
}

// playAll plays all days, and stops the programs.
func (s *sim) playAll(p plan) error {
	if err := s.plant.startAll(s.ctx); err != nil {
		return err
	}
	for n := range p.days {
		s.day = firstDay().AddDate(0, 0, n)
		if err := s.playDay(p, n); err != nil {
			return err
		}
	}
	return s.plant.stop()
}

// verdict is what went wrong, or nil.
func (s *sim) verdict() error {
	if len(s.wrong) == 0 {
		return nil
	}
	return fmt.Errorf("%d things that must not happen:\n%s", len(s.wrong), strings.Join(s.wrong, "\n"))
}

// playDay plays a day from morning until its end has been told to the hub.
func (s *sim) playDay(p plan, n int) error {
	s.now = s.day.Add(8 * time.Hour)
	s.plant.clock.set(s.now)
	for _, at := range s.plant.posts {
		at.holders, at.live, at.pleads = map[string]*person{}, 0, nil
	}
	s.staff()
	all := s.mattersHere()
	for i := range p.visitors {
		s.comes(n*p.visitors+i, all)
	}
	if p.faults && n == 0 {
		s.trouble()
	}
	if p.hubAway {
		s.hubIsAway(8*time.Hour, 23*time.Hour)
	}
	if err := s.run(s.day.Add(23*time.Hour + 30*time.Minute)); err != nil {
		return err
	}
	return s.night()
}

// mattersHere are those for which this hall has windows.
func (s *sim) mattersHere() []matter {
	var here []matter
	for _, m := range matters() {
		all := true
		for _, stop := range m.stops {
			all = all && s.letterOf(stop.item).post != nil
		}
		if all {
			here = append(here, m)
		}
	}
	return here
}

// trouble stops the hub for a third of the day, and dooms two agents: one dies of a call, one of a transfer.
func (s *sim) trouble() {
	s.hubIsAway(10*time.Hour+30*time.Minute, 13*time.Hour+30*time.Minute)
	doom := func(n int, at time.Duration, act string) {
		p := s.plant.posts[n%len(s.plant.posts)]
		s.at(s.day.Add(at), func() { p.doomed.Store(&act) })
	}
	doom(0, 10*time.Hour, "transfer")
	doom(2, 14*time.Hour+30*time.Minute, "next")
}

func (s *sim) hubIsAway(from, to time.Duration) {
	s.ask(s.day.Add(from), func() func() {
		err := s.plant.hub.Stop()
		return func() {
			s.book.note(s.now, "the hub is stopped")
			if err != nil {
				s.fault("the hub does not stop: %v", err)
			}
		}
	})
	s.ask(s.day.Add(to), func() func() {
		err := s.plant.startHub(s.ctx)
		return func() {
			s.book.note(s.now, "the hub is back")
			if err != nil {
				s.fault("the hub does not start: %v", err)
			}
		}
	})
}

// night waits until the hub has settled the day, lets the day change, and waits until the hub has settled that too.
func (s *sim) night() error {
	began := time.Now()
	if err := s.settles(func(stand.Console) bool { return true }); err != nil {
		return err
	}
	s.book.lag = max(s.book.lag, time.Since(began))
	if err := s.padsRest(); err != nil {
		return err
	}
	s.now = s.day.Add(24*time.Hour + 5*time.Minute)
	s.plant.clock.set(s.now)
	for _, p := range s.people {
		switch p.state {
		case isComing, isDone:
		case isWaiting:
			s.gone(p, &s.book.withdrawn, hall.TicketIsWithdrawn)
		default: // parked, or missed and on his way
			s.gone(p, &s.book.neverBack, hall.TicketIsFinished, hall.TicketIsMissed)
		}
	}
	const tick = 2 * time.Second // an agent looks at its clock each second
	time.Sleep(tick)
	return s.settles(func(v stand.Console) bool { return v.WaitingCount == 0 && len(v.Held) == 0 })
}

// settles waits until the hub has answered everything that agents have told it, and their consoles are at rest.
func (s *sim) settles(rest func(stand.Console) bool) error {
	ctx, cancel := context.WithTimeout(s.ctx, 2*time.Minute)
	defer cancel()
	for _, p := range s.plant.posts {
		for {
			v, err := p.Console(ctx, p.booths[0].place.ID)
			if err != nil {
				return fmt.Errorf("%s does not come to rest: %w, %+v", p.Name, err, v)
			}
			if v.Hub.Up && v.Hub.Stored == 0 && rest(v) {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	return nil
}

// padsRest waits until no pad keeps a press any more.
func (s *sim) padsRest() error {
	ctx, cancel := context.WithTimeout(s.ctx, 30*time.Second)
	defer cancel()
	for _, p := range s.plant.posts {
		for id, at := range p.pads {
			if _, err := at.Await(ctx, func(st simulator.PadState) bool { return st.Queued == 0 }); err != nil {
				return fmt.Errorf("the pad at window %s keeps a press: %w", id, err)
			}
		}
	}
	return nil
}
