package counter

import (
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// closingAt is a hall that closes at a time of the day.
func closingAt(t *testing.T, closes string) *stage {
	g := newStage(t)
	c := smallHall()
	c.Hall.Closes = closes
	g.s = New(DefaultConfig(c))
	return g
}

// Domain §6: tickets stop when the estimated end passes closing.
func TestNumbersStopWhenTheEndWouldPassClosing(t *testing.T) {
	for _, c := range []struct {
		name   string
		closes string
		r      Request
		unset  bool
		want   error
	}{
		{"served just before", "11:00", Request{Takes: time.Hour}, false, nil},
		{"served a minute after", "11:00", Request{Takes: 61 * time.Minute}, false, TooLate},
		{"nobody can tell, and the hall is open", "11:00", Request{}, false, nil},
		{"nobody can tell, and the hall is closed", "09:59", Request{}, false, TooLate},
		{"an appointment is kept", "11:00", Request{Takes: 3 * time.Hour, Due: tableTime()}, false, nil},
		{"a hall that does not say when it closes", "", Request{Takes: 20 * time.Hour}, false, nil},
		{"nobody knows what time it is", "09:00", Request{}, true, nil},
	} {
		g := closingAt(t, c.closes)
		if c.unset {
			g.clock = hall.ClockUnset
		}
		c.r.Letter, c.r.Number, c.r.ID = "A", 1, g.id()
		if _, err := g.s.Take(g.moment(), c.r); err != c.want {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if got := g.s.TooLate(g.moment(), c.r.Takes); got != (c.want == TooLate) && c.r.Due.IsZero() {
			t.Errorf("%s: too late is %v", c.name, got)
		}
	}
}

// Domain §6: who holds a number is served or has priority next working day; once.
func TestWhoWaitedInVainGoesFirstOnANextDay(t *testing.T) {
	g := closingAt(t, "17:00")
	served, vain := g.take("A"), g.take("A")
	g.do("1", ActOpen, ActNext, ActServe, ActFinish, ActClose)
	g.pass(24 * time.Hour)
	g.keep(g.s.Expire(g.moment()))
	g.restart()
	if all := g.s.Rights(); len(all) != 1 || all[0].ID != vain.ID {
		t.Fatalf("rights of %+v", all)
	}
	first := g.take("A")
	take := func(with hall.ID) error {
		n := g.number["A"] + 1
		d, err := g.s.Take(g.moment(), Request{Letter: "A", Number: n, ID: g.id(), Class: hall.ClassCarried, With: with})
		if err == nil {
			g.number["A"] = n
			g.keep(d)
		}
		return err
	}
	for _, c := range []struct {
		name string
		with hall.ID
		want error
	}{
		{"who was served", served.ID, NoRight}, {"who names no ticket", hall.ID{}, NoRight},
		{"who waited in vain", vain.ID, nil}, {"the same ticket again", vain.ID, NoRight},
	} {
		if err := take(c.with); err != c.want {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	if line := g.s.Queue("A", g.moment().At); len(line) != 2 || line[0].With != vain.ID || line[1].ID != first.ID {
		t.Errorf("the line is %+v", line)
	}
}

func TestARightIsForgottenAfterTenDays(t *testing.T) {
	for days, want := range map[int]bool{10: true, 11: false} {
		g := closingAt(t, "17:00")
		vain := g.take("A")
		g.pass(24 * time.Hour)
		g.keep(g.s.Expire(g.moment()))
		g.pass(time.Duration(days-1) * 24 * time.Hour)
		g.keep(g.s.Expire(g.moment()))
		if _, got := g.s.Right(vain.ID); got != want {
			t.Errorf("after %d days: %v, want %v", days, got, want)
		}
	}
}
