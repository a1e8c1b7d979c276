package agent

import (
	"bytes"
	"cmp"
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"hallpulse/agent/internal/counter"
	"hallpulse/agent/internal/desk"
	"hallpulse/agent/internal/hublink"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// The other agents of the hall (design §3a). A ticket that was passed on is brought over the hall's own network, which is up
// when the hub is not, again and again until the other has said that it is there; the hub brings it too. Whatever comes is
// believed by the signature of who says it.

const (
	fellowWaits = 4 * time.Second  // for one answer
	fellowRests = 30 * time.Second // at most, after one that could not be reached
)

// fellowNow finds an agent of the hall by its name.
func (p *program) fellowNow(name string) (uplink.Fellow, bool) {
	for _, f := range p.view().config.Fellows {
		if f.Name == name {
			return f, true
		}
	}
	return uplink.Fellow{}, false
}

// signMoves writes the signed word of the tickets that a decision passes on into what it tells, for the hub to carry.
func (p *program) signMoves(c *change, facts []hall.Fact) error {
	for i, f := range facts {
		told, ok := f.(hall.TicketTransferred)
		if !ok || told.Agent == "" {
			continue
		}
		for _, l := range c.Next.Leaving() {
			if l.Move.Ticket != told.Ticket || l.Move.Hop != told.Hop {
				continue
			}
			ref, serial := p.nextID()
			m, box := p.bringing(l.Move, ref.String())
			text, err := uplink.SignMove(p.id.Key().SigningKey(), m)
			if err != nil {
				return err
			}
			told.Move, told.Private = text, m.Private
			if box != nil {
				if c.boxes == nil {
					c.boxes = map[string][]byte{}
				}
				c.boxes[m.Private.Ref], c.puts = box, append(c.puts, serial)
			}
		}
		facts[i] = told
	}
	return nil
}

// Moved implements desk.Fellows.
func (s screens) Moved(_ context.Context, signed, box string) (string, error) {
	m, err := uplink.ReadMove(signed, s.view().config.Fellows)
	if err != nil {
		return "", desk.NotOfThisHall
	}
	hop := 0
	err = s.decide(plain, func(st *counter.State, at hall.Moment) (c change, err error) {
		if c.Decision, hop, err = st.Admit(at, m, hall.RoadLAN); err != nil {
			return c, err
		}
		return c, s.brought(&c, at, m, box)
	})
	if err != nil {
		return "", err
	}
	return uplink.SignHeard(s.id.Key().SigningKey(), uplink.Heard{Ticket: m.Ticket, Hop: hop, Agent: s.id.Name})
}

// Heard implements desk.Fellows.
func (s screens) Heard(_ context.Context, signed string) error {
	h, err := uplink.ReadHeard(signed, s.view().config.Fellows)
	if err != nil {
		return desk.NotOfThisHall
	}
	return s.gone(h)
}

// gone lets a ticket go that another agent has.
func (p *program) gone(h uplink.Heard) error {
	return p.decide(plain, func(s *counter.State, m hall.Moment) (c change, err error) {
		c.Decision, err = s.Gone(m, h.Ticket, h.Hop, h.Agent)
		return c, err
	})
}

// carryTicket does what the hub says of a ticket between two agents, and answers it.
func (p *program) carryTicket(c uplink.Command) error {
	return p.decide(plain, func(s *counter.State, m hall.Moment) (d change, err error) {
		answer := hall.Fact(hall.CommandDone{Command: c.ID})
		d.Next = s
		if c.Kind == hall.CommandGone {
			d.Decision, err = s.Gone(m, c.Body.Ticket, c.Body.Hop, c.Body.Agent)
		} else if v, bad := uplink.ReadMove(c.Body.Move, p.view().config.Fellows); bad != nil {
			answer = hall.CommandRefused{Command: c.ID, Why: hall.RefusedMalformed}
		} else {
			d.Decision, _, err = s.Admit(m, v, hall.RoadHub)
			if errors.Is(err, counter.NoSuchTicket) || errors.Is(err, counter.OtherCounter) {
				answer, err, d.Decision = hall.CommandRefused{Command: c.ID, Why: hall.RefusedMissing}, nil, counter.Decision{Next: s}
			} else if err == nil {
				err = p.brought(&d, m, v, c.Body.Box)
			}
		}
		d.Facts = append(d.Facts, answer)
		return d, err
	})
}

// Present implements desk.Counter.
func (s screens) Present(_ context.Context, window, token, number string) (desk.Presented, error) {
	said, bytes, err := uplink.ReadToken(token[strings.LastIndex(token, "/")+1:])
	if err != nil || said.Kind != uplink.TokenTicket {
		return desk.Presented{}, desk.NotOfThisHall
	}
	from, ok := s.signedBy(said, bytes)
	if !ok {
		return desk.Presented{}, desk.NotOfThisHall
	}
	id, v := said.Ticket, s.view()
	number = cmp.Or(v.papers[id].Ticket.Number, strings.ToUpper(strings.TrimSpace(number)))
	trail, known := v.state.Trail(id)
	if trail.Gone || !known && from != s.id.Name {
		if number == "" {
			return desk.Presented{}, desk.NeedsNumber
		}
		if err := s.decide(plain, func(st *counter.State, m hall.Moment) (c change, err error) {
			c.Decision, err = st.Show(m, id, from, number, window, said.Day)
			return c, err
		}); err != nil {
			return desk.Presented{}, err
		}
	}
	out := desk.Presented{ID: id, Number: number}
	if t, _, ok := s.view().state.Ticket(id, s.clock.now().At); ok {
		out.Number, out.Waits = t.Number, true
	} else if known, _ := s.view().state.Knows(id); !known {
		return desk.Presented{}, counter.NoSuchTicket
	}
	return out, nil
}

// signedBy returns the agent of the hall that gave out a token.
func (p *program) signedBy(said uplink.Token, token []byte) (string, bool) {
	if said.Ticket.Agent == p.id.Number {
		return p.id.Name, subtle.ConstantTimeCompare(token, p.sign(said)) == 1
	}
	for _, f := range p.view().config.Fellows {
		if f.Number != said.Ticket.Agent {
			continue
		}
		for _, k := range f.PublicKeys() {
			if uplink.VerifyToken(token, k) == nil {
				return f.Name, true
			}
		}
	}
	return "", false
}

// round is what is to be said to one agent.
type round struct {
	moves []hall.Move
	heard []uplink.Heard
	voids []uplink.Wanted
}

// rounds is what is to be said to each agent that is on the hall's network.
func (p *program) rounds() map[string]*round {
	all := map[string]*round{}
	to := func(name string) *round {
		if f, ok := p.fellowNow(name); !ok || f.Address == "" {
			return new(round) // the hub carries it
		}
		if all[name] == nil {
			all[name] = new(round)
		}
		return all[name]
	}
	v := p.view()
	for _, l := range v.state.Leaving() {
		r := to(l.Move.To)
		r.moves = append(r.moves, l.Move)
	}
	for _, a := range v.state.Untold() {
		r := to(a.From)
		r.heard = append(r.heard, uplink.Heard{Ticket: a.Ticket, Hop: a.Came, Agent: p.id.Name})
	}
	for _, w := range p.voids.list() {
		r := to(w.To)
		r.voids = append(r.voids, w)
	}
	return all
}

// rest is when an agent that could not be reached is tried again.
type rest struct {
	until time.Time
	last  time.Duration
}

// runFellows brings what the other agents of the hall must know, until ctx ends.
func (p *program) runFellows(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	rests := map[string]rest{}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-p.passed:
		}
		var mu sync.Mutex
		var all sync.WaitGroup
		for name, r := range p.rounds() {
			mu.Lock()
			was := rests[name]
			mu.Unlock()
			if time.Now().Before(was.until) {
				continue
			}
			all.Go(func() {
				next := rest{}
				if err := p.say(ctx, name, r); err != nil && ctx.Err() == nil {
					next.last = min(max(2*was.last, time.Second), fellowRests)
					next.until = time.Now().Add(next.last)
					if was.last == 0 {
						p.log.Warn("an agent of the hall is not reached; the hub brings its tickets meanwhile", "agent", name, "err", err)
					}
				}
				mu.Lock()
				rests[name] = next
				mu.Unlock()
			})
		}
		all.Wait()
	}
}

