// Package inspection stands in for the room of inspections until it is here.
package inspection

import (
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/rating"
)

type State string
type Inspection struct {
	ID                       string
	Opening                  int64
	Kind, State              State
	Hall, Quarter, Inspector string
	Due                      hall.Deadline
}

func (r Inspection) Apply(f hall.Fact, at time.Time, pos int64) Inspection { return r }
func (r Inspection) Wakes() time.Time                                      { return time.Time{} }
func (r Inspection) Tick(now time.Time, law rating.Law) []hall.Fact        { return nil }
func (r Inspection) Open() bool                                            { return true }
