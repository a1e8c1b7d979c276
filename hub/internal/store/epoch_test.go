package store_test

import (
	"slices"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/rating"
)

// retell tells everything after a place again in a new epoch, as the outbox does after a fork.
func (a *agent) retell(n int, after uint64) (before string) {
	old := a.told
	before = a.begin(n)
	a.tell(hall.AgentForked{Epoch: before, At: after})
	for _, e := range old[after:] {
		place := e.Was
		if place == nil {
			place = &uplink.Place{Epoch: before, Seq: e.Seq}
		}
		e.Was = place
		a.keep(e)
	}
	return before
}

// An event told again has no second effect, whether or not the old one had arrived, and in whatever order.
func TestWasHasNoSecondEffect(t *testing.T) {
	for _, c := range []struct {
		says string
		send func(h *hub, a *agent, old string)
	}{
		{"the old one had arrived", func(h *hub, a *agent, old string) { h.sendAll(a, old); h.sendAll(a, a.epoch) }},
		{"the old one arrives later", func(h *hub, a *agent, old string) { h.sendAll(a, a.epoch); h.sendAll(a, old) }},
		{"the old one never arrives but for its beginning", func(h *hub, a *agent, old string) {
			h.send(a, a.batch(old, 1, 5))
			h.sendAll(a, a.epoch)
		}},
	} {
		t.Run(c.says, func(t *testing.T) {
			a := newAgent(1, "hall-a")
			h := newHub(t, dataDir(t), a)
			defer h.close()
			a.started(nil, hall.EpochFirst)
			ticket, _ := a.visit("1", hall.Good)
			a.tell(hall.AgentGap{Epoch: hex16("lost"), From: 3, To: 4}) // each telling would open a finding
			old := a.retell(2, 5)
			c.send(h, a, old)
			h.wantStandings(ticket, c.says, rating.Counted)
			gaps := slices.DeleteFunc(h.rules(), func(r hall.Rule) bool { return r != hall.FindingEpochGap })
			if len(gaps) != 1 {
				t.Errorf("%d findings of the gap that was told twice, want 1", len(gaps))
			}
			if day, err := h.Store.Today(t.Context(), hall.DayOf(morning)); err != nil || day[0].Sums != today(1, 1, 1, 0, 0, 0, 1).Sums {
				t.Errorf("today %+v, %v", day, err)
			}
			h.check()
		})
	}
}

// What is left of the epoch before arrives between the copies that the new one tells: the windows stand as they were told last.
func TestWindowsStandAsTheyWereToldLast(t *testing.T) {
	a := newAgent(1, "hall-a")
	straight, mixed := newHub(t, dataDir(t), a), newHub(t, dataDir(t), a)
	defer straight.close()
	defer mixed.close()
	a.started(nil, hall.EpochFirst)
	a.tell(hall.WindowOpened{Window: "1", Staff: "1024"})
	before := len(a.told)
	a.visit("1", hall.Good)
	between := len(a.told)
	a.visit("1")
	a.tell(hall.DeviceDown{Device: "pad-1", Kind: hall.KindPad, Window: "1", Why: hall.TroubleMissing})
	old := a.retell(2, uint64(before))
	straight.sendAll(a, old)
	straight.sendAll(a, a.epoch)
	mixed.send(a, a.batch(old, 1, before))
	mixed.send(a, a.batch(a.epoch, 1, 1+between-before))
	mixed.sendAll(a, old)
	mixed.sendAll(a, a.epoch)
	if diff := difference(straight.facts(), mixed.facts()); diff != "" {
		t.Errorf("it differs:\n%s", diff)
	}
	straight.check()
	mixed.check()
}

// Two stores copied from one another both lie at one place: what the second tells there is another fact, and kept.
func TestAnotherBranchAtThePlaceIsNoRepeat(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	a.started(nil, hall.EpochFirst)
	lost, _ := a.visit("1", hall.Good)
	h.sendAll(a, a.epoch)
	// The disk was put back to before the visit; the counter went on, then the hub found the fork.
	a.events[a.epoch], a.chains[a.epoch], a.told = a.events[a.epoch][:1:1], a.chains[a.epoch][:1:1], a.told[:1:1]
	a.tag++
	kept, _ := a.visit("1", hall.Bad)
	a.retell(2, 1)
	h.sendAll(a, a.epoch)
	h.wantStandings(lost, "the branch before", rating.Counted)
	h.wantStandings(kept, "the branch after", rating.Counted)
	h.check()
}

func TestToldAgainTwice(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	a.started(nil, hall.EpochFirst)
	a.visit("1", hall.Good)
	first := a.retell(2, 1)
	second := a.retell(3, 0)
	for _, epoch := range []string{a.epoch, first, second} {
		h.sendAll(a, epoch)
	}
	if c, err := h.Store.Counts(t.Context()); err != nil || c.Ratings != 1 || c.Visits != 1 {
		t.Errorf("counts %+v, %v", c, err)
	}
	h.check()
}

