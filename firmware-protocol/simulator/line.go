// Package simulator is the far end of the serial lines: pads and printers that behave as their specification says, on
// cables that can be noisy, slow or pulled out. The near end is a real pty, so that drivers are tried through the real
// serial library. It is for tests, benchmarks and the demo; shipped programs never import it.
package simulator

import (
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// LineConfig is what a cable does to the bytes in it, both ways.
type LineConfig struct {
	Baud int     // bits a second, ten bits a byte; 0: as fast as it goes
	Only int     // the device's own rate: bytes pass unharmed while the port is set to it; 0: at every rate
	Flip float64 // share of bytes of which one bit is turned over
	Drop float64 // share of bytes that get lost
	Seed uint64  // of the noise: the same seed damages the same bytes
}

// Line is a cable. The device at its far end reads and writes it; a program at the near end opens Port. Its methods may
// be called from any goroutine; one at a time reads.
type Line struct {
	baud int
	only int

	mu      sync.Mutex
	flip    float64
	drop    float64
	rnd     *rand.Rand
	pair    *pty          // nil: unplugged
	link    string        // removed at unplug
	plugged chan struct{} // closed at the next plug
	outBusy time.Time     // when the last byte written so far has left
	inBusy  time.Time     // when the last byte handed out so far has arrived
	onWay   []byte        // taken from the port, arriving after inBusy
	pull    int           // the plug comes out when so many more bytes have arrived; 0: it stays
}

// NewLine returns a cable that hangs loose: Plug it in.
func NewLine(cfg LineConfig) *Line {
	return &Line{
		baud: cfg.Baud, only: cfg.Only, flip: cfg.Flip, drop: cfg.Drop,
		rnd:     rand.New(rand.NewPCG(cfg.Seed, 0)),
		plugged: make(chan struct{}),
	}
}

// Plug puts the near end into a port. The port can be opened at Port, and at link, a symbolic link that is made for it,
// unless link is empty: a path that stays the same from plug to plug.
func (l *Line) Plug(link string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.pair != nil {
		return fmt.Errorf("plug in %s: the line is in %s already", link, l.port())
	}
	pair, err := openPTY()
	if err != nil {
		return err
	}
	if link != "" {
		if err := os.Symlink(pair.path(), link); err != nil {
			pair.close()
			return fmt.Errorf("plug in: %w", err)
		}
	}
	l.pair, l.link = pair, link
	close(l.plugged)
	return nil
}

// Unplug pulls the near end out: the port is gone, with every byte that was on its way. An unplugged line stays so.
func (l *Line) Unplug() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.unplug()
}

// UnplugAfter pulls the near end out when exactly n more bytes, one at least, have arrived at the far end.
func (l *Line) UnplugAfter(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pull = n
}

func (l *Line) unplug() {
	if l.pair == nil {
		return
	}
	if l.link != "" {
		os.Remove(l.link)
	}
	l.pair.close()
	l.pair, l.plugged, l.onWay, l.pull = nil, make(chan struct{}), nil, 0
}

// Port is the path of the port the line is in, empty when it is in none.
func (l *Line) Port() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.port()
}

func (l *Line) port() string {
	switch {
	case l.pair == nil:
		return ""
	case l.link != "":
		return l.link
	}
	return l.pair.path()
}

// SetNoise changes the shares of flipped and dropped bytes from now on.
func (l *Line) SetNoise(flip, drop float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flip, l.drop = flip, drop
}

// Read waits at most wait for bytes from the near end and returns how many came, 0 when none did or the line is
// unplugged. At a baud rate they come a few at a time, as they arrive.
func (l *Line) Read(p []byte, wait time.Duration) int {
	deadline := time.Now().Add(wait)
	l.mu.Lock()
	pair, plugged, waiting := l.pair, l.plugged, len(l.onWay)
	l.mu.Unlock()
	if pair == nil {
		select {
		case <-plugged:
		case <-time.After(wait):
		}
		return 0
	}
	if waiting == 0 {
		if err := pair.far.SetReadDeadline(deadline); err != nil {
			return 0 // unplugged just now
		}
		buf := make([]byte, len(p))
		n, err := pair.far.Read(buf)
		if err != nil {
			return 0
		}
		l.mu.Lock()
		l.onWay = buf[:n]
		if now := time.Now(); l.inBusy.Before(now) {
			l.inBusy = now
		}
		l.mu.Unlock()
	}
	return l.arrive(p)
}

// arrive hands out what is on its way: all of it, or at a baud rate about a millisecond's worth, when that has passed.
func (l *Line) arrive(p []byte) int {
	l.mu.Lock()
	if l.baud > 0 {
		p = p[:min(len(p), max(1, l.baud/10/1000))]
	}
	n := copy(p, l.onWay)
	l.onWay = l.onWay[n:]
	l.inBusy = l.inBusy.Add(l.takes(n))
	due := l.inBusy
	if l.pull > 0 {
		n = min(n, l.pull)
		if l.pull -= n; l.pull == 0 {
			l.unplug()
		}
	}
	n = l.noise(p[:n])
	l.mu.Unlock()
	sleepUntil(due)
	return n
}

// Write sends p to the near end. Like a UART it does not care who listens: what no port takes is lost. At a baud rate
// it returns when the last byte has left.
func (l *Line) Write(p []byte) {
	sent := append([]byte(nil), p...)
	l.mu.Lock()
	if now := time.Now(); l.outBusy.Before(now) {
		l.outBusy = now
	}
	l.outBusy = l.outBusy.Add(l.takes(len(sent)))
	due := l.outBusy
	sent = sent[:l.noise(sent)]
	l.mu.Unlock()
	sleepUntil(due)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.pair != nil {
		l.pair.write(sent)
	}
}

// noise damages p in place and returns how many bytes of it are left.
func (l *Line) noise(p []byte) int {
	if l.pair != nil && l.only > 0 && l.pair.rate() != l.only {
		for i := range p { // what a wrong rate makes of a byte depends on both; none is itself
			p[i] = p[i]<<3 ^ 0xe5
		}
	}
	if l.flip == 0 && l.drop == 0 {
		return len(p)
	}
	kept := p[:0]
	for _, b := range p {
		if l.rnd.Float64() < l.drop {
			continue
		}
		if l.rnd.Float64() < l.flip {
			b ^= 1 << l.rnd.UintN(8)
		}
		kept = append(kept, b)
	}
	return len(kept)
}

// takes is how long n bytes take on the wire.
func (l *Line) takes(n int) time.Duration {
	if l.baud == 0 {
		return 0
	}
	return time.Duration(n) * 10 * time.Second / time.Duration(l.baud)
}

// sleepUntil is time.Sleep to a fraction of the millisecond that the runtime rounds up to: four bytes take one.
func sleepUntil(t time.Time) {
	for left := time.Until(t); left > 0; left = time.Until(t) {
		ts := unix.NsecToTimespec(left.Nanoseconds())
		_ = unix.Nanosleep(&ts, nil) // cut short by a signal it is called again
	}
}
