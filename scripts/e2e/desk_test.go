//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"hallpulse/firmware-protocol/hall"
)

// person is somebody with an account at the office, in a browser of his own.
type person struct {
	tab
	s *site
}

// The people of the office in these tests, with the flags of `user add` that make them what they are.
func officePeople() map[string][]string {
	return map[string][]string{
		"zhao": {"centre", "--display", "赵岚"}, "wei": {"centre", "--display", "魏然"}, "qian": {"centre", "--display", "钱公安", "--unit", "police"},
		"tang": {"handler", "--display", "唐思源", "--unit", "police"}, "lin": {"caller", "--display", "林小禾", "--unit", "police"},
		"shui": {"handler", "--display", "税务经办", "--unit", "tax"}, "su": {"supervisor", "--display", "苏监察"},
		"zhou": {"staff", "--display", "周敏", "--unit", "police", "--badge", "0301"}, "ma": {"manager", "--display", "马大厅"},
		"op": {"operator", "--display", "话务员"}, "xun": {"inspector", "--display", "荀巡查"},
	}
}

// sitDown makes an account and signs it in; the office opens in the middle of its day's work.
func (s *site) sitDown(b *browser, name string) person {
	s.t.Helper()
	role := officePeople()[name]
	must(s.t, s.hub.AddUser(s.ctx, name, role[0], managerPassword, role[1:]...))
	p := person{b.open(name, "http://"+s.hub.Office+"/signin?next=/admin/", desktop, "zh"), s}
	p.fill("#name", name)
	p.fill("#password", managerPassword)
	p.click("form button")
	p.wait("header nav, .notice, main")
	return p
}

// visit goes to a page of the office.
func (p person) visit(path string) {
	p.b.t.Helper()
	p.b.do(p.name, "goto", map[string]any{"url": "http://" + p.s.hub.Office + path}, nil)
}

// on opens the work page of a repair.
func (p person) on(number string) person {
	p.b.t.Helper()
	p.visit("/admin/repairs/" + number)
	p.wait("main:has-text('" + number + "') h1")
	return p
}

// sees waits until the page says something.
func (p person) sees(texts ...string) {
	p.b.t.Helper()
	for _, text := range texts {
		p.wait("main :text('" + text + "')")
	}
}

// lacks wants a text that the page does not say, once it is there.
func (p person) lacks(texts ...string) {
	p.b.t.Helper()
	p.wait("main h1")
	for _, text := range texts {
		if n := p.count("main :text('" + text + "')"); n > 0 {
			p.b.t.Errorf("%s reads %q", p.name, text)
		}
	}
}

// short opens another act than the one that stands open.
func (p person) short(act string) {
	p.b.t.Helper()
	p.click(".acts-of button:text-is('" + act + "')")
}

// choose chooses one of a few.
func (p person) choose(option string) {
	p.b.t.Helper()
	p.click(".acts-of label:has-text('" + option + "')")
}

// write fills in a text of an act.
func (p person) write(field, text string) {
	p.b.t.Helper()
	p.fill(".acts-of [data-field='"+field+"']", text)
}

// does presses the button of the act that stands open; what cannot be taken back is asked once more.
func (p person) does(done string, final bool) {
	p.b.t.Helper()
	p.click(".acts-of .acts .primary")
	if final {
		p.click(".acts-of .acts.asking .primary")
	}
	p.wait(".acts-of .state.serving:text('" + done + "'), main :text('" + done + "')")
}

// answer is what the hub says to an act that a page of ours does not offer.
type answer struct {
	Status int
	Body   json.RawMessage
}

// post sends an act from the person's own session, past the page.
func (p person) post(path, body string) (a answer) {
	p.b.t.Helper()
	p.b.do(p.name, "post", map[string]any{"path": path, "body": body}, &a)
	return a
}

// refused wants an act that the hub refuses to this person, whatever his page offers.
func (p person) refused(number, act, fields string, status int) {
	p.b.t.Helper()
	seen := p.s.version(p.b.t, number)
	if a := p.post("/api/repairs/"+number+"/"+act, fmt.Sprintf(`{"seen":%d%s}`, seen, fields)); a.Status != status {
		p.b.t.Errorf("%s: %s of %s: %d %s, want %d", p.name, act, number, a.Status, a.Body, status)
	}
	if now := p.s.version(p.b.t, number); now != seen {
		p.b.t.Errorf("%s: %s of %s was recorded", p.name, act, number)
	}
}

// version is how many deeds have made a repair.
func (s *site) version(t *testing.T, number string) (n int) {
	t.Helper()
	db := s.database(t)
	defer db.Close()
	var body string
	must(t, db.QueryRow(`SELECT body FROM repairs WHERE number = ?`, strings.TrimPrefix(number, "R-")).Scan(&body))
	var r struct{ Version int }
	must(t, json.Unmarshal([]byte(body), &r))
	return r.Version
}

// serveAt has a citizen served at a booth and returns the address behind his ticket's code.
func (s *site) serveAt(t *testing.T, b *booth) string {
	t.Helper()
	ticket, err := b.take()
	must(t, err)
	for _, step := range []func() error{b.call, b.serve, b.finish} {
		must(t, step())
	}
	s.settle(t)
	return ticket.URL
}

// form is what a citizen writes on his phone.
type form struct {
	level             hall.Level
	reasons           []string
	text, name, phone string
	call              bool
}

// rateBadly rates a visit on the phone's page, without JavaScript, and returns the number of the repair that a bad one opens.
func (s *site) rateBadly(t *testing.T, b *browser, url string, f form) (phone tab, number string) {
	t.Helper()
	before := s.repairs(t)
	phone = b.openPlain("phone-"+fmt.Sprint(len(before)), url, size{360, 780}, "zh")
	phone.click(fmt.Sprintf("button.level[value='%d']", f.level))
	phone.wait("input[name=reason]")
	for _, code := range f.reasons {
		phone.click("label.check:has(input[value='" + code + "'])")
	}
	phone.fill("textarea", f.text)
	if f.name != "" {
		phone.fill("input[name=name]", f.name)
		phone.fill("input[name=phone]", f.phone)
	}
	if f.call {
		phone.click("label.check:has(input[name=call])")
	}
	phone.click("button.primary")
	phone.wait("text=评价已收到")
	for _, n := range s.repairs(t) {
		if !slices.Contains(before, n) {
			return phone, n
		}
	}
	return phone, ""
}

// repairs lists the numbers of all repairs there are.
func (s *site) repairs(t *testing.T) (all []string) {
	t.Helper()
	db := s.database(t)
	defer db.Close()
	rows, err := db.Query(`SELECT number FROM repairs ORDER BY number`)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var n int64
		must(t, rows.Scan(&n))
		all = append(all, fmt.Sprint("R-", n))
	}
	must(t, rows.Err())
	return all
}

// inEnglish looks at a page in the other language, and goes back.
func (p person) inEnglish(name string) {
	p.b.t.Helper()
	p.click("button:text-is('English'), [lang=en]:text-is('English')")
	p.wait("button:text-is('中文'), [lang^=zh]:text-is('中文')")
	p.look(name, false)
	p.click("button:text-is('中文'), [lang^=zh]:text-is('中文')")
}

// The answers of refused acts.
const (
	forbidden = http.StatusForbidden
	notThere  = http.StatusNotFound
)
