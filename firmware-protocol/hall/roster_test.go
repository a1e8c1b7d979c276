package hall

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// rostered is a hall whose window 1 is staffed on working days from 9 to 17, but at lunch; and 2 on Saturdays.
func rostered() *Catalogue {
	return &Catalogue{
		Services: []Service{{Letter: "A"}},
		Staff:    []Staff{{Badge: "01", Name: "王丽"}, {Badge: "02", Name: "周敏"}},
		Windows:  []Window{{ID: "1", Staff: "01"}, {ID: "2", Staff: "02"}},
		Roster: &Roster{
			Shifts: []Shift{{Windows: []string{"1"}, From: 9 * 60, To: 17 * 60, Lunch: &Lunch{12 * 60, 13*60 + 30}}, {Windows: []string{"2"}, Days: []Weekday{"sat"}, From: 9 * 60, To: 12 * 60}},
			Leave:  []Leave{{Staff: "01", From: 20780, To: 20781, StandIn: "02"}, {Staff: "02", From: 20780, To: 20780}},
		},
	}
}

// When a window is to be staffed, and since when (domain §6: roster with lunch).
func TestWhenAWindowIsToBeStaffed(t *testing.T) {
	for _, c := range []struct {
		name, window, at, since string
		works                   bool
	}{
		{"before the shift", "1", "2026-11-18T08:59:59+08:00", "", true},
		{"at its first second", "1", "2026-11-18T09:00:00+08:00", "09:00", true},
		{"before lunch", "1", "2026-11-18T11:59:59+08:00", "09:00", true},
		{"at lunch", "1", "2026-11-18T12:00:00+08:00", "", true},
		{"after lunch", "1", "2026-11-18T13:30:00+08:00", "13:30", true},
		{"at the end", "1", "2026-11-18T17:00:00+08:00", "", true},
		{"on a day that is not worked", "1", "2026-11-18T10:00:00+08:00", "", false},
		{"on a Saturday that is worked (调休)", "1", "2026-11-21T10:00:00+08:00", "09:00", true},
		{"days that are written hold whatever the calendar says", "2", "2026-11-21T10:00:00+08:00", "09:00", false},
		{"and on no other", "2", "2026-11-20T10:00:00+08:00", "", true},
		{"a time told from elsewhere is Beijing's", "1", "2026-11-18T02:00:00Z", "09:00", true},
		{"a window that no shift names", "3", "2026-11-18T10:00:00+08:00", "", true},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		since, on := rostered().Duty(c.window, at, c.works)
		if got := since.Format("15:04"); on != (c.since != "") || on && got != c.since {
			t.Errorf("%s: on duty %v since %s, want since %q", c.name, on, got, c.since)
		}
	}
	if _, on := (&Catalogue{}).Duty("1", time.Now(), true); on {
		t.Error("a hall without a roster misses somebody")
	}
}

// When a window rests between two times at which it is to be staffed (domain §6).
func TestWhenAWindowRests(t *testing.T) {
	const day = Day(20780)
	at := func(clock TimeOfDay) time.Time { return clock.on(day) }
	c := rostered()
	c.Windows = append(c.Windows, Window{ID: "3"}, Window{ID: "4"})
	c.Roster.Shifts = append(c.Roster.Shifts,
		Shift{Windows: []string{"3"}, From: 13 * 60, To: 17 * 60}, Shift{Windows: []string{"3"}, From: 9 * 60, To: 12 * 60},
		Shift{Windows: []string{"4"}, From: 9 * 60, To: 17 * 60}, Shift{Windows: []string{"4"}, From: 9 * 60, To: 17 * 60, Lunch: &Lunch{12 * 60, 13 * 60}},
	)
	for _, tt := range []struct {
		name, window string
		works        bool
		want         []Hours
	}{
		{"at lunch", "1", true, []Hours{{at(12 * 60), at(13*60 + 30)}}},
		{"on a day that is not worked", "1", false, nil},
		{"between two shifts, in whatever order they are written", "3", true, []Hours{{at(12 * 60), at(13 * 60)}}},
		{"not while another shift goes on", "4", true, nil},
		{"a window that no shift names", "5", true, nil},
	} {
		if got := c.Rests(tt.window, day, tt.works); fmt.Sprint(got) != fmt.Sprint(tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestWhoIsOnLeaveAndWhoStandsIn(t *testing.T) {
	c := rostered()
	for _, tt := range []struct {
		badge         string
		on            Day
		leave, stands bool
	}{{"01", 20779, false, false}, {"01", 20780, true, false}, {"01", 20781, true, false}, {"01", 20782, false, false}, {"02", 20780, false, true}, {"02", 20782, false, false}, {"", 20780, false, false}} {
		if _, leave := c.OnLeave(tt.badge, tt.on); leave != tt.leave || c.StandsIn(tt.badge, tt.on) != tt.stands {
			t.Errorf("%q on day %d: on leave %v, stands in %v", tt.badge, tt.on, leave, c.StandsIn(tt.badge, tt.on))
		}
	}
}

func TestEveryFaultOfARosterIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*Catalogue)
		want  string
	}{
		"a good one":                {func(*Catalogue) {}, ""},
		"a grace below nothing":     {func(c *Catalogue) { c.Roster.Grace = -1 }, "grace -1"},
		"a limit beyond a day":      {func(c *Catalogue) { c.Services[0].WaitLimit = 2000 }, "wait_limit 2000"},
		"a window that is none":     {func(c *Catalogue) { c.Roster.Shifts[0].Windows = []string{"9"} }, `window "9"`},
		"a shift without windows":   {func(c *Catalogue) { c.Roster.Shifts[0].Windows = nil }, "want windows"},
		"a day that is none":        {func(c *Catalogue) { c.Roster.Shifts[1].Days = []Weekday{"so"} }, `day "so"`},
		"a shift that ends at once": {func(c *Catalogue) { c.Roster.Shifts[0].To = 9 * 60 }, "from before to"},
		"lunch outside the shift":   {func(c *Catalogue) { c.Roster.Shifts[0].Lunch = &Lunch{8 * 60, 9 * 60} }, "lunch 08:00–09:00"},
		"nobody's leave":            {func(c *Catalogue) { c.Roster.Leave[0].Staff = "" }, "want staff"},
		"who stands in for himself": {func(c *Catalogue) { c.Roster.Leave[0].StandIn = "01" }, "somebody else"},
		"leave that ends before":    {func(c *Catalogue) { c.Roster.Leave[0].To = 1 }, "from, to"},
		"a badge that is none":      {func(c *Catalogue) { c.Roster.Leave[0].StandIn = "77" }, `badge "77"`},
	} {
		cat := rostered()
		c.spoil(cat)
		var said []string
		cat.validateRoster(func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) })
		if all := strings.Join(said, "; "); (c.want == "") != (all == "") || !strings.Contains(all, c.want) {
			t.Errorf("%s: %q, want %q", name, all, c.want)
		}
	}
}

