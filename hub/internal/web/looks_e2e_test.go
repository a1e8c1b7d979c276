//go:build e2e

package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/board"
	"hallpulse/hub/internal/figures"
	"hallpulse/hub/internal/intake"
)

const kioskDir = "../../../web-kiosk"

// look is one picture to be taken: the page, what is touched on it first, and in what size.
type look struct {
	Name   string   `json:"name"`
	URL    string   `json:"url"`
	Width  int      `json:"width"`
	Height int      `json:"height"`
	Touch  []string `json:"touch"`
}

// takeLooks has a real browser look; it fails where axe finds a violation, where something lies off the screen, or where
// the page itself reports an error. Pictures go into the folder LOOKS, or of what is wrong into .build/screens.
func takeLooks(t *testing.T, looks []look) {
	t.Helper()
	out, all := os.LookupEnv("LOOKS")
	if !all {
		out = "../.build/screens"
	}
	in, err := json.Marshal(map[string]any{"out": out, "all": all, "looks": looks})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", "screens/look.mjs")
	cmd.Dir, cmd.Stdin = kioskDir, strings.NewReader(string(in))
	if b, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, b)
	}
}

// TestCitizensPagesInEveryState looks at the phone's pages in both languages and sizes.
func TestCitizensPagesInEveryState(t *testing.T) {
	var looks []look
	for _, mode := range []struct {
		name, query string
		width       int
	}{{"zh", "lang=zh", 360}, {"en", "lang=en", 360}, {"big", "lang=zh&big=1", 320}, {"big-en", "lang=en&big=1", 360}} {
		for name, page := range allPages(t, mode.query) {
			long := strings.HasPrefix(name, "chosen-very") || strings.HasPrefix(name, "follow") || slices.Contains([]string{"rate", "why", "typed-locked", "repair-rate"}, name)
			if mode.name == "big-en" && !long {
				continue // English is longest there
			}
			page.Code = http.StatusOK // the browser calls a 422 an error of the page
			server := httptest.NewServer(replay(page))
			t.Cleanup(server.Close)
			looks = append(looks, look{Name: "phone-" + name + "-" + mode.name, URL: server.URL + "/?" + mode.query, Width: mode.width, Height: 3000}) // a phone scrolls
		}
	}
	takeLooks(t, looks)
}

// replay answers with a page that was made before, for a visit of a fixed time.
func replay(page *httptest.ResponseRecorder) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for key, values := range page.Header() {
			w.Header()[key] = values
		}
		w.WriteHeader(page.Code)
		_, _ = w.Write(page.Body.Bytes())
	}
}

// hallWith makes a hall with windows on floors.
func hallWith(id, name, nameEN string, floors ...int) *hall.Catalogue {
	c := &hall.Catalogue{Hall: hall.Site{ID: id, Name: name, NameEN: nameEN}}
	for i, s := range [][2]string{{"户籍证照", "IDs"}, {"社保医保", "Insurance"}, {"企业", "Companies"}, {"不动产", "Property"}, {"公积金", "Housing fund"}, {"税务", "Taxes"}} {
		letter := string(rune('A' + i))
		c.Services = append(c.Services, hall.Service{Letter: letter, Name: s[0], NameEN: s[1]})
		c.Units = append(c.Units, hall.Unit{ID: letter, Name: []string{"市公安局", "社保局", "市场监管局", "不动产登记中心", "公积金中心", "税务局"}[i],
			NameEN: []string{"Police", "Social security", "Market office", "Land registry", "Housing fund", "Tax office"}[i]})
	}
	c.Items = []hall.ServiceItem{{Code: "id", Name: "居民身份证补领", NameEN: "Replace an ID card", Unit: "A", Service: "A"}}
	c.Staff = []hall.Staff{{Badge: "0317", Name: "周敏", NameEN: "Zhou Min", Unit: "A"}}
	number := 1
	for f, n := range floors {
		for range n {
			unit := string(rune('A' + number%6))
			c.Windows = append(c.Windows, hall.Window{ID: fmt.Sprint(number), Floor: []string{"一楼", "二楼", "三楼", "四楼"}[f], FloorEN: []string{"1st floor", "2nd floor", "3rd floor", "4th floor"}[f], Unit: unit, Services: []string{unit}})
			number++
		}
	}
	return c
}

