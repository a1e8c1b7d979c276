package hall

import (
	"fmt"
	"strconv"
	"strings"
)

// ID names a ticket or a visit for ever. Tag is drawn at random at each start of the agent, so that an agent that
// lost its store does not give a name twice (design §5). Its text form is agent-tag-serial, as in 3-9f2c-17.
type ID struct {
	Agent  uint32 // the agent's number, 24 bits, from 1
	Tag    uint16
	Serial uint32 // from 1
}

// MaxAgent is the greatest number an agent can have: tokens carry it in three bytes.
const MaxAgent = 1<<24 - 1

// IsZero reports whether id names nothing.
func (id ID) IsZero() bool { return id == ID{} }

func (id ID) String() string {
	return fmt.Sprintf("%d-%04x-%d", id.Agent, id.Tag, id.Serial)
}

// ParseID reads the text form. Each ID has one: neither signs, capitals nor leading zeros are read.
func ParseID(s string) (ID, error) {
	p := strings.Split(s, "-")
	if len(p) != 3 || len(p[1]) != 4 {
		return ID{}, fmt.Errorf("id %q: want agent-tag-serial", s)
	}
	a, err1 := strconv.ParseUint(p[0], 10, 24)
	t, err2 := strconv.ParseUint(p[1], 16, 16)
	n, err3 := strconv.ParseUint(p[2], 10, 32)
	if err1 != nil || err2 != nil || err3 != nil {
		return ID{}, fmt.Errorf("id %q: want agent-tag-serial", s)
	}
	id := ID{uint32(a), uint16(t), uint32(n)}
	if id.String() != s {
		return ID{}, fmt.Errorf("id %q: it is written %s", s, id)
	}
	return id, nil
}

// MarshalText writes the text form; the zero ID is empty.
func (id ID) MarshalText() ([]byte, error) {
	if id.IsZero() {
		return []byte{}, nil
	}
	return []byte(id.String()), nil
}

// UnmarshalText reads the text form; the empty text is the zero ID.
func (id *ID) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*id = ID{}
		return nil
	}
	*id, err = ParseID(string(b))
	return err
}

// PadUID is the 64-bit identity burnt into a rating pad. All zeros and all ones are none (design §1.1).
type PadUID uint64

// Known reports whether the pad has an identity.
func (u PadUID) Known() bool { return u != 0 && u != ^PadUID(0) }

func (u PadUID) String() string { return fmt.Sprintf("%016x", uint64(u)) }

// MarshalText writes 16 hex digits.
func (u PadUID) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// UnmarshalText reads 16 hex digits.
func (u *PadUID) UnmarshalText(b []byte) error {
	n, err := strconv.ParseUint(string(b), 16, 64)
	if err != nil || PadUID(n).String() != string(b) {
		return fmt.Errorf("pad uid %q: want 16 hex digits", b)
	}
	*u = PadUID(n)
	return nil
}

// AgeUnknown marks a press of which the pad cannot say how old it is.
const AgeUnknown int64 = -1

// Press is one press of a key, as the pad that keeps it names it. (UID, Boot, Seq) is unique over all halls.
type Press struct {
	UID   PadUID `json:"uid"`
	Boot  uint32 `json:"boot"`
	Seq   uint32 `json:"seq"`
	Level Level  `json:"level"`
	AgeMS int64  `json:"age_ms"` // at arrival; AgeUnknown where the pad lost count
}

// Key is the part of a press that names it.
func (p Press) Key() PressKey { return PressKey{p.UID, p.Boot, p.Seq} }

// PressKey names a press.
type PressKey struct {
	UID  PadUID `json:"uid"`
	Boot uint32 `json:"boot"`
	Seq  uint32 `json:"seq"`
}
