package uplink

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// Chain is a value of the hash chain over one epoch of one agent: h₀ = SHA-256("hallpulse/1" ‖ agent ‖ epoch),
// hₙ = SHA-256(hₙ₋₁ ‖ bytes of event n). Its text form is 64 hex digits.
type Chain [sha256.Size]byte

// ChainStart returns h₀ of an agent's epoch.
func ChainStart(agent, epoch string) Chain {
	return sha256.Sum256([]byte("hallpulse/1" + agent + epoch))
}

// Next returns the value after event.
func (c Chain) Next(event []byte) Chain {
	h := sha256.New()
	h.Write(c[:])
	h.Write(event)
	var n Chain
	h.Sum(n[:0])
	return n
}

func (c Chain) String() string { return hex.EncodeToString(c[:]) }

// MarshalText writes 64 hex digits.
func (c Chain) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads 64 hex digits.
func (c *Chain) UnmarshalText(b []byte) error {
	if hex.DecodedLen(len(b)) != len(c) {
		return fmt.Errorf("chain %q: want %d hex digits", b, 2*len(c))
	}
	_, err := hex.Decode(c[:], b)
	return err
}

var epochName = regexp.MustCompile(`^[0-9a-f]{16}$`)

// ValidEpoch reports whether s is 16 hex digits.
func ValidEpoch(s string) bool { return epochName.MatchString(s) }

// Sent is the agent's clocks when a batch was sent: the hub derives from it when events of an unset clock happened.
type Sent struct {
	At    time.Time  `json:"at"`
	Clock hall.Clock `json:"clock"`
	Start uint32     `json:"start"`
	UpMS  int64      `json:"up"`
}

// Header is the first line of a batch.
type Header struct {
	V        int    `json:"v"`
	Instance string `json:"instance"` // 16 hex digits, random for each start of the agent
	Epoch    string `json:"epoch"`
	First    uint64 `json:"first"` // seq of the first event, or the next one where there is none
	Prev     Chain  `json:"prev"`  // the chain at First − 1
	Count    int    `json:"count"`
	Sent     Sent   `json:"sent"`
	Private  int    `json:"private"` // sealed boxes after the events
}

// Batch is a header, the events exactly as they lie in the agent's store, so that nobody encodes them twice, and the boxes
// that the events name.
type Batch struct {
	Header
	Events [][]byte
	Boxes  [][]byte
}

// ErrNotBatch is returned for bytes that are no batch.
var ErrNotBatch = errors.New("not a batch")

// check says what no batch can be.
func (b Batch) check() error {
	switch {
	case b.V != Version:
		return fmt.Errorf("%w: version %d, this program speaks %d", ErrNotBatch, b.V, Version)
	case !ValidEpoch(b.Epoch) || !ValidEpoch(b.Instance):
		return fmt.Errorf("%w: epoch or instance is not 16 hex digits", ErrNotBatch)
	case b.First == 0 || b.First > 1<<62:
		return fmt.Errorf("%w: first is %d", ErrNotBatch, b.First)
	case b.Count < 0 || b.Count > MaxBatchEvents:
		return fmt.Errorf("%w: count is %d", ErrNotBatch, b.Count)
	case b.Private < 0 || b.Private > MaxBatchBoxes:
		return fmt.Errorf("%w: private is %d", ErrNotBatch, b.Private)
	}
	for _, e := range b.Events {
		if len(e) == 0 || len(e) > MaxEvent || bytes.IndexByte(e, '\n') >= 0 {
			return fmt.Errorf("%w: event of %d bytes, or of more than one line", ErrNotBatch, len(e))
		}
	}
	for _, box := range b.Boxes {
		if len(box) == 0 || len(box) > MaxBox || bytes.IndexByte(box, '\n') >= 0 {
			return fmt.Errorf("%w: box of %d bytes, or of more than one line", ErrNotBatch, len(box))
		}
	}
	return nil
}

// Encode writes the batch, sets V, Count and Private, and refuses what ParseBatch would refuse.
func (b Batch) Encode() ([]byte, error) {
	b.V, b.Count, b.Private = Version, len(b.Events), len(b.Boxes)
	if err := b.check(); err != nil {
		return nil, fmt.Errorf("encode batch: %w", err)
	}
	head, err := json.Marshal(b.Header)
	if err != nil {
		return nil, fmt.Errorf("encode batch: %w", err)
	}
	lines := slices.Concat(b.Events, b.Boxes)
	n := len(head) + 1
	for _, l := range lines {
		n += len(l) + 1
	}
	if n > MaxBatch {
		return nil, fmt.Errorf("encode batch: %w: %d bytes, more than %d", ErrNotBatch, n, MaxBatch)
	}
	out := append(make([]byte, 0, n), head...)
	out = append(out, '\n')
	for _, l := range lines {
		out = append(append(out, l...), '\n')
	}
	return out, nil
}

// ParseBatch reads a batch. The events and boxes are parts of data, which the caller must then leave alone; whether each is
// an event or a box is not looked at: one bad line never blocks the rest.
func ParseBatch(data []byte) (Batch, error) {
	var b Batch
	if len(data) > MaxBatch {
		return b, fmt.Errorf("%w: %d bytes, more than %d", ErrNotBatch, len(data), MaxBatch)
	}
	head, rest, ok := bytes.Cut(data, []byte{'\n'})
	if !ok {
		return b, fmt.Errorf("%w: no header line", ErrNotBatch)
	}
	if err := json.Unmarshal(head, &b.Header); err != nil {
		return b, fmt.Errorf("%w: header: %v", ErrNotBatch, err)
	}
	if err := b.check(); err != nil {
		return b, err
	}
	if b.Events, rest, ok = cutLines(rest, b.Count); !ok {
		return b, fmt.Errorf("%w: %d events announced, %d found", ErrNotBatch, b.Count, len(b.Events))
	}
	if b.Boxes, rest, ok = cutLines(rest, b.Private); !ok {
		return b, fmt.Errorf("%w: %d boxes announced, %d found", ErrNotBatch, b.Private, len(b.Boxes))
	}
	if err := b.check(); err != nil {
		return b, err
	}
	if len(rest) > 0 {
		return b, fmt.Errorf("%w: %d bytes after the last line", ErrNotBatch, len(rest))
	}
	return b, nil
}

// cutLines cuts n lines off data; false: there are fewer.
func cutLines(data []byte, n int) (lines [][]byte, rest []byte, ok bool) {
	for rest = data; n > 0; n-- {
		var l []byte
		if l, rest, ok = bytes.Cut(rest, []byte{'\n'}); !ok {
			return lines, rest, false
		}
		lines = append(lines, l)
	}
	return lines, rest, true
}
