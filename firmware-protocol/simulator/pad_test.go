package simulator

import (
	"context"
	"slices"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/pad"
)

const testUID hall.PadUID = 0x1122334455667788

// bench is a pad without a line: what it would send is read from it, and time is given to it.
type bench struct {
	t   *testing.T
	pad *Pad
	now time.Time
	dec pad.Decoder
}

func newBench(t *testing.T) *bench {
	b := &bench{t: t, pad: NewPad(PadConfig{UID: testUID, Boot: 1 << 16}, NewLine(LineConfig{})), now: time.Now()}
	b.do(b.pad.greet)
	return b
}

// do lets the pad do one thing and returns what it says.
func (b *bench) do(what func(now time.Time)) (said []pad.Message) {
	b.t.Helper()
	what(b.now)
	b.pad.pump(b.now)
	for m, err := range b.dec.Frames(b.pad.tx) {
		if err != nil {
			b.t.Fatal(err)
		}
		said = append(said, m)
	}
	b.pad.tx = nil
	return said
}

func (b *bench) hear(m pad.Message) []pad.Message {
	b.t.Helper()
	return b.do(func(now time.Time) { b.pad.handle(now, m) })
}

func (b *bench) pass(d time.Duration) []pad.Message {
	b.t.Helper()
	b.now = b.now.Add(d)
	return b.do(func(time.Time) {})
}

func (b *bench) press(n int) {
	for i := range n {
		b.pad.Press(hall.Level(i%5 + 1))
	}
	b.pad.tx = nil
}

func seqs(said []pad.Message) (all []uint32) {
	for _, m := range said {
		if p, ok := m.(pad.Press); ok {
			all = append(all, p.Seq)
		}
	}
	return all
}

func TestPadSendsAWindowAndBeginsAgain(t *testing.T) {
	b := newBench(t)
	b.press(20)
	window := []uint32{1, 2, 3, 4, 5, 6, 7, 8}
	for _, wait := range []time.Duration{100, 200, 400, 800, 800} {
		b.now = b.pad.last
		if got := b.pass(wait*time.Millisecond - time.Millisecond); len(got) > 0 {
			t.Fatalf("sent %v before %d ms", got, wait)
		}
		if got := seqs(b.pass(time.Millisecond)); !slices.Equal(got, window) {
			t.Fatalf("after %d ms sent %v, want %v", wait, got, window)
		}
	}
	if got := seqs(b.hear(pad.Ack{Boot: 1 << 16, Seq: 3})); !slices.Equal(got, []uint32{9, 10, 11}) {
		t.Errorf("an acknowledgement of 3 lets %v go, want 9, 10, 11", got)
	}
	if got := seqs(b.pass(100 * time.Millisecond)); !slices.Equal(got, []uint32{4, 5, 6, 7, 8, 9, 10, 11}) {
		t.Errorf("100 ms later sent %v, want 4 to 11", got)
	}
}

func TestPadIgnoresAcknowledgementsOfWhatItCannotMean(t *testing.T) {
	b := newBench(t)
	b.press(20)
	for name, m := range map[string]pad.Message{
		"another boot":         pad.Ack{Boot: 2 << 16, Seq: 1},
		"a seq never sent":     pad.Ack{Boot: 1 << 16, Seq: 9},
		"a seq never given":    pad.Light{Boot: 1 << 16, Seq: 1 << 30, Meaning: pad.Became},
		"nothing":              pad.Ack{Boot: 1 << 16, Seq: 0},
		"an echo of the pad's": pad.Press{Boot: 1 << 16, Seq: 1, Level: hall.Good},
	} {
		b.hear(m)
		if s := b.pad.state(b.now); s.Queued != 20 || s.Acked != 0 {
			t.Errorf("%s took presses away: %+v", name, s)
		}
	}
}

func TestPadLightsOnceAndOnlyWhatIsFresh(t *testing.T) {
	b := newBench(t)
	b.press(3)
	b.now = time.Now()
	b.hear(pad.Light{Boot: 1 << 16, Seq: 2, Meaning: pad.Kept})
	if s := b.pad.state(b.now); s.Lit != 2 || s.Light != pad.Kept {
		t.Errorf("after LIGHT the pad shows %+v, want two blinks of key 2", s)
	}
	b.pass(blinkFor)
	if s := b.pad.state(b.now); s.Lit != 0 {
		t.Errorf("after the blinks the pad shows %+v", s)
	}
	b.hear(pad.Light{Boot: 1 << 16, Seq: 2, Meaning: pad.Kept})
	if s := b.pad.state(b.now); s.Lit != 0 {
		t.Errorf("a repeated LIGHT lit a key again: %+v", s)
	}
	b.pass(lightAge + time.Second)
	b.hear(pad.Light{Boot: 1 << 16, Seq: 3, Meaning: pad.Became})
	if s := b.pad.state(b.now); s.Lit != 0 || s.Queued != 0 {
		t.Errorf("a late LIGHT shows as %+v, want dark and acknowledged", s)
	}
	want := []pad.Meaning{0, pad.Kept, 0}
	for i, a := range b.pad.Acked() {
		if a.Key.Seq != uint32(i+1) || a.Light != want[i] {
			t.Errorf("acknowledgement %d is %+v, want light %d", i+1, a, want[i])
		}
	}
}

