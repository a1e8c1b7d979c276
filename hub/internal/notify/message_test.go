package notify

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallpulse/firmware-protocol/hall"
)

// failer is a test, or a run of rapid's.
type failer interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

// at reads a time of the test's day, in Beijing; "24 10:00" is of another day.
func at(t failer, clock string) time.Time {
	t.Helper()
	day, hour, other := strings.Cut(clock, " ")
	if !other {
		day, hour = "23", clock
	}
	if len(hour) == len("15:04") {
		hour += ":00"
	}
	when, err := time.ParseInLocation(time.DateTime, "2026-11-"+day+" "+hour, hall.Beijing())
	if err != nil {
		t.Fatal(err)
	}
	return when
}

// night is the law of the sample configuration.
func night(idempotent bool) Law { return Law{Quiet{21 * time.Hour, 8 * time.Hour}, idempotent} }

func order(t failer) Order {
	return Order{Kind: hall.MessageRateReminder, Of: "3-9f2c-19", N: 1, To: hall.Sealed{Ref: "a1b2", SHA: "c3d4"}, Lang: "zh",
		Params: hall.MessageParams{Hall: "qinglan", Window: "12", Day: hall.DayOf(at(t, "10:00"))}, Expires: at(t, "30 10:00")}
}

// tell applies facts at a time.
func (m Message) tell(now time.Time, facts ...hall.Fact) Message {
	for n, f := range facts {
		m = m.Apply(f, now, int64(n))
	}
	return m
}

// must is the facts of an act that is not refused.
func must(t failer) func([]hall.Fact, error) []hall.Fact {
	return func(facts []hall.Fact, err error) []hall.Fact {
		t.Helper()
		if err != nil || len(facts) == 0 {
			t.Fatalf("%v, %v", facts, err)
		}
		return facts
	}
}

// stand brings a message to a state.
func stand(t failer, s State) Message {
	t.Helper()
	m := Message{}.tell(at(t, "10:00"), Queue(Message{}, order(t), hall.Person{}, at(t, "10:00"))...)
	if s == Waiting {
		return m
	}
	if s == Dropped {
		return m.tell(at(t, "10:00"), m.Drop(hall.DroppedNeedless)...)
	}
	m = m.tell(at(t, "10:00"), must(t)(m.Begin(at(t, "10:00"), night(false), "00ff"))...)
	switch s {
	case Sent:
		m = m.tell(at(t, "10:01"), m.Took(1, "g-1")...)
	case Delivered:
		m = m.tell(at(t, "10:01"), m.Reported(true, at(t, "10:01"))...)
	case Doubtful:
		m = m.tell(at(t, "10:01"), m.Missed(1, hall.MessageUnclear, at(t, "10:01"), night(false))...)
	case Failed:
		m = m.tell(at(t, "10:01"), m.Missed(1, hall.MessageRefused, at(t, "10:01"), night(false))...)
	}
	if m.State != s {
		t.Fatalf("stands at %s, want %s", m.State, s)
	}
	return m
}

// The drawing in the package comment is the machine.
func TestTheDrawingIsTheMachine(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "message.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var drawn, are []string
	for line := range strings.Lines(file.Doc.Text()) {
		if strings.Contains(line, "-->") && strings.HasPrefix(line, "\t") {
			drawn = append(drawn, strings.Join(strings.Fields(line), " "))
		}
	}
	for _, m := range moves() {
		from, again := string(m.from), ""
		if from == "" {
			from = "start"
		}
		if m.again {
			again = ", again"
		}
		are = append(are, fmt.Sprintf("%s --%s%s--> %s", from, m.deed, again, m.to))
	}
	slices.Sort(drawn)
	slices.Sort(are)
	if !slices.Equal(drawn, are) {
		t.Errorf("drawn\n%s\nis\n%s", strings.Join(drawn, "\n"), strings.Join(are, "\n"))
	}
}

