package store_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/intake"
)

// The backlog that the bench hands in: what 20 agents stored while the hub was away.
const (
	benchAgents = 20
	benchEvents = 200_000
)

// BenchmarkIntake hands a backlog to the hub, each agent with one batch in flight, and compares with the limit of the
// database: the same rows written by the same kind of statements in as many transactions, with the same sync policy,
// while nothing is read, checked or decided.
//
//	go test -run '^$' -bench Intake -benchtime 1x ./hub/internal/store
func BenchmarkIntake(b *testing.B) {
	agents := make([]*agent, benchAgents)
	for n := range agents {
		agents[n] = newAgent(uint32(n+1), fmt.Sprintf("hall-%d", n+1))
		agents[n].started(nil, hall.EpochFirst)
		agents[n].crowd(rand.New(rand.NewPCG(uint64(n), 7)), benchEvents/benchAgents)
	}
	for b.Loop() {
		m := newMeasure(b, agents)
		for round := range benchRounds {
			m.intake(round)
			m.raw()
		}
		m.report()
	}
}

// benchRounds is how often the two take turns: what else the machine does then weighs on both.
const benchRounds = 8

// measure is one backlog on its way into two databases.
type measure struct {
	b       *testing.B
	hub     *hub
	kept    *keeper
	limit   *hub
	agents  []*agent
	batches [][][]byte // of each agent
	took    time.Duration
	rawTook time.Duration
	groups  int
}

func newMeasure(b *testing.B, agents []*agent) *measure {
	m := &measure{b: b, hub: newHub(b, b.TempDir(), agents...), limit: newHub(b, b.TempDir()), agents: agents, batches: make([][][]byte, len(agents))}
	m.hub.stop()
	m.limit.stop()
	m.kept = &keeper{Store: m.hub.Store}
	m.hub.run(m.kept)
	for n, a := range agents {
		for first := uint64(1); first <= uint64(len(a.events[a.epoch])); first += uplink.MaxBatchEvents {
			m.batches[n] = append(m.batches[n], a.batch(a.epoch, first, uplink.MaxBatchEvents))
		}
	}
	return m
}

// intake hands in one part of the backlog and waits for its receipts.
func (m *measure) intake(round int) {
	begun := time.Now()
	done := make(chan error, len(m.agents))
	for n, a := range m.agents {
		all := m.batches[n]
		part := all[round*len(all)/benchRounds : (round+1)*len(all)/benchRounds]
		go func() { done <- benchAgent(m.hub, a, part) }()
	}
	for range m.agents {
		if err := <-done; err != nil {
			m.b.Fatal(err)
		}
	}
	m.took += time.Since(begun)
}

// raw writes the rows of that part, and does nothing else.
func (m *measure) raw() {
	begun := time.Now()
	for _, c := range m.kept.groups {
		if err := m.limit.Store.Update(func(tx intake.Tx) error { return tx.Save(c) }); err != nil {
			m.b.Fatal(err)
		}
	}
	m.rawTook += time.Since(begun)
	m.groups += len(m.kept.groups)
	m.kept.groups = nil
}

func (m *measure) report() {
	m.hub.close()
	if err := m.limit.Store.Close(); err != nil {
		m.b.Fatal(err)
	}
	rate := func(d time.Duration) float64 { return benchEvents / d.Seconds() }
	m.b.ReportMetric(rate(m.took), "events/s")
	m.b.ReportMetric(rate(m.rawTook), "raw-events/s")
	m.b.ReportMetric(rate(m.took)/rate(m.rawTook), "ratio")
	m.b.ReportMetric(float64(benchEvents)/float64(m.groups), "events/commit")
}

// benchAgent sends batches, one in flight.
func benchAgent(h *hub, a *agent, batches [][]byte) error {
	got := make(chan uplink.Receipt, 1)
	for _, payload := range batches {
		if err := h.Intake.Take(a.Agent, payload, h.now, func(r uplink.Receipt) { got <- r }); err != nil {
			return err
		}
		if r := <-got; r.Need != 0 || r.Fork || len(r.Verdicts) != 0 {
			return fmt.Errorf("receipt %+v", r)
		}
	}
	return nil
}

// keeper remembers what is written.
type keeper struct {
	intake.Store
	groups []*intake.Changes
}

func (k *keeper) Update(fn func(intake.Tx) error) error {
	return k.Store.Update(func(tx intake.Tx) error { return fn(keeperTx{tx, k}) })
}

type keeperTx struct {
	intake.Tx
	k *keeper
}

func (t keeperTx) Save(c *intake.Changes) error {
	t.k.groups = append(t.k.groups, c)
	return t.Tx.Save(c)
}
