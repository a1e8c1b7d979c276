package web

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/concern"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/private"
)

// Bounds of what people write at the desk, in characters.
const (
	maxNote  = 500
	maxAsker = 50 // a name
)

// concernActs are what people do about concerns.
func (o *office) concernActs() []Route {
	all := []Route{
		{"POST", "/api/concerns", access.ConcernsEnter, o.enterConcern},
		{"POST", "/api/praise", access.ConcernsEnter, o.recordPraise},
	}
	for _, act := range []string{"route", "sign", "return", "refer", "reply", "judge", "hear", "reopen", "close", "strike"} {
		all = append(all, Route{"POST", "/api/concerns/{number}/" + act, actionOf(act), o.actOnConcern(act)})
	}
	return all
}

// actionOf is what an act is in the table of rights.
func actionOf(act string) access.Action {
	switch act {
	case "route":
		return access.ConcernsRoute
	case "sign", "return", "reply":
		return access.ConcernsWork
	case "hear":
		return access.ConcernsEnter // and more: see mayAct
	}
	return access.ConcernsJudge
}

// mayAct asks the table whether who may do an act on a concern. What a citizen thinks of an answer is entered by the
// hotline that asked him, or by who judges; not by a hall about itself.
func (o *office) mayAct(who Account, act string, c concern.Concern) bool {
	obj := o.worked(c)
	if act == "hear" {
		return access.May(who.Account, access.HotlineRate, obj) || access.May(who.Account, access.ConcernsJudge, obj)
	}
	return access.May(who.Account, actionOf(act), obj)
}

// concernIn is what an act says besides what it is.
type concernIn struct {
	Seen    int              `json:"seen"`
	Dry     bool             `json:"dry"` // nothing is recorded: the answer is what would be
	Unit    string           `json:"unit"`
	Kind    hall.ConcernKind `json:"kind"`
	Topic   string           `json:"topic"`
	Why     string           `json:"why"`
	Note    string           `json:"note"`
	Text    string           `json:"text"`
	Body    hall.Body        `json:"body"`
	Valid   bool             `json:"valid"`
	Level   hall.Level       `json:"level"`
	Channel hall.Channel     `json:"channel"`
	Call    string           `json:"call"`
	Limit   time.Time        `json:"limit"`
	Same    string           `json:"same"` // number of the concern that it doubles

	note, text hall.Sealed
	same       string // its id
}

// actOnConcern does one act on what its actor saw. Rights are asked again of the concern as it stands.
func (o *office) actOnConcern(act string) func(http.ResponseWriter, *http.Request, Account) {
	return func(w http.ResponseWriter, r *http.Request, who Account) {
		c, ok := o.concern(w, r, who)
		if !ok {
			return
		}
		if !o.mayAct(who, act, c) {
			o.forbid(w, r, who, actionOf(act))
			return
		}
		var in concernIn
		if !o.read(w, r, &in) || !o.sayable(w, r, map[string]bounded{"note": {in.Note, maxNote}, "text": {in.Text, concern.MaxWords}}) {
			return
		}
		var boxes []intake.Box
		if err := o.sealConcern(r.Context(), &in, &boxes); err != nil {
			o.answered(w, r, err)
			return
		}
		now, err := o.decideConcern(r.Context(), c.ID, in.Dry, boxes, func(c concern.Concern, k intake.Known) ([]hall.Fact, error) {
			if !o.mayAct(who, act, c) && in.Seen == c.Version {
				return nil, errNotHis
			}
			return o.concernAct(act, c, in, who.person(), k)
		})
		switch {
		case errors.Is(err, errNotHis):
			o.forbid(w, r, who, actionOf(act))
		case !o.answered(w, r, err):
			o.answerConcern(w, r, who, now)
		}
	}
}

// errNotHis: what somebody wants to do is not for him to do any more.
var errNotHis = errors.New("not his to do")

// sealConcern seals what was written, and finds what it names.
func (o *office) sealConcern(ctx context.Context, in *concernIn, boxes *[]intake.Box) (err error) {
	if in.note, err = o.sealed(in.Note, boxes); err != nil {
		return err
	}
	if in.text, err = o.sealed(in.Text, boxes); err != nil {
		return err
	}
	if in.Same == "" {
		return nil
	}
	id, err := o.idOfNumber(ctx, strings.ToUpper(strings.TrimSpace(in.Same)))
	if err != nil {
		return err
	}
	other, ok, err := o.Matters.Concerns.Concern(ctx, id)
	if err == nil && !ok {
		return &concern.Refused{Code: concern.BadSame, Field: string(concern.BadSame)}
	}
	in.same = other.ID
	return err
}

