package store_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
	"time"

	"hallpulse/hub/internal/store"
)

// put makes or replaces an account.
func put(t *testing.T, s *store.Store, a store.Account) {
	t.Helper()
	if err := s.ChangeAccount(t.Context(), a.Name, func(store.Account, bool) (store.Account, error) { return a, nil }); err != nil {
		t.Fatal(err)
	}
}

func fullAccount() store.Account {
	m := morning.UTC().Truncate(time.Millisecond)
	return store.Account{Name: "hu", Display: "胡处理", Role: "handler", Unit: "police", Badge: "0317", Places: []string{"江南省/青澜市", "江南省/白石市"},
		Halls: []string{"h1", "h2"}, Password: "$argon2id$v=19$m=47104,t=1,p=1$x$y", FirstUntil: m.Add(time.Hour), Disabled: true,
		Second: []byte{1, 2, 3}, SecondStep: 58_000_000, Codes: []string{"aa", "bb"}, Failed: 3, FailedSince: m.Add(time.Minute),
		Added: m, SignedIn: m.Add(2 * time.Minute), Version: 7, Changed: m.Add(3 * time.Minute), ChangedBy: "lin"}
}

func TestAccounts(t *testing.T) {
	s, ctx := openStore(t), t.Context()
	full, bare := fullAccount(), store.Account{Name: "wall", Role: "wall", Added: morning.UTC().Truncate(time.Millisecond)}
	put(t, s, bare)
	put(t, s, full)
	for _, want := range []store.Account{full, bare} {
		if got, err := s.Account(ctx, want.Name); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("account %+v, %v\nwant    %+v", got, err, want)
		}
	}
	all, err := s.Accounts(ctx)
	if err != nil || len(all) != 2 || all[0].Name != "hu" || !reflect.DeepEqual(all[1], bare) {
		t.Errorf("accounts %+v, %v", all, err)
	}
	if got, err := s.Account(ctx, "nobody"); !errors.Is(err, store.ErrUnknown) || got.Name != "nobody" {
		t.Errorf("nobody: %+v, %v", got, err)
	}
}

func TestAChangeThatIsRefusedChangesNothing(t *testing.T) {
	s := openStore(t)
	put(t, s, fullAccount())
	refused := errors.New("somebody was first")
	err := s.ChangeAccount(t.Context(), "hu", func(was store.Account, ok bool) (store.Account, error) {
		was.Role = "centre"
		return was, refused
	})
	if !errors.Is(err, refused) || err.Error() != refused.Error() {
		t.Errorf("the error is %v", err)
	}
	if got, err := s.Account(t.Context(), "hu"); err != nil || !reflect.DeepEqual(got, fullAccount()) {
		t.Errorf("account %+v, %v", got, err)
	}
	if err := s.ChangeAccount(t.Context(), "new", func(_ store.Account, ok bool) (store.Account, error) {
		if ok {
			t.Error("an account that is not there was there")
		}
		return store.Account{}, refused
	}); !errors.Is(err, refused) {
		t.Error(err)
	}
	if _, err := s.Account(t.Context(), "new"); !errors.Is(err, store.ErrUnknown) {
		t.Errorf("new: %v", err)
	}
}

// Many wrong passwords at once are many: no two changes see the same account.
func TestNoTwoChangesComeBetweenEachOther(t *testing.T) {
	s := openStore(t)
	put(t, s, store.Account{Name: "hu", Role: "handler", Added: morning})
	const at = 8
	var all sync.WaitGroup
	for range at {
		all.Go(func() {
			for range 25 {
				err := s.ChangeAccount(t.Context(), "hu", func(was store.Account, ok bool) (store.Account, error) {
					was.Failed++
					return was, nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if got, err := s.Account(t.Context(), "hu"); err != nil || got.Failed != at*25 {
		t.Errorf("counted %d, %v", got.Failed, err)
	}
}

// A lock and a used code outlive a restart, and a backup takes them along.
func TestAccountsOutliveARestartAndTravelWithABackup(t *testing.T) {
	dir, ctx := dataDir(t), t.Context()
	s, err := store.Open(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, fullAccount())
	copied := filepath.Join(t.TempDir(), "copy.db")
	if err := s.Backup(ctx, copied, morning); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	look := func(what string) {
		t.Helper()
		s, err := store.Open(ctx, dir)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if got, err := s.Account(ctx, "hu"); err != nil || !reflect.DeepEqual(got, fullAccount()) {
			t.Errorf("%s: %+v, %v", what, got, err)
		}
	}
	look("after a restart")
	if _, err := store.Restore(ctx, copied, dir, morning); err != nil {
		t.Fatal(err)
	}
	look("after a restore")
}

// An account of the first issue keeps its role, halls and password.
func TestAccountsOfAnEarlierVersion(t *testing.T) {
	s := openStore(t)
	s.Spoil(t, fmt.Sprintf(`INSERT INTO accounts (name, role, password, halls, added_ms) VALUES ('gao', 'manager', '$argon2id$x', 'h1,h2', %d)`, morning.UnixMilli()))
	got, err := s.Account(t.Context(), "gao")
	want := store.Account{Name: "gao", Role: "manager", Password: "$argon2id$x", Halls: []string{"h1", "h2"}, Added: morning.UTC().Truncate(time.Millisecond)}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("account %+v, %v\nwant    %+v", got, err, want)
	}
}
