package concern

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// want asks for the refusal of this code.
func want(t *testing.T, err error, c Code) {
	t.Helper()
	if got := codeOf(err); got != c {
		t.Errorf("got %q (%v), want %s", got, err, c)
	}
}

func due(t *testing.T, got time.Time, want string) {
	t.Helper()
	if s := got.In(hall.Beijing()).Format("2006-01-02 15:04"); s != want {
		t.Errorf("due %s, want %s", s, want)
	}
}

// Domain §5: who answers, and who does not hear of it.
func TestWhoAnswersAConcern(t *testing.T) {
	for _, c := range []struct {
		rule              string
		n                 New
		unit, with, rule2 string
		state             State
	}{
		{"§5 the responsibility list routes it to a unit", New{Topic: "identity"}, "police", "police", "police", Routed},
		{"§5 the first rule that fits holds: the hall's before the topic's", New{Topic: "identity", Hall: "yunxi-town"}, "town", "town", "town", Routed},
		{"§5 a rule looks at the kind where it names one", New{Topic: "queue", Kind: hall.ConcernOpinion}, Centre, Centre, "queue", Routed},
		{"§5 where no rule fits the centre chooses", New{Topic: "queue", Kind: hall.ConcernEnquiry}, "", Centre, "", Received},
		{"§5 without a topic the centre chooses", New{}, "", Centre, "", Received},
		{"§4, §5 a report 举报 goes to the centre alone, whatever the list says", New{Topic: "identity", Kind: hall.ConcernReport}, Centre, Centre, RuleReport, Routed},
		{"§4 pressure or retaliation 打击报复 is a report", New{Topic: "identity", Pressure: true, Repair: "3-9f2c-19"}, Centre, Centre, RuleReport, Routed},
	} {
		t.Run(c.rule, func(t *testing.T) {
			f := newFile(t, "2026-11-23 09:00")
			if err := f.receive(c.n); err != nil {
				t.Fatal(err)
			}
			if f.c.Unit != c.unit || f.c.With() != c.with || f.c.Rule != c.rule2 || f.c.State != c.state {
				t.Errorf("unit %q, with %q, rule %q, %s", f.c.Unit, f.c.With(), f.c.Rule, f.c.State)
			}
			if f.c.Number != "C-17" {
				t.Errorf("number %s, want C- and the place of its first deed", f.c.Number)
			}
		})
	}
}

// Domain §5 with 首问责任 (000, domain §6): the first responsibility stays until another accepts.
func TestFirstResponsibilityStaysUntilAnotherAccepts(t *testing.T) {
	f := newFile(t, "2026-11-23 09:00")
	if err := f.receive(New{Topic: "identity"}); err != nil {
		t.Fatal(err)
	}
	f.must(f.c.Return(f.c.Version, hall.ReturnedNotOurs, text, f.law, police, f.now))
	if f.c.State != Returned || f.c.Unit != "police" || f.c.With() != Centre {
		t.Fatalf("sent back: %s, %s answers, it is with %s", f.c.State, f.c.Unit, f.c.With())
	}
	f.must(f.route("land", Correction{}))
	if f.c.Unit != "police" || f.c.With() != "land" || !f.c.Visible("police") || !f.c.Visible("land") {
		t.Fatalf("given to another: %s answers, it is with %s", f.c.Unit, f.c.With())
	}
	want(t, f.take(f.c.Sign(f.c.Version, police)), NotYours)
	f.must(f.c.Sign(f.c.Version, land))
	if f.c.Unit != "land" || f.c.Visible("police") || !f.c.Visible("land") {
		t.Fatalf("accepted: %s answers", f.c.Unit)
	}
	want(t, f.take(f.c.Reply(f.c.Version, text, police)), NotYours)
	want(t, f.take(f.c.Reply(f.c.Version, hall.Sealed{}, land)), BadText)
	f.must(f.c.Reply(f.c.Version, text, land))

	f = newFile(t, "2026-11-23 09:00")
	if err := f.receive(New{Topic: "identity"}); err != nil {
		t.Fatal(err)
	}
	f.must(f.route(Centre, Correction{}))
	if f.c.Unit != Centre { // the centre accepts what it gives to itself
		t.Errorf("%s answers for what the centre keeps", f.c.Unit)
	}
	want(t, f.take(f.c.Return(f.c.Version, hall.ReturnedNotOurs, text, f.law, desk, f.now)), NotNow)
}

