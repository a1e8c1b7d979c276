package device

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/simulator"
)

// patience is how long a test waits for what must happen: far longer than it takes on a busy machine.
const patience = 30 * time.Second

// eventually waits until is holds.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !is(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never came true: %s", what)
		}
	}
}

// during runs run until the returned stop is called, which waits for it; the end of the test does so too.
func during(t testing.TB, run func(ctx context.Context)) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		run(ctx)
	}()
	stop = func() {
		cancel()
		select {
		case <-done:
		case <-time.After(patience):
			t.Error("did not end with its context")
		}
	}
	t.Cleanup(stop)
	return stop
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// plugged returns a line in a port whose path stays the same.
func plugged(t testing.TB, cfg simulator.LineConfig) (*simulator.Line, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "port")
	line := simulator.NewLine(cfg)
	if err := line.Plug(path); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(line.Unplug)
	return line, path
}

// heard is a list of words of one kind, safe for the goroutine that says them and the test that reads them.
type heard[W ~string] struct {
	mu    sync.Mutex
	words []W
}

func (h *heard[W]) say(w W) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.words = append(h.words, w)
}

// times counts how often w was said.
func (h *heard[W]) times(w W) (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, x := range h.words {
		if x == w {
			n++
		}
	}
	return n
}

func (h *heard[W]) has(w W) bool { return h.times(w) > 0 }

