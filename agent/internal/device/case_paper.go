package device

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"hallpulse/firmware-protocol/escpos"
	"hallpulse/firmware-protocol/hall"
)

// CasePaper is what every paper of a case says. Its texts are in the language of the words it is printed with; whose case
// it is, masked.
type CasePaper struct {
	Hall      string
	Number    string // of the case; empty on a notice without one
	Item      string
	Unit      string
	Basis     string // law and article; empty: the item names none
	Applicant string // masked; empty: nobody asked, or it is no longer kept
	Window    string
	Clerk     string
	At        time.Time
	Reprint   bool
}

// AcceptancePaper 受理回执 says what was accepted, by when it is decided and how to follow it.
type AcceptancePaper struct {
	CasePaper
	Spot            bool // 即办件
	Promised, Legal int  // working days; 0: none
	Due             hall.Deadline
	URL             string // what the QR code holds; empty: no public address
	NoQRWhy         hall.Trouble
	Code            string // empty: none is printed
}

// NoticePaper 一次性告知单 says all that is missing, once.
type NoticePaper struct {
	CasePaper
	Ticket  string // the number under which he was called; empty: he is not here
	Missing []string
	Other   string
	Waived  []WaivedLine
	Again   string // in words, why a second time
	URL     string // of the case, as on its acceptance slip, or of this slip where nothing was accepted; empty: no public address
	Code    string
}

// WaivedLine is a material that is not asked for, and in words why.
type WaivedLine struct{ Material, Why string }

// RefusalPaper 不予受理通知书 says why, by what law, and where and until when one may turn to.
type RefusalPaper struct {
	CasePaper
	Why           string // in words
	Review, Court string // names; empty: in general words
}

// caseKeys are the words that papers of cases can need.
func caseKeys() []string {
	return []string{
		"paper.case.accepted", "paper.case.again", "paper.case.applicant", "paper.case.at", "paper.case.back", "paper.case.basis",
		"paper.case.basis-none", "paper.case.by", "paper.case.clerk", "paper.case.code", "paper.case.code.notice", "paper.case.days", "paper.case.follow",
		"paper.case.follow-none", "paper.case.later", "paper.case.legal", "paper.case.missing", "paper.case.no-limit",
		"paper.case.notice", "paper.case.number", "paper.case.once", "paper.case.promise", "paper.case.promise-none",
		"paper.case.provisional", "paper.case.qr", "paper.case.qr.notice", "paper.case.reason", "paper.case.refused", "paper.case.remedy",
		"paper.case.remedy.court", "paper.case.remedy.full", "paper.case.remedy.review", "paper.case.signed", "paper.case.spot",
		"paper.case.stops", "paper.case.then", "paper.case.ticket", "paper.case.today", "paper.case.unit",
		"paper.case.waived", "paper.notice.qr",
	}
}

// layCase lays a paper of a case: parts, and what all of them share.
func (f Form) layCase(kind Kind, p CasePaper, title string, parts map[string]part) ([]byte, error) {
	w := f.Words
	parts["hall"] = func(s *sheet, b Block, _ int) error { return s.main(b, 1, centered, 2, p.Hall) }
	parts["title"] = func(s *sheet, b Block, _ int) error {
		return s.head(b, 2, bold|centered, w[title])
	}
	parts["again"] = func(s *sheet, b Block, _ int) error { return layAgain(s, b, p.Reprint, w) }
	parts["about"] = func(s *sheet, b Block, _ int) error { return layAbout(s, b, p, w) }
	parts["foot"] = func(s *sheet, _ Block, _ int) error {
		s.named(w["paper.case.unit"], p.Unit)
		s.named(w["paper.case.clerk"], p.Clerk)
		s.named(w["paper.case.at"], dateTime(p.At, w))
		return nil
	}
	return f.lay(kind, parts, []string{hallsOwn}, endless)
}

