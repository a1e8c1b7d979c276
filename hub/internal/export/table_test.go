package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/figures"
)

var update = flag.Bool("update", false, "write the golden files anew")

// everyKind holds a cell of each kind, and what people and attackers write into texts.
func everyKind() *Table {
	day, err := hall.ParseDay("2026-07-28")
	if err != nil {
		panic(err)
	}
	t := &Table{
		Name: "差评整改 2026/07",
		Columns: []Column{
			{Key: "name", Name: "单位", Kind: KindText},
			{Key: "rated", Name: "已评价", Kind: KindInteger},
			{Key: "low", Name: "下限", Kind: KindPercent},
			{Key: "satisfaction", Name: "满意率", Kind: KindShare, Part: "满意率：分子", Of: "满意率：分母"},
			{Key: "from", Name: "自", Kind: KindDate},
			{Key: "trips", Name: "跑动次数", Kind: KindRatio, Part: "跑动次数：分子", Of: "跑动次数：分母"},
		},
		Total: []Cell{Text("合计"), Integer(12), {}, Share(figures.Share{Part: 9, Of: 12}), {}, Ratio(figures.Ratio{Part: 5, Of: 4})},
		Origin: Origin{Name: "计数口径", AsOfName: "数据截至", AsOf: time.Date(2026, 7, 28, 10, 42, 0, 0, hall.Beijing()),
			Lines: []Line{{"剔除的评价", "不计入"}, {"事项", `=HYPERLINK("http://x")`}}},
	}
	for _, s := range []string{
		"市公安局", "", `引号 " 在中间`, "逗号,分号;", "两\n行", "Windows\r\n的行", "  边上有空格 ",
		"=1+1", "+86 10", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1+1", "＝1+1", " \u200b=1+1", "'=已经加过", `=cmd|' /C calc'!A0`,
		"\u202e反着写\u2066", "零\x00字节", "👨‍👩‍👧 一家", "坏\xff字节", "<b>粗</b>&amp;", "_x0041_", "00123",
	} {
		t.Rows = append(t.Rows, []Cell{Text(s), Integer(-3), Percent(5), Share(figures.Share{Part: 2, Of: 3}), Date(day), Ratio(figures.Ratio{Part: 5, Of: 3})})
	}
	t.Rows = append(t.Rows,
		[]Cell{{}, {}, {}, {}, {}, {}},
		[]Cell{Text("没有可数的"), Integer(0), Percent(100_00), Share(figures.Share{}), Date(0), Ratio(figures.Ratio{})},
		[]Cell{Text("比法定慢"), Integer(0), Percent(0), Share(figures.Share{Part: -1, Of: 4}), Date(day), Ratio(figures.Ratio{Part: 0, Of: 4})},
		[]Cell{Text("太少"), Text("不足 5 条"), Text("不足 5 条"), Text("不足 5 条"), Text("不足 5 条"), Text("不足 5 条")})
	return t
}

// The bytes of a CSV are a promise to whoever reads it by program.
func TestCSVIsByteForByteAsPromised(t *testing.T) {
	const golden = "testdata/everykind.csv"
	var got bytes.Buffer
	if err := everyKind().CSV(&got); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("got\n%q\nwant\n%q", got.Bytes(), want)
	}
}

// What is a formula to some spreadsheet is none in the file.
func TestGuard(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"市公安局", "市公安局"},
		{"=1+1", "'=1+1"},
		{"+1", "'+1"},
		{"-1", "'-1"},
		{"@A1", "'@A1"},
		{"\t=1", "'\t=1"},
		{"\r=1", "'\r=1"},
		{"\n=1", "'\n=1"},
		{"  =1", "'  =1"},
		{"\u3000=1", "'\u3000=1"},
		{"\u200b=1", "'\u200b=1"},
		{"＝1", "'＝1"},
		{"－1", "'－1"},
		{"1=1", "1=1"},
		{"A-1", "A-1"},
		{"'=1", "'=1"},
		{"   ", "   "},
	} {
		if got := guard(c.in); got != c.want {
			t.Errorf("%q: %q, want %q", c.in, got, c.want)
		}
	}
}

