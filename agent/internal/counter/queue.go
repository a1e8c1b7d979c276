package counter

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// Request is a person who wants a number.
type Request struct {
	Letter  string
	Item    string  // code of a ServiceItem of that letter, or empty
	ID      hall.ID // what the ticket shall be called
	Number  int     // its number in the letter and the business day (see State.DayAt), from 1
	CodeSHA string  // of the code printed on it; empty where none is
	Class   hall.Class
	Purpose hall.Purpose
	Cases   int           // on this number; 0 is one
	Due     time.Time     // of his appointment; zero: none
	With    hall.ID       // an earlier ticket of his, of today
	Then    []Stop        // where he goes after this
	Takes   time.Duration // until he will have been served, as far as anybody can tell; zero: nobody can
	Told    Wait          // how long he is told to wait; zero: nothing is
	Window  string        // the one he goes to, where it is named

	Errand    string  // code of the item he comes for, where its route begins with another
	Situation string  // of the item he comes for
	Instead   hall.ID // a ticket of his that waits, and that this one replaces: it keeps its place
}

// Take gives out a ticket. What it returns instead of a decision is a Refusal.
func (s *State) Take(m hall.Moment, r Request) (Decision, error) {
	if err := cmp.Or(s.grants(r), s.gives(r)); err != nil {
		return Decision{}, err
	}
	d := s.begin(m)
	was := d.waiting(r.Instead)
	again := was != nil && was.series() == r.Letter // nobody more comes
	switch {
	case r.Number <= d.day.Last[r.Letter]:
		return Decision{}, NumberUsed
	case d.gaveAll(r.Letter) && !again:
		return Decision{}, NoMoreToday
	case d.tooLate(r):
		return Decision{}, TooLate
	case !(was != nil && was.Class == hall.ClassCarried) && !d.uses(r):
		return Decision{}, NoRight
	case !r.Instead.IsZero() && was == nil:
		return Decision{}, NotWaiting
	}
	worth, _ := d.rule.Of(r.Class)
	t := Ticket{
		ID: r.ID, Number: Number(r.Letter, r.Number), Letter: r.Letter, Item: r.Item, Day: d.day.Day, Issued: d.now,
		Class: r.Class, Purpose: r.Purpose, Cases: r.Cases, Due: r.Due, With: r.With, Then: r.Then,
		Turn: d.axis() - time.Duration(worth.Minutes)*time.Minute, Nth: d.day.Nth + 1,
		Window: r.Window, Errand: r.Errand, Situation: r.Situation,
	}
	if was != nil {
		d.replaces(&t, was)
	}
	if again {
		d.day.Given = with(d.day.Given, t.Letter, d.day.Given[t.Letter]-1)
	}
	d.out.Ticket = d.issues(t, r.Number, r.CodeSHA, r.Told)
	return d.end(), nil
}

// issues lets a ticket wait under the n-th number of its letter, and tells so.
func (d *draft) issues(t Ticket, n int, codeSHA string, told Wait) Ticket {
	d.day.Last, d.day.Given = with(d.day.Last, t.Letter, n), with(d.day.Given, t.Letter, d.day.Given[t.Letter]+1)
	d.day.Nth++
	d.put(kindDay, kindDay, d.day)
	t.CodeSHA = codeSHA
	ahead := d.ahead(&t, d.at)
	d.enqueue(&t)
	d.tell(hall.TicketIssued{
		Ticket: t.ID, Number: t.Number, Letter: t.Letter, Day: t.Day, Item: t.Item, Ahead: ahead, CodeSHA: codeSHA,
		Class: t.Class, Purpose: t.Purpose, Cases: t.Cases, Stops: len(t.Then), With: t.With, Errand: t.Errand, Situation: t.Situation,
		P50Mins: Minutes(told.P50), P90Mins: Minutes(told.P90),
	})
	return t
}

// grants says why a request cannot be met by this hall on any day.
func (s *State) grants(r Request) error {
	if s.away(r.Letter, r.Window) != "" {
		return OtherCounter
	}
	for _, at := range append([]Stop{{Letter: r.Letter, Item: r.Item, Window: r.Window}}, r.Then...) {
		if _, ok := s.whole().Service(at.Letter); !ok {
			return NoSuchService
		}
		if item, ok := s.cfg.Catalogue.Item(at.Item); at.Item != "" && (!ok || item.Service != at.Letter) {
			return NoSuchItem
		}
		if _, ok := s.whole().Window(at.Window); at.Window != "" && !ok {
			return NoSuchWindow
		}
	}
	errand, ok := s.cfg.Catalogue.Item(cmp.Or(r.Errand, r.Item))
	if _, known := errand.Situation(r.Situation); r.Errand != "" && !ok || r.Situation != "" && !known {
		return NoSuchItem
	}
	switch {
	case r.Class != "" && !slices.Contains(hall.Classes(), r.Class):
		return NoSuchClass
	case r.Purpose != "" && !slices.Contains(hall.Purposes(), r.Purpose):
		return NoSuchPurpose
	case r.Cases < 0 || r.Cases > s.rule.CasesPerTurn:
		return TooManyCases
	}
	return nil
}

