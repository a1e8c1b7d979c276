package web

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/concern"
	"hallpulse/hub/internal/inspection"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/private"
)

// Desk is what the pages of concerns 诉求 and inspections work by.
type Desk struct {
	Responsibility concern.List
	Forms          []inspection.Form
	// Signed reports whether a body was signed by 12345's system; nil: it sends nothing by HTTP.
	Signed func(h http.Header, body []byte) bool
	// QR and SMS are whether tickets carry a code to rate by, and whether messages go out.
	QR, SMS bool
}

// concernRoutes are the desk of 诉求: what citizens ask, want, complain of, report and praise beside their ratings.
func (o *office) concernRoutes() []Route {
	return slices.Concat([]Route{
		{"GET", "/api/concerns", access.ConcernsList, o.listConcerns},
		{"GET", "/api/concerns/views", access.ConcernsList, o.countConcerns},
		{"GET", "/api/concerns/figures", access.ConcernsList, o.sumConcerns},
		{"GET", "/api/concerns/topics", access.ConcernsEnter, o.listTopics},
		{"GET", "/api/concerns/{number}", access.ConcernsList, o.showConcern},
		{"POST", "/api/concerns/{number}/reveal", access.PrivateReveal, o.revealAsker},
	}, o.concernActs(), o.orderRoutes())
}

// seat is the place of what belongs to no hall: the deepest one that holds all halls of the centre.
func (o *office) seat() []string {
	sites := o.sites()
	if len(sites) == 0 {
		return nil
	}
	seat := sites[0].Place
	for _, s := range sites {
		n := 0
		for n < len(seat) && n < len(s.Place) && seat[n] == s.Place[n] {
			n++
		}
		seat = seat[:n]
	}
	return seat
}

// placeOfMatter is where a matter lies: its hall's place, or the seat of those that belong to none.
func (o *office) placeOfMatter(hallID string) []string {
	if hallID == "" {
		return o.seat()
	}
	place, _ := o.placeOf(hallID)
	return place
}

// withinDesk is what who reaches by a of matters that need not belong to a hall, as far as it was asked for: ids, and
// places that end in "/" for all halls below them.
func (o *office) withinDesk(who Account, a access.Action, asked []string) intake.Within {
	f := access.Scope(who.Account, a)
	w := intake.Within{Unit: f.Unit, Account: f.Account, Hidden: f.SeesHidden}
	w.Halls, w.Bound = f.In(append(o.sites(), access.Site{Place: o.seat()}))
	w.Bound = w.Bound || f.NeedsHall || len(asked) > 0
	if !w.Bound {
		w.Halls = nil
		return w
	}
	w.Halls = slices.DeleteFunc(w.Halls, func(id string) bool { return len(asked) > 0 && !o.isAmong(id, asked) })
	return w
}

// isAmong reports whether a hall is one of those asked for.
func (o *office) isAmong(hallID string, asked []string) bool {
	place := strings.Join(o.placeOfMatter(hallID), "/") + "/"
	return slices.ContainsFunc(asked, func(a string) bool {
		return a == hallID || strings.HasSuffix(a, "/") && hallID != "" && strings.HasPrefix(place, a)
	})
}

// concernObject is a concern as the table of rights sees it; of a unit's people it is about its own unit where they may
// see it.
func (o *office) concernObject(c concern.Concern, who Account) access.Object {
	obj := access.Object{Hall: c.Hall, Place: o.placeOfMatter(c.Hall), Unit: c.Unit, Hidden: c.Hidden()}
	if c.Visible(who.Unit) {
		obj.Unit = who.Unit
	}
	return obj
}

// worked is a concern as an act of the unit that has it sees it.
func (o *office) worked(c concern.Concern) access.Object {
	return access.Object{Hall: c.Hall, Place: o.placeOfMatter(c.Hall), Unit: c.To, Hidden: c.Hidden()}
}

// matterPattern is a matter as people call it: the position of the deed that opened it.
var matterPattern = regexp.MustCompile(`^[A-Z]-([0-9]{1,18})$`)

// idOfNumber returns the id of the matter that people call number; what is no number is an id.
func (o *office) idOfNumber(ctx context.Context, number string) (string, error) {
	m := matterPattern.FindStringSubmatch(number)
	if m == nil {
		return number, nil
	}
	pos, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil {
		return "", nil
	}
	event, ok, err := o.Matters.Audit.Deed(ctx, pos)
	if err != nil || !ok {
		return "", err
	}
	env, err := uplink.DecodeEvent(event)
	if err != nil {
		return "", err
	}
	fact, err := hall.DecodeFact(env.Type, env.Body)
	if err != nil {
		return "", err
	}
	if deed, ok := fact.(hall.Deed); ok {
		return deed.Acted().About, nil
	}
	return "", nil
}

