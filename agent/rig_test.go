package agent

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.etcd.io/bbolt"
	"golang.org/x/sys/unix"

	"hallpulse/agent/internal/desk"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/simulator"
	"hallpulse/firmware-protocol/uplink"
)

// TestMain lets a test start this binary as an agent of its own, so that it can be killed.
func TestMain(m *testing.M) {
	file := os.Getenv("HALL_AGENT_CHILD")
	if file == "" {
		os.Exit(m.Run())
	}
	signal.Ignore(unix.SIGXFSZ) // a test may let no file grow: then the write fails, which is enough
	c, err := ReadConfig(file)
	if err == nil {
		err = Run(context.Background(), c, slog.New(slog.NewTextHandler(os.Stderr, nil)))
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// rig is a counter on a table: an agent, and simulated pads and a printer on cables.
type rig struct {
	t       *testing.T
	dir     string
	listen  string
	devices []string // lines of agent.yaml
	extra   string   // likewise
	desk    string   // more of its desk, each after a comma
	stop    func()
	child   int // pid of the last startChild
	log     book
	lines   map[string]*simulator.Line // by device
}

// book is a log that a test can read while it is written.
type book struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *book) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *book) says(what string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.Contains(b.text.String(), what)
}

// newRig lets the test run beside others: they wait for most of their time.
func newRig(t *testing.T) *rig {
	t.Helper()
	t.Parallel()
	return anotherRig(t)
}

// anotherRig is a second counter of one test.
func anotherRig(t *testing.T) *rig {
	t.Helper()
	// Not t.TempDir: the path of a unix socket must be short.
	dir, err := os.MkdirTemp("", "agent")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return &rig{t: t, dir: dir, listen: free(t), stop: func() {}}
}

// free is a loopback address that nobody listens on, below those from which the system calls out: one of these could be taken
// before its agent begins.
func free(t *testing.T) string {
	t.Helper()
	for range 100 {
		addr := fmt.Sprintf("127.0.0.1:%d", 10_000+mathrand.IntN(22_000))
		if l, err := net.Listen("tcp", addr); err == nil {
			l.Close()
			return addr
		}
	}
	t.Fatal("no port is free")
	return ""
}

func (r *rig) config() string { return filepath.Join(r.dir, "agent.yaml") }

func (r *rig) port(name string) string { return filepath.Join(r.dir, name) }

// cable plugs a cable into the port of a device.
func (r *rig) cable(name string) *simulator.Line {
	r.t.Helper()
	line := simulator.NewLine(simulator.LineConfig{})
	if err := line.Plug(r.port(name)); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(line.Unplug)
	if r.lines == nil {
		r.lines = map[string]*simulator.Line{}
	}
	r.lines[name] = line
	return line
}

// power runs what hangs at a cable until the test ends.
func (r *rig) power(run func(context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { run(ctx) })
	r.t.Cleanup(func() {
		cancel()
		running.Wait()
	})
}

// addPad adds a pad to the configuration; nothing hangs there yet.
func (r *rig) addPad(name, window string) {
	r.devices = append(r.devices, fmt.Sprintf("{name: %s, kind: pad, window: %q, port: %q}", name, window, r.port(name)))
}

func (r *rig) pad(name, window string, uid hall.PadUID) *simulator.Pad {
	r.t.Helper()
	r.addPad(name, window)
	p := simulator.NewPad(simulator.PadConfig{UID: uid, Boot: 0x10001}, r.cable(name))
	r.power(func(ctx context.Context) {
		if err := p.Run(ctx); err != nil {
			r.t.Error(err)
		}
	})
	return p
}

func (r *rig) printer() *simulator.Printer { return r.printerNamed("tickets") }

func (r *rig) printerNamed(name string) *simulator.Printer {
	r.t.Helper()
	r.devices = append(r.devices, fmt.Sprintf("{name: %s, kind: printer, port: %q}", name, r.port(name)))
	p := simulator.NewPrinter(r.cable(name), 384)
	r.power(p.Run)
	return p
}

// enrol enrols the agent at a hub that nobody runs, or at broker.
func (r *rig) enrol(broker string) uplink.Enrolment {
	r.t.Helper()
	e, line := enrolmentOf(r.t, "hall-1", 3)
	if _, _, err := Enrol(Config{Data: filepath.Join(r.dir, "data")}, line, false); err != nil {
		r.t.Fatal(err)
	}
	if broker != "" {
		r.extra += fmt.Sprintf("hub: {broker: %q, plain: true}\n", broker)
	}
	return e
}

func (r *rig) writeConfig() Config {
	r.t.Helper()
	text := fmt.Sprintf("data: data\ndesk: {listen: %q%s}\n%s", r.listen, r.desk, r.extra)
	if len(r.devices) > 0 {
		text += "devices:\n  - " + strings.Join(r.devices, "\n  - ") + "\n"
	}
	if err := os.WriteFile(r.config(), []byte(text), 0o600); err != nil {
		r.t.Fatal(err)
	}
	c, err := ReadConfig(r.config())
	if err != nil {
		r.t.Fatal(err)
	}
	return c
}

// start runs the agent in this process, until r.stop or the end of the test.
func (r *rig) start() Config {
	r.t.Helper()
	c := r.writeConfig()
	r.run(c)
	return c
}

