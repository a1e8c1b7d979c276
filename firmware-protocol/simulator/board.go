package simulator

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/bits"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/pad"
)

// BoardConfig says which board runs what, and where its ends are.
type BoardConfig struct {
	Program  string // the emulated board (firmware-protocol/firmware/board)
	Firmware string // what is burnt into its chip
	EEPROM   string // file of what its chip keeps without power; made where there is none
	Port     string // becomes a link to its serial line while it is plugged in
}

// Board is the reference firmware on an emulated board: the pad as it is built, where Pad is a pad as it should be. Its
// keys are real contacts: a tap takes the time that a finger needs. Its methods may be called from any goroutine.
type Board struct {
	port string
	cmd  *exec.Cmd
	dir  string // holds the socket, whose path must be short

	mu    sync.Mutex
	conn  net.Conn
	lines *bufio.Reader
}

// How long a finger stays on a key and off it, in the board's own time: more than it takes to tell a press from a bounce.
const (
	fingerDown = 40 * time.Millisecond
	fingerUp   = 60 * time.Millisecond
)

// StartBoard starts a board, plugged in and powered. Close ends it.
func StartBoard(ctx context.Context, cfg BoardConfig) (b *Board, err error) {
	b = &Board{port: cfg.Port}
	if b.dir, err = os.MkdirTemp("", "board"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.Close())
		}
	}()
	socket := filepath.Join(b.dir, "control")
	b.cmd = exec.Command(cfg.Program, cfg.Firmware, cfg.Port, socket, cfg.EEPROM)
	b.cmd.Stderr = os.Stderr
	b.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a terminal's Ctrl-C goes to who started it
	said, err := b.cmd.StdoutPipe()
	if err != nil {
		return b, err
	}
	if err := b.cmd.Start(); err != nil {
		b.cmd = nil
		return b, fmt.Errorf("start board: %w (make firmware builds it)", err)
	}
	if line, err := bufio.NewReader(said).ReadString('\n'); line != "ready\n" {
		return b, fmt.Errorf("board: says %q instead of ready: %w", line, err)
	}
	if b.conn, err = new(net.Dialer).DialContext(ctx, "unix", socket); err != nil {
		return b, fmt.Errorf("board: %w", err)
	}
	b.lines = bufio.NewReader(b.conn)
	return b, nil
}

// Close switches the board off and waits until it is gone. What its EEPROM holds is in its file then.
func (b *Board) Close() error {
	var errs []error
	if b.conn != nil {
		_, _ = b.Do("quit") // the answer may be cut off by the end
		errs = append(errs, b.conn.Close())
	}
	if b.cmd != nil {
		if b.conn == nil {
			errs = append(errs, b.cmd.Process.Kill())
		}
		errs = append(errs, b.cmd.Wait())
	}
	return errors.Join(append(errs, os.RemoveAll(b.dir))...)
}

// Do gives the board a line of firmware/board/control.c and returns its answer.
func (b *Board) Do(line string) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return "", err
	}
	if _, err := fmt.Fprintln(b.conn, line); err != nil {
		return "", fmt.Errorf("board: %s: %w", line, err)
	}
	said, err := b.lines.ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("board: %s: %w", line, err)
	}
	answer, ok := strings.CutPrefix(strings.TrimSpace(said), "ok")
	if !ok {
		return "", fmt.Errorf("board: %s: it says %s", line, said)
	}
	return strings.TrimSpace(answer), nil
}

// act does lines of which no answer matters.
func (b *Board) act(lines ...string) error {
	for _, l := range lines {
		if _, err := b.Do(l); err != nil {
			return err
		}
	}
	return nil
}

// Tap presses a key and lets it go, with the bounces of a real contact. What becomes of the press Presses says.
func (b *Board) Tap(level hall.Level) error {
	if err := b.act(fmt.Sprintf("bounce %d", level)); err != nil {
		return err
	}
	if err := b.Wait(fingerDown); err != nil {
		return err
	}
	if err := b.act(fmt.Sprintf("unbounce %d", level)); err != nil {
		return err
	}
	return b.Wait(fingerUp)
}

