package hub

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/private"
	"hallpulse/hub/internal/store"
)

// writes lets a citizen rate by phone, and returns the visit and the ref of what he wrote.
func (c *centre) writes(t *testing.T, p *player, level hall.Level, text, name, phone string) (visit hall.ID, ref string) {
	t.Helper()
	first := uint64(len(p.events)) + 1
	ticket, visit := p.tells(t)
	p.send(t, first)
	token := uplink.Token{Kind: uplink.TokenTicket, Ticket: ticket, Day: hall.DayOf(time.Now())}.Sign(p.Key().SigningKey())
	resp, err := http.PostForm("http://"+c.PublicAddr.String()+"/r/"+uplink.TokenText(token),
		url.Values{"do": {"send"}, "level": {strconv.Itoa(int(level))}, "visit": {visit.String()}, "text": {text}, "name": {name}, "phone": {phone}, "callback": {"1"}})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	story, ok, err := c.store.Story(t.Context(), ticket)
	if err != nil || !ok || len(story.Answers) == 0 {
		t.Fatalf("%s: nothing was rated: %v", resp.Status, err)
	}
	return visit, story.Answers[len(story.Answers)-1].Ref
}

// tells tells a whole visit and returns its names.
func (p *player) tells(t *testing.T) (ticket, visit hall.ID) {
	t.Helper()
	n := uint32(len(p.events)) + 100
	ticket, visit = p.id(n), p.id(n+1)
	p.tell(t, hall.TicketIssued{Ticket: ticket, Number: "A007", Letter: "A", Day: hall.DayOf(time.Now()), Item: "id-card"},
		hall.TicketCalled{Ticket: ticket, Window: "12"},
		hall.VisitOpened{Visit: visit, Ticket: ticket, Window: "12", Staff: "0017", Unit: "police", Item: "id-card"},
		hall.VisitServed{Visit: visit},
		hall.VisitFinished{Visit: visit, Staff: "0017", Outcome: hall.OutcomeFinished},
		hall.TicketFinished{Ticket: ticket, Window: "12"})
	return ticket, visit
}

// there reports whether the box of a ref is in the database and what it says.
func (c *centre) there(t *testing.T, ref string) (private.Text, bool) {
	t.Helper()
	box, err := c.store.Box(t.Context(), ref)
	if errors.Is(err, store.ErrUnknown) {
		return private.Text{}, false
	}
	if err != nil {
		t.Fatal(err)
	}
	text, err := c.privacy.vault.Open(sealedOf(box))
	if err != nil {
		t.Fatal(err)
	}
	return text, true
}

