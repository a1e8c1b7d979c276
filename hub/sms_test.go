package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/notify"
	"hallpulse/hub/internal/notify/gateway"
	"hallpulse/hub/internal/private"
)

func TestAReminderIsSentAndReported(t *testing.T) {
	c := newCarrier(t, func(_ int, w http.ResponseWriter) bool { io.WriteString(w, `{"receipt":"g-7"}`); return true })
	p := newPost(t).by(c.webhook(false))
	id := p.queue(t, 19, "+86 138 1234 2046")
	p.after(t, 0)
	m := p.stands(t, id, notify.Sent)
	token := p.vault.Token(linkPurpose, id)
	if m.Receipt != "g-7" || m.Link != notify.LinkSHA(token) || m.Try != 1 {
		t.Errorf("%+v", m)
	}
	want := "13812342046 【青澜市政务服务中心】您11月23日在一号大厅12号窗口办过事，请评价：https://pj.example/m/" + token + " 也可回数字5非常满意至1非常不满意"
	if c.sent[want] != 1 {
		t.Errorf("sent %v\nwant %s", c.sent, want)
	}
	in := gateway.Inbound{ID: "dr-1", Report: true, Message: id, Arrived: true}
	for range 2 {
		if err := p.letterbox.Take(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	if p.stands(t, id, notify.Delivered).Version != 4 {
		t.Error("a report that is told twice is two")
	}
	p.after(t, time.Hour)
	if c.never(t) != 1 || c.asked != 1 {
		t.Errorf("asked %d times", c.asked)
	}
}

// design §2 and traps: what was told to the provider and what is stored never say that a message was sent when it was not.
func TestTheAttemptIsStoredBeforeTheQuestion(t *testing.T) {
	var p *post
	var id string
	c := newCarrier(t, func(_ int, _ http.ResponseWriter) bool {
		p.room.mu.Lock()
		defer p.room.mu.Unlock()
		if m := p.room.read(id); m.State != notify.Trying {
			t.Errorf("asked while the message is %s", m.State)
		}
		return true
	})
	p = newPost(t).by(c.webhook(false))
	id = p.queue(t, 19, "13812342046")
	p.after(t, 0)
	p.stands(t, id, notify.Sent)

	p.queue(t, 20, "13812342046")
	p.room.fail = errors.New("disk full")
	if err := p.round(t.Context()); err == nil || c.asked != 1 {
		t.Errorf("asked %d times with a store that cannot keep it: %v", c.asked, err)
	}
}

// killed is a provider whose hub is killed before it hears the answer.
type killed struct{ provider }

func (k killed) Send(ctx context.Context, out gateway.Outgoing) (string, error) {
	k.provider.Send(ctx, out)
	panic("killed")
}

func (p *post) kill(t *testing.T) {
	t.Helper()
	alive := p.provider
	p.provider = killed{alive}
	func() {
		defer func() { recover() }()
		p.after(t, 0)
	}()
	p.provider = alive
}

func TestAHubThatIsKilledBetweenQuestionAndAnswer(t *testing.T) {
	yes := func(int, http.ResponseWriter) bool { return true }
	t.Run("a provider that looks at ids is asked again", func(t *testing.T) {
		c := newCarrier(t, yes)
		c.known = map[string]bool{}
		p := newPost(t).by(c.webhook(true))
		id := p.queue(t, 19, "13812342046")
		p.kill(t)
		p.stands(t, id, notify.Trying)
		p.after(t, time.Minute)
		p.stands(t, id, notify.Trying) // whoever asked may live
		p.after(t, notify.Patience)
		p.stands(t, id, notify.Sent)
		if c.never(t) != 1 || c.asked != 2 {
			t.Errorf("%d phones rang, asked %d times", c.never(t), c.asked)
		}
	})
	t.Run("of another nobody knows, and a person decides", func(t *testing.T) {
		c := newCarrier(t, yes)
		p := newPost(t).by(c.webhook(false))
		id := p.queue(t, 19, "13812342046")
		p.kill(t)
		p.after(t, notify.Patience)
		m := p.stands(t, id, notify.Doubtful)
		p.after(t, 24*time.Hour)
		if c.never(t) != 1 || c.asked != 1 {
			t.Errorf("asked %d times", c.asked)
		}
		if err := p.room.Do(t.Context(), id, func(is notify.Message) ([]hall.Fact, error) {
			return is.Confirm(m.Version, hall.Person{Account: "centre-1", Role: "centre"})
		}); err != nil {
			t.Fatal(err)
		}
		p.stands(t, id, notify.Sent)
	})
	t.Run("a file is written once", func(t *testing.T) {
		dir := t.TempDir()
		f, err := gateway.OpenFolder(dir, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		p := newPost(t).by(f)
		id := p.queue(t, 19, "13812342046")
		p.kill(t)
		take(t, dir, 1)
		p.after(t, notify.Patience)
		p.stands(t, id, notify.Sent)
		take(t, dir, 0)
	})
}

// take is whoever carries files: it moves what lies in out, and says how many there must be.
func take(t *testing.T, dir string, want int) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, "out"))
	if err != nil || len(entries) != want {
		t.Fatalf("%d files to carry, want %d: %v", len(entries), want, err)
	}
	for _, e := range entries {
		if err := os.Rename(filepath.Join(dir, "out", e.Name()), filepath.Join(dir, "taken", e.Name())); err != nil {
			t.Fatal(err)
		}
	}
}

