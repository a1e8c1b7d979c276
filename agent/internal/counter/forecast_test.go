package counter

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// serves lets a window serve one of a letter for so long; nobody else may wait.
func (g *stage) serves(window, letter string, d time.Duration) {
	g.t.Helper()
	g.take(letter)
	g.do(window, ActNext, ActServe)
	g.pass(d)
	g.do(window, ActFinish)
}

// begins lets a window serve the next one, and time pass.
func (g *stage) begins(window string, d time.Duration) {
	g.t.Helper()
	g.do(window, ActNext, ActServe)
	g.pass(d)
}

func (g *stage) forecast() Forecast { return g.s.Forecast(g.moment()) }

// Of visits that all took six minutes everybody can tell how long one waits.
func TestAForecastCountsWhatAnybodyCanCount(t *testing.T) {
	const each = 6 * time.Minute
	soon := Wait{time.Second, time.Second}
	same := func(d time.Duration) Wait { return Wait{d, d} }
	for name, c := range map[string]struct {
		happens func(g *stage)
		letter  string
		want    Wait
	}{
		"nobody waits, a window is free":              {func(*stage) {}, "A", soon},
		"the window has had somebody for two minutes": {func(g *stage) { g.take("A"); g.begins("1", 2*time.Minute) }, "A", same(4 * time.Minute)},
		"and two wait": {func(g *stage) { g.take("A"); g.take("A"); g.take("A"); g.begins("1", 2*time.Minute) }, "A", same(16 * time.Minute)},
		"and two wait for two windows": {func(g *stage) {
			g.do("2", ActOpen)
			for range 4 {
				g.take("A")
			}
			g.begins("1", 2*time.Minute)
			g.begins("2", 0)
		}, "A", same(10 * time.Minute)},
		"a window that is paused does not count": {func(g *stage) {
			g.do("2", ActOpen, ActPause)
			g.take("A")
			g.begins("1", time.Minute)
		}, "A", same(5 * time.Minute)},
		"it has somebody for longer than ever": {func(g *stage) { g.take("A"); g.begins("1", 20*time.Minute) }, "A", same(3 * time.Minute)},
		"nobody serves":                        {func(g *stage) { g.do("1", ActClose) }, "A", Wait{}},
		"of this letter too little is known":   {func(*stage) {}, "B", Wait{}},
	} {
		t.Run(name, func(t *testing.T) {
			g := newStage(t)
			g.do("1", ActOpen)
			for range fewestTimes {
				g.serves("1", "A", each)
			}
			g.pass(2 * recentFor) // nobody comes any more
			c.happens(g)
			if got := g.forecast().Newcomer(c.letter, ""); got != c.want {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}

func TestAForecastKnowsTheRuleOfTheQueue(t *testing.T) {
	g := newStage(t)
	for _, w := range []string{"1", "3"} {
		g.do(w, ActOpen)
	}
	for range fewestTimes {
		g.serves("1", "A", 6*time.Minute)
		g.serves("3", "B", 6*time.Minute)
	}
	g.pass(2 * recentFor)
	g.take("A")
	g.do("1", ActNext, ActServe)
	g.take("B")
	g.do("3", ActNext, ActServe)
	first, second, other := g.take("A"), g.take("A"), g.take("B")
	behind := g.take("B")
	elder := g.request(Request{Letter: "A", Class: hall.ClassElderly})
	f := g.forecast()
	for _, c := range []struct {
		says string
		got  Wait
		want time.Duration // of P50: another elder may come, as one just did
	}{
		{"who is worth twenty minutes goes first", f.Ticket(elder.ID), 6 * time.Minute},
		{"then who came first", f.Ticket(first.ID), 12 * time.Minute},
		{"then who came next", f.Ticket(second.ID), 18 * time.Minute},
		{"a window that prefers A takes no B while A waits", f.Ticket(other.ID), 6 * time.Minute},
		{"so window 3 alone has them", f.Ticket(behind.ID), 12 * time.Minute},
		{"and who comes now is behind all", f.Newcomer("A", ""), 24 * time.Minute},
		{"a ticket that does not wait", f.Ticket(hall.ID{Agent: 9, Serial: 9}), 0},
	} {
		if c.got.P50 != c.want {
			t.Errorf("%s: %v, want %v", c.says, c.got, c.want)
		}
	}
}

// An item that takes longer is told by its own times, where there are enough.
func TestAForecastKnowsTheItemsOfThoseAhead(t *testing.T) {
	g := newStage(t)
	g.do("1", ActOpen)
	for range enoughTimes {
		g.serves("1", "A", 4*time.Minute)
		g.request(Request{Letter: "A", Item: "a1"})
		g.begins("1", 20*time.Minute)
		g.do("1", ActFinish)
	}
	g.pass(2 * recentFor)
	g.take("A")
	g.begins("1", 0)
	g.request(Request{Letter: "A", Item: "a1"})
	if got := g.forecast().Newcomer("A", ""); got.P50 < 24*time.Minute || got.P90 > 40*time.Minute {
		t.Errorf("one ahead whose item takes 20 minutes: %v", got)
	}
}

// Who goes on to his next stop keeps his place there, before those who wait already.
func TestAForecastKnowsWhoGoesOn(t *testing.T) {
	for _, c := range []struct {
		name string
		then []Stop
		want time.Duration
	}{
		{"whom window 1 has goes home: it calls the next one", nil, 4 * time.Minute},
		{"he goes on to B: window 1 has him once more, and window 3 calls the next one", []Stop{{Letter: "B"}}, 6 * time.Minute},
		{"he has two more stops", []Stop{{Letter: "A"}, {Letter: "B"}}, 6 * time.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newStage(t)
			g.do("1", ActOpen)
			g.do("3", ActOpen)
			for range fewestTimes {
				g.serves("1", "A", 6*time.Minute)
				g.serves("3", "B", 6*time.Minute)
			}
			g.pass(2 * recentFor)
			g.request(Request{Letter: "A", Then: c.then})
			g.begins("1", 2*time.Minute)
			g.take("B")
			g.begins("3", 0)
			last := g.take("B")
			if got := g.forecast().Ticket(last.ID); got.P50 != c.want {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}

// Lunch and the beginning of a shift, as the roster has them (domain §6). It is 12:30, every visit took six minutes.
func TestAForecastKnowsTheRoster(t *testing.T) {
	const morning, evening = 9 * 60, 17 * 60
	lunch := func(from, to hall.TimeOfDay) hall.Shift {
		return hall.Shift{Windows: []string{"1"}, From: morning, To: evening, Lunch: &hall.Lunch{From: from, To: to}}
	}
	same := func(minutes time.Duration) Wait { return Wait{minutes * time.Minute, minutes * time.Minute} }
	for name, c := range map[string]struct {
		shift   hall.Shift
		happens func(g *stage)
		want    Wait
	}{
		"two are called before lunch, the third after it": {lunch(12*60+40, 13*60+10), func(g *stage) { g.take("A"); g.take("A"); g.begins("1", 0) }, same(40)},
		"a lunch that is past":                            {lunch(12*60, 12*60+30), func(g *stage) { g.take("A"); g.begins("1", 0) }, same(6)},
		"he is at lunch":                                  {lunch(12*60, 12*60+50), func(g *stage) { g.do("1", ActPause); g.take("A") }, same(26)},
		"he has signed off for lunch":                     {lunch(12*60, 12*60+50), func(g *stage) { g.do("1", ActClose) }, same(20)},
		"he is late from lunch: within the grace":         {lunch(12*60, 12*60+35), func(g *stage) { g.do("1", ActPause); g.pass(7 * time.Minute) }, same(8)},
		"he does not come back from lunch":                {lunch(12*60, 12*60+35), func(g *stage) { g.do("1", ActPause); g.pass(20 * time.Minute) }, Wait{}},
		"a pause that is no lunch":                        {lunch(15*60, 16*60), func(g *stage) { g.do("1", ActPause) }, Wait{}},
		"whom he has when lunch begins he serves first":   {lunch(12*60+32, 13*60), func(g *stage) { g.take("A"); g.begins("1", 4*time.Minute) }, same(26)},
		"he works on at lunch":                            {lunch(12*60+20, 13*60), func(g *stage) { g.take("A"); g.begins("1", 2*time.Minute) }, same(4)},
		"somebody stands in for him at lunch": {lunch(12*60+20, 13*60), func(g *stage) {
			g.do("1", ActClose)
			d, err := g.s.Do(g.moment(), Order{Window: "1", Act: ActOpen, Staff: "02"})
			if err != nil {
				g.t.Fatal(err)
			}
			g.keep(d)
		}, Wait{time.Second, time.Second}},
		"a window that opens when its shift begins": {
			hall.Shift{Windows: []string{"2"}, From: 12*60 + 45, To: evening}, func(g *stage) { g.do("1", ActClose) }, same(15),
		},
		"a window where nobody is who should be": {
			hall.Shift{Windows: []string{"1"}, From: morning, To: evening}, func(g *stage) { g.do("1", ActClose) }, Wait{},
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := newStage(t)
			small := smallHall()
			small.Roster = &hall.Roster{Shifts: []hall.Shift{c.shift}}
			g.s = New(DefaultConfig(small))
			g.do("1", ActOpen)
			for range fewestTimes {
				g.serves("1", "A", 6*time.Minute)
			}
			g.pass(2 * recentFor) // nobody comes any more
			c.happens(g)
			if got := g.forecast().Newcomer("A", ""); got != c.want {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}

// Whom his class lets go before others is told so.
func TestAForecastKnowsTheClassOfWhoComes(t *testing.T) {
	g := newStage(t)
	g.do("1", ActOpen)
	for range fewestTimes {
		g.serves("1", "A", 6*time.Minute)
	}
	g.pass(2 * recentFor)
	for range 4 {
		g.take("A")
	}
	g.begins("1", 0)
	g.pass(2 * time.Minute)
	for class, want := range map[hall.Class]time.Duration{
		"": 22 * time.Minute, hall.ClassElderly: 4 * time.Minute, hall.ClassEmergency: 4 * time.Minute,
	} {
		if got := g.forecast().Newcomer("A", class); got.P50 != want {
			t.Errorf("class %q: %v, want %v", class, got, want)
		}
	}
}

// Early on a day an hour has not passed: who came since its first number shows how many come.
func TestAForecastOfAYoungDay(t *testing.T) {
	for _, c := range []struct{ old, within time.Duration }{
		{0, shortest}, {3 * time.Minute, shortest}, {20 * time.Minute, 20 * time.Minute}, {3 * time.Hour, recentFor},
	} {
		g := newStage(t)
		g.take("A")
		g.pass(c.old)
		if got := g.s.rehearse(g.moment()).within; got != c.within {
			t.Errorf("a day %v old: what came within %v, want %v", c.old, got, c.within)
		}
	}
}

// Who is called in vain and comes back, or goes on with a copy, takes a window more than once: whoever is behind him waits
// for all of it.
func TestAForecastKnowsWhoComesAgain(t *testing.T) {
	g := newStage(t)
	g.do("1", ActOpen)
	for range fewestTimes {
		ticket := g.take("A")
		g.do("1", ActNext)
		g.pass(2 * time.Minute)
		g.do("1", ActMissed)
		back, err := g.s.Return(g.moment(), ticket.ID)
		if err != nil {
			t.Fatal(err)
		}
		g.keep(back)
		g.do("1", ActNext, ActServe)
		g.pass(4 * time.Minute)
		g.do("1", ActHold)
		g.parked = ticket.ID
		g.pass(30 * time.Minute)
		g.do("1", ActBack)
		g.pass(3 * time.Minute)
		g.do("1", ActFinish)
	}
	g.pass(2 * recentFor)
	g.take("A")
	g.begins("1", 0)
	if got := g.forecast().Newcomer("A", ""); got.P50 != 9*time.Minute {
		t.Errorf("%v, want 2 and 4 and 3 minutes", got)
	}
}

func TestTheSameMomentGivesTheSameForecast(t *testing.T) {
	g := newStage(t)
	g.do("1", ActOpen)
	for i := range 9 {
		g.serves("1", "A", time.Duration(i+1)*time.Minute)
	}
	for range 3 {
		g.take("A")
	}
	was := g.forecast().Newcomer("A", "")
	if again := g.forecast().Newcomer("A", ""); was == (Wait{}) || again != was || was.P50 >= was.P90 {
		t.Errorf("%v, then %v", was, again)
	}
	g.restart()
	if got := g.forecast().Newcomer("A", ""); got == (Wait{}) {
		t.Error("a forecast needs something that is not stored")
	}
}

// A forecast is honest if, of all to whom it was given, at least 8 in 10 were called within P90, and at least half within
// P50 and a fifth more. The people here come and are served at random, by times that vary as in a hall (log-normal), with
// one in ten of a class and one in fifteen who does not come when called.
func TestForecastsAreHonest(t *testing.T) {
	for seed := range uint64(3) {
		rng := rand.New(rand.NewPCG(seed, 7))
		g := newStage(t)
		type promise struct {
			at time.Duration
			w  Wait
		}
		promised, within50, within90, all, quarter := map[hall.ID]promise{}, 0, 0, 0, 0
		g.heard = func(f hall.Fact) {
			called, ok := f.(hall.TicketCalled)
			p, asked := promised[called.Ticket]
			if !ok || !asked {
				return
			}
			delete(promised, called.Ticket)
			waited := g.wall - p.at
			all++
			if waited <= p.w.P50+p.w.P50/5 {
				within50++
			}
			if waited <= p.w.P90 {
				within90++
			}
			if waited <= p.w.P50/2 {
				quarter++
			}
		}
		free := map[string]time.Duration{}
		for _, w := range []string{"1", "2", "3"} {
			g.do(w, ActOpen)
		}
		usual := map[string]float64{"A": 7, "B": 11}
		comes := time.Duration(0)
		for g.wall < 7*time.Hour {
			if g.wall >= comes {
				r := Request{Letter: "A"}
				if rng.IntN(3) == 0 {
					r.Letter = "B"
				}
				if rng.IntN(10) == 0 {
					r.Class = hall.ClassElderly
				}
				ticket := g.request(r)
				if w := g.forecast().Ticket(ticket.ID); w != (Wait{}) && g.wall > time.Hour {
					promised[ticket.ID] = promise{g.wall, w}
				}
				load := 1.0
				if h := g.wall.Hours(); h > 3 && h < 4 {
					load = 3 // a wave
				}
				comes += time.Duration(rng.ExpFloat64() * 3.4 / load * float64(time.Minute))
			}
			for _, w := range []string{"1", "2", "3"} {
				if g.wall < free[w] || g.s.Waiting(w) == 0 {
					continue
				}
				g.do(w, ActNext)
				if rng.IntN(15) == 0 { // nobody comes
					free[w] = g.wall + 90*time.Second
					continue
				}
				v, _ := g.s.Window(g.moment(), w)
				took := usual[v.Visit.Ticket.Letter] * math.Exp(0.55*rng.NormFloat64()-0.15)
				g.do(w, ActServe)
				free[w] = g.wall + time.Duration(took*float64(time.Minute))
			}
			g.pass(15 * time.Second)
		}
		t.Logf("day %d: of %d people %d%% were called within P90, %d%% within P50 and a fifth, %d%% within half of P50",
			seed, all, 100*within90/all, 100*within50/all, 100*quarter/all)
		if all < 50 || within90*10 < all*8 || within50*2 < all {
			t.Errorf("day %d: of %d, %d within P90 and %d within P50 and a fifth", seed, all, within90, within50)
		}
	}
}

func BenchmarkForecast(b *testing.B) {
	g := newStage(b)
	for _, w := range []string{"1", "2", "3"} {
		g.do(w, ActOpen)
	}
	for i := range 60 {
		g.serves("1", "A", time.Duration(i%9+1)*time.Minute)
		g.serves("3", "B", time.Duration(i%9+1)*time.Minute)
	}
	for range 300 {
		g.take("A")
	}
	for b.Loop() {
		g.forecast()
	}
}