// concern finds the one that the address names, or answers and returns false. One that is hidden from who is answered
// like none.
func (o *office) concern(w http.ResponseWriter, r *http.Request, who Account) (c concern.Concern, ok bool) {
	number := r.PathValue("number")
	id, err := o.idOfNumber(r.Context(), number)
	if err == nil && id != "" {
		c, ok, err = o.Matters.Concerns.Concern(r.Context(), id)
	}
	switch {
	case err != nil:
		o.down(w, r, err)
		return c, false
	case !ok, c.ID != number && c.Number != number, c.Hidden() && !access.Scope(who.Account, access.ConcernsList).SeesHidden:
		o.refuse(w, r, http.StatusNotFound, "nothing")
		return c, false
	}
	return c, o.may(w, r, who, access.ConcernsList, o.concernObject(c, who))
}

// readsTexts reports whether who reads what was written: all who work with concerns, and not who only looks over them.
func readsTexts(who Account) bool {
	return access.Can(who.Role, access.ConcernsEnter) || access.Can(who.Role, access.ConcernsWork) || access.Can(who.Role, access.ConcernsJudge)
}

// The views of the list.
const (
	viewTodo    = "todo"    // waits for an act of who asks
	viewOpen    = "open"    // nobody has closed it yet
	viewOverdue = "overdue" // a limit is past
	viewEnded   = "ended"   // closed
	viewPraise  = "praise"  // 表扬, 锦旗
)

func viewsOfConcerns() []string {
	return []string{viewTodo, viewOpen, viewOverdue, viewEnded, viewPraise}
}

// concernsOf is what a view of the list holds.
func (o *office) concernsOf(q intake.ConcernsAsked, view string, who Account) intake.ConcernsAsked {
	yes := true
	switch view {
	case viewTodo:
		q.Open = &yes
		q.Units = []string{concern.Centre}
		if who.Role.OfUnit() {
			q.Units = []string{who.Unit}
		}
	case viewOverdue:
		q.Open, q.DueTo = &yes, hall.DayOf(o.Now())-1
	case viewEnded:
		q.States, q.Order = narrowed(q.States, string(concern.Closed)), intake.ByNewest
	case viewPraise:
		q.States, q.Order = narrowed(q.States, string(concern.Recorded), string(concern.Struck)), intake.ByNewest
	default:
		q.Open = &yes
	}
	return q
}

// narrowed are those of asked that a view holds; all of the view where none is asked for, and none that is both.
func narrowed(asked []string, view ...string) []string {
	if len(asked) == 0 {
		return view
	}
	both := slices.DeleteFunc(slices.Clone(asked), func(s string) bool { return !slices.Contains(view, s) })
	if len(both) == 0 {
		return []string{"none"}
	}
	return both
}

func (o *office) listConcerns(w http.ResponseWriter, r *http.Request, who Account) {
	a := o.asking(r)
	q := intake.ConcernsAsked{Within: o.withinDesk(who, access.ConcernsList, a.list("hall")), States: a.list("state"), Kinds: a.list("kind"), Source: a.text("source")}
	q.From, q.To = a.span()
	if !o.goodAsking(w, a) {
		return
	}
	q.Limit, q.After = asked(r)
	q = o.concernsOf(q, a.text("view"), who)
	if units := a.list("unit"); len(units) > 0 {
		q.Units = units
	}
	if number := strings.ToUpper(a.text("q")); number != "" {
		o.findConcern(w, r, who, number, a.text("q"))
		return
	}
	page, next, err := o.Matters.Concerns.Concerns(r.Context(), q)
	if o.answered(w, r, err) {
		return
	}
	found, err := o.concernRows(r, who, page)
	if err != nil {
		o.down(w, r, err)
		return
	}
	rows(o, w, found, next)
}

// findConcern answers a search by number, or by that of a work order: a list of one, or none.
func (o *office) findConcern(w http.ResponseWriter, r *http.Request, who Account, number, order string) {
	var found []concern.Concern
	id, err := o.idOfNumber(r.Context(), number)
	for _, id := range []string{id, concern.OrderID(order)} {
		if err != nil || id == "" {
			continue
		}
		var c concern.Concern
		var ok bool
		if c, ok, err = o.Matters.Concerns.Concern(r.Context(), id); ok && (c.Number == number || c.Order == order) && access.May(who.Account, access.ConcernsList, o.concernObject(c, who)) {
			found = append(found, c)
		}
	}
	if err != nil {
		o.down(w, r, err)
		return
	}
	shown, err := o.concernRows(r, who, found)
	if err != nil {
		o.down(w, r, err)
		return
	}
	rows(o, w, shown, "")
}

