package rating

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallpulse/firmware-protocol/hall"
)

var (
	noon     = time.Date(2026, 11, 23, 12, 0, 0, 0, hall.Beijing())
	due      = hall.DayOf(noon).Start().Add(8 * 24 * time.Hour) // 24:00 of the seventh day after
	finished = Visit{Began: true, Outcome: hall.OutcomeFinished}
)

func press(minute int, l hall.Level) Answer {
	return Answer{When: noon.Add(time.Duration(minute) * time.Minute), Agent: 3, Epoch: "e", Seq: uint64(100 + minute), Level: l, Channel: hall.ChannelPad}
}

func form(minute int, l hall.Level, id string) Answer {
	return Answer{When: noon.Add(time.Duration(minute) * time.Minute), Epoch: "hub", Seq: uint64(100 + minute), Level: l, Channel: hall.ChannelQR, Form: id}
}

func told(a Answer, as Told) Answer {
	a.Told = as
	return a
}

func on(a Answer, c hall.Channel) Answer {
	a.Channel = c
	return a
}

// The rules of domain §3.2 and §3.10–§3.13, row by row.
func TestOf(t *testing.T) {
	late := int(due.Sub(noon)/time.Minute) + 1
	doubtful := press(late, hall.Good)
	doubtful.Uncertainty = 2 * time.Minute
	withDue := finished
	withDue.Due = due
	first := finished
	first.Replace = hall.ReplaceNever
	for _, c := range []struct {
		rule      string
		visit     Visit
		answers   []Answer
		winner    int
		standings []Standing
		integrity bool
	}{
		{"§3.2 a visit without an answer has no rating", finished, nil, -1, nil, false},
		{"§3.2(2) the first bound press is the rating", finished,
			[]Answer{press(1, 5)}, 0, []Standing{Counted}, false},
		{"design §4 who rates by the window's sticker is heard where nobody else was", finished,
			[]Answer{on(form(1, 4, "s"), hall.ChannelSticker)}, 0, []Standing{Counted}, false},
		{"design §4 the clerk sees the digits too: they take the place of no press, even of a later one", finished,
			[]Answer{on(form(1, 5, "s"), hall.ChannelSticker), press(2, 1)}, 1, []Standing{Repeat, Counted}, true},
		{"design §4 nor of what the ticket says", finished,
			[]Answer{on(form(1, 5, "s"), hall.ChannelSticker), form(2, 4, "a")}, 1, []Standing{Repeat, Counted}, false},
		{"design §4 and they rate once", finished,
			[]Answer{on(form(1, 2, "s"), hall.ChannelSticker), on(form(2, 5, "t"), hall.ChannelSticker)}, 0, []Standing{Counted, Repeat}, false},
		{"§3.11 a further press before the next visit is a repeat", finished,
			[]Answer{press(1, 5), told(press(2, 1), Again)}, 0, []Standing{Counted, Repeat}, false},
		{"§3.3 a second bound press does not correct the first", finished,
			[]Answer{press(2, 1), press(1, 5)}, 1, []Standing{Repeat, Counted}, false},
		{"§3.3 a wrong press is corrected with the ticket", finished,
			[]Answer{press(1, 5), form(60, 4, "f")}, 1, []Standing{Replaced, Counted}, false},
		{"§3.2(1) who shows the ticket comes first, even if he answered before the press", finished,
			[]Answer{form(1, 4, "f"), press(2, 4)}, 0, []Standing{Counted, Replaced}, false},
		{"§3.2(1) of two that show the ticket the first by when is the rating, the other a follow-up", finished,
			[]Answer{form(9, 1, "g"), form(5, 5, "f")}, 1, []Standing{FollowUp, Counted}, false},
		{"§3.2(1) every channel that shows the ticket or its phone is as good", finished,
			[]Answer{press(1, 4), on(form(2, 3, "a"), hall.ChannelKiosk), on(form(3, 5, "b"), hall.ChannelWeb), on(form(4, 5, "c"), hall.ChannelHotline), on(form(5, 5, "d"), hall.ChannelSMS)},
			1, []Standing{Replaced, Counted, FollowUp, FollowUp, FollowUp}, false},
		{"§3.2(2) pad and tablet are one road", finished,
			[]Answer{on(press(2, 4), hall.ChannelTablet), press(1, 3)}, 1, []Standing{Repeat, Counted}, false},
		{"§3.2 a form sent twice is one answer", finished,
			[]Answer{form(2, 3, "f"), form(1, 4, "f")}, 1, []Standing{Repeat, Counted}, false},
		{"§3.2 replaced by a level two away is an integrity finding", finished,
			[]Answer{press(1, 5), form(2, 3, "f")}, 1, []Standing{Replaced, Counted}, true},
		{"§3.2 replaced across good and bad is an integrity finding", finished,
			[]Answer{press(1, 3), form(2, 2, "f")}, 1, []Standing{Replaced, Counted}, true},
		{"§3.2 replaced by its neighbour among the bad is none", finished,
			[]Answer{press(1, 1), form(2, 2, "f")}, 1, []Standing{Replaced, Counted}, false},
		{"§3.2 a follow-up that differs is no integrity finding", finished,
			[]Answer{form(1, 5, "f"), form(2, 1, "g")}, 0, []Standing{Counted, FollowUp}, false},
		{"§3.2 after the due time an answer is late and changes nothing", withDue,
			[]Answer{form(late, 1, "f"), press(1, 5)}, 1, []Standing{Late, Counted}, false},
		{"§3.2 late alone is no rating", withDue,
			[]Answer{press(late, 5)}, -1, []Standing{Late}, false},
		{"§3.2 exactly at the due time is in time", withDue,
			[]Answer{press(late-1, 5)}, 0, []Standing{Counted}, false},
		{"design §2 a press whose uncertainty crosses the due time is in time", withDue,
			[]Answer{doubtful}, 0, []Standing{Counted}, false},
		{"§3.4 where no due time exists yet nothing is late", finished,
			[]Answer{press(1_000_000, 5)}, 0, []Standing{Counted}, false},
		{"§3.10 a no-show is not ratable", Visit{Outcome: hall.OutcomeMissed},
			[]Answer{press(1, 5), form(2, 5, "f")}, -1, []Standing{NotRatable, NotRatable}, false},
		{"§3.10 finished without service is not ratable", Visit{Outcome: hall.OutcomeFinished},
			[]Answer{form(2, 5, "f")}, -1, []Standing{NotRatable}, false},
		{"§3.10 before its end a visit has no rating", Visit{Began: true},
			[]Answer{press(1, 5), form(2, 5, "f")}, -1, []Standing{Pending, Pending}, false},
		{"§3.11 an unbound press is kept and never counted", finished,
			[]Answer{told(press(1, 1), Unbound), press(2, 5)}, 1, []Standing{NotBound, Counted}, false},
		{"§3.11 a repeat stays one where the press it repeats is not here", finished,
			[]Answer{told(press(1, 1), Again)}, -1, []Standing{Repeat}, false},
		{"codes.md, a pack that replaces nothing: the first answer is the rating, here a press", first,
			[]Answer{form(60, 1, "f"), press(1, 5)}, 1, []Standing{FollowUp, Counted}, false},
		{"codes.md, a pack that replaces nothing: the first answer is the rating, here a form", first,
			[]Answer{press(2, 5), form(1, 1, "f"), form(3, 2, "g")}, 1, []Standing{Repeat, Counted, FollowUp}, false},
		{"codes.md, a pack that replaces nothing: a form alone", first,
			[]Answer{form(1, 1, "f")}, 0, []Standing{Counted}, false},
		{"§3.2 of one moment the agent, then the epoch, then the seq decides", finished,
			[]Answer{{When: noon, Agent: 2, Epoch: "b", Seq: 9, Level: 5, Channel: hall.ChannelKiosk}, {When: noon, Agent: 2, Epoch: "b", Seq: 8, Level: 4, Channel: hall.ChannelKiosk}, {When: noon, Agent: 2, Epoch: "c", Seq: 1, Level: 3, Channel: hall.ChannelKiosk}},
			1, []Standing{FollowUp, Counted, FollowUp}, false},
	} {
		t.Run(c.rule, func(t *testing.T) {
			r := Of(c.visit, c.answers)
			if r.Winner != c.winner || !slices.Equal(r.Standings, c.standings) || r.Integrity != c.integrity {
				t.Errorf("got winner %d, %v, integrity %v; want %d, %v, %v", r.Winner, r.Standings, r.Integrity, c.winner, c.standings, c.integrity)
			}
		})
	}
}

