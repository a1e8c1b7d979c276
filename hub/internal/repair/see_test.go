package repair

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// full is a repair in which there is something to see in every field, twice rated, appealed by both sides, once frozen
// and let go. It stands in its second round, in which the unit repairs.
func full(t *testing.T, change func(*Rating)) *story {
	t.Helper()
	s := begin(t)
	s.play(t, rated(func(r *Rating) { r.Withheld = true }), opens, appeal(zhou), appeal(tang), assign(chen, "police"), sign(tang), call(fang, true),
		verify(tang, hall.ResultConfirmed), repairs(tang, hall.RepairLedger), until("2026-11-06 09:00"), freeze(hall.Citizen()), until("2026-11-09 16:44"), thaw(chen),
		answer(tang, hall.ResultConfirmed), rates(hall.VeryBad), assign(chen, "police"), sign(tang), call(fang, true), verify(tang, hall.ResultPartly), repairs(tang, hall.RepairAtOnce),
		until("2026-11-16 09:00"), extend(tang, "2026-11-30"), propose(tang), answer(tang, hall.ResultPartly), rates(hall.Fair), sendBack(chen), exclude(chen, false), decide(gao, hall.AppealUnit, false))
	s.rating.ReasonMissing = true // beside the reasons: so that every field has something to show
	change(&s.rating)
	s.r.Rating = s.rating
	return s
}

// viewers are who may look, as the rules tell them apart.
var viewers = map[string]hall.Person{
	"centre": chen, "supervisor": shen, "handler": tang, "caller": fang, "hotline": op7, "manager": guan, "auditor": aud, "rated": zhou,
}

// strangers see nothing of a repair of the police, not even that there is one.
var strangers = []hall.Person{
	lei, mei, {Account: "wu", Role: RoleStaff, Unit: "police"}, {Account: "g", Role: "guide"}, {Account: "i", Role: "inspector"},
	{Account: "o", Role: "observer"}, {Account: "r", Role: "reader"}, {Account: "w", Role: "wall"}, hall.Citizen(), {},
}

// The rule of each field: who sees it of a rater who gave his name and agreed to be called, and who sees it of another.
// all stands for everybody who sees that there is a repair. Domain §4, design §7.
const (
	all  = "centre supervisor handler caller hotline manager auditor rated"
	work = "centre supervisor handler caller hotline manager auditor" // all but the person rated
	desk = "centre supervisor manager"                                // who may see a level
	both = "centre supervisor"
)

var fieldRules = map[string]struct{ agreed, others string }{
	"Number": {all, all}, "Version": {all, all}, "State": {all, all}, "Hall": {all, all}, "Window": {all, all}, "Item": {all, all},
	"Day": {all, all}, "Opened": {all, all}, "Concerns": {all, all},
	"Allowed": {"centre supervisor handler caller hotline", "centre supervisor handler"}, // who may do something now
	"Appeals": {"centre supervisor handler caller auditor rated", "centre supervisor handler caller auditor rated"},

	"Unit": {work, work}, "Why": {work, work}, "Handler": {work, work}, "Reasons": {work, work}, "ReasonMissing": {work, work},
	"Waits": {work, work}, "Rounds": {work, work}, "Round": {work, work}, "Stops": {work, work}, "Steps": {work, work},
	"Exclusion":  {"centre supervisor handler caller auditor", "centre supervisor handler caller auditor"},
	"Named":      {work, ""},
	"Callback":   {work, ""},
	"Shortfalls": {work, ""},
	"Frozen":     {"", ""}, // it is not; see TestFrozen

	"Level": {desk, desk}, "SecondLevel": {desk, desk}, // never the unit, never the person rated
	"When":     {"centre supervisor manager handler caller hotline", desk},
	"Channel":  {"centre supervisor manager handler caller hotline", desk},
	"ServedBy": {"centre supervisor manager handler caller hotline", desk},

	"ID":          {"centre supervisor handler caller hotline", both},
	"Ticket":      {"centre supervisor handler caller hotline", both},
	"Withheld":    {"centre supervisor handler caller hotline", both},
	"Ref":         {"centre supervisor handler caller hotline", both},
	"Words":       {"centre supervisor handler caller", both},
	"SecondWords": {"centre supervisor handler caller", both},
	"Rater":       {"centre supervisor handler caller hotline", ""}, // who gave no name has none
	"Reveal":      {"centre caller hotline", ""},                    // to call: the centre, the call-back person, the hotline

	"Past":     {both, both},
	"Pressure": {"centre", "centre"}, // to the centre alone
}

// silentRules are what is seen of who gave his name and did not agree to be called, where it differs from others.
var silentRules = map[string]string{
	"Named": work, "Shortfalls": work, "Rater": both, "Reveal": "centre",
}

