package hub

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"hallpulse/hub/internal/store"
)

// backups copies the database every so often and keeps the newest copies.
type backups struct {
	BackupPlan
	store *store.Store
	now   func() time.Time
	ill   func(bool) // shows on the board that copies fail, or no longer
	log   *slog.Logger
}

// The name of a copy says when it was taken, in UTC: names sort as times do.
const (
	backupPattern = "hub-*.db"
	backupForm    = "hub-20060102T150405Z.db"
)

// run copies until ctx ends. The first copy is due when the newest one is old enough: a hub that is started often makes
// copies too.
func (b *backups) run(ctx context.Context) error {
	if b.Every == 0 {
		b.log.Warn("no backups: backup.every is 0")
		return nil
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(b.due()):
		}
		err := b.take(ctx)
		if ctx.Err() != nil {
			return nil
		}
		b.ill(err != nil)
		if err != nil {
			b.log.Error("backup failed", "folder", b.Dir, "error", err)
			select { // the disk may be full: try again in a while
			case <-ctx.Done():
			case <-time.After(time.Minute):
			}
		}
	}
}

// due returns how long the newest copy is good for.
func (b *backups) due() time.Duration {
	copies, err := backupsIn(b.Dir)
	if err != nil || len(copies) == 0 {
		return 0
	}
	taken, err := time.Parse(backupForm, filepath.Base(copies[len(copies)-1]))
	if err != nil {
		return 0
	}
	return min(taken.Add(b.Every).Sub(b.now()), b.Every) // a copy from the future is no reason to wait for it
}

// take makes one copy and drops what is more than Keep.
func (b *backups) take(ctx context.Context) error {
	if err := os.MkdirAll(b.Dir, 0o700); err != nil {
		return err
	}
	now := b.now()
	file := filepath.Join(b.Dir, now.UTC().Format(backupForm))
	if err := b.store.Backup(ctx, file, now); err != nil {
		return err
	}
	b.log.Info("backup made", "file", file)
	copies, err := backupsIn(b.Dir)
	if err != nil {
		return err
	}
	for _, old := range copies[:max(0, len(copies)-b.Keep)] {
		if err := os.Remove(old); err != nil {
			return err
		}
	}
	return nil
}

// backupsIn lists the copies in a folder, oldest first.
func backupsIn(dir string) ([]string, error) {
	found, err := filepath.Glob(filepath.Join(dir, backupPattern))
	found = slices.DeleteFunc(found, func(f string) bool {
		_, err := time.Parse(backupForm, filepath.Base(f))
		return err != nil
	})
	slices.Sort(found)
	return found, err
}
