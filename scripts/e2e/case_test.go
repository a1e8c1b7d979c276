//go:build e2e

package e2e

import (
	"strings"
	"testing"

	"hallpulse/scripts/stand"
)

// nextVisit calls the next one to the console, begins to serve him, and returns his ticket.
func (s *site) nextVisit(t *testing.T, console tab, number string) stand.Ticket {
	t.Helper()
	ticket, err := s.booths[0].take()
	must(t, err)
	console.wait(".queue :text('" + number + "')")
	console.press("F2")
	console.wait(".visit .ticket:text('" + number + "')")
	console.press("F4")
	console.wait(".keys :text('办完')")
	return ticket
}

// TestACaseFromItsAcceptanceToItsRating follows a case: accepted at the console, its slip read by strangers and opened on a
// phone; while the hub is away its applicant is told what is missing, comes back and is found by his slip; when the hub is
// back it is decided, delivered, and rated by the slip's QR code. In the end the hub knows what the counter knows, once.
func TestACaseFromItsAcceptanceToItsRating(t *testing.T) {
	t.Parallel()
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
	console.press("Escape") // what was written stands there again
	console.wait(".chooser :text('受理别的事项')")
	console.press("1")
	console.wait(".form")
	console.look("console-case-accept-zh", false)
	console.press("Enter")
	console.wait(".cases .number")
	console.look("console-case-accepted-zh", false)
	papers := s.papers(t, 2)
	accepted := s.casesAt(t, "1").Open[0]
	if accepted.Applicant.Name != "王**" || accepted.Applicant.Phone != "****1234" {
		t.Errorf("accepted for %+v", accepted.Applicant)
	}
	number := accepted.Number
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
	console.wait(".form .check")
	console.press("1")
	console.look("console-case-notice-zh", false)
	console.press("Enter")
	console.wait(".cases .number .waiting")
	if notice := s.papers(t, 3)[2].Text(); !strings.Contains(notice, "□ 居民户口簿") {
		t.Fatalf("the notice slip says\n%s", notice)
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

	if open := s.casesAt(t, "1").Open; len(open) != 0 {
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
	var received, settled, over, trips int
	must(t, db.QueryRow(`SELECT SUM(cases_received), SUM(cases_settled), SUM(cases_over), SUM(cases_trips) FROM tallies`).Scan(&received, &settled, &over, &trips))
	if received != 1 || settled != 1 || over != 1 || trips != 2 {
		t.Errorf("figures: %d accepted, %d decided, %d over, for which he came %d times; want 1, 1, 1, 2", received, settled, over, trips)
	}
	s.clean(t)
}

// TestSeveralCasesOfAVisitAreRatedEach accepts, decides and delivers two cases in one visit. Its ticket offers one rating for
// both; their citizen rates one of them by the ticket, the other by its slip. The visit lacks no rating then.
func TestSeveralCasesOfAVisitAreRatedEach(t *testing.T) {
	t.Parallel()
	s := build(t, plan{windows: 1})
	b := newBrowser(t)
	console := b.open("console", "http://"+s.agent.Desk+"/console/1", desktop, "zh")
	console.wait(".keys .primary")
	console.press("F10")
	console.wait(".keys :text('暂停窗口')")
	ticket := s.nextVisit(t, console, "A001")
	for _, begin := range []string{"F5", "Escape"} {
		console.press(begin)
		console.wait(".chooser :text('受理别的事项')")
		console.press("1")
		console.fill(".form input[type=text]", "王小明") // after the first the same may be ticked, too
		console.press("Enter")
		for _, step := range []struct{ keys, then string }{{"", "已受理"}, {"11", "办结"}, {"12", "已送达"}} {
			for _, key := range strings.Split(step.keys, "") {
				console.press(key)
			}
			console.wait(".cases .number .state:text('" + step.then + "')")
		}
	}
	papers := s.papers(t, 3)
	console.press("F4")
	console.wait(".keys :text('暂停窗口')")
	s.settle(t)

	phone1 := b.open("ticket", ticket.URL, phone, "zh")
	phone1.wait("text=这个评价算当场办完的 2 件")
	phone1.look("phone-each-all-zh", true)
	phone1.click("text=想一件一件评")
	phone1.click(".visits li:first-child a")
	phone1.click("button.level[value='5']")
	phone1.click("button.primary")
	phone1.wait("text=评价已收到")
	phone1.click("text=这次办的其他件")
	phone1.wait(".visits em:text('非常满意')")
	phone1.look("phone-each-zh", true)

	slip := b.open("slip", s.readByStrangers(t, papers[2], "受理回执"), phone, "zh")
	slip.click("button.level[value='3']")
	slip.click("button.primary")
	slip.wait("text=评价已收到")

	db := s.database(t)
	defer db.Close()
	var rated, byCases int
	must(t, db.QueryRow(`SELECT COUNT(*) FROM visits WHERE is_case = true AND level > 0`).Scan(&rated))
	must(t, db.QueryRow(`SELECT COUNT(*) FROM visits WHERE is_case = false AND level = 0 AND by_cases = true`).Scan(&byCases))
	if rated != 2 || byCases != 1 {
		t.Errorf("%d cases are rated, %d visits by their cases", rated, byCases)
	}
	s.clean(t)
}
