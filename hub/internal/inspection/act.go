package inspection

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
)

var (
	namePattern  = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)
	draftPattern = regexp.MustCompile(`^[A-Za-z0-9-]{8,64}$`)
)

// Bounds of a plan and of what one inspection brings.
const (
	maxPlanned  = 500 // inspections of one line
	maxFindings = 20
	maxPhotos   = 12
	sentWithin  = 92 // days after it was made: a phone can be offline for long
)

// Line is one line of a quarter's plan: how many inspections of a kind, in which halls, until when, by whom.
type Line struct {
	ID      string // made by the page, so that a plan sent twice is one
	Quarter hall.Quarter
	Form    string
	Halls   []string
	Each    int // how many in each hall
	Until   hall.Day
	Who     []string // accounts, in turn
}

// Inspections returns the inspections that a line plans, each to be entered by Enter. Whether halls and accounts are
// there the caller has looked.
func (l Line) Inspections(forms []Form, today hall.Day, by hall.Person) ([]hall.InspectionPlanned, error) {
	first, last, ok := l.Quarter.Days()
	at := slices.IndexFunc(forms, func(f Form) bool { return f.ID == l.Form })
	unnamed := func(s string) bool { return !namePattern.MatchString(s) }
	switch {
	case !decides(by):
		return nil, &Refused{Code: NotCentre}
	case !draftPattern.MatchString(l.ID):
		return nil, bad(BadID)
	case !ok:
		return nil, bad(BadQuarter)
	case at < 0:
		return nil, bad(BadForm)
	case len(l.Halls) == 0, slices.ContainsFunc(l.Halls, unnamed), len(slices.Compact(slices.Sorted(slices.Values(l.Halls)))) < len(l.Halls):
		return nil, bad(BadHall)
	case l.Each < 1:
		return nil, bad(BadCount)
	case l.Each > maxPlanned/len(l.Halls):
		return nil, &Refused{TooMany, string(BadCount)}
	case l.Until < today, l.Until < first, l.Until > last:
		return nil, bad(BadUntil)
	case len(l.Who) == 0, slices.ContainsFunc(l.Who, unnamed):
		return nil, bad(BadWho)
	}
	var all []hall.InspectionPlanned
	for range l.Each {
		for _, h := range l.Halls {
			n := len(all)
			all = append(all, hall.InspectionPlanned{Act: hall.Act{About: fmt.Sprintf("%s.%d", l.ID, n+1), By: by}, Plan: l.ID, Quarter: l.Quarter,
				Kind: forms[at].Kind, Form: l.Form, Hall: h, Until: l.Until, Who: l.Who[n%len(l.Who)]})
		}
	}
	return all, nil
}

// Enter enters one inspection of a line. Entered again, nothing happens.
func (i Inspection) Enter(p hall.InspectionPlanned) []hall.Fact {
	if i.State != "" {
		return nil
	}
	return []hall.Fact{p}
}

// Assign gives a planned inspection to another inspector, or another day.
func (i Inspection) Assign(seen int, who string, until, today hall.Day, by hall.Person) ([]hall.Fact, error) {
	if err := i.ready(seen, hall.TypeInspectionAssigned); err != nil {
		return nil, err
	}
	switch {
	case !decides(by):
		return nil, &Refused{Code: NotCentre}
	case !namePattern.MatchString(who):
		return nil, bad(BadWho)
	case until < today:
		return nil, bad(BadUntil)
	}
	return []hall.Fact{hall.InspectionAssigned{Act: i.by(by), Who: who, Until: until}}, nil
}

// Cancel says that a planned inspection will not be made. The plan goes on to show it as not done.
func (i Inspection) Cancel(seen int, why hall.CancelledWhy, by hall.Person) ([]hall.Fact, error) {
	if err := i.ready(seen, hall.TypeInspectionCancelled); err != nil {
		return nil, err
	}
	switch {
	case !decides(by):
		return nil, &Refused{Code: NotCentre}
	case !why.Valid():
		return nil, bad(BadWhy)
	}
	return []hall.Fact{hall.InspectionCancelled{Act: i.by(by), Why: why}}, nil
}

// Submission is a form that was filled in, as it comes from a phone, perhaps days later.
type Submission struct {
	Draft    string // made by the browser; of an inspection that nobody had planned it is the id, too
	Hall     string // of one that nobody had planned
	On       hall.Day
	Filled   Filled      // by Form.Fill
	Answers  hall.Sealed // where Filled lies
	Photos   []hall.Sealed
	Findings []NewFinding
}

// NewFinding is what was found wanting. Without Unit and Due the centre names them.
type NewFinding struct {
	Question string
	Text     hall.Sealed
	Photos   []hall.Sealed
	Unit     string
	Due      hall.Day
}

