package device

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"hallpulse/firmware-protocol/escpos"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/simulator"
)

// rig is a printer of ours with a simulated one at the other end of the cable, and all that was told.
type rig struct {
	t     *testing.T
	cfg   PrinterConfig
	form  Form
	waits printerWaits
	line  *simulator.Line
	far   *simulator.Printer
	near  *Printer
	stop  func()

	mu    sync.Mutex
	facts []string
	ends  map[string][]hall.Trouble // troubles by job
	sent  map[string]bool           // the jobs of which something was sent
}

// newRig starts both ends. prepare, if any, may change the far end and the configuration before.
func newRig(t *testing.T, cable simulator.LineConfig, prepare func(b *rig)) *rig {
	t.Helper()
	line, path := plugged(t, cable)
	b := &rig{
		t: t, line: line, ends: map[string][]hall.Trouble{}, sent: map[string]bool{},
		cfg:   PrinterConfig{Name: "ticket", Port: PortConfig{Path: path}},
		waits: printerWaits{answer: time.Second, confirm: 10 * time.Second, quiet: 20 * time.Millisecond, ask: 20 * time.Millisecond},
	}
	b.use("generic-58")
	if prepare != nil {
		prepare(b)
	}
	during(t, b.far.Run)
	b.near = NewPrinter(b.cfg, b.hear, quiet())
	b.near.waits = b.waits
	b.stop = during(t, func(ctx context.Context) {
		if err := b.near.Run(ctx); err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return b
}

// use makes both ends a printer of this profile, with a knife: papers are counted by their cuts.
func (b *rig) use(profile string) {
	b.cfg.Printer = profileOf(b.t, profile)
	if b.cfg.Printer.knife() == escpos.NoKnife {
		b.cfg.Printer.Cut = knives()[escpos.FeedAndCut]
	}
	b.form = formOn(b.t, KindTicket, "zh", b.cfg.Printer)
	b.far = simulator.NewPrinter(b.line, b.cfg.Printer.Dots)
}

// ready reports whether the printer was reached and takes jobs.
func (b *rig) ready() bool {
	b.mu.Lock()
	up := slices.Contains(b.facts, "up")
	b.mu.Unlock()
	b.near.mu.Lock()
	defer b.near.mu.Unlock()
	return up && b.near.trouble == ""
}

// hear keeps a fact in words.
func (b *rig) hear(f hall.Fact) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch f := f.(type) {
	case hall.DeviceUp:
		b.facts = append(b.facts, "up")
	case hall.DeviceDown:
		b.facts = append(b.facts, "down "+string(f.Why))
	case hall.DeviceFault:
		b.facts = append(b.facts, "fault "+string(f.Fault))
	default:
		b.t.Errorf("told %#v", f)
	}
	return nil
}

// told waits until the facts told so far end in these.
func (b *rig) told(want ...string) {
	b.t.Helper()
	defer func() {
		if b.t.Failed() {
			b.t.Logf("told %q", b.facts)
		}
	}()
	eventually(b.t, fmt.Sprintf("told %q", want), func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		return len(b.facts) >= len(want) && slices.Equal(b.facts[len(b.facts)-len(want):], want)
	})
}

// job is the usual ticket under a number of its own.
func (b *rig) job(number string) Job {
	b.t.Helper()
	bytes, err := LayoutTicket(changed(func(p *TicketPaper) { p.Number = number }), b.form)
	if err != nil {
		b.t.Fatal(err)
	}
	return Job{Name: number, Bytes: bytes, Done: func(trouble hall.Trouble, sent bool) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.ends[number] = append(b.ends[number], trouble)
		b.sent[number] = sent
	}}
}

// print hands the job in as soon as the printer takes jobs.
func (b *rig) print(j Job) {
	b.t.Helper()
	var err error
	eventually(b.t, "the printer takes "+j.Name, func() bool { err = b.near.Print(j); return err == nil })
}

// ended waits until the job has ended, with this trouble.
func (b *rig) ended(number string, trouble hall.Trouble) {
	b.t.Helper()
	eventually(b.t, number+" has ended", func() bool { return len(b.troubles(number)) > 0 })
	if got := b.troubles(number); !slices.Equal(got, []hall.Trouble{trouble}) {
		b.t.Errorf("%s ended %q, want once %q", number, got, trouble)
	}
}

func (b *rig) troubles(number string) []hall.Trouble {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ends[number]
}

// whole counts the papers that are exactly j and nothing else.
func (b *rig) whole(j Job) (n int) {
	for _, p := range b.far.Papers() {
		if bytes.Equal(p.Bytes, j.Bytes) && !p.Torn {
			n++
		}
	}
	return n
}

// refused waits until the printer refuses jobs for this reason.
func (b *rig) refused(why hall.Trouble) {
	b.t.Helper()
	j := b.job("refused")
	eventually(b.t, "jobs are refused: "+string(why), func() bool {
		var r Refused
		return errors.As(b.near.Print(j), &r) && r.Trouble == why
	})
}
