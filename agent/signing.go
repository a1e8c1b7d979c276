package agent

import (
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"slices"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// Paper lives longer than a secret: what was signed before a rotation is signed by the same key whenever it is shown or
// printed again, so that the code on it stays right. These keys lie sealed with what is kept of persons, under an id that
// nothing has.

// signedFor is how long a key is kept that signs nothing new: longer than anybody may rate a ticket.
const signedFor = 90 // days

// formerKey signed what was named before a rotation.
type formerKey struct {
	Through uint32   `json:"through"` // serial of the last ticket or case
	Day     hall.Day `json:"day"`     // of the rotation
	Seed    []byte   `json:"seed"`
}

// sign signs a token; nil where nobody could check it, and of what another agent gave out. It is the same each time: a ticket
// printed twice is one ticket.
func (p *program) sign(t uplink.Token) []byte {
	if !p.id.enrolled() || t.Ticket.Agent != p.id.Number {
		return nil
	}
	for _, k := range p.formerKeys {
		if t.Ticket.Serial <= k.Through {
			return t.Sign(ed25519.NewKeyFromSeed(k.Seed))
		}
	}
	return t.Sign(p.id.Key().SigningKey())
}

// keepFormerKeys reads the keys of earlier secrets, the oldest first, and adds that of a secret that was replaced just now.
// What is to be sealed anew then is in p.own and p.reseal.
func (p *program) keepFormerKeys() error {
	if of, ok := p.own[hall.ID{}]; ok {
		if err := json.Unmarshal([]byte(of.Words), &p.formerKeys); err != nil {
			return fmt.Errorf("read the store: keys of earlier secrets: %w", err)
		}
	}
	if !p.former.enrolled() {
		return nil
	}
	seed := p.former.Key().SigningKey().Seed()
	today := hall.DayOf(p.clock.now().At)
	if !slices.ContainsFunc(p.formerKeys, func(k formerKey) bool { return slices.Equal(k.Seed, seed) }) {
		p.formerKeys = append(p.formerKeys, formerKey{p.serial, today, seed})
	}
	p.formerKeys = slices.DeleteFunc(p.formerKeys, func(k formerKey) bool { return today > k.Day+signedFor })
	p.own[hall.ID{}] = uplink.Text{Words: string(encode(p.formerKeys))}
	if !slices.Contains(p.reseal, hall.ID{}) {
		p.reseal = append(p.reseal, hall.ID{})
	}
	return nil
}
