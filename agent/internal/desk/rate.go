package desk

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"hallpulse/agent/internal/counter"
	"hallpulse/firmware-protocol/hall"
)

// Proof is what the holder of a ticket shows of it at the kiosk: what its QR code says, or number, day and code from paper.
type Proof struct {
	Token  string   `json:"token"`
	Number string   `json:"number"`
	Day    hall.Day `json:"day"`
	Code   string   `json:"code"`
}

// Shown is what became of a ticket whose holder has shown it. No level is in it.
type Shown struct {
	ID     hall.ID      `json:"id"`
	Number string       `json:"number"`
	Known  bool         `json:"known"`  // to this counter, which remembers a day
	Rated  bool         `json:"rated"`  // with the ticket, here
	Right  bool         `json:"right"`  // nobody called it on its day: its holder goes first now
	Letter string       `json:"letter"` // of that right
	Item   string       `json:"item"`   // code; empty: the letter alone was chosen
	Visits []ShownVisit `json:"visits"` // to be rated, in the order of their calls

	Booked *BookedLine `json:"booked,omitempty"` // its place was booked

	secret []byte // nobody has it without the ticket

	Agent string `json:"-"` // of the hall that knows this; empty: this one
}

// ShownVisit is one visit to be rated.
type ShownVisit struct {
	ID      hall.ID   `json:"id"`
	Window  string    `json:"window"`
	Floor   string    `json:"floor"`
	FloorEN string    `json:"floor_en,omitempty"`
	Item    string    `json:"item"`
	ItemEN  string    `json:"item_en,omitempty"`
	Unit    string    `json:"unit"`
	UnitEN  string    `json:"unit_en,omitempty"`
	At      time.Time `json:"at"`      // when it ended
	Pressed bool      `json:"pressed"` // a key at the window was pressed for it
}

// WithSecret returns s with what only the holder of the ticket can have shown: answers are named by it.
func (s Shown) WithSecret(secret []byte) Shown {
	s.secret = secret
	return s
}

// Says reports whether there is anything that the holder can do with the ticket, or did.
func (s Shown) Says() bool { return len(s.Visits) > 0 || s.Booked != nil || s.Right || s.Rated }

// How many wrong codes lock a ticket's number, how many in all lock the page, and for how long (design §4).
const (
	triesOfOne = 5
	triesOfAll = 20
	triesFor   = 10 * time.Minute
)

// tries counts codes that were typed, of each number and in all, but for those that were right.
type tries struct {
	mu   sync.Mutex
	last []try // of the last triesFor, oldest first, at most triesOfAll
}

type try struct {
	number string
	at     time.Time
}

// take counts one try before the code is looked at, so that many at once are many. It returns false where there were too
// many: then none is looked at.
func (t *tries) take(one try) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = slices.DeleteFunc(t.last, func(o try) bool { return one.at.Sub(o.at) >= triesFor })
	of := 0
	for _, o := range t.last {
		if o.number == one.number {
			of++
		}
	}
	if of >= triesOfOne || len(t.last) >= triesOfAll {
		return false
	}
	t.last = append(t.last, one)
	return true
}

// forgive takes a try back whose code was right.
func (t *tries) forgive(one try) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if i := slices.Index(t.last, one); i >= 0 {
		t.last = slices.Delete(t.last, i, i+1)
	}
}

// shown checks what somebody shows of a ticket. Codes that are typed can be guessed, and are counted; what a QR code says
// cannot.
func (d *Desk) shown(_ *http.Request, p Proof) (Shown, error) { return d.checked(p, d.counter.Shown) }

// shownInHall is shown at a page of ours: what is not known here is asked of the hall's other agents.
func (d *Desk) shownInHall(r *http.Request, p Proof) (Shown, error) {
	return d.checked(p, func(p Proof) (Shown, error) {
		s, err := d.counter.Shown(p)
		if d.Fellows == nil {
			return s, err
		}
		if there, ok := d.Fellows.Elsewhere(unhurried(r), p, s, err); ok {
			return there, nil
		}
		return s, err
	})
}

