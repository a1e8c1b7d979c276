package counter

import (
	"slices"

	"hallpulse/firmware-protocol/hall"
)

// Act is what a clerk does at a window.
type Act string

// The acts.
const (
	ActOpen   Act = "open"
	ActPause  Act = "pause"
	ActResume Act = "resume"
	ActClose  Act = "close"
	ActNext   Act = "next"   // call the next one
	ActRecall Act = "recall" // call the same one again
	ActServe  Act = "serve"  // he has come
	ActMissed Act = "missed" // nobody came
	ActFinish Act = "finish"
)

// Refusal is why something was not done. Nothing has changed then. Its text is a code: words are chosen by it.
type Refusal string

func (r Refusal) Error() string { return string(r) }

// The refusals.
const (
	NoSuchWindow   Refusal = "no-such-window"
	NoSuchAct      Refusal = "no-such-act"
	NoSuchService  Refusal = "no-such-service"
	NoSuchItem     Refusal = "no-such-item" // or it belongs to another letter
	NoSuchStaff    Refusal = "no-such-staff"
	NobodyWaiting  Refusal = "nobody-waiting"
	NobodyCalled   Refusal = "nobody-called"
	NotServing     Refusal = "not-serving" // called, but service has not begun
	AlreadyServing Refusal = "already-serving"
	AlreadyOpen    Refusal = "already-open"
	NotPaused      Refusal = "not-paused"
	VisitAtHand    Refusal = "visit-at-hand" // end the visit first
	WindowClosed   Refusal = "window-closed"
	WindowPaused   Refusal = "window-paused"
	NumberUsed     Refusal = "number-used" // this number, or a later one, was given out today
)

// effect is what a move does beside changing the window's state.
type effect func(*draft, *window, Order) error

// move is one line of the machine that the package comment draws.
type move struct {
	from hall.WindowState
	act  Act
	to   hall.WindowState
	does []effect
}

func moves() []move {
	const closed, open, called = hall.WindowIsClosed, hall.WindowIsOpen, hall.WindowIsCalled
	const serving, paused = hall.WindowIsServing, hall.WindowIsPaused
	return []move{
		{closed, ActOpen, open, []effect{staffOn}},
		{open, ActPause, paused, []effect{pause}},
		{open, ActClose, closed, []effect{staffOff}},
		{open, ActNext, called, []effect{call}},
		{called, ActNext, called, []effect{miss, call}},
		{called, ActRecall, called, []effect{recall}},
		{called, ActServe, serving, []effect{serve}},
		{called, ActMissed, open, []effect{miss}},
		{serving, ActNext, called, []effect{finish, call}},
		{serving, ActFinish, open, []effect{finish}},
		{paused, ActResume, open, []effect{resume}},
		{paused, ActClose, closed, []effect{staffOff}},
	}
}

// refusal says why an act has no move from a state.
func refusal(from hall.WindowState, a Act) Refusal {
	switch {
	case from == hall.WindowIsClosed:
		return WindowClosed
	case from == hall.WindowIsPaused:
		return WindowPaused
	case a == ActOpen:
		return AlreadyOpen
	case a == ActResume:
		return NotPaused
	case from == hall.WindowIsOpen:
		return NobodyCalled
	case a == ActPause, a == ActClose:
		return VisitAtHand
	case from == hall.WindowIsCalled:
		return NotServing
	}
	return AlreadyServing
}

// Order is an act at a window.
type Order struct {
	Window string
	Act    Act
	Staff  string  // of ActOpen: the badge of who signs on
	Visit  hall.ID // of ActNext: what the visit it opens shall be called
}

// Do carries out an order of a clerk. What it returns instead of a decision is a Refusal.
func (s *State) Do(m hall.Moment, o Order) (Decision, error) {
	was, ok := s.windows[o.Window]
	if !ok {
		return Decision{}, NoSuchWindow
	}
	all := moves()
	if !slices.ContainsFunc(all, func(v move) bool { return v.act == o.Act }) {
		return Decision{}, NoSuchAct
	}
	i := slices.IndexFunc(all, func(v move) bool { return v.from == was.State && v.act == o.Act })
	if i < 0 {
		return Decision{}, refusal(was.State, o.Act)
	}
	d := s.begin(m)
	w := *d.windows[o.Window]
	if all[i].to != w.State {
		w.Since = d.now
	}
	w.State = all[i].to
	for _, do := range all[i].does {
		if err := do(d, &w, o); err != nil {
			return Decision{}, err
		}
	}
	d.putWindow(&w)
	return d.end(), nil
}

