package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"hallpulse/hub/internal/private"
)

// inbox keeps what it is told, unless it is told to fail.
type inbox struct {
	mu   sync.Mutex
	told []Inbound
	fail error
}

func (i *inbox) Take(_ context.Context, in Inbound) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.fail != nil {
		return i.fail
	}
	i.told = append(i.told, in)
	return nil
}

func ask(t *testing.T, h *Hook, body string, change func(*http.Request)) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/hook/sms", strings.NewReader(body))
	sign(r.Header, testSecret, directionIn, time.Unix(1795399200, 0), []byte(body))
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func hook(i Inbox, log *slog.Logger) *Hook {
	return &Hook{Secret: testSecret, Inbox: i, Now: func() time.Time { return time.Unix(1795399200, 0) }, Log: log}
}

const twoItems = `{"items":[{"id":"dr-1","kind":"report","message":"rate-reminder:3-9f2c-19:1","state":"delivered","at":"2026-11-23T10:00:03+08:00","later":[1]},
{"id":"mo-1","kind":"reply","from":"13812342046","text":"等了两个小时","at":"2026-11-23T10:05:00+08:00"}]}`

func TestWhatAProviderTells(t *testing.T) {
	var kept inbox
	if w := ask(t, hook(&kept, slog.New(slog.DiscardHandler)), twoItems, nil); w.Code != http.StatusNoContent || w.Body.Len() > 0 {
		t.Fatalf("answered %d %s", w.Code, w.Body)
	}
	if len(kept.told) != 2 {
		t.Fatalf("told %v", kept.told)
	}
	if r := kept.told[0]; !r.Report || !r.Arrived || r.ID != "dr-1" || r.Message != "rate-reminder:3-9f2c-19:1" || r.At.Unix() != 1795399203 || !r.Said.IsZero() {
		t.Errorf("the report is %+v", r)
	}
	if r := kept.told[1]; r.Report || r.ID != "mo-1" || r.Said != (private.Text{Words: "等了两个小时", Phone: "13812342046"}) {
		t.Errorf("the reply is %+v", r)
	}
	if said := fmt.Sprintf("%v %+v %#v", kept.told, kept.told, kept.told); strings.Contains(said, "138123") || strings.Contains(said, "等了") {
		t.Errorf("it prints itself: %s", said)
	}
}

func TestWhatIsNotTaken(t *testing.T) {
	item := func(fields string) string {
		return `{"items":[{"id":"dr-1","kind":"report","message":"m","state":"failed"},{` + fields + `}]}`
	}
	for name, c := range map[string]struct {
		body   string
		change func(*http.Request)
		want   int
		says   string
	}{
		"not signed":  {twoItems, func(r *http.Request) { r.Header.Del(headerSignature) }, 401, "not signed"},
		"an hour old": {twoItems, func(r *http.Request) { r.Header.Set(headerTime, "1795395600") }, 401, "not signed"},
		"what the hub sent": {twoItems, func(r *http.Request) {
			sign(r.Header, testSecret, directionOut, time.Unix(1795399200, 0), []byte(twoItems))
		}, 401, "not signed"},
		"got, not posted":      {twoItems, func(r *http.Request) { r.Method = http.MethodGet }, 405, "POST only"},
		"no JSON":              {"items", nil, 400, "in JSON"},
		"nothing":              {"", nil, 400, "in JSON"},
		"no items":             {"{}", nil, 400, "1 to 100"},
		"too many items":       {`{"items":[` + strings.Repeat("{},", 100) + `{}]}`, nil, 400, "1 to 100"},
		"too large":            {`{"items":[{"text":"` + strings.Repeat("x", maxHook) + `"}]}`, nil, 413, "fewer items"},
		"no id":                {item(`"kind":"reply","from":"1","text":"5"`), nil, 400, "id:"},
		"an id with a blank":   {item(`"id":"a b","kind":"reply","from":"1","text":"5"`), nil, 400, "id:"},
		"a long id":            {item(`"id":"` + strings.Repeat("a", 65) + `","kind":"reply","from":"1","text":"5"`), nil, 400, "id:"},
		"another kind":         {item(`"id":"a","kind":"call"`), nil, 400, "kind:"},
		"a report of nothing":  {item(`"id":"a","kind":"report","state":"failed"`), nil, 400, "message:"},
		"a state that is none": {item(`"id":"a","kind":"report","message":"m","state":"read"`), nil, 400, "state:"},
		"a reply of nobody":    {item(`"id":"a","kind":"reply","text":"5"`), nil, 400, "from:"},
		"a long number":        {item(`"id":"a","kind":"reply","from":"` + strings.Repeat("1", 33) + `","text":"5"`), nil, 400, "from:"},
		"a long text":          {item(`"id":"a","kind":"reply","from":"1","text":"` + strings.Repeat("x", maxReply+1) + `"`), nil, 400, "text:"},
	} {
		var kept inbox
		var log bytes.Buffer
		w := ask(t, hook(&kept, slog.New(slog.NewTextHandler(&log, nil))), c.body, c.change)
		var said struct {
			Error string
			Item  *int
		}
		if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil || w.Code != c.want || !strings.Contains(said.Error, c.says) || len(kept.told) > 0 {
			t.Errorf("%s: answered %d %s, kept %d", name, w.Code, w.Body, len(kept.told))
		}
		if strings.HasPrefix(c.body, `{"items":[{"id":"dr-1","kind":"report","message":"m"`) && (said.Item == nil || *said.Item != 1) {
			t.Errorf("%s: it is the second item that is wrong: %s", name, w.Body)
		}
	}
}

func TestWhatIsNotStoredIsToldAgain(t *testing.T) {
	kept := inbox{fail: errors.New("disk full")}
	w := ask(t, hook(&kept, slog.New(slog.DiscardHandler)), twoItems, nil)
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || strings.Contains(w.Body.String(), "disk") {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
}

func FuzzHook(f *testing.F) {
	f.Add([]byte(twoItems))
	f.Add([]byte(`{"items":[{"id":"a","kind":"report","message":"m","state":"failed","at":"2026-11-23T10:00:03+08:00"}]}`))
	f.Add([]byte(`{"items":[null]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var kept inbox
		h := hook(&kept, slog.New(slog.DiscardHandler))
		r := httptest.NewRequest(http.MethodPost, "/hook/sms", bytes.NewReader(body))
		sign(r.Header, testSecret, directionIn, h.Now(), body)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		switch {
		case w.Code == http.StatusNoContent && len(kept.told) > 0:
			for _, in := range kept.told {
				if !isID(in.ID, maxID) || in.Report == (in.Said.Phone != "") || in.Report && !isID(in.Message, 2*maxID) {
					t.Fatalf("took %+v", in)
				}
			}
		case w.Code != http.StatusBadRequest && w.Code != http.StatusRequestEntityTooLarge || len(kept.told) > 0:
			t.Fatalf("answered %d, kept %d", w.Code, len(kept.told))
		}
	})
}
