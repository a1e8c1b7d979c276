package device

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallpulse/firmware-protocol/escpos"
	"hallpulse/firmware-protocol/hall"
)

func usualCase() CasePaper {
	return CasePaper{
		Hall: "青澜市政务服务中心", Number: "QL20261123-3-0017", Item: "食品经营许可", Unit: "市市场监管局",
		Basis: "中华人民共和国食品安全法第三十五条", Applicant: "王**", Window: "21", Clerk: "赵鹏 0523",
		At: time.Date(2026, 11, 23, 2, 42, 0, 0, time.UTC),
	}
}

func dayOf(t testing.TB, s string) hall.Day {
	t.Helper()
	d, err := hall.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// one prints what was laid out: exactly one paper, nothing over its edge.
func one(t interface {
	Fatalf(string, ...any)
	Helper()
}, b []byte, err error, f Form) escpos.Paper {
	t.Helper()
	if err != nil {
		t.Fatalf("%v", err)
	}
	dots := f.Printer.Dots
	papers := escpos.Print(b, dots)
	if len(papers) != 1 || papers[0].Torn != (f.Printer.Cut == "none") {
		t.Fatalf("it prints as %d papers", len(papers))
	}
	for _, l := range papers[0].Lines {
		if right := l.X + l.W*escpos.ColumnDots*escpos.Columns(l.Text); l.X < 0 || right > dots {
			t.Fatalf("%q stands from %d to %d on paper of %d dots", l.Text, l.X, right, dots)
		}
	}
	return papers[0]
}

// Issue part 9: acceptance slip 受理回执 with number, item, applicant masked, promised limit, QR and code, how to follow.
func TestAcceptanceReadsFromTopToBottom(t *testing.T) {
	zh, en := on58(t, KindAcceptance), on58(t, KindAcceptance)
	en.Words, en.English = shipped(t, "en"), true
	full := AcceptancePaper{CasePaper: usualCase(), Promised: 5, Legal: 20, Due: hall.Deadline{Day: dayOf(t, "2026-11-30")}, URL: addressOf(132), Code: "7K3M92QF"}
	spot := AcceptancePaper{CasePaper: usualCase(), Spot: true}
	spot.Applicant, spot.Reprint = "", true
	english := full
	english.Hall, english.Item, english.Unit, english.Due.Provisional = "Qinglan Government Service Centre", "Food business licence", "Market Regulation Bureau", true
	for _, c := range []struct {
		name  string
		paper AcceptancePaper
		form  Form
		want  string
	}{
		{"with a promised limit", full, zh, `
青澜市政务服务中心
受理回执
编号 QL20261123-3-0017
食品经营许可
申请人 王**
承诺办结
5 个工作日内
11月30日前
补材料的时间不计入
法定时限 20 个工作日
扫码看办到哪一步、办结后评价
查询码，请留好回执
7K3M 92QF
凭编号和查询码，可在窗口、自助机
或打 12345 查询
单位 市市场监管局
经办 赵鹏 0523
时间 11月23日 10:42`},
		{"on the spot, printed again, without the centre", spot, zh, `
青澜市政务服务中心
受理回执
补打
编号 QL20261123-3-0017
食品经营许可
办理时限
当场办结
凭编号到本窗口查询
单位 市市场监管局
经办 赵鹏 0523
时间 11月23日 10:42`},
		{"in English, the year after not published", english, en, `
Qinglan Government Service
Centre
Acceptance
No. QL20261123-3-0017
Food business licence
Applicant 王**
We promise to decide
within 5 working days
by 2026-11-30
may move when next year's
holidays are published
Time for missing papers does not
count
Legal limit: 20 working days
Scan: progress, then rating
Your code, keep this slip
7K3M 92QF
Ask with number and code: here,
at the kiosk, or 12345
Unit Market Regulation Bureau
Clerk 赵鹏 0523
Time 2026-11-23 10:42`},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := LayoutAcceptance(c.paper, c.form)
			if got := one(t, b, err, on58(t, KindNotice)).Text(); got != strings.TrimPrefix(c.want, "\n") {
				t.Errorf("the slip says\n%s\nwant%s", got, c.want)
			}
		})
	}
	b, err := LayoutAcceptance(full, zh)
	if got := scan(t, qrOn(t, one(t, b, err, on58(t, KindNotice))).PBM()); got != full.URL {
		t.Errorf("the code reads %q", got)
	}
}

