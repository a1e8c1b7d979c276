package store

import (
	"fmt"
	"strconv"
	"strings"

	"hallpulse/hub/internal/figures"
	"hallpulse/hub/internal/intake"
)

// inserts are the tables that intake writes.
type inserts struct {
	events, epochs, retold, tickets, visits, answers, windows, devices, states, steps, tallies, findings, restores, boxes, laws, deeds, rereads table

	matterTables
	commandTables
}

func newInserts() inserts {
	return inserts{
		events:   appended("events", "pos agent_id epoch seq bytes chain why again when_ms uncertainty_ms arrived_ms"),
		epochs:   replaced("epochs", "agent_id epoch last chain began_ms when_ms closed ended", 2),
		retold:   replaced("retold", "agent_id epoch seq digest", 4),
		tickets:  replaced("tickets", "id number letter day item ahead code_sha state window_id calls issued_ms called_ms ended_ms contact_ref contact_sha contact_lang state_start state_up_ms call_start call_up_ms class purpose cases goes_letter goes_item goes_window goes_staff held_why p50_mins p90_mins situation due_ms lapsed command token_ref hops", 1),
		visits:   replaced("visits", "id agent_id ticket window_id staff unit item opened_ms served_ms ended_ms began outcome by_next invited level channel rated_ms integrity answer replaced follow_ups reason_missing withheld named platform due_day due_provisional default_level defaulted_ms lost repair excluded place_start place_up_ms is_case by_cases down assisted helper helped_at", 1),
		answers:  replaced("answers", "pos agent_id epoch seq when_ms uncertainty_ms arrived_ms kind standing ticket told visit window_id level channel why uid boot press age_ms form reasons reason_missing withheld named callback lapsed expired ref ref_sha reply operator call_id", 1),
		windows:  replaced("windows", "agent_id window_id state since_ms ticket visit state_began_ms state_epoch state_seq staff staff_began_ms staff_epoch staff_seq", 2),
		devices:  replaced("devices", "agent_id device kind window_id uid up trouble dropped since_ms at_began_ms at_epoch at_seq", 2),
		states:   replaced("agent_states", "agent_id hall version catalogue instance started_ms at_began_ms at_epoch at_seq config lost_ms catalogue_version refused_version refused_why refused_what", 1),
		steps:    appended("clock_steps", "pos agent_id start up_ms to_ms"),
		tallies:  replaced("tallies", strings.Join(tallyColumns(), " "), len(figures.KeyColumns())),
		findings: appended("findings", "pos at_ms rule agent epoch from_seq to_seq uid boot presses window_id"),
		restores: appended("restores", "pos copied_ms restored_ms"),
		boxes:    replaced("boxes", "ref salt sealed kind about visit day mark", 1),
		laws:     appended("laws", "pos type body"),
		deeds:    appended("deeds", "pos at_ms type about account role unit"),
		rereads:  replaced("rereads", "agent_id epoch seq", 3),

		matterTables:  newMatterTables(),
		commandTables: newCommandTables(),
	}
}

// Save implements intake.Tx.
func (t transaction) Save(c *intake.Changes) error {
	if err := t.saveStream(c); err != nil {
		return err
	}
	if err := t.saveCourses(c); err != nil {
		return err
	}
	if err := t.saveRest(c); err != nil {
		return err
	}
	if err := t.saveDeeds(c); err != nil {
		return err
	}
	if err := t.saveBoard(c); err != nil {
		return err
	}
	return t.saveMatters(c)
}

