package web

import (
	"encoding/json"
	"flag"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/board"
	"hallpulse/hub/internal/intake"
)

var update = flag.Bool("update", false, "write the golden pages anew")

// maxPage is the weight of a citizen's page with its headers: one request, 15 KB (screens, rate).
const maxPage = 15 << 10

// allPages opens every page of the citizen: name and what it answered. query is added to each address.
func allPages(t *testing.T, query string) map[string]*httptest.ResponseRecorder {
	pages := map[string]*httptest.ResponseRecorder{}
	open := func(name string, prepare func(p *phones) string) {
		p := newPhones(t)
		path := prepare(p)
		if strings.Contains(path, "?") {
			path += "&" + query
		} else {
			path += "?" + query
		}
		pages[name] = p.get(path)
	}
	open("rate", func(p *phones) string { return p.served() })
	open("rate-pressed", func(p *phones) string { path := p.served(); p.hear(pressed(visit1, hall.Bad)); return path })
	open("rate-pending", func(p *phones) string { return "/r/" + p.token(aTicket, 0) })
	for _, l := range []hall.Level{hall.VeryGood, hall.Fair, hall.Bad, hall.VeryBad} {
		open("chosen-"+l.String(), func(p *phones) string { path := p.served(); p.hear(tapped(visit1, l)); return path })
	}
	open("received", func(p *phones) string {
		path, a := p.served(), sent(visit1, hall.Bad)
		a.Reasons, a.Withheld, a.Lapsed = "208,210", true, true
		p.hear(a)
		p.hear(intake.Answer{Kind: intake.KindGiven, Told: visit1, Form: "more", Level: hall.Bad, Channel: hall.ChannelQR})
		return path
	})
	open("received-pending", func(p *phones) string { p.hear(sent(hall.ID{}, hall.Good)); return "/r/" + p.token(aTicket, 0) })
	open("more", func(p *phones) string { path := p.served(); p.hear(sent(visit1, hall.Good)); return path + "?more=1" })
	open("choose", func(p *phones) string { path := p.served(visit1, visit2); p.hear(sent(visit1, hall.Good)); return path })
	open("waiting", func(p *phones) string { inLine(p); return p.stands(hall.TicketIsQueued) })
	open("waiting-stale", func(p *phones) string { inLine(p); p.sleep(time.Hour); return p.stands(hall.TicketIsQueued) })
	open("called", func(p *phones) string { inLine(p); return p.stands(hall.TicketIsCalled) })
	open("missed", func(p *phones) string { inLine(p); return p.goes(hall.TicketIsMissed, intake.Goes{}, "12") })
	open("held", func(p *phones) string {
		inLine(p)
		return p.goes(hall.TicketIsHeld, intake.Goes{Window: "12", Held: hall.HeldMaterials}, "12")
	})
	open("next-stop", func(p *phones) string {
		inLine(p)
		return p.goes(hall.TicketIsQueued, intake.Goes{Letter: "A", Window: "13"}, "12", finished(visit1, p.now))
	})
	open("cancelled", func(p *phones) string { return p.stands(hall.TicketIsCancelled) })
	maps.Copy(pages, pagesAfter(t, query))
	maps.Copy(pages, slipPages(t, query))
	maps.Copy(pages, wayPages(t, query))
	maps.Copy(pages, eachPages(t, query))
	return pages
}

func inLine(p *phones) {
	p.live.Change(func(b *board.Board, now time.Time) {
		s := uplink.Session{Instance: "1111111111111111", Conn: 1}
		b.Status("city-1", uplink.Status{Session: s, Online: true}, now)
		b.Queue("city-1", now, uplink.QueueNow{Session: s, Letters: []uplink.LetterQueue{{Letter: "A", Waiting: 2, P50Min: 14, P90Min: 31, P50Mins: []int{2, 14}, P90Mins: []int{6, 31},
			Tickets: []hall.ID{{Agent: 1, Tag: 1, Serial: 1}, aTicket}}}})
	})
}

// TestEveryPageIsOneSmallRequest: nothing is loaded besides the page, no script, and its own style sheet is the only
// one that the content policy lets in.
func TestEveryPageIsOneSmallRequest(t *testing.T) {
	for _, query := range []string{"lang=zh", "lang=en", "lang=zh&big=1", "lang=en&big=1"} {
		for name, w := range allPages(t, query) {
			var head strings.Builder
			if err := w.Result().Header.Write(&head); err != nil {
				t.Fatal(err)
			}
			if n := head.Len() + w.Body.Len(); n > maxPage {
				t.Errorf("%s?%s weighs %d bytes, more than %d", name, query, n, maxPage)
			}
			root, err := html.Parse(strings.NewReader(w.Body.String()))
			if err != nil {
				t.Fatal(err)
			}
			for n := range root.Descendants() {
				if n.Data == "script" || n.Data == "img" || n.Data == "iframe" {
					t.Errorf("%s?%s has a <%s>", name, query, n.Data)
				}
				for _, a := range n.Attr {
					if away := strings.Contains(a.Val, "//"); a.Key == "src" || strings.HasPrefix(a.Key, "on") || a.Key == "style" || (a.Key == "href" || a.Key == "action") && away {
						t.Errorf("%s?%s: <%s %s=%q>", name, query, n.Data, a.Key, a.Val)
					}
				}
			}
			css := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindStringSubmatch(w.Body.String())
			if css == nil || strings.Contains(css[1], "url(") || strings.Contains(css[1], "@import") {
				t.Errorf("%s?%s: its style sheet is missing or loads something", name, query)
			}
		}
	}
}

