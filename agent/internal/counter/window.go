package counter

import (
	"cmp"
	"slices"

	"hallpulse/firmware-protocol/hall"
)

// Act is what a clerk does at a window.
type Act string

// The acts.
const (
	ActOpen     Act = "open"
	ActPause    Act = "pause"
	ActResume   Act = "resume"
	ActClose    Act = "close"
	ActNext     Act = "next"   // call the next one
	ActPick     Act = "pick"   // call this one, out of turn
	ActRecall   Act = "recall" // call the same one again
	ActServe    Act = "serve"  // he has come
	ActMissed   Act = "missed" // nobody came
	ActCancel   Act = "cancel" // he does not want it any more
	ActTransfer Act = "transfer"
	ActHold     Act = "hold" // park the visit
	ActBack     Act = "back" // a parked visit goes on
	ActFinish   Act = "finish"
	ActThird    Act = "third" // here for the third time for the same thing
	ActMet      Act = "met"   // the manager on duty is with him
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
	NumberUsed     Refusal = "number-used"   // this number, or a later one, was given out today
	NoMoreToday    Refusal = "no-more-today" // the service's numbers of a day are given out
	TooLate        Refusal = "too-late"      // he could not be served before the hall closes
	NoRight        Refusal = "no-right"      // his earlier ticket was called, or its right was used or is too old
	TooManyCases   Refusal = "too-many-cases"
	NoSuchClass    Refusal = "no-such-class"
	NoSuchPurpose  Refusal = "no-such-purpose"
	NoSuchReason   Refusal = "no-such-reason"
	NotWaiting     Refusal = "not-waiting" // somebody called it, or it has ended
	NotMissed      Refusal = "not-missed"
	NotHeld        Refusal = "not-held"
	SameWindow     Refusal = "same-window"
	ServiceShut    Refusal = "service-shut" // a manager stopped its tickets
	UnitDown       Refusal = "unit-down"    // the system of the unit that does it is down
	SameClass      Refusal = "same-class"
	NotRatable     Refusal = "not-ratable" // service did not begin, or has not ended, or it is too long ago
	NoSuchLevel    Refusal = "no-such-level"
	AlreadyRated   Refusal = "already-rated" // with the ticket, at this counter
	NoSuchHelper   Refusal = "no-such-helper"
	NotInvited     Refusal = "not-invited"    // nobody can press for this visit at that window now
	AlreadyHelped  Refusal = "already-helped" // by somebody else
	OwnClerk       Refusal = "own-clerk"      // who served a visit does not help with its rating
	ReasonsLate    Refusal = "reasons-late"   // of a press at the tablet that is too long ago, became nothing, or has its reasons
	CallAgain      Refusal = "call-again"     // the rule wants more calls before a number counts as missed
	NotBookable    Refusal = "not-bookable"   // this time, or anything for this item
	SlotFull       Refusal = "slot-full"      // every place at this time is booked
	NotBooked      Refusal = "not-booked"     // or it was cancelled, or is of another day
	HasArrived     Refusal = "has-arrived"    // he has his number already
	TooEarly       Refusal = "too-early"      // for his booking
	CameTooLate    Refusal = "came-too-late"  // his booking has lapsed
	NoSuchTicket   Refusal = "no-such-ticket"
	OtherCounter   Refusal = "other-agent" // it is another agent's of the hall
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
		{open, ActPick, called, []effect{pick}},
		{open, ActBack, serving, []effect{back}},
		{called, ActNext, called, []effect{miss, call}},
		{called, ActPick, called, []effect{miss, pick}},
		{called, ActRecall, called, []effect{recall}},
		{called, ActServe, serving, []effect{serve}},
		{called, ActMissed, open, []effect{miss}},
		{called, ActTransfer, open, []effect{transfer}},
		{called, ActCancel, open, []effect{cancel}},
		{called, ActThird, called, []effect{third}},
		{called, ActMet, called, []effect{met}},
		{serving, ActThird, serving, []effect{third}},
		{serving, ActMet, serving, []effect{met}},
		{serving, ActNext, called, []effect{finish, call}},
		{serving, ActPick, called, []effect{finish, pick}},
		{serving, ActFinish, open, []effect{finish}},
		{serving, ActHold, open, []effect{hold}},
		{serving, ActTransfer, open, []effect{transfer}},
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
	case a == ActPause, a == ActClose, a == ActBack:
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
	Proved bool    // of ActOpen: by his PIN
	Visit  hall.ID // of ActNext, ActPick: what the visit that it opens shall be called
	Ticket hall.ID // of ActPick: who waits or was missed; of ActBack: whose visit is parked
	Why    string  // of ActPick a hall.MovedWhy, of ActHold a hall.HeldWhy, of ActCancel a hall.DropWhy, of ActPause a hall.PausedWhy or none, of ActClose a hall.OffWhy or none, of ActTransfer hall.NoteThird or none
	To     Target  // of ActTransfer
}

