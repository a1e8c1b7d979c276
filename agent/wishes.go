package agent

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"sync"

	"hallpulse/agent/internal/counter"
	"hallpulse/agent/internal/desk"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// One kiosk for all agents of a hall (design §3a): whose letter it is gives out the number, and whoever is asked for it prints
// it. It is asked for under a key, so it is given out once, however often the answer is lost. What nobody was handed is taken
// back: its paper was never printed.

// askTwice is how often an agent is asked while the citizen stands there.
const askTwice = 2

// ownerOf returns the agent that gives out what is asked for, where that is another.
func (p *program) ownerOf(r counter.Request) string {
	whole := p.wholeNow()
	if owner := cmp.Or(whole.OwnerOf(r.Window), whole.Owner(r.Letter)); owner != p.id.Name {
		return owner
	}
	return ""
}

// issueThere lets another agent of the hall give out a number, and prints it here.
func (s screens) issueThere(ctx context.Context, owner string, r counter.Request) (desk.Ticket, error) {
	if !r.Instead.IsZero() {
		return desk.Ticket{}, counter.OtherCounter
	}
	return s.fetch(ctx, uplink.Wanted{
		To: owner, Letter: r.Letter, Item: r.Item, Window: r.Window, Errand: r.Errand, Situation: r.Situation,
		Class: r.Class, Purpose: r.Purpose, Cases: r.Cases, With: r.With, Then: r.Then,
	})
}

// ArriveThere implements desk.Fellows.
func (s screens) ArriveThere(ctx context.Context, of desk.Shown) (desk.Ticket, error) {
	return s.fetch(ctx, uplink.Wanted{To: of.Agent, Arrives: of.ID})
}

// fetch asks for a number and prints it here.
func (s screens) fetch(ctx context.Context, w uplink.Wanted) (desk.Ticket, error) {
	if err := s.roomForMore(); err != nil {
		return desk.Ticket{}, err
	}
	f, ok := s.fellowNow(w.To)
	if !ok || f.Address == "" {
		return desk.Ticket{}, desk.CounterAway
	}
	m := s.clock.now()
	w.Agent, w.Key, w.Day = s.id.Name, rand.Text(), s.view().state.DayAt(m)
	g, err := s.wish(ctx, f, w)
	if err != nil {
		return desk.Ticket{}, err
	}
	a := s.paperFor(counter.Ticket{
		ID: g.Ticket, Number: g.Number, Letter: g.Letter, Item: g.Item, Day: g.Day, Issued: counter.Mark{At: m.At.Round(0)},
		Errand: g.Errand, Situation: g.Situation, Class: g.Class, Due: g.Due, Then: g.Then,
	}, m)
	a.Token, a.said = g.Bytes(), said{g.Ahead, g.P50Mins, g.P90Mins}
	err = s.decide(plain, func(st *counter.State, _ hall.Moment) (change, error) { return a.change(st), nil })
	if err != nil {
		s.takeBack(w)
		return desk.Ticket{}, err
	}
	return s.handOut(ctx, a), nil
}

// wish asks an agent for a number. What it refuses is said in its own words; where it does not answer, what it may have given
// out is taken back later.
func (p *program) wish(ctx context.Context, f uplink.Fellow, w uplink.Wanted) (g uplink.Given, err error) {
	text, err := uplink.SignWanted(p.id.Key().SigningKey(), w)
	if err != nil {
		return g, err
	}
	for n := range askTwice {
		var answer string
		answer, err = p.askFellow(ctx, f, "/hall/want", text, "")
		if err == nil {
			if g, err = p.given(answer, f, w); err == nil {
				return g, nil
			}
		} else if why, ok := toldBy(err); ok {
			if n > 0 { // the first time it may have given one out
				p.takeBack(w)
			}
			return g, why
		}
	}
	p.log.Warn("an agent of the hall gives out no number", "agent", f.Name, "letter", w.Letter, "err", err)
	p.takeBack(w)
	return g, desk.CounterAway
}

// given reads what an agent gave out, and checks that a phone would believe it.
func (p *program) given(answer string, f uplink.Fellow, w uplink.Wanted) (uplink.Given, error) {
	g, err := uplink.ReadGiven(answer, []uplink.Fellow{f})
	if err != nil {
		return g, err
	}
	if g.Key != w.Key || g.Day != w.Day || g.Ticket.Agent != f.Number {
		return g, fmt.Errorf("answer of %s is to another wish: %w", f.Name, uplink.ErrSigned)
	}
	for _, k := range f.PublicKeys() {
		if uplink.VerifyToken(g.Bytes(), k) == nil {
			return g, nil
		}
	}
	return g, uplink.ErrTokenForged
}

