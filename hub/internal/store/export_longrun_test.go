package store

import (
	"strings"
	"testing"

	"hallpulse/hub/internal/figures"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/repair"
)

// Everything is all that a long run is judged by.
type Everything struct {
	Visits  []intake.Visit
	Answers []intake.Answer
	Repairs []repair.Repair
	Tallies []figures.Tally
}

// Everything reads whole tables.
func (s *Store) Everything(t testing.TB) (e Everything) {
	t.Helper()
	read := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var err error
	e.Visits, err = collect(s.readers, nil, `SELECT `+visitColumns+` FROM visits`, nil, scanVisit)
	read(err)
	e.Answers, err = collect(s.readers, nil, `SELECT `+answerColumns+` FROM answers`, nil, scanAnswer)
	read(err)
	e.Repairs, err = collect(s.readers, nil, `SELECT body FROM repairs`, nil, scanBody[repair.Repair])
	read(err)
	e.Tallies, err = collect(s.readers, nil, `SELECT `+strings.Join(tallyColumns(), ", ")+` FROM tallies`, nil, scanTally)
	read(err)
	return e
}
