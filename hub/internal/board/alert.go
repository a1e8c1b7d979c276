package board

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// Kinds of alert besides those of hall.DeviceKind. Screens find their words by
// kind and trouble.
const (
	kindLink      = "link"      // trouble: silent, never
	kindTwice     = "twice"     // two programs under one name
	kindDisk      = "disk"      // trouble: warn, alarm, refuse, sealed
	kindClock     = "clock"     // the agent's clock cannot be believed
	kindCatalogue = "catalogue" // the agent works by another catalogue than the newest here
	kindBehind    = "behind"    // the hub does not keep what the agent sends
	kindFinding   = "finding"   // trouble: the rule
	kindRestored  = "restored"  // the hub's database was put back
	kindAlarm     = "alarm"     // who sits at a window needs somebody at once
	kindWait      = "wait"      // people of a letter wait longer than the limit
	kindPost      = "post"      // trouble: the Post
	kindBad       = "bad"       // a bad rating, just now
	kindLocked    = "locked"    // too many wrong PINs at a window
	kindThird     = "third"     // the manager on duty is called to who is here for the third time
)

// badShown is how long a bad rating stays among the alerts. Its repair is worked elsewhere, and lasts.
const badShown = 30 * time.Minute

// What can be wrong with the hub itself.
const (
	AilBackup = "backup"    // the last copy of the database failed
	AilClock  = "hub-clock" // the machine's clock jumped: clock rules have stopped
	AilSMS    = "sms"       // who carries messages is not reached
)

// What an agent does about a filling disk begins at these shares of the volume (design §5).
const (
	diskWarn   = 70
	diskAlarm  = 90
	diskRefuse = 95
)

// shownFor is how long a finding stays on the board. It stays in the record for ever.
const shownFor = 72 * time.Hour

// Alert is one thing that needs a person. It leaves the board when its cause does: nobody clears it by hand.
type Alert struct {
	ID      string    `json:"id"`
	Hall    string    `json:"hall"` // empty: of the whole centre
	Window  string    `json:"window"`
	Kind    string    `json:"kind"`
	Trouble string    `json:"trouble"`
	Since   time.Time `json:"since"`
	Detail  Detail    `json:"detail"`
	Taken   *Taken    `json:"taken,omitempty"` // somebody sees to it
}

// Detail is what the words of an alert may need.
type Detail struct {
	Device   string    `json:"device,omitempty"`
	Agent    string    `json:"agent,omitempty"`
	Percent  int       `json:"percent,omitempty"`
	Presses  int       `json:"presses,omitempty"`
	From     uint64    `json:"from,omitempty"`
	To       uint64    `json:"to,omitempty"`
	Copied   time.Time `json:"copied,omitzero"`
	Restored time.Time `json:"restored,omitzero"`
	Until    time.Time `json:"until,omitzero"`
	Letter   string    `json:"letter,omitempty"`
	Name     string    `json:"name,omitempty"` // of the letter
	NameEN   string    `json:"name_en,omitempty"`
	Waiting  int       `json:"waiting,omitempty"`
	Ticket   string    `json:"ticket,omitempty"`
	At       string    `json:"at,omitempty"` // window to which somebody is to come
	LimitMin int       `json:"limit_min,omitempty"`
	Rating   *Recent   `json:"rating,omitempty"` // desk only: level and reasons, never whose (design §7)
}

// alerts lists what needs a person in the halls that seen allows: first who calls for help, then what nobody sees to, the
// longest standing first.
func (b *Board) alerts(view View, seen func(*site) bool, now time.Time) []Alert {
	out := []Alert{}
	for _, s := range b.sites {
		if seen(s) {
			out = append(out, s.alerts(now)...)
			out = append(out, s.alertsOfDuty(now)...)
			if view == Desk {
				out = append(out, s.badRatings(now)...)
			}
			out = append(out, b.findingsOf(s, now)...)
		}
	}
	if r := b.restored; r != nil && now.Sub(r.Restored) < shownFor {
		out = append(out, Alert{ID: kindRestored, Kind: kindRestored, Since: moment(r.Restored),
			Detail: Detail{Copied: moment(r.Copied), Restored: moment(r.Restored)}})
	}
	for kind, since := range b.ails {
		out = append(out, Alert{ID: kind, Kind: kind, Since: moment(since)})
	}
	b.takings(out, view, now)
	rank := func(a Alert) int {
		switch {
		case a.Taken != nil:
			return 2
		case a.Kind == kindAlarm, a.Kind == kindThird:
			return 0
		}
		return 1
	}
	slices.SortStableFunc(out, func(x, y Alert) int {
		return cmp.Or(cmp.Compare(rank(x), rank(y)), x.Since.Compare(y.Since), strings.Compare(x.ID, y.ID))
	})
	return out
}

