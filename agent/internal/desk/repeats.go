package desk

import (
	"crypto/sha256"
	"net/http"
	"sync"
)

// keptAnswers is how many acts back a repeat is recognised; a browser repeats within seconds.
const keptAnswers = 256

// maxKey bounds an idempotency key.
const maxKey = 64

// repeats remembers what was answered under which key, so that a press sent twice over a bad line acts once.
type repeats struct {
	mu    sync.Mutex
	kept  map[string]*kept
	order []string // keys, oldest first
}

// kept is the answer under one key. Status and body may be read once done is closed.
type kept struct {
	key    string
	what   [sha256.Size]byte
	done   chan struct{}
	status int
	body   []byte
}

func fingerprint(path string, body []byte) [sha256.Size]byte {
	return sha256.Sum256(append([]byte(path+"\x00"), body...))
}

// begin finds the answer under key, or makes room for it: first means that the caller must run it. It returns nil where
// the key belongs to another request.
func (s *repeats) begin(key string, what [sha256.Size]byte) (a *kept, first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a = s.kept[key]; a != nil {
		if a.what != what {
			return nil, false
		}
		return a, false
	}
	if s.kept == nil {
		s.kept = map[string]*kept{}
	}
	if len(s.order) == keptAnswers {
		delete(s.kept, s.order[0])
		s.order = s.order[1:]
	}
	a = &kept{key: key, what: what, done: make(chan struct{})}
	s.kept[key] = a
	s.order = append(s.order, key)
	return a, true
}

// run decides the answer. What failed in the program itself is forgotten: a repeat is then a new try. So is what
// panicked, and those who wait for it hear of a failure.
func (s *repeats) run(a *kept, act func() (int, []byte)) {
	a.status = http.StatusInternalServerError
	defer func() {
		if a.status >= http.StatusInternalServerError {
			s.forget(a)
		}
		close(a.done)
	}()
	a.status, a.body = act()
}

func (s *repeats) forget(a *kept) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept[a.key] != a {
		return
	}
	delete(s.kept, a.key)
	for i, k := range s.order {
		if k == a.key {
			s.order = append(s.order[:i:i], s.order[i+1:]...)
			return
		}
	}
}
