// Package configs holds the configuration that is shipped: agent.yaml, hub.yaml, a hall, the official reasons, the
// responsibility list, the policy packs (policy/), the State Council's calendar, one file a year (calendar/), the
// forms of inspections (inspection/), the frames of vendors' pads (pads/), the printers (printers/) and what stands on paper
// (paper/). It holds bytes alone; programs read them, or a file on disk instead.
package configs

import (
	"embed"
	"io/fs"
)

//go:embed *.yaml *.json policy/*.yaml calendar/*.json inspection/*.yaml pads/*.yaml printers/*.yaml paper/*.yaml
var files embed.FS

// FS returns the files by name.
func FS() fs.FS { return files }
