package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/private"
	"hallpulse/hub/internal/repair"
)

// LeftWith implements Phones.
func (s *street) LeftWith(ctx context.Context, phone string) ([]intake.Ticket, error) {
	return s.store.LeftWith(ctx, s.vault.Marks(private.MarkPhone, private.Number(phone)))
}

// hotline is an operator at the hotline's page of a street's office.
func (s *street) hotline(t *testing.T) *desks {
	t.Helper()
	d := newDesks(t, func(c *OfficeConfig) {
		c.Reasons = reasons(t)
		c.Hotline = Hotline{Tickets: s.store, Signers: s, Recorder: s, Phones: s}
		c.Matters.Decider, c.Matters.Texts, c.Matters.Ratings, c.Matters.Repairs = s.intake, s, s.store, s.store
	})
	hash := d.account("gao").Hash
	d.change("op-7", func(a *Account) { a.Role, a.Hash = access.Operator, hash })
	d.change("op-far", func(a *Account) { a.Role, a.Hash, a.Halls = access.Operator, hash, []string{"far"} })
	if r := d.signIn("op-7", rightPassword); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("sign-in: %d", r.StatusCode)
	}
	d.mu.Lock()
	d.now = s.now()
	d.mu.Unlock()
	return d
}

// say is what an act of the hotline says.
type say map[string]any

// and adds to it.
func (a say) and(b say) say {
	out := say{}
	for k, v := range a {
		out[k] = v
	}
	for k, v := range b {
		out[k] = v
	}
	return out
}

// shows is how a caller shows a ticket by what is printed on it.
func (s *street) shows(ticket hall.ID, number string) say {
	return say{"call": "20261118-0041", "hall": "city", "number": number, "day": hall.DayOf(s.now()).String(), "code": s.code(ticket)}
}

func (d *desks) asks(t *testing.T, act string, body say) (status int, code string, visit calledVisit) {
	t.Helper()
	r := d.post("/api/hotline/"+act, body)
	var said struct {
		calledVisit
		Visits []calledVisit `json:"visits"`
		Error  problem       `json:"error"`
	}
	if err := json.Unmarshal([]byte(text(r)), &said); err != nil {
		t.Fatalf("%s: %d %s", act, r.StatusCode, text(r))
	}
	if strings.Contains(said.Error.Message, "hotline.") || strings.Contains(said.Error.Message, "typed.") {
		t.Errorf("%s: %q has no words", act, said.Error.Message)
	}
	if len(said.Visits) > 0 {
		said.calledVisit = said.Visits[0]
	}
	return r.StatusCode, said.Error.Code, said.calledVisit
}

// domain §3.2, §3.3: what a citizen says on a recorded call, who shows his ticket, is his rating, on channel hotline, with the
// operator and the call beside it.
func TestAnOperatorEntersWhatACitizenSays(t *testing.T) {
	s := newStreet(t)
	ticket := s.takes("A063")
	visit := s.served(ticket)
	d := s.hotline(t)
	caller := s.shows(ticket, "a63")
	status, _, found := d.asks(t, "find", caller)
	if status != http.StatusOK || found.Visit != visit.String() || found.State != calledOpen || found.Where != "一楼 12 号窗口" || found.Item != "居民身份证补领" || found.Ticket != "A063" {
		t.Fatalf("found %d %+v", status, found)
	}
	said := caller.and(say{"visit": visit.String(), "level": 2, "reasons": []string{"208", "510"}, "words": "要了三次", "withheld": true, "name": "王芳", "reply_to": "138 1234 2046", "callback": true})
	for range 2 { // the button is pressed twice
		s.phones.now = s.now()
		status, _, after := d.asks(t, "rate", said)
		if after.State == calledRated || status == http.StatusConflict {
			continue
		}
		t.Errorf("rated: %d %+v", status, after)
	}
	v := s.visitOf(visit)
	if v.Level != hall.Bad || v.Channel != hall.ChannelHotline || !v.Withheld || !v.Named {
		t.Errorf("visit %+v", v)
	}
	answers := s.answersOf(ticket)
	if len(answers) != 1 || answers[0].Operator != "op-7" || answers[0].Call != "20261118-0041" || answers[0].Reasons != "208" {
		t.Fatalf("answers %+v", answers)
	}
	if text, ok, err := s.Text(t.Context(), answers[0].Ref); err != nil || !ok || text.Words != "要了三次" || text.Name != "王芳" || text.Phone != "13812342046" {
		t.Errorf("what he said: %v %v", ok, err)
	}
	if r := s.repairOf(visit); r.State != repair.Open || !r.Rating.Callback {
		t.Errorf("repair %+v", r)
	}
	status, code, _ := d.asks(t, "rate", said.and(say{"call": "20261118-0042", "level": 5}))
	if status != http.StatusConflict || code != "rated" {
		t.Errorf("in another call: %d %s", status, code)
	}
	s.check()
}

