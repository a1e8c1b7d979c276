package hub

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/store"
)

// audit lists what was done to accounts, in the order in which it was done.
func audit(t *testing.T, c Config) (did []string) {
	t.Helper()
	s, err := store.Open(t.Context(), c.Data)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	deeds, _, err := s.Deeds(t.Context(), intake.DeedsAsked{Page: intake.Page{Limit: 100}, Types: []string{"account."}})
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(deeds)
	for _, d := range deeds {
		body, ok, err := s.Deed(t.Context(), d.Pos)
		if err != nil || !ok {
			t.Fatalf("deed %d: %v", d.Pos, err)
		}
		var event struct{ Body json.RawMessage }
		if err := json.Unmarshal(body, &event); err != nil {
			t.Fatal(err)
		}
		f, err := hall.DecodeFact(d.Type, event.Body)
		if err != nil {
			t.Fatal(err)
		}
		if by := f.(hall.Deed).Acted().By; by != hall.Console() {
			t.Errorf("by %+v", by)
		}
		did = append(did, d.About+" "+string(f.(hall.AccountChanged).Did))
	}
	return did
}

// Who uses the console of the hub's machine is in the audit like everybody, whether the hub runs or not.
func TestWhatTheConsoleDoesToAccountsIsRecorded(t *testing.T) {
	want := []string{"sun made", "sun rights", "sun password_given", "sun disabled", "sun enabled", "sun password_given", "sun second_reset", "sun disabled", "sun rights", "sun password_given", "sun enabled"}
	for _, runs := range []bool{false, true} {
		t.Run(map[bool]string{false: "alone", true: "running"}[runs], func(t *testing.T) {
			conf := setUp(t)
			stop := func() {}
			if runs {
				m := start(t, conf)
				stop, conf = m.stop, m.Config
			}
			ctx, u := t.Context(), User{Name: "sun", Role: "handler", Unit: "u", Display: "孙处理"}
			for name, do := range []func() error{
				func() error { return UserAdd(ctx, conf, u, "correct horse") },
				func() error { return UserAdd(ctx, conf, u, "correct horse") },
				func() error { return UserDisable(ctx, conf, "sun") },
				func() error { return UserEnable(ctx, conf, "sun") },
				func() error { return UserPassword(ctx, conf, "sun", "correct house", true) },
				func() error { return UserTOTPReset(ctx, conf, "sun") },
				func() error { return UserDisable(ctx, conf, "sun") },
				func() error { return UserAdd(ctx, conf, u, "correct horse") },
			} {
				if err := do(); err != nil {
					t.Errorf("act %d: %v", name, err)
				}
			}
			if err := UserDisable(ctx, conf, "nobody"); err == nil || !strings.Contains(err.Error(), "hall-hub user list") {
				t.Errorf("nobody: %v", err)
			}
			users, err := UserList(ctx, conf)
			if err != nil || len(users) != 1 || users[0].Role != "handler" || users[0].Unit != "u" || users[0].Display != "孙处理" || users[0].Disabled || users[0].First {
				t.Errorf("users %+v, %v", users, err)
			}
			stop()
			if got := audit(t, conf); !slices.Equal(got, want) {
				t.Errorf("recorded %q\nwant     %q", got, want)
			}
		})
	}
}

// Nothing of an account is lost between the pages' words and the store's.
func TestAnAccountIsStoredAsItIs(t *testing.T) {
	at := time.UnixMilli(1_800_000_000_000).UTC()
	stored := store.Account{Name: "hu", Display: "胡处理", Role: "handler", Unit: "u", Badge: "0017", Places: []string{"江南省"}, Halls: []string{"h1"},
		Password: "hash", FirstUntil: at, Disabled: true, Second: []byte{1}, SecondStep: 2, Codes: []string{"aa"}, Failed: 3, FailedSince: at,
		Added: at, SignedIn: at, Version: 4, Changed: at, ChangedBy: "lin"}
	data, err := json.Marshal(stored)
	if err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(storedAccount(shownAccount(stored)))
	if err != nil || string(again) != string(data) {
		t.Errorf("became %s, %v\nwas    %s", again, err, data)
	}
}
