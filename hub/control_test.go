package hub

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// Each subcommand says the same whether the hub runs or not.
func TestSubcommandsAskTheHubOrTheStore(t *testing.T) {
	conf := setUp(t)
	var running *centre
	for _, runs := range []bool{false, true} {
		name := map[bool]string{false: "offline", true: "running"}[runs]
		t.Run(name, func(t *testing.T) {
			if runs {
				running = start(t, conf)
				conf = running.Config
			}
			line, err := AgentAdd(t.Context(), conf, name)
			if err != nil || line == "" {
				t.Fatal(err)
			}
			if _, err := AgentAdd(t.Context(), conf, name); err == nil || !strings.Contains(err.Error(), "the name is in use") {
				t.Errorf("added twice: %v", err)
			}
			if _, err := AgentAdd(t.Context(), conf, "No Name"); err == nil {
				t.Error("a name that no topic can have was taken")
			}
			if err := AgentRevoke(t.Context(), conf, "nobody"); err == nil || !strings.Contains(err.Error(), "hall-hub agent list") {
				t.Errorf("revoked nobody: %v", err)
			}
			if err := UserAdd(t.Context(), conf, User{Name: "wang", Role: "centre"}, "correct horse"); err != nil {
				t.Error(err)
			}
			clean(t, conf)
			if r, err := Rebuild(t.Context(), conf); err != nil || r.Faults > 0 {
				t.Errorf("rebuild: %v\n%s", err, r.Text)
			}
			file := filepath.Join(conf.Data, name+".db")
			if err := Backup(t.Context(), conf, file); err != nil {
				t.Error(err)
			}
			if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("the copy: %v, %v", info, err)
			}
			if err := Backup(t.Context(), conf, "/nowhere/copy.db"); err == nil {
				t.Error("a copy was made nowhere")
			}
		})
	}
	agents, err := AgentList(t.Context(), conf)
	if err != nil || len(agents) != 2 || agents[0].Name != "offline" || agents[1].Name != "running" || agents[1].Number != 2 {
		t.Errorf("agents are %+v: %v", agents, err)
	}
}

func TestAUserIsCheckedBeforeAPasswordIsAskedFor(t *testing.T) {
	conf := setUp(t)
	for want, u := range map[string]User{
		"":                      {Name: "wang", Role: "manager", Halls: []string{"h1"}},
		"account name":          {Name: "Wang Fang", Role: "manager"},
		`role "boss"`:           {Name: "wang", Role: "boss"},
		`hall "h2": known here`: {Name: "wang", Role: "manager", Halls: []string{"h2"}},
	} {
		if err := CheckUser(t.Context(), conf, u); want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%+v: %v, want %q", u, err, want)
		}
	}
	if err := UserAdd(t.Context(), conf, User{Name: "wang", Role: "wall"}, "short"); err == nil {
		t.Error("a short password was taken")
	}
}

func TestNothingIsMadeWhereInitNeverRan(t *testing.T) {
	conf := setUp(t)
	conf.Data = filepath.Join(conf.Data, "elsewhere")
	if _, err := AgentList(t.Context(), conf); err == nil || !strings.Contains(err.Error(), "hall-hub init") {
		t.Errorf("said %v", err)
	}
	if _, err := os.Stat(conf.Data); err == nil {
		t.Error("a data folder was made")
	}
}

func TestTheControlSocketIsForItsUserAlone(t *testing.T) {
	c := start(t, setUp(t))
	socket := filepath.Join(c.Config.Data, socketName)
	if info, err := os.Stat(socket); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v: %v", info, err)
	}
	var out any
	if err := ask(t.Context(), c.Config.Data, "agent/forget", json.RawMessage("{}"), &out); err == nil || err.Error() != errUnknownAct.Error() {
		t.Errorf("asked for what it does not know: %v", err)
	}
	for _, in := range []string{`{"Name":3}`, `"x"`, `nonsense`, ``, `{"Name":"` + strings.Repeat("x", maxAsk) + `"}`} {
		if err := ask(t.Context(), c.Config.Data, actAgentAdd, json.RawMessage(in), &out); err == nil {
			t.Errorf("%.20s: taken", in)
		}
	}
	c.stop()
	if err := ask(t.Context(), c.Config.Data, actCheck, json.RawMessage("{}"), &out); !errors.Is(err, errNoHub) {
		t.Errorf("asked after its end: %v", err)
	}
}

