package store_test

import (
	"encoding/json"
	"io/fs"
	"strings"
	"testing"
	"time"

	"hallpulse/configs"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/rating"
)

// year reads a year of the calendar that is shipped.
func year(t testing.TB, name string) hall.CalendarYear {
	t.Helper()
	data, err := fs.ReadFile(configs.FS(), "calendar/"+name+".json")
	if err != nil {
		t.Fatal(err)
	}
	var y hall.CalendarYear
	if err := json.Unmarshal(data, &y); err != nil {
		t.Fatal(err)
	}
	return y
}

// decide records what a person decides.
func (h *hub) decide(keys intake.Keys, do intake.Decide, boxes ...intake.Box) {
	h.t.Helper()
	if err := h.Intake.Decide(h.t.Context(), keys, do, boxes...); err != nil {
		h.t.Fatal(err)
	}
}

// publish enters years of the calendar.
func (h *hub) publish(years ...string) {
	h.t.Helper()
	h.decide(intake.Keys{}, func(k intake.Known) ([]hall.Fact, error) {
		var facts []hall.Fact
		for _, name := range years {
			f, err := k.Law().Publish(year(h.t, name), "sha", hall.DayOf(k.Now()), hall.Person{})
			if err != nil {
				return nil, err
			}
			facts = append(facts, f...)
		}
		return facts, nil
	})
}

// heads is what an agent's status says of its store.
func (a *agent) heads() []uplink.Head {
	return []uplink.Head{{Epoch: a.epoch, Last: uint64(len(a.events[a.epoch]))}}
}

// tick lets the clock say what it has to say. heard are agents that said at that moment how far their stores go.
func (h *hub) tick(at time.Time, heard ...*agent) {
	h.t.Helper()
	h.now = at
	said := map[uint32]intake.Heard{}
	for _, a := range heard {
		said[a.Number] = intake.Heard{At: at, Heads: a.heads()}
	}
	if err := h.Intake.Tick(h.t.Context(), at, said); err != nil {
		h.t.Fatal(err)
	}
}

func (h *hub) visitOf(ticket hall.ID) intake.Visit { return h.story(ticket).Visits[0] }

// 001, domain §3.4; design §5: five working days, then 基本满意, and only when the agent was heard to hold nothing more.
func TestADefaultWaitsForItsAgent(t *testing.T) {
	t.Parallel()
	due := time.Date(2026, 12, 1, 0, 0, 0, 0, hall.Beijing()) // 24:00 of Monday 11-30, the 5th working day after Monday 11-23
	for _, c := range []struct {
		says  string
		after func(h *hub, a *agent)
		want  hall.Level
		lost  bool
	}{
		{"a second before the time is over there is none", func(h *hub, a *agent) { h.tick(due.Add(-time.Second), a) }, 0, false},
		{"after it, the agent has said that it is empty", func(h *hub, a *agent) { h.tick(due.Add(time.Second), a) }, hall.Fair, false},
		{"nobody heard the agent since: awaiting agent", func(h *hub, a *agent) { h.tick(due.Add(time.Hour)) }, 0, false},
		{"the agent was heard before the time was over: awaiting agent", func(h *hub, a *agent) {
			h.now = due.Add(time.Hour)
			said := map[uint32]intake.Heard{a.Number: {At: due.Add(-time.Minute), Heads: a.heads()}}
			if err := h.Intake.Tick(h.t.Context(), h.now, said); err != nil {
				h.t.Fatal(err)
			}
		}, 0, false},
		{"the agent holds events that the hub does not: awaiting agent", func(h *hub, a *agent) {
			a.tell(hall.WindowClosed{Window: "1"})
			h.tick(due.Add(time.Hour), a)
		}, 0, false},
		{"the agent was declared lost", func(h *hub, a *agent) {
			h.decide(intake.Keys{}, func(intake.Known) ([]hall.Fact, error) {
				return []hall.Fact{hall.AgentLost{Act: hall.Act{About: a.Name, By: hall.Person{Account: "li", Role: "centre"}}, Agent: a.Number}}, nil
			})
			h.tick(due.Add(time.Hour))
		}, hall.Fair, true},
	} {
		t.Run(c.says, func(t *testing.T) {
			a := newAgent(1, "hall-a")
			h := newHub(t, dataDir(t), a)
			defer h.close()
			h.publish("2026")
			a.started(nil, hall.EpochFirst)
			silent, _ := a.visit("1")
			rated, _ := a.visit("1", hall.Good)
			h.sendAll(a, a.epoch)
			if v := h.visitOf(silent); !v.Due.End().Equal(due) || v.Due.Provisional {
				t.Fatalf("due %+v, want %v", v.Due, due)
			}
			c.after(h, a)
			c.after(h, a) // the clock is idempotent
			v := h.visitOf(silent)
			if v.Default != c.want || v.Lost != c.lost || v.Level != 0 {
				t.Errorf("%+v, want default %d, lost %v", v, c.want, c.lost)
			}
			if v := h.visitOf(rated); v.Default != 0 || v.Level != hall.Good {
				t.Errorf("the rated visit: %+v", v)
			}
			h.check()
		})
	}
}

