package store_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/casework"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/rating"
	"hallpulse/hub/internal/repair"
	"hallpulse/hub/internal/store"
)

// opened is how a case begins: three working days promised, whose unit is none of the window.
func opened(id, ticket hall.ID) hall.CaseOpening {
	return hall.CaseOpening{Number: fmt.Sprint("QL", id), Day: hall.DayOf(morning), Ticket: ticket, Item: "deed", Unit: "land",
		Kind: hall.CaseCommitted, Legal: 20, Promised: 3, CodeSHA: "00ff"}
}

// accepted tells of a visit in which a case was accepted, and returns the names.
func (a *agent) accepted(change ...func(*hall.CaseOpening)) (ticket, visit, id hall.ID) {
	ticket, visit = a.begun("1")
	id = a.id()
	o := opened(id, ticket)
	for _, c := range change {
		c(&o)
	}
	a.tell(hall.CaseAccepted{CaseAt: hall.CaseAt{Case: id, Visit: visit, Window: "1", Staff: "1024"}, CaseOpening: o})
	return ticket, visit, id
}

// on is where a step is taken without the citizen.
func on(id hall.ID) hall.CaseAt { return hall.CaseAt{Case: id, Window: "4", Staff: "1025"} }

func rates(ticket, id hall.ID, form string, l hall.Level) hall.RatingGiven {
	f := phone(ticket, form, l)
	f.Visit = id
	return f
}

