package hall

import (
	"encoding/json"
	"slices"
	"time"
)

// Entered is what a window has entered of an item for a ticket. It stays with the ticket and is shown, not asked, at its next
// window. Seen, Missing and Waived are materials by their names in the published list. Names, phones and free text lie apart;
// Note says that the text there is of this entry.
type Entered struct {
	Item      string        `json:"item"`
	Situation string        `json:"situation,omitempty"`
	Window    string        `json:"window"`
	Staff     string        `json:"staff,omitempty"` // badge
	At        time.Time     `json:"at"`
	Applicant ApplicantKind `json:"applicant,omitempty"`
	Seen      []string      `json:"seen,omitempty"`
	Missing   []string      `json:"missing,omitempty"`
	Waived    []Waived      `json:"waived,omitempty"`
	Case      string        `json:"case,omitempty"` // number of the case that was accepted by it
	Note      bool          `json:"note,omitempty"`
}

// What of it stays with a ticket at most: so much travels with it.
const (
	MaxEntered      = 8
	MaxEnteredBytes = 4 << 10 // as JSON
)

// WithEntered returns what was entered for a ticket, the latest first, and more of it. Of each item the latest word stands,
// and the oldest goes where it is too much. A repeat changes nothing.
func WithEntered(all []Entered, more ...Entered) []Entered {
	next := slices.Clone(all)
	for _, one := range more {
		i := slices.IndexFunc(next, func(e Entered) bool { return e.Item == one.Item })
		switch {
		case i < 0:
			next = append(next, one)
		case next[i].At.Before(one.At):
			next[i] = one
		}
	}
	slices.SortStableFunc(next, func(a, b Entered) int { return b.At.Compare(a.At) })
	next = next[:min(len(next), MaxEntered)]
	for len(next) > 0 && enteredBytes(next) > MaxEnteredBytes {
		next = next[:len(next)-1]
	}
	return next
}

func enteredBytes(all []Entered) int {
	b, err := json.Marshal(all)
	if err != nil { // a year that no format can write
		return MaxEnteredBytes + 1
	}
	return len(b)
}
