package desk

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	qrcode "github.com/skip2/go-qrcode"
)

func TestPages(t *testing.T) {
	r := serve(t, newSmall())
	for _, tt := range []struct{ path, holds, kind, cache string }{
		{"/", "console", "text/html; charset=utf-8", "no-store"},
		{"/console/12", "console", "text/html; charset=utf-8", "no-store"},
		{"/take", "kiosk", "text/html; charset=utf-8", "no-store"},
		{"/kiosk", "kiosk", "text/html; charset=utf-8", "no-store"},
		{"/guide", "guide", "text/html; charset=utf-8", "no-store"},
		{"/sign/12", "sign", "text/html; charset=utf-8", "no-store"},
		{"/api/book?at=kiosk-1", "青澜市政务服务中心", "application/json; charset=utf-8", "no-store"},
		{"/display", "display", "text/html; charset=utf-8", "no-store"},
		{"/voice/zh/please.wav", "RIFF", "audio/wav", "public, max-age=86400"},
		{"/assets/app-1a2b3c.js", "1", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"},
		{"/api/hall", "青澜市政务服务中心", "application/json; charset=utf-8", "no-store"},
		{"/stickers", "stickers", "text/html; charset=utf-8", "no-store"},
		{"/api/stickers", "/r/at/qinglan/12", "application/json; charset=utf-8", "no-store"},
		{"/api/stickers/12/qr.svg", "<svg", "image/svg+xml", "no-store"},
		{"/api/tickets/3-9f2c-17/qr.svg", "<svg", "image/svg+xml", "no-store"},
	} {
		a := r.ask("GET", tt.path, "")
		h := a.header
		if a.status != 200 || !strings.Contains(a.body, tt.holds) || h.Get("Content-Type") != tt.kind || h.Get("Cache-Control") != tt.cache {
			t.Errorf("%s: %d %s, %s", tt.path, a.status, h.Get("Content-Type"), h.Get("Cache-Control"))
		}
		if csp := h.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") ||
			h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: headers %v", tt.path, h)
		}
	}
}

func TestWhatIsNotThere(t *testing.T) {
	r := serve(t, newSmall())
	for path, code := range map[string]string{
		"/api/nothing": "not-found", "/ws/console/99": "no-such-window", "/ws/sign/99": "no-such-window",
		"/api/tickets/3-9f2c-18/qr.svg": "no-qr", "/api/tickets/A064/qr.svg": "no-such-ticket",
		"/api/stickers/13/qr.svg": "no-qr", "/api/stickers/99/qr.svg": "no-qr",
	} {
		if a := r.ask("GET", path, ""); a.status != 404 || a.problem.Code != code || a.problem.Message == "" {
			t.Errorf("%s: %d %s, want %s", path, a.status, a.body, code)
		}
	}
	for _, path := range []string{"/nothing", "/assets/", "/assets/missing.js", "/assets/..%2fconsole.html", "/console/12/more",
		"/voice/zh/none.wav", "/voice/zh/secret.txt", "/voice/zh/..%2f..%2fsecret", "/voice/..%2f/secret", "/voice/..%2fzh/please.wav", "/voice/zh/"} {
		if a := r.ask("GET", path, "", "Accept-Language", "en"); a.status != 404 || !strings.Contains(a.body, "There is no such page") {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
}

func TestPagesThatWereNeverBuiltSayHow(t *testing.T) {
	r := serve(t, newSmall(), func(d *Desk) { d.Pages = fstest.MapFS{} })
	if a := r.ask("GET", "/take", ""); a.status != 503 || !strings.Contains(a.body, "make web") {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func TestTheHallListsItsWindows(t *testing.T) {
	r := serve(t, newSmall())
	var v HallView
	if err := json.Unmarshal([]byte(r.ask("GET", "/api/hall", "").body), &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Windows) != 2 || v.Windows[0].ID != "12" || v.Windows[0].State != "open" || v.Windows[0].Unit != "市公安局" {
		t.Errorf("%+v", v)
	}
}

// The picture holds the modules of the code, no more and no less.
func TestTheQRCodeIsDrawnAsItIs(t *testing.T) {
	text := "https://pj.qinglan.example/r/" + strings.Repeat("Ab3_", 25)
	svg, err := drawQR(text)
	if err != nil {
		t.Fatal(err)
	}
	q, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		t.Fatal(err)
	}
	want := q.Bitmap()
	got := make([][]bool, len(want))
	for y := range got {
		got[y] = make([]bool, len(want))
	}
	for _, run := range regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-\d+z`).FindAllSubmatch(svg, -1) {
		x, _ := strconv.Atoi(string(run[1]))
		y, _ := strconv.Atoi(string(run[2]))
		n, _ := strconv.Atoi(string(run[3]))
		for i := range n {
			got[y][x+i] = true
		}
	}
	for y := range want {
		for x := range want[y] {
			if got[y][x] != want[y][x] {
				t.Fatalf("module %d, %d is %v", x, y, got[y][x])
			}
		}
	}
	for i := range 4 { // the quiet zone
		for j := range want {
			if got[i][j] || got[j][i] {
				t.Fatalf("the quiet zone is not quiet at %d, %d", i, j)
			}
		}
	}
}
