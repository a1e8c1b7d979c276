package agent

import (
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
	"hallpulse/firmware-protocol/hall"
)

// Folders, beside agent.yaml and built in, of what is known of printers and of what stands on paper.
const (
	printersDir = "printers"
	paperDir    = "paper"
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

var profileName = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)

// profiles lists the printers that are known: the hall's own and those built in.
func profiles(dir string) (names []string) {
	for _, files := range []fs.FS{os.DirFS(dir), configs.FS()} {
		found, _ := fs.Glob(files, printersDir+"/*.yaml") // the pattern is good
		for _, f := range found {
			names = append(names, strings.TrimSuffix(path.Base(f), ".yaml"))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// errNoProfile: no file says what this printer is.
var errNoProfile = errors.New("no such printer")

// readProfile reads what a printer is. Its faults name its file and line; errNoProfile says that there is no such file.
func readProfile(dir, name string) (p device.Profile, err error) {
	data, from, err := []byte(nil), "", fs.ErrNotExist
	if profileName.MatchString(name) {
		data, from, err = ownOrBuiltIn(dir, path.Join(printersDir, name+".yaml"))
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return p, fmt.Errorf("%q: %w: want %s, or a file of your own, %s/NAME.yaml beside agent.yaml", name, errNoProfile, strings.Join(profiles(dir), ", "), printersDir)
	case err != nil:
		return p, err
	}
	d := strict.Bytes(from, data, &p)
	blame(d, p.Faults())
	return p, d.Err()
}

// blame adds faults of meaning to a file that could be read.
func blame(d *strict.Document, faults []hall.Fault) {
	if d.Err() != nil {
		return // what could not be read cannot be judged
	}
	for _, f := range faults {
		d.At(f.At, "%s", f.Say)
	}
}

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
	blame(d, t.Faults(kind))
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

// readPrinters finds out what the printers of the configuration are. The error names every fault of their files.
func (c *Config) readPrinters(d *strict.Document) error {
	var faults []error
	var blamed []string
	for i, v := range c.Devices {
		at := strict.Index("devices", i)
		if v.Kind != hall.KindPrinter {
			if v.Printer != "" {
				d.At(at+".printer", "%q: only kind: printer has one: leave it out", v.Printer)
			}
			continue
		}
		name := v.profileName()
		p, err := readProfile(c.dir, name)
		switch {
		case err == nil:
			p = v.over(p)
			for _, f := range p.Faults() { // its file is good: what agent.yaml says is not
				d.At(at+"."+f.At, "%s", f.Say)
			}
			c.Devices[i].profile = p
		case errors.Is(err, errNoProfile):
			d.At(at+".printer", "%v", err)
		case !slices.Contains(blamed, name):
			faults, blamed = append(faults, err), append(blamed, name)
		}
	}
	return errors.Join(faults...)
}

// profileName is the printer that a device is.
func (v Device) profileName() string {
	switch {
	case v.Printer != "":
		return v.Printer
	case v.Dots == 576:
		return profile80
	}
	return profile58
}

// over lays what agent.yaml itself says of a printer over its profile.
func (v Device) over(p device.Profile) device.Profile {
	if v.Dots != 0 {
		p.Dots = v.Dots
	}
	if v.Status != nil && !*v.Status {
		p.Status = nil
	}
	return p
}
