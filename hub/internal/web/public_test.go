package web

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/board"
	"hallpulse/hub/internal/private"
)

func TestRatingOnAPhone(t *testing.T) {
	p := newPhones(t)
	path := p.served()
	visit := visit1.String()
	wantPage(t, p.get(path), http.StatusOK, "这次办事，您满意吗？", "一楼 12 号窗口", "居民身份证补领", "11月18日 周三 10:30", "A063")

	chosen := p.follow(p.post(path, "do", "tap", "visit", visit, "level", "2"), path)
	wantPage(t, chosen, http.StatusOK, "哪里不满意？", "没有提供材料清单", "10:41 会自动提交")
	if strings.Contains(chosen.Body.String(), "态度较好") || strings.Contains(chosen.Body.String(), " checked") {
		t.Error("the page offers reasons of another level, or ticks one")
	}
	received := p.follow(p.post(path, "do", "send", "visit", visit, "level", "2", "reason", "208", "reason", "210", "text", "要了三次",
		"withhold", "1", "name", "王芳", "phone", "138 1234 5678", "call", "1"), path)
	wantPage(t, received, http.StatusOK, "评价已收到", "<b>不满意</b>，2 个原因", "一楼 12 号窗口", "11月18日 周三 10:31", "您写的话不会公开")
	token := strings.TrimPrefix(path, "/r/")
	_, bytes, err := uplink.ReadToken(token)
	if err != nil {
		t.Fatal(err)
	}
	wantPage(t, received, http.StatusOK, uplink.Code(bytes)[:4]+" "+uplink.Code(bytes)[4:])

	id := visit1
	form := answerID(bytes, id, 0)
	want := []record{
		{hall.RatingDrafted{Ticket: aTicket, Visit: id, Answer: form, Level: hall.Bad}, private.Text{}},
		{hall.RatingGiven{Ticket: aTicket, Visit: id, Window: "12", Level: hall.Bad, Channel: hall.ChannelQR, Answer: form, Reasons: []string{"208", "210"},
			Withheld: true, Named: true, Callback: true}, private.Text{Words: "要了三次", Name: "王芳", Phone: "13812345678"}},
	}
	if len(p.said) != 2 || p.said[0].fact != want[0].fact || !sameAnswer(p.said[1].fact, want[1].fact) || p.said[1].text != want[1].text {
		t.Errorf("recorded %+v, want %+v", p.said, want)
	}
	wantPage(t, p.get(path), http.StatusOK, "评价已收到", "不满意")
}

func sameAnswer(a, b hall.Fact) bool {
	x, okx := a.(hall.RatingGiven)
	y, oky := b.(hall.RatingGiven)
	same := slices.Equal(x.Reasons, y.Reasons)
	x.Reasons, y.Reasons = nil, nil
	return okx && oky && same && x.Answer == y.Answer && x.Ticket == y.Ticket && x.Visit == y.Visit && x.Level == y.Level && x.Window == y.Window &&
		x.Channel == y.Channel && x.Withheld == y.Withheld && x.Named == y.Named && x.Callback == y.Callback && x.ReasonMissing == y.ReasonMissing
}

func TestABadRatingWithoutAReasonSaysSo(t *testing.T) {
	for name, c := range map[string]struct {
		fields  []string
		missing bool
	}{
		"bad, nothing said":   {[]string{"level", "1"}, true},
		"bad, a reason":       {[]string{"level", "1", "reason", "108"}, false},
		"bad, in own words":   {[]string{"level", "2", "text", "等了一上午"}, false},
		"good, nothing said":  {[]string{"level", "4"}, false},
		"a reason of level 5": {[]string{"level", "1", "reason", "510"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPhones(t)
			path := p.served()
			p.post(path, append(c.fields, "do", "send", "visit", visit1.String())...)
			if got := p.answers(); len(got) != 1 || got[0].ReasonMissing != c.missing {
				t.Errorf("recorded %+v, want reason missing %v", got, c.missing)
			}
		})
	}
}

