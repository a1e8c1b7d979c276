package simulator

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"hallpulse/firmware-protocol/escpos"
)

// What a printer holds and does.
const (
	inputSize = 4096 // bytes received and not worked off: what does not fit is lost, as without flow control
	lowPaper  = 2000 // dots left on the roll at which the near-end sensor answers: 25 cm
)

// Endless is a roll that never ends.
const Endless = -1

// Printer is a ticket printer at the far end of a line. It works off what it receives as the ESC/POS reference says:
// questions by DLE EOT are answered when they arrive, all else in order, and nothing while the cover is open or the
// roll is at its end. Its methods may be called from any goroutine.
type Printer struct {
	line *Line

	saying  sync.Mutex // taken while mu is held
	mu      sync.Mutex
	press   *escpos.Press
	parser  escpos.Parser
	input   []byte // received, not yet worked off
	tail    []byte // the last two bytes received: a question may be cut anywhere
	status  escpos.Status
	auto    bool // GS a is in force
	roll    int  // dots left
	deaf    bool
	dialect Dialect
	stuck   bool
	papers  []Paper
	changed chan struct{} // closed and made anew at each paper, and when stuck ends
}

// Dialect is what a printer answers.
type Dialect struct {
	Model     string // as it calls itself; empty: it does not say
	InOrder   bool   // GS r
	Automatic bool   // GS a
	Old       bool   // no DLE EOT
}

// NewPrinter returns a printer of so many dots with an endless roll, at the far end of line.
func NewPrinter(line *Line, width int) *Printer {
	return &Printer{line: line, press: escpos.NewPress(width), roll: Endless, dialect: Dialect{Model: "SIM-58", InOrder: true, Automatic: true}, changed: make(chan struct{})}
}

// Run works until ctx ends.
func (p *Printer) Run(ctx context.Context) {
	const wait = 50 * time.Millisecond // how soon Run sees the end of ctx
	buf := make([]byte, 512)
	for ctx.Err() == nil {
		n := p.line.Read(buf, wait)
		p.whileStuck(ctx)
		p.receive(buf[:n])
	}
}

// whileStuck returns when the printer works, or ctx ends.
func (p *Printer) whileStuck(ctx context.Context) {
	for ctx.Err() == nil {
		p.mu.Lock()
		stuck, changed := p.stuck, p.changed
		p.mu.Unlock()
		if !stuck {
			return
		}
		select {
		case <-ctx.Done():
		case <-changed:
		}
	}
}

// LoadPaper puts in a roll with so many dots left, or Endless. A roll of none is taken out.
func (p *Printer) LoadPaper(dots int) {
	p.change(func() { p.roll = dots })
}

// OpenCover opens the cover or closes it.
func (p *Printer) OpenCover(open bool) {
	p.change(func() { p.status.Cover = open })
}

// Jam makes the knife stick, or frees it.
func (p *Printer) Jam(jammed bool) {
	p.change(func() { p.status.Knife = jammed })
}

// Overheat makes the print head too hot, or lets it cool.
func (p *Printer) Overheat(hot bool) {
	p.change(func() { p.status.Hot = hot })
}

// Deafen makes a printer that prints and answers nothing, or mends it.
func (p *Printer) Deafen(deaf bool) {
	p.change(func() { p.deaf = deaf })
}

// Speak makes a printer of another kind.
func (p *Printer) Speak(d Dialect) {
	p.change(func() { p.dialect = d })
}

// Stick makes the printer stop taking bytes, as one does that is switched off behind flow control, or lets it go on.
func (p *Printer) Stick(stuck bool) {
	p.change(func() {
		p.stuck = stuck
		p.wake()
	})
}

// Papers returns all papers printed so far, oldest first.
func (p *Printer) Papers() []Paper {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.papers)
}

// Printing returns the paper under the print head as far as it has come.
func (p *Printer) Printing() Paper {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.press.Paper().Clone()
}

