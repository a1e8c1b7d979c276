package hub

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/board"
	"hallpulse/hub/internal/store"
)

// The first version comes from the hall's file; the next reaches the agent and the board at once, and what an
// agent does not take is told with its reason.
func TestACatalogueIsPublishedAndReachesItsAgent(t *testing.T) {
	c := start(t, setUp(t))
	p := c.play(t, "one", instance)
	p.appear(t, 0)
	first := p.next(t)
	if cat := first.Catalogue; cat == nil || cat.Hall != "h1" || cat.Version != 1 || cat.Text != goodHall {
		t.Fatalf("told %+v", first)
	}
	ws := c.look(t, "desk")
	until(t, ws, "the hall", func(p picture) bool { return len(p.Halls) == 1 && len(p.Windows) == 1 })

	text := strings.Replace(goodHall, `services: [A], staff: "0017"}]`, `services: [A], staff: "0017"}, {id: 13, floor: 一楼, unit: u, services: [A]}]`, 1)
	text = strings.Replace(text, "{code: A1, name: 补领", "{code: A2, name: 换领", 1)
	if _, err := CataloguePublish(t.Context(), c.Config, "f.yaml", strings.Replace(text, "unit: u, services: [A]}", "unit: v, servces: [A]}", 1), ""); err == nil || !strings.Contains(err.Error(), "f.yaml:6") {
		t.Errorf("a bad file was published: %v", err)
	}
	if _, err := CataloguePublish(t.Context(), c.Config, "f.yaml", strings.Replace(text, "id: h1", "id: h2", 1), ""); err == nil || !strings.Contains(err.Error(), `hall "h2"`) {
		t.Errorf("a hall that nobody knows: %v", err)
	}
	done, err := CataloguePublish(t.Context(), c.Config, "f.yaml", text, "13 号窗口启用")
	if err != nil || done.Version != 2 || done.Hall != "h1" {
		t.Fatalf("%+v, %v", done, err)
	}
	if _, err := CataloguePublish(t.Context(), c.Config, "f.yaml", text, ""); err == nil || !strings.Contains(err.Error(), "nothing to publish") {
		t.Errorf("published twice: %v", err)
	}
	second := p.next(t)
	if second.Version <= first.Version || second.Catalogue == nil || second.Catalogue.Version != 2 || second.Catalogue.Text != text {
		t.Errorf("told %+v", second)
	}
	ws = c.look(t, "desk") // the screen was cut off, and comes back
	until(t, ws, "the new window", func(p picture) bool {
		return slices.ContainsFunc(p.Windows, func(w board.Window) bool { return w.ID == "13" })
	})

	p.tell(t, hall.AgentStarted{Version: "test", Instance: instance, Hall: "h1", Reason: hall.EpochFirst},
		hall.CatalogueApplied{Version: 1, SHA: first.Catalogue.SHA}, hall.CatalogueRefused{Version: 2, SHA: second.Catalogue.SHA, Why: hall.CatalogueWaits, What: "A"})
	p.send(t, 1)
	all, err := CatalogueList(t.Context(), c.Config)
	if err != nil || len(all) != 2 || all[0].Version != 2 || all[0].Why != "13 号窗口启用" || all[0].By != hall.Console().Account || all[1].By != "" {
		t.Fatalf("%+v, %v", all, err)
	}
	if !strings.HasPrefix(all[0].Runs, "version 1; refuses version 2: waits A") {
		t.Errorf("its agent runs %q", all[0].Runs)
	}
	p.tell(t, hall.CatalogueApplied{Version: 2, SHA: second.Catalogue.SHA})
	p.send(t, 4)
	if all, err = CatalogueList(t.Context(), c.Config); err != nil || all[0].Runs != "version 2" {
		t.Errorf("%+v, %v", all, err)
	}

	// What is gone keeps its name: the item of a visit of yesterday.
	known := c.catalogues.now()[0]
	if _, ok := known.Catalogue.Item("A1"); ok {
		t.Error("item A1 is still there")
	}
	if i, ok := known.Former.Item("A1"); !ok || i.Name != "补领" {
		t.Errorf("nobody knows item A1 any more: %+v", known.Former)
	}
	if got, err := CatalogueShow(t.Context(), c.Config, "h1", 1); err != nil || got != goodHall {
		t.Errorf("version 1: %q, %v", got, err)
	}
	c.stop()
	clean(t, c.Config) // every version has its text
	if got, err := CatalogueShow(t.Context(), c.Config, "h1", 0); err != nil || got != text {
		t.Errorf("the newest, without a hub: %q, %v", got, err)
	}
}

// The newest version that knew something names it.
func TestWhatIsLeftOutIsKnownAsItWasLast(t *testing.T) {
	of := func(items ...hall.ServiceItem) version {
		return version{store.PublishedCatalogue{}, &hall.Catalogue{Items: items}}
	}
	gone := former([]version{
		of(hall.ServiceItem{Code: "a", Name: "first"}, hall.ServiceItem{Code: "b", Name: "old"}),
		of(hall.ServiceItem{Code: "a", Name: "second"}),
		of(hall.ServiceItem{Code: "c"}),
	})
	for code, want := range map[string]string{"a": "second", "b": "old"} {
		if i, ok := gone.Item(code); !ok || i.Name != want {
			t.Errorf("%s is %q, want %q", code, i.Name, want)
		}
	}
	if _, ok := gone.Item("c"); ok {
		t.Error("c is not gone")
	}
}

// What the centre publishes of working days reaches the agents at once; what lies long behind is not sent.
func TestAPublishedCalendarReachesItsAgent(t *testing.T) {
	c := start(t, setUp(t))
	p := c.play(t, "one", instance)
	p.appear(t, 0)
	first := p.next(t)
	shipped := first.Calendar.Years
	if len(shipped) < 1 || len(shipped) > 3 {
		t.Fatalf("told of %v", shipped)
	}
	year := shipped[len(shipped)-1].Year + 1
	file := filepath.Join(t.TempDir(), "next.json")
	text := fmt.Sprintf(`{"year": %d, "holidays": [{"day": "%[1]d-01-01", "name": "元旦", "name_en": "New Year's Day"}], "workdays": []}`, year)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := CalendarPublish(t.Context(), c.Config, file); err != nil {
		t.Fatal(err)
	}
	second := p.next(t)
	if last := second.Calendar.Years[len(shipped)]; last.Year != year || second.Version <= first.Version {
		t.Errorf("told of %v by version %d after %d", last, second.Version, first.Version)
	}
}
