package web

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/casework"
	"hallpulse/hub/internal/concern"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/notify"
	"hallpulse/hub/internal/private"
	"hallpulse/hub/internal/repair"
	"hallpulse/hub/internal/store"
)

// tenThirtyOne is a Wednesday in Beijing.
func tenThirtyOne() time.Time { return time.Date(2026, 11, 18, 10, 31, 0, 0, hall.Beijing()) }

func cityHall() *hall.Catalogue {
	return &hall.Catalogue{
		Hall:     hall.Site{ID: "city", Name: "市政务服务大厅", NameEN: "City Service Hall"},
		Units:    []hall.Unit{{ID: "police", Name: "市公安局", NameEN: "Police"}},
		Services: []hall.Service{{Letter: "A", Name: "户籍证照", NameEN: "IDs"}},
		Items: []hall.ServiceItem{{Code: "id-card", Name: "居民身份证补领", NameEN: "Replace an ID card", Unit: "police", Service: "A", Trips: 1,
			Materials: []string{"居民户口簿", "近期照片一张"}}},
		Windows: []hall.Window{{ID: "12", Floor: "一楼", FloorEN: "1st floor", Unit: "police", Services: []string{"A"}, Staff: "0317"},
			{ID: "13", Floor: "一楼", FloorEN: "1st floor", Unit: "police", Services: []string{"A"}}},
		Staff: []hall.Staff{{Badge: "0317", Name: "周敏", NameEN: "Zhou Min", Unit: "police"}},
	}
}

// record is one fact as the far end was given it.
type record struct {
	fact hall.Fact
	text private.Text
}

// farEnd stands for everything behind the web: agents' keys, the store, intake. What is recorded shows in the tickets
// as intake shows it: a draft is kept, a form sent twice is one answer, later answers are follow-ups.
type farEnd struct {
	mu       sync.Mutex
	now      time.Time
	stories  map[hall.ID]intake.Story
	said     []record
	accounts map[string]Account
	changing sync.Mutex // held by who changes an account
	deeds    []hall.Fact
	served   []intake.Served
	numbered []intake.Ticket
	tries    map[string]tries
	messages []notify.Message
	repairs  map[string]repair.Repair
	concerns map[string]concern.Concern
	texts    map[string]private.Text
	cases    map[hall.ID]casework.Case
	notices  []intake.Notice
	broken   error
	lapses   bool // every draft becomes the answer just before the next fact arrives
}

func newFarEnd() *farEnd {
	return &farEnd{now: tenThirtyOne(), stories: map[hall.ID]intake.Story{}, cases: map[hall.ID]casework.Case{}, accounts: map[string]Account{}, tries: map[string]tries{},
		repairs: map[string]repair.Repair{}, concerns: map[string]concern.Concern{}, texts: map[string]private.Text{}}
}

func (f *farEnd) clock() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

func (f *farEnd) sleep(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
}

func secret(agent uint32) uplink.Secret { return uplink.Secret{byte(agent)} }

func (f *farEnd) Signer(_ context.Context, number uint32, _ hall.Day) (Signer, error) {
	if number != 1 {
		return Signer{}, nil
	}
	old := uplink.Secret{77}
	return Signer{Agent: "city-1", Keys: []ed25519.PublicKey{
		old.SigningKey().Public().(ed25519.PublicKey), secret(1).SigningKey().Public().(ed25519.PublicKey)}}, nil
}

func (f *farEnd) Story(_ context.Context, id hall.ID) (intake.Story, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s, ok := f.stories[id]
	s.Answers = slices.Clone(s.Answers)
	return s, ok, f.broken
}

func (f *farEnd) Record(_ context.Context, fact hall.Fact, text private.Text) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken != nil {
		return f.broken
	}
	if f.lapses {
		f.lapses = false
		for ticket, s := range f.stories {
			for _, a := range s.Answers {
				if a.Kind == intake.KindDrafted {
					f.take(hall.RatingGiven{Ticket: ticket, Visit: a.Told, Level: a.Level, Channel: hall.ChannelQR, Answer: a.Form, Lapsed: true}, private.Text{})
				}
			}
		}
	}
	f.take(fact, text)
	return nil
}

