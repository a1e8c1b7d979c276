package repair

import (
	"slices"

	"hallpulse/firmware-protocol/hall"
)

// CalledBack reports whether the citizen was called back in the round that runs: reached, or tried as often as the pack
// asks.
func (r Repair) CalledBack() bool {
	_, done := r.calledBack()
	return done
}

// ToldOverdue reports whether a rule of the clock has said that the deadline of the round that runs passed. Figures, which
// are kept by deeds alone, count by it.
func (r Repair) ToldOverdue() bool { return slices.Contains(r.Round.Escalated, hall.ClockedRepair) }
