package device

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"time"

	"go.bug.st/serial"
	"golang.org/x/sys/unix"

	"hallpulse/firmware-protocol/hall"
)

// What a port does when something is in its way.
const (
	readWait   = 100 * time.Millisecond // a Read returns 0, nil after this: how soon a session can end
	stuckAfter = 5 * time.Second        // a chunk not taken for so long will not be: the device is off behind flow control
	chunkSize  = 256                    // below every driver's buffer, so that a freed write ends with its chunk
	reopenMin  = 50 * time.Millisecond
	reopenMax  = time.Second
	steady     = 5 * time.Second // a session that lasted so long was no flapping plug
	maxFD      = 960             // the serial library reads with select(2), which knows no descriptor from 1024 on
	floodBurst = 16 << 10        // bytes that may come at once
	floodRate  = 16 << 10        // bytes a second that may come for ever: more than a line at 115200 carries
)

var (
	// errTaken: another program, or another device of this configuration, holds the port.
	errTaken = errors.New("port is taken")
	// errAmbiguous: several ports answer to one USB identity.
	errAmbiguous = errors.New("several ports match")
	// errStuck: a write did not end in time. The session must return; the port is given up and opened again.
	errStuck = errors.New("write is stuck")
	// errGone: the port went away under the session.
	errGone = errors.New("port is gone")
)

// keepPort holds the port of cfg until ctx ends: opens it, runs session on it, closes it, and so on for ever, with
// jittered back-off. It calls lost with a hall.Trouble code at each attempt that found no usable port and after each
// session that ended in a stuck write. session and lost run on the caller's goroutine, one at a time.
//
// A session returns when its port fails or ctx ends; by then nothing of it may still use c. keepPort returns when the
// port is closed.
func keepPort(ctx context.Context, cfg PortConfig, log *slog.Logger, lost func(why hall.Trouble), session func(ctx context.Context, c *portConn) error) {
	pause := reopenMin
	var fault complaint
	for ctx.Err() == nil {
		began := time.Now()
		c, err := openPort(ctx, cfg)
		if ctx.Err() != nil && err != nil {
			return // the attempt was given up, it says nothing about the port
		}
		if err != nil {
			lost(troubleOf(err))
		} else {
			err = session(ctx, c)
			c.close(ctx)
			if errors.Is(err, errStuck) {
				lost(hall.TroubleStuck)
			}
		}
		if time.Since(began) > steady {
			pause, fault = reopenMin, complaint{}
		}
		if err != nil && ctx.Err() == nil {
			fault.about(log, "serial port", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause/2 + rand.N(pause/2)):
		}
		pause = min(2*pause, reopenMax)
	}
}

// line is an open port, serial or at the end of a network connection. Read returns 0, nil where nothing came for a while.
type line interface {
	io.ReadWriteCloser
	// free wakes a Write that stands still and throws away what waits to be sent. It may be called beside Write, and
	// more than once.
	free()
}

// portConn is one open port, in the hands of one session. One goroutine, its owner, alone writes and closes: a
// descriptor closed under a write could send the bytes into another file.
type portConn struct {
	line   line
	chunks chan []byte   // to the owner, one at a time; closed: close the port
	wrote  chan error    // the owner's answer to each chunk
	gone   chan struct{} // closed when the owner has closed the port
	limit  time.Duration // how long a write may stand still
	stuck  bool          // one has: its chunk is still with the owner

	credit float64 // bytes that may still come at once
	since  time.Time
}

// openPort opens and locks a port; ctx ends the attempt.
func openPort(ctx context.Context, cfg PortConfig) (*portConn, error) {
	open := openSerial
	if cfg.network() {
		open = dialServer
	}
	l, err := open(ctx, cfg)
	if err != nil {
		return nil, err
	}
	c := &portConn{
		line: l, limit: stuckAfter, credit: floodBurst, since: time.Now(),
		chunks: make(chan []byte), wrote: make(chan error, 1), gone: make(chan struct{}),
	}
	go c.own()
	return c, nil
}

// serialLine is a serial port of this machine.
type serialLine struct {
	serial.Port
	lock int // our own descriptor of the port: carries the lock, outlives Port, frees a stuck write
}

