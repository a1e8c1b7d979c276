package device

import (
	"errors"
	"fmt"
	"slices"

	"hallpulse/firmware-protocol/escpos"
	"hallpulse/firmware-protocol/hall"
)

// Kind is a kind of paper.
type Kind string

// The kinds of paper. Each has a file of its own in paper/.
const (
	KindTicket     Kind = "ticket"
	KindList       Kind = "list"
	KindAcceptance Kind = "acceptance"
	KindNotice     Kind = "notice"
	KindRefusal    Kind = "refusal"
	KindTest       Kind = "test"
)

// Kinds are all kinds of paper.
func Kinds() []Kind {
	return []Kind{KindTicket, KindList, KindAcceptance, KindNotice, KindRefusal, KindTest}
}

// Template says what stands on a kind of paper, from top to bottom, as its file in paper/ says.
type Template struct {
	Blocks []Block `yaml:"blocks"`
}

// Block is a part of a paper. What is left out is as the part always is.
type Block struct {
	Show  string `yaml:"show"`
	Size  int    `yaml:"size"` // of its main line
	Bold  *bool  `yaml:"bold"`
	Align string `yaml:"align"`
	ZH    string `yaml:"zh"` // of text: the hall's own words
	EN    string `yaml:"en"`
	File  string `yaml:"file"` // of logo: a PNG beside the template

	picture *Picture
}

// The blocks that every kind of paper can have.
const (
	blockRule = "rule"
	blockText = "text"
	blockLogo = "logo"
)

// blocksOf returns the blocks of a kind besides those, those that must be there first.
func blocksOf(kind Kind) (must, may []string) {
	switch kind {
	case KindTicket:
		return []string{"number", "again", "windows", "qr", "code", "when"}, []string{"hall", "what", "wait", "route", "materials"}
	case KindList:
		return []string{"title", "about", "materials", "windows", "facts", "foot"}, []string{"hall", "route"}
	case KindAcceptance:
		return []string{"title", "again", "about", "limits", "qr", "code", "foot"}, []string{"hall"}
	case KindNotice:
		return []string{"title", "again", "about", "missing", "then", "once", "basis", "foot"}, []string{"hall", "qr", "code"}
	case KindRefusal:
		return []string{"title", "again", "about", "reason", "remedy", "signed", "foot"}, []string{"hall"}
	case KindTest:
		return []string{"title"}, []string{"hall", "printer", "ruler", "sizes", "glyphs", "qr", "when"}
	}
	return nil, nil
}

// maxSize is the largest type: ×8 of the printer's own font.
const maxSize = 8

// Faults lists every fault of a template for a kind of paper, in the order of its file.
func (t Template) Faults(kind Kind) (faults []hall.Fault) {
	fault := func(at, say string, args ...any) {
		faults = append(faults, hall.Fault{At: at, Say: fmt.Sprintf(say, args...)})
	}
	must, may := blocksOf(kind)
	own := slices.Concat(must, may)
	seen := map[string]bool{}
	for i, b := range t.Blocks {
		at := fmt.Sprintf("blocks[%d]", i)
		switch known := slices.Contains(own, b.Show); {
		case !known && b.Show != blockRule && b.Show != blockText && b.Show != blockLogo:
			fault(at+".show", "%q: want %s", b.Show, or(slices.Concat(own, []string{blockRule, blockText, blockLogo})))
		case known && seen[b.Show]:
			fault(at+".show", "%s stands there twice", b.Show)
		}
		seen[b.Show] = true
		for _, f := range b.faults() {
			fault(at+"."+f.At, "%s", f.Say)
		}
	}
	for _, name := range must {
		if !seen[name] {
			fault("blocks", "%s is missing: put  - show: %[1]s  where it shall stand", name)
		}
	}
	return faults
}

// faults lists what is wrong in a block itself.
func (b Block) faults() (faults []hall.Fault) {
	fault := func(at, say string, args ...any) {
		faults = append(faults, hall.Fault{At: at, Say: fmt.Sprintf(say, args...)})
	}
	if b.Size < 0 || b.Size > maxSize {
		fault("size", "%d: want 1 to %d", b.Size, maxSize)
	}
	if b.Align != "" && b.Align != "left" && b.Align != "center" && b.Align != "right" {
		fault("align", "%q: want left, center or right", b.Align)
	}
	if b.Show == blockText && b.ZH == "" {
		fault("zh", "missing: the words of the line")
	}
	if b.Show != blockText && b.ZH+b.EN != "" {
		fault("zh", "words are of  show: text  alone; what %s says stands in the catalogue of words", b.Show)
	}
	if b.Show == blockLogo && b.File == "" {
		fault("file", "missing: name a PNG file beside this one, or take the logo out")
	}
	if b.Show != blockLogo && b.File != "" {
		fault("file", "a file is of  show: logo  alone")
	}
	return faults
}

// Files names the files of the logos.
func (t Template) Files() (names []string) {
	for _, b := range t.Blocks {
		if b.Show == blockLogo && b.File != "" {
			names = append(names, b.File)
		}
	}
	return names
}

// WithPicture returns t with the picture that a file holds.
func (t Template) WithPicture(file string, p Picture) Template {
	t.Blocks = slices.Clone(t.Blocks)
	for i, b := range t.Blocks {
		if b.Show == blockLogo && b.File == file {
			t.Blocks[i].picture = &p
		}
	}
	return t
}

