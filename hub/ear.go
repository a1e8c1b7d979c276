package hub

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"time"

	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/board"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/web"
)

// ear hears what agents say: batches go to intake, presence to the board. It is the broker's handler.
type ear struct {
	halls  func() []board.Hall
	roster *roster
	intake *intake.Intake
	live   *web.Live
	mouth  *mouth
	now    func() time.Time
	log    *slog.Logger

	command *commander
}

// Events hands a batch to intake, which answers after its commit. What intake does not take gets no receipt, and the
// agent says it again.
func (e *ear) Events(agent string, payload []byte) {
	number, ok := e.roster.number(agent, e.now())
	if !ok {
		return // revoked in this moment
	}
	answer := func(r uplink.Receipt) { e.mouth.receipt(agent, r) }
	if err := e.intake.Take(intake.Agent{Number: number, Name: agent, Fellows: e.fellows(agent)}, payload, e.now(), answer); err != nil {
		e.log.Warn("batch not taken", "agent", agent, "bytes", len(payload), "error", err)
		return
	}
	e.live.Change(func(b *board.Board, now time.Time) { b.Heard(agent, now) })
}

// fellows are the numbers of the other agents of an agent's hall.
func (e *ear) fellows(agent string) (all []uint32) {
	for _, h := range e.halls() {
		if !h.HasAgent(agent) {
			continue
		}
		for _, name := range h.Agents() {
			if n, ok := e.roster.numberOf(name); ok && name != agent {
				all = append(all, n)
			}
		}
	}
	return all
}

// Presence hands an agent's word of the moment to the board. Whose it is says the topic, never the body.
func (e *ear) Presence(agent, leaf string, payload []byte) {
	if err := e.presence(agent, leaf, payload); err != nil {
		e.log.Warn("presence not understood", "agent", agent, "topic", leaf, "error", err)
	}
}

func (e *ear) presence(agent, leaf string, payload []byte) error {
	window, isWindow := strings.CutPrefix(leaf, uplink.LeafWindow)
	switch {
	case isWindow && len(payload) == 0:
		e.live.Change(func(b *board.Board, _ time.Time) { b.Gone(agent, window) })
	case isWindow:
		w, err := uplink.Decode[uplink.WindowNow](payload)
		if err != nil {
			return err
		}
		w.Window = window
		e.live.Change(func(b *board.Board, now time.Time) { b.Window(agent, now, w) })
	case leaf == uplink.LeafQueue:
		q, err := uplink.Decode[uplink.QueueNow](payload)
		if err != nil {
			return err
		}
		e.live.Change(func(b *board.Board, now time.Time) { b.Queue(agent, now, q) })
	case leaf == uplink.LeafStatus:
		s, err := uplink.Decode[uplink.Status](payload)
		if err != nil {
			return err
		}
		e.live.Change(func(b *board.Board, now time.Time) { b.Status(agent, s, now) })
		if s.Online { // a last will is no word of the living
			e.roster.status(agent, s.Heads, e.now())
			e.mouth.configure(agent, s.Config)
			e.command.again(agent)
		}
	}
	return nil
}

// mouth is what the hub says to agents.
type mouth struct {
	publish func(agent, leaf string, retained bool, payload []byte) error // the broker's
	offers  *offers
	log     *slog.Logger
}

func (m *mouth) receipt(agent string, r uplink.Receipt) {
	payload, err := r.Encode()
	m.say(agent, uplink.LeafReceipt, false, payload, err)
}

// configure tells an agent what it is to know, unless it has that version.
func (m *mouth) configure(agent string, has uint64) {
	if has >= m.offers.version() {
		return
	}
	c, err := m.offers.of(context.Background(), agent)
	var payload []byte
	if err == nil {
		payload, err = json.Marshal(c)
	}
	m.say(agent, uplink.LeafConfig, true, payload, err)
}

// news tells all agents what they are to know, where that has changed.
func (m *mouth) news(ctx context.Context) error {
	news, err := m.offers.refresh(ctx)
	if err != nil || !news {
		return err
	}
	for agent := range m.offers.roster.all() {
		m.configure(agent, 0)
	}
	return nil
}

// keep tells agents each minute what has changed that nobody brings here, as the calendar, until ctx ends.
func (m *mouth) keep(ctx context.Context) error {
	minute := time.NewTicker(time.Minute)
	defer minute.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-minute.C:
			if err := m.news(ctx); err != nil && ctx.Err() == nil {
				m.log.Error("agents not told what has changed", "error", err)
			}
		}
	}
}

func (m *mouth) say(agent, leaf string, retained bool, payload []byte, err error) {
	if err == nil {
		err = m.publish(agent, leaf, retained, payload)
	}
	if err != nil {
		m.log.Error("agent not told", "agent", agent, "topic", leaf, "error", err)
	}
}
