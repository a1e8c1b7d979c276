package store_test

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/rating"
)

// The two months of the run: from Monday 2026-11-16 to Saturday 2027-01-09, a day that was worked instead of another.
var (
	firstDay  = dayOf("2026-11-16")
	lastDay   = dayOf("2027-01-09")
	settledBy = dayOf("2027-05-31") // until then the centre works off what is left
)

func dayOf(text string) hall.Day {
	d, err := hall.ParseDay(text)
	if err != nil {
		panic(err)
	}
	return d
}

// What happens when.
var (
	dutyDays   = daysOf("2026-11-21", "2026-11-29", "2026-12-05", "2026-12-12", "2026-12-20", "2027-01-02") // of rest, with some windows open
	snow       = dayOf("2026-12-10")                                                                        // hall east is closed; declared two days before
	goesAway   = dayOf("2026-11-27")                                                                        // the ferry's agent, at 14:00, for ever
	tooEarly   = dayOf("2026-12-21")                                                                        // the centre would declare it lost, and may not yet
	givenUp    = dayOf("2026-12-28")                                                                        // it does
	naturalDay = dayOf("2026-11-30")                                                                        // from this day on another pack is in force
	backToOurs = dayOf("2026-12-14")                                                                        // and from this one ours again
	newYear    = dayOf("2027-01-01")                                                                        // nobody works, though nobody has said so yet
	publishes  = dayOf("2027-01-05")                                                                        // the arrangement of 2027 arrives late
)

func daysOf(texts ...string) map[hall.Day]bool {
	all := map[hall.Day]bool{}
	for _, t := range texts {
		all[dayOf(t)] = true
	}
	return all
}

// year2027 is an arrangement that this test invents: New Year, a feast in February, and a Saturday worked for each.
func year2027() hall.CalendarYear {
	y := hall.CalendarYear{Year: 2027, Workdays: []hall.Day{dayOf("2027-01-09"), dayOf("2027-02-20")}}
	for _, feast := range []struct {
		from, to hall.Day
		name, en string
	}{{dayOf("2027-01-01"), dayOf("2027-01-03"), "元旦", "New Year's Day"}, {dayOf("2027-02-05"), dayOf("2027-02-12"), "春节", "Spring Festival"}} {
		for d := feast.from; d <= feast.to; d++ {
			y.Holidays = append(y.Holidays, hall.Holiday{Day: d, Name: feast.name, NameEN: feast.en})
		}
	}
	return y
}

// run is a centre with five halls on its way through two months and what follows from them.
type run struct {
	t        *testing.T
	h        *hub
	rng      *rand.Rand
	now      time.Time
	counters []*counter
	books    *books
	few      bool // people come
	notes    []note
	reasons  []reasoned
	texts    []*sms

	workDays, restDays                       int
	happened, known, forms, unbound, repeats int
	waited                                   int // visits that once were due and awaited their agent
	acts, refusals                           map[string]int
	batches, faults                          int
}

func newRun(t *testing.T) *run {
	county := []string{"江南省", "青澜市", "青澜县"}
	r := &run{t: t, rng: rand.New(rand.NewPCG(2026, 11)), acts: map[string]int{}, refusals: map[string]int{}}
	r.counters = []*counter{
		newCounter(1, "county-a", "county", county, 6),
		newCounter(2, "county-b", "county", county, 5), // the same hall has two
		newCounter(3, "district", "district", county, 4),
		newCounter(4, "town", "town", append(county[:3:3], "临湖镇"), 3),
		newCounter(5, "east", "east", county, 4),
		newCounter(6, "ferry", "ferry", county, 3),
	}
	r.books = &books{
		almanac: almanac{published: map[int]bool{2026: true}, off: map[hall.Day]bool{}, worked: map[hall.Day]bool{}, closed: map[closedOn]bool{}},
		packs:   []packRules{ours(0)},
		jobOf:   map[*served]*job{}, empty: map[uint32]time.Time{}, lost: map[uint32]bool{},
	}
	var agents []*agent
	sites := map[uint32]*hall.Catalogue{}
	posts := map[string][]post{}
	for _, c := range r.counters {
		agents = append(agents, c.agent)
		posts[c.hall] = append(posts[c.hall], c.posts...)
	}
	for _, c := range r.counters {
		sites[c.Number] = siteOf(c.hall, c.place, posts[c.hall])
	}
	r.h = newHub(t, dataDir(t), agents...)
	r.h.stop()
	r.h.site = func(agent uint32) *hall.Catalogue { return sites[agent] }
	r.h.run(r.h.Store)
	return r
}

