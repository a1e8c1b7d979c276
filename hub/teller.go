package hub

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/board"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/store"
	"hallpulse/hub/internal/web"
)

// findingsBack is how far back findings are told to the board, which drops them earlier.
const findingsBack = 7 * 24 * time.Hour

// teller tells the board what the store holds: all of it at the start, then what each commit changed (commit, then
// tell). It reads the store, so that screens hear only what is there.
type teller struct {
	store  *store.Store
	roster *roster
	live   *web.Live
	halls  []string // ids
	now    func() time.Time
	log    *slog.Logger

	commands *commander // nil until agents can be spoken to

	wake    chan struct{}
	mu      sync.Mutex
	windows map[intake.WindowKey]bool // changed, not told yet
	found   bool                      // findings were added
	ordered bool                      // something was asked of an agent, or answered
	seen    bool                      // somebody sees to an alert, or it was cleared
	filed   bool                      // a case took a step
	booked  bool                      // a place was booked, or something became of one

	shown map[string]board.Finding // of run alone
}

func newTeller(s *store.Store, r *roster, l *web.Live, halls []string, now func() time.Time, log *slog.Logger) *teller {
	return &teller{store: s, roster: r, live: l, halls: halls, now: now, log: log,
		wake: make(chan struct{}, 1), windows: map[intake.WindowKey]bool{}, shown: map[string]board.Finding{}}
}

// note takes what a commit changed. It does not wait: intake calls it.
func (t *teller) note(c intake.Committed) {
	windows := slices.Clone(c.Windows)
	for _, k := range c.Counted {
		windows = append(windows, intake.WindowKey{Agent: k.Agent, Window: k.Window})
	}
	t.mu.Lock()
	t.ordered, t.seen = t.ordered || c.Commands, t.seen || c.Alerts
	t.filed, t.booked = t.filed || c.Cases, t.booked || c.Booked
	t.mu.Unlock()
	t.due(windows, len(c.Findings) > 0)
}

// due notes what is to be told.
func (t *teller) due(windows []intake.WindowKey, findings bool) {
	t.mu.Lock()
	for _, w := range windows {
		t.windows[w] = true
	}
	t.found = t.found || findings
	t.mu.Unlock()
	select {
	case t.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// again tells all windows of a hall, which may be new on the board.
func (t *teller) again(h board.Hall) {
	var windows []intake.WindowKey
	for _, w := range h.Catalogue.Windows {
		if number, ok := t.roster.numberOf(h.AgentOf(w.ID, "")); ok {
			windows = append(windows, intake.WindowKey{Agent: number, Window: w.ID})
		}
	}
	t.due(windows, false)
}

// breath is the pause between two looks: what is committed meanwhile is read once.
const breath = 50 * time.Millisecond

// run tells what is noted until ctx ends. Findings are read again each minute: a press that was lost may have come by
// another road.
func (t *teller) run(ctx context.Context) error {
	minute := time.NewTicker(time.Minute)
	defer minute.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-minute.C:
			if err := errors.Join(t.tellWorks(ctx), t.tellCases(ctx), t.tellBooked(ctx)); err != nil && ctx.Err() == nil {
				t.log.Error("board not told of the calendar, of cases and of bookings", "error", err)
			}
			t.due(nil, true)
		case <-t.wake:
			t.tellDue(ctx)
			select {
			case <-ctx.Done():
			case <-time.After(breath):
			}
		}
	}
}

// tellDue tells what is noted; what cannot be read stays noted, for the next minute.
func (t *teller) tellDue(ctx context.Context) {
	t.mu.Lock()
	windows, found, ordered, seen, filed, booked := slices.Collect(maps.Keys(t.windows)), t.found, t.ordered, t.seen, t.filed, t.booked
	clear(t.windows)
	t.found, t.ordered, t.seen, t.filed, t.booked = false, false, false, false, false
	t.mu.Unlock()
	var err error
	if len(windows) > 0 {
		err = t.tellWindows(ctx, windows...)
	}
	if found {
		err = errors.Join(err, t.tellFindings(ctx))
	}
	if ordered {
		err = errors.Join(err, t.tellAsked(ctx))
	}
	if seen {
		err = errors.Join(err, t.tellTakings(ctx))
	}
	if filed {
		err = errors.Join(err, t.tellCases(ctx))
	}
	if booked {
		err = errors.Join(err, t.tellBooked(ctx))
	}
	if err == nil || ctx.Err() != nil {
		return
	}
	t.log.Error("board not told of a commit", "error", err)
	t.mu.Lock()
	for _, w := range windows {
		t.windows[w] = true
	}
	t.ordered, t.seen, t.filed, t.booked = t.ordered || ordered, t.seen || seen, t.filed || filed, t.booked || booked
	t.mu.Unlock()
}

