package hall

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
