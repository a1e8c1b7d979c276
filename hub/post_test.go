package hub

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/notify"
)

// leftPhone starts a hub in which a citizen was served and left his phone, stops it, and returns its configuration as it is
// four minutes later: the pad had its time to ask, now an SMS is due. page is the citizen's.
func leftPhone(t *testing.T, c Config) (later Config, visit hall.ID, page string) {
	t.Helper()
	h := start(t, c)
	p := h.play(t, "one", instance)
	facts := p.visit(hall.Good)
	p.tell(t, facts[:len(facts)-1]...) // nobody pressed
	p.send(t, 1)
	token := uplink.Token{Kind: uplink.TokenTicket, Ticket: p.id(1), Day: hall.DayOf(time.Now())}.Sign(p.Key().SigningKey())
	page = "/r/" + uplink.TokenText(token)
	if text := h.asks(t, page, url.Values{"do": {"phone"}, "phone": {"138 1234 2046"}}); !strings.Contains(text, "138****2046") {
		t.Fatalf("the phone was not left:\n%s", text)
	}
	h.stop()
	c.Clock.Now = func() time.Time { return time.Now().Round(0).Add(4 * time.Minute) }
	return c, p.id(2), page
}

// asks opens a page of the public listener, or sends a form to it, and returns where that leads.
func (c *centre) asks(t *testing.T, path string, form url.Values) string {
	t.Helper()
	at := "http://" + c.PublicAddr.String() + path
	resp, err := http.Get(at)
	if form != nil {
		resp.Body.Close()
		resp, err = http.PostForm(at, form)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %v\n%s", resp.Status, err, text)
	}
	return string(text)
}

