package intake

import (
	"cmp"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/rating"
)

// take carries out what one fact says. Facts that change nothing here (paper) are kept as events alone.
func (s *step) take(f hall.Fact) {
	if deed, ok := f.(hall.Deed); ok {
		s.deeds = append(s.deeds, Deed{s.e.Pos, s.e.When, f.Type(), deed.Acted()})
	}
	switch f := f.(type) {
	case hall.TicketBooked:
		s.booked(f)
	case hall.TicketConfirmed:
		s.stands(f.Ticket, hall.TicketIsConfirmed)
	case hall.TicketIssued:
		s.issued(f)
	case hall.TicketCalled:
		t := s.calls(f.Ticket, f.Window)
		t.Calls = max(t.Calls, 1)
		earliest(&t.Called, s.e.When)
		s.window(f.Window, hall.WindowIsCalled, f.Ticket, hall.ID{})
	case hall.TicketRecalled:
		t := s.stands(f.Ticket, hall.TicketIsCalled)
		t.Calls = max(t.Calls, f.Calls)
	case hall.TicketHeld:
		s.leaves(f.Window)
		s.moves(f.Ticket, hall.TicketIsHeld, Goes{Window: f.Window, Held: f.Why})
	case hall.TicketResumed:
		s.calls(f.Ticket, f.Window)
		s.sits(s.visit(f.Visit, f.Ticket), f.Window, f.Staff)
		s.window(f.Window, hall.WindowIsCalled, f.Ticket, f.Visit)
	case hall.TicketMissed:
		s.leaves(f.Window)
		s.stands(f.Ticket, hall.TicketIsMissed)
	case hall.TicketReturned:
		s.stands(f.Ticket, hall.TicketIsQueued)
	case hall.TicketTransferred:
		s.leaves(f.From)
		s.moves(f.Ticket, hall.TicketIsQueued, Goes{Letter: f.Letter, Window: f.Window, Staff: f.Staff})
		s.passes(f)
	case hall.TicketAdmitted:
		s.admitted(f)
	case hall.TicketQueued:
		s.moves(f.Ticket, hall.TicketIsQueued, Goes{Letter: f.Letter, Item: f.Item, Window: f.Window})
	case hall.TicketCancelled:
		s.leaves(f.Window)
		s.stands(f.Ticket, hall.TicketIsCancelled)
	case hall.TicketFinished:
		s.leaves(f.Window)
		s.stands(f.Ticket, hall.TicketIsFinished)
	case hall.TicketWithdrawn:
		s.stands(f.Ticket, hall.TicketIsWithdrawn).Lapsed = f.Why == hall.WithdrawnLate
	case hall.VisitOpened:
		s.opened(f)
	case hall.VisitServed:
		visit := s.visit(f.Visit, hall.ID{})
		visit.Began = true
		earliest(&visit.Served, s.e.When)
		s.sits(visit, f.Window, f.Staff)
	case hall.VisitFinished:
		s.finished(f)
	case hall.VisitDown:
		s.visit(f.Visit, hall.ID{}).Down = true
	case hall.RatingAssisted:
		visit := s.visit(f.Visit, hall.ID{})
		visit.Helper, visit.HelpedAt = f.By, f.Window
	case hall.RatingInvited:
		visit := s.visit(f.Visit, hall.ID{})
		visit.Began, visit.Invited = true, true
	case hall.RatingGiven:
		s.given(f)
	case hall.RatingRepeat:
		s.press(Answer{Kind: KindRepeat, Standing: rating.Repeat, Told: f.Visit, Visit: f.Visit, Window: f.Window, Channel: cmp.Or(f.Channel, hall.ChannelPad)}, f.Press)
	case hall.RatingUnbound:
		s.press(Answer{Kind: KindUnbound, Standing: rating.NotBound, Window: f.Window, Why: f.Why, Channel: cmp.Or(f.Channel, hall.ChannelPad)}, f.Press)
	case hall.RatingExplained:
		s.explained(f)
	case hall.RatingDrafted:
		s.drafted(f)
	case hall.RatingReasoned:
		s.reasoned(f)
	case hall.ContactGiven:
		s.ticket(f.Ticket).Contact = Contact{f.Phone, f.Lang}
	case hall.Step:
		s.caseStep(f)
	case hall.NoticePrinted:
		s.notices = append(s.notices, Notice{f, s.e.When})
	case hall.PrivateErased:
		s.erased = append(s.erased, f.Refs...)
		s.forget(f)
	case hall.WindowOpened:
		s.turns(f.Window, hall.WindowIsOpen, f.Staff)
		s.staff(f.Window, f.Staff)
	case hall.WindowPaused:
		s.turns(f.Window, hall.WindowIsPaused, f.Staff)
	case hall.WindowResumed:
		s.turns(f.Window, hall.WindowIsOpen, f.Staff)
	case hall.WindowClosed:
		s.turns(f.Window, hall.WindowIsClosed, f.Staff)
	case hall.StaffOn:
		s.staff(f.Window, f.Staff)
	case hall.StaffOff:
		s.staff(f.Window, "")
	default:
		if !s.takeOfLaw(f) && !s.takeOfMatter(f) && !s.takeOfBoard(f) {
			s.takeOfAgent(f)
		}
	}
}

