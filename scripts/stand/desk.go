package stand

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"hallpulse/firmware-protocol/hall"
)

// Ticket is what the desk answers to who takes a ticket.
type Ticket struct {
	ID      string       `json:"id"`
	Number  string       `json:"number"`
	Ahead   int          `json:"ahead"`
	Windows []string     `json:"windows"`
	Code    string       `json:"code"`
	URL     string       `json:"url"`
	Printed bool         `json:"printed"`
	Trouble hall.Trouble `json:"trouble"`
}

// Refusal is a no of the desk, in words.
type Refusal struct {
	Status        int
	Code, Message string
}

func (r *Refusal) Error() string { return fmt.Sprintf("%d %s: %s", r.Status, r.Code, r.Message) }

// Take takes a ticket, as the page in the hall does.
func (a *Agent) Take(ctx context.Context, letter, item string) (Ticket, error) {
	var t Ticket
	err := a.Post(ctx, "/api/tickets", map[string]string{"letter": letter, "item": item}, &t)
	return t, err
}

// Act does at a window what its clerk would: open, next, recall, serve, missed, finish, pause, resume, close.
func (a *Agent) Act(ctx context.Context, window, verb string) error {
	return a.Post(ctx, "/api/windows/"+window+"/"+verb, nil, nil)
}

// Reprint prints a ticket once more.
func (a *Agent) Reprint(ctx context.Context, id string) (Ticket, error) {
	var t Ticket
	err := a.Post(ctx, "/api/tickets/"+id+"/print", nil, &t)
	return t, err
}

// Post sends one act to an address of the desk and reads the answer into into, which may be nil. A no of the desk is a
// *Refusal; after any other error nobody knows whether it was done.
func (a *Agent) Post(ctx context.Context, path string, body, into any) error {
	var b []byte
	if body != nil {
		var err error
		if b, err = json.Marshal(body); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+a.Desk+path, bytes.NewReader(b))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", rand.Text())
	client := http.Client{Timeout: 30 * time.Second}
	answer, err := client.Do(req)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return err
	}
	if answer.StatusCode >= 300 {
		var e struct{ Error Refusal }
		if json.Unmarshal(said, &e) != nil || e.Error.Code == "" {
			return fmt.Errorf("%s %s: %s: %s", a.Name, path, answer.Status, strings.TrimSpace(string(said)))
		}
		e.Error.Status = answer.StatusCode
		return &e.Error
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(said, into)
}

// Seen is what a clerk saw on his console when he pressed a key.
type Seen struct {
	State  string `json:"state"`
	Ticket string `json:"ticket"`
}

// ActSeen is Act by a clerk who saw that: where it no longer holds the desk refuses with the code "changed".
func (a *Agent) ActSeen(ctx context.Context, window, verb string, saw Seen) error {
	return a.Post(ctx, "/api/windows/"+window+"/"+verb, map[string]Seen{"seen": saw}, nil)
}

// Console is what a console shows, as far as stands need it.
type Console struct {
	Window struct{ State string }
	Visit  *struct{ Ticket string }
	Held   []struct{ Ticket, Window string }
	Paper  []struct {
		ID, Ticket string
		Trouble    hall.Trouble
	}
	Faults []struct {
		Device  string
		Kind    hall.DeviceKind
		Trouble hall.Trouble
	}
	Hub struct {
		Up     bool
		Stored int
	}
	Disk         string
	Digits       string
	WaitingCount int `json:"waiting_count"`
}

// Console returns what the console of a window shows now.
func (a *Agent) Console(ctx context.Context, window string) (Console, error) {
	return screen[Console](ctx, a, "/ws/console/"+window)
}

// Display is what the screen of the waiting room shows, as far as stands need it.
type Display struct {
	Services []struct {
		Letter            string
		Waiting, P50, P90 int // minutes that who comes now would wait; 0: nobody knows
	}
}

// Display returns what the screen of the waiting room shows now.
func (a *Agent) Display(ctx context.Context) (Display, error) {
	return screen[Display](ctx, a, "/ws/display")
}

// screen opens a screen for its first view.
func screen[V any](ctx context.Context, a *Agent, path string) (V, error) {
	var m struct{ View V }
	c, answer, err := websocket.DefaultDialer.DialContext(ctx, "ws://"+a.Desk+path, http.Header{"Origin": {"http://" + a.Desk}})
	if err != nil {
		if answer != nil {
			return m.View, fmt.Errorf("screen %s: %s: %w", path, answer.Status, err)
		}
		return m.View, err
	}
	defer c.Close()
	if err := c.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return m.View, err
	}
	err = c.ReadJSON(&m)
	return m.View, err
}

// Look returns what a clerk sees before he presses a key.
func (a *Agent) Look(ctx context.Context, window string) (Seen, error) {
	v, err := a.Console(ctx, window)
	saw := Seen{State: v.Window.State}
	if v.Visit != nil {
		saw.Ticket = v.Visit.Ticket
	}
	return saw, err
}
