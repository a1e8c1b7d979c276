package agent

import (
	"context"
	"slices"
	"time"

	"hallpulse/agent/internal/counter"
	"hallpulse/agent/internal/desk"
	"hallpulse/agent/internal/device"
	"hallpulse/firmware-protocol/hall"
)

// PrintList implements desk.Counter. Nothing of it is kept: nobody waits, and who has no paper in his hand asks again.
func (s screens) PrintList(ctx context.Context, want desk.List) (desk.Listed, error) {
	c := s.wholeNow()
	item, ok := c.Item(want.Item)
	if _, known := item.Situation(want.Situation); !ok || want.Situation != "" && !known {
		return desk.Listed{}, counter.NoSuchItem
	}
	if len(s.printers) == 0 {
		return desk.Listed{}, desk.NoPrinter
	}
	paper := s.paper.list(c, item, want.Situation, want.Has, s.clock.now().At)
	trouble := s.send(ctx, "list of "+item.Code, func(on device.Profile) ([]byte, error) {
		return device.LayoutList(paper, s.form(device.KindList, on))
	}, func(string, hall.Trouble) {})
	return desk.Listed{Printed: trouble == "", Trouble: trouble}, nil
}

// list is what paper says of an item to who has not come to be served yet; has are the materials that somebody looked at.
func (w paperWords) list(c *hall.Catalogue, item hall.ServiceItem, situation string, has []string, at time.Time) device.ListPaper {
	in, _ := item.Situation(situation)
	out := device.ListPaper{
		Hall: w.in(c.Hall.Name, c.Hall.NameEN), Hours: w.in(c.Hall.Hours, c.Hall.HoursEN),
		Item: w.in(item.Name, item.NameEN), Situation: w.in(in.Name, in.NameEN),
		Spot: item.Kind == hall.CaseOnTheSpot, Promised: item.Promised, Legal: item.Legal, Fee: w.in(item.Fee, item.FeeEN), At: at,
	}
	for _, name := range item.MaterialsIn(situation) {
		m := device.ListedMaterial{Name: name, Has: slices.Contains(has, name)}
		if i := slices.IndexFunc(item.Notes, func(n hall.MaterialNote) bool { return n.Of == name }); i >= 0 {
			note := item.Notes[i]
			m.Name, m.Tip, m.Here = w.in(name, note.NameEN), w.in(note.Tip, note.TipEN), note.Here
		}
		out.Materials = append(out.Materials, m)
	}
	out.Route = w.route(c, item.RouteIn(situation))
	first := c.Queues(item, situation)[0]
	windows := windowsOf(c, first.Letter)
	if at, ok := c.Window(first.Window); ok {
		windows = []hall.Window{at}
	}
	for _, at := range windows {
		out.Windows = append(out.Windows, device.PaperWindow{ID: at.ID, Floor: w.in(at.Floor, at.FloorEN)})
	}
	return out
}