// Form is how a paper looks: in which words, on which printer, by which template.
type Form struct {
	Words    PaperWords
	English  bool
	Printer  Profile
	Template Template
}

// look is how the main line of a block looks: as said here, unless its template says otherwise.
func (b Block) look(size int, st style) (int, style) {
	if b.Size > 0 {
		size = b.Size
	}
	if b.Bold != nil {
		st &^= bold
		if *b.Bold {
			st |= bold
		}
	}
	switch b.Align {
	case "left":
		st &^= centered | right
	case "center":
		st = st&^right | centered
	case "right":
		st = st&^centered | right
	}
	return size, st
}

// small makes the type of a block as small as it can be read: a number at arm's length.
func (b *Block) small() {
	b.Size = 1
	if b.Show == "number" {
		b.Size = 3
	}
}

// part lays one block on a sheet. Room is how many dots are left for it; only parts that can do with less look at it.
type part func(s *sheet, b Block, room int) error

// endless is the room on a paper that may be as long as it gets.
const endless = 1 << 20

// lay lays the parts in the order of the template, and cuts. What is in filling, in that order of need, gets what is left of
// the room.
func (f Form) lay(kind Kind, parts map[string]part, filling []string, room int) ([]byte, error) {
	if err := f.validate(kind); err != nil {
		return nil, err
	}
	sheets, err := f.layAll(parts, filling, room)
	for _, smaller := range []func(b *Block){func(b *Block) { b.Size = 0 }, (*Block).small} {
		if errors.Is(err, errTooLong) { // large type gives way to the length of the paper
			sheets, err = f.with(smaller).layAll(parts, filling, room)
		}
	}
	if err != nil {
		return nil, err
	}
	all := []escpos.Command{escpos.Chinese{}}
	begun, ruled := false, false
	for i, s := range sheets {
		switch {
		case f.Template.Blocks[i].Show == blockRule:
			ruled = begun
		case s.length > 0:
			if ruled {
				rule := f.sheet()
				rule.rule()
				all = append(all, rule.cmds...)
			}
			all, begun, ruled = append(all, s.cmds...), true, false
		}
	}
	return escpos.Append(nil, append(all, f.Printer.cut()...)...), nil
}

// with returns f with blocks changed.
func (f Form) with(change func(b *Block)) Form {
	f.Template = Template{slices.Clone(f.Template.Blocks)}
	for i := range f.Template.Blocks {
		change(&f.Template.Blocks[i])
	}
	return f
}

func (f Form) validate(kind Kind) error {
	faults := []error{f.Words.Validate()}
	for _, fault := range f.Printer.Faults() {
		faults = append(faults, fmt.Errorf("printer: %s: %s", fault.At, fault.Say))
	}
	for _, fault := range f.Template.Faults(kind) {
		faults = append(faults, fmt.Errorf("template %s: %s: %s", kind, fault.At, fault.Say))
	}
	return errors.Join(faults...)
}

func (f Form) sheet() *sheet {
	return &sheet{dots: f.Printer.Dots, charset: f.Printer.charset()}
}

// errTooLong: what must stand on the paper has no room there.
var errTooLong = errors.New("longer than the paper")

// layAll lays each block on a sheet of its own: first what must be there, then what fills, in that order.
func (f Form) layAll(parts map[string]part, filling []string, room int) ([]*sheet, error) {
	sheets := make([]*sheet, len(f.Template.Blocks))
	for i, b := range f.Template.Blocks {
		sheets[i] = f.sheet()
		switch {
		case b.Show == blockRule:
			room -= ruleDots
		case slices.Contains(filling, b.fills()):
		default:
			if err := parts[b.Show](sheets[i], b, room); err != nil {
				return nil, err
			}
			room -= sheets[i].length
		}
	}
	if room < 0 {
		return nil, errTooLong
	}
	for _, name := range filling {
		for i, b := range f.Template.Blocks {
			switch {
			case b.fills() != name:
				continue
			case name == hallsOwn:
				if f.layOwn(sheets[i], b); sheets[i].length > room {
					sheets[i] = f.sheet()
				}
			default:
				if err := parts[name](sheets[i], b, room); err != nil {
					return nil, err
				}
			}
			room -= sheets[i].length
		}
	}
	return sheets, nil
}

// hallsOwn stands for the hall's own lines and logos among what fills a paper.
const hallsOwn = "own"

// fills is the name of a block among those.
func (b Block) fills() string {
	if b.Show == blockText || b.Show == blockLogo {
		return hallsOwn
	}
	return b.Show
}

// layOwn lays what a hall adds: a line of its own, or its logo.
func (f Form) layOwn(s *sheet, b Block) {
	if b.Show == blockText {
		text := b.ZH
		if f.English && b.EN != "" {
			text = b.EN
		}
		size, st := b.look(1, centered)
		s.text(size, st, s.wrap(text, size, 4)...)
		return
	}
	switch {
	case f.Printer.Logo > 0:
		s.cmds = append(s.cmds, escpos.Center, escpos.Stored(f.Printer.Logo))
		s.length += logoDots // at most: only the printer knows
	case b.picture != nil:
		s.raster(b.picture.raster(s.dots, b.Align))
		s.gap(gapDots)
	}
}
