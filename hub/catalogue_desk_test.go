package hub

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/private"
	"hallpulse/hub/internal/web"
)

// draft is a catalogue on its page, as somebody works on it.
func (in *till) draft(hallID string) (text string, content *hall.Catalogue, seen uint64) {
	in.o.t.Helper()
	all := in.get("/api/catalogues/" + hallID)
	var v struct {
		Version uint64
		Text    string
		Content *hall.Catalogue
	}
	if err := json.Unmarshal([]byte(all.text), &v); err != nil || all.status != http.StatusOK {
		in.o.t.Fatalf("the versions of %s: %s", hallID, all)
	}
	seen = v.Version
	one := in.get(fmt.Sprintf("/api/catalogues/%s/%d", hallID, seen))
	if err := json.Unmarshal([]byte(one.text), &v); err != nil || v.Content == nil {
		in.o.t.Fatalf("version %d of %s: %s", seen, hallID, one)
	}
	return v.Text, v.Content, seen
}

// send sends a draft to be checked or published.
func (in *till) send(hallID, act string, draft map[string]any) reply {
	in.o.t.Helper()
	body, err := json.Marshal(draft)
	if err != nil {
		in.o.t.Fatal(err)
	}
	return in.ask(http.MethodPost, "/api/catalogues/"+hallID+"/"+act, string(body))
}

// How calls are called out is written in the text, and stays as it is where a form changes something else.
func TestHowCallsAreCalledOutOutlivesAForm(t *testing.T) {
	o := newOffice(t)
	centre := o.as("gao")
	const own = `announce: {times: 3, volume: [{from: "00:00", level: 0}, {from: "08:30", level: 80}]}`
	text, _, seen := centre.draft("city")
	if r := centre.send("city", "publish", map[string]any{"seen": seen, "text": text + own + "\n", "note": "音量"}); r.status != http.StatusOK {
		t.Fatal(r)
	}
	text, content, seen := centre.draft("city")
	content.Hall.Closes = "16:30"
	if r := centre.send("city", "publish", map[string]any{"seen": seen, "text": text, "content": content, "note": "夏季作息"}); r.status != http.StatusOK {
		t.Fatal(r)
	}
	text, content, _ = centre.draft("city")
	want := hall.Announcement{Times: 3, Volume: []hall.Loudness{{From: 0, Level: 0}, {From: 510, Level: 80}}}
	if !strings.Contains(text, own) || !reflect.DeepEqual(content.Announcing(), want) || content.Hall.Closes != "16:30" {
		t.Errorf("%+v of\n%s", content.Announce, text)
	}
}