func TestHeadersOfTheCitizensPages(t *testing.T) {
	p := newPhones(t)
	h := p.get(p.served()).Header()
	for key, want := range map[string]string{
		"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "Content-Type": "text/html; charset=utf-8",
	} {
		if got := h.Get(key); got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
	csp := h.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "style-src 'sha256-", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"} {
		if !strings.Contains(csp, want) {
			t.Errorf("the content policy %q lacks %q", csp, want)
		}
	}
	if strings.Contains(csp, "unsafe") || strings.Contains(csp, "script-src") {
		t.Errorf("the content policy is %q", csp)
	}
}

// TestFiveEqualButtons: five submit buttons, alike in everything but face and word, none chosen (screens, rate).
func TestFiveEqualButtons(t *testing.T) {
	for _, query := range []string{"", "?change=1", "?lang=en", "?big=1"} {
		p := newPhones(t)
		path := p.served()
		if query == "?change=1" {
			p.hear(tapped(visit1, hall.Good))
		}
		_, body, _ := strings.Cut(p.get(path+query).Body.String(), "</style>")
		buttons := regexp.MustCompile(`<button [^>]*>`).FindAllString(body, -1)
		want := []string{"5", "4", "3", "2", "1"}
		if len(buttons) != len(want) {
			t.Fatalf("%s: %d buttons", query, len(buttons))
		}
		for i, b := range buttons {
			if b != `<button class="level" name="level" value="`+want[i]+`">` {
				t.Errorf("%s: button %d is %s", query, i, b)
			}
		}
		for _, hint := range []string{"checked", "selected", "autofocus", "aria-pressed", "chosen\""} {
			if strings.Contains(body, hint) {
				t.Errorf("%s: the page contains %q", query, hint)
			}
		}
	}
}

func TestWhatIsWrittenStaysText(t *testing.T) {
	p := newPhones(t)
	path := p.served()
	evil := `"><script>alert(1)</script>`
	w := p.post(path, "do", "send", "visit", visit1.String(), "level", "2", "text", evil, "name", evil, "phone", "1")
	wantPage(t, w, http.StatusUnprocessableEntity, "手机号写得不对")
	if strings.Contains(w.Body.String(), "<script") {
		t.Error("what a citizen writes becomes markup")
	}
}