// say says one round to an agent. What it has heard is let go.
func (p *program) say(ctx context.Context, name string, r *round) error {
	f, ok := p.fellowNow(name)
	if !ok {
		return nil
	}
	for _, m := range r.moves {
		m, box := p.bringing(m, m.Ticket.String())
		text, err := uplink.SignMove(p.id.Key().SigningKey(), m)
		if err != nil {
			return err
		}
		answer, err := p.askFellow(ctx, f, "/hall/move", text, string(box))
		if err != nil {
			return err
		}
		h, err := uplink.ReadHeard(answer, []uplink.Fellow{f})
		if err != nil || h.Ticket != m.Ticket {
			return fmt.Errorf("answer of %s: %w", name, uplink.ErrSigned)
		}
		if err := p.gone(h); err != nil {
			return err
		}
	}
	for _, h := range r.heard {
		text, err := uplink.SignHeard(p.id.Key().SigningKey(), h)
		if err != nil {
			return err
		}
		if _, err := p.askFellow(ctx, f, "/hall/heard", text, ""); err != nil {
			return err
		}
		err = p.decide(plain, func(s *counter.State, m hall.Moment) (change, error) {
			return change{Decision: s.Told(m, h.Ticket, h.Hop)}, nil
		})
		if err != nil {
			return err
		}
	}
	for _, w := range r.voids {
		if err := p.sayVoid(ctx, f, w); err != nil {
			return err
		}
	}
	return nil
}

