package intake

import (
	"maps"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/concern"
	"hallpulse/hub/internal/notify"
	"hallpulse/hub/internal/rating"
	"hallpulse/hub/internal/repair"
)

// askFirst is how long the pad and the ticket's page are given before an SMS asks the same: an invitation lasts 120 s
// (domain §3.11).
const askFirst = 3 * time.Minute

// answerKept is for how many days an answer to a concern is worth a message.
const answerKept = 7

// errand is what stands when it is asked which messages a citizen gets about one visit.
type errand struct {
	contact Contact
	hall    string
	visit   Visit
	drafted bool          // a first tap on a phone waits to be sent
	repair  repair.Repair // none where there is none
	law     rating.Law
}

// wanted is a message that a rule knows of, and whether it is to be sent as things stand.
type wanted struct {
	notify.Order
	yes bool
}

// instead says why a message that still waits is not sent any more.
func (w wanted) instead() hall.DroppedWhy {
	if w.To.Ref == "" {
		return hall.DroppedErased
	}
	return hall.DroppedNeedless
}

// messages lists the messages that rules know of about the visit (domain §3.5, §3.13, §4): the reminder to rate, the question
// for the reason, what becomes of the repair. Whatever changed, the same list follows from what stands now: what is wanted is
// queued once, what is not wanted any more is not sent.
func (e errand) messages() []wanted {
	all := []wanted{e.remind(), e.why()}
	if e.repair.State == repair.None {
		return all
	}
	return append(append(all, e.extended()...), e.answered()...)
}

// order fills in what all messages of the visit have.
func (e errand) order(kind hall.MessageKind, n int) notify.Order {
	day := e.visit.Ended
	if day.IsZero() {
		day = e.visit.firstKnown()
	}
	return notify.Order{Kind: kind, Of: e.visit.ID.String(), N: n, To: e.contact.Sealed, Lang: e.contact.Lang,
		Params: hall.MessageParams{Hall: e.hall, Window: e.visit.Window, Day: hall.DayOf(day)}}
}

// left reports whether there is a phone to send to.
func (e errand) left() bool { return e.contact.Ref != "" }

// remind asks for a rating when the visit has ended, or so many working days later as the pack says, while there is time.
func (e errand) remind() wanted {
	v, o := e.visit, e.order(hall.MessageRateReminder, 1)
	if v.Due.IsZero() {
		return wanted{o, false}
	}
	o.After, o.Expires = v.Ended.Add(askFirst), v.Due.End()
	if days := e.law.Of(hall.DayOf(v.Ended)).Rating.Remind; days > 0 {
		o.After = e.law.Calendar.After(hall.DayOf(v.Ended), hall.Span{Days: days, Unit: hall.WorkingDays}, e.hall).Day.Start()
	}
	return wanted{o, e.left() && !v.Rule().Rated && v.Default == 0 && !e.drafted && v.Rule().Ratable()}
}

// why asks for the reason of a bad rating that gave none.
func (e errand) why() wanted {
	v, o := e.visit, e.order(hall.MessageReasonAsked, 1)
	o.After = v.Rated.Add(askFirst)
	if !v.Due.IsZero() {
		o.Expires = v.Due.End()
	}
	if r := e.repair; r.State.Running() && r.Round.Deadline.End().After(o.Expires) {
		o.Expires = r.Round.Deadline.End() // who repairs it still wants to know
	}
	return wanted{o, e.left() && v.Level.IsBad() && v.ReasonMissing}
}

// extended tells of a new date. Of several the last one counts.
func (e errand) extended() []wanted {
	r := e.repair
	n := len(r.Round.Extensions)
	for _, past := range r.Past {
		n += len(past.Extensions)
	}
	var all []wanted
	for i := range n {
		o := e.order(hall.MessageRepairExtended, i+1)
		o.Params.Until, o.Expires = r.Round.Deadline.Day, r.Round.Deadline.End()
		last := i+1 == n && len(r.Round.Extensions) > 0
		all = append(all, wanted{o, last && e.left() && r.State.Running()})
	}
	return all
}

