package entry

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

func start() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, hall.Beijing()) }

// after is a moment so long after the start.
func after(d time.Duration) time.Time { return start().Add(d) }

// What a try of a code brings (design §7, "one-time code"): good once, for ten minutes, and not to be guessed.
func TestACodeIsGoodOnce(t *testing.T) {
	console := Place{Role: RoleConsole, Window: "12"}
	for _, tt := range []struct {
		name  string
		tries []string // code@address+minutes
		want  []error
	}{
		{"the right one", []string{"48213075@a+0"}, []error{nil}},
		{"at the last moment", []string{"48213075@a+9"}, []error{nil}},
		{"too old", []string{"48213075@a+10"}, []error{NoSuchCode}},
		{"used before", []string{"48213075@a+0", "48213075@b+1"}, []error{nil, NoSuchCode}},
		{"empty", []string{"@a+0"}, []error{NoSuchCode}},
		{"four wrong ones, then the right one", []string{"1@a+0", "2@a+0", "3@a+0", "4@a+0", "48213075@a+0"}, []error{NoSuchCode, NoSuchCode, NoSuchCode, NoSuchCode, nil}},
		{"five wrong ones lock the address, the right one too", []string{"1@a+0", "2@a+0", "3@a+0", "4@a+0", "5@a+0", "48213075@a+0"}, []error{NoSuchCode, NoSuchCode, NoSuchCode, NoSuchCode, NoSuchCode, TriesLocked}},
		{"a minute later it is looked at again", []string{"1@a+0", "2@a+0", "3@a+0", "4@a+0", "5@a+0", "48213075@a+1"}, []error{NoSuchCode, NoSuchCode, NoSuchCode, NoSuchCode, NoSuchCode, nil}},
		{"the sixth waits two minutes", []string{"1@a+0", "2@a+0", "3@a+0", "4@a+0", "5@a+0", "6@a+1", "48213075@a+2", "48213075@a+3"}, []error{NoSuchCode, NoSuchCode, NoSuchCode, NoSuchCode, NoSuchCode, NoSuchCode, TriesLocked, nil}},
		{"another address is not locked", []string{"1@a+0", "2@a+0", "3@a+0", "4@a+0", "5@a+0", "48213075@b+0"}, []error{NoSuchCode, NoSuchCode, NoSuchCode, NoSuchCode, NoSuchCode, nil}},
	} {
		var c Codes
		c.Open("48213075", console, start(), time.Hour)
		for i, try := range tt.tries {
			text, rest, _ := strings.Cut(try, "@")
			var minutes int
			fmt.Sscanf(rest[2:], "%d", &minutes)
			p, secret, err := c.Take(text, rest[:1], after(time.Duration(minutes)*time.Minute))
			if !errors.Is(err, tt.want[i]) || (err == nil) != (secret != "") {
				t.Errorf("%s: try %d: %v, want %v", tt.name, i+1, err, tt.want[i])
			}
			if err == nil && (p.Place != console || !p.Opens(secret, after(30*time.Minute))) {
				t.Errorf("%s: paired %+v", tt.name, p)
			}
		}
	}
}

func TestFromHoweverManyAddressesCodesAreNotGuessed(t *testing.T) {
	var c Codes
	c.Open("48213075", Place{Role: RoleDisplay}, start(), time.Hour)
	for n := range allWrong {
		if _, _, err := c.Take("00000000", fmt.Sprint("10.0.0.", n), start()); !errors.Is(err, NoSuchCode) {
			t.Fatalf("try %d: %v", n, err)
		}
	}
	if _, _, err := c.Take("48213075", "10.0.1.1", start()); !errors.Is(err, NoSuchCode) {
		t.Errorf("after %d wrong tries: %v", allWrong, err)
	}
	for n := range 2 * addresses { // the list of addresses does not grow for ever
		_, _, _ = c.Take("00000000", fmt.Sprint("host-", n), start())
	}
	if len(c.tries) > addresses {
		t.Errorf("%d addresses are remembered", len(c.tries))
	}
}

func TestOfTooManyCodesTheOldestIsGivenUp(t *testing.T) {
	var c Codes
	for n := range openCodes + 1 {
		c.Open(fmt.Sprintf("%08d", n), Place{Role: RoleDisplay}, start(), time.Hour)
	}
	if _, _, err := c.Take("00000000", "a", start()); !errors.Is(err, NoSuchCode) {
		t.Errorf("the first: %v", err)
	}
	if _, _, err := c.Take("00000001", "a", start()); err != nil {
		t.Errorf("the second: %v", err)
	}
}

