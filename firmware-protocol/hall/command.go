package hall

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// CommandKind is what a manager asks an agent to do (design §3). The set is closed for one version of the software; an
// agent refuses every other.
type CommandKind string

// The kinds.
const (
	CommandMessage      CommandKind = "message"       // words for who sits at a window
	CommandOpen         CommandKind = "open"          // 请开窗: a window is asked to open
	CommandServiceClose CommandKind = "service.close" // 停止取号: no more tickets of a letter
	CommandServiceOpen  CommandKind = "service.open"
	CommandOutageBegin  CommandKind = "outage.begin" // 系统停用 of a unit
	CommandOutageEnd    CommandKind = "outage.end"
	CommandBook         CommandKind = "ticket.book"   // 预约, as a citizen asks at the hub
	CommandUnbook       CommandKind = "ticket.cancel" // 取消预约, likewise

	// What the hub itself says of a ticket between two agents of a hall.
	CommandAdmit CommandKind = "ticket.admit" // it was passed on to this agent
	CommandGone  CommandKind = "ticket.gone"  // the agent it was passed on to has it
)

// OfCitizen reports whether citizens ask for it, and no manager does.
func (k CommandKind) OfCitizen() bool { return k == CommandBook || k == CommandUnbook }

// ServiceWhy is why a letter gives out no more tickets.
type ServiceWhy string

// The reasons.
const (
	ServiceFull    ServiceWhy = "full"    // 人太多，今天办不完
	ServiceClosing ServiceWhy = "closing" // 快下班了
	ServiceStaff   ServiceWhy = "staff"   // 窗口人手不够
	ServiceFault   ServiceWhy = "fault"   // 设备或系统有问题
	ServiceEvent   ServiceWhy = "event"   // 临时安排
)

// ServiceWhys returns every reason.
func ServiceWhys() []ServiceWhy {
	return []ServiceWhy{ServiceFull, ServiceClosing, ServiceStaff, ServiceFault, ServiceEvent}
}

// Order is the body of a command: what its kind is about.
type Order struct {
	Window string     `json:"window,omitempty"` // of a message, and of who is asked to open
	Letter string     `json:"letter,omitempty"`
	Unit   string     `json:"unit,omitempty"`
	Why    ServiceWhy `json:"why,omitempty"`
	Text   string     `json:"text,omitempty"` // of a message; no event carries it

	Item      string    `json:"item,omitempty"` // of a booking: what for, when
	Situation string    `json:"situation,omitempty"`
	Day       Day       `json:"day,omitzero"`
	At        TimeOfDay `json:"at,omitzero"`
	Ticket    ID        `json:"ticket,omitzero"` // whose booking is cancelled; of CommandGone
	Box       string    `json:"box,omitempty"`   // of CommandAdmit: the box that the move names, as it was sealed; empty: there is none
	Move      string    `json:"move,omitempty"`  // of CommandAdmit: the signed word of who passed it on
	Hop       int       `json:"hop,omitempty"`   // of CommandGone
	Agent     string    `json:"agent,omitempty"` // of CommandGone: that has it
}

// MaxMessage is how long a manager's message is at most, in characters.
const MaxMessage = 200

// Check says why an order of this kind cannot be carried out in a hall; empty where it can.
func (o Order) Check(kind CommandKind, c *Catalogue) RefusedWhy {
	switch kind {
	case CommandMessage, CommandOpen:
		if _, ok := c.Window(o.Window); !ok {
			return RefusedMissing
		}
		if n := utf8.RuneCountInString(strings.TrimSpace(o.Text)); n > MaxMessage || n == 0 && kind == CommandMessage {
			return RefusedMalformed
		}
	case CommandServiceClose, CommandServiceOpen:
		if _, ok := c.Service(o.Letter); !ok {
			return RefusedMissing
		}
		if kind == CommandServiceClose && !slices.Contains(ServiceWhys(), o.Why) {
			return RefusedMalformed
		}
	case CommandOutageBegin, CommandOutageEnd:
		if _, ok := c.Unit(o.Unit); !ok {
			return RefusedMissing
		}
	case CommandBook:
		item, ok := c.Item(o.Item)
		if _, known := item.Situation(o.Situation); !ok || o.Situation != "" && !known {
			return RefusedMissing
		}
		if _, _, ok := c.Booked(item, o.Situation); !ok {
			return RefusedClosed
		}
	case CommandUnbook:
		if o.Ticket.IsZero() {
			return RefusedMalformed
		}
	default:
		return RefusedUnknown
	}
	return ""
}

