package agent

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"hallpulse/agent/internal/counter"
	"hallpulse/agent/internal/desk"
	"hallpulse/agent/internal/entry"
	"hallpulse/agent/internal/outbox"
	"hallpulse/configs/strict"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// Who comes in at the screens: browsers paired to their place, clerks who sign on. The rules are in entry; here they are
// kept.

// How clerks sign on, in agent.yaml.
const (
	signOnOpen = "open" // by word, until the hall's staff has PINs
	signOnPIN  = "pin"  // never without one
)

func (c *Config) checkSignOn(d *strict.Document) {
	if c.Desk.SignOn != signOnOpen && c.Desk.SignOn != signOnPIN {
		d.At("desk.sign_on", "%q: want %s or %s", c.Desk.SignOn, signOnOpen, signOnPIN)
	}
	for i, at := range c.Desk.SignOff.At {
		if _, err := entry.ReadHour(at); err != nil {
			d.At(strict.Index("desk.sign_off.at", i), "%s", err)
		}
	}
	if c.Desk.SignOff.Idle < time.Minute {
		d.At("desk.sign_off.idle", "%v: want at least 1m", c.Desk.SignOff.Idle)
	}
}

func (s SignOff) hours() entry.Hours {
	h := entry.Hours{Idle: s.Idle}
	for _, text := range s.At {
		at, _ := entry.ReadHour(text) // checked when it was read
		h.At = append(h.At, at)
	}
	return h
}

// entrance is what is known of who may come in.
type entrance struct {
	signing sync.Mutex // one PIN is looked at at a time: many at once would get by their lock

	entering sync.Mutex // guards the rest
	codes    entry.Codes
	pairings map[string]entry.Pairing
	locks    entry.Locks
	staff    []uplink.Verifier       // as the hub says
	help     []uplink.Help           // likewise
	chosen   map[string]entry.Chosen // by badge
	used     map[string]time.Time    // window → when a clerk last did something there, since the start
	shut     map[string]shut         // window → when no PIN that was tried there is looked at, since the start
}

// The buckets of the entrance.
const (
	bucketPairing = "pairing"
	bucketLock    = "lock"
	bucketChosen  = "chosen"
)

func (p *program) loadEntrance() error {
	p.pages.all = map[string]*page{}
	p.pairings, p.locks, p.chosen, p.used = map[string]entry.Pairing{}, entry.Locks{}, map[string]entry.Chosen{}, map[string]time.Time{}
	p.shut = map[string]shut{}
	err := errors.Join(readAll(p.box, bucketPairing, p.pairings), readAll(p.box, bucketLock, p.locks), readAll(p.box, bucketChosen, p.chosen))
	if err != nil {
		return fmt.Errorf("read the store: who may come in: %w", err)
	}
	return nil
}

// readAll reads a bucket of JSON.
func readAll[T any](box *outbox.Outbox, bucket string, into map[string]T) error {
	return box.Each(bucket, func(k, v []byte) error {
		var one T
		defer func() { into[string(k)] = one }()
		return json.Unmarshal(v, &one)
	})
}

// keep stores what is not a fact of the counter's.
func (p *program) keep(puts ...outbox.Put) error {
	return p.decide(plain, func(s *counter.State, _ hall.Moment) (change, error) {
		return change{Decision: counter.Decision{Next: s}, puts: puts}, nil
	})
}

// Pair implements desk.Door.
func (p *program) Pair(_ context.Context, code, from string) (entry.Pairing, entry.Secret, error) {
	p.entering.Lock()
	one, secret, err := p.codes.Take(code, from, p.clock.now().At)
	p.entering.Unlock()
	if err != nil {
		return one, "", err
	}
	if err := p.keep(putJSON(bucketPairing, one.ID, one)); err != nil {
		return one, "", err
	}
	p.entering.Lock()
	p.pairings[one.ID] = one
	p.entering.Unlock()
	p.log.Info("browser paired", "id", one.ID, "place", one.Place.String(), "from", from, "until", one.Until.Format(time.DateOnly))
	return one, secret, nil
}

