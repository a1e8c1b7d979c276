package web

import (
	"context"
	"regexp"
	"slices"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/private"
)

// A phone that a citizen leaves with his ticket: for messages about it, as long as he likes (domain §3.5, §11).

// Eraser erases private texts for ever.
type Eraser interface {
	// Erase deletes the boxes of refs by somebody's hand. When it returns nil they do not come back, from a copy neither.
	Erase(ctx context.Context, about string, by hall.Person, refs ...string) error
}

// smsPattern is a number that an SMS reaches.
var smsPattern = regexp.MustCompile(`^(1[3-9][0-9]{9}|\+[0-9]{7,15})$`)

// addContact adds the phone that was left with a ticket, masked. One that was erased was never left.
func (p *public) addContact(ctx context.Context, t *ticket, c intake.Contact) error {
	if c.Ref == "" {
		return nil
	}
	text, ok, err := p.Texts.Text(ctx, c.Ref)
	if err != nil || !ok {
		return err
	}
	t.phone, t.box = private.MaskPhone(text.Phone), c.Ref
	return nil
}

// leavePhone keeps the phone of a form for messages about the ticket.
func (p *public) leavePhone(ctx context.Context, who visitor, t ticket, f form) error {
	if !p.SMS {
		return errForm // the page is not shown then
	}
	number := private.Number(f.text.Phone)
	if !smsPattern.MatchString(number) {
		return fault{"rate.error.mobile"}
	}
	if same, ok, err := p.Texts.Text(ctx, t.box); t.box != "" && (err != nil || ok && same.Phone == number) {
		return err
	}
	return p.leave(ctx, who, number)
}

// leave seals a number and records that it was left. One that was left before is erased: nobody needs it any more.
func (p *public) leave(ctx context.Context, who visitor, number string) error {
	sealed, box, err := p.Texts.Seal(private.Text{Phone: number})
	if err != nil {
		return err
	}
	var before string
	err = p.Decider.Decide(ctx, intake.Keys{Courses: []hall.ID{who.ticket}}, func(k intake.Known) (facts []hall.Fact, err error) {
		facts, before = intake.LeavePhone(k, who.ticket, sealed, string(who.lang))
		return facts, nil
	}, box)
	if err != nil || before == "" {
		return err
	}
	return p.Eraser.Erase(ctx, who.ticket.String(), hall.Citizen(), before)
}

// leaveAside keeps the phone that was given with a rating for messages too: in a box of its own, so that taking it back
// leaves what was said with the rating.
func (p *public) leaveAside(ctx context.Context, who visitor, f form) error {
	number := private.Number(f.text.Phone)
	if !p.SMS || !smsPattern.MatchString(number) {
		return nil
	}
	story, _, err := p.Stories.Story(ctx, who.ticket)
	if err != nil {
		return err
	}
	var t ticket
	if err := p.addContact(ctx, &t, story.Ticket.Contact); err != nil {
		return err
	}
	return p.leavePhone(ctx, who, t, f)
}

// forgetPhone takes the phone back that was left with a ticket: it is erased.
func (p *public) forgetPhone(ctx context.Context, who visitor, t ticket) error {
	if t.box == "" {
		return nil
	}
	return p.Eraser.Erase(ctx, who.ticket.String(), hall.Citizen(), t.box)
}

// fillPhone offers to leave a phone, or shows which one was left.
func (p *public) fillPhone(d *view, page sheet, t ticket, self []string) {
	if !p.SMS {
		return
	}
	if d.Phone = string(t.phone); d.Phone == "" {
		d.LeavePhone = page.Link(append(slices.Clone(self), "see", seePhone)...)
	}
}
