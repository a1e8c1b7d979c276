package web

import (
	"cmp"
	"slices"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/casework"
	"hallpulse/hub/internal/intake"
)

// With several cases in a visit the citizen rates each, or one for all (domain §3.2): the visit's rating is that of every
// case decided within it which he does not rate by itself.

// piece is one of several cases of a visit.
type piece struct {
	casework.Case
	own  visit // what was said of it alone
	open bool  // it can be rated alone
}

// sceneEach lists the cases of a visit, each to be rated by itself.
const sceneEach = "each"

// seeEach asks for that page.
const seeEach = "each"

// piecesOf returns the cases of a visit, where it had several.
func piecesOf(s intake.Story, v visit) []piece {
	var pieces []piece
	for _, c := range s.Cases {
		if c.In(v.id) {
			pieces = append(pieces, pieceOf(s, c, v))
		}
	}
	if len(pieces) < 2 {
		return nil
	}
	return pieces
}

// pieceOf returns a case of visit v: it can be rated alone once it has ended; one decided within the visit, when the visit has
// ended, too.
func pieceOf(s intake.Story, c casework.Case, v visit) piece {
	row := intake.Visit{ID: c.ID}
	if n := slices.IndexFunc(s.Visits, func(v intake.Visit) bool { return v.Case && v.ID == c.ID }); n >= 0 {
		row = s.Visits[n]
	}
	p := piece{Case: c, open: row.Outcome != ""}
	if end, ended := c.Ended(); !p.open && ended && c.Shared() && v.ended && v.ratable() {
		p.open = true
		row.Outcome, row.Ended, row.Window = hall.OutcomeFinished, end.When, end.By.Window
	}
	row.Item, row.Began = c.Item, true
	alone := storyOf(intake.Story{Visits: []intake.Visit{row}, Answers: answersOf(s, c.ID)}, func(intake.Visit) bool { return true })
	p.own = alone.visits[0]
	return p
}

// answersOf returns the answers that name a visit or a case.
func answersOf(s intake.Story, id hall.ID) []intake.Answer {
	return slices.DeleteFunc(slices.Clone(s.Answers), func(a intake.Answer) bool { return cmp.Or(a.Visit, a.Told) != id })
}

// touched reports whether its holder said something of it alone.
func (p piece) touched() bool { return p.own.rating != nil || p.own.draft != nil }

// each reports whether the holder of the ticket rates the cases of v one by one: he began to, and said nothing of all.
func (v visit) each() bool {
	return v.rating == nil && v.draft == nil && slices.ContainsFunc(v.pieces, piece.touched)
}

// eachView is the cases of a visit.
type eachView struct {
	N     int // they have the rating of the visit
	Lines []eachLine
	Each  string // link: one by one; empty: none has ended
	All   string // link: one for all
	Some  bool   // one was rated alone
	Done  bool   // each was
}

type eachLine struct {
	Number, Item, Status string
	Link                 string // empty: it cannot be rated
	Waits                bool   // for a rating
}

// fillEach lists the cases of a visit, and what was said of each.
func fillEach(page sheet, site *hall.Catalogue, v visit) *eachView {
	if len(v.pieces) == 0 {
		return nil
	}
	self := scene{visit: v}.self()
	d := &eachView{Done: true}
	if v.rating != nil {
		d.All = page.Link(self...)
	} else {
		d.All = page.Link(append(self, "change", "1")...)
	}
	for _, p := range v.pieces {
		item, _ := lookItem(site, p.Item)
		line := eachLine{Number: p.Number, Item: page.Lang.in(item.Name, item.NameEN)}
		if p.open {
			line.Link, d.Each = page.Link("visit", p.ID.String()), page.Link(append(self, "see", seeEach)...)
		}
		if p.Shared() && !p.touched() {
			d.N++
		}
		line.Status, line.Waits = p.status(page, v), p.waits(v)
		d.Some, d.Done = d.Some || p.own.rating != nil, d.Done && p.own.rating != nil
		d.Lines = append(d.Lines, line)
	}
	return d
}

// status says what was rated of a case, or what is to come.
func (p piece) status(page sheet, v visit) string {
	switch {
	case p.own.rating != nil:
		return page.Level(int(p.own.rating.level))
	case p.own.draft != nil:
		return page.T("rate.each.draft")
	case !p.open:
		return page.T("rate.each.later")
	case p.waits(v):
		return page.T("rate.choose.open")
	case v.rating != nil:
		return page.T("rate.each.with", "level", page.Level(int(v.rating.level)))
	}
	return page.T("rate.each.pressed")
}

// waits reports whether a case of visit v can be rated and was not, neither alone nor with the visit.
func (p piece) waits(v visit) bool {
	return p.open && !p.touched() && (!p.Shared() || v.counted.level == 0 && v.rating == nil)
}
