package hub

import (
	"bytes"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/board"
)

// hears collects the commands that an agent is sent.
func hears(t *testing.T, p *player) chan uplink.Command {
	t.Helper()
	heard := make(chan uplink.Command, 64)
	p.listen(t, uplink.LeafCommand, func(b []byte) {
		if c, err := uplink.Decode[uplink.Command](b); err == nil {
			heard <- c
		}
	})
	return heard
}

func next(t *testing.T, heard chan uplink.Command) uplink.Command {
	t.Helper()
	select {
	case c := <-heard:
		return c
	case <-time.After(patience):
		t.Fatal("no command")
		return uplink.Command{}
	}
}

// asked is what the board says of what was asked of a window of the city.
func (o *office) asked(window string) (all []board.Asked) {
	commands, replies, err := o.store.CommandsOf(o.t.Context(), "city", time.Now().Add(-time.Hour))
	if err != nil {
		o.t.Fatal(err)
	}
	for _, c := range commands {
		if c.Window == window {
			a := board.Asked{ID: c.About, Kind: c.Kind}
			for _, r := range replies {
				if r.Command == c.About {
					a.State = board.AskedState(r.Type)
				}
			}
			all = append(all, a)
		}
	}
	return all
}

// Design §3: a command is said at once, again when its agent comes, through a restart of the hub too, until it is answered.
func TestACommandIsSaidUntilItIsAnswered(t *testing.T) {
	o := newOffice(t)
	city, town := hears(t, o.agents["city"]), hears(t, o.agents["town"])
	r := o.as("mgr").ask(http.MethodPost, "/api/board/commands", `{"hall":"city","kind":"message","window":"12","text":" 请到二楼支援 "}`)
	if r.status != http.StatusOK {
		t.Fatal(r)
	}
	c := next(t, city)
	if c.ID != r.value("id") || c.Kind != hall.CommandMessage || c.Body != (hall.Order{Window: "12", Text: "请到二楼支援"}) || time.Until(c.Expires) > 15*time.Minute {
		t.Errorf("the agent hears %+v", c)
	}
	o.stop()
	again := start(t, o.Config)
	p := o.agents["city"]
	if err := p.connect(t, again); err != nil {
		t.Fatal(err)
	}
	city = hears(t, p)
	p.appear(t, 1)
	if got := next(t, city); got != c {
		t.Errorf("after a restart of the hub the agent hears %+v, before %+v", got, c)
	}
	first := uint64(len(p.events)) + 1
	p.tell(t, hall.CommandDone{Command: c.ID})
	p.send(t, first)
	o.centre = again
	waitFor(t, "the answer", func() bool { a := o.asked("12"); return len(a) == 1 && a[0].State == "command.done" })
	waitFor(t, "the hub is silent", func() bool {
		for len(city) > 0 {
			<-city
		}
		p.appear(t, 1)
		p.tell(t, hall.StaffOn{Window: "12", Staff: "0017"})
		p.send(t, uint64(len(p.events)))
		return len(city) == 0
	})
	if len(town) > 0 {
		t.Errorf("another agent hears %+v", <-town)
	}
	clean(t, o.Config)
}

