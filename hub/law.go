package hub

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"time"

	"hallpulse/configs"
	"hallpulse/configs/strict"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/rating"
	"hallpulse/hub/internal/store"
	"hallpulse/hub/internal/web"
)

// decider records what people decide: in the running hub its intake, else one that is used once.
type decider func(ctx context.Context, keys intake.Keys, do intake.Decide, boxes ...intake.Box) error

// once decides beside a hub that does not run.
func once(s *store.Store, now func() time.Time) decider {
	return func(_ context.Context, keys intake.Keys, do intake.Decide, boxes ...intake.Box) error {
		return intake.New(intake.Options{Store: s, Now: now}).Once(keys, do, boxes...)
	}
}

// ourPack is the policy pack that is in force where the centre has adopted none.
const ourPack = "policy/ours.yaml"

// establish tells what this program knows of the law and the database does not: a first policy pack, and every year of
// the State Council's calendar that is shipped. What the centre decided since stays.
func establish(ctx context.Context, decide decider) error {
	pack, sha, err := readPack(configs.FS(), ourPack)
	if err != nil {
		return err
	}
	years, err := shippedYears()
	if err != nil {
		return err
	}
	return decide(ctx, intake.Keys{}, func(k intake.Known) ([]hall.Fact, error) {
		law, today := k.Law(), hall.DayOf(k.Now())
		var facts []hall.Fact
		if len(law.Packs) == 0 {
			adopted, err := law.Adopt(pack, 0, sha, today, hall.Person{})
			if err != nil {
				return nil, err
			}
			facts = adopted
		}
		for _, y := range years {
			published, err := law.Publish(y.year, y.sha, today, hall.Person{})
			if refused, is := errors.AsType[*rating.Refused](err); is && (refused.Code == rating.RefusedKnown || refused.Code == rating.RefusedSettled) {
				continue // as it was told, or told otherwise by the centre
			}
			if err != nil {
				return nil, fmt.Errorf("calendar of %d: %w", y.year.Year, err)
			}
			facts = append(facts, published...)
		}
		return facts, nil
	})
}

// readPack reads a policy pack strictly, and the SHA-256 of its file.
func readPack(files fs.FS, name string) (hall.Policy, string, error) {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return hall.Policy{}, "", err
	}
	return parsePack(name, data)
}

func parsePack(name string, data []byte) (hall.Policy, string, error) {
	var pack hall.Policy
	d := strict.Bytes(name, data, &pack)
	d.Blame(pack.Faults())
	sum := sha256.Sum256(data)
	return pack, hex.EncodeToString(sum[:]), d.Err()
}

type shippedYear struct {
	year hall.CalendarYear
	sha  string
}

// shippedYears are the years of the calendar that this program carries, oldest first.
func shippedYears() ([]shippedYear, error) {
	names, err := fs.Glob(configs.FS(), "calendar/*.json")
	if err != nil {
		return nil, err
	}
	var years []shippedYear
	for _, name := range names {
		data, err := fs.ReadFile(configs.FS(), name)
		if err != nil {
			return nil, err
		}
		y, err := parseYear(path.Base(name), data)
		if err != nil {
			return nil, err
		}
		years = append(years, y)
	}
	return years, nil
}

func parseYear(name string, data []byte) (shippedYear, error) {
	var y shippedYear
	if err := json.Unmarshal(data, &y.year); err != nil {
		return y, fmt.Errorf("%s: %w", name, err)
	}
	sum := sha256.Sum256(data)
	y.sha = hex.EncodeToString(sum[:])
	return y, y.year.Validate()
}

// PolicyAdopt puts a policy pack of a file in force from a day on, written as 2026-12-01.
func PolicyAdopt(ctx context.Context, c Config, file, from string) error {
	day, err := hall.ParseDay(from)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if _, _, err := parsePack(file, data); err != nil {
		return err
	}
	_, err = request[nothing](ctx, c, actPolicyAdopt, packFrom{file, data, day})
	return err
}

// CalendarPublish enters the State Council's arrangement of a year from a file of the form of configs/calendar.
func CalendarPublish(ctx context.Context, c Config, file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	_, err = request[nothing](ctx, c, actCalendarPublish, packFrom{File: file, Data: data})
	return err
}

