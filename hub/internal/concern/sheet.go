package concern

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"hallpulse/firmware-protocol/hall"
)

// Column is a column of a file of work orders.
type Column string

// The columns. A file may have others; they are not read.
const (
	ColumnNumber Column = "number"
	ColumnKind   Column = "kind"
	ColumnSince  Column = "received"
	ColumnText   Column = "text"
	ColumnTopic  Column = "topic"
	ColumnHall   Column = "hall"
	ColumnLimit  Column = "limit"
	ColumnName   Column = "name"
	ColumnPhone  Column = "phone"
)

// Columns are all of them; those that a file must have come first.
func Columns() []Column {
	return []Column{ColumnNumber, ColumnKind, ColumnSince, ColumnText, ColumnTopic, ColumnHall, ColumnLimit, ColumnName, ColumnPhone}
}

func (c Column) needed() bool { return slices.Index(Columns(), c) < 4 }

// headers are what files call a column.
func (c Column) headers() []string {
	switch c {
	case ColumnNumber:
		return []string{"number", "order", "order number", "工单编号", "工单号", "编号"}
	case ColumnKind:
		return []string{"kind", "type", "诉求类型", "工单类型", "诉求类别", "类型"}
	case ColumnSince:
		return []string{"received", "time", "受理时间", "来电时间", "登记时间", "诉求时间"}
	case ColumnText:
		return []string{"text", "content", "诉求内容", "工单内容", "内容"}
	case ColumnTopic:
		return []string{"topic", "诉求主题", "问题分类", "主题", "分类"}
	case ColumnHall:
		return []string{"hall", "大厅", "涉及大厅"}
	case ColumnLimit:
		return []string{"limit", "due", "deadline", "办结时限", "办理时限", "截止时间", "时限"}
	case ColumnName:
		return []string{"name", "caller", "诉求人", "联系人", "来电人", "姓名"}
	case ColumnPhone:
		return []string{"phone", "telephone", "联系电话", "来电号码", "电话"}
	}
	return nil
}

// columnsOf finds the columns of a header.
func columnsOf(header row) (map[Column]int, []RowFault) {
	at := map[Column]int{}
	var faults []RowFault
	for i, cell := range header.cells {
		for _, c := range Columns() {
			if !slices.Contains(c.headers(), strings.ToLower(clean(cell))) {
				continue
			}
			if _, twice := at[c]; twice {
				faults = append(faults, RowFault{Line: header.line, Column: c, Code: FileTwice})
			}
			at[c] = i
		}
	}
	if len(at) < 2 { // a row can hold a word that is the name of a column
		return nil, []RowFault{{Line: header.line, Code: FileHeader}}
	}
	for _, c := range Columns() {
		if _, ok := at[c]; !ok && c.needed() {
			faults = append(faults, RowFault{Line: header.line, Column: c, Code: FileColumn})
		}
	}
	return at, faults
}

// sheet reads rows and gathers what is wrong with them.
type sheet struct {
	desk    Desk
	now     time.Time
	columns map[Column]int
	width   int
	first   map[string]int // number → the line where it stands first
	orders  []Order
	faults  []RowFault
}

func (s *sheet) result() ([]Order, []RowFault) {
	slices.SortStableFunc(s.faults, func(a, b RowFault) int { return a.Line - b.Line })
	if slices.ContainsFunc(s.faults, RowFault.Blocks) {
		return nil, s.faults
	}
	return s.orders, s.faults
}

func (s *sheet) read(r row) {
	before := len(s.faults)
	if len(r.cells) > s.width && !blank(r.cells[s.width:]) {
		s.fault(r, "", RowCells, "")
	}
	o := Order{Line: r.line}
	var known bool
	if o.Number, known = s.number(r); known {
		return // what else is wrong with it does not matter
	}
	o.Kind = s.kind(r)
	o.Since = s.since(r)
	o.Limit = s.limit(r, o.Since)
	o.Hall = s.hall(r)
	o.Name = s.cell(r, ColumnName, maxName)
	o.Phone = s.phone(r)
	o.Words = s.cell(r, ColumnText, MaxWords)
	if word := s.cell(r, ColumnTopic, maxTopicWord); word != "" {
		id, ok := s.desk.Topic(word)
		if o.Topic = id; !ok {
			o.Topic, o.Words = "", "【"+word+"】"+o.Words
		}
	}
	if len(s.faults) == before {
		s.orders = append(s.orders, o)
	}
}

// fault adds what is wrong with a row; got is left out where it is a citizen's.
func (s *sheet) fault(r row, c Column, code RowCode, got string) {
	if c == ColumnText || c == ColumnName || c == ColumnPhone {
		got = ""
	}
	s.faults = append(s.faults, RowFault{Line: r.line, Column: c, Code: code, Got: short(got)})
}

// cell returns what stands in a column, made clean; a missing cell is empty.
func (s *sheet) cell(r row, c Column, longest int) string {
	i, ok := s.columns[c]
	text := ""
	if ok && i < len(r.cells) {
		text = clean(r.cells[i])
	}
	switch {
	case text == "" && c.needed():
		s.fault(r, c, RowMissing, "")
	case utf8.RuneCountInString(text) > longest:
		s.fault(r, c, RowLong, text)
	}
	return text
}

// rounded matches a number that a spreadsheet wrote in its own way.
var rounded = regexp.MustCompile(`^[0-9.]+[eE]\+?[0-9]+$`)

