package counter

import (
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"

	"hallpulse/firmware-protocol/hall"
)

// inState returns a stage whose window 1 is in a state, with people waiting, and one visit parked at window 2.
func inState(t *testing.T, s hall.WindowState) *stage {
	g := newStage(t)
	g.parked = g.take("A").ID
	g.do("2", ActOpen, ActNext, ActServe, ActHold)
	g.take("A")
	g.take("A")
	g.take("A")
	road := map[hall.WindowState][]Act{
		hall.WindowIsClosed:  nil,
		hall.WindowIsOpen:    {ActOpen},
		hall.WindowIsCalled:  {ActOpen, ActNext},
		hall.WindowIsServing: {ActOpen, ActNext, ActServe},
		hall.WindowIsPaused:  {ActOpen, ActPause},
	}
	g.do("1", road[s]...)
	g.pass(1e9)
	return g
}

func allStates() []hall.WindowState {
	return []hall.WindowState{hall.WindowIsClosed, hall.WindowIsOpen, hall.WindowIsCalled, hall.WindowIsServing, hall.WindowIsPaused}
}

func allActs() []Act {
	return []Act{ActOpen, ActPause, ActResume, ActClose, ActNext, ActPick, ActRecall, ActServe, ActMissed, ActCancel, ActTransfer, ActHold, ActBack, ActFinish}
}

// Each act in each state: the state after it, or the refusal.
func TestEveryActInEveryState(t *testing.T) {
	const table = `
	           closed         open           called         serving          paused
	open       open           already-open   already-open   already-open     window-paused
	pause      window-closed  paused         visit-at-hand  visit-at-hand    window-paused
	resume     window-closed  not-paused     not-paused     not-paused       open
	close      window-closed  closed         visit-at-hand  visit-at-hand    closed
	next       window-closed  called         called         called           window-paused
	pick       window-closed  called         called         called           window-paused
	recall     window-closed  nobody-called  called         already-serving  window-paused
	serve      window-closed  nobody-called  serving        already-serving  window-paused
	missed     window-closed  nobody-called  open           already-serving  window-paused
	cancel     window-closed  nobody-called  open           already-serving  window-paused
	transfer   window-closed  nobody-called  open           open             window-paused
	hold       window-closed  nobody-called  not-serving    open             window-paused
	back       window-closed  serving        visit-at-hand  visit-at-hand    window-paused
	finish     window-closed  nobody-called  not-serving    open             window-paused`
	lines := strings.Split(strings.TrimSpace(table), "\n")
	if len(lines) != 1+len(allActs()) {
		t.Fatalf("%d acts in the table, %d there are", len(lines)-1, len(allActs()))
	}
	for i, a := range allActs() {
		row := strings.Fields(lines[i+1])
		if row[0] != string(a) {
			t.Fatalf("row %d is %s, want %s", i, row[0], a)
		}
		for j, from := range allStates() {
			g := inState(t, from)
			before := contents(g.s)
			got := ""
			if err := g.try("1", a); err != nil {
				got = err.Error()
				if contents(g.s) != before {
					t.Errorf("%s while %s was refused and changed the state", a, from)
				}
			} else {
				w, _ := g.s.Window(g.moment(), "1")
				got = string(w.State)
			}
			if got != row[j+1] {
				t.Errorf("%s while %s: %s, want %s", a, from, got, row[j+1])
			}
		}
	}
}

// The drawing in the package comment is what the machine does.
func TestPackageCommentDrawsTheMachine(t *testing.T) {
	words := func(f hall.Fact) string {
		switch f := f.(type) {
		case hall.StaffOn:
			return "staff on"
		case hall.StaffOff:
			return "staff off"
		case hall.VisitOpened:
			return "opens a visit"
		case hall.VisitServed:
			return "service begins"
		case hall.VisitFinished:
			return "visit " + string(f.Outcome)
		case hall.TicketMoved:
			return "out of turn"
		case hall.TicketTransferred:
			return "passed on"
		case hall.TicketHeld:
			return "visit parked"
		case hall.TicketResumed:
			return "visit goes on"
		}
		return ""
	}
	var drawn []string
	for _, from := range allStates() {
		for _, a := range allActs() {
			g := inState(t, from)
			if g.try("1", a) != nil {
				continue
			}
			var does []string
			for _, f := range g.told {
				if s := words(f); s != "" {
					does = append(does, s)
				}
			}
			to, _ := g.s.Window(g.moment(), "1")
			drawn = append(drawn, strings.Join(strings.Fields(string(from)+" --"+string(a)+"--> "+string(to.State)+" "+strings.Join(does, ", ")), " "))
		}
	}
	f, err := parser.ParseFile(token.NewFileSet(), "counter.go", nil, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		t.Fatal(err)
	}
	var comment []string
	windows, _, _ := strings.Cut(f.Doc.Text(), "What becomes of a ticket")
	for line := range strings.Lines(windows) {
		if strings.Contains(line, "-->") {
			comment = append(comment, strings.Join(strings.Fields(line), " "))
		}
	}
	slices.Sort(drawn)
	slices.Sort(comment)
	if !slices.Equal(drawn, comment) {
		t.Errorf("the package comment draws\n%s\nthe machine does\n%s", strings.Join(comment, "\n"), strings.Join(drawn, "\n"))
	}
}

