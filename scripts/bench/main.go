// Command bench prints how fast HallPulse is, each figure beside the physical limit measured in the same run and the
// ratio of the two. Figures vary with the machine; the ratios are what to compare.
package main

import (
	"context"
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
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	fmt.Printf("%s\n\n", machine())
	fmt.Println("| what | figure | physical limit, same run | ratio | goal |")
	fmt.Println("| --- | --- | --- | --- | --- |")
	for _, measure := range []func(context.Context) ([]row, error){outboxRows, intakeRows, liveRows} {
		rows, err := measure(ctx)
		for _, r := range rows {
			fmt.Printf("| %s | %s | %s | %s | %s |\n", r.what, r.figure, r.limit, r.ratio, r.goal)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
