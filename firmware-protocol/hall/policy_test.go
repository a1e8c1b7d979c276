package hall

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// The pack that is in force where none was adopted, number by number.
func TestTheDefaultPack(t *testing.T) {
	p := DefaultPolicy()
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, r := range []struct {
		rule      string
		got, want any
	}{
		{"001, domain §3.4: 5 working days to rate", p.Rating.Window, working(5)},
		{"001, domain §3.4: then 基本满意 by default", p.Rating.Default, Fair},
		{"domain §3.5: reminded when the visit ends", p.Rating.Remind, 0},
		{"domain §3.2: an answer that shows the ticket replaces a press", p.Rating.Replace, ReplaceByTicket},
		{"design §5: an agent silent for 30 days after the due time can be declared lost", p.Rating.LostAfter, 30},
		{"001, domain §4: 10 working days to repair", p.Repair.Limit, working(10)},
		{"domain §4: extended once", p.Repair.Extensions, 1},
		{"domain §4: by 10 working days at the most", p.Repair.Extension, working(10)},
		{"domain §4: the citizen rates the repair within 5 working days", p.Repair.Second, working(5)},
		{"domain §4: signed for in 1 working day", p.Repair.Sign, working(1)},
		{"domain §4: reminded 3 working days before", p.Repair.Remind, 3},
		{"domain §4: every named one is called back", p.CallBack, CallBackPolicy{true, working(3), 3}},
		{"domain §4: appeal within 5 working days, decided within 5", p.Appeal, AppealPolicy{working(5), working(5)}},
		{"domain §5: a concern signed for in 1 working day, answered in 3", p.Concern, ConcernPolicy{working(1), working(3)}},
		{"domain §4: sums of 5 at least", p.Figures.Least, 5},
		{"domain §9: rankings have a minimum", p.Figures.Rank, 30},
	} {
		if !reflect.DeepEqual(r.got, r.want) {
			t.Errorf("%s: %v, want %v", r.rule, r.got, r.want)
		}
	}
}

func TestEveryFaultOfAPackIsNamed(t *testing.T) {
	for _, r := range []struct {
		rule string
		mend func(*Policy)
		want []string // lines of the error
	}{
		{"nothing said", func(p *Policy) { p.ID, p.Name, p.NameEN, p.Source = "", "", "", "" },
			[]string{"id: missing", "name: missing", "name_en: missing", "source: missing"}},
		{"a window without days or unit", func(p *Policy) { p.Rating.Window = Span{} },
			[]string{"rating.window.days: 0 found, want 1 to 400", `rating.window.unit: "" found, want working or natural`}},
		{"a window longer than any", func(p *Policy) { p.Rating.Window.Days = MaxSpan + 1 },
			[]string{"rating.window.days: 401 found, want 1 to 400"}},
		{"nobody is rated bad by default", func(p *Policy) { p.Rating.Default = Bad },
			[]string{"rating.default: 2 found, want 3, 4 or 5: nobody is rated bad by default"}},
		{"a default that is no level", func(p *Policy) { p.Rating.Default = 6 },
			[]string{"rating.default: 6 found, want 3, 4 or 5: nobody is rated bad by default"}},
		{"a lost agent is waited for", func(p *Policy) { p.Rating.LostAfter = 0 },
			[]string{"rating.lost_after: 0 found, want 1 to 400"}},
		{"a reminder comes before the window closes", func(p *Policy) { p.Rating.Remind = 5 },
			[]string{"rating.remind: 5 found, want 0 to 4"}},
		{"an unknown replacement rule", func(p *Policy) { p.Rating.Replace = "best" },
			[]string{`rating.replace: "best" found, want ticket or never`}},
		{"repairs", func(p *Policy) { p.Repair = RepairPolicy{Limit: natural(3), Extensions: 1, Remind: 3} },
			[]string{"repair.extension.days: 0 found, want 1 to 400", `repair.extension.unit: "" found, want working or natural`,
				"repair.sign.days: 0 found, want 1 to 400", `repair.sign.unit: "" found, want working or natural`,
				"repair.second.days: 0 found, want 1 to 400", `repair.second.unit: "" found, want working or natural`,
				"repair.remind: 3 found, want 0 to 2", "repair.key_list: 0 found, want 1 to 1000", "repair.key_days: 0 found, want 1 to 400"}},
		{"a pack may know no extension", func(p *Policy) { p.Repair.Extensions, p.Repair.Extension = 0, Span{} }, nil},
		{"more extensions than sense", func(p *Policy) { p.Repair.Extensions = 11 }, []string{"repair.extensions: 11 found, want 0 to 10"}},
		{"nobody is called", func(p *Policy) { p.CallBack.Attempts = 0 }, []string{"call_back.attempts: 0 found, want 1 to 10"}},
		{"call-back, appeals and concerns have limits", func(p *Policy) {
			p.CallBack.Within.Days, p.Appeal.Within.Days, p.Appeal.Decide.Unit, p.Concern.Sign.Days, p.Concern.Answer.Days = 0, -1, "day", 0, 0
		}, []string{"call_back.within.days: 0 found, want 1 to 400", "appeal.within.days: -1 found, want 1 to 400", `appeal.decide.unit: "day" found, want working or natural`,
			"concern.sign.days: 0 found, want 1 to 400", "concern.answer.days: 0 found, want 1 to 400"}},
		{"a sum of one is a single level", func(p *Policy) { p.Figures = FiguresPolicy{Least: 1} },
			[]string{"figures.least: 1 found, want 2 to 1000", "figures.rank: 0 found, want 1 to 1000000"}},
	} {
		p := DefaultPolicy()
		r.mend(&p)
		var got []string
		if err := p.Validate(); err != nil {
			got = strings.Split(err.Error(), "\n")
		}
		if !reflect.DeepEqual(got, r.want) {
			t.Errorf("%s:\n%s\nwant\n%s", r.rule, strings.Join(got, "\n"), strings.Join(r.want, "\n"))
		}
	}
}

// A pack, and a default, is read from its event with a level or not at all.
func TestADefaultWithoutALevelIsMalformed(t *testing.T) {
	pack, err := json.Marshal(PolicyAdopted{Pack: DefaultPolicy()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := DecodeFact(TypePolicyAdopted, pack); err != nil {
		t.Error(err)
	}
	for typ, body := range map[Type]string{
		TypePolicyAdopted:   strings.Replace(string(pack), `"default":3,`, "", 1),
		TypeRatingDefaulted: `{"about":"3-9f2c-19","visit":"3-9f2c-19"}`,
	} {
		if f, err := DecodeFact(typ, []byte(body)); err == nil {
			t.Errorf("%s is %+v", typ, f)
		}
	}
}
