package private

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func vault(t *testing.T, first byte) *Vault {
	t.Helper()
	key := make([]byte, KeySize)
	key[0] = first
	v, err := New(key)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestWhatIsSealedComesBack(t *testing.T) {
	v := vault(t, 1)
	rapid.Check(t, func(t *rapid.T) {
		in := Text{rapid.String().Draw(t, "words"), rapid.String().Draw(t, "name"), rapid.String().Draw(t, "phone")}
		ref := rapid.StringMatching(`[0-9a-f]{32}`).Draw(t, "ref")
		box, sha, err := v.Seal(ref, in)
		if err != nil {
			t.Fatal(err)
		}
		out, err := v.Open(box)
		if err != nil || out != in {
			t.Fatalf("%q, %q, %q came back as %q, %q, %q: %v", in.Words, in.Name, in.Phone, out.Words, out.Name, out.Phone, err)
		}
		if len(sha) != 64 {
			t.Fatalf("the event would carry %q", sha)
		}
	})
}

func TestABoxOpensOnlyAsItWasSealed(t *testing.T) {
	v := vault(t, 1)
	box, sha, err := v.Seal("ref-1", Text{Words: "等了两个小时", Name: "王芳", Phone: "13800000000"})
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(box.Sealed, []byte("王芳")) || strings.Contains(sha, "王芳") {
		t.Fatal("the name can be read in the box")
	}
	cut := func(b Box, change func(*Box)) Box {
		b.Sealed = bytes.Clone(b.Sealed)
		change(&b)
		return b
	}
	for name, b := range map[string]Box{
		"another ref":    cut(box, func(b *Box) { b.Ref = "ref-2" }),
		"a changed byte": cut(box, func(b *Box) { b.Sealed[len(b.Sealed)-1] ^= 1 }),
		"another form":   cut(box, func(b *Box) { b.Sealed[0]++ }),
		"cut short":      cut(box, func(b *Box) { b.Sealed = b.Sealed[:8] }),
		"erased":         cut(box, func(b *Box) { b.Sealed, b.Salt = nil, nil }),
	} {
		if _, err := v.Open(b); !errors.Is(err, ErrSealed) {
			t.Errorf("%s: %v, want ErrSealed", name, err)
		}
	}
	if _, err := vault(t, 2).Open(box); !errors.Is(err, ErrSealed) {
		t.Errorf("another key file: %v, want ErrSealed", err)
	}
}

func TestEqualTextsHaveUnequalDigests(t *testing.T) {
	v := vault(t, 1)
	same := Text{Phone: "13800000000"}
	_, a, _ := v.Seal("r", same)
	_, b, _ := v.Seal("r", same)
	if a == b {
		t.Error("two seals of one phone have one digest: it could be guessed from a list of phones")
	}
}

func TestTheDigestIsThatOfSaltAndText(t *testing.T) {
	v := vault(t, 1)
	box, sha, err := v.Seal("r", Text{Phone: "13800000000"})
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(append(bytes.Clone(box.Salt), `{"phone":"13800000000"}`...))
	if sha != hex.EncodeToString(sum[:]) {
		t.Errorf("the event carries %s", sha)
	}
}

func TestKeysOpenForTheirPurposeAlone(t *testing.T) {
	v, key := vault(t, 1), []byte("0123456789abcdef0123456789abcdef")
	sealed := v.SealKey("agent/7", key)
	if got, err := v.OpenKey("agent/7", sealed); err != nil || !bytes.Equal(got, key) {
		t.Errorf("came back as %q: %v", got, err)
	}
	if bytes.Contains(sealed, key[:8]) {
		t.Error("the key can be read in what is kept")
	}
	if _, err := v.OpenKey("agent/8", sealed); !errors.Is(err, ErrSealed) {
		t.Errorf("for another agent: %v, want ErrSealed", err)
	}
	if _, err := v.Open(Box{Ref: "agent/7", Sealed: sealed}); !errors.Is(err, ErrSealed) {
		t.Errorf("as a text: %v, want ErrSealed", err)
	}
}

func TestTextNeverPrints(t *testing.T) {
	secret := Text{Words: "等了两个小时", Name: "王芳", Phone: "13800000000"}
	holder := struct{ Text Text }{secret}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "text", secret, "holder", holder)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "text", secret, "holder", holder)
	asJSON, err := json.Marshal(holder)
	if err == nil {
		t.Error("JSON took a private text")
	}
	for _, out := range []string{
		log.String(), string(asJSON), fmt.Sprint(secret), fmt.Sprintf("%s %v %+v %#v %q", secret, secret, secret, secret, secret),
		fmt.Sprintf("%v %+v %#v", holder, holder, holder), fmt.Sprintf("%v", &holder),
	} {
		if strings.Contains(out, "王芳") || strings.Contains(out, "13800") || strings.Contains(out, "两个") {
			t.Errorf("private text printed: %s", out)
		}
	}
}

func TestKeyFileHas32Bytes(t *testing.T) {
	for _, n := range []int{0, 16, 31, 33} {
		if _, err := New(make([]byte, n)); err == nil {
			t.Errorf("a key of %d bytes was taken", n)
		}
	}
}
