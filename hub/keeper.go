package hub

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/store"
)

// keeper does what subcommands ask: in the running hub, or beside a store that no hub holds.
type keeper struct {
	config  Config
	store   *store.Store
	now     func() time.Time
	changed func(ctx context.Context, agent string) error // an agent was added, rotated or revoked; empty: what all are told

	catalogues *catalogues         // the running hub's; nil where none runs
	published  func(hallID string) // a version of a hall's catalogue is in force

	decide   decider
	accepted func() // the running hub's clock was found right; nil where none runs
}

// record adds deeds that need no decision.
func (k *keeper) record(ctx context.Context, facts ...hall.Fact) error {
	return recording(k.decide)(ctx, facts...)
}

// recording records deeds that need no decision.
func recording(decide decider) func(context.Context, ...hall.Fact) error {
	return func(ctx context.Context, facts ...hall.Fact) error {
		return decide(ctx, intake.Keys{}, func(intake.Known) ([]hall.Fact, error) { return facts, nil })
	}
}

// The acts that subcommands know.
const (
	actAgentAdd      = "agent/add"
	actAgentList     = "agent/list"
	actAgentRevoke   = "agent/revoke"
	actAgentRotate   = "agent/rotate"
	actPINSet        = "staff/pin"
	actPINDrop       = "staff/unpin"
	actPINCode       = "staff/code"
	actPINUnlock     = "staff/unlock"
	actPINList       = "staff/list"
	actClerkCheck    = "staff/check"
	actUserAdd       = "user/add"
	actUserCheck     = "user/check"
	actUserList      = "user/list"
	actUserDisable   = "user/disable"
	actUserEnable    = "user/enable"
	actUserPassword  = "user/password"
	actUserTOTPReset = "user/totp-reset"
	actCheck         = "check"
	actRebuild       = "rebuild"
	actBackup        = "backup"

	actPolicyAdopt     = "policy/adopt"
	actCalendarPublish = "calendar/publish"
	actAgentLost       = "agent/lost"
	actClockAccept     = "clock/accept"
	actEventsRetry     = "events/retry"
)

// nothing is the answer of an act that says nothing, and what is asked of one that needs nothing.
type nothing struct{}

func (k *keeper) control() control {
	return control{
		actAgentAdd:      act(k.agentAdd),
		actAgentList:     act(k.agentList),
		actAgentRevoke:   act(k.agentRevoke),
		actAgentRotate:   act(k.agentRotate),
		actPINSet:        act(k.pinSet),
		actPINDrop:       act(k.pinDrop),
		actPINCode:       act(k.pinCode),
		actPINUnlock:     act(k.pinUnlock),
		actPINList:       act(k.pinList),
		actClerkCheck:    act(k.clerkCheck),
		actUserAdd:       act(k.userAdd),
		actUserCheck:     act(k.userCheck),
		actUserList:      act(k.userList),
		actUserDisable:   act(k.userDisable),
		actUserEnable:    act(k.userEnable),
		actUserPassword:  act(k.userPassword),
		actUserTOTPReset: act(k.userTOTPReset),
		actCheck:         act(k.check),
		actRebuild:       act(k.rebuild),
		actBackup:        act(k.backup),

		actPolicyAdopt:      act(k.policyAdopt),
		actCalendarPublish:  act(k.calendarPublish),
		actAgentLost:        act(k.agentLost),
		actCataloguePublish: act(k.cataloguePublish),
		actCatalogueList:    act(k.catalogueList),
		actCatalogueShow:    act(k.catalogueShow),
		actClockAccept:      act(k.clockAccept),
		actEventsRetry:      act(k.eventsRetry),
	}
}

// act reads what is asked for do.
func act[In, Out any](do func(context.Context, In) (Out, error)) func(context.Context, json.RawMessage) (any, error) {
	return func(ctx context.Context, raw json.RawMessage) (any, error) {
		var in In
		if err := json.Unmarshal(raw, &in); err != nil {
			return nil, fmt.Errorf("not understood: %w", err)
		}
		return do(ctx, in)
	}
}

// request asks the running hub; where none runs it opens the store and does the act itself.
func request[Out any](ctx context.Context, c Config, act string, in any) (out Out, err error) {
	raw, err := json.Marshal(in)
	if err != nil {
		return out, err
	}
	if err := ask(ctx, c.Data, act, raw, &out); !errors.Is(err, errNoHub) {
		return out, err
	}
	if _, err := os.Stat(c.Data); errors.Is(err, fs.ErrNotExist) {
		return out, fmt.Errorf("%s is not there: run `hall-hub init` first", c.Data)
	}
	s, err := openStore(ctx, c)
	if errors.Is(err, store.ErrRunning) {
		return out, fmt.Errorf("%w, and does not answer: it is starting or stopping; try again", err)
	}
	if err != nil {
		return out, err
	}
	defer s.Close()
	now := c.Clock.orSystem().Now
	k := &keeper{config: c, store: s, now: now, decide: once(s, now), changed: func(context.Context, string) error { return nil }}
	acts := k.control()
	if _, known := acts[act]; !known { // it needs the keys, which may be elsewhere
		p, err := k.privacy()
		if err != nil {
			return out, err
		}
		acts = p.control()
	}
	answer, err := acts.do(ctx, act, raw)
	if err != nil {
		return out, err
	}
	return answer.(Out), nil
}

