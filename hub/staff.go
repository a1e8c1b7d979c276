package hub

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/private"
	"hallpulse/hub/internal/store"
	"hallpulse/hub/internal/web"
)

// PINs of clerks: set here, checked at the counter, where the hub may be away.

// Clerk names a clerk of one of the halls. Hall may be empty where only one of them has the badge.
type Clerk struct{ Hall, Badge string }

// StaffPIN is a clerk with whether he has a PIN.
type StaffPIN struct {
	Hall, Badge, Name string
	Set               time.Time // zero: none
}

// CheckClerk returns the clerk of a badge before a PIN is asked for, by the catalogues in force.
func CheckClerk(ctx context.Context, c Config, who Clerk) (Clerk, error) {
	return request[Clerk](ctx, c, actClerkCheck, who)
}

func (k *keeper) clerkCheck(ctx context.Context, who Clerk) (Clerk, error) {
	cs, err := k.catalogued(ctx)
	if err != nil {
		return who, err
	}
	var found []string
	for _, h := range cs.now() {
		if _, ok := h.Catalogue.Clerk(who.Badge); ok && (who.Hall == "" || who.Hall == h.Catalogue.Hall.ID) {
			found = append(found, h.Catalogue.Hall.ID)
		}
	}
	switch len(found) {
	case 1:
		return Clerk{found[0], who.Badge}, nil
	case 0:
		return who, fmt.Errorf("no hall has staff with the badge %q: `hall-hub staff list` names them", who.Badge)
	}
	return who, fmt.Errorf("badge %q is in the halls %v: name one with --hall", who.Badge, found)
}

// StaffPINSet gives a clerk his PIN. It leaves this process as a hash alone.
func StaffPINSet(ctx context.Context, c Config, who Clerk, pin string) error {
	who, err := CheckClerk(ctx, c, who)
	if err != nil {
		return err
	}
	if err := hall.CheckPIN(pin, who.Badge); err != nil {
		return err
	}
	hash, err := web.HashPIN(pin)
	if err != nil {
		return err
	}
	_, err = request[nothing](ctx, c, actPINSet, pinHash{who, hash})
	return err
}

