package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/casework"
	"hallpulse/hub/internal/concern"
	"hallpulse/hub/internal/inspection"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/notify"
	"hallpulse/hub/internal/repair"
	"hallpulse/hub/internal/store"
)

// How a city's years are spread: its windows, the units behind them, the days.
const (
	cityDays    = 400
	cityWindows = 40
	cityUnits   = 8
	cityHalls   = 3
)

// city is a database as large as one becomes over the years: for every ten ratings a repair and a case, a concern for
// every thirty, and three deeds for each repair.
type city struct {
	*store.Store
	visits int
	from   hall.Day // the first of its days
	today  hall.Day // the last
}

// newCity makes one of so many visits. Rows of visits are made by the database itself: that intake would make them so
// is not what is measured here. Their indexes are made at the end, as they would have grown.
func newCity(b *testing.B, visits int) *city {
	b.Helper()
	s, err := store.Open(b.Context(), dataDir(b))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	today := dayOf("2026-11-24")
	c := &city{Store: s, visits: visits, today: today, from: today - cityDays + 1}
	var again []string
	for _, row := range s.Rows(b, `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ('visits', 'tickets', 'answers', 'deeds', 'tallies')`) {
		name, sql, _ := strings.Cut(strings.TrimPrefix(row, "name="), " sql=")
		s.Spoil(b, "DROP INDEX "+name)
		again = append(again, sql)
	}
	for _, statement := range slices.Concat(c.visitRows(), again) {
		s.Spoil(b, statement)
	}
	c.matters(b)
	return c
}

// visitRows are the statements that make visits, what hangs on them, their sums, and the audit.
func (c *city) visitRows() []string {
	numbers := func(most int) string {
		return fmt.Sprintf("WITH RECURSIVE k(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < %d)", most)
	}
	at := fmt.Sprintf("%d + n * %d / %d * 86400000 + n * %d %% %d * 28800000 / %d", c.from.Start().Add(9*time.Hour).UnixMilli(), cityDays, c.visits, cityDays, c.visits, c.visits)
	return []string{
		// p chooses what became of a visit, q its level, r all that is rare: three numbers from 0 to 99.
		numbers(c.visits) + fmt.Sprintf(`, d AS (SELECT n, (n * 2654435761 >> 9) %% 100 AS p, (n * 2246822519 >> 11) %% 100 AS q, (n * 3266489917 >> 13) %% 100 AS r,
			(n * 668265263 >> 7) %% %d AS w, n * %d / %d + %d AS day, %s AS at FROM k),
		v AS (SELECT *, 1 + w * %d / %d AS agent, CASE WHEN p >= 70 THEN 0 WHEN q < 3 THEN 1 WHEN q < 10 THEN 2 WHEN q < 20 THEN 3 WHEN q < 40 THEN 4 ELSE 5 END AS lv FROM d)
		INSERT INTO visits (id, agent_id, ticket, window_id, staff, unit, item, opened_ms, served_ms, ended_ms, began, outcome, by_next, invited, level, channel, rated_ms,
			integrity, answer, reason_missing, withheld, named, due_day, default_level, defaulted_ms, repair, excluded)
		SELECT agent || '-9f2c-' || n, agent, agent || '-aaaa-' || n, CAST(w + 1 AS TEXT), CAST(1000 + w + day %% 2 * 100 AS TEXT), 'unit' || w %% %d,
			'item' || (w %% %d * 5 + r %% 5), at - 600000, at - 500000, at - 10000, true, 'finished', false, true, lv, CASE WHEN lv = 0 THEN '' WHEN r %% 4 = 0 THEN 'qr' ELSE 'pad' END,
			CASE WHEN lv > 0 THEN at END, lv BETWEEN 1 AND 2 AND r = 1, CASE WHEN lv > 0 THEN n ELSE 0 END, lv BETWEEN 1 AND 2 AND r < 30, lv BETWEEN 1 AND 2 AND r IN (40, 41),
			lv BETWEEN 1 AND 2 AND r >= 75, CASE WHEN p < 97 THEN day + 7 END, CASE WHEN lv = 0 AND p < 97 AND day + 7 < %d THEN 3 ELSE 0 END,
			CASE WHEN lv = 0 AND p < 97 AND day + 7 < %d THEN at + 8 * 86400000 END, lv BETWEEN 1 AND 2, lv BETWEEN 1 AND 2 AND r = 50 FROM v`,
			cityWindows, cityDays, c.visits, c.from, at, cityHalls, cityWindows, cityUnits, cityUnits, c.today, c.today),
		`INSERT INTO tickets (id, number, letter, day, item, ahead, code_sha, state, window_id, calls) SELECT ticket, 'A' || rowid % 1000, 'A', COALESCE(due_day, 7) - 7, item, 3,
			hex(id) || hex(id), 'finished', window_id, 1 FROM visits`,
		`INSERT INTO answers (pos, agent_id, epoch, seq, when_ms, uncertainty_ms, arrived_ms, kind, standing, ticket, told, visit, window_id, level, channel, why, uid, boot, press, age_ms,
			reasons, reason_missing, withheld, named, callback, lapsed, ref, ref_sha) SELECT answer, agent_id, 'e1', answer, rated_ms, 0, rated_ms, 'given', 'counted', ticket, id, id, window_id, level,
			channel, '', 7, 1, answer, 0, CASE WHEN level < 3 AND NOT reason_missing THEN '10' || (1 + answer % 9) ELSE '' END, reason_missing, withheld, named, named, false, '', '' FROM visits WHERE level > 0`,
		`INSERT INTO tallies SELECT agent_id, window_id, staff, unit, item, CASE WHEN level > 0 THEN channel WHEN default_level > 0 THEN 'default' ELSE '' END AS road, excluded * 2 AS leaves,
			(opened_ms + 28800000) / 86400000 AS day, COUNT(*), COUNT(due_day), COUNT(*), SUM(level = 1), SUM(level = 2), SUM(level = 3), SUM(level = 4), SUM(level = 5), 0, 0, SUM(default_level = 3), 0, 0,
			0, 0, SUM(reason_missing), SUM(withheld), SUM(named), SUM(repair)` + strings.Repeat(", 0", 26) + ` FROM visits GROUP BY agent_id, window_id, day, staff, unit, item, road, leaves`,
		numbers(c.visits*3/10) + fmt.Sprintf(`INSERT INTO deeds (pos, at_ms, type, about, account, role, unit) SELECT n * 4, %d + n * %d / %d,
			CASE n %% 10 WHEN 0 THEN 'concern.routed' WHEN 1 THEN 'sms.sent' WHEN 2 THEN 'repair.closed' WHEN 3 THEN CASE WHEN n %% 5000 = 3 THEN 'policy.adopted' ELSE 'repair.signed' END ELSE 'repair.opened' END,
			'1-9f2c-' || n / 3, 'account' || n %% 60, 'handler', 'unit' || n %% %d FROM k`, c.from.Start().UnixMilli(), int64(cityDays)*86400000, c.visits*3/10, cityUnits),
	}
}

