package private

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
)

// sealedVector is a record of testdata/sealed.txt.
type sealedVector map[string]string

func sealedVectors(t testing.TB) []sealedVector {
	t.Helper()
	text, err := os.ReadFile("testdata/sealed.txt")
	if err != nil {
		t.Fatal(err)
	}
	var all []sealedVector
	for record := range strings.SplitSeq(string(text), "\n\n") {
		v := sealedVector{}
		for line := range strings.Lines(record) {
			if key, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), ": "); ok && line[0] != '#' {
				v[key] = value
			}
		}
		if len(v) > 0 {
			all = append(all, v)
		}
	}
	if len(all) < 6 {
		t.Fatalf("%d vectors", len(all))
	}
	return all
}

func (v sealedVector) hex(t testing.TB, field string) []byte {
	t.Helper()
	b, err := hex.DecodeString(v[field])
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (v sealedVector) keys(t testing.TB) [][]byte {
	t.Helper()
	var keys [][]byte
	for field := range strings.FieldsSeq(v["keys"]) {
		b, err := hex.DecodeString(field)
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, b)
	}
	return keys
}

func (v sealedVector) plain(t testing.TB) []byte {
	if v["bytes"] != "" {
		return v.hex(t, "bytes")
	}
	return []byte(v["text"])
}

// open opens sealed as what the vector says it is.
func (v sealedVector) open(t testing.TB, sealed []byte) ([]byte, error) {
	t.Helper()
	vault, err := New(v.keys(t)...)
	if err != nil {
		t.Fatal(err)
	}
	if v["key"] != "" {
		return vault.OpenKey(v["key"], sealed)
	}
	return vault.OpenBytes(Box{Ref: v["box"], Sealed: sealed})
}

func TestSealedVectorsOpen(t *testing.T) {
	for n, v := range sealedVectors(t) {
		sealed := v.hex(t, "sealed")
		if plain, err := v.open(t, sealed); err != nil || !bytes.Equal(plain, v.plain(t)) {
			t.Errorf("vector %d opens as %q, %v", n, plain, err)
		}
		for cut := range len(sealed) {
			if _, err := v.open(t, sealed[:cut]); !errors.Is(err, ErrSealed) {
				t.Errorf("vector %d cut at %d: %v", n, cut, err)
			}
		}
		for at := range sealed {
			changed := bytes.Clone(sealed)
			changed[at] ^= 0x40
			if _, err := v.open(t, changed); !errors.Is(err, ErrSealed) {
				t.Errorf("vector %d changed at %d: %v", n, at, err)
			}
		}
	}
}

// The form is what testdata/sealed.txt says, made here from the standard library alone.
func TestSealedVectorsAreOfTheirForm(t *testing.T) {
	for n, v := range sealedVectors(t) {
		sealed, head := v.hex(t, "sealed"), 1
		derive := func(info string, size int) []byte {
			b, err := hkdf.Key(sha256.New, v.keys(t)[0], nil, info, size)
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		want := []byte{sealed[0]}
		if sealed[0] == formTwo {
			head = HeadSize
			want = append(want, derive("hallpulse/1/private/id", 4)...)
		}
		block, err := aes.NewCipher(derive("hallpulse/1/private", 32))
		if err != nil {
			t.Fatal(err)
		}
		gcm, err := cipher.NewGCM(block)
		if err != nil {
			t.Fatal(err)
		}
		nonce := sealed[head : head+gcm.NonceSize()]
		want = append(want, nonce...)
		if want = gcm.Seal(want, nonce, v.plain(t), []byte(v["data"])); !bytes.Equal(sealed, want) {
			t.Errorf("vector %d is %x, want %x", n, sealed, want)
		}
	}
}

// What is sealed now is of the second form: its length and its head say so.
func TestWhatIsSealedNowNamesItsKey(t *testing.T) {
	v := vault(t, 1)
	box, _, err := v.Seal("r", Text{})
	if err != nil {
		t.Fatal(err)
	}
	if len(box.Sealed) != HeadSize+12+2+16 || box.Sealed[0] != formTwo || KeyID(box.Sealed[1:HeadSize]) != v.Keys()[0] {
		t.Errorf("sealed as %x under %s", box.Sealed, v.Keys()[0])
	}
}

func FuzzOpen(f *testing.F) {
	vectors := sealedVectors(f)
	for _, v := range vectors {
		f.Add(v.hex(f, "sealed"), v["box"]+v["key"])
	}
	keys := vectors[1].keys(f)
	vault, err := New(keys...)
	if err != nil {
		f.Fatal(err)
	}
	known := map[string]bool{}
	for _, v := range vectors {
		known[string(v.hex(f, "sealed"))] = true
	}
	f.Fuzz(func(t *testing.T, sealed []byte, ref string) {
		_, err := vault.Open(Box{Ref: ref, Sealed: sealed})
		plain, kerr := vault.OpenKey(ref, sealed)
		for _, err := range []error{err, kerr} {
			if err != nil && !errors.Is(err, ErrSealed) {
				t.Fatalf("a second kind of error: %v", err)
			}
		}
		if (err == nil || kerr == nil) && !known[string(sealed)] {
			t.Fatalf("%x opens as %q and was never sealed", sealed, plain)
		}
	})
}

func TestKeyFileVector(t *testing.T) {
	file, err := os.ReadFile("testdata/keyfile.txt")
	if err != nil {
		t.Fatal(err)
	}
	keys, err := ReadKeyFile(file)
	if err != nil || len(keys) != 2 {
		t.Fatalf("%d keys, %v", len(keys), err)
	}
	if again, err := WriteKeyFile(keys...); err != nil || !bytes.Equal(again, file) {
		t.Errorf("written as\n%s%v", again, err)
	}
	for cut := range len(file) {
		if cut == KeySize {
			continue // the older form: 32 bytes of any kind
		}
		if keys, err := ReadKeyFile(file[:cut]); err == nil {
			t.Errorf("cut at %d it holds %d keys", cut, len(keys))
		}
	}
	for at := range file {
		changed := bytes.Clone(file)
		changed[at] ^= 1
		if keys, err := ReadKeyFile(changed); err == nil {
			t.Errorf("changed at %d it holds %d keys", at, len(keys))
		}
	}
}

func TestAKeyFileOfOlderVersionsIsOneKey(t *testing.T) {
	old := bytes.Repeat([]byte{7}, KeySize)
	keys, err := ReadKeyFile(old)
	if err != nil || len(keys) != 1 || !bytes.Equal(keys[0], old) {
		t.Errorf("holds %x, %v", keys, err)
	}
}

func TestAKeyFileThatIsNone(t *testing.T) {
	key := fmt.Sprintf("aef2fca6 %s\n", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
	for name, file := range map[string]string{
		"empty":                "",
		"31 bytes":             strings.Repeat("k", 31),
		"33 bytes":             strings.Repeat("k", 33),
		"no key":               keyFileHead + "\nend\n",
		"one key twice":        keyFileHead + "\n" + key + key + "end\n",
		"a key without id":     keyFileHead + "\n" + key[9:] + "end\n",
		"the id of another":    keyFileHead + "\nff" + key[2:] + "end\n",
		"something after it":   keyFileHead + "\n" + key + "end\nend",
		"a digit that is none": keyFileHead + "\n" + strings.Replace(key, "0a0b", "0a0g", 1) + "end\n",
	} {
		if keys, err := ReadKeyFile([]byte(file)); err == nil {
			t.Errorf("%s: holds %d keys", name, len(keys))
		}
	}
}
