//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/scripts/stand"
)

// lane is the stretch of the hall's network on which an agent is reached by the others. It can be cut.
type lane struct {
	net.Listener
	to  string
	cut atomic.Bool
	all sync.WaitGroup
}

func newLane(t *testing.T) *lane {
	t.Helper()
	at, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	return &lane{Listener: at}
}

// leads opens the lane to an agent.
func (l *lane) leads(t *testing.T, to string) {
	l.to = to
	l.all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			l.all.Go(func() { l.carry(c) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		l.all.Wait()
	})
}

func (l *lane) carry(c net.Conn) {
	defer c.Close()
	if l.cut.Load() {
		return
	}
	far, err := net.DialTimeout("tcp", l.to, time.Second)
	if err != nil {
		return
	}
	var back sync.WaitGroup
	back.Go(func() {
		_, _ = io.Copy(c, far)
		c.Close()
	})
	_, _ = io.Copy(far, c)
	far.Close()
	back.Wait()
}

// counters is a hall of two agents: window 1 and its queue A are the first one's, window 2 and B the second's, with a pad each.
type counters struct {
	one, two *site
	lanes    [2]*lane
}

// cut cuts the hall's network between the agents, or mends it.
func (c *counters) cut(is bool) {
	for _, l := range c.lanes {
		l.cut.Store(is)
	}
}

func buildCounters(t *testing.T) *counters {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 12*time.Minute)
	t.Cleanup(cancel)
	p, err := stand.Built(filepath.Join("..", "..", ".build"))
	must(t, err)
	dir := shortDir(t)
	wires := stand.NewWires(dir)
	t.Cleanup(wires.Close)
	c := &counters{lanes: [2]*lane{newLane(t), newLane(t)}}
	hallFile := filepath.Join(dir, "hall.yaml")
	write(t, hallFile, catalogue(2)+fmt.Sprintf("agents: [{name: one, services: [A], address: %q}, {name: two, services: [B], address: %q}]\n",
		c.lanes[0].Addr(), c.lanes[1].Addr()))
	hub, err := stand.NewHub(ctx, p, stand.HubConfig{Dir: filepath.Join(dir, "hub"), Halls: []stand.HallFile{{Agent: "one", File: hallFile}}})
	must(t, err)
	must(t, hub.AddUser(ctx, "gao", "manager", managerPassword))
	for i, name := range []string{"one", "two"} {
		pad, err := wires.Pad("pad-"+name, hall.PadUID(0xA000+i), 1<<16|uint32(i), noNoise())
		must(t, err)
		s := &site{t: t, ctx: ctx, hub: hub, wires: wires, p: p, pads: []*stand.Pad{pad}}
		window := fmt.Sprint(i + 1)
		s.agent, err = stand.NewAgent(ctx, p, stand.AgentConfig{
			Name: name, Dir: filepath.Join(dir, name), Hall: hallFile, Devices: []stand.Device{{Name: "pad", Kind: "pad", Window: window, Port: pad.Port}},
		}, hub)
		must(t, err)
		s.booths = []*booth{newBooth(s, window, string(rune('A'+i)), pad)}
		if c.lanes[i].leads(t, s.agent.Desk); i == 0 {
			c.one = s
		} else {
			c.two = s
		}
	}
	must(t, hub.Start(ctx))
	t.Cleanup(func() { must(t, hub.Stop()) })
	for _, s := range []*site{c.one, c.two} {
		must(t, s.agent.Start(ctx))
		t.Cleanup(func() { must(t, s.agent.Stop()) })
		must(t, s.booths[0].sure("open"))
	}
	return c
}

// at is what the console of a booth shows.
func (b *booth) at(t *testing.T) stand.Console {
	t.Helper()
	v, err := b.s.agent.Console(b.s.ctx, b.window)
	must(t, err)
	return v
}

// waits waits until so many wait at a booth.
func (b *booth) waits(t *testing.T, n int) {
	t.Helper()
	eventually(t, fmt.Sprintf("%d at window %s", n, b.window), func() (bool, string) {
		v, err := b.s.agent.Console(b.s.ctx, b.window)
		return err == nil && v.WaitingCount == n, fmt.Sprint(v.WaitingCount, err)
	})
}