// layAbout says which case this is.
func layAbout(s *sheet, b Block, p CasePaper, w PaperWords) error {
	if p.Number != "" {
		s.text(1, bold|centered, s.wrap(w.Fill("paper.case.number", "number", p.Number), 1, 2)...)
	}
	if err := s.main(b, 1, centered, 2, p.Item); err != nil {
		return err
	}
	if p.Applicant != "" {
		s.text(1, centered, s.wrap(w.Fill("paper.case.applicant", "name", p.Applicant), 1, 1)...)
	}
	return nil
}

// para lays a text of any length.
func (s *sheet) para(text string, st style) {
	s.text(1, st, s.wrap(text, 1, endless)...)
}

// named lays a name and what it is, the second and further lines under the first.
func (s *sheet) named(name, value string) {
	if value == "" {
		return
	}
	name = s.charset.Printable(name) + " "
	indent := escpos.Columns(name)
	for i, l := range clip(escpos.Wrap(s.charset.Printable(value), s.columns(1)-indent), s.columns(1)-indent, 3) {
		if i > 0 {
			name = fmt.Sprintf("%*s", indent, "")
		}
		s.text(1, 0, name+l)
	}
}

// dayIn writes a day.
func dayIn(at time.Time, w PaperWords) string {
	at = at.In(hall.Beijing())
	return strings.TrimSpace(w.Fill("paper.date", "date", at.Format(time.DateOnly), "month", at.Format("1"), "day", at.Format("2"), "time", ""))
}

// LayoutAcceptance returns the bytes that print p, as LayoutTicket does for a ticket; it may be as long as it gets.
func LayoutAcceptance(p AcceptancePaper, f Form) ([]byte, error) {
	w := f.Words
	return f.layCase(KindAcceptance, p.CasePaper, "paper.case.accepted", map[string]part{
		"limits": func(s *sheet, b Block, _ int) error { return layLimits(s, b, p, w) },
		"qr":     func(s *sheet, b Block, _ int) error { return f.layFollow(s, b, p.URL, p.Number, w["paper.case.qr"]) },
		"code": func(s *sheet, b Block, _ int) error {
			if p.Code == "" {
				s.para(w["paper.case.follow-none"], 0)
				return nil
			}
			if err := layCode(s, b, p.Code, w["paper.case.code"]); err != nil {
				return err
			}
			s.para(w["paper.case.follow"], 0)
			return nil
		},
	})
}

// layFollow lays the QR code by which a case is followed, under what it is for.
func (f Form) layFollow(s *sheet, b Block, url, number, title string) error {
	if url == "" {
		return nil
	}
	if err := s.main(b, 1, bold|centered, 2, title); err != nil {
		return err
	}
	if err := s.qr(url, f.Printer); err != nil {
		return fmt.Errorf("case %s: %w", number, err)
	}
	return nil
}

// layLimits says by when the case is decided.
func layLimits(s *sheet, b Block, p AcceptancePaper, w PaperWords) error {
	days := p.Promised
	if days == 0 {
		days = p.Legal
	}
	if p.Spot || days == 0 {
		s.text(1, bold, s.wrap(w["paper.case.promise-none"], 1, 2)...)
		s.para(map[bool]string{true: w["paper.case.spot"], false: w["paper.case.no-limit"]}[p.Spot], bold)
		return nil
	}
	title := "paper.case.promise"
	if p.Promised == 0 {
		title = "paper.case.promise-none"
	}
	s.text(1, bold, s.wrap(w[title], 1, 2)...)
	s.text(1, bold, s.wrap(w.Fill("paper.case.days", "n", strconv.Itoa(days)), 1, 1)...)
	if !p.Due.IsZero() {
		by := w.Fill("paper.case.by", "date", dayIn(p.Due.Day.Start(), w))
		if err := s.head(b, 2, bold, by); err != nil {
			return err
		}
	}
	if p.Due.Provisional {
		s.para(w["paper.case.provisional"], 0)
	}
	s.para(w["paper.case.stops"], 0)
	if p.Legal > p.Promised && p.Promised > 0 {
		s.para(w.Fill("paper.case.legal", "n", strconv.Itoa(p.Legal)), 0)
	}
	return nil
}