// saveStream writes events and the heads they moved, the position last: it is held to the commit.
func (t transaction) saveStream(c *intake.Changes) error {
	err := put(t.tx, &t.inserts.epochs, c.Epochs, func(e *intake.Epoch) []any {
		return []any{int64(e.Agent), e.Epoch, int64(e.Last), e.Chain[:], ms(e.Began), ms(e.When), e.Closed, int64(e.Ended)}
	})
	if err != nil {
		return err
	}
	err = put(t.tx, &t.inserts.retold, c.Retold, func(r intake.Retold) []any {
		return []any{int64(r.Agent), r.Epoch, int64(r.Seq), r.Digest[:]}
	})
	if err != nil {
		return err
	}
	if len(c.Events) == 0 {
		return nil
	}
	w := writer{tx: t.tx, t: &t.inserts.events}
	for n := range c.Events {
		e := &c.Events[n]
		err := w.row(e.Pos, int64(e.Agent), e.Epoch, int64(e.Seq), e.Bytes, e.Chain[:], e.Why, e.Again, e.When.UnixMilli(), e.Uncertainty.Milliseconds(), e.Arrived.UnixMilli())
		if err != nil {
			return err
		}
	}
	if err := w.end(); err != nil {
		return err
	}
	_, err = t.tx.Exec(`UPDATE position SET pos = $1, epoch = $2 WHERE id = 1`, c.Position.Pos, c.Position.Epoch)
	if err != nil {
		return fmt.Errorf("write position: %w", err)
	}
	return nil
}

// saveCourses writes tickets, visits and answers.
func (t transaction) saveCourses(c *intake.Changes) error {
	err := put(t.tx, &t.inserts.tickets, c.Tickets, func(r *intake.Ticket) []any {
		return []any{name(r.ID), r.Number, r.Letter, int64(r.Day), r.Item, int64(r.Ahead), r.CodeSHA, string(r.State), r.Window, int64(r.Calls), ms(r.Issued), ms(r.Called), ms(r.Ended),
			r.Contact.Ref, r.Contact.SHA, r.Contact.Lang, int64(r.At.Start), r.At.MS, int64(r.CalledAt.Start), r.CalledAt.MS, string(r.Class), string(r.Purpose), int64(r.Cases),
			r.Goes.Letter, r.Goes.Item, r.Goes.Window, r.Goes.Staff, string(r.Goes.Held), int64(r.P50Mins), int64(r.P90Mins), r.Situation, ms(r.Due), r.Lapsed, r.Command, r.Token, r.Hops}
	})
	if err != nil {
		return err
	}
	err = put(t.tx, &t.inserts.visits, c.Visits, func(v *intake.Visit) []any {
		return []any{name(v.ID), int64(v.ID.Agent), name(v.Ticket), v.Window, v.Staff, v.Unit, v.Item, ms(v.Opened), ms(v.Served), ms(v.Ended),
			v.Began, string(v.Outcome), v.ByNext, v.Invited, int64(v.Level), string(v.Channel), ms(v.Rated), v.Integrity,
			v.Answer, v.Replaced, int64(v.FollowUps), v.ReasonMissing, v.Withheld, v.Named, v.Platform, dayOrNone(v.Due.Day), v.Due.Provisional, int64(v.Default), ms(v.Defaulted), v.Lost, v.Repair, v.Excluded, int64(v.At.Start), v.At.MS, v.Case, v.ByCases, v.Down, v.Assisted, v.Helper, v.HelpedAt}
	})
	if err != nil {
		return err
	}
	for _, pos := range c.Dropped {
		if _, err := t.tx.Exec(`DELETE FROM answers WHERE pos = $1`, pos); err != nil {
			return fmt.Errorf("write answers: %w", err)
		}
	}
	return put(t.tx, &t.inserts.answers, c.Answers, answerValues)
}

func answerValues(a *intake.Answer) []any {
	var uid, boot, press, form any = nil, nil, nil, a.Form
	if a.IsPress() {
		uid, boot, press, form = int64(a.Press.UID), int64(a.Press.Boot), int64(a.Press.Seq), nil
	}
	return []any{a.Pos, int64(a.Agent), a.Epoch, int64(a.Seq), a.When.UnixMilli(), a.Uncertainty.Milliseconds(), a.Arrived.UnixMilli(),
		string(a.Kind), string(a.Standing), name(a.Ticket), name(a.Told), name(a.Visit), a.Window, int64(a.Level), string(a.Channel), string(a.Why),
		uid, boot, press, a.AgeMS, form, a.Reasons, a.ReasonMissing, a.Withheld, a.Named, a.Callback, a.Lapsed, a.Expired, a.Ref, a.RefSHA, a.Reply, a.Operator, a.Call}
}

