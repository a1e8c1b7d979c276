package hall

import (
	"errors"
	"fmt"
)

// DayUnit is how the days of a limit are counted.
type DayUnit string

// The units of days (codes.md "Rules differ by place").
const (
	WorkingDays DayUnit = "working" // 工作日, by the State Council's calendar
	NaturalDays DayUnit = "natural" // 自然日
)

// Span is a number of days, and how they are counted. The day on which it begins is not counted.
type Span struct {
	Days int     `json:"days" yaml:"days"`
	Unit DayUnit `json:"unit" yaml:"unit"`
}

// Policy is a policy pack: the rules that differ by place, in force from a day on. What happened on a day is always
// judged by the pack in force on it (codes.md).
type Policy struct {
	ID     string `json:"id" yaml:"id"`
	Name   string `json:"name" yaml:"name"`
	NameEN string `json:"name_en" yaml:"name_en"`
	Source string `json:"source" yaml:"source"` // document and clause

	Rating   RatingPolicy   `json:"rating" yaml:"rating"`
	Repair   RepairPolicy   `json:"repair" yaml:"repair"`
	CallBack CallBackPolicy `json:"call_back" yaml:"call_back"`
	Appeal   AppealPolicy   `json:"appeal" yaml:"appeal"`
	Concern  ConcernPolicy  `json:"concern" yaml:"concern"`
	Figures  FiguresPolicy  `json:"figures" yaml:"figures"`
}

// RatingPolicy says how long a service can be rated, and what follows where nobody did (001; domain §3.4).
type RatingPolicy struct {
	Window  Span  `json:"window" yaml:"window"`
	Default Level `json:"default" yaml:"default"`
	// LostAfter is how many days after a due time an agent that was not heard may be declared lost (design §5).
	LostAfter int `json:"lost_after" yaml:"lost_after"`
	// Remind says when a citizen who left a phone is reminded, in working days after the end; 0: at the end.
	Remind int `json:"remind" yaml:"remind"`
	// Replace is the replacement rule: which answer is the rating of a visit where there are several.
	Replace ReplaceRule `json:"replace" yaml:"replace"`
}

// ReplaceRule says which of several answers is the rating.
type ReplaceRule string

// The replacement rules.
const (
	ReplaceByTicket ReplaceRule = "ticket" // an answer that shows the ticket, before any press (domain §3.2)
	ReplaceNever    ReplaceRule = "never"  // the first answer, whatever its road
)

// RepairPolicy says how long the repair of a bad rating may take (001; domain §4).
type RepairPolicy struct {
	Limit Span `json:"limit" yaml:"limit"`
	// Extensions is how often, and by how many days at the most each time, a limit may be extended.
	Extensions int  `json:"extensions" yaml:"extensions"`
	Extension  Span `json:"extension" yaml:"extension"`
	Sign       Span `json:"sign" yaml:"sign"`     // until the unit has signed for it
	Second     Span `json:"second" yaml:"second"` // in which the citizen can rate the repair
	Remind     int  `json:"remind" yaml:"remind"` // working days before the deadline on which the handler is reminded
	// KeyList is how many repairs of one window or item within KeyDays days, or not done in time, put it on the key list 重点对象.
	KeyList int `json:"key_list" yaml:"key_list"`
	KeyDays int `json:"key_days" yaml:"key_days"`
}

// CallBackPolicy says whom the unit must call back.
type CallBackPolicy struct {
	Named    bool `json:"named" yaml:"named"`       // every named bad rating (domain §4: 100 %)
	Within   Span `json:"within" yaml:"within"`     // of the opening
	Attempts int  `json:"attempts" yaml:"attempts"` // calls on different days before "not reached" is an answer
}

// AppealPolicy says how long staff and units may appeal, and how long a decision may take.
type AppealPolicy struct {
	Within Span `json:"within" yaml:"within"`
	Decide Span `json:"decide" yaml:"decide"`
}

// ConcernPolicy says how soon a concern 诉求 is signed for and answered.
type ConcernPolicy struct {
	Sign   Span `json:"sign" yaml:"sign"`
	Answer Span `json:"answer" yaml:"answer"`
}

// FiguresPolicy says what counts, and what may be shown.
type FiguresPolicy struct {
	Least int `json:"least" yaml:"least"` // sums of fewer ratings are not shown to the person rated
	Rank  int `json:"rank" yaml:"rank"`   // a ranking leaves out who has fewer ratings
}