// Domain §4, §5: reports and pressure are hidden from the unit and go to the centre alone.
func TestAReportStaysWithTheCentre(t *testing.T) {
	f := newFile(t, "2026-11-23 09:00")
	if err := f.receive(New{Kind: hall.ConcernReport, Topic: "identity", Against: "police"}); err != nil {
		t.Fatal(err)
	}
	if !f.c.Hidden() || f.c.Visible("police") || f.c.Visible("") || f.c.Visible(Centre) {
		t.Error("a unit sees a report")
	}
	want(t, f.take(f.route("land", Correction{})), StaysHidden)
	want(t, f.take(f.c.Refer(f.c.Version, hall.BodyDiscipline, desk)), NotNow) // not signed for yet
	want(t, f.take(f.c.Sign(f.c.Version, police)), NotYours)
	f.must(f.c.Sign(f.c.Version, desk))
	want(t, f.take(f.c.Refer(f.c.Version, "", desk)), BadWhy)
	f.must(f.c.Refer(f.c.Version, hall.BodyDiscipline, desk))
	if f.c.State != Signed || f.c.Referred != hall.BodyDiscipline {
		t.Errorf("%s, referred to %q", f.c.State, f.c.Referred)
	}

	t.Run("a complaint that turns out to be one leaves the unit at once", func(t *testing.T) {
		f := inState(t, Signed)
		if !f.c.Visible("police") {
			t.Fatal("the unit does not see its complaint")
		}
		want(t, f.take(f.route("land", Correction{Kind: hall.ConcernReport})), StaysHidden)
		want(t, f.take(f.c.Refer(f.c.Version, hall.BodyPolice, desk)), NotKept)
		f.must(f.route(Centre, Correction{Kind: hall.ConcernReport}))
		if f.c.Unit != Centre || f.c.Visible("police") {
			t.Errorf("%s answers, the unit sees it: %v", f.c.Unit, f.c.Visible("police"))
		}
	})
	t.Run("pressure stays pressure, whatever kind it is called", func(t *testing.T) {
		f := newFile(t, "2026-11-23 09:00")
		if err := f.receive(New{Pressure: true}); err != nil {
			t.Fatal(err)
		}
		want(t, f.take(f.route("land", Correction{Kind: hall.ConcernEnquiry})), StaysHidden)
	})
	t.Run("what was no report after all is routed by a person of the centre", func(t *testing.T) {
		f := newFile(t, "2026-11-23 09:00")
		if err := f.receive(New{Kind: hall.ConcernReport}); err != nil {
			t.Fatal(err)
		}
		f.must(f.route("land", Correction{Kind: hall.ConcernOpinion, Topic: "queue"}))
		if f.c.Kind != hall.ConcernOpinion || f.c.Topic != "queue" || f.c.Unit != Centre || f.c.With() != "land" {
			t.Errorf("%s about %s, %s answers, with %s", f.c.Kind, f.c.Topic, f.c.Unit, f.c.With())
		}
	})
}