// The key is changed in a hub that is used meanwhile, twice, and once more beside a stopped one: texts, marks, agents and
// second factors go on.
func TestTheKeyIsChangedUnderARunningHub(t *testing.T) {
	c := start(t, setUp(t))
	c.privacy.underWay = 0
	p := c.play(t, "one", instance)
	visit, ref := c.writes(t, p, hall.Bad, "等了两个小时", "陈国芳", "13812342046")
	if err := UserAdd(t.Context(), c.Config, User{Name: "gao", Role: "centre"}, "correct horse"); err != nil {
		t.Fatal(err)
	}
	err := c.store.ChangeAccount(t.Context(), "gao", func(a store.Account, _ bool) (store.Account, error) {
		a.Second = c.privacy.vault.SealKey("second factor of gao", []byte("secret"))
		return a, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	holds := func(when string) {
		t.Helper()
		if text, ok := c.there(t, ref); !ok || text.Name != "陈国芳" {
			t.Errorf("%s: the text is lost", when)
		}
		a, err := c.store.Account(t.Context(), "gao")
		if err != nil {
			t.Fatal(err)
		}
		if secret, err := c.privacy.vault.OpenKey("second factor of gao", a.Second); err != nil || string(secret) != "secret" {
			t.Errorf("%s: the second factor: %v", when, err)
		}
		if texts, err := PrivateExport(t.Context(), c.Config, Whose{Phone: "138 1234 2046"}); err != nil || len(texts) == 0 || texts[0].Words != "等了两个小时" {
			t.Errorf("%s: by phone %v, %v", when, texts, err)
		}
	}
	holds("at first")
	r, err := PrivateRotate(t.Context(), c.Config, false)
	if err != nil || !r.Began || r.Changed != 3 || r.Stale != 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	holds("under a new key")
	_, second := c.writes(t, p, hall.Bad, "又等", "", "")
	if last, err := PrivateRotate(t.Context(), c.Config, true); err != nil || last.Began || len(last.Dropped) != 1 || last.Fresh != 4 {
		t.Fatalf("%+v, %v", last, err)
	}
	holds("without the old key")
	c.stop()
	if alone, err := PrivateRotate(t.Context(), c.Config, true); err != nil || !alone.Began || len(alone.Dropped) != 1 {
		t.Fatalf("beside a stopped hub: %+v, %v", alone, err)
	}
	c = start(t, c.Config)
	holds("after a restart")
	if _, ok := c.there(t, second); !ok {
		t.Error("what was written meanwhile is lost")
	}
	if texts, err := PrivateExport(t.Context(), c.Config, Whose{Visit: visit.String()}); err != nil || len(texts) != 1 || texts[0].Name != "陈国芳" {
		t.Errorf("by visit: %v, %v", texts, err)
	}
	clean(t, c.Config)
}

// What a person wants erased is gone: from the store, from the export, from the files, and after a restore of a copy that
// was taken before.
func TestWhatIsErasedIsGoneAfterARestoreToo(t *testing.T) {
	c := start(t, setUp(t))
	p := c.play(t, "one", instance)
	visit, ref := c.writes(t, p, hall.Bad, "等了两个小时", "陈国芳", "13812342046")
	_, other := c.writes(t, p, hall.Bad, "很好", "王芳", "13912342046")
	copied := filepath.Join(c.Config.Data, "before.db")
	if err := Backup(t.Context(), c.Config, copied); err != nil {
		t.Fatal(err)
	}
	box, err := c.store.Box(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := PrivateErase(t.Context(), c.Config, Whose{Visit: visit.String()}); err != nil || n != 1 {
		t.Fatalf("erased %d, %v", n, err)
	}
	gone := func(when string) {
		t.Helper()
		if _, ok := c.there(t, ref); ok {
			t.Errorf("%s: it is there", when)
		}
		if _, ok := c.there(t, other); !ok {
			t.Errorf("%s: another person's is gone", when)
		}
		if texts, err := PrivateExport(t.Context(), c.Config, Whose{Phone: "13812342046"}); err != nil || len(texts) != 0 {
			t.Errorf("%s: by phone %v, %v", when, texts, err)
		}
		waitFor(t, when+": it is in no file of the database", func() bool { return !inFiles(t, c.Config.Data, box.Sealed) })
		if report := clean(t, c.Config); !strings.Contains(report, "1 boxes of private text are there as events name them, 1 were erased") {
			t.Errorf("%s: checked\n%s", when, report)
		}
	}
	gone("erased")
	c.stop()
	if _, err := Restore(t.Context(), c.Config, copied); err != nil {
		t.Fatal(err)
	}
	if !inFiles(t, c.Config.Data, box.Sealed) {
		t.Fatal("the copy does not hold it: this proves nothing")
	}
	aside, err := filepath.Glob(filepath.Join(c.Config.Data, "hub.db.before-*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range aside {
		if err := os.Remove(f); err != nil {
			t.Fatal(err)
		}
	}
	c = start(t, c.Config)
	gone("restored")
	deeds, _, err := c.store.Deeds(t.Context(), intake.DeedsAsked{Page: intake.Page{Limit: 10}, Types: []string{string(hall.TypePrivateErased)}})
	if err != nil || len(deeds) != 1 || !deeds[0].By.IsRule() {
		t.Errorf("recorded %+v, %v", deeds, err)
	}
}

// inFiles reports whether bytes lie in the files of the database.
func inFiles(t *testing.T, data string, sealed []byte) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(data, "hub.db*"))
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	return slices.ContainsFunc(files, func(f string) bool {
		content, err := os.ReadFile(f)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		return bytes.Contains(content, sealed[8:])
	})
}

// What has had its time goes by itself, unless its matter is worked on, and the deed says why.
func TestWhatHasHadItsTimeGoes(t *testing.T) {
	conf := setUp(t)
	c := start(t, conf)
	p := c.play(t, "one", instance)
	_, repaired := c.writes(t, p, hall.Bad, "等了两个小时", "陈国芳", "13812342046")
	_, praised := c.writes(t, p, hall.VeryGood, "很好", "王芳", "13912342046")
	later := time.Now().AddDate(0, 0, conf.Retention.Rating+1)
	c.privacy.now = func() time.Time { return later }
	if err := c.privacy.expire(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, ok := c.there(t, repaired); !ok {
		t.Error("a text went while its repair is worked on")
	}
	if _, ok := c.there(t, praised); ok || c.privacy.erased.Ground(praised) != hall.EraseRetention {
		t.Errorf("it is there: %v; erased on the ground %q", ok, c.privacy.erased.Ground(praised))
	}
	clean(t, c.Config)
}

func TestSubcommandsAboutPersonalDataBesideAStoppedHub(t *testing.T) {
	c := start(t, setUp(t))
	p := c.play(t, "one", instance)
	visit, ref := c.writes(t, p, hall.Bad, "等了两个小时", "陈国芳", "13812342046")
	c.stop()
	texts, err := PrivateExport(t.Context(), c.Config, Whose{Phone: "13812342046"})
	if err != nil || len(texts) != 1 || texts[0].Words != "等了两个小时" || texts[0].About != visit.String() || texts[0].Kind != private.KindRating {
		t.Errorf("%v, %v", texts, err)
	}
	if n, err := PrivateErase(t.Context(), c.Config, Whose{Phone: "13812342046"}); err != nil || n != 1 {
		t.Errorf("erased %d, %v", n, err)
	}
	c = start(t, c.Config)
	if _, ok := c.there(t, ref); ok {
		t.Error("it is still there")
	}
	clean(t, c.Config)
}
