package rating

import "time"

// State is where the rating of a visit stands.
type State string

// The states. A visit is in exactly one of them.
const (
	StateNotRatable  State = "not-ratable"
	StateRated       State = "rated"          // by a person
	StateOpen        State = "open"           // it has not ended, or can still be rated
	StateAwaiting    State = "awaiting-agent" // due, but its agent may still hold an answer given in time
	StateDefault     State = "default"        // the default is its rating
	StateDefaultLost State = "default-lost"   // so it is, but what its agent held is lost
)

// DueForDefault returns where the rating of a visit stands at now (domain §3.4; design §5). The default is due only when
// the time to rate is past and the agent was heard to be empty after it: heardEmpty is the last time by the hub's clock
// at which it held nothing that the hub did not. An agent that was declared lost is not waited for, neither for the
// default nor for the end of a visit that nobody will tell of: that visit is not ratable (§3.10). The zero due is none yet,
// the zero heardEmpty never.
func DueForDefault(v Visit, due, heardEmpty time.Time, lost bool, now time.Time) State {
	switch {
	case v.Outcome == "" && !lost:
		return StateOpen
	case !v.Ratable():
		return StateNotRatable
	case v.Rated:
		return StateRated
	case due.IsZero() || !now.After(due):
		return StateOpen
	case heardEmpty.After(due):
		return StateDefault
	case lost:
		return StateDefaultLost
	}
	return StateAwaiting
}
