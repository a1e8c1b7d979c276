package rating

import "time"

// MayDeclareLost reports whether the centre may say that an agent will not come back (design §5): it was revoked or
// replaced, or it has been silent for so many days. What it may still hold is then no longer waited for. The zero heard
// is never.
func MayDeclareLost(revoked bool, heard time.Time, days int, now time.Time) bool {
	return revoked || now.Sub(heard) > time.Duration(days)*24*time.Hour
}