func TestTheSameFormTwiceIsOneAnswer(t *testing.T) {
	p := newPhones(t)
	path := p.served()
	visit := visit1.String()
	for range 2 {
		p.post(path, "do", "tap", "visit", visit, "level", "4")
	}
	if len(p.said) != 1 {
		t.Errorf("the same tap twice recorded %+v", p.said)
	}
	for range 2 {
		wantPage(t, p.follow(p.post(path, "do", "send", "visit", visit, "level", "4", "text", "好"), path), http.StatusOK, "评价已收到")
	}
	if got := p.answers(); len(got) != 1 {
		t.Errorf("the same form twice recorded %+v", got)
	}
}

func TestTheTapCanBeChangedUntilItIsSent(t *testing.T) {
	p := newPhones(t)
	path := p.served()
	visit := visit1.String()
	p.post(path, "do", "tap", "visit", visit, "level", "1")
	wantPage(t, p.get(path+"?change=1"), http.StatusOK, "这次办事，您满意吗？")
	p.post(path, "do", "tap", "visit", visit, "level", "5")
	p.post(path, "do", "send", "visit", visit, "level", "5")
	p.post(path, "do", "tap", "visit", visit, "level", "1")
	p.post(path, "do", "send", "visit", visit, "level", "1")
	if got := p.answers(); len(got) != 1 || got[0].Level != hall.VeryGood {
		t.Errorf("answers %+v, want one, of level 5", got)
	}
}

func TestWhatWasWrittenWhileTheDraftLapsedIsKept(t *testing.T) {
	p := newPhones(t)
	path := p.served()
	visit := visit1.String()
	p.post(path, "do", "tap", "visit", visit, "level", "2")
	p.lapses = true
	send := []string{"do", "send", "visit", visit, "level", "2", "text", "写了很久", "reason", "208"}
	wantPage(t, p.follow(p.post(path, send...), path), http.StatusOK, "已按您选的自动提交", "您补充过 1 次")
	p.post(path, send...)
	got := p.answers()
	if len(got) != 2 || !got[0].Lapsed || got[1].Level != hall.Bad || p.said[len(p.said)-1].text.Words != "写了很久" {
		t.Errorf("answers %+v: want the lapsed draft and one follow-up with the words", got)
	}
}

func TestAFormThatLapsedAndCannotBeTakenIsShownAgain(t *testing.T) {
	p := newPhones(t)
	path := p.served()
	lapsed := sent(visit1, hall.Bad)
	lapsed.Lapsed = true
	p.hear(lapsed)
	w := p.post(path, "do", "send", "visit", visit1.String(), "level", "2", "text", "写了很久", "phone", "12")
	wantPage(t, w, http.StatusUnprocessableEntity, "手机号写得不对", "写了很久")
}

func TestFollowUps(t *testing.T) {
	p := newPhones(t)
	path := p.served()
	visit := visit1.String()
	p.post(path, "do", "send", "visit", visit, "level", "2", "reason", "208")
	wantPage(t, p.get(path+"?more=1"), http.StatusOK, "再补充几句", "您评的是“不满意”，等级不变")
	for range 2 { // the same form twice
		wantPage(t, p.follow(p.post(path, "do", "more", "visit", visit, "n", "1", "level", "5", "text", "还有一点"), path), http.StatusOK, "您补充过 1 次")
	}
	wantPage(t, p.post(path, "do", "more", "visit", visit, "n", "2", "text", " \n "), http.StatusUnprocessableEntity, "请先写几句")
	wantPage(t, p.post(path, "do", "more", "visit", visit, "n", "2", "text", strings.Repeat("长", 501)), http.StatusUnprocessableEntity, "500 字以内", "长长长")
	got := p.answers()
	if len(got) != 2 || got[1].Level != hall.Bad || got[1].Reasons != nil {
		t.Errorf("answers %+v: want the rating and one follow-up of its level", got)
	}
}