// A second fork may name the place in the epoch between, of which the hub never heard when it comes.
func TestToldAgainOfWhatWasToldAgain(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	a.started(nil, hall.EpochFirst)
	a.tell(hall.AgentGap{Epoch: hex16("lost"), From: 3, To: 4}) // each telling would open a finding
	a.retell(2, 1)
	second := a.epoch
	for n := range a.told {
		a.told[n].Was = nil // so that the next telling names the place in the second epoch
	}
	a.retell(3, 1)
	h.sendAll(a, a.epoch)
	h.sendAll(a, second)
	gaps := slices.DeleteFunc(h.rules(), func(r hall.Rule) bool { return r != hall.FindingEpochGap })
	if len(gaps) != 1 {
		t.Errorf("%d findings of the gap that was told twice, want 1", len(gaps))
	}
	h.check()
}

// How a new epoch says what became of the one before (design §3).
func TestHowAnEpochEnds(t *testing.T) {
	t.Parallel()
	old := newAgent(1, "hall-a").epoch
	for _, c := range []struct {
		says  string
		first hall.Fact
		want  []hall.Rule
	}{
		{"without a word", hall.AgentStarted{Reason: hall.EpochFirst}, []hall.Rule{hall.FindingEpochSilent}},
		{"without a word, by an event that is something else", hall.WindowClosed{Window: "1"}, []hall.Rule{hall.FindingEpochSilent}},
		{"the store was put back", hall.AgentStarted{Before: &hall.EpochEnd{Epoch: old, Last: 4}, Reason: hall.EpochBehind}, []hall.Rule{hall.FindingEpochFork}},
		{"the store was torn", hall.AgentStarted{Before: &hall.EpochEnd{Epoch: old, Last: 9}, Reason: hall.EpochTorn}, []hall.Rule{hall.FindingEpochGap}},
		{"the hub holds other bytes", hall.AgentForked{Epoch: old, At: 3}, []hall.Rule{hall.FindingEpochFork}},
		{"events are lost", hall.AgentGap{Epoch: old, From: 5, To: 7}, []hall.Rule{hall.FindingEpochGap}},
		{"in order", hall.AgentStarted{Before: &hall.EpochEnd{Epoch: old, Last: 8}, Reason: hall.EpochFork}, nil},
	} {
		t.Run(c.says, func(t *testing.T) {
			a := newAgent(1, "hall-a")
			h := newHub(t, dataDir(t), a)
			defer h.close()
			a.started(nil, hall.EpochFirst)
			a.filler(7)
			h.sendAll(a, a.epoch)
			h.wantRules("the first epoch is nobody's successor")
			a.begin(2)
			a.tell(c.first)
			a.filler(1)
			h.sendAll(a, a.epoch)
			h.wantRules(c.says, c.want...)
			h.check()
		})
	}
}

func TestLateBatchesOfAnOldEpochAreTaken(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	a.started(nil, hall.EpochFirst)
	a.filler(3)
	h.sendAll(a, a.epoch)
	ticket, _ := a.visit("1", hall.Good)
	old, last := a.epoch, uint64(len(a.told))
	a.begin(2)
	a.started(&hall.EpochEnd{Epoch: old, Last: last}, hall.EpochFork)
	h.sendAll(a, a.epoch)
	h.sendAll(a, old)
	h.wantStandings(ticket, "told in the old epoch, come after the new one", rating.Counted)
	h.wantRules("all of it was announced")
	heads, err := h.Store.Heads(t.Context(), 1)
	if err != nil || len(heads) != 2 || heads[0] != (uplink.Head{Epoch: old, Last: last, Settled: last}) {
		t.Errorf("heads %+v, %v", heads, err)
	}
	h.check()
}

// A copied card goes on in an epoch that its twin has ended: kept, and a finding.
func TestAnEpochThatGoesOnBeyondItsEnd(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	a.started(nil, hall.EpochFirst)
	a.filler(4)
	h.sendAll(a, a.epoch)
	old := a.epoch
	told := a.told
	a.begin(2)
	a.started(&hall.EpochEnd{Epoch: old, Last: 5}, hall.EpochFork)
	h.sendAll(a, a.epoch)
	h.wantRules("the end was told")
	a.epoch, a.told = old, told
	ticket, _ := a.visit("1", hall.Good)
	h.sendAll(a, old)
	h.wantStandings(ticket, "kept", rating.Counted)
	h.wantRules("it goes on", hall.FindingEpochFork)
	a.filler(1)
	h.sendAll(a, old)
	h.wantRules("and on: told once", hall.FindingEpochFork)
	h.check()
}

