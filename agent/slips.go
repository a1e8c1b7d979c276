package agent

import (
	"cmp"
	"context"
	"time"

	"hallpulse/agent/internal/cases"
	"hallpulse/agent/internal/counter"
	"hallpulse/agent/internal/desk"
	"hallpulse/agent/internal/device"
	"hallpulse/agent/internal/outbox"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// slip is a paper of a case, or a notice slip without one. It is remembered as long as its case, so that it can be printed
// again; what it says of a person lies apart.
type slip struct {
	desk.Slip
	Case    hall.ID       `json:"case,omitzero"`
	Ticket  hall.ID       `json:"ticket"` // that began the case, or was called
	Number  string        `json:"number"` // of the case, else of the ticket
	Called  string        `json:"called,omitempty"`
	Item    string        `json:"item"`
	Missing []string      `json:"missing,omitempty"`
	Waived  []hall.Waived `json:"waived,omitempty"`
	Again   hall.AgainWhy `json:"again,omitempty"`
	Window  string        `json:"window"`
	Staff   string        `json:"staff"`
	Day     hall.Day      `json:"day"`
	Entered time.Time     `json:"entered"` // when the step was taken that it belongs to
	printing
}

const bucketSlip = "slip"

func (a slip) key() string { return string(a.Kind) + "/" + a.ID.String() }

func (a slip) put() outbox.Put { return putJSON(bucketSlip, a.key(), a) }

// openingSlip names the paper with which a case began.
func openingSlip(c *cases.Case) desk.Slip {
	if c.CodeSHA == "" && c.State == hall.CaseIsRefused {
		return desk.Slip{Kind: desk.SlipRefused, ID: c.ID}
	}
	return desk.Slip{Kind: desk.SlipAccepted, ID: c.ID}
}

// slipOf returns the paper that belongs to a step; false: none does.
func slipOf(d cases.Decision, o cases.Order, called counter.Ticket) (slip, bool) {
	a := slip{Case: o.Case, Window: o.Window, Staff: o.Staff, Day: o.Day, Entered: o.At, printing: printing{At: o.At}, Called: called.Number, Number: called.Number, Ticket: called.ID}
	if c := d.Case; c != nil {
		a.Number, a.Item, a.Ticket = c.Number, c.Item, c.Ticket
	}
	switch o.Step {
	case hall.TypeCaseAccepted:
		a.Slip = desk.Slip{Kind: desk.SlipAccepted, ID: o.Case}
	case hall.TypeCaseRefused:
		a.Slip = desk.Slip{Kind: desk.SlipRefused, ID: o.Case}
	case hall.TypeCaseReturned, hall.TypeNoticePrinted:
		a.Slip = desk.Slip{Kind: desk.SlipNotice, ID: o.Notice.ID}
		for _, f := range d.Facts {
			if n, ok := f.(hall.NoticePrinted); ok {
				a.Item, a.Missing, a.Waived, a.Again = n.Item, n.Missing, n.Waived, n.Again
			}
		}
	default:
		return slip{}, false
	}
	return a, true
}

// Slip implements desk.Cases.
func (s screens) Slip(ctx context.Context, name desk.Slip) (desk.PaperNow, error) {
	a, ok := s.view().slips[name]
	switch {
	case !ok:
		return desk.PaperNow{}, desk.NoSuchSlip
	case len(s.printers) == 0:
		return desk.PaperNow{}, desk.NoPrinter
	}
	err := s.decide(plain, func(st *counter.State, m hall.Moment) (change, error) {
		a.printing = a.again(m)
		return a.change(st), nil
	})
	if err != nil {
		return desk.PaperNow{}, err
	}
	trouble := s.printSlip(ctx, a)
	return desk.PaperNow{Slip: name, Printed: trouble == "", Trouble: trouble}, nil
}

// printSlip prints a paper and returns why it did not come out, as print does for a ticket.
func (p *program) printSlip(ctx context.Context, a slip) hall.Trouble {
	return p.send(ctx, a.Number, func(on device.Profile) ([]byte, error) { return p.layOutSlip(a, on) },
		func(printer string, trouble hall.Trouble) { p.slipPrinted(a, printer, trouble) })
}

// slipPrinted stores how a paper ended.
func (p *program) slipPrinted(a slip, printer string, trouble hall.Trouble) {
	err := p.decide(plain, func(s *counter.State, m hall.Moment) (change, error) {
		a.printing = a.ended(trouble, m)
		return a.change(s, a.told(printer)), nil
	})
	if err != nil { // it stays on its way, and is doubtful after the next start
		p.log.Warn("what became of a paper is not stored", "paper", a.Number, "trouble", trouble, "err", err)
	}
}

// told is the fact of how a paper ended.
func (a slip) told(printer string) hall.Fact {
	of, notice := a.Case, hall.ID{}
	if a.Kind == desk.SlipNotice {
		of, notice = hall.ID{}, a.ID
	}
	return a.printing.told(hall.PaperPrinted{Ticket: a.Ticket, Device: printer, Case: of, Notice: notice})
}

// change keeps the paper as it is.
func (a slip) change(s *counter.State, facts ...hall.Fact) change {
	return change{Decision: counter.Decision{Next: s, Facts: facts}, puts: []outbox.Put{a.put()}, slips: map[desk.Slip]*slip{a.Slip: &a}}
}

// doubtfulSlips says of papers that were on their way when the agent ended that nobody knows.
func (p *program) doubtfulSlips() {
	for name, a := range p.slips {
		if a.Printed || a.Trouble != "" {
			continue
		}
		a.Trouble = hall.TroubleDoubtful
		p.slips[name] = a
		printer := ""
		if len(p.printers) > 0 {
			printer = p.printers[0].name
		}
		p.owed.facts, p.owed.puts = append(p.owed.facts, a.told(printer)), append(p.owed.puts, a.put())
	}
}

// layOutSlip makes the bytes of a paper.
func (p *program) layOutSlip(a slip, on device.Profile) ([]byte, error) {
	v, cat, w := p.view(), p.hallNow(), p.paper
	item := p.itemOf(a.Item)
	unit, _ := cat.Unit(item.Unit)
	clerk, _ := cat.Clerk(a.Staff)
	out := device.CasePaper{
		Hall: w.in(cat.Hall.Name, cat.Hall.NameEN), Item: w.in(item.Name, item.NameEN), Unit: w.in(unit.Name, unit.NameEN),
		Basis: item.Basis, Window: a.Window, Clerk: w.in(clerk.Name, clerk.NameEN) + " " + a.Staff, At: a.Entered, Reprint: a.Reprint,
	}
	c := v.cases.Case(a.Case)
	if c != nil {
		out.Number, out.Applicant = c.Number, cases.MaskName(v.own[c.ID].Name)
	}
	switch {
	case a.Kind == desk.SlipNotice:
		paper := device.NoticePaper{CasePaper: out, Ticket: a.Called, Missing: a.Missing, Other: v.own[a.ID].Words}
		for _, one := range a.Waived {
			paper.Waived = append(paper.Waived, device.WaivedLine{Material: one.Material, Why: w.PaperWords["waived."+string(one.Why)]})
		}
		if c != nil {
			token := p.caseToken(c.ID, c.CaseOpening.Day)
			paper.URL, paper.Code = p.urlOf(token), codeOf(token)
		} else {
			paper.URL = p.urlOf(p.sign(uplink.Token{Kind: uplink.TokenNotice, Ticket: a.ID, Day: a.Day}))
		}
		if a.Again != "" {
			paper.Again = w.PaperWords["again."+string(a.Again)]
		}
		return device.LayoutNotice(paper, p.form(device.KindNotice, on))
	case c == nil:
		return nil, cases.NoSuchCase
	case a.Kind == desk.SlipRefused:
		rule := cat.CaseRule()
		return device.LayoutRefusal(device.RefusalPaper{
			CasePaper: out, Why: w.PaperWords["refused."+string(c.Why)], Review: rule.Review, Court: rule.Court,
		}, p.form(device.KindRefusal, on))
	}
	token := p.caseToken(c.ID, c.CaseOpening.Day)
	paper := device.AcceptancePaper{
		CasePaper: out, Spot: c.Kind == hall.CaseOnTheSpot, Promised: c.Promised, Legal: c.Legal, Due: p.limitOf(c),
		URL: p.urlOf(token), Code: codeOf(token),
	}
	return device.LayoutAcceptance(paper, p.form(device.KindAcceptance, on))
}

// unprintedSlips lists the papers of cases that did not come out.
func (s screens) unprintedSlips(v shown) (out []desk.Unprinted) {
	for name, a := range v.slips {
		if a.Trouble != "" {
			out = append(out, desk.Unprinted{ID: name.ID, Slip: name.Kind, Ticket: cmp.Or(a.Number, a.Called), Trouble: a.Trouble, At: a.At})
		}
	}
	return out
}
