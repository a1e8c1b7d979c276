package agent

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hallpulse/agent/internal/desk"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// carried is what was entered for the ticket at a window.
func (r *rig) carried(window string) desk.Carried {
	r.t.Helper()
	v := r.console(window).Visit
	if v == nil || v.Carried == nil {
		return desk.Carried{}
	}
	return *v.Carried
}

// nowhere fails the test where a text lies in plain in a file under the folder, or in what the agent has said.
func (r *rig) nowhere(texts ...string) {
	r.t.Helper()
	err := filepath.WalkDir(r.dir, func(path string, at os.DirEntry, err error) error {
		if err != nil || !at.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, text := range texts {
			if bytes.Contains(data, []byte(text)) {
				r.t.Errorf("%s lies in plain in %s", text, at.Name())
			}
		}
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, text := range texts {
		if r.log.says(text) {
			r.t.Errorf("%s is in the log", text)
		}
	}
}

// Domain §6: what one window entered travels with the ticket and is shown, not asked, at the next: passed on, set aside and
// taken back by another clerk, over a restart, and for a second case on the same number.
func TestWhatOneWindowEnteredIsShownAtTheNext(t *testing.T) {
	r := newRig(t)
	r.enrol("")
	c := r.start()
	r.serve("21", "C", "C02")
	r.act("22", "open")
	r.act("23", "open")
	if got := r.carried("21"); len(got.All) != 0 {
		t.Fatalf("before anything was entered: %+v", got)
	}
	keep := `{"item":"C02","applicant":{"kind":"enterprise","name":"王小明","phone":"138 0000 1234"},"missing":["营业执照"],"waived":[{"material":"食品安全管理制度","why":"promise"}],"other":"流程图要盖章"}`
	if code := r.post("/api/entered/21", keep, nil); code != "" {
		t.Fatal(code)
	}
	if code := r.post("/api/windows/21/transfer", `{"to":{"window":"22"}}`, nil); code != "" {
		t.Fatal(code)
	}
	r.stop()
	r.start()
	r.act("22", "next", "serve")
	got := r.carried("22")
	if len(got.All) != 1 || got.Applicant != (desk.Applicant{Kind: hall.ApplicantEnterprise, Name: "王**", Phone: "****1234"}) {
		t.Fatalf("%+v", got)
	}
	one := got.All[0]
	if one.Window != "21" || one.Staff == nil || one.Staff.Badge != "0523" || one.At.IsZero() || one.Item != "食品经营许可" || one.Note != "流程图要盖章" ||
		!slices.Equal(one.Missing, []string{"营业执照"}) || !slices.Equal(one.Seen, []string{"负责人身份证原件", "设备布局和操作流程图"}) ||
		!slices.Equal(one.Waived, []hall.Waived{{Material: "食品安全管理制度", Why: hall.WaivedPromise}}) {
		t.Errorf("%+v", one)
	}
	// He has brought what was missing: accepted without a word typed.
	view := r.step("22/accept", `{"item":"C02","applicant":{"kind":"enterprise","same":true},"waived":[{"material":"食品安全管理制度","why":"promise"}]}`).Case
	if view.Applicant != got.Applicant || len(view.Waived) != 1 {
		t.Errorf("%+v", view)
	}
	if code := r.post("/api/windows/22/hold", `{"why":"form"}`, nil); code != "" {
		t.Fatal(code)
	}
	id := r.console("23").Held[0].ID
	if code := r.post("/api/windows/23/back", fmt.Sprintf(`{"id":%q}`, id), nil); code != "" {
		t.Fatal(code)
	}
	got = r.carried("23")
	if len(got.All) != 1 || got.All[0].Window != "22" || got.All[0].Case != view.Number || got.All[0].Note != "" || len(got.All[0].Seen) != 3 {
		t.Errorf("%+v", got)
	}
	second := r.step("23/accept", `{"item":"C01","applicant":{"kind":"person","same":true}}`).Case
	if second.Applicant.Name != "王**" || second.Applicant.Phone != "****1234" || len(r.carried("23").All) != 2 {
		t.Errorf("%+v", second)
	}
	// Another applicant takes the place of the first as a whole.
	third := r.step("23/accept", `{"item":"C01","applicant":{"kind":"person","name":"李四"}}`).Case
	if got := r.carried("23").Applicant; third.Applicant.Phone != "" || got.Name != "李**" || got.Phone != "" {
		t.Errorf("%+v, %+v", third.Applicant, got)
	}
	r.act("23", "finish")
	r.await("what was entered to go", func() bool { return r.casesAt("23").Item == "" })
	time.Sleep(1500 * time.Millisecond) // a tick
	r.stop()
	r.good(c)
	if kept := r.bucket(c.Data, "state/entered"); len(kept) != 0 {
		t.Errorf("%d tickets are over, and what was entered for them is kept", len(kept))
	}
	if own := r.bucket(c.Data, "state/own"); len(own) != 3 {
		t.Errorf("%d texts are kept, of three open cases", len(own))
	}
	r.nowhere("王小明", "李四", "0000 1234", "流程图要盖章")
}

// A second window tells what is missing, and what it says stands over what the first had seen; the refusals of what is kept are
// those of a step.
func TestWhatIsKeptWithATicketIsCheckedLikeAStep(t *testing.T) {
	r := newRig(t)
	r.enrol("")
	r.start()
	refused := func(want, path, body string) {
		t.Helper()
		if code := r.post("/api/"+path, body, nil); code != want {
			t.Errorf("%s %s: %q, want %q", path, body, code, want)
		}
	}
	refused("not-serving", "entered/21", `{"item":"C02"}`)
	refused("no-such-window", "entered/99", `{"item":"C02"}`)
	r.serve("21", "C", "C02")
	refused("no-such-item", "entered/21", `{"item":"X"}`)
	refused("no-such-material", "entered/21", `{"item":"C02","missing":["护照"]}`)
	refused("no-such-reason", "entered/21", `{"item":"C02","waived":[{"material":"营业执照","why":"never"}]}`)
	refused("bad-applicant", "entered/21", `{"item":"C02","applicant":{"phone":"12345"}}`)
	refused("no-such-applicant", "entered/21", `{"item":"C02","applicant":{"kind":"ghost"}}`)
	refused("malformed", "entered/21", `{"level":5}`)
	if got := r.carried("21"); len(got.All) != 0 {
		t.Errorf("refused, and kept: %+v", got)
	}
	if code := r.post("/api/entered/21", `{"item":"C02"}`, nil); code != "" {
		t.Fatal(code)
	}
	r.step("21/notice", `{"item":"C02","missing":["营业执照"],"other":"要盖章"}`)
	got := r.carried("21")
	if len(got.All) != 1 || len(got.All[0].Seen) != 3 || got.All[0].Note != "要盖章" || got.Applicant.Kind != "" {
		t.Errorf("%+v", got)
	}
}

// Who is enrolled nowhere keeps of persons nothing; the check-list goes on all the same.
func TestWhatIsEnteredAtACounterAlone(t *testing.T) {
	r := newRig(t)
	r.start()
	r.serve("21", "C", "C02")
	if code := r.post("/api/entered/21", `{"item":"C02","applicant":{"name":"王小明"}}`, nil); code != "no-box-key" {
		t.Errorf("%q", code)
	}
	r.step("21/notice", `{"item":"C02","missing":["营业执照"]}`)
	if got := r.carried("21"); len(got.All) != 1 || got.Applicant.Name != "" {
		t.Errorf("%+v", got)
	}
}

// A window that was left open does not keep for ever what was entered there.
func TestWhatWasEnteredGoesAfterThirtyFiveDays(t *testing.T) {
	r := newRig(t)
	r.enrol("")
	var ahead atomic.Int64
	c := r.writeConfig()
	c.Clock = Clock{Now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }, Synced: func() bool { return true }}
	r.run(c)
	r.serve("21", "C", "C02")
	if code := r.post("/api/entered/21", strings.Replace(wang, "}}", `},"other":"要盖章"}`, 1), nil); code != "" {
		t.Fatal(code)
	}
	ahead.Store(int64(35 * 24 * time.Hour))
	time.Sleep(1500 * time.Millisecond) // a tick
	if got := r.carried("21"); len(got.All) != 1 || got.Applicant.Name != "王**" {
		t.Errorf("on the 35th day: %+v", got)
	}
	ahead.Store(int64(36 * 24 * time.Hour))
	r.await("it to go", func() bool { return len(r.carried("21").All) == 0 })
	r.stop()
	if own := r.bucket(c.Data, "state/own"); len(own) != 0 {
		t.Errorf("%d texts are kept", len(own))
	}
}

// What was signed before a rotation is signed alike for ever: the former key lies beside what is kept of persons, and does not go
// with it.
func TestAFormerKeyOutlivesTheFirstTick(t *testing.T) {
	r := newRig(t)
	e := r.enrol("")
	c := r.start()
	before := r.take("C", "C02")
	r.stop()
	e.Secret = bytes.Repeat([]byte{9}, 32)
	line, err := e.Line()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Rotate(c, line); err != nil {
		t.Fatal(err)
	}
	for start := range 2 {
		r.start()
		time.Sleep(1500 * time.Millisecond) // a tick
		if code := r.post("/api/rate/find", fmt.Sprintf(`{"token":%q}`, before.URL), nil); code != "" {
			t.Errorf("start %d: %s", start, code)
		}
		r.stop()
	}
}

// bring signs a move as the other agent of the hall, with what was entered there sealed to a key of this one.
func (s *shared) bring(m hall.Move, to uplink.Fellow, own uplink.Text) (text, box string) {
	s.t.Helper()
	if !own.IsZero() {
		key, ok := to.BoxKey()
		if !ok {
			s.t.Fatal("this agent has no key")
		}
		line, named, err := uplink.SealBrought(key, m.Ticket.String(), own)
		if err != nil {
			s.t.Fatal(err)
		}
		m.Private, box = named, string(line)
	}
	text, err := uplink.SignMove(s.n.e.Key().SigningKey(), m)
	if err != nil {
		s.t.Fatal(err)
	}
	return text, box
}

// Domain §6 across the agents of a hall: what was entered goes with the ticket, over the hall's network and by the hub, names and
// phones sealed to the agent that it goes to; and it comes back with it.
func TestWhatWasEnteredGoesToAnotherAgentAndBack(t *testing.T) {
	s := newShared(t)
	a := s.take("A", "A01")
	s.act("11", "open", "next", "serve")
	done := s.step("11/accept", `{"item":"A01","applicant":{"kind":"person","name":"王小明","phone":"138 0000 1234"},"other":"先去拍照"}`)
	if code := s.post("/api/windows/11/transfer", `{"to":{"letter":"C"}}`, nil); code != "" {
		t.Fatal(code)
	}
	time.Sleep(1500 * time.Millisecond) // a tick, while the other is away
	s.n.set(true)
	s.await("the ticket at the other agent", func() bool { moved, _ := s.n.got(); return len(moved) > 0 })
	s.await("the word of it at the hub", func() bool { return len(heard[hall.TicketTransferred](s.h)) == 1 })
	told := heard[hall.TicketTransferred](s.h)[0]
	s.n.mu.Lock()
	roads := map[string][2]string{"lan": {s.n.moved[0], s.n.boxes[0]}}
	s.n.mu.Unlock()
	s.h.mu.Lock()
	byHub := [2]string{told.Move}
	for _, box := range s.h.boxes {
		if strings.Contains(box, `"`+told.Private.Ref+`"`) {
			byHub[1] = box
		}
	}
	s.h.mu.Unlock()
	roads["hub"] = byHub
	var m hall.Move
	for road, went := range roads {
		var err error
		if m, err = uplink.ReadMove(went[0], s.fellows); err != nil {
			t.Fatal(road, err)
		}
		if len(m.Entered) != 1 || m.Entered[0].Case != done.Case.Number || m.Entered[0].Window != "11" || !m.Entered[0].Note || len(m.Entered[0].Seen) != 3 {
			t.Errorf("by %s went %+v", road, m.Entered)
		}
		if got, err := uplink.OpenBrought(m.Private, []byte(went[1]), s.n.e.Key().SigningKey()); err != nil || got != (uplink.Text{Words: "先去拍照", Name: "王小明", Phone: "138 0000 1234"}) {
			t.Errorf("by %s: %v", road, err)
		}
		if _, err := uplink.OpenBrought(m.Private, []byte(went[1]), s.e.Key().SigningKey()); err == nil {
			t.Errorf("by %s it opens for him who sent it", road)
		}
	}
	s.h.mu.Lock()
	if bytes.Contains(s.h.wire, []byte("小明")) || bytes.Contains(s.h.wire, []byte("0000 1234")) || bytes.Contains(s.h.wire, []byte("拍照")) {
		t.Error("the hub was told of a person in plain")
	}
	s.h.mu.Unlock()

	word, err := uplink.SignHeard(s.n.e.Key().SigningKey(), uplink.Heard{Ticket: a.ID, Hop: 1, Agent: "hall-2"})
	if err != nil {
		t.Fatal(err)
	}
	if status, text := s.say("/hall/heard", word); status != 200 {
		t.Fatal(status, text)
	}
	m.Hop, m.From, m.To, m.Letter, m.Item = 2, "hall-2", "hall-1", "A", ""
	m.Entered = slices.Insert(m.Entered, 0, hall.Entered{Item: "C02", Window: "21", Staff: "0523", At: time.Now(), Applicant: hall.ApplicantEnterprise,
		Missing: []string{"营业执照"}, Waived: []hall.Waived{{Material: "居民户口簿", Why: hall.WaivedShared}}})
	text, box := s.bring(m, s.fellows[0], uplink.Text{Words: "先去拍照", Name: "李四", Phone: "13900005678"})
	s.h.command("admit-1", hall.CommandAdmit, hall.Order{Move: text, Box: box})
	s.await("the answer to the hub", func() bool { return len(heard[hall.CommandDone](s.h)) == 1 })
	for range 2 { // and over the network, repeated
		if status, answer := s.say("/hall/move", text, box); status != 200 {
			t.Fatal(status, answer)
		}
	}
	s.kill()
	s.kill = s.startChild()
	s.act("11", "next", "serve")
	got := s.carried("11")
	if got.Applicant != (desk.Applicant{Kind: hall.ApplicantEnterprise, Name: "李**", Phone: "****5678"}) || got.Lost || len(got.All) != 2 {
		t.Fatalf("%+v", got)
	}
	if one, before := got.All[0], got.All[1]; one.Code != "C02" || one.Staff == nil || one.Item != "食品经营许可" || before.Code != "A01" || before.Note != "先去拍照" {
		t.Errorf("%+v", got.All)
	}
	if c := s.step("11/accept", `{"item":"A02","applicant":{"kind":"enterprise","same":true}}`).Case; c.Applicant.Name != "李**" || c.Applicant.Phone != "****5678" {
		t.Errorf("%+v", c)
	}
	s.step("11/accept", `{"item":"A04","applicant":{"kind":"person","name":"赵六"},"other":"照片已拍"}`)
	if status, answer := s.say("/hall/move", text, box); status != 200 { // it was on its way for long
		t.Fatal(status, answer)
	}
	if got := s.carried("11"); got.Applicant.Name != "赵**" || len(got.All) != 4 || got.All[0].Code != "A04" || got.All[0].Note != "照片已拍" {
		t.Errorf("a late repeat makes of it %+v", got)
	}
	s.kill()
	s.good(s.writeConfig())
	s.nowhere("王小明", "李四", "0000 1234", "13900005678", "先去拍照")
}

// A ticket whose box is missing, damaged, or sealed to a secret that nobody has any more waits all the same, and says what did not
// come with it; one that was sealed before a rotation opens after it. An agent that knows of none of this brings it as ever.
func TestATicketComesWithoutWhatCannotBeOpened(t *testing.T) {
	s := newShared(t)
	rotated := s.e
	rotated.Secret = bytes.Repeat([]byte{9}, 32)
	line, err := rotated.Line()
	if err != nil {
		t.Fatal(err)
	}
	s.kill()
	if _, err := Rotate(s.writeConfig(), line); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second start has the new secret alone
		s.kill = s.startChild()
		time.Sleep(1500 * time.Millisecond) // a tick
		s.kill()
	}
	s.kill = s.startChild()
	defer func() { s.kill() }()
	s.act("11", "open")
	stranger := s.e
	stranger.Secret = bytes.Repeat([]byte{77}, 32)
	own := uplink.Text{Name: "王小明", Phone: "13800001234"}
	var brought [][2]string
	for n, c := range []struct {
		name      string
		to        uplink.Fellow
		own       uplink.Text
		box       func(string) string
		lost      bool
		applicant string
		entries   int
	}{
		{name: "an older agent's", entries: 0},
		{name: "sealed to the key before", to: fellowOf(s.e, ""), own: own, applicant: "王**", entries: 1},
		{name: "sealed to the key now", to: fellowOf(rotated, ""), own: own, applicant: "王**", entries: 1},
		{name: "sealed to a stranger", to: fellowOf(stranger, ""), own: own, lost: true, entries: 1},
		{name: "without its box", to: fellowOf(rotated, ""), own: own, box: func(string) string { return "" }, lost: true, entries: 1},
		{name: "damaged", to: fellowOf(rotated, ""), own: own, box: func(b string) string { return strings.Replace(b, `"sealed":"`, `"sealed":"AAAA`, 1) }, lost: true, entries: 1},
		{name: "of nobody", entries: 1},
	} {
		m := hall.Move{
			Ticket: hall.ID{Agent: s.n.e.Number, Serial: uint32(100 + n)}, Hop: 1, From: "hall-2", To: "hall-1", At: time.Now(), Number: fmt.Sprintf("C%03d", n+1),
			Day: hall.DayOf(time.Now()), Issued: time.Now(), Letter: "A", Window: "11",
		}
		if c.entries > 0 {
			m.Entered = []hall.Entered{{Item: "A01", Window: "21", At: time.Now(), Missing: []string{"居民户口簿"}}}
		}
		text, box := s.bring(m, c.to, c.own)
		if c.box != nil {
			box = c.box(box)
		}
		if status, answer := s.say("/hall/move", text, box); status != 200 {
			t.Fatalf("%s: %d %s", c.name, status, answer)
		}
		s.act("11", "next", "serve")
		got := s.carried("11")
		if v := s.console("11").Visit; v.Ticket != m.Number || got.Lost != c.lost || got.Applicant.Name != c.applicant || len(got.All) != c.entries {
			t.Errorf("%s: %s, %+v", c.name, v.Ticket, got)
		}
		if c.lost { // by another road it comes after all
			text, box := s.bring(m, fellowOf(rotated, ""), own)
			if status, _ := s.say("/hall/move", text, box); status != 200 || s.carried("11").Lost || s.carried("11").Applicant.Name != "王**" {
				t.Errorf("%s: brought again it is %+v", c.name, s.carried("11"))
			}
		}
		s.act("11", "finish")
		brought = append(brought, [2]string{text, box})
	}
	time.Sleep(1500 * time.Millisecond) // a tick
	for _, late := range brought {      // nobody is there any more
		if status, answer := s.say("/hall/move", late[0], late[1]); status != 200 {
			t.Fatal(status, answer)
		}
	}
	s.kill()
	data := s.writeConfig().Data
	if all := s.bucket(data, "state/entered"); len(all) != 0 {
		t.Errorf("of %d tickets that are over is kept what came with them", len(all))
	}
	if own := s.bucket(data, "state/own"); len(own) != 1 { // the key before
		t.Errorf("%d texts are kept", len(own))
	}
}
