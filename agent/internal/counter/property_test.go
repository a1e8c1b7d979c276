package counter

import (
	"cmp"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallpulse/firmware-protocol/hall"
)

// hallRun drives the counter and the model with the same random day.
type hallRun struct {
	*stage
	m       model
	seqs    map[[2]uint32]uint32
	sent    []sent
	issued  map[string]bool
	road    road
	records map[hall.Press]int
	ratings map[hall.ID]int
	older   []snapshot
	strayed bool // the clock of a start was not right
}

type sent struct {
	device string
	press  hall.Press
	down   time.Duration // when the key went down
	class  PressClass
}

type snapshot struct {
	state *State
	was   string
}

func (r *hallRun) now() time.Duration { return r.wall }

func (r *hallRun) reading() reading { return reading{r.start, r.clock, r.off} }

// check is what every decision must leave true, in memory and in the store.
func (r *hallRun) check(t *rapid.T) {
	r.invariants(t)
	r.durable(t)
}

// invariants are what holds after each step.
func (r *hallRun) invariants(t *rapid.T) {
	at := map[hall.ID]string{}
	for _, w := range smallHall().Windows {
		view, _ := r.s.Window(r.moment(), w.ID)
		if v := view.Visit; v != nil {
			if other, twice := at[v.Ticket.ID]; twice {
				t.Fatalf("ticket %v is at windows %s and %s", v.Ticket.ID, other, w.ID)
			}
			at[v.Ticket.ID] = w.ID
		}
		if c := view.Today; c.Served < c.Invited || c.Invited < c.Rated {
			t.Fatalf("sums of window %s: %+v", w.ID, c)
		}
	}
	r.bookingsHold(t)
	for _, l := range []string{"A", "B"} {
		for _, q := range r.s.Queue(l, tableTime()) {
			if b, is := r.s.Booking(q.ID); is && b.State != hall.TicketIsConfirmed {
				t.Fatalf("ticket %v waits, its booking is %s", q.ID, b.State)
			}
			if w, is := at[q.ID]; is {
				t.Fatalf("ticket %v waits and is at window %s", q.ID, w)
			}
		}
	}
}

// durable is that what is stored is what is known, and that no decision changes the state it was made from.
func (r *hallRun) durable(t *rapid.T) {
	for _, o := range r.older { // a decision that is thrown away, as after a failed commit, leaves no trace
		other := hall.ID{Agent: 9, Serial: 1}
		if d, err := o.state.Take(r.moment(), Request{Letter: "A", ID: other, Number: 1_000_000}); err == nil {
			for _, w := range []string{"1", "2"} {
				_, _ = d.Next.Do(r.moment(), Order{Window: w, Act: ActNext, Visit: other}) // it may be refused
			}
		}
	}
	restored, err := Restore(*r.s.cfg, r.stored())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := contents(restored), contents(r.s); got != want {
		t.Fatalf("restored\n%s\nwant\n%s", got, want)
	}
	for _, o := range r.older {
		if contents(o.state) != o.was {
			t.Fatalf("an earlier state changed from\n%s\nto\n%s", o.was, contents(o.state))
		}
	}
	if len(r.older) < 4 {
		r.older = append(r.older, snapshot{r.s, contents(r.s)})
	} else {
		r.older[int(r.wall)%len(r.older)] = snapshot{r.s, contents(r.s)}
	}
}

func (r *hallRun) act(t *rapid.T) {
	window := rapid.SampledFrom([]string{"1", "1", "2", "3"}).Draw(t, "window")
	var can []Act // most of what a clerk does moves the visit on
	for _, v := range moves() {
		if v.from != r.s.windows[window].State {
			continue
		}
		can = append(can, v.act)
		switch v.act {
		case ActNext, ActServe, ActFinish:
			can = append(can, v.act, v.act, v.act)
		case ActHold, ActBack:
			can = append(can, v.act, v.act)
		}
	}
	r.doOrder(t, Order{Window: window, Act: rapid.SampledFrom(can).Draw(t, "act")})
}

