//go:build e2e

package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// looks shows the built pages in every state that a clerk or a citizen can meet.
type looks struct {
	*small
	console map[string]ConsoleView
	take    TakeView
	ticket  Ticket
	err     error
}

func (l *looks) Console(window string) ConsoleView { return l.console[window] }
func (l *looks) Take() TakeView                    { return l.take }
func (l *looks) Issue(context.Context, string, string) (Ticket, error) {
	return l.ticket, l.err
}

// look is one picture to be taken: the page, what is touched on it first, and in what size.
type look struct {
	Name   string   `json:"name"`
	URL    string   `json:"url"`
	Width  int      `json:"width"`
	Height int      `json:"height"`
	Touch  []string `json:"touch"`
	Stop   bool     `json:"stop"` // cut the page off from its agent before looking
}

// TestPagesInEveryState takes a picture of each state into LOOKS (or a folder that is thrown away) and fails where axe
// finds a violation, where something is wider than the page, or where the page's console has an error.
func TestPagesInEveryState(t *testing.T) {
	out := os.Getenv("LOOKS")
	if out == "" {
		out = t.TempDir()
	}
	kiosk, err := filepath.Abs("../../../web-kiosk")
	if err != nil {
		t.Fatal(err)
	}
	pages := os.DirFS(filepath.Join(kiosk, "dist"))
	at := time.Now().Truncate(time.Minute).Add(-20 * time.Second)

	states := consoleLooks(at)
	names := slices.Sorted(maps.Keys(states))
	number := func(name string) string { return strconv.Itoa(11 + slices.Index(names, name)) }
	consoles := map[string]ConsoleView{}
	all := catalogue()
	all.Windows = nil
	for _, name := range names {
		v := states[name]
		v.Window.ID = number(name)
		consoles[v.Window.ID] = v
		all.Windows = append(all.Windows, hall.Window{ID: v.Window.ID, Unit: "gaj", Services: []string{"A"}})
	}
	open := func(l *looks) string { // every window is a state of its own
		r := serve(t, newSmall(), func(d *Desk) {
			d.Pages, d.Hall, d.counter, d.views = pages, all, l, l
			d.URL = func(hall.ID) string { return "https://pj.qinglan.example/r/" + strings.Repeat("aB3_", 25) }
			for _, w := range all.Windows {
				d.acts[w.ID] = new(sync.Mutex)
			}
		})
		return "http://" + r.addr
	}

	var shots []look
	base := open(&looks{small: newSmall(), console: consoles, take: takeLook(), ticket: ticketLook(true)})
	for _, lang := range []string{"zh", "en"} {
		add := func(name, url string, width, height int, touch ...string) {
			sep := "?"
			if strings.Contains(url, "?") {
				sep = "&"
			}
			shots = append(shots, look{Name: name + "-" + lang, URL: url + sep + "lang=" + lang, Width: width, Height: height, Touch: touch})
		}
		for _, name := range names {
			add("console-"+name, base+"/console/"+number(name), 1366, 768)
		}
		add("console-lost", base+"/console/"+number("serving"), 1366, 768)
		shots[len(shots)-1].Stop = true
		add("console-refused", base+"/console/"+number("refused"), 1366, 768, ".keys .btn:nth-child(2)")
		add("choose", base+"/", 1366, 768)

		paperless := open(&looks{small: newSmall(), take: takeLook(), ticket: ticketLook(false)})
		noPaper := takeLook()
		noPaper.Printer = PrinterNow{OK: false, Trouble: hall.TroublePaperOut}
		out := open(&looks{small: newSmall(), take: noPaper})
		full := takeLook()
		full.Disk = DiskIsRefuse
		stopped := open(&looks{small: newSmall(), take: full})
		none := open(&looks{small: newSmall(), take: TakeView{Hall: noPaper.Hall, Printer: PrinterNow{OK: true}, Disk: DiskIsOK}})
		refuses := open(&looks{small: newSmall(), take: takeLook(), err: DiskFull})
		for _, size := range [][2]int{{1080, 1920}, {800, 1280}, {1366, 768}} {
			for _, mode := range []string{"", "elder"} {
				for _, step := range []struct {
					name, base string
					touch      []string
				}{
					{"service", base, nil},
					{"item", base, []string{".tile"}},
					{"check", base, []string{".tile", ".items button"}},
					{"ticket", base, []string{".tile", ".items button", ".primary"}},
					{"paperless", paperless, []string{".tile", ".items button", ".primary"}},
					{"paper-out", out, nil},
					{"refused", refuses, []string{".tile", ".items button", ".primary"}},
					{"stopped", stopped, nil},
					{"empty", none, nil},
				} {
					if lang == "en" && size[0] == 1080 || mode == "elder" && step.touch == nil && step.name != "service" {
						continue // as wide as 1366 or taller than 800; the same notice in a larger type
					}
					name := fmt.Sprintf("take-%d-%s%s", size[0], step.name, mode)
					add(name, step.base+"/take?mode="+mode, size[0], size[1], step.touch...)
				}
			}
		}
	}
	in, err := json.Marshal(map[string]any{"out": out, "looks": shots})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", "screens/look.mjs")
	cmd.Dir, cmd.Stdin = kiosk, strings.NewReader(string(in))
	if b, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, b)
	}
}

