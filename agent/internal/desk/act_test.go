package desk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"hallpulse/agent/internal/counter"
)

func TestActsReachTheCounter(t *testing.T) {
	c := newSmall("A063")
	r := serve(t, c)
	for i, path := range []string{"/api/windows/12/open", "/api/windows/12/next", "/api/windows/13/finish", "/api/tickets/3-9f2c-17/print", "/api/notes/12/q7c2"} {
		if a := r.post(path, "", fmt.Sprint(i)); a.status/100 != 2 {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	if a := r.post("/api/alarms/12", `{"on":true}`, "alarm"); a.status/100 != 2 {
		t.Errorf("alarm: %d %s", a.status, a.body)
	}
	a := r.post("/api/tickets", `{"letter":"A","item":"A01"}`, "take")
	if a.status != 200 || !strings.Contains(a.body, `"number":"A064"`) || !strings.Contains(a.body, `"id":"3-9f2c-17"`) {
		t.Errorf("take: %d %s", a.status, a.body)
	}
	if a := r.post("/api/lists", `{"item":"A01","situation":"lost","has":["照片"]}`, "list"); a.status != 200 || !strings.Contains(a.body, `"printed":true`) {
		t.Errorf("list: %d %s", a.status, a.body)
	}
	want := []string{"12 open", "12 next", "13 finish", "print 3-9f2c-17", "read 12 q7c2", "alarm 12 true", "issue A A01", "list A01 lost[照片]"}
	if got := c.done(); !slices.Equal(got, want) {
		t.Errorf("the counter did %q, want %q", got, want)
	}
}

func TestRefusalsAreSaidInTheReadersWords(t *testing.T) {
	tests := []struct {
		err    error
		status int
		code   string
	}{
		{counter.NobodyWaiting, 409, "nobody-waiting"},
		{counter.NobodyCalled, 409, "nobody-called"},
		{counter.NotServing, 409, "not-serving"},
		{counter.AlreadyServing, 409, "already-serving"},
		{counter.AlreadyOpen, 409, "already-open"},
		{counter.NotPaused, 409, "not-paused"},
		{counter.VisitAtHand, 409, "visit-at-hand"},
		{counter.WindowClosed, 409, "window-closed"},
		{counter.WindowPaused, 409, "window-paused"},
		{counter.NumberUsed, 409, "number-used"},
		{counter.ServiceShut, 409, "service-shut"},
		{counter.UnitDown, 409, "unit-down"},
		{counter.NoSuchWindow, 404, "no-such-window"},
		{counter.NoSuchAct, 404, "no-such-act"},
		{counter.NoSuchService, 404, "no-such-service"},
		{counter.NoSuchItem, 404, "no-such-item"},
		{counter.NoSuchStaff, 404, "no-such-staff"},
		{NoSuchTicket, 404, "no-such-ticket"},
		{NoPrinter, 409, "no-printer"},
		{DiskFull, 503, "disk-full"},
		{DiskSealed, 503, "disk-sealed"},
		{Stopping, 503, "stopping"},
		{fmt.Errorf("call: %w", counter.NobodyWaiting), 409, "nobody-waiting"},
		{errors.New("bbolt: page 17 is torn"), 500, "internal"},
		{counter.Refusal("never-heard-of"), 409, "never-heard-of"},
	}
	all := words(t)
	c := newSmall()
	r := serve(t, c)
	for _, tt := range tests {
		for lang, accept := range map[string]string{"zh": "zh-CN,zh;q=0.9,en;q=0.8", "en": "en-GB", "": "fr"} {
			c.set(func() { c.fail = tt.err })
			a := r.ask("POST", "/api/windows/12/next", "", "Idempotency-Key", tt.code+lang, "Accept-Language", accept)
			if lang == "" {
				lang = "zh" // the hall's own
			}
			want := all[lang]["error."+tt.code]
			if tt.code == "never-heard-of" { // no words yet: no bare code on the screen
				want = all[lang]["error.internal"]
			}
			if a.status != tt.status || a.problem.Code != tt.code || a.problem.Message != want || want == "" {
				t.Errorf("%v in %s: %d %+v, want %d %s %q", tt.err, accept, a.status, a.problem, tt.status, tt.code, want)
			}
			if strings.Contains(a.body, "bbolt") {
				t.Errorf("the clerk reads the operator's cause: %s", a.body)
			}
		}
	}
}

func TestRequestsThatCannotBeRead(t *testing.T) {
	c := newSmall()
	r := serve(t, c)
	long := strings.Repeat("x", maxBody+1)
	tests := []struct {
		name, path, body, key string
		status                int
		code                  string
	}{
		{"no key", "/api/windows/12/next", "", "", 400, "no-key"},
		{"a key without end", "/api/windows/12/next", "", strings.Repeat("k", maxKey+1), 400, "no-key"},
		{"an oversized body", "/api/tickets", `{"letter":"` + long + `"}`, "1", 413, "too-large"},
		{"no JSON", "/api/tickets", "letter=A", "2", 400, "malformed"},
		{"an unknown field", "/api/tickets", `{"letter":"A","priority":1}`, "3", 400, "malformed"},
		{"two values", "/api/tickets", `{"letter":"A"}{"letter":"B"}`, "4", 400, "malformed"},
		{"a wrong type", "/api/windows/12/next", `{"seen":7}`, "5", 400, "malformed"},
		{"an unknown window", "/api/windows/99/next", "", "6", 404, "no-such-window"},
		{"no ticket's id", "/api/tickets/A064/print", "", "7", 404, "no-such-ticket"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := r.post(tt.path, tt.body, tt.key)
			if a.status != tt.status || a.problem.Code != tt.code || a.problem.Message == "" {
				t.Errorf("%d %+v, want %d %s", a.status, a.problem, tt.status, tt.code)
			}
		})
	}
	if got := c.done(); len(got) > 0 {
		t.Errorf("the counter did %q", got)
	}
}

func TestARepeatActsOnceAndHearsTheSame(t *testing.T) {
	c := newSmall("A063", "A064")
	r := serve(t, c)
	first := r.post("/api/tickets", `{"letter":"A"}`, "k")
	again := r.post("/api/tickets", `{"letter":"A"}`, "k")
	if first.status != 200 || first.body != again.body || again.status != 200 {
		t.Errorf("first %d %s, again %d %s", first.status, first.body, again.status, again.body)
	}
	if a := r.post("/api/tickets", `{"letter":"B"}`, "k"); a.status != 422 || a.problem.Code != "key-reused" {
		t.Errorf("another request under the key: %d %+v", a.status, a.problem)
	}
	if got := c.done(); len(got) != 1 {
		t.Errorf("acts: %q, want one", got)
	}
}

func TestARefusalIsRepeatedAFailureIsTriedAgain(t *testing.T) {
	c := newSmall("A063")
	r := serve(t, c)
	for _, tt := range []struct {
		err  error
		acts int
	}{{counter.NobodyWaiting, 1}, {errors.New("disk gone"), 2}, {DiskFull, 2}} {
		c.set(func() { c.fail, c.acts = tt.err, nil })
		r.post("/api/windows/12/next", "", tt.err.Error())
		r.post("/api/windows/12/next", "", tt.err.Error())
		if got := c.done(); len(got) != tt.acts {
			t.Errorf("%v: %d acts, want %d", tt.err, len(got), tt.acts)
		}
	}
}

func TestRepeatsAtTheSameInstantActOnce(t *testing.T) {
	c := newSmall("A063", "A064", "A065")
	c.hold = make(chan struct{})
	r := serve(t, c)
	var all sync.WaitGroup
	status := make([]int, 8)
	for i := range status {
		all.Go(func() { status[i] = r.post("/api/windows/12/next", "", "k").status })
	}
	<-c.began
	close(c.hold)
	all.Wait()
	for _, s := range status {
		if s != http.StatusNoContent {
			t.Errorf("answers %v", status)
			break
		}
	}
	if got := c.done(); len(got) != 1 {
		t.Errorf("acts: %q, want one", got)
	}
}

func TestTheLast256KeysAreKnown(t *testing.T) {
	var s repeats
	run := func(i int) bool {
		a, first := s.begin(fmt.Sprint(i), fingerprint("/", nil))
		if first {
			s.run(a, func() (int, []byte) { return 204, nil })
		}
		return first
	}
	for i := range keptAnswers + 10 {
		run(i)
	}
	if run(keptAnswers+9) || run(10) {
		t.Error("one of the last 256 keys is forgotten")
	}
	if len(s.kept) != keptAnswers || len(s.order) != keptAnswers {
		t.Errorf("%d answers under %d keys are kept", len(s.kept), len(s.order))
	}
	if !run(0) {
		t.Error("an old key is still known: the memory grows")
	}
}

func TestTwoConsolesCallAtTheSameInstant(t *testing.T) {
	c := newSmall("A063", "A064")
	r := serve(t, c)
	var all sync.WaitGroup
	got := make([]answer, 2)
	for i := range got {
		all.Go(func() {
			got[i] = r.post("/api/windows/12/next", `{"seen":{"state":"open","ticket":""}}`, fmt.Sprint("console", i))
		})
	}
	all.Wait()
	slices.SortFunc(got, func(a, b answer) int { return a.status - b.status })
	if got[0].status != 204 || got[1].status != 409 || got[1].problem.Code != "changed" || got[1].problem.Message == "" {
		t.Errorf("answers %d %d %+v, want one 204 and one 409 changed", got[0].status, got[1].status, got[1].problem)
	}
	if v := c.Console("12"); v.Visit == nil || v.Visit.Ticket != "A063" || v.WaitingCount != 1 {
		t.Errorf("after both: %+v, %d waiting; want A063 called and one waiting", v.Visit, v.WaitingCount)
	}
	// Who looks again may call again.
	if a := r.post("/api/windows/12/next", `{"seen":{"state":"called","ticket":"A063"}}`, "after"); a.status != 204 {
		t.Errorf("after a look: %d %s", a.status, a.body)
	}
}

func TestTwoWindowsDoNotWaitForEachOther(t *testing.T) {
	c := newSmall("A063", "A064")
	c.hold = make(chan struct{})
	r := serve(t, c)
	var all sync.WaitGroup
	all.Go(func() { r.post("/api/windows/12/next", "", "12") })
	<-c.began
	all.Go(func() { r.post("/api/windows/13/next", "", "13") })
	<-c.began // 13 is under way although 12 has not ended
	close(c.hold)
	all.Wait()
}

func TestAnActGoesOnWhenItsBrowserGoesAway(t *testing.T) {
	c := newSmall("A063")
	c.hold = make(chan struct{})
	r := serve(t, c)
	ctx, leave := context.WithCancel(context.Background())
	req, err := http.NewRequestWithContext(ctx, "POST", "http://"+r.addr+"/api/windows/12/next", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Idempotency-Key", "k")
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		if res, err := http.DefaultClient.Do(req); err == nil {
			res.Body.Close()
			t.Error("the request was answered although its browser was gone")
		}
	}()
	<-c.began
	leave()
	<-gone
	close(c.hold)
	if a := r.post("/api/windows/12/next", "", "k"); a.status != 204 {
		t.Errorf("the browser came back: %d %s", a.status, a.body)
	}
	if got := c.done(); len(got) != 1 || c.ended != 0 {
		t.Errorf("acts %q, %d of them under an ended context; want one, none", got, c.ended)
	}
}

func TestAnActUnderWayIsAnsweredBeforeTheDeskStops(t *testing.T) {
	c := newSmall("A063")
	c.hold = make(chan struct{})
	r := serve(t, c)
	got := make(chan answer, 1)
	go func() { got <- r.post("/api/windows/12/next", "", "k") }()
	<-c.began
	stopped := make(chan struct{})
	go func() { defer close(stopped); r.stop() }()
	eventually(t, "new screens refused", func() bool {
		r.screens.mu.Lock()
		defer r.screens.mu.Unlock()
		return r.screens.closed
	})
	close(c.hold)
	if a := <-got; a.status != 204 {
		t.Errorf("answer %d %s", a.status, a.body)
	}
	<-stopped
}

// 协助评价: the guide's tablet says who helps, and the counter's refusals have words.
func TestWhoHelpsIsCarriedToTheCounter(t *testing.T) {
	c := newSmall()
	r := serve(t, c)
	body := `{"visit":"3-9f2c-19","by":"0901"}`
	for range 2 {
		if got := r.post("/api/help/12", body, "k1"); got.status != http.StatusNoContent {
			t.Errorf("%d %s", got.status, got.body)
		}
	}
	if got := c.done(); !slices.Equal(got, []string{"help 12 3-9f2c-19 0901"}) {
		t.Errorf("did %v", got)
	}
	for n, bad := range []string{`{"visit":"x"}`, `{"visit":"3-9f2c-19","by":"0901","level":5}`} {
		if got := r.post("/api/help/12", bad, fmt.Sprint("bad", n)); got.status != http.StatusBadRequest {
			t.Errorf("%s: %d", bad, got.status)
		}
	}
	for _, why := range []counter.Refusal{counter.OwnClerk, counter.NotInvited, counter.AlreadyHelped, counter.NoSuchHelper} {
		c.set(func() { c.fail = why })
		if got := r.post("/api/help/12", body, string(why)); got.status < 400 || got.problem.Code != string(why) || !strings.ContainsAny(got.body, "协名替换") {
			t.Errorf("%s: %d %s", why, got.status, got.body)
		}
	}
}
