package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/concern"
)

const header12345 = "工单编号,来电时间,诉求类型,诉求主题,涉及大厅,诉求内容,诉求人,联系电话,办结时限\r\n"

// file is a CSV of work orders as 12345 exports it; each row is number, kind, topic, hall, text.
func file(rows ...[5]string) string {
	s := header12345
	for _, r := range rows {
		s += fmt.Sprintf("%s,2026-11-17 09:30,%s,%s,%s,\"%s\",王五,13800000000,2026-11-25 18:00\r\n", r[0], r[1], r[2], r[3], strings.ReplaceAll(r[4], `"`, `""`))
	}
	return s
}

// upload sends a file.
func (f *front) upload(d *desks, query, csv string) (int, ordersJSON, personSeen) {
	f.t.Helper()
	r := d.do(http.MethodPost, "/api/concerns/import?"+query, nil, func(r *http.Request) {
		r.Header.Set("Content-Type", "text/csv")
		r.Body, r.ContentLength = readCloser{strings.NewReader(csv)}, int64(len(csv))
	})
	var seen ordersJSON
	var said personSeen
	if err := json.Unmarshal([]byte(text(r)), &seen); err != nil {
		f.t.Fatalf("%d %s: %v", r.StatusCode, text(r), err)
	}
	if err := json.Unmarshal([]byte(text(r)), &said); err != nil && r.StatusCode != http.StatusOK {
		f.t.Fatal(err)
	}
	if key := untold(text(r)); key != "" {
		f.t.Errorf("%q has no words", key)
	}
	return r.StatusCode, seen, said
}

func (f *front) concerns() []concern.Concern {
	f.t.Helper()
	all, err := f.all()
	if err != nil {
		f.t.Fatal(err)
	}
	return all
}

// Domain §5: a file of 12345 is looked at first, then imported whole; imported again it is left out.
func TestAFileOfWorkOrdersIsImported(t *testing.T) {
	f := newFront(t)
	operator := f.as(access.Operator)
	csv := file([5]string{"20261117000001", "投诉", "身份证", "city", "等了两小时，\n没人管"}, [5]string{"20261117000002", "咨询", "天气", "市政务服务大厅", "几点开门"},
		[5]string{"20261117000003", "举报", "", "", "有人收钱"})
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(csv)
	if err != nil {
		t.Fatal(err)
	}
	status, seen, _ := f.upload(operator, "preview=1", gb)
	if status != http.StatusOK || seen.Orders != 3 || seen.Known != 0 || len(seen.Faults) != 0 || seen.Done || len(f.concerns()) != 0 {
		t.Fatalf("preview: %d %+v; %d are there", status, seen, len(f.concerns()))
	}
	if got := fmt.Sprint(seen.Units); got != "[{  1} {centre 青澜市政务服务中心 1} {police 市公安局 1}]" {
		t.Errorf("they go to %s", got)
	}
	if s := seen.Sample[0]; s.Line != 2 || s.Topic != "身份证件" || s.Hall != "市政务服务大厅" || s.Unit != "市公安局" || s.Limit.IsZero() {
		t.Errorf("the first is shown as %+v", s)
	}
	if status, _, said := f.upload(operator, "sha=0123", gb); status != http.StatusUnprocessableEntity || said.Error.Code != "changed" {
		t.Errorf("another file than was looked at: %d %+v", status, said.Error)
	}
	status, done, _ := f.upload(operator, "sha="+seen.SHA, gb)
	if status != http.StatusOK || !done.Done || len(f.concerns()) != 3 {
		t.Fatalf("%d %+v; %d are there", status, done, len(f.concerns()))
	}
	status, again, _ := f.upload(operator, "sha="+seen.SHA, gb)
	if status != http.StatusOK || again.Orders != 0 || again.Known != 3 || len(f.concerns()) != 3 {
		t.Errorf("again: %d %+v; %d are there", status, again, len(f.concerns()))
	}
	centre := f.as(access.Centre)
	found := wants[struct{ Rows []concernSeen }](t, centre, "/api/concerns?q=20261117000002")
	if len(found.Rows) != 1 || found.Rows[0].State != concern.Received || found.Rows[0].Excerpt != "【天气】几点开门" {
		t.Errorf("found by the number of the order: %+v", found.Rows)
	}
	one := wants[concernSeen](t, centre, "/api/concerns/"+found.Rows[0].Number)
	if one.Own.IsZero() || one.Answer != nil || one.Asker.Name != "王*" || one.Order != "20261117000002" {
		t.Errorf("its own limit and who asks: %+v", one)
	}
}

