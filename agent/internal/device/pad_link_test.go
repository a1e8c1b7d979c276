package device

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/pad"
	"hallpulse/firmware-protocol/simulator"
)

// farEnd is the pad's side of a line, word for word in the hands of a test.
type farEnd struct {
	t    *testing.T
	mem  *memory
	line *simulator.Line
	dec  pad.Decoder
	got  []pad.Message
}

// newFarEnd starts a driver and hears its first ASK.
func newFarEnd(t *testing.T, times func(*padTimes)) *farEnd {
	f := &farEnd{t: t, mem: newMemory()}
	var path string
	f.line, path = plugged(t, simulator.LineConfig{})
	drv := NewPad(PadConfig{Name: "pad-12", Window: "12", Port: PortConfig{Path: path}}, f.mem, quiet())
	if times != nil {
		times(&drv.times)
	}
	during(t, func(ctx context.Context) { drv.Run(ctx) })
	f.expect(pad.Ask{Version: pad.Version})
	return f
}

func (f *farEnd) say(all ...pad.Message) {
	var b []byte
	for _, m := range all {
		b = pad.Append(b, m)
	}
	f.line.Write(b)
}

// next returns the next message of the driver.
func (f *farEnd) next() pad.Message {
	f.t.Helper()
	buf := make([]byte, 256)
	for deadline := time.Now().Add(patience); len(f.got) == 0; {
		if time.Now().After(deadline) {
			f.t.Fatal("the driver says nothing")
		}
		n := f.line.Read(buf, 50*time.Millisecond)
		for m, err := range f.dec.Frames(buf[:n]) {
			if err != nil {
				f.t.Fatalf("the driver sent a bad frame: %v", err)
			}
			f.got = append(f.got, m)
		}
	}
	m := f.got[0]
	f.got = f.got[1:]
	return m
}

// expect reads on until the driver says want.
func (f *farEnd) expect(want pad.Message) {
	f.t.Helper()
	for deadline := time.Now().Add(patience); ; {
		if f.next() == want {
			return
		}
		if time.Now().After(deadline) {
			f.t.Fatalf("the driver never said %#v", want)
		}
	}
}

// refused says m and checks that nothing is stored. Hellos of another run, no two alike, are said after it: each makes the
// driver ask again, which shows that it has dealt with m.
func (f *farEnd) refused(m pad.Message) {
	f.t.Helper()
	for next := uint32(1); next <= 3; next++ {
		f.say(m, pad.Hello{UID: testUID, Boot: 0xdead, Next: next})
		f.expect(pad.Ask{Version: pad.Version})
	}
	if keys := f.mem.keys(); len(keys) > 0 {
		f.t.Errorf("%#v was taken: stored %v", m, keys)
	}
}

const testBoot = 0x0007a3c4

func hello(next uint32, queued uint8) pad.Hello {
	return pad.Hello{UID: testUID, Boot: testBoot, Next: next, Queued: queued, Firmware: [3]uint8{1, 2, 3}}
}

func press(seq uint32, level hall.Level, ageMS int64) pad.Press {
	return pad.Press{Boot: testBoot, Seq: seq, Level: level, AgeMS: ageMS}
}

func adopted(from, to uint32) hall.Fact {
	return hall.DeviceAdopted{Device: "pad-12", UID: testUID, Boot: testBoot, From: from, To: to}
}

func (f *farEnd) awaitFact(x hall.Fact) {
	f.t.Helper()
	eventually(f.t, fmt.Sprintf("told %#v", x), func() bool { return f.mem.count(x) > 0 })
}

// meet brings the driver to its base.
func (f *farEnd) meet(h pad.Hello) {
	f.t.Helper()
	f.say(h, h)
	f.awaitFact(up(testUID))
}

func TestABaseNeedsTwoEqualHellosInARow(t *testing.T) {
	t.Parallel()
	f := newFarEnd(t, nil)
	f.say(hello(9, 0))
	f.refused(press(9, hall.Good, 0))
	f.say(hello(9, 0)) // hellos of another run came between: what counts is the last one of this run
	f.awaitFact(adopted(0, 8))

	g := newFarEnd(t, nil)
	g.say(hello(9, 0), hello(10, 0), hello(9, 0), hello(10, 0))
	g.refused(press(9, hall.Good, 0))
	if facts := g.mem.told(); len(facts) > 0 {
		t.Errorf("told %v after hellos of which no two in a row agree", facts)
	}
	g.say(hello(11, 1)) // pressed meanwhile: next and queued grew together
	g.awaitFact(adopted(0, 9))
}

