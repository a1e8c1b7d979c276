package web

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"hallpulse/firmware-protocol/hall"
)

// refreshEvery is how often the page of who waits asks anew by itself, in seconds; the words say so. Who reads slowly
// can stop it.
const refreshEvery = "30"

// lineView is what the page says before service.
type lineView struct {
	Ahead  string
	Wait   string
	Next   string   // why it waits again: for its next stop, or passed on
	Places []string // where to go, floor by floor
	Held   string   // why it is set aside
	Back   string   // what a missed number loses when it comes back
	AsOf   string
	Stale  string // since when nobody has told how the line stands
	Down   string // the system that its item needs does not work
	Rate   bool   // there is something to rate already, or may be
	Way    []stopLine
	Rule   []string
	Queue  string // link: the rule without a ticket
	Still  bool   // the page does not ask anew by itself
	Toggle string // link: the other way
}

// fillLine tells where the ticket stands and where its holder goes.
func (p *public) fillLine(d *view, page sheet, v visitor, t ticket, s scene, at spot) {
	l := &d.Line
	if item, ok := lookItem(v.site, t.waitsFor()); ok {
		situation := ""
		if item.Code == t.item {
			situation = t.situation
		}
		d.Item, d.Materials = page.Lang.in(item.Name, item.NameEN), bring(page, item, situation)
		l.Down = p.downWords(page, "ticketpage.down", v.agent, v.site, item.Unit)
	}
	l.Way, l.Queue = wayOf(page, v.site, t), queueLink(page, v.site)
	l.Still = page.query.Get("still") == "1"
	l.Toggle = page.Link("still", "1")
	if l.Still {
		l.Toggle = page.Link()
	}
	served := len(t.ratable()) > 0
	l.Rate = served && (s.name == sceneWaiting || s.name == sceneMissed) || !at.up && s.name != sceneMissed
	switch {
	case at.up && l.Still:
		l.AsOf = page.T("ticketpage.as-of", "time", page.Clock(at.heard))
	case at.up:
		l.AsOf = page.T("ticketpage.fresh", "time", page.Clock(at.heard))
	case at.heard.IsZero():
		l.Stale = page.T("ticketpage.stale.never")
	default:
		l.Stale = page.T("ticketpage.stale", "time", page.Clock(at.heard))
	}
	switch s.name {
	case sceneCalled:
		d.Where = where(page, v.site, t.window)
		return
	case sceneHeld:
		l.Held, d.Where = page.T("ticketpage.held."+string(t.goes.Held)), where(page, v.site, t.goes.Window)
		return
	case sceneMissed:
		d.Where = page.T("ticketpage.missed.desk")
		if t.window != "" {
			d.Where = page.T("ticketpage.missed.or", "where", where(page, v.site, t.window))
		}
		l.Back = page.loses(ruleOf(v.site).MissedLoses, "ticketpage.missed.loses", "ticketpage.missed.keeps")
	default:
		p.fillPlace(l, page, v, t, at)
	}
	l.Rule = ruleLines(page, v.site)
}

// downWords says that the system of a unit is down, as a manager declared, by the words of a page; empty where it works.
func (p *public) downWords(page sheet, key, agent string, site *hall.Catalogue, unit string) string {
	since, down := p.Live.down(agent, unit)
	if !down {
		return ""
	}
	return page.T(key, "unit", unitName(site, page.Lang, unit), "time", page.Clock(since))
}

// fillPlace tells how many are ahead, how long it takes and where to wait.
func (p *public) fillPlace(l *lineView, page sheet, v visitor, t ticket, at spot) {
	letter := cmp.Or(t.goes.Letter, t.letter)
	if at.place != nil {
		letter = at.place.Letter
		l.Ahead = page.T("ticketpage.ahead", "n", strconv.Itoa(at.place.Ahead))
		if at.place.Ahead == 0 {
			l.Ahead = page.T("ticketpage.ahead.none")
		}
		l.Wait = waitWords(page, at.place.P50Min, at.place.P90Min)
	}
	l.Places = places(page, v.site, letter)
	if t.goes.Window != "" {
		l.Places = []string{where(page, v.site, t.goes.Window)}
	}
	switch {
	case t.goes.Letter == "":
	case t.goes.Staff != "" && v.site != nil:
		clerk, _ := v.site.Clerk(t.goes.Staff)
		l.Next = page.T("ticketpage.clerk", "name", page.Lang.in(clerk.Name, clerk.NameEN))
	case slices.ContainsFunc(t.visits, func(v visit) bool { return v.outcome == hall.OutcomeFinished }):
		l.Next = page.T("ticketpage.next")
	default:
		l.Next = page.T("ticketpage.passed")
	}
}

