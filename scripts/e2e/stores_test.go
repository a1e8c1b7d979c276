//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/pad"
	"hallpulse/scripts/stand"
)

// TestStoresPutBack puts stores back to older copies and takes them away. What the hub had settled is all there again;
// what was lost before the hub heard of it is named, press by press.
func TestStoresPutBack(t *testing.T) {
	t.Parallel()
	s := build(t, plan{windows: 2})
	s.open()
	s.rounds(t, 4, nil)
	s.equal(t)

	t.Run("the agent's store, a copy taken 100 events earlier, all settled", func(t *testing.T) {
		must(t, s.agent.Stop())
		old := s.copyOf(t, s.agent.Data())
		must(t, s.agent.Start(s.ctx))
		s.rounds(t, 8, nil)
		s.equal(t)
		must(t, s.agent.Stop())
		s.putBack(t, old, s.agent.Data())
		must(t, s.agent.Start(s.ctx))
		s.closeBooths(t)
		s.rounds(t, 4, nil)
		s.equal(t)
		s.wantFinding(t, hall.FindingEpochFork)
	})
	t.Run("the agent's store taken away, all settled", func(t *testing.T) {
		must(t, s.agent.Stop())
		s.takeAway(t)
		must(t, s.agent.Start(s.ctx))
		s.closeBooths(t)
		s.rounds(t, 4, nil)
		s.equal(t)
		if lost := s.findings(t)[hall.FindingPressHole]; len(lost) > 0 {
			t.Errorf("nothing was lost, yet the hub names %v", lost)
		}
		s.wantFinding(t, hall.FindingEpochSilent)
	})
	t.Run("the agent's store put back, unsettled: each lost press is named", func(t *testing.T) {
		s.loses(t, func(old string) { s.putBack(t, old, s.agent.Data()) })
	})
	t.Run("the agent's store taken away, unsettled: each lost press is named", func(t *testing.T) {
		s.loses(t, func(string) { s.takeAway(t) })
	})
	t.Run("the stores are clean", func(t *testing.T) { s.clean(t) })
}

// TestHubPutBack puts the hub's database back to a copy taken 500 agent events earlier: with all agents idle it ends
// equal again, and the hub names the span in which what it alone had heard is lost.
func TestHubPutBack(t *testing.T) {
	t.Parallel()
	s := build(t, plan{windows: 2})
	s.open()
	s.rounds(t, 2, nil)
	s.settle(t)
	copied := filepath.Join(s.hub.Dir, "copy.db")
	_, err := s.hub.Command(s.ctx, "", "backup", copied)
	must(t, err)

	ticket, err := s.booths[0].take()
	must(t, err)
	must(t, s.booths[0].call())
	must(t, s.booths[0].serve())
	must(t, s.booths[0].finish())
	s.settle(t)
	must(t, firstErr(stand.Rate(s.ctx, ticket.URL, 2))) // only the hub hears this one
	begun := s.events(t)
	s.rounds(t, 24, nil)
	s.equal(t)
	if n := s.events(t) - begun; n < 500 {
		t.Fatalf("%d events after the copy: want 500", n)
	}
	before := s.known(t)

	must(t, s.hub.Stop())
	out, err := s.hub.Command(s.ctx, "", "restore", copied)
	must(t, err)
	t.Logf("hall-hub restore: %s", out)
	if n := len(s.known(t)); n >= len(before) {
		t.Fatalf("the copy holds %d presses, no fewer than the %d that came after it", n, len(before))
	}
	must(t, s.hub.Start(s.ctx))
	eventually(t, "the agent to tell again what the copy lacks", func() (bool, string) {
		n := len(s.known(t))
		return n >= len(before), fmt.Sprint(n, " of ", len(before))
	})
	s.equal(t)
	s.wantFinding(t, hall.FindingHubRestored) // the span in which a phone's rating was lost
	s.clean(t)
}

// loses stops the hub, presses, lets lose do its work on the agent's store, and wants exactly the lost presses named.
func (s *site) loses(t *testing.T, lose func(old string)) {
	t.Helper()
	s.settle(t)
	held := s.findings(t)[hall.FindingPressHole]
	must(t, s.agent.Stop())
	old := s.copyOf(t, s.agent.Data())
	must(t, s.hub.Stop())
	must(t, s.agent.Start(s.ctx))
	s.rounds(t, 4, nil)
	must(t, s.agent.Stop())
	lose(old)
	must(t, s.agent.Start(s.ctx))
	s.closeBooths(t)
	s.rounds(t, 2, nil)
	must(t, s.hub.Start(s.ctx))
	s.settle(t)

	hub, pads := s.known(t), s.acknowledged()
	lost := missing(pads, hub)
	if len(lost) == 0 {
		t.Fatal("no press was lost: the fault was none")
	}
	if extra := missing(hub, pads); len(extra) > 0 {
		t.Errorf("at the hub and never acknowledged: %v", extra)
	}
	named := s.findings(t)[hall.FindingPressHole]
	for _, key := range lost {
		if !slices.Contains(named, key) {
			t.Errorf("press %v is lost and not named", key)
		}
	}
	for _, key := range named {
		if !slices.Contains(held, key) && !slices.Contains(lost, key) {
			t.Errorf("press %v is named as lost and is at the hub", key)
		}
	}
	t.Logf("%d presses lost, each named", len(lost))
	for _, key := range lost { // from here on they are no longer asked for
		s.pardon(key)
	}
}

