package agent

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hallpulse/agent/internal/device"
	"hallpulse/configs"
	"hallpulse/configs/strict"
	"hallpulse/firmware-protocol/hall"
)

// write puts files into a new folder.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestConfigIsReadAndFilledIn(t *testing.T) {
	dir := write(t, map[string]string{"agent.yaml": "data: store\ndevices:\n  - {name: p, kind: printer, vid: 0403, pid: 6001}\n"})
	c, err := ReadConfig(filepath.Join(dir, "agent.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if c.Data != filepath.Join(dir, "store") || c.Desk.Listen != "127.0.0.1:8801" || c.Language != "zh" || c.LogLevel() != 0 {
		t.Errorf("%+v", c)
	}
	got := c.Devices[0].printer()
	if want := (device.PortConfig{VID: "0403", PID: "6001"}); got.Name != "p" || got.Port != want || got.Printer.Dots != 384 || len(got.Printer.Status) != 3 {
		t.Errorf("%+v", got)
	}
	if c.catalogue.Hall.ID != "qinglan" || len(c.catalogueSHA) != 64 {
		t.Errorf("the hall that is built in: %q %q", c.catalogue.Hall.ID, c.catalogueSHA)
	}
}

func TestAgentAndHubNameTheHallByTheSameBytes(t *testing.T) {
	text, err := fs.ReadFile(configs.FS(), "hall.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir := write(t, map[string]string{"agent.yaml": "data: d\nhall: hall.yaml\n", "hall.yaml": string(text), "bare.yaml": "data: d\n"})
	named, err := ReadConfig(filepath.Join(dir, "agent.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	builtIn, err := ReadConfig(filepath.Join(dir, "bare.yaml"))
	if err != nil || named.catalogueSHA != builtIn.catalogueSHA {
		t.Errorf("%q and %q, %v", named.catalogueSHA, builtIn.catalogueSHA, err)
	}
}

// The agents that the sample hall shows commented out are read as they stand there.
func TestTheSampleOfAHallWithSeveralAgents(t *testing.T) {
	text, err := fs.ReadFile(configs.FS(), "hall.yaml")
	if err != nil {
		t.Fatal(err)
	}
	several := strings.NewReplacer("# agents:", "agents:", "#   - {name: qinglan-", "  - {name: qinglan-").Replace(string(text))
	dir := write(t, map[string]string{"agent.yaml": "data: d\nhall: hall.yaml\n", "hall.yaml": several})
	c, err := ReadConfig(filepath.Join(dir, "agent.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if second, ok := c.catalogue.Fellow("qinglan-2"); !ok || second.Address != "192.168.1.21:8843" {
		t.Errorf("%+v", c.catalogue.Agents)
	}
}

func TestEveryFaultOfTheConfigurationIsNamed(t *testing.T) {
	long := strings.Repeat("x", 120)
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", "data: missing: name the folder of the agent's store"},
		{"unknown key", "data: d\ndevcies: []", "agent.yaml:2: devcies: unknown key; known here: data, hall, language, desk, hub, devices, log"},
		{"unknown key of a device", "data: d\ndevices:\n  - {name: a, kind: pad, window: \"11\", prot: /dev/x}", "agent.yaml:3: devices[0].prot: unknown key; known here: name, kind, window, port, vid, pid, serial, baud, profile, dots, status"},
		{"wrong type", "data: d\ndevices: pad", `agent.yaml:2: devices: "pad" found, want a list`},
		{"folder too deep", "data: /" + long, "agent.yaml:1: data: 121 characters are too long for the control socket in it; at most 99"},
		{"language", "data: d\nlanguage: fr", `agent.yaml:2: language: "fr": want zh or en`},
		{"desk on the network", "data: d\ndesk: {listen: 0.0.0.0:80}", `agent.yaml:2: desk.listen: "0.0.0.0:80": want a loopback address: the hall's network comes in at desk.lan, by TLS`},
		{"broker without port", "data: d\nhub: {broker: hub.example}", `agent.yaml:2: hub.broker: "hub.example": want host:port such as hub.example:8883`},
		{"plain over the network", "data: d\nhub: {broker: \"192.0.2.1:1883\", plain: true}", "agent.yaml:2: hub.plain: is for tests on 127.0.0.1: to 192.0.2.1 the password would go in the clear"},
		{"plain to where the enrolment says", "data: d\nhub: {plain: true}", "agent.yaml:2: hub.plain: is for tests on 127.0.0.1: give hub.broker there"},
		{"log level", "data: d\nlog: {level: loud}", `agent.yaml:2: log.level: "loud": want debug, info, warn or error`},
		{"kind", "data: d\ndevices:\n  - {name: a, kind: lamp}", `agent.yaml:3: devices[0].kind: "lamp": want pad or printer`},
		{"name", "data: d\ndevices:\n  - {name: A b, kind: printer, port: /dev/x}", `agent.yaml:3: devices[0].name: "A b": want 1 to 32 of a-z, 0-9 and -`},
		{"window", "data: d\ndevices:\n  - {name: a, kind: pad, window: \"99\", port: /dev/x}", `agent.yaml:3: devices[0].window: "99" is no window of the hall`},
		{"window of a printer", "data: d\ndevices:\n  - {name: a, kind: printer, window: \"11\", port: /dev/x}", `agent.yaml:3: devices[0].window: "11": a printer belongs to no window: leave it out`},
		{"no port", "data: d\ndevices:\n  - {name: a, kind: pad, window: \"11\"}", `agent.yaml:3: devices[0]: port: vid "": want 4 hex digits, or give path`},
		{"paper", "data: d\ndevices:\n  - {name: a, kind: printer, port: /dev/x, dots: 401}", "agent.yaml:3: devices[0].dots: 401: want 352 to 832 in steps of 8; usual are 384 (58 mm) and 576 (80 mm)"},
		{"printer that nobody knows", "data: d\ndevices:\n  - {name: a, kind: printer, port: /dev/x, profile: epsn}", `agent.yaml:3: devices[0].profile: "epsn": no such profile: want epson-tm, epson-tm-180, generic-58, generic-80,`},
		{"file outside of the folder", "data: d\ndevices:\n  - {name: a, kind: printer, port: /dev/x, profile: ../agent}", `agent.yaml:3: devices[0].profile: "../agent": no such profile`},
		{"printer as a pad", "data: d\ndevices:\n  - {name: a, kind: pad, window: \"11\", port: /dev/x, profile: epson-tm}", `agent.yaml:3: devices[0].profile: "epson-tm": no such profile: want ascii-key, hex-check, map-32105, or a file of your own, pads/NAME.yaml`},
		{"name twice", "data: d\ndevices:\n  - {name: a, kind: printer, port: /dev/x}\n  - {name: a, kind: printer, port: /dev/y}", `agent.yaml:4: devices[1].name: "a" is the name of another device too`},
		{"port twice", "data: d\ndevices:\n  - {name: a, kind: printer, port: /dev/x}\n  - {name: b, kind: printer, port: /dev/x}", "agent.yaml:4: devices[1].port: /dev/x is the port of another device too"},
		{"hall", "data: d\nhall: none.yaml", "none.yaml: no such file or directory"},
	} {
		dir := write(t, map[string]string{"agent.yaml": c.text})
		err := CheckConfig(filepath.Join(dir, "agent.yaml"))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s:\n%v\nwant\n%s", c.name, err, c.want)
		}
	}
}

func TestAllFaultsOfBothFilesAreNamedAtOnce(t *testing.T) {
	dir := write(t, map[string]string{
		"agent.yaml": "hall: hall.yaml\ndata: d\nlanguage: fr\nlog: {level: loud}\n",
		"hall.yaml":  "hall: {id: x, name: X}\nwindow: []\nservices:\n  - {letter: aa, name: A}\n",
	})
	err := CheckConfig(filepath.Join(dir, "agent.yaml"))
	for _, want := range []string{"agent.yaml:3: language", "agent.yaml:4: log.level", "hall.yaml:2: window: unknown key"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nwant %s", err, want)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "hall.yaml"), []byte("hall: {id: x, name: X}\nservices:\n  - {letter: aa, name: A}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	err = CheckConfig(filepath.Join(dir, "agent.yaml"))
	for _, want := range []string{"hall.yaml: windows: a hall needs at least one", `hall.yaml:3: services letter "aa"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nwant %s", err, want)
		}
	}
}

func TestAMissingConfigurationIsNamed(t *testing.T) {
	if err := CheckConfig("/nowhere/agent.yaml"); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "/nowhere/agent.yaml") {
		t.Errorf("%v", err)
	}
}

func TestTheShippedConfigurationIsGood(t *testing.T) {
	if err := CheckConfig(filepath.Join("..", "configs", "agent.yaml")); err != nil {
		t.Error(err)
	}
	files, err := filepath.Glob(filepath.Join("..", "configs", "examples", "hall-*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, filepath.Join("..", "configs", "hall.yaml")) {
		var c hall.Catalogue
		d, err := strict.File(file, &c)
		if err := errors.Join(err, d.Err(), c.Validate()); err != nil {
			t.Error(err)
		}
		for _, s := range c.Services {
			if len(windowsOf(&c, s.Letter)) == 0 {
				t.Errorf("%s: no window calls letter %s", file, s.Letter)
			}
		}
		for _, w := range c.Windows {
			if w.Staff == "" || w.FloorEN == "" {
				t.Errorf("%s: window %s: %+v", file, w.ID, w)
			}
		}
		for _, i := range c.Items {
			if i.NameEN == "" || len(i.Materials) == 0 {
				t.Errorf("%s: item %s: %+v", file, i.Code, i)
			}
		}
	}
}
