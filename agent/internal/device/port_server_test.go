package device

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/simulator"
)

// server is a serial server of the hall: whatever connects talks to the device on line. Like a real one it lets one in at
// a time, and hangs up only when it is told to.
type server struct {
	t    *testing.T
	at   net.Listener
	line *simulator.Line

	mu   sync.Mutex
	conn *net.TCPConn // who is in; nil: nobody
	ins  int          // how often somebody came in
}

func newServer(t *testing.T, at string) *server {
	t.Helper()
	l, err := net.Listen("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	line, path := plugged(t, simulator.LineConfig{})
	port, err := openSerial(context.Background(), PortConfig{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, at: l, line: line}
	during(t, func(ctx context.Context) {
		defer port.Close()
		stop := context.AfterFunc(ctx, func() { l.Close(); s.hangUp() })
		defer stop()
		for ctx.Err() == nil {
			c, err := l.Accept()
			if err != nil {
				continue
			}
			s.mu.Lock()
			s.conn, s.ins = c.(*net.TCPConn), s.ins+1
			s.mu.Unlock()
			var both sync.WaitGroup
			both.Go(func() { _, _ = io.Copy(port, c); s.hangUp() }) // until one side hangs up
			both.Go(func() { carry(c, port) })
			both.Wait()
		}
	})
	return s
}

// carry copies what a port reads until nobody takes it.
func carry(to net.Conn, port line) {
	buf := make([]byte, 256)
	for {
		n, err := port.Read(buf)
		if err != nil {
			return
		}
		if n == 0 {
			if to.SetReadDeadline(time.Time{}) != nil { // closed meanwhile
				return
			}
			continue
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

func (s *server) port() PortConfig { return PortConfig{Path: serverPrefix + s.at.Addr().String()} }

// hangUp ends the connection, as a server that starts anew does.
func (s *server) hangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn != nil {
		s.conn.Close()
	}
}

// cut pulls out the network cable: from now on the connection swallows everything, and says nothing of it.
func (s *server) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	swallow(s.t, s.conn)
}

func (s *server) cameIn() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ins
}

// swallow makes the kernel throw away every packet that comes for c, unanswered.
func swallow(t *testing.T, c *net.TCPConn) {
	t.Helper()
	raw, err := c.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	drop := []unix.SockFilter{{Code: unix.BPF_RET | unix.BPF_K}}
	cerr := raw.Control(func(fd uintptr) {
		err = unix.SetsockoptSockFprog(int(fd), unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: 1, Filter: &drop[0]})
	})
	if err := errors.Join(cerr, err); err != nil {
		t.Fatal(err)
	}
}

func TestAPortOfASerialServerIsOpenedAgainAfterEachHangUp(t *testing.T) {
	t.Parallel()
	s := newServer(t, "127.0.0.1:0")
	during(t, func(ctx context.Context) {
		keepPort(ctx, s.port(), quiet(), func(hall.Trouble) {}, echo)
	})
	for range 3 {
		eventually(t, "the port answers", func() bool { return answers(s.line, "ping") })
		before := s.cameIn()
		s.hangUp()
		eventually(t, "it comes in again", func() bool { return s.cameIn() > before })
	}
}

func TestAPortOfASerialServerHasOneUserAtATime(t *testing.T) {
	t.Parallel()
	s := newServer(t, "127.0.0.1:0")
	c, err := openPort(context.Background(), s.port())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := openPort(context.Background(), s.port()); troubleOf(err) != hall.TroubleTaken {
		t.Errorf("a second user: %v, want the port taken", err)
	}
	c.close(context.Background())
	eventually(t, "it can be opened again", func() bool {
		c, err := openPort(context.Background(), s.port())
		if err != nil {
			return false
		}
		c.close(context.Background())
		return true
	})
}

// A server that lost its power, or a cut cable, says nothing: the connection looks open for ever unless somebody asks.
func TestAHalfOpenConnectionIsFound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		times serverTimes
		send  bool
	}{
		{"while nothing is sent", serverTimes{dial: time.Second, alive: net.KeepAliveConfig{Enable: true, Idle: time.Second, Interval: time.Second, Count: 1}, sent: 2 * time.Second}, false},
		{"while something is sent", serverTimes{dial: time.Second, alive: net.KeepAliveConfig{Enable: false}, sent: time.Second}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, "127.0.0.1:0")
			l, err := dialServerWithin(context.Background(), s.port(), c.times)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			eventually(t, "it is in", func() bool { return s.cameIn() == 1 })
			s.cut()
			buf := make([]byte, 16)
			eventually(t, "the connection is given up", func() bool {
				var wrote error
				if c.send {
					_, wrote = l.Write([]byte("press"))
				}
				_, err := l.Read(buf)
				return errors.Is(err, unix.ETIMEDOUT) || errors.Is(wrote, unix.ETIMEDOUT) // the system tells one of them, once
			})
		})
	}
}

// A server that lets in and takes nothing is a printer that is off: the write ends, the port is given back, and nothing
// of the old paper is sent later.
func TestAServerThatTakesNothingIsGivenUp(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0") // nobody accepts: the kernel lets in and keeps what comes
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	cfg := PortConfig{Path: serverPrefix + l.Addr().String()}
	var lost heard[hall.Trouble]
	stop := during(t, func(ctx context.Context) {
		keepPort(ctx, cfg, quiet(), lost.say, func(ctx context.Context, c *portConn) error {
			c.limit = 50 * time.Millisecond
			return c.Write(bytes.Repeat([]byte("ticket "), 2<<20))
		})
	})
	eventually(t, "stuck is told", func() bool { return lost.times(hall.TroubleStuck) > 1 })
	stop()
}

func TestTroubleOfAServerThatCannotBeReached(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	closed := PortConfig{Path: serverPrefix + l.Addr().String()}
	if _, err := openPort(context.Background(), closed); troubleOf(err) != hall.TroubleMissing {
		t.Errorf("nobody listens: %v", err)
	}
	// A queue that is full drops who knocks: as a host that is not there.
	full := fullQueue(t)
	times := normalServerTimes()
	times.dial = 50 * time.Millisecond
	var slow net.Error
	if _, err := dialServerWithin(context.Background(), full, times); troubleOf(err) != hall.TroubleMissing || !errors.As(err, &slow) || !slow.Timeout() {
		t.Errorf("nobody answers: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := openPort(ctx, full); !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
}

// fullQueue returns a port at which a connection neither stands nor is refused.
func fullQueue(t *testing.T) PortConfig {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	err = errors.Join(unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}), unix.Listen(fd, 0))
	sa, nerr := unix.Getsockname(fd)
	if err = errors.Join(err, nerr); err != nil {
		t.Fatal(err)
	}
	at := (&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: sa.(*unix.SockaddrInet4).Port}).String()
	for {
		c, err := net.DialTimeout("tcp", at, 50*time.Millisecond)
		if err != nil {
			return PortConfig{Path: serverPrefix + at}
		}
		t.Cleanup(func() { c.Close() })
	}
}
