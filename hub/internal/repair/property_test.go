package repair

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallpulse/firmware-protocol/hall"
)

// draw returns something that somebody may try: most of it is refused.
func draw(t *rapid.T, s *story) step {
	people := []hall.Person{tang, wen, fang, zhou, lei, mei, chen, gao, bai, ding, shen, op7, guan, hall.Citizen(), {}}
	who := rapid.SampledFrom(people).Draw(t, "who")
	yes := rapid.Bool().Draw(t, "yes")
	result := rapid.SampledFrom([]hall.RepairResult{hall.ResultConfirmed, hall.ResultPartly, hall.ResultUnfounded}).Draw(t, "result")
	level := hall.Level(rapid.IntRange(1, 5).Draw(t, "level"))
	tries := map[string]step{
		"assign":   assign(who, rapid.SampledFrom([]string{"police", "land", CentreUnit}).Draw(t, "unit")),
		"sign":     sign(who),
		"call":     call(who, yes),
		"verify":   verify(who, result),
		"repair":   repairs(who, hall.RepairLedger),
		"extend":   extend(who, (hall.DayOf(s.now) + hall.Day(rapid.IntRange(-3, 25).Draw(t, "days"))).String()),
		"answer":   answer(who, result),
		"return":   sendBack(who),
		"accept":   accept(who),
		"propose":  propose(who),
		"exclude":  exclude(who, yes),
		"appeal":   appeal(who),
		"decide":   decide(who, rapid.SampledFrom([]hall.AppealSide{hall.AppealStaff, hall.AppealUnit}).Draw(t, "side"), yes),
		"freeze":   freeze(who),
		"thaw":     thaw(who),
		"rate":     rates(level),
		"rating":   rated(func(r *Rating) { r.Level, r.Named, r.Callback = level, yes, yes }),
		"time":     func(s *story) ([]hall.Fact, error) { return nil, s.pass(s.now.Add(drawTime(t))) },
		"late":     late(drawTime(t)),
		"stranger": func(s *story) ([]hall.Fact, error) { return s.r.Sign(Hand{By: who, Seen: s.r.Version - 1, Now: s.now}) },
	}
	// The right next step is tried as often as all else, or few repairs would come far.
	if rapid.Bool().Draw(t, "next") {
		own := tang
		switch s.r.Unit {
		case "land":
			own = lei
		case CentreUnit:
			own = bai
		}
		next := map[State][]step{
			Open: {assign(chen, "police")}, Assigned: {sign(own)},
			Verifying: {call(chen, yes), verify(own, result), repairs(own, hall.RepairAtOnce), answer(own, hall.ResultUnfounded)},
			Repairing: {call(chen, true), answer(own, result), extend(own, (s.r.Round.Deadline.Day + 3).String())},
			Answered:  {accept(shen), rates(level), sendBack(shen)}, Closed: {rates(level)},
		}[s.r.State]
		if len(next) > 0 {
			return rapid.SampledFrom(next).Draw(t, "step")
		}
	}
	names := make([]string, 0, len(tries))
	for name := range tries {
		names = append(names, name)
	}
	slices.Sort(names)
	return tries[rapid.SampledFrom(names).Draw(t, "try")]
}

func drawTime(t *rapid.T) time.Duration {
	return time.Duration(rapid.IntRange(0, 6*24*60).Draw(t, "minutes")) * time.Minute
}

// late is a hub that was down and speaks once it is up.
func late(d time.Duration) step {
	return func(s *story) ([]hall.Fact, error) {
		s.now = s.now.Add(d)
		return s.r.Tick(s.now), nil
	}
}

// Whatever anybody tries, in whatever order: the repair stands in a legal state, and every promise of domain §4 holds.
func TestWhateverAnybodyTries(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := begin(t)
		s.law = adopted(s.law, "2026-01-01", func(p *hall.Policy) { p.Repair.Extensions, p.CallBack.Attempts = 2, 2 })
		if err := s.follow(); err != nil {
			rt.Fatal(err)
		}
		for range rapid.IntRange(1, 60).Draw(rt, "steps") {
			try := draw(rt, s)
			before, was := s.r, encode(t, s.r)
			from := len(s.log)
			facts, err := try(s)
			if err != nil && (facts != nil || encode(t, s.r) != was || codeOf(err) == "") {
				rt.Fatalf("refused by %v, and yet %v", err, types(facts))
			}
			if err := s.tell(facts); err != nil {
				rt.Fatal(err)
			}
			holds(rt, before, s, s.log[from:])
		}
		replays(t, rt, s)
	})
}

