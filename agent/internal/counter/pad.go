package counter

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// port is a device of the configuration at which a pad hangs: a window is bound to a port, not to a pad (design §1.1). The
// pairing of a tablet is its port, and names the tablet too.
type port struct {
	Device    string          `json:"device"`
	Kind      hall.DeviceKind `json:"kind,omitempty"` // empty: a pad
	Window    string          `json:"window"`
	UID       hall.PadUID     `json:"uid"`
	Since     Mark            `json:"since"`               // since when this pad has been the last one seen here
	Elsewhere bool            `json:"elsewhere,omitempty"` // it has been seen at another port since
	Here      uint32          `json:"here,omitempty"`      // the start of the agent in which it is plugged in; 0 when it is not
	Twice     bool            `json:"twice,omitempty"`     // it was told that another port has the same pad
}

func (p *port) identityFault() hall.Fact {
	return hall.DeviceFault{Device: p.Device, Kind: p.kind(), Window: p.Window, Fault: hall.TroubleIdentity}
}

func (p *port) kind() hall.DeviceKind { return cmp.Or(p.Kind, hall.KindPad) }

// channel is the road of what is pressed at p.
func (p *port) channel() hall.Channel {
	if p.kind() == hall.KindTablet {
		return hall.ChannelTablet
	}
	return hall.ChannelPad
}

// road is channel as facts write it that were told of pads alone before.
func (p *port) road() hall.Channel {
	if c := p.channel(); c != hall.ChannelPad {
		return c
	}
	return ""
}

// boot is what is remembered of one run of a pad between two resets.
type boot struct {
	UID    hall.PadUID `json:"uid"`
	Boot   uint32      `json:"boot"`
	Nth    int         `json:"nth"`  // boot of this pad that was heard of, from 1
	Last   uint32      `json:"last"` // every press up to it is recorded here, or was adopted
	Recent []kept      `json:"recent,omitempty"`
}

// kept is a press that was recorded.
type kept struct {
	Seq   uint32     `json:"seq"`
	Level hall.Level `json:"level"`
	At    Mark       `json:"at,omitzero"` // when the key was pressed; zero where the pad did not know
	Class PressClass `json:"class"`
	Visit hall.ID    `json:"visit,omitzero"` // whose rating it became, at a tablet
	Why   []string   `json:"why,omitempty"`  // the reasons that were chosen right after it
}

// What is remembered of a pad. It queues 64 presses at most (firmware-protocol/README.md §4.1): what it can send again is
// among the last 64 of a boot, and of the last 64 boots.
const (
	recentPresses = 64
	recentBoots   = 64
)

// same reports whether a and b are one press, sent twice.
func (a kept) same(b kept) bool {
	if a.Seq != b.Seq || a.Level != b.Level {
		return false
	}
	if a.At.IsZero() || b.At.IsZero() {
		return true
	}
	gap, ok := a.At.since(b.At)
	return !ok || gap == forever || gap.Abs() <= sameWithin
}

// with returns a copy of b that has recorded k.
func (b *boot) with(k kept) *boot {
	next := *b
	next.Last = max(b.Last, k.Seq)
	old := b.Recent[max(0, len(b.Recent)-recentPresses+1):]
	next.Recent = append(slices.Clip(slices.Clone(old)), k)
	return &next
}

// boot returns what is known of a boot, which may be nothing yet. It must be stored to be remembered.
func (s *State) boot(uid hall.PadUID, n uint32) *boot {
	for _, b := range s.pads[uid] {
		if b.Boot == n {
			return b
		}
	}
	return &boot{UID: uid, Boot: n}
}

// putBoot stores b, and forgets the pad's oldest boot where they become too many.
func (d *draft) putBoot(b *boot) {
	d.pads = maps.Clone(d.pads)
	boots := slices.Clone(d.pads[b.UID])
	if i := slices.IndexFunc(boots, func(o *boot) bool { return o.Boot == b.Boot }); i >= 0 {
		boots[i] = b
	} else {
		b.Nth = 1
		if len(boots) > 0 {
			b.Nth = boots[len(boots)-1].Nth + 1
		}
		boots = append(boots, b)
	}
	if len(boots) > recentBoots {
		d.drop(kindBoot, boots[0].key())
		boots = boots[1:]
	}
	d.pads[b.UID] = boots
	d.put(kindBoot, b.key(), b)
}

// Stored returns the last press of a pad's boot that is recorded here: the pad may forget up to it.
func (s *State) Stored(uid hall.PadUID, boot uint32) uint32 { return s.boot(uid, boot).Last }

// Adopt goes on counting after to, because the pad holds nothing older (design §1.1). Nothing changes where this store
// knows as much.
func (s *State) Adopt(m hall.Moment, device string, uid hall.PadUID, bootN, to uint32) Decision {
	d := s.begin(m)
	was := d.boot(uid, bootN)
	if to <= was.Last {
		return d.end()
	}
	b := *was
	b.Last = to
	d.putBoot(&b)
	d.tell(hall.DeviceAdopted{Device: device, UID: uid, Boot: bootN, From: was.Last, To: to})
	return d.end()
}

