package inspection

import (
	"encoding/json"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"hallpulse/configs"
	"hallpulse/configs/strict"
	"hallpulse/firmware-protocol/hall"
)

// Domain §5: one form for each kind is shipped, and each is right.
func TestTheShippedFormsAreRight(t *testing.T) {
	names, err := fs.Glob(configs.FS(), "inspection/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var kinds []hall.InspectionKind
	for _, name := range names {
		data, err := fs.ReadFile(configs.FS(), name)
		if err != nil {
			t.Fatal(err)
		}
		var f Form
		if err := strict.Bytes(name, data, &f).Err(); err != nil {
			t.Error(err)
			continue
		}
		for _, x := range f.Faults() {
			t.Errorf("%s: %s: %s", name, x.At, x.Say)
		}
		if name != "inspection/"+f.ID+".yaml" {
			t.Errorf("%s holds the form %s", name, f.ID)
		}
		kinds = append(kinds, f.Kind)
	}
	slices.Sort(kinds)
	if want := slices.Sorted(slices.Values(hall.InspectionKinds())); !slices.Equal(kinds, want) {
		t.Errorf("forms for %v, want one for each of %v", kinds, want)
	}
}

func TestAFormNamesItsFaults(t *testing.T) {
	if f := forms()[0].Faults(); len(f) > 0 {
		t.Fatalf("a good one: %v", f)
	}
	number := func(n int) *int { return &n }
	for _, c := range []struct {
		what   string
		change func(*Form)
		at     string
		says   string
	}{
		{"id", func(f *Form) { f.ID = "实地" }, "id", "want 1 to 32"},
		{"name", func(f *Form) { f.NameEN = "" }, "name", "missing"},
		{"kind", func(f *Form) { f.Kind = "x" }, "kind", "want one of site"},
		{"no questions", func(f *Form) { f.Questions = nil }, "questions", "want 1 to"},
		{"too many questions", func(f *Form) { f.Questions = make([]Question, maxQuestions+1) }, "questions", "want 1 to"},
		{"question twice", func(f *Form) { f.Questions[1].ID = "hours" }, "questions[1].id", "each once"},
		{"question without words", func(f *Form) { f.Questions[0].AskEN = "" }, "questions[0].ask", "missing"},
		{"kind of question", func(f *Form) { f.Questions[0].Kind = "stars" }, "questions[0].kind", "want one of yes-no"},
		{"wrong that is no answer", func(f *Form) { f.Questions[0].Wrong[0] = "perhaps" }, "questions[0].wrong[0]", "yes, no"},
		{"one choice", func(f *Form) { f.Questions[2].Choices = f.Questions[2].Choices[1:] }, "questions[2].choices", "want 2 to"},
		{"choice twice", func(f *Form) { f.Questions[2].Choices[0].ID = "cold" }, "questions[2].choices[1].id", "each once"},
		{"choice without a name", func(f *Form) { f.Questions[2].Choices[0].Name = "" }, "questions[2].choices[0]", "missing"},
		{"bounds of a number", func(f *Form) { f.Questions[1].Most = 0 }, "questions[1].most", "more than least"},
		{"fine outside", func(f *Form) { f.Questions[1].FineTo = number(999) }, "questions[1].fine_to", "want 0 to 480"},
		{"fine the wrong way round", func(f *Form) { f.Questions[1].FineFrom = number(40) }, "questions[1].fine_to", "smaller than fine_from"},
		{"unit in one language", func(f *Form) { f.Questions[1].UnitEN = "" }, "questions[1].unit", "belong together"},
		{"text without a bound", func(f *Form) { f.Questions[3].Most = 0 }, "questions[3].most", "want 2 to"},
		{"text too long", func(f *Form) { f.Questions[3].Most = maxText + 1 }, "questions[3].most", "want 2 to"},
		{"no photos", func(f *Form) { f.Questions[4].Most = 0 }, "questions[4].most", "photos"},
		{"choices of a text", func(f *Form) { f.Questions[3].Choices = f.Questions[2].Choices }, "questions[3].choices", "means nothing"},
		{"wrong of a number", func(f *Form) { f.Questions[1].Wrong = []string{"1"} }, "questions[1].wrong", "means nothing"},
		{"a bound of a choice", func(f *Form) { f.Questions[2].Most = 2 }, "questions[2].most", "means nothing"},
		{"fine of a text", func(f *Form) { f.Questions[3].FineTo = number(3) }, "questions[3].fine_to", "means nothing"},
		{"more text than a box holds", func(f *Form) {
			for range 6 {
				f.Questions = append(f.Questions, Question{ID: "t" + string(rune('0'+len(f.Questions))), Ask: "a", AskEN: "a", Kind: AskText, Most: maxText})
			}
		}, "questions", "in all"},
	} {
		f := forms()[0]
		c.change(&f)
		if got := f.Faults(); !slices.ContainsFunc(got, func(x hall.Fault) bool { return x.At == c.at && strings.Contains(x.Say, c.says) }) {
			t.Errorf("%s: %v, want %s: %s", c.what, got, c.at, c.says)
		}
	}
}

func TestAnswersAreChecked(t *testing.T) {
	n := func(n int) Answer { return Answer{Number: &n} }
	for _, c := range []struct {
		what     string
		question string
		answer   Answer
		want     AnswerFault
	}{
		{"yes or no", "hours", Answer{Pick: "perhaps"}, AnswerFault{"hours", AnswerChoice, 0}},
		{"needed", "hours", Answer{}, AnswerFault{"hours", AnswerMissing, 0}},
		{"answered as another kind", "hours", n(1), AnswerFault{"hours", AnswerKind, 0}},
		{"answered in two ways", "hours", Answer{Pick: Yes, Text: "也"}, AnswerFault{"hours", AnswerKind, 0}},
		{"too small", "wait", n(-1), AnswerFault{"wait", AnswerLow, 0}},
		{"too great", "wait", n(481), AnswerFault{"wait", AnswerHigh, 480}},
		{"none of the choices", "manner", Answer{Pick: "odd"}, AnswerFault{"manner", AnswerChoice, 0}},
		{"too short", "words", Answer{Text: "字"}, AnswerFault{"words", AnswerShort, 2}},
		{"too long, in characters", "words", Answer{Text: strings.Repeat("字", 21)}, AnswerFault{"words", AnswerLong, 20}},
		{"too many photos", "photos", Answer{Photos: []string{"photo-01", "photo-02", "photo-03"}}, AnswerFault{"photos", AnswerPhotos, 2}},
		{"a photo twice", "photos", Answer{Photos: []string{"photo-01", "photo-01"}}, AnswerFault{"photos", AnswerPhotos, 2}},
		{"a photo from elsewhere", "photos", Answer{Photos: []string{"../../etc"}}, AnswerFault{"photos", AnswerPhotos, 2}},
		{"no question of this form", strings.Repeat("x", 99), Answer{Pick: Yes}, AnswerFault{strings.Repeat("x", 32), AnswerUnknown, 0}},
	} {
		answers := map[string]Answer{"hours": {Pick: Yes}}
		answers[c.question] = c.answer
		if _, got := forms()[0].Fill(answers); !slices.Equal(got, []AnswerFault{c.want}) {
			t.Errorf("%s: %v, want %v", c.what, got, c.want)
		}
	}
	if _, got := forms()[0].Fill(map[string]Answer{"wait": n(-1), "b": {}, "a": {}}); !slices.Equal(got, []AnswerFault{{"hours", AnswerMissing, 0}, {"wait", AnswerLow, 0}, {"a", AnswerUnknown, 0}, {"b", AnswerUnknown, 0}}) {
		t.Errorf("all at once: %v", got)
	}
}

// What was answered can be read when the form has long been another; what is wrong is counted.
func TestAFilledFormIsWholeInItself(t *testing.T) {
	n := func(n int) Answer { return Answer{Number: &n} }
	all, faults := forms()[0].Fill(map[string]Answer{"hours": {Pick: No}, "wait": n(31), "manner": {Pick: "warm"}, "words": {Text: "空调不凉"}, "photos": {Photos: []string{"photo-01"}}})
	if len(faults) > 0 || all.Asked != 3 || all.Wrong != 2 {
		t.Fatalf("%+v, %v", all, faults)
	}
	body, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{`"ask":"开窗"`, `"ask_en":"Open"`, `"picked":"热情"`, `"number":31`, `"unit":"分钟"`, `"text":"空调不凉"`, `"photos":["photo-01"]`, all.SHA} {
		if !strings.Contains(string(body), s) {
			t.Errorf("%s lacks %s", body, s)
		}
	}
	for _, c := range []struct {
		answer Answer
		wrong  int
	}{{n(30), 0}, {n(31), 1}, {n(0), 0}} { // until 30 minutes it is fine
		if all, _ := forms()[0].Fill(map[string]Answer{"hours": {Pick: Yes}, "wait": c.answer}); all.Wrong != c.wrong || all.Asked != 2 {
			t.Errorf("a wait of %d: %d of %d wrong", *c.answer.Number, all.Wrong, all.Asked)
		}
	}
	other := forms()[0]
	other.Questions[0].Ask = "按时开窗"
	if len(all.SHA) != 64 || other.SHA() == all.SHA {
		t.Error("another form has the same SHA-256")
	}
}

func FuzzFill(f *testing.F) {
	f.Add([]byte(`{"hours":{"pick":"no"},"wait":{"number":31},"words":{"text":"空调不凉"},"photos":{"photos":["photo-01"]}}`))
	f.Add([]byte(`{"hours":{"pick":"yes","text":"x"},"odd":{},"wait":{"number":-1}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var answers map[string]Answer
		if json.Unmarshal(body, &answers) != nil {
			return
		}
		for _, form := range forms() {
			all, faults := form.Fill(answers)
			if again, more := form.Fill(answers); len(more) != len(faults) || len(again.Given) != len(all.Given) {
				t.Fatal("filled in twice, two results")
			}
			if all.Wrong > all.Asked || all.Asked > len(all.Given) || len(all.Given) > len(form.Questions) {
				t.Fatalf("%d of %d of %d", all.Wrong, all.Asked, len(all.Given))
			}
			if sealed, err := json.Marshal(all); err != nil || len(sealed) > 64<<10 {
				t.Fatalf("%d bytes, %v", len(sealed), err)
			}
		}
	})
}
