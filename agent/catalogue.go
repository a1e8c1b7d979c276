package agent

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"hallpulse/agent/internal/counter"
	"hallpulse/agent/internal/outbox"
	"hallpulse/configs/strict"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// The catalogue that the hall works by. The first is that of the file which agent.yaml names; the hub sends the others.
// One that cannot be put in force is refused as a whole. One that is refused because of people is kept and tried again at
// every tick: at the latest it is taken when the last of them has gone home and the clerks concerned have signed off.

// inForce is a version of the hall's catalogue as it is kept.
type inForce struct {
	uplink.CatalogueText           // Version 0 and no Text: of the agent's own file
	Since                time.Time `json:"since"` // in force since then
	File                 string    `json:"file"`  // SHA-256 of the agent's own file at that time

	content *hall.Catalogue // whole
	part    *hall.Catalogue // what of it is this agent's
}

// offered is a version that is not in force, and why.
type offered struct {
	uplink.CatalogueText
	Why  hall.CatalogueWhy `json:"why"`
	What string            `json:"what,omitempty"`
	At   time.Time         `json:"at"` // since when it is refused for that

	content *hall.Catalogue // nil where it could not be read
}

// Under these keys of bucketAgent.
const (
	keyCatalogue    = "catalogue"        // in force; none: the agent's own file is
	keyCatalogueWas = "catalogue-before" // in force before it
	keyOffered      = "catalogue-offered"
)

// hallNow returns this agent's part of the catalogue that the hall works by now. It must not be changed.
func (p *program) hallNow() *hall.Catalogue { return p.view().catalogue.part }

// wholeNow returns that catalogue with the parts of the hall's other agents. It must not be changed.
func (p *program) wholeNow() *hall.Catalogue { return p.view().catalogue.content }

// errNotNamed: the agent would have nothing of its hall.
func errNotNamed(c *hall.Catalogue, name string) error {
	var all []string
	for _, a := range c.Fellows() {
		all = append(all, a.Name)
	}
	if name == "" {
		return fmt.Errorf("hall %s is shared by the agents %s: enrol this one as one of them, or name a hall file without agents", c.Hall.ID, strings.Join(all, ", "))
	}
	return fmt.Errorf("hall %s is shared by the agents %s, and this one is enrolled as %s: give it its letters at agents, or enrol it under one of those names", c.Hall.ID, strings.Join(all, ", "), name)
}

// hasPart reports whether something of the hall is an agent's.
func hasPart(c *hall.Catalogue, name string) bool {
	_, named := c.Fellow(name)
	return named || len(c.Fellows()) == 0
}

// loadCatalogue reads which catalogue is in force. What the hub sent goes before the file, for as long as both are of one
// hall: a machine that was moved to another begins with that one's file.
func (p *program) loadCatalogue(own map[string][]byte) error {
	p.catalogue = &inForce{CatalogueText: uplink.CatalogueText{Hall: p.cfg.catalogue.Hall.ID, SHA: p.cfg.catalogueSHA}, File: p.cfg.catalogueSHA, content: &p.cfg.catalogue}
	stored, err := readStored[inForce](own, keyCatalogue)
	if err != nil {
		return err
	}
	defer func() { p.catalogue.part = p.catalogue.content.Part(p.id.Name) }()
	if !hasPart(p.catalogue.content, p.id.Name) && (stored == nil || stored.Hall != p.catalogue.Hall) {
		return errNotNamed(p.catalogue.content, p.id.Name)
	}
	if stored != nil && stored.Hall != p.cfg.catalogue.Hall.ID {
		p.log.Warn("the hub's catalogue is of another hall than the agent's file, which is in force", "hall", stored.Hall, "file", p.cfg.catalogue.Hall.ID)
		return nil
	}
	if stored != nil {
		if stored.content, err = readCatalogue(stored.CatalogueText); err != nil {
			return fmt.Errorf("read the store: %s: %w", keyCatalogue, err)
		}
		p.catalogue = stored
		if p.handEdited(stored) {
			p.log.Warn("the agent's own hall file was edited and is not in force: publish it at the hub, which sends it to all", "file", p.cfg.Hall, "in_force", stored.Version)
		}
	}
	if p.before, err = readStored[inForce](own, keyCatalogueWas); err != nil {
		return err
	}
	if p.before != nil {
		p.before.content, _ = readCatalogue(p.before.CatalogueText) // nothing but names is looked up in it
	}
	if p.offered, err = readStored[offered](own, keyOffered); err != nil || p.offered == nil {
		return err
	}
	p.offered.content, _ = readCatalogue(p.offered.CatalogueText) // it is refused for that already
	return nil
}

