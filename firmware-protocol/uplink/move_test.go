package uplink

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"hallpulse/firmware-protocol/hall"
)

// signer is the agent of a record, with what the others know of it.
func (r record) signer() (ed25519.PrivateKey, []Fellow) {
	secret, err := hex.DecodeString(r.the("secret"))
	if err != nil {
		r.t.Fatal(err)
	}
	key := ed25519.NewKeyFromSeed(secret)
	public, err := hex.DecodeString(r.the("public"))
	if err != nil {
		r.t.Fatal(err)
	}
	return key, []Fellow{{Name: "two"}, {Name: "one", Keys: []string{base64.RawURLEncoding.EncodeToString(public)}}}
}

// Both ways, with a letter changed at every place, and as a word of another purpose.
func TestGoldenSignedWords(t *testing.T) {
	reads := map[string]func(text string, fellows []Fellow) error{
		"move":   func(text string, fellows []Fellow) error { _, err := ReadMove(text, fellows); return err },
		"heard":  func(text string, fellows []Fellow) error { _, err := ReadHeard(text, fellows); return err },
		"shown":  func(text string, fellows []Fellow) error { _, err := ReadShown(text, fellows); return err },
		"wanted": func(text string, fellows []Fellow) error { _, err := ReadWanted(text, fellows); return err },
		"given":  func(text string, fellows []Fellow) error { _, err := ReadGiven(text, fellows); return err },
		"holder": func(text string, fellows []Fellow) error { _, err := ReadHolder(text, fellows); return err },
	}
	for _, r := range vectors(t, "signed.txt") {
		key, fellows := r.signer()
		text := r.the("text")
		kind := ""
		for kind = range reads {
			if r.fields[kind] != nil {
				break
			}
		}
		switch plain := r.the(kind); kind {
		case "move":
			golden(t, plain, text, key, fellows, SignMove, ReadMove)
		case "heard":
			golden(t, plain, text, key, fellows, SignHeard, ReadHeard)
		case "wanted":
			golden(t, plain, text, key, fellows, SignWanted, ReadWanted)
		case "given":
			golden(t, plain, text, key, fellows, SignGiven, ReadGiven)
		case "holder":
			golden(t, plain, text, key, fellows, SignHolder, ReadHolder)
		}
		for other, read := range reads {
			if err := read(text, fellows); (err == nil) != (other == kind) || err != nil && !errors.Is(err, ErrSigned) {
				t.Errorf("%s: read as %s: %v", r.where, other, err)
			}
		}
	}
}

func golden[T any](t *testing.T, plain, text string, key ed25519.PrivateKey, fellows []Fellow, sign func(ed25519.PrivateKey, T) (string, error), read func(string, []Fellow) (T, error)) {
	t.Helper()
	var want T
	if err := json.Unmarshal([]byte(plain), &want); err != nil {
		t.Fatal(err)
	}
	if wrote, err := sign(key, want); err != nil || wrote != text {
		t.Errorf("%s is written as\n%s, want\n%s, %v", plain, wrote, text, err)
	}
	if got, err := read(text, fellows); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%s is read as %+v, %v", plain, got, err)
	}
	for i := range text {
		other := byte('A')
		if text[i] == other {
			other = 'B'
		}
		if _, err := read(text[:i]+string(other)+text[i+1:], fellows); !errors.Is(err, ErrSigned) {
			t.Fatalf("%s is believed with another letter at %d: %v", plain, i, err)
		}
	}
}

// What is read is signed by him whose word it is, can be, and is read again as the same.
func FuzzReadMove(f *testing.F) {
	fuzzSigned(f, "move", moveContext, func(m hall.Move) string { return m.From }, SignMove, ReadMove)
}

func FuzzReadHeard(f *testing.F) {
	fuzzSigned(f, "heard", heardContext, func(h Heard) string { return h.Agent }, SignHeard, ReadHeard)
}

func FuzzReadShown(f *testing.F) {
	f.Add([]byte(`{"agent":"one","at":"2026-11-23T10:42:00+08:00","last":[{"serial":"1/1/1","ticket":"A017","window":"1","since":"2026-11-23T10:41:00+08:00","calls":1}],"lines":[{"letter":"A","waiting":3}],"over":false}`))
	fuzzSigned(f, "shown", shownContext, func(v Shown) string { return v.Agent }, SignShown, ReadShown)
}

func FuzzReadWanted(f *testing.F) {
	fuzzSigned(f, "wanted", wantedContext, func(w Wanted) string { return w.Agent }, SignWanted, ReadWanted)
}

func FuzzReadGiven(f *testing.F) {
	fuzzSigned(f, "given", givenContext, func(g Given) string { return g.Agent }, SignGiven, ReadGiven)
}

func FuzzReadHolder(f *testing.F) {
	fuzzSigned(f, "holder", holderContext, func(h Holder) string { return h.Agent }, SignHolder, ReadHolder)
}

// fuzzSigned reads a text as it came, and as what an agent of the hall may have signed.
func fuzzSigned[T interface{ Check() string }](f *testing.F, kind, context string, says func(T) string, write func(ed25519.PrivateKey, T) (string, error), read func(string, []Fellow) (T, error)) {
	var key ed25519.PrivateKey
	var fellows []Fellow
	known := map[string]bool{}
	for _, r := range vectors(f, "signed.txt") {
		key, fellows = r.signer()
		known[r.the("text")] = true
		f.Add([]byte(r.the("text")))
		for _, plain := range r.fields[kind] {
			f.Add([]byte(plain))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := read(string(data), fellows); err == nil && !known[string(data)] {
			t.Fatalf("%s is believed, and nobody signed it", data)
		}
		mark := ed25519.Sign(key, append([]byte(context), data...))
		got, err := read(base64.RawURLEncoding.EncodeToString(data)+"."+base64.RawURLEncoding.EncodeToString(mark), fellows)
		if err != nil {
			if !errors.Is(err, ErrSigned) {
				t.Fatal(err)
			}
			return
		}
		if says(got) != "one" || got.Check() != "" {
			t.Fatalf("%s is believed as %+v", data, got)
		}
		text, err := write(key, got)
		if err != nil {
			return // it grows when it is written anew, or has a year that no format can write
		}
		if again, err := read(text, fellows); err != nil || !same(again, got) {
			t.Fatalf("%+v became %+v, %v", got, again, err)
		}
	})
}

// same reports whether two values are written alike.
func same(a, b any) bool {
	x, err := json.Marshal(a)
	y, other := json.Marshal(b)
	return err == nil && other == nil && string(x) == string(y)
}
