package inspection

import (
	"cmp"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// Told is what an agent told of a window or a device of its hall, and when that was.
type Told struct {
	When time.Time
	Fact hall.Fact
}

// Watched is what is known of one hall: what its agent told, in any order, and how its citizens can rate beside the pads.
type Watched struct {
	Hall  *hall.Catalogue
	Told  []Told
	Since time.Time // since when the hub knows of it
	QR    bool      // tickets carry a code to rate by
}

// ChannelQR names the code on tickets among the channels; pads are named by their devices.
const ChannelQR = "qr"

// Things are what citizens of the hall could want to rate from one time to another: items by their codes, windows by their
// ids, channels (001: 三覆盖). A window is staffed from its opening to its closing, but for pauses. It can be rated by a pad
// that answers, or by the code on the ticket. An item is offered while a window that serves its queue is staffed.
func (w Watched) Things(from, to time.Time) (items, windows, channels []Thing) {
	told := slices.Clone(w.Told)
	slices.SortStableFunc(told, func(a, b Told) int { return a.When.Compare(b.When) })
	told = slices.DeleteFunc(told, func(t Told) bool { return !t.When.Before(to) })
	staffed, pads := map[string]*course{}, map[string]*course{}
	padsAt := map[string][]*course{}
	at := func(all map[string]*course, id string) *course {
		if all[id] == nil {
			all[id] = &course{from: from}
		}
		return all[id]
	}
	pad := func(device, window string) *course {
		_, known := pads[device]
		c := at(pads, device)
		if !known {
			padsAt[window] = append(padsAt[window], c)
		}
		return c
	}
	for _, t := range told {
		switch f := t.Fact.(type) {
		case hall.WindowOpened:
			at(staffed, f.Window).turn(true, t.When)
		case hall.WindowResumed:
			at(staffed, f.Window).turn(true, t.When)
		case hall.WindowPaused:
			at(staffed, f.Window).turn(false, t.When)
		case hall.WindowClosed:
			at(staffed, f.Window).turn(false, t.When)
		case hall.DeviceUp:
			if f.Kind == hall.KindPad || f.Kind == hall.KindTablet {
				pad(f.Device, f.Window).turn(true, t.When)
			}
		case hall.DeviceDown:
			if f.Kind == hall.KindPad || f.Kind == hall.KindTablet {
				pad(f.Device, f.Window).turn(false, t.When)
			}
		}
	}
	by := map[string]Thing{} // windows
	for _, c := range w.Hall.Windows {
		t := Thing{Name: c.ID, There: at(staffed, c.ID).times()}
		for _, p := range padsAt[c.ID] {
			t.Ratable = append(t.Ratable, p.times()...)
		}
		if w.QR {
			t.Ratable = []Times{{From: w.Since}}
		}
		by[c.ID] = t
		windows = append(windows, t)
	}
	return w.items(by), windows, w.channels(pads)
}

func (w Watched) items(windows map[string]Thing) (items []Thing) {
	for _, i := range w.Hall.Items {
		t := Thing{Name: i.Code}
		for _, c := range w.Hall.Windows {
			if slices.Contains(c.Services, i.Service) {
				t.There = append(t.There, windows[c.ID].There...)
				t.Ratable = append(t.Ratable, windows[c.ID].Ratable...)
			}
		}
		items = append(items, t)
	}
	return items
}

func (w Watched) channels(pads map[string]*course) []Thing {
	qr := Thing{Name: ChannelQR, There: []Times{{From: w.Since}}}
	if w.QR {
		qr.Ratable = qr.There
	}
	all := []Thing{qr}
	for device, c := range pads {
		all = append(all, Thing{Name: device, There: []Times{{From: c.first()}}, Ratable: c.times()})
	}
	slices.SortFunc(all[1:], func(a, b Thing) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// course is when something was so, as it was told turn by turn. What was before the first turn follows from it.
type course struct {
	from  time.Time // of the period
	turns []turn
}

type turn struct {
	on bool
	at time.Time
}

func (c *course) turn(on bool, at time.Time) {
	if n := len(c.turns); n == 0 || c.turns[n-1].on != on {
		c.turns = append(c.turns, turn{on, at})
	}
}

// first is when it was first heard of, or the beginning of the period where it ended then what had been before.
func (c *course) first() time.Time {
	if len(c.turns) == 0 || !c.turns[0].on && c.turns[0].at.After(c.from) {
		return c.from
	}
	return c.turns[0].at
}

func (c *course) times() (all []Times) {
	for n, t := range c.turns {
		switch {
		case !t.on && n == 0 && t.at.After(c.from):
			all = append(all, Times{c.from, t.at})
		case t.on && n+1 < len(c.turns):
			all = append(all, Times{t.at, c.turns[n+1].at})
		case t.on:
			all = append(all, Times{From: t.at})
		}
	}
	return all
}
