package entry

import "time"

// The numbers of a lock.
const (
	freeTries  = 5  // wrong tries without a wait
	placeTries = 15 // the same for all badges tried at one window
	firstWait  = time.Minute
	longWait   = time.Hour
	forgets    = 12 * time.Hour // after which wrong tries are forgotten
)

// Lock counts wrong tries in a row. The zero Lock is open.
type Lock struct {
	Wrong int       `json:"wrong"`
	At    time.Time `json:"at"` // of the last one
}

// wait is for how long nothing is looked at after the n-th wrong try: twice as long after each, up to an hour.
func wait(n, free int) time.Duration {
	if n < free {
		return 0
	}
	return min(firstWait<<min(n-free, 10), longWait)
}

// Until returns the moment from which a try is looked at again; zero where one is looked at now.
func (l Lock) Until(now time.Time, free int) time.Time {
	if end := l.At.Add(wait(l.Wrong, free)); l.Wrong >= free && now.Before(end) {
		return end
	}
	return time.Time{}
}

// Miss returns the lock after one more wrong try.
func (l Lock) Miss(now time.Time) Lock {
	if now.Sub(l.At) > forgets {
		l.Wrong = 0
	}
	return Lock{l.Wrong + 1, now}
}
