package frame_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/configs"
	"hallpulse/configs/strict"
	"hallpulse/firmware-protocol/frame"
	"hallpulse/firmware-protocol/hall"
)

func shipped() []string { return []string{"ascii-key", "hex-check", "map-32105"} }

func profile(t testing.TB, name string) frame.Profile {
	t.Helper()
	file := "pads/" + name + ".yaml"
	text, err := fs.ReadFile(configs.FS(), file)
	if err != nil {
		t.Fatal(err)
	}
	var p frame.Profile
	if err := strict.Bytes(file, text, &p).Err(); err != nil {
		t.Fatal(err)
	}
	return p
}

func codec(t testing.TB, p frame.Profile) *frame.Codec {
	t.Helper()
	c, faults := p.Compile()
	if len(faults) > 0 {
		t.Fatalf("%s: %v", p.Name, faults)
	}
	return c
}

// vector is a line of a vector file: words = bytes.
type vector struct {
	where, words string
	wire         []byte
}

func vectors(t testing.TB, name string) (all []vector) {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(string(text), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		words, b, _ := strings.Cut(line, " = ")
		wire, err := hex.DecodeString(strings.ReplaceAll(b, " ", ""))
		if err != nil || len(wire) == 0 {
			t.Fatalf("%s.txt:%d: not words = bytes: %v", name, i+1, err)
		}
		all = append(all, vector{fmt.Sprintf("%s.txt:%d", name, i+1), words, wire})
	}
	return all
}

// sent returns what c sends for words, or nil where they are not about that.
func sent(c *frame.Codec, words string) []byte {
	screens := map[string]frame.Screen{
		"idle": frame.Idle, "prompt": frame.Prompt, "thanks": frame.Thanks, "rated": frame.Rated, "wait": frame.Wait, "closed": frame.Closed,
	}
	if name, is := strings.CutPrefix(words, "staff:"); is {
		return c.Show(frame.StaffName, name)
	}
	if s, is := screens[words]; is {
		return c.Show(s, "")
	}
	return nil
}

// found names what a decoder finds in the pieces.
func found(c *frame.Codec, pieces ...[]byte) string {
	d := c.Decoder()
	var words []string
	noise := 0
	for i, p := range pieces {
		levels, n := d.Feed(p, time.Unix(int64(i), 0), true)
		for _, l := range levels {
			words = append(words, fmt.Sprint(uint8(l)))
		}
		noise += n
	}
	if noise += d.Rest(); noise > 0 {
		words = append(words, fmt.Sprintf("noise:%d", noise))
	}
	return strings.Join(words, " ")
}

// Wherever a stream is cut, the same comes out: the ways of a serial port are not those of a frame.
func TestVectorsOfTheShippedProfiles(t *testing.T) {
	for _, name := range shipped() {
		c := codec(t, profile(t, name))
		levels := map[string]bool{}
		for _, v := range vectors(t, name) {
			if wire := sent(c, v.words); wire != nil {
				if !bytes.Equal(wire, v.wire) {
					t.Errorf("%s: sent % x, want % x", v.where, wire, v.wire)
				}
				continue
			}
			levels[v.words] = true
			for cut := range len(v.wire) + 1 {
				if got := found(c, v.wire[:cut], v.wire[cut:]); got != v.words {
					t.Errorf("%s: cut at %d: found %q, want %q", v.where, cut, got, v.words)
					break
				}
			}
		}
		for l := range 5 {
			if !levels[fmt.Sprint(l+1)] {
				t.Errorf("%s: no vector for level %d", name, l+1)
			}
		}
	}
}

// Check values over the nine bytes 123456789, as the catalogue of parametrised CRC algorithms lists them.
func TestChecksHaveTheirCheckValues(t *testing.T) {
	want := map[string]string{
		"sum": "dd", "sum-zero": "23", "xor": "31",
		"crc16-arc": "bb3d", "crc16-modbus": "4b37", "crc16-ccitt": "29b1", "crc16-xmodem": "31c3",
		"crc16-kermit": "2189", "crc16-mcrf4xx": "6f91", "crc16-x25": "906e",
	}
	for _, kind := range frame.Checks() {
		p := profile(t, "ascii-key")
		p.Check = frame.Check{Kind: kind, Order: "high"}
		p.Press = pattern(t, "<key> <check>")
		p.Screens.Prompt = pattern(t, `"123456789" <check>`)
		got := codec(t, p).Show(frame.Prompt, "")
		if got := hex.EncodeToString(got[9:]); got != want[kind] {
			t.Errorf("%s: %s, want %s", kind, got, want[kind])
		}
	}
	if len(frame.Checks()) != len(want) {
		t.Errorf("%d kinds, %d check values", len(frame.Checks()), len(want))
	}
}

