package broker

import (
	"crypto/sha256"
	"fmt"
	"log/slog"
	"strings"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"

	"hallpulse/firmware-protocol/uplink"
)

// protocol is MQTT 3.1.1, what agents speak. Version 5 adds delayed wills and topic aliases: more ways to be wrong.
const protocol = 4

// maxKeepalive, in seconds, cuts off who is silent for longer, whatever he announced.
const maxKeepalive = 300

// hook is where mochi asks. It decides who comes in, what he may say and hear, and hands what was said to the handler.
type hook struct {
	mqtt.HookBase
	accounts Accounts
	handler  Handler
	log      *slog.Logger
	door     *door
	clients  *mqtt.Clients
}

func (h *hook) ID() string { return "hallpulse" }

func (h *hook) Provides(b byte) bool {
	switch b {
	case mqtt.OnConnect, mqtt.OnConnectAuthenticate, mqtt.OnSessionEstablish, mqtt.OnSessionEstablished, mqtt.OnDisconnect,
		mqtt.OnPacketRead, mqtt.OnACLCheck, mqtt.OnPublish, mqtt.OnWill, mqtt.OnWillSent:
		return true
	}
	return false
}

func (h *hook) OnConnect(cl *mqtt.Client, _ packets.Packet) error {
	if cl.State.Keepalive == 0 || cl.State.Keepalive > maxKeepalive {
		cl.State.Keepalive = maxKeepalive
	}
	return nil
}

// OnConnectAuthenticate lets in an agent that shows its password, calls itself <agent>-<instance>, and leaves no will
// but its own status (mochi asks no access table for wills).
func (h *hook) OnConnectAuthenticate(cl *mqtt.Client, pk packets.Packet) bool {
	agent := string(cl.Properties.Username)
	why := h.refusal(agent, cl, pk)
	if why != "" {
		h.log.Warn("agent refused", "agent", agent, "remote", cl.Net.Remote, "why", why)
	}
	return why == ""
}

func (h *hook) refusal(agent string, cl *mqtt.Client, pk packets.Packet) string {
	if !h.accounts.Admit(agent, sha256.Sum256(pk.Connect.Password)) {
		return "unknown, revoked, or its secret is not the one that `hall-hub agent add` or `rotate` printed last"
	}
	if cl.Properties.ProtocolVersion != protocol {
		return "does not speak MQTT 3.1.1"
	}
	if instance, ok := strings.CutPrefix(cl.ID, agent+"-"); !ok || !uplink.ValidEpoch(instance) {
		return "client id is not <agent>-<instance>"
	}
	if pk.Connect.WillFlag && !may(agent, will, pk.Connect.WillTopic, len(pk.Connect.WillPayload)) {
		return fmt.Sprintf("may not leave a will of %d bytes on %q", len(pk.Connect.WillPayload), pk.Connect.WillTopic)
	}
	return ""
}

// OnSessionEstablish ends the connection whose place this one takes, before mochi does: its own way is a race in which
// the old connection can take the new one's subscriptions with it, and an agent would wait for receipts for ever.
func (h *hook) OnSessionEstablish(cl *mqtt.Client, _ packets.Packet) {
	if old, ok := h.clients.Get(cl.ID); ok && old.Net.Conn != nil {
		old.Stop(packets.ErrSessionTakenOver)
		h.door.end(old.Net.Conn)
	}
}

// OnSessionEstablished asks once more, now that Disconnect can see the client: who was revoked between the two is out.
func (h *hook) OnSessionEstablished(cl *mqtt.Client, _ packets.Packet) {
	agent := string(cl.Properties.Username)
	if !h.accounts.May(agent) {
		cl.Stop(packets.ErrNotAuthorized)
		return
	}
	h.log.Info("agent connected", "agent", agent, "client", cl.ID, "remote", cl.Net.Remote)
}

func (h *hook) OnDisconnect(cl *mqtt.Client, err error, _ bool) {
	h.log.Info("agent disconnected", "agent", string(cl.Properties.Username), "client", cl.ID, "cause", err)
}

// OnPacketRead refuses what an agent may not publish before mochi looks at it: one answer, the end of the connection,
// for every topic and QoS. Left to itself mochi is silent about $SYS and about QoS 0.
func (h *hook) OnPacketRead(cl *mqtt.Client, pk packets.Packet) (packets.Packet, error) {
	if pk.FixedHeader.Type != packets.Publish {
		return pk, nil
	}
	agent := string(cl.Properties.Username)
	if may(agent, publish, pk.TopicName, len(pk.Payload)) && pk.FixedHeader.Qos <= 1 {
		return pk, nil
	}
	h.log.Warn("agent cut off: it may not publish this",
		"agent", agent, "topic", pk.TopicName, "bytes", len(pk.Payload), "qos", pk.FixedHeader.Qos)
	return pk, packets.ErrRejectPacket
}

// OnACLCheck is asked for every filter an agent subscribes to and for every message before it goes out to it.
func (h *hook) OnACLCheck(cl *mqtt.Client, topic string, write bool) bool {
	agent, want := string(cl.Properties.Username), subscribe
	if write {
		want = publish
	}
	ok := may(agent, want, topic, 0)
	if !ok {
		h.log.Warn("agent refused: it may not subscribe to this", "agent", agent, "filter", topic)
	}
	return ok
}

// OnPublish takes what agents say out of the broker's hands: no subscriber, no queue, no drop (traps "Broker").
func (h *hook) OnPublish(cl *mqtt.Client, pk packets.Packet) (packets.Packet, error) {
	if cl.Net.Inline {
		return pk, nil // what the hub itself says
	}
	agent, leaf, _ := uplink.ParseTopic(pk.TopicName)
	if leaf == uplink.LeafEvents {
		h.handler.Events(agent, pk.Payload)
	} else {
		h.handler.Presence(agent, leaf, pk.Payload)
	}
	return pk, packets.CodeSuccessIgnore
}

// OnWill keeps wills out of the retained messages: the hub's own model remembers presence.
func (h *hook) OnWill(_ *mqtt.Client, w mqtt.Will) (mqtt.Will, error) {
	w.Retain = false
	return w, nil
}

func (h *hook) OnWillSent(_ *mqtt.Client, pk packets.Packet) {
	agent, leaf, _ := uplink.ParseTopic(pk.TopicName)
	h.handler.Presence(agent, leaf, pk.Payload)
}
