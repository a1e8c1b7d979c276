package store_test

import (
	"slices"
	"testing"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/rating"
)

func (h *hub) rules() []hall.Rule {
	var rules []hall.Rule
	for _, f := range h.findings() {
		rules = append(rules, f.Rule)
	}
	return rules
}

func (h *hub) wantRules(when string, want ...hall.Rule) {
	h.t.Helper()
	if got := h.rules(); !slices.Equal(got, want) {
		h.t.Errorf("%s: findings %v, want %v", when, got, want)
	}
}

// One press may come by two roads: a counter that lost its store, or the pad moved to another one. It is kept once,
// by the road that knew its visit, whichever was faster.
func TestAPressOfTwoRoadsIsOnePress(t *testing.T) {
	t.Parallel()
	for _, late := range []bool{false, true} {
		a, b := newAgent(1, "hall-a"), newAgent(2, "hall-b")
		h := newHub(t, dataDir(t), a, b)
		a.started(nil, hall.EpochFirst)
		b.started(nil, hall.EpochFirst)
		ticket, visit := a.visit("1")
		p := a.pressed(hall.Good)
		a.tell(hall.RatingGiven{Ticket: ticket, Visit: visit, Window: "1", Level: hall.Good, Channel: hall.ChannelPad, Press: &p})
		b.now = a.now
		q := p
		q.AgeMS += 1000
		b.tell(hall.RatingUnbound{Window: "9", Why: hall.UnboundMoved, Press: q})
		roads := []*agent{a, b}
		if late {
			slices.Reverse(roads)
		}
		for _, road := range roads {
			h.sendAll(road, road.epoch)
		}
		h.wantStandings(ticket, "both roads", rating.Counted)
		h.wantRules("both roads")
		if day, err := h.Store.Today(t.Context(), hall.DayOf(morning)); err != nil || len(day) != 1 || day[0].Rated() != 1 {
			t.Errorf("today %+v, %v", day, err)
		}
		h.check()
		h.close()
	}
}

func TestOneNameTwoMeanings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		says   string
		change func(*hall.Press)
		want   []hall.Rule
	}{
		{"same level, 9 s apart: the same press", func(p *hall.Press) { p.AgeMS -= 8_000 }, nil},
		{"same level, of unknown age: the same press", func(p *hall.Press) { p.AgeMS = hall.AgeUnknown }, nil},
		{"same level, 20 s apart: two presses", func(p *hall.Press) { p.AgeMS -= 20_000 }, []hall.Rule{hall.FindingPadIdentity}},
		{"another level: two presses", func(p *hall.Press) { p.Level = hall.Bad }, []hall.Rule{hall.FindingPadIdentity}},
	} {
		t.Run(c.says, func(t *testing.T) {
			a := newAgent(1, "hall-a")
			h := newHub(t, dataDir(t), a)
			defer h.close()
			a.started(nil, hall.EpochFirst)
			ticket, visit := a.visit("1")
			p := a.pressed(hall.Good)
			p.AgeMS = 30_000
			a.tell(hall.RatingGiven{Ticket: ticket, Visit: visit, Window: "1", Level: p.Level, Channel: hall.ChannelPad, Press: &p})
			first := a.now
			other, visit := a.visit("1")
			a.now = first // the second is told a second after the first
			c.change(&p)
			a.tell(hall.RatingGiven{Ticket: other, Visit: visit, Window: "1", Level: p.Level, Channel: hall.ChannelPad, Press: &p})
			h.sendAll(a, a.epoch)
			h.wantStandings(ticket, "the first", rating.Counted)
			h.wantStandings(other, "the second is bound to no visit")
			h.wantRules("both", c.want...)
			h.check()
		})
	}
}

