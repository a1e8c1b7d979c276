package device

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"hallpulse/firmware-protocol/escpos"
	"hallpulse/firmware-protocol/hall"
)

// PrinterConfig is one ticket printer of the counter.
type PrinterConfig struct {
	Name    string // in facts and on screens
	Port    PortConfig
	Printer Profile // one that answers no question has printed a job when it was sent
}

// Validate names every fault of c at once; nil means a printer can be looked for.
func (c PrinterConfig) Validate() error {
	var faults []error
	if c.Name == "" {
		faults = append(faults, errors.New("printer: name is empty: facts and screens name it"))
	}
	for _, f := range c.Printer.Faults() {
		faults = append(faults, fmt.Errorf("printer %s: %s: %s", c.Name, f.At, f.Say))
	}
	if err := c.Port.Validate(); err != nil {
		faults = append(faults, fmt.Errorf("printer %s: %w", c.Name, err))
	}
	return errors.Join(faults...)
}

// Job is one paper to print.
type Job struct {
	Name  string // for the log
	Bytes []byte // as LayoutTicket makes them; not to be changed until Done
	// Done hears once how the job ended: "" is printed, as far as the printer can tell; hall.TroubleDoubtful is sent,
	// wholly or in part, and nobody knows; every other trouble is not printed, or not whole. Of a job that was not sent
	// nothing was or will be printed: another printer may have it. It is called from Run and must not wait for the printer.
	Done func(trouble hall.Trouble, sent bool)
}

// Refused is the error of a job that was not taken. Nothing of it was or will be printed.
type Refused struct{ Trouble hall.Trouble }

func (r Refused) Error() string { return "printer refuses the job: " + string(r.Trouble) }

// maxJobs is how many jobs can wait: more than a queue at the ticket desk brings forth while one is printed.
const maxJobs = 16

// printerWaits are the times a printer is given.
type printerWaits struct {
	answer  time.Duration // for the answer to a question asked while nothing is printed
	confirm time.Duration // for the end of a job, after its last byte was taken
	quiet   time.Duration // without a word: no answer to an older question is on its way
	ask     time.Duration // between questions while nothing is printed
}

// Printer owns one ticket printer: its port, the jobs that wait, and what is known of its state. A job is sent once:
// what was interrupted is reported and never sent again by itself.
type Printer struct {
	cfg   PrinterConfig
	keep  func(hall.Fact) error
	log   *slog.Logger
	waits printerWaits
	jobs  chan Job

	mu      sync.Mutex
	trouble hall.Trouble // why jobs are refused; empty: they are taken

	// Run's own.
	link, fault standing
	unkept      complaint
	torn        []byte // a job of which the printer may hold only the front
	opened      bool   // the port was opened and nothing sent since: nobody knows what the printer holds of an earlier run
}

// NewPrinter returns a printer that takes jobs: the first wait until Run has reached it, or could not. tell gets DeviceUp,
// DeviceDown and DeviceFault from Run's goroutine, each once at each change; what it refuses to keep is told again at the next occasion.
func NewPrinter(cfg PrinterConfig, tell func(hall.Fact) error, log *slog.Logger) *Printer {
	return &Printer{
		cfg: cfg, keep: tell, log: log.With("device", cfg.Name),
		waits: printerWaits{answer: 2 * time.Second, confirm: 30 * time.Second, quiet: 500 * time.Millisecond, ask: 5 * time.Second},
		jobs:  make(chan Job, maxJobs),
	}
}

// Print hands a job to Run and returns at once. It returns a Refused, and Done is never called, while the printer is
// away, out of paper, open, faulty or has too much to do; after nil Done is called exactly once.
func (p *Printer) Print(j Job) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.trouble != "" {
		return Refused{p.trouble}
	}
	select {
	case p.jobs <- j:
		return nil
	default:
		return Refused{hall.TroubleBusy}
	}
}

// Run prints until ctx ends; the port is opened again for ever. It returns when the port is closed and every job that
// was taken has been answered for. An error means that the configuration can never work.
func (p *Printer) Run(ctx context.Context) error {
	if err := p.cfg.Validate(); err != nil {
		return err
	}
	keepPort(ctx, p.cfg.Port, p.log, p.down, p.session)
	p.refuse(hall.TroubleMissing)
	return nil
}

