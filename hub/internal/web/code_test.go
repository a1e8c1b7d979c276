package web

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/board"
	"hallpulse/hub/internal/intake"
)

// design §4: hall + number + day + code equal the token. What is typed opens the same pages; the channel is web.
func TestTypingACodeEqualsTheToken(t *testing.T) {
	s := newStreet(t)
	ticket := s.takes("A063")
	visit := s.served(ticket)
	wantPage(t, s.get("/"), http.StatusOK, "办事评价", `href="/r?`)
	wantPage(t, s.get("/nowhere"), http.StatusNotFound, "没有这一页", `href="/r?`)
	wantPage(t, s.get("/r"), http.StatusOK, "照着票填，也能评价", "市政务服务大厅", `name="day"`, `value="2026-11-18"`)
	path := s.enters(ticket, "a 63")
	if !strings.HasPrefix(path, "/r/g.") || len(path) > 100 {
		t.Fatalf("the grant is %s", path)
	}
	wantPage(t, s.get(path), http.StatusOK, "这次办事，您满意吗？", "一楼 12 号窗口", "A063")
	wantPage(t, s.follow(s.sends(path, "tap", "level", "2"), path), http.StatusOK, "哪里不满意？")
	wantPage(t, s.follow(s.sends(path, "send", "reason", "208", "text", "要了三次"), path), http.StatusOK, "评价已收到", "不满意")
	if v := s.visitOf(visit); v.Level != hall.Bad || v.Channel != hall.ChannelWeb {
		t.Errorf("visit %+v", v)
	}
	wantPage(t, s.get(s.scan(ticket)), http.StatusOK, "评价已收到", "不满意") // the token shows what was rated
	if strings.Contains(s.log.String(), path[4:]) || strings.Contains(s.log.String(), s.code(ticket)) {
		t.Errorf("a grant or a code was logged: %s", s.log)
	}
	s.check()
}

func TestWhatIsTypedWrongly(t *testing.T) {
	s := newStreet(t)
	ticket := s.takes("A063")
	day, code := hall.DayOf(s.now()).String(), s.code(ticket)
	type fields struct{ hall, number, day, code string }
	good := fields{"city", "A063", day, code}
	for name, c := range map[string]struct {
		change func(*fields)
		says   string
	}{
		"no hall":                 {func(f *fields) { f.hall = "" }, "请选票上写的大厅"},
		"a hall that is none":     {func(f *fields) { f.hall = "moon" }, "请选票上写的大厅"},
		"no number":               {func(f *fields) { f.number = "" }, "票号是字母加数字"},
		"a number without letter": {func(f *fields) { f.number = "063" }, "票号是字母加数字"},
		"a number that is markup": {func(f *fields) { f.number = "<b>A1" }, "票号是字母加数字"},
		"no day":                  {func(f *fields) { f.day = "" }, "日期请写成"},
		"a day that is none":      {func(f *fields) { f.day = "2026-02-30" }, "日期请写成"},
		"tomorrow":                {func(f *fields) { f.day = "2026-11-19" }, "日期请写成"},
		"no code":                 {func(f *fields) { f.code = "" }, "查询码是二维码下面的"},
		"a code with a U":         {func(f *fields) { f.code = "UUUUUUUU" }, "查询码是二维码下面的"},
		"a code of nine":          {func(f *fields) { f.code = code + "1" }, "查询码是二维码下面的"},
		"a ticket nobody told of": {func(f *fields) { f.number = "A064" }, "还没有收到这张票"},
		"the number of yesterday": {func(f *fields) { f.day = "2026-11-17" }, "还没有收到这张票"},
		"the code of another":     {func(f *fields) { f.code = "00000000" }, "对不上"},
	} {
		t.Run(name, func(t *testing.T) {
			f := good
			c.change(&f)
			fresh := newPhones(t, func(p *PublicConfig) { // an address of its own
				p.Tickets, p.Signers, p.Now = s.store, s, s.now
			})
			w := fresh.post("/r", "hall", f.hall, "number", f.number, "day", f.day, "code", f.code)
			wantPage(t, w, http.StatusUnprocessableEntity, c.says)
			if strings.Contains(bareOf(w), "<b>A1") {
				t.Error("markup came back")
			}
		})
	}
}

func TestNumbersAndDaysAsPeopleTypeThem(t *testing.T) {
	today := hall.DayOf(tenThirtyOne())
	for typed, want := range map[string]string{"A063": "A063", "a63": "A063", " A 063 ": "A063", "Ａ０６３": "A063", "A-063": "A063", "AB12": "AB012", "A1234": "A1234",
		"": "", "063": "", "A": "", "A0": "", "ABC1": "", "A12345": "", "A1;": "", "Å1": ""} {
		if got, ok := readNumber(typed); ok != (want != "") || got != want {
			t.Errorf("number %q is %q, %v; want %q", typed, got, ok, want)
		}
	}
	for typed, want := range map[string]string{"2026-11-18": "2026-11-18", "2026/11/18": "2026-11-18", "2026.11.8": "2026-11-08", "11-18": "2026-11-18", "11月18日": "2026-11-18", "2026年11月18日": "2026-11-18",
		"12-31": "2025-12-31", "２０２６-１１-１８": "2026-11-18", "2026-11-19": "", "2026-02-30": "", "2026-13-01": "", "": "", "18": "", "20261118": "", "yesterday": ""} {
		got, ok := readDay(typed, today)
		if ok != (want != "") || ok && got.String() != want {
			t.Errorf("day %q is %s, %v; want %q", typed, got, ok, want)
		}
	}
}

