package agent

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"

	"hallpulse/agent/internal/outbox"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// What the counter itself must show or print again of a person lies in bucketOwn, under the id of its case or notice,
// sealed with a key of the enrolment secret; until the case has ended, and at most ownDays after its last step (design §2).
const (
	bucketOwn = "own"
	ownDays   = 35
)

// errOwn: what lies there was sealed by another enrolment, or is damaged.
var errOwn = errors.New("personal data of the counter cannot be opened")

// ownCipher returns the cipher of what the counter keeps for itself.
func (i identity) ownCipher() (cipher.AEAD, error) {
	block, err := aes.NewCipher(i.Key().OwnKey())
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

const ownContext = "hallpulse/own/1/"

// sealOwn seals a text under the id of what it belongs to.
func (i identity) sealOwn(id hall.ID, t uplink.Text) (outbox.Put, error) {
	c, err := i.ownCipher()
	if err != nil {
		return outbox.Put{}, err
	}
	nonce := make([]byte, c.NonceSize())
	rand.Read(nonce) // never fails (crypto/rand)
	return outbox.Put{Bucket: bucketOwn, Key: []byte(id.String()), Value: c.Seal(nonce, nonce, t.Plain(), []byte(ownContext+id.String()))}, nil
}

// openOwn returns what sealOwn sealed.
func (i identity) openOwn(id hall.ID, sealed []byte) (uplink.Text, error) {
	c, err := i.ownCipher()
	if err != nil {
		return uplink.Text{}, err
	}
	if len(sealed) < c.NonceSize() {
		return uplink.Text{}, errOwn
	}
	plain, err := c.Open(nil, sealed[:c.NonceSize()], sealed[c.NonceSize():], []byte(ownContext+id.String()))
	if err != nil {
		return uplink.Text{}, errOwn
	}
	return uplink.ReadText(plain)
}

// dropOwn is the change that forgets a text.
func dropOwn(id hall.ID) outbox.Put { return outbox.Put{Bucket: bucketOwn, Key: []byte(id.String())} }

// sealAnew returns the changes that seal by the secret there is what the one before a rotation had sealed.
func (p *program) sealAnew() (puts []outbox.Put, err error) {
	for _, id := range p.reseal {
		put, err := p.id.sealOwn(id, p.own[id])
		if err != nil {
			return nil, err
		}
		puts = append(puts, put)
	}
	return puts, nil
}

// forgetFormer removes the secret before a rotation: nothing is sealed by it any more.
func (p *program) forgetFormer() error {
	if !p.former.enrolled() {
		return nil
	}
	p.former, p.reseal = identity{}, nil
	return os.Remove(filepath.Join(p.cfg.Data, formerFile))
}

// loadPrivate reads what is kept of persons. What cannot be opened any more, another enrolment's, is said once and left out.
func (p *program) loadPrivate() error {
	p.own = map[hall.ID]uplink.Text{}
	if !p.id.enrolled() {
		return nil
	}
	return p.box.Each(bucketOwn, func(k, v []byte) error {
		id, err := hall.ParseID(string(k))
		if err != nil {
			return fmt.Errorf("%s %q: %w", bucketOwn, k, err)
		}
		t, err := p.id.openOwn(id, v)
		if err != nil && p.former.enrolled() {
			if t, err = p.former.openOwn(id, v); err == nil {
				p.reseal = append(p.reseal, id)
			}
		}
		if err != nil {
			p.log.Error("personal data of the counter cannot be opened and is not shown", "of", id, "err", err)
			return nil
		}
		p.own[id] = t
		return nil
	})
}

// withOwn returns was with changes; the zero text forgets.
func withOwn(was map[hall.ID]uplink.Text, changes map[hall.ID]uplink.Text) map[hall.ID]uplink.Text {
	if len(changes) == 0 {
		return was
	}
	next := maps.Clone(was)
	for id, t := range changes {
		if t.IsZero() {
			delete(next, id)
		} else {
			next[id] = t
		}
	}
	return next
}

// boxKey returns the hub's key that boxes are sealed to; false: personal data cannot be kept, so it is not asked for.
func (p *program) boxKey(c uplink.Config) (uplink.BoxKey, bool) {
	if !p.id.enrolled() {
		return uplink.BoxKey{}, false
	}
	k, err := uplink.ReadBoxKey(c.BoxKey)
	return k, err == nil
}
