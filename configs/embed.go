// Package configs holds the configuration that is shipped: agent.yaml, hub.yaml, a hall, the official reasons, the policy
// packs (policy/) and the State Council's calendar, one file a year (calendar/). It holds bytes alone; programs read them,
// or a file on disk instead.
package configs

import (
	"embed"
	"io/fs"
)

//go:embed *.yaml *.json policy/*.yaml calendar/*.json
var files embed.FS

// FS returns the files by name.
func FS() fs.FS { return files }