// A rating is a function of the set of its answers: every order of arrival gives the same.
func TestOfKnowsNoOrderOfArrival(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		visit := rapid.SampledFrom([]Visit{finished, {Began: true}, {Outcome: hall.OutcomeMissed}, {Began: true, Outcome: hall.OutcomeFinished, Due: noon.Add(3 * time.Minute)}, {Began: true, Outcome: hall.OutcomeFinished, Replace: hall.ReplaceNever}}).Draw(t, "visit")
		answers := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Answer {
			a := press(rapid.IntRange(0, 5).Draw(t, "minute"), hall.Level(rapid.IntRange(1, 5).Draw(t, "level")))
			a.Agent = uint32(rapid.IntRange(0, 2).Draw(t, "agent"))
			a.Told = Told(rapid.IntRange(0, 2).Draw(t, "told"))
			if rapid.Bool().Draw(t, "phone") {
				a.Channel, a.Form = hall.ChannelQR, rapid.SampledFrom([]string{"f", "g", "h"}).Draw(t, "form")
			}
			return a
		}), 1, 5).Draw(t, "answers")
		for n := range answers {
			answers[n].Seq = uint64(n) // no two events have one place
		}
		want := Of(visit, answers)
		permutations(len(answers), func(order []int) {
			mixed := make([]Answer, len(answers))
			for to, from := range order {
				mixed[to] = answers[from]
			}
			got := Of(visit, mixed)
			if got.Integrity != want.Integrity || (got.Winner < 0) != (want.Winner < 0) || got.Winner >= 0 && order[got.Winner] != want.Winner {
				t.Fatalf("order %v: winner %d, integrity %v; in order %d, %v", order, got.Winner, got.Integrity, want.Winner, want.Integrity)
			}
			for to, from := range order {
				if got.Standings[to] != want.Standings[from] {
					t.Fatalf("order %v: answer %d is %s, in order %s", order, from, got.Standings[to], want.Standings[from])
				}
			}
		})
		counted := 0
		for _, s := range want.Standings {
			if s == Counted {
				counted++
			}
		}
		if counted > 1 || (counted == 1) != (want.Winner >= 0) {
			t.Fatalf("%d answers are counted, the winner is %d", counted, want.Winner)
		}
	})
}

