package agent

import (
	"bytes"
	"crypto/ecdh"
	"crypto/hpke"
	"encoding/base64"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hallpulse/firmware-protocol/uplink"
)

// enrolmentOf makes an enrolment with a secret that is easy to find.
// hubKey opens what agents of tests seal to their hub.
func hubKey(t *testing.T) hpke.PrivateKey {
	t.Helper()
	key, err := hpke.DHKEM(ecdh.X25519()).NewPrivateKey(bytes.Repeat([]byte{9}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func enrolmentOf(t *testing.T, name string, number uint32) (uplink.Enrolment, string) {
	t.Helper()
	e := uplink.Enrolment{
		Name: name, Number: number, Hub: "127.0.0.1:1", PublicURL: "http://127.0.0.1:8080",
		CA: strings.Repeat("0", 64), Secret: bytes.Repeat([]byte{byte(number)}, 32),
		BoxKey: base64.RawURLEncoding.EncodeToString(hubKey(t).PublicKey().Bytes()),
	}
	line, err := e.Line()
	if err != nil {
		t.Fatal(err)
	}
	return e, line
}

func TestEnrolmentIsKeptForThisUserAlone(t *testing.T) {
	c := Config{Data: filepath.Join(t.TempDir(), "data")}
	if _, err := readEnrolment(c.Data); !errors.Is(err, errNotEnrolled) {
		t.Fatal(err)
	}
	want, line := enrolmentOf(t, "hall-1", 3)
	name, hub, err := Enrol(c, "  "+line[:20]+"\n"+line[20:]+"  \n", false) // as a terminal wraps it
	if err != nil || name != "hall-1" || hub != want.Hub {
		t.Fatalf("%s at %s: %v", name, hub, err)
	}
	got, err := readEnrolment(c.Data)
	if err != nil || got.Name != want.Name || !bytes.Equal(got.Secret, want.Secret) {
		t.Errorf("read back %v: %v", got, err)
	}
	info, err := os.Stat(filepath.Join(c.Data, enrolmentFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if _, _, err := Enrol(c, line, false); err != nil {
		t.Errorf("the same agent again: %v", err)
	}
}

func TestADamagedEnrolmentIsRefused(t *testing.T) {
	c := Config{Data: t.TempDir()}
	_, line := enrolmentOf(t, "hall-1", 3)
	for _, bad := range []string{"", "hello", line[:len(line)-3], strings.Replace(line, "N", "M", 1)} {
		if _, _, err := Enrol(c, bad, true); !errors.Is(err, uplink.ErrEnrolment) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if err := os.WriteFile(filepath.Join(c.Data, enrolmentFile), []byte(line[:40]), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readEnrolment(c.Data); !errors.Is(err, uplink.ErrEnrolment) {
		t.Errorf("a torn file: %v", err)
	}
	if _, _, err := Enrol(c, line, false); err == nil {
		t.Error("a torn enrolment was written over without --replace")
	}
	if _, _, err := Enrol(c, line, true); err != nil {
		t.Errorf("with --replace: %v", err)
	}
}

func TestAnotherAgentsEnrolmentIsReplacedOnlyWhenAsked(t *testing.T) {
	c := Config{Data: t.TempDir()}
	_, first := enrolmentOf(t, "hall-1", 3)
	_, second := enrolmentOf(t, "hall-2", 4)
	if _, _, err := Enrol(c, first, false); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(c.Data, "hall.db"), []byte("of hall-1"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Enrol(c, second, false); !errors.Is(err, ErrOtherEnrolment) || !strings.Contains(err.Error(), "hall-1") {
		t.Errorf("%v", err)
	}
	l, err := net.Listen("unix", c.socket())
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := Enrol(c, second, true); !errors.Is(err, ErrRuns) {
		t.Errorf("while it runs: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Enrol(c, second, true); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(c.Data, "hall.db")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the old store is in the way: %v", err)
	}
	kept, err := filepath.Glob(filepath.Join(c.Data, "was-hall-1-*", "hall.db"))
	if err != nil || len(kept) != 1 {
		t.Errorf("the old store is gone: %v, %v", kept, err)
	}
}