// doOrder draws what an order is about, and carries it out where it can be.
func (r *hallRun) doOrder(t *rapid.T, o Order) {
	now := r.moment().At
	switch o.Act {
	case ActPick:
		o.Why = string(rapid.SampledFrom(hall.MovedWhys()).Draw(t, "why"))
		all := append(r.s.Queue("A", now), r.s.Queue("B", now)...)
		if all = append(all, r.s.Missed()...); len(all) > 0 {
			o.Ticket = rapid.SampledFrom(all).Draw(t, "ticket").ID
		}
	case ActHold:
		o.Why = string(hall.HeldMaterials)
	case ActBack:
		if held := r.s.Held(); len(held) > 0 {
			o.Ticket = rapid.SampledFrom(held).Draw(t, "held").Ticket.ID
		}
	case ActCancel:
		o.Why = string(hall.DropLeft)
	case ActTransfer:
		o.To = rapid.SampledFrom([]Target{{Window: "1"}, {Window: "2"}, {Window: "3"}, {Letter: "A"}, {Letter: "B"}, {Staff: "02"}, {Staff: "03"}}).Draw(t, "to")
	}
	was := r.visitAt(o.Window)
	visit := r.s.visits[was]
	if r.order(o) != nil {
		return
	}
	e := entry{at: r.now(), clock: r.reading(), act: o.Act, visit: r.visitAt(o.Window)}
	if o.Act == ActTransfer {
		e.away = visit.Unit != unitAt(o.To, visit)
	}
	r.m.logs[o.Window] = append(r.m.logs[o.Window], e)
}

// unitAt is who answers where a visit is passed on to: windows 1 and 2 and both letters are of one unit, window 3 is of
// another, who stays in his line stays with his unit, and an item that is called there too takes its own along.
func unitAt(to Target, v *Visit) string {
	calls := to.Letter == v.Ticket.Letter || to.Letter == "" && (to.Window != "3" || v.Ticket.Letter == "B")
	switch {
	case v.Ticket.Item != "" && calls:
		return v.Unit
	case to.Window == "3", to.Staff == "03":
		return "tax"
	case to.Letter == v.Ticket.Letter:
		return v.Unit
	}
	return "police"
}

// visitAt names the visit at hand at a window.
func (r *hallRun) visitAt(window string) hall.ID {
	if w, _ := r.s.Window(r.moment(), window); w.Visit != nil {
		return w.Visit.ID
	}
	return hall.ID{}
}

func (r *hallRun) issue(t *rapid.T) {
	q := Request{Letter: rapid.SampledFrom([]string{"A", "B"}).Draw(t, "letter"), Class: rapid.SampledFrom(append(hall.Classes(), "", "", "", "")).Draw(t, "class")}
	if rapid.IntRange(0, 3).Draw(t, "route") == 0 {
		q.Then = []Stop{{Letter: "B"}, {Letter: "A", Window: "2"}}
	}
	if rapid.IntRange(0, 9).Draw(t, "appointment") == 0 {
		q.Due = r.moment().At.Add(time.Minute)
	}
	if all := r.s.Queue("A", r.moment().At); len(all) > 0 && rapid.IntRange(0, 5).Draw(t, "second") == 0 {
		q.With = all[0].ID
	}
	if q.Class == hall.ClassCarried { // the right of an earlier day, where there is one
		r.keep(r.s.Expire(r.moment()))
		if rights := r.s.Rights(); len(rights) > 0 {
			q.With = rights[0].ID
		} else {
			q.Class = ""
		}
	}
	if all := r.s.Queue("B", r.moment().At); len(all) > 0 && rapid.IntRange(0, 7).Draw(t, "instead") == 0 {
		was := rapid.SampledFrom(all).Draw(t, "of")
		if was.Day == r.s.DayAt(r.moment()) { // else a new day ends it first
			q.Instead = was.ID
		}
		defer func() {
			if !q.Instead.IsZero() && r.s.waiting(was.ID) != nil {
				t.Fatalf("%s waits beside the number that took its place", was.Number)
			}
		}()
	}
	ticket := r.request(q)
	name := ticket.Day.String() + ticket.Number
	if r.issued[name] {
		t.Fatalf("%s was given out twice", name)
	}
	r.issued[name] = true
}