func TestARatingAheadOfItsVisit(t *testing.T) {
	p := newPhones(t)
	path := "/r/" + p.token(aTicket, 0)
	wantPage(t, p.get(path), http.StatusOK, "这次办事，您满意吗？", "市政务服务大厅", "窗口的机器现在联系不上")
	wantPage(t, p.follow(p.post(path, "do", "tap", "visit", "", "level", "4"), path), http.StatusOK, "哪里让您满意")
	wantPage(t, p.follow(p.post(path, "do", "send", "visit", "", "level", "4"), path), http.StatusOK, "评价已收到", "联系上就计入")
	if got := p.answers(); len(got) != 1 || !got[0].Visit.IsZero() || got[0].Ticket != aTicket {
		t.Errorf("answers %+v: want one of the ticket, ahead of its visit", got)
	}
}

func TestAPlaceInTheLine(t *testing.T) {
	p := newPhones(t)
	path := p.stands(hall.TicketIsQueued)
	hears := func(tickets ...hall.ID) {
		p.live.Change(func(b *board.Board, now time.Time) {
			s := uplink.Session{Instance: "1111111111111111", Conn: 1}
			b.Status("city-1", uplink.Status{Session: s, Online: true}, now)
			b.Queue("city-1", now, uplink.QueueNow{Session: s, Letters: []uplink.LetterQueue{{Letter: "A", Waiting: len(tickets), P50Min: 20, P90Min: 40, Tickets: tickets,
				P50Mins: []int{3, 14}, P90Mins: []int{9, 31}}}})
		})
	}
	first := hall.ID{Agent: 1, Tag: 1, Serial: 1}
	hears(first, aTicket)
	wantPage(t, p.get(path), http.StatusOK, "A063", "前面还有 1 人", "大约等 14 到 31 分", "一楼 12、13 号窗口", "居民户口簿")
	hears(aTicket, first)
	wantPage(t, p.get(path), http.StatusOK, "前面没有人了", "大约等 3 到 9 分", "30 秒自己更新")
	wantPage(t, p.get(path+"?lang=en"), http.StatusOK, "You are next", "1st floor, windows 12, 13", "Replace an ID card")
	p.sleep(time.Hour)
	wantPage(t, p.get(path), http.StatusOK, "数据截至 10:31", "已经办完了，我要评价")

	p.stands(hall.TicketIsCalled)
	wantPage(t, p.get(path), http.StatusOK, "A063 叫到了，请到", "一楼 12 号窗口")
}

func TestNotRatable(t *testing.T) {
	for state, says := range map[hall.TicketState][2]string{hall.TicketIsCancelled: {"这个号退了", "请重新取号"}, hall.TicketIsWithdrawn: {"这张票作废了", "凭这张票优先"}} {
		p := newPhones(t)
		path, words := p.stands(state), says[0]
		wantPage(t, p.get(path), http.StatusOK, words, says[1])
		wantPage(t, p.post(path, "do", "send", "visit", "", "level", "1"), http.StatusConflict, words)
		if len(p.said) != 0 {
			t.Errorf("%s: recorded %+v", state, p.said)
		}
	}
}

func TestWrongTokens(t *testing.T) {
	p := newPhones(t)
	good := p.token(aTicket, 0)
	flipped := []byte(good)
	flipped[40] ^= 1
	foreign := hall.ID{Agent: 9, Tag: 1, Serial: 1}
	bytes := uplink.Token{Kind: uplink.TokenTicket, Ticket: aTicket, Day: hall.DayOf(p.now)}.Sign(secret(1).SigningKey())
	bytes[0] = 2<<4 | 1
	for name, c := range map[string]struct {
		token  string
		status int
		words  string
	}{
		"forged":             {string(flipped), http.StatusNotFound, "这个码不对"},
		"foreign":            {p.token(foreign, 0), http.StatusNotFound, "这张票不是本中心的"},
		"of another version": {uplink.TokenText(bytes), http.StatusBadRequest, "还看不懂"},
		"cut":                {good[:90], http.StatusNotFound, "码没有扫完整"},
		"no base64":          {strings.Repeat("!", 102), http.StatusNotFound, "码没有扫完整"},
		"outdated":           {p.token(hall.ID{Agent: 1, Tag: 1, Serial: 9}, 61), http.StatusOK, "票满 60 天不能再评价"},
	} {
		t.Run(name, func(t *testing.T) {
			wantPage(t, p.get("/r/"+c.token), c.status, c.words)
		})
	}
	wantPage(t, p.post("/r/"+p.token(hall.ID{Agent: 1, Tag: 1, Serial: 9}, 61), "do", "send", "level", "1"), http.StatusConflict, "票满 60 天不能再评价")
	wantPage(t, p.get("/elsewhere"), http.StatusNotFound, "请用手机扫票上的二维码打开")
	if p.log.Len() > 0 && strings.Contains(p.log.String(), good[:30]) {
		t.Errorf("a token was logged: %s", p.log)
	}
}

