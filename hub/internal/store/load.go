package store

import (
	"database/sql"
	"fmt"
	"strings"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/figures"
	"hallpulse/hub/internal/intake"
)

// Columns as they are read.
const (
	eventColumns   = `pos, agent_id, epoch, seq, bytes, chain, why, again, when_ms, uncertainty_ms, arrived_ms`
	epochColumns   = `agent_id, epoch, last, chain, began_ms, when_ms, closed, ended`
	ticketColumns  = `id, number, letter, day, item, ahead, code_sha, state, window_id, calls, issued_ms, called_ms, ended_ms, contact_ref, contact_sha, contact_lang, state_start, state_up_ms, call_start, call_up_ms, class, purpose, cases, goes_letter, goes_item, goes_window, goes_staff, held_why, p50_mins, p90_mins, situation, due_ms, lapsed, command, token_ref, hops`
	visitColumns   = `id, ticket, window_id, staff, unit, item, opened_ms, served_ms, ended_ms, began, outcome, by_next, invited, level, channel, rated_ms, integrity, answer, replaced, follow_ups, reason_missing, withheld, named, platform, due_day, due_provisional, default_level, defaulted_ms, lost, repair, excluded, place_start, place_up_ms, is_case, by_cases, down, assisted, helper, helped_at`
	answerColumns  = `pos, agent_id, epoch, seq, when_ms, uncertainty_ms, arrived_ms, kind, standing, ticket, told, visit, window_id, level, channel, why, uid, boot, press, age_ms, form, reasons, reason_missing, withheld, named, callback, lapsed, expired, ref, ref_sha, reply, operator, call_id`
	windowColumns  = `agent_id, window_id, state, since_ms, ticket, visit, state_began_ms, state_epoch, state_seq, staff, staff_began_ms, staff_epoch, staff_seq`
	deviceColumns  = `agent_id, device, kind, window_id, uid, up, trouble, dropped, since_ms, at_began_ms, at_epoch, at_seq`
	stateColumns   = `agent_id, hall, version, catalogue, instance, started_ms, at_began_ms, at_epoch, at_seq, config, lost_ms, catalogue_version, refused_version, refused_why, refused_what`
	findingColumns = `pos, at_ms, rule, agent, epoch, from_seq, to_seq, uid, boot, presses, window_id`
)

// What Load asks. %s is a list of keys. Keys of several values are joined as a table: with (a, b) IN (VALUES …) SQLite
// reads the whole table instead of its index.
const (
	loadEpochs    = `WITH k (a, b) AS (VALUES %s) SELECT ` + epochColumns + ` FROM k JOIN epochs ON agent_id = a AND epoch = b`
	loadEpochsOf  = `SELECT ` + epochColumns + ` FROM epochs WHERE agent_id IN (%s)`
	loadSeals     = `SELECT agent_id, epoch, seq, chain, why FROM events WHERE agent_id = $1 AND epoch = $2 AND seq BETWEEN $3 AND $4`
	loadEvents    = `WITH k (a, b, c) AS (VALUES %s) SELECT agent_id, epoch, seq, bytes FROM k JOIN events ON agent_id = a AND epoch = b AND seq = c`
	loadRetold    = `SELECT agent_id, epoch, seq, digest FROM retold WHERE agent_id = $1 AND epoch = $2 AND seq BETWEEN $3 AND $4`
	loadVisits    = `SELECT ` + visitColumns + ` FROM visits WHERE id IN (%s)`
	loadTickets   = `SELECT ` + ticketColumns + ` FROM tickets WHERE id IN (%s)`
	loadVisitsOf  = `SELECT ` + visitColumns + ` FROM visits WHERE ticket IN (%s)`
	loadAnswersOf = `SELECT ` + answerColumns + ` FROM answers WHERE ticket IN (%s)`
	loadPresses   = `WITH k (a, b, c) AS (VALUES %s) SELECT ` + answerColumns + ` FROM k JOIN answers ON uid = a AND boot = b AND press = c`
	loadForms     = `SELECT ` + answerColumns + ` FROM answers WHERE form IN (%s)`
	loadDrafts    = `SELECT ` + answerColumns + ` FROM answers WHERE kind = 'drafted' AND when_ms <= $1`
	loadPending   = `SELECT ` + answerColumns + ` FROM answers WHERE standing = 'pending' AND when_ms <= $1 ORDER BY when_ms LIMIT $2`
	loadHole      = `SELECT uid, boot, press FROM answers WHERE uid = $1 AND boot = $2 AND press > $3 AND press <= $4`
	loadWindows   = `WITH k (a, b) AS (VALUES %s) SELECT ` + windowColumns + ` FROM k JOIN windows ON agent_id = a AND window_id = b`
	loadDevices   = `WITH k (a, b) AS (VALUES %s) SELECT ` + deviceColumns + ` FROM k JOIN devices ON agent_id = a AND device = b`
	loadStates    = `SELECT ` + stateColumns + ` FROM agent_states WHERE agent_id IN (%s)`
	loadSteps     = `WITH k (a, b) AS (VALUES %s) SELECT pos, agent_id, start, up_ms, to_ms FROM k JOIN clock_steps ON agent_id = a AND start = b`
)

