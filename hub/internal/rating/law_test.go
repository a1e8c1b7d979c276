package rating

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallpulse/configs"
	"hallpulse/firmware-protocol/hall"
)

var centre = hall.Person{Account: "centre-1", Role: "centre"}

// published returns the law of a hub that published the years that are shipped and adopted nothing.
func published(t testing.TB) Law {
	t.Helper()
	names, err := fs.Glob(configs.FS(), "calendar/*.json")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	var l Law
	for n, name := range names {
		data, err := fs.ReadFile(configs.FS(), name)
		if err != nil {
			t.Fatal(err)
		}
		var f hall.CalendarPublished
		if err := json.Unmarshal(data, &f.CalendarYear); err != nil {
			t.Fatal(name, err)
		}
		l = l.Apply(f, int64(n+1))
	}
	return l
}

func date(t testing.TB, s string) hall.Day {
	t.Helper()
	d, err := hall.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func noonOf(t testing.TB, s string) time.Time { return date(t, s).Start().Add(12 * time.Hour) }

// pack returns a pack of this name with this window and default.
func pack(id string, days int, unit hall.DayUnit, level hall.Level) hall.Policy {
	p := hall.DefaultPolicy()
	p.ID, p.Rating.Window, p.Rating.Default = id, hall.Span{Days: days, Unit: unit}, level
	return p
}

func adopted(t testing.TB, from string, p hall.Policy) hall.PolicyAdopted {
	return hall.PolicyAdopted{Act: hall.Act{About: p.ID, By: centre}, From: date(t, from), SHA: "00ff", Pack: p}
}

// codes.md: what happened on a day is judged by the pack in force on it.
func TestThePackInForce(t *testing.T) {
	l := published(t).
		Apply(adopted(t, "2026-12-01", pack("december", 7, hall.NaturalDays, hall.Fair)), 51).
		Apply(adopted(t, "2026-11-01", pack("november", 5, hall.WorkingDays, hall.Good)), 52).
		Apply(adopted(t, "2026-12-01", pack("december-2", 3, hall.WorkingDays, hall.Fair)), 53)
	for _, c := range []struct{ rule, day, want string }{
		{"before the first one: the pack that is shipped", "2026-10-31", "ours-5-10"},
		{"from its first day on", "2026-11-01", "november"},
		{"until the day before the next, though that was adopted earlier", "2026-11-30", "november"},
		{"of two from one day the one adopted last", "2026-12-01", "december-2"},
		{"the last one stays in force", "2030-01-01", "december-2"},
	} {
		if got := l.Of(date(t, c.day)).ID; got != c.want {
			t.Errorf("%s: %s is judged by %s, want %s", c.rule, c.day, got, c.want)
		}
	}
	if got := (Law{}).Of(date(t, "2026-11-01")); got != hall.DefaultPolicy() {
		t.Errorf("a hub that adopted nothing goes by %s", got.ID)
	}
}

// Until when a visit can be rated: 001; domain §3.4; design §5.
func TestRatingDue(t *testing.T) {
	l := published(t).
		Apply(adopted(t, "2026-11-23", pack("natural", 7, hall.NaturalDays, hall.Fair)), 51).
		Apply(hall.CalendarClosed{Act: hall.Act{About: "lan-1", By: centre}, Day: date(t, "2026-10-15"), Why: hall.ClosingWeather}, 52)
	for _, c := range []struct {
		rule, ended, hall, want string
	}{
		{"001: 5 working days after the day it ended", "2026-11-09 12:00", "lan-1", "2026-11-16"},
		{"codes.md: over the Spring Festival", "2026-02-13 12:00", "lan-1", "2026-02-27"},
		{"design §5: the day is that of Beijing: one minute before midnight", "2026-11-09 23:59", "lan-1", "2026-11-16"},
		{"design §5: the day is that of Beijing: midnight is the next day", "2026-11-10 00:00", "lan-1", "2026-11-17"},
		{"a day on which the hall was closed does not count", "2026-10-12 12:00", "lan-1", "2026-10-20"},
		{"it does in another hall", "2026-10-12 12:00", "xian-1", "2026-10-19"},
		{"codes.md: the pack in force on the day it ended, though another is when it is due", "2026-11-20 12:00", "lan-1", "2026-11-27"},
		{"codes.md: 7 natural days once that pack is in force", "2026-11-23 12:00", "lan-1", "2026-11-30"},
		{"codes.md: natural days need no calendar", "2026-12-30 12:00", "lan-1", "2027-01-06"},
	} {
		ended, err := time.ParseInLocation("2006-01-02 15:04", c.ended, hall.Beijing())
		if err != nil {
			t.Fatal(err)
		}
		want := hall.Deadline{Day: date(t, c.want)}
		if got := l.RatingDue(ended, c.hall); got != want {
			t.Errorf("%s: got %v, %v, want %v, %v", c.rule, got.Day, got.Provisional, want.Day, want.Provisional)
		}
		if got := l.RatingDue(ended.UTC(), c.hall); got != want {
			t.Errorf("%s: told in UTC it is due %v", c.rule, got.Day)
		}
		if e := l.ExplainRating(ended, c.hall); e.Due != want || e.Days[len(e.Days)-1].N != e.Span.Days || e.Pack != l.Of(e.From).ID {
			t.Errorf("%s: explained as %+v", c.rule, e)
		}
	}
}

// codes.md, trap: a deadline that crosses into an unpublished year is computed again when the year is published.
func TestAProvisionalDeadlineIsComputedAgain(t *testing.T) {
	l := published(t)
	ended := noonOf(t, "2026-12-29")
	if got, want := l.RatingDue(ended, "lan-1"), (hall.Deadline{Day: date(t, "2027-01-05"), Provisional: true}); got != want || l.ReviewDue() != true {
		t.Errorf("before: %v, %v", got.Day, got.Provisional)
	}
	l = l.Apply(hall.DeadlinesReviewed{Calendar: l.CalendarVersion()}, 40)
	if l.ReviewDue() {
		t.Error("a review is due again")
	}
	year := hall.CalendarYear{Year: 2027, Holidays: []hall.Holiday{{Day: date(t, "2027-01-01"), Name: "元旦", NameEN: "New Year's Day"}}, Workdays: []hall.Day{date(t, "2027-01-02")}}
	facts, err := l.Publish(year, "00ff", date(t, "2026-12-30"), centre)
	if err != nil {
		t.Fatal(err)
	}
	l = l.Apply(facts[0], 41)
	if got, want := l.RatingDue(ended, "lan-1"), (hall.Deadline{Day: date(t, "2027-01-05")}); got != want || !l.ReviewDue() || l.CalendarVersion() != 41 {
		t.Errorf("after: %v, %v, calendar %d", got.Day, got.Provisional, l.CalendarVersion())
	}
	if a, b := l.Explain(date(t, "2026-12-29"), hall.Span{Days: 5, Unit: hall.WorkingDays}, "lan-1"), l.ExplainRating(ended, "lan-1"); !reflect.DeepEqual(a, b) || b.Days[4].Why != hall.DayMoved {
		t.Errorf("explained as %+v", b)
	}
}

func TestALimitWhoseClockStandsIsExplainedByNoDay(t *testing.T) {
	e := published(t).Explain(date(t, "2026-11-09"), hall.Span{Days: 10, Unit: hall.WorkingDays}, "lan-1", hall.Stop{From: noonOf(t, "2026-11-10")})
	if !e.Due.IsZero() || e.Days != nil {
		t.Errorf("%+v", e)
	}
}

// What the centre may decide about packs and days, and what not: codes.md "policy packs" and "Working days".
func TestActsAboutTheLaw(t *testing.T) {
	today := date(t, "2026-11-23")
	none := published(t)
	ours, other := hall.DefaultPolicy(), pack("other", 7, hall.NaturalDays, hall.Fair)
	l := none.Apply(adopted(t, "2026-11-01", ours), 51).
		Apply(hall.CalendarClosed{Act: hall.Act{About: "lan-1"}, Day: today + 2, Why: hall.ClosingLocal}, 52).
		Apply(hall.CalendarClosed{Act: hall.Act{About: "lan-1"}, Day: today - 2, Why: hall.ClosingLocal}, 53)
	year, _ := l.Calendar.Published(2026)
	past, future, renamed := year, year, year
	past.Holidays = append(past.Holidays[1:], hall.Holiday{Day: date(t, "2026-11-20"), Name: "x", NameEN: "x"}) // 2026-01-01 would be worked
	future.Holidays = append(year.Holidays[:len(year.Holidays):len(year.Holidays)], hall.Holiday{Day: date(t, "2026-12-25"), Name: "x", NameEN: "x"})
	renamed.Holidays = append([]hall.Holiday{{Day: year.Holidays[0].Day, Name: "新年", NameEN: "New Year"}}, year.Holidays[1:]...)
	for _, c := range []struct {
		rule string
		act  func() ([]hall.Fact, error)
		want RefusedCode // empty: it is done
		day  hall.Day
	}{
		{"a pack may be adopted from today on", func() ([]hall.Fact, error) { return l.Adopt(other, today, "00ff", today, centre) }, "", 0},
		{"a pack may be adopted from a day to come", func() ([]hall.Fact, error) { return l.Adopt(other, today+30, "00ff", today, centre) }, "", 0},
		{"no pack reaches back", func() ([]hall.Fact, error) { return l.Adopt(other, today-1, "00ff", today, centre) }, RefusedPast, today - 1},
		{"only the first one may", func() ([]hall.Fact, error) { return none.Adopt(other, today-300, "00ff", today, centre) }, "", 0},
		{"a pack with faults is not adopted", func() ([]hall.Fact, error) { return l.Adopt(hall.Policy{}, today, "00ff", today, centre) }, RefusedInvalid, today},
		{"the pack that is in force from that day already is not adopted twice", func() ([]hall.Fact, error) {
			return l.Apply(adopted(t, "2026-12-01", other), 60).Adopt(other, date(t, "2026-12-01"), "00ff", today, centre)
		}, RefusedKnown, date(t, "2026-12-01")},
		{"nor is it a repetition where another one followed on that day", func() ([]hall.Fact, error) {
			return l.Apply(adopted(t, "2026-12-01", other), 60).Apply(adopted(t, "2026-12-01", ours), 61).Adopt(other, date(t, "2026-12-01"), "00ff", today, centre)
		}, "", 0},

		{"a year that nobody knew is published, also when it has begun", func() ([]hall.Fact, error) { return (Law{}).Publish(year, "00ff", today, centre) }, "", 0},
		{"a year is not published twice", func() ([]hall.Fact, error) { return l.Publish(year, "00ff", today, centre) }, RefusedKnown, today},
		{"published again it may change a day to come", func() ([]hall.Fact, error) { return l.Publish(future, "00ff", today, centre) }, "", 0},
		{"published again it changes no past day", func() ([]hall.Fact, error) { return l.Publish(past, "00ff", today, centre) }, RefusedSettled, date(t, "2026-01-01")},
		{"published again it may name a past feast otherwise", func() ([]hall.Fact, error) { return l.Publish(renamed, "00ff", today, centre) }, "", 0},
		{"an arrangement with faults is not published", func() ([]hall.Fact, error) { return l.Publish(hall.CalendarYear{}, "00ff", today, centre) }, RefusedInvalid, today},

		{"a hall may be closed today", func() ([]hall.Fact, error) { return l.Close(today, "lan-1", hall.ClosingWeather, today, centre) }, "", 0},
		{"no hall is closed on a past day", func() ([]hall.Fact, error) { return l.Close(today-1, "lan-1", hall.ClosingWeather, today, centre) }, RefusedPast, today - 1},
		{"a closing day is entered once", func() ([]hall.Fact, error) { return l.Close(today+2, "lan-1", hall.ClosingOther, today, centre) }, RefusedKnown, today + 2},
		{"that one hall is closed does not close all", func() ([]hall.Fact, error) { return l.Close(today+2, hall.EveryHall, hall.ClosingOther, today, centre) }, "", 0},
		{"a closing day names its hall", func() ([]hall.Fact, error) { return l.Close(today, "", hall.ClosingOther, today, centre) }, RefusedIncomplete, today},
		{"a closing day has a reason", func() ([]hall.Fact, error) { return l.Close(today, "lan-1", "holiday", today, centre) }, RefusedIncomplete, today},
		{"a closing day to come is taken back", func() ([]hall.Fact, error) { return l.Open(today+2, "lan-1", today, centre) }, "", 0},
		{"a past one is not", func() ([]hall.Fact, error) { return l.Open(today-2, "lan-1", today, centre) }, RefusedPast, today - 2},
		{"what is not closed is not opened", func() ([]hall.Fact, error) { return l.Open(today+3, "lan-1", today, centre) }, RefusedKnown, today + 3},
	} {
		t.Run(c.rule, func(t *testing.T) {
			facts, err := c.act()
			var refused *Refused
			switch {
			case c.want == "" && (err != nil || len(facts) != 1):
				t.Errorf("%v, %v", facts, err)
			case c.want == "" && facts[0].(hall.Deed).Acted().By != centre:
				t.Errorf("by %+v", facts[0])
			case c.want != "" && (!errors.As(err, &refused) || refused.Code != c.want || refused.Day != c.day || facts != nil):
				t.Errorf("%v, %v, want %s on %v", facts, err, c.want, c.day)
			}
		})
	}
}

// An error says what to do next.
func TestARefusalSaysWhatToDo(t *testing.T) {
	day := date(t, "2026-11-20")
	for code, want := range map[RefusedCode]string{
		RefusedPast: "choose today or a later day", RefusedSettled: "correct only days that are still to come", RefusedInvalid: "mend these faults first: id: missing",
		RefusedIncomplete: "name a hall", RefusedKnown: "nothing to do",
	} {
		if err := error(&Refused{code, day, errors.New("id: missing")}); !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", code, err)
		}
	}
	_, err := Law{}.Adopt(hall.Policy{}, day, "", day, centre)
	if !strings.Contains(err.Error(), "rating.window.days: 0 found") || errors.Unwrap(err) == nil {
		t.Errorf("%v", err)
	}
}

