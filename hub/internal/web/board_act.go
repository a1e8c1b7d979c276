package web

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/board"
	"hallpulse/hub/internal/intake"
)

// boardRoutes are what a manager does at the board, and what he looks up there.
func (o *office) boardRoutes() []Route {
	return []Route{
		{"POST", "/api/board/commands", access.BoardCommand, o.sendCommand},
		{"POST", "/api/board/alerts", access.AlertsTake, o.takeAlert},
		{"GET", "/api/board/window", access.BoardDesk, o.windowCourse},
		{"GET", "/api/board/history", access.BoardDesk, o.history},
	}
}

// holdsFor is how long words to a window hold: later nobody means them any more. What is stopped is for the day.
const holdsFor = 15 * time.Minute

// expiryOf says until when a command is sent.
func expiryOf(kind hall.CommandKind, now time.Time) time.Time {
	if kind == hall.CommandMessage || kind == hall.CommandOpen {
		return now.Add(holdsFor).Truncate(time.Second)
	}
	return (hall.DayOf(now) + 1).Start()
}

// sendCommand records what a manager asks of a hall. Its agent hears of it after the commit.
func (o *office) sendCommand(w http.ResponseWriter, r *http.Request, who Account) {
	var in struct {
		Hall string           `json:"hall"`
		Kind hall.CommandKind `json:"kind"`
		hall.Order
	}
	if !o.read(w, r, &in) {
		return
	}
	at, ok := o.boardHall(in.Hall)
	if !ok {
		o.refuse(w, r, http.StatusNotFound, "nothing")
		return
	}
	if !o.may(w, r, who, access.BoardCommand, objectOf(at)) {
		return
	}
	in.Text = strings.TrimSpace(cleanText(in.Text))
	why := in.Check(in.Kind, at.Catalogue)
	if in.Kind.OfCitizen() {
		why = hall.RefusedUnknown
	}
	if why != "" {
		o.fail(w, http.StatusUnprocessableEntity, problem{Code: string(why), Message: o.sheet(r, "").T("say.command." + string(why))})
		return
	}
	id := strings.ToLower(rand.Text()[:16])
	sent := hall.CommandSent{Act: hall.Act{About: id, By: who.person()}, Hall: in.Hall, Agent: at.AgentOf(in.Window, in.Letter), Kind: in.Kind, Window: in.Window, Letter: in.Letter,
		Unit: in.Unit, Why: in.Why, Expires: expiryOf(in.Kind, o.Now())}
	var boxes []intake.Box
	text, err := o.sealed(in.Text, &boxes)
	if o.answered(w, r, err) {
		return
	}
	if text.Ref != "" {
		sent.Text = &text
	}
	err = o.Matters.Decider.Decide(r.Context(), intake.Keys{}, func(intake.Known) ([]hall.Fact, error) { return orders(sent, at), nil }, boxes...)
	if !o.answered(w, r, err) {
		o.json(w, http.StatusOK, struct {
			ID string `json:"id"`
		}{id})
	}
}

// orders are the commands to the agents of a hall: that the system of a unit is down, or works again, all of them must know.
func orders(sent hall.CommandSent, at board.Hall) []hall.Fact {
	all := []hall.Fact{sent}
	if sent.Kind != hall.CommandOutageBegin && sent.Kind != hall.CommandOutageEnd {
		return all
	}
	for n, agent := range at.Agents()[1:] {
		also := sent
		also.Agent, also.About = agent, fmt.Sprintf("%s-%d", sent.About, n+2)
		all = append(all, also)
	}
	return all
}

// takeAlert records that somebody sees to an alert. Of what stands no more he is told so.
func (o *office) takeAlert(w http.ResponseWriter, r *http.Request, who Account) {
	var in struct {
		ID string `json:"id"`
	}
	if !o.read(w, r, &in) {
		return
	}
	hallID, ok := o.Live.hallOfAlert(in.ID)
	if !ok {
		o.fail(w, http.StatusConflict, problem{Code: "gone", Message: o.sheet(r, "").T("say.alert.gone")})
		return
	}
	what := access.Object{} // of the whole centre
	if at, ok := o.boardHall(hallID); ok {
		what = objectOf(at)
	}
	if !o.may(w, r, who, access.AlertsTake, what) {
		return
	}
	taken := hall.AlertTaken{Act: hall.Act{About: in.ID, By: who.person()}, Hall: hallID}
	err := o.Matters.Decider.Decide(r.Context(), intake.Keys{}, func(intake.Known) ([]hall.Fact, error) { return []hall.Fact{taken}, nil })
	if !o.answered(w, r, err) {
		w.WriteHeader(http.StatusNoContent)
	}
}

// boardHall finds a hall by its id.
func (o *office) boardHall(id string) (board.Hall, bool) {
	for _, h := range o.Halls() {
		if h.Catalogue.Hall.ID == id {
			return h, true
		}
	}
	return board.Hall{}, false
}

// objectOf is a hall as the table of rights knows it.
func objectOf(h board.Hall) access.Object {
	return access.Object{Hall: h.Catalogue.Hall.ID, Place: h.Catalogue.Hall.Place}
}

// hallOfAlert returns the hall of an alert that stands now; false where it does not.
func (l *Live) hallOfAlert(id string) (string, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.board.HallOf(id, l.now())
}

// reach returns when an agent was last heard, or now while it is.
func (l *Live) reach(agent string) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	up, heard := l.board.Reach(agent, l.now())
	if up {
		return l.now()
	}
	return heard
}
