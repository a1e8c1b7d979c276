package agent

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"hallpulse/agent/internal/device"
	"hallpulse/agent/internal/preview"
	"hallpulse/firmware-protocol/hall"
	webkiosk "hallpulse/web-kiosk"
)

// PreviewOf says which paper is to be seen. What is empty is as the configuration says.
type PreviewOf struct {
	Template string // a kind of paper
	Printer  string // a profile
	Language string
	Font     string // a file; empty: the best of this machine
}

// Templates names the kinds of paper.
func Templates() (names []string) {
	for _, k := range device.Kinds() {
		names = append(names, string(k))
	}
	return names
}

// Printers names the printers that are known: built in, and beside the configuration.
func Printers(c Config) []string { return profiles(c.dir, printersDir) }

// Preview draws a paper with an example on it, as the printer would print it, as PNG.
func Preview(c Config, of PreviewOf) ([]byte, error) {
	kind := device.Kind(cmp.Or(of.Template, string(device.KindTicket)))
	if !slices.Contains(device.Kinds(), kind) {
		return nil, fmt.Errorf("template %q: want one of %s", of.Template, strings.Join(Templates(), ", "))
	}
	form, err := c.form(kind, of)
	if err != nil {
		return nil, err
	}
	bytes, err := example{form, c.catalogue}.layOut(kind)
	if err != nil {
		return nil, err
	}
	font, err := preview.FindFont(of.Font)
	if err != nil {
		return nil, err
	}
	defer font.Close()
	p := form.Printer
	return preview.PNG(bytes, preview.Paper{Width: p.Paper * p.DPI * 10 / 254, Top: p.Feed, Dots: p.Dots}, font)
}

// form finds out how a paper looks by what is asked for and what is configured.
func (c Config) form(kind device.Kind, of PreviewOf) (device.Form, error) {
	language := cmp.Or(of.Language, c.Language)
	words, err := readWords(webkiosk.FS())
	if err != nil {
		return device.Form{}, err
	}
	if words[language] == nil {
		return device.Form{}, fmt.Errorf("language %q: want zh or en", language)
	}
	f := device.Form{Words: words[language], English: language == "en", Template: c.papers[kind]}
	if i := slices.IndexFunc(c.Devices, func(v Device) bool { return v.Kind == hall.KindPrinter }); i >= 0 && of.Printer == "" {
		f.Printer = c.Devices[i].profile
		return f, nil
	}
	f.Printer, err = readPrinter(c.dir, cmp.Or(of.Printer, profile58))
	return f, err
}

// example fills papers with what can be seen to be an example.
type example struct {
	device.Form
	all hall.Catalogue
}

func (e example) in(zh, en string) string { return e.words().in(zh, en) }

func (e example) words() paperWords { return paperWords{e.Words, e.English} }

// item is the one that says most on a ticket.
func (e example) item() hall.ServiceItem {
	return slices.MaxFunc(append([]hall.ServiceItem{{}}, e.all.Items...), func(a, b hall.ServiceItem) int {
		return cmp.Compare(2*len(a.Route)+len(a.Materials), 2*len(b.Route)+len(b.Materials))
	})
}

func (e example) layOut(kind device.Kind) ([]byte, error) {
	const url = "https://hall.example/r/" + "AQAAB5_k2c-Zm9vYmFyAQAAB5_k2c-Zm9vYmFyAQAAB5_k2c-Zm9vYmFyAQAAB5_k2c-Zm9vYmFyAQAAB5_k2c-Zm9vYmFyAQ" // as long as a real one
	at := time.Date(2026, 11, 18, 10, 42, 0, 0, hall.Beijing())
	item := e.item()
	unit, _ := e.all.Unit(item.Unit)
	about := device.CasePaper{
		Hall: e.in(e.all.Hall.Name, e.all.Hall.NameEN), Number: "QL20261118-3-0017", Item: e.in(item.Name, item.NameEN), Unit: e.in(unit.Name, unit.NameEN),
		Basis: item.Basis, Applicant: "王**", Window: "12", Clerk: e.in("周敏", "Zhou Min") + " 0317", At: at,
	}
	switch kind {
	case device.KindList:
		return device.LayoutList(e.words().list(&e.all, item, "", item.Materials[:min(1, len(item.Materials))], at), e.Form)
	case device.KindAcceptance:
		due := hall.DayOf(at.AddDate(0, 0, 7))
		return device.LayoutAcceptance(device.AcceptancePaper{CasePaper: about, Promised: 5, Legal: 20, Due: hall.Deadline{Day: due}, URL: url, Code: "7K3M92QF"}, e.Form)
	case device.KindNotice:
		return device.LayoutNotice(device.NoticePaper{CasePaper: about, Ticket: "A063", Missing: item.Materials[:min(2, len(item.Materials))]}, e.Form)
	case device.KindRefusal:
		rule := e.all.CaseRule()
		return device.LayoutRefusal(device.RefusalPaper{CasePaper: about, Why: e.Words["refused."+string(hall.CaseNotOurs)], Review: rule.Review, Court: rule.Court}, e.Form)
	case device.KindTest:
		return device.LayoutTrial(device.TrialPaper{Hall: about.Hall, Device: "tickets", At: at}, e.Form)
	}
	letter := cmp.Or(item.Service, "A")
	service, _ := e.all.Service(letter)
	t := device.TicketPaper{
		Hall: about.Hall, Number: letter + "023", Service: e.in(service.Name, service.NameEN), Item: about.Item, Ahead: 8, P50Mins: 30, P90Mins: 45,
		Materials: item.Materials, URL: url, Code: "7K3M92QF", At: at,
	}
	for _, w := range windowsOf(&e.all, letter) {
		t.Windows = append(t.Windows, device.PaperWindow{ID: w.ID, Floor: e.in(w.Floor, w.FloorEN)})
	}
	t.Route = e.words().route(&e.all, item.Route)
	return device.LayoutTicket(t, e.Form)
}

