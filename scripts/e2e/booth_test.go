//go:build e2e

package e2e

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/simulator"
	"hallpulse/scripts/stand"
)

// class is what a press must become. The booth says it by a reading of domain §3.11 of its own.
type class string

const (
	given   class = "rating.given"
	repeat  class = "rating.repeat"
	unbound class = "rating.unbound"
)

// booth is a window with its clerk, the citizens before it, and a small independent model of what their presses are.
// One goroutine runs it.
type booth struct {
	s              *site
	window, letter string
	pad            *stand.Pad
	expect         map[hall.PressKey]class

	// The model: the visit before the clerk, and whether the last one may still be rated or was.
	serving, invited, rated bool
}

func newBooth(s *site, window, letter string, pad *stand.Pad) *booth {
	return &booth{s: s, window: window, letter: letter, pad: pad, expect: map[hall.PressKey]class{}}
}

// sure does an act exactly once, whatever is killed meanwhile: it says what the clerk saw, so that an act that was
// done before its answer got lost is refused the second time.
func (b *booth) sure(verb string) error {
	ctx, cancel := context.WithTimeout(b.s.ctx, patience)
	defer cancel()
	saw, err := b.view(ctx)
	if err != nil {
		return err
	}
	for {
		err := b.s.agent.ActSeen(ctx, b.window, verb, saw)
		var no *stand.Refusal
		switch {
		case err == nil:
			return nil
		case errors.As(err, &no) && no.Code == "changed":
			return nil
		case errors.As(err, &no):
			return fmt.Errorf("window %s: %s: %w", b.window, verb, err)
		case ctx.Err() != nil:
			return fmt.Errorf("window %s: %s: %w", b.window, verb, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (b *booth) view(ctx context.Context) (stand.Seen, error) {
	for {
		saw, err := b.s.agent.Look(ctx, b.window)
		if err == nil {
			return saw, nil
		}
		if ctx.Err() != nil {
			return saw, fmt.Errorf("window %s: %w", b.window, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// take gets a ticket into this booth's queue. After a kill there may be one more than was asked for: nobody minds.
func (b *booth) take() (stand.Ticket, error) {
	ctx, cancel := context.WithTimeout(b.s.ctx, patience)
	defer cancel()
	for {
		t, err := b.s.agent.Take(ctx, b.letter, b.letter+"01")
		var no *stand.Refusal
		if err == nil || errors.As(err, &no) || ctx.Err() != nil {
			return t, err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// call calls the next ticket: that ends what was before.
func (b *booth) call() error {
	b.serving, b.invited, b.rated = false, false, false
	return b.sure("next")
}

func (b *booth) serve() error {
	b.serving = true
	return b.sure("serve")
}

func (b *booth) finish() error {
	b.serving, b.invited = false, !b.rated
	return b.sure("finish")
}

// press presses a key, waits until the pad has been answered, and notes what the press must have become.
func (b *booth) press(level hall.Level) error {
	key, err := b.touch(level)
	if err != nil {
		return err
	}
	return b.answered(key)
}

// touch presses a key and notes what the press must become.
func (b *booth) touch(level hall.Level) (hall.PressKey, error) {
	key, ok := b.pad.Press(level)
	if !ok {
		return key, fmt.Errorf("window %s: the pad's queue is full", b.window)
	}
	switch {
	case (b.serving || b.invited) && !b.rated:
		b.expect[key], b.rated, b.invited = given, true, false
	case b.rated:
		b.expect[key] = repeat
	default:
		b.expect[key] = unbound
	}
	return key, nil
}

func (b *booth) answered(key hall.PressKey) error {
	ctx, cancel := context.WithTimeout(b.s.ctx, patience)
	defer cancel()
	state, err := b.pad.Await(ctx, func(simulator.PadState) bool { return acked(b.pad, key) })
	if err != nil {
		return fmt.Errorf("window %s: press %v was not answered: %w (pad: %+v)", b.window, key, err, state)
	}
	return nil
}

func acked(p *stand.Pad, key hall.PressKey) bool {
	for _, a := range p.Acked() {
		if a.Key == key {
			return true
		}
	}
	return false
}

// round serves one citizen and presses four keys around it: between calls, while served, after it, and once too often.
// Levels go round so that each comes.
func (b *booth) round(n int) error {
	level := func(i int) hall.Level { return hall.Level(1 + (n+i)%5) }
	steps := []func() error{
		func() error { _, err := b.take(); return err },
		b.call,
		func() error { return b.press(level(0)) }, // called, not yet served: belongs to nobody
		b.serve,
		func() error {
			if n%2 == 0 {
				return b.press(level(1)) // while being served
			}
			return nil
		},
		b.finish,
		func() error { return b.press(level(2)) }, // after: the rating, or a repeat
		func() error { return b.press(level(3)) }, // once too often
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}
