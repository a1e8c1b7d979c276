package uplink

import (
	"crypto/ed25519"
	"time"

	"hallpulse/firmware-protocol/hall"
)

const shownContext = "hallpulse/shown/1\n"

// Shown is what the displays of one agent show, for those of the others of its hall that show all of it: numbers and windows, of
// nobody anything else.
type Shown struct {
	Agent string        `json:"agent"`
	At    time.Time     `json:"at"`    // by its clock
	Last  []ShownCall   `json:"last"`  // newest first
	Open  []ShownCall   `json:"open"`  // to which nobody has come yet, oldest first
	Lines []ShownLine   `json:"lines"` // its queues
	Down  []ShownOutage `json:"down"`
	Over  bool          `json:"over"` // nobody is called there any more today
}

// ShownCall is a number called to a window; its serial names this one call.
type ShownCall struct {
	Serial string    `json:"serial"`
	Ticket string    `json:"ticket"`
	Window string    `json:"window"`
	Since  time.Time `json:"since"`
	Calls  int       `json:"calls"`
}

// ShownLine is a queue, and how many minutes who comes now would wait; 0 is unknown.
type ShownLine struct {
	Letter  string          `json:"letter"`
	Waiting int             `json:"waiting"`
	P50     int             `json:"p50"`
	P90     int             `json:"p90"`
	Staffed bool            `json:"staffed"`
	Shut    hall.ServiceWhy `json:"shut,omitempty"`
	Full    bool            `json:"full,omitempty"` // its numbers of today are given out
	Late    bool            `json:"late,omitempty"` // who comes now could not be served before the hall closes
}

// ShownOutage is a unit whose system is down.
type ShownOutage struct {
	Name   string    `json:"name"`
	NameEN string    `json:"name_en,omitempty"`
	Since  time.Time `json:"since"`
}

// MaxShown bounds each list of a Shown, so that it can be signed.
const MaxShown = 40

// Check says what no display can show; empty where it can.
func (s Shown) Check() string {
	if s.Agent == "" || max(len(s.Last), len(s.Open), len(s.Lines), len(s.Down)) > MaxShown {
		return "it shows too much, or is nobody's"
	}
	return ""
}

// SignShown writes the signed text of what an agent shows. The key is that of v.Agent.
func SignShown(key ed25519.PrivateKey, v Shown) (string, error) { return sign(key, shownContext, v) }

// ReadShown reads the signed text of what an agent shows, by the keys of the hall's agents.
func ReadShown(text string, fellows []Fellow) (Shown, error) {
	return readSigned(text, shownContext, fellows, func(v Shown) string { return v.Agent })
}
