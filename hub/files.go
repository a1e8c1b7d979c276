package hub

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// writeSynced writes a new file that its owner alone can read. When it returns nil the bytes survive a power cut.
func writeSynced(file string, content []byte) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}

// replaceSynced puts content in place of file: whole, or not at all.
func replaceSynced(file string, content []byte) error {
	draft := file + ".new"
	os.Remove(draft) // what a killed hub left
	if err := writeSynced(draft, content); err != nil {
		return err
	}
	if err := os.Rename(draft, file); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(file))
}

func syncFolder(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// ownedByUs refuses to work in another user's folder: what root writes there the hub could not read again.
func ownedByUs(folder string) error {
	info, err := os.Stat(folder)
	if err != nil {
		return err
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok && int(st.Uid) != os.Geteuid() {
		owner := strconv.Itoa(int(st.Uid))
		if u, err := user.LookupId(owner); err == nil {
			owner = u.Username
		}
		return fmt.Errorf("%s belongs to another user: run this as `sudo -u %s hall-hub …`", folder, owner)
	}
	return nil
}
