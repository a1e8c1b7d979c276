package board

import (
	"slices"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// brief is an alert as a test names it: kind/trouble@window.
func brief(as []Alert) []string {
	out := []string{}
	for _, a := range as {
		out = append(out, a.Kind+"/"+a.Trouble+"@"+a.Window)
	}
	return out
}

func TestWhatNeedsAPerson(t *testing.T) {
	now := tenOFour()
	alive := func(change func(*uplink.Status)) func(*Board) {
		return func(b *Board) {
			st := status(one, 1)
			st.Catalogue = "aa"
			change(&st)
			b.Status("city-1", st, now)
		}
	}
	for name, c := range map[string]struct {
		tell func(*Board)
		at   time.Duration
		want []string
	}{
		"a hall that just began to be watched":             {func(*Board) {}, 0, []string{}},
		"an agent that never came":                         {func(*Board) {}, time.Hour, []string{"link/never@"}},
		"all is well":                                      {alive(func(*uplink.Status) {}), 0, []string{}},
		"a silent agent":                                   {alive(func(*uplink.Status) {}), time.Hour, []string{"link/silent@"}},
		"a disk that fills":                                {alive(func(s *uplink.Status) { s.DiskUsed = 70 }), 0, []string{"disk/warn@"}},
		"a disk that is nearly full":                       {alive(func(s *uplink.Status) { s.DiskUsed = 90 }), 0, []string{"disk/alarm@"}},
		"a disk on which no ticket is taken":               {alive(func(s *uplink.Status) { s.DiskUsed = 95 }), 0, []string{"disk/refuse@"}},
		"a full disk":                                      {alive(func(s *uplink.Status) { s.DiskUsed, s.Sealed = 99, true }), 0, []string{"disk/sealed@"}},
		"a clock that cannot be believed":                  {alive(func(s *uplink.Status) { s.ClockBad = true }), 0, []string{"clock/@"}},
		"agent and hub read different files":               {alive(func(s *uplink.Status) { s.Catalogue = "zz" }), 0, []string{"catalogue/@"}},
		"an agent whose records are not answered":          {func(b *Board) { sayHeads(b, now, 5, 5, 5, 5, 5) }, 4 * time.Minute, []string{"behind/@"}},
		"one whose records are answered slowly":            {func(b *Board) { sayHeads(b, now, 5, 5, 6, 6) }, 3 * time.Minute, []string{}},
		"one whose records are answered again":             {func(b *Board) { sayHeads(b, now, 5, 5, 5, 5, 9) }, 4 * time.Minute, []string{}},
		"one that has nothing to say":                      {func(b *Board) { sayHeads(b, now, 9, 9, 9, 9) }, 3 * time.Minute, []string{}},
		"two programs under one name":                      {func(b *Board) { sayTwice(b, now) }, 0, []string{"twice/@"}},
		"two programs, and one of them gone for some time": {func(b *Board) { sayTwice(b, now); b.Status("city-1", status(one, 1), now.Add(4*time.Minute)) }, 4 * time.Minute, []string{}},
		"a pad that does not answer": {func(b *Board) {
			alive(func(*uplink.Status) {})(b)
			w := serving(one, 1, e1, 1, "A001")
			w.Faults = []uplink.DeviceNow{{Device: "pad-12", Kind: "pad", Trouble: hall.TroubleNoAnswer, Since: now}}
			b.Window("city-1", now, w)
		}, 0, []string{"pad/no-answer@12"}},
		"a printer out of paper": {func(b *Board) {
			alive(func(*uplink.Status) {})(b)
			b.Queue("city-1", now, uplink.QueueNow{Session: uplink.Session{Instance: one, Conn: 1},
				Faults: []uplink.DeviceNow{{Device: "printer", Kind: "printer", Trouble: hall.TroublePaperOut, Since: now}}})
		}, 0, []string{"printer/paper-out@"}},
		"somebody is here for the third time, and the manager is called before what can wait": {func(b *Board) {
			alive(func(s *uplink.Status) { s.DiskUsed = 70 })(b)
			b.Queue("city-1", now, uplink.QueueNow{Session: uplink.Session{Instance: one, Conn: 1}, Summons: []uplink.SummonsNow{{Ticket: "A007", Letter: "A", Window: "12", Since: now, Due: now}}})
		}, 0, []string{"third/@", "disk/warn@"}},
		"a finding": {func(b *Board) {
			alive(func(*uplink.Status) {})(b)
			b.Find(Finding{ID: "f1", Rule: hall.FindingPressHole, Agent: "city-1", Window: "12", At: now, Presses: 2})
		}, 0, []string{"finding/press.hole@12"}},
		"a finding told twice is one": {func(b *Board) {
			alive(func(*uplink.Status) {})(b)
			b.Find(Finding{ID: "f1", Rule: hall.FindingEpochGap, Agent: "city-1", At: now})
			b.Find(Finding{ID: "f1", Rule: hall.FindingEpochGap, Agent: "city-1", At: now})
		}, 0, []string{"finding/epoch.gap@"}},
		"a finding of which nothing is left": {func(b *Board) {
			alive(func(*uplink.Status) {})(b)
			b.Find(Finding{ID: "f1", Rule: hall.FindingPressHole, Agent: "city-1", At: now})
			b.Find(Finding{ID: "f1", Rule: hall.FindingPressHole, Agent: "city-1"})
		}, 0, []string{}},
		"the hub was started again, the agent is on its way": {func(b *Board) { b.Heard("city-1", now.Add(-time.Hour)) }, time.Second, []string{}},
		"the hub was started again, the agent does not come": {func(b *Board) { b.Heard("city-1", now.Add(-time.Hour)) }, settling, []string{"link/silent@"}},
		"an old finding leaves the board": {func(b *Board) {
			alive(func(*uplink.Status) {})(b)
			b.Find(Finding{ID: "f1", Rule: hall.FindingEpochGap, Agent: "city-1", At: now.Add(-shownFor)})
		}, 0, []string{}},
		"the hub's database was put back": {func(b *Board) {
			alive(func(*uplink.Status) {})(b)
			b.Restore(Restored{Copied: now.Add(-time.Hour), Restored: now})
		}, 0, []string{"restored/@"}},
		"the hub's copies fail, told at each try": {func(b *Board) {
			alive(func(*uplink.Status) {})(b)
			b.Ail(AilBackup, true, now)
			b.Ail(AilBackup, true, now.Add(time.Minute))
		}, 0, []string{"backup/@"}},
		"the hub's clock is set right again": {func(b *Board) {
			alive(func(*uplink.Status) {})(b)
			b.Ail(AilClock, true, now)
			b.Ail(AilClock, false, now)
		}, 0, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			b := New(Name{Name: "中心"}, []Hall{{Agent: "city-1", Catalogue: cityHall(), SHA: "aa"}}, now)
			c.tell(b)
			if got := brief(b.Viewer(Wall, nil).Snapshot(now.Add(c.at)).Alerts); !slices.Equal(got, c.want) {
				t.Errorf("alerts = %v, want %v", got, c.want)
			}
		})
	}
}

