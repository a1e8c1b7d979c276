package counter

import (
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// said returns the calls in short: number, window, how often called there, ! while nobody has come.
func (g *stage) said() string {
	var all []string
	for _, c := range g.s.Calls() {
		one := c.Number + ">" + c.Window + strings.Repeat("'", c.Times-1)
		if c.Open {
			one += "!"
		}
		all = append(all, one)
	}
	return strings.Join(all, " ")
}

func TestCallsAreTheNewestFirstAndOfEachTicketTheLast(t *testing.T) {
	g := newStage(t)
	for range 4 {
		g.take("A")
	}
	g.do("1", ActOpen)
	g.do("2", ActOpen)
	for _, step := range []struct {
		window string
		act    Act
		want   string
	}{
		{"1", ActNext, "A001>1!"},
		{"2", ActNext, "A002>2! A001>1!"},
		{"1", ActRecall, "A002>2! A001>1'!"},
		{"2", ActServe, "A002>2 A001>1'!"},
		{"1", ActMissed, "A002>2 A001>1'"},
		{"2", ActNext, "A003>2! A002>2 A001>1'"},
	} {
		g.pass(time.Minute)
		g.do(step.window, step.act)
		if got := g.said(); got != step.want {
			t.Errorf("after %s at %s: %q, want %q", step.act, step.window, got, step.want)
		}
	}
	g.pass(time.Minute)
	missed := g.s.Missed()[0]
	g.back(missed.ID)
	g.must(Order{Window: "1", Act: ActPick, Ticket: missed.ID, Why: string(hall.MovedWhys()[0])})
	if got, want := g.said(), "A001>1! A003>2! A002>2"; got != want {
		t.Errorf("missed and called again: %q, want %q", got, want)
	}
	g.restart()
	if got, want := g.said(), "A001>1! A003>2! A002>2"; got != want {
		t.Errorf("after a restart: %q, want %q", got, want)
	}
	g.pass(24 * time.Hour)
	g.keep(g.s.Expire(g.moment()))
	if got := g.said(); got != "" {
		t.Errorf("on the next day: %q", got)
	}
}

// Who was parked goes on without a call, so nothing is called out.
func TestAParkedVisitGoesOnWithoutACall(t *testing.T) {
	g := newStage(t)
	ticket := g.take("A")
	g.do("1", ActOpen, ActNext, ActServe)
	before := g.s.Calls()
	g.must(Order{Window: "1", Act: ActHold, Why: string(hall.HeldForm)})
	g.pass(time.Minute)
	g.must(Order{Window: "1", Act: ActBack, Ticket: ticket.ID})
	if got := g.s.Calls(); !slices.Equal(got, before) {
		t.Errorf("%+v, want %+v", got, before)
	}
}
