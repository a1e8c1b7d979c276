// Package webkiosk holds what browsers are given and what people read: the built pages (dist), the citizen's page that
// the hub renders (src/rate), and the one catalogue of words for screens, pages and paper (src/shared/words) with
// the one sheet of colours and sizes (src/shared/tokens.css).
package webkiosk

import (
	"embed"
	"io/fs"
)

//go:embed all:dist all:src/rate all:src/shared/words src/shared/tokens.css
var files embed.FS

// FS returns the files, by their paths in this folder. On a tree where the pages were never built, dist is empty.
func FS() fs.FS { return files }