// Target is where a ticket is passed on to: a window, a clerk, or whoever calls a letter. An empty letter is the one it has.
type Target struct{ Letter, Window, Staff string }

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
	on := hall.StaffOn{Window: w.ID, Staff: o.Staff, PIN: o.Proved, Also: d.Elsewhere(o.Staff, w.ID)}
	if w.place.Staff != o.Staff {
		on.For = w.place.Staff
	}
	w.Staff = o.Staff
	d.tell(on, hall.WindowOpened{Window: w.ID, Staff: w.Staff})
	d.opens(w)
	return nil
}

// Elsewhere returns a window where a clerk is signed on, other than one; empty: none. He is not signed off there: that is
// for him to do, and what it means for the hub to judge (串岗, domain §6).
func (s *State) Elsewhere(badge, than string) string {
	for _, place := range s.cfg.Catalogue.Windows {
		if place.ID != than && badge != "" && s.windows[place.ID].Staff == badge {
			return place.ID
		}
	}
	return ""
}

func staffOff(d *draft, w *window, o Order) error {
	d.tell(hall.WindowClosed{Window: w.ID, Staff: w.Staff}, hall.StaffOff{Window: w.ID, Staff: w.Staff, Why: hall.OffWhy(o.Why)})
	w.Staff = ""
	return nil
}

func pause(d *draft, w *window, o Order) error {
	why := hall.PausedWhy(o.Why)
	if why != "" && !slices.Contains(hall.PausedWhys(), why) {
		return NoSuchReason
	}
	w.Pause = why
	d.tell(hall.WindowPaused{Window: w.ID, Staff: w.Staff, Why: why})
	return nil
}

func resume(d *draft, w *window, _ Order) error {
	d.tell(hall.WindowResumed{Window: w.ID, Staff: w.Staff})
	d.opens(w)
	return nil
}

// call takes who is first in the order of the rule.
func call(d *draft, w *window, o Order) error {
	t := d.first(w, d.at)
	if t == nil {
		return NobodyWaiting
	}
	d.calls(w, t, o.Visit)
	return nil
}

// pick takes one out of turn, and says why.
func pick(d *draft, w *window, o Order) error {
	why := hall.MovedWhy(o.Why)
	if !slices.Contains(hall.MovedWhys(), why) {
		return NoSuchReason
	}
	t := d.waiting(o.Ticket)
	if t == nil && d.comesBack(o.Ticket) {
		t = d.waiting(o.Ticket)
	}
	if t == nil || !t.With.IsZero() && d.isSitting(t.With) {
		return NotWaiting
	}
	ahead := 0
	for _, other := range d.line(w, d.at) {
		if other.ID == t.ID {
			break
		}
		ahead++
	}
	d.tell(hall.TicketMoved{Ticket: t.ID, Window: w.ID, Staff: w.Staff, Ahead: ahead, Why: why})
	d.calls(w, t, o.Visit)
	return nil
}

// calls calls t to w: its visit goes on there, or another begins under the name id.
func (d *draft) calls(w *window, t *Ticket, id hall.ID) {
	d.unqueue(t)
	w.Since = d.now
	d.tell(hall.TicketCalled{Ticket: t.ID, Window: w.ID})
	called := *t
	called.Window, called.Staff, called.Visit = "", "", hall.ID{}
	if was := d.visits[t.Visit]; was != nil && was.Ended.IsZero() {
		v := *was
		v.Calls, v.Ticket = 1, called
		d.sits(w, &v, Sitting{Called: d.now})
		return
	}
	v := Visit{ID: id, Ticket: called, Unit: d.unitOf(w, t.Item), Calls: 1, Called: d.now}
	d.sits(w, &v, Sitting{Called: d.now})
	d.tell(hall.VisitOpened{Visit: v.ID, Ticket: t.ID, Window: w.ID, Staff: w.Staff, Unit: v.Unit, Item: t.Item})
}