// take keeps a fact as intake does: a form given twice is one answer, a draft is replaced by its answer.
func (f *farEnd) take(fact hall.Fact, text private.Text) {
	a := intake.Answer{Pos: int64(len(f.said)), When: f.now}
	switch fact := fact.(type) {
	case hall.RatingDrafted:
		a.Kind, a.Ticket, a.Told, a.Form, a.Level = intake.KindDrafted, fact.Ticket, fact.Visit, fact.Answer, fact.Level
	case hall.RatingGiven:
		a.Kind, a.Ticket, a.Told, a.Form, a.Level = intake.KindGiven, fact.Ticket, fact.Visit, fact.Answer, fact.Level
		a.Channel, a.Reasons, a.Withheld, a.Lapsed = fact.Channel, strings.Join(fact.Reasons, ","), fact.Withheld, fact.Lapsed
	}
	s := f.stories[a.Ticket]
	if slices.ContainsFunc(s.Answers, func(b intake.Answer) bool { return b.Form == a.Form && b.Kind == intake.KindGiven }) {
		return
	}
	s.Answers = slices.DeleteFunc(slices.Clone(s.Answers), func(b intake.Answer) bool { return b.Form == a.Form })
	s.Answers = append(s.Answers, a)
	f.stories[a.Ticket] = s
	f.said = append(f.said, record{fact, text})
}

// Token is a name as a vault makes it, for those who know no key.
func (f *farEnd) Token(purpose, name string) string {
	sum := sha256.Sum256([]byte("farEnd " + purpose + "\x00" + name))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

func (f *farEnd) Numbered(_ context.Context, number string, day hall.Day) ([]intake.Ticket, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(f.numbered), func(t intake.Ticket) bool { return t.Number != number || t.Day != day }), f.broken
}

func (f *farEnd) ServedAt(context.Context, string, string, time.Time) ([]intake.Served, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.served, f.broken
}

func (f *farEnd) ChangeTries(_ context.Context, hallID, number string, day hall.Day, stale time.Time, change func(int, time.Time) (int, time.Time, error)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	key := fmt.Sprint(hallID, number, day)
	is := f.tries[key]
	if is.since.Before(stale) {
		is = tries{}
	}
	n, since, err := change(is.n, is.since)
	if err == nil {
		f.tries[key] = tries{n, since}
	}
	return err
}

func (f *farEnd) Case(_ context.Context, id hall.ID) (casework.Case, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c, ok := f.cases[id]
	return c, ok, f.broken
}

func (f *farEnd) CaseNumbered(_ context.Context, number string) (casework.Case, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.cases {
		if c.Number == number {
			return c, true, f.broken
		}
	}
	return casework.Case{}, false, f.broken
}

func (f *farEnd) Notices(context.Context, hall.ID) ([]intake.Notice, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.notices, f.broken
}

func (f *farEnd) Notice(_ context.Context, id hall.ID) (intake.Notice, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, n := range f.notices {
		if n.Notice == id {
			return n, true, f.broken
		}
	}
	return intake.Notice{}, false, f.broken
}

func (f *farEnd) Linked(_ context.Context, sha string) (notify.Message, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, m := range f.messages {
		if m.Link == sha {
			return m, true, f.broken
		}
	}
	return notify.Message{}, false, f.broken
}

func (f *farEnd) Visit(_ context.Context, id hall.ID) (intake.Visit, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.stories {
		for _, v := range s.Visits {
			if v.ID == id {
				return v, true, f.broken
			}
		}
	}
	return intake.Visit{}, false, f.broken
}

func (f *farEnd) Repair(_ context.Context, id string) (repair.Repair, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r, ok := f.repairs[id]
	return r, ok, f.broken
}

func (f *farEnd) Concern(_ context.Context, id string) (concern.Concern, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c, ok := f.concerns[id]
	return c, ok, f.broken
}

// papers are the private texts of a far end, by ref.
type papers struct{ *farEnd }

func (p papers) Seal(t private.Text) (hall.Sealed, intake.Box, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	ref := fmt.Sprint("ref-", len(p.texts))
	p.texts[ref] = t
	return hall.Sealed{Ref: ref, SHA: "sha"}, intake.Box{Ref: ref}, p.broken
}

