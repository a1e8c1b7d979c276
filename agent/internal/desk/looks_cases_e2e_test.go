//go:build e2e

package desk

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/agent/internal/cases"
	"hallpulse/firmware-protocol/hall"
)

// caseLooks are cases as a clerk can meet them.
type caseLooks struct {
	view    CasesView
	carried *Carried
	err     error
}

func (l caseLooks) Step(context.Context, CaseRequest) (CaseDone, error) {
	if l.err != nil {
		return CaseDone{}, l.err
	}
	c := l.view.Open[0]
	return CaseDone{Case: &c, Paper: &PaperNow{Slip: c.Slips[0].Slip, Trouble: hall.TroublePaperOut}}, nil
}
func (l caseLooks) Keep(context.Context, CaseRequest) error      { return l.err }
func (l caseLooks) Slip(context.Context, Slip) (PaperNow, error) { return PaperNow{}, NoPrinter }
func (l caseLooks) Find(string) (CaseView, error)                { return l.view.Open[0], nil }
func (l caseLooks) Cases(string) CasesView                       { return l.view }

func casesLook(now time.Time) CasesView {
	id := func(n uint32) hall.ID { return hall.ID{Agent: 3, Tag: 0x9f2c, Serial: n} }
	today := hall.DayOf(now)
	card := CaseItem{
		Code: "A01", Name: "居民身份证补领", NameEN: "Identity card replacement", Unit: "市公安局", UnitEN: "Public Security Bureau",
		Kind: hall.CaseCommitted, Legal: 40, Promised: 20, Basis: "中华人民共和国居民身份证法第十一条",
		Materials: []string{"居民户口簿原件", "居民身份证丢失登记表（窗口打印，本人签字）", "数码相片回执", "指纹（窗口现场采集）"},
	}
	birth := CaseItem{Code: "A03", Name: "新生儿落户", NameEN: "Registration of a newborn", Unit: "市公安局", Kind: hall.CaseOnTheSpot, Materials: []string{"出生医学证明"}}
	one := func(n uint32, state hall.CaseState, due hall.Day, next ...hall.Type) CaseView {
		c := CaseView{
			ID: id(n), Number: fmt.Sprintf("QL20261118-3-%04d", n), Item: card, Day: today - 9, State: state, Since: now.Add(-time.Hour),
			Staff: &Clerk{Badge: "0317", Name: "周敏", NameEN: "Zhou Min"}, Window: "12",
			Applicant: Applicant{Kind: hall.ApplicantPerson, Name: "王**", Phone: "****1234"}, N: 2, Next: next,
			Undo: &Undo{Step: hall.TypeCaseResubmitted, To: hall.CaseIsReturned}, Notices: 1,
			Slips: []SlipView{{Slip: Slip{SlipAccepted, id(n)}, At: now, Trouble: hall.TroublePaperOut}, {Slip: Slip{SlipNotice, id(n + 50)}, At: now, Printed: true}},
		}
		if due != 0 {
			c.Due = &hall.Deadline{Day: due, Provisional: due > today+5}
		}
		return c
	}
	return CasesView{
		Open: []CaseView{
			one(17, hall.CaseIsAccepted, today-1, hall.TypeCaseDecided, hall.TypeCaseReturned, hall.TypeCaseRefused),
			one(18, hall.CaseIsAccepted, today+20, hall.TypeCaseDecided), one(19, hall.CaseIsReturned, 0, hall.TypeCaseResubmitted),
			one(20, hall.CaseIsRefused, 0, hall.TypeCaseDelivered),
		},
		Here: []CaseView{}, Items: []CaseItem{card, birth}, Item: "A01", TellAgain: []string{"A01"}, Applicant: true,
	}
}

