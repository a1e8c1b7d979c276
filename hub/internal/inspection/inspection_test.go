package inspection

import (
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
)

var (
	desk  = hall.Person{Account: "desk-1", Role: "centre"}
	watch = hall.Person{Account: "watch-1", Role: "supervisor"}
	shen  = hall.Person{Account: "shen", Role: "inspector"}
	ma    = hall.Person{Account: "ma", Role: "observer"}
	land  = hall.Person{Account: "land-1", Role: "handler", Unit: "land"}
	text  = hall.Sealed{Ref: "r1", SHA: "aa"}
)

func day(t testing.TB, s string) hall.Day {
	t.Helper()
	d, err := hall.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func forms() []Form {
	to := 30
	return []Form{
		{ID: "site", Name: "实地", NameEN: "Site", Kind: hall.InspectionSite, Questions: []Question{
			{ID: "hours", Ask: "开窗", AskEN: "Open", Kind: AskYesNo, Wrong: []string{No}, Needed: true},
			{ID: "wait", Ask: "等候", AskEN: "Wait", Kind: AskNumber, Most: 480, FineTo: &to, Unit: "分钟", UnitEN: "minutes"},
			{ID: "manner", Ask: "态度", AskEN: "Manner", Kind: AskChoice, Choices: []Choice{{"warm", "热情", "warm"}, {"cold", "冷淡", "cold"}}, Wrong: []string{"cold"}},
			{ID: "words", Ask: "其他", AskEN: "Else", Kind: AskText, Least: 2, Most: 20},
			{ID: "photos", Ask: "照片", AskEN: "Photos", Kind: AskPhoto, Most: 2},
		}},
		{ID: "observer", Name: "监督员", NameEN: "Observer", Kind: hall.InspectionObserver, Questions: []Question{
			{ID: "what", Ask: "看到", AskEN: "Seen", Kind: AskText, Most: 100, Needed: true},
		}},
	}
}

// file is an inspection as a test drives it: what acts decide is encoded, read again and applied, as the hub does.
type file struct {
	t     testing.TB
	now   time.Time
	i     Inspection
	facts []hall.Fact
	at    []time.Time
}

func (f *file) today() hall.Day { return hall.DayOf(f.now) }

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
		f.i = f.i.Apply(read, f.now, int64(16+len(f.facts)))
	}
	return nil
}

func (f *file) must(facts []hall.Fact, err error) {
	f.t.Helper()
	if err := f.take(facts, err); err != nil {
		f.t.Fatal(err)
	}
}

func newFile(t testing.TB, now string) *file {
	return &file{t: t, now: day(t, now).Start().Add(9 * time.Hour)}
}

func line(t testing.TB) Line {
	return Line{ID: "plan-0001", Quarter: "2026-Q4", Form: "site", Halls: []string{"qinglan", "yunxi-town"}, Each: 2, Until: day(t, "2026-12-15"), Who: []string{"shen", "li", "wu"}}
}

// planned is the first inspection of line, until 15 December, by shen.
func planned(t testing.TB) *file {
	f := newFile(t, "2026-11-23")
	all, err := line(t).Inspections(forms(), f.today(), desk)
	if err != nil {
		t.Fatal(err)
	}
	f.must(f.i.Enter(all[0]), nil)
	return f
}

func filled(t testing.TB, form Form) Filled {
	t.Helper()
	answers := map[string]Answer{"hours": {Pick: No}, "what": {Text: "窗口无人"}}
	for id := range answers {
		if _, ok := form.question(id); !ok {
			delete(answers, id)
		}
	}
	all, faults := form.Fill(answers)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return all
}

func (f *file) submission(findings ...NewFinding) Submission {
	return Submission{Draft: "draft-0001", Hall: "qinglan", On: f.today(), Filled: filled(f.t, forms()[0]), Answers: text, Findings: findings}
}

// made is planned, and made with one finding that nobody owns yet and one that land owns until 30 November.
func made(t testing.TB) *file {
	f := planned(t)
	f.must(f.i.Submit(f.submission(NewFinding{Text: text}, NewFinding{Question: "hours", Text: text, Unit: "land", Due: day(t, "2026-11-30")}), shen, f.now))
	return f
}

// codeOf is why an act was refused; empty where it was not, or for another reason.
func codeOf(err error) Code {
	var r *Refused
	if errors.As(err, &r) {
		return r.Code
	}
	return ""
}

