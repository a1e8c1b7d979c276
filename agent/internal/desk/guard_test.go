package desk

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
)

func TestWrongMethodIsToldWhichIsRight(t *testing.T) {
	r := serve(t, newSmall())
	tests := []struct{ method, path, allow string }{
		{"GET", "/api/tickets", "POST"},
		{"DELETE", "/api/windows/12/next", "POST"},
		{"GET", "/api/tickets/3-9f2c-17/print", "POST"},
		{"POST", "/api/hall", "GET"},
		{"PUT", "/api/tickets/3-9f2c-17/qr.svg", "GET"},
		{"POST", "/ws/take", "GET"},
		{"POST", "/", "GET"},
		{"POST", "/take", "GET"},
		{"DELETE", "/console/12", "GET"},
		{"POST", "/assets/app-1a2b3c.js", "GET"},
	}
	for _, tt := range tests {
		a := r.ask(tt.method, tt.path, "", "Accept-Language", "en")
		if a.status != 405 || a.header.Get("Allow") != tt.allow || !strings.Contains(a.body, "Use "+tt.allow) {
			t.Errorf("%s %s: %d, Allow %q, %s", tt.method, tt.path, a.status, a.header.Get("Allow"), a.body)
		}
	}
}

func TestOnlyNamesOfThisMachineAreServed(t *testing.T) {
	c := newSmall("A063")
	r := serve(t, c)
	for host, want := range map[string]int{
		"localhost": 200, "localhost:8801": 200, "127.0.0.1": 200, "127.0.0.2:99": 200, "[::1]:8801": 200,
		"evil.example": 403, "evil.example:8801": 403, "127.0.0.1.evil.example": 403, "192.168.1.20": 403, "0.0.0.0": 403,
		"localhost.": 403,
	} {
		for _, path := range []string{"/", "/api/hall"} {
			a := r.ask("GET", path, "", "Host", host)
			if a.status != want || want == 403 && !strings.Contains(a.body, r.Words["zh"]["error.host"]) {
				t.Errorf("Host %s, %s: %d %s, want %d", host, path, a.status, a.body, want)
			}
		}
	}
	if a := r.ask("POST", "/api/windows/12/next", "", "Host", "evil.example", "Idempotency-Key", "k"); a.status != 403 || len(c.done()) > 0 {
		t.Errorf("an act for a foreign name: %d", a.status)
	}
}

func TestActsOfForeignPagesAreRefused(t *testing.T) {
	c := newSmall("A063")
	r := serve(t, c)
	own := "http://" + r.addr
	for _, tt := range []struct {
		header []string
		status int
	}{
		{nil, 204}, // no browser
		{[]string{"Origin", own, "Sec-Fetch-Site", "same-origin"}, 204},
		{[]string{"Origin", own}, 204}, // a browser older than Sec-Fetch-Site
		{[]string{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"}, 403},
		{[]string{"Origin", "http://localhost:3000", "Sec-Fetch-Site", "same-site"}, 403},
		{[]string{"Origin", "https://evil.example"}, 403},
		{[]string{"Origin", "null"}, 403},
	} {
		c.set(func() { c.acts = nil })
		a := r.ask("POST", "/api/windows/12/recall", "", append(tt.header, "Idempotency-Key", strings.Join(tt.header, ""))...)
		if tt.header == nil {
			a = r.post("/api/windows/12/recall", "", "none")
		}
		did := len(c.done())
		if a.status != tt.status || tt.status == 403 && (a.problem.Code != "origin" || a.problem.Message == "" || did != 0) {
			t.Errorf("%v: %d %s, %d acts, want %d", tt.header, a.status, a.body, did, tt.status)
		}
	}
}

func TestScreensOfForeignPagesAreRefused(t *testing.T) {
	r := serve(t, newSmall())
	for origin, ok := range map[string]bool{
		"http://" + r.addr: true, "": true,
		"https://" + r.addr: false, "http://localhost": false, "http://evil.example": false, "null": false,
	} {
		h := http.Header{}
		if origin != "" {
			h.Set("Origin", origin)
		}
		conn, res, err := websocket.DefaultDialer.Dial("ws://"+r.addr+"/ws/take", h)
		if conn != nil {
			conn.Close()
		}
		if (err == nil) != ok || !ok && res.StatusCode != 403 {
			t.Errorf("Origin %q: %v", origin, err)
		}
	}
	if a := r.ask("GET", "/ws/take", ""); a.status != 400 || a.problem.Code != "malformed" {
		t.Errorf("no WebSocket: %d %s", a.status, a.body)
	}
}

func TestListenOnThisMachineAlone(t *testing.T) {
	for addr, ok := range map[string]bool{
		"127.0.0.1:8801": true, "[::1]:8801": true, "localhost:8801": true, "127.9.9.9:1": true,
		":8801": false, "0.0.0.0:8801": false, "192.168.1.20:8801": false, "[::]:8801": false, "desk.example:8801": false, "127.0.0.1": false, "": false,
	} {
		if err := CheckListen(addr); (err == nil) != ok {
			t.Errorf("%q: %v", addr, err)
		}
		if _, err := New(Config{Listen: addr, Hall: catalogueNow()}, newSmall(), newSmall()); (err == nil) != ok {
			t.Errorf("New with %q: %v", addr, err)
		}
	}
}

func TestATakenPortIsSaid(t *testing.T) {
	r := serve(t, newSmall())
	d, err := New(Config{Listen: r.addr, Hall: catalogueNow(), Log: r.Log}, newSmall(), newSmall())
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Run(t.Context()); err == nil || !strings.Contains(err.Error(), r.addr) {
		t.Errorf("Run on a taken port: %v", err)
	}
}
