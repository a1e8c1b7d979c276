package agent

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	mrand "math/rand/v2"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"hallpulse/agent/internal/desk"
	"hallpulse/firmware-protocol/hall"
)

// ask is post for many goroutines, and for an agent that may die of it: it returns the status, 0 where no answer came.
func (r *rig) ask(path, body string, into any) int {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://"+r.listen+path, strings.NewReader(body))
	if err != nil {
		return 0
	}
	req.Header.Set("Idempotency-Key", rand.Text())
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	said, err := io.ReadAll(resp.Body)
	if err == nil && into != nil && resp.StatusCode == http.StatusOK {
		err = json.Unmarshal(said, into)
	}
	if err != nil {
		return 0
	}
	return resp.StatusCode
}

// Two consoles call while a kiosk gives out numbers, all at once: no number is given twice, and nobody is called twice.
func TestTwoConsolesAndAKioskAtOnce(t *testing.T) {
	const people = 40
	r := newRig(t)
	c := r.start()
	r.act("11", "open")
	r.act("12", "open")
	var all sync.WaitGroup
	tickets := make(chan desk.Ticket, people)
	for range 4 {
		all.Go(func() {
			for range people / 4 {
				var got desk.Ticket
				if code := r.ask("/api/tickets", `{"letter":"A"}`, &got); code != http.StatusOK {
					t.Errorf("no ticket: %d", code)
				}
				tickets <- got
			}
		})
	}
	for _, window := range []string{"11", "12"} {
		all.Go(func() {
			for served := 0; served < people/2; {
				if r.ask("/api/windows/"+window+"/next", "", nil) != http.StatusNoContent {
					continue // nobody waits yet
				}
				for _, act := range []string{"serve", "finish"} {
					if code := r.ask("/api/windows/"+window+"/"+act, "", nil); code != http.StatusNoContent {
						t.Errorf("%s at window %s: %d", act, window, code)
					}
				}
				served++
			}
		})
	}
	all.Wait()
	close(tickets)
	given := map[string]bool{}
	for got := range tickets {
		if given[got.Number] {
			t.Errorf("number %s was given twice", got.Number)
		}
		given[got.Number] = true
	}
	r.stop()
	r.good(c)
	called := map[hall.ID]string{}
	for _, f := range facts[hall.TicketCalled](t, r.events(filepath.Join(r.dir, "data", aloneName))) {
		if at, twice := called[f.Ticket]; twice {
			t.Errorf("ticket %v was called to window %s and to %s", f.Ticket, at, f.Window)
		}
		called[f.Ticket] = f.Window
	}
	if len(given) != people || len(called) != people {
		t.Errorf("%d numbers, %d calls, want %d of each", len(given), len(called), people)
	}
}

// diesOf kills the agent in the middle of what it is asked for, and starts it again.
func (r *rig) diesOf(kill func(), path, body string) (killAgain func()) {
	var asked sync.WaitGroup
	asked.Go(func() { r.ask(path, body, nil) })
	time.Sleep(mrand.N(3 * time.Millisecond))
	kill()
	asked.Wait()
	return r.startChild()
}

// An agent is killed while it calls somebody. When it is back he is called or still waits, and nobody is called twice.
func TestAnAgentKilledInTheMiddleOfACall(t *testing.T) {
	const rounds = 6
	r := newRig(t)
	given := map[string]bool{}
	for range rounds {
		kill := r.startChild()
		r.ask("/api/windows/11/open", "", nil)
		ticket := r.take("A", "A02")
		if given[ticket.Number] {
			t.Errorf("number %s was given twice", ticket.Number)
		}
		given[ticket.Number] = true
		kill = r.diesOf(kill, "/api/windows/11/next", "")
		at := r.console("11")
		called := at.Window.State == hall.WindowIsCalled && at.Visit != nil && at.Visit.Ticket == ticket.Number
		waits := at.Next != nil && at.Next.Ticket == ticket.Number
		if called == waits {
			t.Fatalf("ticket %s: called %v, waits %v: %+v", ticket.Number, called, waits, at)
		}
		if waits {
			r.act("11", "next")
		}
		r.act("11", "serve", "finish")
		kill()
	}
	calls := map[hall.ID]int{}
	events := r.events(filepath.Join(r.dir, "data", aloneName))
	for _, f := range facts[hall.TicketCalled](t, events) {
		if calls[f.Ticket]++; calls[f.Ticket] > 1 {
			t.Errorf("ticket %v was called twice", f.Ticket)
		}
	}
	if n := len(facts[hall.TicketFinished](t, events)); n != rounds || len(calls) != rounds {
		t.Errorf("%d called, %d finished, want %d of each", len(calls), n, rounds)
	}
	r.good(r.writeConfig())
}