// sayHeads lets an agent say each minute that it holds nine events, and how many of them were answered.
func sayHeads(b *Board, now time.Time, settled ...uint64) {
	for n, at := range settled {
		st := status(one, 1)
		st.Catalogue, st.Heads = "aa", []uplink.Head{{Epoch: e1, Last: 9, Settled: at}}
		b.Status("city-1", st, now.Add(time.Duration(n)*time.Minute))
	}
}

func sayTwice(b *Board, now time.Time) {
	for _, instance := range []string{one, two, one} {
		b.Status("city-1", status(instance, 1), now)
	}
}

func TestAnAlertRemembersSinceWhen(t *testing.T) {
	now := tenOFour()
	b := twoHalls(now)
	full := status(one, 1)
	full.DiskUsed = 80
	b.Status("city-1", full, now)
	full.DiskUsed = 92
	b.Status("city-1", full, now.Add(time.Minute))

	alerts := b.Viewer(Desk, []string{"city"}).Snapshot(now.Add(time.Minute)).Alerts
	if len(alerts) != 1 || !alerts[0].Since.Equal(now) || alerts[0].Trouble != "alarm" {
		t.Fatalf("alerts = %+v, want one alarm since %v", alerts, now)
	}
	full.DiskUsed = 20
	b.Status("city-1", full, now.Add(2*time.Minute))
	if alerts := b.Viewer(Desk, []string{"city"}).Snapshot(now.Add(2 * time.Minute)).Alerts; len(alerts) != 0 {
		t.Errorf("a disk with room again is still told: %+v", alerts)
	}
}

// Who calls the manager is named, and where he is to come and until when; taken it stays until the window says that he is
// there.
func TestTheManagerKnowsWhereToAndUntilWhen(t *testing.T) {
	now := tenOFour()
	b := twoHalls(now)
	b.Status("city-1", status(one, 1), now)
	say := func(all ...uplink.SummonsNow) {
		b.Queue("city-1", now, uplink.QueueNow{Session: uplink.Session{Instance: one, Conn: 1}, Summons: all})
	}
	third := func() []Alert {
		return slices.DeleteFunc(b.Viewer(Desk, []string{"city"}).Snapshot(now).Alerts, func(a Alert) bool { return a.Kind != kindThird })
	}
	due := now.Add(7 * time.Minute)
	say(uplink.SummonsNow{Ticket: "A007", Letter: "A", Since: now, Due: due}, uplink.SummonsNow{Ticket: "A009", Letter: "A", Window: "12", Since: now, Due: due})
	all := third()
	if len(all) != 2 || all[0].ID == all[1].ID {
		t.Fatalf("%+v", all)
	}
	if d := all[1].Detail; d.Ticket != "A009" || d.At != "12" || d.Name != "户籍证照" || !d.Until.Equal(due) {
		t.Errorf("%+v", d)
	}
	b.Take(all[1].ID, Taken{By: "han", Name: "韩梅", At: now})
	say(uplink.SummonsNow{Ticket: "A009", Letter: "A", Window: "11", Since: now, Due: due}) // he goes on to another window
	if all := third(); len(all) != 1 || all[0].Taken == nil || all[0].Taken.By != "han" {
		t.Errorf("%+v", all)
	}
	if say(); len(third()) > 0 {
		t.Errorf("he is there: %+v", third())
	}
}
