package counter

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// Several agents share a hall (design §3a): a letter is called by the windows of its agent alone, and across agents there is
// only passing on. Whoever passes a ticket on keeps word of it until it hears that the other has it; until then both show it,
// and the other alone calls it. The other admits it once, whatever road brings it and however often: what was passed on no
// oftener than it has seen is a repeat. So wherever either of them ends, nobody is lost and nobody is there twice.

// Leaving is a ticket that was passed on to another agent of the hall, as long as nobody has heard that it arrived.
type Leaving struct {
	Move   hall.Move `json:"move"`
	Since  Mark      `json:"since"`
	Ticket Ticket    `json:"ticket"` // as it stood here
}

// Trail is what is known here of a ticket that goes between agents.
type Trail struct {
	Ticket hall.ID  `json:"ticket"`
	Came   int      `json:"came,omitempty"` // hop up to which it came here, and whoever asks is told
	Hop    int      `json:"hop"`            // up to which it is known here: that it came, went on, or is at another agent
	From   string   `json:"from"`           // agent
	Gone   bool     `json:"gone,omitempty"` // it went on from here
	Tell   bool     `json:"tell,omitempty"` // From may not know that it came
	Slip   bool     `json:"slip,omitempty"` // its holder showed it; whatever is brought of it now was on its way before him
	Day    hall.Day `json:"day"`
}

const (
	// rememberMoves is how many days what came from other agents stays known. What is older is not admitted any more.
	rememberMoves = 7
	// slipHop is added where a holder shows a ticket that nobody announced: more than it is ever passed on in between.
	slipHop = 20
)

// whole is the hall with what other agents have of it.
func (s *State) whole() *hall.Catalogue {
	if s.cfg.Whole != nil {
		return s.cfg.Whole
	}
	return &s.cfg.Catalogue
}

// away returns the agent that a stop belongs to, where that is another; empty: it is ours, or nobody's.
func (s *State) away(letter, window string) string {
	w := s.whole()
	if owner := cmp.Or(w.OwnerOf(window), w.Owner(letter)); owner != s.cfg.Agent {
		return owner
	}
	return ""
}

// passOn lets t go to another agent, where it keeps its place.
func (d *draft) passOn(t Ticket, agent string) hall.Move {
	hop := t.Hop + 1
	next := Trail{Ticket: t.ID, From: agent, Day: t.Day}
	if was := d.trails[t.ID]; was != nil {
		hop = max(hop, was.Hop+1)
		if was.Tell {
			next = *was
		}
	}
	next.Hop, next.Gone, next.Slip = hop, true, false
	d.follows(next)
	m := hall.Move{
		Ticket: t.ID, Hop: hop, From: d.cfg.Agent, To: agent, At: d.at, Number: t.Number, Day: t.Day, Issued: t.Issued.At,
		Waited: min(max(d.axis()-t.Turn, 0), 48*time.Hour).Milliseconds(), Letter: t.Letter, Item: t.Item, Window: t.Window, Staff: t.Staff,
		Clerk: t.Clerk, Class: t.Class, Purpose: t.Purpose, Cases: t.Cases, Due: t.Due, With: t.With, Then: t.Then,
		Errand: t.Errand, Situation: t.Situation, Third: t.Third, CodeSHA: t.CodeSHA,
	}
	d.put(kindDay, kindDay, d.day)
	l := &Leaving{Move: m, Since: d.now, Ticket: t}
	d.leaving[t.ID] = l
	d.put(kindLeaving, t.ID.String(), l)
	return m
}

// Admit lets a ticket wait here that another agent passed on. That it did so already is no error, and changes nothing. The hop
// up to which the ticket came here is what the other is told.
func (s *State) Admit(m hall.Moment, v hall.Move, by hall.Road) (Decision, int, error) {
	d := s.begin(m)
	_, mine := d.cfg.Catalogue.Service(v.Letter)
	switch was := d.trails[v.Ticket]; {
	case v.To != d.cfg.Agent:
		return Decision{}, 0, OtherCounter
	case was != nil && (v.Hop <= was.Hop || was.Slip):
		next := *was
		next.Came, next.Hop, next.Tell = max(was.Came, v.Hop), max(was.Hop, v.Hop), was.Tell || by == hall.RoadHub
		d.follows(next)
		return d.end(), next.Came, nil
	case d.day.Day > v.Day+rememberMoves:
		return Decision{}, 0, NoSuchTicket
	case !mine:
		return Decision{}, 0, NoSuchService
	}
	d.admits(v, by)
	return d.end(), v.Hop, nil
}