// voids are the wishes whose numbers nobody was handed, until whoever gave them out knows. Many goroutines may use it. An agent
// that ends forgets them: such a number is called, and missed.
type voids struct {
	mu  sync.Mutex
	all []uplink.Wanted
}

func (v *voids) list() []uplink.Wanted {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.all)
}

func (v *voids) drop(key string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.all = slices.DeleteFunc(v.all, func(w uplink.Wanted) bool { return w.Key == key })
}

// takeBack lets the next round say that nobody has what was asked for. Who booked is there all the same: asked again, his number
// is said.
func (p *program) takeBack(w uplink.Wanted) {
	if !w.Arrives.IsZero() {
		return
	}
	w.Void = true
	p.voids.mu.Lock()
	defer p.voids.mu.Unlock()
	p.voids.all = slices.DeleteFunc(p.voids.all, func(o uplink.Wanted) bool { return o.Day != w.Day })
	p.voids.all = append(p.voids.all, w)
}

// sayVoid says so. What the other refuses to hear, because it is another day's or it is an older program, is of no use to it.
func (p *program) sayVoid(ctx context.Context, f uplink.Fellow, w uplink.Wanted) error {
	text, err := uplink.SignWanted(p.id.Key().SigningKey(), w)
	if err != nil {
		return err
	}
	_, err = p.askFellow(ctx, f, "/hall/want", text, "")
	if refused, ok := errors.AsType[*fellowRefused](err); err != nil && !(ok && refused.final) {
		return err
	}
	p.voids.drop(w.Key)
	return nil
}

// Wanted implements desk.Fellows.
func (s screens) Wanted(_ context.Context, signed string) (string, error) {
	w, err := uplink.ReadWanted(signed, s.view().config.Fellows)
	if err != nil || w.To != s.id.Name || w.Day != s.view().state.DayAt(s.clock.now()) {
		return "", desk.NotOfThisHall
	}
	if w.Void {
		return "", s.takenBack(w)
	}
	a, err := s.grant(w)
	if err != nil {
		return "", err
	}
	t := a.Ticket
	return uplink.SignGiven(s.id.Key().SigningKey(), uplink.Given{
		Agent: s.id.Name, Key: w.Key, Ticket: t.ID, Number: t.Number, Day: t.Day, Ahead: a.Ahead, P50Mins: a.P50Mins, P90Mins: a.P90Mins, Token: uplink.TokenText(s.tokenOf(t)),
		Letter: t.Letter, Item: t.Item, Errand: t.Errand, Situation: t.Situation, Class: t.Class, Due: t.Due, Then: t.Then,
	})
}

// grant gives out what another agent asks for.
func (s screens) grant(w uplink.Wanted) (paper, error) {
	if !w.Arrives.IsZero() {
		return s.arrives(w.Arrives, wishOf(w))
	}
	return s.issue(counter.Request{
		Letter: w.Letter, Item: w.Item, Window: w.Window, Errand: w.Errand, Situation: w.Situation, Class: w.Class, Purpose: w.Purpose,
		Cases: w.Cases, With: w.With, Then: w.Then,
	}, wishOf(w))
}

// takenBack ends a ticket that was given out by a wish and that nobody was handed.
func (s screens) takenBack(w uplink.Wanted) error {
	s.issuing.Lock()
	a, ok := s.wished(wishOf(w))
	s.issuing.Unlock()
	if !ok {
		return nil
	}
	err := s.Cancel(context.Background(), a.Ticket.ID, hall.DropMistake)
	if errors.Is(err, counter.NotWaiting) {
		return nil // it was called, or was taken back before
	}
	return err
}

// wishOf names a wish among those of all agents.
func wishOf(w uplink.Wanted) string { return w.Agent + "/" + w.Key }

// wished returns the paper of a ticket that was given out by a wish.
func (p *program) wished(wish string) (paper, bool) {
	for _, a := range p.view().papers {
		if wish != "" && a.Wish == wish {
			return a, true
		}
	}
	return paper{}, false
}
