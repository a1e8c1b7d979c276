package repair

import (
	"fmt"
	"slices"
	"strings"

	"hallpulse/firmware-protocol/hall"
)

// State is where a repair stands (domain §4). That it is frozen, that an exclusion is proposed and that an appeal is open
// stand beside it.
type State string

// The states. None is empty: a visit without a repair.
const (
	None      State = ""
	Open      State = "open"      // 待派单: a bad rating opened it; its clock runs
	Assigned  State = "assigned"  // 待签收
	Verifying State = "verifying" // 核实中: what is true of it, and the call-back 回访
	Repairing State = "repairing" // 整改中
	Answered  State = "answered"  // 已答复: the centre accepts, the citizen may rate the repair
	Closed    State = "closed"    // 办结
	Excluded  State = "excluded"  // 不计: in the record, in no figure
	Withdrawn State = "withdrawn" // 撤回: the answer that opened it is no longer the rating
)

// States are all of them, in the order of their steps.
func States() []State {
	return []State{Open, Assigned, Verifying, Repairing, Answered, Closed, Excluded, Withdrawn}
}

// Final reports whether a repair in this state is over. A bad second rating reopens a closed one, an appeal may exclude
// it, and where the rating is a bad one after all, a withdrawn one opens again.
func (s State) Final() bool { return s == Closed || s == Excluded || s == Withdrawn }

// Running reports whether the unit owes something: the clock of the repair runs.
func (s State) Running() bool {
	return s == Open || s == Assigned || s == Verifying || s == Repairing
}

// Turn is what can happen to a repair: the type of a deed, or an outcome of it where the outcomes lead to different
// states.
type Turn = hall.Type

// The turns that are outcomes.
const (
	AppealUpheld  Turn = "appeal.upheld"
	AppealRefused Turn = "appeal.refused"
)

// same stands in a row for: it stays in the state it is in.
const same State = "same"

// row says to which state a turn leads, and from which ones.
type row struct {
	turn Turn
	from []State
	to   State
}

// table is the state machine. Apply, the acts, the drawing and the screens all read it.
func table() []row {
	running := []State{Open, Assigned, Verifying, Repairing}
	undecided := append(running[:len(running):len(running)], Answered, Closed)
	proposed := []State{Assigned, Verifying, Repairing, Answered}
	signed := []State{Verifying, Repairing}
	return []row{
		{hall.TypeRepairOpened, []State{None, Withdrawn}, Open},
		{hall.TypeRepairAssigned, running, Assigned}, // whoever takes over signs for it again
		{hall.TypeRepairSigned, []State{Assigned}, Verifying},
		{hall.TypeRepairCalled, []State{Assigned, Verifying, Repairing}, same},
		{hall.TypeRepairVerified, signed, same},
		{hall.TypeRepairBegan, signed, Repairing},
		{hall.TypeRepairExtended, signed, same},
		{hall.TypeRepairAnswered, signed, Answered},
		{hall.TypeRepairReturned, []State{Answered}, Repairing},
		{hall.TypeRepairClosed, []State{Answered}, Closed},
		{hall.TypeRepairSecondRated, []State{Answered, Closed}, same},
		{hall.TypeRepairReopened, []State{Answered, Closed}, Assigned},
		{hall.TypeRepairWithdrawn, undecided, Withdrawn},

		{hall.TypeRepairExclusionProposed, []State{Verifying, Repairing, Answered}, same},
		{hall.TypeRepairExcluded, proposed, Excluded}, // it may have gone to another unit meanwhile
		{hall.TypeRepairExclusionRefused, proposed, same},
		{hall.TypeAppealOpened, undecided, same},
		{AppealUpheld, undecided, Excluded},
		{AppealRefused, undecided, same},

		{hall.TypeRepairFrozen, States(), same}, // a report of pressure is heard whatever became of the repair
		{hall.TypeRepairThawed, States(), same},
		{hall.TypeRepairReminded, running, same},
		{hall.TypeRepairEscalated, undecided, same},
		{hall.TypeDeadlineMoved, undecided, same},
	}
}

// Move is one cell of the state machine.
type Move struct {
	From State
	Turn Turn
	To   State
}

// Moves lists every cell of the state machine, in the order of its table.
func Moves() []Move {
	var all []Move
	for _, row := range table() {
		for _, from := range row.from {
			all = append(all, Move{from, row.turn, row.after(from)})
		}
	}
	return all
}

// after returns the state after the row's turn.
func (w row) after(from State) State {
	if w.to == same {
		return from
	}
	return w.to
}

// Next returns the state after a turn; false where the turn cannot be taken in s.
func (s State) Next(t Turn) (State, bool) {
	for _, row := range table() {
		if row.turn == t && slices.Contains(row.from, s) {
			return row.after(s), true
		}
	}
	return s, false
}

// TurnOf returns which turn of a repair a fact is, and the id of the repair; false where it is about none.
func TurnOf(f hall.Fact) (t Turn, id string, ok bool) {
	switch f := f.(type) {
	case hall.AppealDecided:
		if f.Upheld {
			return AppealUpheld, f.About, true
		}
		return AppealRefused, f.About, true
	case hall.DeadlineMoved: // of a visit it has the same id
		return f.Type(), f.About, f.Of == hall.ClockedRepair || slices.Contains(sideClocks(), f.Of)
	case hall.Deed:
		t, id = f.Type(), f.Acted().About
		ok = strings.HasPrefix(string(t), "repair.") || strings.HasPrefix(string(t), "appeal.")
		return t, id, ok
	}
	return "", "", false
}

// Drawing draws the state machine for Mermaid, from the table.
func Drawing() string {
	type arrow struct{ from, to State }
	var arrows []arrow
	turns := map[arrow][]string{}
	var stay []string
	for _, row := range table() {
		name := strings.TrimPrefix(string(row.turn), "repair.")
		if row.to == same {
			stay = append(stay, name)
			continue
		}
		for _, from := range row.from {
			a := arrow{from, row.to}
			if turns[a] == nil {
				arrows = append(arrows, a)
			}
			turns[a] = append(turns[a], name)
		}
	}
	slices.SortStableFunc(arrows, func(a, b arrow) int {
		return slices.Index(States(), a.from) - slices.Index(States(), b.from)
	})
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	for _, a := range arrows {
		from := string(a.from)
		if a.from == None {
			from = "[*]"
		}
		fmt.Fprintf(&b, "    %s --> %s: %s\n", from, a.to, strings.Join(turns[a], ", "))
	}
	fmt.Fprintf(&b, "    %%%% the state stays: %s\n", strings.Join(stay, ", "))
	return b.String()
}
