package hall

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Of each item the latest word stands, the latest first; a repeat changes nothing; and it stays small enough to travel.
func TestWhatWasEnteredOfATicket(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		small := rapid.Bool().Draw(t, "small") // so that nothing is too much
		items, long := 12, 800
		if small {
			items, long = MaxEntered, 60
		}
		at := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
		entries := rapid.Custom(func(t *rapid.T) Entered {
			return Entered{
				Item: fmt.Sprint("A0", rapid.IntRange(1, items).Draw(t, "item")), Window: "1", At: at.Add(time.Duration(rapid.IntRange(0, 99).Draw(t, "minute")) * time.Minute),
				Missing: []string{strings.Repeat("照", rapid.IntRange(0, long).Draw(t, "long"))},
			}
		})
		var all []Entered
		var latest time.Time
		last := map[string]time.Time{}
		for _, one := range rapid.SliceOfN(entries, 0, 20).Draw(t, "entered") {
			all = WithEntered(all, one)
			if one.At.After(latest) {
				latest = one.At
			}
			if one.At.After(last[one.Item]) {
				last[one.Item] = one.At
			}
		}
		if again := WithEntered(all, all...); !reflect.DeepEqual(again, all) {
			t.Fatalf("a repeat makes of %v\n%v", all, again)
		}
		if len(all) > MaxEntered || len(all) > 0 && enteredBytes(all) > MaxEnteredBytes {
			t.Fatalf("%d entries in %d bytes", len(all), enteredBytes(all))
		}
		if small && len(all) != len(last) || len(all) > 0 && !all[0].At.Equal(latest) {
			t.Fatalf("%v stands of %d items up to %v", all, len(last), latest)
		}
		for i, one := range all {
			if i > 0 && one.At.After(all[i-1].At) {
				t.Fatalf("%v stands before %v", all[i-1], one)
			}
			if small && !one.At.Equal(last[one.Item]) {
				t.Fatalf("of %s stands what was entered at %v, and more came at %v", one.Item, one.At, last[one.Item])
			}
		}
	})
}