// The operator reads the question and learns no level: neither in what he is answered, nor by what he may do.
func TestTheOperatorLearnsNoLevel(t *testing.T) {
	s := newStreet(t)
	ticket := s.takes("A063")
	visit := s.served(ticket, hall.VeryBad)
	d := s.hotline(t)
	caller := s.shows(ticket, "A063")
	r := d.post("/api/hotline/find", caller)
	if said := text(r); strings.Contains(said, "level") || strings.Contains(said, `"1"`) || !strings.Contains(said, `"state":"pressed"`) {
		t.Errorf("answered %s", said)
	}
	if status, _, after := d.asks(t, "rate", caller.and(say{"visit": visit.String(), "level": 4})); status != http.StatusOK || after.State != calledRated {
		t.Errorf("corrected: %d %+v", status, after)
	}
	if v := s.visitOf(visit); v.Level != hall.Good || v.Channel != hall.ChannelHotline || !v.Integrity {
		t.Errorf("visit %+v", v)
	}
}

func TestWhatTheHotlineDoesNotTake(t *testing.T) {
	s := newStreet(t)
	ticket, other := s.takes("A063"), s.takes("A064")
	visit, foreign := s.served(ticket), s.served(other)
	late := s.takes("A001")
	caller := s.shows(ticket, "A063").and(say{"visit": visit.String(), "level": 5})
	for name, c := range map[string]struct {
		change say
		status int
		code   string
	}{
		"no call":                    {say{"call": ""}, http.StatusUnprocessableEntity, "call"},
		"a call that is none":        {say{"call": "a b"}, http.StatusUnprocessableEntity, "call"},
		"no code":                    {say{"code": ""}, http.StatusUnprocessableEntity, "code"},
		"a wrong code":               {say{"code": "00000000"}, http.StatusUnprocessableEntity, "wrong"},
		"no hall":                    {say{"hall": ""}, http.StatusUnprocessableEntity, "hall"},
		"no level":                   {say{"level": nil}, http.StatusBadRequest, "form"},
		"level 0":                    {say{"level": 0}, http.StatusBadRequest, "form"},
		"level 6":                    {say{"level": 6}, http.StatusBadRequest, "form"},
		"the visit of another":       {say{"visit": foreign.String()}, http.StatusUnprocessableEntity, "visit"},
		"no visit":                   {say{"visit": ""}, http.StatusUnprocessableEntity, "visit"},
		"words of a novel":           {say{"words": strings.Repeat("长", 501)}, http.StatusUnprocessableEntity, "form"},
		"a call-back without number": {say{"callback": true}, http.StatusUnprocessableEntity, "form"},
		"a phone nobody left":        {say{"code": "", "phone": "13812342046"}, http.StatusUnprocessableEntity, "not-left"},
		"a phone that is none":       {say{"code": "", "phone": "110"}, http.StatusUnprocessableEntity, "phone"},
		"something else":             {say{"operator": "op-1"}, http.StatusBadRequest, "form"},
	} {
		t.Run(name, func(t *testing.T) {
			d := s.hotline(t)
			if status, code, _ := d.asks(t, "rate", caller.and(c.change)); status != c.status || code != c.code {
				t.Errorf("%d %s, want %d %s", status, code, c.status, c.code)
			}
		})
	}
	d := s.hotline(t)
	old := s.served(late)
	s.pass(8 * 24 * time.Hour)
	d.mu.Lock()
	d.now = s.now()
	d.mu.Unlock()
	shows := s.shows(late, "A001").and(say{"day": "2026-11-18", "visit": old.String(), "level": 5})
	if status, code, _ := d.asks(t, "rate", shows); status != http.StatusConflict || code != "late" {
		t.Errorf("after its time: %d %s", status, code)
	}
	for _, ticket := range []hall.ID{ticket, other, late} {
		if len(s.answersOf(ticket)) != 0 {
			t.Errorf("recorded %+v", s.answersOf(ticket))
		}
	}
}

