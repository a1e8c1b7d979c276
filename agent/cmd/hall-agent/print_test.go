package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPrintDrawsAPaperOrSaysWhyNot(t *testing.T) {
	png := filepath.Join(t.TempDir(), "paper.png")
	file, _ := config(t, "data: data\nlanguage: en\n")
	if out, errs, err := run(t, "", "print", "--config", file, "--preview", png, "--template", "notice", "--printer", "xprinter-80"); err != nil || out+errs != "" {
		t.Fatalf("%q, %q, %v", out, errs, err)
	}
	if b, err := os.ReadFile(png); err != nil || !bytes.HasPrefix(b, []byte("\x89PNG")) {
		t.Errorf("%d bytes, %v", len(b), err)
	}
	bad, _ := config(t, "data: data\nlanguage: fr\n")
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "at least one of the flags in the group [preview test] is required"},
		{[]string{"--preview", png, "--test", "a"}, "none of the others can be"},
		{[]string{"--preview", png, "--config", bad}, "language"},
		{[]string{"--preview", png, "--config", "/nowhere/agent.yaml"}, "/nowhere/agent.yaml"},
		{[]string{"--preview", png, "--template", "bill", "--config", file}, "want one of ticket,"},
		{[]string{"--preview", "/nowhere/a.png", "--config", file}, "/nowhere/a.png"},
		{[]string{"--test", "tickets", "--config", file}, "no printer is configured"},
	} {
		if _, _, err := run(t, "", append([]string{"print"}, c.args...)...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want %s", c.args, err, c.want)
		}
	}
}

func TestTestPageThatDoesNotComeOutSaysWhatToDo(t *testing.T) {
	file, _ := config(t, "data: data\nlanguage: en\ndevices:\n  - {name: tickets, kind: printer, port: /nowhere/tty}\n")
	out, _, err := run(t, "", "print", "--config", file, "--test", "tickets")
	if !errors.Is(err, errFaults) || !strings.Contains(out, "tickets: not printed: Not found. Check that the cable is plugged in.") {
		t.Errorf("%q, %v", out, err)
	}
}
