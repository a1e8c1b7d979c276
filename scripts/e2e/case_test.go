//go:build e2e

package e2e

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// atDesk reads what the console of window 1 shows of cases.
func (s *site) atDesk(t *testing.T) (v struct {
	Open []struct{ ID, Number, State string }
}) {
	t.Helper()
	answer, err := http.Get("http://" + s.agent.Desk + "/api/cases/at/1")
	must(t, err)
	defer answer.Body.Close()
	must(t, json.NewDecoder(answer.Body).Decode(&v))
	return v
}

// nextVisit calls the next one to the console and begins to serve him.
func (s *site) nextVisit(t *testing.T, console tab, number string) {
	t.Helper()
	_, err := s.booths[0].take()
	must(t, err)
	console.wait(".queue :text('" + number + "')")
	console.press("F2")
	console.wait(".visit .ticket:text('" + number + "')")
	console.press("F4")
	console.wait(".keys :text('办完')")
}

// TestACaseFromItsAcceptanceToItsRating follows a case: accepted at the console, its slip read by strangers and opened on a
// phone; while the hub is away its applicant is told what is missing, comes back and is found by his slip; when the hub is
// back it is decided, delivered, and rated by the slip's QR code. In the end the hub knows what the counter knows, once.
func TestACaseFromItsAcceptanceToItsRating(t *testing.T) {
	s := build(t, plan{windows: 1})
	b := newBrowser(t)
	console := b.open("console", "http://"+s.agent.Desk+"/console/1", desktop, "zh")
	console.wait(".keys .primary")
	console.press("F10")
	console.wait(".keys :text('暂停窗口')")
	s.nextVisit(t, console, "A001")
	console.press("F5")
	console.wait(".chooser :text('受理别的事项')")
	console.press("1")
	console.fill(".form [data-first]", "王小明")
	console.fill(".form input[inputmode=tel]", "13800001234")
	console.look("console-case-accept-zh", false)
	console.press("Enter")
	console.wait(".cases .number")
	console.look("console-case-accepted-zh", false)
	papers, err := s.printer.Await(s.ctx, 2)
	must(t, err)
	number := s.atDesk(t).Open[0].Number
	url := s.readByStrangers(t, papers[1], "受理回执", number, "居民身份证补领", "5 个工作日内")
	if strings.Contains(papers[1].Text(), "小明") {
		t.Errorf("the slip names its applicant:\n%s", papers[1].Text())
	}
	s.settle(t)
	slip := b.open("slip", url, phone, "zh")
	slip.wait("text=" + number)
	slip.look("phone-case-accepted-zh", true)

	must(t, s.hub.Stop())
	console.wait(".line :text('断开')")
	console.press("2")
	console.wait(".form .ticks")
	console.press("1")
	console.look("console-case-notice-zh", false)
	console.press("Enter")
	console.wait(".cases .number .waiting")
	if papers, err = s.printer.Await(s.ctx, 3); err != nil || !strings.Contains(papers[2].Text(), "□ 居民户口簿") {
		t.Fatalf("%v: the notice slip says\n%s", err, papers[2].Text())
	}
	console.press("F4")
	s.nextVisit(t, console, "A002")
	console.types(url)
	console.press("Enter")
	console.wait(".cases .number:has-text('" + number + "')")
	console.press("1")
	console.wait(".line :text('受理')")
	console.press("F4")
	console.wait(".keys :text('暂停窗口')")

	must(t, s.hub.Start(s.ctx))
	s.settle(t)
	console.press("F5")
	console.wait(".chooser :text('居民身份证补领')")
	console.press("2")
	console.wait(".cases .number:has-text('" + number + "')")
	for _, step := range []struct{ keys, then string }{{"11", "办结"}, {"12", "已送达"}} {
		for _, key := range strings.Split(step.keys, "") {
			console.press(key)
		}
		console.wait(".cases .number .state:text('" + step.then + "')")
	}
	console.look("console-case-delivered-zh", false)
	s.settle(t)

	rate := b.open("citizen", url, phone, "zh")
	rate.wait("button.level")
	rate.look("phone-case-rate-zh", true)
	rate.click("button.level[value='4']")
	rate.wait("button.primary")
	rate.click("button.primary")
	rate.wait("text=评价已收到")
	rate.look("phone-case-received-zh", true)

	if open := s.atDesk(t).Open; len(open) != 0 {
		t.Errorf("at the counter %+v is open", open)
	}
	db := s.database(t)
	defer db.Close()
	var cases, notices int
	var state string
	must(t, db.QueryRow(`SELECT COUNT(*), MAX(state) FROM cases`).Scan(&cases, &state))
	must(t, db.QueryRow(`SELECT COUNT(*) FROM notices`).Scan(&notices))
	if cases != 1 || notices != 1 || state != "delivered" {
		t.Errorf("the hub knows %d cases, %s, and %d notices", cases, state, notices)
	}
	s.clean(t)
}
