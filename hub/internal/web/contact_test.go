package web

import (
	"net/http"
	"strings"
	"testing"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/notify"
	"hallpulse/hub/internal/private"
)

func privateText(words, phone string) private.Text { return private.Text{Words: words, Phone: phone} }

// remindedOf is reminded for what is no visit.
func (s *street) remindedOf(kind hall.MessageKind, of string) (id, address string) {
	s.t.Helper()
	id = notify.ID(kind, of, 1)
	token := s.vault.Token("message", id)
	s.decide(intake.Keys{Messages: []string{id}}, func(k intake.Known) ([]hall.Fact, error) {
		m, ok := k.Message(id)
		if !ok {
			s.t.Fatalf("no message %s", id)
		}
		return m.Begin(m.Due, notify.Law{}, notify.LinkSHA(token))
	})
	return id, notify.LinkPath + token
}

// messages lists the messages of the store as id and state.
func (s *street) queued() map[string]notify.State {
	s.t.Helper()
	all, _, err := s.store.Messages(s.t.Context(), intake.MessagesAsked{Page: intake.Page{Limit: 100}})
	if err != nil {
		s.t.Fatal(err)
	}
	out := map[string]notify.State{}
	for _, m := range all {
		out[m.ID] = m.State
	}
	return out
}

// domain §3.5, §11: a phone is left with consent, masked, and taken back whenever he likes: then it is erased.
func TestAPhoneIsLeftAndTakenBack(t *testing.T) {
	s := newStreet(t)
	ticket := s.takes("A063")
	path := s.scan(ticket)
	wantPage(t, s.get(path), http.StatusOK, "正在排队", "留手机号，办完发短信提醒")
	phone := with(path, "see", "phone")
	wantPage(t, s.get(phone), http.StatusOK, "号码只用来发这张票的短信", "窗口和办理单位看不到", "随时可以撤回", "同意，留下号码")
	for _, bad := range []string{"", "12", "010-12345678", "12812345678", "<b>", "13812342046x"} {
		if w := s.sends(phone, "phone", "phone", bad); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%q: %d", bad, w.Code)
		}
	}
	wantPage(t, s.follow(s.sends(phone, "phone", "phone", "+86 138-1234-2046"), path), http.StatusOK, "会发短信到 138****2046")
	wantPage(t, s.get(path), http.StatusOK, "正在排队", "会发短信到 138****2046", "撤回，删掉号码")
	if strings.Contains(bareOf(s.get(path)), "13812342046") {
		t.Error("the number stands on the page")
	}
	wantPage(t, s.follow(s.sends(phone, "phone", "phone", "13812342046"), path), http.StatusOK)
	if len(s.erased) != 0 {
		t.Errorf("the same number again erased %q", s.erased)
	}
	wantPage(t, s.follow(s.sends(phone, "phone", "phone", "13912342046"), path), http.StatusOK, "139****2046")
	if len(s.erased) != 1 {
		t.Errorf("another number: erased %q", s.erased)
	}
	visit := s.served(ticket)
	reminder := notify.ID(hall.MessageRateReminder, visit.String(), 1)
	if got := s.queued(); got[reminder] != notify.Waiting {
		t.Errorf("messages %v", got)
	}
	wantPage(t, s.follow(s.sends(with(path, "see", "phone"), "forget"), path), http.StatusOK, "留个手机号", "同意，留下号码")
	if got := s.queued(); got[reminder] != notify.Dropped || len(s.erased) != 2 {
		t.Errorf("messages %v, erased %q", got, s.erased)
	}
	if left, err := s.store.LeftWith(t.Context(), s.vault.Marks(private.MarkPhone, "13912342046")); err != nil || len(left) != 0 {
		t.Errorf("still found: %v, %v", left, err)
	}
	s.check()
}

// What a citizen leaves for a reply is good for messages too; taking that back leaves what he said with his rating.
func TestAPhoneGivenWithARatingGetsMessages(t *testing.T) {
	s := newStreet(t)
	ticket := s.takes("A063")
	visit := s.served(ticket)
	path := s.scan(ticket)
	s.follow(s.sends(path, "tap", "level", "2"), path)
	wantPage(t, s.get(path), http.StatusOK, "留了手机号，会发短信告诉您结果")
	wantPage(t, s.follow(s.sends(path, "send", "text", "等了一上午", "name", "王芳", "phone", "13812342046", "call", "1"), path), http.StatusOK, "评价已收到", "会发短信到 138****2046")
	s.signed(visit)
	s.acts(visit, callerFang, callsBack, "说了对不起")
	s.answers(visit, "好了")
	if got := s.queued(); got[notify.ID(hall.MessageRepairAnswered, visit.String(), 1)] != notify.Waiting {
		t.Errorf("messages %v", got)
	}
	s.sends(with(path, "visit", visit.String()), "forget")
	r := s.repairOf(visit)
	if text, ok, err := s.Text(t.Context(), r.Rating.Ref); err != nil || !ok || text.Words != "等了一上午" || text.Phone != "13812342046" {
		t.Errorf("what he said with the rating: %v, %v", ok, err)
	}
	for id, state := range s.queued() {
		if state != notify.Dropped {
			t.Errorf("%s is %s", id, state)
		}
	}
	s.check()
}

// Where nobody carries messages nobody is asked for a phone.
func TestWithoutAProviderNoPhoneIsAsked(t *testing.T) {
	s := newStreet(t, func(c *PublicConfig) { c.SMS = false })
	ticket := s.takes("A063")
	path := s.scan(ticket)
	if page := bareOf(s.get(path)); strings.Contains(page, "留手机号") {
		t.Error("a phone is asked for")
	}
	wantPage(t, s.get(with(path, "see", "phone")), http.StatusNotFound)
	wantPage(t, s.post(path, "do", "phone", "phone", "13812342046"), http.StatusBadRequest)
	s.served(ticket)
	s.follow(s.sends(path, "tap", "level", "2"), path)
	s.follow(s.sends(path, "send", "phone", "13812342046"), path)
	if len(s.queued()) != 0 {
		t.Errorf("messages %v", s.queued())
	}
}
