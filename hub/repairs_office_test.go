package hub

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// cityHall and townHall are two halls in which repairs happen: a city's, where a clerk of the police serves items of the
// police and of the tax office, and a township's below it.
const (
	cityHall = `hall: {id: city, name: 市政务服务大厅, name_en: City Service Hall, place: [江南省, 青澜市]}
units: [{id: police, name: 市公安局, name_en: Police}, {id: tax, name: 税务局, name_en: Tax Office}]
services: [{letter: A, name: 户政}]
items:
  - {code: A1, name: 居民身份证补领, name_en: Replace an ID card, unit: police, service: A}
  - {code: A2, name: 发票领用, name_en: Invoices, unit: tax, service: A}
staff: [{badge: "0017", name: 周敏, name_en: Zhou Min, unit: police}, {badge: "0018", name: 林晓, name_en: Lin Xiao, unit: police}]
windows: [{id: 12, floor: 一楼, unit: police, services: [A], staff: "0017"}]
`
	townHall = `hall: {id: town, name: 柳河镇便民服务中心, name_en: Liuhe, place: [江南省, 青澜市, 临溪县, 柳河镇]}
units: [{id: police, name: 市公安局, name_en: Police}]
services: [{letter: A, name: 户政}]
items: [{code: A1, name: 居民身份证补领, name_en: Replace an ID card, unit: police, service: A}]
staff: [{badge: "0017", name: 周敏, unit: police}]
windows: [{id: 1, floor: 一楼, unit: police, services: [A], staff: "0017"}]
`
)

// office is a hub with two halls, its people, and what its counters tell of.
type office struct {
	*centre
	t      *testing.T
	agents map[string]*player // by hall
	serial uint32
	tills  map[string]*till // who is signed in, by account
}

// The people of the tests, by account.
func officePeople() []User {
	return []User{
		{Name: "gao", Role: "centre", Display: "高静仪"}, {Name: "wei", Role: "centre", Display: "魏然"},
		{Name: "exp", Role: "centre", Unit: "police", Display: "从公安来的"}, {Name: "su", Role: "supervisor", Display: "苏监察"},
		{Name: "county", Role: "centre", Places: []string{"江南省/青澜市/临溪县"}},
		{Name: "mgr", Role: "manager", Halls: []string{"city"}}, {Name: "mgr-town", Role: "manager", Halls: []string{"town"}},
		{Name: "tang", Role: "handler", Unit: "police", Display: "唐思源"}, {Name: "hu", Role: "handler", Unit: "police"},
		{Name: "tax", Role: "handler", Unit: "tax"}, {Name: "lin", Role: "caller", Unit: "police", Display: "林小禾"},
		{Name: "taxcall", Role: "caller", Unit: "tax"}, {Name: "clerk", Role: "staff", Unit: "police", Badge: "0017", Halls: []string{"city"}},
		{Name: "other", Role: "staff", Unit: "police", Badge: "0018"}, {Name: "op", Role: "operator"}, {Name: "audit", Role: "auditor"},
		{Name: "read", Role: "reader"}, {Name: "guide", Role: "guide"},
	}
}

const officePassword = "correct horse battery"

