package store

import (
	"database/sql"
	"strings"
	"testing"

	"hallpulse/hub/internal/concern"
	"hallpulse/hub/internal/figures"
	"hallpulse/hub/internal/inspection"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/notify"
	"hallpulse/hub/internal/repair"
)

// Everything is all that a long run, and the lists of it, are judged by.
type Everything struct {
	Visits      []intake.Visit
	Answers     []intake.Answer
	Repairs     []repair.Repair
	Concerns    []concern.Concern
	Inspections []inspection.Inspection
	Messages    []notify.Message
	Deeds       []intake.Deed
	Tallies     []figures.Tally
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
	e.Concerns, err = collect(s.readers, nil, `SELECT body FROM concerns`, nil, scanBody[concern.Concern])
	read(err)
	e.Inspections, err = collect(s.readers, nil, `SELECT body FROM inspections`, nil, scanBody[inspection.Inspection])
	read(err)
	e.Messages, err = collect(s.readers, nil, `SELECT body FROM messages`, nil, scanBody[notify.Message])
	read(err)
	e.Deeds, err = collect(s.readers, nil, `SELECT pos, at_ms, type, about, account, role, unit FROM deeds`, nil, scanDeed)
	read(err)
	e.Tallies, err = collect(s.readers, nil, `SELECT `+strings.Join(tallyColumns(), ", ")+` FROM tallies`, nil, scanTally)
	read(err)
	return e
}

// DropIndexes drops all indexes but those of keys, and returns what makes them again: many rows are written faster without.
func (s *Store) DropIndexes(t testing.TB) (create []string) {
	t.Helper()
	type index struct{ name, sql string }
	all, err := collect(s.readers, nil, `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL`, nil, func(r *sql.Rows, i *index) error { return r.Scan(&i.name, &i.sql) })
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range all {
		s.Spoil(t, `DROP INDEX `+i.name)
		create = append(create, i.sql)
	}
	return create
}
