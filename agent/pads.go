package agent

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"strings"
	"time"

	"hallpulse/agent/internal/counter"
	"hallpulse/agent/internal/device"
	"hallpulse/agent/internal/outbox"
	"hallpulse/firmware-protocol/hall"
)

// padAt is a pad of the configuration and what it was last told to show at rest.
type padAt struct {
	padDriver
	window string
	shown  restingView // guarded by program.deciding
}

// padDriver is a pad of our own protocol, or a vendor's.
type padDriver interface {
	Run(ctx context.Context) error
	Show(s device.PadScreen)
}

// padDriver returns the driver of v. A vendor's pad has no identity: its port gives it one, and each opening of the port
// is a run of its own, numbered by this start of the agent and its noise.
func (p *program) padDriver(v Device) padDriver {
	if v.frames == nil {
		return device.NewPad(v.pad(), padSink{p}, p.log)
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{"hallpulse/vendor-pad/1", p.id.Store, v.port().Where()}, "\x00")))
	return device.NewFramePad(device.FramePadConfig{
		PadConfig: v.pad(), Profile: v.Profile, Codec: v.frames,
		UID: hall.PadUID(binary.BigEndian.Uint64(sum[:])), Boot: p.clock.start<<16 | uint32(p.id.Tag),
	}, padSink{p}, p.log)
}

// restingView is what a pad shows until something happens. Two that are equal need no new word to the pad.
type restingView struct {
	show  counter.Show
	staff string
	visit hall.ID
}

// How a pad answers a press, and for how long.
const (
	answerFor   = 3 // seconds
	answerUntil = 10 * time.Second
)

// padSink keeps what pads say.
type padSink struct{ *program }

// Base implements device.PadSink.
func (s padSink) Base(uid hall.PadUID, boot uint32) (seq uint32, known bool) {
	seq = s.view().state.Stored(uid, boot)
	return seq, seq > 0
}

// take keeps a press. One that waits here for its turn ages meanwhile: it binds by when it was made, which is as it is
// returned.
func (s padSink) take(name string, press hall.Press) (class counter.PressClass, aged hall.Press, err error) {
	came := s.clock.Up()
	err = s.decide(forRating, func(st *counter.State, m hall.Moment) (c change, err error) {
		if press.AgeMS != hall.AgeUnknown {
			press.AgeMS += (m.Up - came).Milliseconds()
		}
		c.Decision, class, err = st.Press(m, name, press)
		return c, err
	})
	return class, press, err
}

// Press implements device.PadSink. A press is thanked only for what it became, and only while who made it may still be
// there (domain §3.12).
func (s padSink) Press(_ context.Context, name string, press hall.Press) (device.PadAnswer, error) {
	class, press, err := s.take(name, press)
	if err != nil {
		return device.PadAnswer{}, err
	}
	answer := device.PadAnswer{Became: class == counter.Became}
	if press.AgeMS == hall.AgeUnknown || press.AgeMS > answerUntil.Milliseconds() {
		return answer, nil
	}
	switch class {
	case counter.Became:
		answer.Show = device.PadScreen{Kind: device.PadThanks, Seconds: answerFor}
	case counter.Repeat:
		answer.Show = device.PadScreen{Kind: device.PadRated, Seconds: answerFor}
	}
	return answer, nil
}

// Tell implements device.PadSink. That a pad came, went or lost count concerns the counter too.
func (s padSink) Tell(f hall.Fact) error {
	return s.decide(forRating, func(st *counter.State, m hall.Moment) (change, error) {
		var d counter.Decision
		switch f := f.(type) {
		case hall.DeviceUp:
			if f.Kind == hall.KindTablet {
				d = st.TabletArrived(m, f.Device, f.Window, f.UID)
			} else {
				d = st.PadArrived(m, f.Device, f.Window, f.UID)
			}
		case hall.DeviceDown:
			d = st.PadLeft(m, f.Device)
		case hall.DeviceAdopted:
			return change{Decision: st.Adopt(m, f.Device, f.UID, f.Boot, f.To)}, nil
		default:
			d = counter.Decision{Next: st}
		}
		d.Facts = append([]hall.Fact{f}, d.Facts...)
		return change{Decision: d}, nil
	})
}

// showPads tells each pad what it shows at rest, where that is new. It is called inside a decision's lock, after the
// commit.
func (p *program) showPads(m hall.Moment) {
	sealed := p.box.Disk().State == outbox.DiskSealed
	state := p.view().state
	for _, pad := range p.pads {
		v := state.Pad(m, pad.window)
		if sealed { // what cannot be kept is not asked for (design §5)
			v = counter.PadView{Show: counter.ShowClosed}
		}
		now := restingView{v.Show, v.Staff, v.Visit}
		if pad.shown == now {
			continue
		}
		pad.shown = now
		pad.Show(padScreen(v))
	}
}

func padScreen(v counter.PadView) device.PadScreen {
	switch v.Show {
	case counter.ShowPrompt:
		return device.PadScreen{Kind: device.PadPrompt, Staff: v.Staff, Seconds: int((v.For + time.Second - 1) / time.Second)}
	case counter.ShowWait:
		return device.PadScreen{Kind: device.PadWait}
	case counter.ShowIdle:
		return device.PadScreen{Kind: device.PadIdle, Staff: v.Staff}
	}
	return device.PadScreen{Kind: device.PadClosed}
}
