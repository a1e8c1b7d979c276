package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/concern"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/notify"
	"hallpulse/hub/internal/private"
)

// Personal is what is kept of persons in boxes, and what is done with it on their own wish.
type Personal interface {
	// Kept names the boxes that are kept of somebody. It opens none.
	Kept(ctx context.Context, of Whose) ([]private.Filed, error)
	// Export opens them for him. That by did so is in the store before anybody reads.
	Export(ctx context.Context, of Whose, by hall.Person) ([]private.Copy, error)
	// Erase ends boxes for ever. about is the visit that they are about, empty where none was named.
	Erase(ctx context.Context, about string, by hall.Person, refs ...string) error
}

// Whose says whose data is meant. One field is set.
type Whose struct {
	Visit   hall.ID
	Concern string // id
	Phone   string
	Refs    []string // of boxes that were seen before
}

// String hides the number.
func (Whose) String() string { return "a person" }

// SecondPurpose is what the secret of the second factor of an account is sealed for.
func SecondPurpose(account string) string { return secondOf(account) }

// privateRoutes are what a person can ask of the centre about his own data, and who looked at anybody's.
func (o *office) privateRoutes() []Route {
	return []Route{
		{"POST", "/api/private/kept", access.PrivateExport, o.showKept}, // no number of a phone stands in an address
		{"POST", "/api/private/export", access.PrivateExport, o.exportPrivate},
		{"POST", "/api/private/erase", access.PrivateErase, o.erasePrivate},
		{"GET", "/api/private/looks", access.AuditRead, o.listLooks},
	}
}

// whoseJSON is whose data is meant, as a person says it.
type whoseJSON struct {
	Visit  string `json:"visit"`  // id
	Number string `json:"number"` // R-1107, C-17, or a visit's id
	Phone  string `json:"phone"`
}

// errWhose is told to who names nobody, or several.
var errWhose = errors.New("nobody is named, or several")

// whose finds out whom an act means, and asks whether who may do a to that; else it answers and returns false.
func (o *office) whose(w http.ResponseWriter, r *http.Request, who Account, a access.Action, in whoseJSON) (of Whose, ok bool) {
	of, what, field, err := o.meantPerson(r, in)
	if errors.Is(err, errWhose) {
		o.fail(w, http.StatusUnprocessableEntity, problem{Code: "whose", Field: field, Message: o.sheet(r, "").T("say.private.whose." + field)})
		return of, false
	}
	if err != nil {
		o.down(w, r, err)
		return of, false
	}
	return of, o.may(w, r, who, a, what)
}

// meantPerson reads whom a person means, where that lies, and which field is at fault.
func (o *office) meantPerson(r *http.Request, in whoseJSON) (of Whose, what access.Object, field string, err error) {
	number := in.Number
	if number == "" {
		number = in.Visit
	}
	switch {
	case in.Number != "" && in.Visit != "", (number == "") == (in.Phone == ""):
		return of, what, "number", errWhose
	case in.Phone != "":
		if !private.IsNumber(in.Phone) {
			return of, what, "phone", errWhose
		}
		return Whose{Phone: in.Phone}, what, "", nil // a phone lies nowhere: who is bound to places does not reach it
	}
	id, err := o.meant(r.Context(), number)
	if err != nil {
		return of, what, "", err
	}
	if visit, bad := hall.ParseID(id); bad == nil {
		what, err = o.visitObject(r.Context(), visit)
		return Whose{Visit: visit}, what, "", err
	}
	c, ok, err := o.Matters.Concerns.Concern(r.Context(), id)
	switch {
	case err != nil:
		return of, what, "", err
	case !ok:
		return of, what, "number", errWhose
	}
	return Whose{Concern: c.ID}, o.keptObject(c), "", nil
}

// visitObject is where a visit lies.
func (o *office) visitObject(ctx context.Context, visit hall.ID) (access.Object, error) {
	all, err := o.roll(ctx)
	id := all.halls[visit.Agent]
	place, _ := o.placeOf(id)
	return access.Object{Hall: id, Place: place}, err
}

func (o *office) keptObject(c concern.Concern) access.Object {
	place, _ := o.placeOf(c.Hall)
	return access.Object{Hall: c.Hall, Place: place, Hidden: c.Hidden()}
}