// busy fills the board of an agent as a usual morning does.
func busy(b *board.Board, agent string, c *hall.Catalogue, now time.Time) {
	s := uplink.Session{Instance: "1111111111111111", Conn: 1}
	b.Status(agent, uplink.Status{Session: s, Online: true}, now)
	states := []hall.WindowState{hall.WindowIsServing, hall.WindowIsServing, hall.WindowIsCalled, hall.WindowIsOpen, hall.WindowIsServing, hall.WindowIsServing, hall.WindowIsPaused, hall.WindowIsServing, hall.WindowIsServing, hall.WindowIsClosed}
	for i, w := range c.Windows {
		n := uplink.WindowNow{Session: s, Window: w.ID, State: states[i%10], Staff: "0317", Since: now.Add(-time.Duration(i*7%26+1) * time.Minute), Waiting: 5}
		if n.State == hall.WindowIsServing || n.State == hall.WindowIsCalled {
			n.Ticket, n.Item = fmt.Sprintf("%s%03d", w.Services[0], 58+i), "id"
		}
		b.Window(agent, now, n)
		b.Count(agent, board.Today{Window: w.ID, Day: hall.DayOf(now), Sums: figures.Sums{Served: 16, Ratable: 16, Invited: 16, Levels: [5]int{0, i % 2, 1, 2, 5}}, Recent: []board.Recent{
			{At: now.Add(-9 * time.Minute), Level: hall.Good, Channel: hall.ChannelPad},
			{At: now.Add(-30 * time.Minute), Level: hall.Bad, Channel: hall.ChannelQR, Reasons: []string{"208", "210"}},
			{At: now.Add(-44 * time.Minute), Level: hall.VeryGood, Channel: hall.ChannelPad},
			{At: now.Add(-55 * time.Minute), Level: hall.VeryBad, Channel: hall.ChannelPad, Missing: true}}})
	}
	q := uplink.QueueNow{Session: s}
	for i, service := range c.Services {
		q.Letters = append(q.Letters, uplink.LetterQueue{Letter: service.Letter, Waiting: (i*7 + 3) % 19, P50Min: 8, P90Min: 21})
	}
	b.Queue(agent, now, q)
	b.Book(hall.DayOf(now), map[string]map[string]board.Booked{agent: {"A": {All: 12, Came: 7, Awaited: 4}, "D": {All: 3, Awaited: 3}}})
}

// breaks a pad at a window of an agent.
func breaks(b *board.Board, agent, window string, now, since time.Time) {
	b.Window(agent, now, uplink.WindowNow{Session: uplink.Session{Instance: "1111111111111111", Conn: 1}, Window: window, State: hall.WindowIsServing, Ticket: "F012", Item: "id", Staff: "0317", Since: now.Add(-2 * time.Minute),
		Faults: []uplink.DeviceNow{{Device: "pad-" + window, Kind: "pad", Trouble: hall.TroubleNoAnswer, Since: since}}})
}

