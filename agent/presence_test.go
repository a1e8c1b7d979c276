package agent

import (
	"math"
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
