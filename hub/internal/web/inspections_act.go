package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/inspection"
	"hallpulse/hub/internal/intake"
)

// inspectionActs are what people do about inspections and their findings.
func (o *office) inspectionActs() []Route {
	return []Route{
		{"POST", "/api/inspections/plan", access.InspectionsPlan, o.planInspections},
		{"POST", "/api/inspections/{number}/assign", access.InspectionsPlan, o.changeInspection(o.assign)},
		{"POST", "/api/inspections/{number}/cancel", access.InspectionsPlan, o.changeInspection(o.cancel)},
		{"POST", "/api/inspections/{number}/submit", access.InspectionsDo, o.submitPlanned},
		{"POST", "/api/inspections", access.InspectionsDo, o.submitUnplanned},
		{"POST", "/api/findings/{finding}/own", access.InspectionsPlan, o.actOnFinding("own")},
		{"POST", "/api/findings/{finding}/reply", access.InspectionsAnswer, o.actOnFinding("reply")},
		{"POST", "/api/findings/{finding}/send-back", access.InspectionsPlan, o.actOnFinding("send-back")},
		{"POST", "/api/findings/{finding}/accept", access.InspectionsPlan, o.actOnFinding("accept")},
	}
}

// inspectionMay lists what who may do about an inspection now.
func (o *office) inspectionMay(i inspection.Inspection, who Account) []string {
	may, today, by := []string{}, hall.DayOf(o.Now()), who.person()
	if access.May(who.Account, access.InspectionsPlan, o.inspectionObject(i)) {
		if _, err := i.Assign(i.Version, "somebody", today, today, by); canBe(err) {
			may = append(may, "assign")
		}
		if _, err := i.Cancel(i.Version, hall.CancelledOther, by); canBe(err) {
			may = append(may, "cancel")
		}
	}
	if i.State == inspection.Planned && i.Who == who.Name && access.May(who.Account, access.InspectionsDo, o.inspectionObject(i)) {
		may = append(may, "submit")
	}
	return may
}

// findingMay lists what who may do about a finding now.
func (o *office) findingMay(i inspection.Inspection, x inspection.Finding, who Account) []string {
	may, today, by := []string{}, hall.DayOf(o.Now()), who.person()
	said := hall.Sealed{Ref: "x", SHA: "x"}
	try := func(act string, allowed bool, do func() ([]hall.Fact, error)) {
		if _, err := do(); allowed && canBe(err) {
			may = append(may, act)
		}
	}
	plans := access.May(who.Account, access.InspectionsPlan, o.inspectionObject(i))
	answers := access.May(who.Account, access.InspectionsAnswer, o.findingObject(i, x))
	try("own", plans, func() ([]hall.Fact, error) { return i.Own(x.N, x.Version, "unit", today, today, by) })
	try("reply", answers, func() ([]hall.Fact, error) { return i.Reply(x.N, x.Version, said, nil, by) })
	try("accept", plans, func() ([]hall.Fact, error) { return i.Accept(x.N, x.Version, by) })
	try("send-back", plans, func() ([]hall.Fact, error) { return i.SendBack(x.N, x.Version, said, today, today, by) })
	return may
}

// planIn is one line of a quarter's plan.
type planIn struct {
	ID      string       `json:"id"` // made by the page, so that a plan sent twice is one
	Quarter hall.Quarter `json:"quarter"`
	Form    string       `json:"form"`
	Halls   []string     `json:"halls"`
	Each    int          `json:"each"`
	Until   hall.Day     `json:"until"`
	Who     []string     `json:"who"`
}

// planInspections enters a line of a quarter's plan: each inspection of it is one.
func (o *office) planInspections(w http.ResponseWriter, r *http.Request, who Account) {
	var in planIn
	if !o.read(w, r, &in) {
		return
	}
	var faults []problem
	s := o.sheet(r, "")
	for _, h := range in.Halls {
		if _, known := o.placeOf(h); !known || !access.May(who.Account, access.InspectionsPlan, access.Object{Hall: h, Place: o.placeOfMatter(h)}) {
			faults = append(faults, problem{Code: string(inspection.BadHall), Field: "halls", Message: s.T("say.hall")})
		}
	}
	if len(faults) > 0 {
		o.fail(w, http.StatusUnprocessableEntity, faults[0], faults[1:]...)
		return
	}
	for _, name := range in.Who {
		for _, h := range in.Halls {
			if !o.sendable(w, r, who, name, h) {
				return
			}
		}
	}
	line := inspection.Line{ID: in.ID, Quarter: in.Quarter, Form: in.Form, Halls: in.Halls, Each: in.Each, Until: in.Until, Who: in.Who}
	planned, err := line.Inspections(o.Desk.Forms, hall.DayOf(o.Now()), who.person())
	if o.answered(w, r, err) {
		return
	}
	var keys intake.Keys
	for _, p := range planned {
		keys.Inspections = append(keys.Inspections, p.About)
	}
	err = o.Matters.Decider.Decide(r.Context(), keys, func(k intake.Known) ([]hall.Fact, error) {
		var all []hall.Fact
		for _, p := range planned {
			i, _ := k.Inspection(p.About)
			all = append(all, i.Enter(p)...)
		}
		return all, nil
	})
	if o.answered(w, r, err) {
		return
	}
	o.json(w, http.StatusOK, struct {
		Planned int `json:"planned"`
	}{len(planned)})
}

