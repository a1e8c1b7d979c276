package hub

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/private"
)

// archive is a store's table of boxes, and the deeds beside it. It outlives the hubs of a test.
type archive struct {
	boxes    map[string]private.Filed
	deeds    []hall.Fact
	fail     error
	scrubbed int
	busy     error
}

func (a *archive) Scrub(context.Context) error {
	a.scrubbed++
	return a.busy
}

func (a *archive) named() []string { return slices.Sorted(maps.Keys(a.boxes)) }

func (a *archive) Heads(_ context.Context, after string, n int) ([]private.Head, error) {
	var heads []private.Head
	for _, ref := range a.named() {
		if ref > after && len(heads) < n {
			sealed := a.boxes[ref].Sealed
			heads = append(heads, private.Head{Name: ref, Head: sealed[:min(len(sealed), private.HeadSize)]})
		}
	}
	return heads, a.fail
}

func (a *archive) Rows(_ context.Context, names []string) ([]private.Row, error) {
	var rows []private.Row
	for _, ref := range names {
		if b, ok := a.boxes[ref]; ok {
			rows = append(rows, private.Row{Name: ref, Sealed: b.Sealed})
		}
	}
	return rows, a.fail
}

func (a *archive) Swap(_ context.Context, swaps []private.Swap) error {
	if a.fail != nil {
		return a.fail
	}
	for _, w := range swaps {
		if b, ok := a.boxes[w.Name]; ok && bytes.Equal(b.Sealed, w.From) {
			b.Sealed, b.Mark = w.To, w.Mark
			a.boxes[w.Name] = b
		}
	}
	return nil
}

func (a *archive) Find(_ context.Context, s private.Subject) ([]private.Filed, error) {
	var found []private.Filed
	for _, ref := range a.named() {
		b := a.boxes[ref]
		if slices.Contains(s.Refs, ref) || !s.Visit.IsZero() && b.Visit == s.Visit || b.Mark != "" && slices.Contains(s.Marks, b.Mark) {
			found = append(found, b)
		}
	}
	return found, a.fail
}

func (a *archive) Older(_ context.Context, k private.Kind, through hall.Day, n int) ([]string, error) {
	var refs []string
	for _, ref := range a.named() {
		if b := a.boxes[ref]; b.Kind == k && b.Day <= through && len(refs) < n {
			refs = append(refs, ref)
		}
	}
	return refs, a.fail
}

func (a *archive) record(_ context.Context, facts ...hall.Fact) error {
	if a.fail != nil {
		return a.fail
	}
	for _, f := range facts {
		a.deeds = append(a.deeds, f)
		if e, ok := f.(hall.PrivateErased); ok {
			for _, ref := range e.Refs {
				delete(a.boxes, ref)
			}
		}
	}
	return nil
}

// drawers holds the secrets of agents and accounts.
type drawers map[string]private.Row

func (d drawers) Heads(_ context.Context, after string, n int) ([]private.Head, error) {
	var heads []private.Head
	for _, name := range slices.Sorted(maps.Keys(d)) {
		if name > after && len(heads) < n {
			heads = append(heads, private.Head{Name: name, Head: d[name].Sealed[:private.HeadSize]})
		}
	}
	return heads, nil
}

func (d drawers) Rows(_ context.Context, names []string) (rows []private.Row, err error) {
	for _, name := range names {
		rows = append(rows, d[name])
	}
	return rows, nil
}

func (d drawers) Swap(_ context.Context, swaps []private.Swap) error {
	for _, w := range swaps {
		d[w.Name] = private.Row{Name: w.Name, Purpose: d[w.Name].Purpose, Sealed: w.To}
	}
	return nil
}

const today = hall.Day(20780) // 2026-11-23

// openPrivacy is a hub that starts on a data folder and an archive.
func openPrivacy(t *testing.T, data string, a *archive, d drawers) *privacy {
	t.Helper()
	keys, err := readKeys(data)
	if err != nil {
		t.Fatal(err)
	}
	gone, err := openErased(data)
	if err != nil {
		t.Fatal(err)
	}
	return &privacy{data: data, vault: keys.vault, sealed: []private.Shelf{a, d}, boxes: a, erased: gone, record: a.record, keep: Defaults().Retention,
		now: func() time.Time { return today.Start().Add(10 * time.Hour) }, log: slog.New(slog.DiscardHandler)}
}

// file puts a text into the archive.
func (p *privacy) file(t *testing.T, a *archive, ref string, text private.Text, l private.Label) {
	t.Helper()
	f, _, err := p.vault.File(ref, text, l)
	if err != nil {
		t.Fatal(err)
	}
	a.boxes[ref] = f
}