// Submit enters what an inspection saw, by who was to make it, or by an inspector or observer where nobody had planned
// it. Submitted again with the same draft, nothing happens.
func (i Inspection) Submit(s Submission, by hall.Person, now time.Time) ([]hall.Fact, error) {
	if i.State == Done && i.Draft == s.Draft && i.Who == by.Account {
		return nil, nil
	}
	if err := i.maySubmit(s, by); err != nil {
		return nil, err
	}
	today, form := hall.DayOf(now), s.Filled.form
	done := hall.InspectionDone{Act: i.by(by), Draft: s.Draft, Quarter: i.Quarter, Kind: i.Kind, Form: form.ID, FormSHA: form.SHA(), Hall: i.Hall, On: s.On,
		Asked: s.Filled.Asked, Wrong: s.Filled.Wrong, Answers: s.Answers, Photos: slices.Clone(s.Photos)}
	if i.State == "" {
		done.About, done.Quarter, done.Kind, done.Hall = s.Draft, hall.QuarterOf(s.On), form.Kind, s.Hall
	}
	switch {
	case form.ID == "", i.State == Planned && form.ID != i.Form:
		return nil, bad(BadForm)
	case s.On > today, s.On < today-sentWithin:
		return nil, bad(BadOn)
	case s.Answers == hall.Sealed{}, len(s.Photos) > maxPhotos:
		return nil, bad(BadAnswers)
	case !namePattern.MatchString(done.Hall):
		return nil, bad(BadHall)
	case len(s.Findings) > maxFindings:
		return nil, &Refused{TooMany, "findings"}
	}
	facts := []hall.Fact{done}
	for n, x := range s.Findings {
		if code := x.check(form, today); code != "" {
			return nil, &Refused{code, fmt.Sprintf("findings[%d].%s", n, code)}
		}
		facts = append(facts, hall.InspectionFound{Act: done.Act, N: n + 1, Question: x.Question, Text: x.Text, Photos: slices.Clone(x.Photos)})
		if x.Unit != "" {
			facts = append(facts, hall.InspectionOwned{Act: done.Act, N: n + 1, Unit: x.Unit, Due: x.Due})
		}
	}
	return facts, nil
}

func (i Inspection) maySubmit(s Submission, by hall.Person) error {
	switch {
	case !draftPattern.MatchString(s.Draft):
		return bad(BadID)
	case i.State == Done:
		return i.Last.conflict()
	case i.State == Cancelled:
		return &Refused{Code: NotNow}
	case i.State == Planned && by.Account != i.Who:
		return &Refused{Code: NotYours}
	case by.IsRule(), by.Account == "":
		return &Refused{Code: NotYours}
	}
	return nil
}

func (x NewFinding) check(form Form, today hall.Day) Code {
	_, asked := form.question(x.Question)
	switch {
	case x.Text == hall.Sealed{}, len(x.Photos) > maxPhotos:
		return BadText
	case x.Question != "" && !asked:
		return BadQuestion
	case x.Unit == "" && x.Due != 0, x.Unit != "" && !namePattern.MatchString(x.Unit):
		return BadUnit
	case x.Unit != "" && x.Due < today:
		return BadDue
	}
	return ""
}

// Own names who answers for a finding, and until when. The unit, which the caller knows to exist, may be another than
// before.
func (i Inspection) Own(n, seen int, unit string, due, today hall.Day, by hall.Person) ([]hall.Fact, error) {
	if _, err := i.readyFinding(n, seen, hall.TypeInspectionOwned); err != nil {
		return nil, err
	}
	switch {
	case !decides(by):
		return nil, &Refused{Code: NotCentre}
	case !namePattern.MatchString(unit):
		return nil, bad(BadUnit)
	case due < today:
		return nil, bad(BadDue)
	}
	return []hall.Fact{hall.InspectionOwned{Act: i.by(by), N: n, Unit: unit, Due: due}}, nil
}

// Reply says what the owner of a finding did about it.
func (i Inspection) Reply(n, seen int, text hall.Sealed, photos []hall.Sealed, by hall.Person) ([]hall.Fact, error) {
	x, err := i.readyFinding(n, seen, hall.TypeInspectionAnswered)
	switch {
	case err != nil:
		return nil, err
	case !answersFor(by, x.Unit):
		return nil, &Refused{Code: NotYours}
	case text == hall.Sealed{}, len(photos) > maxPhotos:
		return nil, bad(BadText)
	}
	return []hall.Fact{hall.InspectionAnswered{Act: i.by(by), N: n, Text: text, Photos: slices.Clone(photos)}}, nil
}

// SendBack says that the answer to a finding is not enough, why, and until when there is another.
func (i Inspection) SendBack(n, seen int, text hall.Sealed, due, today hall.Day, by hall.Person) ([]hall.Fact, error) {
	x, err := i.readyFinding(n, seen, hall.TypeInspectionSentBack)
	if err == nil {
		err = x.mayJudge(by)
	}
	switch {
	case err != nil:
		return nil, err
	case text == hall.Sealed{}:
		return nil, bad(BadText)
	case due < today:
		return nil, bad(BadDue)
	}
	return []hall.Fact{hall.InspectionSentBack{Act: i.by(by), N: n, Due: due, Text: text}}, nil
}

// Accept says that the answer to a finding is enough.
func (i Inspection) Accept(n, seen int, by hall.Person) ([]hall.Fact, error) {
	x, err := i.readyFinding(n, seen, hall.TypeInspectionAccepted)
	if err == nil {
		err = x.mayJudge(by)
	}
	if err != nil {
		return nil, err
	}
	return []hall.Fact{hall.InspectionAccepted{Act: i.by(by), N: n}}, nil
}

// mayJudge says whether a person may judge the answer to a finding: for the centre, and not his own.
func (x Finding) mayJudge(p hall.Person) error {
	switch {
	case !decides(p):
		return &Refused{Code: NotCentre}
	case p.Unit != "" && p.Unit == x.Unit, x.answeredBy(p):
		return &Refused{Code: OwnUnit}
	}
	return nil
}

// answeredBy reports whether the last answer is this person's.
func (x Finding) answeredBy(p hall.Person) bool {
	for _, s := range slices.Backward(x.Steps) {
		if s.Type == hall.TypeInspectionAnswered {
			return s.By.Account == p.Account
		}
	}
	return false
}

func (i Inspection) by(p hall.Person) hall.Act { return hall.Act{About: i.ID, By: p} }
