package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
)

// Account is one sign-in of the office.
type Account struct {
	access.Account
	Display    string    // as shown on screen; empty: Name
	Hash       string    // of the password, argon2id
	FirstUntil time.Time // the password was given by another and is good until then; zero: its owner chose it
	Disabled   bool

	Second     []byte   // secret of the second factor, sealed; empty: none
	SecondStep int64    // of the last code taken: none is taken twice
	Codes      []string // SHA-256 of the recovery codes left, hex

	Failed      int       // tries in a row, since FailedSince
	FailedSince time.Time // five in a quarter of an hour lock the account for the rest of it

	Added     time.Time
	SignedIn  time.Time // last; zero: never
	Version   int       // of what others change: who comes second with an older one is told who was first
	Changed   time.Time
	ChangedBy string
}

// Accounts keeps the sign-ins of the office.
type Accounts interface {
	Account(ctx context.Context, name string) (Account, bool, error)
	// Accounts returns all, in order of names.
	Accounts(ctx context.Context) ([]Account, error)
	// ChangeAccount stores what change makes of the account of a name as it stands; ok is false where there is none. No
	// other change comes between. An error of change comes back as it is and nothing was changed.
	ChangeAccount(ctx context.Context, name string, change func(was Account, ok bool) (Account, error)) error
}

// Deeds keeps what was decided in the hub's own stream: when it returns nil it survives a power cut.
type Deeds interface {
	Do(ctx context.Context, facts ...hall.Fact) error
}

// Secrets seals what is kept for a purpose under the hub's key file.
type Secrets interface {
	SealKey(purpose string, key []byte) []byte
	OpenKey(purpose string, sealed []byte) ([]byte, error)
}

// What an account must be.
var (
	ErrAccountName   = errors.New("account name: want 1 to 32 small letters, digits, '-', '_' or '.'")
	ErrPasswordShort = fmt.Errorf("password: want %d to %d characters", minPassword, maxPassword)
)

const (
	minPassword = 10
	maxPassword = 128
)

var accountName = regexp.MustCompile(`^[a-z0-9._-]{1,32}$`)

// CheckAccountName reports ErrAccountName unless name can name an account.
func CheckAccountName(name string) error {
	if !accountName.MatchString(name) {
		return ErrAccountName
	}
	return nil
}

// HashPassword returns what to store of a password, or ErrPasswordShort.
func HashPassword(password string) (string, error) {
	if n := utf8.RuneCountInString(password); n < minPassword || n > maxPassword {
		return "", ErrPasswordShort
	}
	hash, err := argon2id.CreateHash(password, hashing())
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return hash, nil
}

// hashing is the work that a password costs: 46 MB and some 50 ms (OWASP).
func hashing() *argon2id.Params {
	return &argon2id.Params{Memory: 46 << 10, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}
}

// FirstLasts is how long a password that another gave may wait for its owner to choose his own.
const FirstLasts = 7 * 24 * time.Hour

// firstPassword makes a password to be handed over: 80 bits, easy to type.
func firstPassword() string {
	t := strings.ToLower(rand.Text())
	return t[:4] + "-" + t[4:8] + "-" + t[8:12] + "-" + t[12:16]
}

// passwords checks passwords, a few at a time.
type passwords struct {
	decoy string
	turns chan struct{}
}

func newPasswords() *passwords {
	return &passwords{decoy: decoyHash(), turns: make(chan struct{}, 2)}
}

// decoyHash looks like a hash that HashPassword made, and costs the same to compare with; no password is known for it.
func decoyHash() string {
	p := hashing()
	salt, key := make([]byte, p.SaltLength), make([]byte, p.KeyLength)
	_, _ = rand.Read(salt) // never fails
	_, _ = rand.Read(key)
	text := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", p.Memory, p.Iterations, p.Parallelism, text(salt), text(key))
}

// match reports whether password is that of hash. An empty hash, of an account that does not exist, costs the same
// work: the time of an answer tells nobody which names exist.
func (p *passwords) match(ctx context.Context, password, hash string) (bool, error) {
	select {
	case p.turns <- struct{}{}:
		defer func() { <-p.turns }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	against := hash
	if hash == "" {
		against = p.decoy
	}
	ok, err := argon2id.ComparePasswordAndHash(password[:min(len(password), 4*maxPassword)], against)
	if err != nil {
		return false, fmt.Errorf("compare password: %w", err)
	}
	return ok && hash != "", nil
}

// seal names, in the sessions of an account, all that they were opened for: they end when its password, its rights or
// its second factor change, or when it is disabled.
func (a Account) seal() string {
	h := sha256.New()
	for _, part := range []string{a.Hash, string(a.Role), a.Unit, a.Badge, strings.Join(a.Places, ","), strings.Join(a.Halls, ","), string(a.Second), fmt.Sprint(a.Disabled)} {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// person is the account as deeds name it.
func (a Account) person() hall.Person {
	return hall.Person{Account: a.Name, Role: string(a.Role), Unit: a.Unit}
}

// ChangedDeed is the deed of a change of the account, as it is now.
func (a Account) ChangedDeed(did hall.AccountDid, by hall.Person) hall.Fact {
	return hall.AccountChanged{Act: hall.Act{About: a.Name, By: by}, Did: did, Role: string(a.Role), Unit: a.Unit, Places: a.Places, Halls: a.Halls}
}

func (a Account) display() string {
	if a.Display == "" {
		return a.Name
	}
	return a.Display
}

// lasts is how long a session of the role lives: a working day for people, a month for a screen on a wall.
func lasts(r access.Role) time.Duration {
	if r == access.Wall {
		return 30 * 24 * time.Hour
	}
	return 12 * time.Hour
}
