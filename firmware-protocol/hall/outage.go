package hall

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A declared outage 系统停用 of a unit pauses the promised limits of its cases (domain §6). No law lets it pause the legal one.

// What an outage must take of a day where the hall's hours cannot be read: enough of it between two times.
const (
	outageFrom   TimeOfDay = 8 * 60
	outageTo     TimeOfDay = 18 * 60
	outageEnough           = 4 * time.Hour
)

// openHours are published as 9:00–12:00.
var openHours = regexp.MustCompile(`(\d{1,2}:\d{2})\s*[-–—－~至到]\s*(\d{1,2}:\d{2})`)

// OpenOn returns the published hours of the hall on a day, before and after lunch; none where they cannot be read: they
// are words for people, and those that say more than one day's are for people alone.
func (s Site) OpenOn(d Day) []Hours {
	var all []Hours
	for _, m := range openHours.FindAllStringSubmatch(strings.NewReplacer("：", ":", "～", "~").Replace(s.Hours), -1) {
		var from, to TimeOfDay
		if from.UnmarshalText([]byte(m[1])) != nil || to.UnmarshalText([]byte(m[2])) != nil || from >= to {
			return nil
		}
		if n := len(all); n > 0 && from.on(d).Before(all[n-1].To) {
			return nil
		}
		all = append(all, Hours{from.on(d), to.on(d)})
	}
	return all
}

// OutageDays returns the days that do not count toward the promised limits of a unit's cases, by day: those on which the
// outages of its system took at least half of the hall's published hours, or at least 4 of those between 8:00 and 18:00
// where no hours can be read. What several took of a day is summed, what two took at once counts once. An outage that goes
// on is counted up to now, and moves nothing before its days end.
func (s Site) OutageDays(down []Stop, now time.Time) []Day {
	took := map[Day]time.Duration{}
	for _, o := range apart(down, DayOf(now).Start()) {
		for d := DayOf(o.From); d.Start().Before(o.To); d++ {
			for _, h := range s.outageHours(d) {
				took[d] += max(0, earliest(o.To, h.To).Sub(latest(o.From, h.From)))
			}
		}
	}
	maps.DeleteFunc(took, func(d Day, t time.Duration) bool { return t < s.outageEnough(d) })
	return slices.Sorted(maps.Keys(took))
}

func (s Site) outageHours(d Day) []Hours {
	if open := s.OpenOn(d); len(open) > 0 {
		return open
	}
	return []Hours{{outageFrom.on(d), outageTo.on(d)}}
}

func (s Site) outageEnough(d Day) (enough time.Duration) {
	open := s.OpenOn(d)
	if len(open) == 0 {
		return outageEnough
	}
	for _, h := range open {
		enough += h.To.Sub(h.From) / 2
	}
	return enough
}

// apart returns outages in their order, those that touch made one; what goes on is taken up to midnight.
func apart(down []Stop, midnight time.Time) []Hours {
	var all []Hours
	for _, o := range down {
		h := Hours{o.From, o.To}
		if o.To.IsZero() {
			h.To = midnight
		}
		if h.To.After(h.From) {
			all = append(all, h)
		}
	}
	slices.SortFunc(all, func(a, b Hours) int { return a.From.Compare(b.From) })
	var out []Hours
	for _, h := range all {
		if n := len(out); n > 0 && !h.From.After(out[n-1].To) {
			out[n-1].To = latest(out[n-1].To, h.To)
			continue
		}
		out = append(out, h)
	}
	return out
}

// OutageStops returns days on which the clock of a limit stands because of an outage, as Calendar.After takes them.
func OutageStops(days []Day) []Stop {
	var all []Stop
	for _, d := range days {
		all = append(all, Stop{From: d.Start(), To: (d + 1).Start(), Outage: true})
	}
	return all
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
