//go:build e2e

package e2e

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/simulator"
	"hallpulse/scripts/stand"
)

// vendorTrial is one kind of pad that people own, at its window.
type vendorTrial struct {
	profile string
	style   simulator.VendorStyle
	garbled []byte // what a disturbed line makes of a press
	pad     *stand.VendorPad
	window  string
	given   []hall.Level // what became a rating, in order
}

// What people own rates at the shipped programs: each press that reaches the agent is at the hub once, also after the pad was
// pulled out and plugged in again; a damaged frame is no press, and the next one is. What was pressed while the pad hung
// loose is lost, and nobody is thanked for it.
func TestVendorsPadsRateAtTheHub(t *testing.T) {
	t.Parallel()
	trials := []*vendorTrial{
		{profile: "ascii-key", style: simulator.LetterPad, garbled: []byte("\xc1")},
		{profile: "hex-check", style: simulator.HexPad, garbled: []byte{0xaa, 0x55, 0x00, 0x01, 0x05, 0xde, 0xad, 0x0d}},
		{profile: "map-32105", style: simulator.DigitPad, garbled: []byte("EVAL=\xb3\r\n")},
	}
	profiles := map[string]string{}
	for i, v := range trials {
		profiles[fmt.Sprint(i+1)] = v.profile
	}
	s := build(t, plan{windows: len(trials), profiles: profiles, port: func(s *site, window string) string {
		v := trials[int(window[0]-'1')]
		var err error
		v.window = window
		v.pad, err = s.wires.VendorPad("pad-"+window, v.style)
		must(t, err)
		return v.pad.Port
	}})
	t.Run("pads", func(t *testing.T) {
		for _, v := range trials {
			t.Run(v.profile, func(t *testing.T) {
				t.Parallel()
				v.rates(t, s)
			})
		}
	})
	s.settle(t)
	want := map[string]int{}
	for _, v := range trials {
		for _, l := range v.given {
			want[fmt.Sprintf("window %s: given %d counted", v.window, l)]++
		}
		want[fmt.Sprintf("window %s: repeat %d repeat", v.window, hall.Fair)]++
	}
	if got := s.answers(t); !maps.Equal(got, want) {
		t.Errorf("at the hub are\n%v\nwant\n%v", got, want)
	}
	s.known(t)
	s.clean(t)
}

// rates serves three people, who press well, into a disturbed line, and at a pad that was pulled out meanwhile.
func (v *vendorTrial) rates(t *testing.T, s *site) {
	must(t, s.agent.Act(s.ctx, v.window, "open"))
	v.serve(t, s)
	v.press(t, hall.VeryGood)
	from := v.shown()
	v.pad.Press(hall.Fair)
	v.await(t, from, "rated")

	v.serve(t, s)
	v.pad.Line.Write(v.garbled)
	v.press(t, hall.Bad)

	v.serve(t, s)
	from = v.shown()
	v.pad.Line.Unplug()
	eventually(t, "the console to say that the pad is gone", func() (bool, string) {
		c, err := s.agent.Console(s.ctx, v.window)
		return err == nil && len(c.Faults) == 1, fmt.Sprint(c.Faults, err)
	})
	v.pad.Press(hall.VeryBad)
	must(t, v.pad.Line.Plug(v.pad.Port))
	v.await(t, from, "prompt")
	v.press(t, hall.Good)
}

// serve calls somebody and serves him until the pad asks for a rating.
func (v *vendorTrial) serve(t *testing.T, s *site) {
	t.Helper()
	_, err := s.agent.Take(s.ctx, string(rune('A'+v.window[0]-'1')), "")
	must(t, err)
	from := v.shown()
	for _, verb := range []string{"next", "serve", "finish"} {
		must(t, s.agent.Act(s.ctx, v.window, verb))
	}
	v.await(t, from, "prompt")
}

// press presses a key, and is thanked.
func (v *vendorTrial) press(t *testing.T, l hall.Level) {
	t.Helper()
	from := v.shown()
	v.pad.Press(l)
	v.await(t, from, "thanks")
	v.given = append(v.given, l)
}

// shown is how many screens the pad has shown so far.
func (v *vendorTrial) shown() int {
	said, _ := v.pad.Said()
	return len(said)
}

// await waits until the pad shows a screen, after the first ones.
func (v *vendorTrial) await(t *testing.T, from int, screen string) {
	t.Helper()
	eventually(t, "window "+v.window+" to show "+screen, func() (bool, string) {
		said, bad := v.pad.Said()
		return slices.Contains(said[from:], screen), fmt.Sprint(said[from:], bad)
	})
}

// answers counts what the hub holds of presses.
func (s *site) answers(t *testing.T) map[string]int {
	t.Helper()
	db := s.database(t)
	defer db.Close()
	rows, err := db.Query(`SELECT window_id, kind, level, standing FROM answers`)
	must(t, err)
	defer rows.Close()
	all := map[string]int{}
	for rows.Next() {
		var window, kind, standing string
		var level int
		must(t, rows.Scan(&window, &kind, &level, &standing))
		all[fmt.Sprintf("window %s: %s %d %s", window, kind, level, standing)]++
	}
	must(t, rows.Err())
	return all
}