// keptJSON is a box as the centre sees it before it is opened or erased.
type keptJSON struct {
	ID    string       `json:"id"` // its ref
	Kind  private.Kind `json:"kind"`
	About aboutJSON    `json:"about"`
	Day   hall.Day     `json:"day"`
	Phone bool         `json:"phone"` // a number is in it
}

// followsJSON is what erasing boxes would end besides.
type followsJSON struct {
	Open    []openJSON `json:"open"`    // matters that are worked on
	Waiting int        `json:"waiting"` // messages that are not sent any more
}

// openJSON is a matter that is worked on.
type openJSON struct {
	About aboutJSON `json:"about"`
	State string    `json:"state"`
	Call  bool      `json:"call,omitempty"` // its call-back could not be made
}

// showKept names what is kept of a person.
func (o *office) showKept(w http.ResponseWriter, r *http.Request, who Account) {
	var in whoseJSON
	if !o.read(w, r, &in) {
		return
	}
	of, ok := o.whose(w, r, who, access.PrivateExport, in)
	if !ok {
		return
	}
	found, err := o.Matters.Personal.Kept(r.Context(), of)
	if err != nil {
		o.down(w, r, err)
		return
	}
	o.answerKept(w, r, found)
}

// answerKept answers with boxes and what would follow from erasing them all.
func (o *office) answerKept(w http.ResponseWriter, r *http.Request, found []private.Filed) {
	k := o.knowing(r)
	list := []keptJSON{}
	for _, f := range found {
		about, err := k.box(f)
		if err != nil {
			o.down(w, r, err)
			return
		}
		list = append(list, keptJSON{f.Ref, f.Kind, about, f.Day, f.Mark != ""})
	}
	slices.SortStableFunc(list, func(a, b keptJSON) int { return int(a.Day) - int(b.Day) })
	follows, err := k.follows(found)
	if err != nil {
		o.down(w, r, err)
		return
	}
	o.json(w, http.StatusOK, struct {
		Kept []keptJSON `json:"kept"`
		followsJSON
		AsOf time.Time `json:"as_of"`
	}{list, follows, o.Now()})
}

// box names what a box is about.
func (k *knowing) box(f private.Filed) (aboutJSON, error) {
	switch f.Kind {
	case private.KindReply:
		label, err := k.message(f.About)
		return aboutJSON{aboutMessage, f.About, label}, err
	case private.KindInspection:
		return aboutJSON{aboutInspection, f.About, f.About}, nil
	case private.KindContact:
		if ticket, err := hall.ParseID(f.About); err == nil {
			return k.ticket(ticket)
		}
	}
	id := f.About
	if !f.Visit.IsZero() {
		id = f.Visit.String()
	}
	return k.about(hall.TypePrivateErased, id)
}

// ticket names a ticket by its number.
func (k *knowing) ticket(id hall.ID) (aboutJSON, error) {
	j := aboutJSON{aboutVisit, id.String(), id.String()}
	story, ok, err := k.o.Matters.Ratings.Story(k.r.Context(), id)
	if ok && story.Ticket.Number != "" {
		j.Label = story.Ticket.Number
	}
	return j, err
}

// follows is what erasing boxes would end besides: people who work on a matter could not read it any more, nor call.
func (k *knowing) follows(found []private.Filed) (followsJSON, error) {
	j := followsJSON{Open: []openJSON{}}
	var about []string
	for _, f := range found {
		if !f.Visit.IsZero() {
			about = append(about, f.Visit.String())
		}
		about = append(about, f.About)
	}
	slices.Sort(about)
	for _, id := range slices.Compact(about) {
		open, err := k.open(id)
		if err != nil {
			return j, err
		}
		j.Open = append(j.Open, open...)
		n, err := k.waiting(id)
		if err != nil {
			return j, err
		}
		j.Waiting += n
	}
	return j, nil
}

// open returns the matter of an id where it is worked on.
func (k *knowing) open(id string) ([]openJSON, error) {
	rep, err := k.repair(id)
	if err != nil || rep != nil && rep.State.Final() {
		return nil, err
	}
	if rep != nil {
		return []openJSON{{aboutJSON{aboutRepair, id, rep.Number}, string(rep.State), rep.Rating.Named && rep.Rating.Callback && !rep.CalledBack()}}, nil
	}
	c, err := k.concern(id)
	if err != nil || c == nil || !c.State.Open() {
		return nil, err
	}
	return []openJSON{{aboutJSON{aboutConcern, id, c.Number}, string(c.State), false}}, nil
}