func TestPadSaysWhatItKeepsOfEachBoot(t *testing.T) {
	b := newBench(t)
	b.press(pad.QueueSize + 3)
	b.pad.PowerCut(true)
	second := b.pad.State().Boot
	if second>>16 != 2 {
		t.Errorf("boot after the power cut is %08x, want counter 2", second)
	}
	b.pad.tx = nil
	said := b.hear(pad.Ask{Version: pad.Version})
	want := []pad.Message{
		pad.Hello{UID: testUID, Boot: 1 << 16, Next: 65, Queued: 64, Dropped: 3, Left: 1},
		pad.Hello{UID: testUID, Boot: second, Next: 1},
	}
	if len(said) < 2 || !slices.Equal(said[:2], want) {
		t.Fatalf("ASK is answered by %v, want %v", said, want)
	}
	if p, ok := said[2].(pad.Press); !ok || p.Boot != 1<<16 || p.Seq != 1 || p.AgeMS != hall.AgeUnknown {
		t.Errorf("then comes %v, want press 1 of the first boot with unknown age", said[2])
	}
	b.pad.PowerCut(false)
	if s := b.pad.State(); s.Queued != 0 || s.Dropped != 0 {
		t.Errorf("without a journal the pad keeps %+v", s)
	}
}

func TestPadSendsOneBootAtATime(t *testing.T) {
	b := newBench(t)
	b.press(2)
	b.pad.PowerCut(true)
	b.press(2)
	b.pad.out = 0
	if got := seqs(b.pass(0)); !slices.Equal(got, []uint32{1, 2}) {
		t.Errorf("sent %v, want the two of the first boot", got)
	}
	said := b.hear(pad.Ack{Boot: 1 << 16, Seq: 2})
	if got := seqs(said); !slices.Equal(got, []uint32{1, 2}) || said[0].(pad.Press).Boot != b.pad.boot {
		t.Errorf("then sent %v, want the two of the second boot", said)
	}
}

func TestPadShowsAndWaits(t *testing.T) {
	b := newBench(t)
	screen := func() pad.Screen { return b.pad.state(b.now).Screen }
	if screen() != pad.Wait {
		t.Errorf("before the agent is heard the pad shows %d, want wait", screen())
	}
	b.hear(pad.Show{Screen: pad.Idle, Staff: "王丽"})
	b.hear(pad.Show{Screen: pad.Prompt, Seconds: 3})
	if s := b.pad.state(b.now); s.Screen != pad.Prompt || s.Seconds != 3 {
		t.Errorf("shows %+v, want the prompt for 3 s", s)
	}
	b.pass(3 * time.Second)
	if s := b.pad.state(b.now); s.Screen != pad.Idle || s.Staff != "王丽" {
		t.Errorf("after the prompt shows %+v, want the resting screen", s)
	}
	b.pass(agentQuiet)
	if screen() != pad.Wait {
		t.Errorf("with the agent silent the pad shows %d, want wait", screen())
	}
	if got := b.hear(pad.Ping{}); !slices.Equal(got, []pad.Message{pad.Pong{UID: testUID, Boot: 1 << 16}}) {
		t.Errorf("PING is answered by %v", got)
	}
	if screen() != pad.Idle {
		t.Errorf("with the agent back the pad shows %d, want idle", screen())
	}
}

func TestRefusedPadKeepsItsPresses(t *testing.T) {
	b := newBench(t)
	b.hear(pad.Refusal{Low: 2, High: 3})
	b.press(1)
	if got := b.pass(time.Minute); len(got) > 0 {
		t.Errorf("a refused pad sends %v", got)
	}
	b.hear(pad.Ping{})
	if s := b.pad.state(b.now); s.Screen != pad.Closed || s.Queued != 1 {
		t.Errorf("a refused pad shows %+v, want closed and one press kept", s)
	}
	if got := seqs(b.hear(pad.Ask{Version: pad.Version})); !slices.Equal(got, []uint32{1}) {
		t.Errorf("asked by its own version it sends %v, want its press", got)
	}
}

func TestAwaitEndsWithItsContext(t *testing.T) {
	p := NewPad(PadConfig{UID: testUID}, NewLine(LineConfig{}))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := p.Await(ctx, func(PadState) bool { return false }); err != context.Canceled {
		t.Errorf("Await = %v, want %v", err, context.Canceled)
	}
	if s, err := p.Await(ctx, func(s PadState) bool { return s.Queued == 0 }); err != nil || s.Queued != 0 {
		t.Errorf("Await of what holds = %+v, %v", s, err)
	}
}
