package hub

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"hallpulse/configs/strict"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/board"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/private"
	"hallpulse/hub/internal/store"
	"hallpulse/hub/internal/web"
)

// catalogues is the one place that says by which catalogue each hall works: the newest version that was published, of a hall
// without any the file that hub.yaml names. Many goroutines may use it.
type catalogues struct {
	store *store.Store
	files []HallFile

	publishing sync.Mutex // one version after the other

	mu       sync.RWMutex
	halls    []board.Hall         // in the order of hub.yaml; replaced as a whole
	versions map[string][]version // by hall, the oldest first
}

// version is one version of a hall's catalogue.
type version struct {
	store.PublishedCatalogue
	content *hall.Catalogue
}

// openCatalogues reads what was published.
func openCatalogues(ctx context.Context, c Config, s *store.Store) (*catalogues, error) {
	cs := &catalogues{store: s, files: c.Halls}
	return cs, cs.load(ctx)
}

// load reads all versions again.
func (cs *catalogues) load(ctx context.Context) error {
	published, err := cs.store.Catalogues(ctx)
	if err != nil {
		return err
	}
	versions := map[string][]version{}
	for _, p := range published {
		text, err := cs.store.CatalogueText(ctx, p.SHA)
		if err != nil {
			return fmt.Errorf("version %d of hall %s: %w", p.Version, p.About, err)
		}
		content := new(hall.Catalogue)
		// What an older program took stays what it was: a fault that only a newer one knows is no reason to forget it.
		_ = strict.Bytes("", []byte(text), content)
		versions[p.About] = append(versions[p.About], version{p, content})
	}
	var halls []board.Hall
	for _, f := range cs.files {
		h := board.Hall{Agent: f.Agent, Catalogue: f.catalogue, SHA: f.sha}
		if all := versions[f.catalogue.Hall.ID]; len(all) > 0 {
			last := all[len(all)-1]
			h.Catalogue, h.SHA, h.Former = last.content, last.SHA, former(all)
		}
		halls = append(halls, h)
	}
	cs.mu.Lock()
	defer cs.mu.Unlock()
	cs.halls, cs.versions = halls, versions
	return nil
}

// former returns what earlier versions had and the last one has not; of several, as the newest of them had it.
func former(all []version) *hall.Catalogue {
	now := *all[len(all)-1].content
	gone := new(hall.Catalogue)
	gone.Hall = now.Hall
	for _, v := range slices.Backward(all[:len(all)-1]) {
		c := v.content
		add(&now.Units, &gone.Units, c.Units, func(u hall.Unit) string { return u.ID })
		add(&now.Services, &gone.Services, c.Services, func(s hall.Service) string { return s.Letter })
		add(&now.Items, &gone.Items, c.Items, func(i hall.ServiceItem) string { return i.Code })
		add(&now.Windows, &gone.Windows, c.Windows, func(w hall.Window) string { return w.ID })
		add(&now.Staff, &gone.Staff, c.Staff, func(s hall.Staff) string { return s.Badge })
	}
	return gone
}

// add adds those of older that are not in have yet to have and gone.
func add[T any](have, gone *[]T, older []T, key func(T) string) {
	for _, o := range older {
		if !slices.ContainsFunc(*have, func(h T) bool { return key(h) == key(o) }) {
			*have, *gone = append(slices.Clip(*have), o), append(*gone, o)
		}
	}
}

// now returns the halls as they are. The slice must not be changed.
func (cs *catalogues) now() []board.Hall {
	cs.mu.RLock()
	defer cs.mu.RUnlock()
	return cs.halls
}

// siteOf finds what is known of the hall of an agent, of earlier versions too: a visit of yesterday keeps the unit of its
// item. nil where the agent serves no hall of hub.yaml.
func (cs *catalogues) siteOf(agents *roster) func(number uint32) *hall.Catalogue {
	return func(number uint32) *hall.Catalogue {
		name := agents.name(number)
		for _, h := range cs.now() {
			if !h.HasAgent(name) {
				continue
			}
			if h.Former == nil {
				return h.Catalogue
			}
			all := *h.Catalogue
			all.Units = slices.Concat(all.Units, h.Former.Units)
			all.Items = slices.Concat(all.Items, h.Former.Items)
			all.Windows = slices.Concat(all.Windows, h.Former.Windows)
			all.Staff = slices.Concat(all.Staff, h.Former.Staff)
			return &all
		}
		return nil
	}
}

