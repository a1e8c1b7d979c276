package private

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"

	"hallpulse/firmware-protocol/hall"
)

// house is a law of the house with a number of its own for each kind.
func house() Retention {
	return Retention{Rating: 101, Contact: 102, CallBack: 103, Repair: 104, Concern: 105, Inspection: 106, Reply: 107, Case: 108}
}

func TestABoxIsKeptAsLongAsItsKindSays(t *testing.T) {
	seen := map[int]Kind{}
	for _, k := range Kinds() {
		days := house().Days(k)
		if k == KindAccount {
			if days != 0 || Expired(k, 0, 1<<20, house()) {
				t.Error("an account's phone goes before the account")
			}
			if _, ok := Through(k, 1<<20, house()); ok {
				t.Error("an account's phone is looked for among what goes")
			}
			continue
		}
		if other, ok := seen[days]; ok || days == 0 {
			t.Errorf("%s is kept %d days, as %s", k, days, other)
		}
		seen[days] = k
	}
}

// Domain §11, personal data: little. The n-th day after the day it counts from is the last.
func TestTheLastDayOfABox(t *testing.T) {
	leap, err := hall.ParseDay("2028-02-28")
	if err != nil {
		t.Fatal(err)
	}
	law := Retention{Contact: 60}
	for after, want := range map[hall.Day]bool{-1: false, 0: false, 1: false, 59: false, 60: false, 61: true, 10_000: true} {
		if got := Expired(KindContact, leap, leap+after, law); got != want {
			t.Errorf("%s, from %s: expired %v", leap+after, leap, got)
		}
	}
	today := leap + 61
	through, ok := Through(KindContact, today, law)
	if !ok || !Expired(KindContact, through, today, law) || Expired(KindContact, through+1, today, law) {
		t.Errorf("on %s go those of up to %s", today, through)
	}
}

func TestNothingGoesWhileItIsWorkedOn(t *testing.T) {
	house().Check(func(k Kind, err error) { t.Errorf("%s: %v", k, err) })
	bad := map[Kind]bool{}
	Retention{Rating: 60, Contact: 59, Reply: -1, Case: 59}.Check(func(k Kind, err error) { bad[k] = err != nil })
	if len(bad) != 7 || bad[KindRating] || !bad[KindContact] || !bad[KindReply] || bad[KindAccount] {
		t.Errorf("refused: %v", bad)
	}
}

func TestAFiledTextIsFoundByItsPhone(t *testing.T) {
	v := vault(t, 1)
	label := Label{Kind: KindContact, About: "3-9f2c-17", Day: 20780}
	f, sha, err := v.File("r-1", Text{Phone: "+86 138 1234 2046"}, label)
	if err != nil || len(sha) != 64 {
		t.Fatal(sha, err)
	}
	if f.Mark != v.Mark(MarkPhone, "13812342046") || f.Kind != KindContact || f.Day != 20780 || f.About != "3-9f2c-17" {
		t.Errorf("filed as %+v", f.Label)
	}
	if text, err := v.Open(f.Box); err != nil || text.Phone != "+86 138 1234 2046" {
		t.Errorf("opened as %q: %v", text.Phone, err)
	}
	if f, _, err := v.File("r-2", Text{Words: "x"}, label); err != nil || f.Mark != "" {
		t.Errorf("without a phone the mark is %q: %v", f.Mark, err)
	}
}

func TestAPhotoIsSealed(t *testing.T) {
	v := vault(t, 1)
	photo := bytes.Repeat([]byte{0xff, 0xd8}, MaxBytes/2)
	f, _, err := v.FileBytes("p-1", photo, Label{Kind: KindInspection})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := v.OpenBytes(f.Box); err != nil || !bytes.Equal(got, photo) {
		t.Errorf("%d bytes came back: %v", len(got), err)
	}
	if _, err := v.Open(f.Box); !errors.Is(err, ErrSealed) {
		t.Errorf("as a text: %v", err)
	}
	if _, _, err := v.SealBytes("p-2", append(photo, 0)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("one byte more: %v", err)
	}
}

// An event has 16 KiB (design §3).
func TestManyErasuresAreManyDeeds(t *testing.T) {
	refs := make([]string, 250)
	for n := range refs {
		refs[n] = fmt.Sprintf("%0128d", n)
	}
	deeds := Erasures("3-9f2c-19", hall.Console(), hall.EraseRequest, refs...)
	var named []string
	for _, f := range deeds {
		d := f.(hall.PrivateErased)
		data, err := json.Marshal(d)
		if err != nil || len(data) > 15<<10 || d.About != "3-9f2c-19" || d.By != hall.Console() || d.Ground != hall.EraseRequest {
			t.Errorf("%d bytes: %v", len(data), err)
		}
		named = append(named, d.Refs...)
	}
	if len(deeds) != 3 || !slices.Equal(named, refs) {
		t.Errorf("%d deeds name %d", len(deeds), len(named))
	}
	if none := Erasures("", hall.Console(), hall.EraseRetention); none != nil {
		t.Errorf("of nothing: %v", none)
	}
}

// What screens read of each closed set.
func TestClosedSetsHaveWords(t *testing.T) {
	var want []string
	for _, k := range Kinds() {
		want = append(want, "private.kind."+string(k))
	}
	for _, p := range hall.PrivateParts() {
		want = append(want, "private.part."+string(p))
	}
	for _, w := range hall.RevealWhys() {
		want = append(want, "private.why."+string(w))
	}
	for _, g := range []hall.EraseGround{hall.EraseRequest, hall.EraseRetention} {
		want = append(want, "private.ground."+string(g))
	}
	for _, lang := range []string{"zh", "en"} {
		data, err := os.ReadFile("../../../web-kiosk/src/shared/words/" + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var words map[string]string
		if err := json.Unmarshal(data, &words); err != nil {
			t.Fatal(err)
		}
		for _, key := range want {
			if words[key] == "" {
				t.Errorf("%s has no %s", lang, key)
			}
		}
	}
}
