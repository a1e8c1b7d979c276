package web

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"hallpulse/firmware-protocol/hall"
)

const (
	// validFor is for how many days a ticket can be rated of which nobody told the hub anything new (design §4).
	validFor = 60
	// slipFor is for how many days a slip is looked for by what is typed from it: a case can take long.
	slipFor = 400
	// lapse is when a draft becomes the answer by itself. The clock of intake does it.
	lapse = 10 * time.Minute
	// maxFollowUps bounds what one ticket can add to one rating.
	maxFollowUps = 10
)

// ask is what the address of the page asks for.
type ask struct {
	visit  string // id
	first  bool   // where no such visit is, the first: what was said ahead is tied to it
	change bool   // 改选
	more   bool   // 再补充几句
	rate   bool   // 已经办完了: the hall is silent, the ticket page is old
	again  bool   // a form of the rating page came: where a press rated the visit, it is rated anew
	see    string // one of the pages beside: see…
	level  hall.Level
}

// The pages beside that the address asks for.
const (
	seeWhy    = "why"    // the reason that a bad rating did not give
	seeSecond = "second" // the rating of the repair
	seeReport = "report" // pressure or retaliation 打击报复
	seePhone  = "phone"  // a phone for messages
)

// scene is one page: which, and about what.
type scene struct {
	name    string // of the template
	visit   visit
	pending bool    // said ahead of the visit: counted when the window's machine is heard again
	visits  []visit // to choose from
	several bool    // the ticket has more visits to rate
	piece   *piece  // the case that is rated alone; nil: a visit is
	whole   visit   // that had it
}

// The pages of a ticket, by their templates.
const (
	sceneWaiting   = "waiting"
	sceneCalled    = "called"
	sceneHeld      = "held"
	sceneChoose    = "choose"
	sceneRate      = "rate"
	sceneChosen    = "chosen"
	sceneReceived  = "received"
	sceneMore      = "more"
	sceneWhy       = "why"
	sceneSecond    = "repair-rate"
	sceneReport    = "report"
	scenePhone     = "phone"
	sceneMissed    = "missed" // and it may come back today
	sceneLost      = "lost"   // missed on an earlier day
	sceneCancelled = "cancelled"
	sceneWithdrawn = "withdrawn"
	sceneBooked    = "booked"
	sceneLapsed    = "lapsed"   // booked, and did not arrive in time
	sceneUnbooked  = "unbooked" // booked, and given up
	sceneOutdated  = "outdated"
)

// decide chooses the page of a ticket issued on day: its place in the line before service, its visits after.
func decide(t ticket, day hall.Day, a ask, at spot, now time.Time) scene {
	ratable := t.ratable()
	if a.see == seePhone {
		return phoneScene(ratable, a)
	}
	goesOn := t.state == hall.TicketIsQueued && (at.place != nil || t.goes.Letter != "") || // to its next stop, or passed on
		t.state == hall.TicketIsCalled || t.state == hall.TicketIsHeld || t.state == hall.TicketIsMissed && day >= hall.DayOf(now)
	if len(ratable) > 0 && (!goesOn || a.rate || a.visit != "") {
		return sceneOf(ratable, a, now)
	}
	unheard := !t.known && at.place == nil || !t.state.Final() && !at.up && a.rate
	switch {
	case t.state == hall.TicketIsBooked:
		return scene{name: sceneBooked}
	case t.state == hall.TicketIsWithdrawn && t.lapsed:
		return scene{name: sceneLapsed}
	case t.state == hall.TicketIsCancelled && !t.arrived && !t.due.IsZero():
		return scene{name: sceneUnbooked}
	case t.state == hall.TicketIsMissed && day < hall.DayOf(now):
		return scene{name: sceneLost}
	case t.state == hall.TicketIsMissed:
		return scene{name: sceneMissed}
	case t.state == hall.TicketIsCancelled:
		return scene{name: sceneCancelled}
	case t.state == hall.TicketIsWithdrawn:
		return scene{name: sceneWithdrawn}
	case t.ahead.rating != nil || t.ahead.draft != nil:
		return sceneOfVisit(t.ahead, a, false)
	case unheard:
		return sceneOfVisit(visit{when: day.Start()}, a, hall.DayOf(now)-day > validFor)
	case t.state == hall.TicketIsCalled:
		return scene{name: sceneCalled}
	case t.state == hall.TicketIsHeld:
		return scene{name: sceneHeld}
	}
	return scene{name: sceneWaiting}
}

func sceneOf(visits []visit, a ask, now time.Time) scene {
	open := func(v visit) scene {
		s, ok := v.beside(a, now)
		if !ok {
			s = sceneOfVisit(v, a, now.Sub(v.when) > validFor*24*time.Hour)
		}
		s.several = len(visits) > 1
		return s
	}
	for _, v := range visits {
		for n := range v.pieces {
			p := &v.pieces[n]
			if p.ID.String() != a.visit {
				continue
			}
			if !p.open {
				return scene{name: sceneEach, visit: v}
			}
			s := open(p.own)
			s.piece, s.whole = p, v
			return s
		}
	}
	for _, v := range visits {
		if len(visits) == 1 || v.id.String() == a.visit {
			if len(v.pieces) > 0 && (a.see == seeEach || v.each() && !a.change && !a.again && a.see == "") {
				return scene{name: sceneEach, visit: v, several: len(visits) > 1}
			}
			return open(v)
		}
	}
	if a.first {
		return open(visits[0])
	}
	return scene{name: sceneChoose, visits: visits}
}

// phoneScene is the page on which a phone is left; it leads back to the visit that one came from.
func phoneScene(visits []visit, a ask) scene {
	s := scene{name: scenePhone}
	for _, v := range visits {
		if v.id.String() == a.visit {
			s.visit = v
		}
	}
	return s
}

// beside is one of the pages beside a visit's own, where there is something for it.
func (v visit) beside(a ask, now time.Time) (scene, bool) {
	s := scene{visit: v}
	switch {
	case a.see == seeWhy && v.counted.missing:
		s.name = sceneWhy
	case a.see == seeSecond && v.rateableRepair(now) && a.level.Valid():
		s.name, s.visit.second = sceneSecond, a.level
	case a.see == seeReport && v.repair.ID != "":
		s.name = sceneReport
	case v.counted.missing && v.rating == nil && v.draft == nil && !a.change && !a.again: // by a press: why?
		s.name = sceneWhy
	case v.counted.level.IsBad() && v.rating == nil && v.draft == nil && !a.change && !a.again: // and what became of it
		s.name = sceneReceived
	}
	return s, s.name != ""
}

func sceneOfVisit(v visit, a ask, outdated bool) scene {
	s := scene{visit: v, pending: v.id.IsZero()}
	switch {
	case v.rating != nil && a.more && v.followUps < maxFollowUps:
		s.name = sceneMore
	case v.rating != nil:
		s.name = sceneReceived
	case outdated:
		s.name = sceneOutdated
	case v.draft != nil && !a.change:
		s.name = sceneChosen
	default:
		s.name = sceneRate
	}
	return s
}

// answerID names the n-th answer of a ticket's holder to a visit. It follows from the token, so that the same form from
// two tabs, or sent twice, is one answer, while nobody without the ticket can make it.
func answerID(token []byte, visit hall.ID, n int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "hallpulse/answer/1 %s %d %x", visit, n, token))
	return hex.EncodeToString(sum[:16])
}

// afterLapse numbers the answer that holds what was written on a form whose draft had become the answer meanwhile.
const afterLapse = maxFollowUps + 1