func TestClean(t *testing.T) {
	for rule, c := range map[string]struct{ in, want string }{
		"marks that turn the direction go":         {"a\u202eb\u2066c\u2069d\u200fe", "abcde"},
		"NUL and other controls go":                {"a\x00b\x1bc\u0085d", "abcd"},
		"lines stay, whatever ends them":           {"a\r\nb\nc", "a\nb\nc"},
		"a tab and a lone return are spaces":       {"a\tb\rc", "a b c"},
		"emoji that are joined stay joined":        {"👨‍👩‍👧", "👨‍👩‍👧"},
		"bytes that are no text show":              {"a\xffb", "a\ufffdb"},
		"what is no character shows":               {"a\ufffeb\U0001ffffc", "a\ufffdb\ufffdc"},
		"exactly as long as a cell":                {strings.Repeat("长", maxText), strings.Repeat("长", maxText)},
		"longer than a cell":                       {strings.Repeat("长", maxText+1), strings.Repeat("长", maxText-1) + "…"},
		"longer, in characters of two units":       {strings.Repeat("👍", maxText), strings.Repeat("👍", maxText/2-1) + "…"},
		"exactly as long, in characters of two":    {strings.Repeat("👍", maxText/2), strings.Repeat("👍", maxText/2)},
		"a character of two units is never halved": {strings.Repeat("a", maxText-2) + "👍👍", strings.Repeat("a", maxText-2) + "…"},
	} {
		if got := clean(c.in); got != c.want {
			t.Errorf("%s: %.40q (%d bytes), want %.40q (%d bytes)", rule, got, len(got), c.want, len(c.want))
		}
	}
}

// The page's JSON, CSV and workbook say the same digits.
func TestWorkbookSaysWhatTheCSVSays(t *testing.T) {
	table := everyKind()
	f := workbook(t, table)
	rows, err := f.GetRows(f.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := table.CSV(&text); err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text.String(), byteOrderMark))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != len(records) {
		t.Fatalf("%d rows in the workbook, %d in the CSV", len(rows), len(records))
	}
	for i, record := range records {
		for j, want := range record {
			got := ""
			if j < len(rows[i]) {
				got = rows[i][j]
			}
			if want != got && want != "'"+got {
				t.Errorf("row %d, column %d: workbook %q, CSV %q", i+1, j+1, got, want)
			}
		}
	}
}

func workbook(t testing.TB, table *Table) *excelize.File {
	t.Helper()
	var b bytes.Buffer
	if err := table.XLSX(&b); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// A line that holds nothing at all would be no row to those who read it.
func TestAnEmptyRowOfOneColumnIsARow(t *testing.T) {
	table := &Table{Columns: []Column{{Name: "n", Kind: KindInteger}}, Rows: [][]Cell{{{}}, {Integer(1)}}}
	var b bytes.Buffer
	if err := table.CSV(&b); err != nil || b.String() != byteOrderMark+"n\r\n\"\"\r\n1\r\n" {
		t.Errorf("%q %v", b.String(), err)
	}
}

// In a workbook numbers are numbers, days are days, texts are texts, and the headings stay in sight.
func TestWorkbookCells(t *testing.T) {
	f := workbook(t, everyKind())
	sheet := f.GetSheetName(0)
	if got := f.GetSheetList(); !slices.Equal(got, []string{"差评整改 2026 07", "计数口径"}) {
		t.Errorf("sheets %q", got)
	}
	for _, c := range []struct {
		cell, raw string
		kind      excelize.CellType
		format    string // as shown
	}{
		{"A2", "市公安局", excelize.CellTypeInlineString, "市公安局"},
		{"B2", "-3", excelize.CellTypeUnset, "-3"},
		{"C2", "0.0005", excelize.CellTypeUnset, "0.05%"},
		{"D2", "0.6667", excelize.CellTypeUnset, "66.67%"},
		{"E2", "2", excelize.CellTypeUnset, "2"},
		{"F2", "3", excelize.CellTypeUnset, "3"},
		{"G2", "46231", excelize.CellTypeUnset, "2026-07-28"},
		{"H2", "1.67", excelize.CellTypeUnset, "1.67"},
		{"D28", "-0.25", excelize.CellTypeUnset, "-25.00%"},
		{"A9", "=1+1", excelize.CellTypeInlineString, "=1+1"},
		{"A25", "00123", excelize.CellTypeInlineString, "00123"},
	} {
		kind, err := f.GetCellType(sheet, c.cell)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := f.GetCellValue(sheet, c.cell, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		shown, err := f.GetCellValue(sheet, c.cell)
		if err != nil {
			t.Fatal(err)
		}
		if kind != c.kind || raw != c.raw || shown != c.format {
			t.Errorf("%s: type %v, %q, shown %q; want %v, %q, %q", c.cell, kind, raw, shown, c.kind, c.raw, c.format)
		}
	}
	panes, err := f.GetPanes(sheet)
	if err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("the headings are not frozen: %+v %v", panes, err)
	}
	origin, err := f.GetRows("计数口径")
	want := [][]string{{"计数口径"}, {"数据截至", "2026-07-28 10:42"}, {"剔除的评价", "不计入"}, {"事项", `=HYPERLINK("http://x")`}}
	if err != nil || !slices.EqualFunc(origin, want, slices.Equal) {
		t.Errorf("counted from %q, want %q (%v)", origin, want, err)
	}
}

func TestSheetNames(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"满意率 2026/07", "满意率 2026 07"},
		{`a:b\c?d*e[f]`, "a b c d e f"},
		{"'引号'", "引号"},
		{"", "1"},
		{"///", "1"},
		{strings.Repeat("长", 40), strings.Repeat("长", 30) + "…"},
	} {
		if got := sheetName(c.in, "1"); got != c.want {
			t.Errorf("%q: %q, want %q", c.in, got, c.want)
		}
	}
	same := everyKind()
	same.Name, same.Origin.Name = "Same", "same"
	if got := workbook(t, same).GetSheetList(); !slices.Equal(got, []string{"Same", "2"}) {
		t.Errorf("two sheets of one name: %q", got)
	}
}

