//go:build e2e

package e2e

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// With the shipped programs a catalogue is published at the hub and the counter works by it; one that
// leaves out what somebody waits for is refused with its reason, through a kill and with the hub away, and taken when nobody
// does.
func TestACatalogueIsPublishedAndWaitsForPeople(t *testing.T) {
	t.Parallel()
	s := build(t, plan{windows: 1})
	file := filepath.Join(shortDir(t), "new.yaml")
	publish := func(text, why string) {
		t.Helper()
		write(t, file, text)
		if said, err := s.hub.Command(s.ctx, "", "catalogue", "publish", file, "--why", why); err != nil {
			t.Fatalf("publish: %v\n%s", err, said)
		}
	}
	lists := func(what string) {
		t.Helper()
		s.sees("the hub's list with "+what, func() bool {
			said, err := s.hub.Command(s.ctx, "", "catalogue", "list")
			return err == nil && strings.Contains(said, what)
		})
	}
	lists("version 1")

	more := catalogue(2) // a second window, its letter and its items
	publish(more, "二号窗口启用")
	lists("version 2")
	if !strings.Contains(s.book(), `"B01"`) {
		t.Error("the kiosk's book does not know item B01")
	}
	must(t, s.agent.Act(s.ctx, "2", "open"))
	must(t, s.agent.Act(s.ctx, "2", "close"))
	_, err := s.agent.Take(s.ctx, "B", "B01")
	must(t, err)

	publish(catalogue(1)+"# without the second window\n", "二号窗口撤销")
	lists("refuses version 3: waits")
	if said, err := s.agent.Command(s.ctx, "", "catalogue"); err != nil || !strings.Contains(said, "version 2") || !strings.Contains(said, "version 3 is not in force") {
		t.Errorf("the agent says %q, %v", said, err)
	}
	must(t, s.agent.Kill())
	must(t, s.hub.Stop())
	must(t, s.agent.Start(s.ctx))
	if _, err := s.agent.Console(s.ctx, "2"); err != nil {
		t.Errorf("somebody waits for window 2, and it is gone: %v", err)
	}
	must(t, s.agent.Act(s.ctx, "2", "open"))
	for _, act := range []string{"next", "serve", "finish", "close"} {
		must(t, s.agent.Act(s.ctx, "2", act))
	}
	s.sees("version 3 in force, without the hub", func() bool {
		said, err := s.agent.Command(s.ctx, "", "catalogue")
		return err == nil && strings.Contains(said, "version 3 of the hub")
	})
	if _, err := s.agent.Console(s.ctx, "2"); err == nil {
		t.Error("window 2 is still there")
	}
	must(t, s.hub.Start(s.ctx))
	lists("version 3")
	if said, err := s.hub.Command(s.ctx, "", "check"); err != nil {
		t.Errorf("check: %v\n%s", err, said)
	}
}

// book is what the kiosk knows of the hall.
func (s *site) book() string {
	s.t.Helper()
	resp, err := http.Get("http://" + s.agent.Desk + "/api/book")
	must(s.t, err)
	defer resp.Body.Close()
	var book json.RawMessage
	must(s.t, json.NewDecoder(resp.Body).Decode(&book))
	return string(book)
}

// sees waits until is holds.
func (s *site) sees(what string, is func() bool) {
	s.t.Helper()
	for end := time.Now().Add(patience); !is(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			s.t.Fatalf("never: %s\nagent:\n%s\nhub:\n%s", what, s.agent.Tail(), s.hub.Tail())
		}
	}
}
