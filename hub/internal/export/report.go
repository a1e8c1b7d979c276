package export

import (
	"cmp"
	"fmt"
	"math"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/figures"
)

// Say returns the words of a key in the reader's language, each {name} replaced; pairs are name, value, name, value.
type Say func(key string, pairs ...string) string

// Report lays out a report. The rows have their names already; what the table is called and was counted from is the
// caller's to add.
func Report(r figures.Report, say Say) Table {
	columns := reportColumns(r.Query)
	t := Table{Rows: make([][]Cell, 0, len(r.Rows))}
	for _, c := range columns {
		t.Columns = append(t.Columns, c.headed(say, r.Query.By))
	}
	few := Text(say("figures.few", "n", fmt.Sprint(r.Least)))
	line := func(row *figures.Row) []Cell {
		cells := make([]Cell, 0, len(columns))
		for _, c := range columns {
			if row.Few && c.hidden {
				cells = append(cells, few)
				continue
			}
			cells = append(cells, c.cell(row))
		}
		return cells
	}
	for i := range r.Rows {
		t.Rows = append(t.Rows, line(&r.Rows[i]))
	}
	t.Total = line(&r.Total)
	for i, c := range columns {
		if c.label {
			t.Total[i] = Cell{}
		}
	}
	t.Total[0] = Text(say("figures.total"))
	return t
}

// column is a column of a report.
type column struct {
	key    string
	kind   Kind
	words  string // key of its heading; empty: figures.column. and key
	label  bool   // says what the row stands for
	hidden bool   // not shown of a row with too few ratings
	cell   func(*figures.Row) Cell
}

func (c column) headed(say Say, by figures.By) Column {
	h := Column{Key: c.key, Kind: c.kind}
	switch {
	case c.key == "name":
		h.Name = say("figures.by." + string(by))
	case c.kind.counted():
		h.Name = say("figures.figure." + c.key)
		h.Part, h.Of = say("figures.share.part", "name", h.Name), say("figures.share.of", "name", h.Name)
	default:
		h.Name = say(cmp.Or(c.words, "figures.column."+c.key))
	}
	return h
}

func reportColumns(q figures.Query) []column {
	label := func(key string, kind Kind, cell func(*figures.Row) Cell) column {
		return column{key: key, kind: kind, label: true, cell: cell}
	}
	columns := []column{
		label("name", KindText, func(r *figures.Row) Cell { return Text(cmp.Or(r.Name, r.ID)) }),
		label("id", KindText, func(r *figures.Row) Cell { return Text(r.ID) }),
	}
	switch {
	case q.By == figures.ByWindow || q.By == figures.ByStaff:
		columns = append(columns, label("hall", KindText, func(r *figures.Row) Cell { return Text(r.Hall) }))
	case q.By.IsPeriod():
		columns = append(columns,
			label("from", KindDate, func(r *figures.Row) Cell { return Date(r.From) }),
			label("to", KindDate, func(r *figures.Row) Cell { return Date(r.To) }))
	}
	columns = append(columns, visitColumns(q)...)
	for _, c := range shares(figures.Figures()) {
		c.hidden = c.key != string(figures.FigureAsked)
		columns = append(columns, c)
	}
	columns = append(columns, repairColumns()...)
	if q.AboutCases() {
		columns = append(columns, caseColumns(q)...)
	}
	if q.AboutBookings() {
		columns = append(columns, bookingColumns()...)
	}
	return columns
}

func shares(of []figures.Figure) []column {
	var columns []column
	for _, f := range of {
		columns = append(columns, column{key: string(f), kind: KindShare, cell: func(r *figures.Row) Cell { return Share(f.Of(r.Sums)) }})
	}
	return columns
}

func count(key string, of func(*figures.Row) int) column {
	return column{key: key, kind: KindInteger, hidden: true, cell: func(r *figures.Row) Cell { return Integer(of(r)) }}
}

func open(c column) column {
	c.hidden = false
	return c
}

func visitColumns(q figures.Query) []column {
	columns := []column{
		open(count("served", func(r *figures.Row) int { return r.Served })),
		open(count("ratable", func(r *figures.Row) int { return r.Ratable })),
		open(count("invited", func(r *figures.Row) int { return r.Invited })),
		count("rated", func(r *figures.Row) int { return r.Rated() }),
	}
	for l := hall.VeryGood; l >= hall.VeryBad; l-- {
		c := count(fmt.Sprintf("level_%d", l), func(r *figures.Row) int { return r.Levels[l-1] })
		c.words = fmt.Sprintf("level.%d", l)
		columns = append(columns, c)
	}
	columns = append(columns,
		count("defaulted", func(r *figures.Row) int { return r.Defaulted() }),
		count("unrated", func(r *figures.Row) int { return r.Unrated() }),
		count("excluded", func(r *figures.Row) int { return r.Excluded.Rated() }),
	)
	if q.AboutPersons() {
		columns = append(columns, count("platform", func(r *figures.Row) int { return r.Platform.Rated() }))
	}
	return append(columns,
		count("replaced", func(r *figures.Row) int { return r.Replaced }),
		count("follow_ups", func(r *figures.Row) int { return r.FollowUps }),
		count("reason_missing", func(r *figures.Row) int { return r.ReasonMissing }),
		count("withheld", func(r *figures.Row) int { return r.Withheld }),
		count("named", func(r *figures.Row) int { return r.Named }),
	)
}

