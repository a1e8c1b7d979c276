//go:build e2e

package rating

import (
	"bufio"
	"bytes"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"hallpulse/firmware-protocol/hall"
)

const (
	firstDay, lastDay = "2020-01-01", "2026-12-31"
	longest           = 20
)

// everyDeadline prints a line for each day: the day, then what chinese-days calls the 1st to 20th working day after it.
const everyDeadline = `
const { findWorkday } = require('chinese-days')
const [first, last, longest] = process.argv.slice(1)
for (let t = Date.parse(first); t <= Date.parse(last); t += 86400e3) {
  const day = new Date(t).toISOString().slice(0, 10)
  const line = [day]
  for (let n = 1; n <= longest; n++) line.push(findWorkday(n, day))
  console.log(line.join(' '))
}`

// TestWorkingDaysEqualChineseDays compares with the real package: every day 2020 to 2026, 1 to 20 working days. Where
// they end in a published year both say the same; beyond it, where the package takes every weekday as worked, ours are
// provisional.
func TestWorkingDaysEqualChineseDays(t *testing.T) {
	node := exec.Command("node", "-e", everyDeadline, firstDay, lastDay, fmt.Sprint(longest))
	node.Dir = "../../../web-kiosk"
	node.Env = append(node.Environ(), "TZ=UTC")
	var faults bytes.Buffer
	node.Stderr = &faults
	out, err := node.Output()
	if err != nil {
		t.Fatalf("node: %v\n%s\nIs web-kiosk/node_modules there? cd web-kiosk && npm ci", err, faults.String())
	}
	calendar := published(t).Calendar
	day, provisional := date(t, firstDay), 0
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); day++ {
		said := strings.Fields(lines.Text())
		if len(said) != longest+1 || said[0] != day.String() {
			t.Fatalf("after %v: %q", day-1, lines.Text())
		}
		for n := 1; n <= longest; n++ {
			got := calendar.After(day, hall.Span{Days: n, Unit: hall.WorkingDays}, "lan-1")
			if got.Provisional {
				provisional++
			}
			if beyond := said[n] > lastDay; got.Provisional != beyond || !beyond && got.Day.String() != said[n] {
				t.Errorf("%d working days after %v: %v, provisional %v; chinese-days says %s", n, day, got.Day, got.Provisional, said[n])
			}
		}
	}
	if day != date(t, lastDay)+1 || provisional == 0 {
		t.Errorf("compared to %v, %d of them provisional", day-1, provisional)
	}
}
