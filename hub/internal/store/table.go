package store

import (
	"database/sql"
	"fmt"
	"strings"
)

// width is how many parameters one statement of many rows carries: the driver looks each one up in a list, so more
// are slower, and it reads the text of a statement anew each time, so fewer are slower, too.
const width = 300

// table is a table as rows are written to it.
type table struct {
	name    string
	columns []string
	head    string // INSERT INTO … VALUES
	row     string // (?,?,…)
	tail    string // what happens to a row that is there
	full    string // the statement of as many rows as one statement carries
	rows    int
}

// appended describes a table whose rows never change.
func appended(name, columns string) table { return describe(name, columns, 0) }

// replaced describes a table in which a row takes the place of the one with the same first keys columns.
func replaced(name, columns string, keys int) table { return describe(name, columns, keys) }

func describe(name, columns string, keys int) table {
	t := table{name: name, columns: strings.Fields(columns)}
	t.head = fmt.Sprintf("INSERT INTO %s (%s) VALUES ", name, strings.Join(t.columns, ", "))
	t.row = tuple(len(t.columns))
	t.rows = max(1, width/len(t.columns))
	if keys > 0 {
		var set []string
		for _, c := range t.columns[keys:] {
			set = append(set, c+" = excluded."+c)
		}
		do := "NOTHING" // all of it is key
		if len(set) > 0 {
			do = "UPDATE SET " + strings.Join(set, ", ")
		}
		t.tail = fmt.Sprintf(" ON CONFLICT (%s) DO %s", strings.Join(t.columns[:keys], ", "), do)
	}
	t.full = t.statement(t.rows)
	return t
}

func (t *table) statement(rows int) string {
	return t.head + strings.TrimSuffix(strings.Repeat(t.row+",", rows), ",") + t.tail
}

// tuple returns (?,?,…): the driver finds numbered parameters slowly, and these texts are made, not written.
func tuple(n int) string { return "(" + strings.TrimSuffix(strings.Repeat("?,", n), ",") + ")" }

// writer writes rows of one table, many in a statement.
type writer struct {
	tx   *sql.Tx
	t    *table
	args []any
}

// row adds one row; its values are in the order of the table's columns.
func (w *writer) row(values ...any) error {
	if len(values) != len(w.t.columns) {
		panic(fmt.Sprintf("table %s: %d values for %d columns", w.t.name, len(values), len(w.t.columns)))
	}
	if w.args = append(w.args, values...); len(w.args) < w.t.rows*len(w.t.columns) {
		return nil
	}
	return w.exec(w.t.full)
}

// end writes what is left.
func (w *writer) end() error {
	if len(w.args) == 0 {
		return nil
	}
	return w.exec(w.t.statement(len(w.args) / len(w.t.columns)))
}

func (w *writer) exec(statement string) error {
	if _, err := w.tx.Exec(statement, w.args...); err != nil {
		return fmt.Errorf("write %s: %w", w.t.name, err)
	}
	w.args = w.args[:0]
	return nil
}

// put writes rows to a table, each by the values that of returns.
func put[R any](tx *sql.Tx, t *table, rows []R, of func(R) []any) error {
	if len(rows) == 0 {
		return nil
	}
	w := writer{tx: tx, t: t, args: make([]any, 0, min(len(rows), t.rows)*len(t.columns))}
	for _, r := range rows {
		if err := w.row(of(r)...); err != nil {
			return err
		}
	}
	return w.end()
}

// find runs a query for many keys, as many at once as one statement carries; no key may come twice. The query holds one %s: the list of
// keys, each of n values.
func find[K, R any](tx *sql.Tx, query string, keys []K, n int, of func([]any, K) []any, scan func(*sql.Rows, *R) error) ([]R, error) {
	var out []R
	one := tuple(n)
	if n == 1 {
		one = "?"
	}
	for len(keys) > 0 {
		count := min(len(keys), width/n)
		args := make([]any, 0, count*n)
		for _, k := range keys[:count] {
			args = of(args, k)
		}
		list := strings.TrimSuffix(strings.Repeat(one+",", count), ",")
		var err error
		if out, err = collect(tx, out, fmt.Sprintf(query, list), args, scan); err != nil {
			return nil, err
		}
		keys = keys[count:]
	}
	return out, nil
}

// collect runs a query and adds its rows to out.
func collect[R any](q querier, out []R, query string, args []any, scan func(*sql.Rows, *R) error) ([]R, error) {
	err := each(q, query, args, scan, func(r *R) { out = append(out, *r) })
	if err != nil {
		return nil, err
	}
	return out, nil
}

// each runs a query and hands on its rows one by one.
func each[R any](q querier, query string, args []any, scan func(*sql.Rows, *R) error, take func(*R)) error {
	rows, err := q.Query(query, args...)
	if err != nil {
		return fmt.Errorf("query: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var r R
		if err := scan(rows, &r); err != nil {
			return fmt.Errorf("read a row: %w", err)
		}
		take(&r)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("query: %w", err)
	}
	return nil
}

// querier is a transaction or a pool.
type querier interface {
	Query(query string, args ...any) (*sql.Rows, error)
}
