package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/rating"
)

// Packs reads policy packs: those that are shipped, and a file that somebody sends.
type Packs interface {
	// Shipped are the packs of this program, ours first.
	Shipped() []Pack
	// ReadPack reads a file strictly. The error names every fault, each with its line.
	ReadPack(file string, data []byte) (Pack, error)
}

// Pack is a policy pack as its file has it.
type Pack struct {
	hall.Policy
	SHA string // of the file, hex
	// Sources says of each rule, by its key such as rating.window, what the file notes beside it.
	Sources map[string]string
}

// lawRoutes are the law as the centre adopts it. It binds everybody, so nearly everybody reads it.
func (o *office) lawRoutes() []Route {
	return []Route{
		{"GET", "/api/law", access.PolicyRead, o.showLaw},
		{"POST", "/api/law/adopt", access.PolicyAdopt, o.adoptPack},
		{"GET", "/api/calendar", access.PolicyRead, o.showCalendar},
		{"POST", "/api/calendar/close", access.CalendarClose, o.changeDay(closeDay)},
		{"POST", "/api/calendar/open", access.CalendarClose, o.changeDay(openDay)},
		{"GET", "/api/explain", access.PolicyRead, o.explainLimit},
		{"GET", "/api/agents", access.AgentsLost, o.listAgents},
		{"POST", "/api/agents/{name}/lost", access.AgentsLost, o.loseAgent},
	}
}

// packJSON is a pack with its numbers. Of one that was adopted it says by whom, and when it is in force.
type packJSON struct {
	ID     string     `json:"id"`
	Name   string     `json:"name"`
	Source string     `json:"source"`
	SHA    string     `json:"sha"`
	Rules  []ruleJSON `json:"rules"`
	// Differs are the rules that the pack in force today, or of one in force the pack before it, has otherwise.
	Differs []differenceJSON `json:"differs"`
	// What follows is of adopted packs.
	Pos     int64     `json:"pos,omitempty"`
	From    string    `json:"from,omitempty"`  // empty of the first: from the beginning
	Until   string    `json:"until,omitempty"` // last day; empty: until another is adopted
	Stands  string    `json:"stands,omitempty"`
	By      string    `json:"by,omitempty"`
	Adopted time.Time `json:"adopted,omitzero"`
}

// How an adopted pack stands.
const (
	packPast    = "past"
	packInForce = "in-force"
	packToCome  = "to-come"
	packNever   = "never" // another was adopted for the same day
)

// showLaw shows the packs that were adopted, the newest first, and those that can be.
func (o *office) showLaw(w http.ResponseWriter, r *http.Request, who Account) {
	law, err := o.Matters.Law.Law(r.Context())
	if err != nil {
		o.down(w, r, err)
		return
	}
	adopted, err := o.adopted(r, law)
	if err != nil {
		o.down(w, r, err)
		return
	}
	today := hall.DayOf(o.Now())
	s := o.sheet(r, "")
	shipped := []packJSON{}
	for _, p := range o.Matters.Packs.Shipped() {
		j := s.pack(p)
		j.Differs = s.differences(law.Of(today), p.Policy)
		shipped = append(shipped, j)
	}
	o.json(w, http.StatusOK, struct {
		Today   hall.Day   `json:"today"`
		Seen    int64      `json:"seen"` // goes back with an adoption
		Adopted []packJSON `json:"adopted"`
		Shipped []packJSON `json:"shipped"`
		May     bool       `json:"may_adopt"`
		AsOf    time.Time  `json:"as_of"`
	}{today, lastAdopted(law), adopted, shipped, access.May(who.Account, access.PolicyAdopt, access.Object{}), o.Now()})
}

// adopted lists the packs of a law, the newest first, each with what it changed.
func (o *office) adopted(r *http.Request, law rating.Law) ([]packJSON, error) {
	s, today := o.sheet(r, ""), hall.DayOf(o.Now())
	all := make([]packJSON, 0, len(law.Packs))
	before := hall.Policy{}
	for n, a := range law.Packs {
		j := s.pack(o.asShipped(a))
		j.Pos = a.Pos
		if a.From != 0 {
			j.From = a.From.String()
		}
		j.Stands = packInForce
		if n+1 < len(law.Packs) {
			next := law.Packs[n+1].From
			if j.Until = (next - 1).String(); next <= today {
				j.Stands = packPast
			}
			if next == a.From {
				j.Until, j.Stands = "", packNever
			}
		}
		if a.From > today && j.Stands != packNever {
			j.Stands = packToCome
		}
		if n > 0 {
			j.Differs = s.differences(before, a.Policy)
		}
		if j.Stands != packNever {
			before = a.Policy
		}
		by, at, err := o.doneBy(r, a.Pos)
		if err != nil {
			return nil, err
		}
		j.By, j.Adopted = by, at
		all = append([]packJSON{j}, all...)
	}
	return all, nil
}

// asShipped is an adopted pack with what its file notes, where it is one that is shipped.
func (o *office) asShipped(a rating.Adopted) Pack {
	for _, p := range o.Matters.Packs.Shipped() {
		if p.SHA == a.SHA {
			return Pack{Policy: a.Policy, SHA: a.SHA, Sources: p.Sources}
		}
	}
	return Pack{Policy: a.Policy, SHA: a.SHA}
}

