package rating

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// Law is what the centre has decided about rules and days: the policy packs it adopted, and the calendar. It is made by
// applying deeds and does not change: Apply returns another. The zero Law has adopted nothing and knows of no year.
type Law struct {
	Packs    []Adopted      `json:"packs,omitempty"` // by the day they are in force from, then by pos
	Calendar *hall.Calendar `json:"calendar"`
	Dated    int64          `json:"dated,omitempty"`    // pos of the last deed about the calendar
	Reviewed int64          `json:"reviewed,omitempty"` // up to which of them all deadlines were computed again
}

// Adopted is a policy pack, in force from a day on.
type Adopted struct {
	From hall.Day `json:"from"`
	SHA  string   `json:"sha"` // SHA-256 of the file, hex
	Pos  int64    `json:"pos"` // of the deed
	hall.Policy
}

// Apply returns the law after f, which stands at pos. What is no deed about the law changes nothing.
func (l Law) Apply(f hall.Fact, pos int64) Law {
	switch f := f.(type) {
	case hall.PolicyAdopted:
		a := Adopted{f.From, f.SHA, pos, f.Pack}
		at, _ := slices.BinarySearchFunc(l.Packs, a, func(a, b Adopted) int {
			return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Pos, b.Pos))
		})
		l.Packs = slices.Insert(slices.Clone(l.Packs), at, a)
	case hall.CalendarPublished:
		l.Calendar, l.Dated = l.Calendar.WithYear(f.CalendarYear), pos
	case hall.CalendarClosed:
		l.Calendar, l.Dated = l.Calendar.WithClosing(hall.Closing{Hall: f.About, Day: f.Day, Why: f.Why}), pos
	case hall.CalendarOpened:
		l.Calendar, l.Dated = l.Calendar.WithoutClosing(f.Day, f.About), pos
	case hall.DeadlinesReviewed:
		l.Reviewed = f.Calendar
	}
	return l
}

// Of returns the pack in force on a day: of those adopted from that day or an earlier one the latest; of two from one
// day the one adopted last. Before the first one it is the pack that is shipped.
func (l Law) Of(day hall.Day) hall.Policy {
	if a, ok := l.adopted(day); ok {
		return a.Policy
	}
	return hall.DefaultPolicy()
}

func (l Law) adopted(day hall.Day) (Adopted, bool) {
	for _, a := range slices.Backward(l.Packs) {
		if a.From <= day {
			return a, true
		}
	}
	return Adopted{}, false
}

// CalendarVersion returns the pos of the last deed about the calendar, 0 where there is none.
func (l Law) CalendarVersion() int64 { return l.Dated }

// ReviewDue reports whether the calendar has changed since all deadlines were computed again.
func (l Law) ReviewDue() bool { return l.Reviewed < l.Dated }

// RatingDue returns until when a visit that ended then, in this hall, can be rated (001; domain §3.4; design §5): by
// the pack in force on the day it ended.
func (l Law) RatingDue(ended time.Time, hallID string) hall.Deadline {
	day := hall.DayOf(ended)
	return l.Calendar.After(day, l.Of(day).Rating.Window, hallID)
}

// Explained is a deadline, day by day.
type Explained struct {
	Pack string          `json:"pack"` // id of the pack in force on the day it begins
	From hall.Day        `json:"from"`
	Span hall.Span       `json:"span"`
	Due  hall.Deadline   `json:"due"` // zero: the clock stands
	Days []hall.DayCount `json:"days"`
}

// Explain computes a limit that begins on a day in this hall, and says what each day is to it.
func (l Law) Explain(from hall.Day, s hall.Span, hallID string, stops ...hall.Stop) Explained {
	due := l.Calendar.After(from, s, hallID, stops...)
	return Explained{l.Of(from).ID, from, s, due, l.Calendar.CountIn(s.Unit, from, due, hallID, stops...)}
}

// ExplainRating explains the deadline of RatingDue.
func (l Law) ExplainRating(ended time.Time, hallID string) Explained {
	day := hall.DayOf(ended)
	return l.Explain(day, l.Of(day).Rating.Window, hallID)
}

// RefusedCode says why an act about the law is refused.
type RefusedCode string

// The reasons.
const (
	RefusedPast       RefusedCode = "past"       // the day has begun to be past: what was due then was judged
	RefusedSettled    RefusedCode = "settled"    // another arrangement for a published year would change a past day
	RefusedInvalid    RefusedCode = "invalid"    // the pack or the arrangement has faults; all of them are named
	RefusedIncomplete RefusedCode = "incomplete" // a closing day without a hall, or without a known reason
	RefusedKnown      RefusedCode = "known"      // it is so already
)

