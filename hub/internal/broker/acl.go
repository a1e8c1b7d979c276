package broker

import (
	"strings"

	"hallpulse/firmware-protocol/uplink"
)

// right is what an agent may do with a topic.
type right uint8

const (
	publish right = 1 << iota
	subscribe
	will
)

// rule says what an agent may do with one of its own topics, and how large a message of it may be.
type rule struct {
	rights right
	max    int
}

// ruleOf is the whole access table (design §3). Rows are the leaves of hall/v1/<agent>/…; what is not in it is refused,
// and so is every topic of another agent, every wildcard, $SYS and $share.
func ruleOf(leaf string) rule {
	switch {
	case leaf == uplink.LeafEvents:
		return rule{publish, uplink.MaxBatch}
	case leaf == uplink.LeafStatus:
		return rule{publish | will, 16 << 10}
	case leaf == uplink.LeafQueue:
		return rule{publish, uplink.MaxQueue}
	case strings.HasPrefix(leaf, uplink.LeafWindow):
		return rule{publish, 16 << 10}
	case leaf == uplink.LeafReceipt, leaf == uplink.LeafConfig, leaf == uplink.LeafCommand:
		return rule{subscribe, 0}
	}
	return rule{}
}

// may reports whether agent has the right to topic for a message of size bytes.
func may(agent string, want right, topic string, size int) bool {
	owner, leaf, ok := uplink.ParseTopic(topic)
	if !ok || owner != agent {
		return false
	}
	r := ruleOf(leaf)
	return r.rights&want != 0 && size <= r.max
}
