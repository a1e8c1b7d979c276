package store_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/intake"
)

// outage tells that the system of a unit is down from one moment of November 2026 to another; no end: it goes on.
func (a *agent) outage(unit, from, to string) {
	a.now = nov(from)
	a.tell(hall.OutageBegan{Unit: unit, Command: "c1"})
	if to != "" {
		a.now = nov(to)
		a.tell(hall.OutageEnded{Unit: unit, Command: "c2"})
	}
}

func nov(s string) time.Time {
	m, err := time.ParseInLocation("2006-01-2 15:04", "2026-11-"+s, hall.Beijing())
	if err != nil {
		panic(err)
	}
	return m
}

func (h *hub) due(id hall.ID) (promise, legal string) {
	c := h.theCase(id)
	return c.Due.Day.String(), c.Lawful.Day.String()
}

// onTheDay returns a hub that knows the calendar of 2026, and its agent, which has started, at a moment of that November.
func onTheDay(t *testing.T, at string) (*hub, *agent) {
	t.Helper()
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	t.Cleanup(h.close)
	h.publish("2026")
	a.started(nil, hall.EpochFirst)
	a.now = nov(at)
	return h, a
}

// rebuilt makes everything anew, and wants it to be what it was.
func (h *hub) rebuilt() {
	h.t.Helper()
	before := h.facts()
	if err := h.Store.Rebuild(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	if diff := difference(before, h.facts()); diff != "" {
		h.t.Errorf("made anew it differs:\n%s", diff)
	}
}

// Domain §6: while an outage of its unit goes on, the promise of an open case moves as the days of the outage end, and no
// other; no law lets the legal limit pause.
func TestADeclaredOutagePausesThePromise(t *testing.T) {
	h, a := onTheDay(t, "23 9:30")
	_, _, id := a.accepted()
	_, _, other := a.accepted(func(o *hall.CaseOpening) { o.Unit = "tax" })
	_, _, returned := a.accepted()
	a.tell(hall.CaseReturned{CaseAt: on(returned), Notice: a.id()})
	h.sendAll(a, a.epoch)
	_, legal := h.due(id)
	says := func(when, want string) {
		t.Helper()
		for range 2 { // the clock is idempotent
			h.tick(nov(when), a)
		}
		if got, law := h.due(id); got != want || law != legal {
			t.Errorf("on %s it is due %s, want %s; by law %s, was %s", when, got, want, law, legal)
		}
	}
	says("23 12:00", "2026-11-26")
	a.outage("land", "24 9:00", "")
	h.sendAll(a, a.epoch)
	says("24 23:59", "2026-11-26")
	says("25 0:01", "2026-11-27")
	says("26 0:01", "2026-11-30") // the 28th is a Saturday
	a.now = nov("26 10:00")
	a.tell(hall.OutageEnded{Unit: "land", Command: "c2"})
	a.now = nov("26 14:00")
	a.tell(hall.CaseResubmitted{CaseAt: on(returned)})
	_, _, late := a.accepted()
	h.sendAll(a, a.epoch)
	says("26 15:00", "2026-11-30")
	for id, want := range map[hall.ID]string{other: "2026-11-26", returned: "2026-11-30", late: "2026-12-01"} {
		if got, _ := h.due(id); got != want {
			t.Errorf("%s is due %s, want %s", id, got, want)
		}
	}
	moved := h.Store.Rows(t, `SELECT COUNT(*) FROM deeds WHERE type = 'deadline.moved'`)
	says("29 12:00", "2026-11-30")
	if again := h.Store.Rows(t, `SELECT COUNT(*) FROM deeds WHERE type = 'deadline.moved'`); again[0] != moved[0] {
		t.Errorf("nothing happened, and limits moved: %s, then %s", moved, again)
	}
	h.check()
	h.rebuilt()
}

// Whether the hub hears of it day by day, or of everything when it is over, in whatever order of epochs: the same limits.
func TestPausedLimitsKnowNoOrderOfArrival(t *testing.T) {
	for seed := range uint64(8) {
		rng := rand.New(rand.NewPCG(seed, 11))
		a := newAgent(1, "hall-a")
		live, heap := newHub(t, dataDir(t), a), newHub(t, dataDir(t), a)
		defer live.close()
		defer heap.close()
		live.publish("2026")
		heap.publish("2026")
		a.started(nil, hall.EpochFirst)
		var ids, all []hall.ID
		epochs := []string{a.epoch}
		down, returned := false, map[hall.ID]bool{}
		for day := 16; day < 28; day++ {
			a.now = nov("1 9:00").AddDate(0, 0, day-1)
			if rng.IntN(2) == 0 {
				_, _, id := a.accepted()
				ids, all = append(ids, id), append(all, id)
			}
			for _, id := range ids {
				switch step := rng.IntN(6); {
				case step == 0 && returned[id]:
					a.tell(hall.CaseResubmitted{CaseAt: on(id)})
					returned[id] = false
				case step == 0:
					a.tell(hall.CaseReturned{CaseAt: on(id), Notice: a.id()})
					returned[id] = true
				case step == 1 && !returned[id]:
					a.tell(hall.CaseDecided{CaseAt: on(id), Result: hall.CaseGranted})
					ids = slices.DeleteFunc(slices.Clone(ids), func(one hall.ID) bool { return one == id })
				}
			}
			switch a.now = a.now.Add(time.Duration(rng.IntN(8)) * time.Hour); {
			case down && rng.IntN(2) == 0:
				a.tell(hall.OutageEnded{Unit: "land"})
				down = false
			case !down && rng.IntN(2) == 0:
				a.tell(hall.OutageBegan{Unit: "land"})
				down = true
			}
			live.now = a.now
			live.sendAll(a, a.epoch)
			live.tick(a.now.Add(time.Minute), a)
			if day == 21 {
				last := uint64(len(a.events[a.epoch]))
				before := a.begin(2)
				a.started(&hall.EpochEnd{Epoch: before, Last: last}, hall.EpochFork)
				epochs = append(epochs, a.epoch)
			}
		}
		heap.now = a.now
		for _, epoch := range slices.Backward(epochs) {
			heap.sendAll(a, epoch)
			heap.tick(a.now.Add(2*time.Minute), a)
		}
		live.tick(a.now.Add(2*time.Minute), a)
		for _, id := range all {
			want, _ := live.due(id)
			if got, _ := heap.due(id); got != want {
				t.Errorf("seed %d: %s is due %s, and %s when it is told of afterwards", seed, id, want, got)
			}
		}
		live.check()
		heap.check()
		heap.rebuilt()
	}
}

// A case of which an old epoch tells when the outage after it was counted already is paused, too.
func TestAnOutagePausesWhatIsToldLate(t *testing.T) {
	h, a := onTheDay(t, "23 9:30")
	_, _, id := a.accepted()
	last, old := uint64(len(a.events[a.epoch])), a.epoch
	a.begin(2)
	a.started(&hall.EpochEnd{Epoch: old, Last: last}, hall.EpochFork)
	a.outage("land", "24 9:00", "24 16:00")
	h.sendAll(a, a.epoch)
	h.tick(nov("25 9:00"), a)
	h.sendAll(a, old)
	h.tick(nov("25 9:01"), a)
	if got, _ := h.due(id); got != "2026-11-27" {
		t.Errorf("due %s", got)
	}
	h.rebuilt()
}

// What is told while limits are computed again is counted afterwards.
func TestAnOutageToldMeanwhileIsCountedNext(t *testing.T) {
	h, a := onTheDay(t, "23 9:30")
	_, _, id := a.accepted(func(o *hall.CaseOpening) { o.Promised = 1 })
	a.outage("land", "24 9:00", "24 16:00")
	h.sendAll(a, a.epoch)
	h.decide(intake.Keys{}, func(intake.Known) ([]hall.Fact, error) {
		return []hall.Fact{hall.OutageCounted{Act: hall.Act{About: "land"}, Agent: a.Number, Told: 1, To: hall.DayOf(nov("25 9:00"))}}, nil
	})
	h.tick(nov("25 9:00"), a)
	if got, _ := h.due(id); got != "2026-11-25" {
		t.Errorf("due %s", got)
	}
}

// Returned when its outage is counted, a case heeds it as soon as its clock runs again.
func TestAnOutagePausesACaseThatIsReturned(t *testing.T) {
	h, a := onTheDay(t, "23 9:30")
	_, _, id := a.accepted()
	a.outage("land", "24 9:00", "24 16:00")
	a.now = nov("25 10:00")
	a.tell(hall.CaseReturned{CaseAt: on(id), Notice: a.id()})
	h.sendAll(a, a.epoch)
	h.tick(nov("25 12:00"), a)
	a.now = nov("25 13:00")
	a.tell(hall.CaseResubmitted{CaseAt: on(id)})
	h.sendAll(a, a.epoch)
	if got, _ := h.due(id); got != "2026-11-27" {
		t.Errorf("due %s", got)
	}
}

// What an outage looks for it finds by index.
func TestOutagesAreFoundByIndex(t *testing.T) {
	s := openStore(t)
	for _, q := range []string{
		`SELECT body FROM cases WHERE agent_id = 1 AND unit = 'land' AND (due_day, id) > (20000, '') AND (due_day < 2147483647 OR rest = 1) ORDER BY due_day, id LIMIT 500`,
		`SELECT body FROM outages WHERE wakes_day <= 20780 ORDER BY wakes_day, agent_id, unit LIMIT 1`,
	} {
		for _, line := range s.Plan(t, q) {
			if strings.HasPrefix(line, "SCAN") || strings.Contains(line, "TEMP B-TREE") && strings.Contains(q, "cases") {
				t.Errorf("%s: %s", q, line)
			}
		}
	}
}
