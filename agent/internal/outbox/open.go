package outbox

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
	"golang.org/x/sys/unix"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// The files of the folder.
const (
	fileStore   = "hall.db"
	fileMarks   = "marks"
	fileBallast = "ballast"
	fileLock    = "lock"
)

// lockWait bounds the wait for bbolt's own lock, which our lock file has already won.
const lockWait = 2 * time.Second

// errTorn: the file is no store, or one that cannot be walked to its end.
var errTorn = errors.New("the store is torn")

// beginning is what Open found out about the current epoch.
type beginning struct {
	epoch  string
	cause  hall.EpochCause
	before *hall.EpochEnd
	fresh  bool
}

// Open locks the folder and opens the store in it, or begins one. A store that is behind its marks begins a new epoch.
// A torn one is set aside as hall.db.torn-<time>, and a new one begins with cause torn: Began says so, and a person must
// look. Run must be called before Commit returns.
func Open(opt Options) (*Outbox, error) {
	if !uplink.ValidAgent(opt.Agent) || opt.Stamp == nil {
		return nil, fmt.Errorf("open outbox: agent %q and Stamp are needed", opt.Agent)
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Keep == 0 {
		opt.Keep = DefaultKeep
	}
	if opt.Log == nil {
		opt.Log = slog.Default()
	}
	if err := os.MkdirAll(opt.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("open outbox: %w", err)
	}
	lock, err := lockDir(opt.Dir, unix.LOCK_EX)
	if err != nil {
		return nil, fmt.Errorf("open outbox: %w", err)
	}
	o := &Outbox{
		opt: opt, log: opt.Log, lock: lock,
		volume: func() (volume, error) { return statVolume(opt.Dir) },
		jobs:   make(chan *job), ended: make(chan struct{}), changed: make(chan struct{}, 1),
	}
	if err := o.open(); err != nil {
		if o.db != nil {
			err = errors.Join(err, o.db.Close())
		}
		return nil, fmt.Errorf("open outbox %s: %w", opt.Dir, errors.Join(err, lock.Close()))
	}
	return o, nil
}

// Began returns the current epoch as Open found or began it, why it began and what was before it. fresh says that
// nothing has been told in it yet: its first event must name what was before.
func (o *Outbox) Began() (epoch string, cause hall.EpochCause, before *hall.EpochEnd, fresh bool) {
	return o.began.epoch, o.began.cause, o.began.before, o.began.fresh
}

// lockDir takes the lock of a folder; closing the file gives it back.
func lockDir(dir string, how int) (*os.File, error) {
	create := 0
	if how == unix.LOCK_EX {
		create = os.O_CREATE
	}
	f, err := os.OpenFile(filepath.Join(dir, fileLock), os.O_RDONLY|create, 0o600)
	if errors.Is(err, fs.ErrNotExist) && create == 0 { // a copy of a store: nobody runs it
		f, err = os.Open(dir)
	}
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), how|unix.LOCK_NB); err != nil {
		if errors.Is(err, unix.EWOULDBLOCK) {
			err = ErrHeld
		}
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func (o *Outbox) open() error {
	found, err := readMarks(o.opt.Dir)
	switch {
	case errors.Is(err, errMarks):
		o.log.Error("the marks are damaged and are taken for lost", "err", err)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	hasMarks := err == nil
	if hasMarks && found.Agent != o.opt.Agent {
		return fmt.Errorf("%w: %s", ErrOtherAgent, found.Agent)
	}
	torn, err := o.openStore()
	if err != nil {
		return err
	}
	o.marks = found
	err = o.begin(hasMarks, torn)
	if o.outOfSpace(err) && o.giveUpBallast() {
		err = o.begin(hasMarks, torn)
	}
	return err
}

// begin brings the store to where events can be told: in the epoch it was in, or in a new one where the store is new or
// cannot be shown to be the last one there was.
func (o *Outbox) begin(hasMarks, torn bool) error {
	if err := o.load(); err != nil {
		return err
	}
	all := o.copyEpochs()
	if cause, before, begins := o.judge(all, hasMarks, torn); begins {
		e := newEpoch(o.opt.Agent, newEpochName(), all, cause, before)
		err := o.write(func(tx *bbolt.Tx) error { return errors.Join(e.create(tx), skipNumbers(tx, o.marks)) })
		if err != nil {
			return fmt.Errorf("begin epoch: %w", err)
		}
		o.show(append(all, e))
	}
	e := o.head()
	o.began = beginning{e.Name, e.Cause, e.Before, e.last == 0}
	if want := e.last + markStep; e.Reserved < want { // each start reserves anew: an older copy then shows itself
		e.Reserved = want
		if err := o.saveHead(e); err != nil {
			return err
		}
	}
	return o.keepMarks()
}

// openStore opens hall.db. One that is torn is set aside first.
func (o *Outbox) openStore() (torn bool, err error) {
	path := filepath.Join(o.opt.Dir, fileStore)
	err = sound(path)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		o.db, err = openRW(path)
	}
	if errors.Is(err, errTorn) {
		torn = true
		aside := path + ".torn-" + o.opt.Now().UTC().Format("20060102T150405.000Z")
		o.log.Error("the store is torn: it is set aside and a new one begun", "aside", aside, "err", err)
		if err := os.Rename(path, aside); err != nil {
			return torn, err
		}
		o.db, err = openRW(path)
	}
	if err != nil {
		return torn, err
	}
	o.update = o.db.Update
	return torn, syncDir(o.opt.Dir)
}

// openRW opens or creates the file for writing.
func openRW(path string) (db *bbolt.DB, err error) {
	err = reading(func() error {
		db, err = bbolt.Open(path, 0o600, &bbolt.Options{
			Timeout:        lockWait,
			FreelistType:   bbolt.FreelistMapType,
			NoFreelistSync: true, // rewritten at each commit otherwise
		})
		return err
	})
	return db, err
}

// openRO opens the file for reading.
func openRO(path string) (db *bbolt.DB, err error) {
	if info, err := os.Stat(path); err != nil {
		return nil, err
	} else if n := info.Size(); n == 0 { // created, and nothing ever written
		return nil, fs.ErrNotExist
	} else if n < int64(2*os.Getpagesize()) {
		return nil, fmt.Errorf("%w: %d bytes", errTorn, n)
	}
	err = reading(func() error {
		db, err = bbolt.Open(path, 0o600, &bbolt.Options{Timeout: lockWait, ReadOnly: true})
		return err
	})
	return db, err
}

// reading calls fn and tells a torn file by what bbolt makes of it.
func reading(fn func() error) error {
	err := guarded(fn)
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return ErrHeld
	case errors.Is(err, ErrBroken), errors.Is(err, berrors.ErrInvalid),
		errors.Is(err, berrors.ErrChecksum), errors.Is(err, berrors.ErrVersionMismatch):
		return fmt.Errorf("%w: %w", errTorn, err)
	}
	return err
}

