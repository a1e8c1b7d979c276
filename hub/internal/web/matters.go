package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/concern"
	"hallpulse/hub/internal/figures"
	"hallpulse/hub/internal/inspection"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/notify"
	"hallpulse/hub/internal/private"
	"hallpulse/hub/internal/rating"
	"hallpulse/hub/internal/repair"
)

// Matters is what the office's pages ask of the rooms behind them: each list and act of a small interface of its own.
type Matters struct {
	Decider     Decider
	Texts       Texts
	Law         LawSource
	Repairs     Repairs
	Around      Around
	Cases       FiledCases
	Concerns    Concerns
	Inspections Inspections
	Messages    Messages
	Ratings     Ratings
	Tallies     Tallies
	Audit       Audit
	Personal    Personal
	MessageLaw  notify.Law
	Agents      Agents
	Packs       Packs
	Waits       Waits
	Watch       Watch
	Courses     Courses
	Catalogues  Catalogues
	PINs        PINs
}

// Decider records what people decide, by rows that stand still meanwhile (intake.Decide).
type Decider interface {
	Decide(ctx context.Context, keys intake.Keys, do intake.Decide, boxes ...intake.Box) error
}

// Texts keeps private text apart from events, under the hub's key file.
type Texts interface {
	// Seal returns what a deed says of a text, and the box to record with the deed.
	Seal(t private.Text) (hall.Sealed, intake.Box, error)
	SealBytes(plain []byte) (hall.Sealed, intake.Box, error)
	// Text opens the text of a ref; false where it was erased, or there never was one.
	Text(ctx context.Context, ref string) (private.Text, bool, error)
	Bytes(ctx context.Context, ref string) ([]byte, bool, error)
}

// LawSource knows the packs in force and the calendar.
type LawSource interface {
	Law(ctx context.Context) (rating.Law, error)
}

// Repairs reads repairs.
type Repairs interface {
	Repairs(ctx context.Context, q intake.RepairsAsked) (page []repair.Repair, next string, err error)
	CountRepairs(ctx context.Context, q intake.RepairsAsked) (int, error)
	Repair(ctx context.Context, id string) (repair.Repair, bool, error)
}

// Around reads the repairs of a window, or of an item: they say whether it is on the key list 重点对象 (domain §4).
type Around interface {
	RepairsAround(ctx context.Context, hallID, window, item string, since hall.Day) ([]repair.Repair, error)
}

// Concerns reads concerns.
type Concerns interface {
	Concerns(ctx context.Context, q intake.ConcernsAsked) (page []concern.Concern, next string, err error)
	CountConcerns(ctx context.Context, q intake.ConcernsAsked) (int, error)
	Concern(ctx context.Context, id string) (concern.Concern, bool, error)
}

// Inspections reads inspections.
type Inspections interface {
	Inspections(ctx context.Context, q intake.InspectionsAsked) (page []inspection.Inspection, next string, err error)
	Inspection(ctx context.Context, id string) (inspection.Inspection, bool, error)
}

// Messages reads messages to citizens.
type Messages interface {
	Messages(ctx context.Context, q intake.MessagesAsked) (page []notify.Message, next string, err error)
	Message(ctx context.Context, id string) (notify.Message, bool, error)
}

// Ratings searches ratings.
type Ratings interface {
	Ratings(ctx context.Context, q intake.RatingsAsked) (page []intake.Rated, next string, err error)
	Visit(ctx context.Context, id hall.ID) (intake.Visit, bool, error)
	Story(ctx context.Context, ticket hall.ID) (intake.Story, bool, error)
}

// Tallies reads sums. nil agents are all.
type Tallies interface {
	Tallies(ctx context.Context, q figures.Query, agents []uint32) ([]figures.Tally, error)
	Awaiting(ctx context.Context, today hall.Day, agents []uint32) (int, error)
}

// Audit reads who decided what.
type Audit interface {
	Deeds(ctx context.Context, q intake.DeedsAsked) (page []intake.Deed, next string, err error)
	// Deed returns the bytes of the event of a deed.
	Deed(ctx context.Context, pos int64) ([]byte, bool, error)
}

// within is what who reaches by a, for a list.
func (o *office) within(who Account, a access.Action) intake.Within {
	f := access.Scope(who.Account, a)
	w := intake.Within{Unit: f.Unit, WithServed: f.WithServed, Badge: f.Badge, Account: f.Account, Consented: f.NeedsConsent, Hidden: f.SeesHidden, OfHall: f.NeedsHall}
	w.Halls, w.Bound = f.In(o.sites())
	if !w.Bound {
		w.Halls = nil
	}
	return w
}

// catalogue returns the catalogue of a hall; nil where it is not configured.
func (o *office) catalogue(hallID string) *hall.Catalogue {
	for _, h := range o.Halls() {
		if h.Catalogue.Hall.ID == hallID {
			return h.Catalogue
		}
	}
	return nil
}

// everKnown returns what was ever known of a hall, newest first: its catalogue, and what earlier ones had besides.
func (o *office) everKnown(hallID string) (all []*hall.Catalogue) {
	for _, h := range o.Halls() {
		if h.Catalogue.Hall.ID == hallID || hallID == "" {
			all = append(all, h.Catalogue)
			if h.Former != nil {
				all = append(all, h.Former)
			}
		}
	}
	return all
}

// names says the names of things of a hall in a language; a code serves where no name is known.
type names struct {
	o    *office
	lang lang
}

func (o *office) names(r *http.Request) names { return names{o, langOf(r)} }

