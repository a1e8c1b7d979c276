package agent

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"hallpulse/agent/internal/cases"
	"hallpulse/agent/internal/counter"
	"hallpulse/agent/internal/desk"
	"hallpulse/agent/internal/outbox"
	"hallpulse/configs"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// caseNumbers is the series of paper numbers that cases take theirs from (outbox.Number).
const caseNumbers = "case"

// What a clerk may write about an applicant, and of what is missing.
const (
	maxName    = 40 // characters
	minPhone   = 7  // digits
	maxPhone   = 20 // characters
	maxWritten = 200
)

// readCalendars reads the working days that are shipped. What the hub has published stands over them.
func readCalendars() (*hall.Calendar, error) {
	names, err := fs.Glob(configs.FS(), "calendar/*.json")
	if err != nil {
		return nil, err
	}
	var years []hall.CalendarYear
	for _, name := range names {
		b, err := fs.ReadFile(configs.FS(), name)
		if err != nil {
			return nil, err
		}
		var y hall.CalendarYear
		if err := json.Unmarshal(b, &y); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		years = append(years, y)
	}
	return hall.NewCalendar(years, nil), nil
}

// loadCases reads the cases, their papers and what is kept of persons.
func (p *program) loadCases() error {
	var stored []cases.Change
	for _, kind := range cases.Kinds() {
		err := p.box.Each(kind, func(k, v []byte) error {
			stored = append(stored, cases.Change{Kind: kind, Key: string(k), Value: slices.Clone(v)})
			return nil
		})
		if err != nil {
			return err
		}
	}
	var err error
	if p.cases, err = cases.Restore(cases.DefaultConfig(*p.hallNow()), stored); err != nil {
		return err
	}
	p.slips = map[desk.Slip]slip{}
	err = p.box.Each(bucketSlip, func(_, v []byte) error {
		var a slip
		err := json.Unmarshal(v, &a)
		p.slips[a.Slip] = a
		return err
	})
	if err != nil {
		return err
	}
	if p.calendar, err = readCalendars(); err != nil {
		return err
	}
	p.days = p.config.Calendar.Over(p.calendar)
	if err := p.loadEntered(); err != nil {
		return err
	}
	return p.loadPrivate()
}

// private says why what somebody typed of a person is not taken.
func (p *program) private(r desk.CaseRequest) error {
	t := r.Private
	if t.IsZero() {
		return nil
	}
	if _, ok := p.boxKey(p.view().config); !ok {
		return desk.NoBoxKey
	}
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, t.Phone)
	phone := t.Phone == "" || len(digits) >= minPhone && len(t.Phone) <= maxPhone && strings.Trim(t.Phone, "0123456789+- ") == ""
	written := t.Words + t.Name
	switch {
	case utf8.RuneCountInString(t.Words) > maxWritten:
		return desk.TextTooLong
	case utf8.RuneCountInString(t.Name) > maxName, !phone, !utf8.ValidString(written), strings.ContainsFunc(written, unicode.IsControl):
		return desk.BadApplicant
	}
	return nil
}

// Step implements desk.Cases: one step, one commit, and only then its paper.
func (s screens) Step(ctx context.Context, r desk.CaseRequest) (desk.CaseDone, error) {
	if err := s.private(r); err != nil {
		return desk.CaseDone{}, err
	}
	if err := s.roomForMore(); err != nil {
		return desk.CaseDone{}, err
	}
	var d cases.Decision
	var paper *slip
	err := s.decide(plain, func(st *counter.State, m hall.Moment) (c change, err error) {
		d, c, err = s.caseChange(st, m, r)
		for _, a := range c.slips {
			paper = a
		}
		return c, err
	})
	if err != nil {
		return desk.CaseDone{}, err
	}
	if d.Again {
		if a, ok := s.view().slips[openingSlip(d.Case)]; ok {
			return desk.CaseDone{Case: s.caseOf(d.Case.ID), Paper: &desk.PaperNow{Slip: a.Slip, Printed: a.Printed, Trouble: a.Trouble}}, nil
		}
	}
	var done desk.CaseDone
	if paper != nil {
		trouble := s.printSlip(ctx, *paper)
		done.Paper = &desk.PaperNow{Slip: paper.Slip, Printed: trouble == "", Trouble: trouble}
	}
	if d.Case != nil {
		done.Case = s.caseOf(d.Case.ID)
	}
	return done, nil
}

