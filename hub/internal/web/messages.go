package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/notify"
	"hallpulse/hub/internal/private"
)

// messageRoutes are the messages to people's phones 短信, and what a person decides about those of which nobody knows
// whether they were sent.
func (o *office) messageRoutes() []Route {
	routes := []Route{
		{"GET", "/api/messages", access.MessagesRead, o.listMessages},
		{"GET", "/api/messages/{id}", access.MessagesRead, o.showMessage},
	}
	for _, a := range messageActs() {
		routes = append(routes, Route{"POST", "/api/messages/{id}/" + a.name, access.MessagesDecide, o.actOnMessage(a)})
	}
	return routes
}

// messageAct is what a person decides about a message as he saw it.
type messageAct struct {
	name string
	do   func(m notify.Message, seen int, by hall.Person, now time.Time, law notify.Law) ([]hall.Fact, error)
}

func messageActs() []messageAct {
	return []messageAct{
		{"confirm", func(m notify.Message, seen int, by hall.Person, _ time.Time, _ notify.Law) ([]hall.Fact, error) {
			return m.Confirm(seen, by)
		}},
		{"again", func(m notify.Message, seen int, by hall.Person, now time.Time, law notify.Law) ([]hall.Fact, error) {
			return m.Again(seen, by, now, law)
		}},
		{"withdraw", func(m notify.Message, seen int, by hall.Person, _ time.Time, _ notify.Law) ([]hall.Fact, error) {
			return m.Withdraw(seen, by)
		}},
	}
}

// messageJSON is a message as the office sees it: the phone masked, its words left out, for they hold the citizen's link.
type messageJSON struct {
	ID       string           `json:"id"`
	Version  int              `json:"version"`
	Kind     hall.MessageKind `json:"kind"`
	State    notify.State     `json:"state"`
	About    aboutJSON        `json:"about"`
	Hall     string           `json:"hall"`
	HallName string           `json:"hall_name"`
	Window   string           `json:"window,omitempty"`
	Day      hall.Day         `json:"day"`
	To       private.Masked   `json:"to"`
	Erased   bool             `json:"erased,omitempty"` // the phone was
	Lang     string           `json:"lang"`
	Queued   time.Time        `json:"queued"`
	Expires  time.Time        `json:"expires"`
	Due      time.Time        `json:"due,omitzero"`
	Try      int              `json:"try"`
	Asked    time.Time        `json:"asked,omitzero"`
	Sent     time.Time        `json:"sent,omitzero"`
	Arrived  time.Time        `json:"arrived,omitzero"`
	Why      hall.MessageWhy  `json:"why,omitempty"`
	Dropped  hall.DroppedWhy  `json:"dropped,omitempty"`
	Receipt  string           `json:"receipt,omitempty"` // the provider's own name for it
	Replies  int              `json:"replies"`
	By       string           `json:"by"` // who changed it last
	At       time.Time        `json:"at"`
	May      []string         `json:"may"` // what who looks may decide now
}

// messageOf is a message as who sees it.
func (k *knowing) messageOf(who Account, m notify.Message) (messageJSON, error) {
	j := messageJSON{ID: m.ID, Version: m.Version, Kind: m.Kind, State: m.State, Hall: m.Params.Hall, HallName: k.names.hall(m.Params.Hall), Window: m.Params.Window,
		Day: m.Params.Day, Lang: m.Lang, Queued: m.Queued, Expires: m.Expires, Due: m.DueAt(), Try: m.Try, Asked: m.Asked, Sent: m.SentAt, Arrived: m.Arrived,
		Why: m.Why, Dropped: m.Dropped, Receipt: m.Receipt, Replies: len(m.Replies), By: k.by(m.Last.By).Name, At: m.Last.At, May: []string{}}
	text, there, err := k.o.Matters.Texts.Text(k.r.Context(), m.To.Ref)
	switch {
	case err != nil: // one number that cannot be read hides no list
		k.o.Log.Warn("office: the number of a message cannot be read", "message", m.ID, "err", err)
	case !there:
		j.Erased = true
	default:
		j.To = private.MaskPhone(text.Phone)
	}
	if access.May(who.Account, access.MessagesDecide, k.o.messageObject(m)) {
		for _, a := range messageActs() {
			if _, err := a.do(m, m.Version, who.person(), k.o.Now(), k.o.Matters.MessageLaw); err == nil {
				j.May = append(j.May, a.name)
			}
		}
	}
	j.About, err = k.about(hall.TypePrivateErased, m.Of) // of whatever kind
	return j, err
}

// messageObject is where a message lies.
func (o *office) messageObject(m notify.Message) access.Object {
	place, _ := o.placeOf(m.Params.Hall)
	return access.Object{Hall: m.Params.Hall, Place: place}
}

