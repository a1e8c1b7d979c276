package repair_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hallpulse/hub/internal/repair"
)

// The drawing that a reader finds is the one that the program runs.
func TestReadmeDrawsTheTable(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "```mermaid\n"+repair.Drawing()+"```") {
		t.Errorf("README.md does not show\n%s", repair.Drawing())
	}
}
