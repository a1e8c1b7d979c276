package entry

import (
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/alexedwards/argon2id"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// Chosen is a PIN that a clerk chose at this counter, as long as the hub does not say it: what checks it, and the help by
// which he chose it, which is used up.
type Chosen struct {
	Help   string `json:"help"`
	Argon2 string `json:"argon2"`
}

// PINs returns what checks the PINs of the staff now: those chosen here in the place of the hub's.
func PINs(staff []uplink.Verifier, chosen map[string]Chosen) []uplink.Verifier {
	now := slices.DeleteFunc(slices.Clone(staff), func(v uplink.Verifier) bool { _, own := chosen[v.Badge]; return own })
	for _, badge := range slices.Sorted(maps.Keys(chosen)) {
		now = append(now, uplink.Verifier{Badge: badge, Argon2: chosen[badge].Argon2})
	}
	return now
}

// Choose looks at a one-time code with which somebody who shows a badge chooses another PIN. Codes are counted with wrong
// PINs; the error is a Refusal, and what is returned beside it is stored as that of SignOn.
func Choose(help []uplink.Help, chosen map[string]Chosen, locks Locks, window, badge, code, pin string, now time.Time) (Chosen, Tried, error) {
	switch err := hall.CheckPIN(pin, badge); {
	case errors.Is(err, hall.ErrPINTrivial):
		return Chosen{}, Tried{}, TrivialPIN
	case err != nil:
		return Chosen{}, Tried{}, NoPIN
	}
	var of uplink.Help
	if i := slices.IndexFunc(help, func(h uplink.Help) bool {
		return h.Badge == badge && h.Argon2 != "" && h.ID != chosen[badge].Help && now.Before(h.Until)
	}); i >= 0 {
		of = help[i]
	}
	tried, err := try(locks, window, badge, now, WrongOnce, func() bool {
		code = code[:min(len(code), 2*codeDigits)]
		if of.ID == "" {
			_, _ = hashPIN(code) // who has no help waits as long
			return false
		}
		ok, err := argon2id.ComparePasswordAndHash(code, of.Argon2)
		return ok && err == nil
	})
	if err != nil {
		return Chosen{}, tried, err
	}
	hash, err := hashPIN(pin)
	return Chosen{of.ID, hash}, tried, err
}

func hashPIN(pin string) (string, error) {
	return argon2id.CreateHash(pin, &argon2id.Params{Memory: hall.PINMemoryKiB, Iterations: hall.PINPasses, Parallelism: 1, SaltLength: 16, KeyLength: 32})
}

// Helped returns what follows from other help than there was: locks that are open again, and which PINs chosen here are the
// hub's affair no more.
func Helped(before, now []uplink.Help, locks Locks, chosen map[string]Chosen) (open Tried, over []string) {
	open.Changed = map[string]*Lock{}
	for _, h := range now {
		known := slices.ContainsFunc(before, func(b uplink.Help) bool { return b.ID == h.ID })
		if _, locked := locks[badgeKey(h.Badge)]; locked && !known {
			open.Changed[badgeKey(h.Badge)] = nil
		}
	}
	for badge, c := range chosen {
		if !slices.ContainsFunc(now, func(h uplink.Help) bool { return h.ID == c.Help }) {
			over = append(over, badge)
		}
	}
	slices.Sort(over)
	return open, over
}
