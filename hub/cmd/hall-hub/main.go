// Command hall-hub is the hub of a service centre: it takes what counters say, keeps it, and shows it. This folder
// holds flags, the terminal, signals, the logger and the exit code; the rest is behind the door, package hub.
package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"hallpulse/hub"
)

func main() {
	syscall.Umask(0o077) // what the hub writes is for its own user
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := command().ExecuteContext(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "hall-hub:", err)
		os.Exit(1)
	}
}

// command is the tree of subcommands.
func command() *cobra.Command {
	root := &cobra.Command{
		Use:           "hall-hub",
		Short:         "The hub of a service centre: ratings, live board, citizens' pages",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.PersistentFlags().String("config", "/etc/hallpulse/hub.yaml", "configuration `file`")
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(runCommand(), initCommand(), checkConfigCommand(), agentCommand(), staffCommand(), userCommand(), policyCommand(), calendarCommand(), catalogueCommand(), clockCommand(), eventsCommand(),
		checkCommand(), rebuildCommand(), backupCommand(), restoreCommand(), privateCommand(), versionCommand())
	return root
}

// with runs do with the configuration that the flags name.
func with(do func(cmd *cobra.Command, c hub.Config, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		file, err := cmd.Flags().GetString("config")
		if err != nil {
			return err
		}
		c, err := hub.ReadConfig(file)
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				err = fmt.Errorf("%w\nput it there, or name it with --config; configs/hub.yaml in the sources is a sample", err)
			}
			return fmt.Errorf("configuration:\n%w", err)
		}
		return do(cmd, c, args)
	}
}

func runCommand() *cobra.Command {
	return &cobra.Command{
		Use: "run", Short: "Run the hub until it is told to stop", Args: cobra.NoArgs,
		RunE: with(func(cmd *cobra.Command, c hub.Config, _ []string) error {
			log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: c.LogLevel()}))
			return hub.Run(cmd.Context(), c, log)
		}),
	}
}

func initCommand() *cobra.Command {
	return &cobra.Command{
		Use: "init", Short: "Make the keys of a new hub, once", Args: cobra.NoArgs,
		RunE: with(func(cmd *cobra.Command, c hub.Config, _ []string) error {
			made, err := hub.Init(c)
			if err != nil {
				return err
			}
			say(cmd, `The keys of the hub are in %s:
  ca.crt, ca.key   what agents know the hub by (fingerprint %s)
  box.key          opens what agents seal to the hub
  private.key      seals citizens' texts, names and phones in the database
Keep a copy of this folder in another place than the backups of the database: who has both can read what citizens
wrote, and who has lost it can read nothing of it, and enrols every agent again.
`, made.Folder, made.Fingerprint)
			return nil
		}),
	}
}

func checkConfigCommand() *cobra.Command {
	return &cobra.Command{
		Use: "check-config", Short: "Read the configuration and say all that is wrong with it", Args: cobra.NoArgs,
		RunE: with(func(cmd *cobra.Command, c hub.Config, _ []string) error {
			say(cmd, "%s\n", c.Summary())
			return nil
		}),
	}
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Say which version this is", Args: cobra.NoArgs,
		Run: func(cmd *cobra.Command, _ []string) { say(cmd, "hall-hub %s\n", hub.Version()) },
	}
}

// say writes to the one who called. A reader that went away needs nothing more.
func say(cmd *cobra.Command, format string, args ...any) {
	_, _ = fmt.Fprintf(cmd.OutOrStdout(), format, args...)
}
