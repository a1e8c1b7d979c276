package hub

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/rating"
	"hallpulse/hub/internal/store"
)

// ask opens the store of a hub that does not run.
func askStore(t *testing.T, c Config, do func(*store.Store)) {
	t.Helper()
	s, err := openStore(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	do(s)
}

func lawOf(t *testing.T, c Config) (law rating.Law) {
	t.Helper()
	askStore(t, c, func(s *store.Store) {
		var err error
		if law, err = s.Law(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	return law
}

// typesOf lists the audit, oldest first.
func typesOf(t *testing.T, c Config) (types []hall.Type) {
	t.Helper()
	askStore(t, c, func(s *store.Store) {
		deeds, _, err := s.Deeds(t.Context(), intake.DeedsAsked{Page: intake.Page{Limit: 500}})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range slices.Backward(deeds) {
			types = append(types, d.Type)
		}
	})
	return types
}

// A hub that starts for the first time adopts the pack that is shipped and knows every year that is; started again it
// says nothing of it twice.
func TestAHubKnowsTheLawFromItsFirstStart(t *testing.T) {
	conf := setUp(t)
	for range 2 {
		h, err := Open(t.Context(), conf, discard())
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		stop()
		if err := h.Run(ctx); err != nil {
			t.Fatal(err)
		}
	}
	law := lawOf(t, conf)
	if len(law.Packs) != 1 || law.Packs[0].Policy != hall.DefaultPolicy() || len(law.Packs[0].SHA) != 64 {
		t.Errorf("packs %+v", law.Packs)
	}
	years, err := shippedYears()
	if err != nil {
		t.Fatal(err)
	}
	if got := law.Calendar.Years(); len(got) != len(years) || got[0] != 2004 {
		t.Errorf("years %v", got)
	}
	want := len(years) + 2 // and a policy pack, and the catalogue of the hall
	if got := typesOf(t, conf); len(got) != want {
		t.Errorf("%d deeds after two starts, want %d", len(got), want)
	}
	clean(t, conf)
}

func TestAPackIsAdoptedForDaysToCome(t *testing.T) {
	conf := setUp(t)
	pack, err := os.ReadFile(filepath.Join("..", "configs", "policy", "guangdong-2019.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "pack.yaml")
	for _, c := range []struct{ says, text, from, want string }{
		{"a day that is none", string(pack), "tomorrow", "want YYYY-MM-DD"},
		{"a pack with a fault", strings.Replace(string(pack), "unit: natural", "unit: lunar", 1), "2099-01-01", "lunar"},
		{"a key that no pack has", string(pack) + "\nmercy: 1\n", "2099-01-01", "mercy"},
		{"a good one", string(pack), "2099-01-01", ""},
		{"the same again", string(pack), "2099-01-01", "so already"},
		{"in the past", string(pack), "2020-01-01", "is past"},
	} {
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		err := PolicyAdopt(t.Context(), conf, file, c.from)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", c.says, err, c.want)
		}
	}
	day, err := hall.ParseDay("2099-06-01")
	if err != nil {
		t.Fatal(err)
	}
	if got := lawOf(t, conf).Of(day); got.Rating.Window != (hall.Span{Days: 7, Unit: hall.NaturalDays}) {
		t.Errorf("in 2099 %+v is in force", got.Rating)
	}
}

// design §5: lost is who was revoked, or silent for as long as the pack says.
func TestAnAgentIsLostWhenTheLawSaysSo(t *testing.T) {
	conf := setUp(t)
	for _, name := range []string{"one", "two", "three"} {
		if _, err := AgentAdd(t.Context(), conf, name); err != nil {
			t.Fatal(err)
		}
	}
	if err := AgentRevoke(t.Context(), conf, "two"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		later time.Duration
		want  string
	}{
		{"nobody", 0, "no agent"},
		{"one", 29 * 24 * time.Hour, "silent for 30 days"},
		{"two", 0, ""},
		{"two", 0, "declared lost since"},
		{"three", 31 * 24 * time.Hour, ""},
	} {
		then := conf
		then.Clock = Clock{Now: func() time.Time { return time.Now().Add(c.later) }, Up: func() time.Duration { return 0 }}
		err := AgentLost(t.Context(), then, c.name)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s after %v: %v, want %q", c.name, c.later, err, c.want)
		}
	}
}

// design §5: clock rules stop at a start more than 7 days after the last tick, until an operator accepts the clock.
func TestAClockThatRestedIsAcceptedByAPerson(t *testing.T) {
	conf := setUp(t)
	askStore(t, conf, func(s *store.Store) {
		if err := s.Update(func(tx intake.Tx) error { return tx.Save(&intake.Changes{Ticked: time.Now().Add(-8 * 24 * time.Hour)}) }); err != nil {
			t.Fatal(err)
		}
	})
	ticked := func() (at time.Time) {
		askStore(t, conf, func(s *store.Store) {
			var err error
			if at, err = s.Ticked(t.Context()); err != nil {
				t.Fatal(err)
			}
		})
		return at
	}
	before := ticked()
	if _, stopped := newWatch(Clock{}.orSystem(), before).jump(); !stopped {
		t.Fatal("a clock that rested for 8 days is believed")
	}
	if _, stopped := newWatch(Clock{}.orSystem(), time.Now().Add(-6*24*time.Hour)).jump(); stopped {
		t.Error("a clock that rested for 6 days is not believed")
	}
	if err := ClockAccept(t.Context(), conf); err != nil {
		t.Fatal(err)
	}
	if _, stopped := newWatch(Clock{}.orSystem(), ticked()).jump(); stopped {
		t.Error("clock rules stand still after the clock was accepted")
	}
	if got := typesOf(t, conf); !slices.Contains(got, hall.TypeClockAccepted) {
		t.Errorf("the audit says %v", got)
	}
}

func TestARunningHubAcceptsItsClock(t *testing.T) {
	now := time.Now()
	w := newWatch(Clock{Now: func() time.Time { return now }, Up: func() time.Duration { return 0 }}, time.Time{})
	now = now.Add(2 * time.Hour)
	if _, stopped := w.jump(); !stopped {
		t.Fatal("a jump of two hours is believed")
	}
	w.accept()
	if _, stopped := w.jump(); stopped {
		t.Error("the clock was accepted and is not believed")
	}
}
