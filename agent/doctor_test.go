package agent

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hallpulse/agent/internal/desk"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/pad"
	"hallpulse/firmware-protocol/simulator"
)

// atRate plugs a cable in whose device understands one rate alone.
func (r *rig) atRate(name string, rate int) *simulator.Line {
	r.t.Helper()
	line := simulator.NewLine(simulator.LineConfig{Only: rate})
	if err := line.Plug(r.port(name)); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(line.Unplug)
	return line
}

func (r *rig) doctor(file string) *Doctor {
	r.t.Helper()
	c, err := DoctorConfig(file)
	if err != nil {
		r.t.Fatal(err)
	}
	d, err := NewDoctor(c)
	if err != nil {
		r.t.Fatal(err)
	}
	d.ports = func() []string { return nil } // those of the machine that tests run on are nobody's business
	return d
}

// looked is what the doctor finds at ports, looked at again where a busy machine answered late.
func (r *rig) looked(d *Doctor, works int, ports ...string) (found DoctorReport) {
	r.t.Helper()
	r.await("the doctor finds all", func() bool {
		var err error
		if found, err = d.Look(context.Background(), "en", ports); err != nil {
			r.t.Fatal(err)
		}
		n := 0
		for _, p := range found.Ports {
			if p.OK {
				n++
			}
		}
		if n != works {
			r.t.Logf("%+v", found)
		}
		return n == works
	})
	return found
}

