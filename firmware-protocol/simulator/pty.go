package simulator

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// pty is a pair of terminals: what is written to one end comes out at the other. The near end has a path that any
// program opens as a serial port; the far end is ours.
type pty struct {
	far  *os.File // non-blocking
	near *os.File // held open, so that the far end outlives each program that opens and closes the near one
}

// openPTY makes a pair in raw mode: every byte passes as it is, none is echoed.
func openPTY() (*pty, error) {
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open pty: %w", err)
	}
	p := &pty{far: os.NewFile(uintptr(fd), "/dev/ptmx")}
	if err := p.openNear(fd); err != nil {
		p.far.Close()
		return nil, fmt.Errorf("open pty: %w", err)
	}
	return p, nil
}

func (p *pty) openNear(far int) error {
	if err := unix.IoctlSetPointerInt(far, unix.TIOCSPTLCK, 0); err != nil {
		return err
	}
	n, err := unix.IoctlGetInt(far, unix.TIOCGPTN)
	if err != nil {
		return err
	}
	p.near, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return err
	}
	if err := makeRaw(int(p.near.Fd())); err != nil {
		return errors.Join(err, p.near.Close())
	}
	return nil
}

// makeRaw does what cfmakeraw(3) does.
func makeRaw(fd int) error {
	t, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return err
	}
	t.Iflag &^= unix.IGNBRK | unix.BRKINT | unix.PARMRK | unix.ISTRIP | unix.INLCR | unix.IGNCR | unix.ICRNL | unix.IXON
	t.Oflag &^= unix.OPOST
	t.Lflag &^= unix.ECHO | unix.ECHONL | unix.ICANON | unix.ISIG | unix.IEXTEN
	t.Cflag = t.Cflag&^(unix.CSIZE|unix.PARENB) | unix.CS8
	t.Cc[unix.VMIN], t.Cc[unix.VTIME] = 1, 0
	return unix.IoctlSetTermios(fd, unix.TCSETS, t)
}

// path is where a program opens the near end.
func (p *pty) path() string { return p.near.Name() }

// rate is what the program at the near end has set the port to, 0 where nobody can tell.
func (p *pty) rate() int {
	t, err := unix.IoctlGetTermios(int(p.near.Fd()), unix.TCGETS2)
	if err != nil {
		return 0
	}
	return int(t.Ospeed)
}

// write hands b to the near end and returns how many bytes it took: none waits for a reader that does not come.
func (p *pty) write(b []byte) (n int) {
	raw, err := p.far.SyscallConn()
	if err != nil {
		return 0
	}
	// A pair that was closed meanwhile takes nothing, like a cable that was pulled out.
	_ = raw.Write(func(fd uintptr) bool {
		for n < len(b) {
			m, err := unix.Write(int(fd), b[n:])
			if err != nil {
				break
			}
			n += m
		}
		return true
	})
	return n
}

// close hangs up: a program at the near end reads the end of file.
func (p *pty) close() {
	p.far.Close()
	p.near.Close()
}
