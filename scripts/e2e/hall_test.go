//go:build e2e

// Package e2e runs the shipped programs the way a hall does: processes, real serial lines (ptys) with simulated devices
// at the far end, a real broker and database, a real browser. It pulls plugs and then counts.
package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/simulator"
	"hallpulse/scripts/stand"
)

// patience bounds every wait: far more than a busy machine needs, so that a test that hangs ends with words.
const patience = 90 * time.Second

// site is one hall with its hub: as many windows as letters, each with its own queue, a pad each and one printer.
type site struct {
	t       *testing.T
	ctx     context.Context
	hub     *stand.Hub
	agent   *stand.Agent
	wires   *stand.Wires
	booths  []*booth
	printer *stand.Printer
	pads    []*stand.Pad
	p       stand.Programs

	pardoned map[hall.PressKey]bool // lost with a store, and named by the hub
}

// plan says how a site differs from the usual.
type plan struct {
	windows  int
	cable    simulator.LineConfig
	agentDir string // of the agent's data; empty: in the test's folder
	extra    string // added to agent.yaml
	lan      string // desk.lan of agent.yaml
	hall     string // added to hall.yaml
	booking  string // of its first queue

	// port gives the port at which a window's pad hangs; nil: a simulated pad is plugged in.
	port func(s *site, window string) string
	// profiles are the files of their frames where vendors' pads hang there, by window.
	profiles map[string]string
}

func build(t *testing.T, pl plan) *site {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 12*time.Minute)
	t.Cleanup(cancel)
	p, err := stand.Built(filepath.Join("..", "..", ".build"))
	if err != nil {
		t.Fatal(err)
	}
	dir := shortDir(t)
	s := &site{t: t, ctx: ctx, p: p, wires: stand.NewWires(dir)}
	t.Cleanup(s.wires.Close)
	hallFile := filepath.Join(dir, "hall.yaml")
	write(t, hallFile, strings.Replace(catalogue(pl.windows), "name_en: Papers 1}", "name_en: Papers 1"+pl.booking+"}", 1)+pl.hall)
	if s.hub, err = stand.NewHub(ctx, p, stand.HubConfig{Dir: filepath.Join(dir, "hub"), Halls: []stand.HallFile{{Agent: "e2e", File: hallFile}}}); err != nil {
		t.Fatal(err)
	}
	must(t, s.hub.AddUser(ctx, "gao", "manager", managerPassword))
	must(t, s.hub.Start(ctx))
	t.Cleanup(func() { must(t, s.hub.Stop()) })

	var devices []stand.Device
	if s.printer, err = s.wires.Printer("printer", 384, simulator.LineConfig{}); err != nil {
		t.Fatal(err)
	}
	devices = append(devices, stand.Device{Name: "printer", Kind: "printer", Port: s.printer.Port, Dots: 384})
	for i := range pl.windows {
		w := fmt.Sprint(i + 1)
		if pl.port != nil {
			devices = append(devices, stand.Device{Name: "pad-" + w, Kind: "pad", Window: w, Port: pl.port(s, w), Profile: pl.profiles[w]})
			continue
		}
		pad, err := s.wires.Pad("pad-"+w, hall.PadUID(0xA000+i), 1<<16|uint32(i), pl.cable)
		if err != nil {
			t.Fatal(err)
		}
		s.pads = append(s.pads, pad)
		devices = append(devices, stand.Device{Name: "pad-" + w, Kind: "pad", Window: w, Port: pad.Port})
	}
	agentDir := pl.agentDir
	if agentDir == "" {
		agentDir = filepath.Join(dir, "agent")
	}
	s.agent, err = stand.NewAgent(ctx, p, stand.AgentConfig{Name: "e2e", Dir: agentDir, Hall: hallFile, Devices: devices, Extra: pl.extra, LAN: pl.lan}, s.hub)
	if err != nil {
		t.Fatal(err)
	}
	must(t, s.agent.Start(ctx))
	t.Cleanup(func() { must(t, s.agent.Stop()) })
	for i, pad := range s.pads {
		s.booths = append(s.booths, newBooth(s, fmt.Sprint(i+1), string(rune('A'+i)), pad))
	}
	return s
}

const managerPassword = "a long pass phrase"

// catalogue is a hall in which window 1 calls A, window 2 calls B, and so on: a booth knows whom it calls.
func catalogue(windows int) string {
	var b strings.Builder
	b.WriteString("hall: {id: e2e, name: 青澜市政务服务中心, name_en: Qinglan Service Centre, place: [江南省, 青澜市]}\n")
	b.WriteString("units:\n  - {id: police, name: 市公安局, name_en: Police}\n  - {id: tax, name: 税务局, name_en: Tax Office}\nservices:\n")
	for i := range windows {
		fmt.Fprintf(&b, "  - {letter: %c, name: 户籍证照%d, name_en: Papers %d}\n", 'A'+i, i+1, i+1)
	}
	b.WriteString("items:\n")
	for i := range windows {
		fmt.Fprintf(&b, "  - {code: %c01, name: 居民身份证补领, name_en: Identity card replacement, unit: police, service: %c, materials: [居民户口簿, 数码相片回执], kind: committed, legal: 20, promised: 5, delivers: true}\n", 'A'+i, 'A'+i)
		fmt.Fprintf(&b, "  - {code: %c02, name: 新生儿落户, name_en: Registration of a birth, unit: police, service: %c}\n", 'A'+i, 'A'+i)
	}
	b.WriteString("staff:\n")
	for i := range windows {
		fmt.Fprintf(&b, "  - {badge: \"03%02d\", name: 周敏, name_en: Zhou Min, unit: police}\n", i+1)
	}
	b.WriteString("windows:\n")
	for i := range windows {
		fmt.Fprintf(&b, "  - {id: \"%d\", floor: 一楼, floor_en: Ground floor, unit: police, services: [%c], staff: \"03%02d\"}\n", i+1, 'A'+i, i+1)
	}
	return b.String()
}

// shortDir is a temporary folder whose path leaves room for a socket in it.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "hp")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if !t.Failed() {
			os.RemoveAll(dir)
		} else {
			t.Logf("left for a look: %s", dir)
		}
	})
	return dir
}

func write(t *testing.T, file, text string) {
	t.Helper()
	must(t, os.WriteFile(file, []byte(text), 0o600))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// papers waits until the printer has printed so many papers at least.
func (s *site) papers(t *testing.T, n int) []simulator.Paper {
	t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	papers, err := s.printer.Await(ctx, n)
	must(t, err)
	return papers
}

// eventually asks until is holds; what says what was waited for.
func eventually(t *testing.T, what string, is func() (bool, string)) {
	t.Helper()
	end := time.Now().Add(patience)
	for {
		ok, now := is()
		if ok {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("waited %v for: %s; now: %s", patience, what, now)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func noNoise() simulator.LineConfig { return simulator.LineConfig{} }
