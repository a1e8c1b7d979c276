package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/rating"
	"hallpulse/hub/internal/store"
)

// held makes a group: its transactions wait until it is released.
type held struct {
	intake.Store
	entered chan struct{}
	release chan struct{}
}

func (s *held) Update(fn func(intake.Tx) error) error {
	select {
	case s.entered <- struct{}{}:
	default:
	}
	<-s.release
	return s.Store.Update(fn)
}

// The database refuses one batch of a shared commit: the others are stored all the same, it alone gets no receipt.
func TestARefusedGroupIsTriedOneByOne(t *testing.T) {
	var agents []*agent
	for n := range 6 {
		a := newAgent(uint32(n+1), fmt.Sprintf("hall-%d", n+1))
		a.started(nil, hall.EpochFirst)
		a.visit("1", hall.Good)
		agents = append(agents, a)
	}
	h := newHub(t, dataDir(t), agents...)
	defer h.close()
	h.Store.Failing(t, "events", "NEW.agent_id = 4")
	h.stop()
	s := &held{Store: h.Store, entered: make(chan struct{}, 1), release: make(chan struct{})}
	h.run(s)
	got := make(chan string, len(agents))
	take := func(a *agent) {
		if err := h.Intake.Take(a.Agent, a.batch(a.epoch, 1, 100), h.now, func(uplink.Receipt) { got <- a.Name }); err != nil {
			t.Error(err)
		}
	}
	take(agents[0])
	<-s.entered // the others become one group behind it
	for _, a := range agents[1:] {
		take(a)
	}
	close(s.release)
	h.record(phone(hall.ID{Agent: 9, Serial: 1}, "form", hall.Good)) // commits after them all
	close(got)
	var names []string
	for name := range got {
		names = append(names, name)
	}
	slices.Sort(names)
	if want := []string{"hall-1", "hall-2", "hall-3", "hall-5", "hall-6"}; !slices.Equal(names, want) {
		t.Errorf("receipts for %v, want %v", names, want)
	}
	h.check()
	h.Store.Spoil(t, `DROP TRIGGER failing_events`)
	h.sendAll(agents[3], agents[3].epoch)
	h.check()
}

func TestARecordThatIsNotStoredIsAnError(t *testing.T) {
	h := newHub(t, dataDir(t))
	defer h.close()
	h.Store.Failing(t, "answers", "true")
	err := h.Intake.Record(t.Context(), []hall.Fact{phone(hall.ID{Agent: 1, Serial: 1}, "form", hall.Good)})
	if err == nil {
		t.Error("a citizen was told that his rating is kept")
	}
	if err := h.Intake.Record(t.Context(), []hall.Fact{hall.TicketWithdrawn{}}); !errors.Is(err, intake.ErrRecord) {
		t.Errorf("a fact that nobody at the hub decides: %v", err)
	}
	h.check()
}

func TestAfterTheEndNothingIsTaken(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	h.stop()
	if err := h.Intake.Record(t.Context(), []hall.Fact{phone(hall.ID{Agent: 1, Serial: 1}, "form", hall.Good)}); !errors.Is(err, intake.ErrStopped) {
		t.Errorf("record: %v", err)
	}
	h.stop = func() {}
	h.close()
}

func TestManyAgentsAtOnce(t *testing.T) {
	t.Parallel()
	var agents []*agent
	for n := range 12 {
		a := newAgent(uint32(n+1), fmt.Sprintf("hall-%d", n+1))
		a.started(nil, hall.EpochFirst)
		a.crowd(rand.New(rand.NewPCG(uint64(n), 1)), 600)
		agents = append(agents, a)
	}
	h := newHub(t, dataDir(t), agents...)
	defer h.close()
	var all sync.WaitGroup
	for _, a := range agents {
		all.Go(func() { h.sendAll(a, a.epoch) })
	}
	for n := range 50 {
		h.record(phone(hall.ID{Agent: uint32(n%12 + 1), Tag: agents[n%12].tag, Serial: uint32(1 + n)}, fmt.Sprint("form-", n), hall.Fair))
	}
	all.Wait()
	h.check()
}

// Two programs write to one database in turns, as several hubs will: what one knew of it is not believed after the
// other has written.
func TestTwoWritersInTurns(t *testing.T) {
	a, b := newAgent(1, "hall-a"), newAgent(2, "hall-b")
	h := newHub(t, dataDir(t), a, b)
	defer h.close()
	other := &hub{t: t, Store: h.Store, now: h.now}
	other.run(h.Store)
	defer other.stop()
	a.started(nil, hall.EpochFirst)
	b.started(nil, hall.EpochFirst)
	for n := range 8 {
		ticket, _ := a.visit("1", hall.Level(1+n%5))
		b.visit("1", hall.Good)
		turn := []*hub{h, other}
		turn[n%2].sendAll(a, a.epoch)
		turn[1-n%2].sendAll(b, b.epoch)
		turn[1-n%2].record(phone(ticket, fmt.Sprint("form-", n), hall.Fair))
		turn[n%2].record(phone(ticket, fmt.Sprint("form-", n), hall.Bad))
		h.wantStandings(ticket, "rated by pad and phone", rating.Replaced, rating.Counted)
	}
	h.check()
}

