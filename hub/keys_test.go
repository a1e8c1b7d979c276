package hub

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hallpulse/hub/internal/private"
)

// short is a folder whose path leaves room for a socket's name.
func short(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "hub")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func TestKeysComeBackAsMade(t *testing.T) {
	data := short(t)
	if _, err := createKeys(data); err != nil {
		t.Fatal(err)
	}
	a, err := readKeys(data)
	if err != nil {
		t.Fatal(err)
	}
	b, err := readKeys(data)
	if err != nil {
		t.Fatal(err)
	}
	if a.fingerprint() != b.fingerprint() || a.boxKey() != b.boxKey() || len(a.boxKey()) != 43 || len(a.fingerprint()) != 64 {
		t.Error("two readings differ")
	}
	box, _, err := a.vault.Seal("r", private.Text{Words: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if text, err := b.vault.Open(box); err != nil || text.Words != "x" {
		t.Errorf("sealed before, opened after: %v", err)
	}
	filepath.Walk(data, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: mode %v: %v", path, info.Mode(), err)
		}
		return nil
	})
}

func TestKeysAreNeverMadeTwice(t *testing.T) {
	data := short(t)
	folder, err := createKeys(data)
	if err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join(folder, vaultFile))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := createKeys(data); err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Errorf("the second time: %v", err)
	}
	after, err := os.ReadFile(filepath.Join(folder, vaultFile))
	if err != nil || string(after) != string(before) {
		t.Errorf("the key file changed: %v", err)
	}
	if rest, _ := filepath.Glob(filepath.Join(data, keysFolder+"-*")); len(rest) > 0 {
		t.Errorf("left behind: %v", rest)
	}
}

func TestBadKeyFilesAreNamed(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(folder string) error
		want  []string
	}{
		"no keys":        {os.RemoveAll, []string{"keys/ca.crt is missing", "hall-hub init"}},
		"no key file":    {func(d string) error { return os.Remove(filepath.Join(d, vaultFile)) }, []string{"private.key is missing"}},
		"read by others": {func(d string) error { return os.Chmod(filepath.Join(d, vaultFile), 0o644) }, []string{"private.key can be read by others (mode 0644)", "chmod 600"}},
		"read by the group": {func(d string) error { return os.Chmod(filepath.Join(d, boxKeyFile), 0o640) },
			[]string{"box.key can be read by others (mode 0640)"}},
		"cut short":        {func(d string) error { return os.Truncate(filepath.Join(d, vaultFile), 31) }, []string{"private.key is damaged", "31 bytes that are no key file"}},
		"an empty box key": {func(d string) error { return os.Truncate(filepath.Join(d, boxKeyFile), 0) }, []string{"box.key is damaged"}},
		"a torn authority": {func(d string) error { return os.Truncate(filepath.Join(d, caFile), 100) }, []string{"ca.crt is damaged"}},
		"the key of another authority": {func(d string) error {
			other, err := makeKeys()
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(d, caKeyFile), other[caKeyFile], 0o600)
		}, []string{"ca.key is damaged", "not the key of ca.crt"}},
	} {
		t.Run(name, func(t *testing.T) {
			data := short(t)
			folder, err := createKeys(data)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.spoil(folder); err != nil {
				t.Fatal(err)
			}
			_, err = readKeys(data)
			if err == nil {
				t.Fatal("taken")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("said %q, without %q", err, want)
				}
			}
		})
	}
}

// An agent knows the authority's fingerprint alone, and its clock may never have been set.
func TestTheBrokersCertificateHoldsForItsNamesAtAnyTime(t *testing.T) {
	data := short(t)
	if _, err := createKeys(data); err != nil {
		t.Fatal(err)
	}
	keys, err := readKeys(data)
	if err != nil {
		t.Fatal(err)
	}
	for advertise, names := range map[string][]string{
		"hub.example:8883":  {"hub.example", "localhost", "127.0.0.1", "::1"},
		"192.0.2.7:8883":    {"192.0.2.7", "localhost"},
		"[2001:db8::1]:883": {"2001:db8::1"},
	} {
		conf, err := keys.serverTLS(advertise)
		if err != nil {
			t.Fatal(err)
		}
		chain := conf.Certificates[0].Certificate
		if len(chain) != 2 || string(chain[1]) != string(keys.ca.Raw) {
			t.Fatal("the chain sent is not certificate and authority")
		}
		leaf, err := x509.ParseCertificate(chain[0])
		if err != nil {
			t.Fatal(err)
		}
		roots := x509.NewCertPool()
		roots.AddCert(keys.ca)
		for _, now := range []time.Time{time.Unix(3600, 0), time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), time.Date(2120, 1, 1, 0, 0, 0, 0, time.UTC)} {
			for _, name := range names {
				if _, err := leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: name, CurrentTime: now}); err != nil {
					t.Errorf("%s for %s at %v: %v", advertise, name, now, err)
				}
			}
			if _, err := leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: "other.example", CurrentTime: now}); err == nil {
				t.Error("holds for another name")
			}
		}
		if conf.MinVersion < tls.VersionTLS12 {
			t.Error("an old TLS is spoken")
		}
	}
	if _, err := keys.serverTLS("nowhere"); err == nil {
		t.Error("an address without port was taken")
	}
}

func TestNobodyWorksInAnotherUsersFolder(t *testing.T) {
	data, owner := "/", "root"
	if os.Geteuid() == 0 {
		data, owner = short(t), "daemon"
		if err := os.Chown(data, 1, 1); err != nil {
			t.Fatal(err)
		}
	}
	if err := ownedByUs(data); err == nil || !strings.Contains(err.Error(), "belongs to another user: run this as `sudo -u "+owner+" hall-hub …`") {
		t.Errorf("said %v", err)
	}
}

// A hub of an older version has a key file of 32 bytes, and all it sealed is sealed under that.
func TestAKeyFileOfAnOlderHubStaysGood(t *testing.T) {
	data := short(t)
	folder, err := createKeys(data)
	if err != nil {
		t.Fatal(err)
	}
	old := newVaultKey()
	if err := os.WriteFile(filepath.Join(folder, vaultFile), old, 0o600); err != nil {
		t.Fatal(err)
	}
	keys, err := readKeys(data)
	if err != nil {
		t.Fatal(err)
	}
	alone, err := private.New(old)
	if err != nil {
		t.Fatal(err)
	}
	box, _, err := alone.Seal("r", private.Text{Words: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if text, err := keys.vault.Open(box); err != nil || text.Words != "x" {
		t.Errorf("opened as %q: %v", text.Words, err)
	}
}

func TestVaultKeysAreReplacedWhole(t *testing.T) {
	data := short(t)
	if _, err := createKeys(data); err != nil {
		t.Fatal(err)
	}
	before, err := vaultKeys(data)
	if err != nil || len(before) != 1 {
		t.Fatalf("%d keys: %v", len(before), err)
	}
	if err := writeVaultKeys(data, newVaultKey(), before[0]); err != nil {
		t.Fatal(err)
	}
	after, err := vaultKeys(data)
	if err != nil || len(after) != 2 || string(after[1]) != string(before[0]) {
		t.Errorf("%d keys: %v", len(after), err)
	}
	if err := writeVaultKeys(data, after[0], after[0]); err == nil {
		t.Error("one key twice was written")
	}
	if info, err := os.Stat(filepath.Join(data, keysFolder, vaultFile)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if _, err := readKeys(data); err != nil {
		t.Error(err)
	}
}
