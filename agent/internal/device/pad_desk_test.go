package device

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/simulator"
)

// memory is a PadSink: it keeps presses as the store of a counter would.
type memory struct {
	mu      sync.Mutex
	stored  map[hall.PressKey]hall.Press
	last    map[padRun]uint32
	clashes []hall.Press // a known name with another level
	repeats int
	facts   []hall.Fact
	full    bool                       // the disk: nothing more is kept
	answer  func(hall.Press) PadAnswer // nil: became the rating, thanks
	slow    time.Duration              // how long the disk takes for the first press
}

func newMemory() *memory {
	return &memory{stored: map[hall.PressKey]hall.Press{}, last: map[padRun]uint32{}}
}

var errFull = errors.New("no space left on device")

func (m *memory) Base(uid hall.PadUID, boot uint32) (uint32, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	seq, known := m.last[padRun{uid, boot}]
	return seq, known
}

func (m *memory) Press(ctx context.Context, device string, p hall.Press) (PadAnswer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.full {
		return PadAnswer{}, errFull
	}
	if len(m.stored) == 0 {
		time.Sleep(m.slow)
	}
	if was, known := m.stored[p.Key()]; known {
		if was.Level != p.Level {
			m.clashes = append(m.clashes, p)
		}
		m.repeats++
		return PadAnswer{}, nil
	}
	m.stored[p.Key()] = p
	run := padRun{p.UID, p.Boot}
	m.last[run] = max(m.last[run], p.Seq)
	if m.answer != nil {
		return m.answer(p), nil
	}
	return PadAnswer{Became: true, Show: PadScreen{Kind: PadThanks, Seconds: 3}}, nil
}

func (m *memory) Tell(f hall.Fact) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.full {
		return errFull
	}
	if a, ok := f.(hall.DeviceAdopted); ok {
		m.last[padRun{a.UID, a.Boot}] = a.To
	}
	m.facts = append(m.facts, f)
	return nil
}

func (m *memory) setFull(full bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.full = full
}

// count says how often f was told.
func (m *memory) count(f hall.Fact) (n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, x := range m.facts {
		if x == f {
			n++
		}
	}
	return n
}

func (m *memory) get(k hall.PressKey) (hall.Press, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p, ok := m.stored[k]
	return p, ok
}

func (m *memory) told() []hall.Fact {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.facts)
}

func (m *memory) changed() []hall.Press {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.clashes)
}

func (m *memory) keys() []hall.PressKey {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []hall.PressKey
	for k := range m.stored {
		all = append(all, k)
	}
	return sorted(all)
}

func sorted(all []hall.PressKey) []hall.PressKey {
	slices.SortFunc(all, func(a, b hall.PressKey) int {
		return slices.Compare([]uint64{uint64(a.UID), uint64(a.Boot), uint64(a.Seq)}, []uint64{uint64(b.UID), uint64(b.Boot), uint64(b.Seq)})
	})
	return all
}

// Facts as this test's pad makes them.
func up(uid hall.PadUID) hall.Fact {
	return hall.DeviceUp{Device: "pad-12", Kind: "pad", Window: "12", UID: uid, Version: "1.2.3"}
}

func down(why hall.Trouble) hall.Fact {
	return hall.DeviceDown{Device: "pad-12", Kind: "pad", Window: "12", Why: why}
}

const testUID hall.PadUID = 0x1122334455667788

// desk is a window with a pad: the driver under test at the near end of a line, a simulated pad at the far end.
type desk struct {
	t    testing.TB
	mem  *memory
	line *simulator.Line
	path string
	pad  *simulator.Pad
	drv  *Pad
	away time.Duration // of the driver, if not the normal one
	stop func()        // the driver
}

// newDesk starts driver and pad; change may alter both before they start.
func newDesk(t testing.TB, cfg simulator.LineConfig, change func(d *desk)) *desk {
	d := &desk{t: t, mem: newMemory()}
	d.line, d.path = plugged(t, cfg)
	d.pad = simulator.NewPad(simulator.PadConfig{UID: testUID, Boot: 7<<16 | 0xa3c4, Firmware: [3]uint8{1, 2, 3}}, d.line)
	if change != nil {
		change(d)
	}
	during(t, func(ctx context.Context) { d.pad.Run(ctx) })
	d.start()
	return d
}

// start starts a driver as after a restart of the agent.
func (d *desk) start() {
	d.drv = NewPad(PadConfig{Name: "pad-12", Window: "12", Port: PortConfig{Path: d.path}}, d.mem, quiet())
	if d.away > 0 {
		d.drv.times.away = d.away
	}
	d.drv.Show(PadScreen{Kind: PadIdle, Staff: "王丽"})
	d.stop = during(d.t, func(ctx context.Context) { d.drv.Run(ctx) })
}

func (d *desk) await(what string, is func(simulator.PadState) bool) simulator.PadState {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	defer cancel()
	s, err := d.pad.Await(ctx, is)
	if err != nil {
		d.t.Fatalf("the pad never saw: %s; it is %+v", what, s)
	}
	return s
}

func (d *desk) awaitFact(f hall.Fact) {
	d.t.Helper()
	eventually(d.t, fmt.Sprintf("told %#v", f), func() bool { return d.mem.count(f) > 0 })
}

// settle waits until the pad keeps nothing, then checks the promise of the link: what was acknowledged is what is
// stored, each press once and as it was made.
func (d *desk) settle() {
	d.t.Helper()
	d.await("all acknowledged", func(s simulator.PadState) bool { return s.Queued == 0 })
	var acked []hall.PressKey
	for _, a := range d.pad.Acked() {
		acked = append(acked, a.Key)
		if got, ok := d.mem.get(a.Key); ok && got.Level != a.Level {
			d.t.Errorf("%v: level %v is stored, %v was pressed", a.Key, got.Level, a.Level)
		}
	}
	if stored := d.mem.keys(); !slices.Equal(sorted(acked), stored) {
		d.t.Errorf("acknowledged:\n%v\nstored:\n%v", acked, stored)
	}
	if all := d.mem.changed(); len(all) > 0 {
		d.t.Errorf("presses changed on the way: %v", all)
	}
}