// fellowURL is where an agent of the hall is reached. One at a loopback address runs on this machine, and listens without TLS.
func fellowURL(address string) string {
	host, _, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err == nil && (host == "localhost" || ip != nil && ip.IsLoopback()) {
		return "http://" + address
	}
	return "https://" + address
}

// askFellow posts a signed text to an agent of the hall, with the box that it names or none, and returns what it answers.
func (p *program) askFellow(ctx context.Context, f uplink.Fellow, path, text, box string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, fellowWaits)
	defer cancel()
	host, _, err := net.SplitHostPort(f.Address)
	if err != nil {
		return "", err
	}
	trust, err := hublink.Trust(p.id.CA, host)
	if err != nil {
		return "", err
	}
	client := http.Client{Transport: &http.Transport{TLSClientConfig: trust, DisableKeepAlives: true}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, fellowURL(f.Address)+path, bytes.NewBufferString(text))
	if err != nil {
		return "", err
	}
	if box != "" {
		r.Header.Set(desk.BoxHeader, box)
	}
	answer, err := client.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, uplink.MaxSigned))
	if err != nil {
		return "", err
	}
	if answer.StatusCode >= 300 {
		return "", refusedBy(f.Address+path, answer, body)
	}
	return string(body), nil
}

// fellowRefused is an agent's answer that it does not do what it was asked for.
type fellowRefused struct {
	answer string
	code   string // that a person is told in the words of error.<code>; empty: it is the program's own, or none of ours
	final  bool   // asked again it answers the same
}

func (e *fellowRefused) Error() string { return e.answer }

func refusedBy(asked string, answer *http.Response, body []byte) error {
	e := &fellowRefused{
		answer: fmt.Sprintf("%s answers %s: %.200s", asked, answer.Status, body), final: answer.StatusCode < http.StatusInternalServerError,
	}
	if e.final || answer.StatusCode == http.StatusServiceUnavailable {
		e.code = desk.CodeOf(body)
	}
	return e
}

// toldBy is why an agent refused, where that says something to who stands here.
func toldBy(err error) (desk.Refusal, bool) {
	refused, ok := errors.AsType[*fellowRefused](err)
	if !ok || refused.code == "" || refused.code == string(desk.NotOfThisHall) {
		return "", false
	}
	return desk.Refusal(refused.code), true
}