// design §5: an answer given in time displaces a default whenever it arrives; the default stays, replaced. One given
// after the time is kept and changes nothing (domain §3.2).
func TestAnAnswerGivenInTimeDisplacesADefault(t *testing.T) {
	due := time.Date(2026, 12, 1, 0, 0, 0, 0, hall.Beijing())
	for _, c := range []struct {
		says  string
		given time.Time
		want  hall.Level
		stand rating.Standing
	}{
		{"pressed in time, told days later", due.Add(-time.Minute), hall.Bad, rating.Counted},
		{"pressed too late", due.Add(time.Minute), 0, rating.Late},
	} {
		t.Run(c.says, func(t *testing.T) {
			a := newAgent(1, "hall-a")
			h := newHub(t, dataDir(t), a)
			defer h.close()
			h.publish("2026")
			a.started(nil, hall.EpochFirst)
			ticket, visit := a.visit("1")
			h.sendAll(a, a.epoch)
			h.tick(due.Add(time.Hour), a)
			p := a.pressed(hall.Bad)
			a.now = c.given
			a.tell(hall.RatingGiven{Ticket: ticket, Visit: visit, Window: "1", Level: hall.Bad, Channel: hall.ChannelPad, Press: &p})
			h.now = due.Add(72 * time.Hour)
			h.sendAll(a, a.epoch)
			v := h.visitOf(ticket)
			if v.Default != hall.Fair || v.Level != c.want {
				t.Errorf("%+v, want level %d over the default", v, c.want)
			}
			h.wantStandings(ticket, c.says, c.stand)
			h.check()
		})
	}
}

// codes.md "Working days": a deadline that crosses a year nobody has published is provisional, no default is entered by
// it, and it is computed again when the year arrives, with an entry in the audit.
func TestADeadlineOverAnUnpublishedYearIsProvisional(t *testing.T) {
	a := newAgent(1, "hall-a")
	a.now = time.Date(2026, 12, 29, 9, 0, 0, 0, hall.Beijing())
	a.booted, a.clock.Since = a.now, a.now
	h := newHub(t, dataDir(t), a)
	defer h.close()
	h.now = a.now
	h.publish("2026")
	a.started(nil, hall.EpochFirst)
	ticket, _ := a.visit("1")
	h.sendAll(a, a.epoch)
	before := h.visitOf(ticket).Due
	if !before.Provisional || before.Day.String() != "2027-01-05" {
		t.Fatalf("due %+v: want 2027-01-05, provisional: 12-30, 12-31, 01-01, 01-04, 01-05", before)
	}
	h.tick(before.End().Add(time.Hour), a)
	if v := h.visitOf(ticket); v.Default != 0 {
		t.Fatal("a default was entered by a provisional deadline")
	}
	h.decide(intake.Keys{}, func(k intake.Known) ([]hall.Fact, error) {
		new1 := hall.CalendarYear{Year: 2027, Holidays: []hall.Holiday{{Day: hall.DayOf(time.Date(2027, 1, 1, 12, 0, 0, 0, hall.Beijing())), Name: "元旦", NameEN: "New Year's Day"}}}
		return k.Law().Publish(new1, "sha", hall.DayOf(k.Now()), hall.Person{Account: "li", Role: "centre"})
	})
	h.tick(before.End().Add(2*time.Hour), a)
	after := h.visitOf(ticket)
	if after.Due.Provisional || after.Due.Day.String() != "2027-01-06" {
		t.Errorf("due %+v, want 2027-01-06 for certain", after.Due)
	}
	if moved := h.Store.Rows(t, `SELECT about FROM deeds WHERE type = 'deadline.moved'`); len(moved) != 1 || moved[0] != "about="+after.ID.String() {
		t.Errorf("audit: %v", moved)
	}
	h.tick(after.Due.End().Add(time.Hour), a)
	if v := h.visitOf(ticket); v.Default != hall.Fair {
		t.Errorf("no default after the certain deadline: %+v", v)
	}
	h.check()
}

