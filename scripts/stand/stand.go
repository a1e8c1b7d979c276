// Package stand puts up halls on one machine: the shipped hub and agents as processes of their own, and at the far end
// of each serial line a simulated pad or printer on a pty. The demo, the end-to-end tests and the benchmarks stand on
// it. It reaches the programs as people do: by command line, HTTP, WebSocket and buttons.
package stand

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"hallpulse/firmware-protocol/hall"
)

// Programs are the shipped binaries.
type Programs struct{ Hub, Agent string }

// Built returns the programs that `make build` left in dir.
func Built(dir string) (Programs, error) {
	p := Programs{filepath.Join(dir, "hall-hub"), filepath.Join(dir, "hall-agent")}
	for _, f := range []string{p.Hub, p.Agent} {
		if _, err := os.Stat(f); err != nil {
			return p, fmt.Errorf("%w: run `make build` first", err)
		}
	}
	return p, nil
}

// Hub is a hub in a folder of its own.
type Hub struct {
	Proc
	Dir                    string
	Public, Office, Broker string // addresses
	program                string
}

// HubConfig says what a new hub is to be. Addresses left empty are chosen.
type HubConfig struct {
	Dir                    string
	Public, Office, Broker string
	Halls                  []HallFile
	// Extra is added to hub.yaml as it stands.
	Extra string
}

// HallFile is the file of an agent's hall.
type HallFile struct{ Agent, File string }

// NewHub writes hub.yaml and lets the program make its keys, unless the folder holds a hub already.
func NewHub(ctx context.Context, p Programs, c HubConfig) (*Hub, error) {
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, err
	}
	for _, a := range []*string{&c.Public, &c.Office, &c.Broker} {
		if *a == "" {
			var err error
			if *a, err = FreePort(); err != nil {
				return nil, err
			}
		}
	}
	h := &Hub{Dir: c.Dir, Public: c.Public, Office: c.Office, Broker: c.Broker, program: p.Hub}
	h.Proc = Proc{Path: p.Hub, Args: []string{"run", "--config", h.Config()}, Log: filepath.Join(c.Dir, "log")}
	var y strings.Builder
	fmt.Fprintf(&y, "data: data\ncentre: {name: 青澜市政务服务中心, name_en: Qinglan Government Service Centre}\n")
	fmt.Fprintf(&y, "public_url: http://%s\npublic: {listen: %q}\noffice: {listen: %q}\nbroker: {listen: %q}\nhalls:\n", c.Public, c.Public, c.Office, c.Broker)
	for _, f := range c.Halls {
		fmt.Fprintf(&y, "  - {agent: %s, file: %q}\n", f.Agent, f.File)
	}
	y.WriteString(c.Extra)
	if err := os.WriteFile(h.Config(), []byte(y.String()), 0o600); err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(c.Dir, "data")); err == nil {
		return h, nil
	}
	_, err := h.Command(ctx, "", "init")
	return h, err
}

// Config is the path of hub.yaml.
func (h *Hub) Config() string { return filepath.Join(h.Dir, "hub.yaml") }

// Data is the hub's data folder.
func (h *Hub) Data() string { return filepath.Join(h.Dir, "data") }

// Command runs a subcommand of hall-hub.
func (h *Hub) Command(ctx context.Context, stdin string, args ...string) (string, error) {
	return command(ctx, h.program, stdin, append(args, "--config", h.Config())...)
}

// Start starts the hub and waits until all its doors are open.
func (h *Hub) Start(ctx context.Context) error {
	return h.Proc.Start(ctx, func(ctx context.Context) error {
		return errors.Join(dialable(h.Public)(ctx), dialable(h.Office)(ctx), dialable(h.Broker)(ctx))
	})
}

// AddUser makes an account; more are further flags of `user add`.
func (h *Hub) AddUser(ctx context.Context, name, role, password string, more ...string) error {
	_, err := h.Command(ctx, password+"\n", append([]string{"user", "add", name, "--role", role, "--stdin"}, more...)...)
	return err
}