// privacy answers for personal data beside a hub that does not run.
func (k *keeper) privacy() (*privacy, error) {
	keys, err := readKeys(k.config.Data)
	if err != nil {
		return nil, err
	}
	gone, err := openErased(k.config.Data)
	if err != nil {
		return nil, err
	}
	p := newPrivacy(k.config, k.store, keys.vault, gone, k.now, slog.New(slog.DiscardHandler))
	p.record = k.record
	p.underWay = 0 // nobody else writes
	return p, nil
}

// openStore opens the database, or says what to do.
func openStore(ctx context.Context, c Config) (*store.Store, error) {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, err
	}
	if err := ownedByUs(c.Data); err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, c.Data)
	switch {
	case err == nil:
		return s, nil
	case errors.Is(err, store.ErrRunning):
		return nil, err
	}
	return nil, unusable(c, err)
}

// unusable says what to do about a database that cannot be read.
func unusable(c Config, err error) error {
	hint := "there is no copy in " + c.Backup.Dir
	if copies, _ := backupsIn(c.Backup.Dir); len(copies) > 0 {
		hint = "put the newest copy back: hall-hub restore " + copies[len(copies)-1]
	}
	return fmt.Errorf("the database cannot be used (%w)\nNothing was changed. Agents keep all they said and say it again. If the disk is sound, %s", err, hint)
}

type agentName struct{ Name string }

// agentAdd enrols an agent and returns its line. Its secret is nowhere else: the hub keeps what follows from it.
func (k *keeper) agentAdd(ctx context.Context, in agentName) (string, error) {
	keys, err := readKeys(k.config.Data)
	if err != nil {
		return "", err
	}
	secret, key := k.newSecret(keys)
	a, err := k.store.AddAgent(ctx, in.Name, k.now(), key)
	if errors.Is(err, store.ErrTaken) {
		return "", fmt.Errorf("agent %s: the name is in use; a revoked agent's name is not given again", in.Name)
	}
	if err != nil {
		return "", err
	}
	return k.line(ctx, keys, a, secret)
}

// newSecret draws what an agent and its hub share, and says what of it the hub keeps.
func (k *keeper) newSecret(keys *keyring) (uplink.Secret, func(number uint32) (store.AgentKey, error)) {
	secret := uplink.Secret(make([]byte, 32))
	rand.Read(secret[:])
	return secret, func(number uint32) (store.AgentKey, error) {
		return store.AgentKey{
			Public:      secret.SigningKey().Public().(ed25519.PublicKey),
			PasswordSHA: sha256.Sum256([]byte(secret.Password())),
			ConfigKey:   keys.vault.SealKey(agentPurpose(number), secret.ConfigKey()),
			From:        hall.DayOf(k.now()),
		}, nil
	}
}

// line writes an agent's enrolment line. It is the only copy of the secret.
func (k *keeper) line(ctx context.Context, keys *keyring, a store.Agent, secret uplink.Secret) (string, error) {
	line, err := uplink.Enrolment{Name: a.Name, Number: a.Number, Hub: k.config.Broker.Advertise, PublicURL: k.config.PublicURL,
		CA: keys.fingerprint(), BoxKey: keys.boxKey(), Secret: secret[:]}.Line()
	if err != nil {
		return "", err
	}
	return line, k.changed(ctx, a.Name)
}

// rotateGrace is how long the secret before still lets an agent in that does not come with its new one (design §3).
const rotateGrace = 30 * 24 * time.Hour

// agentRotate gives an agent a new secret.
func (k *keeper) agentRotate(ctx context.Context, in agentName) (string, error) {
	keys, err := readKeys(k.config.Data)
	if err != nil {
		return "", err
	}
	secret, key := k.newSecret(keys)
	a, err := k.store.RotateAgent(ctx, in.Name, k.now(), rotateGrace, key)
	if errors.Is(err, store.ErrUnknown) {
		return "", fmt.Errorf("no agent %q is in use: `hall-hub agent list` names them", in.Name)
	}
	if err != nil {
		return "", err
	}
	return k.line(ctx, keys, a, secret)
}

func (k *keeper) agentList(ctx context.Context, _ nothing) ([]Agent, error) {
	stored, err := k.store.Agents(ctx)
	agents := []Agent{}
	for _, a := range stored {
		agents = append(agents, Agent{a.Number, a.Name, a.Added, a.Revoked, a.Seen})
	}
	return agents, err
}

func (k *keeper) agentRevoke(ctx context.Context, in agentName) (nothing, error) {
	err := k.store.RevokeAgent(ctx, in.Name, k.now())
	if errors.Is(err, store.ErrUnknown) {
		return nothing{}, fmt.Errorf("no agent %q is in use: `hall-hub agent list` names them", in.Name)
	}
	if err != nil {
		return nothing{}, err
	}
	return nothing{}, k.changed(ctx, in.Name)
}

func (k *keeper) check(ctx context.Context, _ nothing) (Report, error) {
	r, err := k.store.Check(ctx)
	if err != nil {
		return Report{}, err
	}
	return Report{r.String(), len(r.Faults)}, nil
}

func (k *keeper) rebuild(ctx context.Context, _ nothing) (Report, error) {
	if err := k.store.Rebuild(ctx); err != nil {
		return Report{}, err
	}
	r, err := k.check(ctx, nothing{})
	r.Text = "all that follows from events was made anew\n" + r.Text
	return r, err
}

type backupTo struct{ File string }

func (k *keeper) backup(ctx context.Context, in backupTo) (nothing, error) {
	return nothing{}, k.store.Backup(ctx, in.File, k.now())
}
