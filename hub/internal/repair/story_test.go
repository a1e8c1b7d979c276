package repair

import (
	"encoding/json"
	"errors"
	"io/fs"
	"strconv"
	"testing"
	"time"

	"hallpulse/configs"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/rating"
)

// The people of the stories.
var (
	tang = hall.Person{Account: "tang", Role: RoleHandler, Unit: "police"}
	wen  = hall.Person{Account: "wen", Role: RoleHandler, Unit: "police"}
	fang = hall.Person{Account: "fang", Role: RoleCaller, Unit: "police"}
	zhou = hall.Person{Account: "zhou", Role: RoleStaff, Unit: "police"} // the clerk who served
	lei  = hall.Person{Account: "lei", Role: RoleHandler, Unit: "land"}
	mei  = hall.Person{Account: "mei", Role: RoleCaller, Unit: "land"}
	chen = hall.Person{Account: "chen", Role: RoleCentre}
	gao  = hall.Person{Account: "gao", Role: RoleCentre}
	bai  = hall.Person{Account: "bai", Role: RoleCentre, Unit: CentreUnit} // repairs what is the centre's own
	ding = hall.Person{Account: "ding", Role: RoleCentre, Unit: "police"}  // came from the police
	shen = hall.Person{Account: "shen", Role: RoleSupervisor}
	op7  = hall.Person{Account: "op-7", Role: RoleOperator}
	guan = hall.Person{Account: "guan", Role: RoleManager}
	aud  = hall.Person{Account: "aud", Role: RoleAuditor}
)

var (
	visit   = hall.ID{Agent: 3, Tag: 0x9f2c, Serial: 17}
	service = Service{Visit: visit, Ticket: hall.ID{Agent: 3, Tag: 0x9f2c, Serial: 12}, Hall: "qinglan", Place: []string{"江南省", "青澜市", "青澜市"},
		Window: "12", Item: "A01", ItemUnit: "police", Staff: "0317", ClerkUnit: "police", VisitUnit: "police"}
)

func text(name string) hall.Sealed { return hall.Sealed{Ref: name, SHA: "00ff"} }

// lawOf2026 is the shipped pack and the State Council's arrangement of 2026; of 2027 nothing is published.
func lawOf2026(t testing.TB) rating.Law {
	t.Helper()
	b, err := fs.ReadFile(configs.FS(), "calendar/2026.json")
	if err != nil {
		t.Fatal(err)
	}
	var year hall.CalendarYear
	if err := json.Unmarshal(b, &year); err != nil {
		t.Fatal(err)
	}
	return rating.Law{Calendar: hall.NewCalendar([]hall.CalendarYear{year}, nil)}
}

func adopted(l rating.Law, from string, change func(*hall.Policy)) rating.Law {
	pack := hall.DefaultPolicy()
	pack.ID = "changed"
	change(&pack)
	return l.Apply(hall.PolicyAdopted{From: day(from), Pack: pack}, 1)
}

