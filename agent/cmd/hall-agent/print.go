package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"hallpulse/agent"
)

func printCommand() *cobra.Command {
	var of agent.PreviewOf
	var file, device string
	cmd := &cobra.Command{
		Use: "print", Short: "Draw a paper as PNG, or print a test page", Args: cobra.NoArgs,
		Long: "Draw a paper as PNG, dot by dot as the printer prints it, or print a test page on a printer of the configuration.\n" +
			"Without a configuration papers are drawn of the sample hall that is built in.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := configOrSample(cmd, device == "")
			if err != nil {
				return err
			}
			if device != "" {
				return testPage(cmd, c, device)
			}
			png, err := agent.Preview(c, of)
			if err != nil {
				return err
			}
			return os.WriteFile(file, png, 0o644)
		},
	}
	f := cmd.Flags()
	f.StringVar(&file, "preview", "", "draw into this `FILE`, as PNG")
	f.StringVar(&of.Template, "template", "ticket", "which paper: "+strings.Join(agent.Templates(), ", "))
	f.StringVar(&of.Printer, "printer", "", "`PROFILE` of the printer (default: that of the first printer configured): "+strings.Join(agent.Printers(agent.Config{}), ", "))
	f.StringVar(&of.Language, "language", "", "zh or en (default: that of the configuration)")
	f.StringVar(&of.Font, "font", "", "font `FILE` with Chinese characters (default: one of this machine)")
	f.StringVar(&device, "test", "", "print a test page on this `DEVICE`")
	cmd.MarkFlagsOneRequired("preview", "test")
	cmd.MarkFlagsMutuallyExclusive("preview", "test")
	return cmd
}

// configOrSample reads the configuration; where none is named and none lies in its usual place, the sample will do if it may.
func configOrSample(cmd *cobra.Command, sample bool) (agent.Config, error) {
	file, err := cmd.Flags().GetString("config")
	if err != nil {
		return agent.Config{}, err
	}
	c, err := agent.ReadConfig(file)
	if errors.Is(err, fs.ErrNotExist) && sample && !cmd.Flags().Changed("config") {
		return agent.Sample()
	}
	if err != nil {
		return c, fmt.Errorf("configuration:\n%w", err)
	}
	return c, nil
}

func testPage(cmd *cobra.Command, c agent.Config, device string) error {
	log := slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: slog.LevelError}))
	out, err := agent.PrintTest(cmd.Context(), c, device, log)
	switch {
	case err != nil:
		return err
	case out.Trouble != "":
		cmd.Printf("%s: not printed: %s. %s\n", device, out.What, out.Do)
		return errFaults
	}
	cmd.Printf("%s: printed. Look at the page: every line of it says what must be seen.\n", device)
	return nil
}
