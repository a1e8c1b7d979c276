package outbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// DiskState says what a volume as full as this one still takes (design §5).
type DiskState string

// The states of the disk, and from how many per cent of use they hold.
const (
	DiskOK     DiskState = "ok"
	DiskWarn   DiskState = "warn"   // 70
	DiskAlarm  DiskState = "alarm"  // 90: settled history goes where it makes room
	DiskRefuse DiskState = "refuse" // 95: ratings alone are taken
	DiskSealed DiskState = "sealed" // full, ballast included: nothing is taken
)

func (s DiskState) refuses() bool { return s == DiskRefuse || s == DiskSealed }

// Disk is the volume of the store. The ballast counts as used even where it has been given up: room for ratings is not
// room for others.
type Disk struct {
	UsedPercent int
	State       DiskState
}

// volume is how many bytes a volume has, how many are taken, and how many this program may take.
type volume struct{ size, used, avail int64 }

func statVolume(dir string) (volume, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return volume{}, fmt.Errorf("volume of %s: %w", dir, err)
	}
	block := int64(s.Bsize)
	return volume{
		size:  int64(s.Blocks) * block,
		used:  int64(s.Blocks-s.Bfree) * block,
		avail: int64(s.Bavail) * block,
	}, nil
}

// percent is what df shows, rounded up, with missing more bytes taken.
func (v volume) percent(missing int64) int {
	avail := max(0, v.avail-missing)
	used := v.used + v.avail - avail
	if used+avail <= 0 {
		return 100
	}
	return int((used*100 + used + avail - 1) / (used + avail))
}

// Disk tells how full the volume of the store is. One that cannot be asked is reported as in order: a commit will say
// what is wrong.
func (o *Outbox) Disk() Disk {
	v, err := o.volume()
	if err != nil {
		return Disk{State: DiskOK}
	}
	d := Disk{UsedPercent: v.percent(o.missingBallast()), State: DiskOK}
	switch {
	case o.sealedNow():
		d.State = DiskSealed
	case d.UsedPercent >= 95:
		d.State = DiskRefuse
	case d.UsedPercent >= 90:
		d.State = DiskAlarm
	case d.UsedPercent >= 70:
		d.State = DiskWarn
	}
	return d
}

// errNoRoom is what a sealed store answers without trying.
var errNoRoom = errors.New("no room on the volume")

// minRoom is less than what a commit of a few presses may need.
const minRoom = 256 << 10

// outOfSpace reports whether err comes of a full volume. bbolt does not wrap every error it meets, so the volume is
// asked as well.
func (o *Outbox) outOfSpace(err error) bool {
	if err == nil || errors.Is(err, ErrBroken) {
		return false
	}
	for _, full := range []error{errNoRoom, unix.ENOSPC, unix.EDQUOT, unix.EFBIG} {
		if errors.Is(err, full) {
			return true
		}
	}
	v, verr := o.volume()
	return verr == nil && v.avail < minRoom
}

// seal remembers whether the last rating found room.
func (o *Outbox) seal(full bool) {
	o.mu.Lock()
	before := o.sealed
	o.sealed = full
	o.mu.Unlock()
	if full && !before {
		o.log.Error("disk full, ballast included: nothing is taken any more; make room", "dir", o.opt.Dir)
	}
}

// sealedNow reports whether another attempt would fail as the last one did. Room on the volume opens the store again.
func (o *Outbox) sealedNow() bool {
	o.mu.Lock()
	sealed := o.sealed
	o.mu.Unlock()
	if !sealed {
		return false
	}
	v, err := o.volume()
	return err == nil && v.avail < minRoom
}

// missingBallast is how much of the ballast does not lie on the volume.
func (o *Outbox) missingBallast() int64 {
	info, err := os.Stat(filepath.Join(o.opt.Dir, fileBallast))
	if err != nil {
		return o.opt.Ballast
	}
	return max(0, o.opt.Ballast-info.Size())
}

// giveUpBallast makes room for ratings. It is false where there is none left.
func (o *Outbox) giveUpBallast() bool {
	err := os.Remove(filepath.Join(o.opt.Dir, fileBallast))
	if err != nil {
		return false
	}
	o.log.Error("disk full: the ballast is given up for ratings; make room", "dir", o.opt.Dir)
	return syncDir(o.opt.Dir) == nil
}

// layBallast takes room while there is plenty, so that it can be given up later. A volume that would be over 90 % full
// with it stays without; Disk counts it as taken all the same.
func (o *Outbox) layBallast() error {
	missing := o.missingBallast()
	if missing == 0 {
		return nil
	}
	if v, err := o.volume(); err != nil || v.percent(missing) >= 90 {
		return err
	}
	path := filepath.Join(o.opt.Dir, fileBallast)
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("lay ballast: %w", err)
	}
	err = unix.Fallocate(int(f.Fd()), 0, 0, o.opt.Ballast)
	if errors.Is(err, unix.EOPNOTSUPP) {
		err = fillFile(f, o.opt.Ballast)
	}
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("lay ballast: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return syncDir(o.opt.Dir)
}

// fillFile writes n zeros, for volumes that cannot allocate without writing.
func fillFile(f *os.File, n int64) error {
	zeros := make([]byte, 64<<10)
	for n > 0 {
		w, err := f.Write(zeros[:min(n, int64(len(zeros)))])
		if err != nil {
			return err
		}
		n -= int64(w)
	}
	return nil
}
