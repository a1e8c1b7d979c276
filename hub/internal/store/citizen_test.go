package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/notify"
	"hallpulse/hub/internal/private"
	"hallpulse/hub/internal/repair"
	"hallpulse/hub/internal/store"
)

// leave leaves a phone with a ticket, in a box of this ref and mark.
func (h *hub) leave(ticket hall.ID, ref, mark string) {
	h.t.Helper()
	phone := hall.Sealed{Ref: ref, SHA: "sha"}
	err := h.Intake.Decide(h.t.Context(), intake.Keys{Courses: []hall.ID{ticket}}, func(k intake.Known) ([]hall.Fact, error) {
		facts, _ := intake.LeavePhone(k, ticket, phone, "zh")
		return facts, nil
	}, intake.Box{Ref: ref, Salt: []byte{1}, Sealed: []byte{2}, Label: private.Label{Mark: mark}})
	if err != nil {
		h.t.Fatal(err)
	}
}

// queued lists the messages of the store as kind and state.
func (h *hub) queued() []string {
	h.t.Helper()
	all, _, err := h.Store.Messages(h.t.Context(), intake.MessagesAsked{Page: intake.Page{Limit: 100}})
	if err != nil {
		h.t.Fatal(err)
	}
	var out []string
	for _, m := range all {
		out = append(out, fmt.Sprintf("%s %s", m.Kind, m.State))
	}
	slices.Sort(out)
	return out
}

func (h *hub) wantQueued(when string, want ...string) {
	h.t.Helper()
	if got := h.queued(); !slices.Equal(got, want) {
		h.t.Errorf("%s: messages %q, want %q", when, got, want)
	}
}

// asks sends a message as whoever sends does: it is asked for, and taken.
func (h *hub) asks(id string) {
	h.t.Helper()
	for range 2 {
		err := h.Intake.Decide(h.t.Context(), intake.Keys{Messages: []string{id}}, func(k intake.Known) ([]hall.Fact, error) {
			m, ok := k.Message(id)
			if !ok {
				h.t.Fatalf("no message %s", id)
			}
			if m.State == notify.Trying {
				return m.Took(m.Try, ""), nil
			}
			return m.Begin(m.Due, notify.Law{}, "link-of-"+id)
		})
		if err != nil {
			h.t.Fatal(err)
		}
	}
}

// domain §3.5: an SMS reminds who left a phone, before service or after, once; who rates meanwhile is not reminded.
func TestWhoLeftAPhoneIsReminded(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	h.publish("2026")
	a.started(nil, hall.EpochFirst)
	before, _ := a.visit("1")
	h.leave(before, "box-1", "mark-1") // its agent has not been heard since
	h.wantQueued("nothing is known of the visit")
	h.sendAll(a, a.epoch)
	h.wantQueued("the visit has ended", "rate-reminder waiting")
	h.leave(before, "box-2", "mark-1")
	h.sendAll(a, a.epoch)
	h.wantQueued("asked again", "rate-reminder waiting")
	h.record(phone(before, "form-1", hall.Good))
	h.wantQueued("he rated", "rate-reminder dropped")

	after, _ := a.visit("1")
	h.sendAll(a, a.epoch)
	h.record(hall.RatingDrafted{Ticket: after, Answer: "form-2", Level: hall.Good})
	h.leave(after, "box-3", "mark-1")
	h.wantQueued("he has tapped", "rate-reminder dropped")

	pressed, _ := a.visit("1", hall.Bad)
	h.leave(pressed, "box-4", "mark-1")
	h.sendAll(a, a.epoch)
	h.wantQueued("a press rated it", "rate-reminder dropped")
	h.check()
}

func TestAPhoneThatIsTakenBackRingsNoMore(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	h.publish("2026")
	a.started(nil, hall.EpochFirst)
	ticket, _ := a.visit("1")
	h.sendAll(a, a.epoch)
	h.leave(ticket, "box-1", "mark-1")
	h.wantQueued("left", "rate-reminder waiting")
	h.decide(intake.Keys{Courses: []hall.ID{ticket}}, func(intake.Known) ([]hall.Fact, error) {
		return private.Erasures(ticket.String(), hall.Citizen(), hall.EraseRequest, "box-1"), nil
	})
	h.wantQueued("taken back", "rate-reminder dropped")
	if _, err := h.Store.Box(t.Context(), "box-1"); err == nil {
		t.Error("the box is still there")
	}
	if left, err := h.Store.LeftWith(t.Context(), []string{"mark-1"}); err != nil || len(left) != 0 {
		t.Errorf("left with %v, %v", left, err)
	}
	if c := h.story(ticket).Ticket.Contact; c.Ref != "" {
		t.Errorf("the ticket says %+v", c)
	}
	h.check()
}

