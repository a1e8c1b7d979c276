package store_test

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/store"
)

func TestADayIsCountedAndProved(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	a.started(nil, hall.EpochFirst)
	a.day(rand.New(rand.NewPCG(1, 2)), 200)
	h.sendAll(a, a.epoch)
	h.check()
	c, err := h.Store.Counts(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if c.Events != int64(len(a.told)) || c.Visits == 0 || c.Ratings == 0 {
		t.Fatalf("counts %+v", c)
	}
	r, err := h.Store.Check(context.Background())
	t.Log(r, err)
}

// The database grows for years: nothing that a commit asks may read a whole table.
func TestLoadReadsByIndex(t *testing.T) {
	s := openStore(t)
	for _, query := range store.Loads() {
		for _, line := range s.Plan(t, query) {
			if strings.HasPrefix(line, "SCAN") && line != "SCAN k" && !strings.Contains(line, "CONSTANT ROW") {
				t.Errorf("%s\n%s", query, line)
			}
		}
	}
}
