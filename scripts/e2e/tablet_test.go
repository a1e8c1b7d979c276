//go:build e2e

package e2e

import (
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/scripts/stand"
)

// tabletSizes are a tablet that stands and one that lies.
func tabletSizes() map[string]size {
	return map[string]size{"portrait": {800, 1280}, "landscape": {1280, 800}}
}

// tabletRow is what the hub holds of a press at a tablet.
type tabletRow struct {
	level, missing int
	kind, reasons  string
}

// A tablet is paired to a window that has a pad with keys, too. Every press at it is recorded exactly once, whatever breaks
// between the press and its answer: the page is loaded again, the agent is killed, the answer is lost (design §1; domain §3.10–12).
func TestATabletIsAPad(t *testing.T) {
	t.Parallel()
	lan, err := stand.FreePort()
	must(t, err)
	s := build(t, plan{windows: 1, cable: noNoise(), lan: fmt.Sprintf("listen: %q, names: [desk.test]", lan)})
	booth := s.booths[0]
	var code string
	eventually(t, "the hub's certificate", func() (bool, string) {
		said, err := s.agent.Command(s.ctx, "", "pair", "--role", "tablet", "--window", "1", "--name", "Tablet 1")
		code = strings.TrimSpace(said)
		return err == nil, fmt.Sprint(err)
	})
	_, port, err := net.SplitHostPort(lan)
	must(t, err)
	b := newBrowser(t)
	p := b.open("tablet", "https://desk.test:"+port+"/pad/1", size{800, 1280}, "zh")
	p.wait(".pad") // nothing of the window before it is paired
	for _, digit := range strings.ReplaceAll(code, " ", "") {
		p.press(string(digit))
	}
	p.press("Enter")
	p.wait(".say:has-text('窗口关闭')")
	must(t, s.agent.Act(s.ctx, "1", "open"))
	p.wait(".card h1:has-text('周敏')")
	p.measured(t, "tablet-card", "zh")

	visit := func() { // one is served and asked
		_, err := booth.take()
		must(t, err)
		must(t, booth.call())
		must(t, booth.serve())
		p.wait(".card .btn")
		must(t, booth.finish())
		p.wait(".levels")
	}
	face := func(level int) string { return fmt.Sprintf(".level:nth-child(%d)", 6-level) }

	visit()
	p.measured(t, "tablet-ask", "zh", "en")
	p.click(face(2))
	p.wait(".reasons")
	p.measured(t, "tablet-why", "zh")
	p.click(".reasons button:nth-child(3)")
	p.click(".why > .btn")
	p.wait(".say:has-text('谢谢')")
	p.wait(".card")                           // for two seconds
	if _, err := booth.touch(5); err != nil { // the pad with keys of the same window: one visit, one rating
		t.Fatal(err)
	}

	visit() // the answer is lost, and the page is loaded again before the press is acknowledged
	p.b.do(p.name, "lose", map[string]any{"at": "*/press"}, nil)
	p.click(face(1))
	p.wait(".unsent")
	p.b.do(p.name, "reload", nil, nil)
	p.wait(".unsent")
	p.b.do(p.name, "hear", nil, nil)
	p.b.do(p.name, "wait", map[string]any{"at": ".unsent", "state": "detached"}, nil)

	visit() // the agent dies with the press on its disk and its answer unheard
	p.b.do(p.name, "lose", map[string]any{"at": "*/press"}, nil)
	p.click(face(4))
	p.wait(".unsent")
	must(t, s.agent.Kill())
	p.wait("footer .attention")
	p.seen("tablet-offline")
	must(t, s.agent.Start(s.ctx))
	p.b.do(p.name, "hear", nil, nil)
	p.b.do(p.name, "wait", map[string]any{"at": ".unsent", "state": "detached"}, nil)

	visit() // nobody is there to hear the press
	must(t, s.agent.Kill())
	p.wait("footer .attention")
	p.click(face(5))
	p.wait(".say:has-text('收在这块屏里')")
	p.seen("tablet-stored")
	must(t, s.agent.Start(s.ctx))
	p.b.do(p.name, "wait", map[string]any{"at": ".unsent", "state": "detached"}, nil)

	s.settle(t)
	want := []tabletRow{{2, 0, "given", "209"}, {1, 1, "given", ""}, {4, 0, "given", ""}, {5, 0, "given", ""}}
	eventually(t, "the hub to hold every press once", func() (bool, string) {
		got := s.atTablets(t)
		return fmt.Sprint(got) == fmt.Sprint(want), fmt.Sprintf("%v, want %v", got, want)
	})
	eventually(t, "the key pressed after it to be a repeat", func() (bool, string) {
		db := s.database(t)
		defer db.Close()
		var kind string
		err := db.QueryRow(`SELECT kind FROM answers WHERE channel = 'pad'`).Scan(&kind)
		return err == nil && kind == "repeat", fmt.Sprint(kind, err)
	})
	said, err := s.agent.Command(s.ctx, "", "pairings")
	must(t, err)
	p.close()
	eventually(t, "the console to say that the tablet is away", func() (bool, string) {
		v, err := s.agent.Console(s.ctx, "1")
		return err == nil && len(v.Faults) == 1 && v.Faults[0].Kind == hall.KindTablet && v.Faults[0].Trouble == hall.TroubleNoAnswer, fmt.Sprintf("%+v %v", v.Faults, err)
	})
	_, err = s.agent.Command(s.ctx, "", "unpair", strings.Fields(strings.Split(said, "\n")[1])[0])
	must(t, err)
	eventually(t, "the tablet to be missed no more", func() (bool, string) {
		v, err := s.agent.Console(s.ctx, "1")
		return err == nil && len(v.Faults) == 0, fmt.Sprintf("%+v %v", v.Faults, err)
	})
}