// matters writes repairs, cases, concerns, inspections and messages by the store's own statements.
func (c *city) matters(b *testing.B) {
	r := rand.New(rand.NewPCG(uint64(c.visits), 9))
	for n, most := 0, c.visits/10; n < most; {
		var changes intake.Changes
		for range min(10_000, most-n) {
			n++
			day := c.from + hall.Day(n*cityDays/(most+1))
			one := c.repair(r, n, day)
			changes.Repairs = append(changes.Repairs, &one)
			w := c.casework(r, n, day)
			changes.Cases = append(changes.Cases, &intake.Case{Case: w})
			if n%3 == 0 {
				k := c.concern(r, n, day)
				changes.Concerns = append(changes.Concerns, &k)
			}
			if n%25 == 0 {
				i := c.inspection(r, n, day)
				changes.Inspections = append(changes.Inspections, &i)
			}
			m := c.message(r, n, day)
			changes.Messages = append(changes.Messages, &m)
		}
		if err := c.Update(func(tx intake.Tx) error { return tx.Save(&changes) }); err != nil {
			b.Fatal(err)
		}
	}
}

func (c *city) repair(r *rand.Rand, n int, day hall.Day) repair.Repair {
	window := r.IntN(cityWindows)
	visit := hall.ID{Agent: uint32(1 + window*cityHalls/cityWindows), Tag: 0x9f2c, Serial: uint32(n)}
	at := day.Start().Add(10 * time.Hour)
	one := repair.Repair{ID: visit.String(), Visit: visit, Number: fmt.Sprint("R-", 4*n), Agent: visit.Agent, Hall: fmt.Sprint("hall", visit.Agent), Window: fmt.Sprint(window + 1),
		Unit: fmt.Sprint("unit", window%cityUnits), ClerkUnit: fmt.Sprint("unit", window%cityUnits), ServedBy: fmt.Sprint(1000 + window), Item: fmt.Sprint("item", window%cityUnits*5+r.IntN(5))}
	ended := []repair.State{repair.Closed, repair.Closed, repair.Closed, repair.Closed, repair.Closed, repair.Closed, repair.Closed, repair.Closed, repair.Excluded, repair.Withdrawn}
	running := []repair.State{repair.Open, repair.Assigned, repair.Verifying, repair.Repairing, repair.Answered}
	if one.State = ended[r.IntN(len(ended))]; day > c.today-30 || r.IntN(200) == 0 {
		one.State = running[r.IntN(len(running))]
		one.Frozen = r.IntN(10) == 0
	}
	one.Round.Deadline.Day, one.Round.Attempts = day+14, 2
	one.Rating.Level, one.Rating.Named, one.Rating.ReasonMissing = hall.Level(1+r.IntN(2)), r.IntN(4) == 0, r.IntN(3) == 0
	one.Rating.Callback = one.Rating.Named
	if r.IntN(40) == 0 {
		one.Exclusion.At = at
	}
	if r.IntN(60) == 0 {
		one.Appeals = []repair.Appeal{{}}
	}
	for i, did := range []hall.Type{hall.TypeRepairOpened, hall.TypeRepairAssigned, hall.TypeRepairSigned, hall.TypeRepairVerified} {
		one.Steps = append(one.Steps, repair.Step{Stamp: repair.Stamp{At: at.Add(time.Duration(i) * time.Hour), By: hall.Person{Account: "tang", Role: "handler", Unit: one.Unit}, Type: did}})
	}
	if did := map[repair.State]hall.Type{repair.Closed: hall.TypeRepairClosed, repair.Excluded: hall.TypeRepairExcluded, repair.Withdrawn: hall.TypeRepairWithdrawn}[one.State]; did != "" {
		one.Steps = append(one.Steps, repair.Step{Stamp: repair.Stamp{At: at.AddDate(0, 0, r.IntN(14)), Type: did}})
	}
	return one
}

