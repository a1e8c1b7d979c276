package agent

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"hallpulse/agent/internal/desk"
	"hallpulse/agent/internal/device"
	"hallpulse/firmware-protocol/hall"
	webkiosk "hallpulse/web-kiosk"
)

// PortReport is what was found at one port, in words.
type PortReport = desk.PortView

// DoctorReport is what was found at all ports, and the lines of agent.yaml for what is new.
type DoctorReport struct {
	desk.DoctorView
	Good bool // something works, and nothing that was looked at fails
	// Silent are the ports where nobody answers: a vendor's pad says nothing until a key is pressed.
	Silent []string
}

// How long keys are listened to, and how long somebody may try them.
const (
	listenFor = 12 * time.Second
	tryFor    = 30 * time.Second
)

// DoctorConfig is ReadConfig for a machine that may have no agent.yaml yet: then all is as by default.
func DoctorConfig(file string) (Config, error) {
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		return ReadConfig(file)
	}
	return Sample()
}

// Doctor finds out what hangs at serial ports, and says what to do.
type Doctor struct {
	cfg   Config
	words map[string]map[string]string
	held  func(context.Context) ([]held, error)
	ports func() []string // of this machine

	mu    sync.Mutex // one look at a time: two would be in each other's way
	found map[string]device.Examination
}

// NewDoctor returns a doctor for the machine that c is, or will be, the configuration of. Ports that the running agent
// holds it asks that agent about.
func NewDoctor(c Config) (*Doctor, error) {
	words, err := readWords(webkiosk.FS())
	if err != nil {
		return nil, err
	}
	return newDoctor(c, words, func(ctx context.Context) (all []held, err error) {
		if c.Data == "" {
			return nil, nil
		}
		err = ask(ctx, c.socket(), askDevices, nil, &all)
		if errors.Is(err, errNobody) {
			err = nil
		}
		return all, err
	}), nil
}

func newDoctor(c Config, words map[string]map[string]string, held func(context.Context) ([]held, error)) *Doctor {
	return &Doctor{cfg: c, words: words, held: held, ports: device.Ports, found: map[string]device.Examination{}}
}

// held is a device of the running agent, and how it stands there.
type held struct {
	Device  string          `json:"device"`
	Kind    hall.DeviceKind `json:"kind"`
	Port    string          `json:"port"` // as agent.yaml names it
	Path    string          `json:"path"` // where that is now; empty: nowhere
	Up      bool            `json:"up"`
	Trouble hall.Trouble    `json:"trouble"`
	UID     hall.PadUID     `json:"uid"`
	Version string          `json:"version"`
}

// held lists what the agent's configuration names.
func (p *program) held() (all []held) {
	now := p.view().devices
	for _, v := range p.cfg.Devices {
		d := now[v.Name]
		path, _ := v.port().Resolve() // not there now: its trouble says so
		all = append(all, held{v.Name, v.Kind, v.port().Where(), path, d.up, d.Trouble, d.uid, d.version})
	}
	return all
}

// Look examines ports, or where none is named those of this machine and of the configuration.
func (d *Doctor) Look(ctx context.Context, lang string, ports []string) (DoctorReport, error) {
	return d.look(ctx, lang, ports, func(string) bool { return true }, device.Examine)
}

// Listen hears what is pressed at those of the ports where nothing is known to hang.
func (d *Doctor) Listen(ctx context.Context, lang string, ports []string) (DoctorReport, error) {
	known := d.cfg.knownFrames()
	silent := func(port string) bool {
		is := d.found[port].Found
		return is == "" || is == device.FoundNothing || is == device.FoundBytes
	}
	return d.look(ctx, lang, ports, silent, func(ctx context.Context, port string) device.Examination {
		return device.Listen(ctx, port, known, listenFor)
	})
}

