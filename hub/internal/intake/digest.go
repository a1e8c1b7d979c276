package intake

import (
	"crypto/sha256"
	"encoding/binary"

	"hallpulse/firmware-protocol/uplink"
)

// Digest stands for what an event says, whatever its place: two events of one digest tell the same once.
type Digest [16]byte

// digestOf returns the digest of an event that could be read as one.
func digestOf(e *uplink.Event) Digest {
	h := sha256.New()
	var n [24]byte
	binary.BigEndian.PutUint64(n[:], uint64(e.At.UnixNano()))
	binary.BigEndian.PutUint64(n[8:], uint64(e.Start))
	binary.BigEndian.PutUint64(n[16:], uint64(e.UpMS))
	h.Write(n[:])
	h.Write([]byte(e.Type))
	h.Write([]byte{0})
	h.Write(e.Body)
	var sum [sha256.Size]byte
	h.Sum(sum[:0])
	return Digest(sum[:16])
}
