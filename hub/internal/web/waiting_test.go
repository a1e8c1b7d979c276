package web

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/intake"
)

// TestTheRuleOfTheQueueInPlainWords: what the catalogue says is what everyone reads (domain §6).
func TestTheRuleOfTheQueueInPlainWords(t *testing.T) {
	pages, err := shippedPages()
	if err != nil {
		t.Fatal(err)
	}
	page := sheet{pages: pages, Lang: zh}
	site := cityHall()
	for name, c := range map[string]struct {
		rule hall.QueueRule
		want []string
	}{
		"our own": {hall.DefaultQueueRule(), []string{
			"有急事的、上一天取了号没办上的，先叫。", "有预约的，到了约好的时间就叫。", "其他人，谁等得最久先叫谁。",
			"现役军人、残疾人、老年人，算多等了 20 分。", "叫一次没人应，可以算过号。",
			"过号当天回来，到导办台或窗口说一声，不用重新取号，只少算 10 分的等候。"}},
		"another": {hall.QueueRule{Calls: 3, Classes: []hall.ClassRule{{Class: hall.ClassElderly, Minutes: 15}, {Class: hall.ClassDisabled, Minutes: 30}}}, []string{
			"有预约的，到了约好的时间就叫。", "其他人，谁等得最久先叫谁。", "老年人，算多等了 15 分。", "残疾人，算多等了 30 分。", "叫 3 次没人应，才能算过号。",
			"过号当天回来，到导办台或窗口说一声，不用重新取号，等过的时间照算。"}},
	} {
		site.Queue = &c.rule
		if got := ruleLines(page, site); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n%q\nwant\n%q", name, got, c.want)
		}
	}
	site.Queue, site.Windows[0].Services = nil, []string{"A", "B"}
	if got := ruleLines(page, site); !slices.Contains(got, "窗口先叫自己的主业务；别的业务的人多等 60 分，才排到前面。") {
		t.Errorf("a window with two letters: %q", got)
	}
}

func TestEveryReasonAndClassHasItsWordsOnTheTicketPage(t *testing.T) {
	w, err := readWords(sharedFiles())
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, why := range hall.HeldWhys() {
		keys = append(keys, "ticketpage.held."+string(why))
	}
	for _, c := range hall.Classes() {
		keys = append(keys, "ticketpage.class."+string(c))
	}
	for _, k := range keys {
		if w[zh][k] == "" || w[en][k] == "" {
			t.Errorf("no words for %s", k)
		}
	}
}

func TestThePageOfWhoWaitsSaysWhatToDo(t *testing.T) {
	for name, c := range map[string]struct {
		state hall.TicketState
		goes  intake.Goes
		want  []string
	}{
		"set aside":     {hall.TicketIsHeld, intake.Goes{Window: "13", Held: hall.HeldForm}, []string{"A063", "暂离：填表", "今天回来，直接到", "一楼 13 号窗口", "不用重新取号"}},
		"missed":        {hall.TicketIsMissed, intake.Goes{}, []string{"A063", "过号了", "一楼 12 号窗口，或者导办台", "只少算 10 分", "怎么叫号"}},
		"to one window": {hall.TicketIsQueued, intake.Goes{Letter: "A", Window: "13"}, []string{"前面还有 1 人", "一楼 13 号窗口", "把您转到这里", "居民户口簿"}},
		"to a clerk":    {hall.TicketIsQueued, intake.Goes{Letter: "A", Staff: "0317"}, []string{"由周敏接着办", "一楼 12、13 号窗口"}},
		"called":        {hall.TicketIsCalled, intake.Goes{}, []string{"A063 叫到了", "一楼 12 号窗口", "请现在过去"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPhones(t)
			inLine(p)
			path := p.goes(c.state, c.goes, "12")
			w := p.get(path)
			wantPage(t, w, http.StatusOK, c.want...)
			if w.Header().Get("Refresh") != refreshEvery {
				t.Error("it does not ask anew by itself")
			}
			if still := p.get(path + "?still=1"); still.Header().Get("Refresh") != "" {
				t.Error("who stopped it is asked anew")
			}
			p.sleep(time.Hour)
			wantPage(t, p.get(path), http.StatusOK, "数据截至 10:31", "暂时联系不上", "纸票上什么都有")
		})
	}
	p := newPhones(t)
	wantPage(t, p.get(p.stands(hall.TicketIsQueued)), http.StatusOK, "正在排队", "暂时联系不上", "已经办完了，我要评价")
	if w := p.get(p.served()); w.Header().Get("Refresh") != "" {
		t.Error("the page that asks for the rating asks anew by itself")
	}
}

// TestATicketsWayIsOnItsPage: one ticket through window, set aside, another window of its unit, over the real store.
func TestATicketsWayIsOnItsPage(t *testing.T) {
	s := newStreet(t)
	ticket := s.takes("A063")
	path, visit := s.scan(ticket), s.id()
	says := func(want ...string) {
		t.Helper()
		s.pass(time.Second)
		wantPage(t, s.get(path), http.StatusOK, want...)
	}
	says("正在排队", "怎么叫号")
	s.tell(hall.TicketCalled{Ticket: ticket, Window: "12"}, hall.VisitOpened{Visit: visit, Ticket: ticket, Window: "12", Staff: "0317", Unit: "police", Item: "id-card"})
	says("A063 叫到了", "一楼 12 号窗口")
	s.tell(hall.VisitServed{Visit: visit})
	says("这次办事，您满意吗？")
	s.tell(hall.TicketHeld{Ticket: ticket, Visit: visit, Window: "12", Why: hall.HeldPay})
	says("暂离：去缴费", "一楼 12 号窗口")
	s.tell(hall.TicketResumed{Ticket: ticket, Visit: visit, Window: "12", Staff: "0317"})
	says("这次办事，您满意吗？")
	s.tell(hall.TicketTransferred{Ticket: ticket, From: "12", Letter: "A", Window: "13", Visit: visit, Clerk: "0317"})
	says("正在排队", "一楼 13 号窗口", "把您转到这里")
	s.tell(hall.TicketCalled{Ticket: ticket, Window: "13"})
	says("A063 叫到了", "一楼 13 号窗口")
	s.tell(hall.TicketMissed{Ticket: ticket, Window: "13"}, hall.VisitFinished{Visit: visit, Staff: "0317", Outcome: hall.OutcomeFinished})
	says("过号了", "一楼 13 号窗口，或者导办台", "已经办完了，我要评价")
	wantPage(t, s.get(with(path, "rate", "1")), http.StatusOK, "这次办事，您满意吗？")
	s.check()
}