// listMessages lists messages: first those that wait for a person, then the others, each the newest first.
func (o *office) listMessages(w http.ResponseWriter, r *http.Request, who Account) {
	a := o.asking(r)
	q := intake.MessagesAsked{States: a.list("state"), Kinds: a.list("kind")}
	for _, s := range q.States {
		if !slices.Contains(notify.States(), notify.State(s)) {
			a.fault("state", s)
		}
	}
	for _, k := range q.Kinds {
		if !hall.MessageKind(k).Valid() {
			a.fault("kind", k)
		}
	}
	if !o.goodAsking(w, a) {
		return
	}
	var err error
	if q.About, err = o.meant(r.Context(), a.text("about")); err != nil {
		o.down(w, r, err)
		return
	}
	limit, after := asked(r)
	found, next, err := o.messages(r.Context(), who, q, limit, after)
	if o.answered(w, r, err) {
		return
	}
	k, page := o.knowing(r), make([]messageJSON, 0, len(found))
	for _, m := range found {
		j, err := k.messageOf(who, m)
		if err != nil {
			o.down(w, r, err)
			return
		}
		page = append(page, j)
	}
	rows(o, w, page, next)
}

// What comes first in a list of messages of every state, and what comes after it.
const (
	partDoubtful = "d."
	partOthers   = "o."
)

// messages reads a page of messages that who reaches. A cursor says in which part of the list it ended.
func (o *office) messages(ctx context.Context, who Account, q intake.MessagesAsked, limit int, after string) (found []notify.Message, next string, err error) {
	if len(q.States) > 0 {
		return o.messagesOf(ctx, who, q, limit, after)
	}
	for _, s := range notify.States() {
		if s != notify.Doubtful {
			q.States = append(q.States, string(s))
		}
	}
	if rest, first := strings.CutPrefix(after, partDoubtful); first || after == "" {
		d := q
		d.States = []string{string(notify.Doubtful)}
		if found, next, err = o.messagesOf(ctx, who, d, limit, rest); err != nil || next != "" {
			return found, partDoubtful + next, err
		}
		if after = ""; len(found) == limit {
			return found, partOthers, nil
		}
	}
	more, next, err := o.messagesOf(ctx, who, q, limit-len(found), strings.TrimPrefix(after, partOthers))
	if next != "" {
		next = partOthers + next
	}
	return append(found, more...), next, err
}

// messagesOf reads a page of one part. What lies in other places is passed over.
func (o *office) messagesOf(ctx context.Context, who Account, q intake.MessagesAsked, limit int, after string) (found []notify.Message, next string, err error) {
	for {
		q.Page = intake.Page{Limit: limit - len(found), After: after}
		page, next, err := o.Matters.Messages.Messages(ctx, q)
		if err != nil {
			return nil, "", err
		}
		for _, m := range page {
			if access.May(who.Account, access.MessagesRead, o.messageObject(m)) {
				found = append(found, m)
			}
		}
		if next == "" || len(found) == limit {
			return found, next, nil
		}
		after = next
	}
}

// message finds the one that the address names, or answers and returns false. One that lies elsewhere is answered like
// none.
func (o *office) message(w http.ResponseWriter, r *http.Request, who Account) (m notify.Message, ok bool) {
	m, ok, err := o.Matters.Messages.Message(r.Context(), r.PathValue("id"))
	if err != nil {
		o.down(w, r, err)
		return m, false
	}
	if !ok || !access.May(who.Account, access.MessagesRead, o.messageObject(m)) {
		o.refuse(w, r, http.StatusNotFound, "nothing")
		return m, false
	}
	return m, true
}

func (o *office) showMessage(w http.ResponseWriter, r *http.Request, who Account) {
	if m, ok := o.message(w, r, who); ok {
		o.answerMessage(w, r, who, m)
	}
}

func (o *office) answerMessage(w http.ResponseWriter, r *http.Request, who Account, m notify.Message) {
	j, err := o.knowing(r).messageOf(who, m)
	if err != nil {
		o.down(w, r, err)
		return
	}
	o.json(w, http.StatusOK, struct {
		messageJSON
		AsOf time.Time `json:"as_of"`
	}{j, o.Now()})
}

// actOnMessage decides about a message that who saw, and answers with it as it is then.
func (o *office) actOnMessage(a messageAct) func(http.ResponseWriter, *http.Request, Account) {
	return func(w http.ResponseWriter, r *http.Request, who Account) {
		seen, ok := o.message(w, r, who)
		var in seenJSON
		if !ok || !o.read(w, r, &in) || !o.may(w, r, who, access.MessagesDecide, o.messageObject(seen)) {
			return
		}
		err := o.Matters.Decider.Decide(r.Context(), intake.Keys{Messages: []string{seen.ID}}, func(k intake.Known) ([]hall.Fact, error) {
			m, _ := k.Message(seen.ID)
			return a.do(m, in.Seen, who.person(), k.Now(), o.Matters.MessageLaw)
		})
		if o.answered(w, r, err) {
			return
		}
		if now, ok := o.message(w, r, who); ok {
			o.answerMessage(w, r, who, now)
		}
	}
}
