package hub

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"hallpulse/firmware-protocol/uplink"
)

func TestConfigurationOfAgentsGrowsWhenItChanges(t *testing.T) {
	data, now := short(t), time.Unix(1_800_000_000, 0)
	more := ""
	tell := func(url string, now time.Time) uplink.Config {
		t.Helper()
		o, err := offer(data, offered{Config: uplink.Config{PublicURL: url, BoxKey: "k"}, More: more}, now)
		c := o.Config
		if err != nil {
			t.Fatal(err)
		}
		if c.V != uplink.Version || c.PublicURL != url || c.BoxKey != "k" {
			t.Fatalf("told %+v", c)
		}
		return c
	}
	first := tell("https://a", now)
	if again := tell("https://a", now.Add(time.Hour)); !reflect.DeepEqual(again, first) {
		t.Errorf("unchanged, told %v after %v", again, first)
	}
	second := tell("https://b", now.Add(-time.Hour)) // the clock went back
	if second.Version <= first.Version {
		t.Errorf("changed, told version %d after %d", second.Version, first.Version)
	}
	more = "2"
	if third := tell("https://b", now); third.Version <= second.Version {
		t.Errorf("a catalogue was published, told version %d after %d", third.Version, second.Version)
	} else {
		second = third
	}
	if err := os.Remove(filepath.Join(data, offerFile)); err != nil {
		t.Fatal(err)
	}
	if third := tell("https://c", now.Add(time.Hour)); third.Version <= second.Version {
		t.Errorf("forgotten, told version %d after %d", third.Version, second.Version)
	}
}

func TestAJumpOfTheClockIsSeen(t *testing.T) {
	var wall time.Time
	var up time.Duration
	begin := time.Unix(1_800_000_000, 0)
	clock := Clock{func() time.Time { return wall }, func() time.Duration { return up }}
	for name, c := range map[string]struct {
		wall, up time.Duration
		stopped  bool
	}{
		"both go on":                  {48 * time.Hour, 48 * time.Hour, false},
		"the wall is set a little":    {time.Hour + 59*time.Minute, time.Hour, false},
		"the wall is set far forward": {3 * time.Hour, time.Hour, true},
		"the wall is set far back":    {-2 * time.Hour, 0, true},
	} {
		wall, up = begin, time.Minute
		w := newWatch(clock, time.Time{})
		wall, up = begin.Add(c.wall), time.Minute+c.up
		if off, stopped := w.jump(); stopped != c.stopped || off != c.wall-c.up {
			t.Errorf("%s: off by %v, stopped %v", name, off, stopped)
		}
		wall, up = begin.Add(c.up), time.Minute+c.up
		if _, stopped := w.jump(); stopped {
			t.Errorf("%s: still stopped after the clock was set right", name)
		}
	}
}