// session works with the printer at one opening of its port.
func (p *Printer) session(ctx context.Context, c *portConn) (err error) {
	defer func() {
		why := hall.TroubleMissing
		if errors.Is(err, errStuck) {
			why = hall.TroubleStuck
		}
		p.refuse(why)
	}()
	t := startTalk(ctx, c, p.waits)
	defer t.stop()
	p.opened = true
	for {
		if err := p.settle(ctx, t); err != nil {
			return err
		}
		p.accept()
		if err := p.serve(ctx, t); err != nil {
			return err
		}
	}
}

// settle returns when the printer answers, is ready, and has neither a piece of an earlier job nor an answer to one left.
// Until then it tells what is in the way.
func (p *Printer) settle(ctx context.Context, t *talk) error {
	filled := false
	for len(p.cfg.Printer.Status) > 0 {
		s, err := t.state(ctx, p.cfg.Printer)
		if err == nil && s.Ready() {
			if err = p.align(ctx, t); err == nil {
				p.up(troubleIn(s))
				return nil
			}
		}
		wait := p.waits.ask
		switch {
		case errors.Is(err, errBlocked):
			err, wait = nil, p.waits.quiet // then the answers say by what
		case errors.Is(err, errSilent):
			p.down(t.silence())
			err = nil
			if !filled {
				err, filled = t.send(p.filler()), true
			}
		case err == nil:
			p.refuse(troubleIn(s))
			p.up(troubleIn(s))
		}
		if err != nil {
			return err
		}
		if err := t.pause(ctx, wait); err != nil {
			return err
		}
	}
	stump := p.abandon()
	if err := t.send(stump); err != nil {
		return err
	}
	if err := t.pause(ctx, p.takes(len(stump))); err != nil {
		return err
	}
	p.opened = false
	p.up("")
	return nil
}

// align brings a ready printer in step with us: what it holds of a job cut off is ended and thrown out, and all answers
// that were on their way have come.
func (p *Printer) align(ctx context.Context, t *talk) error {
	stump := p.abandon()
	if err := t.send(stump); err != nil {
		return err
	}
	if err := t.begin(ctx, p.cfg.Printer); err != nil {
		return err
	}
	if err := t.send(t.end(p.cfg.Printer)); err != nil {
		return err
	}
	if _, err := t.ended(ctx, p.cfg.Printer, p.takes(len(stump))); err != nil {
		return err
	}
	p.torn, p.opened = nil, false
	return t.drain(ctx)
}

// abandon returns what must be sent before the next job because of one that was cut off. A printer that answers nothing
// in order would swallow the next job without a word if an earlier run left it in the middle of a picture.
func (p *Printer) abandon() []byte {
	switch {
	case p.torn != nil:
		return escpos.Abandon(p.torn)
	case p.opened && !p.cfg.Printer.answersInOrder():
		return p.filler()
	}
	return nil
}

// filler is the rest of the longest picture that an earlier run of this program can have begun to send. Between commands
// a printer ignores it.
func (p *Printer) filler() []byte {
	const header = 8
	return escpos.Append(make([]byte, header+p.cfg.Printer.Dots/8*escpos.BandRows), escpos.Init{})
}

// serve prints job after job. It returns nil when the printer must be settled before the next.
func (p *Printer) serve(ctx context.Context, t *talk) error {
	ask := time.NewTicker(p.waits.ask)
	defer ask.Stop()
	for {
		var s escpos.Status
		var err error
		select {
		case <-ctx.Done():
			return ctx.Err()
		case j := <-p.jobs:
			var trouble hall.Trouble
			trouble, err = p.print(ctx, t, j.Bytes)
			p.log.Debug("job ended", "job", j.Name, "trouble", trouble)
			j.Done(trouble, trouble == "" || p.torn != nil)
			if trouble != "" {
				return err
			}
			continue
		case r, ok := <-t.replies:
			if !ok {
				return t.err
			}
			a, is := r.(escpos.Auto)
			if !is || !p.cfg.Printer.answers(statusAutomatic) {
				continue
			}
			s = a.Status()
		case <-ask.C:
			if len(p.cfg.Printer.Status) == 0 {
				continue
			}
			if s, err = t.state(ctx, p.cfg.Printer); err != nil && !errors.Is(err, errSilent) {
				return err
			}
		}
		if err != nil || !s.Ready() {
			return nil
		}
		p.up(troubleIn(s))
	}
}