func TestWhoSeesWhat(t *testing.T) {
	for name, change := range map[string]func(*Rating){"named and agreed": func(*Rating) {}, "named": silent, "anonymous": anonymous} {
		t.Run(name, func(t *testing.T) {
			s := full(t, change)
			for who, p := range viewers {
				view, ok := See(s.r, Viewer{Person: p, Own: p == zhou, Now: moment("2026-12-31 09:00")})
				if !ok {
					t.Errorf("%s sees nothing", who)
				}
				each(t, view, func(field string, zero bool) {
					rule, ok := fieldRules[field]
					if !ok {
						t.Fatalf("View.%s has no rule: who may see it?", field)
					}
					sees := rule.agreed
					if name != "named and agreed" {
						sees = rule.others
					}
					if named, ok := silentRules[field]; ok && name == "named" {
						sees = named
					}
					if want := slices.Contains(strings.Fields(sees), who); want == zero {
						t.Errorf("%s sees %s: %v, want %v", who, field, !zero, want)
					}
				})
			}
		})
	}
}

// each calls fn with every field of a view.
func each(t *testing.T, v any, fn func(field string, zero bool)) {
	t.Helper()
	of := reflect.ValueOf(v)
	for i := range of.NumField() {
		fn(of.Type().Field(i).Name, of.Field(i).IsZero())
	}
}

// A rule without a field is a rule of something that is no longer there.
func TestEveryRuleHasItsField(t *testing.T) {
	fields := map[string]bool{}
	each(t, View{}, func(field string, _ bool) { fields[field] = true })
	for field := range fieldRules {
		if !fields[field] {
			t.Errorf("%s is no field of View", field)
		}
	}
}

// Of a round and of what was proposed, the texts stay with who works on it: the unit, the centre, 监察. The hotline reads
// what was said on calls.
func TestWhoSeesTexts(t *testing.T) {
	s := full(t, func(*Rating) {})
	for who, p := range viewers {
		if p == zhou {
			continue
		}
		view, _ := See(s.r, Viewer{Person: p})
		texts := map[string]bool{}
		sealed(reflect.ValueOf(view.Round), "", texts)
		sealed(reflect.ValueOf(view.Exclusion), "exclusion", texts)
		for field, has := range texts {
			want := slices.Contains([]string{"centre", "supervisor", "handler", "caller"}, who) || who == "hotline" && field == ".Calls.Said"
			if field == ".Answer.Changed" || field == ".Answer.Reply" {
				want = false // it was sent back
			}
			if has != want {
				t.Errorf("%s sees the text %s: %v, want %v", who, field, has, want)
			}
		}
	}
	s.play(t, answer(tang, hall.ResultPartly))
	for who, p := range viewers {
		view, _ := See(s.r, Viewer{Person: p, Own: p == zhou})
		if want := slices.Contains([]string{"centre", "supervisor", "handler", "caller"}, who); want != (view.Round.Answer.Reply != hall.Sealed{}) || want != (view.Round.Answer.Changed != hall.Sealed{}) {
			t.Errorf("%s sees the answer %+v", who, view.Round.Answer)
		}
	}
}

// sealed notes of every text in v whether it is there.
func sealed(v reflect.Value, path string, into map[string]bool) {
	if text, ok := v.Interface().(hall.Sealed); ok {
		into[path] = into[path] || text != hall.Sealed{}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			sealed(v.Field(i), path+"."+v.Type().Field(i).Name, into)
		}
	case reflect.Slice:
		for i := range v.Len() {
			sealed(v.Index(i), path, into)
		}
	}
}

// Evidence of an appeal is for its own side and who decides.
func TestWhoSeesAppeals(t *testing.T) {
	s := full(t, func(*Rating) {})
	for who, want := range map[string]string{
		"centre": "staff: proof, unit: proof", "supervisor": "staff: proof, unit: proof", "handler": "staff: , unit: proof", "caller": "staff: , unit: proof",
		"auditor": "staff: , unit: ", "rated": "staff: proof", "manager": "", "hotline": "",
	} {
		view, _ := See(s.r, Viewer{Person: viewers[who], Own: who == "rated"})
		var got []string
		for _, a := range view.Appeals {
			got = append(got, string(a.Side)+": "+a.Evidence.Ref)
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s sees %q, want %q", who, got, want)
		}
	}
}

func TestStrangersSeeNothing(t *testing.T) {
	s := full(t, func(*Rating) {})
	for _, p := range strangers {
		if view, ok := See(s.r, Viewer{Person: p}); ok || !reflect.ValueOf(view).IsZero() {
			t.Errorf("%+v sees %+v", p, view)
		}
	}
	if _, ok := See(Repair{}, Viewer{Person: chen}); ok {
		t.Error("there is none, and the centre sees it")
	}
	given := s.r.Apply(hall.RepairAssigned{Act: hall.Act{About: s.r.ID, By: chen}, Unit: "land"}, s.now, 1)
	if _, ok := See(given, Viewer{Person: tang}); ok {
		t.Error("a unit sees what is another's now")
	}
}

