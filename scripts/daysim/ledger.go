package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"go.etcd.io/bbolt"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// ledger is what agents told, read from their own stores, event by event.
type ledger struct {
	agent   string // being read
	tickets map[hall.ID]*ticketTold
	visits  map[string]*visitTold
	presses map[hall.PressKey]string // kind
	levels  map[hall.Level]int
	wrong   []string
}

type ticketTold struct {
	state hall.TicketState
	visit string // that is open; empty: none
	story []string

	issued     hall.TicketIssued
	at, called time.Time // of the issue and the first call
}

type visitTold struct {
	ticket  hall.ID
	outcome hall.Outcome
}

func newLedger() *ledger {
	return &ledger{tickets: map[hall.ID]*ticketTold{}, visits: map[string]*visitTold{}, presses: map[hall.PressKey]string{}, levels: map[hall.Level]int{}}
}

// story tells what an agent told of a ticket, with the numbers of the events.
func (l *ledger) story(id hall.ID) string {
	if t := l.tickets[id]; t != nil {
		return strings.Join(t.story, ", ")
	}
	return "nothing"
}

// read reads the store in a folder, which nobody runs.
func (l *ledger) read(data string) error {
	db, err := bbolt.Open(filepath.Join(data, "hall.db"), 0o600, &bbolt.Options{ReadOnly: true, Timeout: 5 * time.Second})
	if err != nil {
		return err
	}
	defer db.Close()
	return db.View(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(name []byte, b *bbolt.Bucket) error {
			if !bytes.HasPrefix(name, []byte("events/")) {
				return nil
			}
			return b.ForEach(func(_, v []byte) error {
				e, err := uplink.DecodeEvent(bytes.Clone(v[len(uplink.Chain{}):]))
				if err != nil {
					return err
				}
				f, err := hall.DecodeFact(e.Type, e.Body)
				if err != nil {
					return err
				}
				l.take(e, f)
				return nil
			})
		})
	})
}

// take notes an event. That a ticket has one clerk at a time shows here: it can be called only while it waits, or when
// it was missed, and has one visit open at most.
func (l *ledger) take(e uplink.Event, f hall.Fact) {
	to := func(id hall.ID, state hall.TicketState, from ...hall.TicketState) {
		t := l.tickets[id]
		if t == nil {
			t = new(ticketTold)
			l.tickets[id] = t
		}
		t.story = append(t.story, fmt.Sprintf("%s #%d %s", l.agent, e.Seq, e.Type))
		for _, ok := range from {
			if ok == t.state {
				t.state = state
				return
			}
		}
		l.wrong = append(l.wrong, fmt.Sprintf("ticket %v is %s after it was %q: %s", id, state, t.state, l.story(id)))
		t.state = state
	}
	const queued, called, serving, held = hall.TicketIsQueued, hall.TicketIsCalled, hall.TicketIsServing, hall.TicketIsHeld
	switch f := f.(type) {
	case hall.TicketIssued:
		to(f.Ticket, queued, "")
		l.tickets[f.Ticket].issued, l.tickets[f.Ticket].at = f, e.At
	case hall.TicketCalled:
		to(f.Ticket, called, queued)
		if t := l.tickets[f.Ticket]; t.called.IsZero() {
			t.called = e.At
		}
	case hall.TicketHeld:
		to(f.Ticket, held, serving)
	case hall.TicketResumed:
		to(f.Ticket, serving, held)
	case hall.TicketMissed:
		to(f.Ticket, hall.TicketIsMissed, called)
	case hall.TicketReturned:
		to(f.Ticket, queued, hall.TicketIsMissed)
	case hall.TicketTransferred:
		to(f.Ticket, queued, called, serving)
	case hall.TicketQueued:
		to(f.Ticket, queued, serving)
	case hall.TicketCancelled:
		to(f.Ticket, hall.TicketIsCancelled, queued, called)
	case hall.TicketFinished:
		to(f.Ticket, hall.TicketIsFinished, serving, held)
	case hall.TicketWithdrawn:
		to(f.Ticket, hall.TicketIsWithdrawn, queued)
	case hall.VisitOpened:
		l.opened(f)
	case hall.VisitServed:
		if v := l.visits[f.Visit.String()]; v != nil {
			to(v.ticket, serving, called)
		}
	case hall.VisitFinished:
		l.finished(f)
	case hall.RatingGiven:
		l.levels[f.Level]++
		l.pressed(*f.Press, "given")
	case hall.RatingRepeat:
		l.pressed(f.Press, "repeat")
	case hall.RatingUnbound:
		l.pressed(f.Press, "unbound")
	}
}

func (l *ledger) opened(f hall.VisitOpened) {
	id := f.Visit.String()
	if _, twice := l.visits[id]; twice {
		l.wrong = append(l.wrong, fmt.Sprintf("visit %s was opened twice: %s", id, l.story(f.Ticket)))
	}
	l.visits[id] = &visitTold{ticket: f.Ticket}
	t := l.tickets[f.Ticket]
	if t.visit != "" {
		l.wrong = append(l.wrong, fmt.Sprintf("ticket %v has two visits open, %s and %s: %s", f.Ticket, t.visit, id, l.story(f.Ticket)))
	}
	t.visit = id
}

func (l *ledger) finished(f hall.VisitFinished) {
	id := f.Visit.String()
	v := l.visits[id]
	if v == nil || v.outcome != "" {
		l.wrong = append(l.wrong, fmt.Sprintf("visit %s ended and was not open", id))
		return
	}
	v.outcome = f.Outcome
	l.tickets[v.ticket].visit = ""
}

func (l *ledger) pressed(p hall.Press, kind string) {
	if was, twice := l.presses[p.Key()]; twice {
		l.wrong = append(l.wrong, fmt.Sprintf("press %v is stored twice, as %s and %s", p.Key(), was, kind))
	}
	l.presses[p.Key()] = kind
}

// sums counts what was told.
func (l *ledger) sums() sums {
	at := newSums()
	for _, t := range l.tickets {
		at.Tickets[t.state]++
	}
	for _, v := range l.visits {
		at.Visits[v.outcome]++
	}
	for _, kind := range l.presses {
		at.Presses[kind]++
	}
	at.Levels = l.levels
	return at
}
