package device

import (
	"strconv"
	"time"

	"hallpulse/firmware-protocol/escpos"
)

// ListPaper 材料单 says what an item asks for, to who has not come to be served yet. It has no number, and no place in any
// line. Its texts are in the language of the words it is printed with.
type ListPaper struct {
	Hall, Hours     string
	Item, Situation string // the situation may be empty
	Materials       []ListedMaterial
	Windows         []PaperWindow
	Route           []PaperStop // as a ticket's
	Spot            bool        // 即办件
	Promised, Legal int         // working days; 0: none
	Fee             string      // empty: none is asked for
	At              time.Time
}

// ListedMaterial is a material, and what is said of it.
type ListedMaterial struct {
	Name, Tip string
	Has       bool // it was looked at, and is there
	Here      bool // made on the way through the hall: nobody brings it
}

// listKeys are the words that lists can need.
func listKeys() []string {
	return []string{
		"paper.list", "paper.list.days", "paper.list.fee", "paper.list.free", "paper.list.go", "paper.list.has", "paper.list.here", "paper.list.hours",
		"paper.list.legal", "paper.list.limit", "paper.list.no-ticket", "paper.list.none", "paper.list.of", "paper.list.spot",
	}
}

// LayoutList returns the bytes that print p, as LayoutTicket does for a ticket. However much is asked for, all of it stands
// there.
func LayoutList(p ListPaper, f Form) ([]byte, error) {
	w := f.Words
	return f.lay(KindList, map[string]part{
		"hall":  func(s *sheet, b Block, _ int) error { return s.main(b, 1, centered, 2, p.Hall) },
		"title": func(s *sheet, b Block, _ int) error { return s.head(b, 2, bold|centered, w["paper.list"]) },
		"about": func(s *sheet, b Block, _ int) error {
			if err := s.main(b, 1, bold|centered, 3, p.Item); err != nil {
				return err
			}
			if p.Situation != "" {
				s.para(w.Fill("paper.list.of", "situation", p.Situation), centered)
			}
			return nil
		},
		"materials": func(s *sheet, b Block, _ int) error { return layListed(s, b, p.Materials, w) },
		"windows":   func(s *sheet, b Block, _ int) error { return layWindows(s, b, p.Windows, w["paper.list.go"], w) },
		"route":     func(s *sheet, b Block, room int) error { return layRoute(s, b, p.Route, 1, w, room) },
		"facts": func(s *sheet, _ Block, _ int) error {
			s.named(w["paper.list.limit"], p.limit(w))
			fee := p.Fee
			if fee == "" {
				fee = w["paper.list.free"]
			}
			s.named(w["paper.list.fee"], fee)
			s.named(w["paper.list.hours"], p.Hours)
			return nil
		},
		"foot": func(s *sheet, b Block, _ int) error {
			if err := s.main(b, 1, bold, endless, w["paper.list.no-ticket"]); err != nil {
				return err
			}
			s.named(w["paper.case.at"], dateTime(p.At, w))
			return nil
		},
	}, []string{hallsOwn}, endless)
}

// limit says how long it takes; empty: nothing is promised, and no law says it.
func (p ListPaper) limit(w PaperWords) string {
	switch {
	case p.Promised == 0 && p.Spot:
		return w["paper.list.spot"]
	case p.Promised == 0 && p.Legal == 0:
		return ""
	case p.Promised == 0:
		return w.Fill("paper.list.days", "n", strconv.Itoa(p.Legal))
	}
	days := w.Fill("paper.list.days", "n", strconv.Itoa(p.Promised))
	if p.Legal > p.Promised {
		days += w.Fill("paper.list.legal", "n", strconv.Itoa(p.Legal))
	}
	return days
}

// layListed lists all materials, each with a box to tick and its tip below.
func layListed(s *sheet, b Block, materials []ListedMaterial, w PaperWords) error {
	if len(materials) == 0 {
		return s.main(b, 1, bold, endless, w["paper.list.none"])
	}
	if err := s.main(b, 1, bold, 1, w["paper.materials"]); err != nil {
		return err
	}
	const indent = "   "
	has := false
	for _, m := range materials {
		mark, say := "□ ", m.Tip
		switch {
		case m.Here && say == "":
			mark, say = "· ", w["paper.list.here"]
		case m.Here:
			mark = "· "
		case m.Has:
			mark, has = "√ ", true
		}
		for i, l := range escpos.Wrap(s.charset.Printable(m.Name), s.columns(1)-len(indent)) {
			s.text(1, bold, [...]string{mark, indent}[min(i, 1)]+l)
		}
		for _, l := range escpos.Wrap(s.charset.Printable(say), s.columns(1)-len(indent)) {
			s.text(1, 0, indent+l)
		}
	}
	if has {
		s.para(w["paper.list.has"], 0)
	}
	return nil
}
