package inspection

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"hallpulse/firmware-protocol/hall"
)

// Form is what an inspector fills in, as the centre wrote it in a file.
type Form struct {
	ID        string              `json:"id" yaml:"id"`
	Name      string              `json:"name" yaml:"name"`
	NameEN    string              `json:"name_en" yaml:"name_en"`
	Kind      hall.InspectionKind `json:"kind" yaml:"kind"`
	Questions []Question          `json:"questions" yaml:"questions"`
}

// QuestionKind is how a question is answered.
type QuestionKind string

// The kinds of questions.
const (
	AskYesNo  QuestionKind = "yes-no"
	AskChoice QuestionKind = "choice"
	AskNumber QuestionKind = "number"
	AskText   QuestionKind = "text"
	AskPhoto  QuestionKind = "photo"
)

// The answers to AskYesNo.
const (
	Yes = "yes"
	No  = "no"
)

// Question is one question of a form.
type Question struct {
	ID       string       `json:"id" yaml:"id"`
	Ask      string       `json:"ask" yaml:"ask"`
	AskEN    string       `json:"ask_en" yaml:"ask_en"`
	Kind     QuestionKind `json:"kind" yaml:"kind"`
	Needed   bool         `json:"needed,omitempty" yaml:"needed"`
	Choices  []Choice     `json:"choices,omitempty" yaml:"choices"`
	Wrong    []string     `json:"wrong,omitempty" yaml:"wrong"`         // answers that are a shortcoming
	Least    int          `json:"least,omitempty" yaml:"least"`         // of a number; of a text's characters
	Most     int          `json:"most,omitempty" yaml:"most"`           // the same; of how many photos
	FineFrom *int         `json:"fine_from,omitempty" yaml:"fine_from"` // a smaller number is a shortcoming
	FineTo   *int         `json:"fine_to,omitempty" yaml:"fine_to"`     // a greater one is
	Unit     string       `json:"unit,omitempty" yaml:"unit"`
	UnitEN   string       `json:"unit_en,omitempty" yaml:"unit_en"`
}

// Choice is one of the answers to AskChoice.
type Choice struct {
	ID     string `json:"id" yaml:"id"`
	Name   string `json:"name" yaml:"name"`
	NameEN string `json:"name_en" yaml:"name_en"`
}

// Bounds of a form.
const (
	maxQuestions = 40
	maxChoices   = 20
	maxText      = 1_000 // characters of one text
	maxTexts     = 5_000 // of all texts of a form
)