// Each act in each state: what follows, or why it is refused.
func TestWhatFollowsInEachState(t *testing.T) {
	who := hall.Person{Account: "centre-1", Role: "centre"}
	now := at(t, "10:30")
	for act, c := range map[string]struct {
		do   func(Message) ([]hall.Fact, error)
		want map[State]State // what is not named stays: nothing follows, or it is refused
	}{
		"begin": {func(m Message) ([]hall.Fact, error) { return m.Begin(now, night(true), "00ff") }, map[State]State{Waiting: Trying}},
		"taken": {func(m Message) ([]hall.Fact, error) { return m.Took(1, ""), nil },
			map[State]State{Waiting: Sent, Trying: Sent, Doubtful: Sent, Failed: Sent, Dropped: Sent}},
		"busy": {func(m Message) ([]hall.Fact, error) { return m.Missed(1, hall.MessageBusy, now, night(false)), nil },
			map[State]State{Trying: Waiting}},
		"refused": {func(m Message) ([]hall.Fact, error) { return m.Missed(1, hall.MessageRefused, now, night(false)), nil },
			map[State]State{Trying: Failed}},
		"unclear, of a provider that could send it twice": {func(m Message) ([]hall.Fact, error) { return m.Missed(1, hall.MessageUnclear, now, night(false)), nil },
			map[State]State{Trying: Doubtful}},
		"unclear, of one that takes an id once": {func(m Message) ([]hall.Fact, error) { return m.Missed(1, hall.MessageUnclear, now, night(true)), nil },
			map[State]State{Trying: Waiting}},
		"delivered": {func(m Message) ([]hall.Fact, error) { return m.Reported(true, now), nil },
			map[State]State{Trying: Delivered, Sent: Delivered, Doubtful: Delivered, Failed: Delivered}},
		"never arrives": {func(m Message) ([]hall.Fact, error) { return m.Reported(false, now), nil },
			map[State]State{Trying: Failed, Sent: Failed, Doubtful: Failed}},
		"not needed":        {func(m Message) ([]hall.Fact, error) { return m.Drop(hall.DroppedNeedless), nil }, map[State]State{Waiting: Dropped}},
		"withdrawn":         {func(m Message) ([]hall.Fact, error) { return m.Withdraw(m.Version, who) }, map[State]State{Waiting: Dropped, Doubtful: Dropped}},
		"said to be sent":   {func(m Message) ([]hall.Fact, error) { return m.Confirm(m.Version, who) }, map[State]State{Doubtful: Sent}},
		"once more":         {func(m Message) ([]hall.Fact, error) { return m.Again(m.Version, who, now, night(true)) }, map[State]State{Doubtful: Waiting, Failed: Waiting}},
		"seen too long ago": {func(m Message) ([]hall.Fact, error) { return m.Withdraw(m.Version-1, who) }, nil},
		"expired":           {func(m Message) ([]hall.Fact, error) { return m.Tick(m.Expires), nil }, map[State]State{Waiting: Dropped}},
		"not yet expired":   {func(m Message) ([]hall.Fact, error) { return m.Tick(m.Expires.Add(-1)), nil }, nil},
	} {
		for _, s := range States() {
			m := stand(t, s)
			facts, err := c.do(m)
			want, moves := c.want[s]
			if !moves {
				want = s
			}
			got := m.tell(now, facts...)
			if got.State != want || moves != (len(facts) == 1) || got.Version != m.Version+len(facts) {
				t.Errorf("%s of one that is %s: %s (%v, %v), want %s", act, s, got.State, facts, err, want)
			}
			if moves && (got.Last.Type != facts[0].Type() || !got.Last.At.Equal(now)) {
				t.Errorf("%s of one that is %s: last is %+v", act, s, got.Last)
			}
		}
	}
}

func TestAMessageIsQueuedOnce(t *testing.T) {
	now, o := at(t, "10:00"), order(t)
	facts := Queue(Message{}, o, hall.Person{}, now)
	m := Message{}.tell(now, facts...)
	if m.ID != "rate-reminder:3-9f2c-19:1" || m.ID != o.ID() || m.State != Waiting || !m.DueAt().Equal(now) || m.Version != 1 {
		t.Errorf("queued as %+v", m)
	}
	if again := Queue(m, o, hall.Person{}, now); again != nil {
		t.Errorf("a second time: %v", again)
	}
	if same := m.tell(now, facts...); !reflect.DeepEqual(same, m) {
		t.Errorf("the same deed again makes %+v", same)
	}
	o.Expires = now
	if late := Queue(Message{}, o, hall.Person{}, now); late != nil {
		t.Errorf("when it is of no use any more: %v", late)
	}
	o = order(t)
	o.To = hall.Sealed{}
	if nobody := Queue(Message{}, o, hall.Person{}, now); nobody != nil {
		t.Errorf("to nobody: %v", nobody)
	}
	o = order(t)
	o.After = at(t, "25 08:00")
	if m := (Message{}).tell(now, Queue(Message{}, o, hall.Person{}, now)...); !m.DueAt().Equal(o.After) {
		t.Errorf("one for later is due at %v", m.DueAt())
	}
}