func TestAPairingIsOpenedByItsOwnSecretAlone(t *testing.T) {
	p, secret := Pair(Place{Role: RoleKiosk}, start(), time.Hour)
	other, foreign := Pair(Place{Role: RoleConsole, Window: "12"}, start(), time.Hour)
	_, key := foreign.Split()
	for name, tt := range map[string]struct {
		p      Pairing
		secret Secret
		at     time.Duration
		want   bool
	}{
		"its own":                   {p, secret, 0, true},
		"at its last moment":        {p, secret, time.Hour - 1, true},
		"when it is over":           {p, secret, time.Hour, false},
		"a clock that was set back": {p, secret, -time.Hour, true},
		"another's":                 {p, foreign, 0, false},
		"its id and another's key":  {p, Secret(p.ID + "." + key), 0, false},
		"its id alone":              {p, Secret(p.ID), 0, false},
		"what is stored":            {p, Secret(p.ID + "." + p.SHA), 0, false},
		"nothing":                   {p, "", 0, false},
		"nothing, of no pairing":    {Pairing{Until: after(time.Hour)}, "", 0, false},
		"the other's, at the other": {other, foreign, 0, true},
	} {
		if got := tt.p.Opens(tt.secret, after(tt.at)); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	for _, said := range []string{fmt.Sprint(secret), fmt.Sprintf("%v %+v %#v", secret, secret, secret), secret.LogValue().String()} {
		if strings.Contains(said, p.ID) {
			t.Errorf("printed %s", said)
		}
	}
	if len(secret) < 50 || secret == foreign {
		t.Errorf("secret of %d characters", len(secret))
	}
}

func TestAPlaceIsOneOfTheHall(t *testing.T) {
	c := &hall.Catalogue{Windows: []hall.Window{{ID: "12"}}}
	for _, tt := range []struct {
		role   Role
		window string
		want   error
	}{
		{RoleConsole, "12", nil}, {RoleConsole, "", NeedsWindow}, {RoleConsole, "13", NeedsWindow},
		{RoleTablet, "12", nil}, {RoleTablet, "", NeedsWindow}, {RoleSign, "12", nil}, {RoleSign, "", NeedsWindow},
		{RoleDisplay, "", nil}, {RoleDisplay, "12", NoWindow}, {RoleKiosk, "", nil}, {RoleKiosk, "12", NoWindow},
		{RoleGuide, "", nil}, {RoleGuide, "12", NoWindow}, {"admin", "", UnknownRole}, {"", "12", UnknownRole},
	} {
		if err := (Place{Role: tt.role, Window: tt.window}).Check(c); !errors.Is(err, tt.want) {
			t.Errorf("%q at %q: %v, want %v", tt.role, tt.window, err, tt.want)
		}
	}
}

// verifier is quick to check.
func verifier(t testing.TB, badge, pin string) uplink.Verifier {
	t.Helper()
	hash, err := argon2id.CreateHash(pin, &argon2id.Params{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	if err != nil {
		t.Fatal(err)
	}
	return uplink.Verifier{Badge: badge, Argon2: hash}
}

// A day of tries at sign-on (design §7, "lock-out at the agent"): five wrong ones lock a badge everywhere, for a time that
// doubles; fifteen, of whatever badges, lock a window.
func TestWrongPINsLock(t *testing.T) {
	staff := []uplink.Verifier{verifier(t, "0316", "482907"), verifier(t, "0317", "713950"), {Badge: "0400", Argon2: "broken"}}
	many := func(n int, try string) (all []string) {
		for range n {
			all = append(all, try)
		}
		return all
	}
	for _, tt := range []struct {
		name  string
		tries []string // badge pin window minutes
		want  error    // of the last
		tells string   // facts of all
	}{
		{"right", []string{"0317 713950 12 0"}, nil, ""},
		{"another's PIN", []string{"0317 482907 12 0"}, WrongPIN, ""},
		{"a badge that has none", []string{"0999 482907 12 0"}, WrongPIN, ""},
		{"no badge and the first one's PIN", []string{" 482907 12 0"}, WrongPIN, ""},
		{"a verifier that cannot be read", []string{"0400 482907 12 0"}, WrongPIN, ""},
		{"very long", []string{"0317 " + strings.Repeat("713950", 50) + " 12 0"}, WrongPIN, ""},
		{"right after four wrong", append(many(4, "0317 1 12 0"), "0317 713950 12 0"), nil, ""},
		{"the fifth wrong one locks", many(5, "0317 1 12 0"), WrongPIN, "12 0317 5 09:01"},
		{"then the right one is not looked at", append(many(5, "0317 1 12 0"), "0317 713950 12 0"), TriesLocked, "12 0317 5 09:01"},
		{"nor at another window", append(many(5, "0317 1 12 0"), "0317 713950 13 0"), TriesLocked, "12 0317 5 09:01"},
		{"but another clerk signs on there", append(many(5, "0317 1 12 0"), "0316 482907 12 0"), nil, "12 0317 5 09:01"},
		{"a minute later it is looked at", append(many(5, "0317 1 12 0"), "0317 713950 12 1"), nil, "12 0317 5 09:01"},
		{"the next wrong one waits two", append(many(5, "0317 1 12 0"), "0317 1 12 1", "0317 713950 12 2"), TriesLocked, "12 0317 5 09:01, 12 0317 6 09:03"},
		{"right wipes it all out", append(append(many(4, "0317 1 12 0"), "0317 713950 12 0"), many(4, "0317 1 12 0")...), WrongPIN, ""},
		{"half a day later they are forgotten", append(many(4, "0317 1 12 0"), "0317 1 12 721", "0317 1 12 721"), WrongPIN, ""},
		{"fifteen badges lock the window", append(sweep(15), "0316 482907 12 0"), TriesLocked, "12  15 09:01"},
		{"and no other window", append(sweep(15), "0316 482907 13 0"), nil, "12  15 09:01"},
	} {
		locks := Locks{}
		var told []string
		var err error
		for _, try := range tt.tries {
			f := strings.Split(try, " ")
			var minutes int
			fmt.Sscanf(f[3], "%d", &minutes)
			var tried Tried
			tried, err = SignOn(staff, locks, f[2], f[0], f[1], after(time.Duration(minutes)*time.Minute))
			for key, l := range tried.Changed {
				if delete(locks, key); l != nil {
					locks[key] = *l
				}
			}
			for _, fact := range tried.Facts {
				l := fact.(hall.StaffLocked)
				told = append(told, fmt.Sprint(l.Window, " ", l.Staff, " ", l.Wrong, " ", l.Until.Format("15:04")))
			}
			if err == nil && len(locks) > 0 && strings.Contains(fmt.Sprint(locks), f[0]) && f[0] != "" {
				t.Errorf("%s: signed on, and still %v", tt.name, locks)
			}
		}
		if !errors.Is(err, tt.want) || strings.Join(told, ", ") != tt.tells {
			t.Errorf("%s: %v, want %v; told %q, want %q", tt.name, err, tt.want, told, tt.tells)
		}
	}
	if _, err := SignOn(nil, nil, "12", "0317", "713950", start()); !errors.Is(err, NoPINs) {
		t.Errorf("nobody has a PIN: %v", err)
	}
}

// sweep tries one PIN on many badges.
func sweep(n int) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprintf("05%02d 111111 12 0", i))
	}
	return all
}

