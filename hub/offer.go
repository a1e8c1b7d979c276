package hub

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"time"

	"hallpulse/firmware-protocol/uplink"
)

const offerFile = "agents.json"

// toldAll is what agents were told last.
type toldAll struct {
	uplink.Config
	Catalogues map[string]uint64 `json:"catalogues,omitempty"` // newest version of each hall
}

// offer returns the configuration that agents are to have, but for each its own catalogue. Its version grows when its
// content or a catalogue does: from hub.yaml, the keys and what was published to the file beside them that remembers what was
// told last. Should the file be lost, the time keeps the version growing.
func offer(data string, want uplink.Config, catalogues map[string]uint64, now time.Time) (uplink.Config, error) {
	file := filepath.Join(data, offerFile)
	var told toldAll
	content, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return told.Config, err
	default:
		if err := json.Unmarshal(content, &told); err != nil {
			return told.Config, fmt.Errorf("%s is damaged (%w): remove it, and agents are told anew", file, err)
		}
	}
	want.V, want.Version = uplink.Version, told.Version
	if want == told.Config && maps.Equal(catalogues, told.Catalogues) {
		return told.Config, nil
	}
	want.Version = max(told.Version+1, uint64(now.Unix()))
	if content, err = json.Marshal(toldAll{want, catalogues}); err != nil {
		return told.Config, err
	}
	return want, replaceSynced(file, content)
}
