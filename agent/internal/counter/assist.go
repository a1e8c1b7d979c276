package counter

import (
	"slices"

	"hallpulse/firmware-protocol/hall"
)

// Help is that somebody helps the citizen of a visit to press at its window 协助评价 (domain §3.13).
type Help struct {
	Window string
	Visit  hall.ID
	By     string // badge
}

// Helpable returns the visit whose citizen may be helped at a window: the one whose rating a press there would become now, or
// became. Nil: there is none.
func (s *State) Helpable(m hall.Moment, windowID string) *Visit {
	w, now := s.windows[windowID], markOf(m)
	if w == nil {
		return nil
	}
	v, sitting, ok := s.visitAt(w, now)
	if !ok || v == nil || !v.asks(sitting, now, s.cfg.InviteFor) {
		return nil
	}
	return v
}

// Help notes, once for a visit, who helps its citizen. Nothing of the visit or its rating changes by it. The same said again
// changes nothing; another helper is refused, and so is who served the visit.
func (s *State) Help(m hall.Moment, h Help) (Decision, error) {
	d := s.begin(m)
	was := d.Helpable(m, h.Window)
	_, known := d.cfg.Catalogue.Clerk(h.By)
	switch {
	case d.windows[h.Window] == nil:
		return Decision{}, NoSuchWindow
	case was == nil || was.ID != h.Visit:
		return Decision{}, NotInvited
	case !known:
		return Decision{}, NoSuchHelper
	case was.Helper == h.By:
		return d.end(), nil
	case was.Helper != "":
		return Decision{}, AlreadyHelped
	case slices.Contains(was.Clerks(), h.By):
		return Decision{}, OwnClerk
	}
	v := *was
	v.Helper = h.By
	d.putVisit(&v)
	d.tell(hall.RatingAssisted{Visit: v.ID, Window: h.Window, By: h.By})
	return d.end(), nil
}

// Clerks returns the badges of those at whose windows the visit was, each once.
func (v *Visit) Clerks() (all []string) {
	for _, at := range v.Sittings {
		if !slices.Contains(all, at.Staff) {
			all = append(all, at.Staff)
		}
	}
	return all
}
