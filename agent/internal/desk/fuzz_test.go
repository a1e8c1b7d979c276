package desk

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

// Whatever a browser posts to whichever address, it is done or refused in words, and nobody hears of a fault of ours.
func FuzzPosts(f *testing.F) {
	w := words(f)
	paths := []string{
		"/api/tickets", "/api/lists", "/api/tickets/3-9f2c-17/correct", "/api/tickets/3-9f2c-17/cancel", "/api/windows/12/transfer", "/api/windows/12/open",
		"/api/pins/12", "/api/alarms/12", "/api/notes/12/q7c2", "/api/bookings", "/api/bookings/arrive", "/api/rate/find", "/api/rate", "/api/presented/12",
	}
	for n, body := range []string{
		`{"letter":"A","item":"A01","situation":"lost","class":"elderly","then":[{"letter":"B"}]}`, `{"item":"A01","situation":"lost","has":["照片"]}`, `{"third":true}`,
		`{"why":"left"}`, `{"why":"third","to":{"window":"13"},"seen":{"state":"open","ticket":""}}`, `{"badge":"0317","pin":"482907"}`,
		`{"badge":"0317","code":"20461357","pin":"482907"}`, `{"on":true}`, `{}`, `{"item":"A01","day":"2026-11-23","at":"09:30"}`, `{"token":"right"}`,
		`{"number":"A064","day":"2026-11-23","code":"RIGHT"}`, `{"proof":{"token":"right"},"visit":"3-9f2c-17","level":5,"draft":"d"}`, `{"token":"t","number":"A064"}`,
	} {
		f.Add(uint8(n), []byte(body))
	}
	f.Add(uint8(0), []byte("null"))
	f.Add(uint8(0), []byte(`{"letter":"A"}{}`))
	n := 0
	f.Fuzz(func(t *testing.T, at uint8, body []byte) {
		c := newSmall("A063")
		d, err := New(Config{Listen: "127.0.0.1:0", Hall: catalogueNow(), Words: w, Log: slog.New(slog.DiscardHandler), Pages: fstest.MapFS{}, Bookings: c}, c, c)
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodPost, paths[int(at)%len(paths)], strings.NewReader(string(body)))
		n++
		r.Host, r.RemoteAddr = "127.0.0.1", "127.0.0.1:1"
		r.Header.Set("Idempotency-Key", fmt.Sprint(n))
		answer := httptest.NewRecorder()
		d.handler.ServeHTTP(answer, r)
		if answer.Code < 300 {
			return
		}
		var no struct {
			Error struct{ Code, Message string }
		}
		if err := json.Unmarshal(answer.Body.Bytes(), &no); err != nil || no.Error.Message == "" || answer.Code >= 500 {
			t.Errorf("%s %q: %d %s", r.URL.Path, body, answer.Code, answer.Body)
		}
	})
}
