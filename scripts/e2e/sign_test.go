//go:build e2e

package e2e

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/scripts/stand"
)

// A sign on the hall's network follows its window, and says what it has painted: that is what the agent sent. One that is closed
// is a fault, for the clerk of the window too (issue 4).
func TestASignShowsWhatTheWindowDoes(t *testing.T) {
	t.Parallel()
	lan, err := stand.FreePort()
	must(t, err)
	s := build(t, plan{windows: 1, cable: noNoise(), lan: fmt.Sprintf("listen: %q, names: [desk.test]", lan)})
	var code string
	eventually(t, "the hub's certificate", func() (bool, string) {
		said, err := s.agent.Command(s.ctx, "", "pair", "--role", "sign", "--window", "1", "--name", "Sign 1")
		code = strings.TrimSpace(said)
		return err == nil, fmt.Sprint(err)
	})
	_, port, err := net.SplitHostPort(lan)
	must(t, err)
	p := newBrowser(t).open("sign", "https://desk.test:"+port+"/sign/1", size{1920, 360}, "zh")
	p.wait(".pad") // nothing of the window before it is paired
	for _, digit := range strings.ReplaceAll(code, " ", "") {
		p.press(string(digit))
	}
	p.press("Enter")
	faults := func() []string {
		v, err := s.agent.Console(s.ctx, "1")
		must(t, err)
		var all []string
		for _, f := range v.Faults {
			all = append(all, fmt.Sprint(f.Kind, " ", f.Trouble))
		}
		return all
	}
	follows := func(shows string) {
		t.Helper()
		p.wait(shows)
		time.Sleep(8 * time.Second) // longer than a sign may be behind
		if all := faults(); len(all) > 0 {
			t.Errorf("while it shows %s: %v", shows, all)
		}
	}
	follows(".word[data-state=closed]")
	must(t, s.agent.Act(s.ctx, "1", "open"))
	_, err = s.booths[0].take()
	must(t, err)
	must(t, s.booths[0].call())
	follows(".ticket:has-text('A001')")
	p.close()
	eventually(t, "the sign to be missed", func() (bool, string) {
		all := faults()
		return len(all) == 1 && all[0] == fmt.Sprint(hall.KindSign, " ", hall.TroubleNoAnswer), fmt.Sprint(all)
	})
}