func consoleLooks(at time.Time) map[string]ConsoleView {
	ago := func(minutes float64) time.Time { return at.Add(-time.Duration(minutes * float64(time.Minute))) }
	served := ago(8)
	id := func(n uint32) hall.ID { return hall.ID{Agent: 3, Tag: 0x9f2c, Serial: n} }
	items := [][2]string{
		{"首次申领身份证", "First identity card"}, {"居住证办理", "Residence permit"}, {"身份证到期换领", "Identity card renewal"},
		{"", ""}, {"新生儿落户", "Household registration of a newborn"}, {"户口迁移", "Household transfer"},
		{"因国家重点工程建设征收土地引起的农村居民户口性质变更登记", "Change of rural household status after land was taken for a national project"},
		{"临时身份证", "Temporary identity card"}, {"身份证补领", "Identity card replacement"},
	}
	view := func(state hall.WindowState, change ...func(*ConsoleView)) ConsoleView {
		v := ConsoleView{
			Hall:   Place{ID: "qinglan", Name: "青澜市政务服务中心", NameEN: "Qinglan Government Service Centre"},
			Window: WindowNow{ID: "12", Floor: "一楼", FloorEN: "Ground floor", State: state, Since: ago(9)},
			Staff:  &Clerk{Badge: "0317", Name: "周敏", NameEN: "Zhou Min", Unit: "市公安局"},
			Next:   &Waiting{Ticket: "A064", ID: id(64), Item: "户口迁移", ItemEN: "Household transfer", Since: ago(16)},
			Today:  Today{Served: 16, Invited: 16, Rated: 11},
			Hub:    HubLink{Up: true, Since: ago(100)}, Disk: DiskIsOK, WaitingCount: 18,
		}
		for i, item := range items {
			v.Waiting = append(v.Waiting, Waiting{Ticket: fmt.Sprintf("A%03d", 65+i), ID: id(uint32(65 + i)), Item: item[0], ItemEN: item[1], Since: ago(float64(15 - i))})
		}
		if state == hall.WindowIsCalled || state == hall.WindowIsServing {
			v.Visit = &Visit{Ticket: "A063", Item: "居民身份证补领", ItemEN: "Identity card replacement", CalledAt: ago(9), Calls: 1,
				Materials: []string{"居民户口簿原件", "居民身份证丢失登记表（窗口打印，本人签字）", "数码相片回执", "指纹（窗口现场采集）"}}
		}
		if state == hall.WindowIsServing {
			v.Visit.ServedAt = &served
		}
		for _, f := range change {
			f(&v)
		}
		return v
	}
	away := func(v *ConsoleView) { v.Hub = HubLink{Since: ago(24), Stored: 37} }
	pad := DeviceFault{Device: "pad-12", Kind: "pad", Trouble: hall.TroubleNoAnswer, Since: ago(5)}
	printer := DeviceFault{Device: "printer", Kind: "printer", Trouble: hall.TroublePaperOut, Since: ago(3)}
	lost := Unprinted{ID: id(71), Ticket: "A071", Trouble: hall.TroublePaperOut, At: ago(2)}
	nobody := func(v *ConsoleView) { v.Next, v.Waiting, v.WaitingCount = nil, nil, 0 }
	return map[string]ConsoleView{
		"closed": view(hall.WindowIsClosed, func(v *ConsoleView) { v.Staff, v.Window.Since = nil, time.Time{}; v.Today = Today{} }),
		"open": view(hall.WindowIsOpen, func(v *ConsoleView) {
			v.Invited = &Invited{Ticket: "A062", Until: at.Add(2 * time.Minute)}
		}),
		"rated": view(hall.WindowIsOpen, nobody, func(v *ConsoleView) {
			v.Invited = &Invited{Ticket: "A062", Until: at.Add(2 * time.Minute), Rated: true}
		}),
		"called":  view(hall.WindowIsCalled, func(v *ConsoleView) { v.Visit.Calls = 2 }),
		"serving": view(hall.WindowIsServing),
		"offline": view(hall.WindowIsServing, away),
		"alone":   view(hall.WindowIsServing, away, func(v *ConsoleView) { v.Hub.Alone = true; v.Visit.Rated = true }),
		"paused":  view(hall.WindowIsPaused),
		"faults": view(hall.WindowIsServing, func(v *ConsoleView) {
			v.Faults, v.Paper = []DeviceFault{pad, printer}, []Unprinted{lost, lost, lost}
		}),
		"pad":    view(hall.WindowIsServing, func(v *ConsoleView) { v.Faults = []DeviceFault{pad} }),
		"sealed": view(hall.WindowIsServing, func(v *ConsoleView) { v.Disk = DiskIsSealed }),
		"full":   view(hall.WindowIsOpen, func(v *ConsoleView) { v.Disk = DiskIsRefuse }),
		"refused": view(hall.WindowIsServing, func(v *ConsoleView) {
			v.Visit.Item = "因国家重点工程建设征收土地引起的农村居民户口性质变更登记以及随迁子女入学资格审核一次办"
			v.Visit.ItemEN = "Change of rural household status after land was taken for a national project, with school admission of children who move along"
			for i := range 9 {
				v.Visit.Materials = append(v.Visit.Materials, fmt.Sprintf("县级以上人民政府关于征收土地的批准文件复印件（第 %d 份）", i+1))
			}
		}),
	}
}

