package hall

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"
	"unicode/utf8"
)

// Catalogue is one hall as configured in hall.yaml: place, services, units, windows, staff, items.
type Catalogue struct {
	Hall     Site          `json:"hall" yaml:"hall"`
	Units    []Unit        `json:"units" yaml:"units"`
	Services []Service     `json:"services" yaml:"services"`
	Items    []ServiceItem `json:"items" yaml:"items"`
	Windows  []Window      `json:"windows" yaml:"windows"`
	Staff    []Staff       `json:"staff" yaml:"staff"`
	Queue    *QueueRule    `json:"queue,omitempty" yaml:"queue"` // nil: DefaultQueueRule
	Cases    *CaseRule     `json:"cases,omitempty" yaml:"cases"` // nil: DefaultCaseRule
	Floors   []Floor       `json:"floors,omitempty" yaml:"floors"`
	Places   []Place       `json:"places,omitempty" yaml:"places"`
	Roster   *Roster       `json:"roster,omitempty" yaml:"roster"`     // nil: no window is missed
	Agents   []HallAgent   `json:"agents,omitempty" yaml:"agents"`     // none: one agent has it all
	Stuck    *StuckDesk    `json:"stuck,omitempty" yaml:"stuck"`       // nil: the hall has no such desk
	Announce *Announcement `json:"announce,omitempty" yaml:"announce"` // nil: DefaultAnnouncement
}

// Rule returns the rule by which the hall calls.
func (c *Catalogue) Rule() QueueRule {
	if c.Queue == nil {
		return DefaultQueueRule()
	}
	return *c.Queue
}

// Site is the building: its id (unique in the centre), name, place in the tree from province to village, and hours.
type Site struct {
	ID      string   `json:"id" yaml:"id"`
	Name    string   `json:"name" yaml:"name"`
	NameEN  string   `json:"name_en,omitempty" yaml:"name_en"`
	Place   []string `json:"place" yaml:"place"` // 省, 市, 县, 乡镇, 村, as deep as it goes
	Hours   string   `json:"hours,omitempty" yaml:"hours"`
	HoursEN string   `json:"hours_en,omitempty" yaml:"hours_en"`
	Closes  string   `json:"closes,omitempty" yaml:"closes"` // 17:00: until then people are served; empty: numbers are given out at all hours

	Notices   []string `json:"notices,omitempty" yaml:"notices"`       // to the waiting room, on the display between calls
	NoticesEN []string `json:"notices_en,omitempty" yaml:"notices_en"` // the same ones, in their order
}

// ClosesOn returns when the hall closes on a day; false where it does not say.
func (s Site) ClosesOn(d Day) (time.Time, bool) {
	at, err := time.Parse("15:04", s.Closes)
	if err != nil {
		return time.Time{}, false
	}
	return d.Start().Add(time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute), true
}

// Unit 进驻单位 owns items and answers for them.
type Unit struct {
	ID     string `json:"id" yaml:"id"`
	Name   string `json:"name" yaml:"name"`
	NameEN string `json:"name_en,omitempty" yaml:"name_en"`
}

// Service is one queue: people who take its letter wait in one line.
type Service struct {
	Letter string `json:"letter" yaml:"letter"` // A to Z
	Name   string `json:"name" yaml:"name"`
	NameEN string `json:"name_en,omitempty" yaml:"name_en"`
	Daily  int    `json:"daily,omitempty" yaml:"daily"` // numbers a day; 0: as many as come

	WaitLimit int `json:"wait_limit,omitempty" yaml:"wait_limit"` // minutes that nobody should wait longer than; 0: 30

	Booking *BookingRule `json:"booking,omitempty" yaml:"booking"` // nil: nothing is booked
}