// stocked is a hub with the data of two people, an agent's key and a second factor.
func stocked(t *testing.T) (data string, a *archive, d drawers, p *privacy) {
	t.Helper()
	data = short(t)
	if _, err := createKeys(data); err != nil {
		t.Fatal(err)
	}
	a, d = &archive{boxes: map[string]private.Filed{}}, drawers{}
	p = openPrivacy(t, data, a, d)
	chen := hall.ID{Agent: 3, Tag: 0x9f2c, Serial: 19}
	p.file(t, a, "chen-1", private.Text{Words: "等了两个小时", Name: "陈国芳", Phone: "13812342046"}, private.Label{Kind: private.KindRating, About: chen.String(), Visit: chen, Day: today - 5})
	p.file(t, a, "chen-2", private.Text{Words: "打通了，他说材料要了三次"}, private.Label{Kind: private.KindCallBack, About: "r-7", Visit: chen, Day: today - 3})
	p.file(t, a, "chen-3", private.Text{Phone: "+86 138 1234 2046"}, private.Label{Kind: private.KindContact, About: "3-9f2c-17", Day: today - 91})
	p.file(t, a, "wang-1", private.Text{Words: "很好", Phone: "13912342046"}, private.Label{Kind: private.KindRating, Visit: hall.ID{Agent: 3, Tag: 0x9f2c, Serial: 20}, Day: today - 1095})
	photo, _, err := p.vault.FileBytes("chen-4", []byte{0xff, 0xd8, 0xff}, private.Label{Kind: private.KindRepair, About: "r-7", Visit: chen, Day: today})
	if err != nil {
		t.Fatal(err)
	}
	a.boxes["chen-4"] = photo
	for _, purpose := range []string{"agent/7", "second factor of wang"} {
		d[purpose] = private.Row{Name: purpose, Purpose: purpose, Sealed: p.vault.SealKey(purpose, []byte(purpose))}
	}
	return data, a, d, p
}

// readable proves that a hub that starts now reads all there is.
func readable(t *testing.T, data string, a *archive, d drawers) {
	t.Helper()
	p := openPrivacy(t, data, a, d)
	for ref, b := range a.boxes {
		if _, err := p.vault.OpenBytes(b.Box); err != nil {
			t.Errorf("%s: %v", ref, err)
		}
	}
	for purpose, row := range d {
		if got, err := p.vault.OpenKey(purpose, row.Sealed); err != nil || string(got) != purpose {
			t.Errorf("%s: %q, %v", purpose, got, err)
		}
	}
}

func TestTheKeyIsChangedAndTheOldOneEnded(t *testing.T) {
	data, a, d, p := stocked(t)
	old := p.vault.Keys()[0].String()
	r, err := p.rotate(t.Context(), rotateIn{})
	if err != nil || !r.Began || r.Key == old || r.Fresh != 7 || r.Changed != 7 || r.Stale != 0 || r.Dropped != nil {
		t.Fatalf("%+v, %v", r, err)
	}
	readable(t, data, a, d)
	if keys, err := vaultKeys(data); err != nil || len(keys) != 2 {
		t.Errorf("%d keys: %v", len(keys), err)
	}
	again, err := p.rotate(t.Context(), rotateIn{})
	if err != nil || again.Began || again.Key != r.Key || again.Changed != 0 || again.Fresh != 7 {
		t.Errorf("again: %+v, %v", again, err)
	}
	last, err := p.rotate(t.Context(), rotateIn{DropOld: true})
	if err != nil || !slices.Equal(last.Dropped, []string{old}) || last.Key != r.Key {
		t.Errorf("%+v, %v", last, err)
	}
	readable(t, data, a, d)
	if keys, err := vaultKeys(data); err != nil || len(keys) != 1 || len(p.vault.Keys()) != 1 {
		t.Errorf("%d keys: %v", len(keys), err)
	}
	once, err := p.rotate(t.Context(), rotateIn{DropOld: true})
	if err != nil || !once.Began || once.Key == r.Key || !slices.Equal(once.Dropped, []string{r.Key}) || once.Changed != 7 {
		t.Errorf("all in one: %+v, %v", once, err)
	}
	readable(t, data, a, d)
}

