package pad

import (
	"bufio"
	"encoding/hex"
	"flag"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"hallpulse/firmware-protocol/hall"
)

// Sizes of the comparison with the C codec: `make codecs` compares more.
var (
	codecInputs = flag.Int("codec-inputs", 1_000_000, "pieces of streams that the Go and the C codec are compared on")
	codecSeed   = flag.Uint64("codec-seed", 1, "of these pieces")
)

// flashLimit is what the C codec may take of a microcontroller's program memory.
const flashLimit = 2048

// inC runs a compiler on the C codec and gives what it says. The codec is C99 without a warning.
func inC(t *testing.T, compiler string, args ...string) string {
	t.Helper()
	cmd := exec.Command(compiler, append([]string{"-std=c99", "-Wall", "-Wextra", "-Werror"}, args...)...)
	cmd.Dir = filepath.Join("..", "c")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s(scripts/deps test installs the compilers)", compiler, err, out)
	}
	return string(out)
}

// toolInC builds a program around the C codec, watched by the address and the undefined-behaviour sanitizer.
func toolInC(t *testing.T, name string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), name)
	inC(t, "gcc", "-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-o", program, "pad.c", "words.c", name+".c")
	return program
}

// One file serves both: the vectors that the Go codec passes, and the page's worked example.
func TestCodecInCPassesTheVectors(t *testing.T) {
	program := toolInC(t, "vectors")
	page, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var example strings.Builder
	for _, block := range strings.Split(string(page), "```vector\n")[1:] {
		block, _, _ = strings.Cut(block, "```")
		for _, line := range strings.SplitAfter(block, "\n") {
			if !strings.HasPrefix(line, "checksum") { // the frame that was damaged on its way
				example.WriteString(line)
			}
		}
	}
	file := filepath.Join(t.TempDir(), "example.txt")
	if err := os.WriteFile(file, []byte(example.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		kind  string
		files []string
	}{
		{"messages", []string{"testdata/messages.txt", file}},
		{"streams", []string{"testdata/streams.txt"}},
	} {
		out, err := exec.Command(program, append([]string{c.kind}, c.files...)...).CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", c.kind, err, out)
		}
		t.Logf("C, %s: %s", c.kind, strings.TrimSpace(string(out)))
	}
}

func TestCodecInCFitsASmallPad(t *testing.T) {
	object := filepath.Join(t.TempDir(), "pad.o")
	inC(t, "avr-gcc", "-mmcu=atmega328p", "-Os", "-c", "-o", object, "pad.c")
	out, err := exec.Command("avr-size", object).CombinedOutput()
	if err != nil {
		t.Fatalf("avr-size: %v\n%s", err, out)
	}
	size := regexp.MustCompile(`\n\s*(\d+)\s+(\d+)\s+(\d+)`).FindStringSubmatch(string(out))
	if size == nil {
		t.Fatalf("avr-size says:\n%s", out)
	}
	flash, err := strconv.Atoi(size[1])
	if err != nil || flash > flashLimit || size[2] != "0" || size[3] != "0" {
		t.Errorf("the C codec takes %s bytes of flash, %s + %s of RAM; want at most %d and none", size[1], size[2], size[3], flashLimit)
	}
	t.Logf("C codec on an ATmega328P: %d bytes of flash of %d allowed, no static RAM", flash, flashLimit)
}

// Both codecs get the same pieces of a stream, and must find the same in each, and make the same frame of each message.
func TestCodecsInCAndGoAgree(t *testing.T) {
	cmd := exec.Command(toolInC(t, "filter"))
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	fed := make(chan error, 1)
	go func() {
		w := bufio.NewWriterSize(in, 1<<16)
		s := newPieces(*codecSeed)
		for range *codecInputs {
			p := s.next()
			w.WriteByte(byte(len(p)))
			w.Write(p)
		}
		w.Flush() // keeps the first error of all writes
		fed <- in.Close()
	}()
	counts := map[string]int{}
	var d Decoder
	s := newPieces(*codecSeed)
	lines := bufio.NewScanner(out)
	for i := range *codecInputs {
		p := s.next()
		want := ""
		for m, err := range d.Frames(p) {
			word := found(m, err)
			counts[word]++
			if want += word + ";"; err == nil {
				want = strings.TrimSuffix(want, word+";") + words(m) + "=" + hex.EncodeToString(Append(nil, m)) + ";"
			}
		}
		if !lines.Scan() {
			t.Fatalf("the C codec ended at piece %d, % x: %v", i, p, lines.Err())
		}
		if got := lines.Text(); got != want {
			t.Fatalf("piece %d (seed %d), % x:\nC  finds %q\nGo finds %q", i, *codecSeed, p, got, want)
		}
	}
	if err := <-fed; err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"framing", "checksum", "type", "length", "value", "HELLO", "FOREIGN", "PRESS", "PONG", "TAMPER", "ASK", "ACK", "LIGHT", "SHOW", "SOUND", "PING", "VERSION", "NOTED"} {
		if counts[word] == 0 {
			t.Errorf("no piece gave %q: the comparison says nothing about it", word)
		}
	}
	t.Logf("C and Go codec agree on %d pieces of streams: %v", *codecInputs, counts)
}

