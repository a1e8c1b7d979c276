package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/concern"
	"hallpulse/hub/internal/inspection"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/notify"
	"hallpulse/hub/internal/repair"
)

// A matter lies in its table as JSON, in the column body; the columns before it are what lists look for.

// matterTables are the tables of matters.
type matterTables struct{ repairs, concerns, inspections, messages, cases, notices, outages table }

func newMatterTables() matterTables {
	return matterTables{
		repairs:     replaced("repairs", "id number ticket agent_id hall window_id item unit clerk_unit served_by state open rest due_day ended_day named consented reason_missing frozen calls decides appeal exclusion wakes_ms body", 1),
		concerns:    replaced("concerns", "id number kind source hall unit first_unit state open hidden due_day received_ms wakes_ms body", 1),
		inspections: replaced("inspections", "id number kind hall quarter inspector state open due_day wakes_ms body", 1),
		messages:    replaced("messages", "id kind about state queued_ms wakes_ms to_ref link due_ms asked_ms body", 1),
		cases:       replaced("cases", "id agent_id number day ticket item unit state rest due_day provisional body", 1),
		outages:     replaced("outages", "agent_id unit wakes_day body", 2),
		notices:     replaced("notices", "id agent_id case_id ticket visit window_id staff item missing other_ref other_sha waived again printed_ms", 1),
	}
}

// body writes a matter. Its types are our own: that one cannot be written is a fault of the program.
func body(m any) string {
	text, err := json.Marshal(m)
	if err != nil {
		panic(fmt.Sprintf("store: %T: %v", m, err))
	}
	return string(text)
}

// scanBody reads a matter.
func scanBody[M any](rows *sql.Rows, m *M) error {
	var text []byte
	if err := rows.Scan(&text); err != nil {
		return err
	}
	if err := json.Unmarshal(text, m); err != nil {
		return fmt.Errorf("%T: %w", *m, err)
	}
	return nil
}

func (t transaction) saveMatters(c *intake.Changes) error {
	tables := &t.inserts.matterTables
	if err := put(t.tx, &tables.repairs, c.Repairs, repairValues); err != nil {
		return err
	}
	if err := put(t.tx, &tables.concerns, c.Concerns, concernValues); err != nil {
		return err
	}
	if err := put(t.tx, &tables.inspections, c.Inspections, inspectionValues); err != nil {
		return err
	}
	if err := put(t.tx, &tables.messages, c.Messages, messageValues); err != nil {
		return err
	}
	return t.saveCases(c)
}

func repairValues(r *repair.Repair) []any {
	return []any{r.ID, opening(r.Number), name(r.Ticket), int64(r.Agent), r.Hall, r.Window, r.Item, r.Unit, r.ClerkUnit, r.ServedBy,
		string(r.State), !r.State.Final(), rest(r), int64(r.Round.Deadline.Day), endedDay(r), r.Rating.Named, r.Rating.Named && r.Rating.Callback,
		r.Rating.ReasonMissing, r.Frozen, !r.Frozen && waits(r, repair.WaitCall), waits(r, repair.WaitExclusion) || waits(r, repair.WaitAppeal),
		appealed(r), proposed(r), ms(r.Wakes()), body(r)}
}

// rest sorts repairs by whether anybody is to act before a deadline: the clock runs, the unit has answered, it is frozen, it
// is over.
func rest(r *repair.Repair) int64 {
	switch {
	case r.State.Final():
		return 3
	case r.Frozen:
		return 2
	case !r.State.Running():
		return 1
	}
	return 0
}

// endedDay is the day on which a repair ended, 0 where it has not.
func endedDay(r *repair.Repair) int64 {
	at, ended := r.Ended()
	if !ended {
		return 0
	}
	return int64(hall.DayOf(at))
}

func waits(r *repair.Repair, what repair.Wait) bool { return slices.Contains(r.Waits(), what) }

// opening is the pos in a number for people, such as R-1107.
func opening(number string) int64 {
	_, digits, _ := strings.Cut(number, "-")
	pos, _ := strconv.ParseInt(digits, 10, 64)
	return pos
}

// What columns say of an appeal or of a proposed exclusion; empty: there is none.
const (
	pending = "pending"
	decided = "decided"
)

func appealed(r *repair.Repair) string {
	switch {
	case len(r.Appeals) == 0:
		return ""
	case slices.ContainsFunc(r.Appeals, repair.Appeal.Pending):
		return pending
	}
	return decided
}

func proposed(r *repair.Repair) string {
	switch {
	case r.Exclusion.At.IsZero():
		return ""
	case r.Exclusion.Pending():
		return pending
	}
	return decided
}

func concernValues(c *concern.Concern) []any {
	open := c.State.Open() || c.State == concern.Answered // the centre has yet to close it
	return []any{c.ID, opening(c.Number), string(c.Kind), string(c.Source), c.Hall, c.With(), c.Unit, string(c.State), open, c.Hidden(), concernDue(c),
		c.Received.UnixMilli(), ms(c.Wakes()), body(c)}
}

