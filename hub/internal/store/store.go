// Package store keeps the hub's database: the events that intake decided, everything derived from them, and the house
// around them: agents and their keys, accounts, sessions, private boxes. It owns one SQLite file (WAL, synchronous
// FULL, one writer), its migrations, and the proof that the file is what it says: Check, Rebuild, Backup, Restore.
// It holds no rule: what a row means is decided in intake, rating and figures.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"syscall"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver

	"hallpulse/hub/internal/intake"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Names in the data folder.
const (
	fileName = "hub.db"
	lockName = "hub.lock"
)

// ErrRunning is returned where another process holds the database.
var ErrRunning = errors.New("the hub is running: it holds the database")

// Store is the hub's database. It may be used by many goroutines; they write one after another.
type Store struct {
	path    string
	lock    *os.File
	writer  *sql.DB // one connection
	readers *sql.DB
	inserts inserts
}

// readerConns is how many readers work side by side.
const readerConns = 4

// Open opens the database in a data folder, makes it where there is none, and brings it to this version. The folder
// belongs to one process at a time.
func Open(ctx context.Context, dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	lock, err := lockDir(dir)
	if err != nil {
		return nil, err
	}
	s, err := openFile(ctx, filepath.Join(dir, fileName), "synchronous(FULL)")
	if err != nil {
		lock.Close()
		return nil, err
	}
	s.lock = lock
	if err := s.derive(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// derivation counts how what is derived from events is made: another program made it otherwise, and it is made anew.
const derivation = 10

// derive makes all that is derived anew where an older program made it.
func (s *Store) derive(ctx context.Context) error {
	var made int64
	if err := s.writer.QueryRowContext(ctx, `SELECT derivation FROM position WHERE id = 1`).Scan(&made); err != nil {
		return fmt.Errorf("open %s: %w", s.path, err)
	}
	if made == derivation {
		return nil
	}
	return s.Rebuild(ctx)
}

// lockDir takes the folder for this process; the system gives it back when the process ends, however it ends.
func lockDir(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock store: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = ErrRunning
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	return f, nil
}

// openFile opens one database file without taking its folder.
func openFile(ctx context.Context, path, synchronous string) (*Store, error) {
	// What is deleted is overwritten: a text that was erased is in no free page.
	writer, err := connect(path, 1, "journal_mode(WAL)", "secure_delete(ON)", synchronous)
	if err != nil {
		return nil, err
	}
	if err := migrate(ctx, writer); err != nil {
		writer.Close()
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	readers, err := connect(path, readerConns, "query_only(ON)")
	if err != nil {
		writer.Close()
		return nil, err
	}
	return &Store{path: path, writer: writer, readers: readers, inserts: newInserts()}, nil
}

// connect prepares connections to a file; SQLite opens it at the first use.
func connect(path string, conns int, pragmas ...string) (*sql.DB, error) {
	q := url.Values{"_txlock": {"immediate"}, "_pragma": append(pragmas, "busy_timeout(10000)", "foreign_keys(ON)", "cache_size(-65536)")}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}).String())
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db, nil
}

func migrate(ctx context.Context, db *sql.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files)
	if err != nil {
		return err
	}
	_, err = p.Up(ctx)
	return err
}

// Close gives the folder back.
func (s *Store) Close() error {
	err := errors.Join(s.readers.Close(), s.writer.Close())
	if s.lock != nil {
		err = errors.Join(err, s.lock.Close())
	}
	return err
}

// Update implements intake.Store. Its statements cannot be cancelled: on SQLite a cancelled one would end the
// transaction and let what follows run outside of it.
func (s *Store) Update(fn func(intake.Tx) error) error {
	return s.write(context.Background(), func(tx *sql.Tx) error {
		return fn(transaction{tx, &s.inserts})
	})
}

// write runs fn in one transaction of the writer.
func (s *Store) write(ctx context.Context, fn func(*sql.Tx) error) error {
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer tx.Rollback() // after a commit it does nothing; it also serves a panic in fn
	if err := fn(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// transaction is one transaction as intake sees it.
type transaction struct {
	tx      *sql.Tx
	inserts *inserts
}
