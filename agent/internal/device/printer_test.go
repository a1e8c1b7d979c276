package device

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/escpos"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/simulator"
)

func TestPrintedTicketIsExactlyItsLayout(t *testing.T) {
	t.Parallel()
	b := newRig(t, simulator.LineConfig{}, nil)
	for _, number := range []string{"A001", "A002", "A003"} {
		j := b.job(number)
		b.print(j)
		b.ended(number, "")
		if b.whole(j) != 1 {
			t.Errorf("%s was printed %d times", number, b.whole(j))
		}
	}
	if n := len(b.far.Papers()); n != 3 {
		t.Errorf("%d papers for 3 tickets", n)
	}
	b.stop()
	b.told("up")
	if len(b.facts) != 1 {
		t.Errorf("told %q of a printer that only prints", b.facts)
	}
}

func TestEachStateIsToldOnceAndClears(t *testing.T) {
	t.Parallel()
	b := newRig(t, simulator.LineConfig{}, nil)
	b.told("up")
	for _, c := range []struct {
		fault hall.Trouble
		set   func(on bool)
	}{
		{hall.TroublePaperOut, func(on bool) { b.far.LoadPaper(map[bool]int{true: 0, false: simulator.Endless}[on]) }},
		{hall.TroubleCover, b.far.OpenCover},
		{hall.TroubleKnife, b.far.Jam},
		{hall.TroubleHot, b.far.Overheat},
	} {
		c.set(true)
		b.told("fault " + string(c.fault))
		b.refused(c.fault)
		c.set(false)
		b.told("fault "+string(c.fault), "fault ")
		j := b.job("after " + string(c.fault))
		b.print(j)
		b.ended(j.Name, "")
	}
	b.far.LoadPaper(1900)
	b.told("fault " + string(hall.TroublePaperLow))
	j := b.job("A001")
	b.print(j)
	b.ended("A001", "")
	b.far.LoadPaper(simulator.Endless)
	b.told("fault "+string(hall.TroublePaperLow), "fault ")
}

func TestPrinterFoundWithoutPaperTakesNoJobUntilThereIsSome(t *testing.T) {
	t.Parallel()
	b := newRig(t, simulator.LineConfig{}, func(b *rig) { b.far.LoadPaper(0) })
	b.told("up", "fault "+string(hall.TroublePaperOut))
	b.refused(hall.TroublePaperOut)
	b.far.LoadPaper(simulator.Endless)
	b.told("up", "fault "+string(hall.TroublePaperOut), "fault ")
	b.print(b.job("A001"))
	b.ended("A001", "")
}

func TestPaperOutInMidJob(t *testing.T) {
	t.Parallel()
	b := newRig(t, simulator.LineConfig{}, func(b *rig) { b.far.LoadPaper(700) })
	first, second := b.job("A001"), b.job("A002")
	b.told("up", "fault "+string(hall.TroublePaperLow))
	b.print(first)
	b.ended("A001", hall.TroublePaperOut)
	b.told("fault " + string(hall.TroublePaperOut))
	b.refused(hall.TroublePaperOut)
	if papers := b.far.Papers(); len(papers) != 1 || !papers[0].Torn {
		t.Fatalf("%d papers, want one that ended with the roll", len(papers))
	}
	b.far.LoadPaper(simulator.Endless)
	b.print(second)
	b.ended("A002", "")
	if b.whole(first) != 0 || b.whole(second) != 1 {
		t.Errorf("printed whole: A001 %d times, A002 %d times; want 0 and 1", b.whole(first), b.whole(second))
	}
}

// A printer without paper may take no more bytes. It has said why, so the job is not in doubt.
func TestPaperOutThatBlocksTheLine(t *testing.T) {
	t.Parallel()
	b := newRig(t, simulator.LineConfig{Baud: 115200}, func(b *rig) { b.far.LoadPaper(700) })
	long := b.job("A001")
	long.Bytes = bytes.Repeat(long.Bytes, 40)
	b.print(long)
	eventually(t, "the roll ends", func() bool { return len(b.far.Papers()) > 0 })
	b.far.Stick(true)
	b.ended("A001", hall.TroublePaperOut)
}

