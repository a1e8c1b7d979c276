package concern

import (
	"io/fs"
	"slices"
	"strings"
	"testing"

	"hallpulse/configs"
	"hallpulse/configs/strict"
	"hallpulse/firmware-protocol/hall"
)

// The shipped list and the shipped hall fit each other.
func TestTheShippedListIsRight(t *testing.T) {
	read := func(name string, into any) {
		data, err := fs.ReadFile(configs.FS(), name)
		if err != nil {
			t.Fatal(err)
		}
		if err := strict.Bytes(name, data, into).Err(); err != nil {
			t.Fatal(err)
		}
	}
	var l List
	var c hall.Catalogue
	read("responsibility.yaml", &l)
	read("hall.yaml", &c)
	for _, f := range l.Faults(func(id string) bool { _, ok := c.Unit(id); return ok }, func(id string) bool { return id == c.Hall.ID }) {
		t.Errorf("%s: %s", f.At, f.Say)
	}
	for _, want := range []struct {
		kind  hall.ConcernKind
		word  string
		unit  string
		found bool
	}{
		{hall.ConcernComplaint, "医保", "insurance", true},
		{hall.ConcernEnquiry, "户籍管理", "police", true},
		{hall.ConcernOpinion, "服务态度", Centre, true},
		{hall.ConcernPraise, "服务态度", "", false},
		{hall.ConcernReport, "医保", Centre, true},
		{hall.ConcernPlea, "办事指南", "", false},
	} {
		topic, ok := l.TopicOf(want.word)
		if !ok {
			t.Errorf("nobody knows the word %s", want.word)
		}
		if unit, _, ok := l.Route(want.kind, topic, "qinglan"); unit != want.unit || ok != want.found {
			t.Errorf("%s about %s goes to %q, %v", want.kind, want.word, unit, ok)
		}
	}
	if id, ok := l.TopicOf(" Identity Documents "); !ok || id != "identity" {
		t.Errorf("a name in English is %q, %v", id, ok)
	}
	if _, ok := l.TopicOf(""); ok {
		t.Error("no word is a topic")
	}
}

func TestAListNamesItsFaults(t *testing.T) {
	know := func(ids ...string) func(string) bool {
		return func(id string) bool { return slices.Contains(ids, id) }
	}
	unit, at := know("police", "land", "town"), know("qinglan", "yunxi-town")
	ours := list()
	if f := ours.Faults(unit, at); len(f) > 0 {
		t.Fatalf("a good one: %v", f)
	}
	for _, c := range []struct {
		what   string
		change func(*List)
		at     string
		says   string
	}{
		{"topic id", func(l *List) { l.Topics[0].ID = "身份" }, "topics[0].id", "want 1 to 32"},
		{"topic twice", func(l *List) { l.Topics = append(l.Topics, l.Topics[2]) }, "topics[3].id", "each once"},
		{"topic without a name", func(l *List) { l.Topics[1].NameEN = "" }, "topics[1]", "name_en"},
		{"one word, two topics", func(l *List) { l.Topics[2].Words = []string{"身份证"} }, "topics[2]", "identity too"},
		{"rule twice", func(l *List) { l.Rules[1].ID = "town" }, "rules[1].id", "each once"},
		{"the rule that no list has", func(l *List) { l.Rules[1].ID = RuleReport }, "rules[1].id", "not report"},
		{"rule of no topic", func(l *List) { l.Rules[1].Topics = []string{"x"} }, "rules[1].topics[0]", "not in topics"},
		{"rule of no kind", func(l *List) { l.Rules[2].Kinds[0] = "gift" }, "rules[2].kinds[0]", "want one of enquiry"},
		{"reports are not routed", func(l *List) { l.Rules[2].Kinds[0] = hall.ConcernReport }, "rules[2].kinds[0]", "centre alone"},
		{"rule of no hall", func(l *List) { l.Rules[0].Halls = []string{"x"} }, "rules[0].halls[0]", "no hall"},
		{"rule of no unit", func(l *List) { l.Rules[0].Unit = "" }, "rules[0].unit", "no unit"},
		{"a rule that is never reached", func(l *List) { l.Rules = append([]Rule{{ID: "all", Unit: "land"}}, l.Rules...) }, "rules[1]", "rule all before it"},
		{"a rule within another", func(l *List) {
			l.Rules = append(l.Rules, Rule{ID: "more", Topics: []string{"identity"}, Halls: []string{"qinglan"}, Unit: "land"})
		}, "rules[3]", "rule police before it"},
	} {
		l := list()
		c.change(&l)
		if f := l.Faults(unit, at); len(f) == 0 || !slices.ContainsFunc(f, func(f hall.Fault) bool { return f.At == c.at && strings.Contains(f.Say, c.says) }) {
			t.Errorf("%s: %v, want %s in %s", c.what, f, c.says, c.at)
		}
	}
	l := list()
	l.Topics[0].ID, l.Rules[0].Unit, l.Rules[2].Kinds[1] = "身份", "x", "y"
	if f := l.Faults(unit, at); len(f) != 4 { // the rule of the topic, too
		t.Errorf("all faults at once: %v", f)
	}
}
