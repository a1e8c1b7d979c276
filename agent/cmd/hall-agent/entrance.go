package main

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"hallpulse/agent"
)

func pairCommand() *cobra.Command {
	var what agent.PairFor
	cmd := &cobra.Command{
		Use: "pair", Short: "Let a browser of the hall's network in, at one place", Args: cobra.NoArgs,
		Long: "Let a browser of the hall's network in, at one place. The running agent prints a code; type it into the page that the\n" +
			"browser shows, within ten minutes. The browser is then bound to that place and can do nothing else.",
		RunE: with(func(cmd *cobra.Command, c agent.Config, _ []string) error {
			code, err := agent.Pair(cmd.Context(), c, what)
			if err != nil {
				return err
			}
			cmd.Printf("%s %s\n", code.Code[:4], code.Code[4:])
			cmd.PrintErrf("Open %s in the browser and type this code there before %s. It is good once.\n", code.Address, code.Until.Local().Format("15:04"))
			return nil
		}),
	}
	f := cmd.Flags()
	f.StringVar(&what.Role, "role", "", fmt.Sprintf("what the browser is for, one of %v", agent.PairRoles()))
	f.StringVar(&what.Window, "window", "", "`id` of the window where a console, tablet or sign stands")
	f.StringVar(&what.Name, "name", "", "says to people which screen it is, such as \"PC 3\"")
	f.IntVar(&what.Days, "days", 365, "how long it stays paired")
	_ = cmd.MarkFlagRequired("role") // the flag is there
	return cmd
}

func pairingsCommand() *cobra.Command {
	return &cobra.Command{
		Use: "pairings", Short: "List the browsers that are paired", Args: cobra.NoArgs,
		RunE: with(func(cmd *cobra.Command, c agent.Config, _ []string) error {
			all, err := agent.Pairings(cmd.Context(), c)
			if err != nil {
				return err
			}
			if len(all) == 0 {
				cmd.Println("No browser is paired: `hall-agent pair` lets one in.")
				return nil
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "ID\tROLE\tWINDOW\tNAME\tSINCE\tUNTIL")
			for _, p := range all {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", p.ID, p.Role, p.Window, p.Name, p.Since.Local().Format(time.DateTime), p.Until.Local().Format(time.DateOnly))
			}
			return w.Flush()
		}),
	}
}

func unpairCommand() *cobra.Command {
	return &cobra.Command{
		Use: "unpair ID", Short: "Shut a browser out, at once", Args: cobra.ExactArgs(1),
		RunE: with(func(cmd *cobra.Command, c agent.Config, args []string) error {
			was, err := agent.Unpair(cmd.Context(), c, args[0])
			if err != nil {
				return err
			}
			cmd.Printf("The browser that was %s is shut out; it shows how to pair.\n", placeOf(was))
			return nil
		}),
	}
}

func placeOf(p agent.Paired) string {
	if p.Window == "" {
		return p.Role
	}
	return p.Role + " of window " + p.Window
}

func rotateCommand() *cobra.Command {
	return &cobra.Command{
		Use: "rotate [LINE|-]", Short: "Take the new secret that `hall-hub agent rotate` printed",
		Long: "Take the new secret that `hall-hub agent rotate` printed. Store, epoch and what waits for the hub stay; restart the\n" +
			"agent to use it. Without LINE, or with -, the line is read from the terminal or a pipe.",
		Args: cobra.MaximumNArgs(1),
		RunE: with(func(cmd *cobra.Command, c agent.Config, args []string) error {
			line, err := enrolmentLine(cmd, args)
			if err != nil {
				return err
			}
			name, err := agent.Rotate(c, line)
			if err != nil {
				return err
			}
			cmd.Printf("%s has its new secret. Restart the agent: the old one ends when it reaches the hub with the new.\n", name)
			return nil
		}),
	}
}
