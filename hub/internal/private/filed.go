package private

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"

	"hallpulse/firmware-protocol/hall"
)

// Kind says what a box is kept for, and so how long.
type Kind string

// The kinds of boxes.
const (
	KindRating     Kind = "rating"     // what a citizen wrote with a rating, his name, his phone
	KindContact    Kind = "contact"    // a phone left for a reminder
	KindCallBack   Kind = "call-back"  // 回访: what was said
	KindRepair     Kind = "repair"     // what the unit wrote: answers, reasons, evidence; appeals
	KindConcern    Kind = "concern"    // 诉求: text and asker
	KindInspection Kind = "inspection" // findings and photos
	KindReply      Kind = "reply"      // what somebody answered to a message, and is no level
	KindCase       Kind = "case"       // 办件: the applicant, and what no list of materials names
	KindAccount    Kind = "account"    // a handler's own phone; it goes with his account
)

// Kinds are all of them.
func Kinds() []Kind {
	return []Kind{KindRating, KindContact, KindCallBack, KindRepair, KindConcern, KindInspection, KindReply, KindCase, KindAccount}
}

// Label is what stands beside a box in the clear: enough to find it for the person it is about, and to end it in time.
type Label struct {
	Kind  Kind
	About string   // id of the matter: visit, repair, concern, inspection, message, account
	Visit hall.ID  // zero: of none, or nobody knows yet
	Day   hall.Day // from which its time counts
	Mark  string   // of the phone in it; empty: none
}

// Filed is a box and what stands beside it.
type Filed struct {
	Box
	Label
}

// Subject says which boxes are meant. One of its fields is set.
type Subject struct {
	Refs  []string
	Visit hall.ID
	About string   // id of a matter that has no visit: a concern, an inspection
	Marks []string // of one phone
}

// Copy is one thing that is kept of a person, for that person.
type Copy struct {
	Kind  Kind   `json:"kind"`
	About string `json:"about"` // id of the visit, repair, concern, message
	Visit string `json:"visit,omitempty"`
	Day   string `json:"day"`
	Words string `json:"words,omitempty"`
	Name  string `json:"name,omitempty"`
	Phone string `json:"phone,omitempty"`
	Photo []byte `json:"photo,omitempty"`
	Lost  bool   `json:"lost,omitempty"` // its box cannot be opened any more
}

// String hides the text.
func (Copy) String() string { return "private text" }

// GoString hides the text from %#v.
func (Copy) GoString() string { return "private text" }

// LogValue hides the text from logs.
func (Copy) LogValue() slog.Value { return slog.StringValue("private text") }

// CopyOf opens a box for the person it is about.
func (v *Vault) CopyOf(f Filed) Copy {
	c := Copy{Kind: f.Kind, About: f.About, Day: f.Day.String()}
	if !f.Visit.IsZero() {
		c.Visit = f.Visit.String()
	}
	if text, err := v.Open(f.Box); err == nil {
		c.Words, c.Name, c.Phone = text.Words, text.Name, text.Phone
		return c
	}
	photo, err := v.OpenBytes(f.Box)
	c.Photo, c.Lost = photo, err != nil
	return c
}

// Erasures returns the deeds that say of boxes that they were erased.
func Erasures(about string, by hall.Person, ground hall.EraseGround, refs ...string) []hall.Fact {
	var deeds []hall.Fact
	for some := range slices.Chunk(refs, hall.MaxErased) {
		deeds = append(deeds, hall.PrivateErased{Act: hall.Act{About: about, By: by}, Refs: slices.Clone(some), Ground: ground})
	}
	return deeds
}

// File seals t under ref and labels it, with the mark of its phone.
func (v *Vault) File(ref string, t Text, l Label) (f Filed, sha string, err error) {
	f.Label = l
	f.Box, sha, err = v.Seal(ref, t)
	f.Mark = v.markOf(t)
	return f, sha, err
}

// FileAs is File for what another has sealed: its salt stays, so that the event that names its digest stays true. Bytes that
// are no text are refused with ErrSealed.
func (v *Vault) FileAs(ref string, salt, plain []byte) (Filed, error) {
	var t body
	if err := json.Unmarshal(plain, &t); err != nil {
		return Filed{}, ErrSealed
	}
	box := Box{Ref: ref, Salt: salt, Sealed: v.ring.Load().seal(plain, boxPurpose(ref))}
	return Filed{Box: box, Label: Label{Mark: v.markOf(Text(t))}}, nil
}

// FileBytes is File for a photo.
func (v *Vault) FileBytes(ref string, plain []byte, l Label) (f Filed, sha string, err error) {
	f.Label = l
	f.Box, sha, err = v.SealBytes(ref, plain)
	return f, sha, err
}

func (v *Vault) markOf(t Text) string {
	if t.Phone == "" {
		return ""
	}
	return v.Mark(MarkPhone, Number(t.Phone))
}

// Retention is the law of the house: how many days after its day a box is kept (domain §11: personal data, little). The
// event that names it stays for ever, and says nothing of the person.
type Retention struct {
	Rating     int `yaml:"rating"`
	Contact    int `yaml:"contact"`
	CallBack   int `yaml:"call_back"`
	Repair     int `yaml:"repair"`
	Concern    int `yaml:"concern"`
	Inspection int `yaml:"inspection"`
	Reply      int `yaml:"reply"`
	Case       int `yaml:"case"`
}

// Days is how long a kind is kept; 0: as long as what it belongs to.
func (r Retention) Days(k Kind) int {
	switch k {
	case KindRating:
		return r.Rating
	case KindContact:
		return r.Contact
	case KindCallBack:
		return r.CallBack
	case KindRepair:
		return r.Repair
	case KindConcern:
		return r.Concern
	case KindInspection:
		return r.Inspection
	case KindReply:
		return r.Reply
	case KindCase:
		return r.Case
	}
	return 0
}

// leastKept is longer than any rating window and repair of any policy pack that was seen, with a spring festival in it: no
// text goes while its matter is worked on.
const leastKept = 60

// Check calls fault for each kind that would be kept too short to be of use.
func (r Retention) Check(fault func(Kind, error)) {
	for _, k := range Kinds() {
		if days := r.Days(k); k != KindAccount && days < leastKept {
			fault(k, fmt.Errorf("%d days: want at least %d, the time in which a matter is worked on", days, leastKept))
		}
	}
}

// Expired reports whether a box of a kind that counts from day is to be erased on today.
func Expired(k Kind, day, today hall.Day, r Retention) bool {
	days := r.Days(k)
	return days > 0 && int(today-day) > days
}

// Through returns the last day from which boxes of a kind are to be erased on today; ok is false where they never are.
func Through(k Kind, today hall.Day, r Retention) (day hall.Day, ok bool) {
	days := r.Days(k)
	return today - hall.Day(days) - 1, days > 0
}
