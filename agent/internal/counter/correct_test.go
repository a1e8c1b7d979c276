package counter

import (
	"slices"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// A guide corrects a number (issue, part 4): who was given the wrong one has not waited in vain.
func TestAnotherNumberInsteadKeepsThePlace(t *testing.T) {
	g := newStage(t)
	wrong := g.take("A")
	g.pass(5 * time.Minute)
	g.take("B")
	right := g.request(Request{Letter: "B", Instead: wrong.ID})
	dropped, issued := g.told[0].(hall.TicketCancelled), g.told[1].(hall.TicketIssued)
	if dropped.Ticket != wrong.ID || dropped.Why != hall.DropMistake || issued.With != wrong.ID || issued.Ahead != 0 {
		t.Errorf("told %+v, %+v", dropped, issued)
	}
	g.do("3", ActOpen)
	if got := g.calls("3"); !slices.Equal(got, []string{right.Number, "B001"}) {
		t.Errorf("called %v: %s has waited longer", got, right.Number)
	}
	for _, id := range []hall.ID{wrong.ID, right.ID, {Agent: 1, Serial: 999}} {
		_, err := g.s.Take(g.moment(), Request{Letter: "A", Number: 90, ID: g.id(), Instead: id})
		if err != NotWaiting {
			t.Errorf("instead of %v: %v, want %v", id, err, NotWaiting)
		}
	}
}

// What its holder has of the wrong number he has of the right one: his time, the right of an earlier day, his part of a daily
// contingent, and who waits for him.
func TestAnotherNumberInsteadKeepsWhatItsHolderHas(t *testing.T) {
	g := newStage(t)
	late := g.moment().At.Add(time.Hour)
	due := g.request(Request{Letter: "A", Due: late})
	linked := g.request(Request{Letter: "A", With: due.ID})
	swapped := g.request(Request{Letter: "B", Instead: due.ID})
	if !swapped.Due.Equal(late) || swapped.With != due.ID {
		t.Errorf("instead of one due at %v: %+v", late, swapped)
	}
	if now := g.s.waiting(linked.ID); now.With != swapped.ID {
		t.Errorf("the second number is linked to %v, want %v", now.With, swapped.ID)
	}
	again := g.request(Request{Letter: "B", Instead: linked.ID})
	if again.With != swapped.ID {
		t.Errorf("instead of a linked one: linked to %v, want %v", again.With, swapped.ID)
	}
	g.restart()
	if now := g.s.waiting(swapped.ID); now == nil || !now.Due.Equal(late) {
		t.Errorf("restored %+v", now)
	}
}

func TestAnotherNumberInsteadOfACarriedOne(t *testing.T) {
	g := newStage(t)
	vain := g.take("A")
	g.pass(24 * time.Hour)
	g.keep(g.s.Expire(g.moment()))
	carried := g.request(Request{Letter: "A", Class: hall.ClassCarried, With: vain.ID})
	right := g.request(Request{Letter: "B", Class: hall.ClassCarried, Instead: carried.ID})
	if right.Class != hall.ClassCarried || g.told[1].(hall.TicketIssued).Class != hall.ClassCarried {
		t.Errorf("%+v, told %+v", right, g.told)
	}
	plain := g.take("A")
	if _, err := g.s.Take(g.moment(), Request{Letter: "A", Number: 90, ID: g.id(), Class: hall.ClassCarried, Instead: plain.ID}); err != NoRight {
		t.Errorf("carried instead of one that is not: %v, want %v", err, NoRight)
	}
}

func TestAnotherNumberInsteadIsOneOfTheDaysContingent(t *testing.T) {
	g := newStage(t)
	g.s.cfg.Catalogue.Services[0].Daily, g.s.cfg.Catalogue.Services[1].Daily = 2, 1
	take := func(letter string, instead hall.ID) (Ticket, error) {
		d, err := g.s.Take(g.moment(), Request{Letter: letter, Number: g.next(letter), ID: g.id(), Instead: instead})
		if err == nil {
			g.keep(d)
		}
		return d.Ticket, err
	}
	first := g.take("A")
	second, err := take("A", first.ID)
	if err != nil || g.s.NoMore(g.moment(), "A") {
		t.Errorf("%v, and one of two was given out", err)
	}
	g.take("A")
	if _, err := take("A", hall.ID{}); err != NoMoreToday {
		t.Errorf("a third one: %v, want %v", err, NoMoreToday)
	}
	third, err := take("A", second.ID)
	if err != nil {
		t.Errorf("instead of the second, with none left: %v", err)
	}
	g.take("B")
	if _, err := take("B", third.ID); err != NoMoreToday {
		t.Errorf("of another letter that has none left: %v, want %v", err, NoMoreToday)
	}
}

// What a class is worth it is worth from the moment it is known, and no longer than it is.
func TestAClassIsCorrected(t *testing.T) {
	g := newStage(t)
	g.take("A")
	g.pass(10 * time.Minute)
	late := g.take("A")
	classify := func(class hall.Class, why hall.ClassedWhy) error {
		d, err := g.s.Classify(g.moment(), late.ID, class, why)
		if err == nil {
			g.keep(d)
		}
		return err
	}
	first := func() string { return g.s.Queue("A", g.moment().At)[0].Number }
	if err := classify(hall.ClassElderly, hall.ClassedSeen); err != nil || first() != "A002" {
		t.Errorf("elderly: %v, first is %s", err, first())
	}
	if told := g.told[0].(hall.TicketClassed); told != (hall.TicketClassed{Ticket: late.ID, Class: hall.ClassElderly, Why: hall.ClassedSeen}) {
		t.Errorf("told %+v", told)
	}
	g.restart()
	if err := classify(hall.ClassElderly, hall.ClassedSeen); err != SameClass {
		t.Errorf("the same again: %v", err)
	}
	if err := classify("", hall.ClassedWrong); err != nil || first() != "A001" {
		t.Errorf("none any more: %v, first is %s", err, first())
	}
	for _, tt := range []struct {
		class hall.Class
		why   hall.ClassedWhy
		want  error
	}{{"rich", hall.ClassedSeen, NoSuchClass}, {hall.ClassElderly, "", NoSuchReason}} {
		if err := classify(tt.class, tt.why); err != tt.want {
			t.Errorf("%q, %q: %v, want %v", tt.class, tt.why, err, tt.want)
		}
	}
	g.do("1", ActOpen, ActNext, ActServe, ActNext)
	if err := classify(hall.ClassElderly, hall.ClassedSeen); err != NotWaiting {
		t.Errorf("called already: %v", err)
	}
}

// A route begins where the catalogue says, and what he came for goes with the number.
func TestANumberKnowsWhatItsHolderCameFor(t *testing.T) {
	g := newStage(t)
	k := g.request(Request{Letter: "A", Errand: "b1", Window: "2", Then: []Stop{{Letter: "B", Item: "b1"}}})
	if k.For() != "b1" || k.Window != "2" {
		t.Errorf("%+v", k)
	}
	for _, r := range []Request{{Letter: "A", Errand: "z9"}, {Letter: "A", Item: "a1", Situation: "none"}, {Letter: "A", Situation: "none"}} {
		if _, err := g.s.Take(g.moment(), r); err != NoSuchItem {
			t.Errorf("%+v: %v, want %v", r, err, NoSuchItem)
		}
	}
	if _, err := g.s.Take(g.moment(), Request{Letter: "A", Window: "99"}); err != NoSuchWindow {
		t.Errorf("a window that is not there: %v", err)
	}
}

func TestNumbersOfADayAreGivenOut(t *testing.T) {
	g := newStage(t)
	g.s.cfg.Catalogue.Services[0].Daily = 1
	if g.s.NoMore(g.moment(), "A") {
		t.Error("none was given yet")
	}
	g.take("A")
	if !g.s.NoMore(g.moment(), "A") || g.s.NoMore(g.moment(), "B") {
		t.Error("the one number of A is given out, those of B have no end")
	}
	g.pass(24 * time.Hour)
	if g.s.NoMore(g.moment(), "A") {
		t.Error("a new day has numbers of its own")
	}
}