// Domain §2, 一次性告知单: all that is missing, told once, on paper.
func TestNoticeReadsFromTopToBottom(t *testing.T) {
	visit := NoticePaper{CasePaper: usualCase(), Ticket: "C063", Missing: []string{"设备布局和操作流程图", "营业执照"}}
	visit.Number, visit.Applicant = "", ""
	again := NoticePaper{CasePaper: usualCase(), Missing: []string{"营业执照"}, Other: "流程图第二页没有盖章，请盖章后再交", Again: "补来的不合格",
		Waived: []WaivedLine{{"居民户口簿", "数据共享，系统已核到"}}, URL: addressOf(132), Code: "7K3M92QF"}
	onPhone := NoticePaper{CasePaper: visit.CasePaper, Missing: []string{"营业执照"}, URL: addressOf(132)}
	for _, c := range []struct {
		name  string
		paper NoticePaper
		want  string
	}{
		{"before anything is accepted, with its own QR code and no code to type", onPhone, `
青澜市政务服务中心
一次性告知单
食品经营许可
还缺 1 样，一次说全
□ 营业执照
补齐以后
回 21 号窗口
改天来，请带上本单。
除此以外不再要别的。再要，请打
12345。
扫码在手机上看这张单
依据 中华人民共和国食品安全法第
     三十五条
单位 市市场监管局
经办 赵鹏 0523
时间 11月23日 10:42`},
		{"before anything is accepted", visit, `
青澜市政务服务中心
一次性告知单
食品经营许可　C063
还缺 2 样，一次说全
□ 设备布局和操作流程图
□ 营业执照
补齐以后
回 21 号窗口
今天补齐，找赵鹏 0523，不用重新
排队。
改天来，请带上本单。
除此以外不再要别的。再要，请打
12345。
依据 中华人民共和国食品安全法第
     三十五条
单位 市市场监管局
经办 赵鹏 0523
时间 11月23日 10:42`},
		{"a second time, the applicant not here", again, `
青澜市政务服务中心
一次性告知单
编号 QL20261123-3-0017
食品经营许可
申请人 王**
还缺 2 样，一次说全
□ 营业执照
□ 流程图第二页没有盖章，请盖章
   后再交
免交：居民户口簿（数据共享，系统
已核到）
第二次告知，原因：补来的不合格
补齐以后
回 21 号窗口
改天来，请带上本单。
除此以外不再要别的。再要，请打
12345。
扫码看还缺什么、办到哪一步
查询码
7K3M 92QF
依据 中华人民共和国食品安全法第
     三十五条
单位 市市场监管局
经办 赵鹏 0523
时间 11月23日 10:42`},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := LayoutNotice(c.paper, on58(t, KindNotice))
			if got := one(t, b, err, on58(t, KindNotice)).Text(); got != strings.TrimPrefix(c.want, "\n") {
				t.Errorf("the slip says\n%s\nwant%s", got, c.want)
			}
		})
	}
}

// Domain §7: refused 不予受理: printed with reason, basis, remedy and its limit 救济途径.
func TestRefusalReadsFromTopToBottom(t *testing.T) {
	p := RefusalPaper{CasePaper: usualCase(), Why: "不符合受理条件", Review: "青澜市人民政府", Court: "青澜市人民法院"}
	b, err := LayoutRefusal(p, on58(t, KindRefusal))
	want := `青澜市政务服务中心
不予受理通知书
编号 QL20261123-3-0017
食品经营许可
申请人 王**
不予受理的理由
不符合受理条件
依据 中华人民共和国行政许可法第
     三十二条
依据 中华人民共和国食品安全法第
     三十五条
不服怎么办
收到本通知之日起 60 日内，可以向
青澜市人民政府申请行政复议；或者
在 6 个月内，向青澜市人民法院提
起行政诉讼。
签收　　　　　　　　月　　日
单位 市市场监管局
经办 赵鹏 0523
时间 11月23日 10:42`
	if got := one(t, b, err, on58(t, KindNotice)).Text(); got != want {
		t.Errorf("the paper says\n%s\nwant\n%s", got, want)
	}
	p.Review, p.Court = "", ""
	b, err = LayoutRefusal(p, on58(t, KindRefusal))
	if got := one(t, b, err, on58(t, KindNotice)).Text(); !strings.Contains(strings.ReplaceAll(got, "\n", ""), "向本级人民政府申请行政复议；或者在6 个月内，向有管辖权的人民法院提起行政诉讼。") {
		t.Errorf("without names it says\n%s", got)
	}
}

