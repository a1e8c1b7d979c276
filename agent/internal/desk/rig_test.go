package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"hallpulse/agent/internal/counter"
	"hallpulse/firmware-protocol/hall"
)

// always is a hall whose catalogue stays.
func always(c *hall.Catalogue) func() *hall.Catalogue { return func() *hall.Catalogue { return c } }

func catalogueNow() func() *hall.Catalogue { return always(catalogue()) }

func catalogue() *hall.Catalogue {
	return &hall.Catalogue{
		Hall:     hall.Site{ID: "qinglan", Name: "青澜市政务服务中心", NameEN: "Qinglan Service Centre"},
		Units:    []hall.Unit{{ID: "gaj", Name: "市公安局", NameEN: "Public Security Bureau"}},
		Services: []hall.Service{{Letter: "A", Name: "户政"}},
		Windows: []hall.Window{
			{ID: "12", Floor: "一楼", Unit: "gaj", Services: []string{"A"}},
			{ID: "13", Floor: "一楼", Unit: "gaj", Services: []string{"A"}},
		},
	}
}

// words is the shipped catalogue: what a person would really read.
func words(t testing.TB) map[string]map[string]string {
	all := map[string]map[string]string{}
	for _, lang := range []string{"zh", "en"} {
		b, err := os.ReadFile("../../../web-kiosk/src/shared/words/" + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		w := map[string]string{}
		if err := json.Unmarshal(b, &w); err != nil {
			t.Fatal(err)
		}
		all[lang] = w
	}
	return all
}

// small is a counter with one queue and no law: every act is taken.
type small struct {
	mu     sync.Mutex
	queue  []string
	at     map[string]Visit // by window
	acts   []string
	pages  []string      // how the pages of paired browsers stood
	fail   error         // what the next acts answer
	hold   chan struct{} // acts wait for it to close
	began  chan struct{} // acts say that they began
	ended  int           // contexts that had ended when an act was through
	filler string        // makes views large
}

func newSmall(tickets ...string) *small {
	return &small{queue: tickets, at: map[string]Visit{}, began: make(chan struct{}, 1000)}
}

func (s *small) Present(ctx context.Context, window, token, number string) (Presented, error) {
	return Presented{Number: number}, s.act(ctx, "present "+window+" "+token, func() error { return nil })
}

func (s *small) act(ctx context.Context, name string, do func() error) error {
	s.mu.Lock()
	hold, fail := s.hold, s.fail
	s.acts = append(s.acts, name)
	s.mu.Unlock()
	s.began <- struct{}{}
	if hold != nil {
		<-hold
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if ctx.Err() != nil {
		s.ended++
	}
	if fail != nil {
		return fail
	}
	return do()
}

func (s *small) done() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.acts...)
}

func (s *small) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

func (s *small) Return(ctx context.Context, id hall.ID) error {
	return s.act(ctx, "return "+id.String(), func() error { return nil })
}

func (s *small) Cancel(ctx context.Context, id hall.ID, why hall.DropWhy) error {
	return s.act(ctx, "cancel "+id.String()+" "+string(why), func() error { return nil })
}

func (s *small) Do(ctx context.Context, o counter.Order) error {
	window, act := o.Window, o.Act
	return s.act(ctx, strings.TrimSpace(window+" "+string(act)+" "+o.Why+o.To.Window), func() error {
		v := s.at[window]
		switch act {
		case counter.ActNext, counter.ActPick:
			if len(s.queue) == 0 {
				return counter.NobodyWaiting
			}
			s.at[window] = Visit{Ticket: s.queue[0], Calls: 1, Materials: []string{}}
			s.queue = s.queue[1:]
		case counter.ActRecall:
			v.Calls++
			s.at[window] = v
		case counter.ActServe:
			v.ServedAt = new(time.Time)
			s.at[window] = v
		case counter.ActFinish, counter.ActMissed, counter.ActHold, counter.ActTransfer:
			delete(s.at, window)
		}
		return nil
	})
}

func (s *small) SignOn(ctx context.Context, window, badge, pin string) error {
	return s.act(ctx, strings.TrimSpace(window+" open "+badge+" "+pin), func() error { return nil })
}