func TestJSON(t *testing.T) {
	table := everyKind()
	table.Rows = table.Rows[len(table.Rows)-5:]
	got, err := json.Marshal(table)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"name":"差评整改 2026/07","columns":[` +
		`{"key":"name","name":"单位","kind":"text"},{"key":"rated","name":"已评价","kind":"integer"},{"key":"low","name":"下限","kind":"percent"},` +
		`{"key":"satisfaction","name":"满意率","kind":"share","part":"满意率：分子","of":"满意率：分母"},{"key":"from","name":"自","kind":"date"},` +
		`{"key":"trips","name":"跑动次数","kind":"ratio","part":"跑动次数：分子","of":"跑动次数：分母"}],"rows":[` +
		`["00123",-3,0.05,{"part":2,"of":3,"percent":66.67},"2026-07-28",{"part":5,"of":3,"ratio":1.67}],[null,null,null,null,null,null],` +
		`["没有可数的",0,100.00,{"part":0,"of":0,"percent":null},"1970-01-01",{"part":0,"of":0,"ratio":null}],` +
		`["比法定慢",0,0.00,{"part":-1,"of":4,"percent":-25.00},"2026-07-28",{"part":0,"of":4,"ratio":0.00}],` +
		`["太少","不足 5 条","不足 5 条","不足 5 条","不足 5 条","不足 5 条"]],` +
		`"total":["合计",12,null,{"part":9,"of":12,"percent":75.00},null,{"part":5,"of":4,"ratio":1.25}],` +
		`"origin":{"name":"计数口径","as_of_name":"数据截至","as_of":"2026-07-28T10:42:00+08:00","lines":[{"name":"剔除的评价","value":"不计入"},{"name":"事项","value":"=HYPERLINK(\"http://x\")"}]}}`
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// A table that was put together wrongly is not written at all.
func TestWrongTablesAreRefused(t *testing.T) {
	for rule, change := range map[string]func(*Table){
		"a cell too few":                  func(t *Table) { t.Rows[0] = t.Rows[0][1:] },
		"a number among texts":            func(t *Table) { t.Rows[3][0] = Integer(1) },
		"a share in the place of its sum": func(t *Table) { t.Total[1] = Share(figures.Share{}) },
	} {
		table := everyKind()
		change(table)
		var b bytes.Buffer
		if err := table.CSV(&b); err == nil || b.Len() > 0 {
			t.Errorf("%s: CSV of %d bytes, %v", rule, b.Len(), err)
		}
		if err := table.XLSX(&b); err == nil || b.Len() > 0 {
			t.Errorf("%s: workbook of %d bytes, %v", rule, b.Len(), err)
		}
	}
	undated := everyKind()
	undated.Origin.AsOf = time.Time{}
	if err := undated.XLSX(&bytes.Buffer{}); err == nil {
		t.Error("a workbook that does not say as of when")
	}
}

// full is a disk or line that takes no more.
type full struct{ left int }

var errFull = errors.New("full")

func (f *full) Write(b []byte) (int, error) {
	if len(b) > f.left {
		return 0, errFull
	}
	f.left -= len(b)
	return len(b), nil
}

func TestWriteErrorsAreTold(t *testing.T) {
	for _, left := range []int{0, 10} {
		if err := everyKind().CSV(&full{left}); !errors.Is(err, errFull) {
			t.Errorf("CSV: %v", err)
		}
		if err := everyKind().XLSX(&full{left}); !errors.Is(err, errFull) {
			t.Errorf("workbook: %v", err)
		}
	}
}

// oneText is a table with s wherever a text can be.
func oneText(s string) *Table {
	return &Table{Name: s, Columns: []Column{{Name: s, Kind: KindText}, {Name: "n", Kind: KindInteger}},
		Rows: [][]Cell{{Text(s), Integer(7)}}, Origin: Origin{Name: s, AsOfName: s, AsOf: time.Unix(0, 0), Lines: []Line{{s, s}}}}
}

func addTexts(f *testing.F) {
	for _, row := range everyKind().Rows {
		f.Add(row[0].text)
	}
	f.Add("a\r\r\n=1")
	f.Add(strings.Repeat("\u202e=", 40000))
	f.Add("_x000D_=1")
}

// FuzzCSV: whatever somebody wrote, a CSV holds it in one cell that is no formula, and the page's JSON says the same.
func FuzzCSV(f *testing.F) {
	addTexts(f)
	f.Fuzz(func(t *testing.T, s string) {
		table, want := oneText(s), clean(s)
		if clean(want) != want {
			t.Fatalf("%q is not clean: %q", want, clean(want))
		}
		var text bytes.Buffer
		if err := table.CSV(&text); err != nil {
			t.Fatal(err)
		}
		records, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text.String(), byteOrderMark))).ReadAll()
		if err != nil || len(records) != 2 || len(records[1]) != 2 || records[1][1] != "7" {
			t.Fatalf("read back %q: %v", records, err)
		}
		got := records[1][0]
		if got != want && got != "'"+want || strings.IndexAny(strings.TrimSpace(got), "=+-@") == 0 {
			t.Fatalf("CSV holds %q, want %q", got, want)
		}
		var cells []string
		data, err := json.Marshal(table.Rows[0][:1])
		if err == nil {
			err = json.Unmarshal(data, &cells)
		}
		if err != nil || cells[0] != want {
			t.Fatalf("JSON holds %q, want %q (%v)", cells, want, err)
		}
	})
}

// FuzzWorkbook: whatever somebody wrote, a workbook can be opened and holds it as a text.
func FuzzWorkbook(f *testing.F) {
	addTexts(f)
	f.Fuzz(func(t *testing.T, s string) {
		book := workbook(t, oneText(s))
		for sheet, cells := range map[string][]string{book.GetSheetName(0): {"A1", "A2"}, book.GetSheetName(1): {"A1", "A2", "A3", "B3"}} {
			for _, cell := range cells {
				got, err := book.GetCellValue(sheet, cell)
				if err != nil || got != clean(s) {
					t.Fatalf("%s of %q holds %q, want %q (%v)", cell, sheet, got, clean(s), err)
				}
				if formula, err := book.GetCellFormula(sheet, cell); err != nil || formula != "" {
					t.Fatalf("a formula: %q (%v)", formula, err)
				}
			}
		}
	})
}

func manyRows(n int) *Table {
	t := everyKind()
	rows := make([][]Cell, 0, n)
	for i := range n {
		rows = append(rows, []Cell{Text(fmt.Sprint("窗口 ", i)), Integer(i), Percent(i % 100_00), Share(figures.Share{Part: i % 7, Of: 7}), Date(20780)})
	}
	t.Rows = rows
	return t
}

func BenchmarkCSV(b *testing.B)  { benchmark(b, (*Table).CSV) }
func BenchmarkXLSX(b *testing.B) { benchmark(b, (*Table).XLSX) }

func benchmark(b *testing.B, write func(*Table, io.Writer) error) {
	t := manyRows(10_000)
	b.ReportAllocs()
	for b.Loop() {
		if err := write(t, io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}
