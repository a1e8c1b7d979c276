package uplink

import (
	"bytes"
	"crypto/ecdh"
	"crypto/hpke"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// boxKeyOf returns the hub's key of a record.
func boxKeyOf(t testing.TB, r record) hpke.PrivateKey {
	t.Helper()
	key, err := hpke.DHKEM(ecdh.X25519()).NewPrivateKey(r.hex("private"))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestBoxVectors(t *testing.T) {
	for _, r := range vectors(t, "box.txt") {
		key, line, plain := boxKeyOf(t, r), r.the("line"), r.the("plain")
		b, err := DecodeBox([]byte(line))
		if err != nil || b.Ref != r.the("ref") || b.Key != BoxKeyID(key.PublicKey()) {
			t.Fatalf("%s: read %+v, %v", r.where, b, err)
		}
		if again, err := b.Encode(); err != nil || string(again) != line {
			t.Errorf("%s: written %s, %v", r.where, again, err)
		}
		salt, got, err := Open(key, b)
		if err != nil || string(got) != plain || !bytes.Equal(salt, r.hex("salt")) || SaltedSHA(salt, got) != r.the("sha") {
			t.Errorf("%s: opened %x %q, %v", r.where, salt, got, err)
		}
		text, err := ReadText(got)
		if err != nil || string(text.Plain()) != plain {
			t.Errorf("%s: the text is %q, %v", r.where, text.Plain(), err)
		}
		for n := range len(line) {
			if _, err := DecodeBox([]byte(line[:n])); err == nil {
				t.Errorf("%s: cut at %d it is still a box", r.where, n)
			}
		}
		for n := range b.Sealed {
			changed := b
			changed.Sealed = bytes.Clone(b.Sealed)
			changed.Sealed[n] ^= 1
			if _, _, err := Open(key, changed); !errors.Is(err, ErrBox) {
				t.Errorf("%s: changed at %d it opens: %v", r.where, n, err)
			}
			changed.Sealed = b.Sealed[:n]
			if _, _, err := Open(key, changed); !errors.Is(err, ErrBox) {
				t.Errorf("%s: cut at %d it opens: %v", r.where, n, err)
			}
		}
		moved := b
		moved.Ref = "3-9f2c-99"
		if _, _, err := Open(key, moved); !errors.Is(err, ErrBox) {
			t.Errorf("%s: it opens under another ref: %v", r.where, err)
		}
	}
}

// Design §2: sealed to the hub's box key, salt inside; two boxes of one text have nothing in common.
func TestWhatIsSealedOpensAtTheHubAlone(t *testing.T) {
	r := vectors(t, "box.txt")[0]
	key := boxKeyOf(t, r)
	to, err := ReadBoxKey(r.the("public"))
	if err != nil {
		t.Fatal(err)
	}
	text := Text{Words: "材料缺第三页", Name: "欧阳一", Phone: "13900000000"}
	one, sha, err := Seal(to, "3-9f2c-1", text.Plain())
	if err != nil {
		t.Fatal(err)
	}
	two, otherSHA, err := Seal(to, "3-9f2c-1", text.Plain())
	if err != nil || sha == otherSHA || bytes.Equal(one.Sealed[len(one.Sealed)-20:], two.Sealed[len(two.Sealed)-20:]) {
		t.Errorf("two boxes of one text are alike: %v", err)
	}
	salt, plain, err := Open(key, one)
	got, notRead := ReadText(plain)
	if err != nil || notRead != nil || got != text || SaltedSHA(salt, plain) != sha {
		t.Errorf("opened %q, %v, %v", plain, err, notRead)
	}
	other, err := hpke.DHKEM(ecdh.X25519()).GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := Open(other, one); !errors.Is(err, ErrBox) {
		t.Errorf("another hub opens it: %v", err)
	}
	stolen := one
	stolen.Key = BoxKeyID(other.PublicKey())
	if _, _, err := Open(other, stolen); !errors.Is(err, ErrBox) {
		t.Errorf("another hub opens it under its own name: %v", err)
	}
	long := Text{Words: strings.Repeat("长", MaxBox/3)}
	if _, _, err := Seal(to, "3-9f2c-1", long.Plain()); !errors.Is(err, ErrBoxTooLarge) {
		t.Errorf("more than a box holds: %v", err)
	}
}

func TestWhatIsNoBoxKey(t *testing.T) {
	good := vectors(t, "box.txt")[0].the("public")
	for name, text := range map[string]string{
		"nothing": "", "a short one": good[:42], "a long one": good + "AAAA", "hex": strings.Repeat("ab", 32), "padding": good + "=", "a line end": good[:20] + "\n" + good[20:],
	} {
		if _, err := ReadBoxKey(text); !errors.Is(err, ErrBoxKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTextsDoNotPrintThemselves(t *testing.T) {
	text := Text{Words: "长城", Name: "王小明", Phone: "13800001234"}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "text", text)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		_, _ = fmt.Fprintf(&log, verb+"\n", text)
	}
	if b, err := json.Marshal(struct{ T Text }{text}); err == nil {
		log.Write(b)
	}
	for _, trace := range []string{"长城", "王", "1380", "\\u738b"} {
		if strings.Contains(log.String(), trace) {
			t.Errorf("%q is in %s", trace, log.String())
		}
	}
}
