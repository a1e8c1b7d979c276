package private

import (
	"bytes"
	"errors"
	"testing"

	"hallpulse/firmware-protocol/hall"
)

// house is a law of the house with a number of its own for each kind.
func house() Retention {
	return Retention{Rating: 101, Contact: 102, CallBack: 103, Repair: 104, Concern: 105, Inspection: 106, Reply: 107}
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
	if bad := house().Check(); len(bad) > 0 {
		t.Errorf("refused: %v", bad)
	}
	bad := Retention{Rating: 60, Contact: 59, Reply: -1}.Check()
	if len(bad) != 6 || bad[KindRating] != nil || bad[KindContact] == nil || bad[KindReply] == nil || bad[KindAccount] != nil {
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
