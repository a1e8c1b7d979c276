package store_test

import (
	"slices"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/figures"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/rating"
)

func (h *hub) findings() []intake.Finding {
	h.t.Helper()
	f, err := h.Store.Findings(h.t.Context(), time.Time{})
	if err != nil {
		h.t.Fatal(err)
	}
	return f
}

func (h *hub) story(ticket hall.ID) intake.Story {
	h.t.Helper()
	st, _, err := h.Store.Story(h.t.Context(), ticket)
	if err != nil {
		h.t.Fatal(err)
	}
	return st
}

func (h *hub) record(facts ...hall.Fact) {
	h.t.Helper()
	if err := h.Intake.Record(h.t.Context(), facts); err != nil {
		h.t.Fatal(err)
	}
}

// standings lists what the answers around a ticket are, in the order of pos.
func (h *hub) standings(ticket hall.ID) []rating.Standing {
	var out []rating.Standing
	for _, a := range h.story(ticket).Answers {
		out = append(out, a.Standing)
	}
	return out
}

func (h *hub) wantStandings(ticket hall.ID, when string, want ...rating.Standing) {
	h.t.Helper()
	if got := h.standings(ticket); !slices.Equal(got, want) {
		h.t.Errorf("%s: answers are %v, want %v", when, got, want)
	}
}

func phone(ticket hall.ID, form string, l hall.Level) hall.RatingGiven {
	return hall.RatingGiven{Ticket: ticket, Level: l, Channel: hall.ChannelQR, Answer: form}
}

func TestOneVisitStepByStep(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	a.started(nil, hall.EpochFirst)
	a.tell(hall.WindowOpened{Window: "12", Staff: "1024"})
	ticket, visit := a.id(), a.id()
	p := a.pressed(hall.Bad)
	sent := uint64(0)
	for _, c := range []struct {
		fact   hall.Fact
		ticket hall.TicketState
		window hall.WindowState
		today  intake.Today
	}{
		{hall.TicketIssued{Ticket: ticket, Number: "A063", Letter: "A", Day: hall.DayOf(morning), Item: "id-card", Ahead: 4}, hall.TicketIsQueued, hall.WindowIsOpen, intake.Today{}},
		{hall.TicketCalled{Ticket: ticket, Window: "12"}, hall.TicketIsCalled, hall.WindowIsCalled, intake.Today{}},
		{hall.VisitOpened{Visit: visit, Ticket: ticket, Window: "12", Staff: "1024", Item: "passport"}, hall.TicketIsCalled, hall.WindowIsCalled, intake.Today{}},
		{hall.TicketRecalled{Ticket: ticket, Window: "12", Calls: 2}, hall.TicketIsCalled, hall.WindowIsCalled, intake.Today{}},
		{hall.VisitServed{Visit: visit}, hall.TicketIsServing, hall.WindowIsServing, intake.Today{}},
		{hall.VisitFinished{Visit: visit, Staff: "1024", Outcome: hall.OutcomeFinished}, hall.TicketIsCalled, hall.WindowIsCalled, today(1, 1, 0)},
		{hall.TicketFinished{Ticket: ticket, Window: "12"}, hall.TicketIsFinished, hall.WindowIsOpen, today(1, 1, 0)},
		{hall.RatingInvited{Visit: visit, Window: "12"}, hall.TicketIsFinished, hall.WindowIsOpen, today(1, 1, 1)},
		{hall.RatingGiven{Ticket: ticket, Visit: visit, Window: "12", Level: hall.Bad, Channel: hall.ChannelPad, Press: &p, ReasonMissing: true}, hall.TicketIsFinished, hall.WindowIsOpen, today(1, 1, 1, 0, 1)},
	} {
		a.tell(c.fact)
		if sent == 0 {
			h.send(a, a.batch(a.epoch, 1, 2))
			sent = 2
		}
		h.send(a, a.batch(a.epoch, sent+1, 1))
		sent++
		says := string(c.fact.Type())
		if st := h.story(ticket); st.State() != c.ticket {
			t.Errorf("%s: the ticket is %s, want %s", says, st.State(), c.ticket)
		}
		w, err := h.Store.Windows(t.Context(), intake.WindowKey{Agent: 1, Window: "12"})
		if err != nil || len(w) != 1 || w[0].State != c.window || w[0].Staff != "1024" || w[0].Epoch != a.epoch {
			t.Errorf("%s: window %+v, %v; want %s", says, w, err, c.window)
		}
		if c.window != hall.WindowIsOpen && (w[0].Number != "A063" || w[0].Ticket != ticket) {
			t.Errorf("%s: window shows ticket %q", says, w[0].Number)
		}
		if c.window == hall.WindowIsServing && (w[0].Item != "passport" || !w[0].Since.Equal(a.now)) {
			t.Errorf("%s: window shows item %q since %v", says, w[0].Item, w[0].Since)
		}
		day, err := h.Store.Today(t.Context(), hall.DayOf(morning))
		if err != nil || len(day) > 1 || len(day) == 1 && counted(day[0]) != c.today.Sums || len(day) == 0 && !c.today.IsZero() {
			t.Errorf("%s: today %+v, %v; want %+v", says, day, err, c.today.Sums)
		}
	}
	v := h.story(ticket).Visits[0]
	if v.Level != hall.Bad || v.Channel != hall.ChannelPad || !v.Rated.Equal(a.now.Add(-200*time.Millisecond)) {
		t.Errorf("visit %+v", v)
	}
	day, err := h.Store.Today(t.Context(), hall.DayOf(morning), intake.WindowKey{Agent: 1, Window: "12"})
	if err != nil || len(day[0].Recent) != 1 || !day[0].Recent[0].ReasonMissing || day[0].Recent[0].Press != p.Key() {
		t.Errorf("recent ratings %+v, %v", day, err)
	}
	h.check()
}

