//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/pad"
	"hallpulse/firmware-protocol/simulator"
)

// Sizes of the screens as they hang (screens.md).
var (
	phone   = size{360, 780}
	kiosk   = size{1080, 1920}
	desktop = size{1366, 768}
	wall    = size{1920, 1080}
)

// TestTheRoadOfOneRating follows one ticket and one rating through everything a person touches: taken on the kiosk's
// page, printed, read by an interpreter of ESC/POS and a QR reader that are none of ours, shown on a phone, called and
// served at the console, rated by a button and by a phone, seen on the manager's board. Each page is looked at in both
// languages, and asked by axe.
func TestTheRoadOfOneRating(t *testing.T) {
	t.Parallel()
	s := build(t, plan{windows: 2})
	b := newBrowser(t)
	booth := s.booths[0]

	console := b.open("console", "http://"+s.agent.Desk+"/console/1", desktop, "zh")
	console.wait(".keys .primary")
	console.look("console-closed-zh", false)
	console.press("F10")
	board := s.signIn(b, "board", "/", desktop)

	paper := s.takeAtKiosk(t, b)
	url := s.readByStrangers(t, paper, "A001", "青澜市政务服务中心", "居民户口簿")
	waiting := b.open("waiting", url, phone, "zh")
	waiting.look("phone-waiting-zh", true)

	console.press("F2")
	console.wait(".visit .ticket:text('A001')")
	console.look("console-called-zh", false)
	console.press("F4")
	console.wait(".keys :text('办完')")
	console.look("console-serving-zh", false)
	board.wait("text=A001")
	board.look("board-desk-serving-zh", false)
	console.press("F4")

	eventually(t, "the citizen to be asked for a rating", func() (bool, string) {
		st := booth.pad.State()
		return st.Screen == pad.Prompt, fmt.Sprintf("%+v", st)
	})
	key, _ := booth.pad.Press(hall.Good)
	must(t, booth.answered(key))
	if l := s.acknowledged()[key]; l != pad.Became {
		t.Errorf("the light of the rating said %v", l)
	}
	board.click(".grid button")
	s.rateByPhone(t, b, board, url)
	s.looks(t, b)
	s.settle(t)
	s.clean(t)
}

// signIn opens a page of the office as the manager.
func (s *site) signIn(b *browser, name, path string, z size) tab {
	p := b.open(name, "http://"+s.hub.Office+"/signin", z, "zh")
	p.look("signin-zh", false)
	p.fill("#name", "gao")
	p.fill("#password", managerPassword)
	p.click("form button")
	p.wait("text=青澜市政务服务中心")
	p.b.do(name, "goto", map[string]any{"url": "http://" + s.hub.Office + path}, nil)
	return p
}

// takeAtKiosk takes a ticket in three touches and returns the paper.
func (s *site) takeAtKiosk(t *testing.T, b *browser) simulator.Paper {
	t.Helper()
	p := b.open("kiosk", "http://"+s.agent.Desk+"/take", kiosk, "zh")
	p.wait(".tile")
	p.look("kiosk-home-zh", false)
	p.click(".tile")
	p.wait(".items button")
	p.look("kiosk-items-zh", false)
	p.click(".items button")
	p.wait(".check .primary")
	p.look("kiosk-check-zh", false)
	p.click(".check .primary")
	p.wait("text=A001")
	p.look("kiosk-ticket-zh", false)
	return s.papers(t, 1)[0]
}

