package desk

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

const draft = "00112233445566778899aabbccddeeff"

// domain §3.2, design §4: only who shows the ticket may rate; he shows it each time.
func TestOnlyTheHolderOfATicketRates(t *testing.T) {
	c := newSmall()
	r := serve(t, c)
	answer := func(proof, rest string) string {
		return `{"proof":` + proof + `,"visit":"3-9f2c-18","draft":"` + draft + `"` + rest + `}`
	}
	const right = `{"token":"right"}`
	for i, tt := range []struct {
		name, body string
		status     int
		code       string
	}{
		{"no proof", answer(`{}`, `,"level":5`), 409, "wrong-code"},
		{"a forged token", answer(`{"token":"forged"}`, `,"level":5`), 409, "wrong-code"},
		{"a wrong code", answer(`{"number":"A064","day":"2026-11-23","code":"WRONG"}`, `,"level":5`), 409, "wrong-code"},
		{"no level", answer(right, ``), 400, "malformed"},
		{"level 6", answer(right, `,"level":6`), 400, "malformed"},
		{"a reason of another level", answer(right, `,"level":5,"reasons":["207"]`), 400, "malformed"},
		{"a reason that is none", answer(right, `,"level":5,"reasons":["599"]`), 400, "malformed"},
		{"a reason twice", answer(right, `,"level":2,"reasons":["207","207"]`), 400, "malformed"},
		{"no draft", strings.Replace(answer(right, `,"level":5`), draft, "1", 1), 400, "malformed"},
		{"text of his own", answer(right, `,"level":5,"text":"x"`), 400, "malformed"},
		{"the ticket", answer(right, `,"level":2,"reasons":["207","214"]`), 204, ""},
		{"its code", answer(`{"number":"a064 ","day":"2026-11-23","code":"RIGHT"}`, `,"level":5`), 204, ""},
	} {
		a := r.post("/api/rate", tt.body, fmt.Sprint(i))
		if a.status != tt.status || a.problem.Code != tt.code {
			t.Errorf("%s: %d %s, want %d %s", tt.name, a.status, a.body, tt.status, tt.code)
		}
	}
	got := c.done()
	if len(got) != 2 || !strings.HasPrefix(got[0], "rate 3-9f2c-17 3-9f2c-18 2 [207 214] ") || !strings.HasPrefix(got[1], "rate 3-9f2c-17 3-9f2c-18 5 [] ") {
		t.Fatalf("the counter did %q", got)
	}
	form := func(s string) string { return s[strings.LastIndex(s, " ")+1:] }
	if form(got[0]) != form(got[1]) || len(form(got[0])) != 32 {
		t.Errorf("one page, one ticket, one visit: forms %s, %s", form(got[0]), form(got[1]))
	}
	r.post("/api/rate", strings.Replace(answer(right, `,"level":5`), draft, strings.Repeat("0", 32), 1), "other page")
	if again := c.done(); form(again[2]) == form(got[0]) {
		t.Error("another page made the same form")
	}
}

// design §4: five wrong tries lock the ticket for a while, and many the page.
func TestWrongCodesLockForAWhile(t *testing.T) {
	r := serve(t, newSmall())
	now := time.Now()
	r.now = func() time.Time { return now }
	n := 0
	find := func(number, code string) string {
		n++
		a := r.post("/api/rate/find", fmt.Sprintf(`{"number":%q,"day":"2026-11-23","code":%q}`, number, code), fmt.Sprint(n))
		if a.status == 200 {
			return "found"
		}
		return a.problem.Code
	}
	for range 8 { // right ones are not counted
		if got := find("A064", "RIGHT"); got != "found" {
			t.Fatal(got)
		}
	}
	for i := range 7 {
		want := "wrong-code"
		if i >= triesOfOne {
			want = "too-many-tries"
		}
		if got := find("A064", "WRONG"); got != want {
			t.Errorf("wrong try %d: %s, want %s", i+1, got, want)
		}
	}
	if got := find("a064", "RIGHT"); got != "too-many-tries" {
		t.Errorf("the right code while it is locked: %s", got)
	}
	if got := find("B001", "RIGHT"); got != "found" {
		t.Errorf("another ticket: %s", got)
	}
	for i := range triesOfAll - triesOfOne {
		find(fmt.Sprintf("C%03d", i), "WRONG")
	}
	if got := find("B001", "RIGHT"); got != "too-many-tries" {
		t.Errorf("after %d wrong codes: %s", triesOfAll, got)
	}
	if a := r.post("/api/rate/find", `{"token":"right"}`, "scan"); a.status != 200 {
		t.Errorf("what is scanned cannot be guessed: %d %s", a.status, a.body)
	}
	now = now.Add(triesFor)
	if got := find("A064", "RIGHT"); got != "found" {
		t.Errorf("after a while: %s", got)
	}
}

func TestManyGuessesAtOnceAreMany(t *testing.T) {
	var k tries
	var took sync.Map
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			if k.take(try{"A064", time.Unix(1, 0)}) {
				took.Store(i, true)
			}
		})
	}
	all.Wait()
	n := 0
	took.Range(func(any, any) bool { n++; return true })
	if n != triesOfOne {
		t.Errorf("%d codes were looked at, want %d", n, triesOfOne)
	}
}

func TestAGuideCorrectsATicket(t *testing.T) {
	c := newSmall()
	r := serve(t, c)
	for i, tt := range []struct {
		body   string
		status int
	}{
		{`{"class":"elderly","why":"seen"}`, 204}, {`{"class":"","why":"wrong"}`, 204}, {`{"third":true}`, 204}, {`{"pass":true}`, 204}, {`{"met":true}`, 204},
		{`{"third":true,"met":true}`, 400},
		{`{}`, 400}, {`{"class":"elderly"}`, 400}, {`{"third":true,"why":"seen"}`, 400}, {`{"level":5}`, 400},
	} {
		if a := r.post("/api/tickets/3-9f2c-17/correct", tt.body, fmt.Sprint(i)); a.status != tt.status {
			t.Errorf("%s: %d %s, want %d", tt.body, a.status, a.body, tt.status)
		}
	}
	if got := strings.Join(c.done(), ", "); got != "correct 3-9f2c-17 elderly seen, correct 3-9f2c-17  wrong, correct 3-9f2c-17, correct 3-9f2c-17, correct 3-9f2c-17" {
		t.Errorf("the counter did %s", got)
	}
	if a := r.post("/api/tickets/A064/correct", `{"third":true}`, "none"); a.status != 404 {
		t.Errorf("no ticket: %d", a.status)
	}
}
