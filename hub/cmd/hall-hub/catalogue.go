package main

import (
	"fmt"
	"os"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"hallpulse/hub"
)

func catalogueCommand() *cobra.Command {
	publish := &cobra.Command{
		Use: "publish FILE", Short: "Make a file the newest version of its hall's catalogue", Args: cobra.ExactArgs(1),
		Long: `Make a file, of the form of configs/hall.yaml in the sources, the newest version of its hall's catalogue. The hall's agent
gets it at once, or when it is back, and puts it in force as a whole; while somebody waits for what it leaves out, it goes on
by the version before. To go back, publish what ` + "`catalogue show`" + ` prints of an older version.`,
	}
	why := publish.Flags().String("why", "", "why, in a few words, for who reads the list")
	publish.RunE = with(func(cmd *cobra.Command, c hub.Config, args []string) error {
		text, err := os.ReadFile(args[0])
		if err != nil {
			return err
		}
		p, err := hub.CataloguePublish(cmd.Context(), c, args[0], string(text), *why)
		if err != nil {
			return err
		}
		say(cmd, "Version %d of hall %s %s is published. `hall-hub catalogue list` shows when its agent works by it.\n", p.Version, p.Hall, p.Name)
		return nil
	})
	list := &cobra.Command{
		Use: "list", Short: "List every version of every hall, and by which its agent works", Args: cobra.NoArgs,
		RunE: with(func(cmd *cobra.Command, c hub.Config, _ []string) error {
			all, err := hub.CatalogueList(cmd.Context(), c)
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "HALL\tVERSION\tPUBLISHED\tBY\tWHY\tAGENT\tWORKS BY")
			for _, p := range all {
				by := p.By
				if by == "" {
					by = "file of the hall"
				}
				fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\t%s\n", p.Hall, p.Version, p.At.Local().Format(time.DateTime), by, p.Why, p.Agent, p.Runs)
			}
			return w.Flush()
		}),
	}
	show := &cobra.Command{
		Use: "show HALL [VERSION]", Short: "Print a version as it was published; without VERSION the newest", Args: cobra.RangeArgs(1, 2),
		RunE: with(func(cmd *cobra.Command, c hub.Config, args []string) error {
			var n uint64
			if len(args) > 1 {
				var err error
				if n, err = strconv.ParseUint(args[1], 10, 64); err != nil || n == 0 {
					return fmt.Errorf("version %q: want a number from 1", args[1])
				}
			}
			text, err := hub.CatalogueShow(cmd.Context(), c, args[0], n)
			if err != nil {
				return err
			}
			cmd.Print(text)
			return nil
		}),
	}
	c := &cobra.Command{Use: "catalogue", Short: "What each hall offers: windows, queues, items, staff, in versions", Args: cobra.NoArgs}
	c.AddCommand(publish, list, show)
	return c
}
