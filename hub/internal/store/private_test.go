package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/private"
	"hallpulse/hub/internal/store"
)

// keep records a fact with a box that holds size bytes nobody else holds.
func (h *hub) keep(f hall.Fact, ref string, size int, l private.Label) []byte {
	h.t.Helper()
	sealed := make([]byte, size)
	rng := rand.NewChaCha8([32]byte([]byte(hex16(ref) + hex16(ref, 2))))
	_, _ = rng.Read(sealed)
	box := intake.Box{Ref: ref, Salt: []byte(hex16("salt", ref)), Sealed: sealed, Label: l}
	err := h.Intake.Record(h.t.Context(), []hall.Fact{f}, box)
	if _, ok := f.(hall.Deed); ok {
		err = h.Intake.Decide(h.t.Context(), intake.Keys{}, func(intake.Known) ([]hall.Fact, error) { return []hall.Fact{f}, nil }, box)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return sealed
}

// erase records that boxes were erased.
func (h *hub) erase(refs ...string) {
	h.t.Helper()
	for _, deed := range private.Erasures("", hall.Console(), hall.EraseRequest, refs...) {
		h.decide(intake.Keys{}, func(intake.Known) ([]hall.Fact, error) { return []hall.Fact{deed}, nil })
	}
}

func (h *hub) boxes(of private.Subject) []private.Filed {
	h.t.Helper()
	found, err := h.Store.Boxes().Find(h.t.Context(), of)
	if err != nil {
		h.t.Fatal(err)
	}
	return found
}

func refsOf(found []private.Filed) []string {
	var refs []string
	for _, f := range found {
		refs = append(refs, f.Ref)
	}
	return refs
}

// domain §11: each text is filed as what it is, so that it is found for its person and ends in time. No page says it: the
// deed does.
func TestEachTextIsFiledByTheDeedThatNamesIt(t *testing.T) {
	t.Parallel()
	visit, ticket := hall.ID{Agent: 1, Tag: 77, Serial: 2}, hall.ID{Agent: 1, Tag: 77, Serial: 1}
	of := func(ref string) hall.Sealed { return hall.Sealed{Ref: ref, SHA: "sha"} }
	clerk := hall.Person{Account: "tang", Role: "handler", Unit: "police"}
	about := hall.Act{About: visit.String(), By: clerk}
	words := of("answer")
	for name, c := range map[string]struct {
		deed  hall.Fact
		kind  private.Kind
		about string
		visit hall.ID
	}{
		"a rating":                  {hall.RatingGiven{Ticket: ticket, Visit: visit, Level: hall.Bad, Channel: hall.ChannelQR, Answer: "form-1", Ref: "a rating", RefSHA: "sha"}, private.KindRating, visit.String(), visit},
		"a rating before its visit": {hall.RatingGiven{Ticket: ticket, Level: hall.Bad, Channel: hall.ChannelQR, Answer: "form-2", Ref: "a rating before its visit", RefSHA: "sha"}, private.KindRating, ticket.String(), hall.ID{}},
		"reasons that came later":   {hall.RatingReasoned{Act: hall.Act{About: visit.String(), By: hall.Citizen()}, Ticket: ticket, Visit: visit, Channel: hall.ChannelQR, Words: new(of("reasons that came later"))}, private.KindRating, visit.String(), visit},
		"a phone for a reminder":    {hall.ContactGiven{Act: hall.Act{About: ticket.String(), By: hall.Citizen()}, Ticket: ticket, Phone: of("a phone for a reminder"), Lang: "zh"}, private.KindContact, ticket.String(), hall.ID{}},
		"a call-back":               {hall.RepairCalled{Act: about, Reached: true, Said: of("a call-back")}, private.KindCallBack, visit.String(), visit},
		"evidence of an appeal":     {hall.AppealOpened{Act: about, Evidence: of("evidence of an appeal")}, private.KindRepair, visit.String(), visit},
		"how the repair was rated":  {hall.RepairSecondRated{Act: about, Level: hall.Good, Words: of("how the repair was rated")}, private.KindRating, visit.String(), visit},
		"a concern":                 {hall.ConcernReceived{Act: hall.Act{About: "c-1", By: clerk}, Kind: hall.ConcernComplaint, Source: hall.ConcernWeb, Since: morning, Text: of("a concern")}, private.KindConcern, "c-1", hall.ID{}},
		"a concern about a repair":  {hall.ConcernReceived{Act: hall.Act{About: "c-2", By: clerk}, Kind: hall.ConcernComplaint, Source: hall.ConcernWeb, Since: morning, Repair: visit.String(), Text: of("a concern about a repair")}, private.KindConcern, "c-2", visit},
		"the answer to a concern":   {hall.ConcernAnswered{Act: hall.Act{About: "c-1", By: clerk}, Text: words}, private.KindConcern, "c-1", hall.ID{}},
		"what was found":            {hall.InspectionFound{Act: hall.Act{About: "i-1", By: clerk}, Text: of("what was found")}, private.KindInspection, "i-1", hall.ID{}},
		"whom a message goes to":    {hall.MessageQueued{Act: hall.Act{About: "m-1"}, Kind: hall.MessageRateReminder, Of: visit.String(), To: of("whom a message goes to"), Expires: morning.AddDate(0, 0, 5)}, private.KindContact, "m-1", visit},
		"the phone of a handler":    {hall.MessageQueued{Act: hall.Act{About: "m-2"}, Kind: hall.MessageHandlerReminder, Of: visit.String(), To: of("the phone of a handler"), Expires: morning.AddDate(0, 0, 5)}, private.KindAccount, "m-2", visit},
		"what came back by a phone": {hall.MessageReplied{Act: hall.Act{About: "m-1", By: hall.Citizen()}, Reply: "r-1", Words: new(of("what came back by a phone"))}, private.KindReply, "m-1", hall.ID{}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHub(t, dataDir(t))
			defer h.close()
			h.publish("2026")
			ref := name
			if name == "the answer to a concern" {
				ref = words.Ref
			}
			h.keep(c.deed, ref, 40, private.Label{Mark: "mark"})
			found := h.boxes(private.Subject{Refs: []string{ref}})
			want := private.Label{Kind: c.kind, About: c.about, Visit: c.visit, Day: hall.DayOf(h.now), Mark: "mark"}
			if len(found) != 1 || found[0].Label != want {
				t.Errorf("filed as %+v, want %+v", found, want)
			}
		})
	}
}

