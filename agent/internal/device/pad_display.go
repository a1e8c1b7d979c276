package device

import (
	"sync"
	"time"
)

// PadScreen is what a pad's display shows.
type PadScreen struct {
	Kind    PadScreenKind
	Staff   string // who serves; longer names than the display holds are cut
	Seconds int    // 0: it stays. Else it goes after so long, and the last screen that stays comes back
}

// PadScreenKind is the kind of a screen.
type PadScreenKind uint8

// The screens (firmware-protocol/README.md §3.7).
const (
	PadUnchanged PadScreenKind = iota
	PadIdle                    // who serves here
	PadPrompt                  // please rate
	PadThanks                  // became the rating
	PadRated                   // rated already
	PadWait                    // a moment, please
	PadClosed                  // no ratings can be kept
)

// display is what a pad shall show: a screen that stays, and one above it for a while.
type display struct {
	mu         sync.Mutex
	resting    PadScreen
	above      PadScreen
	until      time.Time     // of the screen above
	restingNew bool          // not sent yet since it was set
	soundNew   bool          // the sound of what is to be seen has not been played yet
	wake       chan struct{} // somebody has set a screen
}

func newDisplay() display {
	return display{resting: PadScreen{Kind: PadClosed}, wake: make(chan struct{}, 1)}
}

// Show puts a screen on the pad. It never blocks; the last one wins, and comes back after a reconnect.
func (d *display) Show(s PadScreen) {
	if s.Kind == PadUnchanged {
		return
	}
	d.set(s)
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

func (d *display) set(s PadScreen) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s.Seconds > 0 {
		d.above, d.until = s, time.Now().Add(time.Duration(s.Seconds)*time.Second)
	} else {
		d.resting, d.until, d.restingNew = s, time.Time{}, true
	}
	d.soundNew = true
}

// seen returns the screen that is to be seen now.
func (d *display) seen() PadScreen {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.resting
	if time.Until(d.until) > 0 {
		s = d.above
	}
	s.Seconds = 0
	return s
}