func (r *hallRun) cancel(t *rapid.T) {
	if all := r.s.Queue("A", r.moment().At); len(all) > 0 {
		d, err := r.s.Cancel(r.moment(), rapid.SampledFrom(all).Draw(t, "ticket").ID, hall.DropLeft)
		if err == nil {
			r.keep(d)
		}
	}
}

// correct corrects a class or notes the third time: nobody is lost by it, and nobody is there twice.
func (r *hallRun) correct(t *rapid.T) {
	r.keep(r.s.Expire(r.moment())) // what the day brings is no correction
	all := r.s.Queue("A", r.moment().At)
	if len(all) == 0 {
		return
	}
	one := rapid.SampledFrom(all).Draw(t, "ticket")
	d, err := r.s.Classify(r.moment(), one.ID, rapid.SampledFrom(append(hall.Classes(), "")).Draw(t, "class"), hall.ClassedSeen)
	if rapid.Bool().Draw(t, "third") {
		d, err = r.s.Third(r.moment(), one.ID)
	}
	if err != nil {
		return
	}
	r.keep(d)
	if now := r.s.Queue("A", r.moment().At); r.s.waiting(one.ID) == nil || len(now) != len(all) {
		t.Fatalf("%s was corrected: %d wait, before %d", one.Number, len(now), len(all))
	}
}

// show lets the holder of a ticket rate at a kiosk: each visit once, whatever was pressed for it.
func (r *hallRun) show(t *rapid.T) {
	all := slices.SortedFunc(maps.Values(r.s.visits), func(a, b *Visit) int { return cmp.Compare(a.ID.Serial, b.ID.Serial) })
	i := slices.IndexFunc(all, func(v *Visit) bool { return len(r.s.Ratable(v.Ticket.ID)) > 0 })
	if i < 0 {
		return
	}
	one := r.s.Ratable(all[i].Ticket.ID)[0]
	a := Answer{Ticket: one.Ticket.ID, Visit: one.ID, Level: hall.Good, Form: "f" + one.ID.String()}
	d, err := r.s.Rate(r.moment(), a)
	if err != nil {
		t.Fatalf("%v may be rated: %v", one.ID, err)
	}
	r.keep(d)
	if again, err := r.s.Rate(r.moment(), a); err != nil || len(again.Facts) > 0 {
		t.Fatalf("sent again: %v, %v", again.Facts, err)
	}
	if left := r.s.Ratable(one.Ticket.ID); slices.ContainsFunc(left, func(v *Visit) bool { return v.ID == one.ID }) {
		t.Fatalf("%v may be rated twice", one.ID)
	}
}

func (r *hallRun) comeBack(t *rapid.T) {
	if all := r.s.Missed(); len(all) > 0 {
		d, err := r.s.Return(r.moment(), rapid.SampledFrom(all).Draw(t, "ticket").ID)
		if err == nil {
			r.keep(d)
		}
	}
}

func (r *hallRun) pressKey(t *rapid.T) {
	device := rapid.SampledFrom([]string{"P", "P", "Q", "R"}).Draw(t, "device")
	uid := r.m.last[device]
	if uid == 0 {
		return
	}
	boot := rapid.Uint32Range(1, 2).Draw(t, "boot")
	key := [2]uint32{uint32(uid), boot}
	age := time.Duration(rapid.SampledFrom([]int{0, 0, 1, 8, 30, 70, 130, 600}).Draw(t, "age")) * time.Second
	if r.strayed && age > r.up {
		return // when that was no clock tells
	}
	r.seqs[key]++
	p := hall.Press{
		UID: uid, Boot: boot, Seq: r.seqs[key], AgeMS: age.Milliseconds(),
		Level: hall.Level(rapid.IntRange(1, 5).Draw(t, "level")),
	}
	window := r.s.ports[device].Window
	want, visit := r.m.class(window, device, uid, r.now()-age, r.reading())
	if r.strayed && r.forgotten(window, visit) {
		want = "no-visit"
	}
	if rapid.IntRange(0, 9).Draw(t, "unknown age") == 0 {
		p.AgeMS, want = hall.AgeUnknown, "age"
	}
	class := r.press(device, p)
	got := r.record(t, p)
	if got != want {
		t.Fatalf("%+v at %s, %v old: %s, the model says %s", p, device, age, got, want)
	}
	if got == "rating" {
		r.m.rated[visit], r.m.read[visit] = r.now()-age, r.reading()
	}
	r.sent = append(r.sent, sent{device, p, r.now() - age, class})
}

