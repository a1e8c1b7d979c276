package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"hall-hub": main})
}

// TestWhatCommandsSay runs testdata/*.txtar: what an operator types, and what he reads.
func TestWhatCommandsSay(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:  "testdata",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"await": await},
	})
}

// await FILE waits until the file is there.
func await(ts *testscript.TestScript, _ bool, args []string) {
	file := ts.MkAbs(args[0])
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if _, err := os.Stat(file); err == nil {
			return
		}
	}
	ts.Fatalf("%s never came", args[0])
}

// The unit starts the program with flags that it has, its sample configuration where it is looked for, and its data where the
// unit lets it write.
func TestTheUnitAndTheSampleConfigurationAgree(t *testing.T) {
	read := func(file string) string {
		t.Helper()
		text, err := os.ReadFile(filepath.Join("..", "..", "..", "configs", file))
		if err != nil {
			t.Fatal(err)
		}
		return "\n" + string(text)
	}
	unit := read("systemd/hall-hub.service")
	value := func(key string) string {
		_, after, _ := strings.Cut(unit, "\n"+key+"=")
		line, _, _ := strings.Cut(after, "\n")
		return line
	}
	start := strings.Fields(value("ExecStart"))
	if len(start) != 4 {
		t.Fatalf("ExecStart is %q", start)
	}
	var out bytes.Buffer
	cmd := command()
	cmd.SetOut(&out)
	cmd.SetArgs(append(start[1:], "--help"))
	if err := cmd.Execute(); err != nil || !strings.Contains(out.String(), filepath.Base(start[0])+" run [flags]") || !strings.Contains(out.String(), `(default "`+start[3]+`")`) {
		t.Errorf("%s: %v\n%s", start, err, out.String())
	}
	if folder := "/var/lib/" + value("StateDirectory"); !strings.Contains(read("hub.yaml"), "\ndata: "+folder+"\n") {
		t.Errorf("hub.yaml keeps its data elsewhere than in %s", folder)
	}
}
