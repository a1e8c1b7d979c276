package repair

import (
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"
	"testing"

	"hallpulse/firmware-protocol/hall"
)

// The steps of domain §4, row by row: open → assigned → verifying → repairing → answered → closed; or excluded; or
// withdrawn; reopened by a bad second rating.
func TestTheStepsOfARepair(t *testing.T) {
	for _, c := range []struct {
		rule string
		from State
		turn Turn
		to   State // None: it cannot be
	}{
		{"a bad rating opens a repair", None, hall.TypeRepairOpened, Open},
		{"only one", Open, hall.TypeRepairOpened, None},
		{"the centre assigns it", Open, hall.TypeRepairAssigned, Assigned},
		{"and to another unit later", Repairing, hall.TypeRepairAssigned, Assigned},
		{"the unit signs for it", Assigned, hall.TypeRepairSigned, Verifying},
		{"not before it is assigned", Open, hall.TypeRepairSigned, None},
		{"the citizen is called back while it is verified", Verifying, hall.TypeRepairCalled, Verifying},
		{"and while it is repaired", Repairing, hall.TypeRepairCalled, Repairing},
		{"not after the answer", Answered, hall.TypeRepairCalled, None},
		{"it is verified", Verifying, hall.TypeRepairVerified, Verifying},
		{"then repaired", Verifying, hall.TypeRepairBegan, Repairing},
		{"what takes longer goes to the ledger", Repairing, hall.TypeRepairBegan, Repairing},
		{"extended while the unit works", Repairing, hall.TypeRepairExtended, Repairing},
		{"not after the answer", Answered, hall.TypeRepairExtended, None},
		{"then answered", Repairing, hall.TypeRepairAnswered, Answered},
		{"what is not true is answered at once", Verifying, hall.TypeRepairAnswered, Answered},
		{"not before the unit has signed", Assigned, hall.TypeRepairAnswered, None},
		{"the centre sends it back", Answered, hall.TypeRepairReturned, Repairing},
		{"or closes it", Answered, hall.TypeRepairClosed, Closed},
		{"nothing is closed without an answer", Repairing, hall.TypeRepairClosed, None},
		{"the citizen rates the repair", Answered, hall.TypeRepairSecondRated, Answered},
		{"after its closing too", Closed, hall.TypeRepairSecondRated, Closed},
		{"a bad second rating reopens it", Closed, hall.TypeRepairReopened, Assigned},
		{"withdrawn: its press was replaced", Verifying, hall.TypeRepairWithdrawn, Withdrawn},
		{"even after its closing: it leaves every figure with the rating", Closed, hall.TypeRepairWithdrawn, Withdrawn},
		{"an excluded one stays in the record as that", Excluded, hall.TypeRepairWithdrawn, None},
		{"a rating that is bad after all opens a withdrawn one again", Withdrawn, hall.TypeRepairOpened, Open},
		{"an exclusion is proposed by a unit that has signed", Assigned, hall.TypeRepairExclusionProposed, None},
		{"and decided by the centre", Verifying, hall.TypeRepairExcluded, Excluded},
		{"or refused", Verifying, hall.TypeRepairExclusionRefused, Verifying},
		{"a closed one is excluded on an appeal alone", Closed, hall.TypeRepairExcluded, None},
		{"on an appeal", Closed, AppealUpheld, Excluded},
		{"a refused appeal changes nothing", Closed, AppealRefused, Closed},
		{"pressure is reported whatever became of it", Withdrawn, hall.TypeRepairFrozen, Withdrawn},
	} {
		if to, ok := c.from.Next(c.turn); ok != (c.to != None) || ok && to != c.to {
			t.Errorf("%s: from %q by %s to %q, %v", c.rule, c.from, c.turn, to, ok)
		}
	}
}

func TestTheTableIsWhole(t *testing.T) {
	cells := map[Move]bool{}
	into, taken := map[State]bool{}, map[Turn]bool{}
	for _, m := range Moves() {
		cell := Move{From: m.From, Turn: m.Turn}
		if cells[cell] {
			t.Errorf("%q by %s stands twice", m.From, m.Turn)
		}
		cells[cell], into[m.To], taken[m.Turn] = true, true, true
		if to, ok := m.From.Next(m.Turn); !ok || to != m.To {
			t.Errorf("%+v: Next says %q, %v", m, to, ok)
		}
	}
	for _, s := range States() {
		if !into[s] {
			t.Errorf("nothing leads to %s", s)
		}
		if s.Final() && s.Running() {
			t.Errorf("%s is over and runs", s)
		}
	}
	for _, typ := range repairTypes(t) {
		if !taken[typ] {
			t.Errorf("%s is in no row", typ)
		}
	}
}

