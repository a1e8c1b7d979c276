package agent

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"hallpulse/agent/internal/desk"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// serve calls who takes a ticket to a window and begins to serve him.
func (r *rig) serve(window, letter, item string) desk.Ticket {
	r.t.Helper()
	t := r.take(letter, item)
	if r.console(window).Window.State == hall.WindowIsClosed {
		r.act(window, "open")
	}
	r.act(window, "next", "serve")
	return t
}

// step takes a step of cases and fails where it is refused.
func (r *rig) step(path, body string) (done desk.CaseDone) {
	r.t.Helper()
	if code := r.post("/api/cases/at/"+path, body, &done); code != "" {
		r.t.Fatalf("%s %s: %s", path, body, code)
	}
	return done
}

// on is the address of a step of a case.
func on(window string, c *desk.CaseView, step string) string {
	return fmt.Sprintf("%s/%v/%s", window, c.ID, step)
}

// casesAt returns what a window shows of cases.
func (r *rig) casesAt(window string) (v desk.CasesView) {
	r.t.Helper()
	resp, err := http.Get("http://" + r.listen + "/api/cases/at/" + window)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&v); err != nil {
		r.t.Fatal(err)
	}
	return v
}

// bucket reads a bucket of a store that nobody runs.
func (r *rig) bucket(store, name string) map[string][]byte {
	r.t.Helper()
	db, err := bbolt.Open(filepath.Join(store, "hall.db"), 0o600, &bbolt.Options{ReadOnly: true, Timeout: time.Second})
	if err != nil {
		r.t.Fatal(err)
	}
	defer db.Close()
	all := map[string][]byte{}
	err = db.View(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(in []byte, b *bbolt.Bucket) error {
			if !strings.HasPrefix(string(in), name) {
				return nil
			}
			return b.ForEach(func(k, v []byte) error { all[string(k)] = bytes.Clone(v); return nil })
		})
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return all
}

const wang = `{"item":"C02","applicant":{"kind":"person","name":"王小明","phone":"138 0000 1234"}}`

