package counter

import (
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// WindowView is a window as its clerk and the board may see it: no rating is in it, only that there is one.
type WindowView struct {
	ID      string
	State   hall.WindowState
	Staff   string    // badge
	Since   time.Time // of the state, or of the call; zero where nothing ever happened
	Visit   *Visit    // called or serving; must not be changed
	Invited *Visit    // ended just now: its citizen may still rate, or has
	Until   time.Time // of the invitation
	Waiting int       // people whom this window could call
	Today   Tally
	Alarm   time.Time      // since when who sits there needs somebody at once; zero: not
	Why     hall.PausedWhy // of a paused one
}

// Window returns how a window stands at m.
func (s *State) Window(m hall.Moment, id string) (WindowView, bool) {
	w, ok := s.windows[id]
	if !ok {
		return WindowView{}, false
	}
	v := WindowView{
		ID: id, State: w.State, Staff: w.Staff, Since: w.Since.At, Visit: s.current(w), Waiting: s.Waiting(id),
		Today: w.tally(s.day.Day), Alarm: w.Alarm.At,
	}
	if w.State == hall.WindowIsPaused {
		v.Why = w.Pause
	}
	if invited, left := s.invited(w, markOf(m)); left > 0 {
		v.Invited, v.Until = invited, m.At.Add(left)
	}
	return v, true
}

// Closed reports whether nobody is signed on at any window.
func (s *State) Closed() bool {
	for _, w := range s.windows {
		if w.State != hall.WindowIsClosed {
			return false
		}
	}
	return true
}

// Staffed reports whether a window that calls letter is neither closed nor paused.
func (s *State) Staffed(letter string) bool {
	for _, w := range s.windows {
		if slices.Contains(w.place.Services, letter) && w.State != hall.WindowIsClosed && w.State != hall.WindowIsPaused {
			return true
		}
	}
	return false
}

// Empty reports whether nobody waits.
func (s *State) Empty() bool {
	for _, q := range s.queues {
		if len(q) > 0 {
			return false
		}
	}
	return true
}