// ServiceItem 政务服务事项 is what people come for.
type ServiceItem struct {
	Code      string   `json:"code" yaml:"code"`
	Name      string   `json:"name" yaml:"name"`
	NameEN    string   `json:"name_en,omitempty" yaml:"name_en"`
	Unit      string   `json:"unit" yaml:"unit"`
	Service   string   `json:"service" yaml:"service"`               // letter of the queue
	Materials []string `json:"materials,omitempty" yaml:"materials"` // in every situation

	Kind     CaseKind `json:"kind,omitempty" yaml:"kind"`
	Legal    int      `json:"legal,omitempty" yaml:"legal"`       // 法定时限, working days; 0: none is written
	Promised int      `json:"promised,omitempty" yaml:"promised"` // 承诺时限, working days
	Delivers bool     `json:"delivers,omitempty" yaml:"delivers"` // a result is handed over or sent
	Basis    string   `json:"basis,omitempty" yaml:"basis"`       // 办理依据: law and article
	Fee      string   `json:"fee,omitempty" yaml:"fee"`           // 收费; empty: free

	Situations []Situation    `json:"situations,omitempty" yaml:"situations"`
	Route      []RouteStop    `json:"route,omitempty" yaml:"route"` // of every situation that has none; empty: to the item's own queue
	Notes      []MaterialNote `json:"notes,omitempty" yaml:"notes"`
	Conditions []string       `json:"conditions,omitempty" yaml:"conditions"` // 受理条件
	Procedure  []string       `json:"procedure,omitempty" yaml:"procedure"`   // 办理流程, in order
	FeeBasis   string         `json:"fee_basis,omitempty" yaml:"fee_basis"`   // 收费依据
	Trips      int            `json:"trips,omitempty" yaml:"trips"`           // 承诺跑动次数; 0: none is promised
	Post       bool           `json:"post,omitempty" yaml:"post"`             // the result can be sent by post
	WindowMay  []string       `json:"window_may,omitempty" yaml:"window_may"` // 窗口权限: what the window decides by itself
	Questions  []Question     `json:"questions,omitempty" yaml:"questions"`   // 常见问题

	FeeEN        string   `json:"fee_en,omitempty" yaml:"fee_en"`
	ConditionsEN []string `json:"conditions_en,omitempty" yaml:"conditions_en"` // line by line as the Chinese ones, or none
	ProcedureEN  []string `json:"procedure_en,omitempty" yaml:"procedure_en"`
	WindowMayEN  []string `json:"window_may_en,omitempty" yaml:"window_may_en"`
}

// Window is a numbered place where one clerk serves one citizen.
type Window struct {
	ID       string   `json:"id" yaml:"id"`       // unique in the hall, as on the sign: "12"
	Floor    string   `json:"floor" yaml:"floor"` // 一楼
	FloorEN  string   `json:"floor_en,omitempty" yaml:"floor_en"`
	Unit     string   `json:"unit" yaml:"unit"`
	Services []string `json:"services" yaml:"services"` // letters it calls, in order of preference
	Staff    string   `json:"staff,omitempty" yaml:"staff"`
	At       *Spot    `json:"at,omitempty" yaml:"at"` // on the map of its floor; nil: not drawn
}

func (w Window) calls(letter string) bool { return slices.Contains(w.Services, letter) }

// Staff 窗口工作人员 sits at a window.
type Staff struct {
	Badge   string `json:"badge" yaml:"badge"`
	Name    string `json:"name" yaml:"name"`
	NameEN  string `json:"name_en,omitempty" yaml:"name_en"`
	Unit    string `json:"unit" yaml:"unit"`
	StandIn string `json:"stand_in,omitempty" yaml:"stand_in"` // B 角: badge of who takes his place
}

// Window finds a window by id.
func (c *Catalogue) Window(id string) (Window, bool) {
	return find(c.Windows, func(w Window) bool { return w.ID == id })
}

// Clerk finds a staff member by badge.
func (c *Catalogue) Clerk(badge string) (Staff, bool) {
	return find(c.Staff, func(s Staff) bool { return s.Badge == badge })
}

// Item finds an item by code.
func (c *Catalogue) Item(code string) (ServiceItem, bool) {
	return find(c.Items, func(i ServiceItem) bool { return i.Code == code })
}

