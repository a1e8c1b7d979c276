package device

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/pad"
	"hallpulse/firmware-protocol/simulator"
)

// examined examines a port at rates until is holds of what it finds: a busy machine answers late.
func examined(t *testing.T, port string, rates []int, listen time.Duration, is func(x Examination) bool) (got Examination) {
	t.Helper()
	var known []KnownFrames
	for _, p := range []string{"ascii-key", "hex-check", "map-32105"} {
		known = append(known, KnownFrames{p, shippedCodec(t, p)})
	}
	times := normalExamineTimes()
	times.first = times.pad
	eventually(t, "it is found", func() bool {
		x := &examiner{cfg: PortConfig{Path: port}, known: known, times: times, rates: rates}
		got = x.examine(context.Background(), listen)
		if !is(got) {
			t.Logf("found %+v", got)
		}
		return is(got)
	})
	return got
}

func found(f Found) func(Examination) bool { return func(x Examination) bool { return x.Found == f } }

// On a pty a rate is what the port was set to: the simulated device understands its own alone.
func TestExamineFindsWhatHangsThereAtAnotherRate(t *testing.T) {
	t.Parallel()
	for _, rate := range []int{38400, 9600} {
		line, path := plugged(t, simulator.LineConfig{Only: rate})
		p := simulator.NewPad(simulator.PadConfig{UID: testUID, Firmware: [3]uint8{1, 2, 3}}, line)
		p.Press(hall.Good)
		during(t, func(ctx context.Context) { p.Run(ctx) })
		got := examined(t, path, usualRates(), 0, found(FoundPad))
		if got.Baud != rate || got.UID != testUID || got.Firmware != "1.2.3" || got.Queued != 1 {
			t.Errorf("a pad at %d: %+v", rate, got)
		}
		if s := p.State(); s.Queued != 1 || s.Acked != 0 {
			t.Errorf("a pad at %d: %+v: its press must stay with it", rate, s)
		}
	}
	line, path := plugged(t, simulator.LineConfig{Only: 19200})
	printer := simulator.NewPrinter(line, 384)
	during(t, printer.Run)
	if got := examined(t, path, usualRates(), 0, found(FoundPrinter)); got.Baud != 19200 || got.Model != "SIM-58" || got.Trouble != "" || !slices.Equal(got.Answers, []string{"dle-eot", "gs-r", "automatic"}) {
		t.Errorf("a printer at 19200: %+v", got)
	}
}

