package device

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"hallpulse/firmware-protocol/escpos"
	"hallpulse/firmware-protocol/frame"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/pad"
)

// Found is what hangs at a port that was examined.
type Found string

// What can be found.
const (
	FoundPad     Found = "pad"
	FoundPrinter Found = "printer"
	FoundFrames  Found = "frames"  // a vendor's pad whose frames a profile knows
	FoundBytes   Found = "bytes"   // something that speaks, and nobody knows what
	FoundNothing Found = "nothing" // no word
	FoundTrouble Found = "trouble" // the port could not be opened
)

// Examination is what was found at a port.
type Examination struct {
	Found   Found
	Baud    int          // at which it answers; 0 at a serial server
	Trouble hall.Trouble // why the port could not be opened, or what a printer complains of

	UID      hall.PadUID // of a pad
	Firmware string
	Queued   int  // presses that it keeps and no agent has
	Foreign  bool // it speaks another version of the protocol

	Model    string    // of a printer; empty: it does not say
	Answers  []string  // the questions that it answers while it is ready, as Profile.Status names them
	Profiles []string  // that know the frames of a vendor's pad
	Seen     []BytesOf // what was heard that nobody knows
}

// BytesOf is what was heard at one rate.
type BytesOf struct {
	Baud  int
	Bytes []byte // the first ones
}

// KnownFrames are the frames of a vendor's pad under the name of their profile.
type KnownFrames struct {
	Profile string
	Codec   *frame.Codec
}

// examineTimes are how long what hangs at a port is given.
type examineTimes struct {
	first  time.Duration // at the first rate: opening the port may start a board anew
	pad    time.Duration
	status time.Duration // a printer's answer to a question
	step   time.Duration // at each setting while somebody presses keys
}

func normalExamineTimes() examineTimes {
	return examineTimes{first: 2500 * time.Millisecond, pad: 600 * time.Millisecond, status: 500 * time.Millisecond, step: 1500 * time.Millisecond}
}

// Examine finds out what hangs at a port: it asks as a printer and as a pad are asked, at the usual rates. It takes nothing
// from a pad: presses stay in its queue. The port must be nobody else's.
func Examine(ctx context.Context, port string) Examination {
	x := &examiner{cfg: PortConfig{Path: port}, times: normalExamineTimes(), rates: usualRates()}
	return x.examine(ctx, 0)
}

// Listen hears for wait what is pressed at a port, with the line set as those of known are, in turn: a vendor's pad says
// nothing by itself.
func Listen(ctx context.Context, port string, known []KnownFrames, wait time.Duration) Examination {
	x := &examiner{cfg: PortConfig{Path: port}, known: known, times: normalExamineTimes()}
	return x.examine(ctx, wait)
}

// usualRates are tried in this order: ours, those of printers, the rest.
func usualRates() []int { return []int{DefaultBaud, 9600, 19200, 115200, 57600, 4800, 2400} }

type examiner struct {
	cfg   PortConfig
	known []KnownFrames
	times examineTimes
	rates []int
	conn  *portConn
	found Examination
}

func (x *examiner) examine(ctx context.Context, listen time.Duration) Examination {
	if err := x.run(ctx, listen); err != nil && x.found.Found == "" {
		x.found.Found, x.found.Trouble = FoundTrouble, troubleOf(err)
	}
	x.found.Found = cmp.Or(x.found.Found, FoundNothing)
	return x.found
}

func (x *examiner) run(ctx context.Context, listen time.Duration) (err error) {
	if x.conn, err = openPort(ctx, x.cfg); err != nil {
		return err
	}
	x.conn.limit = time.Second
	defer func() {
		ended, cancel := context.WithCancel(ctx)
		cancel() // a write that stands still is not waited for
		x.conn.close(ended)
	}()
	if x.cfg.network() && len(x.rates) > 0 {
		x.rates = []int{0} // the server has it
	}
	for i, rate := range x.rates {
		if err := x.set(PortConfig{Baud: rate}); err != nil {
			return err
		}
		wait := x.times.pad
		if i == 0 {
			wait = x.times.first
		}
		for _, ask := range []func(context.Context, int, time.Duration) (bool, error){x.askPrinter, x.askPad} {
			if done, err := ask(ctx, rate, wait); done || err != nil {
				return err
			}
		}
	}
	if listen > 0 {
		return x.listen(ctx, listen)
	}
	x.unknown()
	return nil
}

