package agent

import (
	"context"
	"slices"
	"sync"
	"time"

	"hallpulse/agent/internal/desk"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// One display over all agents of a hall (design §3a): each tells the others over the hall's network what its own displays show.
// What one says of windows and letters that are not its own is not believed.

const (
	showAgain = 4 * time.Second  // what has not changed is said again
	shownOld  = 10 * time.Second // what was not said again is shown with its time, and calls nobody out any more
)

// others is what the hall's other agents show. Many goroutines may use it.
type others struct {
	mu sync.Mutex
	of map[string]shownThere
}

// shownThere is what another agent shows, as it was heard last.
type shownThere struct {
	uplink.Shown
	heard time.Time
	ahead time.Duration // of its clock before ours
}

func (o shownThere) fresh() bool { return time.Since(o.heard) < shownOld }

// hear keeps what an agent shows, and reports whether that is another thing than before.
func (o *others) hear(v uplink.Shown, now time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	was, known := o.of[v.Agent]
	if known && was.fresh() && !v.At.After(was.At) {
		return false // it was on its way for long
	}
	next := shownThere{Shown: v, heard: time.Now(), ahead: v.At.Sub(now)}
	if drift := next.ahead - was.ahead; known && drift.Abs() < 2*time.Second {
		next.ahead = was.ahead // that is the way here, and no clock
	}
	if o.of == nil {
		o.of = map[string]shownThere{}
	}
	o.of[v.Agent] = next
	before, after := was.Shown, v
	before.At, after.At = time.Time{}, time.Time{}
	return !was.fresh() || string(encode(before)) != string(encode(after))
}

func (o *others) at(agent string) (shownThere, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	v, ok := o.of[agent]
	return v, ok
}

// Displayed implements desk.Fellows.
func (s screens) Displayed(_ context.Context, signed string) error {
	v, err := uplink.ReadShown(signed, s.view().config.Fellows)
	if err != nil || v.Agent == s.id.Name {
		return desk.NotOfThisHall
	}
	if s.others.hear(v, s.clock.now().At) {
		s.desk.Changed()
	}
	return nil
}

// WholeDisplay implements desk.Views.
func (s screens) WholeDisplay() desk.DisplayView {
	out, whole := s.Display(), s.wholeNow()
	lines := map[string]desk.DisplayLine{}
	for _, l := range out.Services {
		lines[l.Letter] = l
	}
	for _, a := range whole.Fellows() {
		if a.Name == s.id.Name {
			continue
		}
		there, known := s.others.at(a.Name)
		for _, c := range there.Last {
			out.Last = s.callThere(out.Last, there, c)
		}
		for _, l := range there.Lines {
			if whole.Owner(l.Letter) == a.Name {
				lines[l.Letter] = lineThere(there, l)
			}
		}
		if known && there.fresh() {
			for _, c := range there.Open {
				out.Open = s.callThere(out.Open, there, c)
			}
			for _, d := range there.Down {
				out.Outages = append(out.Outages, desk.Outage(d))
			}
			out.Over = out.Over && there.Over
		}
	}
	slices.SortStableFunc(out.Last, func(a, b desk.Call) int { return b.Since.Compare(a.Since) })
	out.Last = out.Last[:min(len(out.Last), maxLast)]
	slices.SortStableFunc(out.Open, func(a, b desk.Call) int { return a.Since.Compare(b.Since) })
	out.Services = []desk.DisplayLine{}
	for _, l := range whole.Services {
		one, known := lines[l.Letter]
		one.HallLine, one.Away = desk.HallLine{Letter: l.Letter, Name: l.Name, NameEN: l.NameEN}, !known
		out.Services = append(out.Services, one)
	}
	return out
}

// callThere adds a call of another agent to calls, by our clock, where the window is its own.
func (s screens) callThere(calls []desk.Call, there shownThere, c uplink.ShownCall) []desk.Call {
	at, ok := s.wholeNow().Window(c.Window)
	if !ok || s.wholeNow().OwnerOf(c.Window) != there.Agent {
		return calls
	}
	return append(calls, desk.Call{
		Serial: c.Serial, Ticket: c.Ticket, Window: c.Window, Floor: at.Floor, FloorEN: at.FloorEN, Since: c.Since.Add(-there.ahead), Calls: c.Calls,
	})
}

// elsewhere is a queue of another agent of the hall, as that one showed it last; false: it is ours.
func (s screens) elsewhere(l hall.Service) (desk.TakeService, bool) {
	owner := s.wholeNow().Owner(l.Letter)
	if owner == s.id.Name || owner == "" {
		return desk.TakeService{}, false
	}
	one := desk.TakeService{HallLine: desk.HallLine{Letter: l.Letter, Name: l.Name, NameEN: l.NameEN}, Elsewhere: true}
	one.Windows, one.Floor, one.FloorEN = s.place(l.Letter)
	there, known := s.others.at(owner)
	one.Away = !known || !there.fresh()
	for _, at := range there.Lines {
		if at.Letter == l.Letter && !one.Away {
			one.Waiting, one.P50, one.P90, one.Staffed = at.Waiting, at.P50, at.P90, at.Staffed
			one.Shut, one.Full, one.Late = at.Shut, at.Full, at.Late
		}
	}
	return one, true
}

// downElsewhere returns the items of other agents that cannot be done: the system of their unit is down there.
func (s screens) downElsewhere() (codes []string) {
	whole := s.wholeNow()
	for _, i := range whole.Items {
		unit, _ := whole.Unit(i.Unit)
		there, _ := s.others.at(whole.Owner(i.Service))
		if there.fresh() && slices.ContainsFunc(there.Down, func(d uplink.ShownOutage) bool { return d.Name == unit.Name }) {
			codes = append(codes, i.Code)
		}
	}
	return codes
}

func lineThere(there shownThere, l uplink.ShownLine) desk.DisplayLine {
	one := desk.DisplayLine{Waiting: l.Waiting, P50: l.P50, P90: l.P90, Staffed: l.Staffed, Shut: l.Shut}
	if !there.fresh() {
		at := there.At.Add(-there.ahead)
		one.AsOf = &at
	}
	return one
}

// shows is what this agent's displays show, for those of the others.
func (p *program) shows() uplink.Shown {
	v := screens{p}.Display()
	out := uplink.Shown{Agent: p.id.Name, Over: v.Over, Last: callsHere(v.Last), Open: callsHere(v.Open)}
	for _, l := range p.linesHere() {
		out.Lines = append(out.Lines, uplink.ShownLine{
			Letter: l.Letter, Waiting: l.Waiting, P50: l.P50, P90: l.P90, Staffed: l.Staffed, Shut: l.Shut, Full: l.Full, Late: l.Late,
		})
	}
	for _, o := range v.Outages[:min(len(v.Outages), uplink.MaxShown)] {
		out.Down = append(out.Down, uplink.ShownOutage(o))
	}
	return out
}

// linesHere are the queues of this agent, as who takes a number sees them.
func (p *program) linesHere() (all []desk.TakeService) {
	st, m := p.view().state, p.clock.now()
	forecast := p.waits.at(st, m)
	for _, l := range p.hallNow().Services {
		all = append(all, screens{p}.service(st, m, forecast, l))
	}
	return all[:min(len(all), uplink.MaxShown)]
}

func callsHere(calls []desk.Call) (all []uplink.ShownCall) {
	for _, c := range calls[max(0, len(calls)-uplink.MaxShown):] {
		all = append(all, uplink.ShownCall{Serial: c.Serial, Ticket: c.Ticket, Window: c.Window, Since: c.Since, Calls: c.Calls})
	}
	return all
}

// toldTo is what another agent was told last of what is shown here.
type toldTo struct {
	text  string
	busy  bool
	again time.Time
	rest  time.Duration // after it could not be reached
}

// runShown tells the other agents of the hall what is shown here, until ctx ends. One that cannot be reached keeps nobody
// waiting.
func (p *program) runShown(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	var mu sync.Mutex
	var all sync.WaitGroup
	defer all.Wait()
	told := map[string]toldTo{}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		v := p.shows()
		text := string(encode(v))
		for _, f := range p.view().config.Fellows {
			if f.Name == p.id.Name || f.Address == "" {
				continue
			}
			mu.Lock()
			was := told[f.Name]
			due := !was.busy && (time.Now().After(was.again) || was.rest == 0 && was.text != text)
			told[f.Name] = toldTo{was.text, was.busy || due, was.again, was.rest}
			mu.Unlock()
			if !due {
				continue
			}
			all.Go(func() {
				next := toldTo{text: text, again: time.Now().Add(showAgain)}
				if p.show(ctx, f, v) != nil { // what is not brought is brought later: the road itself is told of elsewhere
					next.rest = min(max(2*was.rest, time.Second), fellowRests)
					next.again = time.Now().Add(next.rest)
				}
				mu.Lock()
				told[f.Name] = next
				mu.Unlock()
			})
		}
	}
}

func (p *program) show(ctx context.Context, f uplink.Fellow, v uplink.Shown) error {
	v.At = p.clock.now().At
	text, err := uplink.SignShown(p.id.Key().SigningKey(), v)
	if err != nil {
		return err
	}
	_, err = p.askFellow(ctx, f, "/hall/display", text, "")
	return err
}
