package hub

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"hallpulse/hub/internal/store"
)

// One function for each subcommand that does not run the hub. Those about a running hub ask it over its control socket;
// where none runs they open the store themselves.

// Made says where Init put the keys.
type Made struct {
	Folder      string
	Fingerprint string // of the hub, as enrolment lines carry it
}

// Init makes the keys of a new hub. It never writes over existing ones.
func Init(c Config) (Made, error) {
	folder, err := createKeys(c.Data)
	if err != nil {
		return Made{}, err
	}
	keys, err := readKeys(c.Data)
	if err != nil {
		return Made{}, err
	}
	return Made{folder, keys.fingerprint()}, nil
}

// Summary says in a few lines what a hub with this configuration is.
func (c Config) Summary() string {
	var b strings.Builder
	fmt.Fprintf(&b, "The configuration is good.\n%s, data in %s\n", c.Centre.Name, c.Data)
	url := c.PublicURL
	if url == "" {
		url = "no public_url: tickets carry no QR code"
	}
	fmt.Fprintf(&b, "citizens  %s  %s\noffice    %s  %s\n", c.Public.Listen, url, c.Office.Listen, c.Office.URL)
	fmt.Fprintf(&b, "agents    %s  dialled as %s\n", c.Broker.Listen, c.Broker.Advertise)
	for _, h := range c.Halls {
		fmt.Fprintf(&b, "hall      %s %s, agent %s, %d windows, %s\n", h.catalogue.Hall.ID, h.catalogue.Hall.Name, strings.Join(h.agents(), ", "), len(h.catalogue.Windows), h.File)
	}
	if len(c.Halls) == 0 {
		fmt.Fprintln(&b, "no halls: the board will be empty")
	}
	return b.String()
}

// Agent is an enrolled agent as `agent list` shows it.
type Agent struct {
	Number  uint32
	Name    string
	Added   time.Time
	Revoked time.Time // zero: it may speak
	Heard   time.Time // last; zero: never
}

// AgentAdd makes an agent and returns its enrolment line. It is the only copy of the agent's secret.
func AgentAdd(ctx context.Context, c Config, name string) (line string, err error) {
	return request[string](ctx, c, actAgentAdd, agentName{name})
}

// AgentList lists all agents, revoked ones too.
func AgentList(ctx context.Context, c Config) ([]Agent, error) {
	return request[[]Agent](ctx, c, actAgentList, nothing{})
}

// AgentRevoke shuts an agent out, at once.
func AgentRevoke(ctx context.Context, c Config, name string) error {
	_, err := request[nothing](ctx, c, actAgentRevoke, agentName{name})
	return err
}

// AgentRotate gives an agent a new secret and returns its line. The old one holds until the agent comes with the new.
func AgentRotate(ctx context.Context, c Config, name string) (line string, err error) {
	return request[string](ctx, c, actAgentRotate, agentName{name})
}

// Report is what a proof of the store says.
type Report struct {
	Text   string
	Faults int
}

// Check proves the store against its own events.
func Check(ctx context.Context, c Config) (Report, error) {
	return request[Report](ctx, c, actCheck, nothing{})
}

// Rebuild makes everything that follows from events anew, and proves it.
func Rebuild(ctx context.Context, c Config) (Report, error) {
	return request[Report](ctx, c, actRebuild, nothing{})
}

// Backup copies the database to file, checked, while the hub runs.
func Backup(ctx context.Context, c Config, file string) error {
	file, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	if _, err := request[nothing](ctx, c, actBackup, backupTo{file}); err != nil {
		return err
	}
	if _, err := os.Stat(file); err != nil {
		return fmt.Errorf("the hub wrote %s, but it sees other folders than you (a systemd service has its own /tmp): name a file in %s", file, c.Backup.Dir)
	}
	return nil
}

// Restored says what a restore put away and what it lost.
type Restored struct {
	Before string    // the database before it; empty: there was none
	Copied time.Time // what only the hub heard from here
	At     time.Time // to here is lost
}

// Restore puts a copy in the place of the database. No hub may run.
func Restore(ctx context.Context, c Config, file string) (Restored, error) {
	if _, err := os.Stat(c.Data); err == nil {
		if err := ownedByUs(c.Data); err != nil {
			return Restored{}, err
		}
	}
	before, err := store.Restore(ctx, file, c.Data, c.Clock.orSystem().Now())
	if errors.Is(err, store.ErrRunning) {
		return Restored{}, fmt.Errorf("%w: stop it first", err)
	}
	if err != nil {
		return Restored{}, err
	}
	s, err := openStore(ctx, c)
	if err != nil {
		return Restored{}, err
	}
	defer s.Close()
	span, _, err := s.Restored(ctx)
	return Restored{before, span.Copied, span.Restored}, err
}

// Version names this program.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	version, dirty := info.Main.Version, ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && version == "(devel)":
			version = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = ", changed"
		}
	}
	return version + dirty + ", " + info.GoVersion
}