// Whatever a catalogue and a clerk write: nothing runs over the edge, and all that is missing is on the slip.
func TestPapersOfCasesHoldWhateverIsWritten(t *testing.T) {
	forms := map[Kind][]Form{}
	for _, kind := range []Kind{KindAcceptance, KindRefusal, KindNotice} {
		zh, en := on58(t, kind), formOn(t, kind, "en", profileOf(t, "generic-58"))
		for _, p := range allProfiles(t) {
			zh.Printer, en.Printer = p, p
			forms[kind] = append(forms[kind], zh, en)
		}
	}
	name := rapid.StringOfN(rapid.RuneFrom([]rune("政务服务大厅，（二手房）ab 12.𠮷")), 0, 90, -1)
	rapid.Check(t, func(t *rapid.T) {
		p := CasePaper{
			Hall: name.Draw(t, "hall"), Number: rapid.StringMatching(`[A-Z0-9-]{0,32}`).Draw(t, "number"), Item: name.Draw(t, "item"),
			Unit: name.Draw(t, "unit"), Basis: name.Draw(t, "basis"), Applicant: "王**", Window: rapid.StringMatching(`[A-Za-z0-9-]{1,16}`).Draw(t, "window"),
			Clerk: name.Draw(t, "clerk"), At: usual().At,
		}
		form := func(kind Kind) Form { return forms[kind][rapid.IntRange(0, len(forms[kind])-1).Draw(t, "form")] }
		f := form(KindAcceptance)
		b, err := LayoutAcceptance(AcceptancePaper{CasePaper: p, Promised: 5, URL: addressOf(132), Code: "7K3M92QF"}, f)
		one(t, b, err, f)
		f = form(KindRefusal)
		b, err = LayoutRefusal(RefusalPaper{CasePaper: p, Why: name.Draw(t, "why"), Court: name.Draw(t, "court")}, f)
		one(t, b, err, f)
		f = form(KindNotice)
		missing := rapid.SliceOfN(rapid.StringMatching(`[a-z]{1,60}`), 1, 20).Draw(t, "missing")
		b, err = LayoutNotice(NoticePaper{CasePaper: p, Ticket: "A001", Missing: missing}, f)
		paper := one(t, b, err, f)
		if got := strings.Count(paper.Text(), "□ "); got < len(missing) {
			t.Fatalf("%d of %d are on the slip:\n%s", got, len(missing), paper.Text())
		}
	})
}

func TestPapersOfCasesThatCannotBeLaidOut(t *testing.T) {
	f := on58(t, KindNotice)
	delete(f.Words, "paper.case.then")
	if _, err := LayoutNotice(NoticePaper{CasePaper: usualCase()}, f); err == nil || !strings.Contains(err.Error(), "paper.case.then") {
		t.Errorf("a word is missing: %v", err)
	}
	if _, err := LayoutRefusal(RefusalPaper{CasePaper: usualCase()}, on58(t, KindNotice)); err == nil || !strings.Contains(err.Error(), "remedy is missing") {
		t.Errorf("by the template of a notice: %v", err)
	}
	if _, err := LayoutAcceptance(AcceptancePaper{CasePaper: usualCase(), URL: addressOf(152) + "x"}, on58(t, KindAcceptance)); err == nil {
		t.Error("an address that is too long")
	}
}
