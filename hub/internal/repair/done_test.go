package repair

import (
	"slices"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// §4: named ones are called back and repaired 100 %; what falls short is shown by unit.
func TestShortfalls(t *testing.T) {
	call5 := []step{until("2026-11-12 09:00"), call(fang, true)}
	for _, c := range []struct {
		rule  string
		given []step
		now   string
		want  []Gap
		done  bool // too late, but done
	}{
		{"nothing is owed yet", []step{opens}, "2026-11-09 23:59", nil, false},
		{"not called back within 3 working days", []step{opens}, "2026-11-10 00:00", []Gap{GapCall}, false},
		{"called back in time, not repaired by the deadline", worked(), "2026-11-19 00:00", []Gap{GapRepair}, false},
		{"neither", []step{opens}, "2026-11-19 00:00", []Gap{GapCall, GapRepair}, false},
		{"answered in time", answered(), "2026-12-19 00:00", nil, false},
		{"called back too late, and so done", append([]step{opens, assign(chen, "police"), sign(tang)}, call5...), "2026-11-12 10:00", []Gap{GapCall}, true},
		{"answered too late, and so done", append(worked(), until("2026-11-19 09:00"), answer(tang, hall.ResultPartly)), "2026-11-19 10:00", []Gap{GapRepair}, true},
		{"answered in time and sent back is not done", append(answered(), sendBack(chen)), "2026-11-19 00:00", []Gap{GapRepair}, false},
		{"not reached on three different days is a call-back", []step{opens, assign(chen, "police"), sign(tang), call(fang, false), until("2026-11-05 09:00"), call(fang, false), until("2026-11-06 09:00"), call(fang, false)}, "2026-11-10 00:00", nil, false},
		{"who did not agree is owed the repair alone", []step{rated(silent), opens}, "2026-11-19 00:00", []Gap{GapRepair}, false},
		{"who is anonymous is in no such figure", []step{rated(anonymous), opens}, "2026-11-19 00:00", nil, false},
		{"an extension is no shortfall", append(worked(), extend(tang, "2026-11-25")), "2026-11-25 23:59", nil, false},
		{"a first round that fell short stays one", append(worked(), until("2026-11-19 09:00"), answer(tang, hall.ResultPartly), rates(hall.Bad)), "2026-11-19 10:00", []Gap{GapRepair}, true},
		{"in a round that ended who did not agree was owed no call", []step{rated(silent), opens, assign(chen, "police"), sign(tang), verify(tang, hall.ResultPartly), repairs(tang, hall.RepairAtOnce), until("2026-11-12 09:00"), answer(tang, ""), rates(hall.Bad)}, "2026-11-12 10:00", nil, false},
		{"while it is frozen nothing falls short", append(worked(), freeze(hall.Citizen())), "2026-12-19 00:00", nil, false},
		{"excluded: in no figure", append(worked(), propose(tang), exclude(chen, true)), "2026-12-19 00:00", nil, false},
		{"withdrawn: in none", []step{opens, rated(turnsGood)}, "2026-12-19 00:00", nil, false},
	} {
		t.Run(c.rule, func(t *testing.T) {
			s := begin(t)
			s.play(t, c.given...)
			var gaps []Gap
			for _, f := range s.r.Shortfalls(moment(c.now)) {
				gaps = append(gaps, f.Gap)
				if f.Unit != "police" || f.Due.IsZero() || f.Done.IsZero() == c.done {
					t.Errorf("%+v", f)
				}
			}
			if !slices.Equal(gaps, c.want) {
				t.Errorf("%v, want %v", gaps, c.want)
			}
		})
	}
}

// §9: 整改率 and 按期整改率.
func TestDoneAndInTime(t *testing.T) {
	for _, c := range []struct {
		rule                           string
		given                          []step
		done, inTime, overdue, counted bool
	}{
		{"an open one is not done", []step{opens}, false, false, false, true},
		{"past its deadline it is overdue", []step{opens, until("2026-11-19 00:00")}, false, false, true, true},
		{"answered it is done, in time", answered(), true, true, false, true},
		{"answered on the last day is in time", append(worked(), until("2026-11-18 23:59"), answer(tang, hall.ResultPartly)), true, true, false, true},
		{"answered later is done, late", append(worked(), until("2026-11-19 00:00"), answer(tang, hall.ResultPartly)), true, false, false, true},
		{"sent back it is not done", append(answered(), sendBack(chen)), false, false, false, true},
		{"frozen it is not overdue", append(worked(), freeze(hall.Citizen()), until("2026-11-30 00:00")), false, false, false, true},
		{"a first round that was late stays late", append(worked(), until("2026-11-19 00:00"), answer(tang, hall.ResultPartly), rates(hall.Bad), sign(tang), call(fang, true), answer(tang, hall.ResultUnfounded)), true, false, false, true},
		{"excluded: in no figure, in the record", append(worked(), propose(tang), exclude(chen, true)), false, false, false, false},
		{"withdrawn: in none", []step{opens, rated(turnsGood)}, false, false, false, false},
	} {
		s := begin(t)
		s.play(t, c.given...)
		if r := s.r; r.Done() != c.done || r.InTime() != c.inTime || r.Overdue(s.now) != c.overdue || r.Counts() != c.counted {
			t.Errorf("%s: done %v, in time %v, overdue %v, counts %v", c.rule, r.Done(), r.InTime(), r.Overdue(s.now), r.Counts())
		}
	}
}

// What lists show of a repair and sort it by.
func TestWhatListsShow(t *testing.T) {
	tries := []step{opens, assign(chen, "police"), sign(tang), call(fang, false), until("2026-11-05 09:00"), call(fang, false), until("2026-11-06 09:00"), call(fang, false)}
	for _, c := range []struct {
		rule  string
		given []step
		late  int
		call  CallState
		ended string
	}{
		{"just opened", []step{opens}, 0, CallDue, ""},
		{"anonymous", []step{rated(anonymous), opens}, 0, CallNone, ""},
		{"reached", worked(), 0, CallReached, ""},
		{"not reached, often enough", tries, 0, CallUnreached, ""},
		{"not reached, not often enough", tries[:4], 0, CallDue, ""},
		{"on its last day", append(worked(), until("2026-11-18 23:00")), 0, CallReached, ""},
		{"a day late", append(worked(), until("2026-11-19 09:00")), 1, CallReached, ""},
		{"two working days and a weekend later", append(worked(), until("2026-11-23 09:00")), 3, CallReached, ""},
		{"answered a day late, however long ago", append(worked(), until("2026-11-19 09:00"), answer(tang, hall.ResultPartly), until("2026-11-25 09:00")), 1, CallReached, ""},
		{"closed", append(answered(), until("2026-11-05 10:00"), accept(chen), until("2026-11-06 10:00"), freeze(hall.Citizen())), 0, CallReached, "2026-11-05 10:00"},
		{"excluded on an appeal", append(answered(), accept(chen), appeal(zhou), until("2026-11-06 10:00"), decide(gao, hall.AppealStaff, true)), 0, CallReached, "2026-11-06 10:00"},
		{"withdrawn", []step{opens, until("2026-11-05 10:00"), rated(turnsGood)}, 0, CallDue, "2026-11-05 10:00"},
	} {
		s := begin(t)
		s.play(t, c.given...)
		at, ended := s.r.Ended()
		if late := s.r.DaysLate(s.now, s.law); late != c.late || s.r.CallState() != c.call || ended != (c.ended != "") || ended && !at.Equal(moment(c.ended)) {
			t.Errorf("%s: %d days late, call-back %s, ended %v %v", c.rule, late, s.r.CallState(), ended, at)
		}
	}
}

// §4: again and again, or repairs not done: key list 重点对象.
func TestKeylist(t *testing.T) {
	made := func(at string, steps ...step) Repair {
		s := begin(t)
		s.now = moment(at)
		s.play(t, steps...)
		return s.r
	}
	one := func(at string) Repair { return made(at, answered()...) }
	gone := func(at string) Repair { return made(at, opens, rated(turnsGood)) }
	for _, c := range []struct {
		rule    string
		repairs []Repair
		now     string
		want    KeyWhy
		n       int
	}{
		{"none", nil, "2026-11-20 09:00", "", 0},
		{"two in 90 days are not again and again", []Repair{one("2026-09-01 09:00"), one("2026-10-12 09:00")}, "2026-11-20 09:00", "", 0},
		{"three are", []Repair{one("2026-09-01 09:00"), one("2026-10-12 09:00"), one("2026-11-19 09:00")}, "2026-11-20 09:00", KeyAgain, 3},
		{"not where the first is longer ago", []Repair{one("2026-08-03 09:00"), one("2026-10-12 09:00"), one("2026-11-19 09:00")}, "2026-11-20 09:00", "", 0},
		{"one not done by its deadline is enough", []Repair{made("2026-11-04 09:00", opens)}, "2026-11-19 00:00", KeyNotDone, 1},
		{"not before", []Repair{made("2026-11-04 09:00", opens)}, "2026-11-18 23:59", "", 0},
		{"what was withdrawn counts for nothing", []Repair{gone("2026-11-02 09:00"), gone("2026-11-03 09:00"), gone("2026-11-04 09:00")}, "2026-11-20 09:00", "", 0},
	} {
		if got, n := Keylist(c.repairs, moment(c.now), hall.DefaultPolicy()); got != c.want || n != c.n {
			t.Errorf("%s: %q, %d, want %q, %d", c.rule, got, n, c.want, c.n)
		}
	}
}

// What a list says of a repair, and whose turn it is.
func TestWaits(t *testing.T) {
	missing := rated(func(r *Rating) { r.Reasons, r.ReasonMissing = nil, true })
	for _, c := range []struct {
		given  []step
		want   []Wait
		centre bool
	}{
		{[]step{opens}, []Wait{WaitAssign}, true},
		{[]step{opens, assign(chen, "police")}, []Wait{WaitSign}, false},
		{[]step{opens, assign(chen, "police"), sign(tang)}, []Wait{WaitCall, WaitVerify}, false},
		{[]step{opens, assign(chen, "police"), sign(tang), call(fang, true)}, []Wait{WaitVerify}, false},
		{[]step{missing, rated(anonymous), opens, assign(chen, "police"), sign(tang)}, []Wait{WaitReasons, WaitVerify}, false},
		{[]step{opens, assign(chen, "police"), sign(tang), call(fang, true), verify(tang, hall.ResultPartly)}, []Wait{WaitRepair}, false},
		{worked(), []Wait{WaitRepair}, false},
		{append(worked(), propose(tang)), []Wait{WaitExclusion, WaitRepair}, true},
		{append(worked(), appeal(zhou)), []Wait{WaitAppeal, WaitRepair}, true},
		{append(worked(), freeze(hall.Citizen())), []Wait{WaitThaw, WaitRepair}, true},
		{answered(), []Wait{WaitAccept, WaitSecond}, true},
		{append(answered(), rates(hall.Good)), []Wait{WaitAccept}, true},
		{append(answered(), accept(chen)), nil, false},
		{append(answered(), accept(chen), freeze(hall.Citizen())), []Wait{WaitThaw}, true},
		{append(worked(), appeal(zhou), propose(tang), exclude(chen, true)), nil, false},
		{[]step{opens, rated(turnsGood)}, nil, false},
	} {
		s := begin(t)
		s.play(t, c.given...)
		got := s.r.Waits()
		if !slices.Equal(got, c.want) || slices.ContainsFunc(got, Wait.OfCentre) != c.centre {
			t.Errorf("%s after %v waits for %v, want %v", s.r.State, typesOf(s.r.Steps), got, c.want)
		}
	}
}

func typesOf(steps []Step) []hall.Type {
	var all []hall.Type
	for _, s := range steps {
		all = append(all, s.Type)
	}
	return all
}

// Lists hold 100,000 of them; what a Tick or a list asks of each must be cheap.
func BenchmarkWakes(b *testing.B) {
	s := begin(b)
	for _, do := range append(answered(), sendBack(chen)) {
		facts, err := do(s)
		if err != nil {
			b.Fatal(err)
		}
		if err := s.tell(facts); err != nil {
			b.Fatal(err)
		}
	}
	var at time.Time
	for b.Loop() {
		at = s.r.Wakes()
	}
	if at.IsZero() {
		b.Fatal("it never wakes")
	}
}
