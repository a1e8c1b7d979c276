package intake

import (
	"time"

	"hallpulse/firmware-protocol/hall"
)

// Command is what a manager asked an agent to do, as the hub's stream tells of it.
type Command struct {
	Pos int64
	At  time.Time
	hall.CommandSent
}

// Reply is what an agent said about a command: that it did it, why not, or that it was read.
type Reply struct {
	Pos     int64
	At      time.Time
	Agent   uint32
	Command string
	Type    hall.Type
	Why     hall.RefusedWhy // of a refusal
	Staff   string          // badge of who read it
}

// Booking is a citizen's wish to keep a place, and what became of it.
type Booking struct {
	Command Command
	Replies []Reply
	Ticket  Ticket // zero: its counter has not told of one
}

// WindowStep is one change of whether a window is staffed: what a day's course and its hours are made of.
type WindowStep struct {
	Pos int64
	At  time.Time
	WindowKey
	State hall.WindowState
	Staff string // badge
}

// Reprint is a paper that was printed once more.
type Reprint struct {
	Pos int64
	At  time.Time
	DeviceKey
	After hall.Trouble // of the try before; empty: that came out
}

// Reprints is what a printer printed once more on a day.
type Reprints struct {
	DeviceKey
	Papers int
	Doubts int // of them after a try of which nobody knows
}

// takeOfBoard carries out what is decided at the board, and what agents say to it; false where f is none of it.
func (s *step) takeOfBoard(f hall.Fact) bool {
	switch f := f.(type) {
	case hall.CommandSent:
		s.commands = append(s.commands, Command{s.e.Pos, s.e.When, f})
	case hall.CommandDone:
		s.reply(f, f.Command, "", "")
	case hall.CommandRefused:
		s.reply(f, f.Command, f.Why, "")
	case hall.CommandSeen:
		s.reply(f, f.Command, "", f.Staff)
	case hall.OutageBegan:
		s.down(f.Unit, true)
	case hall.OutageEnded:
		s.down(f.Unit, false)
	case hall.AlertTaken, hall.AlertCleared: // the deed is all there is
	default:
		return false
	}
	return true
}

func (s *step) reply(f hall.Fact, command string, why hall.RefusedWhy, staff string) {
	s.replies = append(s.replies, Reply{s.e.Pos, s.e.When, s.e.Agent, command, f.Type(), why, staff})
}

// turns notes a change of whether a window is staffed.
func (s *step) turns(window string, state hall.WindowState, staff string) {
	s.window(window, state, hall.ID{}, hall.ID{})
	s.turned = append(s.turned, WindowStep{s.e.Pos, s.e.When, WindowKey{s.e.Agent, window}, state, staff})
}