// saveRest writes windows, devices, what agents say of themselves, sums, findings and boxes.
func (t transaction) saveRest(c *intake.Changes) error {
	for _, err := range []error{
		put(t.tx, &t.inserts.windows, c.Windows, func(w *intake.Window) []any {
			return []any{int64(w.Agent), w.Window, string(w.State), ms(w.Since), name(w.Ticket), name(w.Visit),
				ms(w.StateAt.Began), w.StateAt.Epoch, int64(w.StateAt.Seq), w.Staff, ms(w.StaffAt.Began), w.StaffAt.Epoch, int64(w.StaffAt.Seq)}
		}),
		put(t.tx, &t.inserts.devices, c.Devices, func(d *intake.Device) []any {
			return []any{int64(d.Agent), d.Device, string(d.Kind), d.Window, int64(d.UID), d.Up, string(d.Trouble), int64(d.Count), ms(d.Since),
				ms(d.At.Began), d.At.Epoch, int64(d.At.Seq)}
		}),
		put(t.tx, &t.inserts.states, c.States, func(s *intake.AgentState) []any {
			return []any{int64(s.Agent), s.Hall, s.Version, s.Catalogue, s.Instance, ms(s.Started), ms(s.At.Began), s.At.Epoch, int64(s.At.Seq), int64(s.Config), ms(s.Lost),
				int64(s.CatalogueVersion), int64(s.Refused.Version), string(s.Refused.Why), s.Refused.What}
		}),
		put(t.tx, &t.inserts.steps, c.Steps, func(s intake.ClockStep) []any {
			return []any{s.Pos, int64(s.Agent), int64(s.Start), s.Up.Milliseconds(), s.To.UnixMilli()}
		}),
		put(t.tx, &t.inserts.tallies, c.Tallies, func(y figures.Tally) []any { return y.Sums.Values(y.Key.Values(nil)) }),
		put(t.tx, &t.inserts.findings, c.Findings, func(f intake.Finding) []any {
			return []any{f.Pos, f.At.UnixMilli(), string(f.Rule), f.Agent, f.Epoch, int64(f.From), int64(f.To), int64(f.UID), int64(f.Boot), join(f.Seqs), f.Window}
		}),
		put(t.tx, &t.inserts.restores, c.Restores, func(r intake.Restore) []any {
			return []any{r.Pos, r.Copied.UnixMilli(), r.Restored.UnixMilli()}
		}),
		put(t.tx, &t.inserts.boxes, c.Boxes, func(b intake.Box) []any {
			return []any{b.Ref, b.Salt, b.Sealed, string(b.Kind), b.About, name(b.Visit), int64(b.Day), b.Mark}
		}),
		t.erase(c.Erased),
	} {
		if err != nil {
			return err
		}
	}
	if c.Ticked.IsZero() {
		return nil
	}
	return remember(t.tx, momentClock, c.Ticked)
}

// saveDeeds writes what the law is made of, and the audit.
func (t transaction) saveDeeds(c *intake.Changes) error {
	err := put(t.tx, &t.inserts.laws, c.Law, func(d intake.LawDeed) []any { return []any{d.Pos, string(d.Type), d.Body} })
	if err != nil {
		return err
	}
	err = put(t.tx, &t.inserts.deeds, c.Deeds, func(d intake.Deed) []any {
		return []any{d.Pos, d.At.UnixMilli(), string(d.Type), d.About, d.By.Account, d.By.Role, d.By.Unit}
	})
	if err != nil {
		return err
	}
	return put(t.tx, &t.inserts.rereads, c.Reread, func(p intake.Place) []any { return []any{int64(p.Agent), p.Epoch, int64(p.Seq)} })
}

// join writes numbers as one text.
func join(seqs []uint32) string {
	var b strings.Builder
	for n, s := range seqs {
		if n > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.FormatUint(uint64(s), 10))
	}
	return b.String()
}

// split reads what join wrote.
func split(text string) ([]uint32, error) {
	if text == "" {
		return nil, nil
	}
	var seqs []uint32
	for part := range strings.SplitSeq(text, ",") {
		n, err := strconv.ParseUint(part, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("list of presses %q: %w", text, err)
		}
		seqs = append(seqs, uint32(n))
	}
	return seqs, nil
}
