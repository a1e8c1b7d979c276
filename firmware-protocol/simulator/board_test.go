package simulator

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What the firmware keeps is tried on a computer, where the power can be taken at every single write: the program says
// what it found.
func TestFirmwareKeepsItsPressesThroughEveryPowerCut(t *testing.T) {
	program := filepath.Join(t.TempDir(), "power_test")
	build := exec.Command("gcc", "-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-fsanitize=undefined", "-fno-sanitize-recover=all",
		"-I../c", "-o", program, "power_test.c", "queue.c", "journal.c", "kept.c", "identity.c")
	build.Dir = filepath.Join("..", "firmware")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("gcc: %v\n%s(scripts/deps test installs the compilers)", err, out)
	}
	out, err := exec.Command(program).CombinedOutput()
	if err != nil {
		t.Errorf("power_test: %v\n%s", err, out)
	}
	t.Log(strings.TrimSpace(string(out)))
}