// of returns the versions of a hall, the oldest first.
func (cs *catalogues) of(hallID string) []version {
	cs.mu.RLock()
	defer cs.mu.RUnlock()
	return cs.versions[hallID]
}

// newest returns the version that the agent of a hall is to have, as it travels; nil where none was published.
func (cs *catalogues) newest(ctx context.Context, agent string) (*uplink.CatalogueText, error) {
	for _, h := range cs.now() {
		if !h.HasAgent(agent) {
			continue
		}
		all := cs.of(h.Catalogue.Hall.ID)
		if len(all) == 0 {
			return nil, nil
		}
		last := all[len(all)-1]
		text, err := cs.store.CatalogueText(ctx, last.SHA)
		return &uplink.CatalogueText{Hall: last.About, Version: last.Version, SHA: last.SHA, Text: text}, err
	}
	return nil, nil
}

// numbers names the newest version of each hall: where they change, agents are told anew.
func (cs *catalogues) numbers() map[string]uint64 {
	cs.mu.RLock()
	defer cs.mu.RUnlock()
	n := map[string]uint64{}
	for id, all := range cs.versions {
		n[id] = all[len(all)-1].Version
	}
	return n
}

// establish publishes the file of each hall of which nothing was published yet. A file that was edited since is not read
// any more, and that is said.
func (cs *catalogues) establish(ctx context.Context, decide decider, log *slog.Logger) error {
	for _, f := range cs.files {
		all := cs.of(f.catalogue.Hall.ID)
		switch {
		case len(all) == 0 && len(f.text) > uplink.MaxCatalogue:
			log.Warn("the file of a hall is too long to be sent to its agent: the hall works by its own", "hall", f.catalogue.Hall.ID, "bytes", len(f.text), "most", uplink.MaxCatalogue)
		case len(all) == 0:
			if _, err := cs.publish(ctx, decide, draft{name: f.File, text: f.text}); err != nil {
				return err
			}
			log.Info("the file of a hall is the first version of its catalogue", "hall", f.catalogue.Hall.ID, "file", f.File)
		case !slices.ContainsFunc(all, func(v version) bool { return v.SHA == f.sha }):
			log.Warn("the file of a hall was edited and is not in force: hall-hub catalogue publish "+f.File, "hall", f.catalogue.Hall.ID, "in_force", all[len(all)-1].Version)
		}
	}
	return nil
}

// draft is a text that is to be published.
type draft struct {
	name  string // of its file
	text  string
	seen  *uint64 // the newest version that its author looked at; nil: whatever it is
	by    hall.Person
	why   *hall.Sealed
	boxes []intake.Box
}

// publish makes a text the newest version of its hall's catalogue. When it returns nil it is on disk, and in force here.
func (cs *catalogues) publish(ctx context.Context, decide decider, in draft) (version, error) {
	content, err := parseCatalogue(in.name, in.text)
	if err != nil {
		return version{}, err
	}
	id := content.Hall.ID
	if !slices.ContainsFunc(cs.files, func(f HallFile) bool { return f.catalogue.Hall.ID == id }) {
		return version{}, fmt.Errorf("%s: hall %q is none of hub.yaml: known are %s", in.name, id, strings.Join(cs.ids(), ", "))
	}
	sum := sha256.Sum256([]byte(in.text))
	deed := hall.CataloguePublished{Act: hall.Act{About: id, By: in.by}, Version: 1, SHA: hex.EncodeToString(sum[:]), Why: in.why}
	cs.publishing.Lock()
	defer cs.publishing.Unlock()
	if all := cs.of(id); len(all) > 0 {
		last := all[len(all)-1]
		if in.seen != nil && *in.seen != last.Version {
			return version{}, web.CatalogueTaken{Newest: last.shown()}
		}
		if last.SHA == deed.SHA {
			return version{}, fmt.Errorf("%s: version %d of hall %s: %w", in.name, last.Version, id, web.ErrNothingNew)
		}
		deed.Version = last.Version + 1
	}
	if err := cs.store.KeepCatalogue(ctx, deed.SHA, in.text); err != nil {
		return version{}, err
	}
	if err := decide(ctx, intake.Keys{}, func(intake.Known) ([]hall.Fact, error) { return []hall.Fact{deed}, nil }, in.boxes...); err != nil {
		return version{}, err
	}
	if err := cs.load(ctx); err != nil {
		return version{}, err
	}
	all := cs.of(id)
	return all[len(all)-1], nil
}

