package device

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"hallpulse/firmware-protocol/frame"
	"hallpulse/firmware-protocol/hall"
)

// FramePadConfig is a vendor's pad, which sends each press once and knows no identity: what is behind the driver wants one,
// so it is made here.
type FramePadConfig struct {
	PadConfig
	Profile string // its name, told as the version
	Codec   *frame.Codec
	UID     hall.PadUID // of the port: whatever pad of this kind hangs there
	Boot    uint32      // of the first opening of the port; the next one has the next number in the lower half
}

// What a vendor's pad can do at most.
const (
	waitingPresses = 64                     // not on disk yet; more are counted and told
	pressGap       = 50 * time.Millisecond  // between two that are stored: faster than a person, slower than a flood
	pressAgain     = 500 * time.Millisecond // after one that was not kept
	frameLook      = 50 * time.Millisecond
	restAfter      = 10 // reads without bytes end a frame that was begun
	// A reader that was away for longer cannot tell how far apart two presses came.
	readerLate = readWait + 50*time.Millisecond
)

// FramePad drives a vendor's pad at one port. A press that reaches it is kept in memory until the sink has it; one that does
// not reach it is lost, and nobody knows.
type FramePad struct {
	cfg  FramePadConfig
	sink PadSink
	log  *slog.Logger

	link, fault standing
	untold      complaint
	unkept      complaint // of presses
	openings    uint16
	waiting     []waitingPress
	dropped     uint32
	next        time.Time // before it no press is stored

	display
}

// waitingPress is a press that is not on disk.
type waitingPress struct {
	level hall.Level
	at    time.Time
}

// NewFramePad returns the driver of a vendor's pad. It does nothing until Run; its display is closed until Show.
func NewFramePad(cfg FramePadConfig, sink PadSink, log *slog.Logger) *FramePad {
	return &FramePad{cfg: cfg, sink: sink, log: log.With("device", cfg.Name), display: newDisplay()}
}

// Run keeps the pad's port open and serves the pad until ctx ends. It never gives up, and returns nil when the port is
// closed. Presses that the sink has not taken by then are lost; they were never thanked for.
func (p *FramePad) Run(ctx context.Context) error {
	keepPort(ctx, p.cfg.Port, p.log, p.down, p.session)
	return nil
}

func (p *FramePad) down(why hall.Trouble) {
	p.tell(&p.link, hall.DeviceDown{Device: p.cfg.Name, Kind: hall.KindPad, Window: p.cfg.Window, Why: why})
}

// up tells that the port is there: the pad itself cannot be asked.
func (p *FramePad) up() error {
	up := hall.DeviceUp{Device: p.cfg.Name, Kind: hall.KindPad, Window: p.cfg.Window, UID: p.cfg.UID, Version: p.cfg.Profile}
	if p.link.told == hall.Fact(up) {
		return nil
	}
	err := p.tell(&p.link, up)
	if err == nil {
		p.fault = standing{p.faulty("", 0)} // DeviceUp clears all faults
	}
	return err
}

func (p *FramePad) faulty(what hall.Trouble, count uint32) hall.Fact {
	return hall.DeviceFault{Device: p.cfg.Name, Kind: hall.KindPad, Window: p.cfg.Window, Fault: what, Count: count}
}

func (p *FramePad) tell(s *standing, f hall.Fact) error {
	err := s.tell(f, p.sink.Tell)
	p.untold.about(p.log, "pad: fact not kept", err)
	return err
}

// chunk is what one read brought. Nothing: a silence that ends what was begun.
type chunk struct {
	bytes []byte
	at    time.Time
	late  bool // the reader was away: the bytes may have waited
}

// session serves the pad at an open port.
func (p *FramePad) session(ctx context.Context, c *portConn) error {
	ctx, cancel := context.WithCancel(ctx)
	chunks, failed := make(chan chunk), make(chan error, 1)
	var reader sync.WaitGroup
	reader.Go(func() { failed <- listen(ctx, c, chunks) })
	defer reader.Wait()
	defer cancel()

	l := framePadLink{pad: p, conn: c, dec: p.cfg.Codec.Decoder(), boot: p.cfg.Boot&^0xffff | uint32(uint16(p.cfg.Boot)+p.openings)}
	p.openings++
	look := time.NewTicker(frameLook)
	defer look.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return nil
		case err = <-failed:
		case h := <-chunks:
			l.hear(h)
			err = l.look(ctx)
		case <-p.wake:
			err = l.look(ctx)
		case <-look.C:
			err = l.look(ctx)
		}
		if err != nil {
			return err
		}
	}
}

