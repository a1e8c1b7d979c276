package agent

import (
	"math"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// The longest names and waits that there can be fit into one message.
func TestAVeryLongQueueFitsIntoItsMessage(t *testing.T) {
	q := uplink.QueueNow{Session: uplink.Session{Instance: "ffffffffffffffff", Conn: math.MaxUint64}, At: time.Now()}
	for letter := 'A'; letter <= 'Z'; letter++ {
		q.Letters = append(q.Letters, uplink.LetterQueue{Letter: string(letter), Waiting: 9999, P50Min: 240, P90Min: 240})
	}
	first := &q.Letters[0]
	for range maxTickets {
		first.Tickets = append(first.Tickets, hall.ID{Agent: 1<<24 - 1, Tag: math.MaxUint16, Serial: math.MaxUint32})
		first.P50Mins, first.P90Mins = append(first.P50Mins, 240), append(first.P90Mins, 240)
	}
	if n := len(encode(q)); n > uplink.MaxQueue {
		t.Errorf("%d bytes, more than %d", n, uplink.MaxQueue)
	}
}

// Two take a number at the same moment: the second is told of the first.
func TestWhoTakesANumberIsToldOfTheOneBefore(t *testing.T) {
	const each = 10 * time.Minute
	r := newRig(t)
	var gone atomic.Int64
	c := r.writeConfig()
	began := time.Date(2026, 11, 25, 10, 0, 0, 0, hall.Beijing())
	c.Clock = Clock{
		Now:    func() time.Time { return began.Add(time.Duration(gone.Load())) },
		Up:     func() time.Duration { return time.Duration(gone.Load()) },
		Synced: func() bool { return true },
	}
	r.run(c)
	r.act("11", "open")
	for range 6 {
		r.take("A", "")
		r.act("11", "next", "serve")
		gone.Add(int64(each))
		r.act("11", "finish")
	}
	gone.Add(int64(4 * time.Hour)) // who came then says nothing about who comes now
	r.take("A", "")
	r.take("A", "")
	r.stop()
	issued := facts[hall.TicketIssued](t, r.events(filepath.Join(c.Data, aloneName)))
	first, second := issued[len(issued)-2], issued[len(issued)-1]
	if first.P50Mins != 1 || second.P50Mins != 10 {
		t.Errorf("told %d and %d minutes, want 1 and 10", first.P50Mins, second.P50Mins)
	}
}
