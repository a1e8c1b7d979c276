package store_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/store"
)

// busy is a hub with something of everything in it.
func busy(t *testing.T) *hub {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	a.started(nil, hall.EpochFirst)
	ticket, _ := a.visit("1", hall.Good, hall.Good)
	a.visit("2", hall.Bad)
	a.tell(hall.WindowOpened{Window: "1", Staff: "7"})
	a.tell(hall.DeviceUp{Device: "pad-1", Kind: "pad", Window: "1", UID: 5})
	a.tell(hall.DeviceAdopted{Device: "pad-1", UID: 5, Boot: 1, From: 1, To: 3})
	a.tell(hall.ClockStepped{From: morning, To: morning.Add(time.Hour)})
	a.raw([]byte("gurble"))
	old := a.retell(2, 4)
	h.sendAll(a, a.epoch)
	h.sendAll(a, old)
	h.record(phone(ticket, "form-1", hall.VeryGood))
	return h
}

// Check finds each way in which a database can say something else than its events.
func TestCheckFinds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ spoiled, fault string }{
		{`UPDATE events SET bytes = CAST(REPLACE(CAST(bytes AS TEXT), '"level":4', '"level":5') AS BLOB) WHERE CAST(bytes AS TEXT) LIKE '%rating.given%' AND agent_id = 1`, "its chain value differs"},
		{`DELETE FROM events WHERE agent_id = 1 AND seq = 5`, "events 5 to 5 are missing"},
		{`DELETE FROM events WHERE pos = (SELECT MAX(pos) FROM events)`, "its head says"},
		{`UPDATE epochs SET last = last + 1 WHERE agent_id = 1`, "its head says"},
		{`INSERT INTO epochs (agent_id, epoch, last, chain, closed, ended) VALUES (1, 'eeeeeeeeeeeeeeee', 3, zeroblob(32), false, 0)`, "it has no event"},
		{`UPDATE position SET pos = pos + 1`, "order of commits"},
		{`UPDATE events SET pos = pos + 1000 WHERE agent_id = 1 AND seq = 3`, "was committed before"},
		{`UPDATE tallies SET level_4 = level_4 + 1`, "sums of window"},
		{`DELETE FROM tallies`, "are missing: its visits say"},
		{`UPDATE visits SET level = 5 WHERE level = 2`, "table visits: 1 rows do not follow"},
		{`UPDATE answers SET standing = 'counted' WHERE standing = 'repeat'`, "table answers: 1 rows do not follow"},
		{`DELETE FROM answers WHERE form IS NOT NULL`, "table answers: 0 rows do not follow from the events, 1 that follow are not there"},
		{`UPDATE windows SET state = 'paused'`, "table windows"},
		{`DELETE FROM findings WHERE rule = 'press.hole'`, "table findings"},
		{`UPDATE devices SET uid = 6`, "table devices"},
		{`DELETE FROM retold`, "table retold"},
		{`DELETE FROM clock_steps`, "table clock_steps"},
		{`UPDATE agent_states SET hall = 'x'`, "table agent_states"},
		{`UPDATE tickets SET number = 'Z999'`, "table tickets"},
		{`UPDATE agents SET name = 'hall-z'`, "its chain value differs"},
		{`PRAGMA defer_foreign_keys = ON; DELETE FROM agents`, "never enrolled"},
	} {
		t.Run(c.spoiled, func(t *testing.T) {
			h := busy(t)
			defer h.close()
			h.check()
			if strings.Contains(c.spoiled, "DELETE FROM agents") {
				h.Store.Spoil(t, `DELETE FROM agent_keys`)
			}
			h.Store.Spoil(t, c.spoiled)
			r, err := h.Store.Check(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(strings.Join(r.Faults, "\n"), c.fault) {
				t.Errorf("want a fault %q, got\n%s", c.fault, r)
			}
		})
	}
}

func TestRebuildMendsWhatIsDerived(t *testing.T) {
	h := busy(t)
	defer h.close()
	before := h.facts()
	for _, s := range []string{`DELETE FROM visits`, `UPDATE answers SET level = 1`, `UPDATE tallies SET served = 99`, `DELETE FROM findings`, `UPDATE epochs SET last = 1`, `DELETE FROM retold`} {
		h.Store.Spoil(t, s)
	}
	if err := h.Store.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.check()
	if diff := difference(before, h.facts()); diff != "" {
		t.Errorf("rebuilt it differs:\n%s", diff)
	}
}