func TestExamineSaysWhatIsInTheWay(t *testing.T) {
	t.Parallel()
	line, path := plugged(t, simulator.LineConfig{})
	p := simulator.NewPrinter(line, 384)
	p.OpenCover(true)
	stop := during(t, p.Run)
	first := usualRates()[:1]
	if got := examined(t, path, first, 0, found(FoundPrinter)); got.Trouble != hall.TroubleCover {
		t.Errorf("an open cover: %+v", got)
	}
	stop()

	held, err := openPort(context.Background(), PortConfig{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer held.close(context.Background())
	if got := examined(t, path, first, 0, found(FoundTrouble)); got.Trouble != hall.TroubleTaken {
		t.Errorf("somebody else's port: %+v", got)
	}
	if got := examined(t, filepath.Join(t.TempDir(), "none"), first, 0, found(FoundTrouble)); got.Trouble != hall.TroubleMissing {
		t.Errorf("no port: %+v", got)
	}
	line, path = plugged(t, simulator.LineConfig{})
	other := simulator.NewPad(simulator.PadConfig{UID: testUID, Version: pad.Version + 1}, line)
	during(t, func(ctx context.Context) { other.Run(ctx) })
	if got := examined(t, path, first, 0, found(FoundPad)); !got.Foreign {
		t.Errorf("a pad of another version: %+v", got)
	}
}

// A vendor's pad says nothing until somebody presses a key; what it says then is known to its profile, or shown.
func TestExamineHearsVendorsPads(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		style    simulator.VendorStyle
		rate     int
		found    Found
		profiles []string
	}{
		{simulator.LetterPad, 9600, FoundFrames, []string{"ascii-key"}},
		{simulator.HexPad, 19200, FoundFrames, []string{"hex-check"}},
		{simulator.DigitPad, 4800, FoundFrames, []string{"map-32105"}},
		{simulator.HexPad, 1200, FoundBytes, nil}, // at a rate that no profile has
	} {
		t.Run(string(c.found)+strings.Join(c.profiles, ""), func(t *testing.T) {
			t.Parallel()
			line, path := plugged(t, simulator.LineConfig{Only: c.rate})
			v := simulator.NewVendorPad(c.style, line)
			during(t, func(ctx context.Context) {
				for ctx.Err() == nil {
					v.Press(hall.Good)
					time.Sleep(150 * time.Millisecond)
				}
			})
			got := examined(t, path, nil, 6*time.Second, found(c.found))
			if !slices.Equal(got.Profiles, c.profiles) || len(got.Seen) == 0 || c.profiles != nil && got.Baud != c.rate {
				t.Errorf("%+v", got)
			}
		})
	}
}

// Whoever presses keys meanwhile is not taken for a printer: a digit or a letter can look like the answer of one.
func TestExamineTakesNoPadForAPrinter(t *testing.T) {
	t.Parallel()
	for _, style := range []simulator.VendorStyle{simulator.DigitPad, simulator.LetterPad} {
		line, path := plugged(t, simulator.LineConfig{})
		v := simulator.NewVendorPad(style, line)
		during(t, func(ctx context.Context) {
			for ctx.Err() == nil {
				v.Press(hall.Good)
				time.Sleep(50 * time.Millisecond)
			}
		})
		examined(t, path, usualRates()[:1], 0, found(FoundBytes))
	}
}

func TestExamineFindsNothingWhereNothingHangs(t *testing.T) {
	t.Parallel()
	_, path := plugged(t, simulator.LineConfig{})
	if got := examined(t, path, usualRates()[:2], 0, found(FoundNothing)); got.Trouble != "" {
		t.Errorf("%+v", got)
	}
}

func TestExamineReachesAPadBehindASerialServer(t *testing.T) {
	t.Parallel()
	s := newServer(t, "127.0.0.1:0")
	p := simulator.NewPad(simulator.PadConfig{UID: testUID}, s.line)
	during(t, func(ctx context.Context) { p.Run(ctx) })
	if got := examined(t, s.port().Path, usualRates(), 0, found(FoundPad)); got.UID != testUID || got.Baud != 0 {
		t.Errorf("%+v", got)
	}
}

// A press test makes the pad forget what is pressed in it: one that keeps presses of citizens is not tested.
func TestKeysAreTriedOnlyWhereNoPressIsKept(t *testing.T) {
	t.Parallel()
	line, path := plugged(t, simulator.LineConfig{})
	p := simulator.NewPad(simulator.PadConfig{UID: testUID}, line)
	p.Press(hall.Good)
	during(t, func(ctx context.Context) { p.Run(ctx) })
	port := PortConfig{Path: path}
	none := func(l hall.Level) { t.Errorf("%v was taken", l) }
	if _, err := TryKeys(context.Background(), port, time.Second, none); !errors.Is(err, ErrQueued) {
		t.Errorf("a pad that keeps a press: %v", err)
	}
	if s := p.State(); s.Queued != 1 {
		t.Errorf("%d presses are kept, want 1", s.Queued)
	}
	p.PowerCut(false)
	during(t, func(ctx context.Context) {
		for l := hall.VeryBad; ctx.Err() == nil; l = l%5 + 1 {
			if p.State().Screen == pad.Prompt {
				p.Press(l)
			}
			time.Sleep(20 * time.Millisecond)
		}
	})
	keys, err := TryKeys(context.Background(), port, patience, func(hall.Level) {})
	slices.Sort(keys)
	if err != nil || !slices.Equal(keys, []hall.Level{1, 2, 3, 4, 5}) {
		t.Errorf("%v, %v", keys, err)
	}
	for _, a := range p.Acked() {
		if a.Light == pad.Became {
			t.Errorf("%+v: a trial is no rating", a)
		}
	}
}

func TestPortsAreNamedByWhatStaysTheSame(t *testing.T) {
	root := t.TempDir()
	sys, dev := filepath.Join(root, "sys"), filepath.Join(root, "dev")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	write := func(text string, path ...string) {
		t.Helper()
		file := filepath.Join(append([]string{root}, path...)...)
		must(os.MkdirAll(filepath.Dir(file), 0o755))
		must(os.WriteFile(file, []byte(text), 0o644))
	}
	link := func(to string, path ...string) {
		t.Helper()
		file := filepath.Join(append([]string{root}, path...)...)
		must(os.MkdirAll(filepath.Dir(file), 0o755))
		must(os.Symlink(to, file))
	}
	usb := func(tty, at, serial string) {
		t.Helper()
		write("1a86\n", "sys", "devices", at, "idVendor")
		if serial != "" {
			write(serial+"\n", "sys", "devices", at, "serial")
		}
		node := filepath.Join(sys, "devices", at, at+":1.0", tty)
		must(os.MkdirAll(node, 0o755))
		link(node, "sys", "class", "tty", tty, "device")
		write("", "dev", tty)
		link(filepath.Join(dev, tty), "dev", "serial", "by-path", "pci-"+at)
	}
	usb("ttyUSB0", "1-1", "")
	usb("ttyUSB1", "1-2", "")
	usb("ttyUSB2", "1-3", "A10KZ4TB")
	link(filepath.Join(dev, "ttyUSB1"), "dev", "serial", "by-id", "usb-1a86") // of two alike the last one has it
	link(filepath.Join(dev, "ttyUSB2"), "dev", "serial", "by-id", "usb-FTDI_A10KZ4TB")
	for tty, uart := range map[string]string{"ttyS0": "4", "ttyS1": "0"} {
		must(os.MkdirAll(filepath.Join(sys, "devices", tty), 0o755))
		link(filepath.Join(sys, "devices", tty), "sys", "class", "tty", tty, "device")
		write(uart+"\n", "sys", "class", "tty", tty, "type")
	}
	must(os.MkdirAll(filepath.Join(sys, "class", "tty", "tty0"), 0o755)) // the screen
	var got []string
	for _, p := range portsIn(sys, dev) {
		got = append(got, strings.TrimPrefix(p, dev+"/"))
	}
	want := []string{"serial/by-id/usb-FTDI_A10KZ4TB", "serial/by-path/pci-1-1", "serial/by-path/pci-1-2", "ttyS0"}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := portsIn(filepath.Join(root, "none"), dev); got != nil {
		t.Errorf("no terminals: %v", got)
	}
}
