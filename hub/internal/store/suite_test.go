package store_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/store"
)

// A day of one counter: what is stored equals what an independent count of the script says.
func TestADayIsCountedAndProved(t *testing.T) {
	t.Parallel()
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	a.started(nil, hall.EpochFirst)
	a.day(rand.New(rand.NewPCG(1, 2)), 200)
	h.sendAll(a, a.epoch)
	h.check()
	told := map[hall.Type]int64{}
	for _, e := range a.told {
		told[e.Type]++
	}
	c, err := h.Store.Counts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if c.Events != int64(len(a.told)) || c.Visits != told[hall.TypeTicketFinished] || c.Ratings != told[hall.TypeRatingGiven] || c.Findings != 0 || c.Agents != 1 {
		t.Errorf("counts %+v, told %v", c, told)
	}
	for kind, want := range map[string]int64{"given": told[hall.TypeRatingGiven], "repeat": told[hall.TypeRatingRepeat], "unbound": told[hall.TypeRatingUnbound]} {
		if got := h.Store.Rows(t, "SELECT COUNT(*) AS n FROM answers WHERE kind = '"+kind+"'"); got[0] != fmt.Sprint("n=", want) {
			t.Errorf("%s: %s, told %d", kind, got[0], want)
		}
	}
	h.stop() // screens hear after the receipts
	before := len(h.told)
	if before == 0 {
		t.Error("screens were told nothing")
	}
	h.run(h.Store)
	h.sendAll(a, a.epoch)
	h.stop()
	if len(h.told) != before {
		t.Error("screens were told of a repeat that changed nothing")
	}
	h.run(h.Store)
}

// few names the indexes that hold what is to be done alone: read as a whole they are short.
var few = regexp.MustCompile(`USING (COVERING )?INDEX (visits_bad_alone|visits_provisional|agent_states_lost|events_unread)$|^SCAN laws`)

// The database grows for years: nothing that a commit asks may read a whole table.
func TestLoadReadsByIndex(t *testing.T) {
	s := openStore(t)
	for _, query := range store.Loads() {
		for _, line := range s.Plan(t, query) {
			if strings.HasPrefix(line, "SCAN") && line != "SCAN k" && !strings.Contains(line, "CONSTANT ROW") && !few.MatchString(line) {
				t.Errorf("%s\n%s", query, line)
			}
		}
	}
}