// tellAll tells all that the store holds.
func (t *teller) tellAll(ctx context.Context) error {
	agents, err := t.store.Agents(ctx)
	if err != nil {
		return err
	}
	restored, was, err := t.store.Restored(ctx)
	if err != nil {
		return err
	}
	t.live.Change(func(b *board.Board, _ time.Time) {
		for _, a := range agents {
			if !a.Seen.IsZero() {
				b.Heard(a.Name, a.Seen)
			}
		}
		if was {
			b.Restore(board.Restored{Copied: restored.Copied, Restored: restored.Restored})
		}
	})
	for _, tell := range []func(context.Context) error{func(ctx context.Context) error { return t.tellWindows(ctx) }, t.tellFindings, t.tellAsked, t.tellTakings, t.tellWorks, t.tellCases, t.tellBooked} {
		if err := tell(ctx); err != nil {
			return err
		}
	}
	return nil
}

// tellWindows tells how windows stand and what they did today; without keys all of them.
func (t *teller) tellWindows(ctx context.Context, keys ...intake.WindowKey) error {
	windows, err := t.store.Windows(ctx, keys...)
	if err != nil {
		return err
	}
	days, err := t.store.Today(ctx, hall.DayOf(t.now()), keys...)
	if err != nil {
		return err
	}
	t.live.Change(func(b *board.Board, _ time.Time) {
		for _, w := range windows {
			b.Keep(t.roster.name(w.Agent), board.Kept{Window: w.Window, Epoch: w.Epoch, Seq: w.Seq, State: w.State, Since: w.Since,
				Staff: w.Staff, Ticket: w.Number, Item: w.Item})
		}
		for _, d := range days {
			b.Count(t.roster.name(d.Agent), board.Today{Window: d.Window, Day: d.Day, Sums: d.Sums, Recent: recent(d.Recent)})
		}
	})
	return nil
}

// tellCases tells how many cases of each agent are due.
func (t *teller) tellCases(ctx context.Context) error {
	today := hall.DayOf(t.now())
	due, err := t.store.CasesDue(ctx, today)
	if err != nil {
		return err
	}
	t.live.Change(func(b *board.Board, _ time.Time) {
		told := map[string]board.Due{}
		for number, d := range due {
			told[t.roster.name(number)] = board.Due{Day: today, Today: d.Today, Overdue: d.Overdue}
		}
		b.Owe(today, told)
	})
	return nil
}

// tellBooked tells what became of the places that are booked for today.
func (t *teller) tellBooked(ctx context.Context) error {
	today := hall.DayOf(t.now())
	booked, err := t.store.BookedOn(ctx, today)
	if err != nil {
		return err
	}
	t.live.Change(func(b *board.Board, _ time.Time) {
		told := map[string]map[string]board.Booked{}
		for number, letters := range booked {
			of := map[string]board.Booked{}
			for letter, n := range letters {
				of[letter] = board.Booked{All: n.Booked - n.Cancelled, Came: n.Came, Awaited: n.Awaited()}
			}
			told[t.roster.name(number)] = of
		}
		b.Book(today, told)
	})
	return nil
}

func recent(answers []intake.Answer) []board.Recent {
	var out []board.Recent
	for _, a := range answers {
		r := board.Recent{At: a.When, Level: a.Level, Channel: a.Channel, Missing: a.ReasonMissing}
		if a.Reasons != "" {
			r.Reasons = strings.Split(a.Reasons, ",")
		}
		out = append(out, r)
	}
	return out
}

// tellFindings tells the findings of the last days. One of which nothing is left leaves the board: it is told as of
// long ago.
func (t *teller) tellFindings(ctx context.Context) error {
	found, err := t.store.Findings(ctx, t.now().Add(-findingsBack))
	if err != nil {
		return err
	}
	gone := t.shown
	t.shown = map[string]board.Finding{}
	for _, f := range found {
		b := board.Finding{ID: strconv.FormatInt(f.Pos, 10), Rule: f.Rule, Agent: f.Agent, Window: f.Window, At: f.At,
			Presses: len(f.Seqs), From: f.From, To: f.To}
		t.shown[b.ID] = b
		delete(gone, b.ID)
	}
	t.live.Change(func(b *board.Board, _ time.Time) {
		for _, f := range t.shown {
			b.Find(f)
		}
		for _, f := range gone {
			f.At = time.Time{}
			b.Find(f)
		}
	})
	return nil
}
