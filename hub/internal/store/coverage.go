package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/inspection"
)

// early is how much earlier than a moment an event is looked for by when it arrived: clocks differ.
const early = time.Hour

// Watched returns, by agent, what was told of windows and devices from a moment on, whenever it arrived. Of what nothing was
// told since, it says how it stands and since when.
func (s *Store) Watched(ctx context.Context, from time.Time) (map[uint32][]inspection.Told, error) {
	all := map[uint32][]inspection.Told{}
	first, err := s.arrivedFrom(ctx, from.Add(-early))
	if err != nil {
		return nil, err
	}
	// What is told of windows and devices is little of all that is told: it is found by its name in the bytes.
	rows, err := collect(reader{ctx, s.readers}, nil, `SELECT agent_id, when_ms, bytes FROM events WHERE pos >= $1 AND when_ms >= $2 AND why = '' AND again = false AND agent_id <> 0
		AND (instr(bytes, CAST('"type":"window.' AS BLOB)) > 0 OR instr(bytes, CAST('"type":"device.' AS BLOB)) > 0) ORDER BY pos`,
		[]any{first, from.UnixMilli()}, scanTold)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, r := range rows {
		env, err := uplink.DecodeEvent(r.bytes)
		if err != nil {
			return nil, fmt.Errorf("event of agent %d: %w", r.agent, err)
		}
		fact, err := hall.DecodeFact(env.Type, env.Body)
		if err != nil {
			continue // another part of the bytes had that name
		}
		all[r.agent] = append(all[r.agent], inspection.Told{When: r.when, Fact: fact})
		known[nameOfTold(r.agent, fact)] = true
	}
	return all, s.standing(ctx, from, all, known)
}

type toldRow struct {
	agent uint32
	when  time.Time
	bytes []byte
}

func scanTold(rows *sql.Rows, r *toldRow) error {
	return rows.Scan(&r.agent, moment{&r.when}, &r.bytes)
}

// nameOfTold names the window or device that a fact is about.
func nameOfTold(agent uint32, f hall.Fact) string {
	switch f := f.(type) {
	case hall.WindowOpened:
		return windowTold(agent, f.Window)
	case hall.WindowPaused:
		return windowTold(agent, f.Window)
	case hall.WindowResumed:
		return windowTold(agent, f.Window)
	case hall.WindowClosed:
		return windowTold(agent, f.Window)
	case hall.DeviceUp:
		return deviceTold(agent, f.Device)
	case hall.DeviceDown:
		return deviceTold(agent, f.Device)
	}
	return ""
}

func windowTold(agent uint32, id string) string   { return fmt.Sprintf("%d window %s", agent, id) }
func deviceTold(agent uint32, name string) string { return fmt.Sprintf("%d device %s", agent, name) }

// standing adds how windows and devices stand of which nothing was told since.
func (s *Store) standing(ctx context.Context, from time.Time, all map[uint32][]inspection.Told, known map[string]bool) error {
	q := reader{ctx, s.readers}
	windows, err := collect(q, nil, `SELECT `+windowColumns+` FROM windows`, nil, scanWindow)
	if err != nil {
		return err
	}
	for _, w := range windows {
		open := w.State != hall.WindowIsClosed && w.State != hall.WindowIsPaused
		if known[windowTold(w.Agent, w.Window)] || w.Since.IsZero() || !open {
			continue
		}
		since := w.Since // of the last call there, perhaps: nothing was told of closing it since the moment
		if since.After(from) {
			since = from
		}
		all[w.Agent] = append(all[w.Agent], inspection.Told{When: since, Fact: hall.WindowOpened{Window: w.Window, Staff: w.Staff}})
	}
	devices, err := collect(q, nil, `SELECT `+deviceColumns+` FROM devices`, nil, scanDevice)
	if err != nil {
		return err
	}
	for _, d := range devices {
		if known[deviceTold(d.Agent, d.Device)] || d.Since.IsZero() {
			continue
		}
		told := inspection.Told{When: d.Since, Fact: hall.DeviceDown{Device: d.Device, Kind: d.Kind, Window: d.Window, Why: d.Trouble}}
		if d.Up {
			told.Fact = hall.DeviceUp{Device: d.Device, Kind: d.Kind, Window: d.Window, UID: d.UID}
		}
		all[d.Agent] = append(all[d.Agent], told)
	}
	return nil
}

// arrivedFrom finds the pos of the first event that arrived at a moment or later: events arrive in the order of pos. Where
// none did it is behind all.
func (s *Store) arrivedFrom(ctx context.Context, at time.Time) (int64, error) {
	var last int64
	if err := s.readers.QueryRowContext(ctx, `SELECT pos FROM position WHERE id = 1`).Scan(&last); err != nil {
		return 0, err
	}
	low, high := int64(1), last+1
	for low < high {
		mid := low + (high-low)/2
		arrived, ok, err := one(ctx, s, `SELECT arrived_ms FROM events WHERE pos >= $1 ORDER BY pos LIMIT 1`, func(rows *sql.Rows, t *time.Time) error { return rows.Scan(moment{t}) }, mid)
		switch {
		case err != nil:
			return 0, err
		case ok && arrived.Before(at):
			low = mid + 1
		default:
			high = mid
		}
	}
	return low, nil
}
