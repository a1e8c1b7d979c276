package agent

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"hallpulse/agent/internal/counter"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// pinned is staff of the sample hall with PINs, sealed as the hub does.
func pinned(t *testing.T, e uplink.Enrolment, pins map[string]string) string {
	t.Helper()
	var staff []uplink.Verifier
	for badge, pin := range pins {
		hash, err := argon2id.CreateHash(pin, &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
		if err != nil {
			t.Fatal(err)
		}
		staff = append(staff, uplink.Verifier{Badge: badge, Argon2: hash})
	}
	sealed, err := uplink.SealStaff(e.Key().ConfigKey(), e.Name, staff)
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

// A day of sign-ons, the hub away and the agent killed in the middle (design §7; domain §2 "A/B stand-in", §6 串岗).
func TestClerksSignOnWithBadgeAndPIN(t *testing.T) {
	h, r := newTableHub(t), newRig(t)
	e := r.enrol(h.addr)
	kill := r.startChild()
	on := func(window, badge, pin string) string {
		return r.post("/api/windows/"+window+"/open", fmt.Sprintf(`{"badge":%q,"pin":%q}`, badge, pin), nil)
	}
	// Nobody has a PIN: the window's own clerk, by his word.
	if v := r.console("12").SignOn; v.PIN || !v.NoPINs || v.Own == nil || v.Own.Badge != "0317" {
		t.Errorf("the console says %+v", v)
	}
	if got := on("12", "0316", ""); got != "needs-pin" {
		t.Errorf("another badge without a PIN: %q", got)
	}
	r.act("12", "open", "close")

	h.say(uplink.LeafConfig, uplink.Config{V: uplink.Version, Version: 1, Staff: pinned(t, e, map[string]string{"0316": "482907", "0317": "713950"})})
	r.await("the PINs", func() bool { return r.console("12").SignOn.PIN })
	h.close() // the hall works alone
	for _, tt := range []struct{ window, badge, pin, want string }{
		{"12", "", "", "needs-pin"},
		{"12", "0317", "", "needs-pin"},
		{"12", "0317", "482907", "wrong-pin"}, // another's
		{"12", "0408", "713950", "wrong-pin"}, // has none
		{"12", "0316", "482907", ""},          // stands in for 0317
		{"12", "0317", "713950", "already-open"},
		{"11", "0316", "482907", ""}, // and is still on at 12
	} {
		if got := on(tt.window, tt.badge, tt.pin); got != tt.want {
			t.Errorf("%s at window %s with %s: %q, want %q", tt.badge, tt.window, tt.pin, got, tt.want)
		}
	}
	if v := r.console("11"); v.SignOn.Also != "12" || v.Staff.Badge != "0316" {
		t.Errorf("window 11 says %+v, %+v", v.SignOn, v.Staff)
	}
	for n := 1; n <= 5; n++ {
		if got := on("13", "0317", fmt.Sprint("00000", n)); got != "wrong-pin" {
			t.Errorf("wrong try %d: %q", n, got)
		}
	}
	kill()
	kill = r.startChild() // the tries stay counted
	if got := on("13", "0317", "713950"); got != "tries-locked" {
		t.Errorf("after five wrong tries and a power cut: %q", got)
	}
	r.take("A", "A01")
	r.act("12", "next", "serve", "finish")
	if got := r.post("/api/windows/12/pause", `{"why":"nap"}`, nil); got != "no-such-reason" {
		t.Errorf("paused for a nap: %q", got)
	}
	if got := r.post("/api/windows/12/pause", `{"why":"toilet"}`, nil); got != "" {
		t.Errorf("paused: %q", got)
	}
	r.act("12", "resume", "close")
	kill()
	events := r.events(filepath.Join(r.dir, "data"))
	if got, want := facts[hall.StaffOn](t, events), []hall.StaffOn{
		{Window: "12", Staff: "0317"},
		{Window: "12", Staff: "0316", PIN: true, For: "0317"},
		{Window: "11", Staff: "0316", PIN: true, Also: "12"},
	}; !slices.Equal(got, want) {
		t.Errorf("signed on %+v", got)
	}
	if got := facts[hall.StaffLocked](t, events); len(got) != 1 || got[0].Staff != "0317" || got[0].Window != "13" || got[0].Wrong != 5 {
		t.Errorf("locked %+v", got)
	}
	if got := facts[hall.VisitOpened](t, events); len(got) != 1 || got[0].Staff != "0316" {
		t.Errorf("the visit belongs to %+v", got)
	}
	if got := facts[hall.WindowPaused](t, events); len(got) != 1 || got[0].Why != hall.PausedToilet {
		t.Errorf("paused %+v", got)
	}
	for _, secret := range []string{"482907", "713950", "argon2id"} {
		if r.log.says(secret) {
			t.Errorf("%s is in the log", secret)
		}
	}
	for _, e := range events {
		if b, _ := json.Marshal(e); bytes.Contains(b, []byte("482907")) || bytes.Contains(b, []byte("713950")) {
			t.Errorf("a PIN is in an event: %s", b)
		}
	}
}

// A clerk locked his badge and forgot his PIN: a manager unlocks it, then gives him a one-time code. With the hub away and
// the agent killed he chooses another PIN, once; what checks it travels sealed, and holds until the hub says otherwise.
func TestAClerkChoosesAnotherPIN(t *testing.T) {
	h, r := newTableHub(t), newRig(t)
	e := r.enrol(h.addr)
	kill := r.startChild()
	on := func(pin string) string {
		return r.post("/api/windows/12/open", fmt.Sprintf(`{"badge":"0317","pin":%q}`, pin), nil)
	}
	choose := func(code, pin string) string {
		return r.post("/api/pins/12", fmt.Sprintf(`{"badge":"0317","code":%q,"pin":%q}`, code, pin), nil)
	}
	staff := pinned(t, e, map[string]string{"0317": "482907"})
	version := uint64(0)
	say := func(staff string, help ...uplink.Help) {
		t.Helper()
		sealed, err := uplink.SealHelp(e.Key().ConfigKey(), e.Name, help)
		if err != nil {
			t.Fatal(err)
		}
		version++
		h.say(uplink.LeafConfig, uplink.Config{V: uplink.Version, Version: version, BoxKey: e.BoxKey, Staff: staff, Help: sealed})
		r.await("the configuration", func() bool {
			all := heard[hall.ConfigApplied](h)
			return len(all) > 0 && all[len(all)-1].Version == version
		})
	}
	say(staff)
	for range 5 {
		on("000001")
	}
	if got := on("482907"); got != "tries-locked" {
		t.Fatalf("after five wrong tries: %q", got)
	}
	locked := func() []uplink.LockNow { return sees[uplink.Status](h, uplink.LeafStatus).Locks }
	r.await("the hub's word of the lock", func() bool { return len(locked()) == 1 })
	if l := locked()[0]; l.Staff != "0317" || l.Window != "12" || l.Until.Sub(l.Since) != time.Minute {
		t.Errorf("the hub is shown %+v", l)
	}
	say(staff, uplink.Help{Badge: "0317", ID: "h1"})
	r.await("that it is open", func() bool {
		return len(locked()) == 0 && sees[uplink.WindowNow](h, uplink.LeafWindow+"12").Until.IsZero()
	})
	if got := on("482907"); got != "" {
		t.Errorf("unlocked: %q", got)
	}
	r.act("12", "close")

	const code = "20461357"
	hash, err := argon2id.CreateHash(code, &argon2id.Params{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	if err != nil {
		t.Fatal(err)
	}
	help := uplink.Help{Badge: "0317", ID: "h2", Argon2: hash, Until: time.Now().Add(time.Hour)}
	say(staff, help)
	kill() // what was said is kept
	kill = r.startChild()
	if got := choose("20461358", "713950"); got != "wrong-once" {
		t.Errorf("another code: %q", got)
	}
	if got := choose(code, "123456"); got != "pin-trivial" {
		t.Errorf("anybody's PIN: %q", got)
	}
	if got := choose(code, "713950"); got != "" {
		t.Fatalf("chosen: %q", got)
	}
	kill()
	kill = r.startChild()
	if got := choose(code, "559301"); got != "wrong-once" {
		t.Errorf("the code once more: %q", got)
	}
	if got := on("482907"); got != "wrong-pin" {
		t.Errorf("with the old PIN: %q", got)
	}
	if got := on("713950"); got != "" {
		t.Errorf("with the new PIN: %q", got)
	}
	r.act("12", "close")
	r.await("the hub has it", func() bool { return len(heard[hall.PINChosen](h)) == 1 })
	if got := heard[hall.PINChosen](h)[0]; got.Staff != "0317" || got.Window != "12" || got.Help != "h2" || got.Verifier.Ref == "" {
		t.Errorf("the hub hears %+v", got)
	}
	say(staff, help) // it has not dealt with it yet
	if got := on("713950"); got != "" {
		t.Errorf("meanwhile: %q", got)
	}
	r.act("12", "close")
	say(pinned(t, e, map[string]string{"0317": "906142"})) // a manager gave him another
	if got := on("713950"); got != "wrong-pin" {
		t.Errorf("after another deed of the manager: %q", got)
	}
	if got := on("906142"); got != "" {
		t.Errorf("with the manager's PIN: %q", got)
	}
	kill()
	for _, secret := range []string{code, "713950", "argon2id"} {
		if r.log.says(secret) {
			t.Errorf("%s is in the log", secret)
		}
	}
	for _, e := range r.events(filepath.Join(r.dir, "data")) {
		if b, _ := json.Marshal(e); bytes.Contains(b, []byte("argon2")) || bytes.Contains(b, []byte(code)) {
			t.Errorf("a secret is in an event: %s", b)
		}
	}
}

func TestWithoutPINsAHallThatWantsThemDoesNotOpen(t *testing.T) {
	r := newRig(t)
	r.desk = ", sign_on: pin"
	r.start()
	if got := r.post("/api/windows/12/open", `{"badge":"0317","pin":"482907"}`, nil); got != "no-pins" {
		t.Errorf("opened: %q", got)
	}
	if v := r.console("12").SignOn; !v.PIN || !v.NoPINs {
		t.Errorf("the console says %+v", v)
	}
}

// At lunch and at closing windows are closed that were left open; a citizen who is being served is not sent away, and his
// press is bound as ever.
func TestWindowsLeftOpenAreSignedOff(t *testing.T) {
	r := newRig(t)
	r.desk = `, sign_off: {at: ["12:00"], idle: 20m}`
	c := r.writeConfig()
	clock := &handClock{wall: morning(), synced: true}
	c.Clock = clock.clock()
	p, err := open(c, quiet())
	if err != nil {
		t.Fatal(err)
	}
	defer p.box.Close()
	ctx := t.Context()
	store := startRooms(ctx)
	store.run("store", p.box.Run)
	defer func() { store.stop(); _ = store.wait() }()
	s := screens{p}
	do := func(window string, acts ...counter.Act) {
		t.Helper()
		for _, a := range acts {
			err := error(nil)
			if a == counter.ActOpen {
				err = s.SignOn(ctx, window, "", "")
			} else {
				err = s.Do(ctx, counter.Order{Window: window, Act: a})
			}
			if err != nil {
				t.Fatalf("%s at %s: %v", a, window, err)
			}
		}
	}
	if _, err := p.issue(counter.Request{Letter: "A"}, ""); err != nil {
		t.Fatal(err)
	}
	do("11", counter.ActOpen, counter.ActNext, counter.ActServe)
	do("12", counter.ActOpen)
	do("13", counter.ActOpen)
	do("21", counter.ActOpen, counter.ActPause)
	states := func() string {
		p.tick()
		var all []string
		for _, id := range []string{"11", "12", "13", "21"} {
			w, _ := p.view().state.Window(p.clock.now(), id)
			all = append(all, string(w.State))
		}
		return strings.Join(all, " ")
	}
	noon := time.Date(morning().Year(), morning().Month(), morning().Day(), 12, 0, 0, 0, hall.Beijing())
	clock.pass(noon.Sub(p.clock.now().At) - time.Minute)
	if got := states(); got != "serving open open paused" {
		t.Errorf("before lunch: %s", got)
	}
	do("13", counter.ActPause, counter.ActResume) // is still there
	clock.pass(2 * time.Minute)
	if got := states(); got != "serving closed open closed" {
		t.Errorf("at lunch: %s", got)
	}
	clock.pass(30 * time.Minute)
	if got := states(); got != "serving closed closed closed" {
		t.Errorf("later: %s", got)
	}
	do("11", counter.ActFinish)
	if w, _ := p.view().state.Window(p.clock.now(), "11"); w.Invited == nil || w.Staff != "0316" {
		t.Errorf("who was served at lunch is not asked: %+v", w)
	}
}