// An epoch that was only named is taken like any other when it comes.
func TestTheEpochBeforeComesAfterIt(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	a.started(nil, hall.EpochFirst)
	ticket, visit := a.id(), a.id()
	a.tell(hall.TicketIssued{Ticket: ticket, Number: "A001", Letter: "A", Day: hall.DayOf(morning)})
	a.tell(hall.TicketCalled{Ticket: ticket, Window: "1"})
	a.tell(hall.VisitOpened{Visit: visit, Ticket: ticket, Window: "1", Staff: "7", Item: "id-card"})
	old, last := a.epoch, uint64(len(a.told))
	a.begin(2)
	a.started(&hall.EpochEnd{Epoch: old, Last: last}, hall.EpochBehind)
	a.tell(hall.VisitServed{Visit: visit})
	a.tell(hall.VisitFinished{Visit: visit, Outcome: hall.OutcomeFinished})
	p := a.pressed(hall.Fair)
	a.tell(hall.RatingGiven{Ticket: ticket, Visit: visit, Window: "1", Level: hall.Fair, Channel: hall.ChannelPad, Press: &p})
	h.sendAll(a, a.epoch)
	h.wantStandings(ticket, "the visit is known by its name alone", rating.Counted)
	h.check()
	h.sendAll(a, old)
	st := h.story(ticket)
	if len(st.Visits) != 1 || st.Visits[0].Staff != "7" || st.Visits[0].Item != "id-card" || st.Visits[0].Level != hall.Fair || st.Ticket.Number != "A001" {
		t.Errorf("story %+v", st)
	}
	day, err := h.Store.Today(t.Context(), hall.DayOf(morning))
	if err != nil || len(day) != 1 || day[0].Window != "1" || day[0].Sums != today(1, 1, 0, 0, 0, 1).Sums {
		t.Errorf("today %+v, %v", day, err)
	}
	h.check()
}

// Two programs under one name: both are heard, nothing is lost, a person is told.
func TestTwoAgentsOneName(t *testing.T) {
	a, twin := newAgent(1, "hall-a"), newAgent(1, "hall-a")
	twin.instance, twin.epoch, twin.tag, twin.press = hex16("twin"), hex16("twin epoch"), 9, 1000
	h := newHub(t, dataDir(t), a)
	defer h.close()
	a.started(nil, hall.EpochFirst)
	twin.started(nil, hall.EpochFirst)
	for range 5 {
		a.visit("1", hall.Good)
		twin.visit("2", hall.Bad)
		h.sendAll(a, a.epoch)
		h.sendAll(twin, twin.epoch)
	}
	h.wantRules("both speak", hall.FindingEpochSilent, hall.FindingTwoInstances)
	if c, err := h.Store.Counts(t.Context()); err != nil || c.Ratings != 10 {
		t.Errorf("counts %+v, %v", c, err)
	}
	h.check()
}

// Windows show the newest of what was told, by epoch and seq.
func TestAnOldEpochDoesNotMoveAWindow(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	a.started(nil, hall.EpochFirst)
	a.tell(hall.WindowOpened{Window: "1", Staff: "7"})
	a.tell(hall.DeviceUp{Device: "pad", Kind: "pad", Window: "1", UID: 5})
	old := a.epoch
	a.begin(2)
	a.now = a.now.Add(time.Minute)
	a.started(&hall.EpochEnd{Epoch: old, Last: 3}, hall.EpochFork)
	a.tell(hall.WindowPaused{Window: "1", Staff: "7"})
	a.tell(hall.DeviceDown{Device: "pad", Kind: "pad", Window: "1", Why: hall.TroubleNoAnswer})
	h.sendAll(a, a.epoch)
	h.sendAll(a, old)
	w, err := h.Store.Windows(t.Context())
	if err != nil || len(w) != 1 || w[0].State != hall.WindowIsPaused || w[0].Staff != "7" {
		t.Errorf("windows %+v, %v; want paused, and the badge of the old epoch", w, err)
	}
	d, err := h.Store.Devices(t.Context())
	if err != nil || len(d) != 1 || d[0].Up || d[0].Trouble != hall.TroubleNoAnswer {
		t.Errorf("devices %+v, %v", d, err)
	}
	h.check()
}

// What the clock says in the commit of a batch reads the heads of agents, and does not put back the one that the batch
// moved.
func TestAHeadStaysWhereABatchMovedItWhenTheClockSpeaksInTheSameCommit(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	a.started(nil, hall.EpochFirst)
	a.visit("1", hall.Good)
	h.sendAll(a, a.epoch)
	before := uint64(len(a.events[a.epoch]))
	a.visit("1", hall.Good)
	payload, said := a.batch(a.epoch, before+1, 100), map[uint32]intake.Heard{a.Number: {At: h.now, Heads: a.heads()}}

	h.stop()
	h.Intake = intake.New(intake.Options{Store: h.Store, Site: h.site, Now: func() time.Time { return h.now }})
	answers, ends := make(chan uplink.Receipt, 1), make(chan error, 1)
	if err := h.Intake.Take(a.Agent, payload, h.now, func(r uplink.Receipt) { answers <- r }); err != nil {
		t.Fatal(err)
	}
	go func() { ends <- h.Intake.Tick(t.Context(), h.now, said) }()
	for h.Intake.Waiting() < 2 {
		time.Sleep(time.Millisecond)
	}
	h.runs()
	if r := <-answers; r.Through != uint64(len(a.events[a.epoch])) {
		t.Errorf("receipt %+v", r)
	}
	if err := <-ends; err != nil {
		t.Error(err)
	}
	h.check()
	a.visit("1", hall.Good)
	h.sendAll(a, a.epoch)
}