// run is start with a configuration of the test's own.
func (r *rig) run(c Config) {
	r.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	log := slog.New(slog.NewTextHandler(io.MultiWriter(r.t.Output(), &r.log), nil))
	go func() { ended <- Run(ctx, c, log) }()
	r.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			r.t.Errorf("run: %v", err)
		}
	})
	r.t.Cleanup(r.stop)
	r.await("the desk", func() bool { return r.dial() == nil })
}

// startChild runs the agent in a process of its own and returns what kills it.
func (r *rig) startChild() (kill func()) {
	r.t.Helper()
	r.writeConfig()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "HALL_AGENT_CHILD="+r.config())
	cmd.Stderr = io.MultiWriter(r.t.Output(), &r.log)
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	r.child = cmd.Process.Pid
	kill = sync.OnceFunc(func() {
		if err := cmd.Process.Kill(); err != nil {
			r.t.Error(err)
		}
		_ = cmd.Wait() // killed
	})
	r.t.Cleanup(kill)
	r.await("the desk", func() bool { return r.dial() == nil })
	return kill
}

func (r *rig) dial() error {
	c, err := net.Dial("tcp", r.listen)
	if err != nil {
		return err
	}
	return c.Close()
}

// await waits until is holds.
func (r *rig) await(what string, is func() bool) {
	r.t.Helper()
	for end := time.Now().Add(30 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			r.t.Fatalf("waited in vain for %s", what)
		}
	}
}

// post sends an act and returns the code of its refusal, or nothing.
func (r *rig) post(path, body string, into any) (refusal string) {
	r.t.Helper()
	req, err := http.NewRequest(http.MethodPost, "http://"+r.listen+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Idempotency-Key", rand.Text())
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	said, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	if resp.StatusCode >= 300 {
		var no struct {
			Error struct{ Code, Message string }
		}
		if err := json.Unmarshal(said, &no); err != nil || no.Error.Message == "" {
			r.t.Errorf("%s: a refusal without words: %s", path, said)
		}
		return no.Error.Code
	}
	if into != nil {
		if err := json.Unmarshal(said, into); err != nil {
			r.t.Fatalf("%s: %s: %v", path, said, err)
		}
	}
	return ""
}

func (r *rig) act(window string, acts ...string) {
	r.t.Helper()
	for _, a := range acts {
		if code := r.post("/api/windows/"+window+"/"+a, "", nil); code != "" {
			r.t.Fatalf("%s at window %s: %s", a, window, code)
		}
	}
}

func (r *rig) take(letter, item string) (t desk.Ticket) {
	r.t.Helper()
	if code := r.post("/api/tickets", fmt.Sprintf(`{"letter":%q,"item":%q}`, letter, item), &t); code != "" {
		r.t.Fatalf("take %s: %s", letter, code)
	}
	return t
}

// altered is a token, or an address that ends with one, with another character in its signature.
func altered(token string) string {
	at := len(token) - 8
	if token[at] == 'A' {
		return token[:at] + "B" + token[at+1:]
	}
	return token[:at] + "A" + token[at+1:]
}

// console returns what the console of a window shows now.
func (r *rig) console(window string) desk.ConsoleView {
	return screenOf[desk.ConsoleView](r, "/ws/console/"+window)
}

// ready reports whether tickets come out on paper.
func (r *rig) ready() bool { return screenOf[desk.TakeView](r, "/ws/take").Printer.OK }

func screenOf[V any](r *rig, path string) V {
	r.t.Helper()
	conn, _, err := websocket.DefaultDialer.Dial("ws://"+r.listen+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	defer conn.Close()
	var m struct{ View V }
	if err := conn.ReadJSON(&m); err != nil {
		r.t.Fatal(err)
	}
	return m.View
}

// events reads all events from a store that nobody runs, in order.
func (r *rig) events(store string) []uplink.Event {
	r.t.Helper()
	db, err := bbolt.Open(filepath.Join(store, "hall.db"), 0o600, &bbolt.Options{ReadOnly: true, Timeout: time.Second})
	if err != nil {
		r.t.Fatal(err)
	}
	defer db.Close()
	var all []uplink.Event
	err = db.View(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(name []byte, b *bbolt.Bucket) error {
			if !bytes.HasPrefix(name, []byte("events/")) {
				return nil
			}
			return b.ForEach(func(_, v []byte) error {
				e, err := uplink.DecodeEvent(bytes.Clone(v[len(uplink.Chain{}):]))
				all = append(all, e)
				return err
			})
		})
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return all
}

// facts reads the facts of one type out of events.
func facts[F hall.Fact](t *testing.T, events []uplink.Event) []F {
	t.Helper()
	var all []F
	for _, e := range events {
		f, err := hall.DecodeFact(e.Type, e.Body)
		if err != nil {
			t.Fatal(err)
		}
		if one, ok := f.(F); ok {
			all = append(all, one)
		}
	}
	return all
}

// good fails the test unless the store proves itself.
func (r *rig) good(c Config) OutboxReport {
	r.t.Helper()
	report, err := OutboxCheck(context.Background(), c)
	if err = errors.Join(err); err != nil || len(report.Faults) > 0 {
		r.t.Errorf("outbox check: %+v, %v", report, err)
	}
	return report
}
