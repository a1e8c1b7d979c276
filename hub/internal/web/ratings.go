package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/intake"
)

// ratingRoutes are the search of ratings, and the whole road of one of them.
func (o *office) ratingRoutes() []Route {
	return []Route{
		{"GET", "/api/ratings", access.RatingsList, o.listRatings},
		{"GET", "/api/ratings/export", access.FiguresExport, o.exportRatings},
		{"GET", "/api/ratings/choices", access.RatingsList, o.ratingChoices},
		{"GET", "/api/ratings/{visit}", access.RatingsList, o.showRating},
	}
}

// nameJSON is something with a code, and its name in the reader's language.
type nameJSON struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// ratedJSON is a rating as the search shows it. What its reader may not know is left out: the level with its reasons,
// and what the citizen wrote (design §7).
type ratedJSON struct {
	ID        string       `json:"id"` // of the visit
	Ticket    string       `json:"ticket,omitempty"`
	At        time.Time    `json:"at"` // when it was given, or entered by default
	Hall      string       `json:"hall"`
	HallName  string       `json:"hall_name"`
	Window    string       `json:"window"`
	Staff     string       `json:"staff,omitempty"` // badge
	StaffName string       `json:"staff_name,omitempty"`
	Unit      string       `json:"unit"`
	UnitName  string       `json:"unit_name"`
	Item      string       `json:"item"`
	ItemName  string       `json:"item_name"`
	Channel   hall.Channel `json:"channel,omitempty"`
	Default   hall.Level   `json:"default,omitempty"` // entered because nobody rated in time
	Lost      bool         `json:"lost,omitempty"`    // so it was, because its agent is lost
	Level     hall.Level   `json:"level,omitempty"`
	Reasons   []nameJSON   `json:"reasons,omitempty"`
	Missing   bool         `json:"reason_missing,omitempty"`
	Integrity bool         `json:"integrity,omitempty"` // it replaced a press that says otherwise
	Replaced  bool         `json:"replaced,omitempty"`
	FollowUps int          `json:"follow_ups,omitempty"`
	Withheld  bool         `json:"withheld,omitempty"`
	Named     bool         `json:"named,omitempty"`
	Excluded  bool         `json:"excluded,omitempty"`
	Down      bool         `json:"down,omitempty"`     // the system of its unit was down: it goes to the platform
	Assisted  *nameJSON    `json:"assisted,omitempty"` // 协助评价: who helped at the pad, by badge and name
	Written   bool         `json:"written,omitempty"`  // the citizen wrote something, or, to who may not read it, left something
	Text      string       `json:"text,omitempty"`
}

// ratingObject is where a rating lies, and whom it concerns.
func (o *office) ratingObject(hallID string, v intake.Visit, called bool) access.Object {
	place, _ := o.placeOf(hallID)
	served := ""
	if c := o.catalogue(hallID); c != nil {
		if clerk, ok := c.Clerk(v.Staff); ok {
			served = clerk.Unit
		}
	}
	return access.Object{Hall: hallID, Place: place, Unit: v.Unit, Served: served, Badge: v.Staff, Consented: v.Named && called}
}

// ratedOf is a rating as who may see it. Its text is opened apart.
func (o *office) ratedOf(r *http.Request, who Account, hallID string, v intake.Rated) ratedJSON {
	n := o.names(r)
	j := ratedJSON{ID: v.ID.String(), Ticket: v.Number, At: v.Rated, Hall: hallID, HallName: n.hall(hallID), Window: v.Window, Staff: v.Staff,
		StaffName: n.clerk(hallID, v.Staff), Unit: v.Unit, UnitName: n.unit(v.Unit), Item: v.Item, ItemName: n.item(hallID, v.Item), Channel: v.Channel,
		Replaced: v.Replaced, FollowUps: v.FollowUps, Withheld: v.Withheld, Named: v.Named, Excluded: v.Excluded, Down: v.Down}
	if v.Assisted {
		j.Assisted = &nameJSON{v.Helper, n.clerk(hallID, v.Helper)}
	}
	if v.Level == 0 {
		j.At, j.Channel, j.Default, j.Lost = v.Defaulted, "", v.Visit.Default, v.Lost
		return j
	}
	if access.May(who.Account, access.RatingsLevel, o.ratingObject(hallID, v.Visit, v.Call)) {
		j.Level, j.Missing, j.Integrity, j.Reasons = v.Level, v.ReasonMissing, v.Integrity, o.reasonsOf(o.sheet(r, ""), v.Reasons)
	}
	return j
}

// reasonsOf names reasons by their codes, retired ones too.
func (o *office) reasonsOf(s sheet, codes string) (all []nameJSON) {
	for code := range strings.SplitSeq(codes, ",") {
		if code != "" {
			all = append(all, nameJSON{code, o.reason(s, code)})
		}
	}
	return all
}

// reason names a reason: in the words of the pages where they have it, else as the official dictionary has it.
func (o *office) reason(s sheet, code string) string {
	key := "rate.reason." + code
	if said := s.T(key); said != key {
		return said
	}
	if at := slices.IndexFunc(o.Reasons, func(r Reason) bool { return r.Code == code }); at >= 0 {
		return o.Reasons[at].Name
	}
	return code
}

