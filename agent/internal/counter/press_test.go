package counter

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// play runs a script at window 1, where a pad hangs since second 0 and three people wait. Steps are parted by
// semicolons: "<second> <act>", "<second> press [from <second>]", "<second> restart". It returns what each press became,
// with the number of the ticket it was bound to, or why it was not.
func play(t *testing.T, script string) string {
	g := newStage(t)
	g.take("A")
	g.take("A")
	g.take("A")
	g.keep(g.s.PadArrived(g.moment(), "pad", "1", 7))
	g.do("1", ActOpen)
	numbers := map[hall.ID]string{}
	var became []string
	var seq uint32
	for step := range strings.SplitSeq(script, ";") {
		var second, from int
		var word string
		n, _ := fmt.Sscanf(step, "%d %s from %d", &second, &word, &from)
		if n < 2 {
			t.Fatalf("step %q", step)
		}
		if n == 2 {
			from = second
		}
		g.at(second)
		switch word {
		case "restart":
			g.restart()
		case "press":
			seq++
			g.press("pad", hall.Press{UID: 7, Boot: 1, Seq: seq, Level: 4, AgeMS: int64(second-from) * 1000})
			became = append(became, about(g.told, numbers))
		default:
			g.do("1", Act(word))
			for _, f := range g.told {
				if v, ok := f.(hall.VisitOpened); ok {
					numbers[v.Visit] = fmt.Sprintf("A%03d", len(numbers)+1)
				}
			}
		}
	}
	return strings.Join(became, ", ")
}

func about(told []hall.Fact, numbers map[hall.ID]string) string {
	told = slices.DeleteFunc(slices.Clone(told), func(f hall.Fact) bool { return f.Type() == hall.TypeTicketWithdrawn })
	if len(told) != 1 {
		return fmt.Sprintf("%d facts", len(told))
	}
	switch f := told[0].(type) {
	case hall.RatingGiven:
		return "rates " + numbers[f.Visit]
	case hall.RatingRepeat:
		return "repeats " + numbers[f.Visit]
	case hall.RatingUnbound:
		return string(f.Why)
	}
	return string(told[0].Type())
}

func TestAPressBindsToTheVisitThatWasServingOrInvitedWhenTheKeyWentDown(t *testing.T) {
	for _, c := range []struct{ rule, script, want string }{
		{"invited", "0 next; 5 serve; 60 finish; 70 press", "rates A001"},
		{"serving", "0 next; 5 serve; 30 press; 60 finish", "rates A001"},
		{"at the moment service begins", "0 next; 5 serve; 5 press", "rates A001"},
		{"called is not yet served", "0 next; 3 press", "no-visit"},
		{"before any call", "3 press", "no-visit"},
		{"nobody came", "0 next; 5 missed; 6 press", "no-visit"},

		{"invitation ends after 120 s", "0 next; 5 serve; 60 finish; 179 press", "rates A001"},
		{"and not later", "0 next; 5 serve; 60 finish; 180 press", "no-visit"},
		{"invitation ends with the next call", "0 next; 5 serve; 60 finish; 70 next; 71 press", "no-visit"},
		{"a recall is no call", "0 next; 1 recall; 5 serve; 60 finish; 70 press", "rates A001"},
		{"a pause does not end it", "0 next; 5 serve; 60 finish; 61 pause; 70 press", "rates A001"},
		{"nor does closing the window", "0 next; 5 serve; 60 finish; 61 close; 70 press", "rates A001"},

		{"the call that finished the visit does not end its invitation", "0 next; 5 serve; 60 next; 70 press", "rates A001"},
		{"the next one does", "0 next; 5 serve; 60 next; 65 next; 70 press", "no-visit"},
		{"the one who is served comes before the one still invited", "0 next; 5 serve; 60 next; 65 serve; 70 press", "rates A002"},
		{"and a missed one hides nobody", "0 next; 5 serve; 60 next; 65 missed; 70 press", "rates A001"},

		{"late, pressed while invited", "0 next; 5 serve; 60 finish; 100 next; 105 serve; 600 press from 90", "rates A001"},
		{"late, pressed while serving", "0 next; 5 serve; 60 finish; 100 next; 105 serve; 600 press from 50", "rates A001"},
		{"late, pressed between two visits", "0 next; 5 serve; 60 finish; 300 next; 305 serve; 600 press from 250", "no-visit"},
		{"late, over a restart", "0 next; 5 serve; 60 finish; 100 next; 105 serve; 200 restart; 210 press from 90", "rates A001"},
		{"in the visit a restart interrupted", "0 next; 5 serve; 60 restart; 70 press", "rates A001"},
		{"invited over a restart", "0 next; 5 serve; 60 finish; 70 restart; 80 press", "rates A001"},
		{"older than what is remembered", "0 next; 5 serve; 60 finish; 90000 press from 70", "clock"},
	} {
		if got := play(t, c.script); got != c.want {
			t.Errorf("%s: %q: %s, want %s", c.rule, c.script, got, c.want)
		}
	}
}

