// Package entry decides who comes in at the counter's screens: which browser of the hall's network is bound to which
// place, by a one-time code, and which clerk proves by his PIN that he is the one who signs on (design §7). Its values are
// pure: time is an argument, and of codes, cookies and PINs only what checks them stays. It keeps nothing, speaks to
// nobody, and has no part in presses and ratings, which depend on no session.
package entry

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// Refusal is why somebody does not come in. Its text is a code: words are chosen by it.
type Refusal string

func (r Refusal) Error() string { return string(r) }

// The refusals.
const (
	NoSuchCode  Refusal = "no-such-code"    // wrong, used, or too old
	TriesLocked Refusal = "tries-locked"    // too many wrong codes or PINs
	WrongPIN    Refusal = "wrong-pin"       // or nobody of that badge has one
	NeedsPIN    Refusal = "needs-pin"       // a badge alone does not do
	NoPINs      Refusal = "no-pins"         // a PIN is needed and nobody has one yet
	WrongOnce   Refusal = "wrong-once"      // a one-time code to choose a PIN with: wrong, used, or too old
	NoPIN       Refusal = "pin-form"        // that is none
	TrivialPIN  Refusal = "pin-trivial"     // that is anybody's
	UnknownRole Refusal = "no-such-role"    // of a browser
	NeedsWindow Refusal = "needs-window"    // that role stands at a window
	NoWindow    Refusal = "takes-no-window" // that role stands at none
)

// Role is what a browser of the hall's network is for.
type Role string

// The roles.
const (
	RoleConsole Role = "console" // a clerk's screen, at a window
	RoleTablet  Role = "tablet"  // the rating pad drawn on a tablet, at a window
	RoleSign    Role = "sign"    // the sign over a window
	RoleDisplay Role = "display" // the screen of the waiting room
	RoleKiosk   Role = "kiosk"   // where people take a ticket
	RoleGuide   Role = "guide"   // 导办: the guide's tablet
)

// Roles returns every role.
func Roles() []Role {
	return []Role{RoleConsole, RoleTablet, RoleSign, RoleDisplay, RoleKiosk, RoleGuide}
}

// AtWindow reports whether a browser of this role stands at one window and acts there alone.
func (r Role) AtWindow() bool { return r == RoleConsole || r == RoleTablet || r == RoleSign }

// IsDevice reports whether the page of this role hangs in the hall with nobody before it who would miss it.
func (r Role) IsDevice() bool {
	return r == RoleTablet || r == RoleSign || r == RoleDisplay || r == RoleKiosk
}

// Place is what a browser is bound to. Name says to people which one it is: the PC at window 12.
type Place struct {
	Role   Role   `json:"role"`
	Window string `json:"window,omitempty"`
	Name   string `json:"name,omitempty"`
}

// Check says why no browser can be bound to a place of the hall.
func (p Place) Check(c *hall.Catalogue) error {
	_, known := c.Window(p.Window)
	switch {
	case !slices.Contains(Roles(), p.Role):
		return UnknownRole
	case p.Role.AtWindow() && !known:
		return NeedsWindow
	case !p.Role.AtWindow() && p.Window != "":
		return NoWindow
	}
	return nil
}

// Pairing binds a browser to its place. The browser shows a secret; the pairing holds its SHA-256.
type Pairing struct {
	Place
	ID    string    `json:"id"`
	Since time.Time `json:"since"`
	Until time.Time `json:"until"`
	SHA   string    `json:"sha"` // of the secret, hex
}

// Secret is what a paired browser shows, as a cookie: the pairing's id and 32 random bytes. It never prints itself.
type Secret string

func (Secret) String() string { return "secret" }

// GoString hides the secret from %#v.
func (Secret) GoString() string { return "secret" }

// LogValue hides the secret from logs.
func (Secret) LogValue() slog.Value { return slog.StringValue("secret") }

// Pair binds a browser that nobody has bound before, for a time.
func Pair(at Place, now time.Time, lasts time.Duration) (Pairing, Secret) {
	random := make([]byte, 40)
	rand.Read(random)
	id, key := hex.EncodeToString(random[:8]), base64.RawURLEncoding.EncodeToString(random[8:])
	return Pairing{Place: at, ID: id, Since: now, Until: now.Add(lasts), SHA: digest(key)}, Secret(id + "." + key)
}

// Split returns whose pairing a secret claims to be. It believes nothing: Opens comes next.
func (s Secret) Split() (id, key string) {
	id, key, _ = strings.Cut(string(s), ".")
	return id, key
}

// Opens reports whether a pairing's own secret is shown, and still holds.
func (p Pairing) Opens(s Secret, now time.Time) bool {
	id, key := s.Split()
	return p.ID != "" && id == p.ID && same(digest(key), p.SHA) && now.Before(p.Until)
}

func digest(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// String names the place to an operator.
func (p Place) String() string {
	text := string(p.Role)
	if p.Window != "" {
		text += " of window " + p.Window
	}
	if p.Name != "" {
		text = fmt.Sprintf("%s (%s)", text, p.Name)
	}
	return text
}
