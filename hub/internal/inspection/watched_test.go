package inspection

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// oneHall has two windows: both serve queue A, the second B alone too.
func oneHall() *hall.Catalogue {
	return &hall.Catalogue{
		Hall:     hall.Site{ID: "city"},
		Services: []hall.Service{{Letter: "A"}, {Letter: "B"}},
		Items:    []hall.ServiceItem{{Code: "id-card", Service: "A"}, {Code: "move", Service: "B"}},
		Windows:  []hall.Window{{ID: "1", Services: []string{"A"}}, {ID: "2", Services: []string{"A", "B"}}},
	}
}

func opened(at int, window string) Told { return Told{hour(at), hall.WindowOpened{Window: window}} }
func closed(at int, window string) Told { return Told{hour(at), hall.WindowClosed{Window: window}} }
func padUp(at int, window string) Told {
	return Told{hour(at), hall.DeviceUp{Device: "pad-" + window, Kind: hall.KindPad, Window: window}}
}
func padDown(at int, window string) Told {
	return Told{hour(at), hall.DeviceDown{Device: "pad-" + window, Kind: hall.KindPad, Window: window}}
}

// 001 三覆盖: what of items, staffed windows and channels could be rated, from what agents told of windows and pads.
func TestWhatCouldBeRated(t *testing.T) {
	for _, c := range []struct {
		rule string
		told []Told
		qr   bool
		want string // gaps, as "thing since-until"
	}{
		{"a window without a pad or a code on the ticket cannot be rated while it is staffed", []Told{opened(9, "1"), closed(17, "1")}, false,
			"items 1/0: id-card 9-17; windows 1/0: 1 9-17; channels 1/0: qr -240-"},
		{"the code on the ticket is enough", []Told{opened(9, "1"), closed(17, "1")}, true,
			"items 1/1; windows 1/1; channels 1/1"},
		{"a pad is enough", []Told{padUp(8, "1"), opened(9, "1"), closed(17, "1")}, false,
			"items 1/1; windows 1/1; channels 2/1: qr -240-"},
		{"a pad that failed at noon, and nobody has mended it", []Told{padUp(-30, "1"), opened(9, "1"), padDown(12, "1"), closed(17, "1")}, false,
			"items 1/0: id-card 12-17; windows 1/0: 1 12-17; channels 2/0: qr -240-, pad-1 12-"},
		{"told out of order", []Told{closed(17, "1"), padDown(12, "1"), opened(9, "1"), padUp(-30, "1")}, false,
			"items 1/0: id-card 12-17; windows 1/0: 1 12-17; channels 2/0: qr -240-, pad-1 12-"},
		{"with the code a failed pad is a gap of the channel alone", []Told{padUp(-30, "1"), opened(9, "1"), padDown(12, "1"), closed(17, "1")}, true,
			"items 1/1; windows 1/1; channels 2/1: pad-1 12-"},
		{"an item can be rated at one window of two", []Told{padUp(8, "1"), opened(9, "1"), opened(9, "2"), closed(17, "1"), closed(17, "2")}, false,
			"items 2/1: move 9-17; windows 2/1: 2 9-17; channels 2/1: qr -240-"},
		{"a pause is not staffed", []Told{padUp(8, "1"), opened(9, "1"), {hour(12), hall.WindowPaused{Window: "1"}}, padDown(12, "1"), padUp(14, "1"), {hour(14), hall.WindowResumed{Window: "1"}}, closed(17, "1")}, false,
			"items 1/1; windows 1/1; channels 2/0: qr -240-, pad-1 12-14"},
		{"open since before: it closes in the period", []Told{closed(11, "1")}, false,
			"items 1/0: id-card 0-11; windows 1/0: 1 0-11; channels 1/0: qr -240-"},
		{"a pad that was up before: it fails in the period", []Told{opened(-3, "1"), padDown(11, "1"), closed(17, "1")}, false,
			"items 1/0: id-card 11-17; windows 1/0: 1 11-17; channels 2/0: qr -240-, pad-1 11-"},
		{"a printer is no pad", []Told{opened(9, "1"), {hour(8), hall.DeviceUp{Device: "printer", Kind: hall.KindPrinter}}, closed(17, "1")}, false,
			"items 1/0: id-card 9-17; windows 1/0: 1 9-17; channels 1/0: qr -240-"},
		{"what is told of after the period is none of it", []Told{opened(25, "1"), padDown(26, "1")}, false,
			"items 0/0; windows 0/0; channels 1/0: qr -240-"},
		{"nothing was told", nil, true, "items 0/0; windows 0/0; channels 1/1"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			w := Watched{Hall: oneHall(), Told: c.told, Since: hour(-240), QR: c.qr}
			told := slices.Clone(c.told)
			i, s, ch := w.Things(hour(0), hour(24))
			got := CoverageOf(hour(0), hour(24), time.Minute, i, s, ch)
			if said := fmt.Sprintf("items %s; windows %s; channels %s", say(got.Items), say(got.Windows), say(got.Channels)); said != c.want {
				t.Errorf("\ngot  %s\nwant %s", said, c.want)
			}
			if !slices.Equal(told, c.told) {
				t.Error("what was told was changed")
			}
		})
	}
}

func say(c Cover) string {
	said := fmt.Sprintf("%d/%d", c.Things, c.Whole)
	var gaps []string
	for _, g := range c.Gaps {
		until := ""
		if !g.Until.IsZero() {
			until = fmt.Sprint(int(g.Until.Sub(hour(0)).Hours()))
		}
		gaps = append(gaps, fmt.Sprintf("%s %d-%s", g.Name, int(g.Since.Sub(hour(0)).Hours()), until))
	}
	if len(gaps) > 0 {
		said += ": " + strings.Join(gaps, ", ")
	}
	return said
}