// domain §3.13: the reason of a bad press is asked for once, and given once, with the reasons of its level; the level stays.
func TestAReasonIsGivenLater(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	h.publish("2026")
	a.started(nil, hall.EpochFirst)
	ticket, visit := a.id(), a.id()
	a.tell(hall.TicketIssued{Ticket: ticket, Number: "A001", Letter: "A", Day: hall.DayOf(a.now)})
	a.tell(hall.VisitOpened{Visit: visit, Ticket: ticket, Window: "1", Staff: "1024", Unit: "police"})
	a.tell(hall.VisitServed{Visit: visit})
	p := a.pressed(hall.Bad)
	a.tell(hall.RatingGiven{Ticket: ticket, Visit: visit, Window: "1", Level: hall.Bad, Channel: hall.ChannelPad, Press: &p, ReasonMissing: true})
	a.tell(hall.VisitFinished{Visit: visit, Staff: "1024", Outcome: hall.OutcomeFinished, Rated: true})
	h.leave(ticket, "box-1", "mark-1")
	h.sendAll(a, a.epoch)
	h.wantQueued("a bad press without a reason", "reason-asked waiting")
	good, _ := a.visit("2", hall.Good)
	h.sendAll(a, a.epoch)

	give := func(r intake.Reason) error {
		r.Visit, r.Channel = visit, hall.ChannelQR
		return h.Intake.Decide(t.Context(), intake.Keys{Visits: []hall.ID{visit}}, func(k intake.Known) ([]hall.Fact, error) { return r.Give(k) })
	}
	for _, c := range []struct {
		says string
		give intake.Reason
		want intake.CitizenCode
	}{
		{"nothing", intake.Reason{Ticket: ticket}, intake.NoReason},
		{"a reason of another level", intake.Reason{Ticket: ticket, Reasons: []string{"208", "510"}}, intake.NoReason},
		{"with another ticket", intake.Reason{Ticket: good, Reasons: []string{"208"}}, intake.NotYours},
		{"without one", intake.Reason{Reasons: []string{"208"}}, intake.NotYours},
		{"rightly", intake.Reason{Ticket: ticket, Reasons: []string{"208", "210"}}, ""},
		{"a second time", intake.Reason{Ticket: ticket, Reasons: []string{"209"}}, intake.NotAsked},
	} {
		err := give(c.give)
		if e, is := errors.AsType[*intake.CitizenRefused](err); is && e.Code != c.want || !is && (err != nil || c.want != "") {
			t.Errorf("%s: %v, want %q", c.says, err, c.want)
		}
	}
	v := h.visitOf(ticket)
	if v.Level != hall.Bad || v.ReasonMissing {
		t.Errorf("visit %+v", v)
	}
	if r, _ := h.repairOf(visit); r.Rating.ReasonMissing || !slices.Equal(r.Rating.Reasons, []string{"208", "210"}) || r.Rating.Level != hall.Bad {
		t.Errorf("the repair says %+v", r.Rating)
	}
	h.wantQueued("he said it", "reason-asked dropped")
	h.check()
}

// domain §3.7, §3.13: the reasons that a citizen chooses at the tablet right after his press are his words about that press;
// they reach the repair that it opened, and are said once.
func TestReasonsChosenAtTheTablet(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	h.publish("2026")
	a.started(nil, hall.EpochFirst)
	ticket, visit := a.id(), a.id()
	a.tell(hall.TicketIssued{Ticket: ticket, Number: "A001", Letter: "A", Day: hall.DayOf(a.now)})
	a.tell(hall.VisitOpened{Visit: visit, Ticket: ticket, Window: "1", Staff: "1024", Unit: "police"})
	a.tell(hall.VisitServed{Visit: visit})
	p := a.pressed(hall.Bad)
	a.tell(hall.RatingGiven{Ticket: ticket, Visit: visit, Window: "1", Level: hall.Bad, Channel: hall.ChannelTablet, Press: &p, ReasonMissing: true})
	a.tell(hall.VisitFinished{Visit: visit, Staff: "1024", Outcome: hall.OutcomeFinished, Rated: true})
	explain := func(key hall.PressKey, codes ...string) {
		a.tell(hall.RatingExplained{Ticket: ticket, Visit: visit, Press: key, Reasons: codes})
		h.sendAll(a, a.epoch)
	}
	h.sendAll(a, a.epoch)
	says := func(when string, missing bool, reasons ...string) {
		t.Helper()
		v := h.visitOf(ticket)
		r, _ := h.repairOf(visit)
		if v.Level != hall.Bad || v.Channel != hall.ChannelTablet || v.ReasonMissing != missing || !slices.Equal(r.Rating.Reasons, reasons) || r.Rating.ReasonMissing != missing {
			t.Errorf("%s: visit %+v, repair %+v", when, v, r.Rating)
		}
	}
	says("before", true)
	other := p.Key()
	other.Seq++
	explain(other, "208")
	says("of another press", true)
	explain(p.Key(), "208", "510")
	says("of another level", true)
	explain(p.Key(), "208", "210")
	says("chosen", false, "208", "210")
	explain(p.Key(), "209")
	says("a second time", false, "208", "210")
	h.check()
}