// All bad rows are named with their lines and what to do; while one blocks none is imported.
func TestNoFileIsImportedHalf(t *testing.T) {
	f := newFront(t)
	csv := file([5]string{"20261117000001", "投诉", "身份证", "city", "第一件"}, [5]string{"1.02E+13", "投诉", "", "", "科学计数"},
		[5]string{"20261117000003", "催办", "", "moon", "两处不对"}, [5]string{"20261117000001", "投诉", "", "", "重复"}) +
		"20261117000005,昨天,投诉,,,内容,,不是电话,\r\n" + "20261117000006,2026-11-17 10:00,投诉,,,\"引号没有成对,,,\r\n"
	for _, query := range []string{"preview=1", ""} {
		status, seen, said := f.upload(f.as(access.Centre), query, csv)
		if query == "" {
			_, seen, _ = f.upload(f.as(access.Centre), "preview=1", csv)
			status, _, said = f.upload(f.as(access.Centre), "sha="+seen.SHA, csv)
			if status != http.StatusUnprocessableEntity || said.Error.Code != "rows" || len(said.Faults) != len(seen.Faults)+1 || !strings.Contains(said.Error.Message, fmt.Sprint(len(seen.Faults))) {
				t.Errorf("%d %+v, faults %d of %d", status, said.Error, len(said.Faults), len(seen.Faults))
			}
			continue
		}
		var lines []string
		for _, fault := range seen.Faults {
			lines = append(lines, fmt.Sprintf("%d %s %s", fault.Line, fault.Column, fault.Code))
			if fault.Message == "" || !strings.Contains(fault.Message, fmt.Sprint(fault.Line)) {
				t.Errorf("line %d is told as %q", fault.Line, fault.Message)
			}
		}
		if got := strings.Join(lines, ", "); status != http.StatusOK || got != "3 number sheet, 4 kind kind, 4 hall hall, 5 number doubled, 6 received time, 6 phone telephone, 7  quotes" {
			t.Errorf("%d: %s", status, got)
		}
	}
	if n := len(f.concerns()); n != 0 {
		t.Errorf("%d were imported", n)
	}
	for name, c := range map[string]struct{ csv, code string }{
		"empty": {"", "empty"}, "a workbook": {"PK\x03\x04....", "file"}, "no header": {"20261117000001,投诉\r\n", "header"}, "a column missing": {"工单编号,诉求类型\r\n1,投诉\r\n", "column"},
		"neither UTF-8 nor GB18030": {header12345 + "\xff\xff\xff", "encoding"},
	} {
		status, seen, _ := f.upload(f.as(access.Centre), "preview=1", c.csv)
		if status != http.StatusOK || len(seen.Faults) == 0 || string(seen.Faults[0].Code) != c.code {
			t.Errorf("%s: %d %+v", name, status, seen.Faults)
		}
	}
}

// A cell that a spreadsheet would count with is text here, and stays text.
func TestFormulasInWorkOrdersAreText(t *testing.T) {
	f := newFront(t)
	centre := f.as(access.Centre)
	csv := file([5]string{"20261117000001", "投诉", "=cmd|'/C calc'!A0", "", `=HYPERLINK("http://evil","点我")`})
	_, seen, _ := f.upload(centre, "preview=1", csv)
	if status, _, said := f.upload(centre, "sha="+seen.SHA, csv); status != http.StatusOK {
		t.Fatalf("%d %+v", status, said.Error)
	}
	one := wants[concernSeen](t, centre, "/api/concerns/"+f.concerns()[0].Number)
	if one.Text.Words != `【=cmd|'/C calc'!A0】=HYPERLINK("http://evil","点我")` {
		t.Errorf("%q", one.Text.Words)
	}
}

