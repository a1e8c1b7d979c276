//go:build e2e

package desk

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"hallpulse/agent/internal/cases"
	"hallpulse/firmware-protocol/hall"
)

// caseLooks are cases as a clerk can meet them.
type caseLooks struct {
	view CasesView
	err  error
}

func (l caseLooks) Step(context.Context, CaseRequest) (CaseDone, error) {
	if l.err != nil {
		return CaseDone{}, l.err
	}
	c := l.view.Open[0]
	return CaseDone{Case: &c, Paper: &PaperNow{Slip: c.Slips[0].Slip, Trouble: hall.TroublePaperOut}}, nil
}
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

// TestCasesInEveryState looks at what a clerk sees of cases: the list, a case, each form, a refusal in words.
func TestCasesInEveryState(t *testing.T) {
	now := time.Now().Truncate(time.Minute)
	base := func(l caseLooks) string {
		states := consoleLooks(now)
		v := states["serving"]
		v.Cases = CasesNow{Open: 4, Due: 1}
		all := &looks{small: newSmall(), console: map[string]ConsoleView{"12": v}}
		r := serve(t, newSmall(), func(d *Desk) {
			d.Pages, d.counter, d.views, d.Cases = os.DirFS(filepath.Join(kioskDir, "dist")), all, all, l
		})
		return "http://" + r.addr
	}
	full, alone, none := casesLook(now), casesLook(now), casesLook(now)
	alone.Applicant = false
	none.Open, none.TellAgain = []CaseView{}, nil
	var shots []look
	for _, lang := range []string{"zh", "en"} {
		shot := func(name string, l caseLooks, press, see []string) {
			if lang == "en" && name != "list" && name != "notice" && name != "decide" {
				return // the same parts, in words that fit
			}
			shots = append(shots, look{Name: "cases-" + name + "-" + lang, URL: base(l) + "/console/12?lang=" + lang, Width: 1366, Height: 768, Press: press, See: see})
		}
		any := func(n int) (see []string) {
			for range n {
				see = append(see, "A063")
			}
			return see
		}
		shot("list", caseLooks{view: full}, []string{"F5"}, any(1))
		shot("none", caseLooks{view: none}, []string{"F5"}, any(1))
		shot("accept", caseLooks{view: full}, []string{"F5", "1"}, any(2))
		shot("accept-alone", caseLooks{view: alone}, []string{"F5", "1"}, any(2))
		shot("notice", caseLooks{view: none}, []string{"F5", "3", "1", "3"}, any(4))
		shot("one", caseLooks{view: full}, []string{"F5", "6"}, []string{"A063", "QL20261118-3-0017"})
		shot("decide", caseLooks{view: full}, []string{"F5", "6", "1"}, []string{"A063", "QL20261118-3-0017", "A063"})
		shot("done", caseLooks{view: full}, []string{"F5", "6", "1", "1"}, []string{"A063", "QL20261118-3-0017", "A063", "QL20261118-3-0017"})
		shot("refused", caseLooks{view: full, err: cases.Moved}, []string{"F5", "6", "1", "1"}, []string{"A063", "QL20261118-3-0017", "A063", "A063"})
		shot("find", caseLooks{view: full}, []string{"F5", "5"}, any(2))
	}
	takeLooks(t, shots)
}
