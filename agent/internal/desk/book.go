package desk

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"math"
	"net/http"
	"slices"
	"sync"

	"hallpulse/firmware-protocol/hall"
)

// Book is what the catalogue says to citizens: each item with its facts, its materials and its way through the hall. It is
// the same all day; what changes while people wait is in TakeView, which names the version of the book it belongs to.
type Book struct {
	Version  string       `json:"version"`
	Hall     Place        `json:"hall"`
	Hours    string       `json:"hours"`
	Units    []BookUnit   `json:"units"`
	Items    []BookItem   `json:"items"`
	Classes  []hall.Class `json:"classes"` // whom the rule of the queue lets go before others, and a citizen may say so himself
	Cases    int          `json:"cases"`   // most on one number
	Floors   []BookFloor  `json:"floors"`  // none: the hall has no map
	Here     *BookSpot    `json:"here"`    // where the page stands
	HereName string       `json:"here_name"`
	HereEN   string       `json:"here_en,omitempty"`
}

// BookUnit owns items.
type BookUnit struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	NameEN string `json:"name_en,omitempty"`
}

// BookItem is what people come for, and what is published of it (domain §7).
type BookItem struct {
	Code   string `json:"code"`
	Name   string `json:"name"`
	NameEN string `json:"name_en,omitempty"`
	Unit   string `json:"unit"`
	Letter string `json:"letter"` // where he takes a number

	Kind       hall.CaseKind   `json:"kind,omitempty"`
	Legal      int             `json:"legal,omitempty"`
	Promised   int             `json:"promised,omitempty"`
	Post       bool            `json:"post,omitempty"`
	Trips      int             `json:"trips,omitempty"`
	Basis      string          `json:"basis,omitempty"`
	Fee        string          `json:"fee,omitempty"`
	FeeBasis   string          `json:"fee_basis,omitempty"`
	Conditions []string        `json:"conditions"`
	Procedure  []string        `json:"procedure"`
	WindowMay  []string        `json:"window_may"`
	Questions  []hall.Question `json:"questions"`

	FeeEN        string   `json:"fee_en,omitempty"`
	ConditionsEN []string `json:"conditions_en,omitempty"`
	ProcedureEN  []string `json:"procedure_en,omitempty"`
	WindowMayEN  []string `json:"window_may_en,omitempty"`

	Situations []BookSituation `json:"situations"` // at least one: the first is for who names none, unless there are others
}

// BookSituation is one case in which people come. The only one of an item without situations has no id.
type BookSituation struct {
	ID        string         `json:"id"`
	Name      string         `json:"name"`
	NameEN    string         `json:"name_en,omitempty"`
	Letter    string         `json:"letter"` // of its first number
	Materials []BookMaterial `json:"materials"`
	Stops     []BookStop     `json:"stops"`
}

// BookMaterial is one thing to bring, or, Here, one that is made on the way.
type BookMaterial struct {
	Name   string   `json:"name"`
	NameEN string   `json:"name_en,omitempty"`
	Tip    string   `json:"tip,omitempty"`
	TipEN  string   `json:"tip_en,omitempty"`
	Sample []string `json:"sample,omitempty"`
	Here   bool     `json:"here,omitempty"`
}

// BookStop is one stop of a way: where, what for, and the walk there from the stop before, or from where the page stands.
type BookStop struct {
	Letter  string    `json:"letter,omitempty"` // somebody is called there
	Windows []string  `json:"windows"`
	Place   string    `json:"place,omitempty"` // its name, where it is no window
	PlaceEN string    `json:"place_en,omitempty"`
	Floor   string    `json:"floor"`
	FloorEN string    `json:"floor_en,omitempty"`
	Do      string    `json:"do"`
	DoEN    string    `json:"do_en,omitempty"`
	Minutes int       `json:"minutes,omitempty"` // that it takes there; 0: nobody says
	Walk    int       `json:"walk,omitempty"`    // seconds
	At      *BookSpot `json:"at"`                // where the map has it
	Legs    []BookLeg `json:"legs"`
}

// BookSpot is a spot of a floor.
type BookSpot struct {
	Floor string    `json:"floor"`
	At    hall.Spot `json:"at"`
}

// BookLeg is the part of a walk on one floor.
type BookLeg struct {
	Floor string      `json:"floor"`
	Spots []hall.Spot `json:"spots"`
}

// BookFloor is one floor of the map.
type BookFloor struct {
	hall.Floor
	Places  []hall.Place `json:"places"`
	Windows []BookWindow `json:"windows"`
}

// BookWindow is a window on the map.
type BookWindow struct {
	ID string    `json:"id"`
	At hall.Spot `json:"at"`
}

