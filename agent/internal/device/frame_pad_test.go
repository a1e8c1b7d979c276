package device

import (
	"bytes"
	"context"
	"io/fs"
	"slices"
	"testing"
	"time"

	"hallpulse/configs"
	"hallpulse/configs/strict"
	"hallpulse/firmware-protocol/frame"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/simulator"
)

func shippedCodec(t testing.TB, name string) *frame.Codec {
	t.Helper()
	text, err := fs.ReadFile(configs.FS(), "pads/"+name+".yaml")
	if err != nil {
		t.Fatal(err)
	}
	var p frame.Profile
	err = strict.Bytes(name, text, &p).Err()
	codec, faults := p.Compile()
	if err != nil || len(faults) > 0 {
		t.Fatal(err, faults)
	}
	return codec
}

// vendorDesk is a counter with a vendor's pad.
type vendorDesk struct {
	t    *testing.T
	mem  *memory
	line *simulator.Line
	path string
	pad  *simulator.VendorPad
	drv  *FramePad
}

func newVendorDesk(t *testing.T, style simulator.VendorStyle, profile string) *vendorDesk {
	t.Helper()
	d := &vendorDesk{t: t, mem: newMemory()}
	d.line, d.path = plugged(t, simulator.LineConfig{})
	d.pad = simulator.NewVendorPad(style, d.line)
	d.drv = NewFramePad(FramePadConfig{
		PadConfig: PadConfig{Name: "pad-12", Window: "12", Port: PortConfig{Path: d.path}},
		Profile:   profile, Codec: shippedCodec(t, profile), UID: testUID, Boot: 0x7ffff,
	}, d.mem, quiet())
	during(t, func(ctx context.Context) { d.pad.Run(ctx) })
	during(t, func(ctx context.Context) { d.drv.Run(ctx) })
	eventually(t, "the pad is up", func() bool { return d.mem.count(d.up(profile)) > 0 })
	return d
}

func (d *vendorDesk) up(profile string) hall.Fact {
	return hall.DeviceUp{Device: "pad-12", Kind: hall.KindPad, Window: "12", UID: testUID, Version: profile}
}

func (d *vendorDesk) fault(what hall.Trouble, count uint32) hall.Fact {
	return hall.DeviceFault{Device: "pad-12", Kind: hall.KindPad, Window: "12", Fault: what, Count: count}
}

func (d *vendorDesk) says(want ...string) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := d.pad.Await(ctx, func(said []string) bool { return slices.Equal(said, want) }); err != nil {
		d.t.Fatalf("want %v: %v", want, err)
	}
	if _, bad := d.pad.Said(); bad > 0 {
		d.t.Errorf("the pad did not understand %d bytes", bad)
	}
}

func (d *vendorDesk) stored(n int) {
	d.t.Helper()
	eventually(d.t, "the presses are stored", func() bool { return len(d.mem.keys()) == n })
}

// The pads that people own, each as its leaflet says: every key is its level, and the pad is made to show what the press
// became.
func TestVendorsPadsWork(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		style   simulator.VendorStyle
		profile string
		name    []string // how the staff name is shown
	}{
		{simulator.LetterPad, "ascii-key", nil},
		{simulator.HexPad, "hex-check", []string{"staff:王丽"}},
		{simulator.DigitPad, "map-32105", []string{"staff:王丽"}},
	} {
		t.Run(c.profile, func(t *testing.T) {
			t.Parallel()
			d := newVendorDesk(t, c.style, c.profile)
			d.mem.mu.Lock()
			d.mem.answer = func(p hall.Press) PadAnswer {
				if p.Seq == 1 {
					return PadAnswer{Became: true, Show: PadScreen{Kind: PadThanks, Seconds: 1}}
				}
				return PadAnswer{}
			}
			d.mem.mu.Unlock()
			want := []string{"closed"}
			d.says(want...)
			d.drv.Show(PadScreen{Kind: PadIdle, Staff: "王丽"})
			want = append(append(want, c.name...), "idle")
			d.says(want...)
			d.drv.Show(PadScreen{Kind: PadPrompt, Staff: "王丽", Seconds: 60})
			want = append(want, "prompt")
			d.says(want...)
			d.drv.Show(PadScreen{Kind: PadIdle, Staff: "王丽"}) // the visit was rated
			want = append(want, "idle")
			d.says(want...)
			for l := hall.VeryGood; l >= hall.VeryBad; l-- {
				d.pad.Press(l)
				d.stored(6 - int(l))
				k := hall.PressKey{UID: testUID, Boot: 0x7ffff, Seq: uint32(6 - l)}
				if p, ok := d.mem.get(k); !ok || p.Level != l {
					t.Errorf("key %v is stored as %+v, %v", l, p, ok)
				}
			}
			d.says(append(want, "thanks", "idle")...) // the screen that stays comes back by itself
		})
	}
}