// echo is a session that answers every byte with itself.
func echo(ctx context.Context, c *portConn) error {
	buf := make([]byte, 64)
	for ctx.Err() == nil {
		n, err := c.Read(buf)
		if err == nil && n > 0 {
			err = c.Write(buf[:n])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// answers reports whether the near end of line echoes word now.
func answers(line *simulator.Line, word string) bool {
	line.Write([]byte(word))
	var got []byte
	buf := make([]byte, 256)
	for range 20 {
		got = append(got, buf[:line.Read(buf, 50*time.Millisecond)]...)
		if bytes.Contains(got, []byte(word)) {
			return true
		}
	}
	return false
}

func TestPortIsOpenedAgainAfterEachUnplugging(t *testing.T) {
	t.Parallel()
	line, path := plugged(t, simulator.LineConfig{})
	var lost heard[hall.Trouble]
	during(t, func(ctx context.Context) {
		keepPort(ctx, PortConfig{Path: path}, quiet(), lost.say, echo)
	})
	for range 5 {
		eventually(t, "the port answers", func() bool { return answers(line, "ping") })
		before := lost.times(hall.TroubleMissing)
		line.Unplug()
		eventually(t, "the port is told missing", func() bool { return lost.times(hall.TroubleMissing) > before })
		if err := line.Plug(path); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPortHasOneUserAtATime(t *testing.T) {
	t.Parallel()
	line, path := plugged(t, simulator.LineConfig{})
	alias := filepath.Join(t.TempDir(), "by-id")
	if err := os.Symlink(path, alias); err != nil {
		t.Fatal(err)
	}
	stopFirst := during(t, func(ctx context.Context) {
		keepPort(ctx, PortConfig{Path: path}, quiet(), func(hall.Trouble) {}, echo)
	})
	eventually(t, "the first answers", func() bool { return answers(line, "first") })

	var lost heard[hall.Trouble]
	var second bool
	var mu sync.Mutex
	during(t, func(ctx context.Context) {
		keepPort(ctx, PortConfig{Path: alias}, quiet(), lost.say, func(ctx context.Context, c *portConn) error {
			mu.Lock()
			second = true
			mu.Unlock()
			return echo(ctx, c)
		})
	})
	eventually(t, "the second is told that the port is taken", func() bool { return lost.has(hall.TroubleTaken) })
	if mu.Lock(); second {
		t.Error("two users had the port at once")
	}
	mu.Unlock()
	stopFirst()
	eventually(t, "the second gets the port", func() bool { mu.Lock(); defer mu.Unlock(); return second })
}

func TestReadWithoutBytesIsATimeout(t *testing.T) {
	t.Parallel()
	_, path := plugged(t, simulator.LineConfig{})
	c, err := openPort(context.Background(), PortConfig{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer c.close(context.Background())
	if n, err := c.Read(make([]byte, 1)); n != 0 || err != nil {
		t.Errorf("Read = %d, %v; want 0, nil", n, err)
	}
}

// A device that is off behind flow control takes no bytes: the write must end, the port must close, and nothing of it
// may be left behind to write into a file that gets the same descriptor.
func TestStuckWriteIsGivenUp(t *testing.T) {
	t.Parallel()
	line, path := plugged(t, simulator.LineConfig{})
	var lost heard[hall.Trouble]
	paper := bytes.Repeat([]byte("ticket "), 40<<10)
	stop := during(t, func(ctx context.Context) {
		keepPort(ctx, PortConfig{Path: path}, quiet(), lost.say, func(ctx context.Context, c *portConn) error {
			c.limit = 50 * time.Millisecond
			err := c.Write(paper)
			if again := c.Write([]byte("more")); !errors.Is(again, errStuck) {
				t.Errorf("Write after a stuck one = %v, want errStuck", again)
			}
			return err
		})
	})
	eventually(t, "stuck is told", func() bool { return lost.has(hall.TroubleStuck) })
	stop()
	c, err := openPort(context.Background(), PortConfig{Path: path})
	if err != nil {
		t.Fatalf("the port was not given back: %v", err)
	}
	defer c.close(context.Background())
	drain := make([]byte, 4096)
	for line.Read(drain, 20*time.Millisecond) > 0 {
	}
	if err := c.Write([]byte("alive")); err != nil {
		t.Fatalf("write after the device came back: %v", err)
	}
	if n := line.Read(drain, patience); string(drain[:n]) != "alive" {
		t.Errorf("the device read %q, want %q", drain[:n], "alive")
	}
}

func TestTroubleOfAPortThatCannotBeOpened(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		cfg  PortConfig
		want hall.Trouble
	}{
		{"no such path", PortConfig{Path: filepath.Join(dir, "none")}, hall.TroubleMissing},
		{"not a terminal", PortConfig{Path: file}, hall.TroubleMissing},
		{"no such USB device", PortConfig{VID: "ffff", PID: "ffff"}, hall.TroubleMissing},
	} {
		if _, err := openPort(context.Background(), c.cfg); err == nil || troubleOf(err) != c.want {
			t.Errorf("%s: %v is told as %q, want %q", c.name, err, troubleOf(err), c.want)
		}
	}
	if got := troubleOf(&os.PathError{Op: "open", Path: "/dev/ttyS0", Err: unix.EACCES}); got != hall.TroubleDenied {
		t.Errorf("EACCES is told as %q, want %q", got, hall.TroubleDenied)
	}
}

func TestFindUSB(t *testing.T) {
	sys := t.TempDir()
	// add lays a terminal out as the kernel does: ttyACM one level below the device's folder, ttyUSB two.
	add := func(tty, usb, vid, pid, serial string) {
		t.Helper()
		device := filepath.Join(sys, "devices", usb)
		node := filepath.Join(device, usb+":1.0")
		if strings.HasPrefix(tty, "ttyUSB") {
			node = filepath.Join(node, tty)
		}
		class := filepath.Join(sys, "class", "tty", tty)
		must := func(err error) {
			if err != nil {
				t.Fatal(err)
			}
		}
		must(os.MkdirAll(node, 0o755))
		must(os.MkdirAll(class, 0o755))
		must(os.Symlink(node, filepath.Join(class, "device")))
		for file, text := range map[string]string{"idVendor": vid, "idProduct": pid, "serial": serial} {
			if text != "" {
				must(os.WriteFile(filepath.Join(device, file), []byte(text+"\n"), 0o644))
			}
		}
	}
	add("ttyUSB0", "1-1", "1a86", "7523", "")
	add("ttyACM0", "1-2", "2341", "0043", "A1")
	add("ttyACM1", "1-3", "2341", "0043", "B2")
	add("ttyS0", "serial8250", "", "", "")
	for _, c := range []struct {
		name string
		cfg  PortConfig
		want string
		err  error
	}{
		{"by VID and PID", PortConfig{VID: "1A86", PID: "7523"}, "/dev/ttyUSB0", nil},
		{"by serial number", PortConfig{VID: "2341", PID: "0043", Serial: "B2"}, "/dev/ttyACM1", nil},
		{"two of a kind are not guessed between", PortConfig{VID: "2341", PID: "0043"}, "", errAmbiguous},
		{"another serial number", PortConfig{VID: "2341", PID: "0043", Serial: "C3"}, "", fs.ErrNotExist},
		{"not plugged in", PortConfig{VID: "0403", PID: "6001"}, "", fs.ErrNotExist},
	} {
		if got, err := findUSB(sys, c.cfg); got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: findUSB = %q, %v; want %q, %v", c.name, got, err, c.want, c.err)
		}
	}
}

func TestPortConfigNamesAllFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		cfg  PortConfig
		want []string // parts of the message; none: valid
	}{
		{"a path", PortConfig{Path: "/dev/ttyS0", Baud: 9600}, nil},
		{"a USB identity", PortConfig{VID: "1a86", PID: "7523"}, nil},
		{"nothing", PortConfig{}, []string{"vid", "pid"}},
		{"both", PortConfig{Path: "/dev/ttyS0", VID: "1a86"}, []string{"keep one"}},
		{"a serial server", PortConfig{Path: "tcp://192.168.1.50:4001"}, nil},
		{"a serial server without port", PortConfig{Path: "tcp://192.168.1.50"}, []string{"want tcp://host:port"}},
		{"a serial server at no port", PortConfig{Path: "tcp://moxa:0"}, []string{"want tcp://host:port"}},
		{"not hex", PortConfig{VID: "0x1a", PID: "75230", Baud: -1}, []string{"vid", "pid", "baud"}},
	} {
		err := c.cfg.Validate()
		if (err == nil) != (c.want == nil) {
			t.Errorf("%s: Validate = %v", c.name, err)
			continue
		}
		for _, part := range c.want {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %q does not name %q", c.name, err, part)
			}
		}
	}
}

// A device that floods is read as fast as a line could carry, and no faster: the others need the machine too.
func TestAFloodIsHeldBack(t *testing.T) {
	t.Parallel()
	c := &portConn{line: flood{}, credit: floodBurst, since: time.Now()}
	began, got := time.Now(), 0
	for got < 3*floodBurst {
		n, err := c.Read(make([]byte, 4096))
		if err != nil {
			t.Fatal(err)
		}
		got += n
	}
	if took := time.Since(began); took < time.Second {
		t.Errorf("%d bytes were read in %v, want no more than %d at once and %d a second", got, took, floodBurst, floodRate)
	}
}

type flood struct{ line }

func (flood) Read(p []byte) (int, error) { return len(p), nil }
