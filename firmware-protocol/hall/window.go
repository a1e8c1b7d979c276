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

// PausedWhy is why a window is paused.
type PausedWhy string

// The reasons. A window may pause without one.
const (
	PausedLunch   PausedWhy = "lunch"   // 吃饭
	PausedToilet  PausedWhy = "toilet"  // 如厕
	PausedMeeting PausedWhy = "meeting" // 开会
	PausedSystem  PausedWhy = "system"  // 系统故障
	PausedOther   PausedWhy = "other"   // 其他
)

// PausedWhys returns every reason.
func PausedWhys() []PausedWhy {
	return []PausedWhy{PausedLunch, PausedToilet, PausedMeeting, PausedSystem, PausedOther}
}

// OffWhy is why a clerk was signed off; empty: he did it himself.
type OffWhy string

// OffIdle: nothing was done at his window after the hour at which the hall goes to lunch or closes.
const OffIdle OffWhy = "idle"

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
