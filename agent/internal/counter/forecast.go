package counter

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// Wait is how long somebody waits until he is called: one in two no longer than P50, nine in ten no longer than P90. Zero
// is unknown.
type Wait struct{ P50, P90 time.Duration }

// Minutes rounds up: nobody is told less than he will wait.
func Minutes(d time.Duration) int { return int((d + time.Minute - 1) / time.Minute) }

// What a forecast is made from, and how.
const (
	plays       = 100             // how often the rest of the queue is played
	foresight   = 4 * time.Hour   // nothing is said of what lies farther ahead
	fewestTimes = 5               // of a letter; below it nothing is said of it
	enoughTimes = 12              // of an item or an hour of the day, to be looked at alone
	mostBreak   = 5 * time.Minute // between two visits; longer is no part of the work
	recentFor   = time.Hour       // who came so lately shows who comes next
)

// Forecast is how long people wait from one moment on.
type Forecast struct {
	tickets map[hall.ID]Wait
	letters map[string]Wait
	service map[string]time.Duration
}

// Ticket returns how long a ticket that waits will wait.
func (f Forecast) Ticket(id hall.ID) Wait { return f.tickets[id] }

// Newcomer returns how long he waits who takes a number of a letter now.
func (f Forecast) Newcomer(letter string) Wait { return f.letters[letter] }

// Takes returns how long it is until he will have been served who takes a number of a letter now: half of them sooner.
// Zero is unknown.
func (f Forecast) Takes(letter string) time.Duration {
	if w := f.letters[letter]; w.P50 > 0 {
		return w.P50 + f.service[letter]
	}
	return 0
}

// Forecast plays the rest of the queue a hundred times from m, by the rule of the hall, and counts in how many plays each
// is called by when. A formula for n people at k windows would need as many people at each window as it has people alone;
// here windows call several letters, prefer some, and classes go first: to play it is shorter and says the same.
//
//   - Windows that are staffed and not paused call. Each takes a person for as long as one of the recorded times, which are
//     those of the same letter, and of his item and this hour where there are enough of them, in the last hours.
//   - A recorded time is from one call to the next where people waited, so that walking, paper and numbers that nobody
//     answered are in it. Whom a window has now it has for what is left of a recorded time that is longer than so far.
//   - Others come as they came in the last hour: with the same letters and classes, and so before some who wait already.
//   - Who has further stops goes on to the next one when he has been served, and keeps his place there.
//   - Each play draws anew which of the recorded times it believes: where few are known, the range is wide.
//
// Who booked and is not here yet comes at his time, as likely as those of today did.
//
// It does not know who will pause, close or open a window. The same state at the same
// moment gives the same forecast.
func (s *State) Forecast(m hall.Moment) Forecast {
	f := Forecast{map[hall.ID]Wait{}, map[string]Wait{}, map[string]time.Duration{}}
	r := s.rehearse(m)
	if len(r.times[anything]) < fewestTimes {
		return f
	}
	for range plays {
		r.play()
	}
	for _, one := range r.present {
		switch w := waitOf(one.called); {
		case len(r.times[timesOf{one.Letter, "", anyHour}]) < fewestTimes:
		case one.ID.IsZero():
			f.letters[one.Letter] = w
			times := r.times[timesOf{one.Letter, "", anyHour}]
			f.service[one.Letter] = times[len(times)/2]
		default:
			f.tickets[one.ID] = w
		}
	}
	return f
}

// waitOf returns the percentiles of the plays, in some of which he may not have been called.
func waitOf(called []time.Duration) Wait {
	if len(called) < plays*9/10 {
		return Wait{}
	}
	slices.Sort(called)
	at := func(percent int) time.Duration { return max(called[plays*percent/100-1], time.Second) }
	return Wait{at(50), at(90)}
}

