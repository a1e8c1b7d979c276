package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"hallpulse/hub"
)

func checkCommand() *cobra.Command {
	return &cobra.Command{
		Use: "check", Short: "Prove the database against its own events", Args: cobra.NoArgs,
		RunE: with(func(cmd *cobra.Command, c hub.Config, _ []string) error {
			report, err := hub.Check(cmd.Context(), c)
			if err != nil {
				return err
			}
			return tell(cmd, report)
		}),
	}
}

func rebuildCommand() *cobra.Command {
	return &cobra.Command{
		Use: "rebuild", Short: "Make everything that follows from events anew, and compare", Args: cobra.NoArgs,
		RunE: with(func(cmd *cobra.Command, c hub.Config, _ []string) error {
			report, err := hub.Rebuild(cmd.Context(), c)
			if err != nil {
				return err
			}
			return tell(cmd, report)
		}),
	}
}

// tell prints a report; what is wrong makes the exit code.
func tell(cmd *cobra.Command, r hub.Report) error {
	say(cmd, "%s", r.Text)
	if r.Faults > 0 {
		return fmt.Errorf("%d faults found", r.Faults)
	}
	return nil
}

func backupCommand() *cobra.Command {
	return &cobra.Command{
		Use: "backup FILE", Short: "Copy the database while the hub runs", Args: cobra.ExactArgs(1),
		RunE: with(func(cmd *cobra.Command, c hub.Config, args []string) error {
			if err := hub.Backup(cmd.Context(), c, args[0]); err != nil {
				return err
			}
			say(cmd, "%s is a checked copy of the database. The keys are not in it.\n", args[0])
			return nil
		}),
	}
}

func restoreCommand() *cobra.Command {
	return &cobra.Command{
		Use: "restore FILE", Short: "Put a copy in the place of the database; the hub must be stopped", Args: cobra.ExactArgs(1),
		RunE: with(func(cmd *cobra.Command, c hub.Config, args []string) error {
			r, err := hub.Restore(cmd.Context(), c, args[0])
			if err != nil {
				return err
			}
			say(cmd, "The database is that of %s again.", args[0])
			if r.Before != "" {
				say(cmd, " The one before it is kept as %s.", r.Before)
			}
			say(cmd, `
What agents said since then they say again by themselves. What only the hub had heard from %s
to %s is lost: ratings from phones. The board says so too. Agents and users that were added
or revoked in that time are as they were before: see to it with "hall-hub agent list".
`, moment(r.Copied), moment(r.At))
			return nil
		}),
	}
}
