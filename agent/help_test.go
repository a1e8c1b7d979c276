package agent

import (
	"slices"
	"testing"

	"hallpulse/agent/internal/counter"
	"hallpulse/agent/internal/desk"
	"hallpulse/firmware-protocol/hall"
)

// Who helps at a pad chooses the window on the guide's tablet, among those where somebody can press; it is told to the hub, once, and
// stays through a new start.
func TestWhoHelpsAtAPadSaysSoOnTheGuidesTablet(t *testing.T) {
	h, r := newTableHub(t), newRig(t)
	r.enrol(h.addr)
	r.start()
	guide := func() desk.GuideView { return screenOf[desk.GuideView](r, "/ws/guide") }
	ticket := r.take("A", "A02")
	r.act("11", "open", "next")
	if g := guide(); len(g.Rating) != 0 || len(g.Staff) == 0 {
		t.Fatalf("before he is served: %+v, staff %+v", g.Rating, g.Staff)
	}
	r.act("11", "serve")
	g := guide()
	if len(g.Rating) != 1 || g.Rating[0].Window != "11" || g.Rating[0].Ticket != ticket.Number || len(g.Rating[0].Clerks) != 1 || g.Rating[0].Helper != "" {
		t.Fatalf("%+v", g.Rating)
	}
	clerk := g.Rating[0].Clerks[0]
	other := g.Staff[slices.IndexFunc(g.Staff, func(c desk.Clerk) bool { return c.Badge != clerk })].Badge
	says := func(by string) string {
		return r.post("/api/help/11", `{"visit":"`+g.Rating[0].Visit.String()+`","by":"`+by+`"}`, nil)
	}
	for _, step := range []struct {
		by   string
		want counter.Refusal
	}{{clerk, counter.OwnClerk}, {other, ""}, {other, ""}, {clerk, counter.AlreadyHelped}} {
		if got := says(step.by); got != string(step.want) {
			t.Errorf("%s says he helps: %q, want %q", step.by, got, step.want)
		}
	}
	r.await("the fact", func() bool { return len(heard[hall.RatingAssisted](h)) == 1 })
	if f := heard[hall.RatingAssisted](h)[0]; f.Visit != g.Rating[0].Visit || f.Window != "11" || f.By != other {
		t.Errorf("told %+v", f)
	}
	r.stop()
	r.start()
	if g := guide(); len(g.Rating) != 1 || g.Rating[0].Helper != other {
		t.Errorf("after a new start: %+v", g.Rating)
	}
	if rated := heard[hall.RatingGiven](h); len(rated) > 0 {
		t.Errorf("it rated: %+v", rated)
	}
}