func TestTimesOfDay(t *testing.T) {
	for text, want := range map[string]TimeOfDay{"00:00": 0, "09:05": 545, "23:59": 1439} {
		var got TimeOfDay
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want || got.String() != text {
			t.Errorf("%s is %d, %v", text, got, err)
		}
	}
	for _, bad := range []string{"", "9", "24:00", "09:60", "0905"} {
		if err := new(TimeOfDay).UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q is a time", bad)
		}
	}
}

// domain §6, 000: 空岗 is nobody at a rostered window, longer than the grace; off duty, at lunch and on approved leave with a
// stand-in it is none.
func TestWhenNobodyAtAWindowIsAnAbsence(t *testing.T) {
	day := Day(20780)
	c := Catalogue{Roster: &Roster{Grace: 10, Shifts: []Shift{{Windows: []string{"1"}, From: 9 * 60, To: 17 * 60, Lunch: &Lunch{12 * 60, 13 * 60}}},
		Leave: []Leave{{Staff: "02", From: day, To: day, StandIn: "01"}}}}
	for name, one := range map[string]struct {
		window Window
		at     TimeOfDay
		closed TimeOfDay
		works  bool
		want   bool
	}{
		"before the shift":             {Window{ID: "1"}, 8*60 + 59, 0, true, false},
		"nine minutes after it began":  {Window{ID: "1"}, 9*60 + 9, 0, true, false},
		"ten minutes after it began":   {Window{ID: "1"}, 9*60 + 10, 0, true, true},
		"closed nine minutes ago":      {Window{ID: "1"}, 10 * 60, 9*60 + 51, true, false},
		"closed ten minutes ago":       {Window{ID: "1"}, 10 * 60, 9*60 + 50, true, true},
		"at lunch":                     {Window{ID: "1"}, 12*60 + 30, 0, true, false},
		"on a day off":                 {Window{ID: "1"}, 10 * 60, 0, false, false},
		"its clerk on leave":           {Window{ID: "1", Staff: "02"}, 10 * 60, 0, true, false},
		"a window that is in no shift": {Window{ID: "2"}, 10 * 60, 0, true, false},
	} {
		if _, got := c.Absent(one.window, one.at.On(day), one.closed.On(day), one.works); got != one.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if _, got := (&Catalogue{}).Absent(Window{ID: "1"}, day.Start(), time.Time{}, true); got {
		t.Error("without a roster somebody is missed")
	}
}

// The rule of bookings, as check-config explains what is wrong with it.
func TestWhatIsWrongWithTheRuleOfBookings(t *testing.T) {
	for want, r := range map[string]BookingRule{
		"times of day in order": {At: []TimeOfDay{600, 540}, Each: 1},
		"each once":             {At: []TimeOfDay{540, 540}, Each: 1},
		"booking.each 0":        {At: []TimeOfDay{540}},
		"booking.days 15":       {At: []TimeOfDay{540}, Each: 1, Days: 15},
		"late -1":               {At: []TimeOfDay{540}, Each: 1, Late: -1},
		"is on duty then":       {At: []TimeOfDay{12*60 + 30}, Each: 1},
		"the hall closes at":    {At: []TimeOfDay{17 * 60}, Each: 1},
	} {
		c := Catalogue{
			Hall: Site{ID: "h", Name: "h", Closes: "17:00"}, Units: []Unit{{ID: "u"}}, Services: []Service{{Letter: "A", Booking: &r}},
			Windows: []Window{{ID: "1", Unit: "u", Services: []string{"A"}}},
			Roster:  &Roster{Shifts: []Shift{{Windows: []string{"1"}, From: 9 * 60, To: 18 * 60, Lunch: &Lunch{12 * 60, 13 * 60}}}},
		}
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", r, err, want)
		}
	}
}
