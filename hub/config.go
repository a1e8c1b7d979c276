package hub

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"hallpulse/configs/strict"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/board"
	"hallpulse/hub/internal/concern"
	"hallpulse/hub/internal/inspection"
	"hallpulse/hub/internal/private"
)

// Config is a hub as hub.yaml describes it.
type Config struct {
	// Data is the folder of everything the hub keeps.
	Data   string `yaml:"data"`
	Centre Centre `yaml:"centre"`
	// PublicURL is where citizens' phones reach the public listener; empty: tickets carry no QR code.
	PublicURL string `yaml:"public_url"`
	Public    Public `yaml:"public"`
	Office    Office `yaml:"office"`
	// TrustedProxies are the addresses whose X-Forwarded-For is believed.
	TrustedProxies []string   `yaml:"trusted_proxies"`
	Broker         Broker     `yaml:"broker"`
	Halls          []HallFile `yaml:"halls"`
	// Responsibility is the file of the responsibility list, InspectionForms the folder of the forms of inspections; empty: as
	// shipped.
	Responsibility  string `yaml:"responsibility"`
	InspectionForms string `yaml:"inspection_forms"`
	// Hotline is 12345's system, where it sends work orders by HTTP.
	Hotline Hotline    `yaml:"hotline"`
	Backup  BackupPlan `yaml:"backup"`
	// SMS says how messages reach people's phones.
	SMS SMS `yaml:"sms"`
	// Retention says how many days each kind of personal data is kept.
	Retention private.Retention `yaml:"retention"`
	Log       Log               `yaml:"log"`

	// Clock is set by tests alone, in Go: no flag, file or environment does (it would forge ratings).
	Clock Clock `yaml:"-"`

	responsibility concern.List
	forms          []inspection.Form
}

// Centre is the service centre whose hub this is.
type Centre struct {
	Name   string `yaml:"name"`
	NameEN string `yaml:"name_en"`
}

// Public is the listener of citizens' pages.
type Public struct {
	Listen string `yaml:"listen"`
}

// Office is the listener of sign-in, board and admin pages. URL is where browsers reach it through a TLS proxy; without
// one only this machine's own browser can sign in.
type Office struct {
	Listen string `yaml:"listen"`
	URL    string `yaml:"url"`
	// SecondFactor are the roles that do not come in without one.
	SecondFactor []string `yaml:"second_factor"`
	// OIDC is a single sign-on; nil: passwords alone.
	OIDC *OIDC `yaml:"oidc"`
}

// OIDC is an OpenID Connect issuer that the office trusts to say who somebody is. It makes no accounts.
type OIDC struct {
	Name     string `yaml:"name"` // on the button
	Issuer   string `yaml:"issuer"`
	ClientID string `yaml:"client_id"`
	// ClientSecretFile holds the secret, one line that only its owner can read.
	ClientSecretFile string `yaml:"client_secret_file"`
	// Claim names the claim whose value is the name of the account.
	Claim string `yaml:"claim"`
}

// Broker is where agents connect. Advertise is the host:port that they dial: it goes into enrolment lines and into the
// certificate. Plain leaves TLS out, on loopback alone.
type Broker struct {
	Listen    string `yaml:"listen"`
	Advertise string `yaml:"advertise"`
	Plain     bool   `yaml:"plain"`
}

// HallFile names the agent of a hall, where the hall's file does not name several, and that file: the first version of its
// catalogue (catalogues).
type HallFile struct {
	Agent string `yaml:"agent"`
	File  string `yaml:"file"`

	catalogue *hall.Catalogue
	text      string // of the file
	sha       string // SHA-256 of text, hex
}

// BackupPlan says how often the database is copied (0: never), where to, and how many copies are kept.
type BackupPlan struct {
	Every time.Duration `yaml:"every"`
	Dir   string        `yaml:"dir"`
	Keep  int           `yaml:"keep"`
}

// SMS says who carries messages, and when no phone rings.
type SMS struct {
	Provider string     `yaml:"provider"` // none, file, webhook
	Sign     bool       `yaml:"sign"`     // put 【the centre's name】 before each text
	Quiet    QuietHours `yaml:"quiet"`
	File     SMSFolder  `yaml:"file"`
	Webhook  SMSWebhook `yaml:"webhook"`
}

// QuietHours are from a time of day to another, in Beijing; equal ones are none.
type QuietHours struct {
	From string `yaml:"from"`
	To   string `yaml:"to"`
}

// SMSFolder is where messages lie as files for whoever carries them.
type SMSFolder struct {
	Dir string `yaml:"dir"`
}

// SMSWebhook is a provider that is asked by HTTP. Idempotent says that it sends one message for one Idempotency-Key, however
// often it is asked.
type SMSWebhook struct {
	URL        string        `yaml:"url"`
	SecretFile string        `yaml:"secret_file"`
	Timeout    time.Duration `yaml:"timeout"`
	Idempotent bool          `yaml:"idempotent"`
}

