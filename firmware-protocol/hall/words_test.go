package hall

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"
)

func TestLevels(t *testing.T) {
	for level, want := range map[Level]struct {
		name       string
		valid, bad bool
	}{
		0: {"level(0)", false, false}, VeryBad: {"very-bad", true, true}, Bad: {"bad", true, true}, Fair: {"fair", true, false},
		Good: {"good", true, false}, VeryGood: {"very-good", true, false}, 6: {"level(6)", false, false}, 255: {"level(255)", false, false},
	} {
		if level.String() != want.name || level.Valid() != want.valid || level.IsBad() != want.bad {
			t.Errorf("%d: %s valid %v bad %v", uint8(level), level, level.Valid(), level.IsBad())
		}
		b, err := json.Marshal(level)
		if err != nil {
			t.Fatal(err)
		}
		var got Level
		if err := json.Unmarshal(b, &got); (err == nil) != want.valid || err == nil && got != level {
			t.Errorf("%s is read as %v, %v", b, got, err)
		}
	}
}

func TestChannelsThatShowTheTicket(t *testing.T) {
	for c, want := range map[Channel][2]bool{
		ChannelPad: {true, false}, ChannelTablet: {true, false}, ChannelQR: {true, true}, ChannelKiosk: {true, true},
		ChannelWeb: {true, true}, ChannelHotline: {true, true}, ChannelSMS: {true, true}, "": {false, false}, "fax": {false, false},
	} {
		if got := [2]bool{c.Valid(), c.ShowsTicket()}; got != want {
			t.Errorf("%q: valid, shows ticket: %v, want %v", c, got, want)
		}
	}
}

func TestFinalTickets(t *testing.T) {
	for s, want := range map[TicketState]bool{
		TicketIsQueued: false, TicketIsCalled: false, TicketIsServing: false, TicketIsHeld: false,
		TicketIsFinished: true, TicketIsMissed: true, TicketIsCancelled: true, TicketIsWithdrawn: true,
	} {
		if s.Final() != want {
			t.Errorf("%s: final %v", s, s.Final())
		}
	}
}

// Service began, and it ended by finish, or by transfer to another unit (domain §3.10).
func TestWhatCanBeRated(t *testing.T) {
	for _, o := range append(Outcomes(), "") {
		want := o == OutcomeFinished || o == OutcomeTransferred
		if o.Ratable(true) != want || o.Ratable(false) {
			t.Errorf("%q: ratable %v after service, %v without", o, o.Ratable(true), o.Ratable(false))
		}
	}
}

func TestTheRuleOfAHallThatWritesNoneKnowsEveryClass(t *testing.T) {
	rule := DefaultQueueRule()
	for _, c := range Classes() {
		if worth, place := rule.Of(c); worth.Class != c || rule.Classes[place] != worth {
			t.Errorf("%s is worth %+v", c, worth)
		}
	}
	if worth, _ := rule.Of(""); worth != (ClassRule{}) {
		t.Errorf("nobody's class is worth %+v", worth)
	}
}

func TestDaysAreThoseOfBeijing(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ at, day string }{
		{"2026-11-23T00:00:00+08:00", "2026-11-23"},
		{"2026-11-22T23:59:59.999+08:00", "2026-11-22"},
		{"2026-11-22T16:00:00Z", "2026-11-23"},
		{"2026-11-22T15:59:59Z", "2026-11-22"},
		{"1970-01-01T08:00:00+08:00", "1970-01-01"},
		{"1969-12-31T15:59:59Z", "1969-12-31"},
		{"2028-02-29T12:00:00+08:00", "2028-02-29"},
	} {
		at, err := time.Parse(time.RFC3339Nano, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := DayOf(at).String(); got != tt.day {
			t.Errorf("%s is on %s, want %s", tt.at, got, tt.day)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(694224000, 1<<33).Draw(t, "at"), 0) // since 1992: no summer time
		d := DayOf(at)
		if want := at.In(shanghai).Format(time.DateOnly); d.String() != want {
			t.Fatalf("%v is on %s, want %s", at, d, want)
		}
		if at.Before(d.Start()) || !at.Before((d + 1).Start()) || DayOf(d.Start()) != d {
			t.Fatalf("%v is not in its day, which starts at %v", at, d.Start())
		}
		again, err := ParseDay(d.String())
		if err != nil || again != d {
			t.Fatalf("%s is read as %v, %v", d, again, err)
		}
	})
}

func TestWhatNoDayIs(t *testing.T) {
	for _, s := range []string{"", "2026-11-31", "2026-2-3", "23.11.2026", "2026-11-23 ", "2026-11-23T00:00:00Z", "20261123"} {
		if d, err := ParseDay(s); err == nil {
			t.Errorf("%q is read as %v", s, d)
		}
		var d Day
		if err := json.Unmarshal([]byte(`"`+s+`"`), &d); err == nil {
			t.Errorf("%q is read as %v", s, d)
		}
	}
}

