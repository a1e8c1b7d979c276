package hub

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"sync"
	"time"

	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/board"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/web"
)

// ear hears what agents say: batches go to intake, presence to the board. It is the broker's handler.
type ear struct {
	roster *roster
	intake *intake.Intake
	live   *web.Live
	mouth  *mouth
	now    func() time.Time
	log    *slog.Logger
}

// Events hands a batch to intake, which answers after its commit. What intake does not take gets no receipt, and the
// agent says it again.
func (e *ear) Events(agent string, payload []byte) {
	number, ok := e.roster.number(agent, e.now())
	if !ok {
		return // revoked in this moment
	}
	answer := func(r uplink.Receipt) { e.mouth.receipt(agent, r) }
	if err := e.intake.Take(intake.Agent{Number: number, Name: agent}, payload, e.now(), answer); err != nil {
		e.log.Warn("batch not taken", "agent", agent, "bytes", len(payload), "error", err)
		return
	}
	e.live.Change(func(b *board.Board, now time.Time) { b.Heard(agent, now) })
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
		}
	}
	return nil
}

// mouth is what the hub says to agents.
type mouth struct {
	publish   func(agent, leaf string, retained bool, payload []byte) error // the broker's
	catalogue func(ctx context.Context, agent string) (*uplink.CatalogueText, error)
	log       *slog.Logger

	mu    sync.Mutex
	offer uplink.Config // to all agents; the catalogue of each comes with it
}

// now offers another configuration from now on.
func (m *mouth) now(c uplink.Config) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.offer = c
}

func (m *mouth) receipt(agent string, r uplink.Receipt) {
	payload, err := r.Encode()
	m.say(agent, uplink.LeafReceipt, false, payload, err)
}

// configure tells an agent what it is to know, unless it has that version.
func (m *mouth) configure(agent string, has uint64) {
	m.mu.Lock()
	c := m.offer
	m.mu.Unlock()
	if has >= c.Version {
		return
	}
	var err error
	if c.Catalogue, err = m.catalogue(context.Background(), agent); err != nil {
		m.log.Error("agent not told its catalogue", "agent", agent, "error", err)
		return // with what it has it goes on; it is tried again at its next status
	}
	payload, err := json.Marshal(c)
	m.say(agent, uplink.LeafConfig, true, payload, err)
}

func (m *mouth) say(agent, leaf string, retained bool, payload []byte, err error) {
	if err == nil {
		err = m.publish(agent, leaf, retained, payload)
	}
	if err != nil {
		m.log.Error("agent not told", "agent", agent, "topic", leaf, "error", err)
	}
}
