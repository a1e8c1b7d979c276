package agent

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"slices"

	"hallpulse/agent/internal/cases"
	"hallpulse/agent/internal/counter"
	"hallpulse/agent/internal/desk"
	"hallpulse/agent/internal/outbox"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// What a window has entered stays with the ticket and is shown, not asked, at the next (domain §6), until the ticket is over.
// Names, phones and what somebody wrote lie apart in bucketOwn, under the id of the ticket.
const bucketEntered = "entered"

// entered is what was entered for a ticket, the latest first.
type entered struct {
	Ticket hall.ID        `json:"ticket"`
	Day    hall.Day       `json:"day"` // on which it was entered, or came, last
	All    []hall.Entered `json:"all,omitempty"`
	Lost   bool           `json:"lost,omitempty"` // names and phones that came with it cannot be opened here
}

func (e entered) put() outbox.Put { return putJSON(bucketEntered, e.Ticket.String(), e) }

// kind is the kind of applicant that was entered last.
func (e entered) kind() hall.ApplicantKind {
	for _, one := range e.All {
		if one.Applicant != "" {
			return one.Applicant
		}
	}
	return ""
}

func (p *program) loadEntered() error {
	p.entered = map[hall.ID]entered{}
	return p.box.Each(bucketEntered, func(k, v []byte) error {
		var e entered
		if err := json.Unmarshal(v, &e); err != nil {
			return fmt.Errorf("%s %q: %w", bucketEntered, k, err)
		}
		p.entered[e.Ticket] = e
		return nil
	})
}

// carried fills in the applicant that was entered for a ticket before, where nobody has entered another.
func (p *program) carried(t uplink.Text, ticket hall.ID) uplink.Text {
	was := p.own[ticket]
	t.Name, t.Phone = cmp.Or(t.Name, was.Name), cmp.Or(t.Phone, was.Phone)
	return t
}

// enters keeps with a ticket what a clerk has entered at a step. What is not missing and not waived was seen.
func (p *program) enters(c *change, o cases.Order, r desk.CaseRequest, ticket counter.Ticket, of *cases.Case) error {
	one := hall.Entered{
		Item: r.Item, Window: o.Window, Staff: o.Staff, At: o.At, Applicant: r.Applicant, Missing: r.Missing, Waived: r.Waived,
		Note: r.Private.Words != "", Situation: situationOf(ticket, r.Item),
	}
	if of != nil {
		one.Item, one.Situation, one.Applicant = of.Item, of.Situation, of.Applicant
	}
	if o.Step == hall.TypeCaseAccepted {
		one.Case = of.Number
	}
	item, _ := p.hallNow().Item(one.Item)
	for _, m := range item.MaterialsIn(one.Situation) {
		waived := slices.ContainsFunc(one.Waived, func(w hall.Waived) bool { return w.Material == m })
		if !waived && !slices.Contains(one.Missing, m) {
			one.Seen = append(one.Seen, m)
		}
	}
	next := p.entered[ticket.ID]
	if one.Note {
		next.All = unnoted(next.All)
	}
	next.All = hall.WithEntered(next.All, one)
	if r.Private.Name+r.Private.Phone == "" {
		r.Private = p.carried(r.Private, ticket.ID)
	}
	return p.stays(c, ticket.ID, o.Day, next, r.Private)
}

// stays stores what stays with a ticket, and seals what of it is of a person.
func (p *program) stays(c *change, ticket hall.ID, day hall.Day, next entered, t uplink.Text) error {
	next.Ticket, next.Day = ticket, day
	if !slices.ContainsFunc(next.All, func(e hall.Entered) bool { return e.Note }) {
		t.Words = ""
	} else {
		t.Words = cmp.Or(t.Words, p.own[ticket].Words)
	}
	c.entered = map[hall.ID]*entered{ticket: &next}
	c.puts = append(c.puts, next.put())
	if c.own == nil {
		c.own = map[hall.ID]uplink.Text{}
	}
	switch {
	case !p.id.enrolled() || t == p.own[ticket]:
		return nil
	case t.IsZero():
		c.own[ticket], c.puts = t, append(c.puts, dropOwn(ticket))
		return nil
	}
	put, err := p.id.sealOwn(ticket, t)
	c.own[ticket], c.puts = t, append(c.puts, put)
	return err
}

// oldEntered forgets what was entered for tickets that are over, or was kept long enough.
func (p *program) oldEntered(c *change, today hall.Day) {
	c.entered = map[hall.ID]*entered{}
	for id, e := range p.entered {
		if c.Next.Holds(id) && int(today-e.Day) <= ownDays {
			continue
		}
		c.entered[id] = nil
		c.puts = append(c.puts, outbox.Put{Bucket: bucketEntered, Key: []byte(id.String())})
	}
}

// situationOf is the situation in which the holder of a ticket comes for an item, as far as anybody knows.
func situationOf(t counter.Ticket, item string) string {
	if item == t.For() {
		return t.Situation
	}
	return ""
}

