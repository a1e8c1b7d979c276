package device

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallpulse/firmware-protocol/escpos"
	"hallpulse/firmware-protocol/hall"
)

// addressOf returns a ticket's address of so many bytes.
func addressOf(size int) string {
	s := "https://hall.qinglan.gov.cn/r/" + strings.Repeat("AQAAB5_k2c-Zm9vYmFy", 9)
	return s[:size]
}

// usual is a ticket as most are: a token of 102 characters behind a name of usual length.
func usual() TicketPaper {
	return TicketPaper{
		Hall: "青澜市政务服务中心", Number: "D023", Service: "不动产登记", Item: "二手房过户", Ahead: 8,
		Windows:   []PaperWindow{{ID: "31", Floor: "二楼"}},
		Materials: []string{"双方身份证原件", "不动产权证书原件", "结婚证，双方各一本", "网签合同", "卖方银行卡"},
		URL:       addressOf(132), Code: "7K3M92QF",
		At: time.Date(2026, 11, 18, 2, 42, 0, 0, time.UTC),
	}
}

// changed returns the usual ticket after change.
func changed(change func(*TicketPaper)) TicketPaper {
	p := usual()
	change(&p)
	return p
}

// printed lays p out and prints it on a simulated printer: exactly one paper.
func printed(t interface{ Fatalf(string, ...any) }, p TicketPaper, f Form) escpos.Paper {
	b, err := LayoutTicket(p, f)
	if err != nil {
		t.Fatalf("%v", err)
	}
	papers := escpos.Print(b, f.Printer.Dots)
	if len(papers) != 1 || papers[0].Torn != (f.Printer.Cut == "none") {
		t.Fatalf("the ticket prints as %d papers", len(papers))
	}
	return papers[0]
}

func TestTicketReadsFromTopToBottom(t *testing.T) {
	zh, en := "zh", "en"
	for _, c := range []struct {
		name  string
		paper TicketPaper
		lang  string
		mm    int
		want  string
	}{
		{"as most are", usual(), zh, 58, `
青澜市政务服务中心
D023
二手房过户　前面 8 人
听到叫号，请到
二楼31号窗口
要带的材料
□ 双方身份证原件
□ 不动产权证书原件
□ 结婚证，双方各一本
□ 网签合同
□ 卖方银行卡
扫码看还有几人、办完评价
查询码，请留好票
7K3M 92QF
11月18日 10:42
过号可回：今天到窗口或导办台`},
		{"nothing but a letter chosen, nobody ahead", TicketPaper{Hall: "大厅", Number: "A001", Service: "综合", NoQRWhy: hall.TroubleNoAddress, At: usual().At}, zh, 58, `
大厅
A001
综合　前面没有人
本厅未开通手机评价，不印二维码。
办完请在窗口按键评价。
11月18日 10:42
过号可回：今天到窗口或导办台`},
		{"printed once more", TicketPaper{Hall: "大厅", Number: "A001", Service: "综合", NoQRWhy: hall.TroubleNoAddress, At: usual().At, Reprint: true}, zh, 80, `
大厅
A001
补打
综合　前面没有人
本厅未开通手机评价，不印二维码。办完请在窗口按键
评价。
11月18日 10:42      过号可回：今天到窗口或导办台`},
		{"windows on two floors, too many for large type", changed(func(p *TicketPaper) {
			p.Windows = []PaperWindow{{"1", "一楼"}, {"31", "二楼"}, {"2", "一楼"}, {"3", "一楼"}}
			p.Materials = nil
		}), zh, 58, `
青澜市政务服务中心
D023
二手房过户　前面 8 人
听到叫号，请到
一楼1、2、3号窗口
二楼31号窗口
扫码看还有几人、办完评价
查询码，请留好票
7K3M 92QF
11月18日 10:42
过号可回：今天到窗口或导办台`},
		{"how long it takes", changed(func(p *TicketPaper) { p.Materials, p.P50Mins, p.P90Mins = nil, 30, 45 }), zh, 58, `
青澜市政务服务中心
D023
二手房过户　前面 8 人
大约等 30 到 45 分
听到叫号，请到
二楼31号窗口
扫码看还有几人、办完评价
查询码，请留好票
7K3M 92QF
11月18日 10:42
过号可回：今天到窗口或导办台`},
		{"in English", changed(func(p *TicketPaper) {
			p.Hall, p.Item = "Qinglan City Government Service Centre", "Transfer of a second-hand home"
			p.Windows = []PaperWindow{{"31", "2nd floor"}}
			p.Materials = []string{"Identity cards of both parties, originals"}
		}), en, 58, `
Qinglan City Government Service
Centre
D023
Transfer of a second-hand home
8 ahead of you
When called, go to
2nd floor,
window 31
Please bring
□ Identity cards of both
   parties, originals
Scan: place in line, rating
Your code, keep this ticket
7K3M 92QF
2026-11-18 10:42
Missed? See window or desk today`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := printed(t, c.paper, ticketForm(t, c.lang, c.mm)).Text(); got != strings.TrimPrefix(c.want, "\n") {
				t.Errorf("the ticket says\n%s\nwant%s", got, c.want)
			}
		})
	}
}

