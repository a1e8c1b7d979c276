// Package escpos turns what a thermal ticket printer must do into ESC/POS bytes and back, and reads what the printer
// answers. It owns the bytes of the few commands that tickets need, the Chinese text between them (GB18030, one or two
// bytes a character) and the status bytes. It never opens a port, waits or decides what a trouble means.
//
// Clauses are cited as the commands are named in the ESC/POS reference: "GS v 0". Sizes are in dots of 1/8 mm
// (203 dpi): paper of 58 mm is 384 dots wide, paper of 80 mm 576.
package escpos

// What every printer of this family shares.
const (
	ColumnDots = 12  // width of a half-width character at size 1; a Chinese one takes two columns
	FontDots   = 24  // height of a character at size 1
	LineDots   = 30  // what a line of size 1 takes of the paper, the space below it included
	BandRows   = 128 // most rows of one GS v 0: cheap printers have no memory for more
	MaxWidth   = 128 // most bytes in a row of a raster: 1,024 dots, wider than any ticket paper
)

// Command is one thing a printer is told to do. The set is closed.
type Command interface {
	appendTo(b []byte) []byte
}

type (
	// Init puts the printer back to its settings at power-on: ESC @. It does not empty what already waits there.
	Init struct{}
	// Chinese makes bytes from 0x81 on the first half of a Chinese character: FS &. Send it after each Init.
	Chinese struct{}
	// Size makes what follows W times as wide and H times as high, each 1 to 8: GS !.
	Size struct{ W, H int }
	// Bold switches heavy type on and off: ESC E.
	Bold bool
	// Align places the lines that follow: ESC a.
	Align uint8
	// Text is a piece of a line, without its end. What the printer cannot draw is replaced (see Printable).
	Text string
	// LineFeed prints the line and goes to the next: LF. A printer keeps text back until it comes.
	LineFeed struct{}
	// Lines feeds n empty lines: ESC d.
	Lines uint8
	// Dots feeds n dots: ESC J.
	Dots uint8
	// Raster prints a picture of dots from the left edge of the paper: GS v 0. Bits holds rows of Width bytes, the
	// first dot in the top bit, 1 is black. With Double each dot is printed as 2 × 2, at a quarter of the bytes.
	// More than BandRows rows go out as several commands, which print without a seam.
	Raster struct {
		Double bool
		Width  int
		Bits   []byte
	}
	// QR draws a QR code of level M by the printer's own means, with modules of so many dots, at most MaxQR bytes: GS ( k.
	QR struct {
		Module int
		Data   string
	}
	// Stored prints a picture that lies in the printer's own memory, by its number: FS p n 0.
	Stored uint8
	// Cut cuts the paper off, as the knife of this printer wants to be told.
	Cut struct{ By Knife }
	// AskStatus asks one of four questions, answered by a RealTime: DLE EOT n.
	AskStatus uint8
	// Confirm asks for the paper sensor: GS r 1. The Confirmed that answers it comes in order, so everything sent
	// before has been worked off.
	Confirm struct{}
	// Automatic makes the printer tell each change of its state by itself (Auto), beginning at once, or stops it: GS a.
	Automatic bool
	// Unknown is a byte that begins no command of this list: noise, or a command nobody here sends.
	Unknown uint8
)

// Knife is a way of telling a printer to cut. The zero value is what nearly all understand.
type Knife uint8

// The knives. The first two feed what is printed past the knife by themselves.
const (
	FeedAndCut    Knife = iota // GS V 66 0: one point stays
	FeedAndCutOff              // GS V 65 0: wholly
	CutHere                    // GS V 1: one point stays
	CutOffHere                 // GS V 0: wholly
	CutHereOld                 // ESC m: one point stays
	CutOffHereOld              // ESC i: wholly
	NoKnife                    // the paper is torn off: nothing is sent
)

// Feeds reports whether the knife feeds by itself.
func (k Knife) Feeds() bool { return k == FeedAndCut || k == FeedAndCutOff }

// code is what tells the knife to cut.
func (k Knife) code() []byte {
	switch k {
	case FeedAndCutOff:
		return []byte{gs, 'V', 65, 0}
	case CutHere:
		return []byte{gs, 'V', 1}
	case CutOffHere:
		return []byte{gs, 'V', 0}
	case CutHereOld:
		return []byte{esc, 'm'}
	case CutOffHereOld:
		return []byte{esc, 'i'}
	case NoKnife:
		return nil
	}
	return []byte{gs, 'V', 66, 0}
}

// Where a line stands.
const (
	Left   Align = 0
	Center Align = 1
	Right  Align = 2
)