func repairColumns() []column {
	return []column{
		count("repairs_opened", func(r *figures.Row) int { return r.Repairs.Opened }),
		count("repairs_repaired", func(r *figures.Row) int { return r.Repairs.Repaired }),
		count("repairs_in_time", func(r *figures.Row) int { return r.Repairs.InTime }),
		count("repairs_overdue", func(r *figures.Row) int { return r.Repairs.Overdue }),
		count("repairs_named", func(r *figures.Row) int { return r.Repairs.Named }),
		count("repairs_called_back", func(r *figures.Row) int { return r.Repairs.CalledBack }),
		count("repairs_withdrawn", func(r *figures.Row) int { return r.Repairs.Withdrawn }),
		count("repairs_excluded", func(r *figures.Row) int { return r.Excluded.Repairs.Opened }),
	}
}

func caseColumns(q figures.Query) []column {
	columns := []column{
		open(count("cases_received", func(r *figures.Row) int { return r.Handled.Received })),
		open(count("cases_decided", func(r *figures.Row) int { return r.Handled.Decided })),
		open(count("cases_open", func(r *figures.Row) int { return r.Handled.Received - r.Handled.Settled })),
		open(count("cases_refused", func(r *figures.Row) int { return r.Handled.Refused })),
	}
	columns = append(columns, shares(figures.CaseFigures())...)
	columns = append(columns, column{key: "trips", kind: KindRatio, cell: func(r *figures.Row) Cell { return Ratio(r.Trips()) }})
	if q.By == figures.ByItem {
		columns = append(columns, column{key: "trips_promised", kind: KindInteger, label: true, cell: func(r *figures.Row) Cell {
			if r.PromisedTrips == 0 {
				return Cell{}
			}
			return Integer(r.PromisedTrips)
		}})
	}
	return columns
}

func bookingColumns() []column {
	return append([]column{
		open(count("bookings", func(r *figures.Row) int { return r.Bookings.Booked })),
		open(count("bookings_came", func(r *figures.Row) int { return r.Bookings.Came })),
		open(count("bookings_missed", func(r *figures.Row) int { return r.Bookings.Missed })),
		open(count("bookings_cancelled", func(r *figures.Row) int { return r.Bookings.Cancelled })),
		open(count("bookings_awaited", func(r *figures.Row) int { return r.Bookings.Awaited() })),
	}, shares(figures.BookingFigures())...)
}

// Ranking lays out a ranking by grouping by: those with a place, then those with too few ratings for one.
func Ranking(rk figures.Ranking, by figures.By, say Say) Table {
	name := say("figures.figure." + string(figures.FigureSatisfaction))
	t := Table{Columns: []Column{
		{Key: "rank", Name: say("figures.rank.place"), Kind: KindInteger},
		{Key: "name", Name: say("figures.by." + string(by)), Kind: KindText},
		{Key: "id", Name: say("figures.column.id"), Kind: KindText},
		{Key: "hall", Name: say("figures.column.hall"), Kind: KindText},
		{Key: string(figures.FigureSatisfaction), Name: name, Kind: KindShare,
			Part: say("figures.share.part", "name", name), Of: say("figures.share.of", "name", name)},
		{Key: "low", Name: say("figures.rank.low"), Kind: KindPercent},
		{Key: "high", Name: say("figures.rank.high"), Kind: KindPercent},
		{Key: "within", Name: say("figures.rank.difference"), Kind: KindText},
	}}
	hundredths := func(part float64) Cell { return Percent(int(math.Round(part * 100_00))) }
	label := func(r figures.Row) []Cell { return []Cell{Text(cmp.Or(r.Name, r.ID)), Text(r.ID), Text(r.Hall)} }
	for _, p := range rk.Placed {
		row := append([]Cell{Integer(p.Rank)}, label(p.Row)...)
		row = append(row, Share(p.Share), hundredths(p.Interval.Low), hundredths(p.Interval.High), Cell{})
		if p.Within {
			row[len(row)-1] = Text(say("figures.rank.within"))
		}
		t.Rows = append(t.Rows, row)
	}
	for _, r := range rk.TooFew {
		row := append([]Cell{Text(say("figures.rank.few", "n", fmt.Sprint(rk.Least)))}, label(r)...)
		t.Rows = append(t.Rows, append(row, Cell{}, Cell{}, Cell{}, Cell{}))
	}
	return t
}

// OriginOf says what a report was counted from. name returns the name of a hall, unit, window, clerk, item or channel
// that the query asks for.
func OriginOf(q figures.Query, asOf time.Time, say Say, name func(by figures.By, id string) string) Origin {
	o := Origin{Name: say("figures.origin"), AsOfName: say("figures.origin.as_of"), AsOf: asOf}
	add := func(key, value string) {
		if value != "" {
			o.Lines = append(o.Lines, Line{say(key), value})
		}
	}
	add("figures.origin.days", say("figures.origin.span", "from", q.From.String(), "to", q.To.String()))
	add("figures.origin.by", say("figures.by."+string(q.By)))
	for _, h := range q.Halls {
		add("figures.by.hall", name(figures.ByHall, h))
	}
	for _, f := range []struct {
		by figures.By
		id string
	}{
		{figures.ByUnit, q.Unit}, {figures.ByWindow, q.Window}, {figures.ByStaff, q.Staff}, {figures.ByItem, q.Item},
		{figures.ByChannel, string(q.Channel)},
	} {
		if f.id != "" {
			add("figures.by."+string(f.by), name(f.by, f.id))
		}
	}
	with := "figures.origin.excluded.without"
	if q.Excluded {
		with = "figures.origin.excluded.with"
	}
	add("figures.column.excluded", say(with))
	add("figures.column.defaulted", say("figures.origin.defaulted"))
	if q.AboutCases() {
		add("figures.origin.cases", say("figures.origin.cases.days"))
	}
	if q.AboutBookings() {
		add("figures.column.bookings", say("figures.origin.bookings.days"))
	}
	return o
}
