package figures

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"hallpulse/firmware-protocol/hall"
)

// Query is what a report is asked for. Page and export send the same.
type Query struct {
	By       By
	From, To hall.Day // both included
	// What is empty is not asked for: all of it counts.
	Halls   []string // ids
	Unit    string
	Window  string
	Staff   string
	Item    string
	Channel hall.Channel
	// Excluded counts what was excluded, too (domain §4).
	Excluded bool
}

// MostDays is how many days a report may span at the most: ten years.
const MostDays = 3660

// Why says what is wrong with a query.
type Why string

// What can be wrong.
const (
	WhyUnknown Why = "unknown" // not one of the values there are
	WhyOrder   Why = "order"   // it ends before it begins
	WhyLong    Why = "long"    // more than MostDays
)

// Fault is what is wrong with one field of a query.
type Fault struct {
	Field string // by, from, to, channel
	Why   Why
}

func (f Fault) Error() string {
	switch f.Why {
	case WhyOrder:
		return "figures: the last day lies before the first: change them"
	case WhyLong:
		return fmt.Sprintf("figures: more than %d days: ask for fewer", MostDays)
	}
	return fmt.Sprintf("figures: %s is not one of the values there are: choose another", f.Field)
}

// Validate names every Fault at once; nil means it can be asked.
func (q Query) Validate() error {
	var faults []error
	if !q.By.Valid() {
		faults = append(faults, Fault{"by", WhyUnknown})
	}
	if q.Channel != "" && !q.Channel.Valid() && q.Channel != ByDefault {
		faults = append(faults, Fault{"channel", WhyUnknown})
	}
	if q.To < q.From {
		faults = append(faults, Fault{"to", WhyOrder})
	} else if int(q.To)-int(q.From) >= MostDays {
		faults = append(faults, Fault{"to", WhyLong})
	}
	return errors.Join(faults...)
}

// Group is what a row stands for.
type Group struct {
	Hall string // of a hall, window or clerk; of an agent that never named its hall # and its number
	ID   string // of a hall again its id, of a period its name in no language; empty: what has none
	Period
}

// Row is the sums of one group. What its sums leave out lies beside them.
type Row struct {
	Group
	Name string // for people; Named gives it
	// PromisedTrips is how often people come for an item at the most, as published today; 0: nothing is promised. The
	// caller gives it.
	PromisedTrips int
	Sums
	// Excluded is what was excluded: counted in Sums only where the query says so.
	Excluded Sums
	// Platform is what reasons about platform or rules alone take out of a person's figures, excluded or not. It is
	// empty unless the report is about persons.
	Platform Sums
	// Few says that the row counts fewer ratings than its reader may see; ForStaff sets it.
	Few bool
}

// Report is the answer to a query.
type Report struct {
	Query Query
	Rows  []Row
	Total Row // the sum of all rows; of those with too few of cases and bookings alone
	Least int // rows with fewer ratings are hidden; ForStaff sets it
}

// Report groups tallies into a report. It takes all of them: what the query filters by is the store's to leave out.
// halls names the hall of each agent. The tallies' order is of no account.
func (q Query) Report(tallies []Tally, halls map[uint32]string) Report {
	rows := map[Group]*Row{}
	groups := q.groups(halls)
	for i := range tallies {
		t := q.meant(&tallies[i])
		if t.Sums.IsZero() {
			continue
		}
		g := groups(&t.Key)
		row := rows[g]
		if row == nil {
			row = &Row{Group: g}
			rows[g] = row
		}
		row.take(q, t)
	}
	r := Report{Query: q, Rows: make([]Row, 0, len(rows))}
	for _, g := range slices.SortedFunc(maps.Keys(rows), q.By.compare) {
		r.Rows = append(r.Rows, *rows[g])
	}
	r.total()
	return r
}

// meant returns a tally without what has no place in the rows of the query.
func (q Query) meant(t *Tally) *Tally {
	cases, bookings := q.AboutCases() || t.Handled == Handled{}, q.AboutBookings() || t.Bookings == Bookings{}
	if cases && bookings {
		return t
	}
	m := *t
	if !cases {
		m.Handled = Handled{}
	}
	if !bookings {
		m.Bookings = Bookings{}
	}
	return &m
}

// AboutCases reports whether the rows can count cases: these have no channel.
func (q Query) AboutCases() bool { return q.By != ByChannel && q.Channel == "" }

// AboutBookings reports whether the rows can count bookings: a place is booked at a hall for an item and a time, not with
// a unit, at a window or with a clerk.
func (q Query) AboutBookings() bool {
	switch q.By {
	case ByUnit, ByWindow, ByStaff, ByChannel:
		return false
	}
	return q.Unit == "" && q.Window == "" && q.Staff == "" && q.Channel == ""
}

// take adds a tally where it belongs.
func (r *Row) take(q Query, t *Tally) {
	if q.AboutPersons() && t.Leaves&LeavesPersons != 0 {
		r.Platform.add(1, &t.Sums)
		return
	}
	if t.Leaves&LeavesAll != 0 {
		r.Excluded.add(1, &t.Sums)
		if !q.Excluded {
			return
		}
	}
	r.Sums.add(1, &t.Sums)
}

