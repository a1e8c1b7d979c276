// Command bench prints how fast HallPulse is, each figure beside the physical limit measured in the same run and the
// ratio of the two. Figures vary with the machine; the ratios are what to compare.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// row is one line of the table. Limit and ratio are empty where there is no limit but a goal.
type row struct{ what, figure, limit, ratio, goal string }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	visits := flag.Int("visits", 1_000_000, "visits of the database whose lists are asked: 100000 or 1000000")
	only := flag.String("only", "", "measure this alone: outbox, intake, lists or live")
	flag.Parse()
	if err := run(ctx, *visits, *only); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, visits int, only string) error {
	fmt.Printf("%s\n\n", machine())
	fmt.Println("| what | figure | physical limit, same run | ratio | goal |")
	fmt.Println("| --- | --- | --- | --- | --- |")
	for _, m := range []struct {
		name string
		rows func(context.Context) ([]row, error)
	}{
		{"outbox", outboxRows}, {"intake", intakeRows},
		{"lists", func(ctx context.Context) ([]row, error) { return listRows(ctx, visits) }},
		{"live", liveRows},
	} {
		if only != "" && only != m.name {
			continue
		}
		rows, err := m.rows(ctx)
		for _, r := range rows {
			fmt.Printf("| %s | %s | %s | %s | %s |\n", r.what, r.figure, r.limit, r.ratio, r.goal)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
