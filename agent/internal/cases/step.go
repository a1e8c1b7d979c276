package cases

import (
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// Refusal is why a step was not taken. Nothing has changed then. Its text is a code: words are chosen by it.
type Refusal string

func (r Refusal) Error() string { return string(r) }

// The refusals.
const (
	NoSuchCase      Refusal = "no-such-case"
	NoSuchStep      Refusal = "no-such-step"
	NoSuchItem      Refusal = "no-such-item"
	NoSuchMaterial  Refusal = "no-such-material" // or it is named twice
	NoSuchReason    Refusal = "no-such-reason"
	NoSuchResult    Refusal = "no-such-result"
	NoSuchRoad      Refusal = "no-such-road"
	NoSuchApplicant Refusal = "no-such-applicant"
	NotNow          Refusal = "case-not-now"     // the case does not stand where this step can be taken
	Moved           Refusal = "case-moved"       // another step was taken since the clerk looked
	NothingMissing  Refusal = "nothing-missing"  // a notice slip must say what is missing
	ToldBefore      Refusal = "told-before"      // a second slip wants its reason
	NothingToUndo   Refusal = "nothing-to-undo"  // the last step was undone, or there was none
	NothingToGive   Refusal = "nothing-to-give"  // the item has no result to deliver
	NoVisit         Refusal = "case-needs-visit" // an application is taken from somebody who is there
)

// Order is one step, as a clerk enters it.
type Order struct {
	Step hall.Type // of a case; TypeNoticePrinted: a slip where nothing was accepted
	hall.CaseAt
	N   int       // steps the case had when the clerk looked; of an opening 0
	Day hall.Day  // the business day
	At  time.Time // of the step

	Open   *Opening
	Notice *Notice             // of a return, and of TypeNoticePrinted
	Result hall.CaseResult     // of a decision
	Road   hall.DeliveryRoad   // of a delivery
	Why    hall.CaseRefusedWhy // of a refusal
}

// Opening is a new case: of an acceptance, and of the refusal of what nobody had accepted.
type Opening struct {
	Key       string // who asks twice under one key opens one case
	Number    string
	Ticket    hall.ID
	Item      string
	Situation string // as its ticket was taken
	Applicant hall.ApplicantKind
	Private   hall.Sealed
	Waived    []hall.Waived
	CodeSHA   string
}

// Notice is a notice slip: all that is missing, told once.
type Notice struct {
	ID      hall.ID
	Ticket  hall.ID // of the visit; of a case without one its own
	Item    string  // of a slip without a case
	Missing []string
	Other   hall.Sealed
	Waived  []hall.Waived
	Again   hall.AgainWhy // why somebody is told a second time
}

// Do takes a step. What it returns instead of a decision is a Refusal.
func (s *State) Do(o Order) (Decision, error) {
	d := s.begin()
	if o.Notice != nil {
		n := *o.Notice
		o.Notice = &n
	}
	var err error
	switch {
	case o.Step == hall.TypeNoticePrinted:
		err = d.notice(o)
	case o.Open != nil:
		err = d.open(o)
	case o.Step == hall.TypeCaseUndone:
		err = d.undo(o)
	default:
		err = d.step(o)
	}
	if err != nil {
		return Decision{}, err
	}
	return d.end(), nil
}

// open begins a case, by accepting or by refusing it.
func (d *draft) open(o Order) error {
	for _, c := range d.cases {
		if o.Open.Key != "" && c.Key == o.Open.Key {
			d.out.Case, d.out.Again = c, true
			return nil
		}
	}
	item, ok := d.cfg.Catalogue.Item(o.Open.Item)
	switch {
	case !ok:
		return NoSuchItem
	case o.Visit.IsZero():
		return NoVisit
	case o.Open.Applicant != "" && !slices.Contains(hall.ApplicantKinds(), o.Open.Applicant):
		return NoSuchApplicant
	}
	if err := listed(item, nil, o.Open.Waived); err != nil {
		return err
	}
	to, ok := hall.CaseState("").After(o.Step)
	if !ok {
		return NoSuchStep
	}
	kind := item.Kind
	if kind == "" {
		kind = hall.CaseCommitted
	}
	c := &Case{ID: o.Case, Key: o.Open.Key, Accepted: o.At, Situation: o.Open.Situation, CaseOpening: hall.CaseOpening{
		Number: o.Open.Number, Day: o.Day, Ticket: o.Open.Ticket, Item: item.Code, Unit: item.Unit, Kind: kind,
		Legal: item.Legal, Promised: item.Promised, Delivers: item.Delivers,
		Applicant: o.Open.Applicant, Private: o.Open.Private, CodeSHA: o.Open.CodeSHA, Waived: o.Open.Waived,
	}}
	if o.Step == hall.TypeCaseRefused {
		if !slices.Contains(hall.CaseRefusedWhys(), o.Why) {
			return NoSuchReason
		}
		c.Why = o.Why
		opening := c.CaseOpening
		d.tell(hall.CaseRefused{CaseAt: o.CaseAt, Why: o.Why, Opening: &opening})
	} else {
		d.tell(hall.CaseAccepted{CaseAt: o.CaseAt, CaseOpening: c.CaseOpening})
	}
	d.take(c, nil, to, o)
	return nil
}

// at returns a case as the clerk saw it.
func (d *draft) at(o Order) (*Case, error) {
	c := d.cases[o.Case]
	switch {
	case c == nil:
		return nil, NoSuchCase
	case c.N != o.N:
		return nil, Moved
	}
	return c, nil
}

// step takes a step of a case that is there.
func (d *draft) step(o Order) error {
	was, err := d.at(o)
	if err != nil {
		return err
	}
	if !slices.Contains(steps(), o.Step) {
		return NoSuchStep
	}
	to, ok := was.State.After(o.Step)
	if !ok {
		return NotNow
	}
	c := *was
	c.Stops = slices.Clone(was.Stops)
	switch o.Step {
	case hall.TypeCaseReturned:
		err = d.returned(&c, o)
	case hall.TypeCaseResubmitted:
		c.runsOn(o.At)
		d.tell(hall.CaseResubmitted{CaseAt: o.CaseAt})
	case hall.TypeCaseDecided:
		err = d.decided(&c, o)
	case hall.TypeCaseDelivered:
		err = d.delivered(&c, o)
	case hall.TypeCaseRefused:
		err = d.refused(&c, o)
	}
	if err != nil {
		return err
	}
	d.take(&c, was, to, o)
	return nil
}

// steps are those of a case that is there, in the order in which a clerk is offered them.
func steps() []hall.Type {
	return []hall.Type{
		hall.TypeCaseDecided, hall.TypeCaseReturned, hall.TypeCaseResubmitted, hall.TypeCaseDelivered, hall.TypeCaseRefused,
	}
}

// Next returns the steps that can be taken now.
func (c *Case) Next() []hall.Type {
	next := []hall.Type{}
	for _, t := range steps() {
		if _, ok := c.State.After(t); ok && !(t == hall.TypeCaseDelivered && c.Ended()) {
			next = append(next, t)
		}
	}
	return next
}

// Back returns where undoing the last step leads; false: it cannot be undone.
func (c *Case) Back() (hall.CaseState, bool) {
	switch {
	case c.Last == "":
		return "", false
	case c.Was == nil:
		return hall.CaseIsUndone, true
	}
	return c.Was.State, true
}

// take makes o the last step of c.
func (d *draft) take(c, was *Case, to hall.CaseState, o Order) {
	if was != nil {
		before := *was
		before.Was = nil
		was = &before
	}
	c.Was, c.State, c.Last = was, to, o.Step
	c.N++
	c.by(o)
	d.putCase(c)
}

// by notes when, where and by whom the last step was entered.
func (c *Case) by(o Order) {
	c.Since, c.Day, c.Window, c.Staff, c.Visit = o.At, o.Day, o.Window, o.Staff, o.Visit
}

func (d *draft) returned(c *Case, o Order) error {
	if o.Notice == nil {
		return NothingMissing
	}
	o.Notice.Item = c.Item
	if err := d.tells(o); err != nil {
		return err
	}
	c.Notices++
	c.Stops = append(c.Stops, hall.Stop{From: o.At})
	d.tell(hall.CaseReturned{CaseAt: o.CaseAt, Notice: o.Notice.ID})
	return nil
}

// runsOn ends the stop in which the limit of a returned case stood.
func (c *Case) runsOn(at time.Time) {
	if n := len(c.Stops); n > 0 && c.Stops[n-1].To.IsZero() {
		c.Stops[n-1].To = at
	}
}

func (d *draft) decided(c *Case, o Order) error {
	if o.Result != hall.CaseGranted && o.Result != hall.CaseDenied {
		return NoSuchResult
	}
	c.Result = o.Result
	d.tell(hall.CaseDecided{CaseAt: o.CaseAt, Result: o.Result})
	return nil
}

func (d *draft) delivered(c *Case, o Order) error {
	switch {
	case !slices.Contains(hall.DeliveryRoads(), o.Road):
		return NoSuchRoad
	case c.State == hall.CaseIsDecided && !c.toDeliver():
		return NothingToGive
	}
	c.Road = o.Road
	d.tell(hall.CaseDelivered{CaseAt: o.CaseAt, Road: o.Road})
	return nil
}

func (d *draft) refused(c *Case, o Order) error {
	if !slices.Contains(hall.CaseRefusedWhys(), o.Why) {
		return NoSuchReason
	}
	c.Why = o.Why
	c.runsOn(o.At)
	d.tell(hall.CaseRefused{CaseAt: o.CaseAt, Why: o.Why})
	return nil
}

// undo leads back to where the last step began. What was told on paper stays told.
func (d *draft) undo(o Order) error {
	was, err := d.at(o)
	if err != nil {
		return err
	}
	if was.Last == "" {
		return NothingToUndo
	}
	c := *was
	if was.Was == nil {
		c.State = hall.CaseIsUndone
	} else {
		c = *was.Was
	}
	c.N, c.Notices, c.Last, c.Was = was.N+1, was.Notices, "", nil
	c.by(o)
	d.tell(hall.CaseUndone{CaseAt: o.CaseAt, Step: was.Last})
	d.putCase(&c)
	return nil
}

// notice hands out a slip where nothing was accepted.
func (d *draft) notice(o Order) error {
	if o.Visit.IsZero() {
		return NoVisit
	}
	if o.Notice == nil {
		return NothingMissing
	}
	return d.tells(o)
}

// tells says what is missing, once; a second time with its reason (domain §7, 一次性告知).
func (d *draft) tells(o Order) error {
	n := o.Notice
	item, ok := d.cfg.Catalogue.Item(n.Item)
	switch {
	case !ok:
		return NoSuchItem
	case len(n.Missing) == 0 && n.Other.Ref == "":
		return NothingMissing
	}
	if err := listed(item, n.Missing, n.Waived); err != nil {
		return err
	}
	again := d.TellsAgain(o.Case, o.Visit, n.Item)
	switch {
	case again && n.Again == "":
		return ToldBefore
	case n.Again != "" && !slices.Contains(hall.AgainWhys(), n.Again):
		return NoSuchReason
	case !again:
		n.Again = ""
	}
	if !o.Visit.IsZero() {
		t := told{o.Visit, n.Item, o.Day}
		d.State.told[t.key()] = t
		d.put(kindTold, t.key(), t)
	}
	d.tell(hall.NoticePrinted{
		Notice: n.ID, Case: o.Case, Ticket: n.Ticket, Visit: o.Visit, Window: o.Window, Staff: o.Staff, Item: n.Item,
		Missing: n.Missing, Other: n.Other, Waived: n.Waived, Again: n.Again,
	})
	return nil
}

// Listed refuses what the published list of an item does not have.
func (s *State) Listed(item string, missing []string, waived []hall.Waived) error {
	of, ok := s.cfg.Catalogue.Item(item)
	if !ok {
		return NoSuchItem
	}
	return listed(of, missing, waived)
}

// listed refuses what the published list of an item does not have, and a material that is spoken of twice.
func listed(item hall.ServiceItem, missing []string, waived []hall.Waived) error {
	all, named := item.AllMaterials(), slices.Clone(missing)
	for _, w := range waived {
		if !slices.Contains(hall.WaivedWhys(), w.Why) {
			return NoSuchReason
		}
		named = append(named, w.Material)
	}
	for i, m := range named {
		if !slices.Contains(all, m) || slices.Contains(named[:i], m) {
			return NoSuchMaterial
		}
	}
	return nil
}
