package store_test

import (
	"fmt"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/notify"
)

// note is something that a citizen will say by himself: by phone, on the web, at the hotline, by SMS.
type note struct {
	at    time.Time
	say   *saying
	of    *served
	ahead bool // it is said before the hub hears what happened in this half hour
	tap   bool // the first tap of a form that is not sent yet
	sent  bool // the form was tapped before
	text  *sms // the reminder that it answers
}

// sms is a reminder to rate that a citizen left his phone for.
type sms struct {
	of       *served
	left, at time.Time // when the phone was left, and when the reminder went out
}

func (m *sms) id() string { return notify.ID(hall.MessageRateReminder, m.of.id.String(), 1) }

// reasoned are the reasons that a citizen gives later to a press that had none.
type reasoned struct {
	at  time.Time
	say *saying
	why []string
}

// form fills in a form about a visit; nil: ahead of any.
func (r *run) form(v *served, l hall.Level) *saying {
	r.forms++
	road := []hall.Channel{hall.ChannelQR, hall.ChannelQR, hall.ChannelQR, hall.ChannelWeb, hall.ChannelHotline}
	a := &saying{name: fmt.Sprint("form-", r.forms), visit: v, shows: true, level: l, channel: road[r.rng.IntN(len(road))]}
	a.withheld = r.rng.IntN(10) == 0
	if a.named = r.rng.IntN(3) == 0; a.named {
		a.callback = r.rng.IntN(4) > 0
	}
	if l.IsBad() {
		if a.missing = r.rng.IntN(5) == 0; !a.missing {
			a.reasons = []string{r.reason(l)}
		}
	}
	return a
}

// given is the answer as the hub takes it.
func (a *saying) given(of *served) hall.RatingGiven {
	f := hall.RatingGiven{Ticket: of.slip.id, Level: a.level, Channel: a.channel, Answer: a.name, Reasons: a.reasons, ReasonMissing: a.missing,
		Withheld: a.withheld, Named: a.named, Callback: a.callback}
	if a.visit != nil {
		f.Visit = a.visit.id
	}
	if a.channel == hall.ChannelHotline {
		f.Call = &hall.HotlineCall{Operator: "op-1", ID: a.name}
	}
	if a.channel == hall.ChannelSMS {
		f.Reply = notify.ID(hall.MessageRateReminder, of.id.String(), 1)
	}
	return f
}

// later lets a form be sent at a moment.
func (r *run) later(at time.Time, a *saying, of *served) {
	r.notes = append(r.notes, note{at: at, say: a, of: of})
}

// someDay is when a citizen answers: most at once, some after days, some too late.
func (r *run) someDay() time.Time {
	days := 0
	switch n := r.rng.IntN(10); {
	case n == 8:
		days = 3 + r.rng.IntN(5)
	case n == 9:
		days = 8 + r.rng.IntN(7)
	case n > 4:
		days = 1 + r.rng.IntN(3)
	}
	return r.now.Add(time.Duration(days)*24*time.Hour + time.Duration(r.rng.IntN(4))*30*time.Minute)
}

// byPhone: he shows his ticket after the visit; some say more later 追评, some send the form twice.
func (r *run) byPhone(c *counter, v *served) {
	r.served(c, v, false)
	at, l := r.someDay(), r.level()
	if r.rng.IntN(4) == 0 {
		l = hall.Bad
	}
	a := r.form(v, l)
	r.later(at, a, v)
	switch r.rng.IntN(5) {
	case 0:
		r.later(at.Add(24*time.Hour), r.form(v, r.level()), v)
	case 1:
		r.later(at.Add(time.Hour), a, v)
	}
}

// byPhoneBefore: he rates by the ticket alone, before the hub has heard of his visit.
func (r *run) byPhoneBefore(c *counter, v *served) {
	r.notes = append(r.notes, note{at: r.now, say: r.form(nil, r.level()), of: v, ahead: true})
	r.served(c, v, false)
}

// byText: he leaves his phone with the ticket, is reminded by SMS after the visit (domain §3.5), and answers that.
func (r *run) byText(c *counter, v *served) {
	m := &sms{of: v}
	r.texts = append(r.texts, m)
	r.served(c, v, false)
	a := r.form(v, r.level())
	a.channel, a.missing, a.reasons, a.withheld, a.named, a.callback = hall.ChannelSMS, false, nil, false, false, false
	if a.level.IsBad() {
		a.missing = true
	}
	r.notes = append(r.notes, note{at: r.someDay(), say: a, of: v, text: m})
}