type (
	// CommandDone answers a command that was carried out. A repeat of the command is answered again.
	CommandDone struct {
		Command string `json:"command"`
	}
	// CommandRefused answers a command that this agent does not carry out.
	CommandRefused struct {
		Command string     `json:"command"`
		Why     RefusedWhy `json:"why"`
	}
	// CommandSeen: who sits at the window has read what a command says.
	CommandSeen struct {
		Command string `json:"command"`
		Window  string `json:"window"`
		Staff   string `json:"staff,omitempty"`
	}
	// ServiceClosed: no more tickets of a letter are given out, by a manager's command. Who has one is called.
	ServiceClosed struct {
		Letter  string     `json:"letter"`
		Why     ServiceWhy `json:"why"`
		Command string     `json:"command"`
	}
	// ServiceOpened: tickets of the letter are given out again.
	ServiceOpened struct {
		Letter  string `json:"letter"`
		Command string `json:"command"`
	}
	// OutageBegan: the system of a unit is down, as a manager declares (系统停用). No ticket for its items is given out.
	OutageBegan struct {
		Unit    string `json:"unit"`
		Command string `json:"command"`
	}
	// OutageEnded: it works again.
	OutageEnded struct {
		Unit    string `json:"unit"`
		Command string `json:"command"`
	}
	// AlertRaised: who sits at a window needs somebody at once (紧急); of another Kind, the holder of a ticket does, wherever
	// he is.
	AlertRaised struct {
		Window string    `json:"window,omitempty"`
		Staff  string    `json:"staff,omitempty"`
		Kind   AlertKind `json:"kind,omitempty"`
		Ticket ID        `json:"ticket,omitzero"`
	}
	// AlertClosed: it is over, says who sits there; without Window a guide says so, or the holder of the ticket is here no
	// more.
	AlertClosed struct {
		Window string    `json:"window,omitempty"`
		Staff  string    `json:"staff,omitempty"`
		Kind   AlertKind `json:"kind,omitempty"`
		Ticket ID        `json:"ticket,omitzero"`
	}
)

// AlertKind says what somebody is needed for; empty: at once, for whatever it is.
type AlertKind string

// AlertThird: somebody is here for the third time for the same thing 办不成事.
const AlertThird AlertKind = "third"

// decodeCommand reads the body of what follows from a command, or of a call for help.
func decodeCommand(t Type, body []byte) (Fact, error) {
	switch t {
	case TypeCommandDone:
		return decode[CommandDone](body)
	case TypeCommandRefused:
		return decode[CommandRefused](body)
	case TypeCommandSeen:
		return decode[CommandSeen](body)
	case TypeServiceClosed:
		return decode[ServiceClosed](body)
	case TypeServiceOpened:
		return decode[ServiceOpened](body)
	case TypeOutageBegan:
		return decode[OutageBegan](body)
	case TypeOutageEnded:
		return decode[OutageEnded](body)
	case TypeAlertRaised:
		return decode[AlertRaised](body)
	case TypeAlertClosed:
		return decode[AlertClosed](body)
	}
	return nil, fmt.Errorf("%w: %q", ErrUnknownType, t)
}

// Type implements Fact.
func (CommandDone) Type() Type { return TypeCommandDone }

// Type implements Fact.
func (CommandRefused) Type() Type { return TypeCommandRefused }

// Type implements Fact.
func (CommandSeen) Type() Type { return TypeCommandSeen }

// Type implements Fact.
func (ServiceClosed) Type() Type { return TypeServiceClosed }

// Type implements Fact.
func (ServiceOpened) Type() Type { return TypeServiceOpened }

// Type implements Fact.
func (OutageBegan) Type() Type { return TypeOutageBegan }

// Type implements Fact.
func (OutageEnded) Type() Type { return TypeOutageEnded }

// Type implements Fact.
func (AlertRaised) Type() Type { return TypeAlertRaised }

// Type implements Fact.
func (AlertClosed) Type() Type { return TypeAlertClosed }
