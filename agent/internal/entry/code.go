package entry

import (
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"math/big"
	"time"
)

// The numbers of one-time codes.
const (
	CodeLasts  = 10 * time.Minute
	PairLasts  = 365 * 24 * time.Hour // browsers forget a cookie after 400 days
	codeDigits = 8
	openCodes  = 40  // screens that can be bound at the same time
	allWrong   = 50  // wrong tries of everybody together, after which no open code holds
	addresses  = 256 // whose wrong tries are remembered
)

// code waits to be typed into a browser.
type code struct {
	sum   string // SHA-256, hex
	at    Place
	until time.Time
	lasts time.Duration
}

// Codes are the one-time codes that wait to be typed, and the wrong tries so far. They die with the program. One goroutine
// at a time may use them.
type Codes struct {
	open  []code
	tries map[string]Lock // by the address that tried
	wrong int             // since a code was right
}

// NewCode returns digits that nobody can guess.
func NewCode() string {
	n, err := rand.Int(rand.Reader, big.NewInt(100_000_000))
	if err != nil {
		panic(err) // the kernel's random source never fails
	}
	return fmt.Sprintf("%0*d", codeDigits, n)
}

// Open lets a code be typed once, until it is too old, for a pairing that then lasts. Of too many the oldest is given up.
func (c *Codes) Open(text string, at Place, now time.Time, lasts time.Duration) {
	c.drop(now)
	if len(c.open) == openCodes {
		c.open = c.open[1:]
	}
	c.open = append(c.open, code{digest(text), at, now.Add(CodeLasts), lasts})
}

// Take uses a code up that was typed at an address. The error is a Refusal; five wrong ones lock the address for a while.
func (c *Codes) Take(text, from string, now time.Time) (Pairing, Secret, error) {
	if !c.tries[from].Until(now, freeTries).IsZero() {
		return Pairing{}, "", TriesLocked
	}
	c.drop(now)
	sum := digest(text)
	for i, one := range c.open {
		if same(sum, one.sum) {
			c.open = append(c.open[:i:i], c.open[i+1:]...)
			delete(c.tries, from)
			c.wrong = 0
			p, secret := Pair(one.at, now, one.lasts)
			return p, secret, nil
		}
	}
	c.miss(from, now)
	return Pairing{}, "", NoSuchCode
}

// miss counts a wrong try. From however many addresses they come, the codes are gone before one is guessed.
func (c *Codes) miss(from string, now time.Time) {
	if c.tries == nil || len(c.tries) >= addresses && c.tries[from].Wrong == 0 {
		c.tries = map[string]Lock{}
	}
	c.tries[from] = c.tries[from].Miss(now)
	if c.wrong++; c.wrong >= allWrong {
		c.open, c.wrong = nil, 0
	}
}

// drop forgets codes that are too old.
func (c *Codes) drop(now time.Time) {
	kept := c.open[:0]
	for _, one := range c.open {
		if now.Before(one.until) {
			kept = append(kept, one)
		}
	}
	c.open = kept
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
