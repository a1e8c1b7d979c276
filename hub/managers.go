package hub

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/board"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/store"
	"hallpulse/hub/internal/web"
)

// commander says to agents what managers ask of them, until each is answered or its time is over (design §3). What is open
// it reads from the store, so that it survives this program.
type commander struct {
	store *store.Store
	texts texts
	mouth *mouth
	now   func() time.Time
	log   *slog.Logger

	mu   sync.Mutex
	open map[string][]uplink.Command // by agent, in the order in which they were asked
}

// load reads what is open, and says at once what was not before.
func (c *commander) load(ctx context.Context) error {
	commands, err := c.store.CommandsOpen(ctx, c.now())
	if err != nil {
		return err
	}
	open := map[string][]uplink.Command{}
	for _, sent := range commands {
		command := uplink.Command{ID: sent.About, Expires: sent.Expires, Kind: sent.Kind,
			Body: hall.Order{Window: sent.Window, Letter: sent.Letter, Unit: sent.Unit, Why: sent.Why,
				Item: sent.Item, Situation: sent.Situation, Day: sent.Day, At: sent.Slot, Ticket: sent.Ticket}}
		if sent.Text != nil {
			text, found, err := c.texts.Text(ctx, sent.Text.Ref)
			if err != nil {
				return err
			}
			if !found {
				continue // its words were erased: there is nothing left to say
			}
			command.Body.Text = text.Words
		}
		open[sent.Agent] = append(open[sent.Agent], command)
	}
	if err := c.addMoves(ctx, open); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	known := map[string]bool{}
	for _, commands := range c.open {
		for _, command := range commands {
			known[command.ID] = true
		}
	}
	c.open = open
	for agent, commands := range open {
		for _, command := range commands {
			if !known[command.ID] {
				c.say(agent, command)
			}
		}
	}
	return nil
}

// movesFor is how long the hub carries tickets between agents: as long as they take them.
const movesFor = 7 * 24 * time.Hour

// addMoves adds what agents of one hall must be told of tickets between them (design §3a): whoever could not reach the other over
// the hall's network is told here. An id says which event it is about.
func (c *commander) addMoves(ctx context.Context, open map[string][]uplink.Command) error {
	moves, err := c.store.MovesOpen(ctx, c.now().Add(-movesFor))
	if err != nil {
		return err
	}
	if len(moves) == 0 {
		return nil
	}
	agents, err := c.store.Agents(ctx)
	if err != nil {
		return err
	}
	names := map[uint32]string{}
	for _, a := range agents {
		names[a.Number] = a.Name
	}
	for _, m := range moves {
		command := uplink.Command{ID: fmt.Sprintf("admit-%d", m.Pos), Expires: m.At.Add(movesFor), Kind: hall.CommandAdmit, Body: hall.Order{Move: m.Signed}}
		if m.Came {
			command.ID, command.Kind = fmt.Sprintf("gone-%d", m.Pos), hall.CommandGone
			command.Body = hall.Order{Ticket: m.Ticket, Hop: m.Hop, Agent: names[m.Agent]}
		} else if command.Body.Box, err = c.boxWith(ctx, m.Signed); err != nil {
			return err
		}
		open[m.Other] = append(open[m.Other], command)
	}
	return nil
}

// boxWith returns the box that goes with a move, as it was sealed; empty: there is none, or it was erased.
func (c *commander) boxWith(ctx context.Context, signed string) (string, error) {
	m, ok := uplink.CarriedMove(signed)
	if !ok || m.Private.Ref == "" {
		return "", nil
	}
	text, _, err := c.texts.Text(ctx, m.Private.Ref)
	return text.Words, err
}

// again says to an agent, which has just spoken, what it has not answered.
func (c *commander) again(agent string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, command := range c.open[agent] {
		if c.now().Before(command.Expires) {
			c.say(agent, command)
		}
	}
}

func (c *commander) say(agent string, command uplink.Command) {
	payload, err := json.Marshal(command)
	c.mouth.say(agent, uplink.LeafCommand, false, payload, err)
}

