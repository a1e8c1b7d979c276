package hall

import "testing"

func FuzzParseDay(f *testing.F) {
	for _, s := range []string{"2026-11-23", "1970-01-01", "2149-06-06", "2026-02-29", "2026-1-1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := ParseDay(s); err == nil && d.String() != s {
			t.Fatalf("%q is read as %s", s, d)
		}
	})
}

func FuzzTimeOfDay(f *testing.F) {
	for _, s := range []string{"09:00", "23:59", "00:00", "24:00", "9:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var at, again TimeOfDay
		if at.UnmarshalText([]byte(s)) != nil {
			return
		}
		if err := again.UnmarshalText([]byte(at.String())); err != nil || again != at || at < 0 || at >= 24*60 {
			t.Fatalf("%q is read as %s, and that as %s, %v", s, at, again, err)
		}
	})
}

func FuzzPadUID(f *testing.F) {
	for _, s := range []string{"1122334455667788", "0000000000000000", "ffffffffffffffff", "112233445566778A"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var u PadUID
		if u.UnmarshalText([]byte(s)) == nil && u.String() != s {
			t.Fatalf("%q is read as %s", s, u)
		}
	})
}

func FuzzParseQuarter(f *testing.F) {
	for _, s := range []string{"2026-Q4", "2026-Q5", "0-Q1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if q, err := ParseQuarter(s); err == nil && string(q) != s {
			t.Fatalf("%q is read as %s", s, q)
		}
	})
}
