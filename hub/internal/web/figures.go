package web

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/export"
	"hallpulse/hub/internal/figures"
	"hallpulse/hub/internal/rating"
)

// figureRoutes are the sums. Page and file come of one query.
func (o *office) figureRoutes() []Route {
	return []Route{
		{"GET", "/api/figures", access.FiguresRead, o.showFigures},
		{"GET", "/api/figures/choices", access.FiguresRead, func(w http.ResponseWriter, r *http.Request, who Account) { o.choices(w, r, who, access.FiguresRead) }},
	}
}

// figuresAsked is a query with what its reader may see of the answer.
type figuresAsked struct {
	figures.Query
	halls  reached
	roll   roll
	law    rating.Law
	person bool // the person rated asks about himself
	sums   bool // the reader sees sums alone, no single level
	rank   bool
	format fileKind
}

// figuresJSON is the answer to a query.
type figuresJSON struct {
	By       figures.By    `json:"by"`
	From     hall.Day      `json:"from"`
	To       hall.Day      `json:"to"`
	Excluded bool          `json:"excluded"`
	Table    export.Table  `json:"table"`
	Ranking  *export.Table `json:"ranking,omitempty"`
	Funnel   funnelJSON    `json:"funnel"`
	Awaiting int           `json:"awaiting"`          // visits that wait for their agent, of these halls; 0 where less is asked for
	Least    int           `json:"least,omitempty"`   // rows with fewer ratings are not shown
	Settled  hall.Day      `json:"settled,omitempty"` // of the person rated: the last day whose ratings are all there
	Export   bool          `json:"may_export"`
	AsOf     time.Time     `json:"as_of"`
}

// funnelJSON is how far the visits came on their way to a rating.
type funnelJSON struct {
	Served    int         `json:"served"`
	Ratable   export.Cell `json:"ratable"`
	Invited   export.Cell `json:"invited"`
	Rated     export.Cell `json:"rated"`
	Defaulted export.Cell `json:"defaulted"`
	Unrated   export.Cell `json:"unrated"`
}

func funnelOf(f figures.Funnel) funnelJSON {
	return funnelJSON{f.Served, export.Share(f.Ratable), export.Share(f.Invited), export.Share(f.Rated), export.Share(f.Defaulted), export.Share(f.Unrated)}
}

// showFigures answers a query: to the page with all that belongs to it, to a file with its table.
func (o *office) showFigures(w http.ResponseWriter, r *http.Request, who Account) {
	q, ok := o.figuresAsked(w, r, who)
	if !ok {
		return
	}
	numbers := q.roll.numbers(q.halls)
	tallies, err := o.Matters.Tallies.Tallies(r.Context(), q.Query, numbers)
	if err != nil {
		o.down(w, r, err)
		return
	}
	today := hall.DayOf(o.Now())
	pack := q.law.Of(min(q.To, today)).Figures
	report := q.Report(tallies, q.roll.halls)
	answer := figuresJSON{By: q.By, From: q.From, To: q.To, Excluded: q.Excluded, Export: o.mayExport(who, q), AsOf: o.Now()}
	switch {
	case q.person:
		answer.Settled = settled(q.law, q.Halls[0], today)
		if report, err = report.ForStaff(pack.Least, answer.Settled); err != nil {
			o.fail(w, http.StatusUnprocessableEntity, problem{Code: "own-months", Field: "by", Message: o.sheet(r, "").T("figpage.own-months")})
			return
		}
	case q.sums:
		report = report.WithoutFew(pack.Least)
	}
	answer.Least = report.Least
	t := o.tablesOf(r, q, report, pack.Rank)
	if q.format != asJSON {
		o.takeFigures(w, r, q, t)
		return
	}
	if answer.Table, answer.Ranking = t.rows, t.ranking; !q.person {
		answer.Funnel = funnelOf(report.Total.Funnel())
		if q.whole() {
			answer.Awaiting, err = o.Matters.Tallies.Awaiting(r.Context(), today, numbers)
		}
		if err != nil {
			o.down(w, r, err)
			return
		}
	}
	o.json(w, http.StatusOK, answer)
}

// whole reports whether a query is about all that happens in its halls.
func (q figuresAsked) whole() bool {
	return q.Unit == "" && q.Window == "" && q.Staff == "" && q.Item == "" && q.Channel == ""
}

// mayExport reports whether who may take a query's answer away.
func (o *office) mayExport(who Account, q figuresAsked) bool {
	return !q.person && access.Can(who.Role, access.FiguresExport)
}

