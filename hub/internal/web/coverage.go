package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/inspection"
)

// Watch knows what agents told of windows and devices.
type Watch interface {
	// Watched returns, by agent, what was told from a moment on; of what nothing was told since, how it stands.
	Watched(ctx context.Context, from time.Time) (map[uint32][]inspection.Told, error)
}

// coverageRoutes answer how much of what a hall offers could be rated at all 三覆盖.
func (o *office) coverageRoutes() []Route {
	return []Route{{"GET", "/api/coverage", access.FiguresRead, o.showCoverage}}
}

// Bounds of the coverage.
const (
	maxCoverage = 100              // days
	graceOfGaps = 10 * time.Minute // a pad restarts, paper is changed
	maxGaps     = 500              // of each of the three
)

// coverJSON is one of the three shares.
type coverJSON struct {
	Things int       `json:"things"` // that were there
	Whole  int       `json:"whole"`  // of these, could be rated all the time
	Gaps   []gapJSON `json:"gaps"`   // longest first
}

// gapJSON is a time in which something was there and could not be rated.
type gapJSON struct {
	Kind   string    `json:"kind"` // item, window, pad, qr
	ID     string    `json:"id"`
	Name   string    `json:"name"`
	Hall   string    `json:"hall"`
	HallIs string    `json:"hall_name"`
	Since  time.Time `json:"since"`          // which may be before the period
	Until  time.Time `json:"until,omitzero"` // left out: it still cannot
}

// showCoverage answers the share of items, staffed windows and channels that could be rated from a day to another, and each
// gap with since when. Who reads the figures of a unit or of himself alone does not see halls.
func (o *office) showCoverage(w http.ResponseWriter, r *http.Request, who Account) {
	if reach := access.ReachOf(who.Role, access.FiguresRead); reach == access.Unit || reach == access.Own {
		o.forbid(w, r, who, access.FiguresRead)
		return
	}
	a := o.asking(r)
	from, to := a.span()
	switch {
	case from == 0:
		a.fault("from", a.text("from"))
	case to == 0, int(to-from) >= maxCoverage:
		a.fault("to", a.text("to"))
	}
	at, ok := o.askedHalls(w, r, who, access.FiguresRead, a)
	if !ok || !o.goodAsking(w, a) {
		return
	}
	cover, err := o.coverage(r, at.halls, from.Start(), (to + 1).Start())
	if err != nil {
		o.down(w, r, err)
		return
	}
	o.json(w, http.StatusOK, struct {
		From     hall.Day  `json:"from"`
		To       hall.Day  `json:"to"`
		Items    coverJSON `json:"items"`
		Windows  coverJSON `json:"windows"`
		Channels coverJSON `json:"channels"`
		AsOf     time.Time `json:"as_of"`
	}{from, to, o.cover(r, cover.Items, "item"), o.cover(r, cover.Windows, "window"), o.cover(r, cover.Channels, "pad"), o.Now()})
}

// between parts the hall from what lies in it, in the name of a thing.
const between = "\n"

// coverage is the coverage of halls. What is still to come is in no gap.
func (o *office) coverage(r *http.Request, halls []string, from, to time.Time) (inspection.Coverage, error) {
	if now := o.Now(); to.After(now) {
		to = now
	}
	roll, err := o.roll(r.Context())
	if err != nil {
		return inspection.Coverage{}, err
	}
	told, err := o.Matters.Watch.Watched(r.Context(), from)
	if err != nil {
		return inspection.Coverage{}, err
	}
	var items, windows, channels []inspection.Thing
	for _, h := range o.Halls() {
		id := h.Catalogue.Hall.ID
		if !slices.Contains(halls, id) {
			continue
		}
		w := inspection.Watched{Hall: h.Catalogue, QR: o.Desk.QR}
		for _, agent := range roll.agents {
			if roll.halls[agent.Number] != id {
				continue
			}
			w.Told = append(w.Told, told[agent.Number]...)
			if w.Since.IsZero() || agent.Added.Before(w.Since) {
				w.Since = agent.Added
			}
		}
		if w.Since.IsZero() {
			continue // nobody tells of this hall
		}
		i, s, c := w.Things(from, to)
		items, windows, channels = append(items, inHall(id, i)...), append(windows, inHall(id, s)...), append(channels, inHall(id, c)...)
	}
	return inspection.CoverageOf(from, to, graceOfGaps, items, windows, channels), nil
}

// inHall puts the hall before the names of things: windows of two halls have the same.
func inHall(id string, things []inspection.Thing) []inspection.Thing {
	for n := range things {
		things[n].Name = id + between + things[n].Name
	}
	return things
}

func (o *office) cover(r *http.Request, c inspection.Cover, kind string) coverJSON {
	j, names := coverJSON{c.Things, c.Whole, []gapJSON{}}, o.names(r)
	for _, g := range c.Gaps {
		if len(j.Gaps) == maxGaps {
			break
		}
		hallID, id, _ := strings.Cut(g.Name, between)
		gap := gapJSON{Kind: kind, ID: id, Name: id, Hall: hallID, HallIs: names.hall(hallID), Since: g.Since, Until: g.Until}
		switch {
		case kind == "item":
			gap.Name = names.item(hallID, id)
		case kind == "pad" && id == inspection.ChannelQR:
			gap.Kind, gap.Name = "qr", o.sheet(r, "").T("coverage.qr")
		}
		j.Gaps = append(j.Gaps, gap)
	}
	return j
}
