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
	"testing"
	"testing/fstest"
	"time"

	"hallpulse/agent/internal/counter"
	"hallpulse/firmware-protocol/hall"
)

// looks shows the built pages in every state that a clerk or a citizen can meet.
type looks struct {
	*small
	console map[string]ConsoleView
	take    TakeView
	display DisplayView
	guide   GuideView
	signs   map[string]SignView
	pad     PadView
	hall    *hall.Catalogue // nil: a small one
	shown   Shown
	voice   fstest.MapFS
	ticket  Ticket
	err     error
}

func (l *looks) Console(window string) ConsoleView { return l.console[window] }
func (l *looks) Take() TakeView                    { return l.take }
func (l *looks) Display() DisplayView              { return l.display }
func (l *looks) WholeDisplay() DisplayView         { return l.display }
func (l *looks) Guide() GuideView                  { return l.guide }
func (l *looks) Sign(window string) SignView       { return l.signs[window] }
func (l *looks) Pad(string) PadView                { return l.pad }
func (l *looks) Shown(Proof) (Shown, error)        { return l.shown, l.err }
func (l *looks) PrintList(context.Context, List) (Listed, error) {
	return Listed{Printed: l.err == nil}, l.err
}
func (l *looks) Issue(context.Context, counter.Request) (Ticket, error) {
	return l.ticket, l.err
}

func (l *looks) Print(context.Context, hall.ID) (Ticket, error) { return l.ticket, l.err }