// AboutPersons reports whether the rows judge persons.
func (q Query) AboutPersons() bool { return q.By == ByStaff || q.Staff != "" }

func (r *Report) total() {
	r.Total = Row{}
	for i := range r.Rows {
		row := &r.Rows[i]
		if row.Few {
			r.Total.Sums.add(1, &Sums{Handled: row.Handled, Bookings: row.Bookings})
			continue
		}
		r.Total.Sums.add(1, &row.Sums)
		r.Total.Excluded.add(1, &row.Excluded)
		r.Total.Platform.add(1, &row.Platform)
	}
}

// groups returns what gives each key its group. Agents and days come again and again: each is named once.
func (q Query) groups(halls map[uint32]string) func(*Key) Group {
	named := map[uint32]string{}
	hallOf := func(agent uint32) string {
		h := named[agent]
		if h == "" {
			h = cmp.Or(halls[agent], fmt.Sprintf("#%d", agent))
			named[agent] = h
		}
		return h
	}
	switch q.By {
	case ByHall:
		return func(k *Key) Group { h := hallOf(k.Agent); return Group{Hall: h, ID: h} }
	case ByUnit:
		return func(k *Key) Group { return Group{ID: k.Unit} }
	case ByWindow:
		return func(k *Key) Group { return Group{Hall: hallOf(k.Agent), ID: k.Window} }
	case ByStaff:
		return func(k *Key) Group { return Group{Hall: hallOf(k.Agent), ID: k.Staff} }
	case ByItem:
		return func(k *Key) Group { return Group{ID: k.Item} }
	case ByChannel:
		return func(k *Key) Group { return Group{ID: string(k.Channel)} }
	}
	days := map[hall.Day]Group{}
	return func(k *Key) Group {
		g, ok := days[k.Day]
		if !ok {
			g.Period, g.ID = q.By.Of(k.Day)
			days[k.Day] = g
		}
		return g
	}
}

// Named returns the report with names for people: the caller knows the words.
func (r Report) Named(name func(Group) string) Report {
	r.Rows = slices.Clone(r.Rows)
	for i := range r.Rows {
		r.Rows[i].Name = name(r.Rows[i].Group)
	}
	return r
}

// Promised returns the report with how often people come for each item at the most: the caller knows what is published.
func (r Report) Promised(trips func(item string) int) Report {
	r.Rows = slices.Clone(r.Rows)
	for i := range r.Rows {
		r.Rows[i].PromisedTrips = trips(r.Rows[i].ID)
	}
	return r
}

// compare orders the rows of a report: periods by time, channels as domain §3.3 lists them, all others by hall and id,
// numbers in them by their value.
func (b By) compare(x, y Group) int {
	if b == ByChannel {
		return cmp.Or(cmp.Compare(channelPlace(x.ID), channelPlace(y.ID)), cmp.Compare(x.ID, y.ID))
	}
	return cmp.Or(cmp.Compare(x.From, y.From), compareNumbered(x.Hall, y.Hall), compareNumbered(x.ID, y.ID))
}

func channelPlace(id string) int {
	order := []hall.Channel{hall.ChannelPad, hall.ChannelTablet, hall.ChannelQR, hall.ChannelKiosk, hall.ChannelWeb,
		hall.ChannelHotline, hall.ChannelSMS, hall.ChannelSticker}
	if i := slices.Index(order, hall.Channel(id)); i >= 0 {
		return i
	}
	switch hall.Channel(id) {
	case ByDefault:
		return len(order) + 1
	case "":
		return len(order) + 2
	}
	return len(order)
}

// compareNumbered puts window 9 before window 10. Texts that differ are never equal, and the empty one comes last: it
// stands for what has no name.
func compareNumbered(a, b string) int {
	if a == "" || b == "" {
		return cmp.Compare(len(b), len(a))
	}
	for x, y := a, b; x != "" && y != ""; {
		var p, q string
		p, x = chunk(x)
		q, y = chunk(y)
		if c := compareChunks(p, q); c != 0 {
			return c
		}
		if x == "" || y == "" {
			return cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(a, b))
		}
	}
	return strings.Compare(a, b)
}

// chunk cuts the digits, or what is none, off the head of s.
func chunk(s string) (head, tail string) {
	digits := isDigit(s[0])
	end := strings.IndexFunc(s, func(r rune) bool { return r < 0x80 && isDigit(byte(r)) != digits || r >= 0x80 && digits })
	if end < 0 {
		return s, ""
	}
	return s[:end], s[end:]
}

func compareChunks(p, q string) int {
	if !isDigit(p[0]) || !isDigit(q[0]) {
		return strings.Compare(p, q)
	}
	m, n := strings.TrimLeft(p, "0"), strings.TrimLeft(q, "0")
	return cmp.Or(cmp.Compare(len(m), len(n)), strings.Compare(m, n))
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