func TestIDsHaveOneText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := ID{rapid.Uint32Range(0, MaxAgent).Draw(t, "agent"), rapid.Uint16().Draw(t, "tag"), rapid.Uint32().Draw(t, "serial")}
		if got, err := ParseID(id.String()); err != nil || got != id {
			t.Fatalf("%s is read as %v, %v", id, got, err)
		}
		b, err := json.Marshal(id)
		if err != nil {
			t.Fatal(err)
		}
		var got ID
		if err := json.Unmarshal(b, &got); err != nil || got != id {
			t.Fatalf("%s is read as %v, %v", b, got, err)
		}
	})
	if b, err := json.Marshal(ID{}); err != nil || string(b) != `""` || !(ID{}).IsZero() {
		t.Errorf("the zero ID is %s, %v", b, err)
	}
	good := "3-9f2c-17"
	for n := range len(good) - 1 { // one digit less of the serial is another serial
		if id, err := ParseID(good[:n]); err == nil {
			t.Errorf("%q is read as %v", good[:n], id)
		}
	}
	for _, s := range []string{
		"", "3-9F2C-17", "03-9f2c-17", "3-9f2c-017", "+3-9f2c-17", "3-+f2c-17", "3-9f2-17", "3-09f2c-17", "3-9f2c-17-", "-3-9f2c-17",
		"16777216-9f2c-17", "3-9f2c-4294967296", "3-9g2c-17", " 3-9f2c-17", "3-9f2c-17\n", "3_9f2c_17", "0x3-9f2c-17", "３-9f2c-17",
	} {
		if id, err := ParseID(s); err == nil {
			t.Errorf("%q is read as %v", s, id)
		}
	}
}

func FuzzParseID(f *testing.F) {
	for _, s := range []string{"3-9f2c-17", "16777215-ffff-4294967295", "0-0000-0", "3-9F2C-017"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if id, err := ParseID(s); err == nil && (id.String() != s || id.Agent > MaxAgent) {
			t.Fatalf("%q was read as %s", s, id)
		}
	})
}

func TestPadUIDs(t *testing.T) {
	for uid, want := range map[PadUID]struct {
		text  string
		known bool
	}{
		0: {"0000000000000000", false}, ^PadUID(0): {"ffffffffffffffff", false},
		1: {"0000000000000001", true}, 0x1122334455667788: {"1122334455667788", true},
	} {
		if uid.String() != want.text || uid.Known() != want.known {
			t.Errorf("%s: known %v", uid, uid.Known())
		}
		var got PadUID
		if err := got.UnmarshalText([]byte(want.text)); err != nil || got != uid {
			t.Errorf("%s is read as %s, %v", want.text, got, err)
		}
	}
	for _, s := range []string{"", "1", "112233445566778", "11223344556677889", "112233445566778g", "112233445566778A", "+122334455667788"} {
		var u PadUID
		if err := u.UnmarshalText([]byte(s)); err == nil {
			t.Errorf("%q is read as %s", s, u)
		}
	}
	p := Press{UID: 1, Boot: 2, Seq: 3, Level: 4, AgeMS: AgeUnknown}
	if p.Key() != (PressKey{1, 2, 3}) {
		t.Errorf("a press is named %+v", p.Key())
	}
}

func goodCatalogue() *Catalogue {
	return &Catalogue{
		Hall:     Site{ID: "lan-1", Name: "大厅"},
		Units:    []Unit{{ID: "police", Name: "公安"}},
		Services: []Service{{Letter: "A", Name: "户籍"}},
		Items:    []ServiceItem{{Code: "id-card", Name: "身份证", Unit: "police", Service: "A"}},
		Windows:  []Window{{ID: "12", Floor: "一楼", Unit: "police", Services: []string{"A"}, Staff: "1024"}},
		Staff:    []Staff{{Badge: "1024", Name: "李敏", Unit: "police"}},
	}
}

