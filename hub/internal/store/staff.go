package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// StaffPIN is what checks the PIN of a hall's clerk, sealed under the key file.
type StaffPIN struct {
	Hall, Badge string
	Sealed      []byte
	Set         time.Time
}

// StaffHelp is what a manager did for a clerk of a hall who cannot sign on.
type StaffHelp struct {
	Hall string
	uplink.Help
}

// SetPIN gives a clerk his PIN, in the place of the one he had; what he was helped with is over.
func (s *Store) SetPIN(ctx context.Context, p StaffPIN) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		return errors.Join(setPIN(tx, p), dropHelp(tx, p.Hall, p.Badge))
	})
	if err != nil {
		return fmt.Errorf("PIN of %s: %w", p.Badge, err)
	}
	return nil
}

func setPIN(tx *sql.Tx, p StaffPIN) error {
	_, err := tx.Exec(`INSERT INTO staff_pins (hall, badge, sealed, set_ms) VALUES ($1, $2, $3, $4)
		ON CONFLICT (hall, badge) DO UPDATE SET sealed = excluded.sealed, set_ms = excluded.set_ms`, p.Hall, p.Badge, p.Sealed, p.Set.UnixMilli())
	return err
}

func dropHelp(tx *sql.Tx, hallID, badge string) error {
	_, err := tx.Exec(`DELETE FROM staff_help WHERE hall = $1 AND badge = $2`, hallID, badge)
	return err
}

// ChoosePIN is SetPIN for a PIN that was chosen with a help, which stays; ErrUnknown where another deed has ended it.
func (s *Store) ChoosePIN(ctx context.Context, p StaffPIN, help string) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		var n int
		if err := tx.QueryRow(`SELECT COUNT(*) FROM staff_help WHERE hall = $1 AND badge = $2 AND id = $3`, p.Hall, p.Badge, help).Scan(&n); err != nil {
			return err
		}
		if n == 0 {
			return ErrUnknown
		}
		return setPIN(tx, p)
	})
	if err != nil {
		return fmt.Errorf("PIN of %s: %w", p.Badge, err)
	}
	return nil
}