// changeIn is what an act on a planned inspection says.
type changeIn struct {
	Seen  int               `json:"seen"`
	Who   string            `json:"who"`
	Until hall.Day          `json:"until"`
	Why   hall.CancelledWhy `json:"why"`
}

// assign gives a planned inspection to somebody else, or another day.
func (o *office) assign(i inspection.Inspection, in changeIn, by hall.Person, today hall.Day) ([]hall.Fact, error) {
	return i.Assign(in.Seen, in.Who, in.Until, today, by)
}

func (o *office) cancel(i inspection.Inspection, in changeIn, by hall.Person, _ hall.Day) ([]hall.Fact, error) {
	return i.Cancel(in.Seen, in.Why, by)
}

// changeInspection does one act of the centre on a planned inspection.
func (o *office) changeInspection(act func(inspection.Inspection, changeIn, hall.Person, hall.Day) ([]hall.Fact, error)) func(http.ResponseWriter, *http.Request, Account) {
	return func(w http.ResponseWriter, r *http.Request, who Account) {
		i, ok := o.inspection(w, r, who, access.InspectionsPlan)
		var in changeIn
		if !ok || !o.read(w, r, &in) || in.Who != "" && !o.sendable(w, r, who, in.Who, i.Hall) {
			return
		}
		now, err := o.decideInspection(r.Context(), i.ID, nil, func(i inspection.Inspection, k intake.Known) ([]hall.Fact, error) {
			return act(i, in, who.person(), hall.DayOf(k.Now()))
		})
		if !o.answered(w, r, err) {
			o.answerInspection(w, r, who, now)
		}
	}
}

// sendable answers where an account cannot be sent to a hall, and returns whether it can.
func (o *office) sendable(w http.ResponseWriter, r *http.Request, who Account, name, hallID string) bool {
	a, ok, err := o.Accounts.Account(r.Context(), name)
	switch {
	case err != nil:
		o.down(w, r, err)
	case !ok, !o.maySend(who, a, hallID):
		o.fail(w, http.StatusUnprocessableEntity, problem{Code: string(inspection.BadWho), Field: "who",
			Message: o.sheet(r, "").T("say.inspection.send", "who", quoted(name), "hall", o.names(r).hall(hallID))})
	default:
		return true
	}
	return false
}

// decideInspection lets do decide about an inspection as it stands, and returns it as it is then.
func (o *office) decideInspection(ctx context.Context, id string, boxes []intake.Box, do func(inspection.Inspection, intake.Known) ([]hall.Fact, error)) (now inspection.Inspection, err error) {
	err = o.Matters.Decider.Decide(ctx, intake.Keys{Inspections: []string{id}}, func(k intake.Known) ([]hall.Fact, error) {
		i, _ := k.Inspection(id)
		return do(i, k)
	}, boxes...)
	if err == nil {
		now, _, err = o.Matters.Inspections.Inspection(ctx, id)
	}
	return now, err
}

// submitIn is a form that was filled in on a phone, perhaps days ago. Photos are named as they were sent.
type submitIn struct {
	Draft    string                       `json:"draft"` // made by the browser
	Form     string                       `json:"form"`
	Hall     string                       `json:"hall"` // of one that nobody had planned
	On       hall.Day                     `json:"on"`
	Answers  map[string]inspection.Answer `json:"answers"`
	Findings []findingIn                  `json:"findings"`
}

// findingIn is what was found wanting.
type findingIn struct {
	Question string   `json:"question"`
	Text     string   `json:"text"`
	Photos   []string `json:"photos"`
	Unit     string   `json:"unit"`
	Due      hall.Day `json:"due"`
}