// look is one picture to be taken: the page, what is touched on it first, and in what size.
type look struct {
	Name   string   `json:"name"`
	URL    string   `json:"url"`
	Width  int      `json:"width"`
	Height int      `json:"height"`
	Touch  []string `json:"touch"`
	Stop   bool     `json:"stop"`  // cut the page off from its agent before looking
	Press  []string `json:"press"` // keys pressed
	See    []string `json:"see"`   // what must be on the page after each, and at the end
	Hears  []string `json:"hears"` // clips that the page plays, one after the other
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

const kioskDir = "../../../web-kiosk"

// telling tells the screens after each act, as the agent does.
type telling struct {
	*small
	changed func()
}

func (c telling) Do(ctx context.Context, o counter.Order) error {
	defer c.changed()
	return c.small.Do(ctx, o)
}

// A clerk works without a mouse, on function keys or on the numeric pad, and a page open elsewhere follows.
func TestAClerkWorksWithKeys(t *testing.T) {
	c := newSmall("A063", "A064", "A065", "A066", "A067")
	r := serve(t, c, func(d *Desk) {
		d.Pages = os.DirFS(filepath.Join(kioskDir, "dist"))
		d.counter = telling{c, d.Changed}
	})
	takeLooks(t, []look{{
		Name: "keys", URL: "http://" + r.addr + "/console/12?lang=en", Width: 1366, Height: 768,
		Press: []string{"F2", "NumpadAdd", "F3", "NumpadEnter", "F4", "F2", "NumpadSubtract", "F9", "1", "3", "F4", "F6", "2", "F2", "F7", "1", "3"},
		See: []string{"A063 is here", "A064 is here", "2 times", "ask for a rating", "Ready", "A065 is here", "Ready",
			"Call whom?", "out of turn", "A066 is here", "ask for a rating", "Set aside: why?", "Ready", "A067 is here", "Pass on to where?", "Pass on to where?", "Ready"},
	}})
	want := []string{"12 next", "12 next", "12 recall", "12 serve", "12 finish", "12 next", "12 missed", "12 pick frail", "12 serve", "12 hold form", "12 next", "12 transfer 13"}
	if got := c.done(); !slices.Equal(got, want) {
		t.Errorf("the keys did %q, want %q", got, want)
	}
}

// A ticket that was asked for once more and did not come out: console and guide say why, and what to do.
func TestWhoPrintsOnceMoreIsToldWhyNothingCameOut(t *testing.T) {
	at := time.Now()
	unprinted := consoleLooks(at)["called"]
	unprinted.Window.ID, unprinted.Paper = "12", []Unprinted{{ID: ticketLook(false).ID, Ticket: "A064", Trouble: hall.TroublePaperOut, At: at}}
	l := &looks{small: newSmall(), hall: sampleHall(t), guide: guideOf(sampleHall(t)), console: map[string]ConsoleView{"12": unprinted}, ticket: ticketLook(false)}
	base := open(t, l)
	told := []string{"换上新纸卷，合好上盖。"}
	takeLooks(t, []look{
		{Name: "console-reprint", URL: base + "/console/12?lang=zh", Width: 1366, Height: 768, Touch: []string{".paper .btn"}, See: told},
		{Name: "guide-reprint", URL: base + "/guide?lang=zh", Width: 800, Height: 1280, Touch: []string{"nav button:nth-child(2)", ".queues button >> nth=0", ".ticket > .btn >> nth=4"}, See: told},
	})
}

// TestPagesInEveryState looks at each state of counter and ticket taker, in both languages and the sizes of their screens.
func TestPagesInEveryState(t *testing.T) {
	var shots []look
	for _, lang := range []string{"zh", "en"} {
		shots = append(shots, consoleShots(t, lang)...)
	}
	takeLooks(t, append(shots, displayShots(t)...))
}

// open serves l on the built pages; hall lists the windows of its consoles.
func open(t *testing.T, l *looks) string {
	t.Helper()
	all := catalogue()
	if l.hall != nil {
		copied := *l.hall
		all = &copied
	}
	if len(l.console)+len(l.signs) > 0 {
		all.Windows = nil
	}
	for _, id := range slices.Sorted(maps.Keys(l.signs)) {
		all.Windows = append(all.Windows, hall.Window{ID: id, Unit: "gaj", Services: []string{"A"}})
	}
	for _, id := range slices.Sorted(maps.Keys(l.console)) {
		all.Windows = append(all.Windows, hall.Window{ID: id, Unit: "gaj", Services: []string{"A"}})
	}
	r := serve(t, newSmall(), func(d *Desk) {
		d.Pages, d.Hall, d.counter, d.views, d.Voice = os.DirFS(filepath.Join(kioskDir, "dist")), always(all), l, l, l.voice
		d.URL = func(hall.ID) string { return "https://pj.qinglan.example/r/" + strings.Repeat("aB3_", 25) }
	})
	return "http://" + r.addr
}

// consoleShots gives each state a window of its own.
func consoleShots(t *testing.T, lang string) []look {
	states := consoleLooks(time.Now().Truncate(time.Minute).Add(-20 * time.Second))
	names := slices.Sorted(maps.Keys(states))
	consoles := map[string]ConsoleView{}
	number := func(name string) string { return strconv.Itoa(11 + slices.Index(names, name)) }
	for _, name := range names {
		v := states[name]
		v.Window.ID = number(name)
		consoles[v.Window.ID] = v
	}
	l := &looks{small: newSmall(), console: consoles}
	l.small.set(func() { l.small.fail = counter.NobodyWaiting })
	base := open(t, l)
	shot := func(name, path string) look {
		return look{Name: name + "-" + lang, URL: base + path + "?lang=" + lang, Width: 1366, Height: 768}
	}
	shots := []look{shot("choose", "/")}
	for _, name := range names {
		shots = append(shots, shot("console-"+name, "/console/"+number(name)))
	}
	lost, refused := shot("console-lost", "/console/"+number("serving")), shot("console-refused", "/console/"+number("long"))
	lost.Stop, refused.Touch = true, []string{".keys .btn:nth-child(2)"}
	asked := func(name, at string, key int) look {
		l := shot("console-"+name, "/console/"+number(at))
		l.Touch = []string{fmt.Sprintf(".keys .btn:nth-child(%d)", key)}
		return l
	}
	return append(shots, lost, refused, asked("hold", "serving", 4), asked("transfer", "serving", 5), asked("third-pass", "called", 5), asked("pick", "aside", 7), asked("give-back", "called", 4))
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
		"called": view(hall.WindowIsCalled, func(v *ConsoleView) { v.Visit.Calls, v.Stuck = 2, &StuckDesk{Window: "14", Floor: "一楼"} }),
		"third": view(hall.WindowIsServing, away, func(v *ConsoleView) {
			zhou := &Clerk{Badge: "0317", Name: "周敏", NameEN: "Zhou Min", Unit: "市公安局"}
			v.Visit.Third, v.Visit.Summons, v.Stuck = true, &Summons{Since: ago(4), Due: ago(-6)}, &StuckDesk{Window: "12", Floor: "一楼", Here: true}
			v.Visit.Earlier = []Earlier{
				{Window: "13", Staff: zhou, Item: "居民身份证补领", ItemEN: "Identity card replacement", At: ago(95), Outcome: hall.OutcomeFinished},
				{Window: "11", Staff: zhou, Item: "居民身份证补领", ItemEN: "Identity card replacement", At: ago(20)},
			}
		}),
		"again": view(hall.WindowIsCalled, func(v *ConsoleView) { v.CallsLeft = 2 }),
		"aside": view(hall.WindowIsOpen, func(v *ConsoleView) {
			li := &Clerk{Badge: "0408", Name: "李建国", NameEN: "Li Jianguo", Unit: "市医保局"}
			v.Next.Class = hall.ClassElderly
			v.Waiting[0].From, v.Waiting[0].Here = li, true
			v.Waiting[1].Class = hall.ClassDisabled
			for i, why := range []hall.HeldWhy{hall.HeldMaterials, hall.HeldPay} {
				v.Held = append(v.Held, Held{Waiting: Waiting{Ticket: fmt.Sprintf("A%03d", 49+i), ID: id(uint32(49 + i)), Item: "居民身份证补领", ItemEN: "Identity card replacement", Since: ago(70)}, Window: []string{"12", "14"}[i], Why: why})
			}
			v.Missed = []Waiting{{Ticket: "A055", ID: id(55), Item: "户口迁移", ItemEN: "Household transfer", Since: ago(40)}}
		}),
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
		"long": view(hall.WindowIsServing, func(v *ConsoleView) {
			v.Visit.Item = "因国家重点工程建设征收土地引起的农村居民户口性质变更登记以及随迁子女入学资格审核一次办"
			v.Visit.ItemEN = "Change of rural household status after land was taken for a national project, with school admission of children who move along"
			for i := range 9 {
				v.Visit.Materials = append(v.Visit.Materials, fmt.Sprintf("县级以上人民政府关于征收土地的批准文件复印件（第 %d 份）", i+1))
			}
		}),
	}
}