// A machine that nobody has set up: unknown ports, other rates. What the doctor prints is pasted, and the counter works.
func TestTheDoctorsLinesStartAnAgent(t *testing.T) {
	r := newRig(t)
	keys := simulator.NewPad(simulator.PadConfig{UID: 0x1122334455667788, Boot: 0x10001, Firmware: [3]uint8{1, 4, 2}}, r.atRate("ttyA", 9600))
	r.power(func(ctx context.Context) {
		if err := keys.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	printer := simulator.NewPrinter(r.atRate("ttyB", 9600), 384)
	r.power(printer.Run)

	d := r.doctor(r.config())
	got := r.looked(d, 2, r.port("ttyA"), r.port("ttyB"), r.port("ttyC"))
	for i, want := range []string{"A rating pad, 1122334455667788, firmware 1.4.2 at 9600 bit/s", "A ticket printer SIM-58 at 9600 bit/s", "Not found"} {
		if got.Ports[i].Says != want || got.Ports[i].Do == "" {
			t.Errorf("%+v, want %s", got.Ports[i], want)
		}
	}
	if got.Good {
		t.Errorf("a port that is not there needs somebody: %+v", got)
	}
	if said := d.Try(context.Background(), "en", r.port("ttyB")); said != "The test page is out" {
		t.Error(said)
	}
	if papers, err := printer.Await(context.Background(), 1); err != nil || !strings.Contains(papers[0].Text(), "58 mm 通用票机") {
		t.Errorf("%v, %v", papers, err)
	}
	if !strings.Contains(got.YAML, "profile: generic-58}") {
		t.Errorf("%s", got.YAML)
	}
	if said := d.Try(context.Background(), "en", r.port("ttyC")); said != "There is nothing here that can be tried" {
		t.Error(said)
	}

	r.extra = got.YAML
	r.start()
	r.await("pad and printer", func() bool { return r.ready() && keys.State().Screen == pad.Closed })
	if ticket := r.take("A", "A01"); !ticket.Printed {
		t.Errorf("%+v", ticket)
	}

	// Now the agent has these ports: it is asked, and goes on undisturbed.
	again, err := r.doctor(r.config()).Look(context.Background(), "en", nil)
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]desk.PortView{}
	for _, p := range again.Ports {
		said[p.Port] = p
	}
	for port, want := range map[string]string{
		r.port("ttyA"): "The running agent has it: Rating pad pad-11, works, 1122334455667788, 1.4.2",
		r.port("ttyB"): "The running agent has it: Ticket printer tickets, works",
	} {
		if p := said[port]; !p.OK || p.Says != want || p.Try != "" {
			t.Errorf("%s: %+v, want %s", port, p, want)
		}
	}
	if strings.Contains(again.YAML, "ttyA") || strings.Contains(again.YAML, "ttyB") {
		t.Errorf("lines for what is there already:\n%s", again.YAML)
	}
	r.act("11", "open", "next", "serve", "finish")
	keys.Press(hall.VeryGood)
	r.await("the steady light", func() bool { return keys.State().Light == pad.Became })
}

// A vendor's pad is found by its frames while somebody presses its keys, also one that the hall wrote a file for.
func TestTheDoctorHearsAVendorsPad(t *testing.T) {
	r := newRig(t)
	own := filepath.Join(r.dir, "pads")
	text, err := os.ReadFile(filepath.Join("..", "configs", "pads", "map-32105.yaml"))
	if err == nil {
		err = os.Mkdir(own, 0o700)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(own, "a-pad.yaml"), []byte(strings.Replace(string(text), "4800", "2400", 1)), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	v := simulator.NewVendorPad(simulator.DigitPad, r.atRate("ttyA", 2400))
	r.power(v.Run)
	r.power(func(ctx context.Context) {
		for ctx.Err() == nil {
			v.Press(hall.Good)
			time.Sleep(200 * time.Millisecond)
		}
	})
	r.writeConfig()
	d := r.doctor(r.config())
	var got DoctorReport
	r.await("its frames", func() bool {
		if got, err = d.Listen(context.Background(), "en", []string{r.port("ttyA")}); err != nil {
			t.Fatal(err)
		}
		return got.Ports[0].OK
	})
	if !got.Good || got.Ports[0].Says != "A vendor's rating pad whose frames are those of a-pad at 2400 bit/s" || len(got.Ports[0].Seen) != 1 {
		t.Errorf("%+v", got)
	}
	r.extra = got.YAML
	c := r.start()
	before := r.last(c)
	r.await("its presses", func() bool { return r.last(c) > before })
}

func TestTheDoctorSaysWhatIsWrongInBothLanguages(t *testing.T) {
	r := newRig(t)
	r.addPad("pad-11", "11")
	r.start() // nothing hangs at its port
	agent := r.doctor(r.config())
	for lang, want := range map[string]string{"zh": "柜台程序在用：评价器 pad-11，找不到", "en": "The running agent has it: Rating pad pad-11, Not found"} {
		r.await(want, func() bool {
			got, err := agent.Look(context.Background(), lang, []string{r.port("pad-11")})
			if err != nil {
				t.Fatal(err)
			}
			return !got.Good && got.Ports[0].Says == want && got.Ports[0].Do != ""
		})
	}
	got, err := agent.Look(context.Background(), "en", []string{filepath.Join(r.dir, "none")})
	if err != nil || got.Good || got.Ports[0].Says != "Not found" {
		t.Errorf("%+v, %v", got, err)
	}
}

// What a printer calls itself, else what it answers, says which file it is: the lines start an agent that waits for no answer
// that never comes, and prints on no paper that is not there.
func TestTheDoctorNamesTheProfileOfAPrinter(t *testing.T) {
	for _, c := range []struct {
		rate int
		simulator.Dialect
		line string
	}{
		{9600, simulator.Dialect{Model: "XP-80C", InOrder: true}, "profile: xprinter-80, baud: 9600}"},
		{38400, simulator.Dialect{Model: "TM-T88V", InOrder: true, Automatic: true}, "profile: epson-tm-180}"},
		{9600, simulator.Dialect{InOrder: true}, "profile: gprinter-58}"},
		{19200, simulator.Dialect{Automatic: true}, "profile: xprinter-58, baud: 19200}"},
		{4800, simulator.Dialect{InOrder: true, Old: true}, "profile: old-58, baud: 4800}"},
	} {
		t.Run(c.line, func(t *testing.T) {
			r := newRig(t)
			printer := simulator.NewPrinter(r.atRate("ttyB", c.rate), 576)
			printer.Speak(c.Dialect)
			printer.LoadPaper(1900)
			r.power(printer.Run)
			d := r.doctor(r.config())
			got := r.looked(d, 1, r.port("ttyB"))
			if !strings.Contains(got.YAML, c.line) {
				t.Fatalf("%s\nwant %s", got.YAML, c.line)
			}
			if says := got.Ports[0].Says; !strings.HasSuffix(says, ": Paper low") {
				t.Errorf("%q does not say that the roll ends soon", says)
			}
			printer.LoadPaper(simulator.Endless)
			if said := d.Try(context.Background(), "en", r.port("ttyB")); said != "The test page is out" {
				t.Error(said)
			}
			r.extra = got.YAML
			r.start()
			r.await("the printer", r.ready)
			if ticket := r.take("A", "A01"); !ticket.Printed {
				t.Errorf("%+v", ticket)
			}
			printer.OpenCover(true)
			r.stop()
			r.await("its cover", func() bool {
				shut, err := d.Look(context.Background(), "en", []string{r.port("ttyB")})
				if err != nil {
					t.Fatal(err)
				}
				return !shut.Ports[0].OK && shut.YAML == ""
			})
			if said := d.Try(context.Background(), "en", r.port("ttyB")); !c.Old && !strings.Contains(said, "cover") {
				t.Error(said)
			}
		})
	}
}
