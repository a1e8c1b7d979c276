package main

import (
	"github.com/spf13/cobra"

	"hallpulse/hub"
)

func policyCommand() *cobra.Command {
	adopt := &cobra.Command{
		Use: "adopt FILE", Short: "Put a policy pack in force from a day on", Args: cobra.ExactArgs(1),
		Long: `Put a policy pack in force from a day on. What happened before that day stays judged by the pack that was in force then.
configs/policy in the sources holds the packs that are shipped; each says where its rules come from.`,
	}
	from := adopt.Flags().String("from", "", "first `day`, as 2026-12-01; today or later")
	_ = adopt.MarkFlagRequired("from")
	adopt.RunE = with(func(cmd *cobra.Command, c hub.Config, args []string) error {
		if err := hub.PolicyAdopt(cmd.Context(), c, args[0], *from); err != nil {
			return err
		}
		say(cmd, "The pack is in force from %s on.\n", *from)
		return nil
	})
	c := &cobra.Command{Use: "policy", Short: "The rules that differ by place", Args: cobra.NoArgs}
	c.AddCommand(adopt)
	return c
}

func calendarCommand() *cobra.Command {
	c := &cobra.Command{Use: "calendar", Short: "The days that are worked", Args: cobra.NoArgs}
	c.AddCommand(&cobra.Command{
		Use: "publish FILE", Short: "Enter the State Council's arrangement of a year", Args: cobra.ExactArgs(1),
		Long: `Enter the State Council's arrangement of a year, from a file of the form of configs/calendar in the sources. Deadlines
that cross the year were provisional until now: they are computed again, and each that moves is told in the audit.`,
		RunE: with(func(cmd *cobra.Command, c hub.Config, args []string) error {
			if err := hub.CalendarPublish(cmd.Context(), c, args[0]); err != nil {
				return err
			}
			say(cmd, "The year is entered. A running hub computes deadlines again within a minute.\n")
			return nil
		}),
	})
	return c
}

func clockCommand() *cobra.Command {
	c := &cobra.Command{Use: "clock", Short: "The hub's clock, by which defaults and deadlines are decided", Args: cobra.NoArgs}
	c.AddCommand(&cobra.Command{
		Use: "accept", Short: "Say that the clock is right, after its rules stopped", Args: cobra.NoArgs,
		Long: `Say that the clock of this machine is right. Its rules stop when it jumps by more than an hour, or when the hub
rested for more than 7 days: a wrong clock would enter defaults and end deadlines. Look at the clock first.`,
		RunE: with(func(cmd *cobra.Command, c hub.Config, _ []string) error {
			if err := hub.ClockAccept(cmd.Context(), c); err != nil {
				return err
			}
			say(cmd, "Clock rules go on.\n")
			return nil
		}),
	})
	return c
}

func eventsCommand() *cobra.Command {
	c := &cobra.Command{Use: "events", Short: "The facts that the hub holds", Args: cobra.NoArgs}
	c.AddCommand(&cobra.Command{
		Use: "retry", Short: "Read events again that an older hub could not read", Args: cobra.NoArgs,
		RunE: with(func(cmd *cobra.Command, c hub.Config, _ []string) error {
			n, err := hub.EventsRetry(cmd.Context(), c)
			if err != nil {
				return err
			}
			say(cmd, "%d events were read. They take effect now, under their own times.\n", n)
			return nil
		}),
	})
	return c
}

func agentLostCommand() *cobra.Command {
	return &cobra.Command{
		Use: "lost NAME", Short: "Declare that an agent will not come back", Args: cobra.ExactArgs(1),
		Long: `Declare that an agent will not come back. Visits that nobody rated in time wait for what their agent may still hold;
of a lost agent they wait no longer: the default is entered, and marked. An agent can be lost when it is revoked, or has
been silent for as long as the policy pack says.`,
		RunE: with(func(cmd *cobra.Command, c hub.Config, args []string) error {
			if err := hub.AgentLost(cmd.Context(), c, args[0]); err != nil {
				return err
			}
			say(cmd, "%s is declared lost. Should it speak again after all, what it says is taken.\n", args[0])
			return nil
		}),
	}
}
