package web

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"sync"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/board"
)

// pace is how screens are kept informed and alive.
type pace struct {
	gap    time.Duration // at least, between two deltas
	sweep  time.Duration // silence and the hour are looked for this often
	beat   time.Duration // a screen hears at least this often how fresh its picture is, and is asked whether it lives
	write  time.Duration // a write may take
	silent time.Duration // a screen from which nothing comes for so long is gone
}

func usualPace() pace {
	return pace{gap: 50 * time.Millisecond, sweep: time.Second, beat: 10 * time.Second, write: 5 * time.Second, silent: 30 * time.Second}
}

// behind is how many messages a screen may be late before it is cut off. It comes back and gets a snapshot.
const behind = 32

// Live shares one board between who changes it and all who look at it.
type Live struct {
	now  func() time.Time
	log  *slog.Logger
	pace pace

	changed chan struct{}
	mu      sync.Mutex
	board   *board.Board
	groups  map[string]*group
	closed  bool
	all     sync.WaitGroup // the screens
}

// group is the screens that see the same: one viewer, each message encoded once.
type group struct {
	viewer  *board.Viewer
	screens map[*screen]bool
}

// screen is one WebSocket as Live knows it.
type screen struct {
	key string
	out chan []byte
	cut context.CancelFunc
}

// NewLive returns the shared board. now is the hub's clock.
func NewLive(b *board.Board, now func() time.Time, log *slog.Logger) *Live {
	return &Live{now: now, log: log, pace: usualPace(), changed: make(chan struct{}, 1), board: b, groups: map[string]*group{}}
}

// Change lets f change the board, alone; the screens hear of it soon after. f must not keep b.
func (l *Live) Change(f func(b *board.Board, now time.Time)) {
	l.mu.Lock()
	f(l.board, l.now())
	l.mu.Unlock()
	select {
	case l.changed <- struct{}{}:
	default: // somebody said so already
	}
}

// Arrange lets f change the halls or windows of the board. Every screen is cut off: it comes back by itself, and hears all.
func (l *Live) Arrange(f func(b *board.Board)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f(l.board)
	for key, g := range l.groups {
		for s := range g.screens {
			s.cut()
		}
		delete(l.groups, key)
	}
}

// Run tells the screens what changes until ctx ends; then it closes them all and returns when they are gone.
func (l *Live) Run(ctx context.Context) error {
	sweep, beat := time.NewTicker(l.pace.sweep), time.NewTicker(l.pace.beat)
	defer sweep.Stop()
	defer beat.Stop()
	defer l.closeAll()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-beat.C:
			l.beat()
		case <-sweep.C:
			l.tell()
		case <-l.changed:
			l.tell()
			select { // what changes meanwhile goes in one message
			case <-time.After(l.pace.gap):
			case <-ctx.Done():
			}
		}
	}
}

// tell sends each group what changed for it.
func (l *Live) tell() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, g := range l.groups {
		if d, changed := g.viewer.Delta(l.now()); changed {
			l.send(g, d)
		}
	}
}

// beat tells every screen that its picture is that of now.
func (l *Live) beat() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, g := range l.groups {
		l.send(g, struct {
			Kind string    `json:"kind"`
			At   time.Time `json:"at"`
		}{"beat", l.now().In(hall.Beijing()).Truncate(time.Second)})
	}
}

// send hands a message to the screens of g and cuts off those that do not keep up.
func (l *Live) send(g *group, message any) {
	data, err := json.Marshal(message)
	if err != nil {
		l.log.Error("board: encode", "err", err)
		return
	}
	for s := range g.screens {
		select {
		case s.out <- data:
		default:
			l.log.Info("board: slow screen cut off", "messages", behind)
			s.cut()
			delete(g.screens, s)
		}
	}
}

// join admits a screen: its first message is a snapshot, and every change after that follows. ok is false when the
// program is stopping. Who joins leaves.
func (l *Live) join(view board.View, halls []string, cut context.CancelFunc) (s *screen, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, false
	}
	s = &screen{key: string(view) + "/" + strings.Join(halls, "/"), out: make(chan []byte, behind), cut: cut}
	g := l.groups[s.key]
	if g == nil {
		g = &group{viewer: l.board.Viewer(view, halls), screens: map[*screen]bool{}}
		l.groups[s.key] = g
	}
	l.all.Add(1)
	g.screens[s] = true
	data, err := json.Marshal(g.viewer.Snapshot(l.now()))
	if err != nil {
		l.log.Error("board: encode", "err", err)
		cut()
	}
	s.out <- data
	return s, true
}

func (l *Live) leave(s *screen) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if g := l.groups[s.key]; g != nil {
		delete(g.screens, s)
		if len(g.screens) == 0 {
			delete(l.groups, s.key)
		}
	}
	l.all.Done()
}

func (l *Live) closeAll() {
	l.mu.Lock()
	l.closed = true
	for _, g := range l.groups {
		for s := range g.screens {
			s.cut()
		}
	}
	l.mu.Unlock()
	l.all.Wait()
}

// spot is where a ticket stands by the word of its agent.
type spot struct {
	place *board.Place // nil: in no line
	up    bool         // the agent is heard now
	heard time.Time    // when it was heard last; zero: never
}

// down returns since when the system of a unit is down in the hall of an agent; false where it is not.
func (l *Live) down(agent, unit string) (time.Time, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.board.Down(agent, unit)
}

// locks returns the badges of a hall with which too much was typed wrong.
func (l *Live) locks(hallID string) map[string]uplink.LockNow {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.board.Locks(hallID, l.now())
}

// spot finds a ticket in its line.
func (l *Live) spot(ticket hall.ID, agent string) (at spot) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at.up, at.heard = l.board.Reach(agent, l.now())
	if p, ok := l.board.Place(ticket, l.now()); ok {
		at.place = &p
	}
	return at
}
