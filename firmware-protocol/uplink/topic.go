package uplink

import (
	"regexp"
	"strings"
)

const root = "hall/v1/"

// The last parts of the topics hall/v1/<agent>/…. What the hub says goes at QoS 0: it repeats all of it until it took
// effect, and at QoS 1 one client that does not read could keep the hub's own broker from answering the others.
const (
	LeafEvents  = "events"  // agent → hub, QoS 1
	LeafReceipt = "receipt" // hub → agent, QoS 0
	LeafConfig  = "config"  // hub → agent, QoS 0, retained
	LeafCommand = "command" // hub → agent, QoS 0
	LeafStatus  = "status"  // agent → hub, QoS 1, retained, also the last will
	LeafQueue   = "queue"   // agent → hub, QoS 1, retained
	LeafWindow  = "window/" // agent → hub, QoS 1, retained, followed by the window's id
)

var (
	agentName = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)
	windowID  = regexp.MustCompile(`^[A-Za-z0-9-]{1,16}$`)
)

// ValidAgent reports whether name can name an agent.
func ValidAgent(name string) bool { return agentName.MatchString(name) }

// Topic returns the topic of agent that ends in leaf.
func Topic(agent, leaf string) string { return root + agent + "/" + leaf }

// ParseTopic splits a topic into agent and leaf. Everything that is not exactly one of ours, wildcards included, is
// refused.
func ParseTopic(topic string) (agent, leaf string, ok bool) {
	rest, ok := strings.CutPrefix(topic, root)
	if !ok {
		return "", "", false
	}
	agent, leaf, ok = strings.Cut(rest, "/")
	if !ok || !ValidAgent(agent) {
		return "", "", false
	}
	switch leaf {
	case LeafEvents, LeafReceipt, LeafConfig, LeafCommand, LeafStatus, LeafQueue:
		return agent, leaf, true
	}
	if id, isWindow := strings.CutPrefix(leaf, LeafWindow); isWindow && windowID.MatchString(id) {
		return agent, leaf, true
	}
	return "", "", false
}
