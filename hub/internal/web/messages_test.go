package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/notify"
	"hallpulse/hub/internal/private"
)

// sends queues the n-th message, to the holder of a phone, and lets a provider take part in it.
func (c *court) sends(n int, hallID string, then ...func(m notify.Message) []hall.Fact) (id string) {
	c.t.Helper()
	ref := fmt.Sprint("phone-", n)
	f, sha, err := c.vault.File(ref, private.Text{Phone: fmt.Sprintf("138%08d", n)}, private.Label{})
	if err != nil {
		c.t.Fatal(err)
	}
	now := courtNow().Add(time.Duration(n) * time.Minute)
	o := notify.Order{Kind: hall.MessageRateReminder, Of: fmt.Sprintf("1-1-%d", n), N: 1, To: hall.Sealed{Ref: ref, SHA: sha}, Lang: "zh",
		Params: hall.MessageParams{Hall: hallID, Window: "12", Day: hall.DayOf(now)}, Expires: courtNow().AddDate(0, 0, 5)}
	steps := append([]func(m notify.Message) []hall.Fact{func(m notify.Message) []hall.Fact { return notify.Queue(m, o, hall.Person{}, now) }}, then...)
	c.set(now)
	defer c.set(courtNow())
	for _, do := range steps {
		err := c.intake.Decide(c.t.Context(), intake.Keys{Messages: []string{o.ID()}}, func(k intake.Known) ([]hall.Fact, error) {
			m, _ := k.Message(o.ID())
			return do(m), nil
		}, intake.Box{Ref: ref, Salt: f.Salt, Sealed: f.Sealed, Label: f.Label})
		if err != nil {
			c.t.Fatal(err)
		}
	}
	return o.ID()
}

// What a provider makes of a message.
func attempted(m notify.Message) []hall.Fact {
	facts, err := m.Begin(m.Due, notify.Law{}, "")
	if err != nil {
		panic(err)
	}
	return facts
}

func unclear(m notify.Message) []hall.Fact {
	return m.Missed(m.Try, hall.MessageUnclear, m.Asked, notify.Law{})
}
func sentOff(m notify.Message) []hall.Fact { return m.Took(m.Try, "77120") }
func refusedBy(m notify.Message) []hall.Fact {
	return m.Missed(m.Try, hall.MessageRefused, m.Asked, notify.Law{})
}

type messageSeen struct {
	ID, State, To, Why, Dropped, Receipt, By string
	Version, Try                             int
	Erased                                   bool
	May                                      []string
	Hall                                     string `json:"hall_name"`
	Error                                    struct{ Code, Message, By, Did string }
}

type messagesSeen struct {
	Rows []messageSeen
	Next string
}

func (p messagesSeen) states() (all []string) {
	for _, m := range p.Rows {
		all = append(all, m.State)
	}
	return all
}

// What waits for a person comes first, page by page; a number is masked.
func TestMessagesOfWhichNobodyKnowsComeFirst(t *testing.T) {
	c, _, _ := archive(t)
	c.sends(1, "city", attempted, unclear)
	c.sends(2, "city", attempted, sentOff)
	c.sends(3, "city", attempted, unclear)
	c.sends(4, "town", attempted, refusedBy)
	c.sends(5, "city")
	centre := c.as(access.Centre)
	all := []string{"doubtful", "doubtful", "waiting", "failed", "sent"}
	whole := wants[messagesSeen](t, centre, "/api/messages")
	if !slices.Equal(whole.states(), all) || whole.Next != "" || whole.Rows[0].To != "138****0003" || whole.Rows[0].Hall != "市政务服务大厅" {
		t.Errorf("%+v", whole)
	}
	for limit := 1; limit <= 6; limit++ {
		var got []string
		for next := ""; ; {
			p := wants[messagesSeen](t, centre, fmt.Sprintf("/api/messages?limit=%d&after=%s", limit, url.QueryEscape(next)))
			if got = append(got, p.states()...); len(p.Rows) > limit || len(got) > len(all) {
				t.Fatalf("%d at a time: %q", limit, got)
			}
			if next = p.Next; next == "" {
				break
			}
		}
		if !slices.Equal(got, all) {
			t.Errorf("%d at a time: %q", limit, got)
		}
	}
	for query, want := range map[string][]string{
		"?state=sent,failed": {"failed", "sent"}, "?state=doubtful": {"doubtful", "doubtful"}, "?kind=repair-answered": nil, "?about=1-1-2": {"sent"},
	} {
		if got := wants[messagesSeen](t, centre, "/api/messages"+query).states(); !slices.Equal(got, want) {
			t.Errorf("%s: %q", query, got)
		}
	}
	if got := wants[messagesSeen](t, c.as(access.Supervisor, "town"), "/api/messages").states(); !slices.Equal(got, []string{"failed"}) {
		t.Errorf("of a township: %q", got)
	}
	for _, query := range []string{"?state=lost", "?kind=letter", "?after=x"} {
		if r := centre.get("/api/messages" + query); r.StatusCode == http.StatusOK {
			t.Errorf("%s: %s", query, text(r))
		}
	}
	if r := centre.get("/api/messages"); strings.Contains(text(r), "13800000003") {
		t.Error("a number is not masked")
	}
}

