package agent

import (
	"context"
	"slices"

	"hallpulse/agent/internal/counter"
	"hallpulse/agent/internal/desk"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// maxCommand bounds the id of a command: it is the key under which it is known for ever.
const maxCommand = 64

// carryOut does what a manager asks for, and its answer is stored with it. What the store does not take is not answered:
// the hub sends it again.
func (p *program) carryOut(c uplink.Command) {
	if c.ID == "" || len(c.ID) > maxCommand {
		p.log.Warn("a command without an id that could be answered is left alone", "kind", c.Kind)
		return
	}
	if c.Kind == hall.CommandAdmit || c.Kind == hall.CommandGone {
		if err := p.carryTicket(c); err != nil {
			p.log.Error("a ticket of another agent is not taken over; the hub says it again", "command", c.ID, "err", err)
		}
		return
	}
	err := p.decide(plain, func(s *counter.State, m hall.Moment) (out change, err error) {
		order := counter.Command{ID: c.ID, Kind: c.Kind, Expires: c.Expires, Order: c.Body}
		if c.Kind == hall.CommandBook {
			if err := p.roomForMore(); err != nil {
				return out, err
			}
			if order.Appointment, out, err = p.bookOf(s, m, c); err != nil {
				return out, err
			}
		}
		out.Decision = s.Command(m, order)
		if c.Kind == hall.CommandBook && out.Decision.Ticket.ID.IsZero() {
			out.puts, out.boxes = nil, nil // nothing was booked: its number is not given away
		}
		return out, nil
	})
	if err != nil {
		p.log.Error("a command is not carried out; the hub sends it again", "command", c.ID, "kind", c.Kind, "err", err)
	}
}

// Read implements desk.Counter.
func (s screens) Read(_ context.Context, window, command string) error {
	return s.decide(plain, func(st *counter.State, m hall.Moment) (c change, err error) {
		c.Decision, err = st.Read(m, window, command)
		return c, err
	})
}

// Alarm implements desk.Counter.
func (s screens) Alarm(_ context.Context, window string, on bool) error {
	return s.decide(plain, func(st *counter.State, m hall.Moment) (c change, err error) {
		c.Decision, err = st.Alarm(m, window, on)
		return c, err
	})
}

// notes are what managers say to a window.
func (s screens) notes(st *counter.State, window string) []desk.Note {
	out := []desk.Note{}
	for _, n := range st.Notes(window) {
		out = append(out, desk.Note{ID: n.ID, Kind: n.Kind, Text: n.Text, At: n.At})
	}
	return out
}

// shut lists those of letters that give out no tickets.
func (s screens) shut(st *counter.State, letters []string) []desk.Shut {
	out := []desk.Shut{}
	for _, l := range s.hallNow().Services {
		if why, since, ok := st.Shut(l.Letter); ok && slices.Contains(letters, l.Letter) {
			out = append(out, desk.Shut{HallLine: desk.HallLine{Letter: l.Letter, Name: l.Name, NameEN: l.NameEN}, Why: why, Since: since})
		}
	}
	return out
}

// outages lists the units whose system is down and of which some item belongs to one of letters.
func (s screens) outages(st *counter.State, letters []string) []desk.Outage {
	out := []desk.Outage{}
	for _, id := range st.Outages() {
		if !slices.ContainsFunc(s.hallNow().Items, func(i hall.ServiceItem) bool { return i.Unit == id && slices.Contains(letters, i.Service) }) {
			continue
		}
		unit, _ := s.hallNow().Unit(id)
		since, _ := st.Outage(id)
		out = append(out, desk.Outage{Name: unit.Name, NameEN: unit.NameEN, Since: since})
	}
	return out
}

// letters are all queues of the hall.
func (s screens) letters() (all []string) {
	for _, l := range s.hallNow().Services {
		all = append(all, l.Letter)
	}
	return all
}
