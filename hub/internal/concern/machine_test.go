package concern

import (
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/rating"
)

// clock reads a time of Beijing, 2026-11-23 09:00.
func clock(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", s, hall.Beijing())
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// law is ours, with the days of 2026 as they were published.
func law(t testing.TB) rating.Law {
	t.Helper()
	data, err := os.ReadFile("../../../configs/calendar/2026.json")
	if err != nil {
		t.Fatal(err)
	}
	var year hall.CalendarYear
	if err := json.Unmarshal(data, &year); err != nil {
		t.Fatal(err)
	}
	return rating.Law{Calendar: hall.NewCalendar([]hall.CalendarYear{year}, nil)}
}

func list() List {
	return List{
		Topics: []Topic{{ID: "identity", Name: "身份证件", NameEN: "Identity", Words: []string{"身份证"}}, {ID: "queue", Name: "等候", NameEN: "Waiting"}, {ID: "odd", Name: "其他", NameEN: "Other"}},
		Rules: []Rule{
			{ID: "town", Halls: []string{"yunxi-town"}, Unit: "town"},
			{ID: "police", Topics: []string{"identity"}, Unit: "police"},
			{ID: "queue", Topics: []string{"queue"}, Kinds: []hall.ConcernKind{hall.ConcernComplaint, hall.ConcernOpinion}, Unit: Centre},
		},
	}
}

var (
	desk   = hall.Person{Account: "desk-1", Role: "centre"}
	watch  = hall.Person{Account: "watch-1", Role: "supervisor"}
	police = hall.Person{Account: "police-1", Role: "handler", Unit: "police"}
	land   = hall.Person{Account: "land-1", Role: "handler", Unit: "land"}
	oper   = hall.Person{Account: "op-1", Role: "operator"}
	text   = hall.Sealed{Ref: "r1", SHA: "aa"}
)

// file is a concern as a test drives it: what acts decide is encoded, read again and applied, as the hub does.
type file struct {
	t     testing.TB
	law   rating.Law
	list  List
	now   time.Time
	c     Concern
	facts []hall.Fact
	at    []time.Time
}

func newFile(t testing.TB, now string) *file {
	return &file{t: t, law: law(t), list: list(), now: clock(t, now)}
}

func (f *file) take(facts []hall.Fact, err error) error {
	f.t.Helper()
	if err != nil {
		return err
	}
	for _, fact := range facts {
		body, err := json.Marshal(fact)
		if err != nil {
			f.t.Fatal(err)
		}
		read, err := hall.DecodeFact(fact.Type(), body)
		if err != nil {
			f.t.Fatal(err)
		}
		f.facts, f.at = append(f.facts, read), append(f.at, f.now)
		f.c = f.c.Apply(read, f.now, int64(16+len(f.facts)))
	}
	return nil
}

func (f *file) must(facts []hall.Fact, err error) {
	f.t.Helper()
	if err := f.take(facts, err); err != nil {
		f.t.Fatal(err)
	}
}

func (f *file) receive(n New) error {
	if n.ID == "" {
		n.ID = "c-1"
	}
	if n.Source == "" {
		n.Source = hall.ConcernPhone
	}
	if n.Kind == "" {
		n.Kind = hall.ConcernComplaint
	}
	if n.Text == (hall.Sealed{}) {
		n.Text = text
	}
	facts, err := f.c.Receive(n, f.list, f.law, desk, f.now)
	return f.take(facts, err)
}

// inState returns a complaint in a state, with the unit police where a unit has it.
func inState(t testing.TB, s State) *file {
	f := newFile(t, "2026-11-23 09:00")
	if s == "" {
		return f
	}
	if s == Recorded || s == Struck {
		f.must(f.c.Record(Praise{ID: "c-1", Source: hall.ConcernVisitor, Form: hall.PraisePennant, Of: []hall.Praised{{Unit: "land"}}}, desk, f.now))
		if s == Struck {
			f.must(f.c.Strike(f.c.Version, hall.StruckMistake, desk))
		}
		return f
	}
	if err := f.receive(New{Topic: "odd"}); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		to State
		do func() ([]hall.Fact, error)
	}{
		{Received, func() ([]hall.Fact, error) { return nil, nil }},
		{Routed, func() ([]hall.Fact, error) { return f.route("police", Correction{}) }},
		{Returned, func() ([]hall.Fact, error) {
			return f.c.Return(f.c.Version, hall.ReturnedUnclear, text, f.law, police, f.now)
		}},
		{"", func() ([]hall.Fact, error) { return f.route("police", Correction{}) }},
		{Signed, func() ([]hall.Fact, error) { return f.c.Sign(f.c.Version, police) }},
		{Answered, func() ([]hall.Fact, error) { return f.c.Reply(f.c.Version, text, police) }},
		{"", func() ([]hall.Fact, error) { return f.c.Judge(f.c.Version, true, "", desk) }},
		{Closed, func() ([]hall.Fact, error) { return f.c.Close(f.c.Version, hall.ClosedAnswered, "", desk) }},
	} {
		f.must(step.do())
		if step.to == s {
			return f
		}
	}
	t.Fatalf("no way to %s", s)
	return nil
}

