package hub

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"hallpulse/firmware-protocol/uplink"
)

const offerFile = "agents.json"

// offer returns the configuration that agents are to have. Its version grows when its content does: from hub.yaml and
// the keys to the file beside them that remembers what was told last. Should the file be lost, the time keeps the
// version growing.
func offer(data string, want uplink.Config, now time.Time) (uplink.Config, error) {
	file := filepath.Join(data, offerFile)
	var told uplink.Config
	content, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return told, err
	default:
		if err := json.Unmarshal(content, &told); err != nil {
			return told, fmt.Errorf("%s is damaged (%w): remove it, and agents are told anew", file, err)
		}
	}
	want.V, want.Version = uplink.Version, told.Version
	if want == told {
		return told, nil
	}
	want.Version = max(told.Version+1, uint64(now.Unix()))
	if content, err = json.Marshal(want); err != nil {
		return told, err
	}
	return want, replaceSynced(file, content)
}