// scenes are boards as they can stand.
func boardScenes(now time.Time) map[string]*board.Board {
	city := hallWith("city", "市政务服务大厅", "City Service Hall", 20, 20)
	centre := board.Name{Name: "青澜市政务服务中心", NameEN: "Qinglan Government Service Centre"}
	make40 := func() *board.Board {
		b := board.New(centre, []board.Hall{{Agent: "city-1", Catalogue: city}}, now)
		busy(b, "city-1", city, now)
		return b
	}
	faults := make40()
	breaks(faults, "city-1", "33", now, now.Add(-6*time.Minute))
	faults.Queue("city-1", now, uplink.QueueNow{Session: uplink.Session{Instance: "1111111111111111", Conn: 1}, Letters: []uplink.LetterQueue{{Letter: "A", Waiting: 18, P50Min: 14, P90Min: 31}, {Letter: "B", Waiting: 27}},
		Faults: []uplink.DeviceNow{{Device: "printer", Kind: "printer", Trouble: hall.TroublePaperOut, Since: now.Add(-3 * time.Minute)}}})
	faults.Find(board.Finding{ID: "1", Rule: hall.FindingPressHole, Agent: "city-1", Window: "12", At: now.Add(-26 * time.Hour), Presses: 3})

	many := make40()
	for i := range 6 {
		breaks(many, "city-1", fmt.Sprint(3*i+1), now, now.Add(-time.Duration(i)*time.Minute))
	}
	many.Restore(board.Restored{Copied: now.Add(-50 * time.Minute), Restored: now.Add(-35 * time.Minute)})

	sixty := hallWith("city", "市政务服务大厅", "City Service Hall", 60)
	wide := board.New(centre, []board.Hall{{Agent: "city-1", Catalogue: sixty}}, now)
	busy(wide, "city-1", sixty, now)
	breaks(wide, "city-1", "33", now, now.Add(-6*time.Minute))

	halls := []board.Hall{
		{Agent: "hall-1", Catalogue: hallWith("city", "市政务服务大厅", "City Service Hall", 6, 6)},
		{Agent: "hall-2", Catalogue: hallWith("property", "不动产登记分厅", "Land Registry Hall", 8)},
		{Agent: "hall-3", Catalogue: hallWith("town", "白杨镇便民服务中心", "Baiyang Township Service Point", 4)}}
	three := board.New(centre, halls, now.Add(-time.Hour))
	busy(three, "hall-1", halls[0].Catalogue, now)
	busy(three, "hall-2", halls[1].Catalogue, now.Add(-11*time.Minute))

	long := hallWith("city", "青澜市经济技术开发区政务服务中心综合受理大厅（临时搬迁过渡期）", "Comprehensive Acceptance Hall of the Economic and Technological Development Zone", 12)
	for i := range long.Units {
		long.Units[i].Name, long.Units[i].NameEN = "自然资源和规划局不动产登记事务中心", "Bureau of Natural Resources and Planning"
	}
	long.Items[0].Name = "因国家重点工程建设征收土地引起的农村居民户口性质变更登记以及随迁子女入学资格审核一次办"
	long.Items[0].NameEN = "Change of rural household status after land was taken for a national project"
	longest := board.New(board.Name{Name: "青澜市经济技术开发区政务服务管理办公室", NameEN: "Qinglan Administration Office of Government Services"}, []board.Hall{{Agent: "city-1", Catalogue: long}}, now)
	busy(longest, "city-1", long, now)
	breaks(longest, "city-1", "3", now, now.Add(-6*time.Minute))

	four := hallWith("city", "市政务服务大厅", "City Service Hall", 10, 10, 10, 10)
	high := board.New(centre, []board.Hall{{Agent: "city-1", Catalogue: four}}, now)
	busy(high, "city-1", four, now)

	return map[string]*board.Board{"alarmed": alarmedScene(centre, now, false), "stopped": alarmedScene(centre, now, true), "four": high, "calm": make40(), "faults": faults, "many": many, "sixty": wide, "three": three, "long": longest,
		"empty": board.New(centre, nil, now), "new": board.New(centre, halls, now)}
}

