package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/concern"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/rating"
)

// concernJSON is a concern as its page shows it.
type concernJSON struct {
	concernRow
	AsOf     time.Time         `json:"as_of"`
	Received time.Time         `json:"received"`
	Against  string            `json:"against_name,omitempty"` // unit that it is about
	Repair   string            `json:"repair,omitempty"`       // number of the repair it is about, for who may see that
	Rule     string            `json:"rule,omitempty"`         // of the responsibility list that chose the unit
	Text     *textJSON         `json:"text,omitempty"`         // what was said
	Asker    *askerJSON        `json:"asker,omitempty"`        // left out: anonymous
	Answer   *countedJSON      `json:"answer,omitempty"`       // until when it is answered, day by day
	Step     *countedJSON      `json:"step,omitempty"`         // until when it is routed or signed for
	Own      time.Time         `json:"own_limit,omitzero"`     // of a work order; it goes before Answer
	Steps    []concernStep     `json:"steps"`
	Referred hall.Body         `json:"referred,omitempty"`
	Why      hall.InvalidWhy   `json:"invalid_why,omitempty"`
	Heard    *concernHeard     `json:"heard,omitempty"`
	Closed   hall.ClosedWhy    `json:"closed_why,omitempty"`
	Same     string            `json:"same,omitempty"` // number of the one it doubles
	Struck   hall.StruckWhy    `json:"struck_why,omitempty"`
	May      []string          `json:"may"`
	Bounds   concernBoundsJSON `json:"limits"`
}

// textJSON is a text that lies apart: its words for who may read them.
type textJSON struct {
	Words string `json:"words,omitempty"`
	Gone  bool   `json:"gone,omitempty"` // erased
}

// countedJSON is a deadline, explained day by day.
type countedJSON struct {
	From        hall.Day        `json:"from"`
	Due         hall.Day        `json:"due"`
	Provisional bool            `json:"provisional"`
	Days        []hall.DayCount `json:"days"`
}

// concernStep is one deed in the course of a concern.
type concernStep struct {
	What hall.Type `json:"what"`
	At   time.Time `json:"at"`
	By   string    `json:"by"`
	Unit string    `json:"unit_name,omitempty"`
	Why  string    `json:"why,omitempty"` // code of the reason
	Text *textJSON `json:"text,omitempty"`
}

type concernHeard struct {
	Level   hall.Level   `json:"level"`
	Channel hall.Channel `json:"channel"`
	At      time.Time    `json:"at"`
	By      string       `json:"by"`
}

// concernBoundsJSON is how long the texts of acts may be.
type concernBoundsJSON struct {
	Text int `json:"text"`
	Note int `json:"note"`
}

func (o *office) showConcern(w http.ResponseWriter, r *http.Request, who Account) {
	if c, ok := o.concern(w, r, who); ok {
		o.answerConcern(w, r, who, c)
	}
}

// answerConcern answers with a concern as it is now, as far as who may see it.
func (o *office) answerConcern(w http.ResponseWriter, r *http.Request, who Account, c concern.Concern) {
	if !access.May(who.Account, access.ConcernsList, o.concernObject(c, who)) {
		w.WriteHeader(http.StatusNoContent) // done, and no more for his eyes
		return
	}
	shown, err := o.concernPage(r, who, c)
	if err != nil {
		o.down(w, r, err)
		return
	}
	o.json(w, http.StatusOK, shown)
}

func (o *office) concernPage(r *http.Request, who Account, c concern.Concern) (concernJSON, error) {
	ctx, names := r.Context(), o.names(r)
	law, err := o.Matters.Law.Law(ctx)
	if err != nil {
		return concernJSON{}, err
	}
	j := concernJSON{concernRow: o.concernRow(r, c), AsOf: o.Now(), Received: c.Received, Rule: c.Rule, Own: c.Limit, Referred: c.Referred,
		Closed: c.ClosedWhy, Struck: c.StruckWhy, May: o.concernMay(c, who, law), Bounds: concernBoundsJSON{concern.MaxWords, maxNote}}
	if c.Against != "" {
		j.Against = names.unit(c.Against)
	}
	if c.Verdict != nil {
		j.Why = c.Verdict.Why
	}
	if !c.Answer.IsZero() && c.Limit.IsZero() {
		j.Answer = countedOf(law, c.AnswerFrom, c.Answer, c.Hall)
	}
	if end, _ := c.StepUntil(); !end.IsZero() {
		j.Step = countedOf(law, c.StepFrom, c.Step, c.Hall)
	}
	if c.Heard != nil {
		j.Heard = &concernHeard{c.Heard.Level, c.Heard.Channel, c.Heard.At, o.nameOf(r, c.Heard.By)}
	}
	texts := o.textReader(who)
	var errs []error
	read := func(s hall.Sealed) *textJSON {
		t, err := texts(ctx, s)
		errs = append(errs, err)
		return t
	}
	if j.Text = read(c.Text); j.Text != nil {
		j.Excerpt = excerpt(j.Text.Words)
	}
	for _, s := range c.Steps {
		step := concernStep{What: s.Type, At: s.At, By: o.nameOf(r, s.By), Why: s.Why, Text: read(s.Text)}
		if s.Unit != "" {
			step.Unit = names.unit(s.Unit)
		}
		j.Steps = append(j.Steps, step)
	}
	j.Asker, err = o.askerOf(ctx, c, who)
	errs = append(errs, err)
	j.Same, err = o.numberOfConcern(ctx, c.Same)
	errs = append(errs, err)
	j.Repair, err = o.numberOfRepair(ctx, c.Repair, who)
	return j, errors.Join(append(errs, err)...)
}