// unitOf returns who answers for a visit at w: the unit of its item, else that of the window.
func (s *State) unitOf(w *window, item string) string {
	if item, ok := s.cfg.Catalogue.Item(item); ok {
		return item.Unit
	}
	return w.place.Unit
}

func recall(d *draft, w *window, _ Order) error {
	v := d.atHand(w)
	v.Calls++
	d.putVisit(v)
	d.tell(hall.TicketRecalled{Ticket: v.Ticket.ID, Window: w.ID, Calls: v.Calls})
	return nil
}

func serve(d *draft, w *window, _ Order) error {
	v := d.atHand(w)
	v.last().Served, v.Ticket.Clerk = d.now, ""
	told := hall.VisitServed{Visit: v.ID}
	if v.Served.IsZero() {
		v.Served = d.now
	} else {
		told.Window, told.Staff = w.ID, w.Staff
	}
	d.putVisit(v)
	d.tell(told)
	d.meets(v)
	return nil
}

func miss(d *draft, w *window, o Order) error {
	v := d.atHand(w)
	if v.Calls < d.rule.Calls {
		return CallAgain
	}
	d.rises(v, o.Act != ActMissed)
	d.tell(hall.TicketMissed{Ticket: v.Ticket.ID, Window: w.ID})
	d.ends(v, v.orServed(hall.OutcomeMissed))
	t := v.Ticket
	t.Missed = true
	d.missed[t.ID] = &t
	d.put(kindTicket, t.ID.String(), t)
	return nil
}

func cancel(d *draft, w *window, o Order) error {
	if !slices.Contains(hall.DropWhys(), hall.DropWhy(o.Why)) {
		return NoSuchReason
	}
	v := d.atHand(w)
	d.rises(v, false)
	d.tell(hall.TicketCancelled{Ticket: v.Ticket.ID, Window: w.ID, Why: hall.DropWhy(o.Why)})
	d.ends(v, v.orServed(hall.OutcomeCancelled))
	return nil
}

// finish ends the visit; its ticket has ended too, or goes to its next stop.
func finish(d *draft, w *window, o Order) error {
	v := d.atHand(w)
	d.rises(v, o.Act != ActFinish)
	if len(v.Ticket.Then) == 0 {
		d.tell(hall.TicketFinished{Ticket: v.Ticket.ID, Window: w.ID})
	} else {
		t := v.Ticket
		stop := t.Then[0]
		t.Letter, t.Item, t.Window, t.Then = stop.Letter, stop.Item, stop.Window, t.Then[1:]
		if agent := d.away(t.Letter, t.Window); agent != "" {
			d.goesAway(w, t, agent)
			d.ends(v, hall.OutcomeFinished)
			d.invites(w, v)
			return nil
		}
		d.enqueue(&t)
		d.tell(hall.TicketQueued{Ticket: t.ID, Letter: t.Letter, Item: t.Item, Window: t.Window, Ahead: d.ahead(&t, d.at)})
	}
	d.ends(v, hall.OutcomeFinished)
	d.invites(w, v)
	return nil
}

func hold(d *draft, w *window, o Order) error {
	why := hall.HeldWhy(o.Why)
	if !slices.Contains(hall.HeldWhys(), why) {
		return NoSuchReason
	}
	v := d.atHand(w)
	d.rises(v, false)
	v.Held = why
	d.putVisit(v)
	d.tell(hall.TicketHeld{Ticket: v.Ticket.ID, Visit: v.ID, Window: w.ID, Why: why})
	return nil
}

// back lets a parked visit go on: at its window, or with who stands in.
func back(d *draft, w *window, o Order) error {
	held := d.open(func(v *Visit) bool { return v.Held != "" && v.Ticket.ID == o.Ticket })
	if len(held) == 0 {
		return NotHeld
	}
	v := *held[0]
	v.Calls = 0
	d.sits(w, &v, Sitting{Called: d.now, Served: d.now})
	d.tell(hall.TicketResumed{Ticket: v.Ticket.ID, Visit: v.ID, Window: w.ID, Staff: w.Staff})
	d.meets(&v)
	return nil
}

