package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/pad"
	"hallpulse/firmware-protocol/simulator"
	"hallpulse/scripts/stand"
)

const (
	baud     = 38400
	presses  = 200
	restTime = 20 * time.Second
	account  = "bench"
	phrase   = "only for this run"
)

// liveRows are measured on a hub and an agent as shipped, with a pad on a line paced like a real one.
func liveRows(ctx context.Context) (rows []row, err error) {
	b, err := setUp(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.tearDown()) }()
	sync, err := syncTime(b.dir)
	if err != nil {
		return nil, err
	}
	atRest, err := b.rest(ctx)
	if err != nil {
		return nil, err
	}
	light, board, err := b.press(ctx)
	if err != nil {
		return nil, err
	}
	weight, err := b.weight(ctx)
	if err != nil {
		return nil, err
	}
	next, err := b.next(ctx)
	if err != nil {
		return nil, err
	}
	// A press is on the disk after a commit of bbolt, two syncs, and its frames are on the wire there and back.
	wire := wireTime()
	lightLimit := wire + 2*sync
	boardLimit := lightLimit - wireOf(lightFrame()) + sync // the hub commits, too; the screen does not wait for the light
	rows = []row{
		{"press → pad light at 38400 baud, p50", ms(percentile(light, 50)), ms(lightLimit) + " (wire " + ms(wire) + ", two syncs)", ratio(lightLimit, percentile(light, 50)), ""},
		{"press → pad light, p99", ms(percentile(light, 99)), ms(lightLimit), ratio(lightLimit, percentile(light, 99)), ""},
		{"press → manager's board, p50", ms(percentile(board, 50)), ms(boardLimit) + " (wire, three syncs)", ratio(boardLimit, percentile(board, 50)), "< 1 s"},
		{"press → manager's board, p99", ms(percentile(board, 99)), ms(boardLimit), ratio(boardLimit, percentile(board, 99)), "< 1 s"},
		{"next ticket at the console, 1,000 waiting, p50", ms(percentile(next, 50)), ms(2*sync) + " (two syncs)", ratio(2*sync, percentile(next, 50)), ""},
		{"next ticket at the console, 1,000 waiting, p99", ms(percentile(next, 99)), ms(2 * sync), ratio(2*sync, percentile(next, 99)), "≤ 30 ms"},
	}
	return append(append(rows, atRest...), weight), nil
}

// bench is one hall with one window.
type bench struct {
	dir   string
	hub   *stand.Hub
	agent *stand.Agent
	wires *stand.Wires
	pad   *stand.Pad
}

func setUp(ctx context.Context) (*bench, error) {
	programs, err := stand.Built(".build")
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(".", ".bench") // on the disk of the tree: /tmp may be memory
	if err != nil {
		return nil, err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	b := &bench{dir: dir, wires: stand.NewWires(dir)}
	file, err := filepath.Abs("configs/examples/hall-township.yaml")
	if err != nil {
		return nil, err
	}
	if b.hub, err = stand.NewHub(ctx, programs, stand.HubConfig{Dir: filepath.Join(dir, "hub"), Halls: []stand.HallFile{{Agent: "bench", File: file}}}); err != nil {
		return nil, err
	}
	if b.pad, err = b.wires.Pad("pad", 0xBE, 1, simulator.LineConfig{Baud: baud}); err != nil {
		return nil, err
	}
	b.agent, err = stand.NewAgent(ctx, programs, stand.AgentConfig{
		Name: "bench", Dir: filepath.Join(dir, "agent"), Hall: file,
		Devices: []stand.Device{{Name: "pad-1", Kind: "pad", Window: "1", Port: b.pad.Port}},
	}, b.hub)
	if err != nil {
		return nil, err
	}
	for _, start := range []func() error{
		func() error { return b.hub.AddUser(ctx, account, "manager", phrase) },
		func() error { return b.hub.Start(ctx) },
		func() error { return b.agent.Start(ctx) },
		func() error { return b.agent.Act(ctx, "1", "open") },
	} {
		if err := start(); err != nil {
			return nil, errors.Join(err, b.tearDown())
		}
	}
	return b, nil
}

func (b *bench) tearDown() error {
	err := errors.Join(b.agent.Stop(), b.hub.Stop())
	b.wires.Close()
	return errors.Join(err, os.RemoveAll(b.dir))
}

// press serves citizens one by one; each presses once. It returns how long the light and the board took.
func (b *bench) press(ctx context.Context) (light, board []time.Duration, err error) {
	screen, err := b.hub.OpenBoard(ctx, account, phrase)
	if err != nil {
		return nil, nil, err
	}
	defer screen.Close()
	for n := range presses {
		for _, act := range []func() error{
			func() error { _, err := b.agent.Take(ctx, "Y", "Y01"); return err },
			func() error { return b.agent.Act(ctx, "1", "next") },
			func() error { return b.agent.Act(ctx, "1", "serve") },
			func() error { return b.agent.Act(ctx, "1", "finish") },
		} {
			if err := act(); err != nil {
				return nil, nil, err
			}
		}
		if _, err := b.pad.Await(ctx, func(s simulator.PadState) bool { return s.Screen == pad.Prompt }); err != nil {
			return nil, nil, err
		}
		began := time.Now()
		b.pad.Press(hall.VeryGood)
		lit := make(chan time.Duration, 1)
		go func() {
			_, err := b.pad.Await(ctx, func(s simulator.PadState) bool { return s.Acked > n })
			if err == nil {
				lit <- time.Since(began)
			}
			close(lit)
		}()
		if err := seen(screen, n+1); err != nil {
			return nil, nil, err
		}
		board = append(board, time.Since(began))
		light = append(light, <-lit)
	}
	return light, board, nil
}

// next lets a thousand people wait, and calls: it returns how long the clerk's key took to be answered, on the disk.
func (b *bench) next(ctx context.Context) (took []time.Duration, err error) {
	const waiting, calls = 1000, 300
	take := func() error { _, err := b.agent.Take(ctx, "Y", "Y01"); return err }
	for range waiting {
		if err := take(); err != nil {
			return nil, err
		}
	}
	for range calls {
		began := time.Now()
		if err := b.agent.Act(ctx, "1", "next"); err != nil {
			return nil, err
		}
		took = append(took, time.Since(began))
		for _, act := range []func() error{
			func() error { return b.agent.Act(ctx, "1", "serve") }, func() error { return b.agent.Act(ctx, "1", "finish") }, take,
		} {
			if err := act(); err != nil {
				return nil, err
			}
		}
	}
	return took, nil
}

// seen waits until the board shows n ratings.
func seen(screen *stand.Board, n int) error {
	for {
		windows, err := screen.Next()
		if err != nil {
			return fmt.Errorf("board: %w", err)
		}
		for _, w := range windows {
			if w.ID == "1" && w.Today.Rated >= n {
				return nil
			}
		}
	}
}

// rest reads what the agent needs while nobody comes: anonymous memory and processor time.
func (b *bench) rest(ctx context.Context) ([]row, error) {
	select { // what starting up left behind is collected first
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(5 * time.Second):
	}
	before, err := cpuTime(b.agent.PID())
	if err != nil {
		return nil, err
	}
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(restTime):
	}
	after, err := cpuTime(b.agent.PID())
	if err != nil {
		return nil, err
	}
	memory, err := anonymous(b.agent.PID())
	if err != nil {
		return nil, err
	}
	return []row{
		{"agent at rest, anonymous memory", fmt.Sprintf("%.1f MB", float64(memory)/1e6), "", "", "≤ 40 MB"},
		{"agent at rest, processor", fmt.Sprintf("%.2f %% of a core", 100*(after-before).Seconds()/restTime.Seconds()), "", "", "< 1 %"},
	}, nil
}

