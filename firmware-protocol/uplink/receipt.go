package uplink

import (
	"encoding/json"
	"fmt"
	"time"
)

// VerdictKind is what became of the meaning of an event whose bytes are kept (design §3).
type VerdictKind string

// Verdicts. Read is the rule and is not listed in receipts.
const (
	Read    VerdictKind = "read"
	Unknown VerdictKind = "unknown" // kept; this hub does not know the type
	Refused VerdictKind = "refused" // kept, counted, shown to an operator
)

// Why says why an event was refused or unknown: a closed list. Empty: it was read.
type Why string

// The reasons.
const (
	WhyType      Why = "type"      // unknown: a type this hub does not know
	WhyMalformed Why = "malformed" // no event, or a body that cannot be what it says
	WhySeq       Why = "seq"       // its seq is not its place in the epoch
	WhyForeign   Why = "foreign"   // speaks of a ticket or visit of another agent
	WhyMissing   Why = "missing"   // speaks of a ticket or visit nobody has told of
	WhyInternal  Why = "internal"  // the hub could not decide it
)

// Verdict is the answer to one event that was not simply read.
type Verdict struct {
	Seq  uint64      `json:"seq"`
	Kind VerdictKind `json:"kind"`
	Why  Why         `json:"why"`
}

// Receipt is the hub's answer to a batch, sent after its commit.
type Receipt struct {
	Instance string `json:"instance"`
	Epoch    string `json:"epoch"`
	First    uint64 `json:"first"` // these three name the batch that is answered
	// Through is the last seq up to which the bytes agree with the chain that the hub keeps, Chain its value there.
	Through uint64 `json:"through"`
	Chain   Chain  `json:"chain"`
	// Need, when set, is the seq from which everything must be sent again.
	Need uint64 `json:"need,omitempty"`
	// Fork says that the hub holds other bytes after Through.
	Fork     bool      `json:"fork,omitempty"`
	Verdicts []Verdict `json:"verdicts,omitempty"`
	HubTime  time.Time `json:"hub_time"`
}

// Encode writes the receipt.
func (r Receipt) Encode() ([]byte, error) { return json.Marshal(r) }

// ParseReceipt reads a receipt.
func ParseReceipt(data []byte) (Receipt, error) {
	var r Receipt
	if len(data) > MaxBatch {
		return r, fmt.Errorf("receipt: %d bytes are too many", len(data))
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return r, fmt.Errorf("receipt: %w", err)
	}
	if !ValidEpoch(r.Instance) || !ValidEpoch(r.Epoch) || r.First == 0 {
		return r, fmt.Errorf("receipt: names no batch")
	}
	return r, nil
}