// submitPlanned takes the form of an inspection that was planned, by who was to make it.
func (o *office) submitPlanned(w http.ResponseWriter, r *http.Request, who Account) {
	if i, ok := o.inspection(w, r, who, access.InspectionsDo); ok {
		o.submit(w, r, who, func(submitIn) (id, hallID string) { return i.ID, i.Hall })
	}
}

// submitUnplanned takes the form of one that nobody had planned.
func (o *office) submitUnplanned(w http.ResponseWriter, r *http.Request, who Account) {
	o.submit(w, r, who, func(in submitIn) (id, hallID string) { return in.Draft, in.Hall })
}

func (o *office) submit(w http.ResponseWriter, r *http.Request, who Account, of func(submitIn) (id, hallID string)) {
	var in submitIn
	photos, ok := o.readWithPhotos(w, r, &in)
	if !ok {
		return
	}
	id, hallID := of(in)
	switch _, known := o.placeOf(hallID); {
	case !draftPattern.MatchString(in.Draft):
		o.answered(w, r, &inspection.Refused{Code: inspection.BadID, Field: string(inspection.BadID)})
		return
	case !known:
		o.answered(w, r, &inspection.Refused{Code: inspection.BadHall, Field: string(inspection.BadHall)})
		return
	case !o.may(w, r, who, access.InspectionsDo, access.Object{Hall: hallID, Place: o.placeOfMatter(hallID), Account: who.Name}):
		return
	}
	var boxes []intake.Box
	s, faults, err := o.submission(r, in, photos, &boxes)
	if len(faults) > 0 {
		o.fail(w, http.StatusUnprocessableEntity, faults[0], faults[1:]...)
		return
	}
	if o.answered(w, r, err) {
		return
	}
	s.Hall = hallID
	now, err := o.decideInspection(r.Context(), id, boxes, func(i inspection.Inspection, k intake.Known) ([]hall.Fact, error) {
		return i.Submit(s, who.person(), k.Now())
	})
	if !o.answered(w, r, err) {
		o.answerInspection(w, r, who, now)
	}
}

// submission seals what came from a phone: photos, the filled form, the texts of findings.
func (o *office) submission(r *http.Request, in submitIn, photos []photo, boxes *[]intake.Box) (s inspection.Submission, faults []problem, err error) {
	form, ok := o.formCalled(in.Form)
	if !ok {
		return s, nil, &inspection.Refused{Code: inspection.BadForm, Field: string(inspection.BadForm)}
	}
	sealed, err := o.sealPhotos(photos, boxes)
	if err != nil {
		return s, nil, err
	}
	s = inspection.Submission{Draft: in.Draft, On: in.On}
	for _, p := range photos {
		s.Photos = append(s.Photos, sealed[p.name])
	}
	sheet := o.sheet(r, "")
	for n, x := range in.Findings {
		f := inspection.NewFinding{Question: x.Question, Unit: x.Unit, Due: x.Due}
		at := "findings[" + strconv.Itoa(n) + "]."
		if x.Unit != "" && x.Unit != inspection.Centre && !o.hasUnit(x.Unit) {
			faults = append(faults, problem{Code: "unit", Field: at + "unit", Message: sheet.T("say.inspection.unit")})
		}
		if len([]rune(cleanText(x.Text))) > maxFinding {
			faults = append(faults, problem{Code: "long", Field: at + "text", Message: sheet.T("say.long", "n", strconv.Itoa(maxFinding))})
		}
		if f.Photos, ok = named(sealed, x.Photos); !ok {
			faults = append(faults, problem{Code: "photos", Field: at + "photos", Message: sheet.T("say.photo.lost")})
		}
		if f.Text, err = o.sealed(x.Text, boxes); err != nil {
			return s, nil, err
		}
		s.Findings = append(s.Findings, f)
	}
	answers, lost := cleanAnswers(in.Answers, sealed)
	if lost != "" {
		faults = append(faults, problem{Code: "photos", Field: lost, Message: sheet.T("say.photo.lost")})
	}
	filled, wrong := form.Fill(answers)
	for _, f := range wrong {
		faults = append(faults, problem{Code: string(f.Code), Field: f.Question, Message: sheet.T("say.inspection.answer."+string(f.Code), "bound", strconv.Itoa(f.Bound))})
	}
	if len(faults) > 0 {
		return s, faults, nil
	}
	s.Filled = filled
	plain, err := json.Marshal(filled)
	if err != nil {
		return s, nil, err
	}
	var box intake.Box
	if s.Answers, box, err = o.Matters.Texts.SealBytes(plain); err == nil {
		*boxes = append(*boxes, box)
	}
	return s, nil, err
}

