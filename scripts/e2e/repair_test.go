//go:build e2e

package e2e

import (
	"testing"

	"hallpulse/firmware-protocol/hall"
)

// TestARepairIsWorkedToItsEnd follows a bad rating through the office (domain §4; design §7): rated on a phone by who gave
// his name and agreed to be called; assigned by the centre; signed for by the unit's handler; called back by its call-back
// person, who unmasks the number; repaired with an extension and answered; rated by the citizen, content; closed. At each
// step those whose it is not are refused.
func TestARepairIsWorkedToItsEnd(t *testing.T) {
	t.Parallel()
	s := build(t, plan{windows: 1})
	b := newBrowser(t)
	s.open()
	url := s.serveAt(t, s.booths[0])
	phone, number := s.rateBadly(t, b, url, form{level: hall.Bad, reasons: []string{"208", "210"}, text: "照片回执交了两回，第一次没人说要。", name: "陈小芳", phone: "13800002046", call: true})
	if number == "" {
		t.Fatal("a bad rating opened no repair")
	}

	zhao := s.sitDown(b, "zhao")
	zhao.wait("a.row:has-text('居民身份证补领')")
	zhao.look("repairs-centre-zh", false)
	zhao.on(number).sees("照片回执交了两回", "陈*芳", "138****2046", "不满意")
	zhao.look("repair-assign-zh", false)
	tang, shui := s.sitDown(b, "tang"), s.sitDown(b, "shui")
	tang.refused(number, "assign", `,"unit":"police"`, forbidden)
	zhao.does("已派单", false)

	shui.visit("/admin/repairs/" + number)
	shui.wait("text=没有这一页")
	shui.refused(number, "sign", "", notThere)
	zhao.refused(number, "sign", "", forbidden)
	tang.on(number)
	tang.lacks("不满意")
	tang.does("已签收", false)

	tang.refused(number, "call", `,"reached":true,"said":"x"`, forbidden)
	tang.refused(number, "reveal", "", forbidden)
	lin := s.sitDown(b, "lin")
	lin.wait("a.row:has-text('居民身份证补领')")
	lin.on(number).lacks("13800002046")
	lin.click(".masked button:has-text('显示号码')")
	lin.wait("text=13800002046")
	lin.look("repair-call-zh", false)
	lin.choose("接通了")
	lin.write("said", "本人说两次都带了回执，第一次窗口没收。")
	lin.does("回访已记下", false)

	tang.on(number).sees("本人说两次都带了回执")
	tang.choose("部分属实")
	tang.choose("记入台账")
	tang.write("note", "取号票上没有材料清单。")
	tang.look("repair-verify-zh", false)
	tang.does("核实结果已记下", false)
	tang.short("申请延期")
	tang.click(".acts-of ol label >> nth=2")
	tang.write("reason", "打印系统下周才能改好。")
	tang.look("repair-extend-zh", false)
	tang.does("已延期", false)
	tang.sees("延期到")
	tang.write("changed", "取号票加印材料清单；相片回执改由系统调取。")
	tang.write("reply", "您反映的两件事我们核实了，材料清单已在取号票上印出。")
	tang.look("repair-answer-zh", false)
	tang.inEnglish("repair-answer-en")
	tang.does("答复已发出", true)
	tang.refused(number, "accept", "", forbidden)

	phone.b.do(phone.name, "goto", map[string]any{"url": url}, nil)
	phone.wait("text=您反映的两件事我们核实了")
	phone.click(".follow button.level[value='4']")
	phone.click("form:has(input[value=second]) button.primary")
	phone.wait("text=评价已收到")

	zhao.on(number).sees("材料清单已在取号票上印出", "群众评了整改")
	zhao.look("repair-accept-zh", false)
	zhao.does("已办结", true)
	zhao.visit("/admin/repairs?view=ended")
	zhao.wait("a.row:has-text('居民身份证补领')")
	tang.on(number).sees("已办结")
	s.clean(t)
}