// alerts lists what needs a person in one hall.
func (s *site) alerts(now time.Time) []Alert {
	var out []Alert
	add := func(a Alert) { out = append(out, s.named(a, a.Detail.Device)) }
	l, of := &s.link, Detail{Agent: s.Agent}
	switch state := s.linkState(now); state {
	case linkSilent:
		if l.session.Instance == "" && now.Sub(s.began) < settling {
			break
		}
		add(Alert{Kind: kindLink, Trouble: string(state), Since: l.heard, Detail: of})
	case linkNever:
		if now.Sub(s.began) > silence {
			add(Alert{Kind: kindLink, Trouble: string(state), Since: s.began, Detail: of})
		}
	case linkTwice:
		add(Alert{Kind: kindTwice, Since: l.since[kindTwice], Detail: of})
	}
	if since, ok := l.since[kindDisk]; ok {
		add(Alert{Kind: kindDisk, Trouble: diskTrouble(l.status), Since: since, Detail: Detail{Agent: s.Agent, Percent: l.status.DiskUsed}})
	}
	for _, kind := range []string{kindClock, kindCatalogue} {
		if since, ok := l.since[kind]; ok {
			add(Alert{Kind: kind, Since: since, Detail: of})
		}
	}
	if since, ok := l.since[kindBehind]; ok && now.Sub(since) >= behindFor {
		add(Alert{Kind: kindBehind, Since: since, Detail: of})
	}
	device := func(window string, d uplink.DeviceNow) {
		add(Alert{Window: window, Kind: string(d.Kind), Trouble: string(d.Trouble), Since: d.Since, Detail: Detail{Device: d.Device}})
	}
	for _, w := range s.windows {
		for _, d := range w.now(l.session.Instance).Faults {
			device(w.ID, d)
		}
	}
	q, _ := s.queue.of(l.session.Instance)
	for _, d := range q.Faults {
		device("", d)
	}
	return out
}

// named gives an alert of a hall its id; of tells apart those of one window and kind.
func (s *site) named(a Alert, of string) Alert {
	a.Hall, a.Since = s.Catalogue.Hall.ID, moment(a.Since)
	if len(s.Catalogue.Agents) > 1 && a.Window == "" && a.Detail.Letter == "" {
		of += "@" + s.Agent // each agent of the hall has a link, a disk, a printer of its own
	}
	a.ID = strings.Join([]string{a.Hall, a.Window, a.Kind, of, a.Trouble}, "/")
	return a
}

// alertsOfDuty lists who calls for help, who waits too long and which windows are not as the roster has them. Of a hall that
// is not heard nothing of it is known.
func (s *site) alertsOfDuty(now time.Time) []Alert {
	if s.linkState(now).stale() {
		return nil
	}
	var out []Alert
	for _, w := range s.windows {
		n := w.now(s.link.session.Instance)
		if !n.Alarm.IsZero() {
			out = append(out, s.named(Alert{Window: w.ID, Kind: kindAlarm, Since: n.Alarm}, ""))
		}
		if n.Until.After(now) {
			out = append(out, s.named(Alert{Window: w.ID, Kind: kindLocked, Since: n.Locked, Detail: Detail{Until: moment(n.Until)}}, ""))
		}
		if post, since := s.post(w, now); post != "" && post != PostUnknown {
			out = append(out, s.named(Alert{Window: w.ID, Kind: kindPost, Trouble: string(post), Since: since}, ""))
		}
	}
	q, _ := s.queue.of(s.link.session.Instance)
	for _, c := range q.Summons {
		service, _ := s.Catalogue.Service(c.Letter)
		out = append(out, s.named(Alert{Kind: kindThird, Since: c.Since, Detail: Detail{
			Ticket: c.Ticket, Letter: c.Letter, At: c.Window, Name: service.Name, NameEN: service.NameEN, Until: moment(c.Due),
		}}, c.Ticket))
	}
	for _, l := range q.Letters {
		if since := s.over(l, now); !since.IsZero() {
			service, _ := s.Catalogue.Service(l.Letter)
			out = append(out, s.named(Alert{Kind: kindWait, Since: since, Detail: Detail{Letter: l.Letter, Name: service.Name, NameEN: service.NameEN,
				Waiting: l.Waiting, LimitMin: int(service.MayWait() / time.Minute)}}, l.Letter))
		}
	}
	return out
}

// badRatings lists the bad ratings of the last half hour, as they came.
func (s *site) badRatings(now time.Time) []Alert {
	var out []Alert
	for _, w := range s.windows {
		for _, r := range w.today.of(hall.DayOf(now)).Recent {
			if r.Level.IsBad() && minute(now).Sub(r.At) < badShown {
				out = append(out, s.named(Alert{Window: w.ID, Kind: kindBad, Since: r.At, Detail: Detail{Rating: &r}}, r.At.UTC().Format("150405")))
			}
		}
	}
	return out
}

func diskTrouble(st uplink.Status) string {
	switch {
	case st.Sealed:
		return "sealed"
	case st.DiskUsed >= diskRefuse:
		return "refuse"
	case st.DiskUsed >= diskAlarm:
		return "alarm"
	}
	return "warn"
}

// findingsOf lists the fresh findings about the agent of s. A restore is told by itself.
func (b *Board) findingsOf(s *site, now time.Time) []Alert {
	var out []Alert
	for _, f := range b.findings {
		if f.Agent != s.Agent || f.Rule == hall.FindingHubRestored || now.Sub(f.At) >= shownFor {
			continue
		}
		out = append(out, Alert{ID: kindFinding + "/" + f.ID, Hall: s.Catalogue.Hall.ID, Window: f.Window, Kind: kindFinding, Trouble: string(f.Rule),
			Since: moment(f.At), Detail: Detail{Agent: f.Agent, Presses: f.Presses, From: f.From, To: f.To}})
	}
	return out
}
