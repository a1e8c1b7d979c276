package web

import (
	"slices"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/repair"
)

// Domain §4: again and again, or not done: key list 重点对象. The work page of a repair says so of its window and of its item.
func TestTheKeyListStandsOnTheWorkPage(t *testing.T) {
	c := newCourt(t)
	begin := time.Date(2026, 11, 16, 9, 0, 0, 0, hall.Beijing())
	city, town := c.counter("city-1", "city", begin), c.counter("town-1", "town", begin)
	c.set(begin.Add(time.Hour))
	for _, item := range []string{"id-card", "residence", "id-card"} {
		city.served(item, hall.Bad)
	}
	_, alone := town.served("id-card", hall.Bad)
	_, one := city.served("id-card", hall.VeryBad)
	number := func(visit hall.ID) string {
		r, ok, err := c.store.Repair(t.Context(), visit.String())
		if err != nil || !ok {
			t.Fatalf("%s has no repair: %v", visit, err)
		}
		return r.Number
	}
	type keys struct{ Keys []keyJSON }
	pack := hall.DefaultPolicy().Repair
	for _, k := range []struct {
		says  string
		role  access.Role
		visit hall.ID
		now   time.Time
		want  []keyJSON
	}{
		{"four of a window, three of its item", access.Centre, one, courtNow(), []keyJSON{{"window", repair.KeyAgain, 4, pack.KeyDays}, {"item", repair.KeyAgain, 3, pack.KeyDays}}},
		{"its unit knows", access.Handler, one, courtNow(), []keyJSON{{"window", repair.KeyAgain, 4, pack.KeyDays}, {"item", repair.KeyAgain, 3, pack.KeyDays}}},
		{"another hall has one", access.Centre, alone, courtNow(), nil},
		{"which is not done by its deadline", access.Centre, alone, begin.AddDate(0, 1, 0), []keyJSON{{"window", repair.KeyNotDone, 1, pack.KeyDays}, {"item", repair.KeyNotDone, 1, pack.KeyDays}}},
	} {
		d := c.as(k.role)
		c.set(k.now)
		if got := wants[keys](t, d, "/api/repairs/"+number(k.visit)); !slices.Equal(got.Keys, k.want) {
			t.Errorf("%s: %+v, want %+v", k.says, got.Keys, k.want)
		}
		c.set(courtNow())
	}
}
