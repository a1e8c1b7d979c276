package casework

import (
	"cmp"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/rating"
)

// law knows the year 2026: Thursday and Friday, 1 and 2 October, are off, Saturday the 10th is worked.
func law(t testing.TB) rating.Law {
	t.Helper()
	day := func(s string) hall.Day {
		d, err := hall.ParseDay(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	return rating.Law{}.Apply(hall.CalendarPublished{CalendarYear: hall.CalendarYear{Year: 2026,
		Holidays: []hall.Holiday{{Day: day("2026-10-01"), Name: "国庆节"}, {Day: day("2026-10-02"), Name: "国庆节"}},
		Workdays: []hall.Day{day("2026-10-10")}}}, 1)
}

// at is a moment such as "09-28 10:00" of 2026, in Beijing.
func at(t testing.TB, s string) time.Time {
	t.Helper()
	m, err := time.ParseInLocation("2006-01-02 15:04", "2026-"+s, hall.Beijing())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The visits of these tests.
var (
	first = hall.ID{Agent: 3, Tag: 1, Serial: 19}
	later = hall.ID{Agent: 3, Tag: 1, Serial: 40}
)

// opening is that of a case of three working days, promised, and twenty by law, whose result is delivered.
func opening() hall.CaseOpening {
	return hall.CaseOpening{Number: "QL20260928-3-000017", Day: 20724, Ticket: hall.ID{Agent: 3, Tag: 1, Serial: 17}, Item: "D01", Unit: "land",
		Kind: hall.CaseCommitted, Legal: 20, Promised: 3, Delivers: true, CodeSHA: "00ff"}
}

// told reads steps as people write them: "accepted 09-28 10:00", a visit behind it: "@first". "undone:decided" undoes, "decided:denied" denies.
func told(t testing.TB, o hall.CaseOpening, lines ...string) []Step {
	t.Helper()
	var steps []Step
	for n, l := range lines {
		word, when, _ := strings.Cut(l, " ")
		when, visit, _ := strings.Cut(when, " @")
		on := hall.CaseAt{Case: hall.ID{Agent: 3, Tag: 1, Serial: 21}, Window: "12", Staff: "1024"}
		switch visit {
		case "first":
			on.Visit = first
		case "later":
			on.Visit = later
		}
		var f hall.Step
		word, of, _ := strings.Cut(word, ":")
		switch word {
		case "accepted":
			f = hall.CaseAccepted{CaseAt: on, CaseOpening: o}
		case "returned":
			f = hall.CaseReturned{CaseAt: on, Notice: hall.ID{Agent: 3, Tag: 1, Serial: 23}}
		case "resubmitted":
			f = hall.CaseResubmitted{CaseAt: on}
		case "decided":
			f = hall.CaseDecided{CaseAt: on, Result: cmp.Or(hall.CaseResult(of), hall.CaseGranted)}
		case "delivered":
			f = hall.CaseDelivered{CaseAt: on, Road: hall.DeliveredAtWindow}
		case "refused":
			refused := hall.CaseRefused{CaseAt: on, Why: hall.CaseNotOurs}
			if n == 0 {
				refused.Opening = &o
			}
			f = refused
		case "undone":
			f = hall.CaseUndone{CaseAt: on, Step: hall.Type("case." + of)}
		default:
			t.Fatalf("no step %q", word)
		}
		moment := at(t, when)
		steps = append(steps, StepOf(f, Uptime{1, moment.UnixMilli()}, moment))
	}
	return steps
}

func made(t testing.TB, o hall.CaseOpening, lines ...string) Case {
	t.Helper()
	var c Case
	for _, s := range told(t, o, lines...) {
		c = c.With(s, law(t), "h1")
	}
	return c
}

func nobody(End) bool { return false }

// Domain §7: limits are working days after the day of acceptance; the clock stands while the case is returned.
func TestUntilWhenACaseIsToBeDecided(t *testing.T) {
	spot := opening()
	spot.Kind, spot.Promised, spot.Legal = hall.CaseOnTheSpot, 0, 0
	promised, kept := spot, opening()
	promised.Promised, kept.Delivers = 3, false
	for _, c := range []struct {
		says  string
		o     hall.CaseOpening
		lines []string
		state hall.CaseState
		due   string
		rest  Rest
	}{
		{"three working days after the day it was accepted", opening(), []string{"accepted 09-21 10:00"}, hall.CaseIsAccepted, "2026-09-24", RestRuns},
		{"holidays do not count", opening(), []string{"accepted 09-29 16:59"}, hall.CaseIsAccepted, "2026-10-06", RestRuns},
		{"a Saturday that is worked counts", opening(), []string{"accepted 10-08 09:00"}, hall.CaseIsAccepted, "2026-10-12", RestRuns},
		{"returned: the clock stands, nobody knows until when", opening(), []string{"accepted 09-21 10:00", "returned 09-22 10:00"}, hall.CaseIsReturned, "", RestStands},
		{"brought after three days: they do not count", opening(), []string{"accepted 09-21 10:00", "returned 09-22 10:00", "resubmitted 09-25 10:00"}, hall.CaseIsAccepted, "2026-09-29", RestRuns},
		{"a return that was a mistake stopped nothing", opening(), []string{"accepted 09-21 10:00", "returned 09-22 10:00", "undone:returned 09-23 10:00"}, hall.CaseIsAccepted, "2026-09-24", RestRuns},
		{"on the spot is today", spot, []string{"accepted 09-21 10:00"}, hall.CaseIsAccepted, "2026-09-21", RestRuns},
		{"whatever else was promised", promised, []string{"accepted 09-21 10:00"}, hall.CaseIsAccepted, "2026-09-21", RestRuns},
		{"granted, and nothing to deliver: it is over", kept, []string{"accepted 09-21 10:00", "decided 09-22 10:00"}, hall.CaseIsDecided, "2026-09-24", RestOver},
		{"denied: that must reach its applicant", kept, []string{"accepted 09-21 10:00", "decided:denied 09-22 10:00"}, hall.CaseIsDecided, "2026-09-24", RestHands},
		{"denied, undone and granted: nothing to deliver", kept, []string{"accepted 09-21 10:00", "decided:denied 09-22 10:00", "undone:decided 09-22 10:05", "decided 09-22 10:10"}, hall.CaseIsDecided, "2026-09-24", RestOver},
		{"decided: the result waits for its applicant", opening(), []string{"accepted 09-21 10:00", "decided 09-22 10:00"}, hall.CaseIsDecided, "2026-09-24", RestHands},
		{"delivered: it is over", opening(), []string{"accepted 09-21 10:00", "decided 09-22 10:00", "delivered 09-23 10:00"}, hall.CaseIsDelivered, "2026-09-24", RestOver},
		{"refused at once: nothing ever ran", opening(), []string{"refused 09-21 10:00"}, hall.CaseIsRefused, "", RestHands},
		{"a refusal is complete when it is handed over", opening(), []string{"refused 09-21 10:00", "delivered 09-21 10:05"}, hall.CaseIsTold, "", RestOver},
		{"accepted by mistake: it is a case no more", opening(), []string{"accepted 09-21 10:00", "undone:accepted 09-21 10:05"}, hall.CaseIsUndone, "", RestOver},
	} {
		got := made(t, c.o, c.lines...)
		due := ""
		if !got.Due.IsZero() {
			due = got.Due.Day.String()
		}
		if got.State != c.state || due != c.due || got.Rest() != c.rest || got.Due.Provisional {
			t.Errorf("%s: %s, due %q, rest %d", c.says, got.State, due, got.Rest())
		}
	}
	if next := made(t, opening(), "accepted 12-30 10:00"); !next.Due.Provisional {
		t.Error("a limit over a year that nobody has published is provisional")
	}
}

// Domain §3.2, §3.4, §7.
func TestFromWhenACaseIsRated(t *testing.T) {
	kept := opening()
	kept.Delivers = false
	during := func(e End) bool { return e.When.Equal(at(t, "09-22 10:00")) }
	alone := func(e End) bool { return e.When.Equal(at(t, "09-21 10:05")) }
	for _, c := range []struct {
		says  string
		o     hall.CaseOpening
		lines []string
		rated func(End) bool
		ends  string // empty: it cannot be rated
	}{
		{"accepted alone: not yet", kept, []string{"accepted 09-21 10:00 @first"}, nobody, ""},
		{"decided later: from the decision", kept, []string{"accepted 09-21 10:00 @first", "decided 09-22 10:00"}, nobody, "09-22 10:00"},
		{"decided in another visit: from the decision", kept, []string{"accepted 09-21 10:00 @first", "decided 09-22 10:00 @later"}, nobody, "09-22 10:00"},
		{"decided within the visit that opened it: shares that one's rating", kept, []string{"accepted 09-21 10:00 @first", "decided 09-21 10:05 @first"}, nobody, ""},
		{"and shares it when the result is fetched later", opening(), []string{"accepted 09-21 10:00 @first", "decided 09-21 10:05 @first", "delivered 09-23 10:00 @later"}, nobody, ""},
		{"somebody rated it alone: it shares no more", kept, []string{"accepted 09-21 10:00 @first", "decided 09-21 10:05 @first"}, alone, "09-21 10:05"},
		{"rated alone before its decision was undone: the rating stays", kept, []string{"accepted 09-21 10:00 @first", "decided 09-21 10:05 @first", "undone:decided 09-21 11:00", "decided 09-22 10:00"}, alone, "09-21 10:05"},
		{"something is delivered: not before", opening(), []string{"accepted 09-21 10:00 @first", "decided 09-22 10:00"}, nobody, ""},
		{"something is delivered: from the delivery", opening(), []string{"accepted 09-21 10:00 @first", "decided 09-22 10:00", "delivered 09-23 10:00"}, nobody, "09-23 10:00"},
		{"denied: not before that has reached him", kept, []string{"accepted 09-21 10:00 @first", "decided:denied 09-22 10:00"}, nobody, ""},
		{"denied: from when it has", kept, []string{"accepted 09-21 10:00 @first", "decided:denied 09-22 10:00", "delivered 10-04 10:00"}, nobody, "10-04 10:00"},
		{"a refusal: not before it is handed over", kept, []string{"accepted 09-21 10:00 @first", "refused 09-22 10:00"}, nobody, ""},
		{"a refusal: from its handing over", kept, []string{"accepted 09-21 10:00 @first", "refused 09-22 10:00", "delivered 09-23 10:00"}, nobody, "09-23 10:00"},
		{"refused and handed over in the visit that brought it: shares", kept, []string{"refused 09-21 10:00 @first", "delivered 09-21 10:05 @first"}, nobody, ""},
		{"undone before anybody rated: not before the next end", kept, []string{"accepted 09-21 10:00 @first", "decided 09-22 10:00", "undone:decided 09-22 11:00"}, nobody, ""},
		{"and then from that one", kept, []string{"accepted 09-21 10:00 @first", "decided 09-22 10:00", "undone:decided 09-22 11:00", "decided 09-24 10:00"}, nobody, "09-24 10:00"},
		{"rated before it was undone: the rating stays", kept, []string{"accepted 09-21 10:00 @first", "decided 09-22 10:00", "undone:decided 09-22 11:00"}, during, "09-22 10:00"},
		{"and is the one rating of the case", kept, []string{"accepted 09-21 10:00 @first", "decided 09-22 10:00", "undone:decided 09-22 11:00", "decided 09-24 10:00"}, during, "09-22 10:00"},
		{"a delivery that was undone is none", opening(), []string{"accepted 09-21 10:00 @first", "decided 09-22 10:00", "delivered 09-23 10:00", "undone:delivered 09-23 11:00"}, nobody, ""},
		{"nobody knows yet what it is", kept, []string{"decided 09-22 10:00"}, nobody, ""},
	} {
		end, ok := made(t, c.o, c.lines...).Ratable(true, c.rated)
		got := ""
		if ok {
			got = end.When.In(hall.Beijing()).Format("01-02 15:04")
		}
		if got != c.ends {
			t.Errorf("%s: from %q, want %q", c.says, got, c.ends)
		}
	}
	if end, ok := made(t, kept, "accepted 09-21 10:00 @first", "decided 09-21 10:05 @first").Ratable(false, nobody); !ok || end.By.Type != hall.TypeCaseDecided {
		t.Error("a visit that cannot be rated has no rating to share")
	}
}

// path draws a way of a case through its machine, undone steps among them.
func path(t *rapid.T) []string {
	lines, stack := []string{}, []hall.CaseState{""}
	moment := time.Date(2026, 9, 21, 9, 0, 0, 0, hall.Beijing())
	for range rapid.IntRange(1, 12).Draw(t, "steps") {
		moment = moment.Add(time.Duration(rapid.IntRange(1, 3000).Draw(t, "minutes")) * time.Minute)
		visit := rapid.SampledFrom([]string{"", " @first", " @later"}).Draw(t, "visit")
		var can []string
		for _, w := range []string{"accepted", "returned", "resubmitted", "decided", "delivered", "refused"} {
			if _, ok := stack[len(stack)-1].After(hall.Type("case." + w)); ok {
				can = append(can, w)
			}
		}
		if len(stack) > 1 {
			can = append(can, "undone")
		}
		if len(can) == 0 {
			break
		}
		word := rapid.SampledFrom(can).Draw(t, "step")
		if word == "undone" {
			for n := len(lines) - 1; n >= 0; n-- {
				if w, _, _ := strings.Cut(lines[n], " "); !strings.Contains(w, ":") && w != "-" {
					word += ":" + w
					break
				}
			}
			lines = append(lines, word+" "+moment.Format("01-02 15:04"))
			break // a step can be undone until the next one: here it is the last
		}
		to, _ := stack[len(stack)-1].After(hall.Type("case." + word))
		stack = append(stack, to)
		lines = append(lines, word+" "+moment.Format("01-02 15:04")+visit)
	}
	return lines
}

// In whatever order, and however often: one case is made of one set of steps, and the machine of hall says which.
func TestAnyOrderOfStepsMakesOneCase(t *testing.T) {
	now := law(t)
	rapid.Check(t, func(r *rapid.T) {
		steps := told(t, opening(), path(r)...)
		if len(steps) == 0 {
			return
		}
		build := func(in []Step) Case {
			var c Case
			for _, s := range in {
				c = c.With(s, now, "h1")
			}
			return c
		}
		straight := build(steps)
		mixed := build(rapid.Permutation(append(slices.Clone(steps), steps...)).Draw(r, "delivered"))
		if !reflect.DeepEqual(straight, mixed) {
			r.Fatalf("in order %+v\nanyhow   %+v", straight, mixed)
		}
		if len(straight.Steps) != len(steps) {
			r.Fatalf("%d steps of %d are kept", len(straight.Steps), len(steps))
		}
		state := hall.CaseState("")
		for _, s := range straight.Standing() {
			to, ok := state.After(s.Type)
			if !ok {
				r.Fatalf("%s after %q", s.Type, state)
			}
			state = to
		}
		if state == "" {
			state = hall.CaseIsUndone
		}
		if straight.State != state {
			r.Fatalf("it is %s, its steps say %s", straight.State, state)
		}
		text, err := json.Marshal(straight)
		var back Case
		if err != nil || json.Unmarshal(text, &back) != nil || back.State != straight.State || back.Due != straight.Due || len(back.Steps) != len(straight.Steps) {
			r.Fatalf("written and read again: %v, %s", err, text)
		}
	})
}

// A change of the calendar moves what still runs, and says from where to where.
func TestADeadlineFollowsTheCalendar(t *testing.T) {
	c := made(t, opening(), "accepted 09-21 10:00")
	if moved := c.Recompute(law(t), "h1"); len(moved) != 0 {
		t.Errorf("nothing changed, and it moves: %v", moved)
	}
	closed := law(t).Apply(hall.CalendarClosed{Act: hall.Act{About: "h1"}, Day: hall.DayOf(at(t, "09-23 00:00")), Why: hall.ClosingWeather}, 2)
	moved := c.Recompute(closed, "h1")
	if len(moved) != 2 || moved[0].(hall.DeadlineMoved).To.Day != c.Due.Day+1 {
		t.Fatalf("the hall closes for a day: %v", moved)
	}
	for _, f := range moved {
		c = c.Moved(f.(hall.DeadlineMoved))
	}
	if again := c.Recompute(closed, "h1"); len(again) != 0 {
		t.Errorf("moved already: %v", again)
	}
}

// Domain §6: days on which the system of its unit was down do not count toward the promise; the legal limit never pauses.
func TestAnOutageMovesThePromiseAlone(t *testing.T) {
	days := func(all ...string) (out []hall.Day) {
		for _, d := range all {
			out = append(out, hall.DayOf(at(t, d+" 12:00")))
		}
		return out
	}
	for _, c := range []struct {
		says  string
		lines []string
		down  []string
		due   string
		moved int
	}{
		{"nothing was down", []string{"accepted 09-21 10:00"}, nil, "2026-09-24", 0},
		{"a day", []string{"accepted 09-21 10:00"}, []string{"09-22"}, "2026-09-25", 1},
		{"the last day", []string{"accepted 09-21 10:00"}, []string{"09-24"}, "2026-09-25", 1},
		{"two days, and the weekend between them", []string{"accepted 09-24 10:00"}, []string{"09-25", "09-26", "09-27", "09-28"}, "2026-10-05", 2},
		{"a holiday counts for nothing anyway", []string{"accepted 09-29 10:00"}, []string{"10-01", "10-02"}, "2026-10-06", 0},
		{"the day of its acceptance is not counted anyway", []string{"accepted 09-21 10:00"}, []string{"09-21"}, "2026-09-24", 0},
		{"after its last day there is nothing to pause", []string{"accepted 09-21 10:00"}, []string{"09-25"}, "2026-09-24", 0},
		{"returned: its clock stood already", []string{"accepted 09-21 10:00", "returned 09-22 10:00", "resubmitted 09-24 10:00"}, []string{"09-22", "09-23"}, "2026-09-28", 0},
		{"returned after it", []string{"accepted 09-21 10:00", "returned 09-23 10:00", "resubmitted 09-24 10:00"}, []string{"09-22"}, "2026-09-28", 1},
		{"decided: what was to be stays", []string{"accepted 09-21 10:00", "decided 09-25 10:00"}, []string{"09-22"}, "2026-09-25", 1},
	} {
		before := made(t, opening(), c.lines...)
		after := before
		for _, f := range before.Pause(days(c.down...), law(t), "h1") {
			after = after.Moved(f.(hall.DeadlineMoved))
		}
		if _, legal := after.Deadlines(law(t), "h1"); legal != before.Lawful {
			t.Errorf("%s: by law %v, was %v", c.says, legal, before.Lawful)
		}
		if after.Due.Day.String() != c.due || after.DaysDown() != c.moved {
			t.Errorf("%s: due %v after %d days down", c.says, after.Due.Day, after.DaysDown())
		}
		if again := after.Pause(days(c.down...), law(t), "h1"); len(again) != 0 {
			t.Errorf("%s: moved already: %v", c.says, again)
		}
		if back := after.Pause(nil, law(t), "h1"); len(after.Outage) > 0 && after.Moved(back[0].(hall.DeadlineMoved)).Due != before.Due {
			t.Errorf("%s: taken back: %v", c.says, back)
		}
	}
	spot := opening()
	spot.Kind, spot.Promised = hall.CaseOnTheSpot, 0
	if moved := made(t, spot, "accepted 09-21 10:00").Pause(days("09-21"), law(t), "h1"); len(moved) != 0 {
		t.Errorf("on the spot is today: %v", moved)
	}
	late := made(t, opening(), "accepted 09-21 10:00")
	late = late.Moved(late.Pause(days("09-22", "09-28"), law(t), "h1")[0].(hall.DeadlineMoved))
	if n := late.DaysLate(at(t, "09-29 10:00"), law(t), "h1"); n != 1 {
		t.Errorf("due on the 25th, down on the 28th, still open on the 29th: %d days late, want 1", n)
	}
}

// In whatever order turns are told, and however often, they tell of the same outages.
func TestOutagesAreMadeOfTurns(t *testing.T) {
	turn := func(s string, down bool) Turn { return Turn{Uptime{1, at(t, s).UnixMilli()}, at(t, s), down} }
	all := []Turn{turn("09-21 09:00", true), turn("09-21 11:00", false), turn("09-22 09:00", true), turn("09-23 09:00", true), turn("09-23 12:00", false), turn("09-24 08:00", false), turn("09-25 08:00", true)}
	want := []hall.Stop{{From: at(t, "09-21 09:00"), To: at(t, "09-21 11:00")}, {From: at(t, "09-23 09:00"), To: at(t, "09-23 12:00")}, {From: at(t, "09-25 08:00")}}
	rapid.Check(t, func(r *rapid.T) {
		var turns []Turn
		for _, n := range rapid.Permutation(append(slices.Clone(all), all...)).Draw(r, "told") {
			turns = Turned(turns, n)
		}
		if got := Outages(turns); !reflect.DeepEqual(got, want) {
			r.Fatalf("%v, want %v", got, want)
		}
	})
}