// PadArrived says that the pad uid answers at a device, which belongs to window. A press older than its arrival there
// binds only where it was already the last pad of that port and was not elsewhere meanwhile.
func (s *State) PadArrived(m hall.Moment, device, windowID string, uid hall.PadUID) Decision {
	return s.arrives(m, port{Device: device, Window: windowID, UID: uid})
}

// TabletArrived is PadArrived for a tablet.
func (s *State) TabletArrived(m hall.Moment, device, windowID string, uid hall.PadUID) Decision {
	return s.arrives(m, port{Device: device, Kind: hall.KindTablet, Window: windowID, UID: uid})
}

func (s *State) arrives(m hall.Moment, p port) Decision {
	d := s.begin(m)
	p.Since, p.Here = d.now, m.Start
	device, windowID, uid := p.Device, p.Window, p.UID
	was, known := d.ports[device]
	if known && was.UID == uid && was.Window == windowID && !was.Elsewhere {
		p.Since = was.Since
	}
	if known && was.UID != uid {
		d.tell(hall.DeviceChanged{Device: device, Window: windowID, From: was.UID, To: uid})
	}
	for name, o := range d.ports {
		if name != device && o.UID == uid {
			left := *o
			left.Elsewhere = true
			d.putPort(&left)
		}
	}
	if p.Twice = d.alsoAt(&p); p.Twice {
		d.tell(p.identityFault())
	}
	d.putPort(&p)
	d.clearTwins()
	return d.end()
}

// PadLeft says that nothing answers at a device any more.
func (s *State) PadLeft(m hall.Moment, device string) Decision {
	d := s.begin(m)
	if was, ok := d.ports[device]; ok {
		p := *was
		p.Here, p.Twice = 0, false
		d.putPort(&p)
		d.clearTwins()
	}
	return d.end()
}

// alsoAt reports whether the pad at p is plugged in at another port as well: a fault, or a pad that was moved before it
// was missed.
func (d *draft) alsoAt(p *port) bool {
	for name, o := range d.ports {
		if name != p.Device && o.UID == p.UID && o.Here == d.now.Start {
			return true
		}
	}
	return false
}

// clearTwins takes the fault back from ports whose pad is at no other port any more.
func (d *draft) clearTwins() {
	for _, name := range slices.Sorted(maps.Keys(d.ports)) {
		if o := d.ports[name]; o.Twice && !d.alsoAt(o) {
			p := *o
			p.Twice = false
			d.putPort(&p)
			d.tell(hall.DeviceFault{Device: p.Device, Kind: p.kind(), Window: p.Window})
		}
	}
}

// putPort stores p unless it is stored already.
func (d *draft) putPort(p *port) {
	if was, ok := d.ports[p.Device]; ok && *was == *p {
		return
	}
	d.ports[p.Device] = p
	d.put(kindPort, p.Device, p)
}

// Show is what a pad shows.
type Show string

// What a pad can show between presses.
const (
	ShowIdle   Show = "idle"   // who serves here
	ShowPrompt Show = "prompt" // please rate
	ShowWait   Show = "wait"   // the window pauses
	ShowClosed Show = "closed"
)

// PadView is what the pads of a window show.
type PadView struct {
	Show  Show
	Staff string        // the name of who serves there
	Visit hall.ID       // whose rating ShowPrompt asks for
	For   time.Duration // how long ShowPrompt does at most
}

// Pad returns what the pads of a window show at m. The prompt ends when the next one is served: what he would press is
// not asked of him yet.
func (s *State) Pad(m hall.Moment, windowID string) PadView {
	w, ok := s.windows[windowID]
	if !ok {
		return PadView{Show: ShowClosed}
	}
	clerk, _ := s.cfg.Catalogue.Clerk(w.Staff)
	view := PadView{Show: ShowIdle, Staff: clerk.Name}
	if v, left := s.invited(w, markOf(m)); left > 0 && v.Rated.IsZero() {
		view.Show, view.Visit, view.For = ShowPrompt, v.ID, left
		return view
	}
	switch w.State {
	case hall.WindowIsClosed:
		view.Show = ShowClosed
	case hall.WindowIsPaused:
		view.Show = ShowWait
	}
	return view
}

// invited returns the visit whose rating may still be given at w after its end, and for how long.
func (s *State) invited(w *window, now Mark) (*Visit, time.Duration) {
	v, sitting, ok := s.visitAt(w, now)
	if !ok || v == nil || v.Ended.IsZero() || !v.asks(sitting, now, s.cfg.InviteFor) {
		return nil, 0
	}
	since, _ := now.since(v.Ended)
	return v, s.cfg.InviteFor - since
}