// TestPage is what became of a test page. Without Trouble it came out, as far as the printer can tell.
type TestPage struct {
	Trouble  hall.Trouble `json:"trouble,omitempty"`
	What, Do string       // in words: what is wrong, and what to do
}

// PrintTest prints a test page on a printer of the configuration. A running agent holds its port: then that agent prints.
func PrintTest(ctx context.Context, c Config, name string, log *slog.Logger) (TestPage, error) {
	var out TestPage
	err := ask(ctx, c.socket(), askTestPage, name, &out)
	if !errors.Is(err, errNobody) {
		return out, err
	}
	cfg, err := c.printerNamed(name)
	if err != nil {
		return out, err
	}
	return c.tryPrinter(ctx, cfg, c.Language, log)
}

// tryPrinter prints a test page on a printer that nobody uses.
func (c Config) tryPrinter(ctx context.Context, cfg device.PrinterConfig, language string, log *slog.Logger) (TestPage, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p := device.NewPrinter(cfg, func(hall.Fact) error { return nil }, log)
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	out, err := c.printTest(ctx, p, cfg, language)
	cancel()
	return out, errors.Join(err, <-ended)
}

// printerNamed finds a printer of the configuration.
func (c Config) printerNamed(name string) (device.PrinterConfig, error) {
	var known []string
	for _, v := range c.Devices {
		if v.Kind == hall.KindPrinter {
			if v.Name == name {
				return v.printer(), nil
			}
			known = append(known, v.Name)
		}
	}
	if known == nil {
		return device.PrinterConfig{}, errors.New("no printer is configured: give it a line under devices in agent.yaml")
	}
	return device.PrinterConfig{}, fmt.Errorf("no printer is called %q: want %s", name, strings.Join(known, " or "))
}

// maxReach is how long a test page waits for a printer that does not take it: longer than an agent that has just started
// needs to find it.
const maxReach = 4 * time.Second

// printTest prints a test page on p.
func (c Config) printTest(ctx context.Context, p *device.Printer, cfg device.PrinterConfig, language string) (out TestPage, err error) {
	form, err := c.form(device.KindTest, PreviewOf{Language: language})
	if err != nil {
		return out, err
	}
	form.Printer = cfg.Printer
	bytes, err := device.LayoutTrial(device.TrialPaper{Hall: example{form, c.catalogue}.in(c.catalogue.Hall.Name, c.catalogue.Hall.NameEN), Device: cfg.Name, At: time.Now()}, form)
	if err != nil {
		return out, err
	}
	ended := make(chan hall.Trouble, 1)
	job := device.Job{Name: "test page", Bytes: bytes, Done: func(trouble hall.Trouble, _ bool) { ended <- trouble }}
	reach := time.After(maxReach)
	for {
		var refused device.Refused
		err = p.Print(job)
		if !errors.As(err, &refused) {
			break
		}
		select {
		case <-reach:
			return testEnded(form, refused.Trouble), nil
		case <-ctx.Done():
			return out, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	if err != nil {
		return out, err
	}
	select {
	case trouble := <-ended:
		return testEnded(form, trouble), nil
	case <-time.After(maxPrint):
		return testEnded(form, hall.TroubleBusy), nil
	case <-ctx.Done():
		return out, ctx.Err()
	}
}

func testEnded(f device.Form, trouble hall.Trouble) TestPage {
	if trouble == "" {
		return TestPage{}
	}
	return TestPage{Trouble: trouble, What: f.Words["trouble."+string(trouble)], Do: f.Words["trouble."+string(trouble)+".do"]}
}

// testPage prints a test page for who asks at the control socket.
func (p *program) testPage(name string) (TestPage, error) {
	cfg, err := p.cfg.printerNamed(name)
	if err != nil {
		return TestPage{}, err
	}
	i := slices.IndexFunc(p.printers, func(at *printerAt) bool { return at.name == name })
	return p.cfg.printTest(context.Background(), p.printers[i].Printer, cfg, p.cfg.Language)
}
