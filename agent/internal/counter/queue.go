package counter

import (
	"fmt"
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
}

// Number returns the text of a number: A001.
func Number(letter string, n int) string { return fmt.Sprintf("%s%03d", letter, n) }

// Take gives out a ticket. What it returns instead of a decision is a Refusal.
func (s *State) Take(m hall.Moment, r Request) (Decision, error) {
	if _, ok := s.cfg.Catalogue.Service(r.Letter); !ok {
		return Decision{}, NoSuchService
	}
	if item, ok := s.cfg.Catalogue.Item(r.Item); r.Item != "" && (!ok || item.Service != r.Letter) {
		return Decision{}, NoSuchItem
	}
	d := s.begin(m)
	if r.Number <= d.day.Last[r.Letter] {
		return Decision{}, NumberUsed
	}
	last := maps.Clone(d.day.Last)
	if last == nil {
		last = map[string]int{}
	}
	last[r.Letter] = r.Number
	d.day.Last = last
	d.put(kindDay, kindDay, d.day)

	t := Ticket{ID: r.ID, Number: Number(r.Letter, r.Number), Letter: r.Letter, Item: r.Item, Day: d.day.Day, Issued: d.now}
	ahead := len(d.queues[r.Letter])
	d.queues[r.Letter] = append(slices.Clip(d.queues[r.Letter]), &t)
	d.put(kindTicket, t.ID.String(), t)
	d.tell(hall.TicketIssued{
		Ticket: t.ID, Number: t.Number, Letter: t.Letter, Day: t.Day, Item: t.Item, Ahead: ahead, CodeSHA: r.CodeSHA,
	})
	d.out.Ticket = t
	return d.end(), nil
}

// Queue returns who waits under a letter, first come first. It must not be changed.
func (s *State) Queue(letter string) []*Ticket { return s.queues[letter] }

// Waiting returns how many wait whom this window could call.
func (s *State) Waiting(window string) (n int) {
	if w := s.windows[window]; w != nil {
		for _, l := range w.place.Services {
			n += len(s.queues[l])
		}
	}
	return n
}

// Line returns, at most limit of them, who waits whom this window could call, in the order in which it would.
func (s *State) Line(window string, limit int) []*Ticket {
	var line []*Ticket
	if w := s.windows[window]; w != nil {
		for _, l := range w.place.Services {
			line = append(line, s.queues[l][:min(len(s.queues[l]), limit-len(line))]...)
		}
	}
	return line
}

// Ticket finds a ticket that waits, and how many are before it.
func (s *State) Ticket(id hall.ID) (t *Ticket, ahead int, ok bool) {
	for _, q := range s.queues {
		if i := slices.IndexFunc(q, func(t *Ticket) bool { return t.ID == id }); i >= 0 {
			return q[i], i, true
		}
	}
	return nil, 0, false
}

// Wait is how long a wait may become. Zero is unknown.
type Wait struct{ P50, P90 time.Duration }

// What an estimate is made from.
const (
	fewestVisits = 5  // below it nothing is said
	mostVisits   = 20 // the last ones count
)

// EstimateWait says how long who has ahead people before him under letter waits, from how long the last visits of that
// letter took and how many windows that call it are staffed. Zero where too little is known.
func (s *State) EstimateWait(letter string, ahead int) Wait {
	var ended []*Visit
	staffed := 0
	for _, w := range s.windows {
		if !slices.Contains(w.place.Services, letter) {
			continue
		}
		if w.State != hall.WindowIsClosed && w.State != hall.WindowIsPaused {
			staffed++
		}
		for _, v := range w.visits {
			if v.Outcome == hall.OutcomeFinished && v.Ticket.Letter == letter {
				ended = append(ended, v)
			}
		}
	}
	slices.SortFunc(ended, func(a, b *Visit) int { return b.Ended.order(a.Ended) })
	var took []time.Duration
	for _, v := range ended[:min(len(ended), mostVisits)] {
		if t, ok := v.Ended.since(v.Served); ok && t < forever {
			took = append(took, t)
		}
	}
	if staffed == 0 || len(took) < fewestVisits {
		return Wait{}
	}
	slices.Sort(took)
	each := func(percent int) time.Duration {
		return took[(len(took)-1)*percent/100] * time.Duration(ahead+1) / time.Duration(staffed)
	}
	return Wait{P50: each(50), P90: each(90)}
}