// alarmedScene is a hall of sixty windows on a bad morning: somebody calls for help, windows are absent, idle and doubled, people
// wait too long; one alert is taken. Stopped is a letter and a unit, too.
func alarmedScene(centre board.Name, now time.Time, stopped bool) *board.Board {
	c := hallWith("city", "市政务服务大厅", "City Service Hall", 20, 20, 20)
	c.Staff = append(c.Staff, hall.Staff{Badge: "0318", Name: "王丽", NameEN: "Wang Li", Unit: "A"})
	for n := range 6 {
		c.Items = append(c.Items, hall.ServiceItem{Code: fmt.Sprint("i", n), Name: "事项", Unit: string(rune('A' + n)), Service: string(rune('A' + n))})
	}
	shift := hall.Shift{Days: hall.Weekdays(), From: 0, To: 24*60 - 1}
	for _, w := range c.Windows {
		shift.Windows = append(shift.Windows, w.ID)
	}
	c.Roster = &hall.Roster{Shifts: []hall.Shift{shift}}
	b := board.New(centre, []board.Hall{{Agent: "city-1", Catalogue: c}}, now.Add(-time.Hour))
	s := uplink.Session{Instance: "1111111111111111", Conn: 1}
	b.Status("city-1", uplink.Status{Session: s, Online: true}, now)
	for i, w := range c.Windows {
		n := uplink.WindowNow{Session: s, Window: w.ID, State: hall.WindowIsServing, Staff: fmt.Sprintf("1%03d", i), Since: now.Add(-4 * time.Minute), Ticket: fmt.Sprintf("%s%03d", w.Services[0], 10+i), Item: "id"}
		switch i {
		case 2, 27:
			n.State, n.Staff, n.Ticket, n.Since = hall.WindowIsClosed, "", "", now.Add(-25*time.Minute)
		case 6:
			n.State, n.Ticket, n.Since = hall.WindowIsPaused, "", now.Add(-20*time.Minute)
		case 11:
			n.Alarm = now.Add(-time.Minute)
		case 40, 41:
			n.Staff = "0318"
		}
		b.Window("city-1", now, n)
	}
	q := uplink.QueueNow{Session: s, Letters: []uplink.LetterQueue{{Letter: "A", Waiting: 26, P50Min: 28, P90Min: 44, Oldest: now.Add(-52 * time.Minute)}, {Letter: "B", Waiting: 4, P50Min: 8, P90Min: 21, Oldest: now.Add(-9 * time.Minute)}}}
	if stopped {
		q.Letters[0].Closed, q.Letters[0].ClosedSince = hall.ServiceFull, now.Add(-3*time.Minute)
		q.Outages = []uplink.OutageNow{{Unit: "F", Since: now.Add(-12 * time.Minute)}}
	}
	b.Queue("city-1", now, q)
	b.Count("city-1", board.Today{Window: "9", Day: hall.DayOf(now), Sums: figures.Sums{Served: 3, Ratable: 3, Invited: 3, Levels: [5]int{1, 0, 0, 1, 1}},
		Recent: []board.Recent{{At: now.Add(-2 * time.Minute), Level: hall.VeryBad, Channel: hall.ChannelPad, Reasons: []string{"108"}}}})
	b.Ask("city", []board.Asked{{ID: "m", Kind: hall.CommandMessage, Window: "3", By: "高静仪", At: now.Add(-8 * time.Minute), State: board.AskedExpired, Since: now, Expires: now},
		{ID: "o", Kind: hall.CommandOpen, Window: "3", By: "高静仪", At: now.Add(-2 * time.Minute), State: board.AskedDone, Since: now, Expires: now.Add(time.Hour)},
		{ID: "s", Kind: hall.CommandServiceClose, Letter: "A", By: "高静仪", At: now.Add(-3 * time.Minute), State: board.AskedDone, Since: now, Expires: now.Add(time.Hour)}})
	b.Take("city/28/post//absent", board.Taken{By: "gao", Name: "高静仪", At: now.Add(-time.Minute)})
	return b
}

// TestTheBoardOfABadMorning looks at alarms, the roster, what a manager does, and the day by the hour, in every size.
func TestTheBoardOfABadMorning(t *testing.T) {
	var looks []look
	for _, name := range []string{"alarmed", "stopped", "four", "sixty", "calm"} {
		b := boardScenes(time.Now())[name]
		desk, wall := openBoard(t, b, false), openBoard(t, b, false)
		for _, l := range []string{"zh", "en"} {
			looks = append(looks, look{Name: "wall-small-" + name + "-" + l, URL: wall + "/wall?lang=" + l, Width: 1366, Height: 768})
			if name == "sixty" || name == "four" || name == "calm" {
				continue
			}
			looks = append(looks, look{Name: "wall-" + name + "-" + l, URL: wall + "/wall?lang=" + l, Width: 1920, Height: 1080},
				look{Name: "desk-" + name + "-" + l, URL: desk + "/?lang=" + l, Width: 1366, Height: 768})
			if name == "alarmed" {
				looks = append(looks, look{Name: "desk-absent-" + l, URL: desk + "/?lang=" + l + "&window=city%2F3&state=attention", Width: 1366, Height: 768},
					look{Name: "desk-hours-" + l, URL: desk + "/?show=history&lang=" + l, Width: 1366, Height: 768, Touch: []string{".history table"}})
			}
		}
	}
	takeLooks(t, looks)
}

