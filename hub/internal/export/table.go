// Package export lays out what the hub shows as a table that people take away, and writes it: as JSON for the page, as
// CSV, as a workbook. All three say the same digits. A cell is a value, never a formula, whatever somebody wrote into it.
// It takes values, words and an io.Writer; it knows no page, no store and no language, and counts nothing.
package export

import (
	"encoding/json"
	"fmt"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/figures"
)

// Kind is what the cells of a column hold.
type Kind string

// The kinds.
const (
	KindText    Kind = "text"
	KindInteger Kind = "integer"
	KindPercent Kind = "percent"
	KindShare   Kind = "share" // a percentage and what it was counted from
	KindRatio   Kind = "ratio" // how many for each, with two places, and what it was counted from
	KindDate    Kind = "date"
)

// Column is one column of a table. In files a share or a ratio takes three: its value under Name, its numerator under
// Part, its denominator under Of.
type Column struct {
	Key  string `json:"key"`
	Name string `json:"name"`
	Kind Kind   `json:"kind"`
	Part string `json:"part,omitempty"`
	Of   string `json:"of,omitempty"`
}

// Cell is one value. The zero Cell is empty.
type Cell struct {
	kind  Kind
	text  string
	n     int           // an integer, or hundredths of a per cent
	share figures.Share // or a ratio
	day   hall.Day
}

// Text is a text. In a column of another kind it stands in the place of a value that cannot be shown.
func Text(s string) Cell { return Cell{kind: KindText, text: s} }

// Integer is a whole number.
func Integer(n int) Cell { return Cell{kind: KindInteger, n: n} }

// Percent is a percentage in hundredths: 7525 is 75.25 %.
func Percent(hundredths int) Cell { return Cell{kind: KindPercent, n: hundredths} }

// Share is a percentage and what it was counted from; of nothing it has no percentage.
func Share(s figures.Share) Cell { return Cell{kind: KindShare, share: s} }

// Ratio is how many there are for each, and what it was counted from; of nothing it has no value.
func Ratio(r figures.Ratio) Cell { return Cell{kind: KindRatio, share: figures.Share(r)} }

// Date is a day.
func Date(d hall.Day) Cell { return Cell{kind: KindDate, day: d} }

// Line is one thing that a table was counted from, and how.
type Line struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Origin says what a table was counted from, and when. A workbook has it on a sheet of its own.
type Origin struct {
	Name     string    `json:"name"`
	AsOfName string    `json:"as_of_name"`
	AsOf     time.Time `json:"as_of"`
	Lines    []Line    `json:"lines"`
}

// Table is what a page shows and a file holds.
type Table struct {
	Name    string   `json:"name"`
	Columns []Column `json:"columns"`
	Rows    [][]Cell `json:"rows"`
	Total   []Cell   `json:"total,omitempty"` // the last row of files
	Origin  Origin   `json:"origin"`
}

// check finds cells that are not what their column holds: a table that was put together wrongly.
func (t *Table) check() error {
	for i, row := range t.lines() {
		if len(row) != len(t.Columns) {
			return fmt.Errorf("row %d has %d cells for %d columns", i+1, len(row), len(t.Columns))
		}
		for j, c := range row {
			if k := t.Columns[j].Kind; c.kind != "" && c.kind != k && c.kind != KindText {
				return fmt.Errorf("row %d holds a %s in column %q of kind %s", i+1, c.kind, t.Columns[j].Key, k)
			}
		}
	}
	return nil
}

// lines returns all rows, the total last.
func (t *Table) lines() [][]Cell {
	if t.Total == nil {
		return t.Rows
	}
	return append(t.Rows[:len(t.Rows):len(t.Rows)], t.Total)
}

// MarshalJSON writes a text as a string, an integer and a percentage as a number, a share as {part, of, percent}, a ratio as {part, of, ratio}, a day
// as 2006-01-02, what is empty as null. Texts are as in files, but for what only a file must fear.
func (c Cell) MarshalJSON() ([]byte, error) {
	switch c.kind {
	case KindText:
		return json.Marshal(clean(c.text))
	case KindInteger:
		return json.Marshal(c.n)
	case KindPercent:
		return json.Marshal(decimal(c.n))
	case KindShare:
		s := struct {
			Part    int          `json:"part"`
			Of      int          `json:"of"`
			Percent *json.Number `json:"percent"`
		}{Part: c.share.Part, Of: c.share.Of}
		if h, ok := c.share.Hundredths(); ok {
			n := decimal(h)
			s.Percent = &n
		}
		return json.Marshal(s)
	case KindRatio:
		r := struct {
			Part  int          `json:"part"`
			Of    int          `json:"of"`
			Ratio *json.Number `json:"ratio"`
		}{Part: c.share.Part, Of: c.share.Of}
		if h, ok := figures.Ratio(c.share).Hundredths(); ok {
			n := decimal(h)
			r.Ratio = &n
		}
		return json.Marshal(r)
	case KindDate:
		return json.Marshal(c.day)
	}
	return []byte("null"), nil
}

// counted reports whether a cell of this kind says what it was counted from.
func (k Kind) counted() bool { return k == KindShare || k == KindRatio }

// decimal returns hundredths as a number with two places.
func decimal(hundredths int) json.Number {
	sign := ""
	if hundredths < 0 {
		sign, hundredths = "-", -hundredths
	}
	return json.Number(fmt.Sprintf("%s%d.%02d", sign, hundredths/100, hundredths%100))
}
