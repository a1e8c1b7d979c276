package outbox

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"hallpulse/firmware-protocol/hall"
)

const (
	pruneStep = 500      // events a transaction prunes
	roomInDB  = 16 << 20 // free pages that a nearly full volume wants inside the file
)

// calendar counts the days on which something was settled. History is kept by days lived as well as by the clock: a clock that
// jumps a year ahead makes nothing old.
type calendar struct {
	Lived int      `json:"lived"`
	Day   hall.Day `json:"day"`
}

// readCalendar returns the calendar with today in it.
func readCalendar(tx *bbolt.Tx, now time.Time) (calendar, error) {
	var c calendar
	if v := tx.Bucket([]byte(bucketAbout)).Get([]byte(keyCalendar)); v != nil {
		if err := json.Unmarshal(v, &c); err != nil {
			return c, fmt.Errorf("%w: calendar: %w", ErrBroken, err)
		}
	}
	if day := hall.DayOf(now); day != c.Day {
		c.Lived, c.Day = c.Lived+1, day
	}
	return c, nil
}

func (c calendar) save(tx *bbolt.Tx) error {
	v, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("calendar: %w", err)
	}
	return tx.Bucket([]byte(bucketAbout)).Put([]byte(keyCalendar), v)
}

// settle moves the settled end of an epoch to n, in either direction, and remembers on which day.
func (e *epoch) settle(n uint64, c calendar) {
	e.Days = slices.Clone(e.Days)
	e.Settled = n
	for i := range e.Days {
		e.Days[i].Through = min(e.Days[i].Through, n)
	}
	if last := len(e.Days) - 1; last >= 0 && e.Days[last].Lived == c.Lived {
		e.Days[last].Through = n
	} else {
		e.Days = append(e.Days, settledDay{Lived: c.Lived, Day: c.Day, Through: n})
	}
}

// old returns the last event of an epoch that need not be kept any longer.
func (e epoch) old(c calendar, keep time.Duration) uint64 {
	days := int(keep / (24 * time.Hour))
	var n uint64
	for _, d := range e.Days {
		if c.Lived-d.Lived > days && int(c.Day-d.Day) > days {
			n = d.Through
		}
	}
	return n
}

// tend does a small piece of housekeeping and reports whether there is more to do.
func (o *Outbox) tend() (more bool) {
	more, err := o.prune()
	if err != nil {
		o.log.Error("settled history cannot be pruned", "err", err)
	}
	if err := o.layBallast(); err != nil {
		o.log.Warn("the ballast cannot be laid", "err", err)
	}
	return more && err == nil
}

// prune takes the oldest settled events off the disk, a small transaction at a time: those kept long enough and, on a
// volume over 90 % full, as many as make room inside the file. Freed pages stay in the file and are used first.
func (o *Outbox) prune() (more bool, err error) {
	if err := o.finishMove(); err != nil { // an epoch that is being told again looks settled
		return false, err
	}
	tight := o.Disk().UsedPercent >= 90 && o.freeInDB() < roomInDB
	all := o.copyEpochs()
	var cal calendar
	err = o.view(func(tx *bbolt.Tx) error {
		cal, err = readCalendar(tx, o.opt.Now())
		return err
	})
	if err != nil {
		return false, err
	}
	for i := range all {
		e := &all[i]
		upTo := e.old(cal, o.opt.Keep)
		if tight {
			upTo = e.Settled
		}
		over := i < len(all)-1 && e.Settled == e.last && (e.Base == e.last || upTo >= e.last)
		if upTo <= e.Base && !over {
			continue
		}
		upTo = min(upTo, e.Base+pruneStep)
		over = over && (e.Base == e.last || upTo >= e.last)
		err := o.write(func(tx *bbolt.Tx) error {
			if err := cal.save(tx); err != nil {
				return err
			}
			if over {
				return e.remove(tx)
			}
			return e.cut(tx, upTo)
		})
		if err != nil {
			return false, err
		}
		if over {
			all = slices.Delete(all, i, i+1)
		}
		o.show(all)
		return true, nil
	}
	return false, nil
}

// cut removes the events through n. The chain there becomes the base.
func (e *epoch) cut(tx *bbolt.Tx, n uint64) error {
	b := tx.Bucket(eventBucket(e.Name))
	c := b.Cursor()
	for k, v := c.First(); k != nil && binary.BigEndian.Uint64(k) <= n; k, v = c.First() {
		e.Base = binary.BigEndian.Uint64(k)
		copy(e.BaseChain[:], v)
		if err := errors.Join(dropBox(tx, e.Name, k), b.Delete(k)); err != nil {
			return err
		}
	}
	e.Days = slices.DeleteFunc(slices.Clone(e.Days), func(d settledDay) bool { return d.Through <= e.Base })
	return e.save(tx)
}

// remove forgets an epoch that has ended, is settled and old.
func (e *epoch) remove(tx *bbolt.Tx) error {
	if err := tx.DeleteBucket(eventBucket(e.Name)); err != nil {
		return err
	}
	if err := tx.DeleteBucket(boxBucket(e.Name)); err != nil && !errors.Is(err, berrors.ErrBucketNotFound) {
		return err
	}
	return tx.Bucket([]byte(bucketEpochs)).Delete(seqKey(e.order))
}

// freeInDB is how many bytes of the file hold nothing.
func (o *Outbox) freeInDB() int64 {
	s := o.db.Stats()
	return int64(s.FreePageN+s.PendingPageN) * int64(os.Getpagesize())
}