// A provider that hangs, breaks off, is busy, refuses: each message ends, and none is sent twice.
func TestAProviderWithTroubles(t *testing.T) {
	breakOff := func(w http.ResponseWriter) {
		if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
			c.Close()
		}
	}
	for name, c := range map[string]struct {
		once   bool
		answer func(n int, w http.ResponseWriter) bool
		want   notify.State
		rang   int
		asked  int
	}{
		"busy twice": {false, func(n int, w http.ResponseWriter) bool {
			if n < 3 {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
			return n >= 3
		}, notify.Sent, 1, 3},
		"busy for ever":                                {false, func(_ int, w http.ResponseWriter) bool { w.WriteHeader(http.StatusTooManyRequests); return false }, notify.Failed, 0, 5},
		"no such number":                               {false, func(_ int, w http.ResponseWriter) bool { w.WriteHeader(http.StatusUnprocessableEntity); return false }, notify.Failed, 0, 1},
		"a wrong address":                              {false, func(_ int, w http.ResponseWriter) bool { w.WriteHeader(http.StatusNotFound); return false }, notify.Failed, 0, 5},
		"it takes it and breaks off":                   {false, func(_ int, w http.ResponseWriter) bool { breakOff(w); return true }, notify.Doubtful, 1, 1},
		"it takes it, breaks off, and looks at ids":    {true, func(_ int, w http.ResponseWriter) bool { breakOff(w); return true }, notify.Sent, 1, 2},
		"it takes it and comes to grief":               {false, func(_ int, w http.ResponseWriter) bool { w.WriteHeader(http.StatusInternalServerError); return true }, notify.Doubtful, 1, 1},
		"it comes to grief for ever, and looks at ids": {true, func(_ int, w http.ResponseWriter) bool { w.WriteHeader(http.StatusInternalServerError); return false }, notify.Doubtful, 0, 5},
	} {
		t.Run(name, func(t *testing.T) {
			carrier := newCarrier(t, c.answer)
			if c.once {
				carrier.known = map[string]bool{}
			}
			p := newPost(t).by(carrier.webhook(c.once))
			id := p.queue(t, 19, "13812342046")
			for range 60 {
				p.after(t, 5*time.Minute)
			}
			p.stands(t, id, c.want)
			if rang := carrier.never(t); rang != c.rang || carrier.asked != c.asked {
				t.Errorf("%d phones rang, want %d; asked %d times, want %d", rang, c.rang, carrier.asked, c.asked)
			}
		})
	}
}

