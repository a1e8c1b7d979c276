// Package cases holds the applications 办件 that were accepted at this counter, across days, until they have come to their
// end: what each is, where it stands and since when, and who was told what is missing (domain §7). Which step leads where
// says hall.CaseState.After; here is who may take it, what must be told with it, and that the last step can be undone
// until the next one. A State is a value: each decision leaves it as it was and returns the next one, the facts that
// follow from it and what must be stored for it to be restored. It does no I/O and asks no clock. It knows of applicants
// only of what kind they are: names, phones and free text never come here.
package cases

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// Case is one application for one item.
type Case struct {
	ID hall.ID `json:"id"`
	hall.CaseOpening
	State    hall.CaseState      `json:"state"`
	N        int                 `json:"n"`    // steps that were entered, undone ones and their undoing too
	Last     hall.Type           `json:"last"` // the step that can be undone; empty: none can
	Accepted time.Time           `json:"accepted"`
	Since    time.Time           `json:"since"` // of the last step
	Day      hall.Day            `json:"since_day"`
	Window   string              `json:"window"` // of the last step
	Staff    string              `json:"staff"`
	Visit    hall.ID             `json:"visit,omitzero"`    // of the last step
	Result   hall.CaseResult     `json:"result,omitempty"`  // how it was decided
	Why      hall.CaseRefusedWhy `json:"why,omitempty"`     // why it was refused
	Road     hall.DeliveryRoad   `json:"road,omitempty"`    // how it was delivered
	Stops    []hall.Stop         `json:"stops,omitempty"`   // in which its limit stood
	Notices  int                 `json:"notices,omitempty"` // slips handed out for it; undoing takes none back
	Key      string              `json:"key"`               // of who opened it: asked twice, it is opened once

	Situation string `json:"situation,omitempty"` // for which its ticket was taken

	Was *Case `json:"was,omitempty"` // before the last step
}

// told names what somebody was told is missing without a case: a visit and an item.
type told struct {
	Visit hall.ID  `json:"visit"`
	Item  string   `json:"item"`
	Day   hall.Day `json:"day"`
}

func (t told) key() string { return t.Visit.String() + "/" + t.Item }

// Config is what the rules are applied to, and their numbers.
type Config struct {
	Catalogue hall.Catalogue
	KeepDays  int // how long after its last step an ended case is still known
}

// DefaultConfig returns the rules' own numbers for a hall (design §2: at most 35 days).
func DefaultConfig(c hall.Catalogue) Config { return Config{Catalogue: c, KeepDays: 35} }

// State is the cases of a counter at one moment. It never changes once a decision has returned it.
type State struct {
	cfg   *Config
	cases map[hall.ID]*Case
	told  map[string]told
}

// New returns a counter at which no case was opened yet.
func New(cfg Config) *State {
	return &State{cfg: &cfg, cases: map[hall.ID]*Case{}, told: map[string]told{}}
}

// Arrange goes on by another catalogue. Cases keep what their opening says of them.
func (s *State) Arrange(c hall.Catalogue) *State {
	next, cfg := *s, *s.cfg
	cfg.Catalogue = c
	next.cfg = &cfg
	return &next
}

// Change is one value to be stored under a key of its kind. A nil Value deletes it.
type Change struct {
	Kind, Key string
	Value     []byte
}

// The kinds of changes: what a store keeps apart.
const (
	kindCase = "case"
	kindTold = "told"
)

// Kinds returns every kind of change.
func Kinds() []string { return []string{kindCase, kindTold} }

// Restore returns the state whose stored values are given, in any order.
func Restore(cfg Config, stored []Change) (*State, error) {
	s := New(cfg)
	for _, c := range stored {
		var err error
		switch c.Kind {
		case kindCase:
			k := new(Case)
			err = json.Unmarshal(c.Value, k)
			s.cases[k.ID] = k
		case kindTold:
			var t told
			err = json.Unmarshal(c.Value, &t)
			s.told[t.key()] = t
		default:
			err = fmt.Errorf("unknown kind")
		}
		if err != nil {
			return nil, fmt.Errorf("restore %s %s: %w", c.Kind, c.Key, err)
		}
	}
	return s, nil
}

// Decision is what follows from one step.
type Decision struct {
	Next    *State
	Facts   []hall.Fact
	Changed []Change
	Case    *Case // after the step; nil of a notice without a case. It must not be changed
	Again   bool  // it was opened before under the same key: nothing follows
	Ended   []hall.ID
}

// draft is a decision being made.
type draft struct {
	*State
	out Decision
}

