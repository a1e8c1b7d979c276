package uplink

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func TestStaffIsSealedForOneAgent(t *testing.T) {
	a, b := Secret{1}, Secret{2}
	staff := []Verifier{{"0316", "$argon2id$one"}, {"0317", "$argon2id$two"}}
	sealed, err := SealStaff(a.ConfigKey(), "hall-1", staff)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(sealed, "argon2") || len(sealed) < 60 {
		t.Errorf("sealed as %q", sealed)
	}
	if got, err := OpenStaff(a.ConfigKey(), "hall-1", sealed); err != nil || !reflect.DeepEqual(got, staff) {
		t.Errorf("opened %+v, %v", got, err)
	}
	if again, _ := SealStaff(a.ConfigKey(), "hall-1", staff); again == sealed {
		t.Error("sealed twice alike: a nonce was used again")
	}
	for name, open := range map[string]func() ([]Verifier, error){
		"another agent's key": func() ([]Verifier, error) { return OpenStaff(b.ConfigKey(), "hall-1", sealed) },
		"another label":       func() ([]Verifier, error) { return OpenStaff(a.OwnKey(), "hall-1", sealed) },
		"another name":        func() ([]Verifier, error) { return OpenStaff(a.ConfigKey(), "hall-2", sealed) },
		"a changed end":       func() ([]Verifier, error) { return OpenStaff(a.ConfigKey(), "hall-1", sealed[:len(sealed)-4]+"AAAA") },
		"too short":           func() ([]Verifier, error) { return OpenStaff(a.ConfigKey(), "hall-1", sealed[:8]) },
		"no base64":           func() ([]Verifier, error) { return OpenStaff(a.ConfigKey(), "hall-1", "?") },
	} {
		if got, err := open(); !errors.Is(err, ErrStaff) || got != nil {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if none, err := OpenStaff(a.ConfigKey(), "hall-1", ""); err != nil || none != nil {
		t.Errorf("nobody: %+v, %v", none, err)
	}
}

func TestAVerifierDoesNotPrintItself(t *testing.T) {
	v := Verifier{"0317", "$argon2id$secret"}
	for _, said := range []string{fmt.Sprint(v), fmt.Sprintf("%+v %#v", v, v), fmt.Sprint([]Verifier{v}), v.LogValue().String()} {
		if strings.Contains(said, "secret") {
			t.Errorf("printed %s", said)
		}
	}
}

func TestCertificatesComeBackAsJoined(t *testing.T) {
	chain := [][]byte{{1, 2, 3}, bytes.Repeat([]byte{0xff}, 500)}
	if got, err := SplitCertificates(JoinCertificates(chain...)); err != nil || !reflect.DeepEqual(got, chain) {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := SplitCertificates(""); err != nil || got != nil {
		t.Errorf("none: %v, %v", got, err)
	}
	if _, err := SplitCertificates("AQID !"); err == nil {
		t.Error("what is no base64 is a certificate")
	}
}

func FuzzOpenStaff(f *testing.F) {
	key := Secret{1}.ConfigKey()
	want := []Verifier{{"0316", "x"}}
	sealed, err := SealStaff(key, "hall-1", want)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sealed) // another one in each process
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		if staff, err := OpenStaff(key, "hall-1", text); err == nil && len(staff) > 0 && !reflect.DeepEqual(staff, want) {
			t.Errorf("%q opened as %v", text, staff)
		}
	})
}

func FuzzOpenHelp(f *testing.F) {
	key := Secret{1}.ConfigKey()
	want := []Help{{Badge: "0316", ID: "h1"}}
	sealed, err := SealHelp(key, "hall-1", want)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sealed)
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		if help, err := OpenHelp(key, "hall-1", text); err == nil && len(help) > 0 && !reflect.DeepEqual(help, want) {
			t.Errorf("%q opened as %v", text, help)
		}
	})
}
