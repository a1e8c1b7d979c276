package hub

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/notify"
	"hallpulse/hub/internal/private"
	"hallpulse/hub/internal/repair"
	"hallpulse/hub/internal/store"
)

// hookPath is where the provider of messages tells what became of them (gateway/README.md), at the office's address: it
// is signed, and needs no session.
const hookPath = "/hook/sms"

// mail is the store of messages as who sends and hears of them needs it: read from the store, decided by the one writer of
// facts.
type mail struct {
	store *store.Store
	facts *intake.Intake
}

func (m mail) Due(ctx context.Context, now time.Time, n int) ([]notify.Message, error) {
	return m.store.Due(ctx, now, n)
}

func (m mail) LastAsked(ctx context.Context, marks []string) (notify.Message, bool, error) {
	return m.store.LastAsked(ctx, marks)
}

func (m mail) Do(ctx context.Context, id string, decide func(notify.Message) ([]hall.Fact, error), filed ...private.Filed) error {
	var boxes []intake.Box
	for _, f := range filed {
		boxes = append(boxes, boxOf(f))
	}
	return m.facts.Decide(ctx, intake.Keys{Messages: []string{id}}, func(k intake.Known) ([]hall.Fact, error) {
		is, ok := k.Message(id)
		if !ok {
			return nil, notify.Refusal{Code: notify.NoSuch}
		}
		return decide(is)
	}, boxes...)
}

// box returns the box that a message goes to; false where it was erased.
func (m mail) box(ctx context.Context, ref string) (private.Box, bool, error) {
	box, err := m.store.Box(ctx, ref)
	if errors.Is(err, store.ErrUnknown) {
		return private.Box{}, false, nil
	}
	return sealedOf(box), err == nil, err
}

// rate makes a rating of a digit that was sent in answer to a message: of the visit, or of its repair (domain §3.2, §4). What
// cannot be rated any more stays as it is, and so does what was rated with the same answer before.
func (m mail) rate(ctx context.Context, about notify.Message, level hall.Level, answer string, _ time.Time) error {
	visit, err := hall.ParseID(about.Of)
	if err != nil {
		return err
	}
	if about.Kind == hall.MessageSecondAsked {
		return m.rateRepair(ctx, visit, level)
	}
	v, ok, err := m.store.Visit(ctx, visit)
	if err != nil || !ok {
		return err
	}
	return m.facts.Record(ctx, []hall.Fact{hall.RatingGiven{Ticket: v.Ticket, Visit: visit, Window: v.Window, Level: level, Channel: hall.ChannelSMS,
		Answer: answer, ReasonMissing: level.IsBad(), Reply: about.ID}})
}

func (m mail) rateRepair(ctx context.Context, visit hall.ID, level hall.Level) error {
	err := m.facts.Decide(ctx, intake.Keys{Visits: []hall.ID{visit}}, func(k intake.Known) ([]hall.Fact, error) {
		r, _ := k.Repair(visit.String())
		return r.Rate(repair.Verdict{Level: level, Channel: hall.ChannelSMS}, repair.Hand{By: hall.Citizen(), Now: k.Now()}, k.Law())
	})
	if _, refused := errors.AsType[*repair.Refused](err); refused {
		return nil
	}
	return err
}

// post opens what carries messages: who sends what is due, and what takes the provider's word. Without a provider both are
// nil.
func (h *Hub) post(facts *intake.Intake, vault *private.Vault, now func() time.Time, ill func(bool), log *slog.Logger) (send task, hook http.Handler, err error) {
	c := h.Config
	m := mail{h.store, facts}
	p, hook, collect, err := c.carry(&letterbox{messages: m, vault: vault, rate: m.rate, now: now, log: log}, now, log)
	if err != nil || p == nil {
		return nil, nil, err
	}
	shared, err := sharedFiles()
	if err != nil {
		return nil, nil, err
	}
	words, err := notify.ReadTexts(shared)
	if err != nil {
		return nil, nil, err
	}
	s := &sender{messages: m, box: m.box, vault: vault, provider: p, text: c.say(words, h.catalogues.now), now: now, ill: ill, log: log, collect: collect,
		law: notify.Law{Quiet: c.SMS.Quiet.quiet(), Idempotent: p.Idempotent()}}
	return s.run, hook, nil
}

// hooked lets the provider in before the office asks for a session.
func hooked(office, hook http.Handler) http.Handler {
	if hook == nil {
		return office
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == hookPath {
			hook.ServeHTTP(w, r)
			return
		}
		office.ServeHTTP(w, r)
	})
}

// phones tells the hotline which tickets somebody left his number with.
type phones struct {
	store *store.Store
	vault *private.Vault
}

func (p phones) LeftWith(ctx context.Context, phone string) ([]intake.Ticket, error) {
	return p.store.LeftWith(ctx, p.vault.Marks(private.MarkPhone, private.Number(phone)))
}