func TestTheWaitGrowsUpToAnHour(t *testing.T) {
	for n, want := range map[int]time.Duration{
		0: 0, 4: 0, 5: time.Minute, 6: 2 * time.Minute, 7: 4 * time.Minute, 10: 32 * time.Minute, 11: time.Hour, 1000: time.Hour,
	} {
		if got := wait(n, freeTries); got != want {
			t.Errorf("after %d wrong tries: %v, want %v", n, got, want)
		}
	}
}

// Who leaves his window open at lunch or at closing is signed off; who works on is not.
func TestIdleClerksAreSignedOff(t *testing.T) {
	hours := Hours{At: []Hour{{12, 0}, {17, 30}}, Idle: 20 * time.Minute}
	for _, tt := range []struct {
		last, now string
		want      bool
	}{
		{"23 11:50", "23 11:59", false},
		{"23 11:30", "23 11:59", false}, // it is not yet lunch
		{"23 11:50", "23 12:00", false}, // not idle for long enough
		{"23 11:50", "23 12:10", true},
		{"23 11:30", "23 12:00", true},
		{"23 12:05", "23 12:40", false}, // works on through lunch
		{"23 12:05", "23 17:30", true},
		{"23 17:40", "23 23:00", false}, // works late
		{"23 17:40", "24 00:00", true},  // and has gone home without a word
		{"23 16:00", "24 08:00", true},
	} {
		read := func(s string) time.Time {
			at, err := time.ParseInLocation("2006-01-02 15:04", "2026-11-"+s, hall.Beijing())
			if err != nil {
				t.Fatal(err)
			}
			return at.UTC()
		}
		if got := hours.Over(read(tt.last), read(tt.now)); got != tt.want {
			t.Errorf("last used %s, now %s: %v", tt.last, tt.now, got)
		}
	}
	if (Hours{Idle: time.Minute}).Over(start(), after(48*time.Hour)) {
		t.Error("no hours, and signed off")
	}
	for text, ok := range map[string]bool{"12:00": true, "00:00": true, "24:00": false, "9:00": false, "12:60": false, "": false, "12:00:00": false} {
		if _, err := ReadHour(text); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzTake(f *testing.F) {
	f.Add("48213075", "a.b")
	f.Fuzz(func(t *testing.T, code, secret string) {
		var c Codes
		c.Open("48213075", Place{Role: RoleDisplay}, start(), time.Hour)
		p, made, err := c.Take(code, "a", start())
		if (err == nil) != (code == "48213075") {
			t.Fatalf("%q: %v", code, err)
		}
		if p.Opens(Secret(secret), start()) && secret != string(made) {
			t.Fatalf("%q opened %+v", secret, p)
		}
	})
}

// A clerk who forgot his PIN and locked his badge: what a manager gives him is used once, in time, by him alone.
func TestAOneTimeCodeChoosesAPIN(t *testing.T) {
	coded := func(badge, id, code string, until time.Duration) uplink.Help {
		return uplink.Help{Badge: badge, ID: id, Argon2: verifier(t, badge, code).Argon2, Until: after(until)}
	}
	help := []uplink.Help{{Badge: "0316", ID: "h1"}, coded("0317", "h2", "20461357", time.Hour), coded("0318", "h3", "99887766", time.Minute)}
	used := map[string]Chosen{"0319": {Help: "h4"}}
	help = append(help, coded("0319", "h4", "11223344", time.Hour))
	for name, tt := range map[string]struct {
		badge, code, pin string
		wrong            int // tries before
		want             error
	}{
		"right":                {"0317", "20461357", "713950", 0, nil},
		"another code":         {"0317", "20461358", "713950", 0, WrongOnce},
		"no code":              {"0317", "", "713950", 0, WrongOnce},
		"very long":            {"0317", strings.Repeat("20461357", 50), "713950", 0, WrongOnce},
		"another's badge":      {"0316", "20461357", "713950", 0, WrongOnce},
		"unlocked alone":       {"0316", "", "713950", 0, WrongOnce},
		"a badge without help": {"0400", "20461357", "713950", 0, WrongOnce},
		"too old":              {"0318", "99887766", "713950", 0, WrongOnce},
		"used":                 {"0319", "11223344", "713950", 0, WrongOnce},
		"no PIN":               {"0317", "20461357", "7139", 0, NoPIN},
		"anybody's PIN":        {"0317", "20461357", "123456", 0, TrivialPIN},
		"after five wrong":     {"0317", "20461357", "713950", 5, TriesLocked},
		"after four wrong":     {"0317", "20461357", "713950", 4, nil},
	} {
		locks, now := Locks{}, after(time.Minute)
		if tt.wrong > 0 {
			locks[badgeKey(tt.badge)] = Lock{tt.wrong, now}
		}
		one, tried, err := Choose(help, used, locks, "12", tt.badge, tt.code, tt.pin, now)
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
		counted := tried.Changed[badgeKey(tt.badge)] != nil
		if counted != errors.Is(err, WrongOnce) {
			t.Errorf("%s: counted as wrong %v", name, counted)
		}
		if err != nil {
			continue
		}
		staff := PINs([]uplink.Verifier{verifier(t, "0317", "482907")}, map[string]Chosen{"0317": one})
		if _, err := SignOn(staff, Locks{}, "12", "0317", tt.pin, now); err != nil || one.Help != "h2" {
			t.Errorf("%s: signs on with the new PIN: %v, by %q", name, err, one.Help)
		}
		if _, err := SignOn(staff, Locks{}, "12", "0317", "482907", now); !errors.Is(err, WrongPIN) {
			t.Errorf("%s: signs on with the old PIN: %v", name, err)
		}
	}
}

func TestHelpOpensALockOnceAndEndsWhatTheHubHasHeard(t *testing.T) {
	locks := Locks{badgeKey("0316"): {5, start()}, badgeKey("0317"): {7, start()}, windowKey("12"): {15, start()}}
	chosen := map[string]Chosen{"0318": {Help: "h3"}, "0319": {Help: "h4"}}
	before := []uplink.Help{{Badge: "0316", ID: "h1"}, {Badge: "0318", ID: "h3"}, {Badge: "0319", ID: "h4"}}
	now := []uplink.Help{{Badge: "0316", ID: "h1"}, {Badge: "0317", ID: "h2"}, {Badge: "0319", ID: "h4"}}
	open, over := Helped(before, now, locks, chosen)
	if _, ok := open.Changed[badgeKey("0317")]; !ok || len(open.Changed) != 1 || open.Changed[badgeKey("0317")] != nil {
		t.Errorf("opened %v: want 0317 alone", open.Changed)
	}
	if !slices.Equal(over, []string{"0318"}) {
		t.Errorf("over: %v", over)
	}
}

func FuzzReadHour(f *testing.F) {
	for _, s := range []string{"17:30", "00:00", "24:00", "7:30"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if h, err := ReadHour(s); err == nil && fmt.Sprintf("%02d:%02d", h.Hour, h.Minute) != s {
			t.Fatalf("%q is read as %+v", s, h)
		}
	})
}