// The jobs behind the one that met the end of the roll end too, and nothing of them was sent.
func TestWaitingJobsEndWithThePaper(t *testing.T) {
	t.Parallel()
	b := newRig(t, simulator.LineConfig{Baud: 38400}, func(b *rig) { b.far.LoadPaper(700) })
	numbers := []string{"A001", "A002", "A003"}
	for _, n := range numbers {
		b.print(b.job(n))
	}
	for i, n := range numbers {
		b.ended(n, hall.TroublePaperOut)
		if b.sent[n] != (i == 0) {
			t.Errorf("%s: sent %v", n, b.sent[n])
		}
	}
}

func TestUnpluggedInMidJob(t *testing.T) {
	t.Parallel()
	b := newRig(t, simulator.LineConfig{Baud: 19200}, nil)
	first, second := b.job("A001"), b.job("A002")
	b.print(first)
	b.print(second)
	eventually(t, "the number is on the paper", func() bool { return b.far.Printing().Length > 200 })
	b.line.Unplug()
	b.ended("A001", hall.TroubleDoubtful)
	b.ended("A002", hall.TroubleMissing)
	b.told("down " + string(hall.TroubleMissing))
	b.refused(hall.TroubleMissing)
	if err := b.line.Plug(b.cfg.Port.Path); err != nil {
		t.Fatal(err)
	}
	b.told("down "+string(hall.TroubleMissing), "up")
	third := b.job("A003")
	b.print(third)
	b.ended("A003", "")
	papers := b.far.Papers()
	if len(papers) != 2 || !strings.Contains(papers[0].Text(), "A001") || b.whole(first)+b.whole(second) != 0 || b.whole(third) != 1 {
		for _, p := range papers {
			t.Logf("paper:\n%s", p.Text())
		}
		t.Errorf("%d papers, want the stump of A001 and A003 whole", len(papers))
	}
}

// A printer that takes no bytes must not hold up the others of the counter.
func TestStuckPrinterIsAbandonedWhileAnotherGoesOn(t *testing.T) {
	t.Parallel()
	stuck, other := newRig(t, simulator.LineConfig{}, nil), newRig(t, simulator.LineConfig{}, nil)
	stuck.told("up")
	long := stuck.job("A001")
	long.Bytes = bytes.Repeat(long.Bytes, 40) // more than any driver buffers
	stuck.far.Stick(true)
	stuck.print(long)
	for n := range 5 {
		number := fmt.Sprintf("B%03d", n)
		other.print(other.job(number))
		other.ended(number, "")
	}
	stuck.told("down " + string(hall.TroubleNoAnswer))
	if got := stuck.troubles("A001"); !slices.Equal(got, []hall.Trouble{hall.TroubleNoAnswer}) {
		t.Errorf("a job for a printer that did not answer before it ended %q", got)
	}
}

func TestPrinterThatSticksInMidJobIsReported(t *testing.T) {
	t.Parallel()
	b := newRig(t, simulator.LineConfig{Baud: 115200}, nil)
	long := b.job("A001")
	long.Bytes = bytes.Repeat(long.Bytes, 40)
	b.print(long)
	eventually(t, "it prints", func() bool { return b.far.Printing().Length > 200 })
	b.far.Stick(true)
	b.ended("A001", hall.TroubleDoubtful)
	b.told("down " + string(hall.TroubleStuck))
	b.far.Stick(false)
	j := b.job("A002")
	b.print(j)
	b.ended("A002", "")
	if b.whole(j) != 1 {
		t.Errorf("after it came back A002 was printed %d times", b.whole(j))
	}
}

// No answer is no state: the job is doubtful, the printer silent, never "off line".
func TestSilenceAfterAJobIsDoubt(t *testing.T) {
	t.Parallel()
	b := newRig(t, simulator.LineConfig{Baud: 38400}, func(b *rig) { b.waits.confirm = 2 * time.Second })
	j := b.job("A001")
	b.print(j)
	eventually(t, "it prints", func() bool { return b.far.Printing().Length > 200 })
	b.far.Deafen(true)
	b.ended("A001", hall.TroubleDoubtful)
	b.told("down " + string(hall.TroubleNoAnswer))
	b.refused(hall.TroubleNoAnswer)
	b.far.Deafen(false)
	b.told("down "+string(hall.TroubleNoAnswer), "up")
	b.print(b.job("A002"))
	b.ended("A002", "")
	if b.whole(j) != 1 {
		t.Errorf("A001 was printed %d times, want once and never again", b.whole(j))
	}
}

