package board

import (
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// What is due today stands on the desk, by hall; a wall, which everybody in the room reads, has none of it.
func TestCasesThatAreDueStandOnTheDesk(t *testing.T) {
	now := on(10, 0)
	today := hall.DayOf(now)
	b := New(Name{}, []Hall{{Agent: "city-1", Catalogue: &hall.Catalogue{Hall: hall.Site{ID: "city"}}}, {Agent: "town-1", Catalogue: &hall.Catalogue{Hall: hall.Site{ID: "town"}}}}, now)
	owed := func(view View, id string) *Due {
		return b.site(map[string]string{"city": "city-1", "town": "town-1"}[id]).picture(view, now).Cases
	}
	if owed(Desk, "city") != nil {
		t.Error("nothing was told, and something is due")
	}
	b.Owe(today, map[string]Due{"city-1": {today, 3, 1}})
	if d := owed(Desk, "city"); d == nil || d.Today != 3 || d.Overdue != 1 {
		t.Errorf("due: %+v", d)
	}
	if owed(Desk, "town") != nil || owed(Wall, "city") != nil {
		t.Error("another hall owes, or the wall tells")
	}
	news := b.site("city-1").news
	b.Owe(today, map[string]Due{"city-1": {today, 3, 1}})
	if b.site("city-1").news != news {
		t.Error("the same told twice is news")
	}
	b.Owe(today, nil)
	if d := owed(Desk, "city"); d == nil || d.Today != 0 || d.Overdue != 0 {
		t.Errorf("all is done, and still due: %+v", d)
	}
	b.Owe(today-1, map[string]Due{"city-1": {today - 1, 9, 9}})
	if d := owed(Desk, "city"); d != nil {
		t.Errorf("yesterday's is told as today's: %+v", d)
	}
}

// What became of today's bookings stands on the desk, beside the line that they are for.
func TestBookingsOfTodayStandOnTheDesk(t *testing.T) {
	now := on(10, 0)
	today := hall.DayOf(now)
	c := &hall.Catalogue{Hall: hall.Site{ID: "city"}, Services: []hall.Service{{Letter: "A"}, {Letter: "B"}}}
	b := New(Name{}, []Hall{{Agent: "city-1", Catalogue: c}}, now)
	session := uplink.Session{Instance: "a", Conn: 1}
	b.Status("city-1", uplink.Status{Session: session, Online: true}, now)
	b.Queue("city-1", now, uplink.QueueNow{Session: session, At: now, Letters: []uplink.LetterQueue{{Letter: "A"}, {Letter: "B"}}})
	s := b.site("city-1")
	booked := func(view View, at time.Time) *Booked { return s.picture(view, at).Queue[0].Booked }
	if booked(Desk, now) != nil {
		t.Error("nothing was told, and somebody booked")
	}
	told := map[string]map[string]Booked{"city-1": {"A": {All: 12, Came: 7, Awaited: 4}, "B": {}}}
	b.Book(today, told)
	if k := booked(Desk, now); k == nil || *k != (Booked{12, 7, 4}) || s.picture(Desk, now).Queue[1].Booked != nil {
		t.Errorf("booked: %+v", k)
	}
	if booked(Wall, now) != nil {
		t.Error("the wall tells")
	}
	news := s.news
	b.Book(today, map[string]map[string]Booked{"city-1": {"B": {}, "A": {All: 12, Came: 7, Awaited: 4}}})
	if s.news != news {
		t.Error("the same told twice is news")
	}
	if booked(Desk, now.AddDate(0, 0, 1)) != nil {
		t.Error("yesterday's is told as today's")
	}
	b.Book(today, nil)
	if booked(Desk, now) != nil || s.news == news {
		t.Error("all were given up, and still booked")
	}
}

// Design §7: where PINs are locked a manager sees it, until they are not; a pause says why.
func TestALockedWindowAndWhyOneIsPaused(t *testing.T) {
	now := on(10, 0)
	c := &hall.Catalogue{Hall: hall.Site{ID: "city"}, Windows: []hall.Window{{ID: "12"}}}
	b := New(Name{}, []Hall{{Agent: "city-1", Catalogue: c}}, now)
	session := uplink.Session{Instance: "a", Conn: 1}
	b.Status("city-1", uplink.Status{Session: session, Online: true}, now)
	b.Window("city-1", now, uplink.WindowNow{Session: session, Epoch: "e", Window: "12", State: hall.WindowIsPaused, Why: hall.PausedLunch, Locked: now, Until: now.Add(time.Minute)})
	s := b.site("city-1")
	if w := s.pictureOf(s.windows[0], Desk, now); w.Why != hall.PausedLunch || !w.Locked.Equal(now.Add(time.Minute)) {
		t.Errorf("the desk sees %+v", w)
	}
	if w := s.pictureOf(s.windows[0], Wall, now); !w.Locked.IsZero() {
		t.Error("the wall tells that PINs were tried")
	}
	if a := s.alertsOfDuty(now); len(a) != 1 || a[0].Kind != kindLocked || !a[0].Since.Equal(now) {
		t.Errorf("alerts: %+v", a)
	}
	if a := s.alertsOfDuty(now.Add(time.Minute)); len(a) != 0 {
		t.Errorf("it is over, and stands: %+v", a)
	}
}

// Which badges are locked, where and until when, is what their counter says last; of two counters the later end counts.
func TestLockedBadgesOfAHall(t *testing.T) {
	now := on(10, 0)
	b := New(Name{}, []Hall{{Agent: "city-1", Catalogue: &hall.Catalogue{Hall: hall.Site{ID: "city"}}}, {Agent: "town-1", Catalogue: &hall.Catalogue{Hall: hall.Site{ID: "town"}}}}, now)
	say := func(locks ...uplink.LockNow) {
		b.Status("city-1", uplink.Status{Session: uplink.Session{Instance: "a", Conn: 1}, Online: true, Locks: locks}, now)
	}
	say(uplink.LockNow{Staff: "0317", Window: "12", Since: now, Until: now.Add(time.Minute)}, uplink.LockNow{Staff: "0316", Since: now, Until: now.Add(2 * time.Minute)})
	if all := b.Locks("city", now); len(all) != 2 || all["0317"].Window != "12" || len(b.Locks("town", now)) != 0 {
		t.Errorf("%+v", all)
	}
	if all := b.Locks("city", now.Add(time.Minute)); len(all) != 1 || all["0316"].Staff == "" {
		t.Errorf("a minute later: %+v", all)
	}
	if say(); len(b.Locks("city", now)) != 0 {
		t.Error("what is open stands as locked")
	}
}
