package agent

import (
	"cmp"
	"context"
	"crypto/subtle"
	"slices"
	"strings"

	"hallpulse/agent/internal/counter"
	"hallpulse/agent/internal/desk"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// Correct implements desk.Counter.
func (s screens) Correct(_ context.Context, ticket hall.ID, c desk.Correction) error {
	return s.decide(plain, func(st *counter.State, m hall.Moment) (out change, err error) {
		switch {
		case c.Third:
			out.Decision, err = st.Third(m, ticket)
		case c.Pass:
			out.Decision, err = st.PassOn(m, ticket)
		case c.Met:
			out.Decision = st.Met(m, ticket)
		default:
			out.Decision, err = st.Classify(m, ticket, c.Class, c.Why)
		}
		return out, err
	})
}

// Help implements desk.Counter.
func (s screens) Help(_ context.Context, h counter.Help) error {
	return s.decide(forRating, func(st *counter.State, m hall.Moment) (c change, err error) {
		c.Decision, err = st.Help(m, h)
		return c, err
	})
}

// Shown implements desk.Counter.
func (s screens) Shown(p desk.Proof) (desk.Shown, error) {
	v := s.view()
	id, token, err := s.proved(v.state, p)
	if err != nil {
		return desk.Shown{}, err
	}
	out := desk.Shown{ID: id, Number: p.Number, Visits: []desk.ShownVisit{}}
	out.Known, out.Rated = v.state.Knows(id)
	if a, ok := v.papers[id]; ok {
		out.Known, out.Number = true, a.Ticket.Number
	}
	if b, ok := v.state.Booking(id); ok {
		line := s.bookedLine(b)
		out.Booked, out.Number = &line, cmp.Or(line.Number, b.Number)
	}
	if t, ok := v.state.Right(id); ok {
		out.Right, out.Number, out.Letter, out.Item = true, t.Number, t.Letter, t.Item
	}
	for _, visit := range v.state.Ratable(id) {
		out.Number = visit.Ticket.Number
		out.Visits = append(out.Visits, s.toRate(visit))
	}
	return out.WithSecret(token), nil
}

// proved returns the ticket whose holder shows its QR code or its code, and what is signed on it: only its paper, or what
// was shown in its place, has either.
func (s screens) proved(st *counter.State, p desk.Proof) (hall.ID, []byte, error) {
	if p.Token != "" {
		said, bytes, err := uplink.ReadToken(p.Token[strings.LastIndex(p.Token, "/")+1:])
		own := said.Ticket.Agent == s.id.Number
		_, signed := s.signedBy(said, bytes)
		_, came := st.Trail(said.Ticket)
		switch {
		case err != nil || !own && !(signed && came):
			return hall.ID{}, nil, desk.OtherCounter
		case !signed || said.Kind != uplink.TokenTicket:
			return hall.ID{}, nil, desk.WrongCode
		}
		return said.Ticket, bytes, nil
	}
	code, _ := uplink.ReadCode(p.Code)
	t, ok := st.Numbered(p.Number, p.Day)
	if !ok {
		return hall.ID{}, nil, desk.WrongCode
	}
	token := s.tokenOf(*t)
	if token == nil || subtle.ConstantTimeCompare([]byte(code), []byte(codeOf(token))) == 0 {
		return hall.ID{}, nil, desk.WrongCode
	}
	return t.ID, token, nil
}

func (s screens) toRate(v *counter.Visit) desk.ShownVisit {
	c := s.hallNow()
	at, _ := c.Window(v.Window)
	item, _ := c.Item(v.Ticket.Item)
	unit, _ := c.Unit(v.Unit)
	return desk.ShownVisit{
		ID: v.ID, Window: v.Window, Floor: at.Floor, FloorEN: at.FloorEN, Item: item.Name, ItemEN: item.NameEN,
		Unit: unit.Name, UnitEN: unit.NameEN, At: v.Ended.At, Pressed: !v.Rated.IsZero(),
	}
}

// Rate implements desk.Counter.
func (s screens) Rate(_ context.Context, a counter.Answer) error {
	return s.decide(forRating, func(st *counter.State, m hall.Moment) (c change, err error) {
		c.Decision, err = st.Rate(m, a)
		return c, err
	})
}

// Take implements desk.Views.
func (s screens) Take() desk.TakeView {
	v, m := s.view(), s.clock.now()
	out := desk.TakeView{
		Hall: s.hall(), Services: []desk.TakeService{}, Often: often(v, m), Down: []string{}, Disk: desk.Disk(s.box.Disk().State), Printer: s.printerNow(v),
		Rates: s.id.enrolled(), Books: slices.ContainsFunc(s.hallNow().Services, func(l hall.Service) bool { return l.Booking != nil }),
	}
	for _, i := range s.hallNow().Items {
		if v.state.Down(i.Code) {
			out.Down = append(out.Down, i.Code)
		}
	}
	forecast := s.waits.at(v.state, m)
	for _, l := range s.wholeNow().Services {
		if there, ok := s.elsewhere(l); ok {
			out.Services = append(out.Services, there)
		} else {
			out.Services = append(out.Services, s.service(v.state, m, forecast, l))
		}
	}
	out.Down = append(out.Down, s.downElsewhere()...)
	return out
}

func (s screens) service(st *counter.State, m hall.Moment, forecast counter.Forecast, l hall.Service) desk.TakeService {
	wait := forecast.Newcomer(l.Letter, "")
	one := desk.TakeService{
		HallLine: desk.HallLine{Letter: l.Letter, Name: l.Name, NameEN: l.NameEN}, Waiting: st.WaitingUnder(l.Letter),
		P50: counter.Minutes(wait.P50), P90: counter.Minutes(wait.P90), Staffed: st.Staffed(l.Letter), Full: st.NoMore(m, l.Letter),
		Late: st.TooLate(m, forecast.Takes(l.Letter, "")),
	}
	one.Shut, _, _ = st.Shut(l.Letter)
	one.Windows, one.Floor, one.FloorEN = s.place(l.Letter)
	return one
}

// mostOften is how many items stand on the first page of a kiosk.
const mostOften = 6

// often returns the items for which most numbers were taken today; of two alike the first in the catalogue's order of codes.
func often(v shown, m hall.Moment) []string {
	count, codes := map[string]int{}, []string{}
	for _, a := range v.papers {
		if code := a.Ticket.For(); code != "" && a.Ticket.Day == v.state.DayAt(m) {
			if count[code]++; count[code] == 1 {
				codes = append(codes, code)
			}
		}
	}
	slices.SortFunc(codes, func(a, b string) int { return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b)) })
	return codes[:min(len(codes), mostOften)]
}

