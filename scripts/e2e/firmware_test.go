//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/pad"
	"hallpulse/scripts/stand"
)

// trial is a board at a window of its own, what is done to it, and how many presses a finger made.
type trial struct {
	name           string
	run            func(*trial, *testing.T)
	dark           bool // presses are cut off before the journal has them: then it accepts fewer than were made
	dropped        int  // presses that must find its queue full
	s              *site
	board          *stand.PadBoard
	window, letter string
	pressed        int
}

const (
	cyclesPerMS = 16_000                 // of the chip
	startUp     = 200 * time.Millisecond // until a board that has just got its power takes presses
)

// TestRealFirmwareLosesNothing drives the shipped agent and hub with the firmware as it is burnt into pads, on emulated
// boards, while one thing after another goes wrong with them. Every press that a board accepted is on the agent's disk
// and at the hub, once, with its level, and nothing else is.
func TestRealFirmwareLosesNothing(t *testing.T) {
	trials := []*trial{
		{name: "bouncing keys", run: func(x *trial, t *testing.T) {
			x.serve(t, 4)
			must(t, x.board.OpenCase(true))
			x.serve(t, 4)
		}},
		{name: "0.5 % of all bytes damaged", run: func(x *trial, t *testing.T) {
			must(t, x.board.SetNoise(0.0025, 0.0025))
			x.serve(t, 8)
		}},
		{name: "2 % of all bytes damaged", run: func(x *trial, t *testing.T) {
			must(t, x.board.SetNoise(0.01, 0.01))
			x.serve(t, 8)
		}},
		{name: "40 presses while unplugged", run: (*trial).unplugged},
		{name: "resets in mid-press", dark: true, run: (*trial).resets},
		{name: "power cuts in mid-press", dark: true, run: (*trial).powerCuts},
		{name: "20 unplugs under presses", run: (*trial).unplugs},
		{name: "70 presses into a queue of 64", run: (*trial).overflow, dropped: 6},
	}
	boards, err := stand.BuiltPadBoards(filepath.Join("..", "..", ".build"))
	must(t, err)
	s := build(t, plan{windows: len(trials), port: func(s *site, window string) string {
		i := int(window[0] - '1')
		b, err := s.wires.PadBoard("pad-"+window, boards)
		must(t, err)
		trials[i].s, trials[i].board, trials[i].window, trials[i].letter = s, b, window, string(rune('A'+i))
		return b.Port
	}})
	for _, x := range trials {
		must(t, x.board.Wait(startUp))
		must(t, s.agent.Act(s.ctx, x.window, "open"))
	}
	t.Run("faults", func(t *testing.T) {
		for _, x := range trials {
			t.Run(x.name, func(t *testing.T) {
				t.Parallel()
				x.run(x, t)
				x.answered(t)
			})
		}
	})
	s.settle(t)
	hub := s.levels(t)
	all := 0
	for _, x := range trials {
		all += x.count(t, hub)
	}
	if len(hub) != all {
		t.Errorf("%d presses are at the hub, the boards sent %d", len(hub), all)
	}
	t.Run("tampering and overflow are told", func(t *testing.T) {
		s.wantFaults(t, "pad-1", hall.TroubleOpened, 1)
		s.wantFaults(t, "pad-4", hall.TroublePulled, 1)
		s.wantFaults(t, "pad-7", hall.TroublePulled, 20)
		s.wantFaults(t, "pad-8", hall.TroubleOverflow, 6)
	})
	t.Run("the stores are clean", func(t *testing.T) { s.clean(t) })
}

// TestTheDoctorFindsAndTriesRealFirmware: the shipped doctor tells what hangs at a port, lets somebody try its five keys, and
// writes its line. The board forgets these presses.
func TestTheDoctorFindsAndTriesRealFirmware(t *testing.T) {
	boards, err := stand.BuiltPadBoards(filepath.Join("..", "..", ".build"))
	must(t, err)
	s := build(t, plan{windows: 1})
	board, err := s.wires.PadBoard("unknown", boards)
	must(t, err)
	ctx, cancel := context.WithCancel(s.ctx)
	var finger sync.WaitGroup
	finger.Go(func() {
		for level := hall.VeryBad; ctx.Err() == nil; level = level%5 + 1 {
			st, err := board.State()
			if err == nil && st.Screen == pad.Prompt {
				err = board.Tap(level)
			}
			if err == nil {
				err = board.Wait(50 * time.Millisecond)
			}
			if err != nil && ctx.Err() == nil {
				t.Error(err)
				return
			}
		}
	})
	said, err := s.agent.Command(s.ctx, "", "doctor", "--yes", "--language", "en", "--ports", board.Port)
	cancel()
	finger.Wait()
	must(t, err)
	for _, want := range []string{"A rating pad, ", " at 38400 bit/s", "All five keys work", "kind: pad, window: ", fmt.Sprintf("port: %q", board.Port)} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in\n%s", want, said)
		}
	}
	st, err := board.State()
	must(t, err)
	if st.Queued > 0 || st.Shown == [6]int{} {
		t.Errorf("%+v", st)
	}
}

