package export

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"hallpulse/hub/internal/figures"
)

// byteOrderMark tells spreadsheets that a CSV is UTF-8.
const byteOrderMark = "\ufeff"

// CSV writes the table by RFC 4180 with a byte order mark: a line of headings, then the rows and the total. A text that
// a spreadsheet would take for a formula gets a leading apostrophe.
func (t *Table) CSV(w io.Writer) error {
	if err := t.check(); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	out := bufio.NewWriter(w)
	out.WriteString(byteOrderMark)
	var fields []string
	for _, c := range t.Columns {
		for _, name := range c.headings() {
			fields = append(fields, textField(name))
		}
	}
	writeRecord(out, fields)
	for _, row := range t.lines() {
		fields = fields[:0]
		for i, c := range row {
			fields = c.fields(fields, t.Columns[i].Kind)
		}
		writeRecord(out, fields)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}

// writeRecord leaves errors to Flush.
func writeRecord(out *bufio.Writer, fields []string) {
	if len(fields) == 1 && fields[0] == "" {
		fields[0] = `""` // an empty line is no record to many readers
	}
	for i, f := range fields {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString(f)
	}
	out.WriteString("\r\n")
}

// headings returns the headings that a column has in files.
func (c Column) headings() []string {
	if c.Kind.counted() {
		return []string{c.Name, c.Part, c.Of}
	}
	return []string{c.Name}
}

// fields appends the cell as it stands in a column of kind k.
func (c Cell) fields(to []string, k Kind) []string {
	rest := 0 // further columns of k
	if k.counted() {
		rest = 2
	}
	switch c.kind {
	case KindText:
		to = append(to, textField(c.text))
	case KindInteger:
		to = append(to, strconv.Itoa(c.n))
	case KindPercent:
		to = append(to, decimal(c.n).String()+"%")
	case KindDate:
		to = append(to, c.day.String())
	case KindShare:
		percent := ""
		if h, ok := c.share.Hundredths(); ok {
			percent = decimal(h).String() + "%"
		}
		return append(to, percent, strconv.Itoa(c.share.Part), strconv.Itoa(c.share.Of))
	case KindRatio:
		ratio := ""
		if h, ok := figures.Ratio(c.share).Hundredths(); ok {
			ratio = decimal(h).String()
		}
		return append(to, ratio, strconv.Itoa(c.share.Part), strconv.Itoa(c.share.Of))
	default:
		to = append(to, "")
	}
	for range rest {
		to = append(to, "")
	}
	return to
}

// textField cleans, guards and, where it must be, quotes a text. Semicolons and spaces at the ends count as reasons:
// programs set to another separator would cut the text there, and what they cut off could be a formula.
func textField(s string) string {
	s = guard(clean(s))
	if !strings.ContainsAny(s, "\",;\t\r\n") && s == strings.TrimSpace(s) {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}