// Service finds a queue by letter.
func (c *Catalogue) Service(letter string) (Service, bool) {
	return find(c.Services, func(s Service) bool { return s.Letter == letter })
}

// Unit finds a unit by id.
func (c *Catalogue) Unit(id string) (Unit, bool) {
	return find(c.Units, func(u Unit) bool { return u.ID == id })
}

func find[T any](in []T, is func(T) bool) (T, bool) {
	if i := slices.IndexFunc(in, is); i >= 0 {
		return in[i], true
	}
	var none T
	return none, false
}

// What fits one line of the display: Latin letters are half as wide.
const (
	maxNotice   = 32
	maxNoticeEN = 2 * maxNotice
)

// windowID matches what may name a window: it becomes part of a topic.
var windowID = regexp.MustCompile(`^[A-Za-z0-9-]{1,16}$`)

// Validate names every fault of the catalogue at once; nil means it can be used.
func (c *Catalogue) Validate() error {
	var faults []error
	for _, f := range c.Faults() {
		faults = append(faults, errors.New(f.Say))
	}
	return errors.Join(faults...)
}

// Faults names every fault of the catalogue at once, in the order of its parts. Each says itself what it is about.
func (c *Catalogue) Faults() []Fault {
	var faults []Fault
	at := "hall"
	fault := func(format string, args ...any) {
		faults = append(faults, Fault{at, fmt.Sprintf(format, args...)})
	}
	each := func(list string, n int) { at = fmt.Sprintf("%s[%d]", list, n) }
	if !windowID.MatchString(c.Hall.ID) {
		fault("hall.id %q: want 1 to 16 letters, digits or -", c.Hall.ID)
	}
	if c.Hall.Name == "" {
		fault("hall.name is empty: tickets and screens show it")
	}
	for i, n := range c.Hall.Notices {
		if r := utf8.RuneCountInString(n); r == 0 || r > maxNotice {
			fault("hall.notices[%d] has %d characters: want 1 to %d, one line of the display", i, r, maxNotice)
		}
	}
	sameLines(fault, "hall.notices", c.Hall.Notices, c.Hall.NoticesEN)
	for i, n := range c.Hall.NoticesEN {
		if r := utf8.RuneCountInString(n); r == 0 || r > maxNoticeEN {
			fault("hall.notices_en[%d] has %d characters: want 1 to %d, one line of the display", i, r, maxNoticeEN)
		}
	}
	at = ""
	if len(c.Windows) == 0 {
		fault("windows: a hall needs at least one")
	}
	if len(c.Services) == 0 {
		fault("services: a hall needs at least one queue letter")
	}
	once := func(what string) func(id string) {
		seen := map[string]bool{}
		return func(id string) {
			if id == "" || seen[id] {
				fault("%s %q is empty or given twice", what, id)
			}
			seen[id] = true
		}
	}
	unit, letter, code, window, badge := once("units id"), once("services letter"), once("items code"), once("windows id"), once("staff badge")
	for n, u := range c.Units {
		each("units", n)
		unit(u.ID)
	}
	for n, s := range c.Services {
		each("services", n)
		letter(s.Letter)
		if len(s.Letter) != 1 || s.Letter[0] < 'A' || s.Letter[0] > 'Z' {
			fault("services letter %q: want one letter A to Z", s.Letter)
		}
	}
	hasUnit := func(where, id string) {
		if _, ok := c.Unit(id); !ok {
			fault("%s: unit %q is not in units", where, id)
		}
	}
	hasService := func(where, l string) {
		if _, ok := c.Service(l); !ok {
			fault("%s: letter %q is not in services", where, l)
		}
	}
	for n, i := range c.Items {
		each("items", n)
		code(i.Code)
		hasUnit("items "+i.Code, i.Unit)
		hasService("items "+i.Code, i.Service)
		i.validateLimits(fault)
		c.validateItem(i, fault)
	}
	for n, s := range c.Staff {
		each("staff", n)
		badge(s.Badge)
		hasUnit("staff "+s.Badge, s.Unit)
		if n := utf8.RuneCountInString(s.Name); n == 0 || n > 16 {
			fault("staff %s: name %q: want 1 to 16 characters", s.Badge, s.Name)
		}
		if _, ok := c.Clerk(s.StandIn); s.StandIn != "" && (!ok || s.StandIn == s.Badge) {
			fault("staff %s: stand_in %q: want the badge of another of staff", s.Badge, s.StandIn)
		}
	}
	at = "hall.closes"
	if _, ok := c.Hall.ClosesOn(0); c.Hall.Closes != "" && !ok {
		fault("hall closes %q: want the time of day at which the hall closes, as in 17:00", c.Hall.Closes)
	}
	at = "queue"
	c.validateQueue(fault)
	at = "cases"
	c.validateCases(fault)
	at = "floors"
	c.validateMap(fault)
	at = "roster"
	c.validateRoster(fault)
	at = "services"
	c.validateBookings(fault)
	at = "agents"
	c.validateAgents(fault)
	at = "stuck"
	c.validateStuck(fault)
	at = "announce"
	c.validateAnnounce(fault)
	for n, w := range c.Windows {
		each("windows", n)
		window(w.ID)
		if !windowID.MatchString(w.ID) {
			fault("windows id %q: want 1 to 16 letters, digits or -", w.ID)
		}
		hasUnit("windows "+w.ID, w.Unit)
		if len(w.Services) == 0 {
			fault("windows %s: services is empty: it could call nobody", w.ID)
		}
		for _, l := range w.Services {
			hasService("windows "+w.ID, l)
		}
		if _, ok := c.Clerk(w.Staff); w.Staff != "" && !ok {
			fault("windows %s: staff %q is not in staff", w.ID, w.Staff)
		}
	}
	return faults
}

