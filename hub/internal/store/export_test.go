package store

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"hallpulse/hub/internal/intake"
)

// Rows returns what a query finds, each row as one line.
func (s *Store) Rows(t testing.TB, query string) []string {
	t.Helper()
	rows, err := s.readers.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for rows.Next() {
		values := make([]any, len(columns))
		for n := range values {
			values[n] = new(any)
		}
		if err := rows.Scan(values...); err != nil {
			t.Fatal(err)
		}
		var line []string
		for n, v := range values {
			line = append(line, fmt.Sprintf("%s=%v", columns[n], *v.(*any)))
		}
		out = append(out, strings.Join(line, " "))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// Spoil changes the database behind the store's back.
func (s *Store) Spoil(t testing.TB, statement string) {
	t.Helper()
	if err := s.write(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(statement)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// Failing makes the writer refuse statements by its own trigger.
func (s *Store) Failing(t testing.TB, table, when string) {
	t.Helper()
	s.Spoil(t, fmt.Sprintf(`CREATE TRIGGER failing_%s BEFORE INSERT ON %s WHEN %s BEGIN SELECT RAISE(ABORT, 'the disk says no'); END`, table, table, when))
}

// Loads are all that Load asks, each for two keys.
func Loads() []string {
	of := func(query string, n int) string {
		one := "?"
		if n > 1 {
			one = tuple(n)
		}
		return fmt.Sprintf(query, one+","+one)
	}
	return []string{of(loadEpochs, 2), of(loadEpochsOf, 1), loadSeals, of(loadEvents, 3), loadRetold, of(loadVisits, 1), of(loadTickets, 1),
		of(loadVisitsOf, 1), of(loadAnswersOf, 1), of(loadPresses, 3), of(loadForms, 1), loadDrafts, loadPending, loadHole, of(loadWindows, 2),
		of(loadDevices, 2), of(loadStates, 1), of(loadSteps, 2), of(loadTallies(), 8),
		of(loadRepairsOf, 1), of(loadCasesOf, 1), of(loadCases, 1), reviewCases, of(loadConcerns, 1), of(loadInspections, 1), of(loadMessages, 1), wakeRepairs, wakeConcerns, wakeInspections, wakeMessages,
		reviewRepairs, reviewConcerns, loadDue, loadBadAlone, loadLost, reviewVisitsFrom, reviewVisits, loadUnread}
}

// Plan returns how the database would answer a query.
func (s *Store) Plan(t testing.TB, query string) []string {
	t.Helper()
	args := make([]any, max(strings.Count(query, "?"), strings.Count(query, "$")))
	plan, err := collect(s.readers, nil, "EXPLAIN QUERY PLAN "+query, args, func(rows *sql.Rows, line *string) error {
		return rows.Scan(new(any), new(any), new(any), line)
	})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// CaseList is what a list of cases asks for its first page.
func CaseList(q intake.CasesAsked) string {
	a := casesOf(q)
	query, _ := a.first(bodies("cases", "rest, due_day, id"), 51)
	return query
}