// passes passes the visit at hand on to a letter.
func (b *booth) passes(t *testing.T, letter string) {
	t.Helper()
	must(t, b.s.agent.Post(b.s.ctx, "/api/windows/"+b.window+"/transfer", map[string]any{"to": map[string]string{"letter": letter}}, nil))
}

// serves calls the next one, who must have that number, and begins to serve him.
func (b *booth) serves(t *testing.T, number string) {
	t.Helper()
	must(t, b.call())
	if v := b.at(t); v.Visit == nil || v.Visit.Ticket != number {
		t.Fatalf("window %s called %+v, not %s", b.window, v.Visit, number)
	}
	must(t, b.serve())
}

// Design §3a, with the shipped programs: tickets go from agent to agent and back over the hall's network while the hub is away, and
// by the hub while the network is cut; an agent is killed while one is on its way. Each is called, rated and counted once, and
// nobody is lost.
func TestTicketsGoBetweenTwoAgents(t *testing.T) {
	t.Parallel()
	c := buildCounters(t)
	one, two := c.one.booths[0], c.two.booths[0]
	first, err := one.take()
	must(t, err)
	c.one.settleAt(t, "1")
	c.two.settleAt(t, "2")

	one.serves(t, first.Number)
	must(t, c.one.hub.Stop())
	one.passes(t, "B")
	two.waits(t, 1)
	two.serves(t, first.Number)
	must(t, two.finish())
	must(t, two.press(hall.Good))

	second, err := one.take()
	must(t, err)
	one.serves(t, second.Number)
	one.passes(t, "B")
	two.waits(t, 1)
	two.serves(t, second.Number)
	c.cut(true)
	two.passes(t, "A")
	must(t, c.two.agent.Kill())
	third, err := one.take()
	must(t, err)
	one.serves(t, third.Number)
	must(t, one.finish())
	must(t, one.press(hall.VeryGood))
	if n := one.at(t).WaitingCount; n != 0 {
		t.Fatalf("%d are back before anybody could have brought them", n)
	}
	must(t, c.one.hub.Start(c.one.ctx))
	must(t, c.two.agent.Start(c.two.ctx))
	one.waits(t, 1)
	must(t, c.one.agent.Kill())
	must(t, c.one.agent.Start(c.one.ctx))
	c.cut(false)
	one.serves(t, second.Number)
	must(t, one.finish())
	c.one.settleAt(t, "1")
	c.two.settleAt(t, "2")
	c.rates(t, second, 2, 2)
	c.rates(t, first, 0, 5)

	c.one.settleAt(t, "1")
	c.two.settleAt(t, "2")
	one.waits(t, 0)
	two.waits(t, 0)
	c.counted(t, map[string]string{
		first.ID:  "1 transferred 5 qr, 2 finished 4 pad",
		second.ID: "1 transferred 0 , 2 transferred 0 , 1 finished 2 qr",
		third.ID:  "1 finished 5 pad",
	})
	c.one.clean(t)
	c.two.clean(t)
}

// rates rates the nth visit of a ticket from a phone.
func (c *counters) rates(t *testing.T, of stand.Ticket, nth, level int) {
	t.Helper()
	db := c.one.database(t)
	defer db.Close()
	var visit string
	must(t, db.QueryRow(`SELECT id FROM visits WHERE ticket = $1 ORDER BY opened_ms LIMIT 1 OFFSET $2`, of.ID, nth).Scan(&visit))
	must(t, firstErr(stand.Rate(c.one.ctx, of.URL+"?visit="+visit, level)))
}