// doneBy says who did the deed that stands at pos, by name, and when.
func (o *office) doneBy(r *http.Request, pos int64) (by string, at time.Time, err error) {
	bytes, ok, err := o.Matters.Audit.Deed(r.Context(), pos)
	if err != nil || !ok {
		return "", time.Time{}, err
	}
	e, fact, err := deedOf(bytes)
	if err != nil {
		return "", time.Time{}, err
	}
	return o.nameOf(r, fact.Acted().By), e.At, nil
}

// deedOf reads the event of a deed.
func deedOf(bytes []byte) (uplink.Event, hall.Deed, error) {
	e, err := uplink.DecodeEvent(bytes)
	if err != nil {
		return e, nil, fmt.Errorf("read deed: %w", err)
	}
	fact, err := hall.DecodeFact(e.Type, e.Body)
	if err != nil {
		return e, nil, fmt.Errorf("read deed: %w", err)
	}
	deed, ok := fact.(hall.Deed)
	if !ok {
		return e, nil, fmt.Errorf("read deed: %s is none", e.Type)
	}
	return e, deed, nil
}

// lastAdopted is the pos of the adoption that came last.
func lastAdopted(law rating.Law) (last int64) {
	for _, a := range law.Packs {
		last = max(last, a.Pos)
	}
	return last
}

// adoptJSON is what an adoption says: a shipped pack by its id, or the text of a file.
type adoptJSON struct {
	Seen int64  `json:"seen"`
	Dry  bool   `json:"dry"` // only what would follow
	ID   string `json:"id"`
	File string `json:"file"` // its name
	Text string `json:"text"`
	From string `json:"from"`
}

// packTaken: somebody adopted a pack since the law was looked at.
type packTaken struct{ pos int64 }

func (packTaken) Error() string { return "another pack was adopted meanwhile" }

// adoptPack adopts a pack from a day on, or says what would follow if it were.
func (o *office) adoptPack(w http.ResponseWriter, r *http.Request, who Account) {
	var in adoptJSON
	if !o.read(w, r, &in) || !o.may(w, r, who, access.PolicyAdopt, access.Object{}) {
		return
	}
	pack, from, ok := o.packAsked(w, r, in)
	if !ok {
		return
	}
	var before rating.Law
	check := func(law rating.Law, now time.Time) ([]hall.Fact, error) {
		before = law
		if last := lastAdopted(law); last != in.Seen {
			return nil, packTaken{last}
		}
		return law.Adopt(pack.Policy, from, pack.SHA, hall.DayOf(now), who.person())
	}
	law, err := o.Matters.Law.Law(r.Context())
	if err == nil && in.Dry {
		_, err = check(law, o.Now())
	} else if err == nil {
		err = o.Matters.Decider.Decide(r.Context(), intake.Keys{}, func(k intake.Known) ([]hall.Fact, error) { return check(k.Law(), k.Now()) })
	}
	if taken, is := errors.AsType[packTaken](err); is {
		o.packTaken(w, r, taken)
		return
	}
	if o.answered(w, r, err) {
		return
	}
	s := o.sheet(r, "")
	o.json(w, http.StatusOK, struct {
		Pack    packJSON         `json:"pack"`
		From    hall.Day         `json:"from"`
		Before  string           `json:"before"` // name of the pack that is in force on the day before
		Differs []differenceJSON `json:"differs"`
		Done    bool             `json:"done"`
	}{s.pack(pack), from, s.Lang.in(before.Of(from).Name, before.Of(from).NameEN), s.differences(before.Of(from), pack.Policy), !in.Dry})
}

// packAsked finds or reads the pack that is to be adopted, and its day.
func (o *office) packAsked(w http.ResponseWriter, r *http.Request, in adoptJSON) (pack Pack, from hall.Day, ok bool) {
	s := o.sheet(r, "")
	wrong := func(field, key string, pairs ...string) (Pack, hall.Day, bool) {
		o.fail(w, http.StatusUnprocessableEntity, problem{Code: "wrong", Field: field, Message: s.T(key, pairs...)})
		return Pack{}, 0, false
	}
	from, err := hall.ParseDay(in.From)
	if err != nil {
		return wrong("from", "policy.wrong.from")
	}
	if in.Text != "" {
		file := quoted(in.File)
		if file == "" {
			file = "policy.yaml"
		}
		if pack, err = o.Matters.Packs.ReadPack(file, []byte(in.Text)); err != nil {
			return wrong("text", "policy.wrong.text", "faults", err.Error())
		}
		return pack, from, true
	}
	for _, p := range o.Matters.Packs.Shipped() {
		if p.ID == in.ID {
			return p, from, true
		}
	}
	return wrong("id", "policy.wrong.id")
}

// packTaken says who adopted a pack meanwhile.
func (o *office) packTaken(w http.ResponseWriter, r *http.Request, taken packTaken) {
	by, at, err := o.doneBy(r, taken.pos)
	if err != nil {
		o.down(w, r, err)
		return
	}
	s := o.sheet(r, "")
	did := s.T("deed." + string(hall.TypePolicyAdopted))
	o.fail(w, http.StatusConflict, problem{Code: "taken", Message: s.T("say.taken", "who", by, "did", did), By: by, At: at, Did: string(hall.TypePolicyAdopted)})
}

// lawOf reads the law for a page, or answers that it cannot be read.
func (o *office) lawOf(ctx context.Context, w http.ResponseWriter, r *http.Request) (rating.Law, bool) {
	law, err := o.Matters.Law.Law(ctx)
	if err != nil {
		o.down(w, r, err)
	}
	return law, err == nil
}
