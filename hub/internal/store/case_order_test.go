package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// openCase is a case that goes on in a later epoch.
type openCase struct {
	id, ticket hall.ID
	stand      []hall.CaseState
	steps      []hall.Type
}

// cabinet is a counter whose cases and bookings go on over its epochs, one of which is told again.
type cabinet struct {
	history
	open   []openCase
	within []openCase // decided within the visits that opened them
	places []hall.ID
}

func newCabinet(rng *rand.Rand) *cabinet {
	hist := &cabinet{history: history{epochs: map[string][]string{}}}
	a := newAgent(1, "hall-1")
	a.started(nil, hall.EpochFirst)
	for epoch := 2; epoch < 5; epoch++ {
		hist.cases(rng, a)
		hist.bookings(rng, a)
		a.now = a.now.AddDate(0, 0, 1)
		hist.epochs[a.Name] = append(hist.epochs[a.Name], a.epoch)
		if epoch == 3 {
			a.retell(epoch, uint64(rng.IntN(len(a.told))))
			continue
		}
		last := uint64(len(a.told))
		before := a.begin(epoch)
		a.tag++
		a.started(&hall.EpochEnd{Epoch: before, Last: last}, hall.EpochFork)
	}
	hist.cases(rng, a)
	hist.epochs[a.Name] = append(hist.epochs[a.Name], a.epoch)
	for _, k := range append(hist.open, hist.within...) {
		if rng.IntN(2) == 0 {
			f := phone(k.ticket, fmt.Sprint("case-", k.id), hall.Level(3+rng.IntN(3)))
			f.Visit = k.id
			hist.forms = append(hist.forms, form{a.now.Add(time.Millisecond), f})
		}
	}
	hist.agents = append(hist.agents, a)
	return hist
}

// bookings lets somebody come, give up or stay away of those who booked before, and others book.
func (hist *cabinet) bookings(rng *rand.Rand, a *agent) {
	for _, ticket := range hist.places {
		a.becomes(ticket, []booked{bookedCame, bookedGone, bookedLate}[rng.IntN(3)])
	}
	hist.places = nil
	for range 3 {
		hist.places = append(hist.places, a.booked(bookedStill))
	}
}

// cases lets cases begin and go on, each by any way through its machine.
func (hist *cabinet) cases(rng *rand.Rand, a *agent) {
	for range 6 {
		ticket, visit := a.visit("3")
		k := openCase{id: a.id(), ticket: ticket, stand: []hall.CaseState{"", hall.CaseIsAccepted}, steps: []hall.Type{hall.TypeCaseAccepted}}
		o := opened(k.id, ticket)
		o.Delivers = rng.IntN(2) == 0
		a.tell(hall.CaseAccepted{CaseAt: hall.CaseAt{Case: k.id, Visit: visit, Window: "3", Staff: "1024"}, CaseOpening: o})
		decided := func(id hall.ID) {
			a.tell(hall.CaseDecided{CaseAt: hall.CaseAt{Case: id, Visit: visit, Window: "3", Staff: "1024"}, Result: hall.CaseGranted})
		}
		if rng.IntN(2) == 0 {
			hist.open = append(hist.open, k)
			continue
		}
		decided(k.id)
		hist.within = append(hist.within, k)
		for range rng.IntN(3) { // several cases in a visit
			next := openCase{id: a.id(), ticket: ticket}
			a.tell(hall.CaseAccepted{CaseAt: hall.CaseAt{Case: next.id, Visit: visit, Window: "3", Staff: "1024"}, CaseOpening: opened(next.id, ticket)})
			decided(next.id)
			hist.within = append(hist.within, next)
		}
	}
	for n := range hist.open {
		k := &hist.open[n]
		for range rng.IntN(3) {
			k.step(rng, a)
		}
	}
}

// step tells the next step of a case.
func (k *openCase) step(rng *rand.Rand, a *agent) {
	on, last := hall.CaseAt{Case: k.id, Window: "4", Staff: "1025"}, len(k.stand)-1
	if rng.IntN(4) == 0 && last > 0 {
		a.tell(hall.CaseUndone{CaseAt: on, Step: k.steps[last-1]})
		k.stand, k.steps = k.stand[:last], k.steps[:last-1]
		return
	}
	notice := a.id()
	steps := []hall.Step{hall.CaseReturned{CaseAt: on, Notice: notice}, hall.CaseResubmitted{CaseAt: on}, hall.CaseDecided{CaseAt: on, Result: hall.CaseDenied},
		hall.CaseDelivered{CaseAt: on, Road: hall.DeliveredByPost}, hall.CaseRefused{CaseAt: on, Why: hall.CaseNotMet}}
	f := steps[rng.IntN(len(steps))]
	to, ok := k.stand[last].After(f.Type())
	if !ok || last == 0 {
		return
	}
	if f.Type() == hall.TypeCaseReturned {
		a.tell(hall.NoticePrinted{Notice: notice, Case: k.id, Ticket: k.ticket, Window: "4", Staff: "1025", Item: "deed", Missing: []string{"结婚证"}})
	}
	a.tell(f)
	k.stand, k.steps = append(k.stand, to), append(k.steps, f.Type())
}

// In whatever order, however often: the facts of cases and of bookings make one and the same rows (domain §7).
func TestCasesInAnyOrderAreOne(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 7))
			newCabinet(rng).isOne(t, rng, func(h *hub) []string {
				return slices.DeleteFunc(h.facts(), func(row string) bool {
					table, _, _ := strings.Cut(row, ":")
					return !slices.Contains([]string{"cases", "notices", "visits", "answers", "tallies"}, table)
				})
			}, "2026")
		})
	}
}