// painted answers what the store would: the course of a window, and the day by the hour.
func painted(path string) (body string, ok bool) {
	switch path {
	case "/api/board/window":
		return `{"as_of":"2026-11-18T10:42:00+08:00","steps":[{"at":"2026-11-18T10:41:00+08:00","kind":"asked","asked":"message","by":"高静仪","text":"请到二楼支援，那里等的人多"},` +
			`{"at":"2026-11-18T10:34:00+08:00","kind":"finished","ticket":"A063","staff":"周敏"},{"at":"2026-11-18T10:22:00+08:00","kind":"called","ticket":"A063","staff":"周敏"},{"at":"2026-11-18T09:01:00+08:00","kind":"opened","staff":"周敏"}]}`, true
	case "/api/board/history":
		var day []board.Came
		from := hall.DayOf(time.Now()).Start().Add(8 * time.Hour)
		for n := range 240 {
			at := from.Add(time.Duration(n) * 90 * time.Second)
			day = append(day, board.Came{Issued: at, Called: at.Add(time.Duration(4+n%23) * time.Minute), Finished: at.Add(time.Duration(14+n%29) * time.Minute), P90Mins: 24})
		}
		turns := []board.Turn{{Window: "1", At: from, State: hall.WindowIsOpen}, {Window: "2", At: from.Add(30 * time.Minute), State: hall.WindowIsOpen}, {Window: "2", At: from.Add(4 * time.Hour), State: hall.WindowIsClosed}}
		out, err := json.Marshal(struct {
			Day  hall.Day  `json:"day"`
			AsOf time.Time `json:"as_of"`
			board.History
			Reprints []reprintsJSON `json:"reprints"`
		}{hall.DayOf(from), time.Now(), board.HistoryOf(hall.DayOf(from), day, turns, from.Add(7*time.Hour)), []reprintsJSON{{"city-1", "tickets", 3, 1}, {"city-2", "tickets", 1, 0}}})
		return string(out), err == nil
	}
	return "", false
}

// TestBoardInEveryState looks at desk and wall, in both languages.
func TestBoardInEveryState(t *testing.T) {
	var looks []look
	for name, b := range boardScenes(time.Now()) {
		desk, wall := openBoard(t, b, false), openBoard(t, b, false)
		langs := []string{"zh"}
		if name == "many" || name == "three" || name == "long" {
			langs = append(langs, "en") // English is longer
		}
		for _, l := range langs {
			looks = append(looks,
				look{Name: "desk-" + name + "-" + l, URL: desk + "/?lang=" + l, Width: 1366, Height: 768},
				look{Name: "wall-" + name + "-" + l, URL: wall + "/wall?lang=" + l, Width: 1920, Height: 1080})
			if name == "calm" || name == "three" || name == "long" {
				looks = append(looks, look{Name: "desk-" + name + "-window-" + l, URL: desk + "/?lang=" + l + "&window=city%2F3", Width: 1366, Height: 768})
			}
		}
	}
	for _, l := range []string{"zh", "en"} {
		three := boardScenes(time.Now())["three"]
		looks = append(looks,
			look{Name: "desk-away-" + l, URL: openBoard(t, three, true) + "/?lang=" + l, Width: 1366, Height: 768, Touch: []string{".old header"}},
			look{Name: "wall-away-" + l, URL: openBoard(t, three, true) + "/wall?lang=" + l, Width: 1920, Height: 1080, Touch: []string{".old header"}},
			look{Name: "desk-one-hall-" + l, URL: openBoard(t, three, false) + "/?hall=property&lang=" + l, Width: 1366, Height: 768},
			look{Name: "wall-one-hall-" + l, URL: openBoard(t, three, false) + "/wall?hall=property&lang=" + l, Width: 1920, Height: 1080})
	}
	gone := serveBoard(t, board.New(board.Name{Name: "中心"}, nil, time.Now()), false, true)
	looks = append(looks, look{Name: "desk-loading-zh", URL: gone + "/", Width: 1366, Height: 768}, look{Name: "wall-loading-zh", URL: gone + "/wall", Width: 1920, Height: 1080},
		look{Name: "desk-nothing-zh", URL: gone + "/", Width: 1366, Height: 768, Touch: []string{".say h2"}}, look{Name: "wall-nothing-zh", URL: gone + "/wall", Width: 1920, Height: 1080, Touch: []string{".say h2"}})
	takeLooks(t, looks)
}