// caseChange is the decision about one step and all that is stored with it.
func (p *program) caseChange(st *counter.State, m hall.Moment, r desk.CaseRequest) (d cases.Decision, c change, err error) {
	w, ok := st.Window(m, r.Window)
	switch {
	case !ok:
		return d, c, counter.NoSuchWindow
	case w.State == hall.WindowIsClosed:
		return d, c, counter.WindowClosed
	}
	serving := w.State == hall.WindowIsServing
	opens := r.Case.IsZero() && r.Step != hall.TypeNoticePrinted
	if r.Case.IsZero() && !serving {
		return d, c, counter.NotServing
	}
	o := cases.Order{
		Step: r.Step, CaseAt: hall.CaseAt{Case: r.Case, Window: r.Window, Staff: w.Staff}, N: r.N,
		Day: st.DayAt(m), At: m.At.Round(0), Result: r.Result, Road: r.Road, Why: r.Why,
	}
	var ticket counter.Ticket
	if serving && (r.Here || r.Case.IsZero()) {
		o.Visit, ticket = w.Visit.ID, w.Visit.Ticket
	}
	if r.Same && !ticket.ID.IsZero() {
		r.Private = p.carried(r.Private, ticket.ID)
	}
	c = change{boxes: map[string][]byte{}, own: map[hall.ID]uplink.Text{}, slips: map[desk.Slip]*slip{}}
	if opens {
		err = p.opening(&o, &c, r, ticket)
	} else if r.Step == hall.TypeNoticePrinted || r.Step == hall.TypeCaseReturned {
		err = p.noticing(&o, &c, r, ticket)
	}
	if err != nil {
		return d, c, err
	}
	if d, err = p.cases.Do(o); err != nil {
		return d, c, err
	}
	if d.Again {
		return d, change{Decision: counter.Decision{Next: st}}, nil
	}
	c.Decision = counter.Decision{Next: st, Facts: d.Facts}
	p.follow(&c, d, o, ticket)
	if !ticket.ID.IsZero() && slices.Contains([]hall.Type{hall.TypeCaseAccepted, hall.TypeCaseReturned, hall.TypeNoticePrinted}, o.Step) {
		err = p.enters(&c, o, r, ticket, d.Case)
	}
	return d, c, err
}

// opening names a new case, and seals whose it is.
func (p *program) opening(o *cases.Order, c *change, r desk.CaseRequest, ticket counter.Ticket) error {
	n, err := p.box.Number(o.Day, caseNumbers)
	if err != nil {
		return p.refusal(err)
	}
	rule := p.hallNow().CaseRule()
	id, _ := p.nextID()
	o.Case = id
	o.Open = &cases.Opening{
		Key: r.Key, Number: rule.CaseNumber(p.id.Number, o.Day, n), Ticket: ticket.ID, Item: r.Item, Applicant: r.Applicant,
		Waived: r.Waived, Situation: situationOf(ticket, r.Item),
	}
	if code := codeOf(p.caseToken(id, o.Day)); code != "" && o.Step == hall.TypeCaseAccepted {
		o.Open.CodeSHA = uplink.CodeSHA(p.hallNow().Hall.ID, o.Open.Number, o.Day, code)
	}
	c.puts = append(c.puts, outbox.NumberPut(o.Day, caseNumbers, n))
	r.Private.Words = ""
	o.Open.Private, err = p.sealed(c, id, r.Private)
	c.puts = append(c.puts, putJSON(bucketAgent, keySerial, p.serial))
	return err
}