// Wait lets so much of the board's time pass: on a busy machine it is slower than ours. While it has no power none passes,
// and ours has to do.
func (b *Board) Wait(d time.Duration) error {
	from, err := b.read()
	for now := from; err == nil && time.Duration(now.MS-from.MS)*time.Millisecond < d; now, err = b.read() {
		time.Sleep(5 * time.Millisecond)
		if now.Powered == 0 {
			time.Sleep(d)
			return nil
		}
	}
	return err
}

// Plug puts the board's cable into its port, Unplug pulls it out. The board keeps its power.
func (b *Board) Plug() error   { return b.act("plug") }
func (b *Board) Unplug() error { return b.act("unplug") }

// CutPower takes the power after so many of the chip's cycles, in the middle of whatever it does then.
func (b *Board) CutPower(cycles uint32) error { return b.act(fmt.Sprintf("cut %d", cycles)) }

// Power gives the power back, or takes it now.
func (b *Board) Power(on bool) error {
	if on {
		return b.act("on")
	}
	return b.act("off")
}

// Reset pushes the button on the board: the chip begins anew, the power stays.
func (b *Board) Reset() error { return b.act("reset") }

// OpenCase lifts the lid, or closes it.
func (b *Board) OpenCase(open bool) error {
	if open {
		return b.act("open")
	}
	return b.act("close")
}

// SetNoise sets the shares of bytes of which a bit is turned over, and that get lost, both ways.
func (b *Board) SetNoise(flip, drop float64) error {
	return b.act(fmt.Sprintf("noise %.0f %.0f", flip*1e6, drop*1e6))
}

// boardRead is what watch.c writes.
type boardRead struct {
	Powered, Plugged int
	UID              hall.PadUID
	Boot             uint32
	Dropped          uint32
	Sent, Acked      int
	Screen           pad.Screen
	Seconds          int
	Staff            string
	Lit              uint8
	Light            pad.Meaning
	Sounds           int
	Shown            [5]int
	MS               int64
}

func (b *Board) read() (r boardRead, err error) {
	said, err := b.Do("state")
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal([]byte(said), &r); err != nil {
		return r, fmt.Errorf("board: state: %w", err)
	}
	return r, nil
}

// BoardState is what a citizen at the board sees, and what has passed on its line.
type BoardState struct {
	PadState
	Powered, Plugged bool
	Shown            [6]int // by level: how often its key lit up
}

// State returns what the board shows now.
func (b *Board) State() (BoardState, error) {
	r, err := b.read()
	if err != nil {
		return BoardState{}, err
	}
	staff, err := hex.DecodeString(r.Staff)
	s := BoardState{Powered: r.Powered != 0, Plugged: r.Plugged != 0, PadState: PadState{
		Screen: r.Screen, Seconds: r.Seconds, Staff: string(staff), Sounds: r.Sounds,
		Boot: r.Boot, Queued: r.Sent - r.Acked, Dropped: r.Dropped, Acked: r.Acked,
	}}
	copy(s.Shown[1:], r.Shown[:])
	if r.Lit != 0 {
		s.Lit, s.Light = hall.Level(bits.Len8(r.Lit)), r.Light
	}
	return s, err
}

// BoardPress is a press that the board has sent, so that its journal holds it or it was acknowledged.
type BoardPress struct {
	AckedPress
	Acked bool
}

// Presses returns every press the board has sent so far, in the order of their first sending.
func (b *Board) Presses() ([]BoardPress, error) {
	r, err := b.read()
	if err != nil {
		return nil, err
	}
	said, err := b.Do("presses")
	if err != nil {
		return nil, err
	}
	var all []BoardPress
	for _, word := range strings.Fields(said) {
		var p BoardPress
		var answer int
		p.Key.UID = r.UID
		if _, err := fmt.Sscanf(word, "%d:%d:%d:%d", &p.Key.Boot, &p.Key.Seq, &p.Level, &answer); err != nil {
			return nil, fmt.Errorf("board: press %q: %w", word, err)
		}
		p.Acked, p.Light = answer > 0, pad.Meaning(max(0, answer-1))
		all = append(all, p)
	}
	return all, nil
}
