package hub

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"hallpulse/firmware-protocol/hall"
)

// erased names the boxes that were erased for ever, in a file beside the keys: what comes back from an agent or from a copy
// of the database under such a name is dropped (design §2). It may be used by many goroutines.
type erased struct {
	path string

	mu   sync.RWMutex
	refs map[string]hall.EraseGround
	list []string // in the order of the file
	size int64    // of its whole lines
}

// openErased reads the file. That there is none is no error: nothing was erased yet. A last line that a power cut tore was
// never promised.
func openErased(data string) (*erased, error) {
	e := &erased{path: filepath.Join(data, keysFolder, erasedFile), refs: map[string]hall.EraseGround{}}
	file, err := os.ReadFile(e.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	e.size = int64(bytes.LastIndexByte(file, '\n') + 1)
	n := 0
	for line := range strings.Lines(string(file[:e.size])) {
		n++
		ref, ground, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if !ok || !validRef(ref) || ground != string(hall.EraseRequest) && ground != string(hall.EraseRetention) {
			return nil, fmt.Errorf("%s is damaged in line %d: put it back from where you keep the folder; without it what was erased could come back", e.path, n)
		}
		e.remember(ref, hall.EraseGround(ground))
	}
	return e, nil
}

// validRef reports whether a ref has a line of its own.
func validRef(ref string) bool {
	return ref != "" && len(ref) <= 128 && !strings.ContainsFunc(ref, func(r rune) bool { return r <= ' ' || r > '~' })
}

func (e *erased) remember(ref string, ground hall.EraseGround) {
	if _, known := e.refs[ref]; !known {
		e.list = append(e.list, ref)
	}
	e.refs[ref] = ground
}

// Has reports whether a box of this ref was erased.
func (e *erased) Has(ref string) bool {
	e.mu.RLock()
	defer e.mu.RUnlock()
	_, ok := e.refs[ref]
	return ok
}

// Ground is why a box was erased.
func (e *erased) Ground(ref string) hall.EraseGround {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.refs[ref]
}

// All returns all refs, in the order in which they were erased. The caller must not change it.
func (e *erased) All() []string {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.list[:len(e.list):len(e.list)]
}

// Add names boxes as erased: all of them, or, with an error, none for certain. When it returns nil the names survive a
// power cut; only then may the boxes be deleted.
func (e *erased) Add(ground hall.EraseGround, refs ...string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	var lines bytes.Buffer
	for _, ref := range refs {
		if !validRef(ref) {
			return fmt.Errorf("%q is no ref of a box", ref)
		}
		if _, known := e.refs[ref]; !known {
			fmt.Fprintf(&lines, "%s %s\n", ref, ground)
		}
	}
	if lines.Len() == 0 {
		return nil
	}
	if err := e.write(lines.Bytes()); err != nil {
		return fmt.Errorf("name what is erased: %w", err)
	}
	e.size += int64(lines.Len())
	for _, ref := range refs {
		if _, known := e.refs[ref]; !known {
			e.remember(ref, ground)
		}
	}
	return nil
}

// write puts lines after the whole lines of the file, over what a failed or torn write left.
func (e *erased) write(lines []byte) error {
	f, err := os.OpenFile(e.path, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	err = f.Truncate(e.size)
	if err == nil {
		_, err = f.WriteAt(lines, e.size)
	}
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		err = errors.Join(err, f.Truncate(e.size))
	}
	if err = errors.Join(err, f.Close()); err != nil || e.size > 0 {
		return err
	}
	return syncFolder(filepath.Dir(e.path)) // the file may be new
}
