package agent

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"hallpulse/agent/internal/desk"
	"hallpulse/agent/internal/device"
	"hallpulse/agent/internal/outbox"
	"hallpulse/configs"
	"hallpulse/configs/strict"
	"hallpulse/firmware-protocol/frame"
	"hallpulse/firmware-protocol/hall"
)

// Config is an agent as agent.yaml describes it.
type Config struct {
	// Data is the folder of everything the agent keeps.
	Data string `yaml:"data"`
	// Hall is the file of the hall, in force until the hub sends a catalogue; empty: the sample that is built in.
	Hall     string   `yaml:"hall"`
	Language string   `yaml:"language"` // of printed tickets: zh, en
	Desk     Desk     `yaml:"desk"`
	Hub      Hub      `yaml:"hub"`
	Devices  []Device `yaml:"devices"`
	Log      Log      `yaml:"log"`

	// Version is that of the program, for who asks.
	Version string `yaml:"-"`
	// Clock is set by tests alone, in Go: no flag, file or environment does (it would forge ratings).
	Clock Clock `yaml:"-"`

	dir          string // of agent.yaml: what the hall has of its own lies beside it
	papers       map[device.Kind]device.Template
	ballast      int64 // bytes kept free for ratings
	catalogue    hall.Catalogue
	catalogueSHA string // SHA-256 of the hall's file, hex
}

// Desk is where the counter's own screens are served.
type Desk struct {
	Listen  string  `yaml:"listen"`
	Voice   string  `yaml:"voice"`   // folder of what the display speaks; empty: voice in the data folder
	SignOn  string  `yaml:"sign_on"` // open, pin
	SignOff SignOff `yaml:"sign_off"`
	LAN     LAN     `yaml:"lan"`
}

// SignOff says when clerks are signed off who left their windows open.
type SignOff struct {
	At   []string      `yaml:"at"`   // times of day
	Idle time.Duration `yaml:"idle"` // nothing was done there for so long
}

// LAN is the desk on the hall's network, for paired browsers by TLS. Without Cert the hub's CA makes the certificate.
type LAN struct {
	Listen string   `yaml:"listen"` // empty: not on the network
	Names  []string `yaml:"names"`  // hosts and addresses by which browsers reach it; empty: the host of Listen
	Cert   string   `yaml:"cert"`
	Key    string   `yaml:"key"`
}

// Hub says how to reach the hub, where that differs from the enrolment. Plain leaves TLS out, on loopback alone.
type Hub struct {
	Broker string `yaml:"broker"`
	Plain  bool   `yaml:"plain"`
}

// Device is a pad or a printer at a serial port: a path, or the USB identity of what hangs there.
type Device struct {
	Name   string          `yaml:"name"`
	Kind   hall.DeviceKind `yaml:"kind"`
	Window string          `yaml:"window"`
	Port   string          `yaml:"port"`
	VID    string          `yaml:"vid"`
	PID    string          `yaml:"pid"`
	Serial string          `yaml:"serial"`
	Baud   int             `yaml:"baud"`
	// Profile is what a printer is, or what a vendor's pad sends: a name in its folder, or a file. Empty: a usual printer, a
	// pad of our own protocol.
	Profile string `yaml:"profile"`
	// Dots and Status say where a printer differs from its profile.
	Dots   int   `yaml:"dots"`
	Status *bool `yaml:"status"`

	profile device.Profile // of a printer
	frames  *frame.Codec   // of a vendor's pad
}

// Log says how much the agent tells its operator.
type Log struct {
	Level string `yaml:"level"` // debug, info, warn, error
}

// Defaults are the values of everything that agent.yaml does not name.
func Defaults() Config {
	return Config{
		Language: "zh", Desk: Desk{Listen: "127.0.0.1:8801", SignOn: signOnOpen, SignOff: SignOff{Idle: 20 * time.Minute}},
		Log: Log{"info"}, Version: "unknown", ballast: outbox.DefaultBallast,
	}
}

// ReadConfig reads agent.yaml and the file of the hall it names, strictly: the error names every fault of both, each
// with file and line. Paths in it are relative to the file.
func ReadConfig(file string) (Config, error) {
	c := Defaults()
	d, err := strict.File(file, &c)
	if err != nil {
		return Config{}, err
	}
	if d.Broken {
		return Config{}, d.Err()
	}
	c.dir = filepath.Dir(file)
	c.Data, c.Hall, c.Desk.Voice = strict.Beside(file, c.Data), strict.Beside(file, c.Hall), strict.Beside(file, c.Desk.Voice)
	c.Desk.LAN.Cert, c.Desk.LAN.Key = strict.Beside(file, c.Desk.LAN.Cert), strict.Beside(file, c.Desk.LAN.Key)
	c.Desk.LAN.named()
	hallErr, profileErr := c.readHall(), c.readProfiles(d)
	c.check(d, hallErr == nil)
	var paperErr error
	c.papers, paperErr = readTemplates(c.dir)
	if err := errors.Join(d.Err(), hallErr, profileErr, paperErr); err != nil {
		return Config{}, err
	}
	return c, nil
}

// Sample is the configuration of a counter that has none: the hall, printers and papers that are built in.
func Sample() (c Config, err error) {
	c = Defaults()
	err = c.readHall()
	var paperErr error
	c.papers, paperErr = readTemplates(c.dir)
	return c, errors.Join(err, paperErr)
}

// CheckConfig reports every fault of agent.yaml and of the hall's file; nil means that Run can use them.
func CheckConfig(file string) error {
	_, err := ReadConfig(file)
	return err
}

