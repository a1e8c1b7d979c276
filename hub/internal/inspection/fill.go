package inspection

import (
	"fmt"
	"slices"
	"unicode/utf8"
)

// Answer is what a phone sends for one question; it fills the field of the question's kind.
type Answer struct {
	Pick   string   `json:"pick,omitempty"` // of yes-no and choice
	Number *int     `json:"number,omitempty"`
	Text   string   `json:"text,omitempty"`
	Photos []string `json:"photos,omitempty"` // names under which they were sent
}

func (a Answer) isZero() bool {
	return a.Pick == "" && a.Number == nil && a.Text == "" && len(a.Photos) == 0
}

// Filled is a form with its answers, whole in itself: it is sealed as JSON, and can be read when the form has long been
// another. Fill makes it.
type Filled struct {
	Form   string  `json:"form"`
	SHA    string  `json:"sha"`
	Name   string  `json:"name"`
	NameEN string  `json:"name_en"`
	Asked  int     `json:"asked"` // questions that can be right or wrong, and were answered
	Wrong  int     `json:"wrong"`
	Given  []Given `json:"given"` // in the order of the form

	form Form
}

// Given is one question with its answer.
type Given struct {
	ID       string `json:"id"`
	Ask      string `json:"ask"`
	AskEN    string `json:"ask_en"`
	Answer   Answer `json:"answer"`
	Picked   string `json:"picked,omitempty"` // the name of the choice
	PickedEN string `json:"picked_en,omitempty"`
	Unit     string `json:"unit,omitempty"`
	UnitEN   string `json:"unit_en,omitempty"`
	Wrong    bool   `json:"wrong,omitempty"`
}

// AnswerCode says what is wrong with an answer. Screens read its sentence under the key say.inspection.answer.<code>.
type AnswerCode string

// The codes.
const (
	AnswerMissing AnswerCode = "missing"
	AnswerUnknown AnswerCode = "unknown" // no question of this form
	AnswerKind    AnswerCode = "kind"    // answered in another way than asked
	AnswerChoice  AnswerCode = "choice"  // none of the choices
	AnswerLow     AnswerCode = "low"     // smaller than Bound
	AnswerHigh    AnswerCode = "high"    // greater than Bound
	AnswerShort   AnswerCode = "short"   // fewer characters than Bound
	AnswerLong    AnswerCode = "long"    // more characters than Bound
	AnswerPhotos  AnswerCode = "photos"  // more than Bound, or one twice
)

// AnswerCodes are all of them.
func AnswerCodes() []AnswerCode {
	return []AnswerCode{AnswerMissing, AnswerUnknown, AnswerKind, AnswerChoice, AnswerLow, AnswerHigh, AnswerShort, AnswerLong, AnswerPhotos}
}

// AnswerFault is one answer to mend.
type AnswerFault struct {
	Question string // its id
	Code     AnswerCode
	Bound    int
}

func (f AnswerFault) Error() string { return fmt.Sprintf("%s: %s (%d)", f.Question, f.Code, f.Bound) }

// Fill checks the answers to a form and puts both together; all faults come back at once, in the order of the form. Texts
// are taken as they are: who reads them from the phone makes them clean.
func (f Form) Fill(answers map[string]Answer) (Filled, []AnswerFault) {
	all := Filled{Form: f.ID, SHA: f.SHA(), Name: f.Name, NameEN: f.NameEN, form: f}
	var faults []AnswerFault
	for _, q := range f.Questions {
		a := answers[q.ID]
		if a.isZero() {
			if q.Needed {
				faults = append(faults, AnswerFault{q.ID, AnswerMissing, 0})
			}
			continue
		}
		if code, bound := q.check(a); code != "" {
			faults = append(faults, AnswerFault{q.ID, code, bound})
			continue
		}
		g := Given{ID: q.ID, Ask: q.Ask, AskEN: q.AskEN, Answer: a, Unit: q.Unit, UnitEN: q.UnitEN, Wrong: q.isWrong(a)}
		if i := slices.IndexFunc(q.Choices, func(c Choice) bool { return c.ID == a.Pick }); i >= 0 {
			g.Picked, g.PickedEN = q.Choices[i].Name, q.Choices[i].NameEN
		}
		all.Given = append(all.Given, g)
		if q.canBeWrong() {
			all.Asked++
		}
		if g.Wrong {
			all.Wrong++
		}
	}
	var strange []AnswerFault
	for id := range answers {
		if _, ok := f.question(id); !ok {
			strange = append(strange, AnswerFault{short(id), AnswerUnknown, 0})
		}
	}
	slices.SortFunc(strange, func(a, b AnswerFault) int { return slices.Compare([]rune(a.Question), []rune(b.Question)) })
	return all, append(faults, strange...)
}

// short cuts what came as the name of a question that is none.
func short(id string) string { return id[:min(len(id), 32)] }

func (q Question) check(a Answer) (AnswerCode, int) {
	like := Answer{}
	switch q.Kind {
	case AskYesNo, AskChoice:
		like.Pick = a.Pick
	case AskNumber:
		like.Number = a.Number
	case AskText:
		like.Text = a.Text
	case AskPhoto:
		like.Photos = a.Photos
	}
	if like.isZero() || like.Pick != a.Pick || like.Number != a.Number || like.Text != a.Text || len(like.Photos) != len(a.Photos) {
		return AnswerKind, 0
	}
	switch q.Kind {
	case AskYesNo:
		if a.Pick != Yes && a.Pick != No {
			return AnswerChoice, 0
		}
	case AskChoice:
		if !slices.ContainsFunc(q.Choices, func(c Choice) bool { return c.ID == a.Pick }) {
			return AnswerChoice, 0
		}
	case AskNumber:
		return outside(*a.Number, q.Least, q.Most, AnswerLow, AnswerHigh)
	case AskText:
		return outside(utf8.RuneCountInString(a.Text), q.Least, q.Most, AnswerShort, AnswerLong)
	case AskPhoto:
		if bad := slices.ContainsFunc(a.Photos, func(p string) bool { return !draftPattern.MatchString(p) }); bad || len(a.Photos) > q.Most ||
			len(slices.Compact(slices.Sorted(slices.Values(a.Photos)))) < len(a.Photos) {
			return AnswerPhotos, q.Most
		}
	}
	return "", 0
}

func outside(n, least, most int, low, high AnswerCode) (AnswerCode, int) {
	switch {
	case n < least:
		return low, least
	case n > most:
		return high, most
	}
	return "", 0
}

func (q Question) canBeWrong() bool {
	return len(q.Wrong) > 0 || q.FineFrom != nil || q.FineTo != nil
}

func (q Question) isWrong(a Answer) bool {
	if a.Number != nil {
		return q.FineFrom != nil && *a.Number < *q.FineFrom || q.FineTo != nil && *a.Number > *q.FineTo
	}
	return slices.Contains(q.Wrong, a.Pick)
}
