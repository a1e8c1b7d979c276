package device

import (
	"context"
	"fmt"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/pad"
)

// Bounds of one session with a pad (README §5).
const (
	maxBoots     = 2 * (pad.QueueSize + 1) // more runs than a pad can name: start over
	garbageBytes = 64                      // so many bytes without a frame are not silence
	askUnknown   = 100 * time.Millisecond  // how often a press of an unknown boot makes us ask
	askGap       = 500 * time.Millisecond  // how often a gap does
	lightAgeMS   = 10_000                  // an older press is acknowledged in the dark: who made it is gone
)

// padLink is the agent's side of the link with the pad at an open port: README §5.
type padLink struct {
	pad  *Pad
	conn *portConn
	dec  pad.Decoder

	uid   hall.PadUID          // whose bases these are; 0: none adopted yet
	bases map[uint32]uint32    // by boot: the last press that needs no waiting for
	seen  map[uint32]pad.Hello // by boot: a hello that waits for its like
	lit   []litPress           // the last presses answered, to answer a repeat alike

	heard time.Time // when the last valid frame came
	stray int       // bytes since then
	asked time.Time
	shown time.Time
}

// litPress is a press that was stored in this session, and the light it was given.
type litPress struct {
	boot, seq uint32
	level     hall.Level
	meaning   pad.Meaning
	at        time.Time // of the answer
}

func newPadLink(p *Pad, c *portConn) *padLink {
	l := &padLink{pad: p, conn: c, heard: time.Now()}
	l.forget()
	return l
}

// forget drops what was adopted: another pad may hang there next.
func (l *padLink) forget() {
	l.uid, l.bases, l.seen, l.lit = 0, map[uint32]uint32{}, map[uint32]pad.Hello{}, nil
}

// open ends what the pad may have half received, and asks who it is.
func (l *padLink) open() error {
	if err := l.conn.Write([]byte{0}); err != nil {
		return err
	}
	return l.ask(0)
}

func (l *padLink) send(m pad.Message) error { return l.conn.Write(pad.Append(nil, m)) }

// ask wants the hellos, unless it did so within the last while.
func (l *padLink) ask(within time.Duration) error {
	if time.Since(l.asked) < within {
		return nil
	}
	l.asked = time.Now()
	return l.send(pad.Ask{Version: pad.Version})
}

// show brings the display up to date.
func (l *padLink) show(all bool) error {
	if l.uid == 0 {
		return nil // comes with the adoption
	}
	l.shown = time.Now()
	return l.conn.Write(l.pad.screens(nil, all))
}