func readStored[T any](own map[string][]byte, key string) (*T, error) {
	stored, ok := own[key]
	if !ok {
		return nil, nil
	}
	v := new(T)
	if err := json.Unmarshal(stored, v); err != nil {
		return nil, fmt.Errorf("read the store: %s: %w", key, err)
	}
	return v, nil
}

// checkPads says which devices hang at windows that the catalogue in force does not have.
func (p *program) checkPads() error {
	var faults []error
	for _, v := range p.cfg.Devices {
		if _, ok := p.catalogue.part.Window(v.Window); v.Window != "" && !ok {
			faults = append(faults, fmt.Errorf("devices: %s: %q is no window of this agent, by version %d of its catalogue", v.Name, v.Window, p.catalogue.Version))
		}
	}
	return errors.Join(faults...)
}

// handEdited reports whether the agent's own file says something that nobody has sent.
func (p *program) handEdited(c *inForce) bool {
	return c.Version > 0 && p.cfg.catalogueSHA != c.File && p.cfg.catalogueSHA != c.SHA
}

// readCatalogue reads a text strictly, and finds all that contradicts itself.
func readCatalogue(t uplink.CatalogueText) (*hall.Catalogue, error) {
	c := new(hall.Catalogue)
	if err := strict.Bytes("catalogue", []byte(t.Text), c).Err(); err != nil {
		return nil, err
	}
	return c, c.Validate()
}

// maxFault bounds what is told of a fault.
const maxFault = 200

// judge reads a version and finds what is wrong with it whoever is in the hall; why is empty where nothing is.
func (p *program) judge(t uplink.CatalogueText) (o offered) {
	o.CatalogueText = t
	sum := sha256.Sum256([]byte(t.Text))
	if hex.EncodeToString(sum[:]) != t.SHA || len(t.Text) > uplink.MaxCatalogue {
		o.Why, o.Text = hall.CatalogueDamaged, ""
		return o
	}
	content, err := readCatalogue(t)
	switch id := p.cfg.catalogue.Hall.ID; {
	case err != nil:
		first, _, _ := strings.Cut(err.Error(), "\n")
		for len(first) > maxFault || !utf8.ValidString(first) {
			first = first[:min(len(first)-1, maxFault)]
		}
		o.Why, o.What = hall.CatalogueMalformed, first
		return o
	case content.Hall.ID != id || t.Hall != id:
		o.Why, o.What = hall.CatalogueOtherHall, content.Hall.ID
		return o
	case !hasPart(content, p.id.Name):
		o.Why, o.What = hall.CatalogueNotNamed, p.id.Name
		return o
	}
	o.content = content
	for _, v := range p.cfg.Devices {
		if _, ok := content.Part(p.id.Name).Window(v.Window); v.Window != "" && !ok {
			o.Why, o.What = hall.CataloguePadWindow, v.Window
			return o
		}
	}
	return o
}

// offer adds to a decision what becomes of a version that the hub has sent: it is put in force, or kept with the reason why
// not. Which is newer says the configuration it came with: a hub whose database was put back counts versions anew. It is
// called inside a decision.
func (p *program) offer(c *change, s *counter.State, m hall.Moment, t uplink.CatalogueText) {
	if t.Version == p.catalogue.Version && t.SHA == p.catalogue.SHA {
		if p.offered != nil { // the hub has gone back to what is in force
			c.offered = new(offered)
			c.puts = append(c.puts, outbox.Put{Bucket: bucketAgent, Key: []byte(keyOffered)})
		}
		return
	}
	o := p.judge(t)
	if o.Why != "" {
		p.refuse(c, m, o)
		return
	}
	p.putInForce(c, s, m, o)
}

// putInForce arranges the hall by a version, unless somebody needs what it leaves out.
func (p *program) putInForce(c *change, s *counter.State, m hall.Moment, o offered) {
	d, err := s.Arrange(m, *o.content)
	if in, is := errors.AsType[counter.InUse](err); is {
		o.Why, o.What = in.Why, in.What
		p.refuse(c, m, o)
		return
	}
	next := &inForce{CatalogueText: o.CatalogueText, Since: m.At, File: p.cfg.catalogueSHA, content: o.content, part: o.content.Part(p.id.Name)}
	c.Next, c.Changed = d.Next, append(c.Changed, d.Changed...)
	c.Facts = append(append(c.Facts, d.Facts...), hall.CatalogueApplied{Version: o.Version, SHA: o.SHA})
	c.catalogue, c.before, c.offered = next, p.catalogue, new(offered)
	c.cases = cmp.Or(c.cases, p.cases).Arrange(*o.content)
	c.windows = withWindows(p.windows, next.part)
	c.puts = append(c.puts, putJSON(bucketAgent, keyCatalogue, next), putJSON(bucketAgent, keyCatalogueWas, p.catalogue),
		outbox.Put{Bucket: bucketAgent, Key: []byte(keyOffered)}, putJSON(bucketAgent, keyWindows, c.windows))
}