// person is who waits now, or stands for who would come now and takes no time (his ticket has no name), or comes during a
// play (he has no ticket).
type person struct {
	*Ticket
	turn   turn // but of an appointment, whose turn changes when its time has come
	kind   int  // of recorded times
	then   []stopAt
	called []time.Duration
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
	busy  bool // it has somebody now, of a kind, since so long
	kind  int
	since time.Duration
	free  time.Duration
	has   *person // whom it has, as he goes on; nil where he has no further stop
}

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
	waits   int // how many of present some desk may call
	desks   []desk
	recent  []person // who came lately, each with the kind of those who are like him
	rng     *rand.Rand
	believe [][]time.Duration // by the play that runs, of kinds

	awaited      []onward // who booked and is not here yet, at his time
	came, booked int      // of who booked today so many came
}

type lineOf struct{ letter, window string }

func hourOf(t time.Time) int { return t.In(hall.Beijing()).Hour() }

func (s *State) rehearse(m hall.Moment) *rehearsal {
	now := markOf(m)
	r := &rehearsal{
		s: s, now: m.At, axis: s.axisAt(now), hour: hourOf(m.At), times: map[timesOf][]time.Duration{}, kindAt: map[timesOf]int{},
		lineAt: map[lineOf]int{}, rng: rand.New(rand.NewPCG(1, 1)), // the same must come out again
	}
	for _, w := range s.windows {
		for i := range w.sits {
			r.record(w, i)
		}
	}
	for _, kind := range r.times {
		slices.Sort(kind)
	}
	for _, service := range s.cfg.Catalogue.Services {
		for _, t := range s.Queue(service.Letter, m.At) {
			r.join(t)
		}
		r.join(&Ticket{Letter: service.Letter, Turn: r.axis, Nth: s.day.Nth + 1})
	}
	r.awaits()
	r.sitDown(now)
	for _, t := range s.recent(now) {
		r.recent = append(r.recent, person{Ticket: t, kind: r.kind(t.Letter, t.Item)})
	}
	return r
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

// record notes how long the i-th sitting at a window kept it from calling the next one.
func (r *rehearsal) record(w *window, i int) {
	v, at := r.s.at(w.sits[i])
	took, ok := at.Ended.since(at.Called)
	if at.Ended.IsZero() || !ok || took < 0 || took == forever {
		return
	}
	if i+1 < len(w.sits) {
		next, then := r.s.at(w.sits[i+1])
		waited, known := at.Ended.since(next.Ticket.Issued)
		if gap, ok := then.Called.since(at.Ended); ok && known && waited >= 0 && gap > 0 && gap <= mostBreak {
			took += gap
		}
	}
	letter, item, hour := v.Ticket.Letter, v.Ticket.Item, hourOf(at.Called.At)
	kinds := []timesOf{anything, {letter, "", anyHour}, {letter, "", hour}}
	if item != "" {
		kinds = append(kinds, timesOf{letter, item, anyHour}, timesOf{letter, item, hour})
	}
	for _, of := range kinds {
		r.times[of] = append(r.times[of], took)
	}
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

// join lets one who is there already wait, behind those who joined before.
func (r *rehearsal) join(t *Ticket) {
	of := lineOf{letter: t.Letter}
	if w := r.s.meant(t); w != nil {
		of.window = w.ID
	}
	one := &person{Ticket: t, turn: r.s.turn(t, r.now, 0), kind: r.kind(t.Letter, t.Item), then: r.then(t)}
	l := &r.lines[r.line(of)]
	if t.Due.IsZero() {
		l.usual = append(l.usual, one)
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
		if w.State == hall.WindowIsClosed || w.State == hall.WindowIsPaused {
			continue
		}
		d := desk{}
		if v := r.s.current(w); v != nil {
			d.busy, d.kind = true, r.kind(v.Ticket.Letter, v.Ticket.Item)
			d.has = &person{turn: r.s.turn(&v.Ticket, r.now, 0), then: r.then(&v.Ticket)}
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

// play lets the desks call until all who wait are called.
func (r *rehearsal) play() {
	r.believes()
	desks, lines := slices.Clone(r.desks), slices.Clone(r.lines)
	coming := r.appointments()
	for i := range desks {
		if d := &desks[i]; d.busy {
			d.free = r.left(d.kind, d.since)
			coming = d.has.goesOn(coming, d.free)
		}
	}
	comes := r.gap()
	for left := r.waits; left > 0; {
		d := &desks[0]
		for i := range desks {
			if desks[i].free < d.free {
				d = &desks[i]
			}
		}
		if d.free > foresight {
			return
		}
		for ; comes <= d.free; comes += r.gap() {
			r.comes(lines, comes)
		}
		next := comes
		coming = slices.DeleteFunc(coming, func(o onward) bool {
			if o.at > d.free {
				next = min(next, o.at)
				return false
			}
			lines[o.line].join(o.one)
			return true
		})
		one := r.call(lines, d)
		if one == nil {
			d.free = next // nothing to do before
			continue
		}
		if one.Ticket != nil {
			one.called = append(one.called, d.free)
			left--
			if one.ID.IsZero() {
				continue
			}
		}
		d.free += r.draw(one.kind)
		coming = one.goesOn(coming, d.free)
	}
}

// goesOn lets one who has been served until a time go to his next stop.
func (one *person) goesOn(coming []onward, at time.Duration) []onward {
	if len(one.then) == 0 {
		return coming
	}
	stop := one.then[0]
	return append(coming, onward{at, stop.line, &person{turn: one.turn, kind: stop.kind, then: one.then[1:]}})
}

// join lets somebody wait who comes during a play, by his turn.
func (l *line) join(one *person) {
	n := len(l.late)
	for n > 0 && one.turn.compare(l.late[n-1].turn) < 0 {
		n--
	}
	l.late = slices.Insert(l.late, n, one)
}

// call takes whom a desk calls when it is free, or nil.
func (r *rehearsal) call(lines []line, d *desk) *person {
	var first *[]*person
	var best turn
	other := time.Duration(r.s.rule.OtherLetter) * time.Minute
	for _, at := range d.lanes {
		l := &lines[at.line]
		for _, part := range []*[]*person{&l.usual, &l.due, &l.late} {
			if len(*part) == 0 {
				continue
			}
			k := (*part)[0].turn
			if part == &l.due {
				k = r.s.turn((*part)[0].Ticket, r.now.Add(d.free), at.place)
			} else if k.tier > len(r.s.rule.Classes) {
				k.at += time.Duration(at.place) * other
			}
			if first == nil || k.compare(best) < 0 {
				first, best = part, k
			}
		}
	}
	if first == nil {
		return nil
	}
	one := (*first)[0]
	*first = (*first)[1:]
	return one
}

// comes lets one like those of the last hour take a number.
func (r *rehearsal) comes(lines []line, at time.Duration) {
	like := r.recent[r.rng.IntN(len(r.recent))]
	i, ok := r.lineAt[lineOf{letter: like.Letter}]
	if !ok {
		return
	}
	worth, _ := r.s.rule.Of(like.Class)
	t := Ticket{Class: like.Class, Turn: r.axis + at - time.Duration(worth.Minutes)*time.Minute, Nth: r.s.day.Nth + 2}
	one := &person{turn: r.s.turn(&t, r.now, 0), kind: like.kind}
	lines[i].join(one)
}

// gap is how long nobody comes.
func (r *rehearsal) gap() time.Duration {
	if len(r.recent) == 0 {
		return foresight + 1
	}
	return max(1, time.Duration(r.rng.ExpFloat64()*float64(recentFor)/float64(len(r.recent))))
}

// believes draws what this play believes of the recorded times: as many of each kind as there are, drawn from them.
func (r *rehearsal) believes() {
	r.believe = make([][]time.Duration, len(r.kinds))
	for i, all := range r.kinds {
		for range all {
			r.believe[i] = append(r.believe[i], all[r.rng.IntN(len(all))])
		}
	}
}

// draw is how long a window is not free again that calls somebody of a kind.
func (r *rehearsal) draw(kind int) time.Duration {
	times := r.believe[kind]
	return times[r.rng.IntN(len(times))]
}

// left is how much longer it is not free that has had somebody of a kind for some time.
func (r *rehearsal) left(kind int, since time.Duration) time.Duration {
	took := time.Duration(0)
	for range 2 * enoughTimes {
		if took = r.draw(kind); took > since {
			return took - since
		}
	}
	return took / 2 // longer than all that are known
}