// Domain §5 (001): signed for in 1° working day, answered in 3°; a 12345 order has its own limit.
func TestLimits(t *testing.T) {
	order := New{ID: "12345-2026112300017", Source: hall.ConcernHotline, Order: "2026112300017", Topic: "identity"}
	for _, c := range []struct {
		rule, now    string
		n            New
		step, answer string
	}{
		{"§5 signed for in 1 working day, answered in 3: Monday", "2026-11-23 09:00", New{Topic: "identity"}, "2026-11-25 00:00", "2026-11-27 00:00"},
		{"§5 the day itself does not count, however late it came", "2026-11-23 23:59", New{Topic: "identity"}, "2026-11-25 00:00", "2026-11-27 00:00"},
		{"§9 the weekend does not count: Friday", "2026-11-27 16:00", New{Topic: "identity"}, "2026-12-01 00:00", "2026-12-03 00:00"},
		{"§9 the State Council's holidays do not count, a moved Saturday 调休 does", "2026-09-30 10:00", New{Topic: "identity"}, "2026-10-09 00:00", "2026-10-11 00:00"},
		{"§5 what waits to be routed has the first limit at the centre", "2026-11-23 09:00", New{}, "2026-11-25 00:00", "2026-11-27 00:00"},
		{"§5 limits begin on the day the citizen said it: a letter of Friday, opened on Monday", "2026-11-23 09:00", New{Since: clock(t, "2026-11-20 17:00")}, "2026-11-24 00:00", "2026-11-26 00:00"},
		{"§5 without one of its own a work order has the desk's", "2026-11-23 09:00", order, "2026-11-25 00:00", "2026-11-27 00:00"},
		{"§5 a work order's own limit goes before: sooner", "2026-11-23 09:00", limited(order, clock(t, "2026-11-24 18:00")), "2026-11-25 00:00", "2026-11-24 18:00"},
		{"§5 a work order's own limit goes before: later", "2026-11-23 09:00", limited(order, clock(t, "2026-12-24 18:00")), "2026-11-25 00:00", "2026-12-24 18:00"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			f := newFile(t, c.now)
			if err := f.receive(c.n); err != nil {
				t.Fatal(err)
			}
			step, firm := f.c.StepUntil()
			due(t, step, c.step)
			until, firm2 := f.c.Until()
			due(t, until, c.answer)
			if !firm || !firm2 || f.c.Provisional() || f.c.Policy != "ours-5-10" {
				t.Errorf("firm %v %v, provisional %v, by %s", firm, firm2, f.c.Provisional(), f.c.Policy)
			}
			if want := earlier(step, until); !f.c.Due().Equal(want) || !f.c.Wakes().Equal(want) {
				t.Errorf("due %v, wakes %v, want %v", f.c.Due(), f.c.Wakes(), want)
			}
		})
	}
}

func limited(n New, limit time.Time) New {
	n.Limit = limit
	return n
}

// Being sent about gives each unit its day to sign, and the citizen's answer no later a day.
func TestSendingAboutGainsNoTime(t *testing.T) {
	f := newFile(t, "2026-11-23 09:00")
	if err := f.receive(New{Topic: "identity"}); err != nil {
		t.Fatal(err)
	}
	f.now = clock(t, "2026-11-24 16:00")
	f.must(f.c.Return(f.c.Version, hall.ReturnedSeveral, hall.Sealed{}, f.law, police, f.now))
	step, _ := f.c.StepUntil()
	due(t, step, "2026-11-26 00:00") // the centre has a working day, too
	f.now = clock(t, "2026-11-25 08:00")
	f.must(f.route("land", Correction{}))
	step, _ = f.c.StepUntil()
	due(t, step, "2026-11-27 00:00")
	until, _ := f.c.Until()
	due(t, until, "2026-11-27 00:00")

	f.now = clock(t, "2026-11-26 08:00")
	f.must(f.route("land", Correction{Topic: "identity"})) // the same unit: only put right
	step, _ = f.c.StepUntil()
	due(t, step, "2026-11-27 00:00")
	if f.c.Topic != "identity" {
		t.Errorf("topic %s", f.c.Topic)
	}
	want(t, f.take(f.route("land", Correction{})), SameUnit)
}

