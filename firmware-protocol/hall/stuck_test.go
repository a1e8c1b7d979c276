package hall

import (
	"strings"
	"testing"
	"time"
)

// The desk for what cannot be got done is one place of the hall, and somebody is called there.
func TestTheDeskForWhatCannotBeGotDone(t *testing.T) {
	for _, c := range []struct {
		name string
		desk *StuckDesk
		says string // empty: it is good
	}{
		{"a hall without one", nil, ""},
		{"a window", &StuckDesk{Window: "2"}, ""},
		{"a letter, and a time to arrive", &StuckDesk{Letter: "C", Arrive: 5}, ""},
		{"neither", &StuckDesk{Arrive: 5}, "want the window or the letter"},
		{"both", &StuckDesk{Window: "2", Letter: "C"}, "one of them alone"},
		{"no such window", &StuckDesk{Window: "9"}, `stuck.window "9" is not in windows`},
		{"no such letter", &StuckDesk{Letter: "Z"}, `stuck.letter "Z" is not in services`},
		{"a letter that nobody calls", &StuckDesk{Letter: "D"}, "stuck.letter D: no window calls it"},
		{"a time below none", &StuckDesk{Letter: "C", Arrive: -1}, "stuck.arrive -1"},
		{"a time that is none", &StuckDesk{Letter: "C", Arrive: 121}, "stuck.arrive 121"},
	} {
		hall := shared()
		hall.Services = append(hall.Services, Service{Letter: "D", Name: "丁"})
		hall.Agents[1].Services = append(hall.Agents[1].Services, "D")
		hall.Stuck = c.desk
		err := hall.Validate()
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", c.name, err, c.says)
		}
	}
	hall := shared()
	if hall.ArriveFor() != 10*time.Minute || hall.IsStuckDesk("2") {
		t.Errorf("a hall that says nothing: %v, %v", hall.ArriveFor(), hall.IsStuckDesk("2"))
	}
	hall.Stuck = &StuckDesk{Letter: "C", Arrive: 5}
	if hall.ArriveFor() != 5*time.Minute || !hall.IsStuckDesk("2") || hall.IsStuckDesk("1") || hall.IsStuckDesk("9") {
		t.Errorf("%v %v %v", hall.ArriveFor(), hall.IsStuckDesk("2"), hall.IsStuckDesk("1"))
	}
	hall.Stuck = &StuckDesk{Window: "1"}
	if !hall.IsStuckDesk("1") || hall.IsStuckDesk("2") {
		t.Error("a window is the desk")
	}
}
