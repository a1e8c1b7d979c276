package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/board"
	"hallpulse/hub/internal/intake"
)

// Courses reads how a day went.
type Courses interface {
	// Course returns the tickets of a day at agents, and when their windows were staffed from some days before it on.
	Course(ctx context.Context, agents []uint32, day hall.Day) ([]intake.Ticket, []intake.WindowStep, error)
	// Reprints returns what the printers of agents printed once more on a day.
	Reprints(ctx context.Context, agents []uint32, day hall.Day) ([]intake.Reprints, error)
	// WindowDay returns what happened at a window on a day, and the numbers of the tickets of its visits.
	WindowDay(ctx context.Context, k intake.WindowKey, day hall.Day) ([]intake.WindowStep, []intake.Visit, map[hall.ID]string, error)
	// CommandsOf returns what was asked of a hall since a moment, and what was said about it.
	CommandsOf(ctx context.Context, hallID string, since time.Time) ([]intake.Command, []intake.Reply, error)
}

// history is today by the hour, of the halls that the asker sees and names.
func (o *office) history(w http.ResponseWriter, r *http.Request, who Account) {
	sees, all := o.looksAt(who, access.BoardDesk)
	only := r.URL.Query().Get("hall")
	roll, err := o.roll(r.Context())
	if o.answered(w, r, err) {
		return
	}
	now := o.Now()
	asOf := now
	agents, names := []uint32{}, map[uint32]string{}
	for _, a := range roll.agents {
		h := roll.halls[a.Number]
		if h == "" || only != "" && h != only || !all || len(sees) > 0 && !slices.Contains(sees, h) {
			continue
		}
		agents, names[a.Number] = append(agents, a.Number), a.Name
		if heard := o.Live.reach(a.Name); heard.Before(asOf) {
			asOf = heard
		}
	}
	day := hall.DayOf(now)
	tickets, steps, err := o.Matters.Courses.Course(r.Context(), agents, day)
	if o.answered(w, r, err) {
		return
	}
	reprints, err := o.Matters.Courses.Reprints(r.Context(), agents, day)
	if o.answered(w, r, err) {
		return
	}
	again := make([]reprintsJSON, len(reprints))
	for n, p := range reprints {
		again[n] = reprintsJSON{names[p.Agent], p.Device, p.Papers, p.Doubts}
	}
	came := make([]board.Came, len(tickets))
	for n, t := range tickets {
		came[n] = board.Came{Issued: t.Issued, Called: t.Called, P90Mins: t.P90Mins}
		if t.State == hall.TicketIsFinished {
			came[n].Finished = t.Ended
		}
	}
	turns := make([]board.Turn, len(steps))
	for n, s := range steps {
		turns[n] = board.Turn{Window: strconv.FormatUint(uint64(s.Agent), 10) + "/" + s.Window, At: s.At, State: s.State}
	}
	o.json(w, http.StatusOK, struct {
		Day  hall.Day  `json:"day"`
		AsOf time.Time `json:"as_of"` // of the hall that was heard longest ago; the zero time: one was never
		board.History
		Reprints []reprintsJSON `json:"reprints"`
	}{day, asOf.In(hall.Beijing()).Truncate(time.Second), board.HistoryOf(day, came, turns, now), again})
}

// reprintsJSON is what a printer printed once more today.
type reprintsJSON struct {
	Agent  string `json:"agent"`
	Device string `json:"device"`
	Papers int    `json:"papers"`
	Doubts int    `json:"doubts"` // of them after a try of which nobody knows
}

// courseStep is one thing that happened at a window today. No level is in it.
type courseStep struct {
	At   time.Time `json:"at"`
	Kind string    `json:"kind"` // opened, paused, closed; called, served, finished, missed, transferred, cancelled; asked

	Staff  string `json:"staff,omitempty"`  // name
	Ticket string `json:"ticket,omitempty"` // number

	Asked hall.CommandKind `json:"asked,omitempty"`
	By    string           `json:"by,omitempty"`
	Text  string           `json:"text,omitempty"`
}

// windowCourse is what happened at a window today, the newest first.
func (o *office) windowCourse(w http.ResponseWriter, r *http.Request, who Account) {
	at, ok := o.boardHall(r.URL.Query().Get("hall"))
	if !ok {
		o.refuse(w, r, http.StatusNotFound, "nothing")
		return
	}
	id := r.URL.Query().Get("window")
	if _, is := at.Catalogue.Window(id); !is {
		o.refuse(w, r, http.StatusNotFound, "nothing")
		return
	}
	if !o.may(w, r, who, access.BoardDesk, objectOf(at)) {
		return
	}
	steps, err := o.courseOf(r, at, id)
	if o.answered(w, r, err) {
		return
	}
	o.json(w, http.StatusOK, struct {
		AsOf  time.Time    `json:"as_of"`
		Steps []courseStep `json:"steps"`
	}{o.Live.reach(at.AgentOf(id, "")).In(hall.Beijing()).Truncate(time.Second), steps})
}

// courseShown bounds the steps that are answered.
const courseShown = 200

func (o *office) courseOf(r *http.Request, at board.Hall, window string) ([]courseStep, error) {
	ctx, day := r.Context(), hall.DayOf(o.Now())
	roll, err := o.roll(ctx)
	if err != nil {
		return nil, err
	}
	out := []courseStep{}
	name := func(badge string) string {
		c, ok := at.Catalogue.Clerk(badge)
		if !ok {
			return badge
		}
		return langOf(r).in(c.Name, c.NameEN)
	}
	for number, h := range roll.halls {
		if h != at.Catalogue.Hall.ID {
			continue
		}
		turns, visits, numbers, err := o.Matters.Courses.WindowDay(ctx, intake.WindowKey{Agent: number, Window: window}, day)
		if err != nil {
			return nil, err
		}
		for _, t := range turns {
			kind := map[hall.WindowState]string{hall.WindowIsOpen: "opened", hall.WindowIsPaused: "paused", hall.WindowIsClosed: "closed"}[t.State]
			out = append(out, courseStep{At: t.At, Kind: kind, Staff: name(t.Staff)})
		}
		for _, v := range visits {
			of := courseStep{Ticket: numbers[v.Ticket], Staff: name(v.Staff)}
			for _, s := range []courseStep{{At: v.Opened, Kind: "called"}, {At: v.Served, Kind: "served"}, {At: v.Ended, Kind: string(v.Outcome)}} {
				if !s.At.IsZero() {
					out = append(out, courseStep{At: s.At, Kind: s.Kind, Ticket: of.Ticket, Staff: of.Staff})
				}
			}
		}
	}
	asked, _, err := o.Matters.Courses.CommandsOf(ctx, at.Catalogue.Hall.ID, day.Start())
	if err != nil {
		return nil, err
	}
	for _, c := range asked {
		if c.Window != window {
			continue
		}
		s := courseStep{At: c.At, Kind: "asked", Asked: c.Kind, By: o.nameOf(r, c.By)}
		if c.Text != nil {
			if s.Text, err = o.words(ctx, *c.Text); err != nil {
				return nil, err
			}
		}
		out = append(out, s)
	}
	slices.SortStableFunc(out, func(a, b courseStep) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Ticket, b.Ticket)) })
	for n := range out {
		out[n].At = out[n].At.In(hall.Beijing())
	}
	return out[:min(len(out), courseShown)], nil
}