// takeOfAgent carries out what an agent says of itself and its devices, and what the hub says of both.
func (s *step) takeOfAgent(f hall.Fact) {
	switch f := f.(type) {
	case hall.DeviceUp:
		s.device(f.Device, func(d *Device) {
			d.Kind, d.Window, d.UID, d.Up, d.Trouble, d.Count = f.Kind, f.Window, f.UID, true, "", 0
		})
	case hall.DeviceDown:
		s.device(f.Device, func(d *Device) { d.Kind, d.Window, d.Up, d.Trouble = f.Kind, f.Window, false, f.Why })
	case hall.DeviceChanged:
		s.device(f.Device, func(d *Device) { d.Window, d.UID = f.Window, f.To })
	case hall.DeviceFault:
		s.device(f.Device, func(d *Device) { d.Kind, d.Window, d.Trouble, d.Count = f.Kind, f.Window, f.Fault, f.Count })
	case hall.DeviceAdopted:
		s.adopted(f)
	case hall.PaperReprinted:
		s.reprints = append(s.reprints, Reprint{s.e.Pos, s.e.When, DeviceKey{s.e.Agent, f.Device}, f.After})
	case hall.AgentStarted:
		if s.at.After(s.states().At) {
			st := s.states()
			st.Hall, st.Version, st.Catalogue, st.Instance = f.Hall, f.Version, f.Catalogue, f.Instance
			st.Started, st.At, st.Lost = s.e.When, s.at, time.Time{}
			s.state = &st
		}
	case hall.ConfigApplied:
		if st := s.states(); f.Version > st.Config {
			st.Config = f.Version
			s.state = &st
		}
	case hall.CatalogueApplied:
		if st := s.states(); f.Version >= st.CatalogueVersion {
			st.CatalogueVersion, st.Catalogue = f.Version, f.SHA
			if st.Refused.Version <= f.Version {
				st.Refused = CatalogueRefusal{}
			}
			s.state = &st
		}
	case hall.CatalogueRefused:
		if st := s.states(); f.Version > st.CatalogueVersion && f.Version >= st.Refused.Version {
			st.Refused = CatalogueRefusal{f.Version, f.Why, f.What}
			s.state = &st
		}
	case hall.ClockStepped:
		s.steps = append(s.steps, ClockStep{s.e.Pos, s.e.Agent, s.e.env.Start, millis(s.e.env.UpMS), stamp(f.To)})
	case hall.AgentGap:
		s.open = append(s.open, hall.FindingOpened{Rule: hall.FindingEpochGap, Agent: s.e.name, Epoch: f.Epoch, From: f.From, To: f.To})
	case hall.AgentForked:
		s.open = append(s.open, hall.FindingOpened{Rule: hall.FindingEpochFork, Agent: s.e.name, Epoch: f.Epoch, From: f.At + 1})
	case hall.CertificateAsked:
		s.asked = append(s.asked, Asked{s.e.Agent, f.CSR})
	case hall.PINChosen:
		s.chosen = true
	case hall.FindingOpened:
		s.findings = append(s.findings, Finding{s.e.Pos, s.e.When, f})
	case hall.HubRestored:
		s.restores = append(s.restores, Restore{s.e.Pos, hall.HubRestored{Copied: stamp(f.Copied), Restored: stamp(f.Restored)}})
	}
}

// earliest sets the moment of what may be told more than once, in any order.
func earliest(t *time.Time, to time.Time) {
	if t.IsZero() || to.Before(*t) {
		*t = to
	}
}

func (s *step) uptime() Uptime { return Uptime{s.e.env.Start, s.e.env.UpMS} }

// stands sets where a ticket stands, unless something newer was told of it.
func (s *step) stands(ticket hall.ID, to hall.TicketState) *Ticket {
	return s.moves(ticket, to, Goes{})
}

// moves sets where a ticket stands and goes on, unless something newer was told of it.
func (s *step) moves(ticket hall.ID, to hall.TicketState, goes Goes) *Ticket {
	t := s.ticket(ticket)
	if s.since(t).Before(t.At) {
		return t
	}
	t.State, t.Goes, t.At, t.Ended = to, goes, s.since(t), time.Time{}
	if to.Final() {
		t.Ended = s.e.When
	}
	return t
}

