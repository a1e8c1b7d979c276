package main

import (
	"time"

	"github.com/spf13/cobra"

	"hallpulse/agent"
)

func catalogueCommand() *cobra.Command {
	return &cobra.Command{
		Use: "catalogue", Short: "Say by which catalogue the hall works, and why not by a newer one", Args: cobra.NoArgs,
		RunE: with(func(cmd *cobra.Command, c agent.Config, _ []string) error {
			now, err := agent.Catalogue(cmd.Context(), c)
			if err != nil {
				return err
			}
			if now.Version == 0 {
				file := now.File
				if file == "" {
					file = "the sample that is built in"
				}
				cmd.Printf("hall %s, by its own file: %s\nsha256 %s\n", now.Hall, file, now.SHA)
			} else {
				cmd.Printf("hall %s, version %d of the hub, since %s\nsha256 %s\n", now.Hall, now.Version, now.Since.Local().Format(time.DateTime), now.SHA)
			}
			if now.HandEdited {
				cmd.Printf("%s was edited since and is not in force: publish it at the hub\n", now.File)
			}
			if no := now.Refused; no != nil {
				cmd.Printf("version %d is not in force since %s: %s %s\n", no.Version, no.At.Local().Format(time.DateTime), no.Why, no.What)
				if no.Passes {
					cmd.Println("It is taken by itself when nobody needs that any more: at the latest when the last have gone home and signed off.")
				} else {
					cmd.Println("Nothing has changed. Mend it at the hub and publish it anew.")
				}
			}
			return nil
		}),
	}
}
