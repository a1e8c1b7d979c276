package store_test

import (
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// The books' own law: which days are worked, and what a pack says. It is written down a second time, from the regulation,
// and shares no code with what it judges.

// limit is a number of days.
type limit struct {
	days    int
	natural bool
}

// pause is a time in which a clock stands: from the first day whose end it covers to before the second.
type pause struct{ from, to hall.Day }

// closedOn is a day on which a hall does not work though the calendar says so.
type closedOn struct {
	at  string
	day hall.Day
}

// almanac says which days are worked, as far as the State Council has said so.
type almanac struct {
	published   map[int]bool
	off, worked map[hall.Day]bool // besides weekends; weekends that are worked
	closed      map[closedOn]bool
}

func (c *almanac) works(d hall.Day, at string) bool {
	weekend := d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
	return (!weekend || c.worked[d]) && !c.off[d] && !c.closed[closedOn{at, d}]
}

// after returns the last day of a limit that begins on a day: the day on which it begins does not count, nor does one at
// whose end the clock stood. What leads over a year that nobody has published is not sure.
func (c *almanac) after(from hall.Day, l limit, at string, stood ...pause) (last hall.Day, sure bool) {
	last, sure = from, true
	for left := l.days; left > 0; {
		last++
		sure = sure && (l.natural || c.published[last.Year()])
		stands := slices.ContainsFunc(stood, func(p pause) bool { return p.from <= last && last < p.to })
		if (l.natural || c.works(last, at)) && !stands {
			left--
		}
	}
	return last, sure
}

// counts returns how many days of a kind lie behind a day, up to another.
func (c *almanac) counts(from, to hall.Day, natural bool, at string) (n int) {
	for d := from + 1; d <= to; d++ {
		if natural || c.works(d, at) {
			n++
		}
	}
	return n
}

// packRules is what the books know of a policy pack, in force from a day on.
type packRules struct {
	from     hall.Day
	rate     limit      // in which a visit can be rated
	level    hall.Level // that is entered when nobody did
	first    bool       // the first answer is the rating; else the one that shows the ticket
	repair   limit
	call     limit
	attempts int // calls on as many days are an answer where nobody is reached
	second   limit
}

// rulesOf returns the rules in force on a day.
func (b *books) rulesOf(d hall.Day) packRules {
	at := 0
	for n, r := range b.packs {
		if r.from <= d {
			at = n
		}
	}
	return b.packs[at]
}

// endOf is 24:00 of a day: up to then it is in time.
func endOf(d hall.Day) time.Time { return (d + 1).Start() }