// readByStrangers reads the paper, on which stands wants, with npos and zbarimg, and returns what its QR code says.
func (s *site) readByStrangers(t *testing.T, paper simulator.Paper, wants ...string) string {
	t.Helper()
	dir := t.TempDir()
	bin := filepath.Join(dir, "ticket.bin")
	must(t, os.WriteFile(bin, paper.Bytes, 0o600))
	out, err := exec.Command("node", "paper/paper.mjs", bin, filepath.Join(dir, "ticket")).CombinedOutput()
	if err != nil {
		t.Fatalf("npos: %v: %s", err, out)
	}
	var read struct {
		Text   []string
		Images []struct{ File string }
	}
	must(t, json.Unmarshal(out, &read))
	for _, want := range wants {
		if !slices.ContainsFunc(read.Text, func(l string) bool { return strings.Contains(l, want) }) {
			t.Errorf("the paper does not say %q: %q", want, read.Text)
		}
	}
	for _, image := range read.Images {
		url, err := exec.Command("zbarimg", "--nodbus", "-q", "--raw", image.File).Output()
		if err == nil {
			return strings.TrimSpace(string(url))
		}
	}
	t.Fatalf("no picture of the paper is a QR code: %v", read.Images)
	return ""
}

// rateByPhone rates the visit anew with the ticket, on a page without JavaScript: it takes the place of the press, and
// the board shows it.
func (s *site) rateByPhone(t *testing.T, b *browser, board tab, url string) {
	t.Helper()
	p := b.openPlain("citizen", url, phone, "zh")
	p.wait("button.level")
	if n := p.count("button.level"); n != 5 {
		t.Fatalf("%d levels are offered", n)
	}
	if n := p.count("script, link[rel=stylesheet]"); n != 0 {
		t.Errorf("the page loads %d other things", n)
	}
	p.click("button.level[value='2']")
	p.wait("input[name=reason]")
	p.click("label.check:has(input[name=reason])")
	p.fill("textarea", "排了很久，材料清单没有给。")
	p.click("button.primary")
	p.wait("text=评价已收到")
	board.wait("text=没有提供材料样本")
	board.look("board-desk-rated-zh", false)
}

// looks opens what is left to look at, in the other language and the other sizes.
func (s *site) looks(t *testing.T, b *browser) {
	t.Helper()
	next, err := s.booths[0].take()
	must(t, err)
	wallboard := s.signIn(b, "wall", "/wall", wall)
	wallboard.wait("text=户籍证照1")
	wallboard.look("board-wall-zh", false)
	english := s.signIn(b, "wall-en", "/wall?lang=en", wall)
	english.wait("text=Papers 1")
	english.look("board-wall-en", false)
	english = s.signIn(b, "desk-en", "/", desktop)
	english.click("button:text-is('English')")
	english.click(".grid button")
	english.wait("text=Today")
	english.look("board-desk-en", false)
	for _, v := range []struct {
		name, url string
		z         size
		full      bool
	}{
		{"phone-waiting-en", next.URL, phone, true},
		{"phone-waiting-elder", next.URL + "?big=1", phone, true},
		{"console-en", "http://" + s.agent.Desk + "/console/1", desktop, false},
		{"kiosk-home-en", "http://" + s.agent.Desk + "/take", kiosk, false},
		{"kiosk-home-small", "http://" + s.agent.Desk + "/take", size{800, 1280}, false},
	} {
		lang := "en"
		if strings.HasSuffix(v.name, "elder") {
			lang = "zh"
		}
		p := b.open(v.name, v.url, v.z, lang)
		p.wait("main")
		if lang == "en" && !strings.HasPrefix(v.name, "phone") {
			p.click("button:text-is('English')")
			p.wait("button:text-is('中文')")
		}
		p.look(v.name, v.full)
		p.close()
	}
	must(t, s.booths[0].call())
	must(t, s.booths[0].serve())
	must(t, s.booths[0].finish())
	s.settle(t)
	for lang, query := range map[string]string{"zh": "", "en": "?lang=en", "elder": "?big=1"} {
		p := b.open("rate-"+lang, next.URL+query, phone, "zh")
		p.wait("button.level")
		p.look("phone-rate-"+lang, true)
		p.close()
	}
	p := b.open("rating", next.URL+"?lang=en", phone, "en")
	p.click("button.level[value='5']")
	p.wait("button.primary")
	p.look("phone-chosen-en", true)
	p.click("button.primary")
	p.wait("h1")
	p.look("phone-received-en", true)
}