func TestALabelThatWasGivenStays(t *testing.T) {
	h := newHub(t, dataDir(t))
	defer h.close()
	visit := hall.ID{Agent: 1, Serial: 2}
	given := private.Label{Kind: private.KindReply, About: "m-7", Visit: visit, Day: 20000, Mark: "mark"}
	h.keep(hall.RatingGiven{Ticket: hall.ID{Agent: 1, Serial: 1}, Level: hall.Bad, Channel: hall.ChannelQR, Answer: "f", Ref: "r", RefSHA: "s"}, "r", 10, given)
	if found := h.boxes(private.Subject{Refs: []string{"r"}}); len(found) != 1 || found[0].Label != given {
		t.Errorf("filed as %+v", found)
	}
	h.check()
}

func TestAPersonIsFound(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	h.publish("2026")
	a.started(nil, hall.EpochFirst)
	ticket, visit := a.visit("1")
	other, _ := a.visit("1")
	given := func(form, ref string) hall.Fact {
		g := phone(ticket, form, hall.Bad)
		g.Ref, g.RefSHA = ref, "sha"
		return g
	}
	h.keep(given("form-1", "ahead"), "ahead", 10, private.Label{Mark: "chen"}) // the visit has not been told of yet
	h.leave(ticket, "left", "chen")
	h.leave(other, "of-another", "wang")
	h.sendAll(a, a.epoch)
	h.keep(hall.ConcernReceived{Act: hall.Act{About: "c-1", By: hall.Console()}, Kind: hall.ConcernComplaint, Source: hall.ConcernPhone, Since: morning, Text: hall.Sealed{Ref: "said", SHA: "s"}}, "said", 10, private.Label{Mark: "chen"})
	for name, c := range map[string]struct {
		of   private.Subject
		want []string
	}{
		"by visit: what was said ahead of it too, and the phone left with its ticket": {private.Subject{Visit: visit}, []string{"ahead", "left"}},
		"by concern":             {private.Subject{About: "c-1"}, []string{"said"}},
		"by phone":               {private.Subject{Marks: []string{"chen"}}, []string{"ahead", "left", "said"}},
		"by an old mark too":     {private.Subject{Marks: []string{"new", "wang"}}, []string{"of-another"}},
		"by refs":                {private.Subject{Refs: []string{"said", "nobody's", "left"}}, []string{"left", "said"}},
		"of nobody":              {private.Subject{}, nil},
		"of a visit that is not": {private.Subject{Visit: hall.ID{Agent: 9, Serial: 9}}, nil},
	} {
		if got := refsOf(h.boxes(c.of)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	h.check()
}

// design §2: erasing deletes row and salt with the deed; what comes later under such a ref is dropped.
func TestWhatIsErasedGoesWithItsDeedAndStaysAway(t *testing.T) {
	h := newHub(t, dataDir(t))
	defer h.close()
	given := func(n int) hall.RatingGiven {
		g := phone(hall.ID{Agent: 1, Serial: 1}, fmt.Sprint("form-", n), hall.Bad)
		g.Ref, g.RefSHA = fmt.Sprint("ref-", n), "sha"
		return g
	}
	h.keep(given(1), "ref-1", 100, private.Label{})
	h.keep(given(2), "ref-2", 100, private.Label{})
	h.erase("ref-1")
	if got := refsOf(h.boxes(private.Subject{Refs: []string{"ref-1", "ref-2"}})); !slices.Equal(got, []string{"ref-2"}) {
		t.Errorf("left are %q", got)
	}
	h.check()

	// The refs of the file beside the keys: the box of an agent that has been away comes last.
	h.stop()
	h.erased = []string{"ref-3"}
	h.run(h.Store)
	h.erase("ref-3")
	h.keep(given(3), "ref-3", 100, private.Label{})
	h.keep(given(4), "ref-4", 100, private.Label{})
	if got := refsOf(h.boxes(private.Subject{Refs: []string{"ref-3", "ref-4"}})); !slices.Equal(got, []string{"ref-4"}) {
		t.Errorf("kept are %q", got)
	}
	if err := h.Store.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := refsOf(h.boxes(private.Subject{Refs: []string{"ref-1", "ref-2", "ref-3", "ref-4"}})); !slices.Equal(got, []string{"ref-2", "ref-4"}) {
		t.Errorf("after a rebuild %q", got)
	}
	h.check()
}

// A deed that is not stored has erased nothing: one transaction.
func TestNothingIsErasedWithoutItsDeed(t *testing.T) {
	h := newHub(t, dataDir(t))
	defer h.close()
	g := phone(hall.ID{Agent: 1, Serial: 1}, "form-1", hall.Bad)
	g.Ref, g.RefSHA = "ref-1", "sha"
	h.keep(g, "ref-1", 100, private.Label{})
	h.Store.Failing(t, "deeds", "NEW.type = 'private.erased'")
	err := h.Intake.Decide(t.Context(), intake.Keys{}, func(intake.Known) ([]hall.Fact, error) {
		return private.Erasures("", hall.Console(), hall.EraseRequest, "ref-1"), nil
	})
	if err == nil || len(h.boxes(private.Subject{Refs: []string{"ref-1"}})) != 1 {
		t.Errorf("%v; left are %v", err, h.boxes(private.Subject{Refs: []string{"ref-1"}}))
	}
}

func TestNoTextGoesWhileItsMatterIsWorkedOn(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	h.publish("2026")
	a.started(nil, hall.EpochFirst)
	bad, badVisit := a.visit("1")
	good, _ := a.visit("1")
	given := func(ticket hall.ID, l hall.Level, ref string) hall.Fact {
		g := phone(ticket, ref, l)
		g.Ref, g.RefSHA = ref, "sha"
		return g
	}
	h.keep(given(bad, hall.Bad, "bad, ahead of its visit"), "bad, ahead of its visit", 10, private.Label{})
	h.sendAll(a, a.epoch)
	h.keep(given(good, hall.Good, "good"), "good", 10, private.Label{})
	h.keep(hall.RepairCalled{Act: hall.Act{About: badVisit.String(), By: hall.Console()}, Reached: true, Said: hall.Sealed{Ref: "call", SHA: "s"}}, "call", 10, private.Label{})
	received := func(id, text string) hall.Fact {
		return hall.ConcernReceived{Act: hall.Act{About: id, By: hall.Console()}, Kind: hall.ConcernComplaint, Source: hall.ConcernPhone, Since: morning, Text: hall.Sealed{Ref: text, SHA: "s"}}
	}
	h.keep(received("c-1", "open concern"), "open concern", 10, private.Label{})
	today := hall.DayOf(h.now)
	older := func(k private.Kind, through hall.Day, n int) []string {
		t.Helper()
		refs, err := h.Store.Boxes().Older(t.Context(), k, through, n)
		if err != nil {
			t.Fatal(err)
		}
		return refs
	}
	if r, ok := h.repairOf(badVisit); !ok || r.State.Final() {
		t.Fatal("no repair is open")
	}
	for k, want := range map[private.Kind][]string{private.KindRating: {"good"}, private.KindCallBack: nil, private.KindConcern: nil, private.KindReply: nil} {
		if got := older(k, today, 10); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", k, got, want)
		}
	}
	if got := older(private.KindRating, today-1, 10); got != nil {
		t.Errorf("of yesterday: %q", got)
	}
	h.Store.Spoil(t, `UPDATE repairs SET open = false`)
	h.Store.Spoil(t, `UPDATE concerns SET open = false`)
	for k, want := range map[private.Kind][]string{private.KindRating: {"bad, ahead of its visit", "good"}, private.KindCallBack: {"call"}, private.KindConcern: {"open concern"}} {
		if got := older(k, today, 10); !slices.Equal(got, want) {
			t.Errorf("ended, %s: %q, want %q", k, got, want)
		}
	}
	if got := older(private.KindRating, today, 1); len(got) != 1 {
		t.Errorf("one at a time: %q", got)
	}
}

func TestCheckCoversPrivateText(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(h *hub)
		fault string
	}{
		"nothing is wrong": {func(*hub) {}, ""},
		"a box that no event names": {func(h *hub) {
			h.Store.Spoil(t, `INSERT INTO boxes (ref, salt, sealed) VALUES ('stray', x'01', x'02')`)
		}, "box stray: no event names it"},
		"a box that is lost": {func(h *hub) { h.Store.Spoil(t, `DELETE FROM boxes WHERE ref = 'ref-1'`) }, "box ref-1: an event names it, nobody erased it, and it is not there"},
		"one that was erased and is back": {func(h *hub) {
			h.Store.Spoil(t, `INSERT INTO boxes (ref, salt, sealed) VALUES ('ref-2', x'01', x'02')`)
		}, "box ref-2: it was erased and is there again"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHub(t, dataDir(t))
			defer h.close()
			for n := range 3 {
				g := phone(hall.ID{Agent: 1, Serial: 1}, fmt.Sprint("form-", n), hall.Bad)
				g.Ref, g.RefSHA = fmt.Sprint("ref-", n), "sha"
				h.keep(g, g.Ref, 10, private.Label{})
			}
			h.erase("ref-2")
			c.spoil(h)
			r, err := h.Store.Check(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			said := strings.Join(r.Faults, "\n")
			if c.fault == "" && (said != "" || !strings.Contains(r.String(), "2 boxes of private text are there as events name them, 1 were erased")) || c.fault != "" && !strings.Contains(said, c.fault) {
				t.Errorf("want %q, got\n%s", c.fault, r)
			}
		})
	}
}