// counted wants the hub to know each ticket as finished, with these visits in the order in which they were opened.
func (c *counters) counted(t *testing.T, want map[string]string) {
	t.Helper()
	db := c.one.database(t)
	defer db.Close()
	got, states := map[string]string{}, map[string]string{}
	rows, err := db.Query(`SELECT t.id, t.state, v.window_id, v.outcome, v.level, v.channel FROM tickets t JOIN visits v ON v.ticket = t.id ORDER BY v.opened_ms`)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var ticket, state, window, outcome, channel string
		var level int
		must(t, rows.Scan(&ticket, &state, &window, &outcome, &level, &channel))
		if got[ticket] != "" {
			got[ticket] += ", "
		}
		got[ticket] += fmt.Sprintf("%s %s %d %s", window, outcome, level, channel)
		states[ticket] = state
	}
	must(t, rows.Err())
	if len(got) != len(want) {
		t.Errorf("the hub knows %d tickets, not %d", len(got), len(want))
	}
	for id, visits := range want {
		if got[id] != visits || states[id] != "finished" {
			t.Errorf("%s is %s at the hub: %s, want %s", id, states[id], got[id], visits)
		}
	}
}

// A ticket that was passed on while neither network nor hub carries it: its sender sees that nobody has confirmed it, its holder
// shows it at the other counter, where its number is asked for, and shows it at the first one again. It is called at each, and
// counted once. A clerk of the other counter is chosen by his name.
func TestATicketIsShownAtAnotherCounter(t *testing.T) {
	t.Parallel()
	c := buildCounters(t)
	b := newBrowser(t)
	one, two := c.one.booths[0], c.two.booths[0]
	first, err := one.take()
	must(t, err)
	c.one.settleAt(t, "1")
	c.two.settleAt(t, "2")
	must(t, c.one.hub.Stop())
	c.cut(true)

	here := b.open("one", "http://"+c.one.agent.Desk+"/console/1", deskSize(), "zh")
	there := b.open("two", "http://"+c.two.agent.Desk+"/console/2", deskSize(), "zh")
	english := b.open("two-en", "http://"+c.two.agent.Desk+"/console/2?lang=en", deskSize(), "en")
	one.serves(t, first.Number)
	here.offers("转出去")
	here.press("F7")
	here.wait(".chooser :text('别的柜台')")
	here.look("console-transfer-counters-zh", false)
	here.press("B")
	here.wait(".leaving :text('" + first.Number + "')")
	here.look("console-leaving-zh", false)
	guide := b.open("guide", "http://"+c.one.agent.Desk+"/guide", size{1280, 800}, "zh")
	guide.click("nav button:has-text('排队')")
	guide.wait(".away:has-text('" + first.Number + "')")
	guide.look("guide-leaving-zh", false)

	for _, p := range []tab{there, english} {
		p.wait(".keys .primary, .keys button:enabled")
		p.types(first.URL)
		p.press("Enter")
		p.wait(".number input")
	}
	english.seen("console-number-en")
	english.press("Escape")
	english.wait(".queue")
	there.seen("console-number-zh")
	there.types(strings.ToLower(first.Number))
	there.press("Enter")
	there.wait(".queue .next b:text('" + first.Number + "')")
	there.wait(".line:has-text('在这里排队')")
	there.seen("console-presented-zh")
	english.wait(".queue .next b:text('" + first.Number + "')")
	english.types(first.URL)
	english.press("Enter")
	english.wait(".line:has-text('waits here')")
	english.seen("console-presented-en")

	two.serves(t, first.Number)
	there.types(first.URL)
	there.press("Enter")
	there.wait(".line:has-text('没有在排队')")
	two.passes(t, "A")
	here.types(first.URL)
	here.press("Enter")
	here.wait(".queue .next b:text('" + first.Number + "')")
	if n := here.count(".leaving"); n != 0 {
		t.Error("what is back here is still on its way")
	}
	one.serves(t, first.Number)
	must(t, one.finish())

	must(t, c.one.hub.Start(c.one.ctx))
	c.cut(false)
	second, err := one.take()
	must(t, err)
	one.serves(t, second.Number)
	here.offers("转出去")
	here.press("F7")
	here.wait(".chooser kbd:text('0302')") // who sits there is heard of again
	for _, digit := range "0302" {
		here.press(string(digit))
	}
	two.waits(t, 1)
	two.serves(t, second.Number)
	must(t, two.finish())
	c.one.settleAt(t, "1")
	c.two.settleAt(t, "2")
	c.counted(t, map[string]string{
		first.ID:  "1 transferred 0 , 2 transferred 0 , 1 finished 0 ",
		second.ID: "1 transferred 0 , 2 finished 0 ",
	})
	c.one.clean(t)
	c.two.clean(t)
}