// displayShots are a day in the waiting room, large and small, in both languages.
func displayShots(t *testing.T) (shots []look) {
	states := displayLooks(time.Now())
	voices := map[string]fstest.MapFS{"muted": {"zh/please.wav": silence()}} // it waits to be touched
	for _, s := range []struct {
		state, lang string
		size        [2]int
	}{
		{"morning", "zh", [2]int{1920, 1080}}, {"busy", "zh", [2]int{1920, 1080}}, {"calm", "zh", [2]int{1920, 1080}}, {"long", "zh", [2]int{1920, 1080}},
		{"stale", "zh", [2]int{1920, 1080}}, {"muted", "zh", [2]int{1920, 1080}}, {"spoken", "zh", [2]int{1920, 1080}}, {"over", "zh", [2]int{1920, 1080}}, {"over", "en", [2]int{1366, 768}}, {"busy", "en", [2]int{1920, 1080}}, {"long", "en", [2]int{1920, 1080}}, {"morning", "en", [2]int{1920, 1080}},
		{"busy", "zh", [2]int{1366, 768}}, {"calm", "en", [2]int{1366, 768}}, {"long", "zh", [2]int{1366, 768}}, {"morning", "zh", [2]int{1366, 768}},
	} {
		shots = append(shots, look{
			Name: fmt.Sprintf("display-%d-%s-%s", s.size[0], s.state, s.lang), Width: s.size[0], Height: s.size[1], Stop: s.state == "stale",
			URL: open(t, &looks{small: newSmall(), display: states[s.state], voice: voices[s.state]}) + "/display?lang=" + s.lang,
		})
	}
	return shots
}