func (d *Doctor) look(ctx context.Context, lang string, ports []string, at func(port string) bool, examine func(context.Context, string) device.Examination) (DoctorReport, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	agents, err := d.held(ctx)
	if err != nil {
		return DoctorReport{}, err
	}
	named := len(ports) > 0
	if !named {
		ports = d.allPorts(agents)
	}
	free := slices.DeleteFunc(slices.Clone(ports), func(p string) bool { return holderOf(agents, p) != nil || !at(p) })
	found := make([]device.Examination, len(free))
	var all sync.WaitGroup
	for i, port := range free {
		all.Go(func() { found[i] = examine(ctx, port) })
	}
	all.Wait()
	for i, port := range free {
		d.found[port] = found[i]
	}
	return d.report(lang, ports, agents, named), nil
}

// allPorts lists the ports of this machine and those that the configuration names besides.
func (d *Doctor) allPorts(agents []held) []string {
	ports := d.ports()
	real := map[string]bool{}
	for _, p := range ports {
		real[pathOf(p)] = true
	}
	add := func(where, path string) {
		if !real[path] && where != "" {
			real[path] = true
			ports = append(ports, where)
		}
	}
	for _, h := range agents {
		add(h.Port, h.Path)
	}
	for _, v := range d.cfg.Devices {
		if v.Port != "" {
			add(v.Port, pathOf(v.Port))
		}
	}
	return ports
}

// pathOf returns where a port is now, or its own name where it is nowhere.
func pathOf(port string) string {
	if path, err := (device.PortConfig{Path: port}).Resolve(); err == nil {
		return path
	}
	return port
}

func holderOf(agents []held, port string) *held {
	path := pathOf(port)
	for i, h := range agents {
		if h.Port == port || h.Path == path && path != "" {
			return &agents[i]
		}
	}
	return nil
}

// report puts what is known of ports into words.
func (d *Doctor) report(lang string, ports []string, agents []held, named bool) (r DoctorReport) {
	say := d.speak(lang)
	lines := newLines(&d.cfg, say)
	r.Ports = []PortReport{}
	works, fails := false, false
	for _, port := range ports {
		if h := holderOf(agents, port); h != nil {
			v := say.held(*h)
			v.Port = port
			works, fails = works || v.OK, fails || !v.OK
			r.Ports = append(r.Ports, v)
			continue
		}
		x, examined := d.found[port]
		if !examined {
			continue
		}
		v := say.found(x)
		v.Port = port
		works = works || v.OK
		switch x.Found {
		case device.FoundNothing:
			r.Silent = append(r.Silent, port)
			fails = fails || named
		case device.FoundBytes:
			r.Silent, fails = append(r.Silent, port), true
		default:
			fails = fails || !v.OK
		}
		lines.add(port, x)
		r.Ports = append(r.Ports, v)
	}
	r.YAML, r.Good = lines.text(), works && !fails
	return r
}

// Try tries what was found at port: keys, which somebody presses meanwhile, or a test page. It says what came of it.
func (d *Doctor) Try(ctx context.Context, lang, port string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	say := d.speak(lang)
	x := d.found[port]
	cfg := device.PortConfig{Path: port, Baud: x.Baud}
	switch x.Found {
	case device.FoundPad:
		keys, err := device.TryKeys(ctx, cfg, tryFor, func(hall.Level) {})
		switch {
		case errors.Is(err, device.ErrQueued):
			return say.word("doctor.try.queued")
		case err != nil:
			return say.word("doctor.try.failed", "why", err.Error())
		case len(keys) < 5:
			return say.word("doctor.try.some", "n", strconv.Itoa(len(keys)))
		}
		return say.word("doctor.try.all")
	case device.FoundPrinter:
		_, profile := d.cfg.printerOf(x)
		page, err := d.cfg.tryPrinter(ctx, device.PrinterConfig{Name: port, Port: cfg, Printer: profile}, lang, slog.New(slog.DiscardHandler))
		switch {
		case err != nil:
			return say.word("doctor.try.failed", "why", err.Error())
		case page.Trouble != "":
			return say.trouble(page.Trouble)
		}
		return say.word("doctor.try.printed")
	}
	return say.word("doctor.try.nothing")
}

