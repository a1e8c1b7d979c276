package rating

import (
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// When nobody rated: domain §3.4 and design §5, row by row.
func TestDueForDefault(t *testing.T) {
	before, after, later := due.Add(-time.Second), due.Add(time.Second), due.Add(40*24*time.Hour)
	never := time.Time{}
	rated := finished
	rated.Rated = true
	for _, c := range []struct {
		rule  string
		visit Visit
		due   time.Time
		heard time.Time
		lost  bool
		now   time.Time
		want  State
	}{
		{"§3.10 a visit that has not ended can still be rated", Visit{Began: true}, never, never, false, later, StateOpen},
		{"§3.10 nobody will tell that it ended: its agent is lost", Visit{Began: true}, never, before, true, later, StateNotRatable},
		{"§3.10 a no-show is not ratable and has no default", Visit{Outcome: hall.OutcomeMissed}, due, after, false, later, StateNotRatable},
		{"§3.10 finished without service is not ratable", Visit{Outcome: hall.OutcomeFinished}, due, after, true, later, StateNotRatable},
		{"§3.4 whom a person rated needs no default", rated, due, after, false, later, StateRated},
		{"design §5 an answer in time displaces a default whenever it arrives, also of a lost agent", rated, due, never, true, later, StateRated},
		{"§3.4 before the due time it can be rated", finished, due, before, false, before, StateOpen},
		{"§3.4 at 24:00 of the last day it can still be rated", finished, due, before, false, due, StateOpen},
		{"§3.4 without a due time nothing is due", finished, never, after, false, later, StateOpen},
		{"§3.4 after it, the agent heard empty after it: the default", finished, due, after, false, after.Add(time.Second), StateDefault},
		{"design §5 the agent not heard since: awaiting agent", finished, due, before, false, later, StateAwaiting},
		{"design §5 heard empty at the very due time is not after it", finished, due, due, false, later, StateAwaiting},
		{"design §5 the agent never heard empty: awaiting agent, for ever", finished, due, never, false, later.AddDate(10, 0, 0), StateAwaiting},
		{"design §5 declared lost: the default, marked so", finished, due, before, true, later, StateDefaultLost},
		{"design §5 declared lost before the due time: it can still be rated by phone", finished, due, never, true, before, StateOpen},
		{"design §5 declared lost and yet heard empty after it: nothing was lost", finished, due, after, true, later, StateDefault},
	} {
		t.Run(c.rule, func(t *testing.T) {
			if got := DueForDefault(c.visit, c.due, c.heard, c.lost, c.now); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}
