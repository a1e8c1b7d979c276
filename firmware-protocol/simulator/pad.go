package simulator

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/pad"
)

// Times of a pad (README §4 and §6).
const (
	resendMin  = 100 * time.Millisecond
	resendMax  = 800 * time.Millisecond
	lightAge   = 10 * time.Second
	steadyFor  = 2 * time.Second
	blinkFor   = 800 * time.Millisecond
	agentQuiet = 5 * time.Second
)

// PadConfig is what is burnt into a pad.
type PadConfig struct {
	UID      hall.PadUID
	Boot     uint32   // number of its first run; each power cut makes a new one
	Firmware [3]uint8 // major, minor, patch
	Version  uint8    // of the link; 0 is pad.Version, any other makes a pad of another time
}

// Pad is a rating pad that behaves as README §4 says. Its keys are pressed with Press; what a citizen sees is in State.
// Its methods may be called from any goroutine.
type Pad struct {
	cfg  PadConfig
	line *Line

	wire sync.Mutex // held while the line takes bytes: they may be slow, what comes in is not held up

	mu      sync.Mutex
	changed chan struct{} // closed at the next change of State
	tx      []byte        // frames to be sent at the end of this step
	dec     pad.Decoder

	powered bool
	boot    uint32
	next    uint32
	dropped map[uint32]uint32 // by boot
	queue   []queuedPress
	out     int // at the head of the queue: sent since the last start from the front
	sent    int // at the head of the queue: sent at least once since power-up
	resend  time.Duration
	last    time.Time // when the last press was sent
	refused bool
	heard   time.Time // when the agent was last heard

	resting, above pad.Show
	aboveUntil     time.Time
	lit            AckedPress
	litUntil       time.Time
	sounds         []pad.Tone
	acked          []AckedPress
}

// queuedPress is a press that nobody has acknowledged yet. One that outlived a power cut has no time.
type queuedPress struct {
	boot, seq uint32
	level     hall.Level
	at        time.Time
}

// NewPad returns a pad at the far end of line. Run powers it.
func NewPad(cfg PadConfig, line *Line) *Pad {
	if cfg.Version == 0 {
		cfg.Version = pad.Version
	}
	return &Pad{
		cfg: cfg, line: line, changed: make(chan struct{}),
		boot: cfg.Boot, next: 1, dropped: map[uint32]uint32{}, resend: resendMin,
	}
}

// Run powers the pad until ctx ends.
func (p *Pad) Run(ctx context.Context) error {
	p.step(p.greet)
	defer p.step(func(time.Time) { p.powered = false })
	buf := make([]byte, 256)
	for ctx.Err() == nil {
		n := p.line.Read(buf, p.idle())
		p.step(func(now time.Time) {
			for m, err := range p.dec.Frames(buf[:n]) {
				if err == nil {
					p.handle(now, m)
				}
			}
		})
	}
	return nil
}

// Press presses a key, and names the press, unless the queue is full: then it is dropped and ok is false. What is pressed
// while Run does not run is sent when it does.
func (p *Pad) Press(level hall.Level) (key hall.PressKey, ok bool) {
	p.step(func(now time.Time) {
		if len(p.queue) == pad.QueueSize {
			p.dropped[p.boot]++
			return
		}
		p.queue = append(p.queue, queuedPress{p.boot, p.next, level, now})
		key, ok = hall.PressKey{UID: p.cfg.UID, Boot: p.boot, Seq: p.next}, true
		p.next++
	})
	return key, ok
}

// PowerCut takes the power away and gives it back. With a journal the queue survives, its ages do not.
func (p *Pad) PowerCut(journal bool) {
	p.step(func(now time.Time) {
		if journal {
			for i := range p.queue {
				p.queue[i].at = time.Time{}
			}
		} else {
			p.queue, p.dropped = nil, map[uint32]uint32{}
		}
		p.boot = (p.boot>>16+1)<<16 | rand.Uint32N(1<<16) // counter and noise (§4.1)
		p.next, p.out, p.sent, p.resend, p.refused = 1, 0, 0, resendMin, false
		p.heard, p.litUntil, p.aboveUntil = time.Time{}, time.Time{}, time.Time{}
		p.resting, p.dec = pad.Show{}, pad.Decoder{}
		p.greet(now)
	})
}

// step does one thing, lets all who wait look again, and sends what follows from it, in the order of the steps.
func (p *Pad) step(do func(now time.Time)) {
	p.mu.Lock()
	now := time.Now()
	do(now)
	p.pump(now)
	close(p.changed)
	p.changed = make(chan struct{})
	tx := p.tx
	p.tx = nil
	if len(tx) == 0 {
		p.mu.Unlock()
		return
	}
	p.wire.Lock()
	defer p.wire.Unlock()
	p.mu.Unlock()
	p.line.Write(tx)
}

