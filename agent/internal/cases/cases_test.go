package cases

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
)

func catalogue() hall.Catalogue {
	return hall.Catalogue{
		Hall: hall.Site{ID: "qinglan"},
		Items: []hall.ServiceItem{
			{Code: "C02", Name: "食品经营许可", Unit: "market", Service: "C", Kind: hall.CaseCommitted, Legal: 20, Promised: 5, Delivers: true,
				Materials: []string{"营业执照", "负责人身份证原件", "设备布局和操作流程图"}},
			{Code: "D02", Name: "登记信息查询", Unit: "land", Service: "D", Kind: hall.CaseOnTheSpot, Materials: []string{"身份证原件"}},
		},
	}
}

func id(n uint32) hall.ID { return hall.ID{Agent: 3, Tag: 0x9f2c, Serial: n} }

// monday is 2026-11-23, a Monday.
func monday(hour int) time.Time { return time.Date(2026, 11, 23, hour, 0, 0, 0, hall.Beijing()) }

// clerk enters steps of one case at a window, as it stands now.
type clerk struct {
	t     testing.TB
	s     *State
	at    time.Time
	facts []hall.Fact
}

func newClerk(t testing.TB) *clerk {
	return &clerk{t: t, s: New(DefaultConfig(catalogue())), at: monday(9)}
}

func (c *clerk) order(step hall.Type) Order {
	o := Order{Step: step, CaseAt: hall.CaseAt{Case: id(1), Visit: id(100), Window: "21", Staff: "0523"}, Day: hall.DayOf(c.at), At: c.at}
	if have := c.s.Case(id(1)); have != nil {
		o.N = have.N
	}
	return o
}

// opening is an order that opens case 1.
func (c *clerk) opening(step hall.Type, item string) Order {
	o := c.order(step)
	o.Open = &Opening{Key: "k1", Number: "QL20261123-3-0001", Ticket: id(99), Item: item, Applicant: hall.ApplicantEnterprise, Private: hall.Sealed{Ref: "3-9f2c-7", SHA: "aa"}}
	return o
}

func (c *clerk) can(o Order) Decision {
	c.t.Helper()
	d, err := c.s.Do(o)
	if err != nil {
		c.t.Fatalf("%s: %v", o.Step, err)
	}
	c.s, c.facts = d.Next, append(c.facts, d.Facts...)
	c.at = c.at.Add(time.Hour)
	return d
}

func (c *clerk) cannot(o Order, want Refusal) {
	c.t.Helper()
	if _, err := c.s.Do(o); !errors.Is(err, want) {
		c.t.Errorf("%s: %v, want %s", o.Step, err, want)
	}
}

func slip(missing ...string) *Notice { return &Notice{ID: id(50), Ticket: id(99), Missing: missing} }