func (h *hub) theCase(id hall.ID) casework.Case {
	h.t.Helper()
	c, _, err := h.Store.Case(h.t.Context(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

func (h *hub) rowOf(id hall.ID) intake.Visit {
	h.t.Helper()
	v, _, err := h.Store.Visit(h.t.Context(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	return v
}

// Domain §3.2, §3.4, §4: decided otherwise than within its visit, a case is rated by itself, once, and its bad rating opens
// a repair at the unit that owns the item.
func TestACaseIsRatedOnceByItself(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	h.publish("2026")
	a.started(nil, hall.EpochFirst)
	ticket, visit, id := a.accepted()
	a.ended(ticket, visit, "1", "1024")
	h.sendAll(a, a.epoch)
	if row := h.rowOf(id); !row.Case || row.Outcome != "" || !row.Due.IsZero() {
		t.Errorf("accepted, not decided: %+v", row)
	}
	a.now = a.now.AddDate(0, 0, 1)
	a.tell(hall.CaseDecided{CaseAt: on(id), Result: hall.CaseGranted})
	h.sendAll(a, a.epoch)
	row := h.rowOf(id)
	if row.Outcome != hall.OutcomeFinished || row.Unit != "land" || row.Staff != "1025" || !row.Ended.Equal(a.now) || row.Due.Day != hall.DayOf(a.now)+7 {
		t.Errorf("decided: %+v", row)
	}
	h.now = a.now.Add(time.Hour)
	h.record(rates(ticket, id, "f1", hall.Bad), rates(ticket, id, "f2", hall.Good))
	if row = h.rowOf(id); row.Level != hall.Bad || row.FollowUps != 1 || !row.Repair {
		t.Errorf("rated: %+v", row)
	}
	if v := h.rowOf(visit); v.Level != hall.Good || v.FollowUps != 0 {
		t.Errorf("its visit keeps its own rating: %+v", v)
	}
	r, ok, err := h.Store.Repair(t.Context(), id.String())
	if err != nil || !ok || r.Unit != "land" {
		t.Errorf("repair %+v, %v, %v", r, ok, err)
	}
	if got := h.Store.Rows(t, `SELECT SUM(served), SUM(ratable), SUM(cases), SUM(level_2), SUM(level_4) FROM tallies`); got[0] != "SUM(served)=1 SUM(ratable)=2 SUM(cases)=1 SUM(level_2)=1 SUM(level_4)=1" {
		t.Errorf("counted: %s", got)
	}
	h.check()
}

// Domain §3.2: what is decided within the visit that accepted it shares that visit's rating; no default is entered for it.
func TestACaseOfItsVisitSharesTheRating(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	h.publish("2026")
	a.started(nil, hall.EpochFirst)
	ticket, visit, id := a.accepted()
	a.tell(hall.CaseDecided{CaseAt: hall.CaseAt{Case: id, Visit: visit, Window: "1", Staff: "1024"}, Result: hall.CaseGranted})
	a.ended(ticket, visit, "1", "1024")
	h.sendAll(a, a.epoch)
	if row := h.rowOf(id); row.Outcome != "" || !h.theCase(id).Shared() {
		t.Errorf("it can be rated by itself: %+v", row)
	}
	h.tick(a.now.AddDate(0, 0, 20), a)
	if row := h.rowOf(id); row.Default != 0 {
		t.Errorf("a default was entered: %+v", row)
	}
	h.check()
}

// several tells of a visit in which n cases were accepted and decided at once, and returns the names.
func (a *agent) several(n int) (ticket, visit hall.ID, cases []hall.ID) {
	ticket, visit = a.begun("1")
	for range n {
		at := hall.CaseAt{Case: a.id(), Visit: visit, Window: "1", Staff: "1024"}
		o := opened(at.Case, ticket)
		a.tell(hall.CaseAccepted{CaseAt: at, CaseOpening: o})
		a.tell(hall.CaseDecided{CaseAt: at, Result: hall.CaseGranted})
		cases = append(cases, at.Case)
	}
	return ticket, visit, cases
}

// Domain §3.2: with several cases in a visit the citizen rates each or one for all. What he rates alone shares no more; of
// the others none is rated, and none by default, besides the visit.
func TestSeveralCasesAreRatedEachOrTogether(t *testing.T) {
	for _, c := range []struct {
		says    string
		visit   hall.Level // 0: nobody rates the visit
		each    []hall.Level
		late    bool // the visit alone is rated in time
		counted string
		byCases bool
		unrated hall.Level // what becomes of the visit by default
	}{
		{"one for all", hall.Good, []hall.Level{0, 0, 0}, false, "SUM(ratable)=1 SUM(cases)=0 SUM(level_1)=0 SUM(level_4)=1 SUM(level_5)=0 SUM(default_3)=0", false, 0},
		{"each", 0, []hall.Level{5, 4, 1}, false, "SUM(ratable)=3 SUM(cases)=3 SUM(level_1)=1 SUM(level_4)=1 SUM(level_5)=1 SUM(default_3)=0", true, 0},
		{"each, after all together", hall.Good, []hall.Level{5, 5, 1}, false, "SUM(ratable)=4 SUM(cases)=3 SUM(level_1)=1 SUM(level_4)=1 SUM(level_5)=2 SUM(default_3)=0", true, 0},
		{"one of them: the others share", hall.Good, []hall.Level{0, 1, 0}, false, "SUM(ratable)=2 SUM(cases)=1 SUM(level_1)=1 SUM(level_4)=1 SUM(level_5)=0 SUM(default_3)=0", false, 0},
		{"one of them: nobody rates the others", 0, []hall.Level{0, 1, 0}, false, "SUM(ratable)=2 SUM(cases)=1 SUM(level_1)=1 SUM(level_4)=0 SUM(level_5)=0 SUM(default_3)=1", false, hall.Fair},
		{"too late: they share", hall.Good, []hall.Level{1, 1, 1}, true, "SUM(ratable)=1 SUM(cases)=0 SUM(level_1)=0 SUM(level_4)=1 SUM(level_5)=0 SUM(default_3)=0", false, 0},
	} {
		t.Run(c.says, func(t *testing.T) {
			a := newAgent(1, "hall-a")
			h := newHub(t, dataDir(t), a)
			defer h.close()
			h.publish("2026")
			a.started(nil, hall.EpochFirst)
			ticket, visit, cases := a.several(3)
			a.tell(hall.VisitFinished{Visit: visit, Staff: "1024", Outcome: hall.OutcomeFinished})
			a.tell(hall.TicketFinished{Ticket: ticket, Window: "1"})
			h.sendAll(a, a.epoch)
			h.now = a.now.Add(time.Minute)
			if c.visit != 0 {
				h.record(rates(ticket, visit, "all", c.visit))
			}
			if c.late {
				h.now = a.now.AddDate(0, 0, 9)
			}
			for n, l := range c.each {
				if l != 0 {
					h.record(rates(ticket, cases[n], fmt.Sprint("slip", n), l), rates(ticket, cases[n], fmt.Sprint("ticket", n), hall.Fair))
				}
			}
			h.tick(a.now.AddDate(0, 0, 20), a)
			for n, l := range c.each {
				if row := h.rowOf(cases[n]); !c.late && (row.Level != l || row.FollowUps != min(int(l), 1)) || c.late && row.Level != 0 || row.Default != 0 || row.Repair != (l == 1 && !c.late) {
					t.Errorf("case %d, rated %d: %+v", n, l, row)
				}
			}
			if c.late {
				h.wantStandings(ticket, c.says, rating.Counted, rating.Late, rating.Late, rating.Late, rating.Late, rating.Late, rating.Late)
			}
			if v := h.rowOf(visit); v.Level != c.visit || v.Default != c.unrated || v.ByCases != c.byCases {
				t.Errorf("the visit: %+v", v)
			}
			if got := h.Store.Rows(t, `SELECT SUM(ratable), SUM(cases), SUM(level_1), SUM(level_4), SUM(level_5), SUM(default_3) FROM tallies`); got[0] != c.counted {
				t.Errorf("counted %s", got)
			}
			h.check()
		})
	}
}

// The days on which its hall is closed give a case its time, whatever the hub has in memory.
func TestACaseRatedAloneHasTheDaysOfItsHall(t *testing.T) {
	a, dir := newAgent(1, "hall-a"), dataDir(t)
	h := newHub(t, dir, a)
	defer func() { h.close() }()
	h.publish("2026")
	a.started(nil, hall.EpochFirst)
	ticket, visit, cases := a.several(1)
	a.tell(hall.VisitFinished{Visit: visit, Staff: "1024", Outcome: hall.OutcomeFinished})
	h.sendAll(a, a.epoch)
	h.decide(intake.Keys{}, func(k intake.Known) ([]hall.Fact, error) {
		return k.Law().Close(dayOf("2026-11-26"), "hhall-a", hall.ClosingWeather, hall.DayOf(k.Now()), hall.Person{Account: "li", Role: "centre"})
	})
	h.tick(h.now, a)
	for _, f := range []hall.RatingGiven{rates(ticket, cases[0], "slip", hall.VeryBad), rates(ticket, visit, "ticket", hall.Good)} {
		h.close()
		h = newHub(t, dir)
		h.now = dayOf("2026-12-01").Start().Add(10 * time.Hour)
		h.record(f)
		if row := h.rowOf(cases[0]); row.Level != hall.VeryBad || !row.Repair {
			t.Errorf("after form %s, on the last day: %+v", f.Answer, row)
		}
		h.check()
	}
	if r, _ := h.repairOf(cases[0]); r.State != repair.Open {
		t.Errorf("its repair is %s", r.State)
	}
}

// Domain §3.2: each or one for all; §6: where a visit met an outage of its unit, both go to the platform.
func TestACaseOfAVisitThatMetAnOutageIsThePlatforms(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	h.publish("2026")
	a.started(nil, hall.EpochFirst)
	ticket, visit, cases := a.several(2)
	a.tell(hall.VisitDown{Visit: visit})
	a.tell(hall.VisitFinished{Visit: visit, Staff: "1024", Outcome: hall.OutcomeFinished})
	h.sendAll(a, a.epoch)
	h.record(rates(ticket, cases[0], "slip", hall.Bad), rates(ticket, visit, "ticket", hall.VeryBad))
	for _, id := range []hall.ID{cases[0], visit} {
		if r, _ := h.repairOf(id); !h.rowOf(id).Platform || r.Unit != repair.CentreUnit || r.Why != hall.OwnerDown {
			t.Errorf("%s: %+v, its repair is of %s, %s", id, h.rowOf(id), r.Unit, r.Why)
		}
	}
	h.check()
}

// The board is told of each rating on the day on which it is given: of a case rated alone, and of a visit of another day too.
func TestTheBoardIsToldOfEachRating(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	h.publish("2026")
	a.started(nil, hall.EpochFirst)
	ticket, visit, cases := a.several(2)
	a.tell(hall.VisitFinished{Visit: visit, Staff: "1024", Outcome: hall.OutcomeFinished})
	h.sendAll(a, a.epoch)
	told := func(day hall.Day, want ...hall.Level) {
		t.Helper()
		for _, keys := range [][]intake.WindowKey{nil, {{Agent: 1, Window: "1"}}} {
			var levels []hall.Level
			days, err := h.Store.Today(t.Context(), day, keys...)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range days {
				for _, r := range d.Recent {
					levels = append(levels, r.Level)
				}
			}
			if !slices.Equal(levels, want) {
				t.Errorf("on %s the board hears of %v, want %v", day, levels, want)
			}
		}
	}
	today := hall.DayOf(morning)
	h.record(rates(ticket, cases[0], "slip", hall.VeryBad))
	told(today, hall.VeryBad)
	h.now = h.now.AddDate(0, 0, 1)
	h.record(rates(ticket, cases[1], "slip 2", hall.Bad))
	h.now = h.now.Add(time.Minute)
	h.record(rates(ticket, visit, "ticket", hall.Good))
	told(today, hall.VeryBad)
	told(today+1, hall.Good, hall.Bad)
	told(today + 2)
}

// Domain §3.4: five working days from the delivery, then the default; what was undone before anybody rated begins anew.
func TestTheDefaultOfACase(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	h.publish("2026")
	a.started(nil, hall.EpochFirst)
	ticket, visit, id := a.accepted(func(o *hall.CaseOpening) { o.Delivers = true })
	a.ended(ticket, visit, "1", "1024")
	a.tell(hall.CaseDecided{CaseAt: on(id), Result: hall.CaseGranted})
	a.tell(hall.CaseDelivered{CaseAt: on(id), Road: hall.DeliveredAtWindow})
	h.sendAll(a, a.epoch)
	if row := h.rowOf(id); row.Due.Day != dayOf("2026-11-30") {
		t.Errorf("delivered on a Monday: due %+v", row.Due)
	}
	a.tell(hall.CaseUndone{CaseAt: on(id), Step: hall.TypeCaseDelivered})
	h.sendAll(a, a.epoch)
	if row := h.rowOf(id); row.Outcome != "" || !row.Due.IsZero() {
		t.Errorf("undone: %+v", row)
	}
	a.now = a.now.AddDate(0, 0, 2)
	a.tell(hall.CaseDelivered{CaseAt: on(id), Road: hall.DeliveredByPost})
	h.sendAll(a, a.epoch)
	h.tick(dayOf("2026-12-02").Start().Add(23*time.Hour), a)
	if row := h.rowOf(id); row.Default != 0 {
		t.Errorf("in time still: %+v", row)
	}
	h.tick(dayOf("2026-12-03").Start().Add(time.Hour), a)
	if row := h.rowOf(id); row.Default != hall.Fair || row.Level != 0 {
		t.Errorf("nobody rated in time: %+v", row)
	}
	h.check()
}

// A rating that was given stays, whatever is undone after it.
func TestARatingOutlivesAnUndoing(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	h.publish("2026")
	a.started(nil, hall.EpochFirst)
	ticket, visit, id := a.accepted()
	a.ended(ticket, visit, "1", "1024")
	a.tell(hall.CaseDecided{CaseAt: on(id), Result: hall.CaseGranted})
	h.sendAll(a, a.epoch)
	h.now = a.now.Add(time.Minute)
	h.record(rates(ticket, id, "f1", hall.VeryGood))
	a.now = a.now.Add(time.Hour)
	a.tell(hall.CaseUndone{CaseAt: on(id), Step: hall.TypeCaseDecided})
	a.tell(hall.CaseDecided{CaseAt: on(id), Result: hall.CaseDenied})
	h.sendAll(a, a.epoch)
	h.now = a.now.Add(time.Minute)
	h.record(rates(ticket, id, "f2", hall.VeryBad))
	if row := h.rowOf(id); row.Level != hall.VeryGood || row.FollowUps != 1 {
		t.Errorf("%+v", row)
	}
	h.check()
}

// Domain §7: the calendar moves what still runs.
func TestACaseFollowsTheCalendar(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	a.started(nil, hall.EpochFirst)
	ticket, visit, id := a.accepted()
	a.ended(ticket, visit, "1", "1024")
	h.sendAll(a, a.epoch)
	if c := h.theCase(id); !c.Due.Provisional || c.Due.Day != dayOf("2026-11-26") {
		t.Errorf("nobody has published the year: %+v", c.Due)
	}
	h.publish("2026")
	h.tick(a.now.Add(time.Minute), a)
	if c := h.theCase(id); c.Due.Provisional || c.Due.Day != dayOf("2026-11-26") || c.Lawful.Provisional {
		t.Errorf("published: %+v, %+v", c.Due, c.Lawful)
	}
	due, err := h.Store.CasesDue(t.Context(), dayOf("2026-11-26"))
	if err != nil || due[1] != (intake.DueCases{Today: 1}) {
		t.Errorf("due %+v, %v", due, err)
	}
	if due, _ = h.Store.CasesDue(t.Context(), dayOf("2026-11-27")); due[1] != (intake.DueCases{Overdue: 1}) {
		t.Errorf("overdue %+v", due)
	}
	h.check()
}

// What the counter cannot mean is refused, each with its reason.
func TestWrongStepsOfACase(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	a.started(nil, hall.EpochFirst)
	id, ticket := a.id(), a.id()
	foreign := hall.ID{Agent: 2, Tag: 1, Serial: 1}
	bad := opened(id, ticket)
	bad.Promised = -1
	for _, c := range []struct {
		f   hall.Fact
		why uplink.Why
	}{
		{hall.CaseDecided{Result: hall.CaseGranted}, uplink.WhyMissing},
		{hall.CaseDecided{CaseAt: on(foreign), Result: hall.CaseGranted}, uplink.WhyForeign},
		{hall.CaseDecided{CaseAt: on(id), Result: "maybe"}, uplink.WhyMalformed},
		{hall.CaseDelivered{CaseAt: on(id), Road: "pigeon"}, uplink.WhyMalformed},
		{hall.CaseReturned{CaseAt: on(id)}, uplink.WhyMissing},
		{hall.CaseRefused{CaseAt: on(id), Why: "tired"}, uplink.WhyMalformed},
		{hall.CaseUndone{CaseAt: on(id), Step: hall.TypeCaseUndone}, uplink.WhyMalformed},
		{hall.CaseAccepted{CaseAt: on(id), CaseOpening: bad}, uplink.WhyMalformed},
		{hall.CaseAccepted{CaseAt: on(id), CaseOpening: opened(id, foreign)}, uplink.WhyForeign},
		{hall.NoticePrinted{Notice: a.id(), Ticket: ticket}, uplink.WhyMalformed},
		{hall.NoticePrinted{Notice: foreign, Ticket: ticket, Missing: []string{"户口簿"}}, uplink.WhyForeign},
	} {
		seq := a.tell(c.f).Seq
		r := h.send(a, a.batch(a.epoch, 1, 100))
		if len(r.Verdicts) == 0 || r.Verdicts[len(r.Verdicts)-1].Seq != seq || r.Verdicts[len(r.Verdicts)-1].Why != c.why {
			t.Errorf("%s %+v: %+v, want %s", c.f.Type(), c.f, r.Verdicts, c.why)
		}
	}
}

// Promise: a text that an agent sealed comes with its event, in one transaction, or its loss is a finding; what was erased
// for ever does not come back.
func TestBoxesComeWithTheirEvents(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer func() { h.close() }()
	h.stop()
	h.open = func(b uplink.Box) (intake.Box, string, error) {
		if b.Key != "ours" {
			return intake.Box{}, "", uplink.ErrBox
		}
		return intake.Box{Ref: b.Ref, Salt: []byte("salt"), Sealed: b.Sealed}, "sha of " + string(b.Sealed), nil
	}
	h.erased = []string{"erased"}
	h.run(h.Store)
	a.started(nil, hall.EpochFirst)
	first := a.id()
	sealed := func(ref, sha string) func(*hall.CaseOpening) {
		return func(o *hall.CaseOpening) { o.Private = hall.Sealed{Ref: ref, SHA: sha} }
	}
	_, _, id := a.accepted(sealed("right", "sha of Li"))
	a.accepted(sealed("other", "sha of Li"))
	a.accepted(sealed("foreign", "sha of Li"))
	a.accepted(sealed("erased", "sha of Li"))
	_, visit := a.begun("1")
	a.tell(hall.NoticePrinted{Notice: first, Ticket: first, Visit: visit, Window: "1", Staff: "1024", Item: "deed", Other: hall.Sealed{Ref: "note", SHA: "sha of note"}})
	boxes := []uplink.Box{{Ref: "right", Key: "ours", Sealed: []byte("Li")}, {Ref: "other", Key: "ours", Sealed: []byte("Wang")}, {Ref: "foreign", Key: "theirs", Sealed: []byte("Li")},
		{Ref: "erased", Key: "ours", Sealed: []byte("Li")}, {Ref: "note", Key: "ours", Sealed: []byte("note")}, {Ref: "unnamed", Key: "ours", Sealed: []byte("Li")}}
	for range 2 { // a repeat changes nothing
		h.send(a, a.sealed(t, boxes))
	}
	want := []string{"ref=note kind=case about=" + visit.String() + " visit=" + visit.String() + " sealed=[110 111 116 101]",
		"ref=right kind=case about=" + id.String() + " visit= sealed=[76 105]"}
	if got := h.Store.Rows(t, `SELECT ref, kind, about, visit, sealed FROM boxes ORDER BY ref`); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("kept:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	found := h.findings()
	if len(found) != 1 || found[0].Rule != hall.FindingBoxLost {
		t.Errorf("findings %+v", found)
	}
}

// sealed returns all of the current epoch as one batch, with boxes.
func (a *agent) sealed(t *testing.T, boxes []uplink.Box) []byte {
	t.Helper()
	b, err := uplink.ParseBatch(a.batch(a.epoch, 1, 100))
	if err != nil {
		t.Fatal(err)
	}
	for _, box := range boxes {
		line, err := json.Marshal(box)
		if err != nil {
			t.Fatal(err)
		}
		b.Boxes = append(b.Boxes, line)
	}
	payload, err := b.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

// A second notice for one case can be counted.
func TestNoticesAreKept(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	a.started(nil, hall.EpochFirst)
	ticket, visit, id := a.accepted()
	for n, again := range []hall.AgainWhy{"", hall.AgainOverlooked} {
		notice := a.id()
		a.tell(hall.NoticePrinted{Notice: notice, Case: id, Ticket: ticket, Visit: visit, Window: "1", Staff: "1024", Item: "deed", Missing: []string{"结婚证", fmt.Sprint(n)}, Waived: []hall.Waived{{Material: "户口簿", Why: hall.WaivedShared}}, Again: again})
		a.tell(hall.CaseReturned{CaseAt: on(id), Notice: notice})
		a.tell(hall.CaseResubmitted{CaseAt: on(id)})
	}
	h.sendAll(a, a.epoch)
	all, err := h.Store.Notices(t.Context(), id)
	if err != nil || len(all) != 2 || all[0].Again != "" || all[1].Again != hall.AgainOverlooked || len(all[1].Missing) != 2 || len(all[1].Waived) != 1 || all[1].Waived[0].Why != hall.WaivedShared || all[1].Visit != visit {
		t.Errorf("notices %+v, %v", all, err)
	}
	if one, known, err := h.Store.Notice(t.Context(), all[1].Notice); err != nil || !known || !reflect.DeepEqual(one, all[1]) {
		t.Errorf("one of them: %+v, %v, %v", one, known, err)
	}
	if one, known, err := h.Store.Notice(t.Context(), a.id()); err != nil || known {
		t.Errorf("one of nobody: %+v, %v", one, err)
	}
	h.check()
}

// A page of a list, in the order of who is to act and what is due, narrowed as the office asks.
func TestCasesAreListedDueFirst(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	h.publish("2026")
	a.started(nil, hall.EpochFirst)
	var ids []hall.ID
	for n := range 6 {
		_, _, id := a.accepted(func(o *hall.CaseOpening) {
			o.Promised = 6 - n
			o.Unit = []string{"land", "tax"}[n%2]
		})
		ids = append(ids, id)
	}
	a.tell(hall.CaseReturned{CaseAt: on(ids[5]), Notice: a.id()})
	a.tell(hall.CaseDecided{CaseAt: on(ids[4]), Result: hall.CaseGranted})
	h.sendAll(a, a.epoch)
	list := func(q intake.CasesAsked) (out []int) {
		t.Helper()
		for q.Limit = 2; ; {
			page, next, err := h.Store.Cases(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range page {
				for n, id := range ids {
					if id == c.ID {
						out = append(out, n)
					}
				}
			}
			if q.After = next; next == "" {
				return out
			}
		}
	}
	yes := true
	for _, c := range []struct {
		says string
		q    intake.CasesAsked
		want string
	}{
		{"all", intake.CasesAsked{}, "[3 2 1 0 5 4]"},
		{"open", intake.CasesAsked{Open: &yes}, "[3 2 1 0 5]"},
		{"of a unit", intake.CasesAsked{Unit: "tax"}, "[3 1 5]"},
		{"of two states", intake.CasesAsked{States: []string{"returned", "decided"}}, "[5 4]"},
		{"by number", intake.CasesAsked{Number: "QL" + ids[2].String()}, "[2]"},
		{"of no hall", intake.CasesAsked{Agents: []uint32{}}, "[]"},
		{"due until", intake.CasesAsked{DueTo: h.theCase(ids[2]).Due.Day}, "[3 2]"},
	} {
		if got := fmt.Sprint(list(c.q)); got != c.want {
			t.Errorf("%s: %s, want %s", c.says, got, c.want)
		}
	}
}

// The office's lists read their page by an index in its order, however many cases there are.
func TestListsOfCasesReadByIndex(t *testing.T) {
	s := openStore(t)
	yes := true
	for says, q := range map[string]intake.CasesAsked{
		"running":       {Open: &yes},
		"late":          {DueTo: 20780},
		"of a unit":     {Open: &yes, Unit: "land"},
		"of units":      {Open: &yes, Units: []string{"land", "tax"}},
		"of a hall":     {Open: &yes, Agents: []uint32{1}},
		"of two halls":  {Open: &yes, Agents: []uint32{1, 2}},
		"of an item":    {Open: &yes, Items: []string{"deed"}},
		"of a state":    {States: []string{"returned"}},
		"by its number": {Number: "QL1"},
	} {
		for _, line := range s.Plan(t, store.CaseList(q)) {
			runs := len(q.Units)+len(q.Agents) > 1 // as many as are shown are sorted
			if strings.HasPrefix(line, "SCAN cases") && !strings.Contains(line, "INDEX") || strings.Contains(line, "TEMP B-TREE") && !runs && q.Number == "" {
				t.Errorf("%s: %s", says, line)
			}
		}
	}
}
