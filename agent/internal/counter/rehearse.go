package counter

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// person is who waits now, or stands for who would come now and takes no time (his ticket has no name), or comes during a
// play (he has no ticket).
type person struct {
	*Ticket
	caller
	called []time.Duration
}

// caller is somebody as a play moves him.
type caller struct {
	turn turn // but of an appointment, whose turn changes when its time has come
	kind int  // of recorded times
	then []stopAt
}

// stopAt is where somebody goes on to: to which line, and how long he takes there.
type stopAt struct{ line, kind int }

// onward is somebody on his way to his next stop, at a time of the play.
type onward struct {
	at   time.Duration
	line int
	one  *person
}

// line is who waits under a letter, for any window or for one. Each part is in order, and may be cut, not changed.
type line struct{ usual, due, late []*person }

// lane is a line that a desk calls, and in which place of its list.
type lane struct{ line, place int }

// desk is a window that calls.
type desk struct {
	lanes []lane
	rests []rest // in order
	busy  bool   // it has somebody now, of a kind, since so long
	kind  int
	since time.Duration
	free  time.Duration
	has   caller // whom it has, as he goes on
}

// rest is when nobody sits at a desk, by the time of a play.
type rest struct{ from, to time.Duration }

// timesOf names recorded times.
type timesOf struct {
	letter, item string
	hour         int
}

const anyHour = -1

var anything = timesOf{hour: anyHour}

// rehearsal is what all plays begin with, and the one that runs.
type rehearsal struct {
	s       *State
	now     time.Time
	axis    time.Duration
	hour    int
	times   map[timesOf][]time.Duration
	kinds   [][]time.Duration // recorded times that somebody needs
	kindAt  map[timesOf]int
	lines   []line
	lineAt  map[lineOf]int
	present []*person
	waits   int                // how many of present some desk may call
	ended   map[hall.ID][]Mark // the ends of the sittings of a ticket
	desks   []desk
	recent  []likely      // who came lately
	within  time.Duration // in which they came
	spare   []*person     // for those who come during a play
	spent   int           // of them, in the play that runs
	rng     *rand.Rand
	believe [][]time.Duration // by the play that runs, of kinds

	awaited      []onward // who booked and is not here yet, at his time
	came, booked int      // of who booked today so many came
}

type lineOf struct{ letter, window string }

// likely is one like those who came lately; his turn is that of who comes when the play begins.
type likely struct {
	line int
	caller
}

func hourOf(t time.Time) int { return t.In(hall.Beijing()).Hour() }

func (s *State) rehearse(m hall.Moment) *rehearsal {
	now := markOf(m)
	r := &rehearsal{
		s: s, now: m.At, axis: s.axisAt(now), hour: hourOf(m.At), times: map[timesOf][]time.Duration{}, kindAt: map[timesOf]int{},
		lineAt: map[lineOf]int{}, rng: rand.New(rand.NewPCG(1, 1)), // the same must come out again
		ended: map[hall.ID][]Mark{},
	}
	for _, v := range s.visits {
		for _, at := range v.Sittings {
			r.ended[v.Ticket.ID] = append(r.ended[v.Ticket.ID], at.Ended)
		}
	}
	r.record()
	for _, service := range s.cfg.Catalogue.Services {
		for _, t := range s.Queue(service.Letter, m.At) {
			r.join(t)
		}
		r.newcomers(service.Letter)
	}
	r.awaits()
	r.sitDown(now)
	r.within = min(recentFor, max(r.axis, shortest))
	for _, t := range s.recent(now) {
		r.recent = append(r.recent, likely{r.line(lineOf{letter: t.Letter}), caller{
			turn: r.s.turn(r.comer(t.Letter, t.Class), r.now, 0), kind: r.kind(t.Letter, t.Item),
		}})
	}
	r.believe = make([][]time.Duration, len(r.kinds))
	return r
}

// comer is the ticket of who comes now.
func (r *rehearsal) comer(letter string, class hall.Class) *Ticket {
	worth, _ := r.s.rule.Of(class)
	return &Ticket{Letter: letter, Class: class, Turn: r.axis - time.Duration(worth.Minutes)*time.Minute, Nth: r.s.day.Nth + 1}
}