// A manager commands his hall, the centre all of its place; nobody else commands (domain §1, table of rights).
func TestWhoMayCommandAHall(t *testing.T) {
	o := newOffice(t)
	for who, want := range map[string]int{"mgr": 200, "gao": 200, "mgr-town": 403, "county": 403, "su": 403, "tang": 403, "clerk": 403, "guide": 403, "audit": 403} {
		if r := o.as(who).ask(http.MethodPost, "/api/board/commands", `{"hall":"city","kind":"open","window":"12"}`); r.status != want {
			t.Errorf("%s: %v, want %d", who, r, want)
		}
	}
	if n := len(o.asked("12")); n != 2 {
		t.Errorf("%d commands were recorded, want 2", n)
	}
	for body, want := range map[string]string{
		`{"hall":"city","kind":"message","window":"12","text":" "}`:                                       "malformed",
		`{"hall":"city","kind":"message","window":"99","text":"x"}`:                                       "missing",
		`{"hall":"city","kind":"service.close","letter":"A","why":"mood"}`:                                "malformed",
		`{"hall":"city","kind":"outage.begin","unit":"navy"}`:                                             "missing",
		`{"hall":"city","kind":"dance"}`:                                                                  "unknown",
		fmt.Sprintf(`{"hall":"city","kind":"message","window":"12","text":%q}`, strings.Repeat("字", 201)): "malformed",
	} {
		if r := o.as("mgr").ask(http.MethodPost, "/api/board/commands", body); r.status != http.StatusUnprocessableEntity || r.value("error.code") != want || r.value("error.message") == "" {
			t.Errorf("%s: %v, want %s", body, r, want)
		}
	}
	if r := o.as("mgr").ask(http.MethodPost, "/api/board/commands", `{"hall":"nowhere","kind":"open","window":"12"}`); r.status != http.StatusNotFound {
		t.Errorf("no hall: %v", r)
	}
}

// What a message says is in no event, and in no table but the sealed box.
func TestTheWordsOfAMessageAreInNoEvent(t *testing.T) {
	o := newOffice(t)
	if r := o.as("mgr").ask(http.MethodPost, "/api/board/commands", `{"hall":"city","kind":"message","window":"12","text":"绝密的话"}`); r.status != 200 {
		t.Fatal(r)
	}
	if r := o.as("mgr").get("/api/board/window?hall=city&window=12"); r.status != 200 || r.value("steps") == nil {
		t.Errorf("the course: %v", r)
	} else if steps := r.value("steps").([]any); len(steps) != 1 || steps[0].(map[string]any)["text"] != "绝密的话" {
		t.Errorf("who sent it reads %v", steps)
	}
	if found := holding(t, o.Config, "绝密的话"); len(found) > 0 {
		t.Errorf("the words lie open in %v", found)
	}
}

// An alert is taken by a person, with who and when, and cleared by the system: both are deeds.
func TestAnAlertIsTakenAndClearedByTheSystem(t *testing.T) {
	o := newOffice(t)
	p := o.agents["city"]
	window := func(alarm string) {
		p.say("window/12", fmt.Appendf(nil, `{"instance":%q,"conn":1,"epoch":"e","seq":1,"window":"12","state":"open","since":%q%s}`, p.instance, time.Now().Format(time.RFC3339), alarm))
	}
	p.appear(t, 1)
	p.say(uplink.LeafQueue, fmt.Appendf(nil, `{"instance":%q,"conn":1,"at":%q,"letters":[]}`, p.instance, time.Now().Format(time.RFC3339)))
	window(fmt.Sprintf(`,"alarm":%q`, time.Now().Add(-time.Second).Format(time.RFC3339)))
	take := `{"id":"city/12/alarm//"}`
	var r reply
	waitFor(t, "the alert", func() bool {
		r = o.as("mgr").ask(http.MethodPost, "/api/board/alerts", take)
		return r.status == http.StatusNoContent
	})
	if r := o.as("mgr-town").ask(http.MethodPost, "/api/board/alerts", take); r.status != http.StatusForbidden {
		t.Errorf("the manager of another hall: %v", r)
	}
	if r := o.as("mgr").ask(http.MethodPost, "/api/board/alerts", `{"id":"city/12/nothing//"}`); r.status != http.StatusConflict || r.value("error.code") != "gone" {
		t.Errorf("an alert that is none: %v", r)
	}
	window("")
	waitFor(t, "cleared", func() bool {
		p.appear(t, 1)
		deeds, err := o.store.Takings(t.Context(), time.Now().Add(-time.Hour))
		return err == nil && len(deeds) == 1 && deeds[0].Type == hall.TypeAlertCleared && deeds[0].By.IsRule()
	})
	clean(t, o.Config)
}

// holding lists the files of the data folder in which words stand as they are.
func holding(t *testing.T, c Config, words string) (found []string) {
	t.Helper()
	err := filepath.WalkDir(c.Data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		if bytes.Contains(text, []byte(words)) {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
