package counter

import (
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// explainFor is how long after his press a citizen can choose its reasons at the tablet. Whoever stands there later is
// another, and a reason is never invented (domain §3.13).
const explainFor = 2 * time.Minute

// Explain adds official reasons to a press at a tablet that became a rating. The same reasons sent again change nothing;
// others, or those of a press that is too old or became nothing, are refused.
func (s *State) Explain(m hall.Moment, key hall.PressKey, codes []string) (Decision, error) {
	d := s.begin(m)
	b := d.boot(key.UID, key.Boot)
	i := slices.IndexFunc(b.Recent, func(k kept) bool { return k.Seq == key.Seq && k.Class == Became && !k.Visit.IsZero() })
	if i < 0 {
		return Decision{}, ReasonsLate
	}
	k := b.Recent[i]
	if len(codes) == 0 || slices.ContainsFunc(codes, func(code string) bool { return !k.Level.Explains(code) }) {
		return Decision{}, NoSuchReason
	}
	if len(k.Why) > 0 {
		if slices.Equal(k.Why, codes) {
			return d.end(), nil
		}
		return Decision{}, ReasonsLate
	}
	v := d.visits[k.Visit]
	if since, ok := d.now.since(k.At); v == nil || !ok || since > explainFor {
		return Decision{}, ReasonsLate
	}
	next := *b
	next.Recent = slices.Clone(b.Recent)
	next.Recent[i].Why = slices.Clone(codes)
	d.putBoot(&next)
	d.tell(hall.RatingExplained{Ticket: v.Ticket.ID, Visit: v.ID, Press: key, Reasons: codes})
	return d.end(), nil
}
