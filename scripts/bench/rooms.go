package main

import (
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
)

// metrics runs a room's own benchmark and returns what it reported: benchmark → unit → value.
func metrics(ctx context.Context, pattern, benchtime, room string) (map[string]map[string]float64, error) {
	cmd := exec.CommandContext(ctx, "go", "test", "-run=^$", "-bench="+pattern, "-benchtime="+benchtime, room)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", room, err, out)
	}
	all := map[string]map[string]float64{}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		if len(f) < 4 || !strings.HasPrefix(f[0], "Benchmark") {
			continue
		}
		units := map[string]float64{}
		for i := 2; i+1 < len(f); i += 2 {
			if v, err := strconv.ParseFloat(f[i], 64); err == nil {
				units[f[i+1]] = v
			}
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(f[0], "Benchmark"), "-")
		all[name] = units
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s: no benchmark matches %s", room, pattern)
	}
	return all, nil
}

// outboxRows are durable events a second against a bare committer on bbolt.
func outboxRows(ctx context.Context) ([]row, error) {
	all, err := metrics(ctx, "Durable", "2s", "./agent/internal/outbox")
	if err != nil {
		return nil, err
	}
	var rows []row
	for _, writers := range []string{"1", "8", "64"} {
		m := all["Durable/writers="+writers]
		rows = append(rows, row{
			"outbox, durable events/s, writers: " + writers, thousands(m["events/s"]),
			thousands(m["bare-events/s"]) + " (bare committer on bbolt)", fmt.Sprintf("%.2f", m["ratio"]), "≥ 0.8",
		})
	}
	return rows, nil
}

// intakeRows are a backlog into the hub's database against raw inserts of all rows it writes.
func intakeRows(ctx context.Context) ([]row, error) {
	all, err := metrics(ctx, "Intake", "1x", "./hub/internal/store")
	if err != nil {
		return nil, err
	}
	m := all["Intake"]
	return []row{{
		"hub, backlog of 200,000 events of 20 agents, events/s", thousands(m["events/s"]),
		thousands(m["raw-events/s"]) + " (raw multi-row inserts of the same rows)", fmt.Sprintf("%.2f", m["ratio"]), "≥ 0.7",
	}}, nil
}

// listRows are the lists of the office, asked as its pages ask them, of a database with so many visits: the slowest of them
// at its 95th percentile, and of the reports that of a month.
func listRows(ctx context.Context, visits int) ([]row, error) {
	all, err := metrics(ctx, fmt.Sprintf("Lists/visits=%d$", visits), "1x", "./hub/internal/store")
	if err != nil {
		return nil, err
	}
	type slowest struct {
		name string
		p95  float64
	}
	var lists, month slowest
	for name, m := range all {
		_, list, _ := strings.Cut(strings.TrimPrefix(name, "Lists/"), "/")
		of := &lists
		if strings.HasPrefix(list, "figures_by_") {
			of = &month
			if !strings.HasSuffix(list, "_a_month") {
				continue
			}
		}
		if m["p95-ms"] > of.p95 {
			*of = slowest{strings.ReplaceAll(list, "_", " "), m["p95-ms"]}
		}
	}
	of := fmt.Sprintf("of %s visits, and of %s repairs and cases each", thousands(float64(visits)), thousands(float64(visits)/10))
	return []row{
		{"office, slowest list " + of + ", p95", fmt.Sprintf("%.1f ms (%s)", lists.p95, lists.name), "", "", "≤ 100 ms"},
		{"office, slowest report of a month " + of + ", p95", fmt.Sprintf("%.1f ms (%s)", month.p95, month.name), "", "", "≤ 250 ms"},
	}, nil
}

func thousands(v float64) string {
	s := strconv.FormatFloat(v, 'f', 0, 64)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
