package hub

import (
	"context"
	"maps"
	"math"
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
}

type enrolled struct {
	number   uint32
	password [32]byte // SHA-256
}

func newRoster(ctx context.Context, s *store.Store) (*roster, error) {
	r := &roster{store: s, heard: map[uint32]time.Time{}, heads: map[uint32]intake.Heard{}}
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
		keys, err := r.store.AgentKeys(ctx, a.Number, math.MaxInt32) // open ones, whatever the hub's clock shows
		if err != nil {
			return err
		}
		if len(keys) > 0 {
			may[a.Name] = enrolled{a.Number, keys[0].PasswordSHA}
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.may, r.names = may, names
	return nil
}

// PasswordSHA implements broker.Accounts.
func (r *roster) PasswordSHA(agent string) (sum [32]byte, ok bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	e, ok := r.may[agent]
	return e.password, ok
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
