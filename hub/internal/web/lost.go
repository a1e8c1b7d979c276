package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/rating"
)

// Agents knows the agents that were ever enrolled, and lets the centre say that one will not come back.
type Agents interface {
	Agents(ctx context.Context) ([]Agent, error)
	// DeclareLost records that an agent will not come back; a LostRefused says why the law forbids it.
	DeclareLost(ctx context.Context, number uint32, by hall.Person) error
}

// Agent is the program of a counter as the hub knows it.
type Agent struct {
	Number  uint32
	Name    string
	Added   time.Time
	Revoked time.Time // zero: it may speak
	Heard   time.Time // last; zero: never
	Lost    time.Time // zero: it was not declared lost, or has spoken since
}

// LostRefused says why an agent cannot be declared lost. Codes are a closed set.
type LostRefused struct {
	Code string // unknown, heard, lost
	Name string
	At   time.Time // heard: when; lost: since when
	Days int       // heard: how long it must be silent
}

// The codes of LostRefused.
const (
	LostUnknown = "unknown"
	LostHeard   = "heard"
	LostAlready = "lost"
)

// Error tells it to an operator.
func (e *LostRefused) Error() string {
	switch at := e.At.Format(time.DateTime); e.Code {
	case LostHeard:
		return fmt.Sprintf("%s was heard %s: it may be declared lost when it has been silent for %d days, or is revoked", e.Name, at, e.Days)
	case LostAlready:
		return fmt.Sprintf("%s is declared lost since %s", e.Name, at)
	}
	return fmt.Sprintf("no agent %q was ever enrolled: `hall-hub agent list` names them", e.Name)
}

// agentJSON is an agent, what waits for it, and from when on it may be declared lost.
type agentJSON struct {
	Name     string    `json:"name"`
	Number   uint32    `json:"number"`
	Hall     string    `json:"hall,omitempty"`
	HallName string    `json:"hall_name,omitempty"`
	Added    time.Time `json:"added"`
	Heard    time.Time `json:"heard,omitzero"`
	Revoked  time.Time `json:"revoked,omitzero"`
	Lost     time.Time `json:"lost,omitzero"`
	Awaiting int       `json:"awaiting"`
	May      bool      `json:"may_lose"`
	MayFrom  time.Time `json:"may_lose_from,omitzero"` // while it may not yet
}

// listAgents lists the agents of the halls that who reaches; what waits for one stands first.
func (o *office) listAgents(w http.ResponseWriter, r *http.Request, who Account) {
	law, ok := o.lawOf(r.Context(), w, r)
	if !ok {
		return
	}
	all, err := o.roll(r.Context())
	if err != nil {
		o.down(w, r, err)
		return
	}
	waiting, err := o.Matters.Waits.AwaitingBy(r.Context(), hall.DayOf(o.Now()))
	if err != nil {
		o.down(w, r, err)
		return
	}
	list := []agentJSON{}
	for _, a := range all.agents {
		if !access.May(who.Account, access.AgentsLost, o.agentObject(a.Name)) {
			continue
		}
		j := o.agentOf(r, a, law)
		j.Awaiting = waiting[a.Number]
		list = append(list, j)
	}
	slices.SortStableFunc(list, func(a, b agentJSON) int { return b.Awaiting - a.Awaiting })
	rows(o, w, list, "")
}

func (o *office) agentOf(r *http.Request, a Agent, law rating.Law) agentJSON {
	j := agentJSON{Name: a.Name, Number: a.Number, Hall: o.hallOf(a.Name), Added: a.Added, Heard: a.Heard, Revoked: a.Revoked, Lost: a.Lost}
	if j.Hall != "" {
		j.HallName = o.names(r).hall(j.Hall)
	}
	days := law.Of(hall.DayOf(o.Now())).Rating.LostAfter
	heard := a.lastHeard()
	may := rating.MayDeclareLost(!a.Revoked.IsZero(), heard, days, o.Now())
	if j.May = may && a.Lost.IsZero(); !may {
		j.MayFrom = heard.Add(time.Duration(days) * 24 * time.Hour)
	}
	return j
}

// lastHeard is when an agent was heard, or enrolled where it never spoke.
func (a Agent) lastHeard() time.Time {
	if a.Heard.IsZero() {
		return a.Added
	}
	return a.Heard
}

// agentObject is where an agent lies: one without a configured hall belongs to no place.
func (o *office) agentObject(name string) access.Object {
	id := o.hallOf(name)
	place, _ := o.placeOf(id)
	return access.Object{Hall: id, Place: place}
}

// loseAgent declares an agent lost. Where an agent was replaced there are several of its name: number says which.
func (o *office) loseAgent(w http.ResponseWriter, r *http.Request, who Account) {
	var in struct {
		Number uint32 `json:"number"`
	}
	name := r.PathValue("name")
	if !o.read(w, r, &in) || !o.may(w, r, who, access.AgentsLost, o.agentObject(name)) {
		return
	}
	all, err := o.Matters.Agents.Agents(r.Context())
	if err != nil {
		o.down(w, r, err)
		return
	}
	at := slices.IndexFunc(all, func(a Agent) bool { return a.Name == name && a.Number == in.Number })
	if at < 0 {
		o.refuse(w, r, http.StatusNotFound, "nothing")
		return
	}
	err = o.Matters.Agents.DeclareLost(r.Context(), all[at].Number, who.person())
	if refused, is := errors.AsType[*LostRefused](err); is {
		s := o.sheet(r, "")
		when := s.Day(refused.At) + " " + s.Clock(refused.At)
		o.fail(w, http.StatusUnprocessableEntity, problem{Code: refused.Code, At: refused.At,
			Message: s.T("policy.lost."+refused.Code, "name", name, "at", when, "n", strconv.Itoa(refused.Days))})
		return
	}
	if !o.answered(w, r, err) {
		o.json(w, http.StatusOK, struct {
			Name   string    `json:"name"`
			Number uint32    `json:"number"`
			Lost   time.Time `json:"lost"`
		}{name, in.Number, o.Now()})
	}
}
