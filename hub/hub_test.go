package hub

import (
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/board"
)

const (
	instance = "0123456789abcdef"
	twin     = "fedcba9876543210"
)

func TestABatchIsAnsweredWhenItIsStored(t *testing.T) {
	c := start(t, setUp(t))
	p := c.play(t, "one", instance)
	p.tell(t, p.visit(hall.Bad)...)
	last := uint64(len(p.events))

	r := p.send(t, 1)
	if r.Through != last || r.Chain != p.chain[last] || r.Need != 0 || r.Fork || len(r.Verdicts) > 0 {
		t.Fatalf("answered %+v", r)
	}
	if again := p.send(t, 1); again.Through != last || again.Chain != r.Chain {
		t.Errorf("a repeat is answered %+v", again)
	}
	if nothing := p.send(t, last+1); nothing.Through != last {
		t.Errorf("an empty batch is answered %+v", nothing)
	}
	if report := clean(t, c.Config); !strings.Contains(report, "equal a recount of 1 visits") {
		t.Errorf("stored: %s", report)
	}
}

func TestARestartedHubKnowsWhatItWasTold(t *testing.T) {
	c := start(t, setUp(t))
	p := c.play(t, "one", instance)
	p.tell(t, p.visit(hall.Good)...)
	before := p.send(t, 1)
	c.stop()
	select {
	case <-p.lost:
	case <-time.After(patience):
		t.Fatal("a stopped hub holds on to its agents")
	}

	c = start(t, c.Config)
	if err := p.connect(t, c); err != nil {
		t.Fatal(err)
	}
	if again := p.send(t, 1); again.Through != before.Through || again.Chain != before.Chain {
		t.Errorf("the same batch is answered %+v, before %+v", again, before)
	}
	p.tell(t, hall.WindowClosed{Window: "12", Staff: "0017"})
	if r := p.send(t, before.Through+1); r.Through != before.Through+1 {
		t.Errorf("the next one is answered %+v", r)
	}
	clean(t, c.Config)
}

func TestAWrongSecretIsRefused(t *testing.T) {
	c := start(t, setUp(t))
	e := c.enrol(t, "one")
	e.Secret[0] ^= 1
	if err := newPlayer(e, instance).connect(t, c); err == nil {
		t.Fatal("came in")
	}
	waitFor(t, "the operator is told", func() bool {
		return strings.Contains(c.log.String(), "agent refused") && strings.Contains(c.log.String(), "agent=one")
	})
}

func TestAnAgentThatIsRevokedIsOutAndStaysOut(t *testing.T) {
	c := start(t, setUp(t))
	one, two := c.play(t, "one", instance), c.play(t, "two", instance)
	if err := AgentRevoke(t.Context(), c.Config, "one"); err != nil {
		t.Fatal(err)
	}
	select {
	case <-one.lost:
	case <-time.After(patience):
		t.Fatal("still connected")
	}
	if err := one.connect(t, c); err == nil {
		t.Error("came back")
	}
	two.tell(t, hall.AgentStarted{Version: "test"})
	if r := two.send(t, 1); r.Through != 1 {
		t.Errorf("another agent is answered %+v", r)
	}
	if _, err := AgentAdd(t.Context(), c.Config, "one"); err == nil {
		t.Error("the name was given again")
	}
	c.stop()
	c = start(t, c.Config)
	if err := one.connect(t, c); err == nil {
		t.Error("came back after a restart")
	}
}

func TestWhatIsNoBatchGetsNoAnswerAndHarmsNobody(t *testing.T) {
	c := start(t, setUp(t))
	p := c.play(t, "one", instance)
	for _, junk := range []string{"", "not JSON", "{}", "{}\n", `{"v":99}` + "\n", strings.Repeat("x", uplink.MaxBatch), "\x00\xff\n\n"} {
		p.say(uplink.LeafEvents, []byte(junk))
		p.say(uplink.LeafStatus, []byte(junk[:min(len(junk), 1000)]))
		p.say(uplink.LeafQueue, []byte(junk[:min(len(junk), 1000)]))
		p.say("window/12", []byte(junk[:min(len(junk), 1000)]))
	}
	p.tell(t, hall.AgentStarted{Version: "test"})
	if r := p.send(t, 1); r.Through != 1 || r.First != 1 {
		t.Errorf("the batch after it is answered %+v", r)
	}
	if len(p.receipts) > 0 {
		t.Errorf("junk is answered %+v", <-p.receipts)
	}
	if said := c.log.String(); !strings.Contains(said, "batch not taken") || !strings.Contains(said, "presence not understood") {
		t.Error("the operator is not told")
	}
}

func TestAMessageTooLargeEndsItsOwnConnectionOnly(t *testing.T) {
	c := start(t, setUp(t))
	one, two := c.play(t, "one", instance), c.play(t, "two", instance)
	one.say(uplink.LeafEvents, make([]byte, uplink.MaxBatch+1))
	select {
	case <-one.lost:
	case <-time.After(patience):
		t.Fatal("still connected")
	}
	for _, p := range []*player{one, two} {
		p.tell(t, hall.AgentStarted{Version: "test"})
	}
	if err := one.connect(t, c); err != nil {
		t.Fatal(err)
	}
	for _, p := range []*player{one, two} {
		if r := p.send(t, 1); r.Through != 1 {
			t.Errorf("%s is answered %+v", p.Name, r)
		}
	}
}