func TestASlowProviderIsUnclear(t *testing.T) {
	release := make(chan struct{})
	c := newCarrier(t, func(int, http.ResponseWriter) bool { <-release; return true })
	w := c.webhook(false)
	w.Timeout = 50 * time.Millisecond
	p := newPost(t).by(w)
	id := p.queue(t, 19, "13812342046")
	p.after(t, 0)
	close(release)
	p.stands(t, id, notify.Doubtful)
}

// Nobody there: three messages have tried, the others wait for the next round, and the board says so.
func TestAProviderThatIsAwayIsLeftInPeace(t *testing.T) {
	c := newCarrier(t, func(int, http.ResponseWriter) bool { return true })
	w := c.webhook(false)
	c.Close()
	p := newPost(t).by(w)
	for n := range 10 {
		p.queue(t, n, "13812342046")
	}
	p.after(t, 0)
	tried := 0
	for _, m := range p.room.all() {
		tried += m.Try
		if m.Try > 0 && (m.State != notify.Waiting || m.Why != hall.MessageUnreachable) {
			t.Errorf("%+v", m)
		}
	}
	if tried != missesInRow || !slices.Equal(p.ills, []bool{true}) {
		t.Errorf("%d tried, the board heard %v", tried, p.ills)
	}
	back := newCarrier(t, func(int, http.ResponseWriter) bool { return true })
	p.by(back.webhook(false))
	for range 5 {
		p.after(t, time.Minute)
	}
	if rang := back.never(t); rang != 10 || p.ills[len(p.ills)-1] {
		t.Errorf("%d phones rang; the board heard %v", rang, p.ills)
	}
}

func TestNoPhoneRingsAtNight(t *testing.T) {
	c := newCarrier(t, func(int, http.ResponseWriter) bool { return true })
	p := newPost(t).by(c.webhook(false))
	*p.clock = p.clock.Add(11 * time.Hour) // 21:00
	id := p.queue(t, 19, "13812342046")
	for range 10 {
		p.after(t, time.Hour)
	}
	p.stands(t, id, notify.Waiting)
	p.after(t, time.Hour) // 08:00
	p.stands(t, id, notify.Sent)
}

func TestAPhoneThatWasErasedRingsNoMore(t *testing.T) {
	c := newCarrier(t, func(int, http.ResponseWriter) bool { return true })
	p := newPost(t).by(c.webhook(false))
	gone, torn, empty := p.queue(t, 1, "13812342046"), p.queue(t, 2, "13812342046"), p.queue(t, 3, "")
	delete(p.room.boxes, "ref-1")
	p.room.boxes["ref-2"] = private.Filed{Box: private.Box{Ref: "ref-2", Sealed: []byte("torn")}}
	p.after(t, 0)
	if m := p.stands(t, gone, notify.Dropped); m.Dropped != hall.DroppedErased {
		t.Errorf("dropped as %s", m.Dropped)
	}
	for _, id := range []string{torn, empty} {
		if m := p.stands(t, id, notify.Waiting); m.Why != hall.MessageUnreadable {
			t.Errorf("%s", m.Why)
		}
	}
	if c.asked != 0 || len(p.ills) != 0 {
		t.Errorf("asked %d times, the board heard %v", c.asked, p.ills)
	}
}