// sound walks the whole tree in this goroutine. bbolt walks it too when it opens a file for writing, but in a goroutine
// of its own, where a damaged page would end the program at every start.
func sound(path string) error {
	db, err := openRO(path)
	if err != nil {
		return err
	}
	err = reading(func() error {
		return db.View(func(tx *bbolt.Tx) error {
			if err := tx.ForEach(func(_ []byte, b *bbolt.Bucket) error { return walk(b) }); err != nil {
				return err
			}
			_, err := readEpochs(tx)
			return err
		})
	})
	return errors.Join(err, db.Close())
}

// walk touches every key and value of a bucket to its last byte.
func walk(b *bbolt.Bucket) error {
	var sum byte
	return b.ForEach(func(k, v []byte) error {
		for _, bytes := range [][]byte{k, v} {
			if n := len(bytes); n > 0 {
				sum ^= bytes[0] ^ bytes[n-1]
			}
		}
		if sub := b.Bucket(k); v == nil && sub != nil {
			return walk(sub)
		}
		return nil
	})
}

// load reads the epochs, and ends a move that a crash cut short.
func (o *Outbox) load() error {
	err := o.write(func(tx *bbolt.Tx) error {
		about, err := tx.CreateBucketIfNotExists([]byte(bucketAbout))
		if err != nil {
			return err
		}
		if own := about.Get([]byte(keyAgent)); own == nil {
			err = about.Put([]byte(keyAgent), []byte(o.opt.Agent))
		} else if string(own) != o.opt.Agent {
			err = fmt.Errorf("%w: %s", ErrOtherAgent, own)
		}
		if err != nil {
			return err
		}
		if _, err = tx.CreateBucketIfNotExists([]byte(bucketEpochs)); err != nil {
			return err
		}
		o.epochs, err = readEpochs(tx)
		return err
	})
	if err != nil || len(o.epochs) == 0 {
		return err
	}
	return o.moveAll()
}

// judge decides whether a new epoch must begin, why, and what it says was before.
func (o *Outbox) judge(all []epoch, hasMarks, torn bool) (cause hall.EpochCause, before *hall.EpochEnd, begins bool) {
	if hasMarks {
		before = o.marks.ended()
	}
	if len(all) == 0 {
		switch {
		case torn:
			return hall.EpochTorn, before, true
		case hasMarks:
			return hall.EpochBehind, before, true
		}
		return hall.EpochFirst, nil, true
	}
	e := all[len(all)-1]
	own := &hall.EpochEnd{Epoch: e.Name, Last: e.last}
	switch {
	case !hasMarks: // nothing shows that this store is the last one, unless nothing was told in it
		return hall.EpochBehind, own, e.last > 0
	case o.marks.Epoch == e.Name:
		return hall.EpochBehind, own, e.Reserved < o.marks.Seq
	case e.Before != nil && e.Before.Epoch == o.marks.Epoch: // a crash before the marks followed
		return e.Cause, nil, false
	}
	return hall.EpochBehind, before, true
}