func (f *file) route(unit string, put Correction) ([]hall.Fact, error) {
	return f.c.Route(f.c.Version, unit, put, f.list, f.law, desk, f.now)
}

// codeOf is why an act was refused; empty where it was not, or for another reason.
func codeOf(err error) Code {
	var r *Refused
	if errors.As(err, &r) {
		return r.Code
	}
	return ""
}

func states() []State {
	return []State{Received, Routed, Returned, Signed, Answered, Closed, Recorded, Struck}
}

// acts are what people can do to a concern that is there, each as whom it is allowed to.
func acts(f *file) map[string]func() ([]hall.Fact, error) {
	seen := f.c.Version
	with := police
	if f.c.To == "land" {
		with = land
	}
	why := hall.ClosedWithdrawn
	if f.c.State == Answered {
		why = hall.ClosedAnswered
	}
	return map[string]func() ([]hall.Fact, error){
		"route":  func() ([]hall.Fact, error) { return f.route("land", Correction{}) },
		"sign":   func() ([]hall.Fact, error) { return f.c.Sign(seen, with) },
		"return": func() ([]hall.Fact, error) { return f.c.Return(seen, hall.ReturnedNotOurs, text, f.law, with, f.now) },
		"answer": func() ([]hall.Fact, error) { return f.c.Reply(seen, text, with) },
		"judge":  func() ([]hall.Fact, error) { return f.c.Judge(seen, false, hall.InvalidUnfounded, desk) },
		"hear":   func() ([]hall.Fact, error) { return f.c.Hear(hall.Good, hall.ChannelHotline, "call-7", oper) },
		"reopen": func() ([]hall.Fact, error) { return f.c.Reopen(seen, text, time.Time{}, f.law, desk, f.now) },
		"close":  func() ([]hall.Fact, error) { return f.c.Close(seen, why, "", desk) },
		"strike": func() ([]hall.Fact, error) { return f.c.Strike(seen, hall.StruckMade, desk) },
	}
}

// The desk's law, state by state: what each act makes of a complaint (domain §5).
func TestWhatEachActMakesOfEachState(t *testing.T) {
	want := map[string][]State{ // in the order of states(); empty: not now
		"route":  {Routed, Routed, Routed, Routed, "", "", "", ""},
		"sign":   {"", Signed, "", "", "", "", "", ""},
		"return": {"", Returned, "", Returned, "", "", "", ""},
		"answer": {"", "", "", Answered, "", "", "", ""},
		"judge":  {Received, Routed, Returned, Signed, Answered, "", "", ""},
		"hear":   {"", "", "", "", Answered, Closed, "", ""},
		"reopen": {"", "", "", "", Signed, Signed, "", ""},
		"close":  {Closed, Closed, Closed, Closed, Closed, "", "", ""},
		"strike": {"", "", "", "", "", "", Struck, ""},
	}
	for act, row := range want {
		for i, from := range states() {
			f := inState(t, from)
			if act == "close" && from == Answered {
				f.must(f.c.Judge(f.c.Version, true, "", desk))
			}
			before := f.c
			err := f.take(acts(f)[act]())
			switch {
			case row[i] == "" && (codeOf(err) != NotNow || f.c.Version != before.Version):
				t.Errorf("%s while %s: %s, %v, want not now", act, from, f.c.State, err)
			case row[i] != "" && (err != nil || f.c.State != row[i]):
				t.Errorf("%s while %s: %s, %v, want %s", act, from, f.c.State, err, row[i])
			}
		}
	}
	for act := range want {
		if err := newFile(t, "2026-11-23 09:00").take(acts(newFile(t, "2026-11-23 09:00"))[act]()); codeOf(err) != NoSuch {
			t.Errorf("%s of a concern that is not there: %v", act, err)
		}
	}
}