// The hub runs on while its database is mended: what it knew before counts no more.
func TestRebuildUnderARunningHub(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	a.started(nil, hall.EpochFirst)
	ticket, visit := a.visit("1", hall.Good)
	h.sendAll(a, a.epoch)
	h.Store.Spoil(t, `UPDATE visits SET item = 'x'`)
	h.Store.Spoil(t, `UPDATE position SET rebuilds = 7`) // what is spoiled is what the hub knows
	h.record(phone(ticket, "form-1", hall.Good))
	if err := h.Store.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	a.tell(hall.RatingInvited{Visit: visit, Window: "1"})
	h.record(phone(ticket, "form-2", hall.Good))
	h.sendAll(a, a.epoch)
	h.check()
}

func TestRebuildChangesNothingWhereAnEventCannotBeRead(t *testing.T) {
	h := busy(t)
	defer h.close()
	h.Store.Spoil(t, `UPDATE events SET bytes = CAST('gurble' AS BLOB) WHERE pos = 3`)
	before := h.facts()
	if err := h.Store.Rebuild(t.Context()); err == nil || !strings.Contains(err.Error(), "pos 3") {
		t.Errorf("rebuild: %v", err)
	}
	if diff := difference(before, h.facts()); diff != "" {
		t.Errorf("it changed something:\n%s", diff)
	}
}

func TestBackupIsWholeOrNotThere(t *testing.T) {
	h := busy(t)
	defer h.close()
	file := filepath.Join(t.TempDir(), "copy.db")
	if err := os.WriteFile(file, []byte("an older copy"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := h.Store.Backup(t.Context(), file, h.now); err != nil {
		t.Fatal(err)
	}
	into := dataDir(t)
	if aside, err := store.Restore(t.Context(), file, into, h.now); err != nil || aside != "" {
		t.Fatalf("restore to an empty folder: %q, %v", aside, err)
	}
	again := newHub(t, into)
	again.check()
	if diff := difference(h.facts(), again.facts()); diff != "" {
		t.Errorf("the copy differs:\n%s", diff)
	}
	again.close()

	h.Store.Spoil(t, `DELETE FROM events WHERE pos = 4`)
	older, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Store.Backup(t.Context(), file, h.now); err == nil {
		t.Error("a backup of a spoiled database was kept")
	}
	if now, err := os.ReadFile(file); err != nil || string(now) != string(older) {
		t.Errorf("the copy that was there is gone: %v", err)
	}
	left, err := os.ReadDir(filepath.Dir(file))
	if err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestRestoreRefusesWhatIsNoBackup(t *testing.T) {
	h := busy(t)
	dir := h.dir
	before := h.facts()
	whole := filepath.Join(t.TempDir(), "copy.db")
	if err := h.Store.Backup(t.Context(), whole, h.now); err != nil {
		t.Fatal(err)
	}
	h.close()
	junk := filepath.Join(t.TempDir(), "junk.db")
	cut := filepath.Join(t.TempDir(), "cut.db")
	bytes, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	for file, content := range map[string][]byte{junk: []byte(strings.Repeat("no database ", 1000)), cut: bytes[:len(bytes)*2/3]} {
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := store.Restore(t.Context(), file, dir, h.now); err == nil {
			t.Errorf("%s was restored", filepath.Base(file))
		}
	}
	if _, err := store.Restore(t.Context(), filepath.Join(t.TempDir(), "none.db"), dir, h.now); err == nil {
		t.Error("a file that is not there was restored")
	}
	h = newHub(t, dir)
	defer h.close()
	if diff := difference(before, h.facts()); diff != "" {
		t.Errorf("the database changed:\n%s", diff)
	}
	h.check()
}

func TestOneProcessHoldsTheFolder(t *testing.T) {
	h := newHub(t, dataDir(t))
	defer h.close()
	if s, err := store.Open(t.Context(), h.dir); err == nil {
		s.Close()
		t.Error("opened twice")
	}
}
