package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"hallpulse/hub"
)

func agentCommand() *cobra.Command {
	c := &cobra.Command{Use: "agent", Short: "The agents of the counters", Args: cobra.NoArgs}
	c.AddCommand(
		&cobra.Command{
			Use: "add NAME", Short: "Make an agent and print its enrolment line, once", Args: cobra.ExactArgs(1),
			RunE: with(func(cmd *cobra.Command, c hub.Config, args []string) error {
				line, err := hub.AgentAdd(cmd.Context(), c, args[0])
				if err != nil {
					return err
				}
				fmt.Fprintln(cmd.ErrOrStderr(), "The line below is shown once and holds the agent's secret. On its machine run `hall-agent enrol` and paste it:")
				say(cmd, "%s\n", line)
				return nil
			}),
		},
		&cobra.Command{
			Use: "list", Short: "List the agents", Args: cobra.NoArgs,
			RunE: with(func(cmd *cobra.Command, c hub.Config, _ []string) error {
				agents, err := hub.AgentList(cmd.Context(), c)
				if err != nil {
					return err
				}
				listAgents(cmd.OutOrStdout(), agents)
				return nil
			}),
		},
		&cobra.Command{
			Use: "revoke NAME", Short: "Shut an agent out, at once and for ever", Args: cobra.ExactArgs(1),
			RunE: with(func(cmd *cobra.Command, c hub.Config, args []string) error {
				if err := hub.AgentRevoke(cmd.Context(), c, args[0]); err != nil {
					return err
				}
				say(cmd, "%s is revoked: it is no longer let in. What it said stays, and tickets it gave out up to today can be rated.\n", args[0])
				return nil
			}),
		},
	)
	return c
}

func listAgents(out io.Writer, agents []hub.Agent) {
	if len(agents) == 0 {
		fmt.Fprintln(out, "No agent yet: `hall-hub agent add NAME` makes one.")
		return
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NUMBER\tNAME\tADDED\tREVOKED\tLAST HEARD")
	for _, a := range agents {
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\n", a.Number, a.Name, moment(a.Added), moment(a.Revoked), moment(a.Heard))
	}
	w.Flush()
}

func moment(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Local().Format(time.DateTime)
}

func userCommand() *cobra.Command {
	add := &cobra.Command{
		Use: "add NAME", Short: "Make a sign-in of the office", Args: cobra.ExactArgs(1),
		Long: `Make a sign-in of the office. The password is asked twice on the terminal, or read from the first line of standard
input with --stdin. There is no default password. An account of that name gets the new password and role.`,
	}
	role := add.Flags().String("role", "manager", "manager: desk and wall of his halls; centre: of all halls; wall: a screen in a hall")
	halls := add.Flags().StringSlice("halls", nil, "`ids` of the halls it sees; none: all")
	stdin := add.Flags().Bool("stdin", false, "read the password from standard input")
	add.RunE = with(func(cmd *cobra.Command, c hub.Config, args []string) error {
		u := hub.User{Name: args[0], Role: *role, Halls: *halls}
		if err := c.CheckUser(u); err != nil {
			return err // before a password is asked for
		}
		password, err := askPassword(cmd, *stdin)
		if err != nil {
			return err
		}
		if err := hub.UserAdd(cmd.Context(), c, u, password); err != nil {
			return err
		}
		say(cmd, "%s can sign in at the office as %s.\n", u.Name, u.Role)
		return nil
	})
	c := &cobra.Command{Use: "user", Short: "The sign-ins of the office", Args: cobra.NoArgs}
	c.AddCommand(add)
	return c
}

func askPassword(cmd *cobra.Command, stdin bool) (string, error) {
	if stdin {
		return readLine(cmd.InOrStdin())
	}
	in, ok := cmd.InOrStdin().(*os.File)
	if !ok {
		return "", errNoTerminal
	}
	first, err := hidden(cmd, in, "Password: ")
	if err != nil {
		return "", err
	}
	second, err := hidden(cmd, in, "The same again: ")
	if err != nil {
		return "", err
	}
	if first != second {
		return "", errors.New("the two passwords differ: nothing was done")
	}
	return first, nil
}

var errNoTerminal = errors.New("no terminal to ask for a password: use --stdin")

// hidden asks for one line on the terminal without showing what is typed.
func hidden(cmd *cobra.Command, in *os.File, prompt string) (string, error) {
	fd := int(in.Fd())
	shown, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return "", errNoTerminal
	}
	quiet := *shown
	quiet.Lflag &^= unix.ECHO
	if err := unix.IoctlSetTermios(fd, unix.TCSETS, &quiet); err != nil {
		return "", fmt.Errorf("terminal: %w", err)
	}
	fmt.Fprint(cmd.ErrOrStderr(), prompt)
	line, err := waitLine(cmd.Context(), in)
	fmt.Fprintln(cmd.ErrOrStderr())
	return line, errors.Join(err, unix.IoctlSetTermios(fd, unix.TCSETS, shown))
}

// waitLine is readLine that Ctrl-C ends, so that the terminal is put right again.
func waitLine(ctx context.Context, in io.Reader) (line string, err error) {
	read := make(chan struct{})
	var typed string
	var failed error
	go func() {
		typed, failed = readLine(in)
		close(read)
	}()
	select {
	case <-read:
		return typed, failed
	case <-ctx.Done():
		return "", errors.New("interrupted: nothing was done")
	}
}

// readLine reads up to the end of a line and no byte further: the next line is another answer.
func readLine(in io.Reader) (string, error) {
	var line []byte
	for one := make([]byte, 1); ; {
		n, err := in.Read(one)
		switch {
		case n == 1 && one[0] == '\n':
			return strings.TrimSuffix(string(line), "\r"), nil
		case n == 1:
			line = append(line, one[0])
		case errors.Is(err, io.EOF):
			return string(line), nil
		case err != nil:
			return "", fmt.Errorf("read password: %w", err)
		}
	}
}