// openSerial opens and locks a serial port. The lock is on the device file itself (flock): every path to the device meets
// the same lock, and a dead process holds none. TIOCEXCL, which the library sets as well, does not stop root.
func openSerial(_ context.Context, cfg PortConfig) (line, error) {
	path, err := cfg.find()
	if err != nil {
		return nil, err
	}
	lock, err := unix.Open(path, unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	sp, err := openLocked(path, lock, cfg)
	if err != nil {
		unix.Close(lock)
		return nil, err
	}
	return &serialLine{sp, lock}, nil
}

func openLocked(path string, lock int, cfg PortConfig) (serial.Port, error) {
	if lock > maxFD {
		return nil, fmt.Errorf("open %s: %w: a serial port needs a descriptor below 1024", path, unix.EMFILE)
	}
	if err := unix.Flock(lock, unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, fmt.Errorf("lock %s: %w: %v", path, errTaken, err)
	}
	// InitialStatusBits stays nil: where there are no modem lines (a pty) setting them makes Open fail.
	sp, err := serial.Open(path, cfg.mode())
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	if err := sp.SetReadTimeout(readWait); err != nil {
		sp.Close()
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return sp, nil
}

func (l *serialLine) Close() error { return errors.Join(l.Port.Close(), unix.Close(l.lock)) }

// free throws away what the driver holds and wakes the writer: stopping and starting output does that on drivers whose
// flush does not. The descriptor is still ours: the owner closes only after its write has ended and was waited for.
func (l *serialLine) free() {
	unix.IoctlSetInt(l.lock, unix.TCFLSH, unix.TCOFLUSH)
	unix.IoctlSetInt(l.lock, unix.TCXONC, 0) // TCOOFF
	unix.IoctlSetInt(l.lock, unix.TCXONC, 1) // TCOON
}

// own is the owner: it writes chunk after chunk and, when there will be no more, closes.
func (c *portConn) own() {
	defer close(c.gone)
	for chunk := range c.chunks {
		c.wrote <- c.writeAll(chunk)
	}
	_ = c.line.Close() // it is given up either way
}

func (c *portConn) writeAll(p []byte) error {
	for len(p) > 0 {
		n, err := c.line.Write(p)
		if err != nil {
			return fmt.Errorf("%w: write: %w", errGone, err)
		}
		p = p[n:]
	}
	return nil
}

// Read waits a short while for bytes; 0, nil means none came. An error ends the session. The port is never closed under
// a Read, so "port closed" from the library always means that it was pulled out. What comes faster than any serial line
// waits: a device that floods takes no time away from the others.
func (c *portConn) Read(p []byte) (int, error) {
	n, err := c.line.Read(p)
	if err != nil {
		return n, fmt.Errorf("%w: read: %w", errGone, err)
	}
	now := time.Now()
	c.credit = min(c.credit+floodRate*now.Sub(c.since).Seconds(), floodBurst) - float64(n)
	c.since = now
	if c.credit < 0 {
		time.Sleep(time.Duration(-c.credit / floodRate * float64(time.Second)))
	}
	return n, nil
}

// Write hands p to the driver, piece by piece, and returns when all of it was taken: buffered, not yet sent. It is
// bounded: a piece that is not taken in time makes it return errStuck, after which the session must end. One goroutine
// at a time may call it; it may run beside Read. The caller keeps p.
func (c *portConn) Write(p []byte) error {
	var piece [chunkSize]byte // a stuck write keeps its bytes: they must not be the caller's
	for len(p) > 0 {
		if c.stuck {
			return errStuck
		}
		n := copy(piece[:], p)
		p = p[n:]
		c.chunks <- piece[:n]
		select {
		case err := <-c.wrote:
			if err != nil {
				return err
			}
		case <-time.After(c.limit):
			c.stuck = true
			return fmt.Errorf("%w for %v", errStuck, c.limit)
		}
	}
	return nil
}

// close ends the owner and waits until it has closed the port. A write that is still stuck is freed first. A driver that
// cannot free it keeps the owner, and the lock, until the device answers or is pulled out: close waits for that while
// ctx lives, then leaves them to the end of the process.
func (c *portConn) close(ctx context.Context) {
	for c.stuck {
		c.line.free()
		select {
		case <-c.wrote:
			c.stuck = false
		case <-time.After(time.Second):
			if ctx.Err() != nil {
				close(c.chunks)
				return
			}
		}
	}
	close(c.chunks)
	<-c.gone
}