func (s *sheet) number(r row) (n string, known bool) {
	n = strings.Trim(s.cell(r, ColumnNumber, 80), "='\"") // what keeps a spreadsheet from counting with it
	first := s.first[n]
	switch {
	case n == "":
		return n, false
	case rounded.MatchString(n) && strings.ContainsAny(n, ".+"):
		s.fault(r, ColumnNumber, RowSheet, n)
	case !orderPattern.MatchString(n):
		s.fault(r, ColumnNumber, RowNumber, n)
	case first > 0:
		s.fault(r, ColumnNumber, RowDoubled, n)
		s.faults[len(s.faults)-1].Other = first
	case s.desk.Known(n):
		known = true
		s.fault(r, ColumnNumber, RowKnown, n)
	}
	if first == 0 {
		s.first[n] = r.line
	}
	return n, known
}

func (s *sheet) kind(r row) hall.ConcernKind {
	word := s.cell(r, ColumnKind, maxTopicWord)
	if word == "" {
		return ""
	}
	for _, k := range hall.ConcernKinds() {
		if slices.Contains([]string{string(k), kindName(k), kindName(k) + "类"}, strings.ToLower(word)) {
			return k
		}
	}
	s.fault(r, ColumnKind, RowKind, word)
	return ""
}

// kindName is what 001 and 12345 call a kind.
func kindName(k hall.ConcernKind) string {
	switch k {
	case hall.ConcernEnquiry:
		return "咨询"
	case hall.ConcernPlea:
		return "求助"
	case hall.ConcernOpinion:
		return "意见"
	case hall.ConcernSuggestion:
		return "建议"
	case hall.ConcernComplaint:
		return "投诉"
	case hall.ConcernReport:
		return "举报"
	case hall.ConcernPraise:
		return "表扬"
	}
	return ""
}

func kindNames() []string {
	var all []string
	for _, k := range hall.ConcernKinds() {
		all = append(all, kindName(k))
	}
	return all
}

func (s *sheet) hall(r row) string {
	word := s.cell(r, ColumnHall, maxTopicWord)
	if word == "" {
		return ""
	}
	id, ok := s.desk.Hall(word)
	if !ok {
		s.fault(r, ColumnHall, RowHall, word)
	}
	return id
}

func (s *sheet) since(r row) time.Time {
	text := s.cell(r, ColumnSince, maxTopicWord)
	if text == "" {
		return time.Time{}
	}
	at, _, ok := readTime(text)
	switch {
	case !ok:
		s.fault(r, ColumnSince, RowTime, text)
	case at.After(s.now):
		s.fault(r, ColumnSince, RowFuture, text)
	}
	return at
}

// limit reads until when 12345 wants the answer. A day alone ends at its 24:00.
func (s *sheet) limit(r row, since time.Time) time.Time {
	text := s.cell(r, ColumnLimit, maxTopicWord)
	if text == "" {
		return time.Time{}
	}
	at, whole, ok := readTime(text)
	if ok && whole {
		at = (hall.DayOf(at) + 1).Start()
	}
	switch {
	case !ok:
		s.fault(r, ColumnLimit, RowTime, text)
	case !since.IsZero() && !at.After(since):
		s.fault(r, ColumnLimit, RowLimit, text)
	}
	return at
}

// readTime reads a time of Beijing as spreadsheets write it; whole says that it is a day alone.
func readTime(text string) (at time.Time, whole, ok bool) {
	text = strings.NewReplacer("年", "-", "月", "-", "日", " ", "/", "-", "T", " ").Replace(text)
	text = strings.Join(strings.Fields(text), " ")
	for _, form := range []string{"2006-1-2 15:04:05", "2006-1-2 15:04", "2006-1-2"} {
		if at, err := time.ParseInLocation(form, text, hall.Beijing()); err == nil {
			return at, form == "2006-1-2", at.Year() >= 2000
		}
	}
	return time.Time{}, false, false
}

var (
	phoneMarks   = strings.NewReplacer(" ", "", "-", "", "－", "", "(", "", ")", "", "（", "", "）", "")
	phonePattern = regexp.MustCompile(`^\+?[0-9]{5,20}$`)
)

// phone returns a telephone number without its marks. Where 12345 keeps it to itself there is none.
func (s *sheet) phone(r row) string {
	text := s.cell(r, ColumnPhone, maxName)
	if slices.Contains([]string{"", "-", "无", "保密", "匿名"}, text) {
		return ""
	}
	digits := phoneMarks.Replace(strings.TrimLeft(text, "'"))
	if !phonePattern.MatchString(digits) {
		s.fault(r, ColumnPhone, RowPhone, "")
	}
	return digits
}

// decodeText returns a file's text, or why it is none.
func decodeText(data []byte) (string, RowCode) {
	switch {
	case len(bytes.TrimSpace(data)) == 0:
		return "", FileEmpty
	case bytes.HasPrefix(data, []byte("PK\x03\x04")), bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")), bytes.IndexByte(data, 0) >= 0:
		return "", FileForm
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if utf8.Valid(data) {
		return string(data), ""
	}
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
	if err != nil || bytes.ContainsRune(text, utf8.RuneError) {
		return "", FileEncoding
	}
	return string(text), ""
}

// clean drops what shows nothing, controls and marks that turn the direction of writing. Lines stay, and so does what
// joins letters in Mongolian and in emoji.
func clean(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\u200c', r == '\u200d', r == '\u180e':
			return r
		case r == '\t', r == '\r', r == '\u00a0', r == '\u3000':
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp):
			return -1
		}
		return r
	}, s))
}
