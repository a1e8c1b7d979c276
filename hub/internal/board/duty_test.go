package board

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/figures"
)

// rostered is the city's hall, with a roster: both windows on working days from 9 to 17, lunch from 12 to 13:30.
func rostered() *hall.Catalogue {
	c := cityHall()
	c.Staff = append(c.Staff, hall.Staff{Badge: "0318", Name: "王丽", Unit: "police"})
	c.Windows[0].Staff = "0318"
	c.Roster = &hall.Roster{Shifts: []hall.Shift{{Windows: []string{"11", "12"}, From: 9 * 60, To: 17 * 60, Lunch: &hall.Lunch{From: 12 * 60, To: 13*60 + 30}}}}
	return c
}

// on is a time of Wednesday 18 November 2026.
func on(hour, min int) time.Time { return time.Date(2026, 11, 18, hour, min, 0, 0, hall.Beijing()) }

// The rules of the roster (domain §6; 000: 空岗, 溜岗, 串岗). What stands in a line is what window 12 shows.
func TestTheRosterAsTheRegulationHasIt(t *testing.T) {
	closed := func(since time.Time) uplink.WindowNow {
		return uplink.WindowNow{Window: "12", State: hall.WindowIsClosed, Since: since}
	}
	idle := func(state hall.WindowState, since time.Time) uplink.WindowNow {
		return uplink.WindowNow{Window: "12", State: state, Staff: "0317", Since: since}
	}
	waits := func(since time.Time) []uplink.LetterQueue {
		return []uplink.LetterQueue{{Letter: "A", Waiting: 4, Oldest: since}}
	}
	leave := func(standIn string) func(*hall.Catalogue) {
		return func(c *hall.Catalogue) {
			c.Roster.Leave = []hall.Leave{{Staff: "0317", From: hall.DayOf(on(9, 0)), To: hall.DayOf(on(9, 0)), StandIn: standIn}}
		}
	}
	yesterday := on(17, 0).AddDate(0, 0, -1)
	for _, c := range []struct {
		name  string
		hall  func(*hall.Catalogue)
		tell  func(*Board, time.Time)
		w     uplink.WindowNow
		lines []uplink.LetterQueue
		now   time.Time
		want  Post
		since time.Time
	}{
		{"before the shift", nil, nil, closed(yesterday), nil, on(8, 59), "", time.Time{}},
		{"nobody yet, in the time of grace", nil, nil, closed(yesterday), nil, on(9, 9), "", time.Time{}},
		{"空岗: nobody signed on ten minutes into the shift", nil, nil, closed(yesterday), nil, on(9, 10), PostAbsent, on(9, 0)},
		{"空岗: signed off in the middle of the morning", nil, nil, closed(on(10, 0)), nil, on(10, 15), PostAbsent, on(10, 0)},
		{"a grace of configuration", func(c *hall.Catalogue) { c.Roster.Grace = 30 }, nil, closed(on(10, 0)), nil, on(10, 15), "", time.Time{}},
		{"lunch is none", nil, nil, closed(on(11, 50)), nil, on(12, 30), "", time.Time{}},
		{"空岗: nobody back from lunch", nil, nil, closed(on(12, 0)), nil, on(13, 40), PostAbsent, on(13, 30)},
		{"after the shift", nil, nil, closed(on(16, 0)), nil, on(17, 0), "", time.Time{}},
		{"a window that no shift names", func(c *hall.Catalogue) { c.Roster.Shifts[0].Windows = []string{"11"} }, nil, closed(yesterday), nil, on(10, 0), "", time.Time{}},
		{"a hall without a roster", func(c *hall.Catalogue) { c.Roster = nil }, nil, closed(yesterday), nil, on(10, 0), "", time.Time{}},
		{"approved leave with a stand-in is none", leave("0318"), nil, closed(yesterday), nil, on(10, 0), "", time.Time{}},
		{"leave without a stand-in is an absence", leave(""), nil, closed(yesterday), nil, on(10, 0), PostAbsent, on(9, 0)},
		{"an outage of the unit is none", nil, func(b *Board, now time.Time) {
			b.Queue("city-1", now, uplink.QueueNow{Session: session(), Outages: []uplink.OutageNow{{Unit: "police", Since: on(9, 0)}}})
		}, closed(yesterday), nil, on(10, 0), "", time.Time{}},
		{"a day off by the calendar", nil, func(b *Board, now time.Time) { b.Works("city", hall.DayOf(now), false) }, closed(yesterday), nil, on(10, 0), "", time.Time{}},
		{"an agent that is away: unknown, never absent", nil, func(b *Board, now time.Time) { b.Status("city-1", will(one, 1), now) }, closed(yesterday), nil, on(10, 0), PostUnknown, on(10, 0)},
		{"an agent that is away, and the window was served", nil, func(b *Board, now time.Time) { b.Status("city-1", will(one, 1), now) }, idle(hall.WindowIsOpen, on(9, 0)), nil, on(10, 0), "", time.Time{}},
		{"idle while nobody waits", nil, nil, idle(hall.WindowIsOpen, on(9, 30)), nil, on(10, 30), "", time.Time{}},
		{"idle while people wait within the limit", nil, nil, idle(hall.WindowIsOpen, on(9, 30)), waits(on(10, 10)), on(10, 30), "", time.Time{}},
		{"溜岗: open and idle while somebody waits longer than the limit", nil, nil, idle(hall.WindowIsOpen, on(9, 30)), waits(on(9, 40)), on(10, 20), PostIdle, on(10, 10)},
		{"溜岗: paused meanwhile", nil, nil, idle(hall.WindowIsPaused, on(10, 12)), waits(on(9, 40)), on(10, 22), PostIdle, on(10, 12)},
		{"idle for less than ten minutes", nil, nil, idle(hall.WindowIsOpen, on(10, 15)), waits(on(9, 40)), on(10, 24), "", time.Time{}},
		{"serving is not idle", nil, nil, idle(hall.WindowIsServing, on(9, 30)), waits(on(9, 0)), on(10, 30), "", time.Time{}},
		{"a pause at lunch", nil, nil, idle(hall.WindowIsPaused, on(11, 50)), waits(on(11, 0)), on(12, 30), "", time.Time{}},
		{"a limit of the letter", func(c *hall.Catalogue) { c.Services[0].WaitLimit = 60 }, nil, idle(hall.WindowIsOpen, on(9, 30)), waits(on(9, 40)), on(10, 20), "", time.Time{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			cat := rostered()
			if c.hall != nil {
				c.hall(cat)
			}
			b := New(Name{Name: "中心"}, []Hall{{Agent: "city-1", Catalogue: cat, SHA: "aa"}}, c.now.Add(-time.Hour))
			b.Status("city-1", status(one, 1), c.now)
			b.Queue("city-1", c.now, uplink.QueueNow{Session: session(), Letters: c.lines})
			c.w.Session = session()
			b.Window("city-1", c.now, c.w)
			if c.tell != nil {
				c.tell(b, c.now)
			}
			h := b.Viewer(Desk, nil).Snapshot(c.now).Halls[0]
			w := h.Windows[1]
			if w.Post != c.want || !w.PostSince.Equal(c.since) {
				t.Errorf("window 12 is %q since %v, want %q since %v", w.Post, w.PostSince, c.want, c.since)
			}
			raised := slices.ContainsFunc(b.Viewer(Wall, nil).Snapshot(c.now).Alerts, func(a Alert) bool { return a.Window == "12" && a.Kind == kindPost })
			if raised != (c.want != "" && c.want != PostUnknown) {
				t.Errorf("an alert: %v", raised)
			}
		})
	}
}