// What was erased lies nowhere in the files of the database any more, sealed as it was: no page, no free page, no log.
func TestWhatIsErasedIsOverwritten(t *testing.T) {
	t.Parallel()
	h := newHub(t, dataDir(t))
	defer h.close()
	rng := rand.New(rand.NewPCG(3, 4))
	sealed := map[string][]byte{}
	var refs []string
	for n := range 300 {
		g := phone(hall.ID{Agent: 1, Serial: uint32(n)}, fmt.Sprint("form-", n), hall.Bad)
		g.Ref, g.RefSHA = hex16("ref", n), "sha"
		size := 60 + rng.IntN(400) // words
		if n%25 == 0 {
			size = 20_000 // a photo
		}
		sealed[g.Ref] = h.keep(g, g.Ref, size, private.Label{})
		refs = append(refs, g.Ref)
	}
	rng.Shuffle(len(refs), func(i, j int) { refs[i], refs[j] = refs[j], refs[i] })
	gone, left := refs[:200], refs[200:]
	for some := range slices.Chunk(gone, 7) {
		h.erase(some...)
	}
	if err := h.Store.Boxes().Scrub(t.Context()); err != nil {
		t.Fatal(err)
	}
	found := func(ref string) (in string) {
		part := sealed[ref][8:40]
		files, err := filepath.Glob(filepath.Join(h.dir, "hub.db*"))
		if err != nil || len(files) == 0 {
			t.Fatal(err)
		}
		for _, f := range files {
			data, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(data, part) {
				in += filepath.Base(f) + " "
			}
		}
		return in
	}
	for _, ref := range gone {
		if in := found(ref); in != "" {
			t.Errorf("%s (%d bytes) lies in %s", ref, len(sealed[ref]), in)
		}
	}
	for _, ref := range left {
		if found(ref) == "" {
			t.Errorf("%s is not there", ref)
		}
	}
	h.check()
}

