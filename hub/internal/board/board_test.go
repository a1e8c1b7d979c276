package board

import (
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/figures"
)

// tenOFour is a Wednesday in Beijing.
func tenOFour() time.Time { return time.Date(2026, 11, 18, 10, 4, 0, 0, hall.Beijing()) }

func cityHall() *hall.Catalogue {
	return &hall.Catalogue{
		Hall:     hall.Site{ID: "city", Name: "青澜市政务服务中心", NameEN: "Qinglan City Service Hall"},
		Units:    []hall.Unit{{ID: "police", Name: "市公安局", NameEN: "Police"}},
		Services: []hall.Service{{Letter: "A", Name: "户籍证照", NameEN: "IDs"}},
		Items:    []hall.ServiceItem{{Code: "id-card", Name: "居民身份证补领", NameEN: "ID card", Unit: "police", Service: "A"}},
		Windows: []hall.Window{{ID: "11", Floor: "一楼", Unit: "police", Services: []string{"A"}},
			{ID: "12", Floor: "一楼", Unit: "police", Services: []string{"A"}, Staff: "0317"}},
		Staff: []hall.Staff{{Badge: "0317", Name: "周敏", NameEN: "Zhou Min", Unit: "police"}},
	}
}

func townHall() *hall.Catalogue {
	c := cityHall()
	c.Hall = hall.Site{ID: "town", Name: "白杨镇便民服务中心"}
	return c
}

func twoHalls(now time.Time) *Board {
	return New(Name{Name: "青澜市政务服务中心"}, []Hall{{Agent: "city-1", Catalogue: cityHall(), SHA: "aa"}, {Agent: "town-1", Catalogue: townHall(), SHA: "bb"}}, now)
}

const (
	one = "1111111111111111" // instances
	two = "2222222222222222"
	e1  = "aaaaaaaaaaaaaaaa" // epochs
	e2  = "bbbbbbbbbbbbbbbb"
)

func status(instance string, conn uint64) uplink.Status {
	return uplink.Status{Session: uplink.Session{Instance: instance, Conn: conn}, Online: true}
}

func will(instance string, conn uint64) uplink.Status {
	return uplink.Status{Session: uplink.Session{Instance: instance, Conn: conn}}
}

func serving(instance string, conn uint64, epoch string, seq uint64, ticket string) uplink.WindowNow {
	return uplink.WindowNow{Session: uplink.Session{Instance: instance, Conn: conn}, Epoch: epoch, Seq: seq, Window: "12",
		State: hall.WindowIsServing, Staff: "0317", Ticket: ticket, Item: "id-card", Waiting: 3}
}