// Design §3a: with the hub away a display of one counter shows and calls out what both do; with the network cut the other one's
// lines stand there with their time, and its calls are called out no more. A kiosk of one gives out the numbers of both, and says
// of which it cannot.
func TestADisplayAndAKioskServeBothCounters(t *testing.T) {
	t.Parallel()
	c := buildCounters(t)
	b := newBrowser(t)
	one, two := c.one.booths[0], c.two.booths[0]
	c.one.settleAt(t, "1")
	c.two.settleAt(t, "2")
	must(t, c.one.hub.Stop())
	p := b.open("hall", "http://"+c.one.agent.Desk+"/display?hall", wall, "zh")
	english := b.open("hall-en", "http://"+c.one.agent.Desk+"/display?hall&lang=en", wall, "en")
	for _, of := range []*booth{one, two} {
		for range 2 {
			must(t, firstErr(of.take()))
		}
		must(t, of.call())
		p.wait("text=" + of.letter + "001")
	}
	p.wait("dl:has-text('户籍证照2') dd:has-text('1')")
	p.look("display-hall-zh", false)
	if n := b.open("own", "http://"+c.one.agent.Desk+"/display", wall, "zh").count("text=B001"); n > 0 {
		t.Error("the counter's own display shows the other's number")
	}
	kiosk := b.open("kiosk", "http://"+c.one.agent.Desk+"/kiosk", stallSize(), "zh")
	kiosk.click(".tile:has-text('户籍证照2')")
	kiosk.click("main button:has-text('身份证补领')")
	kiosk.click(".check .primary")
	kiosk.wait("text=B003")
	kiosk.look("kiosk-other-counter-zh", false)
	two.waits(t, 2)
	kiosk.click("footer button:has-text('返回首页')")
	c.cut(true)
	p.wait("dl:has-text('户籍证照2') dd:has-text('的数')")
	p.look("display-hall-stale-zh", false)
	kiosk.wait(".tile:has-text('户籍证照2') .off:has-text('暂时取不了号')")
	kiosk.look("kiosk-away-zh", false)
	kiosk.click(".tile:has-text('户籍证照2')")
	kiosk.click("main button:has-text('身份证补领')")
	kiosk.wait(".check .said:has-text('联系不上')")
	kiosk.click("footer button:has-text('English')")
	kiosk.wait(".check .said:has-text('cannot be reached')")
	kiosk.look("kiosk-away-check-en", false)
	if n := kiosk.count(".check .primary"); n > 0 {
		t.Error("a number that cannot be given out is offered")
	}
	english.wait("dl:has-text('Papers 2') dd:has-text('waiting at')")
	english.look("display-hall-stale-en", false)
	c.cut(false)
	must(t, two.serve())
	must(t, two.call())
	p.wait("text=B002")
	must(t, two.serve())
	two.serves(t, "B003")
	must(t, two.finish())
	var fourth stand.Ticket
	must(t, c.one.agent.Post(c.one.ctx, "/api/tickets", map[string]string{"letter": "B"}, &fourth))
	two.serves(t, fourth.Number)
	must(t, two.finish())
	kiosk.b.do(kiosk.name, "goto", map[string]any{"url": "http://" + c.one.agent.Desk + "/kiosk"}, nil)
	kiosk.click(".have button:has-text('我有票')")
	for _, key := range fourth.Number + fourth.Code {
		kiosk.click(".keys button:text-is('" + string(key) + "')")
	}
	kiosk.click(".find .primary")
	kiosk.click(".level:nth-child(2)")
	kiosk.click(".rate .primary")
	kiosk.wait("text=收到")
	must(t, c.one.hub.Start(c.one.ctx))
	c.one.settleAt(t, "1")
	c.two.settleAt(t, "2")
	db := c.one.database(t)
	defer db.Close()
	var times int
	must(t, db.QueryRow(`SELECT COUNT(*) FROM tickets WHERE number = 'B003' AND item = 'B01' AND state = 'finished'`).Scan(&times))
	if times != 1 {
		t.Errorf("the hub knows the number from the other counter's kiosk %d times", times)
	}
	var rated string
	must(t, db.QueryRow(`SELECT window_id || ' ' || level || ' ' || channel FROM visits WHERE ticket = $1`, fourth.ID).Scan(&rated))
	if rated != "2 4 kiosk" {
		t.Errorf("the visit rated at the other counter's kiosk is %s", rated)
	}
}

