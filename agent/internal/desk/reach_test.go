package desk

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/big"
	"net"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"hallpulse/agent/internal/entry"
)

// book is a Door that knows a browser of every place.
type book struct {
	mu    sync.Mutex
	all   map[entry.Secret]entry.Pairing
	codes entry.Codes
}

func (b *book) Pair(_ context.Context, code, from string) (entry.Pairing, entry.Secret, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p, secret, err := b.codes.Take(code, from, time.Now())
	if err == nil {
		b.all[secret] = p
	}
	return p, secret, err
}

func (b *book) Paired(s entry.Secret) (entry.Pairing, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p, ok := b.all[s]
	return p, ok && p.Opens(s, time.Now())
}

func (b *book) drop(s entry.Secret) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.all, s)
}

// at binds a browser to a place.
func (b *book) at(role entry.Role, window string) entry.Secret {
	p, secret := entry.Pair(entry.Place{Role: role, Window: window}, time.Now(), time.Hour)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all[secret] = p
	return secret
}

// lanRig is a desk on a network whose name is desk.test.
type lanRig struct {
	*rig
	book   *book
	client *http.Client
	host   string
	dialer websocket.Dialer
}

func serveLAN(t *testing.T, c *small, change ...func(*Desk)) *lanRig {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"desk.test"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, form, form, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	l := &lanRig{book: &book{all: map[entry.Secret]entry.Pairing{}}}
	r := serve(t, c, append(change, func(d *Desk) {
		d.LAN = &LAN{Names: []string{"desk.test"}, Door: l.book, TLS: &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}}
		d.lan = d.guard(d.LAN.named, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { d.routes().ServeHTTP(w, d.asVisitor(r)) }))
	})...)
	l.rig = r
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	l.host = "desk.test:" + port
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- r.ServeLAN(ctx, ln) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", ln.Addr().String())
	}
	trust := &tls.Config{RootCAs: roots, ServerName: "desk.test"}
	l.client = &http.Client{
		Transport:     &http.Transport{TLSClientConfig: trust, DialContext: dial, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	l.dialer = websocket.Dialer{TLSClientConfig: trust, NetDialContext: dial}
	return l
}

// ask asks over the network as the browser of a secret.
func (l *lanRig) ask(method, path, body string, as entry.Secret, header ...string) answer {
	l.t.Helper()
	req, err := http.NewRequest(method, "https://"+l.host+path, strings.NewReader(body))
	if err != nil {
		l.t.Fatal(err)
	}
	req.Header.Set("Idempotency-Key", fmt.Sprint(time.Now().UnixNano()))
	if as != "" {
		req.AddCookie(&http.Cookie{Name: cookie, Value: string(as)})
	}
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			req.Host = header[i+1]
		}
		req.Header.Set(header[i], header[i+1])
	}
	res, err := l.client.Do(req)
	if err != nil {
		l.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		l.t.Fatal(err)
	}
	a := answer{status: res.StatusCode, header: res.Header, body: string(b)}
	if at := strings.Index(a.body, `"code":"`); at >= 0 {
		a.problem.Code, _, _ = strings.Cut(a.body[at+len(`"code":"`):], `"`)
	}
	return a
}