// Issue part 9: a case is accepted, returned once with its slip, resubmitted, decided, delivered, over days and windows,
// without the hub; the applicant is masked on screen and paper and lies sealed.
func TestACaseOverDaysWithoutTheHub(t *testing.T) {
	r := newRig(t)
	e := r.enrol("")
	printer := r.printer()
	c := r.start()
	r.await("the printer", r.ready)
	ticket := r.serve("21", "C", "C02")
	done := r.step("21/accept", wang)
	view := done.Case
	if done.Paper == nil || !done.Paper.Printed || view.State != hall.CaseIsAccepted || view.Applicant.Name != "王**" || view.Applicant.Phone != "****1234" || view.Due == nil {
		t.Fatalf("%+v, %+v", done.Paper, view)
	}
	papers, err := printer.Await(context.Background(), 2)
	if err != nil {
		t.Fatal(err)
	}
	slip := papers[1].Text()
	for _, part := range []string{"受理回执", view.Number, "食品经营许可", "申请人 王**", "8 个工作日内"} {
		if !strings.Contains(slip, part) {
			t.Errorf("%s is not on the slip:\n%s", part, slip)
		}
	}
	if !hasQR(papers[1]) || strings.Contains(slip, "小明") || strings.Contains(slip, "1380000") {
		t.Errorf("no QR code, or too much of a person:\n%s", slip)
	}
	token := uplink.Token{Kind: uplink.TokenCase, Ticket: view.ID, Day: view.Day}.Sign(e.Key().SigningKey())
	code := uplink.Code(token)
	if !strings.Contains(slip, code[:4]+" "+code[4:]) {
		t.Errorf("the code %s is not on the slip:\n%s", code, slip)
	}
	done = r.step(on("21", view, "return"), fmt.Sprintf(`{"n":%d,"here":true,"missing":["营业执照"],"waived":[{"material":"设备布局和操作流程图","why":"promise"}],"other":"流程图要盖章"}`, view.N))
	papers, err = printer.Await(context.Background(), 3)
	if err != nil {
		t.Fatal(err)
	}
	notice := papers[2].Text()
	for _, part := range []string{"□ 营业执照", "□ 流程图要盖章", "还缺 2 样", "免交：设备布局和操作流程图", "扫码看还缺什么", code[:4] + " " + code[4:]} {
		if !strings.Contains(notice, part) {
			t.Errorf("%s is not on the slip:\n%s", part, notice)
		}
	}
	if !hasQR(papers[2]) {
		t.Error("the notice slip has no QR code of its case")
	}
	r.act("21", "finish")
	time.Sleep(1500 * time.Millisecond) // a tick: what stayed with the ticket goes
	r.stop()
	checkSealed(t, r, c.Data)

	r.run(c)
	r.await("the printer", r.ready)
	var found desk.CaseView
	for _, typed := range []string{view.Number, strings.ToLower(view.Number), "http://127.0.0.1:8080/r/" + uplink.TokenText(token) + "\n"} {
		if code := r.post("/api/cases/find", fmt.Sprintf(`{"text":%q}`, typed), &found); code != "" || found.ID != view.ID || found.State != hall.CaseIsReturned {
			t.Fatalf("%q finds %+v, %s", typed, found, code)
		}
	}
	if found.Applicant.Name != "王**" {
		t.Errorf("after a new start the applicant is %+v", found.Applicant)
	}
	r.serve("22", "C", "C02") // another window, another visit
	done = r.step(on("22", &found, "resubmit"), fmt.Sprintf(`{"n":%d,"here":true}`, found.N))
	done = r.step(on("22", done.Case, "decide"), fmt.Sprintf(`{"n":%d,"result":"granted"}`, done.Case.N))
	done = r.step(on("22", done.Case, "deliver"), fmt.Sprintf(`{"n":%d,"road":"post"}`, done.Case.N))
	if got := done.Case; got.State != hall.CaseIsDelivered || !got.Ended || !got.Applicant.Gone || got.Applicant.Name != "" {
		t.Errorf("delivered it is %+v", got)
	}
	if open := r.casesAt("22").Open; len(open) != 0 {
		t.Errorf("still open: %+v", open)
	}
	r.act("22", "finish")
	time.Sleep(1500 * time.Millisecond)
	r.stop()
	r.good(c)
	if own := r.bucket(c.Data, "state/own"); len(own) != 0 {
		t.Errorf("after delivery %d texts are kept", len(own))
	}
	events := r.events(c.Data)
	accepted, resubmitted := facts[hall.CaseAccepted](t, events), facts[hall.CaseResubmitted](t, events)
	decided := facts[hall.CaseDecided](t, events)
	if accepted[0].Ticket != ticket.ID || accepted[0].CodeSHA != uplink.CodeSHA("qinglan", view.Number, view.Day, uplink.Code(token)) || accepted[0].Staff != "0523" {
		t.Errorf("%+v", accepted[0])
	}
	if resubmitted[0].Visit.IsZero() || resubmitted[0].Visit == accepted[0].Visit || resubmitted[0].Window != "22" || !decided[0].Visit.IsZero() {
		t.Errorf("%+v, %+v", resubmitted[0], decided[0])
	}
	printed := facts[hall.PaperPrinted](t, events)
	if !slices.ContainsFunc(printed, func(p hall.PaperPrinted) bool { return p.Case == view.ID && p.Ticket == ticket.ID }) {
		t.Errorf("%+v", printed)
	}
}