func session() uplink.Session { return uplink.Session{Instance: one, Conn: 1} }

// 串岗: one badge at two windows at once; who stands in for somebody may be.
func TestOneBadgeAtTwoWindows(t *testing.T) {
	for name, c := range map[string]struct {
		hall func(*hall.Catalogue)
		want []string
	}{
		"串岗": {func(*hall.Catalogue) {}, []string{"post/double@11", "post/double@12"}},
		"the stand-in is": {func(c *hall.Catalogue) {
			c.Roster.Leave = []hall.Leave{{Staff: "0318", From: 0, To: 1 << 20, StandIn: "0317"}}
		}, []string{}},
	} {
		cat, now := rostered(), on(10, 0)
		c.hall(cat)
		b := New(Name{}, []Hall{{Agent: "city-1", Catalogue: cat}}, now.Add(-time.Hour))
		b.Status("city-1", status(one, 1), now)
		for _, id := range []string{"11", "12"} {
			b.Window("city-1", now, uplink.WindowNow{Session: session(), Window: id, State: hall.WindowIsOpen, Staff: "0317", Since: now})
		}
		if got := brief(b.Viewer(Desk, nil).Snapshot(now).Alerts); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		b.Window("city-1", now, uplink.WindowNow{Session: session(), Window: "11", Seq: 1, State: hall.WindowIsClosed, Since: now})
		if got := b.Viewer(Desk, nil).Snapshot(now).Alerts; slices.ContainsFunc(got, func(a Alert) bool { return a.Trouble == string(PostDouble) }) {
			t.Errorf("%s: he has left 11, and still %v", name, brief(got))
		}
	}
}

