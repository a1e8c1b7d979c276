package agent

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hallpulse/agent/internal/desk"
	"hallpulse/configs"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// sample is the sample hall that is built in, to be changed.
func sample(t *testing.T) *hall.Catalogue {
	t.Helper()
	text, err := fs.ReadFile(configs.FS(), "hall.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c, err := readCatalogue(uplink.CatalogueText{Text: string(text)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// published is a version of the sample as a hub sends it: in JSON, which is YAML too.
func published(t *testing.T, version uint64, change func(c *hall.Catalogue)) *uplink.CatalogueText {
	t.Helper()
	c := sample(t)
	change(c)
	text := encode(c)
	sum := sha256.Sum256(text)
	return &uplink.CatalogueText{Hall: c.Hall.ID, Version: version, SHA: hex.EncodeToString(sum[:]), Text: string(text)}
}

func (h *tableHub) publish(config uint64, c *uplink.CatalogueText) {
	h.say(uplink.LeafConfig, uplink.Config{V: uplink.Version, Version: config, PublicURL: "https://pj.example", BoxKey: "k", Catalogue: c})
}

// more adds an item and a window.
func more(c *hall.Catalogue) {
	i := c.Items[0]
	i.Code, i.Name = "NEW1", "新设事项"
	c.Items = append(c.Items, i)
	w := c.Windows[0]
	w.ID, w.At = "31", nil
	c.Windows = append(c.Windows, w)
	c.Roster = nil
}

// last is the window that less leaves out, and letter one that it calls.
func last(c *hall.Catalogue) (window, letter string) {
	w := c.Windows[len(c.Windows)-1]
	return w.ID, w.Services[0]
}

// less leaves out the last window, and the letter it calls with all that it is for.
func less(c *hall.Catalogue) {
	_, letter := last(c)
	c.Windows = c.Windows[:len(c.Windows)-1]
	c.Services = slices.DeleteFunc(c.Services, func(s hall.Service) bool { return s.Letter == letter })
	c.Items = slices.DeleteFunc(c.Items, func(i hall.ServiceItem) bool {
		return i.Service == letter || slices.ContainsFunc(i.Route, func(s hall.RouteStop) bool { return s.Letter == letter }) ||
			slices.ContainsFunc(i.Situations, func(s hall.Situation) bool {
				return slices.ContainsFunc(s.Route, func(s hall.RouteStop) bool { return s.Letter == letter })
			})
	})
	for i, w := range c.Windows {
		c.Windows[i].Services = slices.DeleteFunc(w.Services, func(l string) bool { return l == letter })
	}
	c.Windows = slices.DeleteFunc(c.Windows, func(w hall.Window) bool { return len(w.Services) == 0 })
	c.Roster = nil
}

// The hub's catalogue is in force as a whole, on every screen, without a restart, and after one; the file
// beside agent.yaml is not any more.
func TestTheHubsCatalogueIsInForce(t *testing.T) {
	h, r := newTableHub(t), newRig(t)
	r.enrol(h.addr)
	r.start()
	before := screenOf[desk.TakeView](r, "/ws/take").Book
	one := published(t, 2, more)
	h.publish(5, one)
	r.await("the fact", func() bool { return len(heard[hall.CatalogueApplied](h)) == 1 })
	if got := heard[hall.CatalogueApplied](h)[0]; got != (hall.CatalogueApplied{Version: 2, SHA: one.SHA}) {
		t.Errorf("%+v", got)
	}
	if book := screenOf[desk.TakeView](r, "/ws/take").Book; book == before {
		t.Error("the kiosk is told the old version of its book")
	}
	r.act("31", "open")
	r.take(sample(t).Items[0].Service, "NEW1")
	r.await("the new window at the hub", func() bool { return sees[uplink.WindowNow](h, "window/31").Window == "31" })
	r.await("its digest at the hub", func() bool { return sees[uplink.Status](h, uplink.LeafStatus).Catalogue == one.SHA })
	h.publish(6, one) // as it is: nothing to do
	r.await("the configuration", func() bool { return len(heard[hall.ConfigApplied](h)) == 2 })
	if n := len(heard[hall.CatalogueApplied](h)); n != 1 {
		t.Errorf("put in force %d times", n)
	}
	r.stop()
	h.close()

	file := filepath.Join(r.dir, "hall.yaml")
	text, err := fs.ReadFile(configs.FS(), "hall.yaml")
	if err == nil {
		err = os.WriteFile(file, append(text, "# edited by hand\n"...), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	r.extra += "hall: hall.yaml\n"
	r.pad("pad-31", "31", 7) // at a window that the file does not know
	c := r.start()
	if state := r.console("31").Window.State; state != hall.WindowIsOpen {
		t.Errorf("window 31 is %s after a restart", state)
	}
	now, err := Catalogue(context.Background(), c)
	if err != nil || now.Version != 2 || now.SHA != one.SHA || !now.HandEdited || now.Refused != nil {
		t.Errorf("%+v, %v", now, err)
	}
	if !r.log.says("edited and is not in force") {
		t.Error("that the file was edited stands not in the log")
	}
	r.stop()
	r.good(c)
}

// A bad version is refused with a reason and changes nothing.
func TestABadCatalogueChangesNothing(t *testing.T) {
	damaged := published(t, 3, more)
	damaged.Text += " "
	other := published(t, 3, func(c *hall.Catalogue) { c.Hall.ID = "elsewhere" })
	unknown := published(t, 3, more)
	unknown.Text = strings.Replace(unknown.Text, `"units"`, `"gods": 1, "units"`, 1)
	sum := sha256.Sum256([]byte(unknown.Text))
	unknown.SHA = hex.EncodeToString(sum[:])
	window, _ := last(sample(t))
	for _, tt := range []struct {
		name string
		sent *uplink.CatalogueText
		why  hall.CatalogueWhy
		what string
	}{
		{"its text is not what its digest says", damaged, hall.CatalogueDamaged, ""},
		{"it is of another hall", other, hall.CatalogueOtherHall, "elsewhere"},
		{"it has a key that nobody knows", unknown, hall.CatalogueMalformed, "gods"},
		{"it contradicts itself", published(t, 3, func(c *hall.Catalogue) { c.Windows[0].Services = []string{"Z"} }), hall.CatalogueMalformed, `"Z"`},
		{"a pad hangs at a window that it leaves out", published(t, 3, less), hall.CataloguePadWindow, window},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h, r := newTableHub(t), newRig(t)
			r.enrol(h.addr)
			r.addPad("pad", window)
			c := r.start()
			before := screenOf[desk.TakeView](r, "/ws/take").Book
			h.publish(5, tt.sent)
			r.await("the refusal", func() bool { return len(heard[hall.CatalogueRefused](h)) == 1 })
			got := heard[hall.CatalogueRefused](h)[0]
			if got.Version != 3 || got.SHA != tt.sent.SHA || got.Why != tt.why || !strings.Contains(got.What, tt.what) {
				t.Errorf("%+v", got)
			}
			if screenOf[desk.TakeView](r, "/ws/take").Book != before || len(heard[hall.CatalogueApplied](h)) > 0 {
				t.Error("and yet something has changed")
			}
			now, err := Catalogue(context.Background(), c)
			if err != nil || now.Version != 0 || now.SHA != c.catalogueSHA || now.Refused == nil || now.Refused.Why != tt.why || now.Refused.Passes {
				t.Errorf("%+v, %v", now, err)
			}
			if u := r.take("A", "").URL; !strings.HasPrefix(u, "https://pj.example/r/") {
				t.Errorf("the rest of the configuration is not in force: %s", u)
			}
		})
	}
}

// The catalogue removed what people wait for. It is refused while somebody waits, through a kill, and taken
// by itself when nobody does.
func TestACatalogueWaitsForPeople(t *testing.T) {
	window, letter := last(sample(t))
	h, r := newTableHub(t), newRig(t)
	r.enrol(h.addr)
	kill := r.startChild()
	ticket := r.take(letter, "")
	r.await("the ticket", func() bool { return len(heard[hall.TicketIssued](h)) == 1 })
	h.publish(5, published(t, 2, less))
	r.await("the refusal", func() bool { return len(heard[hall.CatalogueRefused](h)) == 1 })
	if got := heard[hall.CatalogueRefused](h)[0]; got.Why != hall.CatalogueWaits || got.What != letter {
		t.Errorf("%+v", got)
	}
	kill()
	kill = r.startChild()
	r.console(window) // is still there
	if code := r.post(fmt.Sprintf("/api/tickets/%v/cancel", ticket.ID), `{"why":"left"}`, nil); code != "" {
		t.Fatal(code)
	}
	r.await("the fact", func() bool { return len(heard[hall.CatalogueApplied](h)) == 1 })
	if n := len(heard[hall.CatalogueRefused](h)); n != 1 {
		t.Errorf("refused %d times, want to be told once", n)
	}
	if code := r.post("/api/windows/"+window+"/open", "", nil); code != "no-such-window" {
		t.Errorf("open a window that is gone: %q", code)
	}
	r.await("the window cleared at the hub", func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		b, said := h.shown["window/"+window]
		return said && len(b) == 0
	})
	kill()
	kill = r.startChild() // the new version is in force, and none waits any more
	if now, err := Catalogue(context.Background(), r.writeConfig()); err != nil || now.Version != 2 || now.Refused != nil {
		t.Errorf("after a kill: %+v, %v", now, err)
	}
	if code := r.post("/api/tickets", fmt.Sprintf(`{"letter":%q}`, letter), nil); code == "" {
		t.Error("a ticket of a letter that is gone")
	}
	kill()
}