// waitWords says how long it takes; empty where nobody knows.
func waitWords(page sheet, p50, p90 int) string {
	from, to := strconv.Itoa(p50), strconv.Itoa(p90)
	switch {
	case p90 == 0:
		return ""
	case p50 < p90:
		return page.T("ticketpage.wait.range", "from", from, "to", to)
	}
	return page.T("ticketpage.wait.about", "to", to)
}

// waitsFor is the item that the ticket's holder is served next: that of another letter is not known.
func (t ticket) waitsFor() string {
	if t.goes.Item != "" || t.goes.Letter != "" && t.goes.Letter != t.letter {
		return t.goes.Item
	}
	return t.item
}

// places lists the windows that call a letter, floor by floor.
func places(page sheet, site *hall.Catalogue, letter string) []string {
	if site == nil {
		return nil
	}
	var floors []string
	ids := map[string][]string{}
	for _, w := range site.Windows {
		if !slices.Contains(w.Services, letter) {
			continue
		}
		floor := page.Lang.in(w.Floor, w.FloorEN)
		if ids[floor] == nil {
			floors = append(floors, floor)
		}
		ids[floor] = append(ids[floor], w.ID)
	}
	var out []string
	for _, f := range floors {
		out = append(out, windowsOn(page, f, ids[f]))
	}
	return out
}

func ruleOf(site *hall.Catalogue) hall.QueueRule {
	if site == nil {
		return hall.DefaultQueueRule()
	}
	return site.Rule()
}

// ruleLines says the rule of the queue in plain words, the same for everyone (domain §6), in the order in which it calls.
func ruleLines(page sheet, site *hall.Catalogue) (lines []string) {
	rule := ruleOf(site)
	say := func(key string, pairs ...string) { lines = append(lines, page.T(key, pairs...)) }
	worth := func(first bool, minutes int) (names []string) {
		for _, c := range rule.Classes {
			if c.First == first && c.Minutes == minutes {
				names = append(names, page.T("ticketpage.class."+string(c.Class)))
			}
		}
		return names
	}
	if first := worth(true, 0); len(first) > 0 {
		say("ticketpage.rule.first", "classes", page.list(first))
	}
	say("ticketpage.rule.due")
	say("ticketpage.rule.longest")
	var told []int
	for _, c := range rule.Classes {
		if c.First || c.Minutes == 0 || slices.Contains(told, c.Minutes) {
			continue
		}
		told = append(told, c.Minutes)
		say("ticketpage.rule.minutes", "classes", capital(page.list(worth(false, c.Minutes))), "n", strconv.Itoa(c.Minutes))
	}
	if site != nil && rule.OtherLetter > 0 && slices.ContainsFunc(site.Windows, func(w hall.Window) bool { return len(w.Services) > 1 }) {
		say("ticketpage.rule.other", "n", strconv.Itoa(rule.OtherLetter))
	}
	if rule.Calls > 1 {
		say("ticketpage.rule.calls", "n", strconv.Itoa(rule.Calls))
	} else {
		say("ticketpage.rule.once")
	}
	return append(lines, page.loses(rule.MissedLoses, "ticketpage.rule.back", "ticketpage.rule.back.same"))
}

// loses says what a missed number loses: so many minutes, or nothing.
func (s sheet) loses(minutes int, some, none string) string {
	if minutes == 0 {
		return s.T(none)
	}
	return s.T(some, "n", strconv.Itoa(minutes))
}

// list joins names as the language does.
func (s sheet) list(names []string) string {
	if s.Lang == en {
		return strings.Join(names, ", ")
	}
	return strings.Join(names, "、")
}

// capital begins a sentence.
func capital(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}