// Paired implements desk.Door.
func (p *program) Paired(secret entry.Secret) (entry.Pairing, bool) {
	id, _ := secret.Split()
	p.entering.Lock()
	one, ok := p.pairings[id]
	p.entering.Unlock()
	return one, ok && one.Opens(secret, p.clock.now().At)
}

// SignOn implements desk.Counter.
func (s screens) SignOn(_ context.Context, window, badge, pin string) error {
	at, _ := s.hallNow().Window(window)
	o := counter.Order{Window: window, Act: counter.ActOpen, Staff: cmp.Or(badge, at.Staff)}
	staff, needed := s.staffNow()
	switch {
	case !needed && o.Staff != at.Staff, needed && len(staff) > 0 && (badge == "" || pin == ""):
		return entry.NeedsPIN
	case !needed:
		return s.signedOn(o, entry.Tried{})
	}
	s.signing.Lock()
	defer s.signing.Unlock()
	s.entering.Lock()
	locks := maps.Clone(s.locks)
	s.entering.Unlock()
	tried, refused := entry.SignOn(staff, locks, window, badge, pin, s.clock.now().At)
	if tried.Changed != nil {
		s.lock(tried) // whatever the disk says: a full one gives nobody more tries
	}
	if refused == nil {
		o.Proved = true
		return s.signedOn(o, tried)
	}
	return errors.Join(s.miss(tried), refused)
}

// miss stores a wrong try.
func (p *program) miss(tried entry.Tried) error {
	return p.decide(plain, func(st *counter.State, _ hall.Moment) (change, error) {
		return change{Decision: counter.Decision{Next: st, Facts: tried.Facts}, puts: lockPuts(tried)}, nil
	})
}

// ChoosePIN implements desk.Counter. What checks the new PIN goes to the hub sealed, and holds here from now on.
func (s screens) ChoosePIN(_ context.Context, window, badge, code, pin string) error {
	s.signing.Lock()
	defer s.signing.Unlock()
	s.entering.Lock()
	help, chosen, locks := s.help, maps.Clone(s.chosen), maps.Clone(s.locks)
	s.entering.Unlock()
	one, tried, refused := entry.Choose(help, chosen, locks, window, badge, code, pin, s.clock.now().At)
	if tried.Changed != nil {
		s.lock(tried)
	}
	if refused != nil {
		return errors.Join(s.miss(tried), refused)
	}
	err := s.decide(plain, func(st *counter.State, _ hall.Moment) (c change, err error) {
		c = change{Decision: counter.Decision{Next: st}, puts: append(lockPuts(tried), putJSON(bucketChosen, badge, one)), boxes: map[string][]byte{}}
		sealed, err := s.boxed(&c, uplink.Text{Words: one.Argon2})
		c.Facts = []hall.Fact{hall.PINChosen{Window: window, Staff: badge, Help: one.Help, Verifier: sealed}}
		return c, err
	})
	if err != nil {
		return err
	}
	s.entering.Lock()
	defer s.entering.Unlock()
	s.chosen[badge] = one
	return nil
}

// signedOn opens the window.
func (s screens) signedOn(o counter.Order, tried entry.Tried) error {
	err := s.decide(forRating, func(st *counter.State, m hall.Moment) (c change, err error) {
		c.Decision, err = st.Do(m, o)
		c.puts = lockPuts(tried)
		return c, err
	})
	if err == nil {
		s.use(o.Window)
	}
	return err
}

// staffNow returns the PINs of the hall's staff, and whether one is needed.
func (p *program) staffNow() (staff []uplink.Verifier, needed bool) {
	p.entering.Lock()
	defer p.entering.Unlock()
	staff = entry.PINs(p.staff, p.chosen)
	return staff, p.cfg.Desk.SignOn == signOnPIN || len(staff) > 0
}