// bookView says what the catalogue says. What stands for a page that names no place of its own is the first kiosk on the map,
// else the first entrance.
func (d *Desk) bookView(w http.ResponseWriter, r *http.Request) {
	b := bookOf(d.Whole(), r.URL.Query().Get("at"))
	writeJSON(w, http.StatusOK, encode(b))
}

func bookOf(c *hall.Catalogue, at string) Book {
	b := Book{
		Version: bookVersion(c), Hall: Place{ID: c.Hall.ID, Name: c.Hall.Name, NameEN: c.Hall.NameEN}, Hours: c.Hall.Hours, Units: []BookUnit{}, Items: []BookItem{},
		Classes: []hall.Class{}, Cases: c.Rule().CasesPerTurn, Floors: floorsOf(c),
	}
	here, found := standsAt(c, at)
	if found {
		b.Here, b.HereName, b.HereEN = &BookSpot{here.Floor, here.At}, here.Name, here.NameEN
	}
	for _, u := range c.Units {
		b.Units = append(b.Units, BookUnit{u.ID, u.Name, u.NameEN})
	}
	for _, k := range c.Rule().Classes {
		if sayable(k.Class) {
			b.Classes = append(b.Classes, k.Class)
		}
	}
	for _, i := range c.Items {
		b.Items = append(b.Items, itemOf(c, i, b.Here))
	}
	return b
}

// bookVersion names what the catalogue says: another catalogue has another version, wherever the page stands.
func bookVersion(c *hall.Catalogue) string {
	sum := sha256.Sum256(encode(c))
	return hex.EncodeToString(sum[:8])
}

// bookMark remembers the version of the catalogue that was looked at last: views name it all the time.
type bookMark struct {
	sync.Mutex
	of      *hall.Catalogue
	version string
}

// bookVersion is bookVersion of the catalogue by which the hall works now.
func (d *Desk) bookVersion() string {
	now := d.Whole()
	d.book.Lock()
	defer d.book.Unlock()
	if d.book.of != now {
		d.book.of, d.book.version = now, bookVersion(now)
	}
	return d.book.version
}

// sayable reports whether somebody may say of himself that he belongs to a class: a clerk or guide looks at his papers. Who
// got no turn yesterday, and what is an emergency, others say.
func sayable(c hall.Class) bool { return c != hall.ClassCarried && c != hall.ClassEmergency }

func standsAt(c *hall.Catalogue, id string) (hall.Place, bool) {
	var first, door *hall.Place
	for n, p := range c.Places {
		switch {
		case id != "" && p.ID == id:
			return p, true
		case p.Kind == hall.PlaceKiosk && first == nil:
			first = &c.Places[n]
		case p.Kind == hall.PlaceEntrance && door == nil:
			door = &c.Places[n]
		}
	}
	if at := cmp.Or(first, door); at != nil {
		return *at, true
	}
	return hall.Place{}, false
}

func floorsOf(c *hall.Catalogue) []BookFloor {
	all := []BookFloor{}
	for _, f := range c.Floors {
		one := BookFloor{Floor: f, Places: []hall.Place{}, Windows: []BookWindow{}}
		for _, p := range c.Places {
			if p.Floor == f.Name {
				one.Places = append(one.Places, p)
			}
		}
		for _, w := range c.Windows {
			if w.At != nil && w.Floor == f.Name {
				one.Windows = append(one.Windows, BookWindow{w.ID, *w.At})
			}
		}
		all = append(all, one)
	}
	return all
}

func itemOf(c *hall.Catalogue, i hall.ServiceItem, here *BookSpot) BookItem {
	out := BookItem{
		Code: i.Code, Name: i.Name, NameEN: i.NameEN, Unit: i.Unit, Letter: i.Service, Kind: i.Kind, Legal: i.Legal, Promised: i.Promised,
		Post: i.Post, Trips: i.Trips, Basis: i.Basis, Fee: i.Fee, FeeEN: i.FeeEN, FeeBasis: i.FeeBasis,
		Conditions: append([]string{}, i.Conditions...), Procedure: append([]string{}, i.Procedure...),
		WindowMay: append([]string{}, i.WindowMay...), Questions: append([]hall.Question{}, i.Questions...),
		ConditionsEN: i.ConditionsEN, ProcedureEN: i.ProcedureEN, WindowMayEN: i.WindowMayEN,
	}
	all := i.Situations
	if len(all) == 0 {
		all = []hall.Situation{{}}
	}
	for _, s := range all {
		one := BookSituation{ID: s.ID, Name: s.Name, NameEN: s.NameEN, Letter: c.Queues(i, s.ID)[0].Letter, Materials: []BookMaterial{}}
		for _, m := range i.MaterialsIn(s.ID) {
			one.Materials = append(one.Materials, materialOf(i, m))
		}
		one.Stops = wayOf(c, i.RouteIn(s.ID), here)
		out.Situations = append(out.Situations, one)
	}
	return out
}

