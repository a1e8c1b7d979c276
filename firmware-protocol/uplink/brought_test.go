package uplink

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"hallpulse/firmware-protocol/hall"
)

// Read as another's library has sealed it, with a bit changed at every place, under another name and with other keys.
func TestGoldenBroughtTexts(t *testing.T) {
	for _, r := range vectors(t, "brought.txt") {
		key := ed25519.NewKeyFromSeed(r.hex("seed"))
		if public := base64.RawURLEncoding.EncodeToString(key.Public().(ed25519.PublicKey)); public != r.the("public") {
			t.Errorf("%s: the public key is %s", r.where, public)
		}
		to, ok := (Fellow{Keys: []string{r.the("public")}}).BoxKey()
		if !ok || hex.EncodeToString(to.key.Bytes()) != r.the("point") {
			t.Errorf("%s: the point is %x", r.where, to.key.Bytes())
		}
		named, line, other := hall.Sealed{Ref: r.the("ref"), SHA: r.the("sha")}, []byte(r.the("line")), ed25519.NewKeyFromSeed(make([]byte, 32))
		for _, keys := range [][]ed25519.PrivateKey{{key}, {other, key}} {
			if got, err := OpenBrought(named, line, keys...); err != nil || string(got.Plain()) != r.the("plain") {
				t.Errorf("%s: opened %q, %v", r.where, got.Plain(), err)
			}
		}
		shut := func(what string, named hall.Sealed, line []byte, keys ...ed25519.PrivateKey) {
			t.Helper()
			if _, err := OpenBrought(named, line, keys...); !errors.Is(err, ErrBox) {
				t.Errorf("%s: %s it opens: %v", r.where, what, err)
			}
		}
		shut("without a key", named, line)
		shut("with another's key", named, line, other)
		shut("under another name", hall.Sealed{Ref: "3-9f2c-1", SHA: named.SHA}, line, key)
		if another, _, err := SealBrought(to, named.Ref, Text{Name: "李四"}); err != nil {
			t.Fatal(err)
		} else {
			shut("where anybody else has sealed another", named, another, key)
		}
		b, err := DecodeBox(line)
		if err != nil {
			t.Fatal(err)
		}
		for n := range b.Sealed {
			changed := b
			changed.Sealed = bytes.Clone(b.Sealed)
			changed.Sealed[n] ^= 1
			text, err := changed.Encode()
			if err != nil {
				t.Fatal(err)
			}
			shut("changed", named, text, key)
			shut("changed, and named so,", hall.Sealed{Ref: named.Ref, SHA: changed.SHA()}, text, key)
		}
		for n := range line {
			shut("cut", named, line[:n], key)
		}
	}
}

// Whoever has a key to sign with is sealed to by what the others know of it; while he has not come with his newest, by the one
// before.
func TestATextIsSealedToTheKeyInUse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := func(name string) ed25519.PrivateKey {
			return ed25519.NewKeyFromSeed(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, name))
		}
		newest, used := seed("newest"), seed("used")
		text := func(k ed25519.PrivateKey) string {
			return base64.RawURLEncoding.EncodeToString(k.Public().(ed25519.PublicKey))
		}
		to, ok := Fellow{Keys: []string{text(newest), text(used)}}.BoxKey()
		if !ok {
			t.Fatal("no key")
		}
		want := Text{Words: rapid.StringN(0, 200, 400).Draw(t, "words"), Name: "王小明"}
		line, named, err := SealBrought(to, "3-9f2c-40", want)
		if err != nil || bytes.Contains(line, []byte(want.Name)) {
			t.Fatal(string(line), err)
		}
		if got, err := OpenBrought(named, line, newest, used); err != nil || got != want {
			t.Fatalf("%q, %v", got.Plain(), err)
		}
		if string(newest) != string(used) {
			if _, err := OpenBrought(named, line, newest); err == nil {
				t.Fatal("it is sealed to a key that he may not have")
			}
		}
	})
	for _, f := range []Fellow{{}, {Keys: []string{"no key"}}, {Keys: []string{base64.RawURLEncoding.EncodeToString(append([]byte{1}, make([]byte, 31)...))}}} {
		if _, ok := f.BoxKey(); ok {
			t.Errorf("%+v has a key", f)
		}
	}
}

func TestWhoCarriesAMoveReadsWhatItNames(t *testing.T) {
	for _, r := range vectors(t, "signed.txt") {
		m, ok := CarriedMove(r.the("text"))
		if want, err := ReadMove(r.the("text"), []Fellow{{Name: "one", Keys: []string{base64.RawURLEncoding.EncodeToString(r.hex("public"))}}}); err == nil && (!ok || !same(m, want)) {
			t.Errorf("%s: %+v, %v", r.where, m, ok)
		}
	}
	for _, text := range []string{"", "!", "eyJ9.AA", "bm8.bm8"} {
		if _, ok := CarriedMove(text); ok {
			t.Errorf("%q is a move", text)
		}
	}
}

// What is opened was sealed so: whatever bytes come, nothing else is, and none break anything.
func FuzzOpenBrought(f *testing.F) {
	known := map[string]bool{}
	var keys []ed25519.PrivateKey
	for _, r := range vectors(f, "brought.txt") {
		keys = append(keys, ed25519.NewKeyFromSeed(r.hex("seed")))
		b, err := DecodeBox([]byte(r.the("line")))
		if err != nil {
			f.Fatal(err)
		}
		known[b.Ref+string(b.Sealed)] = true
		f.Add([]byte(r.the("line")))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		b, err := DecodeBox(line)
		if err != nil {
			return
		}
		if _, err := OpenBrought(hall.Sealed{Ref: b.Ref, SHA: b.SHA()}, line, keys...); err == nil && !known[b.Ref+string(b.Sealed)] {
			t.Fatalf("%s opens, and nobody sealed it", line)
		}
	})
}