// own: 1 m, 5 m, 30 m, 2 h, then given up.
func TestAttemptsAndTheirDistances(t *testing.T) {
	m, now := stand(t, Waiting), at(t, "10:00")
	for n, wait := range []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour} {
		m = m.tell(now, must(t)(m.Begin(now, night(false), ""))...)
		m = m.tell(now, m.Missed(n+1, hall.MessageUnreachable, now, night(false))...)
		if m.State != Waiting || !m.DueAt().Equal(now.Add(wait)) || m.Why != hall.MessageUnreachable || m.Try != n+1 {
			t.Fatalf("after attempt %d: %s, due %v", n+1, m.State, m.DueAt())
		}
		if _, err := m.Begin(now.Add(wait-1), night(false), ""); err != (Refusal{NotDue}) {
			t.Errorf("before that: %v", err)
		}
		now = now.Add(wait)
	}
	m = m.tell(now, must(t)(m.Begin(now, night(false), ""))...)
	m = m.tell(now, m.Missed(5, hall.MessageUnreachable, now, night(false))...)
	if m.State != Failed || !m.DueAt().IsZero() {
		t.Errorf("after the fifth: %s, due %v", m.State, m.DueAt())
	}
	for _, n := range []int{0, -1, 5, 1 << 30} {
		if wait, ok := Backoff(n); ok {
			t.Errorf("after attempt %d: %v", n, wait)
		}
	}
	who := hall.Person{Account: "centre-1", Role: "centre"}
	m = m.tell(now, must(t)(m.Again(m.Version, who, now, night(false)))...)
	m = m.tell(now, must(t)(m.Begin(now, night(false), ""))...)
	m = m.tell(now, m.Missed(6, hall.MessageUnreachable, now, night(false))...)
	if m.State != Failed || m.Try != 6 {
		t.Errorf("a person's own attempt has no further ones: %s, %d", m.State, m.Try)
	}
}

func TestAnAttemptThatWouldComeTooLateIsNone(t *testing.T) {
	o := order(t)
	o.Expires = at(t, "10:04")
	m := Message{}.tell(at(t, "10:00"), Queue(Message{}, o, hall.Person{}, at(t, "10:00"))...)
	m = m.tell(at(t, "10:00"), must(t)(m.Begin(at(t, "10:00"), night(false), ""))...)
	m = m.tell(at(t, "10:00"), m.Missed(1, hall.MessageBusy, at(t, "10:00"), night(false))...)
	if m.State != Waiting || !m.DueAt().Equal(at(t, "10:01")) || !m.Wakes().Equal(o.Expires) {
		t.Fatalf("%s, due %v, wakes %v", m.State, m.DueAt(), m.Wakes())
	}
	m = m.tell(at(t, "10:01"), must(t)(m.Begin(at(t, "10:01"), night(false), ""))...)
	if m = m.tell(at(t, "10:01"), m.Missed(2, hall.MessageBusy, at(t, "10:01"), night(false))...); m.State != Failed {
		t.Errorf("the next one would be at 10:06, and it is %s", m.State)
	}
	m = stand(t, Waiting)
	if _, err := m.Begin(m.Expires.Add(2*time.Hour), night(false), ""); err != (Refusal{TooLate}) {
		t.Errorf("begun when it has expired: %v", err)
	}
	m = m.tell(m.Expires, m.Tick(m.Expires)...)
	if m.Dropped != hall.DroppedExpired || !m.Wakes().IsZero() || m.Tick(m.Expires) != nil {
		t.Errorf("when it has expired it is %+v", m)
	}
	_, err := stand(t, Failed).Again(3, hall.Person{Account: "c"}, m.Expires, night(false))
	if err != (Refusal{TooLate}) {
		t.Errorf("a person's further attempt: %v", err)
	}
}