func TestWhoTriesManyTokensHearsLess(t *testing.T) {
	p := newPhones(t)
	good := p.served()
	for range 20 {
		wantPage(t, p.get("/r/nonsense"), http.StatusNotFound)
	}
	w := p.get("/r/nonsense")
	wantPage(t, w, http.StatusTooManyRequests, "试的次数太多")
	if w.Header().Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	wantPage(t, p.get(good), http.StatusOK) // who shares the address and has a ticket is served
	p.sleep(11 * time.Minute)
	wantPage(t, p.get("/r/nonsense"), http.StatusNotFound)
}

func TestTapsOfOneTicketAreBounded(t *testing.T) {
	p := newPhones(t)
	path := p.served()
	visit := visit1.String()
	for i := range 60 {
		p.post(path, "do", "tap", "visit", visit, "level", string(rune('1'+i%5)))
	}
	if n := len(p.said); n > 40 {
		t.Errorf("%d facts from one ticket", n)
	}
	wantPage(t, p.post(path, "do", "tap", "visit", visit, "level", "1"), http.StatusTooManyRequests, "您最后选的已经记下")
}

func TestBadRequests(t *testing.T) {
	p := newPhones(t)
	path := p.served()
	visit := visit1.String()
	change := func(r *http.Request, f func(*http.Request)) *http.Request { f(r); return r }
	for name, c := range map[string]struct {
		request *http.Request
		status  int
		words   string
	}{
		"another method":       {httptest.NewRequest(http.MethodDelete, path, nil), http.StatusMethodNotAllowed, "这个地址不能这样用"},
		"a form of 17 KB":      {formRequest(path, "do", "send", "level", "1", "text", strings.Repeat("a", 17<<10)), http.StatusRequestEntityTooLarge, "内容太长"},
		"a text too long":      {formRequest(path, "do", "send", "visit", visit, "level", "2", "text", strings.Repeat("长", 501), "reason", "208"), http.StatusUnprocessableEntity, "500 字以内"},
		"no level":             {formRequest(path, "do", "send", "visit", visit), http.StatusBadRequest, "看不懂"},
		"level 9":              {formRequest(path, "do", "tap", "visit", visit, "level", "9"), http.StatusBadRequest, "看不懂"},
		"no verb":              {formRequest(path, "visit", visit, "level", "1"), http.StatusBadRequest, "看不懂"},
		"from another site":    {change(formRequest(path, "do", "tap", "level", "1"), func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }), http.StatusForbidden, "来自别的网页"},
		"an origin of another": {change(formRequest(path, "do", "tap", "level", "1"), func(r *http.Request) { r.Header.Del("Sec-Fetch-Site"); r.Header.Set("Origin", "https://evil.example") }), http.StatusForbidden, "来自别的网页"},
	} {
		t.Run(name, func(t *testing.T) {
			wantPage(t, p.do(c.request), c.status, c.words)
		})
	}
	if len(p.said) != 0 {
		t.Errorf("recorded %+v", p.said)
	}
}