// Every event that was receipted is there after kill -9, twenty times under batches.
func TestKilledUnderBatches(t *testing.T) {
	t.Parallel()
	const kills = 20
	dir := dataDir(t)
	receipted := map[string]uint64{}
	for n := range kills {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestChild$")
		cmd.Env = append(os.Environ(), childDir+"="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for got := 0; lines.Scan(); {
			var name string
			var through uint64
			if _, err := fmt.Sscanf(lines.Text(), "receipt %s %d", &name, &through); err != nil {
				continue
			}
			receipted[name] = max(receipted[name], through)
			if got++; got == 15+n*7%40 {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		cmd.Wait() // killed, and reaped
	}
	agents := childAgents()
	h := newHub(t, dir, agents...)
	defer h.close()
	for _, a := range agents {
		heads, err := h.Store.Heads(t.Context(), a.Number)
		if err != nil || len(heads) != 1 || heads[0].Last < receipted[a.Name] || receipted[a.Name] == 0 {
			t.Errorf("%s: heads %+v, %v; receipted through %d", a.Name, heads, err, receipted[a.Name])
		}
	}
	h.check()
	for _, a := range agents {
		h.sendAll(a, a.epoch)
	}
	h.check()
}

const childDir = "HALLPULSE_TEST_HUB"

// childAgents are the same in every process.
func childAgents() []*agent {
	var agents []*agent
	for n := range 4 {
		a := newAgent(uint32(n+1), fmt.Sprintf("hall-%d", n+1))
		a.started(nil, hall.EpochFirst)
		a.crowd(rand.New(rand.NewPCG(uint64(n), 3)), 4000)
		agents = append(agents, a)
	}
	return agents
}

// TestChild is the process that TestKilledUnderBatches kills.
func TestChild(t *testing.T) {
	dir := os.Getenv(childDir)
	if dir == "" {
		return // nobody's child
	}
	agents := childAgents()
	h := newHub(t, dir, agents...)
	var mu sync.Mutex
	var all sync.WaitGroup
	for _, a := range agents {
		all.Go(func() {
			for next := uint64(1); next <= uint64(len(a.told)); {
				r := h.send(a, a.batch(a.epoch, next, 7))
				mu.Lock()
				fmt.Println("receipt", a.Name, r.Through)
				mu.Unlock()
				if next = r.Through + 1; r.Need > 0 {
					next = r.Need
				}
				if known, err := h.Store.Heads(context.Background(), a.Number); err == nil && len(known) == 1 {
					next = max(next, known[0].Last) // go on where the process before was killed
				}
			}
		})
	}
	all.Wait()
}

// A database that was put back to a copy taken 500 events earlier: the agents bring the rest by themselves, the hub
// names the span in which a phone's rating was lost.
func TestRestored500EventsEarlier(t *testing.T) {
	t.Parallel()
	a, b := newAgent(1, "hall-a"), newAgent(2, "hall-b")
	dir := dataDir(t)
	h := newHub(t, dir, a, b)
	for _, a := range []*agent{a, b} {
		a.started(nil, hall.EpochFirst)
		a.crowd(rand.New(rand.NewPCG(uint64(a.Number), 5)), 700)
		h.sendAll(a, a.epoch)
	}
	kept := phone(hall.ID{Agent: 1, Tag: a.tag, Serial: 1}, "form-1", hall.Good)
	h.record(kept)
	copied := h.now
	copy := dataDir(t) + ".copy"
	if err := h.Store.Backup(t.Context(), copy, copied); err != nil {
		t.Fatal(err)
	}
	for _, a := range []*agent{a, b} {
		a.crowd(rand.New(rand.NewPCG(uint64(a.Number), 6)), 1200)
		h.sendAll(a, a.epoch)
	}
	before := h.facts()
	if _, err := store.Restore(t.Context(), copy, dir, h.now); !errors.Is(err, store.ErrRunning) {
		t.Fatalf("restore under a running hub: %v", err)
	}
	lost := phone(hall.ID{Agent: 1, Tag: a.tag, Serial: 2}, "form-2", hall.Good)
	h.record(lost)
	h.close()

	restored := h.now.Add(time.Hour)
	aside, err := store.Restore(t.Context(), copy, dir, restored)
	if err != nil || aside == "" {
		t.Fatalf("restore: %q, %v", aside, err)
	}
	h = newHub(t, dir, a, b)
	defer h.close()
	h.check()
	if r, ok, err := h.Store.Restored(t.Context()); err != nil || !ok || !r.Copied.Equal(copied) || !r.Restored.Equal(restored) {
		t.Errorf("restored %+v %v %v, want the span %v to %v", r, ok, err, copied, restored)
	}
	h.wantRules("restored", hall.FindingHubRestored)
	for _, a := range []*agent{a, b} {
		last := uint64(len(a.told))
		r := h.send(a, a.batch(a.epoch, last+1, 0)) // all is settled: its agent is idle
		if r.Need == 0 || r.Need > 1+last-500 {
			t.Fatalf("%s: the hub asks from %d", a.Name, r.Need)
		}
		for next := r.Need; next <= last; {
			next = h.send(a, a.batch(a.epoch, next, 100)).Through + 1
		}
	}
	if diff := difference(before, h.facts()); diff != "" {
		t.Errorf("not equal again:\n%s", diff)
	}
	if st := h.story(lost.Ticket); len(st.Answers) > 0 && st.Answers[len(st.Answers)-1].Form == "form-2" {
		t.Error("what only the hub had heard came back")
	}
	h.record(lost)
	h.check()
}
