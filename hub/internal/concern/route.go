package concern

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"hallpulse/firmware-protocol/hall"
)

// List is the responsibility list 责任清单: which unit answers for what. It is a file of the centre's.
type List struct {
	Topics []Topic `yaml:"topics"`
	Rules  []Rule  `yaml:"rules"`
}

// Topic is what a concern can be about.
type Topic struct {
	ID     string   `json:"id" yaml:"id"`
	Name   string   `json:"name" yaml:"name"`
	NameEN string   `json:"name_en" yaml:"name_en"`
	Words  []string `json:"words,omitempty" yaml:"words"` // what 12345 and others call it
}

// Rule gives concerns to a unit. What a rule does not name it does not look at.
type Rule struct {
	ID     string             `json:"id" yaml:"id"`
	Topics []string           `json:"topics,omitempty" yaml:"topics"`
	Kinds  []hall.ConcernKind `json:"kinds,omitempty" yaml:"kinds"`
	Halls  []string           `json:"halls,omitempty" yaml:"halls"`
	Unit   string             `json:"unit" yaml:"unit"` // "centre": the centre keeps it
}

// RuleReport is the rule that no list has and none can change: a report goes to the centre alone.
const RuleReport = "report"

// Route returns the unit that answers for a concern and the rule that says so: of the rules that fit, the first. False
// where none does; the centre then chooses.
func (l List) Route(kind hall.ConcernKind, topic, at string) (unit, rule string, ok bool) {
	if kind == hall.ConcernReport {
		return Centre, RuleReport, true
	}
	for _, r := range l.Rules {
		if fits(r.Topics, topic) && fits(r.Kinds, kind) && fits(r.Halls, at) {
			return r.Unit, r.ID, true
		}
	}
	return "", "", false
}

func fits[T comparable](wanted []T, v T) bool { return len(wanted) == 0 || slices.Contains(wanted, v) }

// Topic finds a topic by id.
func (l List) Topic(id string) (Topic, bool) {
	i := slices.IndexFunc(l.Topics, func(t Topic) bool { return t.ID == id })
	if i < 0 {
		return Topic{}, false
	}
	return l.Topics[i], true
}

// TopicOf finds the topic that a word means: its id, a name, or what others call it.
func (l List) TopicOf(word string) (id string, ok bool) {
	word = strings.ToLower(strings.TrimSpace(word))
	for _, t := range l.Topics {
		if slices.ContainsFunc(t.called(), func(w string) bool { return strings.ToLower(w) == word }) {
			return t.ID, true
		}
	}
	return "", false
}

func (t Topic) called() []string { return append([]string{t.ID, t.Name, t.NameEN}, t.Words...) }

// named matches the ids of topics and rules.
var named = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)

// Faults lists every fault of the list, in the order of the file; the units and halls of the centre are asked for by id.
func (l List) Faults(unit, hallID func(id string) bool) []hall.Fault {
	var all []hall.Fault
	fault := func(at, format string, args ...any) {
		all = append(all, hall.Fault{At: at, Say: fmt.Sprintf(format, args...)})
	}
	ids, words := map[string]bool{}, map[string]string{}
	for i, t := range l.Topics {
		at := fmt.Sprintf("topics[%d]", i)
		if !named.MatchString(t.ID) || ids[t.ID] {
			fault(at+".id", "%q: want 1 to 32 of a-z, 0-9 and -, each once", t.ID)
		}
		ids[t.ID] = true
		if t.Name == "" || t.NameEN == "" {
			fault(at, "name or name_en is missing: pages show them")
		}
		for _, w := range t.called() {
			w = strings.ToLower(strings.TrimSpace(w))
			if w != "" && words[w] != "" && words[w] != t.ID {
				fault(at, "%q means %s too: a word means one topic", w, words[w])
			}
			words[w] = t.ID
		}
	}
	rules := map[string]bool{RuleReport: true}
	for i, r := range l.Rules {
		at := fmt.Sprintf("rules[%d]", i)
		if !named.MatchString(r.ID) || rules[r.ID] {
			fault(at+".id", "%q: want 1 to 32 of a-z, 0-9 and -, each once and not %s", r.ID, RuleReport)
		}
		rules[r.ID] = true
		for _, f := range r.faults(l, unit, hallID) {
			fault(at+"."+f.At, "%s", f.Say)
		}
		if j := slices.IndexFunc(l.Rules[:i], func(e Rule) bool { return e.covers(r) }); j >= 0 {
			fault(at, "never reached: rule %s before it takes all of it", l.Rules[j].ID)
		}
	}
	return all
}

func (r Rule) faults(l List, unit, hallID func(string) bool) []hall.Fault {
	var all []hall.Fault
	fault := func(at, format string, args ...any) {
		all = append(all, hall.Fault{At: at, Say: fmt.Sprintf(format, args...)})
	}
	for i, t := range r.Topics {
		if _, ok := l.Topic(t); !ok {
			fault(fmt.Sprintf("topics[%d]", i), "%q is not in topics", t)
		}
	}
	for i, k := range r.Kinds {
		if !k.Valid() {
			fault(fmt.Sprintf("kinds[%d]", i), "%q: want one of %s", k, kindWords())
		} else if k == hall.ConcernReport {
			fault(fmt.Sprintf("kinds[%d]", i), "a report goes to the centre alone: no rule routes it")
		}
	}
	for i, h := range r.Halls {
		if !hallID(h) {
			fault(fmt.Sprintf("halls[%d]", i), "%q is no hall of this centre", h)
		}
	}
	if r.Unit != Centre && !unit(r.Unit) {
		fault("unit", "%q is no unit of this centre, and not %s", r.Unit, Centre)
	}
	return all
}

// covers reports whether every concern that fits s fits r too.
func (r Rule) covers(s Rule) bool {
	return within(s.Topics, r.Topics) && within(s.Kinds, r.Kinds) && within(s.Halls, r.Halls)
}

func within[T comparable](inner, outer []T) bool {
	if len(outer) == 0 {
		return true
	}
	return len(inner) > 0 && !slices.ContainsFunc(inner, func(v T) bool { return !slices.Contains(outer, v) })
}

func kindWords() string {
	var all []string
	for _, k := range hall.ConcernKinds() {
		all = append(all, string(k))
	}
	return strings.Join(all, ", ")
}