// domain §4: a citizen who left a phone hears of the new date and of the answer, and is asked to rate the repair.
func TestWhatBecomesOfARepairIsTold(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	h.publish("2026")
	a.started(nil, hall.EpochFirst)
	ticket, visit := a.visit("1", hall.Bad)
	h.leave(ticket, "box-1", "mark-1")
	h.sendAll(a, a.epoch)
	handler, centre := hall.Person{Account: "tang", Role: "handler", Unit: "police"}, hall.Person{Account: "li", Role: "centre"}
	text := hall.Sealed{Ref: "r1", SHA: "s1"}
	act := func(by hall.Person, do func(r repair.Repair, hand repair.Hand, k intake.Known) ([]hall.Fact, error)) {
		t.Helper()
		err := h.Intake.Decide(t.Context(), intake.Keys{Visits: []hall.ID{visit}}, func(k intake.Known) ([]hall.Fact, error) {
			r, _ := k.Repair(visit.String())
			return do(r, repair.Hand{By: by, Seen: r.Version, Now: k.Now()}, k)
		}, intake.Box{Ref: text.Ref, Salt: []byte{1}, Sealed: []byte{2}})
		if err != nil {
			t.Fatal(err)
		}
	}
	act(centre, func(r repair.Repair, hand repair.Hand, k intake.Known) ([]hall.Fact, error) {
		return r.Assign("police", "", hall.Sealed{}, hand, k.Law())
	})
	act(handler, func(r repair.Repair, hand repair.Hand, _ intake.Known) ([]hall.Fact, error) { return r.Sign(hand) })
	act(handler, func(r repair.Repair, hand repair.Hand, k intake.Known) ([]hall.Fact, error) {
		return r.Extend(r.Round.Deadline.Day+7, text, hand, k.Law())
	})
	h.wantQueued("a new date", "repair-extended waiting")
	act(handler, func(r repair.Repair, hand repair.Hand, k intake.Known) ([]hall.Fact, error) {
		return r.Answer(hall.ResultUnfounded, hall.Sealed{}, text, hand, k.Law())
	})
	h.wantQueued("an answer", "repair-answered waiting", "repair-extended dropped", "second-rating-asked waiting")
	h.asks(notify.ID(hall.MessageRepairAnswered, visit.String(), 1))
	act(hall.Citizen(), func(r repair.Repair, hand repair.Hand, k intake.Known) ([]hall.Fact, error) {
		return r.Rate(repair.Verdict{Level: hall.Good, Channel: hall.ChannelQR}, hand, k.Law())
	})
	h.wantQueued("he rated it", "repair-answered sent", "repair-extended dropped", "second-rating-asked dropped")
	h.check()
}

