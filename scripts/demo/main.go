// Command demo runs three halls on one machine: a hub and three agents as shipped, with pads and printers on ptys (the
// pads run the real firmware on emulated boards where that can be built), a small scripted crowd, and a page on which anyone can press a button, pull a plug and read the paper. Ctrl-C
// ends all of it; a second run goes on with the stored data.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"hallpulse/scripts/stand"
)

// Fixed addresses, so that a page left open works again at the next run.
const (
	pageAddr   = "127.0.0.1:8090"
	publicAddr = "127.0.0.1:8080"
	officeAddr = "127.0.0.1:8081"
	brokerAddr = "127.0.0.1:8883"
)

func main() {
	dir := flag.String("data", ".demo", "`folder` of the demo's data; remove it to begin anew")
	crowd := flag.Bool("crowd", true, "let a small crowd come")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *dir, *crowd); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dir string, withCrowd bool) (err error) {
	d, err := setUp(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.tearDown()) }()
	if err := d.start(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	failed := make(chan error, 1)
	all.Go(func() { failed <- d.servePage(ctx) })
	if withCrowd {
		for _, h := range d.halls {
			all.Go(func() { d.crowd(ctx, h) })
		}
	}
	d.explain()
	select {
	case <-ctx.Done():
		return nil
	case err := <-failed:
		return err
	}
}

// demo is everything that runs.
type demo struct {
	dir      string
	hub      *stand.Hub
	wires    *stand.Wires
	boards   stand.PadBoards
	real     bool // pads are boards; else they are simulated in Go
	halls    []*demoHall
	password string // of the office's accounts

	mu sync.Mutex // over starting and stopping the hub
}

// demoHall is one hall: an agent, its pads by window, its printer.
type demoHall struct {
	name, title string
	agent       *stand.Agent
	windows     []string
	letters     map[string][]string // window → letters it calls
	items       map[string][]string // letter → codes of what people come for
	pads        map[string]demoPad
	printer     *stand.Printer
	empty       atomic.Bool // its roll was taken out
}

// halls of the demo: the agent's name, the hall's file, the width of its printer.
func plans() []struct {
	name, file, desk string
	dots             int
} {
	return []struct {
		name, file, desk string
		dots             int
	}{
		{"qinglan", "configs/hall.yaml", "127.0.0.1:8801", 384},
		{"property", "configs/examples/hall-property.yaml", "127.0.0.1:8802", 576},
		{"yunxi", "configs/examples/hall-township.yaml", "127.0.0.1:8803", 384},
	}
}

// people are who work in the office: their sign-ins, all with one password.
func people() []struct {
	name, role, does string
	more             []string
} {
	return []struct {
		name, role, does string
		more             []string
	}{
		{"gao", "manager", "sees every window live", []string{"--display", "高静仪"}},
		{"lin", "centre", "assigns repairs, accepts, decides; keeps rules and people", []string{"--display", "林知远"}},
		{"tang", "handler", "repairs what bad ratings of the police unit name", []string{"--unit", "police", "--display", "唐思源"}},
		{"fang", "caller", "calls back who agreed to it, for the police unit", []string{"--unit", "police", "--display", "方晴"}},
		{"he", "operator", "enters what citizens say on the hotline", []string{"--display", "何雨"}},
		{"xu", "inspector", "visits halls unannounced, on a phone: /inspect", []string{"--display", "许行"}},
		{"zhou", "staff", "window clerk: sees own sums, appeals", []string{"--unit", "police", "--badge", "0317", "--display", "周敏"}},
		{"wei", "supervisor", "watches, decides appeals", []string{"--display", "魏明"}},
		{"shen", "auditor", "reads who did what; changes nothing", []string{"--display", "沈计"}},
	}
}

// password reads the password of an earlier run, or makes one.
func password(dir string) (string, bool, error) {
	file := filepath.Join(dir, "password")
	if b, err := os.ReadFile(file); err == nil {
		return strings.TrimSpace(string(b)), false, nil
	}
	p := strings.ToLower(rand.Text()[:12])
	return p, true, os.WriteFile(file, []byte(p+"\n"), 0o600)
}

func (d *demo) explain() {
	fmt.Printf(`
HallPulse is running: three halls, every part as shipped, printers simulated. Ctrl-C ends it.

  The pads are %s.

  The demo's own page    http://%s   press buttons, pull plugs, read the paper
  The office             http://%s   password of all who sign in: %s
`, d.padsAre(), pageAddr, officeAddr, d.password)
	for _, p := range people() {
		fmt.Printf("    %-6s %-10s %s\n", p.name, p.role, p.does)
	}
	fmt.Printf("  Live board on a wall   http://%s/wall\n", officeAddr)
	for _, h := range d.halls {
		fmt.Printf("  %-14s console  http://%s/console/%s   /kiosk /guide /display /sign/%[3]s /stickers /doctor\n", h.name, h.agent.Desk, h.windows[0])
	}
	fmt.Printf("  A phone at home        http://%s/p/book   books a place at a time\n", publicAddr)
	fmt.Printf(`
By hand: open the console of %s, window %s (no crowd comes there); take a ticket for it, call, serve, finish; press a
button of its pad on the demo's page and watch the board. Click a printed ticket there to scan its QR code:
the citizen's page opens (http://%s/r/…); make the window phone-sized.

Data is in %s; remove it to begin anew. Logs: %s
`, d.halls[0].name, d.halls[0].windows[0], publicAddr, d.dir, filepath.Join(d.dir, "*", "log"))
}