// textOf opens what the citizen wrote for who may read it, and says whether there is something that he did not read: to
// him that something was left. Empty where it was erased.
func (o *office) textOf(ctx context.Context, who Account, what access.Object, ref string) (text string, left bool, err error) {
	if ref == "" || !access.May(who.Account, access.RatingsText, what) {
		return "", ref != "", nil
	}
	text, err = o.words(ctx, hall.Sealed{Ref: ref})
	return text, text != "", err
}

// ratingsAsked reads what a search asks for. Who may not know levels may not ask by them: the answer would tell.
func (o *office) ratingsAsked(w http.ResponseWriter, r *http.Request, who Account, a *asking) (intake.RatingsAsked, roll, bool) {
	halls, ok := o.askedHalls(w, r, who, access.RatingsList, a)
	if !ok {
		return intake.RatingsAsked{}, roll{}, false
	}
	all, err := o.roll(r.Context())
	if err != nil {
		o.down(w, r, err)
		return intake.RatingsAsked{}, roll{}, false
	}
	q := intake.RatingsAsked{Agents: all.numbers(halls), Defaulted: a.flag("default"), Window: a.text("window"), Staff: a.text("staff"), Units: a.list("unit"),
		Item: a.text("item"), Channel: a.text("channel"), Named: a.flag("named"), Missing: a.flag("missing"), Withheld: a.flag("withheld"), Excluded: a.flag("excluded")}
	q.From, q.To = a.span()
	if q.Channel != "" && !hall.Channel(q.Channel).Valid() {
		a.fault("channel", q.Channel)
	}
	for _, l := range a.list("level") {
		n, err := strconv.ParseUint(l, 10, 8)
		if err != nil || !hall.Level(n).Valid() {
			a.fault("level", l)
		}
		q.Levels = append(q.Levels, hall.Level(n))
	}
	if (len(q.Levels) > 0 || q.Missing) && !access.Can(who.Role, access.RatingsLevel) {
		o.forbid(w, r, who, access.RatingsLevel)
		return q, all, false
	}
	return q, all, o.goodAsking(w, a)
}

// listRatings searches ratings, the newest first.
func (o *office) listRatings(w http.ResponseWriter, r *http.Request, who Account) {
	q, all, ok := o.ratingsAsked(w, r, who, o.asking(r))
	if !ok {
		return
	}
	q.Limit, q.After = asked(r)
	page, next, err := o.Matters.Ratings.Ratings(r.Context(), q)
	if o.answered(w, r, err) {
		return
	}
	list := make([]ratedJSON, 0, len(page))
	for _, v := range page {
		j := o.ratedOf(r, who, all.halls[v.ID.Agent], v)
		if j.Text, j.Written, err = o.textOf(r.Context(), who, o.ratingObject(j.Hall, v.Visit, v.Call), v.Ref); err != nil {
			o.down(w, r, err)
			return
		}
		list = append(list, j)
	}
	rows(o, w, list, next)
}

// ratingChoices are the windows and clerks of the halls that who reaches, and of units and items those there.
func (o *office) ratingChoices(w http.ResponseWriter, r *http.Request, who Account) {
	o.choices(w, r, who, access.RatingsList)
}

// choiceJSON is one of what a filter can be set to.
type choiceJSON struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// choices answers with what a search by an action can be narrowed to.
func (o *office) choices(w http.ResponseWriter, r *http.Request, who Account, action access.Action) {
	halls, ok := o.askedHalls(w, r, who, action, o.asking(r))
	if !ok {
		return
	}
	scope := access.Scope(who.Account, action)
	s, lang := o.sheet(r, ""), langOf(r)
	windows, staff, units, items := []choiceJSON{}, []choiceJSON{}, []choiceJSON{}, []choiceJSON{}
	put := func(list *[]choiceJSON, id, name string) {
		if !slices.ContainsFunc(*list, func(c choiceJSON) bool { return c.ID == id }) {
			*list = append(*list, choiceJSON{id, name})
		}
	}
	for _, h := range o.Halls() {
		if !slices.Contains(halls.halls, h.Catalogue.Hall.ID) {
			continue
		}
		for _, x := range h.Catalogue.Windows {
			put(&windows, x.ID, s.T("common.window", "id", x.ID))
		}
		for _, x := range h.Catalogue.Staff {
			if (scope.Unit == "" || x.Unit == scope.Unit) && (scope.Badge == "" || x.Badge == scope.Badge) {
				put(&staff, x.Badge, lang.in(x.Name, x.NameEN)+" "+x.Badge)
			}
		}
		for _, x := range h.Catalogue.Units {
			if scope.Unit == "" || x.ID == scope.Unit {
				put(&units, x.ID, lang.in(x.Name, x.NameEN))
			}
		}
		for _, x := range h.Catalogue.Items {
			put(&items, x.Code, lang.in(x.Name, x.NameEN))
		}
	}
	o.json(w, http.StatusOK, struct {
		Windows []choiceJSON `json:"windows"`
		Staff   []choiceJSON `json:"staff"`
		Units   []choiceJSON `json:"units"`
		Items   []choiceJSON `json:"items"`
		Level   bool         `json:"level"` // levels are told to this account
		Export  bool         `json:"export"`
	}{windows, staff, units, items, access.Can(who.Role, access.RatingsLevel), access.Can(who.Role, access.FiguresExport)})
}
