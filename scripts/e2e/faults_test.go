//go:build e2e

package e2e

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/simulator"
)

// TestNothingLostNothingTwice presses keys while one thing after another fails, and after each failure wants every
// press that a pad saw acknowledged to be at the hub exactly once, in its class, and no other.
func TestNothingLostNothingTwice(t *testing.T) {
	t.Parallel()
	s := build(t, plan{windows: 4, cable: simulator.LineConfig{Flip: 0.002, Drop: 0.002, Seed: 1}})
	s.open()

	t.Run("all is well", func(t *testing.T) {
		s.rounds(t, 3, nil)
		s.equal(t)
	})
	t.Run("the hub is away during 200 presses", func(t *testing.T) {
		must(t, s.hub.Stop())
		s.rounds(t, 14, nil)
		must(t, s.hub.Start(s.ctx))
		s.equal(t)
	})
	t.Run("the agent is killed 20 times under presses", func(t *testing.T) {
		s.rounds(t, 12, again(20, func() error { return firstOf(s.agent.Kill(), s.agent.Start(s.ctx)) }))
		s.equal(t)
	})
	t.Run("the hub is killed 20 times under batches", func(t *testing.T) {
		s.rounds(t, 12, again(20, func() error { return firstOf(s.hub.Kill(), s.hub.Start(s.ctx)) }))
		s.equal(t)
	})
	t.Run("pads are pulled out and put back", func(t *testing.T) {
		s.rounds(t, 10, again(12, func() error {
			p := s.pads[rand.N(len(s.pads))]
			p.Line.Unplug()
			time.Sleep(time.Duration(rand.N(300)) * time.Millisecond)
			return p.Line.Plug(p.Port)
		}))
		s.equal(t)
	})
	t.Run("power cuts at the pads", func(t *testing.T) {
		s.rounds(t, 6, again(8, func() error {
			s.pads[rand.N(len(s.pads))].PowerCut(true)
			return nil
		}))
		// A press that outlived a power cut has no age any more: the model cannot know which did. Their classes are
		// checked by the pad's own light; here the sets alone.
		s.equalSets(t)
		s.forget()
	})
	t.Run("two pads are swapped", func(t *testing.T) {
		s.swap(t)
		s.equal(t)
	})
	t.Run("the printer is out of paper", func(t *testing.T) {
		s.outOfPaper(t)
	})
	t.Run("the stores are clean", func(t *testing.T) { s.clean(t) })
}

// open opens every window.
func (s *site) open() {
	s.t.Helper()
	for _, b := range s.booths {
		must(s.t, b.sure("open"))
	}
}

// rounds lets every booth serve n citizens at once, while fault, if there is one, goes on.
func (s *site) rounds(t *testing.T, n int, fault func(done <-chan struct{}) error) {
	t.Helper()
	done := make(chan struct{})
	var booths, faults sync.WaitGroup
	errs := make(chan error, len(s.booths)+1)
	if fault != nil {
		faults.Go(func() {
			if err := fault(done); err != nil {
				errs <- err
			}
		})
	}
	for _, b := range s.booths {
		booths.Go(func() {
			for i := range n {
				if err := b.round(i); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	booths.Wait()
	close(done)
	faults.Wait()
	close(errs)
	for err := range errs {
		t.Error(err)
	}
	if t.Failed() {
		t.FailNow()
	}
}

// again does something n times with short pauses, to the end even where the booths are done before.
func again(n int, do func() error) func(<-chan struct{}) error {
	return func(done <-chan struct{}) error {
		for range n {
			select {
			case <-done:
			case <-time.After(time.Duration(50+rand.N(250)) * time.Millisecond):
			}
			if err := do(); err != nil {
				return err
			}
		}
		return nil
	}
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// swap pulls out two pads, presses both while they hang loose, and plugs each into the other's port: what was pressed
// before a pad came to a port where it was not the last one belongs to nobody (design §1.1).
func (s *site) swap(t *testing.T) {
	t.Helper()
	a, b := s.booths[0], s.booths[1]
	for _, x := range []*booth{a, b} {
		must(t, firstErr(x.take()))
		must(t, x.call())
		must(t, x.serve())
	}
	a.pad.Line.Unplug()
	b.pad.Line.Unplug()
	keyA, _ := a.pad.Press(hall.Good)
	keyB, _ := b.pad.Press(hall.Bad)
	a.expect[keyA], b.expect[keyB] = unbound, unbound
	time.Sleep(time.Second) // hands need longer; ages come in steps of 100 ms
	must(t, a.pad.Line.Plug(b.pad.Port))
	must(t, b.pad.Line.Plug(a.pad.Port))
	a.pad, b.pad = b.pad, a.pad
	must(t, b.answered(keyA))
	must(t, a.answered(keyB))
	for _, x := range []*booth{a, b} {
		must(t, x.press(hall.VeryGood)) // the pad that hangs at the window now rates the visit there
		must(t, x.finish())
	}
}

func firstErr[T any](_ T, err error) error { return err }

// outOfPaper takes a ticket while the roll is at its end: the number is given and shown, the paper comes later, once.
func (s *site) outOfPaper(t *testing.T) {
	t.Helper()
	b := s.booths[0]
	before := len(s.printer.Papers())
	s.printer.LoadPaper(0)
	eventually(t, "the console to say that paper is out", func() (bool, string) {
		v, err := s.agent.Console(s.ctx, b.window)
		for _, f := range v.Faults {
			if f.Kind == "printer" && f.Trouble == hall.TroublePaperOut {
				return true, ""
			}
		}
		return false, fmt.Sprint(v.Faults, err)
	})
	ticket, err := b.take()
	must(t, err)
	if ticket.Number == "" || ticket.Printed || ticket.Trouble != hall.TroublePaperOut {
		t.Fatalf("without paper: %+v", ticket)
	}
	s.printer.LoadPaper(simulator.Endless)
	eventually(t, "the ticket to be printed after all", func() (bool, string) {
		r, err := s.agent.Reprint(s.ctx, ticket.ID)
		return err == nil && r.Number == ticket.Number && r.Printed, fmt.Sprintf("%+v %v", r, err)
	})
	if n := len(s.papers(t, before+1)) - before; n != 1 {
		t.Errorf("%d papers came out for one ticket", n)
	}
	s.settle(t)
	db := s.database(t)
	defer db.Close()
	var n int
	var device, after string
	must(t, db.QueryRow(`SELECT COUNT(*), MIN(device), MIN(trouble) FROM reprints`).Scan(&n, &device, &after))
	if n != 1 || device != "printer" || after == "" {
		t.Errorf("the hub knows of %d papers printed again, by %q after %q", n, device, after)
	}
}