// repairTypes are the types of the golden vectors that are about repairs.
func repairTypes(t *testing.T) []hall.Type {
	t.Helper()
	text, err := os.ReadFile("../../../firmware-protocol/hall/testdata/facts.txt")
	if err != nil {
		t.Fatal(err)
	}
	var all []hall.Type
	for line := range strings.Lines(string(text)) {
		typ, body, ok := strings.Cut(strings.TrimSpace(line), " = ")
		if !ok || !strings.HasPrefix(typ, "repair.") && !strings.HasPrefix(typ, "appeal.") {
			continue
		}
		f, err := hall.DecodeFact(hall.Type(typ), []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		turn, id, ok := TurnOf(f)
		if !ok || id != "3-9f2c-17" {
			t.Errorf("%s is the turn %s of %q, %v", typ, turn, id, ok)
		}
		all = append(all, turn)
	}
	if len(all) < 20 {
		t.Fatalf("%d vectors", len(all))
	}
	return all
}

func TestTurnOfWhatIsAboutNoRepair(t *testing.T) {
	act := hall.Act{About: visit.String()}
	for _, f := range []hall.Fact{
		hall.VisitServed{Visit: visit},
		hall.DeadlineMoved{Act: act, Of: hall.ClockedVisit}, // the visit has the same id
		hall.RatingDefaulted{Act: act},
	} {
		if turn, id, ok := TurnOf(f); ok {
			t.Errorf("%T is %s of %s", f, turn, id)
		}
	}
	for _, of := range append(sideClocks(), hall.ClockedRepair) {
		if _, _, ok := TurnOf(hall.DeadlineMoved{Act: act, Of: of}); !ok {
			t.Errorf("%s is not about a repair", of)
		}
	}
}

// The drawing in the package comment is the one that the table draws.
func TestTheDrawingIsThatOfTheTable(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "doc.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	for line := range strings.Lines(Drawing()) {
		want.WriteString("\t" + line)
	}
	if !strings.Contains(file.Doc.Text(), want.String()) {
		t.Errorf("doc.go does not show this drawing:\n%s", want.String())
	}
}

func TestTheDrawingNamesEveryStateAndTurn(t *testing.T) {
	drawing := Drawing()
	for _, m := range Moves() {
		turn := strings.TrimPrefix(string(m.Turn), "repair.")
		if !strings.Contains(drawing, turn) || m.From != None && !strings.Contains(drawing, string(m.From)) {
			t.Errorf("%+v is not drawn", m)
		}
	}
}

func TestApplyTakesNothingOutOfTurn(t *testing.T) {
	s := begin(t)
	s.play(t, opens)
	before := s.r
	other := hall.Act{About: "3-9f2c-18", By: tang}
	for _, f := range []hall.Fact{
		hall.RepairSigned{Act: s.r.act(s.hand(tang))},                            // not assigned yet
		hall.RepairAssigned{Act: other, Unit: "land"},                            // of another repair
		hall.VisitFinished{Visit: visit},                                         // no deed
		hall.DeadlineMoved{Act: hall.Act{About: s.r.ID}, Of: hall.ClockedVisit},  // of the visit itself
		hall.RepairOpened{Act: hall.Act{About: s.r.ID}, Visit: visit, Unit: "x"}, // a second time
	} {
		if got := s.r.Apply(f, s.now, 9999); got.Version != before.Version || got.State != before.State || got.Unit != before.Unit {
			t.Errorf("%T made it %+v", f, got)
		}
	}
	if got := (Repair{}).Apply(hall.RepairSigned{Act: hall.Act{About: "3-9f2c-17"}}, s.now, 1); got.State != None || got.Version != 0 {
		t.Errorf("signed for before it was opened: %+v", got)
	}
}

// Apply returns another repair: who holds the old one sees nothing move.
func TestApplyLeavesTheOldOneAlone(t *testing.T) {
	s := begin(t)
	s.play(t, answered()...)
	s.play(t, appeal(zhou), freeze(hall.Citizen()))
	before, steps := encode(t, s.r), s.r.Steps
	for _, f := range []hall.Fact{
		hall.RepairThawed{Act: hall.Act{About: s.r.ID, By: chen}},
		hall.AppealDecided{Act: hall.Act{About: s.r.ID, By: chen}, Side: hall.AppealStaff},
		hall.RepairEscalated{Act: hall.Act{About: s.r.ID}, Of: hall.ClockedAppealStaff},
		hall.DeadlineMoved{Act: hall.Act{About: s.r.ID}, Of: hall.ClockedAppealStaff, To: hall.Deadline{Day: 1}},
	} {
		if after := s.r.Apply(f, s.now, 1); after.Version != s.r.Version+1 {
			t.Errorf("%T was not applied", f)
		}
	}
	if encode(t, s.r) != before || !slices.Equal(steps, s.r.Steps) {
		t.Errorf("the old one is now %+v", s.r)
	}
}