func want(t *testing.T, err error, c Code) {
	t.Helper()
	if got := codeOf(err); got != c {
		t.Errorf("got %q (%v), want %s", got, err, c)
	}
}

// Domain §5: each quarter plans mystery visits and surveys: kind, halls, how many, until when, by whom.
func TestAQuarterIsPlanned(t *testing.T) {
	all, err := line(t).Inspections(forms(), day(t, "2026-11-23"), desk)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range all {
		got = append(got, strings.Join([]string{p.About, string(p.Kind), p.Hall, p.Until.String(), p.Who}, " "))
	}
	if s := strings.Join(got, "\n"); s != `plan-0001.1 site qinglan 2026-12-15 shen
plan-0001.2 site yunxi-town 2026-12-15 li
plan-0001.3 site qinglan 2026-12-15 wu
plan-0001.4 site yunxi-town 2026-12-15 shen` {
		t.Errorf("planned\n%s", s)
	}
	for _, c := range []struct {
		what   string
		change func(*Line)
		by     hall.Person
		code   Code
	}{
		{"by an inspector", func(*Line) {}, shen, NotCentre},
		{"without an id", func(l *Line) { l.ID = "" }, desk, BadID},
		{"an id that could be another's inspection", func(l *Line) { l.ID = "plan-0001.1" }, desk, BadID},
		{"a fifth quarter", func(l *Line) { l.Quarter = "2026-Q5" }, desk, BadQuarter},
		{"a form that is not there", func(l *Line) { l.Form = "x" }, desk, BadForm},
		{"no hall", func(l *Line) { l.Halls = nil }, desk, BadHall},
		{"a hall twice", func(l *Line) { l.Halls = []string{"qinglan", "qinglan"} }, desk, BadHall},
		{"none at all", func(l *Line) { l.Each = 0 }, desk, BadCount},
		{"more than anybody makes", func(l *Line) { l.Each = 251 }, desk, TooMany},
		{"until yesterday", func(l *Line) { l.Until = day(t, "2026-11-22") }, desk, BadUntil},
		{"until after the quarter", func(l *Line) { l.Until = day(t, "2027-01-01") }, desk, BadUntil},
		{"in a quarter that has not begun, before it", func(l *Line) { l.Quarter = "2027-Q1" }, desk, BadUntil},
		{"by nobody", func(l *Line) { l.Who = nil }, desk, BadWho},
		{"by an account that can be none", func(l *Line) { l.Who = []string{"a b"} }, desk, BadWho},
	} {
		l := line(t)
		c.change(&l)
		_, err := l.Inspections(forms(), day(t, "2026-11-23"), c.by)
		if codeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", c.what, err, c.code)
		}
	}
	f := planned(t)
	f.must(f.i.Enter(all[0]), nil) // a plan sent twice is one
	if f.i.Version != 1 || f.i.Number != "I-17" || f.i.Who != "shen" {
		t.Errorf("%+v", f.i)
	}
}

// What each act makes of each state of an inspection.
func TestWhatEachActMakesOfAnInspection(t *testing.T) {
	states := []State{"", Planned, Done, Cancelled}
	in := func(s State) *file {
		f := newFile(t, "2026-11-23")
		switch s {
		case Planned:
			return planned(t)
		case Done:
			return made(t)
		case Cancelled:
			f = planned(t)
			f.must(f.i.Cancel(1, hall.CancelledClosed, desk))
		}
		return f
	}
	for _, c := range []struct {
		act  string
		do   func(*file) ([]hall.Fact, error)
		want [4]any // a State, or the code of the refusal
	}{
		{"assign", func(f *file) ([]hall.Fact, error) {
			return f.i.Assign(f.i.Version, "li", f.today(), f.today(), desk)
		}, [4]any{NoSuch, Planned, NotNow, NotNow}},
		{"cancel", func(f *file) ([]hall.Fact, error) { return f.i.Cancel(f.i.Version, hall.CancelledOther, desk) }, [4]any{NoSuch, Cancelled, NotNow, NotNow}},
		{"submit", func(f *file) ([]hall.Fact, error) { return f.i.Submit(f.submission(), shen, f.now) }, [4]any{Done, Done, Done, NotNow}},
	} {
		for n, s := range states {
			f := in(s)
			err := f.take(c.do(f))
			if got := codeOf(err); got != "" && got != c.want[n] || got == "" && f.i.State != c.want[n] {
				t.Errorf("%s in %q: %s, %v, want %v", c.act, s, f.i.State, err, c.want[n])
			}
		}
	}
}

