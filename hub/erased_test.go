package hub

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"hallpulse/firmware-protocol/hall"
)

// erasedIn is the file of a fresh folder.
func erasedIn(t *testing.T) (data string, e *erased) {
	t.Helper()
	data = short(t)
	if err := os.Mkdir(filepath.Join(data, keysFolder), 0o700); err != nil {
		t.Fatal(err)
	}
	return data, again(t, data)
}

// again reads the file as a hub does that starts.
func again(t *testing.T, data string) *erased {
	t.Helper()
	e, err := openErased(data)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestWhatIsErasedIsKnownForEver(t *testing.T) {
	data, e := erasedIn(t)
	if e.Has("a1b2") || len(e.All()) > 0 {
		t.Error("something is erased in a new hub")
	}
	for n, err := range []error{e.Add(hall.EraseRequest, "a1b2", "a1b3"), e.Add(hall.EraseRetention, "a1b3", "a1b4"), e.Add(hall.EraseRequest)} {
		if err != nil {
			t.Fatal(n, err)
		}
	}
	for _, e := range []*erased{e, again(t, data)} {
		if !slices.Equal(e.All(), []string{"a1b2", "a1b3", "a1b4"}) || !e.Has("a1b2") || !e.Has("a1b4") || e.Has("a1b5") || e.Has("") {
			t.Errorf("erased are %v", e.All())
		}
		if e.Ground("a1b3") != hall.EraseRequest || e.Ground("a1b4") != hall.EraseRetention {
			t.Errorf("on the grounds %s and %s", e.Ground("a1b3"), e.Ground("a1b4"))
		}
	}
	file, err := os.ReadFile(filepath.Join(data, keysFolder, erasedFile))
	if err != nil || string(file) != "a1b2 request\na1b3 request\na1b4 retention\n" {
		t.Errorf("the file is %q: %v", file, err)
	}
}

// A power cut at any byte: what Add had promised before is there, and the next Add is whole.
func TestATornLineWasNeverPromised(t *testing.T) {
	data, e := erasedIn(t)
	if err := e.Add(hall.EraseRequest, "a1b2"); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(data, keysFolder, erasedFile)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	next := "a1b3 retention\n"
	for cut := range len(next) {
		if err := os.WriteFile(path, append(slices.Clone(whole), next[:cut]...), 0o600); err != nil {
			t.Fatal(err)
		}
		e := again(t, data)
		if !e.Has("a1b2") || e.Has("a1b3") {
			t.Fatalf("cut at %d: %v", cut, e.All())
		}
		if err := e.Add(hall.EraseRequest, "c"); err != nil {
			t.Fatal(err)
		}
		if after := again(t, data); !slices.Equal(after.All(), []string{"a1b2", "c"}) {
			t.Fatalf("cut at %d, then %v", cut, after.All())
		}
	}
}

func TestADamagedFileStopsTheHub(t *testing.T) {
	for _, content := range []string{"a1b2\n", "a1b2 request\n\x00\x00\x00\n", "a1b2 because\n", " request\n", "a\x00b request\n", strings.Repeat("a", 129) + " request\n"} {
		data, _ := erasedIn(t)
		if err := os.WriteFile(filepath.Join(data, keysFolder, erasedFile), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := openErased(data); err == nil || !strings.Contains(err.Error(), "is damaged in line") {
			t.Errorf("%q: %v", content, err)
		}
	}
}

func TestWhatCannotBeWrittenIsNotErased(t *testing.T) {
	data, e := erasedIn(t)
	for _, ref := range []string{"", "a b", "a\nb", "甲", strings.Repeat("a", 129)} {
		if err := e.Add(hall.EraseRequest, "good", ref); err == nil || e.Has("good") {
			t.Errorf("%q was taken: %v", ref, err)
		}
	}
	if err := os.RemoveAll(filepath.Join(data, keysFolder)); err != nil {
		t.Fatal(err)
	}
	if err := e.Add(hall.EraseRequest, "a1b2"); err == nil || e.Has("a1b2") {
		t.Errorf("without a folder: %v", err)
	}
}

func TestManyEraseAtOnce(t *testing.T) {
	data, e := erasedIn(t)
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			for i := range 20 {
				if err := e.Add(hall.EraseRequest, fmt.Sprint(n, "-", i), "same"); err != nil {
					t.Error(err)
				}
				if !e.Has("same") {
					t.Error("promised, and not there")
				}
			}
		})
	}
	all.Wait()
	if got := again(t, data); len(got.All()) != 161 {
		t.Errorf("%d are known", len(got.All()))
	}
}
