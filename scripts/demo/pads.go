package main

import (
	"errors"
	"fmt"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/simulator"
	"hallpulse/scripts/stand"
)

// demoPad is a pad under a finger, however it is made.
type demoPad interface {
	press(hall.Level) error
	state() (now simulator.PadState, plugged bool)
	plug(on bool) error
}

// pad plugs in a pad: the real firmware on an emulated board where that could be built, else one simulated in Go.
func (d *demo) pad(port string, uid hall.PadUID) (demoPad, error) {
	if d.real {
		b, err := d.wires.PadBoard(port, d.boards)
		return firmwarePad{b}, err
	}
	p, err := d.wires.Pad(port, uid, uint32(time.Now().Unix()), simulator.LineConfig{Baud: 38400})
	return simulatedPad{p}, err
}

// padsAre says which pads these are.
func (d *demo) padsAre() string {
	if d.real {
		return "the reference firmware, as it is burnt into an ATmega328P, on emulated boards"
	}
	return fmt.Sprintf("simulated in Go; install %s to run the real firmware on emulated boards",
		"gcc-avr avr-libc libsimavr-dev libelf-dev pkg-config gcc libc6-dev")
}

type simulatedPad struct{ *stand.Pad }

func (p simulatedPad) press(l hall.Level) error {
	if _, ok := p.Press(l); !ok {
		return errors.New("the pad's queue is full")
	}
	return nil
}

func (p simulatedPad) state() (simulator.PadState, bool) { return p.State(), p.Line.Port() != "" }

func (p simulatedPad) plug(on bool) error {
	if !on {
		p.Line.Unplug()
		return nil
	}
	return p.Line.Plug(p.Port)
}

type firmwarePad struct{ *stand.PadBoard }

func (p firmwarePad) press(l hall.Level) error { return p.Tap(l) }

func (p firmwarePad) state() (simulator.PadState, bool) {
	s, err := p.State()
	return s.PadState, err == nil && s.Plugged
}

func (p firmwarePad) plug(on bool) error {
	if on {
		return p.Plug()
	}
	return p.Unplug()
}