// AgentLost declares that an agent will not come back.
func AgentLost(ctx context.Context, c Config, name string) error {
	_, err := request[nothing](ctx, c, actAgentLost, agentName{name})
	return err
}

// ClockAccept says that the hub's clock is right, after its clock rules stopped.
func ClockAccept(ctx context.Context, c Config) error {
	_, err := request[nothing](ctx, c, actClockAccept, nothing{})
	return err
}

// EventsRetry reads events again that could not be read when they came, and returns how many can be now.
func EventsRetry(ctx context.Context, c Config) (int, error) {
	return request[int](ctx, c, actEventsRetry, nothing{})
}

type packFrom struct {
	File string
	Data []byte
	From hall.Day
}

func (k *keeper) policyAdopt(ctx context.Context, in packFrom) (nothing, error) {
	pack, sha, err := parsePack(in.File, in.Data)
	if err != nil {
		return nothing{}, err
	}
	return nothing{}, k.decide(ctx, intake.Keys{}, func(known intake.Known) ([]hall.Fact, error) {
		return known.Law().Adopt(pack, in.From, sha, hall.DayOf(known.Now()), hall.Console())
	})
}

func (k *keeper) calendarPublish(ctx context.Context, in packFrom) (nothing, error) {
	y, err := parseYear(in.File, in.Data)
	if err != nil {
		return nothing{}, err
	}
	err = k.decide(ctx, intake.Keys{}, func(known intake.Known) ([]hall.Fact, error) {
		return known.Law().Publish(y.year, y.sha, hall.DayOf(known.Now()), hall.Console())
	})
	if err == nil && k.changed != nil {
		err = k.changed(ctx, "")
	}
	return nothing{}, err
}

func (k *keeper) agentLost(ctx context.Context, in agentName) (nothing, error) {
	a, err := k.store.Agent(ctx, in.Name)
	if errors.Is(err, store.ErrUnknown) {
		return nothing{}, &web.LostRefused{Code: web.LostUnknown, Name: in.Name}
	}
	if err != nil {
		return nothing{}, err
	}
	return nothing{}, declareLost(ctx, a, k.decide, hall.Console(), k.now())
}

// declareLost says that an agent will not come back, where the law lets anybody say so.
func declareLost(ctx context.Context, a store.Agent, decide decider, by hall.Person, now time.Time) error {
	return decide(ctx, intake.Keys{States: []uint32{a.Number}}, func(known intake.Known) ([]hall.Fact, error) {
		days := known.Law().Of(hall.DayOf(now)).Rating.LostAfter
		heard := a.Seen
		if heard.IsZero() {
			heard = a.Added
		}
		if !rating.MayDeclareLost(!a.Revoked.IsZero(), heard, days, now) {
			return nil, &web.LostRefused{Code: web.LostHeard, Name: a.Name, At: heard, Days: days}
		}
		if st, ok := known.Agent(a.Number); ok && !st.Lost.IsZero() {
			return nil, &web.LostRefused{Code: web.LostAlready, Name: a.Name, At: st.Lost}
		}
		return []hall.Fact{hall.AgentLost{Act: hall.Act{About: a.Name, By: by}, Agent: a.Number}}, nil
	})
}

func (k *keeper) clockAccept(ctx context.Context, _ nothing) (nothing, error) {
	ticked, err := k.store.Ticked(ctx)
	if err != nil {
		return nothing{}, err
	}
	err = k.decide(ctx, intake.Keys{}, func(intake.Known) ([]hall.Fact, error) {
		return []hall.Fact{hall.ClockAccepted{Act: hall.Act{By: hall.Console()}, Ticked: ticked}}, nil
	})
	if err == nil && k.accepted != nil {
		k.accepted()
	}
	return nothing{}, err
}

func (k *keeper) eventsRetry(ctx context.Context, _ nothing) (int, error) {
	for read := 0; ; {
		n := 0
		err := k.decide(ctx, intake.Keys{Unread: true, Most: 100_000}, func(known intake.Known) ([]hall.Fact, error) {
			var facts []hall.Fact
			for _, f := range known.Unread() {
				f.By = hall.Console()
				facts = append(facts, f)
			}
			n = len(facts)
			return facts, nil
		})
		if read += n; err != nil || n == 0 {
			return read, err
		}
	}
}
