package gateway

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/private"
)

var testSecret = []byte("0123456789abcdef")

func outgoing() Outgoing {
	return Outgoing{ID: "rate-reminder:3-9f2c-19:1", Kind: hall.MessageRateReminder, Lang: "zh", Expires: time.Unix(1795399200, 0),
		Said: private.Text{Phone: "+86 138 1234 2046", Words: "您11月23日在青澜市政务服务中心12号窗口办过事"}}
}

func webhook(url string) *Webhook {
	return &Webhook{URL: url, Secret: testSecret, Timeout: 2 * time.Second, Now: time.Now}
}

// carrier is a provider that answers in a way, and counts how often it was asked.
func carrier(t *testing.T, answer http.HandlerFunc) (url string, asked *atomic.Int32) {
	t.Helper()
	asked = new(atomic.Int32)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		answer(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL, asked
}

func TestAMessageAsItTravels(t *testing.T) {
	url, asked := carrier(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || !signed(r.Header, testSecret, directionOut, time.Now(), body) {
			t.Errorf("not signed: %v", err)
		}
		if r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" || r.Header.Get("Idempotency-Key") != "rate-reminder:3-9f2c-19:1" {
			t.Errorf("%s with %v", r.Method, r.Header)
		}
		var got map[string]any
		if err := json.Unmarshal(body, &got); err != nil {
			t.Error(err)
		}
		for field, want := range map[string]any{"id": "rate-reminder:3-9f2c-19:1", "to": "13812342046", "text": "您11月23日在青澜市政务服务中心12号窗口办过事",
			"lang": "zh", "kind": "rate-reminder", "expires": "2026-11-23T10:00:00+08:00"} {
			if got[field] != want {
				t.Errorf("%s is %v, want %v", field, got[field], want)
			}
		}
		w.WriteHeader(http.StatusAccepted)
		io.WriteString(w, `{"receipt":"g-1"}`)
	})
	receipt, err := webhook(url).Send(t.Context(), outgoing())
	if err != nil || receipt != "g-1" || asked.Load() != 1 {
		t.Errorf("receipt %q, %v, asked %d times", receipt, err, asked.Load())
	}
}

// README.md, the table of answers.
func TestWhatAnAnswerMeans(t *testing.T) {
	for status, want := range map[int]hall.MessageWhy{
		200: "", 201: "", 202: "", 204: "", 409: "",
		429: hall.MessageBusy, 503: hall.MessageBusy,
		400: hall.MessageRefused, 410: hall.MessageRefused, 413: hall.MessageRefused, 422: hall.MessageRefused,
		301: hall.MessageSetup, 302: hall.MessageSetup, 307: hall.MessageSetup, 401: hall.MessageSetup, 403: hall.MessageSetup, 404: hall.MessageSetup, 405: hall.MessageSetup, 418: hall.MessageSetup,
		500: hall.MessageUnclear, 502: hall.MessageUnclear, 504: hall.MessageUnclear, 599: hall.MessageUnclear,
	} {
		url, asked := carrier(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(status)
		})
		_, err := webhook(url).Send(t.Context(), outgoing())
		if (err == nil) != (want == "") || err != nil && WhyOf(err) != want || asked.Load() != 1 {
			t.Errorf("%d: %v, want %q; asked %d times", status, err, want, asked.Load())
		}
	}
}

func TestReceiptsThatAreNone(t *testing.T) {
	for _, body := range []string{"", "OK", "[]", `{"receipt":""}`, `{"receipt":"a b"}`, `{"receipt":7}`, `{"receipt":"` + string(make([]byte, 70)) + `"}`} {
		url, _ := carrier(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body) })
		if receipt, err := webhook(url).Send(t.Context(), outgoing()); err != nil || receipt != "" {
			t.Errorf("%q: receipt %q, %v", body, receipt, err)
		}
	}
}

func TestAnAnswerThatNeverComesIsUnclear(t *testing.T) {
	release := make(chan struct{})
	url, asked := carrier(t, func(http.ResponseWriter, *http.Request) { <-release })
	defer close(release)
	w := webhook(url)
	w.Timeout = 50 * time.Millisecond
	if _, err := w.Send(t.Context(), outgoing()); WhyOf(err) != hall.MessageUnclear || asked.Load() != 1 {
		t.Errorf("%v, asked %d times", err, asked.Load())
	}
}

// The connection breaks after the question: net/http must not ask again by itself, however idempotent the header looks.
func TestABrokenConnectionIsUnclearAndAskedOnce(t *testing.T) {
	url, asked := carrier(t, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		c, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		c.Close()
	})
	w := webhook(url)
	for range 3 {
		if _, err := w.Send(t.Context(), outgoing()); WhyOf(err) != hall.MessageUnclear {
			t.Errorf("%v", err)
		}
	}
	if asked.Load() != 3 {
		t.Errorf("asked %d times in three attempts", asked.Load())
	}
}

func TestNobodyThereHasTakenNothing(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	if _, err := webhook("http://"+addr).Send(t.Context(), outgoing()); WhyOf(err) != hall.MessageUnreachable {
		t.Errorf("nobody listens: %v", err)
	}
	s := httptest.NewTLSServer(http.NotFoundHandler())
	defer s.Close()
	if _, err := webhook(s.URL).Send(t.Context(), outgoing()); WhyOf(err) != hall.MessageUnreachable {
		t.Errorf("a certificate nobody signed: %v", err)
	}
	if _, err := webhook("http://[::1").Send(t.Context(), outgoing()); WhyOf(err) != hall.MessageSetup {
		t.Errorf("no address: %v", err)
	}
}

func TestAnErrorThatSaysNothingIsUnclear(t *testing.T) {
	if why := WhyOf(errors.New("x")); why != hall.MessageUnclear {
		t.Errorf("it is %s", why)
	}
	if (&Webhook{}).Idempotent() || !(&Webhook{Once: true}).Idempotent() || !(&Folder{}).Idempotent() {
		t.Error("a webhook takes an id once only where that is configured")
	}
}