// asked is what was asked of a hall today, and what became of it, for the board.
func (t *teller) asked(ctx context.Context, hallID string) ([]board.Asked, error) {
	commands, replies, err := t.store.CommandsOf(ctx, hallID, hall.DayOf(t.now()).Start())
	if err != nil {
		return nil, err
	}
	of := map[string][]intake.Reply{}
	for _, r := range replies {
		of[r.Command] = append(of[r.Command], r)
	}
	var out []board.Asked
	for _, c := range commands {
		a := board.Asked{ID: c.About, Kind: c.Kind, Window: c.Window, Letter: c.Letter, Unit: c.Unit, Why: c.Why, By: t.called(ctx, c.By.Account), At: c.At,
			State: board.AskedSent, Since: c.At, Agent: c.Agent, Expires: c.Expires}
		for _, r := range of[c.About] {
			switch {
			case r.Type == hall.TypeCommandSeen:
				a.State, a.Since, a.Staff = board.AskedSeen, r.At, r.Staff
			case a.State != board.AskedSent: // the first answer counts
			case r.Type == hall.TypeCommandDone:
				a.State, a.Since = board.AskedDone, r.At
			case r.Type == hall.TypeCommandRefused:
				a.State, a.Since, a.Refused = board.AskedRefused, r.At, r.Why
			}
		}
		out = append(out, a)
	}
	return out, nil
}

// called is how an account is called on screen.
func (t *teller) called(ctx context.Context, account string) string {
	if a, err := t.store.Account(ctx, account); err == nil && a.Display != "" {
		return a.Display
	}
	return account
}

// tellAsked tells what was asked of each hall today.
func (t *teller) tellAsked(ctx context.Context) error {
	if t.commands != nil {
		if err := t.commands.load(ctx); err != nil {
			return err
		}
	}
	all := map[string][]board.Asked{}
	for _, id := range t.halls {
		asked, err := t.asked(ctx, id)
		if err != nil {
			return err
		}
		all[id] = asked
	}
	t.live.Change(func(b *board.Board, _ time.Time) {
		for id, asked := range all {
			b.Ask(id, asked)
		}
	})
	return nil
}

// takingsBack is how far back it is told who sees to alerts.
const takingsBack = 24 * time.Hour

// tellTakings tells who sees to alerts, and which of them were cleared.
func (t *teller) tellTakings(ctx context.Context) error {
	deeds, err := t.store.Takings(ctx, t.now().Add(-takingsBack))
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, d := range deeds {
		names[d.By.Account] = t.called(ctx, d.By.Account)
	}
	t.live.Change(func(b *board.Board, _ time.Time) {
		for _, d := range deeds {
			if d.Type == hall.TypeAlertTaken {
				b.Take(d.About, board.Taken{By: d.By.Account, Name: names[d.By.Account], At: d.At})
			} else {
				b.Take(d.About, board.Taken{})
			}
		}
	})
	return nil
}

// tellWorks tells which halls work today, by the calendar; where it is not published yet Monday to Friday are working days.
func (t *teller) tellWorks(ctx context.Context) error {
	law, err := t.store.Law(ctx)
	if err != nil {
		return err
	}
	today := hall.DayOf(t.now())
	t.live.Change(func(b *board.Board, _ time.Time) {
		for _, id := range t.halls {
			if works, published := law.Calendar.Works(today, id); published {
				b.Works(id, today, works)
			}
		}
	})
	return nil
}

// clearing records that alerts are gone which somebody saw to. No person clears an alert.
type clearing struct {
	live   *web.Live
	intake *intake.Intake
	log    *slog.Logger
}

// clearEvery is how often it is looked whether an alert is gone.
const clearEvery = 5 * time.Second

func (c clearing) run(ctx context.Context) error {
	next := time.NewTicker(clearEvery)
	defer next.Stop()
	for {
		select {
		case <-next.C:
			if err := c.clear(ctx); err != nil && ctx.Err() == nil {
				c.log.Error("that an alert is gone is not recorded", "error", err)
			}
		case <-ctx.Done():
			return nil
		}
	}
}

func (c clearing) clear(ctx context.Context) error {
	var gone []board.Cleared
	c.live.Change(func(b *board.Board, now time.Time) { gone = b.Cleared(now) })
	if len(gone) == 0 {
		return nil
	}
	var facts []hall.Fact
	for _, g := range gone {
		facts = append(facts, hall.AlertCleared{Act: hall.Act{About: g.ID}, Hall: g.Hall})
	}
	if err := c.intake.Decide(ctx, intake.Keys{}, func(intake.Known) ([]hall.Fact, error) { return facts, nil }); err != nil {
		return err
	}
	c.live.Change(func(b *board.Board, _ time.Time) {
		for _, g := range gone {
			b.Take(g.ID, board.Taken{})
		}
	})
	return nil
}