// loader loads rows until something fails.
type loader struct {
	tx  *sql.Tx
	err error
}

// get adds the rows of keys to out.
func get[K, R any](l *loader, out *[]R, query string, keys []K, n int, of func([]any, K) []any, scan func(*sql.Rows, *R) error) {
	if l.err != nil || len(keys) == 0 {
		return
	}
	rows, err := find(l.tx, query, keys, n, of, scan)
	*out, l.err = append(*out, rows...), err
}

// Load implements intake.Tx.
func (t transaction) Load(k intake.Keys) (intake.Before, error) {
	var b intake.Before
	l := &loader{tx: t.tx}
	l.heads(k, &b)
	l.stream(k, &b)
	l.courses(k, &b)
	l.rest(k, &b)
	l.matters(k, &b)
	l.clock(k, &b)
	return b, l.err
}

// heads loads the position and heads of epochs.
func (l *loader) heads(k intake.Keys, b *intake.Before) {
	if k.Position {
		l.err = l.tx.QueryRow(`SELECT pos, epoch, rebuilds FROM position WHERE id = 1`).Scan(&b.Position.Pos, &b.Position.Epoch, &b.Position.Rebuilds)
		k.Epochs = append(k.Epochs, intake.EpochKey{Epoch: b.Position.Epoch})
	}
	get(l, &b.Epochs, loadEpochs, k.Epochs, 2, epochArgs, scanEpoch)
	get(l, &b.Epochs, loadEpochsOf, k.EpochsOf, 1, numberArg, scanEpoch)
}

// stream loads what is kept beside stored events.
func (l *loader) stream(k intake.Keys, b *intake.Before) {
	for _, r := range k.Seals {
		if l.err != nil {
			return
		}
		b.Seals, l.err = collect(l.tx, b.Seals, loadSeals,
			rangeArgs(r), func(rows *sql.Rows, s *intake.Seal) error {
				return rows.Scan(&s.Agent, &s.Epoch, &s.Seq, link{&s.Chain}, &s.Why)
			})
	}
	get(l, &b.Events, loadEvents, k.Events, 3,
		func(a []any, p intake.Place) []any { return append(a, int64(p.Agent), p.Epoch, int64(p.Seq)) },
		func(rows *sql.Rows, e *intake.Kept) error { return rows.Scan(&e.Agent, &e.Epoch, &e.Seq, &e.Bytes) })
	for _, r := range k.Retold {
		if l.err != nil {
			return
		}
		b.Retold, l.err = collect(l.tx, b.Retold, loadRetold,
			rangeArgs(r), func(rows *sql.Rows, r *intake.Retold) error {
				var digest []byte
				err := rows.Scan(&r.Agent, &r.Epoch, &r.Seq, &digest)
				copy(r.Digest[:], digest)
				return err
			})
	}
}