func TestPrinterThatNeverAnswers(t *testing.T) {
	t.Parallel()
	t.Run("status wanted: it takes no job", func(t *testing.T) {
		b := newRig(t, simulator.LineConfig{}, func(b *rig) { b.far.Deafen(true) })
		b.told("down " + string(hall.TroubleNoAnswer))
		b.refused(hall.TroubleNoAnswer)
	})
	t.Run("status not wanted: what was sent is printed", func(t *testing.T) {
		b := newRig(t, simulator.LineConfig{}, func(b *rig) { b.far.Deafen(true); b.cfg.Printer.Status = nil })
		j := b.job("A001")
		b.print(j)
		b.ended("A001", "")
		eventually(t, "the paper comes out", func() bool { return b.whole(j) == 1 })
		b.told("up")
		b.line.Unplug()
		b.told("up", "down "+string(hall.TroubleMissing))
	})
	t.Run("status not wanted: what is on the line is not printed yet", func(t *testing.T) {
		b := newRig(t, simulator.LineConfig{Baud: 9600}, func(b *rig) { b.use("plain-58"); b.cfg.Port.Baud = 9600 })
		b.print(b.job("A001"))
		eventually(t, "it prints", func() bool { return b.far.Printing().Length > 200 })
		b.line.Unplug()
		b.ended("A001", hall.TroubleDoubtful)
	})
}

func TestAnotherDeviceOnTheLineIsGarbage(t *testing.T) {
	t.Parallel()
	line, path := plugged(t, simulator.LineConfig{})
	during(t, func(ctx context.Context) {
		buf := make([]byte, 64)
		for ctx.Err() == nil {
			if line.Read(buf, 20*time.Millisecond) > 0 {
				line.Write([]byte{0xFE, 0xC1})
			}
		}
	})
	var told heard[hall.Trouble]
	p := NewPrinter(PrinterConfig{Name: "ticket", Port: PortConfig{Path: path}, Printer: profileOf(t, "generic-58")}, func(f hall.Fact) error {
		if d, is := f.(hall.DeviceDown); is {
			told.say(d.Why)
		}
		return nil
	}, quiet())
	p.waits.answer, p.waits.ask = 100*time.Millisecond, 20*time.Millisecond
	during(t, func(ctx context.Context) { p.Run(ctx) })
	eventually(t, "garbage is told", func() bool { return told.has(hall.TroubleGarbage) })
}

// The four answers are not one moment: what went by between them is no state of the printer.
func TestOfflineWithoutCauseIsAskedAboutOnceMore(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		answers []escpos.Status // to the first questions; then the last for ever
		want    []string
	}{
		{"gone the second time", []escpos.Status{{Offline: true}, {}}, []string{"up"}},
		{"still there", []escpos.Status{{Offline: true}}, []string{"up", "fault " + string(hall.TroubleOffline)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			line, path := plugged(t, simulator.LineConfig{})
			during(t, func(ctx context.Context) { answerWith(ctx, line, c.answers, &heard[string]{}) })
			b := nearRig(t, path)
			b.told(c.want...)
			if b.mu.Lock(); len(b.facts) != len(c.want) {
				t.Errorf("told %q, want %q", b.facts, c.want)
			}
			b.mu.Unlock()
		})
	}
}

// A printer that tells nothing by itself is asked before each job, and a job that cannot come out is not sent.
func TestStateIsAskedBeforeEachJob(t *testing.T) {
	t.Parallel()
	line, path := plugged(t, simulator.LineConfig{})
	var printed heard[string]
	toSettle := make([]escpos.Status, 4)
	states := append(toSettle, escpos.Status{PaperOut: true, Offline: true})
	during(t, func(ctx context.Context) { answerWith(ctx, line, states, &printed) })
	b := nearRig(t, path)
	b.print(b.job("A001"))
	b.ended("A001", hall.TroublePaperOut)
	b.told("up", "fault "+string(hall.TroublePaperOut))
	if printed.has("A001") || b.sent["A001"] {
		t.Error("the ticket was sent to a printer without paper")
	}
}

