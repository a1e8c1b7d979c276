package intake

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/concern"
	"hallpulse/hub/internal/rating"
	"hallpulse/hub/internal/repair"
)

// ended is when the visits of these tests ended: Monday morning.
var ended = time.Date(2026, 11, 23, 10, 0, 0, 0, hall.Beijing())

func dueOn(t *testing.T, day string) hall.Deadline {
	t.Helper()
	d, err := hall.ParseDay(day)
	if err != nil {
		t.Fatal(err)
	}
	return hall.Deadline{Day: d}
}

// someErrand is about a visit that ended unrated, of a citizen who left a phone; change says what is otherwise.
func someErrand(t *testing.T, change func(*errand)) errand {
	t.Helper()
	e := errand{contact: Contact{hall.Sealed{Ref: "box", SHA: "sha"}, "zh"}, hall: "city", law: rating.Law{Calendar: hall.NewCalendar(nil, nil)},
		visit: Visit{ID: hall.ID{Agent: 1, Tag: 2, Serial: 3}, Window: "12", Began: true, Outcome: hall.OutcomeFinished, Opened: ended.Add(-time.Hour), Ended: ended, Due: dueOn(t, "2026-11-30")}}
	change(&e)
	return e
}

// adopt puts a pack in force, changed.
func (e *errand) adopt(t *testing.T, change func(*hall.Policy)) {
	t.Helper()
	pack := hall.DefaultPolicy()
	change(&pack)
	e.law = e.law.Apply(hall.PolicyAdopted{Act: hall.Act{About: pack.ID}, From: hall.DayOf(ended) - 100, Pack: pack}, 1)
}

// repaired gives the visit a bad rating and a repair.
func (e *errand) repaired(t *testing.T, change func(*repair.Repair)) {
	t.Helper()
	e.visit.Level, e.visit.Rated = hall.Bad, ended.Add(time.Minute)
	e.repair = repair.Repair{ID: e.visit.ID.String(), State: repair.Repairing}
	e.repair.Round.Deadline = dueOn(t, "2026-12-07")
	change(&e.repair)
}

// said lists the messages of an errand that are sent, as kind, number, from when, until when.
func said(all []wanted) []string {
	var out []string
	for _, w := range all {
		if w.yes {
			out = append(out, fmt.Sprintf("%s %d from %s until %s", w.Kind, w.N, at(w.After), at(w.Expires)))
		}
	}
	return out
}

func at(t time.Time) string {
	if t.IsZero() {
		return "now"
	}
	return t.In(hall.Beijing()).Format("01-02 15:04")
}