func (s *State) begin() *draft {
	next := *s
	next.cases, next.told = maps.Clone(s.cases), maps.Clone(s.told)
	return &draft{State: &next}
}

func (d *draft) end() Decision {
	d.out.Next = d.State
	return d.out
}

func (d *draft) tell(f ...hall.Fact) { d.out.Facts = append(d.out.Facts, f...) }

func (d *draft) put(kind, key string, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // values of this package can always be encoded
	}
	d.out.Changed = append(d.out.Changed, Change{kind, key, b})
}

func (d *draft) putCase(c *Case) {
	d.cases[c.ID] = c
	d.put(kindCase, c.ID.String(), c)
	d.out.Case = c
	if c.Ended() {
		d.out.Ended = append(d.out.Ended, c.ID)
	}
}

// Ended reports whether nothing is left to do with the case: it was delivered, its refusal was handed over, it was decided
// and has nothing to deliver, or its opening was a mistake.
func (c *Case) Ended() bool {
	switch c.State {
	case hall.CaseIsDelivered, hall.CaseIsTold, hall.CaseIsUndone:
		return true
	case hall.CaseIsDecided:
		return !c.toDeliver()
	}
	return false
}

// toDeliver reports whether what was decided must reach the applicant: a result where the item has one, and every denial.
func (c *Case) toDeliver() bool { return c.Delivers || c.Result == hall.CaseDenied }

// Due returns the last day of the case's limit as this counter can count it: the promised one, which pauses on the days on which
// the system of its unit was down, else the legal one; an on-the-spot case is due on its day. The zero deadline: it has no
// limit, has ended, or its clock stands.
func (c *Case) Due(cal *hall.Calendar, hallID string, down []hall.Day) hall.Deadline {
	days, stops := cmp.Or(c.Promised, c.Legal), c.Stops
	switch {
	case c.State != hall.CaseIsAccepted:
		return hall.Deadline{}
	case c.Kind == hall.CaseOnTheSpot:
		return hall.Deadline{Day: c.CaseOpening.Day}
	case days == 0:
		return hall.Deadline{}
	case c.Promised > 0:
		stops = append(slices.Clone(stops), hall.OutageStops(down)...)
	}
	return cal.After(c.CaseOpening.Day, hall.Span{Days: days, Unit: hall.WorkingDays}, hallID, stops...)
}

// Case finds a case by id; nil: there is none.
func (s *State) Case(id hall.ID) *Case { return s.cases[id] }

// Find finds a case by its number as somebody types it; nil: there is none.
func (s *State) Find(typed string) *Case {
	number := strings.ToUpper(strings.Join(strings.Fields(typed), ""))
	for _, c := range s.cases {
		if c.Number == number {
			return c
		}
	}
	return nil
}

// Of returns the cases with which a visit had to do last, oldest first.
func (s *State) Of(visit hall.ID) []*Case {
	return s.such(func(c *Case) bool { return !visit.IsZero() && c.Visit == visit })
}

// Open returns the cases that have not ended, oldest first.
func (s *State) Open() []*Case { return s.such(func(c *Case) bool { return !c.Ended() }) }

// All returns every case that is known, oldest first.
func (s *State) All() []*Case { return s.such(func(*Case) bool { return true }) }

func (s *State) such(is func(*Case) bool) (found []*Case) {
	for _, c := range s.cases {
		if is(c) {
			found = append(found, c)
		}
	}
	slices.SortFunc(found, func(a, b *Case) int {
		return cmp.Or(a.Accepted.Compare(b.Accepted), cmp.Compare(a.Number, b.Number))
	})
	return found
}

// TellsAgain reports whether a slip now would be the second for a case, or for a visit about an item.
func (s *State) TellsAgain(id, visit hall.ID, item string) bool {
	if c := s.cases[id]; c != nil && c.Notices > 0 {
		return true
	}
	_, before := s.told[told{Visit: visit, Item: item}.key()]
	return before && !visit.IsZero()
}

// Expire forgets what time alone has made old on a day: ended cases, and whom was told what on earlier days. Nothing is
// changed where Decision.Changed is empty.
func (s *State) Expire(today hall.Day) Decision {
	d := s.begin()
	for id, c := range s.cases {
		if c.Ended() && int(today-c.Day) > s.cfg.KeepDays {
			delete(d.cases, id)
			d.out.Changed = append(d.out.Changed, Change{kindCase, id.String(), nil})
		}
	}
	for key, t := range s.told {
		if t.Day < today {
			delete(d.told, key)
			d.out.Changed = append(d.out.Changed, Change{kindTold, key, nil})
		}
	}
	return d.end()
}