func staffOn(d *draft, w *window, o Order) error {
	if _, ok := d.cfg.Catalogue.Clerk(o.Staff); !ok {
		return NoSuchStaff
	}
	w.Staff = o.Staff
	d.tell(hall.StaffOn{Window: w.ID, Staff: w.Staff}, hall.WindowOpened{Window: w.ID, Staff: w.Staff})
	return nil
}

func staffOff(d *draft, w *window, _ Order) error {
	d.tell(hall.WindowClosed{Window: w.ID, Staff: w.Staff}, hall.StaffOff{Window: w.ID, Staff: w.Staff})
	w.Staff = ""
	return nil
}

func pause(d *draft, w *window, _ Order) error {
	d.tell(hall.WindowPaused{Window: w.ID, Staff: w.Staff})
	return nil
}

func resume(d *draft, w *window, _ Order) error {
	d.tell(hall.WindowResumed{Window: w.ID, Staff: w.Staff})
	return nil
}

// call takes the first of the first letter, in the window's order of preference, in which anybody waits.
func call(d *draft, w *window, o Order) error {
	i := slices.IndexFunc(w.place.Services, func(l string) bool { return len(d.queues[l]) > 0 })
	if i < 0 {
		return NobodyWaiting
	}
	letter := w.place.Services[i]
	t := d.queues[letter][0]
	d.queues[letter] = d.queues[letter][1:]
	d.drop(kindTicket, t.ID.String())
	v := Visit{ID: o.Visit, Ticket: *t, Window: w.ID, Calls: 1, Called: d.now}
	w.visits = append(slices.Clip(w.visits), &v)
	w.Since = d.now
	d.putVisit(&v)
	unit := w.place.Unit
	if item, ok := d.cfg.Catalogue.Item(t.Item); ok {
		unit = item.Unit
	}
	d.tell(
		hall.TicketCalled{Ticket: t.ID, Window: w.ID},
		hall.VisitOpened{Visit: v.ID, Ticket: t.ID, Window: w.ID, Staff: w.Staff, Unit: unit, Item: t.Item},
	)
	return nil
}

func recall(d *draft, w *window, _ Order) error {
	v := *w.current()
	v.Calls++
	d.replace(w, &v)
	d.tell(hall.TicketRecalled{Ticket: v.Ticket.ID, Window: w.ID, Calls: v.Calls})
	return nil
}

func serve(d *draft, w *window, _ Order) error {
	v := *w.current()
	v.Served = d.now
	d.replace(w, &v)
	d.tell(hall.VisitServed{Visit: v.ID})
	return nil
}

func miss(d *draft, w *window, o Order) error {
	v := *w.current()
	v.Ended, v.Outcome, v.ByNext = d.now, hall.OutcomeMissed, o.Act == ActNext
	d.replace(w, &v)
	d.tell(
		hall.TicketMissed{Ticket: v.Ticket.ID, Window: w.ID},
		hall.VisitFinished{Visit: v.ID, Staff: w.Staff, Outcome: v.Outcome, ByNext: v.ByNext},
	)
	return nil
}

// finish ends the visit and invites its rating, unless it has one (domain §3.10, §3.11).
func finish(d *draft, w *window, o Order) error {
	v := *w.current()
	v.Ended, v.Outcome, v.ByNext = d.now, hall.OutcomeFinished, o.Act == ActNext
	rated := !v.Rated.IsZero()
	d.replace(w, &v)
	d.tell(
		hall.TicketFinished{Ticket: v.Ticket.ID, Window: w.ID},
		hall.VisitFinished{Visit: v.ID, Staff: w.Staff, Outcome: v.Outcome, ByNext: v.ByNext, Rated: rated},
	)
	w.Tally = w.tally(d.day.Day)
	w.Tally.Served++
	w.Tally.Invited++
	if rated {
		w.Tally.Rated++
	} else {
		d.tell(hall.RatingInvited{Visit: v.ID, Window: w.ID, Until: d.at.Add(d.cfg.InviteFor)})
	}
	return nil
}

// tally returns the window's sums of a business day.
func (w *window) tally(today hall.Day) Tally {
	if w.Tally.Day == today {
		return w.Tally
	}
	return Tally{Day: today}
}

// replace puts v in the place of the last visit of w, a copy that belongs to this draft.
func (d *draft) replace(w *window, v *Visit) { d.replaceAt(w, len(w.visits)-1, v) }

func (d *draft) replaceAt(w *window, i int, v *Visit) {
	w.visits = slices.Clone(w.visits)
	w.visits[i] = v
	d.putVisit(v)
}
