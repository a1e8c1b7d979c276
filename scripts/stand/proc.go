package stand

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// Proc is one of the shipped programs, started, stopped and killed as an operator would. It is used by one goroutine.
type Proc struct {
	Path string   // of the program
	Args []string // of its run command
	Log  string   // file that its output is appended to

	cmd  *exec.Cmd
	done chan struct{}
	err  error // valid once done is closed
}

// Start starts the program; ready is asked until it answers or the program ends.
func (p *Proc) Start(ctx context.Context, ready func(context.Context) error) error {
	if p.Running() {
		return fmt.Errorf("%s runs already", filepath.Base(p.Path))
	}
	log, err := os.OpenFile(p.Log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(p.Path, p.Args...)
	cmd.Stdout, cmd.Stderr = log, log
	// A terminal's Ctrl-C goes to the stand, which stops its programs in order. Pdeathsig leaves none behind.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", p.Path, err)
	}
	done := make(chan struct{})
	p.cmd, p.done = cmd, done
	go func() {
		p.err = cmd.Wait()
		close(done)
	}()
	return p.await(ctx, ready)
}

func (p *Proc) await(ctx context.Context, ready func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	for {
		err := ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.done:
			return fmt.Errorf("%s ended at start (%v):\n%s", filepath.Base(p.Path), p.err, p.Tail())
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("%s is not ready: %w\n%s", filepath.Base(p.Path), err, p.Tail()), p.Kill())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Running reports whether the program has been started and has not ended.
func (p *Proc) Running() bool {
	if p.done == nil {
		return false
	}
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// Stop asks the program to end and waits until it has. It must end cleanly.
func (p *Proc) Stop() error {
	if !p.Running() {
		return nil
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-p.done:
		if p.err != nil {
			return fmt.Errorf("%s ended with %w:\n%s", filepath.Base(p.Path), p.err, p.Tail())
		}
		return nil
	case <-time.After(30 * time.Second):
		return errors.Join(fmt.Errorf("%s did not end within 30 s:\n%s", filepath.Base(p.Path), p.Tail()), p.Kill())
	}
}

// Kill ends the program as a power cut would and waits until it is gone.
func (p *Proc) Kill() error {
	if !p.Running() {
		return nil
	}
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	<-p.done
	return nil
}

// Done is closed when the started program has ended.
func (p *Proc) Done() <-chan struct{} { return p.done }

// PID is the process id of the started program.
func (p *Proc) PID() int { return p.cmd.Process.Pid }

// Tail returns the last lines of the program's log.
func (p *Proc) Tail() string {
	b, err := os.ReadFile(p.Log)
	if err != nil {
		return err.Error()
	}
	lines := bytes.Split(bytes.TrimSpace(b), []byte{'\n'})
	return string(bytes.Join(lines[max(0, len(lines)-15):], []byte{'\n'}))
}

// command runs a subcommand to its end; stdin may be empty.
func command(ctx context.Context, path, stdin string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Stdin = bytes.NewBufferString(stdin)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return out.String(), fmt.Errorf("%s %v: %w\n%s%s", filepath.Base(path), args, err, out.String(), errs.String())
	}
	return out.String(), nil
}

// FreePort returns a loopback address that nobody listens on, below those from which the system calls out: one of these could be
// taken before its program begins.
func FreePort() (string, error) {
	var taken error
	for range 100 {
		addr := fmt.Sprintf("127.0.0.1:%d", 10_000+rand.IntN(22_000))
		l, err := net.Listen("tcp", addr)
		if err == nil {
			return addr, l.Close()
		}
		taken = err
	}
	return "", taken
}

// dialable reports whether somebody listens on addr.
func dialable(addr string) func(context.Context) error {
	return func(ctx context.Context) error {
		c, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
		if err != nil {
			return err
		}
		return c.Close()
	}
}