// Device is one line of an agent's devices.
type Device struct {
	Name, Window, Port string
	Kind               hall.DeviceKind
	Profile            string // it may be empty
	Dots               int
}

// Agent is an agent in a folder of its own.
type Agent struct {
	Proc
	Name, Dir, Desk string
	program         string
}

// AgentConfig says what a new agent is to be.
type AgentConfig struct {
	Name, Dir, Desk, Hall string
	Voice                 string // folder of what its display speaks; it may be empty
	Devices               []Device
	Extra                 string // added to agent.yaml as it stands
	LAN                   string // its desk on the hall's network, as desk.lan of agent.yaml; it may be empty
}

// NewAgent writes agent.yaml. With hub it is made known there and enrolled, unless it is already.
func NewAgent(ctx context.Context, p Programs, c AgentConfig, hub *Hub) (*Agent, error) {
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, err
	}
	if c.Desk == "" {
		var err error
		if c.Desk, err = FreePort(); err != nil {
			return nil, err
		}
	}
	a := &Agent{Name: c.Name, Dir: c.Dir, Desk: c.Desk, program: p.Agent}
	a.Proc = Proc{Path: p.Agent, Args: []string{"run", "--config", a.Config()}, Log: filepath.Join(c.Dir, "log")}
	var y strings.Builder
	fmt.Fprintf(&y, "data: data\nhall: %q\ndesk: {listen: %q, voice: %q, lan: {%s}}\n", c.Hall, c.Desk, c.Voice, c.LAN)
	if hub != nil {
		fmt.Fprintf(&y, "hub: {broker: %q}\n", hub.Broker)
	}
	if len(c.Devices) > 0 {
		y.WriteString("devices:\n")
	}
	for _, d := range c.Devices {
		fmt.Fprintf(&y, "  - {name: %s, kind: %s, port: %q", d.Name, d.Kind, d.Port)
		if d.Window != "" {
			fmt.Fprintf(&y, ", window: %q", d.Window)
		}
		if d.Profile != "" {
			fmt.Fprintf(&y, ", profile: %s", d.Profile)
		}
		if d.Dots != 0 {
			fmt.Fprintf(&y, ", dots: %d", d.Dots)
		}
		y.WriteString("}\n")
	}
	y.WriteString(c.Extra)
	if err := os.WriteFile(a.Config(), []byte(y.String()), 0o600); err != nil {
		return nil, err
	}
	if hub == nil {
		return a, nil
	}
	if _, err := os.Stat(filepath.Join(a.Data(), "enrolment")); err == nil {
		return a, nil
	}
	return a, a.enrol(ctx, hub)
}

// enrol makes the agent known to the hub and gives it the line that the hub prints.
func (a *Agent) enrol(ctx context.Context, hub *Hub) error {
	said, err := hub.Command(ctx, "", "agent", "add", a.Name)
	if err != nil {
		return err
	}
	i := strings.Index(said, "hallpulse1.")
	if i < 0 {
		return fmt.Errorf("hall-hub agent add printed no enrolment line:\n%s", said)
	}
	line, _, _ := strings.Cut(said[i:], "\n")
	_, err = a.Command(ctx, line+"\n", "enrol", "-")
	return err
}

// Config is the path of agent.yaml.
func (a *Agent) Config() string { return filepath.Join(a.Dir, "agent.yaml") }

// Data is the agent's data folder.
func (a *Agent) Data() string { return filepath.Join(a.Dir, "data") }

// Command runs a subcommand of hall-agent.
func (a *Agent) Command(ctx context.Context, stdin string, args ...string) (string, error) {
	return command(ctx, a.program, stdin, append(args, "--config", a.Config())...)
}

// Start starts the agent and waits until its desk is open.
func (a *Agent) Start(ctx context.Context) error { return a.Proc.Start(ctx, dialable(a.Desk)) }