// readHall reads the hall's file; its faults name that file.
func (c *Config) readHall() error {
	name, read := c.Hall, os.ReadFile
	if name == "" {
		name = "hall.yaml"
		read = func(name string) ([]byte, error) { return fs.ReadFile(configs.FS(), name) }
	}
	data, err := read(name)
	if err != nil {
		return fmt.Errorf("hall: %w", err)
	}
	d := strict.Bytes(name, data, &c.catalogue)
	if err := d.Err(); err != nil {
		return err
	}
	for _, f := range c.catalogue.Faults() {
		d.Near(f.At, "%s", f.Say)
	}
	sum := sha256.Sum256(data)
	c.catalogueSHA = hex.EncodeToString(sum[:])
	return d.Err()
}

// maxSocket is what Linux takes for the path of a unix socket, less the name of ours.
const maxSocket = 107 - len("/"+socketName)

// check adds every fault of meaning. Windows are looked up where the hall could be read.
func (c *Config) check(d *strict.Document, hasHall bool) {
	if c.Data == "" {
		d.At("data", "missing: name the folder of the agent's store")
	} else if len(c.Data) > maxSocket {
		d.At("data", "%d characters are too long for the control socket in it; at most %d", len(c.Data), maxSocket)
	}
	if c.Language != "zh" && c.Language != "en" {
		d.At("language", "%q: want zh or en", c.Language)
	}
	if err := desk.CheckListen(c.Desk.Listen); err != nil {
		d.At("desk.listen", "%s", strings.TrimPrefix(err.Error(), "desk: listen "))
	}
	c.checkSignOn(d)
	c.checkLAN(d)
	c.checkBroker(d)
	for i := range c.Devices {
		c.checkDevice(d, i, hasHall)
	}
	if _, err := c.Log.level(); err != nil {
		d.At("log.level", "%q: want debug, info, warn or error", c.Log.Level)
	}
}

func (c *Config) checkBroker(d *strict.Document) {
	if c.Hub.Broker == "" {
		if c.Hub.Plain {
			d.At("hub.plain", "is for tests on 127.0.0.1: give hub.broker there")
		}
		return
	}
	host, port, err := net.SplitHostPort(c.Hub.Broker)
	if _, perr := strconv.ParseUint(port, 10, 16); err != nil || perr != nil || host == "" {
		d.At("hub.broker", "%q: want host:port such as hub.example:8883", c.Hub.Broker)
		return
	}
	if ip, err := netip.ParseAddr(host); c.Hub.Plain && (err != nil || !ip.IsLoopback()) {
		d.At("hub.plain", "is for tests on 127.0.0.1: to %s the password would go in the clear", host)
	}
}

// hostName matches what a certificate can be for.
var hostName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$`)

var deviceName = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)

func (c *Config) checkDevice(d *strict.Document, i int, hasHall bool) {
	v, at := c.Devices[i], strict.Index("devices", i)
	if !deviceName.MatchString(v.Name) {
		d.At(at+".name", "%q: want 1 to 32 of a-z, 0-9 and -", v.Name)
	} else if slices.ContainsFunc(c.Devices[:i], func(o Device) bool { return o.Name == v.Name }) {
		d.At(at+".name", "%q is the name of another device too", v.Name)
	}
	if v.Port != "" && slices.ContainsFunc(c.Devices[:i], func(o Device) bool { return o.Port == v.Port }) {
		d.At(at+".port", "%s is the port of another device too", v.Port)
	}
	var err error
	switch v.Kind {
	case hall.KindPad:
		if _, ok := c.catalogue.Window(v.Window); hasHall && !ok && !c.hearsHub() {
			d.At(at+".window", "%q is no window of the hall", v.Window)
		}
		err = v.port().Validate()
	case hall.KindPrinter:
		if v.Window != "" {
			d.At(at+".window", "%q: a printer belongs to no window: leave it out", v.Window)
		}
		err = v.port().Validate()
	default:
		d.At(at+".kind", "%q: want pad or printer", v.Kind)
		return
	}
	if err != nil {
		for fault := range strings.Lines(err.Error()) {
			d.At(at, "%s", strings.TrimSpace(fault))
		}
	}
}

// hearsHub reports whether the catalogue may be another than the file's: then what hangs where is looked at at the start.
func (c *Config) hearsHub() bool {
	_, err := readEnrolment(c.Data)
	return err == nil
}

func (v Device) port() device.PortConfig {
	p := device.PortConfig{Path: v.Port, VID: v.VID, PID: v.PID, Serial: v.Serial, Baud: v.Baud}
	if v.frames != nil {
		l := v.frames.Line()
		p.Baud, p.Data, p.Parity, p.Stop = cmp.Or(p.Baud, l.Baud), l.Data, device.Parity(l.Parity), l.Stop
	}
	return p
}

func (v Device) pad() device.PadConfig {
	return device.PadConfig{Name: v.Name, Window: v.Window, Port: v.port()}
}

func (v Device) printer() device.PrinterConfig {
	p := device.PrinterConfig{Name: v.Name, Port: v.port(), Printer: v.profile}
	if v.Profile != "" && v.Baud == 0 {
		p.Port.Baud = v.profile.Baud[0]
	}
	return p
}

// socketName is the name of the control socket in the data folder.
const socketName = "control"

// voice is the folder of what the display speaks.
func (c Config) voice() string { return cmp.Or(c.Desk.Voice, filepath.Join(c.Data, "voice")) }

func (c Config) socket() string { return filepath.Join(c.Data, socketName) }

func (l Log) level() (level slog.Level, err error) {
	if strings.ContainsAny(l.Level, "+-0123456789") {
		return 0, errors.New("a word is wanted")
	}
	err = level.UnmarshalText([]byte(l.Level))
	return level, err
}

// LogLevel is how much the configuration wants to be told.
func (c Config) LogLevel() slog.Level {
	level, _ := c.Log.level() // checked when it was read
	return level
}