func TestWhatACitizenIsToldOf(t *testing.T) {
	answered := repair.Answer{At: ended.Add(48 * time.Hour), Second: dueOn(t, "2026-12-02")}
	extension := repair.Extension{To: dueOn(t, "2026-12-14")}
	for name, c := range map[string]struct {
		change func(*errand)
		want   []string
	}{
		"domain §3.5: an SMS reminds when a visit ends where a phone was given": {
			func(*errand) {}, []string{"rate-reminder 1 from 11-23 10:03 until 12-01 00:00"}},
		"of a citizen who left none nobody is reminded": {
			func(e *errand) { e.contact = Contact{} }, nil},
		"a pack that reminds two working days later": {
			func(e *errand) { e.adopt(t, func(p *hall.Policy) { p.Rating.Remind = 2 }) },
			[]string{"rate-reminder 1 from 11-25 00:00 until 12-01 00:00"}},
		"he rated meanwhile":         {func(e *errand) { e.visit.Level = hall.Good }, nil},
		"he rated each of its cases": {func(e *errand) { e.visit.ByCases = true }, nil},
		"he has tapped and not sent": {func(e *errand) { e.drafted = true }, nil},
		"the default was entered":    {func(e *errand) { e.visit.Default = hall.Fair }, nil},
		"the visit has not ended":    {func(e *errand) { e.visit.Outcome, e.visit.Due = "", hall.Deadline{} }, nil},
		"it ended without service":   {func(e *errand) { e.visit.Outcome, e.visit.Due = hall.OutcomeMissed, hall.Deadline{} }, nil},
		"domain §3.13: a bad press that gave no reason is asked for it": {
			func(e *errand) {
				e.visit.Level, e.visit.ReasonMissing, e.visit.Rated = hall.VeryBad, true, ended.Add(time.Minute)
			},
			[]string{"reason-asked 1 from 11-23 10:04 until 12-01 00:00"}},
		"as long as it is repaired": {
			func(e *errand) { e.repaired(t, func(*repair.Repair) {}); e.visit.ReasonMissing = true },
			[]string{"reason-asked 1 from 11-23 10:04 until 12-08 00:00"}},
		"he has said it":                 {func(e *errand) { e.repaired(t, func(*repair.Repair) {}) }, nil},
		"a good rating has no such need": {func(e *errand) { e.visit.Level, e.visit.ReasonMissing = hall.Good, true }, nil},
		"domain §4: a new date is told to the citizen": {
			func(e *errand) {
				e.repaired(t, func(r *repair.Repair) {
					r.Round.Deadline, r.Round.Extensions = extension.To, []repair.Extension{extension}
				})
			},
			[]string{"repair-extended 1 from now until 12-15 00:00"}},
		"of two new dates the last one": {
			func(e *errand) {
				e.repaired(t, func(r *repair.Repair) {
					r.Past = []repair.Round{{Extensions: []repair.Extension{extension}}}
					r.Round.Deadline, r.Round.Extensions = extension.To, []repair.Extension{extension}
				})
			},
			[]string{"repair-extended 2 from now until 12-15 00:00"}},
		"an old date is nothing to tell": {
			func(e *errand) {
				e.repaired(t, func(r *repair.Repair) {
					r.Past = []repair.Round{{Extensions: []repair.Extension{extension}, Answer: answered}}
				})
			}, nil},
		"domain §4: the answer is told; he rates the repair": {
			func(e *errand) {
				e.repaired(t, func(r *repair.Repair) { r.State, r.Round.Answer = repair.Answered, answered })
			},
			[]string{"repair-answered 1 from now until 12-03 00:00", "second-rating-asked 1 from 11-26 00:00 until 12-03 00:00"}},
		"he has rated the repair": {
			func(e *errand) {
				e.repaired(t, func(r *repair.Repair) {
					r.State, r.Round.Answer, r.Round.Second = repair.Closed, answered, repair.Second{At: answered.At.Add(time.Hour), Level: hall.Good}
				})
			}, nil},
		"the centre sent the answer back": {
			func(e *errand) {
				e.repaired(t, func(r *repair.Repair) { r.Round.Returned = []repair.Returned{{Answer: answered}} })
			}, nil},
		"the answer after it is another one": {
			func(e *errand) {
				e.repaired(t, func(r *repair.Repair) {
					r.State, r.Round.Answer, r.Round.Returned = repair.Answered, answered, []repair.Returned{{}}
				})
			},
			[]string{"repair-answered 2 from now until 12-03 00:00", "second-rating-asked 2 from 11-26 00:00 until 12-03 00:00"}},
		"the rating was excluded": {
			func(e *errand) {
				e.repaired(t, func(r *repair.Repair) { r.State, r.Round.Answer = repair.Excluded, answered })
			}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			e := someErrand(t, c.change)
			all := e.messages()
			if got := said(all); !slices.Equal(got, c.want) {
				t.Errorf("told %q, want %q", got, c.want)
			}
			ids := map[string]bool{}
			for _, w := range all {
				if ids[w.ID()] {
					t.Errorf("%s is listed twice", w.ID())
				}
				ids[w.ID()] = true
				if w.To != e.contact.Sealed || w.Of != e.visit.ID.String() || w.Params.Hall != "city" || w.Params.Day != hall.DayOf(ended) {
					t.Errorf("%+v", w.Order)
				}
			}
		})
	}
}

func TestWhoAskedIsToldOfTheAnswer(t *testing.T) {
	answered := concern.Step{Mark: concern.Mark{Type: hall.TypeConcernAnswered}}
	c := concern.Concern{ID: "c-1", Hall: "city", Received: ended, AnsweredAt: ended.Add(time.Hour), Asker: hall.Sealed{Ref: "asker", SHA: "sha"}, Steps: []concern.Step{answered}}
	for name, tt := range map[string]struct {
		change func(*concern.Concern)
		want   []string
	}{
		"answered":       {func(*concern.Concern) {}, []string{"concern-answered 1 from now until 11-30 11:00"}},
		"answered again": {func(c *concern.Concern) { c.Steps = append(c.Steps, answered) }, []string{"concern-answered 2 from now until 11-30 11:00"}},
		"reopened":       {func(c *concern.Concern) { c.AnsweredAt = time.Time{} }, nil},
		"nobody's":       {func(c *concern.Concern) { c.Asker = hall.Sealed{} }, nil},
		"not answered":   {func(c *concern.Concern) { c.Steps, c.AnsweredAt = nil, time.Time{} }, nil},
	} {
		is := c
		tt.change(&is)
		if got := said(messagesOf(is)); !slices.Equal(got, tt.want) {
			t.Errorf("%s: told %q, want %q", name, got, tt.want)
		}
	}
}
