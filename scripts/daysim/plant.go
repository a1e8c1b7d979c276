package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/goccy/go-yaml"

	"hallpulse/agent"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/pad"
	"hallpulse/firmware-protocol/simulator"
	"hallpulse/hub"
	"hallpulse/scripts/stand"
)

// plant is the hall as it stands: a hub, an agent for each counter, and a pad on a pty at each window.
type plant struct {
	dir   string
	clock dayClock
	hall  hall.Catalogue
	hub   theHub
	posts []*post
	wires *stand.Wires
}

// theHub is the hub's program and where it is reached.
type theHub struct {
	stand.Proc
	config string
	doors  []string // addresses
}

// post is a counter: its agent, its part of the hall, its pads.
type post struct {
	*stand.Agent
	config string
	hall   hall.Catalogue
	pads   map[string]*stand.Pad // by window
	booths []*booth

	doomed atomic.Pointer[string] // the next act of this name is its last
	away   atomic.Bool            // killed
	killed int
	back   bool     // its return is arranged
	parked []*order // what is to be asked when it is back

	holders map[string]*person // by the number on the ticket
	live    int                // people who wait, are served or will come back
	pleads  []*person          // who have asked a clerk to be called out of turn
}

// readHall reads the file of a hall, as agents and hub do: agent.ReadConfig has found it good, or will name what is wrong.
func readHall(file string) (c hall.Catalogue, err error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return c, err
	}
	if err := yaml.Unmarshal(b, &c); err != nil {
		return c, fmt.Errorf("%s: %w", file, err)
	}
	return c, c.Validate()
}

// counters shares a hall out among n agents: windows in the order of the file, each with the letters it calls. A letter
// belongs to one agent (design §3a).
func counters(whole hall.Catalogue, n int) ([]hall.Catalogue, error) {
	each := (len(whole.Windows) + n - 1) / n
	owner := map[string]int{}
	var parts []hall.Catalogue
	for part := range slices.Chunk(whole.Windows, each) {
		c := whole
		c.Hall.ID = fmt.Sprintf("%s-%d", whole.Hall.ID, len(parts)+1)
		c.Windows, c.Services, c.Items = part, nil, nil
		c.Roster = rosterOf(whole.Roster, part)
		for _, w := range part {
			for _, l := range w.Services {
				if at, taken := owner[l]; taken && at != len(parts) {
					return nil, fmt.Errorf("letter %s is called at two of %d counters: windows that share a queue share an agent", l, n)
				}
				owner[l] = len(parts)
			}
		}
		for _, s := range whole.Services {
			if at, ok := owner[s.Letter]; ok && at == len(parts) {
				c.Services = append(c.Services, s)
			}
		}
		for _, i := range whole.Items {
			if at, ok := owner[i.Service]; ok && at == len(parts) {
				c.Items = append(c.Items, i)
			}
		}
		parts = append(parts, c)
	}
	return parts, nil
}

// rosterOf is the part of a roster that concerns some windows.
func rosterOf(whole *hall.Roster, windows []hall.Window) *hall.Roster {
	if whole == nil {
		return nil
	}
	r := *whole
	r.Shifts = nil
	for _, s := range whole.Shifts {
		s.Windows = slices.DeleteFunc(slices.Clone(s.Windows), func(id string) bool {
			return !slices.ContainsFunc(windows, func(w hall.Window) bool { return w.ID == id })
		})
		if len(s.Windows) > 0 {
			r.Shifts = append(r.Shifts, s)
		}
	}
	return &r
}