// deskDoctor is the doctor on the desk of the running agent.
type deskDoctor struct{ *Doctor }

// Held implements desk.Doctor.
func (d deskDoctor) Held(ctx context.Context, lang string) desk.DoctorView {
	agents, err := d.held(ctx)
	if err != nil {
		return desk.DoctorView{Ports: []PortReport{}}
	}
	var ports []string
	for _, h := range agents {
		ports = append(ports, h.Port)
	}
	return d.report(lang, ports, agents, true).DoctorView
}

// Examine implements desk.Doctor.
func (d deskDoctor) Examine(ctx context.Context, lang string, listen bool) desk.DoctorView {
	look := d.Look
	if listen {
		look = d.Listen
	}
	r, err := look(ctx, lang, nil)
	if err != nil {
		return desk.DoctorView{Ports: []PortReport{}}
	}
	return r.DoctorView
}

// lines are the lines of agent.yaml for what was found.
type lines struct {
	cfg     *Config
	say     speech
	windows []string // of the hall, without a pad yet
	names   []string
	all     []string
}

func newLines(c *Config, say speech) *lines {
	l := &lines{cfg: c, say: say}
	for _, v := range c.Devices {
		l.names = append(l.names, v.Name)
	}
	for _, w := range c.catalogue.Windows {
		if !slices.ContainsFunc(c.Devices, func(v Device) bool { return v.Window == w.ID }) {
			l.windows = append(l.windows, w.ID)
		}
	}
	return l
}

// add adds the line of what works at a port.
func (l *lines) add(port string, x device.Examination) {
	profile, baud, kind := "", device.DefaultBaud, hall.KindPad
	switch x.Found {
	case device.FoundPad:
		if x.Foreign || !x.UID.Known() {
			return
		}
	case device.FoundFrames:
		profile, baud = x.Profiles[0], x.Baud
	case device.FoundPrinter:
		if !ready(x) {
			return // nobody knows yet what it answers
		}
		name, p := l.cfg.printerOf(x)
		profile, baud, kind = name, p.Baud[0], hall.KindPrinter
	default:
		return
	}
	var more string
	if profile != "" {
		more = ", profile: " + profile
	}
	if x.Baud != 0 && x.Baud != baud {
		more += fmt.Sprintf(", baud: %d", x.Baud)
	}
	where := ""
	base := "tickets"
	if kind == hall.KindPad {
		window := "" // every window has a pad: check-config says so until one is named
		if len(l.windows) > 0 {
			window, l.windows = l.windows[0], l.windows[1:]
		}
		base, where = "pad-"+strings.ToLower(window), fmt.Sprintf(", window: %q", window)
		if !deviceName.MatchString(base) {
			base = "pad"
		}
	}
	l.all = append(l.all, fmt.Sprintf("  - {name: %s, kind: %s%s, port: %q%s}", l.name(base), kind, where, port, more))
}

// name returns a name that no device has.
func (l *lines) name(base string) string {
	name := base
	for n := 2; slices.Contains(l.names, name); n++ {
		name = fmt.Sprintf("%s-%d", base, n)
	}
	l.names = append(l.names, name)
	return name
}

func (l *lines) text() string {
	if len(l.all) == 0 {
		return ""
	}
	head := "devices:\n"
	for _, hint := range []struct{ of, key string }{{"window:", "doctor.yaml.window"}, {"kind: printer", "doctor.yaml.profile"}} {
		if slices.ContainsFunc(l.all, func(line string) bool { return strings.Contains(line, hint.of) }) {
			head += "  # " + l.say.word(hint.key) + "\n"
		}
	}
	return head + strings.Join(l.all, "\n") + "\n"
}