// nearRig is a rig whose far end is not ours to play with, and whose printer is asked only when it must be.
func nearRig(t *testing.T, path string) *rig {
	b := &rig{t: t, ends: map[string][]hall.Trouble{}, sent: map[string]bool{}, form: ticketForm(t, "zh", 58)}
	b.near = NewPrinter(PrinterConfig{Name: "ticket", Port: PortConfig{Path: path}, Printer: profileOf(t, "generic-58")}, b.hear, quiet())
	b.near.waits.quiet, b.near.waits.ask = 20*time.Millisecond, time.Hour
	during(t, func(ctx context.Context) { b.near.Run(ctx) })
	return b
}

// answerWith is a printer that answers each question with the next of states, then with the last, and tells nothing by
// itself. The words it would print are said to printed.
func answerWith(ctx context.Context, line *simulator.Line, states []escpos.Status, printed *heard[string]) {
	var p escpos.Parser
	buf := make([]byte, 64)
	for ctx.Err() == nil {
		for _, c := range p.Feed(buf[:line.Read(buf, 20*time.Millisecond)]) {
			switch c := c.(type) {
			case escpos.AskStatus:
				line.Write([]byte{byte(states[0].RealTime(c))})
				states = states[min(1, len(states)-1):]
			case escpos.Confirm:
				line.Write([]byte{byte(escpos.Status{}.Confirmed())})
			case escpos.Text:
				printed.say(string(c))
			}
		}
	}
}

// The program was killed in the middle of a picture: the printer swallows what comes next as the rest of it.
func TestStumpOfAnEarlierRunIsOvercome(t *testing.T) {
	t.Parallel()
	for _, profile := range []string{"generic-58", "xprinter-58", "plain-58"} {
		t.Run(profile, func(t *testing.T) {
			t.Parallel()
			b := newRig(t, simulator.LineConfig{}, func(b *rig) {
				b.use(profile)
				c, err := openPort(context.Background(), b.cfg.Port)
				if err != nil {
					b.t.Fatal(err)
				}
				picture := escpos.Append(nil, escpos.Raster{Width: 46, Bits: make([]byte, 46*escpos.BandRows)})
				if err := c.Write(picture[:len(picture)/2]); err != nil {
					b.t.Fatal(err)
				}
				c.close(context.Background())
				b.waits.confirm = 500 * time.Millisecond // questions are answered at once, the confirmation hides in the picture
			})
			eventually(t, "the printer is ready", b.ready)
			j := b.job("A001")
			b.print(j)
			b.ended("A001", "")
			eventually(t, "it comes out", func() bool { return len(b.far.Papers()) > 0 })
			// The piece of the picture lies above it: nobody here knew of it.
			if papers := b.far.Papers(); len(papers) != 1 || !bytes.HasSuffix(papers[0].Bytes, j.Bytes) {
				t.Errorf("%d papers, want one that ends in the whole ticket", len(papers))
			}
		})
	}
}

// A ticket that is taken as the agent starts waits until it is known whether there is a printer.
func TestTheFirstJobsWaitForThePrinter(t *testing.T) {
	t.Parallel()
	b := newRig(t, simulator.LineConfig{}, nil)
	b.stop()
	begin := func(number string, cfg PrinterConfig) {
		p := NewPrinter(cfg, b.hear, quiet())
		p.waits = b.waits
		if err := p.Print(b.job(number)); err != nil {
			t.Fatalf("%s: %v", number, err)
		}
		during(t, func(ctx context.Context) {
			if err := p.Run(ctx); err != nil {
				t.Errorf("Run: %v", err)
			}
		})
	}
	there, nowhere := b.cfg, b.cfg
	nowhere.Port.Path += "-not"
	begin("A001", there)
	b.ended("A001", "")
	begin("A002", nowhere)
	b.ended("A002", hall.TroubleMissing)
	if !b.sent["A001"] || b.sent["A002"] {
		t.Errorf("sent: %v", b.sent)
	}
}

