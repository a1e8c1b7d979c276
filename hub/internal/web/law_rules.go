package web

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"hallpulse/firmware-protocol/hall"
)

// rule is one number of a policy pack: its key is that of the file, its value is said in words.
type rule struct {
	key  string
	span hall.Span  // where it is a limit
	word string     // key of the word that says it, where it is none
	n    int        // where the word counts something
	of   hall.Level // where it is a level
}

// rulesOf lists all rules of a pack, in the order of its file.
func rulesOf(p hall.Policy) []rule {
	limit := func(key string, s hall.Span) rule { return rule{key: key, span: s} }
	count := func(key, unit string, n int) rule { return rule{key: key, word: "policy.unit." + unit, n: n} }
	choice := func(key, value string) rule { return rule{key: key, word: "policy.value." + value} }
	named := "named.no"
	if p.CallBack.Named {
		named = "named.yes"
	}
	return []rule{
		limit("rating.window", p.Rating.Window),
		{key: "rating.default", of: p.Rating.Default},
		count("rating.lost_after", "days", p.Rating.LostAfter),
		count("rating.remind", "after", p.Rating.Remind),
		choice("rating.replace", "replace."+string(p.Rating.Replace)),
		limit("repair.limit", p.Repair.Limit),
		count("repair.extensions", "times", p.Repair.Extensions),
		limit("repair.extension", p.Repair.Extension),
		limit("repair.sign", p.Repair.Sign),
		limit("repair.second", p.Repair.Second),
		count("repair.remind", "before", p.Repair.Remind),
		count("repair.key_list", "repairs", p.Repair.KeyList),
		count("repair.key_days", "days", p.Repair.KeyDays),
		choice("call_back.named", named),
		limit("call_back.within", p.CallBack.Within),
		count("call_back.attempts", "calls", p.CallBack.Attempts),
		limit("appeal.within", p.Appeal.Within),
		limit("appeal.decide", p.Appeal.Decide),
		limit("concern.sign", p.Concern.Sign),
		limit("concern.answer", p.Concern.Answer),
		count("figures.least", "ratings", p.Figures.Least),
		count("figures.rank", "ratings", p.Figures.Rank),
	}
}

// value says a rule in the language of the page.
func (s sheet) value(r rule) string {
	switch {
	case r.of != 0:
		return s.Level(int(r.of))
	case r.word == "":
		return s.span(r.span)
	case r.n == 1 || r.n == 0:
		if key := r.word + "." + strconv.Itoa(r.n); s.T(key) != key {
			return s.T(key)
		}
	}
	return s.T(r.word, "n", strconv.Itoa(r.n))
}

// span says a limit: 5 个工作日.
func (s sheet) span(limit hall.Span) string {
	key := "policy.span." + string(limit.Unit)
	if limit.Days == 1 {
		key += ".1"
	}
	return s.T(key, "n", strconv.Itoa(limit.Days))
}

// ruleJSON is a rule in words, and where it comes from.
type ruleJSON struct {
	Key    string `json:"key"`
	Name   string `json:"name"`
	Value  string `json:"value"`
	Source string `json:"source,omitempty"` // as the file notes it
	// Of a limit its numbers, so that a page can count with them.
	Days int          `json:"days,omitempty"`
	Unit hall.DayUnit `json:"unit,omitempty"`
}

// cited is what the notes of a pack's file refer to: documents by their number, ours with their clause, places, and what is
// ours.
var cited = regexp.MustCompile(`\b00[0-4]\b|\b(?:domain|design) §[\d.]+(?:, §[\d.]+)*|\bcodes\.md\b|\bGuangdong 2019\b|\bXinjiang\b|\bown\b`)

// source says where a rule comes from. The files note it in English: whom that helps reads all of it, others document and
// clause.
func (s sheet) source(note string) string {
	if s.Lang == en {
		return note
	}
	var said []string
	for _, c := range cited.FindAllString(note, -1) {
		name, clause, _ := strings.Cut(c, " ")
		if key := "policy.source." + name; s.T(key) != key {
			c = strings.TrimSpace(s.T(key) + " " + strings.ReplaceAll(clause, ", ", s.T("ratings.and")))
		}
		if !slices.Contains(said, c) {
			said = append(said, c)
		}
	}
	return strings.Join(said, s.T("policy.source.and"))
}

// pack is a pack in the language of the page.
func (s sheet) pack(p Pack) packJSON {
	j := packJSON{ID: p.ID, Name: s.Lang.in(p.Name, p.NameEN), Source: s.source(p.Source), SHA: p.SHA, Differs: []differenceJSON{}}
	for _, r := range rulesOf(p.Policy) {
		j.Rules = append(j.Rules, ruleJSON{r.key, s.T("policy.rule." + r.key), s.value(r), s.source(p.Sources[r.key]), r.span.Days, r.span.Unit})
	}
	return j
}

// differenceJSON is a rule that one pack has otherwise than another.
type differenceJSON struct {
	Key  string `json:"key"`
	Name string `json:"name"`
	Was  string `json:"was"`
	Is   string `json:"is"`
}

// differences says what is otherwise in one pack than in another.
func (s sheet) differences(was, is hall.Policy) []differenceJSON {
	all := []differenceJSON{}
	before := rulesOf(was)
	for n, r := range rulesOf(is) {
		if before[n] != r {
			all = append(all, differenceJSON{r.key, s.T("policy.rule." + r.key), s.value(before[n]), s.value(r)})
		}
	}
	return all
}
