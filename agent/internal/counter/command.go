package counter

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// Command is what a manager asks for (design §3). Its id names it for ever: what was done once is not done again.
type Command struct {
	ID      string
	Kind    hall.CommandKind
	Expires time.Time
	hall.Order

	Appointment Appointment // of CommandBook
}

// errand is a command that was carried out, and what of it a window must still be told.
type errand struct {
	ID      string           `json:"id"`
	Kind    hall.CommandKind `json:"kind"`
	Expires time.Time        `json:"expires"`
	Done    Mark             `json:"done"`
	Window  string           `json:"window,omitempty"` // where it is to be read; empty: nowhere any more
	Text    string           `json:"text,omitempty"`

	Refused hall.RefusedWhy `json:"refused,omitempty"` // a booking: a repeat hears the same, whatever is free by then
}

// Note is what a manager says to a window, until who sits there has read it.
type Note struct {
	ID   string
	Kind hall.CommandKind // a message, or a wish to open
	Text string
	At   time.Time
}

// shut is a letter of which no more tickets are given out, or a unit whose system is down.
type shut struct {
	Why   hall.ServiceWhy `json:"why,omitempty"`
	Since Mark            `json:"since"`
}

// rememberFor is how long after its end a command is known as done. The hub sends none after its end; the rest is for
// what was on its way.
const rememberFor = 24 * time.Hour

// Command carries out a command and answers it. A repeat is answered again and changes nothing. One that cannot be carried
// out is refused by a fact, never by an error: the hub must hear of it.
func (s *State) Command(m hall.Moment, c Command) Decision {
	d := s.begin(m)
	why := c.Check(c.Kind, &d.cfg.Catalogue)
	switch {
	case d.errands[c.ID] != nil:
		if why := d.errands[c.ID].Refused; why != "" {
			d.tell(hall.CommandRefused{Command: c.ID, Why: why})
		} else {
			d.tell(hall.CommandDone{Command: c.ID})
		}
		return d.end()
	case m.Clock.State != hall.ClockUnset && d.at.After(c.Expires):
		why = hall.RefusedExpired
	}
	if why != "" {
		d.tell(hall.CommandRefused{Command: c.ID, Why: why})
		return d.end()
	}
	e := &errand{ID: c.ID, Kind: c.Kind, Expires: c.Expires, Done: d.now}
	if e.Refused = d.ofCitizen(m, c); e.Refused != "" {
		d.putErrand(e)
		d.tell(hall.CommandRefused{Command: c.ID, Why: e.Refused})
		return d.end()
	}
	switch c.Kind {
	case hall.CommandMessage, hall.CommandOpen:
		e.Window, e.Text = c.Window, strings.TrimSpace(c.Text)
		if c.Kind == hall.CommandOpen && !d.isShut(c.Window) {
			e.Window, e.Text = "", "" // it is open: nobody need be asked
		}
	case hall.CommandServiceClose:
		if d.closed[c.Letter] == nil {
			d.tell(hall.ServiceClosed{Letter: c.Letter, Why: c.Why, Command: c.ID})
		}
		since := d.now
		if was := d.closed[c.Letter]; was != nil {
			since = was.Since
		}
		d.shut(kindClosed, d.closed, c.Letter, &shut{c.Why, since})
	case hall.CommandServiceOpen:
		if d.closed[c.Letter] != nil {
			d.tell(hall.ServiceOpened{Letter: c.Letter, Command: c.ID})
			d.shut(kindClosed, d.closed, c.Letter, nil)
		}
	case hall.CommandOutageBegin:
		d.breaks(c.Unit, c.ID)
	case hall.CommandOutageEnd:
		d.recovers(c.Unit, c.ID)
	}
	d.putErrand(e)
	d.tell(hall.CommandDone{Command: c.ID})
	return d.end()
}

// ofCitizen keeps a place or gives it up, and says why not.
func (d *draft) ofCitizen(m hall.Moment, c Command) hall.RefusedWhy {
	switch c.Kind {
	case hall.CommandBook:
		switch d.books(m, c.Appointment) {
		case nil:
		case SlotFull:
			return hall.RefusedFull
		default:
			return hall.RefusedClosed
		}
	case hall.CommandUnbook:
		if !d.unbooks(c.Ticket, hall.DropLeft) {
			return hall.RefusedOver
		}
	}
	return ""
}

// isShut reports whether a window neither serves nor is ready to.
func (s *State) isShut(id string) bool {
	w := s.windows[id]
	return w != nil && (w.State == hall.WindowIsClosed || w.State == hall.WindowIsPaused)
}

