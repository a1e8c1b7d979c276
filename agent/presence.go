package agent

import (
	"bytes"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"hallpulse/agent/internal/counter"
	"hallpulse/agent/internal/hublink"
	"hallpulse/agent/internal/outbox"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// How often the hub is shown what has not changed, and how seldom what changes all the time (design §3).
const (
	statusEvery = time.Minute
	queueEvery  = 5 * time.Second
)

// presence remembers what the hub was shown in one session, so that only what changed is sent.
type presence struct {
	session uplink.Session
	said    map[string][]byte // leaf → what was said, without its time
	queueAt time.Duration     // when the queue was said last
}

func newPresence(s uplink.Session) *presence {
	return &presence{session: s, said: map[string][]byte{}, queueAt: -queueEvery}
}

// news reports whether v is not what was said at leaf last.
func (s *presence) news(leaf string, v any) bool {
	b := encode(v)
	was, ok := s.said[leaf]
	s.said[leaf] = b
	return !ok || !bytes.Equal(was, b)
}

// presenceDue returns what the hub must be shown now.
func (p *program) presenceDue(s *presence) []hublink.Message {
	m, v := p.clock.now(), p.view()
	var out []hublink.Message
	status := p.statusNow(v, s.session)
	mark := struct {
		uplink.Status
		Minute time.Duration
	}{status, m.Up / statusEvery}
	mark.Heads = nil // they change with every event
	if s.news(uplink.LeafStatus, mark) {
		status.At = m.At
		out = append(out, hublink.Message{Leaf: uplink.LeafStatus, Payload: encode(status)})
	}
	for _, id := range v.windows {
		leaf := uplink.LeafWindow + id
		if _, ok := p.hallNow().Window(id); !ok {
			if s.news(leaf, nil) {
				out = append(out, hublink.Message{Leaf: leaf})
			}
			continue
		}
		if w := p.windowNow(v, m, id, s.session); s.news(leaf, windowMark(w)) {
			out = append(out, hublink.Message{Leaf: leaf, Payload: encode(w)})
		}
	}
	if m.Up-s.queueAt < queueEvery {
		return out
	}
	if q := queueNow(p.hallNow(), v, m, p.waits.at(v.state, m), s.session); s.news(uplink.LeafQueue, q) {
		q.At, s.queueAt = m.At, m.Up
		out = append(out, hublink.Message{Leaf: uplink.LeafQueue, Payload: encode(q)})
	}
	return out
}

// statusNow is the agent's own word of itself, but for its time.
func (p *program) statusNow(v shown, session uplink.Session) uplink.Status {
	disk := p.box.Disk()
	return uplink.Status{
		Session: session, Online: true, Version: p.cfg.Version, Hall: p.hallNow().Hall.ID, Heads: p.box.Epochs(),
		Config: v.config.Version, Catalogue: v.catalogue.SHA, HandEdited: p.handEdited(v.catalogue),
		Locks:    p.locksNow(p.clock.now().At),
		DiskUsed: disk.UsedPercent, Sealed: disk.State == outbox.DiskSealed, ClockBad: p.clock.bad(),
	}
}

// windowMark is the part of a window whose change is news: every event moves Seq.
func windowMark(w uplink.WindowNow) uplink.WindowNow {
	w.Seq = 0
	return w
}

// windowNow is a window as it stands. No rating is in it.
func (p *program) windowNow(v shown, m hall.Moment, id string, session uplink.Session) uplink.WindowNow {
	w, _ := v.state.Window(m, id)
	now := uplink.WindowNow{
		Session: session, Epoch: p.currentEpoch(), Window: id, State: w.State, Staff: w.Staff, Since: w.Since, Waiting: w.Waiting, Alarm: w.Alarm, Why: w.Why,
	}
	now.Locked, now.Until = p.lockedAt(id, m.At)
	if now.Epoch == v.epoch {
		now.Seq = v.seq
	}
	if w.Visit != nil {
		now.Ticket, now.Item = w.Visit.Ticket.Number, w.Visit.Ticket.Item
	}
	now.NoRepeat = p.noRepeat(id)
	for _, f := range v.faults() {
		if f.window == id {
			now.Faults = append(now.Faults, f.DeviceNow)
		}
	}
	return now
}

// noRepeat reports whether a pad of a window is a vendor's, which sends each press once.
func (p *program) noRepeat(window string) bool {
	return slices.ContainsFunc(p.cfg.Devices, func(d Device) bool { return d.Window == window && d.Profile != "" })
}

// maxTickets bounds the tickets named in a queue, so that it stays below uplink.MaxQueue whatever their ids.
const maxTickets = 1500

// waits keeps a forecast as long as the queue is not said anew: all screens are told the same.
type waits struct {
	sync.Mutex
	counter.Forecast
	of   *counter.State
	made time.Duration // 0: never
}

// at returns how long people wait at m, or did a moment before.
func (w *waits) at(s *counter.State, m hall.Moment) counter.Forecast {
	w.Lock()
	defer w.Unlock()
	if w.made == 0 || m.Up-w.made >= queueEvery {
		w.make(s, m)
	}
	return w.Forecast
}

// fresh returns how long people wait at m in s itself: who takes a number is told of the one who took one just before him.
func (w *waits) fresh(s *counter.State, m hall.Moment) counter.Forecast {
	w.Lock()
	defer w.Unlock()
	if w.of != s {
		w.make(s, m)
	}
	return w.Forecast
}

func (w *waits) make(s *counter.State, m hall.Moment) {
	w.Forecast, w.of, w.made = s.Forecast(m), s, max(m.Up, 1)
}

// queueNow is the queue as it stands, but for its time.
func queueNow(c *hall.Catalogue, v shown, m hall.Moment, forecast counter.Forecast, session uplink.Session) uplink.QueueNow {
	q := uplink.QueueNow{Session: session, Letters: []uplink.LetterQueue{}}
	left := maxTickets
	for _, service := range c.Services {
		line := v.state.Queue(service.Letter, m.At)
		wait := forecast.Newcomer(service.Letter, "")
		one := uplink.LetterQueue{
			Letter: service.Letter, Waiting: len(line), P50Min: counter.Minutes(wait.P50), P90Min: counter.Minutes(wait.P90),
		}
		for _, t := range line[:min(len(line), left)] {
			one.Tickets = append(one.Tickets, t.ID)
			wait := forecast.Ticket(t.ID)
			one.P50Mins, one.P90Mins = append(one.P50Mins, counter.Minutes(wait.P50)), append(one.P90Mins, counter.Minutes(wait.P90))
		}
		if !slices.ContainsFunc(one.P90Mins, func(n int) bool { return n > 0 }) {
			one.P50Mins, one.P90Mins = nil, nil
		}
		for _, t := range line {
			if one.Oldest.IsZero() || t.Issued.At.Before(one.Oldest) {
				one.Oldest = t.Issued.At
			}
		}
		one.Closed, one.ClosedSince, _ = v.state.Shut(service.Letter)
		left -= len(one.Tickets)
		q.Letters = append(q.Letters, one)
	}
	for _, unit := range v.state.Outages() {
		since, _ := v.state.Outage(unit)
		q.Outages = append(q.Outages, uplink.OutageNow{Unit: unit, Since: since})
	}
	for _, called := range v.state.Summoned() {
		window, letter := v.state.Whereabouts(called.Ticket)
		q.Summons = append(q.Summons, uplink.SummonsNow{
			Ticket: called.Number, Window: window, Letter: letter, Since: called.Since.At, Due: called.Since.At.Add(c.ArriveFor()),
		})
	}
	for _, f := range v.faults() {
		if f.window == "" {
			q.Faults = append(q.Faults, f.DeviceNow)
		}
	}
	return q
}

// encode writes a value of ours; all of them can be encoded.
func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}