func (c *court) on(d *desks, id, act string, seen int) (m messageSeen, status int) {
	c.t.Helper()
	r := d.post("/api/messages/"+url.PathEscape(id)+"/"+act, map[string]any{"seen": seen})
	if err := json.Unmarshal([]byte(text(r)), &m); err != nil {
		c.t.Fatalf("%s: %d %v\n%s", act, r.StatusCode, err, text(r))
	}
	if untold := untold(text(r)); untold != "" {
		c.t.Errorf("%s: %q has no words", act, untold)
	}
	return m, r.StatusCode
}

// A person finds out what became of a doubtful message, and decides: on what he saw, once.
func TestAPersonDecidesAboutAMessage(t *testing.T) {
	c, _, _ := archive(t)
	centre := c.as(access.Centre)
	for n, x := range []struct {
		act   string
		state string
	}{{"confirm", "sent"}, {"again", "waiting"}, {"withdraw", "dropped"}} {
		id := c.sends(n, "city", attempted, unclear)
		was := wants[messageSeen](t, centre, "/api/messages/"+url.PathEscape(id))
		if !slices.Equal(was.May, []string{"confirm", "again", "withdraw"}) || was.Try != 1 {
			t.Fatalf("%+v", was)
		}
		if m, status := c.on(centre, id, x.act, was.Version-1); status != http.StatusConflict || m.Error.Code != "taken" {
			t.Errorf("%s on what is no more: %d %+v", x.act, status, m)
		}
		now, status := c.on(centre, id, x.act, was.Version)
		if status != http.StatusOK || now.State != x.state || now.Version != was.Version+1 || now.By != "某centre" {
			t.Errorf("%s: %d %+v", x.act, status, now)
		}
		m, status := c.on(centre, id, x.act, was.Version)
		if status != http.StatusConflict || m.Error.By != "某centre" {
			t.Errorf("%s twice: %d %+v", x.act, status, m)
		}
		if x.act == "confirm" {
			if m, status := c.on(centre, id, "confirm", now.Version); status != http.StatusUnprocessableEntity || m.Error.Code != "not-now" {
				t.Errorf("confirmed again: %d %+v", status, m)
			}
		}
	}
	failed := c.sends(7, "city", attempted, refusedBy)
	if m := wants[messageSeen](t, centre, "/api/messages/"+url.PathEscape(failed)); !slices.Equal(m.May, []string{"again"}) || m.Why != "refused" {
		t.Errorf("of one that failed: %+v", m)
	}
}

func TestWhoDecidesAboutMessages(t *testing.T) {
	c, _, _ := archive(t)
	id := c.sends(1, "city", attempted, unclear)
	path := "/api/messages/" + url.PathEscape(id)
	for _, role := range access.Roles() {
		d := c.as(role)
		reads, decides := access.Can(role, access.MessagesRead), role == access.Centre
		for _, r := range []*http.Response{d.get("/api/messages"), d.get(path)} {
			if ok := r.StatusCode == http.StatusOK; ok != reads || !ok && r.StatusCode != http.StatusForbidden {
				t.Errorf("%s reads: %d", role, r.StatusCode)
			}
		}
		if _, status := c.on(d, id, "withdraw", 99); decides != (status == http.StatusConflict) || !decides && status != http.StatusForbidden {
			t.Errorf("%s decides: %d", role, status)
		}
		if reads && !decides {
			if m := wants[messageSeen](t, d, path); len(m.May) > 0 {
				t.Errorf("%s is offered %q", role, m.May)
			}
		}
	}
	bound := c.as(access.Centre, "town")
	if r := bound.get(path); r.StatusCode != http.StatusNotFound {
		t.Errorf("one elsewhere is answered with %d", r.StatusCode)
	}
	if _, status := c.on(bound, id, "withdraw", 3); status != http.StatusNotFound {
		t.Errorf("one elsewhere is decided with %d", status)
	}
	if m := wants[messageSeen](t, c.as(access.Centre), path); m.State != "doubtful" {
		t.Errorf("it is %s", m.State)
	}
}

// A phone that was erased shows, and hides nothing else.
func TestAMessageWhosePhoneWasErased(t *testing.T) {
	c, _, _ := archive(t)
	id := c.sends(1, "city", attempted, unclear)
	c.decide(func(intake.Known) ([]hall.Fact, error) {
		return private.Erasures("", hall.Console(), hall.EraseRequest, "phone-1"), nil
	})
	if m := wants[messageSeen](t, c.as(access.Centre), "/api/messages/"+url.PathEscape(id)); !m.Erased || m.To != "" {
		t.Errorf("%+v", m)
	}
}