// Log says how much the hub tells its operator.
type Log struct {
	Level string `yaml:"level"` // debug, info, warn, error
}

// Defaults are the values of everything that hub.yaml does not name.
func Defaults() Config {
	return Config{
		Public:    Public{Listen: "127.0.0.1:8080"},
		Office:    Office{Listen: "127.0.0.1:8081"},
		Broker:    Broker{Listen: "127.0.0.1:8883"},
		Backup:    BackupPlan{Every: 15 * time.Minute, Keep: 24},
		SMS:       SMS{Provider: smsNone, Sign: true, Quiet: QuietHours{"21:00", "08:00"}, Webhook: SMSWebhook{Timeout: 10 * time.Second}},
		Retention: private.Retention{Rating: 1095, Contact: 90, CallBack: 1095, Repair: 1095, Concern: 1095, Inspection: 1095, Reply: 365, Case: 1095},
		Log:       Log{Level: "info"},
	}
}

// ReadConfig reads hub.yaml and the files of the halls it names, strictly: the error names every fault of all of them,
// each with file and line. Paths in it are relative to the file.
func ReadConfig(file string) (Config, error) {
	c := Defaults()
	d, err := strict.File(file, &c)
	if err != nil {
		return Config{}, err
	}
	if d.Broken {
		return Config{}, d.Err()
	}
	at, err := filepath.Abs(file)
	if err != nil {
		return Config{}, err
	}
	c.Data, c.Backup.Dir = strict.Beside(at, c.Data), strict.Beside(at, c.Backup.Dir)
	if c.Backup.Dir == "" {
		c.Backup.Dir = filepath.Join(c.Data, "backups")
	}
	if c.Office.OIDC != nil {
		c.Office.OIDC.ClientSecretFile = strict.Beside(at, c.Office.OIDC.ClientSecretFile)
	}
	c.Responsibility, c.InspectionForms = strict.Beside(at, c.Responsibility), strict.Beside(at, c.InspectionForms)
	c.Hotline.SecretFile = strict.Beside(at, c.Hotline.SecretFile)
	c.SMS.File.Dir, c.SMS.Webhook.SecretFile = strict.Beside(at, c.SMS.File.Dir), strict.Beside(at, c.SMS.Webhook.SecretFile)
	if c.SMS.File.Dir == "" {
		c.SMS.File.Dir = filepath.Join(c.Data, "sms")
	}
	if c.Broker.Advertise == "" {
		c.Broker.Advertise = c.Broker.Listen
	}
	c.check(d)
	others := c.readHalls(d, file)
	others = append(others, c.readDesk()...)
	if err := errors.Join(append([]error{d.Err()}, others...)...); err != nil {
		return Config{}, err
	}
	return c, nil
}

// maxSocket is what Linux takes for the path of a unix socket, less the name of ours.
const maxSocket = 107 - len("/control")

// check adds every fault of meaning.
func (c *Config) check(d *strict.Document) {
	if c.Data == "" {
		d.At("data", "missing: name the folder of the hub's database and keys")
	} else if len(c.Data) > maxSocket {
		d.At("data", "%d characters are too long for the control socket in it; at most %d", len(c.Data), maxSocket)
	}
	if c.Centre.Name == "" {
		d.At("centre.name", "missing: pages and the board show it")
	}
	c.checkPublicURL(d)
	c.checkListeners(d)
	c.checkOffice(d)
	c.checkSignIn(d)
	for i, p := range c.TrustedProxies {
		if _, err := parsePrefix(p); err != nil {
			d.At(strict.Index("trusted_proxies", i), "%q is no address and no network such as 10.0.0.0/8", p)
		}
	}
	if c.Backup.Every != 0 && c.Backup.Every < time.Minute {
		d.At("backup.every", "%v is too often: at least 1m, or 0 for never", c.Backup.Every)
	}
	if c.Backup.Keep < 1 {
		d.At("backup.keep", "%d: want at least 1", c.Backup.Keep)
	}
	c.checkSMS(d)
	c.checkHotline(d)
	c.Retention.Check(func(k private.Kind, err error) { d.At("retention."+strings.ReplaceAll(string(k), "-", "_"), "%v", err) })
	if _, err := c.Log.level(); err != nil {
		d.At("log.level", "%q: want debug, info, warn or error", c.Log.Level)
	}
}

// maxPublicURL is what a QR code leaves for the address before /r/<token> (design §4).
const maxPublicURL = uplink.MaxURL - len("/r/") - uplink.TokenChars

func (c *Config) checkPublicURL(d *strict.Document) {
	if c.PublicURL == "" {
		return
	}
	if _, ok := webAddress(c.PublicURL); !ok {
		d.At("public_url", "%q: want an address such as https://pj.example.gov.cn", c.PublicURL)
		return
	}
	if over := len(c.PublicURL) - maxPublicURL; over > 0 {
		d.At("public_url", "%d characters too long: a ticket's QR code leaves room for %d", over, maxPublicURL)
	}
}

