package agent

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hallpulse/agent/internal/entry"
	"hallpulse/firmware-protocol/hall"
)

// Sign, display and kiosk are devices once they are paired: one that is closed does not answer, and a sign that shows another
// thing than it was told is a fault, until it shows it. A console has somebody before it.
func TestPairedPagesAreDevices(t *testing.T) {
	r := newRig(t)
	c := r.writeConfig()
	clock := &handClock{wall: morning(), synced: true}
	c.Clock = clock.clock()
	p, err := open(c, quiet())
	if err != nil {
		t.Fatal(err)
	}
	defer p.box.Close()
	store := startRooms(t.Context())
	store.run("store", p.box.Run)
	defer func() { store.stop(); _ = store.wait() }()
	s := screens{p}
	pair := func(role entry.Role, window string) entry.Pairing {
		one, _ := entry.Pair(entry.Place{Role: role, Window: window}, morning(), 24*time.Hour)
		p.pairings[one.ID] = one
		return one
	}
	sign, display, kiosk := pair(entry.RoleSign, "12"), pair(entry.RoleDisplay, ""), pair(entry.RoleKiosk, "")
	pair(entry.RoleConsole, "12")
	wrong := func(pass time.Duration, want string) {
		t.Helper()
		p.tick()
		clock.pass(pass)
		p.tick()
		var all []string
		for _, f := range p.view().faults() {
			all = append(all, fmt.Sprintf("%s %s%s", f.Kind, f.window, f.Trouble))
		}
		if got := strings.Join(all, ", "); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}

	wrong(pageAway-time.Second, "")
	wrong(time.Second, "display no-answer, kiosk no-answer, sign 12no-answer")
	signGone, displayGone := s.Here(sign), s.Here(display)
	defer s.Here(kiosk)()
	s.Shows(sign, true)
	wrong(time.Hour, "")

	s.Shows(sign, false)
	wrong(pageAway-time.Second, "")
	s.Shows(sign, false) // and still
	wrong(time.Second, "sign 12differs")
	if at := s.faultsAt(p.view(), "12"); len(at) != 1 || at[0].Kind != hall.KindSign {
		t.Errorf("the console of the window says %+v", at)
	}
	s.Shows(sign, true)
	wrong(0, "")
	s.Shows(sign, false)
	wrong(pageAway-time.Second, "")
	s.Shows(sign, true)
	wrong(time.Minute, "")

	displayGone()
	again := s.Here(display) // loaded again
	wrong(time.Minute, "")
	again()
	signGone()
	wrong(pageAway, "display no-answer, sign 12no-answer")
	delete(p.pairings, sign.ID)
	delete(p.pairings, display.ID)
	wrong(0, "")
}