// A catalogue is edited by form or text, checked with all faults named at once, published with a note; who
// comes second is told who was first, and an older version is published again.
func TestACatalogueIsEditedInTheOffice(t *testing.T) {
	o := newOffice(t)
	centre, manager := o.as("gao"), o.as("mgr")
	text, content, seen := centre.draft("city")
	if text != cityHall || seen != 1 {
		t.Fatalf("version %d: %s", seen, text)
	}

	// By form: what follows is said before.
	content.Windows[0].Staff = "0018"
	content.Items[0].Promised = 5
	content.Staff = append(content.Staff, hall.Staff{Badge: "0019", Name: "新人", Unit: "police"})
	checked := centre.send("city", "check", map[string]any{"text": text, "content": content})
	var said struct {
		Text    string
		Faults  []struct{ Line int }
		Changes []struct{ Part, Kind, Key string }
		Effects []struct{ Code, Message string }
		Centre  bool
	}
	if err := json.Unmarshal([]byte(checked.text), &said); err != nil || len(said.Faults) != 0 || said.Centre {
		t.Fatalf("checked: %s", checked)
	}
	if fmt.Sprint(said.Changes) != "[{windows changed 12} {staff added 0019} {items changed A1}]" {
		t.Errorf("it changes %v", said.Changes)
	}
	var codes []string
	for _, e := range said.Effects {
		if codes = append(codes, e.Code); strings.Contains(e.Message, "catalogue.") || strings.Contains(e.Message, "{") {
			t.Errorf("%s says %q", e.Code, e.Message)
		}
	}
	if fmt.Sprint(codes) != "[staff-new limits]" && fmt.Sprint(codes) != "[staff-new limits agent-away]" {
		t.Errorf("it says that %v follows", codes)
	}

	// Faults, all of them, each with its line; nothing is published.
	wrong := strings.NewReplacer("unit: tax, service: A", "unit: taxes, service: B", `staff: "0017"}]`, `staff: "0099"}]`).Replace(cityHall)
	faults := centre.send("city", "check", map[string]any{"text": wrong})
	for _, want := range []string{`{"line":6,"text":"items A2: unit \"taxes\" is not in units"}`, `{"line":6,"text":"items A2: letter \"B\"`, `{"line":8,"text":"windows 12: staff \"0099\"`} {
		if !strings.Contains(faults.text, want) {
			t.Errorf("faults %s, want %s", faults, want)
		}
	}
	if r := centre.send("city", "publish", map[string]any{"seen": 1, "text": wrong, "note": "x"}); r.status != 422 || r.value("error.code") != "faults" {
		t.Errorf("with faults: %s", r)
	}
	if r := centre.send("city", "check", map[string]any{"text": strings.Replace(cityHall, "id: city", "id: other", 1)}); !strings.Contains(r.text, "大厅编号不能改") {
		t.Errorf("another hall: %s", r)
	}
	if r := centre.send("city", "publish", map[string]any{"seen": 1, "text": said.Text}); r.value("error.field") != "note" {
		t.Errorf("without a note: %s", r)
	}

	// A manager arranges his hall's day; items are the centre's, and another hall is not his.
	if r := manager.send("city", "publish", map[string]any{"seen": 1, "text": said.Text, "note": "n"}); r.status != http.StatusForbidden || r.value("error.code") != "centre" {
		t.Errorf("a manager changes a limit: %s", r)
	}
	if r := manager.get("/api/catalogues/town"); r.status != http.StatusNotFound {
		t.Errorf("a manager looks at another hall: %s", r)
	}
	if r := o.as("tang").get("/api/catalogues"); r.status != http.StatusForbidden {
		t.Errorf("a handler: %s", r)
	}
	_, content, _ = manager.draft("city")
	content.Hall.Hours = "9:00–16:00"
	if r := manager.send("city", "publish", map[string]any{"seen": 1, "text": cityHall, "content": content, "note": "夏季作息"}); r.status != http.StatusOK || r.value("version") != 2.0 {
		t.Fatalf("a manager changes the hours: %s", r)
	}

	// Who comes second is told, and what he wrote is not lost.
	second := centre.send("city", "publish", map[string]any{"seen": 1, "text": said.Text, "note": "提速"})
	if by := second.value("error.by"); second.status != http.StatusConflict || second.value("error.code") != "taken" || by != "mgr" {
		t.Errorf("published beside another: %s", second)
	}
	if r := centre.send("city", "publish", map[string]any{"seen": 2, "text": said.Text, "note": "提速"}); r.status != http.StatusOK || r.value("version") != 3.0 {
		t.Fatalf("published: %s", r)
	}
	if r := centre.send("city", "publish", map[string]any{"seen": 3, "text": said.Text, "note": "again"}); r.value("error.code") != "same" {
		t.Errorf("published twice: %s", r)
	}

	// An older version again, by its text; the audit knows who.
	if r := centre.send("city", "publish", map[string]any{"seen": 3, "text": cityHall, "note": "回到第 1 版"}); r.status != http.StatusOK || r.value("version") != 4.0 {
		t.Fatalf("the first version again: %s", r)
	}
	all := centre.get("/api/catalogues/city")
	var versions struct {
		Versions []struct {
			Version uint64
			By      string
			Note    struct{ Words string }
			InForce bool `json:"in_force"`
			Changes []struct{ Part string }
		}
		Agents []struct{ Agent string }
	}
	if err := json.Unmarshal([]byte(all.text), &versions); err != nil || len(versions.Versions) != 4 {
		t.Fatalf("versions: %s", all)
	}
	if v := versions.Versions; v[0].By != "高静仪" || v[0].Note.Words != "回到第 1 版" || !v[0].InForce || v[2].By != "mgr" || v[2].Note.Words != "夏季作息" || len(v[2].Changes) != 1 || v[3].By != "系统" {
		t.Errorf("versions: %+v", v)
	}
	if deeds := centre.get("/api/audit?family=hall"); strings.Count(deeds.text, "catalogue.published") < 4 {
		t.Errorf("the audit: %s", deeds)
	}
}

