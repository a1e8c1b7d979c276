package board

import (
	"cmp"
	"slices"
	"strings"
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
	Left    []string         `json:"left,omitempty"`  // counters that have not done what others of the hall have

	Agent   string    `json:"-"`
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
			s.asked, s.news = ordersOf(all), s.news+1
		}
	}
}

// ordersOf makes one of what went to several counters of a hall as one order, whose ids are X, X-2, X-3 and so on.
func ordersOf(all []Asked) (out []Asked) {
	parts := map[string][]Asked{}
	for _, a := range all {
		order, _, _ := strings.Cut(a.ID, "-")
		parts[order] = append(parts[order], a)
	}
	for _, a := range all {
		if of := parts[a.ID]; len(of) > 0 {
			out = append(out, orderOf(a.ID, of))
		}
	}
	return out
}

// orderOf is an order that several counters got: as far as the last of them is.
func orderOf(id string, parts []Asked) Asked {
	behind := map[AskedState]int{AskedSent: 1, AskedRefused: 2}
	order := slices.MaxFunc(parts, func(a, b Asked) int {
		return cmp.Or(behind[a.State]-behind[b.State], a.Since.Compare(b.Since))
	})
	order.ID = id
	for _, p := range parts {
		if behind[p.State] > 0 {
			order.Left = append(order.Left, p.Agent)
		}
	}
	if len(order.Left) == len(parts) {
		order.Left = nil
	}
	return order
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