// A closing day declared for a hall moves the deadlines that reach over it, of that hall alone.
func TestAClosingDayMovesDeadlines(t *testing.T) {
	a, b := newAgent(1, "hall-a"), newAgent(2, "hall-b")
	h := newHub(t, dataDir(t), a, b)
	defer h.close()
	h.publish("2026")
	var tickets []hall.ID
	for _, x := range []*agent{a, b} {
		x.started(nil, hall.EpochFirst)
		ticket, _ := x.visit("1")
		tickets = append(tickets, ticket)
		h.sendAll(x, x.epoch)
	}
	day, err := hall.ParseDay("2026-11-26")
	if err != nil {
		t.Fatal(err)
	}
	h.decide(intake.Keys{}, func(k intake.Known) ([]hall.Fact, error) {
		return k.Law().Close(day, "hhall-a", hall.ClosingWeather, hall.DayOf(k.Now()), hall.Person{Account: "li", Role: "centre"})
	})
	h.tick(h.now, a, b)
	for n, want := range []string{"2026-12-01", "2026-11-30"} {
		if v := h.visitOf(tickets[n]); v.Due.Day.String() != want {
			t.Errorf("hall %d: due %s, want %s", n, v.Due.Day, want)
		}
	}
	h.check()
}

// A past period is always judged by the pack that was in force then (codes.md).
func TestAVisitIsJudgedByThePackOfItsDay(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	h.publish("2026")
	adopt := func(pack hall.Policy, from string) {
		day, err := hall.ParseDay(from)
		if err != nil {
			t.Fatal(err)
		}
		h.decide(intake.Keys{}, func(k intake.Known) ([]hall.Fact, error) {
			return k.Law().Adopt(pack, day, "sha", hall.DayOf(k.Now()), hall.Person{Account: "li", Role: "centre"})
		})
	}
	adopt(hall.DefaultPolicy(), "2020-01-01")
	other := hall.DefaultPolicy()
	other.ID, other.Rating.Window, other.Rating.Default = "seven", hall.Span{Days: 7, Unit: hall.NaturalDays}, hall.Good
	adopt(other, "2026-11-24")
	a.started(nil, hall.EpochFirst)
	monday, _ := a.visit("1")
	a.now = a.now.Add(24 * time.Hour)
	tuesday, _ := a.visit("1")
	h.now = a.now
	h.sendAll(a, a.epoch)
	h.tick(time.Date(2026, 12, 10, 9, 0, 0, 0, hall.Beijing()), a)
	for _, c := range []struct {
		ticket hall.ID
		due    string
		level  hall.Level
	}{{monday, "2026-11-30", hall.Fair}, {tuesday, "2026-12-01", hall.Good}} {
		if v := h.visitOf(c.ticket); v.Due.Day.String() != c.due || v.Default != c.level {
			t.Errorf("due %s, default %d; want %s, %d", v.Due.Day, v.Default, c.due, c.level)
		}
	}
	h.check()
}

// An event that an older hub could not read takes effect when a newer one reads it, under its own time, and once.
func TestEventsAreReadAgainAfterAnUpgrade(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	a.started(nil, hall.EpochFirst)
	ticket, visit := a.visit("1")
	p := a.pressed(hall.Good)
	a.tell(hall.RatingGiven{Ticket: ticket, Visit: visit, Window: "1", Level: hall.Good, Channel: hall.ChannelPad, Press: &p})
	h.sendAll(a, a.epoch)
	h.stop()
	h.Store.Spoil(t, `UPDATE events SET why = 'type' WHERE seq = 9 AND agent_id = 1`) // an older hub did not know it
	h.Store.Spoil(t, `UPDATE position SET derivation = 0`)
	if err := h.Store.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.run(h.Store)
	if v := h.visitOf(ticket); v.Level != 0 {
		t.Fatalf("the event that was not read has an effect: %+v", v)
	}
	for round := range 2 {
		h.decide(intake.Keys{Unread: true, Most: 10}, func(k intake.Known) ([]hall.Fact, error) {
			var facts []hall.Fact
			for _, f := range k.Unread() {
				facts = append(facts, f)
			}
			if len(facts) != 1-round {
				t.Errorf("round %d: %d events to read again", round, len(facts))
			}
			return facts, nil
		})
	}
	if v := h.visitOf(ticket); v.Level != hall.Good || !strings.HasPrefix(v.Rated.String(), a.now.Add(-200*time.Millisecond).UTC().Format("2006-01-02 15:04:05")) {
		t.Errorf("read again: %+v, pressed at %v", v, a.now)
	}
	h.check()
}
