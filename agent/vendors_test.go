package agent

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/simulator"
)

// vendor adds a vendor's pad to the configuration and plugs one in.
func (r *rig) vendor(name, window, profile string, style simulator.VendorStyle) *simulator.VendorPad {
	r.t.Helper()
	r.devices = append(r.devices, fmt.Sprintf("{name: %s, kind: pad, window: %q, port: %q, profile: %s}", name, window, r.port(name), profile))
	v := simulator.NewVendorPad(style, r.cable(name))
	r.power(v.Run)
	return v
}

// last is the number of the last event that the running agent holds.
func (r *rig) last(c Config) uint64 {
	r.t.Helper()
	s, err := OutboxStat(context.Background(), c)
	if err != nil {
		r.t.Fatal(err)
	}
	return s.Epochs[len(s.Epochs)-1].Last
}

// What people own already rates as our own pads do: the first press is the rating, and thanked for when it is on disk; the
// next one is a repeat; each has a name of its own (domain §3.11, §3.12).
func TestPadsThatPeopleOwnRate(t *testing.T) {
	r := newRig(t)
	r.enrol("")
	windows := []string{"11", "12", "14"}
	pads := []*simulator.VendorPad{
		r.vendor("pad-11", "11", "ascii-key", simulator.LetterPad),
		r.vendor("pad-12", "12", "hex-check", simulator.HexPad),
		r.vendor("pad-14", "14", "map-32105", simulator.DigitPad),
	}
	c := r.start()
	levels := []hall.Level{hall.VeryGood, hall.VeryBad, hall.Bad}
	says := func(i int, what string) {
		r.t.Helper()
		r.await(windows[i]+": "+what, func() bool { said, _ := pads[i].Said(); return slices.Contains(said, what) })
	}
	for i, w := range windows {
		r.take("A", "A01")
		says(i, "closed")
		r.act(w, "open", "next", "serve", "finish")
		says(i, "prompt")
		pads[i].Press(levels[i])
		says(i, "thanks")
		pads[i].Press(hall.Fair)
		says(i, "rated")
		if _, bad := pads[i].Said(); bad > 0 {
			t.Errorf("%s: the pad did not understand %d bytes", w, bad)
		}
	}
	r.stop()
	r.good(c)
	events := r.events(c.Data)
	given, again := facts[hall.RatingGiven](t, events), facts[hall.RatingRepeat](t, events)
	if len(given) != 3 || len(again) != 3 {
		t.Fatalf("%d ratings and %d repeats, want 3 and 3", len(given), len(again))
	}
	uids := map[hall.PadUID]bool{}
	for i := range given {
		p, q := given[i].Press, again[i].Press
		if given[i].Window != windows[i] || given[i].Level != levels[i] || p.Seq != 1 || q.Seq != 2 || q.Level != hall.Fair || p.UID != q.UID || p.Boot != q.Boot {
			t.Errorf("%s: %+v %+v, then %+v", windows[i], given[i], p, q)
		}
		uids[p.UID] = true
	}
	if len(uids) != 3 {
		t.Errorf("%d identities for 3 ports", len(uids))
	}
}

// The board says of a window that its pad cannot send a press again; of others it says nothing.
func TestTheHubIsToldOfPadsThatCannotRepeat(t *testing.T) {
	p := &program{cfg: Config{Devices: []Device{{Window: "11", Kind: hall.KindPad, Profile: "ascii-key"}, {Window: "12", Kind: hall.KindPad}}}}
	for window, want := range map[string]bool{"11": true, "12": false, "13": false} {
		if got := p.noRepeat(window); got != want {
			t.Errorf("window %s: %v, want %v", window, got, want)
		}
	}
}

// The identity is that of the port, also after a restart; the run is another one, so that no name is given twice.
func TestAVendorsPortKeepsItsIdentityOverARestart(t *testing.T) {
	r := newRig(t)
	r.enrol("")
	v := r.vendor("pad-11", "11", "ascii-key", simulator.LetterPad)
	var c Config
	for range 2 {
		said, _ := v.Said()
		c = r.start()
		r.await("the pad is up", func() bool { now, _ := v.Said(); return len(now) > len(said) })
		before := r.last(c)
		v.Press(hall.Good)
		r.await("the press is stored", func() bool { return r.last(c) > before })
		r.stop()
	}
	unbound := facts[hall.RatingUnbound](t, r.events(c.Data))
	if len(unbound) != 2 || unbound[0].Press.UID != unbound[1].Press.UID || unbound[0].Press.Boot == unbound[1].Press.Boot {
		t.Errorf("%+v", unbound)
	}
}

func TestAProfileOfTheHallsOwnComesBeforeTheOneThatIsBuiltIn(t *testing.T) {
	dir := write(t, map[string]string{
		"agent.yaml": "data: d\ndevices:\n  - {name: a, kind: pad, window: \"11\", port: /dev/x, profile: ascii-key}\n  - {name: b, kind: pad, window: \"12\", port: /dev/y, profile: own/pad.yaml, baud: 1200}\n",
	})
	text, err := os.ReadFile(filepath.Join("..", "configs", "pads", "ascii-key.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	put := func(name string, baud int) {
		t.Helper()
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(strings.Replace(string(text), "9600", fmt.Sprint(baud), 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("own/pad.yaml", 2400)
	rates := func() (all []int) {
		t.Helper()
		c, err := ReadConfig(filepath.Join(dir, "agent.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range c.Devices {
			all = append(all, d.port().Baud)
		}
		return all
	}
	if got := rates(); !slices.Equal(got, []int{9600, 1200}) {
		t.Errorf("built in, and a rate of its own: %v", got)
	}
	put("pads/ascii-key.yaml", 4800)
	if got := rates(); !slices.Equal(got, []int{4800, 1200}) {
		t.Errorf("the hall's own: %v", got)
	}
}

func TestFaultsOfAProfileAreNamedInItsOwnFile(t *testing.T) {
	for _, c := range []struct{ name, device, want string }{
		{"unknown", "profile: nobody", `agent.yaml:3: devices[0].profile: "nobody": no such profile: want ascii-key, broken, hex-check, map-32105, or a file of your own, pads/NAME.yaml beside agent.yaml`},
		{"a file that is not there", "profile: x/y.yaml", `agent.yaml:3: devices[0].profile: "x/y.yaml": no such profile`},
		{"broken", "profile: broken", "pads/broken.yaml:2: line.baud: 1: want one of"},
		{"of a printer", "kind: printer, profile: hex-check", `devices[0].profile: "hex-check": no such profile: want epson-tm,`},
	} {
		device := c.device
		if !strings.Contains(device, "kind") {
			device = `kind: pad, window: "11", ` + device
		}
		dir := write(t, map[string]string{"agent.yaml": "data: d\ndevices:\n  - {name: a, port: /dev/x, " + device + "}\n"})
		if err := os.MkdirAll(filepath.Join(dir, "pads"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "pads", "broken.yaml"), []byte("name: x\nline: {baud: 1}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := CheckConfig(filepath.Join(dir, "agent.yaml")); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s:\n%v\nwant\n%s", c.name, err, c.want)
		}
	}
}