func TestHowLongItTakesIsARangeOrNothing(t *testing.T) {
	for _, c := range []struct {
		p50, p90 int
		due      string
		want     string
	}{{30, 45, "", "大约等 30 到 45 分"}, {5, 5, "", "大约等 5 分"}, {0, 0, "", ""}, {30, 45, "预约 10:00，到时叫您", ""}} {
		text := printed(t, changed(func(p *TicketPaper) { p.P50Mins, p.P90Mins, p.Due = c.p50, c.p90, c.due }), ticketForm(t, "zh", 58)).Text()
		if at := strings.Index(text, "大约等"); (at >= 0) != (c.want != "") || !strings.Contains(text, c.want) {
			t.Errorf("%d to %d, %q: want %q\n%s", c.p50, c.p90, c.due, c.want, text)
		}
	}
}

func TestMaterialsWithoutRoomAreCounted(t *testing.T) {
	p := changed(func(p *TicketPaper) {
		p.Materials = nil
		for i := range 30 {
			p.Materials = append(p.Materials, fmt.Sprintf("第 %d 样材料", i+1))
		}
	})
	text := printed(t, p, ticketForm(t, "zh", 58)).Text()
	shown := strings.Count(text, "□")
	if want := fmt.Sprintf("另有 %d 样，请问导办台", 30-shown); shown < 5 || !strings.Contains(text, want) {
		t.Errorf("%d of 30 materials, and not %q:\n%s", shown, want, text)
	}
}

// domain §6: the ordered route stands on the ticket, before what to bring; a route that has no room is left out whole.
func TestTheWayIsNumberedStopByStop(t *testing.T) {
	way := []PaperStop{{"二楼25号窗口　核税", 3}, {"二楼23号窗口　登记和领证", 1}, {"银行缴费　缴登记费", 0}}
	for _, tt := range []struct {
		name  string
		route []PaperStop
		want  bool
	}{{"three stops", way, true}, {"one stop", way[:1], false}, {"more than there is room for", slices.Repeat(way, 9), false}} {
		text := printed(t, changed(func(p *TicketPaper) { p.Route = tt.route }), ticketForm(t, "zh", 58)).Text()
		if got := strings.Contains(text, "1 二楼25号窗口　核税     走 3 分\n2 二楼23号窗口　登记和… 走 1 分\n3 银行缴费　缴登记费\n"); got != tt.want || got && strings.Index(text, "3 银行缴费") > strings.Index(text, "双方身份证原件") {
			t.Errorf("%s: %v\n%s", tt.name, got, text)
		}
	}
}

// Where to go in large type leaves no room for the way: then it is said in small type, rather than that the way is left out.
func TestTheWayComesBeforeLargeType(t *testing.T) {
	way := []PaperStop{{"二楼25号窗口　核税", 2}, {"二楼22号窗口　登记", 1}, {"银行缴费", 2}}
	for _, tt := range []struct {
		route []PaperStop
		size  int
	}{{way, 1}, {nil, 2}, {slices.Repeat(way, 9), 2}} {
		paper := printed(t, changed(func(p *TicketPaper) {
			p.Route, p.P50Mins, p.P90Mins, p.URL = tt.route, 30, 45, addressOf(131)
			p.Windows = []PaperWindow{{"22", "二楼"}, {"23", "二楼"}, {"24", "二楼"}}
		}), ticketForm(t, "zh", 58))
		if got := strings.Contains(paper.Text(), "3 银行缴费"); got != (tt.size == 1) {
			t.Errorf("a way of %d stops is on the ticket: %v\n%s", len(tt.route), got, paper.Text())
		}
		for _, l := range paper.Lines {
			if strings.HasPrefix(l.Text, "二楼22、23、24") && l.H != tt.size {
				t.Errorf("%q is printed ×%d, want ×%d", l.Text, l.H, tt.size)
			}
		}
	}
}

func TestNumberIsTheLargestThing(t *testing.T) {
	for number, want := range map[string]int{"D023": 6, "A0123": 6, "A012345": 4, "": 6} {
		paper := printed(t, changed(func(p *TicketPaper) { p.Number = number }), ticketForm(t, "zh", 58))
		for _, l := range paper.Lines {
			if l.Text == number && (l.W != want || l.H != want || !l.Bold) {
				t.Errorf("%s is printed ×%d, want ×%d", number, l.H, want)
			}
			if l.Text != number && l.H >= want {
				t.Errorf("%q is as large as the number %s", l.Text, number)
			}
		}
	}
}

