package agent

import (
	"context"
	"fmt"
	"net"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/pad"
)

// A device that floods, one that lies about its length, one that lets nobody in and one that takes nothing: each costs its
// own window, and no other. Rounds are counted, not milliseconds: they end while the others go on.
func TestNoDeviceSlowsTheWindowOfAnother(t *testing.T) {
	r := newRig(t)
	r.enrol("")
	keys := r.pad("pad-11", "11", 7)
	going := make(chan struct{})
	flood := func(name, window string, what []byte) {
		r.addPad(name, window)
		line := r.cable(name)
		r.power(func(ctx context.Context) {
			for ctx.Err() == nil {
				line.Write(what)
				select {
				case <-going:
					time.Sleep(time.Millisecond)
				default:
				}
			}
		})
	}
	flood("pad-12", "12", []byte("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"))
	flood("pad-13", "13", append([]byte{0xff, 0xfe, 0x3f}, pad.Append(nil, pad.Press{Boot: 1, Seq: 1 << 31, Level: hall.Good})...))
	hole, err := net.Listen("tcp", "127.0.0.1:0") // nobody accepts: the kernel lets in and keeps what comes
	if err != nil {
		t.Fatal(err)
	}
	defer hole.Close()
	r.devices = append(r.devices, fmt.Sprintf("{name: pad-14, kind: pad, window: \"14\", port: \"tcp://%s\"}", hole.Addr()))
	r.devices = append(r.devices, fmt.Sprintf("{name: tickets, kind: printer, port: %q, status: false}", r.port("tickets")))
	r.cable("tickets") // nobody reads at its far end
	r.start()
	r.await("the pad", func() bool { return keys.State().Screen == pad.Closed })
	close(going)
	r.act("11", "open")
	for i := range 5 {
		r.take("A", "A01")
		r.act("11", "next", "serve", "finish")
		r.await("the prompt", func() bool { return keys.State().Screen == pad.Prompt })
		keys.Press(hall.VeryGood)
		r.await("thanks", func() bool { s := keys.State(); return s.Screen == pad.Thanks && s.Acked == i+1 })
	}
	for window, trouble := range map[string]hall.Trouble{"12": hall.TroubleGarbage, "14": hall.TroubleNoAnswer} {
		r.await(window+" is told "+string(trouble), func() bool {
			f := r.console(window).Faults
			return len(f) == 1 && f[0].Trouble == trouble
		})
	}
	for _, f := range r.console("11").Faults {
		if f.Kind != hall.KindPrinter { // that is stuck, and every window is told
			t.Errorf("window 11: %+v", f)
		}
	}
}

// One pad, carried from a counter to another one between two presses: each counter keeps what reached it, and nothing waits
// for a press that will not come.
func TestAPadIsMovedToAnotherCounter(t *testing.T) {
	here, there := newRig(t), anotherRig(t)
	here.enrol("")
	there.enrol("")
	keys := here.pad("pad-11", "11", 7)
	there.addPad("pad-12", "12")
	a, b := here.start(), there.start()
	here.await("the pad", func() bool { return keys.State().Screen == pad.Closed })
	for _, l := range []hall.Level{hall.Good, hall.Bad, hall.Fair} {
		keys.Press(l)
	}
	here.await("three acknowledgements", func() bool { return keys.State().Acked == 3 })
	line := here.lines["pad-11"]
	line.Unplug()
	keys.Press(hall.VeryBad) // on the way
	if err := line.Plug(there.port("pad-12")); err != nil {
		t.Fatal(err)
	}
	there.await("the fourth", func() bool { return keys.State().Acked == 4 })
	keys.Press(hall.VeryGood)
	there.await("the fifth", func() bool { return keys.State().Acked == 5 })
	here.stop()
	there.stop()
	here.good(a)
	there.good(b)
	seqs := func(r *rig, c Config) (all []uint32) {
		for _, u := range facts[hall.RatingUnbound](t, r.events(c.Data)) {
			all = append(all, u.Press.Seq)
		}
		return all
	}
	if one, two := fmt.Sprint(seqs(here, a)), fmt.Sprint(seqs(there, b)); one != "[1 2 3]" || two != "[4 5]" {
		t.Errorf("the first counter holds %s, the second %s", one, two)
	}
	adopted := facts[hall.DeviceAdopted](t, there.events(b.Data))
	if len(adopted) != 1 || adopted[0].From != 0 || adopted[0].To != 3 {
		t.Errorf("adopted %+v, want what the first counter holds", adopted)
	}
}