func day(s string) hall.Day {
	d, err := hall.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

func moment(s string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04", s, hall.Beijing())
	if err != nil {
		panic(err)
	}
	return at
}

// told is what was applied to a repair: a deed, or what became of the rating.
type told struct {
	deed   hall.Fact
	at     time.Time
	pos    int64
	rating *Rating
}

// story is a repair, its law and its time.
type story struct {
	r      Repair
	now    time.Time
	law    rating.Law
	rating Rating
	of     Service
	log    []told
}

// step is something that happens in a story.
type step func(s *story) ([]hall.Fact, error)

// begin is Wednesday 4 November 2026, 14:20, when a citizen who gives his name and agrees to be called rates a service bad.
func begin(t testing.TB) *story {
	return &story{now: moment("2026-11-04 14:20"), law: lawOf2026(t), of: service,
		rating: Rating{Level: hall.Bad, Channel: hall.ChannelQR, Reasons: []string{"208", "210"}, Named: true, Callback: true, Ref: "box", When: moment("2026-11-04 14:20")}}
}

// tell applies deeds as the hub does, each read from what was written of it.
func (s *story) tell(facts []hall.Fact) error {
	for _, f := range facts {
		body, err := json.Marshal(f)
		if err != nil {
			return err
		}
		read, err := hall.DecodeFact(f.Type(), body)
		if err != nil {
			return err
		}
		n := told{deed: read, at: s.now, pos: int64(1107 + len(s.log))}
		s.log = append(s.log, n)
		s.r = s.r.Apply(n.deed, n.at, n.pos)
	}
	return nil
}

// follow lets the repair follow the rating.
func (s *story) follow() error {
	err := s.tell(s.r.Follow(s.of, s.rating, s.now, s.law))
	s.r.Rating = s.rating
	now := s.rating
	s.log = append(s.log, told{rating: &now})
	return err
}

// play carries out steps; what the clock says falls due at its time.
func (s *story) play(t testing.TB, steps ...step) {
	t.Helper()
	for i, do := range steps {
		facts, err := do(s)
		if err != nil {
			t.Fatalf("step %d in %s: %v", i+1, s.r.State, err)
		}
		if err := s.tell(facts); err != nil {
			t.Fatalf("step %d: %v", i+1, err)
		}
	}
}

func (s *story) hand(p hall.Person) Hand {
	return Hand{By: p, Own: p == zhou, Seen: s.r.Version, Now: s.now}
}

func opens(s *story) ([]hall.Fact, error) { return nil, s.follow() }

// until lets time pass; the clock's rules speak when they are due.
func until(when string) step {
	return func(s *story) ([]hall.Fact, error) { return nil, s.pass(moment(when)) }
}

func (s *story) pass(to time.Time) error {
	for {
		at := s.r.Wakes()
		if at.IsZero() || at.After(to) {
			s.now = to
			return nil
		}
		if at.After(s.now) {
			s.now = at
		}
		facts := s.r.Tick(s.now)
		if len(facts) == 0 {
			return errors.New("it wakes and has nothing to say")
		}
		if err := s.tell(facts); err != nil {
			return err
		}
	}
}

func rated(change func(*Rating)) step {
	return func(s *story) ([]hall.Fact, error) {
		change(&s.rating)
		if s.r.State == None {
			return nil, nil
		}
		return nil, s.follow()
	}
}

func anonymous(r *Rating) { r.Named, r.Callback = false, false }
func silent(r *Rating)    { r.Callback = false }
func turnsGood(r *Rating) { r.Level = hall.Good }

func at(change func(*Service)) step {
	return func(s *story) ([]hall.Fact, error) {
		change(&s.of)
		return nil, nil
	}
}

func underLaw(change func(*hall.Policy)) step {
	return func(s *story) ([]hall.Fact, error) {
		s.law = adopted(s.law, hall.DayOf(s.now).String(), change)
		return nil, nil
	}
}

func assign(p hall.Person, unit string) step {
	return func(s *story) ([]hall.Fact, error) { return s.r.Assign(unit, "", text("note"), s.hand(p), s.law) }
}

func sign(p hall.Person) step {
	return func(s *story) ([]hall.Fact, error) { return s.r.Sign(s.hand(p)) }
}

func call(p hall.Person, reached bool) step {
	return func(s *story) ([]hall.Fact, error) { return s.r.Call(reached, text("said"), s.hand(p)) }
}

func verify(p hall.Person, result hall.RepairResult) step {
	return func(s *story) ([]hall.Fact, error) { return s.r.Verify(result, "", text("note"), s.hand(p)) }
}

func repairs(p hall.Person, mode hall.RepairMode) step {
	return func(s *story) ([]hall.Fact, error) { return s.r.Begin(mode, s.hand(p)) }
}

func extend(p hall.Person, to string) step {
	return func(s *story) ([]hall.Fact, error) { return s.r.Extend(day(to), text("why"), s.hand(p), s.law) }
}

func answer(p hall.Person, result hall.RepairResult) step {
	return func(s *story) ([]hall.Fact, error) {
		return s.r.Answer(result, text("changed"), text("reply"), s.hand(p), s.law)
	}
}

func sendBack(p hall.Person) step {
	return func(s *story) ([]hall.Fact, error) { return s.r.Return(text("back"), s.hand(p)) }
}

func accept(p hall.Person) step {
	return func(s *story) ([]hall.Fact, error) { return s.r.Accept(s.hand(p)) }
}

func propose(p hall.Person) step {
	return func(s *story) ([]hall.Fact, error) {
		return s.r.ProposeExclusion(hall.ExclusionMistaken, text("evidence"), s.hand(p))
	}
}

func exclude(p hall.Person, yes bool) step {
	return func(s *story) ([]hall.Fact, error) { return s.r.DecideExclusion(yes, text("because"), s.hand(p)) }
}

func appeal(p hall.Person) step {
	return func(s *story) ([]hall.Fact, error) {
		return s.r.Appeal(hall.GroundPlatform, text("proof"), s.hand(p), s.law)
	}
}

func decide(p hall.Person, side hall.AppealSide, upheld bool) step {
	return func(s *story) ([]hall.Fact, error) {
		return s.r.DecideAppeal(side, upheld, text("because"), s.hand(p))
	}
}

func freeze(p hall.Person) step {
	return func(s *story) ([]hall.Fact, error) {
		return s.r.Freeze(hall.FrozenPressure, text("report"), s.hand(p))
	}
}

func thaw(p hall.Person) step {
	return func(s *story) ([]hall.Fact, error) { return s.r.Thaw(text("looked"), s.hand(p), s.law) }
}

func rates(l hall.Level) step {
	return func(s *story) ([]hall.Fact, error) {
		return s.r.Rate(Verdict{Level: l, Channel: hall.ChannelQR, Reasons: []string{"214"}, Words: text("again")}, s.hand(hall.Citizen()), s.law)
	}
}

// worked are the steps from the opening to where the unit repairs.
func worked() []step {
	return []step{opens, assign(chen, "police"), sign(tang), call(fang, true), verify(tang, hall.ResultConfirmed), repairs(tang, hall.RepairLedger)}
}

// answered are the steps to an answer on the day of the opening.
func answered() []step { return append(worked(), answer(tang, hall.ResultConfirmed)) }

// codeOf returns why an act was refused, empty where it was not.
func codeOf(err error) Code {
	var refused *Refused
	if errors.As(err, &refused) {
		return refused.Code
	}
	var conflict *Conflict
	if errors.As(err, &conflict) {
		return "taken"
	}
	if err != nil {
		return Code(err.Error())
	}
	return ""
}

func (s *story) check(t testing.TB, state State, deadline string) {
	t.Helper()
	if s.r.State != state {
		t.Errorf("it is %s, want %s", s.r.State, state)
	}
	if deadline != "" && s.r.Round.Deadline.Day != day(deadline) {
		t.Errorf("deadline %v, want %s", s.r.Round.Deadline, deadline)
	}
}

func number(pos int64) string { return "R-" + strconv.FormatInt(pos, 10) }
