package device

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/pad"
	"hallpulse/firmware-protocol/simulator"
)

func level(i int) hall.Level { return hall.Level(i%5 + 1) }

func TestPressIsStoredThenLit(t *testing.T) {
	t.Parallel()
	d := newDesk(t, simulator.LineConfig{}, func(d *desk) {
		d.mem.answer = func(p hall.Press) PadAnswer {
			if p.Seq == 1 {
				return PadAnswer{Became: true, Show: PadScreen{Kind: PadThanks, Seconds: 3}}
			}
			return PadAnswer{Show: PadScreen{Kind: PadRated, Seconds: 3}}
		}
	})
	d.awaitFact(up(testUID))
	first, _ := d.pad.Press(hall.VeryGood)
	d.await("a steady light and thanks", func(s simulator.PadState) bool {
		return s.Lit == hall.VeryGood && s.Light == pad.Became && s.Screen == pad.Thanks
	})
	second, _ := d.pad.Press(hall.Bad)
	d.await("two blinks and rated already", func(s simulator.PadState) bool {
		return s.Lit == hall.Bad && s.Light == pad.Kept && s.Screen == pad.Rated
	})
	d.settle()
	want := []simulator.AckedPress{{Key: first, Level: hall.VeryGood, Light: pad.Became}, {Key: second, Level: hall.Bad, Light: pad.Kept}}
	if got := d.pad.Acked(); !slices.Equal(got, want) {
		t.Errorf("acknowledged %v, want %v", got, want)
	}
	if p, _ := d.mem.get(first); p.AgeMS < 0 || p.AgeMS > patience.Milliseconds() {
		t.Errorf("age %d ms is stored for a press made just now", p.AgeMS)
	}
}

func TestNoPressIsLostOrDoubledOnANoisyLine(t *testing.T) {
	t.Parallel()
	d := newDesk(t, simulator.LineConfig{Flip: 0.02, Drop: 0.02, Seed: 1}, nil)
	for i := range 60 {
		for {
			if _, ok := d.pad.Press(level(i)); ok {
				break
			}
			d.await("room in the queue", func(s simulator.PadState) bool { return s.Queued < pad.QueueSize })
		}
	}
	d.settle()
	if n := len(d.pad.Acked()); n != 60 {
		t.Errorf("%d presses acknowledged, want 60", n)
	}
}

func TestUnpluggedTwentyTimes(t *testing.T) {
	t.Parallel()
	d := newDesk(t, simulator.LineConfig{}, nil)
	for i := range 20 {
		d.pad.Press(level(i))
		if i%2 == 0 {
			d.await("an acknowledgement", func(s simulator.PadState) bool { return s.Queued == 0 })
		}
		d.line.Unplug()
		d.pad.Press(level(i + 1))
		if err := d.line.Plug(d.path); err != nil {
			t.Fatal(err)
		}
	}
	d.settle()
	if n := len(d.pad.Acked()); n != 40 {
		t.Errorf("%d presses acknowledged, want 40", n)
	}
	if len(d.mem.told()) > 60 {
		t.Errorf("%d facts told of 20 unpluggings", len(d.mem.told()))
	}
}

func TestUnpluggedIsToldOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t, simulator.LineConfig{}, nil)
	d.awaitFact(up(testUID))
	d.line.Unplug()
	d.awaitFact(down(hall.TroubleMissing))
	if err := d.line.Plug(d.path); err != nil {
		t.Fatal(err)
	}
	eventually(t, "up again", func() bool { return d.mem.count(up(testUID)) == 2 })
	if n := d.mem.count(down(hall.TroubleMissing)); n != 1 {
		t.Errorf("missing was told %d times, want once", n)
	}
}

func TestAJournalCarriesPressesOverPowerCuts(t *testing.T) {
	t.Parallel()
	d := newDesk(t, simulator.LineConfig{}, func(d *desk) { d.mem.full = true })
	for cut := range 3 {
		for i := range 3 {
			d.pad.Press(level(cut + i))
		}
		d.pad.PowerCut(true)
	}
	d.pad.Press(hall.Good)
	d.mem.setFull(false)
	d.settle()
	if n := len(d.pad.Acked()); n != 10 {
		t.Errorf("%d presses acknowledged, want 10", n)
	}
	for _, a := range d.pad.Acked()[:9] {
		if p, _ := d.mem.get(a.Key); p.AgeMS != hall.AgeUnknown || a.Light != 0 {
			t.Errorf("%v outlived a power cut, but has age %d and light %d", a.Key, p.AgeMS, a.Light)
		}
	}
	if last := d.pad.Acked()[9]; last.Light != pad.Became {
		t.Errorf("the press after the last power cut has light %d, want a steady one", last.Light)
	}
}

