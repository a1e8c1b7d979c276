// Package device drives what hangs at the counter's serial ports: rating pads and ticket printers. It owns the ports,
// from the first open to the last close, and what is said on them. Presses, papers and facts about devices go to sinks
// that its users implement; it keeps nothing on disk and decides nothing about ratings.
package device

import (
	"log/slog"

	"hallpulse/firmware-protocol/hall"
)

// standing is what was last told of a device, so that a change is told once, however often it is seen.
type standing struct{ told hall.Fact }

// tell hands f to keep unless f was the last thing told. What keep refuses counts as not told: the next call with the
// same f tries again. f must be a comparable fact: DeviceUp, DeviceDown or DeviceFault.
func (s *standing) tell(f hall.Fact, keep func(hall.Fact) error) error {
	if f == s.told {
		return nil
	}
	if err := keep(f); err != nil {
		return err
	}
	s.told = f
	return nil
}

// complaint logs what goes wrong once, until it changes or is over.
type complaint struct{ last string }

// about logs err unless it was the last thing logged; nil ends the matter.
func (c *complaint) about(log *slog.Logger, what string, err error) {
	text := ""
	if err != nil {
		text = what + ": " + err.Error()
	}
	if text != "" && text != c.last {
		log.Warn(what, "error", err)
	}
	c.last = text
}
