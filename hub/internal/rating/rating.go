// Package rating decides what a citizen's answers are worth: which one is a visit's rating, and what the others are
// (domain §3.2, §3.10–§3.13), until when a visit can be rated and when its default is due (§3.4), by the policy packs
// and the calendar that the centre adopted. Every rule is a pure function of the set of answers, never of their order of
// arrival. It knows no store, no clock and no page: times are arguments.
package rating

import (
	"cmp"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// Told is what the one who kept an answer said of it: the agent of a press, the hub of a form.
type Told uint8

// What an answer was told as.
const (
	Given   Told = iota // it can become the rating: a press bound to the visit, or a form
	Again               // a further press at the window of a visit already rated there
	Unbound             // a press that belongs to no visit
)

// Answer 作答 is one press or one sent form, and where its event stands.
type Answer struct {
	When        time.Time     // when it was given
	Uncertainty time.Duration // how far When may be wrong
	Agent       uint32        // 0: the hub's own stream
	Epoch       string
	Seq         uint64
	Level       hall.Level
	Channel     hall.Channel
	Told        Told
	Form        string // id of the form; empty for a press
}

// Compare orders answers by (when, agent, epoch, seq): the order of domain §3.2.
func (a Answer) Compare(b Answer) int {
	return cmp.Or(a.When.Compare(b.When), cmp.Compare(a.Agent, b.Agent), cmp.Compare(a.Epoch, b.Epoch), cmp.Compare(a.Seq, b.Seq))
}

// Visit is what the rules need of a visit. The zero Due is none yet.
type Visit struct {
	ID      hall.ID
	Opened  time.Time
	Began   bool         // service began
	Outcome hall.Outcome // empty until it ended
	Due     time.Time    // the last moment at which an answer is in time
	// Replace is the rule of the policy pack in force on the day the visit ended; empty: hall.ReplaceByTicket.
	Replace hall.ReplaceRule
	Rated   bool // a person's answer is its rating, or each of its cases has one; Of finds that out and does not ask
}

// Ratable reports whether service began and the visit was finished, or passed on to another unit; a no-show is not ratable
// (domain §3.10).
func (v Visit) Ratable() bool { return v.Outcome.Ratable(v.Began) }

// Standing is what an answer is, for now.
type Standing string

// The standings.
const (
	Counted    Standing = "counted"     // it is the visit's rating
	Replaced   Standing = "replaced"    // kept: an answer that shows the ticket took its place
	FollowUp   Standing = "follow-up"   // 追评: its text is added, the level stays
	Repeat     Standing = "repeat"      // a further press, or a form sent twice
	NotBound   Standing = "unbound"     // kept, never counted
	Late       Standing = "late"        // after the due time: kept, changes nothing
	Pending    Standing = "pending"     // its visit has not ended, or nobody has told of it yet
	NotRatable Standing = "not-ratable" // its visit or ticket ended without service
)

// Result is what the answers of a visit are.
type Result struct {
	// Winner is the index of the answer that is the rating, -1 where there is none.
	Winner int
	// Standings holds one standing for each answer, in the order they came in.
	Standings []Standing
	// Integrity says that the rating replaced a press that differs by two levels, or is bad where it is good: a
	// finding for a person (domain §3.2).
	Integrity bool
}

// Of returns what the answers of a visit are. Its rating is the first answer in time that shows the ticket, else the
// first bound press in time; where nothing is replaced, the first of both; else the first that shows no more than the digits
// of the visit, which the clerk sees too: it takes the place of nothing. The default is entered elsewhere.
func Of(v Visit, answers []Answer) Result {
	r := Result{Winner: -1, Standings: make([]Standing, len(answers))}
	shown, press, near := -1, -1, -1 // the first in time of each road
	for _, i := range inOrder(answers) {
		a := answers[i]
		switch {
		case a.Told == Unbound:
			r.Standings[i] = NotBound
		case a.Told == Again || sentBefore(answers, i):
			r.Standings[i] = Repeat
		case v.Outcome != "" && !v.Ratable():
			r.Standings[i] = NotRatable
		case !v.Due.IsZero() && a.When.Add(-a.Uncertainty).After(v.Due):
			r.Standings[i] = Late
		case v.Outcome == "":
			r.Standings[i] = Pending
		case a.Channel.ShowsTicket() && shown < 0:
			shown = i
		case a.Channel.ShowsTicket():
			r.Standings[i] = FollowUp
		case a.Channel == hall.ChannelSticker && near < 0:
			near = i
		case a.Channel == hall.ChannelSticker:
			r.Standings[i] = Repeat
		case press < 0:
			press = i
		default:
			r.Standings[i] = Repeat // a wrong press is corrected with the ticket, never by a second press (domain §3.3)
		}
	}
	switch {
	case v.Replace == hall.ReplaceNever && shown >= 0 && press >= 0:
		if answers[press].Compare(answers[shown]) < 0 {
			r.Winner, r.Standings[press], r.Standings[shown] = press, Counted, FollowUp
		} else {
			r.Winner, r.Standings[shown], r.Standings[press] = shown, Counted, Repeat
		}
	case shown >= 0:
		r.Winner, r.Standings[shown] = shown, Counted
		if press >= 0 {
			r.Standings[press] = Replaced
			r.Integrity = disagree(answers[shown].Level, answers[press].Level)
		}
	case press >= 0:
		r.Winner, r.Standings[press] = press, Counted
	}
	switch {
	case near >= 0 && r.Winner < 0:
		r.Winner, r.Standings[near] = near, Counted
	case near >= 0:
		r.Standings[near] = Repeat
		r.Integrity = r.Integrity || disagree(answers[r.Winner].Level, answers[near].Level)
	}
	return r
}

// inOrder returns the indices of answers in the order of domain §3.2.
func inOrder(answers []Answer) []int {
	order := make([]int, len(answers))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return answers[i].Compare(answers[j]) })
	return order
}

// sentBefore reports whether answer i is a form that another answer, earlier by order, already is.
func sentBefore(answers []Answer, i int) bool {
	a := answers[i]
	return a.Form != "" && slices.ContainsFunc(answers, func(b Answer) bool { return b.Form == a.Form && b.Compare(a) < 0 })
}

// disagree reports whether two levels differ by two, or one is bad and the other is not.
func disagree(a, b hall.Level) bool {
	return max(a, b)-min(a, b) >= 2 || a.IsBad() != b.IsBad()
}

// First returns the index of the ticket's first ratable visit, to which an answer that named no visit is tied, or -1.
func First(visits []Visit) int {
	first := -1
	for i, v := range visits {
		if v.Ratable() && (first < 0 || v.before(visits[first])) {
			first = i
		}
	}
	return first
}

func (v Visit) before(w Visit) bool {
	return cmp.Or(v.Opened.Compare(w.Opened), cmp.Compare(v.ID.Agent, w.ID.Agent), cmp.Compare(v.ID.Tag, w.ID.Tag), cmp.Compare(v.ID.Serial, w.ID.Serial)) < 0
}

// Untied returns what an answer is whose ticket has no ratable visit: it waits for one, unless the ticket ended
// without (design §4).
func Untied(ticket hall.TicketState) Standing {
	if ticket.Final() && ticket != hall.TicketIsFinished {
		return NotRatable
	}
	return Pending
}
