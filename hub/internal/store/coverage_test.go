package store_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/concern"
	"hallpulse/hub/internal/figures"
	"hallpulse/hub/internal/inspection"
	"hallpulse/hub/internal/intake"
)

// What is told of windows and devices, from a moment on; what was told before stands for what nothing was told of since.
func TestWhatWasToldOfWindowsAndDevices(t *testing.T) {
	a, b := newAgent(1, "hall-a"), newAgent(2, "hall-b")
	h := newHub(t, dataDir(t), a, b)
	defer h.close()
	for _, of := range []*agent{a, b} {
		of.started(nil, hall.EpochFirst)
		of.tell(hall.DeviceUp{Device: "pad-1", Kind: hall.KindPad, Window: "1", UID: 7})
		of.tell(hall.WindowOpened{Window: "1", Staff: "1024"})
		of.tell(hall.WindowOpened{Window: "2", Staff: "1025"})
		of.tell(hall.WindowClosed{Window: "2", Staff: "1025"})
		of.visit("1", hall.Good)
		h.sendAll(of, of.epoch)
	}
	noon := morning.Add(3 * time.Hour)
	h.now, a.now = noon.Add(time.Hour), noon
	a.tell(hall.DeviceDown{Device: "pad-1", Kind: hall.KindPad, Window: "1", Why: hall.TroubleMissing})
	a.visit("1", hall.Fair)
	a.tell(hall.WindowClosed{Window: "1", Staff: "1024"})
	h.sendAll(a, a.epoch)
	for _, c := range []struct {
		from string
		at   time.Time
		want map[uint32]string
	}{
		{"before all", morning.Add(-time.Hour), map[uint32]string{
			1: "device.up window.opened window.opened window.closed device.down window.closed", 2: "device.up window.opened window.opened window.closed"}},
		{"noon: what nothing was told of since stands as it was", noon, map[uint32]string{1: "device.down window.closed", 2: "window.opened device.up"}},
		{"later than all", noon.Add(24 * time.Hour), map[uint32]string{1: "device.down", 2: "window.opened device.up"}},
	} {
		got, err := h.Store.Watched(t.Context(), c.at)
		if err != nil {
			t.Fatal(err)
		}
		for agent, want := range c.want {
			said := ""
			for _, told := range got[agent] {
				said += " " + string(told.Fact.Type())
			}
			if said != " "+want {
				t.Errorf("from %s: agent %d told%s, want %s", c.from, agent, said, want)
			}
		}
	}
}

