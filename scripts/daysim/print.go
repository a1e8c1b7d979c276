package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// percentile returns the value below which so many of a hundred lie; zero where there is none.
func percentile(all []time.Duration, percent int) time.Duration {
	if len(all) == 0 {
		return 0
	}
	all = slices.Sorted(slices.Values(all))
	return all[(len(all)-1)*percent/100]
}

func mean(all []time.Duration) time.Duration {
	var sum time.Duration
	for _, d := range all {
		sum += d
	}
	return sum / time.Duration(max(len(all), 1))
}

// mins writes minutes with one digit.
func mins(d time.Duration) string { return fmt.Sprintf("%.1f", d.Minutes()) }

// print says what the day was like.
func (s *sim) print(out io.Writer) {
	b := &s.book
	for _, n := range b.notes {
		fmt.Fprintln(out, n)
	}
	s.printHours(out)
	s.printWindows(out)
	fmt.Fprintf(out, "\n%d visitors, %d tickets; served to the end %d; gave back %d, left without a word %d, never came back %d, withdrawn %d\n",
		len(s.people)-b.twins, b.tickets, b.finished, b.cancelled, b.leftSilently, b.neverBack, b.withdrawn)
	fmt.Fprintf(out, "missed %d, back %d; sent for a copy %d, back with it %d; passed on %d; numbers that nobody held %d; pads dark for %d\n",
		b.missed, b.returned, b.parked, b.resumed, b.transferred, b.ghosts, b.dark)
	s.printWalks(out)
	s.printCalibration(out)
	fmt.Fprintf(out, "\nagents and hub hold the same: tickets %s; visits %s\n", counted(s.held.Tickets), counted(s.held.Visits))
	fmt.Fprintf(out, "presses acknowledged = stored = at the hub: %s; ratings by level %s; by phone %d, page away for %d\n",
		counted(s.held.Presses), counted(s.held.Levels), len(b.phoned), b.notPhoned)
	fmt.Fprintf(out, "every ticket ended, none had two clerks, no number was given twice; the hub had settled everything %.1f s after the day\n", b.lag.Seconds())
}

// counted writes sums in the order of their keys.
func counted[K cmp.Ordered](m map[K]int) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, fmt.Sprintf("%v %d", k, m[k]))
	}
	return strings.Join(parts, ", ")
}

// printHours prints waiting and service by the hour of the call, and who was finished in it.
func (s *sim) printHours(out io.Writer) {
	waits, works, done := map[int][]time.Duration{}, map[int][]time.Duration{}, map[int]int{}
	hour := func(t time.Time) int { return t.In(hall.Beijing()).Hour() }
	for _, a := range s.book.stays {
		if a.called.IsZero() || a.again {
			continue
		}
		h := hour(a.called)
		waits[h] = append(waits[h], a.called.Sub(a.queued))
		works[h] = append(works[h], a.ended.Sub(a.served))
		done[hour(a.ended)]++
	}
	fmt.Fprintf(out, "\nhour   called  wait median  p90  service median  ended   (minutes)\n")
	for _, h := range slices.Sorted(maps.Keys(waits)) {
		fmt.Fprintf(out, "%02d-%02d  %6d  %11s  %3s  %14s  %5d\n", h, h+1, len(waits[h]), mins(percentile(waits[h], 50)), mins(percentile(waits[h], 90)),
			mins(percentile(works[h], 50)), done[h])
	}
}

// printWindows prints how clerks spent the day.
func (s *sim) printWindows(out io.Writer) {
	var paused, absent, idle []time.Duration
	for _, p := range s.plant.posts {
		for _, b := range p.booths {
			paused, absent, idle = append(paused, b.paused), append(absent, b.absent), append(idle, b.idled)
		}
	}
	fmt.Fprintf(out, "a window on average: paused %s, absent though signed on %s, free with nobody to call %s minutes\n", mins(mean(paused)), mins(mean(absent)), mins(mean(idle)))
}

// printWalks prints how far people walk, and the longest matters by themselves.
func (s *sim) printWalks(out io.Writer) {
	var all, routes []time.Duration
	by := map[string][]time.Duration{}
	for _, p := range s.people {
		if p.state != isDone || len(p.legs) > 0 || p.left.IsZero() {
			continue
		}
		all = append(all, p.walked)
		if len(p.matter.stops) > 1 {
			routes = append(routes, p.walked)
			by[p.matter.name] = append(by[p.matter.name], p.walked)
		}
	}
	fmt.Fprintf(out, "\nwalking, minutes: all %s on average, p90 %s; of several windows %s on average, p90 %s\n",
		mins(mean(all)), mins(percentile(all, 90)), mins(mean(routes)), mins(percentile(routes, 90)))
	for _, m := range slices.Sorted(maps.Keys(by)) {
		fmt.Fprintf(out, "  %s %s", m, mins(mean(by[m])))
	}
	fmt.Fprintln(out)
}

// kept is how often the estimate on a ticket was kept.
type kept struct {
	all, in50, in90 int
	width           []time.Duration // from p50 to p90
}

func (k *kept) add(t *ticketTold) {
	waited, p50, p90 := t.called.Sub(t.at), time.Duration(t.issued.P50Mins)*time.Minute, time.Duration(t.issued.P90Mins)*time.Minute
	k.all++
	if waited <= p50 {
		k.in50++
	}
	if waited <= p90 {
		k.in90++
	}
	k.width = append(k.width, p90-p50)
}

func share(n, of int) int { return 100 * n / max(of, 1) }

// printCalibration prints how often the estimate on a ticket was kept, by what the agents told. Who left before he was
// called is not in it. A p90 that is right holds for nine of ten; one in two is called within a p50. The estimate has no
// lower end, so the eight of ten of the requirement are those called by p90. A range that is too wide would keep any
// promise: so its width is printed beside it.
func (s *sim) printCalibration(out io.Writer) {
	var everybody, others, short, waited kept
	unknown, left := 0, 0
	for _, t := range s.told.tickets {
		switch {
		case t.issued.P90Mins == 0:
			unknown++
			continue
		case t.called.IsZero():
			left++
			continue
		}
		everybody.add(t)
		if t.issued.Class == "" {
			others.add(t)
		}
		if t.issued.P90Mins > 5 {
			waited.add(t)
		} else {
			short.add(t)
		}
	}
	say := func(who string, k kept) {
		fmt.Fprintf(out, "  %-42s %5d  called by p50 %2d %%  by p90 %2d %%  from p50 to p90 %s minutes (median)\n", who, k.all, share(k.in50, k.all),
			share(k.in90, k.all), mins(percentile(k.width, 50)))
	}
	fmt.Fprintf(out, "the estimate on the ticket, and what became of it (%d had none, %d left before their call):\n", unknown, left)
	say("all", everybody)
	say("who has no class that goes before others", others)
	say("whose p90 was 5 minutes at most", short)
	say("whose p90 was more", waited)
	s.book.inRange, s.book.widths = share(everybody.in90, everybody.all), everybody.width
}
