package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/board"
	"hallpulse/hub/internal/intake"
)

// wayHall is cityHall, where an identity card takes three stops.
func wayHall() *hall.Catalogue {
	c := cityHall()
	c.Services = append(c.Services, hall.Service{Letter: "B", Name: "发证", NameEN: "Handing out"})
	c.Windows = append(c.Windows, hall.Window{ID: "21", Floor: "二楼", FloorEN: "2nd floor", Unit: "police", Services: []string{"B"}})
	c.Floors = []hall.Floor{{Name: "一楼", NameEN: "1st floor", Width: 30, Depth: 20}, {Name: "二楼", NameEN: "2nd floor", Width: 30, Depth: 20}}
	c.Places = []hall.Place{{ID: "bank", Kind: hall.PlaceBank, Name: "银行缴费", NameEN: "Bank", Floor: "一楼"}}
	c.Items[0].Route = []hall.RouteStop{
		{Letter: "A", Do: "受理", DoEN: "Application"}, {Place: "bank", Do: "缴费", DoEN: "Fee"}, {Letter: "B", Do: "领证", DoEN: "Collection"},
	}
	c.Items[0].Situations = []hall.Situation{{ID: "lost", Name: "丢失", Route: []hall.RouteStop{{Window: "13", Do: "挂失"}}}}
	return c
}

// wayPages are the pages of a ticket whose item takes several stops, and of the rule.
func wayPages(t *testing.T, query string) map[string]*httptest.ResponseRecorder {
	at := func(c *PublicConfig) { c.Halls = always([]board.Hall{{Agent: "city-1", Catalogue: wayHall()}}) }
	here := newPhones(t, at)
	inLine(here)
	next := newPhones(t, at)
	path := next.goes(hall.TicketIsQueued, intake.Goes{Letter: "B"}, "12", finished(visit1, next.now))
	return map[string]*httptest.ResponseRecorder{
		"way":      here.get(here.stands(hall.TicketIsQueued) + "?" + query),
		"way-next": next.get(path + "?" + query),
		"queue":    newPhones(t).get("/p/queue/city?" + query),
	}
}

// Domain §6: the ordered route with where each stop is, also on the phone; what is behind its holder, and where he is.
func TestThePhoneShowsTheWholeWay(t *testing.T) {
	pages, err := shippedPages()
	if err != nil {
		t.Fatal(err)
	}
	page := sheet{pages: pages, Lang: zh}
	one := visit{outcome: hall.OutcomeFinished}
	for name, c := range map[string]struct {
		ticket ticket
		want   string // each stop; * done, > now
	}{
		"at the first":            {ticket{letter: "A", item: "id-card"}, ">一楼 12、13 号窗口 受理|一楼 银行缴费 缴费|二楼 21 号窗口 领证"},
		"at the last":             {ticket{letter: "A", item: "id-card", goes: intake.Goes{Letter: "B"}, visits: []visit{one}}, "*一楼 12、13 号窗口 受理|一楼 银行缴费 缴费|>二楼 21 号窗口 领证"},
		"set aside there":         {ticket{letter: "A", item: "id-card", goes: intake.Goes{Held: hall.HeldForm}, visits: []visit{one}}, "*一楼 12、13 号窗口 受理|一楼 银行缴费 缴费|>二楼 21 号窗口 领证"},
		"passed on off the way":   {ticket{letter: "A", item: "id-card", goes: intake.Goes{Letter: "Z"}, visits: []visit{one}}, "*一楼 12、13 号窗口 受理|一楼 银行缴费 缴费|二楼 21 号窗口 领证"},
		"passed on along the way": {ticket{letter: "A", item: "id-card", goes: intake.Goes{Letter: "B"}, visits: []visit{{outcome: hall.OutcomeTransferred}}}, "*一楼 12、13 号窗口 受理|一楼 银行缴费 缴费|>二楼 21 号窗口 领证"},
		"missed once":             {ticket{letter: "A", item: "id-card", visits: []visit{{outcome: hall.OutcomeMissed}}}, ">一楼 12、13 号窗口 受理|一楼 银行缴费 缴费|二楼 21 号窗口 领证"},
		"a situation of one stop": {ticket{letter: "A", item: "id-card", situation: "lost"}, ""},
		"of another letter":       {ticket{letter: "B", item: "id-card"}, ""},
		"of no item":              {ticket{letter: "A"}, ""},
	} {
		var got []string
		for _, s := range wayOf(page, wayHall(), c.ticket) {
			mark := map[bool]string{true: "*"}[s.Done] + map[bool]string{true: ">"}[s.Now]
			got = append(got, fmt.Sprintf("%s%s %s", mark, s.Where, s.Do))
		}
		if all := strings.Join(got, "|"); all != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, all, c.want)
		}
	}
	p := wayPages(t, "lang=en")["way-next"].Body.String()
	for _, want := range []string{"1st floor, Bank", "Application <em>done</em>", `aria-current="step"><b>2nd floor, window 21</b> Collection <em>now</em>`} {
		if !strings.Contains(p, want) {
			t.Errorf("no %q on\n%s", want, p)
		}
	}
}

// Domain §6: the rule of the queue is readable by all, without a ticket, and a page about a queue leads there.
func TestTheRuleIsReadWithoutATicket(t *testing.T) {
	p := newPhones(t)
	wantPage(t, p.get("/p/queue/city?lang=zh"), http.StatusOK, "市政务服务大厅", "其他人，谁等得最久先叫谁。", "过号当天回来")
	wantPage(t, p.get("/p/queue/city?lang=en"), http.StatusOK, "City Service Hall", "waited longest")
	wantPage(t, p.get("/p/queue/nowhere"), http.StatusNotFound)
	for _, state := range []hall.TicketState{hall.TicketIsQueued, hall.TicketIsCalled} {
		wantPage(t, p.get(p.stands(state)+"?lang=zh"), http.StatusOK, `href="/p/queue/city?lang=zh"`)
	}
}