// SetHelp keeps what a clerk is helped with, in the place of what there was.
func (s *Store) SetHelp(ctx context.Context, h StaffHelp) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO staff_help (hall, badge, id, argon2, until_ms) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (hall, badge) DO UPDATE SET id = excluded.id, argon2 = excluded.argon2, until_ms = excluded.until_ms`, h.Hall, h.Badge, h.ID, h.Argon2, ms(h.Until))
		return err
	})
	if err != nil {
		return fmt.Errorf("help of %s: %w", h.Badge, err)
	}
	return nil
}

// DropHelp ends one help, unless another has taken its place.
func (s *Store) DropHelp(ctx context.Context, id string) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`DELETE FROM staff_help WHERE id = $1`, id)
		return err
	})
	if err != nil {
		return fmt.Errorf("help: %w", err)
	}
	return nil
}

// Helps returns what clerks of all halls are helped with, by hall and badge.
func (s *Store) Helps(ctx context.Context) ([]StaffHelp, error) {
	return collect(reader{ctx, s.readers}, nil, `SELECT hall, badge, id, argon2, until_ms FROM staff_help ORDER BY hall, badge`, nil,
		func(rows *sql.Rows, h *StaffHelp) error {
			return rows.Scan(&h.Hall, &h.Badge, &h.ID, &h.Argon2, moment{&h.Until})
		})
}

// DropPIN takes a clerk's PIN away; ErrUnknown where he has none. What he was helped with is over.
func (s *Store) DropPIN(ctx context.Context, hallID, badge string) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		r, err := tx.Exec(`DELETE FROM staff_pins WHERE hall = $1 AND badge = $2`, hallID, badge)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, ErrUnknown)
		}
		return dropHelp(tx, hallID, badge)
	})
	if err != nil {
		return fmt.Errorf("PIN of %s: %w", badge, err)
	}
	return nil
}

// PINs returns the PINs of all halls, by hall and badge.
func (s *Store) PINs(ctx context.Context) ([]StaffPIN, error) {
	return collect(reader{ctx, s.readers}, nil, `SELECT hall, badge, sealed, set_ms FROM staff_pins ORDER BY hall, badge`, nil,
		func(rows *sql.Rows, p *StaffPIN) error {
			return rows.Scan(&p.Hall, &p.Badge, &p.Sealed, moment{&p.Set})
		})
}

// RotateAgent gives an agent another key. The one it has still lets it in for grace, or until it comes with the new one
// (UseNewest). A new key that it has not come with yet is given up for this one.
func (s *Store) RotateAgent(ctx context.Context, name string, now time.Time, grace time.Duration, key func(number uint32) (AgentKey, error)) (Agent, error) {
	a, err := s.AgentByName(ctx, name)
	if err != nil {
		return a, err
	}
	err = s.write(ctx, func(tx *sql.Tx) error {
		var held int
		if err := tx.QueryRow(`SELECT COUNT(*) FROM agent_keys WHERE agent_id = $1 AND holds_ms > $2`, int64(a.Number), now.UnixMilli()).Scan(&held); err != nil {
			return err
		}
		until := now.Add(grace)
		if held > 0 {
			until = now
		}
		if _, err := tx.Exec(`UPDATE agent_keys SET to_day = $1, holds_ms = $2 WHERE agent_id = $3 AND to_day IS NULL`,
			int64(hall.DayOf(until)), until.UnixMilli(), int64(a.Number)); err != nil {
			return err
		}
		k, err := key(a.Number)
		if err != nil {
			return err
		}
		_, err = tx.Exec(`INSERT INTO agent_keys (agent_id, public_key, password_sha, config_key, from_day) VALUES ($1, $2, $3, $4, $5)`,
			int64(a.Number), []byte(k.Public), k.PasswordSHA[:], k.ConfigKey, int64(k.From))
		return err
	})
	if err != nil {
		return a, fmt.Errorf("rotate agent %s: %w", name, err)
	}
	return a, nil
}

// UseNewest ends what an agent's older keys still held: it has come with its newest. Tokens that were signed with them up to
// today stay good.
func (s *Store) UseNewest(ctx context.Context, number uint32, now time.Time) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE agent_keys SET to_day = $1, holds_ms = $2 WHERE agent_id = $3 AND holds_ms > $2`,
			int64(hall.DayOf(now)), now.UnixMilli(), int64(number))
		return err
	})
	if err != nil {
		return fmt.Errorf("keys of agent %d: %w", number, err)
	}
	return nil
}

// LiveKeys returns the keys by which an agent is let in at a moment, the newest first. More than one means that it was given
// a new one and has not come with it.
func (s *Store) LiveKeys(ctx context.Context, number uint32, now time.Time) ([]AgentKey, error) {
	return s.agentKeys(ctx, `to_day IS NULL OR holds_ms > $2`, number, now.UnixMilli())
}

// SetCertificate keeps the certificate that was made for an agent's screens.
func (s *Store) SetCertificate(ctx context.Context, number uint32, leaf []byte, now time.Time) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO agent_certificates (agent_id, leaf, made_ms) VALUES ($1, $2, $3)
			ON CONFLICT (agent_id) DO UPDATE SET leaf = excluded.leaf, made_ms = excluded.made_ms`, int64(number), leaf, now.UnixMilli())
		return err
	})
	if err != nil {
		return fmt.Errorf("certificate of agent %d: %w", number, err)
	}
	return nil
}

// Certificates returns the certificates of agents' screens, in DER.
func (s *Store) Certificates(ctx context.Context) (map[uint32][]byte, error) {
	type one struct {
		number uint32
		leaf   []byte
	}
	all, err := collect(reader{ctx, s.readers}, nil, `SELECT agent_id, leaf FROM agent_certificates`, nil,
		func(rows *sql.Rows, o *one) error { return rows.Scan(&o.number, &o.leaf) })
	found := map[uint32][]byte{}
	for _, o := range all {
		found[o.number] = o.leaf
	}
	return found, err
}
