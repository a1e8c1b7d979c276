package web

import (
	"net/http"
	"slices"
	"strings"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
)

// siteJSON is a hall that can be chosen, and the path of its place.
type siteJSON struct {
	choiceJSON
	Place string `json:"place"`
}

// chooseRoutes are what pages offer to choose from.
func (o *office) chooseRoutes() []Route {
	return []Route{{"GET", "/api/choices", access.AdminOpen, o.listChoices}}
}

// listChoices names halls, units, items and reasons of bad ratings, of the halls that who reaches: what the filters and
// forms of his pages offer. What he may do with them is asked where he does it.
func (o *office) listChoices(w http.ResponseWriter, r *http.Request, who Account) {
	n, s := o.names(r), o.sheet(r, "")
	halls, units, items, reasons := []siteJSON{}, []choiceJSON{}, []choiceJSON{}, []choiceJSON{}
	put := func(list *[]choiceJSON, id, name string) {
		if !slices.ContainsFunc(*list, func(c choiceJSON) bool { return c.ID == id }) {
			*list = append(*list, choiceJSON{id, name})
		}
	}
	if access.Can(who.Role, access.RepairsAssign) {
		put(&units, access.CentreUnit, n.unit(access.CentreUnit)) // what is nobody else's it repairs itself
	}
	for _, h := range o.Halls() {
		c := h.Catalogue
		if !access.Covers(who.Account, nil, []string{c.Hall.ID}, o.placeOf) {
			continue
		}
		halls = append(halls, siteJSON{choiceJSON{c.Hall.ID, n.hall(c.Hall.ID)}, strings.Join(c.Hall.Place, "/")})
		for _, u := range c.Units {
			put(&units, u.ID, n.lang.in(u.Name, u.NameEN))
		}
		for _, i := range c.Items {
			put(&items, i.Code, n.lang.in(i.Name, i.NameEN))
		}
	}
	for _, level := range []hall.Level{hall.VeryBad, hall.Bad} {
		for _, reason := range o.Reasons.of(level) {
			put(&reasons, reason.Code, s.T("rate.reason."+reason.Code))
		}
	}
	o.json(w, http.StatusOK, struct {
		Halls   []siteJSON   `json:"halls"`
		Units   []choiceJSON `json:"units"`
		Items   []choiceJSON `json:"items"`
		Reasons []choiceJSON `json:"reasons"`
	}{halls, units, items, reasons})
}