// checkSealed proves that no name, phone or free text lies in the store in the clear, and that the hub can open the boxes
// which the events name (design §2).
func checkSealed(t *testing.T, r *rig, data string) {
	t.Helper()
	whole, err := os.ReadFile(filepath.Join(data, "hall.db"))
	if err != nil {
		t.Fatal(err)
	}
	for _, trace := range []string{"王小明", "小明", "138 0000 1234", "13800001234", "流程图要盖章"} {
		if bytes.Contains(whole, []byte(trace)) {
			t.Errorf("%q lies in the store in the clear", trace)
		}
	}
	if n := len(r.bucket(data, "state/own")); n != 2 {
		t.Errorf("%d texts are kept for the counter, want 2", n)
	}
	events := r.events(data)
	want := map[string]string{
		facts[hall.CaseAccepted](t, events)[0].Private.Ref: `{"name":"王小明","phone":"138 0000 1234"}`,
		facts[hall.NoticePrinted](t, events)[0].Other.Ref:  `{"words":"流程图要盖章"}`,
	}
	sha := map[string]string{
		facts[hall.CaseAccepted](t, events)[0].Private.Ref: facts[hall.CaseAccepted](t, events)[0].Private.SHA,
		facts[hall.NoticePrinted](t, events)[0].Other.Ref:  facts[hall.NoticePrinted](t, events)[0].Other.SHA,
	}
	boxes := r.bucket(data, "boxes/")
	if len(boxes) != len(want) {
		t.Errorf("%d boxes, want %d", len(boxes), len(want))
	}
	for _, line := range boxes {
		b, err := uplink.DecodeBox(line)
		if err != nil {
			t.Fatal(err)
		}
		salt, plain, err := uplink.Open(hubKey(t), b)
		if err != nil || string(plain) != want[b.Ref] || uplink.SaltedSHA(salt, plain) != sha[b.Ref] {
			t.Errorf("%s opens as %q, %v", b.Ref, plain, err)
		}
	}
}

// Without a hub's key personal data cannot be kept: it is not asked, and not taken.
func TestAnAgentThatIsNotEnrolledAsksForNoName(t *testing.T) {
	r := newRig(t)
	c := r.start()
	r.serve("21", "C", "C02")
	if r.casesAt("21").Applicant {
		t.Error("the page asks for a name")
	}
	if code := r.post("/api/cases/at/21/accept", wang, nil); code != "no-box-key" {
		t.Errorf("a name: %q", code)
	}
	if code := r.post("/api/cases/at/21/notice", `{"item":"C02","other":"x"}`, nil); code != "no-box-key" {
		t.Errorf("free text: %q", code)
	}
	done := r.step("21/accept", `{"item":"C02"}`)
	if !strings.HasSuffix(done.Case.Number, "-0-0001") || done.Paper.Trouble != hall.TroubleMissing {
		t.Errorf("%+v, %+v", done.Case, done.Paper)
	}
	r.stop()
	if got := facts[hall.CaseAccepted](t, r.events(filepath.Join(c.Data, aloneName))); len(got) != 1 || got[0].Private.Ref != "" || got[0].CodeSHA != "" {
		t.Errorf("%+v", got)
	}
}

// A notice slip without a case has a QR code of its own, which names nobody; without the centre it has none.
func TestANoticeSlipWithoutACaseHasItsOwnQRCode(t *testing.T) {
	for _, enrolled := range []bool{true, false} {
		r := anotherRig(t)
		if enrolled {
			r.enrol("")
		}
		printer := r.printer()
		r.start()
		r.await("the printer", r.ready)
		r.serve("21", "C", "C02")
		slip := r.step("21/notice", `{"item":"C01","missing":["登记申请书"]}`).Paper
		papers, err := printer.Await(context.Background(), 2)
		if err != nil {
			t.Fatal(err)
		}
		text := papers[1].Text()
		if !strings.Contains(text, "□ 登记申请书") || hasQR(papers[1]) != enrolled || strings.Contains(text, "扫码在手机上看这张单") != enrolled || strings.Contains(text, "查询码") || slip == nil || !slip.Printed {
			t.Errorf("enrolled %v, %+v:\n%s", enrolled, slip, text)
		}
		r.stop()
	}
}

