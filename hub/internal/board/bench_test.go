package board

import (
	"fmt"
	"testing"

	"hallpulse/firmware-protocol/hall"
)

// BenchmarkDelta: one window of 2,000 changes, one viewer is told.
func BenchmarkDelta(b *testing.B) {
	now := tenOFour()
	var halls []Hall
	for i := range 200 {
		c := cityHall()
		c.Hall.ID, c.Windows = fmt.Sprint("hall-", i), nil
		for w := range 10 {
			c.Windows = append(c.Windows, hall.Window{ID: fmt.Sprint(w), Floor: "一楼", Unit: "police", Services: []string{"A"}})
		}
		halls = append(halls, Hall{Agent: fmt.Sprint("agent-", i), Catalogue: c})
	}
	board := New(Name{Name: "中心"}, halls, now)
	for i := range halls {
		board.Status(halls[i].Agent, status(one, 1), now)
	}
	v := board.Viewer(Desk, nil)
	v.Snapshot(now)
	for seq := uint64(1); b.Loop(); seq++ {
		w := serving(one, 1, e1, seq, fmt.Sprint("A", seq))
		w.Window = "5"
		board.Window("agent-77", now, w)
		if d, ok := v.Delta(now); !ok || len(d.Windows) != 1 {
			b.Fatalf("delta %+v", d)
		}
	}
}