func (c *centre) visitNow(t *testing.T, id hall.ID) intake.Visit {
	t.Helper()
	v, _, err := c.store.Visit(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// withFiles is a configuration whose messages lie in a folder, at any hour.
func withFiles(t *testing.T) Config {
	c := setUp(t)
	c.SMS.Provider, c.SMS.File.Dir, c.SMS.Quiet = smsFile, filepath.Join(c.Data, "sms"), QuietHours{"00:00", "00:00"}
	return c
}

// domain §3.5, §3.2: the reminder goes out by files with a link to the citizen's own page; his digit is the visit's rating, on
// channel sms, and told again it is no second one.
func TestAReminderGoesOutAndItsReplyRates(t *testing.T) {
	conf, visit, _ := leftPhone(t, withFiles(t))
	c := start(t, conf)
	out := func(folder string) []string {
		files, err := filepath.Glob(filepath.Join(conf.SMS.File.Dir, folder, "*.json"))
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	waitFor(t, "the reminder", func() bool { return len(out("out")) == 1 })
	data, err := os.ReadFile(out("out")[0])
	if err != nil {
		t.Fatal(err)
	}
	var sent struct{ To, Text, Kind string }
	if err := json.Unmarshal(data, &sent); err != nil || sent.To != "13812342046" || sent.Kind != "rate-reminder" {
		t.Fatalf("sent %s: %v", data, err)
	}
	_, link, ok := strings.Cut(sent.Text, "http://hall.example")
	link, _, _ = strings.Cut(link, " ")
	if !ok || !strings.Contains(c.asks(t, link, nil), "您满意吗") {
		t.Errorf("its link %q leads elsewhere", link)
	}
	taken := filepath.Join(conf.SMS.File.Dir, "taken", filepath.Base(out("out")[0]))
	if err := os.Rename(out("out")[0], taken); err != nil {
		t.Fatal(err)
	}
	say := func(from, id string) {
		t.Helper()
		text := fmt.Sprintf(`{"id":%q,"kind":"reply","from":%q,"text":"２","at":%q}`, id, from, time.Now().Format(time.RFC3339))
		if err := os.WriteFile(filepath.Join(conf.SMS.File.Dir, "in", id+".json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	say("13912342046", "mo-0") // somebody else
	say("+86 138-1234-2046", "mo-1")
	for range 2 {
		c.stop()
		c = start(t, conf) // it collects when it begins
		waitFor(t, "the reply", func() bool { return len(out("in")) == 0 })
		waitFor(t, "the rating", func() bool { return c.visitNow(t, visit).Level == hall.Bad })
		say("13812342046", "mo-1") // told again
	}
	v := c.visitNow(t, visit)
	story, _, err := c.store.Story(t.Context(), v.Ticket)
	if err != nil || len(story.Answers) != 1 || v.Channel != hall.ChannelSMS || !v.ReasonMissing || story.Answers[0].Reply != notify.ID(hall.MessageRateReminder, visit.String(), 1) {
		t.Errorf("visit %+v\nanswers %+v, %v", v, story.Answers, err)
	}
	if r, ok, err := c.store.Repair(t.Context(), visit.String()); err != nil || !ok || r.Rating.Channel != hall.ChannelSMS {
		t.Errorf("its repair: %+v, %v", r, err)
	}
	clean(t, conf)
}

// The provider calls often and at the same time, and whoever is not the provider is not heard.
func TestTheProvidersHook(t *testing.T) {
	var mu sync.Mutex
	asked := 0
	carrier := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked++
	}))
	t.Cleanup(carrier.Close)
	conf := setUp(t)
	secret := filepath.Join(conf.Data, "sms.secret")
	if err := os.WriteFile(secret, []byte("0123456789abcdef\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	conf.SMS.Provider, conf.SMS.Webhook, conf.SMS.Quiet = smsWebhook, SMSWebhook{URL: carrier.URL, SecretFile: secret, Timeout: 5 * time.Second}, QuietHours{"00:00", "00:00"}
	conf, visit, _ := leftPhone(t, conf)
	c := start(t, conf)
	id := notify.ID(hall.MessageRateReminder, visit.String(), 1)
	state := func() notify.State {
		m, _, err := c.store.Message(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return m.State
	}
	waitFor(t, "the reminder", func() bool { return state() == notify.Sent })

	tells := func(secret, body string) int {
		t.Helper()
		at := fmt.Sprint(c.Config.Clock.orSystem().Now().Unix())
		mac := hmac.New(sha256.New, []byte(secret))
		fmt.Fprintf(mac, "v1\nin\n%s\n%s", at, body)
		r, err := http.NewRequest(http.MethodPost, "http://"+c.OfficeAddr.String()+hookPath, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-HallPulse-Time", at)
		r.Header.Set("X-HallPulse-Signature", "v1="+hex.EncodeToString(mac.Sum(nil)))
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Error(err)
			return 0
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	reply := `{"items":[{"id":"mo-1","kind":"reply","from":"13812342046","text":"1"}]}`
	if status := tells("another secret 16", reply); status != http.StatusUnauthorized {
		t.Errorf("somebody else: %d", status)
	}
	if v := c.visitNow(t, visit); v.Level != 0 {
		t.Errorf("somebody else rated %+v", v)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if status := tells("0123456789abcdef", reply); status != http.StatusNoContent {
				t.Errorf("the provider: %d", status)
			}
		})
	}
	all.Wait()
	stranger := `{"items":[{"id":"mo-2","kind":"reply","from":"13912342046","text":"5"},{"id":"dr-1","kind":"report","message":"` + id + `","state":"delivered"}]}`
	if status := tells("0123456789abcdef", stranger); status != http.StatusNoContent {
		t.Errorf("a stranger's reply and a report: %d", status)
	}
	v := c.visitNow(t, visit)
	story, _, err := c.store.Story(t.Context(), v.Ticket)
	if err != nil || v.Level != hall.VeryBad || v.Channel != hall.ChannelSMS || len(story.Answers) != 1 || state() != notify.Delivered || asked != 1 {
		t.Errorf("visit %+v\nanswers %+v, the message is %s, the provider was asked %d times, %v", v, story.Answers, state(), asked, err)
	}
	clean(t, conf)
}

// Who has rated meanwhile is not reminded.
func TestWhoRatedIsNotReminded(t *testing.T) {
	conf, visit, page := leftPhone(t, withFiles(t))
	early := conf
	early.Clock = Clock{}
	c := start(t, early)
	c.asks(t, page, url.Values{"do": {"send"}, "level": {"4"}, "visit": {visit.String()}})
	c.stop()
	c = start(t, conf)
	m, ok, err := c.store.Message(t.Context(), notify.ID(hall.MessageRateReminder, visit.String(), 1))
	if err != nil || !ok || m.State != notify.Dropped || m.Dropped != hall.DroppedNeedless {
		t.Errorf("the reminder is %+v, %v", m, err)
	}
	if files, err := filepath.Glob(filepath.Join(conf.SMS.File.Dir, "out", "*")); err != nil || len(files) > 0 {
		t.Errorf("sent %v, %v", files, err)
	}
}