func TestAnAgentIsToldItsConfigurationUntilItHasIt(t *testing.T) {
	c := start(t, setUp(t))
	p := c.play(t, "one", instance)
	p.appear(t, 0)
	var told uplink.Config
	select {
	case told = <-p.configs:
	case <-time.After(patience):
		t.Fatal("not told")
	}
	if told.PublicURL != "http://hall.example" || told.BoxKey != p.BoxKey || told.Version == 0 || told.V != uplink.Version {
		t.Errorf("told %+v", told)
	}
	p.appear(t, told.Version)
	p.tell(t, hall.AgentStarted{Version: "test"})
	p.send(t, 1) // answered after the status was heard
	if len(p.configs) > 0 {
		t.Error("told again what it has")
	}
}

// look signs a manager in and opens the live board.
func (c *centre) look(t *testing.T, view string) *websocket.Conn {
	t.Helper()
	if err := UserAdd(t.Context(), c.Config, User{Name: "wang", Role: "manager"}, "correct horse"); err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	office := "http://" + c.OfficeAddr.String()
	browser := http.Client{Jar: jar}
	resp, err := browser.PostForm(office+"/signin", url.Values{"name": {"wang"}, "password": {"correct horse"}})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	ws, resp, err := (&websocket.Dialer{Jar: jar}).Dial("ws"+strings.TrimPrefix(office, "http")+"/ws/board?view="+view, http.Header{"Origin": {office}})
	if err != nil {
		t.Fatalf("no board: %v %v", err, resp)
	}
	t.Cleanup(func() { ws.Close() })
	return ws
}

// picture is the parts of snapshots and deltas that these tests look at.
type picture struct {
	Kind    string
	Halls   []board.HallWhole
	Windows []board.Window
	Alerts  *[]board.Alert
}

// until reads messages of the board until one of them shows what is wanted.
func until(t *testing.T, ws *websocket.Conn, what string, shows func(picture) bool) {
	t.Helper()
	if err := ws.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	for {
		var p picture
		if err := ws.ReadJSON(&p); err != nil {
			t.Fatalf("the board never shows %s: %v", what, err)
		}
		for _, h := range p.Halls {
			p.Windows = append(p.Windows, h.Windows...)
		}
		if shows(p) {
			return
		}
	}
}

func (p picture) alert(kind, trouble string) bool {
	if p.Alerts != nil {
		for _, a := range *p.Alerts {
			if a.Kind == kind && a.Trouble == trouble {
				return true
			}
		}
	}
	return false
}

func TestTheBoardShowsAPressWhenItIsStored(t *testing.T) {
	c := start(t, setUp(t))
	ws := c.look(t, "desk")
	until(t, ws, "the hall", func(p picture) bool { return p.Kind == "snapshot" && len(p.Halls) == 1 && p.Halls[0].ID == "h1" })
	p := c.play(t, "one", instance)
	p.appear(t, 0)
	p.tell(t, p.visit(hall.Bad)...)
	p.send(t, 1)
	rated := func(p picture) bool {
		for _, w := range p.Windows {
			if w.ID == "12" && w.Today != nil && w.Today.Levels[hall.Bad-1] == 1 && w.Today.Served == 1 && len(w.Recent) == 1 && w.State == hall.WindowIsOpen {
				return true
			}
		}
		return false
	}
	until(t, ws, "the rating", rated)

	// Who looks later, at a hub that was started again, sees the same.
	c.stop()
	c = start(t, c.Config)
	until(t, c.look(t, "desk"), "the rating after a restart", rated)
}

func TestTwoAgentsUnderOneNameAreShownNotFought(t *testing.T) {
	c := start(t, setUp(t))
	ws := c.look(t, "desk")
	one := c.play(t, "one", instance)
	two := newPlayer(one.Enrolment, twin)
	two.epoch = "00000000000000e2"
	two.chain[0] = uplink.ChainStart("one", two.epoch)
	if err := two.connect(t, c); err != nil {
		t.Fatal(err)
	}
	for _, p := range []*player{one, two, one} {
		p.appear(t, 0)
		p.tell(t, hall.AgentStarted{Version: "test"})
		if r := p.send(t, uint64(len(p.events))); r.Through != uint64(len(p.events)) || r.Instance != p.instance {
			t.Errorf("answered %+v", r)
		}
	}
	until(t, ws, "two agents under one name", func(p picture) bool { return p.alert("twice", "") })
}

