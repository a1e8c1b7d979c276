package agent

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"

	"hallpulse/agent/internal/device"
	"hallpulse/configs/strict"
)

// paperDir is the folder, beside agent.yaml and built in, of what stands on paper.
const paperDir = "paper"

// readTemplates reads what stands on each kind of paper. The error names every fault of all of them.
func readTemplates(dir string) (map[device.Kind]device.Template, error) {
	all := map[device.Kind]device.Template{}
	var faults []error
	for _, kind := range device.Kinds() {
		t, err := readTemplate(dir, kind)
		all[kind] = t
		faults = append(faults, err)
	}
	return all, errors.Join(faults...)
}

func readTemplate(dir string, kind device.Kind) (t device.Template, err error) {
	data, from, err := ownOrBuiltIn(dir, path.Join(paperDir, string(kind)+".yaml"))
	if err != nil {
		return t, err
	}
	d := strict.Bytes(from, data, &t)
	d.Blame(t.Faults(kind))
	if d.Err() != nil {
		return t, d.Err()
	}
	for _, name := range t.Files() {
		picture, err := readLogo(filepath.Join(dir, paperDir), name)
		if err != nil {
			i := slices.IndexFunc(t.Blocks, func(b device.Block) bool { return b.File == name })
			d.At(strict.Index("blocks", i)+".file", "%v", err)
			continue
		}
		t = t.WithPicture(name, picture)
	}
	return t, d.Err()
}

// readLogo reads a logo that lies beside its template.
func readLogo(dir, name string) (device.Picture, error) {
	if !filepath.IsLocal(name) {
		return device.Picture{}, fmt.Errorf("%q: want the name of a file in %s", name, dir)
	}
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return device.Picture{}, err
	}
	defer f.Close()
	return device.ReadLogo(f)
}