// However much must stand on a ticket, on whatever printer, there is one: its type gives way.
func TestTheLongestTicketIsPrinted(t *testing.T) {
	p := changed(func(p *TicketPaper) {
		p.Hall, p.Item, p.URL, p.Reprint = strings.Repeat("政", 40), strings.Repeat("政", 40), addressOf(maxURL), true
		p.Windows = []PaperWindow{{"7", "三楼"}, {"14", "三楼"}, {"21", "一楼"}, {"28", "一楼"}, {"35", "二楼"}}
	})
	for _, profile := range allProfiles(t) {
		for _, lang := range []string{"zh", "en"} {
			f := ticketForm(t, lang, 58)
			f.Printer = profile
			if text := printed(t, p, f).Text(); !strings.Contains(text, p.Number) || !strings.Contains(text, "7K3M 92QF") {
				t.Errorf("%s, %s:\n%s", profile.Name, lang, text)
			}
		}
	}
}

// Whatever the catalogue says, a ticket is no longer than 15 cm, nothing runs over the edge, and its number, window,
// code and date are on it.
func TestTicketIsNeverLongerThanFifteenCentimetres(t *testing.T) {
	forms := []Form{ticketForm(t, "zh", 58), ticketForm(t, "en", 58), ticketForm(t, "zh", 80), ticketForm(t, "en", 80)}
	for _, p := range allProfiles(t) {
		f := forms[1]
		f.Printer = p
		forms = append(forms, f)
	}
	name := rapid.StringOfN(rapid.RuneFrom([]rune("政务服务大厅，（二手房）ab 12.𠮷")), 0, 80, -1)
	rapid.Check(t, func(t *rapid.T) {
		p := TicketPaper{
			Hall: name.Draw(t, "hall"), Number: rapid.StringMatching(`[A-Z][0-9]{1,9}`).Draw(t, "number"),
			Item: name.Draw(t, "item"), Ahead: rapid.IntRange(0, 99999).Draw(t, "ahead"),
			Materials: rapid.SliceOfN(name, 0, 20).Draw(t, "materials"), P50Mins: rapid.IntRange(0, 240).Draw(t, "p50"), P90Mins: rapid.IntRange(0, 240).Draw(t, "p90"),
			URL: addressOf(rapid.IntRange(30, maxURL).Draw(t, "url")), Code: "7K3M92QF",
			At: usual().At, Reprint: rapid.Bool().Draw(t, "reprint"),
		}
		for i := range rapid.IntRange(1, 12).Draw(t, "windows") {
			p.Windows = append(p.Windows, PaperWindow{fmt.Sprint(i * 7), rapid.StringMatching(`[一二三]楼`).Draw(t, "floor")})
		}
		for range rapid.IntRange(0, 8).Draw(t, "stops") {
			p.Route = append(p.Route, PaperStop{name.Draw(t, "stop"), rapid.IntRange(0, 99).Draw(t, "walk")})
		}
		f := forms[rapid.IntRange(0, len(forms)-1).Draw(t, "form")]
		dots := f.Printer.Dots
		paper := printed(t, p, f)
		long := paper.Length
		if f.Printer.knife().Feeds() {
			long += f.Printer.Feed
		}
		if most := 150 * f.Printer.DPI * 10 / 254; long > most {
			t.Fatalf("%d dots long, more than %d:\n%s", long, most, paper.Text())
		}
		for _, l := range paper.Lines {
			if right := l.X + l.W*escpos.ColumnDots*escpos.Columns(l.Text); l.X < 0 || right > dots {
				t.Fatalf("%q stands from %d to %d on paper of %d dots", l.Text, l.X, right, dots)
			}
		}
		for _, part := range []string{p.Number, p.Windows[0].ID, "7K3M 92QF", "10:42"} {
			if !strings.Contains(paper.Text(), part) {
				t.Fatalf("%q is not on the ticket:\n%s", part, paper.Text())
			}
		}
	})
}

// qrOn returns the QR code on a paper: the picture that is no rule.
func qrOn(t *testing.T, p escpos.Paper) escpos.PaperPicture {
	t.Helper()
	i := slices.IndexFunc(p.Pictures, func(pic escpos.PaperPicture) bool { return pic.Rows() > 100 })
	if i < 0 {
		t.Fatal("no QR code on the paper")
	}
	return p.Pictures[i]
}