// Domain §5: overdue is escalated, once for each limit that passes; what happens before 24:00 is in time.
func TestOverdueIsEscalatedOnce(t *testing.T) {
	f := newFile(t, "2026-11-23 09:00")
	if err := f.receive(New{Topic: "identity"}); err != nil {
		t.Fatal(err)
	}
	tick := func(now string) []hall.Fact {
		t.Helper()
		f.now = clock(t, now)
		facts := f.c.Tick(f.now)
		f.must(facts, nil)
		return facts
	}
	says := func(facts []hall.Fact, want ...hall.ConcernEscalated) {
		t.Helper()
		if len(facts) != len(want) {
			t.Fatalf("%v, want %v", facts, want)
		}
		for i, w := range want {
			if e := facts[i].(hall.ConcernEscalated); e.Of != w.Of || e.Unit != w.Unit || !e.By.IsRule() || e.About != "c-1" {
				t.Errorf("%+v, want %+v", e, w)
			}
		}
	}
	says(tick("2026-11-24 23:59"))
	says(tick("2026-11-25 00:00"), hall.ConcernEscalated{Of: hall.LimitSign, Unit: "police"})
	says(tick("2026-11-25 00:01"))
	due(t, f.c.Wakes(), "2026-11-27 00:00")
	f.must(f.c.Sign(f.c.Version, police))
	says(tick("2026-11-30 08:00"), hall.ConcernEscalated{Of: hall.LimitAnswer, Unit: "police"})
	if late, known := f.c.Late(f.now); !late || !known || !f.c.Wakes().IsZero() {
		t.Errorf("late %v, known %v, wakes %v", late, known, f.c.Wakes())
	}
	f.must(f.c.Reply(f.c.Version, text, police)) // late, and better than never
	if late, known := f.c.Late(f.now); !late || !known {
		t.Errorf("an answer after the limit: late %v, known %v", late, known)
	}
	says(tick("2026-12-30 08:00"))

	t.Run("at the centre, where nobody has routed it; both limits at once after a pause", func(t *testing.T) {
		g := newFile(t, "2026-11-23 09:00")
		if err := g.receive(New{}); err != nil {
			t.Fatal(err)
		}
		says(g.c.Tick(clock(t, "2026-12-01 00:00")), hall.ConcernEscalated{Of: hall.LimitRoute, Unit: Centre}, hall.ConcernEscalated{Of: hall.LimitAnswer, Unit: Centre})
	})
	t.Run("sent back and not found another: who answered first is told of", func(t *testing.T) {
		g := inState(t, Returned)
		says(g.c.Tick(clock(t, "2026-12-01 00:00")), hall.ConcernEscalated{Of: hall.LimitRoute, Unit: Centre}, hall.ConcernEscalated{Of: hall.LimitAnswer, Unit: "police"})
	})
	t.Run("what is answered or recorded wakes nobody", func(t *testing.T) {
		for _, s := range []State{Answered, Closed, Recorded, Struck} {
			if g := inState(t, s); !g.c.Wakes().IsZero() || len(g.c.Tick(clock(t, "2030-01-01 00:00"))) > 0 || !g.c.Due().IsZero() {
				t.Errorf("%s wakes at %v", s, g.c.Wakes())
			}
		}
	})
}

// codes.md "Working days": a limit that crosses into a year nobody has published is provisional; nothing is judged by it.
func TestAProvisionalLimitIsComputedAgain(t *testing.T) {
	f := newFile(t, "2026-12-30 09:00")
	if err := f.receive(New{Topic: "identity"}); err != nil {
		t.Fatal(err)
	}
	if !f.c.Provisional() {
		t.Fatal("a limit into 2027 is firm")
	}
	due(t, f.c.Wakes(), "2027-01-01 00:00") // the sign-for limit ends in 2026
	f.must(f.c.Sign(f.c.Version, police))
	if !f.c.Wakes().IsZero() || len(f.c.Tick(clock(t, "2027-03-01 00:00"))) > 0 {
		t.Error("a provisional limit was escalated")
	}
	if _, known := f.c.Late(clock(t, "2027-03-01 00:00")); known {
		t.Error("a provisional limit was judged by")
	}
	if got := f.c.Recompute(f.law); len(got) > 0 {
		t.Errorf("the same calendar moves %v", got)
	}
	year := hall.CalendarYear{Year: 2027}
	for d, last := day(t, "2027-01-01"), day(t, "2027-01-05"); d <= last; d++ {
		year.Holidays = append(year.Holidays, hall.Holiday{Day: d, Name: "元旦", NameEN: "New Year"})
	}
	f.law.Calendar = f.law.Calendar.WithYear(year)
	moved := f.c.Recompute(f.law)
	if len(moved) != 1 || moved[0].(hall.DeadlineMoved).Of != hall.ClockedConcern || moved[0].(hall.DeadlineMoved).To != (hall.Deadline{Day: day(t, "2027-01-07")}) {
		t.Fatalf("moved %+v", moved)
	}
	f.must(moved, nil)
	due(t, f.c.Wakes(), "2027-01-08 00:00")
	if f.c.Provisional() || len(f.c.Recompute(f.law)) > 0 {
		t.Error("reviewed twice")
	}
}