// maxFinding is how much can be written about a finding, or in answer to one, in characters.
const maxFinding = 1000

// cleanAnswers makes texts clean and names photos by where they lie; lost is the question of one that was not sent.
func cleanAnswers(answers map[string]inspection.Answer, sealed map[string]hall.Sealed) (clean map[string]inspection.Answer, lost string) {
	clean = map[string]inspection.Answer{}
	for id, a := range answers {
		a.Text = cleanText(a.Text)
		photos, ok := named(sealed, a.Photos)
		if !ok {
			lost = id
		}
		a.Photos = nil
		for _, p := range photos {
			a.Photos = append(a.Photos, p.Ref)
		}
		clean[id] = a
	}
	return clean, lost
}

// named are photos by the names under which they were sent; false where one was not.
func named(sealed map[string]hall.Sealed, names []string) (photos []hall.Sealed, ok bool) {
	for _, n := range names {
		p, ok := sealed[n]
		if !ok {
			return nil, false
		}
		photos = append(photos, p)
	}
	return photos, true
}

// findingActIn is what an act on a finding says.
type findingActIn struct {
	Seen int      `json:"seen"` // the version of the finding
	Unit string   `json:"unit"`
	Due  hall.Day `json:"due"`
	Text string   `json:"text"`
}

// actOnFinding does one act on a finding. The centre finds any it may plan for, a unit its own.
func (o *office) actOnFinding(act string) func(http.ResponseWriter, *http.Request, Account) {
	return func(w http.ResponseWriter, r *http.Request, who Account) {
		i, n, ok := o.findingToAct(w, r, who, act)
		var in findingActIn
		if !ok {
			return
		}
		photos, ok := o.readWithPhotos(w, r, &in)
		if !ok || !o.sayable(w, r, map[string]bounded{"text": {in.Text, maxFinding}}) {
			return
		}
		var boxes []intake.Box
		text, err := o.sealed(in.Text, &boxes)
		sealed, err2 := o.sealPhotos(photos, &boxes)
		if o.answered(w, r, errors.Join(err, err2)) {
			return
		}
		var shown []hall.Sealed
		for _, p := range photos {
			shown = append(shown, sealed[p.name])
		}
		now, err := o.decideInspection(r.Context(), i.ID, boxes, func(i inspection.Inspection, k intake.Known) ([]hall.Fact, error) {
			return o.findingAct(act, i, n, in, text, shown, who, hall.DayOf(k.Now()))
		})
		if o.answered(w, r, err) {
			return
		}
		if own := o.ownFindings(now, who); act == "reply" {
			if at := slices.IndexFunc(own, func(x inspection.Finding) bool { return x.N == n }); at >= 0 {
				o.answerFinding(w, r, who, now, own[at])
				return
			}
		}
		x, _ := now.Finding(n)
		o.answerFinding(w, r, who, now, x)
	}
}

// findingToAct finds the finding that an act is about, for who may do it.
func (o *office) findingToAct(w http.ResponseWriter, r *http.Request, who Account, act string) (i inspection.Inspection, n int, ok bool) {
	if act == "reply" {
		i, x, ok := o.finding(w, r, who)
		return i, x.N, ok
	}
	i, n, ok, err := o.findingNumbered(r.Context(), strings.ToUpper(r.PathValue("finding")))
	switch {
	case err != nil:
		o.down(w, r, err)
		return i, n, false
	case !ok, !access.May(who.Account, access.InspectionsPlan, o.inspectionObject(i)):
		o.refuse(w, r, http.StatusNotFound, "nothing")
		return i, n, false
	}
	return i, n, true
}

func (o *office) findingAct(act string, i inspection.Inspection, n int, in findingActIn, text hall.Sealed, photos []hall.Sealed, who Account, today hall.Day) ([]hall.Fact, error) {
	by := who.person()
	switch act {
	case "own":
		if in.Unit != inspection.Centre && !o.hasUnit(in.Unit) {
			return nil, &inspection.Refused{Code: inspection.BadUnit, Field: string(inspection.BadUnit)}
		}
		return i.Own(n, in.Seen, in.Unit, in.Due, today, by)
	case "reply":
		if x, _ := i.Finding(n); !access.May(who.Account, access.InspectionsAnswer, o.findingObject(i, x)) && in.Seen == x.Version {
			return nil, &inspection.Refused{Code: inspection.NotYours}
		}
		return i.Reply(n, in.Seen, text, photos, by)
	case "send-back":
		return i.SendBack(n, in.Seen, text, in.Due, today, by)
	}
	return i.Accept(n, in.Seen, by)
}
