// Package frame turns the bytes of rating pads that send fixed frames into levels, and screens into their bytes, as a
// profile says: any vendor's pad, by a file of data. It owns how such a file is judged. It knows no port and no clock, and
// cannot make a pad send a press again that did not arrive: such pads do not.
package frame

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// Profile is a vendor's pad as a file of configs/pads describes it.
type Profile struct {
	Name    string        `yaml:"name"`   // as people call the pad
	Line    Line          `yaml:"line"`   // its serial line
	Press   Pattern       `yaml:"press"`  // what it sends for a key
	Ends    Pattern       `yaml:"ends"`   // what follows each frame and stands in none; empty: a frame is known by its bytes
	Keys    []Key         `yaml:"keys"`   // what <key> is
	Bounce  time.Duration `yaml:"bounce"` // the same key again within this time is the same press
	Check   Check         `yaml:"check"`
	Screens Screens       `yaml:"screens"`
	Staff   Staff         `yaml:"staff"`
}

// Line is how the pad's serial line is set.
type Line struct {
	Baud   int    `yaml:"baud"`
	Data   int    `yaml:"data"`   // bits: 7 or 8; 0 is 8
	Parity string `yaml:"parity"` // none, odd, even; empty is none
	Stop   int    `yaml:"stop"`   // bits: 1 or 2; 0 is 1
}

// Key is one key of the pad.
type Key struct {
	Code  Pattern    `yaml:"code"`
	Level hall.Level `yaml:"level"`
}

// Screens are the frames that make the pad show something; what is left out is not sent.
type Screens struct {
	Idle   Pattern `yaml:"idle"`   // who serves here
	Prompt Pattern `yaml:"prompt"` // please rate
	Thanks Pattern `yaml:"thanks"` // became the rating
	Rated  Pattern `yaml:"rated"`  // rated already
	Wait   Pattern `yaml:"wait"`   // a moment, please
	Closed Pattern `yaml:"closed"` // no ratings can be kept
	Staff  Pattern `yaml:"staff"`  // the name of who serves, before the first screen of that person
}

// Staff says how <staff> is written.
type Staff struct {
	Encoding string  `yaml:"encoding"` // gbk or utf-8
	Length   int     `yaml:"length"`   // bytes, always as many
	Fill     Pattern `yaml:"fill"`     // the byte after a shorter name; empty: a space
}

// The bounds of what is read.
const (
	maxFrame  = 64
	maxStaff  = 48
	maxBounce = 2 * time.Second // longer is no contact that bounces, but a person who presses again
)

// Bauds lists the rates that serial lines run at.
func Bauds() []int { return []int{1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200} }

