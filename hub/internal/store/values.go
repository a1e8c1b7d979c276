package store

import (
	"fmt"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// Values as the database keeps them: moments as unix milliseconds, NULL for none; names as their text, empty for none;
// the 64 bits of a pad's uid as a signed number.

func ms(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

func name(id hall.ID) string {
	if id.IsZero() {
		return ""
	}
	return id.String()
}

// moment reads a moment.
type moment struct{ to *time.Time }

func (m moment) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*m.to = time.Time{}
	case int64:
		*m.to = time.UnixMilli(v).UTC()
	default:
		return fmt.Errorf("moment is a %T", v)
	}
	return nil
}

// dayOrNone is a day; NULL for none.
func dayOrNone(d hall.Day) any {
	if d == 0 {
		return nil
	}
	return int64(d)
}

// day reads a day that is NULL for none.
type day struct{ to *hall.Day }

func (d day) Scan(v any) error {
	n, _ := v.(int64)
	*d.to = hall.Day(n)
	return nil
}

// span reads a number of milliseconds.
type span struct{ to *time.Duration }

func (s span) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return fmt.Errorf("span is a %T", v)
	}
	*s.to = time.Duration(n) * time.Millisecond
	return nil
}

// ident reads the name of a ticket or visit.
type ident struct{ to *hall.ID }

func (i ident) Scan(v any) error {
	text, ok := v.(string)
	if !ok {
		return fmt.Errorf("name is a %T", v)
	}
	return i.to.UnmarshalText([]byte(text))
}

// bits reads 64 bits kept as a signed number; NULL is none.
type bits[N ~uint64] struct{ to *N }

func (b bits[N]) Scan(v any) error {
	n, _ := v.(int64)
	*b.to = N(n)
	return nil
}

// small reads a number that is NULL for none.
type small struct{ to *uint32 }

func (s small) Scan(v any) error {
	n, _ := v.(int64)
	*s.to = uint32(n)
	return nil
}

// text reads a text that is NULL for none.
type text struct{ to *string }

func (t text) Scan(v any) error {
	*t.to, _ = v.(string)
	return nil
}

// link reads a chain value.
type link struct{ to *uplink.Chain }

func (l link) Scan(v any) error {
	b, ok := v.([]byte)
	if !ok || len(b) != len(l.to) {
		return fmt.Errorf("chain value is %d bytes", len(b))
	}
	copy(l.to[:], b)
	return nil
}
