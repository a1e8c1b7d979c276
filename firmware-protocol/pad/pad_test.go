package pad

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"hallpulse/firmware-protocol/hall"
)

func TestChecksumIsMCRF4XX(t *testing.T) {
	if got := checksum([]byte("123456789")); got != 0x6f91 {
		t.Errorf("checksum(123456789) = %04x, want 6f91 (README §2.2)", got)
	}
}

func TestHelloBase(t *testing.T) {
	for _, c := range []struct {
		name         string
		next         uint32
		queued       uint8
		base, oldest uint32
	}{
		{"new boot", 1, 0, 0, 1},
		{"nothing acknowledged yet", 65, 64, 0, 1},
		{"two waiting", 11, 2, 8, 9},
		{"all acknowledged", 11, 0, 10, 11},
	} {
		if got := (Hello{Next: c.next, Queued: c.queued}).Base(); got != c.base || got+1 != c.oldest {
			t.Errorf("%s: base %d, want %d", c.name, got, c.base)
		}
	}
}

func TestAgeOnTheWire(t *testing.T) {
	for _, c := range []struct {
		name     string
		ms, want int64
	}{
		{"now", 0, 0},
		{"rounded down", 199, 100},
		{"the oldest that can be said", 0xfffffe * 100, 0xfffffe * 100},
		{"older", 0xffffff * 100, hall.AgeUnknown},
		{"much older", 1 << 40, hall.AgeUnknown},
		{"unknown", hall.AgeUnknown, hall.AgeUnknown},
	} {
		var d Decoder
		for m, err := range d.Frames(Append(nil, Press{Boot: 1, Seq: 1, Level: hall.Good, AgeMS: c.ms})) {
			if p, ok := m.(Press); err != nil || !ok || p.AgeMS != c.want {
				t.Errorf("%s: %d ms arrives as %v (%v), want %d", c.name, c.ms, m, err, c.want)
			}
		}
	}
}

func TestLongStaffNameIsCutAfterAWholeCharacter(t *testing.T) {
	for _, name := range []string{strings.Repeat("王", 17), "ab" + strings.Repeat("王", 17), strings.Repeat("𠮷", 13), strings.Repeat("x", 100)} {
		var d Decoder
		for m, err := range d.Frames(Append(nil, Show{Staff: name})) {
			s, ok := m.(Show)
			if err != nil || !ok || !utf8.ValidString(s.Staff) || !strings.HasPrefix(name, s.Staff) || len(s.Staff) <= MaxStaff-utf8.UTFMax {
				t.Errorf("%s arrives as %v, %v", name, m, err)
			}
		}
	}
}

// anyMessage draws from every message that may be sent.
func anyMessage(t *rapid.T) Message {
	u8, u32 := rapid.Uint8(), rapid.Uint32()
	boot := u32.Draw(t, "boot")
	switch rapid.IntRange(0, 12).Draw(t, "kind") {
	case 0:
		queued := rapid.Uint8Max(QueueSize).Draw(t, "queued")
		return Hello{
			UID: hall.PadUID(rapid.Uint64().Draw(t, "uid")), Boot: boot, Queued: queued,
			Next: rapid.Uint32Min(uint32(queued)+1).Draw(t, "next"), Dropped: u32.Draw(t, "dropped"),
			Firmware: [3]uint8{u8.Draw(t, "major"), u8.Draw(t, "minor"), u8.Draw(t, "patch")},
			Left:     rapid.Uint8Max(QueueSize).Draw(t, "left"),
		}
	case 1:
		return Foreign{rapid.Uint8Min(Version+1).Draw(t, "version")}
	case 2:
		age := rapid.Int64Range(-1, 0xfffffe).Draw(t, "age")
		if age > 0 {
			age *= 100
		}
		return Press{boot, rapid.Uint32Min(1).Draw(t, "seq"), hall.Level(rapid.Uint8Range(1, 5).Draw(t, "level")), age}
	case 3:
		return Pong{hall.PadUID(rapid.Uint64().Draw(t, "uid")), boot, u32.Draw(t, "dropped")}
	case 4:
		return Ask{u8.Draw(t, "version")}
	case 5:
		return Ack{boot, u32.Draw(t, "seq")}
	case 6:
		return Light{boot, u32.Draw(t, "seq"), rapid.SampledFrom([]Meaning{Became, Kept}).Draw(t, "meaning")}
	case 7:
		return Show{Screen(rapid.Uint8Max(uint8(Closed)).Draw(t, "screen")), rapid.Uint16().Draw(t, "seconds"), rapid.StringN(-1, -1, MaxStaff).Draw(t, "staff")}
	case 8:
		return Sound{Tone(rapid.Uint8Range(1, 3).Draw(t, "tone"))}
	case 9:
		return Ping{}
	case 10:
		return Tamper{hall.PadUID(rapid.Uint64().Draw(t, "uid")), boot, rapid.Uint16().Draw(t, "pulled"), rapid.Uint16().Draw(t, "opened")}
	case 11:
		return Noted{boot, rapid.Uint16().Draw(t, "pulled"), rapid.Uint16().Draw(t, "opened")}
	}
	return Refusal{u8.Draw(t, "low"), u8.Draw(t, "high")}
}

func TestEveryMessageComesBackAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(rapid.Custom(anyMessage), 1, 5).Draw(t, "messages")
		var wire []byte
		for _, m := range want {
			wire = Append(wire, m)
		}
		var d Decoder
		var got []Message
		for len(wire) > 0 {
			n := rapid.IntRange(1, len(wire)).Draw(t, "cut")
			for m, err := range d.Frames(wire[:n]) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, m)
			}
			wire = wire[n:]
		}
		if len(got) != len(want) {
			t.Fatalf("%d messages came back, want %d", len(got), len(want))
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%#v came back as %#v", want[i], got[i])
			}
		}
	})
}

// The argument of README §7: what is confined to one byte is always found, wherever it strikes.
func TestDamageInsideOneByteIsAlwaysFound(t *testing.T) {
	for _, v := range fileVectors(t, "messages.txt") {
		want := strings.Join(v.words, " ")
		for i := range v.wire[:len(v.wire)-1] {
			for x := 1; x < 256; x++ {
				damaged := append([]byte(nil), v.wire...)
				damaged[i] ^= byte(x)
				var d Decoder
				for m, err := range d.Frames(damaged) {
					if err == nil {
						t.Fatalf("%s with byte %d damaged by %02x is read as %s (was %s)", v.where, i, x, words(m), want)
					}
				}
			}
		}
	}
}

// A good frame is read whatever came before it, once one end mark has passed.
func TestADamagedFrameCostsOnlyItself(t *testing.T) {
	good := Append(nil, Ack{7, 9})
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		junk := make([]byte, rnd.IntN(150))
		for i := range junk {
			junk[i] = byte(rnd.Uint32())
		}
		all := decode(junk, []byte{0}, good)
		if len(all) == 0 || all[len(all)-1] != "ACK" {
			t.Fatalf("after % x the frame is read as %v", junk, all)
		}
	}
}

func FuzzDecoder(f *testing.F) {
	for _, name := range []string{"messages.txt", "streams.txt"} {
		for _, v := range fileVectors(f, name) {
			f.Add(v.wire)
		}
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		var d Decoder
		for m, err := range d.Frames(stream) {
			if (m == nil) == (err == nil) {
				t.Fatalf("yielded %v and %v", m, err)
			}
			if m == nil {
				continue
			}
			wire := Append(nil, m)
			if len(wire) > MaxWire {
				t.Fatalf("%v takes %d bytes", m, len(wire))
			}
			again := decode(wire)
			if len(again) != 1 || again[0] != found(m, nil) {
				t.Fatalf("%v is read back as %v", m, again)
			}
		}
	})
}

func FuzzRoundTrip(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(func(t *rapid.T) {
		m := anyMessage(t)
		var d Decoder
		n := 0
		for got, err := range d.Frames(Append(nil, m)) {
			if n++; err != nil || got != m {
				t.Fatalf("%#v came back as %#v, %v", m, got, err)
			}
		}
		if n != 1 {
			t.Fatalf("%#v came back %d times", m, n)
		}
	}))
}