func TestUnknownPressesAreNotTaken(t *testing.T) {
	t.Parallel()
	f := newFarEnd(t, nil)
	f.refused(press(1, hall.Good, 0)) // before any hello
	f.meet(hello(1, 0))
	other := press(1, hall.Good, 0)
	other.Boot++
	f.refused(other)
	f.refused(press(2, hall.Good, 0)) // a gap
	f.say(press(1, hall.Good, 0))
	f.expect(pad.Light{Boot: testBoot, Seq: 1, Meaning: pad.Became})
}

func TestAnAdoptionThatIsNotKeptIsNotUsed(t *testing.T) {
	t.Parallel()
	f := newFarEnd(t, nil)
	f.mem.setFull(true)
	f.say(hello(9, 1), hello(9, 1))
	f.refused(press(8, hall.Good, 0))
	f.mem.setFull(false)
	f.say(hello(9, 1))
	f.awaitFact(adopted(0, 7))
	f.say(press(8, hall.Good, 0))
	f.expect(pad.Light{Boot: testBoot, Seq: 8, Meaning: pad.Became})
}

// A base that was taken from old bytes in a buffer is behind the pad: the gap must not last.
func TestAGapIsClosedByAdoption(t *testing.T) {
	t.Parallel()
	f := newFarEnd(t, nil)
	f.meet(hello(3, 0))
	f.say(press(7, hall.Good, 0))
	f.expect(pad.Ask{Version: pad.Version})
	f.say(hello(8, 1))
	f.expect(pad.Ask{Version: pad.Version})
	f.say(hello(8, 1))
	f.awaitFact(adopted(2, 6))
	f.say(press(7, hall.Good, 0))
	f.expect(pad.Light{Boot: testBoot, Seq: 7, Meaning: pad.Became})
}

func TestARepeatIsAnsweredAlike(t *testing.T) {
	t.Parallel()
	f := newFarEnd(t, nil)
	f.mem.answer = func(p hall.Press) PadAnswer { return PadAnswer{Became: p.Seq == 1} }
	f.meet(hello(1, 0))
	for _, c := range []struct {
		name string
		say  pad.Press
		want pad.Message
	}{
		{"first", press(1, hall.Good, 0), pad.Light{Boot: testBoot, Seq: 1, Meaning: pad.Became}},
		{"its light was lost", press(1, hall.Good, 100), pad.Light{Boot: testBoot, Seq: 1, Meaning: pad.Became}},
		{"second", press(2, hall.Bad, 0), pad.Light{Boot: testBoot, Seq: 2, Meaning: pad.Kept}},
		{"its light was lost", press(2, hall.Bad, 100), pad.Light{Boot: testBoot, Seq: 2, Meaning: pad.Kept}},
		{"the citizen is gone", press(2, hall.Bad, 10_100), pad.Ack{Boot: testBoot, Seq: 2}},
		{"nobody knows when", press(3, hall.Bad, hall.AgeUnknown), pad.Ack{Boot: testBoot, Seq: 3}},
	} {
		f.say(c.say)
		for {
			m := f.next()
			switch m.(type) {
			case pad.Show, pad.Ask, pad.Ping:
				continue
			}
			if m != c.want {
				t.Errorf("%s: %#v is answered by %#v, want %#v", c.name, c.say, m, c.want)
			}
			break
		}
	}
}

func TestOneNameWithTwoLevelsReachesTheSinkTwice(t *testing.T) {
	t.Parallel()
	f := newFarEnd(t, nil)
	f.meet(hello(1, 0))
	f.say(press(1, hall.Good, 0))
	f.expect(pad.Light{Boot: testBoot, Seq: 1, Meaning: pad.Became})
	f.say(press(1, hall.VeryBad, 0))
	f.expect(pad.Ack{Boot: testBoot, Seq: 1})
	want := []hall.Press{{UID: testUID, Boot: testBoot, Seq: 1, Level: hall.VeryBad}}
	if got := f.mem.changed(); !slices.Equal(got, want) {
		t.Errorf("the sink saw %v under a known name, want %v", got, want)
	}
}

