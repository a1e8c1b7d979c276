package device

import (
	"strings"
	"testing"
	"time"
)

func usualList() ListPaper {
	return ListPaper{
		Hall: "青澜市政务服务中心", Hours: "周一至周五 9:00—17:00", Item: "居民身份证补领", Situation: "外地户口",
		Materials: []ListedMaterial{
			{Name: "居民户口簿", Has: true}, {Name: "补领申请表", Tip: "现场填写，样表在填表台"}, {Name: "人像采集回执", Here: true},
		},
		Windows: []PaperWindow{{ID: "11", Floor: "一楼"}, {ID: "12", Floor: "一楼"}}, Promised: 5, Legal: 20, Fee: "40 元",
		At: time.Date(2026, 11, 23, 2, 42, 0, 0, time.UTC),
	}
}

// Who has only come to learn what is needed takes it home on paper, without a number.
func TestListReadsFromTopToBottom(t *testing.T) {
	zh, en := on58(t, KindList), on58(t, KindList)
	en.Words, en.English = shipped(t, "en"), true
	bare := ListPaper{Hall: "Qinglan Government Service Centre", Item: "Search for a name", Spot: true, At: usualList().At, Route: []PaperStop{{What: "Copy shop　copies"}, {What: "Window 3　hand in"}}}
	for _, c := range []struct {
		name  string
		paper ListPaper
		form  Form
		want  string
	}{
		{"materials that were looked at, with tips, and made here", usualList(), zh, `
青澜市政务服务中心
材料单
居民身份证补领
情形：外地户口
要带的材料
√ 居民户口簿
□ 补领申请表
   现场填写，样表在填表台
· 人像采集回执
   办理中取得，不用带
打 √ 的已经有了
到这里办
一楼11、12号窗口
多久 5 个工作日（法定 20 个）
收费 40 元
开放 周一至周五 9:00—17:00
这不是排队号。来办时请先取号。
时间 11月23日 10:42`},
		{"nothing to bring, in English", bare, en, `
Qinglan Government Service
Centre
What to bring
Search for a name
Nothing to bring
In this order
1 Copy shop　copies
2 Window 3　hand in
Ready in at once
Fee none
This is no ticket. Take a number
when you come.
Time 2026-11-23 10:42`},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := LayoutList(c.paper, c.form)
			if got := one(t, b, err, c.form).Text(); got != strings.TrimPrefix(c.want, "\n") {
				t.Errorf("the list says\n%s\nwant%s", got, c.want)
			}
		})
	}
}

// However long it is, no material is left out or counted.
func TestListLeavesNoMaterialOut(t *testing.T) {
	p := usualList()
	for range 60 {
		p.Materials = append(p.Materials, ListedMaterial{Name: strings.Repeat("很长的材料名称", 8)})
	}
	f := on58(t, KindList)
	b, err := LayoutList(p, f)
	if got := strings.Count(one(t, b, err, f).Text(), "□"); got != 61 {
		t.Errorf("%d boxes, want 61", got)
	}
}

func TestListSaysHowLongItTakes(t *testing.T) {
	w := shipped(t, "zh")
	for _, c := range []struct {
		p    ListPaper
		want string
	}{
		{ListPaper{Spot: true}, "当场"},
		{ListPaper{Spot: true, Promised: 1, Legal: 1}, "1 个工作日"},
		{ListPaper{Promised: 5, Legal: 20}, "5 个工作日（法定 20 个）"},
		{ListPaper{Legal: 20}, "20 个工作日"},
		{ListPaper{}, ""},
	} {
		if got := c.p.limit(w); got != c.want {
			t.Errorf("%+v: %q, want %q", c.p, got, c.want)
		}
	}
}