// Who reaches what from the hall's network (design §7, "a role sees only its pages and acts"), cell by cell: yes, sent to
// his page (home), refused (no), or shown how to pair (pair). On loopback all is reached, by anybody.
func TestWhoReachesWhatFromTheNetwork(t *testing.T) {
	c := newSmall("A063")
	l := serveLAN(t, c)
	as := map[string]entry.Secret{
		"console": l.book.at(entry.RoleConsole, "12"), "tablet": l.book.at(entry.RoleTablet, "12"), "sign": l.book.at(entry.RoleSign, "12"),
		"display": l.book.at(entry.RoleDisplay, ""), "kiosk": l.book.at(entry.RoleKiosk, ""), "guide": l.book.at(entry.RoleGuide, ""),
		"nobody": "",
	}
	roles := []string{"console", "tablet", "sign", "display", "kiosk", "guide", "nobody"}
	const ticket = "/api/tickets/3-9f2c-17/"
	for _, row := range []struct {
		method, path string
		cells        string // console tablet sign display kiosk guide nobody
	}{
		{"GET", "/", "home home home home home home pair"},
		{"POST", "/", "no-method no-method no-method no-method no-method no-method pair"},
		{"GET", "/console/12", "yes no no no no no pair"},
		{"GET", "/console/13", "no no no no no no pair"},
		{"GET", "/take", "no no no no yes no pair"},
		{"GET", "/kiosk", "no no no no yes no pair"},
		{"GET", "/guide", "no no no no no yes pair"},
		{"GET", "/sign/12", "no no yes no no no pair"},
		{"GET", "/sign/13", "no no no no no no pair"},
		{"GET", "/display", "no no no yes no no pair"},
		{"GET", "/assets/app-1a2b3c.js", "yes yes yes yes yes yes yes"},
		{"GET", "/voice/zh/please.wav", "no no no yes yes no pair"},
		{"GET", "/elsewhere", "none none none none none none pair"},

		{"GET", "/api/hall", "yes no no no no yes pair"},
		{"POST", "/api/hall", "no-method no no no no no-method pair"},
		{"POST", "/api/windows/12/recall", "yes no no no no no pair"},
		{"GET", "/api/windows/12/recall", "no-method no no no no no pair"},
		{"POST", "/api/windows/13/recall", "no no no no no no pair"},
		{"POST", "/api/windows/12/open", "yes no no no no no pair"},
		{"POST", "/api/windows/13/open", "no no no no no no pair"},
		{"POST", "/api/alarms/12", "yes no no no no no pair"},
		{"POST", "/api/alarms/13", "no no no no no no pair"},
		{"POST", "/api/notes/12/c-1", "yes no no no no no pair"},
		{"POST", "/api/notes/13/c-1", "no no no no no no pair"},
		{"GET", "/api/book", "no no no no yes yes pair"},
		{"POST", "/api/rate/find", "no no no no yes no pair"},
		{"POST", "/api/rate", "no no no no yes no pair"},
		{"POST", ticket + "correct", "no no no no no yes pair"},
		{"POST", "/api/help/12", "no no no no no yes pair"},
		{"POST", "/api/tickets", "no no no no yes yes pair"},
		{"POST", "/api/lists", "no no no no yes yes pair"},
		{"GET", "/api/bookings/days", "yes no no no no yes pair"},
		{"POST", "/api/bookings", "yes no no no no yes pair"},
		{"POST", "/api/bookings/arrive", "no no no no yes no pair"},
		{"POST", "/api/bookings/3-9f2c-17/arrive", "yes no no no no yes pair"},
		{"POST", ticket + "print", "yes no no no yes yes pair"},
		{"POST", ticket + "return", "yes no no no no yes pair"},
		{"POST", ticket + "cancel", "yes no no no no yes pair"},
		{"GET", ticket + "qr.svg", "no no no no yes yes pair"},

		{"WS", "/ws/console/12", "yes no no no no no pair"},
		{"WS", "/ws/console/13", "no no no no no no pair"},
		{"WS", "/ws/sign/12", "no no yes no no no pair"},
		{"WS", "/ws/sign/13", "no no no no no no pair"},
		{"WS", "/ws/guide", "no no no no no yes pair"},
		{"WS", "/ws/take", "no no no no yes no pair"},
		{"WS", "/ws/display", "no no no yes no no pair"},
	} {
		for i, want := range strings.Fields(row.cells) {
			role := roles[i]
			c.set(func() { c.acts = nil })
			if got := l.reached(row.method, row.path, as[role]); got != want {
				t.Errorf("%s %s as %s: %s, want %s", row.method, row.path, role, got, want)
			}
			if did := len(c.done()); did > 0 && want != "yes" {
				t.Errorf("%s %s as %s: %d acts were done", row.method, row.path, role, did)
			}
		}
		if row.method == "GET" && row.path != "/elsewhere" && row.path != "/api/windows/12/recall" {
			if a := l.rig.ask("GET", row.path, ""); a.status >= 400 {
				t.Errorf("GET %s of this machine: %d", row.path, a.status)
			}
		}
	}
}

