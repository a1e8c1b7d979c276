//go:build e2e

package e2e

import (
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"hallpulse/firmware-protocol/hall"
)

// used is how full, in per cent, the volume of file is.
func used(t *testing.T, file string) int {
	t.Helper()
	var v unix.Statfs_t
	must(t, unix.Statfs(filepath.Dir(file), &v))
	return int((v.Blocks - v.Bavail) * 100 / v.Blocks)
}

// pardon takes presses that are lost and named out of what the hub must hold.
func (s *site) pardon(key hall.PressKey) {
	if s.pardoned == nil {
		s.pardoned = map[hall.PressKey]bool{}
	}
	s.pardoned[key] = true
	for _, b := range s.booths {
		delete(b.expect, key)
	}
}