// noticing makes the notice slip, and seals what stands in no list.
func (p *program) noticing(o *cases.Order, c *change, r desk.CaseRequest, ticket counter.Ticket) error {
	id, _ := p.nextID()
	o.Notice = &cases.Notice{ID: id, Ticket: ticket.ID, Item: r.Item, Missing: r.Missing, Waived: r.Waived, Again: r.Again}
	if of := p.cases.Case(r.Case); of != nil && ticket.ID.IsZero() {
		o.Notice.Ticket = of.Ticket
	}
	var err error
	o.Notice.Other, err = p.sealed(c, id, uplink.Text{Words: r.Private.Words})
	c.puts = append(c.puts, putJSON(bucketAgent, keySerial, p.serial))
	return err
}

// sealed seals a text twice: to the hub in a box, and for the counter itself under the id of what it belongs to.
func (p *program) sealed(c *change, id hall.ID, t uplink.Text) (hall.Sealed, error) {
	if t.IsZero() {
		return hall.Sealed{}, nil
	}
	own, err := p.id.sealOwn(id, t)
	if err != nil {
		return hall.Sealed{}, err
	}
	s, err := p.boxed(c, t)
	c.own[id], c.puts = t, append(c.puts, own)
	return s, err
}

// boxed seals a text to the hub: what a fact of the change names lies in a box of it.
func (p *program) boxed(c *change, t uplink.Text) (hall.Sealed, error) {
	key, ok := p.boxKey(p.config)
	if !ok {
		return hall.Sealed{}, desk.NoBoxKey
	}
	ref, serial := p.nextID()
	box, sha, err := uplink.Seal(key, ref.String(), t.Plain())
	if err != nil {
		return hall.Sealed{}, err
	}
	line, err := box.Encode()
	if err != nil {
		return hall.Sealed{}, err
	}
	c.boxes[box.Ref], c.puts = line, append(c.puts, serial)
	return hall.Sealed{Ref: box.Ref, SHA: sha}, nil
}

// follow adds to a change what follows from a decision about cases: what is stored, what is forgotten, which paper comes.
func (p *program) follow(c *change, d cases.Decision, o cases.Order, ticket counter.Ticket) {
	c.cases = d.Next
	for _, ch := range d.Changed {
		c.puts = append(c.puts, outbox.Put{Bucket: ch.Kind, Key: []byte(ch.Key), Value: ch.Value})
	}
	if a, ok := slipOf(d, o, ticket); ok {
		if len(p.printers) == 0 {
			a.Trouble = hall.TroubleMissing
		}
		c.slips[a.Slip] = &a
		c.puts = append(c.puts, a.put())
	}
	for _, id := range d.Ended {
		p.forgetOwn(c, id)
	}
}

// forgetOwn forgets what is kept of the persons of a case.
func (p *program) forgetOwn(c *change, id hall.ID) {
	drop := func(id hall.ID) {
		if !p.own[id].IsZero() || !c.own[id].IsZero() {
			c.own[id] = uplink.Text{}
			c.puts = append(c.puts, dropOwn(id))
		}
	}
	drop(id)
	for of, a := range p.slips {
		if a.Case == id && of.Kind == desk.SlipNotice {
			drop(of.ID)
		}
	}
}

// oldCases forgets what time alone has made old: ended cases and their papers, and what was kept of persons longer than it
// may be.
func (p *program) oldCases(c *change, today hall.Day) {
	p.oldEntered(c, today)
	d := p.cases.Expire(today)
	if len(d.Changed) > 0 {
		c.cases = d.Next
		for _, ch := range d.Changed {
			c.puts = append(c.puts, outbox.Put{Bucket: ch.Kind, Key: []byte(ch.Key), Value: ch.Value})
		}
	}
	for of, a := range p.slips {
		gone := a.Day < today
		if !a.Case.IsZero() {
			gone = d.Next.Case(a.Case) == nil
		}
		if gone {
			c.slips[of] = nil
			c.puts = append(c.puts, outbox.Put{Bucket: bucketSlip, Key: []byte(a.key())})
		}
	}
	for id := range p.own {
		if p.ownIsOld(id, d.Next, c, today) {
			c.own[id] = uplink.Text{}
			c.puts = append(c.puts, dropOwn(id))
		}
	}
}

