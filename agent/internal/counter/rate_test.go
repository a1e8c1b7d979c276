package counter

import (
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
)

func (g *stage) rate(a Answer) error {
	d, err := g.s.Rate(g.moment(), a)
	if err == nil {
		g.keep(d)
	}
	return err
}

// domain §3.2, §3.10: with the ticket each of its ratable visits is rated once.
func TestTheHolderOfATicketRatesAtAKiosk(t *testing.T) {
	for _, c := range []struct {
		visit string
		acts  []Act
		want  error
	}{
		{"finished", []Act{ActNext, ActServe, ActFinish}, nil},
		{"being served", []Act{ActNext, ActServe}, NotRatable},
		{"called", []Act{ActNext}, NotRatable},
		{"missed", []Act{ActNext, ActMissed}, NotRatable},
		{"parked", []Act{ActNext, ActServe, ActHold}, NotRatable},
	} {
		g := newStage(t)
		k := g.take("A")
		g.do("1", append([]Act{ActOpen}, c.acts...)...)
		var visit hall.ID
		for id := range g.s.visits {
			visit = id
		}
		a := Answer{Ticket: k.ID, Visit: visit, Level: hall.Bad, Form: "kiosk-1"}
		if err := g.rate(a); err != c.want {
			t.Errorf("%s: %v, want %v", c.visit, err, c.want)
		}
		if n := len(g.s.Ratable(k.ID)); n != 0 {
			t.Errorf("%s: %d visits are still to be rated", c.visit, n)
		}
	}
}

func TestAnAnswerAtAKioskIsGivenOnce(t *testing.T) {
	g := newStage(t)
	k := g.take("A")
	g.do("1", ActOpen, ActNext, ActServe, ActFinish)
	all := g.s.Ratable(k.ID)
	if len(all) != 1 {
		t.Fatalf("%d visits are to be rated, want 1", len(all))
	}
	a := Answer{Ticket: k.ID, Visit: all[0].ID, Level: hall.Bad, Form: "kiosk-1"}
	for _, bad := range []struct {
		a    Answer
		want error
	}{
		{Answer{Ticket: g.id(), Visit: a.Visit, Level: a.Level, Form: "f"}, NotRatable}, // somebody else's
		{Answer{Ticket: k.ID, Visit: g.id(), Level: a.Level, Form: "f"}, NotRatable},
		{Answer{Ticket: k.ID, Visit: a.Visit, Level: 6, Form: "f"}, NoSuchLevel},
		{Answer{Ticket: k.ID, Visit: a.Visit, Form: "f"}, NoSuchLevel},
		{Answer{Ticket: k.ID, Visit: a.Visit, Level: a.Level}, NoSuchLevel},
	} {
		if err := g.rate(bad.a); err != bad.want {
			t.Errorf("%+v: %v, want %v", bad.a, err, bad.want)
		}
	}
	if err := g.rate(a); err != nil {
		t.Fatal(err)
	}
	given := g.told[0].(hall.RatingGiven)
	if given.Ticket != k.ID || given.Visit != a.Visit || given.Window != "1" || given.Level != hall.Bad || given.Channel != hall.ChannelKiosk ||
		given.Answer != "kiosk-1" || given.Press != nil || !given.ReasonMissing || given.Lapsed {
		t.Errorf("told %+v", given)
	}
	g.restart()
	if err := g.rate(a); err != nil || len(g.told) != 0 {
		t.Errorf("sent again: %v, told %v", err, g.told)
	}
	other := a
	other.Form, other.Level = "kiosk-2", hall.VeryGood
	if err := g.rate(other); err != AlreadyRated {
		t.Errorf("another answer: %v, want %v", err, AlreadyRated)
	}
	if known, rated := g.s.Knows(k.ID); !known || !rated {
		t.Errorf("known %v, rated %v", known, rated)
	}
	if known, _ := g.s.Knows(g.id()); known {
		t.Error("a ticket that never was is known")
	}
}

// domain §3.3: a wrong press is corrected with the paper ticket; which of the two counts the hub decides.
func TestAVisitWhoseKeyWasPressedMayBeRatedWithTheTicket(t *testing.T) {
	g := newStage(t)
	g.keep(g.s.PadArrived(g.moment(), "pad", "1", 7))
	k := g.take("A")
	g.do("1", ActOpen, ActNext, ActServe, ActFinish)
	g.pass(time.Second)
	g.press("pad", hall.Press{UID: 7, Boot: 1, Seq: 1, Level: hall.VeryBad})
	all := g.s.Ratable(k.ID)
	if len(all) != 1 || all[0].Rated.IsZero() {
		t.Fatalf("to be rated: %v", all)
	}
	pressed := all[0].Rated
	if err := g.rate(Answer{Ticket: k.ID, Visit: all[0].ID, Level: hall.Good, Form: "kiosk-1", Reasons: []string{"413"}}); err != nil {
		t.Fatal(err)
	}
	if v := g.s.visits[all[0].ID]; v.Rated != pressed {
		t.Error("the time of the press was rewritten")
	}
}