// ours is what the pack that is shipped says: 5 working days to rate, then 基本满意; 10 to repair.
func ours(from hall.Day) packRules {
	return packRules{from: from, rate: limit{days: 5}, level: hall.Fair, repair: limit{days: 10}, call: limit{days: 3}, attempts: 3, second: limit{days: 5}}
}

// natural is the pack of two weeks in between, as the books and as the centre know it: 7 natural days to rate, then 满意; the
// first answer is the rating; 7 natural days to repair.
func natural() (packRules, hall.Policy) {
	p := hall.DefaultPolicy()
	p.ID, p.Rating.Window, p.Rating.Default, p.Rating.Replace = "natural", hall.Span{Days: 7, Unit: hall.NaturalDays}, hall.Good, hall.ReplaceNever
	p.Repair.Limit, p.Repair.Extension = hall.Span{Days: 7, Unit: hall.NaturalDays}, hall.Span{Days: 5, Unit: hall.NaturalDays}
	p.CallBack.Attempts = 2
	return packRules{from: naturalDay, rate: limit{7, true}, level: hall.Good, first: true, repair: limit{7, true}, call: limit{days: 3}, attempts: 2,
		second: limit{days: 5}}, p
}

// Two months of a county's halls, and the days until all of it is settled: 20,000 visits on 40 days of work and 6 of rest,
// worked and judged by the law, with one agent that never comes back (001; domain §3, §4; design §5). Books kept by hand
// say what must have become of each visit, answer and repair, and what every figure must be.
func TestTwoMonthsOfACounty(t *testing.T) {
	t.Parallel()
	r := newRun(t)
	defer r.h.close()
	begun := time.Now()
	r.h.now = firstDay.Start().Add(7 * time.Hour)
	r.h.publish("2026")
	for day := firstDay; day <= settledBy; day++ {
		if r.day(day); day > lastDay && r.settled() {
			break
		}
		if day == dayOf("2026-12-09") || day == lastDay {
			r.compare()
		}
	}
	if r.workDays != 40 || r.restDays != 6 || r.known < 20_000 {
		t.Errorf("%d visits on %d days of work and %d of rest", r.known, r.workDays, r.restDays)
	}
	r.compare()
	r.promises()
	r.figures(begun)
	r.h.check()
	t.Logf("checked after %s", time.Since(begun).Round(time.Second/10))
}

// day lets a day pass: a tick of the clock at night, then every half hour while somebody works.
func (r *run) day(day hall.Day) {
	if day.Weekday() == time.Monday { // a hub that was restarted knows what it knew
		r.h.stop()
		r.h.run(r.h.Store)
	}
	works := r.books.works(day, "county") && day <= lastDay && day != newYear
	open := works || dutyDays[day]
	if works {
		r.workDays++
	} else if open {
		r.restDays++
	}
	at := func(h, m int) time.Time {
		return day.Start().Add(time.Duration(h)*time.Hour + time.Duration(m)*time.Minute)
	}
	r.mark(at(0, 5), false)
	for h := 9; h < 18 && open; h++ {
		r.mark(at(h, 30), false)
		r.mark(at(h+1, 0), true) // counters send what an hour brought
	}
	if !open {
		r.mark(at(10, 0), false)
		r.mark(at(14, 0), false)
	}
	r.mark(at(20, 0), false)
}

// mark is a moment at which everything happens that happened since the one before.
func (r *run) mark(at time.Time, serving bool) {
	r.now, r.h.now = at, at
	r.disturb()
	if serving {
		r.serve()
	}
	r.speak(true)
	r.remind()
	if r.deliver(); at.Minute() != 30 {
		r.status()
	}
	r.speak(false)
	r.explain()
	if r.books.works(hall.DayOf(at), "county") && slices.Contains([]int{10, 14, 17}, at.Hour()) && at.Minute() == 0 {
		r.desk()
	}
	r.rule()
	r.tick()
}