// ownIsOld reports whether what is kept under an id has no case, slip or ticket any more, or was kept long enough.
func (p *program) ownIsOld(id hall.ID, now *cases.State, c *change, today hall.Day) bool {
	if id.IsZero() { // keys of earlier secrets
		return false
	}
	if _, ok := p.entered[id]; ok {
		_, gone := c.entered[id]
		return gone
	}
	of := now.Case(id)
	if of == nil {
		name := desk.Slip{Kind: desk.SlipNotice, ID: id}
		a, ok := p.slips[name]
		if _, gone := c.slips[name]; !ok || gone {
			return true
		}
		if of = now.Case(a.Case); of == nil {
			return false
		}
	}
	return of.Ended() || int(today-of.Day) > ownDays
}

// caseToken returns what QR code and code of an acceptance slip are made of; nil where nobody could check it.
func (p *program) caseToken(id hall.ID, day hall.Day) []byte {
	return p.sign(uplink.Token{Kind: uplink.TokenCase, Ticket: id, Day: day})
}

// Find implements desk.Cases.
func (s screens) Find(typed string) (desk.CaseView, error) {
	now := s.view().cases
	c := now.Find(typed)
	if id, err := s.scanned(typed); err != nil {
		return desk.CaseView{}, err
	} else if !id.IsZero() {
		c = now.Case(id)
	}
	if c == nil {
		return desk.CaseView{}, cases.NoSuchCase
	}
	return *s.caseOf(c.ID), nil
}

// scanned reads what a scanner types: the address under the QR code, or its last part. Zero: it is none.
func (s screens) scanned(typed string) (hall.ID, error) {
	text := strings.TrimSpace(typed)
	if i := strings.LastIndex(text, "/"); i >= 0 {
		text = text[i+1:]
	}
	t, raw, err := uplink.ReadToken(text)
	switch {
	case err != nil:
		return hall.ID{}, nil
	case t.Kind != uplink.TokenCase:
		return hall.ID{}, desk.NotACase
	case !s.id.enrolled() || t.Ticket.Agent != s.id.Number:
		return hall.ID{}, desk.NotOurCase
	case !slices.Equal(raw, s.caseToken(t.Ticket, t.Day)):
		return hall.ID{}, cases.NoSuchCase
	}
	return t.Ticket, nil
}

// Cases implements desk.Cases.
func (s screens) Cases(window string) desk.CasesView {
	v := s.view()
	w, _ := v.state.Window(s.clock.now(), window)
	_, able := s.boxKey(v.config)
	out := desk.CasesView{Open: []desk.CaseView{}, Here: []desk.CaseView{}, Items: []desk.CaseItem{}, TellAgain: []string{}, Applicant: able}
	for _, c := range v.cases.Open() {
		out.Open = append(out.Open, s.caseView(v, c))
	}
	slices.SortStableFunc(out.Open, byDue)
	at, _ := s.hallNow().Window(window)
	var later []desk.CaseItem
	for _, i := range s.hallNow().Items {
		situation := ""
		if w.Visit != nil {
			situation = situationOf(w.Visit.Ticket, i.Code)
		}
		if one := s.caseItem(i, situation); slices.Contains(at.Services, i.Service) {
			out.Items = append(out.Items, one)
		} else {
			later = append(later, one)
		}
	}
	out.Items = append(out.Items, later...)
	if w.State != hall.WindowIsServing {
		return out
	}
	out.Item = w.Visit.Ticket.Item
	for _, e := range v.entered[w.Visit.Ticket.ID].All {
		if e.Case == "" && slices.ContainsFunc(out.Items, func(i desk.CaseItem) bool { return i.Code == e.Item }) {
			out.Item = cmp.Or(out.Item, e.Item)
		}
	}
	for _, c := range v.cases.Of(w.Visit.ID) {
		out.Here = append(out.Here, s.caseView(v, c))
	}
	for _, i := range s.hallNow().Items {
		if v.cases.TellsAgain(hall.ID{}, w.Visit.ID, i.Code) {
			out.TellAgain = append(out.TellAgain, i.Code)
		}
	}
	return out
}