func (cs *catalogues) ids() (all []string) {
	for _, f := range cs.files {
		all = append(all, f.catalogue.Hall.ID)
	}
	return all
}

// parseCatalogue reads a text strictly; the error names every fault with its line.
func parseCatalogue(name, text string) (*hall.Catalogue, error) {
	c, d := judgeCatalogue(name, text)
	if err := d.Err(); err != nil {
		return nil, err
	}
	return c, nil
}

// judgeCatalogue reads a text by the rules of an agent's own check: what is wrong with it is in the document.
func judgeCatalogue(name, text string) (*hall.Catalogue, *strict.Document) {
	c := new(hall.Catalogue)
	d := strict.Bytes(name, []byte(text), c)
	if len(d.Faults()) > 0 {
		return c, d
	}
	for _, f := range c.Faults() {
		d.Near(f.At, "%s", f.Say)
	}
	if n := len(text); n > uplink.MaxCatalogue {
		d.At("", "%d bytes are too many to be sent to an agent; at most %d", n, uplink.MaxCatalogue)
	}
	return c, d
}

// Published is a version of a hall's catalogue, for who asks.
type Published struct {
	Hall, Name string
	Version    uint64
	SHA        string
	At         time.Time
	By         string // account; empty: it was found in the hall's file
	Why        string
	InForce    bool   // the newest: what the agent is to work by
	Agent      string // by name
	Runs       string // what its agent works by: "", or what it said last
}

// The acts of catalogues.
const (
	actCataloguePublish = "catalogue/publish"
	actCatalogueList    = "catalogue/list"
	actCatalogueShow    = "catalogue/show"
)

type catalogueFile struct {
	File, Text, Why string
}

type catalogueAsked struct {
	Hall    string
	Version uint64 // 0: the newest
}

// CataloguePublish makes a file the newest version of its hall's catalogue.
func CataloguePublish(ctx context.Context, c Config, file, text, why string) (Published, error) {
	if _, err := parseCatalogue(file, text); err != nil {
		return Published{}, err
	}
	return request[Published](ctx, c, actCataloguePublish, catalogueFile{file, text, why})
}

// CatalogueList lists every version of every hall, the newest of a hall first.
func CatalogueList(ctx context.Context, c Config) ([]Published, error) {
	return request[[]Published](ctx, c, actCatalogueList, nothing{})
}

// CatalogueShow returns the text of a version; 0 is the newest.
func CatalogueShow(ctx context.Context, c Config, hallID string, n uint64) (string, error) {
	return request[string](ctx, c, actCatalogueShow, catalogueAsked{hallID, n})
}

// catalogued returns the catalogues: those of the running hub, else as they are stored.
func (k *keeper) catalogued(ctx context.Context) (*catalogues, error) {
	if k.catalogues != nil {
		return k.catalogues, nil
	}
	return openCatalogues(ctx, k.config, k.store)
}