// alarmed is a hall in which window 12 calls for help, people of A wait too long, and two bad ratings came.
func alarmed(now time.Time) *Board {
	b := New(Name{Name: "中心"}, []Hall{{Agent: "city-1", Catalogue: cityHall(), SHA: "aa"}}, now.Add(-time.Hour))
	st := status(one, 1)
	st.Catalogue = "aa"
	b.Status("city-1", st, now)
	b.Queue("city-1", now, uplink.QueueNow{Session: session(), Letters: []uplink.LetterQueue{{Letter: "A", Waiting: 7, Oldest: now.Add(-31 * time.Minute)}}})
	w := serving(one, 1, e1, 1, "A001")
	w.Alarm = now
	b.Window("city-1", now, w)
	b.Count("city-1", Today{Window: "12", Day: hall.DayOf(now), Sums: figures.Sums{Served: 3, Ratable: 3, Levels: [5]int{1, 1, 0, 0, 1}}, Recent: []Recent{
		{At: now, Level: hall.VeryBad, Reasons: []string{"108"}}, {At: now.Add(-time.Minute), Level: hall.VeryGood}, {At: now.Add(-29 * time.Minute), Level: hall.Bad, Missing: true},
		{At: now.Add(-31 * time.Minute), Level: hall.Bad}}})
	return b
}

// Who calls for help stands first. Bad ratings, with level and reasons, are for the signed-in desk alone (design §7).
func TestAlertsOfTheHallAtWork(t *testing.T) {
	now := tenOFour()
	b := alarmed(now)
	if got, want := brief(b.Viewer(Desk, nil).Snapshot(now).Alerts), []string{"alarm/@12", "bad/@12", "wait/@", "bad/@12"}; !slices.Equal(got, want) {
		t.Errorf("the desk: %v, want %v", got, want)
	}
	wall := b.Viewer(Wall, nil).Snapshot(now)
	if got, want := brief(wall.Alerts), []string{"alarm/@12", "wait/@"}; !slices.Equal(got, want) {
		t.Errorf("the wall: %v, want %v", got, want)
	}
	b.Status("city-1", will(one, 1), now)
	if got := brief(b.Viewer(Wall, nil).Snapshot(now.Add(time.Minute)).Alerts); !slices.Equal(got, []string{"link/silent@"}) {
		t.Errorf("a hall that is not heard: %v", got)
	}
}

// Somebody sees to an alert: it steps back, for a quarter of an hour. The system clears it, never a person.
func TestWhoSeesToAnAlert(t *testing.T) {
	now := tenOFour()
	b := alarmed(now)
	id := b.Viewer(Desk, nil).Snapshot(now).Alerts[0].ID
	of := func(view View, at time.Time) *Taken {
		b.Heard("city-1", at)
		for _, a := range b.Viewer(view, nil).Snapshot(at).Alerts {
			if a.ID == id {
				return a.Taken
			}
		}
		t.Fatalf("%s is gone", id)
		return nil
	}
	b.Take(id, Taken{By: "gao", Name: "高主任", At: now.Add(time.Second)})
	b.Take(id, Taken{By: "lin", Name: "林", At: now}) // told late
	if got := of(Desk, now.Add(2*time.Second)); got == nil || got.Name != "高主任" {
		t.Fatalf("the desk says %+v", got)
	}
	if got := of(Wall, now.Add(2*time.Second)); got == nil || got.Name != "" || got.By != "" {
		t.Errorf("the wall says %+v: it does not say who", got)
	}
	if got := brief(b.Viewer(Wall, nil).Snapshot(now.Add(2 * time.Second)).Alerts); got[0] != "wait/@" {
		t.Errorf("what somebody sees to stands first: %v", got)
	}
	if of(Desk, now.Add(14*time.Minute)) == nil || of(Desk, now.Add(16*time.Minute)) != nil {
		t.Error("it does not lapse after a quarter of an hour")
	}
	if got := b.Cleared(now.Add(time.Minute)); len(got) != 0 {
		t.Errorf("cleared while it stands: %v", got)
	}
	b.Window("city-1", now, serving(one, 1, e1, 2, "A001"))
	if got := b.Cleared(now.Add(time.Minute)); !slices.Equal(got, []Cleared{{id, "city"}}) {
		t.Errorf("its cause is gone: %v", got)
	}
	silent := now.Add(time.Hour)
	if got := b.Cleared(silent); len(got) != 0 {
		t.Errorf("cleared while nobody hears the hall: %v", got)
	}
	b.Take(id, Taken{})
	if got := b.Cleared(now.Add(time.Minute)); len(got) != 0 {
		t.Errorf("cleared twice: %v", got)
	}
}