// byDue sorts what is due first before the rest.
func byDue(a, b desk.CaseView) int {
	switch {
	case a.Due == nil && b.Due == nil:
		return 0
	case a.Due == nil:
		return 1
	case b.Due == nil:
		return -1
	}
	return int(a.Due.Day) - int(b.Due.Day)
}

func (s screens) caseOf(id hall.ID) *desk.CaseView {
	v := s.view()
	c := v.cases.Case(id)
	if c == nil {
		return nil
	}
	out := s.caseView(v, c)
	return &out
}

func (s screens) caseItem(i hall.ServiceItem, situation string) desk.CaseItem {
	unit, _ := s.hallNow().Unit(i.Unit)
	return desk.CaseItem{
		Code: i.Code, Name: i.Name, NameEN: i.NameEN, Unit: unit.Name, UnitEN: unit.NameEN, Kind: i.Kind, Legal: i.Legal,
		Promised: i.Promised, Materials: append([]string{}, i.MaterialsIn(situation)...), Basis: i.Basis,
	}
}

// caseView is a case as a clerk may see it.
func (s screens) caseView(v shown, c *cases.Case) desk.CaseView {
	item := s.itemOf(c.Item)
	item.Code, item.Unit, item.Kind, item.Legal, item.Promised = c.Item, c.Unit, c.Kind, c.Legal, c.Promised
	out := desk.CaseView{
		ID: c.ID, Number: c.Number, Item: s.caseItem(item, c.Situation), Day: c.CaseOpening.Day, State: c.State, Since: c.Since,
		Staff: s.clerk(c.Staff), Window: c.Window, Result: c.Result, Why: c.Why, Road: c.Road, Ended: c.Ended(),
		Waived: append([]hall.Waived{}, c.Waived...), Notices: c.Notices, N: c.N, Next: c.Next(), Slips: []desk.SlipView{},
	}
	own := v.own[c.ID]
	out.Applicant = desk.Applicant{
		Kind: c.Applicant, Name: cases.MaskName(own.Name), Phone: cases.MaskPhone(own.Phone), Gone: c.Private.Ref != "" && own.IsZero(),
	}
	if due := s.due(v, c); !due.IsZero() {
		out.Due = &due
	}
	if to, ok := c.Back(); ok {
		out.Undo = &desk.Undo{Step: c.Last, To: to}
	}
	for of, a := range v.slips {
		if a.Case == c.ID {
			out.Slips = append(out.Slips, desk.SlipView{Slip: of, At: a.At, Printed: a.Printed, Trouble: a.Trouble})
		}
	}
	slices.SortFunc(out.Slips, func(a, b desk.SlipView) int { return a.At.Compare(b.At) })
	return out
}

// due is until when a case is to be decided.
func (p *program) due(v shown, c *cases.Case) hall.Deadline {
	site := p.hallNow().Hall
	return c.Due(v.days, site.ID, site.OutageDays(v.state.DownTimes(c.Unit), p.clock.now().At))
}

// casesNow counts the cases of the counter for the console of a window.
func (s screens) casesNow(v shown, w counter.WindowView) desk.CasesNow {
	now := desk.CasesNow{Seq: v.caseSeq}
	today := v.state.DayAt(s.clock.now())
	for _, c := range v.cases.Open() {
		now.Open++
		if due := s.due(v, c); !due.IsZero() && due.Day <= today {
			now.Due++
		}
	}
	if w.Visit != nil {
		now.Here = len(v.cases.Of(w.Visit.ID))
	}
	return now
}

// limitOf is by when a case is decided, as its slip says on the day of its acceptance.
func (p *program) limitOf(c *cases.Case) hall.Deadline {
	accepted := *c
	accepted.State, accepted.Stops = hall.CaseIsAccepted, nil
	return accepted.Due(p.view().days, p.hallNow().Hall.ID, nil)
}