func materialOf(i hall.ServiceItem, name string) BookMaterial {
	m := BookMaterial{Name: name}
	if n := slices.IndexFunc(i.Notes, func(n hall.MaterialNote) bool { return n.Of == name }); n >= 0 {
		note := i.Notes[n]
		m.NameEN, m.Tip, m.TipEN, m.Sample, m.Here = note.NameEN, note.Tip, note.TipEN, note.Sample, note.Here
	}
	return m
}

// wayOf walks a route from a spot, each stop from the one before. Of the windows that call a letter it goes to the nearest
// of those that prefer it.
func wayOf(c *hall.Catalogue, route []hall.RouteStop, from *BookSpot) []BookStop {
	all := []BookStop{}
	for _, stop := range route {
		one := BookStop{Letter: stop.Letter, Do: stop.Do, DoEN: stop.DoEN, Minutes: stop.Minutes, Windows: []string{}, Legs: []BookLeg{}}
		targets := []string{stop.Place}
		if stop.Place == "" {
			one.Letter, targets = callers(c, stop)
			one.Windows = targets
		}
		to, walk, found := nearest(c, from, targets)
		if found {
			one.At, one.Floor = &BookSpot{to.Floor, to.At}, to.Floor
			from = one.At
		}
		one.name(c, stop)
		one.Walk = int(math.Round(walk.Time().Seconds()))
		for _, l := range walk.Legs {
			one.Legs = append(one.Legs, BookLeg{l.Floor, l.Spots})
		}
		all = append(all, one)
	}
	return all
}

// WalkMinutes returns how far each stop of a route is on foot from the one before it, the first from where numbers are taken,
// in minutes rounded up; 0 where the map does not say.
func WalkMinutes(c *hall.Catalogue, route []hall.RouteStop) (all []int) {
	var here *BookSpot
	if at, ok := standsAt(c, ""); ok {
		here = &BookSpot{at.Floor, at.At}
	}
	for _, stop := range wayOf(c, route, here) {
		all = append(all, (stop.Walk+59)/60)
	}
	return all
}

// name says in words where the stop is, on a map or not.
func (b *BookStop) name(c *hall.Catalogue, stop hall.RouteStop) {
	for _, p := range c.Places {
		if p.ID == stop.Place {
			b.Place, b.PlaceEN, b.Floor = p.Name, p.NameEN, p.Floor
		}
	}
	if b.Place == "" && b.Floor == "" && len(b.Windows) > 0 {
		w, _ := c.Window(b.Windows[0])
		b.Floor = w.Floor
	}
	for _, w := range c.Windows {
		if w.Floor == b.Floor {
			b.FloorEN = cmp.Or(b.FloorEN, w.FloorEN)
		}
	}
	for _, f := range c.Floors {
		if f.Name == b.Floor {
			b.FloorEN = cmp.Or(f.NameEN, b.FloorEN)
		}
	}
}

// callers are the windows at which a stop is served: the one that is named, else those that call its letter, those that
// prefer it where there are any.
func callers(c *hall.Catalogue, stop hall.RouteStop) (letter string, windows []string) {
	if w, ok := c.Window(stop.Window); ok {
		return cmp.Or(stop.Letter, w.Services[0]), []string{w.ID}
	}
	var prefer, call []string
	for _, w := range c.Windows {
		switch slices.Index(w.Services, stop.Letter) {
		case -1:
		case 0:
			prefer = append(prefer, w.ID)
			fallthrough
		default:
			call = append(call, w.ID)
		}
	}
	if len(prefer) > 0 {
		return stop.Letter, prefer
	}
	return stop.Letter, append([]string{}, call...)
}

// nearest returns which of these windows or places of the map is reached first from a spot, and the walk there.
func nearest(c *hall.Catalogue, from *BookSpot, ids []string) (to hall.Point, walk hall.Walk, found bool) {
	for _, id := range ids {
		at, ok := c.Where(id)
		if !ok {
			continue
		}
		if from == nil {
			return at, hall.Walk{}, true
		}
		w, ok := c.Walk(hall.Point{Floor: from.Floor, At: from.At}, at)
		if ok && (!found || w.Time() < walk.Time()) {
			to, walk, found = at, w, true
		}
	}
	return to, walk, found
}