// build puts a hall up in dir and starts nothing.
func build(ctx context.Context, dir string, whole hall.Catalogue, n int, clock dayClock, clockFile string) (*plant, error) {
	parts, err := counters(whole, n)
	if err != nil {
		return nil, err
	}
	p := &plant{dir: dir, clock: clock, hall: whole, wires: stand.NewWires(dir)}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	var files []string
	for i, part := range parts {
		b, err := json.MarshalIndent(part, "", " ") // JSON is YAML
		if err != nil {
			return nil, err
		}
		files = append(files, filepath.Join(dir, fmt.Sprintf("hall-%d.yaml", i+1)))
		if err := os.WriteFile(files[i], b, 0o600); err != nil {
			return nil, err
		}
	}
	hubConfig, err := p.buildHub(self, clockFile, files)
	if err != nil {
		return nil, err
	}
	for i, part := range parts {
		if err := p.buildPost(ctx, self, clockFile, i+1, part, files[i], hubConfig); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func agentName(n int) string { return fmt.Sprintf("counter-%d", n) }

func (p *plant) buildHub(self, clockFile string, halls []string) (c hub.Config, err error) {
	for range 3 {
		addr, err := stand.FreePort()
		if err != nil {
			return c, err
		}
		p.hub.doors = append(p.hub.doors, addr)
	}
	public, office, broker := p.hub.doors[0], p.hub.doors[1], p.hub.doors[2]
	var y strings.Builder
	fmt.Fprintf(&y, "data: hub\ncentre: {name: %s}\npublic_url: http://%s\npublic: {listen: %q}\noffice: {listen: %q}\nbroker: {listen: %q, plain: true}\nbackup: {every: 0s}\nhalls:\n",
		p.hall.Hall.Name, public, public, office, broker)
	for i, f := range halls {
		fmt.Fprintf(&y, "  - {agent: %s, file: %q}\n", agentName(i+1), f)
	}
	p.hub.config = filepath.Join(p.dir, "hub.yaml")
	if err := os.WriteFile(p.hub.config, []byte(y.String()), 0o600); err != nil {
		return c, err
	}
	p.hub.Proc = stand.Proc{Path: self, Args: []string{childHub, p.hub.config, clockFile}, Log: filepath.Join(p.dir, "hub.log")}
	if c, err = hub.ReadConfig(p.hub.config); err != nil {
		return c, err
	}
	c.Clock = p.clock.hub()
	_, err = hub.Init(c)
	return c, err
}

func (p *plant) buildPost(ctx context.Context, self, clockFile string, n int, part hall.Catalogue, file string, hubConfig hub.Config) error {
	dir := filepath.Join(p.dir, fmt.Sprint(n))
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	desk, err := stand.FreePort()
	if err != nil {
		return err
	}
	at := &post{config: filepath.Join(dir, "agent.yaml"), hall: part, pads: map[string]*stand.Pad{}, holders: map[string]*person{}}
	at.Agent = &stand.Agent{Name: agentName(n), Dir: dir, Desk: desk}
	at.Proc = stand.Proc{Path: self, Args: []string{childAgent, at.config, clockFile}, Log: filepath.Join(dir, "log")}
	var y strings.Builder
	fmt.Fprintf(&y, "data: data\nhall: %q\ndesk: {listen: %q}\nhub: {broker: %q, plain: true}\ndevices:\n", file, desk, p.hub.doors[2])
	for i, w := range part.Windows {
		there, err := p.wires.Pad(fmt.Sprintf("pad-%d-%s", n, w.ID), hall.PadUID(n*1000+i+1), 0x10001, simulator.LineConfig{})
		if err != nil {
			return err
		}
		at.pads[w.ID] = there
		fmt.Fprintf(&y, "  - {name: pad-%s, kind: pad, window: %q, port: %q}\n", strings.ToLower(w.ID), w.ID, there.Port)
	}
	if err := os.WriteFile(at.config, []byte(y.String()), 0o600); err != nil {
		return err
	}
	c, err := agent.ReadConfig(at.config)
	if err != nil {
		return err
	}
	line, err := hub.AgentAdd(ctx, hubConfig, at.Name)
	if err != nil {
		return err
	}
	if _, _, err := agent.Enrol(c, line, false); err != nil {
		return err
	}
	p.posts = append(p.posts, at)
	return nil
}

// startHub starts the hub and waits until its doors are open.
func (p *plant) startHub(ctx context.Context) error {
	return p.hub.Start(ctx, func(ctx context.Context) error {
		var errs []error
		for _, addr := range p.hub.doors {
			errs = append(errs, dial(ctx, addr))
		}
		return errors.Join(errs...)
	})
}

// startAll starts everything. All pads answer when it returns nil.
func (p *plant) startAll(ctx context.Context) error {
	if err := p.startHub(ctx); err != nil {
		return err
	}
	for _, at := range p.posts {
		if err := at.Start(ctx); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	for _, at := range p.posts {
		for id, there := range at.pads {
			if _, err := there.Await(ctx, func(s simulator.PadState) bool { return s.Screen == pad.Closed }); err != nil {
				return fmt.Errorf("the pad at window %s is not there: %w", id, err)
			}
		}
	}
	return nil
}

// stop ends all programs, and the pads.
func (p *plant) stop() error {
	var errs []error
	for _, at := range p.posts {
		errs = append(errs, at.Proc.Stop())
	}
	errs = append(errs, p.hub.Stop())
	p.wires.Close()
	return errors.Join(errs...)
}

// abandon kills what still runs.
func (p *plant) abandon() {
	for _, at := range p.posts {
		_ = at.Kill() // it may have ended
	}
	_ = p.hub.Kill() // likewise
	p.wires.Close()
}

func dial(ctx context.Context, addr string) error {
	c, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	return c.Close()
}
