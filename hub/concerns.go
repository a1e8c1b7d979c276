package hub

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"hallpulse/configs"
	"hallpulse/configs/strict"
	"hallpulse/hub/internal/concern"
	"hallpulse/hub/internal/inspection"
	"hallpulse/hub/internal/notify/gateway"
	"hallpulse/hub/internal/web"
)

// What the desk of concerns works by, and the forms of inspections: the centre's own files, or those that are shipped.

// Hotline is 12345's system, where it sends work orders by HTTP. SecretFile holds what both ends sign with; without it
// nothing is taken that way.
type Hotline struct {
	SecretFile string `yaml:"secret_file"`
}

// The files that are shipped.
const (
	ourResponsibility = "responsibility.yaml"
	ourForms          = "inspection"
)

// readDesk reads the responsibility list and the forms; their faults name their own files.
func (c *Config) readDesk() []error {
	var faults []error
	list, err := c.readResponsibility()
	if err != nil {
		faults = append(faults, err)
	}
	forms, err := c.readForms()
	if err != nil {
		faults = append(faults, err)
	}
	c.responsibility, c.forms = list, forms
	return faults
}

// readResponsibility reads the centre's list 责任清单. Of the shipped one the rules stay whose unit and halls are here; the
// rest is for the centre to give to somebody.
func (c *Config) readResponsibility() (list concern.List, err error) {
	if c.Responsibility != "" {
		d, err := strict.File(c.Responsibility, &list)
		if err != nil {
			return list, fmt.Errorf("responsibility: %w", err)
		}
		d.Blame(list.Faults(c.hasUnit, c.hasHall))
		return list, d.Err()
	}
	data, err := fs.ReadFile(configs.FS(), ourResponsibility)
	if err != nil {
		return list, err
	}
	d := strict.Bytes(ourResponsibility, data, &list)
	list.Rules = slices.DeleteFunc(list.Rules, func(r concern.Rule) bool {
		return r.Unit != concern.Centre && !c.hasUnit(r.Unit) || slices.ContainsFunc(r.Halls, func(h string) bool { return !c.hasHall(h) })
	})
	d.Blame(list.Faults(c.hasUnit, c.hasHall))
	return list, d.Err()
}

func (c *Config) hasUnit(id string) bool {
	return slices.ContainsFunc(c.Halls, func(h HallFile) bool {
		if h.catalogue == nil {
			return false
		}
		_, ok := h.catalogue.Unit(id)
		return ok
	})
}

func (c *Config) hasHall(id string) bool {
	return slices.ContainsFunc(c.Halls, func(h HallFile) bool { return h.catalogue != nil && h.catalogue.Hall.ID == id })
}

// readForms reads the forms of inspections: every .yaml file of the folder, in the order of their names.
func (c *Config) readForms() ([]inspection.Form, error) {
	folder, read := c.InspectionForms, os.ReadFile
	names, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if folder == "" {
		folder, read = ourForms, func(name string) ([]byte, error) { return fs.ReadFile(configs.FS(), name) }
		names, err = fs.Glob(configs.FS(), ourForms+"/*.yaml")
	}
	switch {
	case err != nil:
		return nil, err
	case len(names) == 0:
		return nil, fmt.Errorf("inspection_forms: %s: no .yaml file there: take the key away for the shipped forms", folder)
	}
	var forms []inspection.Form
	var faults []error
	file := map[string]string{} // id → its file
	for _, name := range names {
		data, err := read(name)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		form, err := parseForm(name, data, file)
		if err != nil {
			faults = append(faults, err)
		}
		forms = append(forms, form)
	}
	return forms, errors.Join(faults...)
}

func parseForm(name string, data []byte, known map[string]string) (inspection.Form, error) {
	var form inspection.Form
	d := strict.Bytes(name, data, &form)
	if other := known[form.ID]; other != "" && form.ID != "" {
		d.At("id", "%q is the form of %s too", form.ID, other)
	}
	known[form.ID] = name
	d.Blame(form.Faults())
	return form, d.Err()
}

// checkHotline adds the faults of how 12345's system signs.
func (c *Config) checkHotline(d *strict.Document) {
	if c.Hotline.SecretFile == "" {
		return
	}
	if secret, err := secretOf(c.Hotline.SecretFile); err != nil {
		d.At("hotline.secret_file", "%v", err)
	} else if len(secret) < gateway.MinSecret {
		d.At("hotline.secret_file", "%s: want at least %d characters that nobody can guess", c.Hotline.SecretFile, gateway.MinSecret)
	}
}

// desk is what the pages of concerns and inspections work by.
func (c Config) desk(now func() time.Time) (web.Desk, error) {
	d := web.Desk{Responsibility: c.responsibility, Forms: c.forms, SMS: c.SMS.Provider != smsNone, QR: c.PublicURL != ""}
	if c.Hotline.SecretFile == "" {
		return d, nil
	}
	secret, err := secretOf(c.Hotline.SecretFile)
	if err != nil {
		return d, fmt.Errorf("hotline: %w", err)
	}
	d.Signed = func(h http.Header, body []byte) bool {
		return gateway.Signed(h, []byte(strings.TrimSpace(secret)), now(), body)
	}
	return d, nil
}