func newOffice(t *testing.T) *office {
	t.Helper()
	dir := short(t)
	for name, text := range map[string]string{"city.yaml": cityHall, "town.yaml": townHall, "hub.yaml": `data: data
centre: {name: 青澜市政务服务中心, name_en: Qinglan Service Centre}
halls: [{agent: city, file: city.yaml}, {agent: town, file: town.yaml}]
public: {listen: 127.0.0.1:0}
office: {listen: 127.0.0.1:0}
broker: {listen: 127.0.0.1:0}
public_url: http://hall.example
`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	conf, err := ReadConfig(filepath.Join(dir, "hub.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Init(conf); err != nil {
		t.Fatal(err)
	}
	o := &office{centre: start(t, conf), t: t, agents: map[string]*player{}, tills: map[string]*till{}}
	for _, name := range []string{"city", "town"} {
		p := o.play(t, name, instance)
		p.tell(t, hall.AgentStarted{Version: "test", Instance: instance, Hall: name, Reason: hall.EpochFirst})
		p.send(t, 1)
		o.agents[name] = p
	}
	return o
}

// service is one citizen served at a hall's window, who rated it.
type service struct {
	in             string // hall
	ticket, visit  hall.ID
	number, repair string // of the repair
	token          string
}

// serve has a citizen served at a window and rate it by the code on his ticket.
func (o *office) serve(in, item string, level hall.Level, form url.Values) service {
	o.t.Helper()
	p := o.agents[in]
	window := map[string]string{"city": "12", "town": "1"}[in]
	unit := map[string]string{"A1": "police", "A2": "tax"}[item]
	o.serial += 2
	s := service{in: in, ticket: p.id(o.serial), visit: p.id(o.serial + 1), number: fmt.Sprintf("A%03d", o.serial)}
	first := uint64(len(p.events)) + 1
	p.tell(o.t, hall.TicketIssued{Ticket: s.ticket, Number: s.number, Letter: "A", Day: hall.DayOf(time.Now()), Item: item},
		hall.TicketCalled{Ticket: s.ticket, Window: window},
		hall.VisitOpened{Visit: s.visit, Ticket: s.ticket, Window: window, Staff: "0017", Unit: unit, Item: item},
		hall.VisitServed{Visit: s.visit}, hall.VisitFinished{Visit: s.visit, Staff: "0017", Outcome: hall.OutcomeFinished},
		hall.TicketFinished{Ticket: s.ticket, Window: window})
	p.send(o.t, first)
	s.token = uplink.TokenText(uplink.Token{Kind: uplink.TokenTicket, Ticket: s.ticket, Day: hall.DayOf(time.Now())}.Sign(p.Key().SigningKey()))
	o.rate(s, level, form)
	found, ok, err := o.store.Repair(o.t.Context(), s.visit.String())
	if err != nil || ok != level.IsBad() {
		o.t.Fatalf("a rating of %d: repair %v, %v", level, ok, err)
	}
	s.repair = found.Number
	return s
}

// rate sends the form behind the code on the ticket.
func (o *office) rate(s service, level hall.Level, form url.Values) {
	o.t.Helper()
	v := url.Values{"do": {"send"}, "level": {fmt.Sprint(int(level))}, "visit": {s.visit.String()}}
	for k, all := range form {
		v[k] = all
	}
	resp, err := http.PostForm("http://"+o.PublicAddr.String()+"/r/"+s.token, v)
	if err != nil {
		o.t.Fatal(err)
	}
	defer resp.Body.Close()
	if text, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusOK {
		o.t.Fatalf("rated, answered %s\n%s", resp.Status, text)
	}
}

// What citizens of the tests write.
func named() url.Values {
	return url.Values{"reason": {"208", "210"}, "text": {"照片回执交了两回"}, "name": {"陈小芳"}, "phone": {"13800002046"}, "call": {"1"}}
}

func needless() url.Values { return url.Values{"reason": {"108"}} }

func anonymous() url.Values { return url.Values{"reason": {"214"}, "text": {"说话很冲"}} }

// till is somebody signed in at the office.
type till struct {
	o    *office
	name string
	http *http.Client
	lang string
}

// as signs somebody in; his account is made when it is first needed.
func (o *office) as(name string) *till {
	o.t.Helper()
	if in := o.tills[name]; in != nil {
		return in
	}
	people := officePeople()
	if err := UserAdd(o.t.Context(), o.Config, people[slices.IndexFunc(people, func(u User) bool { return u.Name == name })], officePassword); err != nil {
		o.t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		o.t.Fatal(err)
	}
	in := &till{o, name, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, "zh-CN"}
	resp, err := in.http.PostForm("http://"+o.OfficeAddr.String()+"/signin", url.Values{"name": {name}, "password": {officePassword}, "next": {"/"}})
	if err != nil {
		o.t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusSeeOther {
		o.t.Fatalf("%s signs in: %s", name, resp.Status)
	}
	o.tills[name] = in
	return in
}

// reply is what the office answered.
type reply struct {
	status int
	text   string
}

// value reads a value out of the answer by its path, such as error.code; nil where there is none.
func (r reply) value(path string) any {
	var v any
	if json.Unmarshal([]byte(r.text), &v) != nil {
		return nil
	}
	for key := range strings.SplitSeq(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[key]
	}
	return v
}

func (r reply) String() string { return fmt.Sprintf("%d %s", r.status, r.text) }

func (in *till) ask(method, path, body string) reply {
	in.o.t.Helper()
	r, err := in.request(method, path, body)
	if err != nil {
		in.o.t.Fatal(err)
	}
	return r
}

// request may run beside others: it ends no test.
func (in *till) request(method, path, body string) (reply, error) {
	r, err := http.NewRequest(method, "http://"+in.o.OfficeAddr.String()+path, strings.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	r.Header.Set("Accept-Language", in.lang)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
	}
	resp, err := in.http.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	var text bytes.Buffer
	_, err = text.ReadFrom(resp.Body)
	return reply{resp.StatusCode, text.String()}, err
}

func (in *till) get(path string) reply { return in.ask(http.MethodGet, path, "") }

// version is the version of a repair as it stands.
func (o *office) version(s service) int {
	o.t.Helper()
	r, ok, err := o.store.Repair(o.t.Context(), s.visit.String())
	if err != nil || !ok {
		o.t.Fatalf("no repair: %v", err)
	}
	return r.Version
}

// act does an act on what stands now; fields are what it says besides, as JSON without braces.
func (in *till) act(s service, name, fields string) reply {
	in.o.t.Helper()
	body := fmt.Sprintf(`{"seen":%d`, in.o.version(s))
	if fields != "" {
		body += "," + fields
	}
	return in.ask(http.MethodPost, "/api/repairs/"+s.repair+"/"+name, body+"}")
}

// did is an act that must come about.
func (in *till) did(s service, name, fields string) reply {
	in.o.t.Helper()
	r := in.act(s, name, fields)
	if r.status != http.StatusOK {
		in.o.t.Fatalf("%s %ss %s: %s", in.name, name, s.repair, r)
	}
	return r
}

// texts of acts.
const (
	saidOf    = `"reached":true,"said":"本人说两次都带了回执"`
	verdictOf = `"result":"confirmed","mode":"ledger","note":"取号票上没有清单"`
	answerOf  = `"changed":"取号票加印材料清单","reply":"您反映的两件事我们核实了"`
)

// work brings a repair as far as a state.
func (o *office) work(s service, to string) {
	o.t.Helper()
	unit, handler, caller := "police", "tang", "lin"
	for _, step := range []struct{ reached, who, act, says string }{
		{"assigned", "gao", "assign", `"unit":"` + unit + `","note":"请两天内回访"`},
		{"verifying", handler, "sign", ""},
		{"called", caller, "call", saidOf},
		{"repairing", handler, "verify", verdictOf},
		{"answered", handler, "answer", answerOf},
		{"closed", "gao", "accept", ""},
	} {
		if r, _, _ := o.store.Repair(o.t.Context(), s.visit.String()); step.act == "call" && !(r.Rating.Named && r.Rating.Callback) {
			continue
		}
		o.as(step.who).did(s, step.act, step.says)
		if step.reached == to {
			return
		}
	}
}