func TestWhatTheDoorRefusesOfCases(t *testing.T) {
	r := newRig(t)
	r.enrol("")
	r.start()
	refused := func(want, path, body string) {
		t.Helper()
		if code := r.post("/api/cases/at/"+path, body, nil); code != want {
			t.Errorf("%s %s: %q, want %q", path, body, code, want)
		}
	}
	refused("window-closed", "21/accept", `{"item":"C02"}`)
	r.act("21", "open")
	refused("not-serving", "21/accept", `{"item":"C02"}`)
	r.serve("21", "C", "C02")
	refused("no-such-window", "99/accept", `{"item":"C02"}`)
	refused("no-such-act", "21/forget", `{"item":"C02"}`)
	refused("no-such-item", "21/accept", `{"item":"X"}`)
	refused("malformed", "21/accept", `{"level":5}`)
	refused("bad-applicant", "21/accept", `{"item":"C02","applicant":{"name":"`+strings.Repeat("王", 41)+`"}}`)
	refused("bad-applicant", "21/accept", `{"item":"C02","applicant":{"phone":"12345"}}`)
	refused("bad-applicant", "21/accept", `{"item":"C02","applicant":{"phone":"1380000123x"}}`)
	refused("text-too-long", "21/notice", `{"item":"C02","other":"`+strings.Repeat("长", 201)+`"}`)
	refused("nothing-missing", "21/notice", `{"item":"C02"}`)
	refused("no-such-case", "21/3-0000-9/decide", `{"result":"granted"}`)
	refused("no-such-reason", "21/refuse", `{"item":"C02"}`)
	c := r.step("21/accept", `{"item":"C02"}`).Case
	refused("case-moved", on("21", c, "decide"), `{"n":0,"result":"granted"}`)
	refused("no-such-result", on("21", c, "decide"), `{"n":1}`)
	refused("case-not-now", on("21", c, "deliver"), `{"n":1,"road":"post"}`)
	r.step("21/notice", `{"item":"C01","missing":["登记申请书"]}`)
	refused("told-before", "21/notice", `{"item":"C01","missing":["登记申请书"]}`)
	r.step("21/notice", `{"item":"C01","missing":["登记申请书"],"again":"overlooked"}`)
	token := uplink.TokenText(uplink.Token{Kind: uplink.TokenTicket, Ticket: c.ID, Day: c.Day}.Sign(uplink.Secret{3}.SigningKey()))
	elsewhere := uplink.TokenText(uplink.Token{Kind: uplink.TokenCase, Ticket: hall.ID{Agent: 7, Serial: 1}, Day: c.Day}.Sign(uplink.Secret{3}.SigningKey()))
	forged := uplink.TokenText(uplink.Token{Kind: uplink.TokenCase, Ticket: c.ID, Day: c.Day}.Sign(uplink.Secret{4}.SigningKey()))
	for text, want := range map[string]string{token: "not-a-case", elsewhere: "case-elsewhere", forged: "no-such-case", "": "no-such-case", "X1": "no-such-case"} {
		if code := r.post("/api/cases/find", fmt.Sprintf(`{"text":%q}`, text), nil); code != want {
			t.Errorf("%q: %q, want %q", text, code, want)
		}
	}
	if code := r.post("/api/slips/accepted/3-0000-9/print", "", nil); code != "no-such-slip" {
		t.Errorf("a paper nobody has: %q", code)
	}
	if code := r.post("/api/slips/accepted/"+c.ID.String()+"/print", "", nil); code != "no-printer" {
		t.Errorf("without a printer: %q", code)
	}
}

