package private

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
)

// shelf is a table of sealed things. It fails when it is told to.
type shelf struct {
	mu      sync.Mutex
	rows    map[string]Row
	marks   map[string]string
	swaps   int          // until the next one fails; negative: never
	between func(*shelf) // happens after rows were read, before they are put back
}

func newShelf() *shelf { return &shelf{rows: map[string]Row{}, marks: map[string]string{}, swaps: -1} }

var errKilled = errors.New("killed")

func (s *shelf) Heads(_ context.Context, after string, n int) ([]Head, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var heads []Head
	for _, name := range slices.Sorted(maps.Keys(s.rows)) {
		if name > after && len(heads) < n {
			sealed := s.rows[name].Sealed
			heads = append(heads, Head{name, sealed[:min(len(sealed), HeadSize)]})
		}
	}
	return heads, nil
}

func (s *shelf) Rows(_ context.Context, names []string) ([]Row, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var rows []Row
	for _, name := range names {
		if row, ok := s.rows[name]; ok {
			rows = append(rows, row)
		}
	}
	return rows, nil
}

func (s *shelf) Swap(_ context.Context, swaps []Swap) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.between != nil {
		s.between(s)
	}
	if s.swaps == 0 {
		return errKilled
	}
	s.swaps--
	for _, w := range swaps {
		if row, ok := s.rows[w.Name]; ok && bytes.Equal(row.Sealed, w.From) {
			row.Sealed = w.To
			s.rows[w.Name], s.marks[w.Name] = row, w.Mark
		}
	}
	return nil
}

// secret is a key of a test's vault.
func secret(n byte) []byte { return bytes.Repeat([]byte{n}, KeySize) }

// stocked is a shelf with boxes, photos, agents' keys and accounts' secrets of a vault, some in the older form.
func stocked(t *testing.T, v *Vault) (s *shelf, digests map[string]string, salts map[string][]byte) {
	t.Helper()
	s, digests, salts = newShelf(), map[string]string{}, map[string][]byte{}
	add := func(b Box, sha string, err error) {
		if err != nil {
			t.Fatal(err)
		}
		s.rows[b.Ref] = Row{Name: b.Ref, Sealed: b.Sealed}
		digests[b.Ref], salts[b.Ref] = sha, b.Salt
	}
	for n := range 50 {
		f, sha, err := v.File(fmt.Sprintf("r-%02d", n), Text{Words: fmt.Sprint("等了", n), Phone: fmt.Sprint(13812342000 + n)}, Label{})
		s.marks[f.Ref] = f.Mark
		add(f.Box, sha, err)
	}
	for n := range 20 {
		b, sha, err := v.SealBytes(fmt.Sprintf("p-%02d", n), bytes.Repeat([]byte{byte(n)}, n))
		add(b, sha, err)
	}
	for n := range 20 { // as older versions sealed
		name := fmt.Sprintf("o-%02d", n)
		k := v.ring.Load().keys[len(v.ring.Load().keys)-1]
		s.rows[name] = Row{Name: name, Sealed: k.aead.Seal([]byte{formOne}, nil, []byte(`{"words":"旧"}`), []byte(name))}
	}
	for n := range 20 {
		name, purpose := fmt.Sprintf("k-%02d", n), fmt.Sprintf("agent/%d", n/2) // two keys of each agent
		s.rows[name] = Row{name, purpose, v.SealKey(purpose, []byte(name))}
	}
	return s, digests, salts
}

func TestARotationThatIsKilledAnywhereIsTakenUpAgain(t *testing.T) {
	before, err := New(secret(1))
	if err != nil {
		t.Fatal(err)
	}
	for kill := range 9 {
		s, digests, salts := stocked(t, before)
		v, err := New(secret(2), secret(1))
		if err != nil {
			t.Fatal(err)
		}
		s.swaps = kill
		if _, err := v.Reseal(t.Context(), s); !errors.Is(err, errKilled) && kill < 7 {
			t.Fatalf("killed at %d: %v", kill, err)
		}
		// A hub that starts again reads the same key file.
		v, err = New(secret(2), secret(1))
		if err != nil {
			t.Fatal(err)
		}
		s.swaps = -1
		r, err := v.Reseal(t.Context(), s)
		if err != nil || r.Fresh != 110 || r.Stale != 0 || r.Changed > 110-16*min(kill, 6) {
			t.Fatalf("killed at %d, then %+v: %v", kill, r, err)
		}
		if r, err := v.Count(t.Context(), s); err != nil || r.Fresh != 110 || r.Stale != 0 {
			t.Fatalf("counted %+v: %v", r, err)
		}
		after, err := New(secret(2)) // the old key is dropped
		if err != nil {
			t.Fatal(err)
		}
		whole(t, after, s, digests, salts)
		if r, err := after.Reseal(t.Context(), s); err != nil || r.Changed != 0 {
			t.Errorf("sealed again: %+v, %v", r, err)
		}
	}
}

