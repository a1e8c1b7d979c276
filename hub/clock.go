package hub

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"hallpulse/hub/internal/intake"
)

// Clock is where the hub takes its time from. The zero Clock is the machine's.
type Clock struct {
	Now func() time.Time     // wall time
	Up  func() time.Duration // monotonic time since the clock was made
}

// orSystem fills in the machine's own clocks.
func (c Clock) orSystem() Clock {
	if c.Now == nil {
		c.Now = func() time.Time { return time.Now().Round(0) } // the wall alone: Up is for the rest
	}
	if c.Up == nil {
		began := time.Now()
		c.Up = func() time.Duration { return time.Since(began) }
	}
	return c
}

// maxJump is how far the wall clock may move against monotonic time before clock rules stop (design §5).
const maxJump = time.Hour

// watch compares wall and monotonic time. It remembers where they stood together.
type watch struct {
	clock Clock

	mu     sync.Mutex
	wall   time.Time
	up     time.Duration
	ticked time.Time // the last tick before this start
	held   bool      // too long ago: clock rules wait for clock accept
}

// maxRest is how long a hub may have rested before its clock is believed at the start (design §5).
const maxRest = 7 * 24 * time.Hour

// newWatch begins a watch. ticked is the last tick that is stored, zero where there is none.
func newWatch(c Clock, ticked time.Time) *watch {
	w := &watch{clock: c, wall: c.Now(), up: c.Up(), ticked: ticked}
	w.held = !ticked.IsZero() && w.wall.Sub(ticked).Abs() > maxRest
	return w
}

// accept believes the wall clock as it is now.
func (w *watch) accept() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wall, w.up, w.held = w.clock.Now(), w.clock.Up(), false
}

// jump returns by how much the wall clock has moved away from monotonic time since the watch began, if by more than
// maxJump; at a start, by how much it has moved since the last tick. It stays so until the wall clock is set right, the
// hub is started again, or an operator accepts the clock.
func (w *watch) jump() (off time.Duration, stopped bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.held {
		return w.wall.Sub(w.ticked), true
	}
	off = w.clock.Now().Sub(w.wall) - (w.clock.Up() - w.up)
	return off, off.Abs() > maxJump
}

// ticker carries out what the clock demands.
type ticker struct {
	watch  *watch
	intake *intake.Intake
	roster *roster
	ill    func(bool) // shows on the board that clock rules have stopped, or go on
	log    *slog.Logger
}

// between is how often the clock's rules are asked.
const between = 15 * time.Second

// run ticks until ctx ends, and remembers who was heard, at the end too.
func (t *ticker) run(ctx context.Context) error {
	next := time.NewTicker(between)
	defer next.Stop()
	for {
		t.tick(ctx)
		select {
		case <-next.C:
		case <-ctx.Done():
			if err := t.roster.remember(context.WithoutCancel(ctx)); err != nil {
				t.log.Error("who was heard is not remembered", "error", err)
			}
			return nil
		}
	}
}

func (t *ticker) tick(ctx context.Context) {
	off, stopped := t.watch.jump()
	t.ill(stopped)
	if stopped {
		t.log.Error("clock rules stopped: the clock of this machine jumped; set it right, or say that it is right: hall-hub clock accept", "off", off.Round(time.Second))
		return
	}
	if err := t.intake.Tick(ctx, t.watch.clock.Now(), t.roster.said()); err != nil && ctx.Err() == nil {
		t.log.Error("clock rules not carried out", "error", err)
	}
	if err := t.roster.remember(ctx); err != nil && ctx.Err() == nil {
		t.log.Error("who was heard is not remembered", "error", err)
	}
}