// textReader opens texts for who may read what was written; of others it says only that there is one.
func (o *office) textReader(who Account) func(context.Context, hall.Sealed) (*textJSON, error) {
	return func(ctx context.Context, s hall.Sealed) (*textJSON, error) {
		if s.Ref == "" {
			return nil, nil
		}
		t, ok, err := o.Matters.Texts.Text(ctx, s.Ref)
		if err != nil || !ok {
			return &textJSON{Gone: !ok}, err
		}
		if !readsTexts(who) {
			return &textJSON{}, nil
		}
		return &textJSON{Words: t.Words}, nil
	}
}

func countedOf(law rating.Law, from hall.Day, d hall.Deadline, hallID string) *countedJSON {
	return &countedJSON{from, d.Day, d.Provisional, law.Calendar.Count(from, d, hallID)}
}

func (o *office) numberOfConcern(ctx context.Context, id string) (string, error) {
	if id == "" {
		return "", nil
	}
	c, _, err := o.Matters.Concerns.Concern(ctx, id)
	return c.Number, err
}

// numberOfRepair is how people call a repair, for who sees the repairs of its unit and hall.
func (o *office) numberOfRepair(ctx context.Context, id string, who Account) (string, error) {
	if id == "" {
		return "", nil
	}
	p, ok, err := o.Matters.Repairs.Repair(ctx, id)
	if err != nil || !ok || !access.May(who.Account, access.RepairsList, access.Object{Hall: p.Hall, Place: o.placeOfMatter(p.Hall), Unit: p.Unit, Served: p.ClerkUnit}) {
		return "", err
	}
	return p.Number, nil
}

// concernMay lists the acts that who may do now: the table of rights and the state both allow them. Each is tried with what
// could be said.
func (o *office) concernMay(c concern.Concern, who Account, law rating.Law) []string {
	by, now := who.person(), o.Now()
	said, seen := hall.Sealed{Ref: "x", SHA: "x"}, c.Version
	why := hall.ClosedWithdrawn
	if c.State == concern.Answered {
		why = hall.ClosedAnswered
	}
	may := []string{}
	try := func(act string, do func() ([]hall.Fact, error)) {
		if _, err := do(); o.mayAct(who, act, c) && canBe(err) {
			may = append(may, act)
		}
	}
	try("route", func() ([]hall.Fact, error) {
		return c.Route(seen, concern.Centre, concern.Correction{}, o.Desk.Responsibility, law, by, now)
	})
	try("sign", func() ([]hall.Fact, error) { return c.Sign(seen, by) })
	try("return", func() ([]hall.Fact, error) { return c.Return(seen, hall.ReturnedUnclear, said, law, by, now) })
	try("refer", func() ([]hall.Fact, error) { return c.Refer(seen, hall.BodyOther, by) })
	try("reply", func() ([]hall.Fact, error) { return c.Reply(seen, said, by) })
	try("judge", func() ([]hall.Fact, error) { return c.Judge(seen, true, "", by) })
	try("hear", func() ([]hall.Fact, error) { return c.Hear(hall.Fair, hall.ChannelHotline, "x", by) })
	try("reopen", func() ([]hall.Fact, error) { return c.Reopen(seen, said, time.Time{}, law, by, now) })
	try("close", func() ([]hall.Fact, error) { return c.Close(seen, why, "", by) })
	try("strike", func() ([]hall.Fact, error) { return c.Strike(seen, hall.StruckMistake, by) })
	return may
}

// canBe reports whether an act that was tried can be done with other words: what is refused of a field alone can.
func canBe(err error) bool {
	if err == nil {
		return true
	}
	n, is := refused(err)
	return is && n.field != ""
}

// maxFigures is of how many days the desk's figures can be asked at once.
const maxFigures = 400

// sumConcerns answers the desk's own figures: in time, days to answer, valid or not, what citizens thought of the answers.
// They stand beside the ratings and in no rate of them.
func (o *office) sumConcerns(w http.ResponseWriter, r *http.Request, who Account) {
	a := o.asking(r)
	from, to := a.span()
	if from == 0 || to == 0 || int(to-from) > maxFigures {
		a.fault("from", a.text("from"))
	}
	by := map[string]func(concern.Concern) string{
		"source": func(c concern.Concern) string { return string(c.Source) },
		"kind":   func(c concern.Concern) string { return string(c.Kind) },
		"unit":   func(c concern.Concern) string { return c.Unit },
		"hall":   func(c concern.Concern) string { return c.Hall },
		"month":  func(c concern.Concern) string { return c.Since.In(hall.Beijing()).Format("2006-01") },
		"":       func(concern.Concern) string { return "" },
	}
	key, known := by[a.text("by")]
	if !known {
		a.fault("by", a.text("by"))
	}
	if !o.goodAsking(w, a) {
		return
	}
	q := intake.ConcernsAsked{Within: o.withinDesk(who, access.ConcernsList, a.list("hall")), Order: intake.ByNewest, From: from, To: to}
	var all []concern.Concern
	for q.Limit = 500; ; {
		page, next, err := o.Matters.Concerns.Concerns(r.Context(), q)
		if err != nil {
			o.down(w, r, err)
			return
		}
		if all = append(all, page...); next == "" {
			break
		}
		q.After = next
	}
	type group struct {
		concern.Group
		Name string `json:"name,omitempty"`
	}
	names, groups := o.names(r), []group{}
	for _, g := range concern.Sum(all, key, o.Now()) {
		name := ""
		switch {
		case g.Key == "":
		case a.text("by") == "unit":
			name = names.unit(g.Key)
		case a.text("by") == "hall":
			name = names.hall(g.Key)
		}
		groups = append(groups, group{g, name})
	}
	rows(o, w, groups, "")
}