// Who may enter for one hall imports for that hall; others are none to him, and he learns of no order of theirs.
func TestWhoImportsReachesItsHalls(t *testing.T) {
	f := newFront(t)
	town := f.as(access.Operator, "town")
	for name, c := range map[string]struct {
		hall string
		want string
	}{"his own": {"town", ""}, "another's": {"city", "hall hall"}, "none": {"", "hall missing"}} {
		_, seen, _ := f.upload(town, "preview=1", file([5]string{"20261117000001", "投诉", "", c.hall, "内容"}))
		got := ""
		if len(seen.Faults) > 0 {
			got = fmt.Sprintf("%s %s", seen.Faults[0].Column, seen.Faults[0].Code)
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	for _, role := range []access.Role{access.Guide, access.Observer, access.Handler, access.Auditor, access.Reader} {
		if status, _, _ := f.upload(f.as(role), "preview=1", file()); status != http.StatusForbidden {
			t.Errorf("%s: %d", role, status)
		}
	}
}

// hook sends what 12345's system sends.
func (f *front) hook(said string, change ...func(*http.Request)) (int, string) {
	f.t.Helper()
	r := f.elsewhere().do(http.MethodPost, "/api/hook/12345", nil, append([]func(*http.Request){func(r *http.Request) {
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Test-Signed", fmt.Sprint(len(said)))
		r.Body, r.ContentLength = readCloser{strings.NewReader(said)}, int64(len(said))
	}}, change...)...)
	return r.StatusCode, text(r)
}

// 12345's system sends work orders itself: signed, all of them or none, the same twice is one.
func TestWorkOrdersComeByHTTP(t *testing.T) {
	f := newFront(t)
	order := func(n int, more string) string {
		return fmt.Sprintf(`{"number":"2026111700%04d","kind":"投诉","received":"2026-11-17 09:30","text":"等了两小时","topic":"身份证","hall":"city","limit":"2026-11-25 18:00","name":"王五","phone":"13800000000"%s}`, n, more)
	}
	orders := func(all ...string) string { return `{"orders":[` + strings.Join(all, ",") + `]}` }
	if status, said := f.hook(orders(order(1, ""), order(2, ""))); status != http.StatusOK || said != `{"orders":2,"known":0}` {
		t.Fatalf("%d %s", status, said)
	}
	if status, said := f.hook(orders(order(1, ""), order(3, ""))); status != http.StatusOK || said != `{"orders":1,"known":1}` {
		t.Errorf("one again: %d %s", status, said)
	}
	if status, said := f.hook(orders(order(4, ""), order(5, `,"kind":"催办"`), order(6, `,"received":"明天"`))); status != http.StatusUnprocessableEntity ||
		!strings.Contains(said, `"orders[1].kind"`) || !strings.Contains(said, `"orders[2].received"`) {
		t.Errorf("bad ones: %d %s", status, said)
	}
	if n := len(f.concerns()); n != 3 {
		t.Errorf("%d were received", n)
	}
	c := f.concerns()[0]
	if c.Steps[0].By.Role != "12345" || c.Unit != "police" {
		t.Errorf("received from %+v, for %s", c.Steps[0].By, c.Unit)
	}
	if page := wants[concernSeen](t, f.as(access.Centre), "/api/concerns/"+c.Number); page.Steps[0].By != "12345 热线系统" {
		t.Errorf("received from %q", page.Steps[0].By)
	}
	for name, c := range map[string]struct {
		said   string
		change func(*http.Request)
		want   int
	}{
		"not signed":              {orders(order(9, "")), func(r *http.Request) { r.Header.Del("X-Test-Signed") }, http.StatusUnauthorized},
		"signed, then changed":    {orders(order(9, "")), func(r *http.Request) { r.Header.Set("X-Test-Signed", "1") }, http.StatusUnauthorized},
		"from a page":             {orders(order(9, "")), func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, http.StatusForbidden},
		"no JSON":                 {"number=1", nil, http.StatusBadRequest},
		"no order":                {`{"orders":[]}`, nil, http.StatusBadRequest},
		"more than it may be":     {orders(strings.Split(strings.Repeat(order(9, "")+"\n", 101), "\n")[:101]...), nil, http.StatusBadRequest},
		"a number for a text":     {`{"orders":[{"number":1}]}`, nil, http.StatusBadRequest},
		"larger than it may be":   {orders(order(9, `,"x":"`+strings.Repeat("y", maxHook)+`"`)), nil, http.StatusRequestEntityTooLarge},
		"asked with GET":          {"", func(r *http.Request) { r.Method = http.MethodGet }, http.StatusMethodNotAllowed},
		"everything is missing":   {`{"orders":[{}]}`, nil, http.StatusUnprocessableEntity},
		"a number that a path is": {`{"orders":[{"number":"../x","kind":"投诉","received":"2026-11-17","text":"x"}]}`, nil, http.StatusUnprocessableEntity},
	} {
		change := []func(*http.Request){}
		if c.change != nil {
			change = append(change, c.change)
		}
		if status, said := f.hook(c.said, change...); status != c.want {
			t.Errorf("%s: %d, want %d: %.200s", name, status, c.want, said)
		}
	}
	if n := len(f.concerns()); n != 3 {
		t.Errorf("%d were received in the end", n)
	}
}

func TestWithoutASecretNothingComesByHTTP(t *testing.T) {
	d := newDesks(t)
	if r := d.post("/api/hook/12345", map[string]any{"orders": []any{}}); r.StatusCode != http.StatusNotFound {
		t.Errorf("%d %s", r.StatusCode, text(r))
	}
}