func TestWhatEachActTells(t *testing.T) {
	for _, c := range []struct {
		from hall.WindowState
		act  Act
		want string
	}{
		{hall.WindowIsClosed, ActOpen, "staff.on window.opened"},
		{hall.WindowIsOpen, ActClose, "window.closed staff.off"},
		{hall.WindowIsOpen, ActPause, "window.paused"},
		{hall.WindowIsPaused, ActResume, "window.resumed"},
		{hall.WindowIsOpen, ActNext, "ticket.called visit.opened"},
		{hall.WindowIsCalled, ActRecall, "ticket.recalled"},
		{hall.WindowIsCalled, ActServe, "visit.served"},
		{hall.WindowIsCalled, ActMissed, "ticket.missed visit.finished"},
		{hall.WindowIsCalled, ActNext, "ticket.missed visit.finished ticket.called visit.opened"},
		{hall.WindowIsServing, ActFinish, "ticket.finished visit.finished rating.invited"},
		{hall.WindowIsServing, ActNext, "ticket.finished visit.finished rating.invited ticket.called visit.opened"},
		{hall.WindowIsOpen, ActPick, "ticket.moved ticket.called visit.opened"},
		{hall.WindowIsCalled, ActCancel, "ticket.cancelled visit.finished"},
		{hall.WindowIsCalled, ActTransfer, "ticket.transferred visit.finished"},
		{hall.WindowIsServing, ActTransfer, "ticket.transferred visit.finished rating.invited"},
		{hall.WindowIsServing, ActHold, "ticket.held"},
		{hall.WindowIsOpen, ActBack, "ticket.resumed"},
	} {
		g := inState(t, c.from)
		g.do("1", c.act)
		var got []string
		for _, typ := range g.types() {
			got = append(got, string(typ))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s while %s tells %v, want %s", c.act, c.from, got, c.want)
		}
	}
}

func TestNextIsRefusedWhereNobodyWaitsAndEndsNothing(t *testing.T) {
	g := newStage(t)
	g.take("A")
	g.do("1", ActOpen, ActNext, ActServe)
	if err := g.try("1", ActNext); err != NobodyWaiting {
		t.Fatalf("%v, want %v", err, NobodyWaiting)
	}
	if w, _ := g.s.Window(g.moment(), "1"); w.State != hall.WindowIsServing || w.Visit == nil {
		t.Errorf("the visit at hand ended: %+v", w)
	}
}

func TestAnOrderThatNamesNothingIsRefused(t *testing.T) {
	g := newStage(t)
	for _, c := range []struct {
		order Order
		want  Refusal
	}{
		{Order{Window: "9", Act: ActOpen, Staff: "01"}, NoSuchWindow},
		{Order{Window: "1", Act: "dance"}, NoSuchAct},
		{Order{Window: "1", Act: ActOpen, Staff: "99"}, NoSuchStaff},
		{Order{Window: "1", Act: ActOpen}, NoSuchStaff},
	} {
		if _, err := g.s.Do(g.moment(), c.order); err != c.want {
			t.Errorf("%+v: %v, want %v", c.order, err, c.want)
		}
	}
}

func TestVisitBelongsToTheUnitOfItsItemElseOfTheWindow(t *testing.T) {
	g := newStage(t)
	g.do("1", ActOpen)
	for i, c := range []struct{ item, unit string }{{"a1", "tax"}, {"", "police"}} {
		d, err := g.s.Take(g.moment(), Request{Letter: "A", Item: c.item, ID: g.id(), Number: i + 1})
		if err != nil {
			t.Fatal(err)
		}
		g.keep(d)
		g.do("1", ActNext)
		opened, _ := g.told[len(g.told)-1].(hall.VisitOpened)
		if opened.Unit != c.unit || opened.Item != c.item || opened.Staff != "01" {
			t.Errorf("item %q: %+v, want unit %s", c.item, opened, c.unit)
		}
	}
}

func TestFinishSaysWhetherTheVisitWasRatedAndWhoEndedIt(t *testing.T) {
	g := newStage(t)
	g.take("A")
	g.take("A")
	g.do("1", ActOpen, ActNext, ActServe, ActNext)
	ended, _ := g.told[1].(hall.VisitFinished)
	if !ended.ByNext || ended.Rated || ended.Outcome != hall.OutcomeFinished {
		t.Errorf("ended by the next call: %+v", ended)
	}
	g.keep(g.s.PadArrived(g.moment(), "pad", "1", 7))
	g.do("1", ActServe)
	g.press("pad", hall.Press{UID: 7, Boot: 1, Seq: 1, Level: 5})
	g.do("1", ActFinish)
	ended, _ = g.told[1].(hall.VisitFinished)
	if ended.ByNext || !ended.Rated || slices.Contains(g.types(), hall.TypeRatingInvited) {
		t.Errorf("rated while it was served: %+v, told %v", ended, g.types())
	}
}
