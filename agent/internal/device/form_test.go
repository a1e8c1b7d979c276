package device

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"hallpulse/configs"
	"hallpulse/configs/strict"
	"hallpulse/firmware-protocol/escpos"
	"hallpulse/firmware-protocol/hall"
)

// shipped is the catalogue of words of one language as it is shipped.
func shipped(t testing.TB, lang string) PaperWords {
	t.Helper()
	b, err := os.ReadFile("../../../web-kiosk/src/shared/words/" + lang + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var w PaperWords
	if err := json.Unmarshal(b, &w); err != nil {
		t.Fatal(err)
	}
	return w
}

// read reads a file of the configuration that is shipped.
func read[T any](t testing.TB, file string, faults func(T) []hall.Fault) (v T) {
	t.Helper()
	data, err := fs.ReadFile(configs.FS(), file)
	if err != nil {
		t.Fatal(err)
	}
	d := strict.Bytes(file, data, &v)
	for _, f := range faults(v) {
		d.At(f.At, "%s", f.Say)
	}
	if err := d.Err(); err != nil {
		t.Fatal(err)
	}
	return v
}

func profileOf(t testing.TB, name string) Profile {
	t.Helper()
	return read(t, "printers/"+name+".yaml", Profile.Faults)
}

// allProfiles are those that are shipped, by name.
func allProfiles(t testing.TB) map[string]Profile {
	t.Helper()
	names, err := fs.Glob(configs.FS(), "printers/*.yaml")
	if err != nil || len(names) < 9 {
		t.Fatalf("%d profiles, %v", len(names), err)
	}
	all := map[string]Profile{}
	for _, file := range names {
		name := strings.TrimSuffix(path.Base(file), ".yaml")
		all[name] = profileOf(t, name)
	}
	return all
}

// formOn is a kind of paper as it is shipped, in a language, on a printer.
func formOn(t testing.TB, kind Kind, lang string, p Profile) Form {
	t.Helper()
	template := read(t, "paper/"+string(kind)+".yaml", func(t Template) []hall.Fault { return t.Faults(kind) })
	return Form{Words: shipped(t, lang), English: lang == "en", Printer: p, Template: template}
}

// ticketForm is the ticket as it is shipped on a common printer of so many millimetres.
func ticketForm(t testing.TB, lang string, mm int) Form {
	t.Helper()
	return formOn(t, KindTicket, lang, profileOf(t, map[int]string{58: "generic-58", 80: "generic-80"}[mm]))
}

// on58 is a paper as it is shipped, in Chinese on 58 mm.
func on58(t testing.TB, kind Kind) Form {
	t.Helper()
	return formOn(t, kind, "zh", profileOf(t, "generic-58"))
}

func TestEveryWordOfEveryPaperIsThereAndCanBePrinted(t *testing.T) {
	for _, lang := range []string{"zh", "en"} {
		w := shipped(t, lang)
		if err := w.Validate(); err != nil {
			t.Errorf("%s: %v", lang, err)
		}
		for key, text := range w {
			for name, c := range map[string]escpos.Charset{"GBK": escpos.GBK, "GB 2312": escpos.GB2312} {
				if strings.HasPrefix(key, "paper.") && c.Printable(text) != text {
					t.Errorf("%s: %s is printed in %s as %q", lang, key, name, c.Printable(text))
				}
			}
		}
		delete(w, "paper.go")
		w["paper.case.then"] = " "
		if err := w.Validate(); err == nil || !strings.Contains(err.Error(), "paper.go") || !strings.Contains(err.Error(), "paper.case.then") {
			t.Errorf("%v does not name both words that are missing", err)
		}
	}
}

func TestFaultsOfAProfileSayWhatIsAllowed(t *testing.T) {
	for _, c := range []struct {
		change   func(*Profile)
		at, says string
	}{
		{func(p *Profile) { p.Name = " " }, "name", "missing"},
		{func(p *Profile) { p.Paper = 57 }, "paper", "want 58 or 80"},
		{func(p *Profile) { p.Dots = 380 }, "dots", "in steps of 8"},
		{func(p *Profile) { p.Dots = 100000 }, "dots", "352 to 832"},
		{func(p *Profile) { p.DPI = 300 }, "dpi", "want 203 or 180"},
		{func(p *Profile) { p.Encoding = "utf-8" }, "encoding", `"utf-8": want gbk or gb2312`},
		{func(p *Profile) { p.Cut = "scissors" }, "cut", "feed-and-cut, feed-and-cut-off, cut, cut-off, old-cut, old-cut-off or none"},
		{func(p *Profile) { p.Feed = -1 }, "feed", "want 0 to 255"},
		{func(p *Profile) { p.QR = "" }, "qr", "want raster or native"},
		{func(p *Profile) { p.Status = []string{"gs-r", "asb"} }, "status[1]", "want dle-eot, gs-r or automatic"},
		{func(p *Profile) { p.Logo = 300 }, "logo", "want 0 to 255"},
		{func(p *Profile) { p.Baud = nil }, "baud", "[9600, 38400]"},
		{func(p *Profile) { p.Baud = []int{9600, 0} }, "baud[1]", "want 1200 to 921600"},
	} {
		p := profileOf(t, "generic-58")
		c.change(&p)
		faults := p.Faults()
		if len(faults) != 1 || faults[0].At != c.at || !strings.Contains(faults[0].Say, c.says) {
			t.Errorf("%s: %v, want %q", c.at, faults, c.says)
		}
	}
}

func TestFaultsOfATemplateSayWhatIsAllowed(t *testing.T) {
	for _, c := range []struct {
		change   func(b []Block) []Block
		at, says string
	}{
		{func(b []Block) []Block { return append(b, Block{Show: "numbr"}) }, ".show", `"numbr": want number, again,`},
		{func(b []Block) []Block { return append(b, Block{Show: "limits"}) }, ".show", `"limits": want number,`},
		{func(b []Block) []Block { return append(b, Block{Show: "qr"}) }, ".show", "qr stands there twice"},
		{func(b []Block) []Block { return b[2:] }, "blocks", "number is missing: put  - show: number  where it shall stand"},
		{func(b []Block) []Block { return append(b, Block{Show: "rule", Size: 9}) }, ".size", "want 1 to 8"},
		{func(b []Block) []Block { return append(b, Block{Show: "rule", Align: "middle"}) }, ".align", "want left, center or right"},
		{func(b []Block) []Block { return append(b, Block{Show: "text"}) }, ".zh", "missing: the words of the line"},
		{func(b []Block) []Block { return append(b, Block{Show: "rule", EN: "x"}) }, ".zh", "catalogue of words"},
		{func(b []Block) []Block { return append(b, Block{Show: "logo"}) }, ".file", "name a PNG file"},
		{func(b []Block) []Block { return append(b, Block{Show: "rule", File: "a.png"}) }, ".file", "show: logo"},
	} {
		template := on58(t, KindTicket).Template
		template.Blocks = c.change(slices.Clone(template.Blocks))
		faults := template.Faults(KindTicket)
		if len(faults) != 1 || !strings.HasSuffix(faults[0].At, c.at) || !strings.Contains(faults[0].Say, c.says) {
			t.Errorf("%v, want one at %s that says %q", faults, c.at, c.says)
		}
	}
}

// logo is a picture of so many dots: a grey ramp with a black frame.
func logo(t testing.TB, width, height int) Picture {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.SetGray(x, y, color.Gray{Y: uint8(255 * x / width)})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	p, err := ReadLogo(&b)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestLogoIsBoundedAndKeepsItsGreys(t *testing.T) {
	for _, c := range []struct{ width, height, wantW, wantH int }{
		{100, 50, 100, 50}, {2000, 500, 384, 96}, {500, 2000, 40, logoDots}, {4096, 1, 384, 1},
	} {
		r := logo(t, c.width, c.height).raster(384, "left")
		if r.Rows() != c.wantH || 8*r.Width < c.wantW || 8*r.Width >= c.wantW+8 {
			t.Errorf("%d × %d becomes %d × %d, want %d × %d", c.width, c.height, 8*r.Width, r.Rows(), c.wantW, c.wantH)
		}
		black := 0
		for y := range r.Rows() {
			for x := range c.wantW {
				if r.Black(x, y) {
					black++
				}
			}
		}
		if share := 100 * black / (c.wantW * c.wantH); share < 40 || share > 60 {
			t.Errorf("of a ramp from black to white %d %% is black", share)
		}
	}
	for name, data := range map[string][]byte{"no PNG": []byte("GIF89a"), "nothing": nil, "too much": make([]byte, logoBytes+1)} {
		if _, err := ReadLogo(bytes.NewReader(data)); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

// What a hall adds stands where its template says, and gives way to the 15 cm.
func TestTheHallsOwnLinesAndLogoGiveWayToTheTicket(t *testing.T) {
	f := ticketForm(t, "en", 58)
	own := []Block{{Show: "logo", File: "logo.png"}, {Show: "text", ZH: "中午不休息", EN: "Open at noon", Size: 2, Align: "right"}}
	f.Template = Template{append(own, f.Template.Blocks...)}.WithPicture("logo.png", logo(t, 300, 160))
	few := printed(t, TicketPaper{Hall: "Hall", Number: "A001", Service: "All", NoQRWhy: hall.TroubleNoAddress, At: usual().At}, f)
	if len(few.Lines) == 0 || few.Lines[0].Text != "Open at noon" || few.Lines[0].H != 2 || few.Lines[0].X != 384-2*12*12 || few.Pictures[0].Rows() != 160 {
		t.Errorf("a short ticket says\n%s\n%+v", few.Text(), few.Lines[0])
	}
	way := printed(t, changed(func(p *TicketPaper) {
		p.Route = []PaperStop{{"2nd floor, window 25  Tax", 0}, {"2nd floor, window 31  Registration", 2}}
	}), f)
	if text := way.Text(); !strings.Contains(text, "1 2nd floor") {
		t.Errorf("the logo takes the place of the route:\n%s", text)
	}
	much := printed(t, changed(func(p *TicketPaper) {
		p.Hall, p.Item = strings.Repeat("Government Service ", 9), strings.Repeat("Transfer of a home ", 9)
		p.URL = addressOf(maxURL)
		p.Windows = []PaperWindow{{"11", "second floor"}, {"12", "third floor"}, {"13", "fourth floor"}}
	}), f)
	if strings.Contains(much.Text(), "Open at noon") && much.Pictures[0].Rows() == 160 || much.Length > f.Printer.length(ticketMM) {
		t.Errorf("a full ticket of %d dots says\n%s", much.Length, much.Text())
	}
}

// Every part that a template may enlarge stays on the paper, whatever size a technician writes.
func TestLargeTypeGivesWay(t *testing.T) {
	for _, mm := range []int{58, 80} {
		for size := 1; size <= maxSize; size++ {
			f := ticketForm(t, "en", mm)
			for i := range f.Template.Blocks {
				f.Template.Blocks[i].Size = size
			}
			paper := printed(t, usual(), f)
			if paper.Length > f.Printer.length(ticketMM) || !strings.Contains(paper.Text(), "D023") || !strings.Contains(paper.Text(), "31") || !strings.Contains(paper.Text(), "7K3M 92QF") {
				t.Errorf("%d mm, size %d: %d dots\n%s", mm, size, paper.Length, paper.Text())
			}
		}
	}
}

func TestRulesWithNothingBetweenThemAreOne(t *testing.T) {
	f := on58(t, KindTicket)
	f.Template.Blocks = append([]Block{{Show: "rule"}, {Show: "rule"}}, append(f.Template.Blocks, Block{Show: "rule"})...)
	paper := printed(t, TicketPaper{Hall: "Hall", Number: "A001", Service: "All", NoQRWhy: hall.TroubleNoAddress, At: usual().At}, f)
	if n := len(paper.Pictures); n != 2 || paper.Pictures[0].Y < 100 {
		t.Errorf("%d rules, want one above the reason without a QR code and one above the date:\n%s", n, paper.Text())
	}
}
