package device

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Ports lists the serial ports of this machine, each by the path that agent.yaml should give. Like findUSB it only reads.
func Ports() []string { return portsIn("/sys", "/dev") }

func portsIn(sys, dev string) (all []string) {
	class := filepath.Join(sys, "class", "tty")
	ttys, err := os.ReadDir(class)
	if err != nil {
		return nil // a machine without terminals has no ports
	}
	byID, byPath := linksIn(filepath.Join(dev, "serial", "by-id")), linksIn(filepath.Join(dev, "serial", "by-path"))
	for _, tty := range ttys {
		dir, err := filepath.EvalSymlinks(filepath.Join(class, tty.Name(), "device"))
		if err != nil {
			continue // not a device of any bus
		}
		if uart, err := os.ReadFile(filepath.Join(class, tty.Name(), "type")); err == nil && strings.TrimSpace(string(uart)) == "0" {
			continue // a place for a port that this machine does not have
		}
		path := filepath.Join(dev, tty.Name())
		serial, err := os.ReadFile(filepath.Join(usbDevice(dir), "serial"))
		named := err == nil && len(strings.TrimSpace(string(serial))) > 0
		switch {
		// Without a serial number two adapters of one make share their name: which socket it is tells them apart.
		case byPath[path] != "" && !named:
			path = byPath[path]
		case byID[path] != "":
			path = byID[path]
		}
		all = append(all, path)
	}
	slices.Sort(all)
	return all
}

// linksIn returns the links in a folder by what they lead to.
func linksIn(dir string) map[string]string {
	links := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return links // no USB adapter is plugged in
	}
	for _, e := range entries {
		link := filepath.Join(dir, e.Name())
		if to, err := filepath.EvalSymlinks(link); err == nil {
			links[to] = link
		}
	}
	return links
}