// Wrong codes lock the ticket for everybody, the operator too.
func TestCodesLockForTheHotlineToo(t *testing.T) {
	s := newStreet(t)
	ticket := s.takes("A063")
	s.served(ticket)
	d := s.hotline(t)
	for n := range codeTries {
		status, code, _ := d.asks(t, "find", s.shows(ticket, "A063").and(say{"code": fmt.Sprintf("0000000%d", n)}))
		if want := map[bool]int{true: http.StatusUnprocessableEntity, false: http.StatusTooManyRequests}[n < codeTries-1]; status != want {
			t.Errorf("try %d: %d %s", n+1, status, code)
		}
	}
	if status, code, _ := d.asks(t, "find", s.shows(ticket, "A063")); status != http.StatusTooManyRequests || code != "locked" {
		t.Errorf("the right code: %d %s", status, code)
	}
	wantPage(t, s.post("/r", s.typedForm("A063", s.code(ticket))...), http.StatusTooManyRequests)
}

func TestAnOperatorEntersForHisHallsAlone(t *testing.T) {
	s := newStreet(t)
	ticket := s.takes("A063")
	s.served(ticket)
	s.follow(s.sends(with(s.scan(ticket), "see", "phone"), "phone", "phone", "13812342046"), s.scan(ticket))
	d := s.hotline(t)
	far := d.elsewhere()
	d.mu.Lock()
	d.now = time.Now()
	d.mu.Unlock()
	far.signIn("op-far", rightPassword)
	d.mu.Lock()
	d.now = s.now()
	d.mu.Unlock()
	if status, code, _ := far.asks(t, "find", s.shows(ticket, "A063")); status != http.StatusForbidden || code != "forbidden" {
		t.Errorf("by code: %d %s", status, code)
	}
	if status, code, _ := far.asks(t, "find", say{"call": "20261118-0041", "phone": "13812342046"}); status != http.StatusUnprocessableEntity || code != "not-left" {
		t.Errorf("by phone: %d %s", status, code)
	}
	if status, _, found := d.asks(t, "find", say{"call": "20261118-0041", "phone": "+86 138 1234 2046"}); status != http.StatusOK || found.State != calledOpen {
		t.Errorf("by phone at home: %d %+v", status, found)
	}
}

// domain §4: he rates the repair on a recorded call; a bad one reopens it.
func TestARepairIsRatedOnTheHotline(t *testing.T) {
	s := newStreet(t)
	ticket := s.takes("A063")
	visit := s.served(ticket, hall.Bad)
	s.signed(visit)
	s.answers(visit, "好了，对不起")
	d := s.hotline(t)
	caller := s.shows(ticket, "A063")
	_, _, found := d.asks(t, "find", caller)
	if found.Repair == nil || found.Repair.Answer != "好了，对不起" || found.Repair.Unit != "市公安局" || found.Repair.Seen == 0 {
		t.Fatalf("found %+v", found.Repair)
	}
	said := caller.and(say{"visit": visit.String(), "level": 1, "seen": found.Repair.Seen, "reasons": []string{"115"}, "words": "还是老样子"})
	if status, code, _ := d.asks(t, "second", said.and(say{"seen": 1})); status != http.StatusConflict || code != "taken" {
		t.Errorf("by what he did not see: %d %s", status, code)
	}
	if status, _, after := d.asks(t, "second", said); status != http.StatusOK || after.Repair != nil {
		t.Errorf("rated: %d %+v", status, after)
	}
	r := s.repairOf(visit)
	if len(r.Past) != 1 || r.Past[0].Second.Call != "20261118-0041" || r.Past[0].Second.Channel != hall.ChannelHotline || r.State != repair.Assigned {
		t.Errorf("repair %+v", r)
	}
	if status, code, _ := d.asks(t, "second", said.and(say{"seen": r.Version, "level": 5})); status != http.StatusUnprocessableEntity {
		t.Errorf("again: %d %s", status, code)
	}
	s.check()
}