// The drawings in the package comment are the tables that the machines run.
func TestThePackageCommentDrawsTheMachines(t *testing.T) {
	lines := append(drawn(moves()), drawn(findingMoves())...)
	f, err := parser.ParseFile(token.NewFileSet(), "inspection.go", nil, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		t.Fatal(err)
	}
	var comment []string
	for line := range strings.Lines(f.Doc.Text()) {
		if strings.Contains(line, "-->") && !strings.Contains(line, "--deed-->") {
			comment = append(comment, strings.Join(strings.Fields(line), " "))
		}
	}
	slices.Sort(lines)
	slices.Sort(comment)
	if !slices.Equal(lines, comment) {
		t.Errorf("the package comment draws\n%s\nthe machines are\n%s", strings.Join(comment, "\n"), strings.Join(lines, "\n"))
	}
}

func drawn[S ~string](all []move[S]) []string {
	var lines []string
	for _, m := range all {
		from := string(m.from)
		if from == "" {
			from = "start"
		}
		lines = append(lines, from+" --"+string(m.deed)+"--> "+string(m.to))
	}
	return lines
}

// A form sent twice from a phone is one; who was not to make it does not submit it.
func TestSubmittedTwiceIsOne(t *testing.T) {
	f := made(t)
	version := f.i.Version
	f.must(f.i.Submit(f.submission(), shen, f.now)) // sent again, as a phone does that heard no answer
	if f.i.Version != version || len(f.i.Findings) != 2 || f.i.Asked != 1 || f.i.Wrong != 1 || f.i.FormSHA != forms()[0].SHA() {
		t.Errorf("%+v", f.i)
	}
	other := f.submission()
	other.Draft = "draft-0002"
	var c *Conflict
	if err := f.take(f.i.Submit(other, shen, f.now)); !errors.As(err, &c) || c.By != shen {
		t.Errorf("filled in twice: %v", err)
	}

	f = planned(t)
	if due, ok := f.i.Due(); !f.i.Open() || !ok || due != f.i.Until {
		t.Errorf("due on %v, %v", due, ok)
	}
	want(t, f.take(f.i.Submit(f.submission(), ma, f.now)), NotYours)
	want(t, f.take(f.i.Submit(f.submission(), desk, f.now)), NotYours)
	for _, bad := range []struct {
		what   string
		change func(*Submission)
		code   Code
	}{
		{"a draft without a name", func(s *Submission) { s.Draft = "" }, BadID},
		{"another form than planned", func(s *Submission) { s.Filled = filled(t, forms()[1]) }, BadForm},
		{"a form that nobody filled in", func(s *Submission) { s.Filled = Filled{} }, BadForm},
		{"made tomorrow", func(s *Submission) { s.On++ }, BadOn},
		{"made long ago", func(s *Submission) { s.On -= sentWithin + 1 }, BadOn},
		{"no answers", func(s *Submission) { s.Answers = hall.Sealed{} }, BadAnswers},
		{"too many findings", func(s *Submission) { s.Findings = make([]NewFinding, maxFindings+1) }, TooMany},
		{"a finding without a text", func(s *Submission) { s.Findings = []NewFinding{{}} }, BadText},
		{"a finding of no question", func(s *Submission) { s.Findings = []NewFinding{{Question: "x", Text: text}} }, BadQuestion},
		{"a finding with a day and no owner", func(s *Submission) { s.Findings = []NewFinding{{Text: text, Due: f.today()}} }, BadUnit},
		{"a finding due yesterday", func(s *Submission) { s.Findings = []NewFinding{{Text: text, Unit: "land", Due: f.today() - 1}} }, BadDue},
	} {
		s := f.submission()
		bad.change(&s)
		if err := f.take(f.i.Submit(s, shen, f.now)); codeOf(err) != bad.code || f.i.State != Planned {
			t.Errorf("%s: %v, want %s", bad.what, err, bad.code)
		}
	}
	late := f.submission()
	late.On -= 3 // the phone was offline for three days
	f.must(f.i.Submit(late, shen, f.now))
	if _, ok := f.i.Due(); f.i.Open() || ok {
		t.Error("nothing was found, and somebody owes something")
	}
	if f.i.On != f.today()-3 || !f.i.DoneAt.Equal(f.now) {
		t.Errorf("made on %v, sent at %v", f.i.On, f.i.DoneAt)
	}
}