// Keep implements desk.Cases.
func (s screens) Keep(_ context.Context, r desk.CaseRequest) error {
	if err := s.private(r); err != nil {
		return err
	}
	if err := s.roomForMore(); err != nil {
		return err
	}
	return s.decide(plain, func(st *counter.State, m hall.Moment) (c change, err error) {
		w, ok := st.Window(m, r.Window)
		switch {
		case !ok:
			return c, counter.NoSuchWindow
		case w.State != hall.WindowIsServing:
			return c, counter.NotServing
		}
		if r.Applicant != "" && !slices.Contains(hall.ApplicantKinds(), r.Applicant) {
			return c, cases.NoSuchApplicant
		}
		if err := s.cases.Listed(r.Item, r.Missing, r.Waived); err != nil {
			return c, err
		}
		c.Next = st
		ticket := w.Visit.Ticket
		if r.Same {
			r.Private = s.carried(r.Private, ticket.ID)
		}
		o := cases.Order{CaseAt: hall.CaseAt{Window: r.Window, Staff: w.Staff}, Day: st.DayAt(m), At: m.At.Round(0)}
		return c, s.enters(&c, o, r, ticket, nil)
	})
}

// carriedOf is what was entered for a ticket, as a clerk who serves it may see it; nil: nothing was.
func (s screens) carriedOf(v shown, ticket hall.ID) *desk.Carried {
	e, ok := v.entered[ticket]
	if !ok {
		return nil
	}
	own := v.own[ticket]
	out := &desk.Carried{
		Applicant: desk.Applicant{Kind: e.kind(), Name: cases.MaskName(own.Name), Phone: cases.MaskPhone(own.Phone)}, Lost: e.Lost, All: []desk.Entered{},
	}
	for _, one := range e.All {
		item := s.itemOf(one.Item)
		at, _ := item.Situation(one.Situation)
		line := desk.Entered{
			Code: one.Item, Item: item.Name, ItemEN: item.NameEN, Situation: at.Name, SituationEN: at.NameEN, Window: one.Window,
			Staff: s.clerk(one.Staff), At: one.At, Seen: one.Seen, Missing: one.Missing, Waived: one.Waived, Case: one.Case,
		}
		if one.Note {
			line.Note = own.Words
		}
		out.All = append(out.All, line)
	}
	return out
}

// bringing adds to a move what was entered for its ticket, and seals what of it is of a person to the agent that it goes to: that
// is the box. Where it cannot be sealed the ticket goes without.
func (p *program) bringing(m hall.Move, ref string) (hall.Move, []byte) {
	v := p.view()
	m.Entered = v.entered[m.Ticket].All
	own := v.own[m.Ticket]
	f, _ := p.fellowNow(m.To)
	key, ok := f.BoxKey()
	if own.IsZero() || !ok {
		return m, nil
	}
	box, named, err := uplink.SealBrought(key, ref, own)
	if err != nil {
		p.log.Error("a ticket goes without what was entered of a person", "ticket", m.Ticket, "to", m.To, "err", err)
		return m, nil
	}
	m.Private = named
	return m, box
}

// brought keeps what came with a ticket of another agent, while the ticket is here. A repeat changes nothing. What cannot be
// opened is left out, and said; the ticket waits all the same.
func (p *program) brought(c *change, at hall.Moment, m hall.Move, box string) error {
	if !c.Next.Holds(m.Ticket) || len(m.Entered) == 0 {
		return nil
	}
	was, t := p.entered[m.Ticket], p.own[m.Ticket]
	next := was
	later := len(was.All) == 0 || was.All[0].At.Before(m.Entered[0].At)
	switch {
	case m.Private.Ref == "" || !later && !was.Lost:
		next.All = hall.WithEntered(was.All, unnoted(m.Entered)...)
	default:
		next.All = hall.WithEntered(m.Entered, unnoted(was.All)...)
		var err error
		t, err = uplink.OpenBrought(m.Private, []byte(box), p.keys()...)
		next.Lost = err != nil
		if err != nil && later {
			p.log.Warn("what was entered of a person did not come with a ticket, or cannot be opened, and is asked for again", "ticket", m.Number, "from", m.From, "err", err)
		}
	}
	if slices.EqualFunc(next.All, was.All, same) && next.Lost == was.Lost {
		return nil
	}
	return p.stays(c, m.Ticket, c.Next.DayAt(at), next, t)
}

// unnoted returns entries to which nothing belongs that somebody wrote.
func unnoted(all []hall.Entered) []hall.Entered {
	all = slices.Clone(all)
	for i := range all {
		all[i].Note = false
	}
	return all
}

// same reports whether two entries are one.
func same(a, b hall.Entered) bool { return a.Item == b.Item && a.At.Equal(b.At) && a.Note == b.Note }

// keys are those by which this agent signs, and has signed.
func (p *program) keys() []ed25519.PrivateKey {
	all := []ed25519.PrivateKey{p.id.Key().SigningKey()}
	for _, k := range p.formerKeys {
		all = append(all, ed25519.NewKeyFromSeed(k.Seed))
	}
	return all
}
