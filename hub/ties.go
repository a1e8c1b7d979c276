package hub

import (
	"context"
	"crypto/rand"
	"encoding/hex"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/private"
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
	ref := make([]byte, 16)
	rand.Read(ref)
	box, sha, err := r.vault.Seal(hex.EncodeToString(ref), text)
	if err != nil {
		return err
	}
	given.Ref, given.RefSHA = box.Ref, sha
	return r.intake.Record(ctx, []hall.Fact{given}, intake.Box(box))
}
