package broker

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/mochi-mqtt/server/v2/listeners"
)

// helloWithin bounds how long a caller may take until his CONNECT is read, TLS included: nobody holds a connection
// open without saying who he is.
const helloWithin = 10 * time.Second

// ErrPlain is returned for a listener without TLS that others than this machine could reach.
var ErrPlain = errors.New("broker without TLS is for tests on 127.0.0.1 alone: agents would send their passwords in the clear")

// door is the broker's one listener. It owns its connections: Close ends all of them, those that never said who they
// are included, and returns when nobody serves one any more.
type door struct {
	net.Listener
	log     *slog.Logger
	serving sync.WaitGroup

	mu     sync.Mutex
	closed bool
	conns  map[net.Conn]chan struct{} // closed when nobody serves the connection any more
}

func newDoor(l net.Listener, conf *tls.Config, log *slog.Logger) (*door, error) {
	if conf != nil {
		l = tls.NewListener(l, conf)
	} else if a, ok := l.Addr().(*net.TCPAddr); !ok || !a.IP.IsLoopback() {
		return nil, fmt.Errorf("%v: %w", l.Addr(), ErrPlain)
	}
	return &door{Listener: l, log: log, conns: map[net.Conn]chan struct{}{}}, nil
}

// ID, Address, Protocol, Init, Serve and Close are what mochi asks of a listener.
func (d *door) ID() string              { return "agents" }
func (d *door) Address() string         { return d.Addr().String() }
func (d *door) Protocol() string        { return "mqtt" }
func (d *door) Init(*slog.Logger) error { return nil }

// Serve accepts until Close. A failed accept (no descriptors left) is tried again after a pause.
func (d *door) Serve(establish listeners.EstablishFn) {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return
	}
	d.serving.Add(1)
	d.mu.Unlock()
	defer d.serving.Done()
	for {
		conn, err := d.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			d.log.Error("broker cannot accept a connection", "error", err)
			time.Sleep(100 * time.Millisecond)
			continue
		}
		if !d.take(conn) {
			conn.Close()
			return
		}
		go func() {
			defer d.leave(conn)
			conn.SetDeadline(time.Now().Add(helloWithin))
			if err := establish(d.ID(), conn); err != nil {
				d.log.Debug("connection ended", "remote", conn.RemoteAddr(), "error", err)
			}
		}()
	}
}

func (d *door) take(c net.Conn) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return false
	}
	d.conns[c] = make(chan struct{})
	d.serving.Add(1)
	return true
}

func (d *door) leave(c net.Conn) {
	c.Close()
	d.mu.Lock()
	close(d.conns[c])
	delete(d.conns, c)
	d.mu.Unlock()
	d.serving.Done()
}

// end closes a connection and returns when nobody serves it any more.
func (d *door) end(c net.Conn) {
	c.Close()
	d.mu.Lock()
	left := d.conns[c]
	d.mu.Unlock()
	if left != nil {
		<-left
	}
}

// Close does not use mochi's own way of closing clients: MQTT 3.1.1 has no word for it, and it locks a map twice.
func (d *door) Close(listeners.CloseFn) {
	d.mu.Lock()
	d.closed = true
	d.Listener.Close()
	for c := range d.conns {
		c.Close()
	}
	d.mu.Unlock()
	d.serving.Wait()
}