// own: from 21:00 to 08:00 in Beijing no phone rings.
func TestQuietHours(t *testing.T) {
	q := night(false).Quiet
	for clock, want := range map[string]string{
		"20:59:59": "23 20:59:59", "21:00": "24 08:00", "23:59:59": "24 08:00", "24 00:00": "24 08:00", "24 07:59:59": "24 08:00", "24 08:00": "24 08:00", "12:00": "23 12:00",
	} {
		if got := q.Next(at(t, clock)); !got.Equal(at(t, want)) || q.At(at(t, clock)) == got.Equal(at(t, clock)) {
			t.Errorf("%s waits until %v, want %s", clock, got, want)
		}
	}
	noon := Quiet{12 * time.Hour, 14 * time.Hour}
	if !noon.At(at(t, "12:00")) || noon.At(at(t, "14:00")) || !noon.Next(at(t, "13:00")).Equal(at(t, "14:00")) {
		t.Error("hours within one day")
	}
	if (Quiet{}).At(at(t, "00:00")) || (Quiet{8 * time.Hour, 8 * time.Hour}).At(at(t, "08:00")) {
		t.Error("no hours are none")
	}
	utc := at(t, "21:30").UTC()
	if !q.At(utc) {
		t.Error("the hours are those of Beijing")
	}

	m := stand(t, Waiting)
	if _, err := m.Begin(at(t, "22:00"), night(false), ""); err != (Refusal{NotDue}) {
		t.Errorf("begun at night: %v", err)
	}
	m = m.tell(at(t, "20:59"), must(t)(m.Begin(at(t, "20:59"), night(false), ""))...)
	m = m.tell(at(t, "20:59"), m.Missed(1, hall.MessageBusy, at(t, "20:59"), night(false))...)
	if !m.DueAt().Equal(at(t, "24 08:00")) {
		t.Errorf("tried again at %v", m.DueAt())
	}
	f := stand(t, Failed)
	f = f.tell(at(t, "22:00"), must(t)(f.Again(f.Version, hall.Person{Account: "c"}, at(t, "22:00"), night(false)))...)
	if !f.DueAt().Equal(at(t, "24 08:00")) {
		t.Errorf("a person's wish at night is done at %v", f.DueAt())
	}
}

// The attempt is in the store before the provider is asked; who asked and was killed leaves it behind.
func TestAnAttemptWithoutAnAnswer(t *testing.T) {
	m := stand(t, Trying)
	began := at(t, "10:00")
	if m.Orphaned(began.Add(Patience-1)) || !m.Orphaned(began.Add(Patience)) || !m.DueAt().Equal(began.Add(Patience)) {
		t.Errorf("nobody's at %v", m.DueAt())
	}
	doubt := m.tell(began.Add(Patience), m.Missed(1, hall.MessageUnclear, began.Add(Patience), night(false))...)
	if doubt.State != Doubtful || !doubt.NeedsPerson() || !doubt.DueAt().IsZero() || !doubt.Wakes().IsZero() {
		t.Errorf("it is %+v", doubt)
	}
	if late := doubt.tell(began.Add(time.Hour), doubt.Took(1, "g-9")...); late.State != Sent || late.Receipt != "g-9" {
		t.Errorf("a late yes makes it %s", late.State)
	}
	if gone := doubt.Missed(1, hall.MessageBusy, began.Add(time.Hour), night(false)); gone != nil {
		t.Errorf("a late no after that: %v", gone)
	}
}

// An idempotent provider that never answers clearly: at the end a person looks, for it may have been sent.
func TestUnclearToTheEndIsDoubtful(t *testing.T) {
	m, now := stand(t, Waiting), at(t, "10:00")
	for n := 1; n <= 5; n++ {
		m = m.tell(now, must(t)(m.Begin(now, night(true), ""))...)
		m = m.tell(now, m.Missed(n, hall.MessageUnclear, now, night(true))...)
		now = later(now, m.DueAt())
	}
	if m.State != Doubtful {
		t.Errorf("it is %s", m.State)
	}
}

func TestAReportOfWhatWasNeverTriedChangesNothing(t *testing.T) {
	m := stand(t, Waiting)
	if facts := append(m.Reported(true, at(t, "10:00")), m.Reported(false, at(t, "10:00"))...); facts != nil {
		t.Errorf("%v", facts)
	}
	undelivered := stand(t, Sent)
	undelivered = undelivered.tell(at(t, "10:02"), undelivered.Reported(false, at(t, "10:02"))...)
	if undelivered.Why != hall.MessageUndelivered || undelivered.Took(1, "") != nil {
		t.Errorf("a late yes hides that it never arrived: %+v", undelivered)
	}
}