func (c *city) casework(r *rand.Rand, n int, day hall.Day) casework.Case {
	window := r.IntN(cityWindows)
	id := hall.ID{Agent: uint32(1 + window*cityHalls/cityWindows), Tag: 0x9f2c, Serial: uint32(n)}
	w := casework.Case{ID: id, Opened: id, State: hall.CaseIsDelivered, CaseOpening: hall.CaseOpening{Number: caseNumber(n), Day: day, Ticket: id, Kind: hall.CaseCommitted,
		Unit: fmt.Sprint("unit", window%cityUnits), Item: fmt.Sprint("item", window%cityUnits*5+r.IntN(5)), Legal: 20, Promised: 5, Delivers: true}}
	if day > c.today-30 || r.IntN(200) == 0 {
		w.State = []hall.CaseState{hall.CaseIsAccepted, hall.CaseIsReturned, hall.CaseIsDecided, hall.CaseIsRefused}[r.IntN(4)]
	}
	if w.State == hall.CaseIsAccepted {
		w.Due.Day, w.Lawful.Day = day+7, day+28
	}
	for i, did := range []hall.Type{hall.TypeCaseAccepted, hall.TypeCaseReturned, hall.TypeCaseResubmitted, hall.TypeCaseDecided, hall.TypeCaseDelivered} {
		w.Steps = append(w.Steps, casework.Step{Type: did, Visit: id, Staff: fmt.Sprint(1000 + window), When: day.Start().Add(10*time.Hour + time.Duration(i)*time.Minute)})
	}
	return w
}

func caseNumber(n int) string { return fmt.Sprintf("BJ%09d", n) }

func (c *city) concern(r *rand.Rand, n int, day hall.Day) concern.Concern {
	k := concern.Concern{ID: fmt.Sprint("c", n), Number: fmt.Sprint("C-", 4*n+1), State: concern.Closed, Kind: hall.ConcernKinds()[r.IntN(len(hall.ConcernKinds()))],
		Source: hall.ConcernSources()[r.IntN(len(hall.ConcernSources()))], Hall: fmt.Sprint("hall", 1+r.IntN(cityHalls)), Unit: fmt.Sprint("unit", r.IntN(cityUnits)), Received: day.Start().Add(11 * time.Hour)}
	if k.To, k.Answer.Day = k.Unit, day+15; day > c.today-30 || r.IntN(100) == 0 {
		k.State = []concern.State{concern.Received, concern.Routed, concern.Signed, concern.Answered}[r.IntN(4)]
	} else if r.IntN(20) == 0 {
		k.State = concern.Recorded
	}
	return k
}

func (c *city) inspection(r *rand.Rand, n int, day hall.Day) inspection.Inspection {
	i := inspection.Inspection{ID: fmt.Sprint("i", n), Number: fmt.Sprint("I-", 4*n+2), State: inspection.Done, Quarter: hall.QuarterOf(day), Kind: hall.InspectionKinds()[r.IntN(len(hall.InspectionKinds()))],
		Hall: fmt.Sprint("hall", 1+r.IntN(cityHalls)), Until: day + 20, Who: fmt.Sprint("inspector", r.IntN(12)), On: day, DoneAt: day.Start().Add(15 * time.Hour)}
	if day > c.today-30 {
		i.State, i.DoneAt = inspection.Planned, time.Time{}
	} else if r.IntN(4) == 0 {
		i.Findings = []inspection.Finding{{N: 1, State: inspection.Accepted, Unit: "unit1", Due: day + 30}}
	}
	return i
}

func (c *city) message(r *rand.Rand, n int, day hall.Day) notify.Message {
	m := notify.Message{ID: fmt.Sprint("m", n), State: notify.Delivered, Kind: hall.MessageKinds()[r.IntN(len(hall.MessageKinds()))], Of: fmt.Sprint("1-9f2c-", n), Lang: "zh", Queued: day.Start().Add(12*time.Hour + time.Duration(n)*time.Millisecond)}
	switch r.IntN(1000) {
	case 0:
		m.State = notify.Doubtful
	case 1:
		m.State = notify.Failed
	case 2, 3, 4, 5:
		m.State = notify.Dropped
	}
	return m
}