// concernRow is a concern as lists show it. Who asks is not in it.
type concernRow struct {
	ID       string             `json:"id"` // in addresses: the number
	Number   string             `json:"number"`
	Kind     hall.ConcernKind   `json:"kind"`
	Source   hall.ConcernSource `json:"source"`
	Order    string             `json:"order,omitempty"` // of 12345
	Topic    string             `json:"topic,omitempty"`
	TopicIs  string             `json:"topic_name,omitempty"`
	Hall     string             `json:"hall,omitempty"`
	HallIs   string             `json:"hall_name,omitempty"`
	Unit     string             `json:"unit,omitempty"` // that answers for it
	UnitIs   string             `json:"unit_name,omitempty"`
	With     string             `json:"with,omitempty"` // whose turn it is
	WithIs   string             `json:"with_name,omitempty"`
	State    concern.State      `json:"state"`
	Hidden   bool               `json:"hidden,omitempty"` // for the centre alone
	Pressure bool               `json:"pressure,omitempty"`
	Since    time.Time          `json:"since"`
	Due      time.Time          `json:"due,omitzero"`     // when the next limit ends
	DueDay   *hall.Day          `json:"due_day,omitzero"` // its last day
	Limit    string             `json:"limit,omitempty"`  // which one: route, sign, answer
	Overdue  bool               `json:"overdue,omitempty"`
	Late     bool               `json:"late,omitempty"` // the answer came after its limit
	Unsure   bool               `json:"provisional,omitempty"`
	Judged   *bool              `json:"valid,omitempty"`
	Form     hall.PraiseForm    `json:"form,omitempty"` // of praise
	Of       []praisedJSON      `json:"of,omitempty"`
	Excerpt  string             `json:"excerpt,omitempty"` // of what was said, for who may read it
	Version  int                `json:"version"`
}

type praisedJSON struct {
	Unit   string `json:"unit"`
	UnitIs string `json:"unit_name"`
	Badge  string `json:"badge,omitempty"`
	Clerk  string `json:"clerk,omitempty"`
}

// maxExcerpt is how much of a text a list shows, in characters.
const maxExcerpt = 60

func (o *office) concernRows(r *http.Request, who Account, page []concern.Concern) ([]concernRow, error) {
	all := []concernRow{}
	for _, c := range page {
		row := o.concernRow(r, c)
		if readsTexts(who) {
			words, err := o.words(r.Context(), c.Text)
			if err != nil {
				return nil, err
			}
			row.Excerpt = excerpt(words)
		}
		all = append(all, row)
	}
	return all, nil
}

func excerpt(words string) string {
	line := []rune(cleanLine(words))
	if len(line) > maxExcerpt {
		return string(line[:maxExcerpt]) + "…"
	}
	return string(line)
}

func (o *office) concernRow(r *http.Request, c concern.Concern) concernRow {
	names, now := o.names(r), o.Now()
	row := concernRow{ID: c.Number, Number: c.Number, Kind: c.Kind, Source: c.Source, Order: c.Order, Topic: c.Topic, TopicIs: o.topic(r, c.Topic),
		Hall: c.Hall, HallIs: names.hall(c.Hall), Unit: c.Unit, With: c.With(), State: c.State, Hidden: c.Hidden(), Pressure: c.Pressure,
		Since: c.Since, Due: c.Due(), Unsure: c.Provisional(), Form: c.Form, Version: c.Version}
	if c.Unit != "" {
		row.UnitIs = names.unit(c.Unit)
	}
	if row.With != "" {
		row.WithIs = names.unit(row.With)
	}
	if !row.Due.IsZero() {
		day := hall.DayOf(row.Due.Add(-time.Millisecond))
		row.DueDay, row.Overdue, row.Limit = &day, !now.Before(row.Due) && !row.Unsure, string(limitOf(c))
	}
	if late, known := c.Late(now); known && !c.AnsweredAt.IsZero() {
		row.Late = late
	}
	if c.Verdict != nil {
		row.Judged = &c.Verdict.Valid
	}
	for _, p := range c.Of {
		of := praisedJSON{Unit: p.Unit, UnitIs: names.unit(p.Unit), Badge: p.Badge}
		if p.Badge != "" {
			of.Clerk = o.clerk(names, p.Badge)
		}
		row.Of = append(row.Of, of)
	}
	return row
}

// limitOf is which limit of an open concern ends next.
func limitOf(c concern.Concern) hall.ConcernLimit {
	step, _ := c.StepUntil()
	switch {
	case step.IsZero() || step.After(c.Due()):
		return hall.LimitAnswer
	case c.State == concern.Routed:
		return hall.LimitSign
	}
	return hall.LimitRoute
}

