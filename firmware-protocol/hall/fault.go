package hall

// Fault is one thing to mend in what people write: a catalogue, a policy pack, a profile.
type Fault struct {
	At  string // where it stands, as rating.window.days or items[2]; empty: nowhere in particular
	Say string // what is wrong, and what is wanted
}