// Killed before, within and after each step, a hub that starts reads everything, and the same command ends what was begun.
func TestAChangeOfKeyThatIsKilledGoesOn(t *testing.T) {
	for step := 0; ; step++ {
		data, a, d, p := stocked(t)
		calls := 0
		p.sealed = []private.Shelf{&dying{archive: a, dies: func() bool { calls++; return calls > step }}, d}
		_, killed := p.rotate(t.Context(), rotateIn{DropOld: true})
		readable(t, data, a, d)
		if killed == nil {
			if step < 6 {
				t.Errorf("%d calls were all", step)
			}
			return
		}
		p = openPrivacy(t, data, a, d)
		r, err := p.rotate(t.Context(), rotateIn{DropOld: true})
		if err != nil || r.Began || r.Stale != 0 || r.Fresh != 7 {
			t.Fatalf("killed at %d, then %+v, %v", step, r, err)
		}
		readable(t, data, a, d)
		if keys, err := vaultKeys(data); err != nil || len(keys) != 1 {
			t.Errorf("killed at %d: %d keys, %v", step, len(keys), err)
		}
	}
}

// dying is an archive whose hub is killed at some call.
type dying struct {
	*archive
	dies func() bool
}

func (d *dying) Rows(ctx context.Context, names []string) ([]private.Row, error) {
	if d.dies() {
		return nil, errors.New("killed")
	}
	return d.archive.Rows(ctx, names)
}

func (d *dying) Swap(ctx context.Context, swaps []private.Swap) error {
	if d.dies() {
		return errors.New("killed")
	}
	return d.archive.Swap(ctx, swaps)
}

func (d *dying) Heads(ctx context.Context, after string, n int) ([]private.Head, error) {
	if d.dies() {
		return nil, errors.New("killed")
	}
	return d.archive.Heads(ctx, after, n)
}

// A citizen's text is sealed just before the key changes, and comes to the store after everything was sealed anew.
func TestATextThatWasUnderWayIsNotLost(t *testing.T) {
	data, a, d, p := stocked(t)
	late, _, err := p.vault.File("late", private.Text{Words: "慢"}, private.Label{Kind: private.KindRating})
	if err != nil {
		t.Fatal(err)
	}
	passes := 0
	p.sealed = []private.Shelf{&dying{archive: a, dies: func() bool { return false }}, shelfFunc{d, func() {
		if passes++; passes == 1 { // the boxes were gone through already
			a.boxes["late"] = late
		}
	}}}
	r, err := p.rotate(t.Context(), rotateIn{DropOld: true})
	if err != nil || r.Fresh != 8 {
		t.Fatalf("%+v, %v", r, err)
	}
	readable(t, data, a, d)
}

// shelfFunc tells when it is gone through.
type shelfFunc struct {
	private.Shelf
	seen func()
}

func (s shelfFunc) Heads(ctx context.Context, after string, n int) ([]private.Head, error) {
	s.seen()
	return s.Shelf.Heads(ctx, after, n)
}

func TestTheOldKeyStaysWhileAnythingNeedsIt(t *testing.T) {
	data, a, d, p := stocked(t)
	torn := a.boxes["chen-2"]
	torn.Sealed = slices.Clone(torn.Sealed)
	torn.Sealed[20] ^= 1
	a.boxes["chen-2"] = torn
	_, err := p.rotate(t.Context(), rotateIn{DropOld: true})
	if err == nil || !strings.Contains(err.Error(), "the old key is kept: 1 things") {
		t.Fatalf("%v", err)
	}
	if keys, err := vaultKeys(data); err != nil || len(keys) != 2 {
		t.Errorf("%d keys: %v", len(keys), err)
	}
	r, err := p.rotate(t.Context(), rotateIn{})
	if err != nil || r.Stale != 1 || !slices.Equal(r.Damaged, []string{"chen-2"}) {
		t.Errorf("%+v, %v", r, err)
	}
	if n, err := p.eraseAsked(t.Context(), Whose{Ref: "chen-2"}); err != nil || n != 1 {
		t.Errorf("erased %d: %v", n, err)
	}
	if r, err := p.rotate(t.Context(), rotateIn{DropOld: true}); err != nil || len(r.Dropped) != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	readable(t, data, a, d)
}

func TestOneChangeOfKeyAtATime(t *testing.T) {
	_, _, _, p := stocked(t)
	p.rotating.Lock()
	if _, err := p.rotate(t.Context(), rotateIn{}); err == nil {
		t.Error("two at once")
	}
	p.rotating.Unlock()
	p.underWay = time.Hour
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := p.rotate(ctx, rotateIn{DropOld: true}); !errors.Is(err, context.Canceled) || len(p.vault.Keys()) != 2 {
		t.Errorf("interrupted: %v", err)
	}
}

