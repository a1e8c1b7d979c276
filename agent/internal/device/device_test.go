package device

import (
	"bytes"
	"errors"
	"log/slog"
	"slices"
	"testing"

	"hallpulse/firmware-protocol/hall"
)

func TestAChangeIsToldOnceAndAgainUntilItIsKept(t *testing.T) {
	missing := hall.DeviceDown{Device: "d", Why: hall.TroubleMissing}
	taken := hall.DeviceDown{Device: "d", Why: hall.TroubleTaken}
	up := hall.DeviceUp{Device: "d"}
	var kept []hall.Fact
	var s standing
	for _, c := range []struct {
		fact hall.Fact
		full bool
	}{
		{missing, true}, {missing, true}, {missing, false}, {missing, false}, {taken, false}, {up, true}, {up, false}, {up, false}, {missing, false},
	} {
		err := s.tell(c.fact, func(f hall.Fact) error {
			if c.full {
				return errFull
			}
			kept = append(kept, f)
			return nil
		})
		if (err != nil) != c.full {
			t.Errorf("tell %v = %v", c.fact, err)
		}
	}
	if want := []hall.Fact{missing, taken, up, missing}; !slices.Equal(kept, want) {
		t.Errorf("kept %v, want %v", kept, want)
	}
}

func TestATroubleIsLoggedOnceUntilItChanges(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, nil))
	a, b := errors.New("a"), errors.New("b")
	var c complaint
	for _, err := range []error{a, a, b, b, nil, b, nil} {
		c.about(log, "port", err)
	}
	if n := bytes.Count(out.Bytes(), []byte("\n")); n != 3 {
		t.Errorf("%d lines logged, want 3 (a, b, and b again):\n%s", n, out.String())
	}
}
