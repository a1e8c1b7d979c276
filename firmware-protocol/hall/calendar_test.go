package hall

import (
	"encoding/json"
	"errors"
	"io/fs"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallpulse/configs"
)

// stateCouncil is the calendar that is shipped: 2004 to 2026, with these closing days on top.
func stateCouncil(t testing.TB, closed ...Closing) *Calendar {
	t.Helper()
	names, err := fs.Glob(configs.FS(), "calendar/*.json")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	years := make([]CalendarYear, len(names))
	for n, name := range names {
		data, err := fs.ReadFile(configs.FS(), name)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &years[n]); err != nil {
			t.Fatal(name, err)
		}
	}
	return NewCalendar(years, closed)
}

func on(t testing.TB, s string) Day {
	t.Helper()
	d, err := ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// at reads a moment in Beijing.
func at(t testing.TB, s string) time.Time {
	t.Helper()
	m, err := time.ParseInLocation("2006-01-02 15:04", s, Beijing())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func working(n int) Span { return Span{n, WorkingDays} }
func natural(n int) Span { return Span{n, NaturalDays} }

// Limits in days: codes.md "Working days", domain §3.4, §4 and §9, design §5.
func TestTheLastDayOfALimit(t *testing.T) {
	c := stateCouncil(t,
		Closing{"lan-1", on(t, "2026-11-25"), ClosingWeather},
		Closing{EveryHall, on(t, "2026-11-26"), ClosingLocal},
		Closing{EveryHall, on(t, "2026-11-28"), ClosingOther}) // a Saturday: nothing to close
	for _, r := range []struct {
		rule        string
		from        string
		span        Span
		hall        string
		stops       []Stop
		want        string
		provisional bool
	}{
		{"codes.md: 5 working days after 2026-02-13, over the Spring Festival and a worked Saturday", "2026-02-13", working(5), "x", nil, "2026-02-27", false},
		{"codes.md: 10 working days after 2026-09-23, over 中秋 and 国庆", "2026-09-23", working(10), "x", nil, "2026-10-14", false},
		{"design §5: the day on which it begins is not counted", "2026-11-09", working(1), "x", nil, "2026-11-10", false},
		{"a limit that begins on a Saturday counts from Monday", "2026-11-07", working(1), "x", nil, "2026-11-09", false},
		{"a limit that begins on a worked Sunday 调休 counts from the day after", "2026-01-04", working(1), "x", nil, "2026-01-05", false},
		{"a worked Saturday 调休 counts", "2026-02-13", working(1), "x", nil, "2026-02-14", false},
		{"a limit without days ends on the day it begins", "2026-11-07", working(0), "x", nil, "2026-11-07", false},
		{"over the leap day", "2024-02-28", working(1), "x", nil, "2024-02-29", false},
		{"over the end of a year that is followed by a published one", "2025-12-31", working(1), "x", nil, "2026-01-04", false},
		{"a New Year that begins in December is of the next year's arrangement", "2018-12-28", working(2), "x", nil, "2019-01-02", false},

		{"codes.md: 7 natural days after 2026-02-13 count the Spring Festival", "2026-02-13", natural(7), "x", nil, "2026-02-20", false},
		{"natural days know no closing day", "2026-11-24", natural(2), "lan-1", nil, "2026-11-26", false},
		{"natural days are never provisional", "2026-12-31", natural(7), "x", nil, "2027-01-07", false},

		{"a closing day of every hall does not count", "2026-11-25", working(1), "x", nil, "2026-11-27", false},
		{"a closing day of this hall does not count either", "2026-11-24", working(1), "lan-1", nil, "2026-11-27", false},
		{"a closing day of another hall does", "2026-11-24", working(1), "x", nil, "2026-11-25", false},

		{"codes.md, trap: 2027 is not published; a deadline that crosses into it is provisional", "2026-12-31", working(1), "x", nil, "2027-01-01", true},
		{"in an unpublished year Saturday and Sunday are off", "2026-12-31", working(2), "x", nil, "2027-01-04", true},
		{"a deadline on the last published day is none", "2026-12-30", working(1), "x", nil, "2026-12-31", false},
		{"so is one that began before the first published year", "2003-12-31", working(1), "x", nil, "2004-01-02", false},

		{"domain §4: frozen from Tuesday noon to Thursday noon, Tuesday and Wednesday do not count", "2026-11-09", working(2), "x",
			[]Stop{{From: at(t, "2026-11-10 12:00"), To: at(t, "2026-11-12 12:00")}}, "2026-11-13", false},
		{"a stop within one day takes nothing", "2026-11-09", working(2), "x",
			[]Stop{{From: at(t, "2026-11-10 09:00"), To: at(t, "2026-11-10 17:00")}}, "2026-11-11", false},
		{"a stop from 24:00 leaves the day before whole", "2026-11-09", working(2), "x",
			[]Stop{{From: at(t, "2026-11-11 00:00"), To: at(t, "2026-11-12 12:00")}}, "2026-11-12", false},
		{"a stop until 24:00 takes the day before", "2026-11-09", working(2), "x",
			[]Stop{{From: at(t, "2026-11-10 12:00"), To: at(t, "2026-11-11 00:00")}}, "2026-11-12", false},
		{"stops that overlap take each day once", "2026-11-09", working(2), "x",
			[]Stop{{From: at(t, "2026-11-10 08:00"), To: at(t, "2026-11-11 08:00")}, {From: at(t, "2026-11-10 12:00"), To: at(t, "2026-11-11 12:00")}}, "2026-11-12", false},
		{"a stop over a weekend takes no working day", "2026-11-13", working(1), "x",
			[]Stop{{From: at(t, "2026-11-14 08:00"), To: at(t, "2026-11-16 08:00")}}, "2026-11-16", false},
		{"natural days honour stops too", "2026-11-09", natural(2), "x",
			[]Stop{{From: at(t, "2026-11-10 12:00"), To: at(t, "2026-11-12 12:00")}}, "2026-11-13", false},
		{"a stop that began after the last day changes nothing", "2026-11-09", working(2), "x",
			[]Stop{{From: at(t, "2026-11-12 00:00")}}, "2026-11-11", false},
	} {
		if got, want := c.After(on(t, r.from), r.span, r.hall, r.stops...), (Deadline{on(t, r.want), r.provisional}); got != want {
			t.Errorf("%s: got %v, %v, want %v, %v", r.rule, got.Day, got.Provisional, want.Day, want.Provisional)
		}
	}
}

func TestALimitWhoseEndNobodyKnows(t *testing.T) {
	c := stateCouncil(t)
	stop := Stop{From: at(t, "2026-11-10 12:00")}
	for _, r := range []struct {
		rule string
		got  Deadline
	}{
		{"the clock still stands", c.After(on(t, "2026-11-09"), working(2), "x", stop)},
		{"the clock still stands, natural days", c.After(on(t, "2026-11-09"), natural(2), "x", stop)},
		{"the clock stands for longer than anyone waits", c.After(on(t, "2026-11-09"), working(2), "x", Stop{From: at(t, "2026-11-10 12:00"), To: at(t, "9999-12-31 12:00")})},
		{"the limit is longer than any", c.After(on(t, "2026-11-09"), working(MaxSpan+1), "x")},
	} {
		if !r.got.IsZero() {
			t.Errorf("%s: %v", r.rule, r.got)
		}
	}
	if got := c.After(on(t, "2020-01-01"), working(MaxSpan), "x"); got.IsZero() {
		t.Error("the longest limit has no deadline")
	}
}

// Each deadline can be explained day by day: 10 working days after 2026-09-23 (codes.md).
func TestADeadlineExplained(t *testing.T) {
	c := stateCouncil(t, Closing{"lan-1", on(t, "2026-10-13"), ClosingOutage})
	from := on(t, "2026-09-23")
	stop := Stop{From: at(t, "2026-10-12 12:00"), To: at(t, "2026-10-13 09:00")}
	var told []string
	for _, d := range c.Count(from, c.After(from, working(10), "lan-1", stop), "lan-1", stop) {
		line := d.Day.String()[5:] + " " + string(d.Why)
		if d.N > 0 {
			line += " " + string(rune('0'+d.N%10))
		}
		told = append(told, strings.TrimSpace(line+" "+d.Name+string(d.Closing)))
	}
	want := []string{"09-23 begins", "09-24 counted 1", "09-25 holiday 中秋", "09-26 holiday 中秋", "09-27 holiday 中秋", "09-28 counted 2", "09-29 counted 3",
		"09-30 counted 4", "10-01 holiday 国庆节", "10-02 holiday 国庆节", "10-03 holiday 国庆节", "10-04 holiday 国庆节", "10-05 holiday 国庆节",
		"10-06 holiday 国庆节", "10-07 holiday 国庆节", "10-08 counted 5", "10-09 counted 6", "10-10 moved 7", "10-11 weekend", "10-12 stopped",
		"10-13 closed outage", "10-14 counted 8", "10-15 counted 9", "10-16 counted 0"}
	if !reflect.DeepEqual(told, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(told, "\n"), strings.Join(want, "\n"))
	}
	for _, r := range []struct {
		rule string
		days []DayCount
		want DayWhy
	}{
		{"every natural day counts", c.CountIn(NaturalDays, from, Deadline{Day: from + 2}, "x"), DayNatural},
		{"a weekday of an unpublished year counts for now", c.Count(on(t, "2026-12-31"), Deadline{Day: on(t, "2027-01-01")}, "x"), DayUnpublished},
		{"of one of its weekends nobody doubts", c.Count(on(t, "2026-12-31"), Deadline{Day: on(t, "2027-01-02")}, "x"), DayWeekend},
	} {
		if last := r.days[len(r.days)-1]; last.Why != r.want {
			t.Errorf("%s: %+v", r.rule, last)
		}
	}
	if days := c.Count(from, Deadline{}, "x"); days != nil {
		t.Errorf("no deadline is explained by %v", days)
	}
	if days := c.Count(from, Deadline{Day: from + 1_000_000}, "x"); len(days) != walkAtMost+1 {
		t.Errorf("%d days are told", len(days))
	}
}

func TestADeadlineEndsAt24HoursInBeijing(t *testing.T) {
	if got := (Deadline{Day: on(t, "2026-11-30")}).End(); !got.Equal(at(t, "2026-12-01 00:00")) {
		t.Errorf("%v", got)
	}
}

func TestWorks(t *testing.T) {
	c := stateCouncil(t, Closing{EveryHall, on(t, "2026-11-26"), ClosingLocal})
	for _, r := range []struct {
		day              string
		works, published bool
	}{
		{"2026-02-14", true, true}, {"2026-02-16", false, true}, {"2026-11-25", true, true}, {"2026-11-26", false, true}, {"2026-11-28", false, true},
		{"2027-01-01", true, false}, {"2027-01-02", false, false}, {"2003-06-02", true, false},
	} {
		if works, published := c.Works(on(t, r.day), "lan-1"); works != r.works || published != r.published {
			t.Errorf("%s: works %v, published %v", r.day, works, published)
		}
	}
	var none *Calendar
	if works, published := none.Works(on(t, "2026-10-01"), "x"); !works || published {
		t.Errorf("without a calendar: works %v, published %v", works, published)
	}
}

// A calendar does not change; what is added makes another.
func TestWhatIsAddedMakesAnotherCalendar(t *testing.T) {
	day := on(t, "2026-11-25")
	var none *Calendar
	closed := none.WithClosing(Closing{"lan-1", day, ClosingLocal}).WithClosing(Closing{"lan-1", day, ClosingWeather})
	if x, ok := closed.Closed(day, "lan-1"); !ok || x.Why != ClosingWeather || len(closed.Closings(0)) != 1 || len(closed.Closings(day+1)) != 0 {
		t.Errorf("%v %v, %v", x, ok, closed.Closings(0))
	}
	open := closed.WithoutClosing(day, "lan-1")
	if _, ok := open.Closed(day, "lan-1"); ok || none.WithoutClosing(day, "x") != nil || len(none.Closings(0)) != 0 {
		t.Error("a closing that was taken back is there")
	}
	if _, ok := closed.Closed(day, "lan-1"); !ok {
		t.Error("the calendar changed")
	}
	year := CalendarYear{2027, []Holiday{{on(t, "2027-01-01"), "元旦", "New Year's Day"}}, nil}
	with := none.WithYear(CalendarYear{Year: 2028}).WithYear(CalendarYear{Year: 2027}).WithYear(year)
	if got, ok := with.Published(2027); !ok || !got.Equal(year) || !reflect.DeepEqual(with.Years(), []int{2027, 2028}) {
		t.Errorf("%+v %v, years %v", got, ok, with.Years())
	}
	if _, ok := with.Published(2029); ok || len(none.Years()) != 0 {
		t.Error("a year is published that nobody published")
	}
}

func TestACalendarIsWrittenAsWhatItWasMadeFrom(t *testing.T) {
	for _, c := range []*Calendar{nil, NewCalendar(nil, nil), stateCouncil(t, Closing{"lan-1", on(t, "2026-11-25"), ClosingWeather})} {
		b, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		var again *Calendar
		if err := json.Unmarshal(b, &again); err != nil || !reflect.DeepEqual(again, c) {
			t.Errorf("%.80s: %v", b, err)
		}
	}
	if err := json.Unmarshal([]byte(`{"years":1}`), new(Calendar)); err == nil {
		t.Error("a calendar of nothing is read")
	}
}

func TestAnArrangementNamesAllItsFaults(t *testing.T) {
	good := CalendarYear{2027, []Holiday{{on(t, "2026-12-31"), "元旦", "New Year's Day"}, {on(t, "2027-01-01"), "元旦", "New Year's Day"}}, []Day{on(t, "2027-01-03")}}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	bad := CalendarYear{2027, []Holiday{{on(t, "2026-11-30"), "元旦", ""}, {on(t, "2027-01-02"), "", "x"}}, []Day{on(t, "2027-01-02"), on(t, "2027-01-04")}}
	err := bad.Validate()
	for _, want := range []string{"holidays[0]: 2026-11-30 is not of 2027", "holidays[0]: 2026-11-30 has no name", "holidays[1]: 2027-01-02 has no name",
		"workdays[0]: 2027-01-02 is named twice", "workdays[1]: 2027-01-04 is a Monday"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v\ndoes not name %q", err, want)
		}
	}
	if joined, ok := errors.AsType[interface {
		error
		Unwrap() []error
	}](err); !ok || len(joined.Unwrap()) != 5 {
		t.Errorf("not five faults: %v", err)
	}
	if err := (CalendarYear{}).Validate(); err == nil || !strings.Contains(err.Error(), "year: 0") || !strings.Contains(err.Error(), "holidays: none") {
		t.Errorf("an empty arrangement: %v", err)
	}
}