// courses loads tickets, visits and answers.
func (l *loader) courses(k intake.Keys, b *intake.Before) {
	id := func(a []any, id hall.ID) []any { return append(a, name(id)) }
	get(l, &b.Visits, loadVisits, k.Visits, 1, id, scanVisit)
	get(l, &b.Tickets, loadTickets, k.Courses, 1, id, scanTicket)
	get(l, &b.Visits, loadVisitsOf, k.Courses, 1, id, scanVisit)
	get(l, &b.Answers, loadAnswersOf, k.Courses, 1, id, scanAnswer)
	get(l, &b.Answers, loadPresses, k.Presses, 3,
		func(a []any, p hall.PressKey) []any { return append(a, int64(p.UID), int64(p.Boot), int64(p.Seq)) }, scanAnswer)
	get(l, &b.Answers, loadForms, k.Forms, 1,
		func(a []any, form string) []any { return append(a, form) }, scanAnswer)
	if !k.DraftedTo.IsZero() && l.err == nil {
		b.Answers, l.err = collect(l.tx, b.Answers, loadDrafts,
			[]any{k.DraftedTo.UnixMilli()}, scanAnswer)
	}
	if !k.PendingTo.IsZero() {
		listed(l, &b.Answers, loadPending, []any{k.PendingTo.UnixMilli(), k.Most}, scanAnswer)
	}
	for _, h := range k.Holes {
		if l.err != nil {
			return
		}
		b.Pressed, l.err = collect(l.tx, b.Pressed, loadHole,
			[]any{int64(h.UID), int64(h.Boot), int64(h.From), int64(h.To)}, func(rows *sql.Rows, p *hall.PressKey) error {
				return rows.Scan(bits[hall.PadUID]{&p.UID}, &p.Boot, &p.Seq)
			})
	}
}

// rest loads windows, devices, what agents say of themselves, and sums.
func (l *loader) rest(k intake.Keys, b *intake.Before) {
	get(l, &b.Windows, loadWindows, k.Windows, 2,
		func(a []any, w intake.WindowKey) []any { return append(a, int64(w.Agent), w.Window) }, scanWindow)
	get(l, &b.Devices, loadDevices, k.Devices, 2,
		func(a []any, d intake.DeviceKey) []any { return append(a, int64(d.Agent), d.Device) }, scanDevice)
	get(l, &b.States, loadStates, k.States, 1, numberArg, scanState)
	get(l, &b.Steps, loadSteps, k.Steps, 2,
		func(a []any, s intake.StartKey) []any { return append(a, int64(s.Agent), int64(s.Start)) },
		func(rows *sql.Rows, s *intake.ClockStep) error {
			return rows.Scan(&s.Pos, &s.Agent, &s.Start, span{&s.Up}, moment{&s.To})
		})
	if len(k.Tallies) > 0 {
		get(l, &b.Tallies, loadTallies(), k.Tallies, len(figures.KeyColumns()), func(a []any, y figures.Key) []any { return y.Values(a) }, scanTally)
	}
}

func epochArgs(a []any, k intake.EpochKey) []any { return append(a, int64(k.Agent), k.Epoch) }

func numberArg(a []any, n uint32) []any { return append(a, int64(n)) }

func rangeArgs(r intake.Range) []any {
	return []any{int64(r.Agent), r.Epoch, int64(r.From), int64(r.To)}
}

func scanEpoch(rows *sql.Rows, e *intake.Epoch) error {
	return rows.Scan(&e.Agent, &e.Epoch, &e.Last, link{&e.Chain}, moment{&e.Began}, moment{&e.When}, &e.Closed, bits[uint64]{&e.Ended})
}

func scanTicket(rows *sql.Rows, t *intake.Ticket) error {
	return rows.Scan(ident{&t.ID}, &t.Number, &t.Letter, &t.Day, &t.Item, &t.Ahead, &t.CodeSHA, &t.State, &t.Window, &t.Calls, moment{&t.Issued}, moment{&t.Called}, moment{&t.Ended},
		&t.Contact.Ref, &t.Contact.SHA, &t.Contact.Lang, &t.At.Start, &t.At.MS, &t.CalledAt.Start, &t.CalledAt.MS, &t.Class, &t.Purpose, &t.Cases,
		&t.Goes.Letter, &t.Goes.Item, &t.Goes.Window, &t.Goes.Staff, &t.Goes.Held, &t.P50Mins, &t.P90Mins, &t.Situation, moment{&t.Due}, &t.Lapsed, &t.Command, &t.Token, &t.Hops)
}

func scanVisit(rows *sql.Rows, v *intake.Visit) error { return rows.Scan(visitPlaces(v)...) }