func TestAnAnswerIsKeptOnce(t *testing.T) {
	m := stand(t, Sent)
	words := &hall.Sealed{Ref: "r", SHA: "s"}
	m = m.tell(at(t, "11:00"), m.Reply("mo-1", words)...)
	if m.State != Sent || !slices.Equal(m.Replies, []string{"mo-1"}) || m.Last.By != hall.Citizen() {
		t.Errorf("%+v", m)
	}
	if again := m.Reply("mo-1", words); again != nil {
		t.Errorf("told again: %v", again)
	}
	for n := range 50 {
		m = m.tell(at(t, "11:00"), m.Reply(fmt.Sprint("mo-", n), nil)...)
	}
	if len(m.Replies) != maxReplies {
		t.Errorf("%d are kept", len(m.Replies))
	}
	if facts := (Message{}).Reply("mo-1", nil); facts != nil {
		t.Errorf("to no message: %v", facts)
	}
}

func TestWhoIsSecondLearnsWhoWasFirst(t *testing.T) {
	m := stand(t, Doubtful)
	first := hall.Person{Account: "centre-1", Role: "centre"}
	after := m.tell(at(t, "11:00"), must(t)(m.Confirm(m.Version, first))...)
	for name, do := range map[string]func() ([]hall.Fact, error){
		"confirm": func() ([]hall.Fact, error) { return after.Confirm(m.Version, hall.Person{Account: "centre-2"}) },
		"again": func() ([]hall.Fact, error) {
			return after.Again(m.Version, hall.Person{Account: "centre-2"}, at(t, "11:01"), night(false))
		},
		"withdraw": func() ([]hall.Fact, error) { return after.Withdraw(m.Version, hall.Person{Account: "centre-2"}) },
	} {
		_, err := do()
		var was Conflict
		if !errors.As(err, &was) || was.By != first || was.Type != hall.TypeMessageSent || !was.At.Equal(at(t, "11:00")) || !strings.Contains(err.Error(), "centre-1 was first") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := (Message{}).Withdraw(0, first); err != (Refusal{NoSuch}) {
		t.Errorf("of no message: %v", err)
	}
	for _, c := range Codes() {
		if text := (Refusal{c}).Error(); text == string(c) || text == "" {
			t.Errorf("%s says nothing", c)
		}
	}
}

// Whatever happens in whatever order: no attempt begins beside another, none after a clear yes, and the JSON of a message
// is the message.
func TestNoRoadLeadsToASecondMessage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		law := night(rapid.Bool().Draw(t, "idempotent"))
		now := at(t, "10:00")
		m := Message{}.tell(now, Queue(Message{}, order(t), hall.Person{}, now)...)
		asked, yes := 0, false // how often the provider was asked under other than its own promise
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			before := m
			var facts []hall.Fact
			switch rapid.IntRange(0, 9).Draw(t, "step") {
			case 0, 1, 2:
				if facts, _ = m.Begin(now, law, ""); facts != nil {
					if yes {
						t.Fatalf("asked again after a yes: %+v", m)
					}
					asked++
				}
			case 3:
				if m.State == Trying && rapid.Bool().Draw(t, "takes") {
					facts, yes = m.Took(m.Try, ""), true
				}
			case 4:
				facts = m.Missed(m.Try, rapid.SampledFrom(hall.MessageWhys()).Draw(t, "why"), now, law)
			case 5:
				if m.Orphaned(now) {
					facts = m.Missed(m.Try, hall.MessageUnclear, now, law)
				}
			case 6:
				if yes {
					facts = m.Reported(true, now)
				}
			case 7:
				facts = m.Drop(hall.DroppedNeedless)
			case 8:
				facts = m.Tick(now)
			case 9:
				now = now.Add(time.Duration(rapid.IntRange(1, 300).Draw(t, "minutes")) * time.Minute)
			}
			if m.State == Doubtful && len(facts) > 0 && !yes {
				t.Fatalf("no person, and a doubtful message moves: %v", facts)
			}
			m = m.tell(now, facts...)
			if m.Version != before.Version+len(facts) {
				t.Fatalf("%v is out of turn at %s", facts, before.State)
			}
			data, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			var back Message
			if err := json.Unmarshal(data, &back); err != nil {
				t.Fatal(err)
			}
			if again, _ := json.Marshal(back); string(again) != string(data) {
				t.Fatalf("%s became %s", data, again)
			}
		}
		if asked > 5 {
			t.Fatalf("asked %d times", asked)
		}
	})
}
