package hub

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/alexedwards/argon2id"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/store"
)

// PINs of clerks: set here, checked at the counter, where the hub may be away.

// Clerk names a clerk of one of the halls. Hall may be empty where only one of them has the badge.
type Clerk struct{ Hall, Badge string }

// StaffPIN is a clerk with whether he has a PIN.
type StaffPIN struct {
	Hall, Badge, Name string
	Set               time.Time // zero: none
}

// CheckClerk returns the clerk of a badge before a PIN is asked for.
func (c Config) CheckClerk(who Clerk) (Clerk, error) {
	var found []string
	for _, h := range c.Halls {
		if _, ok := h.catalogue.Clerk(who.Badge); ok && (who.Hall == "" || who.Hall == h.catalogue.Hall.ID) {
			found = append(found, h.catalogue.Hall.ID)
		}
	}
	switch len(found) {
	case 1:
		return Clerk{found[0], who.Badge}, nil
	case 0:
		return who, fmt.Errorf("no hall has staff with the badge %q: see staff in the files of the halls", who.Badge)
	}
	return who, fmt.Errorf("badge %q is in the halls %v: name one with --hall", who.Badge, found)
}

// StaffPINSet gives a clerk his PIN. It leaves this process as a hash alone.
func StaffPINSet(ctx context.Context, c Config, who Clerk, pin string) error {
	who, err := c.CheckClerk(who)
	if err != nil {
		return err
	}
	if err := hall.CheckPIN(pin, who.Badge); err != nil {
		return err
	}
	hash, err := argon2id.CreateHash(pin, &argon2id.Params{Memory: 19 << 10, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	if err != nil {
		return err
	}
	_, err = request[nothing](ctx, c, actPINSet, pinHash{who, hash})
	return err
}

// StaffPINDrop takes a clerk's PIN away: he cannot sign on until he has another.
func StaffPINDrop(ctx context.Context, c Config, who Clerk) error {
	who, err := c.CheckClerk(who)
	if err != nil {
		return err
	}
	_, err = request[nothing](ctx, c, actPINDrop, who)
	return err
}

// StaffPINs lists all clerks of the halls.
func StaffPINs(ctx context.Context, c Config) ([]StaffPIN, error) {
	return request[[]StaffPIN](ctx, c, actPINList, nothing{})
}

type pinHash struct {
	Clerk
	Hash string
}

// pinPurpose is what a PIN is sealed for.
func pinPurpose(hallID, badge string) string { return "pin/" + hallID + "/" + badge }

func (k *keeper) pinSet(ctx context.Context, in pinHash) (nothing, error) {
	keys, err := readKeys(k.config.Data)
	if err != nil {
		return nothing{}, err
	}
	sealed := keys.vault.SealKey(pinPurpose(in.Hall, in.Badge), []byte(in.Hash))
	if err := k.store.SetPIN(ctx, store.StaffPIN{Hall: in.Hall, Badge: in.Badge, Sealed: sealed, Set: k.now()}); err != nil {
		return nothing{}, err
	}
	return nothing{}, k.changed(ctx, "")
}

func (k *keeper) pinDrop(ctx context.Context, in Clerk) (nothing, error) {
	err := k.store.DropPIN(ctx, in.Hall, in.Badge)
	if errors.Is(err, store.ErrUnknown) {
		return nothing{}, fmt.Errorf("%s has no PIN: `hall-hub staff list` shows who has one", in.Badge)
	}
	if err != nil {
		return nothing{}, err
	}
	return nothing{}, k.changed(ctx, "")
}

func (k *keeper) pinList(ctx context.Context, _ nothing) ([]StaffPIN, error) {
	set, err := k.store.PINs(ctx)
	all := []StaffPIN{}
	for _, h := range k.config.Halls {
		for _, clerk := range h.catalogue.Staff {
			one := StaffPIN{Hall: h.catalogue.Hall.ID, Badge: clerk.Badge, Name: clerk.Name}
			i := slices.IndexFunc(set, func(p store.StaffPIN) bool { return p.Hall == one.Hall && p.Badge == one.Badge })
			if i >= 0 {
				one.Set = set[i].Set
			}
			all = append(all, one)
		}
	}
	return all, err
}