// lock remembers what a try changed.
func (p *program) lock(t entry.Tried) {
	p.entering.Lock()
	defer p.entering.Unlock()
	for key, l := range t.Changed {
		if l == nil {
			delete(p.locks, key)
			continue
		}
		p.locks[key] = *l
	}
	for _, f := range t.Facts {
		if l, is := f.(hall.StaffLocked); is {
			p.shut[l.Window] = shut{l.Staff, p.clock.now().At, l.Until}
		}
	}
}

// shut is when PINs are not looked at: of a badge, or of any.
type shut struct {
	staff        string
	since, until time.Time
}

// locksNow lists the badges with which too much was typed wrong.
func (p *program) locksNow(now time.Time) (all []uplink.LockNow) {
	p.entering.Lock()
	defer p.entering.Unlock()
	for _, l := range p.locks.Locked(now) {
		if _, ours := p.hallNow().Clerk(l.Staff); !ours {
			continue // whatever somebody typed
		}
		for window, at := range p.shut {
			if at.staff == l.Staff && at.until.Equal(l.Until) {
				l.Window = window
			}
		}
		all = append(all, l)
	}
	return all
}

// lockedAt returns since and until when no PIN that was tried at a window is looked at; zero where one is.
func (p *program) lockedAt(window string, now time.Time) (since, until time.Time) {
	p.entering.Lock()
	defer p.entering.Unlock()
	at := p.shut[window]
	open := at.staff != "" && !slices.ContainsFunc(p.locks.Locked(now), func(l uplink.LockNow) bool { return l.Staff == at.staff })
	if at.until.After(now) && !open {
		return at.since, at.until
	}
	return time.Time{}, time.Time{}
}

func lockPuts(t entry.Tried) (puts []outbox.Put) {
	for _, key := range slices.Sorted(maps.Keys(t.Changed)) {
		if l := t.Changed[key]; l != nil {
			puts = append(puts, putJSON(bucketLock, key, l))
		} else {
			puts = append(puts, outbox.Put{Bucket: bucketLock, Key: []byte(key)})
		}
	}
	return puts
}

// use notes that a clerk did something at a window.
func (p *program) use(window string) {
	p.entering.Lock()
	defer p.entering.Unlock()
	p.used[window] = p.clock.now().At
}

// signOffIdle signs off who left his window open at lunch or at closing. Somebody who is being served stays, and so do
// pads: neither visit nor rating depends on it.
func (p *program) signOffIdle() {
	m, hours := p.clock.now(), p.cfg.Desk.SignOff.hours()
	if m.Clock.State == hall.ClockUnset {
		return
	}
	v := p.view()
	for _, place := range p.hallNow().Windows {
		w, _ := v.state.Window(m, place.ID)
		if w.State != hall.WindowIsOpen && w.State != hall.WindowIsPaused {
			continue
		}
		p.entering.Lock()
		last, ok := p.used[w.ID]
		if !ok {
			last = m.At
			p.used[w.ID] = last // since the start at the latest
		}
		p.entering.Unlock()
		if !hours.Over(last, m.At) {
			continue
		}
		_ = p.decide(forRating, func(s *counter.State, m hall.Moment) (c change, err error) { // tried again at the next tick
			c.Decision, err = s.Do(m, counter.Order{Window: w.ID, Act: counter.ActClose, Why: string(hall.OffIdle)})
			return c, err
		})
	}
}

// signOn is what the console of a window says of who signs on there.
func (s screens) signOn(v shown, w counter.WindowView, at hall.Window) desk.SignOn {
	staff, needed := s.staffNow()
	own, _ := s.hallNow().Clerk(at.Staff)
	return desk.SignOn{
		PIN: needed, NoPINs: len(staff) == 0, Own: s.clerk(at.Staff), StandIn: s.clerk(own.StandIn), Also: v.state.Elsewhere(w.Staff, w.ID),
	}
}