// TestWhatLeavesTheFiguresAndWhatComesBack drives an exclusion (proposed by the unit, refused to who came from it, decided
// by the centre), an appeal (of the person who served, decided by another than who had decided before), and a bad second
// rating that opens the repair again (domain §4).
func TestWhatLeavesTheFiguresAndWhatComesBack(t *testing.T) {
	t.Parallel()
	s := build(t, plan{windows: 1})
	b := newBrowser(t)
	s.open()
	zhao, wei, qian := s.sitDown(b, "zhao"), s.sitDown(b, "wei"), s.sitDown(b, "qian")
	tang, zhou := s.sitDown(b, "tang"), s.sitDown(b, "zhou")
	signed := func(f form) (tab, string) {
		t.Helper()
		phone, number := s.rateBadly(t, b, s.serveAt(t, s.booths[0]), f)
		zhao.on(number).does("已派单", false)
		tang.on(number).does("已签收", false)
		return phone, number
	}
	proposes := func(number string) {
		t.Helper()
		tang.on(number).short("提请认定误评")
		tang.choose("恶意差评")
		tang.write("evidence", "3 号窗口 9:05 至 9:12 的录像；他要求插队被拒。")
		tang.does("已提请认定", false)
	}

	_, malicious := signed(form{level: hall.VeryBad, reasons: []string{"115"}, text: "插队被拒了"})
	proposes(malicious)
	tang.refused(malicious, "decide-exclusion", `,"exclude":true,"reason":"x"`, forbidden)
	qian.on(malicious).sees("等认定")
	qian.lacks("作出认定")
	qian.refused(malicious, "decide-exclusion", `,"exclude":true,"reason":"x"`, forbidden)
	zhao.visit("/admin/repairs?view=decide")
	zhao.wait("a.row")
	zhao.on(malicious).sees("他要求插队被拒")
	zhao.choose("认定，不计入")
	zhao.write("reason", "录像属实。")
	zhao.look("repair-decide-zh", false)
	zhao.inEnglish("repair-decide-en")
	zhao.does("已认定", true)
	tang.on(malicious).sees("不计入", "录像属实。")

	_, appealed := signed(form{level: hall.Bad, reasons: []string{"213"}, text: "问什么都不知道"})
	proposes(appealed)
	zhao.on(appealed).choose("不认定，照常计入")
	zhao.write("reason", "录像里没有。")
	zhao.does("已认定", true)
	zhou.visit("/admin/repairs")
	zhou.wait("text=您的账号看不了这一页")
	zhou.visit("/admin/appeals")
	zhou.wait("tr:has-text('" + appealed + "') a.row")
	zhou.look("appeals-staff-zh", false)
	zhou.visit("/admin/appeals/" + appealed)
	zhou.sees("居民身份证补领")
	zhou.lacks("不满意", "业务不熟练", "问什么都不知道", "录像里没有")
	zhou.short("申诉")
	zhou.choose("不是本人")
	zhou.write("evidence", "当时在窗口的是林晓，值班表可查。")
	zhou.look("appeal-staff-zh", false)
	zhou.does("申诉已提出", false)
	zhao.on(appealed).lacks("作出决定")
	zhao.refused(appealed, "decide-appeal", `,"side":"staff","uphold":true,"reason":"x"`, forbidden)
	qian.refused(appealed, "decide-appeal", `,"side":"staff","uphold":true,"reason":"x"`, forbidden)
	wei.on(appealed).sees("值班表可查")
	wei.choose("申诉成立")
	wei.write("reason", "值班表证明当时是林晓。")
	wei.look("appeal-decide-zh", false)
	wei.does("申诉已决定", true)
	zhou.visit("/admin/appeals/" + appealed)
	zhou.sees("值班表证明当时是林晓")

	ma := s.sitDown(b, "ma")
	ticket, err := s.booths[0].take()
	must(t, err)
	declares := func(kind hall.CommandKind, told hall.Type) {
		t.Helper()
		if said := ma.post("/api/board/commands", `{"hall":"e2e","unit":"police","kind":"`+string(kind)+`"}`); said.Status >= 300 {
			t.Fatalf("%s: %d %s", kind, said.Status, said.Body)
		}
		eventually(t, string(told), func() (ok bool, _ string) {
			db := s.database(t)
			defer db.Close()
			must(t, db.QueryRow(`SELECT COUNT(*) > 0 FROM events WHERE INSTR(bytes, $1) > 0`, `"type":"`+told+`"`).Scan(&ok))
			return ok, ""
		})
	}
	must(t, s.booths[0].call())
	must(t, s.booths[0].serve())
	declares(hall.CommandOutageBegin, hall.TypeVisitDown)
	must(t, s.booths[0].finish())
	declares(hall.CommandOutageEnd, hall.TypeOutageEnded)
	s.settle(t)
	_, down := s.rateBadly(t, b, ticket.URL, form{level: hall.Bad, reasons: []string{"209"}, text: "系统坏了"})
	zhao.on(down).sees("办理时单位系统停用，由中心改")
	zhao.look("repair-down-zh", false)
	zhao.visit("/admin/ratings")
	zhao.wait("text=系统停用时办的")

	phone, again := signed(form{level: hall.Bad, reasons: []string{"214"}, text: "说话很冲"})
	tang.on(again).choose("属实")
	tang.choose("立行立改")
	tang.does("核实结果已记下", false)
	tang.write("changed", "已谈话。")
	tang.write("reply", "给您道歉。")
	tang.does("答复已发出", true)
	phone.b.do(phone.name, "reload", nil, nil)
	phone.wait("text=给您道歉")
	phone.click(".follow button.level[value='1']")
	phone.click("form:has(input[value=second]) button.primary")
	phone.wait("text=评价已收到")
	tang.on(again).sees("等签收", "又收到差评，重新开单")
	tang.look("repair-again-zh", false)
	zhao.on(again).sees("给您道歉", "非常不满意")
	zhao.inEnglish("repair-again-en")
	s.clean(t)
}