// set changes how the line is set, without opening it anew: that would start many boards anew.
func (x *examiner) set(to PortConfig) error {
	if l, is := x.conn.line.(*serialLine); is && to.Baud > 0 {
		if err := l.SetMode(to.mode()); err != nil {
			return err
		}
		return l.ResetInputBuffer()
	}
	return nil
}

// until reads until is holds of what came since, or wait is over.
func (x *examiner) until(ctx context.Context, wait time.Duration, is func(b []byte) bool) (got []byte, err error) {
	buf := make([]byte, 256)
	for end := time.Now().Add(wait); time.Now().Before(end) && ctx.Err() == nil && len(got) < 4<<10; {
		n, err := x.conn.Read(buf)
		if err != nil {
			return got, err
		}
		if got = append(got, buf[:n]...); n > 0 && is(got) {
			return got, nil
		}
	}
	return got, ctx.Err()
}

// see remembers what nobody knows.
func (x *examiner) see(baud int, b []byte) {
	const most = 48
	if len(b) == 0 {
		return
	}
	i := slices.IndexFunc(x.found.Seen, func(s BytesOf) bool { return s.Baud == baud })
	if i < 0 {
		i = len(x.found.Seen)
		x.found.Seen = append(x.found.Seen, BytesOf{Baud: baud})
	}
	s := &x.found.Seen[i]
	s.Bytes = append(s.Bytes, b[:min(len(b), most-len(s.Bytes))]...)
}

func (x *examiner) unknown() {
	if len(x.found.Seen) > 0 {
		x.found.Found = FoundBytes
	}
}

// askPrinter asks for the state in three questions. A byte of anything can look like an answer; three times just one byte, to
// three questions, do not.
func (x *examiner) askPrinter(ctx context.Context, rate int, _ time.Duration) (done bool, err error) {
	var s escpos.Status
	for _, q := range []escpos.AskStatus{escpos.AskPrinter, escpos.AskOffline, escpos.AskPaper} {
		heard, err := x.askState(ctx, rate, q)
		if err == nil && len(heard) == 0 && q == escpos.AskPrinter {
			return x.askOldPrinter(ctx, rate)
		}
		r, is := only[escpos.RealTime](heard)
		if err != nil || !is {
			return false, err
		}
		s = s.And(r.Status(q))
	}
	return true, x.metPrinter(ctx, rate, s, statusRealTime)
}

// askOldPrinter asks, where nothing is said, as a printer is asked that answers in order alone.
func (x *examiner) askOldPrinter(ctx context.Context, rate int) (done bool, err error) {
	var s escpos.Status
	for range 2 {
		heard, err := x.askState(ctx, rate, escpos.Confirm{})
		r, is := only[escpos.Confirmed](heard)
		if err != nil || !is {
			return false, err
		}
		s = s.And(r.Status())
	}
	return true, x.metPrinter(ctx, rate, s)
}

// askState asks one question and returns all that is said to it.
func (x *examiner) askState(ctx context.Context, rate int, q escpos.Command) ([]escpos.Reply, error) {
	if err := x.conn.Write(escpos.Append(nil, q)); err != nil {
		return nil, err
	}
	got, err := x.until(ctx, x.times.status, func(b []byte) bool { return len(heardState(b)) > 0 })
	if err == nil && len(heardState(got)) == 1 {
		var more []byte
		more, err = x.until(ctx, readWait, func([]byte) bool { return false })
		got = append(got, more...)
	}
	x.see(rate, got)
	return heardState(got), err
}

// only returns what was heard if that is one answer of this kind.
func only[R escpos.Reply](heard []escpos.Reply) (r R, is bool) {
	if len(heard) == 1 {
		r, is = heard[0].(R)
	}
	return r, is
}

