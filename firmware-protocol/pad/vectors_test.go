package pad

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"hallpulse/firmware-protocol/hall"
)

// vector is a line of a vector file: words = bytes (README §10).
type vector struct {
	where string
	words []string
	wire  []byte
}

func readVectors(t testing.TB, name, text string) (vs []vector) {
	t.Helper()
	for i, line := range strings.Split(text, "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		words, bytes, ok := strings.Cut(line, " = ")
		wire, err := hex.DecodeString(strings.ReplaceAll(bytes, " ", ""))
		if !ok || err != nil {
			t.Fatalf("%s:%d: not words = bytes: %v", name, i+1, err)
		}
		vs = append(vs, vector{fmt.Sprintf("%s:%d", name, i+1), strings.Split(words, " "), wire})
	}
	return vs
}

func fileVectors(t testing.TB, name string) []vector {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return readVectors(t, name, string(text))
}

// exampleVectors reads the worked example of the specification.
func exampleVectors(t *testing.T) (vs []vector) {
	t.Helper()
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for i, block := range strings.Split(string(text), "```vector\n")[1:] {
		block, _, _ = strings.Cut(block, "```")
		vs = append(vs, readVectors(t, fmt.Sprintf("README.md, block %d", i+1), block)...)
	}
	return vs
}

// found names what a decoder yields.
func found(m Message, err error) string {
	switch {
	case errors.Is(err, ErrFraming):
		return "framing"
	case errors.Is(err, ErrChecksum):
		return "checksum"
	case errors.Is(err, ErrType):
		return "type"
	case errors.Is(err, ErrLength):
		return "length"
	case errors.Is(err, ErrValue):
		return "value"
	}
	name, _, _ := strings.Cut(words(m), " ")
	return name
}

// words writes a message as a vector file does.
func words(m Message) string {
	switch m := m.(type) {
	case Hello:
		f := m.Firmware
		return fmt.Sprintf("HELLO 1 %v %d %d %d %d %d %d %d %d", m.UID, m.Boot, m.Next, m.Queued, m.Dropped, f[0], f[1], f[2], m.Left)
	case Foreign:
		return fmt.Sprintf("FOREIGN %d", m.Version)
	case Press:
		age := int64(0xffffff)
		if m.AgeMS != hall.AgeUnknown {
			age = m.AgeMS / 100
		}
		return fmt.Sprintf("PRESS %d %d %d %d", m.Boot, m.Seq, uint8(m.Level), age)
	case Pong:
		return fmt.Sprintf("PONG %v %d %d", m.UID, m.Boot, m.Dropped)
	case Ask:
		return fmt.Sprintf("ASK %d", m.Version)
	case Ack:
		return fmt.Sprintf("ACK %d %d", m.Boot, m.Seq)
	case Light:
		return fmt.Sprintf("LIGHT %d %d %d", m.Boot, m.Seq, m.Meaning)
	case Show:
		staff := "-"
		if m.Staff != "" {
			staff = hex.EncodeToString([]byte(m.Staff))
		}
		return fmt.Sprintf("SHOW %d %d %s", m.Screen, m.Seconds, staff)
	case Sound:
		return fmt.Sprintf("SOUND %d", m.Sound)
	case Ping:
		return "PING"
	case Refusal:
		return fmt.Sprintf("VERSION %d %d", m.Low, m.High)
	case Tamper:
		return fmt.Sprintf("TAMPER %v %d %d %d", m.UID, m.Boot, m.Pulled, m.Opened)
	case Noted:
		return fmt.Sprintf("NOTED %d %d %d", m.Boot, m.Pulled, m.Opened)
	}
	return fmt.Sprintf("%T", m)
}

