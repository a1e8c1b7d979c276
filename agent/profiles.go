package agent

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"hallpulse/agent/internal/device"
	"hallpulse/configs"
	"hallpulse/configs/strict"
	"hallpulse/firmware-protocol/frame"
	"hallpulse/firmware-protocol/hall"
)

// Folders, beside agent.yaml and built in, of what is known of printers and of vendors' pads.
const (
	printersDir = "printers"
	padsDir     = "pads"
)

// What a printer is whose configuration names none.
const (
	profile58 = "generic-58"
	profile80 = "generic-80"
)

// ownOrBuiltIn reads a file that a hall may have beside agent.yaml, else the one that is built in. From names it in faults.
func ownOrBuiltIn(dir, name string) (data []byte, from string, err error) {
	if dir != "" { // there is an agent.yaml
		from = filepath.Join(dir, name)
		if data, err = os.ReadFile(from); !errors.Is(err, fs.ErrNotExist) {
			return data, from, err
		}
	}
	data, err = fs.ReadFile(configs.FS(), name)
	return data, name, err
}

var profileName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)

// profiles lists what is known in a folder: the hall's own and what is built in.
func profiles(dir, folder string) (names []string) {
	for _, files := range []fs.FS{os.DirFS(dir), configs.FS()} {
		found, _ := fs.Glob(files, folder+"/*.yaml") // the pattern is good
		for _, f := range found {
			names = append(names, strings.TrimSuffix(path.Base(f), ".yaml"))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// errNoProfile: no file says what this device is.
var errNoProfile = errors.New("no such profile")

// profileFile reads the file of a profile: a name in a folder, or a file as it is when it ends in .yaml.
func profileFile(dir, folder, name string) (data []byte, from string, err error) {
	err = fs.ErrNotExist
	switch {
	case strings.HasSuffix(name, ".yaml"):
		from = strict.Beside(filepath.Join(dir, "agent.yaml"), name)
		data, err = os.ReadFile(from)
	case profileName.MatchString(name):
		data, from, err = ownOrBuiltIn(dir, path.Join(folder, name+".yaml"))
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%q: %w: want %s, or a file of your own, %s/NAME.yaml beside agent.yaml", name, errNoProfile, strings.Join(profiles(dir, folder), ", "), folder)
	}
	return data, from, err
}

// readPrinter reads what a printer is. Its faults name its file and line; errNoProfile says that there is no such file.
func readPrinter(dir, name string) (p device.Profile, err error) {
	data, from, err := profileFile(dir, printersDir, name)
	if err != nil {
		return p, err
	}
	d := strict.Bytes(from, data, &p)
	d.Blame(p.Faults())
	return p, d.Err()
}

// readFrames reads what a vendor's pad sends, as readPrinter does for a printer.
func readFrames(dir, name string) (*frame.Codec, error) {
	data, from, err := profileFile(dir, padsDir, name)
	if err != nil {
		return nil, err
	}
	var p frame.Profile
	d := strict.Bytes(from, data, &p)
	codec, faults := p.Compile()
	d.Blame(faults)
	return codec, d.Err()
}

// readProfiles finds out what the devices of the configuration are. The error names every fault of their files, each once.
func (c *Config) readProfiles(d *strict.Document) error {
	var faults []error
	for i := range c.Devices {
		v, at := &c.Devices[i], strict.Index("devices", i)
		var err error
		switch {
		case v.Kind == hall.KindPrinter:
			if v.profile, err = readPrinter(c.dir, v.profileName()); err == nil {
				v.profile = v.over(v.profile)
				for _, f := range v.profile.Faults() { // its file is good: what agent.yaml says is not
					d.At(at+"."+f.At, "%s", f.Say)
				}
			}
		case v.Kind == hall.KindPad && v.Profile != "":
			v.frames, err = readFrames(c.dir, v.Profile)
		}
		switch {
		case errors.Is(err, errNoProfile):
			d.At(at+".profile", "%v", err)
		case err != nil && !slices.ContainsFunc(faults, func(f error) bool { return f.Error() == err.Error() }):
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}

// profileName is the printer that a device is.
func (v Device) profileName() string {
	if v.Dots == 576 {
		return cmp.Or(v.Profile, profile80)
	}
	return cmp.Or(v.Profile, profile58)
}

// printerOf names the profile of a printer that was examined: the one that knows its name best, else one that waits for no
// answer that it does not give, of the narrowest paper, which comes out whole everywhere, with most answers.
func (c *Config) printerOf(x device.Examination) (name string, p device.Profile) {
	type rank struct{ named, paper, answers int }
	var best rank
	for _, n := range profiles(c.dir, printersDir) {
		known, err := readPrinter(c.dir, n)
		r := rank{known.Named(x.Model), known.Paper, len(known.Status)}
		if err != nil || r.named == 0 && !known.Answers(x.Answers) {
			continue
		}
		if name == "" || cmp.Or(cmp.Compare(r.named, best.named), cmp.Compare(best.paper, r.paper), cmp.Compare(r.answers, best.answers)) > 0 {
			name, p, best = n, known, r
		}
	}
	return name, p
}

// over lays what agent.yaml itself says of a printer over its profile.
func (v Device) over(p device.Profile) device.Profile {
	p.Dots = cmp.Or(v.Dots, p.Dots)
	if v.Status != nil && !*v.Status {
		p.Status = nil
	}
	return p
}

// knownFrames are the vendors' pads that are known. A file that is not right is left out: check-config says why where it is
// used.
func (c *Config) knownFrames() (all []device.KnownFrames) {
	for _, name := range profiles(c.dir, padsDir) {
		if codec, err := readFrames(c.dir, name); err == nil {
			all = append(all, device.KnownFrames{Profile: name, Codec: codec})
		}
	}
	return all
}