// validateLimits names the faults of an item's limits (domain §7).
func (i ServiceItem) validateLimits(fault func(format string, args ...any)) {
	if i.Kind != "" && i.Kind != CaseOnTheSpot && i.Kind != CaseCommitted {
		fault("items %s: kind %q: want %s or %s", i.Code, i.Kind, CaseOnTheSpot, CaseCommitted)
	}
	const year = 366
	if i.Legal < 0 || i.Promised < 0 || i.Legal > year || i.Promised > year {
		fault("items %s: legal %d, promised %d: want working days, 0 to %d", i.Code, i.Legal, i.Promised, year)
	}
	if i.Legal > 0 && i.Promised > i.Legal {
		fault("items %s: promised %d is longer than legal %d", i.Code, i.Promised, i.Legal)
	}
}

// validateQueue names the faults of the queues and their rule.
func (c *Catalogue) validateQueue(fault func(format string, args ...any)) {
	for _, s := range c.Services {
		if s.Daily < 0 {
			fault("services %s: daily %d: want the most numbers of a day, or 0", s.Letter, s.Daily)
		}
	}
	const most = 24 * 60 // minutes of a day, and more than anybody calls
	r := c.Rule()
	for _, n := range []struct {
		name         string
		value, least int
	}{{"calls", r.Calls, 1}, {"missed_loses", r.MissedLoses, 0}, {"other_letter", r.OtherLetter, 0}, {"cases_per_turn", r.CasesPerTurn, 1}} {
		if n.value < n.least || n.value > most {
			fault("queue.%s %d: want %d to %d", n.name, n.value, n.least, most)
		}
	}
	seen := map[Class]bool{}
	for _, k := range r.Classes {
		if !slices.Contains(Classes(), k.Class) || seen[k.Class] {
			fault("queue.classes %q: want each once, of %v", k.Class, Classes())
		}
		seen[k.Class] = true
		if k.First == (k.Minutes != 0) || k.Minutes < 0 || k.Minutes > most {
			fault("queue.classes %s: want first: true, or minutes from 1 to %d", k.Class, most)
		}
	}
}
