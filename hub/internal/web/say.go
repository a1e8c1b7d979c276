package web

import (
	"context"
	"errors"
	"fmt"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/private"
)

// What a citizen does on the page.
const (
	doTap  = "tap"  // one of the five
	doSend = "send" // 提交
	doMore = "more" // a follow-up

	doUnbook = "unbook" // 取消预约
)

// errUnratable is told to who rates a ticket that cannot be rated.
var errUnratable = errors.New("the ticket has no visit that can be rated")

// say records what a form of who has shown a ticket says about it, as far as scene s lets it. What was said before stays as
// it is: a form sent again changes nothing.
func (p *public) say(ctx context.Context, who visitor, s scene, do string, f form) error {
	v := s.visit
	switch s.name {
	case sceneRate, sceneChosen:
		if do == doTap {
			return p.draft(ctx, who, v, f.level)
		}
		return p.answer(ctx, who, v, f)
	case sceneReceived, sceneMore:
		if do == doMore {
			return p.followUp(ctx, who, v, f, f.n)
		}
		if do == doSend && v.rating != nil && v.rating.lapsed && f.n == 0 {
			return p.followUp(ctx, who, v, f, afterLapse)
		}
		return nil
	}
	return errUnratable
}

// draft keeps a tap at once. The same tap again is kept already.
func (p *public) draft(ctx context.Context, who visitor, v visit, l hall.Level) error {
	if !l.Valid() {
		return errForm
	}
	d := hall.RatingDrafted{Ticket: who.ticket, Visit: v.id, Answer: who.answer(v.id, 0), Level: l, Reply: who.reply}
	if who.channel != hall.ChannelQR {
		d.Channel = who.channel
	}
	if v.draft != nil {
		if v.draft.level == l {
			return nil
		}
		d.Answer = v.draft.answer
	}
	return p.Recorder.Record(ctx, d, private.Text{})
}

// answer records the rating. Where the draft became the answer in this very moment, what was written is a follow-up.
func (p *public) answer(ctx context.Context, who visitor, v visit, f form) error {
	if !f.level.Valid() {
		return errForm
	}
	if err := p.leaveAside(ctx, who, f); err != nil {
		return err
	}
	g := given(who, v, f)
	g.Answer = who.answer(v.id, 0)
	if v.draft != nil {
		g.Answer = v.draft.answer
	}
	g.ReasonMissing = f.level.IsBad() && len(f.reasons) == 0 && f.text.Words == ""
	if err := p.Recorder.Record(ctx, g, f.text); err != nil {
		return err
	}
	now, _, err := p.Stories.Story(ctx, who.ticket)
	if err != nil {
		return fmt.Errorf("look again: %w", err)
	}
	t := who.of(now)
	for _, n := range t.each() {
		if n.id == v.id && n.rating != nil && n.rating.lapsed {
			return p.followUp(ctx, who, *n, f, afterLapse)
		}
	}
	return nil
}

// followUp adds words to a rating whose level stays (domain §3.2).
func (p *public) followUp(ctx context.Context, who visitor, v visit, f form, n int) error {
	if n == 0 || f.text.IsZero() && len(f.reasons) == 0 {
		return nil // nothing is added
	}
	if f.level != v.rating.level {
		f.level, f.reasons = v.rating.level, nil // they were reasons of another level
	}
	g := given(who, v, f)
	g.Answer = who.answer(v.id, n)
	return p.Recorder.Record(ctx, g, f.text)
}

func given(who visitor, v visit, f form) hall.RatingGiven {
	return hall.RatingGiven{Ticket: who.ticket, Visit: v.id, Window: v.window, Level: f.level, Channel: who.channel, Reply: who.reply, Reasons: f.reasons,
		Withheld: f.withheld, Named: f.text.Name != "" || f.text.Phone != "", Callback: f.callback}
}
