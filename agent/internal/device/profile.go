package device

import (
	"fmt"
	"slices"
	"strings"

	"hallpulse/firmware-protocol/escpos"
	"hallpulse/firmware-protocol/hall"
)

// Profile is what a family of printers is, as its file in printers/ says.
type Profile struct {
	Name     string   `yaml:"name"`     // for people
	Paper    int      `yaml:"paper"`    // mm
	Dots     int      `yaml:"dots"`     // that can be printed on a line
	DPI      int      `yaml:"dpi"`      // dots per inch
	Encoding string   `yaml:"encoding"` // whose characters the font has
	Cut      string   `yaml:"cut"`
	Feed     int      `yaml:"feed"` // dots between print head and knife or tear bar: blank on every paper
	QR       string   `yaml:"qr"`
	Status   []string `yaml:"status"` // the questions it answers
	Logo     int      `yaml:"logo"`   // number of a picture in its own memory, printed instead of a file; 0: none
	Baud     []int    `yaml:"baud"`   // rates it can be set to, that of the factory first
	Models   []string `yaml:"models"` // how the names begin by which it calls itself, where it does
}

// The words of a profile.
const (
	encodingGBK    = "gbk"
	encodingGB2312 = "gb2312"

	qrRaster = "raster"
	qrNative = "native"

	statusRealTime  = "dle-eot"
	statusInOrder   = "gs-r"
	statusAutomatic = "automatic"
)

// Dots on a line: less holds no QR code of 152 bytes, more is no ticket paper.
const (
	minDots = 352
	maxDots = 832
)

// knives are the words for how a printer cuts, in the order of escpos.Knife.
func knives() []string {
	return []string{"feed-and-cut", "feed-and-cut-off", "cut", "cut-off", "old-cut", "old-cut-off", "none"}
}

// Faults lists every fault of a profile, in the order of its file.
func (p Profile) Faults() (faults []hall.Fault) {
	fault := func(at, say string, args ...any) {
		faults = append(faults, hall.Fault{At: at, Say: fmt.Sprintf(say, args...)})
	}
	oneOf := func(at, found string, allowed ...string) {
		if !slices.Contains(allowed, found) {
			fault(at, "%q: want %s", found, or(allowed))
		}
	}
	number := func(at string, found, low, high int) {
		if found < low || found > high {
			fault(at, "%d: want %d to %d", found, low, high)
		}
	}
	if strings.TrimSpace(p.Name) == "" {
		fault("name", "missing: say which printers these are")
	}
	if p.Paper != 58 && p.Paper != 80 {
		fault("paper", "%d: want 58 or 80 (mm)", p.Paper)
	}
	if p.Dots < minDots || p.Dots > maxDots || p.Dots%8 != 0 {
		fault("dots", "%d: want %d to %d in steps of 8; usual are 384 (58 mm) and 576 (80 mm)", p.Dots, minDots, maxDots)
	}
	if p.DPI != 203 && p.DPI != 180 {
		fault("dpi", "%d: want 203 or 180", p.DPI)
	}
	oneOf("encoding", p.Encoding, encodingGBK, encodingGB2312)
	oneOf("cut", p.Cut, knives()...)
	number("feed", p.Feed, 0, 255)
	oneOf("qr", p.QR, qrRaster, qrNative)
	for i, s := range p.Status {
		oneOf(fmt.Sprintf("status[%d]", i), s, statusRealTime, statusInOrder, statusAutomatic)
	}
	number("logo", p.Logo, 0, 255)
	if len(p.Baud) == 0 {
		fault("baud", "missing: want rates such as [9600, 38400], that of the factory first")
	}
	for i, b := range p.Baud {
		number(fmt.Sprintf("baud[%d]", i), b, 1200, 921600)
	}
	for i, m := range p.Models {
		if m == "" {
			fault(fmt.Sprintf("models[%d]", i), "empty: would be every printer")
		}
	}
	return faults
}

// Answers reports whether a printer that answers these questions answers all of the profile.
func (p Profile) Answers(questions []string) bool {
	return !slices.ContainsFunc(p.Status, func(q string) bool { return !slices.Contains(questions, q) })
}

// Named returns how much of the name that a printer calls itself is one of the profile; 0: it is not.
func (p Profile) Named(model string) (n int) {
	for _, m := range p.Models {
		if strings.HasPrefix(model, m) {
			n = max(n, len(m))
		}
	}
	return n
}

// or names what is allowed.
func or(allowed []string) string {
	last := len(allowed) - 1
	return strings.Join(allowed[:last], ", ") + " or " + allowed[last]
}

func (p Profile) charset() escpos.Charset {
	if p.Encoding == encodingGB2312 {
		return escpos.GB2312
	}
	return escpos.GBK
}

func (p Profile) knife() escpos.Knife { return escpos.Knife(max(0, slices.Index(knives(), p.Cut))) }

func (p Profile) answers(question string) bool { return slices.Contains(p.Status, question) }

// answersInOrder reports whether it says that what was sent before has come out.
func (p Profile) answersInOrder() bool {
	return p.answers(statusInOrder) || p.answers(statusAutomatic)
}

// cut ends a paper: it brings what is printed past the knife, or past the bar where it is torn off.
func (p Profile) cut() []escpos.Command {
	if p.knife().Feeds() {
		return []escpos.Command{escpos.Cut{By: p.knife()}}
	}
	return []escpos.Command{escpos.Dots(p.Feed), escpos.Cut{By: p.knife()}}
}

// length is how many dots of a paper of so many millimetres can be printed on: the feed is blank on every one.
func (p Profile) length(mm int) int { return mm*p.DPI*10/254 - p.Feed }
