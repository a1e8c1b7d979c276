package outbox

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"

	"hallpulse/firmware-protocol/uplink"
)

// The child of TestKilledTwentyTimes writes to the store in this folder until it is killed, and says of each event
// when it was acknowledged.
const envCrash = "OUTBOX_TEST_CRASH"

func TestKilledTwentyTimesNothingAcknowledgedIsLost(t *testing.T) {
	if os.Getenv(envCrash) != "" {
		writeUntilKilled(t)
		return
	}
	dir := t.TempDir()
	acked := map[int]bool{}
	for round := range 20 {
		next := 1
		for n := range acked {
			next = max(next, n+1)
		}
		cmd := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), envCrash+"="+dir, fmt.Sprintf("%s_FROM=%d", envCrash, next+1000))
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for seen := 0; lines.Scan(); seen++ {
			if n, err := strconv.Atoi(strings.TrimPrefix(lines.Text(), "acked ")); err == nil {
				acked[n] = true
			} else {
				t.Fatalf("round %d: the child says %q", round, lines.Text())
			}
			if seen == 100+37*round%80 {
				_ = cmd.Process.Kill()
			}
		}
		_ = cmd.Wait()
	}
	if len(acked) < 20*100 {
		t.Fatalf("only %d events were acknowledged", len(acked))
	}
	clean(t, dir)
	o := startT(t, options(dir))
	if _, cause, _, _ := o.Began(); cause != "first" || len(o.Epochs()) != 1 {
		t.Errorf("a crash began a new epoch: %s %+v", cause, o.Epochs())
	}
	hub := newModelHub()
	meet(t, o, hub)
	held := hub.holds(t)
	for n := range acked {
		if held[n] != 1 {
			t.Errorf("acknowledged event %d is held %d times", n, held[n])
		}
	}
	state := map[string]bool{}
	if err := o.Each("s", func(k, _ []byte) error { state[string(k)] = true; return nil }); err != nil {
		t.Fatal(err)
	}
	if len(state) != len(held) {
		t.Errorf("%d puts and %d events are stored: they were one transaction", len(state), len(held))
	}
}

func writeUntilKilled(t *testing.T) {
	from, err := strconv.Atoi(os.Getenv(envCrash + "_FROM"))
	if err != nil {
		t.Fatal(err)
	}
	o := start(t, options(os.Getenv(envCrash)))
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for {
				mu.Lock()
				n := from
				from++
				mu.Unlock()
				if _, err := o.Commit([]Put{{"s", fmt.Append(nil, n), []byte("x")}}, []uplink.Event{said(n)}); err != nil {
					t.Errorf("commit: %v", err)
					return
				}
				mu.Lock()
				fmt.Printf("acked %d\n", n)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}