func (n names) hall(id string) string {
	if c := n.o.catalogue(id); c != nil {
		return n.lang.in(c.Hall.Name, c.Hall.NameEN)
	}
	return id
}

// unit names a unit by the first hall that knows it; the centre's own people are the centre.
func (n names) unit(id string) string {
	if id == access.CentreUnit {
		return n.lang.in(n.o.Centre.Name, n.o.Centre.NameEN)
	}
	for _, c := range n.o.everKnown("") {
		if u, ok := c.Unit(id); ok {
			return n.lang.in(u.Name, u.NameEN)
		}
	}
	return id
}

func (n names) item(hallID, code string) string {
	for _, c := range n.o.everKnown(hallID) {
		if i, ok := c.Item(code); ok {
			return n.lang.in(i.Name, i.NameEN)
		}
	}
	return code
}

func (n names) clerk(hallID, badge string) string {
	for _, c := range n.o.everKnown(hallID) {
		if s, ok := c.Clerk(badge); ok {
			return n.lang.in(s.Name, s.NameEN)
		}
	}
	return badge
}

// sealed seals a text that somebody wrote, cleaned; nothing where he wrote nothing. The box is to be recorded with the
// deed that names it.
func (o *office) sealed(words string, boxes *[]intake.Box) (hall.Sealed, error) {
	words = cleanText(words)
	if words == "" {
		return hall.Sealed{}, nil
	}
	s, box, err := o.Matters.Texts.Seal(private.Text{Words: words})
	if err == nil {
		*boxes = append(*boxes, box)
	}
	return s, err
}

// words opens a text for who may read it; empty where there is none, or it was erased.
func (o *office) words(ctx context.Context, s hall.Sealed) (string, error) {
	if s.Ref == "" {
		return "", nil
	}
	t, _, err := o.Matters.Texts.Text(ctx, s.Ref)
	return t.Words, err
}

// first is who came before somebody, and what he did.
type first struct {
	by  hall.Person
	at  time.Time
	did hall.Type
}

// overtaken reports whether an act was refused because another person changed meanwhile what it is about.
func overtaken(err error) (first, bool) {
	if e, ok := errors.AsType[*repair.Conflict](err); ok {
		return first{e.By, e.At, e.Did}, true
	}
	if e, ok := errors.AsType[*concern.Conflict](err); ok {
		return first{e.By, e.At, e.Did}, true
	}
	if e, ok := errors.AsType[*inspection.Conflict](err); ok {
		return first{e.By, e.At, e.Did}, true
	}
	if e, ok := errors.AsType[notify.Conflict](err); ok {
		return first{e.By, e.At, e.Type}, true
	}
	return first{}, false
}

// no is why a room refuses an act: the key of its sentence, its code, the field that is wrong, the day that it names.
type no struct {
	room, code, field string
	day               hall.Day
}

// refused reports whether a room refuses an act, and why.
func refused(err error) (no, bool) {
	if e, ok := errors.AsType[*repair.Refused](err); ok {
		return no{"repair", string(e.Code), e.Field, e.Day}, true
	}
	if e, ok := errors.AsType[*concern.Refused](err); ok {
		return no{"concern", string(e.Code), e.Field, 0}, true
	}
	if e, ok := errors.AsType[*inspection.Refused](err); ok {
		return no{"inspection", string(e.Code), e.Field, 0}, true
	}
	if e, ok := errors.AsType[notify.Refusal](err); ok {
		return no{"notify", string(e.Code), "", 0}, true
	}
	if e, ok := errors.AsType[*rating.Refused](err); ok {
		return no{"rating", string(e.Code), "", e.Day}, true
	}
	return no{}, false
}

// answered answers an act that did not come about: who was first, what is wrong in the reader's language, or that the hub
// cannot. It returns false where nothing is wrong.
func (o *office) answered(w http.ResponseWriter, r *http.Request, err error) bool {
	if err == nil {
		return false
	}
	if status, p, known := o.problemOf(r, err); known {
		o.fail(w, status, p)
		return true
	}
	o.down(w, r, err)
	return true
}

// problemOf says why an act did not come about; false where the hub itself could not.
func (o *office) problemOf(r *http.Request, err error) (status int, p problem, known bool) {
	s := o.sheet(r, "")
	if f, is := overtaken(err); is {
		who := o.nameOf(r, f.by)
		return http.StatusConflict, problem{Code: "taken", Message: s.T("say.taken", "who", who, "did", s.T("deed."+string(f.did))), By: who, At: f.at, Did: string(f.did)}, true
	}
	if n, is := refused(err); is {
		status := http.StatusUnprocessableEntity
		if n.code == "forbidden" || strings.HasPrefix(n.code, "own-") || strings.HasPrefix(n.code, "not-") && n.room == "inspection" {
			status = http.StatusForbidden
		}
		return status, problem{Code: n.code, Field: n.field, Message: s.T("say."+n.room+"."+n.code, "day", n.day.String())}, true
	}
	if errors.Is(err, intake.ErrCursor) {
		return http.StatusUnprocessableEntity, problem{Code: "cursor", Field: "after", Message: s.T("say.cursor")}, true
	}
	return 0, problem{}, false
}

// nameOf says who a person is to a colleague: his name on screen; a rule of the hub and a citizen have none.
func (o *office) nameOf(r *http.Request, p hall.Person) string {
	s := o.sheet(r, "")
	switch {
	case p.IsRule():
		return s.T("who.rule")
	case p.Account == "":
		return s.T("who." + p.Role)
	}
	if a, ok, err := o.Accounts.Account(r.Context(), p.Account); err == nil && ok {
		return a.display()
	}
	return p.Account
}
