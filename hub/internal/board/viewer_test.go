package board

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/figures"
)

// apply is what a screen does with a delta.
func apply(s Snapshot, d Delta) Snapshot {
	s.N, s.At = d.N, d.At
	halls := make([]HallWhole, len(s.Halls))
	for i, h := range s.Halls {
		h.Windows = append([]Window(nil), h.Windows...)
		for _, n := range d.Halls {
			if n.ID == h.ID {
				h.HallNow = n
			}
		}
		for _, n := range d.Windows {
			for j, w := range h.Windows {
				if n.Hall == h.ID && n.ID == w.ID {
					h.Windows[j] = n
				}
			}
		}
		halls[i] = h
	}
	s.Halls = halls
	if d.Sums != nil {
		s.Sums = *d.Sums
	}
	if d.Alerts != nil {
		s.Alerts = *d.Alerts
	}
	return s
}

// TestDeltasAddUp: whatever happens, a screen that joined early and applied every delta shows what one that joins now
// is told.
func TestDeltasAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := tenOFour()
		b := twoHalls(now)
		v := b.Viewer(rapid.SampledFrom([]View{Desk, Wall}).Draw(t, "view"), rapid.SampledFrom([][]string{nil, {"town"}}).Draw(t, "halls"))
		screen := v.Snapshot(now)
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 200).Draw(t, "seconds")) * time.Second)
			happen(t, b, now)
			if d, changed := v.Delta(now); changed {
				if d.N != screen.N+1 {
					t.Fatalf("delta %d follows message %d", d.N, screen.N)
				}
				screen = apply(screen, d)
			}
			screen.At = moment(now)
			if got, want := encode(t, screen), encode(t, v.Snapshot(now)); got != want {
				t.Fatalf("the screen shows\n%s\nwant\n%s", got, want)
			}
			fresh := b.Viewer(v.view, v.halls)
			fresh.n = v.n
			if got, want := encode(t, screen), encode(t, fresh.Snapshot(now)); got != want {
				t.Fatalf("the screen shows\n%s\nthe board is\n%s", got, want)
			}
		}
	})
}

func happen(t *rapid.T, b *Board, now time.Time) {
	agent := rapid.SampledFrom([]string{"city-1", "town-1"}).Draw(t, "agent")
	instance := rapid.SampledFrom([]string{one, two}).Draw(t, "instance")
	conn, seq := uint64(rapid.IntRange(1, 3).Draw(t, "conn")), uint64(rapid.IntRange(1, 30).Draw(t, "seq"))
	switch rapid.IntRange(0, 6).Draw(t, "what") {
	case 0:
		st := status(instance, conn)
		st.DiskUsed, st.ClockBad = rapid.IntRange(0, 100).Draw(t, "disk"), rapid.Bool().Draw(t, "clock")
		b.Status(agent, st, now)
	case 1:
		b.Status(agent, will(instance, conn), now)
	case 2:
		b.Window(agent, now, serving(instance, conn, e1, seq, fmt.Sprintf("A%03d", seq)))
	case 3:
		b.Queue(agent, now, uplink.QueueNow{Session: uplink.Session{Instance: instance, Conn: conn}, At: now,
			Letters: []uplink.LetterQueue{{Letter: "A", Waiting: int(seq)}}})
	case 4:
		b.Keep(agent, Kept{Window: "12", Epoch: e1, Seq: seq, State: hall.WindowIsPaused, Since: now})
	case 5:
		b.Count(agent, Today{Window: "11", Day: hall.DayOf(now), Sums: figures.Sums{Served: int(seq), Ratable: int(seq), Levels: [5]int{int(conn), 0, 0, 0, int(seq)}}})
	case 6:
		b.Find(Finding{ID: fmt.Sprint(seq), Rule: hall.FindingPressHole, Agent: agent, At: now, Presses: int(conn)})
	}
}

func encode(t *rapid.T, s Snapshot) string {
	out, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestNothingChangedIsNoMessage(t *testing.T) {
	now := tenOFour()
	b := twoHalls(now)
	v := b.Viewer(Desk, nil)
	v.Snapshot(now)
	if d, changed := v.Delta(now.Add(time.Second)); changed {
		t.Errorf("a second later: %+v", d)
	}
}

func TestAManagerSeesHisHallsAlone(t *testing.T) {
	now := tenOFour()
	b := twoHalls(now)
	b.Find(Finding{ID: "f", Rule: hall.FindingEpochGap, Agent: "city-1", At: now})
	b.Count("city-1", Today{Window: "12", Day: hall.DayOf(now), Sums: figures.Sums{Served: 9}})
	s := b.Viewer(Desk, []string{"town"}).Snapshot(now)
	if len(s.Halls) != 1 || s.Halls[0].ID != "town" || len(s.Alerts) != 0 || s.Sums.Served != 0 {
		t.Errorf("snapshot = %+v: want the town alone", s)
	}
}