// StaffPINDrop takes a clerk's PIN away: he cannot sign on until he has another.
func StaffPINDrop(ctx context.Context, c Config, who Clerk) error {
	who, err := CheckClerk(ctx, c, who)
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

// OnceCode is a one-time code, and until when it holds.
type OnceCode struct {
	Code  string
	Until time.Time
}

// StaffCode gives a clerk a one-time code with which he chooses another PIN at his window. It leaves this process as a hash
// alone; a lock is opened too.
func StaffCode(ctx context.Context, c Config, who Clerk) (OnceCode, error) {
	who, err := CheckClerk(ctx, c, who)
	if err != nil {
		return OnceCode{}, err
	}
	code, hash, err := web.OnceCode()
	if err != nil {
		return OnceCode{}, err
	}
	until, err := request[time.Time](ctx, c, actPINCode, pinHash{who, hash})
	return OnceCode{code, until}, err
}

// StaffUnlock lets a clerk try again who typed too much wrong. A one-time code that he has not used is gone.
func StaffUnlock(ctx context.Context, c Config, who Clerk) error {
	who, err := CheckClerk(ctx, c, who)
	if err != nil {
		return err
	}
	_, err = request[nothing](ctx, c, actPINUnlock, who)
	return err
}

type pinHash struct {
	Clerk
	Hash string
}

// pinPurpose is what a PIN is sealed for.
func pinPurpose(hallID, badge string) string { return "pin/" + hallID + "/" + badge }

func (k *keeper) pinSet(ctx context.Context, in pinHash) (nothing, error) {
	pins, err := k.pins()
	if err != nil {
		return nothing{}, err
	}
	return nothing{}, pins.GivePIN(ctx, in.Hall, in.Badge, in.Hash, hall.Console())
}

func (k *keeper) pinDrop(ctx context.Context, in Clerk) (nothing, error) {
	pins, err := k.pins()
	if err != nil {
		return nothing{}, err
	}
	if err := pins.TakePIN(ctx, in.Hall, in.Badge, hall.Console()); errors.Is(err, web.ErrNoPIN) {
		return nothing{}, fmt.Errorf("%s has no PIN: `hall-hub staff list` shows who has one", in.Badge)
	} else if err != nil {
		return nothing{}, err
	}
	return nothing{}, nil
}

func (k *keeper) pinCode(ctx context.Context, in pinHash) (time.Time, error) {
	pins, err := k.pins()
	if err != nil {
		return time.Time{}, err
	}
	until := k.now().Add(web.OnceLasts)
	return until, pins.Help(ctx, in.Hall, in.Badge, in.Hash, until, hall.Console())
}

func (k *keeper) pinUnlock(ctx context.Context, in Clerk) (nothing, error) {
	pins, err := k.pins()
	if err != nil {
		return nothing{}, err
	}
	return nothing{}, pins.Help(ctx, in.Hall, in.Badge, "", time.Time{}, hall.Console())
}

// pins keeps PINs for subcommands.
func (k *keeper) pins() (pinDesk, error) {
	keys, err := readKeys(k.config.Data)
	if err != nil {
		return pinDesk{}, err
	}
	return pinDesk{k.store, keys.vault, k.decide, k.now, func(ctx context.Context) error { return k.changed(ctx, "") }}, nil
}

// pinDesk keeps what checks PINs, and says in the audit who changed one.
type pinDesk struct {
	store   *store.Store
	vault   *private.Vault
	decide  decider
	now     func() time.Time
	changed func(context.Context) error // agents are told
}

// PINsOf implements web.PINs.
func (d pinDesk) PINsOf(ctx context.Context, hallID string) (map[string]time.Time, error) {
	all, err := d.store.PINs(ctx)
	set := map[string]time.Time{}
	for _, p := range all {
		if p.Hall == hallID {
			set[p.Badge] = p.Set
		}
	}
	return set, err
}

// GivePIN implements web.PINs.
func (d pinDesk) GivePIN(ctx context.Context, hallID, badge, hash string, by hall.Person) error {
	sealed := d.vault.SealKey(pinPurpose(hallID, badge), []byte(hash))
	if err := d.store.SetPIN(ctx, store.StaffPIN{Hall: hallID, Badge: badge, Sealed: sealed, Set: d.now()}); err != nil {
		return err
	}
	return d.tell(ctx, hall.PINChanged{Act: hall.Act{About: hallID, By: by}, Badge: badge, Did: hall.PINGiven})
}

// TakePIN implements web.PINs.
func (d pinDesk) TakePIN(ctx context.Context, hallID, badge string, by hall.Person) error {
	err := d.store.DropPIN(ctx, hallID, badge)
	if errors.Is(err, store.ErrUnknown) {
		return web.ErrNoPIN
	}
	if err != nil {
		return err
	}
	return d.tell(ctx, hall.PINChanged{Act: hall.Act{About: hallID, By: by}, Badge: badge, Did: hall.PINDropped})
}

// HelpsOf implements web.PINs.
func (d pinDesk) HelpsOf(ctx context.Context, hallID string) (map[string]time.Time, error) {
	all, err := d.store.Helps(ctx)
	until := map[string]time.Time{}
	for _, h := range all {
		if h.Hall == hallID && h.Argon2 != "" && d.now().Before(h.Until) {
			until[h.Badge] = h.Until
		}
	}
	return until, err
}

// Help implements web.PINs.
func (d pinDesk) Help(ctx context.Context, hallID, badge, code string, until time.Time, by hall.Person) error {
	id := make([]byte, 8)
	rand.Read(id)
	h := store.StaffHelp{Hall: hallID, Help: uplink.Help{Badge: badge, ID: hex.EncodeToString(id), Argon2: code, Until: until}}
	if err := d.store.SetHelp(ctx, h); err != nil {
		return err
	}
	did := hall.PINUnlocked
	if code != "" {
		did = hall.PINCoded
	}
	return d.tell(ctx, hall.PINChanged{Act: hall.Act{About: hallID, By: by}, Badge: badge, Did: did})
}

// chooser takes up PINs that clerks chose at their counters with a one-time code.
type chooser struct {
	pinDesk
	boxes boxes
	erase func(ctx context.Context, about string, by hall.Person, ground hall.EraseGround, refs ...string) error
	log   *slog.Logger
	more  chan struct{}
}

// note takes what a commit brought. It does not wait: run looks at all that there is.
func (c *chooser) note(done intake.Committed) {
	if !done.Chosen {
		return
	}
	select {
	case c.more <- struct{}{}:
	default:
	}
}

// run takes up what was chosen until ctx ends, what it had not ended before first.
func (c *chooser) run(ctx context.Context) error {
	for {
		if err := c.take(ctx); err != nil && ctx.Err() == nil {
			c.log.Error("a PIN that a clerk chose is taken up later", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-c.more:
		}
	}
}

// take looks for what was chosen with the help that there is. A box stays until its PIN is in force and its help last: ended
// anywhere in between, it is taken up again.
func (c *chooser) take(ctx context.Context) error {
	helps, err := c.store.Helps(ctx)
	if err != nil {
		return err
	}
	for _, h := range helps {
		found, err := c.boxes.Find(ctx, private.Subject{About: h.ID})
		if err != nil {
			return err
		}
		if len(found) == 0 {
			continue
		}
		chosen, err := c.vault.Open(found[0].Box)
		if err != nil || !web.IsPINHash(chosen.Words) {
			c.log.Warn("what a counter says of a PIN checks none", "badge", h.Badge)
		} else if err := c.choose(ctx, h, chosen.Words); err != nil {
			return err
		}
		if err := c.erase(ctx, h.ID, hall.Person{}, hall.EraseRetention, refsOf(found)...); err != nil {
			return err
		}
		if err := errors.Join(c.store.DropHelp(ctx, h.ID), c.changed(ctx)); err != nil {
			return err
		}
	}
	return nil
}

func (c *chooser) choose(ctx context.Context, h store.StaffHelp, hash string) error {
	sealed := c.vault.SealKey(pinPurpose(h.Hall, h.Badge), []byte(hash))
	err := c.store.ChoosePIN(ctx, store.StaffPIN{Hall: h.Hall, Badge: h.Badge, Sealed: sealed, Set: c.now()}, h.ID)
	if errors.Is(err, store.ErrUnknown) {
		return nil // a manager did something else meanwhile
	}
	if err != nil {
		return err
	}
	return recording(c.decide)(ctx, hall.PINChanged{Act: hall.Act{About: h.Hall}, Badge: h.Badge, Did: hall.PINReset})
}

// tell records what was done, and tells counters.
func (d pinDesk) tell(ctx context.Context, done hall.PINChanged) error {
	return errors.Join(recording(d.decide)(ctx, done), d.changed(ctx))
}

func (k *keeper) pinList(ctx context.Context, _ nothing) ([]StaffPIN, error) {
	cs, err := k.catalogued(ctx)
	if err != nil {
		return nil, err
	}
	halls := cs.now()
	set, err := k.store.PINs(ctx)
	all := []StaffPIN{}
	for _, h := range halls {
		for _, clerk := range h.Catalogue.Staff {
			one := StaffPIN{Hall: h.Catalogue.Hall.ID, Badge: clerk.Badge, Name: clerk.Name}
			i := slices.IndexFunc(set, func(p store.StaffPIN) bool { return p.Hall == one.Hall && p.Badge == one.Badge })
			if i >= 0 {
				one.Set = set[i].Set
			}
			all = append(all, one)
		}
	}
	return all, err
}
