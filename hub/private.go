package hub

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/private"
	"hallpulse/hub/internal/store"
	"hallpulse/hub/internal/web"
)

// boxes is the table of boxes as whoever answers for personal data needs it.
type boxes interface {
	// Find returns the boxes of a subject, by ref. Those of a visit are all that is filed under it or named by its answers.
	Find(ctx context.Context, s private.Subject) ([]private.Filed, error)
	// Older returns the refs of at most n boxes of a kind whose day is not after through and whose matter is not open any more.
	Older(ctx context.Context, kind private.Kind, through hall.Day, n int) ([]string, error)
	// Scrub writes over what was erased wherever it still lies beside the table, or says that it cannot be done now.
	Scrub(ctx context.Context) error
}

// privacy does what is done with all personal data at once: its key is changed, what has had its time is erased, a person
// is given what is kept of him, and what he wants erased is gone for ever.
type privacy struct {
	data   string
	vault  *private.Vault
	sealed []private.Shelf // all that is sealed under the vault's key
	boxes  boxes
	erased *erased
	// record records deeds; a private.erased deletes the boxes that it names, with salt and label, in the same transaction.
	record func(ctx context.Context, facts ...hall.Fact) error
	keep   private.Retention
	now    func() time.Time
	log    *slog.Logger

	// underWay is how long a text that was sealed may be on its way into the store.
	underWay time.Duration
	rotating sync.Mutex
	residue  atomic.Bool // something that was erased may still lie beside the table of boxes
	// soon asks run to write over it, so that nobody waits for that; nil where nothing runs.
	soon chan struct{}
}

// newPrivacy does what is done with all personal data in a store. Its caller says how it records.
func newPrivacy(c Config, s *store.Store, vault *private.Vault, gone *erased, now func() time.Time, log *slog.Logger) *privacy {
	p := &privacy{data: c.Data, vault: vault, sealed: s.Shelves(agentPurpose, web.SecondPurpose, pinPurpose), boxes: s.Boxes(), erased: gone, keep: c.Retention, now: now,
		log: log, underWay: 10 * time.Second}
	p.residue.Store(true) // whoever ran before may have been killed
	return p
}

// agentPurpose is what the key that a hub shares with an agent is sealed for.
func agentPurpose(number uint32) string { return fmt.Sprintf("agent/%d", number) }

// The acts of subcommands about personal data.
const (
	actPrivateRotate = "private/rotate"
	actPrivateErase  = "private/erase"
	actPrivateExport = "private/export"
)

func (p *privacy) control() control {
	return control{actPrivateRotate: act(p.rotate), actPrivateErase: act(p.eraseAsked), actPrivateExport: act(p.export)}
}

// Rotation says what a change of the vault's key has done.
type Rotation struct {
	Key     string   // id of the key that seals from now on
	Began   bool     // it was made just now
	Fresh   int      // things sealed under it
	Changed int      // of these, sealed anew by this
	Stale   int      // still sealed under another key
	Damaged []string // some that no key opens
	Dropped []string // ids of keys that are no more
}

type rotateIn struct{ DropOld bool }

// PrivateRotate changes the key under which personal data, agents' keys and accounts' secrets are sealed: it makes a new
// one, seals all anew, and, if dropOld, ends the old one once it is proved that nothing needs it. Ended in the middle it is
// taken up again.
func PrivateRotate(ctx context.Context, c Config, dropOld bool) (Rotation, error) {
	return request[Rotation](ctx, c, actPrivateRotate, rotateIn{dropOld})
}

func (p *privacy) rotate(ctx context.Context, in rotateIn) (r Rotation, err error) {
	if !p.rotating.TryLock() {
		return r, errors.New("the key is being changed already: wait until that has ended")
	}
	defer p.rotating.Unlock()
	keys, err := vaultKeys(p.data)
	if err != nil {
		return r, err
	}
	if r.Began = len(keys) == 1; r.Began {
		// The new key is on disk before anything is sealed under it.
		keys = slices.Insert(keys, 0, newVaultKey())
		if err := writeVaultKeys(p.data, keys...); err != nil {
			return r, fmt.Errorf("new key: %w", err)
		}
	}
	if err := p.vault.Use(keys...); err != nil {
		return r, err
	}
	ids := p.vault.Keys()
	r.Key = ids[0].String()
	if err := p.reseal(ctx, &r); err != nil {
		return r, fmt.Errorf("%w\nThe key %s is in use and the old one still opens the rest: run the same again", err, r.Key)
	}
	if !in.DropOld {
		return r, nil
	}
	if err := p.waitForTheLast(ctx); err != nil {
		return r, err
	}
	if err := p.reseal(ctx, &r); err != nil {
		return r, err
	}
	if err := p.proveFresh(ctx); err != nil {
		return r, err
	}
	if err := writeVaultKeys(p.data, keys[0]); err != nil {
		return r, fmt.Errorf("drop the old key: %w", err)
	}
	for _, id := range ids[1:] {
		r.Dropped = append(r.Dropped, id.String())
	}
	return r, p.vault.Use(keys[0])
}

