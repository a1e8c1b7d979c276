package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// KeepCatalogue keeps the text of a catalogue under its digest. When it returns nil the text survives a power cut; a deed may
// name it then. A text that is there already stays.
func (s *Store) KeepCatalogue(ctx context.Context, sha, text string) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO catalogue_texts (sha, text) VALUES ($1, $2) ON CONFLICT (sha) DO NOTHING`, sha, text)
		return err
	})
	if err != nil {
		return fmt.Errorf("keep a catalogue: %w", err)
	}
	return nil
}

// CatalogueText returns the text of a digest; ErrUnknown where none is kept.
func (s *Store) CatalogueText(ctx context.Context, sha string) (string, error) {
	var text string
	err := s.readers.QueryRowContext(ctx, `SELECT text FROM catalogue_texts WHERE sha = $1`, sha).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("catalogue %s: %w", sha, ErrUnknown)
	}
	return text, err
}

// PublishedCatalogue is a version of a hall's catalogue, as its deed says.
type PublishedCatalogue struct {
	Pos int64
	At  time.Time
	hall.CataloguePublished
}

// Catalogues lists the versions of all halls' catalogues, the oldest first.
func (s *Store) Catalogues(ctx context.Context) ([]PublishedCatalogue, error) {
	const query = `SELECT d.pos, e.bytes FROM deeds d JOIN events e ON e.pos = d.pos WHERE ` + family + ` = 'catalogue.' AND type = 'catalogue.published' ORDER BY d.pos`
	all, err := collect(reader{ctx, s.readers}, nil, query, nil, scanPublished)
	if err != nil {
		return nil, fmt.Errorf("catalogues: %w", err)
	}
	return all, nil
}

// catalogues proves that every version of a catalogue has its text, and that no text is another than its digest says.
func (c *checker) catalogues() error {
	const query = `SELECT text, sha FROM catalogue_texts`
	texts := map[string]bool{}
	rows, err := collect(c.tx, nil, query, nil, func(rows *sql.Rows, t *[2]string) error { return rows.Scan(&t[0], &t[1]) })
	if err != nil {
		return err
	}
	for _, t := range rows {
		if sum := sha256.Sum256([]byte(t[0])); hex.EncodeToString(sum[:]) != t[1] {
			c.r.fault("the text of the catalogue %s is not what its digest says", t[1])
		}
		texts[t[1]] = true
	}
	deeds, err := collect(c.tx, nil, `SELECT d.pos, e.bytes FROM deeds d JOIN events e ON e.pos = d.pos WHERE d.type = 'catalogue.published'`, nil, scanPublished)
	if err != nil {
		return err
	}
	for _, p := range deeds {
		if !texts[p.SHA] {
			c.r.fault("version %d of the catalogue of hall %s has no text", p.Version, p.About)
		}
	}
	if len(deeds) > 0 {
		c.r.say("%d versions of catalogues, each with its text", len(deeds))
	}
	return nil
}

// scanPublished reads a version out of the bytes of its event.
func scanPublished(rows *sql.Rows, p *PublishedCatalogue) error {
	var bytes []byte
	if err := rows.Scan(&p.Pos, &bytes); err != nil {
		return err
	}
	e, err := uplink.DecodeEvent(bytes)
	if err != nil {
		return err
	}
	f, err := hall.DecodeFact(e.Type, e.Body)
	if err != nil {
		return err
	}
	p.At, p.CataloguePublished = e.At, f.(hall.CataloguePublished)
	return nil
}