// newcomers lets one of each sort join who would come now.
func (r *rehearsal) newcomers(letter string) {
	seen := map[newcomer]bool{}
	for _, class := range append([]hall.Class{""}, hall.Classes()...) {
		if of := newcomerOf(r.s.rule, letter, class); !seen[of] {
			seen[of] = true
			r.join(r.comer(letter, class))
		}
	}
}

// recent returns who took a number lately, in order.
func (s *State) recent(now Mark) []*Ticket {
	came := map[hall.ID]*Ticket{}
	see := func(t *Ticket) {
		if ago, ok := now.since(t.Issued); ok && ago >= 0 && ago <= recentFor {
			came[t.ID] = t
		}
	}
	for _, q := range s.queues {
		for _, t := range q {
			see(t)
		}
	}
	for _, v := range s.visits {
		see(&v.Ticket)
	}
	return slices.SortedFunc(maps.Values(came), func(a, b *Ticket) int { return inOrder(a.Issued, b.Issued, a.ID, b.ID) })
}

// spell is how long windows had one ticket under one letter: called in vain, called again, passed on and back with a copy,
// it comes back to the same queue, and whoever waits there waits for all of it.
type spell struct {
	item string
	hour int
	took time.Duration
}

type spellOf struct {
	ticket hall.ID
	letter string
}

// record notes the recorded times.
func (r *rehearsal) record() {
	spells := map[spellOf]*spell{}
	for _, place := range r.s.cfg.Catalogue.Windows {
		w := r.s.windows[place.ID]
		for i := range w.sits {
			took, ok := r.kept(w, i)
			if !ok {
				continue
			}
			v, at := r.s.at(w.sits[i])
			of := spellOf{v.Ticket.ID, v.Ticket.Letter}
			if spells[of] == nil {
				spells[of] = &spell{item: v.Ticket.Item, hour: hourOf(at.Called.At)}
			}
			spells[of].took += took
		}
	}
	for of, one := range spells {
		kinds := []timesOf{anything, {of.letter, "", anyHour}, {of.letter, "", one.hour}}
		if one.item != "" {
			kinds = append(kinds, timesOf{of.letter, one.item, anyHour}, timesOf{of.letter, one.item, one.hour})
		}
		for _, kind := range kinds {
			r.times[kind] = append(r.times[kind], one.took)
		}
	}
	for _, kind := range r.times {
		slices.Sort(kind)
	}
}

// kept returns how long the i-th sitting at a window kept it from calling the next one; false where nobody knows.
func (r *rehearsal) kept(w *window, i int) (took time.Duration, ok bool) {
	_, at := r.s.at(w.sits[i])
	took, ok = at.Ended.since(at.Called)
	if at.Ended.IsZero() || !ok || took < 0 || took == forever {
		return 0, false
	}
	if i+1 == len(w.sits) {
		return took, true
	}
	next, then := r.s.at(w.sits[i+1])
	gap, ok := then.Called.since(at.Ended)
	if ok && gap > 0 && gap <= mostBreak && !next.wentOn(w.sits[i+1].n) && r.waited(next, then, at.Ended) {
		took += gap
	}
	return took, true
}

// waited reports whether who was called to a sitting waited for it already at a time: since he came, or since his stop
// before it.
func (r *rehearsal) waited(v *Visit, at *Sitting, then Mark) bool {
	if ago, ok := then.since(v.Ticket.Issued); !ok || ago < 0 {
		return false
	}
	for _, ended := range r.ended[v.Ticket.ID] {
		before, ok := at.Called.since(ended)
		if after, _ := then.since(ended); ok && before >= 0 && after < 0 {
			return false // he was elsewhere
		}
	}
	return true
}

// kind returns the recorded times that are nearest to a letter and an item, and enough.
func (r *rehearsal) kind(letter, item string) int {
	near := []timesOf{{letter, item, r.hour}, {letter, item, anyHour}, {letter, "", r.hour}, {letter, "", anyHour}, anything}
	enough := []int{enoughTimes, enoughTimes, enoughTimes, fewestTimes, 0}
	n := 0
	for len(r.times[near[n]]) < enough[n] {
		n++
	}
	i, ok := r.kindAt[near[n]]
	if !ok {
		i = len(r.kinds)
		r.kindAt[near[n]], r.kinds = i, append(r.kinds, r.times[near[n]])
	}
	return i
}

