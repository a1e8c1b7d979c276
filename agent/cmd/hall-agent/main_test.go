package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hallpulse/firmware-protocol/uplink"
)

// run runs the command with what is typed in, and returns what it says.
func run(t *testing.T, in string, args ...string) (out, errs string, err error) {
	t.Helper()
	var o, e bytes.Buffer
	cmd := command()
	cmd.SetIn(strings.NewReader(in))
	cmd.SetOut(&o)
	cmd.SetErr(&e)
	cmd.SetArgs(args)
	err = cmd.ExecuteContext(t.Context())
	return o.String(), e.String(), err
}

func config(t *testing.T, text string) (file, dir string) {
	t.Helper()
	dir = t.TempDir()
	file = filepath.Join(dir, "agent.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file, dir
}

func TestCheckConfigSaysAllThatIsWrong(t *testing.T) {
	good, _ := config(t, "data: data\n")
	if out, _, err := run(t, "", "check-config", "--config", good); err != nil || out != good+": good\n" {
		t.Errorf("%q, %v", out, err)
	}
	bad, _ := config(t, "dat: data\nlanguage: fr\n")
	out, _, err := run(t, "", "check-config", "--config", bad)
	if !errors.Is(err, errFaults) || !strings.Contains(out, bad+":1: dat: unknown key") || !strings.Contains(out, bad+":2: language") {
		t.Errorf("%q, %v", out, err)
	}
	if _, _, err := run(t, "", "run", "--config", bad); err == nil || !strings.Contains(err.Error(), "unknown key") {
		t.Errorf("run: %v", err)
	}
}

func TestEnrolReadsTheLineSoThatNobodyElseDoes(t *testing.T) {
	e := uplink.Enrolment{Name: "hall-1", Number: 3, Hub: "hub.example:8883", Secret: bytes.Repeat([]byte{9}, 32)}
	line, err := e.Line()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, in string
		args     []string
		warns    bool
	}{
		{"piped in", line, []string{"enrol", "-"}, false},
		{"pasted", line + "\n", []string{"enrol"}, false},
		{"as an argument", "", []string{"enrol", line}, true},
	} {
		file, dir := config(t, "data: data\n")
		out, errs, err := run(t, c.in, append(c.args, "--config", file)...)
		if err != nil || !strings.Contains(out, "hall-1 at hub.example:8883") || (errs != "") != c.warns {
			t.Errorf("%s: %q, %q, %v", c.name, out, errs, err)
		}
		if strings.Contains(out+errs, line[20:40]) {
			t.Errorf("%s: the secret is printed", c.name)
		}
		if kept, err := os.ReadFile(filepath.Join(dir, "data", "enrolment")); err != nil || strings.TrimSpace(string(kept)) != line {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	file, _ := config(t, "data: data\n")
	if _, _, err := run(t, "\n", "enrol", "-", "--config", file); err == nil || !strings.Contains(err.Error(), "no line was given") {
		t.Errorf("nothing typed in: %v", err)
	}
}

func TestOutboxCommandsSayThatThereIsNoStore(t *testing.T) {
	file, _ := config(t, "data: data\n")
	for _, c := range []string{"check", "stat"} {
		if _, _, err := run(t, "", "outbox", c, "--config", file); err == nil || !strings.Contains(err.Error(), "no store in") {
			t.Errorf("%s: %v", c, err)
		}
	}
}

func TestVersionIsPrinted(t *testing.T) {
	if out, _, err := run(t, "", "version"); err != nil || out != version+"\n" {
		t.Errorf("%q, %v", out, err)
	}
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
	unit := read("systemd/hall-agent.service")
	value := func(key string) string {
		_, after, _ := strings.Cut(unit, "\n"+key+"=")
		line, _, _ := strings.Cut(after, "\n")
		return line
	}
	start := strings.Fields(value("ExecStart"))
	if len(start) != 4 {
		t.Fatalf("ExecStart is %q", start)
	}
	out, _, err := run(t, "", append(start[1:], "--help")...)
	if err != nil || !strings.Contains(out, filepath.Base(start[0])+" run [flags]") || !strings.Contains(out, `(default "`+start[3]+`")`) {
		t.Errorf("%s: %v\n%s", start, err, out)
	}
	if folder := "/var/lib/" + value("StateDirectory"); !strings.Contains(read("agent.yaml"), "\ndata: "+folder+"\n") {
		t.Errorf("agent.yaml keeps its data elsewhere than in %s", folder)
	}
}
