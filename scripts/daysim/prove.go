package main

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"

	_ "modernc.org/sqlite"

	"hallpulse/agent"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/pad"
	"hallpulse/hub"
)

// sums are what one side holds of the day.
type sums struct {
	Tickets map[hall.TicketState]int
	Visits  map[hall.Outcome]int
	Levels  map[hall.Level]int // of presses that became ratings
	Presses map[string]int     // given, repeat, unbound
}

func newSums() sums {
	return sums{map[hall.TicketState]int{}, map[hall.Outcome]int{}, map[hall.Level]int{}, map[string]int{}}
}

// prove compares, when all programs have stopped, what the agents' stores hold, what the hub's database holds, what the
// pads saw acknowledged, and what the simulator itself did. It names each thing that differs.
func (s *sim) prove(ctx context.Context, rebuild bool) (sums, error) {
	told := newLedger()
	s.told = told
	for _, p := range s.plant.posts {
		told.agent = p.Name
		if err := told.read(filepath.Join(p.Dir, "data")); err != nil {
			return sums{}, fmt.Errorf("%s: %w", p.Name, err)
		}
		if err := s.storeIsGood(ctx, p); err != nil {
			return sums{}, err
		}
	}
	s.wrong = append(s.wrong, told.wrong...)
	db, err := sql.Open("sqlite", "file:"+filepath.Join(s.plant.dir, "hub", "hub.db")+"?mode=ro")
	if err != nil {
		return sums{}, err
	}
	defer db.Close()
	at := newSums()
	for _, compare := range []func(*sql.DB, *ledger, *sums) error{s.sameTickets, s.sameVisits, s.samePresses, s.samePhones} {
		if err := compare(db, told, &at); err != nil {
			return at, err
		}
	}
	if agents := told.sums(); fmt.Sprint(agents) != fmt.Sprint(at) {
		s.fault("agents and hub do not hold the same:\n%+v\n%+v", agents, at)
	}
	s.endings(told)
	return at, s.hubIsGood(ctx, rebuild)
}

// storeIsGood proves the store of an agent, and that the hub has settled all in it.
func (s *sim) storeIsGood(ctx context.Context, p *post) error {
	c, err := agent.ReadConfig(p.config)
	if err != nil {
		return err
	}
	r, err := agent.OutboxCheck(ctx, c)
	if err != nil {
		return err
	}
	if len(r.Faults) > 0 || r.Unsettled > 0 || r.Epochs != 1 {
		s.fault("%s: outbox check: %+v", p.Name, r)
	}
	return nil
}

// hubIsGood proves the hub's database; with rebuild it is made anew from its events and proved again.
func (s *sim) hubIsGood(ctx context.Context, rebuild bool) error {
	c, err := hub.ReadConfig(s.plant.hub.config)
	if err != nil {
		return err
	}
	c.Clock = s.plant.clock.hub()
	all := []func(context.Context, hub.Config) (hub.Report, error){hub.Check}
	if rebuild {
		all = append(all, hub.Rebuild)
	}
	for _, prove := range all {
		r, err := prove(ctx, c)
		if err != nil {
			return err
		}
		if r.Faults > 0 {
			s.fault("the hub's database:\n%s", r.Text)
		}
	}
	return nil
}

// sameTickets wants each ticket at the hub as its agent has it, in a final state, and no number twice on a day.
func (s *sim) sameTickets(db *sql.DB, told *ledger, at *sums) error {
	rows, err := db.Query(`SELECT id, number, day, state FROM tickets`)
	if err != nil {
		return err
	}
	defer rows.Close()
	type given struct {
		number string
		day    int32
	}
	first, seen := map[given]hall.ID{}, map[hall.ID]bool{}
	for rows.Next() {
		var id hall.ID
		var text, number, state string
		var day int32
		if err := rows.Scan(&text, &number, &day, &state); err != nil {
			return err
		}
		if id, err = hall.ParseID(text); err != nil {
			return err
		}
		seen[id] = true
		at.Tickets[hall.TicketState(state)]++
		if !hall.TicketState(state).Final() {
			s.fault("ticket %v %s is %s when the day is over: %s", id, number, state, told.story(id))
		}
		if mine := told.tickets[id]; mine == nil || string(mine.state) != state {
			s.fault("ticket %v %s is %s at the hub; its agent told: %s", id, number, state, told.story(id))
		}
		key := given{number, day}
		if other, twice := first[key]; twice {
			s.fault("number %s was given twice on %v: tickets %v and %v", number, hall.Day(day), other, id)
		}
		first[key] = id
	}
	for id := range told.tickets {
		if !seen[id] {
			s.fault("ticket %v is not at the hub: %s", id, told.story(id))
		}
	}
	return rows.Err()
}

