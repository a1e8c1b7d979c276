package hall

import (
	"slices"
)

// Situation 情形 is one case in which people come for an item: what they bring besides the item's own materials, and where
// they go. Who does not know his own is served all the same.
type Situation struct {
	ID        string      `json:"id" yaml:"id"` // within the item
	Name      string      `json:"name" yaml:"name"`
	NameEN    string      `json:"name_en,omitempty" yaml:"name_en"`
	Materials []string    `json:"materials,omitempty" yaml:"materials"`
	Route     []RouteStop `json:"route,omitempty" yaml:"route"` // empty: that of the item
}

// RouteStop is one stop of a route: a letter whose queue he joins, a window, or a place on the map, as a copy shop or a
// bank, where nobody is called.
type RouteStop struct {
	Letter  string `json:"letter,omitempty" yaml:"letter"`
	Item    string `json:"item,omitempty" yaml:"item"` // at a letter or window: code of an item of that letter; empty: see Catalogue.Queues
	Window  string `json:"window,omitempty" yaml:"window"`
	Place   string `json:"place,omitempty" yaml:"place"`
	Do      string `json:"do" yaml:"do"` // what is done there
	DoEN    string `json:"do_en,omitempty" yaml:"do_en"`
	Minutes int    `json:"minutes,omitempty" yaml:"minutes"` // that it takes there, without waiting
}

// MaterialNote is what is said of one material beside its name.
type MaterialNote struct {
	Of     string   `json:"of" yaml:"of"` // the material, as the item or one of its situations names it
	NameEN string   `json:"name_en,omitempty" yaml:"name_en"`
	Tip    string   `json:"tip,omitempty" yaml:"tip"`
	TipEN  string   `json:"tip_en,omitempty" yaml:"tip_en"`
	Sample []string `json:"sample,omitempty" yaml:"sample"` // 示范文本: the lines of a form as somebody filled it in
	Here   bool     `json:"here,omitempty" yaml:"here"`     // made on the way through the hall: nobody brings it
}

// Question is asked often, and answered.
type Question struct {
	Ask      string `json:"ask" yaml:"ask"`
	Answer   string `json:"answer" yaml:"answer"`
	AskEN    string `json:"ask_en,omitempty" yaml:"ask_en"` // both, or none
	AnswerEN string `json:"answer_en,omitempty" yaml:"answer_en"`
}

// Situation finds a situation by id.
func (i ServiceItem) Situation(id string) (Situation, bool) {
	return find(i.Situations, func(s Situation) bool { return s.ID == id })
}

// MaterialsIn returns what is brought in a situation: the item's own materials, then those of the situation. In an empty or
// unknown one these are the item's own.
func (i ServiceItem) MaterialsIn(situation string) []string {
	s, _ := i.Situation(situation)
	return slices.Concat(i.Materials, s.Materials)
}

// AllMaterials returns what is brought in any situation.
func (i ServiceItem) AllMaterials() []string {
	all := slices.Clone(i.Materials)
	for _, s := range i.Situations {
		all = append(all, s.Materials...)
	}
	return all
}

// RouteIn returns the stops of the item in a situation, in order. There is at least one: the item's own queue.
func (i ServiceItem) RouteIn(situation string) []RouteStop {
	s, _ := i.Situation(situation)
	switch {
	case len(s.Route) > 0:
		return s.Route
	case len(i.Route) > 0:
		return i.Route
	}
	return []RouteStop{{Letter: i.Service}}
}

// Queues returns the stops of an item's route at which somebody is called, each with its letter and item: at a window that
// is named without a letter it is the letter that the window prefers, and at the item's own letter the item is done.
func (c *Catalogue) Queues(i ServiceItem, situation string) []RouteStop {
	var all []RouteStop
	for _, stop := range i.RouteIn(situation) {
		if stop.Place != "" {
			continue
		}
		if w, ok := c.Window(stop.Window); ok && stop.Letter == "" && len(w.Services) > 0 {
			stop.Letter = w.Services[0]
		}
		if stop.Item == "" && stop.Letter == i.Service {
			stop.Item = i.Code
		}
		all = append(all, stop)
	}
	return all
}

// What an item may say at most, so that a page shows it and a ticket carries it.
const (
	maxSituations = 12
	maxStops      = 8
	maxTrips      = 9
	maxStopTime   = 8 * 60 // minutes
)

