package board

import (
	"cmp"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

const (
	// silence is how long an agent may say nothing: its status comes each minute (design §3).
	silence = 150 * time.Second
	// settling is how long agents have to come back to a hub that was started before their absence is told.
	settling = 30 * time.Second
	// twiceFor is how long two instances stay a fault after the one that had been replaced spoke last.
	twiceFor = 3 * time.Minute
	// behindFor is how long none of what an agent sends may be answered: it tries again each half minute.
	behindFor = 3 * time.Minute
	// pastKept bounds the remembered instances of an agent.
	pastKept = 8
)

// link is what is known of an agent's connection. Times are of the hub's clock.
type link struct {
	session uplink.Session // the current instance, and its greatest conn
	online  bool           // false after its will
	heard   time.Time      // any word of it; zero: never
	status  uplink.Status  // its last full one
	settled uint64         // events that it said then were answered
	past    []string       // instances that were current before, newest last
	twice   time.Time      // when one of them last became current again
	since   map[string]time.Time
}

// linkState is how an agent stands.
type linkState string

const (
	linkUp     linkState = "up"
	linkSilent linkState = "silent"
	linkNever  linkState = "never"
	linkTwice  linkState = "twice" // heard, from two programs under one name
)

func (l linkState) stale() bool { return l == linkSilent || l == linkNever }

func (s *site) linkState(now time.Time) linkState {
	l := &s.link
	switch {
	case l.heard.IsZero():
		return linkNever
	case !l.online || now.Sub(l.heard) > silence:
		return linkSilent
	case !l.twice.IsZero() && now.Sub(l.twice) <= twiceFor:
		return linkTwice
	}
	return linkUp
}

// Status takes an agent's word of itself, or its last will (Online false). The instance whose status arrived last is
// the current one; a will counts only if it is of that instance and of no earlier connection.
func (b *Board) Status(agent string, st uplink.Status, now time.Time) {
	s := b.site(agent)
	if s == nil {
		return
	}
	s.news++
	l := &s.link
	same := st.Instance == l.session.Instance
	if same && st.Conn < l.session.Conn || !same && !st.Online {
		return
	}
	if !st.Online {
		l.online, l.session.Conn = false, st.Conn
		return
	}
	if !same {
		l.replace(st.Instance, now)
	}
	waits, settled := unsettled(st.Heads)
	l.note(kindBehind, same && waits > 0 && settled == l.settled, now)
	l.settled = settled
	l.session, l.online, l.heard, l.status = st.Session, true, now, st
	l.note(kindDisk, st.Sealed || st.DiskUsed >= diskWarn, now)
	l.note(kindClock, st.ClockBad, now)
	l.note(kindCatalogue, st.Catalogue != "" && st.Catalogue != s.SHA, now)
}

// unsettled counts the events that an agent holds and the hub has not answered, and those that it has.
func unsettled(heads []uplink.Head) (waits, settled uint64) {
	for _, h := range heads {
		waits += h.Last - min(h.Settled, h.Last)
		settled += h.Settled
	}
	return waits, settled
}

// replace makes instance the current one. One that was replaced before can come back only if two live.
func (l *link) replace(instance string, now time.Time) {
	if i := slices.Index(l.past, instance); i >= 0 {
		l.past = slices.Delete(l.past, i, i+1)
		if now.Sub(l.twice) > twiceFor {
			delete(l.since, kindTwice)
		}
		l.note(kindTwice, true, now)
		l.twice = now
	}
	if l.session.Instance != "" {
		l.past = append(l.past, l.session.Instance)
	}
	l.past = l.past[max(0, len(l.past)-pastKept):]
}

// note remembers since when a condition holds.
func (l *link) note(kind string, holds bool, now time.Time) {
	if _, known := l.since[kind]; !known && holds {
		l.since[kind] = now
	} else if !holds {
		delete(l.since, kind)
	}
}

// Heard takes note that anything of an agent arrived at now: a batch, or what an earlier run of the hub heard.
func (b *Board) Heard(agent string, now time.Time) {
	if s := b.site(agent); s != nil && now.After(s.link.heard) {
		s.news++
		s.link.heard = now
	}
}

// Locks returns the badges of a hall with which too much was typed wrong, by the last word of its agents.
func (b *Board) Locks(hallID string, now time.Time) map[string]uplink.LockNow {
	all := map[string]uplink.LockNow{}
	for _, s := range b.sites {
		for _, l := range s.link.status.Locks {
			if s.Catalogue.Hall.ID == hallID && l.Until.After(now) && l.Until.After(all[l.Staff].Until) {
				all[l.Staff] = l
			}
		}
	}
	return all
}

// Window takes an agent's word about one of its windows. It may come before the status that makes its instance the
// current one: until then it waits.
func (b *Board) Window(agent string, now time.Time, w uplink.WindowNow) {
	s := b.site(agent)
	if s == nil {
		return
	}
	s.news++
	if at := s.window(w.Window); at != nil {
		at.heard = at.heard.hear(word[uplink.WindowNow]{w.Session, w.Seq, w}, s.link.session.Instance)
	}
	s.link.heardFrom(w.Instance, now)
	b.siblings(s).double(now)
}

// Gone takes note that an agent no longer publishes one of its windows.
func (b *Board) Gone(agent, window string) {
	if w := b.tell(agent, window); w != nil {
		w.heard = nil
	}
}

// Queue takes an agent's word about its lines of people.
func (b *Board) Queue(agent string, now time.Time, q uplink.QueueNow) {
	s := b.site(agent)
	if s == nil {
		return
	}
	s.news++
	s.queue = s.queue.hear(word[uplink.QueueNow]{q.Session, 0, q}, s.link.session.Instance)
	s.link.heardFrom(q.Instance, now)
}

func (l *link) heardFrom(instance string, now time.Time) {
	if instance == l.session.Instance {
		l.heard = now
	}
}

// word is one message of presence and its place in what its instance says.
type word[T any] struct {
	uplink.Session
	seq  uint64
	says T
}

// words holds the last word of the current instance and of the one that spoke last: at most two.
type words[T any] []word[T]

// hear keeps w unless a later word of its instance is known.
func (ws words[T]) hear(w word[T], current string) words[T] {
	var kept words[T]
	for _, h := range ws {
		if h.Instance == w.Instance && cmp.Or(cmp.Compare(h.Conn, w.Conn), cmp.Compare(h.seq, w.seq)) > 0 {
			return ws
		}
		if h.Instance != w.Instance && h.Instance == current {
			kept = append(kept, h)
		}
	}
	return append(kept, w)
}

// of returns what instance said.
func (ws words[T]) of(instance string) (T, bool) {
	for _, h := range ws {
		if h.Instance == instance {
			return h.says, true
		}
	}
	var none T
	return none, false
}

// now returns the window as it is to be believed: what its current instance says, unless the store holds a later event
// of the same epoch. Waiting, faults and a call for help are presence alone.
func (w *window) now(instance string) uplink.WindowNow {
	k := w.kept
	kept := uplink.WindowNow{Window: w.ID, State: k.State, Staff: k.Staff, Ticket: k.Ticket, Item: k.Item, Since: k.Since}
	said, ok := w.heard.of(instance)
	switch {
	case !ok:
		return kept
	case said.Epoch == k.Epoch && k.Seq > said.Seq:
		kept.Waiting, kept.Faults, kept.Alarm, kept.NoRepeat = said.Waiting, said.Faults, said.Alarm, said.NoRepeat
		kept.Locked, kept.Until = said.Locked, said.Until
		return kept
	}
	return said
}

// of returns the sums of the window if they are of day, else none.
func (t Today) of(day hall.Day) Today {
	if t.Day != day {
		return Today{Window: t.Window, Day: day}
	}
	return t
}