// The agent stands still while a press is stored; the pad sends it again and again. What it read late is no other press,
// however far apart the copies say that it was pressed; later, the same name is for the sink to judge.
func TestCopiesThatLayInTheLineAreOnePress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		copies time.Duration
		want   int
	}{{"sent before the answer was heard", time.Minute, 0}, {"sent later", 0, 2}} {
		t.Run(c.name, func(t *testing.T) {
			f := newFarEnd(t, func(times *padTimes) { times.copies = c.copies })
			f.mem.slow = 200 * time.Millisecond
			f.meet(hello(1, 0))
			f.say(press(1, hall.Good, 0), press(1, hall.Good, 800), press(1, hall.Good, 14_000))
			f.expect(pad.Light{Boot: testBoot, Seq: 1, Meaning: pad.Became})
			f.expect(pad.Light{Boot: testBoot, Seq: 1, Meaning: pad.Became})
			f.expect(pad.Ack{Boot: testBoot, Seq: 1})
			f.mem.mu.Lock()
			defer f.mem.mu.Unlock()
			if f.mem.repeats != c.want {
				t.Errorf("the sink saw %d copies, want %d", f.mem.repeats, c.want)
			}
		})
	}
}

func TestOlderBootsAreAdoptedToo(t *testing.T) {
	t.Parallel()
	f := newFarEnd(t, nil)
	older := hello(11, 2)
	older.Boot, older.Left = 5, 1
	f.say(older, hello(1, 0), older, hello(1, 0))
	f.awaitFact(hall.DeviceAdopted{Device: "pad-12", UID: testUID, Boot: 5, From: 0, To: 8})
	f.awaitFact(up(testUID))
	for seq := uint32(9); seq <= 10; seq++ {
		f.say(pad.Press{Boot: 5, Seq: seq, Level: hall.Fair, AgeMS: hall.AgeUnknown})
		f.expect(pad.Ack{Boot: 5, Seq: seq})
	}
	f.say(press(1, hall.Good, 0))
	f.expect(pad.Light{Boot: testBoot, Seq: 1, Meaning: pad.Became})
}

func TestSilenceIsPingedThenTold(t *testing.T) {
	t.Parallel()
	f := newFarEnd(t, func(p *padTimes) { p.ping, p.away = 300*time.Millisecond, 2*time.Second })
	f.meet(hello(1, 0))
	f.expect(pad.Ping{})
	f.say(pad.Pong{UID: testUID, Boot: testBoot})
	f.expect(pad.Ping{})
	f.awaitFact(down(hall.TroubleNoAnswer))
	f.refused(press(1, hall.Good, 0)) // another pad may hang there now
	f.say(hello(1, 0), hello(1, 0))
	eventually(t, "up again", func() bool { return f.mem.count(up(testUID)) == 2 })
}

func TestGarbageIsToldAsGarbage(t *testing.T) {
	t.Parallel()
	away := func(p *padTimes) { p.away = time.Second }
	for _, c := range []struct {
		name  string
		noise []byte
		want  hall.Trouble
	}{
		{"nothing", nil, hall.TroubleNoAnswer},
		{"a wrong rate", bytes.Repeat([]byte{0xe0, 0x00, 0xfc}, 40), hall.TroubleGarbage},
		{"text", bytes.Repeat([]byte("login: "), 20), hall.TroubleGarbage},
		{"our own echo", bytes.Repeat(pad.Append(nil, pad.Ask{Version: pad.Version}), 20), hall.TroubleGarbage},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := newFarEnd(t, away)
			f.line.Write(c.noise)
			f.awaitFact(down(c.want))
		})
	}
}

func TestAPadOfAnotherVersionIsRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t, simulator.LineConfig{}, func(d *desk) {
		d.pad = simulator.NewPad(simulator.PadConfig{UID: testUID, Version: pad.Version + 1}, d.line)
	})
	d.awaitFact(down(hall.TroubleVersion))
	d.pad.Press(hall.Good)
	s := d.await("closed", func(s simulator.PadState) bool { return s.Screen == pad.Closed })
	if s.Queued != 1 || len(d.mem.keys()) != 0 {
		t.Errorf("a refused pad's press: %d queued, %v stored; want it queued", s.Queued, d.mem.keys())
	}
}