// message reads what words writes.
func message(t *testing.T, v vector) Message {
	t.Helper()
	num := func(i, bits int) uint64 {
		n, err := strconv.ParseUint(v.words[i], 10, bits)
		if err != nil {
			t.Fatalf("%s: %v", v.where, err)
		}
		return n
	}
	u8 := func(i int) uint8 { return uint8(num(i, 8)) }
	u32 := func(i int) uint32 { return uint32(num(i, 32)) }
	uid := func(i int) (u hall.PadUID) {
		if err := u.UnmarshalText([]byte(v.words[i])); err != nil {
			t.Fatalf("%s: %v", v.where, err)
		}
		return u
	}
	switch v.words[0] {
	case "HELLO":
		return Hello{uid(2), u32(3), u32(4), u8(5), u32(6), [3]uint8{u8(7), u8(8), u8(9)}, u8(10)}
	case "FOREIGN":
		return Foreign{u8(1)}
	case "PRESS":
		age := int64(num(4, 24))
		if age == 0xffffff {
			return Press{u32(1), u32(2), hall.Level(u8(3)), hall.AgeUnknown}
		}
		return Press{u32(1), u32(2), hall.Level(u8(3)), age * 100}
	case "PONG":
		return Pong{uid(1), u32(2), u32(3)}
	case "ASK":
		return Ask{u8(1)}
	case "ACK":
		return Ack{u32(1), u32(2)}
	case "LIGHT":
		return Light{u32(1), u32(2), Meaning(u8(3))}
	case "SHOW":
		staff, err := hex.DecodeString(strings.TrimPrefix(v.words[3], "-"))
		if err != nil {
			t.Fatalf("%s: %v", v.where, err)
		}
		return Show{Screen(u8(1)), uint16(num(2, 16)), string(staff)}
	case "SOUND":
		return Sound{Tone(u8(1))}
	case "PING":
		return Ping{}
	case "VERSION":
		return Refusal{u8(1), u8(2)}
	case "TAMPER":
		return Tamper{uid(1), u32(2), uint16(num(3, 16)), uint16(num(4, 16))}
	case "NOTED":
		return Noted{u32(1), uint16(num(2, 16)), uint16(num(3, 16))}
	}
	t.Fatalf("%s: unknown message %s", v.where, v.words[0])
	return nil
}

// decode feeds the pieces to one decoder and returns what it found.
func decode(pieces ...[]byte) (all []string) {
	var d Decoder
	for _, p := range pieces {
		for m, err := range d.Frames(p) {
			all = append(all, found(m, err))
		}
	}
	return all
}

func TestMessageVectors(t *testing.T) {
	vs := fileVectors(t, "messages.txt")
	for _, v := range vs {
		if got := Append(nil, message(t, v)); !bytes.Equal(got, v.wire) {
			t.Errorf("%s: encoded % x, want % x", v.where, got, v.wire)
		}
		if len(v.wire) > MaxWire {
			t.Errorf("%s: %d bytes on the wire, want at most %d", v.where, len(v.wire), MaxWire)
		}
		var d Decoder
		for m, err := range d.Frames(v.wire) {
			if err != nil {
				t.Errorf("%s: %v", v.where, err)
			} else if got, want := words(m), strings.Join(v.words, " "); got != want {
				t.Errorf("%s: decoded %q, want %q", v.where, got, want)
			}
		}
	}
	seen := map[string]bool{}
	for _, v := range vs {
		seen[v.words[0]] = true
	}
	if len(seen) != 13 {
		t.Errorf("vectors for %d kinds of message, want all 13", len(seen))
	}
}

// Wherever a stream is cut, the same comes out: the ways of a serial port are not those of a message.
func TestStreamVectorsCutAtEveryByte(t *testing.T) {
	for _, v := range fileVectors(t, "streams.txt") {
		want := strings.Join(v.words, " ")
		for cut := range len(v.wire) + 1 {
			if got := strings.Join(decode(v.wire[:cut], v.wire[cut:]), " "); got != want {
				t.Fatalf("%s: cut at %d: found %q, want %q", v.where, cut, got, want)
			}
		}
		bytewise := make([][]byte, len(v.wire))
		for i := range v.wire {
			bytewise[i] = v.wire[i : i+1]
		}
		if got := strings.Join(decode(bytewise...), " "); got != want {
			t.Errorf("%s: byte by byte: found %q, want %q", v.where, got, want)
		}
	}
}

func TestWorkedExampleOfTheSpecification(t *testing.T) {
	vs := exampleVectors(t)
	if len(vs) < 20 {
		t.Fatalf("README.md has %d vectors, want the whole example", len(vs))
	}
	for _, v := range vs {
		got := decode(v.wire)
		if len(got) != 1 || got[0] != v.words[0] {
			t.Errorf("%s: found %v, want %s", v.where, got, v.words[0])
			continue
		}
		if v.words[0] == "checksum" {
			continue
		}
		if wire := Append(nil, message(t, v)); !bytes.Equal(wire, v.wire) {
			t.Errorf("%s: %s is % x, the page says % x", v.where, strings.Join(v.words, " "), wire, v.wire)
		}
	}
}
