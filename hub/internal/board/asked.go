package board

import (
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// Asked is what a manager asked for today, and what became of it.
type Asked struct {
	ID      string           `json:"id"`
	Kind    hall.CommandKind `json:"kind"`
	Window  string           `json:"window,omitempty"`
	Letter  string           `json:"letter,omitempty"`
	Unit    string           `json:"unit,omitempty"`
	Why     hall.ServiceWhy  `json:"why,omitempty"`
	By      string           `json:"by"` // as he is called on screen
	At      time.Time        `json:"at"`
	State   AskedState       `json:"state"`
	Since   time.Time        `json:"since"` // of State
	Refused hall.RefusedWhy  `json:"refused,omitempty"`
	Staff   string           `json:"staff,omitempty"` // badge of who read it

	Expires time.Time `json:"-"`
}

// AskedState is how far a command came.
type AskedState string

// The states.
const (
	AskedSent    AskedState = "sent"    // on its way: its agent has not answered
	AskedDone    AskedState = "done"    // the agent did it; of words to a window: they stand there
	AskedRefused AskedState = "refused" // the agent says why
	AskedSeen    AskedState = "seen"    // who sits there has read it
	AskedExpired AskedState = "expired" // nobody answered in time
)

// Ask takes all that was asked of a hall today, the oldest first.
func (b *Board) Ask(hallID string, all []Asked) {
	for _, s := range b.sites {
		if s.Catalogue.Hall.ID == hallID {
			s.asked, s.news = slices.Clone(all), s.news+1
		}
	}
}

// askedShown bounds what a panel lists.
const askedShown = 6

// askedOf lists what was asked of a window, or with an empty id of the hall, the newest first.
func (s *site) askedOf(window string, now time.Time) []Asked {
	var out []Asked
	for _, a := range slices.Backward(s.asked) {
		if a.Window != window || hall.DayOf(a.At) != hall.DayOf(now) || len(out) == askedShown {
			continue
		}
		if a.State == AskedSent && !minute(now).Before(a.Expires) {
			a.State, a.Since = AskedExpired, a.Expires
		}
		a.At, a.Since = moment(a.At), moment(a.Since)
		out = append(out, a)
	}
	return out
}