// closeBooths brings every window of a store that went back in time to where the model stands: open, nobody called.
func (s *site) closeBooths(t *testing.T) {
	t.Helper()
	for _, b := range s.booths {
		b.serving, b.invited, b.rated = false, false, false
		saw, err := b.view(s.ctx)
		must(t, err)
		switch hall.WindowState(saw.State) {
		case hall.WindowIsClosed:
			must(t, b.sure("open"))
		case hall.WindowIsCalled:
			must(t, b.sure("missed"))
		case hall.WindowIsServing:
			must(t, b.sure("finish"))
			must(t, b.sure("pause")) // ends the invitation that the model knows nothing of
			must(t, b.sure("resume"))
		}
	}
}

// copyOf copies a data folder as it lies there.
func (s *site) copyOf(t *testing.T, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "old")
	must(t, exec.Command("cp", "-a", dir, to).Run())
	return to
}

// putBack puts a copy in the place of a data folder.
func (s *site) putBack(t *testing.T, from, dir string) {
	t.Helper()
	must(t, os.RemoveAll(dir))
	must(t, exec.Command("cp", "-a", from, dir).Run())
}

// takeAway removes all that the agent keeps but its enrolment.
func (s *site) takeAway(t *testing.T) {
	t.Helper()
	entries, err := os.ReadDir(s.agent.Data())
	must(t, err)
	for _, e := range entries {
		if e.Name() != "enrolment" {
			must(t, os.RemoveAll(filepath.Join(s.agent.Data(), e.Name())))
		}
	}
}

// TestFullDisk fills the agent's volume. Tickets are refused with a sentence, ratings go on as long as there is room;
// a press that cannot be kept is not thanked and comes through once there is room again.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		asRootOfItsOwn(t)
		return
	}
	small := filepath.Join(shortDir(t), "small")
	must(t, os.MkdirAll(small, 0o700))
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=112m", "tmpfs", small).CombinedOutput(); err != nil {
		t.Fatalf("mount a small volume: %v: %s", err, out)
	}
	t.Cleanup(func() { must(t, exec.Command("umount", small).Run()) })
	s := build(t, plan{windows: 1, agentDir: small})
	s.open()
	s.rounds(t, 2, nil)
	b := s.booths[0]
	must(t, firstErr(b.take()))
	must(t, b.call())
	must(t, b.serve())

	fill := filepath.Join(small, "fill")
	s.fill(t, fill, 96)
	eventually(t, "tickets to be refused", func() (bool, string) {
		_, err := s.agent.Take(s.ctx, "A", "A01")
		no, ok := err.(*stand.Refusal)
		return ok && no.Message != "", errText(err)
	})
	must(t, b.press(hall.Good)) // the ballast is given up for ratings alone
	must(t, b.press(hall.Good))

	s.fill(t, fill, 100)
	key := s.pressUntilSealed(t, b)
	must(t, os.Remove(fill))
	must(t, b.answered(key))
	eventually(t, "tickets to be given again", func() (bool, string) {
		_, err := s.agent.Take(s.ctx, "A", "A01")
		return err == nil, errText(err)
	})
	s.equal(t)
	s.clean(t)
}

// asRootOfItsOwn runs the test again in a user namespace, where mounting is allowed to anyone.
func asRootOfItsOwn(t *testing.T) {
	t.Helper()
	cmd := exec.Command("unshare", "--user", "--map-root-user", "--mount", os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatalf("this test mounts a small volume, as root or where user namespaces are allowed: %v", err)
	}
}

func errText(err error) string {
	if err == nil {
		return "no error"
	}
	return err.Error()
}

// fill writes until the volume is so many per cent full.
func (s *site) fill(t *testing.T, file string, percent int) {
	t.Helper()
	f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	must(t, err)
	defer f.Close()
	chunk := make([]byte, 64<<10)
	for used(t, file) < percent {
		if _, err := f.Write(chunk); err != nil {
			if len(chunk) == 1 {
				return
			}
			chunk = chunk[:len(chunk)/2]
		}
	}
}

// pressUntilSealed presses, filling what room commits still find, until a press stays unanswered, and returns it.
func (s *site) pressUntilSealed(t *testing.T, b *booth) hall.PressKey {
	t.Helper()
	end := time.Now().Add(patience)
	for time.Now().Before(end) {
		s.fill(t, filepath.Join(filepath.Dir(s.agent.Data()), "fill"), 100)
		key, err := b.touch(hall.Bad)
		must(t, err)
		for range 40 {
			if acked(b.pad, key) {
				break
			}
			time.Sleep(50 * time.Millisecond)
		}
		if !acked(b.pad, key) {
			eventually(t, "the pad to show that it is closed", func() (bool, string) {
				st := b.pad.State()
				return st.Queued > 0 && st.Lit == 0 && st.Screen == pad.Closed, fmt.Sprintf("%+v", st)
			})
			return key
		}
	}
	t.Fatal("every press was kept on a full disk")
	return hall.PressKey{}
}

// used is how full, in per cent, the volume of file is.
func used(t *testing.T, file string) int {
	t.Helper()
	var v unix.Statfs_t
	must(t, unix.Statfs(filepath.Dir(file), &v))
	return int((v.Blocks - v.Bavail) * 100 / v.Blocks)
}