// maxGuided is how many of a queue a guide's tablet lists.
const maxGuided = 50

// Guide implements desk.Views.
func (s screens) Guide() desk.GuideView {
	v, m := s.view(), s.clock.now()
	out := desk.GuideView{
		Hall: s.hall(), Services: []desk.GuideQueue{}, Missed: []desk.Waiting{}, Printer: s.printerNow(v),
		Disk: desk.Disk(s.box.Disk().State), Hub: s.hubLink(), Paper: s.unprinted(v), Bookings: s.bookings(v.state, m, s.letters()),
		Leaving: s.leaving(v.state), Stuck: s.stuckDesk(), Rating: []desk.Helpable{}, Staff: []desk.Clerk{},
	}
	forecast := s.waits.at(v.state, m)
	for _, l := range s.wholeNow().Services {
		if there, ok := s.elsewhere(l); ok {
			out.Services = append(out.Services, desk.GuideQueue{TakeService: there, Line: []desk.Waiting{}})
			continue
		}
		q := desk.GuideQueue{TakeService: s.service(v.state, m, forecast, l), Line: []desk.Waiting{}}
		line := v.state.Queue(l.Letter, m.At)
		for _, t := range line[:min(len(line), maxGuided)] {
			q.Line = append(q.Line, s.waiting(t, counter.WindowView{}))
		}
		out.Services = append(out.Services, q)
	}
	for _, t := range v.state.Missed() {
		out.Missed = append(out.Missed, s.waiting(t, counter.WindowView{}))
	}
	for _, at := range s.hallNow().Windows {
		if one := v.state.Helpable(m, at.ID); one != nil {
			out.Rating = append(out.Rating, desk.Helpable{Window: at.ID, Visit: one.ID, Ticket: one.Ticket.Number, Clerks: one.Clerks(), Helper: one.Helper})
		}
	}
	for _, one := range s.hallNow().Staff {
		out.Staff = append(out.Staff, *s.clerk(one.Badge))
	}
	return out
}

// Sign implements desk.Views.
func (s screens) Sign(window string) desk.SignView {
	v, m := s.view(), s.clock.now()
	w, _ := v.state.Window(m, window)
	out := desk.SignView{Hall: s.hall(), Services: []desk.HallLine{}, Others: []string{}}
	out.Window, out.Staff = s.at(w)
	at, _ := s.hallNow().Window(window)
	out.Outages = s.outages(v.state, at.Services)
	if w.State == hall.WindowIsClosed {
		_, out.Absent = s.hallNow().Absent(at, m.At, w.Since, s.works(hall.DayOf(m.At)))
		_, down := v.state.Outage(at.Unit)
		out.Absent = out.Absent && !down && m.Clock.State != hall.ClockUnset
	}
	for _, letter := range at.Services {
		l, _ := s.hallNow().Service(letter)
		out.Services = append(out.Services, desk.HallLine{Letter: l.Letter, Name: l.Name, NameEN: l.NameEN})
	}
	for _, o := range s.hallNow().Windows {
		now, _ := v.state.Window(m, o.ID)
		works := now.State != hall.WindowIsClosed && now.State != hall.WindowIsPaused
		if o.ID != window && works && slices.ContainsFunc(o.Services, func(l string) bool { return slices.Contains(at.Services, l) }) {
			out.Others = append(out.Others, o.ID)
		}
	}
	return out
}