// A closing day that is declared later moves the limits that still run, each by its own name.
func TestAClosingDayMovesBothLimits(t *testing.T) {
	f := newFile(t, "2026-11-23 09:00")
	if err := f.receive(New{Topic: "identity", Hall: "qinglan"}); err != nil {
		t.Fatal(err)
	}
	f.law.Calendar = f.law.Calendar.WithClosing(hall.Closing{Hall: "qinglan", Day: day(t, "2026-11-24"), Why: hall.ClosingWeather})
	f.must(f.c.Recompute(f.law), nil)
	step, _ := f.c.StepUntil()
	due(t, step, "2026-11-26 00:00")
	until, _ := f.c.Until()
	due(t, until, "2026-11-28 00:00")

	t.Run("one that had passed and is still to come now was not missed", func(t *testing.T) {
		g := newFile(t, "2026-11-23 09:00")
		if err := g.receive(New{Topic: "identity"}); err != nil {
			t.Fatal(err)
		}
		g.must(g.c.Tick(clock(t, "2026-11-25 00:00")), nil)
		g.must([]hall.Fact{hall.DeadlineMoved{Act: hall.Act{About: "c-1"}, Of: hall.ClockedConcernStep, From: g.c.Step, To: hall.Deadline{Day: g.c.Step.Day + 2}}}, nil)
		due(t, g.c.Wakes(), "2026-11-27 00:00")
	})
	t.Run("the own limit of a work order does not move", func(t *testing.T) {
		g := newFile(t, "2026-11-23 09:00")
		if err := g.receive(New{ID: OrderID("20261123"), Source: hall.ConcernHotline, Order: "20261123", Limit: clock(t, "2026-11-25 18:00"), Topic: "identity"}); err != nil {
			t.Fatal(err)
		}
		g.must(g.c.Sign(g.c.Version, police))
		if got := g.c.Recompute(f.law); len(got) > 0 {
			t.Errorf("moved %v", got)
		}
	})
}

