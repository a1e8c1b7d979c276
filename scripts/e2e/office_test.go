//go:build e2e

package e2e

import (
	"errors"
	"strings"
	"testing"

	"hallpulse/scripts/stand"
)

// In a real browser, against the shipped programs: a hall's manager seats somebody at a window, is told of a
// fault with its line, publishes, and the counter works by the new version; a version before it is published again; a clerk is given his PIN.
func TestACatalogueIsChangedInTheBrowser(t *testing.T) {
	t.Parallel()
	s := build(t, plan{windows: 2})
	b := newBrowser(t)
	page := b.open("catalogue", "http://"+s.hub.Office+"/signin?next=/admin/catalogue", deskSize(), "zh")
	page.fill(`input[name="name"]`, "gao")
	page.fill(`input[name="password"]`, managerPassword)
	page.press("Enter")
	page.click("a.line")
	page.wait("text=第 1 版")
	page.wait("text=在用第 1 版")
	page.look("catalogue", false)

	// By form: a clerk goes, and it is said what follows.
	page.click(`nav.tabs a:has-text("修改")`)
	page.wait("table.grid")
	page.look("catalogue-windows", false)
	page.click(`.parts button:has-text("人员")`)
	page.look("catalogue-staff", false)
	page.click(`.parts button:has-text("大厅")`)
	page.fill(`.fields input[type="text"]`, "周一至周六 9:00–17:00")
	page.look("catalogue-hall", false)

	// By text: a fault is named with its line, and nothing is published.
	page.click(`.parts button:has-text("文本")`)
	page.wait(".text textarea")
	good := catalogue(2)
	page.fill(".text textarea", strings.Replace(good, "services: [A]", "services: [Q]", 1))
	page.click(`button:has-text("检查，看看有什么变化")`)
	page.wait("text=处要改")
	if n := page.count(".faults li"); n == 0 {
		t.Error("no fault is named")
	}
	page.look("catalogue-faults", false)
	page.fill(".text textarea", good+"# 夏季作息\n")
	page.click(`.parts button:has-text("大厅")`)
	page.wait(".fields")
	page.fill(`.fields input[type="text"]`, "周一至周六 9:00–17:00")
	page.click(`button:has-text("检查，看看有什么变化")`)
	page.wait("text=发布前看一遍")
	page.fill("textarea", "夏天周六也开门")
	page.look("catalogue-review", false)
	page.click(`button:has-text("发布这一版")`)
	page.wait("text=第 2 版已发布")
	s.sees("the agent works by version 2", func() bool {
		said, err := s.agent.Command(s.ctx, "", "catalogue")
		return err == nil && strings.Contains(said, "version 2")
	})

	// The version before, again.
	page.click(`nav.tabs a:has-text("版本")`)
	page.wait("text=夏天周六也开门")
	page.click("summary")
	page.look("catalogue-versions", false)
	page.click(`a:has-text("以它为底再发布")`)
	page.wait("table.grid")
	page.click(`button:has-text("检查，看看有什么变化")`)
	page.wait("text=发布前看一遍")
	page.fill("textarea", "回到第 1 版")
	page.click(`button:has-text("发布这一版")`)
	page.wait("text=第 3 版已发布")
	s.sees("the agent works by version 3", func() bool {
		said, err := s.agent.Command(s.ctx, "", "catalogue")
		return err == nil && strings.Contains(said, "version 3")
	})

	// A clerk's PIN: from the first of a hall on, its windows open with one alone.
	page.click(`nav.tabs a:has-text("签到码")`)
	page.click(`button:has-text("给签到码")`)
	page.fill(`input[data-field="pin"]`, "482907")
	page.fill(`input[data-field="again"]`, "482907")
	page.look("pins", false)
	page.press("Enter")
	page.wait("text=有新的签到码了")
	s.sees("window 1 wants a PIN", func() bool {
		err := s.agent.Act(s.ctx, "1", "open")
		if err == nil {
			must(t, s.agent.Act(s.ctx, "1", "close"))
			return false
		}
		var no *stand.Refusal
		return errors.As(err, &no) && no.Code == "needs-pin"
	})
	must(t, s.agent.Post(s.ctx, "/api/windows/1/open", map[string]string{"badge": "0301", "pin": "482907"}, nil))
	page.click(`button[lang="en"]`)
	page.wait("text=Give a PIN")
	page.look("pins-en", false)
	page.click(`button[lang="zh-CN"]`)
	must(t, s.agent.Act(s.ctx, "1", "close"))

	// He forgot it: the manager's one-time code is shown once, and he chooses another with it at his window.
	page.click(`button[aria-label^="给一次性码"]`)
	page.look("pins-code-ask", false)
	page.click(`table button.primary:has-text("给一次性码")`)
	page.wait(".once .code")
	page.look("pins-code", false)
	var code string
	b.do(page.name, "text", map[string]any{"at": ".once .code"}, &code)
	console := b.open("console", "http://"+s.agent.Desk+"/console/1", deskSize(), "zh")
	console.offers("工号、签到码")
	console.press("F10")
	console.click(`.sign button:has-text("忘了签到码")`)
	console.wait(".sign input[maxlength='8']")
	console.look("sign-new", false)
	console.fill(".sign input[maxlength='8']", "00000000")
	console.fill(".sign input[autocomplete='new-password'] >> nth=0", "713950")
	console.fill(".sign input[autocomplete='new-password'] >> nth=1", "713950")
	console.press("Enter")
	console.wait(".line.loud:has-text('一次性码不对')")
	s.sees("the counter has the code", func() bool {
		console.fill(".sign input[maxlength='8']", strings.ReplaceAll(code, " ", ""))
		console.fill(".sign input[autocomplete='new-password'] >> nth=0", "713950")
		console.fill(".sign input[autocomplete='new-password'] >> nth=1", "713950")
		console.press("Enter")
		console.wait(".sign button.primary:enabled")
		return console.count(".sign .serving") > 0
	})
	console.seen("sign-changed")
	console.types("713950")
	console.press("Enter")
	console.offers("暂停")
	page.click(`button:has-text("记下了")`)
	page.click(`button[aria-label^="开锁"]`)
	page.click(`table button.primary:has-text("开锁")`)
	page.wait("text=可以再试了")
}
