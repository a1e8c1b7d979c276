package hall

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// downs reads outages such as "23 9:00-24 10:00": days of November 2026, in Beijing; without an end: it goes on.
func downs(t testing.TB, lines ...string) []Stop {
	t.Helper()
	at := func(s string) time.Time {
		if s == "" {
			return time.Time{}
		}
		m, err := time.ParseInLocation("2006-01-2 15:04", "2026-11-"+s, Beijing())
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	var all []Stop
	for _, l := range lines {
		from, to, _ := strings.Cut(l, "-")
		all = append(all, Stop{From: at(from), To: at(to)})
	}
	return all
}

// Domain §6: a working day on which the declared outage took at least half of the hall's published hours does not count;
// where these cannot be read, at least 4 hours between 8:00 and 18:00.
func TestOnWhichDaysAnOutagePausesLimits(t *testing.T) {
	const eight, week, words = "周一至周五 9:00–17:00", "周一至周五 9：00－17：00，周六 9:00–12:00", "上班时间见门口"
	for _, c := range []struct {
		says  string
		hours string
		down  []string
		now   string // November 2026
		days  string
	}{
		{"no outage", eight, nil, "30 12:00", "[]"},
		{"half of the hours", eight, []string{"23 13:00-23 18:00"}, "30 12:00", "[2026-11-23]"},
		{"a minute less", eight, []string{"23 13:01-23 18:00"}, "30 12:00", "[]"},
		{"the night does not count", eight, []string{"23 17:00-24 9:00"}, "30 12:00", "[]"},
		{"two of one day are summed", eight, []string{"23 9:00-23 11:00", "23 15:00-23 17:00"}, "30 12:00", "[2026-11-23]"},
		{"what two took at once counts once", eight, []string{"23 9:00-23 11:30", "23 10:00-23 12:30"}, "30 12:00", "[]"},
		{"over several days", eight, []string{"23 12:00-25 14:00"}, "30 12:00", "[2026-11-23 2026-11-24 2026-11-25]"},
		{"one that has ended moves at once", eight, []string{"23 9:00-23 13:00"}, "23 13:00", "[2026-11-23]"},
		{"one that goes on moves nothing before its day ends", eight, []string{"23 9:00"}, "23 23:59", "[]"},
		{"and then the day", eight, []string{"23 9:00"}, "24 0:00", "[2026-11-23]"},
		{"it does not count what is to come", eight, []string{"23 15:00"}, "25 12:00", "[2026-11-24]"},
		{"lunch is none of the hours", "9:00-12:00, 13:00-17:00", []string{"23 11:00-23 15:00"}, "30 12:00", "[]"},
		{"half without lunch", "9:00-12:00, 13:00-17:00", []string{"23 11:00-23 15:30"}, "30 12:00", "[2026-11-23]"},
		{"hours of several days are words: 4 hours between 8:00 and 18:00", week, []string{"23 14:00-23 20:00"}, "30 12:00", "[2026-11-23]"},
		{"no hours to read, and less than 4", words, []string{"23 14:01-23 20:00"}, "30 12:00", "[]"},
		{"no hours to read, early in the morning", words, []string{"23 5:00-23 11:59"}, "30 12:00", "[]"},
	} {
		now := downs(t, c.now)[0].From
		if got := fmt.Sprint(Site{Hours: c.hours}.OutageDays(downs(t, c.down...), now)); got != c.days {
			t.Errorf("%s: %s, want %s", c.says, got, c.days)
		}
	}
}

// A limit is never due earlier because of outages; it knows no order in which they were told; days that are over stay.
func TestOutagesOnlyEverPause(t *testing.T) {
	cal := NewCalendar([]CalendarYear{{Year: 2026}}, nil)
	start := downs(t, "9 0:00")[0].From
	rapid.Check(t, func(r *rapid.T) {
		site := Site{Hours: rapid.SampledFrom([]string{"", "9:00–17:00", "8:30–12:00 14:00–17:30"}).Draw(r, "hours")}
		moment := func(name string, from time.Time, hours int) time.Time {
			return from.Add(time.Duration(rapid.IntRange(0, hours*4).Draw(r, name)) * 15 * time.Minute)
		}
		var down []Stop
		for range rapid.IntRange(0, 6).Draw(r, "outages") {
			o := Stop{From: moment("from", start, 240)}
			if rapid.IntRange(0, 4).Draw(r, "ends") > 0 {
				o.To = moment("to", o.From, 60)
			}
			down = append(down, o)
		}
		now := moment("now", start, 400)
		days := site.OutageDays(down, now)
		if mixed := site.OutageDays(rapid.Permutation(append(slices.Clone(down), down...)).Draw(r, "told"), now); !slices.Equal(days, mixed) {
			r.Fatalf("told anyhow: %v, in order %v", mixed, days)
		}
		for _, d := range days {
			if later := site.OutageDays(down, now.AddDate(0, 0, 3)); !slices.Contains(later, d) {
				r.Fatalf("%v did not count and counts later", d)
			}
		}
		span := Span{Days: rapid.IntRange(0, 9).Draw(r, "days"), Unit: WorkingDays}
		from := DayOf(start) + Day(rapid.IntRange(0, 7).Draw(r, "accepted"))
		plain, paused := cal.After(from, span, ""), cal.After(from, span, "", OutageStops(days)...)
		stood := 0
		for _, day := range cal.Count(from, paused, "", OutageStops(days)...) {
			if day.Why == DayOutage {
				stood++
			}
		}
		if paused.Day < plain.Day || (paused.Day > plain.Day) != (stood > 0) {
			r.Fatalf("due %v without outages, %v with %v, of which %d stood", plain.Day, paused.Day, days, stood)
		}
	})
}
