package hub

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/board"
	"hallpulse/hub/internal/store"
)

const offerFile = "agents.json"

// offered is what agents were told last. More is the SHA-256 of what each is told alone: the catalogue and the
// PINs of its hall, help of clerks, its certificate.
type offered struct {
	uplink.Config
	More string `json:"more,omitempty"`
}

// offer returns the configuration that agents are to have. Its version grows when its content does: from hub.yaml, the
// keys and the store to the file beside them that remembers what was told last. Should the file be lost, the time keeps
// the version growing.
func offer(data string, want offered, now time.Time) (offered, error) {
	file := filepath.Join(data, offerFile)
	var told offered
	content, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return told, err
	default:
		if err := json.Unmarshal(content, &told); err != nil {
			return told, fmt.Errorf("%s is damaged (%w): remove it, and agents are told anew", file, err)
		}
	}
	want.V, want.Version = uplink.Version, told.Version
	if reflect.DeepEqual(want, told) {
		return told, nil
	}
	want.Version = max(told.Version+1, uint64(now.Unix()))
	if content, err = json.Marshal(want); err != nil {
		return told, err
	}
	return want, replaceSynced(file, content)
}

// offers is what each agent is to be told. Many goroutines may use it.
type offers struct {
	config     Config
	keys       *keyring
	store      *store.Store
	catalogues *catalogues
	roster     *roster
	now        func() time.Time

	mu    sync.Mutex
	told  offered
	staff map[string][]uplink.Verifier // by hall
	help  map[string][]uplink.Help
	certs map[uint32][]byte
	days  *hall.Calendar
}

// refresh reads what agents are to be told, and reports whether it is news.
func (o *offers) refresh(ctx context.Context) (news bool, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	pins, err := o.store.PINs(ctx)
	if err != nil {
		return false, err
	}
	staff, more := map[string][]uplink.Verifier{}, sha256.New()
	for _, p := range pins {
		hash, err := o.keys.vault.OpenKey(pinPurpose(p.Hall, p.Badge), p.Sealed)
		if err != nil {
			return false, fmt.Errorf("PIN of %s: %w", p.Badge, err)
		}
		staff[p.Hall] = append(staff[p.Hall], uplink.Verifier{Badge: p.Badge, Argon2: string(hash)})
		fmt.Fprintf(more, "%s %s %s\n", p.Hall, p.Badge, hash)
	}
	helps, err := o.store.Helps(ctx)
	if err != nil {
		return false, err
	}
	help := map[string][]uplink.Help{}
	for _, h := range helps {
		help[h.Hall] = append(help[h.Hall], h.Help)
		fmt.Fprintf(more, "%s %s\n", h.Hall, h.ID)
	}
	certs, err := o.store.Certificates(ctx)
	if err != nil {
		return false, err
	}
	for _, number := range slices.Sorted(maps.Keys(certs)) {
		fmt.Fprintf(more, "%d %x\n", number, certs[number])
	}
	law, err := o.store.Law(ctx)
	if err != nil {
		return false, err
	}
	days, err := json.Marshal(law.Calendar)
	if err != nil {
		return false, err
	}
	fmt.Fprintf(more, "%s\n", days)
	newest := o.catalogues.numbers()
	for _, id := range slices.Sorted(maps.Keys(newest)) {
		fmt.Fprintf(more, "%s %d\n", id, newest[id])
	}
	several := slices.ContainsFunc(o.catalogues.now(), func(h board.Hall) bool { return len(h.Agents()) > 1 })
	if len(pins)+len(helps)+len(certs) > 0 || several {
		agents := o.roster.all()
		for _, name := range slices.Sorted(maps.Keys(agents)) {
			fmt.Fprintf(more, "%s %x\n", name, agents[name].current(o.now()).Public) // what is sealed for it is sealed anew
		}
	}
	want := offered{uplink.Config{PublicURL: o.config.PublicURL, BoxKey: o.keys.boxKey()}, hex.EncodeToString(more.Sum(nil))}
	told, err := offer(o.config.Data, want, o.now())
	if err != nil {
		return false, err
	}
	news = told.Version != o.told.Version
	o.told, o.staff, o.help, o.certs, o.days = told, staff, help, certs, law.Calendar
	return news, nil
}

// fellows are the agents that share a hall, with the keys by which they know each other; none where it has one.
func (o *offers) fellows(h board.Hall) []uplink.Fellow {
	if len(h.Agents()) < 2 {
		return nil
	}
	var all []uplink.Fellow
	for _, name := range h.Agents() {
		e := o.roster.all()[name]
		if e.number == 0 {
			continue // not enrolled yet
		}
		at, _ := h.Catalogue.Fellow(name)
		one := uplink.Fellow{Name: name, Number: e.number, Address: at.Address}
		for _, k := range e.keys {
			one.Keys = append(one.Keys, base64.RawURLEncoding.EncodeToString(k.Public))
		}
		all = append(all, one)
	}
	return all
}

// version is that of what is told now.
func (o *offers) version() uint64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.told.Version
}

// of returns what an agent is to be told: the catalogue of its hall, and the PINs and help of that alone, sealed with the key
// that it uses.
func (o *offers) of(ctx context.Context, agent string) (c uplink.Config, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	c = o.told.Config
	if c.Catalogue, err = o.catalogues.newest(ctx, agent); err != nil {
		return c, fmt.Errorf("catalogue: %w", err)
	}
	e := o.roster.all()[agent]
	if e.number == 0 {
		return c, nil
	}
	if leaf := o.certs[e.number]; leaf != nil {
		c.Certificate = uplink.JoinCertificates(leaf, o.keys.ca.Raw)
	}
	var staff []uplink.Verifier
	var help []uplink.Help
	for _, h := range o.catalogues.now() {
		if h.HasAgent(agent) {
			staff = append(staff, o.staff[h.Catalogue.Hall.ID]...)
			help = append(help, o.help[h.Catalogue.Hall.ID]...)
			c.Fellows = o.fellows(h)
			c.Calendar = new(uplink.Calendar)
			c.Calendar.Years, c.Calendar.Closed = o.days.Of(h.Catalogue.Hall.ID, hall.DayOf(o.now())-hall.MaxSpan)
		}
	}
	if len(staff)+len(help) == 0 {
		return c, nil
	}
	key, err := o.keys.vault.OpenKey(agentPurpose(e.number), e.current(o.now()).ConfigKey)
	if err != nil {
		return c, fmt.Errorf("config key of %s: %w", agent, err)
	}
	if len(staff) > 0 {
		if c.Staff, err = uplink.SealStaff(key, agent, staff); err != nil {
			return c, err
		}
	}
	if len(help) > 0 {
		c.Help, err = uplink.SealHelp(key, agent, help)
	}
	return c, err
}