// Compile judges p and makes it ready. With any fault there is no codec.
func (p Profile) Compile() (*Codec, []hall.Fault) {
	var faults []hall.Fault
	at := func(path, format string, args ...any) {
		faults = append(faults, hall.Fault{At: path, Say: fmt.Sprintf(format, args...)})
	}
	if p.Name == "" || len(p.Name) > 64 {
		at("name", "%q: want what people call this pad, at most 64 bytes", p.Name)
	}
	p.checkLine(at)
	p.checkSum(at)
	p.checkPress(at)
	p.checkStaff(at)
	p.checkScreens(at)
	if p.Bounce < 0 || p.Bounce > maxBounce {
		at("bounce", "%v: want 0s to %v: a longer time would take two presses for one", p.Bounce, maxBounce)
	}
	if len(faults) > 0 {
		return nil, faults
	}
	c := &Codec{profile: p, ends: p.Ends.bytes()}
	for i, k := range p.Keys {
		f := p.frameOf(k)
		if endsInside(f, p.Ends) {
			at(fmt.Sprintf("keys[%d].code", i), "the bytes of ends stand inside its frame: it would end there")
		}
		c.frames = append(c.frames, template{f, k.Level})
	}
	for i, a := range c.frames {
		for j, b := range c.frames[:i] {
			if a.meets(b.Pattern) && (len(p.Ends) == 0 || len(a.Pattern) == len(b.Pattern)) {
				at(fmt.Sprintf("keys[%d].code", i), "cannot be told from keys[%d]: the same bytes begin both", j)
			}
		}
		c.longest = max(c.longest, len(a.Pattern))
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return c, nil
}

type faultAt func(path, format string, args ...any)

func (p Profile) checkLine(at faultAt) {
	if !slices.Contains(Bauds(), p.Line.Baud) {
		at("line.baud", "%d: want one of %v", p.Line.Baud, Bauds())
	}
	if !slices.Contains([]int{0, 7, 8}, p.Line.Data) {
		at("line.data", "%d: want 7 or 8", p.Line.Data)
	}
	if !slices.Contains([]string{"", "none", "odd", "even"}, p.Line.Parity) {
		at("line.parity", "%q: want none, odd or even", p.Line.Parity)
	}
	if !slices.Contains([]int{0, 1, 2}, p.Line.Stop) {
		at("line.stop", "%d: want 1 or 2", p.Line.Stop)
	}
}

func (p Profile) checkSum(at faultAt) {
	if p.Check.Kind != "" && !slices.Contains(Checks(), p.Check.Kind) {
		at("check.kind", "%q: want one of %s", p.Check.Kind, strings.Join(Checks(), ", "))
	}
	if !slices.Contains([]string{"", "low", "high"}, p.Check.Order) {
		at("check.order", "%q: want low or high: which of two bytes comes first", p.Check.Order)
	}
	if p.Check.From < 0 || p.Check.From >= maxFrame {
		at("check.from", "%d: want the place of the first byte that is covered, counted from 0", p.Check.From)
	}
}

// checkFrame judges what every frame must be, coming or going.
func (p Profile) checkFrame(at faultAt, path string, f Pattern) {
	checks, from := f.count(check), slices.IndexFunc(f, func(c cell) bool { return c.kind == check })
	switch {
	case len(f) > maxFrame:
		at(path, "%d bytes: want at most %d", len(f), maxFrame)
	case checks > 1:
		at(path, "<check> stands %d times: want it once", checks)
	case checks == 1 && p.Check.Kind == "":
		at(path, "has <check>, and check.kind does not say which: want one of %s", strings.Join(Checks(), ", "))
	case checks == 1 && p.Check.From >= from:
		at(path, "check.from is %d, and <check> is at %d: it must cover at least one byte before it", p.Check.From, from)
	}
}

func (p Profile) checkPress(at faultAt) {
	p.checkFrame(at, "press", p.Press)
	if p.Press.count(key) != 1 || p.Press.count(staff) > 0 {
		at("press", "want <key> once, and no <staff>")
	}
	if p.Check.Kind != "" && p.Press.count(check) == 0 {
		at("press", "check.kind is %s, and no <check> says where it stands", p.Check.Kind)
	}
	if !p.Ends.fixed() || len(p.Ends) > 4 {
		at("ends", "want at most 4 given bytes")
	}
	if len(p.Ends) > 0 && p.Press.count(any1) > 0 {
		at("press", "has .., which may look like ends: leave ends out and write its bytes behind the frame")
	}
	seen := map[hall.Level]bool{}
	for i, k := range p.Keys {
		path := fmt.Sprintf("keys[%d]", i)
		if len(k.Code) == 0 || len(k.Code) > 16 || !k.Code.fixed() {
			at(path+".code", "want 1 to 16 given bytes")
		}
		if !k.Level.Valid() {
			at(path+".level", "%d: want 1 to 5", uint8(k.Level))
		}
		seen[k.Level] = true
	}
	for l := hall.VeryBad; l <= hall.VeryGood; l++ {
		if !seen[l] {
			at("keys", "no key has level %d: a pad must offer all five", l)
		}
	}
	if len(p.Keys) > 32 {
		at("keys", "%d: want at most 32", len(p.Keys))
	}
}

// frameOf returns the frame of a key. Its check is known where all other bytes are.
func (p Profile) frameOf(k Key) Pattern {
	f := p.Press.with(k.Code, p.Check.size())
	if at := slices.IndexFunc(f, func(c cell) bool { return c.kind == check }); at >= 0 && f.count(any1) == 0 {
		for i, b := range p.Check.of(f.bytes()[p.Check.From:at]) {
			f[at+i] = cell{given, b}
		}
	}
	return f
}

// endsInside reports whether the bytes of ends stand in a frame, its own end aside.
func endsInside(f, ends Pattern) bool {
	all := slices.Concat(f, ends)
	for i := range f {
		if len(ends) > 0 && slices.Equal(all[i:i+len(ends)], ends) {
			return true
		}
	}
	return false
}

func (p Profile) checkStaff(at faultAt) {
	if p.Staff.Encoding == "" && p.Staff.Length == 0 && len(p.Staff.Fill) == 0 {
		return
	}
	if p.Staff.Encoding != "gbk" && p.Staff.Encoding != "utf-8" {
		at("staff.encoding", "%q: want gbk or utf-8", p.Staff.Encoding)
	}
	if p.Staff.Length < 1 || p.Staff.Length > maxStaff {
		at("staff.length", "%d: want 1 to %d bytes", p.Staff.Length, maxStaff)
	}
	if len(p.Staff.Fill) > 1 || !p.Staff.Fill.fixed() {
		at("staff.fill", "want one given byte, such as 20 or 00")
	}
}

func (p Profile) checkScreens(at faultAt) {
	for _, s := range p.Screens.all() {
		path := "screens." + s.name
		p.checkFrame(at, path, s.Pattern)
		if s.count(key)+s.count(any1) > 0 || s.count(staff) > 1 {
			at(path, "want given bytes, <check>, and <staff> once at most")
		}
		if s.count(staff) > 0 && p.Staff.Encoding == "" {
			at(path, "has <staff>, and staff.encoding does not say how it is written: want gbk or utf-8")
		}
	}
}

// named is one of the frames that are sent.
type named struct {
	name string
	Pattern
}

func (s Screens) all() []named {
	return []named{{"idle", s.Idle}, {"prompt", s.Prompt}, {"thanks", s.Thanks}, {"rated", s.Rated}, {"wait", s.Wait}, {"closed", s.Closed}, {"staff", s.Staff}}
}
