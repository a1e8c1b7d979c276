package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/export"
	"hallpulse/hub/internal/figures"
)

// figureTables are the answer to a query as page and file show it.
type figureTables struct {
	rows    export.Table
	ranking *export.Table
}

// tablesOf lays out a report in the language of a request, with what it was counted from.
func (o *office) tablesOf(r *http.Request, q figuresAsked, report figures.Report, least int) figureTables {
	n := naming{o.sheet(r, ""), o.names(r), q}
	say := export.Say(n.say.T)
	if report = report.Named(n.group); q.By == figures.ByItem {
		report = report.Promised(n.trips)
	}
	origin := export.OriginOf(q.Query, o.Now(), say, func(by figures.By, id string) string {
		of := n
		of.q.By = by
		hallID := ""
		if len(q.Halls) > 0 {
			hallID = q.Halls[0]
		}
		return of.group(figures.Group{Hall: hallID, ID: id})
	})
	t := figureTables{rows: export.Report(report, say)}
	t.rows.Name, t.rows.Origin = n.say.T("figpage.title"), origin
	if q.rank {
		ranking := export.Ranking(report.Rank(least), q.By, say)
		ranking.Name, ranking.Origin = n.say.T("figpage.ranking"), origin
		t.ranking = &ranking
	}
	return t
}

// takeFigures answers with the table of a query, or its ranking, as a file.
func (o *office) takeFigures(w http.ResponseWriter, r *http.Request, q figuresAsked, t figureTables) {
	table, name := t.rows, "figures"
	if t.ranking != nil {
		table, name = *t.ranking, "ranking"
	}
	o.take(w, r, table, q.format, strings.Join([]string{name, string(q.By), q.From.String(), q.To.String()}, "-"))
}

// naming names the rows of a report.
type naming struct {
	say   sheet
	names names
	q     figuresAsked
}

// group names a row; what has no name is said to have none.
func (n naming) group(g figures.Group) string {
	if g.ID == "" {
		return n.say.T("figpage.none." + string(n.q.By))
	}
	switch n.q.By {
	case figures.ByHall:
		if number, ok := strings.CutPrefix(g.ID, "#"); ok {
			return n.say.T("figpage.agent", "n", number)
		}
		return n.names.hall(g.ID)
	case figures.ByUnit:
		return n.names.unit(g.ID)
	case figures.ByWindow:
		return n.at(g.Hall, n.say.T("common.window", "id", g.ID))
	case figures.ByStaff:
		name := n.names.clerk(g.Hall, g.ID)
		if name != g.ID {
			name += " " + g.ID
		}
		return n.at(g.Hall, name)
	case figures.ByItem:
		return n.item(g.ID)
	case figures.ByChannel:
		return n.say.T("ratings.channel." + g.ID)
	}
	return n.period(g)
}

// at adds the hall of something where a report is about several.
func (n naming) at(hallID, name string) string {
	if len(n.q.Halls) == 1 || len(n.q.Halls) == 0 && len(n.names.o.Halls()) == 1 {
		return name
	}
	if number, ok := strings.CutPrefix(hallID, "#"); ok {
		return name + " " + n.say.T("figpage.agent", "n", number)
	}
	return name + " " + n.names.hall(hallID)
}

// item names an item by the first hall that knows it.
func (n naming) item(code string) string {
	for _, h := range n.names.o.Halls() {
		if name := n.names.item(h.Catalogue.Hall.ID, code); name != code {
			return name
		}
	}
	return code
}

// trips is how often people come for an item at the most, as the first hall that knows it publishes; 0: it promises nothing.
func (n naming) trips(code string) int {
	for _, h := range n.names.o.Halls() {
		if item, ok := h.Catalogue.Item(code); ok {
			return item.Trips
		}
	}
	return 0
}

// period names a period of time.
func (n naming) period(g figures.Group) string {
	first := g.From.Start()
	year := strconv.Itoa(first.Year())
	switch n.q.By {
	case figures.ByDay:
		if g.From.Year() != n.q.To.Year() {
			return g.From.String() + " " + n.say.T("figpage.weekday."+strconv.Itoa(int(first.Weekday())))
		}
		return n.say.Day(first)
	case figures.ByWeek:
		isoYear, week := first.ISOWeek()
		return n.say.T("figpage.week", "year", strconv.Itoa(isoYear), "n", strconv.Itoa(week), "from", shortDay(n.say.Lang, g.From), "to", shortDay(n.say.Lang, g.To))
	case figures.ByMonth:
		return n.say.T("figpage.month", "year", year, "month", n.month(first))
	case figures.ByQuarter:
		return n.say.T("figpage.quarter", "year", year, "n", strconv.Itoa((int(first.Month())+2)/3))
	}
	return n.say.T("figpage.year", "year", year)
}

func (n naming) month(t time.Time) string {
	if n.say.Lang == en {
		return t.Format("Jan")
	}
	return strconv.Itoa(int(t.Month()))
}

// shortDay writes 7月27日, or 27 Jul.
func shortDay(l lang, d hall.Day) string {
	if l == en {
		return d.Start().Format("2 Jan")
	}
	return d.Start().Format("1月2日")
}
