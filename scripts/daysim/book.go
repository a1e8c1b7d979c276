package main

import (
	"fmt"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// book is what the simulator itself saw and did.
type book struct {
	tickets, cancelled, leftSilently, neverBack int // neverBack: missed or sent for a copy, and not seen again
	missed, returned, parked, resumed           int
	transferred, finished, withdrawn            int
	ghosts                                      int // numbers called that nobody holds: taken when the agent died
	pressed, dark                               int
	notPhoned, twins                            int
	inRange                                     int             // of a hundred, called within the p90 they were told
	widths                                      []time.Duration // of what they were told, from p50 to p90
	phoned                                      []string        // tickets rated from the phone
	phoneTried                                  []string        // tickets whose page was asked for in vain, or did not answer to the end

	endings []ending
	stays   []*stay
	notes   []string
	lag     time.Duration // real: from the last act until the hub had settled everything
}

// ending is a ticket, and the states of which it must be in one when the day is over.
type ending struct {
	ticket, number string
	states         []hall.TicketState
}

func (b *book) note(at time.Time, format string, args ...any) {
	b.notes = append(b.notes, at.In(hall.Beijing()).Format("15:04 ")+fmt.Sprintf(format, args...))
}