func today(served, ratable, invited int, levels ...int) intake.Today {
	var d intake.Today
	d.Served, d.Ratable, d.Invited = served, ratable, invited
	copy(d.Levels[:], levels)
	return d
}

// A press while service goes on is shown at once and counts when the visit ends (domain §3.10, §3.11).
func TestAPressWhileServing(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	a.started(nil, hall.EpochFirst)
	ticket, visit, p := a.id(), a.id(), a.pressed(hall.VeryGood)
	a.tell(hall.VisitOpened{Visit: visit, Ticket: ticket, Window: "1", Staff: "7"})
	a.tell(hall.VisitServed{Visit: visit})
	a.tell(hall.RatingGiven{Ticket: ticket, Visit: visit, Window: "1", Level: hall.VeryGood, Channel: hall.ChannelPad, Press: &p})
	h.sendAll(a, a.epoch)
	h.wantStandings(ticket, "while serving", rating.Pending)
	a.tell(hall.VisitFinished{Visit: visit, Staff: "8", Outcome: hall.OutcomeFinished, Rated: true})
	h.sendAll(a, a.epoch)
	h.wantStandings(ticket, "finished", rating.Counted)
	day, err := h.Store.Today(t.Context(), hall.DayOf(morning))
	if err != nil || len(day) != 1 || counted(day[0]) != today(1, 1, 1, 0, 0, 0, 0, 1).Sums {
		t.Errorf("today %+v, %v", day, err)
	}
	if v := h.story(ticket).Visits[0]; v.Staff != "8" {
		t.Errorf("the rating belongs to %s, want who finished", v.Staff)
	}
	h.check()
}

func TestPhoneBeforeItsVisit(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	a.started(nil, hall.EpochFirst)
	first, _ := a.visit("1", hall.VeryGood)
	h.record(phone(first, "form-1", hall.Bad))
	h.wantStandings(first, "its agent has been offline since before the visit", rating.Pending)
	h.sendAll(a, a.epoch)
	h.wantStandings(first, "its visit has come", rating.Counted, rating.Replaced)
	v := h.story(first).Visits[0]
	if v.Level != hall.Bad || v.Channel != hall.ChannelQR || !v.Integrity {
		t.Errorf("visit %+v, want the phone's level, and that the pad disagrees", v)
	}
	h.record(phone(first, "form-1", hall.VeryGood))
	h.wantStandings(first, "the form sent twice", rating.Counted, rating.Replaced)
	h.record(phone(first, "form-2", hall.VeryGood))
	h.wantStandings(first, "a further form", rating.Counted, rating.Replaced, rating.FollowUp)
	if day, err := h.Store.Today(t.Context(), hall.DayOf(morning)); err != nil || counted(day[0]) != today(1, 1, 1, 0, 1).Sums {
		t.Errorf("today %+v, %v", day, err)
	}
	h.check()
}

