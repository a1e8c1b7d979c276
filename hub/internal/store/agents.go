package store

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// ErrUnknown is returned for a name that the store does not have.
var ErrUnknown = errors.New("not known here")

// ErrTaken is returned where a name is in use.
var ErrTaken = errors.New("the name is in use")

// Agent is an enrolled agent.
type Agent struct {
	Number  uint32
	Name    string
	Added   time.Time
	Revoked time.Time // zero: it may speak
	Seen    time.Time // when this hub heard it last; zero: never
}

// AgentKey is what the hub keeps of the secret it shares with an agent: never the secret.
type AgentKey struct {
	Public      ed25519.PublicKey
	PasswordSHA [32]byte // SHA-256 of the MQTT password
	ConfigKey   []byte   // sealed under the key file
	From        hall.Day
	To          hall.Day  // last day; 0: open
	Holds       time.Time // until when it lets its agent in that has a newer one; zero: it is the newest
}

// AddAgent enrols an agent under the next number. key is called with that number and makes its first key.
func (s *Store) AddAgent(ctx context.Context, name string, now time.Time, key func(number uint32) (AgentKey, error)) (Agent, error) {
	a := Agent{Name: name, Added: now}
	if !uplink.ValidAgent(name) {
		return a, fmt.Errorf("agent %q: a name has 1 to 32 of a-z, 0-9 and -", name)
	}
	err := s.write(ctx, func(tx *sql.Tx) error {
		var have int
		if err := tx.QueryRow(`SELECT COUNT(*) FROM agents WHERE name = $1`, name).Scan(&have); err != nil {
			return err
		}
		if have > 0 {
			return ErrTaken
		}
		if err := tx.QueryRow(`SELECT COALESCE(MAX(id), 0) + 1 FROM agents`).Scan(&a.Number); err != nil {
			return err
		}
		if a.Number > hall.MaxAgent {
			return errors.New("no numbers are left")
		}
		k, err := key(a.Number)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO agents (id, name, added_ms) VALUES ($1, $2, $3)`, int64(a.Number), name, now.UnixMilli()); err != nil {
			return err
		}
		var to any
		if k.To != 0 {
			to = int64(k.To)
		}
		_, err = tx.Exec(`INSERT INTO agent_keys (agent_id, public_key, password_sha, config_key, from_day, to_day) VALUES ($1, $2, $3, $4, $5, $6)`,
			int64(a.Number), []byte(k.Public), k.PasswordSHA[:], k.ConfigKey, int64(k.From), to)
		return err
	})
	if err != nil {
		return a, fmt.Errorf("add agent %s: %w", name, err)
	}
	return a, nil
}

const agentColumns = `a.id, a.name, a.added_ms, a.revoked_ms, p.seen_ms FROM agents a LEFT JOIN agent_presences p ON p.agent_id = a.id`

func scanAgent(rows *sql.Rows, a *Agent) error {
	return rows.Scan(&a.Number, &a.Name, moment{&a.Added}, moment{&a.Revoked}, moment{&a.Seen})
}

// Agents lists all agents by number, revoked ones too.
func (s *Store) Agents(ctx context.Context) ([]Agent, error) {
	return collect(reader{ctx, s.readers}, nil, `SELECT `+agentColumns+` ORDER BY a.id`, nil, scanAgent)
}

// AgentByName returns an agent that may speak; ErrUnknown where there is none of that name or it was revoked.
func (s *Store) AgentByName(ctx context.Context, name string) (Agent, error) {
	found, err := collect(reader{ctx, s.readers}, nil, `SELECT `+agentColumns+` WHERE a.name = $1 AND a.revoked_ms IS NULL`, []any{name}, scanAgent)
	if err != nil {
		return Agent{}, err
	}
	if len(found) == 0 {
		return Agent{}, fmt.Errorf("agent %s: %w", name, ErrUnknown)
	}
	return found[0], nil
}

// Agent returns an agent of a name, revoked or not; of several the newest. ErrUnknown where there never was one.
func (s *Store) Agent(ctx context.Context, name string) (Agent, error) {
	found, err := collect(reader{ctx, s.readers}, nil, `SELECT `+agentColumns+` WHERE a.name = $1 ORDER BY a.id DESC LIMIT 1`, []any{name}, scanAgent)
	if err != nil {
		return Agent{}, err
	}
	if len(found) == 0 {
		return Agent{}, fmt.Errorf("agent %s: %w", name, ErrUnknown)
	}
	return found[0], nil
}

// RevokeAgent ends an agent at once: its name and its keys are good for nothing new. What it told stays.
func (s *Store) RevokeAgent(ctx context.Context, name string, now time.Time) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		r, err := tx.Exec(`UPDATE agents SET revoked_ms = $1 WHERE name = $2 AND revoked_ms IS NULL`, now.UnixMilli(), name)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, ErrUnknown)
		}
		_, err = tx.Exec(`UPDATE agent_keys SET to_day = $1, holds_ms = NULL WHERE (to_day IS NULL OR to_day > $1) AND agent_id IN (SELECT id FROM agents WHERE name = $2)`, int64(hall.DayOf(now)), name)
		return err
	})
	if err != nil {
		return fmt.Errorf("revoke agent %s: %w", name, err)
	}
	return nil
}

// AgentKeys returns the keys of an agent that are good on a day, the newest first.
func (s *Store) AgentKeys(ctx context.Context, number uint32, day hall.Day) ([]AgentKey, error) {
	return s.agentKeys(ctx, `from_day <= $2 AND (to_day IS NULL OR to_day >= $2)`, number, int64(day))
}

// agentKeys returns the keys of an agent that are such, with $2 in it.
func (s *Store) agentKeys(ctx context.Context, such string, number uint32, arg int64) ([]AgentKey, error) {
	return collect(reader{ctx, s.readers}, nil, `SELECT public_key, password_sha, config_key, from_day, COALESCE(to_day, 0), holds_ms FROM agent_keys
		WHERE agent_id = $1 AND (`+such+`) ORDER BY (to_day IS NULL) DESC, from_day DESC`,
		[]any{int64(number), arg}, func(rows *sql.Rows, k *AgentKey) error {
			var public, sha []byte
			err := rows.Scan(&public, &sha, &k.ConfigKey, &k.From, &k.To, moment{&k.Holds})
			k.Public = public
			copy(k.PasswordSHA[:], sha)
			return err
		})
}

// PublicKey returns the key that signed an agent's tokens of a day; ErrUnknown where there was none. Tokens of a
// revoked agent stay good up to the day it was revoked.
func (s *Store) PublicKey(ctx context.Context, number uint32, day hall.Day) (ed25519.PublicKey, error) {
	keys, err := s.AgentKeys(ctx, number, day)
	if err != nil {
		return nil, err
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("key of agent %d on %s: %w", number, day, ErrUnknown)
	}
	return keys[0].Public, nil
}

// Seen remembers when agents were heard last, so that "as of" survives a restart.
func (s *Store) Seen(ctx context.Context, heard map[uint32]time.Time) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		for number, at := range heard {
			_, err := tx.Exec(`INSERT INTO agent_presences (agent_id, seen_ms) SELECT id, $2 FROM agents WHERE id = $1
				ON CONFLICT (agent_id) DO UPDATE SET seen_ms = excluded.seen_ms`, int64(number), at.UnixMilli())
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("remember who was heard: %w", err)
	}
	return nil
}

// reader queries the pool of readers.
type reader struct {
	ctx context.Context
	db  *sql.DB
}

// Query implements querier.
func (r reader) Query(query string, args ...any) (*sql.Rows, error) {
	return r.db.QueryContext(r.ctx, query, args...)
}