// DefaultPolicy is the pack that is in force where none was adopted: ours. It is shipped as configs/policy/ours.yaml,
// where each rule stands with its source.
func DefaultPolicy() Policy {
	working := func(days int) Span { return Span{days, WorkingDays} }
	return Policy{
		ID: "ours-5-10", Name: "本地规则：5 个工作日评价，10 个工作日整改", NameEN: "Ours: rated within 5 working days, repaired within 10",
		Source:   "001; domain §3.2, §3.4, §4, §5; design §5",
		Rating:   RatingPolicy{Window: working(5), Default: Fair, LostAfter: 30, Replace: ReplaceByTicket},
		Repair:   RepairPolicy{Limit: working(10), Extensions: 1, Extension: working(10), Sign: working(1), Second: working(5), Remind: 3, KeyList: 3, KeyDays: 90},
		CallBack: CallBackPolicy{Named: true, Within: working(3), Attempts: 3},
		Appeal:   AppealPolicy{Within: working(5), Decide: working(5)},
		Concern:  ConcernPolicy{Sign: working(1), Answer: working(3)},
		Figures:  FiguresPolicy{Least: 5, Rank: 30},
	}
}

// Validate names every fault of a pack at once.
func (p Policy) Validate() error {
	var errs []error
	for _, f := range p.Faults() {
		errs = append(errs, fmt.Errorf("%s: %s", f.At, f.Say))
	}
	return errors.Join(errs...)
}

// Faults lists every fault of a pack, in the order of the file.
func (p Policy) Faults() []Fault {
	var c packCheck
	c.text("id", p.ID)
	c.text("name", p.Name)
	c.text("name_en", p.NameEN)
	c.text("source", p.Source)

	c.span("rating.window", p.Rating.Window)
	if l := p.Rating.Default; !l.Valid() || l.IsBad() {
		c.fault("rating.default", "%d found, want 3, 4 or 5: nobody is rated bad by default", l)
	}
	c.number("rating.lost_after", p.Rating.LostAfter, 1, MaxSpan)
	c.number("rating.remind", p.Rating.Remind, 0, max(p.Rating.Window.Days-1, 0))
	if r := p.Rating.Replace; r != ReplaceByTicket && r != ReplaceNever {
		c.fault("rating.replace", "%q found, want %s or %s", r, ReplaceByTicket, ReplaceNever)
	}

	c.span("repair.limit", p.Repair.Limit)
	c.number("repair.extensions", p.Repair.Extensions, 0, 10)
	if p.Repair.Extensions > 0 {
		c.span("repair.extension", p.Repair.Extension)
	}
	c.span("repair.sign", p.Repair.Sign)
	c.span("repair.second", p.Repair.Second)
	c.number("repair.remind", p.Repair.Remind, 0, max(p.Repair.Limit.Days-1, 0))
	c.number("repair.key_list", p.Repair.KeyList, 1, 1000)
	c.number("repair.key_days", p.Repair.KeyDays, 1, MaxSpan)

	c.span("call_back.within", p.CallBack.Within)
	c.number("call_back.attempts", p.CallBack.Attempts, 1, 10)

	c.span("appeal.within", p.Appeal.Within)
	c.span("appeal.decide", p.Appeal.Decide)
	c.span("concern.sign", p.Concern.Sign)
	c.span("concern.answer", p.Concern.Answer)

	c.number("figures.least", p.Figures.Least, 2, 1000) // a sum of one is a single level, which the person rated never sees
	c.number("figures.rank", p.Figures.Rank, 1, 1_000_000)
	return c.faults
}

// packCheck gathers faults.
type packCheck struct{ faults []Fault }

func (c *packCheck) fault(at, format string, args ...any) {
	c.faults = append(c.faults, Fault{at, fmt.Sprintf(format, args...)})
}

func (c *packCheck) text(at, s string) {
	if s == "" {
		c.fault(at, "missing")
	}
}

func (c *packCheck) number(at string, n, least, most int) {
	if n < least || n > most {
		c.fault(at, "%d found, want %d to %d", n, least, most)
	}
}

func (c *packCheck) span(at string, s Span) {
	c.number(at+".days", s.Days, 1, MaxSpan)
	if s.Unit != WorkingDays && s.Unit != NaturalDays {
		c.fault(at+".unit", "%q found, want %s or %s", s.Unit, WorkingDays, NaturalDays)
	}
}
