package device

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"hallpulse/firmware-protocol/escpos"
	"hallpulse/firmware-protocol/hall"
)

var (
	// errSilent: no answer came in time.
	errSilent = errors.New("printer does not answer")
	// errBlocked: while an answer was waited for the printer told a state in which it will not come.
	errBlocked = errors.New("printer cannot go on")
)

// talk is the conversation with a printer at one opening of its port: questions and answers. All but the listening
// belongs to the goroutine of the session.
type talk struct {
	c       *portConn
	waits   printerWaits
	replies chan escpos.Reply // closed when the port is gone: err says why
	err     error
	noise   atomic.Int64 // bytes that are no reply
	cancel  context.CancelFunc
}

// startTalk begins to listen; stop ends it and waits.
func startTalk(ctx context.Context, c *portConn, waits printerWaits) *talk {
	ctx, cancel := context.WithCancel(ctx)
	t := &talk{c: c, waits: waits, replies: make(chan escpos.Reply, 64), cancel: cancel}
	go t.listen(ctx)
	return t
}

func (t *talk) stop() {
	t.cancel()
	for range t.replies { // until listen has closed it
	}
}

// listen hands on what the printer says, until the port is gone or ctx ends.
func (t *talk) listen(ctx context.Context) {
	defer close(t.replies)
	var d escpos.Decoder
	buf := make([]byte, 64)
	for ctx.Err() == nil {
		n, err := t.c.Read(buf)
		if err != nil {
			t.err = err
			return
		}
		for _, r := range d.Feed(buf[:n]) {
			if b, is := r.(escpos.Noise); is {
				if b != escpos.XON && b != escpos.XOFF {
					t.noise.Add(1)
				}
				continue
			}
			select {
			case t.replies <- r:
			case <-ctx.Done():
			}
		}
	}
	t.err = ctx.Err()
}

// send hands b to the port.
func (t *talk) send(b []byte) error { return t.c.Write(b) }