// gaveAll reports whether a letter's numbers of the day are given out.
func (s *State) gaveAll(letter string) bool {
	service, _ := s.cfg.Catalogue.Service(letter)
	return service.Daily > 0 && s.day.Given[letter] >= service.Daily
}

// NoMore reports whether no number of a letter is given out any more on the day of m.
func (s *State) NoMore(m hall.Moment, letter string) bool {
	return s.DayAt(m) == s.day.Day && s.gaveAll(letter)
}

// with returns a copy of m in which key is n.
func with(m map[string]int, key string, n int) map[string]int {
	next := maps.Clone(m)
	if next == nil {
		next = map[string]int{}
	}
	next[key] = n
	return next
}

// Return lets somebody wait again who was missed on this day. He has waited less than before, by the rule's minutes.
func (s *State) Return(m hall.Moment, ticket hall.ID) (Decision, error) {
	d := s.begin(m)
	if !d.comesBack(ticket) {
		return Decision{}, NotMissed
	}
	return d.end(), nil
}

func (d *draft) comesBack(ticket hall.ID) bool {
	was := d.missed[ticket]
	if was == nil {
		return false
	}
	delete(d.missed, ticket)
	t := *was
	t.Missed = false
	t.Turn += time.Duration(d.rule.MissedLoses) * time.Minute
	d.enqueue(&t)
	d.tell(hall.TicketReturned{Ticket: t.ID, Ahead: d.ahead(&t, d.at)})
	return true
}

// Cancel ends a ticket that waits, or a booking whose holder is not here yet.
func (s *State) Cancel(m hall.Moment, ticket hall.ID, why hall.DropWhy) (Decision, error) {
	if !slices.Contains(hall.DropWhys(), why) {
		return Decision{}, NoSuchReason
	}
	d := s.begin(m)
	t := d.waiting(ticket)
	if t == nil && d.unbooks(ticket, why) {
		return d.end(), nil
	}
	if t == nil {
		return Decision{}, NotWaiting
	}
	d.unqueue(t)
	d.tell(hall.TicketCancelled{Ticket: t.ID, Why: why})
	d.endPassed(t)
	return d.end(), nil
}

// Queue returns who waits under a letter, in the order of the rule at now.
func (s *State) Queue(letter string, now time.Time) []*Ticket {
	q := slices.Clone(s.queues[letter])
	slices.SortFunc(q, func(a, b *Ticket) int {
		if before(a, s.turn(a, now, 0), b, s.turn(b, now, 0)) {
			return -1
		}
		return 1
	})
	return q
}

// WaitingUnder returns how many wait under a letter.
func (s *State) WaitingUnder(letter string) int { return len(s.queues[letter]) }

// Waiting returns how many wait whom this window could call.
func (s *State) Waiting(window string) (n int) {
	w := s.windows[window]
	if w == nil {
		return 0
	}
	for _, q := range s.queues {
		for _, t := range q {
			if _, ok := s.place(w, t); ok {
				n++
			}
		}
	}
	return n
}

// Line returns, at most limit of them, who waits whom this window could call, in the order in which it would at now.
func (s *State) Line(window string, now time.Time, limit int) []*Ticket {
	w := s.windows[window]
	if w == nil {
		return nil
	}
	line := s.line(w, now)
	return line[:min(len(line), limit)]
}

// Ticket finds a ticket that waits, and how many under its letter are before it at now.
func (s *State) Ticket(id hall.ID, now time.Time) (t *Ticket, ahead int, ok bool) {
	if t = s.waiting(id); t == nil {
		return nil, 0, false
	}
	return t, s.ahead(t, now), true
}

// Missed returns who was missed today and may come back, in the order of their numbers.
func (s *State) Missed() []*Ticket {
	return slices.SortedFunc(maps.Values(s.missed), func(a, b *Ticket) int { return cmp.Compare(a.Nth, b.Nth) })
}

// Held returns the visits that are parked, in the order of their calls.
func (s *State) Held() []*Visit { return s.open(func(v *Visit) bool { return v.Held != "" }) }