func pattern(t testing.TB, text string) (p frame.Pattern) {
	t.Helper()
	if err := p.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return p
}

// Promise 1: a press that was made is recorded. Only what the vendor's file says is one press, and only where it is known
// how far apart the frames came, is dropped.
func TestTheSameKeyAgainWithinTheBounceTimeIsOnePress(t *testing.T) {
	at := func(ms int) time.Time { return time.UnixMilli(int64(ms)) }
	type seen struct {
		ms   int
		b    string
		late bool
	}
	for _, c := range []struct {
		name   string
		bounce time.Duration
		seen   []seen
		want   []hall.Level
	}{
		{"no bounce time: each is a press", 0, []seen{{0, "A", false}, {1, "A", false}}, []hall.Level{5, 5}},
		{"a key held down", 300 * time.Millisecond, []seen{{0, "A", false}, {200, "A", false}, {400, "A", false}, {600, "A", false}}, []hall.Level{5}},
		{"pressed again", 300 * time.Millisecond, []seen{{0, "A", false}, {300, "A", false}}, []hall.Level{5, 5}},
		{"another key", 300 * time.Millisecond, []seen{{0, "A", false}, {10, "E", false}}, []hall.Level{5, 1}},
		{"back to the first key", 300 * time.Millisecond, []seen{{0, "A", false}, {10, "E", false}, {20, "A", false}}, []hall.Level{5, 1, 5}},
		{"both in one read", 300 * time.Millisecond, []seen{{0, "AA", false}}, []hall.Level{5}},
		{"the agent stood still: nobody knows how far apart", 300 * time.Millisecond, []seen{{0, "A", false}, {5000, "AA", true}}, []hall.Level{5, 5, 5}},
	} {
		p := profile(t, "ascii-key")
		p.Bounce = c.bounce
		d := codec(t, p).Decoder()
		var got []hall.Level
		for _, s := range c.seen {
			levels, _ := d.Feed([]byte(s.b), at(s.ms), s.late)
			got = append(got, levels...)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// A line that was cut off must not cost the next press.
func TestAFrameThatWasBegunIsForgottenAfterASilence(t *testing.T) {
	d := codec(t, profile(t, "map-32105")).Decoder()
	for _, c := range []struct {
		rest bool
		want int
	}{{false, 0}, {true, 1}} {
		d.Feed([]byte("EVA"), time.Time{}, false)
		if c.rest && d.Rest() != 3 {
			t.Error("what is thrown away is noise")
		}
		if got, _ := d.Feed([]byte("EVAL=3\r\n"), time.Time{}, false); len(got) != c.want {
			t.Errorf("after a silence %v: %v", c.rest, got)
		}
	}
}

func TestEveryFaultOfAProfileIsNamedWithItsLine(t *testing.T) {
	text, err := fs.ReadFile(configs.FS(), "pads/hex-check.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, from, to, want string }{
		{"unknown key", "name:", "nmae: x\nname:", "p.yaml:2: nmae: unknown key; known here: name, line, press, ends, keys, bounce, check, screens, staff"},
		{"no name", "name: Hex frame with checksum 十六进制帧", "name:", "p.yaml:2: name: "},
		{"rate", "baud: 19200", "baud: 19201", "p.yaml:3: line.baud: 19201: want one of [1200 2400 4800 9600 19200 38400 57600 115200]"},
		{"parity", "parity: even", "parity: mark", `p.yaml:3: line.parity: "mark": want none, odd or even`},
		{"data bits", "parity: even", "data: 9", "p.yaml:3: line.data: 9: want 7 or 8"},
		{"stop bits", "parity: even", "stop: 3", "p.yaml:3: line.stop: 3: want 1 or 2"},
		{"a byte of one digit", "press: AA 55", "press: A 55", `p.yaml:4: press: "A": want bytes in two hex digits, "text" in double quotes, .., <key>, <check> or <staff>, with spaces between them`},
		{"text without end", "press: AA 55 .. 01 <key> <check> 0D", `press: 'AA "5'`, `p.yaml:4: press: "5: want bytes`},
		{"no key", "01 <key> <check> 0D", "01 <check> 0D", "p.yaml:4: press: want <key> once, and no <staff>"},
		{"no check", "<key> <check> 0D", "<key> 0D", "p.yaml:4: press: check.kind is crc16-modbus, and no <check> says where it stands"},
		{"too long", "<key> <check> 0D", "<key> <check>" + strings.Repeat(" 00", 60), "p.yaml:4: press: 66 bytes: want at most 64"},
		{"any byte, and an end", "keys:", "ends: 0A\nkeys:", "p.yaml:4: press: has .., which may look like ends: leave ends out"},
		{"kind of check", "kind: crc16-modbus", "kind: crc32", `p.yaml:12: check.kind: "crc32": want one of sum, sum-zero, xor, crc16-arc`},
		{"check from nowhere", "from: 2", "from: 5", "p.yaml:4: press: check.from is 5, and <check> is at 5: it must cover at least one byte before it"},
		{"order", "order: low", "order: little", `p.yaml:12: check.order: "little": want low or high`},
		{"level", "{code: 05, level: 5}", "{code: 05, level: 6}", "p.yaml:6: keys[0].level: 6: want 1 to 5"},
		{"a level without key", "  - {code: 01, level: 1}\n", "", "p.yaml:5: keys: no key has level 1: a pad must offer all five"},
		{"two keys of one code", "{code: 04, level: 4}", "{code: 05, level: 4}", "p.yaml:7: keys[1].code: cannot be told from keys[0]"},
		{"any byte as a key", "{code: 05, level: 5}", "{code: .., level: 5}", "p.yaml:6: keys[0].code: want 1 to 16 given bytes"},
		{"bounce", "check: {", "bounce: 5s\ncheck: {", "p.yaml:12: bounce: 5s: want 0s to 2s"},
		{"encoding", "encoding: gbk", "encoding: big5", `p.yaml:21: staff.encoding: "big5": want gbk or utf-8`},
		{"length", "length: 16", "length: 200", "p.yaml:21: staff.length: 200: want 1 to 48 bytes"},
		{"fill", "fill: 00", "fill: 00 00", "p.yaml:21: staff.fill: want one given byte"},
		{"a key in a screen", "prompt: AA 55 00 10 01", "prompt: AA 55 00 10 <key>", "p.yaml:15: screens.prompt: want given bytes, <check>, and <staff> once at most"},
		{"staff of no encoding", "staff: {encoding: gbk, length: 16, fill: 00}", "", "p.yaml:20: screens.staff: has <staff>, and staff.encoding does not say how it is written"},
	} {
		broken := strings.Replace(string(text), c.from, c.to, 1)
		if broken == string(text) {
			t.Fatalf("%s: %q is not in the file", c.name, c.from)
		}
		var p frame.Profile
		d := strict.Bytes("p.yaml", []byte(broken), &p)
		_, faults := p.Compile()
		d.Blame(faults)
		if err := d.Err(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s:\n%v\nwant\n%s", c.name, err, c.want)
		}
	}
}

func TestALineWhoseEndStandsInAFrameIsRefused(t *testing.T) {
	p := profile(t, "map-32105")
	p.Ends = pattern(t, `"="`)
	if _, faults := p.Compile(); len(faults) == 0 || faults[0].At != "keys[0].code" {
		t.Errorf("%v", faults)
	}
}

// Whatever comes, at most one frame is kept, every byte is a frame's or noise, and a whole frame after a silence is read.
func FuzzDecoder(f *testing.F) {
	var codecs []*frame.Codec
	presses := map[int][]byte{}
	for i, name := range shipped() {
		codecs = append(codecs, codec(f, profile(f, name)))
		for _, v := range vectors(f, name) {
			f.Add(uint8(i), v.wire)
			if v.words == "4" {
				presses[i] = v.wire
			}
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, b []byte) {
		i := int(which) % len(codecs)
		whole, bytewise := found(codecs[i], b), make([][]byte, len(b))
		for j := range b {
			bytewise[j] = b[j : j+1]
		}
		if got := found(codecs[i], bytewise...); got != whole {
			t.Fatalf("byte by byte %q, at once %q", got, whole)
		}
		d := codecs[i].Decoder()
		if _, noise := d.Feed(b, time.Time{}, true); noise > len(b) {
			t.Fatalf("%d of %d bytes are noise", noise, len(b))
		}
		if n := d.Rest(); n > 64 {
			t.Fatalf("%d bytes were kept", n)
		}
		if got, _ := d.Feed(presses[i], time.Time{}, true); !slices.Equal(got, []hall.Level{hall.Good}) {
			t.Fatalf("a whole frame after a silence: %v", got)
		}
	})
}

func FuzzPattern(f *testing.F) {
	for _, s := range []string{"AA 55 .. <key> <check> 0D", `"EVAL=" <key>`, `"`, `"" 00`, "<staff>", "A", `"a"b`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var p frame.Pattern
		if err := p.UnmarshalText([]byte(s)); err == nil && len(p) > len(s) {
			t.Fatalf("%q has %d places", s, len(p))
		}
	})
}