func (p *privacy) reseal(ctx context.Context, r *Rotation) error {
	r.Fresh, r.Stale, r.Damaged = 0, 0, nil
	for _, s := range p.sealed {
		found, err := p.vault.Reseal(ctx, s)
		r.Fresh, r.Changed, r.Stale = r.Fresh+found.Fresh, r.Changed+found.Changed, r.Stale+found.Stale
		r.Damaged = append(r.Damaged, found.Damaged...)
		if err != nil {
			return err
		}
	}
	return nil
}

// waitForTheLast waits until what was sealed under an old key just before is in the store.
func (p *privacy) waitForTheLast(ctx context.Context) error {
	select {
	case <-time.After(p.underWay):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// proveFresh counts all that is sealed once more.
func (p *privacy) proveFresh(ctx context.Context) error {
	stale := 0
	for _, s := range p.sealed {
		found, err := p.vault.Count(ctx, s)
		if err != nil {
			return err
		}
		stale += found.Stale
	}
	if stale > 0 {
		return fmt.Errorf("the old key is kept: %d things are still sealed under it, or cannot be opened at all. Without --drop-old this names some; `hall-hub private erase --ref` ends one that is damaged", stale)
	}
	return nil
}

// Whose says whose data a subcommand is about. One field is set.
type Whose struct {
	Ref   string
	Visit string
	Phone string
}

// String hides the number.
func (Whose) String() string { return "a person" }

// Check says what is wrong with w before anything is asked.
func (w Whose) Check() error {
	set := 0
	for _, s := range []string{w.Ref, w.Visit, w.Phone} {
		if s != "" {
			set++
		}
	}
	if set != 1 {
		return errors.New("say whose data: a visit, a phone, or the ref of a box; one of them")
	}
	if w.Ref != "" && !validRef(w.Ref) {
		return fmt.Errorf("%q is no ref of a box", w.Ref)
	}
	if w.Visit != "" {
		if _, err := hall.ParseID(w.Visit); err != nil {
			return fmt.Errorf("visit: %w", err)
		}
	}
	if w.Phone != "" && !private.IsNumber(w.Phone) {
		return errors.New("phone: want a number such as 13800000000")
	}
	return nil
}

func (p *privacy) subject(w Whose) (s private.Subject, err error) {
	if err := w.Check(); err != nil {
		return s, err
	}
	switch {
	case w.Ref != "":
		s.Refs = []string{w.Ref}
	case w.Phone != "":
		s.Marks = p.vault.Marks(private.MarkPhone, private.Number(w.Phone))
	default:
		s.Visit, err = hall.ParseID(w.Visit)
	}
	return s, err
}

// PrivateErase erases for ever what a person wants erased, and returns how many boxes that were.
func PrivateErase(ctx context.Context, c Config, w Whose) (int, error) {
	if err := w.Check(); err != nil {
		return 0, err
	}
	return request[int](ctx, c, actPrivateErase, w)
}

func (p *privacy) eraseAsked(ctx context.Context, w Whose) (int, error) {
	return p.eraseOf(ctx, w, hall.Console())
}

// eraseOf erases a person's boxes by somebody's hand. A ref that is named itself is erased though nothing lies under it: its
// box may be with an agent that has been away.
func (p *privacy) eraseOf(ctx context.Context, w Whose, by hall.Person) (int, error) {
	s, err := p.subject(w)
	if err != nil {
		return 0, err
	}
	found, err := p.boxes.Find(ctx, s)
	if err != nil {
		return 0, err
	}
	refs := s.Refs
	if refs == nil {
		refs = refsOf(found)
	}
	return len(found), p.eraseNow(ctx, w.Visit, by, refs...)
}

// eraseNow erases boxes on a person's request.
func (p *privacy) eraseNow(ctx context.Context, about string, by hall.Person, refs ...string) error {
	err := p.erase(ctx, about, by, hall.EraseRequest, refs...)
	if p.soon == nil {
		p.scrub(ctx)
		return err
	}
	p.scrubSoon()
	return err
}

// scrubSoon asks run to write over what was erased.
func (p *privacy) scrubSoon() {
	select {
	case p.soon <- struct{}{}:
	default: // it is asked already
	}
}

func refsOf(found []private.Filed) []string {
	var refs []string
	for _, f := range found {
		refs = append(refs, f.Ref)
	}
	return refs
}

// erase names the boxes as erased, then deletes them. Killed in between, sweep deletes them at the next start.
func (p *privacy) erase(ctx context.Context, about string, by hall.Person, ground hall.EraseGround, refs ...string) error {
	if err := p.erased.Add(ground, refs...); err != nil {
		return err
	}
	for _, deed := range private.Erasures(about, by, ground, refs...) {
		if err := p.record(ctx, deed); err != nil {
			return fmt.Errorf("%w\nWhat is to be erased is named in the file %s and goes when the hub starts again", err, erasedFile)
		}
	}
	p.residue.Store(true)
	return nil
}

// scrubAgain is when it is tried again where somebody still reads what was erased: a copy of a large database takes a while.
const scrubAgain = time.Minute

// scrub writes over what was erased.
func (p *privacy) scrub(ctx context.Context) {
	if !p.residue.Swap(false) {
		return
	}
	if err := p.boxes.Scrub(ctx); err != nil {
		p.residue.Store(true)
		if ctx.Err() != nil {
			return
		}
		p.log.Info("what was erased is overwritten later", "error", err)
		if p.soon != nil {
			time.AfterFunc(scrubAgain, p.scrubSoon)
		}
	}
}

// PrivateText is one thing that is kept of a person, for that person.
type PrivateText = private.Copy

// PrivateExport returns all texts that are kept of a person, and records that it did.
func PrivateExport(ctx context.Context, c Config, w Whose) ([]PrivateText, error) {
	if err := w.Check(); err != nil {
		return nil, err
	}
	return request[[]PrivateText](ctx, c, actPrivateExport, w)
}

func (p *privacy) export(ctx context.Context, w Whose) ([]PrivateText, error) {
	return p.exportOf(ctx, w, hall.Console())
}

// exportOf reads a person's boxes for somebody. The deed is in the store before anybody reads.
func (p *privacy) exportOf(ctx context.Context, w Whose, by hall.Person) ([]PrivateText, error) {
	if w.Ref != "" {
		return nil, errors.New("say whose data: a visit or a phone")
	}
	s, err := p.subject(w)
	if err != nil {
		return nil, err
	}
	return p.give(ctx, s, by)
}

// give reads the boxes of a subject.
func (p *privacy) give(ctx context.Context, s private.Subject, by hall.Person) ([]PrivateText, error) {
	found, err := p.boxes.Find(ctx, s)
	if err != nil {
		return nil, err
	}
	deed := hall.PrivateExported{Act: hall.Act{By: by}, Boxes: len(found)}
	switch {
	case len(s.Marks) > 0:
		deed.Subject = hall.SubjectPhone
	case s.About != "":
		deed.Subject, deed.About = hall.SubjectConcern, s.About
	default:
		deed.Subject, deed.About = hall.SubjectVisit, s.Visit.String()
	}
	if err := p.record(ctx, deed); err != nil {
		return nil, err
	}
	texts := []PrivateText{}
	for _, f := range found {
		texts = append(texts, p.vault.CopyOf(f))
	}
	return texts, nil
}

// run erases what was erased once and has come back, and each hour what has had its time, until ctx ends.
func (p *privacy) run(ctx context.Context) error {
	next := time.NewTicker(time.Hour)
	defer next.Stop()
	for {
		if err := errors.Join(p.sweep(ctx), p.expire(ctx)); err != nil && ctx.Err() == nil {
			p.log.Error("personal data that is to go is still there", "error", err)
		}
		p.scrub(ctx)
		for rest := false; !rest; {
			select {
			case <-p.soon:
				p.scrub(ctx)
			case <-next.C:
				rest = true
			case <-ctx.Done():
				return nil
			}
		}
	}
}

// atOnce is how many boxes are looked for, or erased, in one go.
const atOnce = 100

// sweep deletes boxes that were erased and are there again: the database was put back from a copy, or the hub was killed
// while it erased them.
func (p *privacy) sweep(ctx context.Context) error {
	for refs := range slices.Chunk(p.erased.All(), atOnce) {
		found, err := p.boxes.Find(ctx, private.Subject{Refs: refs})
		if err != nil {
			return err
		}
		for _, f := range found {
			if err := p.erase(ctx, "", hall.Person{}, p.erased.Ground(f.Ref), f.Ref); err != nil {
				return err
			}
		}
	}
	return nil
}

// expire erases what has been kept as long as the law of the house says.
func (p *privacy) expire(ctx context.Context) error {
	today := hall.DayOf(p.now())
	for _, k := range private.Kinds() {
		through, ok := private.Through(k, today, p.keep)
		if !ok {
			continue
		}
		for before := ""; ; {
			refs, err := p.boxes.Older(ctx, k, through, atOnce)
			if err != nil {
				return err
			}
			if len(refs) == 0 {
				break
			}
			if refs[0] == before {
				return fmt.Errorf("the box %s was erased and is still there", before)
			}
			if err := p.erase(ctx, "", hall.Person{}, hall.EraseRetention, refs...); err != nil {
				return err
			}
			before = refs[0]
			p.log.Info("personal data erased: it had its time", "kind", k, "boxes", len(refs))
		}
	}
	return nil
}