func (p papers) SealBytes([]byte) (hall.Sealed, intake.Box, error) {
	return hall.Sealed{}, intake.Box{}, errBroken
}

func (p papers) Text(_ context.Context, ref string) (private.Text, bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t, ok := p.texts[ref]
	return t, ok, p.broken
}

func (p papers) Bytes(context.Context, string) ([]byte, bool, error) { return nil, false, errBroken }

// nobody decides and erases nothing: pages that are only looked at stand on it.
type nobody struct{}

func (nobody) Decide(context.Context, intake.Keys, intake.Decide, ...intake.Box) error {
	return errBroken
}

func (nobody) Erase(context.Context, string, hall.Person, ...string) error { return errBroken }

// answers lists the answers that were recorded.
func (f *farEnd) answers() []hall.RatingGiven {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []hall.RatingGiven
	for _, r := range f.said {
		if g, ok := r.fact.(hall.RatingGiven); ok {
			out = append(out, g)
		}
	}
	return out
}

func (f *farEnd) Account(_ context.Context, name string) (Account, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	a, ok := f.accounts[name]
	return a, ok, f.broken
}

func (f *farEnd) Accounts(context.Context) ([]Account, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := slices.Collect(maps.Values(f.accounts))
	slices.SortFunc(all, func(a, b Account) int { return strings.Compare(a.Name, b.Name) })
	return all, f.broken
}

func (f *farEnd) ChangeAccount(_ context.Context, name string, change func(Account, bool) (Account, error)) error {
	f.changing.Lock() // change asks for the time
	defer f.changing.Unlock()
	was, ok, err := f.Account(context.Background(), name)
	if err != nil {
		return err
	}
	now, err := change(was, ok)
	if err == nil {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.accounts[name] = now
	}
	return err
}

// Do keeps the deeds of the office.
func (f *farEnd) Do(_ context.Context, facts ...hall.Fact) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken != nil {
		return f.broken
	}
	f.deeds = append(f.deeds, facts...)
	return nil
}

// did lists what was done to an account, as words.
func (f *farEnd) did(name string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []string
	for _, d := range f.deeds {
		if deed := d.(hall.Deed); deed.Acted().About == name {
			word := string(d.Type())
			switch d := d.(type) {
			case hall.AccountChanged:
				word = string(d.Did)
			case hall.AccountSignedIn:
				word = strings.TrimSuffix("in:"+string(d.With)+"+"+string(d.Second), "+")
			}
			all = append(all, word)
		}
	}
	return all
}

// account returns an account as it is stored.
func (f *farEnd) account(name string) Account {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.accounts[name]
}

// change changes an account behind the office's back.
func (f *farEnd) change(name string, change func(*Account)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	a := f.accounts[name]
	a.Name = name
	change(&a)
	f.accounts[name] = a
}

// errBroken is what a far end says that does not work.
var errBroken = errors.New("disk on fire")

func (f *farEnd) breakWith(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.broken = err
}

// The files of the pages as they are shipped.
func rateFiles() fs.FS   { return os.DirFS("../../../web-kiosk/src/rate") }
func sharedFiles() fs.FS { return os.DirFS("../../../web-kiosk/src/shared") }

// shippedPages are read once: no page changes while it is served.
var shippedPages = sync.OnceValues(func() (*Pages, error) { return ReadPages(rateFiles(), sharedFiles()) })

// newStore is the file of a store in which nothing is: to migrate one takes longer than most tests.
var newStore = sync.OnceValues(func() (file []byte, err error) {
	dir, err := os.MkdirTemp("", "store")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	s, err := store.Open(context.Background(), dir)
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, "hub.db"))
})

// storeDir is a folder in which a new store lies.
func storeDir(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	file, err := newStore()
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "hub.db"), file, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func reasons(t testing.TB) Reasons {
	t.Helper()
	data, err := os.ReadFile("../../../configs/reasons.json")
	if err != nil {
		t.Fatal(err)
	}
	rs, err := ReadReasons(data)
	if err != nil {
		t.Fatal(err)
	}
	return rs
}
