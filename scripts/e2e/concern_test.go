//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"hallpulse/firmware-protocol/hall"
)

// orders is a file as 12345 exports it, in the code page of most offices.
func orders(t *testing.T, rows ...string) string {
	t.Helper()
	text := "工单编号,来电时间,诉求类型,诉求主题,涉及大厅,诉求内容,诉求人,联系电话,办结时限\r\n" + strings.Join(rows, "\r\n") + "\r\n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	must(t, err)
	file := filepath.Join(t.TempDir(), "12345.csv")
	write(t, file, gb)
	return file
}

// matter is the number and the version of a concern or an inspection, by its id.
func (s *site) matter(t *testing.T, table, id string) (number string, version int) {
	t.Helper()
	db := s.database(t)
	defer db.Close()
	var body string
	must(t, db.QueryRow(`SELECT body FROM `+table+` WHERE id = ?`, id).Scan(&body))
	var m struct {
		Number  string
		Version int
	}
	must(t, json.Unmarshal([]byte(body), &m))
	return m.Number, m.Version
}

// concern opens the page of a concern.
func (p person) concern(number string) person {
	p.b.t.Helper()
	p.visit("/admin/concerns/" + number)
	p.wait("main:has-text('" + number + "') h1")
	return p
}

// TestAWorkOrderOf12345GoesItsWay imports a file of 12345's (first one with bad rows, of which nothing is imported), and
// follows its orders: given out by the responsibility list and by the centre, signed for, answered, the citizen heard,
// judged and closed, each by who may; a report is the centre's alone (domain §4, §5).
func TestAWorkOrderOf12345GoesItsWay(t *testing.T) {
	t.Parallel()
	s := build(t, plan{windows: 1})
	b := newBrowser(t)
	s.open()
	s.serveAt(t, s.booths[0])
	rated := s.sums(t)
	since := time.Now().Add(-time.Hour).In(hall.Beijing()).Format("2006-01-02 15:04")
	row := func(number, kind, topic, text string) string {
		return fmt.Sprintf(`%s,%s,%s,%s,e2e,"%s",王五,13800002046,`, number, since, kind, topic, text)
	}
	good := []string{row("20261118000001", "投诉", "身份证", "补领身份证跑了三趟，\n每次都说缺材料。"), row("20261118000002", "咨询", "天气", "周六开门吗？"), row("20261118000003", "举报", "违纪", "有人收了钱插队。")}

	op := s.sitDown(b, "op")
	op.visit("/admin/concerns/import")
	op.upload("input[type=file]", orders(t, append([]string{row("2.02611E+13", "催办", "身份证", "两处不对")}, good...)...))
	op.sees("有 2 处要先改", "第 2 行工单编号")
	op.look("concern-import-faults-zh", false)
	op.upload("input[type=file]", orders(t, good...))
	op.sees("有 3 件可以导入", "市公安局")
	op.look("concern-import-zh", false)
	op.click("button:text-is('导入 3 件')")
	op.sees("已导入 3 件")
	op.click("button:text-is('换一个文件')")
	op.upload("input[type=file]", orders(t, good...))
	op.sees("没有可以导入的新工单", "3 件以前收过")

	complaint, _ := s.matter(t, "concerns", "12345-20261118000001")
	enquiry, _ := s.matter(t, "concerns", "12345-20261118000002")
	report, _ := s.matter(t, "concerns", "12345-20261118000003")
	zhao, tang, shui := s.sitDown(b, "zhao"), s.sitDown(b, "tang"), s.sitDown(b, "shui")

	// What the list gave to a unit.
	act := func(p person, number, act, fields string, status int) {
		t.Helper()
		_, seen := s.matter(t, "concerns", map[string]string{complaint: "12345-20261118000001", enquiry: "12345-20261118000002", report: "12345-20261118000003"}[number])
		if a := p.post("/api/concerns/"+number+"/"+act, fmt.Sprintf(`{"seen":%d%s}`, seen, fields)); a.Status != status {
			t.Errorf("%s: %s of %s: %d %s, want %d", p.name, act, number, a.Status, a.Body, status)
		}
	}
	act(shui, complaint, "sign", "", forbidden)
	act(zhao, complaint, "sign", "", forbidden)
	tang.visit("/admin/concerns")
	tang.wait("a.row:has-text('身份证件')")
	tang.look("concerns-unit-zh", false)
	tang.concern(complaint).sees("每次都说缺材料", "王*", "138****2046")
	tang.lacks("13800002046")
	tang.does("已签收", false)
	tang.write("text", "材料清单已重新公示，您只需带户口簿。")
	tang.look("concern-reply-zh", false)
	tang.inEnglish("concern-reply-en")
	tang.does("已答复", true)
	act(tang, complaint, "judge", `,"valid":false,"why":"unfounded"`, forbidden)
	act(tang, complaint, "close", `,"why":"answered"`, forbidden)

	// The citizen is heard, the centre judges and closes.
	op.concern(complaint).sees("您只需带户口簿")
	op.short("记群众的评价")
	op.choose("非常不满意")
	op.write("call", "rec-20261118-0007")
	op.does("已记下", true)
	zhao.visit("/admin/concerns")
	zhao.wait("a.row:has-text('身份证件')")
	zhao.look("concerns-centre-zh", false)
	zhao.inEnglish("concerns-centre-en")
	zhao.concern(complaint).sees("非常不满意", "有效")
	zhao.choose("有效")
	zhao.look("concern-judge-zh", false)
	zhao.does("已认定", false)
	zhao.does("已办结", true)
	tang.concern(complaint).sees("已办结")

	// What no rule fits the centre gives out; the unit sends it back once.
	zhao.concern(enquiry).selects("#concern-unit", "tax")
	zhao.does("已分办", false)
	shui.concern(enquiry).short("退回中心")
	shui.choose("不属于本单位职责")
	shui.write("note", "开门时间由中心公布。")
	shui.look("concern-return-zh", false)
	shui.does("已退回中心", false)
	zhao.concern(enquiry).sees("开门时间由中心公布。")
	zhao.selects("#concern-unit", "centre")
	zhao.does("已分办", false)
	zhao.does("已签收", false)
	zhao.write("text", "周六上午 9 点到 12 点。")
	zhao.does("已答复", true)
	zhao.does("已办结", true)

	// A report is for the centre alone.
	for _, p := range []person{tang, shui, op} {
		p.visit("/admin/concerns/" + report)
		p.wait("text=没有这一页")
		act(p, report, "sign", "", map[bool]int{true: forbidden, false: notThere}[p.name == "op"])
	}
	zhao.concern(report).sees("有人收了钱插队", "只给中心看")
	zhao.does("已签收", false)
	zhao.short("移送")
	zhao.choose("纪检监察机关")
	zhao.does("已移送", true)
	zhao.visit("/admin/concerns/figures")
	zhao.sees("12345 热线")
	zhao.look("concern-figures-zh", false)
	if now := s.sums(t); now != rated {
		t.Errorf("what was said of concerns moved the sums of ratings: %s, then %s", rated, now)
	}
	s.clean(t)
}

