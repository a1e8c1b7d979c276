package board

import (
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// TestAHallOfTwoAgentsIsOneHall: screens see one hall, with the lines of both, and the agent that needs somebody (design §3a).
func TestAHallOfTwoAgentsIsOneHall(t *testing.T) {
	c := &hall.Catalogue{
		Hall: hall.Site{ID: "h", Name: "大厅"}, Units: []hall.Unit{{ID: "u", Name: "单位"}},
		Services: []hall.Service{{Letter: "A", Name: "甲"}, {Letter: "B", Name: "乙"}},
		Windows:  []hall.Window{{ID: "1", Unit: "u", Services: []string{"A"}}, {ID: "2", Unit: "u", Services: []string{"B"}}},
		Agents:   []hall.HallAgent{{Name: "one", Services: []string{"A"}}, {Name: "two", Services: []string{"B"}}},
	}
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, hall.Beijing())
	whole := Hall{Catalogue: c, SHA: "aa"}
	b := New(Name{Name: "中心"}, []Hall{whole}, now.Add(-time.Hour))
	for n, agent := range []string{"one", "two"} {
		s := uplink.Session{Instance: agent, Conn: 1}
		b.Status(agent, uplink.Status{Session: s, Online: true, At: now, Catalogue: "aa"}, now)
		b.Queue(agent, now, uplink.QueueNow{Session: s, At: now, Letters: []uplink.LetterQueue{{Letter: string(rune('A' + n)), Waiting: 2 + n}}})
	}
	b.Window("one", now, uplink.WindowNow{Session: uplink.Session{Instance: "one", Conn: 1}, Window: "2", Ticket: "X001", State: hall.WindowIsServing}) // not its own
	today := hall.DayOf(now)
	b.Owe(today, map[string]Due{"one": {today, 1, 0}, "two": {today, 2, 4}})
	p := b.Viewer(Desk, nil).Snapshot(now)
	if d := p.Halls[0].Cases; d == nil || *d != (Due{today, 3, 4}) {
		t.Errorf("due at both: %+v", d)
	}
	if len(p.Halls) != 1 || len(p.Halls[0].Windows) != 2 || len(p.Halls[0].Queue) != 2 || p.Halls[0].Waiting == nil || *p.Halls[0].Waiting != 5 {
		t.Fatalf("%+v", p.Halls)
	}
	if p.Halls[0].Windows[1].Ticket != "" {
		t.Error("an agent is believed about another's window")
	}
	late := now.Add(silence + time.Minute)
	b.Status("one", uplink.Status{Session: uplink.Session{Instance: "one", Conn: 1}, Online: true, At: late, Catalogue: "aa"}, late)
	p = b.Viewer(Desk, nil).Snapshot(late)
	if a := p.Halls[0].Agent; a.Name != "two" || a.Link != linkSilent || p.Halls[0].Windows[0].Stale || !p.Halls[0].Windows[1].Stale {
		t.Errorf("the silent one is %+v", a)
	}
	if whole.AgentOf("2", "") != "two" || whole.AgentOf("", "A") != "one" || whole.AgentOf("", "") != "one" || !whole.HasAgent("two") || whole.HasAgent("three") {
		t.Error("a window or letter has another agent")
	}
	alone := *c
	alone.Agents = nil
	b.Arrange(Hall{Agent: "one", Catalogue: &alone, SHA: "bb"})
	if p := b.Viewer(Desk, nil).Snapshot(late); len(p.Halls) != 1 || len(p.Halls[0].Windows) != 2 || p.Halls[0].Agent.Name != "one" {
		t.Errorf("one agent has it all: %+v", p.Halls)
	}
}