// The questions of DLE EOT.
const (
	AskPrinter AskStatus = 1 // is it on line?
	AskOffline AskStatus = 2 // why not: cover, paper end, error
	AskError   AskStatus = 3 // what error
	AskPaper   AskStatus = 4 // how is the paper
)

// The first bytes of commands, and the marks in automatic status.
const (
	dle = 0x10
	eot = 0x04
	lf  = 0x0A
	esc = 0x1B
	fs  = 0x1C
	gs  = 0x1D

	autoMask = 0x0E // GS a: tell of on line / off line, errors and the paper sensor
)

// Append adds the bytes of cmds to b. Numbers outside a command's range are taken as its nearest; a Raster with a row
// wider than MaxWidth, or of no width, is left out.
func Append(b []byte, cmds ...Command) []byte {
	for _, c := range cmds {
		b = c.appendTo(b)
	}
	return b
}

// Abandon returns bytes that bring a printer back in step which may have got only the front of job: empty bytes as many
// as the longest picture in it can still be waiting for (between commands a printer ignores them), then Init, and the
// stump is cut off, or fed out of a printer without knife, so that it does not hang on the next paper.
func Abandon(job []byte) []byte {
	const tearOff = 8 // lines
	var p Parser
	longest, end := 0, []Command{Lines(tearOff)}
	for _, c := range p.Feed(job) {
		switch c := c.(type) {
		case Raster, QR:
			longest = max(longest, len(Append(nil, c)))
		case Cut:
			end = []Command{LineFeed{}, c}
			if !c.By.Feeds() {
				end = []Command{Lines(tearOff), c}
			}
		}
	}
	return Append(Append(make([]byte, longest), Init{}), end...)
}

func (Init) appendTo(b []byte) []byte     { return append(b, esc, '@') }
func (Chinese) appendTo(b []byte) []byte  { return append(b, fs, '&') }
func (LineFeed) appendTo(b []byte) []byte { return append(b, lf) }
func (c Cut) appendTo(b []byte) []byte    { return append(b, c.By.code()...) }
func (Confirm) appendTo(b []byte) []byte  { return append(b, gs, 'r', 1) }
func (n Lines) appendTo(b []byte) []byte  { return append(b, esc, 'd', byte(n)) }
func (n Dots) appendTo(b []byte) []byte   { return append(b, esc, 'J', byte(n)) }
func (n Stored) appendTo(b []byte) []byte { return append(b, fs, 'p', byte(n), 0) }
func (u Unknown) appendTo(b []byte) []byte {
	return append(b, byte(u))
}

func (s Size) appendTo(b []byte) []byte {
	return append(b, gs, '!', byte(within(s.W, 1, 8)-1)<<4|byte(within(s.H, 1, 8)-1))
}

func (on Bold) appendTo(b []byte) []byte {
	return append(b, esc, 'E', bit(bool(on), 1))
}

func (a Align) appendTo(b []byte) []byte {
	return append(b, esc, 'a', byte(min(a, Right)))
}

func (t Text) appendTo(b []byte) []byte { return append(b, encode(string(t))...) }

func (q AskStatus) appendTo(b []byte) []byte {
	return append(b, dle, eot, byte(within(int(q), int(AskPrinter), int(AskPaper))))
}

func (on Automatic) appendTo(b []byte) []byte {
	return append(b, gs, 'a', bit(bool(on), autoMask))
}

func (r Raster) appendTo(b []byte) []byte {
	if r.Width < 1 || r.Width > MaxWidth {
		return b
	}
	for rows := r.Rows(); rows > 0; {
		n := min(rows, BandRows)
		from := (r.Rows() - rows) * r.Width
		b = append(b, r.header(n)...)
		b = append(b, r.Bits[from:from+n*r.Width]...)
		rows -= n
	}
	return b
}

// header begins a band of rows rows. It is empty for a width that no band has.
func (r Raster) header(rows int) []byte {
	if r.Width < 1 || r.Width > MaxWidth {
		return nil
	}
	return []byte{gs, 'v', '0', bit(r.Double, 3), byte(r.Width), 0, byte(rows), 0}
}

// Rows returns how many whole rows the picture has.
func (r Raster) Rows() int {
	if r.Width < 1 {
		return 0
	}
	return len(r.Bits) / r.Width
}

// Black reports whether the dot at column x of row y is printed, before doubling.
func (r Raster) Black(x, y int) bool {
	return r.Bits[y*r.Width+x/8]&(0x80>>(x%8)) != 0
}

func within(n, low, high int) int { return max(low, min(n, high)) }

func bit(on bool, mask byte) byte {
	if on {
		return mask
	}
	return 0
}