// §4: a unit that may have pressed the citizen neither sees who he is nor that he said so.
func TestFrozen(t *testing.T) {
	s := begin(t)
	s.play(t, append(worked(), freeze(hall.Citizen()))...)
	for who, p := range viewers {
		view, _ := See(s.r, Viewer{Person: p, Own: p == zhou, Now: s.now})
		if want := p != zhou; view.Frozen != want {
			t.Errorf("%s sees that it is frozen: %v", who, view.Frozen)
		}
		if want := who == "centre"; want != (len(view.Pressure) > 0) {
			t.Errorf("%s sees the report %v", who, view.Pressure)
		}
		if want := who == "centre" || who == "supervisor"; want != view.Rater || want != view.Words {
			t.Errorf("%s sees the rater %v, his words %v", who, view.Rater, view.Words)
		}
		for _, step := range view.Steps {
			if step.Type == hall.TypeRepairFrozen && (who == "centre") != (step.By == hall.Citizen()) {
				t.Errorf("%s reads that %+v froze it", who, step.By)
			}
		}
	}
	if view, _ := See(s.r, Viewer{Person: tang, Now: s.now}); view.Allowed != nil {
		t.Errorf("the handler may %v", view.Allowed)
	}
}

// §4: time only of who gave his name and agreed. A repair opens at the moment of the rating: of others only the day is
// seen, of every step that no account took.
func TestNoStepTellsTheTimeOfARating(t *testing.T) {
	s := full(t, anonymous)
	for who, p := range viewers {
		view, _ := See(s.r, Viewer{Person: p})
		for i, step := range view.Steps {
			exact := step.At.Equal(s.r.Steps[i].At)
			if s.r.Steps[i].By.Account == "" && exact != slices.Contains(strings.Fields(desk), who) && step.Type == hall.TypeRepairOpened {
				t.Errorf("%s sees that %s was at %v", who, step.Type, step.At)
			}
			if !exact && hall.DayOf(step.At) != hall.DayOf(s.r.Steps[i].At) {
				t.Errorf("%s sees another day of %s: %v", who, step.Type, step.At)
			}
		}
		if view.Round.Deadline.Day != 0 && len(s.law.Calendar.CountIn(hall.WorkingDays, view.Opened, view.Round.Deadline, "qinglan", view.Stops...)) != len(s.law.Calendar.CountIn(hall.WorkingDays, view.Opened, view.Round.Deadline, "qinglan", s.r.Stops...)) {
			t.Errorf("%s counts other days", who)
		}
	}
}

// Once nobody calls any more, nobody but the centre unmasks a name.
func TestNoRevealAfterTheAnswer(t *testing.T) {
	s := begin(t)
	s.play(t, answered()...)
	for who, p := range viewers {
		view, _ := See(s.r, Viewer{Person: p, Own: p == zhou})
		if want := who == "centre"; view.Reveal != want {
			t.Errorf("%s may unmask: %v", who, view.Reveal)
		}
	}
}

// What pages offer is what the rules allow.
func TestAllowed(t *testing.T) {
	for _, c := range []struct {
		given []step
		who   hall.Person
		want  []hall.Type
	}{
		{[]step{opens}, chen, []hall.Type{hall.TypeRepairAssigned, hall.TypeRepairFrozen}},
		{[]step{opens}, tang, []hall.Type{hall.TypeAppealOpened}},
		{[]step{opens, assign(chen, "police")}, tang, []hall.Type{hall.TypeRepairSigned, hall.TypeAppealOpened}},
		{[]step{opens, assign(chen, "police"), sign(tang)}, fang, []hall.Type{hall.TypeRepairCalled}},
		{[]step{opens, assign(chen, "police"), sign(tang)}, tang, []hall.Type{hall.TypeRepairVerified, hall.TypeRepairExtended, hall.TypeRepairExclusionProposed, hall.TypeAppealOpened}},
		{worked(), tang, []hall.Type{hall.TypeRepairVerified, hall.TypeRepairBegan, hall.TypeRepairExtended, hall.TypeRepairAnswered, hall.TypeRepairExclusionProposed, hall.TypeAppealOpened}},
		{append(worked(), until("2026-11-20 09:00")), tang, []hall.Type{hall.TypeRepairVerified, hall.TypeRepairBegan, hall.TypeRepairAnswered, hall.TypeRepairExclusionProposed, hall.TypeAppealOpened}},
		{answered(), shen, []hall.Type{hall.TypeRepairReturned, hall.TypeRepairClosed}},
		{append(answered(), propose(tang), appeal(zhou)), shen, []hall.Type{hall.TypeRepairReturned, hall.TypeRepairExcluded, hall.TypeRepairExclusionRefused, hall.TypeAppealDecided}},
		{answered(), hall.Citizen(), []hall.Type{hall.TypeRepairSecondRated, hall.TypeRepairFrozen}},
		{append(worked(), freeze(hall.Citizen())), chen, []hall.Type{hall.TypeRepairAssigned, hall.TypeRepairCalled, hall.TypeRepairFrozen, hall.TypeRepairThawed}},
		{[]step{opens}, zhou, []hall.Type{hall.TypeAppealOpened}},
		{[]step{opens}, guan, nil},
		{[]step{opens}, aud, nil},
	} {
		s := begin(t)
		s.play(t, c.given...)
		if got := s.r.Allowed(s.hand(c.who)); !slices.Equal(got, c.want) {
			t.Errorf("in %s %s may %v, want %v", s.r.State, c.who.Account, got, c.want)
		}
	}
}
