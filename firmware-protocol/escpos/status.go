package escpos

// Status is what a printer says of itself. The zero value is a printer that is ready.
type Status struct {
	Offline  bool // takes no data for now
	Cover    bool // the cover is open
	Knife    bool // the knife is stuck
	Hot      bool // the print head is too hot: it goes on by itself when it has cooled
	Error    bool // an error it names no further
	PaperOut bool
	PaperLow bool // printing goes on
}

// Ready reports whether a job sent now can come out.
func (s Status) Ready() bool { return s == Status{PaperLow: s.PaperLow} }

// And joins what several answers told.
func (s Status) And(t Status) Status {
	return Status{
		Offline:  s.Offline || t.Offline,
		Cover:    s.Cover || t.Cover,
		Knife:    s.Knife || t.Knife,
		Hot:      s.Hot || t.Hot,
		Error:    s.Error || t.Error,
		PaperOut: s.PaperOut || t.PaperOut,
		PaperLow: s.PaperLow || t.PaperLow,
	}
}

// Reply is one thing a printer says: RealTime, Confirmed, Auto or Noise.
type Reply interface{ reply() }

type (
	// RealTime answers an AskStatus. The byte does not name the question: only the order of asking does.
	RealTime uint8
	// Confirmed answers a Confirm: all that was sent before it has been worked off.
	Confirmed uint8
	// Auto is the automatic status: four bytes, sent by the printer itself at each change.
	Auto [4]byte
	// Noise is a byte that is none of these: XON and XOFF, a wrong rate, another device.
	Noise uint8
)

// What a printer with flow control in its data says between its answers.
const (
	XON  Noise = 0x11
	XOFF Noise = 0x13
)

func (RealTime) reply()  {}
func (Confirmed) reply() {}
func (Auto) reply()      {}
func (Noise) reply()     {}

// Bits that tell the kinds of reply apart, whatever they say.
const (
	realTimeMask, realTimeIs = 0x93, 0x12 // 0xx1xx10
	autoHeadMask, autoHeadIs = 0x93, 0x10 // 0xx1xx00, the first of four
	sensorMask, sensorIs     = 0x90, 0x00 // 0xx0xxxx: GS r, and the second to fourth of automatic status
)

// Bits of the replies (reference, "DLE EOT", "GS r", "GS a"). Of a sensor that reports two bits, one is enough.
const (
	onlineOffline = 0x08 // DLE EOT 1, first byte of automatic status
	causeCover    = 0x04 // DLE EOT 2
	causePaper    = 0x20
	causeError    = 0x40
	errorKnife    = 0x08 // DLE EOT 3, second byte of automatic status
	errorFatal    = 0x20
	errorPasses   = 0x40 // temperature
	rollLow       = 0x0C // DLE EOT 4
	rollOut       = 0x60
	sensorLow     = 0x03 // GS r 1, third byte of automatic status
	sensorOut     = 0x0C
	autoCover     = 0x20 // first byte of automatic status
)

// Status returns what r tells, when q was the question.
func (r RealTime) Status(q AskStatus) Status {
	has := func(mask RealTime) bool { return r&mask != 0 }
	switch q {
	case AskPrinter:
		return Status{Offline: has(onlineOffline)}
	case AskOffline:
		return Status{Cover: has(causeCover), PaperOut: has(causePaper), Error: has(causeError)}
	case AskError:
		return Status{Knife: has(errorKnife), Hot: has(errorPasses), Error: has(errorFatal)}
	case AskPaper:
		return Status{PaperLow: has(rollLow), PaperOut: has(rollOut)}
	}
	return Status{}
}

// Status returns what c tells of the paper.
func (c Confirmed) Status() Status {
	return Status{PaperLow: c&sensorLow != 0, PaperOut: c&sensorOut != 0}
}

// Status returns what a tells.
func (a Auto) Status() Status {
	return Status{
		Offline:  a[0]&onlineOffline != 0,
		Cover:    a[0]&autoCover != 0,
		Knife:    a[1]&errorKnife != 0,
		Hot:      a[1]&errorPasses != 0,
		Error:    a[1]&errorFatal != 0,
		PaperLow: a[2]&sensorLow != 0,
		PaperOut: a[2]&sensorOut != 0,
	}
}

// RealTime returns the answer of a printer in state s to q.
func (s Status) RealTime(q AskStatus) RealTime {
	r := byte(realTimeIs)
	switch q {
	case AskPrinter:
		r |= bit(s.Offline, onlineOffline)
	case AskOffline:
		r |= bit(s.Cover, causeCover) | bit(s.PaperOut, causePaper) | bit(s.Knife || s.Hot || s.Error, causeError)
	case AskError:
		r |= s.errors()
	case AskPaper:
		r |= bit(s.PaperLow, rollLow) | bit(s.PaperOut, rollOut)
	}
	return RealTime(r)
}

func (s Status) errors() byte {
	return bit(s.Knife, errorKnife) | bit(s.Hot, errorPasses) | bit(s.Error, errorFatal)
}

// Confirmed returns the answer of a printer in state s to Confirm.
func (s Status) Confirmed() Confirmed {
	return Confirmed(bit(s.PaperLow, sensorLow) | bit(s.PaperOut, sensorOut))
}

// Auto returns what a printer in state s tells by itself.
func (s Status) Auto() Auto {
	return Auto{
		autoHeadIs | bit(s.Offline, onlineOffline) | bit(s.Cover, autoCover),
		s.errors(),
		bit(s.PaperLow, sensorLow) | bit(s.PaperOut, sensorOut),
		0,
	}
}

// Decoder reads what a printer sends. The zero value is ready; it keeps at most three bytes.
type Decoder struct {
	head []byte // of an automatic status, not yet whole
}

// Feed takes the next bytes from the line and returns what they complete. A byte that breaks an automatic status costs
// that status's first byte; what follows is read anew.
func (d *Decoder) Feed(b []byte) []Reply {
	var out []Reply
	rest := append(d.head, b...)
	for len(rest) > 0 {
		r, n := readReply(rest)
		if n == 0 {
			break
		}
		out = append(out, r)
		rest = rest[n:]
	}
	d.head = append([]byte(nil), rest...)
	return out
}

// readReply reads the reply at the start of b and says how many bytes it took; none if it is not whole yet.
func readReply(b []byte) (Reply, int) {
	switch {
	case b[0]&realTimeMask == realTimeIs:
		return RealTime(b[0]), 1
	case b[0]&sensorMask == sensorIs:
		return Confirmed(b[0]), 1
	case b[0]&autoHeadMask != autoHeadIs:
		return Noise(b[0]), 1
	}
	for _, c := range b[1:min(len(b), 4)] {
		if c&sensorMask != sensorIs {
			return Noise(b[0]), 1
		}
	}
	if len(b) < 4 {
		return nil, 0
	}
	return Auto(b[:4]), 4
}
