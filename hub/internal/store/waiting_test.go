package store_test

import (
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/intake"
)

// What waits is counted as it stands: for an agent that was not heard, for a year that nobody has published, and what a
// change of a day can move.
func TestWhatWaitsIsCounted(t *testing.T) {
	a, b := newAgent(1, "hall-a"), newAgent(2, "hall-b")
	for _, x := range []*agent{a, b} {
		x.now = time.Date(2026, 12, 28, 9, 0, 0, 0, hall.Beijing())
		x.booted, x.clock.Since = x.now, x.now
	}
	h := newHub(t, dataDir(t), a, b)
	defer h.close()
	h.now = a.now
	h.publish("2026")
	for _, x := range []*agent{a, b} {
		x.started(nil, hall.EpochFirst)
		x.visit("1")
	}
	a.visit("1", hall.Bad) // rated: nothing waits for it, but its repair
	a.now = a.now.AddDate(0, 0, -20)
	a.visit("1") // three weeks old: its time ended in 2026
	for _, x := range []*agent{a, b} {
		h.sendAll(x, x.epoch)
	}
	ctx, today := t.Context(), hall.DayOf(h.now)
	if by, err := h.Store.AwaitingBy(ctx, today); err != nil || len(by) != 1 || by[1] != 1 {
		t.Errorf("awaiting their agent: %v, %v", by, err)
	}
	if n, err := h.Store.Awaiting(ctx, today+30, nil); err != nil || n != 1 {
		t.Errorf("what waits for a calendar awaits no agent: %d, %v", n, err)
	}
	first := hall.DayOf(time.Date(2027, 1, 1, 12, 0, 0, 0, hall.Beijing()))
	if visits, repairs, err := h.Store.Provisional(ctx, first); err != nil || visits != 3 || repairs != 1 {
		t.Errorf("provisional: %d visits and %d repairs, %v", visits, repairs, err)
	}
	for _, c := range []struct {
		says            string
		day             hall.Day
		halls           []string
		agents          []uint32
		visits, repairs int
	}{
		{"every hall", today, nil, nil, 2, 1},
		{"the hall of the second agent", today, []string{"hhall-b"}, []uint32{2}, 1, 0},
		{"a hall without an agent", today, []string{"elsewhere"}, []uint32{}, 0, 0},
		{"a day that no deadline reaches", today + 300, nil, nil, 0, 0},
	} {
		if visits, repairs, err := h.Store.Crossing(ctx, c.day, c.halls, c.agents); err != nil || visits != c.visits || repairs != c.repairs {
			t.Errorf("%s: %d visits and %d repairs, %v; want %d and %d", c.says, visits, repairs, err, c.visits, c.repairs)
		}
	}
	if lost, err := h.Store.LostAgents(ctx); err != nil || len(lost) != 0 {
		t.Errorf("lost: %v, %v", lost, err)
	}
	h.decide(intake.Keys{States: []uint32{2}}, func(intake.Known) ([]hall.Fact, error) {
		return []hall.Fact{hall.AgentLost{Act: hall.Act{About: b.Name, By: hall.Console()}, Agent: 2}}, nil
	})
	if lost, err := h.Store.LostAgents(ctx); err != nil || !lost[2].Equal(h.now) {
		t.Errorf("lost: %v, %v", lost, err)
	}
}