// idle is how long nothing needs to be done unless something comes.
func (p *Pad) idle() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.out == 0 {
		return resendMin
	}
	return min(resendMin, max(time.Until(p.last.Add(p.resend)), time.Millisecond))
}

func (p *Pad) send(m pad.Message) { p.tx = pad.Append(p.tx, m) }

// pump sends presses from the head of the queue on (§4.3).
func (p *Pad) pump(now time.Time) {
	if !p.powered || p.refused {
		return
	}
	if p.out > 0 && now.Sub(p.last) >= p.resend {
		p.out, p.resend = 0, min(2*p.resend, resendMax)
	}
	for p.out < min(len(p.queue), pad.Window) && p.queue[p.out].boot == p.queue[0].boot {
		q := p.queue[p.out]
		age := hall.AgeUnknown
		if !q.at.IsZero() {
			age = now.Sub(q.at).Milliseconds()
		}
		p.send(pad.Press{Boot: q.boot, Seq: q.seq, Level: q.level, AgeMS: age})
		p.out++
		p.sent = max(p.sent, p.out)
		p.last = now
	}
}

// greet sends the end mark and, unasked, the hellos (§4.1).
func (p *Pad) greet(time.Time) {
	p.powered = true
	p.tx = append(p.tx, 0)
	p.hellos()
}

// hellos answers ASK: a hello for each boot in the queue, older first, the present one last (§4.4).
func (p *Pad) hellos() {
	if p.cfg.Version != pad.Version {
		p.send(pad.Foreign{Version: p.cfg.Version})
		return
	}
	var all []pad.Hello
	for _, q := range p.queue {
		if n := len(all); n == 0 || all[n-1].Boot != q.boot {
			all = append(all, p.hello(q.boot))
		}
		h := &all[len(all)-1]
		h.Next, h.Queued = q.seq+1, h.Queued+1
	}
	if n := len(all); n == 0 || all[n-1].Boot != p.boot {
		h := p.hello(p.boot)
		h.Next = p.next
		all = append(all, h)
	}
	for i, h := range all {
		h.Left = uint8(len(all) - 1 - i)
		p.send(h)
	}
}

func (p *Pad) hello(boot uint32) pad.Hello {
	return pad.Hello{UID: p.cfg.UID, Boot: boot, Dropped: p.dropped[boot], Firmware: p.cfg.Firmware}
}

// handle does what a valid message of the agent asks for.
func (p *Pad) handle(now time.Time, m pad.Message) {
	switch m := m.(type) {
	case pad.Ask:
		if m.Version == p.cfg.Version {
			p.refused = false
		}
		p.hellos()
		p.out, p.resend = 0, resendMin
	case pad.Ping:
		p.send(pad.Pong{UID: p.cfg.UID, Boot: p.boot, Dropped: p.dropped[p.boot]})
	case pad.Ack:
		p.acknowledged(now, m.Boot, m.Seq, 0)
	case pad.Light:
		p.acknowledged(now, m.Boot, m.Seq, m.Meaning)
	case pad.Show:
		if m.Seconds == 0 {
			p.resting, p.aboveUntil = m, time.Time{}
		} else {
			p.above, p.aboveUntil = m, now.Add(time.Duration(m.Seconds)*time.Second)
		}
	case pad.Sound:
		p.sounds = append(p.sounds, m.Sound)
	case pad.Refusal:
		p.refused = p.cfg.Version < m.Low || p.cfg.Version > m.High
	default:
		return // not a message of an agent: an echo
	}
	p.heard = now
}

// acknowledged takes the presses up to seq out of the queue, if that is what it can mean (§4.3), and lights a key.
func (p *Pad) acknowledged(now time.Time, boot, seq uint32, meaning pad.Meaning) {
	n := 0
	for i, q := range p.queue[:p.sent] {
		if q.boot != boot {
			break
		}
		if q.seq == seq {
			n = i + 1
		}
	}
	if n == 0 {
		return
	}
	for i, q := range p.queue[:n] {
		a := AckedPress{Key: hall.PressKey{UID: p.cfg.UID, Boot: q.boot, Seq: q.seq}, Level: q.level}
		if i == n-1 && meaning != 0 && !q.at.IsZero() && now.Sub(q.at) <= lightAge {
			a.Light = meaning
			p.lit, p.litUntil = a, now.Add(steadyFor)
			if meaning == pad.Kept {
				p.litUntil = now.Add(blinkFor)
			}
		}
		p.acked = append(p.acked, a)
	}
	p.queue = p.queue[n:]
	p.sent -= n
	p.out = max(0, p.out-n)
	p.resend = resendMin
}