// Domain §3.11: a further press before the next visit, at most 120 s after, is a repeat; every other is unbound.
func TestFurtherPressesAreRepeatsOrUnbound(t *testing.T) {
	for _, c := range []struct{ rule, script, want string }{
		{"again", "0 next; 5 serve; 60 finish; 70 press; 71 press; 72 press", "rates A001, repeats A001, repeats A001"},
		{"120 s after the rating", "0 next; 5 serve; 60 finish; 70 press; 190 press", "rates A001, repeats A001"},
		{"later", "0 next; 5 serve; 60 finish; 70 press; 191 press", "rates A001, no-visit"},
		{"120 s from the rating, not from the repeat", "0 next; 5 serve; 60 finish; 70 press; 180 press; 200 press", "rates A001, repeats A001, no-visit"},
		{"in one long visit", "0 next; 5 serve; 10 press; 300 press", "rates A001, no-visit"},
		{"after the next call", "0 next; 5 serve; 60 finish; 70 press; 75 next; 76 press", "rates A001, no-visit"},
		{"before a call that comes later", "0 next; 5 serve; 60 finish; 70 press; 75 next; 80 press from 72", "rates A001, repeats A001"},
		{"in the next visit", "0 next; 5 serve; 60 finish; 70 press; 75 next; 76 serve; 80 press", "rates A001, rates A002"},
		{"rated while served, pressed again when finished", "0 next; 5 serve; 50 press; 60 finish; 70 press", "rates A001, repeats A001"},
		{"pressed earlier, heard later: what was thanked stays", "0 next; 5 serve; 60 finish; 70 press; 75 press from 65", "rates A001, repeats A001"},
	} {
		if got := play(t, c.script); got != c.want {
			t.Errorf("%s: %q: %s, want %s", c.rule, c.script, got, c.want)
		}
	}
}

func TestARatingSaysWhatWasPressed(t *testing.T) {
	for _, l := range []hall.Level{1, 2, 3, 4, 5} {
		g := newStage(t)
		ticket := g.take("A")
		g.keep(g.s.PadArrived(g.moment(), "pad", "1", 7))
		g.do("1", ActOpen, ActNext, ActServe)
		g.pass(time.Second)
		p := hall.Press{UID: 7, Boot: 1, Seq: 1, Level: l, AgeMS: 300}
		if class := g.press("pad", p); class != Became {
			t.Fatalf("class %s", class)
		}
		r, _ := g.told[0].(hall.RatingGiven)
		if r.Ticket != ticket.ID || r.Window != "1" || r.Level != l || r.Channel != hall.ChannelPad || *r.Press != p {
			t.Errorf("level %d: %+v", l, r)
		}
		if r.ReasonMissing != (l <= 2) {
			t.Errorf("level %d: reason missing is %v (domain §3.13)", l, r.ReasonMissing)
		}
	}
}

func TestAPressOfUnknownAgeIsKeptUnbound(t *testing.T) {
	g := newStage(t)
	g.take("A")
	g.keep(g.s.PadArrived(g.moment(), "pad", "1", 7))
	g.do("1", ActOpen, ActNext, ActServe)
	g.press("pad", hall.Press{UID: 7, Boot: 1, Seq: 1, Level: 5, AgeMS: hall.AgeUnknown})
	if got := about(g.told, nil); got != "age" {
		t.Errorf("%s, want age", got)
	}
}

// Without a clock nobody knows when a press from before the start was made; one made since is known as ever.
func TestPressesWhileTheClockIsUnset(t *testing.T) {
	for _, c := range []struct {
		age  time.Duration
		want string
	}{{5 * time.Second, "rates A001"}, {30 * time.Second, "clock"}} {
		g := newStage(t)
		g.take("A")
		g.keep(g.s.PadArrived(g.moment(), "pad", "1", 7))
		g.do("1", ActOpen, ActNext, ActServe)
		opened, _ := g.s.Window(g.moment(), "1")
		g.restart()
		g.clock, g.wall = hall.ClockUnset, -50*365*24*time.Hour
		g.pass(10 * time.Second)
		g.press("pad", hall.Press{UID: 7, Boot: 1, Seq: 1, Level: 5, AgeMS: c.age.Milliseconds()})
		if got := about(g.told, map[hall.ID]string{opened.Visit.ID: "A001"}); got != c.want {
			t.Errorf("pressed %v ago, 10 s after a start without a clock: %s, want %s", c.age, got, c.want)
		}
	}
}