// shut sets or, with nil, lifts what is shut.
func (d *draft) shut(kind string, all map[string]*shut, key string, to *shut) {
	if to == nil {
		delete(all, key)
		d.drop(kind, key)
		return
	}
	all[key] = to
	d.put(kind, key, to)
}

func (d *draft) putErrand(e *errand) {
	d.errands[e.ID] = e
	d.put(kindErrand, e.ID, e)
}

// Notes returns what the managers say to a window and nobody there has read, the oldest first.
func (s *State) Notes(window string) []Note {
	var all []Note
	for _, e := range s.unread(window) {
		all = append(all, Note{e.ID, e.Kind, e.Text, e.Done.At})
	}
	return all
}

func (s *State) unread(window string) []*errand {
	var all []*errand
	for _, e := range s.errands {
		if e.Window == window {
			all = append(all, e)
		}
	}
	slices.SortFunc(all, func(a, b *errand) int { return cmp.Or(a.Done.order(b.Done), cmp.Compare(a.ID, b.ID)) })
	return all
}

// Read notes that who sits at a window has read what a manager said. What was read before is no error.
func (s *State) Read(m hall.Moment, window, command string) (Decision, error) {
	if s.windows[window] == nil {
		return Decision{}, NoSuchWindow
	}
	d := s.begin(m)
	if e := d.errands[command]; e != nil && e.Window == window {
		d.seen(e)
	}
	return d.end(), nil
}

// seen takes a note off its window. Its words are not kept.
func (d *draft) seen(e *errand) {
	d.tell(hall.CommandSeen{Command: e.ID, Window: e.Window, Staff: d.windows[e.Window].Staff})
	next := *e
	next.Window, next.Text = "", ""
	d.putErrand(&next)
}

// opens takes the wishes to open off a window that does.
func (d *draft) opens(w *window) {
	for _, e := range d.unread(w.ID) {
		if e.Kind == hall.CommandOpen {
			d.tell(hall.CommandSeen{Command: e.ID, Window: w.ID, Staff: w.Staff})
			next := *e
			next.Window, next.Text = "", ""
			d.putErrand(&next)
		}
	}
}

// forgetErrands forgets commands that ended long ago and that nobody has to read any more; a note of an earlier day says
// nothing today.
func (d *draft) forgetErrands() {
	if d.now.Unset {
		return
	}
	for id, e := range d.errands {
		if d.at.Sub(e.Expires) > rememberFor {
			delete(d.errands, id)
			d.drop(kindErrand, id)
		}
	}
}

// Alarm calls somebody to a window at once, or says that it is over. Twice the same is one.
func (s *State) Alarm(m hall.Moment, window string, on bool) (Decision, error) {
	if s.windows[window] == nil {
		return Decision{}, NoSuchWindow
	}
	d := s.begin(m)
	w := *d.windows[window]
	if on == !w.Alarm.IsZero() {
		return d.end(), nil
	}
	if w.Alarm = (Mark{}); on {
		w.Alarm = d.now
		d.tell(hall.AlertRaised{Window: w.ID, Staff: w.Staff})
	} else {
		d.tell(hall.AlertClosed{Window: w.ID, Staff: w.Staff})
	}
	d.putWindow(&w)
	return d.end(), nil
}

// Shut says why a letter gives out no tickets, and since when; false where it does.
func (s *State) Shut(letter string) (why hall.ServiceWhy, since time.Time, ok bool) {
	c := s.closed[letter]
	if c == nil {
		return "", time.Time{}, false
	}
	return c.Why, c.Since.At, true
}

// Down reports whether an item cannot be done because its unit's system is down.
func (s *State) Down(item string) bool {
	i, ok := s.cfg.Catalogue.Item(item)
	return ok && s.outages[i.Unit] != nil
}

// isDown reports whether nothing of a letter can be done.
func (s *State) isDown(letter string) bool {
	any := false
	for _, i := range s.cfg.Catalogue.Items {
		if i.Service == letter {
			if any = true; s.outages[i.Unit] == nil {
				return false
			}
		}
	}
	return any
}

// gives says why a request cannot be met now, by what managers decided.
func (s *State) gives(r Request) error {
	for _, at := range append([]Stop{{Letter: r.Letter, Item: r.Item}}, r.Then...) {
		switch {
		case s.closed[at.Letter] != nil:
			return ServiceShut
		case s.Down(at.Item), at.Item == "" && s.isDown(at.Letter):
			return UnitDown
		}
	}
	return nil
}
