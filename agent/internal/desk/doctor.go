package desk

import (
	"context"
	"net/http"
)

// Doctor looks at the ports of this machine. Many goroutines may call; it does one thing at a time.
type Doctor interface {
	// Held is how what the counter itself uses stands, in the words of a language.
	Held(ctx context.Context, lang string) DoctorView
	// Examine finds out what hangs at the ports that the counter does not use. With listen it hears what is pressed there.
	Examine(ctx context.Context, lang string, listen bool) DoctorView
	// Try tries what was found at a port: keys that somebody presses meanwhile, or a test page. It says what came of it.
	Try(ctx context.Context, lang, port string) string
}

// DoctorView is what was found at ports, and what to do.
type DoctorView struct {
	Ports []PortView `json:"ports"`
	YAML  string     `json:"yaml,omitempty"` // for agent.yaml; empty: nothing new was found
}

// PortView is what was found at one port.
type PortView struct {
	Port string   `json:"port"`
	OK   bool     `json:"ok"`
	Says string   `json:"says"`
	Do   string   `json:"do,omitempty"`
	Seen []string `json:"seen,omitempty"` // bytes that nobody knows, by rate
	Try  string   `json:"try,omitempty"`  // keys or paper: what can be tried
}

// doctorRoutes are the page for who sets the counter up: on this machine alone, no place of the hall's network reaches it.
func (d *Desk) doctorRoutes(on func(method, path string, h http.HandlerFunc)) {
	on("GET", "/doctor", d.page("doctor.html"))
	on("GET", "/api/doctor", func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, http.StatusOK, encode(d.Doctor.Held(r.Context(), d.lang(r))))
	})
	on("POST", "/api/doctor/examine", d.doctorAct(func(ctx context.Context, lang string, in doctorAsk) any {
		return d.Doctor.Examine(ctx, lang, in.Listen)
	}))
	on("POST", "/api/doctor/try", d.doctorAct(func(ctx context.Context, lang string, in doctorAsk) any {
		return struct {
			Says string `json:"says"`
		}{d.Doctor.Try(ctx, lang, in.Port)}
	}))
}

// doctorAsk is what the page asks for.
type doctorAsk struct {
	Listen bool   `json:"listen"`
	Port   string `json:"port"`
}

// doctorAct answers a question whose answer takes a while. It is not kept for a repeat: asked again, it is looked at anew.
func (d *Desk) doctorAct(do func(ctx context.Context, lang string, in doctorAsk) any) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, ok := d.read(w, r)
		if !ok {
			return
		}
		var in doctorAsk
		if err := decode(body, &in); err != nil {
			d.refuse(w, r, http.StatusBadRequest, "malformed")
			return
		}
		writeJSON(w, http.StatusOK, encode(do(r.Context(), d.lang(r), in)))
	}
}