// print sends one job and returns what Job.Done is told. A job with a trouble leaves the printer to be settled. The error
// is that of a port that is gone.
//
// The state is asked before: a question sent behind the job would wait behind it. The end is confirmed in order. That
// no answer comes in time means neither that the printer is off line nor that it did not print.
func (p *Printer) print(ctx context.Context, t *talk, job []byte) (trouble hall.Trouble, err error) {
	if len(p.cfg.Printer.Status) == 0 {
		return p.printBlindly(ctx, t, job)
	}
	s, err := t.state(ctx, p.cfg.Printer)
	switch {
	case errors.Is(err, errSilent):
		return t.silence(), nil
	case err != nil:
		return hall.TroubleMissing, err
	case !s.Ready():
		return troubleIn(s), nil
	}
	p.torn = job
	if err = t.begin(ctx, p.cfg.Printer); err == nil {
		err = t.send(slices.Concat(job, t.end(p.cfg.Printer)))
	}
	if err != nil {
		if s := t.heard(); blocks(s) { // it said why it takes no more
			return troubleIn(s), err
		}
		return hall.TroubleDoubtful, err
	}
	s, err = t.ended(ctx, p.cfg.Printer, p.takes(len(job)))
	switch {
	case errors.Is(err, errSilent):
		return hall.TroubleDoubtful, nil
	case errors.Is(err, errBlocked), err == nil && !s.Ready():
		return troubleIn(s), nil
	case err != nil:
		return hall.TroubleDoubtful, err
	}
	p.torn = nil
	p.up(troubleIn(s))
	return "", nil
}

// takes is how long so many bytes are on the line.
func (p *Printer) takes(bytes int) time.Duration {
	const bits = 10 // of a byte
	return time.Duration(bytes*bits) * time.Second / time.Duration(cmp.Or(p.cfg.Port.Baud, DefaultBaud))
}

// printBlindly sends a job to a printer that answers nothing: what can have arrived counts as printed.
func (p *Printer) printBlindly(ctx context.Context, t *talk, job []byte) (trouble hall.Trouble, err error) {
	p.torn = job
	if err = t.send(append(escpos.Append(nil, escpos.Init{}), job...)); err == nil {
		err = t.pause(ctx, p.takes(len(job)))
	}
	if err != nil {
		return hall.TroubleDoubtful, err
	}
	p.torn = nil
	return "", nil
}

// accept lets jobs in.
func (p *Printer) accept() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.trouble = ""
}

// refuse lets no more jobs in and answers for those that wait: nothing of them was sent.
func (p *Printer) refuse(why hall.Trouble) {
	p.mu.Lock()
	p.trouble = why
	p.mu.Unlock()
	for {
		select {
		case j := <-p.jobs:
			j.Done(why, false)
		default:
			return
		}
	}
}

// down refuses jobs and tells that the printer does not answer.
func (p *Printer) down(why hall.Trouble) {
	p.refuse(why)
	p.tell(&p.link, hall.DeviceDown{Device: p.cfg.Name, Kind: hall.KindPrinter, Why: why})
}

// up tells that the printer answers, and what is wrong with it; an empty fault clears an earlier one.
func (p *Printer) up(fault hall.Trouble) {
	about := func(fault hall.Trouble) hall.Fact {
		return hall.DeviceFault{Device: p.cfg.Name, Kind: hall.KindPrinter, Fault: fault}
	}
	if up := hall.Fact(hall.DeviceUp{Device: p.cfg.Name, Kind: hall.KindPrinter}); p.link.told != up {
		p.tell(&p.link, up)
		p.fault.told = about("") // DeviceUp clears all faults
	}
	p.tell(&p.fault, about(fault))
}

func (p *Printer) tell(s *standing, f hall.Fact) {
	p.unkept.about(p.log, "a fact about the printer was not kept", s.tell(f, p.keep))
}

// troubleIn names the trouble in s that a person must deal with first; an open cover makes the paper sensor lie.
func troubleIn(s escpos.Status) hall.Trouble {
	switch {
	case s.Cover:
		return hall.TroubleCover
	case s.Knife:
		return hall.TroubleKnife
	case s.Error:
		return hall.TroubleError
	case s.PaperOut:
		return hall.TroublePaperOut
	case s.Hot:
		return hall.TroubleHot
	case s.Offline:
		return hall.TroubleOffline
	case s.PaperLow:
		return hall.TroublePaperLow
	}
	return ""
}

// blocks reports whether a job under way will not go on by itself. Off line alone can be the pause of a full buffer; a
// print head that is too hot cools.
func blocks(s escpos.Status) bool { return s.Cover || s.Knife || s.Error || s.PaperOut }