// Await waits until the printer has printed at least n papers, and returns all.
func (p *Printer) Await(ctx context.Context, n int) ([]Paper, error) {
	for {
		p.mu.Lock()
		papers, changed := slices.Clone(p.papers), p.changed
		p.mu.Unlock()
		if len(papers) >= n {
			return papers, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return papers, fmt.Errorf("%d of %d papers printed: %w", len(papers), n, ctx.Err())
		}
	}
}

// receive takes bytes from the line: answers what is asked at once, keeps the rest, and works it off if it can.
func (p *Printer) receive(b []byte) {
	p.mu.Lock()
	answers := p.atOnce(b)
	p.input = append(p.input, b[:min(len(b), inputSize-len(p.input))]...)
	answers = append(answers, p.workOff()...)
	p.say(answers)
}

// change lets do change the printer's state, tells of it, and goes on with what waited.
func (p *Printer) change(do func()) {
	p.mu.Lock()
	before := p.status
	do()
	p.sense()
	var answers []byte
	if p.auto && p.status != before {
		a := p.status.Auto()
		answers = a[:]
	}
	p.say(append(answers, p.workOff()...))
}

// say unlocks the printer and sends its answers, in the order in which they were found.
func (p *Printer) say(answers []byte) {
	if p.deaf {
		answers = nil
	}
	p.saying.Lock()
	defer p.saying.Unlock()
	p.mu.Unlock()
	if len(answers) > 0 {
		p.line.Write(answers)
	}
}

// atOnce answers the questions in b, wherever they stand: a printer looks for DLE EOT in pictures too.
func (p *Printer) atOnce(b []byte) (answers []byte) {
	if p.dialect.Old {
		return nil
	}
	all := append(p.tail, b...)
	for i := 2; i < len(all); i++ {
		if all[i-2] == 0x10 && all[i-1] == 0x04 && all[i] >= byte(escpos.AskPrinter) && all[i] <= byte(escpos.AskPaper) {
			answers = append(answers, byte(p.status.RealTime(escpos.AskStatus(all[i]))))
		}
	}
	p.tail = slices.Clone(all[max(0, len(all)-2):])
	return answers
}

// workOff carries out what waits, byte by byte, while the printer is ready, and returns what it says.
func (p *Printer) workOff() (answers []byte) {
	n := 0
	for ; n < len(p.input) && p.status.Ready(); n++ {
		for _, c := range p.parser.Feed(p.input[n : n+1]) {
			answers = append(answers, p.do(c)...)
		}
	}
	p.input = slices.Delete(p.input, 0, n)
	return answers
}

// do carries out one command.
func (p *Printer) do(c escpos.Command) (answers []byte) {
	switch c := c.(type) {
	case escpos.Init:
		p.auto = false
	case escpos.Automatic:
		if p.auto = bool(c) && p.dialect.Automatic; p.auto {
			a := p.status.Auto()
			answers = a[:]
		}
	case escpos.AskName:
		if p.dialect.Model != "" {
			answers = escpos.Name(p.dialect.Model)
		}
	case escpos.Confirm:
		if p.dialect.InOrder {
			answers = []byte{byte(p.status.Confirmed())}
		}
	}
	length := p.press.Paper().Length
	paper, cut := p.press.Work(c)
	if cut {
		p.eject(paper)
		return answers
	}
	if p.roll == Endless {
		return answers
	}
	before := p.status
	p.roll = max(0, p.roll-(p.press.Paper().Length-length))
	p.sense()
	if p.status.PaperOut && p.press.Paper().Length > 0 {
		torn := p.press.Eject()
		torn.Torn = true
		p.eject(torn)
	}
	if p.auto && p.status != before {
		a := p.status.Auto()
		answers = append(answers, a[:]...)
	}
	return answers
}

// sense looks at the roll; a printer that cannot print is off line.
func (p *Printer) sense() {
	p.status.PaperOut = p.roll == 0
	p.status.PaperLow = p.roll != Endless && p.roll < lowPaper
	p.status.Offline = p.status.PaperOut || p.status.Cover || p.status.Knife || p.status.Hot || p.status.Error
}

func (p *Printer) eject(paper Paper) {
	p.papers = append(p.papers, paper)
	p.wake()
}

func (p *Printer) wake() {
	close(p.changed)
	p.changed = make(chan struct{})
}
