package hub

import (
	"context"
	"crypto/subtle"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/store"
)

// roster is the agents as the store knows them, in memory: the broker asks it at each connect, every message needs a
// number. Many goroutines may use it.
type roster struct {
	store *store.Store

	mu    sync.RWMutex
	may   map[string]enrolled // who may speak, by name
	names map[uint32]string   // all, revoked ones too
	heard map[uint32]time.Time
	heads map[uint32]intake.Heard // how far each agent's store goes, as it said last

	now   func() time.Time
	newly func(agent string) // it came with its newest key for the first time
}

type enrolled struct {
	number uint32
	keys   []store.AgentKey // by which it is let in, the newest first
}

func newRoster(ctx context.Context, s *store.Store, now func() time.Time) (*roster, error) {
	r := &roster{store: s, heard: map[uint32]time.Time{}, heads: map[uint32]intake.Heard{}, now: now, newly: func(string) {}}
	return r, r.load(ctx)
}

// load reads the agents again, after one was added or revoked.
func (r *roster) load(ctx context.Context) error {
	agents, err := r.store.Agents(ctx)
	if err != nil {
		return err
	}
	may, names := map[string]enrolled{}, map[uint32]string{}
	for _, a := range agents {
		names[a.Number] = a.Name
		if !a.Revoked.IsZero() {
			continue
		}
		keys, err := r.store.LiveKeys(ctx, a.Number, r.now())
		if err != nil {
			return err
		}
		if len(keys) > 0 {
			may[a.Name] = enrolled{a.Number, keys}
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.may, r.names = may, names
	return nil
}

// May implements broker.Accounts.
func (r *roster) May(agent string) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	_, ok := r.may[agent]
	return ok
}

// Admit implements broker.Accounts. With the newest key the older ones end.
func (r *roster) Admit(agent string, sum [32]byte) bool {
	r.mu.RLock()
	e := r.may[agent]
	r.mu.RUnlock()
	found := -1
	for i, k := range e.keys {
		if subtle.ConstantTimeCompare(sum[:], k.PasswordSHA[:]) == 1 && (k.Holds.IsZero() || r.now().Before(k.Holds)) {
			found = i
		}
	}
	if found == 0 && len(e.keys) > 1 {
		r.newly(agent)
	}
	return found >= 0
}

// renew ends the older keys of agents that came with their newest, and tells them what is sealed with it, until ctx ends.
func (r *roster) renew(ctx context.Context, came <-chan string, tell func(context.Context) error, log *slog.Logger) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case agent := <-came:
			e := r.all()[agent]
			if len(e.keys) < 2 {
				continue
			}
			err := errors.Join(r.store.UseNewest(ctx, e.number, r.now()), r.load(ctx), tell(ctx))
			if err != nil && ctx.Err() == nil {
				log.Error("an agent's old secret still holds", "agent", agent, "err", err)
				continue
			}
			log.Info("agent came with its new secret; the old one has ended", "agent", agent)
		}
	}
}

// current returns the key that an agent uses: until it comes with its newest, the one before, as long as that holds.
func (e enrolled) current(now time.Time) store.AgentKey {
	for _, k := range slices.Backward(e.keys) {
		if now.Before(k.Holds) {
			return k
		}
	}
	return e.keys[0]
}

// all returns who may speak.
func (r *roster) all() map[string]enrolled {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return maps.Clone(r.may)
}

// number returns the number of an agent that may speak, and notes that it did, at now.
func (r *roster) number(agent string, now time.Time) (uint32, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.may[agent]
	if ok {
		r.heard[e.number] = now
	}
	return e.number, ok
}

// numberOf returns the number of an agent that may speak.
func (r *roster) numberOf(agent string) (uint32, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	e, ok := r.may[agent]
	return e.number, ok
}

// status notes what an agent said of its store, at now.
func (r *roster) status(agent string, heads []uplink.Head, now time.Time) {
	if number, ok := r.number(agent, now); ok {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.heads[number] = intake.Heard{At: now, Heads: heads}
	}
}

// said returns how far each agent's store goes.
func (r *roster) said() map[uint32]intake.Heard {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return maps.Clone(r.heads)
}

// name returns the name of an agent, revoked or not.
func (r *roster) name(number uint32) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.names[number]
}

// remember stores who was heard since the last time, so that "as of" survives a restart.
func (r *roster) remember(ctx context.Context) error {
	r.mu.Lock()
	heard := r.heard
	r.heard = map[uint32]time.Time{}
	r.mu.Unlock()
	if len(heard) == 0 {
		return nil
	}
	return r.store.Seen(ctx, heard)
}
