package hall

import "time"

// What is decided at the board.
const (
	TypeCommandSent  Type = "command.sent"
	TypeAlertTaken   Type = "alert.taken"
	TypeAlertCleared Type = "alert.cleared"
)

type (
	// CommandSent: a manager asks the agent of a hall to do something, or a citizen to keep or give up a place. About is the
	// command's id. What a message says lies apart.
	CommandSent struct {
		Act
		Hall    string      `json:"hall"`
		Agent   string      `json:"agent"` // name
		Kind    CommandKind `json:"kind"`
		Window  string      `json:"window,omitempty"`
		Letter  string      `json:"letter,omitempty"`
		Unit    string      `json:"unit,omitempty"`
		Why     ServiceWhy  `json:"why,omitempty"`
		Text    *Sealed     `json:"text,omitempty"`
		Expires time.Time   `json:"expires"`

		Item      string    `json:"item,omitempty"` // of a booking, as in Order
		Situation string    `json:"situation,omitempty"`
		Day       Day       `json:"day,omitzero"`
		Slot      TimeOfDay `json:"slot,omitzero"`
		Ticket    ID        `json:"ticket,omitzero"`
	}
	// AlertTaken: somebody sees to an alert. About is the alert's id. It lapses by itself.
	AlertTaken struct {
		Act
		Hall string `json:"hall,omitempty"` // empty: of the whole centre
	}
	// AlertCleared: the cause of an alert that somebody had taken is gone. No person clears an alert.
	AlertCleared struct {
		Act
		Hall string `json:"hall,omitempty"`
	}
)

// Sealed implements Texts.
func (c CommandSent) Sealed() []Sealed {
	if c.Text == nil {
		return nil
	}
	return []Sealed{*c.Text}
}

// decodeBoard reads the body of a deed at the board; ErrUnknownType where the type is none of them.
func decodeBoard(t Type, body []byte) (Fact, error) {
	switch t {
	case TypeCommandSent:
		return decode[CommandSent](body)
	case TypeAlertTaken:
		return decode[AlertTaken](body)
	case TypeAlertCleared:
		return decode[AlertCleared](body)
	}
	return nil, ErrUnknownType
}

// Type implements Fact.
func (CommandSent) Type() Type { return TypeCommandSent }

// Type implements Fact.
func (AlertTaken) Type() Type { return TypeAlertTaken }

// Type implements Fact.
func (AlertCleared) Type() Type { return TypeAlertCleared }
