package hub

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"hallpulse/configs"
	"hallpulse/configs/strict"
	"hallpulse/firmware-protocol/hall"
)

// What a form changes of a hall's file is all that changes in it: notes that people wrote beside the rest stay.
func TestAFormChangesItsLinesAlone(t *testing.T) {
	text, err := fs.ReadFile(configs.FS(), "hall.yaml")
	if err != nil {
		t.Fatal(err)
	}
	read := func() *hall.Catalogue {
		c := new(hall.Catalogue)
		if err := strict.Bytes("hall.yaml", text, c).Err(); err != nil {
			t.Fatal(err)
		}
		return c
	}
	was := strings.Split(string(text), "\n")
	for _, tc := range []struct {
		name   string
		change func(c *hall.Catalogue)
		lines  int // that differ at most, those that are new included
	}{
		{"nothing", func(*hall.Catalogue) {}, 0},
		{"hours", func(c *hall.Catalogue) { c.Hall.Hours = "周一至周六 9:00–16:30" }, 1},
		{"a closing time that was not written", func(c *hall.Catalogue) { c.Hall.Closes = "17:00" }, 1},
		{"notices", func(c *hall.Catalogue) { c.Hall.Notices = []string{"周三下午盘点：不办理 C 类"} }, 1},
		{"no notices", func(c *hall.Catalogue) { c.Hall.Notices = nil }, 1},
		{"a name that needs quotes", func(c *hall.Catalogue) { c.Hall.NameEN = `"A": # b, {c}` }, 1},
		{"who sits at a window", func(c *hall.Catalogue) { c.Windows[2].Staff = c.Staff[0].Badge }, 1},
		{"a limit", func(c *hall.Catalogue) { c.Items[0].Promised = 15 }, 1},
		{"an item of one line", func(c *hall.Catalogue) { c.Items[3].Promised = 4 }, 1},
		{"a situation's materials", func(c *hall.Catalogue) { c.Items[0].Situations[1].Materials = nil }, 1},
		{"another question", func(c *hall.Catalogue) {
			c.Items[0].Questions = append(c.Items[0].Questions, hall.Question{Ask: "要多久？", Answer: "20 个工作日"})
		}, 1},
		{"an item without what follows its code", func(c *hall.Catalogue) {
			c.Items[0] = hall.ServiceItem{Code: "A01", Name: "改名", Unit: "police", Service: "A"}
		}, 40},
		{"a clerk more", func(c *hall.Catalogue) {
			c.Staff = append(c.Staff, hall.Staff{Badge: "0999", Name: "新来的", Unit: "police"})
		}, 1},
		{"a clerk less", func(c *hall.Catalogue) { c.Staff = c.Staff[1:] }, 1},
		{"a service first", func(c *hall.Catalogue) {
			c.Services = append([]hall.Service{{Letter: "Z", Name: "咨询"}}, c.Services...)
		}, 2},
		{"a window more, with its place", func(c *hall.Catalogue) {
			w := c.Windows[0]
			w.ID = "99"
			c.Windows = append(c.Windows, w)
		}, 1},
		{"an item more", func(c *hall.Catalogue) {
			c.Items = append(c.Items, hall.ServiceItem{Code: "Z1", Name: "新事项", Unit: "police", Service: "A", Kind: hall.CaseOnTheSpot, Materials: []string{"身份证"}})
		}, 8},
		{"how often calls are said", func(c *hall.Catalogue) { c.Announce = &hall.Announcement{Times: 3} }, 2},
		{"grace of the roster", func(c *hall.Catalogue) { c.Roster.Grace = 7 }, 1},
		{"two at once", func(c *hall.Catalogue) { c.Items[1].Fee = "免费"; c.Services[0].Daily = 80 }, 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			now := read()
			tc.change(now)
			got, err := strict.Rewrite(text, now)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, gone := range lines(was, strings.Split(string(got), "\n")) {
				n++
				if strings.HasPrefix(strings.TrimSpace(gone), "#") {
					t.Errorf("a note is gone: %s", gone)
				}
			}
			if n > tc.lines {
				t.Errorf("%d lines differ, want at most %d", n, tc.lines)
			}
		})
	}
	if _, err := strict.Rewrite([]byte("{hall: {id: h}}\n"), &hall.Catalogue{Hall: hall.Site{ID: "g"}}); !errors.Is(err, strict.ErrByHand) {
		t.Errorf("a file in one line: %v", err)
	}
}

// lines returns those of a that are not in b, in order, or where there are none those of b that are not in a.
func lines(a, b []string) []string {
	minus := func(a, b []string) (left []string) {
		have := map[string]int{}
		for _, l := range b {
			have[l]++
		}
		for _, l := range a {
			if have[l]--; have[l] < 0 {
				left = append(left, l)
			}
		}
		return left
	}
	if gone := minus(a, b); len(gone) > 0 {
		return gone
	}
	return minus(b, a)
}