func day(t testing.TB, s string) hall.Day {
	t.Helper()
	d, err := hall.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Domain §5: valid or not is the centre's to decide, and nobody's about his own unit (domain §4).
func TestValidOrNotIsDecidedByTheCentre(t *testing.T) {
	f := inState(t, Answered)
	want(t, f.take(f.c.Judge(f.c.Version, true, "", police)), NotCentre)
	want(t, f.take(f.c.Judge(f.c.Version, true, "", hall.Person{Account: "desk-2", Role: "centre", Unit: "police"})), OwnUnit)
	want(t, f.take(f.c.Judge(f.c.Version, true, hall.InvalidForeign, desk)), BadWhy)
	want(t, f.take(f.c.Judge(f.c.Version, false, "", desk)), BadWhy)
	want(t, f.take(f.c.Close(f.c.Version, hall.ClosedAnswered, "", desk)), Unjudged)
	f.must(f.c.Judge(f.c.Version, false, hall.InvalidUnfounded, watch))
	f.must(f.c.Judge(f.c.Version, true, "", desk)) // decided again, and both are kept
	if f.c.Verdict == nil || !f.c.Verdict.Valid || f.c.Verdict.By != desk || len(f.c.Steps) != f.c.Version {
		t.Errorf("verdict %+v after %d steps", f.c.Verdict, len(f.c.Steps))
	}
	want(t, f.take(f.c.Close(f.c.Version, hall.ClosedAnswered, "", police)), NotCentre)
	want(t, f.take(f.c.Close(f.c.Version, hall.ClosedWithdrawn, "", desk)), BadWhy) // it was answered
	f.must(f.c.Close(f.c.Version, hall.ClosedAnswered, "", desk))

	t.Run("an enquiry is closed without", func(t *testing.T) {
		f := newFile(t, "2026-11-23 09:00")
		if err := f.receive(New{Kind: hall.ConcernEnquiry, Topic: "identity"}); err != nil {
			t.Fatal(err)
		}
		f.must(f.c.Sign(f.c.Version, police))
		f.must(f.c.Reply(f.c.Version, text, police))
		f.must(f.c.Close(f.c.Version, hall.ClosedAnswered, "", desk))
	})
	t.Run("one that doubles another names it", func(t *testing.T) {
		f := inState(t, Routed)
		want(t, f.take(f.c.Close(f.c.Version, hall.ClosedDoubled, "", desk)), BadSame)
		want(t, f.take(f.c.Close(f.c.Version, hall.ClosedDoubled, "c-1", desk)), BadSame)
		want(t, f.take(f.c.Close(f.c.Version, hall.ClosedWithdrawn, "c-0", desk)), BadSame)
		want(t, f.take(f.c.Close(f.c.Version, hall.ClosedAnswered, "", desk)), BadWhy)
		f.must(f.c.Close(f.c.Version, hall.ClosedDoubled, "c-0", desk))
		want(t, f.take(f.c.Reopen(f.c.Version, text, time.Time{}, f.law, desk, f.now)), NotAnswered)
		want(t, f.take(f.c.Hear(5, hall.ChannelHotline, "call-1", oper)), NotNow)
	})
}

// Domain §5: the satisfaction with an answer has five levels, is the asker's, and stands beside the ratings.
func TestSatisfactionWithTheAnswerIsTheAskers(t *testing.T) {
	f := inState(t, Answered)
	want(t, f.take(f.c.Hear(5, hall.ChannelHotline, "call-1", police)), OwnUnit)
	want(t, f.take(f.c.Hear(5, hall.ChannelHotline, "call-1", hall.Person{})), OwnUnit) // no rule says it for him
	want(t, f.take(f.c.Hear(0, hall.ChannelHotline, "call-1", oper)), BadLevel)
	want(t, f.take(f.c.Hear(6, hall.ChannelHotline, "call-1", oper)), BadLevel)
	want(t, f.take(f.c.Hear(5, hall.ChannelPad, "", oper)), BadChannel)
	want(t, f.take(f.c.Hear(5, hall.ChannelHotline, "", oper)), BadCall)
	want(t, f.take(f.c.Hear(5, hall.ChannelWeb, "call-1", hall.Citizen())), BadCall)
	f.must(f.c.Hear(1, hall.ChannelWeb, "", hall.Citizen()))
	err := f.take(f.c.Hear(5, hall.ChannelHotline, "call-1", oper))
	if c := (*Conflict)(nil); !errors.As(err, &c) || c.By != hall.Citizen() || c.Did != hall.TypeConcernHeard {
		t.Errorf("said a second time: %v", err)
	}

	t.Run("whoever is not content gets another answer, and is asked again", func(t *testing.T) {
		want(t, f.take(f.c.Reopen(f.c.Version, text, time.Time{}, f.law, police, f.now)), NotCentre)
		want(t, f.take(f.c.Reopen(f.c.Version, text, clock(t, "2026-12-24 18:00"), f.law, desk, f.now)), BadLimit) // no work order
		f.now = clock(t, "2026-12-01 10:00")
		f.must(f.c.Reopen(f.c.Version, text, time.Time{}, f.law, desk, f.now))
		due(t, f.c.Due(), "2026-12-05 00:00")
		if f.c.State != Signed || f.c.Heard != nil || f.c.With() != "police" {
			t.Errorf("%s, heard %v, with %s", f.c.State, f.c.Heard, f.c.With())
		}
		f.must(f.c.Reply(f.c.Version, text, police))
		f.must(f.c.Hear(4, hall.ChannelHotline, "call-2", oper))
	})
}

// Domain §5: praise and pennants are recorded with source, never as ratings.
func TestPraiseIsRecorded(t *testing.T) {
	good := Praise{ID: "p-1", Source: hall.ConcernVisitor, Form: hall.PraisePennant, Hall: "qinglan",
		Of: []hall.Praised{{Unit: "police", Badge: "0316"}, {Unit: "land"}}, Text: text}
	for _, c := range []struct {
		rule   string
		change func(*Praise)
		by     hall.Person
		code   Code
	}{
		{"with its source", func(p *Praise) { p.Source = "" }, desk, BadSource},
		{"that of a work order is a concern: 12345 waits for an answer", func(p *Praise) { p.Source = hall.ConcernHotline }, desk, BadSource},
		{"with its form", func(p *Praise) { p.Form = "stars" }, desk, BadForm},
		{"about somebody", func(p *Praise) { p.Of = nil }, desk, BadUnit},
		{"about a unit, at least", func(p *Praise) { p.Of[0].Unit = "" }, desk, BadUnit},
		{"when it was given, not sooner", func(p *Praise) { p.Since = clock(t, "2026-11-24 09:00") }, desk, BadSince},
		{"under an id", func(p *Praise) { p.ID = "../x" }, desk, BadID},
		{"not by the praised unit", func(*Praise) {}, police, OwnUnit},
		{"not by a rule", func(*Praise) {}, hall.Person{}, OwnUnit},
		{"by the desk", func(*Praise) {}, desk, ""},
	} {
		p := good
		p.Of = append([]hall.Praised(nil), good.Of...)
		c.change(&p)
		f := newFile(t, "2026-11-23 09:00")
		err := f.take(f.c.Record(p, c.by, f.now))
		if c.code != "" {
			want(t, err, c.code)
			continue
		}
		if err != nil || f.c.State != Recorded || f.c.Kind != hall.ConcernPraise || len(f.c.Of) != 2 || f.c.With() != "" {
			t.Errorf("%s: %+v, %v", c.rule, f.c, err)
		}
		f.must(f.c.Record(p, c.by, f.now))
		if f.c.Version != 1 {
			t.Errorf("recorded twice: version %d", f.c.Version)
		}
		want(t, f.take(f.c.Strike(1, hall.StruckMade, police)), NotCentre)
		want(t, f.take(f.c.Strike(1, "", desk)), BadWhy)
		f.must(f.c.Strike(1, hall.StruckMade, desk))
		if f.c.State != Struck || f.c.StruckWhy != hall.StruckMade || f.c.Text != text {
			t.Errorf("%+v", f.c)
		}
	}
}

// Domain §5: beside the ratings, never in the satisfaction rate. No deed of the desk is one that ratings are made of.
func TestNothingOfTheDeskIsARating(t *testing.T) {
	for _, m := range moves() {
		if family, _, _ := strings.Cut(string(m.deed), "."); family != "concern" && m.deed != hall.TypeDeadlineMoved {
			t.Errorf("%s leads from %s to %s", m.deed, m.from, m.to)
		}
	}
}

func TestWhatTheDeskDoesNotTakeIn(t *testing.T) {
	for _, c := range []struct {
		what string
		n    New
		code Code
	}{
		{"an eighth kind", New{Kind: "gift"}, BadKind},
		{"a road that is none", New{Source: "fax"}, BadSource},
		{"a work order without its number", New{Source: hall.ConcernHotline}, BadOrder},
		{"a number without 12345", New{Order: "20261123"}, BadOrder},
		{"a number that is none", New{ID: "12345-a b", Source: hall.ConcernHotline, Order: "a b c"}, BadOrder},
		{"a work order under another id", New{ID: "c-1", Source: hall.ConcernHotline, Order: "20261123"}, BadID},
		{"an id for another place", New{ID: "a/b"}, BadID},
		{"what was said tomorrow", New{Since: clock(t, "2026-11-24 09:00")}, BadSince},
		{"a limit that only 12345 gives", New{Limit: clock(t, "2026-11-24 09:00")}, BadLimit},
		{"a limit before it was said", New{ID: "12345-20261123", Source: hall.ConcernHotline, Order: "20261123", Limit: clock(t, "2026-11-23 09:00")}, BadLimit},
		{"a topic that is not in the list", New{Topic: "weather"}, BadTopic},
	} {
		f := newFile(t, "2026-11-23 09:00")
		if err := f.receive(c.n); f.c.State != "" || err == nil {
			t.Errorf("%s was taken in", c.what)
		} else {
			want(t, err, c.code)
		}
	}
	f := newFile(t, "2026-11-23 09:00")
	_, err := f.c.Receive(New{ID: "c-1", Kind: hall.ConcernPlea, Source: hall.ConcernBox}, f.list, f.law, desk, f.now)
	want(t, err, BadText)
}

// A work order that comes twice is one concern (design §1: a repeat is known for ever).
func TestTakenInTwiceIsOne(t *testing.T) {
	f := newFile(t, "2026-11-23 09:00")
	n := New{ID: OrderID("20261123"), Source: hall.ConcernHotline, Order: "20261123", Kind: hall.ConcernPraise}
	for range 3 {
		if err := f.receive(n); err != nil {
			t.Fatal(err)
		}
	}
	if f.c.Version != 1 || f.c.ID != "12345-20261123" {
		t.Errorf("version %d of %s", f.c.Version, f.c.ID)
	}
}

// Bad input of issue 3: the second one is told who was first.
func TestTheSecondOneIsToldWhoWasFirst(t *testing.T) {
	f := inState(t, Received)
	seen := f.c.Version
	f.must(f.route("land", Correction{}))
	err := f.take(f.c.Route(seen, "police", Correction{}, f.list, f.law, watch, f.now))
	var c *Conflict
	if !errors.As(err, &c) || c.By != desk || !c.At.Equal(f.now) || c.Did != hall.TypeConcernRouted || !strings.Contains(err.Error(), "desk-1 was first") {
		t.Errorf("%v", err)
	}
	f.must(f.c.Tick(clock(t, "2026-12-01 00:00")), nil)
	if err := f.take(f.c.Sign(2, land)); !strings.Contains(err.Error(), "the clock was first") {
		t.Errorf("%v", err)
	}
}

func TestWhatTheCentreCannotRoute(t *testing.T) {
	f := inState(t, Received)
	want(t, f.take(f.c.Route(f.c.Version, "land", Correction{}, f.list, f.law, police, f.now)), NotCentre)
	want(t, f.take(f.route("", Correction{})), BadUnit)
	want(t, f.take(f.route("land", Correction{Kind: "gift"})), BadKind)
	want(t, f.take(f.route("land", Correction{Topic: "weather"})), BadTopic)
	f.must(f.route("land", Correction{}))
	want(t, f.take(f.c.Return(f.c.Version, "", text, f.law, land, f.now)), BadWhy)
	want(t, f.take(f.c.Return(f.c.Version, hall.ReturnedUnclear, text, f.law, desk, f.now)), NotYours)
}

// Domain §5, §9: the desk's own figures: by source, in time, days to answer, valid, satisfaction with the answer.
func TestFiguresOfTheDesk(t *testing.T) {
	answered, late := inState(t, Closed), inState(t, Signed)
	answered.must(answered.c.Hear(5, hall.ChannelHotline, "call-1", oper))
	late.now = clock(t, "2026-12-01 09:00")
	late.must(late.c.Tick(late.now), nil)
	overdue := late.c
	late.must(late.c.Reply(late.c.Version, text, police))
	late.must(late.c.Hear(2, hall.ChannelSMS, "", hall.Citizen()))
	late.must(late.c.Judge(late.c.Version, false, hall.InvalidUnclear, desk))
	all := []Concern{answered.c, late.c, overdue, inState(t, Recorded).c, inState(t, Struck).c, inState(t, Received).c}
	got := Sum(all, func(c Concern) string { return string(c.Source) }, clock(t, "2026-11-23 10:00"))
	phone := Figures{Received: 4, Open: 2, Answered: 2, InTime: 1, Late: 1, Days: 8, Valid: 1, Invalid: 1, Escalated: 2, Heard: 2, Content: 1}
	if len(got) != 2 || got[0] != (Group{"phone", phone}) || got[1] != (Group{"visitor", Figures{Praise: 1, Pennants: 1}}) {
		t.Errorf("%+v", got)
	}
	if later := Sum(all, func(Concern) string { return "" }, clock(t, "2026-12-02 10:00")); later[0].Overdue != 2 {
		t.Errorf("%+v", later)
	}
}

func TestAConcernIsKeptAsJSON(t *testing.T) {
	for _, s := range states() {
		f := inState(t, s)
		body, err := json.Marshal(f.c)
		if err != nil {
			t.Fatal(err)
		}
		var again Concern
		if err := json.Unmarshal(body, &again); err != nil {
			t.Fatal(err)
		}
		if twice, err := json.Marshal(again); err != nil || string(twice) != string(body) {
			t.Errorf("%s\n%s, %v", body, twice, err)
		}
	}
}
