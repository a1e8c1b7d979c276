package store

import (
	"database/sql"
	"testing"
)

// Reading begins to read the database as it is now, until end.
func (s *Store) Reading(t testing.TB) (end func()) {
	t.Helper()
	tx, err := s.readers.BeginTx(t.Context(), &sql.TxOptions{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := tx.QueryRow(`SELECT COUNT(*) FROM boxes`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return func() { _ = tx.Rollback() }
}
