package agent

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"hallpulse/agent/internal/entry"
	"hallpulse/agent/internal/outbox"
)

// What subcommands do with paired browsers. They ask the running agent: a code lives in its memory alone.

// PairFor says what a browser is to be bound to, and for how many days.
type PairFor struct {
	Role   string
	Window string // of a console, tablet or sign
	Name   string // says to people which screen it is
	Days   int
}

// PairCode is a code to be typed once into the browser, at Address, until then.
type PairCode struct {
	Code    string
	Until   time.Time
	Address string
}

// Paired is a browser that is bound to its place.
type Paired struct {
	ID, Role, Window, Name string
	Since, Until           time.Time
}

// PairRoles lists what a browser can be bound to.
func PairRoles() (all []string) {
	for _, r := range entry.Roles() {
		all = append(all, string(r))
	}
	return all
}

// Pair has the running agent make a one-time code.
func Pair(ctx context.Context, c Config, what PairFor) (PairCode, error) {
	return askRunning[PairCode](ctx, c, askPair, what)
}

// Pairings lists the browsers that are paired.
func Pairings(ctx context.Context, c Config) ([]Paired, error) {
	return askRunning[[]Paired](ctx, c, askPairings, nil)
}

// Unpair shuts a browser out, at once. It returns what it was bound to.
func Unpair(ctx context.Context, c Config, id string) (Paired, error) {
	return askRunning[Paired](ctx, c, askUnpair, id)
}

func askRunning[T any](ctx context.Context, c Config, path string, in any) (T, error) {
	var answer T
	err := ask(ctx, c.socket(), path, in, &answer)
	if errors.Is(err, errNobody) {
		return answer, fmt.Errorf("%w: start it, then ask again", err)
	}
	return answer, err
}

// mostDays is what browsers keep a cookie for.
const mostDays = 400

func (p *program) openCode(what PairFor) (PairCode, error) {
	if p.lan == nil {
		return PairCode{}, errors.New("desk.lan is not configured: this machine's own browsers need no code, and no others come in")
	}
	if err := p.lan.shut(); err != nil {
		return PairCode{}, err
	}
	at := entry.Place{Role: entry.Role(what.Role), Window: what.Window, Name: what.Name}
	switch err := at.Check(p.hallNow()); {
	case errors.Is(err, entry.UnknownRole):
		return PairCode{}, fmt.Errorf("role %q: want one of %v", what.Role, PairRoles())
	case errors.Is(err, entry.NeedsWindow):
		return PairCode{}, fmt.Errorf("window %q: a %s stands at a window of the hall: name it with --window", what.Window, at.Role)
	case errors.Is(err, entry.NoWindow):
		return PairCode{}, fmt.Errorf("window %q: a %s stands at no window: leave --window out", what.Window, at.Role)
	}
	if what.Days < 1 || what.Days > mostDays {
		return PairCode{}, fmt.Errorf("%d days: want 1 to %d, for which browsers keep it", what.Days, mostDays)
	}
	code, now := entry.NewCode(), p.clock.now().At
	p.entering.Lock()
	p.codes.Open(code, at, now, time.Duration(what.Days)*24*time.Hour)
	p.entering.Unlock()
	return PairCode{code, now.Add(entry.CodeLasts), p.lan.address()}, nil
}

func (p *program) listPaired() ([]Paired, error) {
	p.entering.Lock()
	defer p.entering.Unlock()
	all := []Paired{}
	for _, one := range p.pairings {
		all = append(all, shownPairing(one))
	}
	slices.SortFunc(all, func(a, b Paired) int {
		return cmp.Or(cmp.Compare(a.Role, b.Role), cmp.Compare(a.Window, b.Window), a.Since.Compare(b.Since))
	})
	return all, nil
}

func shownPairing(p entry.Pairing) Paired {
	return Paired{p.ID, string(p.Role), p.Window, p.Name, p.Since, p.Until}
}

func (p *program) unpair(id string) (Paired, error) {
	p.entering.Lock()
	one, ok := p.pairings[id]
	p.entering.Unlock()
	if !ok {
		return Paired{}, fmt.Errorf("no browser is paired as %q: `hall-agent pairings` lists them", id)
	}
	if err := p.keep(outbox.Put{Bucket: bucketPairing, Key: []byte(id)}); err != nil {
		return Paired{}, err
	}
	p.entering.Lock()
	delete(p.pairings, id)
	p.entering.Unlock()
	p.log.Info("browser unpaired", "id", id, "place", one.Place.String())
	p.desk.Changed() // its screens look again, and see that they belong here no more
	return shownPairing(one), nil
}
