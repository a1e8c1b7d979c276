package board

import (
	"reflect"
	"slices"
	"time"
)

// Viewer is one way of looking at the board, and what it was last told. Screens that look the same way share one.
type Viewer struct {
	board *Board
	view  View
	halls []string // hall ids; empty: all
	n     uint64
	told  Snapshot
	marks []mark // of the halls in told
}

// Viewer begins to look. halls limits what is seen; empty is all.
func (b *Board) Viewer(view View, halls []string) *Viewer {
	return &Viewer{board: b, view: view, halls: halls}
}

// Snapshot is all a screen shows.
type Snapshot struct {
	Kind     string      `json:"kind"` // snapshot
	N        uint64      `json:"n"`
	At       time.Time   `json:"at"`
	Centre   string      `json:"centre"`
	CentreEN string      `json:"centre_en,omitempty"`
	View     View        `json:"view"`
	Halls    []HallWhole `json:"halls"`
	Sums     Sums        `json:"sums"`
	Alerts   []Alert     `json:"alerts"`
}

// HallWhole is a hall with its windows.
type HallWhole struct {
	HallNow
	Windows []Window `json:"windows"`
}

// Delta is what changed, in whole values. What is absent did not change.
type Delta struct {
	Kind    string    `json:"kind"` // delta
	N       uint64    `json:"n"`    // one more than that of the message before
	At      time.Time `json:"at"`
	Windows []Window  `json:"windows,omitempty"`
	Halls   []HallNow `json:"halls,omitempty"`
	Sums    *Sums     `json:"sums,omitempty"`
	Alerts  *[]Alert  `json:"alerts,omitempty"` // all of them
}

func (v *Viewer) sees(s *site) bool {
	return len(v.halls) == 0 || slices.Contains(v.halls, s.Catalogue.Hall.ID)
}

// picture returns all as it stands at now. Of a hall of which nothing was told since, it is the one told before.
func (v *Viewer) picture(now time.Time) (Snapshot, []mark) {
	p := Snapshot{Kind: "snapshot", N: v.n, At: moment(now), Centre: v.board.centre.Name, CentreEN: v.board.centre.NameEN, View: v.view,
		Halls: []HallWhole{}, Sums: v.board.sums(v.view, v.sees, now), Alerts: v.board.alerts(v.view, v.sees, now)}
	var marks []mark
	for _, here := range v.board.houses() {
		if !v.sees(here[0]) {
			continue
		}
		i := len(p.Halls)
		marks = append(marks, here.mark(now))
		if i < len(v.marks) && v.marks[i] == marks[i] {
			p.Halls = append(p.Halls, v.told.Halls[i])
			continue
		}
		h := HallWhole{HallNow: here.picture(v.view, now)}
		for _, s := range here {
			for _, w := range s.windows {
				h.Windows = append(h.Windows, s.pictureOf(w, v.view, now))
			}
		}
		p.Halls = append(p.Halls, h)
	}
	return p, marks
}

// Snapshot returns what this viewer was told so far, for a screen that joins: the next Delta follows it. A viewer that
// was told nothing yet is told all as it stands at now.
func (v *Viewer) Snapshot(now time.Time) Snapshot {
	if v.told.Kind == "" {
		v.told, v.marks = v.picture(now)
	}
	told := v.told
	told.At = moment(now)
	return told
}

// Delta returns what changed since the last message, or false.
func (v *Viewer) Delta(now time.Time) (Delta, bool) {
	was := v.Snapshot(now)
	is, marks := v.picture(now)
	d := Delta{Kind: "delta", At: is.At}
	for i, h := range is.Halls { // the halls and windows of a board change with Arrange alone
		if marks[i] == v.marks[i] {
			continue
		}
		if !reflect.DeepEqual(h.HallNow, was.Halls[i].HallNow) {
			d.Halls = append(d.Halls, h.HallNow)
		}
		for j, w := range h.Windows {
			if !reflect.DeepEqual(w, was.Halls[i].Windows[j]) {
				d.Windows = append(d.Windows, w)
			}
		}
	}
	if !reflect.DeepEqual(is.Sums, was.Sums) {
		d.Sums = &is.Sums
	}
	if !reflect.DeepEqual(is.Alerts, was.Alerts) {
		d.Alerts = &is.Alerts
	}
	v.marks = marks
	if d.Windows == nil && d.Halls == nil && d.Sums == nil && d.Alerts == nil {
		return Delta{}, false
	}
	v.n++
	d.N, is.N = v.n, v.n
	v.told = is
	return d, true
}
