package device

import (
	"errors"
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
	Again   string // in words, why a second time
}

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
		"paper.case.basis-none", "paper.case.by", "paper.case.clerk", "paper.case.code", "paper.case.days", "paper.case.follow",
		"paper.case.follow-none", "paper.case.later", "paper.case.legal", "paper.case.missing", "paper.case.no-limit",
		"paper.case.notice", "paper.case.number", "paper.case.once", "paper.case.promise", "paper.case.promise-none",
		"paper.case.provisional", "paper.case.qr", "paper.case.reason", "paper.case.refused", "paper.case.remedy",
		"paper.case.remedy.court", "paper.case.remedy.full", "paper.case.remedy.review", "paper.case.signed", "paper.case.spot",
		"paper.case.stops", "paper.case.then", "paper.case.ticket", "paper.case.today", "paper.case.unit",
	}
}

// ValidateCases names every word that is missing on papers of cases.
func (w PaperWords) ValidateCases() error {
	var faults []error
	for _, key := range append(caseKeys(), paperKeys()...) {
		if w[key] == "" {
			faults = append(faults, fmt.Errorf("words: %s is missing: papers of cases cannot be printed", key))
		}
	}
	return errors.Join(faults...)
}

// caseSheet is a paper of a case that is being laid.
type caseSheet struct {
	sheet
	words PaperWords
}

// layCase begins a paper: the hall, its title and whose it is.
func layCase(p CasePaper, title string, w PaperWords, dots int) (*caseSheet, error) {
	if err := w.ValidateCases(); err != nil {
		return nil, err
	}
	if dots != Paper58 && dots != Paper80 {
		return nil, fmt.Errorf("paper of %d dots: want %d (58 mm) or %d (80 mm)", dots, Paper58, Paper80)
	}
	s := &caseSheet{sheet{dots: dots}, w}
	s.text(1, centered, s.wrap(p.Hall, 2)...)
	s.text(min(2, s.columns(max(1, escpos.Columns(w[title])))), bold|centered, s.wrap(w[title], 1)...)
	if p.Reprint {
		s.text(1, bold|centered, s.wrap(w["paper.reprint"], 1)...)
	}
	return s, nil
}

// about says which case this is.
func (s *caseSheet) about(p CasePaper) {
	if p.Number != "" {
		s.text(1, bold|centered, s.wrap(s.words.fill("paper.case.number", "number", p.Number), 2)...)
	}
	s.text(1, centered, s.wrap(p.Item, 2)...)
	if p.Applicant != "" {
		s.text(1, centered, s.wrap(s.words.fill("paper.case.applicant", "name", p.Applicant), 1)...)
	}
}

// head is the heading of a part.
func (s *caseSheet) head(text string) {
	s.rule()
	s.text(1, bold, s.wrap(text, 2)...)
}

// para lays a text of any length.
func (s *caseSheet) para(text string, st style) {
	s.text(1, st, escpos.Wrap(text, s.columns(1))...)
}

// named lays a name and what it is, the second and further lines under the first.
func (s *caseSheet) named(key, value string) {
	if value == "" {
		return
	}
	name := s.words[key] + " "
	indent := escpos.Columns(name)
	for i, l := range clip(escpos.Wrap(value, s.columns(1)-indent), s.columns(1)-indent, 3) {
		if i > 0 {
			name = fmt.Sprintf("%*s", indent, "")
		}
		s.text(1, 0, name+l)
	}
}

// foot says by whom and when, and cuts.
func (s *caseSheet) foot(p CasePaper) []byte {
	at := p.At.In(hall.Beijing())
	s.named("paper.case.unit", p.Unit)
	s.named("paper.case.clerk", p.Clerk)
	s.named("paper.case.at", s.date(at)+" "+at.Format("15:04"))
	all := slices.Concat([]escpos.Command{escpos.Chinese{}}, s.cmds, []escpos.Command{escpos.Cut{}})
	return escpos.Append(nil, all...)
}

// date writes a day.
func (s *caseSheet) date(at time.Time) string {
	return strings.TrimSpace(s.words.fill("paper.date", "date", at.Format(time.DateOnly), "month", at.Format("1"), "day", at.Format("2"), "time", ""))
}