// Domain §5: what an observer 行风监督员 saw needs no plan.
func TestAnObserverNeedsNoPlan(t *testing.T) {
	f := newFile(t, "2026-11-23")
	s := Submission{Draft: "draft-0009", Hall: "qinglan", On: day(t, "2026-11-22"), Filled: filled(t, forms()[1]), Answers: text, Findings: []NewFinding{{Question: "what", Text: text}}}
	f.must(f.i.Submit(s, ma, f.now))
	if f.i.ID != "draft-0009" || f.i.Kind != hall.InspectionObserver || f.i.Quarter != "2026-Q4" || f.i.Hall != "qinglan" || f.i.Who != "ma" || !f.i.OfCentre() {
		t.Errorf("%+v", f.i)
	}
	s.Hall = ""
	want(t, f.take(Inspection{}.Submit(s, ma, f.now)), BadHall)
	want(t, f.take(Inspection{}.Submit(s, hall.Person{}, f.now)), NotYours)
}

// Domain §5: findings get owner, date, answer.
func TestEachFindingGetsOwnerDateAnswer(t *testing.T) {
	f := made(t)
	x := func() Finding { got, _ := f.i.Finding(1); return got }
	if x().State != Found || len(f.i.Findings) != 2 || f.i.FindingNumber(2) != "I-17.2" || !slices.Equal(f.i.Units(), []string{"land"}) {
		t.Fatalf("%+v", f.i)
	}
	want(t, f.take(f.i.Reply(1, x().Version, text, nil, land)), NotNow)
	want(t, f.take(f.i.Own(1, x().Version, "police", f.today(), f.today(), land)), NotCentre)
	want(t, f.take(f.i.Own(1, x().Version, "police", f.today()-1, f.today(), desk)), BadDue)
	want(t, f.take(f.i.Own(1, x().Version, "", f.today(), f.today(), desk)), BadUnit)
	want(t, f.take(f.i.Own(3, 1, "land", f.today(), f.today(), desk)), NoSuch)
	f.must(f.i.Own(1, x().Version, "police", f.today()+7, f.today(), desk))
	want(t, f.take(f.i.Reply(1, x().Version, text, nil, land)), NotYours)
	f.must(f.i.Own(1, x().Version, "land", f.today()+7, f.today(), desk)) // it was another's, after all
	want(t, f.take(f.i.Reply(1, x().Version, hall.Sealed{}, nil, land)), BadText)
	f.must(f.i.Reply(1, x().Version, text, []hall.Sealed{text}, land))
	want(t, f.take(f.i.Accept(1, x().Version, land)), NotCentre)
	want(t, f.take(f.i.SendBack(1, x().Version, text, f.today()-1, f.today(), watch)), BadDue)
	want(t, f.take(f.i.SendBack(1, x().Version, hall.Sealed{}, f.today()+9, f.today(), watch)), BadText)
	f.must(f.i.SendBack(1, x().Version, text, f.today()+9, f.today(), watch))
	if x().State != Owned || x().Due != f.today()+9 {
		t.Fatalf("sent back: %+v", x())
	}
	f.must(f.i.Reply(1, x().Version, text, nil, hall.Person{Account: "head", Role: "manager"}))
	want(t, f.take(f.i.Accept(1, x().Version, hall.Person{Account: "desk-9", Role: "centre", Unit: "land"})), OwnUnit)
	f.must(f.i.Accept(1, x().Version, desk))
	if x().State != Accepted || len(x().Steps) != x().Version || f.i.OfCentre() || !f.i.Open() { // the other finding is land's still
		t.Errorf("%+v", x())
	}
	want(t, f.take(f.i.Accept(1, x().Version, desk)), NotNow)

	t.Run("what is the centre's own another of the centre accepts", func(t *testing.T) {
		f := made(t)
		f.must(f.i.Own(1, 1, Centre, f.today(), f.today(), desk))
		want(t, f.take(f.i.Reply(1, 2, text, nil, watch)), NotYours)
		f.must(f.i.Reply(1, 2, text, nil, desk))
		want(t, f.take(f.i.Accept(1, 3, desk)), OwnUnit)
		f.must(f.i.Accept(1, 3, watch))
	})
	t.Run("two units answer two findings at once; of one finding the second is told who was first", func(t *testing.T) {
		f := made(t)
		f.must(f.i.Own(1, 1, "police", f.today(), f.today(), desk))
		f.must(f.i.Reply(1, 2, text, nil, hall.Person{Account: "police-1", Role: "handler", Unit: "police"}))
		f.must(f.i.Reply(2, 2, text, nil, land))
		f.must(f.i.Accept(2, 3, watch))
		var c *Conflict
		if err := f.take(f.i.SendBack(2, 3, text, f.today()+3, f.today(), desk)); !errors.As(err, &c) || c.By != watch || c.Did != hall.TypeInspectionAccepted {
			t.Errorf("%v", err)
		}
	})
}

