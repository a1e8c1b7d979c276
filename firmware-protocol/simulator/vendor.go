package simulator

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"hallpulse/firmware-protocol/hall"
)

// VendorStyle is the way a vendor's pad speaks. Each is written down here as a vendor's leaflet would, on its own: no
// profile is read.
type VendorStyle int

// The styles.
const (
	LetterPad VendorStyle = iota // A to E for a key; one letter for each screen
	HexPad                       // AA 55 00 01 level CRC16/Modbus 0D; the name in GBK
	DigitPad                     // EVAL=digit CR LF, with 3 2 1 0 5 for very good to very bad; the name in UTF-8
)

// VendorPad is a pad that somebody owns already: it sends a frame for a key, once, and never knows whether it arrived.
// Its methods may be called from any goroutine.
type VendorPad struct {
	style VendorStyle
	line  *Line

	mu      sync.Mutex
	changed chan struct{} // closed at the next change
	input   []byte
	said    []string // screens, in order; a name as staff:…
	bad     int      // bytes that are none of its frames
}

// NewVendorPad returns a pad at the far end of line. Run lets it listen.
func NewVendorPad(style VendorStyle, line *Line) *VendorPad {
	return &VendorPad{style: style, line: line, changed: make(chan struct{})}
}

// Press presses a key: its frame goes out, whoever listens.
func (v *VendorPad) Press(level hall.Level) {
	i := 5 - int(level)
	switch v.style {
	case LetterPad:
		v.line.Write([]byte{"ABCDE"[i]})
	case HexPad:
		v.line.Write(hexFrame(0x01, byte(level)))
	case DigitPad:
		v.line.Write(fmt.Appendf(nil, "EVAL=%c\r\n", "32105"[i]))
	}
}

// Run listens until ctx ends.
func (v *VendorPad) Run(ctx context.Context) {
	buf := make([]byte, 256)
	for ctx.Err() == nil {
		n := v.line.Read(buf, 50*time.Millisecond)
		if n == 0 {
			continue
		}
		v.mu.Lock()
		v.input = append(v.input, buf[:n]...)
		v.hear()
		close(v.changed)
		v.changed = make(chan struct{})
		v.mu.Unlock()
	}
}

// Said returns what the pad was made to show, in order, and how many bytes it did not understand.
func (v *VendorPad) Said() (screens []string, bad int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return append([]string(nil), v.said...), v.bad
}

// Await waits until is holds of what the pad was made to show.
func (v *VendorPad) Await(ctx context.Context, is func(screens []string) bool) error {
	for {
		v.mu.Lock()
		said, changed := append([]string(nil), v.said...), v.changed
		v.mu.Unlock()
		if is(said) {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("the pad was told %v: %w", said, ctx.Err())
		}
	}
}

// hear reads the frames in the input.
func (v *VendorPad) hear() {
	for len(v.input) > 0 {
		word, n := v.next(v.input)
		if n == 0 {
			return
		}
		if word == "" {
			v.bad += n
		} else {
			v.said = append(v.said, word)
		}
		v.input = v.input[n:]
	}
}

// next reads the frame at the start of b: what it says and how long it is. No length: it is not whole yet. No word: it is
// none.
func (v *VendorPad) next(b []byte) (word string, n int) {
	switch v.style {
	case LetterPad:
		return map[byte]string{'I': "idle", 'P': "prompt", 'T': "thanks", 'R': "rated", 'W': "wait", 'X': "closed"}[b[0]], 1
	case HexPad:
		return nextHex(b)
	}
	end := bytes.Index(b, []byte("\r\n"))
	if end < 0 {
		return "", 0
	}
	text := string(b[:end])
	if name, is := strings.CutPrefix(text, "NAME="); is && len(name) == 24 && utf8.ValidString(name) {
		return "staff:" + strings.TrimRight(name, " "), end + 2
	}
	return map[string]string{"IDLE": "idle", "ASK": "prompt", "THANKS": "thanks", "DONE": "rated", "WAIT": "wait", "STOP": "closed"}[text], end + 2
}

func nextHex(b []byte) (word string, n int) {
	if !bytes.HasPrefix([]byte{0xaa, 0x55, 0x00}, b[:min(len(b), 3)]) {
		return "", 1
	}
	if len(b) < 4 {
		return "", 0
	}
	size := map[byte]int{0x10: 1, 0x11: 16}[b[3]]
	n = 4 + size + 3
	if size == 0 {
		return "", 1
	}
	if len(b) < n {
		return "", 0
	}
	value := b[4 : 4+size]
	if !bytes.Equal(b[:n], hexFrame(b[3], value...)) {
		return "", 1
	}
	if size == 1 {
		if int(value[0]) >= len(hexScreens()) {
			return "", n
		}
		return hexScreens()[value[0]], n
	}
	name, err := simplifiedchinese.GBK.NewDecoder().Bytes(bytes.TrimRight(value, "\x00"))
	if err != nil {
		return "", n
	}
	return "staff:" + string(name), n
}

func hexScreens() []string { return []string{"idle", "prompt", "thanks", "rated", "wait", "closed"} }

// hexFrame makes a frame: AA 55, address 00, command, value, CRC16/Modbus over address to value, 0D.
func hexFrame(command byte, value ...byte) []byte {
	body := append([]byte{0x00, command}, value...)
	crc := uint16(0xffff)
	for _, b := range body {
		crc ^= uint16(b)
		for range 8 {
			odd := crc & 1
			crc >>= 1
			if odd != 0 {
				crc ^= 0xa001
			}
		}
	}
	return append(append([]byte{0xaa, 0x55}, body...), byte(crc), byte(crc>>8), 0x0d)
}