// sameVisits wants each visit at the hub as its agent has it.
func (s *sim) sameVisits(db *sql.DB, told *ledger, at *sums) error {
	rows, err := db.Query(`SELECT id, ticket, outcome FROM visits`)
	if err != nil {
		return err
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		var id, ticket, outcome string
		if err := rows.Scan(&id, &ticket, &outcome); err != nil {
			return err
		}
		n++
		at.Visits[hall.Outcome(outcome)]++
		if mine := told.visits[id]; mine == nil || mine.ticket.String() != ticket || string(mine.outcome) != outcome {
			s.fault("visit %s of ticket %s is %q at the hub; its agent has %+v", id, ticket, outcome, mine)
		}
	}
	if n != len(told.visits) {
		s.fault("%d visits at the hub, %d at the agents", n, len(told.visits))
	}
	return rows.Err()
}

// samePresses wants the presses that pads saw acknowledged, those in the agents' stores and those at the hub to be the
// same, each once and of one kind; and no light to have promised what is not so.
func (s *sim) samePresses(db *sql.DB, told *ledger, at *sums) error {
	rows, err := db.Query(`SELECT uid, boot, press, kind, level FROM answers WHERE uid IS NOT NULL`)
	if err != nil {
		return err
	}
	defer rows.Close()
	stored := map[hall.PressKey]string{}
	for rows.Next() {
		var k hall.PressKey
		var uid int64
		var kind string
		var level hall.Level
		if err := rows.Scan(&uid, &k.Boot, &k.Seq, &kind, &level); err != nil {
			return err
		}
		k.UID = hall.PadUID(uid)
		if _, twice := stored[k]; twice {
			s.fault("press %v is at the hub twice", k)
		}
		stored[k] = kind
		at.Presses[kind]++
		if kind == "given" {
			at.Levels[level]++
		}
		if told.presses[k] != kind {
			s.fault("press %v is %q at the hub, %q at its agent", k, kind, told.presses[k])
		}
	}
	lit := 0
	for _, p := range s.plant.posts {
		for id, there := range p.pads {
			for _, a := range there.Acked() {
				lit++
				kind, ok := stored[a.Key]
				if !ok {
					s.fault("press %v at window %s was acknowledged and is not at the hub", a.Key, id)
				}
				if a.Light == pad.Became && kind != "given" {
					s.fault("press %v at window %s: the light said that it is the rating, at the hub it is %q", a.Key, id, kind)
				}
			}
		}
	}
	if lit != len(stored) || lit != len(told.presses) {
		s.fault("%d presses acknowledged, %d at the agents, %d at the hub", lit, len(told.presses), len(stored))
	}
	return rows.Err()
}

// samePhones wants the ratings sent from phones to be at the hub, one for each. Where the hub went away under a phone it may
// have kept the rating all the same: a touch is kept at once.
func (s *sim) samePhones(db *sql.DB, _ *ledger, _ *sums) error {
	rows, err := db.Query(`SELECT ticket FROM answers WHERE uid IS NULL AND kind = 'given'`)
	if err != nil {
		return err
	}
	defer rows.Close()
	stored := map[string]int{}
	for rows.Next() {
		var ticket string
		if err := rows.Scan(&ticket); err != nil {
			return err
		}
		if stored[ticket]++; stored[ticket] > 1 {
			s.fault("ticket %s was rated once by phone, and is rated twice at the hub", ticket)
		}
		if !slices.Contains(s.book.phoned, ticket) && !slices.Contains(s.book.phoneTried, ticket) {
			s.fault("nobody rated ticket %s by phone, and the hub has a rating", ticket)
		}
	}
	for _, ticket := range s.book.phoned {
		if stored[ticket] == 0 {
			s.fault("ticket %s was rated by phone, and the hub has nothing", ticket)
		}
	}
	return rows.Err()
}

// endings wants each ticket to have ended as the person who held it saw it.
func (s *sim) endings(told *ledger) {
	for _, e := range s.book.endings {
		id, err := hall.ParseID(e.ticket)
		if err != nil {
			s.fault("%v", err)
			continue
		}
		if t := told.tickets[id]; t == nil || !slices.Contains(e.states, t.state) {
			s.fault("ticket %s %s should have ended as %v: %s", e.ticket, e.number, e.states, told.story(id))
		}
	}
}
