package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/repair"
)

// domain §3.13: a bad press that gave no reason is asked for it behind the ticket, once, with the reasons of its level.
func TestTheReasonIsAskedBehindTheTicket(t *testing.T) {
	for _, road := range []string{"the QR code", "the typed code", "the link of the SMS"} {
		t.Run(road, func(t *testing.T) {
			s := newStreet(t)
			ticket := s.takes("A063")
			visit := s.served(ticket, hall.Bad)
			path, want := s.scan(ticket), hall.ChannelQR
			switch road {
			case "the typed code":
				path = s.enters(ticket, "A063")
			case "the link of the SMS":
				wantPage(t, s.follow(s.sends(with(path, "see", "phone"), "phone", "phone", "138 1234 2046"), path), http.StatusOK, "138****2046")
				_, path = s.reminded(hall.MessageReasonAsked, visit)
			}
			_ = want
			w := s.get(path)
			wantPage(t, w, http.StatusOK, "您在窗口按了“不满意”", "哪里不满意？", "没有提供材料清单", "等级不变", "按错了，重新选")
			if strings.Contains(bareOf(w), " checked") || strings.Contains(bareOf(w), "态度较好") {
				t.Error("the page ticks a reason, or offers one of another level")
			}
			wantPage(t, s.sends(path, "why"), http.StatusUnprocessableEntity, "请勾一个原因")
			wantPage(t, s.sends(path, "why", "reason", "510"), http.StatusUnprocessableEntity, "请勾一个原因") // of another level
			form := []string{"do", "why", "visit", visit.String(), "reason", "208", "reason", "210", "text", "要了三次"}
			wantPage(t, s.follow(s.post(path, form...), path), http.StatusOK, "评价已收到", "<b>不满意</b>，2 个原因", "这是您在窗口按的", "后来怎么样了")
			wantPage(t, s.follow(s.post(path, form...), path), http.StatusOK, "2 个原因") // sent twice
			v := s.visitOf(visit)
			if v.Level != hall.Bad || v.ReasonMissing || v.Channel != hall.ChannelPad {
				t.Errorf("visit %+v", v)
			}
			if r := s.repairOf(visit); strings.Join(r.Rating.Reasons, ",") != "208,210" {
				t.Errorf("the repair knows %v", r.Rating.Reasons)
			}
			s.check()
		})
	}
}

// A wrong press is corrected with the ticket: the page that asks why leads there (domain §3.3).
func TestAWrongPressIsCorrectedFromTheQuestion(t *testing.T) {
	s := newStreet(t)
	ticket := s.takes("A063")
	visit := s.served(ticket, hall.VeryBad)
	path := s.scan(ticket)
	again := with(path, "change", "1")
	wantPage(t, s.get(again), http.StatusOK, "这次办事，您满意吗？", "您在窗口按过评价器")
	wantPage(t, s.follow(s.sends(again, "tap", "level", "5"), path), http.StatusOK, "哪里让您满意")
	wantPage(t, s.follow(s.sends(path, "send"), path), http.StatusOK, "评价已收到", "非常满意")
	if v := s.visitOf(visit); v.Level != hall.VeryGood || !v.Integrity || v.Channel != hall.ChannelQR {
		t.Errorf("visit %+v", v)
	}
	if r := s.repairOf(visit); r.State != repair.Withdrawn {
		t.Errorf("the repair is %s", r.State)
	}
	if page := bareOf(s.get(path)); strings.Contains(page, "后来怎么样了") {
		t.Error("a repair that was withdrawn is followed")
	}
	s.check()
}

