package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/private"
)

// drawer is the court's boxes of private text: in its store, sealed by its vault.
type drawer struct{ c *court }

func (d drawer) subject(of Whose) private.Subject {
	s := private.Subject{Visit: of.Visit, About: of.Concern, Refs: of.Refs}
	if of.Phone != "" {
		s.Marks = d.c.vault.Marks(private.MarkPhone, private.Number(of.Phone))
	}
	return s
}

func (d drawer) Kept(ctx context.Context, of Whose) ([]private.Filed, error) {
	return d.c.store.Boxes().Find(ctx, d.subject(of))
}

func (d drawer) Export(ctx context.Context, of Whose, by hall.Person) (copies []private.Copy, err error) {
	found, err := d.Kept(ctx, of)
	for _, f := range found {
		copies = append(copies, d.c.vault.CopyOf(f))
	}
	if err == nil {
		err = d.do(ctx, hall.PrivateExported{Act: hall.Act{By: by}, Subject: hall.SubjectVisit, Boxes: len(found)})
	}
	return copies, err
}

func (d drawer) Erase(ctx context.Context, about string, by hall.Person, refs ...string) error {
	return d.do(ctx, private.Erasures(about, by, hall.EraseRequest, refs...)...)
}

func (d drawer) do(ctx context.Context, facts ...hall.Fact) error {
	return d.c.intake.Decide(ctx, intake.Keys{}, func(intake.Known) ([]hall.Fact, error) { return facts, nil })
}

// Text and Bytes open boxes; Seal is not asked for here.
func (d drawer) Text(ctx context.Context, ref string) (private.Text, bool, error) {
	found, err := d.Kept(ctx, Whose{Refs: []string{ref}})
	if err != nil || len(found) == 0 {
		return private.Text{}, false, err
	}
	text, err := d.c.vault.Open(found[0].Box)
	return text, err == nil, err
}

func (drawer) Bytes(context.Context, string) ([]byte, bool, error) { return nil, false, nil }
func (drawer) Seal(private.Text) (hall.Sealed, intake.Box, error) {
	return hall.Sealed{}, intake.Box{}, errBroken
}
func (drawer) SealBytes([]byte) (hall.Sealed, intake.Box, error) {
	return hall.Sealed{}, intake.Box{}, errBroken
}

// archive is a court with drawers, and counters of the city and of a township below it.
func archive(t *testing.T) (c *court, city, town *counterTold) {
	d := drawer{}
	c = newCourt(t, func(o *OfficeConfig) { o.Matters.Personal, o.Matters.Texts = &d, &d })
	d.c = c
	begin := courtNow().Add(-time.Hour)
	return c, c.counter("city-1", "city", begin), c.counter("town-1", "town", begin)
}

// file seals a text and records it with the fact that names it.
func (c *court) file(ref string, text private.Text, f func(hall.Sealed) hall.Fact) {
	c.t.Helper()
	filed, sha, err := c.vault.File(ref, text, private.Label{})
	if err != nil {
		c.t.Fatal(err)
	}
	fact := f(hall.Sealed{Ref: ref, SHA: sha})
	box := intake.Box{Ref: ref, Salt: filed.Salt, Sealed: filed.Sealed, Label: filed.Label}
	if _, ok := fact.(hall.Deed); ok {
		err = c.intake.Decide(c.t.Context(), intake.Keys{}, func(intake.Known) ([]hall.Fact, error) { return []hall.Fact{fact}, nil }, box)
	} else {
		err = c.intake.Record(c.t.Context(), []hall.Fact{fact}, box)
	}
	if err != nil {
		c.t.Fatal(err)
	}
}

// chen rates a visit by phone, gives her name and agrees to be called; a call-back is recorded.
func (c *court) chen(a *counterTold) (visit hall.ID) {
	c.t.Helper()
	ticket, visit := a.served("id-card")
	c.file("rated-"+visit.String(), private.Text{Words: "照片回执交了两回", Name: "陈国芳", Phone: "13812342046"}, func(s hall.Sealed) hall.Fact {
		return hall.RatingGiven{Ticket: ticket, Visit: visit, Window: "12", Level: hall.Bad, Channel: hall.ChannelQR, Answer: "form-" + visit.String(), Named: true, Callback: true, Ref: s.Ref, RefSHA: s.SHA}
	})
	c.file("called-"+visit.String(), private.Text{Words: "本人说带了回执"}, func(s hall.Sealed) hall.Fact {
		return hall.RepairCalled{Act: hall.Act{About: visit.String(), By: hall.Person{Account: "lin", Role: "caller", Unit: "police"}}, Reached: true, Said: s}
	})
	return visit
}