// scan decodes a picture with an independent reader.
func scan(t *testing.T, picture []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "qr.pnm")
	if err := os.WriteFile(file, picture, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("zbarimg", "--nodbus", "-q", "--raw", file).Output()
	if err != nil {
		t.Fatalf("zbarimg (Debian package zbar-tools) reads nothing: %v", err)
	}
	return strings.TrimSpace(string(out))
}

// photographed returns the picture in grey as a poor camera sees it: out of focus by so many dots each way, black and
// white not far apart, one dot of the print head dead.
func photographed(p escpos.PaperPicture, blur, deadColumn int) []byte {
	width, height := 8*p.Width, p.Rows()
	out := fmt.Appendf(nil, "P5\n%d %d\n255\n", width, height)
	for y := range height {
		for x := range width {
			black, all := 0, 0
			for j := max(0, y-blur); j <= min(height-1, y+blur); j++ {
				for i := max(0, x-blur); i <= min(width-1, x+blur); i++ {
					all++
					if i != deadColumn && p.Black(i, j) {
						black++
					}
				}
			}
			out = append(out, byte(170-90*black/all))
		}
	}
	return out
}

func TestQRCodeIsReadBack(t *testing.T) {
	for _, mm := range []int{58, 80} {
		f := ticketForm(t, "zh", mm)
		dots := f.Printer.Dots
		for _, size := range []int{30, 60, 85, 110, 132, maxURL} {
			t.Run(fmt.Sprintf("%d dots, URL of %d bytes", dots, size), func(t *testing.T) {
				url := addressOf(size)
				qr := qrOn(t, printed(t, changed(func(p *TicketPaper) { p.URL = url }), f))
				if got := scan(t, qr.PBM()); got != url {
					t.Errorf("as printed it reads %q, want %q", got, url)
				}
				if got := scan(t, photographed(qr, 1, dots/2)); got != url {
					t.Errorf("out of focus it reads %q, want %q", got, url)
				}
			})
		}
	}
}

// A module of whole dots, six at least, and a quiet zone of four modules within the paper (ISO/IEC 18004).
func TestQRModulesAreWholeDots(t *testing.T) {
	for size := 30; size <= maxURL; size++ {
		qr, err := drawQR(addressOf(size), 384)
		if err != nil {
			t.Fatal(err)
		}
		top, left := qr.Rows(), 384
		for y := range qr.Rows() {
			for x := range min(8*qr.Width, 384/2) {
				if qr.Black(x, y) {
					top, left = min(top, y), min(left, x)
				}
			}
		}
		run := 0 // the upper edge of the finder pattern: seven modules
		for qr.Black(left+run, top) {
			run++
		}
		module := 2 * run / 7
		if run%7 != 0 || module < 6 || 2*top != 4*module || 2*left < 4*module || 8*qr.Width*2 > 384 {
			t.Fatalf("URL of %d bytes: modules of %d/7 dots, %d above, %d left", size, 2*run, 2*top, 2*left)
		}
	}
}

func TestTicketThatCannotBeLaidOut(t *testing.T) {
	good := ticketForm(t, "zh", 58)
	without, narrow, bare := good, good, good
	without.Words = maps.Clone(good.Words)
	delete(without.Words, "paper.go")
	delete(without.Words, "paper.code")
	narrow.Printer.Dots = 100
	bare.Template = Template{}
	for _, c := range []struct {
		name  string
		paper TicketPaper
		form  Form
		want  []string
	}{
		{"words missing: all are named", usual(), without, []string{"paper.go", "paper.code"}},
		{"paper of another width", usual(), narrow, []string{"dots: 100", "384", "576"}},
		{"nothing to stand on it", usual(), bare, []string{"template ticket", "number is missing", "qr is missing"}},
		{"address too long", changed(func(p *TicketPaper) { p.URL = addressOf(maxURL + 1) }), good, []string{"D023", "153", "152"}},
		{"neither address nor reason", changed(func(p *TicketPaper) { p.URL = "" }), good, []string{"D023", "paper.noqr."}},
	} {
		_, err := LayoutTicket(c.paper, c.form)
		for _, part := range c.want {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %v does not name %s", c.name, err, part)
			}
		}
	}
}

func TestTicketIsSmallOnASlowLine(t *testing.T) {
	b, err := LayoutTicket(usual(), ticketForm(t, "zh", 58))
	if err != nil {
		t.Fatal(err)
	}
	if most := 5 * 960; len(b) > most { // 5 s at 9600 baud
		t.Errorf("%d bytes, more than %d", len(b), most)
	}
	if !bytes.HasPrefix(b, []byte{0x1C, 0x26}) || !bytes.HasSuffix(b, []byte{0x1D, 0x56, 66, 0}) {
		t.Errorf("begins with %x, ends with %x: want FS & and GS V 66 0", b[:2], b[len(b)-4:])
	}
}