// TestWhoIsBelieved tells design §3 "Presence" as stories about window 12: what is said in which order, and the ticket
// that the board shows in the end.
func TestWhoIsBelieved(t *testing.T) {
	now := tenOFour()
	kept := func(epoch string, seq uint64, ticket string) func(*Board) {
		return func(b *Board) {
			b.Keep("city-1", Kept{Window: "12", Epoch: epoch, Seq: seq, State: hall.WindowIsServing, Ticket: ticket})
		}
	}
	says := func(instance string, conn uint64, epoch string, seq uint64, ticket string) func(*Board) {
		return func(b *Board) { b.Window("city-1", now, serving(instance, conn, epoch, seq, ticket)) }
	}
	lives := func(st uplink.Status) func(*Board) { return func(b *Board) { b.Status("city-1", st, now) } }
	for name, story := range map[string]struct {
		told []func(*Board)
		want string
		link linkState
	}{
		"nothing heard, nothing kept":                               {nil, "", linkNever},
		"what the store holds, until the agent speaks":              {[]func(*Board){kept(e1, 9, "A001")}, "A001", linkNever},
		"the agent's word, ahead of its events":                     {[]func(*Board){kept(e1, 9, "A001"), lives(status(one, 1)), says(one, 1, e1, 10, "A002")}, "A002", linkUp},
		"a committed event beyond the agent's word":                 {[]func(*Board){lives(status(one, 1)), says(one, 1, e1, 10, "A002"), kept(e1, 11, "A003")}, "A003", linkUp},
		"a committed event of another epoch does not displace it":   {[]func(*Board){lives(status(one, 1)), says(one, 1, e2, 10, "A002"), kept(e1, 11, "A003")}, "A002", linkUp},
		"a greater seq wins, whatever comes last":                   {[]func(*Board){lives(status(one, 1)), says(one, 1, e1, 12, "A005"), says(one, 1, e1, 11, "A004")}, "A005", linkUp},
		"a greater conn wins over a greater seq":                    {[]func(*Board){lives(status(one, 2)), says(one, 2, e1, 3, "A006"), says(one, 1, e1, 12, "A005")}, "A006", linkUp},
		"an instance counts from its status on, its window waits":   {[]func(*Board){lives(status(one, 1)), says(one, 1, e1, 5, "A001"), says(two, 1, e2, 1, "A002")}, "A001", linkUp},
		"the instance whose status arrived last":                    {[]func(*Board){lives(status(one, 1)), says(one, 1, e1, 5, "A001"), says(two, 1, e2, 1, "A002"), lives(status(two, 1))}, "A002", linkUp},
		"an older will is ignored":                                  {[]func(*Board){lives(status(one, 2)), says(one, 2, e1, 5, "A001"), lives(will(one, 1))}, "A001", linkUp},
		"the will of an instance that was replaced is ignored":      {[]func(*Board){lives(status(one, 1)), lives(status(two, 1)), says(two, 1, e1, 5, "A001"), lives(will(one, 1))}, "A001", linkUp},
		"its own will: the link is down, the last word stays":       {[]func(*Board){lives(status(one, 1)), says(one, 1, e1, 5, "A001"), lives(will(one, 1))}, "A001", linkSilent},
		"back after its will":                                       {[]func(*Board){lives(status(one, 1)), lives(will(one, 1)), lives(status(one, 2)), says(one, 2, e1, 5, "A001")}, "A001", linkUp},
		"a status of an older connection does not bring it back":    {[]func(*Board){lives(status(one, 2)), lives(will(one, 2)), lives(status(one, 1))}, "", linkSilent},
		"a restart is one program":                                  {[]func(*Board){lives(status(one, 1)), lives(status(two, 1))}, "", linkUp},
		"one that was replaced speaks again: two live":              {[]func(*Board){lives(status(one, 1)), lives(status(two, 1)), lives(status(one, 1))}, "", linkTwice},
		"of one epoch the farther committed state stays":            {[]func(*Board){kept(e1, 9, "A009"), kept(e1, 8, "A008")}, "A009", linkNever},
		"a new epoch begins at 1":                                   {[]func(*Board){kept(e1, 9, "A009"), kept(e2, 1, "A010")}, "A010", linkNever},
		"a window that is no longer published falls back to kept":   {[]func(*Board){kept(e1, 9, "A001"), lives(status(one, 1)), says(one, 1, e1, 10, "A002"), func(b *Board) { b.Gone("city-1", "12") }}, "A001", linkUp},
		"an agent that is none of ours, a window that is none":      {[]func(*Board){func(b *Board) { b.Status("mars-1", status(one, 1), now) }, func(b *Board) { b.Window("mars-1", now, serving(one, 1, e1, 1, "X")) }}, "", linkNever},
		"a batch without a status is heard, yet the link is not up": {[]func(*Board){func(b *Board) { b.Heard("city-1", now) }}, "", linkSilent},
	} {
		t.Run(name, func(t *testing.T) {
			b := twoHalls(now)
			for _, tell := range story.told {
				tell(b)
			}
			h := b.Viewer(Desk, nil).Snapshot(now).Halls[0]
			if got := h.Windows[1].Ticket; got != story.want {
				t.Errorf("window 12 shows ticket %q, want %q", got, story.want)
			}
			if h.Agent.Link != story.link {
				t.Errorf("the link is %q, want %q", h.Agent.Link, story.link)
			}
		})
	}
}

