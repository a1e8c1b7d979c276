package stand

import (
	"context"
	"fmt"
	"os"
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
	boards []*PadBoard
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
	for _, b := range w.boards {
		_ = b.Close() // nobody is left to mind
	}
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

// VendorPad is a pad of another maker at the end of its line.
type VendorPad struct {
	*simulator.VendorPad
	Line *simulator.Line
	Port string
}

// VendorPad plugs in a new pad of a style.
func (w *Wires) VendorPad(name string, style simulator.VendorStyle) (*VendorPad, error) {
	p := &VendorPad{Line: simulator.NewLine(simulator.LineConfig{}), Port: filepath.Join(w.dir, name)}
	p.VendorPad = simulator.NewVendorPad(style, p.Line)
	if err := p.Line.Plug(p.Port); err != nil {
		return nil, err
	}
	w.all.Go(func() { p.Run(w.ctx) })
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

// PadBoards are what runs the reference firmware where no chip is.
type PadBoards struct{ Program, Firmware string }

// BuiltPadBoards returns what `make firmware` left in dir.
func BuiltPadBoards(dir string) (PadBoards, error) {
	b := PadBoards{filepath.Join(dir, "pad", "board"), filepath.Join(dir, "pad", "pad.elf")}
	for _, f := range []string{b.Program, b.Firmware} {
		if _, err := os.Stat(f); err != nil {
			return b, fmt.Errorf("%w: run `make firmware` first", err)
		}
	}
	return b, nil
}

// PadBoard is an emulated board at the end of its line.
type PadBoard struct {
	*simulator.Board
	Port string
}

// PadBoard plugs in an emulated board. Under the same name it is the same one again, with what its chip kept.
func (w *Wires) PadBoard(name string, p PadBoards) (*PadBoard, error) {
	b := &PadBoard{Port: filepath.Join(w.dir, name)}
	var err error
	b.Board, err = simulator.StartBoard(w.ctx, simulator.BoardConfig{
		Program: p.Program, Firmware: p.Firmware, EEPROM: b.Port + ".eeprom", Port: b.Port,
	})
	if err != nil {
		return nil, err
	}
	w.boards = append(w.boards, b)
	return b, nil
}