type keptSeen struct {
	Kept []struct {
		ID, Kind, Day string
		About         struct{ Kind, ID, Label string }
		Phone         bool
	}
	Open []struct {
		About struct{ Kind, Label string }
		State string
		Call  bool
	}
	Waiting int
	Erased  int
	Copies  []private.Copy
	Error   struct{ Code, Field, Message string }
}

// asks sends an act about personal data and reads the answer.
func (c *court) asks(d *desks, path string, body map[string]any) (seen keptSeen, status int, said string) {
	c.t.Helper()
	r := d.post("/api/private/"+path, body)
	if err := json.Unmarshal([]byte(text(r)), &seen); err != nil {
		c.t.Fatalf("%s: %d %v\n%s", path, r.StatusCode, err, text(r))
	}
	if untold := untold(text(r)); untold != "" {
		c.t.Errorf("%s: %q has no words", path, untold)
	}
	return seen, r.StatusCode, text(r)
}

// domain §11; issue 3 part 5: a person is given what is kept of him, and it is erased on his wish, consequences said before.
func TestAPersonAsksForHisData(t *testing.T) {
	c, city, _ := archive(t)
	visit := c.chen(city)
	other := c.chen(city)
	rep, ok, err := c.store.Repair(t.Context(), visit.String())
	if err != nil || !ok {
		t.Fatal("no repair", err)
	}
	centre := c.as(access.Centre)

	for name, whose := range map[string]map[string]any{"a visit": {"visit": visit.String()}, "a number": {"number": rep.Number}, "small letters": {"number": strings.ToLower(rep.Number)}} {
		seen, status, said := c.asks(centre, "kept", whose)
		if status != http.StatusOK || len(seen.Kept) != 2 || seen.Kept[0].About.Label != rep.Number || len(seen.Open) != 1 || seen.Open[0].State != "open" {
			t.Fatalf("%s: %d %s", name, status, said)
		}
		for _, secret := range []string{"陈国芳", "13812342046", "照片回执"} {
			if strings.Contains(said, secret) {
				t.Errorf("%s: what is kept was opened: %s", name, said)
			}
		}
	}
	if seen, _, said := c.asks(centre, "kept", map[string]any{"phone": "+86 138-1234-2046"}); len(seen.Kept) != 2 || !seen.Kept[0].Phone {
		t.Errorf("by phone: %s", said)
	}

	seen, status, said := c.asks(centre, "export", map[string]any{"number": rep.Number})
	if status != http.StatusOK || len(seen.Copies) != 2 || !strings.Contains(said, "陈国芳") || !strings.Contains(said, "本人说带了回执") {
		t.Errorf("given: %d %s", status, said)
	}

	refs := []string{"rated-" + visit.String(), "rated-" + other.String()} // the second is another visit's
	whole := map[string]any{"visit": visit.String(), "refs": refs, "ground": "request", "dry": true}
	would, status, said := c.asks(centre, "erase", whole)
	if status != http.StatusOK || len(would.Kept) != 1 || would.Kept[0].ID != refs[0] || len(would.Open) != 1 || !would.Open[0].Call && rep.CalledBack() {
		t.Errorf("would be erased: %d %s", status, said)
	}
	if seen, _, _ := c.asks(centre, "kept", map[string]any{"visit": visit.String()}); len(seen.Kept) != 2 {
		t.Error("what was only asked about is gone")
	}
	if seen, status, said := c.asks(centre, "erase", map[string]any{"visit": visit.String(), "ground": "request"}); status != http.StatusOK || seen.Erased != 2 {
		t.Errorf("erased: %d %s", status, said)
	}
	if seen, status, said := c.asks(centre, "erase", map[string]any{"visit": visit.String(), "ground": "request"}); status != http.StatusUnprocessableEntity || seen.Error.Code != "none" {
		t.Errorf("again: %d %s", status, said)
	}
	if seen, _, said := c.asks(centre, "export", map[string]any{"phone": "13812342046"}); len(seen.Copies) != 1 {
		t.Errorf("what is left of the phone: %s", said)
	}
	deeds, _, err := c.store.Deeds(t.Context(), intake.DeedsAsked{Page: intake.Page{Limit: 10}, Types: []string{"private."}})
	var did []string
	for _, d := range deeds {
		did = append(did, string(d.Type)+" "+d.By.Account+" "+d.About)
	}
	want := []string{"private.exported one-centre ", "private.erased one-centre " + visit.String(), "private.exported one-centre "}
	if err != nil || !slices.Equal(did, want) {
		t.Errorf("recorded %q, want %q: %v", did, want, err)
	}
	if r, err := c.store.Check(t.Context()); err != nil || !r.OK() {
		t.Errorf("%v\n%s", err, r)
	}
}