// domain §4: the citizen follows the repair with the code on the ticket, in plain words, and rates it once.
func TestTheCitizenFollowsTheRepair(t *testing.T) {
	s := newStreet(t)
	ticket := s.takes("A063")
	visit := s.served(ticket)
	path := s.scan(ticket)
	s.follow(s.sends(path, "tap", "level", "2"), path)
	wantPage(t, s.follow(s.sends(path, "send", "reason", "208"), path), http.StatusOK, "已收到，正在派给办理单位", "最晚 12月2日 周三答复您", "收到您的评价")
	if strings.Contains(bareOf(s.get(path)), "整改得怎么样") {
		t.Error("he can rate what is not done")
	}
	s.signed(visit)
	wantPage(t, s.get(path), http.StatusOK, "市公安局正在核实", "市公安局签收")
	s.acts(visit, handlerTang, func(r repair.Repair, h repair.Hand, k intake.Known, text hall.Sealed) ([]hall.Fact, error) {
		return r.Extend(r.Round.Deadline.Day+7, text, h, k.Law())
	}, "要等省里<b>换系统</b>")
	w := s.get(path)
	wantPage(t, w, http.StatusOK, "最晚 12月9日 周三答复您", "已延期到 12月9日 周三。原因：要等省里&lt;b&gt;换系统&lt;/b&gt;")
	s.answers(visit, "材料清单已经贴在窗口，\n对不起")
	wantPage(t, s.get(path), http.StatusOK, "市公安局已经答复", "给您的答复", "材料清单已经贴在窗口，", "整改得怎么样？", "11月25日 周三前可以评一次")
	if buttons := strings.Count(bareOf(s.get(path)), `<button class="level" name="level"`); buttons != 5 {
		t.Errorf("%d levels", buttons)
	}
	chosen := with(path, "visit", visit.String(), "see", "second", "level", "1")
	wantPage(t, s.get(chosen), http.StatusOK, "整改得怎么样？", "非常不满意", "改选", "服务态度差效率低")
	wantPage(t, s.follow(s.sends(chosen, "second", "reason", "115", "text", "还是老样子"), path), http.StatusOK, "您对整改的评价：非常不满意", "重新整改")
	r := s.repairOf(visit)
	if len(r.Past) != 1 || r.Past[0].Second.Level != hall.VeryBad || r.Past[0].Second.Channel != hall.ChannelQR || r.State != repair.Assigned {
		t.Errorf("repair %+v", r)
	}
	wantPage(t, s.follow(s.post(path, "do", "second", "visit", visit.String(), "level", "5"), path), http.StatusOK, "您对整改的评价：非常不满意") // once
	if r := s.repairOf(visit); len(r.Past) != 1 || !r.Round.Second.At.IsZero() {
		t.Errorf("rated again: %+v", r)
	}
	if v := s.visitOf(visit); v.Level != hall.Bad {
		t.Errorf("the visit's rating became %d", v.Level)
	}
	s.check()
}

func TestTheRepairCannotBeRatedAfterItsTime(t *testing.T) {
	s := newStreet(t)
	ticket := s.takes("A063")
	visit := s.served(ticket, hall.Bad)
	path := s.scan(ticket)
	s.signed(visit)
	s.answers(visit, "好了")
	s.follow(s.sends(path, "why", "reason", "208"), path)
	chosen := with(path, "visit", visit.String(), "see", "second", "level", "5")
	wantPage(t, s.get(chosen), http.StatusOK, "整改得怎么样？")
	s.pass(8 * 24 * time.Hour)
	if page := bareOf(s.get(path)); strings.Contains(page, "整改得怎么样") {
		t.Error("its time is over and it is asked")
	}
	wantPage(t, s.follow(s.post(path, "do", "second", "visit", visit.String(), "level", "5"), path), http.StatusOK, "后来怎么样了")
	if r := s.repairOf(visit); !r.Round.Second.At.IsZero() {
		t.Errorf("rated: %+v", r.Round.Second)
	}
}

// domain §4: pressure or retaliation is reported from there, to the centre alone; it freezes the repair.
func TestPressureIsReportedToTheCentreAlone(t *testing.T) {
	s := newStreet(t)
	ticket := s.takes("A063")
	visit := s.served(ticket, hall.Bad)
	path := s.scan(ticket)
	s.signed(visit)
	s.follow(s.sends(path, "why", "reason", "208"), path)
	wantPage(t, s.get(path), http.StatusOK, "有人找您麻烦")
	report := with(path, "visit", visit.String(), "see", "report")
	wantPage(t, s.get(report), http.StatusOK, "只有中心看得到", "只送给中心")
	wantPage(t, s.sends(report, "report", "text", " \n "), http.StatusUnprocessableEntity, "请先写几句")
	wantPage(t, s.sends(report, "report", "text", strings.Repeat("长", 501)), http.StatusUnprocessableEntity, "500 字以内")
	form := []string{"do", "report", "visit", visit.String(), "n", "0", "text", "窗口的人打电话来骂"}
	wantPage(t, s.follow(s.post(path, form...), path), http.StatusOK, "您反映的情况已直接送到中心", "您向中心反映了情况")
	wantPage(t, s.follow(s.post(path, form...), path), http.StatusOK) // the same form again
	r := s.repairOf(visit)
	if !r.Frozen || len(r.Reports) != 1 || r.Reports[0].Why != hall.FrozenPressure || r.Reports[0].By != hall.Citizen() {
		t.Fatalf("repair %+v", r)
	}
	if text, ok, err := s.Text(t.Context(), r.Reports[0].Text.Ref); err != nil || !ok || text.Words != "窗口的人打电话来骂" {
		t.Errorf("reported %+v", text)
	}
	if page := bareOf(s.get(path)); strings.Contains(page, "打电话来骂") {
		t.Error("what was reported stands on the page")
	}
	for _, viewer := range []hall.Person{handlerTang, {Account: "gao", Role: "supervisor"}, {Account: "op", Role: "operator"}} {
		if seen, ok := repair.See(r, repair.Viewer{Person: viewer, Now: s.now()}); ok && len(seen.Pressure) > 0 {
			t.Errorf("%s sees it", viewer.Role)
		}
	}
	s.check()
}