// reached says in a word what became of a request.
func (l *lanRig) reached(method, path string, as entry.Secret) string {
	var a answer
	if method == "WS" {
		h := http.Header{"Origin": {"https://" + l.host}}
		if as != "" {
			h.Set("Cookie", cookie+"="+string(as))
		}
		conn, res, err := l.dialer.Dial("wss://"+l.host+path, h)
		if err == nil {
			conn.Close()
			return "yes"
		}
		a.status = res.StatusCode
	} else {
		a = l.ask(method, path, "", as)
	}
	switch a.status {
	case 200, 204, 400, 409: // it was let in, and may have asked for something wrong
		return "yes"
	case 303:
		return "home"
	case 401:
		return "pair"
	case 403:
		return "no"
	case 404:
		return "none"
	case 405:
		return "no-method"
	}
	return fmt.Sprint(a.status, " ", a.body)
}

// An address that the table forgets is one that no screen of the hall's network comes to.
func TestEveryAddressStandsInTheTableOfReach(t *testing.T) {
	var served []string
	for _, name := range []string{"routes.go", "cases.go", "doctor.go"} {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\ton\("[A-Z]+", "([^"]+)"`).FindAllSubmatch(source, -1) {
			served = append(served, string(m[1]))
		}
	}
	slices.Sort(served)
	if got := slices.Sorted(maps.Keys(reach())); !slices.Equal(served, got) {
		t.Errorf("served are\n%v, in the table\n%v", served, got)
	}
}

