package desk

import (
	"context"
	"strings"
	"testing"

	"hallpulse/agent/internal/entry"
)

// stethoscope is a doctor that says what it was asked.
type stethoscope struct{ view DoctorView }

func (s stethoscope) Held(_ context.Context, lang string) DoctorView {
	return DoctorView{Ports: []PortView{{Port: "held in " + lang, OK: true, Says: "works"}}}
}

func (s stethoscope) Examine(_ context.Context, lang string, listen bool) DoctorView {
	if s.view.Ports != nil {
		return s.view
	}
	says := "looked in " + lang
	if listen {
		says = "listened in " + lang
	}
	return DoctorView{Ports: []PortView{{Port: "a", Says: says}}, YAML: "devices:\n"}
}

func (s stethoscope) Try(_ context.Context, lang, port string) string {
	return "tried " + port + " in " + lang
}

func TestThePageOfTheDoctor(t *testing.T) {
	r := serve(t, newSmall(), func(d *Desk) { d.Doctor = stethoscope{} })
	for _, c := range []struct {
		method, path, body string
		status             int
		says               string
	}{
		{"GET", "/doctor", "", 200, "<title>doctor"},
		{"GET", "/api/doctor", "", 200, `"port":"held in en"`},
		{"POST", "/api/doctor/examine", `{}`, 200, `"says":"looked in en"`},
		{"POST", "/api/doctor/examine", `{"listen":true}`, 200, `"says":"listened in en"`},
		{"POST", "/api/doctor/try", `{"port":"/dev/ttyS0"}`, 200, `{"says":"tried /dev/ttyS0 in en"}`},
		{"POST", "/api/doctor/try", `{"prot":"/dev/ttyS0"}`, 400, `"malformed"`},
		{"POST", "/api/doctor/examine", `{"listen":"yes"}`, 400, `"malformed"`},
		{"POST", "/api/doctor/try", `{"port":"` + strings.Repeat("x", maxBody) + `"}`, 413, `"too-large"`},
		{"GET", "/api/doctor/try", "", 405, `"method"`},
	} {
		if a := r.ask(c.method, c.path, c.body, "Accept-Language", "en"); a.status != c.status || !strings.Contains(a.body, c.says) {
			t.Errorf("%s %s: %d %s, want %d %s", c.method, c.path, a.status, a.body, c.status, c.says)
		}
	}
}

// It opens the ports of this machine: no browser of the hall's network comes to it, whatever its place.
func TestNoPlaceOfTheNetworkReachesTheDoctor(t *testing.T) {
	l := serveLAN(t, newSmall(), func(d *Desk) { d.Doctor = stethoscope{} })
	for _, role := range entry.Roles() {
		window := ""
		if role.AtWindow() {
			window = "12"
		}
		for path, method := range map[string]string{"/doctor": "GET", "/api/doctor": "GET", "/api/doctor/examine": "POST", "/api/doctor/try": "POST"} {
			if got := l.reached(method, path, l.book.at(role, window)); got != "no" {
				t.Errorf("%s %s by %s: %s", method, path, role, got)
			}
		}
	}
}