// permutations calls fn with every order of n things.
func permutations(n int, fn func([]int)) {
	var extend func(order []int)
	extend = func(order []int) {
		if len(order) == n {
			fn(order)
			return
		}
		for i := range n {
			if !slices.Contains(order, i) {
				extend(append(slices.Clone(order), i))
			}
		}
	}
	extend(nil)
}

func TestFirstRatableVisit(t *testing.T) {
	visit := func(serial uint32, minute int, v Visit) Visit {
		v.ID, v.Opened = hall.ID{Agent: 1, Serial: serial}, noon.Add(time.Duration(minute)*time.Minute)
		return v
	}
	for _, c := range []struct {
		rule   string
		visits []Visit
		want   int
	}{
		{"a ticket without a visit waits", nil, -1},
		{"a visit that has not ended is not ratable yet", []Visit{visit(1, 0, Visit{Began: true})}, -1},
		{"a no-show is none", []Visit{visit(1, 0, Visit{Outcome: hall.OutcomeMissed}), visit(2, 5, finished)}, 1},
		{"the one that was opened first, whichever came first", []Visit{visit(2, 9, finished), visit(3, 5, finished)}, 1},
		{"of one moment the smaller name", []Visit{visit(3, 5, finished), visit(2, 5, finished)}, 1},
	} {
		if got := First(c.visits); got != c.want {
			t.Errorf("%s: got %d, want %d", c.rule, got, c.want)
		}
	}
}

func TestUntied(t *testing.T) {
	for state, want := range map[hall.TicketState]Standing{
		"": Pending, hall.TicketIsQueued: Pending, hall.TicketIsCalled: Pending, hall.TicketIsFinished: Pending,
		hall.TicketIsMissed: NotRatable, hall.TicketIsWithdrawn: NotRatable,
	} {
		if got := Untied(state); got != want {
			t.Errorf("ticket %q: %s, want %s", state, got, want)
		}
	}
}