// Domain §5: what is not done is shown, and told once.
func TestWhatPassesUnheardIsEscalatedOnce(t *testing.T) {
	f := planned(t)
	f.now = day(t, "2026-12-15").Start().Add(24*time.Hour - time.Second)
	if got := f.i.Tick(f.now); len(got) > 0 {
		t.Errorf("on its day: %v", got)
	}
	f.now = day(t, "2026-12-16").Start()
	if !f.i.Wakes().Equal(f.now) {
		t.Errorf("wakes at %v", f.i.Wakes())
	}
	f.must(f.i.Tick(f.now), nil)
	if f.i.MissedAt.IsZero() || !f.i.Wakes().IsZero() || len(f.i.Tick(f.now.AddDate(1, 0, 0))) > 0 {
		t.Errorf("%+v", f.i)
	}
	f.must(f.i.Assign(f.i.Version, "li", day(t, "2026-12-20"), f.today(), desk)) // a new day can be missed, too
	if !f.i.Wakes().Equal(day(t, "2026-12-21").Start()) {
		t.Errorf("wakes at %v", f.i.Wakes())
	}

	f = made(t)
	f.now = day(t, "2026-12-01").Start()
	facts := f.i.Tick(f.now)
	if len(facts) != 1 || facts[0].(hall.InspectionOverdue).N != 2 || facts[0].(hall.InspectionOverdue).Unit != "land" {
		t.Fatalf("%v", facts)
	}
	f.must(facts, nil)
	if len(f.i.Tick(f.now)) > 0 {
		t.Error("told twice")
	}
	f.must(f.i.Reply(2, 3, text, nil, land))
	f.must(f.i.SendBack(2, 4, text, day(t, "2026-12-10"), f.today(), desk))
	if !f.i.Wakes().Equal(day(t, "2026-12-11").Start()) {
		t.Errorf("wakes at %v", f.i.Wakes())
	}
}

func TestWhatTheCentreCannotAssign(t *testing.T) {
	f := planned(t)
	want(t, f.take(f.i.Assign(1, "li", f.today(), f.today(), shen)), NotCentre)
	want(t, f.take(f.i.Assign(1, "", f.today(), f.today(), desk)), BadWho)
	want(t, f.take(f.i.Assign(1, "li", f.today()-1, f.today(), desk)), BadUntil)
	want(t, f.take(f.i.Cancel(1, "", desk)), BadWhy)
	want(t, f.take(f.i.Cancel(1, hall.CancelledClosed, shen)), NotCentre)
	f.must(f.i.Assign(1, "li", f.today(), f.today(), desk))
	want(t, f.take(f.i.Submit(f.submission(), shen, f.now)), NotYours)
	var c *Conflict
	if err := f.take(f.i.Cancel(1, hall.CancelledClosed, watch)); !errors.As(err, &c) || c.By != desk || !strings.Contains(err.Error(), "desk-1 was first") {
		t.Errorf("%v", err)
	}
}

// Who visits unannounced stays unknown to the units; they hear of their own findings alone.
func TestAUnitHearsOfItsOwnFindings(t *testing.T) {
	f := made(t)
	own := f.i.FindingsOf("land")
	if len(own) != 1 || own[0].N != 2 || len(f.i.FindingsOf("police")) > 0 || len(f.i.FindingsOf("")) > 0 {
		t.Fatalf("%+v", own)
	}
	body, err := json.Marshal(own)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(body), "shen") || !strings.Contains(string(body), "inspector") {
		t.Errorf("%s", body)
	}
	if x, _ := f.i.Finding(2); x.Last.By != shen {
		t.Error("the record itself has forgotten who it was")
	}
}

