package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"hallpulse/hub/internal/intake"
)

// Backup copies the database to a file while the hub runs. The file is there when it has been checked and is on disk,
// else not at all; one that was there before is replaced then.
func (s *Store) Backup(ctx context.Context, file string, now time.Time) error {
	part := file + ".part"
	if err := removeAll(part, part+"-wal", part+"-shm", part+"-journal"); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	err := s.copyTo(ctx, part, now)
	if err == nil {
		err = keep(part, file)
	}
	if err != nil {
		os.Remove(part)
		return fmt.Errorf("backup to %s: %w", file, err)
	}
	return nil
}

func (s *Store) copyTo(ctx context.Context, part string, now time.Time) error {
	if err := s.vacuumInto(ctx, part); err != nil {
		return err
	}
	db, err := connect(part, 1, "synchronous(FULL)")
	if err != nil {
		return err
	}
	defer db.Close()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := remember(tx, momentCopied, now); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	return errors.Join(sound(ctx, db), db.Close())
}

// vacuumInto writes one moment of the database to a file. It reads by a connection of its own: neither writer nor
// readers wait for it.
func (s *Store) vacuumInto(ctx context.Context, file string) error {
	db, err := connect(s.path, 1)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, `VACUUM INTO $1`, file)
	return err
}

// ErrUnsound is returned for a file that is no whole database of a hub.
var ErrUnsound = errors.New("the file is not a whole database of a hub")

// sound checks a database quickly: its structure, and that every head has its events.
func sound(ctx context.Context, db *sql.DB) error {
	var said string
	if err := db.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&said); err != nil || said != "ok" {
		return errors.Join(ErrUnsound, err)
	}
	var pos, events, wrong int64
	err := db.QueryRowContext(ctx, `SELECT (SELECT pos FROM position WHERE id = 1), (SELECT COUNT(*) FROM events),
		(SELECT COUNT(*) FROM epochs h LEFT JOIN events e ON e.agent_id = h.agent_id AND e.epoch = h.epoch AND e.seq = h.last
			WHERE h.last > 0 AND (e.chain IS NULL OR e.chain <> h.chain))`).Scan(&pos, &events, &wrong)
	if err != nil {
		return errors.Join(ErrUnsound, err)
	}
	if pos != events || wrong > 0 {
		return fmt.Errorf("%w: %d events at position %d, %d heads without their event", ErrUnsound, events, pos, wrong)
	}
	return nil
}

// keep makes a finished file durable under its name.
func keep(part, file string) error {
	f, err := os.OpenFile(part, os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Chmod(0o600), f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(part, file); err != nil {
		return err
	}
	return syncDir(filepath.Dir(file))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func removeAll(files ...string) error {
	for _, f := range files {
		if err := os.Remove(f); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Restore puts a backup in the place of the database in dir, which no hub may hold. What only the hub heard after the
// copy was taken is lost: the first event of a new epoch of the hub's stream says so, and a finding. The old database
// is set aside, not deleted; its name is returned, empty where there was none.
func Restore(ctx context.Context, file, dir string, now time.Time) (aside string, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("restore %s: %w", file, err)
		}
	}()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	lock, err := lockDir(dir)
	if err != nil {
		return "", err
	}
	defer lock.Close()
	part := filepath.Join(dir, fileName+".restoring")
	if err := removeAll(part, part+"-wal", part+"-shm", part+"-journal"); err != nil {
		return "", err
	}
	if err := copyFile(file, part); err != nil {
		return "", err
	}
	if err := tellRestore(ctx, part, now); err != nil {
		return "", err
	}
	path := filepath.Join(dir, fileName)
	if aside, err = setAside(ctx, path, now); err != nil {
		return "", err
	}
	return aside, keep(part, path)
}

// tellRestore checks a copy and adds what a restore says of itself.
func tellRestore(ctx context.Context, path string, now time.Time) error {
	s, err := openFile(ctx, path, "synchronous(FULL)")
	if err != nil {
		return errors.Join(ErrUnsound, err)
	}
	defer s.Close()
	if err := sound(ctx, s.writer); err != nil {
		return err
	}
	copied, err := remembered(ctx, s.writer, momentCopied)
	if err != nil {
		return err
	}
	if copied.IsZero() { // not made by Backup: it knows what it heard last
		err := s.writer.QueryRowContext(ctx, `SELECT MAX(arrived_ms) FROM events`).Scan(moment{&copied})
		if err != nil {
			return err
		}
	}
	in := intake.New(intake.Options{Store: s, Now: func() time.Time { return now }})
	return errors.Join(in.Restored(copied, now), s.Close())
}

// setAside gives the database at path another name.
func setAside(ctx context.Context, path string, now time.Time) (string, error) {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	// The last to close a database takes its log into the file. One that cannot be opened keeps its log beside it.
	if db, err := connect(path, 1, "synchronous(FULL)"); err == nil {
		db.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
		db.Close()
	}
	aside := path + ".before-" + now.UTC().Format("20060102T150405")
	for _, end := range []string{"", "-wal", "-shm"} {
		if err := os.Rename(path+end, aside+end); err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
	}
	return aside, nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}
