// Command daysim plays the day of a hall against the real hub and the real agents, which run in children of its own with
// its clock (design §5): people come, take tickets, walk by the map of the hall, wait, are called, served, sent for a
// copy, passed on, rate and go, while the hub is away for a third of the day and two agents are killed. Then it proves
// from outside that nothing got lost and nothing happened twice, and prints what the day was like. It decides nothing
// about tickets: who is called, and what a press becomes, the agents say.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	child()
	var p plan
	flag.IntVar(&p.visitors, "visitors", 1500, "`people` who come in a day")
	flag.IntVar(&p.windows, "windows", 40, "`windows` of the hall that are used, from the first on")
	flag.IntVar(&p.counters, "counters", 4, "`agents` among whom the windows are shared")
	flag.Uint64Var(&p.seed, "seed", 1, "`number` from which all chances follow")
	flag.IntVar(&p.days, "days", 1, "`days` that are played one after the other")
	flag.StringVar(&p.layout, "layout", "configs/examples/hall-city.yaml", "`file` of the hall")
	other := flag.String("compare", "", "`file` of the same hall in another order: the day is played in both")
	flag.BoolVar(&p.faults, "faults", true, "stop the hub for a third of the day, and kill two agents")
	flag.BoolVar(&p.rebuild, "rebuild", true, "make the hub's tables anew from its events when the day is proved")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := playBoth(ctx, p, *other); err != nil {
		fmt.Fprintln(os.Stderr, "daysim:", err)
		os.Exit(1)
	}
}

// playBoth plays the day in one layout, or in two and says what the other one saves.
func playBoth(ctx context.Context, p plan, other string) error {
	one, err := run(ctx, p, os.Stdout)
	if err != nil || other == "" {
		return err
	}
	fmt.Printf("\n%s\n", other)
	p.layout = other
	two, err := run(ctx, p, os.Stdout)
	if err != nil {
		return err
	}
	fmt.Printf("\nminutes a person is spared by %s\n", other)
	compare(os.Stdout, one, two)
	return nil
}