func (k *keeper) cataloguePublish(ctx context.Context, in catalogueFile) (Published, error) {
	cs, err := k.catalogued(ctx)
	if err != nil {
		return Published{}, err
	}
	var why *hall.Sealed
	var boxes []intake.Box
	if words := strings.TrimSpace(in.Why); words != "" {
		keys, err := readKeys(k.config.Data)
		if err != nil {
			return Published{}, err
		}
		sealed, box, err := texts{k.store, keys.vault}.Seal(private.Text{Words: words})
		if err != nil {
			return Published{}, err
		}
		why, boxes = &sealed, []intake.Box{box}
	}
	v, err := cs.publish(ctx, k.decide, draft{name: in.File, text: in.Text, by: hall.Console(), why: why, boxes: boxes})
	if err != nil {
		return Published{}, err
	}
	if k.published != nil {
		k.published(v.About)
	}
	return Published{Hall: v.About, Name: v.content.Hall.Name, Version: v.Version, SHA: v.SHA, At: v.At, By: v.By.Account, Why: in.Why, InForce: true}, nil
}

func (k *keeper) catalogueList(ctx context.Context, _ nothing) ([]Published, error) {
	cs, err := k.catalogued(ctx)
	if err != nil {
		return nil, err
	}
	runs, err := k.runs(ctx)
	if err != nil {
		return nil, err
	}
	keys, err := readKeys(k.config.Data)
	if err != nil {
		return nil, err
	}
	list := []Published{}
	for _, h := range cs.now() {
		all := cs.of(h.Catalogue.Hall.ID)
		for n, v := range slices.Backward(all) {
			p := Published{Hall: v.About, Name: v.content.Hall.Name, Version: v.Version, SHA: v.SHA, At: v.At, By: v.By.Account, InForce: n == len(all)-1, Agent: strings.Join(h.Agents(), ", ")}
			if p.InForce {
				p.Runs = allRun(runs, h.Agents())
			}
			if v.Why != nil {
				text, ok, err := texts{k.store, keys.vault}.Text(ctx, v.Why.Ref)
				if err != nil {
					return nil, err
				}
				if ok {
					p.Why = text.Words
				}
			}
			list = append(list, p)
		}
	}
	return list, nil
}

// allRun says by which version the agents of a hall work, each by its name where they are several.
func allRun(runs map[string]string, agents []string) string {
	if len(agents) == 1 {
		return runs[agents[0]]
	}
	var all []string
	for _, name := range agents {
		if r := runs[name]; r != "" {
			all = append(all, name+": "+r)
		}
	}
	return strings.Join(all, "; ")
}

// runs says by which version each agent works, and why not by a newer one.
func (k *keeper) runs(ctx context.Context) (map[string]string, error) {
	all, err := catalogueRuns(ctx, k.store)
	runs := map[string]string{}
	for name, r := range all {
		say := "its own file"
		if r.Version > 0 {
			say = fmt.Sprintf("version %d", r.Version)
		}
		if f := r.Refused; f.Version > 0 {
			say += strings.TrimRight(fmt.Sprintf("; refuses version %d: %s %s", f.Version, f.Why, f.What), " ")
			if f.Why.Passes() {
				say += " (taken by itself when nobody needs it)"
			}
		}
		runs[name] = say
	}
	return runs, err
}

func (k *keeper) catalogueShow(ctx context.Context, in catalogueAsked) (string, error) {
	cs, err := k.catalogued(ctx)
	if err != nil {
		return "", err
	}
	all := cs.of(in.Hall)
	if len(all) == 0 {
		return "", fmt.Errorf("of hall %q no catalogue was published: known are %s", in.Hall, strings.Join(cs.ids(), ", "))
	}
	v := all[len(all)-1]
	if in.Version > 0 {
		i := slices.IndexFunc(all, func(v version) bool { return v.Version == in.Version })
		if i < 0 {
			return "", fmt.Errorf("hall %s has no version %d: the newest is %d", in.Hall, in.Version, v.Version)
		}
		v = all[i]
	}
	text, err := k.store.CatalogueText(ctx, v.SHA)
	if errors.Is(err, store.ErrUnknown) {
		return "", fmt.Errorf("the text of version %d is lost: put a copy of the database back", v.Version)
	}
	return text, err
}
