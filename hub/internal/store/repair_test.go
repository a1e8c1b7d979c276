package store_test

import (
	"slices"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/repair"
)

// repairOf returns the repair of a visit.
func (h *hub) repairOf(visit hall.ID) (r repair.Repair, ok bool) {
	h.t.Helper()
	all, _, err := h.Store.Repairs(h.t.Context(), intake.RepairsAsked{Page: intake.Page{Limit: 500}})
	if err != nil {
		h.t.Fatal(err)
	}
	n := slices.IndexFunc(all, func(r repair.Repair) bool { return r.Visit == visit })
	if n < 0 {
		return r, false
	}
	return all[n], true
}

// 001, domain §4: each bad rating opens a repair at once, in the same transaction; one whose press was replaced by a
// good answer is withdrawn, and opens again where the bad one is the rating after all.
func TestABadRatingOpensARepair(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		says  string
		said  []hall.RatingGiven // by phone, after the press
		press hall.Level
		want  repair.State
	}{
		{"a bad press", nil, hall.VeryBad, repair.Open},
		{"a good press", nil, hall.Fair, repair.None},
		{"a bad press that the ticket's holder corrects", []hall.RatingGiven{{Level: hall.Good, Answer: "f1"}}, hall.Bad, repair.Withdrawn},
		{"a bad press that the holder confirms", []hall.RatingGiven{{Level: hall.VeryBad, Answer: "f1", Reasons: []string{"115"}}}, hall.Bad, repair.Open},
		{"a good press that the holder says was bad", []hall.RatingGiven{{Level: hall.Bad, Answer: "f1"}}, hall.Good, repair.Open},
	} {
		t.Run(c.says, func(t *testing.T) {
			a := newAgent(1, "hall-a")
			h := newHub(t, dataDir(t), a)
			defer h.close()
			h.publish("2026")
			a.started(nil, hall.EpochFirst)
			ticket, visit := a.visit("1", c.press)
			h.sendAll(a, a.epoch)
			for _, f := range c.said {
				f.Ticket, f.Visit, f.Channel = ticket, visit, hall.ChannelQR
				h.record(f)
			}
			r, opened := h.repairOf(visit)
			if r.State != c.want || opened != (c.want != repair.None) {
				t.Fatalf("repair %+v, want %s", r, c.want)
			}
			if v := h.visitOf(ticket); v.Repair != opened || v.Level != r.Rating.Level && c.want != repair.None {
				t.Errorf("visit %+v, repair rates %d", v, r.Rating.Level)
			}
			if c.want == repair.Open && (r.Round.Deadline.Day.String() != "2026-12-07" || r.Round.Deadline.Provisional) {
				t.Errorf("deadline %+v, want the 10th working day after Monday 2026-11-23", r.Round.Deadline)
			}
			h.check()
		})
	}
}

// A repair worked by the right people, each act on the version its actor saw: of two the second is told who was first.
func TestARepairIsWorkedAndClosed(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	h.publish("2026")
	a.started(nil, hall.EpochFirst)
	_, visit := a.visit("1", hall.Bad)
	h.sendAll(a, a.epoch)
	handler := hall.Person{Account: "tang", Role: "handler", Unit: "police"}
	centre := hall.Person{Account: "li", Role: "centre"}
	text := hall.Sealed{Ref: "r1", SHA: "s1"}
	act := func(by hall.Person, do func(r repair.Repair, hand repair.Hand, k intake.Known) ([]hall.Fact, error)) error {
		return h.Intake.Decide(t.Context(), intake.Keys{Visits: []hall.ID{visit}}, func(k intake.Known) ([]hall.Fact, error) {
			r, ok := k.Repair(visit.String())
			if !ok {
				t.Fatal("no repair")
			}
			return do(r, repair.Hand{By: by, Seen: r.Version, Now: k.Now()}, k)
		}, intake.Box{Ref: text.Ref, Salt: []byte{1}, Sealed: []byte{2}})
	}
	for _, step := range []struct {
		by hall.Person
		do func(r repair.Repair, hand repair.Hand, k intake.Known) ([]hall.Fact, error)
		to repair.State
	}{
		{centre, func(r repair.Repair, hand repair.Hand, k intake.Known) ([]hall.Fact, error) {
			return r.Assign("police", "", hall.Sealed{}, hand, k.Law())
		}, repair.Assigned},
		{handler, func(r repair.Repair, hand repair.Hand, _ intake.Known) ([]hall.Fact, error) { return r.Sign(hand) }, repair.Verifying},
		{handler, func(r repair.Repair, hand repair.Hand, _ intake.Known) ([]hall.Fact, error) {
			return r.Verify(hall.ResultConfirmed, "", hall.Sealed{}, hand)
		}, repair.Verifying},
		{handler, func(r repair.Repair, hand repair.Hand, _ intake.Known) ([]hall.Fact, error) {
			return r.Begin(hall.RepairAtOnce, hand)
		}, repair.Repairing},
		{handler, func(r repair.Repair, hand repair.Hand, k intake.Known) ([]hall.Fact, error) {
			return r.Answer(hall.ResultConfirmed, text, text, hand, k.Law())
		}, repair.Answered},
	} {
		if err := act(step.by, step.do); err != nil {
			t.Fatalf("%s: %v", step.to, err)
		}
		if r, _ := h.repairOf(visit); r.State != step.to {
			t.Fatalf("state %s, want %s", r.State, step.to)
		}
	}
	stale := func(r repair.Repair, hand repair.Hand, _ intake.Known) ([]hall.Fact, error) {
		hand.Seen = 1
		return r.Accept(hand)
	}
	if err := act(centre, stale); err == nil {
		t.Error("an act on an old version was taken")
	}
	r, _ := h.repairOf(visit)
	h.tick(r.Round.Answer.Second.End().Add(time.Minute), a)
	if r, _ = h.repairOf(visit); r.State != repair.Closed {
		t.Errorf("state %s after the citizen's time to rate the repair, want closed", r.State)
	}
	h.check()
}
