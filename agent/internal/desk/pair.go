package desk

import (
	"context"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"hallpulse/agent/internal/entry"
)

// Door knows which browser of the hall's network belongs where. Many goroutines may call.
type Door interface {
	// Pair uses up a one-time code that was typed at an address. The error is an entry.Refusal, or the store's own; when
	// it is nil the pairing is on disk.
	Pair(ctx context.Context, code, from string) (entry.Pairing, entry.Secret, error)
	// Paired returns the pairing that a secret opens now.
	Paired(entry.Secret) (entry.Pairing, bool)
}

// cookie is the name of what a paired browser shows. The prefix makes browsers keep it to this host and to TLS.
const cookie = "__Host-hallpulse"

// fromLAN marks the requests that came by the hall's network, with the pairing of their browser or nil.
type fromLAN struct{}

// visitorOf returns whose browser asks. A request of this machine is nobody's, and lan is false.
func visitorOf(r *http.Request) (who *entry.Pairing, lan bool) {
	who, lan = r.Context().Value(fromLAN{}).(*entry.Pairing)
	return who, lan
}

// asVisitor looks at the cookie of a request that came by the hall's network.
func (d *Desk) asVisitor(r *http.Request) *http.Request {
	var who *entry.Pairing
	if p, ok := d.LAN.Door.Paired(secretOf(r)); ok {
		who = &p
	}
	return r.WithContext(context.WithValue(r.Context(), fromLAN{}, who))
}

func secretOf(r *http.Request) entry.Secret {
	c, err := r.Cookie(cookie)
	if err != nil {
		return ""
	}
	return entry.Secret(c.Value)
}

// stays reports whether a browser that has come in may stay: its pairing has not ended since.
func (d *Desk) stays(r *http.Request) bool {
	who, lan := visitorOf(r)
	if !lan {
		return true
	}
	now, ok := d.LAN.Door.Paired(secretOf(r))
	return ok && who != nil && now.ID == who.ID
}

// unpaired shows who opens a page how to bind this screen, and tells programs in words.
func (d *Desk) unpaired(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/api/") || strings.HasPrefix(r.URL.Path, "/ws/") {
		d.refuse(w, r, http.StatusUnauthorized, "unpaired")
		return
	}
	b, err := fs.ReadFile(d.Pages, "pair.html")
	if err != nil {
		d.refuse(w, r, http.StatusServiceUnavailable, "no-pages")
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusUnauthorized)
	_, _ = w.Write(b) // the reader is gone: nobody is left to tell
}

// pair binds the browser that typed a code, and tells it where its page is. The answer is not kept for a repeat: it holds
// the secret.
func (d *Desk) pair(w http.ResponseWriter, r *http.Request) {
	if _, lan := visitorOf(r); !lan {
		d.refuse(w, r, http.StatusNotFound, "not-found") // this machine's own browser needs none
		return
	}
	body, ok := d.read(w, r)
	if !ok {
		return
	}
	var in struct {
		Code string `json:"code"`
	}
	if err := decode(body, &in); err != nil {
		d.refuse(w, r, http.StatusBadRequest, "malformed")
		return
	}
	p, secret, err := d.LAN.Door.Pair(unhurried(r), digits(in.Code), addressOf(r))
	if err != nil {
		status, answer := d.failure(r, err)
		writeJSON(w, status, answer)
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: cookie, Value: string(secret), Path: "/", MaxAge: int(p.Until.Sub(p.Since) / time.Second),
		Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
	writeJSON(w, http.StatusOK, encode(struct {
		Page string `json:"page"`
	}{home(p.Place)}))
}

// digits leaves out how people group what they read.
func digits(code string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(code, "-", "")), "")
}

// addressOf names who asks, as far as wrong tries are counted: an IPv6 host has 2⁶⁴ addresses.
func addressOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	ip, err := netip.ParseAddr(host)
	if err == nil && ip.Is6() && !ip.Is4In6() {
		if net, err := ip.WithZone("").Prefix(64); err == nil {
			return net.String()
		}
	}
	return host
}
