package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/scripts/stand"
)

// crowd lets people come to a hall and be served until ctx ends. The first window of the first hall, and whoever shares
// a queue with it, is left to the visitor. Whatever is refused (paper out, disk full) is what people would meet, too:
// they try again later.
func (d *demo) crowd(ctx context.Context, h *demoHall) {
	windows := h.windows
	if h == d.halls[0] {
		mine := h.letters[windows[0]]
		windows = slices.DeleteFunc(slices.Clone(windows), func(w string) bool {
			return slices.ContainsFunc(h.letters[w], func(l string) bool { return slices.Contains(mine, l) })
		})
	}
	var all sync.WaitGroup
	for _, w := range windows {
		all.Go(func() { d.clerk(ctx, h, w) })
	}
	for ctx.Err() == nil {
		pause(ctx, between(4*time.Second, 12*time.Second))
		w := windows[rand.N(len(windows))]
		letter := anyOf(h.letters[w])
		if v, err := h.agent.Console(ctx, w); err == nil && v.WaitingCount < 6 {
			_, _ = h.agent.Take(ctx, letter, anyOf(h.items[letter])) // refused is refused
		}
	}
	all.Wait()
}

// clerk works at one window: opens it, calls, serves, finishes, and takes a break now and then.
func (d *demo) clerk(ctx context.Context, h *demoHall, window string) {
	pause(ctx, between(0, 5*time.Second))
	for ctx.Err() == nil {
		err := h.agent.Act(ctx, window, "open")
		var no *stand.Refusal
		if err == nil || errors.As(err, &no) { // open already, from the run before
			break
		}
		pause(ctx, time.Second)
	}
	for ctx.Err() == nil {
		if h.agent.Act(ctx, window, "next") != nil {
			pause(ctx, between(2*time.Second, 5*time.Second)) // nobody waits
			continue
		}
		pause(ctx, between(2*time.Second, 5*time.Second))
		if rand.N(12) == 0 {
			_ = h.agent.Act(ctx, window, "recall")
			_ = h.agent.Act(ctx, window, "missed") // nobody came
			continue
		}
		_ = h.agent.Act(ctx, window, "serve")
		pause(ctx, between(8*time.Second, 30*time.Second))
		_ = h.agent.Act(ctx, window, "finish")
		pause(ctx, between(1*time.Second, 6*time.Second))
		if rand.N(100) < 70 {
			_ = h.pads[window].press(opinion()) // a pad that is full or away: the citizen goes
		}
		pause(ctx, between(3*time.Second, 8*time.Second))
	}
}

// opinion is mostly good, as in the halls that publish theirs.
func opinion() hall.Level {
	switch n := rand.N(100); {
	case n < 68:
		return hall.VeryGood
	case n < 86:
		return hall.Good
	case n < 94:
		return hall.Fair
	case n < 98:
		return hall.Bad
	}
	return hall.VeryBad
}

// anyOf picks one, and the empty text from none.
func anyOf(all []string) string {
	if len(all) == 0 {
		return ""
	}
	return all[rand.N(len(all))]
}

func between(least, most time.Duration) time.Duration { return least + rand.N(most-least) }

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