// shownHop is the hop of a ticket that its holder shows. Whether it was shown at another agent before, nobody may have told;
// as nobody is shown at two of them in one minute, that of the day tells which was later.
func (d *draft) shownHop(was Trail) int {
	hop := was.Hop + slipHop
	if !d.now.Unset {
		hop = max(hop, int(d.at.Sub(d.day.Day.Start())/time.Minute))
	}
	return min(hop, hall.MaxHop)
}

// Show lets a ticket wait here that another agent had, whose holder shows it, although nobody has announced it: the hall's
// network and the hub are away. Who shows it was sent by a colleague, so he has waited since the day began. That it is here
// already is no error. from is the agent that gave it out.
func (s *State) Show(m hall.Moment, ticket hall.ID, from, number, window string, day hall.Day) (Decision, error) {
	w, ok := s.windows[window]
	d := s.begin(m)
	was, known := s.Trail(ticket)
	switch {
	case !ok:
		return Decision{}, NoSuchWindow
	case known && !was.Gone:
		return d.end(), nil
	case !known && from == d.cfg.Agent: // it never left
		return Decision{}, NoSuchTicket
	case day != d.day.Day || !isNumber(number):
		return Decision{}, NoSuchTicket
	}
	d.admits(hall.Move{
		Ticket: ticket, Hop: d.shownHop(was), From: cmp.Or(was.From, from), To: d.cfg.Agent, At: d.at, Number: number, Day: day, Issued: d.at,
		Waited: min(d.axis(), 48*time.Hour).Milliseconds(), Letter: w.place.Services[0], Window: window,
	}, hall.RoadSlip)
	return d.end(), nil
}

// isNumber reports whether a text is the number of a ticket: A017.
func isNumber(text string) bool {
	if len(text) < 4 || len(text) > 6 || text[0] < 'A' || text[0] > 'Z' {
		return false
	}
	return !slices.ContainsFunc([]byte(text[1:]), func(c byte) bool { return c < '0' || c > '9' })
}

// admits lets a ticket wait here. One that was here before, and has come back, is here once.
func (d *draft) admits(v hall.Move, by hall.Road) {
	if d.leaving[v.Ticket] != nil {
		d.lets(v.Ticket)
	}
	if d.missed[v.Ticket] != nil {
		delete(d.missed, v.Ticket)
		d.drop(kindTicket, v.Ticket.String())
	}
	onRoad := time.Duration(0)
	if gone := d.at.Sub(v.At); !d.now.Unset && gone > 0 && gone < 24*time.Hour {
		onRoad = gone
	}
	t := Ticket{
		ID: v.Ticket, Number: v.Number, Letter: v.Letter, Item: v.Item, Day: v.Day, Issued: Mark{At: v.Issued.Round(0).Truncate(time.Millisecond)},
		Class: v.Class, Purpose: v.Purpose, Cases: v.Cases, Due: v.Due, Window: v.Window, Staff: v.Staff, Clerk: v.Clerk, With: v.With,
		Then: v.Then, Turn: d.axis() - time.Duration(v.Waited)*time.Millisecond - onRoad, Nth: d.day.Nth + 1, Errand: v.Errand,
		Situation: v.Situation, Third: v.Third, Hop: v.Hop, CodeSHA: v.CodeSHA,
	}
	if _, ok := d.cfg.Catalogue.Item(t.Item); !ok {
		t.Item = ""
	}
	if was := d.waiting(t.ID); was != nil {
		d.unqueue(was)
	}
	d.day.Nth++
	d.put(kindDay, kindDay, d.day)
	d.follows(Trail{Ticket: t.ID, Came: v.Hop, Hop: v.Hop, From: v.From, Day: v.Day, Tell: by != hall.RoadLAN, Slip: by == hall.RoadSlip})
	d.enqueue(&t)
	if t.Third {
		d.summons(&t, hall.AlertRaised{})
	}
	d.tell(hall.TicketAdmitted{
		Ticket: t.ID, Hop: v.Hop, From: v.From, Road: by, Number: t.Number, Day: t.Day, Letter: t.Letter, Item: t.Item,
		Window: t.Window, Staff: t.Staff, Clerk: t.Clerk, Class: t.Class, Ahead: d.ahead(&t, d.at),
	})
}

