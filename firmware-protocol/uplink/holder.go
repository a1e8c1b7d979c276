package uplink

import (
	"crypto/ed25519"
	"encoding/json"

	"hallpulse/firmware-protocol/hall"
)

const holderContext = "hallpulse/holder/1\n"

// Holder is what somebody does with a ticket in his hand at one agent of a hall, of which another knows more (design §3a). What
// he shows of it goes with it: who knows the ticket checks that himself.
type Holder struct {
	Agent string          `json:"agent"` // where he stands
	To    string          `json:"to"`
	Act   HolderAct       `json:"act"`
	Body  json.RawMessage `json:"body"` // as the kiosk's page sends it
}

// HolderAct is what the holder of a ticket does with it.
type HolderAct string

// The acts.
const (
	HolderFinds HolderAct = "find" // asks what there is to rate
	HolderRates HolderAct = "rate"
)

// maxHolderBody bounds what a page sends.
const maxHolderBody = hall.MaxMove / 2

// Check says what no holder can do; empty where he can.
func (h Holder) Check() string {
	switch {
	case h.Agent == "" || h.To == "" || h.Agent == h.To:
		return "agent and to"
	case h.Act != HolderFinds && h.Act != HolderRates:
		return "act"
	case len(h.Body) == 0 || len(h.Body) > maxHolderBody:
		return "body"
	}
	return ""
}

// SignHolder writes the signed text. The key is that of h.Agent.
func SignHolder(key ed25519.PrivateKey, h Holder) (string, error) { return sign(key, holderContext, h) }

// ReadHolder reads the signed text, by the keys of the hall's agents.
func ReadHolder(text string, fellows []Fellow) (Holder, error) {
	return readSigned(text, holderContext, fellows, func(h Holder) string { return h.Agent })
}
