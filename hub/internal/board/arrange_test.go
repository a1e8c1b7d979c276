package board

import (
	"slices"
	"testing"

	"hallpulse/firmware-protocol/hall"
)

// A published catalogue is shown without a restart. What is known of a window that stays is not lost, one
// that is new is closed, one that is left out is not shown.
func TestAHallIsShownByAnotherCatalogue(t *testing.T) {
	now := tenOFour()
	b := twoHalls(now)
	first := cityHall().Windows[1]
	b.Keep("city-1", Kept{Window: first.ID, Epoch: "0123456789abcdef", Seq: 3, State: hall.WindowIsOpen, Since: now, Staff: first.Staff})
	next := cityHall()
	next.Windows = []hall.Window{{ID: "99", Unit: first.Unit, Services: first.Services}, first}
	b.Arrange(Hall{Agent: "city-1", Catalogue: next, SHA: "cc"})
	b.Arrange(Hall{Agent: "nobody", Catalogue: next}) // of an agent without a hall: nothing

	v := b.Viewer(Desk, nil)
	halls := v.Snapshot(now).Halls
	var ids []string
	for _, w := range halls[0].Windows {
		ids = append(ids, w.ID)
	}
	if !slices.Equal(ids, []string{"99", first.ID}) {
		t.Fatalf("windows %v", ids)
	}
	if w := halls[0].Windows[0]; w.State != hall.WindowIsClosed {
		t.Errorf("the new window is %s", w.State)
	}
	if w := halls[0].Windows[1]; w.State != hall.WindowIsOpen || w.Staff == nil {
		t.Errorf("the window that stays is %+v", w)
	}
	if len(halls[1].Windows) != len(townHall().Windows) {
		t.Error("the other hall has changed")
	}
}
