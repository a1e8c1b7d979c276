package frame

import (
	"bytes"
	"time"
	"unicode"

	"golang.org/x/text/encoding/simplifiedchinese"

	"hallpulse/firmware-protocol/hall"
)

// Codec is a profile made ready. It keeps nothing: many may use it.
type Codec struct {
	profile Profile
	frames  []template
	ends    []byte
	longest int
}

// template is the frame of one key.
type template struct {
	Pattern
	level hall.Level
}

// Line is how the pad's serial line is set.
func (c *Codec) Line() Line { return c.profile.Line }

// Name is what people call the pad.
func (c *Codec) Name() string { return c.profile.Name }

// Screen is what a pad can be made to show.
type Screen uint8

// The screens.
const (
	Idle Screen = iota
	Prompt
	Thanks
	Rated
	Wait
	Closed
	StaffName // not a screen of its own: the name that the others show
)

// Show returns the frame for a screen; nothing where the pad has none.
func (c *Codec) Show(s Screen, staffName string) []byte {
	f := c.profile.Screens.all()[s].Pattern
	var out []byte
	for _, cell := range f {
		switch cell.kind {
		case staff:
			out = append(out, c.profile.Staff.write(staffName)...)
		case check:
			out = append(out, c.profile.Check.of(out[c.profile.Check.From:])...)
		default:
			out = append(out, cell.value)
		}
	}
	return out
}

// write returns name in the pad's own encoding, cut after a whole character and filled up. A character that the encoding
// lacks is a question mark; what could be a command is left out.
func (s Staff) write(name string) []byte {
	var out []byte
	for _, r := range name {
		if !unicode.IsPrint(r) {
			continue
		}
		b := []byte(string(r))
		if s.Encoding == "gbk" {
			var err error
			if b, err = simplifiedchinese.GBK.NewEncoder().Bytes(b); err != nil {
				b = []byte("?")
			}
		}
		if len(out)+len(b) > s.Length {
			break
		}
		out = append(out, b...)
	}
	fill := byte(' ')
	if len(s.Fill) > 0 {
		fill = s.Fill[0].value
	}
	return append(out, bytes.Repeat([]byte{fill}, s.Length-len(out))...)
}

// Decoder cuts what a pad sends into presses. It holds one frame at most: a damaged one costs a byte at a time, or, where
// frames have an end, itself.
type Decoder struct {
	codec *Codec
	buf   []byte
	lost  bool // too long since the last end: the next one is awaited

	last hall.Level // 0: none yet
	at   time.Time  // when it was seen last
}

// Decoder returns a decoder that begins between two frames.
func (c *Codec) Decoder() *Decoder { return &Decoder{codec: c} }

// Feed takes bytes that came at the time at and returns the presses in them, and how many bytes were none. A key that comes
// again within the bounce time is dropped, unless late says that the bytes may have waited unread: then nobody knows
// how far apart they came, and each is a press.
func (d *Decoder) Feed(p []byte, at time.Time, late bool) (presses []hall.Level, noise int) {
	take := func(l hall.Level) {
		bounced := !late && l == d.last && at.Sub(d.at) < d.codec.profile.Bounce
		d.last, d.at = l, at
		if !bounced {
			presses = append(presses, l)
		}
	}
	for _, b := range p {
		d.buf = append(d.buf, b)
		if len(d.codec.ends) > 0 {
			noise += d.ended(take)
		} else {
			noise += d.known(take)
		}
	}
	return presses, noise
}

// Rest throws away a frame that was begun and not ended; call it after a long silence. It returns how many bytes it had.
func (d *Decoder) Rest() int {
	n := len(d.buf)
	d.buf, d.lost = d.buf[:0], false
	return n
}

// ended looks whether a frame ends here.
func (d *Decoder) ended(take func(hall.Level)) (noise int) {
	if f, whole := bytes.CutSuffix(d.buf, d.codec.ends); whole {
		l := d.codec.level(f)
		switch {
		case l != 0 && !d.lost:
			take(l)
		case len(f) > 0:
			noise = len(d.buf)
		}
		d.buf, d.lost = d.buf[:0], false
		return noise
	}
	if len(d.buf) > d.codec.longest+len(d.codec.ends) { // no frame any more: only its end is of interest
		d.lost = true
		n := len(d.buf) - len(d.codec.ends)
		d.buf = append(d.buf[:0], d.buf[n:]...)
		return n
	}
	return 0
}

// known looks whether the bytes are a frame, and drops what begins none.
func (d *Decoder) known(take func(hall.Level)) (noise int) {
	for len(d.buf) > 0 {
		if l := d.codec.level(d.buf); l != 0 {
			take(l)
			d.buf = d.buf[:0]
			return noise
		}
		if d.codec.begun(d.buf) {
			return noise
		}
		d.buf = append(d.buf[:0], d.buf[1:]...)
		noise++
	}
	return noise
}

// begun reports whether b is the beginning of some frame.
func (c *Codec) begun(b []byte) bool {
	for _, f := range c.frames {
		if len(b) < len(f.Pattern) && f.begins(b) {
			return true
		}
	}
	return false
}

// level returns the level of the frame that b is, or 0.
func (c *Codec) level(b []byte) hall.Level {
	for _, f := range c.frames {
		if len(b) == len(f.Pattern) && f.begins(b) && c.proved(f.Pattern, b) {
			return f.level
		}
	}
	return 0
}

// proved reports whether the check of a frame is right.
func (c *Codec) proved(f Pattern, b []byte) bool {
	for i, cell := range f {
		if cell.kind == check {
			want := c.profile.Check.of(b[c.profile.Check.From:i])
			return bytes.Equal(b[i:i+len(want)], want)
		}
	}
	return true
}