func TestReportsAreBounded(t *testing.T) {
	s := newStreet(t)
	ticket := s.takes("A063")
	visit := s.served(ticket, hall.Bad)
	path := s.scan(ticket)
	for n := range maxReports + 2 {
		w := s.sends(with(path, "visit", visit.String(), "see", "report"), "report", "text", "又来了")
		if want := map[bool]int{true: http.StatusSeeOther, false: http.StatusTooManyRequests}[n < maxReports]; w.Code != want {
			t.Errorf("report %d: %d, want %d", n+1, w.Code, want)
		}
	}
	if r := s.repairOf(visit); len(r.Reports) != maxReports {
		t.Errorf("%d reports", len(r.Reports))
	}
}

// Of another's ticket nobody follows, rates or reports anything.
func TestAnotherTicketShowsNothingOfARepair(t *testing.T) {
	s := newStreet(t)
	mine, other := s.takes("A063"), s.takes("A064")
	s.served(mine)
	visit := s.served(other, hall.Bad)
	s.signed(visit)
	s.answers(visit, "秘密")
	for _, path := range []string{s.scan(mine), s.enters(mine, "A063")} {
		for _, see := range []string{seeWhy, seeSecond, seeReport} {
			if page := bareOf(s.get(with(path, "visit", visit.String(), "see", see, "level", "5"))); strings.Contains(page, "秘密") || strings.Contains(page, "后来怎么样了") {
				t.Errorf("%s of a foreign visit: %s", see, page)
			}
		}
		for _, form := range [][]string{{"do", "why", "reason", "208"}, {"do", "second", "level", "5"}, {"do", "report", "n", "0", "text", "x"}} {
			s.post(path, append(form, "visit", visit.String())...)
		}
	}
	r := s.repairOf(visit)
	if r.Frozen || !r.Round.Second.At.IsZero() || !r.Rating.ReasonMissing {
		t.Errorf("the foreign repair was touched: %+v", r)
	}
}

// The answer to a concern is read behind the link that was sent to who asked.
func TestTheAnswerToAConcernIsReadBehindItsLink(t *testing.T) {
	s := newStreet(t)
	asker, askerBox, err := s.Seal(privateText("", "13812342046"))
	if err != nil {
		t.Fatal(err)
	}
	words, wordsBox, err := s.Seal(privateText("路灯不亮", ""))
	if err != nil {
		t.Fatal(err)
	}
	reply, replyBox, err := s.Seal(privateText("已经修好", ""))
	if err != nil {
		t.Fatal(err)
	}
	act := func(by hall.Person) hall.Act { return hall.Act{About: "c-1", By: by} }
	s.decide(intake.Keys{Concerns: []string{"c-1"}}, func(intake.Known) ([]hall.Fact, error) {
		return []hall.Fact{
			hall.ConcernReceived{Act: act(centreLi), Kind: "complaint", Source: "phone", Since: s.now(), Hall: "city", Text: words, Asker: asker},
			hall.ConcernRouted{Act: act(centreLi), Unit: "police"}, hall.ConcernSigned{Act: act(handlerTang)}}, nil
	}, askerBox, wordsBox)
	s.decide(intake.Keys{Concerns: []string{"c-1"}}, func(intake.Known) ([]hall.Fact, error) {
		return []hall.Fact{hall.ConcernAnswered{Act: act(handlerTang), Text: reply}}, nil
	}, replyBox)
	_, path := s.remindedOf(hall.MessageConcernAnswered, "c-1")
	w := s.get(path)
	wantPage(t, w, http.StatusOK, "您的诉求", "11月18日 周三收到", "已经修好")
	if page := bareOf(w); strings.Contains(page, "路灯") || strings.Contains(page, "1381234") {
		t.Error("the page shows what was asked, or by whom")
	}
	if w := s.post(path, "do", "send", "level", "5"); w.Code == http.StatusSeeOther {
		t.Error("a concern was rated")
	}
	s.check()
}

func TestLinksThatOpenNothing(t *testing.T) {
	s := newStreet(t)
	ticket := s.takes("A063")
	visit := s.served(ticket)
	path := s.scan(ticket)
	s.sends(with(path, "see", "phone"), "phone", "phone", "13812342046")
	_, good := s.reminded(hall.MessageRateReminder, visit)
	wantPage(t, s.get(good), http.StatusOK, "您满意吗")
	for name, path := range map[string]string{"cut": good[:len(good)-1], "longer": good + "A", "another": "/m/AAAAAAAAAAAAAAAA", "markup": "/m/%3Cb%3E"} {
		wantPage(t, s.get(path), http.StatusNotFound, "这个链接打不开")
		wantPage(t, s.post(path, "do", "send", "level", "5"), http.StatusNotFound)
		_ = name
	}
	s.pass((validFor + 1) * 24 * time.Hour)
	wantPage(t, s.get(good), http.StatusGone, "这张票过期了")
	if strings.Contains(s.log.String(), good[3:]) {
		t.Error("a link was logged")
	}
}