// holds checks what must be true after each step.
func holds(t *rapid.T, before Repair, s *story, deeds []told) {
	r := s.r
	applied := 0
	for _, d := range deeds {
		if d.deed == nil {
			continue
		}
		applied++
		if answered, ok := d.deed.(hall.RepairAnswered); ok && before.demandsCall() {
			if _, called := before.calledBack(); !called {
				t.Fatalf("answered %+v without a call-back", answered)
			}
		}
	}
	switch {
	case r.Version != before.Version+applied || len(r.Steps) != r.Version:
		t.Fatalf("%d deeds were told, %d taken", applied, r.Version-before.Version)
	case !slices.Contains(States(), r.State):
		t.Fatalf("it is %q", r.State)
	case before.State == Excluded && r.State != Excluded:
		t.Fatalf("excluded, and now %s", r.State)
	case before.State == Withdrawn && r.State != Withdrawn && r.State != Open:
		t.Fatalf("withdrawn, and now %s", r.State)
	case before.State == Closed && !slices.Contains([]State{Closed, Assigned, Excluded, Withdrawn}, r.State):
		t.Fatalf("closed, and now %s", r.State)
	case r.Frozen != (len(r.Stops) > 0 && r.Stops[len(r.Stops)-1].To.IsZero()):
		t.Fatalf("frozen %v, stops %v", r.Frozen, r.Stops)
	case len(r.Past) == len(before.Past) && r.State != Open && r.Round.Deadline.Day < before.Round.Deadline.Day:
		t.Fatalf("the deadline came from %v to %v", before.Round.Deadline, r.Round.Deadline)
	case r.State.Running() && !r.Frozen && !r.Rating.Level.IsBad():
		t.Fatalf("it is repaired what nobody rated bad: %s", r.State)
	case r.Rating.Level.IsBad() && r.State == Withdrawn:
		t.Fatal("a bad rating has no repair")
	case len(r.Appeals) > 2 || r.Last != r.Steps[len(r.Steps)-1].Stamp:
		t.Fatalf("%+v", r)
	}
	for _, stamp := range r.Steps[before.Version:] {
		fairly(t, before, stamp.Stamp)
	}
	if tick := r.Tick(s.now); len(tick) > 0 {
		for _, f := range tick {
			r = r.Apply(f, s.now, 1)
		}
		if wakes := r.Wakes(); !wakes.IsZero() && !wakes.After(s.now) {
			t.Fatalf("it said %v and wakes at %v, which is past", types(tick), wakes)
		}
		if again := r.Tick(s.now); again != nil {
			t.Fatalf("it says %v again", types(again))
		}
	} else if wakes := r.Wakes(); !wakes.IsZero() && !wakes.After(s.now) {
		t.Fatalf("it wakes at %v and says nothing", wakes)
	}
	if more := s.r.Recompute(s.law); more != nil {
		t.Fatalf("the law did not change, and %v", types(more))
	}
}

// fairly checks who did something: a clerk nothing but appeal, nobody about his own unit.
func fairly(t *rapid.T, before Repair, did Stamp) {
	if did.By.Role == RoleStaff && did.Type != hall.TypeAppealOpened {
		t.Fatalf("a clerk did %s", did.Type)
	}
	if before.Frozen && (did.By.Role == RoleHandler || did.By.Role == RoleCaller) {
		t.Fatalf("frozen, and %s did %s", did.By.Account, did.Type)
	}
	if judges(did.Type) && did.By.Unit != "" && did.By.Unit == before.Unit {
		t.Fatalf("%s decided %s about his own unit", did.By.Account, did.Type)
	}
	if did.Type == hall.TypeAppealDecided && slices.Contains(before.Deciders(), did.By.Account) {
		t.Fatalf("%s decided twice", did.By.Account)
	}
}

// replays checks that the deeds alone, read again from the start, make the same repair, and that it is read as written.
func replays(t *testing.T, rt *rapid.T, s *story) {
	var again Repair
	for _, n := range s.log {
		if n.rating != nil {
			again.Rating = *n.rating
			continue
		}
		again = again.Apply(n.deed, n.at, n.pos)
	}
	if got, want := encode(t, again), encode(t, s.r); got != want {
		rt.Fatalf("replayed\n%s, was\n%s", got, want)
	}
	var read Repair
	if err := json.Unmarshal([]byte(encode(t, s.r)), &read); err != nil {
		rt.Fatal(err)
	}
	if got, want := encode(t, read), encode(t, s.r); got != want {
		rt.Fatalf("read as\n%s, was\n%s", got, want)
	}
	if read.Wakes() != s.r.Wakes() && !read.Wakes().Equal(s.r.Wakes()) {
		rt.Fatalf("read it wakes at %v, was %v", read.Wakes(), s.r.Wakes())
	}
}
