package agent

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hallpulse/agent/internal/desk"
	"hallpulse/configs"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// Who is here for the third time is passed on to the desk with what he tried before, and the manager is called there; he is
// called when the hub comes back, too, since when it was.
func TestWhoIsHereForTheThirdTime(t *testing.T) {
	h, r := newTableHub(t), newRig(t)
	text, err := fs.ReadFile(configs.FS(), "hall.yaml")
	if err != nil {
		t.Fatal(err)
	}
	ours := strings.ReplaceAll(string(text), `stuck: {window: "14", arrive: 10}`, `stuck: {window: "12", arrive: 7}`)
	if err := os.WriteFile(filepath.Join(r.dir, "hall.yaml"), []byte(ours), 0o600); err != nil {
		t.Fatal(err)
	}
	r.extra = "hall: hall.yaml\n"
	r.enrol(h.addr)
	r.start()
	r.await("the hub", func() bool { return r.console("11").Hub.Up })
	ticket := r.take("A", "A02")
	r.act("11", "open", "next", "serve")
	v := r.console("11")
	if v.Stuck == nil || v.Stuck.Window != "12" || v.Stuck.Here || v.Visit.Third || !r.console("12").Stuck.Here {
		t.Fatalf("%+v %+v", v.Stuck, v.Visit)
	}
	if code := r.post("/api/windows/11/transfer", `{"why":"third","to":{"window":"12"}}`, nil); code != "" {
		t.Fatal(code)
	}
	r.act("12", "open", "next")
	v = r.console("12")
	if v.Visit == nil || !v.Visit.Third || v.Visit.Summons == nil || v.Visit.Item == "" || v.Visit.Summons.Due.Sub(v.Visit.Summons.Since) != 7*time.Minute {
		t.Fatalf("%+v", v.Visit)
	}
	if e := v.Visit.Earlier; len(e) != 1 || e[0].Window != "11" || e[0].Staff == nil || e[0].Item == "" {
		t.Errorf("earlier: %+v", e)
	}
	called := func() []uplink.SummonsNow { return sees[uplink.QueueNow](h, uplink.LeafQueue).Summons }
	r.await("the board's word of it", func() bool { return len(called()) == 1 && called()[0].Window == "12" })
	if c := called()[0]; c.Ticket != ticket.Number || !c.Since.Equal(v.Visit.Summons.Since) || c.Due.Sub(c.Since) != 7*time.Minute {
		t.Errorf("%+v", c)
	}
	r.act("12", "met")
	r.await("that he is there", func() bool { return len(called()) == 0 })
	if v := r.console("12"); v.Visit.Summons != nil || !v.Visit.Third {
		t.Errorf("%+v", v.Visit)
	}
	r.await("the facts", func() bool { return len(heard[hall.AlertClosed](h)) == 1 })
	raised, closed := heard[hall.AlertRaised](h), heard[hall.AlertClosed](h)
	if len(raised) != 1 || raised[0].Window != "11" || raised[0].Staff == "" || raised[0].Kind != hall.AlertThird || raised[0].Ticket != ticket.ID {
		t.Errorf("%+v", raised)
	}
	if closed[0].Window != "12" || closed[0].Staff == "" || closed[0].Kind != hall.AlertThird || closed[0].Ticket != ticket.ID {
		t.Errorf("%+v", closed)
	}

	// A guide does the same for who waits.
	waits := r.take("A", "A01")
	for _, body := range []string{`{"third":true}`, `{"pass":true}`} {
		if code := r.post("/api/tickets/"+waits.ID.String()+"/correct", body, nil); code != "" {
			t.Errorf("%s: %s", body, code)
		}
	}
	g := screenOf[desk.GuideView](r, "/ws/guide")
	var line []desk.Waiting
	for _, q := range g.Services {
		line = append(line, q.Line...)
	}
	if len(line) != 1 || !line[0].Third || line[0].Summons == nil || g.Stuck == nil {
		t.Errorf("%+v", line)
	}
	if code := r.post("/api/tickets/"+waits.ID.String()+"/correct", `{"met":true}`, nil); code != "" {
		t.Error(code)
	}
	r.await("that he is there", func() bool { return len(heard[hall.AlertClosed](h)) == 2 })
}
