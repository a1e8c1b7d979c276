package export

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/figures"
)

// What a workbook can hold.
const (
	maxRows      = 1_048_576
	maxSheetName = 31
)

// XLSX writes the table as a workbook: one sheet with the rows, its headings frozen, and one that says what they were
// counted from. Numbers are numbers, texts are texts. A table of more than 16 MiB passes through a temporary file.
func (t *Table) XLSX(w io.Writer) error {
	if err := t.xlsx(w); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	return nil
}

func (t *Table) xlsx(w io.Writer) error {
	if err := t.check(); err != nil {
		return err
	}
	if len(t.lines())+1 > maxRows {
		return fmt.Errorf("%d rows are more than a workbook holds: take CSV, or ask for less", len(t.lines()))
	}
	if t.Origin.AsOf.IsZero() {
		return errors.New("the table does not say as of when it was counted")
	}
	f := excelize.NewFile()
	defer f.Close()
	b := book{f: f, styles: map[look]int{}}
	rows, origin := sheetName(t.Name, "1"), sheetName(t.Origin.Name, "2")
	if strings.EqualFold(rows, origin) {
		origin = "2"
	}
	if err := f.SetSheetName(f.GetSheetName(0), rows); err != nil {
		return err
	}
	if _, err := f.NewSheet(origin); err != nil {
		return err
	}
	if err := f.SetDocProps(&excelize.DocProperties{Creator: "HallPulse", LastModifiedBy: "HallPulse", Title: clean(t.Name), Created: stamp(t.Origin.AsOf), Modified: stamp(t.Origin.AsOf)}); err != nil {
		return err
	}
	if err := b.table(rows, t); err != nil {
		return err
	}
	if err := b.origin(origin, t.Origin); err != nil {
		return err
	}
	return f.Write(w)
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// book is a workbook being written.
type book struct {
	f      *excelize.File
	styles map[look]int
}

// look is how a cell looks.
type look struct {
	kind    Kind
	strong  bool
	heading bool
	moment  bool // a day with its time
}

// formats are how spreadsheets show each kind. The format of texts keeps a text one when somebody edits the cell.
func (l look) style() *excelize.Style {
	s := &excelize.Style{Font: &excelize.Font{Bold: l.strong}, Alignment: &excelize.Alignment{Vertical: "top", WrapText: l.heading}}
	date := "yyyy-mm-dd"
	switch {
	case l.moment:
		moment := date + " hh:mm"
		s.CustomNumFmt = &moment
	case l.kind == KindDate:
		s.CustomNumFmt = &date
	case l.kind == KindInteger:
		s.NumFmt = 3 // #,##0
	case l.kind == KindPercent:
		s.NumFmt = 10 // 0.00%
	case l.kind == KindRatio:
		s.NumFmt = 4 // #,##0.00
	default:
		s.NumFmt = 49 // @
	}
	if l.heading {
		s.Border = []excelize.Border{{Type: "bottom", Style: 1, Color: "000000"}}
	}
	return s
}

func (b *book) cell(l look, value any) (any, error) {
	id, ok := b.styles[l]
	if !ok {
		var err error
		if id, err = b.f.NewStyle(l.style()); err != nil {
			return nil, err
		}
		b.styles[l] = id
	}
	return excelize.Cell{StyleID: id, Value: value}, nil
}

// sheet writes rows to a sheet whose first row stays in sight; row returns the cells of each.
func (b *book) sheet(name string, widths []float64, rows int, row func(i int) ([]any, error)) error {
	w, err := b.f.NewStreamWriter(name)
	if err != nil {
		return err
	}
	for i, width := range widths {
		if err := w.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	frozen := &excelize.Panes{Freeze: true, XSplit: 1, YSplit: 1, TopLeftCell: "B2", ActivePane: "bottomRight"}
	if err := w.SetPanes(frozen); err != nil {
		return err
	}
	for i := range rows {
		cells, err := row(i)
		if err != nil {
			return err
		}
		if err := w.SetRow(fmt.Sprintf("A%d", i+1), cells); err != nil {
			return err
		}
	}
	return w.Flush()
}

func (b *book) table(name string, t *Table) error {
	var headings []string
	var widths []float64
	for _, c := range t.Columns {
		for _, h := range c.headings() {
			headings = append(headings, h)
			widths = append(widths, columnWidth(c, h))
		}
	}
	lines := t.lines()
	return b.sheet(name, widths, len(lines)+1, func(i int) ([]any, error) {
		if i == 0 {
			return b.texts(look{kind: KindText, strong: true, heading: true}, headings...)
		}
		return b.row(t, lines[i-1], t.Total != nil && i == len(lines))
	})
}

// columnWidth is in characters of the sheet's font; a Chinese one takes two.
func columnWidth(c Column, heading string) float64 {
	const least, most, ofText = 10, 24, 28
	if c.Kind == KindText {
		return ofText
	}
	n := 2
	for _, r := range heading {
		n++
		if r >= 0x2e80 {
			n++
		}
	}
	return float64(min(max(n, least), most))
}

func (b *book) texts(l look, texts ...string) ([]any, error) {
	var cells []any
	for _, s := range texts {
		c, err := b.cell(l, clean(s))
		if err != nil {
			return nil, err
		}
		cells = append(cells, c)
	}
	return cells, nil
}

func (b *book) row(t *Table, row []Cell, strong bool) ([]any, error) {
	var cells []any
	put := func(k Kind, value any) error {
		c, err := b.cell(look{kind: k, strong: strong}, value)
		cells = append(cells, c)
		return err
	}
	for i, c := range row {
		if err := c.values(put); err != nil {
			return nil, err
		}
		if k := t.Columns[i].Kind; k.counted() && c.kind != k {
			cells = append(cells, nil, nil)
		}
	}
	return cells, nil
}

// values puts what the cell is in a workbook.
func (c Cell) values(put func(Kind, any) error) error {
	switch c.kind {
	case KindText:
		return put(KindText, clean(c.text))
	case KindInteger:
		return put(KindInteger, c.n)
	case KindPercent:
		return put(KindPercent, fraction(c.n))
	case KindDate:
		return put(KindDate, serial(c.day.Start()))
	case KindShare:
		var percent any
		if h, ok := c.share.Hundredths(); ok {
			percent = fraction(h)
		}
		return c.counted(put, KindPercent, percent)
	case KindRatio:
		var ratio any
		if h, ok := figures.Ratio(c.share).Hundredths(); ok {
			ratio = float64(h) / 100
		}
		return c.counted(put, KindRatio, ratio)
	}
	return put(KindText, nil)
}

// counted puts a value and what it was counted from.
func (c Cell) counted(put func(Kind, any) error, kind Kind, value any) error {
	for _, v := range []struct {
		kind  Kind
		value any
	}{{kind, value}, {KindInteger, c.share.Part}, {KindInteger, c.share.Of}} {
		if err := put(v.kind, v.value); err != nil {
			return err
		}
	}
	return nil
}

func fraction(hundredths int) float64 { return float64(hundredths) / 100_00 }

// serial returns a time as spreadsheets count it: in days, as clocks show it in Beijing.
func serial(t time.Time) float64 {
	y, m, d := t.In(hall.Beijing()).Date()
	h, min, s := t.In(hall.Beijing()).Clock()
	days := time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix()/86400 + 25569 // 1970-01-01 is day 25569
	return float64(days) + float64(h*3600+min*60+s)/86400
}

func (b *book) origin(name string, o Origin) error {
	return b.sheet(name, []float64{28, 60}, len(o.Lines)+2, func(i int) ([]any, error) {
		strong := look{kind: KindText, strong: true}
		switch i {
		case 0:
			return b.texts(look{kind: KindText, strong: true, heading: true}, o.Name, "")
		case 1:
			cells, err := b.texts(strong, o.AsOfName)
			if err != nil {
				return nil, err
			}
			asOf, err := b.cell(look{kind: KindDate, moment: true}, serial(o.AsOf))
			return append(cells, asOf), err
		}
		line := o.Lines[i-2]
		cells, err := b.texts(strong, line.Name)
		if err != nil {
			return nil, err
		}
		value, err := b.texts(look{kind: KindText}, line.Value)
		return append(cells, value...), err
	})
}

// sheetName makes a name that every spreadsheet takes.
func sheetName(s, without string) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]`, r) || r == '\n' {
			return ' '
		}
		return r
	}, clean(s))
	if s = strings.Trim(shorten(s, maxSheetName), " '"); s == "" {
		return without
	}
	return s
}