func TestAPadWithoutIdentityIsRefused(t *testing.T) {
	t.Parallel()
	for _, uid := range []hall.PadUID{0, ^hall.PadUID(0)} {
		f := newFarEnd(t, nil)
		h := hello(1, 0)
		h.UID = uid
		f.say(h, h)
		f.awaitFact(down(hall.TroubleIdentity))
		f.refused(press(1, hall.Good, 0))
	}
}

func TestAnotherPadsHelloStopsPressesAtOnce(t *testing.T) {
	t.Parallel()
	f := newFarEnd(t, nil)
	f.meet(hello(1, 0))
	other := hello(1, 0)
	other.UID++
	f.say(other)
	f.refused(press(1, hall.Good, 0)) // the same boot by chance: it must not be taken for the first pad's
	f.say(other)
	f.awaitFact(up(testUID + 1))
}

// README §5.3: an acknowledgement names the press it answers. A pad whose power went after the agent stored 3 and before its
// journal held it knows 2 alone, and takes no acknowledgement of 3.
func TestARepeatIsAcknowledgedByItsOwnName(t *testing.T) {
	f := newFarEnd(t, nil)
	for seq := uint32(1); seq <= 3; seq++ {
		f.mem.Press(t.Context(), "pad-12", hall.Press{UID: testUID, Boot: testBoot, Seq: seq, Level: hall.Good, AgeMS: 0})
	}
	f.meet(hello(3, 1))
	f.say(press(2, hall.Good, hall.AgeUnknown))
	f.expect(pad.Ack{Boot: testBoot, Seq: 2})
}

// README §5.5: told once for each count that grows, noted each time, and noted only when it is kept.
func TestTamperingIsToldOnceAndNoted(t *testing.T) {
	f := newFarEnd(t, nil)
	f.meet(hello(1, 0))
	fault := func(what hall.Trouble, n uint32) hall.Fact {
		return hall.DeviceFault{Device: "pad-12", Kind: "pad", Window: "12", Fault: what, Count: n}
	}
	pulled := pad.Tamper{UID: testUID, Boot: testBoot, Pulled: 2}
	f.say(pulled)
	f.expect(pad.Noted{Boot: testBoot, Pulled: 2})
	f.say(pulled) // the answer was lost
	f.expect(pad.Noted{Boot: testBoot, Pulled: 2})
	f.say(pad.Tamper{UID: testUID, Boot: testBoot, Opened: 1})
	f.expect(pad.Noted{Boot: testBoot, Opened: 1})
	f.say(pulled)
	f.expect(pad.Noted{Boot: testBoot, Pulled: 2})
	for _, want := range []hall.Fact{fault(hall.TroublePulled, 2), fault(hall.TroubleOpened, 1)} {
		if n := f.mem.count(want); n != 1 {
			t.Errorf("%#v was told %d times, want once", want, n)
		}
	}
	f.say(pad.Tamper{UID: 7, Boot: testBoot, Pulled: 9})
	f.say(pad.Tamper{UID: testUID, Boot: testBoot, Pulled: 3})
	f.expect(pad.Noted{Boot: testBoot, Pulled: 3})
	if n := f.mem.count(fault(hall.TroublePulled, 9)); n != 0 {
		t.Error("tampering with another pad was told of this one")
	}
}

// A screen shows what was told last of a device: that a cable was pulled must not hide that presses were lost meanwhile.
func TestLostPressesStayInSightWhenTamperingIsTold(t *testing.T) {
	f := newFarEnd(t, nil)
	h := hello(65, 64)
	h.Dropped = 6
	f.meet(h)
	lost := hall.DeviceFault{Device: "pad-12", Kind: "pad", Window: "12", Fault: hall.TroubleOverflow, Count: 6}
	f.awaitFact(lost)
	f.say(pad.Tamper{UID: testUID, Boot: testBoot, Pulled: 1})
	f.expect(pad.Noted{Boot: testBoot, Pulled: 1})
	if all := f.mem.told(); all[len(all)-1] != hall.Fact(lost) {
		t.Errorf("the last thing told is %#v, want the overflow", all[len(all)-1])
	}
}
