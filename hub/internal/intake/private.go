package intake

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/private"
)

// Personal data lies in boxes beside the events that name them. What a box is, about what, and from which day its time
// counts is said by the fact that names it, so that no page can label one wrongly.

// texts names what lies apart of a fact.
func texts(f hall.Fact) []hall.Sealed {
	switch f := f.(type) {
	case hall.RatingGiven:
		if f.Ref == "" {
			return nil
		}
		return []hall.Sealed{{Ref: f.Ref, SHA: f.RefSHA}}
	case hall.Texts:
		return f.Sealed()
	}
	return nil
}

// TextsOf returns the refs of the boxes that an event of the store names, as it is read now, and of those that it says were
// erased.
func TextsOf(e *Stored) (named, erased []string) {
	if !bytes.Contains(e.Bytes, []byte(`"ref`)) { // most name nothing: they need not be read
		return nil, nil
	}
	_, f, _ := taken(e.Agent, e.Seq, e.Bytes)
	if f == nil {
		return nil, nil
	}
	for _, t := range texts(f) {
		named = append(named, t.Ref)
	}
	if gone, ok := f.(hall.PrivateErased); ok {
		erased = gone.Refs
	}
	return named, erased
}

// file keeps the boxes that facts of this decision name, labelled by these facts. One that was erased for ever is dropped:
// it comes from an agent that has been away, or is told again.
func (d *decision) file(boxes []Box, named map[string]private.Label) {
	for _, b := range boxes {
		by, ok := named[b.Ref]
		if !ok || d.erased(b.Ref) {
			continue
		}
		b.Label = completed(b.Label, by)
		d.changes.Boxes = append(d.changes.Boxes, b)
	}
}

// opened is a box of an agent, sealed anew, and the digest of what lies in it.
type opened struct {
	Box
	sha string
}

// openBox opens a box as it came. One that is none, or that no key of the hub opens, is as good as lost.
func openBox(line []byte, open func(uplink.Box) (Box, string, error)) (opened, bool) {
	b, err := uplink.DecodeBox(line)
	if err != nil {
		return opened{}, false
	}
	box, sha, err := open(b)
	return opened{box, sha}, err == nil
}

// texted are the texts that the new events of a batch name.
type texted struct {
	labels map[string]private.Label
	shas   map[string]string
	seqs   map[string]uint64
}

// add takes what an event names. What was told before has its box already.
func (t *texted) add(e *event) {
	if e.fact == nil || e.Again {
		return
	}
	for _, text := range texts(e.fact) {
		if t.labels == nil {
			t.labels, t.shas, t.seqs = map[string]private.Label{}, map[string]string{}, map[string]uint64{}
		}
		t.labels[text.Ref], t.shas[text.Ref], t.seqs[text.Ref] = labelOf(e.fact, e.When), text.SHA, e.Seq
	}
}

// filed keeps the boxes of a batch that its new events name, and returns the events whose text did not come, or is another
// one than they say.
func (d *decision) filed(boxes []opened, named texted) (lost []uint64) {
	var right []Box
	for _, b := range boxes {
		if sha, ok := named.shas[b.Ref]; ok && sha == b.sha {
			right = append(right, b.Box)
			delete(named.seqs, b.Ref)
		}
	}
	d.file(right, named.labels)
	for ref, seq := range named.seqs {
		if !d.erased(ref) {
			lost = append(lost, seq)
		}
	}
	slices.Sort(lost)
	return lost
}

// completed fills in what nobody said of a label.
func completed(l, by private.Label) private.Label {
	if l.Kind == "" {
		l.Kind = by.Kind
	}
	if l.About == "" {
		l.About = by.About
	}
	if l.Visit.IsZero() {
		l.Visit = by.Visit
	}
	if l.Day == 0 {
		l.Day = by.Day
	}
	return l
}

// labelOf says what the boxes are that a fact names.
func labelOf(f hall.Fact, now time.Time) private.Label {
	l := private.Label{Kind: kindOfText(f), Day: hall.DayOf(now)}
	switch f := f.(type) {
	case hall.RatingGiven:
		l.About, l.Visit = f.Ticket.String(), f.Visit
		if !f.Visit.IsZero() {
			l.About = f.Visit.String()
		}
	case hall.TicketBooked:
		l.About = f.Ticket.String()
	case hall.TicketTransferred:
		l.About = f.Ticket.String()
	case hall.PINChosen:
		l.About = f.Help
	case hall.Step:
		l.About = f.On().Case.String()
	case hall.NoticePrinted:
		l.About, l.Visit = f.Case.String(), f.Visit
		if f.Case.IsZero() {
			l.About = f.Visit.String()
		}
	case hall.Deed:
		l.About = f.Acted().About
		l.Visit = visitOfDeed(f)
	}
	return l
}

// visitOfDeed returns the visit that a deed is about; zero where it is about something else.
func visitOfDeed(f hall.Deed) (visit hall.ID) {
	about := f.Acted().About
	switch f := f.(type) {
	case hall.ContactGiven:
		return hall.ID{} // it is about a ticket, whose visits are still to come
	case hall.ConcernReceived:
		about = f.Repair
	case hall.MessageQueued:
		about = f.Of
	}
	if id, err := hall.ParseID(about); err == nil {
		return id
	}
	return hall.ID{}
}

// kindOfText says what the boxes that a fact names are kept for, and so how long.
func kindOfText(f hall.Fact) private.Kind {
	switch f := f.(type) {
	case hall.RatingGiven, hall.RatingReasoned, hall.RepairSecondRated:
		return private.KindRating
	case hall.ContactGiven, hall.TicketBooked, hall.TicketTransferred: // as long: all are for the holder of a ticket
		return private.KindContact
	case hall.MessageQueued:
		if f.Kind == hall.MessageHandlerReminder {
			return private.KindAccount
		}
		return private.KindContact
	case hall.MessageReplied:
		return private.KindReply
	case hall.RepairCalled:
		return private.KindCallBack
	}
	switch family, _, _ := strings.Cut(string(f.Type()), "."); family {
	case "case", "notice":
		return private.KindCase
	case "concern":
		return private.KindConcern
	case "inspection":
		return private.KindInspection
	case "account", "command", "staff":
		return private.KindAccount
	}
	return private.KindRepair
}
