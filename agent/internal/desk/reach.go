package desk

import (
	"net/http"
	"slices"

	"hallpulse/agent/internal/entry"
)

// reach is the whole table of who may come to which address from the hall's network (design §7): an address that is not in
// it is reached by nobody there. Where the address names a window, a browser that stands at one comes to its own alone.
func reach() map[string][]entry.Role {
	const console, sign, display = entry.RoleConsole, entry.RoleSign, entry.RoleDisplay
	const kiosk, guide, tablet = entry.RoleKiosk, entry.RoleGuide, entry.RoleTablet
	return map[string][]entry.Role{
		"/{$}":              entry.Roles(), // sends each to its page
		"/console/{window}": {console},
		"/take":             {kiosk},
		"/kiosk":            {kiosk},
		"/guide":            {guide},
		"/sign/{window}":    {sign},
		"/display":          {display},
		"/pad/{window}":     {tablet},
		"/stickers":         {console, guide},

		"/assets/{file}":       entry.Roles(),
		"/voice/{lang}/{clip}": {display, kiosk},

		"/api/pair":                            entry.Roles(), // a browser that is moved to another place
		"/api/hall":                            {console, guide},
		"/api/book":                            {kiosk, guide},
		"/api/windows/{window}/{act}":          {console},
		"/api/presented/{window}":              {console},
		"/api/pins/{window}":                   {console},
		"/api/alarms/{window}":                 {console},
		"/api/notes/{window}/{command}":        {console},
		"/api/tickets":                         {kiosk, guide},
		"/api/lists":                           {kiosk, guide},
		"/api/bookings/days":                   {console, guide},
		"/api/bookings":                        {console, guide},
		"/api/bookings/arrive":                 {kiosk},
		"/api/bookings/{ticket}/arrive":        {console, guide},
		"/api/tickets/{ticket}/print":          {console, kiosk, guide},
		"/api/tickets/{ticket}/return":         {console, guide},
		"/api/tickets/{ticket}/cancel":         {console, guide},
		"/api/tickets/{ticket}/correct":        {guide},
		"/api/tickets/{ticket}/qr.svg":         {kiosk, guide},
		"/api/help/{window}":                   {guide},
		"/api/cases/at/{window}":               {console},
		"/api/cases/at/{window}/{step}":        {console},
		"/api/cases/at/{window}/{case}/{step}": {console},
		"/api/cases/find":                      {console},
		"/api/entered/{window}":                {console},
		"/api/slips/{kind}/{id}/print":         {console},
		"/api/rate/find":                       {kiosk},
		"/api/rate":                            {kiosk},

		"/doctor":             {}, // on this machine alone: it opens ports
		"/api/doctor":         {},
		"/api/doctor/examine": {},
		"/api/doctor/try":     {},

		"/api/stickers":                 {console, guide},
		"/api/stickers/{window}/qr.svg": {console, guide},
		"/api/pad/{window}/press":       {tablet},
		"/api/pad/{window}/reasons":     {tablet},

		"/ws/pad/{window}":     {tablet},
		"/ws/console/{window}": {console},
		"/ws/sign/{window}":    {sign},
		"/ws/take":             {kiosk},
		"/ws/guide":            {guide},
		"/ws/display":          {display},
	}
}

// unpairedReach are the addresses that a browser needs before it is bound to a place: what the page is drawn with, and
// where the code goes.
func unpairedReach(path string) bool {
	return path == "/assets/{file}" || path == "/api/pair" || forFellows(path)
}

// forFellows are the addresses of the other agents of the hall: what they say is signed.
func forFellows(path string) bool {
	return path == "/hall/holder" || path == "/hall/move" || path == "/hall/heard" || path == "/hall/want" || path == "/hall/display"
}

// home is the page of a place.
func home(p entry.Place) string {
	switch p.Role {
	case entry.RoleConsole:
		return "/console/" + p.Window
	case entry.RoleTablet:
		return "/pad/" + p.Window
	case entry.RoleSign:
		return "/sign/" + p.Window
	case entry.RoleGuide:
		return "/guide"
	case entry.RoleKiosk:
		return "/kiosk"
	}
	return "/display"
}

// admit lets a request of the hall's network through to what stands at path where the table has its browser there.
func (d *Desk) admit(path string, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, fromLAN := visitorOf(r)
		switch {
		case !fromLAN:
			next(w, r)
		case who == nil && !unpairedReach(path):
			d.unpaired(w, r)
		case who != nil && !slices.Contains(reach()[path], who.Role):
			d.refuse(w, r, http.StatusForbidden, "other-place")
		case who != nil && who.Role.AtWindow() && r.PathValue("window") != "" && r.PathValue("window") != who.Window:
			d.refuse(w, r, http.StatusForbidden, "other-place")
		case who != nil && path == "/{$}" && r.Method == http.MethodGet:
			http.Redirect(w, r, home(who.Place), http.StatusSeeOther)
		default:
			next(w, r)
		}
	}
}