// weight is what a phone loads to rate: the page that asks, all told.
func (b *bench) weight(ctx context.Context) (row, error) {
	t, err := b.agent.Take(ctx, "Y", "Y01")
	if err != nil {
		return row{}, err
	}
	for _, verb := range []string{"next", "serve", "finish"} {
		if err := b.agent.Act(ctx, "1", verb); err != nil {
			return row{}, err
		}
	}
	most := 0
	for _, query := range []string{"", "?lang=en", "?big=1"} {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, t.URL+query, nil)
		if err != nil {
			return row{}, err
		}
		req.Header.Set("Accept-Encoding", "identity")
		answer, err := http.DefaultClient.Do(req)
		if err != nil {
			return row{}, err
		}
		n, err := io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		if err != nil {
			return row{}, err
		}
		most = max(most, int(n))
	}
	return row{"citizen's page, one request", fmt.Sprintf("%.1f KB", float64(most)/1000), "", "", "≤ 15 KB"}, nil
}

func lightFrame() []byte {
	return pad.Append(nil, pad.Light{Boot: 1, Seq: 1, Meaning: pad.Became})
}

// wireTime is what a press and its light need on the line.
func wireTime() time.Duration {
	return wireOf(pad.Append(nil, pad.Press{Boot: 1, Seq: 1, Level: hall.VeryGood})) + wireOf(lightFrame())
}

func wireOf(frame []byte) time.Duration { return time.Duration(len(frame)) * 10 * time.Second / baud }

// syncTime is the median of one synced write of a page.
func syncTime(dir string) (time.Duration, error) {
	f, err := os.CreateTemp(dir, "sync")
	if err != nil {
		return 0, err
	}
	defer f.Close()
	page := make([]byte, 4096)
	var took []time.Duration
	for range 200 {
		began := time.Now()
		if _, err := f.WriteAt(page, 0); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
		took = append(took, time.Since(began))
	}
	return percentile(took, 50), nil
}

func percentile(all []time.Duration, p int) time.Duration {
	s := slices.Sorted(slices.Values(all))
	return s[min(len(s)-1, len(s)*p/100)]
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }

func ratio(limit, figure time.Duration) string {
	return fmt.Sprintf("%.2f", float64(limit)/float64(figure))
}

// cpuTime is the processor time of a process so far.
func cpuTime(pid int) (time.Duration, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	f := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	user, err1 := strconv.ParseInt(f[11], 10, 64)
	system, err2 := strconv.ParseInt(f[12], 10, 64)
	const tick = 10 * time.Millisecond // USER_HZ is 100 on Linux
	return time.Duration(user+system) * tick, errors.Join(err1, err2)
}

// anonymous is the memory of a process that no file backs, in bytes.
func anonymous(pid int) (int64, error) {
	f, err := os.Open(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if rest, ok := strings.CutPrefix(s.Text(), "Anonymous:"); ok {
			kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kb * 1024, err
		}
	}
	return 0, errors.New("smaps_rollup says nothing of anonymous memory")
}

// machine names what the figures come from.
func machine() string {
	model := "unknown processor"
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(b)) {
			if name, ok := strings.CutPrefix(line, "model name"); ok {
				model = strings.TrimLeft(strings.TrimSpace(name), ": ")
				break
			}
		}
	}
	return fmt.Sprintf("%s, %d cores, %s/%s, %s", model, runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
}