// SHA is the SHA-256 of the form, in hex: what was asked can be told from what is asked now.
func (f Form) SHA() string {
	body, err := json.Marshal(f)
	if err != nil {
		return "" // a struct of texts and numbers has a JSON form
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

func (f Form) question(id string) (Question, bool) {
	i := slices.IndexFunc(f.Questions, func(q Question) bool { return q.ID == id })
	if i < 0 {
		return Question{}, false
	}
	return f.Questions[i], true
}

// id matches the ids of forms, questions and choices.
var idPattern = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)

// Faults lists every fault of a form, in the order of the file.
func (f Form) Faults() []hall.Fault {
	c := formCheck{seen: map[string]bool{}}
	if !idPattern.MatchString(f.ID) {
		c.fault("id", "%q: want 1 to 32 of a-z, 0-9 and -", f.ID)
	}
	if f.Name == "" || f.NameEN == "" {
		c.fault("name", "name or name_en is missing: pages show them")
	}
	if !f.Kind.Valid() {
		c.fault("kind", "%q: want one of %s", f.Kind, words(hall.InspectionKinds()))
	}
	if n := len(f.Questions); n == 0 || n > maxQuestions {
		c.fault("questions", "%d found, want 1 to %d", n, maxQuestions)
	}
	texts := 0
	for i, q := range f.Questions {
		c.at = fmt.Sprintf("questions[%d].", i)
		c.question(q)
		if q.Kind == AskText {
			texts += q.Most
		}
	}
	c.at = ""
	if texts > maxTexts {
		c.fault("questions", "its texts may have %d characters in all, want at most %d: set smaller most", texts, maxTexts)
	}
	return c.faults
}

// formCheck gathers the faults of a form.
type formCheck struct {
	at     string
	seen   map[string]bool
	faults []hall.Fault
}

func (c *formCheck) fault(at, format string, args ...any) {
	c.faults = append(c.faults, hall.Fault{At: c.at + at, Say: fmt.Sprintf(format, args...)})
}

func (c *formCheck) question(q Question) {
	if !idPattern.MatchString(q.ID) || c.seen[q.ID] {
		c.fault("id", "%q: want 1 to 32 of a-z, 0-9 and -, each once", q.ID)
	}
	c.seen[q.ID] = true
	if q.Ask == "" || q.AskEN == "" {
		c.fault("ask", "ask or ask_en is missing: the phone shows them")
	}
	answers := []string{Yes, No}
	switch q.Kind {
	case AskYesNo:
	case AskChoice:
		answers = c.choices(q.Choices)
	case AskNumber:
		c.number(q)
	case AskText:
		if q.Least < 0 || q.Most < max(q.Least, 1) || q.Most > maxText {
			c.fault("most", "%d found, want %d to %d characters", q.Most, max(q.Least, 1), maxText)
		}
	case AskPhoto:
		if q.Most < 1 || q.Most > maxPhotos {
			c.fault("most", "%d found, want 1 to %d photos", q.Most, maxPhotos)
		}
	default:
		c.fault("kind", "%q: want one of %s", q.Kind, words([]QuestionKind{AskYesNo, AskChoice, AskNumber, AskText, AskPhoto}))
		return
	}
	for i, w := range q.Wrong {
		if (q.Kind == AskYesNo || q.Kind == AskChoice) && !slices.Contains(answers, w) {
			c.fault(fmt.Sprintf("wrong[%d]", i), "%q is none of its answers: %s", w, strings.Join(answers, ", "))
		}
	}
	c.foreign(q)
}

func (c *formCheck) choices(all []Choice) []string {
	if n := len(all); n < 2 || n > maxChoices {
		c.fault("choices", "%d found, want 2 to %d", n, maxChoices)
	}
	var ids []string
	for i, x := range all {
		if !idPattern.MatchString(x.ID) || slices.Contains(ids, x.ID) {
			c.fault(fmt.Sprintf("choices[%d].id", i), "%q: want 1 to 32 of a-z, 0-9 and -, each once", x.ID)
		}
		if x.Name == "" || x.NameEN == "" {
			c.fault(fmt.Sprintf("choices[%d]", i), "name or name_en is missing: the phone shows them")
		}
		ids = append(ids, x.ID)
	}
	return ids
}

func (c *formCheck) number(q Question) {
	if q.Least >= q.Most {
		c.fault("most", "%d found, want more than least, %d", q.Most, q.Least)
	}
	for at, fine := range map[string]*int{"fine_from": q.FineFrom, "fine_to": q.FineTo} {
		if fine != nil && (*fine < q.Least || *fine > q.Most) {
			c.fault(at, "%d found, want %d to %d", *fine, q.Least, q.Most)
		}
	}
	if q.FineFrom != nil && q.FineTo != nil && *q.FineFrom > *q.FineTo {
		c.fault("fine_to", "%d is smaller than fine_from, %d", *q.FineTo, *q.FineFrom)
	}
	if (q.Unit == "") != (q.UnitEN == "") {
		c.fault("unit", "unit and unit_en belong together")
	}
}

// foreign names keys that mean nothing for this kind of question: their author meant something else.
func (c *formCheck) foreign(q Question) {
	number, picks := q.Kind == AskNumber, q.Kind == AskYesNo || q.Kind == AskChoice
	for _, k := range []struct {
		key  string
		is   bool
		fits bool
	}{
		{"choices", len(q.Choices) > 0, q.Kind == AskChoice},
		{"wrong", len(q.Wrong) > 0, picks},
		{"fine_from", q.FineFrom != nil, number},
		{"fine_to", q.FineTo != nil, number},
		{"unit", q.Unit != "" || q.UnitEN != "", number},
		{"least", q.Least != 0, number || q.Kind == AskText},
		{"most", q.Most != 0, !picks},
	} {
		if k.is && !k.fits {
			c.fault(k.key, "means nothing for a question of kind %s: take it away", q.Kind)
		}
	}
}

func words[T ~string](all []T) string {
	var out []string
	for _, w := range all {
		out = append(out, string(w))
	}
	return strings.Join(out, ", ")
}
