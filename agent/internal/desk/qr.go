package desk

import (
	"fmt"
	"strings"

	qrcode "github.com/skip2/go-qrcode"
)

// drawQR draws text as a picture without a size of its own: black modules on white, four of quiet zone (ISO 18004 §6.3.8), at
// level M as on paper.
func drawQR(text string) ([]byte, error) {
	q, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return nil, fmt.Errorf("qr code: %w", err)
	}
	rows := q.Bitmap() // with its quiet zone
	var path strings.Builder
	for y, row := range rows {
		for x := 0; x < len(row); x++ {
			from := x
			for x < len(row) && row[x] {
				x++
			}
			if x > from {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from, y, x-from, x-from)
			}
		}
	}
	n := len(rows)
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges">`+
		`<path fill="#fff" d="M0 0h%dv%dh-%dz"/><path fill="#000" d="%s"/></svg>`, n, n, n, n, n, path.String()), nil
}