// Design §7: a manager gives his hall's clerks their PINs. The audit says who did, and nothing that was typed.
func TestPINsAreKeptInTheOffice(t *testing.T) {
	o := newOffice(t)
	manager := o.as("mgr")
	give := func(path, pin string) reply {
		return manager.ask(http.MethodPost, "/api/pins/"+path, fmt.Sprintf(`{"pin":%q}`, pin))
	}
	has := func() bool { return strings.Contains(manager.get("/api/pins/city").text, `"set":`) }
	for pin, want := range map[string]string{"12345": "位数字", "123456": "最容易", "001700": "最容易", "19800131": "最容易"} {
		if r := give("city/0017/give", pin); r.status != 422 || r.value("error.field") != "pin" || !strings.Contains(fmt.Sprint(r.value("error.message")), want) {
			t.Errorf("%s: %s", pin, r)
		}
	}
	if has() {
		t.Error("a PIN that is none was taken")
	}
	told := o.agents["city"].configs
	for len(told) > 0 {
		<-told
	}
	if r := give("city/0017/give", "482907"); r.status != http.StatusNoContent || !has() {
		t.Fatalf("given: %s", r)
	}
	select {
	case c := <-told:
		if c.Staff == "" {
			t.Error("the counter is told of no PIN")
		}
	case <-time.After(patience):
		t.Error("the counter is not told")
	}
	for path, want := range map[string]int{"town/0017/give": 404, "city/0099/give": 404, "nowhere/0017/give": 404} {
		if r := give(path, "482907"); r.status != want {
			t.Errorf("%s: %s", path, r)
		}
	}
	if r := o.as("audit").get("/api/pins/city"); r.status != http.StatusForbidden {
		t.Errorf("an auditor: %s", r)
	}
	take := func() reply { return manager.ask(http.MethodPost, "/api/pins/city/0017/take", "{}") }
	if r := take(); r.status != http.StatusNoContent || has() {
		t.Errorf("taken: %s", r)
	}
	if r := take(); r.status != http.StatusConflict {
		t.Errorf("taken twice: %s", r)
	}
	deeds := o.as("gao").get("/api/audit?type=pin.changed")
	if strings.Count(deeds.text, `"type":"pin.changed"`) != 2 || !strings.Contains(deeds.text, "市政务服务大厅") || strings.Contains(deeds.text, "482907") {
		t.Errorf("the audit: %s", deeds)
	}
}

