package entry

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/alexedwards/argon2id"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// Locks are the wrong PINs so far, by badge and by window. A Locks is a value: what changes is told with what follows.
type Locks map[string]Lock

// The keys of Locks.
func badgeKey(badge string) string   { return "badge/" + badge }
func windowKey(window string) string { return "window/" + window }

// Locked lists the badges of which nothing is looked at, in their order.
func (l Locks) Locked(now time.Time) (all []uplink.LockNow) {
	for _, key := range slices.Sorted(maps.Keys(l)) {
		badge, is := strings.CutPrefix(key, badgeKey(""))
		if until := l[key].Until(now, freeTries); is && !until.IsZero() {
			all = append(all, uplink.LockNow{Staff: badge, Since: l[key].At, Until: until})
		}
	}
	return all
}

// Tried is what one try at a window changed: Locks to be stored under their keys (nil: forgotten), and facts to be told.
type Tried struct {
	Changed map[string]*Lock
	Facts   []hall.Fact
}

// SignOn looks at a badge and the PIN that was typed with it at a window. The error is a Refusal. What is returned beside
// it must be stored before anybody is told, or a power cut would give the tries back. A badge that has no PIN, or is
// none, takes as long and counts as a wrong one: nobody learns who has one.
func SignOn(staff []uplink.Verifier, locks Locks, window, badge, pin string, now time.Time) (Tried, error) {
	if len(staff) == 0 {
		return Tried{}, NoPINs
	}
	return try(locks, window, badge, now, WrongPIN, func() bool { return verifies(staff, badge, pin) })
}

// try looks at what was typed with a badge at a window, unless too much was wrong before, and counts it where it is.
func try(locks Locks, window, badge string, now time.Time, wrong Refusal, right func() bool) (Tried, error) {
	keys := map[string]int{badgeKey(badge): freeTries, windowKey(window): placeTries}
	for key, free := range keys {
		if !locks[key].Until(now, free).IsZero() {
			return Tried{}, TriesLocked
		}
	}
	tried := Tried{Changed: map[string]*Lock{}}
	if right() {
		for key := range keys {
			if _, was := locks[key]; was {
				tried.Changed[key] = nil
			}
		}
		return tried, nil
	}
	for _, key := range []string{badgeKey(badge), windowKey(window)} {
		next := locks[key].Miss(now)
		tried.Changed[key] = &next
		if until := next.Until(now, keys[key]); !until.IsZero() {
			locked := hall.StaffLocked{Window: window, Wrong: next.Wrong, Until: until}
			if key == badgeKey(badge) {
				locked.Staff = badge
			}
			tried.Facts = append(tried.Facts, locked)
		}
	}
	return tried, wrong
}

// verifies compares a PIN with the verifier of its badge, or with another's where it has none.
func verifies(staff []uplink.Verifier, badge, pin string) bool {
	against, own := staff[0], false
	for _, v := range staff {
		if v.Badge == badge {
			against, own = v, true
		}
	}
	ok, err := argon2id.ComparePasswordAndHash(pin[:min(len(pin), 2*hall.MaxPIN)], against.Argon2)
	return own && ok && err == nil // a verifier that cannot be read verifies nobody
}

// Hours say when clerks are signed off who have left their windows open: at lunch, at closing.
type Hours struct {
	At   []Hour
	Idle time.Duration // how long nothing must have been done there
}

// Hour is a time of day.
type Hour struct{ Hour, Minute int }

// ReadHour reads 17:30.
func ReadHour(text string) (Hour, error) {
	t, err := time.Parse("15:04", text)
	if err != nil || len(text) != len("15:04") {
		return Hour{}, fmt.Errorf("%q: want a time of day such as 17:30", text)
	}
	return Hour{t.Hour(), t.Minute()}, nil
}

// Over reports whether a session ends at now whose window was last used at last: one of the hours, or midnight, has struck
// since, and then nothing was done for a while. Who works on through lunch is left alone. Without hours nobody is signed
// off.
func (h Hours) Over(last, now time.Time) bool {
	now = now.In(hall.Beijing())
	if len(h.At) == 0 || now.Sub(last) < h.Idle {
		return false
	}
	for _, at := range append([]Hour{{}}, h.At...) {
		struck := time.Date(now.Year(), now.Month(), now.Day(), at.Hour, at.Minute, 0, 0, now.Location())
		if struck.After(now) {
			struck = struck.AddDate(0, 0, -1)
		}
		if last.Before(struck) {
			return true
		}
	}
	return false
}