// Promise 1: what reached the agent is kept until it is on disk, is thanked for only then, and is stored once.
func TestAVendorsPressWaitsForTheDisk(t *testing.T) {
	t.Parallel()
	d := newVendorDesk(t, simulator.LetterPad, "ascii-key")
	d.says("closed")
	d.mem.setFull(true)
	d.pad.Press(hall.Good)
	d.pad.Press(hall.Bad)
	time.Sleep(300 * time.Millisecond)
	d.says("closed")
	d.line.Unplug()
	if err := d.line.Plug(d.path); err != nil {
		t.Fatal(err)
	}
	d.mem.setFull(false)
	d.stored(2)
	for i, l := range []hall.Level{hall.Good, hall.Bad} {
		for _, k := range d.mem.keys() {
			p, _ := d.mem.get(k)
			if int(k.Seq) == i+1 && (p.Level != l || p.AgeMS < 300) {
				t.Errorf("press %d is stored as %+v, want level %v and its age", i+1, p, l)
			}
		}
	}
}

// Each opening of the port is a run of its own: a name that was given once is not given again.
func TestEachOpeningOfAVendorsPortIsARunOfItsOwn(t *testing.T) {
	t.Parallel()
	d := newVendorDesk(t, simulator.LetterPad, "ascii-key")
	boots := map[uint32]bool{}
	for i := range 3 {
		d.pad.Press(hall.Good)
		d.stored(i + 1)
		down := hall.DeviceDown{Device: "pad-12", Kind: hall.KindPad, Window: "12", Why: hall.TroubleMissing}
		d.line.Unplug()
		eventually(t, "the port is told missing", func() bool { return d.mem.count(down) == i+1 })
		if err := d.line.Plug(d.path); err != nil {
			t.Fatal(err)
		}
		eventually(t, "up again", func() bool { return d.mem.count(d.up("ascii-key")) == i+2 })
	}
	for _, k := range d.mem.keys() {
		boots[k.Boot] = true
		if k.Seq != 1 || k.Boot>>16 != 7 {
			t.Errorf("%+v: want the first press of a run of start 7", k)
		}
	}
	if len(boots) != 3 {
		t.Errorf("%d runs, want 3", len(boots))
	}
}

// A key that hangs, or a device that is none: told, bounded, and no press that fits is dropped unseen.
func TestAFloodOfAVendorsPadIsCounted(t *testing.T) {
	t.Parallel()
	d := newVendorDesk(t, simulator.HexPad, "hex-check")
	for range 4 * waitingPresses {
		d.pad.Press(hall.VeryGood)
	}
	overflows := func() (count uint32) {
		for _, f := range d.mem.told() {
			if o, ok := f.(hall.DeviceFault); ok && o.Fault == hall.TroubleOverflow {
				count = o.Count
			}
		}
		return count
	}
	eventually(t, "every press is stored or counted", func() bool {
		return overflows() > 0 && len(d.mem.keys())+int(overflows()) == 4*waitingPresses
	})
}

func TestWhatIsNoFrameIsToldUntilAFrameComes(t *testing.T) {
	t.Parallel()
	d := newVendorDesk(t, simulator.DigitPad, "map-32105")
	d.line.Write(bytes.Repeat([]byte{0xfc, 0xe0}, 60))
	eventually(t, "garbage is told", func() bool { return d.mem.count(d.fault(hall.TroubleGarbage, 0)) == 1 })
	d.line.Write([]byte("\r\n"))
	d.pad.Press(hall.Fair)
	d.stored(1)
	eventually(t, "and taken back", func() bool { return d.mem.count(d.fault("", 0)) == 1 })
}
