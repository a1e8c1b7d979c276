package main

import (
	"errors"
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"hallpulse/hub"
)

func staffCommand() *cobra.Command {
	c := &cobra.Command{Use: "staff", Short: "The PINs with which clerks sign on at their windows", Args: cobra.NoArgs}
	c.AddCommand(staffPINCommand(), staffUnpinCommand(), staffCodeCommand(), staffUnlockCommand(), staffListCommand())
	return c
}

func hallFlag(c *cobra.Command, who *hub.Clerk) {
	c.Flags().StringVar(&who.Hall, "hall", "", "`id` of the hall, where several have that badge")
}

func staffPINCommand() *cobra.Command {
	var who hub.Clerk
	c := &cobra.Command{
		Use: "pin BADGE", Short: "Give a clerk a PIN", Args: cobra.ExactArgs(1),
		Long: `Give a clerk a PIN of 6 to 12 digits; the one he had is gone. It is asked twice on the terminal, best by himself, or read
from the first line of standard input with --stdin. The counters of his hall have it when they next reach the hub. From
the first PIN of a hall on, its windows open with badge and PIN alone.`,
	}
	stdin := c.Flags().Bool("stdin", false, "read the PIN from standard input")
	hallFlag(c, &who)
	c.RunE = with(func(cmd *cobra.Command, c hub.Config, args []string) error {
		who.Badge = args[0]
		if _, err := hub.CheckClerk(cmd.Context(), c, who); err != nil {
			return err // before a PIN is asked for
		}
		pin, err := askSecret(cmd, *stdin, "PIN: ")
		if err != nil {
			return err
		}
		if err := hub.StaffPINSet(cmd.Context(), c, who, pin); err != nil {
			return err
		}
		say(cmd, "%s has a PIN.\n", who.Badge)
		return nil
	})
	return c
}

func staffUnpinCommand() *cobra.Command {
	var who hub.Clerk
	c := &cobra.Command{Use: "unpin BADGE", Short: "Take a clerk's PIN away", Args: cobra.ExactArgs(1)}
	hallFlag(c, &who)
	c.RunE = with(func(cmd *cobra.Command, c hub.Config, args []string) error {
		who.Badge = args[0]
		if err := hub.StaffPINDrop(cmd.Context(), c, who); err != nil {
			return err
		}
		say(cmd, "%s has no PIN any more and cannot sign on. Where he has signed on he stays until he signs off.\n", who.Badge)
		return nil
	})
	return c
}

func staffCodeCommand() *cobra.Command {
	var who hub.Clerk
	c := &cobra.Command{
		Use: "code BADGE", Short: "Give a clerk a one-time code to choose another PIN", Args: cobra.ExactArgs(1),
		Long: `Give a clerk who forgot his PIN a one-time code. It is shown this once; he types it at his window, with the PIN that he
chooses, within 30 minutes. Until then the PIN he had still holds. What he typed wrong is forgotten: a lock is opened too.`,
	}
	hallFlag(c, &who)
	c.RunE = with(func(cmd *cobra.Command, c hub.Config, args []string) error {
		who.Badge = args[0]
		once, err := hub.StaffCode(cmd.Context(), c, who)
		if err != nil {
			return err
		}
		say(cmd, "%s\nThis is the one-time code of %s, shown this once. It holds until %s, and for one PIN.\n", once.Code, who.Badge, moment(once.Until))
		return nil
	})
	return c
}

func staffUnlockCommand() *cobra.Command {
	var who hub.Clerk
	c := &cobra.Command{
		Use: "unlock BADGE", Short: "Let a clerk try his PIN again who typed too much wrong", Args: cobra.ExactArgs(1),
		Long: `Let a clerk try his PIN again who typed too much wrong. What he typed wrong is forgotten at the counters of his hall when
they next reach the hub; a one-time code that he has not used is gone.`,
	}
	hallFlag(c, &who)
	c.RunE = with(func(cmd *cobra.Command, c hub.Config, args []string) error {
		who.Badge = args[0]
		if err := hub.StaffUnlock(cmd.Context(), c, who); err != nil {
			return err
		}
		say(cmd, "%s may try again.\n", who.Badge)
		return nil
	})
	return c
}

func staffListCommand() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the clerks of all halls, and since when each has a PIN", Args: cobra.NoArgs,
		RunE: with(func(cmd *cobra.Command, c hub.Config, _ []string) error {
			all, err := hub.StaffPINs(cmd.Context(), c)
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "HALL\tBADGE\tNAME\tPIN SINCE")
			for _, p := range all {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", p.Hall, p.Badge, p.Name, moment(p.Set))
			}
			return w.Flush()
		}),
	}
}

// askSecret asks twice for what nobody may see, or reads it from standard input.
func askSecret(cmd *cobra.Command, stdin bool, prompt string) (string, error) {
	if stdin {
		return readLine(cmd.InOrStdin())
	}
	in, ok := cmd.InOrStdin().(*os.File)
	if !ok {
		return "", errNoTerminal
	}
	first, err := hidden(cmd, in, prompt)
	if err != nil {
		return "", err
	}
	second, err := hidden(cmd, in, "The same again: ")
	if err != nil {
		return "", err
	}
	if first != second {
		return "", errors.New("the two differ: nothing was done")
	}
	return first, nil
}
