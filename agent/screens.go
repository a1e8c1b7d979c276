package agent

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"hallpulse/agent/internal/counter"
	"hallpulse/agent/internal/desk"
	"hallpulse/firmware-protocol/hall"
)

// screens carries acts from the desk to the counter, and shows it there.
type screens struct{ *program }

// Do implements desk.Counter.
func (s screens) Do(_ context.Context, o counter.Order) error {
	rule := forRating // it moves a visit on to its rating
	opens := o.Act == counter.ActNext || o.Act == counter.ActPick
	if opens {
		if err := s.roomForMore(); err != nil {
			return err
		}
		rule = plain
	}
	s.use(o.Window)
	return s.decide(rule, func(st *counter.State, m hall.Moment) (c change, err error) {
		if opens {
			id, serial := s.nextID()
			o.Visit, c.puts = id, append(c.puts, serial)
		}
		c.Decision, err = st.Do(m, o)
		return c, err
	})
}

// Return implements desk.Counter.
func (s screens) Return(_ context.Context, ticket hall.ID) error {
	return s.decide(plain, func(st *counter.State, m hall.Moment) (c change, err error) {
		c.Decision, err = st.Return(m, ticket)
		return c, err
	})
}

// Cancel implements desk.Counter.
func (s screens) Cancel(_ context.Context, ticket hall.ID, why hall.DropWhy) error {
	return s.decide(plain, func(st *counter.State, m hall.Moment) (c change, err error) {
		c.Decision, err = st.Cancel(m, ticket, why)
		return c, err
	})
}

// Issue implements desk.Counter.
func (s screens) Issue(ctx context.Context, r counter.Request) (desk.Ticket, error) {
	if owner := s.ownerOf(r); owner != "" {
		out, err := s.issueThere(ctx, owner, r)
		out.With = s.linked(r, out.ID)
		return out, err
	}
	a, err := s.issue(r, "")
	if err != nil {
		return desk.Ticket{}, err
	}
	out := s.handOut(ctx, a)
	out.With = s.linked(r, out.ID)
	return out, nil
}

// linked returns the number of the earlier ticket that a new one waits for; empty where another agent gave it out: neither knows
// of the other.
func (s screens) linked(r counter.Request, id hall.ID) string {
	if r.With.Agent != id.Agent || r.Class == hall.ClassCarried {
		return ""
	}
	return s.view().papers[r.With].Ticket.Number
}

// Print implements desk.Counter.
func (s screens) Print(ctx context.Context, id hall.ID) (desk.Ticket, error) {
	v := s.view()
	a, ok := v.papers[id]
	switch {
	case !ok:
		return desk.Ticket{}, desk.NoSuchTicket
	case len(s.printers) == 0:
		return desk.Ticket{}, desk.NoPrinter
	}
	err := s.decide(plain, func(st *counter.State, m hall.Moment) (change, error) {
		a.printing = a.again(m)
		return a.change(st), nil
	})
	if err != nil {
		return desk.Ticket{}, err
	}
	return s.handOut(ctx, a), nil
}

// handOut prints a ticket, and says what its holder is told of it.
func (s screens) handOut(ctx context.Context, a paper) desk.Ticket {
	t, token, trouble := a.Ticket, s.tokenOn(a), s.print(ctx, a)
	out := desk.Ticket{
		ID: t.ID, Number: t.Number, Ahead: a.Ahead, P50: a.P50Mins, P90: a.P90Mins, Code: codeOf(token), URL: s.urlOf(token),
		Printed: trouble == "", Trouble: trouble,
	}
	out.Windows, out.Floor, out.FloorEN = s.place(t.Letter)
	if !t.Due.IsZero() {
		out.Due = &t.Due
	}
	return out
}

// place says which windows call a letter, and the floor of the first.
func (s screens) place(letter string) (ids []string, floor, floorEN string) {
	for _, w := range windowsOf(s.wholeNow(), letter) {
		ids = append(ids, w.ID)
		floor, floorEN = cmp.Or(floor, w.Floor), cmp.Or(floorEN, w.FloorEN)
	}
	return ids, floor, floorEN
}

// maxLine is how many of those who wait a console lists.
const maxLine = 20