// A thousand people wait, and the agent is killed over them: all still wait, each with a number of his own, and they are
// called in the order in which they came.
func TestAThousandPeopleWait(t *testing.T) {
	const people, called = 1000, 20
	r := newRig(t)
	kill := r.startChild()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range people / 8 {
				if code := r.ask("/api/tickets", `{"letter":"A"}`, nil); code != http.StatusOK {
					t.Errorf("no ticket: %d", code)
				}
			}
		})
	}
	all.Wait()
	kill()
	kill = r.startChild()
	for _, window := range []string{"11", "12"} {
		r.act(window, "open")
		if n := r.console(window).WaitingCount; n != people {
			t.Errorf("%d wait at window %s, want %d", n, window, people)
		}
	}
	for n := range called {
		r.act([]string{"11", "12"}[n%2], "next", "serve", "finish")
	}
	if at := r.console("11"); at.WaitingCount != people-called || at.Next == nil || len(at.Waiting) != maxLine {
		t.Errorf("%d wait, %d are listed behind %+v", at.WaitingCount, len(at.Waiting), at.Next)
	}
	kill()
	events := r.events(filepath.Join(r.dir, "data", aloneName))
	came, numbers := []hall.ID{}, map[string]bool{}
	for _, f := range facts[hall.TicketIssued](t, events) {
		came, numbers[f.Number] = append(came, f.Ticket), true
	}
	if len(came) != people || len(numbers) != people {
		t.Fatalf("%d tickets with %d numbers, want %d", len(came), len(numbers), people)
	}
	for n, f := range facts[hall.TicketCalled](t, events) {
		if f.Ticket != came[n] {
			t.Errorf("call %d was for ticket %v, want %v", n+1, f.Ticket, came[n])
		}
	}
	r.good(r.writeConfig())
}

// An agent is killed while somebody is passed on from one window to the other. When it is back he waits for the other one
// or is still served at the first: once, and nowhere else.
func TestAnAgentKilledInTheMiddleOfATransfer(t *testing.T) {
	r := newRig(t)
	for range 6 {
		kill := r.startChild()
		r.ask("/api/windows/11/open", "", nil)
		r.ask("/api/windows/12/open", "", nil)
		ticket := r.take("A", "A02")
		r.act("11", "next", "serve")
		kill = r.diesOf(kill, "/api/windows/11/transfer", `{"to":{"window":"12"}}`)
		one, other := r.console("11"), r.console("12")
		stays := one.Window.State == hall.WindowIsServing && one.Visit != nil && one.Visit.Ticket == ticket.Number
		waits := other.Next != nil && other.Next.Ticket == ticket.Number && other.Next.Here
		if stays == waits {
			t.Fatalf("ticket %s: served at 11 %v, waits for 12 %v: %s", ticket.Number, stays, waits, fmt.Sprint(one.Visit, other.Next))
		}
		if waits {
			r.act("12", "next", "serve", "finish")
		} else {
			r.act("11", "finish")
		}
		kill()
	}
	open := map[hall.ID]hall.ID{}
	events := r.events(filepath.Join(r.dir, "data", aloneName))
	for _, f := range facts[hall.VisitOpened](t, events) {
		if was, twice := open[f.Ticket]; twice {
			t.Errorf("ticket %v has two visits, %v and %v", f.Ticket, was, f.Visit)
		}
		open[f.Ticket] = f.Visit
	}
	if n := len(facts[hall.VisitFinished](t, events)); n != 6 || len(open) != 6 {
		t.Errorf("%d visits opened, %d finished, want 6 of each", len(open), n)
	}
}