func TestPowerCutWithoutAJournalLosesOnlyWhatWasNotLit(t *testing.T) {
	t.Parallel()
	d := newDesk(t, simulator.LineConfig{}, nil)
	for i := range 10 {
		d.pad.Press(level(i))
		d.pad.PowerCut(false)
	}
	last, _ := d.pad.Press(hall.Good)
	d.await("the last one acknowledged", func(s simulator.PadState) bool { return s.Queued == 0 })
	for _, a := range d.pad.Acked() {
		if _, ok := d.mem.get(a.Key); !ok {
			t.Errorf("%v was acknowledged and is not stored", a.Key)
		}
	}
	if acked := d.pad.Acked(); acked[len(acked)-1].Key != last {
		t.Errorf("the last press acknowledged is %v, want %v", acked[len(acked)-1].Key, last)
	}
}

func TestAFullDiskIsSilentAndLater(t *testing.T) {
	t.Parallel()
	d := newDesk(t, simulator.LineConfig{}, nil)
	d.awaitFact(up(testUID))
	d.mem.setFull(true)
	key, _ := d.pad.Press(hall.VeryBad)
	d.drv.Show(PadScreen{Kind: PadClosed})
	s := d.await("closed", func(s simulator.PadState) bool { return s.Screen == pad.Closed })
	if s.Acked != 0 || s.Lit != 0 || s.Queued != 1 {
		t.Errorf("a press that is not kept shows as %+v", s)
	}
	d.mem.setFull(false)
	d.settle()
	if got := d.mem.keys(); !slices.Equal(got, []hall.PressKey{key}) {
		t.Errorf("stored %v, want %v once", got, key)
	}
}

func TestAgentStartedAgainGoesOnWithoutAWord(t *testing.T) {
	t.Parallel()
	d := newDesk(t, simulator.LineConfig{}, nil)
	for i := range 5 {
		d.pad.Press(level(i))
	}
	d.await("all acknowledged", func(s simulator.PadState) bool { return s.Queued == 0 })
	d.stop()
	for i := range 5 {
		d.pad.Press(level(i))
	}
	d.start()
	d.settle()
	for _, f := range d.mem.told() {
		if _, ok := f.(hall.DeviceAdopted); ok {
			t.Errorf("told %+v though no press was missing", f)
		}
	}
}

func TestAStorePutBackAdoptsWhatThePadGaveAway(t *testing.T) {
	t.Parallel()
	d := newDesk(t, simulator.LineConfig{}, nil)
	for i := range 6 {
		d.pad.Press(level(i))
	}
	s := d.await("all acknowledged", func(s simulator.PadState) bool { return s.Queued == 0 })
	d.stop()
	run := padRun{testUID, s.Boot}
	for seq := uint32(3); seq <= 6; seq++ {
		delete(d.mem.stored, hall.PressKey{UID: testUID, Boot: s.Boot, Seq: seq})
	}
	d.mem.last[run] = 2
	key, _ := d.pad.Press(hall.Fair)
	d.start()
	d.await("the next press acknowledged", func(s simulator.PadState) bool { return s.Queued == 0 })
	d.awaitFact(hall.DeviceAdopted{Device: "pad-12", UID: testUID, Boot: s.Boot, From: 2, To: 6})
	if _, ok := d.mem.get(key); !ok || len(d.mem.keys()) != 3 {
		t.Errorf("stored %v, want 1, 2 and %v", d.mem.keys(), key)
	}
}

func TestAnotherPadOnTheSamePort(t *testing.T) {
	t.Parallel()
	const otherUID hall.PadUID = 0xfeed
	for _, replug := range []bool{true, false} {
		t.Run(fmt.Sprintf("port goes away %v", replug), func(t *testing.T) {
			t.Parallel()
			mem := newMemory()
			line, path := plugged(t, simulator.LineConfig{})
			drv := NewPad(PadConfig{Name: "pad-12", Window: "12", Port: PortConfig{Path: path}}, mem, quiet())
			during(t, func(ctx context.Context) { drv.Run(ctx) })
			for _, uid := range []hall.PadUID{testUID, otherUID} {
				p := simulator.NewPad(simulator.PadConfig{UID: uid, Boot: 1, Firmware: [3]uint8{1, 2, 3}}, line)
				stop := during(t, func(ctx context.Context) { p.Run(ctx) })
				key, _ := p.Press(hall.Good)
				d := &desk{t: t, mem: mem, pad: p}
				d.await("acknowledged", func(s simulator.PadState) bool { return s.Queued == 0 })
				d.awaitFact(up(uid))
				if _, ok := mem.get(key); !ok {
					t.Errorf("%v is not stored", key)
				}
				stop()
				if replug {
					line.Unplug()
					if err := line.Plug(path); err != nil {
						t.Fatal(err)
					}
				}
			}
			if len(mem.keys()) != 2 {
				t.Errorf("stored %v, want one press of each pad", mem.keys())
			}
		})
	}
}