// limit is a limit to be computed.
type limit struct {
	c     *Calendar
	from  Day
	span  Span
	hall  string
	stops []Stop
}

func drawLimit(t *rapid.T, base *Calendar) limit {
	day := rapid.Custom(func(t *rapid.T) Day { return Day(rapid.IntRange(18200, 20900).Draw(t, "day")) }) // 2019-10 to 2027-03
	l := limit{c: base, from: day.Draw(t, "from"), hall: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "hall")}
	l.span = Span{rapid.IntRange(0, 30).Draw(t, "days"), rapid.SampledFrom([]DayUnit{WorkingDays, NaturalDays}).Draw(t, "unit")}
	for range rapid.IntRange(0, 4).Draw(t, "closings") {
		l.c = l.c.WithClosing(Closing{rapid.SampledFrom([]string{"a", "b", EveryHall}).Draw(t, "of"), l.from + Day(rapid.IntRange(0, 20).Draw(t, "in")), ClosingLocal})
	}
	for range rapid.IntRange(0, 3).Draw(t, "stops") {
		l.stops = append(l.stops, drawStop(t, l.from))
	}
	return l
}

func drawStop(t *rapid.T, from Day) Stop {
	s := Stop{From: from.Start().Add(time.Duration(rapid.IntRange(-24, 24*20).Draw(t, "after")) * time.Hour)}
	s.To = s.From.Add(time.Duration(rapid.IntRange(0, 24*15).Draw(t, "for")) * time.Hour)
	if rapid.IntRange(0, 9).Draw(t, "open") == 0 {
		s.To = time.Time{}
	}
	return s
}

