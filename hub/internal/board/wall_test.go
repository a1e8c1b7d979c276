package board

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/figures"
)

func TestTheWallShowsNoSingleLevel(t *testing.T) {
	now := tenOFour()
	b := twoHalls(now)
	b.Count("city-1", Today{Window: "12", Day: hall.DayOf(now), Sums: figures.Sums{Served: 9, Ratable: 9, Levels: [5]int{1, 0, 0, 0, 6}},
		Recent: []Recent{{At: now, Level: hall.VeryBad, Channel: hall.ChannelPad, Reasons: []string{"108"}}}})
	picture, err := json.Marshal(b.Viewer(Wall, nil).Snapshot(now))
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"levels", "recent", `"108"`, "today"} {
		if strings.Contains(string(picture), secret) {
			t.Errorf("the wall's picture contains %s:\n%s", secret, picture)
		}
	}
}

// TestTheWallMovesInSteps: what a wall is told of ratings moves by five or more, or with the hour (design §7); a count
// below five is not told; and no viewer, by whichever halls it sees or however often it connects, learns more.
func TestTheWallMovesInSteps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := tenOFour()
		b := twoHalls(now)
		var days [2]Today
		agents := []string{"city-1", "town-1"}
		last := map[string]Sums{}
		hour := now.Truncate(time.Hour)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			i := rapid.IntRange(0, 1).Draw(t, "hall")
			days[i].Window, days[i].Day = "12", hall.DayOf(now)
			days[i].Sums.Served++
			days[i].Sums.Ratable++
			days[i].Sums.Levels[rapid.IntRange(0, 4).Draw(t, "level")]++
			b.Count(agents[i], days[i])
			now = now.Add(rapid.SampledFrom([]time.Duration{time.Second, time.Minute, 20 * time.Minute}).Draw(t, "pause"))
			newHour := !now.Truncate(time.Hour).Equal(hour)
			hour = now.Truncate(time.Hour)
			if hall.DayOf(now) != days[i].Day {
				return
			}
			for _, h := range b.Viewer(Wall, nil).Snapshot(now).Halls {
				few(t, h.Sums)
				was, is := number(last[h.ID].Rated), number(h.Sums.Rated)
				if known := last[h.ID].Rated != nil && h.Sums.Rated != nil; known && !newHour && is != was && is-was < wallStep {
					t.Fatalf("%s: the wall went from %d to %d ratings within an hour", h.ID, was, is)
				}
				if last[h.ID].Rated != nil && !newHour && is == was && number(last[h.ID].Bad) != number(h.Sums.Bad) {
					t.Fatalf("%s: bad ratings moved while the ratings stood", h.ID)
				}
				last[h.ID] = h.Sums
			}
			few(t, b.Viewer(Wall, nil).Snapshot(now).Sums)
		}
	})
}

func number(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}

func few(t *rapid.T, s Sums) {
	if s.Rated != nil && *s.Rated < wallFew || s.Bad != nil && *s.Bad < wallFew {
		t.Fatalf("a wall is told a count below %d: %+v", wallFew, s)
	}
	if (s.Rated == nil) != s.RatedFew || (s.Bad == nil) != s.BadFew || (s.Bad == nil) != (s.Satisfied == nil) {
		t.Fatalf("few and absent disagree: %+v", s)
	}
}

func TestAHallWithFewRatingsCannotBeHadBySubtraction(t *testing.T) {
	now := tenOFour()
	b := twoHalls(now)
	b.Count("city-1", Today{Window: "12", Day: hall.DayOf(now), Sums: figures.Sums{Served: 20, Ratable: 20, Levels: [5]int{4, 2, 0, 0, 10}}})
	b.Count("town-1", Today{Window: "12", Day: hall.DayOf(now), Sums: figures.Sums{Served: 3, Ratable: 3, Levels: [5]int{1, 0, 0, 0, 0}}})
	s := b.Viewer(Wall, nil).Snapshot(now).Sums
	if number(s.Rated) != 16 || number(s.Bad) != 6 || s.Ratable != 20 || s.Served != 23 {
		t.Errorf("sums = %+v: want 16 ratings of 20 visits, and 23 visits in all", s)
	}
}

// What managers and ratings say stays off the wall, whatever is alarmed there.
func TestAnAlarmedWallTellsNothingOfARating(t *testing.T) {
	now := tenOFour()
	picture, err := json.Marshal(alarmed(now).Viewer(Wall, nil).Snapshot(now))
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{`"level"`, `"rating"`, `"108"`, `"bad"`, `"reasons"`, `"asked"`} {
		if strings.Contains(strings.ReplaceAll(string(picture), `"bad":null`, ""), secret) {
			t.Errorf("the wall's picture contains %s:\n%s", secret, picture)
		}
	}
}
