package hub

import (
	"context"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/store"
	"hallpulse/hub/internal/web"
)

// agentRoll is the agents, as the office's pages see them.
type agentRoll struct {
	store  *store.Store
	decide decider
	now    func() time.Time
}

// Agents lists all agents that were ever enrolled.
func (a agentRoll) Agents(ctx context.Context) ([]web.Agent, error) {
	all, err := a.store.Agents(ctx)
	if err != nil {
		return nil, err
	}
	lost, err := a.store.LostAgents(ctx)
	if err != nil {
		return nil, err
	}
	shown := make([]web.Agent, len(all))
	for n, s := range all {
		shown[n] = web.Agent{Number: s.Number, Name: s.Name, Added: s.Added, Revoked: s.Revoked, Heard: s.Seen, Lost: lost[s.Number]}
	}
	return shown, nil
}

// DeclareLost records that an agent will not come back.
func (a agentRoll) DeclareLost(ctx context.Context, number uint32, by hall.Person) error {
	all, err := a.store.Agents(ctx)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(all, func(s store.Agent) bool { return s.Number == number })
	if at < 0 {
		return &web.LostRefused{Code: web.LostUnknown}
	}
	return declareLost(ctx, all[at], a.decide, by, a.now())
}