func (l limit) after() Deadline { return l.c.After(l.from, l.span, l.hall, l.stops...) }

// earlier reports whether a ends before b; the deadline that nobody knows ends last.
func earlier(a, b Deadline) bool {
	return !a.IsZero() && (b.IsZero() || a.Day < b.Day)
}

func TestAfterAndCountAgree(t *testing.T) {
	base := stateCouncil(t)
	rapid.Check(t, func(t *rapid.T) {
		l := drawLimit(t, base)
		d := l.after()
		if d.IsZero() {
			return
		}
		days := l.c.CountIn(l.span.Unit, l.from, d, l.hall, l.stops...)
		last := days[len(days)-1]
		if last.Day != d.Day || last.N != l.span.Days || days[0].Day != l.from || len(days) != int(d.Day-l.from)+1 {
			t.Fatalf("%v after %v is %v, its explanation ends with %+v", l.span, l.from, d.Day, last)
		}
		n, unpublished := 0, false
		for _, day := range days[1:] {
			if day.Why.Counts() {
				n++
			}
			if (day.N > 0) != day.Why.Counts() || day.N > 0 && day.N != n {
				t.Fatalf("%+v is the %dth", day, n)
			}
			works, published := l.c.Works(day.Day, l.hall)
			if l.span.Unit == WorkingDays && day.Why.Counts() && !works {
				t.Fatalf("%+v is counted and not worked", day)
			}
			unpublished = unpublished || !published
		}
		if d.Provisional != (unpublished && l.span.Unit == WorkingDays) {
			t.Fatalf("provisional %v, reaches an unpublished year %v", d.Provisional, unpublished)
		}
	})
}