// transfer passes the ticket on; it keeps its place. The visit goes on where service had begun and the unit stays.
func transfer(d *draft, w *window, o Order) error {
	if o.Why == string(hall.NoteThird) {
		_ = third(d, w, o) // it refuses nothing
	}
	v := d.atHand(w)
	t := v.Ticket
	if t.Third {
		t.Errand = t.For() // wherever he is sent, it is known what for
	}
	unit, err := d.aim(w, v, &t, o.To)
	if err != nil {
		return err
	}
	agent := d.away(t.Letter, t.Window)
	goesOn := !v.Served.IsZero() && unit == v.Unit && agent == ""
	d.rises(v, false)
	t.Clerk = w.Staff
	if agent != "" { // a visit is one agent's: it ends here, and another begins there
		d.goesAway(w, t, agent)
		d.ends(v, hall.OutcomeTransferred)
		if !v.Served.IsZero() {
			d.invites(w, v)
		}
		return nil
	}
	if goesOn {
		t.Visit = v.ID
	}
	d.enqueue(&t)
	d.tell(hall.TicketTransferred{
		Ticket: t.ID, From: w.ID, Letter: t.Letter, Window: t.Window, Staff: t.Staff, Visit: t.Visit, Clerk: t.Clerk, Ahead: d.ahead(&t, d.at),
	})
	if goesOn {
		d.putVisit(v)
		return nil
	}
	d.ends(v, hall.OutcomeTransferred)
	if !v.Served.IsZero() {
		d.invites(w, v)
	}
	return nil
}

// goesAway passes a ticket on to another agent, and tells so.
func (d *draft) goesAway(w *window, t Ticket, agent string) {
	m := d.passOn(t, agent)
	d.tell(hall.TicketTransferred{
		Ticket: t.ID, From: w.ID, Letter: t.Letter, Window: t.Window, Staff: t.Staff, Clerk: w.Staff, Agent: agent, Hop: m.Hop,
	})
}

// aim writes into t where it goes, and returns the unit that answers for it there: that of its item, else of the window or
// clerk it goes to.
func (d *draft) aim(from *window, v *Visit, t *Ticket, to Target) (unit string, err error) {
	at, known := d.whole().Window(to.Window)
	clerk := hall.Staff{}
	letter := cmp.Or(to.Letter, t.Letter)
	switch {
	case to.Window != "" && !known:
		return "", NoSuchWindow
	case to == (Target{}), to.Window == from.ID, to.Staff != "" && to.Staff == from.Staff:
		return "", SameWindow
	case known && to.Letter == "" && !slices.Contains(at.Services, letter):
		letter = at.Services[0]
	case known && d.whole().Owner(letter) != d.whole().OwnerOf(at.ID):
		return "", NoSuchService // of that window's agent
	}
	if _, ok := d.whole().Service(letter); !ok {
		return "", NoSuchService
	}
	if to.Staff != "" {
		var ok bool
		if clerk, ok = d.cfg.Catalogue.Clerk(to.Staff); !ok {
			return "", NoSuchStaff
		}
		if seat := d.seatOf(to.Staff); to.Letter == "" && to.Window == "" && len(seat.Services) > 0 && !slices.Contains(seat.Services, letter) && d.away("", seat.ID) != "" {
			letter = seat.Services[0]
		}
	}
	if letter != t.Letter {
		t.Letter, t.Item = letter, ""
		unit = d.unitOfLetter(letter)
	}
	t.Window, t.Staff = to.Window, to.Staff
	switch {
	case t.Item != "":
		return v.Unit, nil
	case known:
		return at.Unit, nil
	}
	return cmp.Or(clerk.Unit, unit, v.Unit), nil
}

// seatOf returns the window of a clerk: where he is signed on here, else his own, whichever agent's it is.
func (s *State) seatOf(badge string) hall.Window {
	for _, w := range s.windows {
		if w.Staff == badge && w.State != hall.WindowIsClosed {
			return w.place
		}
	}
	for _, w := range s.whole().Windows {
		if w.Staff == badge {
			return w
		}
	}
	return hall.Window{}
}

// unitOfLetter returns who answers for what people come for under a letter: the unit of the first window that calls it.
func (s *State) unitOfLetter(letter string) string {
	for _, w := range s.whole().Windows {
		if slices.Contains(w.Services, letter) {
			return w.Unit
		}
	}
	return ""
}

// tally returns the window's sums of a business day.
func (w *window) tally(today hall.Day) Tally {
	if w.Tally.Day == today {
		return w.Tally
	}
	return Tally{Day: today}
}