// visitPlaces are where the columns of a visit go.
func visitPlaces(v *intake.Visit) []any {
	return []any{ident{&v.ID}, ident{&v.Ticket}, &v.Window, &v.Staff, &v.Unit, &v.Item, moment{&v.Opened}, moment{&v.Served}, moment{&v.Ended},
		&v.Began, &v.Outcome, &v.ByNext, &v.Invited, &v.Level, &v.Channel, moment{&v.Rated}, &v.Integrity,
		&v.Answer, &v.Replaced, &v.FollowUps, &v.ReasonMissing, &v.Withheld, &v.Named, &v.Platform, day{&v.Due.Day}, &v.Due.Provisional, &v.Default, moment{&v.Defaulted}, &v.Lost, &v.Repair, &v.Excluded, &v.At.Start, &v.At.MS, &v.Case, &v.ByCases, &v.Down, &v.Assisted, &v.Helper, &v.HelpedAt}
}

func scanAnswer(rows *sql.Rows, a *intake.Answer) error {
	return rows.Scan(&a.Pos, &a.Agent, &a.Epoch, &a.Seq, moment{&a.When}, span{&a.Uncertainty}, moment{&a.Arrived}, &a.Kind, &a.Standing,
		ident{&a.Ticket}, ident{&a.Told}, ident{&a.Visit}, &a.Window, &a.Level, &a.Channel, &a.Why,
		bits[hall.PadUID]{&a.Press.UID}, small{&a.Press.Boot}, small{&a.Press.Seq}, &a.AgeMS, text{&a.Form}, &a.Reasons,
		&a.ReasonMissing, &a.Withheld, &a.Named, &a.Callback, &a.Lapsed, &a.Expired, &a.Ref, &a.RefSHA,
		&a.Reply, &a.Operator, &a.Call)
}

func scanWindow(rows *sql.Rows, w *intake.Window) error {
	return rows.Scan(&w.Agent, &w.Window, &w.State, moment{&w.Since}, ident{&w.Ticket}, ident{&w.Visit},
		moment{&w.StateAt.Began}, &w.StateAt.Epoch, &w.StateAt.Seq, &w.Staff, moment{&w.StaffAt.Began}, &w.StaffAt.Epoch, &w.StaffAt.Seq)
}

func scanDevice(rows *sql.Rows, d *intake.Device) error {
	return rows.Scan(&d.Agent, &d.Device, &d.Kind, &d.Window, bits[hall.PadUID]{&d.UID}, &d.Up, &d.Trouble, &d.Count, moment{&d.Since},
		moment{&d.At.Began}, &d.At.Epoch, &d.At.Seq)
}

func scanState(rows *sql.Rows, s *intake.AgentState) error {
	return rows.Scan(&s.Agent, &s.Hall, &s.Version, &s.Catalogue, &s.Instance, moment{&s.Started}, moment{&s.At.Began}, &s.At.Epoch, &s.At.Seq, bits[uint64]{&s.Config}, moment{&s.Lost},
		bits[uint64]{&s.CatalogueVersion}, bits[uint64]{&s.Refused.Version}, &s.Refused.Why, &s.Refused.What)
}

// tallyColumns are those of a sum, its key before its numbers.
func tallyColumns() []string { return append(figures.KeyColumns(), figures.Columns()...) }

// loadTallies asks for sums by their keys.
func loadTallies() string {
	keys := figures.KeyColumns()
	var aliases, same []string
	for n, c := range keys {
		aliases = append(aliases, fmt.Sprint("k", n))
		same = append(same, fmt.Sprintf("t.%s = k%d", c, n))
	}
	return `WITH k (` + strings.Join(aliases, ", ") + `) AS (VALUES %s) SELECT ` + qualified("t", strings.Join(tallyColumns(), ", ")) +
		` FROM k JOIN tallies t ON ` + strings.Join(same, " AND ")
}

func scanTally(rows *sql.Rows, y *figures.Tally) error {
	return rows.Scan(y.Sums.Places(y.Key.Places(nil))...)
}

func scanFinding(rows *sql.Rows, f *intake.Finding) error {
	var presses string
	err := rows.Scan(&f.Pos, moment{&f.At}, &f.Rule, &f.Agent, &f.Epoch, bits[uint64]{&f.From}, bits[uint64]{&f.To}, bits[hall.PadUID]{&f.UID}, &f.Boot, &presses, &f.Window)
	if err == nil {
		f.Seqs, err = split(presses)
	}
	if err != nil {
		return fmt.Errorf("finding %d: %w", f.Pos, err)
	}
	return nil
}
