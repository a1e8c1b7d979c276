package device

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"go.bug.st/serial"
	"golang.org/x/sys/unix"

	"hallpulse/firmware-protocol/hall"
)

// DefaultBaud is the rate of a port whose configuration names none: the highest that a 16 MHz pad meets exactly.
const DefaultBaud = 38400

// serverPrefix begins the path of a port at the end of a network connection: tcp://host:port.
const serverPrefix = "tcp://"

// PortConfig says which port: its path, or the USB identity of what hangs at it.
type PortConfig struct {
	Path   string // /dev/serial/by-id/…, /dev/ttyS0, any link to it; tcp://host:port of a serial server
	VID    string // 4 hex digits, with PID instead of Path
	PID    string // 4 hex digits
	Serial string // the USB serial number: needed where two devices share VID and PID
	Baud   int    // bits a second; 0 is DefaultBaud. A serial server has its own setting
	Parity Parity
	Stop   int // stop bits, 1 or 2; 0 is 1
	Data   int // data bits, 7 or 8; 0 is 8
}

// Parity is that of each byte on a line.
type Parity string

// The parities; empty is none.
const (
	ParityNone Parity = "none"
	ParityOdd  Parity = "odd"
	ParityEven Parity = "even"
)

// network reports whether the port is at a serial server.
func (c PortConfig) network() bool { return strings.HasPrefix(c.Path, serverPrefix) }

// Where says in one word which port c is, the same for as long as it is the same one.
func (c PortConfig) Where() string {
	if c.Path != "" {
		return c.Path
	}
	return strings.ToLower(strings.Join([]string{c.VID, c.PID}, ":")) + ":" + c.Serial
}

func (c PortConfig) mode() *serial.Mode {
	m := serial.Mode{BaudRate: cmp.Or(c.Baud, DefaultBaud), DataBits: cmp.Or(c.Data, 8)}
	switch c.Parity {
	case ParityOdd:
		m.Parity = serial.OddParity
	case ParityEven:
		m.Parity = serial.EvenParity
	}
	if c.Stop == 2 {
		m.StopBits = serial.TwoStopBits
	}
	return &m
}

// Validate names every fault of c at once; nil means a port can be looked for.
func (c PortConfig) Validate() error {
	var faults []error
	if c.network() {
		host, port, err := net.SplitHostPort(strings.TrimPrefix(c.Path, serverPrefix))
		if n, perr := strconv.ParseUint(port, 10, 16); err != nil || perr != nil || n == 0 || host == "" {
			faults = append(faults, fmt.Errorf("port: %s: want %shost:port, such as tcp://192.168.1.50:4001", c.Path, serverPrefix))
		}
	}
	if usb := c.VID + c.PID + c.Serial; c.Path != "" && usb != "" {
		faults = append(faults, fmt.Errorf("port: path %s and a USB identity are both given: keep one", c.Path))
	} else if c.Path == "" {
		for _, n := range []struct{ key, value string }{{"vid", c.VID}, {"pid", c.PID}} {
			if _, err := strconv.ParseUint(n.value, 16, 16); err != nil || len(n.value) != 4 {
				faults = append(faults, fmt.Errorf("port: %s %q: want 4 hex digits, or give path", n.key, n.value))
			}
		}
	}
	if c.Baud < 0 {
		faults = append(faults, fmt.Errorf("port: baud %d: want a rate such as %d", c.Baud, DefaultBaud))
	}
	return errors.Join(faults...)
}

// Resolve returns the device file of the port as it is named now, or its address.
func (c PortConfig) Resolve() (string, error) {
	if c.network() {
		return c.Path, nil
	}
	return c.find()
}

// find returns the device file of the port as it is named now.
func (c PortConfig) find() (string, error) {
	if c.Path == "" {
		return findUSB("/sys", c)
	}
	return filepath.EvalSymlinks(c.Path)
}

// findUSB looks through the kernel's list of terminals for the one on c's USB device. It only reads: the library's own
// enumerator opens and resets every /dev/ttyS* on its way, also those at which another device of the counter works.
func findUSB(sys string, c PortConfig) (string, error) {
	class := filepath.Join(sys, "class", "tty")
	ttys, err := os.ReadDir(class)
	if err != nil {
		return "", fmt.Errorf("look for USB %s:%s: %w", c.VID, c.PID, err)
	}
	var found []string
	for _, tty := range ttys {
		dir, err := filepath.EvalSymlinks(filepath.Join(class, tty.Name(), "device"))
		if err != nil {
			continue // not a device of any bus, or pulled out just now
		}
		if c.matches(usbDevice(dir)) {
			found = append(found, filepath.Join("/dev", tty.Name()))
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", fmt.Errorf("no USB device %s:%s %s: %w", c.VID, c.PID, c.Serial, fs.ErrNotExist)
	}
	return "", fmt.Errorf("USB device %s:%s %s: %w: %s: give its path or serial", c.VID, c.PID, c.Serial, errAmbiguous, strings.Join(found, ", "))
}

// usbDevice returns the folder of the USB device above a terminal's folder, or "": ttyACM lies one level below it,
// ttyUSB two.
func usbDevice(dir string) string {
	for range 3 {
		if _, err := os.Stat(filepath.Join(dir, "idVendor")); err == nil {
			return dir
		}
		dir = filepath.Dir(dir)
	}
	return ""
}

func (c PortConfig) matches(usb string) bool {
	is := func(file, want string) bool {
		got, err := os.ReadFile(filepath.Join(usb, file))
		return err == nil && strings.EqualFold(strings.TrimSpace(string(got)), want)
	}
	return usb != "" && is("idVendor", c.VID) && is("idProduct", c.PID) && (c.Serial == "" || is("serial", c.Serial))
}

// troubleOf says in one of hall's words why a port could not be opened.
func troubleOf(err error) hall.Trouble {
	var pe *serial.PortError
	busy := errors.As(err, &pe) && pe.Code() == serial.PortBusy
	switch {
	case busy, errors.Is(err, errTaken), errors.Is(err, unix.EBUSY):
		return hall.TroubleTaken
	case errors.Is(err, fs.ErrPermission):
		return hall.TroubleDenied
	case errors.Is(err, errAmbiguous):
		return hall.TroubleIdentity
	}
	return hall.TroubleMissing
}
