package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/rating"
	"hallpulse/hub/internal/repair"
)

// roadJSON is the whole road of one visit: what was said of it, what the law makes of each answer, until when it could
// be said, and what followed.
type roadJSON struct {
	ratedJSON
	Opened   time.Time     `json:"opened,omitzero"`
	Served   time.Time     `json:"served,omitzero"`
	Ended    time.Time     `json:"ended,omitzero"`
	Outcome  hall.Outcome  `json:"outcome,omitempty"`
	Invited  bool          `json:"invited"`
	State    rating.State  `json:"state"`
	Due      *explanation  `json:"due,omitempty"`
	PackName string        `json:"pack_name,omitempty"` // in force on the day it ended
	Entered  *defaultJSON  `json:"entered,omitempty"`   // the default, also one that an answer displaced
	Awaiting *awaitingJSON `json:"awaiting,omitempty"`
	Answers  []answerJSON  `json:"answers"`
	Repair   *roadRepair   `json:"repair,omitempty"`
	AsOf     time.Time     `json:"as_of"`
}

// defaultJSON is a default and why it was entered.
type defaultJSON struct {
	Level     hall.Level `json:"level"`
	At        time.Time  `json:"at"`
	Lost      bool       `json:"lost"`      // its agent was declared lost
	Displaced bool       `json:"displaced"` // an answer that was given in time came later
}

// awaitingJSON is the agent that a default waits for.
type awaitingJSON struct {
	Agent string    `json:"agent"`
	Since time.Time `json:"since"`          // the end of the time to rate
	Heard time.Time `json:"heard,omitzero"` // when the agent was heard last
}

// answerJSON is one answer and its standing.
type answerJSON struct {
	At        time.Time       `json:"at"`
	Arrived   time.Time       `json:"arrived"`
	Within    int64           `json:"within_ms,omitempty"` // how far At may be wrong
	Kind      intake.Kind     `json:"kind"`
	Standing  rating.Standing `json:"standing,omitempty"`
	Channel   hall.Channel    `json:"channel,omitempty"`
	Level     hall.Level      `json:"level,omitempty"`
	Reasons   []nameJSON      `json:"reasons,omitempty"`
	Missing   bool            `json:"reason_missing,omitempty"`
	Withheld  bool            `json:"withheld,omitempty"`
	Named     bool            `json:"named,omitempty"`
	Callback  bool            `json:"callback,omitempty"`
	Lapsed    bool            `json:"lapsed,omitempty"` // a first tap that became the answer by itself
	Written   bool            `json:"written,omitempty"`
	Text      string          `json:"text,omitempty"`
	Elsewhere bool            `json:"elsewhere,omitempty"` // it is tied to another visit of this ticket
}

// roadRepair is the repair that a bad rating opened.
type roadRepair struct {
	ID     string       `json:"id"`
	Number string       `json:"number"`
	State  repair.State `json:"state"`
}

// showRating shows the whole road of a visit.
func (o *office) showRating(w http.ResponseWriter, r *http.Request, who Account) {
	id, err := hall.ParseID(r.PathValue("visit"))
	if err != nil {
		o.refuse(w, r, http.StatusNotFound, "nothing")
		return
	}
	v, ok, err := o.Matters.Ratings.Visit(r.Context(), id)
	if err != nil {
		o.down(w, r, err)
		return
	}
	all, err := o.roll(r.Context())
	if err != nil {
		o.down(w, r, err)
		return
	}
	hallID := all.halls[id.Agent]
	what := o.ratingObject(hallID, v, false)
	if !ok || !access.May(who.Account, access.RatingsList, what) {
		o.refuse(w, r, http.StatusNotFound, "nothing") // one that lies elsewhere is answered like none
		return
	}
	road, err := o.road(r, who, hallID, v)
	if err == nil {
		err = o.follows(r.Context(), who, what, v, all, &road)
	}
	if err != nil {
		o.down(w, r, err)
		return
	}
	o.json(w, http.StatusOK, road)
}

