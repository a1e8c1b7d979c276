package hall

import (
	"errors"
	"testing"
)

// A PIN is proof of who sits at a window (design §7): what everybody tries first is none.
func TestAPINIsNotWhatAnybodyWouldTry(t *testing.T) {
	for _, tt := range []struct {
		pin, badge string
		want       error
	}{
		{"482907", "0317", nil},
		{"135790", "0317", nil},
		{"4829071", "0317", nil},
		{"482907482165", "0317", nil},
		{"48290", "0317", ErrPINForm},
		{"4829074829071", "0317", ErrPINForm},
		{"", "0317", ErrPINForm},
		{"48290a", "0317", ErrPINForm},
		{"４８２９０７", "0317", ErrPINForm},
		{"111111", "0317", ErrPINTrivial},
		{"000000", "0317", ErrPINTrivial},
		{"123456", "0317", ErrPINTrivial},
		{"012345678", "0317", ErrPINTrivial},
		{"789012", "0317", ErrPINTrivial}, // goes on after 9
		{"654321", "0317", ErrPINTrivial},
		{"112233", "0317", ErrPINTrivial},
		{"332211", "0317", ErrPINTrivial},
		{"121212", "0317", ErrPINTrivial},
		{"123123", "0317", ErrPINTrivial},
		{"482482482", "0317", ErrPINTrivial},
		{"800131", "0317", ErrPINTrivial}, // a birthday
		{"19800131", "0317", ErrPINTrivial},
		{"801331", "0317", nil}, // no month 13
		{"000317", "0317", ErrPINTrivial},
		{"031782", "0317", ErrPINTrivial},
		{"820317", "0317", ErrPINTrivial},
		{"482907", "482907", ErrPINTrivial},
		{"482907", "7", nil}, // of so short a badge every PIN holds something
		{"482907", "", nil},
	} {
		if err := CheckPIN(tt.pin, tt.badge); !errors.Is(err, tt.want) {
			t.Errorf("PIN %s of badge %s: %v, want %v", tt.pin, tt.badge, err, tt.want)
		}
	}
}
