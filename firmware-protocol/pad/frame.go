// Package pad turns the bytes of the pad link into values and back: version 1 of the protocol in
// firmware-protocol/README.md. It owns framing, checksums and layouts. It knows no port, no clock and no rule about
// what a press means.
package pad

import (
	"encoding/binary"
	"errors"
	"iter"
)

// Bounds of a frame (README §2).
const (
	MaxBody = 60          // type and fields
	MaxWire = MaxBody + 4 // with checksum, COBS byte and end mark
)

// Why a frame gives no message. Each costs that frame alone.
var (
	ErrFraming  = errors.New("pad frame: broken framing")        // §2.1: too long, or COBS that points beyond the end
	ErrChecksum = errors.New("pad frame: checksum differs")      // §2.2
	ErrLength   = errors.New("pad frame: wrong length for type") // §2.3
	ErrType     = errors.New("pad frame: unknown type")          // §3
	ErrValue    = errors.New("pad frame: value out of range")    // §3: level, seq, light, screen, sound
)

// Append appends the frame of m to dst: what goes on the wire, end mark included.
func Append(dst []byte, m Message) []byte {
	var room [MaxBody + 2]byte
	body := m.appendBody(room[:0])
	body = binary.LittleEndian.AppendUint16(body, checksum(body))
	return append(appendCOBS(dst, body), 0)
}

// Decoder cuts a stream of bytes into messages. The zero Decoder is ready, also in the middle of a frame: whatever
// comes first, it finds the next end mark. It holds one frame at most.
type Decoder struct {
	buf [MaxWire - 1]byte
	n   int // bytes since the last end mark; more than fit: the frame is lost, its end is awaited
}

// Frames feeds p to the decoder and yields what ends in it: a message, or the reason why a frame gives none. Bytes of
// an unfinished frame stay for the next call. Leaving the loop early throws the rest of p away.
func (d *Decoder) Frames(p []byte) iter.Seq2[Message, error] {
	return func(yield func(Message, error) bool) {
		for _, b := range p {
			if b != 0 {
				if d.n < len(d.buf) {
					d.buf[d.n] = b
				}
				d.n = min(d.n+1, len(d.buf)+1)
				continue
			}
			n := d.n
			d.n = 0
			if n == 0 {
				continue // an empty frame is no damage: it marks a fresh start (§2.1)
			}
			if !yield(d.frame(n)) {
				return
			}
		}
	}
}

// frame reads the n bytes before an end mark.
func (d *Decoder) frame(n int) (Message, error) {
	if n > len(d.buf) {
		return nil, ErrFraming
	}
	var room [MaxBody + 2]byte
	body, ok := appendPlain(room[:0], d.buf[:n])
	if !ok || len(body) < 3 {
		return nil, ErrFraming
	}
	body, sum := body[:len(body)-2], body[len(body)-2:]
	if checksum(body) != binary.LittleEndian.Uint16(sum) {
		return nil, ErrChecksum
	}
	return decodeBody(body)
}

// checksum is CRC-16/MCRF4XX: polynomial 0x1021 reflected, start 0xffff, nothing inverted (§2.2).
func checksum(p []byte) uint16 {
	c := uint16(0xffff)
	for _, b := range p {
		c ^= uint16(b)
		for range 8 {
			lsb := c & 1
			c >>= 1
			if lsb != 0 {
				c ^= 0x8408
			}
		}
	}
	return c
}

// appendCOBS appends p, at most 253 bytes, with every zero replaced by the distance to the next one (§2.1).
func appendCOBS(dst, p []byte) []byte {
	code := len(dst) // where the distance goes when it is known
	dst = append(dst, 1)
	for _, b := range p {
		if b == 0 {
			code = len(dst)
			dst = append(dst, 1)
			continue
		}
		dst = append(dst, b)
		dst[code]++
	}
	return dst
}

// appendPlain undoes appendCOBS. False: a distance points beyond the end.
func appendPlain(dst, p []byte) ([]byte, bool) {
	for len(p) > 0 {
		n := int(p[0])
		if n == 0 || n > len(p) {
			return nil, false
		}
		dst = append(dst, p[1:n]...)
		if p = p[n:]; len(p) > 0 {
			dst = append(dst, 0)
		}
	}
	return dst, true
}
