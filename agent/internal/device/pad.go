package device

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/pad"
)

// PadConfig says which pad port belongs to which window: a window is bound to a port, not to a pad (design §1.1).
type PadConfig struct {
	Name   string // of the device, in events
	Window string
	Port   PortConfig
}

// PadSink is who keeps what pads say. For one pad its methods are called one at a time.
type PadSink interface {
	// Base returns the last stored press of (uid, boot).
	Base(uid hall.PadUID, boot uint32) (seq uint32, known bool)
	// Press keeps p, which may be a press it holds already. nil: it is on disk, and the answer is what the citizen
	// sees. An error: it is not kept, and the pad is not told.
	Press(ctx context.Context, device string, p hall.Press) (PadAnswer, error)
	// Tell keeps a fact about the device: DeviceUp, DeviceDown, DeviceAdopted, DeviceFault. An error: it is not kept;
	// it will be told again, and an adoption is not used before.
	Tell(f hall.Fact) error
}

// PadAnswer is what a citizen sees of his press.
type PadAnswer struct {
	Became bool      // it became the rating: steady light. Else two blinks: kept, not the rating
	Show   PadScreen // the zero PadScreen leaves the display as it is
}

// padTimes are the agent's times on the link (README §5 and §6).
type padTimes struct {
	tick    time.Duration // how often the others are looked at
	ask     time.Duration
	askAway time.Duration
	ping    time.Duration
	away    time.Duration
	refresh time.Duration
	copies  time.Duration // how long after our answer a copy can come that the pad sent before it heard us
}

func normalPadTimes() padTimes {
	return padTimes{
		tick: 250 * time.Millisecond, ask: 250 * time.Millisecond, askAway: time.Second,
		ping: time.Second, away: 5 * time.Second, refresh: 2 * time.Second, copies: 2 * time.Second,
	}
}

// Pad drives the rating pad at one port.
type Pad struct {
	cfg   PadConfig
	sink  PadSink
	log   *slog.Logger
	times padTimes

	standing standing
	fault    complaint // about the sink
	dropped  map[padRun]uint32
	lost     hall.Fact  // the overflow told last, while the pad has been up; nil: none
	tampered pad.Tamper // last told

	display
}

// padRun names one run of a pad between two power cuts.
type padRun struct {
	uid  hall.PadUID
	boot uint32
}

// NewPad returns the driver of a pad. It does nothing until Run; its display is closed until Show.
func NewPad(cfg PadConfig, sink PadSink, log *slog.Logger) *Pad {
	return &Pad{
		cfg: cfg, sink: sink, log: log.With("device", cfg.Name), times: normalPadTimes(),
		dropped: map[padRun]uint32{}, display: newDisplay(),
	}
}

// Run keeps the pad's port open and serves the pad until ctx ends. It never gives up, and returns nil when the port is
// closed.
func (p *Pad) Run(ctx context.Context) error {
	keepPort(ctx, p.cfg.Port, p.log, p.down, p.session)
	return nil
}

// screens appends the frames that bring the display up to date; all of them where the pad may have forgotten, else at
// least the one that is to be seen. Sounds are played once, with the first frame of their screen.
func (p *Pad) screens(dst []byte, all bool) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.resting
	left := time.Until(p.until)
	if left <= 0 || all || p.restingNew {
		dst = pad.Append(dst, showOf(p.resting, 0))
		p.restingNew = false
	}
	if left > 0 {
		now = p.above
		dst = pad.Append(dst, showOf(p.above, left))
	}
	if p.soundNew {
		p.soundNew = false
		switch now.Kind {
		case PadPrompt:
			dst = pad.Append(dst, pad.Sound{Sound: pad.ToneInvite})
		case PadThanks:
			dst = pad.Append(dst, pad.Sound{Sound: pad.ToneThanks})
		}
	}
	return dst
}

func showOf(s PadScreen, left time.Duration) pad.Show {
	kinds := [...]pad.Screen{
		PadIdle: pad.Idle, PadPrompt: pad.Prompt, PadThanks: pad.Thanks, PadRated: pad.Rated, PadWait: pad.Wait, PadClosed: pad.Closed,
	}
	seconds := (left + time.Second - 1) / time.Second
	return pad.Show{Screen: kinds[s.Kind], Seconds: uint16(min(seconds, 1<<16-1)), Staff: s.Staff}
}

// down tells that the pad cannot be used.
func (p *Pad) down(why hall.Trouble) {
	p.lost = nil
	p.tell(hall.DeviceDown{Device: p.cfg.Name, Kind: hall.KindPad, Window: p.cfg.Window, Why: why})
}

// tell tells a standing of the device once; what the sink refuses is told again when it is seen again.
func (p *Pad) tell(f hall.Fact) error {
	err := p.standing.tell(f, p.sink.Tell)
	p.fault.about(p.log, "pad: fact not kept", err)
	return err
}

// session serves the pad at an open port.
func (p *Pad) session(ctx context.Context, c *portConn) error {
	ctx, cancel := context.WithCancel(ctx)
	bytes, failed := make(chan []byte), make(chan error, 1)
	var reader sync.WaitGroup
	reader.Go(func() { failed <- readInto(ctx, c, bytes) })
	defer reader.Wait()
	defer cancel()

	l := newPadLink(p, c)
	if err := l.open(); err != nil {
		return err
	}
	tick := time.NewTicker(p.times.tick)
	defer tick.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return nil
		case err = <-failed:
		case b := <-bytes:
			err = l.read(ctx, b)
		case <-p.wake:
			err = l.show(false)
		case now := <-tick.C:
			err = l.look(now)
		}
		if err != nil {
			return err
		}
	}
}

// readInto hands on what the port reads, until it fails or ctx ends. While nobody takes the bytes they wait in the
// kernel's buffer; what overflows there the pad sends again.
func readInto(ctx context.Context, c *portConn, bytes chan<- []byte) error {
	for ctx.Err() == nil {
		buf := make([]byte, 512)
		n, err := c.Read(buf)
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		select {
		case bytes <- buf[:n]:
		case <-ctx.Done():
		}
	}
	return nil
}