// pieces makes streams of good frames, of frames with the right checksum around anything, and of noise; damages some
// of their bytes, and cuts them anywhere.
type pieces struct {
	rnd *rand.Rand
	buf []byte
}

func newPieces(seed uint64) *pieces { return &pieces{rnd: rand.New(rand.NewPCG(seed, 0))} }

// next returns the next piece, at most 255 bytes. It is good until the call after it.
func (s *pieces) next() []byte {
	for len(s.buf) < 255 {
		s.buf = s.grow(s.buf)
	}
	n := 1 + s.rnd.IntN(80)
	p := s.buf[:n:n]
	s.buf = s.buf[n:]
	return p
}

func (s *pieces) grow(b []byte) []byte {
	r := s.rnd
	from := len(b)
	switch r.IntN(32) {
	case 0: // noise
		for range r.IntN(80) {
			b = append(b, byte(r.Uint32()))
		}
		return b
	case 1: // noise that is nearly all zeroes and small lengths
		for range r.IntN(80) {
			b = append(b, byte(r.IntN(6)))
		}
		return b
	case 2, 3, 4, 5, 6, 7, 8, 9, 10, 11:
		b = Append(b, s.message())
	default:
		body := anyBody(s.body())
		b = Append(b, body)
	}
	if r.IntN(3) > 0 {
		return b
	}
	for range 1 + r.IntN(3) { // a hit on the line: a bit, a byte lost, a byte too many
		at := from + r.IntN(len(b)-from)
		switch r.IntN(3) {
		case 0:
			b[at] ^= 1 << r.IntN(8)
		case 1:
			if len(b) > from+1 {
				b = append(b[:at], b[at+1:]...)
			}
		case 2:
			b = append(b[:at+1], b[at:]...)
		}
	}
	return b
}

// anyBody is a body of no message, under the right checksum.
type anyBody []byte

func (a anyBody) appendBody(dst []byte) []byte { return append(dst, a...) }

// body starts from that of a message, and changes its type, its length or a field to something near.
func (s *pieces) body() []byte {
	r := s.rnd
	b := s.message().appendBody(nil)
	switch r.IntN(8) {
	case 0:
		b[0] = byte(r.Uint32())
	case 1:
		b = b[:1+r.IntN(len(b))]
	case 2:
		for range r.IntN(5) {
			b = append(b, byte(r.IntN(4)))
		}
	default:
		b[r.IntN(len(b))] = []byte{0, 1, 2, 5, 6, 48, 49, 64, 65, 254, 255}[r.IntN(11)]
	}
	return b[:min(len(b), MaxBody)]
}

// message draws any message, its numbers often at an edge.
func (s *pieces) message() Message {
	r := s.rnd
	u32 := func() uint32 {
		return []uint32{0, 1, 255, 256, 1 << 16, 1<<24 - 1, 1 << 24, 1<<32 - 1, r.Uint32(), r.Uint32()}[r.IntN(10)]
	}
	u8 := func() uint8 { return uint8(u32() >> r.IntN(25)) }
	u16 := func() uint16 { return uint16(u32()) }
	uid := func() hall.PadUID { return hall.PadUID(uint64(u32())<<32 | uint64(u32())) }
	switch r.IntN(13) {
	case 0:
		queued := uint8(r.IntN(QueueSize + 1))
		return Hello{uid(), u32(), max(u32(), uint32(queued)+1), queued, u32(), [3]uint8{u8(), u8(), u8()}, uint8(r.IntN(QueueSize + 1))}
	case 1:
		return Foreign{max(u8(), Version+1)}
	case 2:
		age := int64(u32() & 0xffffff)
		return Press{u32(), max(u32(), 1), hall.Level(1 + r.IntN(5)), age * ageUnit}
	case 3:
		return Pong{uid(), u32(), u32()}
	case 4:
		return Tamper{uid(), u32(), u16(), u16()}
	case 5:
		return Ask{u8()}
	case 6:
		return Ack{u32(), u32()}
	case 7:
		return Light{u32(), u32(), Meaning(1 + r.IntN(2))}
	case 8:
		staff := make([]byte, r.IntN(MaxStaff+1))
		for i := range staff {
			staff[i] = u8()
		}
		return Show{Screen(r.IntN(6)), u16(), string(staff)}
	case 9:
		return Sound{Tone(1 + r.IntN(3))}
	case 10:
		return Refusal{u8(), u8()}
	case 11:
		return Noted{u32(), u16(), u16()}
	}
	return Ping{}
}