// webAddress reads an address that pages can be under.
func webAddress(s string) (*url.URL, bool) {
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, false
	}
	return u, u.Scheme == "https" || u.Scheme == "http"
}

// checkOffice sees to it that no password travels in the clear.
func (c *Config) checkOffice(d *strict.Document) {
	host, _, err := net.SplitHostPort(c.Office.Listen)
	u, ok := webAddress(c.Office.URL)
	switch {
	case c.Office.URL == "" && err == nil && !loopback(host):
		d.At("office.url", "missing: at %s passwords would travel in the clear; put a TLS proxy before it and name its address such as https://board.example.gov.cn", c.Office.Listen)
	case c.Office.URL == "":
	case !ok:
		d.At("office.url", "%q: want an address such as https://board.example.gov.cn", c.Office.URL)
	case u.Scheme != "https" && !loopback(u.Hostname()):
		d.At("office.url", "%q: want https: passwords would travel in the clear", c.Office.URL)
	}
}

func (c *Config) checkListeners(d *strict.Document) {
	for _, a := range [][2]string{
		{"public.listen", c.Public.Listen}, {"office.listen", c.Office.Listen},
		{"broker.listen", c.Broker.Listen}, {"broker.advertise", c.Broker.Advertise},
	} {
		if _, port, err := net.SplitHostPort(a[1]); err != nil || !isPort(port) {
			d.At(a[0], "%q: want host:port such as 127.0.0.1:8080", a[1])
		}
	}
	host, _, _ := net.SplitHostPort(c.Broker.Listen)
	if c.Broker.Plain && !loopback(host) {
		d.At("broker.plain", "is for tests on 127.0.0.1: at %s agents would send their passwords in the clear", c.Broker.Listen)
	}
	if said, _, _ := net.SplitHostPort(c.Broker.Advertise); said == "" || unspecified(said) {
		d.At("broker.advertise", "missing: agents cannot dial %s; want the host:port by which they reach this machine", c.Broker.Listen)
	}
}

// readHalls reads the files of the halls; their faults name their own files.
func (c *Config) readHalls(d *strict.Document, from string) []error {
	var faults []error
	var agents, ids []string
	for i := range c.Halls {
		h, path := &c.Halls[i], strict.Index("halls", i)
		if h.File == "" {
			d.At(path+".file", "missing: name the hall's file")
			continue
		}
		h.File = strict.Beside(from, h.File)
		if err := h.read(); err != nil {
			faults = append(faults, err)
			continue
		}
		for _, name := range h.agents() {
			if !uplink.ValidAgent(name) {
				d.At(path+".agent", "%q: want 1 to 32 of a-z, 0-9 and -", name)
			} else if slices.Contains(agents, name) {
				d.At(path+".agent", "%q is the agent of another hall too", name)
			}
			agents = append(agents, name)
		}
		if h.Agent != "" && !slices.Contains(h.agents(), h.Agent) {
			d.At(path+".agent", "%q is none of the agents in the hall's file, %s: leave it out", h.Agent, strings.Join(h.agents(), ", "))
		}
		id := h.catalogue.Hall.ID
		if slices.Contains(ids, id) {
			d.At(path+".file", "hall %q is in another file too", id)
		}
		ids = append(ids, id)
	}
	return faults
}

// agents are those that the hall's file names, or the one of hub.yaml.
func (h *HallFile) agents() []string {
	if h.catalogue == nil {
		return []string{h.Agent}
	}
	return board.Hall{Agent: h.Agent, Catalogue: h.catalogue}.Agents()
}

// read reads the hall's file strictly.
func (h *HallFile) read() error {
	h.catalogue = new(hall.Catalogue)
	d, err := strict.File(h.File, h.catalogue)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(d.Data)
	h.text, h.sha = string(d.Data), hex.EncodeToString(sum[:])
	if err := d.Err(); err != nil {
		return err
	}
	for _, f := range h.catalogue.Faults() {
		d.Near(f.At, "%s", f.Say)
	}
	return d.Err()
}

// LogLevel is what log.level says.
func (c Config) LogLevel() slog.Level {
	level, _ := c.Log.level() // ReadConfig has checked it
	return level
}

func (l Log) level() (level slog.Level, err error) {
	if strings.ContainsAny(l.Level, "+-0123456789") {
		return 0, errors.New("a word is wanted")
	}
	err = level.UnmarshalText([]byte(l.Level))
	return level, err
}

func isPort(s string) bool {
	_, err := strconv.ParseUint(s, 10, 16)
	return err == nil
}

// loopback reports whether host names this machine alone.
func loopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}

func unspecified(host string) bool {
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsUnspecified()
}

// parsePrefix reads an address or a network.
func parsePrefix(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	return netip.ParsePrefix(s)
}