// decideConcern lets do decide about a concern as it stands, and returns it as it is then. Dry: nothing is recorded.
func (o *office) decideConcern(ctx context.Context, id string, dry bool, boxes []intake.Box, do func(concern.Concern, intake.Known) ([]hall.Fact, error)) (now concern.Concern, err error) {
	err = o.Matters.Decider.Decide(ctx, intake.Keys{Concerns: []string{id}}, func(k intake.Known) ([]hall.Fact, error) {
		c, _ := k.Concern(id)
		facts, err := do(c, k)
		if err != nil {
			return nil, err
		}
		now = c
		if !dry {
			return facts, nil
		}
		for _, f := range facts {
			now = now.Apply(f, k.Now(), 0)
		}
		return nil, nil
	}, boxes...)
	if err == nil && !dry {
		now, _, err = o.Matters.Concerns.Concern(ctx, id)
	}
	return now, err
}

func (o *office) concernAct(act string, c concern.Concern, in concernIn, by hall.Person, k intake.Known) ([]hall.Fact, error) {
	law, now := k.Law(), k.Now()
	switch act {
	case "route":
		if in.Unit != concern.Centre && !o.hasUnit(in.Unit) {
			return nil, &concern.Refused{Code: concern.BadUnit, Field: string(concern.BadUnit)}
		}
		return c.Route(in.Seen, in.Unit, concern.Correction{Kind: in.Kind, Topic: in.Topic}, o.Desk.Responsibility, law, by, now)
	case "sign":
		return c.Sign(in.Seen, by)
	case "return":
		return c.Return(in.Seen, hall.ReturnedWhy(in.Why), in.note, law, by, now)
	case "refer":
		return c.Refer(in.Seen, in.Body, by)
	case "reply":
		return c.Reply(in.Seen, in.text, by)
	case "judge":
		return c.Judge(in.Seen, in.Valid, hall.InvalidWhy(in.Why), by)
	case "hear":
		return c.Hear(in.Level, in.Channel, strings.TrimSpace(in.Call), by)
	case "reopen":
		return c.Reopen(in.Seen, in.note, in.Limit, law, by, now)
	case "close":
		return c.Close(in.Seen, hall.ClosedWhy(in.Why), in.same, by)
	}
	return c.Strike(in.Seen, hall.StruckWhy(in.Why), by)
}

// hasUnit reports whether a hall of the centre has the unit.
func (o *office) hasUnit(id string) bool {
	for _, h := range o.Halls() {
		if _, ok := h.Catalogue.Unit(id); ok {
			return true
		}
	}
	return false
}

// bounded is something that was written, and how long it may be.
type bounded struct {
	words string
	most  int
}

// sayable answers where a text is too long, and returns whether all can be kept.
func (o *office) sayable(w http.ResponseWriter, r *http.Request, texts map[string]bounded) bool {
	var faults []problem
	for field, t := range texts {
		if n := len([]rune(cleanText(t.words))); n > t.most {
			faults = append(faults, problem{Code: "long", Field: field, Message: o.sheet(r, "").T("say.long", "n", strconv.Itoa(t.most))})
		}
	}
	if len(faults) == 0 {
		return true
	}
	slices.SortFunc(faults, func(a, b problem) int { return strings.Compare(a.Field, b.Field) })
	o.fail(w, http.StatusUnprocessableEntity, faults[0], faults[1:]...)
	return false
}

// draftPattern is an id that a browser made for what it is about to send, so that what is sent twice is one.
var draftPattern = regexp.MustCompile(`^[a-z0-9-]{16,48}$`)

// entryIn is what the desk was told, or praise that somebody brought.
type entryIn struct {
	Draft    string             `json:"draft"`
	Kind     hall.ConcernKind   `json:"kind"`
	Source   hall.ConcernSource `json:"source"`
	Order    string             `json:"order"` // of 12345
	Limit    time.Time          `json:"limit"`
	Since    time.Time          `json:"since"`
	Topic    string             `json:"topic"`
	Hall     string             `json:"hall"`
	Against  string             `json:"against"`
	Repair   string             `json:"repair"` // number
	Pressure bool               `json:"pressure"`
	Form     hall.PraiseForm    `json:"form"`
	Of       []hall.Praised     `json:"of"`
	Text     string             `json:"text"`
	Name     string             `json:"name"`
	Phone    string             `json:"phone"`

	repair string // id
}

// entry reads what somebody enters, cleaned and checked against what there is, or answers and returns false. prefix keeps
// ids of one kind apart from others.
func (o *office) entry(w http.ResponseWriter, r *http.Request, who Account, prefix string) (in entryIn, id string, ok bool) {
	if !o.read(w, r, &in) {
		return in, "", false
	}
	s := o.sheet(r, "")
	var faults []problem
	fault := func(field, key string) {
		faults = append(faults, problem{Code: field, Field: field, Message: s.T(key)})
	}
	in.Order, in.Name = strings.TrimSpace(in.Order), cleanLine(in.Name)
	switch {
	case in.Order != "":
		id = concern.OrderID(in.Order)
	case draftPattern.MatchString(in.Draft):
		id = prefix + in.Draft
	default:
		fault("id", "say.concern.id")
	}
	if _, known := o.placeOf(in.Hall); in.Hall != "" && !known {
		fault("hall", "say.hall")
	}
	if in.Against != "" && !o.hasUnit(in.Against) {
		fault("against", "say.concern.unit")
	}
	for n, p := range in.Of {
		if !o.praisable(p) {
			fault("of["+strconv.Itoa(n)+"]", "say.concern.unit")
		}
	}
	if len([]rune(in.Name)) > maxAsker {
		fault("name", "say.concern.name")
	}
	if digits, good := cleanPhone(in.Phone); in.Phone != "" && !good {
		fault("phone", "say.concern.phone")
	} else if in.Phone != "" {
		in.Phone = digits
	}
	if in.Repair != "" {
		var err error
		if in.repair, err = o.repairNumbered(r.Context(), in.Repair, who); err != nil {
			o.down(w, r, err)
			return in, "", false
		} else if in.repair == "" {
			fault("repair", "say.concern.repair")
		}
	}
	if len(faults) > 0 {
		o.fail(w, http.StatusUnprocessableEntity, faults[0], faults[1:]...)
		return in, "", false
	}
	ok = o.sayable(w, r, map[string]bounded{"text": {in.Text, concern.MaxWords}}) &&
		o.may(w, r, who, access.ConcernsEnter, access.Object{Hall: in.Hall, Place: o.placeOfMatter(in.Hall)})
	return in, id, ok
}

