package simulator

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// patience is how long a test waits for what must happen.
const patience = 30 * time.Second

func plug(t *testing.T, cfg LineConfig) (*Line, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "port")
	l := NewLine(cfg)
	if err := l.Plug(path); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Unplug)
	return l, path
}

// openPort opens the near end as a program would that knows nothing of the simulator.
func openPort(t *testing.T, path string) *os.File {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR|syscall.O_NOCTTY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// readAll reads n bytes of the far end.
func readAll(t *testing.T, l *Line, n int) []byte {
	t.Helper()
	var got []byte
	buf := make([]byte, 512)
	for deadline := time.Now().Add(patience); len(got) < n; {
		if time.Now().After(deadline) {
			t.Fatalf("%d bytes came, want %d", len(got), n)
		}
		got = append(got, buf[:l.Read(buf, 20*time.Millisecond)]...)
	}
	return got
}

// allBytes are the values a terminal might want to make something of.
func allBytes() []byte {
	b := make([]byte, 256)
	for i := range b {
		b[i] = byte(i)
	}
	return b
}

func TestEveryByteValuePassesUnchanged(t *testing.T) {
	l, path := plug(t, LineConfig{})
	near := openPort(t, path)
	if _, err := near.Write(allBytes()); err != nil {
		t.Fatal(err)
	}
	if got := readAll(t, l, 256); !bytes.Equal(got, allBytes()) {
		t.Errorf("near to far: % x", got)
	}
	l.Write(allBytes())
	got := make([]byte, 256)
	if err := near.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(near, got); err != nil || !bytes.Equal(got, allBytes()) {
		t.Errorf("far to near: % x, %v", got, err)
	}
}

func TestUnplugHangsUpAndPlugComesBackAtTheSamePath(t *testing.T) {
	l, path := plug(t, LineConfig{})
	near := openPort(t, path)
	l.Unplug()
	if n, err := near.Read(make([]byte, 1)); n != 0 || !(errors.Is(err, io.EOF) || errors.Is(err, unix.EIO)) {
		t.Errorf("reading an unplugged port: %d, %v; want its end", n, err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the path of an unplugged port: %v, want that it does not exist", err)
	}
	if l.Port() != "" {
		t.Errorf("an unplugged line is in %s", l.Port())
	}
	if n := l.Read(make([]byte, 1), time.Millisecond); n != 0 {
		t.Errorf("%d bytes came over an unplugged line", n)
	}
	l.Write([]byte("lost"))
	if err := l.Plug(path); err != nil {
		t.Fatal(err)
	}
	if err := l.Plug(path); err == nil {
		t.Error("a line went into two ports")
	}
	near = openPort(t, path)
	if _, err := near.Write([]byte("back")); err != nil {
		t.Fatal(err)
	}
	if got := readAll(t, l, 4); string(got) != "back" {
		t.Errorf("after plugging in again came %q", got)
	}
}

// A reader waits for the plug as it waits for bytes.
func TestReadWakesWhenPluggedIn(t *testing.T) {
	l := NewLine(LineConfig{})
	woken := make(chan struct{})
	go func() {
		defer close(woken)
		l.Read(make([]byte, 1), patience)
	}()
	if err := l.Plug(""); err != nil {
		t.Fatal(err)
	}
	defer l.Unplug()
	near := openPort(t, l.Port())
	if _, err := near.Write([]byte{1}); err != nil {
		t.Fatal(err)
	}
	select {
	case <-woken:
	case <-time.After(patience / 2):
		t.Error("the reader slept on")
	}
}

func TestNoiseIsAsConfiguredAndRepeatable(t *testing.T) {
	const n = 100_000
	damage := func(seed uint64) []byte {
		p := make([]byte, n)
		return p[:NewLine(LineConfig{Flip: 0.02, Drop: 0.02, Seed: seed}).noise(p)]
	}
	got := damage(1)
	flipped := n - bytes.Count(got, []byte{0}) - (n - len(got))
	for name, share := range map[string]float64{"dropped": float64(n-len(got)) / n, "flipped": float64(flipped) / n} {
		if share < 0.018 || share > 0.022 {
			t.Errorf("%s: %.4f of the bytes, want 0.02", name, share)
		}
	}
	if !bytes.Equal(got, damage(1)) {
		t.Error("the same seed damages other bytes")
	}
	if bytes.Equal(got, damage(2)) {
		t.Error("another seed damages the same bytes")
	}
}

func TestBaudPacesBothWays(t *testing.T) {
	const atLeast = 50 * time.Millisecond // 192 bytes at 38400 bit/s
	l, path := plug(t, LineConfig{Baud: 38400})
	near := openPort(t, path)
	began := time.Now()
	l.Write(make([]byte, 192))
	if took := time.Since(began); took < atLeast {
		t.Errorf("192 bytes were written in %v, want at least %v", took, atLeast)
	}
	began = time.Now()
	if _, err := near.Write(make([]byte, 192)); err != nil {
		t.Fatal(err)
	}
	readAll(t, l, 192)
	if took := time.Since(began); took < atLeast {
		t.Errorf("192 bytes arrived in %v, want at least %v", took, atLeast)
	}
}

// A program that does not read must not stop the device: a UART has no flow control.
func TestWriteDoesNotWaitForAReader(t *testing.T) {
	l, _ := plug(t, LineConfig{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 200 {
			l.Write(make([]byte, 4096))
		}
	}()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatal("a write waits for a reader")
	}
}