// whole proves that all on a shelf opens, that events still say the truth of it, and that it is found by its phone.
func whole(t *testing.T, v *Vault, s *shelf, digests map[string]string, salts map[string][]byte) {
	t.Helper()
	for name, row := range s.rows {
		if row.Purpose != "" {
			if got, err := v.OpenKey(row.Purpose, row.Sealed); err != nil || string(got) != name {
				t.Errorf("%s opens as %q: %v", name, got, err)
			}
			continue
		}
		plain, err := v.OpenBytes(Box{Ref: name, Sealed: row.Sealed})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if sha, ok := digests[name]; ok && digest(salts[name], plain) != sha {
			t.Errorf("%s: the event says something else of it", name)
		}
		if text, err := v.Open(Box{Ref: name, Sealed: row.Sealed}); err == nil && text.Phone != "" && s.marks[name] != v.Mark(MarkPhone, text.Phone) {
			t.Errorf("%s is not found by its phone", name)
		}
	}
}

func TestWhatIsErasedOrChangedMeanwhileStaysSo(t *testing.T) {
	old, err := New(secret(1))
	if err != nil {
		t.Fatal(err)
	}
	s, _, _ := stocked(t, old)
	v, err := New(secret(2), secret(1))
	if err != nil {
		t.Fatal(err)
	}
	fresh := v.SealKey("agent/3", []byte("another"))
	s.between = func(s *shelf) {
		delete(s.rows, "r-07")
		s.rows["k-06"] = Row{"k-06", "agent/3", fresh}
	}
	if _, err := v.Reseal(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if _, ok := s.rows["r-07"]; ok {
		t.Error("an erased box came back")
	}
	if !bytes.Equal(s.rows["k-06"].Sealed, fresh) {
		t.Error("a newer key was overwritten")
	}
}

func TestWhatNoKeyOpensIsNamedAndKeepsTheOldKey(t *testing.T) {
	old, err := New(secret(1))
	if err != nil {
		t.Fatal(err)
	}
	s, _, _ := stocked(t, old)
	damaged := s.rows["r-07"]
	damaged.Sealed = bytes.Clone(damaged.Sealed)
	damaged.Sealed[40] ^= 1
	s.rows["r-07"] = damaged
	s.rows["x-1"] = Row{Name: "x-1"}
	v, err := New(secret(2), secret(1))
	if err != nil {
		t.Fatal(err)
	}
	r, err := v.Reseal(t.Context(), s)
	if err != nil || r.Stale != 2 || r.Fresh != 109 || !slices.Equal(r.Damaged, []string{"r-07", "x-1"}) {
		t.Errorf("found %+v, %v", r, err)
	}
	if r, err := v.Count(t.Context(), s); err != nil || r.Stale != 2 || r.Fresh != 109 {
		t.Errorf("counted %+v, %v", r, err)
	}
}

func TestTheNewKeySealsAndTheOldOneOpens(t *testing.T) {
	v, err := New(secret(1))
	if err != nil {
		t.Fatal(err)
	}
	box, _, err := v.Seal("r", Text{Words: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Use(secret(2), secret(1)); err != nil {
		t.Fatal(err)
	}
	if text, err := v.Open(box); err != nil || text.Words != "x" {
		t.Errorf("what was sealed before: %v", err)
	}
	later, _, err := v.Seal("r", Text{Words: "x"})
	if err != nil || KeyID(later.Sealed[1:HeadSize]) == KeyID(box.Sealed[1:HeadSize]) {
		t.Errorf("sealed under the old key: %v", err)
	}
	if marks := v.Marks(MarkPhone, "13812342046"); len(marks) != 2 || marks[0] != v.Mark(MarkPhone, "13812342046") || marks[1] == marks[0] {
		t.Errorf("the marks are %q", marks)
	}
	if err := v.Use(secret(2)); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Open(box); !errors.Is(err, ErrSealed) || !bytes.Contains([]byte(err.Error()), []byte("which the key file does not hold")) {
		t.Errorf("under a dropped key: %v", err)
	}
	for name, keys := range map[string][][]byte{"none": {}, "one twice": {secret(1), secret(1)}, "a short one": {secret(1), secret(2)[:31]}} {
		if err := v.Use(keys...); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if text, err := v.Open(later); err != nil || text.Words != "x" {
		t.Errorf("after keys that were refused: %v", err)
	}
}

func TestManySealWhileKeysChange(t *testing.T) {
	v, err := New(secret(1))
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for n := range 4 {
		all.Go(func() {
			for i := range 200 {
				ref := fmt.Sprint(n, "-", i)
				f, _, err := v.File(ref, Text{Phone: "13812342046"}, Label{})
				if err != nil {
					t.Error(err)
				}
				if _, err := v.Open(f.Box); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 50 {
		if err := errors.Join(v.Use(secret(2), secret(1)), v.Use(secret(1), secret(2))); err != nil {
			t.Error(err)
		}
	}
	all.Wait()
}
