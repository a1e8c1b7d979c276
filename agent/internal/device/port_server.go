package device

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// serverTimes are what a serial server is given on the network.
type serverTimes struct {
	dial  time.Duration // until the connection stands
	alive net.KeepAliveConfig
	// sent: bytes or questions of alive that nobody acknowledged for so long mean a half open connection. To the kernel it
	// stands above the count of alive.
	sent time.Duration
}

// normalServerTimes find a server that was switched off, or whose network was cut, in about 12 s though nothing is sent.
func normalServerTimes() serverTimes {
	return serverTimes{
		dial:  4 * time.Second,
		alive: net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: 2 * time.Second, Count: 3},
		sent:  10 * time.Second,
	}
}

// serverLine is a port of a serial server: its bytes as they are, over TCP.
type serverLine struct {
	*net.TCPConn
	lock  net.Listener
	given atomic.Bool // free was called: what still waits must not arrive late
}

// dialServer connects to a serial server and locks its port against other programs of this machine. A server that lets
// two machines in at once cannot be locked from here.
func dialServer(ctx context.Context, cfg PortConfig) (line, error) {
	return dialServerWithin(ctx, cfg, normalServerTimes())
}

func dialServerWithin(ctx context.Context, cfg PortConfig, times serverTimes) (line, error) {
	at := strings.TrimPrefix(cfg.Path, serverPrefix)
	// A socket of the abstract name space: no file is left behind, and a dead process holds none.
	lock, err := new(net.ListenConfig).Listen(ctx, "unix", "@hallpulse/port/"+at)
	if err != nil {
		if errors.Is(err, unix.EADDRINUSE) {
			err = errTaken
		}
		return nil, fmt.Errorf("lock %s: %w", cfg.Path, err)
	}
	d := net.Dialer{Timeout: times.dial, KeepAliveConfig: times.alive, Control: times.control}
	conn, err := d.DialContext(ctx, "tcp", at)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("connect to %s: %w", cfg.Path, err), lock.Close())
	}
	return &serverLine{TCPConn: conn.(*net.TCPConn), lock: lock}, nil
}

// control bounds how long sent bytes may stay without an answer of the other side's kernel.
func (t serverTimes) control(_, _ string, raw syscall.RawConn) error {
	var err error
	if e := raw.Control(func(fd uintptr) {
		err = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(t.sent.Milliseconds()))
	}); e != nil {
		return e
	}
	return err
}

// Read returns 0, nil where nothing came for a while, as a serial port does.
func (l *serverLine) Read(p []byte) (int, error) {
	if err := l.SetReadDeadline(time.Now().Add(readWait)); err != nil {
		return 0, err
	}
	n, err := l.TCPConn.Read(p)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = nil
	}
	return n, err
}

func (l *serverLine) free() {
	l.given.Store(true)
	_ = l.SetWriteDeadline(time.Unix(1, 0)) // a connection that is closed already has no writer to wake
}

func (l *serverLine) Close() error {
	if l.given.Load() {
		_ = l.SetLinger(0) // else the kernel goes on sending half a paper
	}
	return errors.Join(l.TCPConn.Close(), l.lock.Close())
}
