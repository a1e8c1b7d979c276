//go:build e2e

package e2e

import (
	"fmt"
	"path"
	"strings"
	"testing"

	"hallpulse/firmware-protocol/uplink"
)

// allDay is a queue of which places can be booked at each half hour of the day, by a roster that knows no night.
func allDay() plan {
	var at []string
	for n := range 48 {
		at = append(at, fmt.Sprintf("%02d:%02d", n/2, n%2*30))
	}
	at = append(at, "23:58")
	return plan{
		windows: 1,
		booking: fmt.Sprintf(`, booking: {at: ["%s"], each: 2, days: 1, early: 240, late: 240}`, strings.Join(at, `", "`)),
		hall:    "roster:\n  shifts:\n    - {windows: [\"1\"], days: [mon, tue, wed, thu, fri, sat, sun], from: \"00:00\", to: \"23:59\"}\n",
	}
}

// TestAPlaceBookedOnThePhoneIsCalledAndRated follows a place: asked for on a phone while the counter is
// away, answered when it is back; with the hub away checked in at the kiosk by its number and code, called and served; with the hub back
// rated on the page on which it was booked. It is booked once, and the counter and the hub know the same of it.
func TestAPlaceBookedOnThePhoneIsCalledAndRated(t *testing.T) {
	t.Parallel()
	s := build(t, allDay())
	b := newBrowser(t)
	must(t, s.agent.Stop())

	p := b.open("phone", "http://"+s.hub.Public+"/p/book", phone, "zh")
	p.wait("h1:has-text('预约')")
	p.look("phone-book-item-zh", true)
	p.click("text=居民身份证补领")
	p.wait("h2:has-text('哪一天')")
	p.click(".visits a")
	p.wait(".slots button:enabled")
	p.look("phone-book-time-zh", true)
	p.click(".slots button:enabled")
	p.wait("h1:has-text('等大厅答复')")
	p.look("phone-book-asked-zh", true)
	asked := p.address()

	must(t, s.agent.Start(s.ctx))
	p.wait("h1:has-text('YA001')")
	p.look("phone-booked-zh", true)
	ticket := strings.Split(p.address(), "?")[0]
	english := b.open("english", strings.Replace(asked, "lang=zh", "lang=en", 1), phone, "en")
	english.wait("h1:has-text('Booking YA001')")
	english.look("phone-booked-en", true)
	english.close()

	s.settle(t)
	must(t, s.hub.Stop())
	console := b.open("console", "http://"+s.agent.Desk+"/console/1", deskSize(), "zh")
	console.wait(".booked li:has-text('YA001')")
	console.wait("text=今天预约还没到：1 位")
	console.look("console-booked-zh", false)

	kiosk := b.open("kiosk", "http://"+s.agent.Desk+"/kiosk", stallSize(), "zh")
	kiosk.wait(".have button:has-text('预约签到')")
	kiosk.click(".have button:has-text('预约签到')")
	_, token, err := uplink.ReadToken(path.Base(ticket))
	must(t, err)
	for _, key := range "YA001" + uplink.Code(token) { // a scanner is faster than a loaded machine can type
		kiosk.click(".keys button:text-is('" + string(key) + "')")
	}
	kiosk.click(".find .primary")
	kiosk.wait("button:has-text('签到取号')")
	kiosk.look("kiosk-booked-zh", false)
	kiosk.click("button.primary:has-text('签到取号')")
	kiosk.wait("h1:has-text('A001')")
	kiosk.look("kiosk-checked-in-zh", false)
	eventually(t, "the console has nobody to come", func() (bool, string) { return console.count(".booked li") == 0, "he is listed still" })
	console.close()
	if url := s.readByStrangers(t, s.papers(t, 1)[0], "A001", "预约"); !strings.HasPrefix(ticket, url) {
		t.Errorf("the paper leads to another page than the phone's")
	}
	s.agentDo(t, "open", "next", "serve", "finish")

	must(t, s.hub.Start(s.ctx))
	s.settle(t)
	rate := b.openPlain("rate", ticket, phone, "zh")
	rate.wait("button.level")
	rate.click("button.level[value='5']")
	rate.wait("button.primary")
	rate.click("button.primary")
	rate.wait("text=评价已收到")

	db := s.database(t)
	defer db.Close()
	var tickets, rated int
	var state, number string
	must(t, db.QueryRow(`SELECT COUNT(*), MAX(state), MAX(number) FROM tickets WHERE due_ms IS NOT NULL`).Scan(&tickets, &state, &number))
	must(t, db.QueryRow(`SELECT COUNT(*) FROM visits WHERE level = 5 AND channel = 'qr'`).Scan(&rated))
	if tickets != 1 || state != "finished" || number != "A001" || rated != 1 {
		t.Errorf("the hub knows %d bookings, %s %s, and %d ratings", tickets, number, state, rated)
	}
	var booked, came int
	must(t, db.QueryRow(`SELECT SUM(bookings), SUM(bookings_came) FROM tallies`).Scan(&booked, &came))
	if booked != 1 || came != 1 {
		t.Errorf("figures: %d booked, %d came", booked, came)
	}
	s.clean(t)
}

// agentDo does at window 1 what its clerk would.
func (s *site) agentDo(t *testing.T, acts ...string) {
	t.Helper()
	for _, act := range acts {
		must(t, s.agent.Act(s.ctx, "1", act))
	}
}
