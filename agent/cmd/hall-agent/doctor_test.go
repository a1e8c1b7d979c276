package main

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"hallpulse/firmware-protocol/simulator"
)

func TestDoctorPrintsWhatItFoundAndTheLinesToPaste(t *testing.T) {
	line, port := simulator.NewLine(simulator.LineConfig{}), filepath.Join(t.TempDir(), "tty")
	if err := line.Plug(port); err != nil {
		t.Fatal(err)
	}
	defer line.Unplug()
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	running.Go(func() { _ = simulator.NewPad(simulator.PadConfig{UID: 7, Firmware: [3]uint8{1, 0, 0}}, line).Run(ctx) })
	none := filepath.Join(t.TempDir(), "agent.yaml") // a machine that nobody has set up
	out, errs, err := run(t, "n\n", "doctor", "--config", none, "--language", "en", "--ports", port)
	if err != nil {
		t.Errorf("%v\n%s%s", err, out, errs)
	}
	for _, want := range []string{"+ " + port + "\n  A rating pad, 0000000000000007, firmware 1.0.0 at 38400 bit/s\n", "devices:\n", `{name: pad-11, kind: pad, window: "11", port: "` + port + `"}`} {
		if !strings.Contains(out, want) {
			t.Errorf("%s\nwant %s", out, want)
		}
	}
	if !strings.Contains(errs, "Try the keys") || strings.Contains(out, "five keys") {
		t.Errorf("asked %q, printed %q", errs, out)
	}
}

func TestDoctorFailsWhereNothingIsFound(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none")
	out, _, err := run(t, "", "doctor", "--config", none, "--language", "zh", "--ports", none)
	if !errors.Is(err, errFaults) || !strings.Contains(out, "! "+none+"\n  找不到") {
		t.Errorf("%v\n%s", err, out)
	}
	for env, want := range map[string]string{"zh_CN.UTF-8": "zh", "C": "en", "": "en"} {
		if got := languageOf(env); got != want {
			t.Errorf("%q: %s", env, got)
		}
	}
}