// sums are the sums of ratings, as one line.
func (s *site) sums(t *testing.T) (all string) {
	t.Helper()
	db := s.database(t)
	defer db.Close()
	must(t, db.QueryRow(`SELECT printf('%d served %d ratable %d %d %d %d %d', SUM(served), SUM(ratable), SUM(level_1), SUM(level_2), SUM(level_3), SUM(level_4), SUM(level_5)) FROM tallies`).Scan(&all))
	return all
}

// snapshot is a photo on a phone.
func snapshot(t *testing.T, name string) string {
	t.Helper()
	p := image.NewRGBA(image.Rect(0, 0, 1600, 1200))
	for y := range 1200 {
		for x := range 1600 {
			p.Set(x, y, color.RGBA{uint8(x / 7), uint8(y / 5), uint8((x ^ y) & 255), 255})
		}
	}
	var b bytes.Buffer
	must(t, jpeg.Encode(&b, p, &jpeg.Options{Quality: 95}))
	file := filepath.Join(t.TempDir(), name)
	must(t, os.WriteFile(file, b.Bytes(), 0o600))
	return file
}

// TestAnInspectionIsMadeWithoutANetwork plans a visit, fills it in on a phone that has no network any more, reload included,
// lets it go by itself when there is one, and follows its finding: given to a unit, answered with a photo, accepted. The
// unit learns neither of the plan nor who visited (domain §5).
func TestAnInspectionIsMadeWithoutANetwork(t *testing.T) {
	t.Parallel()
	s := build(t, plan{windows: 1})
	b := newBrowser(t)
	s.open()
	today := hall.DayOf(time.Now())
	_, last, _ := hall.QuarterOf(today).Days()
	must(t, s.hub.AddUser(s.ctx, "xun", "inspector", managerPassword, officePeople()["xun"][1:]...))
	zhao, tang := s.sitDown(b, "zhao"), s.sitDown(b, "tang")

	zhao.visit("/admin/inspections/plan")
	zhao.selects("#plan-form", "site")
	zhao.click("#plan-halls")
	zhao.click(".drop:has(#plan-halls) label:has-text('青澜市政务服务中心')")
	zhao.fill("[data-field=count]", "1")
	zhao.fill("[data-field=until]", min(today+7, last).String())
	zhao.click("#plan-who")
	zhao.click(".drop:has(#plan-who) label:has-text('荀巡查')")
	zhao.press("Escape")
	zhao.look("inspection-plan-zh", false)
	zhao.click(".new .acts .primary")
	zhao.sees("已排 1 次")
	tang.visit("/admin/inspections")
	tang.wait("text=没有要整改的问题")
	if a := tang.post("/api/inspections/plan", `{}`); a.Status != forbidden {
		t.Errorf("a unit plans: %d", a.Status)
	}

	// On the phone.
	xun := person{b.open("xun", "http://"+s.hub.Office+"/signin?next=/inspect", size{360, 780}, "zh"), s}
	xun.fill("#name", "xun")
	xun.fill("#password", managerPassword)
	xun.click("form button")
	xun.wait("button.row:has-text('青澜市政务服务中心')")
	xun.look("inspect-list-zh", false)
	xun.b.do("xun", "worker", nil, nil)
	time.Sleep(time.Second) // the page is being put where the worker finds it
	xun.offline(true)
	xun.b.do("xun", "reload", nil, nil)
	xun.wait("button.row:has-text('青澜市政务服务中心')")
	xun.wait("text=没有网络也能填")
	xun.click("button.row:has-text('青澜市政务服务中心')")
	for question, answer := range map[string]string{"hours": "否", "manned": "是", "told": "一次说清", "manner": "一般", "invited": "是", "led": "是"} {
		xun.click("#q-" + question + " label:has-text('" + answer + "')")
	}
	xun.click("button:text-is('交表')")
	xun.wait("text=还有没填好的")
	xun.fill("#q-wait input", "45")
	xun.fill("#q-words textarea", "门口的牌子看不清。")
	xun.upload("#q-photos input[type=file]", snapshot(t, "门口.jpg"))
	xun.wait("#q-photos canvas[data-drawn]")
	xun.click("#q-hours button:text-is('把这一项记为问题')")
	xun.fill(".found textarea", "两个窗口 9:30 才开。")
	xun.upload(".found input[type=file]", snapshot(t, "窗口.jpg"))
	xun.wait(".found canvas[data-drawn]")
	xun.b.do("xun", "shot", map[string]any{"file": filepath.Join(shots(t), "inspect-form-zh.png"), "full": true}, nil)
	xun.click("button:text-is('交表')")
	xun.click("button:text-is('确定交表')")
	xun.wait("text=等网络")
	xun.wait("text=有 1 份写好的在等")
	xun.b.do("xun", "shot", map[string]any{"file": filepath.Join(shots(t), "inspect-waits-zh.png"), "full": true}, nil)
	if n := s.photos(t); n != 0 {
		t.Errorf("%d photos are at the hub already", n)
	}
	xun.offline(false)
	xun.wait("text=已交，编号")
	xun.wait("text=已交的")

	// What becomes of the finding.
	if n := s.photos(t); n != 2 {
		t.Errorf("%d photos are at the hub, want 2", n)
	}
	number := s.inspection(t)
	zhao.visit("/admin/inspections/" + number)
	zhao.sees("两个窗口 9:30 才开", "门口的牌子看不清", "荀巡查", "不合要求")
	zhao.wait("main img >> nth=1")
	zhao.look("inspection-made-zh", false)
	zhao.inEnglish("inspection-made-en")
	zhao.selects(".finding select", "police")
	zhao.fill(".finding input[type=date]", (today + 5).String())
	zhao.click(".finding .acts .primary")
	zhao.sees("由市公安局整改")
	tang.visit("/admin/inspections")
	tang.wait("a.row:has-text('两个窗口')")
	tang.look("findings-unit-zh", false)
	tang.click("a.row:has-text('两个窗口')")
	tang.sees("各窗口按公示时间开窗")
	tang.lacks("荀巡查", "门口的牌子看不清")
	tang.fill(".finding textarea", "已调整排班，9 点全部开窗。")
	tang.upload(".finding input[type=file]", snapshot(t, "排班.jpg"))
	tang.wait(".finding .picture")
	tang.look("finding-reply-zh", false)
	tang.click(".finding .acts .primary")
	tang.sees("待验收")
	if a := tang.post("/api/findings/"+number+".1/accept", `{"seen":3}`); a.Status != forbidden {
		t.Errorf("a unit accepts its own answer: %d %s", a.Status, a.Body)
	}
	zhao.visit("/admin/inspections/" + number)
	zhao.sees("已调整排班")
	zhao.click(".finding .acts .primary")
	zhao.sees("已整改")
	zhao.visit("/admin/inspections/coverage")
	zhao.sees("有人在岗的窗口")
	zhao.look("coverage-zh", false)
	s.clean(t)
}

// photos counts the photos at the hub: the only boxes that are large.
func (s *site) photos(t *testing.T) (n int) {
	t.Helper()
	db := s.database(t)
	defer db.Close()
	must(t, db.QueryRow(`SELECT COUNT(*) FROM boxes WHERE LENGTH(sealed) > 20000`).Scan(&n))
	return n
}

// inspection is the number of the one that there is.
func (s *site) inspection(t *testing.T) (number string) {
	t.Helper()
	db := s.database(t)
	defer db.Close()
	var n int64
	must(t, db.QueryRow(`SELECT number FROM inspections`).Scan(&n))
	return fmt.Sprint("I-", n)
}
