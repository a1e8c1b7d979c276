package intake

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

var nine = time.Date(2026, 11, 23, 9, 0, 0, 0, hall.Beijing())

func encoded(t testing.TB, seq uint64, f hall.Fact) []byte {
	t.Helper()
	e, err := uplink.NewEvent(hall.Moment{At: nine, Clock: hall.Clock{State: hall.ClockSynced}, Start: 1}, f)
	if err != nil {
		t.Fatal(err)
	}
	e.Seq = seq
	b, err := e.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func raw(seq int, typ, body string) []byte {
	return fmt.Appendf(nil, `{"seq":%d,"at":"2026-11-23T09:00:00+08:00","clock":{"state":"synced"},"start":1,"up":5,"type":%q,"body":%s}`, seq, typ, body)
}

// The verdict on an event of agent 3 at seq 7: a closed list (design §3).
func TestJudge(t *testing.T) {
	own, other := hall.ID{Agent: 3, Tag: 1, Serial: 9}, hall.ID{Agent: 4, Tag: 1, Serial: 9}
	press := &hall.Press{UID: 5, Boot: 1, Seq: 1, Level: hall.Good}
	given := func(change func(*hall.RatingGiven)) hall.RatingGiven {
		f := hall.RatingGiven{Ticket: own, Visit: own, Level: hall.Good, Channel: hall.ChannelPad, Press: press}
		change(&f)
		return f
	}
	fact := func(f hall.Fact) []byte { return encoded(t, 7, f) }
	for _, c := range []struct {
		says  string
		bytes []byte
		why   uplink.Why
	}{
		{"a ticket of its own", fact(hall.TicketCalled{Ticket: own, Window: "1"}), ""},
		{"nothing that is JSON", []byte("gurble"), uplink.WhyMalformed},
		{"JSON that is no event", []byte(`{"seq":7}`), uplink.WhyMalformed},
		{"another seq than its place", encoded(t, 8, hall.TicketCalled{Ticket: own}), uplink.WhySeq},
		{"a type of a newer agent", raw(7, "ticket.teleported", `{}`), uplink.WhyType},
		{"a body that is not its type", raw(7, "ticket.called", `{"ticket":17}`), uplink.WhyMalformed},
		{"a level that is none", raw(7, "rating.given", `{"level":9}`), uplink.WhyMalformed},
		{"a ticket of another agent", fact(hall.TicketCalled{Ticket: other}), uplink.WhyForeign},
		{"a visit of another agent", fact(hall.VisitServed{Visit: other}), uplink.WhyForeign},
		{"help at a visit of another agent", fact(hall.RatingAssisted{Visit: other, Window: "1", By: "01"}), uplink.WhyForeign},
		{"help by nobody", fact(hall.RatingAssisted{Visit: own, Window: "1"}), uplink.WhyMalformed},
		{"its visit for a ticket of another agent", fact(hall.VisitOpened{Visit: own, Ticket: other}), uplink.WhyForeign},
		{"a paper printed again of another agent's ticket", fact(hall.PaperReprinted{Ticket: other, Device: "tickets"}), uplink.WhyForeign},
		{"no ticket at all", fact(hall.TicketCalled{Window: "1"}), uplink.WhyMissing},
		{"no visit at all", fact(hall.VisitServed{}), uplink.WhyMissing},
		{"an end that a visit cannot have", fact(hall.VisitFinished{Visit: own, Outcome: "vanished"}), uplink.WhyMalformed},
		{"a bound press", fact(given(func(*hall.RatingGiven) {})), ""},
		{"a bound press without its visit", fact(given(func(f *hall.RatingGiven) { f.Visit = hall.ID{} })), uplink.WhyMissing},
		{"a press of another level than the rating", fact(given(func(f *hall.RatingGiven) { f.Level = hall.Bad })), uplink.WhyMalformed},
		{"a press that came by phone", fact(given(func(f *hall.RatingGiven) { f.Channel = hall.ChannelQR })), uplink.WhyMalformed},
		{"a rating without a level", raw(7, "rating.given", `{"ticket":"3-0001-9","visit":"3-0001-9","channel":"pad","press":{"uid":"0000000000000005","boot":1,"seq":1,"age_ms":1}}`), uplink.WhyMalformed},
		{"a kiosk's form", fact(hall.RatingGiven{Ticket: own, Level: hall.Good, Channel: hall.ChannelKiosk, Answer: "f"}), ""},
		{"a kiosk's form for a visit of another agent", fact(hall.RatingGiven{Ticket: own, Visit: other, Level: hall.Good, Channel: hall.ChannelKiosk, Answer: "f"}), uplink.WhyForeign},
		{"a phone's form: that is the hub's to say", fact(hall.RatingGiven{Ticket: own, Level: hall.Good, Channel: hall.ChannelQR, Answer: "f"}), uplink.WhyForeign},
		{"a finding: that is the hub's to say", fact(hall.FindingOpened{Rule: hall.FindingPressHole}), uplink.WhyForeign},
		{"a restore: that is the hub's to say", fact(hall.HubRestored{}), uplink.WhyForeign},
		{"a draft: that is the hub's to say", fact(hall.RatingDrafted{Ticket: own, Answer: "f", Level: 3}), uplink.WhyForeign},
		{"a repeat without a level", raw(7, "rating.repeat", `{"visit":"3-0001-9","press":{"uid":"0000000000000005","boot":1,"seq":1,"age_ms":1}}`), uplink.WhyMalformed},
		{"an unbound press without a reason", fact(hall.RatingUnbound{Window: "1", Press: *press}), uplink.WhyMalformed},
		{"an adoption that runs backwards", fact(hall.DeviceAdopted{Device: "pad", From: 9, To: 8}), uplink.WhyMalformed},
		{"an epoch before it that has no name", fact(hall.AgentStarted{Before: &hall.EpochEnd{Epoch: "nonsense"}}), uplink.WhyMalformed},
		{"a gap in an epoch that has no name", fact(hall.AgentGap{Epoch: "x"}), uplink.WhyMalformed},
		{"a fork of an epoch that has no name", fact(hall.AgentForked{Epoch: "x"}), uplink.WhyMalformed},
		{"an earlier place that is none", fmt.Appendf(nil, `{"seq":7,"type":"window.closed","body":{},"was":{"epoch":"x","seq":1}}`), uplink.WhyMalformed},
		{"what changes nothing", fact(hall.CommandRefused{Command: "c", Why: "unknown"}), ""},
	} {
		if _, _, why := judge(3, 7, c.bytes); why != c.why {
			t.Errorf("%s: verdict %q, want %q", c.says, why, c.why)
		}
	}
}

func TestRecordable(t *testing.T) {
	ticket := hall.ID{Agent: 3, Serial: 1}
	phone := hall.RatingGiven{Ticket: ticket, Level: hall.Bad, Channel: hall.ChannelQR, Answer: "f"}
	for _, f := range []hall.Fact{phone, hall.RatingDrafted{Ticket: ticket, Answer: "f", Level: 5}, hall.FindingOpened{Rule: hall.FindingTwoInstances}} {
		if err := recordable(f); err != nil {
			t.Errorf("%+v: %v", f, err)
		}
	}
	noTicket, noLevel, pad := phone, phone, phone
	noTicket.Ticket, noLevel.Level, pad.Channel = hall.ID{}, 0, hall.ChannelPad
	press := phone
	press.Press, press.Channel, press.Answer, press.Visit = &hall.Press{Level: hall.Bad}, hall.ChannelPad, "", ticket
	for _, f := range []hall.Fact{noTicket, noLevel, pad, press, hall.RatingDrafted{}, hall.FindingOpened{}, hall.TicketWithdrawn{Ticket: ticket}, hall.HubRestored{}} {
		if err := recordable(f); err == nil {
			t.Errorf("%+v can be recorded: nobody may make a rating for a citizen", f)
		}
	}
}

// A payload of any bytes is a batch or an error, never a panic; no event of it blocks another.
func FuzzReadBatch(f *testing.F) {
	b := uplink.Batch{Header: uplink.Header{Instance: strings.Repeat("a", 16), Epoch: strings.Repeat("b", 16), First: 1},
		Events: [][]byte{encoded(f, 1, hall.AgentStarted{Hall: "h"}), []byte("gurble"), raw(3, "ticket.teleported", `{}`)}}
	payload, err := b.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(payload)
	f.Add([]byte("{}\n"))
	f.Fuzz(func(t *testing.T, payload []byte) {
		b, err := readBatch(Agent{Number: 3, Name: "hall-a"}, payload, nine, nil)
		if err != nil {
			return
		}
		timing{sent: b.head.Sent, arrived: nine}.derive(b.events, time.Time{})
		v := newView()
		for n := range b.events {
			e := &b.events[n]
			if e.Why == "" && e.fact == nil {
				t.Fatalf("event %d was read and says nothing", e.Seq)
			}
			if e.When.Year() < 1970 || e.When.Year() > 9999 || e.Uncertainty < 0 {
				t.Fatalf("event %d happened at %v ± %v", e.Seq, e.When, e.Uncertainty)
			}
			e.Pos = int64(n + 1)
			at := v.advance(e)
			s, err := try(v, e, at)
			if err != nil {
				t.Fatalf("event %d (%s): %v", e.Seq, e.Bytes, err)
			}
			v.merge(s)
		}
		v.rows()
	})
}

// FuzzFact hands any body to every type of fact.
func FuzzFact(f *testing.F) {
	for _, typ := range []hall.Type{hall.TypeRatingGiven, hall.TypeVisitOpened, hall.TypeDeviceAdopted, hall.TypeAgentStarted, hall.TypeClockStepped} {
		f.Add(string(typ), `{"ticket":"3-0001-9","visit":"3-0001-9","level":4,"uid":"0000000000000005","boot":1,"from":1,"to":9}`)
	}
	f.Fuzz(func(t *testing.T, typ, body string) {
		if !json.Valid([]byte(body)) {
			return
		}
		for _, agent := range []uint32{0, 3} {
			e := &event{Stored: Stored{Pos: 1, Agent: agent, Epoch: strings.Repeat("b", 16), Seq: 1, When: nine, Bytes: raw(1, typ, body)}}
			e.env, e.fact, e.Why = judge(agent, 1, e.Bytes)
			v := newView()
			s, err := try(v, e, v.advance(e))
			if err != nil {
				t.Fatal(err)
			}
			v.merge(s)
			var k Keys
			k.event(e)
		}
	})
}

func TestTakeAnswersGarbageWithAnError(t *testing.T) {
	in := New(Options{Patience: time.Millisecond})
	rng := rand.New(rand.NewPCG(7, 7))
	for range 10_000 {
		junk := make([]byte, rng.IntN(300))
		for n := range junk {
			junk[n] = byte(rng.Uint32())
		}
		if rng.IntN(2) == 0 {
			junk = append([]byte(`{"v":1,"instance":"aaaaaaaaaaaaaaaa","epoch":"bbbbbbbbbbbbbbbb","first":1,"count":`+fmt.Sprint(rng.IntN(4))+"}\n"), junk...)
		}
		err := in.Take(Agent{Number: 3, Name: "hall-a"}, junk, nine, func(uplink.Receipt) { t.Error("garbage got a receipt") })
		if err == nil {
			<-in.queue // by chance it was a batch
		}
	}
}

func TestInstancesAreReportedOnce(t *testing.T) {
	i := instances{}
	var reported []int
	for n, instance := range []string{"a", "a", "b", "b", "a", "b", "a", "c", "b", "c"} {
		if i.sees(3, instance) {
			reported = append(reported, n)
		}
		i.saw(3, instance)
	}
	if fmt.Sprint(reported) != "[4 9]" {
		t.Errorf("reported at %v, want at the return of a, and at the return of c", reported)
	}
}
