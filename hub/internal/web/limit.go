package web

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// limit counts tries by key and refuses the key that tried too often within span. It remembers at most keep keys: an
// attacker with more addresses than that pushes out the oldest.
type limit struct {
	most int
	span time.Duration

	mu    sync.Mutex
	tries map[string]tries
}

type tries struct {
	n     int
	since time.Time
}

// limitKeeps bounds the keys of a limit: a few MB at most.
const limitKeeps = 20_000

func newLimit(most int, span time.Duration) *limit {
	return &limit{most: most, span: span, tries: map[string]tries{}}
}

// count takes one try of key and reports whether that was one too many.
func (l *limit) count(key string, now time.Time) (over bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t, known := l.tries[key]
	if now.Sub(t.since) >= l.span {
		t = tries{since: now}
	}
	t.n++
	if !known && len(l.tries) >= limitKeeps {
		l.prune(now)
	}
	l.tries[key] = t
	return t.n > l.most
}

// until is when key has its tries again.
func (l *limit) until(key string) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.tries[key].since.Add(l.span)
}

// forget gives key all its tries back.
func (l *limit) forget(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.tries, key)
}

// giveBack takes one try of key back.
func (l *limit) giveBack(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t, ok := l.tries[key]; ok && t.n > 0 {
		t.n--
		l.tries[key] = t
	}
}

// prune drops what is over, and the oldest where nothing is.
func (l *limit) prune(now time.Time) {
	oldest, first := "", now
	for key, t := range l.tries {
		if now.Sub(t.since) >= l.span {
			delete(l.tries, key)
		} else if !t.since.After(first) {
			oldest, first = key, t.since
		}
	}
	if len(l.tries) >= limitKeeps {
		delete(l.tries, oldest)
	}
}

// address names who asks, for limits: the last address on the way that is not one of our proxies. A home's whole
// IPv6 network is one.
func address(r *http.Request, trusted []netip.Prefix) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		host, _, _ := net.SplitHostPort(r.RemoteAddr)
		return host
	}
	at := peer.Addr().Unmap()
	way := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(way) - 1; i >= 0 && within(at, trusted); i-- {
		next, err := netip.ParseAddr(strings.TrimSpace(way[i]))
		if err != nil {
			break
		}
		at = next.Unmap()
	}
	if at.Is6() {
		if net, err := at.WithZone("").Prefix(64); err == nil {
			return net.String()
		}
	}
	return at.String()
}

func within(a netip.Addr, nets []netip.Prefix) bool {
	for _, n := range nets {
		if n.Contains(a) {
			return true
		}
	}
	return false
}
