package board

import (
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// Issue 4, part 9: what is due today stands on the desk, by hall; a wall, which everybody in the room reads, has none of it.
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
