package uplink

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// Limits of what travels (design §3).
const (
	MaxEvent       = 16 << 10  // bytes of one encoded event
	MaxBatchEvents = 100       // events in one batch
	MaxBatchBoxes  = 100       // boxes in one batch: no event has more than one
	MaxBatch       = 256 << 10 // bytes of one batch, header and boxes included
)

// ErrEventTooLarge is returned when an event is written that no batch could carry.
var ErrEventTooLarge = fmt.Errorf("event is larger than %d bytes", MaxEvent)

// Event is the envelope of one fact. Times are as the agent read them and are never rewritten.
type Event struct {
	Seq   uint64          `json:"seq"` // from 1 in its epoch, without holes
	At    time.Time       `json:"at"`
	Clock hall.Clock      `json:"clock"`
	Start uint32          `json:"start"`
	UpMS  int64           `json:"up"`
	Type  hall.Type       `json:"type"`
	Body  json.RawMessage `json:"body"`
	Was   *Place          `json:"was,omitempty"` // where it stood before a fork or a hole

	// Box is the line of the box that the fact names, where there is one. It is no part of the event's bytes: it lies and
	// travels beside them, and goes with them.
	Box []byte `json:"-"`
}

// Place is one position in an agent's history.
type Place struct {
	Epoch string `json:"epoch"`
	Seq   uint64 `json:"seq"`
}

// NewEvent wraps a fact told at m. Seq is given by who keeps the event.
func NewEvent(m hall.Moment, f hall.Fact) (Event, error) {
	body, err := json.Marshal(f)
	if err != nil {
		return Event{}, fmt.Errorf("encode %s: %w", f.Type(), err)
	}
	return Event{At: m.At, Clock: m.Clock, Start: m.Start, UpMS: m.Up.Milliseconds(), Type: f.Type(), Body: body}, nil
}

// Encode writes the event as one JSON object without a line end.
func (e Event) Encode() ([]byte, error) {
	b, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("encode event: %w", err)
	}
	if len(b) > MaxEvent {
		return nil, fmt.Errorf("%s: %w", e.Type, ErrEventTooLarge)
	}
	return b, nil
}

// Unnumbered is an encoded event that waits for its seq: who gives seqs, one after the other, need not encode.
type Unnumbered struct {
	rest []byte
	Box  []byte // of the event, beside it
}

// Unnumbered encodes the event but for its seq. It refuses what could be too large under any seq.
func (e Event) Unnumbered() (Unnumbered, error) {
	e.Seq = math.MaxUint64
	b, err := e.Encode()
	if err != nil {
		return Unnumbered{}, err
	}
	return Unnumbered{rest: b[len(seqField)+maxSeqDigits:], Box: e.Box}, nil
}

// The encoding of an event begins with its seq.
const (
	seqField     = `{"seq":`
	maxSeqDigits = len("18446744073709551615")
)

// MaxLen is the length of the event under the greatest seq.
func (u Unnumbered) MaxLen() int { return len(seqField) + maxSeqDigits + len(u.rest) }

// Append appends to dst what Encode would write for the event with this seq.
func (u Unnumbered) Append(dst []byte, seq uint64) []byte {
	return append(strconv.AppendUint(append(dst, seqField...), seq, 10), u.rest...)
}

// ErrNotEvent is returned for bytes that are no event.
var ErrNotEvent = errors.New("not an event")

// DecodeEvent reads one event. Fields it does not know are ignored: a newer agent may say more.
func DecodeEvent(b []byte) (Event, error) {
	var e Event
	if len(b) > MaxEvent || bytes.IndexByte(b, '\n') >= 0 {
		return e, fmt.Errorf("%w: too long or more than one line", ErrNotEvent)
	}
	if err := json.Unmarshal(b, &e); err != nil {
		return e, fmt.Errorf("%w: %v", ErrNotEvent, err)
	}
	if e.Seq == 0 || e.Type == "" || len(e.Body) == 0 {
		return e, fmt.Errorf("%w: seq, type and body are needed", ErrNotEvent)
	}
	return e, nil
}

// Moment returns the clocks of the event as its agent read them.
func (e Event) Moment() hall.Moment {
	return hall.Moment{At: e.At, Clock: e.Clock, Start: e.Start, Up: time.Duration(e.UpMS) * time.Millisecond}
}