// Scrub waits for nobody: while somebody reads an older state it says so, and it is done later.
func TestScrubWaitsForNobody(t *testing.T) {
	h := newHub(t, dataDir(t))
	defer h.close()
	g := phone(hall.ID{Agent: 1, Serial: 1}, "form-1", hall.Bad)
	g.Ref, g.RefSHA = "ref-1", "sha"
	h.keep(g, "ref-1", 100, private.Label{})
	end := h.Store.Reading(t)
	h.erase("ref-1")
	began := time.Now()
	if err := h.Store.Boxes().Scrub(t.Context()); !errors.Is(err, store.ErrBusy) || time.Since(began) > 5*time.Second {
		t.Errorf("%v after %v", err, time.Since(began))
	}
	end()
	if err := h.Store.Boxes().Scrub(t.Context()); err != nil {
		t.Error(err)
	}
}

// Rotation: the shelves give what is sealed, and put new seals in the place of those that still lie there.
func TestShelves(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	g := phone(hall.ID{Agent: 1, Serial: 1}, "form-1", hall.Bad)
	g.Ref, g.RefSHA = "ref-1", "sha"
	was := h.keep(g, "ref-1", 100, private.Label{Mark: "old"})
	account := fullAccount()
	account.Second = []byte("second")
	put(t, h.Store, account)
	shelves := h.Store.Shelves(func(n uint32) string { return fmt.Sprint("agent/", n) }, func(name string) string { return "second of " + name },
		func(hallID, badge string) string { return "pin of " + hallID + " " + badge })
	if err := h.Store.SetPIN(t.Context(), store.StaffPIN{Hall: "qinglan", Badge: "0317", Sealed: []byte("pin"), Set: morning}); err != nil {
		t.Fatal(err)
	}
	if len(shelves) != 4 {
		t.Fatalf("%d shelves", len(shelves))
	}
	for n, want := range []struct {
		purpose string
		sealed  []byte
	}{{"", was}, {"agent/1", []byte{1}}, {"second of " + account.Name, []byte("second")}, {"pin of qinglan 0317", []byte("pin")}} {
		s := shelves[n]
		heads, err := s.Heads(t.Context(), "", 10)
		if err != nil || len(heads) != 1 || !bytes.HasPrefix(want.sealed, heads[0].Head) || len(heads[0].Head) > private.HeadSize {
			t.Fatalf("%d: heads %+v, %v", n, heads, err)
		}
		name := heads[0].Name
		if more, err := s.Heads(t.Context(), name, 10); err != nil || len(more) != 0 {
			t.Errorf("%d: after the last %+v, %v", n, more, err)
		}
		rows, err := s.Rows(t.Context(), []string{name, "none"})
		if err != nil || len(rows) != 1 || rows[0].Name != name || rows[0].Purpose != want.purpose || !bytes.Equal(rows[0].Sealed, want.sealed) {
			t.Fatalf("%d: rows %+v, %v", n, rows, err)
		}
		for _, w := range []struct {
			swap private.Swap
			want string
		}{
			{private.Swap{Name: name, From: []byte("another"), To: []byte("new"), Mark: "new"}, string(want.sealed)}, // changed meanwhile
			{private.Swap{Name: name, From: want.sealed, To: []byte("new"), Mark: "new"}, "new"},
		} {
			if n != 0 {
				w.swap.Mark = ""
			}
			if err := s.Swap(t.Context(), []private.Swap{w.swap}); err != nil {
				t.Fatal(err)
			}
			if rows, err := s.Rows(t.Context(), []string{name}); err != nil || string(rows[0].Sealed) != w.want {
				t.Errorf("%d: it is %q, want %q: %v", n, rows[0].Sealed, w.want, err)
			}
		}
	}
	if found := h.boxes(private.Subject{Marks: []string{"new"}}); len(found) != 1 {
		t.Error("the mark was not renewed")
	}
	h.erase("ref-1")
	if err := shelves[0].Swap(t.Context(), []private.Swap{{Name: "ref-1", From: []byte("new"), To: []byte("newer")}}); err != nil || len(h.boxes(private.Subject{Refs: []string{"ref-1"}})) != 0 {
		t.Errorf("what was erased is back: %v", err)
	}
}
