package hall

import (
	"strings"
	"testing"
)

// Domain §7 and issue, part 9: numbers cannot collide, whoever was offline.
func TestSchemesOfCaseNumbers(t *testing.T) {
	for _, c := range []struct{ scheme, fault string }{
		{"QL{date}-{agent}-{serial}", ""},
		{"{serial}-{agent}/{date}", "A to Z"},
		{"QL{date}-{serial}", "{agent}"},
		{"QL{agent}-{serial}", "{date}"},
		{"QL{date}-{agent}", "{serial}"},
		{"{date}-{agent}-{serial}-{serial}", "{serial}"},
		{"{date}-{agent}{serial}", "between its parts"},
		{"2{date}-{agent}-{serial}", "between its parts"},
		{"{date}-{agent}-{serial}0", "between its parts"},
		{"青{date}-{agent}-{serial}", "A to Z"},
		{"ABCDEFGHIJ-{date}-{agent}-{serial}", "at most 32"},
		{"", "{agent}"},
	} {
		var faults []string
		cat := Catalogue{Cases: &CaseRule{Number: c.scheme}}
		cat.validateCases(func(format string, args ...any) { faults = append(faults, format) })
		if c.fault == "" && len(faults) > 0 || c.fault != "" && !strings.Contains(strings.Join(faults, "\n")+args(c.scheme, &cat), c.fault) {
			t.Errorf("%q: %q, want %q", c.scheme, faults, c.fault)
		}
	}
}

// args are the faults of a scheme in full.
func args(scheme string, cat *Catalogue) string {
	if err := cat.Validate(); err != nil {
		return err.Error()
	}
	return scheme
}

func TestCaseNumbersNeverMeet(t *testing.T) {
	day, err := ParseDay("2026-11-23")
	if err != nil {
		t.Fatal(err)
	}
	r := CaseRule{Number: "QL{date}-{agent}-{serial}"}
	if got := r.CaseNumber(3, day, 17); got != "QL20261123-3-0017" {
		t.Errorf("a number reads %s", got)
	}
	seen := map[string]bool{}
	for _, agent := range []uint32{1, 2, 10, 11, 12, 100, 111} {
		for _, serial := range []int{1, 2, 10, 11, 100, 110, 1000, 10000, 11111} {
			for d := range Day(3) {
				n := r.CaseNumber(agent, day+d, serial)
				if seen[n] {
					t.Fatalf("%s twice", n)
				}
				seen[n] = true
			}
		}
	}
}
