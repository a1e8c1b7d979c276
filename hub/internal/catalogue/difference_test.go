package catalogue

import (
	"reflect"
	"slices"
	"testing"

	"hallpulse/firmware-protocol/hall"
)

func city() hall.Catalogue {
	return hall.Catalogue{
		Hall:     hall.Site{ID: "city", Name: "市大厅", Hours: "9:00–17:00"},
		Units:    []hall.Unit{{ID: "police", Name: "市公安局"}},
		Services: []hall.Service{{Letter: "A", Name: "户籍"}, {Letter: "B", Name: "社保"}},
		Items:    []hall.ServiceItem{{Code: "A01", Name: "补领", Unit: "police", Service: "A", Promised: 20, Materials: []string{"户口簿", "照片"}}},
		Windows:  []hall.Window{{ID: "12", Unit: "police", Services: []string{"A", "B"}, Staff: "0317"}, {ID: "13", Unit: "police", Services: []string{"A"}}},
		Staff:    []hall.Staff{{Badge: "0317", Name: "周敏", Unit: "police"}, {Badge: "0318", Name: "李强", Unit: "police"}},
	}
}

// What a version has otherwise is said by windows, staff, queues and items.
func TestADifferenceNamesWhatPeopleKnow(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(c *hall.Catalogue)
		want   []Change
	}{
		{"nothing", func(*hall.Catalogue) {}, nil},
		{"another order of staff is none", func(c *hall.Catalogue) { slices.Reverse(c.Staff) }, nil},
		{"hours", func(c *hall.Catalogue) { c.Hall.Hours = "9:00–16:00" },
			[]Change{{Hall, Changed, "", "", []Field{{"hours", []string{"9:00–17:00"}, []string{"9:00–16:00"}}}}}},
		{"the order of queues at a window", func(c *hall.Catalogue) { c.Windows[0].Services = []string{"B", "A"} },
			[]Change{{Windows, Changed, "12", "", []Field{{"services", []string{"A", "B"}, []string{"B", "A"}}}}}},
		{"somebody leaves", func(c *hall.Catalogue) { c.Windows[0].Staff, c.Staff = "", c.Staff[1:] },
			[]Change{{Windows, Changed, "12", "", []Field{{"staff", []string{"0317"}, nil}}}, {Part: Staff, Kind: Removed, Key: "0317", Name: "周敏"}}},
		{"a queue more", func(c *hall.Catalogue) {
			c.Services = append(c.Services, hall.Service{Letter: "C", Name: "开店", Daily: 80})
		}, []Change{{Services, Added, "C", "开店", []Field{{"letter", nil, []string{"C"}}, {"name", nil, []string{"开店"}}, {"daily", nil, []string{"80"}}}}}},
		{"a limit and a material", func(c *hall.Catalogue) {
			c.Items[0].Promised, c.Items[0].Materials = 15, []string{"户口簿"}
		}, []Change{{Items, Changed, "A01", "补领", []Field{{"materials", []string{"户口簿", "照片"}, []string{"户口簿"}}, {"promised", []string{"20"}, []string{"15"}}}}}},
		{"a roster", func(c *hall.Catalogue) {
			c.Roster = &hall.Roster{Grace: 5, Shifts: []hall.Shift{{Windows: []string{"12", "13"}, From: 540, To: 1020}}}
		}, []Change{{Roster, Changed, "", "", []Field{{"grace", nil, []string{"5"}}, {"shifts", nil, []string{"12、13 · 09:00 · 17:00"}}}}}},
		{"the rule by which people are called", func(c *hall.Catalogue) {
			r := hall.DefaultQueueRule()
			r.Calls++
			c.Queue = &r
		}, []Change{{Queue, Changed, "", "", []Field{{"calls", []string{"1"}, []string{"2"}}}}}},
		{"where who is here for the third time goes", func(c *hall.Catalogue) { c.Stuck = &hall.StuckDesk{Window: "12", Arrive: 5} },
			[]Change{{Stuck, Changed, "", "", []Field{{"window", nil, []string{"12"}}, {"arrive", nil, []string{"5"}}}}}},
		{"how calls are called out", func(c *hall.Catalogue) {
			c.Announce = &hall.Announcement{Times: 3, Volume: []hall.Loudness{{From: 510, Level: 80}, {From: 720}}}
		}, []Change{{Announce, Changed, "", "", []Field{
			{"times", []string{"2"}, []string{"3"}},
			{"volume", []string{"00:00 · 30", "09:00 · 100", "12:00 · 40", "14:00 · 100", "18:00 · 30"}, []string{"08:30 · 80", "12:00 · 0"}},
		}}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			was, now := city(), city()
			tc.change(&now)
			got := Difference(&was, &now)
			if !reflect.DeepEqual(got, tc.want) {
				t.Errorf("got  %+v\nwant %+v", got, tc.want)
			}
		})
	}
}

// Every part of a catalogue is compared: one that is added to hall.yaml is added here.
func TestEveryPartIsCompared(t *testing.T) {
	known := []Part{Hall, Windows, Staff, Services, Items, Units, Roster, Queue, Cases, Floors, Places, Agents, Stuck, Announce}
	for field := range reflect.TypeFor[hall.Catalogue]().Fields() {
		if !slices.Contains(known, Part(field.Tag.Get("yaml"))) {
			t.Errorf("%s is not compared", field.Name)
		}
	}
}

// What people may expect is the centre's; who sits where, the hall's.
func TestAHallArrangesItsOwnDay(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(c *hall.Catalogue)
		want   bool
	}{
		{"hours and closing", func(c *hall.Catalogue) { c.Hall.Hours, c.Hall.Closes = "9:00–16:00", "16:00" }, true},
		{"a clerk at a window", func(c *hall.Catalogue) { c.Windows[1].Staff = "0318" }, true},
		{"a queue", func(c *hall.Catalogue) { c.Services[0].Daily = 80 }, true},
		{"the hall's name", func(c *hall.Catalogue) { c.Hall.Name = "大厅" }, false},
		{"where the hall belongs", func(c *hall.Catalogue) { c.Hall.Place = []string{"别省"} }, false},
		{"a promised limit", func(c *hall.Catalogue) { c.Items[0].Promised = 90 }, false},
		{"a unit", func(c *hall.Catalogue) { c.Units = append(c.Units, hall.Unit{ID: "tax", Name: "税务局"}) }, false},
	} {
		was, now := city(), city()
		tc.change(&now)
		for _, c := range Difference(&was, &now) {
			if c.Daily() != tc.want {
				t.Errorf("%s: %v, want %v", tc.name, c.Daily(), tc.want)
			}
		}
	}
}