// tap is a finger on a key.
func (x *trial) tap(level hall.Level) error {
	x.pressed++
	return x.board.Tap(level)
}

func (x *trial) state(t *testing.T) (dropped uint32, shown [6]int, powered bool) {
	t.Helper()
	st, err := x.board.State()
	must(t, err)
	return st.Dropped, st.Shown, st.Powered
}

// serve serves n citizens. Each presses twice: the first press becomes the rating, the second does not, and the light of
// the key says so both times.
func (x *trial) serve(t *testing.T, n int) {
	for i := range n {
		for _, verb := range []string{"take", "next", "serve"} {
			if verb == "take" {
				_, err := x.s.agent.Take(x.s.ctx, x.letter, x.letter+"01")
				must(t, err)
				continue
			}
			must(t, x.s.agent.Act(x.s.ctx, x.window, verb))
		}
		x.lit(t, hall.Level(1+i%5), pad.Became)
		x.lit(t, hall.Level(1+(i+2)%5), pad.Kept)
		must(t, x.s.agent.Act(x.s.ctx, x.window, "finish"))
	}
}

// lit presses a key and wants its light to have said so.
func (x *trial) lit(t *testing.T, level hall.Level, want pad.Meaning) {
	t.Helper()
	_, before, _ := x.state(t)
	must(t, x.tap(level))
	eventually(t, fmt.Sprintf("key %d to light up", level), func() (bool, string) {
		_, now, _ := x.state(t)
		return now[level] > before[level], fmt.Sprint(now)
	})
	presses, err := x.board.Presses()
	must(t, err)
	if last := presses[len(presses)-1]; last.Level != level || last.Light != want {
		t.Errorf("the press of key %d was answered %+v, want light %d", level, last, want)
	}
}

func (x *trial) unplugged(t *testing.T) {
	must(t, x.board.Unplug())
	for i := range 40 {
		must(t, x.tap(hall.Level(1+i%5)))
	}
	must(t, x.board.Plug())
}

// overflow fills the queue and presses on. What found it full was never lit, and is named by its number.
func (x *trial) overflow(t *testing.T) {
	must(t, x.board.Unplug())
	for i := range 70 {
		must(t, x.tap(hall.Level(1+i%5)))
	}
	must(t, x.board.Plug())
	eventually(t, "the console to say that presses were lost", func() (bool, string) {
		v, err := x.s.agent.Console(x.s.ctx, x.window)
		for _, f := range v.Faults {
			if f.Trouble == hall.TroubleOverflow {
				return true, ""
			}
		}
		return false, fmt.Sprint(v.Faults, err)
	})
	if dropped, _, _ := x.state(t); int(dropped) != x.dropped {
		t.Errorf("the board dropped %d presses, want %d", dropped, x.dropped)
	}
}

// resets pushes the reset button at any moment of a press: while it bounces, while it is journalled, while it is sent.
func (x *trial) resets(t *testing.T) {
	for i := range 25 {
		must(t, x.board.Wait(startUp))
		var finger sync.WaitGroup
		var failed error
		finger.Go(func() { failed = x.tap(hall.Level(1 + i%5)) })
		must(t, x.board.Wait(rand.N(120*time.Millisecond)))
		must(t, x.board.Reset())
		finger.Wait()
		must(t, failed)
	}
}

// powerCuts takes the power at any cycle of a press. What the chip is writing then, in its journal or its counter of
// runs, is torn. Most of the time the cable is out: presses outlive several cuts, and are told under the boots they were
// made in.
func (x *trial) powerCuts(t *testing.T) {
	for i := range 25 {
		switch i % 5 {
		case 0:
			must(t, x.board.Unplug())
		case 4:
			must(t, x.board.Plug())
		}
		must(t, x.board.Wait(startUp))
		must(t, x.tap(hall.Level(1+i%5)))
		must(t, x.board.CutPower(rand.Uint32N(70*cyclesPerMS)))
		must(t, x.tap(hall.Level(1+(i+1)%5)))
		eventually(t, "the power to go", func() (bool, string) {
			_, _, powered := x.state(t)
			return !powered, ""
		})
		must(t, x.board.Power(true))
	}
}

