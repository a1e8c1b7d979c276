package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"time"
)

// trip is the day of one person, as two layouts can be compared by it.
type trip struct {
	matter         string
	walked, inHall time.Duration
	stops          int
}

// trips are those of all who were served to the end, by the number of the person: in both layouts the same people come at
// the same time, for the same, and need as long.
func (s *sim) trips() map[int]trip {
	all := map[int]trip{}
	for _, p := range s.people {
		if p.twin == nil && p.state == isDone && len(p.then) == 0 && len(p.legs) == 0 {
			all[p.n] = trip{p.matter.name, p.walked, p.left.Sub(p.came), len(p.matter.stops)}
		}
	}
	return all
}

// What each window loses that asks again for what another has entered already, by the document behind domain §6 (002).
const (
	reentryLeast = 2 * time.Minute
	reentryMost  = 3 * time.Minute
)

// compare prints what the layout of two spares who was served in both days. Re-entries are no part of either day: what they
// would cost is said beside it.
func compare(out io.Writer, one, two *sim) {
	after := two.trips()
	var walked, inHall [2][]time.Duration // all; several windows
	by := map[string][]time.Duration{}
	stops := 0
	for n, a := range one.trips() {
		b, both := after[n]
		if !both {
			continue
		}
		walked[0], inHall[0] = append(walked[0], a.walked-b.walked), append(inHall[0], a.inHall-b.inHall)
		if a.stops > 1 {
			walked[1], inHall[1] = append(walked[1], a.walked-b.walked), append(inHall[1], a.inHall-b.inHall)
			stops += a.stops
			by[a.matter] = append(by[a.matter], a.inHall-b.inHall)
		}
	}
	for i, who := range []string{"everybody", "who goes to several windows"} {
		fmt.Fprintf(out, "  %-28s %5d people: walking %5s, walking and waiting %5s (median %s)\n",
			who, len(walked[i]), mins(mean(walked[i])), mins(mean(inHall[i])), mins(percentile(inHall[i], 50)))
	}
	for _, name := range slices.Sorted(maps.Keys(by)) {
		fmt.Fprintf(out, "  %s %s", name, mins(mean(by[name])))
	}
	again, spared := float64(stops)/float64(max(len(walked[1]), 1))-1, mean(inHall[1]).Minutes()
	least, most := again*reentryLeast.Minutes(), again*reentryMost.Minutes()
	fmt.Fprintf(out, "\n  not played: what one window entered is shown at the next (002: %s to %s minutes a window); it spares the latter %.1f to %.1f more, %.1f to %.1f in all\n",
		mins(reentryLeast), mins(reentryMost), least, most, spared+least, spared+most)
}