// answered tells of an answer, and on the next working day asks who has not yet rated the repair to do so.
func (e errand) answered() []wanted {
	r := e.repair
	n := len(r.Round.Returned)
	for _, past := range r.Past {
		n += len(past.Returned) + 1
	}
	answer := r.Round.Answer
	now := !answer.At.IsZero() && r.Round.Second.At.IsZero() && (r.State == repair.Answered || r.State == repair.Closed)
	if !answer.At.IsZero() {
		n++
	}
	var all []wanted
	for i := range n {
		told, second := e.order(hall.MessageRepairAnswered, i+1), e.order(hall.MessageSecondAsked, i+1)
		yes := i+1 == n && now && e.left()
		if yes {
			told.Expires, second.Expires = answer.Second.End(), answer.Second.End()
			second.After = e.law.Calendar.After(hall.DayOf(answer.At), hall.Span{Days: 1, Unit: hall.WorkingDays}, e.hall).Day.Start()
		}
		all = append(all, wanted{told, yes}, wanted{second, yes})
	}
	return all
}

// messagesOf lists the messages about a concern: that it is answered, to who asked and left a phone.
func messagesOf(c concern.Concern) []wanted {
	n := 0
	for _, s := range c.Steps {
		if s.Type == hall.TypeConcernAnswered {
			n++
		}
	}
	var all []wanted
	for i := range n {
		o := notify.Order{Kind: hall.MessageConcernAnswered, Of: c.ID, N: i + 1, To: c.Asker, Lang: "zh",
			Params: hall.MessageParams{Hall: c.Hall, Day: hall.DayOf(c.Received)}}
		yes := i+1 == n && c.Asker.Ref != "" && !c.AnsweredAt.IsZero()
		if yes {
			o.Expires = c.AnsweredAt.Add(answerKept * 24 * time.Hour)
		}
		all = append(all, wanted{o, yes})
	}
	return all
}

// hearOf notes of what a citizen may be told something: he left a phone, and a step changed what it is about.
func (v *view) hearOf(s *step) {
	for _, c := range s.courses {
		was, is := Contact{}, Contact{}
		if old := s.wasTicket(c.id); old != nil {
			was = old.Contact
		}
		if c.ticket != nil {
			is = c.ticket.Contact
		}
		if was.Ref == "" && is.Ref == "" {
			continue
		}
		all := was != is || slices.ContainsFunc(c.answers, func(a *Answer) bool { return a.Kind == KindDrafted })
		for _, visit := range c.visits {
			if all || v.visits[visit.ID] != visit {
				v.news[visit.ID] = true
			}
		}
	}
	for _, r := range s.repairs {
		if c := v.courses[r.Ticket]; c != nil && c.ticket != nil && c.ticket.Contact.Ref != "" {
			v.news[r.Visit] = true
		}
	}
	for id, c := range s.concerns {
		if c.Asker.Ref != "" && c.State != concern.Recorded {
			v.asked[id] = true
		}
	}
}

// tellCitizens queues the messages that follow from what this work changed, and drops those that nobody needs any more.
func (d *decision) tellCitizens() error {
	if len(d.news)+len(d.asked) == 0 {
		return nil
	}
	visits := slices.SortedFunc(maps.Keys(d.news), compareID)
	var around Keys
	for _, id := range visits {
		around.States = append(around.States, id.Agent) // whose hall says which days are worked
	}
	if err := d.load(around); err != nil {
		return err
	}
	var all []wanted
	for _, id := range visits {
		if v := d.visits[id]; v != nil {
			all = append(all, d.errand(v).messages()...)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(d.asked)) {
		c, _ := d.concerns.of(id)
		all = append(all, messagesOf(c)...)
	}
	clear(d.news)
	clear(d.asked)
	var k Keys
	for _, w := range all {
		k.Messages = append(k.Messages, w.ID())
	}
	if err := d.load(k); err != nil {
		return err
	}
	for _, w := range all {
		m, _ := d.messages.of(w.ID())
		facts := m.Drop(w.instead())
		if w.yes {
			facts = notify.Queue(m, w.Order, hall.Person{}, d.now)
		}
		for _, f := range facts {
			if err := d.tell(f); err != nil {
				return err
			}
		}
	}
	return nil
}

// errand puts together what stands around a visit.
func (d *decision) errand(v *Visit) errand {
	r, _ := d.repairs.of(v.ID.String())
	e := errand{hall: d.service(v).Hall, visit: *v, repair: r, law: d.law}
	c := d.courses[v.Ticket]
	if c == nil {
		return e
	}
	if c.ticket != nil {
		e.contact = c.ticket.Contact
	}
	e.drafted = slices.ContainsFunc(c.answers, func(a *Answer) bool { return a.Kind == KindDrafted && (a.Told == v.ID || a.Told.IsZero()) })
	return e
}
