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
)

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
}

// alerts lists what needs a person in the halls that seen allows, longest standing first.
func (b *Board) alerts(seen func(*site) bool, now time.Time) []Alert {
	out := []Alert{}
	for _, s := range b.sites {
		if seen(s) {
			out = append(out, s.alerts(now)...)
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
	slices.SortStableFunc(out, func(x, y Alert) int {
		return cmp.Or(x.Since.Compare(y.Since), strings.Compare(x.ID, y.ID))
	})
	return out
}

// alerts lists what needs a person in one hall.
func (s *site) alerts(now time.Time) []Alert {
	var out []Alert
	add := func(a Alert) {
		a.Hall, a.Since = s.Catalogue.Hall.ID, moment(a.Since)
		a.ID = strings.Join([]string{a.Hall, a.Window, a.Kind, a.Detail.Device, a.Trouble}, "/")
		out = append(out, a)
	}
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
