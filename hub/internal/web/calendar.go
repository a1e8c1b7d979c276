package web

import (
	"context"
	"net/http"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/rating"
)

// Waits counts what waits: visits for their agent, deadlines for the calendar of a year.
type Waits interface {
	// AwaitingBy counts, by agent, visits that nobody rated in time and whose agent was not heard since.
	AwaitingBy(ctx context.Context, today hall.Day) (map[uint32]int, error)
	// Provisional counts deadlines that wait for a calendar; from is the first day that nobody has published.
	Provisional(ctx context.Context, from hall.Day) (visits, repairs int, err error)
	// Crossing counts deadlines that a change of a day can move; nil halls are all.
	Crossing(ctx context.Context, day hall.Day, halls []string, agents []uint32) (visits, repairs int, err error)
}

// closingJSON is a day on which a hall does not work though the calendar says so.
type closingJSON struct {
	Day  hall.Day        `json:"day"`
	Hall string          `json:"hall"` // id; * all
	Name string          `json:"hall_name"`
	Why  hall.ClosingWhy `json:"why"`
}

// waitingJSON is how many deadlines wait for a calendar, and from which day on nobody has published one.
type waitingJSON struct {
	From    hall.Day `json:"from"`
	Visits  int      `json:"visits"`
	Repairs int      `json:"repairs"`
}

// showCalendar shows a year day by day: of a hall, or without one as it is everywhere.
func (o *office) showCalendar(w http.ResponseWriter, r *http.Request, who Account) {
	a := o.asking(r)
	today := hall.DayOf(o.Now())
	year := a.number("year", today.Year(), 2000, 2200)
	hallID := o.hallAsked(a)
	law, ok := o.lawOf(r.Context(), w, r)
	if !ok || !o.goodAsking(w, a) {
		return
	}
	first := dayOf(year, time.January, 1)
	last := dayOf(year+1, time.January, 1) - 1
	_, published := law.Calendar.Published(year)
	wait := waitingJSON{From: firstUnpublished(law, today)}
	var err error
	if wait.Visits, wait.Repairs, err = o.Matters.Waits.Provisional(r.Context(), wait.From); err != nil {
		o.down(w, r, err)
		return
	}
	closings := []closingJSON{}
	for _, c := range law.Calendar.Closings(first) {
		if c.Day > last {
			break
		}
		closings = append(closings, closingJSON{c.Day, c.Hall, o.closedName(r, c.Hall), c.Why})
	}
	o.json(w, http.StatusOK, struct {
		Year      int             `json:"year"`
		Published bool            `json:"published"`
		Years     []int           `json:"years"` // published
		Hall      string          `json:"hall"`
		Today     hall.Day        `json:"today"`
		Days      []hall.DayCount `json:"days"` // every day of the year; n counts the worked ones
		Closings  []closingJSON   `json:"closings"`
		Waiting   waitingJSON     `json:"waiting"`
		May       bool            `json:"may_close"`     // something
		MayAll    bool            `json:"may_close_all"` // every hall at once
		AsOf      time.Time       `json:"as_of"`
	}{year, published, append([]int{}, law.Calendar.Years()...), hallID, today, law.Calendar.Count(first-1, hall.Deadline{Day: last}, hallID)[1:],
		closings, wait, access.Can(who.Role, access.CalendarClose), access.May(who.Account, access.CalendarClose, access.Object{}), o.Now()})
}

// dayOf returns a day by its date.
func dayOf(year int, month time.Month, day int) hall.Day {
	return hall.DayOf(time.Date(year, month, day, 12, 0, 0, 0, hall.Beijing()))
}

// firstUnpublished is the first day from today on of which nobody knows whether it is worked.
func firstUnpublished(law rating.Law, today hall.Day) hall.Day {
	for year := today.Year(); ; year++ {
		if _, ok := law.Calendar.Published(year); !ok {
			return max(today, dayOf(year, time.January, 1))
		}
	}
}

// hallAsked reads the hall that a calendar or an explanation is for; empty: none in particular.
func (o *office) hallAsked(a *asking) string {
	id := a.text("hall")
	if id != "" && o.catalogue(id) == nil {
		a.fault("hall", id)
	}
	return id
}

// closedName names the hall of a closing day.
func (o *office) closedName(r *http.Request, id string) string {
	if id == hall.EveryHall {
		return o.sheet(r, "").T("policy.every-hall")
	}
	return o.names(r).hall(id)
}

// dayChange is what is done to a day.
type dayChange func(law rating.Law, in dayJSON, day, today hall.Day, by hall.Person) ([]hall.Fact, error)

func closeDay(law rating.Law, in dayJSON, day, today hall.Day, by hall.Person) ([]hall.Fact, error) {
	return law.Close(day, in.Hall, in.Why, today, by)
}

func openDay(law rating.Law, in dayJSON, day, today hall.Day, by hall.Person) ([]hall.Fact, error) {
	return law.Open(day, in.Hall, today, by)
}

