package counter

import (
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
	plays       = 100              // how often the rest of the queue is played
	foresight   = 4 * time.Hour    // nothing is said of what lies farther ahead
	fewestTimes = 5                // of a letter; below it nothing is said of it
	enoughTimes = 12               // of an item or an hour of the day, to be looked at alone
	mostBreak   = 15 * time.Minute // between two visits; longer is lunch, and no part of the work
	recentFor   = time.Hour        // who came so lately shows who comes next
	shortest    = 10 * time.Minute // of a day: before, who comes next is guessed as if it were as old
)

// Forecast is how long people wait from one moment on.
type Forecast struct {
	rule    hall.QueueRule
	tickets map[hall.ID]Wait
	comes   map[newcomer]Wait
	service map[string]time.Duration
}

// newcomer is who would come now. Classes that are worth the same wait equally long.
type newcomer struct {
	letter  string
	first   int // the place of his class among those that go first, from 1; 0: it does not
	minutes int
}

func newcomerOf(rule hall.QueueRule, letter string, class hall.Class) newcomer {
	worth, place := rule.Of(class)
	if worth.First {
		return newcomer{letter: letter, first: place + 1}
	}
	return newcomer{letter: letter, minutes: worth.Minutes}
}

// Ticket returns how long a ticket that waits will wait.
func (f Forecast) Ticket(id hall.ID) Wait { return f.tickets[id] }

// Newcomer returns how long he waits who takes a number of a letter now. Most have no class.
func (f Forecast) Newcomer(letter string, class hall.Class) Wait {
	return f.comes[newcomerOf(f.rule, letter, class)]
}

// Takes returns how long it is until he will have been served who takes a number of a letter now: half of them sooner.
// Zero is unknown.
func (f Forecast) Takes(letter string, class hall.Class) time.Duration {
	if w := f.Newcomer(letter, class); w.P50 > 0 {
		return w.P50 + f.service[letter]
	}
	return 0
}

// Forecast plays the rest of the queue a hundred times from m, by the rule of the hall, and counts in how many plays each
// is called by when. A formula for n people at k windows would need as many people at each window as it has people alone;
// here windows call several letters, prefer some, and classes go first: to play it is shorter and says the same.
//
//   - Windows that are staffed and not paused call, until their lunch and after it as the roster has it, and those whose
//     shift is still to begin from then on. Who stands in for somebody at lunch does not eat then.
//   - Each takes a person for as long as one of the recorded times, which are those of the same letter, and of his item and
//     this hour where there are enough of them, in the last hours.
//   - A recorded time is from one call to the next where people waited, so that walking, paper and short breaks are in it; of
//     who was called in vain, passed on in the same queue or back with a copy, all such times together. Whom a window has
//     now it has for what is left of a recorded time that is longer than so far.
//   - Others come as they came in the last hour, or since the day began: with the same letters and classes, and so before
//     some who wait already.
//   - Who has further stops goes on to the next one when he has been served, and keeps his place there.
//   - Each play draws anew which of the recorded times it believes: where few are known, the range is wide.
//
// Who booked and is not here yet comes at his time, as likely as those of today did.
//
// It does not know who will pause, close or open a window otherwise than by the roster, and takes a day on which people
// come for a working day. The same state at the same moment gives the same forecast.
func (s *State) Forecast(m hall.Moment) Forecast {
	f := Forecast{s.rule, map[hall.ID]Wait{}, map[newcomer]Wait{}, map[string]time.Duration{}}
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
			f.comes[newcomerOf(s.rule, one.Letter, one.Class)] = w
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

// back returns when a desk that is free at a time can call.
func (d *desk) back(at time.Duration) time.Duration {
	for _, off := range d.rests {
		if off.from <= at && at < off.to {
			at = off.to
		}
	}
	return at
}

// play lets the desks call until all who wait are called.
func (r *rehearsal) play() {
	r.believes()
	desks, lines := slices.Clone(r.desks), slices.Clone(r.lines)
	coming := r.appointments()
	for i := range desks {
		if d := &desks[i]; d.busy {
			d.free = r.left(d.kind, d.since)
			coming = r.goesOn(coming, d.free, d.has)
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
		if back := d.back(d.free); back > d.free {
			d.free = back
			continue
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
		coming = r.goesOn(coming, d.free, one.caller)
	}
}

// goesOn lets one who has been served until a time go to his next stop.
func (r *rehearsal) goesOn(coming []onward, at time.Duration, c caller) []onward {
	if len(c.then) == 0 {
		return coming
	}
	stop := c.then[0]
	return append(coming, onward{at, stop.line, r.passer(caller{c.turn, stop.kind, c.then[1:]})})
}

// passer returns who is there in the play that runs alone.
func (r *rehearsal) passer(c caller) *person {
	if r.spent == len(r.spare) {
		r.spare = append(r.spare, new(person))
	}
	one := r.spare[r.spent]
	r.spent++
	one.caller = c
	return one
}

// join lets somebody wait who comes during a play.
func (l *line) join(one *person) { l.late = inTurn(l.late, one) }

// inTurn returns who waits with one more, behind those whose turn is not later.
func inTurn(all []*person, one *person) []*person {
	n := len(all)
	for n > 0 && one.turn.compare(all[n-1].turn) < 0 {
		n--
	}
	return slices.Insert(all, n, one)
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
	like.turn.at, like.turn.nth = like.turn.at+at, like.turn.nth+1
	lines[like.line].join(r.passer(like.caller))
}

// gap is how long nobody comes.
func (r *rehearsal) gap() time.Duration {
	if len(r.recent) == 0 {
		return foresight + 1
	}
	return max(1, time.Duration(r.rng.ExpFloat64()*float64(r.within)/float64(len(r.recent))))
}

// believes draws what this play believes of the recorded times: as many of each kind as there are, drawn from them.
func (r *rehearsal) believes() {
	for i, all := range r.kinds {
		r.believe[i] = r.believe[i][:0]
		for range all {
			r.believe[i] = append(r.believe[i], all[r.rng.IntN(len(all))])
		}
	}
	r.spent = 0
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