// figuresAsked reads a query, and narrows it to what who reaches. An account that reaches nothing is refused before
// anything is counted.
func (o *office) figuresAsked(w http.ResponseWriter, r *http.Request, who Account) (q figuresAsked, ok bool) {
	a := o.asking(r)
	if q.halls, ok = o.askedHalls(w, r, who, access.FiguresRead, a); !ok {
		return q, false
	}
	q.format, q.rank = a.fileAsked(asJSON), a.flag("rank")
	q.Query = figures.Query{By: figures.By(a.text("by")), Unit: a.text("unit"), Window: a.text("window"), Staff: a.text("staff"), Item: a.text("item"),
		Channel: hall.Channel(a.text("channel")), Excluded: a.flag("excluded")}
	if len(a.list("hall")) > 0 || q.halls.bound {
		q.Halls = q.halls.halls
	}
	scope := access.Scope(who.Account, access.FiguresRead)
	switch q.sums = !access.Can(who.Role, access.RatingsLevel); {
	case scope.Empty(), scope.Unit != "" && q.Unit != "" && q.Unit != scope.Unit, scope.Badge != "" && q.Staff != "" && q.Staff != scope.Badge:
		o.forbid(w, r, who, access.FiguresRead)
		return q, false
	case access.ReachOf(who.Role, access.FiguresRead) == access.Own:
		if !o.ownFigures(scope.Badge, &q) {
			o.forbid(w, r, who, access.FiguresRead)
			return q, false
		}
	case scope.Unit != "":
		q.Unit = scope.Unit
	}
	if !o.datesAsked(a, &q) || !o.goodAsking(w, a) {
		return q, false
	}
	if q.format != asJSON && !o.mayExport(who, q) {
		o.forbid(w, r, who, access.FiguresExport)
		return q, false
	}
	var err error
	if q.roll, err = o.roll(r.Context()); err != nil {
		o.down(w, r, err)
		return q, false
	}
	q.law, ok = o.lawOf(r.Context(), w, r)
	return q, ok
}

// ownFigures narrows a query to what the person rated may ask: himself, at the one hall where he works.
func (o *office) ownFigures(badge string, q *figuresAsked) bool {
	q.person, q.rank = true, false
	if q.By == "" {
		q.By = figures.ByMonth
	}
	var own []string
	for _, h := range o.Halls() {
		if _, works := h.Catalogue.Clerk(badge); works && slices.Contains(q.halls.halls, h.Catalogue.Hall.ID) {
			own = append(own, h.Catalogue.Hall.ID)
		}
	}
	if badge == "" || len(own) == 0 {
		return false
	}
	q.Staff, q.Halls = badge, own[:1]
	q.halls = reached{q.Halls, true}
	return true
}

// datesAsked reads the days of a query and how it is grouped, and asks the query itself whether it can be answered.
func (o *office) datesAsked(a *asking, q *figuresAsked) bool {
	today := hall.DayOf(o.Now())
	q.From, q.To = a.span()
	if q.By == "" {
		q.By = figures.ByUnit
	}
	month, _ := figures.ByMonth.Of(today)
	if q.To == 0 {
		if q.To = today; q.person {
			q.To = month.To
		}
	}
	if q.From == 0 {
		if q.From = min(q.To, month.From); q.person {
			year, _ := figures.ByYear.Of(q.To)
			q.From = year.From
		}
	}
	if q.rank && (q.By.IsPeriod() || q.By == figures.ByChannel) {
		a.fault("rank", string(q.By))
	}
	for _, f := range faultsOf(q.Query.Validate()) {
		if f.Why == figures.WhyUnknown {
			a.fault(f.Field, a.text(f.Field))
		} else if len(a.faults) == 0 {
			a.faults = append(a.faults, problem{Code: string(f.Why), Field: f.Field, Message: a.say.T("figpage.wrong."+string(f.Why), "n", strconv.Itoa(figures.MostDays))})
		}
	}
	return true
}

// faultsOf are the faults of a query, one by one.
func faultsOf(err error) (all []figures.Fault) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			if f, ok := e.(figures.Fault); ok {
				all = append(all, f)
			}
		}
	}
	return all
}

// settled is the last day whose ratings can no longer come in time, at a hall.
func settled(law rating.Law, hallID string, today hall.Day) hall.Day {
	for day := today; ; day-- {
		due := law.RatingDue(day.Start(), hallID)
		if !due.IsZero() && !due.Provisional && due.Day < today || today-day > 2*hall.MaxSpan {
			return day
		}
	}
}