func TestASilentHallSaysSinceWhen(t *testing.T) {
	now := tenOFour()
	b := twoHalls(now)
	b.Status("city-1", status(one, 1), now)
	b.Window("city-1", now, serving(one, 1, e1, 5, "A063"))
	later := now.Add(silence + time.Second)

	h := b.Viewer(Desk, nil).Snapshot(later).Halls[0]
	if h.Agent.Link != linkSilent || !h.Agent.AsOf.Equal(now) {
		t.Errorf("link %q as of %v, want silent as of %v", h.Agent.Link, h.Agent.AsOf, now)
	}
	if w := h.Windows[1]; !w.Stale || !w.AsOf.Equal(now) || w.Ticket != "A063" {
		t.Errorf("window 12 = %+v, want A063, stale as of %v", w, now)
	}
	if up, heard := b.Reach("city-1", later); up || !heard.Equal(now) {
		t.Errorf("Reach = %v, %v", up, heard)
	}
}

// A window whose pad sends each press once says so, also while a newer fact is known than what the agent showed.
func TestAPadThatCannotRepeatIsSaid(t *testing.T) {
	now := tenOFour()
	b := twoHalls(now)
	b.Status("city-1", status(one, 1), now)
	w := serving(one, 1, e1, 5, "A063")
	w.NoRepeat = true
	b.Window("city-1", now, w)
	b.Keep("city-1", Kept{Window: "12", Epoch: e1, Seq: 6, State: hall.WindowIsServing, Ticket: "A064"})
	h := b.Viewer(Desk, nil).Snapshot(now).Halls[0]
	if got := h.Windows[1]; !got.NoRepeat || got.Ticket != "A064" || h.Windows[0].NoRepeat {
		t.Errorf("%+v", got)
	}
}

func TestAPlaceInTheLine(t *testing.T) {
	now := tenOFour()
	b := twoHalls(now)
	b.Status("city-1", status(one, 1), now)
	mine := hall.ID{Agent: 1, Tag: 7, Serial: 3}
	b.Queue("city-1", now, uplink.QueueNow{Session: uplink.Session{Instance: one, Conn: 1}, Letters: []uplink.LetterQueue{
		{Letter: "A", Waiting: 3, P50Min: 14, P90Min: 31, Tickets: []hall.ID{{Agent: 1, Tag: 7, Serial: 1}, mine, {Agent: 1, Tag: 7, Serial: 4}},
			P50Mins: []int{2, 8, 11}, P90Mins: []int{5, 15, 22}}}})

	if p, ok := b.Place(mine, now); !ok || p.Letter != "A" || p.Ahead != 1 || p.P50Min != 8 || p.P90Min != 15 || p.Stale {
		t.Errorf("Place = %+v, %v: want one ahead, 8 to 15 minutes, not stale", p, ok)
	}
	if p, ok := b.Place(mine, now.Add(time.Hour)); !ok || !p.Stale || !p.AsOf.Equal(now) {
		t.Errorf("an hour of silence later: %+v, %v: want the place, stale as of %v", p, ok, now)
	}
	if _, ok := b.Place(hall.ID{Agent: 1, Tag: 7, Serial: 99}, now); ok {
		t.Error("a ticket that waits nowhere has a place")
	}
}

func TestTheDayBeginsWithNoSums(t *testing.T) {
	now := tenOFour()
	b := twoHalls(now)
	b.Count("city-1", Today{Window: "12", Day: hall.DayOf(now), Sums: figures.Sums{Served: 9, Ratable: 9, Levels: [5]int{0, 1, 0, 0, 3}}})
	v := b.Viewer(Desk, nil)
	if s := v.Snapshot(now).Sums; s.Served != 9 || *s.Rated != 4 || *s.Bad != 1 || *s.Satisfied != 3 {
		t.Errorf("sums today = %+v", s)
	}
	d, ok := v.Delta(now.Add(24 * time.Hour))
	if !ok || d.Sums == nil || d.Sums.Served != 0 {
		t.Errorf("the day after: %+v: want sums of nothing", d)
	}
	b.Count("city-1", Today{Window: "12", Day: hall.DayOf(now) - 1, Sums: figures.Sums{Served: 100}})
	if s := b.Viewer(Desk, nil).Snapshot(now).Sums; s.Served != 9 {
		t.Errorf("a late word about yesterday replaced today: %+v", s)
	}
}