// TestGoldenPages keeps the pages as they were looked at. After a change that was meant: go test -run Golden -update.
func TestGoldenPages(t *testing.T) {
	style := regexp.MustCompile(`(?s)<style>.*</style>`)
	for _, l := range []string{"zh", "en"} {
		for name, w := range allPages(t, "lang="+l) {
			file := filepath.Join("testdata", name+"."+l+".html")
			got := style.ReplaceAllString(w.Body.String(), "<style></style>")
			if *update {
				if err := os.MkdirAll("testdata", 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s is now\n%s\nwant\n%s", file, got, want)
			}
		}
	}
}

// TestEveryWordIsInTheCatalogue: keys that templates and code name exist in both languages.
func TestEveryWordIsInTheCatalogue(t *testing.T) {
	w, err := readWords(sharedFiles())
	if err != nil {
		t.Fatal(err)
	}
	key := regexp.MustCompile(`"((?:rate|ticketpage|signin|level|follow|why|phone|typed|hotline)\.[a-z0-9.-]+[a-z0-9])"`)
	look := func(name string, text []byte) {
		for _, m := range key.FindAllSubmatch(text, -1) {
			if strings.HasSuffix(string(m[1]), ".css") {
				continue
			}
			for _, l := range []lang{zh, en} {
				if _, ok := w[l][string(m[1])]; !ok {
					t.Errorf("%s: %s has no %s", name, l, m[1])
				}
			}
		}
	}
	for _, from := range []struct {
		fs      fs.FS
		pattern string
	}{{rateFiles(), "*.html"}, {os.DirFS("."), "*.go"}} {
		names, err := fs.Glob(from.fs, from.pattern)
		if err != nil || len(names) == 0 {
			t.Fatal(from.pattern, err)
		}
		for _, name := range names {
			text, err := fs.ReadFile(from.fs, name)
			if err != nil {
				t.Fatal(err)
			}
			look(name, text)
		}
	}
	for _, said := range []string{"forged", "foreign", "broken", "version", "outdated", "lost", "cancelled", "withdrawn", "method", "nothing", "tries", "often", "origin", "long", "form", "down"} {
		for _, k := range []string{"rate.say." + said, "rate.say." + said + ".do"} {
			if w[zh][k] == "" || w[en][k] == "" {
				t.Errorf("no words for %s", k)
			}
		}
	}
}

// TestReasonsReadAsTheDictionarySays: the catalogue of words carries the official names for screens that switch
// languages; they are those of the dictionary, and every one has an English name.
func TestReasonsReadAsTheDictionarySays(t *testing.T) {
	w, err := readWords(sharedFiles())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range reasons(t) {
		key := "rate.reason." + r.Code
		if r.InUse && (w[zh][key] != r.Name || w[en][key] == "" || w[en][key] == r.Name) {
			t.Errorf("%s: %q, %q; the dictionary says %q", key, w[zh][key], w[en][key], r.Name)
		}
	}
}

func TestReasonsOutOfUseAreNotOffered(t *testing.T) {
	data, err := json.Marshal(map[string]any{"codes": []map[string]any{
		{"level": 5, "code": "510", "name": "a", "inUse": true}, {"level": 5, "code": "501", "name": "b", "inUse": false},
		{"level": 4, "code": "406", "name": "c", "inUse": true}, {"level": 3, "code": "307", "name": "d", "inUse": true},
		{"level": 2, "code": "207", "name": "e", "inUse": true}, {"level": 1, "code": "108", "name": "f", "inUse": true}}})
	if err != nil {
		t.Fatal(err)
	}
	rs, err := ReadReasons(data)
	if err != nil {
		t.Fatal(err)
	}
	if got := rs.of(hall.VeryGood); len(got) != 1 || got[0].Code != "510" {
		t.Errorf("offered %v", got)
	}
	for name, bad := range map[string]string{"no JSON": "{", "a level without reasons": `{"codes":[{"level":5,"code":"510","name":"a","inUse":true}]}`, "a level that is none": `{"codes":[{"level":6}]}`} {
		if _, err := ReadReasons([]byte(bad)); err == nil {
			t.Errorf("%s was read", name)
		}
	}
}

func TestLanguageOfARequest(t *testing.T) {
	for _, c := range []struct {
		query, header string
		want          lang
	}{
		{"", "", zh}, {"lang=en", "zh-CN", en}, {"lang=zh", "en", zh}, {"lang=fr", "en", en},
		{"", "en-US,en;q=0.9,zh;q=0.8", en}, {"", "zh-CN,zh;q=0.9,en;q=0.8", zh}, {"", "de,fr;q=0.5", zh}, {"", "de, en;q=0.5", en}, {"", "zh-Hant", zh}, {"", ";;;", zh},
	} {
		r := httptest.NewRequest(http.MethodGet, "/?"+c.query, nil)
		r.Header.Set("Accept-Language", c.header)
		if got := langOf(r); got != c.want {
			t.Errorf("?%s, %q: %s, want %s", c.query, c.header, got, c.want)
		}
	}
}

func TestStyleTakesTheTokensOfTheScreen(t *testing.T) {
	tokens := `/* c */ :root { --a: 1px; --b: var(--a); --unused: 9px; }
[data-screen="phone"] { --a: 2px; } [data-mode="elder"] { --c: #111; } [data-mode="elder"][data-screen="phone"] { --a: 3px; }
[data-screen="wall"] { --a: 8px; }
@media (max-height: 900px) { [data-screen="phone"] { --a: 7px; } :root { --c: red; } }
.x [data-screen="phone"] { --a: 6px; }`
	css := "/* note */ p > b { margin : var(--b) ; }"
	for _, c := range []struct {
		attrs []string
		want  string
	}{
		{nil, ":root{--a:1px;--b:var(--a);}p>b{margin:var(--b)}"},
		{[]string{`data-screen="phone"`}, ":root{--a:2px;--b:var(--a);}p>b{margin:var(--b)}"},
		{[]string{`data-screen="phone"`, `data-mode="elder"`}, ":root{--a:3px;--b:var(--a);}p>b{margin:var(--b)}"},
	} {
		s, err := newStyle(tokens, css, c.attrs...)
		if err != nil || string(s.tag) != "<style>"+c.want+"</style>" {
			t.Errorf("%v: %s, %v; want %s", c.attrs, s.tag, err, c.want)
		}
	}
	if _, err := newStyle(tokens, "p { margin: var(--nowhere); }"); err == nil {
		t.Error("a token that does not exist was taken")
	}
}