// The drawing in the package comment is the table that the machine runs.
func TestThePackageCommentDrawsTheMachine(t *testing.T) {
	var lines []string
	for _, m := range moves() {
		from := string(m.from)
		if from == "" {
			from = "start"
		}
		lines = append(lines, from+" --"+string(m.deed)+"--> "+string(m.to))
	}
	f, err := parser.ParseFile(token.NewFileSet(), "concern.go", nil, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		t.Fatal(err)
	}
	var drawn []string
	for line := range strings.Lines(f.Doc.Text()) {
		if strings.Contains(line, "-->") && !strings.Contains(line, "--deed-->") {
			drawn = append(drawn, strings.Join(strings.Fields(line), " "))
		}
	}
	slices.Sort(lines)
	slices.Sort(drawn)
	if !slices.Equal(lines, drawn) {
		t.Errorf("the package comment draws\n%s\nthe machine is\n%s", strings.Join(drawn, "\n"), strings.Join(lines, "\n"))
	}
	if dup := slices.Compact(slices.Clone(lines)); len(dup) != len(lines) {
		t.Error("a line stands twice")
	}
}

// A deed that has no line changes nothing: an act out of turn cannot be in the stream.
func TestADeedOutOfTurnChangesNothing(t *testing.T) {
	about := hall.Act{About: "c-1", By: desk}
	deeds := []hall.Fact{hall.ConcernReceived{Act: about}, hall.ConcernRouted{Act: about}, hall.ConcernSigned{Act: about}, hall.ConcernReturned{Act: about},
		hall.ConcernReferred{Act: about}, hall.ConcernAnswered{Act: about}, hall.ConcernJudged{Act: about}, hall.ConcernHeard{Act: about, Level: 5},
		hall.ConcernReopened{Act: about}, hall.ConcernClosed{Act: about}, hall.ConcernEscalated{Act: about}, hall.ConcernPraised{Act: about},
		hall.ConcernStruck{Act: about}, hall.DeadlineMoved{Act: about}, hall.VisitServed{}}
	for _, from := range append(states(), "") {
		for _, d := range deeds {
			f := inState(t, from)
			to, legal := next(from, d.Type())
			after := f.c.Apply(d, f.now, 99)
			if after.State != to || (after.Version != f.c.Version) != legal {
				t.Errorf("%s after %s: %s, version %d after %d", from, d.Type(), after.State, after.Version, f.c.Version)
			}
		}
	}
}

func TestTheCentreIsTheUnitAndTheRolesThatAccessKnows(t *testing.T) {
	if Centre != access.CentreUnit || roleCentre != string(access.Centre) || roleSupervisor != string(access.Supervisor) {
		t.Error("the centre has two names")
	}
}

// Every code of a refusal says a sentence, here and in the catalogue of words, in both languages.
func TestEveryCodeHasItsSentence(t *testing.T) {
	for _, lang := range []string{"zh", "en"} {
		data, err := os.ReadFile("../../../web-kiosk/src/shared/words/" + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var words map[string]string
		if err := json.Unmarshal(data, &words); err != nil {
			t.Fatal(err)
		}
		for _, c := range Codes() {
			if words["say.concern."+string(c)] == "" {
				t.Errorf("%s: say.concern.%s is missing", lang, c)
			}
		}
		for _, c := range RowCodes() {
			if words["say.concern.row."+string(c)] == "" {
				t.Errorf("%s: say.concern.row.%s is missing", lang, c)
			}
		}
		for _, c := range Columns() {
			if words["concern.column."+string(c)] == "" {
				t.Errorf("%s: concern.column.%s is missing", lang, c)
			}
		}
		for _, s := range states() {
			if words["concern.state."+string(s)] == "" {
				t.Errorf("%s: concern.state.%s is missing", lang, s)
			}
		}
		for _, k := range hall.ConcernKinds() {
			if words["concern.kind."+string(k)] == "" {
				t.Errorf("%s: concern.kind.%s is missing", lang, k)
			}
		}
		for _, s := range hall.ConcernSources() {
			if words["concern.source."+string(s)] == "" {
				t.Errorf("%s: concern.source.%s is missing", lang, s)
			}
		}
	}
	said := map[string]Code{}
	for _, c := range Codes() {
		s := (&Refused{Code: c, Field: strconv.Quote(string(c))}).Error()
		if said[s] != "" {
			t.Errorf("%s says what %s says: %s", c, said[s], s)
		}
		said[s] = c
	}
	for _, c := range RowCodes() {
		if s := c.say(7); s == string(c) || s == "" {
			t.Errorf("row code %s says nothing", c)
		}
	}
}
