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
)

// plan is the day that is asked for.
type plan struct {
	visitors, windows, counters, days int
	seed                              uint64
	layout                            string
	faults                            bool
	hubAway                           bool // the whole day
}

// firstDay is a Wednesday.
func firstDay() time.Time { return time.Date(2026, 3, 11, 0, 0, 0, 0, hall.Beijing()) }

// run plays the plan, proves it and prints it.
func run(ctx context.Context, p plan, out io.Writer) (err error) {
	began := time.Now()
	whole, err := readHall(p.layout)
	if err != nil {
		return err
	}
	if p.windows < len(whole.Windows) {
		whole.Windows = whole.Windows[:p.windows]
	}
	dir, err := os.MkdirTemp("", "day") // not deeper: the path of a unix socket is short
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	clockFile := filepath.Join(dir, "clock")
	clock, err := newDayClock(clockFile, firstDay().Add(7*time.Hour))
	if err != nil {
		return err
	}
	if err := os.Setenv("GOGC", "400"); err != nil { // of the children: six programs share two cores
		return err
	}
	at, err := build(ctx, dir, whole, p.counters, clock, clockFile)
	if err != nil {
		return err
	}
	defer at.abandon()
	if err := at.startAll(ctx); err != nil {
		return err
	}
	s := &sim{ctx: ctx, seed: p.seed, plant: at}
	for n := range p.days {
		s.day = firstDay().AddDate(0, 0, n)
		if err := s.playDay(p, n); err != nil {
			return errors.Join(err, s.verdict())
		}
	}
	played := time.Since(began)
	if err := at.stop(); err != nil {
		return err
	}
	held, err := s.prove(ctx)
	if err := errors.Join(err, s.verdict()); err != nil {
		return err
	}
	s.print(out, held)
	fmt.Fprintf(out, "played in %.0f s, proved in %.0f s\n", played.Seconds(), time.Since(began).Seconds()-played.Seconds())
	return nil
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

// night lets the day change, and waits until the hub has answered everything.
func (s *sim) night() error {
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
	began := time.Now()
	for _, p := range s.plant.posts {
		window := p.booths[0].place.ID
		for {
			v, err := p.Console(s.ctx, window)
			if err != nil {
				return err
			}
			if v.WaitingCount == 0 && len(v.Held) == 0 && v.Hub.Up && v.Hub.Stored == 0 && time.Since(began) > 2*time.Second {
				break
			}
			if time.Since(began) > 2*time.Minute {
				return fmt.Errorf("%s does not come to rest: %+v", p.Name, v)
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
	s.book.lag = time.Since(began)
	return s.padsRest()
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