// metPrinter keeps what a printer in state s is. While it is not ready it answers nothing else.
func (x *examiner) metPrinter(ctx context.Context, rate int, s escpos.Status, answers ...string) error {
	x.found = Examination{Found: FoundPrinter, Baud: rate, Trouble: troubleIn(s), Answers: answers}
	if !s.Ready() {
		return nil
	}
	return x.meetPrinter(ctx)
}

// meetPrinter asks a printer what else it answers, and for its name. One that does not know a question prints nothing: each
// is three bytes, and it takes them.
func (x *examiner) meetPrinter(ctx context.Context) error {
	ask := func(c escpos.Command, answered func(b []byte) bool) (ok bool, err error) {
		for n := 0; n < 2 && !ok && err == nil; n++ { // one that is busy is slow to answer
			if err := x.conn.Write(escpos.Append(nil, c)); err != nil {
				return false, err
			}
			var got []byte
			got, err = x.until(ctx, x.times.status, answered)
			ok = answered(got)
		}
		return ok, err
	}
	inOrder := func(r escpos.Reply) bool { _, is := r.(escpos.Confirmed); return is }
	automatic := func(r escpos.Reply) bool { _, is := r.(escpos.Auto); return is }
	heard := func(is func(escpos.Reply) bool) func([]byte) bool {
		return func(b []byte) bool { return slices.ContainsFunc(heardState(b), is) }
	}
	for _, q := range []struct {
		name string
		ask  escpos.Command
		is   func(escpos.Reply) bool
	}{{statusInOrder, escpos.Confirm{}, inOrder}, {statusAutomatic, escpos.Automatic(true), automatic}} {
		ok, err := ask(q.ask, heard(q.is))
		if err != nil {
			return err
		}
		if ok {
			x.found.Answers = append(x.found.Answers, q.name)
		}
	}
	if err := x.conn.Write(escpos.Append(nil, escpos.Automatic(false))); err != nil {
		return err
	}
	_, err := ask(escpos.AskModel, func(b []byte) (ok bool) {
		name, ok := escpos.ReadName(b)
		if ok {
			x.found.Model = name
		}
		return ok
	})
	return err
}

// heardState returns what a printer said, but for its flow control.
func heardState(b []byte) []escpos.Reply {
	var d escpos.Decoder
	return slices.DeleteFunc(d.Feed(b), func(r escpos.Reply) bool { return r == escpos.XON || r == escpos.XOFF })
}

// askPad asks who is there, again and again while wait lasts.
func (x *examiner) askPad(ctx context.Context, rate int, wait time.Duration) (done bool, err error) {
	var seen []pad.Message
	hello := func(b []byte) bool {
		var d pad.Decoder
		seen = seen[:0]
		for m, err := range d.Frames(b) {
			switch h := m.(type) {
			case pad.Hello:
				if seen = append(seen, h); err == nil && h.Left == 0 {
					return true
				}
			case pad.Foreign:
				seen = append(seen, h)
				return true
			}
		}
		return false
	}
	const askEvery = 400 * time.Millisecond
	for end := time.Now().Add(wait); time.Now().Before(end) && ctx.Err() == nil; {
		if err := x.conn.Write(append([]byte{0}, pad.Append(nil, pad.Ask{Version: pad.Version})...)); err != nil {
			return false, err
		}
		got, err := x.until(ctx, min(askEvery, time.Until(end)), hello)
		if err != nil || hello(got) {
			return x.metPad(rate, seen), err
		}
		x.see(rate, got)
	}
	return false, nil
}

func (x *examiner) metPad(rate int, hellos []pad.Message) bool {
	for _, m := range hellos {
		switch h := m.(type) {
		case pad.Foreign:
			x.found = Examination{Found: FoundPad, Baud: rate, Foreign: true}
		case pad.Hello:
			if x.found.Found != FoundPad {
				x.found = Examination{Found: FoundPad, Baud: rate, UID: h.UID}
			}
			x.found.Firmware = fmt.Sprintf("%d.%d.%d", h.Firmware[0], h.Firmware[1], h.Firmware[2])
			x.found.Queued += int(h.Queued)
		}
	}
	return len(hellos) > 0
}

