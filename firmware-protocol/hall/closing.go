package hall

import "cmp"

// EveryHall stands for all halls where a hall is named.
const EveryHall = "*"

// Closing is a day on which a hall does not work though the calendar says so.
type Closing struct {
	Hall string     `json:"hall"` // its id, or EveryHall
	Day  Day        `json:"day"`
	Why  ClosingWhy `json:"why"`
}

func (x Closing) compare(y Closing) int {
	return cmp.Or(cmp.Compare(x.Day, y.Day), cmp.Compare(x.Hall, y.Hall))
}

// ClosingWhy says why a hall does not work on a day.
type ClosingWhy string

// The reasons.
const (
	ClosingLocal   ClosingWhy = "local"   // a local holiday
	ClosingWeather ClosingWhy = "weather" // 恶劣天气
	ClosingOutage  ClosingWhy = "outage"  // power, network, building
	ClosingOther   ClosingWhy = "other"
)

// Valid reports whether w is one of the reasons.
func (w ClosingWhy) Valid() bool {
	switch w {
	case ClosingLocal, ClosingWeather, ClosingOutage, ClosingOther:
		return true
	}
	return false
}
