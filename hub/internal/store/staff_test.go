package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/store"
)

func TestPINsOfClerks(t *testing.T) {
	s, ctx := openStore(t), t.Context()
	for n, p := range []store.StaffPIN{
		{Hall: "qinglan", Badge: "0317", Sealed: []byte{1}, Set: morning},
		{Hall: "lan-2", Badge: "0317", Sealed: []byte{2}, Set: morning}, // another person
		{Hall: "qinglan", Badge: "0316", Sealed: []byte{3}, Set: morning},
		{Hall: "qinglan", Badge: "0317", Sealed: []byte{4}, Set: morning.Add(time.Hour)}, // in the place of the first
	} {
		if err := s.SetPIN(ctx, p); err != nil {
			t.Fatalf("%d: %v", n, err)
		}
	}
	if err := s.DropPIN(ctx, "qinglan", "0316"); err != nil {
		t.Fatal(err)
	}
	if err := s.DropPIN(ctx, "qinglan", "0316"); !errors.Is(err, store.ErrUnknown) {
		t.Errorf("dropped twice: %v", err)
	}
	all, err := s.PINs(ctx)
	said := ""
	for _, p := range all {
		said += fmt.Sprint(p.Hall, " ", p.Badge, " ", p.Sealed, " ", p.Set.Sub(morning), "; ")
	}
	if err != nil || said != "lan-2 0317 [2] 0s; qinglan 0317 [4] 1h0m0s; " {
		t.Errorf("%s %v", said, err)
	}
}

// A secret is rotated (design §3, "rotate prints a new line; the old holds until the first connect with the new one, at most
// 30 days; revoke ends at once"). Keys are named by their first byte: live ones let in, those of a day check its tokens.
func TestARotatedSecretHoldsUntilTheNewOneIsUsed(t *testing.T) {
	const grace = 30 * 24 * time.Hour
	for _, tt := range []struct {
		name  string
		steps string // act@day
		day   int    // that is asked about
		live  string
		sign  map[int]string // day → keys that check its tokens
	}{
		{"nothing", "", 5, "1", map[int]string{0: "1", 5: "1"}},
		{"rotated", "rotate@1", 5, "2 1", map[int]string{0: "1", 1: "2 1", 5: "2 1", 31: "2 1", 32: "2"}},
		{"never used, for a month", "rotate@1", 32, "2", map[int]string{0: "1", 31: "2 1", 40: "2"}},
		{"used", "rotate@1 use@3", 3, "2", map[int]string{0: "1", 1: "2 1", 3: "2 1", 4: "2"}},
		{"rotated again before it was used", "rotate@1 rotate@2", 5, "3 1", map[int]string{0: "1", 1: "2 1", 2: "3 2 1", 3: "3 1", 31: "3 1", 32: "3"}},
		{"again, and used", "rotate@1 rotate@2 use@4", 4, "3", map[int]string{1: "2 1", 2: "3 2 1", 4: "3 1", 5: "3"}},
		{"again after it was used", "rotate@1 use@2 rotate@10", 11, "3 2", map[int]string{0: "1", 5: "2", 10: "3 2", 40: "3 2", 41: "3"}},
		{"revoked meanwhile", "rotate@1 revoke@2", 3, "", map[int]string{0: "1", 2: "2 1", 3: ""}},
	} {
		s, ctx := openStore(t), t.Context()
		if _, err := s.AddAgent(ctx, "hall-a", morning, keyOf(1, hall.DayOf(morning))); err != nil {
			t.Fatal(err)
		}
		made := byte(1)
		for _, step := range strings.Fields(tt.steps) {
			act, after, _ := strings.Cut(step, "@")
			var day int
			fmt.Sscan(after, &day)
			now := morning.AddDate(0, 0, day)
			var err error
			switch act {
			case "rotate":
				made++
				_, err = s.RotateAgent(ctx, "hall-a", now, grace, keyOf(made, hall.DayOf(now)))
			case "use":
				err = s.UseNewest(ctx, 1, now)
			case "revoke":
				err = s.RevokeAgent(ctx, "hall-a", now)
			}
			if err != nil {
				t.Fatalf("%s: %s: %v", tt.name, step, err)
			}
		}
		live, err := s.LiveKeys(ctx, 1, morning.AddDate(0, 0, tt.day))
		if got := names(live); err != nil || got != tt.live {
			t.Errorf("%s: on day %d let in by %q, want %q; %v", tt.name, tt.day, got, tt.live, err)
		}
		for day, want := range tt.sign {
			keys, err := s.AgentKeys(ctx, 1, hall.DayOf(morning.AddDate(0, 0, day)))
			if got := names(keys); err != nil || got != want {
				t.Errorf("%s: tokens of day %d are checked with %q, want %q; %v", tt.name, day, got, want, err)
			}
		}
	}
	s := openStore(t)
	if _, err := s.RotateAgent(t.Context(), "nobody", morning, grace, keyOf(1, 1)); !errors.Is(err, store.ErrUnknown) {
		t.Errorf("rotate nobody: %v", err)
	}
}

func names(keys []store.AgentKey) string {
	var all []string
	for _, k := range keys {
		all = append(all, fmt.Sprint(k.Public[0]))
	}
	return strings.Join(all, " ")
}

func TestTheLastCertificateOfAnAgentIsKept(t *testing.T) {
	s, ctx := openStore(t), t.Context()
	if _, err := s.AddAgent(ctx, "hall-a", morning, keyOf(1, hall.DayOf(morning))); err != nil {
		t.Fatal(err)
	}
	for _, leaf := range []string{"old", "new"} {
		if err := s.SetCertificate(ctx, 1, []byte(leaf), morning); err != nil {
			t.Fatal(err)
		}
	}
	if all, err := s.Certificates(ctx); err != nil || len(all) != 1 || string(all[1]) != "new" {
		t.Errorf("%v, %v", all, err)
	}
}
