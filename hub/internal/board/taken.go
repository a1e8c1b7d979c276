package board

import (
	"slices"
	"strings"
	"time"
)

// Taken is who sees to an alert, and since when. A wall does not say who.
type Taken struct {
	By   string    `json:"by,omitempty"`   // account
	Name string    `json:"name,omitempty"` // as he is called on screen
	At   time.Time `json:"at"`
}

// takenFor is how long somebody sees to an alert that does not change: then it needs a person again.
const takenFor = 15 * time.Minute

// Take takes note that somebody sees to an alert since t.At; of two the later one counts. One of the zero time is none any
// more: its cause is gone, and that was recorded.
func (b *Board) Take(id string, t Taken) {
	if t.At.IsZero() {
		delete(b.taken, id)
	} else if !t.At.Before(b.taken[id].At) {
		b.taken[id] = t
	}
}

// takings says who sees to which of the alerts.
func (b *Board) takings(all []Alert, view View, now time.Time) {
	for i := range all {
		t, ok := b.taken[all[i].ID]
		if !ok || t.At.Before(all[i].Since) || now.Sub(t.At) >= takenFor {
			continue
		}
		if t.At = moment(t.At); view == Wall {
			t.By, t.Name = "", ""
		}
		all[i].Taken = &t
	}
}

// Cleared is an alert that somebody saw to and whose cause is gone.
type Cleared struct{ ID, Hall string }

// Cleared lists the alerts that somebody saw to and whose cause is gone, by their ids. A hall that is not heard is not asked:
// nobody knows whether its cause is.
func (b *Board) Cleared(now time.Time) []Cleared {
	standing := map[string]bool{}
	for _, a := range b.alerts(Desk, func(*site) bool { return true }, now) {
		standing[a.ID] = true
	}
	var out []Cleared
	for id := range b.taken {
		hallID, _, of := strings.Cut(id, "/")
		if standing[id] || of && !b.hears(hallID, now) {
			continue
		}
		if !of {
			hallID = ""
		}
		out = append(out, Cleared{id, hallID})
	}
	slices.SortFunc(out, func(x, y Cleared) int { return strings.Compare(x.ID, y.ID) })
	return out
}

// hears reports whether a hall is heard, and has been watched long enough to know how it stands.
func (b *Board) hears(hallID string, now time.Time) bool {
	i := slices.IndexFunc(b.sites, func(s *site) bool { return s.Catalogue.Hall.ID == hallID })
	if i < 0 {
		return true // findings are named by their number, not by a hall
	}
	return !slices.ContainsFunc(b.siblings(b.sites[i]), func(s *site) bool {
		_, said := s.queue.of(s.link.session.Instance)
		return !said || s.linkState(now) != linkUp || now.Sub(s.began) < settling
	})
}

// HallOf returns the hall of an alert that stands now, empty where it is of the whole centre; false where it does not
// stand.
func (b *Board) HallOf(id string, now time.Time) (hallID string, ok bool) {
	all := b.alerts(Desk, func(*site) bool { return true }, now)
	i := slices.IndexFunc(all, func(a Alert) bool { return a.ID == id })
	if i < 0 {
		return "", false
	}
	return all[i].Hall, true
}