// concernDue is the day on which the next limit of a concern ends; what has none stands behind all that has.
func concernDue(c *concern.Concern) int64 {
	due := c.Due()
	if due.IsZero() {
		return math.MaxInt32
	}
	return int64(hall.DayOf(due.Add(-time.Millisecond)))
}

func inspectionValues(i *inspection.Inspection) []any {
	return []any{i.ID, opening(i.Number), string(i.Kind), i.Hall, string(i.Quarter), i.Who, string(i.State), i.Open(), inspectionDue(i), ms(i.Wakes()), body(i)}
}

// inspectionDue is the day on which something of an inspection is due; what has none stands behind all that has.
func inspectionDue(i *inspection.Inspection) int64 {
	if day, ok := i.Due(); ok {
		return int64(day)
	}
	return math.MaxInt32
}

func messageValues(m *notify.Message) []any {
	return []any{m.ID, string(m.Kind), m.Of, string(m.State), m.Queued.UnixMilli(), ms(m.Wakes()), m.To.Ref, m.Link, ms(m.DueAt()), ms(m.Asked), body(m)}
}

// What Load asks about matters. %s is a list of keys.
const (
	loadRepairsOf    = `SELECT body FROM repairs WHERE ticket IN (%s)`
	loadCasesOf      = `SELECT body FROM cases WHERE ticket IN (%s)`
	loadCases        = `SELECT body FROM cases WHERE id IN (%s)`
	loadOutages      = `WITH k (a, b) AS (VALUES %s) SELECT body FROM k JOIN outages ON agent_id = a AND unit = b`
	wakeOutages      = `SELECT body FROM outages WHERE wakes_day <= $1 ORDER BY wakes_day, agent_id, unit LIMIT $2`
	heedCases        = `SELECT body FROM cases WHERE agent_id = $1 AND unit = $2 AND (due_day, id) > ($3, $4) AND (due_day < $5 OR rest = 1) ORDER BY due_day, id LIMIT $6`
	loadConcerns     = `SELECT body FROM concerns WHERE id IN (%s)`
	loadInspections  = `SELECT body FROM inspections WHERE id IN (%s)`
	loadMessages     = `SELECT body FROM messages WHERE id IN (%s)`
	wakeRepairs      = `SELECT body FROM repairs WHERE wakes_ms <= $1 ORDER BY wakes_ms LIMIT $2`
	wakeConcerns     = `SELECT body FROM concerns WHERE wakes_ms <= $1 ORDER BY wakes_ms LIMIT $2`
	wakeMessages     = `SELECT body FROM messages WHERE wakes_ms <= $1 ORDER BY wakes_ms LIMIT $2`
	wakeInspections  = `SELECT body FROM inspections WHERE wakes_ms <= $1 ORDER BY wakes_ms LIMIT $2`
	reviewRepairs    = `SELECT body FROM repairs WHERE open = true AND id > $1 ORDER BY id LIMIT $2`
	reviewSecond     = `SELECT body FROM repairs WHERE ended_day > 0 AND (ended_day, number) > ($1, $2) AND state = 'closed' ORDER BY ended_day, number LIMIT $3`
	reviewConcerns   = `SELECT body FROM concerns WHERE open = true AND id > $1 ORDER BY id LIMIT $2`
	reviewCases      = `SELECT body FROM cases WHERE (rest = 0 OR provisional = true) AND id > $1 ORDER BY id LIMIT $2`
	loadLaw          = `SELECT pos, type, body FROM laws ORDER BY pos`
	loadDue          = `SELECT ` + visitColumns + ` FROM visits WHERE agent_id = $1 AND due_day < $2 AND level = 0 AND default_level = 0 AND by_cases = false AND due_provisional = false AND due_day IS NOT NULL ORDER BY due_day LIMIT $3`
	loadBadAlone     = `SELECT ` + visitColumns + ` FROM visits WHERE level BETWEEN 1 AND 2 AND repair = false AND excluded = false ORDER BY id LIMIT $1`
	loadLost         = `SELECT ` + stateColumns + ` FROM agent_states WHERE lost_ms IS NOT NULL ORDER BY agent_id`
	reviewVisitsFrom = `SELECT MIN(due_day) FROM visits WHERE due_provisional = true`
	reviewVisits     = `SELECT ` + visitColumns + ` FROM visits WHERE due_day IS NOT NULL AND (due_day, id) > ($1, $2) ORDER BY due_day, id LIMIT $3`
	loadUnread       = `SELECT ` + eventColumnsOf + `, COALESCE(a.name, '') FROM events e LEFT JOIN agents a ON a.id = e.agent_id
		WHERE e.why <> '' AND NOT EXISTS (SELECT 1 FROM rereads r WHERE r.agent_id = e.agent_id AND r.epoch = e.epoch AND r.seq = e.seq) ORDER BY e.pos LIMIT $1`
)

// eventColumnsOf are the columns of events under the alias e.
const eventColumnsOf = `e.pos, e.agent_id, e.epoch, e.seq, e.bytes, e.chain, e.why, e.again, e.when_ms, e.uncertainty_ms, e.arrived_ms`

