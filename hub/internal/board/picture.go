package board

import (
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// View says who looks: the desk of a signed-in manager, or a wall that everybody in the room reads.
type View string

// The views. A wall shows no single level and no window's sums (design §7).
const (
	Desk View = "desk"
	Wall View = "wall"
)

// Window is a window as screens show it, whole.
type Window struct {
	Hall      string           `json:"hall"`
	ID        string           `json:"id"`
	Floor     string           `json:"floor"`
	FloorEN   string           `json:"floor_en,omitempty"`
	Unit      string           `json:"unit"`
	UnitEN    string           `json:"unit_en,omitempty"`
	Services  []string         `json:"services"`
	Service   string           `json:"service"` // name of the first of them
	ServiceEN string           `json:"service_en,omitempty"`
	State     hall.WindowState `json:"state"`
	Since     time.Time        `json:"since,omitzero"`
	Staff     *Staff           `json:"staff"`
	Ticket    string           `json:"ticket"`
	Item      string           `json:"item"`
	ItemEN    string           `json:"item_en,omitempty"`
	Waiting   int              `json:"waiting"`
	Stale     bool             `json:"stale"`
	AsOf      time.Time        `json:"as_of,omitzero"` // of a stale one; absent: never heard
	Faults    []Fault          `json:"faults"`
	NoRepeat  bool             `json:"no_repeat,omitempty"` // a pad of it sends each press once
	Post      Post             `json:"post,omitempty"`
	PostSince time.Time        `json:"post_since,omitzero"`
	Alarm     time.Time        `json:"alarm,omitzero"`   // since when who sits there needs somebody at once
	Why       hall.PausedWhy   `json:"why,omitempty"`    // of a paused one
	Locked    time.Time        `json:"locked,omitzero"`  // desk only: until when no PIN that was tried there is looked at
	Outage    time.Time        `json:"outage,omitzero"`  // since when the system of its unit is down
	Today     *WindowToday     `json:"today,omitempty"`  // desk only
	Recent    []Recent         `json:"recent,omitempty"` // desk only
	Asked     []Asked          `json:"asked,omitempty"`  // desk only: of this window today, the newest first
}

// Staff is who serves.
type Staff struct {
	Badge  string `json:"badge"`
	Name   string `json:"name"`
	NameEN string `json:"name_en,omitempty"`
	Unit   string `json:"unit,omitempty"`
	UnitEN string `json:"unit_en,omitempty"`
}

// Fault is a device of a window that does not work.
type Fault struct {
	Device  string          `json:"device"`
	Kind    hall.DeviceKind `json:"kind"`
	Trouble hall.Trouble    `json:"trouble"`
	Since   time.Time       `json:"since"`
}

// WindowToday is a window's day. Levels: index 0 is level 1.
type WindowToday struct {
	Served  int    `json:"served"`
	Invited int    `json:"invited"`
	Rated   int    `json:"rated"`
	Levels  [5]int `json:"levels"`
}

// HallNow is a hall without its windows.
type HallNow struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	NameEN  string   `json:"name_en,omitempty"`
	Agent   Agent    `json:"agent"`
	Floors  []string `json:"floors"`
	Queue   []Line   `json:"queue"`
	Waiting *int     `json:"waiting"` // absent: nobody has said
	Sums    Sums     `json:"sums"`
	Outages []Outage `json:"outages,omitempty"`
	Units   []Outage `json:"units,omitempty"` // desk only: all that have items here, to name one; Since is zero
	Asked   []Asked  `json:"asked,omitempty"` // desk only: of no window, today, the newest first
	Cases   *Due     `json:"cases,omitempty"` // desk only: 办件 whose clock runs; absent: none was ever told of
}

// Outage is a unit whose system is down.
type Outage struct {
	Unit   string    `json:"unit"`
	Name   string    `json:"name"`
	NameEN string    `json:"name_en,omitempty"`
	Since  time.Time `json:"since,omitzero"`
}

// Agent is the hall's link to the hub.
type Agent struct {
	Name string    `json:"name"`
	Link linkState `json:"link"`
	AsOf time.Time `json:"as_of,omitzero"` // of a silent one
}

// Line is one line of people.
type Line struct {
	Letter  string `json:"letter"`
	Name    string `json:"name"`
	NameEN  string `json:"name_en,omitempty"`
	Waiting int    `json:"waiting"`
	P50Min  int    `json:"p50_min,omitempty"`
	P90Min  int    `json:"p90_min,omitempty"`

	Oldest      time.Time       `json:"oldest,omitzero"` // since when the first of them waits
	LimitMin    int             `json:"limit_min"`       // nobody should wait longer
	Over        bool            `json:"over,omitempty"`  // the first of them has
	Closed      hall.ServiceWhy `json:"closed,omitempty"`
	ClosedSince time.Time       `json:"closed_since,omitzero"`

	Booked *Booked `json:"booked,omitempty"` // desk only: for today; absent: nobody booked
}

