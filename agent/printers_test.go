package agent

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hallpulse/agent/internal/device"
)

// own writes a hall's own files beside agent.yaml and returns its path.
func own(t *testing.T, agent string, files map[string]string) string {
	t.Helper()
	dir := write(t, map[string]string{"agent.yaml": agent})
	for name, text := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "agent.yaml")
}

const onePrinter = "data: d\ndevices:\n  - {name: a, kind: printer, port: /dev/x, profile: %s}\n"

func printerNamed(name string) string { return strings.ReplaceAll(onePrinter, "%s", name) }

const ownProfile = "name: ours\npaper: 80\ndots: 512\ndpi: 180\nencoding: gb2312\ncut: none\nfeed: 80\nqr: native\nstatus: []\nbaud: [19200]\n"

func TestPrinterIsWhatItsProfileSays(t *testing.T) {
	for _, c := range []struct {
		name, agent  string
		files        map[string]string
		dots, baud   int
		answers, cut string
	}{
		{"none named", "data: d\ndevices:\n  - {name: a, kind: printer, port: /dev/x}\n", nil, 384, 0, "dle-eot,gs-r,automatic", "feed-and-cut"},
		{"none named, wide paper", "data: d\ndevices:\n  - {name: a, kind: printer, port: /dev/x, dots: 576}\n", nil, 576, 0, "dle-eot,gs-r,automatic", "feed-and-cut"},
		{"none named, silent", "data: d\ndevices:\n  - {name: a, kind: printer, port: /dev/x, status: false}\n", nil, 384, 0, "", "feed-and-cut"},
		{"built in", printerNamed("xprinter-58"), nil, 384, 9600, "dle-eot", "none"},
		{"built in, with narrow paper", printerNamed("xprinter-80, dots: 384, baud: 115200"), nil, 384, 115200, "dle-eot,gs-r", "feed-and-cut"},
		{"the hall's own", printerNamed("ours"), map[string]string{"printers/ours.yaml": ownProfile}, 512, 19200, "", "none"},
		{"the hall's own instead of one built in", printerNamed("generic-58"), map[string]string{"printers/generic-58.yaml": ownProfile}, 512, 19200, "", "none"},
	} {
		cfg, err := ReadConfig(own(t, c.agent, c.files))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		p := cfg.Devices[0].printer()
		if p.Printer.Dots != c.dots || p.Port.Baud != c.baud || strings.Join(p.Printer.Status, ",") != c.answers || p.Printer.Cut != c.cut {
			t.Errorf("%s: %+v", c.name, p)
		}
	}
}

func TestFaultsInAHallsOwnFilesNameFileAndLine(t *testing.T) {
	notice := "blocks:\n  - show: title\n  - {show: logo, file: %s}\n  - show: again\n  - show: about\n  - show: missing\n  - show: then\n  - show: once\n  - show: basis\n  - show: foot\n"
	for _, c := range []struct {
		name, agent string
		files       map[string]string
		want        []string
	}{
		{"a printer", printerNamed("ours"), map[string]string{"printers/ours.yaml": strings.NewReplacer("512", "500", "qr: native", "qr: yes\ncolour: red").Replace(ownProfile)},
			[]string{"printers/ours.yaml:9: colour: unknown key; known here: name, paper, dots"}},
		{"a printer, well written but meant wrong", printerNamed("ours"), map[string]string{"printers/ours.yaml": strings.NewReplacer("512", "500", "qr: native", "qr: both").Replace(ownProfile)},
			[]string{"printers/ours.yaml:3: dots: 500: want 352 to 832", "printers/ours.yaml:8: qr: \"both\": want raster or native"}},
		{"what stands on paper", "data: d\n", map[string]string{"paper/ticket.yaml": "blocks:\n  - show: number\n  - show: nubmer\n  - {show: qr, sise: 2}\n"},
			[]string{"paper/ticket.yaml:4: blocks[2].sise: unknown key; known here: show, size, bold, align, zh, en, file"}},
		{"what stands on paper, well written but meant wrong", "data: d\n", map[string]string{"paper/ticket.yaml": "blocks:\n  - show: number\n  - show: nubmer\n  - {show: qr, size: 20}\n"},
			[]string{"paper/ticket.yaml:3: blocks[1].show: \"nubmer\": want number, again,", "paper/ticket.yaml:4: blocks[2].size: 20: want 1 to 8", "paper/ticket.yaml:1: blocks: again is missing: put  - show: again"}},
		{"no logo", "data: d\n", map[string]string{"paper/notice.yaml": strings.ReplaceAll(notice, "%s", "logo.png")}, []string{"paper/notice.yaml:3: blocks[1].file: open ", "logo.png: no such file"}},
		{"logo elsewhere", "data: d\n", map[string]string{"paper/notice.yaml": strings.ReplaceAll(notice, "%s", "../data/logo.png")}, []string{"paper/notice.yaml:3: blocks[1].file: \"../data/logo.png\": want the name of a file in"}},
		{"logo that is none", "data: d\n", map[string]string{"paper/notice.yaml": strings.ReplaceAll(notice, "%s", "logo.png"), "paper/logo.png": "GIF"}, []string{"paper/notice.yaml:3: blocks[1].file: want a PNG file"}},
	} {
		err := CheckConfig(own(t, c.agent, c.files))
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s:\n%v\nwant\n%s", c.name, err, want)
			}
		}
	}
}

func TestShippedPrintersAndPapersAreGood(t *testing.T) {
	names := profiles("", printersDir)
	for _, want := range []string{"generic-58", "generic-80", "epson-tm", "xprinter-58", "xprinter-80", "gprinter-58", "star-escpos", "plain-58"} {
		if !slices.Contains(names, want) {
			t.Errorf("%s is not among %v", want, names)
		}
	}
	for _, name := range names {
		if _, err := readPrinter("", name); err != nil {
			t.Error(err)
		}
	}
	all, err := readTemplates("")
	if err != nil || len(all) != len(device.Kinds()) {
		t.Errorf("%d templates, %v", len(all), err)
	}
}

// FuzzOwnFiles: whatever stands in a file of the hall, it is taken whole or refused with its name.
func FuzzOwnFiles(f *testing.F) {
	f.Add([]byte(ownProfile))
	f.Add([]byte("blocks:\n  - show: number\n  - {show: text, zh: 中午不休息, size: 2}\n"))
	f.Add([]byte("blocks: [{show: logo, file: a.png}]"))
	f.Add([]byte("name: x\nbaud: [1, 2]\nstatus: gs-r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		for _, name := range []string{"printers/ours.yaml", "paper/test.yaml"} {
			if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		p, err := readPrinter(dir, "ours")
		if err != nil && !strings.Contains(err.Error(), "ours.yaml") {
			t.Errorf("%v does not name the file", err)
		}
		if _, err := readTemplate(dir, device.KindTest); err != nil && !strings.Contains(err.Error(), "test.yaml") {
			t.Errorf("%v does not name the file", err)
		}
		if err == nil && len(p.Faults()) > 0 {
			t.Errorf("taken with faults: %v", p.Faults())
		}
	})
}