// casesAt is what the console of a window shows of cases.
func (s *site) casesAt(t *testing.T, window string) (v struct {
	Open []struct {
		Number    string
		Applicant struct{ Name, Phone string }
	}
}) {
	t.Helper()
	answer, err := http.Get("http://" + s.agent.Desk + "/api/cases/at/" + window)
	must(t, err)
	defer answer.Body.Close()
	must(t, json.NewDecoder(answer.Body).Decode(&v))
	return v
}

// Domain §6, with the shipped programs: what one counter entered is shown at the other, brought over the hall's network while the
// hub is away, and by the hub while the network is cut; a case is accepted there and nobody types it again. A name lies nowhere in
// plain.
func TestWhatOneCounterEnteredIsShownAtTheOther(t *testing.T) {
	t.Parallel()
	c := buildCounters(t)
	b := newBrowser(t)
	one, two := c.one.booths[0], c.two.booths[0]
	first, err := one.take()
	must(t, err)
	c.one.settleAt(t, "1")
	c.two.settleAt(t, "2")
	here := b.open("one", "http://"+c.one.agent.Desk+"/console/1", deskSize(), "zh")
	there := b.open("two", "http://"+c.two.agent.Desk+"/console/2", deskSize(), "zh")
	must(t, c.one.hub.Stop())

	one.serves(t, first.Number)
	here.wait(".visit .ticket:text('" + first.Number + "')")
	here.press("F5")
	here.wait(".chooser :text('受理别的事项')")
	here.press("1")
	here.fill(".form [data-first]", "王小明")
	here.fill(".form input[inputmode=tel]", "13800001234")
	here.look("console-keep-zh", false)
	here.press("Enter")
	here.wait(".cases .number")
	one.passes(t, "B")
	two.waits(t, 1)
	two.serves(t, first.Number)
	there.wait(".carried :text('王**')")
	there.look("console-carried-zh", false)
	there.press("F5")
	there.wait(".chooser :text('受理别的事项')")
	there.press("1")
	there.wait(".chooser :text('新生儿落户')")
	there.press("1")
	there.wait(".form .same input:checked")
	there.look("console-case-carried-zh", false)
	there.press("Enter")
	there.wait(".cases .number")
	if open := c.two.casesAt(t, "2").Open; len(open) != 1 || open[0].Applicant.Name != "王**" || open[0].Applicant.Phone != "****1234" {
		t.Errorf("at the other counter %+v is accepted", open)
	}
	must(t, two.finish())

	second, err := one.take()
	must(t, err)
	here.press("F5") // closes the cases
	there.press("F5")
	one.serves(t, second.Number)
	here.wait(".visit .ticket:text('" + second.Number + "')")
	here.press("F5")
	here.wait(".chooser :text('受理别的事项')")
	here.press("1")
	here.fill(".form [data-first]", "李文静")
	here.click(".check li:first-child label:has-text('缺') input")
	here.click(".form button:has-text('先记下')")
	here.wait(".line:has-text('已记下')")
	c.cut(true)
	must(t, c.one.hub.Start(c.one.ctx))
	one.passes(t, "B")
	two.waits(t, 1)
	two.serves(t, second.Number)
	there.wait(".carried :text('李**')")
	there.wait(".carried :text('缺：居民户口簿')")
	there.seen("console-carried-kept-zh")
	must(t, two.finish())
	c.cut(false)
	c.one.settleAt(t, "1")
	c.two.settleAt(t, "2")

	folder := filepath.Dir(c.one.agent.Dir)
	must(t, filepath.WalkDir(folder, func(path string, at os.DirEntry, err error) error {
		if err != nil || !at.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, text := range []string{"王小明", "李文静", "13800001234"} {
			if bytes.Contains(data, []byte(text)) {
				t.Errorf("%s lies in plain in %s", text, path)
			}
		}
		return err
	}))
	c.one.clean(t)
	c.two.clean(t)
}