// forgotten reports whether a clock set right again has the visit, or a later one at the window, end long ago: whom a key
// meant that went down before is not known then.
func (r *hallRun) forgotten(window string, visit hall.ID) bool {
	if visit.IsZero() {
		return false
	}
	for _, e := range slices.Backward(r.m.logs[window]) {
		if !e.visit.IsZero() && r.s.visits[e.visit] == nil {
			return true
		}
		if e.visit == visit {
			break
		}
	}
	return r.s.visits[visit] == nil
}

// record notes what was told of a press and says what it became.
func (r *hallRun) record(t *rapid.T, p hall.Press) string {
	got := ""
	for _, f := range r.told {
		switch f := f.(type) {
		case hall.RatingGiven:
			got = "rating"
			r.records[*f.Press]++
			if r.ratings[f.Visit]++; r.ratings[f.Visit] > 1 {
				t.Fatalf("visit %v has %d ratings", f.Visit, r.ratings[f.Visit])
			}
		case hall.RatingRepeat:
			got = "repeat"
			r.records[f.Press]++
		case hall.RatingUnbound:
			got = string(f.Why)
			r.records[f.Press]++
		}
	}
	if n := r.records[p]; n != 1 {
		t.Fatalf("%+v was recorded %d times: told %v", p, n, r.told)
	}
	return got
}

// sendAgain is what a pad does that did not hear the answer.
func (r *hallRun) sendAgain(t *rapid.T) {
	if len(r.sent) == 0 {
		return
	}
	r.keep(r.s.Expire(r.moment())) // what the day brings is not told for a press
	s := rapid.SampledFrom(r.sent[max(0, len(r.sent)-20):]).Draw(t, "sent")
	if r.strayed && r.now()-s.down > r.up {
		return
	}
	p := s.press
	if p.AgeMS != hall.AgeUnknown {
		p.AgeMS = (r.now() - s.down).Milliseconds()
	}
	if class := r.press(s.device, p); class != s.class {
		t.Fatalf("%+v sent again: %s, it was %s", p, class, s.class)
	}
	if len(r.told) != 0 {
		t.Fatalf("%+v sent again: told %+v", p, r.told)
	}
}

func (r *hallRun) plug(t *rapid.T) {
	device := rapid.SampledFrom([]string{"P", "P", "Q", "R"}).Draw(t, "device")
	if rapid.Bool().Draw(t, "out") {
		r.keep(r.s.PadLeft(r.moment(), device))
		return
	}
	r.plugIn(device, hall.PadUID(rapid.IntRange(1, 3).Draw(t, "uid")))
}

func (r *hallRun) plugIn(device string, uid hall.PadUID) {
	r.keep(r.s.PadArrived(r.moment(), device, map[string]string{"P": "1", "Q": "1", "R": "2"}[device], uid))
	r.m.arrive(r.now(), device, uid)
}