func (s *small) ChoosePIN(ctx context.Context, window, badge, code, pin string) error {
	return s.act(ctx, strings.TrimSpace(window+" chooses "+badge+" "+code+" "+pin), func() error { return nil })
}

func (s *small) Issue(ctx context.Context, r counter.Request) (Ticket, error) {
	what := strings.TrimSpace("issue " + r.Letter + " " + r.Item + " " + r.Errand + " " + r.Situation)
	for _, stop := range r.Then {
		what += " > " + stop.Letter + "/" + stop.Item
	}
	id := hall.ID{Agent: 3, Tag: 0x9f2c, Serial: 17}
	return Ticket{ID: id, Number: "A064", Windows: []string{"12"}, Printed: true},
		s.act(ctx, strings.Join(strings.Fields(what), " "), func() error { return nil })
}

func (s *small) PrintList(ctx context.Context, l List) (Listed, error) {
	return Listed{Printed: true}, s.act(ctx, strings.TrimSpace(fmt.Sprint("list ", l.Item, " ", l.Situation, l.Has)), func() error { return nil })
}

func (s *small) Book(ctx context.Context, a counter.Appointment) (Booked, error) {
	return Booked{}, s.act(ctx, fmt.Sprint("book ", a.Item, " ", a.Day, " ", a.At), func() error { return nil })
}

func (s *small) Arrive(ctx context.Context, id hall.ID) (Ticket, error) {
	return Ticket{ID: id, Number: "A064"}, s.act(ctx, "arrive "+id.String(), func() error { return nil })
}

func (s *small) Days(string, string) []BookDay { return []BookDay{} }

func (s *small) Print(ctx context.Context, id hall.ID) (Ticket, error) {
	return Ticket{ID: id, Number: "A064", Printed: true}, s.act(ctx, "print "+id.String(), func() error { return nil })
}

func (s *small) Read(ctx context.Context, window, command string) error {
	return s.act(ctx, "read "+window+" "+command, func() error { return nil })
}

func (s *small) Alarm(ctx context.Context, window string, on bool) error {
	return s.act(ctx, fmt.Sprintf("alarm %s %v", window, on), func() error { return nil })
}

func (s *small) Console(window string) ConsoleView {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := ConsoleView{Window: WindowNow{ID: window, State: hall.WindowIsOpen}, WaitingCount: len(s.queue)}
	v.Hall.Name = s.filler
	if len(s.queue) > 0 {
		v.Next = &Waiting{Ticket: s.queue[0]}
	}
	if visit, ok := s.at[window]; ok {
		v.Visit, v.Window.State = &visit, hall.WindowIsCalled
		if visit.ServedAt != nil {
			v.Window.State = hall.WindowIsServing
		}
	}
	return v
}

func (s *small) Take() TakeView {
	s.mu.Lock()
	defer s.mu.Unlock()
	return TakeView{Services: []TakeService{{HallLine: HallLine{Letter: "A"}, Waiting: len(s.queue)}}, Disk: DiskIsOK}
}

func (s *small) Guide() GuideView {
	s.mu.Lock()
	defer s.mu.Unlock()
	return GuideView{Services: []GuideQueue{{TakeService: TakeService{HallLine: HallLine{Letter: "A"}, Waiting: len(s.queue)}}}, Disk: DiskIsOK}
}

func (s *small) Sign(window string) SignView {
	v := s.Console(window)
	if v.Visit != nil {
		v.Window.Ticket = v.Visit.Ticket
	}
	return SignView{Window: v.Window}
}

func (s *small) Correct(ctx context.Context, id hall.ID, c Correction) error {
	return s.act(ctx, strings.TrimSpace(fmt.Sprintf("correct %s %s %s", id, c.Class, c.Why)), func() error { return nil })
}

func (s *small) Help(ctx context.Context, h counter.Help) error {
	return s.act(ctx, fmt.Sprintf("help %s %s %s", h.Window, h.Visit, h.By), func() error { return nil })
}

