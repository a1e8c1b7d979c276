//go:build e2e

package e2e

import (
	"database/sql"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	_ "modernc.org/sqlite"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/pad"
)

// known reads from the hub's database what it holds of every press: the class it was kept as.
func (s *site) known(t *testing.T) map[hall.PressKey]class {
	t.Helper()
	db := s.database(t)
	defer db.Close()
	rows, err := db.Query(`SELECT uid, boot, press, kind FROM answers WHERE uid IS NOT NULL`)
	must(t, err)
	defer rows.Close()
	all := map[hall.PressKey]class{}
	for rows.Next() {
		var uid int64
		var k hall.PressKey
		var kind string
		must(t, rows.Scan(&uid, &k.Boot, &k.Seq, &kind))
		k.UID = hall.PadUID(uid)
		if _, twice := all[k]; twice {
			t.Errorf("press %v is at the hub twice", k)
		}
		all[k] = class("rating." + kind)
	}
	must(t, rows.Err())
	return all
}

func (s *site) database(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(s.hub.Data(), "hub.db")+"?mode=ro&_pragma=busy_timeout(10000)")
	must(t, err)
	return db
}

// settle waits until the agent has an answer to everything it said.
func (s *site) settle(t *testing.T) {
	t.Helper()
	s.settleAt(t, "1")
}

// settleAt is settle of an agent that has this window.
func (s *site) settleAt(t *testing.T, window string) {
	t.Helper()
	eventually(t, "the agent to have nothing left to send", func() (bool, string) {
		v, err := s.agent.Console(s.ctx, window)
		return err == nil && v.Hub.Up && v.Hub.Stored == 0, fmt.Sprintf("%+v %v", v.Hub, err)
	})
}

// acknowledged is every press that a pad saw acknowledged, with what its light said.
func (s *site) acknowledged() map[hall.PressKey]pad.Meaning {
	all := map[hall.PressKey]pad.Meaning{}
	for _, p := range s.pads {
		for _, a := range p.Acked() {
			if !s.pardoned[a.Key] {
				all[a.Key] = a.Light
			}
		}
	}
	return all
}

// equal wants the hub to hold exactly the acknowledged presses, each in the class that the model says, and no light to
// have promised what is not so.
func (s *site) equal(t *testing.T) {
	t.Helper()
	hub := s.equalSets(t)
	lights := s.acknowledged()
	counts := map[class]int{}
	for _, b := range s.booths {
		for key, want := range b.expect {
			got := hub[key]
			counts[got]++
			if got != want {
				t.Errorf("press %v is %q at the hub, the rules say %q", key, got, want)
			}
			if l := lights[key]; l == pad.Became && got != given {
				t.Errorf("press %v: the light said it is the rating, at the hub it is %q", key, got)
			}
		}
	}
	t.Logf("%d presses acknowledged, %d at the hub: %v", len(lights), len(hub), counts)
}

// equalSets wants the hub to hold exactly the acknowledged presses.
func (s *site) equalSets(t *testing.T) map[hall.PressKey]class {
	t.Helper()
	s.settle(t)
	hub, pads := s.known(t), s.acknowledged()
	for _, key := range missing(pads, hub) {
		t.Errorf("press %v was acknowledged and is not at the hub", key)
	}
	for _, key := range missing(hub, pads) {
		t.Errorf("press %v is at the hub and was never acknowledged", key)
	}
	return hub
}

// missing returns the keys of a that b has not, in order.
func missing[A, B any](a map[hall.PressKey]A, b map[hall.PressKey]B) []hall.PressKey {
	var out []hall.PressKey
	for key := range maps.Keys(a) {
		if _, ok := b[key]; !ok {
			out = append(out, key)
		}
	}
	slices.SortFunc(out, func(x, y hall.PressKey) int {
		return strings.Compare(fmt.Sprintf("%v %08x %08x", x.UID, x.Boot, x.Seq), fmt.Sprintf("%v %08x %08x", y.UID, y.Boot, y.Seq))
	})
	return out
}

// forget stops asking for the classes of the presses so far.
func (s *site) forget() {
	for _, b := range s.booths {
		clear(b.expect)
	}
}

// findings returns what the hub has opened for a person to look at: rule → the presses it names.
func (s *site) findings(t *testing.T) map[hall.Rule][]hall.PressKey {
	t.Helper()
	db := s.database(t)
	defer db.Close()
	rows, err := db.Query(`SELECT rule, uid, boot, presses FROM findings`)
	must(t, err)
	defer rows.Close()
	all := map[hall.Rule][]hall.PressKey{}
	for rows.Next() {
		var uid int64
		var boot uint32
		var rule hall.Rule
		var presses string
		must(t, rows.Scan(&rule, &uid, &boot, &presses))
		if all[rule] == nil {
			all[rule] = []hall.PressKey{} // found, and names no press
		}
		for _, n := range strings.FieldsFunc(presses, func(r rune) bool { return r == ',' }) {
			seq, err := strconv.ParseUint(n, 10, 32)
			must(t, err)
			all[rule] = append(all[rule], hall.PressKey{UID: hall.PadUID(uid), Boot: boot, Seq: uint32(seq)})
		}
	}
	must(t, rows.Err())
	return all
}

// wantFinding wants the hub to have opened a finding of this rule.
func (s *site) wantFinding(t *testing.T, rule hall.Rule) {
	t.Helper()
	if all := s.findings(t); all[rule] == nil {
		t.Errorf("no finding %q: %v", rule, all)
	}
}

// events is how many events of agents the hub holds.
func (s *site) events(t *testing.T) (n int) {
	t.Helper()
	db := s.database(t)
	defer db.Close()
	must(t, db.QueryRow(`SELECT count(*) FROM events WHERE agent_id > 0`).Scan(&n))
	return n
}

// clean wants every store to be without fault: the hub's checked and rebuilt, the agent's checked.
func (s *site) clean(t *testing.T) {
	t.Helper()
	for _, run := range [][]string{{"check"}, {"rebuild"}, {"check"}} {
		out, err := s.hub.Command(s.ctx, "", run...)
		if err != nil {
			t.Errorf("hall-hub %s: %v", run[0], err)
		}
		t.Logf("hall-hub %s: %s", run[0], strings.TrimSpace(out))
	}
	out, err := s.agent.Command(s.ctx, "", "outbox", "check")
	if err != nil {
		t.Errorf("hall-agent outbox check: %v", err)
	}
	t.Logf("hall-agent outbox check: %s", strings.TrimSpace(out))
}

// pardon takes presses that are lost and named out of what the hub must hold.
func (s *site) pardon(key hall.PressKey) {
	if s.pardoned == nil {
		s.pardoned = map[hall.PressKey]bool{}
	}
	s.pardoned[key] = true
	for _, b := range s.booths {
		delete(b.expect, key)
	}
}
