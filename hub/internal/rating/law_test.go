package rating

import (
	"testing"

	"hallpulse/firmware-protocol/hall"
)

// A hub that adopted nothing goes by the pack that is shipped.
func TestTheZeroLawHasThePackThatIsShipped(t *testing.T) {
	var l Law
	if got := l.Of(hall.DayOf(noon)); got != hall.DefaultPolicy() {
		t.Errorf("%+v", got)
	}
	if due := l.RatingDue(noon, "lan-1"); !due.Provisional || due.Day != hall.DayOf(noon)+7 {
		t.Errorf("due %+v", due)
	}
}
