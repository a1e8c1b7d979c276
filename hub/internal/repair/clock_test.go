package repair

import (
	"encoding/json"
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
)

func encode(t testing.TB, r Repair) string {
	t.Helper()
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// types are the types of deeds.
func types(facts []hall.Fact) []hall.Type {
	var all []hall.Type
	for _, f := range facts {
		all = append(all, f.Type())
	}
	return all
}

func TestABadRatingOpensARepairAtOnce(t *testing.T) {
	s := begin(t)
	s.play(t, opens)
	s.check(t, Open, "2026-11-18") // 001: 10 working days; the day on which it opened is not counted
	r := s.r
	if r.Number != number(1107) || r.ID != "3-9f2c-17" || r.Agent != 3 || r.Unit != "police" || r.Why != hall.OwnerItem || r.ServedBy != "0317" || r.Hall != "qinglan" {
		t.Errorf("opened as %+v", r)
	}
	n := r.Round
	if n.Policy != "ours-5-10" || n.Sign.Day != day("2026-11-05") || n.Call.Day != day("2026-11-09") || n.Remind != day("2026-11-13") || n.Attempts != 3 {
		t.Errorf("limits %+v", n.RepairLimits)
	}
	if facts := s.r.Follow(s.of, s.rating, s.now, s.law); facts != nil {
		t.Errorf("asked again: %v", types(facts))
	}
	if facts := (Repair{}).Follow(s.of, Rating{Level: hall.Fair}, s.now, s.law); facts != nil {
		t.Errorf("a fair rating: %v", types(facts))
	}
}

// The limits of 001 and of the packs of codes.md.
func TestDeadlines(t *testing.T) {
	natural := func(p *hall.Policy) { p.Repair.Limit = hall.Span{Days: 7, Unit: hall.NaturalDays} }
	fifteen := func(p *hall.Policy) { p.Repair.Limit = hall.Span{Days: 15, Unit: hall.WorkingDays} }
	for _, c := range []struct {
		rule     string
		opened   string
		pack     func(*hall.Policy)
		deadline string
		sure     bool
	}{
		{"001: 10 working days", "2026-11-04 14:20", nil, "2026-11-18", true},
		{"codes.md vector: 10 after 2026-09-23 over the National Day, with its moved weekends", "2026-09-23 09:00", nil, "2026-10-14", true},
		{"§4 begins on the day it opened, however late on it", "2026-11-04 23:59", nil, "2026-11-18", true},
		{"codes.md: 7 natural days", "2026-11-04 14:20", natural, "2026-11-11", true},
		{"codes.md: 15 working days", "2026-11-04 14:20", fifteen, "2026-11-25", true},
		{"design §5: over a year that is not published it is provisional", "2026-12-25 10:00", nil, "2027-01-08", false},
	} {
		t.Run(c.rule, func(t *testing.T) {
			s := begin(t)
			s.now = moment(c.opened)
			if c.pack != nil {
				s.play(t, underLaw(c.pack))
			}
			s.play(t, opens)
			s.check(t, Open, c.deadline)
			if s.r.Round.Deadline.Provisional == c.sure {
				t.Errorf("provisional: %v", s.r.Round.Deadline.Provisional)
			}
			if e := s.r.Explain(s.law); e.Due != s.r.Round.Deadline || e.Days[len(e.Days)-1].N != s.r.Round.Limit.Days {
				t.Errorf("explained as %+v", e)
			}
		})
	}
}

// codes.md: a past period is always judged by the pack then in force.
func TestARepairKeepsThePackOfItsOpening(t *testing.T) {
	s := begin(t)
	s.play(t, opens)
	s.law = adopted(s.law, "2026-11-05", func(p *hall.Policy) {
		p.Repair.Limit.Days, p.Repair.Extensions, p.CallBack.Attempts = 5, 0, 1
	})
	s.play(t, until("2026-11-05 08:00"), assign(chen, "police"), sign(tang), call(fang, true), verify(tang, hall.ResultConfirmed), extend(tang, "2026-11-25"))
	s.check(t, Verifying, "2026-11-25")
	if moved := s.r.Recompute(s.law); moved != nil {
		t.Errorf("moved %v", types(moved))
	}
}

func TestWhatTheClockSays(t *testing.T) {
	first := func(limit hall.Clocked) func(hall.Fact) bool {
		return func(f hall.Fact) bool { e, ok := f.(hall.RepairEscalated); return ok && e.Of == limit }
	}
	reminder := func(f hall.Fact) bool { return f.Type() == hall.TypeRepairReminded }
	closing := func(f hall.Fact) bool {
		c, ok := f.(hall.RepairClosed)
		return ok && c.Why == hall.RepairLapsed && c.By.IsRule()
	}
	silence := func(hall.Fact) bool { return false }
	for _, c := range []struct {
		rule  string
		given []step
		is    func(hall.Fact) bool
		at    string // empty: never
	}{
		{"§4 not signed for within 1 working day: told upwards", []step{opens, assign(chen, "police")}, first(hall.ClockedRepairSign), "2026-11-06 00:00"},
		{"§4 nor assigned", []step{opens}, first(hall.ClockedRepairSign), "2026-11-06 00:00"},
		{"an assignment gives the unit its own day to sign", []step{opens, until("2026-11-05 09:00"), assign(chen, "police")}, first(hall.ClockedRepairSign), "2026-11-07 00:00"},
		{"§4 100 %: not called back within 3 working days: told upwards", []step{opens, assign(chen, "police"), sign(tang)}, first(hall.ClockedRepairCall), "2026-11-10 00:00"},
		{"who said his name on the 6th is called by the 11th", []step{rated(anonymous), opens, until("2026-11-06 09:00"), rated(func(r *Rating) { r.Named, r.Callback, r.When = true, true, moment("2026-11-06 09:00") })}, first(hall.ClockedRepairCall), "2026-11-12 00:00"},
		{"who is anonymous is not waited for", []step{rated(anonymous), opens}, first(hall.ClockedRepairCall), ""},
		{"§4 reminded 3 working days before the deadline", worked(), reminder, "2026-11-13 00:00"},
		{"§4 told upwards after the deadline", worked(), first(hall.ClockedRepair), "2026-11-19 00:00"},
		{"§4 not where it was answered", answered(), first(hall.ClockedRepair), ""},
		{"§4 an answer that was sent back was none", append(answered(), sendBack(chen)), first(hall.ClockedRepair), "2026-11-19 00:00"},
		{"§4 extended: reminded before the new deadline", append(worked(), until("2026-11-14 00:00"), extend(tang, "2026-11-27")), reminder, "2026-11-24 00:00"},
		{"§4 extended: told upwards after the new one", append(worked(), extend(tang, "2026-11-27")), first(hall.ClockedRepair), "2026-11-28 00:00"},
		{"§4 closed by the clock when the citizen's 5 working days are over", answered(), closing, "2026-11-12 00:00"},
		{"§4 a good second rating does not shorten them", append(answered(), rates(hall.Good)), closing, "2026-11-12 00:00"},
		{"§4 not while the centre has an exclusion to decide", append(answered(), propose(tang)), closing, ""},
		{"§4 not while it is frozen", append(answered(), freeze(hall.Citizen())), closing, ""},
		{"§4 frozen: the clock stands", append(worked(), freeze(hall.Citizen())), first(hall.ClockedRepair), ""},
		{"§4 an appeal does not stop the clock", append(worked(), appeal(zhou)), first(hall.ClockedRepair), "2026-11-19 00:00"},
		{"§4 an appeal is decided within 5 working days, or told upwards", []step{opens, appeal(zhou)}, first(hall.ClockedAppealStaff), "2026-11-12 00:00"},
		{"§4 frozen or not", []step{opens, appeal(tang), freeze(hall.Citizen())}, first(hall.ClockedAppealUnit), "2026-11-12 00:00"},
		{"§4 closed or not", append(answered(), accept(chen), appeal(zhou)), first(hall.ClockedAppealStaff), "2026-11-12 00:00"},
		{"nothing is said of what was withdrawn", []step{opens, appeal(zhou), rated(turnsGood)}, func(hall.Fact) bool { return true }, ""},
		{"nothing is said of what was excluded", append(worked(), propose(tang), exclude(chen, true)), func(hall.Fact) bool { return true }, ""},
		{"after all was said it sleeps", append(worked(), until("2026-12-31 00:00")), silence, ""},
	} {
		t.Run(c.rule, func(t *testing.T) {
			s := begin(t)
			s.play(t, c.given...)
			from := len(s.log)
			if err := s.pass(moment("2026-12-31 00:00")); err != nil {
				t.Fatal(err)
			}
			var at []string
			for _, n := range s.log[from:] {
				if n.deed != nil && c.is(n.deed) {
					at = append(at, n.at.In(hall.Beijing()).Format("2006-01-02 15:04"))
				}
			}
			want := []string{c.at}
			if c.at == "" {
				want = nil
			}
			if !slices.Equal(at, want) {
				t.Errorf("said at %v, want %v", at, want)
			}
		})
	}
}

// A hub that was down says what it missed once, in order, and no reminder of what is past.
func TestALateTick(t *testing.T) {
	s := begin(t)
	s.play(t, opens, assign(chen, "police"), appeal(zhou))
	s.now = moment("2027-03-01 10:00")
	facts := s.r.Tick(s.now)
	var of []hall.Clocked
	for _, f := range facts {
		of = append(of, f.(hall.RepairEscalated).Of)
	}
	if want := []hall.Clocked{hall.ClockedRepairSign, hall.ClockedRepairCall, hall.ClockedAppealStaff, hall.ClockedRepair}; !slices.Equal(of, want) {
		t.Errorf("said %v, want %v", of, want)
	}
	if err := s.tell(facts); err != nil || !s.r.Wakes().IsZero() || s.r.Tick(s.now) != nil {
		t.Errorf("wakes %v, says %v, %v", s.r.Wakes(), s.r.Tick(s.now), err)
	}
}

// §4: pressure freezes the repair; the time in which the unit may not act is not counted against it.
func TestFrozenDaysDoNotCount(t *testing.T) {
	s := begin(t)
	s.play(t, append(worked(), until("2026-11-06 10:00"), freeze(hall.Citizen()), until("2026-11-12 16:00"), thaw(chen))...)
	s.check(t, Repairing, "2026-11-24") // the 6th, 9th, 10th and 11th ended frozen
	if s.r.Round.Remind != day("2026-11-19") {
		t.Errorf("reminded on %v", s.r.Round.Remind)
	}
	counted := 0
	for _, d := range s.r.Explain(s.law).Days {
		if d.Why == hall.DayStopped {
			counted++
		}
	}
	if counted != 4 {
		t.Errorf("%d days are explained as stopped", counted)
	}
	if by := s.r.AppealBy(hall.AppealStaff, s.law); by.Day != day("2026-11-17") {
		t.Errorf("appeal by %v", by)
	}
	s.play(t, freeze(hall.Citizen()), until("2026-11-12 18:00"), thaw(chen))
	s.check(t, Repairing, "2026-11-24") // a stop within a day costs none
	s.play(t, extend(tang, "2026-11-30"), until("2026-11-27 09:00"), freeze(hall.Citizen()), until("2026-12-01 09:00"), thaw(chen))
	s.check(t, Repairing, "2026-12-02") // the 27th and the 30th
}

// The clock of the centre's own decision runs on while the unit is stopped.
func TestFrozenDaysCountForWhoDecides(t *testing.T) {
	s := begin(t)
	s.play(t, append(worked(), appeal(zhou), until("2026-11-06 10:00"), freeze(hall.Citizen()), until("2026-11-10 16:00"), thaw(chen))...)
	if due := s.r.Appeals[0].Due.Day; due != day("2026-11-11") {
		t.Errorf("decided by %v", due)
	}
}

func TestFrozenAfterTheDeadlineStaysOverdue(t *testing.T) {
	s := begin(t)
	s.play(t, append(worked(), until("2026-11-20 10:00"), freeze(hall.Citizen()), until("2026-11-27 10:00"), thaw(chen))...)
	s.check(t, Repairing, "2026-11-18")
	if !s.r.Overdue(s.now) {
		t.Error("it is no longer overdue")
	}
}

// A rating that was changed under pressure does not make the repair go away before the centre has looked.
func TestFrozenIsNotWithdrawn(t *testing.T) {
	s := begin(t)
	s.play(t, append(worked(), freeze(hall.Citizen()), rated(turnsGood))...)
	s.check(t, Repairing, "")
	s.play(t, thaw(chen))
	s.check(t, Withdrawn, "")
}

// §4: the citizen rates the repair; a bad second rating reopens it, with a clock of its own.
func TestReopened(t *testing.T) {
	s := begin(t)
	s.play(t, append(answered(), accept(chen), until("2026-11-09 09:00"), rates(hall.VeryBad))...)
	s.check(t, Assigned, "2026-11-23")
	if len(s.r.Past) != 1 || s.r.Past[0].Second.Level != hall.VeryBad || s.r.Round.Answer.Reply != (hall.Sealed{}) || s.r.Unit != "police" {
		t.Errorf("reopened as %+v", s.r)
	}
	s.play(t, sign(tang))
	if _, err := s.r.Answer(hall.ResultUnfounded, hall.Sealed{}, text("no"), s.hand(tang), s.law); codeOf(err) != CodeCallFirst {
		t.Errorf("the second round needs no call of its own: %v", err)
	}
	s.play(t, call(fang, true), verify(tang, hall.ResultConfirmed), repairs(tang, hall.RepairAtOnce), extend(tang, "2026-11-25"), answer(tang, hall.ResultConfirmed), rates(hall.Good))
	s.check(t, Answered, "2026-11-25")
	if !s.r.InTime() {
		t.Error("both rounds were in time")
	}
}

func TestReopenedOnceItIsNotFrozen(t *testing.T) {
	s := begin(t)
	s.play(t, append(answered(), freeze(hall.Citizen()), rates(hall.Bad))...)
	s.check(t, Answered, "")
	s.play(t, until("2026-11-16 10:00"), thaw(chen))
	s.check(t, Assigned, "2026-11-30")
}

// §3.2: which answer is the rating follows from all of them; a withdrawn repair is one again when it is bad after all.
func TestOpenedAgain(t *testing.T) {
	s := begin(t)
	s.play(t, append(worked(), rated(turnsGood))...)
	s.check(t, Withdrawn, "")
	version := s.r.Version
	s.play(t, until("2026-11-06 09:00"), rated(func(r *Rating) { r.Level = hall.VeryBad }))
	s.check(t, Open, "2026-11-20")
	if s.r.Version != version+1 || len(s.r.Steps) != s.r.Version || s.r.Round.Finding.Result != "" || s.r.Number == number(1107) {
		t.Errorf("opened again as %+v", s.r)
	}
}

// A report of pressure outlives the withdrawal: it is what the centre then looks into.
func TestOpenedAgainStillFrozen(t *testing.T) {
	s := begin(t)
	s.play(t, opens, rated(turnsGood), freeze(hall.Citizen()), rated(func(r *Rating) { r.Level = hall.VeryBad }))
	s.check(t, Open, "2026-11-18")
	if !s.r.Frozen || len(s.r.Reports) != 1 || !s.r.Wakes().IsZero() {
		t.Errorf("opened again as %+v", s.r)
	}
	s.play(t, until("2026-11-06 09:00"), thaw(chen))
	s.check(t, Open, "2026-11-19") // the 5th ended frozen
}

// The answer says last what was found.
func TestTheAnswerSaysLastWhatWasFound(t *testing.T) {
	s := begin(t)
	s.play(t, append(worked(), answer(wen, hall.ResultUnfounded))...)
	if f := s.r.Round.Finding; f.Result != hall.ResultUnfounded || f.By != wen || f.Mode != hall.RepairLedger {
		t.Errorf("found %+v", f)
	}
	s = begin(t)
	s.play(t, append(worked(), answer(wen, ""))...)
	if f := s.r.Round.Finding; f.Result != hall.ResultConfirmed || f.By != tang {
		t.Errorf("found %+v", f)
	}
}

// Appeals: upheld, the rating leaves every figure and stays in the record.
func TestAppealUpheld(t *testing.T) {
	s := begin(t)
	s.play(t, append(answered(), accept(chen), appeal(zhou))...)
	if !s.r.Counts() {
		t.Error("an appeal alone takes nothing out of the figures")
	}
	s.play(t, decide(gao, hall.AppealStaff, true))
	s.check(t, Excluded, "")
	if s.r.Counts() || len(s.r.Steps) == 0 || s.r.Appeals[0].Decided.By != gao {
		t.Errorf("excluded as %+v", s.r)
	}
}

// The next year's arrangement arrives in November: what was provisional is computed again (codes.md).
func TestRecomputedWhenAYearIsPublished(t *testing.T) {
	s := begin(t)
	s.now = moment("2026-12-25 10:00")
	s.play(t, opens, assign(chen, "police"), appeal(tang))
	s.check(t, Assigned, "2027-01-08")
	s.law = s.law.Apply(hall.CalendarPublished{CalendarYear: hall.CalendarYear{Year: 2027, Holidays: []hall.Holiday{{Day: day("2027-01-01"), Name: "元旦", NameEN: "New Year"}}}}, 2)
	moved := s.r.Recompute(s.law)
	if err := s.tell(moved); err != nil {
		t.Fatal(err)
	}
	s.check(t, Assigned, "2027-01-11")
	if s.r.Round.Deadline.Provisional || s.r.Round.Remind != day("2027-01-06") || s.r.Appeals[0].Due.Day != day("2027-01-04") || s.r.Appeals[0].Due.Provisional {
		t.Errorf("moved to %+v, %+v", s.r.Round.RepairLimits, s.r.Appeals)
	}
	if again := s.r.Recompute(s.law); again != nil {
		t.Errorf("once more: %v", types(again))
	}
	s.law = s.law.Apply(hall.CalendarClosed{Act: hall.Act{About: "qinglan"}, Day: day("2027-01-07"), Why: hall.ClosingWeather}, 3)
	if err := s.tell(s.r.Recompute(s.law)); err != nil {
		t.Fatal(err)
	}
	s.check(t, Assigned, "2027-01-12")
}

// A closing day moves what is still owed: the citizen's time to rate the repair, the call-back, the decision.
func TestRecomputedWhenAHallCloses(t *testing.T) {
	storm := func(s *story) {
		s.law = s.law.Apply(hall.CalendarClosed{Act: hall.Act{About: "qinglan"}, Day: day("2026-11-05"), Why: hall.ClosingWeather}, 3)
		if err := s.tell(s.r.Recompute(s.law)); err != nil {
			t.Fatal(err)
		}
	}
	s := begin(t)
	s.play(t, append(answered(), appeal(zhou))...)
	storm(s)
	if n := s.r.Round; n.Answer.Second.Day != day("2026-11-12") || n.Deadline.Day != day("2026-11-18") || s.r.Appeals[0].Due.Day != day("2026-11-12") {
		t.Errorf("answered: %+v, %+v", n, s.r.Appeals)
	}
	s = begin(t)
	s.play(t, opens, until("2026-11-04 15:00"))
	storm(s)
	if n := s.r.Round; n.Sign.Day != day("2026-11-06") || n.Call.Day != day("2026-11-10") || n.Deadline.Day != day("2026-11-19") || n.Remind != day("2026-11-16") {
		t.Errorf("open: %+v", n.RepairLimits)
	}
	s = begin(t)
	s.play(t, append(worked(), until("2026-11-13 09:00"))...)
	if !s.r.Round.Reminded {
		t.Fatal("nobody was reminded")
	}
	storm(s)
	if s.r.Round.Reminded || s.r.Round.Remind != day("2026-11-16") {
		t.Errorf("of the new deadline nobody is reminded: %+v", s.r.Round)
	}
	for _, n := range s.log {
		if m, ok := n.deed.(hall.DeadlineMoved); ok && !m.By.IsRule() {
			t.Errorf("%+v", m)
		}
	}
}

// The date an extension named was told to citizen and centre: it does not come earlier, but a closing day moves it on.
func TestAnExtendedDeadlineHolds(t *testing.T) {
	s := begin(t)
	s.play(t, append(worked(), extend(tang, "2026-11-28"))...) // a Saturday
	if moved := s.r.Recompute(s.law); moved != nil {
		t.Errorf("moved %v", types(moved))
	}
	s.law = s.law.Apply(hall.CalendarClosed{Act: hall.Act{About: hall.EveryHall}, Day: day("2026-11-24"), Why: hall.ClosingOutage}, 3)
	if err := s.tell(s.r.Recompute(s.law)); err != nil {
		t.Fatal(err)
	}
	s.check(t, Repairing, "2026-11-30")
}

func TestConflictSaysWhoWasFirst(t *testing.T) {
	s := begin(t)
	s.play(t, opens, assign(chen, "police"))
	stale := Hand{By: wen, Seen: s.r.Version, Now: s.now}
	s.play(t, until("2026-11-04 15:05"), sign(tang))
	_, err := s.r.Sign(stale)
	var c *Conflict
	if !errors.As(err, &c) || c.By != tang || !c.At.Equal(moment("2026-11-04 15:05")) || c.Did != hall.TypeRepairSigned {
		t.Errorf("%v", err)
	}
	// Who the citizen told of pressure, and when, the unit does not learn from a conflict either.
	stale = Hand{By: wen, Seen: s.r.Version, Now: s.now}
	s.play(t, until("2026-11-04 16:44"), freeze(hall.Citizen()))
	if _, err = s.r.Verify(hall.ResultPartly, "", hall.Sealed{}, stale); !errors.As(err, &c) || c.By != (hall.Person{}) || !c.At.Equal(day("2026-11-04").Start()) {
		t.Errorf("%v", err)
	}
}

// Every refusal has its sentence in both languages.
func TestEveryRefusalHasItsWords(t *testing.T) {
	for _, lang := range []string{"zh", "en"} {
		b, err := os.ReadFile("../../../web-kiosk/src/shared/words/" + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var words map[string]string
		if err := json.Unmarshal(b, &words); err != nil {
			t.Fatal(err)
		}
		for _, code := range Codes() {
			if words["say.repair."+string(code)] == "" {
				t.Errorf("%s has no say.repair.%s", lang, code)
			}
		}
	}
}

func TestErrorsNameWhatTheyAreAbout(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{&Refused{Code: CodeText, Field: "reply"}, "repair: text: reply"},
		{&Refused{Code: CodeTooFar, Day: day("2026-12-02")}, "repair: too-far: 2026-12-02"},
		{&Refused{Code: CodeForbidden}, "repair: forbidden"},
		{&Conflict{tang, time.Date(2026, 11, 4, 7, 5, 0, 0, time.UTC), hall.TypeRepairSigned}, `repair: repair.signed by "tang" at 2026-11-04T07:05:00Z came first: look again`},
	} {
		if got := c.err.Error(); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}
