package outbox

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// How far the marks run ahead of the store (design §5). No commit has more events than markStep, so that the last
// event that is known to have been numbered is always Seq − markStep.
const (
	markStep    = 1000
	numberBlock = 100
	numberDays  = 21 // days for which number blocks are remembered: people book up to hall.MostDaysAhead
)

// Numbers is the bucket of state in which the last paper number of each day and letter lies. Write it with NumberPut.
const Numbers = "numbers"

// marks lie beside the store in a file of their own, so that a store that was put back or lost is noticed, and no paper
// number of a day is given twice. The file is two lines: JSON, and the hex SHA-256 of the first line.
type marks struct {
	V       int            `json:"v"`
	Agent   string         `json:"agent"`
	Epoch   string         `json:"epoch"`
	Seq     uint64         `json:"seq"`     // no event beyond it was numbered
	Numbers map[string]int `json:"numbers"` // 2006-01-02/A → no number beyond it was given
}

// ended says of an epoch that the store does not have what the marks know: where it must have ended at the earliest.
func (m marks) ended() *hall.EpochEnd {
	return &hall.EpochEnd{Epoch: m.Epoch, Last: m.Seq - min(m.Seq, markStep)}
}

// errMarks: there is a file, and it is not what was written.
var errMarks = errors.New("the marks cannot be read")

// readMarks reads the marks of a folder. None is fs.ErrNotExist, damaged ones are errMarks.
func readMarks(dir string) (marks, error) {
	var m marks
	data, err := os.ReadFile(filepath.Join(dir, fileMarks))
	if err != nil {
		return m, err
	}
	line, sum, _ := bytes.Cut(data, []byte{'\n'})
	want := sha256.Sum256(line)
	if string(bytes.TrimSpace(sum)) != hex.EncodeToString(want[:]) {
		return m, fmt.Errorf("%w: checksum", errMarks)
	}
	if err := json.Unmarshal(line, &m); err != nil || m.V != 1 || !uplink.ValidEpoch(m.Epoch) {
		return m, fmt.Errorf("%w: %q", errMarks, line)
	}
	return m, nil
}

// write replaces the file. When it returns nil the new marks survive a power cut; else the old ones stand.
func (m marks) write(dir string) error {
	line, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("marks: %w", err)
	}
	sum := sha256.Sum256(line)
	return replaceFile(filepath.Join(dir, fileMarks), fmt.Appendf(line, "\n%x\n", sum))
}

// replaceFile puts data in the place of path: written, synced, renamed, and the rename synced.
func replaceFile(path string, data []byte) error {
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes what was created, renamed and removed in dir durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// keepMarks writes the marks where they are behind what the store has reserved.
func (o *Outbox) keepMarks() error {
	e := o.head()
	if o.marks.Epoch == e.Name && o.marks.Seq == e.Reserved {
		return nil
	}
	m := o.marks
	m.V, m.Agent, m.Epoch, m.Seq = 1, o.opt.Agent, e.Name, e.Reserved
	if err := m.write(o.opt.Dir); err != nil {
		return fmt.Errorf("write marks: %w", err)
	}
	o.marks = m
	return nil
}

// reserve lets the next n events be numbered. The store says so before the marks do: after a crash between the two the
// store is ahead of its marks, never behind them.
func (o *Outbox) reserve(n int) error {
	if e := o.head(); e.last+uint64(n) > e.Reserved {
		e.Reserved = e.last + markStep
		if err := o.saveHead(e); err != nil {
			return err
		}
	}
	return o.keepMarks()
}

// saveHead stores and shows a changed record of the current epoch.
func (o *Outbox) saveHead(e epoch) error {
	if err := o.write(e.save); err != nil {
		return err
	}
	all := o.copyEpochs()
	all[len(all)-1] = e
	o.show(all)
	return nil
}

// Number returns the paper number that comes next for a letter on a business day, from 1. It is given away by a commit
// that holds its NumberPut; until then the same one is returned. A lost or put-back store jumps ahead, never back.
func (o *Outbox) Number(day hall.Day, letter string) (n int, err error) {
	err = o.do(func() error {
		err := o.view(func(tx *bbolt.Tx) error {
			n = givenNumber(tx, day, letter) + 1
			return nil
		})
		if err != nil || n <= o.marks.Numbers[numberMark(day, letter)] {
			return err
		}
		m := o.marks
		m.Numbers = maps.Clone(m.Numbers)
		if m.Numbers == nil {
			m.Numbers = map[string]int{}
		}
		oldest := numberMark(day-numberDays, "")
		maps.DeleteFunc(m.Numbers, func(k string, _ int) bool { return k < oldest })
		m.Numbers[numberMark(day, letter)] = n + numberBlock - 1
		if err := m.write(o.opt.Dir); o.outOfSpace(err) {
			return fmt.Errorf("%w: %w", ErrDiskRefuse, err)
		} else if err != nil {
			return fmt.Errorf("write marks: %w", err)
		}
		o.marks = m
		return nil
	})
	return n, err
}

// NumberPut is the change that gives a number away. Commit it with the ticket that bears it.
func NumberPut(day hall.Day, letter string, n int) Put {
	return Put{Bucket: Numbers, Key: []byte(numberMark(day, letter)), Value: binary.BigEndian.AppendUint32(nil, uint32(n))}
}

func numberMark(day hall.Day, letter string) string { return day.String() + "/" + letter }

func givenNumber(tx *bbolt.Tx, day hall.Day, letter string) int {
	b := tx.Bucket(stateBucket(Numbers))
	if b == nil {
		return 0
	}
	if v := b.Get([]byte(numberMark(day, letter))); len(v) == 4 {
		return int(binary.BigEndian.Uint32(v))
	}
	return 0
}

// skipNumbers gives away all numbers that may have been printed by a store that is gone.
func skipNumbers(tx *bbolt.Tx, m marks) error {
	if len(m.Numbers) == 0 {
		return nil
	}
	b, err := tx.CreateBucketIfNotExists(stateBucket(Numbers))
	if err != nil {
		return err
	}
	for mark, upTo := range m.Numbers {
		if err := b.Put([]byte(mark), binary.BigEndian.AppendUint32(nil, uint32(upTo))); err != nil {
			return err
		}
	}
	return nil
}
