package main

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/goccy/go-yaml"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/simulator"
	"hallpulse/scripts/stand"
)

// setUp writes the configuration of hub and agents where an earlier run has not, and plugs in the devices.
func setUp(ctx context.Context, dir string) (*demo, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	programs, err := stand.Built(".build")
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(dir, "ports"), 0o700); err != nil {
		return nil, err
	}
	d := &demo{dir: dir, wires: stand.NewWires(filepath.Join(dir, "ports"))}
	if d.boards, err = stand.BuiltPadBoards(".build"); err == nil {
		d.real = true
	}
	var files []stand.HallFile
	for _, p := range plans() {
		file, err := filepath.Abs(p.file)
		if err != nil {
			return nil, err
		}
		files = append(files, stand.HallFile{Agent: p.name, File: file})
	}
	d.hub, err = stand.NewHub(ctx, programs, stand.HubConfig{
		Dir: filepath.Join(dir, "hub"), Public: publicAddr, Office: officeAddr, Broker: brokerAddr, Halls: files,
	})
	if err != nil {
		return nil, err
	}
	var fresh bool
	if d.password, fresh, err = password(dir); err != nil {
		return nil, err
	}
	if fresh {
		for _, p := range people() {
			if err := d.hub.AddUser(ctx, p.name, p.role, d.password, p.more...); err != nil {
				return nil, err
			}
		}
	}
	voice, err := makeVoice(ctx, dir)
	if err != nil {
		return nil, err
	}
	for i, p := range plans() {
		h, devices, err := d.equip(p.name, files[i].File, p.dots)
		if err != nil {
			return nil, err
		}
		h.agent, err = stand.NewAgent(ctx, programs, stand.AgentConfig{
			Name: p.name, Dir: filepath.Join(dir, p.name), Desk: p.desk, Hall: files[i].File, Voice: voice, Devices: devices,
		}, d.hub)
		if err != nil {
			return nil, err
		}
		d.halls = append(d.halls, h)
	}
	return d, nil
}

// makeVoice makes what the displays speak, once.
func makeVoice(ctx context.Context, dir string) (string, error) {
	voice := filepath.Join(dir, "voice")
	if _, err := os.Stat(filepath.Join(voice, "zh", "z.wav")); err == nil { // the last one made
		return voice, nil
	}
	if out, err := exec.CommandContext(ctx, "scripts/voice", voice).CombinedOutput(); err != nil {
		return "", fmt.Errorf("scripts/voice: %w: %s", err, out)
	}
	return voice, nil
}

// equip plugs a pad into each window of a hall, and a printer.
func (d *demo) equip(name, file string, dots int) (*demoHall, []stand.Device, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, nil, err
	}
	var c hall.Catalogue
	if err := yaml.UnmarshalWithOptions(b, &c, yaml.Strict()); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", file, err)
	}
	h := &demoHall{name: name, title: c.Hall.Name, letters: map[string][]string{}, items: map[string][]string{}, pads: map[string]demoPad{}}
	cable := simulator.LineConfig{Baud: 38400}
	if h.printer, err = d.wires.Printer(d.port(name+"-printer"), dots, cable); err != nil {
		return nil, nil, err
	}
	devices := []stand.Device{{Name: "printer", Kind: "printer", Port: h.printer.Port, Dots: dots}}
	for _, i := range c.Items {
		h.items[i.Service] = append(h.items[i.Service], i.Code)
	}
	for _, w := range c.Windows {
		port := d.port(name + "-pad-" + w.ID)
		pad, err := d.pad(port, padUID(name, w.ID))
		if err != nil {
			return nil, nil, err
		}
		h.windows, h.pads[w.ID], h.letters[w.ID] = append(h.windows, w.ID), pad, w.Services
		devices = append(devices, stand.Device{Name: "pad-" + w.ID, Kind: "pad", Window: w.ID, Port: filepath.Join(d.dir, "ports", port)})
	}
	return h, devices, nil
}

// port clears what a run left behind that could not end in order.
func (d *demo) port(name string) string {
	_ = os.Remove(filepath.Join(d.dir, "ports", name)) // nothing there is the rule
	return name
}

// padUID is burnt in: the same pad hangs there at each run.
func padUID(hallName, window string) hall.PadUID {
	f := fnv.New64a()
	f.Write([]byte(hallName + "/" + window))
	return hall.PadUID(f.Sum64())
}

// start starts the hub, then the agents.
func (d *demo) start(ctx context.Context) error {
	if err := d.hub.Start(ctx); err != nil {
		return err
	}
	for _, h := range d.halls {
		if err := h.agent.Start(ctx); err != nil {
			return err
		}
	}
	return nil
}

// tearDown stops all in order: agents first, so that nothing is said to nobody.
func (d *demo) tearDown() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var errs []error
	for _, h := range d.halls {
		errs = append(errs, h.agent.Stop())
	}
	errs = append(errs, d.hub.Stop())
	d.wires.Close()
	return errors.Join(errs...)
}

// switchHub stops the hub or starts it again: the halls go on meanwhile.
func (d *demo) switchHub(ctx context.Context, on bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case on == d.hub.Running():
		return nil
	case on:
		return d.hub.Start(ctx)
	}
	return d.hub.Stop()
}