// domain §3.2: a reply belongs to the last reminder sent to its number.
func TestTheLastReminderOfANumber(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	h.publish("2026")
	a.started(nil, hall.EpochFirst)
	var ids []string
	for n := range 3 {
		ticket, visit := a.visit("1")
		h.leave(ticket, fmt.Sprint("box-", n), "mark-1")
		ids = append(ids, notify.ID(hall.MessageRateReminder, visit.String(), 1))
	}
	h.sendAll(a, a.epoch)
	if due, err := h.Store.Due(t.Context(), h.now.Add(-time.Hour), 10); err != nil || len(due) != 0 {
		t.Errorf("due before they may be sent: %v, %v", due, err)
	}
	if due, err := h.Store.Due(t.Context(), h.now.Add(time.Hour), 2); err != nil || len(due) != 2 || due[0].Due.After(due[1].Due) {
		t.Errorf("due: %v, %v", due, err)
	}
	h.asks(ids[0])
	h.now = h.now.Add(time.Minute)
	h.asks(ids[1])
	for _, c := range []struct {
		marks []string
		want  string
	}{{[]string{"mark-1"}, ids[1]}, {[]string{"mark-0", "mark-1"}, ids[1]}, {[]string{"mark-2"}, ""}, {[]string{""}, ""}, {nil, ""}} {
		m, ok, err := h.Store.LastAsked(t.Context(), c.marks)
		if err != nil || ok != (c.want != "") || m.ID != c.want {
			t.Errorf("%q: %s, %v; want %s", c.marks, m.ID, err, c.want)
		}
	}
	if m, ok, err := h.Store.Linked(t.Context(), "link-of-"+ids[0]); err != nil || !ok || m.ID != ids[0] {
		t.Errorf("linked: %s, %v", m.ID, err)
	}
	for _, sha := range []string{"", "link-of-nothing"} {
		if m, ok, err := h.Store.Linked(t.Context(), sha); ok || err != nil {
			t.Errorf("%q is linked to %s, %v", sha, m.ID, err)
		}
	}
	if left, err := h.Store.LeftWith(t.Context(), []string{"mark-1"}); err != nil || len(left) != 3 {
		t.Errorf("left with %d tickets, %v", len(left), err)
	}
	h.check()
}

// No entry of intake takes a rating that does not show how its citizen came (promise 3; codes.md "How ratings are faked").
func TestNoEntryTakesARatingWithoutItsProof(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	h.publish("2026")
	a.started(nil, hall.EpochFirst)
	ticket, visit := a.visit("1")
	other, _ := a.visit("2")
	h.leave(ticket, "box-1", "mark-1")
	h.sendAll(a, a.epoch)
	reminder := notify.ID(hall.MessageRateReminder, visit.String(), 1)
	p := a.pressed(hall.VeryGood)
	call := &hall.HotlineCall{Operator: "op-1", ID: "call-1"}
	good := hall.RatingGiven{Ticket: ticket, Visit: visit, Level: hall.VeryGood, Answer: "f"}
	for name, f := range map[string]hall.RatingGiven{
		"no channel":                              {},
		"no ticket":                               {Ticket: hall.ID{}, Channel: hall.ChannelQR},
		"a press":                                 {Channel: hall.ChannelPad, Press: &p},
		"a pad without a press":                   {Channel: hall.ChannelPad},
		"a tablet without a press":                {Channel: hall.ChannelTablet},
		"a kiosk, which its agent would tell":     {Channel: hall.ChannelKiosk},
		"the hotline without a call":              {Channel: hall.ChannelHotline},
		"the hotline without an operator":         {Channel: hall.ChannelHotline, Call: &hall.HotlineCall{ID: "call-1"}},
		"the hotline without an id":               {Channel: hall.ChannelHotline, Call: &hall.HotlineCall{Operator: "op-1"}},
		"the web with a call":                     {Channel: hall.ChannelWeb, Call: call},
		"an SMS that answers nothing":             {Channel: hall.ChannelSMS},
		"an SMS that answers a message of nobody": {Channel: hall.ChannelSMS, Reply: "rate-reminder:1-0000-1:1"},
		"an SMS to a reminder that was not sent":  {Channel: hall.ChannelSMS, Reply: reminder},
		"a code with a reply":                     {Channel: hall.ChannelWeb, Reply: reminder},
	} {
		f.Visit, f.Level, f.Answer = good.Visit, good.Level, good.Answer
		if name != "no ticket" {
			f.Ticket = ticket
		}
		if f.Press != nil {
			f.Answer = ""
		}
		if err := h.Intake.Record(t.Context(), []hall.Fact{f}); !errors.Is(err, intake.ErrRecord) {
			t.Errorf("%s: recorded, %v", name, err)
		}
	}
	h.asks(reminder)
	foreign := hall.RatingGiven{Ticket: other, Level: hall.VeryGood, Answer: "f", Channel: hall.ChannelSMS, Reply: reminder}
	if err := h.Intake.Record(t.Context(), []hall.Fact{foreign}); !errors.Is(err, intake.ErrRecord) {
		t.Errorf("a reply to the reminder of another ticket: %v", err)
	}
	// What people decide is never an answer, whatever it shows.
	good.Channel = hall.ChannelQR
	for _, f := range []hall.Fact{good, hall.RatingDrafted{Ticket: ticket, Visit: visit, Level: hall.VeryGood, Answer: "f"}} {
		if err := h.Intake.Decide(t.Context(), intake.Keys{}, func(intake.Known) ([]hall.Fact, error) { return []hall.Fact{f}, nil }); !errors.Is(err, intake.ErrRecord) {
			t.Errorf("decided as %s: %v", f.Type(), err)
		}
	}
	// What an agent tells of what only the hub can know is kept and changes nothing.
	for _, f := range []hall.Fact{good, hall.RatingGiven{Ticket: ticket, Visit: visit, Level: hall.VeryGood, Answer: "f", Channel: hall.ChannelHotline, Call: call},
		hall.RatingDefaulted{Act: hall.Act{About: visit.String()}, Visit: visit, Level: hall.VeryGood},
		hall.RatingReasoned{Act: hall.Act{About: visit.String()}, Ticket: ticket, Visit: visit},
		hall.RepairSecondRated{Act: hall.Act{About: visit.String()}, Level: hall.VeryGood, Channel: hall.ChannelQR},
		hall.ContactGiven{Act: hall.Act{About: ticket.String()}, Ticket: ticket, Phone: hall.Sealed{Ref: "x", SHA: "y"}},
		hall.PolicyAdopted{Pack: hall.DefaultPolicy()}} {
		a.tell(f)
		last := uint64(len(a.events[a.epoch]))
		r := h.send(a, a.batch(a.epoch, last, 1))
		if len(r.Verdicts) != 1 || r.Verdicts[0].Why != "foreign" {
			t.Errorf("an agent tells %s: %+v", f.Type(), r.Verdicts)
		}
	}
	for _, v := range h.story(ticket).Visits {
		if v.Level != 0 || v.Default != 0 {
			t.Errorf("visit %+v", v)
		}
	}
	h.check()
}