// A taking is of what stood then: an alarm raised again needs somebody again.
func TestATakingIsOfOneAlert(t *testing.T) {
	now := tenOFour()
	b := alarmed(now)
	id := b.Viewer(Desk, nil).Snapshot(now).Alerts[0].ID
	b.Take(id, Taken{By: "gao", At: now.Add(-time.Minute)})
	if a := b.Viewer(Desk, nil).Snapshot(now).Alerts[0]; a.ID != id || a.Taken != nil {
		t.Errorf("%+v: it was taken before it was raised", a)
	}
	if h, ok := b.HallOf(id, now); h != "city" || !ok {
		t.Errorf("of hall %q, %v", h, ok)
	}
	if _, ok := b.HallOf("city/12/nothing", now); ok {
		t.Error("an alert that is none")
	}
}

// Design §3: what was asked is on its way until its agent answers, or its time is over.
func TestWhatBecameOfACommand(t *testing.T) {
	now := tenOFour()
	b := alarmed(now)
	b.Ask("city", []Asked{
		{ID: "y", Kind: hall.CommandOpen, Window: "12", At: now.AddDate(0, 0, -1), State: AskedSeen},
		{ID: "a", Kind: hall.CommandMessage, Window: "12", At: now, State: AskedSeen, Expires: now.Add(5 * time.Minute)},
		{ID: "b", Kind: hall.CommandOpen, Window: "12", At: now, State: AskedSent, Expires: now.Add(5 * time.Minute)},
		{ID: "c", Kind: hall.CommandServiceClose, Letter: "A", At: now, State: AskedRefused},
	})
	says := func(at time.Time) string {
		var out []string
		h := b.Viewer(Desk, nil).Snapshot(at).Halls[0]
		for _, a := range append(h.Windows[1].Asked, h.Asked...) {
			out = append(out, a.ID+" "+string(a.State))
		}
		return strings.Join(out, ", ")
	}
	if got := says(now); got != "b sent, a seen, c refused" {
		t.Error(got)
	}
	if got := says(now.Add(5 * time.Minute)); got != "b expired, a seen, c refused" {
		t.Error(got)
	}
	if h := b.Viewer(Wall, nil).Snapshot(now).Halls[0]; len(h.Asked)+len(h.Windows[1].Asked) > 0 {
		t.Error("the wall says what managers asked for")
	}
}

// What went to all counters of a hall is one line: as far as the last of them is, and which those are.
func TestOneOrderToSeveralCountersIsOneLine(t *testing.T) {
	now := tenOFour()
	b := alarmed(now)
	at := func(n int) time.Time { return now.Add(time.Duration(n) * time.Second) }
	begin := func(id, agent string, state AskedState, since int) Asked {
		return Asked{ID: id, Kind: hall.CommandOutageBegin, Unit: "tax", Agent: agent, At: now, State: state, Since: at(since), Expires: now.Add(time.Hour)}
	}
	for want, all := range map[string][]Asked{
		"x sent 0 []":                 {begin("x", "city-1", AskedSent, 0), begin("x-2", "city-2", AskedSent, 0)},
		"x sent 0 [city-2]":           {begin("x", "city-1", AskedDone, 3), begin("x-2", "city-2", AskedSent, 0)},
		"x done 4 []":                 {begin("x", "city-1", AskedDone, 3), begin("x-2", "city-2", AskedDone, 4), begin("x-3", "city-3", AskedDone, 2)},
		"x refused 5 [city-1 city-3]": {begin("x", "city-1", AskedSent, 0), begin("x-2", "city-2", AskedDone, 4), begin("x-3", "city-3", AskedRefused, 5)},
		"y done 1 [], x sent 0 []":    {begin("x", "city-1", AskedSent, 0), begin("y", "city-1", AskedDone, 1), begin("x-2", "city-2", AskedSent, 0), begin("y-2", "city-2", AskedDone, 1)},
	} {
		b.Ask("city", all)
		var got []string
		for _, a := range b.Viewer(Desk, nil).Snapshot(now).Halls[0].Asked {
			got = append(got, fmt.Sprintf("%s %s %.0f %v", a.ID, a.State, a.Since.Sub(moment(now)).Seconds(), a.Left))
		}
		if got := strings.Join(got, ", "); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