// waiting counts the messages about a thing that are still to be sent.
func (k *knowing) waiting(id string) (int, error) {
	page, _, err := k.o.Matters.Messages.Messages(k.r.Context(), intake.MessagesAsked{Page: intake.Page{Limit: mostRows}, About: id,
		States: []string{string(notify.Waiting), string(notify.Trying), string(notify.Doubtful)}})
	return len(page), err
}

// exportPrivate gives a person, by who, all that is kept of him.
func (o *office) exportPrivate(w http.ResponseWriter, r *http.Request, who Account) {
	var in whoseJSON
	if !o.read(w, r, &in) {
		return
	}
	of, ok := o.whose(w, r, who, access.PrivateExport, in)
	if !ok {
		return
	}
	copies, err := o.Matters.Personal.Export(r.Context(), of, who.person())
	if err != nil {
		o.down(w, r, err)
		return
	}
	o.json(w, http.StatusOK, struct {
		Copies   []private.Copy `json:"copies"`
		Recorded time.Time      `json:"recorded"`
	}{append([]private.Copy{}, copies...), o.Now()})
}

// erasePrivate erases a person's boxes for ever: those that were seen before, or all that are kept. With dry nothing is
// erased, and the answer is what would be.
func (o *office) erasePrivate(w http.ResponseWriter, r *http.Request, who Account) {
	var in struct {
		whoseJSON
		Refs   []string         `json:"refs"`
		Ground hall.EraseGround `json:"ground"`
		Dry    bool             `json:"dry"`
	}
	if !o.read(w, r, &in) {
		return
	}
	if in.Ground != hall.EraseRequest { // what had its time goes by itself
		o.fail(w, http.StatusUnprocessableEntity, problem{Code: "ground", Field: "ground", Message: o.sheet(r, "").T("say.private.ground")})
		return
	}
	found, about, ok := o.toErase(w, r, who, in.whoseJSON, in.Refs)
	switch {
	case !ok:
	case len(found) == 0:
		o.fail(w, http.StatusUnprocessableEntity, problem{Code: "none", Message: o.sheet(r, "").T("say.private.none")})
	case in.Dry:
		o.answerKept(w, r, found)
	default:
		refs := make([]string, len(found))
		for n, f := range found {
			refs[n] = f.Ref
		}
		if err := o.Matters.Personal.Erase(r.Context(), about, who.person(), refs...); err != nil {
			o.down(w, r, err)
			return
		}
		o.json(w, http.StatusOK, struct {
			Erased int       `json:"erased"`
			AsOf   time.Time `json:"as_of"`
		}{len(found), o.Now()})
	}
}

// toErase finds the boxes that are meant, all of which who must reach, and the visit that they are about.
func (o *office) toErase(w http.ResponseWriter, r *http.Request, who Account, in whoseJSON, refs []string) (found []private.Filed, about string, ok bool) {
	of := Whose{Refs: refs}
	if named := in != (whoseJSON{}); named || len(refs) == 0 {
		if of, ok = o.whose(w, r, who, access.PrivateErase, in); !ok {
			return nil, "", false
		}
		if !of.Visit.IsZero() {
			about = of.Visit.String()
		}
	}
	found, err := o.Matters.Personal.Kept(r.Context(), of)
	if err != nil {
		o.down(w, r, err)
		return nil, "", false
	}
	if len(refs) > 0 { // of what is kept, what was chosen
		found = slices.DeleteFunc(found, func(f private.Filed) bool { return !slices.Contains(refs, f.Ref) })
	}
	for _, f := range found {
		what, err := o.boxObject(r.Context(), f)
		if err != nil {
			o.down(w, r, err)
			return nil, "", false
		}
		if !o.may(w, r, who, access.PrivateErase, what) {
			return nil, "", false
		}
	}
	return found, about, true
}

// boxObject is where a box lies: with its visit, ticket or concern; else nowhere.
func (o *office) boxObject(ctx context.Context, f private.Filed) (access.Object, error) {
	if !f.Visit.IsZero() {
		return o.visitObject(ctx, f.Visit)
	}
	if id, err := hall.ParseID(f.About); err == nil {
		return o.visitObject(ctx, id)
	}
	c, ok, err := o.Matters.Concerns.Concern(ctx, f.About)
	if err != nil || !ok {
		return access.Object{}, err
	}
	return o.keptObject(c), nil
}
