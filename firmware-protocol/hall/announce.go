package hall

// Announcement is how calls are called out in the waiting room. What it leaves out is as DefaultAnnouncement has it.
type Announcement struct {
	Times  int        `json:"times,omitempty" yaml:"times"`   // how often each call is said
	Volume []Loudness `json:"volume,omitempty" yaml:"volume"` // through the day, in its order
}

// Loudness is how loud it is from a time of the day on, until the next; the last one holds over midnight.
type Loudness struct {
	From  TimeOfDay `json:"from" yaml:"from"`
	Level int       `json:"level" yaml:"level"` // in percent; 0 is silent
}

// Bounds of an Announcement.
const (
	maxTimes = 3
	maxLevel = 100
)

// DefaultAnnouncement is that of a hall that says nothing: twice, and low before opening, at noon and in the evening.
func DefaultAnnouncement() Announcement {
	return Announcement{Times: 2, Volume: []Loudness{{0, 30}, {9 * 60, 100}, {12 * 60, 40}, {14 * 60, 100}, {18 * 60, 30}}}
}

// Announcing returns how the hall calls out.
func (c *Catalogue) Announcing() Announcement {
	a := DefaultAnnouncement()
	if c.Announce == nil {
		return a
	}
	if c.Announce.Times != 0 {
		a.Times = c.Announce.Times
	}
	if len(c.Announce.Volume) > 0 {
		a.Volume = c.Announce.Volume
	}
	return a
}

func (c *Catalogue) validateAnnounce(fault func(format string, args ...any)) {
	if c.Announce == nil {
		return
	}
	if n := c.Announce.Times; n < 0 || n > maxTimes {
		fault("announce.times %d: want 1 to %d, or nothing for %d", n, maxTimes, DefaultAnnouncement().Times)
	}
	for i, v := range c.Announce.Volume {
		if v.Level < 0 || v.Level > maxLevel {
			fault("announce.volume[%d].level %d: want 0, which is silent, to %d", i, v.Level, maxLevel)
		}
		if i > 0 && v.From <= c.Announce.Volume[i-1].From {
			fault("announce.volume[%d].from %s: want a later time than the one before, %s", i, v.From, c.Announce.Volume[i-1].From)
		}
	}
}