// LayoutNotice returns the bytes that print p, as LayoutTicket does for a ticket. However much is missing, all of it stands
// there.
func LayoutNotice(p NoticePaper, f Form) ([]byte, error) {
	w, about := f.Words, p.CasePaper
	if p.Ticket != "" {
		about.Item = w.Fill("paper.case.ticket", "item", p.Item, "ticket", p.Ticket)
	}
	return f.layCase(KindNotice, about, "paper.case.notice", map[string]part{
		"missing": func(s *sheet, b Block, _ int) error { return layMissing(s, b, p, w) },
		"then": func(s *sheet, b Block, _ int) error {
			s.text(1, bold, s.wrap(w["paper.case.then"], 1, 2)...)
			back := w.Fill("paper.case.back", "window", p.Window)
			if err := s.head(b, 2, bold, back); err != nil {
				return err
			}
			if p.Ticket != "" {
				s.para(w.Fill("paper.case.today", "clerk", p.Clerk), 0)
			}
			s.para(w["paper.case.later"], 0)
			return nil
		},
		"once": func(s *sheet, b Block, _ int) error { return s.main(b, 1, 0, endless, w["paper.case.once"]) },
		"basis": func(s *sheet, _ Block, _ int) error {
			s.named(w["paper.case.basis"], p.Basis)
			return nil
		},
		"qr": func(s *sheet, b Block, _ int) error {
			title := "paper.case.qr.notice"
			if p.Number == "" {
				title = "paper.notice.qr"
			}
			return f.layFollow(s, b, p.URL, p.Number, w[title])
		},
		"code": func(s *sheet, b Block, _ int) error { return layCode(s, b, p.Code, w["paper.case.code.notice"]) },
	})
}

// layMissing lists all that is missing, each with a box to tick, and what need not be brought.
func layMissing(s *sheet, b Block, p NoticePaper, w PaperWords) error {
	missing := slices.Clone(p.Missing)
	if p.Other != "" {
		missing = append(missing, p.Other)
	}
	if err := s.main(b, 1, bold, 2, w.Fill("paper.case.missing", "n", strconv.Itoa(len(missing)))); err != nil {
		return err
	}
	for _, m := range missing {
		const box, indent = "□ ", "   "
		for i, l := range escpos.Wrap(s.charset.Printable(m), s.columns(1)-len(indent)) {
			s.text(1, bold, [...]string{box, indent}[min(i, 1)]+l)
		}
	}
	for _, one := range p.Waived {
		s.para(w.Fill("paper.case.waived", "material", one.Material, "why", one.Why), 0)
	}
	if p.Again != "" {
		s.para(w.Fill("paper.case.again", "why", p.Again), 0)
	}
	return nil
}

// LayoutRefusal returns the bytes that print p, as LayoutTicket does for a ticket.
func LayoutRefusal(p RefusalPaper, f Form) ([]byte, error) {
	w := f.Words
	or := func(name, key string) string {
		if name == "" {
			return w[key]
		}
		return name
	}
	return f.layCase(KindRefusal, p.CasePaper, "paper.case.refused", map[string]part{
		"reason": func(s *sheet, b Block, _ int) error {
			s.text(1, bold, s.wrap(w["paper.case.reason"], 1, 2)...)
			if err := s.main(b, 1, bold, endless, p.Why); err != nil {
				return err
			}
			s.named(w["paper.case.basis"], w["paper.case.basis-none"])
			s.named(w["paper.case.basis"], p.Basis)
			return nil
		},
		"remedy": func(s *sheet, b Block, _ int) error {
			s.text(1, bold, s.wrap(w["paper.case.remedy"], 1, 2)...)
			return s.main(b, 1, 0, endless, w.Fill("paper.case.remedy.full", "days", strconv.Itoa(hall.ReviewDays), "months", strconv.Itoa(hall.CourtMonths),
				"review", or(p.Review, "paper.case.remedy.review"), "court", or(p.Court, "paper.case.remedy.court")))
		},
		"signed": func(s *sheet, _ Block, _ int) error {
			s.para(w["paper.case.signed"], 0)
			s.gap(escpos.LineDots)
			return nil
		},
	})
}
