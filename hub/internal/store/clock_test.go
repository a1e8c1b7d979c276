package store_test

import (
	"fmt"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/rating"
	"hallpulse/hub/internal/repair"
)

// design §4: an answer that nobody has told a visit for is pending; after 60 days it is not ratable. Where its visit is told
// after all, it is tied to it like any other: what it was worth does not depend on the road.
func TestAnAnswerWaitsSixtyDaysForItsVisit(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	h.publish("2026")
	a.started(nil, hall.EpochFirst)
	h.sendAll(a, a.epoch)
	cut := a.id() // its agent goes away while its holder is served
	p, visit := a.pressed(hall.Bad), a.id()
	a.tell(hall.VisitOpened{Visit: visit, Ticket: cut, Window: "1", Staff: "7"})
	a.tell(hall.VisitServed{Visit: visit})
	a.tell(hall.RatingGiven{Ticket: cut, Visit: visit, Window: "1", Level: hall.Bad, Channel: hall.ChannelPad, Press: &p, ReasonMissing: true})
	h.sendAll(a, a.epoch)
	unknown, _ := a.visit("2") // told much later
	said := h.now
	h.record(phone(unknown, "form-1", hall.Bad))
	for _, c := range []struct {
		after time.Duration
		want  rating.Standing
	}{{59 * 24 * time.Hour, rating.Pending}, {60 * 24 * time.Hour, rating.NotRatable}, {61 * 24 * time.Hour, rating.NotRatable}} {
		h.tick(said.Add(c.after))
		h.wantStandings(unknown, fmt.Sprint("ahead of its visit, ", c.after, " later"), c.want)
		h.wantStandings(cut, fmt.Sprint("its visit has no end, ", c.after, " later"), c.want)
	}
	if n := len(h.Store.Rows(t, `SELECT pos FROM deeds WHERE type = 'rating.expired'`)); n != 2 {
		t.Errorf("%d deeds for two answers", n)
	}
	h.sendAll(a, a.epoch)
	h.wantStandings(unknown, "its visit is told after all", rating.Counted)
	h.wantStandings(cut, "nobody told of its end", rating.NotRatable)
	h.check()
}

// A first tap that was not sent is the answer, given when it was tapped: it is in time though the clock came to it after the
// due time, because the hub was down (domain §3.4; screens, rate).
func TestATapIsGivenWhenItWasTapped(t *testing.T) {
	due := time.Date(2026, 12, 1, 0, 0, 0, 0, hall.Beijing()) // 24:00 of Monday 11-30, the 5th working day after Monday 11-23
	for _, c := range []struct {
		says   string
		tapped time.Time
		want   rating.Standing
	}{
		{"a minute before the time was over", due.Add(-time.Minute), rating.Counted},
		{"a minute after it", due.Add(time.Minute), rating.Late},
	} {
		t.Run(c.says, func(t *testing.T) {
			a := newAgent(1, "hall-a")
			h := newHub(t, dataDir(t), a)
			defer h.close()
			h.publish("2026")
			a.started(nil, hall.EpochFirst)
			ticket, visit := a.visit("1")
			h.sendAll(a, a.epoch)
			h.now = c.tapped
			h.record(hall.RatingDrafted{Ticket: ticket, Visit: visit, Answer: "form-1", Level: hall.Good})
			h.tick(due.Add(9*time.Hour), a)
			h.wantStandings(ticket, c.says, c.want)
			if got := h.story(ticket).Answers[0]; !got.When.Equal(c.tapped) || !got.Lapsed {
				t.Errorf("given %s, lapsed %v; it was tapped %s", got.When, got.Lapsed, c.tapped)
			}
			h.check()
		})
	}
}

// A citizen can rate a repair that was accepted until his time is over, and that follows the calendar, too (domain §4;
// codes.md "Working days").
func TestTheTimeToRateAClosedRepairFollowsTheCalendar(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	h.publish("2026")
	a.started(nil, hall.EpochFirst)
	_, visit := a.visit("1", hall.Bad)
	h.sendAll(a, a.epoch)
	handler, shen := hall.Person{Account: "tang", Role: "handler", Unit: "police"}, hall.Person{Account: "shen", Role: "supervisor"}
	act := func(by hall.Person, do func(repair.Repair, repair.Hand, intake.Known) ([]hall.Fact, error)) {
		t.Helper()
		h.decide(intake.Keys{Visits: []hall.ID{visit}}, func(k intake.Known) ([]hall.Fact, error) {
			r, _ := k.Repair(visit.String())
			return do(r, repair.Hand{By: by, Seen: r.Version, Now: k.Now()}, k)
		}, boxes()...)
	}
	act(li, func(r repair.Repair, hand repair.Hand, k intake.Known) ([]hall.Fact, error) {
		return r.Assign("police", "", hall.Sealed{}, hand, k.Law())
	})
	act(handler, func(r repair.Repair, hand repair.Hand, _ intake.Known) ([]hall.Fact, error) { return r.Sign(hand) })
	act(handler, func(r repair.Repair, hand repair.Hand, k intake.Known) ([]hall.Fact, error) {
		return r.Answer(hall.ResultUnfounded, hall.Sealed{}, text("reply"), hand, k.Law())
	})
	act(shen, func(r repair.Repair, hand repair.Hand, _ intake.Known) ([]hall.Fact, error) { return r.Accept(hand) })
	until := func() hall.Day { r, _ := h.repairOf(visit); return r.Round.Answer.Second.Day }
	if got := until(); got != dayOf("2026-11-30") {
		t.Fatalf("it can be rated until %s", got)
	}
	h.decide(intake.Keys{}, func(k intake.Known) ([]hall.Fact, error) {
		return k.Law().Close(dayOf("2026-11-26"), hall.EveryHall, hall.ClosingWeather, hall.DayOf(k.Now()), li)
	})
	h.tick(h.now.Add(time.Minute), a)
	if got := until(); got != dayOf("2026-12-01") {
		t.Errorf("it can be rated until %s, want a day more: the hall is closed on one of them", got)
	}
	h.check()
}

// At 24:00 itself an answer is still in time: the clock enters no default, and comes to an end however many wait for it.
func TestTheClockAtMidnight(t *testing.T) {
	t.Parallel()
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	h.publish("2026")
	a.started(nil, hall.EpochFirst)
	for range 510 { // more than the clock takes at once
		a.visit("1")
	}
	h.sendAll(a, a.epoch)
	midnight := dayOf("2026-12-01").Start()
	for _, c := range []struct {
		at   time.Time
		want string
	}{{midnight, "n=0"}, {midnight.Add(time.Millisecond), "n=510"}} {
		h.tick(c.at, a)
		if got := h.Store.Rows(t, `SELECT COUNT(*) AS n FROM visits WHERE default_level > 0`); got[0] != c.want {
			t.Errorf("at %s: %s, want %s", c.at, got[0], c.want)
		}
	}
	h.check()
}
