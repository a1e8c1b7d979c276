package hub

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/private"
	"hallpulse/hub/internal/store"
	"hallpulse/hub/internal/web"
)

// What the pages ask of the other rooms, in the pages' own words.

// signers tells the citizen's page who may have signed a ticket.
type signers struct{ *roster }

func (s signers) Signer(ctx context.Context, number uint32, day hall.Day) (web.Signer, error) {
	keys, err := s.store.AgentKeys(ctx, number, day)
	who := web.Signer{Agent: s.name(number)}
	for _, k := range keys {
		who.Keys = append(who.Keys, k.Public)
	}
	return who, err
}

// recorder keeps what a citizen says: the fact in the hub's stream, the text sealed beside it.
type recorder struct {
	intake *intake.Intake
	vault  *private.Vault
}

func (r recorder) Record(ctx context.Context, f hall.Fact, text private.Text) error {
	given, ok := f.(hall.RatingGiven)
	if !ok || text.IsZero() {
		return r.intake.Record(ctx, []hall.Fact{f})
	}
	filed, sha, err := r.vault.File(newRef(), text, private.Label{})
	if err != nil {
		return err
	}
	given.Ref, given.RefSHA = filed.Ref, sha
	return r.intake.Record(ctx, []hall.Fact{given}, boxOf(filed))
}

// boxOf is a sealed text as it is recorded. What its label does not say the fact says that names it.
func boxOf(f private.Filed) intake.Box {
	return intake.Box{Ref: f.Ref, Salt: f.Salt, Sealed: f.Sealed, Label: f.Label}
}

// sealedOf is a stored box as the vault opens it.
func sealedOf(b intake.Box) private.Box {
	return private.Box{Ref: b.Ref, Salt: b.Salt, Sealed: b.Sealed}
}

// newRef names a text for ever, and says nothing of it.
func newRef() string {
	ref := make([]byte, 16)
	rand.Read(ref)
	return hex.EncodeToString(ref)
}

// texts keeps private text in the store, sealed.
type texts struct {
	store *store.Store
	vault *private.Vault
}

func (t texts) Seal(text private.Text) (hall.Sealed, intake.Box, error) {
	f, sha, err := t.vault.File(newRef(), text, private.Label{})
	return hall.Sealed{Ref: f.Ref, SHA: sha}, boxOf(f), err
}

func (t texts) SealBytes(plain []byte) (hall.Sealed, intake.Box, error) {
	f, sha, err := t.vault.FileBytes(newRef(), plain, private.Label{})
	return hall.Sealed{Ref: f.Ref, SHA: sha}, boxOf(f), err
}

func (t texts) Text(ctx context.Context, ref string) (private.Text, bool, error) {
	box, err := t.store.Box(ctx, ref)
	if errors.Is(err, store.ErrUnknown) {
		return private.Text{}, false, nil
	}
	if err != nil {
		return private.Text{}, false, err
	}
	text, err := t.vault.Open(sealedOf(box))
	return text, err == nil, err
}

func (t texts) Bytes(ctx context.Context, ref string) ([]byte, bool, error) {
	box, err := t.store.Box(ctx, ref)
	if errors.Is(err, store.ErrUnknown) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	plain, err := t.vault.OpenBytes(sealedOf(box))
	return plain, err == nil, err
}

// personal is what is kept of persons, for the pages.
type personal struct{ *privacy }

func (p personal) Kept(ctx context.Context, of web.Whose) ([]private.Filed, error) {
	return p.boxes.Find(ctx, p.subjectOf(of))
}

func (p personal) Export(ctx context.Context, of web.Whose, by hall.Person) ([]private.Copy, error) {
	return p.give(ctx, p.subjectOf(of), by)
}

func (p personal) Erase(ctx context.Context, about string, by hall.Person, refs ...string) error {
	return p.eraseNow(ctx, about, by, refs...)
}

func (p personal) subjectOf(of web.Whose) private.Subject {
	s := private.Subject{Visit: of.Visit, About: of.Concern, Refs: of.Refs}
	if of.Phone != "" {
		s.Marks = p.vault.Marks(private.MarkPhone, private.Number(of.Phone))
	}
	return s
}