// read handles what came. Damaged frames are as if they had never come (README §2.3).
func (l *padLink) read(ctx context.Context, b []byte) error {
	l.stray += len(b)
	for m, err := range l.dec.Frames(b) {
		if err != nil {
			continue
		}
		if err := l.handle(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

func (l *padLink) handle(ctx context.Context, m pad.Message) error {
	switch m := m.(type) {
	case pad.Hello:
		defer l.hear()
		return l.hello(m)
	case pad.Press:
		defer l.hear()
		return l.press(ctx, m)
	case pad.Pong:
		defer l.hear()
		_, known := l.bases[m.Boot]
		if !known || m.UID != l.uid || m.Dropped > l.pad.dropped[padRun{m.UID, m.Boot}] {
			return l.ask(l.pad.times.ask)
		}
	case pad.Tamper:
		defer l.hear()
		return l.tampered(m)
	case pad.Foreign:
		defer l.hear()
		l.forget()
		l.pad.down(hall.TroubleVersion)
		return l.send(pad.Refusal{Low: pad.Version, High: pad.Version})
	}
	return nil // our own words, come back: no pad says them
}

// hear says that the pad is there. It is said when a frame has been dealt with: a slow sink is not a silent pad.
func (l *padLink) hear() {
	l.heard, l.stray = time.Now(), 0
}

// look does what time asks for.
func (l *padLink) look(now time.Time) error {
	t := &l.pad.times
	silent := now.Sub(l.heard)
	if silent >= t.away {
		l.forget()
		why := hall.TroubleNoAnswer
		if l.stray >= garbageBytes {
			why = hall.TroubleGarbage
		}
		l.pad.down(why)
		return l.ask(t.askAway)
	}
	if l.uid == 0 || len(l.seen) > 0 {
		return l.ask(t.ask)
	}
	var frames []byte
	if silent >= t.ping {
		frames = pad.Append(frames, pad.Ping{})
	}
	if now.Sub(l.shown) >= t.refresh {
		l.shown = now
		frames = l.pad.screens(frames, false)
	}
	return l.conn.Write(frames)
}

// hello adopts the base of a boot when two hellos in a row agree on it (README §5.2).
func (l *padLink) hello(h pad.Hello) error {
	if !h.UID.Known() {
		l.forget()
		l.pad.down(hall.TroubleIdentity)
		return nil
	}
	if !l.news(h) {
		delete(l.seen, h.Boot)
		return nil
	}
	if h.UID != l.uid && l.uid != 0 {
		l.forget() // perhaps another pad: no press of it may be taken for one of the old pad
	}
	before, second := l.seen[h.Boot]
	if len(l.seen) >= maxBoots {
		clear(l.seen)
	}
	l.seen[h.Boot] = h
	if second && before.UID == h.UID && before.Base() == h.Base() {
		done, err := l.adopt(h)
		if err != nil {
			return err
		}
		if done {
			delete(l.seen, h.Boot)
		}
		return nil
	}
	if h.Left == 0 {
		return l.ask(0)
	}
	return nil
}

// news reports whether h says more than what is adopted.
func (l *padLink) news(h pad.Hello) bool {
	base, known := l.bases[h.Boot]
	return !known || h.UID != l.uid || h.Base() > base || h.Dropped > l.pad.dropped[padRun{h.UID, h.Boot}]
}

// adopt makes what h offers the base of its boot, once the sink has kept that. Not done: the sink did not keep it. The
// error is the port's.
func (l *padLink) adopt(h pad.Hello) (done bool, err error) {
	p := l.pad
	if len(l.bases) >= maxBoots {
		clear(l.bases)
	}
	stored, _ := p.sink.Base(h.UID, h.Boot)
	base := max(stored, h.Base(), l.bases[h.Boot])
	if base > stored {
		err := p.sink.Tell(hall.DeviceAdopted{Device: p.cfg.Name, UID: h.UID, Boot: h.Boot, From: stored, To: base})
		p.fault.about(p.log, "pad: adoption not kept", err)
		if err != nil {
			return false, nil
		}
	}
	v := h.Firmware
	up := hall.DeviceUp{
		Device: p.cfg.Name, Kind: hall.KindPad, Window: p.cfg.Window, UID: h.UID,
		Version: fmt.Sprintf("%d.%d.%d", v[0], v[1], v[2]),
	}
	if p.tell(up) != nil {
		return false, nil
	}
	if !l.overflowed(h) {
		return false, nil
	}
	first := l.uid == 0
	l.uid, l.bases[h.Boot] = h.UID, base
	if first {
		err = l.show(true)
	}
	return true, err
}

// overflowed tells of presses that found the pad's queue full, and reports whether that is kept.
func (l *padLink) overflowed(h pad.Hello) bool {
	p, run := l.pad, padRun{h.UID, h.Boot}
	if h.Dropped <= p.dropped[run] {
		return true
	}
	lost := hall.DeviceFault{
		Device: p.cfg.Name, Kind: hall.KindPad, Window: p.cfg.Window, Fault: hall.TroubleOverflow, Count: h.Dropped,
	}
	err := p.sink.Tell(lost)
	p.fault.about(p.log, "pad: overflow not kept", err)
	if err == nil {
		p.dropped[run], p.lost = h.Dropped, lost
	}
	return err == nil
}

// tampered tells how often the pad's cable was pulled and its case opened, where that has grown since it was last told, and
// lets the pad note that it is kept. Not kept: silence, the pad says it again.
func (l *padLink) tampered(m pad.Tamper) error {
	p := l.pad
	if m.UID != l.uid || l.uid == 0 {
		return nil // comes again behind the hellos
	}
	if p.tampered.UID != m.UID {
		p.tampered = pad.Tamper{UID: m.UID}
	}
	news := false
	for _, c := range []struct {
		fault hall.Trouble
		now   uint16
		told  *uint16
	}{{hall.TroublePulled, m.Pulled, &p.tampered.Pulled}, {hall.TroubleOpened, m.Opened, &p.tampered.Opened}} {
		if c.now <= *c.told {
			continue
		}
		err := p.sink.Tell(hall.DeviceFault{
			Device: p.cfg.Name, Kind: hall.KindPad, Window: p.cfg.Window, Fault: c.fault, Count: uint32(c.now),
		})
		p.fault.about(p.log, "pad: tampering not kept", err)
		if err != nil {
			return nil
		}
		*c.told = c.now
		news = true
	}
	if news && p.lost != nil && p.sink.Tell(p.lost) != nil {
		return nil // presses that were lost outrank it: a screen shows what was told last
	}
	return l.send(pad.Noted{Boot: m.Boot, Pulled: m.Pulled, Opened: m.Opened})
}

// press hands a press to the sink and answers when it is on disk (README §5.3).
func (l *padLink) press(ctx context.Context, m pad.Press) error {
	base, known := l.bases[m.Boot]
	switch {
	case !known:
		return l.ask(askUnknown)
	case m.Seq > base+1:
		return l.ask(askGap)
	}
	if l.isCopy(m) {
		return l.conn.Write(l.again(m))
	}
	p := hall.Press{UID: l.uid, Boot: m.Boot, Seq: m.Seq, Level: m.Level, AgeMS: m.AgeMS}
	answer, err := l.pad.sink.Press(ctx, l.pad.cfg.Name, p)
	l.pad.fault.about(l.pad.log, "pad: press not kept", err)
	if err != nil {
		return nil // silence: the key stays dark, the pad sends it again
	}
	if m.Seq <= base {
		return l.conn.Write(l.again(m))
	}
	l.bases[m.Boot] = m.Seq
	meaning := pad.Kept
	if answer.Became {
		meaning = pad.Became
	}
	if len(l.lit) == pad.Window {
		l.lit = l.lit[1:]
	}
	l.lit = append(l.lit, litPress{m.Boot, m.Seq, m.Level, meaning, time.Now()})
	frames := l.again(m)
	if answer.Show.Kind != PadUnchanged {
		l.pad.set(answer.Show)
		l.shown = time.Now()
		frames = l.pad.screens(frames, false)
	}
	return l.conn.Write(frames)
}

// isCopy reports whether m can lie in the line since before its press was answered. Then it is that press, and its age says
// nothing: it counts from when the copy was sent, and we may have stood still since, for longer than two presses of one
// name may lie apart.
func (l *padLink) isCopy(m pad.Press) bool {
	return slices.ContainsFunc(l.lit, func(a litPress) bool {
		return a.boot == m.Boot && a.seq == m.Seq && a.level == m.Level && time.Since(a.at) < l.pad.times.copies
	})
}

// again returns the answer to a press that is stored, however often it comes: the light it was given first, while who
// made it may still be looking, else a plain acknowledgement. It names no later press that is stored as well: a pad that
// lost that one with its power takes no acknowledgement of it, and would send this one for ever.
func (l *padLink) again(m pad.Press) []byte {
	if m.AgeMS != hall.AgeUnknown && m.AgeMS <= lightAgeMS {
		for _, a := range l.lit {
			if a.boot == m.Boot && a.seq == m.Seq && a.level == m.Level {
				return pad.Append(nil, pad.Light{Boot: m.Boot, Seq: m.Seq, Meaning: a.meaning})
			}
		}
	}
	return pad.Append(nil, pad.Ack{Boot: m.Boot, Seq: m.Seq})
}