// TestOldBrowsersCanRate: over plain HTTP, and in old browsers, no Sec-Fetch-Site comes, and no-referrer makes the
// origin of our own form "null".
func TestOldBrowsersCanRate(t *testing.T) {
	for name, origin := range map[string]string{"null": "null", "none": "", "the public address behind a proxy": "https://pj.example.cn", "this host": "http://example.com"} {
		t.Run(name, func(t *testing.T) {
			p := newPhones(t)
			path := p.served()
			r := formRequest(path, "do", "tap", "visit", visit1.String(), "level", "3")
			r.Header.Del("Sec-Fetch-Site")
			r.Header.Set("Origin", origin)
			if w := p.do(r); w.Code != http.StatusSeeOther {
				t.Errorf("status %d", w.Code)
			}
		})
	}
}

func TestWhenTheStoreDoesNotAnswer(t *testing.T) {
	p := newPhones(t)
	path := p.served()
	visit := visit1.String()
	p.breakWith(errBroken)
	wantPage(t, p.get(path), http.StatusServiceUnavailable, "不是您的问题")
	if strings.Contains(p.log.String(), strings.TrimPrefix(path, "/r/")[:20]) {
		t.Errorf("a token was logged: %s", p.log)
	}
	p.breakWith(nil)
	p.handler = breaksAfterReading(t, p)
	w := p.post(path, "do", "send", "visit", visit, "level", "2", "text", "写了很久", "reason", "208", "name", "王芳")
	wantPage(t, w, http.StatusServiceUnavailable, "您写的还在", "写了很久", "王芳", `value="208" checked`)
}

// breaksAfterReading is the public listener over a store that reads and does not write.
func breaksAfterReading(t *testing.T, p *phones) http.Handler {
	t.Helper()
	other := newFarEnd()
	other.breakWith(errBroken)
	c := publicOf(t, p.farEnd, sharedOf(t, p.farEnd, p.log))
	c.Recorder = other
	h, err := NewPublic(c)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestSeveralVisitsAreRatedEach(t *testing.T) {
	p := newPhones(t)
	path := p.served(visit1, visit2)
	p.hear(sent(visit1, hall.Good))
	wantPage(t, p.get(path), http.StatusOK, "您要评哪一次？", "满意", "去评价", "visit="+visit2.String())
	w := p.follow(p.post(path, "do", "send", "visit", visit2.String(), "level", "5"), path)
	wantPage(t, w, http.StatusOK, "评价已收到", "非常满意", "这张票的其他办事")
	if got := p.answers(); len(got) != 1 || got[0].Visit != visit2 {
		t.Errorf("answers %+v, want one of the second visit", got)
	}
}

func TestTheAddressOfWhoAsks(t *testing.T) {
	ours := []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.0.0.0/8")}
	for name, c := range map[string]struct{ peer, forwarded, want string }{
		"nobody between":                    {"203.0.113.7:4711", "", "203.0.113.7"},
		"a header from who is no proxy":     {"203.0.113.7:4711", "198.51.100.1", "203.0.113.7"},
		"one proxy":                         {"127.0.0.1:80", "198.51.100.1", "198.51.100.1"},
		"two proxies of ours":               {"127.0.0.1:80", "198.51.100.1, 10.1.2.3", "198.51.100.1"},
		"what the client made up stays out": {"127.0.0.1:80", "1.1.1.1, 198.51.100.1", "198.51.100.1"},
		"nonsense":                          {"127.0.0.1:80", "somebody", "127.0.0.1"},
		"a home's IPv6 network is one":      {"[2001:db8:1:2:3:4:5:6]:80", "", "2001:db8:1:2::/64"},
		"IPv4 in IPv6":                      {"[::ffff:203.0.113.7]:80", "", "203.0.113.7"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.peer
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		if got := address(r, ours); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestALimitForgetsTheOldest(t *testing.T) {
	l, now := newLimit(1, time.Minute), tenThirtyOne()
	l.count("first", now)
	for i := range limitKeeps + 10 {
		l.count(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}).String(), now.Add(time.Second))
	}
	if len(l.tries) > limitKeeps {
		t.Errorf("%d keys are kept", len(l.tries))
	}
	if l.count("first", now.Add(2*time.Second)) {
		t.Error("the oldest key was kept and a newer one forgotten")
	}
}