// Who asked twice over a bad line, or again after a power cut, opened one case, under one number; what was on its way to
// the printer is in doubt and can be printed again.
func TestACaseIsOpenedOnceThoughTheAgentIsKilled(t *testing.T) {
	r := newRig(t)
	r.enrol("")
	printer := r.printer()
	kill := r.startChild()
	r.await("the printer", r.ready)
	r.serve("21", "C", "C02")
	printer.Stick(true)
	ask := func() (*http.Response, error) {
		req, err := http.NewRequest(http.MethodPost, "http://"+r.listen+"/api/cases/at/21/accept", strings.NewReader(wang))
		if err != nil {
			return nil, err
		}
		req.Header.Set("Idempotency-Key", "once")
		return http.DefaultClient.Do(req)
	}
	go func() {
		if resp, err := ask(); err == nil {
			resp.Body.Close()
		}
	}()
	r.await("the case", func() bool { return r.console("21").Cases.Open == 1 })
	kill()
	printer.Stick(false)
	c := r.start()
	r.await("the printer", r.ready)
	paper := r.console("21").Paper
	if len(paper) != 1 || paper[0].Slip != desk.SlipAccepted || paper[0].Trouble != hall.TroubleDoubtful {
		t.Errorf("%+v", paper)
	}
	resp, err := ask()
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK || r.console("21").Cases.Open != 1 {
		t.Errorf("asked again: %s, %d cases", resp.Status, r.console("21").Cases.Open)
	}
	first := r.casesAt("21").Here[0]
	var again desk.PaperNow
	if code := r.post("/api/slips/accepted/"+first.ID.String()+"/print", "", &again); code != "" || !again.Printed {
		t.Errorf("printed again: %+v, %s", again, code)
	}
	if text := printer.Papers()[len(printer.Papers())-1].Text(); !strings.Contains(text, "补打") || !strings.Contains(text, "王**") {
		t.Errorf("printed again it says\n%s", text)
	}
	if paper := r.console("21").Paper; len(paper) != 0 {
		t.Errorf("still in doubt: %+v", paper)
	}
	second := r.step("21/accept", `{"item":"C02"}`).Case
	if second.Number == first.Number {
		t.Errorf("%s was given twice", second.Number)
	}
	r.stop()
	r.good(c)
	events := r.events(c.Data)
	if got := facts[hall.CaseAccepted](t, events); len(got) != 2 {
		t.Errorf("%d cases were told", len(got))
	}
	if got := facts[hall.PaperReprinted](t, events); len(got) != 1 || got[0].Case != first.ID || got[0].After != hall.TroubleDoubtful {
		t.Errorf("%+v", got)
	}
	failed := facts[hall.PaperFailed](t, events)
	if !slices.ContainsFunc(failed, func(f hall.PaperFailed) bool { return f.Why == hall.TroubleDoubtful && f.Case == first.ID }) {
		t.Errorf("%+v", failed)
	}
}

// Domain §7: what was entered by mistake is undone until the next step; a refusal is complete when handed over, and its
// paper names reason, basis and remedy.
func TestRefusedAndUndoneAtTheCounter(t *testing.T) {
	r := newRig(t)
	printer := r.printer()
	r.start()
	r.await("the printer", r.ready)
	r.serve("21", "C", "C02")
	done := r.step("21/refuse", `{"item":"C02","why":"not-met"}`)
	papers, err := printer.Await(context.Background(), 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"不予受理通知书", "不符合受理条件", "行政许可法", "60 日", "青澜市人民法"} {
		if text := strings.ReplaceAll(papers[1].Text(), "\n", ""); !strings.Contains(text, part) {
			t.Errorf("%s is not on the paper:\n%s", part, text)
		}
	}
	c := done.Case
	if c.Ended || c.Undo == nil || c.Undo.To != hall.CaseIsUndone || !slices.Equal(c.Next, []hall.Type{hall.TypeCaseDelivered}) {
		t.Errorf("%+v", c)
	}
	c = r.step(on("21", c, "deliver"), `{"n":1,"road":"window"}`).Case
	if c.State != hall.CaseIsTold || !c.Ended || c.Undo == nil || c.Undo.To != hall.CaseIsRefused {
		t.Errorf("%+v", c)
	}
	c = r.step(on("21", c, "undo"), `{"n":2}`).Case
	if c.State != hall.CaseIsRefused || c.Undo != nil {
		t.Errorf("%+v", c)
	}
	if code := r.post("/api/cases/at/"+on("21", c, "undo"), `{"n":3}`, nil); code != "nothing-to-undo" {
		t.Errorf("undone twice: %q", code)
	}
}

// Design §5: at 95 % cases and notices are refused like tickets.
func TestANearlyFullDiskTakesNoCases(t *testing.T) {
	r := newRig(t)
	r.start()
	r.serve("21", "C", "C02")
	c := r.step("21/accept", `{"item":"C02"}`).Case
	r.stop()
	full := r.writeConfig()
	full.ballast = 1 << 50 // counts as used: more than any volume has
	r.run(full)
	for path, body := range map[string]string{
		"21/accept": `{"item":"C02"}`, "21/notice": `{"item":"C01","missing":["登记申请书"]}`, on("21", c, "decide"): `{"n":1,"result":"granted"}`,
	} {
		if code := r.post("/api/cases/at/"+path, body, nil); code != "disk-full" {
			t.Errorf("%s: %q", path, code)
		}
	}
	if v := r.casesAt("21"); len(v.Open) != 1 || v.Open[0].State != hall.CaseIsAccepted {
		t.Errorf("%+v", v.Open)
	}
}

