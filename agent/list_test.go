package agent

import (
	"strings"
	"testing"

	"hallpulse/agent/internal/desk"
	"hallpulse/firmware-protocol/hall"
)

// A list of materials takes no number and no place in any line, and no fact is told of it.
func TestAListOfMaterialsIsNoTicket(t *testing.T) {
	r := newRig(t)
	r.enrol("")
	printer := r.printer()
	c := r.start()
	r.await("the printer", r.ready)
	item := r.catalogueItem(c)
	body := `{"item":"` + item.Code + `","situation":"","has":["` + item.Materials[0] + `"]}`

	var out desk.Listed
	if code := r.post("/api/lists", body, &out); code != "" || !out.Printed || out.Trouble != "" {
		t.Fatalf("%s %+v", code, out)
	}
	papers := printer.Papers()
	if len(papers) != 1 {
		t.Fatalf("%d papers", len(papers))
	}
	text := papers[0].Text()
	for _, want := range []string{"材料单", item.Name, "√ " + item.Materials[0], "不是排队号"} {
		if !strings.Contains(text, want) {
			t.Errorf("the list does not say %s:\n%s", want, text)
		}
	}
	for _, unknown := range []string{`{"item":"nothing"}`, `{"item":"` + item.Code + `","situation":"nowhere"}`} {
		if code := r.post("/api/lists", unknown, nil); code != "no-such-item" {
			t.Errorf("%s: %q", unknown, code)
		}
	}
	printer.LoadPaper(0)
	r.await("the empty roll", func() bool { return !r.ready() })
	if code := r.post("/api/lists", body, &out); code != "" || out.Printed || out.Trouble != hall.TroublePaperOut {
		t.Errorf("on an empty roll: %s %+v", code, out)
	}
	if v := r.console("11"); v.WaitingCount != 0 || len(v.Paper) > 0 {
		t.Errorf("somebody waits: %+v", v)
	}
	r.stop()
	for _, e := range r.events(c.Data) {
		if strings.HasPrefix(string(e.Type), "ticket.") || strings.HasPrefix(string(e.Type), "paper.") {
			t.Errorf("a fact is told: %s", e.Type)
		}
	}
}

// catalogueItem is an item that asks for something.
func (r *rig) catalogueItem(c Config) hall.ServiceItem {
	r.t.Helper()
	for _, i := range c.catalogue.Items {
		if len(i.Materials) > 0 {
			return i
		}
	}
	r.t.Fatal("no item asks for anything")
	return hall.ServiceItem{}
}

func TestAListWithoutAPrinterSaysSo(t *testing.T) {
	r := newRig(t)
	c := r.start()
	if code := r.post("/api/lists", `{"item":"`+r.catalogueItem(c).Code+`"}`, nil); code != "no-printer" {
		t.Errorf("%q", code)
	}
}