// refuse keeps a version with the reason why it is not in force, and tells it, unless that was told.
func (p *program) refuse(c *change, m hall.Moment, o offered) {
	if was := p.offered; was != nil && was.Version == o.Version && was.SHA == o.SHA && was.Why == o.Why && was.What == o.What {
		return
	}
	o.At = m.At
	c.offered = &o
	c.puts = append(c.puts, putJSON(bucketAgent, keyOffered, o))
	c.Facts = append(c.Facts, hall.CatalogueRefused{Version: o.Version, SHA: o.SHA, Why: o.Why, What: o.What})
}

// retryCatalogue puts a version in force that was refused because of people who have gone home. It is called inside a
// decision.
func (p *program) retryCatalogue(c *change, m hall.Moment) {
	if o := p.offered; o != nil && o.Why.Passes() && o.content != nil {
		p.putInForce(c, c.Next, m, *o)
	}
}

// withWindows adds the windows of a catalogue to all that the hub was ever shown.
func withWindows(was []string, c *hall.Catalogue) []string {
	next := was[:len(was):len(was)]
	for _, w := range c.Windows {
		if !slices.Contains(next, w.ID) {
			next = append(next, w.ID)
		}
	}
	return next
}

// itemOf finds an item by code, one that the catalogue in force leaves out too: cases outlive versions.
func (p *program) itemOf(code string) hall.ServiceItem {
	v := p.view()
	if i, ok := v.catalogue.content.Item(code); ok {
		return i
	}
	if v.before != nil && v.before.content != nil {
		if i, ok := v.before.content.Item(code); ok {
			return i
		}
	}
	return hall.ServiceItem{Code: code, Name: code}
}

// logCatalogue says what became of the version that the hub has sent.
func (p *program) logCatalogue(c change) {
	switch {
	case c.catalogue != nil:
		p.log.Info("a catalogue is in force", "version", c.catalogue.Version, "sha", c.catalogue.SHA)
	case c.offered != nil && c.offered.Version == 0: // none is any more
	case c.offered != nil && c.offered.Why.Passes():
		p.log.Warn("a catalogue waits until nobody needs what it leaves out", "version", c.offered.Version, "why", c.offered.Why, "what", c.offered.What)
	case c.offered != nil:
		p.log.Error("a catalogue is refused; nothing has changed", "version", c.offered.Version, "why", c.offered.Why, "what", c.offered.What)
	}
}

// CatalogueNow is what `hall-agent catalogue` says.
type CatalogueNow struct {
	Hall, SHA  string
	Version    uint64 // 0: of the agent's own file
	Since      time.Time
	File       string // the agent's own
	HandEdited bool   // it was edited since the hub sent a catalogue, and is not in force
	Before     uint64
	Refused    *CatalogueRefusal
}

// CatalogueRefusal is a newer version that is not in force.
type CatalogueRefusal struct {
	Version uint64
	Why     hall.CatalogueWhy
	What    string
	At      time.Time
	Passes  bool // it is tried again by itself
}

// Catalogue asks the running agent which catalogue its hall works by.
func Catalogue(ctx context.Context, c Config) (CatalogueNow, error) {
	var now CatalogueNow
	err := ask(ctx, c.socket(), askCatalogue, nil, &now)
	if errors.Is(err, errNobody) {
		return now, errors.New("no agent runs here: start it, it says in its log which catalogue it works by")
	}
	return now, err
}

func (p *program) catalogueNow(any) (CatalogueNow, error) {
	v := p.view()
	c := v.catalogue
	now := CatalogueNow{Hall: c.Hall, SHA: c.SHA, Version: c.Version, Since: c.Since, File: p.cfg.Hall, HandEdited: p.handEdited(c)}
	if v.before != nil {
		now.Before = v.before.Version
	}
	if o := v.offered; o != nil {
		now.Refused = &CatalogueRefusal{o.Version, o.Why, o.What, o.At, o.Why.Passes()}
	}
	return now, nil
}
