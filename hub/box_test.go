package hub

import (
	"testing"

	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/private"
)

// Design §2: what an agent sealed to the hub lies in the vault as all private texts do, and the digest in its event stays
// true; what is no text is not taken, and what was sealed to another is kept as it came, under a digest of its own.
func TestABoxOfAnAgentComesIntoTheVault(t *testing.T) {
	data := t.TempDir()
	if _, err := createKeys(data); err != nil {
		t.Fatal(err)
	}
	keys, err := readKeys(data)
	if err != nil {
		t.Fatal(err)
	}
	to, err := uplink.ReadBoxKey(keys.boxKey())
	if err != nil {
		t.Fatal(err)
	}
	plain := uplink.Text{Name: "李文静", Phone: "13812340001"}.Plain()
	sealed, sha, err := uplink.Seal(to, "r7", plain)
	if err != nil {
		t.Fatal(err)
	}
	box, said, err := keys.openBox(sealed)
	if err != nil || said != sha || box.Ref != "r7" || box.Mark == "" {
		t.Fatalf("%+v, %s, %v; the event says %s", box, said, err, sha)
	}
	text, err := keys.vault.Open(private.Box{Ref: box.Ref, Salt: box.Salt, Sealed: box.Sealed})
	if err != nil || text != (private.Text{Name: "李文静", Phone: "13812340001"}) {
		t.Errorf("%#v, %v", text, err)
	}
	for name, bad := range map[string]func(*uplink.Box){
		"under another ref": func(b *uplink.Box) { b.Ref = "r8" },
		"changed":           func(b *uplink.Box) { b.Sealed[len(b.Sealed)-1] ^= 1 },
	} {
		one := sealed
		one.Sealed = append([]byte(nil), sealed.Sealed...)
		bad(&one)
		if _, _, err := keys.openBox(one); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
	another := sealed
	another.Key = "0000000000000000"
	line, err := another.Encode()
	if err != nil {
		t.Fatal(err)
	}
	box, said, err = keys.openBox(another)
	if err != nil || said != another.SHA() || said == sha || box.Mark != "" {
		t.Fatalf("%+v, %s, %v", box, said, err)
	}
	if text, err := keys.vault.Open(private.Box{Ref: box.Ref, Salt: box.Salt, Sealed: box.Sealed}); err != nil || text != (private.Text{Words: string(line)}) {
		t.Errorf("%#v, %v", text, err)
	}
	if one, _, err := uplink.Seal(to, "r9", []byte("no text")); err != nil {
		t.Fatal(err)
	} else if _, _, err := keys.openBox(one); err == nil {
		t.Error("what is no text is taken")
	}
}
