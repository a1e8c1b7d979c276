package device

import (
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/pad"
	"hallpulse/firmware-protocol/simulator"
)

// BenchmarkPressToLight measures from the key to its light over a line at the default rate, with a store that takes no
// time. limit-ns/op is what the bytes alone need on the wire.
func BenchmarkPressToLight(b *testing.B) {
	d := newDesk(b, simulator.LineConfig{Baud: DefaultBaud}, nil)
	d.awaitFact(up(testUID))
	wire := pad.Append(pad.Append(nil, press(1, hall.Good, 0)), pad.Light{Boot: testBoot, Seq: 1, Meaning: pad.Became})
	for acked := 1; b.Loop(); acked++ {
		d.pad.Press(hall.Good)
		d.await("lit", func(s simulator.PadState) bool { return s.Acked == acked })
	}
	b.ReportMetric(float64(len(wire)*10*int(time.Second)/DefaultBaud), "limit-ns/op")
}