func TestOverflowIsCountedAndTold(t *testing.T) {
	t.Parallel()
	d := newDesk(t, simulator.LineConfig{}, nil)
	d.awaitFact(up(testUID))
	d.mem.setFull(true)
	for i := range pad.QueueSize + 6 {
		if _, ok := d.pad.Press(level(i)); ok != (i < pad.QueueSize) {
			t.Fatalf("press %d kept: %v", i+1, ok)
		}
	}
	d.mem.setFull(false)
	d.settle()
	overflow := hall.DeviceFault{Device: "pad-12", Kind: "pad", Window: "12", Fault: hall.TroubleOverflow, Count: 6}
	d.awaitFact(overflow)
	d.stop()
	if n := d.mem.count(overflow); n != 1 {
		t.Errorf("the overflow was told %d times, want once", n)
	}
	if n := len(d.pad.Acked()); n != pad.QueueSize {
		t.Errorf("%d presses acknowledged, want %d", n, pad.QueueSize)
	}
}

// A sink that takes long must not make the pad look silent, nor cost a press.
func TestASlowSinkLosesNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t, simulator.LineConfig{}, func(d *desk) {
		d.away, d.mem.slow = 2*time.Second, 3*time.Second
	})
	for i := range 30 {
		d.pad.Press(level(i))
	}
	d.settle()
	if n := len(d.mem.told()); n != 1 {
		t.Errorf("told %v, want only that the pad is up", d.mem.told())
	}
}

func TestATakenPortIsToldOnceAndUsedWhenItIsFree(t *testing.T) {
	t.Parallel()
	var other *portConn
	d := newDesk(t, simulator.LineConfig{}, func(d *desk) {
		var err error
		if other, err = openPort(context.Background(), PortConfig{Path: d.path}); err != nil {
			t.Fatal(err)
		}
	})
	d.awaitFact(down(hall.TroubleTaken))
	d.pad.Press(hall.Good)
	other.close(context.Background())
	d.settle()
	if n := d.mem.count(down(hall.TroubleTaken)); n != 1 {
		t.Errorf("taken was told %d times, want once", n)
	}
}

func TestScreensComeBackAfterAReconnect(t *testing.T) {
	t.Parallel()
	d := newDesk(t, simulator.LineConfig{}, nil)
	d.await("who serves", func(s simulator.PadState) bool { return s.Screen == pad.Idle && s.Staff == "王丽" })
	d.drv.Show(PadScreen{Kind: PadPrompt, Staff: "王丽", Seconds: 120})
	prompted := func(s simulator.PadState) bool { return s.Screen == pad.Prompt && s.Seconds > 60 }
	d.await("please rate", prompted)
	d.pad.PowerCut(false)
	d.await("please rate, after a power cut", prompted)
	d.line.Unplug()
	d.drv.Show(PadScreen{Kind: PadIdle, Staff: "李强"})
	d.drv.Show(PadScreen{Kind: PadPrompt, Staff: "李强", Seconds: 120})
	if err := d.line.Plug(d.path); err != nil {
		t.Fatal(err)
	}
	d.await("the screen set meanwhile", func(s simulator.PadState) bool { return s.Screen == pad.Prompt && s.Staff == "李强" })
	d.drv.Show(PadScreen{Kind: PadThanks, Seconds: 1})
	d.await("thanks", func(s simulator.PadState) bool { return s.Screen == pad.Thanks })
	d.await("the screen below", func(s simulator.PadState) bool { return s.Screen == pad.Idle && s.Staff == "李强" })
	// The second invitation may have been spoken into the air: the cable was out.
	if got := slices.Compact(d.pad.Sounds()); !slices.Equal(got, []pad.Tone{pad.ToneInvite, pad.ToneThanks}) || len(d.pad.Sounds()) > 3 {
		t.Errorf("played %v, want one invitation for each prompt and one thanks", d.pad.Sounds())
	}
}

// Whatever happens, in whatever order: what the pad saw acknowledged is what is stored.
func TestAcknowledgedIsStoredUnderAnyFaults(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			rnd := rand.New(rand.NewPCG(seed, 0))
			d := newDesk(t, simulator.LineConfig{Seed: seed}, nil)
			for range 60 {
				switch rnd.IntN(12) {
				case 0:
					d.line.SetNoise(0.02, 0.02)
				case 1:
					d.line.SetNoise(0, 0)
				case 2:
					d.line.Unplug()
				case 3, 4:
					if d.line.Port() == "" {
						if err := d.line.Plug(d.path); err != nil {
							t.Fatal(err)
						}
					}
				case 5:
					d.pad.PowerCut(true)
				case 6:
					d.mem.setFull(rnd.IntN(2) == 0)
				case 7:
					d.stop()
					d.start()
				case 8:
					acked := d.pad.State().Acked
					if d.line.Port() != "" && d.pad.State().Queued > 0 {
						d.mem.setFull(false)
						d.await("progress", func(s simulator.PadState) bool { return s.Acked > acked || s.Queued == 0 })
					}
				default:
					d.pad.Press(level(rnd.IntN(5)))
				}
			}
			d.mem.setFull(false)
			d.line.SetNoise(0, 0)
			if err := d.line.Plug(d.path); err != nil && !errors.Is(err, os.ErrExist) && d.line.Port() == "" {
				t.Fatal(err)
			}
			d.settle()
			if len(d.pad.Acked()) == 0 {
				t.Error("no press was acknowledged: the script shows nothing")
			}
		})
	}
}