// Console implements desk.Views.
func (s screens) Console(window string) desk.ConsoleView {
	v := s.view()
	m := s.clock.now()
	w, _ := v.state.Window(m, window)
	at, staff := s.at(w)
	place, _ := s.hallNow().Window(window)
	out := desk.ConsoleView{
		Hall:         s.hall(),
		Window:       at,
		Staff:        staff,
		SignOn:       s.signOn(v, w, place),
		Visit:        s.visit(v, w.Visit),
		Stuck:        s.stuckDesk(),
		Waiting:      []desk.Waiting{},
		Held:         []desk.Held{},
		Missed:       []desk.Waiting{},
		WaitingCount: w.Waiting,
		Today:        desk.Today{Served: w.Today.Served, Invited: w.Today.Invited, Rated: w.Today.Rated},
		Hub:          s.hubLink(),
		Faults:       s.faultsAt(v, window),
		Disk:         desk.Disk(s.box.Disk().State),
		Paper:        s.unprinted(v),
		Cases:        s.casesNow(v, w),
		Notes:        s.notes(v.state, window),
		Shut:         s.shut(v.state, place.Services),
		Outages:      s.outages(v.state, place.Services),
		Bookings:     s.bookings(v.state, m, place.Services),
		Leaving:      s.leaving(v.state),
		Digits:       s.digitsOf(w),
	}
	if out.Stuck != nil {
		out.Stuck.Here = s.wholeNow().IsStuckDesk(window)
	}
	if !w.Alarm.IsZero() {
		out.Alarm = &w.Alarm
	}
	if w.Invited != nil {
		out.Invited = &desk.Invited{Ticket: w.Invited.Ticket.Number, Until: w.Until.Round(time.Second), Rated: !w.Invited.Rated.IsZero()}
	}
	for i, t := range v.state.Line(window, m.At, maxLine+1) {
		if one := s.waiting(t, w); i == 0 {
			out.Next = &one
		} else {
			out.Waiting = append(out.Waiting, one)
		}
	}
	for _, h := range v.state.Held() {
		one := desk.Held{Waiting: s.waiting(&h.Ticket, w), Window: h.Window, Why: h.Held}
		if h.Window == window {
			out.Held = slices.Insert(out.Held, here(out.Held, window), one)
		} else {
			out.Held = append(out.Held, one)
		}
	}
	for _, t := range v.state.Missed() {
		out.Missed = append(out.Missed, s.waiting(t, w))
	}
	if w.Visit != nil && w.State == hall.WindowIsCalled {
		out.CallsLeft = max(0, s.hallNow().Rule().Calls-w.Visit.Calls)
	}
	return out
}

// leaving lists the tickets that went to other agents and may not be there.
func (s screens) leaving(st *counter.State) []desk.Leaving {
	out := []desk.Leaving{}
	for _, l := range st.Leaving() {
		one := desk.Leaving{ID: l.Move.Ticket, Ticket: l.Move.Number, Since: l.Since.At}
		if at, ok := s.wholeNow().Window(l.Move.Window); ok {
			one.Windows, one.Floor, one.FloorEN = []string{at.ID}, at.Floor, at.FloorEN
		} else {
			one.Windows, one.Floor, one.FloorEN = s.place(l.Move.Letter)
		}
		out = append(out, one)
	}
	return out
}

// at is a window as every screen shows it: console, sign and call display say the same of it.
func (s screens) at(w counter.WindowView) (desk.WindowNow, *desk.Clerk) {
	place, _ := s.hallNow().Window(w.ID)
	now := desk.WindowNow{ID: w.ID, Floor: place.Floor, FloorEN: place.FloorEN, State: w.State, Since: w.Since}
	if w.Visit != nil {
		now.Ticket, now.Calls = w.Visit.Ticket.Number, w.Visit.Calls
	}
	return now, s.clerk(cmp.Or(w.Staff, place.Staff))
}

// here is how many of them are parked at a window: they come first.
func here(held []desk.Held, window string) (n int) {
	for n < len(held) && held[n].Window == window {
		n++
	}
	return n
}

// waiting is a ticket as the console of a window lists it.
func (s screens) waiting(t *counter.Ticket, at counter.WindowView) desk.Waiting {
	item, _ := s.hallNow().Item(t.For())
	return desk.Waiting{
		Ticket: t.Number, ID: t.ID, Item: item.Name, ItemEN: item.NameEN, Since: t.Issued.At, Class: t.Class, From: s.clerk(t.Clerk),
		Here: t.Window != "" && t.Window == at.ID || t.Staff != "" && t.Staff == at.Staff, Third: t.Third, Summons: s.summons(s.view().state, t.ID),
	}
}

func (s screens) hall() desk.Place {
	h := s.hallNow().Hall
	return desk.Place{ID: h.ID, Name: h.Name, NameEN: h.NameEN}
}

func (s screens) clerk(badge string) *desk.Clerk {
	c, ok := s.hallNow().Clerk(badge)
	if !ok {
		return nil
	}
	unit, _ := s.hallNow().Unit(c.Unit)
	return &desk.Clerk{Badge: c.Badge, Name: c.Name, NameEN: c.NameEN, Unit: unit.Name, UnitEN: unit.NameEN}
}

