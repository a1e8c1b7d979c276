package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
)

// asking reads what the address of a request asks for, and keeps all that is wrong with it.
type asking struct {
	values url.Values
	say    sheet
	faults []problem
}

func (o *office) asking(r *http.Request) *asking {
	return &asking{values: r.URL.Query(), say: o.sheet(r, "")}
}

// fault notes that a field cannot be understood.
func (a *asking) fault(field, value string) {
	a.faults = append(a.faults, problem{Code: "wrong", Field: field, Message: a.say.T("ratings.wrong", "value", quoted(value))})
}

// quoted is a value as a sentence can quote it.
func quoted(v string) string {
	if runes := []rune(cleanText(v)); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return cleanText(v)
}

// text returns one value; empty where it is not asked for.
func (a *asking) text(field string) string { return strings.TrimSpace(a.values.Get(field)) }

// list returns the values of a field, comma separated.
func (a *asking) list(field string) []string {
	return slices.DeleteFunc(strings.Split(a.values.Get(field), ","), func(v string) bool { return v == "" })
}

func (a *asking) flag(field string) bool {
	switch v := a.text(field); v {
	case "", "0":
		return false
	case "1":
		return true
	default:
		a.fault(field, v)
		return false
	}
}

// day returns a day; 0 where none is asked for.
func (a *asking) day(field string) hall.Day {
	v := a.text(field)
	if v == "" {
		return 0
	}
	d, err := hall.ParseDay(v)
	if err != nil {
		a.fault(field, v)
	}
	return d
}

// number returns a whole number within bounds; otherwise where none is asked for.
func (a *asking) number(field string, otherwise, least, most int) int {
	v := a.text(field)
	if v == "" {
		return otherwise
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < least || n > most {
		a.fault(field, v)
	}
	return n
}

// span returns the first and last of some days; the last may not lie before the first.
func (a *asking) span() (from, to hall.Day) {
	from, to = a.day("from"), a.day("to")
	if from != 0 && to != 0 && to < from && len(a.faults) == 0 {
		a.faults = append(a.faults, problem{Code: "order", Field: "to", Message: a.say.T("ratings.order")})
	}
	return from, to
}

// goodAsking answers with all that is wrong, or returns true.
func (o *office) goodAsking(w http.ResponseWriter, a *asking) bool {
	if len(a.faults) == 0 {
		return true
	}
	o.fail(w, http.StatusUnprocessableEntity, a.faults[0], a.faults[1:]...)
	return false
}

// reached are the halls of a list: those asked for, or all that somebody reaches. Bound: nothing else is taken.
type reached struct {
	halls []string
	bound bool
}

// askedHalls reads which halls a list is asked of: ids, and places that end in "/" for all halls below them. An account
// that reaches no hall, or not one of those it names, is refused before anything is looked for.
func (o *office) askedHalls(w http.ResponseWriter, r *http.Request, who Account, action access.Action, a *asking) (reached, bool) {
	mine, bound := access.Scope(who.Account, action).In(o.sites())
	if bound && len(mine) == 0 {
		o.forbid(w, r, who, action)
		return reached{}, false
	}
	wanted := a.list("hall")
	if len(wanted) == 0 {
		return reached{mine, bound}, true
	}
	var halls []string
	for _, id := range wanted {
		below := []string{id}
		if strings.HasSuffix(id, "/") {
			below = o.hallsBelow(id, mine)
		}
		for _, h := range below {
			if !slices.Contains(mine, h) {
				o.forbid(w, r, who, action)
				return reached{}, false
			}
		}
		halls = append(halls, below...)
	}
	slices.Sort(halls)
	halls = slices.Compact(halls)
	if len(halls) == 0 {
		a.fault("hall", a.text("hall"))
	}
	return reached{halls, true}, true
}

// hallsBelow are those of some halls that lie in a place or below it.
func (o *office) hallsBelow(place string, halls []string) (below []string) {
	top := strings.Split(strings.TrimSuffix(place, "/"), "/")
	for _, s := range o.sites() {
		if slices.Contains(halls, s.ID) && len(s.Place) >= len(top) && slices.Equal(s.Place[:len(top)], top) {
			below = append(below, s.ID)
		}
	}
	return below
}

// roll is the agents there are, and the hall of each.
type roll struct {
	agents []Agent
	halls  map[uint32]string // id, of an agent whose hall is configured
}

// roll reads the agents. An agent that was replaced goes on to stand for the hall of its name.
func (o *office) roll(ctx context.Context) (roll, error) {
	agents, err := o.Matters.Agents.Agents(ctx)
	if err != nil {
		return roll{}, err
	}
	all := roll{agents, map[uint32]string{}}
	for _, a := range agents {
		if id := o.hallOf(a.Name); id != "" {
			all.halls[a.Number] = id
		}
	}
	return all, nil
}

// hallOf is the id of the hall of an agent; empty where none is configured.
func (o *office) hallOf(agent string) string {
	for _, h := range o.Halls() {
		if h.HasAgent(agent) {
			return h.Catalogue.Hall.ID
		}
	}
	return ""
}

// numbers are the agents of halls, as the store knows them; nil where all are meant.
func (r roll) numbers(of reached) []uint32 {
	if !of.bound {
		return nil
	}
	numbers := []uint32{}
	for _, a := range r.agents {
		if slices.Contains(of.halls, r.halls[a.Number]) {
			numbers = append(numbers, a.Number)
		}
	}
	return numbers
}