// checked counts what is typed.
func (d *Desk) checked(p Proof, look func(p Proof) (Shown, error)) (Shown, error) {
	p.Number = strings.ToUpper(strings.TrimSpace(p.Number))
	one := try{p.Number, d.now()}
	if p.Token == "" && !d.tries.take(one) {
		return Shown{}, TooManyTries
	}
	s, err := look(p)
	if err == nil && p.Token == "" {
		d.tries.forgive(one)
	}
	return s, err
}

// ofHolder answers who shows a ticket, once that is checked.
func (d *Desk) ofHolder(
	check func(r *http.Request, p Proof) (Shown, error), answer func(r *http.Request, s Shown) (int, []byte),
) func(r *http.Request, body []byte) (int, []byte) {
	return func(r *http.Request, body []byte) (int, []byte) {
		var in Proof
		if err := decode(body, &in); err != nil {
			return http.StatusBadRequest, d.problem(r, "malformed")
		}
		s, err := check(r, in)
		if err != nil {
			return d.failure(r, err)
		}
		return answer(r, s)
	}
}

// findTicket says which visits of a ticket its holder may rate.
func (d *Desk) findTicket(_ *http.Request, s Shown) (int, []byte) { return http.StatusOK, encode(s) }

// What an answer at the kiosk may hold.
const (
	maxReasons = 12
	draftChars = 32
)

// rateVisit takes what the holder of a ticket says of one of its visits. He shows the ticket again: nothing is remembered of
// him in between. Its form follows from the ticket, the visit and the draft of his page, so that the same answer sent twice
// is one, and nobody without the ticket can make it. Which agent of the hall checks the ticket takes the answer.
func (d *Desk) ratesVisit(check func(r *http.Request, p Proof) (Shown, error)) func(r *http.Request, body []byte) (int, []byte) {
	return func(r *http.Request, body []byte) (int, []byte) { return d.rateVisit(r, body, check) }
}

func (d *Desk) rateVisit(r *http.Request, body []byte, check func(r *http.Request, p Proof) (Shown, error)) (int, []byte) {
	var in struct {
		Proof   Proof      `json:"proof"`
		Visit   hall.ID    `json:"visit"`
		Level   hall.Level `json:"level"`
		Reasons []string   `json:"reasons"`
		Draft   string     `json:"draft"`
		Lapsed  bool       `json:"lapsed"`
	}
	err := decode(body, &in)
	if err != nil || !in.Level.Valid() || len(in.Draft) != draftChars || !d.reasons(in.Level, in.Reasons) {
		return http.StatusBadRequest, d.problem(r, "malformed")
	}
	s, err := check(r, in.Proof)
	if err != nil {
		return d.failure(r, err)
	}
	if s.Agent != "" {
		return d.done(r, d.Fellows.RateThere(unhurried(r), s.Agent, body))
	}
	form := sha256.Sum256(fmt.Appendf(nil, "hallpulse/kiosk/1 %s %s %x", in.Visit, in.Draft, s.secret))
	return d.done(r, d.counter.Rate(unhurried(r), counter.Answer{
		Ticket: s.ID, Visit: in.Visit, Level: in.Level, Reasons: in.Reasons, Form: hex.EncodeToString(form[:16]), Lapsed: in.Lapsed,
	}))
}

// reasons reports whether all of these are official reasons of a level, each once.
func (d *Desk) reasons(l hall.Level, codes []string) bool {
	return d.official(codes) && !slices.ContainsFunc(codes, func(c string) bool { return !strings.HasPrefix(c, fmt.Sprint(uint8(l))) })
}

// official reports whether all of these are official reasons, each once: those that people can read.
func (d *Desk) official(codes []string) bool {
	for n, code := range codes {
		if _, ok := d.Words["zh"]["rate.reason."+code]; !ok || slices.Contains(codes[:n], code) {
			return false
		}
	}
	return len(codes) <= maxReasons
}