// Design §2: what the counter keeps of a person goes at the latest 35 days after the last step, though the case is open.
func TestWhatIsKeptOfAPersonGoesAfterThirtyFiveDays(t *testing.T) {
	r := newRig(t)
	r.enrol("")
	var ahead atomic.Int64
	c := r.writeConfig()
	c.Clock = Clock{
		Now:    func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) },
		Synced: func() bool { return true },
	}
	r.run(c)
	r.serve("21", "C", "C02")
	r.step("21/accept", wang)
	ahead.Store(int64(35 * 24 * time.Hour))
	r.await("the day", func() bool { return r.console("21").Today.Served == 0 && r.casesAt("21").Open[0].Due != nil })
	if got := r.casesAt("21").Open[0].Applicant; got.Name != "王**" {
		t.Errorf("on the 35th day: %+v", got)
	}
	ahead.Store(int64(36 * 24 * time.Hour))
	r.await("the name to go", func() bool { return r.casesAt("21").Open[0].Applicant.Gone })
	r.stop()
	if own := r.bucket(c.Data, "state/own"); len(own) != 0 {
		t.Errorf("%d texts are kept", len(own))
	}
	if len(r.bucket(c.Data, "boxes/")) != 1 {
		t.Error("the hub's box went too, and the hub has not answered")
	}
}

// What the counter keeps of persons outlives its secret: it is sealed anew at the start after a rotation.
func TestWhatIsKeptOfPersonsOutlivesARotation(t *testing.T) {
	r := newRig(t)
	e := r.enrol("")
	c := r.start()
	r.serve("21", "C", "C02")
	r.step("21/accept", wang)
	r.stop()
	e.Secret = bytes.Repeat([]byte{9}, 32)
	line, err := e.Line()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Rotate(c, line); err != nil {
		t.Fatal(err)
	}
	for start := range 2 { // the second one has the new secret alone
		r.start()
		if open := r.casesAt("21").Open; len(open) != 1 || open[0].Applicant.Name != "王**" {
			t.Fatalf("start %d: %+v", start, open)
		}
		if _, err := os.Stat(filepath.Join(c.Data, formerFile)); err == nil {
			t.Errorf("start %d: the former secret is kept", start)
		}
		r.stop()
	}
}

// The limit of a case is counted by the calendar that the centre published, over the one that is shipped, after a stop too.
func TestLimitsFollowThePublishedCalendar(t *testing.T) {
	h, r := newTableHub(t), newRig(t)
	r.enrol(h.addr)
	c := r.writeConfig()
	c.at(monday, "10:00")
	r.run(c)
	r.serve("21", "C", "C02")
	r.step("21/accept", `{"item":"C02"}`)
	due := func() hall.Day { return r.casesAt("21").Open[0].Due.Day }
	shipped := due()
	tuesday, err := hall.ParseDay("2026-12-01")
	if err != nil {
		t.Fatal(err)
	}
	closed := &uplink.Calendar{Closed: []hall.Closing{{Hall: hall.EveryHall, Day: tuesday, Why: hall.ClosingWeather}}}
	h.say(uplink.LeafConfig, uplink.Config{V: uplink.Version, Version: 5, PublicURL: "https://pj.example", BoxKey: "k", Calendar: closed})
	r.await("the configuration", func() bool { return len(heard[hall.ConfigApplied](h)) == 1 })
	if got := due(); got != shipped+1 {
		t.Errorf("due on %v, before on %v", got, shipped)
	}
	r.stop()
	h.close()
	r.run(c)
	if got := due(); got != shipped+1 {
		t.Errorf("forgotten after a stop: due on %v", got)
	}
}