// reboot begins the next start, whose clock may be right, unset or set back. Where it cannot tell how long ago a visit ended, one
// of today or yesterday is still known.
func (r *hallRun) reboot(t *rapid.T) {
	r.keep(r.s.Expire(r.moment()))
	was := r.s
	r.restart()
	r.clock, r.off = hall.ClockSynced, 0
	const year = 365 * 24 * time.Hour
	switch rapid.IntRange(0, 5).Draw(t, "clock") {
	case 0:
		r.clock, r.off, r.strayed = hall.ClockUnset, -50*year, true
	case 1:
		r.off, r.strayed = -year, true
	}
	r.keep(r.s.Expire(r.moment()))
	for id, v := range was.visits {
		blind := r.clock == hall.ClockUnset || v.Ended.Unset || r.moment().At.Before(v.Ended.At)
		if blind && v.Ticket.Day >= r.s.day.Day-1 && r.s.visits[id] == nil {
			t.Fatalf("visit %v of %v is forgotten on %v", id, v.Ticket.Day, r.s.day.Day)
		}
	}
}

func TestAnyDayKeepsTheLaw(t *testing.T) {
	drawing := ticketDrawing(t)
	rapid.Check(t, func(t *rapid.T) {
		r := newHallRun(t, drawing)
		acts := r.acts()
		acts[""] = r.check
		t.Repeat(acts)
	})
}

// A hundred long runs, a million steps in all. What lies in the store is looked at now and then.
func TestAMillionStepsKeepTheLaw(t *testing.T) {
	const steps, look = 10_000, 1_000
	drawing := ticketDrawing(t)
	rapid.Check(t, func(t *rapid.T) {
		r := newHallRun(t, drawing)
		acts := r.acts()
		next := rapid.SampledFrom(slices.Sorted(maps.Keys(acts)))
		for n := range steps {
			acts[next.Draw(t, "step")](t)
			r.invariants(t)
			if n%look == look-1 {
				r.durable(t)
			}
		}
	})
}

// newHallRun begins a day: three windows are open, each with its pad, and four people wait.
func newHallRun(t *rapid.T, drawing []string) *hallRun {
	r := &hallRun{
		stage: newStage(t), seqs: map[[2]uint32]uint32{}, issued: map[string]bool{}, road: road{drawing: drawing},
		records: map[hall.Press]int{}, ratings: map[hall.ID]int{},
		m: model{
			logs: map[string][]entry{}, rated: map[hall.ID]time.Duration{}, read: map[hall.ID]reading{}, since: map[string]time.Duration{},
			last: map[string]hall.PadUID{}, away: map[string]bool{},
		},
	}
	r.heard = func(f hall.Fact) { r.road.follow(t, r.s, f) }
	for i, window := range []string{"1", "2", "3"} {
		r.doOrder(t, Order{Window: window, Act: ActOpen})
		r.plugIn([]string{"P", "Q", "R"}[i], hall.PadUID(i+1))
	}
	for range 4 {
		r.take("A")
		r.pass(time.Second)
	}
	return r
}

// acts are what may happen next, what is likelier more than once.
func (r *hallRun) acts() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"act":    r.act,
		"act2":   r.act,
		"take":   r.issue,
		"press":  r.pressKey,
		"press2": r.pressKey,
		"again":  r.sendAgain,
		"plug":   r.plug,
		"cancel": r.cancel,
		"return": r.comeBack,
		"mend":   r.correct,
		"show":   r.show,
		"book":   r.book,
		"arrive": r.arrive,
		"arrange": func(t *rapid.T) {
			if rapid.IntRange(0, 24).Draw(t, "seldom") == 0 {
				r.rearrange(t)
			}
		},
		"pass": func(t *rapid.T) {
			r.pass(time.Duration(rapid.SampledFrom([]int{1, 7, 30, 60, 125, 125, 125, 14 * 3600}).Draw(t, "seconds")) * time.Second)
			r.keep(r.s.Expire(r.moment()))
		},
		"restart": func(t *rapid.T) {
			if rapid.IntRange(0, 19).Draw(t, "rarely") == 0 {
				r.pass(time.Second)
				r.reboot(t)
			}
		},
	}
}

func BenchmarkCallNextOf1000(b *testing.B) {
	g := newStage(b)
	for range 1000 {
		g.take("A")
	}
	g.do("1", ActOpen)
	m, o := g.moment(), Order{Window: "1", Act: ActNext, Visit: g.id()}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := g.s.Do(m, o); err != nil {
			b.Fatal(err)
		}
	}
}