// Shown takes the code RIGHT of every number, and the token right.
func (s *small) Shown(p Proof) (Shown, error) {
	if p.Token != "right" && p.Code != "RIGHT" {
		return Shown{}, WrongCode
	}
	return Shown{ID: hall.ID{Agent: 3, Tag: 0x9f2c, Serial: 17}, Number: "A064", Known: true, Visits: []ShownVisit{}}.WithSecret([]byte("secret")), nil
}

func (s *small) Rate(ctx context.Context, a counter.Answer) error {
	return s.act(ctx, fmt.Sprintf("rate %s %s %d %v %s", a.Ticket, a.Visit, a.Level, a.Reasons, a.Form), func() error { return nil })
}

func (s *small) WholeDisplay() DisplayView { return s.Display() }

func (s *small) Display() DisplayView {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := DisplayView{Services: []DisplayLine{{Waiting: len(s.queue)}}}
	for window, visit := range s.at {
		v.Open = append(v.Open, Call{Ticket: visit.Ticket, Window: window, Calls: visit.Calls})
	}
	return v
}

// rig is a desk that serves on a real line.
type rig struct {
	*Desk
	t    *testing.T
	addr string
	stop func() // ends Serve and waits for it
}

// serve starts a desk before c; change may alter it first.
func serve(t *testing.T, c *small, change ...func(*Desk)) *rig {
	t.Helper()
	d, err := New(Config{
		Listen: "127.0.0.1:0", Hall: catalogueNow(), Words: words(t), Log: slog.New(slog.DiscardHandler),
		Pages: fstest.MapFS{
			"console.html":         {Data: []byte("<title>console</title>")},
			"kiosk.html":           {Data: []byte("<title>kiosk</title>")},
			"guide.html":           {Data: []byte("<title>guide</title>")},
			"sign.html":            {Data: []byte("<title>sign</title>")},
			"display.html":         {Data: []byte("<title>display</title>")},
			"pair.html":            {Data: []byte("<title>pair</title>")},
			"doctor.html":          {Data: []byte("<title>doctor</title>")},
			"tablet.html":          {Data: []byte("<title>tablet</title>")},
			"stickers.html":        {Data: []byte("<title>stickers</title>")},
			"assets/app-1a2b3c.js": {Data: []byte("1")},
		},
		Voice:   fstest.MapFS{"zh/please.wav": {Data: []byte("RIFF")}, "secret": {Data: []byte("secret")}, "zh/secret.txt": {Data: []byte("secret")}},
		Tablets: c, Paired: c,
		Stickers: func() []Sticker {
			return []Sticker{{Window: "12", Floor: "一楼", URL: "https://pj.qinglan.example/r/at/qinglan/12"}, {Window: "13", Floor: "一楼"}}
		},
		URL: func(id hall.ID) string {
			if id.Serial == 17 {
				return "https://pj.qinglan.example/r/" + strings.Repeat("x", 102)
			}
			return ""
		},
		Bookings: c,
	}, c, c)
	if err != nil {
		t.Fatal(err)
	}
	d.Whole = func() *hall.Catalogue { return d.Hall() } // its one agent has all of the hall, whatever a test makes of it
	for _, f := range change {
		f(d)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- d.Serve(ctx, ln) }()
	stop := sync.OnceFunc(func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	t.Cleanup(stop)
	return &rig{d, t, ln.Addr().String(), stop}
}

// answer is what came back.
type answer struct {
	status  int
	header  http.Header
	body    string
	problem struct{ Code, Message string }
}

// ask sends one request; header are pairs.
func (r *rig) ask(method, path, body string, header ...string) answer {
	r.t.Helper()
	req, err := http.NewRequest(method, "http://"+r.addr+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			req.Host = header[i+1]
		}
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Error(err)
		return answer{}
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Error(err)
	}
	a := answer{status: res.StatusCode, header: res.Header, body: string(b)}
	var p problem
	if json.Unmarshal(b, &p) == nil {
		a.problem.Code, a.problem.Message = p.Error.Code, p.Error.Message
	}
	return a
}

func (r *rig) post(path, body, key string) answer {
	r.t.Helper()
	return r.ask("POST", path, body, "Idempotency-Key", key)
}

// eventually waits for what must become true.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}