func TestMoreJobsThanAPrinterGetsDoneAreRefused(t *testing.T) {
	t.Parallel()
	b := newRig(t, simulator.LineConfig{Baud: 9600}, nil)
	b.print(b.job("first"))
	eventually(t, "it prints", func() bool { return b.far.Printing().Length > 0 })
	taken := []string{"first"}
	var refused error
	for i := 0; refused == nil && i < 2*maxJobs; i++ {
		j := b.job(fmt.Sprint(i))
		if refused = b.near.Print(j); refused == nil {
			taken = append(taken, j.Name)
		}
	}
	if !errors.Is(refused, Refused{hall.TroubleBusy}) || len(taken) < maxJobs {
		t.Errorf("after %d jobs: %v, want a refusal: busy", len(taken), refused)
	}
	b.stop()
	for i, name := range taken {
		want := hall.TroubleMissing
		if i == 0 {
			want = hall.TroubleDoubtful
		}
		b.ended(name, want)
	}
	b.refused(hall.TroubleMissing)
}

func TestWhatCouldNotBeKeptIsToldAgain(t *testing.T) {
	t.Parallel()
	var told heard[string]
	b := newRig(t, simulator.LineConfig{}, nil)
	b.stop()
	full := true
	p := NewPrinter(b.cfg, func(f hall.Fact) error {
		told.say(string(f.Type()))
		if full {
			full = false
			return errors.New("disk full")
		}
		return nil
	}, quiet())
	p.waits = b.waits
	during(t, func(ctx context.Context) { p.Run(ctx) })
	eventually(t, "up is told again", func() bool { return told.times(string(hall.TypeDeviceUp)) == 2 })
}

// Whatever is pulled, opened or taken out, and at whatever moment of a job: each job that was taken ends exactly once;
// what is told as printed lies in the tray; nothing is printed twice.
func TestJobsUnderFaults(t *testing.T) {
	t.Parallel()
	b := newRig(t, simulator.LineConfig{Baud: 460800}, nil)
	rnd := rand.New(rand.NewPCG(2, 2026))
	faults := []func(){
		func() {},
		func() {
			b.line.Unplug()
			if err := b.line.Plug(b.cfg.Port.Path); err != nil {
				t.Fatal(err)
			}
		},
		func() { b.far.OpenCover(true) },
		func() { b.far.LoadPaper(rnd.IntN(1000)) },
		func() { b.far.Jam(true) },
	}
	var taken []Job
	hand := func(n int) {
		j := b.job(fmt.Sprintf("A%03d", n))
		b.print(j)
		taken = append(taken, j)
	}
	for n := 0; n < 50; n += 2 {
		hand(n)
		hand(n + 1)
		length, last := rnd.IntN(1000), taken[len(taken)-1].Name
		eventually(t, "the job comes so far", func() bool {
			return b.far.Printing().Length >= length || len(b.troubles(last)) > 0
		})
		faults[rnd.IntN(len(faults))]()
		eventually(t, "the jobs end", func() bool { return len(b.troubles(last)) > 0 })
		b.far.OpenCover(false)
		b.far.Jam(false)
		b.far.LoadPaper(simulator.Endless)
	}
	b.stop()
	ends := map[hall.Trouble]int{}
	for _, j := range taken {
		troubles, papers := b.troubles(j.Name), b.whole(j)
		if len(troubles) != 1 {
			t.Fatalf("%s ended %q", j.Name, troubles)
		}
		ends[troubles[0]]++
		if papers > 1 || troubles[0] == "" && papers != 1 {
			t.Errorf("%s ended %q and was printed %d times", j.Name, troubles, papers)
		}
	}
	t.Logf("%d jobs: %v", len(taken), ends)
	for _, end := range []hall.Trouble{"", hall.TroubleDoubtful, hall.TroubleMissing, hall.TroubleCover, hall.TroublePaperOut, hall.TroubleKnife} {
		if ends[end] == 0 {
			t.Errorf("no job ended %q: the faults prove too little: %v", end, ends)
		}
	}
}

func TestPrinterConfigNamesAllFaults(t *testing.T) {
	t.Parallel()
	if err := (PrinterConfig{Name: "p", Port: PortConfig{Path: "/dev/ttyS0"}, Printer: profileOf(t, "generic-80")}).Validate(); err != nil {
		t.Errorf("a good configuration: %v", err)
	}
	bad := PrinterConfig{Printer: Profile{Dots: 100}}
	for _, part := range []string{"name", "100", "vid"} {
		if err := bad.Validate(); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v does not name %s", err, part)
		}
	}
	if err := NewPrinter(bad, nil, quiet()).Run(context.Background()); err == nil {
		t.Error("Run with a configuration that can never work returns nil")
	}
}