// openBoard serves the built pages on a board to a browser that is signed in. Of a board that is lost the line breaks
// when the first screen has its picture, of one that is never there it is not answered at all.
func openBoard(t *testing.T, b *board.Board, lost bool) string { return serveBoard(t, b, lost, false) }

func serveBoard(t *testing.T, b *board.Board, lost, never bool) string {
	t.Helper()
	var asked atomic.Bool
	d := newDesks(t, func(c *OfficeConfig) {
		c.Dist = os.DirFS(kioskDir + "/dist")
		c.Live = NewLive(b, c.Now, c.Log)
	})
	stop := d.watch()
	d.signIn("gao", rightPassword)
	cookie := d.cookie()
	open := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/ws/") && (never || lost && asked.Swap(true)) {
			<-r.Context().Done() // nobody answers
			return
		}
		if body, ok := painted(r.URL.Path); ok {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(body)) // the page is gone: nobody looks
			return
		}
		r.AddCookie(cookie)
		d.server.Config.Handler.ServeHTTP(w, r)
	}))
	t.Cleanup(open.Close)
	if lost {
		go func() {
			for d.screens() == 0 {
				time.Sleep(10 * time.Millisecond)
			}
			time.Sleep(time.Second) // the picture is drawn
			stop()
		}()
	}
	return open.URL
}

// signInLooks are sign-in and what is said when it fails.
func signInLooks(t *testing.T) []look {
	t.Helper()
	d := newDesks(t)
	wrong := httptest.NewRecorder()
	d.server.Config.Handler.ServeHTTP(wrong, func() *http.Request {
		r := formRequest("/signin", "name", "gao", "password", "wrong wrong wrong")
		r.Host = "127.0.0.1"
		return r
	}())
	wrong.Code = http.StatusOK // the browser calls a 401 an error of the page
	server := httptest.NewServer(replay(wrong))
	t.Cleanup(server.Close)
	return []look{
		{Name: "signin-zh", URL: d.server.URL + "/signin?lang=zh", Width: 1366, Height: 768},
		{Name: "signin-en", URL: d.server.URL + "/signin?lang=en", Width: 1366, Height: 768},
		{Name: "signin-wrong", URL: server.URL, Width: 1366, Height: 768},
	}
}

// TestACitizenRatesWithoutScript sends the forms as a browser without JavaScript does: what it got, with what was ticked.
func TestACitizenRatesWithoutScript(t *testing.T) {
	p := newPhones(t)
	path := p.served()
	server := httptest.NewServer(p.handler)
	t.Cleanup(server.Close)
	takeLooks(t, []look{{Name: "phone-flow", URL: server.URL + path, Width: 360, Height: 2400,
		Touch: []string{"button[value='2']", "input[value='208']", "button.primary", ".links a"}}})
	got := p.answers()
	if len(got) != 1 || got[0].Level != hall.Bad || len(got[0].Reasons) != 1 || got[0].Answer == "" {
		t.Errorf("recorded %+v", got)
	}
	if s, _, _ := p.Story(t.Context(), aTicket); len(s.Answers) != 1 || s.Answers[0].Kind != intake.KindGiven {
		t.Errorf("stored %+v", s)
	}
}