// design §4: 5 wrong tries lock the ticket for a while; the sentence says until when. A restart does not open it, another
// address neither; the QR code still works.
func TestFiveWrongTriesLockATicket(t *testing.T) {
	s := newStreet(t)
	ticket := s.takes("A063")
	s.served(ticket)
	from := func(n int) *httptest.ResponseRecorder {
		r := formRequest("/r", s.typedForm("A063", fmt.Sprintf("0000000%d", n))...)
		r.RemoteAddr = fmt.Sprintf("203.0.113.%d:80", n)
		return s.do(r)
	}
	for n := range 4 {
		wantPage(t, from(n), http.StatusUnprocessableEntity, "对不上", fmt.Sprintf("还可以试 %d 次", 4-n))
	}
	w := from(4)
	wantPage(t, w, http.StatusTooManyRequests, "填错 5 次", "10:46 以后")
	if w.Header().Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	s.handler = newPhones(t, func(c *PublicConfig) { // the hub starts again
		c.Stories, c.Recorder, c.Keys, c.Tickets, c.Links, c.Follow, c.Now = s.store, s, s.vault, s.store, s.store, s.store, s.now
	}).handler
	right := s.typedForm("A063", s.code(ticket))
	wantPage(t, s.post("/r", right...), http.StatusTooManyRequests, "填错 5 次", "10:46 以后")
	wantPage(t, s.get(s.scan(ticket)), http.StatusOK, "您满意吗")
	s.pass(codeSpan + time.Second)
	if w := s.post("/r", right...); w.Code != http.StatusSeeOther {
		t.Errorf("after a quarter of an hour: %d", w.Code)
	}
	other := s.takes("A064")
	if w := s.post("/r", s.typedForm("A064", s.code(other))...); w.Code != http.StatusSeeOther {
		t.Errorf("another ticket: %d", w.Code)
	}
}

func TestFiveWrongTriesLockAnAddress(t *testing.T) {
	s := newStreet(t)
	var tickets []hall.ID
	for n := range 7 {
		tickets = append(tickets, s.takes(fmt.Sprintf("A%03d", n+1)))
	}
	for n := range 5 {
		wantPage(t, s.post("/r", s.typedForm(fmt.Sprintf("A%03d", n+1), "00000000")...), http.StatusUnprocessableEntity, "对不上")
	}
	right := s.typedForm("A007", s.code(tickets[6]))
	wantPage(t, s.post("/r", right...), http.StatusTooManyRequests, "填错的次数太多", "10:46 以后")
	elsewhere := formRequest("/r", right...)
	elsewhere.RemoteAddr = "203.0.113.7:80"
	if w := s.do(elsewhere); w.Code != http.StatusSeeOther {
		t.Errorf("from elsewhere: %d", w.Code)
	}
	s.pass(codeSpan + time.Second)
	if w := s.post("/r", right...); w.Code != http.StatusSeeOther {
		t.Errorf("later: %d", w.Code)
	}
}

// Who types rightly is never locked by his own tries, however often he comes.
func TestARightCodeIsNoTry(t *testing.T) {
	s := newStreet(t)
	ticket := s.takes("A063")
	for n := range 12 {
		if w := s.post("/r", s.typedForm("A063", s.code(ticket))...); w.Code != http.StatusSeeOther {
			t.Fatalf("time %d: %d", n+1, w.Code)
		}
	}
	wantPage(t, s.post("/r", s.typedForm("A063", "00000000")...), http.StatusUnprocessableEntity, "还可以试 4 次")
	if w := s.post("/r", s.typedForm("A063", s.code(ticket))...); w.Code != http.StatusSeeOther {
		t.Fatal("after a wrong one")
	}
	wantPage(t, s.post("/r", s.typedForm("A063", "00000000")...), http.StatusUnprocessableEntity, "还可以试 3 次") // a right one takes none of the wrong back
}

