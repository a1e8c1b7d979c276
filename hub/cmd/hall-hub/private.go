package main

import (
	"encoding/json"
	"strings"

	"github.com/spf13/cobra"

	"hallpulse/hub"
)

func privateCommand() *cobra.Command {
	c := &cobra.Command{Use: "private", Short: "Personal data: its key, copies for the person, erasure", Args: cobra.NoArgs}
	c.AddCommand(rotateCommand(), eraseCommand(), exportCommand())
	return c
}

func rotateCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "rotate", Short: "Change the key under which personal data is sealed", Args: cobra.NoArgs,
		Long: `Change the key under which citizens' texts, agents' keys and second factors are sealed in the database: make a new key,
seal everything anew, while the hub runs or not. Ended in the middle, the same command goes on. The old key stays in
private.key beside the new one until --drop-old: copies of the database that were taken before can be read with it alone.
With several hubs on one database, give all of them the new private.key and restart them before --drop-old.`,
	}
	dropOld := c.Flags().Bool("drop-old", false, "end the old key, once it is proved that nothing in the database needs it")
	c.RunE = with(func(cmd *cobra.Command, conf hub.Config, _ []string) error {
		r, err := hub.PrivateRotate(cmd.Context(), conf, *dropOld)
		if err != nil {
			return err
		}
		sayRotation(cmd, r)
		return nil
	})
	return c
}

func sayRotation(cmd *cobra.Command, r hub.Rotation) {
	if r.Began {
		say(cmd, "%s is the new key. ", r.Key)
	} else {
		say(cmd, "%s is the key; it was made before. ", r.Key)
	}
	say(cmd, "%d things are sealed under it, %d of them anew.\n", r.Fresh, r.Changed)
	if r.Stale > 0 {
		say(cmd, "%d cannot be opened with any key, among them: %s\n", r.Stale, strings.Join(r.Damaged, " "))
	}
	if len(r.Dropped) > 0 {
		say(cmd, `The old key %s is no more. Copies of the database that were taken before now cannot be read in their
private part: take a new one (hall-hub backup FILE). Copy the folder keys again to where you keep it.
`, strings.Join(r.Dropped, ", "))
		return
	}
	say(cmd, "The old key is still in private.key. Copy the folder keys again to where you keep it; end the old key with --drop-old.\n")
}

// whose adds the flags that say whose data is meant.
func whose(c *cobra.Command) *hub.Whose {
	w := new(hub.Whose)
	c.Flags().StringVar(&w.Visit, "visit", "", "`id` of the visit, such as 3-9f2c-19")
	c.Flags().StringVar(&w.Phone, "phone", "", "the person's `number`; - reads it from standard input, so that no list of commands holds it")
	return w
}

// readWhose reads the number, where it comes from standard input, and checks the rest.
func readWhose(cmd *cobra.Command, w *hub.Whose) error {
	if w.Phone == "-" {
		line, err := readLine(cmd.InOrStdin())
		if err != nil {
			return err
		}
		w.Phone = strings.TrimSpace(line)
	}
	return w.Check()
}

func eraseCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "erase", Short: "Erase a person's data for ever", Args: cobra.NoArgs,
		Long: `Erase for ever what a person wrote, his name, his phone, and what was written about him. That he rated, how, and what was
done about it stays, and says nothing of him. Nothing brings it back: not an agent, not a copy of the database.`,
	}
	w := whose(c)
	c.Flags().StringVar(&w.Ref, "ref", "", "`ref` of one box")
	c.RunE = with(func(cmd *cobra.Command, conf hub.Config, _ []string) error {
		if err := readWhose(cmd, w); err != nil {
			return err
		}
		n, err := hub.PrivateErase(cmd.Context(), conf, *w)
		if err != nil {
			return err
		}
		say(cmd, "%d boxes are erased. Copies of the database still hold them, sealed, until they are replaced by newer ones; put back, they are\nerased again. Copy the folder keys again to where you keep it: the file erased in it has grown.\n", n)
		return nil
	})
	return c
}

func exportCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "export", Short: "Print all texts that are kept of a person, for that person", Args: cobra.NoArgs,
		Long: "Print, in JSON, all texts that are kept of a person, for that person. That it was printed is recorded.",
	}
	w := whose(c)
	c.RunE = with(func(cmd *cobra.Command, conf hub.Config, _ []string) error {
		if err := readWhose(cmd, w); err != nil {
			return err
		}
		texts, err := hub.PrivateExport(cmd.Context(), conf, *w)
		if err != nil {
			return err
		}
		out := json.NewEncoder(cmd.OutOrStdout())
		out.SetEscapeHTML(false)
		out.SetIndent("", "  ")
		return out.Encode(texts)
	})
	return c
}
