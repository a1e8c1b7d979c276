package device

import (
	"strconv"
	"strings"
	"time"

	"hallpulse/firmware-protocol/escpos"
)

// TrialPaper is a test page: what a printer can do, to be looked at.
type TrialPaper struct {
	Hall   string
	Device string // its name in the configuration; else its port
	At     time.Time
}

// trialKeys are the words of a test page.
func trialKeys() []string {
	return []string{
		"paper.test.answers", "paper.test.answers-none", "paper.test.device", "paper.test.glyphs", "paper.test.profile",
		"paper.test.qr", "paper.test.ruler", "paper.test.size", "paper.test.title", "paper.test.width",
	}
}

// trialGlyphs are characters of every kind: usual ones, signs of our papers, of names in GBK alone, and some that no
// printer has.
const trialGlyphs = "永国龍镕喆堃 □〓、（）《》：１Ⅷ℃ 𠮷䶮😀é€"

// LayoutTrial returns the bytes that print a test page in the form f.
func LayoutTrial(p TrialPaper, f Form) ([]byte, error) {
	w := f.Words
	return f.lay(KindTest, map[string]part{
		"hall":    func(s *sheet, b Block, _ int) error { return s.main(b, 1, centered, 2, p.Hall) },
		"title":   func(s *sheet, b Block, _ int) error { return s.head(b, 2, bold|centered, w["paper.test.title"]) },
		"when":    func(s *sheet, b Block, _ int) error { return s.main(b, 1, centered, 1, dateTime(p.At, w)) },
		"printer": func(s *sheet, _ Block, _ int) error { return layPrinter(s, p, f) },
		"ruler":   func(s *sheet, _ Block, _ int) error { return layRuler(s, w) },
		"sizes":   func(s *sheet, _ Block, _ int) error { return laySizes(s, w) },
		"glyphs": func(s *sheet, b Block, _ int) error {
			s.para(w["paper.test.glyphs"], 0)
			return s.main(b, 1, 0, endless, trialGlyphs)
		},
		"qr": func(s *sheet, b Block, _ int) error {
			text := strings.TrimSpace("HALLPULSE " + p.Device)
			if err := s.qr(text, f.Printer); err != nil {
				return err
			}
			return s.main(b, 1, centered, 2, w.Fill("paper.test.qr", "text", text))
		},
	}, []string{hallsOwn}, endless)
}

// layPrinter says which printer this is meant to be.
func layPrinter(s *sheet, p TrialPaper, f Form) error {
	w, pr := f.Words, f.Printer
	s.named(w["paper.test.device"], p.Device)
	s.named(w["paper.test.profile"], pr.Name)
	s.para(w.Fill("paper.test.width", "mm", strconv.Itoa(pr.Paper), "dots", strconv.Itoa(pr.Dots), "columns", strconv.Itoa(s.columns(1)), "encoding", pr.Encoding), 0)
	answers := w["paper.test.answers-none"]
	if len(pr.Status) > 0 {
		answers = strings.Join(pr.Status, ", ")
	}
	s.named(w["paper.test.answers"], answers)
	return nil
}

// layRuler counts the columns from edge to edge, in black from the first dot to the last.
func layRuler(s *sheet, w PaperWords) error {
	columns := s.columns(1)
	s.raster(escpos.Raster{Width: s.dots / 8, Bits: []byte(strings.Repeat("\xff", s.dots/8*2))})
	s.text(1, 0, strings.Repeat("1234567890", columns/10+1)[:columns])
	s.para(w["paper.test.ruler"], 0)
	return nil
}

func laySizes(s *sheet, w PaperWords) error {
	for _, size := range [...]int{1, 2, 3, 4} {
		s.text(size, 0, s.wrap(w.Fill("paper.test.size", "n", strconv.Itoa(size)), size, 1)...)
	}
	return nil
}
