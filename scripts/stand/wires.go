package stand

import (
	"context"
	"path/filepath"
	"sync"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/simulator"
)

// Wires are the serial lines of a stand, with a simulated device at the far end of each. Close waits for all of them.
type Wires struct {
	dir    string
	ctx    context.Context
	cancel context.CancelFunc
	all    sync.WaitGroup
}

// NewWires makes ports in dir; their paths stay the same from plug to plug.
func NewWires(dir string) *Wires {
	ctx, cancel := context.WithCancel(context.Background())
	return &Wires{dir: dir, ctx: ctx, cancel: cancel}
}

// Close switches every device off.
func (w *Wires) Close() {
	w.cancel()
	w.all.Wait()
}

// Pad is a pad at the end of its line.
type Pad struct {
	*simulator.Pad
	Line *simulator.Line
	Port string // where it was plugged first
}

// Pad plugs in a new pad. A pad that ran before under this uid needs a greater boot.
func (w *Wires) Pad(name string, uid hall.PadUID, boot uint32, cable simulator.LineConfig) (*Pad, error) {
	p := &Pad{Line: simulator.NewLine(cable), Port: filepath.Join(w.dir, name)}
	p.Pad = simulator.NewPad(simulator.PadConfig{UID: uid, Boot: boot, Firmware: [3]uint8{1, 0, 0}}, p.Line)
	if err := p.Line.Plug(p.Port); err != nil {
		return nil, err
	}
	w.all.Go(func() { _ = p.Run(w.ctx) }) // ends with ctx alone
	return p, nil
}

// Printer is a ticket printer at the end of its line.
type Printer struct {
	*simulator.Printer
	Line *simulator.Line
	Port string
}

// Printer plugs in a new printer of dots to the row.
func (w *Wires) Printer(name string, dots int, cable simulator.LineConfig) (*Printer, error) {
	p := &Printer{Line: simulator.NewLine(cable), Port: filepath.Join(w.dir, name)}
	p.Printer = simulator.NewPrinter(p.Line, dots)
	if err := p.Line.Plug(p.Port); err != nil {
		return nil, err
	}
	w.all.Go(func() { p.Run(w.ctx) })
	return p, nil
}
