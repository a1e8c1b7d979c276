package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"
)

// pty opens a terminal: what a person sees and types, and what the program has.
func pty(t *testing.T) (person, program *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { person.Close() })
	n, err := unix.IoctlGetInt(int(person.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(int(person.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { program.Close() })
	return person, program
}

// ask starts hidden and returns when the person is asked.
func ask(t *testing.T, ctx context.Context, program *os.File) <-chan string {
	t.Helper()
	asked, prompt := io.Pipe()
	cmd := &cobra.Command{}
	cmd.SetContext(ctx)
	cmd.SetErr(prompt)
	typed := make(chan string, 1)
	go func() {
		line, err := hidden(cmd, program, "Password: ")
		if err != nil {
			line = "error: " + err.Error()
		}
		typed <- line
	}()
	if _, err := io.ReadFull(asked, make([]byte, len("Password: "))); err != nil {
		t.Fatal(err)
	}
	go io.Copy(io.Discard, asked)
	return typed
}

func wait(t *testing.T, c <-chan string) string {
	t.Helper()
	select {
	case s := <-c:
		return s
	case <-time.After(30 * time.Second):
		t.Fatal("no end")
		return ""
	}
}

func TestAPasswordIsNotShownWhileItIsTyped(t *testing.T) {
	person, program := pty(t)
	typed := ask(t, t.Context(), program)
	if _, err := person.WriteString("correct horse\n"); err != nil {
		t.Fatal(err)
	}
	if got := wait(t, typed); got != "correct horse" {
		t.Errorf("read %q", got)
	}
	if _, err := person.WriteString("shown\n"); err != nil { // the terminal is as before
		t.Fatal(err)
	}
	var seen []byte
	for b := make([]byte, 1); !bytes.Contains(seen, []byte("shown")); seen = append(seen, b...) {
		if _, err := person.Read(b); err != nil {
			t.Fatal(err)
		}
	}
	if bytes.Contains(seen, []byte("horse")) {
		t.Errorf("the terminal showed %q", seen)
	}
}

func TestAnInterruptedQuestionLeavesTheTerminalAsItWas(t *testing.T) {
	_, program := pty(t)
	before, err := unix.IoctlGetTermios(int(program.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	ctx, interrupt := context.WithCancel(t.Context())
	typed := ask(t, ctx, program)
	interrupt()
	if got := wait(t, typed); got != "error: interrupted: nothing was done" {
		t.Errorf("said %q", got)
	}
	after, err := unix.IoctlGetTermios(int(program.Fd()), unix.TCGETS)
	if err != nil || *after != *before {
		t.Errorf("the terminal is %+v, was %+v: %v", after, before, err)
	}
}