func (s screens) visit(now shown, v *counter.Visit) *desk.Visit {
	if v == nil {
		return nil
	}
	item, _ := s.hallNow().Item(v.Ticket.For())
	in, _ := item.Situation(v.Ticket.Situation)
	out := &desk.Visit{
		Ticket: v.Ticket.Number, Item: item.Name, ItemEN: item.NameEN, Materials: append([]string{}, item.MaterialsIn(v.Ticket.Situation)...),
		CalledAt: v.Since().At, Calls: v.Calls, Rated: !v.Rated.IsZero(),
		Purpose: v.Ticket.Purpose, Situation: in.Name, SituationEN: in.NameEN, Carried: s.carriedOf(now, v.Ticket.ID),
	}
	if served := v.ServedHere(); !served.IsZero() {
		out.ServedAt = &served.At
	}
	if v.Ticket.Third {
		out.Third, out.Summons, out.Earlier = true, s.summons(now.state, v.Ticket.ID), s.earlier(now.state.Earlier(v))
	}
	return out
}

// hubLink says how it stands with the hub.
func (s screens) hubLink() desk.HubLink {
	now := s.hubNow()
	out := desk.HubLink{Up: now.up, Alone: !s.id.enrolled(), Since: now.since}
	for _, h := range s.box.Epochs() {
		out.Stored += int(h.Last - h.Settled)
	}
	return out
}

// faultsAt lists what does not work at a window: its pads, and the printers that all share.
func (s screens) faultsAt(v shown, window string) []desk.DeviceFault {
	out := []desk.DeviceFault{}
	for _, f := range v.faults() {
		if f.window == window || f.Kind == hall.KindPrinter {
			out = append(out, desk.DeviceFault{Device: f.Device, Kind: f.Kind, Trouble: f.Trouble, Since: f.Since})
		}
	}
	return out
}

// unprinted lists the tickets whose paper did not come out, the newest first.
func (s screens) unprinted(v shown) []desk.Unprinted {
	out := []desk.Unprinted{}
	if len(s.printers) == 0 {
		return out
	}
	for id, a := range v.papers {
		if a.Trouble != "" {
			out = append(out, desk.Unprinted{ID: id, Ticket: a.Ticket.Number, Trouble: a.Trouble, At: a.At})
		}
	}
	out = append(out, s.unprintedSlips(v)...)
	slices.SortFunc(out, func(a, b desk.Unprinted) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.ID.Serial, a.ID.Serial))
	})
	return out
}

// printerNow says whether tickets come out on paper: by any one of the printers.
func (s screens) printerNow(v shown) desk.PrinterNow {
	now := desk.PrinterNow{Trouble: hall.TroubleMissing}
	for _, printer := range s.printers {
		d := v.devices[printer.name]
		now.OK = d.up && (d.Trouble == "" || d.Trouble == hall.TroublePaperLow)
		if now.OK {
			now.Trouble = d.Trouble
			break
		}
		now.Trouble = cmp.Or(d.Trouble, hall.TroubleMissing) // not heard of yet
	}
	return now
}

// maxLast is how many called numbers stand on a display.
const maxLast = 7

// Display implements desk.Views.
func (s screens) Display() desk.DisplayView {
	v := s.view()
	h, m := s.hallNow().Hall, s.clock.now()
	out := desk.DisplayView{
		Hall: s.hall(), Hours: h.Hours, HoursEN: h.HoursEN, Notices: append([]string{}, h.Notices...), NoticesEN: h.NoticesEN,
		Announce: s.hallNow().Announcing(),
		Last:     []desk.Call{}, Open: []desk.Call{}, Services: []desk.DisplayLine{}, Over: isOver(v.state, m), Outages: s.outages(v.state, s.letters()),
	}
	for _, c := range v.state.Calls() {
		if len(out.Last) < maxLast {
			out.Last = append(out.Last, s.call(c))
		}
		if c.Open {
			out.Open = append(out.Open, s.call(c))
		}
	}
	slices.Reverse(out.Open)
	forecast := s.waits.at(v.state, m)
	for _, l := range s.hallNow().Services {
		waiting := v.state.WaitingUnder(l.Letter)
		wait := forecast.Newcomer(l.Letter, "")
		shut, _, _ := v.state.Shut(l.Letter)
		out.Services = append(out.Services, desk.DisplayLine{
			Shut:     shut,
			HallLine: desk.HallLine{Letter: l.Letter, Name: l.Name, NameEN: l.NameEN},
			Waiting:  waiting, P50: counter.Minutes(wait.P50), P90: counter.Minutes(wait.P90), Staffed: v.state.Staffed(l.Letter),
		})
	}
	return out
}

// overFrom is the hour from which a hall without clerks is closed for the day, and not at lunch.
const overFrom = 15

// isOver reports whether nobody is called any more today: all have gone, and nobody waits.
func isOver(state *counter.State, m hall.Moment) bool {
	return m.At.In(hall.Beijing()).Hour() >= overFrom && state.Closed() && state.Empty()
}

func (s screens) call(c counter.Call) desk.Call {
	at, _ := s.hallNow().Window(c.Window)
	return desk.Call{
		Serial: fmt.Sprintf("%s/%d/%d", c.Window, c.Nth, c.Times), Ticket: c.Number, Window: c.Window,
		Floor: at.Floor, FloorEN: at.FloorEN, Since: c.Since.At, Calls: c.Times,
	}
}