func TestCitizensAreFoundByIndex(t *testing.T) {
	s := openStore(t)
	for _, query := range store.CitizenQueries() {
		for _, line := range s.Plan(t, query) {
			if strings.HasPrefix(line, "SCAN") {
				t.Errorf("%s\n%s", query, line)
			}
		}
	}
}

// design §4: 5 wrong tries lock a ticket; what is counted outlives a restart.
func TestTriesOfACodeAreKept(t *testing.T) {
	dir := dataDir(t)
	h := newHub(t, dir)
	day, now := hall.DayOf(morning), morning
	try := func() (n int) {
		t.Helper()
		err := h.Store.ChangeTries(t.Context(), "city", "A001", day, now.Add(-time.Hour), func(failed int, since time.Time) (int, time.Time, error) {
			if failed == 0 {
				since = now
			}
			n = failed + 1
			return n, since, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for n := range 3 {
		if got := try(); got != n+1 {
			t.Errorf("try %d is the %dth", n+1, got)
		}
	}
	h.close()
	h = newHub(t, dir)
	defer h.close()
	if got := try(); got != 4 {
		t.Errorf("after a restart it is the %dth", got)
	}
	refused := errors.New("locked")
	if err := h.Store.ChangeTries(t.Context(), "city", "A001", day, now, func(int, time.Time) (int, time.Time, error) { return 0, now, refused }); err != refused {
		t.Errorf("refused: %v", err)
	}
	if got := try(); got != 5 {
		t.Errorf("after a change that was refused it is the %dth", got)
	}
	now = now.Add(2 * time.Hour)
	if err := h.Store.ChangeTries(t.Context(), "city", "A002", day, now.Add(-time.Hour), func(int, time.Time) (int, time.Time, error) { return 1, now, nil }); err != nil {
		t.Fatal(err)
	}
	if rows := h.Store.Rows(t, `SELECT number, failed FROM code_tries`); !slices.Equal(rows, []string{"number=A002 failed=1"}) {
		t.Errorf("kept: %q", rows)
	}
	h.check()
}

func TestTicketsByNumberAndDay(t *testing.T) {
	a, b := newAgent(1, "hall-a"), newAgent(2, "hall-b")
	h := newHub(t, dataDir(t), a, b)
	defer h.close()
	for _, x := range []*agent{a, b} {
		x.started(nil, hall.EpochFirst)
		x.visit("1")
		h.sendAll(x, x.epoch)
	}
	day := hall.DayOf(morning)
	for _, c := range []struct {
		number string
		day    hall.Day
		want   int
	}{{"A001", day, 2}, {"A001", day - 1, 0}, {"A002", day, 0}, {"", day, 0}} {
		if got, err := h.Store.Numbered(t.Context(), c.number, c.day); err != nil || len(got) != c.want {
			t.Errorf("%q on %s: %d tickets, %v; want %d", c.number, c.day, len(got), err, c.want)
		}
	}
}
