package outbox

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"hallpulse/firmware-protocol/hall"
)

// give takes the next number of a letter, as a ticket does.
func give(t *testing.T, o *running, day hall.Day, letter string) int {
	t.Helper()
	n, err := o.Number(day, letter)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := o.Number(day, letter); err != nil || again != n {
		t.Fatalf("asked twice: %d, then %d, %v", n, again, err)
	}
	if _, err := o.Commit([]Put{NumberPut(day, letter, n)}, nil); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestPaperNumbersCountFromOneByDayAndLetter(t *testing.T) {
	dir := t.TempDir()
	o := start(t, options(dir))
	for want := 1; want <= 250; want++ {
		if got := give(t, o, 20000, "A"); got != want {
			t.Fatalf("A: got %d, want %d", got, want)
		}
	}
	if got := give(t, o, 20000, "B"); got != 1 {
		t.Errorf("B begins at %d", got)
	}
	if got := give(t, o, 20001, "A"); got != 1 {
		t.Errorf("the next day begins at %d", got)
	}
	if err := o.stop(); err != nil {
		t.Fatal(err)
	}
	o = startT(t, options(dir))
	if got := give(t, o, 20000, "A"); got != 251 {
		t.Errorf("after a start A goes on at %d", got)
	}
}

func TestPaperNumbersNeverRepeatWhateverHappensToTheStore(t *testing.T) {
	for _, tt := range []struct {
		name string
		do   func(t *testing.T, dir, copied string)
	}{
		{"store removed", func(t *testing.T, dir, _ string) { remove(t, dir, fileStore) }},
		{"store torn", func(t *testing.T, dir, _ string) { spoil(t, filepath.Join(dir, fileStore), 0, 2*4096) }},
		{"store put back", func(t *testing.T, dir, copied string) { copyDir(t, copied, dir, fileStore) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir, copied := t.TempDir(), t.TempDir()
			seen := map[int]bool{}
			o := start(t, options(dir))
			for range 130 {
				seen[give(t, o, 20000, "A")] = true
			}
			say(t, o, 1, 1)
			if err := o.stop(); err != nil {
				t.Fatal(err)
			}
			copyDir(t, dir, copied)
			o = start(t, options(dir))
			for range 20 {
				seen[give(t, o, 20000, "A")] = true
			}
			if err := o.stop(); err != nil {
				t.Fatal(err)
			}
			tt.do(t, dir, copied)
			o = startT(t, options(dir))
			for range 130 {
				n := give(t, o, 20000, "A")
				if seen[n] {
					t.Fatalf("number %d is given twice", n)
				}
				if seen[n] = true; n > 200+130 {
					t.Fatalf("number %d: a loss costs one block, not more", n)
				}
			}
			if got := give(t, o, 20001, "A"); got != 1 {
				t.Errorf("the next day begins at %d", got)
			}
		})
	}
}

func TestMarksForgetOldDays(t *testing.T) {
	dir := t.TempDir()
	o := startT(t, options(dir))
	for day := hall.Day(20000); day < 20030; day++ {
		give(t, o, day, "A")
	}
	m, err := readMarks(dir)
	if err != nil || len(m.Numbers) != numberDays+1 {
		t.Errorf("%d blocks are remembered, %v", len(m.Numbers), err)
	}
}

func TestMarksRunAheadOfTheStore(t *testing.T) {
	dir := t.TempDir()
	o := startT(t, options(dir))
	for n := 1; n < 2500; n += 7 {
		say(t, o, n, n+6)
		m, err := readMarks(dir)
		if err != nil {
			t.Fatal(err)
		}
		last := current(o).Last
		if m.Seq < last || m.ended().Last > last || m.Seq > last+markStep {
			t.Fatalf("marks at %d while the last event is %d", m.Seq, last)
		}
	}
}

func TestMarksAreReadAsTheyWereWrittenOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	m := marks{V: 1, Agent: agentName, Epoch: "0123456789abcdef", Seq: 2000, Numbers: map[string]int{"2026-11-23/A": 200}}
	if err := m.write(dir); err != nil {
		t.Fatal(err)
	}
	got, err := readMarks(dir)
	a, _ := json.Marshal(got)
	b, _ := json.Marshal(m)
	if err != nil || string(a) != string(b) {
		t.Fatalf("got %s, %v", a, err)
	}
	path := filepath.Join(dir, fileMarks)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(data) - 1 { // the last byte is the line end
		if err := os.WriteFile(path, data[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readMarks(dir); err == nil {
			t.Fatalf("marks cut at %d are believed", n)
		}
		changed := append([]byte{}, data...)
		changed[n] ^= 1
		if err := os.WriteFile(path, changed, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readMarks(dir); err == nil {
			t.Fatalf("marks changed at %d are believed", n)
		}
	}
}
