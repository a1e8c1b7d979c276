package board

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/figures"
)

// A hall with several agents (design §3a) has a site for each: what an agent says is of its own letters and windows. Screens
// see one hall.

// Agents returns the names of the agents of a hall.
func (h Hall) Agents() (all []string) {
	for _, p := range h.parts() {
		all = append(all, p.Agent)
	}
	return all
}

// HasAgent reports whether an agent is one of the hall's.
func (h Hall) HasAgent(name string) bool { return slices.Contains(h.Agents(), name) }

// AgentOf returns the agent of a window, or else of a letter.
func (h Hall) AgentOf(window, letter string) string {
	return cmp.Or(h.Catalogue.OwnerOf(window), h.Catalogue.Owner(letter), h.Agents()[0])
}

// parts returns the hall as each of its agents has it.
func (h Hall) parts() []Hall {
	fellows := h.Catalogue.Fellows()
	if len(fellows) == 0 {
		return []Hall{h}
	}
	var all []Hall
	for _, a := range fellows {
		one := h
		one.Agent, one.Catalogue = a.Name, h.Catalogue.Part(a.Name)
		all = append(all, one)
	}
	return all
}

// build makes the sites of a hall, where those of its agents that were there keep what is known.
func build(h Hall, was []*site, began time.Time) (all []*site) {
	for _, part := range h.parts() {
		s := &site{began: began, link: link{since: map[string]time.Time{}}, doubles: map[string]time.Time{}}
		if i := slices.IndexFunc(was, func(o *site) bool { return o.Agent == part.Agent }); i >= 0 {
			s = was[i]
		}
		s.arrange(part)
		all = append(all, s)
	}
	return all
}

// arrange shows the site by another catalogue.
func (s *site) arrange(h Hall) {
	was := s.windows
	s.Hall, s.windows = h, nil
	s.news++
	for _, w := range h.Catalogue.Windows {
		next := &window{Window: w, kept: Kept{Window: w.ID, State: hall.WindowIsClosed}}
		if i := slices.IndexFunc(was, func(o *window) bool { return o.ID == w.ID }); i >= 0 {
			next = was[i]
			next.Window = w
		}
		s.windows = append(s.windows, next)
	}
}

// house is the sites of one hall.
type house []*site

// houses returns the sites of each hall, in the order of the configuration.
func (b *Board) houses() (all []house) {
	for _, s := range b.sites {
		if n := len(all); n > 0 && all[n-1].id() == s.Catalogue.Hall.ID {
			all[n-1] = append(all[n-1], s)
			continue
		}
		all = append(all, house{s})
	}
	return all
}

func (h house) id() string { return h[0].Catalogue.Hall.ID }

// mark is what the picture of the hall follows from.
func (h house) mark(now time.Time) mark {
	m := h[0].mark(now)
	for _, s := range h[1:] {
		o := s.mark(now)
		m.news += o.news
		m.link += "/" + o.link
	}
	return m
}

// worse orders links: first the one that somebody should look at.
func worse(a, b linkState) int {
	order := []linkState{linkNever, linkSilent, linkTwice, linkUp}
	return cmp.Compare(slices.Index(order, a), slices.Index(order, b))
}

// picture returns the hall as it stands: its agent is the one that needs somebody first.
func (h house) picture(view View, now time.Time) HallNow {
	is := h[0].picture(view, now)
	if len(h) == 1 {
		return is
	}
	var live, shown figures.Sums
	for n, s := range h {
		live = live.Plus(1, s.tally(hall.DayOf(now)))
		if view != Desk {
			shown = shown.Plus(1, s.wallTally(now))
		}
		if n > 0 {
			is.joins(s.picture(view, now))
		}
	}
	slices.SortFunc(is.Queue, func(a, b Line) int { return strings.Compare(a.Letter, b.Letter) })
	if is.Sums = deskSums(live); view != Desk {
		is.Sums = wallSumsOf(live, shown)
	}
	return is
}

// joins adds what another agent of the hall says.
func (is *HallNow) joins(o HallNow) {
	if worse(o.Agent.Link, is.Agent.Link) < 0 {
		is.Agent = o.Agent
	}
	for _, f := range o.Floors {
		if !slices.Contains(is.Floors, f) {
			is.Floors = append(is.Floors, f)
		}
	}
	is.Queue, is.Cases = append(is.Queue, o.Queue...), is.Cases.and(o.Cases)
	if o.Waiting != nil {
		sum := *o.Waiting
		if is.Waiting != nil {
			sum += *is.Waiting
		}
		is.Waiting = &sum
	}
	for _, down := range o.Outages {
		if !slices.ContainsFunc(is.Outages, func(w Outage) bool { return w.Unit == down.Unit }) {
			is.Outages = append(is.Outages, down)
		}
	}
}

// siblings are the sites of the same hall, s among them.
func (b *Board) siblings(s *site) (all house) {
	for _, o := range b.sites {
		if o.Catalogue.Hall.ID == s.Catalogue.Hall.ID {
			all = append(all, o)
		}
	}
	return all
}

// double notes since when a badge is at two windows of the hall at once.
func (h house) double(now time.Time) {
	at := map[string]int{}
	for _, s := range h {
		for _, w := range s.windows {
			if n := w.now(s.link.session.Instance); n.Staff != "" && n.State != hall.WindowIsClosed {
				at[n.Staff]++
			}
		}
	}
	for _, s := range h {
		for badge := range s.doubles {
			if at[badge] < 2 {
				delete(s.doubles, badge)
				s.news++
			}
		}
		for badge, n := range at {
			if _, known := s.doubles[badge]; n > 1 && !known {
				s.doubles[badge] = now
				s.news++
			}
		}
	}
}