func TestAfterIsMonotone(t *testing.T) {
	base := stateCouncil(t)
	rapid.Check(t, func(t *rapid.T) {
		l := drawLimit(t, base)
		d := l.after()
		for _, r := range []struct {
			rule string
			with func(*limit)
		}{
			{"one day more", func(m *limit) { m.span.Days++ }},
			{"begun a day later", func(m *limit) { m.from++ }},
			{"one stop more", func(m *limit) { m.stops = append(m.stops[:len(m.stops):len(m.stops)], drawStop(t, m.from)) }},
			{"one closing day more", func(m *limit) { m.c = m.c.WithClosing(Closing{m.hall, m.from + 3, ClosingOther}) }},
		} {
			m := l
			r.with(&m)
			if later := m.after(); earlier(later, d) {
				t.Fatalf("%s makes it earlier: %v, before %v", r.rule, later.Day, d.Day)
			}
		}
	})
}

// A hall is told what it needs, and what it is told stands over what it has.
func TestACalendarIsCutForAHallAndLaidOverAnother(t *testing.T) {
	day := func(s string) Day {
		d, err := ParseDay(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	year := func(y int, off string) CalendarYear {
		return CalendarYear{Year: y, Holidays: []Holiday{{Day: day(off), Name: "元旦"}}}
	}
	all := NewCalendar([]CalendarYear{year(2024, "2024-01-01"), year(2025, "2025-01-01"), year(2026, "2026-01-02")},
		[]Closing{{"a", day("2025-03-03"), ClosingLocal}, {"a", day("2026-03-03"), ClosingLocal}, {"b", day("2026-03-04"), ClosingLocal}, {EveryHall, day("2026-03-05"), ClosingLocal}})
	years, closed := all.Of("a", day("2025-06-01"))
	if len(years) != 2 || years[0].Year != 2025 || years[1].Year != 2026 {
		t.Errorf("years %v", years)
	}
	if len(closed) != 2 || closed[0].Hall != "a" || closed[1].Hall != EveryHall {
		t.Errorf("closed on %v", closed)
	}
	over := NewCalendar([]CalendarYear{year(2024, "2024-01-01"), year(2026, "2026-01-01")}, nil).With(years, closed)
	for d, want := range map[string]bool{"2024-01-01": false, "2026-01-01": true, "2026-01-02": false, "2026-03-03": false, "2026-03-04": true} {
		if works, _ := over.Works(day(d), "a"); works != want {
			t.Errorf("%s is worked: %v", d, works)
		}
	}
}
