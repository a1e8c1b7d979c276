package board

import (
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// Post is how a window stands to its roster 班表 (domain §6, 000); empty: as it should.
type Post string

// The posts.
const (
	PostAbsent  Post = "absent"  // 空岗: nobody signed on at a rostered window
	PostIdle    Post = "idle"    // 溜岗: signed on, and nobody is called while people wait longer than the limit
	PostDouble  Post = "double"  // 串岗: its badge is at another window too
	PostUnknown Post = "unknown" // it is to be staffed, and its agent is not heard
)

// sight is what is seen of a window for the rules of the roster.
type sight struct {
	duty    time.Time // since when it is to be staffed today
	on      bool      // it is
	leave   bool      // approved, with a stand-in
	outage  bool      // of its unit
	silent  time.Time // since when its agent is not heard; zero: it is
	state   hall.WindowState
	since   time.Time // of state
	late    time.Time // since when people whom it could call wait longer than the limit; zero: nobody does
	doubled time.Time // since when its badge is at another window too; zero: it is not
}

// judge says how a window stands at now, and since when. Times before the roster's are no fault; lunch is off duty; approved
// leave with a stand-in and an outage are no absence. What nobody hears of is unknown, never absent.
func judge(r hall.Roster, s sight, now time.Time) (Post, time.Time) {
	switch {
	case !s.on || s.outage:
		return "", time.Time{}
	case !s.silent.IsZero():
		if s.state == hall.WindowIsClosed && !s.leave {
			return PostUnknown, s.silent
		}
		return "", time.Time{}
	case !s.doubled.IsZero():
		return PostDouble, s.doubled
	case s.state == hall.WindowIsClosed:
		since := later(s.duty, s.since)
		if s.leave || now.Sub(since) < r.GraceFor() {
			return "", time.Time{}
		}
		return PostAbsent, since
	case s.state == hall.WindowIsOpen, s.state == hall.WindowIsPaused:
		since := later(later(s.duty, s.since), s.late)
		if s.late.IsZero() || now.Sub(since) < r.IdleFor() {
			return "", time.Time{}
		}
		return PostIdle, since
	}
	return "", time.Time{}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Works takes whether a day is a working day of a hall, as its calendar has it. Where nothing was said Monday to Friday are.
func (b *Board) Works(hallID string, day hall.Day, works bool) {
	for _, s := range b.sites {
		if s.Catalogue.Hall.ID == hallID && (s.works != works || s.worksOn != day) {
			s.works, s.worksOn = works, day
			s.news++
		}
	}
}

func (s *site) isWorked(day hall.Day) bool {
	if s.worksOn == day {
		return s.works
	}
	return day.Weekday() != time.Saturday && day.Weekday() != time.Sunday
}

// minute is the time by which rosters are judged: a picture changes with the minute, not with the second.
func minute(now time.Time) time.Time { return now.Truncate(time.Minute) }

// post judges a window of the hall.
func (s *site) post(w *window, now time.Time) (Post, time.Time) {
	c := s.Catalogue
	if c.Roster == nil {
		return "", time.Time{}
	}
	now, day := minute(now), hall.DayOf(now)
	n := w.now(s.link.session.Instance)
	see := sight{state: n.State, since: n.Since, late: s.late(w, now)}
	see.duty, see.on = c.Duty(w.ID, now, s.isWorked(day))
	_, see.leave = c.OnLeave(w.Staff, day)
	_, see.outage = s.outage(w.Unit)
	if s.linkState(now).stale() {
		see.silent = later(s.link.heard, s.began)
	}
	if n.Staff != "" && n.State != hall.WindowIsClosed && !c.StandsIn(n.Staff, day) {
		see.doubled = s.doubles[n.Staff]
	}
	return judge(*c.Roster, see, now)
}

// late says since when people of a window's letters wait longer than their limit; zero: nobody does.
func (s *site) late(w *window, now time.Time) (since time.Time) {
	q, _ := s.queue.of(s.link.session.Instance)
	for _, l := range q.Letters {
		for _, letter := range w.Services {
			if over := s.over(l, now); letter == l.Letter && !over.IsZero() && (since.IsZero() || over.Before(since)) {
				since = over
			}
		}
	}
	return since
}

// over says since when the first of a line has waited longer than the limit; zero: he has not.
func (s *site) over(l uplink.LetterQueue, now time.Time) time.Time {
	service, ok := s.Catalogue.Service(l.Letter)
	if !ok || l.Waiting == 0 || l.Oldest.IsZero() {
		return time.Time{}
	}
	if over := l.Oldest.Add(service.MayWait()); !minute(now).Before(over) {
		return over
	}
	return time.Time{}
}

// outage says since when the system of a unit is down; false where it is not.
func (s *site) outage(unit string) (time.Time, bool) {
	q, _ := s.queue.of(s.link.session.Instance)
	for _, o := range q.Outages {
		if o.Unit == unit {
			return o.Since, true
		}
	}
	return time.Time{}, false
}
