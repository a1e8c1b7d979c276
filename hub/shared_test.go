package hub

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// Design §3a, §4: in a hall of several counters a citizen books at the counter of his queue, and rates at the counter of the
// window; the catalogue's page knows each of them.
func TestCitizensOfAHallOfSeveralCounters(t *testing.T) {
	o := newOffice(t)
	city, second := o.agents["city"], o.play(t, "second", instance)
	second.tell(t, hall.AgentStarted{Version: "test", Instance: instance, Hall: "city", Reason: hall.EpochFirst})
	second.send(t, 1)
	atCity, atSecond := hears(t, city), hears(t, second)
	shared := strings.NewReplacer(
		`services: [{letter: A, name: 户政}]`, `services: [{letter: A, name: 户政}, {letter: B, name: 发票, booking: {at: ["09:00"], each: 1, days: 14, early: 30, late: 30}}]`,
		`unit: tax, service: A`, `unit: tax, service: B`,
		`staff: "0017"}]`, `staff: "0017"}, {id: 13, floor: 一楼, unit: tax, services: [B]}]`,
	).Replace(cityHall) + "agents: [{name: city, services: [A]}, {name: second, services: [B]}]\n"
	centre := o.as("gao")
	if r := centre.send("city", "publish", map[string]any{"seen": 1, "text": shared, "note": "分设两台"}); r.status != http.StatusOK {
		t.Fatalf("published: %s", r)
	}

	if r := centre.get("/api/catalogues/city"); !strings.Contains(r.text, `"agents":[{"agent":"city",`) || !strings.Contains(r.text, `{"agent":"second",`) {
		t.Errorf("the catalogue's page knows %s", r)
	}
	if r := centre.send("city", "check", map[string]any{"text": shared + "# \n"}); strings.Contains(r.text, "agent-away") {
		t.Errorf("nothing changes, and somebody is away: %s", r)
	}
	city.appear(t, 0)
	waitFor(t, "the first counter", func() bool {
		return strings.Contains(centre.get("/api/catalogues/city").text, `{"agent":"city","up":true`)
	})
	if r := centre.send("city", "check", map[string]any{"text": strings.Replace(shared, "name: 发票,", "name: 发票领用,", 1)}); !strings.Contains(r.text, `"agent-away","key":"second"`) {
		t.Errorf("the second counter is away: %s", r)
	}

	page := func(form url.Values, path string) string {
		t.Helper()
		at := "http://" + o.PublicAddr.String() + path
		resp, err := http.Get(at)
		if form != nil {
			resp, err = http.PostForm(at, form)
		}
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s, %v\n%s", path, resp.Status, err, text)
		}
		return string(text)
	}
	if !strings.Contains(page(nil, "/"), `href="/p/book`) {
		t.Error("the first page does not lead to bookings")
	}
	free := func() []string {
		return regexp.MustCompile(`day=\d{4}-\d\d-\d\d`).FindAllString(page(nil, "/p/book?hall=city&item=A2"), -1)
	}
	days := free()
	if len(days) < 2 {
		t.Fatalf("to be booked: %v", days)
	}
	outage := func(now ...uplink.OutageNow) {
		t.Helper()
		b, err := json.Marshal(uplink.QueueNow{Session: uplink.Session{Instance: instance, Conn: 1}, At: time.Now(), Outages: now})
		if err != nil {
			t.Fatal(err)
		}
		second.say(uplink.LeafQueue, b)
		waitFor(t, "what the page of a booking says of the outage", func() bool {
			return strings.Contains(page(nil, "/p/book?hall=city&item=A2"), "现在停办：税务局的系统") == (len(now) > 0)
		})
	}
	second.appear(t, 0)
	outage(uplink.OutageNow{Unit: "tax", Since: time.Now()})
	if strings.Contains(page(nil, "/p/book?hall=city"), "停办") {
		t.Error("nobody has chosen yet what for, and is told of an outage")
	}
	outage()
	day, _ := hall.ParseDay(strings.TrimPrefix(days[0], "day="))
	page(url.Values{"hall": {"city"}, "item": {"A2"}, "day": {day.String()}, "at": {"09:00"}, "once": {strings.Repeat("x", 26)}}, "/p/book")
	command := next(t, atSecond)
	if command.Kind != hall.CommandBook || command.Body.Item != "A2" || len(atCity) > 0 {
		t.Fatalf("the second counter is asked %+v, the first %d commands", command, len(atCity))
	}
	second.tell(t, hall.TicketBooked{Ticket: second.id(1), Number: "YB001", Letter: "B", Day: day, Due: day.Start().Add(9 * time.Hour), Item: "A2", Command: command.ID},
		hall.CommandDone{Command: command.ID})
	second.send(t, 2)
	if left := free(); slices.Contains(left, days[0]) || len(left) != len(days)-1 {
		t.Errorf("booked on %v, to be booked: %v", day, left)
	}

	ticket, visit, today := second.id(2), second.id(3), hall.DayOf(time.Now())
	code := uplink.Code(uplink.Token{Kind: uplink.TokenTicket, Ticket: ticket, Day: today}.Sign(second.Key().SigningKey()))
	sha := uplink.CodeSHA("city", "B001", today, code)
	second.tell(t, hall.TicketIssued{Ticket: ticket, Number: "B001", Letter: "B", Day: today, Item: "A2", CodeSHA: sha},
		hall.TicketCalled{Ticket: ticket, Window: "13"},
		hall.VisitOpened{Visit: visit, Ticket: ticket, Window: "13", Staff: "0018", Unit: "tax", Item: "A2"},
		hall.VisitServed{Visit: visit})
	second.send(t, 4)
	said := page(url.Values{"do": {"rate"}, "digits": {uplink.Digits(sha, visit)}, "level": {fmt.Sprint(int(hall.Good))}}, "/r/at/city/13")
	second.tell(t, hall.VisitFinished{Visit: visit, Staff: "0018", Outcome: hall.OutcomeFinished}, hall.TicketFinished{Ticket: ticket, Window: "13"})
	second.send(t, 8)
	if v, ok, err := o.store.Visit(t.Context(), visit); err != nil || !ok || v.Level != hall.Good || v.Channel != hall.ChannelSticker {
		t.Errorf("by the sticker: %+v, %v\n%s", v, err, said)
	}
	clean(t, o.Config)
}