// remind lets citizens leave their phones, and sends what is to be sent. A reminder that is of no use any more never goes
// out, and nobody answers it.
func (r *run) remind() {
	var leave, send []*sms
	keys := intake.Keys{}
	for _, m := range r.texts {
		switch known := slices.Contains(m.of.slip.visits, m.of); {
		case m.left.IsZero():
			leave = append(leave, m)
			keys.Courses = append(keys.Courses, m.of.slip.id)
		case known && m.at.IsZero() && m.of.rating == nil && r.now.Sub(m.of.ended) > 3*time.Minute && r.now.Before(endOf(m.of.due)):
			send = append(send, m)
			keys.Messages = append(keys.Messages, m.id())
		}
	}
	if len(leave)+len(send) == 0 {
		return
	}
	r.h.decide(keys, func(k intake.Known) (facts []hall.Fact, err error) {
		for _, m := range leave {
			f, _ := intake.LeavePhone(k, m.of.slip.id, text("phone"), "zh")
			facts = append(facts, f...)
		}
		for _, m := range send {
			x, ok := k.Message(m.id())
			if !ok {
				return nil, fmt.Errorf("no reminder of %s was queued", m.of.id)
			}
			try, err := x.Begin(r.now, notify.Law{}, "")
			if err != nil {
				return nil, err
			}
			facts = append(facts, try...)
			facts = append(facts, x.Apply(try[0], r.now, 0).Took(1, "")...)
		}
		return facts, nil
	}, boxes()...)
	for _, m := range leave {
		m.left = r.now
	}
	for _, m := range send {
		m.at = r.now
	}
	r.texts = slices.DeleteFunc(r.texts, func(m *sms) bool { return !m.at.IsZero() || r.now.Sub(m.left) > 30*24*time.Hour })
}

// corrects: a wrong press is corrected with the ticket, never by a second press (domain §3.3).
func (r *run) corrects(c *counter, v *served) {
	pressed := []hall.Level{hall.VeryBad, hall.Bad, hall.Good, hall.VeryGood}[r.rng.IntN(4)]
	r.served(c, v, false)
	r.press(c, v, hall.ChannelPad, pressed)
	r.later(r.someDay(), r.form(v, r.level()), v)
}

// tapsAndSends: the first tap is kept, and a while later he sends the form.
func (r *run) tapsAndSends(c *counter, v *served) {
	r.served(c, v, false)
	a := r.form(v, r.level())
	a.channel, a.missing, a.reasons, a.withheld, a.named, a.callback = hall.ChannelQR, false, nil, false, false, false
	at := r.someDay()
	r.notes = append(r.notes, note{at: at, say: a, of: v, tap: true}, note{at: at, say: a, of: v, sent: true})
}

// tapsAndLeaves: the first tap becomes the answer by itself.
func (r *run) tapsAndLeaves(c *counter, v *served) {
	r.served(c, v, false)
	a := r.form(v, r.level())
	a.channel, a.missing, a.reasons, a.withheld, a.named, a.callback = hall.ChannelQR, false, nil, false, false, false
	r.notes = append(r.notes, note{at: r.someDay(), say: a, of: v, tap: true})
}

// speak lets citizens say what they say now: ahead of what the counters are about to tell, or after it.
func (r *run) speak(ahead bool) {
	var facts []hall.Fact
	var said []note
	waits := r.notes[:0]
	for _, n := range r.notes {
		switch {
		case n.text != nil && n.text.at.IsZero():
			if slices.Contains(r.texts, n.text) {
				waits = append(waits, n)
			}
		case n.at.After(r.now), n.ahead != ahead, n.sent && n.say.at.IsZero():
			waits = append(waits, n)
		case n.tap:
			facts = append(facts, hall.RatingDrafted{Ticket: n.of.slip.id, Visit: n.of.id, Answer: n.say.name, Level: n.say.level})
			said = append(said, n)
		default:
			facts = append(facts, n.say.given(n.of))
			said = append(said, n)
		}
	}
	r.notes = waits
	if len(facts) == 0 {
		return
	}
	r.h.record(facts...)
	for _, n := range said {
		switch b := r.books; {
		case n.tap:
			n.say.at = r.now
			b.drafts = append(b.drafts, n.say)
		case n.sent:
			b.drafts = slices.DeleteFunc(b.drafts, func(a *saying) bool { return a == n.say })
			n.say.at = r.now
			b.say(n.say, n.of.slip)
		case n.say.at.IsZero():
			n.say.at = r.now
			b.say(n.say, n.of.slip)
		}
	}
	r.books.followAll(r.now)
}

// explain lets citizens give the reasons that they were asked for (domain §3.13).
func (r *run) explain() {
	var facts []hall.Fact
	waits := r.reasons[:0]
	for _, q := range r.reasons {
		v := q.say.visit
		switch {
		case q.at.After(r.now):
			waits = append(waits, q)
		case v.rating == q.say && q.say.missing:
			facts = append(facts, hall.RatingReasoned{Act: hall.Act{About: v.id.String(), By: hall.Citizen()}, Ticket: v.slip.id, Visit: v.id,
				Channel: hall.ChannelQR, Reasons: q.why})
			q.say.reasons, q.say.missing = q.why, false
		}
	}
	r.reasons = waits
	if len(facts) > 0 {
		r.h.decide(intake.Keys{}, func(intake.Known) ([]hall.Fact, error) { return facts, nil })
	}
}