func TestHostAndOriginOnTheNetwork(t *testing.T) {
	c := newSmall("A063")
	l := serveLAN(t, c)
	console := l.book.at(entry.RoleConsole, "12")
	_, port, _ := net.SplitHostPort(l.host)
	for _, tt := range []struct {
		header []string
		status int
		code   string
	}{
		{nil, 204, ""},
		{[]string{"Host", "DESK.test:" + port}, 204, ""},
		{[]string{"Host", "evil.example"}, 403, "host"},
		{[]string{"Host", "desk.test.evil.example"}, 403, "host"},
		{[]string{"Host", "localhost:" + port}, 403, "host"}, // this machine has a door of its own
		{[]string{"Host", "127.0.0.1:" + port}, 403, "host"},
		{[]string{"Origin", "https://" + l.host, "Sec-Fetch-Site", "same-origin"}, 204, ""},
		{[]string{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"}, 403, "origin"},
		{[]string{"Origin", "https://other.test", "Sec-Fetch-Site", "same-site"}, 403, "origin"},
		{[]string{"Origin", "null"}, 403, "origin"},
		{[]string{"Cookie", cookie + "=" + "a.b"}, 401, "unpaired"},
	} {
		c.set(func() { c.acts = nil })
		as := console
		if len(tt.header) > 0 && tt.header[0] == "Cookie" {
			as = ""
		}
		a := l.ask("POST", "/api/windows/12/recall", "", as, tt.header...)
		if did := len(c.done()); a.status != tt.status || a.problem.Code != tt.code || (did > 0) != (tt.status == 204) {
			t.Errorf("%v: %d %s, %d acts, want %d %s", tt.header, a.status, a.body, did, tt.status, tt.code)
		}
	}
	for origin, ok := range map[string]bool{"https://" + l.host: true, "": true, "http://" + l.host: false, "https://evil.example": false, "null": false} {
		h := http.Header{"Cookie": {cookie + "=" + string(console)}}
		if origin != "" {
			h.Set("Origin", origin)
		}
		conn, _, err := l.dialer.Dial("wss://"+l.host+"/ws/console/12", h)
		if conn != nil {
			conn.Close()
		}
		if (err == nil) != ok {
			t.Errorf("WebSocket of origin %q: %v", origin, err)
		}
	}
	if a := l.ask("GET", "/console/12", "", console); a.header.Get("Content-Security-Policy") != policy || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", a.header)
	}
}

func TestABrowserIsPairedByItsCode(t *testing.T) {
	l := serveLAN(t, newSmall("A063"))
	l.book.codes.Open("48213075", entry.Place{Role: entry.RoleConsole, Window: "12"}, time.Now(), 24*time.Hour)
	if a := l.ask("GET", "/console/12", "", ""); a.status != 401 || !strings.Contains(a.body, "<title>pair") {
		t.Errorf("unpaired: %d %s", a.status, a.body)
	}
	for body, want := range map[string]string{
		`{"code":"11111111"}`: "no-such-code", `{"code":""}`: "no-such-code", `{"code":1}`: "malformed", `{"kode":"48213075"}`: "malformed",
		strings.Repeat("x", maxBody+1): "too-large",
	} {
		if a := l.ask("POST", "/api/pair", body, "", "Accept-Language", "en"); a.problem.Code != want || a.header.Get("Set-Cookie") != "" {
			t.Errorf("%.40s: %d %s, want %s", body, a.status, a.body, want)
		}
	}
	a := l.ask("POST", "/api/pair", `{"code":"4821 3075"}`, "")
	if a.status != 200 || a.body != `{"page":"/console/12"}` {
		t.Fatalf("paired: %d %s", a.status, a.body)
	}
	set := a.header.Get("Set-Cookie")
	for _, want := range []string{"__Host-hallpulse=", "Path=/", "Max-Age=86400", "HttpOnly", "Secure", "SameSite=Strict"} {
		if !strings.Contains(set, want) {
			t.Errorf("cookie %q without %s", set, want)
		}
	}
	if strings.Contains(set, "Domain") {
		t.Errorf("cookie of a whole domain: %s", set)
	}
	value, _, _ := strings.Cut(strings.TrimPrefix(set, cookie+"="), ";")
	if b := l.ask("GET", "/", "", entry.Secret(value)); b.status != 303 || b.header.Get("Location") != "/console/12" {
		t.Errorf("home: %d %s", b.status, b.header.Get("Location"))
	}
	if b := l.ask("POST", "/api/pair", `{"code":"48213075"}`, ""); b.problem.Code != "no-such-code" {
		t.Errorf("a code used twice: %d %s", b.status, b.body)
	}
	if b := l.rig.ask("POST", "/api/pair", `{"code":"48213075"}`); b.status != 404 {
		t.Errorf("this machine pairs nobody: %d %s", b.status, b.body)
	}
}

func TestWhoIsUnpairedIsCutOff(t *testing.T) {
	l := serveLAN(t, newSmall("A063"))
	console := l.book.at(entry.RoleConsole, "12")
	conn, _, err := l.dialer.Dial("wss://"+l.host+"/ws/console/12", http.Header{"Cookie": {cookie + "=" + string(console)}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, _, err := conn.ReadMessage(); err != nil {
		t.Fatal(err)
	}
	l.book.drop(console)
	l.Changed()
	if err := conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	_, _, err = conn.ReadMessage()
	var closed *websocket.CloseError
	if !errors.As(err, &closed) || closed.Code != closeUnpaired {
		t.Errorf("the screen of a browser that was unpaired: %v", err)
	}
}

func FuzzCookie(f *testing.F) {
	b := &book{all: map[entry.Secret]entry.Pairing{}}
	right := string(b.at(entry.RoleConsole, "12"))
	d := &Desk{Config: Config{LAN: &LAN{Door: b}}}
	f.Add(right, "1")
	f.Add("", "::1")
	f.Fuzz(func(t *testing.T, value, address string) {
		r := &http.Request{Header: http.Header{"Cookie": {cookie + "=" + value}}, RemoteAddr: address}
		if who, lan := visitorOf(d.asVisitor(r)); !lan || who != nil && !strings.Contains(value, right) {
			t.Errorf("%q came in as %+v", value, who)
		}
		_ = addressOf(r)
	})
}
