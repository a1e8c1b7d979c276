package agent

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hallpulse/agent/internal/desk"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/simulator"
)

func TestPaperThatDidNotComeOutCanBePrintedAgain(t *testing.T) {
	r := newRig(t)
	r.enrol("")
	printer := r.printer()
	c := r.start()
	r.await("the printer", r.ready)
	printer.LoadPaper(0)
	r.await("the empty roll", func() bool { f := r.console("11").Faults; return len(f) == 1 && f[0].Trouble == hall.TroublePaperOut })
	ticket := r.take("A", "A02")
	if ticket.Printed || ticket.Trouble != hall.TroublePaperOut || ticket.Code == "" {
		t.Errorf("%+v", ticket)
	}
	resp, err := http.Get(fmt.Sprintf("http://%s/api/tickets/%v/qr.svg", r.listen, ticket.ID))
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("QR code on the screen: %v, %v", resp, err)
	}
	resp.Body.Close()
	unprinted := func() []desk.Unprinted { return r.console("11").Paper }
	if got := unprinted(); len(got) != 1 || got[0].ID != ticket.ID || got[0].Trouble != hall.TroublePaperOut {
		t.Errorf("%+v", got)
	}
	if again := (desk.Ticket{}); r.post("/api/tickets/"+ticket.ID.String()+"/print", "", &again) != "" || again.Printed {
		t.Errorf("printed on no paper: %+v", again)
	}
	printer.LoadPaper(simulator.Endless)
	r.await("the new roll", r.ready)
	var again desk.Ticket
	if code := r.post("/api/tickets/"+ticket.ID.String()+"/print", "", &again); code != "" || !again.Printed || again.Code != ticket.Code {
		t.Errorf("%s %+v", code, again)
	}
	if got := unprinted(); len(got) != 0 {
		t.Errorf("%+v", got)
	}
	if code := r.post("/api/tickets/3-ffff-999/print", "", nil); code != "no-such-ticket" {
		t.Errorf("a ticket nobody has: %s", code)
	}
	if code := r.post("/api/tickets/"+ticket.ID.String()+"/print", "", nil); code != "" {
		t.Errorf("once more: %s", code)
	}
	r.stop()
	events := r.events(c.Data)
	want := []hall.PaperReprinted{{Ticket: ticket.ID, Device: "tickets", After: hall.TroublePaperOut}, {Ticket: ticket.ID, Device: "tickets"}}
	if got := facts[hall.PaperReprinted](t, events); !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := facts[hall.PaperPrinted](t, events); len(got) > 0 {
		t.Errorf("told twice: %+v", got)
	}
}

// Nothing was sent of the tickets that waited at a printer when it stopped: the next one prints them, without a mark.
func TestTicketsThatWaitAtAPrinterThatStopsArePrintedByTheNext(t *testing.T) {
	r := newRig(t)
	r.enrol("")
	first, spare := r.printer(), r.printerNamed("spare")
	c := r.start()
	r.looked(r.doctor(r.config()), 2)
	first.Stick(true)
	tickets := make(chan desk.Ticket, 2)
	for range 2 {
		go func() { tickets <- r.take("A", "A02") }()
	}
	for range 2 {
		if ticket := <-tickets; !ticket.Printed {
			t.Errorf("%+v", ticket)
		}
	}
	for _, paper := range spare.Papers() {
		if strings.Contains(paper.Text(), "补打") {
			t.Errorf("marked as printed before:\n%s", paper.Text())
		}
	}
	r.stop()
	events := r.events(c.Data)
	got := facts[hall.PaperPrinted](t, events)
	if len(got) != 2 || got[0].Device != "spare" || got[1].Device != "spare" || len(spare.Papers()) != 2 {
		t.Errorf("%+v, %d papers", got, len(spare.Papers()))
	}
	if failed := facts[hall.PaperFailed](t, events); len(failed) > 0 {
		t.Errorf("%+v", failed)
	}
}

// A paper that was on its way when the agent died is in doubt, and listed for who can look.
func TestPaperOnItsWayAtAPowerCutIsInDoubt(t *testing.T) {
	r := newRig(t)
	printer := r.printer()
	kill := r.startChild()
	r.await("the printer", r.ready)
	printer.Stick(true)
	ask := func(path, body, key string) {
		req, err := http.NewRequest(http.MethodPost, "http://"+r.listen+path, strings.NewReader(body))
		if err != nil {
			return
		}
		req.Header.Set("Idempotency-Key", key)
		if resp, err := http.DefaultClient.Do(req); err == nil {
			resp.Body.Close()
		}
	}
	go ask("/api/tickets", `{"letter":"B"}`, "b")
	r.await("the ticket", func() bool { return r.console("13").WaitingCount == 1 })
	kill()
	printer.Stick(false)
	r.start()
	inDoubt := func() hall.ID {
		t.Helper()
		paper := r.console("13").Paper
		if len(paper) != 1 || paper[0].Ticket != "B001" || paper[0].Trouble != hall.TroubleDoubtful {
			t.Fatalf("%+v", paper)
		}
		return paper[0].ID
	}
	again := "/api/tickets/" + inDoubt().String() + "/print"
	r.await("the printer", r.ready)
	if code := r.post(again, "", nil); code != "" {
		t.Error(code)
	}
	r.stop()

	// So is one that was printed again.
	kill = r.startChild()
	r.await("the printer", r.ready)
	printer.Stick(true)
	go ask(again, "", "c")
	r.await("its way", func() bool {
		stored, err := os.ReadFile(filepath.Join(r.dir, "data", aloneName, "hall.db"))
		return err == nil && bytes.Contains(stored, []byte(`"reprint":true,"at"`))
	})
	r.act("11", "open") // one decision at a time: the one before it is whole
	kill()
	printer.Stick(false)
	r.start()
	inDoubt()
	r.stop()
	told := r.events(filepath.Join(r.dir, "data", aloneName))
	if got := facts[hall.PaperReprinted](t, told); len(got) != 1 || got[0].After != hall.TroubleDoubtful {
		t.Errorf("%+v, want one after doubt", got)
	}
	failed := facts[hall.PaperFailed](t, told)
	if len(failed) != 2 || failed[0].Why != hall.TroubleDoubtful || failed[0].Device != "tickets" || failed[1] != failed[0] {
		t.Errorf("%+v", failed)
	}
}
