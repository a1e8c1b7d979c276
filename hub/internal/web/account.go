package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
)

// Role is what an account may see of the office.
type Role string

// The roles so far.
const (
	RoleManager Role = "manager" // 大厅管理员: desk and wall of his halls
	RoleCentre  Role = "centre"  // 政务服务中心: desk and wall of all halls
	RoleWall    Role = "wall"    // a screen in the hall: the wall alone
)

// Valid reports whether r is a role.
func (r Role) Valid() bool { return slices.Contains([]Role{RoleManager, RoleCentre, RoleWall}, r) }

func (r Role) seesDesk() bool { return r == RoleManager || r == RoleCentre }

// lasts is how long a session of the role lives: a working day for people, a month for a screen on a wall.
func (r Role) lasts() time.Duration {
	if r == RoleWall {
		return 30 * 24 * time.Hour
	}
	return 12 * time.Hour
}

// Account is one sign-in of the office.
type Account struct {
	Name    string
	Display string // as shown on screen; empty: Name
	Role    Role
	Halls   []string // ids of the halls it sees; empty: all
	Hash    string   // argon2id
}

// Accounts finds the sign-ins of the office.
type Accounts interface {
	Account(ctx context.Context, name string) (Account, bool, error)
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
	hash, err := argon2id.CreateHash(password, &argon2id.Params{Memory: 46 << 10, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return hash, nil
}

// passwords checks passwords, a few at a time: each costs 46 MB and some 50 ms (OWASP).
type passwords struct {
	decoy string
	turns chan struct{}
}

func newPasswords() (*passwords, error) {
	decoy, err := HashPassword(rand.Text())
	if err != nil {
		return nil, err
	}
	return &passwords{decoy: decoy, turns: make(chan struct{}, 2)}, nil
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

// seal names the password of an account in its sessions: they end when it is changed.
func (a Account) seal() string {
	sum := sha256.Sum256([]byte(a.Hash))
	return hex.EncodeToString(sum[:8])
}