// Two hubs of one database look at the same moment.
func TestTwoHubsSendOneMessage(t *testing.T) {
	c := newCarrier(t, func(int, http.ResponseWriter) bool { return true })
	p := newPost(t).by(c.webhook(false))
	for n := range 20 {
		p.queue(t, n, fmt.Sprint(13812342000+n))
	}
	twin := *p.sender
	twin.ill = func(bool) {}
	p.ill = func(bool) {}
	var both sync.WaitGroup
	for _, s := range []*sender{p.sender, &twin} {
		both.Go(func() {
			if err := s.round(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	if c.never(t) != 20 || c.asked != 20 {
		t.Errorf("asked %d times", c.asked)
	}
}

// domain §3.2: a reply belongs to the last reminder sent to its number. Twice is one.
func TestAReplyIsTheRatingOfTheLastReminder(t *testing.T) {
	c := newCarrier(t, func(int, http.ResponseWriter) bool { return true })
	p := newPost(t).by(c.webhook(false))
	first := p.queue(t, 19, "13812342046")
	p.after(t, 0)
	*p.clock = p.clock.Add(time.Hour)
	second := p.queue(t, 20, "138 1234 2046")
	p.after(t, 0)
	*p.clock = p.clock.Add(time.Hour)
	p.queue(t, 21, "13812342046") // not sent yet
	p.queue(t, 22, "13912342046")

	say := func(id, from, text string) {
		t.Helper()
		if err := p.letterbox.Take(t.Context(), gateway.Inbound{ID: id, Said: private.Text{Phone: from, Words: text}}); err != nil {
			t.Fatal(err)
		}
	}
	say("mo-1", "+8613812342046", " ５ ")
	say("mo-1", "+8613812342046", " ５ ")
	say("mo-2", "13812342046", "等了两个小时，5分")
	say("mo-2", "13812342046", "等了两个小时，5分")
	say("mo-3", "13812342046", "  ")
	say("mo-4", "13700000000", "5")
	if !slices.Equal(p.rated, []string{"3-9f2c-20 very-good sms-mo-1"}) {
		t.Errorf("rated: %v", p.rated)
	}
	if m := p.room.read(second); !slices.Equal(m.Replies, []string{"mo-1", "mo-2", "mo-3"}) || m.State != notify.Sent {
		t.Errorf("%+v", m)
	}
	if m := p.room.read(first); len(m.Replies) > 0 {
		t.Errorf("the older one heard %v", m.Replies)
	}
	var words []string
	for _, f := range p.room.deeds {
		if r, ok := f.(hall.MessageReplied); ok && r.Words != nil {
			box := p.room.boxes[r.Words.Ref]
			text, err := p.vault.Open(box.Box)
			if err != nil || box.Kind != private.KindReply || box.About != second || box.Visit.String() != "3-9f2c-20" || box.Mark != p.vault.Mark(private.MarkPhone, "13812342046") {
				t.Errorf("kept as %+v: %v", box.Label, err)
			}
			words = append(words, text.Words)
		}
	}
	if !slices.Equal(words, []string{"等了两个小时，5分"}) || len(p.room.boxes) != 5 {
		t.Errorf("kept: %v; %d boxes", words, len(p.room.boxes))
	}
	data, err := json.Marshal(p.room.deeds)
	if err != nil || strings.Contains(string(data), "13812342046") || strings.Contains(string(data), "等了") {
		t.Errorf("a deed says what must lie apart: %s", data)
	}
}

func TestAfterTheKeyChangedRepliesFindTheirReminder(t *testing.T) {
	c := newCarrier(t, func(int, http.ResponseWriter) bool { return true })
	p := newPost(t).by(c.webhook(false))
	old, young := newVaultKey(), newVaultKey()
	if err := p.vault.Use(old); err != nil {
		t.Fatal(err)
	}
	p.queue(t, 19, "13812342046")
	p.after(t, 0)
	if err := p.vault.Use(young, old); err != nil {
		t.Fatal(err)
	}
	if err := p.letterbox.Take(t.Context(), gateway.Inbound{ID: "mo-1", Said: private.Text{Phone: "13812342046", Words: "1"}}); err != nil || len(p.rated) != 1 {
		t.Errorf("rated: %v, %v", p.rated, err)
	}
}

func TestWhatIsNotStoredIsToldAgain(t *testing.T) {
	p := newPost(t)
	id := p.queue(t, 19, "13812342046")
	p.room.fail = errors.New("disk full")
	for _, in := range []gateway.Inbound{{ID: "dr-1", Report: true, Message: id}, {ID: "mo-1", Said: private.Text{Phone: "1", Words: "5"}}} {
		if err := p.letterbox.Take(t.Context(), in); err == nil {
			t.Errorf("%s was taken", in.ID)
		}
	}
	p.room.fail = nil
	if err := p.letterbox.Take(t.Context(), gateway.Inbound{ID: "dr-2", Report: true, Message: "rate-reminder:3-9f2c-99:1"}); err != nil {
		t.Errorf("a report of no message of ours: %v", err)
	}
}

// The whole road by files: out, taken, a report and a reply in, an expired one reported.
func TestTheRoadByFiles(t *testing.T) {
	p := newPost(t)
	dir := filepath.Join(t.TempDir(), "sms")
	conf := Config{SMS: SMS{Provider: smsFile, File: SMSFolder{dir}}}
	carrier, hook, collect, err := conf.carry(p.letterbox, p.now, p.log)
	if err != nil || hook != nil {
		t.Fatal(hook, err)
	}
	p.by(carrier).collect = collect
	id, never := p.queue(t, 19, "13812342046"), p.queue(t, 20, "13912342046")
	p.after(t, 0)
	if err := os.Rename(filepath.Join(dir, "out", "rate-reminder+3-9f2c-19+1.json"), filepath.Join(dir, "taken", "rate-reminder+3-9f2c-19+1.json")); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"1.json": fmt.Sprintf(`{"id":"dr-1","kind":"report","message":%q,"state":"delivered","at":"2026-11-23T10:00:03+08:00"}`, id),
		"2.json": `{"id":"mo-1","kind":"reply","from":"13812342046","text":"2","at":"2026-11-23T10:00:09+08:00"}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, "in", name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p.after(t, time.Minute)
	p.stands(t, id, notify.Delivered)
	if !slices.Equal(p.rated, []string{"3-9f2c-19 bad sms-mo-1"}) {
		t.Errorf("rated: %v", p.rated)
	}
	p.after(t, 8*24*time.Hour)
	if m := p.stands(t, never, notify.Failed); m.Why != hall.MessageUndelivered {
		t.Errorf("what nobody took failed as %s", m.Why)
	}
	for _, folder := range []string{"out", "taken", "in", "bad", "new"} {
		if entries, err := os.ReadDir(filepath.Join(dir, folder)); err != nil || len(entries) > 0 {
			t.Errorf("%s holds %v, %v", folder, entries, err)
		}
	}
}

func TestTheProviderThatIsConfigured(t *testing.T) {
	p := newPost(t)
	if carrier, hook, collect, err := (Config{SMS: SMS{Provider: smsNone}}).carry(p.letterbox, p.now, p.log); carrier != nil || hook != nil || collect != nil || err != nil {
		t.Error("none is one")
	}
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("0123456789abcdef\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	conf := Config{SMS: SMS{Provider: smsWebhook, Webhook: SMSWebhook{URL: "https://x", SecretFile: file, Timeout: time.Second, Idempotent: true}}}
	carrier, hook, collect, err := conf.carry(p.letterbox, p.now, p.log)
	if err != nil || hook == nil || collect != nil || !carrier.Idempotent() {
		t.Errorf("%v, %v, %v", carrier, hook, err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := conf.carry(p.letterbox, p.now, p.log); err == nil {
		t.Error("without its secret")
	}
}

func TestTheSenderEndsWithItsQuestionAnswered(t *testing.T) {
	asked, release := make(chan struct{}), make(chan struct{})
	c := newCarrier(t, func(int, http.ResponseWriter) bool { close(asked); <-release; return true })
	p := newPost(t).by(c.webhook(false))
	id := p.queue(t, 19, "13812342046")
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.run(ctx) }()
	<-asked
	stop()
	select {
	case <-ended:
		t.Fatal("ended in the middle of a question")
	case <-time.After(50 * time.Millisecond):
	}
	close(release)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	p.stands(t, id, notify.Sent)
}