func (d *draft) follows(next Trail) {
	if was := d.trails[next.Ticket]; was == nil || *was != next {
		d.trails[next.Ticket] = &next
		d.put(kindTrail, next.Ticket.String(), next)
	}
}

// Gone notes that another agent has a ticket, up to a hop. What was passed on is let go; what still waits here, because its
// holder went there by himself, waits here no more. Who is called or served here stays.
func (s *State) Gone(m hall.Moment, ticket hall.ID, hop int, agent string) (Decision, error) {
	d := s.begin(m)
	if l := d.leaving[ticket]; l != nil && l.Move.Hop <= hop {
		d.lets(ticket)
	}
	here := d.waiting(ticket)
	if here == nil {
		here = d.missed[ticket]
	}
	next, known := s.Trail(ticket)
	if !known {
		next = Trail{Ticket: ticket, Day: d.day.Day, Gone: here == nil && !s.isSitting(ticket)}
	}
	if here != nil && here.Hop < hop {
		d.unqueue(here)
		delete(d.missed, ticket)
		d.tell(hall.TicketTransferred{Ticket: ticket, Letter: here.Letter, Clerk: here.Clerk, Agent: agent, Hop: hop})
		d.endPassed(here)
		next.Gone, next.Slip = true, false
	}
	if next.Hop < hop && !next.Tell {
		next.From = agent
	}
	next.Hop = max(next.Hop, hop)
	d.follows(next)
	return d.end(), nil
}

// Told notes that who passed a ticket on knows that it is here, up to a hop.
func (s *State) Told(m hall.Moment, ticket hall.ID, hop int) Decision {
	d := s.begin(m)
	if was, known := s.Trail(ticket); known && was.Came <= hop {
		was.Tell = false
		d.follows(was)
	}
	return d.end()
}

func (d *draft) lets(ticket hall.ID) {
	delete(d.leaving, ticket)
	d.drop(kindLeaving, ticket.String())
}

// forgetMoves forgets what nobody will ask for again. A ticket of which nobody ever heard that it arrived has waited in vain.
func (d *draft) forgetMoves() {
	for _, l := range slices.SortedFunc(maps.Values(d.leaving), func(a, b *Leaving) int { return a.Since.order(b.Since) }) {
		if d.day.Day > l.Move.Day+rememberMoves {
			d.lets(l.Move.Ticket)
			d.tell(hall.TicketWithdrawn{Ticket: l.Move.Ticket})
		}
	}
	for id, t := range d.trails {
		if d.day.Day > t.Day+rememberMoves+1 {
			delete(d.trails, id)
			d.drop(kindTrail, id.String())
		}
	}
}

// Leaving returns the tickets that were passed on and of which nobody has heard that they arrived, in the order in which they
// went.
func (s *State) Leaving() []*Leaving {
	return slices.SortedFunc(maps.Values(s.leaving), func(a, b *Leaving) int {
		return cmp.Or(a.Since.order(b.Since), cmp.Compare(a.Move.Ticket.String(), b.Move.Ticket.String()))
	})
}

// Untold returns the tickets that came here and whose sender may not know it.
func (s *State) Untold() (all []Trail) {
	for _, t := range s.trails {
		if t.Tell {
			all = append(all, *t)
		}
	}
	slices.SortFunc(all, func(a, b Trail) int { return cmp.Compare(a.Ticket.String(), b.Ticket.String()) })
	return all
}

// Trail returns what is known here of a ticket that goes between agents; false of any other.
func (s *State) Trail(ticket hall.ID) (Trail, bool) {
	t := s.trails[ticket]
	if t == nil {
		return Trail{}, false
	}
	return *t, true
}

// Holds reports whether a ticket is not over here: it waits, is at a window or parked, may come back today, or nobody has said
// that it arrived where it was passed on to.
func (s *State) Holds(ticket hall.ID) bool {
	if s.waiting(ticket) != nil || s.missed[ticket] != nil || s.leaving[ticket] != nil {
		return true
	}
	for _, v := range s.visits {
		if v.Ticket.ID == ticket && v.Ended.IsZero() {
			return true
		}
	}
	return false
}