// listen hands on what the port reads, until it fails or ctx ends.
func listen(ctx context.Context, c *portConn, chunks chan<- chunk) error {
	quiet, back := 0, time.Now()
	for ctx.Err() == nil {
		buf := make([]byte, 256)
		n, err := c.Read(buf)
		if err != nil {
			return err
		}
		h := chunk{bytes: buf[:n], at: time.Now()}
		h.late = h.at.Sub(back) > readerLate
		back = h.at
		if quiet++; n > 0 {
			quiet = 0
		} else if quiet != restAfter {
			continue
		}
		select {
		case chunks <- h:
		case <-ctx.Done():
		}
	}
	return nil
}

// framePadLink is one opening of the port.
type framePadLink struct {
	pad  *FramePad
	conn *portConn
	dec  *frame.Decoder
	boot uint32
	seq  uint32 // of the last press of this boot that is on disk

	noise int // bytes since the last press that are none
	shown PadScreen
	staff string // the last name that the pad was given
}

// hear takes what came.
func (l *framePadLink) hear(h chunk) {
	p := l.pad
	if len(h.bytes) == 0 {
		l.noise += l.dec.Rest()
		return
	}
	presses, noise := l.dec.Feed(h.bytes, h.at, h.late)
	l.noise += noise
	if len(presses) > 0 {
		l.noise = 0
	}
	for _, level := range presses {
		if len(p.waiting) == waitingPresses {
			p.dropped++
			continue
		}
		p.waiting = append(p.waiting, waitingPress{level, h.at})
	}
}

// look does what is due: tells how the pad stands, stores the next press, shows what is to be seen. The error is the
// port's.
func (l *framePadLink) look(ctx context.Context) error {
	p := l.pad
	if p.up() != nil {
		return nil // the first press is stored after that
	}
	fault := p.faulty("", 0)
	switch {
	case p.dropped > 0:
		fault = p.faulty(hall.TroubleOverflow, p.dropped)
	case l.noise >= garbageBytes:
		fault = p.faulty(hall.TroubleGarbage, 0)
	}
	if len(p.waiting) == 0 || p.dropped == 0 { // a flood is told when it is over, not press by press
		_ = p.tell(&p.fault, fault) // told again at the next look
	}
	l.store(ctx)
	return l.show()
}

// store hands the oldest press to the sink. One that is not kept stays, ages, and is not thanked for.
func (l *framePadLink) store(ctx context.Context) {
	p := l.pad
	now := time.Now()
	if len(p.waiting) == 0 || now.Before(p.next) {
		return
	}
	w := p.waiting[0]
	press := hall.Press{UID: p.cfg.UID, Boot: l.boot, Seq: l.seq + 1, Level: w.level, AgeMS: max(now.Sub(w.at).Milliseconds(), 0)}
	answer, err := p.sink.Press(ctx, p.cfg.Name, press)
	p.unkept.about(p.log, "pad: press not kept", err)
	if err != nil {
		p.next = time.Now().Add(pressAgain)
		return
	}
	p.next = time.Now().Add(pressGap)
	l.seq, p.waiting = press.Seq, p.waiting[1:]
	if answer.Show.Kind != PadUnchanged {
		p.set(answer.Show)
	}
}

// show sends what is to be seen, once: such pads may speak at each frame.
func (l *framePadLink) show() error {
	s := l.pad.seen()
	if s == l.shown {
		return nil
	}
	codec := l.pad.cfg.Codec
	screens := [...]frame.Screen{
		PadIdle: frame.Idle, PadPrompt: frame.Prompt, PadThanks: frame.Thanks, PadRated: frame.Rated, PadWait: frame.Wait, PadClosed: frame.Closed,
	}
	var out []byte
	if s.Staff != "" && s.Staff != l.staff {
		out = codec.Show(frame.StaffName, s.Staff)
		l.staff = s.Staff
	}
	if s.Kind != l.shown.Kind || s.Staff != "" {
		out = append(out, codec.Show(screens[s.Kind], s.Staff)...)
	}
	l.shown = s
	return l.conn.Write(out)
}