// matters loads the matters that keys name.
func (l *loader) matters(k intake.Keys, b *intake.Before) {
	id := func(a []any, id string) []any { return append(a, id) }
	names := make([]string, 0, len(k.Courses))
	for _, ticket := range k.Courses {
		names = append(names, name(ticket))
	}
	get(l, &b.Repairs, loadRepairsOf, names, 1, id, scanBody[repair.Repair])
	get(l, &b.Concerns, loadConcerns, k.Concerns, 1, id, scanBody[concern.Concern])
	get(l, &b.Inspections, loadInspections, k.Inspections, 1, id, scanBody[inspection.Inspection])
	get(l, &b.Messages, loadMessages, k.Messages, 1, id, scanBody[notify.Message])
	get(l, &b.Cases, loadCasesOf, names, 1, id, scanBody[intake.Case])
	get(l, &b.Cases, loadCases, k.Cases, 1, func(a []any, id hall.ID) []any { return append(a, name(id)) }, scanBody[intake.Case])
	get(l, &b.Outages, loadOutages, k.Outages, 2, func(a []any, k intake.OutageKey) []any { return append(a, int64(k.Agent), k.Unit) }, scanBody[intake.Outage])
	if k.Law {
		listed(l, &b.Law, loadLaw, nil, scanLaw)
	}
}

// listed adds the rows of a query to out.
func listed[R any](l *loader, out *[]R, query string, args []any, scan func(*sql.Rows, *R) error) {
	if l.err == nil {
		*out, l.err = collect(l.tx, *out, query, args, scan)
	}
}

// clock loads what a clock rule looks for.
func (l *loader) clock(k intake.Keys, b *intake.Before) {
	if k.Lost {
		listed(l, &b.States, loadLost, nil, scanState)
	}
	for _, d := range k.Due {
		listed(l, &b.Visits, loadDue, []any{int64(d.Agent), int64(hall.DayOf(d.To.Add(-1))), k.Most}, scanVisit)
	}
	if k.BadAlone {
		listed(l, &b.Visits, loadBadAlone, []any{k.Most}, scanVisit)
	}
	if !k.Awake.IsZero() {
		args := []any{k.Awake.UnixMilli(), k.Most}
		listed(l, &b.Repairs, wakeRepairs, args, scanBody[repair.Repair])
		listed(l, &b.Concerns, wakeConcerns, args, scanBody[concern.Concern])
		listed(l, &b.Inspections, wakeInspections, args, scanBody[inspection.Inspection])
		listed(l, &b.Messages, wakeMessages, args, scanBody[notify.Message])
	}
	if k.Unread {
		listed(l, &b.Unread, loadUnread, []any{k.Most}, scanUnread)
	}
	if k.Review != nil {
		l.review(k, b)
	}
	if k.OutagesAwake != 0 {
		listed(l, &b.Outages, wakeOutages, []any{int64(k.OutagesAwake), k.Most}, scanBody[intake.Outage])
	}
	if h := k.Heed; h != nil {
		listed(l, &b.Cases, heedCases, []any{int64(h.Agent), h.Unit, int64(h.Day), name(h.After), math.MaxInt32, k.Most}, scanBody[intake.Case])
	}
}

// review loads deadlines that a change of the calendar can move.
func (l *loader) review(k intake.Keys, b *intake.Before) {
	switch r := k.Review; r.Of {
	case hall.ClockedRepair:
		listed(l, &b.Repairs, reviewRepairs, []any{r.After, k.Most}, scanBody[repair.Repair])
	case hall.ClockedRepairSecond: // the citizen can still rate what was closed no longer ago than the longest limit
		day := int64(r.Day)
		if r.After == "" {
			day = int64(hall.DayOf(r.Now)) - hall.MaxSpan
		}
		listed(l, &b.Repairs, reviewSecond, []any{day, opening(r.After), k.Most}, scanBody[repair.Repair])
	case hall.ClockedConcern:
		listed(l, &b.Concerns, reviewConcerns, []any{r.After, k.Most}, scanBody[concern.Concern])
	case hall.ClockedCase:
		listed(l, &b.Cases, reviewCases, []any{r.After, k.Most}, scanBody[intake.Case])
	default:
		day := int64(r.Day)
		if l.err == nil && r.After == "" {
			day = int64(hall.DayOf(r.Now))
			var first sql.NullInt64
			l.err = l.tx.QueryRow(reviewVisitsFrom).Scan(&first)
			if first.Valid {
				day = min(day, first.Int64)
			}
		}
		listed(l, &b.Visits, reviewVisits, []any{day, r.After, k.Most}, scanVisit)
	}
}

func scanLaw(rows *sql.Rows, d *intake.LawDeed) error { return rows.Scan(&d.Pos, &d.Type, &d.Body) }

func scanUnread(rows *sql.Rows, u *intake.Unread) error {
	e := &u.Stored
	return rows.Scan(&e.Pos, &e.Agent, &e.Epoch, &e.Seq, &e.Bytes, link{&e.Chain}, &e.Why, &e.Again, moment{&e.When}, span{&e.Uncertainty}, moment{&e.Arrived}, &u.Name)
}
