package hall

import "time"

// StuckDesk 办不成事窗口 is where who is here for the third time for the same thing is passed on to (domain §6): a window, or
// whoever calls a letter.
type StuckDesk struct {
	Window string `json:"window,omitempty" yaml:"window"`
	Letter string `json:"letter,omitempty" yaml:"letter"`
	Arrive int    `json:"arrive,omitempty" yaml:"arrive"` // minutes within which the manager on duty is there; 0: 10
}

const (
	usualArrival = 10
	maxArrival   = 120
)

// ArriveFor returns how long the manager on duty may take to be with who is here for the third time.
func (c *Catalogue) ArriveFor() time.Duration {
	if c.Stuck == nil || c.Stuck.Arrive == 0 {
		return usualArrival * time.Minute
	}
	return time.Duration(c.Stuck.Arrive) * time.Minute
}

// IsStuckDesk reports whether a window is the desk, or one of those that call its letter.
func (c *Catalogue) IsStuckDesk(window string) bool {
	w, ok := c.Window(window)
	if !ok || c.Stuck == nil {
		return false
	}
	if c.Stuck.Window != "" {
		return c.Stuck.Window == window
	}
	return w.calls(c.Stuck.Letter)
}

// validateStuck names the faults of the desk.
func (c *Catalogue) validateStuck(fault func(format string, args ...any)) {
	if c.Stuck == nil {
		return
	}
	desk := *c.Stuck
	_, window := c.Window(desk.Window)
	_, letter := c.Service(desk.Letter)
	switch {
	case (desk.Window == "") == (desk.Letter == ""):
		fault("stuck: want the window or the letter to which who is here for the third time is passed on, and one of them alone")
	case desk.Window != "" && !window:
		fault("stuck.window %q is not in windows", desk.Window)
	case desk.Letter != "" && !letter:
		fault("stuck.letter %q is not in services", desk.Letter)
	case desk.Letter != "" && !c.isCalled(desk.Letter):
		fault("stuck.letter %s: no window calls it: who is passed on there would wait for ever", desk.Letter)
	}
	if desk.Arrive < 0 || desk.Arrive > maxArrival {
		fault("stuck.arrive %d: want minutes from 1 to %d, or nothing for %d", desk.Arrive, maxArrival, usualArrival)
	}
}

// isCalled reports whether a window calls a letter.
func (c *Catalogue) isCalled(letter string) bool {
	_, ok := find(c.Windows, func(w Window) bool { return w.calls(letter) })
	return ok
}