// Role by role, and by where it lies: who is bound to a township reaches neither the city nor a phone, which lies nowhere.
func TestWhoAsksForPersonalData(t *testing.T) {
	c, city, town := archive(t)
	in, out := c.chen(town), c.chen(city)
	dry := func(body map[string]any) map[string]any {
		all := map[string]any{"ground": "request", "dry": true}
		for k, v := range body {
			all[k] = v
		}
		return all
	}
	ask := func(d *desks, what map[string]any) map[string]int {
		statuses := map[string]int{}
		for _, path := range []string{"kept", "export"} {
			if _, refs := what["refs"]; !refs {
				_, statuses[path], _ = c.asks(d, path, what)
			}
		}
		_, statuses["erase"], _ = c.asks(d, "erase", dry(what))
		return statuses
	}
	for _, role := range access.Roles() {
		want := http.StatusForbidden
		if role == access.Centre {
			want = http.StatusOK
		}
		for path, status := range ask(c.as(role), map[string]any{"visit": out.String()}) {
			if status != want {
				t.Errorf("%s at %s: %d, want %d", role, path, status, want)
			}
		}
	}
	bound := c.as(access.Centre, "town")
	for name, what := range map[string]map[string]any{
		"a visit elsewhere":   {"visit": out.String()},
		"a phone":             {"phone": "13812342046"},
		"boxes elsewhere":     {"refs": []string{"rated-" + out.String()}},
		"boxes of both":       {"refs": []string{"rated-" + in.String(), "called-" + out.String()}},
		"what nobody told of": {"visit": hall.ID{Agent: 9, Tag: 9, Serial: 9}.String()},
	} {
		for path, status := range ask(bound, what) {
			if status != http.StatusForbidden {
				t.Errorf("bound to a township, %s at %s: %d", name, path, status)
			}
		}
	}
	for name, what := range map[string]map[string]any{"a visit there": {"visit": in.String()}, "boxes there": {"refs": []string{"rated-" + in.String()}}} {
		for path, status := range ask(bound, what) {
			if status != http.StatusOK {
				t.Errorf("bound to a township, %s at %s: %d", name, path, status)
			}
		}
	}
}

func TestWhoseDataIsMeantIsSaidOnce(t *testing.T) {
	c, city, _ := archive(t)
	visit := c.chen(city).String()
	centre := c.as(access.Centre)
	for name, x := range map[string]struct {
		body        map[string]any
		code, field string
	}{
		"nobody":               {map[string]any{}, "whose", "number"},
		"a visit and a phone":  {map[string]any{"visit": visit, "phone": "13812342046"}, "whose", "number"},
		"a visit and a number": {map[string]any{"visit": visit, "number": "R-1"}, "whose", "number"},
		"no number":            {map[string]any{"number": "R-99999"}, "whose", "number"},
		"no phone":             {map[string]any{"phone": "王女士"}, "whose", "phone"},
	} {
		for _, path := range []string{"kept", "export"} {
			if seen, status, said := c.asks(centre, path, x.body); status != http.StatusUnprocessableEntity || seen.Error.Code != x.code || seen.Error.Field != x.field || seen.Error.Message == "" {
				t.Errorf("%s at %s: %d %s", name, path, status, said)
			}
		}
	}
	for _, ground := range []string{"", "retention", "because"} {
		if seen, status, said := c.asks(centre, "erase", map[string]any{"visit": visit, "ground": ground}); status != http.StatusUnprocessableEntity || seen.Error.Field != "ground" {
			t.Errorf("on the ground %q: %d %s", ground, status, said)
		}
	}
	if seen, _, _ := c.asks(centre, "kept", map[string]any{"visit": visit}); len(seen.Kept) != 2 {
		t.Error("something was erased")
	}
}

