package concern

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	"hallpulse/firmware-protocol/hall"
)

// Order is one work order of a 12345 file, as it was read. What the citizen said and who he is never prints itself.
type Order struct {
	Line   int // of the file
	Number string
	Kind   hall.ConcernKind
	Topic  string // of the responsibility list; empty where it knows no such word
	Hall   string
	Since  time.Time
	Limit  time.Time // zero: the file gives none
	Words  string    // what the citizen said; where the list does not know the word for its topic, that stands before it
	Name   string
	Phone  string
}

func (o Order) String() string { return "work order " + o.Number }

// GoString hides the text from %#v.
func (o Order) GoString() string { return o.String() }

// LogValue hides the text from logs.
func (o Order) LogValue() slog.Value { return slog.StringValue(o.String()) }

// MarshalJSON refuses: no text leaves by accident with the order that holds it.
func (o Order) MarshalJSON() ([]byte, error) {
	return nil, errors.New("a work order is not for JSON: name its fields")
}

// New is what the desk is told by the order, once Words, Name and Phone are sealed.
func (o Order) New(text, asker hall.Sealed) New {
	return New{ID: OrderID(o.Number), Kind: o.Kind, Source: hall.ConcernHotline, Order: o.Number, Limit: o.Limit, Since: o.Since,
		Topic: o.Topic, Hall: o.Hall, Text: text, Asker: asker}
}

// RowFault is one thing to mend in a file of work orders, or a row that is left out. Screens read its sentence under the
// key say.concern.row.<code>.
type RowFault struct {
	Line   int    // 0: the whole file
	Column Column // empty: the whole row
	Code   RowCode
	Got    string // what stands there; never what a citizen said, nor who he is
	Other  int    // of a doubled number: the line where it stands first
}

// Blocks reports whether the file cannot be imported as it is. A row that the desk knows already is only left out.
func (f RowFault) Blocks() bool { return f.Code != RowKnown }

func (f RowFault) Error() string {
	where := ""
	if f.Line > 0 {
		where = fmt.Sprintf("line %d: ", f.Line)
	}
	if f.Column != "" {
		where += string(f.Column) + ": "
	}
	if f.Got != "" {
		where += fmt.Sprintf("%q ", f.Got)
	}
	return where + f.Code.say(f.Other)
}

// RowCode says what is wrong with a file or a row.
type RowCode string

// The codes. The first ones are about the whole file.
const (
	FileUnreadable RowCode = "unreadable" // the upload broke off
	FileLarge      RowCode = "large"
	FileEmpty      RowCode = "empty"
	FileForm       RowCode = "file"      // no CSV: a workbook, a picture
	FileEncoding   RowCode = "encoding"  // neither UTF-8 nor GB18030
	FileHeader     RowCode = "header"    // the first line names no column that is known
	FileColumn     RowCode = "column"    // a column that must be there is not
	FileTwice      RowCode = "twice"     // a column stands there twice
	FileRows       RowCode = "rows"      // more than MaxOrders
	RowQuotes      RowCode = "quotes"    // a quotation mark that is not closed, or stands in a wrong place
	RowCells       RowCode = "cells"     // more cells than the header has
	RowMissing     RowCode = "missing"   // must not be empty
	RowLong        RowCode = "long"      // longer than allowed
	RowNumber      RowCode = "number"    // no number of a work order
	RowSheet       RowCode = "sheet"     // the spreadsheet has rounded the number
	RowDoubled     RowCode = "doubled"   // stands twice in the file
	RowKnown       RowCode = "known"     // the desk has it: left out
	RowKind        RowCode = "kind"      // none of the seven
	RowHall        RowCode = "hall"      // no hall of this centre
	RowTime        RowCode = "time"      // no date and time
	RowFuture      RowCode = "future"    // still to come
	RowLimit       RowCode = "limit"     // not after it was received
	RowPhone       RowCode = "telephone" // no telephone number
)

// RowCodes are all of them.
func RowCodes() []RowCode {
	return []RowCode{FileUnreadable, FileLarge, FileEmpty, FileForm, FileEncoding, FileHeader, FileColumn, FileTwice, FileRows, RowQuotes, RowCells,
		RowMissing, RowLong, RowNumber, RowSheet, RowDoubled, RowKnown, RowKind, RowHall, RowTime, RowFuture, RowLimit, RowPhone}
}

func (c RowCode) say(other int) string {
	switch c {
	case FileUnreadable:
		return "the file did not come whole: send it again"
	case FileLarge:
		return fmt.Sprintf("the file is larger than %d MiB: split it", MaxOrdersFile>>20)
	case FileEmpty:
		return "the file is empty: export it again"
	case FileForm:
		return "this is no CSV file: save it as CSV (UTF-8)"
	case FileEncoding:
		return "neither UTF-8 nor GB18030: save it as CSV (UTF-8)"
	case FileHeader:
		return "the first line names no column that is known: it must be the header"
	case FileColumn:
		return "this column is missing: export it with this column"
	case FileTwice:
		return "this column stands there twice: take one away"
	case FileRows:
		return fmt.Sprintf("more than %d rows: split the file", MaxOrders)
	case RowQuotes:
		return "a quotation mark is not closed or stands in a wrong place: write it twice inside a text"
	case RowCells:
		return "more cells than the header: put a text with commas in quotation marks"
	case RowMissing:
		return "is empty: fill it in"
	case RowLong:
		return "is too long: shorten it"
	case RowNumber:
		return "is no number of a work order: want 4 to 40 letters, digits or -"
	case RowSheet:
		return "was rounded by the spreadsheet: format the column as text and export it again"
	case RowDoubled:
		return fmt.Sprintf("stands in line %d already: take one row away", other)
	case RowKnown:
		return "was received before: it is left out"
	case RowKind:
		return "is no kind of concern: want one of " + strings.Join(kindNames(), ", ")
	case RowHall:
		return "is no hall of this centre: want its id or name, or leave it empty"
	case RowTime:
		return "is no time: want 2026-11-23 09:30"
	case RowFuture:
		return "is still to come: correct it"
	case RowLimit:
		return "is not after the order was received: correct it"
	case RowPhone:
		return "is no telephone number: correct it or leave it empty"
	}
	return string(c)
}