// carriedLook is what two windows before have entered.
func carriedLook(now time.Time) *Carried {
	return &Carried{
		Applicant: Applicant{Kind: hall.ApplicantPerson, Name: "王**", Phone: "****1234"},
		All: []Entered{
			{Code: "A03", Item: "新生儿落户", ItemEN: "Registration of a newborn", Window: "14", Staff: &Clerk{Badge: "0412", Name: "陈刚", NameEN: "Chen Gang"}, At: now.Add(-8 * time.Minute), Case: "QL20261118-3-0016"},
			{Code: "A01", Item: "居民身份证补领", ItemEN: "Identity card replacement", Situation: "本市户籍，在外地丢失", SituationEN: "Lost away from home", Window: "11",
				Staff: &Clerk{Badge: "0316", Name: "高扬", NameEN: "Gao Yang"}, At: now.Add(-25 * time.Minute), Seen: []string{"居民户口簿原件", "指纹（窗口现场采集）"},
				Waived: []hall.Waived{{Material: "居民身份证丢失登记表（窗口打印，本人签字）", Why: hall.WaivedShared}}, Missing: []string{"数码相片回执"}, Note: "照片去一楼照相点补拍，二十分钟可取"},
		},
	}
}

// TestCasesInEveryState looks at what a clerk sees of cases: the list, a case, each form, a refusal in words.
func TestCasesInEveryState(t *testing.T) {
	now := time.Now().Truncate(time.Minute)
	base := func(l caseLooks) string {
		states := consoleLooks(now)
		v := states["serving"]
		v.Cases = CasesNow{Open: 4, Due: 1}
		if l.carried != nil {
			visit := *v.Visit
			visit.Carried, visit.Materials, visit.Situation, visit.SituationEN, visit.Purpose = l.carried, l.view.Items[0].Materials, "本市户籍，在外地丢失", "Lost away from home", hall.PurposePickUp
			v.Visit = &visit
		}
		all := &looks{small: newSmall(), console: map[string]ConsoleView{"12": v}}
		r := serve(t, newSmall(), func(d *Desk) {
			d.Pages, d.counter, d.views, d.Cases = os.DirFS(filepath.Join(kioskDir, "dist")), all, all, l
		})
		return "http://" + r.addr
	}
	full, alone, none := casesLook(now), casesLook(now), casesLook(now)
	alone.Applicant = false
	none.Open, none.TellAgain = []CaseView{}, nil
	brought, lost := carriedLook(now), carriedLook(now)
	lost.Lost, lost.Applicant, lost.All = true, Applicant{Kind: hall.ApplicantPerson}, lost.All[1:]
	var shots []look
	for _, lang := range []string{"zh", "en"} {
		shot := func(name string, l caseLooks, press, see []string) {
			if lang == "en" && !slices.Contains([]string{"list", "notice", "decide", "carried", "accept-carried"}, name) {
				return // the same parts, in words that fit
			}
			shots = append(shots, look{Name: "cases-" + name + "-" + lang, URL: base(l) + "/console/12?lang=" + lang, Width: 1366, Height: 768, Press: press, See: see})
		}
		// The menu is there when the cases have come: before, its keys do nothing.
		said := words(t)[lang]
		menu, result := said["case.menu"], said["case.ask.result"]
		what := strings.ReplaceAll(said["case.what"], "{number}", "QL20261118-3-0017")
		any := func(n int) []string {
			see := []string{menu}
			for range n - 1 {
				see = append(see, "A063")
			}
			return see
		}
		shot("list", caseLooks{view: full}, []string{"F5"}, any(1))
		shot("none", caseLooks{view: none}, []string{"F5"}, any(1))
		shot("accept", caseLooks{view: full}, []string{"F5", "1"}, any(2))
		shot("accept-alone", caseLooks{view: alone}, []string{"F5", "1"}, any(2))
		shot("carried", caseLooks{view: full, carried: brought}, []string{"F5", "Escape"}, any(2))
		shot("carried-lost", caseLooks{view: full, carried: lost}, []string{"F5", "Escape"}, any(2))
		shot("accept-carried", caseLooks{view: none, carried: brought}, []string{"F5", "1"}, any(2))
		shot("notice", caseLooks{view: none}, []string{"F5", "3", "1", "3", "3"}, any(4))
		shot("one", caseLooks{view: full}, []string{"F5", "6"}, []string{menu, what})
		shot("decide", caseLooks{view: full}, []string{"F5", "6", "1"}, []string{menu, what, result})
		shot("done", caseLooks{view: full}, []string{"F5", "6", "1", "1"}, []string{menu, what, result, what})
		shot("refused", caseLooks{view: full, err: cases.Moved}, []string{"F5", "6", "1", "1"}, []string{menu, what, result, "A063"})
		shot("find", caseLooks{view: full}, []string{"F5", "5"}, any(2))
	}
	takeLooks(t, shots)
}