func TestAnAgentThatGoesIsSilentOnTheBoard(t *testing.T) {
	c := start(t, setUp(t))
	ws := c.look(t, "desk")
	p := c.play(t, "one", instance)
	p.appear(t, 0)
	until(t, ws, "the link", func(p picture) bool { return len(p.Halls) > 0 && p.Halls[0].Agent.Link == "up" })
	// A line that breaks: nobody says goodbye, so the broker says its last will. A second connection of the same program
	// makes it break.
	if err := newPlayer(p.Enrolment, instance).connect(t, c); err != nil {
		t.Fatal(err)
	}
	until(t, ws, "the silence", func(p picture) bool { return len(p.Halls) > 0 && p.Halls[0].Agent.Link == "silent" })
}

func TestACitizenRatesByPhone(t *testing.T) {
	c := start(t, setUp(t))
	p := c.play(t, "one", instance)
	p.tell(t, p.visit(hall.Good)...)
	p.send(t, 1)
	token := uplink.Token{Kind: uplink.TokenTicket, Ticket: p.id(1), Day: hall.DayOf(time.Now())}.Sign(p.Key().SigningKey())
	page := "http://" + c.PublicAddr.String() + "/r/" + uplink.TokenText(token)
	get := func() string {
		t.Helper()
		resp, err := http.Get(page)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("%s: %v\n%s", resp.Status, err, text)
		}
		return string(text)
	}
	get()
	resp, err := http.PostForm(page, url.Values{"do": {"send"}, "level": {"2"}, "visit": {p.id(2).String()}, "text": {"等了两个小时"}, "name": {"王芳"}, "phone": {"13800000000"}})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK { // after the redirect to the page
		t.Fatalf("sent, answered %s", resp.Status)
	}
	story, _, err := c.store.Story(t.Context(), p.id(1))
	if err != nil || story.Visits[0].Level != hall.Bad || story.Visits[0].Channel != hall.ChannelQR {
		t.Fatalf("the visit is rated %+v: %v", story.Visits, err)
	}
	answer := story.Answers[len(story.Answers)-1]
	box, err := c.store.Box(t.Context(), answer.Ref)
	if err != nil || answer.RefSHA == "" {
		t.Fatalf("no box beside the event: %v", err)
	}
	keys, err := readKeys(c.Config.Data)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := keys.vault.Open(sealedOf(box)); err != nil || text.Words != "等了两个小时" || text.Name != "王芳" || text.Phone != "13800000000" {
		t.Errorf("the box holds something else: %v", err)
	}
	clean(t, c.Config)
	c.stop()

	files, err := filepath.Glob(filepath.Join(c.Config.Data, "hub.db*"))
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(data), "王芳") || strings.Contains(string(data), "13800000000") {
			t.Errorf("%s: what the citizen wrote can be read", f)
		}
	}
	if said := c.log.String(); strings.Contains(said, uplink.TokenText(token)) || strings.Contains(said, "王芳") || strings.Contains(said, p.Key().Password()) {
		t.Error("a token, a text or a secret is in the log")
	}
}

func TestAHubThatCannotStartSaysWhy(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(t *testing.T, c *Config)
		want  []string
	}{
		"a torn database, no copy": {func(t *testing.T, c *Config) { tear(t, c.Data) }, []string{"the database cannot be used", "there is no copy in"}},
		"a torn database, with copies": {func(t *testing.T, c *Config) {
			tear(t, c.Data)
			if err := os.MkdirAll(c.Backup.Dir, 0o700); err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"hub-20261101T080000Z.db", "hub-20261102T080000Z.db", "hub-mine.db"} {
				if err := os.WriteFile(filepath.Join(c.Backup.Dir, name), nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}, []string{"hall-hub restore", "hub-20261102T080000Z.db"}},
		"no keys": {func(t *testing.T, c *Config) {
			if err := os.RemoveAll(filepath.Join(c.Data, keysFolder)); err != nil {
				t.Fatal(err)
			}
		}, []string{"is missing", "hall-hub init"}},
		"a taken port": {func(t *testing.T, c *Config) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { l.Close() })
			c.Office.Listen = l.Addr().String()
		}, []string{"office.listen", "address already in use"}},
		"another hub on its data": {func(t *testing.T, c *Config) { start(t, *c) }, []string{"the hub is running"}},
	} {
		t.Run(name, func(t *testing.T) {
			conf := setUp(t)
			c.spoil(t, &conf)
			err := Run(t.Context(), conf, discard())
			if err == nil {
				t.Fatal("it ran")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("said %q, without %q", err, want)
				}
			}
		})
	}
}

func tear(t *testing.T, data string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(data, "hub.db"), []byte(strings.Repeat("torn ", 4000)), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestAJumpOfTheClockStopsItsRules(t *testing.T) {
	now := time.Now()
	w := newWatch(Clock{Now: func() time.Time { return now }, Up: func() time.Duration { return 0 }}, time.Time{})
	now = now.Add(2 * time.Hour)
	said, shown := &log{}, false
	ill := func(on bool) { shown = on }
	(&ticker{watch: w, ill: ill, log: logTo(said)}).tick(t.Context()) // with no room behind it a rule that is carried out would panic
	if !shown {
		t.Error("the board is not told")
	}
	if !strings.Contains(said.String(), "clock rules stopped") || !strings.Contains(said.String(), "off=2h0m0s") {
		t.Errorf("said %s", said)
	}
}
