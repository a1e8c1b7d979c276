package store_test

import (
	"slices"
	"testing"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/intake"
)

// What printers printed once more is counted by printer and day, once each, whoever tells it how often.
func TestReprintsAreCountedByPrinterAndDay(t *testing.T) {
	a, b := newAgent(1, "hall-a"), newAgent(2, "hall-b")
	h := newHub(t, dataDir(t), a, b)
	defer h.close()
	for _, x := range []*agent{a, b} {
		x.started(nil, hall.EpochFirst)
		ticket := x.id()
		x.tell(hall.TicketIssued{Ticket: ticket, Number: "A063", Letter: "A", Day: hall.DayOf(morning)})
		x.tell(hall.PaperFailed{Ticket: ticket, Device: "tickets", Why: hall.TroubleDoubtful})
		x.tell(hall.PaperReprinted{Ticket: ticket, Device: "tickets", After: hall.TroubleDoubtful})
		x.tell(hall.PaperReprinted{Ticket: ticket, Device: "tickets", Case: x.id()})
		x.tell(hall.PaperReprinted{Ticket: ticket, Device: "wide", After: hall.TroublePaperOut})
		h.sendAll(x, x.epoch)
		h.sendAll(x, x.epoch)
	}
	a.now = a.now.AddDate(0, 0, 1)
	a.tell(hall.PaperReprinted{Ticket: a.id(), Device: "tickets"})
	h.sendAll(a, a.epoch)
	for _, c := range []struct {
		says   string
		agents []uint32
		day    hall.Day
		want   []intake.Reprints
	}{
		{"both", []uint32{1, 2}, hall.DayOf(morning), []intake.Reprints{
			{DeviceKey: intake.DeviceKey{Agent: 1, Device: "tickets"}, Papers: 2, Doubts: 1}, {DeviceKey: intake.DeviceKey{Agent: 1, Device: "wide"}, Papers: 1},
			{DeviceKey: intake.DeviceKey{Agent: 2, Device: "tickets"}, Papers: 2, Doubts: 1}, {DeviceKey: intake.DeviceKey{Agent: 2, Device: "wide"}, Papers: 1},
		}},
		{"the next day", []uint32{1, 2}, hall.DayOf(morning) + 1, []intake.Reprints{{DeviceKey: intake.DeviceKey{Agent: 1, Device: "tickets"}, Papers: 1}}},
		{"nobody", nil, hall.DayOf(morning), nil},
	} {
		got, err := h.Store.Reprints(t.Context(), c.agents, c.day)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %+v, %v; want %+v", c.says, got, err, c.want)
		}
	}
	if err := h.Store.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, err := h.Store.Reprints(t.Context(), []uint32{1}, hall.DayOf(morning)); err != nil || len(got) != 2 || got[0].Papers != 2 {
		t.Errorf("made anew: %+v, %v", got, err)
	}
	h.check()
}