// Bounds of a file of work orders.
const (
	MaxOrdersFile = 8 << 20 // bytes
	MaxOrders     = 10_000  // rows
	MaxWords      = 2_000   // characters that a citizen said
	maxName       = 50
	maxTopicWord  = 50
	maxGot        = 60 // of what stands in a cell, as a fault shows it
	maxTorn       = 20 // rows with an open quotation mark after which reading begins again
)

// Desk is what the reader of work orders asks of the desk.
type Desk struct {
	Known func(number string) bool                   // whether a work order was received before
	Topic func(word string) (id string, ok bool)     // of the responsibility list
	Hall  func(idOrName string) (id string, ok bool) // of the centre
}

// ReadOrders reads a CSV file of 12345's work orders: UTF-8 with or without its mark, or GB18030, the header in Chinese
// or English. All faults of all rows come back at once, in the order of lines; while one of them Blocks there are no
// orders, so that no file is imported half. Rows that the desk knows already are named and left out.
func ReadOrders(r io.Reader, desk Desk, now time.Time) ([]Order, []RowFault) {
	data, err := io.ReadAll(io.LimitReader(r, MaxOrdersFile+1))
	switch {
	case err != nil:
		return nil, []RowFault{{Code: FileUnreadable}}
	case len(data) > MaxOrdersFile:
		return nil, []RowFault{{Code: FileLarge}}
	}
	text, code := decodeText(data)
	if code != "" {
		return nil, []RowFault{{Code: code}}
	}
	rows, faults := readRows(text)
	var at map[Column]int
	if len(rows) > 0 {
		var more []RowFault
		if at, more = columnsOf(rows[0]); len(more) > 0 {
			return nil, append(faults, more...)
		}
	}
	switch {
	case len(rows) < 2 && len(faults) == 0:
		return nil, []RowFault{{Code: FileEmpty}}
	case len(rows) == 0:
		return nil, faults
	}
	s := sheet{desk: desk, now: now, columns: at, width: len(rows[0].cells), first: map[string]int{}, faults: faults}
	for _, row := range rows[1:] {
		s.read(row)
	}
	return s.result()
}

// CheckOrders is ReadOrders for work orders that come one by one, as their columns; Line counts them from 1.
func CheckOrders(items []map[Column]string, desk Desk, now time.Time) ([]Order, []RowFault) {
	s := sheet{desk: desk, now: now, columns: map[Column]int{}, width: len(Columns()), first: map[string]int{}}
	for n, c := range Columns() {
		s.columns[c] = n
	}
	for n, item := range items {
		r := row{line: n + 1}
		for _, c := range Columns() {
			r.cells = append(r.cells, item[c])
		}
		s.read(r)
	}
	return s.result()
}

// row is one record of the file, and the line on which it begins.
type row struct {
	line  int
	cells []string
}

// readRows cuts the text into rows. Where a quotation mark was never closed it begins again on the next line, so that
// one bad row does not hide those below it.
func readRows(text string) (rows []row, faults []RowFault) {
	comma := separatorOf(text)
	for base, torn := 0, 0; ; {
		r := csv.NewReader(strings.NewReader(text))
		r.Comma, r.FieldsPerRecord, r.TrimLeadingSpace = comma, -1, comma != '\t'
		again := 0 // line after which reading begins again
		for again == 0 {
			cells, err := r.Read()
			var bad *csv.ParseError
			switch {
			case errors.Is(err, io.EOF):
				return rows, faults
			case errors.As(err, &bad):
				faults = append(faults, RowFault{Line: base + bad.StartLine, Code: RowQuotes})
				if errors.Is(bad.Err, csv.ErrQuote) && bad.Line > bad.StartLine {
					again = bad.StartLine
				}
			case !blank(cells):
				if len(rows) > MaxOrders {
					return rows, append(faults, RowFault{Code: FileRows})
				}
				line, _ := r.FieldPos(0)
				rows = append(rows, row{base + line, cells})
			}
		}
		if torn++; torn > maxTorn {
			return rows, faults // what is named so far is mended first
		}
		text = afterLine(text, again)
		base += again
	}
}

// afterLine returns what stands after the n-th line.
func afterLine(text string, n int) string {
	for range n {
		_, text, _ = strings.Cut(text, "\n")
	}
	return text
}

func blank(cells []string) bool {
	for _, c := range cells {
		if clean(c) != "" {
			return false
		}
	}
	return true
}

// separatorOf returns what separates the names of the header.
func separatorOf(text string) rune {
	header, _, _ := strings.Cut(strings.TrimLeft(text, "\r\n"), "\n")
	comma, most := ',', strings.Count(header, ",")
	for _, c := range []rune{';', '\t'} {
		if n := strings.Count(header, string(c)); n > most {
			comma, most = c, n
		}
	}
	return comma
}

// short cuts what a fault shows.
func short(s string) string {
	if utf8.RuneCountInString(s) <= maxGot {
		return s
	}
	return string([]rune(s)[:maxGot]) + "…"
}
