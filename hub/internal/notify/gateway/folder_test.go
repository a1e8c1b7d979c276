package gateway

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
)

func folder(t *testing.T) *Folder {
	t.Helper()
	f, err := OpenFolder(filepath.Join(t.TempDir(), "sms"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// names lists the files of one of the folders.
func (f *Folder) names(t *testing.T, of string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(f.Dir, of))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

const aFile = "rate-reminder+3-9f2c-19+1.json"

func TestAMessageIsAFile(t *testing.T) {
	f := folder(t)
	if _, err := f.Send(t.Context(), outgoing()); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(f.Dir, "out", aFile))
	if err != nil {
		t.Fatal(err)
	}
	var w wireOut
	if err := json.Unmarshal(data, &w); err != nil || w.ID != "rate-reminder:3-9f2c-19:1" || w.To != "13812342046" || w.Kind != "rate-reminder" || !strings.HasPrefix(w.Text, "您") {
		t.Errorf("holds %s: %v", data, err)
	}
	info, err := os.Stat(filepath.Join(f.Dir, "out", aFile))
	if err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others can read the number: %v, %v", info.Mode(), err)
	}
	if left := f.names(t, "new"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// Whoever carries it has it, or has had it: sent again after a kill it is not written again.
func TestAMessageIsWrittenOnce(t *testing.T) {
	f := folder(t)
	send := func() {
		t.Helper()
		if _, err := f.Send(t.Context(), outgoing()); err != nil {
			t.Fatal(err)
		}
	}
	send()
	send()
	if err := os.Rename(filepath.Join(f.Dir, "out", aFile), filepath.Join(f.Dir, "taken", aFile)); err != nil {
		t.Fatal(err)
	}
	send()
	if out := f.names(t, "out"); len(out) > 0 {
		t.Errorf("it lies there again: %v", out)
	}
}

func TestAKilledWriterLeavesNoHalfMessage(t *testing.T) {
	f := folder(t)
	if err := os.WriteFile(filepath.Join(f.Dir, "new", aFile), []byte(`{"id":"rate-`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Send(t.Context(), outgoing()); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(f.Dir, "out", aFile))
	if err != nil || !json.Valid(data) {
		t.Errorf("it holds %s: %v", data, err)
	}
}

func TestAFolderThatCannotBeWrittenHasTakenNothing(t *testing.T) {
	f := folder(t)
	if err := os.RemoveAll(filepath.Join(f.Dir, "new")); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Send(t.Context(), outgoing()); WhyOf(err) != hall.MessageUnreachable {
		t.Errorf("%v", err)
	}
	bad := outgoing()
	bad.ID = "../../etc/passwd"
	if _, err := f.Send(t.Context(), bad); WhyOf(err) != hall.MessageRefused {
		t.Errorf("an id that is a path: %v", err)
	}
	if _, err := OpenFolder("/proc/none/sms", slog.New(slog.DiscardHandler)); err == nil {
		t.Error("a folder that cannot be")
	}
}

func (f *Folder) lay(t *testing.T, of, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(f.Dir, of, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestReportsAndRepliesAreCollectedInOrder(t *testing.T) {
	f := folder(t)
	var log bytes.Buffer
	f.Log = slog.New(slog.NewTextHandler(&log, nil))
	f.lay(t, "in", "2.json", `{"id":"mo-1","kind":"reply","from":"13812342046","text":"5"}`)
	f.lay(t, "in", "1.json", `{"id":"dr-1","kind":"report","message":"m","state":"failed"}`)
	f.lay(t, "in", "3.tmp", `{"id":"mo-2","ki`)
	f.lay(t, "in", "4.json", `{"id":"mo-3","kind":"reply","from":"13812342046","text":"等`)
	f.lay(t, "in", "5.json", `{"id":"mo-4","kind":"fax"}`)
	f.lay(t, "in", "6.json", strings.Repeat("x", maxInFile+1))
	if err := os.Symlink("/etc/passwd", filepath.Join(f.Dir, "in", "7.json")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(f.Dir, "in", "8.json"), 0o700); err != nil {
		t.Fatal(err)
	}
	var kept inbox
	if err := f.Collect(t.Context(), &kept); err != nil {
		t.Fatal(err)
	}
	if len(kept.told) != 2 || kept.told[0].ID != "dr-1" || kept.told[1].Said.Words != "5" {
		t.Errorf("told %+v", kept.told)
	}
	if in := f.names(t, "in"); strings.Join(in, " ") != "3.tmp" {
		t.Errorf("left: %v", in)
	}
	if bad := f.names(t, "bad"); strings.Join(bad, " ") != "4.json 5.json 6.json 7.json 8.json" {
		t.Errorf("put aside: %v", bad)
	}
	if strings.Contains(log.String(), "138123") || strings.Contains(log.String(), "等") || strings.Count(log.String(), "put aside") != 5 {
		t.Errorf("the log says %s", &log)
	}
	if err := f.Collect(t.Context(), &kept); err != nil || len(kept.told) != 2 {
		t.Errorf("again: %v, %v", err, kept.told)
	}
}

func TestWhatIsNotStoredStaysInTheFolder(t *testing.T) {
	f := folder(t)
	f.lay(t, "in", "1.json", `{"id":"dr-1","kind":"report","message":"m","state":"failed"}`)
	kept := inbox{fail: errors.New("disk full")}
	if err := f.Collect(t.Context(), &kept); err == nil || !strings.Contains(err.Error(), "dr-1 is not stored") {
		t.Errorf("%v", err)
	}
	kept.fail = nil
	if err := f.Collect(t.Context(), &kept); err != nil || len(kept.told) != 1 {
		t.Errorf("again: %v, %v", err, kept.told)
	}
}

// Numbers do not lie about for longer than they are of use.
func TestExpiredFilesGo(t *testing.T) {
	f := folder(t)
	now := outgoing().Expires
	later := outgoing()
	later.ID, later.Expires = "rate-reminder:3-9f2c-20:1", now.Add(time.Hour)
	for _, o := range []Outgoing{outgoing(), later} {
		if _, err := f.Send(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	taken := outgoing()
	taken.ID = "rate-reminder:3-9f2c-21:1"
	body, err := taken.encode()
	if err != nil {
		t.Fatal(err)
	}
	f.lay(t, "taken", "rate-reminder+3-9f2c-21+1.json", string(body))
	f.lay(t, "new", "torn.json", `{"id":`)
	var kept inbox
	if err := f.Tidy(t.Context(), now, &kept); err != nil {
		t.Fatal(err)
	}
	if left := append(append(f.names(t, "out"), f.names(t, "taken")...), f.names(t, "new")...); strings.Join(left, " ") != "rate-reminder+3-9f2c-20+1.json torn.json" {
		t.Errorf("left: %v", left)
	}
	if len(kept.told) != 1 || !kept.told[0].Report || kept.told[0].Arrived || kept.told[0].Message != "rate-reminder:3-9f2c-19:1" {
		t.Errorf("of one that nobody took: %+v", kept.told)
	}
	if err := f.Tidy(t.Context(), time.Now().Add(31*24*time.Hour), &kept); err != nil {
		t.Fatal(err)
	}
	if left := f.names(t, "new"); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}