// However many events lie before a moment, those after it are found.
func TestWhatWasToldIsFoundByWhenItArrived(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	a.started(nil, hall.EpochFirst)
	for day := range 9 {
		h.now = morning.Add(time.Duration(day)*24*time.Hour + time.Minute)
		a.now = h.now.Add(-time.Minute)
		for range 7 {
			a.visit("1", hall.Good)
		}
		a.tell(hall.WindowOpened{Window: fmt.Sprint(day), Staff: "1024"})
		a.tell(hall.WindowClosed{Window: fmt.Sprint(day), Staff: "1024"})
		h.sendAll(a, a.epoch)
	}
	for day := range 9 {
		got, err := h.Store.Watched(t.Context(), morning.Add(time.Duration(day)*24*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		want := 2 * (9 - day)
		if day > 1 {
			want++ // window 1 stands open: people are called there
		}
		if n := len(got[1]); n != want {
			t.Errorf("from day %d: %d told, want %d", day, n, want)
		}
	}
}

// Domain §5: 诉求, praise, inspections and surveys stand beside the ratings, never in the satisfaction rate. Whatever citizens
// said there, no sum of any visit moves.
func TestWhatStandsBesideTheRatingsMovesNoFigure(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	h.publish("2026")
	a.started(nil, hall.EpochFirst)
	for _, l := range []hall.Level{hall.VeryGood, hall.Good, hall.Fair, hall.Bad} {
		a.visit("1", l)
	}
	h.sendAll(a, a.epoch)
	sums := func() []figures.Tally {
		t.Helper()
		all, err := h.Store.Tallies(t.Context(), figures.Query{From: 0, To: 1 << 20, By: figures.ByChannel}, nil)
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(all, func(a, b figures.Tally) int { return a.Key.Compare(b.Key) })
		return all
	}
	before := sums()
	if len(before) == 0 {
		t.Fatal("no visit is counted")
	}
	h.complainAndPraise()
	h.inspect()
	if after := sums(); !reflect.DeepEqual(before, after) {
		t.Errorf("sums moved:\nbefore %+v\nafter  %+v", before, after)
	}
	h.check()
	if err := h.Store.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after := sums(); !reflect.DeepEqual(before, after) {
		t.Errorf("a rebuild moved sums:\nbefore %+v\nafter  %+v", before, after)
	}
}

var (
	liCentre   = hall.Person{Account: "li", Role: "centre"}
	tangUnit   = hall.Person{Account: "tang", Role: "handler", Unit: "police"}
	wangVisits = hall.Person{Account: "wang", Role: "inspector"}
	written    = hall.Sealed{Ref: "r", SHA: "s"}
)

// decideWith is decide with the box of written.
func (h *hub) decideWith(keys intake.Keys, do intake.Decide) {
	h.t.Helper()
	if err := h.Intake.Decide(h.t.Context(), keys, do, intake.Box{Ref: written.Ref, Salt: []byte{1}, Sealed: []byte{1}}); err != nil {
		h.t.Fatal(err)
	}
}

// complainAndPraise takes a work order all its way: the citizen is very unsatisfied with the answer; and somebody brings a
// pennant.
func (h *hub) complainAndPraise() {
	h.t.Helper()
	id := concern.OrderID("20261123000017")
	list := concern.List{Topics: []concern.Topic{{ID: "identity"}}, Rules: []concern.Rule{{ID: "p", Topics: []string{"identity"}, Unit: "police"}}}
	for _, act := range []func(concern.Concern, intake.Known) ([]hall.Fact, error){
		func(c concern.Concern, k intake.Known) ([]hall.Fact, error) {
			return c.Receive(concern.New{ID: id, Kind: hall.ConcernComplaint, Source: hall.ConcernHotline, Order: "20261123000017", Topic: "identity", Text: written}, list, k.Law(), liCentre, k.Now())
		},
		func(c concern.Concern, _ intake.Known) ([]hall.Fact, error) { return c.Sign(c.Version, tangUnit) },
		func(c concern.Concern, _ intake.Known) ([]hall.Fact, error) {
			return c.Reply(c.Version, written, tangUnit)
		},
		func(c concern.Concern, _ intake.Known) ([]hall.Fact, error) {
			return c.Hear(hall.VeryBad, hall.ChannelHotline, "call-1", liCentre)
		},
		func(c concern.Concern, _ intake.Known) ([]hall.Fact, error) {
			return c.Judge(c.Version, true, "", liCentre)
		},
		func(c concern.Concern, _ intake.Known) ([]hall.Fact, error) {
			return c.Close(c.Version, hall.ClosedAnswered, "", liCentre)
		},
	} {
		h.decideWith(intake.Keys{Concerns: []string{id}}, func(k intake.Known) ([]hall.Fact, error) {
			c, _ := k.Concern(id)
			return act(c, k)
		})
	}
	h.decide(intake.Keys{Concerns: []string{"p-1"}}, func(k intake.Known) ([]hall.Fact, error) {
		return concern.Concern{}.Record(concern.Praise{ID: "p-1", Source: hall.ConcernVisitor, Form: hall.PraisePennant, Of: []hall.Praised{{Unit: "police", Badge: "1024"}}}, liCentre, k.Now())
	})
}

// inspect sends in a survey in which somebody gives one of ten, with a finding.
func (h *hub) inspect() {
	h.t.Helper()
	least := 6
	form := inspection.Form{ID: "survey", Kind: hall.InspectionSurvey, Questions: []inspection.Question{{ID: "overall", Kind: inspection.AskNumber, Least: 1, Most: 10, FineFrom: &least}}}
	one := 1
	filled, faults := form.Fill(map[string]inspection.Answer{"overall": {Number: &one}})
	if len(faults) > 0 || filled.Wrong != 1 {
		h.t.Fatal(faults)
	}
	h.decideWith(intake.Keys{Inspections: []string{"draft-1234"}}, func(k intake.Known) ([]hall.Fact, error) {
		return inspection.Inspection{}.Submit(inspection.Submission{Draft: "draft-1234", Hall: "city", On: hall.DayOf(k.Now()), Filled: filled, Answers: written,
			Findings: []inspection.NewFinding{{Text: written, Unit: "police", Due: hall.DayOf(k.Now()) + 5}}}, wangVisits, k.Now())
	})
}
