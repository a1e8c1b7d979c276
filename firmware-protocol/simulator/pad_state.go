package simulator

import (
	"context"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/pad"
)

// AckedPress is a press that the agent has acknowledged, and what its key's light said: pad.Became, pad.Kept, or 0 for
// an acknowledgement without a light.
type AckedPress struct {
	Key   hall.PressKey
	Level hall.Level
	Light pad.Meaning
}

// PadState is what a citizen at the pad sees, and what is inside.
type PadState struct {
	Screen  pad.Screen // pad.Wait while no agent is heard
	Staff   string
	Seconds int        // until Screen goes by itself; 0: it stays
	Lit     hall.Level // whose key is lit; 0: none
	Light   pad.Meaning
	Sounds  int // played so far
	Boot    uint32
	Queued  int
	Dropped uint32 // in this run
	Acked   int
}

// State returns what the pad shows now.
func (p *Pad) State() PadState {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state(time.Now())
}

func (p *Pad) state(now time.Time) PadState {
	s := PadState{
		Screen: p.resting.Screen, Staff: p.resting.Staff, Sounds: len(p.sounds),
		Boot: p.boot, Queued: len(p.queue), Dropped: p.dropped[p.boot], Acked: len(p.acked),
	}
	if left := p.aboveUntil.Sub(now); left > 0 {
		s.Screen, s.Staff, s.Seconds = p.above.Screen, p.above.Staff, int((left+time.Second-1)/time.Second)
	}
	if now.Before(p.litUntil) {
		s.Lit, s.Light = p.lit.Level, p.lit.Light
	}
	switch {
	case p.refused:
		s.Screen, s.Staff, s.Seconds = pad.Closed, "", 0
	case now.Sub(p.heard) > agentQuiet:
		s.Screen, s.Staff, s.Seconds = pad.Wait, "", 0
	}
	return s
}

// Await returns the first state for which is holds, or ctx's error with the state at its end.
func (p *Pad) Await(ctx context.Context, is func(PadState) bool) (PadState, error) {
	for {
		p.mu.Lock()
		s, changed := p.state(time.Now()), p.changed
		p.mu.Unlock()
		if is(s) {
			return s, nil
		}
		select {
		case <-changed:
		case <-time.After(resendMin): // lights and screens also end by time alone
		case <-ctx.Done():
			return s, ctx.Err()
		}
	}
}

// Acked returns every press acknowledged so far, in the order of the acknowledgements.
func (p *Pad) Acked() []AckedPress {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.acked)
}

// Sounds returns what was played so far.
func (p *Pad) Sounds() []pad.Tone {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.sounds)
}
