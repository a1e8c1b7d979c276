//go:build e2e

package e2e

import (
	"errors"
	"testing"

	"hallpulse/scripts/stand"
)

// A manager at work (issue, part 7): he sees an absent window and asks it to open, says something to its clerk, stops a
// letter, and sees to a call for help, which the system clears. Others may not.
func TestAManagerAtTheBoard(t *testing.T) {
	t.Parallel()
	s := build(t, plan{windows: 2, hall: "roster:\n  grace: 1\n  shifts:\n    - {windows: [\"1\", \"2\"], days: [mon, tue, wed, thu, fri, sat, sun], from: \"00:00\", to: \"23:59\"}\n"})
	b := newBrowser(t)
	board := s.signIn(b, "gao", "/", desktop)
	board.wait(".w .state.attention:text('空岗')")
	board.look("board-absent", false)

	// 请开窗
	board.click("button.w:has(b:text-is('1'))")
	board.click("aside button:text-is('请开窗')")
	board.wait("aside :text('已送到')")
	console := b.open("console", "http://"+s.agent.Desk+"/console/1", desktop, "zh")
	console.wait(".said:has-text('大厅管理员请您开窗')")
	console.look("console-asked", false)
	console.press("F10")
	board.wait("aside :text('窗口已看到')")
	board.wait("button.w:has(b:text-is('1')):has-text('空闲')")

	// 给窗口留言
	board.fill("aside textarea", "请帮 2 号窗口的老人填一下表")
	board.click("aside form button[type=submit]")
	console.wait(".said:has-text('请帮 2 号窗口的老人填一下表')")
	console.look("console-message", false)
	console.press("F1")
	b.do("console", "wait", map[string]any{"at": ".said", "state": "detached"}, nil)
	board.wait("aside .asked li:first-child:has-text('窗口已看到')")
	board.wait("aside :text('请帮 2 号窗口的老人填一下表')") // today's course
	board.look("board-window", false)

	// 停止取号
	board.click("aside header button")
	board.click("aside li:has-text('户籍证照1') button:text-is('停止取号')")
	board.selects("aside .why select", "full")
	board.wait("aside li:has-text('户籍证照1'):has-text('人太多，今天办不完')")
	take := b.open("kiosk", "http://"+s.agent.Desk+"/take", kiosk, "zh")
	take.wait("button:has-text('暂停取号：今天人太多')")
	take.look("kiosk-stopped", false)
	var refused *stand.Refusal
	if _, err := s.agent.Take(s.ctx, "A", ""); !errors.As(err, &refused) || refused.Code != "service-shut" || refused.Message == "" {
		t.Errorf("a ticket of a letter that is stopped: %v", err)
	}
	board.click("aside button:text-is('恢复取号')")
	take.wait("button:has-text('户籍证照1'):not(:has-text('暂停取号'))")

	// 紧急
	console.press("Pause")
	board.wait("main li:has-text('1 号窗口紧急求助')")
	board.click("main li:has-text('1 号窗口紧急求助') button")
	board.wait("main li.taken:has-text('1 号窗口紧急求助')")
	board.look("board-alarm", false)
	console.press("Pause")
	b.do("gao", "wait", map[string]any{"at": "main li:has-text('1 号窗口紧急求助')", "state": "detached"}, nil)
	db := s.database(t)
	defer db.Close()
	eventually(t, "the deeds of the alert", func() (bool, string) {
		var taken, cleared int
		row := db.QueryRow(`SELECT COALESCE(SUM(type = 'alert.taken' AND account = 'gao'), 0), COALESCE(SUM(type = 'alert.cleared' AND account = ''), 0) FROM deeds WHERE about = 'e2e/1/alarm//'`)
		if err := row.Scan(&taken, &cleared); err != nil {
			t.Fatal(err)
		}
		return taken == 1 && cleared == 1, ""
	})

	// Who manages no hall commands none, and sees no desk.
	clerk := s.sitDown(b, "zhou")
	if said := clerk.post("/api/board/commands", `{"hall":"e2e","kind":"open","window":"2"}`); said.Status != 403 {
		t.Errorf("a clerk commands a window: %d %s", said.Status, said.Body)
	}
	board.click("header button:text-is('今天各时段')")
	board.wait(".history h2")
	board.look("board-hours", false)
}