// road is what was said of a visit, and what the law makes of it.
func (o *office) road(r *http.Request, who Account, hallID string, v intake.Visit) (roadJSON, error) {
	story, _, err := o.Matters.Ratings.Story(r.Context(), v.Ticket)
	if err != nil {
		return roadJSON{}, err
	}
	law, err := o.Matters.Law.Law(r.Context())
	if err != nil {
		return roadJSON{}, err
	}
	rated := intake.Rated{Visit: v, Number: story.Ticket.Number}
	for _, a := range story.Answers {
		if v.Answer != 0 && a.Pos == v.Answer {
			rated.Reasons, rated.Ref, rated.Call = a.Reasons, a.Ref, a.Callback
		}
	}
	j := roadJSON{ratedJSON: o.ratedOf(r, who, hallID, rated), Opened: v.Opened, Served: v.Served, Ended: v.Ended, Outcome: v.Outcome, Invited: v.Invited, AsOf: o.Now()}
	if j.At.IsZero() {
		j.At = cmp.Or(v.Ended, v.Served, v.Opened)
	}
	if v.Default != 0 {
		j.Entered = &defaultJSON{v.Default, v.Defaulted, v.Lost, v.Level != 0}
	}
	if !v.Due.IsZero() {
		day := hall.DayOf(v.Ended)
		pack := law.Of(day)
		j.PackName = langOf(r).in(pack.Name, pack.NameEN)
		e := explained(law.ExplainRating(v.Ended, hallID))
		if e.Due != v.Due.Day { // the calendar has changed and the deadline is not computed again yet
			e.Due, e.Days = v.Due.Day, law.Calendar.CountIn(e.Span.Unit, day, v.Due, hallID)
		}
		e.Provisional = v.Due.Provisional
		j.Due = &e
	}
	if j.Answers, err = o.answersOf(r, who, hallID, v, story); err != nil {
		return j, err
	}
	j.Text, j.Written, err = o.textOf(r.Context(), who, o.ratingObject(hallID, v, rated.Call), rated.Ref)
	return j, err
}

// answersOf lists the answers around the ticket of a visit, in the order in which they were given.
func (o *office) answersOf(r *http.Request, who Account, hallID string, v intake.Visit, story intake.Story) ([]answerJSON, error) {
	all, s := []answerJSON{}, o.sheet(r, "")
	for _, a := range story.Answers {
		what := o.ratingObject(hallID, v, a.Named && a.Callback)
		j := answerJSON{At: a.When, Arrived: a.Arrived, Within: a.Uncertainty.Milliseconds(), Kind: a.Kind, Standing: a.Standing, Channel: a.Channel,
			Withheld: a.Withheld, Named: a.Named, Callback: a.Callback, Lapsed: a.Lapsed,
			Elsewhere: !a.Visit.IsZero() && a.Visit != v.ID || a.Visit.IsZero() && !a.Told.IsZero() && a.Told != v.ID}
		if access.May(who.Account, access.RatingsLevel, what) {
			j.Level, j.Reasons, j.Missing = a.Level, o.reasonsOf(s, a.Reasons), a.ReasonMissing
		}
		var err error
		if j.Text, j.Written, err = o.textOf(r.Context(), who, what, a.Ref); err != nil {
			return nil, err
		}
		all = append(all, j)
	}
	slices.SortStableFunc(all, func(a, b answerJSON) int { return a.At.Compare(b.At) })
	return all, nil
}

// follows adds how the rating stands, whom a default waits for, and the repair.
func (o *office) follows(ctx context.Context, who Account, what access.Object, v intake.Visit, all roll, j *roadJSON) error {
	agent := Agent{}
	if at := slices.IndexFunc(all.agents, func(a Agent) bool { return a.Number == v.ID.Agent }); at >= 0 {
		agent = all.agents[at]
	}
	j.State = rating.DueForDefault(v.Rule(), v.Rule().Due, time.Time{}, false, o.Now())
	switch {
	case j.State == rating.StateAwaiting && v.Default != 0:
		if j.State = rating.StateDefault; v.Lost {
			j.State = rating.StateDefaultLost
		}
	case j.State == rating.StateAwaiting && v.Due.Provisional:
		j.State = rating.StateOpen
	case j.State == rating.StateAwaiting:
		j.Awaiting = &awaitingJSON{agent.Name, v.Due.End(), agent.Heard}
	}
	if !v.Repair || j.Level == 0 || !access.May(who.Account, access.RepairsList, what) {
		return nil
	}
	rep, ok, err := o.Matters.Repairs.Repair(ctx, v.ID.String())
	if ok {
		j.Repair = &roadRepair{rep.ID, rep.Number, rep.State}
	}
	return err
}
