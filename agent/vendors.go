package agent

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"hallpulse/agent/internal/device"
	"hallpulse/configs"
	"hallpulse/configs/strict"
	"hallpulse/firmware-protocol/frame"
)

// padFolder is where the files of vendors' pads lie, built in and beside agent.yaml.
const padFolder = "pads"

// readFrames reads the profiles of vendors' pads that the devices name; their faults name those files.
func (c *Config) readFrames(d *strict.Document) error {
	read := map[string]*frame.Codec{}
	var faults []error
	for i := range c.Devices {
		v := &c.Devices[i]
		if v.Profile == "" {
			continue
		}
		if _, done := read[v.Profile]; !done {
			codec, err := readPadProfile(c.dir, v.Profile)
			switch {
			case errors.Is(err, fs.ErrNotExist):
				d.At(strict.Index("devices", i)+".profile", "%q: %v", v.Profile, err)
			case err != nil:
				faults = append(faults, err)
			}
			read[v.Profile] = codec
		}
		v.frames = read[v.Profile]
	}
	return errors.Join(faults...)
}

// readPadProfile reads the file of a vendor's pad: name.yaml in the folder pads beside agent.yaml, else the one that is built
// in; a name that ends in .yaml is a file as it is.
func readPadProfile(dir, name string) (*frame.Codec, error) {
	file := filepath.Join(dir, padFolder, name+".yaml")
	if strings.HasSuffix(name, ".yaml") {
		file = strict.Beside(filepath.Join(dir, "agent.yaml"), name)
	}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) && !strings.HasSuffix(name, ".yaml") {
		if builtIn, berr := fs.ReadFile(configs.FS(), path.Join(padFolder, name+".yaml")); berr == nil {
			file, text, err = "built-in "+path.Join(padFolder, name+".yaml"), builtIn, nil
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no file %s, and built in are %s: %w", file, strings.Join(padProfiles(), ", "), fs.ErrNotExist)
	}
	if err != nil {
		return nil, err
	}
	var p frame.Profile
	d := strict.Bytes(file, text, &p)
	if d.Err() != nil {
		return nil, d.Err()
	}
	codec, faults := p.Compile()
	for _, f := range faults {
		d.At(f.Path, "%s", f.Text)
	}
	return codec, d.Err()
}

// knownFrames are the vendors' pads of the folder beside agent.yaml and those that are built in. A file that is not right is
// left out: check-config says why where it is used.
func (c *Config) knownFrames() (all []device.KnownFrames) {
	names := padProfiles()
	own, err := filepath.Glob(filepath.Join(c.dir, padFolder, "*.yaml"))
	if err != nil {
		own = nil // the folder's own name is a pattern: only what is built in is known then
	}
	for _, file := range own {
		names = append(names, strings.TrimSuffix(filepath.Base(file), ".yaml"))
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if codec, err := readPadProfile(c.dir, name); err == nil {
			all = append(all, device.KnownFrames{Profile: name, Codec: codec})
		}
	}
	return all
}

// padProfiles lists the vendors' pads that are built in.
func padProfiles() []string {
	files, err := fs.Glob(configs.FS(), path.Join(padFolder, "*.yaml"))
	if err != nil {
		panic(err) // the pattern is ours
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(path.Base(f), ".yaml")
	}
	return files
}