// A socket that a killed hub left must not stop the next one.
func TestAStaleSocketIsReplaced(t *testing.T) {
	conf := setUp(t)
	l, err := net.Listen("unix", filepath.Join(conf.Data, socketName))
	if err != nil {
		t.Fatal(err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	l.Close()
	if _, err := AgentAdd(t.Context(), conf, "one"); err != nil { // nobody answers there
		t.Error(err)
	}
	clean(t, start(t, conf).Config)
}

func TestARestoreIsToldAndTheAgentSaysTheRestAgain(t *testing.T) {
	c := start(t, setUp(t))
	p := c.play(t, "one", instance)
	p.tell(t, p.visit(hall.Good)[:5]...)
	p.send(t, 1)
	file := filepath.Join(c.Config.Data, "copy.db")
	if err := Backup(t.Context(), c.Config, file); err != nil {
		t.Fatal(err)
	}
	p.tell(t, p.visit(hall.Good)[5:]...)
	p.send(t, 6)
	if _, err := Restore(t.Context(), c.Config, file); err == nil || !strings.Contains(err.Error(), "stop it first") {
		t.Fatalf("restored under a running hub: %v", err)
	}
	c.stop()
	r, err := Restore(t.Context(), c.Config, file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(r.Before); err != nil || !r.Copied.Before(r.At) || r.Copied.IsZero() {
		t.Errorf("restored %+v: %v", r, err)
	}

	c = start(t, c.Config)
	until(t, c.look(t, "desk"), "the restore", func(p picture) bool { return p.alert("restored", "") })
	if err := p.connect(t, c); err != nil {
		t.Fatal(err)
	}
	last := uint64(len(p.events))
	empty := p.send(t, last+1)
	if empty.Need != 6 || empty.Through >= last {
		t.Fatalf("the hub asks for %+v", empty)
	}
	if again := p.send(t, empty.Need); again.Through != last || again.Chain != p.chain[last] {
		t.Errorf("told again, answered %+v", again)
	}
	clean(t, c.Config)
}

func TestACopyThatFailsIsOnTheBoard(t *testing.T) {
	conf := setUp(t)
	s, err := openStore(t.Context(), conf)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	file := filepath.Join(conf.Data, "no-folder")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	told := false
	b := &backups{BackupPlan: BackupPlan{Every: 15 * time.Minute, Dir: file, Keep: 2}, store: s, now: time.Now, ill: func(on bool) {
		told = on
		cancel()
	}, log: discard()}
	if err := b.run(ctx); err != nil || !told {
		t.Errorf("told %v, %v", told, err)
	}
}

func TestBackupsAreMadeAndTheOldestGo(t *testing.T) {
	conf := setUp(t)
	s, err := openStore(t.Context(), conf)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	now := time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)
	b := &backups{BackupPlan: BackupPlan{Every: 15 * time.Minute, Dir: filepath.Join(conf.Data, "b"), Keep: 2}, store: s, now: func() time.Time { return now }, log: discard()}
	if b.due() > 0 {
		t.Error("without a copy one is not due")
	}
	mine := filepath.Join(b.Dir, "hub-mine.db")
	for range 4 {
		if err := b.take(t.Context()); err != nil {
			t.Fatal(err)
		}
		if b.due() != 15*time.Minute {
			t.Errorf("after a copy the next is due in %v", b.due())
		}
		if err := os.WriteFile(mine, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		now = now.Add(10 * time.Minute)
		if b.due() != 5*time.Minute {
			t.Errorf("ten minutes later it is due in %v", b.due())
		}
	}
	copies, err := backupsIn(b.Dir)
	if err != nil || len(copies) != 2 || filepath.Base(copies[1]) != "hub-20261101T083000Z.db" {
		t.Errorf("kept %v: %v", copies, err)
	}
	if _, err := os.Stat(mine); err != nil {
		t.Error("a file that the hub did not make is gone")
	}
	now = now.Add(-48 * time.Hour)
	if b.due() > 15*time.Minute {
		t.Errorf("after the clock was set back the next copy is due in %v", b.due())
	}
}

func TestARunningHubMakesItsFirstBackupAtOnce(t *testing.T) {
	c := start(t, setUp(t))
	waitFor(t, "a copy in "+c.Config.Backup.Dir, func() bool {
		copies, err := backupsIn(c.Config.Backup.Dir)
		return err == nil && len(copies) == 1
	})
}