// moment writes times as screens need them: Beijing time, to the second; so a picture changes only when a screen would.
func moment(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(hall.Beijing()).Truncate(time.Second)
}

// picture returns the hall as it stands.
func (s *site) picture(view View, now time.Time) HallNow {
	c, state := s.Catalogue, s.linkState(now)
	h := HallNow{ID: c.Hall.ID, Name: c.Hall.Name, NameEN: c.Hall.NameEN, Agent: Agent{Name: s.Agent, Link: state}, Queue: []Line{}}
	if state.stale() {
		h.Agent.AsOf = moment(s.link.heard)
	}
	for _, w := range s.windows {
		if !slices.Contains(h.Floors, w.Floor) {
			h.Floors = append(h.Floors, w.Floor)
		}
	}
	if q, ok := s.queue.of(s.link.session.Instance); ok {
		total := 0
		for _, l := range q.Letters {
			service, _ := c.Service(l.Letter)
			h.Queue = append(h.Queue, Line{Letter: l.Letter, Name: service.Name, NameEN: service.NameEN, Waiting: l.Waiting, P50Min: l.P50Min, P90Min: l.P90Min,
				Oldest: moment(l.Oldest), LimitMin: int(service.MayWait() / time.Minute), Over: !s.over(l, now).IsZero(), Closed: l.Closed, ClosedSince: moment(l.ClosedSince)})
			total += l.Waiting
		}
		h.Waiting = &total
		for _, o := range q.Outages {
			h.Outages = append(h.Outages, s.unit(o.Unit, o.Since))
		}
	}
	if live := s.tally(hall.DayOf(now)); view == Desk {
		for n := range h.Queue {
			h.Queue[n].Booked = s.bookedOf(h.Queue[n].Letter, hall.DayOf(now))
		}
		h.Sums, h.Asked, h.Cases = deskSums(live), s.askedOf("", now), s.dueOf(hall.DayOf(now))
		for _, u := range c.Units {
			if slices.ContainsFunc(c.Items, func(i hall.ServiceItem) bool { return i.Unit == u.ID }) {
				h.Units = append(h.Units, s.unit(u.ID, time.Time{}))
			}
		}
	} else {
		h.Sums = wallSumsOf(live, s.wallTally(now))
	}
	return h
}

func (s *site) unit(id string, since time.Time) Outage {
	u, _ := s.Catalogue.Unit(id)
	return Outage{id, u.Name, u.NameEN, moment(since)}
}

// pictureOf returns one window of the hall as it stands.
func (s *site) pictureOf(w *window, view View, now time.Time) Window {
	n, c := w.now(s.link.session.Instance), s.Catalogue
	unit, _ := c.Unit(w.Unit)
	var service hall.Service
	if len(w.Services) > 0 {
		service, _ = c.Service(w.Services[0])
	}
	item, ok := c.Item(n.Item)
	if !ok {
		item.Name = n.Item // a code that this catalogue does not know: better than nothing
	}
	p := Window{Hall: c.Hall.ID, ID: w.ID, Floor: w.Floor, FloorEN: w.FloorEN, Unit: unit.Name, UnitEN: unit.NameEN, Services: w.Services, Service: service.Name, ServiceEN: service.NameEN,
		State: n.State, Since: moment(n.Since), Staff: staff(c, n.Staff), Ticket: n.Ticket, Item: item.Name, ItemEN: item.NameEN,
		Waiting: n.Waiting, Stale: s.linkState(now).stale(), Faults: []Fault{}, NoRepeat: n.NoRepeat}
	if p.Stale {
		p.AsOf = moment(s.link.heard)
	}
	for _, d := range n.Faults {
		p.Faults = append(p.Faults, Fault{d.Device, d.Kind, d.Trouble, moment(d.Since)})
	}
	post, since := s.post(w, now)
	down, _ := s.outage(w.Unit)
	p.Post, p.PostSince, p.Alarm, p.Outage = post, moment(since), moment(n.Alarm), moment(down)
	if n.State == hall.WindowIsPaused {
		p.Why = n.Why
	}
	if view == Desk {
		if n.Until.After(now) {
			p.Locked = moment(n.Until)
		}
		p.Asked = s.askedOf(w.ID, now)
		t := w.today.of(hall.DayOf(now))
		p.Today = &WindowToday{t.Sums.Served, t.Sums.Invited, t.Sums.Rated(), t.Sums.Levels}
		p.Recent = slices.Clone(t.Recent)
	}
	return p
}

func staff(c *hall.Catalogue, badge string) *Staff {
	if badge == "" {
		return nil
	}
	who, ok := c.Clerk(badge)
	if !ok {
		return &Staff{Badge: badge}
	}
	unit, _ := c.Unit(who.Unit)
	return &Staff{who.Badge, who.Name, who.NameEN, unit.Name, unit.NameEN}
}