func TestACatalogueNamesItsFaults(t *testing.T) {
	if err := goodCatalogue().Validate(); err != nil {
		t.Fatalf("a good one: %v", err)
	}
	for _, tt := range []struct {
		name   string
		change func(*Catalogue)
		says   string
	}{
		{"hall id", func(c *Catalogue) { c.Hall.ID = "厅" }, `hall.id "厅"`},
		{"hall name", func(c *Catalogue) { c.Hall.Name = "" }, "hall.name"},
		{"no windows", func(c *Catalogue) { c.Windows = nil }, "windows: a hall needs"},
		{"no services", func(c *Catalogue) { c.Services = nil }, "services: a hall needs"},
		{"unit twice", func(c *Catalogue) { c.Units = append(c.Units, c.Units[0]) }, `units id "police"`},
		{"unit without id", func(c *Catalogue) { c.Units = append(c.Units, Unit{}) }, `units id ""`},
		{"letter twice", func(c *Catalogue) { c.Services = append(c.Services, c.Services[0]) }, `services letter "A"`},
		{"small letter", func(c *Catalogue) { c.Services = append(c.Services, Service{Letter: "b"}) }, `services letter "b"`},
		{"two letters", func(c *Catalogue) { c.Services = append(c.Services, Service{Letter: "AB"}) }, `services letter "AB"`},
		{"item twice", func(c *Catalogue) { c.Items = append(c.Items, c.Items[0]) }, `items code "id-card"`},
		{"item of no unit", func(c *Catalogue) { c.Items[0].Unit = "x" }, `items id-card: unit "x"`},
		{"item of no queue", func(c *Catalogue) { c.Items[0].Service = "Z" }, `items id-card: letter "Z"`},
		{"badge twice", func(c *Catalogue) { c.Staff = append(c.Staff, c.Staff[0]) }, `staff badge "1024"`},
		{"clerk of no unit", func(c *Catalogue) { c.Staff[0].Unit = "x" }, `staff 1024: unit "x"`},
		{"clerk without name", func(c *Catalogue) { c.Staff[0].Name = "" }, "staff 1024: name"},
		{"a name no pad can show", func(c *Catalogue) { c.Staff[0].Name = strings.Repeat("名", 17) }, "staff 1024: name"},
		{"window twice", func(c *Catalogue) { c.Windows = append(c.Windows, c.Windows[0]) }, `windows id "12"`},
		{"window id in a topic", func(c *Catalogue) { c.Windows[0].ID = "a/b" }, `windows id "a/b"`},
		{"window of no unit", func(c *Catalogue) { c.Windows[0].Unit = "x" }, `windows 12: unit "x"`},
		{"window that calls nobody", func(c *Catalogue) { c.Windows[0].Services = nil }, "windows 12: services is empty"},
		{"window of no queue", func(c *Catalogue) { c.Windows[0].Services = []string{"Z"} }, `windows 12: letter "Z"`},
		{"fewer than no numbers", func(c *Catalogue) { c.Services[0].Daily = -1 }, "services A: daily -1"},
		{"no call at all", func(c *Catalogue) { c.Queue = &QueueRule{CasesPerTurn: 1} }, "queue.calls 0: want 1"},
		{"waiting added", func(c *Catalogue) { c.Queue = &QueueRule{Calls: 1, CasesPerTurn: 1, MissedLoses: -1} }, "queue.missed_loses -1"},
		{"a class nobody knows", func(c *Catalogue) {
			c.Queue = &QueueRule{Calls: 1, CasesPerTurn: 1, Classes: []ClassRule{{Class: "friend", First: true}}}
		}, `queue.classes "friend"`},
		{"a class twice", func(c *Catalogue) {
			c.Queue = &QueueRule{Calls: 1, CasesPerTurn: 1, Classes: []ClassRule{{Class: ClassElderly, Minutes: 5}, {Class: ClassElderly, Minutes: 9}}}
		}, `queue.classes "elderly": want each once`},
		{"a class worth nothing", func(c *Catalogue) {
			c.Queue = &QueueRule{Calls: 1, CasesPerTurn: 1, Classes: []ClassRule{{Class: ClassElderly}}}
		}, "queue.classes elderly: want first"},
		{"a class worth both", func(c *Catalogue) {
			c.Queue = &QueueRule{Calls: 1, CasesPerTurn: 1, Classes: []ClassRule{{Class: ClassElderly, First: true, Minutes: 5}}}
		}, "queue.classes elderly: want first"},
		{"window of no clerk", func(c *Catalogue) { c.Windows[0].Staff = "9" }, `windows 12: staff "9"`},
	} {
		c := goodCatalogue()
		tt.change(c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %q in it", tt.name, err, tt.says)
		}
	}
	c := goodCatalogue()
	c.Hall.Name, c.Windows[0].Unit, c.Staff[0].Unit = "", "x", "y"
	if err := c.Validate(); strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("three faults are named as %q", err)
	}
}

func TestACatalogueIsAsked(t *testing.T) {
	c := goodCatalogue()
	w, ok1 := c.Window("12")
	s, ok2 := c.Clerk("1024")
	i, ok3 := c.Item("id-card")
	q, ok4 := c.Service("A")
	u, ok5 := c.Unit("police")
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || w.ID != "12" || s.Name != "李敏" || i.Unit != "police" || q.Name != "户籍" || u.Name != "公安" {
		t.Errorf("%+v %+v %+v %+v %+v", w, s, i, q, u)
	}
	if _, ok := c.Window("13"); ok {
		t.Error("a window that is not there")
	}
}
