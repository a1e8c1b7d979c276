package web

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
)

type coverageSeen struct{ Items, Windows, Channels coverJSON }

func (c coverJSON) say() string {
	s := fmt.Sprintf("%d/%d", c.Things, c.Whole)
	for _, g := range c.Gaps {
		until := ""
		if !g.Until.IsZero() {
			until = g.Until.In(hall.Beijing()).Format("2 15:04")
		}
		s += fmt.Sprintf("; %s %s %s %s-%s", g.Hall, g.Kind, g.Name, g.Since.In(hall.Beijing()).Format("2 15:04"), until)
	}
	return s
}

// 001 三覆盖: items, staffed windows, channels; each gap with since when, of the halls that who asks reaches.
func TestCoverageOfHalls(t *testing.T) {
	f := newFront(t)
	morning := time.Date(2026, 11, 17, 8, 0, 0, 0, hall.Beijing())
	city, town := f.counter("city-1", "city", morning), f.counter("town-1", "town", morning)
	at := func(hour, minute int) time.Time { return time.Date(2026, 11, 17, hour, minute, 0, 0, hall.Beijing()) }
	for _, told := range []struct {
		a    *counterTold
		at   time.Time
		fact hall.Fact
	}{
		{city, at(8, 30), hall.DeviceUp{Device: "pad-12", Kind: hall.KindPad, Window: "12", UID: 7}},
		{city, at(9, 0), hall.WindowOpened{Window: "12", Staff: "0317"}},
		{city, at(9, 0), hall.WindowOpened{Window: "13", Staff: "0317"}},
		{city, at(11, 0), hall.DeviceDown{Device: "pad-12", Kind: hall.KindPad, Window: "12", Why: hall.TroubleMissing}},
		{city, at(11, 5), hall.DeviceUp{Device: "pad-12", Kind: hall.KindPad, Window: "12", UID: 7}},
		{city, at(15, 0), hall.DeviceDown{Device: "pad-12", Kind: hall.KindPad, Window: "12", Why: hall.TroubleMissing}},
		{city, at(17, 0), hall.WindowClosed{Window: "12", Staff: "0317"}},
		{city, at(17, 0), hall.WindowClosed{Window: "13", Staff: "0317"}},
		{town, at(9, 0), hall.DeviceUp{Device: "pad-12", Kind: hall.KindPad, Window: "12", UID: 8}},
		{town, at(9, 0), hall.WindowOpened{Window: "12", Staff: "0317"}},
	} {
		told.a.now = told.at.Add(-time.Second)
		told.a.tell(told.fact)
	}
	day := "/api/coverage?from=2026-11-17&to=2026-11-17"
	got := wants[coverageSeen](t, f.as(access.Centre), day)
	if s := got.Windows.say(); s != "3/1; city window 13 17 09:00-17 17:00; city window 12 17 15:00-17 17:00" {
		t.Errorf("windows %s", s)
	}
	if s := got.Items.say(); s != "2/1; city item 居民身份证补领 17 15:00-17 17:00" {
		t.Errorf("items %s", s)
	}
	if s := got.Channels.say(); s != "4/1; city qr 取号票上的二维码 17 08:00-; town qr 取号票上的二维码 17 08:00-; city pad pad-12 17 15:00-" {
		t.Errorf("channels %s", s)
	}
	for name, c := range map[string]struct {
		d     *desks
		path  string
		want  int
		shows string
	}{
		"the manager of the town":      {f.as(access.Manager, "town"), day, 200, "1/1"},
		"a reader":                     {f.as(access.Reader), day + "&hall=town", 200, "1/1"},
		"of another hall":              {f.as(access.Manager, "town"), day + "&hall=city", 403, ""},
		"a unit's handler":             {f.of(access.Handler, "police"), day, 403, ""},
		"a clerk":                      {f.as(access.Staff), day, 403, ""},
		"an operator":                  {f.as(access.Operator), day, 403, ""},
		"without days":                 {f.as(access.Centre), "/api/coverage", 422, ""},
		"longer than anybody looks":    {f.as(access.Centre), "/api/coverage?from=2026-01-01&to=2026-11-17", 422, ""},
		"a day that is none":           {f.as(access.Centre), "/api/coverage?from=2026-11-17&to=2026-11-31", 422, ""},
		"a day on which nothing was":   {f.as(access.Centre), "/api/coverage?from=2026-11-16&to=2026-11-16", 200, "0/0"},
		"today: what is still to come": {f.as(access.Manager, "town"), "/api/coverage?from=2026-11-18&to=2026-11-18", 200, "1/1"},
	} {
		r := c.d.get(c.path)
		if r.StatusCode != c.want {
			t.Errorf("%s: %d, want %d: %s", name, r.StatusCode, c.want, text(r))
		} else if c.want == http.StatusOK {
			if s := wants[coverageSeen](t, c.d, c.path).Windows.say(); s != c.shows {
				t.Errorf("%s: windows %s, want %s", name, s, c.shows)
			}
		}
	}
}