// What the counter itself found to be another press never takes the name of the right one, even if it comes first.
func TestAPressOfDoubtfulIdentityHoldsNoName(t *testing.T) {
	a, b := newAgent(1, "hall-a"), newAgent(2, "hall-b")
	h := newHub(t, dataDir(t), a, b)
	defer h.close()
	a.started(nil, hall.EpochFirst)
	b.started(nil, hall.EpochFirst)
	ticket, _ := a.visit("1", hall.Good)
	b.tell(hall.RatingUnbound{Window: "9", Why: hall.UnboundIdentity, Press: hall.Press{UID: a.pad(), Boot: 7, Seq: 1, Level: hall.Bad, AgeMS: 5}})
	h.sendAll(b, b.epoch)
	h.sendAll(a, a.epoch)
	h.wantStandings(ticket, "the right one", rating.Counted)
	h.wantRules("the doubtful one", hall.FindingPadIdentity)
	h.check()
}

func TestAHoleNamesEachLostPress(t *testing.T) {
	a, b := newAgent(1, "hall-a"), newAgent(2, "hall-b")
	h := newHub(t, dataDir(t), a, b)
	defer h.close()
	a.started(nil, hall.EpochFirst)
	b.started(nil, hall.EpochFirst)
	a.tell(hall.DeviceUp{Device: "pad-1", Kind: "pad", Window: "1", UID: a.pad()})
	a.visit("1", hall.Good, hall.Good, hall.Good) // 1 to 3
	a.press = 5
	a.visit("1", hall.Good, hall.Good) // 6 and 7
	a.tell(hall.DeviceAdopted{Device: "pad-1", UID: a.pad(), Boot: 7, From: 0, To: 9})
	h.sendAll(a, a.epoch)
	want := func(seqs ...uint32) {
		t.Helper()
		f := h.findings()
		if len(seqs) == 0 && len(f) == 0 {
			return
		}
		if len(f) != 1 || f[0].Rule != hall.FindingPressHole || f[0].Agent != "hall-a" || f[0].UID != a.pad() || f[0].Boot != 7 || f[0].Window != "1" || !slices.Equal(f[0].Seqs, seqs) {
			t.Errorf("findings %+v, want the presses %v", f, seqs)
		}
	}
	want(4, 5, 8, 9)
	// Another counter had them: they are lost no more.
	for _, seq := range []uint32{4, 8, 9} {
		b.tell(hall.RatingUnbound{Window: "9", Why: hall.UnboundNoVisit, Press: hall.Press{UID: a.pad(), Boot: 7, Seq: seq, Level: hall.Good}})
	}
	h.sendAll(b, b.epoch)
	want(5)
	b.tell(hall.RatingUnbound{Window: "9", Why: hall.UnboundNoVisit, Press: hall.Press{UID: a.pad(), Boot: 7, Seq: 5, Level: hall.Good}})
	h.sendAll(b, b.epoch)
	want()
	h.check()
}

func TestAnAdoptionOfPressesThatAreAllKnownIsNoFinding(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	a.started(nil, hall.EpochFirst)
	a.visit("1", hall.Good, hall.Good, hall.Good)
	a.tell(hall.DeviceAdopted{Device: "pad-1", UID: a.pad(), Boot: 7, From: 0, To: 3})
	h.sendAll(a, a.epoch)
	h.wantRules("adopted")
	h.check()
}

func TestAHugeHoleIsBounded(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	a.started(nil, hall.EpochFirst)
	a.tell(hall.DeviceAdopted{Device: "pad-1", UID: a.pad(), Boot: 7, From: 4_000_000_000, To: 4_000_002_500})
	a.tell(hall.DeviceAdopted{Device: "pad-1", UID: a.pad(), Boot: 8, From: 0, To: 4_294_967_295})
	h.sendAll(a, a.epoch)
	var sizes []int
	var rest []intake.Finding
	for _, f := range h.findings() {
		sizes = append(sizes, len(f.Seqs))
		if len(f.Seqs) == 0 {
			rest = append(rest, f)
		}
	}
	if want := append([]int{1000, 1000, 500, 0}, slices.Repeat([]int{1000}, 10)...); !slices.Equal(sizes, want) {
		t.Errorf("findings of %v presses, want %v", sizes, want)
	}
	if len(rest) != 1 || rest[0].From != 10_001 || rest[0].To != 4_294_967_295 {
		t.Errorf("the rest is %+v, want the span", rest)
	}
	h.check()
}
