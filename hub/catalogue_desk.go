package hub

import (
	"context"
	"slices"

	"hallpulse/configs/strict"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/store"
	"hallpulse/hub/internal/web"
)

// hallDesk is what the office keeps of halls.
type hallDesk struct {
	catalogueDesk
	pinDesk
}

// catalogueDesk is the versions of catalogues, as the office's pages see them.
type catalogueDesk struct {
	*catalogues
	decide    decider
	published func(hallID string)
}

func (v version) shown() web.CatalogueVersion {
	return web.CatalogueVersion{Pos: v.Pos, At: v.At, CataloguePublished: v.CataloguePublished, Content: v.content}
}

// Versions implements web.Catalogues.
func (d catalogueDesk) Versions(hallID string) []web.CatalogueVersion {
	var all []web.CatalogueVersion
	for _, v := range d.of(hallID) {
		all = append(all, v.shown())
	}
	return all
}

// Text implements web.Catalogues.
func (d catalogueDesk) Text(ctx context.Context, sha string) (string, error) {
	return d.store.CatalogueText(ctx, sha)
}

// ReadCatalogue implements web.Catalogues.
func (d catalogueDesk) ReadCatalogue(text string) (*hall.Catalogue, []web.CatalogueFault) {
	content, read := judgeCatalogue("", text)
	var faults []web.CatalogueFault
	for _, f := range read.Faults() {
		faults = append(faults, web.CatalogueFault(f))
	}
	return content, faults
}

// RewriteCatalogue implements web.Catalogues.
func (d catalogueDesk) RewriteCatalogue(text string, content *hall.Catalogue) (string, bool) {
	out, err := strict.Rewrite([]byte(text), content)
	return string(out), err == nil
}

// PublishCatalogue implements web.Catalogues.
func (d catalogueDesk) PublishCatalogue(ctx context.Context, in web.CatalogueDraft) (web.CatalogueVersion, error) {
	v, err := d.publish(ctx, d.decide, draft{name: in.Hall, text: in.Text, seen: &in.Seen, by: in.By, why: in.Why, boxes: in.Boxes})
	if err != nil {
		return web.CatalogueVersion{}, err
	}
	d.published(v.About)
	return v.shown(), nil
}

// Runs implements web.Catalogues.
func (d catalogueDesk) Runs(ctx context.Context) (map[string]web.CatalogueRun, error) {
	return catalogueRuns(ctx, d.store)
}

// catalogueRuns says by which version each agent in use works, by its name.
func catalogueRuns(ctx context.Context, s *store.Store) (map[string]web.CatalogueRun, error) {
	agents, err := s.Agents(ctx)
	if err != nil {
		return nil, err
	}
	states, err := s.AgentStates(ctx)
	if err != nil {
		return nil, err
	}
	runs := map[string]web.CatalogueRun{}
	for _, a := range agents {
		i := slices.IndexFunc(states, func(s intake.AgentState) bool { return s.Agent == a.Number })
		if i >= 0 && a.Revoked.IsZero() {
			runs[a.Name] = web.CatalogueRun{Version: states[i].CatalogueVersion, Refused: states[i].Refused}
		}
	}
	return runs, nil
}