func TestWhatAPersonWantsErasedIsGoneForEver(t *testing.T) {
	for name, c := range map[string]struct {
		whose Whose
		gone  []string
		about string
	}{
		"by visit": {Whose{Visit: "3-9f2c-19"}, []string{"chen-1", "chen-2", "chen-4"}, "3-9f2c-19"},
		"by phone": {Whose{Phone: "138-1234-2046"}, []string{"chen-1", "chen-3"}, ""},
		"by ref":   {Whose{Ref: "wang-1"}, []string{"wang-1"}, ""},
	} {
		data, a, d, p := stocked(t)
		before := maps.Clone(a.boxes)
		n, err := p.eraseAsked(t.Context(), c.whose)
		if err != nil || n != len(c.gone) {
			t.Fatalf("%s: %d, %v", name, n, err)
		}
		if deed := a.deeds[0].(hall.PrivateErased); len(a.deeds) != 1 || !slices.Equal(deed.Refs, c.gone) || deed.Ground != hall.EraseRequest || deed.About != c.about || deed.By != hall.Console() {
			t.Errorf("%s: recorded as %+v", name, a.deeds)
		}
		for _, ref := range c.gone {
			if _, there := a.boxes[ref]; there || !p.erased.Has(ref) {
				t.Errorf("%s: %s is still there", name, ref)
			}
		}
		if len(a.boxes) != 5-len(c.gone) {
			t.Errorf("%s: left are %v", name, a.named())
		}
		// The database is put back from a copy; the folder of keys is not.
		a.boxes = before
		p = openPrivacy(t, data, a, d)
		if err := p.sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, ref := range c.gone {
			if _, there := a.boxes[ref]; there {
				t.Errorf("%s: %s came back", name, ref)
			}
		}
		if deed := a.deeds[1].(hall.PrivateErased); deed.Ground != hall.EraseRequest || !deed.By.IsRule() {
			t.Errorf("%s: recorded as %+v", name, deed)
		}
	}
}

func TestAHubThatIsKilledWhileItErases(t *testing.T) {
	data, a, d, p := stocked(t)
	p.record = func(context.Context, ...hall.Fact) error { return errors.New("killed") }
	if _, err := p.eraseAsked(t.Context(), Whose{Visit: "3-9f2c-19"}); err == nil || !strings.Contains(err.Error(), "goes when the hub starts again") {
		t.Fatalf("%v", err)
	}
	p = openPrivacy(t, data, a, d)
	if err := p.sweep(t.Context()); err != nil || !slices.Equal(a.named(), []string{"chen-3", "wang-1"}) {
		t.Errorf("left are %v: %v", a.named(), err)
	}
}

func TestABoxThatHasNotArrivedCanBeErased(t *testing.T) {
	_, a, _, p := stocked(t)
	if n, err := p.eraseAsked(t.Context(), Whose{Ref: "away"}); err != nil || n != 0 || !p.erased.Has("away") || len(a.deeds) != 1 {
		t.Errorf("%d, %v", n, err)
	}
	if n, err := p.eraseAsked(t.Context(), Whose{Phone: "13700000000"}); err != nil || n != 0 || len(a.deeds) != 1 {
		t.Errorf("of nobody: %d, %v, %v", n, err, a.deeds)
	}
}

func TestNothingIsErasedThatCannotBeNamed(t *testing.T) {
	data, a, _, p := stocked(t)
	if err := os.Rename(filepath.Join(data, keysFolder), filepath.Join(data, "away")); err != nil {
		t.Fatal(err)
	}
	if _, err := p.eraseAsked(t.Context(), Whose{Ref: "chen-1"}); err == nil || len(a.boxes) != 5 {
		t.Errorf("%v; left are %v", err, a.named())
	}
}