// calls says that a ticket's holder is called to a window, or is there again.
func (s *step) calls(ticket hall.ID, window string) *Ticket {
	t := s.stands(ticket, hall.TicketIsCalled)
	if !s.since(t).Before(t.CalledAt) {
		t.Window, t.CalledAt = window, s.since(t)
	}
	return t
}

// leaves says that who was at a window has left it; empty is none.
func (s *step) leaves(window string) {
	if window != "" {
		s.window(window, hall.WindowIsOpen, hall.ID{}, hall.ID{})
	}
}

// sits sets where a visit is and who serves it there, unless something newer was told of it, or it ended.
func (s *step) sits(v *Visit, window, badge string) {
	if window == "" || s.uptime().Before(v.At) {
		return
	}
	v.Window, v.At = window, s.uptime()
	if v.Outcome == "" || v.Staff == "" {
		v.Staff = badge
	}
}

// booked notes a place that is kept. What was issued since has its own number and code.
func (s *step) booked(f hall.TicketBooked) {
	t := s.stands(f.Ticket, hall.TicketIsBooked)
	t.Due, t.Command = stamp(f.Due), f.Command
	if f.Token != nil {
		t.Token = f.Token.Ref
	}
	if t.Issued.IsZero() {
		t.Number, t.Letter, t.Day, t.Item, t.Situation, t.CodeSHA = f.Number, f.Letter, f.Day, cmp.Or(f.Errand, f.Item), f.Situation, f.CodeSHA
	}
}

func (s *step) issued(f hall.TicketIssued) {
	t := s.stands(f.Ticket, hall.TicketIsQueued)
	if t.Issued.IsZero() {
		t.Number, t.Letter, t.Day, t.Item, t.Ahead, t.CodeSHA = f.Number, f.Letter, f.Day, cmp.Or(f.Errand, f.Item), f.Ahead, f.CodeSHA
		t.Class, t.Purpose, t.Cases, t.Situation = f.Class, f.Purpose, f.Cases, f.Situation
		t.P50Mins, t.P90Mins = f.P50Mins, f.P90Mins
		t.Issued = s.e.When
	}
}

func (s *step) opened(f hall.VisitOpened) {
	visit := s.visit(f.Visit, f.Ticket)
	if visit.Opened.IsZero() {
		visit.Opened = s.e.When
		visit.Unit, visit.Item = f.Unit, f.Item
	}
	s.sits(visit, f.Window, f.Staff)
	s.window(f.Window, hall.WindowIsCalled, f.Ticket, f.Visit)
	s.staff(f.Window, f.Staff)
}

func (s *step) finished(f hall.VisitFinished) {
	visit := s.visit(f.Visit, hall.ID{})
	if visit.Outcome != "" {
		return
	}
	visit.Outcome, visit.ByNext, visit.Ended = f.Outcome, f.ByNext, s.e.When
	visit.Invited = visit.Invited || f.Rated
	if f.Staff != "" {
		visit.Staff = f.Staff
	}
}

// window sets the state of a window, unless something newer was told of it.
func (s *step) window(id string, state hall.WindowState, ticket, visit hall.ID) {
	if w := s.windowRow(id); s.at.After(w.StateAt) {
		w.State, w.Since, w.Ticket, w.Visit, w.StateAt = state, s.e.When, ticket, visit, s.at
	}
}

// staff sets who sits at a window, unless something newer was told.
func (s *step) staff(id, badge string) {
	if w := s.windowRow(id); s.at.After(w.StaffAt) {
		w.Staff, w.StaffAt = badge, s.at
	}
}

// windowRow returns a copy of a window to change.
func (s *step) windowRow(id string) *Window {
	k := WindowKey{s.e.Agent, id}
	for _, w := range s.windows {
		if w.WindowKey == k {
			return w
		}
	}
	w := &Window{WindowKey: k, State: hall.WindowIsClosed}
	if old := s.v.windows[k]; old != nil {
		*w = *old
	}
	s.windows = append(s.windows, w)
	return w
}

// device changes what is known of a device, unless something newer was told of it.
func (s *step) device(name string, change func(*Device)) {
	k := DeviceKey{s.e.Agent, name}
	d := &Device{DeviceKey: k}
	if old := s.v.devices[k]; old != nil {
		*d = *old
	}
	if !s.at.After(d.At) {
		return
	}
	before := d.Trouble
	change(d)
	if d.At.Epoch == "" || d.Trouble != before {
		d.Since = s.e.When
	}
	d.At = s.at
	s.devices = append(s.devices, d)
}

// states returns what the agent of this event last said of itself.
func (s *step) states() AgentState { return s.stateOf(s.e.Agent) }

func (s *step) stateOf(agent uint32) AgentState {
	if s.state != nil && s.state.Agent == agent {
		return *s.state
	}
	if st := s.v.states[agent]; st != nil {
		return *st
	}
	return AgentState{Agent: agent}
}
