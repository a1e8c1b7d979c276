// Command hall-agent is the program of a counter: its queue, pads, ticket printer and consoles. It tells the hub
// everything and needs it for nothing.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"hallpulse/agent"
)

// version is set by the build.
var version = "unknown"

// Exit codes: 1 something is wrong with what was asked about, 2 the question could not be carried out.
const (
	exitFaults = 1
	exitFailed = 2
)

// errFaults is returned by a check that found faults and has printed them.
var errFaults = errors.New("faults were found")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := command().ExecuteContext(ctx)
	stop()
	switch {
	case errors.Is(err, errFaults):
		os.Exit(exitFaults)
	case err != nil:
		fmt.Fprintf(os.Stderr, "hall-agent: %v\n", err)
		os.Exit(exitFailed)
	}
}

func command() *cobra.Command {
	root := &cobra.Command{
		Use:           "hall-agent",
		Short:         "The program of a counter 柜台主机",
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetOut(os.Stdout) // what is asked for; cobra's own choice is the other one
	root.PersistentFlags().String("config", "/etc/hallpulse/agent.yaml", "configuration `file`")
	root.CompletionOptions.HiddenDefaultCmd = true
	outbox := &cobra.Command{Use: "outbox", Short: "Ask about the agent's store, whether it runs or not"}
	outbox.AddCommand(checkCommand(), statCommand())
	root.AddCommand(runCommand(), enrolCommand(), rotateCommand(), pairCommand(), pairingsCommand(), unpairCommand(), catalogueCommand(), printCommand(), doctorCommand(), checkConfigCommand(), outbox, versionCommand())
	return root
}

// with runs do with the configuration that the flags name.
func with(do func(cmd *cobra.Command, c agent.Config, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		file, err := cmd.Flags().GetString("config")
		if err != nil {
			return err
		}
		c, err := agent.ReadConfig(file)
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				err = fmt.Errorf("%w\nput it there, or name it with --config; configs/agent.yaml in the sources is a sample", err)
			}
			return fmt.Errorf("configuration:\n%w", err)
		}
		c.Version = version
		return do(cmd, c, args)
	}
}

func runCommand() *cobra.Command {
	return &cobra.Command{
		Use: "run", Short: "Run the counter until it is told to stop", Args: cobra.NoArgs,
		RunE: with(func(cmd *cobra.Command, c agent.Config, _ []string) error {
			log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: c.LogLevel()}))
			return agent.Run(cmd.Context(), c, log)
		}),
	}
}

func enrolCommand() *cobra.Command {
	var replace bool
	cmd := &cobra.Command{
		Use:   "enrol [LINE|-]",
		Short: "Make the counter known: keep the line that `hall-hub agent add` printed",
		Long: "Make the counter known: keep the line that `hall-hub agent add` printed. Without LINE, or with -, the line is read\n" +
			"from the terminal or a pipe; given as an argument its secret stays in the history of the shell.",
		Args: cobra.MaximumNArgs(1),
		RunE: with(func(cmd *cobra.Command, c agent.Config, args []string) error {
			line, err := enrolmentLine(cmd, args)
			if err != nil {
				return err
			}
			name, hub, err := agent.Enrol(c, line, replace)
			if err != nil {
				return err
			}
			cmd.Printf("Enrolled as %s at %s. Start the agent, or start it again.\n", name, hub)
			return nil
		}),
	}
	cmd.Flags().BoolVar(&replace, "replace", false, "become another agent; what the old one stored stays behind")
	return cmd
}

// enrolmentLine returns the line that is given, pasted or piped in.
func enrolmentLine(cmd *cobra.Command, args []string) (string, error) {
	if len(args) > 0 && args[0] != "-" {
		cmd.PrintErrln("The secret in this line is now in the list of processes and in the history of the shell: remove it there.")
		return args[0], nil
	}
	line, err := bufio.NewReader(cmd.InOrStdin()).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	if strings.TrimSpace(line) == "" {
		return "", errors.New("no line was given: paste the whole line that `hall-hub agent add` printed")
	}
	return line, nil
}

func checkConfigCommand() *cobra.Command {
	return &cobra.Command{
		Use: "check-config", Short: "Say what is wrong with the configuration, all of it at once", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			file, err := cmd.Flags().GetString("config")
			if err != nil {
				return err
			}
			if err := agent.CheckConfig(file); err != nil {
				cmd.Println(err)
				return errFaults
			}
			cmd.Printf("%s: good\n", file)
			return nil
		},
	}
}

func checkCommand() *cobra.Command {
	return &cobra.Command{
		Use: "check", Short: "Prove that the store holds what was said: chain, order, marks", Args: cobra.NoArgs,
		RunE: with(func(cmd *cobra.Command, c agent.Config, _ []string) error {
			r, err := agent.OutboxCheck(cmd.Context(), c)
			if err != nil {
				return err
			}
			cmd.Printf("epochs %d, events %d, unsettled %d\n", r.Epochs, r.Events, r.Unsettled)
			for _, f := range r.Faults {
				cmd.Println("fault:", f)
			}
			if len(r.Faults) > 0 {
				return errFaults
			}
			cmd.Println("good")
			return nil
		}),
	}
}

func statCommand() *cobra.Command {
	return &cobra.Command{
		Use: "stat", Short: "Count what is in the store", Args: cobra.NoArgs,
		RunE: with(func(cmd *cobra.Command, c agent.Config, _ []string) error {
			s, err := agent.OutboxStat(cmd.Context(), c)
			if err != nil {
				return err
			}
			cmd.Printf("agent %s, store %d bytes, disk %d %% used (%s)\n", s.Agent, s.Bytes, s.Disk.UsedPercent, s.Disk.State)
			for _, e := range s.Epochs {
				cmd.Printf("epoch %s (%s): events %d to %d, settled through %d\n", e.Epoch, e.Cause, e.Pruned+1, e.Last, e.Settled)
			}
			return nil
		}),
	}
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs,
		Run: func(cmd *cobra.Command, _ []string) { cmd.Println(version) },
	}
}