func takeLook() TakeView {
	v := TakeView{
		Hall:    Place{ID: "qinglan", Name: "青澜市政务服务中心", NameEN: "Qinglan Government Service Centre"},
		Printer: PrinterNow{OK: true}, Disk: DiskIsOK,
	}
	for i, s := range [][2]string{
		{"身份证、户口", "Identity cards, households"}, {"社保、医保", "Social and health insurance"}, {"房产登记", "Property"},
		{"开店、办公司", "Shops and companies"}, {"公积金", "Housing fund"}, {"税务", "Taxes"}, {"婚育、养老", "Family, pensions"}, {"综合咨询", "Questions"},
	} {
		one := TakeService{Letter: string(rune('A' + i)), Name: s[0], NameEN: s[1], Waiting: (18 * (i + 1)) % 31 % 24, Windows: []string{"11", "12", "13"}, Floor: "一楼", FloorEN: "Ground floor"}
		for j, item := range [][2]string{
			{"居民身份证补领", "Identity card replacement"}, {"首次申领身份证", "First identity card"}, {"身份证到期换领", "Identity card renewal"},
			{"户口迁移", "Household transfer"}, {"新生儿落户", "Registration of a newborn"}, {"居住证办理", "Residence permit"}, {"临时身份证", "Temporary identity card"},
		} {
			one.Items = append(one.Items, TakeItem{Code: fmt.Sprintf("%s%02d", one.Letter, j+1), Name: item[0], NameEN: item[1],
				Materials: []string{"居民户口簿原件", "居民身份证丢失登记表（窗口打印，本人签字）", "数码相片回执", "指纹（窗口现场采集）"}})
		}
		v.Services = append(v.Services, one)
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