func (o *office) topic(r *http.Request, id string) string {
	if t, ok := o.Desk.Responsibility.Topic(id); ok {
		return langOf(r).in(t.Name, t.NameEN)
	}
	return id
}

// clerk names a clerk by the first hall that knows the badge.
func (o *office) clerk(n names, badge string) string {
	for _, h := range o.Halls() {
		if _, ok := h.Catalogue.Clerk(badge); ok {
			return n.clerk(h.Catalogue.Hall.ID, badge)
		}
	}
	return badge
}

// countConcerns says how many lie in each view; of what is over nobody needs to know.
func (o *office) countConcerns(w http.ResponseWriter, r *http.Request, who Account) {
	counts := map[string]int{}
	for _, view := range viewsOfConcerns() {
		n, err := o.Matters.Concerns.CountConcerns(r.Context(), o.concernsOf(intake.ConcernsAsked{Within: o.withinDesk(who, access.ConcernsList, nil)}, view, who))
		if err != nil {
			o.down(w, r, err)
			return
		}
		counts[view] = n
	}
	o.json(w, http.StatusOK, struct {
		Views map[string]int `json:"views"`
		AsOf  time.Time      `json:"as_of"`
	}{counts, o.Now()})
}

// concernsWaiting counts the concerns whose turn it is for who works with them.
func (o *office) concernsWaiting(r *http.Request, who Account) (int, error) {
	if !access.Can(who.Role, access.ConcernsWork) && !access.Can(who.Role, access.ConcernsJudge) {
		return 0, nil
	}
	return o.Matters.Concerns.CountConcerns(r.Context(), o.concernsOf(intake.ConcernsAsked{Within: o.withinDesk(who, access.ConcernsList, nil)}, viewTodo, who))
}

// listTopics lists what a concern can be about.
func (o *office) listTopics(w http.ResponseWriter, r *http.Request, _ Account) {
	type topicJSON struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	all := []topicJSON{}
	for _, t := range o.Desk.Responsibility.Topics {
		all = append(all, topicJSON{t.ID, langOf(r).in(t.Name, t.NameEN)})
	}
	rows(o, w, all, "")
}

// revealAsker shows a name or a number, and records the look before it does.
func (o *office) revealAsker(w http.ResponseWriter, r *http.Request, who Account) {
	c, ok := o.concern(w, r, who)
	var in struct {
		What hall.PrivatePart `json:"what"`
	}
	if !ok || !o.read(w, r, &in) || !o.may(w, r, who, access.PrivateReveal, o.asker(c)) {
		return
	}
	t, there, err := o.Matters.Texts.Text(r.Context(), c.Asker.Ref)
	value := map[hall.PrivatePart]string{hall.PartName: t.Name, hall.PartPhone: t.Phone}[in.What]
	switch {
	case err != nil:
		o.down(w, r, err)
		return
	case !there, value == "":
		o.refuse(w, r, http.StatusNotFound, "nothing")
		return
	}
	why := hall.RevealConcern
	if c.Pressure {
		why = hall.RevealProtection
	}
	if err := o.Deeds.Do(r.Context(), hall.PrivateRevealed{Act: hall.Act{About: c.ID, By: who.person()}, Ref: c.Asker.Ref, What: []hall.PrivatePart{in.What}, Why: why}); err != nil {
		o.down(w, r, err)
		return
	}
	o.json(w, http.StatusOK, struct {
		Value    string    `json:"value"`
		Recorded time.Time `json:"recorded"`
	}{value, o.Now()})
}

// asker is who asks, as the table of rights sees him: he turned to the desk to hear an answer.
func (o *office) asker(c concern.Concern) access.Object {
	return access.Object{Hall: c.Hall, Place: o.placeOfMatter(c.Hall), Unit: c.Unit, Hidden: c.Hidden(), Consented: true}
}

// askerJSON is who asks, masked.
type askerJSON struct {
	Name  private.Masked `json:"name_masked,omitempty"`
	Phone private.Masked `json:"phone_masked,omitempty"`
	May   bool           `json:"may_reveal"`
}

func (o *office) askerOf(ctx context.Context, c concern.Concern, who Account) (*askerJSON, error) {
	if c.Asker.Ref == "" {
		return nil, nil
	}
	t, ok, err := o.Matters.Texts.Text(ctx, c.Asker.Ref)
	if err != nil || !ok {
		return nil, err
	}
	a := &askerJSON{May: access.May(who.Account, access.PrivateReveal, o.asker(c))}
	if t.Name != "" {
		a.Name = private.MaskName(t.Name)
	}
	if t.Phone != "" {
		a.Phone = private.MaskPhone(t.Phone)
	}
	return a, nil
}
