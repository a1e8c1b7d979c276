package store_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/store"
)

func openStore(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), dataDir(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func keyOf(fill byte, from hall.Day) func(uint32) (store.AgentKey, error) {
	return func(uint32) (store.AgentKey, error) {
		return store.AgentKey{Public: bytes.Repeat([]byte{fill}, 32), PasswordSHA: [32]byte{fill}, ConfigKey: []byte{fill}, From: from}, nil
	}
}

func TestAgents(t *testing.T) {
	s, ctx := openStore(t), t.Context()
	monday := hall.DayOf(morning)
	for n, name := range []string{"hall-a", "hall-b"} {
		if a, err := s.AddAgent(ctx, name, morning, keyOf(byte(n+1), monday)); err != nil || a.Number != uint32(n+1) {
			t.Fatalf("agent %s: %+v, %v", name, a, err)
		}
	}
	if _, err := s.AddAgent(ctx, "hall-a", morning, keyOf(9, monday)); !errors.Is(err, store.ErrTaken) {
		t.Errorf("a second hall-a: %v", err)
	}
	if _, err := s.AddAgent(ctx, "Hall A", morning, keyOf(9, monday)); err == nil {
		t.Error("a name that no topic can carry was taken")
	}
	failed := errors.New("no key")
	if _, err := s.AddAgent(ctx, "hall-c", morning, func(uint32) (store.AgentKey, error) { return store.AgentKey{}, failed }); !errors.Is(err, failed) {
		t.Errorf("without a key: %v", err)
	}
	a, err := s.AgentByName(ctx, "hall-a")
	if err != nil || a.Number != 1 || !a.Seen.IsZero() || !a.Revoked.IsZero() {
		t.Errorf("hall-a: %+v, %v", a, err)
	}
	keys, err := s.AgentKeys(ctx, 1, monday)
	if err != nil || len(keys) != 1 || keys[0].PasswordSHA != [32]byte{1} || keys[0].ConfigKey[0] != 1 {
		t.Errorf("keys %+v, %v", keys, err)
	}
	heard := morning.Add(time.Minute)
	if err := s.Seen(ctx, map[uint32]time.Time{1: heard, 77: heard}); err != nil {
		t.Fatal(err)
	}
	friday := morning.AddDate(0, 0, 4)
	if err := s.RevokeAgent(ctx, "hall-a", friday); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"hall-a", "hall-x"} {
		if err := s.RevokeAgent(ctx, name, friday); !errors.Is(err, store.ErrUnknown) {
			t.Errorf("revoke %s: %v", name, err)
		}
		if _, err := s.AgentByName(ctx, name); !errors.Is(err, store.ErrUnknown) {
			t.Errorf("%s may still speak: %v", name, err)
		}
	}
	all, err := s.Agents(ctx)
	if err != nil || len(all) != 2 || !all[0].Seen.Equal(heard) || !all[0].Revoked.Equal(friday) || all[1].Name != "hall-b" {
		t.Errorf("agents %+v, %v", all, err)
	}
	for day, good := range map[hall.Day]bool{monday - 1: false, monday: true, monday + 4: true, monday + 5: false} {
		key, err := s.PublicKey(ctx, 1, day)
		if good != (err == nil) || good && key[0] != 1 || !good && !errors.Is(err, store.ErrUnknown) {
			t.Errorf("key on %s: %v", day, err)
		}
	}
	if a, err := s.AddAgent(ctx, "hall-c", morning, keyOf(3, monday)); err != nil || a.Number != 3 {
		t.Errorf("numbers are given once: %+v, %v", a, err)
	}
}

func TestSessions(t *testing.T) {
	s := openStore(t)
	if err := s.Commit("live", []byte("a"), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := s.Commit("live", []byte("b"), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := s.Commit("over", []byte("c"), time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if b, ok, err := s.Find("live"); err != nil || !ok || string(b) != "b" {
		t.Errorf("live: %q %v %v", b, ok, err)
	}
	if all, err := s.All(); err != nil || len(all) != 1 || string(all["live"]) != "b" {
		t.Errorf("all that live: %q, %v", all, err)
	}
	for _, token := range []string{"over", "never"} {
		if _, ok, err := s.Find(token); err != nil || ok {
			t.Errorf("%s: %v %v", token, ok, err)
		}
	}
	if err := s.Delete("live"); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := s.Find("live"); err != nil || ok {
		t.Errorf("deleted: %v %v", ok, err)
	}
	if n := s.Rows(t, `SELECT COUNT(*) AS n FROM sessions WHERE token = 'over'`); n[0] != "n=1" {
		t.Errorf("before the next commit: %v", n)
	}
	if err := s.Commit("next", []byte("d"), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if n := s.Rows(t, `SELECT COUNT(*) AS n FROM sessions`); n[0] != "n=1" {
		t.Errorf("expired sessions stay: %v", n)
	}
}

func TestReadersOutliveACancelledOne(t *testing.T) {
	s := openStore(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Agents(ctx); err == nil {
		t.Error("a cancelled read went on")
	}
	if _, err := s.Agents(t.Context()); err != nil {
		t.Error(err)
	}
}