// Design §7: a clerk who forgot his PIN gets a one-time code of the manager, chooses another at his window, and the hub has
// it; a badge that is locked is opened. Each is in the audit, the code in no log and no list.
func TestAManagerHelpsAClerkWhoCannotSignOn(t *testing.T) {
	o := newOffice(t)
	manager, p := o.as("mgr"), o.agents["city"]
	told := func(what string, is func([]uplink.Help) bool) uplink.Config {
		t.Helper()
		return p.hears(t, o.centre, what, func(c uplink.Config) bool {
			help, err := uplink.OpenHelp(p.Key().ConfigKey(), p.Name, c.Help)
			if err != nil {
				t.Fatal(err)
			}
			return is(help)
		})
	}
	locked := uplink.Status{Session: uplink.Session{Instance: p.instance, Conn: 1}, Online: true, At: time.Now(),
		Locks: []uplink.LockNow{{Staff: "0017", Window: "12", Since: time.Now(), Until: time.Now().Add(time.Hour)}}}
	said, err := json.Marshal(locked)
	if err != nil {
		t.Fatal(err)
	}
	p.say(uplink.LeafStatus, said)
	for end := time.Now().Add(patience); !strings.Contains(manager.get("/api/pins/city").text, `"window":"12"`); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the lock is not listed: %s", manager.get("/api/pins/city"))
		}
	}
	if r := manager.ask(http.MethodPost, "/api/pins/city/0017/unlock", "{}"); r.status != http.StatusNoContent {
		t.Fatalf("unlocked: %s", r)
	}
	var unlocked string
	told("that he may try again", func(help []uplink.Help) bool {
		ok := len(help) == 1 && help[0].Badge == "0017" && help[0].Argon2 == ""
		if ok {
			unlocked = help[0].ID
		}
		return ok
	})
	r := manager.ask(http.MethodPost, "/api/pins/city/0017/code", "{}")
	code, _ := r.value("code").(string)
	if r.status != http.StatusOK || len(code) != 8 {
		t.Fatalf("a code: %s", r)
	}
	var help uplink.Help
	told("a code", func(all []uplink.Help) bool {
		if len(all) == 1 {
			help = all[0]
		}
		return len(all) == 1 && help.Argon2 != ""
	})
	if ok, err := argon2id.ComparePasswordAndHash(code, help.Argon2); !ok || err != nil || help.ID == unlocked || time.Until(help.Until) > 31*time.Minute {
		t.Errorf("the counter checks %v until %v: %v, %v", help, help.Until, ok, err)
	}
	if list := manager.get("/api/pins/city").text; !strings.Contains(list, `"code":"20`) || strings.Contains(list, code) {
		t.Errorf("listed %s", list)
	}

	// He chooses one at his window, and signs on with it wherever his hall has an agent.
	hash, err := web.HashPIN("713950")
	if err != nil {
		t.Fatal(err)
	}
	sealed := p.box(t, p.id(900), uplink.Text{Words: hash})
	p.tell(t, hall.PINChosen{Window: "12", Staff: "0017", Help: help.ID, Verifier: sealed})
	if r := p.send(t, uint64(len(p.events))); len(r.Verdicts) > 0 {
		t.Fatalf("answered %+v", r)
	}
	c := told("that the code is used", func(all []uplink.Help) bool { return len(all) == 0 })
	if staff := p.staffOf(t, c); len(staff) != 1 || staff[0].Argon2 != hash {
		t.Errorf("the counter is told %v", staff)
	}
	if found, err := o.centre.store.Boxes().Find(t.Context(), private.Subject{About: help.ID}); err != nil || len(found) > 0 {
		t.Errorf("%d boxes are left, %v", len(found), err)
	}
	var list struct{ Rows []struct{ ID string } }
	deeds := o.as("gao").get("/api/audit?type=pin.changed").text
	if err := json.Unmarshal([]byte(deeds), &list); err != nil {
		t.Fatal(err)
	}
	for _, row := range list.Rows {
		deeds += o.as("gao").get("/api/audit/" + row.ID).text
	}
	for _, did := range []string{"开了锁", "给了一次性码", "用一次性码自己改了"} {
		if !strings.Contains(deeds, did) {
			t.Errorf("%s is not in the audit: %s", did, deeds)
		}
	}
	for _, secret := range []string{code, "argon2id", "713950"} {
		if strings.Contains(o.centre.log.String(), secret) || strings.Contains(deeds, secret) {
			t.Errorf("%s is in log or audit", secret)
		}
	}
	if r := o.as("audit").ask(http.MethodPost, "/api/pins/city/0017/code", "{}"); r.status != http.StatusForbidden {
		t.Errorf("an auditor: %s", r)
	}
}