// serve lets the counters serve for an hour; on a day of rest two of them, with few people.
func (r *run) serve() {
	day := hall.DayOf(r.now)
	for n, c := range r.counters {
		if c.gone || !r.books.works(day, c.hall) && !(dutyDays[day] && n < 2) {
			continue
		}
		c.now = later(c.now, r.now.Add(-59*time.Minute))
		if c.slowness == nil {
			c.clock = hall.Clock{State: hall.ClockSynced, Since: c.booted}
		}
		many := 8 + r.rng.IntN(6)
		if dutyDays[day] {
			many = 6 + r.rng.IntN(4)
		}
		if r.few {
			many = 1 + r.rng.IntN(2)
		}
		r.visits(c, many)
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// deliver sends what the counters hold, each with one batch in flight.
func (r *run) deliver() {
	type flight struct {
		*counter
		*road
		end int
		got chan uplink.Receipt
	}
	for {
		var all []flight
		for _, c := range r.counters {
			if !c.online || c.stuck {
				continue
			}
			c.now = later(c.now, r.now)
			road, payload, end := c.next()
			if road == nil {
				continue
			}
			f := flight{c, road, end, make(chan uplink.Receipt, 1)}
			if err := r.h.Intake.Take(c.Agent, payload, r.now, func(x uplink.Receipt) { f.got <- x }); err != nil {
				r.t.Fatal(err)
			}
			all = append(all, f)
		}
		if len(all) == 0 {
			break
		}
		for _, f := range all {
			x := <-f.got
			if x.Fork || x.Need != 0 || len(x.Verdicts) != 0 || x.Through != uint64(f.end) {
				r.t.Fatalf("%s: %s: receipt %+v, want through %d", r.now.Format(time.DateTime), f.Name, x, f.end)
			}
			f.road.arrived(f.end)
			r.books.followAll(r.now)
			r.batches++
		}
	}
}

// status lets the counters say how far their stores go.
func (r *run) status() {
	for _, c := range r.counters {
		if awake := r.now.Hour() > 0 || c.Number == 1; c.online && awake { // at night the others are off
			c.status(r.now)
		}
		sent := map[string]int{}
		for _, road := range c.roads {
			sent[road.epoch] = road.sent
		}
		if len(c.said) > 0 && wasTold(c.said, sent) {
			r.books.heardAll(c.Number, c.saidAt)
		}
	}
}

// tick lets the clock speak, and the books with it.
func (r *run) tick() {
	if r.now.Hour() == 0 {
		n, err := r.h.Store.Awaiting(r.t.Context(), hall.DayOf(r.now), nil)
		if want := r.books.awaiting(r.now); err != nil || n != want {
			r.t.Fatalf("%s: %d visits await their agent, %v, want %d", r.now.Format(time.DateTime), n, err, want)
		}
		r.waited += n
	}
	said := map[uint32]intake.Heard{}
	for _, c := range r.counters {
		if len(c.said) > 0 {
			said[c.Number] = intake.Heard{At: c.saidAt, Heads: c.said}
		}
	}
	if err := r.h.Intake.Tick(r.t.Context(), r.now, said); err != nil {
		r.t.Fatal(err)
	}
	r.books.tick(r.now)
	r.books.followAll(r.now)
	r.books.remind(r.now)
}

// disturb is what goes wrong at a moment.
func (r *run) disturb() {
	is := func(day string, hour, minute int) bool {
		return hall.DayOf(r.now) == dayOf(day) && r.now.Hour() == hour && r.now.Minute() == minute
	}
	b, district, town, east, ferry := r.counters[1], r.counters[2], r.counters[3], r.counters[4], r.counters[5]
	switch {
	case is("2026-11-18", 14, 0): // county-b's disk fails with what was not sent; it is found two weeks later
		b.online = false
	case is("2026-11-18", 16, 0):
		b.replaced(2)
		b.online = true
	case is("2026-12-03", 10, 0):
		b.roads[0].held = false
	case is("2026-11-23", 11, 0): // the district's clock loses its source for four days
		district.slowness = coast(r.now.Add(-time.Hour))
	case is("2026-11-27", 9, 30):
		district.slowness = nil
	case is("2026-12-01", 12, 0): // the district is cut off for eight days
		district.online = false
	case is("2026-12-09", 9, 30):
		district.online = true
	case is("2026-12-11", 9, 30): // its status gets through, its batches do not
		district.stuck = true
	case is("2026-12-11", 14, 0):
		district.stuck = false
	case is("2026-12-02", 10, 0): // east's disk is put back, with some of what was not sent; the hub tells it so
		east.online = false
	case is("2026-12-02", 12, 0):
		east.fork(2, 100)
		east.online = true
	case is("2026-12-16", 10, 0): // what lay on the old disk comes, too: told twice
		east.roads[0].held = false
	case is("2026-12-17", 10, 0): // the town's machine boots without a clock
		town.start, town.booted = 2, later(town.now, r.now.Add(-59*time.Minute))
		town.slowness = func(time.Time) hall.Clock { return hall.Clock{State: hall.ClockUnset} }
	case is("2026-12-17", 12, 0):
		town.slowness = nil
	case hall.DayOf(r.now) == goesAway && r.now.Hour() == 14 && r.now.Minute() == 0:
		for n := range 9 {
			ferry.now = later(ferry.now, r.now.Add(-5*time.Minute))
			r.cutOff(ferry, n)
		}
	case hall.DayOf(r.now) == goesAway && r.now.Hour() == 14 && r.now.Minute() == 30:
		ferry.online = false
	case hall.DayOf(r.now) == goesAway && r.now.Hour() == 20: // what it served in the afternoon nobody will ever know
		ferry.gone = true
	}
}

// decide records what somebody decides.
func (r *run) decide(says string, do func(intake.Known) ([]hall.Fact, error)) error {
	if err := r.h.Intake.Decide(r.t.Context(), intake.Keys{States: []uint32{6}}, do); err != nil {
		return fmt.Errorf("%s: %w", says, err)
	}
	return nil
}

// rule is what the centre decides about the law.
func (r *run) rule() {
	day, b := hall.DayOf(r.now), r.books
	if r.now.Hour() != 10 || r.now.Minute() != 0 {
		return
	}
	must := func(says string, do func(intake.Known) ([]hall.Fact, error)) {
		if err := r.decide(says, do); err != nil {
			r.t.Fatal(err)
		}
	}
	switch day {
	case firstDay + 1:
		rules, pack := natural()
		must("the pack of the winter", func(k intake.Known) ([]hall.Fact, error) { return k.Law().Adopt(pack, naturalDay, "sha", day, li) })
		must("ours again", func(k intake.Known) ([]hall.Fact, error) {
			return k.Law().Adopt(hall.DefaultPolicy(), backToOurs, "sha", day, li)
		})
		b.packs = append(b.packs, rules, ours(backToOurs))
	case snow - 2:
		must("east closes for snow", func(k intake.Known) ([]hall.Fact, error) {
			return k.Law().Close(snow, "east", hall.ClosingWeather, day, li)
		})
		b.closed[closedOn{"east", snow}] = true
		b.revise()
	case publishes:
		y := year2027()
		must("2027 is published", func(k intake.Known) ([]hall.Fact, error) { return k.Law().Publish(y, "sha", day, li) })
		b.published[2027] = true
		for _, h := range y.Holidays {
			b.off[h.Day] = true
		}
		for _, d := range y.Workdays {
			b.worked[d] = true
		}
		b.revise()
	case tooEarly, givenUp:
		err := r.decide("ferry is lost", r.declareLost)
		if early := day == tooEarly; (err != nil) != early {
			r.t.Fatalf("%s: the ferry is declared lost: %v", day, err)
		}
		b.lost[6] = day == givenUp
	}
}

// declareLost: the centre may say so when the agent has been silent for as long as the pack asks (design §5).
func (r *run) declareLost(k intake.Known) ([]hall.Fact, error) {
	ferry := r.counters[5]
	days := k.Law().Of(hall.DayOf(r.now)).Rating.LostAfter
	if !rating.MayDeclareLost(false, ferry.saidAt, days, r.now) {
		return nil, fmt.Errorf("heard %s", ferry.saidAt)
	}
	return []hall.Fact{hall.AgentLost{Act: hall.Act{About: ferry.Name, By: li}, Agent: ferry.Number}}, nil
}

// settled reports whether nothing is left to do or to wait for.
func (r *run) settled() bool {
	busy := slices.ContainsFunc(r.books.jobs, func(j *job) bool { return !j.ended() || j.pending != "" && j.state == "closed" })
	return !busy && len(r.notes) == 0 && len(r.books.drafts) == 0 && hall.DayOf(r.now) > goesAway+75
}

// figures says how the run went.
func (r *run) figures(begun time.Time) {
	b := r.books
	counts := map[string]int{}
	for _, p := range b.slips {
		for _, v := range p.visits {
			switch {
			case v.rating != nil && v.byDefault != 0:
				counts["rated after all, over a default"]++
				fallthrough
			case v.rating != nil:
				counts["rated"]++
			case v.defaultLost:
				counts["default, agent lost"]++
			case v.byDefault != 0:
				counts["default"]++
			default:
				counts["not ratable"]++
			}
		}
		for _, a := range p.said {
			counts["answer "+string(a.stands)]++
		}
	}
	for _, j := range b.jobs {
		counts["repair "+string(j.state)]++
	}
	r.t.Logf("%d visits, %d of them never told; %d batches; until %s; %s", r.happened, r.happened-r.known, r.batches, hall.DayOf(r.now), time.Since(begun).Round(time.Second/10))
	r.t.Logf("%d visits awaited their agent on some night; %d deadlines became certain", r.waited, b.sureLater)
	for _, m := range []map[string]int{counts, r.acts, r.refusals} {
		line := ""
		for _, k := range slices.SortedFunc(maps.Keys(m), func(a, c string) int { return cmp.Compare(a, c) }) {
			line += fmt.Sprintf("%s %d, ", k, m[k])
		}
		r.t.Log(line)
	}
}