func TestPhoneForATicketThatEndedWithoutService(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	a.started(nil, hall.EpochFirst)
	missed, visit, withdrawn := a.id(), a.id(), a.id()
	h.record(phone(missed, "form-1", hall.Good))
	h.record(phone(withdrawn, "form-2", hall.Good))
	a.tell(hall.TicketCalled{Ticket: missed, Window: "1"})
	a.tell(hall.VisitOpened{Visit: visit, Ticket: missed, Window: "1", Staff: "7"})
	h.sendAll(a, a.epoch)
	h.wantStandings(missed, "called", rating.Pending)
	a.tell(hall.VisitFinished{Visit: visit, Outcome: hall.OutcomeMissed})
	a.tell(hall.TicketMissed{Ticket: missed, Window: "1"})
	a.tell(hall.TicketWithdrawn{Ticket: withdrawn})
	h.sendAll(a, a.epoch)
	h.wantStandings(missed, "missed", rating.NotRatable)
	h.wantStandings(withdrawn, "withdrawn", rating.NotRatable)
	h.check()
}

func TestATicketOfTwoVisits(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	a.started(nil, hall.EpochFirst)
	ticket, first := a.visit("1")
	second := a.id()
	a.tell(hall.VisitOpened{Visit: second, Ticket: ticket, Window: "2", Staff: "9"})
	a.tell(hall.VisitServed{Visit: second})
	a.tell(hall.VisitFinished{Visit: second, Staff: "9", Outcome: hall.OutcomeFinished})
	h.record(phone(ticket, "form-1", hall.Good))
	h.sendAll(a, a.epoch)
	given := phone(ticket, "form-2", hall.Bad)
	given.Visit = second
	h.record(given)
	h.wantStandings(ticket, "each visit rated once", rating.Counted, rating.Counted)
	for _, v := range h.story(ticket).Visits {
		if want := map[hall.ID]hall.Level{first: hall.Good, second: hall.Bad}[v.ID]; v.Level != want {
			t.Errorf("visit %s is rated %d, want %d", v.ID, v.Level, want)
		}
	}
	h.check()
}

func TestADraftBecomesTheAnswer(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	a.started(nil, hall.EpochFirst)
	sent, _ := a.visit("1")
	left, _ := a.visit("1")
	h.sendAll(a, a.epoch)
	tapped := h.now
	draft := func(ticket hall.ID, form string, l hall.Level) hall.RatingDrafted {
		return hall.RatingDrafted{Ticket: ticket, Answer: form, Level: l}
	}
	h.record(draft(sent, "form-1", hall.Good))
	h.record(draft(left, "form-2", hall.Good))
	h.record(draft(left, "form-2", hall.Bad)) // he thought again
	h.wantStandings(left, "a tap is no answer yet", "")
	h.record(phone(sent, "form-1", hall.Fair))
	h.wantStandings(sent, "sent", rating.Counted)
	for _, c := range []struct {
		after time.Duration
		want  rating.Standing
	}{{9 * time.Minute, ""}, {10 * time.Minute, rating.Counted}, {time.Hour, rating.Counted}} {
		h.now = tapped.Add(c.after)
		if err := h.Intake.Tick(t.Context(), h.now, nil); err != nil {
			t.Fatal(err)
		}
		h.wantStandings(left, "after "+c.after.String(), c.want)
	}
	got := h.story(left).Answers[0]
	if !got.Lapsed || got.Level != hall.Bad || !got.ReasonMissing || got.Form != "form-2" {
		t.Errorf("the answer is %+v, want the last tap, lapsed, without a reason", got)
	}
	h.record(phone(left, "form-2", hall.Good))
	h.record(draft(left, "form-2", hall.Good))
	h.wantStandings(left, "sent after it lapsed: a form is one answer", rating.Counted)
	if at, err := h.Store.Ticked(t.Context()); err != nil || !at.Equal(h.now) {
		t.Errorf("last tick %v, %v", at, err)
	}
	h.check()
}