// validateItem names the faults of an item's situations, routes and facts (domain §7).
func (c *Catalogue) validateItem(i ServiceItem, fault func(format string, args ...any)) {
	if i.Trips < 0 || i.Trips > maxTrips {
		fault("items %s: trips %d: want how often people come, 1 to %d, or 0 where none is promised", i.Code, i.Trips, maxTrips)
	}
	if i.FeeBasis != "" && i.Fee == "" {
		fault("items %s: fee_basis is given, fee is not", i.Code)
	}
	if i.FeeEN != "" && i.Fee == "" {
		fault("items %s: fee_en is given, fee is not", i.Code)
	}
	if i.Post && !i.Delivers {
		fault("items %s: post is true, delivers is not: nothing is sent", i.Code)
	}
	for _, list := range []struct {
		name           string
		lines, english []string
	}{{"materials", i.Materials, nil}, {"conditions", i.Conditions, i.ConditionsEN}, {"procedure", i.Procedure, i.ProcedureEN}, {"window_may", i.WindowMay, i.WindowMayEN}} {
		eachOnce(fault, "items "+i.Code+": "+list.name, list.lines)
		sameLines(fault, "items "+i.Code+": "+list.name, list.lines, list.english)
	}
	for n, q := range i.Questions {
		if q.Ask == "" || q.Answer == "" {
			fault("items %s: questions[%d]: want ask and answer", i.Code, n)
		}
		if (q.AskEN == "") != (q.AnswerEN == "") {
			fault("items %s: questions[%d]: want ask_en and answer_en, or neither", i.Code, n)
		}
	}
	if len(i.Situations) > maxSituations {
		fault("items %s: %d situations: want at most %d, a screen shows no more", i.Code, len(i.Situations), maxSituations)
	}
	ids := make([]string, len(i.Situations))
	for n, s := range i.Situations {
		where := "items " + i.Code + ": situations " + s.ID
		ids[n] = s.ID
		if !windowID.MatchString(s.ID) {
			fault("%s: id: want 1 to 16 letters, digits or -", where)
		}
		if s.Name == "" {
			fault("%s: name is empty: people choose by it", where)
		}
		eachOnce(fault, where+": materials", slices.Concat(i.Materials, s.Materials))
		c.validateRoute(where, i, s.Route, fault)
	}
	eachOnce(fault, "items "+i.Code+": situations", ids)
	c.validateRoute("items "+i.Code, i, i.Route, fault)
	all, of := i.AllMaterials(), make([]string, len(i.Notes))
	for n, note := range i.Notes {
		of[n] = note.Of
		if !slices.Contains(all, note.Of) {
			fault("items %s: notes[%d]: %q is no material of the item", i.Code, n, note.Of)
		}
	}
	eachOnce(fault, "items "+i.Code+": notes", of)
}

// eachOnce names what is empty in a list, or there twice.
func eachOnce(fault func(format string, args ...any), where string, list []string) {
	for n, one := range list {
		if one == "" || slices.Contains(list[:n], one) {
			fault("%s: %q is empty or given twice", where, one)
		}
	}
}

// sameLines names the fault of a list in English that does not go line by line with the Chinese one: a page shows either.
func sameLines(fault func(format string, args ...any), where string, lines, english []string) {
	if len(english) > 0 && (len(english) != len(lines) || slices.Contains(english, "")) {
		fault("%s_en has %d lines, %s has %d: want one for each, none empty, or none at all", where, len(english), where, len(lines))
	}
}

// validateRoute names the faults of a route: each stop is one thing that is there, and somewhere the item itself is done.
func (c *Catalogue) validateRoute(where string, i ServiceItem, route []RouteStop, fault func(format string, args ...any)) {
	if len(route) > maxStops {
		fault("%s: route has %d stops: want at most %d", where, len(route), maxStops)
	}
	for n, stop := range route {
		at := func(format string, args ...any) { fault(where+": route[%d]: "+format, append([]any{n}, args...)...) }
		if (stop.Place != "") == (stop.Letter != "" || stop.Window != "") {
			at("want a place, or a letter or window")
		}
		if stop.Do == "" {
			at("do is empty: it says what is done there")
		}
		if stop.Minutes < 0 || stop.Minutes > maxStopTime {
			at("minutes %d: want 0 to %d", stop.Minutes, maxStopTime)
		}
		c.validateStop(stop, at)
	}
	if len(route) == 0 {
		return
	}
	done := func(stop RouteStop) bool { return stop.Item == i.Code }
	if own := (ServiceItem{Code: i.Code, Service: i.Service, Route: route}); !slices.ContainsFunc(c.Queues(own, ""), done) {
		fault("%s: route comes by no queue of letter %q: the item itself is done nowhere", where, i.Service)
	}
}

// validateStop names what a stop speaks of and the hall does not have.
func (c *Catalogue) validateStop(stop RouteStop, at func(format string, args ...any)) {
	if _, ok := find(c.Places, func(p Place) bool { return p.ID == stop.Place }); stop.Place != "" && !ok {
		at("place %q is not in places", stop.Place)
	}
	if _, ok := c.Service(stop.Letter); stop.Letter != "" && !ok {
		at("letter %q is not in services", stop.Letter)
	}
	w, ok := c.Window(stop.Window)
	if stop.Window != "" && !ok {
		at("window %q is not in windows", stop.Window)
	}
	letter := stop.Letter
	if ok && letter == "" && len(w.Services) > 0 {
		letter = w.Services[0]
	}
	if item, ok := c.Item(stop.Item); stop.Item != "" && (!ok || item.Service != letter) {
		at("item %q is not in items under letter %q", stop.Item, letter)
	}
}