func (x *trial) unplugs(t *testing.T) {
	ctx, cancel := context.WithCancel(x.s.ctx)
	var hand sync.WaitGroup
	var failed error
	hand.Go(func() {
		defer cancel()
		for range 20 {
			for _, do := range []func() error{x.board.Unplug, x.board.Plug} {
				if failed = do(); failed == nil {
					failed = x.board.Wait(80*time.Millisecond + rand.N(200*time.Millisecond))
				}
				if failed != nil {
					return
				}
			}
		}
	})
	for i := 0; ctx.Err() == nil; i++ {
		must(t, x.tap(hall.Level(1+i%5)))
	}
	hand.Wait()
	must(t, failed)
	x.answered(t)
	dropped, _, _ := x.state(t) // where the agent never came to the port in time the queue is full in the end
	x.dropped = int(dropped)
}

// answered waits until the board has nothing left that nobody acknowledged: not in what it sent, and not in its journal.
func (x *trial) answered(t *testing.T) {
	t.Helper()
	quiet := 0
	eventually(t, "every press to be answered", func() (bool, string) {
		st, err := x.board.State()
		must(t, err)
		if st.Queued == 0 && st.Acked > 0 {
			quiet++
		} else {
			quiet = 0
		}
		return quiet > 10, fmt.Sprintf("%+v", st)
	})
}

// count compares what was pressed, what the board accepted, what the agent stored, and what the hub counts.
func (x *trial) count(t *testing.T, hub map[hall.PressKey]hall.Level) (accepted int) {
	t.Helper()
	presses, err := x.board.Presses()
	must(t, err)
	stored, counted := 0, 0
	for _, p := range presses {
		if p.Acked {
			stored++
		}
		switch level, there := hub[p.Key]; {
		case !there:
			t.Errorf("%s: press %v is not at the hub", x.name, p.Key)
		case level != p.Level:
			t.Errorf("%s: press %v is at the hub as %d, the board sent %d", x.name, p.Key, level, p.Level)
		default:
			counted++
		}
	}
	accepted = len(presses)
	equal := accepted == stored && accepted == counted && (x.dark && accepted <= x.pressed || accepted+x.dropped == x.pressed)
	verdict := "all equal"
	switch {
	case !equal:
		verdict = "NOT EQUAL"
		t.Errorf("%s: the counts differ", x.name)
	case x.dropped > 0:
		verdict += fmt.Sprintf(", %d found the queue full, told as a fault", x.dropped)
	case x.dark:
		verdict += fmt.Sprintf(", %d were cut off before the journal had them and stayed dark", x.pressed-accepted)
	}
	t.Logf("%-30s pressed %3d, accepted by the board %3d, stored %3d, counted %3d: %s", x.name, x.pressed, accepted, stored, counted, verdict)
	return accepted
}

// levels reads every press that the hub holds, and wants none twice.
func (s *site) levels(t *testing.T) map[hall.PressKey]hall.Level {
	t.Helper()
	db := s.database(t)
	defer db.Close()
	rows, err := db.Query(`SELECT uid, boot, press, level FROM answers WHERE uid IS NOT NULL`)
	must(t, err)
	defer rows.Close()
	all := map[hall.PressKey]hall.Level{}
	for rows.Next() {
		var uid int64
		var k hall.PressKey
		var level hall.Level
		must(t, rows.Scan(&uid, &k.Boot, &k.Seq, &level))
		k.UID = hall.PadUID(uid)
		if _, twice := all[k]; twice {
			t.Errorf("press %v is at the hub twice", k)
		}
		all[k] = level
	}
	must(t, rows.Err())
	return all
}

// wantFaults wants the hub to be told that a device has this trouble, counted so often.
func (s *site) wantFaults(t *testing.T, device string, trouble hall.Trouble, count int) {
	t.Helper()
	eventually(t, fmt.Sprintf("%s to be told of %s", trouble, device), func() (bool, string) {
		most := s.counted(t, device, trouble)
		return most == count, fmt.Sprintf("%d times, want %d", most, count)
	})
}

// counted is the highest count of a trouble that the hub was told.
func (s *site) counted(t *testing.T, device string, trouble hall.Trouble) (most int) {
	t.Helper()
	db := s.database(t)
	defer db.Close()
	rows, err := db.Query(`SELECT bytes FROM events WHERE agent_id > 0`)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var raw []byte
		var e struct {
			Body hall.DeviceFault
		}
		must(t, rows.Scan(&raw))
		if json.Unmarshal(raw, &e) == nil && e.Body.Device == device && e.Body.Fault == trouble {
			most = max(most, int(e.Body.Count))
		}
	}
	must(t, rows.Err())
	return most
}
