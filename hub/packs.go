package hub

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"hallpulse/configs"
	"hallpulse/hub/internal/web"
)

// packs are the policy packs that are shipped, read once.
type packs struct{ shipped []web.Pack }

// readPacks reads the policy packs that are shipped, ours first.
func readPacks() (packs, error) {
	files, err := fs.Glob(configs.FS(), "policy/*.yaml")
	if err != nil {
		return packs{}, err
	}
	files = append([]string{ourPack}, slices.DeleteFunc(files, func(f string) bool { return f == ourPack })...)
	var p packs
	for _, name := range files {
		data, err := fs.ReadFile(configs.FS(), name)
		if err != nil {
			return p, err
		}
		pack, err := p.ReadPack(path.Base(name), data)
		if err != nil {
			return p, err
		}
		p.shipped = append(p.shipped, pack)
	}
	return p, nil
}

// Shipped are the packs of this program.
func (p packs) Shipped() []web.Pack { return p.shipped }

// ReadPack reads the file of a pack, strictly.
func (packs) ReadPack(file string, data []byte) (web.Pack, error) {
	policy, sha, err := parsePack(file, data)
	return web.Pack{Policy: policy, SHA: sha, Sources: notesOf(data)}, err
}

// notesOf returns what the file of a pack notes behind each rule, by the rule's key: rating.window.
func notesOf(data []byte) map[string]string {
	notes, group := map[string]string{}, ""
	for line := range strings.Lines(string(data)) {
		body, note, noted := strings.Cut(strings.TrimRight(line, "\r\n"), " #")
		key, value, is := strings.Cut(body, ":")
		switch {
		case !is || strings.TrimSpace(key) == "" || strings.HasPrefix(strings.TrimSpace(key), "#"):
		case !strings.HasPrefix(key, " ") && strings.TrimSpace(value) == "":
			group = key
		case strings.HasPrefix(key, " ") && noted && group != "":
			notes[group+"."+strings.TrimSpace(key)] = strings.TrimSpace(note)
		}
	}
	return notes
}