func TestBoxesLieBesideTheirAnswer(t *testing.T) {
	h := newHub(t, dataDir(t))
	defer h.close()
	given := phone(hall.ID{Agent: 1, Serial: 1}, "form-1", hall.Bad)
	given.Ref, given.RefSHA = "ref-1", "aa"
	box := intake.Box{Ref: "ref-1", Salt: []byte{1}, Sealed: []byte{2, 3}}
	stray := intake.Box{Ref: "ref-2", Salt: []byte{4}, Sealed: []byte{5}}
	if err := h.Intake.Record(t.Context(), []hall.Fact{given}, box, stray); err != nil {
		t.Fatal(err)
	}
	again := given
	again.Ref = "ref-3"
	if err := h.Intake.Record(t.Context(), []hall.Fact{again}, intake.Box{Ref: "ref-3", Salt: []byte{1}, Sealed: []byte{2}}); err != nil {
		t.Fatal(err)
	}
	if got, err := h.Store.Box(t.Context(), "ref-1"); err != nil || !slices.Equal(got.Sealed, box.Sealed) || !slices.Equal(got.Salt, box.Salt) {
		t.Errorf("box %+v, %v", got, err)
	}
	for _, ref := range []string{"ref-2", "ref-3"} {
		if _, err := h.Store.Box(t.Context(), ref); err == nil {
			t.Errorf("a box that no answer names was kept: %s", ref)
		}
	}
	h.check()
}

// counted is what a day's visits were and how they were rated, without what else there is to say of the ratings.
func counted(t intake.Today) figures.Sums {
	return figures.Sums{Served: t.Served, Ratable: t.Ratable, Invited: t.Invited, Levels: t.Levels}
}

// 协助评价 (domain §3.13): what is pressed at the window where somebody helped is marked, whichever of the two was told first; what
// is said at another window, by phone or with the ticket is not.
func TestAnAssistedRating(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	a.started(nil, hall.EpochFirst)
	for _, c := range []struct {
		rule            string
		channel         hall.Channel
		at              string // where he pressed
		before, by, end bool   // help is told before the press, at all, and the visit ends before it
		phone           bool   // he says it anew by phone
		want            bool
	}{
		{rule: "helped, then pressed", channel: hall.ChannelPad, at: "1", before: true, by: true, want: true},
		{rule: "pressed, then helped", channel: hall.ChannelPad, at: "1", by: true, want: true},
		{rule: "pressed after the end", channel: hall.ChannelPad, at: "1", before: true, by: true, end: true, want: true},
		{rule: "helped last", channel: hall.ChannelPad, at: "1", by: true, end: true, want: true},
		{rule: "at the tablet", channel: hall.ChannelTablet, at: "1", before: true, by: true, want: true},
		{rule: "nobody helped", channel: hall.ChannelPad, at: "1"},
		{rule: "pressed at another window", channel: hall.ChannelPad, at: "2", before: true, by: true},
		{rule: "with the ticket", channel: hall.ChannelKiosk, at: "1", before: true, by: true},
		{rule: "anew by phone", channel: hall.ChannelPad, at: "1", before: true, by: true, phone: true},
	} {
		ticket, visit := a.id(), a.id()
		given := hall.RatingGiven{Ticket: ticket, Visit: visit, Window: c.at, Level: hall.VeryGood, Channel: c.channel, Answer: "form-" + c.rule}
		if c.channel != hall.ChannelKiosk {
			p := a.pressed(hall.VeryGood)
			given.Press, given.Answer = &p, ""
		}
		help := func(now bool) {
			if now {
				a.tell(hall.RatingAssisted{Visit: visit, Window: "1", By: "0901"})
			}
		}
		ends := func(now bool) {
			if now {
				a.tell(hall.VisitFinished{Visit: visit, Staff: "7", Outcome: hall.OutcomeFinished})
			}
		}
		a.tell(hall.VisitOpened{Visit: visit, Ticket: ticket, Window: "1", Staff: "7"})
		a.tell(hall.VisitServed{Visit: visit})
		ends(c.end)
		help(c.by && c.before)
		a.tell(given)
		h.sendAll(a, a.epoch)
		help(c.by && !c.before)
		ends(!c.end)
		h.sendAll(a, a.epoch)
		if c.phone {
			h.record(phone(ticket, "form-anew", hall.Bad))
		}
		v := h.story(ticket).Visits[0]
		if v.Assisted != c.want || c.by && (v.Helper != "0901" || v.HelpedAt != "1") || v.Level == 0 {
			t.Errorf("%s: %+v", c.rule, v)
		}
	}
	h.check()
}