// Taken back, a closing day counts again.
func TestAClosingDayIsTakenBack(t *testing.T) {
	l := published(t)
	today, ended := date(t, "2026-11-23"), noonOf(t, "2026-11-23")
	open := l.RatingDue(ended, "lan-1")
	for n, act := range []func(Law) ([]hall.Fact, error){
		func(l Law) ([]hall.Fact, error) {
			return l.Close(today+2, hall.EveryHall, hall.ClosingOutage, today, centre)
		},
		func(l Law) ([]hall.Fact, error) { return l.Open(today+2, hall.EveryHall, today, centre) },
	} {
		facts, err := act(l)
		if err != nil {
			t.Fatal(err)
		}
		l = l.Apply(facts[0], int64(50+n))
		want := open
		if n == 0 {
			want.Day++ // from Monday to Tuesday
		}
		if got := l.RatingDue(ended, "lan-1"); got != want || l.CalendarVersion() != int64(50+n) {
			t.Errorf("%d: due %v, want %v", n, got.Day, want.Day)
		}
	}
}

// A law is rebuilt from its deeds, or read as it was written, and is the same; applying changes no law that is held.
func TestALawIsItsDeeds(t *testing.T) {
	facts := []hall.Fact{
		adopted(t, "2026-12-01", pack("a", 7, hall.NaturalDays, hall.Fair)), adopted(t, "2026-11-01", pack("b", 5, hall.WorkingDays, hall.Good)),
		adopted(t, "2026-12-01", pack("c", 6, hall.WorkingDays, hall.Good)),
		hall.CalendarPublished{CalendarYear: hall.CalendarYear{Year: 2026, Holidays: []hall.Holiday{{Day: date(t, "2026-12-01"), Name: "x", NameEN: "x"}}}},
		hall.CalendarPublished{CalendarYear: hall.CalendarYear{Year: 2027, Holidays: []hall.Holiday{{Day: date(t, "2027-01-01"), Name: "x", NameEN: "x"}}}},
		hall.CalendarClosed{Act: hall.Act{About: "lan-1"}, Day: date(t, "2026-12-03"), Why: hall.ClosingLocal},
		hall.CalendarOpened{Act: hall.Act{About: "lan-1"}, Day: date(t, "2026-12-03")},
		hall.DeadlinesReviewed{Calendar: 2}, hall.AgentLost{Agent: 3}, // the last is nothing of the law
	}
	rapid.Check(t, func(t *rapid.T) {
		var l Law
		var held []Law
		var forms []string
		for n := range rapid.IntRange(0, 12).Draw(t, "deeds") {
			l = l.Apply(rapid.SampledFrom(facts).Draw(t, fmt.Sprint("deed ", n)), int64(n+1))
			held, forms = append(held, l), append(forms, written(t, l))
		}
		for n, before := range held {
			if written(t, before) != forms[n] {
				t.Fatalf("the law after deed %d changed", n+1)
			}
		}
		var again Law
		if err := json.Unmarshal([]byte(written(t, l)), &again); err != nil || !reflect.DeepEqual(again, l) {
			t.Fatalf("read again it is another: %v\n%+v\n%+v", err, again, l)
		}
	})
}

func written(t *rapid.T, l Law) string {
	b, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