// praisable reports whether a unit is there, and a clerk, where one is named, is of it.
func (o *office) praisable(p hall.Praised) bool {
	if p.Badge == "" {
		return o.hasUnit(p.Unit)
	}
	for _, h := range o.Halls() {
		if s, ok := h.Catalogue.Clerk(p.Badge); ok && s.Unit == p.Unit {
			return true
		}
	}
	return false
}

// repairNumbered is the id of the repair that people call number, for who may see it; empty where there is none for him.
func (o *office) repairNumbered(ctx context.Context, number string, who Account) (string, error) {
	id, err := o.idOfNumber(ctx, strings.ToUpper(strings.TrimSpace(number)))
	if err != nil || id == "" {
		return "", err
	}
	if found, err := o.numberOfRepair(ctx, id, who); err != nil || found == "" {
		return "", err
	}
	return id, nil
}

// sealAsker seals who asks; nothing where he did not say.
func (o *office) sealAsker(name, phone string, boxes *[]intake.Box) (hall.Sealed, error) {
	if name == "" && phone == "" {
		return hall.Sealed{}, nil
	}
	s, box, err := o.Matters.Texts.Seal(private.Text{Name: name, Phone: phone})
	if err == nil {
		*boxes = append(*boxes, box)
	}
	return s, err
}

// enterConcern takes in what a citizen wants, in the hall, by telephone, by mail, from the box; or a work order by hand.
func (o *office) enterConcern(w http.ResponseWriter, r *http.Request, who Account) {
	in, id, ok := o.entry(w, r, who, "c-")
	if !ok {
		return
	}
	o.enter(w, r, who, id, in, func(c concern.Concern, text, asker hall.Sealed, k intake.Known) ([]hall.Fact, error) {
		return c.Receive(concern.New{ID: id, Kind: in.Kind, Source: in.Source, Order: in.Order, Limit: in.Limit, Since: in.Since, Topic: in.Topic,
			Hall: in.Hall, Against: in.Against, Repair: in.repair, Pressure: in.Pressure, Text: text, Asker: asker}, o.Desk.Responsibility, k.Law(), who.person(), k.Now())
	})
}

// recordPraise keeps praise or a pennant, with its source.
func (o *office) recordPraise(w http.ResponseWriter, r *http.Request, who Account) {
	in, id, ok := o.entry(w, r, who, "p-")
	if !ok {
		return
	}
	o.enter(w, r, who, id, in, func(c concern.Concern, text, asker hall.Sealed, k intake.Known) ([]hall.Fact, error) {
		return c.Record(concern.Praise{ID: id, Source: in.Source, Form: in.Form, Since: in.Since, Hall: in.Hall, Of: in.Of, Text: text, Asker: asker}, who.person(), k.Now())
	})
}

// enter records an entry and answers with it; who may not list concerns is told its number. What another has entered under
// the same id is not his.
func (o *office) enter(w http.ResponseWriter, r *http.Request, who Account, id string, in entryIn, do func(c concern.Concern, text, asker hall.Sealed, k intake.Known) ([]hall.Fact, error)) {
	var boxes []intake.Box
	words, err := o.sealed(in.Text, &boxes)
	asker, err2 := o.sealAsker(in.Name, in.Phone, &boxes)
	if o.answered(w, r, errors.Join(err, err2)) {
		return
	}
	c, err := o.decideConcern(r.Context(), id, false, boxes, func(c concern.Concern, k intake.Known) ([]hall.Fact, error) {
		if c.State != "" && in.Order == "" && c.Steps[0].By.Account != who.Name {
			return nil, &concern.Refused{Code: concern.BadID, Field: string(concern.BadID)}
		}
		return do(c, words, asker, k)
	})
	if o.answered(w, r, err) {
		return
	}
	if access.May(who.Account, access.ConcernsList, o.concernObject(c, who)) {
		o.answerConcern(w, r, who, c)
		return
	}
	o.json(w, http.StatusOK, struct {
		Number string `json:"number"`
	}{c.Number})
}
