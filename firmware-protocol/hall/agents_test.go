package hall

import (
	"slices"
	"strings"
	"testing"
)

// shared is a hall of two agents: first has A and B at window 1, second has C at window 2.
func shared() Catalogue {
	return Catalogue{
		Hall:     Site{ID: "h", Name: "大厅"},
		Units:    []Unit{{ID: "u", Name: "单位"}},
		Services: []Service{{Letter: "A", Name: "甲"}, {Letter: "B", Name: "乙"}, {Letter: "C", Name: "丙"}},
		Windows:  []Window{{ID: "1", Unit: "u", Services: []string{"A", "B"}}, {ID: "2", Unit: "u", Services: []string{"C"}}},
		Agents: []HallAgent{
			{Name: "first", Services: []string{"A", "B"}, Address: "192.168.1.21:8843"},
			{Name: "second", Services: []string{"C"}, Address: "[fd00::2]:8843"},
		},
	}
}

// TestAHallIsSharedOut holds design §3a: each letter and window has exactly one agent, and who is mistaken is told which.
func TestAHallIsSharedOut(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(c *Catalogue)
		says   string // empty: it is good
	}{
		{"each letter has one agent", func(*Catalogue) {}, ""},
		{"one agent need not be named", func(c *Catalogue) { c.Agents = nil }, ""},
		{"one agent may be named", func(c *Catalogue) { c.Agents = []HallAgent{{Name: "first", Services: []string{"A", "B", "C"}}} }, ""},
		{"an agent that is not on the network", func(c *Catalogue) { c.Agents[0].Address = "" }, ""},
		{"a part of a hall, cut out of it", func(c *Catalogue) { c.Services, c.Windows = c.Services[:2], c.Windows[:1] }, ""},
		{"a letter of nobody", func(c *Catalogue) { c.Agents[0].Services = []string{"A"} }, "letter B is of none"},
		{"a letter of two", func(c *Catalogue) { c.Agents[1].Services = []string{"B", "C"} }, "letter B is of first and second"},
		{"a window between two agents", func(c *Catalogue) { c.Windows[1].Services = []string{"C", "A"} }, "windows 2: calls C of agent second and A of agent first"},
		{"a name given twice", func(c *Catalogue) { c.Agents[1].Name = "first" }, `agents[1] name "first"`},
		{"no name", func(c *Catalogue) { c.Agents[1].Name = "第二" }, "agents[1] name"},
		{"an address without a port", func(c *Catalogue) { c.Agents[0].Address = "192.168.1.21" }, "want host:port"},
		{"one address for two", func(c *Catalogue) { c.Agents[1].Address = c.Agents[0].Address }, "is that of another agent too"},
		{"an agent without letters", func(c *Catalogue) { c.Agents = append(c.Agents, HallAgent{Name: "third"}) }, "agents third: services is empty"},
	} {
		t.Run(c.name, func(t *testing.T) {
			one := shared()
			c.change(&one)
			err := one.Validate()
			if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("%v, want %q", err, c.says)
			}
		})
	}
}

// TestEachAgentRunsItsPart: its letters, its windows, and all that is the hall's.
func TestEachAgentRunsItsPart(t *testing.T) {
	c := shared()
	letters := func(p *Catalogue) (all string) {
		for _, s := range p.Services {
			all += s.Letter
		}
		for _, w := range p.Windows {
			all += w.ID
		}
		return all
	}
	for agent, want := range map[string]string{"first": "AB1", "second": "C2", "third": ""} {
		if p := c.Part(agent); letters(p) != want || len(p.Units) != 1 {
			t.Errorf("%s has %q, want %q, and every unit", agent, letters(p), want)
		}
	}
	if c.Owner("C") != "second" || c.OwnerOf("1") != "first" || c.Owner("Z") != "" || c.OwnerOf("9") != "" {
		t.Error("a letter or a window has another owner than its agent")
	}
	alone := shared()
	alone.Agents = alone.Agents[:1]
	if alone.Part("anybody") != &alone || alone.Owner("A") != "" || slices.ContainsFunc(alone.Fellows(), func(HallAgent) bool { return true }) {
		t.Error("a hall with one agent is not its agent's")
	}
}