// The sheet of a window's sticker is read by a phone, and leads to a page on which who has no ticket rates the visit now open, by
// the digits that the clerk sees (design §4).
func TestTheStickerOfAWindowIsReadAndRates(t *testing.T) {
	t.Parallel()
	s := build(t, plan{windows: 1, cable: noNoise()})
	b := newBrowser(t)
	p := b.open("stickers", "http://"+s.agent.Desk+"/stickers", size{1366, 900}, "zh")
	p.wait("article img")
	p.look("stickers-zh", true)
	p.b.do(p.name, "resize", map[string]any{"width": 397, "height": 559}, nil) // A6 on a screen
	p.b.do(p.name, "print", nil, nil)
	p.b.do(p.name, "shot", map[string]any{"file": filepath.Join(shots(t), "sticker-a6.png")}, nil)
	said, err := exec.Command("zbarimg", "--nodbus", "-q", "--raw", filepath.Join(shots(t), "sticker-a6.png")).Output()
	if err != nil {
		t.Fatalf("zbarimg (Debian package zbar-tools) reads nothing: %v", err)
	}
	address := strings.TrimSpace(string(said))
	must(t, s.agent.Act(s.ctx, "1", "open"))
	booth := s.booths[0]
	_, err = booth.take()
	must(t, err)
	must(t, booth.call())
	must(t, booth.serve())
	must(t, booth.finish())
	v, err := s.agent.Console(s.ctx, "1")
	must(t, err)
	s.settle(t)
	phone := b.open("phone", address, size{390, 844}, "zh")
	phone.look("sticker-phone-zh", true)
	phone.fill("#digits", v.Digits)
	phone.click(".level:nth-child(4)")
	phone.wait("h1.done")
	phone.look("sticker-phone-rated-zh", true)
	elder := b.open("elder", address+"?lang=en&big=1", size{390, 844}, "en")
	elder.look("sticker-phone-en-elder", true)
	db := s.database(t)
	defer db.Close()
	var level int
	var channel string
	must(t, db.QueryRow(`SELECT level, channel FROM visits WHERE level > 0`).Scan(&level, &channel))
	if level != 2 || channel != "sticker" {
		t.Errorf("rated %d by %s", level, channel)
	}
}

// atTablets is what the hub holds of tablets, in the order of the presses.
func (s *site) atTablets(t *testing.T) (all []tabletRow) {
	t.Helper()
	db := s.database(t)
	defer db.Close()
	rows, err := db.Query(`SELECT level, CASE WHEN reason_missing THEN 1 ELSE 0 END, kind, reasons FROM answers WHERE channel = 'tablet' ORDER BY pos`)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var r tabletRow
		must(t, rows.Scan(&r.level, &r.missing, &r.kind, &r.reasons))
		all = append(all, r)
	}
	must(t, rows.Err())
	return all
}

// measured looks at a page of the tablet standing and lying, in usual and in large type, and holds it to the
// figures of access (codes.md): text from 18 px, in large type from 30 px on lines of 1.3, targets from 60 px, and five
// faces of one size and one weight.
func (p tab) measured(t *testing.T, name string, langs ...string) {
	t.Helper()
	for how, at := range tabletSizes() {
		p.b.do(p.name, "resize", map[string]any{"width": at.w, "height": at.h}, nil)
		for _, lang := range langs {
			for _, type_ := range []string{"usual", "large"} {
				text, line := 18., 0.
				if type_ == "large" {
					text, line = 30, 1.3
				}
				var m struct {
					Text, Line, Target, Uneven float64
					Styles, Wide, High         int
				}
				p.b.do(p.name, "measures", map[string]any{"at": ".level"}, &m)
				if m.Text < text || m.Line < line-.001 || m.Target < 60 || m.Uneven > 1 || m.Styles > 1 || m.Wide > 0 || m.High > 0 {
					t.Errorf("%s, %s, %s, %s: %+v", name, how, lang, type_, m)
				}
				if (how == "portrait") == (type_ == "large") { // all are measured, and one of each is looked at
					p.seen(fmt.Sprintf("%s-%s-%s-%s", name, how, lang, type_))
				}
				p.click("header .btn:nth-child(1)")
			}
			if len(langs) > 1 {
				p.click("header .btn:nth-child(2)")
			}
		}
	}
	p.b.do(p.name, "resize", map[string]any{"width": 800, "height": 1280}, nil)
}
