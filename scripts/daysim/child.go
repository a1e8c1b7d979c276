package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"hallpulse/agent"
	"hallpulse/hub"
)

// What the first argument of a child says that it is.
const (
	childAgent = "child-agent"
	childHub   = "child-hub"
)

// child runs this process as the agent or the hub that its arguments name, and does not return; it returns at once where
// they name none. A child of this program is the only way to give an agent a clock: no flag, file or environment of the
// shipped ones does (design §5).
func child() {
	if len(os.Args) != 4 || os.Args[1] != childAgent && os.Args[1] != childHub {
		return
	}
	if err := runChild(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func runChild(what, config, clockFile string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	clock, err := openDayClock(clockFile)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelInfo}))
	if what == childHub {
		c, err := hub.ReadConfig(config)
		if err != nil {
			return err
		}
		c.Clock = clock.hub()
		return hub.Run(ctx, c, log)
	}
	c, err := agent.ReadConfig(config)
	if err != nil {
		return err
	}
	c.Clock = clock.agent()
	return agent.Run(ctx, c, log)
}
