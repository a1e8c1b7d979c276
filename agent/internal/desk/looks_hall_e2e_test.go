//go:build e2e

package desk

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"testing"
	"time"

	"hallpulse/agent/internal/counter"
	"hallpulse/configs"
	"hallpulse/configs/strict"
	"hallpulse/firmware-protocol/hall"
)

// sampleHall is the hall that is shipped, as its citizens would see it.
func sampleHall(t *testing.T) *hall.Catalogue {
	t.Helper()
	b, err := fs.ReadFile(configs.FS(), "hall.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c := new(hall.Catalogue)
	if err := strict.Bytes("hall.yaml", b, c).Err(); err != nil {
		t.Fatal(err)
	}
	return c
}

// largeHall has twelve units, sixty items and twelve queues, and names that do not end.
func largeHall(t *testing.T) *hall.Catalogue {
	c := sampleHall(t)
	c.Units, c.Services, c.Items = nil, nil, nil
	for n := range 12 {
		unit, letter := fmt.Sprintf("u%d", n), string(rune('A'+n))
		c.Units = append(c.Units, hall.Unit{ID: unit, Name: "市住房保障和房屋交易管理局" + strconv.Itoa(n+1), NameEN: "Bureau of Housing Security " + strconv.Itoa(n+1)})
		c.Services = append(c.Services, hall.Service{Letter: letter, Name: "住房保障、房屋交易和租赁备案", NameEN: "Housing, trade and registration of leases"})
		for m := range 5 {
			c.Items = append(c.Items, hall.ServiceItem{
				Code: fmt.Sprintf("%s%02d", letter, m+1), Unit: unit, Service: letter, Trips: 1, Legal: 20, Promised: 5,
				Name:      "因国家重点工程建设征收土地引起的农村居民户口性质变更登记" + strconv.Itoa(m+1),
				NameEN:    "Change of rural household status after land was taken for a national project " + strconv.Itoa(m+1),
				Materials: []string{"居民户口簿原件", "县级以上人民政府关于征收土地的批准文件复印件", "村民委员会出具并加盖公章的家庭成员情况说明", "身份证原件"},
			})
		}
	}
	return c
}

func takeOf(c *hall.Catalogue) TakeView {
	v := TakeView{
		Hall:    Place{ID: c.Hall.ID, Name: c.Hall.Name, NameEN: c.Hall.NameEN},
		Printer: PrinterNow{OK: true}, Disk: DiskIsOK, Rates: true,
	}
	for i, s := range c.Services {
		one := TakeService{HallLine: HallLine{s.Letter, s.Name, s.NameEN}, Waiting: (18 * (i + 1)) % 31 % 24, P50: 15 + i, P90: 25 + 2*i, Staffed: true, Windows: []string{"11", "12", "13"}, Floor: "一楼", FloorEN: "1st floor"}
		if one.Waiting == 0 {
			one.P50, one.P90 = 0, 0
		}
		v.Services = append(v.Services, one)
	}
	for _, i := range c.Items[:min(6, len(c.Items))] {
		v.Often = append(v.Often, i.Code)
	}
	return v
}

func ticketLook(printed bool) Ticket {
	t := Ticket{
		ID: hall.ID{Agent: 3, Tag: 0x9f2c, Serial: 64}, Number: "A064", Ahead: 17, Windows: []string{"11", "12", "13"}, Floor: "一楼", FloorEN: "Ground floor",
		Code: "7K3M92QF", URL: "https://pj.qinglan.example/r/x", Printed: printed,
	}
	if !printed {
		t.Trouble = hall.TroublePaperOut
	}
	return t
}

func secondLook(printed bool) Ticket {
	t := ticketLook(printed)
	t.Number, t.With = "D012", "A064"
	return t
}

func shownLook(visits ...string) Shown {
	s := Shown{ID: hall.ID{Agent: 3, Tag: 0x9f2c, Serial: 64}, Number: "A064", Known: true, Visits: []ShownVisit{}}
	for n, window := range visits {
		s.Visits = append(s.Visits, ShownVisit{
			ID: hall.ID{Agent: 3, Tag: 0x9f2c, Serial: uint32(70 + n)}, Window: window, Floor: "一楼", FloorEN: "1st floor", Item: "居民身份证补领",
			ItemEN: "Replacement of an identity card", Unit: "市公安局", UnitEN: "Public Security Bureau", At: time.Now().Add(-time.Hour), Pressed: n == 0,
		})
	}
	return s
}

// kioskStep is one place on the kiosk: what is touched on the way there, and what stands in the way.
type kioskStep struct {
	name  string
	on    looks
	touch []string
	stop  bool
}

func kioskSteps(t *testing.T) []kioskStep {
	c := sampleHall(t)
	well, noPaper, full, none, closed := takeOf(c), takeOf(c), takeOf(c), takeOf(c), takeOf(c)
	noPaper.Printer = PrinterNow{OK: false, Trouble: hall.TroublePaperOut}
	full.Disk = DiskIsRefuse
	none.Services = nil
	for i := range closed.Services {
		closed.Services[i].Staffed, closed.Services[i].Full = i%2 == 0, i%3 == 2
	}
	home := func(n int) string { return fmt.Sprintf(".tile:nth-child(%d)", n) }
	item := func(n int) string { return fmt.Sprintf(".items button:nth-child(%d)", n) }
	way := []string{home(1), item(1), ".primary"}
	typed := []string{".have .btn:first-child"}
	for _, key := range "A0647K3M92QF" {
		typed = append(typed, fmt.Sprintf(".keys button:text-is('%c')", key))
	}
	typed = append(typed, ".primary")
	then := func(more ...string) []string { return append(typed[:len(typed):len(typed)], more...) }
	big := takeOf(largeHall(t))
	return []kioskStep{
		{"home", looks{hall: c, take: well}, nil, false},
		{"units", looks{hall: c, take: well}, []string{".by .btn:nth-child(2)"}, false},
		{"search", looks{hall: c, take: well}, []string{".search", ".keys button:text-is('S')", ".keys button:text-is('F')"}, false},
		{"nothing", looks{hall: c, take: well}, []string{".search", ".keys button:text-is('Q')", ".keys button:text-is('Q')"}, false},
		{"items", looks{hall: c, take: well}, way[:1], false},
		{"card", looks{hall: c, take: well}, []string{home(1), item(1), ".facts .btn"}, false},
		{"sample", looks{hall: c, take: well}, []string{home(1), item(1), "li .btn"}, false},
		{"home-sale", looks{hall: c, take: well}, []string{home(4), item(1)}, false},
		{"home-loan", looks{hall: c, take: well}, []string{home(4), item(1), ".chips .btn:nth-of-type(3)"}, false},
		{"unsure", looks{hall: c, take: well}, []string{home(1), item(5)}, false},
		{"map", looks{hall: c, take: well}, []string{".have .btn:last-child"}, false},
		{"ticket", looks{hall: c, take: well, ticket: ticketLook(true)}, way, false},
		{"another", looks{hall: c, take: well, ticket: ticketLook(true)}, append(way[:3:3], ".another"), false},
		{"second", looks{hall: c, take: well, ticket: secondLook(true)}, way, false},
		{"second-paperless", looks{hall: c, take: noPaper, ticket: secondLook(false)}, way, false},
		{"paperless", looks{hall: c, take: noPaper, ticket: ticketLook(false)}, way, false},
		{"refused", looks{hall: c, take: well, err: counter.NoMoreToday}, way, false},
		{"listed", looks{hall: c, take: well}, []string{home(1), item(1), ".acts .btn >> nth=0"}, false},
		{"unlisted", looks{hall: c, take: well, err: NoPrinter}, []string{home(1), item(1), ".acts .btn >> nth=0"}, false},
		{"paper-out", looks{hall: c, take: noPaper}, nil, false},
		{"full-list", looks{hall: c, take: closed}, []string{home(1), item(1)}, false},
		{"closed", looks{hall: c, take: closed}, nil, false},
		{"full", looks{hall: c, take: closed}, []string{home(3), item(1)}, false},
		{"stopped", looks{hall: c, take: full}, nil, false},
		{"empty", looks{hall: c, take: none}, nil, false},
		{"stale", looks{hall: c, take: well}, nil, true},
		{"many", looks{hall: largeHall(t), take: big}, nil, false},
		{"many-units", looks{hall: largeHall(t), take: big}, []string{".by .btn:nth-child(2)"}, false},
		{"long", looks{hall: largeHall(t), take: big}, way[:2], false},
		{"find", looks{hall: c, take: well}, typed[:1], false},
		{"typed", looks{hall: c, take: well}, typed[:len(typed)-1], false},
		{"wrong", looks{hall: c, take: well, err: WrongCode}, typed, false},
		{"early", looks{hall: c, take: well, shown: shownLook()}, typed, false},
		{"visits", looks{hall: c, take: well, shown: shownLook("11", "23")}, typed, false},
		{"rate", looks{hall: c, take: well, shown: shownLook("11")}, typed, false},
		{"reasons", looks{hall: c, take: well, shown: shownLook("11")}, then(".level:nth-child(4)", ".reasons button:nth-child(2)"), false},
		{"rated", looks{hall: c, take: well, shown: shownLook("11")}, then(".level:nth-child(1)", ".primary"), false},
	}
}

// The kiosk in every state, on its own screens in full and on the others where they differ most.
func TestTheKioskInEveryState(t *testing.T) {
	var shots []look
	for _, v := range []struct {
		lang, mode string
		size       [2]int
		only       string
	}{
		{"zh", "", [2]int{1080, 1920}, ""},
		{"en", "", [2]int{800, 1280}, "home home-loan card long rate another second second-paperless"},
		{"zh", "elder", [2]int{800, 1280}, "card home-loan ticket long reasons another second second-paperless"},
		{"zh", "", [2]int{1366, 768}, "home-sale rate"},
	} {
		for _, s := range kioskSteps(t) {
			if v.only != "" && !strings.Contains(" "+v.only+" ", " "+s.name+" ") {
				continue
			}
			s.on.small = newSmall()
			shots = append(shots, look{
				Name: fmt.Sprintf("kiosk-%d-%s%s-%s", v.size[0], s.name, v.mode, v.lang), Touch: s.touch, Stop: s.stop,
				URL: open(t, &s.on) + "/kiosk?mode=" + v.mode + "&lang=" + v.lang, Width: v.size[0], Height: v.size[1],
			})
		}
	}
	takeLooks(t, shots)
}

func guideOf(c *hall.Catalogue) GuideView {
	v := GuideView{Hall: Place{ID: c.Hall.ID, Name: c.Hall.Name, NameEN: c.Hall.NameEN}, Printer: PrinterNow{OK: true}, Disk: DiskIsOK, Missed: []Waiting{}}
	at := time.Now().Add(-40 * time.Minute)
	waiting := func(letter string, n int) Waiting {
		return Waiting{Ticket: fmt.Sprintf("%s%03d", letter, n), ID: hall.ID{Agent: 3, Tag: 1, Serial: uint32(n)}, Item: "居民身份证补领", ItemEN: "Replacement of an identity card", Since: at.Add(time.Duration(n) * time.Minute)}
	}
	for i, s := range takeOf(c).Services {
		q := GuideQueue{TakeService: s}
		for n := range min(s.Waiting, 4) {
			q.Line = append(q.Line, waiting(s.Letter, 10*i+n+1))
		}
		v.Services = append(v.Services, q)
	}
	v.Services[0].Line[0].Class, v.Services[0].Line[1].Third = hall.ClassElderly, true
	v.Services[0].Line[1].Summons, v.Stuck = &Summons{Since: at, Due: at.Add(10 * time.Minute)}, &StuckDesk{Window: "14", Floor: "一楼"}
	v.Missed = append(v.Missed, waiting("A", 90), waiting("B", 91))
	for n, at := range c.Windows[:min(4, len(c.Windows))] {
		v.Rating = append(v.Rating, Helpable{Window: at.ID, Visit: hall.ID{Agent: 3, Tag: 1, Serial: uint32(500 + n)}, Ticket: fmt.Sprintf("A%03d", 61+n), Clerks: []string{at.Staff}})
	}
	for _, s := range c.Staff {
		v.Staff = append(v.Staff, Clerk{Badge: s.Badge, Name: s.Name, NameEN: s.NameEN})
	}
	return v
}

// The guide's tablet, upright and lying.
func TestTheGuidesTabletInEveryState(t *testing.T) {
	c := sampleHall(t)
	well, noPaper, large := guideOf(c), guideOf(c), largeHall(t)
	noPaper.Printer = PrinterNow{Trouble: hall.TroublePaperOut}
	helped, nobody := guideOf(c), guideOf(c)
	helped.Rating[1].Helper, nobody.Rating = helped.Staff[8].Badge, nil
	first := ".found button >> nth=0"
	queue := ".queues button >> nth=0"
	tab := func(n int) string { return fmt.Sprintf("nav button:nth-child(%d)", n) }
	var shots []look
	for _, v := range []struct {
		lang string
		size [2]int
		only string
	}{{"zh", [2]int{800, 1280}, ""}, {"en", [2]int{1280, 800}, "check listed queues ticket long another second assist"}} {
		for _, s := range []kioskStep{
			{"items", looks{hall: c, guide: well}, nil, false},
			{"check", looks{hall: c, guide: well}, []string{first, ".chips .btn >> nth=1", "[role=checkbox] >> nth=0"}, false},
			{"listed", looks{hall: c, guide: well}, []string{first, ".chips .btn >> nth=1", "[role=checkbox] >> nth=0", ".acts .btn >> nth=0"}, false},
			{"given", looks{hall: c, guide: noPaper, ticket: ticketLook(false)}, []string{first, ".primary"}, false},
			{"another", looks{hall: c, guide: well, ticket: ticketLook(true)}, []string{first, ".primary", ".acts .btn"}, false},
			{"second", looks{hall: c, guide: noPaper, ticket: secondLook(false)}, []string{first, ".primary"}, false},
			{"queues", looks{hall: c, guide: well}, []string{tab(2)}, false},
			{"ticket", looks{hall: c, guide: well}, []string{tab(2), queue, ".ticket .btn:nth-of-type(2)"}, false},
			{"third", looks{hall: c, guide: well}, []string{tab(2), ".queues button >> nth=1"}, false},
			{"drop", looks{hall: c, guide: well}, []string{tab(2), queue, ".ticket > .btn >> nth=5"}, false},
			{"swap", looks{hall: c, guide: well}, []string{tab(2), queue, ".ticket .btn", first}, false},
			{"missed", looks{hall: c, guide: well}, []string{tab(3), queue}, false},
			{"assists", looks{hall: c, guide: well}, []string{tab(5)}, false},
			{"assist", looks{hall: c, guide: well}, []string{tab(5), ".assists button >> nth=1", ".chips .btn >> nth=2"}, false},
			{"assisted", looks{hall: c, guide: helped}, []string{tab(5), ".assists button >> nth=1"}, false},
			{"assists-none", looks{hall: c, guide: nobody}, []string{tab(5)}, false},
			{"stale", looks{hall: c, guide: well}, []string{first}, true},
			{"long", looks{hall: large, guide: guideOf(large)}, []string{first}, false},
		} {
			if v.only != "" && !strings.Contains(" "+v.only+" ", " "+s.name+" ") {
				continue
			}
			s.on.small = newSmall()
			shots = append(shots, look{
				Name: fmt.Sprintf("guide-%d-%s-%s", v.size[0], s.name, v.lang), Touch: s.touch, Stop: s.stop,
				URL: open(t, &s.on) + "/guide?lang=" + v.lang, Width: v.size[0], Height: v.size[1],
			})
		}
	}
	takeLooks(t, shots)
}

// The sign over a window, large and small, in every state of the window.
func TestTheSignInEveryState(t *testing.T) {
	sign := func(state hall.WindowState, change func(*SignView)) SignView {
		v := SignView{
			Window: WindowNow{ID: "12", Floor: "一楼", State: state, Since: time.Now()}, Staff: &Clerk{Badge: "0317", Name: "周敏", NameEN: "Zhou Min"},
			Services: []HallLine{{"A", "身份证、户口", "Identity card and household"}, {"B", "社保、医保", "Social and health insurance"}}, Others: []string{"11", "13"},
		}
		if state == hall.WindowIsCalled || state == hall.WindowIsServing {
			v.Window.Ticket, v.Window.Calls = "A064", 1
		}
		if change != nil {
			change(&v)
		}
		return v
	}
	states := map[string]SignView{
		"1": sign(hall.WindowIsClosed, nil), "2": sign(hall.WindowIsOpen, nil), "3": sign(hall.WindowIsCalled, nil), "4": sign(hall.WindowIsServing, nil),
		"5": sign(hall.WindowIsPaused, nil),
		"6": sign(hall.WindowIsCalled, func(v *SignView) { v.Window.Calls = 2 }),
		"7": sign(hall.WindowIsClosed, func(v *SignView) { v.Others = nil }),
		"DATING-YILOU-012": sign(hall.WindowIsServing, func(v *SignView) {
			v.Window.Ticket = "A1064"
			v.Services[0].Name += "、居住证和流动人口登记"
		}),
	}
	for id, v := range states {
		v.Window.ID = id
		states[id] = v
	}
	base := open(t, &looks{small: newSmall(), signs: states})
	var shots []look
	for id := range states {
		for n, size := range [][2]int{{960, 240}, {480, 120}} {
			lang := []string{"zh", "en"}[n]
			shots = append(shots, look{Name: fmt.Sprintf("sign-%d-%s-%s", size[0], id, lang), URL: base + "/sign/" + id + "?lang=" + lang, Width: size[0], Height: size[1]})
		}
	}
	shots = append(shots, look{Name: "sign-960-stale-zh", URL: base + "/sign/4?lang=zh", Width: 960, Height: 240, Stop: true},
		look{Name: "sign-960-en", URL: base + "/sign/3?lang=en", Width: 960, Height: 240},
		look{Name: "sign-480-zh", URL: base + "/sign/3?lang=zh", Width: 480, Height: 120})
	takeLooks(t, shots)
}