// One voice calls everybody, each twice in both languages, and nobody again when the page is loaded again.
func TestTheDisplayCallsOneAfterTheOther(t *testing.T) {
	v := displayLooks(time.Now())["busy"]
	v.Open = []Call{called("B109", "9", 2*time.Second), called("A064", "12", time.Second)}
	said := []string{
		"zh please b yao 0 9 to 9 window", "en number b one zero nine to-window nine",
		"zh please a 0 6 4 to ten 2 window", "en number a zero six four to-window twelve",
	}
	voice := fstest.MapFS{}
	hears := []string{"/voice/zh/please.wav"} // the browser is asked whether it lets the page speak
	for _, i := range []int{0, 1, 0, 1, 2, 3, 2, 3} {
		lang, clips, _ := strings.Cut(said[i], " ")
		for word := range strings.FieldsSeq(clips) {
			hears = append(hears, "/voice/"+lang+"/"+word+".wav")
			voice[lang+"/"+word+".wav"] = silence()
		}
	}
	url := open(t, &looks{small: newSmall(), display: v, voice: voice}) + "/display"
	takeLooks(t, []look{{Name: "display-voice", URL: url, Width: 1920, Height: 1080, Hears: hears}})
}

// silence is a clip of one sample, 8 kHz, 8 bits.
func silence() *fstest.MapFile {
	return &fstest.MapFile{Data: []byte("RIFF\x25\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00data\x01\x00\x00\x00\x80")}
}

// called is a call made some time ago.
func called(ticket, window string, ago time.Duration) Call {
	return Call{Serial: window + "/" + ticket, Ticket: ticket, Window: window, Floor: "一楼", FloorEN: "Ground floor", Since: time.Now().Add(-ago), Calls: 1}
}

func displayLooks(at time.Time) map[string]DisplayView {
	line := func(letter, name, english string, waiting, p50, p90 int) DisplayLine {
		return DisplayLine{HallLine: HallLine{letter, name, english}, Waiting: waiting, P50: p50, P90: p90, Staffed: true}
	}
	view := func(change func(*DisplayView)) DisplayView {
		v := DisplayView{
			Hall:  Place{ID: "qinglan", Name: "青澜市政务服务中心", NameEN: "Qinglan Government Service Centre"},
			Hours: "周一至周五 9:00–17:00", Notices: []string{"叫到号请直接到窗口，过号当天可以回来"},
			Announce: hall.DefaultAnnouncement(),
			Services: []DisplayLine{
				line("A", "身份证、户口", "Identity card and household", 17, 20, 35), line("B", "社保、医保", "Social and health insurance", 26, 28, 28),
				line("C", "开店、办公司", "Business registration", 0, 0, 0), line("D", "房产登记", "Property registration", 2, 0, 0),
			},
		}
		for i, c := range [][2]string{{"A064", "12"}, {"B109", "9"}, {"A062", "2"}, {"D019", "15"}, {"B108", "6"}, {"A061", "11"}, {"C006", "19"}} {
			v.Last = append(v.Last, called(c[0], c[1], time.Duration(i+3)*time.Minute))
		}
		change(&v)
		return v
	}
	return map[string]DisplayView{
		"morning": view(func(v *DisplayView) {
			v.Last = nil
			for i := range v.Services {
				v.Services[i].Staffed, v.Services[i].P50 = false, 0
			}
		}),
		"over": view(func(v *DisplayView) { v.Over = true }),
		"spoken": view(func(v *DisplayView) {
			v.Last[0] = called("A1064", "DATING-YILOU-012", 0)
			v.Open = v.Last[:1]
		}),
		"muted": view(func(v *DisplayView) { v.Open = v.Last[:1]; v.Open[0].Since = at }),
		"calm":  view(func(*DisplayView) {}),
		"stale": view(func(*DisplayView) {}),
		"busy":  view(func(v *DisplayView) { v.Open = []Call{called("A064", "12", 0)}; v.Last[0] = v.Open[0] }),
		"long": view(func(v *DisplayView) {
			v.Hall.Name += "不动产登记与公共资源交易分中心"
			v.Notices = []string{strings.Repeat("请带好身份证和户口簿原件，", 3)[:32*3]}
			for i := range v.Last {
				v.Last[i].Ticket, v.Last[i].Window = fmt.Sprintf("A%d", 1064-i), []string{"B-1024", "DATING-YILOU-012", "A3"}[i%3]
			}
			v.Services = append(v.Services, line("E", "因国家重点工程建设征收土地引起的户口性质变更", "Change of household status after land was taken", 118, 160, 240))
			v.Services = v.Services[1:]
			v.Services[0].NameEN, v.Services[0].Waiting, v.Services[0].P90 = "Social, health and unemployment insurance", 126, 128
		}),
	}
}