// Refused is the error of an act about the law.
type Refused struct {
	Code RefusedCode
	Day  hall.Day // the day that stands in the way
	Err  error    // the faults
}

func (e *Refused) Error() string {
	switch e.Code {
	case RefusedPast:
		return fmt.Sprintf("%v is past: choose today or a later day", e.Day)
	case RefusedSettled:
		return fmt.Sprintf("%v is past and would change between worked and off: correct only days that are still to come", e.Day)
	case RefusedInvalid:
		return fmt.Sprintf("mend these faults first: %v", e.Err)
	case RefusedIncomplete:
		return "name a hall, or " + hall.EveryHall + " for all, and one of the reasons"
	case RefusedKnown:
		return fmt.Sprintf("it is so already on %v: nothing to do", e.Day)
	}
	return string(e.Code)
}

// Unwrap returns the faults.
func (e *Refused) Unwrap() error { return e.Err }

// Adopt puts a pack in force from a day on. No pack reaches back, for what happened on a day is judged by the pack then
// in force (codes.md); only the first one may, to cover what the hub heard before anybody adopted any.
func (l Law) Adopt(pack hall.Policy, from hall.Day, sha string, today hall.Day, by hall.Person) ([]hall.Fact, error) {
	if err := pack.Validate(); err != nil {
		return nil, &Refused{RefusedInvalid, from, err}
	}
	if from < today && len(l.Packs) > 0 {
		return nil, &Refused{RefusedPast, from, nil}
	}
	if a, ok := l.adopted(from); ok && a.From == from && a.Policy == pack {
		return nil, &Refused{RefusedKnown, from, nil}
	}
	return []hall.Fact{hall.PolicyAdopted{Act: hall.Act{About: pack.ID, By: by}, From: from, SHA: sha, Pack: pack}}, nil
}

// Publish enters the State Council's arrangement of a year. Published again, it may change only days to come.
func (l Law) Publish(year hall.CalendarYear, sha string, today hall.Day, by hall.Person) ([]hall.Fact, error) {
	if err := year.Validate(); err != nil {
		return nil, &Refused{RefusedInvalid, today, err}
	}
	if before, again := l.Calendar.Published(year.Year); again {
		if before.Equal(year) {
			return nil, &Refused{RefusedKnown, today, nil}
		}
		if day, changed := l.firstChange(before, year); changed && day < today {
			return nil, &Refused{RefusedSettled, day, nil}
		}
	}
	return []hall.Fact{hall.CalendarPublished{Act: hall.Act{About: strconv.Itoa(year.Year), By: by}, CalendarYear: year, SHA: sha}}, nil
}

// firstChange returns the first day that is worked by one of two arrangements of a year and off by the other.
func (l Law) firstChange(before, after hall.CalendarYear) (first hall.Day, changed bool) {
	was, will := l.Calendar, l.Calendar.WithYear(after)
	for _, d := range slices.Concat(before.Days(), after.Days()) {
		a, _ := was.Works(d, "")
		b, _ := will.Works(d, "")
		if a != b && (!changed || d < first) {
			first, changed = d, true
		}
	}
	return first, changed
}

// Close enters a day on which a hall, or every hall, does not work though the calendar says so.
func (l Law) Close(day hall.Day, hallID string, why hall.ClosingWhy, today hall.Day, by hall.Person) ([]hall.Fact, error) {
	if hallID == "" || !why.Valid() {
		return nil, &Refused{RefusedIncomplete, day, nil}
	}
	if day < today {
		return nil, &Refused{RefusedPast, day, nil}
	}
	if _, closed := l.Calendar.Closed(day, hallID); closed {
		return nil, &Refused{RefusedKnown, day, nil}
	}
	return []hall.Fact{hall.CalendarClosed{Act: hall.Act{About: hallID, By: by}, Day: day, Why: why}}, nil
}

// Open takes a closing day back, of the hall or of all for which it was entered.
func (l Law) Open(day hall.Day, hallID string, today hall.Day, by hall.Person) ([]hall.Fact, error) {
	if day < today {
		return nil, &Refused{RefusedPast, day, nil}
	}
	if _, closed := l.Calendar.Closed(day, hallID); !closed {
		return nil, &Refused{RefusedKnown, day, nil}
	}
	return []hall.Fact{hall.CalendarOpened{Act: hall.Act{About: hallID, By: by}, Day: day}}, nil
}