// line returns the place of a line among all.
func (r *rehearsal) line(of lineOf) int {
	i, ok := r.lineAt[of]
	if !ok {
		i = len(r.lines)
		r.lineAt[of], r.lines = i, append(r.lines, line{})
	}
	return i
}

// join lets one who is there already wait, by his turn.
func (r *rehearsal) join(t *Ticket) {
	of := lineOf{letter: t.Letter}
	if w := r.s.meant(t); w != nil {
		of.window = w.ID
	}
	one := &person{Ticket: t, caller: caller{r.s.turn(t, r.now, 0), r.kind(t.Letter, t.Item), r.then(t)}}
	l := &r.lines[r.line(of)]
	if t.Due.IsZero() {
		l.usual = inTurn(l.usual, one)
	} else {
		l.due = append(l.due, one)
		slices.SortStableFunc(l.due, func(a, b *person) int { return a.Due.Compare(b.Due) })
	}
	r.present = append(r.present, one)
}

// then returns the further stops of a ticket.
func (r *rehearsal) then(t *Ticket) (stops []stopAt) {
	for _, stop := range t.Then {
		of := lineOf{letter: stop.Letter}
		if w := r.s.meant(&Ticket{Window: stop.Window}); w != nil {
			of.window = w.ID
		}
		stops = append(stops, stopAt{r.line(of), r.kind(stop.Letter, stop.Item)})
	}
	return stops
}

// sitDown takes the windows that call, with whom they have now.
func (r *rehearsal) sitDown(now Mark) {
	called := map[int]bool{}
	for _, place := range r.s.cfg.Catalogue.Windows {
		w := r.s.windows[place.ID]
		d, ok := r.desk(w)
		if !ok {
			continue
		}
		if v := r.s.current(w); v != nil {
			d.busy, d.kind = true, r.kind(v.Ticket.Letter, v.Ticket.Item)
			d.has = caller{r.s.turn(&v.Ticket, r.now, 0), d.kind, r.then(&v.Ticket)}
			if since, ok := now.since(v.Since()); ok && since < forever {
				d.since = max(since, 0)
			}
		}
		for of, i := range r.lineAt {
			if at := slices.Index(place.Services, of.letter); of.window == w.ID {
				d.lanes = append(d.lanes, lane{i, 0})
			} else if at >= 0 && of.window == "" {
				d.lanes = append(d.lanes, lane{i, at})
			}
		}
		slices.SortFunc(d.lanes, func(a, b lane) int { return cmp.Compare(a.line, b.line) })
		for _, at := range d.lanes {
			called[at.line] = true
		}
		r.desks = append(r.desks, d)
	}
	for i := range called {
		r.waits += len(r.lines[i].usual) + len(r.lines[i].due)
	}
}

// desk returns a window as it will call by the roster; false where nobody can tell when it will.
func (r *rehearsal) desk(w *window) (d desk, ok bool) {
	away := w.State == hall.WindowIsClosed || w.State == hall.WindowIsPaused
	roster := r.s.cfg.Catalogue.Roster
	if roster == nil {
		return d, !away
	}
	at := func(t time.Time) time.Duration { return t.Sub(r.now) }
	day, works := hall.DayOf(r.now), true
	for _, off := range r.s.cfg.Catalogue.Rests(w.ID, day, works) {
		back := off.To.Add(roster.GraceFor())
		switch {
		case off.Holds(r.now) && !away && r.standsIn(w, off.From):
		case off.To.After(r.now):
			d.rests = append(d.rests, rest{at(off.From), at(off.To)})
			away = away && !off.Holds(r.now)
		case away && back.After(r.now) && off.Holds(w.Since.At): // who sat down late
			d.free, away = at(back), false
		}
	}
	if on := r.s.cfg.Catalogue.Duties(w.ID, day, works); away && len(on) > 0 {
		first := slices.MinFunc(on, func(a, b hall.Hours) int { return a.From.Compare(b.From) }).From
		if w.State == hall.WindowIsClosed && first.After(r.now) {
			d.free, away = at(first), false
		}
	}
	return d, !away
}

// standsIn reports whether somebody works at a window during the rest that began at a time.
func (r *rehearsal) standsIn(w *window, began time.Time) bool {
	if w.place.Staff != "" && w.Staff != w.place.Staff {
		return true
	}
	if len(w.sits) == 0 {
		return false
	}
	_, last := r.s.at(w.sits[len(w.sits)-1])
	return !last.Called.At.Before(began)
}