// Setting the clock moves nothing that happened in the same start.
func TestSettingTheClockDoesNotMoveAPress(t *testing.T) {
	g := newStage(t)
	g.take("A")
	g.keep(g.s.PadArrived(g.moment(), "pad", "1", 7))
	g.do("1", ActOpen, ActNext, ActServe)
	g.pass(time.Minute)
	g.do("1", ActFinish)
	g.wall += 365 * 24 * time.Hour
	g.up += 20 * time.Second
	if class := g.press("pad", hall.Press{UID: 7, Boot: 1, Seq: 1, Level: 5, AgeMS: 10_000}); class != Became {
		t.Errorf("%s, want %s", class, Became)
	}
}

func TestWhatIsNoPressIsNotTaken(t *testing.T) {
	g := newStage(t)
	g.keep(g.s.PadArrived(g.moment(), "pad", "1", 7))
	good := hall.Press{UID: 7, Boot: 1, Seq: 1, Level: 5}
	for name, change := range map[string]func(*hall.Press){
		"level 0":    func(p *hall.Press) { p.Level = 0 },
		"level 6":    func(p *hall.Press) { p.Level = 6 },
		"seq 0":      func(p *hall.Press) { p.Seq = 0 },
		"no uid":     func(p *hall.Press) { p.UID = 0 },
		"erased uid": func(p *hall.Press) { p.UID = ^hall.PadUID(0) },
		"future":     func(p *hall.Press) { p.AgeMS = -2 },
	} {
		p := good
		change(&p)
		if _, _, err := g.s.Press(g.moment(), "pad", p); !errors.Is(err, ErrNotAPress) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := g.s.Press(g.moment(), "nowhere", good); !errors.Is(err, ErrNotAPress) {
		t.Errorf("a device nobody has seen: %v", err)
	}
}

// A visit that was passed on and then given back was served nowhere to its end: a press that comes late rates nothing that
// the window counts.
func TestALatePressCountsWhereItsVisitEnded(t *testing.T) {
	g := newStage(t)
	first := g.take("A")
	g.keep(g.s.PadArrived(g.moment(), "pad", "2", 7))
	g.do("2", ActOpen, ActNext, ActServe)
	g.pass(time.Minute)
	g.must(Order{Window: "2", Act: ActTransfer, To: Target{Window: "1"}})
	d, err := g.s.Cancel(g.moment(), first.ID, hall.DropLeft)
	if err != nil {
		t.Fatal(err)
	}
	g.keep(d)
	g.pass(time.Second)
	if class := g.press("pad", hall.Press{UID: 7, Boot: 1, Seq: 1, Level: 5, AgeMS: 30_000}); class != Became {
		t.Fatalf("pressed while served: %s", class)
	}
	if w, _ := g.s.Window(g.moment(), "2"); w.Today.Rated != 0 || w.Today.Served != 0 {
		t.Errorf("window 2 counts %+v", w.Today)
	}
}

// What became of a window's last visit is forgotten after a day, and with it whoever sat there before.
func TestAVisitThatLeftAWindowIsNotThereAgainWhenTheNextOneIsForgotten(t *testing.T) {
	for _, restarted := range []bool{false, true} {
		g := newStage(t)
		g.take("A")
		g.take("A")
		g.keep(g.s.PadArrived(g.moment(), "pad-1", "1", 7))
		g.keep(g.s.PadArrived(g.moment(), "pad-2", "2", 8))
		g.do("1", ActOpen, ActNext, ActServe, ActHold, ActNext, ActMissed)
		g.do("2", ActOpen)
		held := g.s.Held()
		g.must(Order{Window: "2", Act: ActBack, Ticket: held[0].Ticket.ID})
		g.pass(28 * time.Hour)
		g.keep(g.s.Expire(g.moment()))
		if restarted {
			g.restart()
		}
		g.press("pad-2", hall.Press{UID: 8, Boot: 1, Seq: 1, Level: 4})
		g.press("pad-1", hall.Press{UID: 7, Boot: 1, Seq: 1, Level: 1})
		if got := about(g.told, nil); got != string(hall.UnboundNoVisit) {
			t.Errorf("restarted %v: a press at the window it left is %s", restarted, got)
		}
	}
}
