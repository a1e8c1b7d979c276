package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// The folders of a Folder. Messages go from out to taken by the hand of whoever carries them; reports and replies come into
// in, and what of them cannot be read goes to bad.
const (
	folderOut   = "out"
	folderTaken = "taken"
	folderIn    = "in"
	folderBad   = "bad"
	folderNew   = "new" // what is being written
)

// Folder is a provider that takes messages as files. Whoever carries them moves a file from out to taken, in one rename,
// before it sends: a message that lies in one of the two is never written again.
type Folder struct {
	Dir string
	Log *slog.Logger
}

// OpenFolder makes the folders. Their files hold numbers: they are for this user alone.
func OpenFolder(dir string, log *slog.Logger) (*Folder, error) {
	for _, name := range []string{folderNew, folderOut, folderTaken, folderIn, folderBad} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			return nil, fmt.Errorf("sms folder: %w", err)
		}
	}
	return &Folder{dir, log}, nil
}

// Idempotent reports that a message is written once, however often it is sent.
func (f *Folder) Idempotent() bool { return true }

// Send writes a message whole or not at all. When it returns nil the file survives a power cut.
func (f *Folder) Send(_ context.Context, out Outgoing) (receipt string, err error) {
	if !isID(out.ID, 2*maxID) {
		return "", Failure{hall.MessageRefused, fmt.Errorf("no file can have this name")}
	}
	name := strings.ReplaceAll(out.ID, ":", "+") + ".json" // no id holds a +
	for _, at := range []string{folderOut, folderTaken} {  // in the order in which it moves
		_, err := os.Lstat(filepath.Join(f.Dir, at, name))
		if err == nil {
			return "", nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", Failure{hall.MessageUnreachable, err}
		}
	}
	body, err := out.encode()
	if err != nil {
		return "", Failure{hall.MessageUnreadable, err}
	}
	if err := f.write(name, append(body, '\n')); err != nil {
		return "", Failure{hall.MessageUnreachable, err}
	}
	return "", nil
}

// write puts a file into out by way of new.
func (f *Folder) write(name string, content []byte) error {
	draft := filepath.Join(f.Dir, folderNew, name)
	file, err := os.OpenFile(draft, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		os.Remove(draft)
		return err
	}
	if err := os.Rename(draft, filepath.Join(f.Dir, folderOut, name)); err != nil {
		return err
	}
	return syncFolder(filepath.Join(f.Dir, folderOut))
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// maxInFile is how large a report or a reply can be.
const maxInFile = 16 << 10

// Collect gives the inbox each report and reply that lies in the folder, in the order of their names, and removes it. What
// cannot be read it puts aside. It stops at the first that cannot be stored.
func (f *Folder) Collect(ctx context.Context, inbox Inbox) error {
	entries, err := os.ReadDir(filepath.Join(f.Dir, folderIn))
	if err != nil {
		return fmt.Errorf("sms folder: %w", err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".json") || ctx.Err() != nil {
			continue // somebody is writing it
		}
		path := filepath.Join(f.Dir, folderIn, e.Name())
		in, err := readIn(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			f.Log.Error("a file of the sms provider is put aside", "file", filepath.Join(f.Dir, folderBad, e.Name()), "error", err)
			if err := os.Rename(path, filepath.Join(f.Dir, folderBad, e.Name())); err != nil {
				return fmt.Errorf("sms folder: %w", err)
			}
			continue
		}
		if err := inbox.Take(ctx, in); err != nil {
			return fmt.Errorf("%s is not stored: %w", in.ID, err)
		}
		if err := os.Remove(path); err != nil {
			return fmt.Errorf("sms folder: %w", err)
		}
	}
	return nil
}

func readIn(path string) (Inbound, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return Inbound{}, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxInFile {
		return Inbound{}, fmt.Errorf("no file of at most %d bytes", maxInFile)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return Inbound{}, err
	}
	var w wireIn
	if err := json.Unmarshal(data, &w); err != nil {
		return Inbound{}, errors.New("no JSON of a report or a reply")
	}
	return w.read()
}

// Tidy removes the files of messages that have expired, numbers and all. One that nobody ever took is reported as one that
// never arrived.
func (f *Folder) Tidy(ctx context.Context, now time.Time, inbox Inbox) error {
	for _, folder := range []string{folderNew, folderOut, folderTaken} {
		entries, err := os.ReadDir(filepath.Join(f.Dir, folder))
		if err != nil {
			return fmt.Errorf("sms folder: %w", err)
		}
		for _, e := range entries {
			path := filepath.Join(f.Dir, folder, e.Name())
			id, over := expired(path, now)
			if !over || ctx.Err() != nil {
				continue
			}
			if folder == folderOut && id != "" {
				if err := inbox.Take(ctx, Inbound{ID: "expired-" + id, At: now, Report: true, Message: id}); err != nil {
					return err
				}
			}
			if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("sms folder: %w", err)
			}
		}
	}
	return nil
}

// unreadAfter is when a file goes that is none of ours, or was cut off.
const unreadAfter = 30 * 24 * time.Hour

func expired(path string, now time.Time) (id string, over bool) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", false
	}
	var w wireOut
	if json.Unmarshal(data, &w) == nil && !w.Expires.IsZero() {
		return w.ID, !now.Before(w.Expires)
	}
	info, err := os.Lstat(path)
	return "", err == nil && info.Mode().IsRegular() && now.Sub(info.ModTime()) > unreadAfter
}
