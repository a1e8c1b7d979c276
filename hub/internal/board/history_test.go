package board

import (
	"encoding/json"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// The day by the hour: arrivals and finished where they happened, waits in the hour of the call, windows as long as they
// were open; the estimate is good where nine in ten were called within what was told (issue, part 2).
func TestTheHoursOfADay(t *testing.T) {
	day := hall.DayOf(on(0, 0))
	waited := func(hour, min, wait, p90 int) Came {
		called := on(hour, min)
		return Came{Issued: called.Add(-time.Duration(wait) * time.Minute), Called: called, Finished: called.Add(10 * time.Minute), P90Mins: p90}
	}
	for name, c := range map[string]struct {
		came  []Came
		turns []Turn
		now   time.Time
		want  string
	}{
		"a day on which nothing happened yet": {nil, nil, on(8, 0), `{"hours":[],"told":{"called":0,"within":0}}`},
		"who waits is no wait yet": {[]Came{{Issued: on(9, 5)}}, nil, on(9, 30),
			`{"hours":[{"hour":9,"arrivals":1,"finished":0,"called":0,"p50_min":null,"p90_min":null,"open":0}],"told":{"called":0,"within":0}}`},
		"waits belong to the hour of the call": {[]Came{waited(10, 2, 10, 12), waited(10, 3, 20, 12), waited(10, 4, 30, 0)}, nil, on(10, 30),
			`{"hours":[{"hour":9,"arrivals":3,"finished":0,"called":0,"p50_min":null,"p90_min":null,"open":0},{"hour":10,"arrivals":0,"finished":3,"called":3,"p50_min":20,"p90_min":30,"open":0}],"told":{"called":2,"within":1}}`},
		"windows count as long as they are open": {nil, []Turn{
			{"11", on(9, 0), hall.WindowIsOpen}, {"11", on(9, 30), hall.WindowIsPaused}, {"12", on(9, 0), hall.WindowIsOpen}, {"12", on(9, 45), hall.WindowIsOpen}}, on(10, 0),
			`{"hours":[{"hour":9,"arrivals":0,"finished":0,"called":0,"p50_min":null,"p90_min":null,"open":1.5}],"told":{"called":0,"within":0}}`},
		"the hour that is running counts so far": {nil, []Turn{{"11", on(9, 15), hall.WindowIsOpen}}, on(9, 30),
			`{"hours":[{"hour":9,"arrivals":0,"finished":0,"called":0,"p50_min":null,"p90_min":null,"open":0.5}],"told":{"called":0,"within":0}}`},
		"a window left open overnight": {nil, []Turn{{"11", on(16, 0).AddDate(0, 0, -1), hall.WindowIsOpen}, {"11", on(0, 30), hall.WindowIsClosed}}, on(0, 30),
			`{"hours":[{"hour":0,"arrivals":0,"finished":0,"called":0,"p50_min":null,"p90_min":null,"open":1}],"told":{"called":0,"within":0}}`},
		"a ticket of yesterday is none of today": {[]Came{{Issued: on(9, 0).AddDate(0, 0, -1), Called: on(9, 5).AddDate(0, 0, -1), P90Mins: 9}}, nil, on(10, 0), `{"hours":[],"told":{"called":0,"within":0}}`},
	} {
		got, err := json.Marshal(HistoryOf(day, c.came, c.turns, c.now))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, c.want)
		}
	}
}
