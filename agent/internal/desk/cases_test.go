package desk

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"testing"

	"hallpulse/agent/internal/cases"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// asked notes what a page asked of cases.
type asked struct {
	steps []CaseRequest
	kept  []CaseRequest
	slips []Slip
	texts []string
	fail  error
}

func (a *asked) Step(_ context.Context, r CaseRequest) (CaseDone, error) {
	a.steps = append(a.steps, r)
	return CaseDone{}, a.fail
}

func (a *asked) Keep(_ context.Context, r CaseRequest) error {
	a.kept = append(a.kept, r)
	return a.fail
}

func (a *asked) Slip(_ context.Context, s Slip) (PaperNow, error) {
	a.slips = append(a.slips, s)
	return PaperNow{Slip: s}, a.fail
}

func (a *asked) Find(typed string) (CaseView, error) {
	a.texts = append(a.texts, typed)
	return CaseView{}, a.fail
}

func (a *asked) Cases(string) CasesView { return CasesView{Item: "A01"} }

func TestStepsOfCasesAreCarriedOnceAndWhole(t *testing.T) {
	a := &asked{}
	r := serve(t, newSmall(), func(d *Desk) { d.Cases = a })
	id := hall.ID{Agent: 3, Tag: 0x9f2c, Serial: 21}
	body := `{"item":"C02","applicant":{"kind":"person","name":"  王  小明\n","phone":"138 0000 1234"}}`
	for range 2 { // over a bad line
		if got := r.post("/api/cases/at/12/accept", body, "k1"); got.status != http.StatusOK {
			t.Fatalf("%d %s", got.status, got.body)
		}
	}
	if got := r.post("/api/cases/at/12/"+id.String()+"/return", `{"n":3,"here":true,"missing":["x"],"other":"y","again":"wrong"}`, "k2"); got.status != http.StatusOK {
		t.Fatalf("%d %s", got.status, got.body)
	}
	want := []CaseRequest{
		{Key: "k1", Window: "12", Step: hall.TypeCaseAccepted, Item: "C02", Applicant: hall.ApplicantPerson, Private: uplink.Text{Name: "王 小明", Phone: "138 0000 1234"}},
		{Key: "k2", Window: "12", Step: hall.TypeCaseReturned, Case: id, N: 3, Here: true, Missing: []string{"x"}, Private: uplink.Text{Words: "y"}, Again: hall.AgainWrong},
	}
	if !reflect.DeepEqual(a.steps, want) {
		t.Errorf("asked %#v", a.steps)
	}
	for range 2 {
		if got := r.post("/api/entered/12", `{"item":"C02","applicant":{"same":true,"kind":"person"},"missing":["x"],"waived":[{"material":"z","why":"shared"}],"other":" y "}`, "k5"); got.status != http.StatusOK {
			t.Fatalf("%d %s", got.status, got.body)
		}
	}
	kept := []CaseRequest{{Key: "k5", Window: "12", Item: "C02", Same: true, Applicant: hall.ApplicantPerson, Missing: []string{"x"},
		Waived: []hall.Waived{{Material: "z", Why: hall.WaivedShared}}, Private: uplink.Text{Words: "y"}}}
	if !reflect.DeepEqual(a.kept, kept) {
		t.Errorf("kept %#v", a.kept)
	}
	r.post("/api/slips/notice/"+id.String()+"/print", "", "k3")
	r.post("/api/cases/find", `{"text":"QL1"}`, "k4")
	if len(a.slips) != 1 || a.slips[0] != (Slip{SlipNotice, id}) || len(a.texts) != 1 || a.texts[0] != "QL1" {
		t.Errorf("asked %+v, %q", a.slips, a.texts)
	}
}

// What is written of one citizen never becomes the case of the next, whom another screen of the window has called meanwhile.
func TestACaseIsOfWhoWasSeen(t *testing.T) {
	a := &asked{}
	r := serve(t, newSmall(), func(d *Desk) { d.Cases = a })
	now := r.views.Console("12")
	for n, c := range []struct {
		state  hall.WindowState
		ticket string
		want   int
	}{{now.Window.State, "A001", http.StatusConflict}, {hall.WindowIsServing, "", http.StatusConflict}, {now.Window.State, "", http.StatusOK}} {
		for _, path := range []string{"/api/cases/at/12/accept", "/api/entered/12"} {
			body := fmt.Sprintf(`{"item":"C02","seen":{"state":%q,"ticket":%q}}`, c.state, c.ticket)
			if got := r.post(path, body, fmt.Sprint(path, n)); got.status != c.want {
				t.Errorf("%s with %s: %d, want %d", path, body, got.status, c.want)
			}
		}
	}
	if len(a.steps) != 1 || len(a.kept) != 1 {
		t.Errorf("asked for %d steps, kept %d", len(a.steps), len(a.kept))
	}
}

func TestRefusalsOfCasesHaveWords(t *testing.T) {
	a := &asked{}
	r := serve(t, newSmall(), func(d *Desk) { d.Cases = a })
	for n, c := range []struct {
		err    error
		status int
	}{
		{cases.NoSuchCase, 404}, {cases.NoSuchStep, 404}, {cases.NoSuchItem, 404}, {cases.NoSuchMaterial, 404}, {cases.NoSuchReason, 404},
		{cases.NoSuchResult, 404}, {cases.NoSuchRoad, 404}, {cases.NoSuchApplicant, 404}, {cases.NotNow, 409}, {cases.Moved, 409},
		{cases.NothingMissing, 409}, {cases.ToldBefore, 409}, {cases.NothingToUndo, 409}, {cases.NothingToGive, 409}, {cases.NoVisit, 409},
		{NoSuchSlip, 404}, {NoBoxKey, 409}, {BadApplicant, 409}, {TextTooLong, 409}, {NotOurCase, 409}, {NotACase, 409},
	} {
		a.fail = c.err
		for _, lang := range []string{"zh", "en"} {
			if _, ok := words(t)[lang]["error."+c.err.Error()]; !ok {
				t.Errorf("%s has no words in %s", c.err, lang)
			}
		}
		if got := r.post("/api/cases/find", `{"text":"x"}`, fmt.Sprint("f", n)); got.status != c.status {
			t.Errorf("%s: %d %s", c.err, got.status, got.body)
		}
	}
}
