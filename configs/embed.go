// Package configs holds the sample configuration that is shipped: agent.yaml, hub.yaml, a hall, the official reasons. It
// holds bytes alone; programs read them, or a file on disk instead.
package configs

import (
	"embed"
	"io/fs"
)

//go:embed *.yaml *.json
var files embed.FS

// FS returns the files by name.
func FS() fs.FS { return files }