// What a concern keeps of who asked is found by its number.
func TestTheDataOfAConcern(t *testing.T) {
	c, _, _ := archive(t)
	received := hall.ConcernReceived{Act: hall.Act{About: "c-1", By: hall.Person{Account: "op", Role: "operator"}}, Kind: hall.ConcernComplaint, Source: hall.ConcernPhone, Since: courtNow(), Hall: "city"}
	c.file("said", private.Text{Words: "空调太冷"}, func(s hall.Sealed) hall.Fact { received.Text = s; return received })
	found, ok, err := c.store.Concern(t.Context(), "c-1")
	if err != nil || !ok {
		t.Fatal(err)
	}
	seen, status, said := c.asks(c.as(access.Centre), "kept", map[string]any{"number": found.Number})
	if status != http.StatusOK || len(seen.Kept) != 1 || seen.Kept[0].Kind != "concern" || seen.Kept[0].About.Label != found.Number || len(seen.Open) != 1 || seen.Open[0].About.Kind != "concern" {
		t.Errorf("%d %s", status, said)
	}
	if _, status, said := c.asks(c.as(access.Centre, "town"), "kept", map[string]any{"number": found.Number}); status != http.StatusForbidden {
		t.Errorf("elsewhere: %d %s", status, said)
	}
}

// Every look is in the list of looks: who, at what, what for.
func TestWhoLooked(t *testing.T) {
	c, city, _ := archive(t)
	visit := c.chen(city)
	rep, _, err := c.store.Repair(t.Context(), visit.String())
	if err != nil {
		t.Fatal(err)
	}
	lin := hall.Person{Account: "lin", Role: "caller", Unit: "police"}
	c.decide(func(intake.Known) ([]hall.Fact, error) {
		return []hall.Fact{hall.PrivateRevealed{Act: hall.Act{About: visit.String(), By: lin}, Ref: "rated-" + visit.String(), What: []hall.PrivatePart{hall.PartName, hall.PartPhone}, Why: hall.RevealCallBack}}, nil
	})
	centre := c.as(access.Centre)
	c.asks(centre, "export", map[string]any{"visit": visit.String()})
	c.asks(centre, "erase", map[string]any{"visit": visit.String(), "ground": "request"})
	type look struct {
		Type, Why, Ground string
		By                struct{ Account string }
		About             struct{ Label string }
		What              []string
		Boxes             int
	}
	type page struct {
		Rows []look
		Next string
	}
	shown := func(p page) (all []string) {
		for _, l := range p.Rows {
			all = append(all, fmt.Sprint(l.Type, " ", l.By.Account, " ", l.About.Label, " ", l.What, l.Why, l.Ground, l.Boxes))
		}
		return all
	}
	erased, exported := "private.erased one-centre "+rep.Number+" []request2", "private.exported one-centre  []2"
	revealed := "private.revealed lin " + rep.Number + " [name phone]call-back0"
	for query, want := range map[string][]string{
		"":                         {erased, exported, revealed},
		"?did=revealed":            {revealed},
		"?about=" + rep.Number:     {erased, revealed},
		"?about=" + visit.String(): {erased, revealed},
		"?who=lin":                 {revealed},
		"?did=exported":            {exported},
		"?to=2020-01-01":           nil,
		"?limit=1":                 {erased},
	} {
		if got := shown(wants[page](t, c.as(access.Auditor), "/api/private/looks"+query)); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", query, got, want)
		}
	}
	first := wants[page](t, centre, "/api/private/looks?limit=2")
	if rest := wants[page](t, centre, "/api/private/looks?limit=2&after="+first.Next); first.Next == "" || !slices.Equal(shown(rest), []string{revealed}) {
		t.Errorf("the second page: %q", shown(rest))
	}
	for _, role := range access.Roles() {
		want := http.StatusForbidden
		if role == access.Centre || role == access.Supervisor || role == access.Auditor {
			want = http.StatusOK
		}
		if r := c.as(role).get("/api/private/looks"); r.StatusCode != want {
			t.Errorf("%s: %d, want %d", role, r.StatusCode, want)
		}
	}
}