// Domain §5: the plan of a quarter, done and not done.
func TestThePlanShowsDoneAndNotDone(t *testing.T) {
	missed, late, cancelled, beside := planned(t), planned(t), planned(t), newFile(t, "2026-11-23")
	cancelled.must(cancelled.i.Cancel(1, hall.CancelledClosed, desk))
	late.now = day(t, "2026-12-18").Start()
	late.must(late.i.Submit(late.submission(), shen, late.now))
	beside.must(beside.i.Submit(Submission{Draft: "draft-0009", Hall: "qinglan", On: beside.today(), Filled: filled(t, forms()[0]), Answers: text}, ma, beside.now))
	other := planned(t)
	other.i.Quarter = "2026-Q3"
	all := []Inspection{missed.i, late.i, made(t).i, cancelled.i, beside.i, other.i, {}}
	got := PlanOf("2026-Q4", all, day(t, "2026-12-20"))
	if len(got) != 1 || got[0] != (Progress{Kind: "site", Hall: "qinglan", Planned: 4, Done: 2, Late: 1, Missed: 1, Cancelled: 1, Unplanned: 1, Findings: 2}) || got[0].NotDone() != 2 {
		t.Errorf("%+v", got)
	}
	if got := PlanOf("2026-Q4", all, day(t, "2026-12-15")); got[0].Open != 1 || got[0].Missed != 0 {
		t.Errorf("on the last day: %+v", got)
	}
	ledger := LedgerOf(all, func(_ Inspection, x Finding) string { return x.Unit }, day(t, "2026-12-20"))
	if !slices.Equal(ledger, []Ledger{{Key: "", Findings: 1, Unowned: 1}, {Key: "land", Findings: 1, Owned: 1, Overdue: 1}}) {
		t.Errorf("%+v", ledger)
	}
}

// Domain §5: inspections stand beside the ratings. No deed of theirs is one that ratings are made of.
func TestNoInspectionIsARating(t *testing.T) {
	for _, line := range append(drawn(moves()), drawn(findingMoves())...) {
		if !strings.Contains(line, "--inspection.") {
			t.Errorf("%s", line)
		}
	}
}

func TestTheCentreIsTheUnitAndTheRolesThatAccessKnows(t *testing.T) {
	if Centre != access.CentreUnit || roleCentre != string(access.Centre) || roleSupervisor != string(access.Supervisor) || roleManager != string(access.Manager) ||
		roleInspector != string(access.Inspector) || roleObserver != string(access.Observer) {
		t.Error("a role has two names")
	}
}

// Every code says a sentence, here and in the catalogue of words, in both languages.
func TestEveryCodeHasItsSentence(t *testing.T) {
	for _, lang := range []string{"zh", "en"} {
		data, err := os.ReadFile("../../../web-kiosk/src/shared/words/" + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var said map[string]string
		if err := json.Unmarshal(data, &said); err != nil {
			t.Fatal(err)
		}
		keys := []string{"inspection.cancelled.closed", "inspection.cancelled.mistake", "inspection.cancelled.other"}
		for _, c := range Codes() {
			keys = append(keys, "say.inspection."+string(c))
		}
		for _, c := range AnswerCodes() {
			keys = append(keys, "say.inspection.answer."+string(c))
		}
		for _, k := range hall.InspectionKinds() {
			keys = append(keys, "inspection.kind."+string(k))
		}
		for _, s := range []State{Planned, Done, Cancelled} {
			keys = append(keys, "inspection.state."+string(s))
		}
		for _, s := range []FindingState{Found, Owned, Answered, Accepted} {
			keys = append(keys, "inspection.finding."+string(s))
		}
		for _, k := range keys {
			if said[k] == "" {
				t.Errorf("%s: %s is missing", lang, k)
			}
		}
	}
	for _, c := range Codes() {
		if s := (&Refused{Code: c, Field: "x"}).Error(); s == "" || strings.HasPrefix(s, ":") {
			t.Errorf("%s says %q", c, s)
		}
	}
}
