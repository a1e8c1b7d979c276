package hall

// WindowState is what a window does now. The board draws each with a colour, a word and a shape.
type WindowState string

// The states of a window. 空岗, 溜岗 and 串岗 follow from a roster and are judged elsewhere.
const (
	WindowIsClosed  WindowState = "closed"  // 关闭: nobody has opened it
	WindowIsOpen    WindowState = "open"    // 空闲: staffed, nobody called
	WindowIsCalled  WindowState = "called"  // 叫号: a ticket has been called, its holder has not come yet
	WindowIsServing WindowState = "serving" // 办理中
	WindowIsPaused  WindowState = "paused"  // 暂停
)

// TicketState is where a ticket stands in its queue.
type TicketState string

// The states of a ticket that the queue knows so far.
const (
	TicketIsQueued    TicketState = "queued"    // 等候
	TicketIsCalled    TicketState = "called"    // 已叫号
	TicketIsServing   TicketState = "serving"   // 办理中
	TicketIsFinished  TicketState = "finished"  // 办完
	TicketIsMissed    TicketState = "missed"    // 过号
	TicketIsWithdrawn TicketState = "withdrawn" // 作废: its day ended before it was called
)

// Final reports whether no more happens to a ticket in this state.
func (s TicketState) Final() bool {
	return s == TicketIsFinished || s == TicketIsMissed || s == TicketIsWithdrawn
}

// Outcome is how a visit ended. Only a finished visit in which service began is ratable (domain §3.10).
type Outcome string

// The ways a visit ends.
const (
	OutcomeFinished Outcome = "finished" // by the clerk, or by his next call
	OutcomeMissed   Outcome = "missed"   // called, nobody came
)

// UnboundWhy says why a press could not become a rating. It is kept and never counted (domain §3.11).
type UnboundWhy string

// The reasons.
const (
	UnboundNoVisit  UnboundWhy = "no-visit" // no visit was serving or invited at the window
	UnboundAge      UnboundWhy = "age"      // the pad cannot say how old the press is
	UnboundMoved    UnboundWhy = "moved"    // older than the pad's arrival at this port
	UnboundIdentity UnboundWhy = "identity" // its name was used before, with another level or more than 10 s apart
	UnboundClock    UnboundWhy = "clock"    // the time of the press lies before what the agent remembers
)