// dayJSON is what an act on a day says.
type dayJSON struct {
	Dry  bool            `json:"dry"` // only what would follow
	Day  string          `json:"day"`
	Hall string          `json:"hall"` // id; * all
	Why  hall.ClosingWhy `json:"why"`
}

// changeDay closes a hall on a day or takes that back, or says what would follow.
func (o *office) changeDay(change dayChange) func(http.ResponseWriter, *http.Request, Account) {
	return func(w http.ResponseWriter, r *http.Request, who Account) {
		var in dayJSON
		if !o.read(w, r, &in) {
			return
		}
		day, ok := o.dayToChange(w, r, who, in)
		if !ok {
			return
		}
		law, ok := o.lawOf(r.Context(), w, r)
		if !ok {
			return
		}
		visits, repairs, err := o.crossing(r.Context(), day, in.Hall)
		switch {
		case err != nil:
		case in.Dry:
			_, err = change(law, in, day, hall.DayOf(o.Now()), who.person())
		default:
			err = o.Matters.Decider.Decide(r.Context(), intake.Keys{}, func(k intake.Known) ([]hall.Fact, error) {
				return change(k.Law(), in, day, hall.DayOf(k.Now()), who.person())
			})
		}
		if o.answered(w, r, err) {
			return
		}
		works, _ := law.Calendar.Works(day, in.Hall)
		o.json(w, http.StatusOK, struct {
			Day     hall.Day `json:"day"`
			Hall    string   `json:"hall"`
			Name    string   `json:"hall_name"`
			Worked  bool     `json:"worked"` // before
			Visits  int      `json:"visits"` // whose deadline can move
			Repairs int      `json:"repairs"`
			Done    bool     `json:"done"`
		}{day, in.Hall, o.closedName(r, in.Hall), works, visits, repairs, !in.Dry})
	}
}

// dayToChange reads the day of an act, and asks whether who may change it there: for all halls only who reaches all.
func (o *office) dayToChange(w http.ResponseWriter, r *http.Request, who Account, in dayJSON) (hall.Day, bool) {
	s := o.sheet(r, "")
	what := access.Object{}
	if in.Hall != hall.EveryHall {
		place, ok := o.placeOf(in.Hall)
		if !ok {
			o.fail(w, http.StatusUnprocessableEntity, problem{Code: "wrong", Field: "hall", Message: s.T("policy.wrong.hall")})
			return 0, false
		}
		what = access.Object{Hall: in.Hall, Place: place}
	}
	if !o.may(w, r, who, access.CalendarClose, what) {
		return 0, false
	}
	day, err := hall.ParseDay(in.Day)
	if err != nil {
		o.fail(w, http.StatusUnprocessableEntity, problem{Code: "wrong", Field: "day", Message: s.T("policy.wrong.day")})
	}
	return day, err == nil
}

// crossing counts the deadlines of a hall, or of all, that a change of a day can move.
func (o *office) crossing(ctx context.Context, day hall.Day, hallID string) (visits, repairs int, err error) {
	if hallID == hall.EveryHall {
		return o.Matters.Waits.Crossing(ctx, day, nil, nil)
	}
	all, err := o.roll(ctx)
	if err != nil {
		return 0, 0, err
	}
	halls := []string{hallID}
	return o.Matters.Waits.Crossing(ctx, day, halls, all.numbers(reached{halls, true}))
}

// explainLimit counts a limit day by day.
func (o *office) explainLimit(w http.ResponseWriter, r *http.Request, _ Account) {
	a := o.asking(r)
	from := a.day("from")
	if from == 0 {
		from = hall.DayOf(o.Now())
	}
	span := hall.Span{Days: a.number("days", 5, 1, hall.MaxSpan), Unit: hall.DayUnit(a.text("unit"))}
	switch span.Unit {
	case "":
		span.Unit = hall.WorkingDays
	case hall.WorkingDays, hall.NaturalDays:
	default:
		a.fault("unit", string(span.Unit))
	}
	if year := from.Year(); len(a.faults) == 0 && (year < 2000 || year > 2200) {
		a.fault("from", a.text("from"))
	}
	hallID := o.hallAsked(a)
	law, ok := o.lawOf(r.Context(), w, r)
	if !ok || !o.goodAsking(w, a) {
		return
	}
	o.json(w, http.StatusOK, explained(law.Explain(from, span, hallID)))
}

// explanation is a deadline, day by day.
type explanation struct {
	Pack        string          `json:"pack"`
	From        hall.Day        `json:"from"`
	Span        hall.Span       `json:"span"`
	Due         hall.Day        `json:"due"`
	Provisional bool            `json:"provisional"`
	Days        []hall.DayCount `json:"days"`
}

func explained(e rating.Explained) explanation {
	return explanation{e.Pack, e.From, e.Span, e.Due.Day, e.Due.Provisional, slices.Concat([]hall.DayCount{}, e.Days)}
}