// LayoutAcceptance returns the bytes that print p, as LayoutTicket does for a ticket.
func LayoutAcceptance(p AcceptancePaper, w PaperWords, dots int) ([]byte, error) {
	s, err := layCase(p.CasePaper, "paper.case.accepted", w, dots)
	if err != nil {
		return nil, err
	}
	s.about(p.CasePaper)
	s.limits(p)
	s.rule()
	if p.URL != "" {
		qr, err := drawQR(p.URL, s.dots)
		if err != nil {
			return nil, fmt.Errorf("case %s: %w", p.Number, err)
		}
		s.text(1, bold|centered, s.wrap(w["paper.case.qr"], 2)...)
		s.picture(qr)
	}
	if p.Code != "" {
		s.text(1, centered, s.wrap(w["paper.case.code"], 1)...)
		s.text(2, bold|centered, inFours(p.Code))
		s.para(w["paper.case.follow"], 0)
	} else {
		s.para(w["paper.case.follow-none"], 0)
	}
	s.rule()
	return s.foot(p.CasePaper), nil
}

// limits says by when the case is decided.
func (s *caseSheet) limits(p AcceptancePaper) {
	w := s.words
	days := p.Promised
	if days == 0 {
		days = p.Legal
	}
	if p.Spot || days == 0 {
		s.head(w["paper.case.promise-none"])
		s.para(map[bool]string{true: w["paper.case.spot"], false: w["paper.case.no-limit"]}[p.Spot], bold)
		return
	}
	title := "paper.case.promise"
	if p.Promised == 0 {
		title = "paper.case.promise-none"
	}
	s.head(w[title])
	s.text(1, bold, s.wrap(w.fill("paper.case.days", "n", strconv.Itoa(days)), 1)...)
	if !p.Due.IsZero() {
		by := w.fill("paper.case.by", "date", s.date(p.Due.Day.Start()))
		s.text(min(2, s.columns(escpos.Columns(by))), bold, by)
	}
	if p.Due.Provisional {
		s.para(w["paper.case.provisional"], 0)
	}
	s.para(w["paper.case.stops"], 0)
	if p.Legal > p.Promised && p.Promised > 0 {
		s.para(w.fill("paper.case.legal", "n", strconv.Itoa(p.Legal)), 0)
	}
}

// LayoutNotice returns the bytes that print p, as LayoutTicket does for a ticket. However much is missing, all of it stands
// there.
func LayoutNotice(p NoticePaper, w PaperWords, dots int) ([]byte, error) {
	s, err := layCase(p.CasePaper, "paper.case.notice", w, dots)
	if err != nil {
		return nil, err
	}
	about := p.CasePaper
	if p.Ticket != "" {
		about.Item = w.fill("paper.case.ticket", "item", p.Item, "ticket", p.Ticket)
	}
	s.about(about)
	missing := slices.Clone(p.Missing)
	if p.Other != "" {
		missing = append(missing, p.Other)
	}
	s.head(w.fill("paper.case.missing", "n", strconv.Itoa(len(missing))))
	for _, m := range missing {
		const box, indent = "□ ", "   "
		for i, l := range escpos.Wrap(m, s.columns(1)-len(indent)) {
			s.text(1, bold, [...]string{box, indent}[min(i, 1)]+l)
		}
	}
	if p.Again != "" {
		s.para(w.fill("paper.case.again", "why", p.Again), 0)
	}
	s.head(w["paper.case.then"])
	back := w.fill("paper.case.back", "window", p.Window)
	s.text(min(2, s.columns(escpos.Columns(back))), bold, back)
	if p.Ticket != "" {
		s.para(w.fill("paper.case.today", "clerk", p.Clerk), 0)
	}
	s.para(w["paper.case.later"], 0)
	s.rule()
	s.para(w["paper.case.once"], 0)
	s.rule()
	s.named("paper.case.basis", p.Basis)
	return s.foot(p.CasePaper), nil
}

// LayoutRefusal returns the bytes that print p, as LayoutTicket does for a ticket.
func LayoutRefusal(p RefusalPaper, w PaperWords, dots int) ([]byte, error) {
	s, err := layCase(p.CasePaper, "paper.case.refused", w, dots)
	if err != nil {
		return nil, err
	}
	s.about(p.CasePaper)
	s.head(w["paper.case.reason"])
	s.para(p.Why, bold)
	s.named("paper.case.basis", w["paper.case.basis-none"])
	if p.Basis != "" {
		s.named("paper.case.basis", p.Basis)
	}
	s.head(w["paper.case.remedy"])
	or := func(name, key string) string {
		if name == "" {
			return w[key]
		}
		return name
	}
	s.para(w.fill("paper.case.remedy.full", "days", strconv.Itoa(hall.ReviewDays), "months", strconv.Itoa(hall.CourtMonths),
		"review", or(p.Review, "paper.case.remedy.review"), "court", or(p.Court, "paper.case.remedy.court")), 0)
	s.rule()
	s.para(w["paper.case.signed"], 0)
	s.gap(escpos.LineDots)
	return s.foot(p.CasePaper), nil
}
