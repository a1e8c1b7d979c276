package hub

import (
	"io/fs"
	"strings"
	"testing"

	"hallpulse/configs"
)

// Each number of a shipped pack stands with its source on the page: every one has a note beside it.
func TestEveryRuleOfAShippedPackSaysWhereItComesFrom(t *testing.T) {
	all, err := readPacks()
	if err != nil {
		t.Fatal(err)
	}
	files, err := fs.Glob(configs.FS(), "policy/*.yaml")
	if err != nil || len(all.Shipped()) != len(files) || all.Shipped()[0].ID != "ours-5-10" {
		t.Fatalf("%d packs of %d files, %v", len(all.Shipped()), len(files), err)
	}
	for _, p := range all.Shipped() {
		for _, key := range []string{"rating.window", "rating.default", "rating.lost_after", "rating.remind", "rating.replace", "repair.limit", "repair.extensions",
			"repair.extension", "repair.sign", "repair.second", "repair.remind", "repair.key_list", "repair.key_days", "call_back.named", "call_back.within",
			"call_back.attempts", "appeal.within", "appeal.decide", "concern.sign", "concern.answer", "figures.least", "figures.rank"} {
			if p.Sources[key] == "" {
				t.Errorf("%s: %s has no source", p.ID, key)
			}
		}
	}
	if got := all.Shipped()[0].Sources["rating.window"]; !strings.HasPrefix(got, "001; domain §3.4: 5 working days") {
		t.Errorf("the note beside the rating window is %q", got)
	}
	_, err = all.ReadPack("mine.yaml", []byte("id: x\nrating:\n  window: {days: 0, unit: lunar}\nmercy: 1\n"))
	for _, want := range []string{"mine.yaml", "mercy"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("a bad file: %v, want it to say %q", err, want)
		}
	}
}