// Many at once are many.
func TestManyTriesAtOnceAreCounted(t *testing.T) {
	s := newStreet(t)
	s.takes("A063")
	var all sync.WaitGroup
	var mu sync.Mutex
	looked := 0
	for n := range 40 {
		all.Go(func() {
			r := formRequest("/r", s.typedForm("A063", fmt.Sprintf("000000%02d", n))...)
			r.RemoteAddr = fmt.Sprintf("198.51.100.%d:80", n)
			if w := s.do(r); w.Code == http.StatusUnprocessableEntity {
				mu.Lock()
				looked++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if looked > codeTries-1 {
		t.Errorf("%d codes were looked at before the lock", looked)
	}
}

// A grant stands for one ticket, for a while, and nobody makes one who does not hold the key file.
func TestForgedAndExpiredGrants(t *testing.T) {
	s := newStreet(t)
	ticket, other := s.takes("A063"), s.takes("A064")
	s.served(ticket)
	s.served(other)
	good, second := s.enters(ticket, "A063"), s.enters(other, "A064")
	good, second = strings.TrimSuffix(good, "?lang=zh"), strings.TrimSuffix(second, "?lang=zh")
	swapped := second[:len(second)-16] + good[len(good)-16:]
	for name, path := range map[string]string{"cut": good[:len(good)-1], "longer": good + "A", "with the seal of another": swapped, "none": "/r/g.", "of zeros": "/r/g." + strings.Repeat("A", grantChars-2)} {
		wantPage(t, s.get(path), http.StatusNotFound, "码没有扫完整", "填票上的码")
		wantPage(t, s.post(path, "do", "send", "level", "5"), http.StatusNotFound)
		_ = name
	}
	for i := 3; i < len(good); i += 5 {
		flipped := []byte(good)
		if flipped[i] = 'A'; flipped[i] == good[i] {
			flipped[i] = 'B'
		}
		if w := s.get(string(flipped)); w.Code == http.StatusOK {
			t.Errorf("changed at %d it opens", i)
		}
		s.pass(11 * time.Minute / time.Duration(len(good))) // stay under the limit of wrong tokens
		s.phones.handler = s.fresh()
	}
	s.pass(grantLife)
	wantPage(t, s.get(good), http.StatusGone, "这一页过期了", "填票上的码")
	wantPage(t, s.post(good, "do", "send", "level", "5"), http.StatusGone)
	if len(s.answersOf(ticket)) != 0 {
		t.Errorf("recorded %+v", s.answersOf(ticket))
	}
}

// fresh is another public listener on the same street.
func (s *street) fresh() http.Handler {
	return newPhones(s.t, func(c *PublicConfig) {
		c.Stories, c.Recorder, c.Keys, c.Tickets, c.Links, c.Follow = s.store, s, s.vault, s.store, s.store, s.store
		c.Decider, c.Texts, c.Eraser, c.SMS, c.Now = s.intake, s, s, true, s.now
	}).handler
}

func (s *street) answersOf(ticket hall.ID) []intake.Answer {
	s.t.Helper()
	story, _, err := s.store.Story(s.t.Context(), ticket)
	if err != nil {
		s.t.Fatal(err)
	}
	return story.Answers
}

func TestACodeOfAnotherHallOrARevokedAgentOpensNothing(t *testing.T) {
	far := newFarEnd()
	day := hall.DayOf(far.now)
	ticket := func(agent uint32) intake.Ticket {
		return intake.Ticket{ID: hall.ID{Agent: agent, Tag: 1, Serial: 1}, Number: "A001", Day: day, CodeSHA: uplink.CodeSHA("city", "A001", day, "7K3MQ0D1")}
	}
	c := codes{far, nil, far, []board.Hall{{Agent: "city-1", Catalogue: cityHall()}}, far.clock}
	want := typed{hall: "city", number: "A001", day: day, code: "7K3MQ0D1"}
	for name, tt := range map[string]struct {
		tickets []intake.Ticket
		err     error
	}{
		"of ours":                  {[]intake.Ticket{ticket(1)}, nil},
		"of an agent without keys": {[]intake.Ticket{ticket(9)}, errNoTicket},
		"of both":                  {[]intake.Ticket{ticket(9), ticket(1)}, nil},
		"of nobody":                {nil, errNoTicket},
		"without a code on it":     {[]intake.Ticket{{ID: hall.ID{Agent: 1, Tag: 1, Serial: 1}, Number: "A001", Day: day}}, errWrongCode},
	} {
		far.numbered, far.tries = tt.tickets, map[string]tries{}
		if got, _, err := c.open(t.Context(), want); !errors.Is(err, tt.err) || err == nil && got.ID.Agent != 1 {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	far.breakWith(errBroken)
	if _, _, err := c.open(t.Context(), want); !errors.Is(err, errBroken) {
		t.Errorf("a store that does not answer: %v", err)
	}
}

// All pages share one set of templates: of two of one name the later one would stand for both.
func TestNoTwoTemplatesShareAName(t *testing.T) {
	files, err := fs.Glob(rateFiles(), "*.html")
	if err != nil {
		t.Fatal(err)
	}
	in := map[string]string{}
	for _, name := range files {
		data, err := fs.ReadFile(rateFiles(), name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`{{define "([^"]*)"}}`).FindAllStringSubmatch(string(data), -1) {
			if in[m[1]] != "" {
				t.Errorf("%s is defined in %s and in %s", m[1], in[m[1]], name)
			}
			in[m[1]] = name
		}
	}
}
