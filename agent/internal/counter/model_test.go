package counter

import (
	"time"

	"hallpulse/firmware-protocol/hall"
)

// model is the law of §3.10 and §3.11 told a second time, in another way: the log of what was done at each window is
// replayed up to the moment at which a key went down.
type model struct {
	logs  map[string][]entry
	rated map[hall.ID]time.Duration // when the key was pressed that rated the visit
	read  map[hall.ID]reading       // what it was told by
	since map[string]time.Duration  // device → since when its pad is the last one there
	last  map[string]hall.PadUID    // device → the last pad there
	away  map[string]bool           // the last pad of the device was elsewhere since
}

const inviteFor = 2 * time.Minute // domain §3.11, as is the time for repeats

type entry struct {
	at    time.Duration
	clock reading
	act   Act
	visit hall.ID // at hand after it
	away  bool    // a transfer to another unit
}

// reading is what a start of the agent had to tell the time by.
type reading struct {
	start uint32
	state hall.ClockState
	off   time.Duration
}

// tells reports whether the two can say how long one was before the other.
func (a reading) tells(b reading) bool {
	return a.start == b.start || a.off == b.off && a.state != hall.ClockUnset && b.state != hall.ClockUnset
}

func (m *model) arrive(now time.Duration, device string, uid hall.PadUID) {
	if m.last[device] != uid || m.away[device] {
		m.since[device], m.last[device], m.away[device] = now, uid, false
	}
	for other := range m.last {
		if other != device && m.last[other] == uid {
			m.away[other] = true
		}
	}
}

// class says what a press becomes whose key went down at t by clock, and the visit it belongs to. How long ago something was
// that clock cannot tell: longer than every limit.
func (m *model) class(window, device string, uid hall.PadUID, t time.Duration, clock reading) (string, hall.ID) {
	if m.last[device] != uid || t < m.since[device] {
		return "moved", hall.ID{}
	}
	var serving, invited hall.ID
	var ended time.Duration
	var by reading
	for _, e := range m.logs[window] {
		if e.at > t {
			break
		}
		switch e.act {
		case ActNext, ActPick:
			invited, ended, by = serving, e.at, e.clock
			serving = hall.ID{}
		case ActServe, ActBack:
			serving, invited = e.visit, hall.ID{}
		case ActFinish:
			invited, ended, by = serving, e.at, e.clock
			serving = hall.ID{}
		case ActHold, ActTransfer:
			if !serving.IsZero() {
				invited, ended, by = serving, e.at, e.clock
				if !e.away { // it goes on elsewhere: nobody is asked here
					ended -= inviteFor
				}
			}
			serving = hall.ID{}
		}
	}
	v := serving
	if v.IsZero() {
		v = invited
	}
	rated, is := m.rated[v]
	switch {
	case v.IsZero():
		return "no-visit", v
	case is && clock.tells(m.read[v]) && max(t-rated, rated-t) <= inviteFor:
		return "repeat", v
	case is, serving.IsZero() && (!clock.tells(by) || t-ended >= inviteFor):
		return "no-visit", v
	}
	return "rating", v
}