// listen hears what is pressed, at each way in which the line of a known pad is set, in turn.
func (x *examiner) listen(ctx context.Context, wait time.Duration) error {
	defer func() {
		if x.found.Found == "" {
			x.unknown()
		}
	}()
	type setting struct {
		frame.Line
		known []KnownFrames
	}
	var settings []setting
	for _, k := range x.known {
		i := slices.IndexFunc(settings, func(s setting) bool { return s.Line == k.Codec.Line() || x.cfg.network() })
		if i < 0 {
			i = len(settings)
			settings = append(settings, setting{Line: k.Codec.Line()})
		}
		settings[i].known = append(settings[i].known, k)
	}
	for end := time.Now().Add(wait); time.Now().Before(end) && ctx.Err() == nil; {
		for _, s := range settings {
			if err := x.set(PortConfig{Baud: s.Baud, Data: s.Data, Parity: Parity(s.Parity), Stop: s.Stop}); err != nil {
				return err
			}
			var names []string
			got, err := x.until(ctx, min(x.times.step, time.Until(end)), func(b []byte) bool { names = knownTo(s.known, b); return len(names) > 0 })
			if err != nil {
				return err
			}
			baud := s.Baud
			if x.cfg.network() {
				baud = 0
			}
			if len(names) > 0 {
				x.found = Examination{Found: FoundFrames, Baud: baud, Profiles: names, Seen: []BytesOf{{baud, got}}}
				return nil
			}
			x.see(baud, got)
		}
	}
	return ctx.Err()
}

// knownTo returns the profiles to which b is presses and nothing else.
func knownTo(known []KnownFrames, b []byte) (names []string) {
	for _, k := range known {
		d := k.Codec.Decoder()
		presses, noise := d.Feed(b, time.Time{}, true)
		if len(presses) > 0 && noise+d.Rest() == 0 {
			names = append(names, k.Profile)
		}
	}
	return names
}

// ErrQueued is returned for a press test with a pad that keeps presses: it would forget them.
var ErrQueued = errors.New("the pad keeps presses that no agent has")

// TryKeys lets somebody try the keys of a pad: each is lit with two blinks, the sign of a press that is not a rating, until
// all five were pressed or wait is over. The pad forgets these presses, and no others: it must keep none. The agent that
// the pad is given to afterwards tells of them as presses that never reached it.
func TryKeys(ctx context.Context, port PortConfig, wait time.Duration, pressed func(hall.Level)) (keys []hall.Level, err error) {
	c, err := openPort(ctx, port)
	if err != nil {
		return nil, err
	}
	defer c.close(ctx)
	x := &examiner{cfg: port, conn: c, times: normalExamineTimes()}
	if err := x.set(PortConfig{Baud: cmp.Or(port.Baud, DefaultBaud)}); err != nil { // what waits there is of earlier
		return nil, err
	}
	if met, err := x.askPad(ctx, port.Baud, x.times.first); err != nil || !met {
		return nil, errors.Join(err, errSilent)
	}
	if x.found.Queued > 0 {
		return nil, fmt.Errorf("%w: %d", ErrQueued, x.found.Queued)
	}
	show := func(s pad.Screen) error { return c.Write(pad.Append(nil, pad.Show{Screen: s})) }
	if err := show(pad.Prompt); err != nil {
		return nil, err
	}
	var d pad.Decoder
	last := map[uint32]uint32{}
	buf := make([]byte, 256)
	for end := time.Now().Add(wait); time.Now().Before(end) && len(keys) < 5 && ctx.Err() == nil; {
		n, err := c.Read(buf)
		if err != nil {
			return keys, err
		}
		for m, err := range d.Frames(buf[:n]) {
			p, is := m.(pad.Press)
			if err != nil || !is {
				continue
			}
			if err := c.Write(pad.Append(nil, pad.Light{Boot: p.Boot, Seq: p.Seq, Meaning: pad.Kept})); err != nil {
				return keys, err
			}
			if p.Seq > last[p.Boot] && !slices.Contains(keys, p.Level) {
				keys = append(keys, p.Level)
				pressed(p.Level)
			}
			last[p.Boot] = max(last[p.Boot], p.Seq)
		}
	}
	return keys, show(pad.Closed)
}
