package intake

import (
	"testing"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// An agent speaks of its own tickets, and of those that another agent of its hall may pass on to it (design §3a); of nobody
// else's, and of no visit but its own.
func TestWhoseTicketsAnAgentSpeaksOf(t *testing.T) {
	mine, fellow, foreign := hall.ID{Agent: 3, Serial: 1}, hall.ID{Agent: 4, Serial: 1}, hall.ID{Agent: 5, Serial: 1}
	for says, c := range map[string]struct {
		f    hall.Fact
		want uplink.Why
	}{
		"its own":                        {hall.TicketCalled{Ticket: mine, Window: "1"}, ""},
		"another agent's of the hall":    {hall.TicketCalled{Ticket: fellow, Window: "1"}, ""},
		"another hall's":                 {hall.TicketCalled{Ticket: foreign, Window: "1"}, uplink.WhyForeign},
		"a number in another's name":     {hall.TicketIssued{Ticket: fellow, Number: "A001"}, uplink.WhyForeign},
		"its visit of another's ticket":  {hall.VisitOpened{Visit: mine, Ticket: fellow, Window: "1"}, ""},
		"another's visit":                {hall.VisitOpened{Visit: fellow, Ticket: fellow, Window: "1"}, uplink.WhyForeign},
		"admitted":                       {hall.TicketAdmitted{Ticket: fellow, Hop: 1, Road: hall.RoadLAN}, ""},
		"admitted by no road":            {hall.TicketAdmitted{Ticket: fellow, Hop: 1}, uplink.WhyMalformed},
		"refused to who was passed on":   {refused(mine, fellow), ""},
		"refused to another hall's":      {refused(mine, foreign), uplink.WhyForeign},
		"a press at a ticket passed on":  {hall.RatingGiven{Ticket: fellow, Visit: mine, Level: 5, Channel: hall.ChannelPad, Press: &hall.Press{Level: 5}}, ""},
		"a press at another's own visit": {hall.RatingGiven{Ticket: fellow, Visit: fellow, Level: 5, Channel: hall.ChannelPad, Press: &hall.Press{Level: 5}}, uplink.WhyForeign},
	} {
		if why := wrong(speaker{3, []uint32{4}}, c.f); why != c.want {
			t.Errorf("%s: %q, want %q", says, why, c.want)
		}
	}
}

func refused(id, ticket hall.ID) hall.CaseRefused {
	return hall.CaseRefused{CaseAt: hall.CaseAt{Case: id, Visit: id}, Why: hall.CaseRefusedWhys()[0], Opening: &hall.CaseOpening{Number: "1", Item: "x", Kind: hall.CaseOnTheSpot, Ticket: ticket}}
}
