package counter

import (
	"slices"
	"testing"

	"hallpulse/firmware-protocol/hall"
)

// Whatever lies in the store under whatever name, it is refused, or it is a state with which the counter goes on.
func FuzzRestore(f *testing.F) {
	g := newStage(f)
	g.take("A")
	g.take("B")
	g.do("1", ActOpen, ActNext, ActThird, ActServe)
	for _, ch := range g.stored() {
		f.Add(ch.Kind, ch.Key, ch.Value)
	}
	for _, kind := range Kinds() {
		f.Add(kind, "k", []byte("null"))
		f.Add(kind, "1", []byte("{}"))
	}
	f.Add("", "", []byte("{}"))
	f.Fuzz(func(t *testing.T, kind, key string, value []byte) {
		s, err := Restore(*g.s.cfg, []Change{{kind, key, value}})
		if err != nil {
			return
		}
		m := g.moment()
		s.Expire(m)
		for _, w := range smallHall().Windows {
			s.Window(m, w.ID)
			s.Line(w.ID, m.At, 10)
		}
		s.Queue("A", m.At)
		for _, c := range s.Summoned() {
			s.Whereabouts(c.Ticket)
		}
		if _, err := s.Take(m, Request{Letter: "A", ID: hall.ID{Agent: 3, Serial: 99}, Number: 999}); err != nil && err != NumberUsed && err != NoMoreToday && err != TooLate {
			t.Errorf("after %s %q no number is given out: %v", kind, value, err)
		}
	})
}

// What is restored does not depend on the order in which a store gives it.
func TestRestoreTakesAnyOrder(t *testing.T) {
	g := served(t)
	g.take("B")
	g.take("B")
	g.press("P", hall.Press{UID: 7, Boot: 1, Seq: 1, Level: 5})
	g.press("P", hall.Press{UID: 7, Boot: 2, Seq: 1, Level: 5})
	g.do("1", ActNext, ActServe)
	all := g.stored()
	slices.SortFunc(all, func(a, b Change) int { return -len(a.Key) + len(b.Key) })
	s, err := Restore(*g.s.cfg, all)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := contents(s), contents(g.s); got != want {
		t.Errorf("restored\n%s\nwant\n%s", got, want)
	}
}

func TestRestoreNamesWhatItCannotRead(t *testing.T) {
	for _, kind := range Kinds() {
		if _, err := Restore(DefaultConfig(smallHall()), []Change{{kind, "k", []byte("{")}}); err == nil {
			t.Errorf("a torn %s was taken", kind)
		}
	}
	if _, err := Restore(DefaultConfig(smallHall()), []Change{{"spoon", "k", []byte("{}")}}); err == nil {
		t.Error("an unknown kind was taken")
	}
}

// Windows can be taken out of the catalogue while their visits are stored.
func TestRestoreLeavesOutWindowsThatAreGone(t *testing.T) {
	g := served(t)
	cfg := DefaultConfig(smallHall())
	cfg.Catalogue.Windows = cfg.Catalogue.Windows[1:]
	s, err := Restore(cfg, g.stored())
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := s.Window(g.moment(), "1"); ok || s.Waiting("2") != 1 {
		t.Error("window 1 is still there, or its queue is not")
	}
	if _, class, err := s.Press(g.moment(), "P", hall.Press{UID: 7, Boot: 1, Seq: 1, Level: 5}); err != nil || class != Unbound {
		t.Errorf("a press at a window that is gone: %s, %v", class, err)
	}
}