// Domain §7: accepted → (returned once for materials, clock stops, 一次性告知) → decided → delivered.
func TestACaseFromAcceptanceToDelivery(t *testing.T) {
	c := newClerk(t)
	c.can(c.opening(hall.TypeCaseAccepted, "C02"))
	o := c.order(hall.TypeCaseReturned)
	o.Notice = slip("设备布局和操作流程图")
	c.can(o)
	o = c.order(hall.TypeCaseResubmitted)
	o.Visit = id(101)
	c.can(o)
	o = c.order(hall.TypeCaseDecided)
	o.Visit, o.Result = hall.ID{}, hall.CaseGranted
	c.can(o)
	if c.s.Case(id(1)).Ended() {
		t.Error("it ended before its result was delivered")
	}
	o = c.order(hall.TypeCaseDelivered)
	o.Road = hall.DeliveredByPost
	d := c.can(o)
	if got := d.Case; got.State != hall.CaseIsDelivered || !got.Ended() || !slices.Equal(d.Ended, []hall.ID{id(1)}) {
		t.Errorf("it stands %+v", got)
	}
	var told []hall.Type
	for _, f := range c.facts {
		told = append(told, f.Type())
	}
	if want := []hall.Type{hall.TypeCaseAccepted, hall.TypeNoticePrinted, hall.TypeCaseReturned, hall.TypeCaseResubmitted, hall.TypeCaseDecided, hall.TypeCaseDelivered}; !slices.Equal(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
	accepted := c.facts[0].(hall.CaseAccepted)
	if accepted.Unit != "market" || accepted.Promised != 5 || accepted.Legal != 20 || !accepted.Delivers || accepted.Kind != hall.CaseCommitted {
		t.Errorf("what was published that day is not told: %+v", accepted)
	}
}

// What is not asked for is told with its reason, by the list that is published; what is missing is not waived too.
func TestWhatIsWaivedIsTold(t *testing.T) {
	licence := hall.Waived{Material: "营业执照", Why: hall.WaivedShared}
	c := newClerk(t)
	o := c.opening(hall.TypeCaseAccepted, "C02")
	for _, w := range []struct {
		hall.Waived
		want Refusal
	}{{hall.Waived{Material: "户口簿", Why: hall.WaivedShared}, NoSuchMaterial}, {hall.Waived{Material: "营业执照"}, NoSuchReason}} {
		o.Open.Waived = []hall.Waived{w.Waived}
		c.cannot(o, w.want)
	}
	o.Open.Waived = []hall.Waived{licence}
	c.can(o)
	o = c.order(hall.TypeCaseReturned)
	o.Notice = slip("营业执照")
	o.Notice.Waived = []hall.Waived{licence}
	c.cannot(o, NoSuchMaterial)
	o.Notice = slip("设备布局和操作流程图")
	o.Notice.Waived = []hall.Waived{licence}
	c.can(o)
	accepted, told := c.facts[0].(hall.CaseAccepted), c.facts[1].(hall.NoticePrinted)
	if !slices.Equal(accepted.Waived, []hall.Waived{licence}) || !slices.Equal(told.Waived, []hall.Waived{licence}) {
		t.Errorf("told %+v, then %+v", accepted, told)
	}
}

// Domain §7: refused 不予受理, complete only when handed over.
func TestARefusalIsCompleteOnlyWhenHandedOver(t *testing.T) {
	c := newClerk(t)
	o := c.opening(hall.TypeCaseRefused, "C02")
	c.cannot(o, NoSuchReason)
	o.Why = hall.CaseNotOurs
	if d := c.can(o); d.Case.State != hall.CaseIsRefused || d.Case.Ended() {
		t.Errorf("it stands %+v", d.Case)
	}
	o = c.order(hall.TypeCaseDelivered)
	o.Road = hall.DeliveredAtWindow
	if d := c.can(o); d.Case.State != hall.CaseIsTold || !d.Case.Ended() {
		t.Errorf("it stands %+v", d.Case)
	}
	refused := c.facts[0].(hall.CaseRefused)
	if refused.Opening == nil || refused.Opening.Number != "QL20261123-3-0001" || refused.Opening.Private.Ref == "" {
		t.Errorf("what was refused is not told: %+v", refused)
	}
}

// Domain §7: a step entered by mistake can be undone until the next one.
func TestTheLastStepCanBeUndoneUntilTheNextOne(t *testing.T) {
	c := newClerk(t)
	c.can(c.opening(hall.TypeCaseAccepted, "C02"))
	o := c.order(hall.TypeCaseDecided)
	o.Result = hall.CaseDenied
	c.can(o)
	d := c.can(c.order(hall.TypeCaseUndone))
	if d.Case.State != hall.CaseIsAccepted || d.Case.Result != "" || d.Case.N != 3 {
		t.Errorf("undone it stands %+v", d.Case)
	}
	if told := d.Facts[0].(hall.CaseUndone); told.Step != hall.TypeCaseDecided {
		t.Errorf("told %+v", told)
	}
	c.cannot(c.order(hall.TypeCaseUndone), NothingToUndo) // its acceptance has a next step, though that was undone
	o = c.order(hall.TypeCaseDecided)
	o.Result = hall.CaseGranted
	c.can(o)
	if got := c.can(c.order(hall.TypeCaseUndone)).Case; got.State != hall.CaseIsAccepted {
		t.Errorf("the right step cannot be undone: %+v", got)
	}
}

func TestAnAcceptanceByMistakeIsUndone(t *testing.T) {
	c := newClerk(t)
	c.can(c.opening(hall.TypeCaseAccepted, "C02"))
	d := c.can(c.order(hall.TypeCaseUndone))
	if d.Case.State != hall.CaseIsUndone || !d.Case.Ended() {
		t.Errorf("it stands %+v", d.Case)
	}
	o := c.order(hall.TypeCaseDecided)
	o.Result = hall.CaseGranted
	c.cannot(o, NotNow)
}

// Domain §7, 一次性告知: once. §8: asked a second time is a content finding.
func TestASecondSlipWantsItsReason(t *testing.T) {
	c := newClerk(t)
	c.can(c.opening(hall.TypeCaseAccepted, "C02"))
	again := func(why hall.AgainWhy, missing ...string) Order {
		o := c.order(hall.TypeCaseReturned)
		o.Notice = slip(missing...)
		o.Notice.Again = why
		return o
	}
	c.cannot(again(""), NothingMissing)
	c.cannot(again("", "户口簿"), NoSuchMaterial)
	c.cannot(again("", "营业执照", "营业执照"), NoSuchMaterial)
	if d := c.can(again(hall.AgainWrong, "营业执照")); d.Facts[0].(hall.NoticePrinted).Again != "" {
		t.Error("the first slip says that it is a second one")
	}
	c.can(c.order(hall.TypeCaseUndone))
	c.cannot(again("", "营业执照"), ToldBefore) // undoing takes no paper back
	another := again("", "营业执照")
	another.Visit = id(300) // nor does another day
	c.cannot(another, ToldBefore)
	c.cannot(again("sorry", "营业执照"), NoSuchReason)
	d := c.can(again(hall.AgainOverlooked, "营业执照"))
	if d.Facts[0].(hall.NoticePrinted).Again != hall.AgainOverlooked {
		t.Errorf("told %+v", d.Facts[0])
	}
}

func TestASecondSlipForAVisitWithoutACaseWantsItsReason(t *testing.T) {
	c := newClerk(t)
	o := c.order(hall.TypeNoticePrinted)
	o.Case = hall.ID{}
	o.Notice = slip("身份证原件")
	o.Notice.Item = "D02"
	c.can(o)
	c.cannot(o, ToldBefore)
	other := o
	other.Notice = slip("营业执照")
	other.Notice.Item = "C02"
	c.can(other) // another item of the same visit has its own
	elsewhere := o
	elsewhere.Visit = id(102)
	c.can(elsewhere)
	o.Visit = hall.ID{}
	c.cannot(o, NoVisit)
	if next := c.s.Expire(hall.DayOf(c.at) + 1).Next; next.TellsAgain(hall.ID{}, id(100), "D02") {
		t.Error("a visit of yesterday is remembered")
	}
}

func TestWhatIsNotTakenFromAClerk(t *testing.T) {
	c := newClerk(t)
	o := c.opening(hall.TypeCaseAccepted, "X")
	c.cannot(o, NoSuchItem)
	o = c.opening(hall.TypeCaseAccepted, "C02")
	o.Visit = hall.ID{}
	c.cannot(o, NoVisit)
	o = c.opening(hall.TypeCaseAccepted, "C02")
	o.Open.Applicant = "ghost"
	c.cannot(o, NoSuchApplicant)
	c.cannot(c.opening(hall.TypeCaseDecided, "C02"), NoSuchStep)
	c.cannot(c.order(hall.TypeCaseResubmitted), NoSuchCase)
	c.can(c.opening(hall.TypeCaseAccepted, "C02"))
	c.cannot(c.order(hall.TypeCaseResubmitted), NotNow)
	c.cannot(c.order(hall.TypeCaseDelivered), NotNow)
	c.cannot(c.order(hall.TypeCaseAccepted), NoSuchStep)
	c.cannot(c.order("case.lost"), NoSuchStep)
	o = c.order(hall.TypeCaseDecided)
	c.cannot(o, NoSuchResult)
	o.Result, o.N = hall.CaseGranted, 0
	c.cannot(o, Moved) // another screen was faster
}

// Domain §7, 即办件: nothing is delivered where nothing is made; but a denial always reaches who asked.
func TestWhatIsDelivered(t *testing.T) {
	for result, want := range map[hall.CaseResult]bool{hall.CaseGranted: true, hall.CaseDenied: false} {
		c := newClerk(t)
		c.can(c.opening(hall.TypeCaseAccepted, "D02"))
		o := c.order(hall.TypeCaseDecided)
		o.Result = result
		if d := c.can(o); d.Case.Ended() != want {
			t.Errorf("%s: ended is %v", result, d.Case.Ended())
		}
		o = c.order(hall.TypeCaseDelivered)
		c.cannot(o, NoSuchRoad)
		o.Road = hall.DeliveredAtWindow
		if want {
			c.cannot(o, NothingToGive)
		} else {
			c.can(o)
		}
	}
}

func TestWhoAsksTwiceUnderOneKeyOpensOneCase(t *testing.T) {
	c := newClerk(t)
	c.can(c.opening(hall.TypeCaseAccepted, "C02"))
	o := c.opening(hall.TypeCaseAccepted, "C02")
	o.Case, o.N = id(2), 0
	d := c.can(o)
	if !d.Again || d.Case.ID != id(1) || len(d.Facts)+len(d.Changed) > 0 || len(c.s.All()) != 1 {
		t.Errorf("asked twice: %+v", d)
	}
}

func TestDueAsTheCounterCountsIt(t *testing.T) {
	cal := hall.NewCalendar([]hall.CalendarYear{{Year: 2026}}, nil)
	due := func(c *clerk, down ...hall.Day) string { return c.s.Case(id(1)).Due(cal, "qinglan", down).Day.String() }
	c := newClerk(t)
	c.can(c.opening(hall.TypeCaseAccepted, "C02"))
	if got := due(c); got != "2026-11-30" {
		t.Errorf("five working days from Monday are due %s", got)
	}
	thursday := hall.DayOf(monday(9)) + 3
	if got := due(c, thursday); got != "2026-12-01" {
		t.Errorf("with its unit's system down on Thursday it is due %s", got)
	}
	legal := *c.s.Case(id(1))
	legal.Promised, legal.Legal = 0, 5
	if got := legal.Due(cal, "qinglan", []hall.Day{thursday}).Day.String(); got != "2026-11-30" {
		t.Errorf("the legal limit paused: %s", got)
	}
	c.at = monday(9).AddDate(0, 0, 1) // Tuesday: the clock stands at its 24:00
	o := c.order(hall.TypeCaseReturned)
	o.Notice = slip("营业执照")
	c.can(o)
	if got := c.s.Case(id(1)).Due(cal, "qinglan", nil); !got.IsZero() {
		t.Errorf("returned it is due %v", got)
	}
	c.at = monday(9).AddDate(0, 0, 3) // Thursday: Tuesday and Wednesday did not count
	c.can(c.order(hall.TypeCaseResubmitted))
	if got := due(c); got != "2026-12-02" {
		t.Errorf("two days later it is due %s", got)
	}
	spot := newClerk(t)
	spot.can(spot.opening(hall.TypeCaseAccepted, "D02"))
	if got := due(spot); got != "2026-11-23" {
		t.Errorf("on the spot is due %s", got)
	}
}

func TestACaseIsFound(t *testing.T) {
	c := newClerk(t)
	c.can(c.opening(hall.TypeCaseAccepted, "C02"))
	for _, typed := range []string{"QL20261123-3-0001", " ql20261123-3-0001\n", "QL20261123 -3-0001"} {
		if got := c.s.Find(typed); got == nil {
			t.Errorf("%q is not found", typed)
		}
	}
	if c.s.Find("QL20261123-3-0002") != nil || c.s.Find("") != nil {
		t.Error("something is found that is not there")
	}
	if len(c.s.Of(id(100))) != 1 || len(c.s.Of(hall.ID{})) != 0 || len(c.s.Open()) != 1 {
		t.Error("the visit's case is not found")
	}
}

// Design §2: at most 35 days after its last step.
func TestEndedCasesAreForgotten(t *testing.T) {
	c := newClerk(t)
	c.can(c.opening(hall.TypeCaseAccepted, "C02"))
	today := hall.DayOf(c.at)
	if d := c.s.Expire(today + 400); len(d.Next.All()) != 1 {
		t.Error("an open case is forgotten")
	}
	c.can(c.order(hall.TypeCaseUndone))
	if d := c.s.Expire(today + 35); len(d.Next.All()) != 1 {
		t.Error("it is forgotten too early")
	}
	if d := c.s.Expire(today + 36); len(d.Next.All()) != 0 || len(d.Changed) == 0 || d.Changed[0].Value != nil {
		t.Error("it is never forgotten")
	}
}

func TestWhatIsStoredIsRestored(t *testing.T) {
	c := newClerk(t)
	stored := map[string]Change{}
	keep := func(d Decision) {
		for _, ch := range d.Changed {
			stored[ch.Kind+ch.Key] = ch
		}
	}
	keep(c.can(c.opening(hall.TypeCaseAccepted, "C02")))
	o := c.order(hall.TypeCaseReturned)
	o.Notice = slip("营业执照")
	keep(c.can(o))
	got, err := Restore(*c.s.cfg, slices.Collect(func(yield func(Change) bool) {
		for _, ch := range stored {
			if !yield(ch) {
				return
			}
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	a, b := got.Case(id(1)), c.s.Case(id(1))
	if a.State != b.State || a.N != b.N || !a.Since.Equal(b.Since) || len(a.Stops) != 1 || a.Was == nil || a.Was.State != hall.CaseIsAccepted || !reflect.DeepEqual(a.CaseOpening, b.CaseOpening) {
		t.Errorf("restored %+v, want %+v", a, b)
	}
	if !got.TellsAgain(id(1), id(100), "C02") {
		t.Error("who was told is forgotten")
	}
	for _, bad := range []Change{{"case", "x", []byte("{")}, {"other", "x", []byte("{}")}} {
		if _, err := Restore(*c.s.cfg, []Change{bad}); err == nil || !strings.Contains(err.Error(), bad.Kind) {
			t.Errorf("%s: %v", bad.Kind, err)
		}
	}
}

func TestMasks(t *testing.T) {
	for name, want := range map[string]string{"王小明": "王**", "王": "王**", "青澜商贸有限公司": "青**", "": "", "Li Na": "L**"} {
		if got := MaskName(name); got != want {
			t.Errorf("%s is shown as %s", name, got)
		}
	}
	for phone, want := range map[string]string{"13800001234": "****1234", "+86 138-0000-1234": "****1234", "": ""} {
		if got := MaskPhone(phone); got != want {
			t.Errorf("%s is shown as %s", phone, got)
		}
	}
}
