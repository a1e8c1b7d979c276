package hall

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// CaseRule is how a hall's cases are numbered, and where who was refused may turn to.
type CaseRule struct {
	// Number is the scheme of case numbers: capitals, digits and - around {date}, {agent} and {serial}.
	Number string `json:"number" yaml:"number"`
	Review string `json:"review,omitempty" yaml:"review"` // 行政复议机关
	Court  string `json:"court,omitempty" yaml:"court"`   // 人民法院
}

// DefaultCaseRule is the rule of a hall that names none.
func DefaultCaseRule() CaseRule { return CaseRule{Number: "{date}-{agent}-{serial}"} }

// CaseRule returns the rule of the hall's cases.
func (c *Catalogue) CaseRule() CaseRule {
	if c.Cases == nil {
		return DefaultCaseRule()
	}
	return *c.Cases
}

// How long a refused applicant may take (Administrative Reconsideration Law, article 20; Administrative Litigation Law,
// article 46).
const (
	ReviewDays  = 60 // 行政复议
	CourtMonths = 6  // 行政诉讼
)

// maxCaseNumber is what fits a line of paper, and what somebody reads out.
const maxCaseNumber = 32

// CaseNumber returns the number of the serial-th case that an agent opens on a day. Agents are numbered over all halls and
// serials never repeat on a day, so no two cases have one number, whoever was offline (domain §7).
func (r CaseRule) CaseNumber(agent uint32, day Day, serial int) string {
	return strings.NewReplacer(
		"{date}", day.Start().Format("20060102"), "{agent}", strconv.FormatUint(uint64(agent), 10), "{serial}", fmt.Sprintf("%04d", serial),
	).Replace(r.Number)
}

var (
	caseNumberForm = regexp.MustCompile(`^[A-Z0-9-]*$`)
	casePart       = regexp.MustCompile(`\{(date|agent|serial)\}`)
	touching       = regexp.MustCompile(`[}0-9]\{|\}[0-9]`)
)

// validateCases names the faults of the rule of cases.
func (c *Catalogue) validateCases(fault func(format string, args ...any)) {
	r := c.CaseRule()
	for _, part := range []string{"{date}", "{agent}", "{serial}"} {
		if strings.Count(r.Number, part) != 1 {
			fault("cases.number %q: want %s once: without it two cases could have one number", r.Number, part)
		}
	}
	if touching.MatchString(r.Number) {
		fault("cases.number %q: want a letter or - between its parts: 1 and 12 would read as 11 and 2", r.Number)
	}
	if !caseNumberForm.MatchString(casePart.ReplaceAllString(r.Number, "")) {
		fault("cases.number %q: want A to Z, 0 to 9 and - around its parts", r.Number)
	}
	if n := len(r.CaseNumber(MaxAgent, 0, 99999)); n > maxCaseNumber {
		fault("cases.number %q makes numbers of %d characters: want at most %d", r.Number, n, maxCaseNumber)
	}
}
