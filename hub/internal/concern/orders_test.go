package concern

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"hallpulse/firmware-protocol/hall"
)

const chinese = "工单编号,来电时间,诉求类型,诉求主题,涉及大厅,诉求内容,诉求人,联系电话,办结时限\r\n"

func orderDesk(known ...string) Desk {
	return Desk{
		Known: func(n string) bool { return slices.Contains(known, n) },
		Topic: list().TopicOf,
		Hall: func(s string) (string, bool) {
			return "qinglan", slices.Contains([]string{"qinglan", "青澜市政务服务中心"}, s)
		},
	}
}

func readOrders(t testing.TB, file string, known ...string) ([]Order, []RowFault) {
	t.Helper()
	return ReadOrders(strings.NewReader(file), orderDesk(known...), clock(t, "2026-11-23 12:00"))
}

// gb is a file as most offices save it.
func gb(t testing.TB, s string) string {
	t.Helper()
	out, err := simplifiedchinese.GB18030.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Domain §5: 12345 work orders are taken in with their own number and their own limit.
func TestWorkOrdersAreRead(t *testing.T) {
	row := "20261123000017,2026-11-23 09:30:00,投诉,身份证,青澜市政务服务中心,\"等了两小时，\n没人管\",王五,138-0000-0000,2026/11/25 18:00\r\n"
	want := Order{Line: 2, Number: "20261123000017", Kind: hall.ConcernComplaint, Topic: "identity", Hall: "qinglan", Since: clock(t, "2026-11-23 09:30"),
		Limit: clock(t, "2026-11-25 18:00"), Words: "等了两小时，\n没人管", Name: "王五", Phone: "13800000000"}
	for _, c := range []struct{ what, file string }{
		{"UTF-8", chinese + row},
		{"UTF-8 with its mark", "\ufeff" + chinese + row},
		{"GB18030", gb(t, chinese+row)},
		{"columns that nobody knows, and empty rows", strings.Replace(chinese, "工单编号", "序号,工单编号", 1) + ",,,,,,,,,\r\n"[:9] + "\r\n1," + row},
		{"tabs", strings.ReplaceAll(chinese, ",", "\t") + "20261123000017\t2026-11-23 09:30\t投诉\t身份证\tqinglan\t\"等了两小时，\n没人管\"\t王五\t13800000000\t2026-11-25 18:00\n"},
		{"semicolons, in English, in another order", "Text;Number;Received;Kind;Topic;Hall;Limit;Name;Phone\n\"等了两小时，\n没人管\";20261123000017;2026-11-23T09:30;Complaint;Identity;qinglan;2026年11月25日 18:00;王五;13800000000\n"},
		{"numbers that a spreadsheet is kept from counting with", chinese + strings.Replace(row, "20261123000017", "\"=\"\"20261123000017\"\"\"", 1)},
		{"a tab behind the number", chinese + strings.Replace(row, "20261123000017", "\t20261123000017\t", 1)},
	} {
		orders, faults := readOrders(t, c.file)
		if len(faults) > 0 || len(orders) != 1 {
			t.Errorf("%s: %d orders, %v", c.what, len(orders), faults)
			continue
		}
		got := orders[0]
		got.Line = want.Line
		if got.Number != want.Number || got.Kind != want.Kind || got.Topic != want.Topic || got.Hall != want.Hall || !got.Since.Equal(want.Since) ||
			!got.Limit.Equal(want.Limit) || got.Words != want.Words || got.Name != want.Name || got.Phone != want.Phone {
			t.Errorf("%s: number %q kind %q topic %q hall %q since %v limit %v words %q name %q phone %q", c.what, got.Number, got.Kind, got.Topic, got.Hall, got.Since, got.Limit, got.Words, got.Name, got.Phone)
		}
	}

	t.Run("each becomes a concern, by its number", func(t *testing.T) {
		orders, _ := readOrders(t, chinese+row)
		f := newFile(t, "2026-11-23 12:00")
		if err := f.receive(orders[0].New(text, hall.Sealed{Ref: "r2", SHA: "bb"})); err != nil {
			t.Fatal(err)
		}
		if f.c.ID != "12345-20261123000017" || f.c.Order != "20261123000017" || f.c.Unit != "police" || f.c.Asker.Ref != "r2" {
			t.Errorf("%+v", f.c)
		}
		until, _ := f.c.Until()
		due(t, until, "2026-11-25 18:00")
	})
	t.Run("what 12345 leaves out is not there", func(t *testing.T) {
		orders, faults := readOrders(t, "工单号,受理时间,类型,内容,主题,时限,电话\n20261123,2026-11-22,咨询类,问路,道路交通,2026-11-24,保密\n")
		if len(faults) > 0 || len(orders) != 1 || orders[0].Name != "" || orders[0].Phone != "" || orders[0].Topic != "" {
			t.Fatalf("%v %v", orders, faults)
		}
		if orders[0].Words != "【道路交通】问路" { // a word for the topic that the list does not know is not lost
			t.Errorf("%q", orders[0].Words)
		}
		if !orders[0].Limit.Equal(clock(t, "2026-11-25 00:00")) { // a day alone ends at its 24:00
			t.Errorf("limit %v", orders[0].Limit)
		}
	})
}

// Bad input of issue 3: all bad rows are reported with their lines, none is half imported.
func TestEveryBadRowIsNamed(t *testing.T) {
	row := func(cells ...string) string { return strings.Join(cells, ",") + "\r\n" }
	good := func(n string) string {
		return row(n, "2026-11-23 09:00", "投诉", "身份证", "qinglan", "内容", "王五", "13800000000", "")
	}
	file := chinese + // line 1
		good("20261123-1") +
		row("", "2026-11-23 09:00", "投诉", "", "", "内容", "", "", "") + // 3
		row("2026 1123", "2026-11-23 09:00", "吐槽", "", "", "内容", "", "", "") + // 4
		row("2.02611E+13", "2026-11-23 09:00", "投诉", "", "", "内容", "", "", "") + // 5
		good("20261123-1") + // 6
		row("20261123-7", "昨天", "投诉", "", "月球", "", "", "", "改天") + // 7
		row("20261123-8", "2026-11-24 09:00", "投诉", "", "", strings.Repeat("字", MaxWords+1), strings.Repeat("名", 51), "打不通", "2026-11-23") + // 8
		row("20261123-9", "2026-11-23 09:00", "投诉", "", "", "内容", "", "", "", "多", "") + // 9
		row("20261123-10", "2026-11-23 09:00", "投诉", "", "", "引号\"在中间", "", "", "") + // 10
		good("known-1") + // 11
		row("20261123-12", "2026-11-23 09:00", "投诉", "", "", "\"没有关上的引号", "", "", "") + // 12
		row("20261123-13", "2026-11-23 09:00", "", "", "", "内容", "", "", "") + // 13
		good("20261123-14")
	orders, faults := readOrders(t, file, "known-1")
	if len(orders) > 0 {
		t.Errorf("%d orders of a file with faults", len(orders))
	}
	var got []string
	for _, f := range faults {
		got = append(got, strings.TrimSpace(fmt.Sprintf("%d %s %s %s", f.Line, f.Column, f.Code, f.Got)))
	}
	want := []string{
		"3 number missing", "4 number number 2026 1123", "4 kind kind 吐槽", "5 number sheet 2.02611E+13", "6 number doubled 20261123-1",
		"7 received time 昨天", "7 limit time 改天", "7 hall hall 月球", "7 text missing",
		"8 received future 2026-11-24 09:00", "8 limit limit 2026-11-23", "8 name long", "8 phone telephone", "8 text long",
		"9  cells", "10  quotes", "11 number known known-1", "12  quotes", "13 kind missing",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, f := range faults {
		if s := f.Error(); !strings.HasPrefix(s, fmt.Sprintf("line %d: ", f.Line)) || strings.Contains(s, "内容") || strings.Contains(s, "王五") {
			t.Errorf("%+v says %s", f, s)
		}
	}
	if i := slices.IndexFunc(faults, func(f RowFault) bool { return f.Code == RowDoubled }); faults[i].Other != 2 {
		t.Errorf("the first of the doubled ones is said to stand in line %d", faults[i].Other)
	}
}

// What was imported yesterday stands in today's export too: it is named and left out, whatever else is wrong with it.
func TestKnownOrdersAreLeftOut(t *testing.T) {
	file := "工单号,受理时间,类型,内容\n20261122,2026-11-22 09:00,吐槽,甲\n20261123,2026-11-23 09:00,投诉,乙\n"
	orders, faults := readOrders(t, file, "20261122")
	if len(orders) != 1 || orders[0].Number != "20261123" || len(faults) != 1 || faults[0].Code != RowKnown || faults[0].Blocks() {
		t.Errorf("%v %v", orders, faults)
	}
	if _, faults := readOrders(t, file+"20261122,2026-11-22 09:00,投诉,甲\n", "20261122"); len(faults) != 2 || !faults[1].Blocks() {
		t.Errorf("known and twice in the file: %v", faults)
	}
}

func TestFilesThatAreNone(t *testing.T) {
	for _, c := range []struct {
		what, file string
		want       string
	}{
		{"nothing", "", "empty"},
		{"a mark and blanks", " \r\n\r\n", "empty"},
		{"a header alone", chinese, "empty"},
		{"separators alone", ",", "empty"},
		{"a workbook", "PK\x03\x04rest", "file"},
		{"an old workbook", "\xd0\xcf\x11\xe0rest", "file"},
		{"UTF-16", "\xff\xfe\xe5\x5d\x55\x53\x00\x00", "file"},
		{"neither UTF-8 nor GB18030", "工单号\n\xff\xff\xff", "encoding"},
		{"no header", "20261123,2026-11-23,投诉,内容\n", "header"},
		{"columns missing", "工单号,内容\n20261123,内容\n", "column column"},
		{"a column twice", "工单号,编号,受理时间,类型,内容\n1,2,3,4,5\n", "twice"},
		{"too large", strings.Repeat("x", MaxOrdersFile+1), "large"},
		{"too many rows", "工单号,受理时间,类型,内容\n" + strings.Repeat("1,2,3,4\n", MaxOrders+1), "rows"},
	} {
		orders, faults := readOrders(t, c.file)
		var codes []string
		for _, f := range faults {
			if f.Line <= 1 {
				codes = append(codes, string(f.Code))
			}
		}
		if len(orders) > 0 || strings.Join(codes, " ") != c.want {
			t.Errorf("%s: %v, want %s", c.what, codes, c.want)
		}
	}
	if _, faults := ReadOrders(iotest.ErrReader(errors.New("cut off")), orderDesk(), time.Now()); len(faults) != 1 || faults[0].Code != FileUnreadable {
		t.Errorf("a broken upload: %v", faults)
	}
}

// A file of open quotation marks costs no more than a bounded number of readings.
func TestOpenQuotationMarksCostLittle(t *testing.T) {
	file := "工单号,受理时间,类型,内容\n" + strings.Repeat("1,2,3,\"\"\"\n4,5,6,\"x\n", 50_000)
	begun := time.Now()
	if orders, faults := readOrders(t, file); len(orders) > 0 || len(faults) == 0 {
		t.Errorf("%d orders, %d faults", len(orders), len(faults))
	}
	if took := time.Since(begun); took > 20*time.Second {
		t.Errorf("took %v", took)
	}
}

// Malicious text: what turns the direction of writing or shows nothing is gone; formulas are text like any other.
func TestTextOfOrdersIsMadeClean(t *testing.T) {
	orders, faults := readOrders(t, "工单号,受理时间,类型,内容,姓名\n20261123,2026-11-23,投诉,\"=cmd|' /C calc'!A0\u202e\u0007<script>\u200b👨‍👩‍👧\u2066ᠮᠣᠩ\u180eᠭᠣᠯ\",王\u202e五\n")
	if len(faults) > 0 || orders[0].Words != "=cmd|' /C calc'!A0<script>👨‍👩‍👧ᠮᠣᠩ\u180eᠭᠣᠯ" || orders[0].Name != "王五" {
		t.Errorf("%q %q %v", orders[0].Words, orders[0].Name, faults)
	}
}

func TestAnOrderDoesNotPrintItself(t *testing.T) {
	o := Order{Number: "20261123", Words: "秘密", Name: "王五", Phone: "13800000000"}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("order", "order", o)
	for _, s := range []string{fmt.Sprint(o), fmt.Sprintf("%+v %#v", o, o), fmt.Sprintf("%v", []Order{o}), log.String()} {
		if strings.Contains(s, "秘密") || strings.Contains(s, "王五") || strings.Contains(s, "13800") || !strings.Contains(s, "20261123") {
			t.Errorf("%s", s)
		}
	}
	if _, err := json.Marshal(o); err == nil {
		t.Error("an order left as JSON")
	}
}

func FuzzReadOrders(f *testing.F) {
	row := "20261123000017,2026-11-23 09:30:00,投诉,身份证,qinglan,\"等了两小时，\n没人管\",王五,138-0000-0000,2026/11/25 18:00\r\n"
	for _, s := range []string{chinese + row, "\ufeff" + chinese + row, gb(f, chinese+row), "number;received;kind;text\n1234;2026-11-23;plea;x\n",
		"number\treceived\tkind\ttext\n1234\t2026-11-23\tplea\t\"x\n", "PK\x03\x04", chinese + row + row, chinese + "\"", chinese + "a,\"b\nc\",d\n\"\n\"\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		now := clock(t, "2026-11-23 12:00")
		orders, faults := ReadOrders(strings.NewReader(string(file)), orderDesk("known-1"), now)
		if len(orders) > 0 && slices.ContainsFunc(faults, RowFault.Blocks) {
			t.Fatalf("%d orders of a file with faults %v", len(orders), faults)
		}
		if len(orders) == 0 && len(faults) == 0 {
			t.Fatal("neither orders nor faults")
		}
		seen := map[string]bool{}
		lines := strings.Count(string(file), "\n") + 1
		for _, x := range faults {
			if x.Line < 0 || x.Line > lines || x.Error() == "" {
				t.Fatalf("%+v in a file of %d lines", x, lines)
			}
		}
		for _, o := range orders {
			if seen[o.Number] || o.Line < 2 || o.Line > lines {
				t.Fatalf("order %s in line %d of %d", o.Number, o.Line, lines)
			}
			seen[o.Number] = true
			if _, err := (Concern{}).Receive(o.New(text, hall.Sealed{}), list(), law(t), desk, now); err != nil {
				t.Fatalf("order %s cannot be taken in: %v", o.Number, err)
			}
		}
	})
}

// What comes one by one is read by the same rules as a file: all faults of all orders at once, none taken while one blocks.
func TestWorkOrdersThatComeOneByOne(t *testing.T) {
	good := map[Column]string{ColumnNumber: "20261123000017", ColumnKind: "投诉", ColumnSince: "2026-11-23 09:30", ColumnText: "等了两小时，\n没人管", ColumnTopic: "身份证", ColumnPhone: "138-0000-0000"}
	now := clock(t, "2026-11-23 12:00")
	orders, faults := CheckOrders([]map[Column]string{good}, orderDesk(), now)
	if len(faults) > 0 || len(orders) != 1 || orders[0].Line != 1 || orders[0].Words != "等了两小时，\n没人管" || orders[0].Topic != "identity" || orders[0].Phone != "13800000000" {
		t.Fatalf("%v, %v", orders, faults)
	}
	bad := map[Column]string{ColumnNumber: "20261123000018", ColumnKind: "催办", ColumnSince: "2026-11-24 09:30"}
	orders, faults = CheckOrders([]map[Column]string{good, bad, good}, orderDesk(), now)
	if got := fmt.Sprint(len(orders), faults); got != `0 [line 2: kind: "催办" is no kind of concern: want one of 咨询, 求助, 意见, 建议, 投诉, 举报, 表扬 line 2: received: "2026-11-24 09:30" is still to come: correct it line 2: text: is empty: fill it in line 3: number: "20261123000017" stands in line 1 already: take one row away]` {
		t.Error(got)
	}
	orders, faults = CheckOrders([]map[Column]string{good}, orderDesk("20261123000017"), now)
	if len(orders) != 0 || len(faults) != 1 || faults[0].Code != RowKnown {
		t.Errorf("known already: %v, %v", orders, faults)
	}
}
