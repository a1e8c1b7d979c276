package hall

import (
	"regexp"
	"slices"
	"strings"
)

// HallAgent is one of the agents of a hall that has several (design §3a): the letters that are its own, and where it is
// reached on the hall's network. A letter is issued and called by its agent alone; a window belongs to the agent whose
// letters it calls.
type HallAgent struct {
	Name     string   `json:"name" yaml:"name"`                 // as the hub enrols it
	Services []string `json:"services" yaml:"services"`         // letters
	Address  string   `json:"address,omitempty" yaml:"address"` // host:port of its desk.lan; empty: it is not on the hall's network
}

// Fellows returns the agents that share the hall. One that has none of its letters has no part in it: a catalogue that was
// cut to one counter is still good. Fewer than two: a single agent has it all, whatever its name.
func (c *Catalogue) Fellows() []HallAgent {
	var all []HallAgent
	for _, a := range c.Agents {
		if slices.ContainsFunc(c.Services, func(s Service) bool { return slices.Contains(a.Services, s.Letter) }) {
			all = append(all, a)
		}
	}
	if len(all) < 2 {
		return nil
	}
	return all
}

// Fellow finds one of the agents that share the hall.
func (c *Catalogue) Fellow(name string) (HallAgent, bool) {
	return find(c.Fellows(), func(a HallAgent) bool { return a.Name == name })
}

// Owner returns the agent whose letter it is; empty: the hall has one agent, or no such letter.
func (c *Catalogue) Owner(letter string) string {
	a, _ := find(c.Fellows(), func(a HallAgent) bool { return slices.Contains(a.Services, letter) })
	return a.Name
}

// OwnerOf returns the agent whose window it is; empty as for Owner.
func (c *Catalogue) OwnerOf(window string) string {
	w, ok := c.Window(window)
	if !ok || len(w.Services) == 0 {
		return ""
	}
	return c.Owner(w.Services[0])
}

// Part returns what of the hall is one agent's: its letters and its windows. Everything else is the hall's. A hall with a
// single agent is its part. It must not be changed; of others' letters it knows no more.
func (c *Catalogue) Part(agent string) *Catalogue {
	if len(c.Fellows()) == 0 {
		return c
	}
	part := *c
	part.Services, part.Windows = nil, nil
	for _, s := range c.Services {
		if c.Owner(s.Letter) == agent {
			part.Services = append(part.Services, s)
		}
	}
	for _, w := range c.Windows {
		if c.OwnerOf(w.ID) == agent {
			part.Windows = append(part.Windows, w)
		}
	}
	return &part
}

// agentName matches what the hub enrols; agentAddress host:port, where an IPv6 host stands in brackets.
var (
	agentName    = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)
	agentAddress = regexp.MustCompile(`^([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:]{2,45}\]):[0-9]{1,5}$`)
)

// validateAgents names the faults of how the hall is shared out.
func (c *Catalogue) validateAgents(fault func(format string, args ...any)) {
	var names, addresses []string
	for n, a := range c.Agents {
		if !agentName.MatchString(a.Name) || slices.Contains(names, a.Name) {
			fault("agents[%d] name %q: want each once, 1 to 32 of a-z, 0-9 and -, as hall-hub agent add had it", n, a.Name)
		}
		if a.Address != "" && !agentAddress.MatchString(a.Address) {
			fault("agents %s: address %q: want host:port of its desk.lan, as in 192.168.1.21:8843", a.Name, a.Address)
		} else if a.Address != "" && slices.Contains(addresses, a.Address) {
			fault("agents %s: address %s is that of another agent too", a.Name, a.Address)
		}
		names, addresses = append(names, a.Name), append(addresses, a.Address)
		if len(a.Services) == 0 {
			fault("agents %s: services is empty: name the letters that are its own", a.Name)
		}
	}
	owners := func(letter string) (all []string) {
		for _, a := range c.Agents {
			if slices.Contains(a.Services, letter) {
				all = append(all, a.Name)
			}
		}
		return all
	}
	if len(c.Agents) > 0 {
		for _, s := range c.Services {
			switch all := owners(s.Letter); {
			case len(all) == 0:
				fault("agents: letter %s is of none of them: nobody would issue it or call it", s.Letter)
			case len(all) > 1:
				fault("agents: letter %s is of %s: a letter has one agent", s.Letter, strings.Join(all, " and "))
			}
		}
	}
	for _, w := range c.Windows {
		for _, l := range w.Services {
			if first, other := c.OwnerOf(w.ID), c.Owner(l); first != other {
				fault("windows %s: calls %s of agent %s and %s of agent %s: windows that share a queue share an agent, give both letters to one", w.ID, w.Services[0], first, l, other)
			}
		}
	}
}