func TestAPersonIsGivenWhatIsKeptOfHim(t *testing.T) {
	_, a, _, p := stocked(t)
	torn := a.boxes["chen-2"]
	torn.Sealed = torn.Sealed[:10]
	a.boxes["chen-2"] = torn
	texts, err := p.export(t.Context(), Whose{Visit: "3-9f2c-19"})
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"kind":"rating","about":"3-9f2c-19","visit":"3-9f2c-19","day":"2026-11-18","words":"等了两个小时","name":"陈国芳","phone":"13812342046"},` +
		`{"kind":"call-back","about":"r-7","visit":"3-9f2c-19","day":"2026-11-20","lost":true},` +
		`{"kind":"repair","about":"r-7","visit":"3-9f2c-19","day":"2026-11-23","photo":"/9j/"}]`
	if string(data) != want {
		t.Errorf("given\n%s\nwant\n%s", data, want)
	}
	if said := fmt.Sprintf("%v %s", texts, texts[0]); strings.Contains(said, "陈国芳") {
		t.Errorf("it prints itself: %s", said)
	}
	if got := a.deeds; len(got) != 1 || got[0] != (hall.PrivateExported{Act: hall.Act{About: "3-9f2c-19", By: hall.Console()}, Subject: hall.SubjectVisit, Boxes: 3}) {
		t.Errorf("recorded as %+v", got)
	}
	if texts, err := p.export(t.Context(), Whose{Phone: "+86 13812342046"}); err != nil || len(texts) != 2 {
		t.Errorf("by phone: %d, %v", len(texts), err)
	}
	if got := a.deeds[1].(hall.PrivateExported); got.Subject != hall.SubjectPhone || got.About != "" {
		t.Errorf("recorded as %+v", got)
	}
	a.fail = errors.New("disk full")
	if texts, err := p.export(t.Context(), Whose{Visit: "3-9f2c-19"}); err == nil || texts != nil {
		t.Error("given without a record")
	}
}

func TestWhoseDataIsMeant(t *testing.T) {
	for _, w := range []Whose{{}, {Ref: "a", Visit: "3-9f2c-19"}, {Visit: "19"}, {Phone: "王"}, {Phone: "+"}, {Ref: "a b"}, {Phone: "1", Ref: "a"}} {
		if err := w.Check(); err == nil {
			t.Errorf("%q %q %q is taken", w.Ref, w.Visit, w.Phone)
		}
	}
	for _, w := range []Whose{{Ref: "a1b2"}, {Visit: "3-9f2c-19"}, {Phone: "+852 5123 4567"}} {
		if err := w.Check(); err != nil {
			t.Error(err)
		}
	}
	_, _, _, p := stocked(t)
	if _, err := p.export(t.Context(), Whose{Ref: "chen-1"}); err == nil {
		t.Error("a box is no person")
	}
}

// configs/hub.yaml, retention: the contact was left 91 days ago, the rating 1095.
func TestWhatHadItsTimeGoes(t *testing.T) {
	data, a, d, p := stocked(t)
	for n := range 250 {
		p.file(t, a, fmt.Sprintf("old-%03d", n), private.Text{Words: "x"}, private.Label{Kind: private.KindReply, Day: today - 366})
	}
	p.file(t, a, "account", private.Text{Phone: "13812342046"}, private.Label{Kind: private.KindAccount})
	if err := p.expire(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := a.named(); !slices.Equal(got, []string{"account", "chen-1", "chen-2", "chen-4", "wang-1"}) {
		t.Errorf("left are %v", got)
	}
	for _, f := range a.deeds {
		if e := f.(hall.PrivateErased); e.Ground != hall.EraseRetention || !e.By.IsRule() || len(e.Refs) > hall.MaxErased {
			t.Errorf("recorded as %+v", e)
		}
	}
	deeds := len(a.deeds)
	if err := p.expire(t.Context()); err != nil || len(a.deeds) != deeds {
		t.Errorf("again: %v", err)
	}
	p.now = func() time.Time { return (today + 1).Start() }
	if err := p.expire(t.Context()); err != nil || slices.Contains(a.named(), "wang-1") {
		t.Errorf("a day later: %v", err)
	}
	p = openPrivacy(t, data, a, d)
	p.record = func(context.Context, ...hall.Fact) error { return nil } // a store that does not delete
	p.file(t, a, "stuck", private.Text{Words: "x"}, private.Label{Kind: private.KindReply})
	if err := p.expire(t.Context()); err == nil || !strings.Contains(err.Error(), "still there") {
		t.Errorf("for ever: %v", err)
	}
}

func TestTheTaskErasesAtTheStartAndEnds(t *testing.T) {
	_, a, _, p := stocked(t)
	if err := p.erased.Add(hall.EraseRequest, "chen-1"); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := p.run(ctx); err != nil || !slices.Equal(a.named(), []string{"chen-2", "chen-4", "wang-1"}) {
		t.Errorf("left are %v: %v", a.named(), err)
	}
}

func TestSubcommandsReachPrivacy(t *testing.T) {
	_, _, _, p := stocked(t)
	c := p.control()
	for act, in := range map[string]string{actPrivateRotate: `{"DropOld":false}`, actPrivateErase: `{"Visit":"3-9f2c-20"}`, actPrivateExport: `{"Phone":"13812342046"}`} {
		if answer, err := c.do(t.Context(), act, json.RawMessage(in)); err != nil || answer == nil {
			t.Errorf("%s: %v, %v", act, answer, err)
		}
	}
}