// next returns the next reply, or errSilent when late fires first.
func (t *talk) next(ctx context.Context, late <-chan time.Time) (escpos.Reply, error) {
	select {
	case r, ok := <-t.replies:
		if !ok {
			return nil, t.err
		}
		return r, nil
	case <-late:
		return nil, errSilent
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// heard takes what has been said and not been listened to, and returns the last state in it that the printer told by
// itself.
func (t *talk) heard() (last escpos.Status) {
	for {
		select {
		case r := <-t.replies:
			if r == nil {
				return last // gone: the next send or wait says so
			}
			if a, is := r.(escpos.Auto); is {
				last = a.Status()
			}
		default:
			return last
		}
	}
}

// state asks the printer about itself while nothing is printed, by the best question it answers.
func (t *talk) state(ctx context.Context, p Profile) (escpos.Status, error) {
	if p.answers(statusRealTime) {
		return t.status(ctx)
	}
	t.forget()
	if err := t.send(t.end(p)); err != nil {
		return escpos.Status{}, err
	}
	return t.answered(ctx, p, t.waits.answer, t.waits.answer)
}

// begin makes the printer ready for a job. One that answers nothing but its automatic status in order is silenced, and what
// it said before has come when begin returns: the next thing it says is the answer to what end asks.
func (t *talk) begin(ctx context.Context, p Profile) error {
	cmds := escpos.Append(nil, escpos.Init{})
	inOrder, automatic := p.answers(statusInOrder), p.answers(statusAutomatic)
	if automatic {
		cmds = escpos.Append(cmds, escpos.Automatic(inOrder))
	}
	if err := t.send(cmds); err != nil || inOrder || !automatic {
		return err
	}
	return t.drain(ctx)
}

// end returns what is sent behind a job to hear that it has come out.
func (t *talk) end(p Profile) []byte {
	switch {
	case p.answers(statusInOrder):
		return escpos.Append(nil, escpos.Confirm{})
	case p.answers(statusAutomatic):
		return escpos.Append(nil, escpos.Automatic(true))
	}
	return nil
}

// ended waits for the answer to end. What can be asked at any time is asked when the job, which takes so long on the line,
// can have arrived: a question may wait behind it.
func (t *talk) ended(ctx context.Context, p Profile, takes time.Duration) (escpos.Status, error) {
	switch {
	case !p.answersInOrder():
		if err := t.pause(ctx, takes); err != nil {
			return escpos.Status{}, err
		}
		return t.status(ctx)
	case p.answers(statusRealTime):
		return t.answered(ctx, p, t.waits.confirm, takes)
	}
	return t.answered(ctx, p, t.waits.confirm, t.waits.confirm)
}

// answered waits for the answer in order, and asks from a time on what keeps it, one question at a time: an answer does not
// name its own. With errBlocked it returns the state in which none will come.
func (t *talk) answered(ctx context.Context, p Profile, wait, ask time.Duration) (escpos.Status, error) {
	now := time.Now()
	late, next := now.Add(wait), now.Add(ask)
	q, all, asked := escpos.AskPrinter, escpos.Status{}, false
	defer func() {
		if asked { // its answer must not be taken for one to a later question
			_ = t.drain(ctx)
		}
	}()
	for {
		first := late
		if next.Before(late) {
			first = next
		}
		r, err := t.next(ctx, time.After(time.Until(first)))
		if errors.Is(err, errSilent) && first != late {
			err, next, asked = t.send(escpos.Append(nil, q)), late, true
		}
		if err != nil {
			return escpos.Status{}, err
		}
		switch r := r.(type) {
		case escpos.Confirmed:
			return r.Status(), nil
		case escpos.Auto:
			s := r.Status()
			if !p.answers(statusInOrder) {
				return s, nil
			}
			if blocks(s) {
				return s, errBlocked
			}
		case escpos.RealTime:
			all, next, asked = joined(all, q, r), time.Now(), false
			if q++; q <= escpos.AskPaper {
				continue
			}
			if blocks(all) {
				return all, errBlocked
			}
			q, all, next = escpos.AskPrinter, escpos.Status{}, next.Add(t.waits.answer)
		}
	}
}

// forget drops what was said before a question.
func (t *talk) forget() {
	t.heard()
	t.noise.Store(0)
}

// status asks the printer all about itself. Between its answers the state can change: off line without a cause is asked
// about once more before it is believed.
func (t *talk) status(ctx context.Context) (escpos.Status, error) {
	s, err := t.askAll(ctx)
	if err == nil && troubleIn(s) == hall.TroubleOffline {
		return t.askAll(ctx)
	}
	return s, err
}

// askAll asks the four questions. An answer does not name its question, so what was said before is forgotten first.
func (t *talk) askAll(ctx context.Context) (all escpos.Status, err error) {
	t.forget()
	for q := escpos.AskPrinter; q <= escpos.AskPaper; q++ {
		a, err := t.ask(ctx, q)
		if err != nil {
			return escpos.Status{}, err
		}
		all = joined(all, q, a)
	}
	return all, nil
}

// joined adds the answer to q to those to the questions before it.
func joined(all escpos.Status, q escpos.AskStatus, a escpos.RealTime) escpos.Status {
	s := a.Status(q)
	if q == escpos.AskError && (s.Knife || s.Hot) {
		all.Error = s.Error // what was told as an error before has its name now
	}
	return all.And(s)
}

func (t *talk) ask(ctx context.Context, q escpos.AskStatus) (escpos.RealTime, error) {
	if err := t.send(escpos.Append(nil, q)); err != nil {
		return 0, err
	}
	late := time.After(t.waits.answer)
	for {
		r, err := t.next(ctx, late)
		if err != nil {
			return 0, err
		}
		if a, is := r.(escpos.RealTime); is {
			return a, nil
		}
	}
}

// silence says in one of hall's words what kept status from an answer.
func (t *talk) silence() hall.Trouble {
	if t.noise.Load() > 0 {
		return hall.TroubleGarbage
	}
	return hall.TroubleNoAnswer
}

// drain returns when the printer has been quiet for a while: no older answer is on its way.
func (t *talk) drain(ctx context.Context) error {
	for {
		if _, err := t.next(ctx, time.After(t.waits.quiet)); errors.Is(err, errSilent) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// pause returns after a while, or earlier when the printer tells a change of its state.
func (t *talk) pause(ctx context.Context, wait time.Duration) error {
	late := time.After(wait)
	for {
		r, err := t.next(ctx, late)
		if errors.Is(err, errSilent) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, is := r.(escpos.Auto); is {
			return nil
		}
	}
}
