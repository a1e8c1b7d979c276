package web

import (
	"io/fs"
	"net/http"

	"hallpulse/hub/internal/access"
)

// pageRoutes are the built pages, and who looks at them.
func (o *office) pageRoutes() []Route {
	return []Route{
		{"GET", "/{$}", access.AccountOwn, o.home},
		{"GET", "/wall", access.BoardWall, o.built("board.html")},
		{"GET", "/admin/", access.AdminOpen, o.built("admin.html")},
		{"GET", "/inspect", access.InspectionsDo, o.built("inspect.html")},
		{"GET", "/inspect-worker.js", access.InspectionsDo, o.worker},
		{"GET", "/ws/board", access.BoardWall, o.screen},
		{"GET", "/api/me", access.AccountOwn, o.me},
	}
}

// home is the board at the desk for who may see it; others are sent to what they came for.
func (o *office) home(w http.ResponseWriter, r *http.Request, who Account) {
	switch {
	case access.Can(who.Role, access.BoardDesk):
		o.built("board.html")(w, r, who)
	case access.Can(who.Role, access.InspectionsDo):
		o.goTo(w, r, "/inspect") // on his way, with a phone
	case access.Can(who.Role, access.AdminOpen):
		o.goTo(w, r, "/admin/")
	default:
		o.goTo(w, r, "/wall")
	}
}

// built serves a page of the web project. What it shows it asks for, and is asked whether it may.
func (o *office) built(name string) func(http.ResponseWriter, *http.Request, Account) {
	return func(w http.ResponseWriter, r *http.Request, _ Account) {
		html, err := fs.ReadFile(o.Dist, name)
		if err != nil {
			o.refuse(w, r, http.StatusServiceUnavailable, "pages")
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(html) // a browser that goes away needs nothing more
	}
}

// worker serves what gives the page of inspectors out where there is no network. A browser asks for it again each time.
func (o *office) worker(w http.ResponseWriter, r *http.Request, _ Account) {
	w.Header().Set("Cache-Control", "no-cache")
	http.ServeFileFS(w, r, o.Dist, "inspect-worker.js")
}

// me says who is signed in, what he may, and how much waits for him: a page offers nothing else.
func (o *office) me(w http.ResponseWriter, r *http.Request, who Account) {
	n := o.names(r)
	unit := ""
	if who.Unit != "" {
		unit = n.unit(who.Unit)
	}
	o.json(w, http.StatusOK, struct {
		Name    string          `json:"name"`
		Display string          `json:"display"`
		Role    access.Role     `json:"role"`
		Unit    string          `json:"unit"`
		Named   string          `json:"unit_name"`
		Badge   string          `json:"badge,omitempty"`
		Centre  string          `json:"centre"`
		Places  []string        `json:"places"`
		Halls   []string        `json:"halls"`
		Desk    bool            `json:"desk"`
		May     []access.Action `json:"may"`
		Counts  map[string]int  `json:"counts"` // by page
	}{who.Name, who.display(), who.Role, who.Unit, unit, who.Badge, n.lang.in(o.Centre.Name, o.Centre.NameEN), append([]string{}, who.Places...),
		append([]string{}, who.Halls...), access.Can(who.Role, access.BoardDesk), access.Of(who.Role), o.menuCounts(r, who)})
}

// menuCounts counts, by page, what waits for who. Where the store does not answer it says nothing: the pages themselves will.
func (o *office) menuCounts(r *http.Request, who Account) map[string]int {
	counts := map[string]int{}
	for page, count := range map[string]func(*http.Request, Account) (int, error){"repairs": o.repairsWaiting, "appeals": o.appealsWaiting, "concerns": o.concernsWaiting, "inspections": o.inspectionsWaiting} {
		n, err := count(r, who)
		if err != nil {
			o.Log.Warn("office: count what waits", "page", page, "err", err)
		} else if n > 0 {
			counts[page] = n
		}
	}
	return counts
}
