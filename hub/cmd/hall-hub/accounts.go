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
		&cobra.Command{
			Use: "rotate NAME", Short: "Give an agent a new secret and print its line, once", Args: cobra.ExactArgs(1),
			RunE: with(func(cmd *cobra.Command, c hub.Config, args []string) error {
				line, err := hub.AgentRotate(cmd.Context(), c, args[0])
				if err != nil {
					return err
				}
				fmt.Fprintln(cmd.ErrOrStderr(), "The line below is shown once. On the agent's machine run `hall-agent rotate -`, paste it, and restart the agent. The old\n"+
					"secret ends when the agent comes with the new one, at the latest in 30 days.")
				say(cmd, "%s\n", line)
				return nil
			}),
		},
		agentLostCommand(),
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
	c := &cobra.Command{Use: "user", Short: "The sign-ins of the office", Args: cobra.NoArgs}
	c.AddCommand(userAddCommand(), userListCommand(), userPasswordCommand(),
		userActCommand("disable NAME", "Let somebody in no more; what he has open ends at once", hub.UserDisable,
			"%s is not let in any more. What he did stays; `hall-hub user enable` lets him in again.\n"),
		userActCommand("enable NAME", "Let somebody in again, and forget his wrong passwords", hub.UserEnable, "%s is let in again, with the password he had.\n"),
		userActCommand("totp-reset NAME", "Take away the second factor of one who lost phone and recovery codes", hub.UserTOTPReset,
			"%s signs in without a second factor, and sets up a new one where his role needs it.\n"))
	return c
}

func userAddCommand() *cobra.Command {
	add := &cobra.Command{
		Use: "add NAME", Short: "Make a sign-in of the office", Args: cobra.ExactArgs(1),
		Long: `Make a sign-in of the office. The password is asked twice on the terminal, or read from the first line of standard
input with --stdin. There is no default password. An account of that name gets the new password, role and all the rest,
and is let in again if it was disabled; its second factor stays.

Roles:
  centre      中心管理员    assigns, verifies, decides; keeps the accounts
  supervisor  监察          watches, verifies, decides appeals
  manager     大厅管理员    desk and wall of his halls
  handler     单位经办      repairs what a bad rating of his --unit names
  caller      回访专人      calls back for his --unit
  staff       窗口人员      his own sums and appeals; needs --unit and --badge
  guide       导办员        the wall, and concerns of his hall
  operator    热线话务员    the hotline
  inspector   巡查员        his own inspections
  observer    行风监督员    his own inspections, and figures
  auditor     审计员        reads the audit and everything masked
  reader      只读          figures
  wall        大屏          a screen in a hall`,
	}
	var u hub.User
	f := add.Flags()
	f.StringVar(&u.Role, "role", "manager", "one of those above")
	f.StringVar(&u.Display, "display", "", "`name` on screen; none: NAME")
	f.StringVar(&u.Unit, "unit", "", "`id` of the unit it acts for; needed by handler, caller, staff")
	f.StringVar(&u.Badge, "badge", "", "badge `number` of a clerk; needed by staff")
	f.StringSliceVar(&u.Places, "places", nil, "`paths` in the tree such as 江南省/青澜市, what lies below included; none: all")
	f.StringSliceVar(&u.Halls, "halls", nil, "`ids` of the halls it sees; none: all of its places")
	firstFlag(add, &u.First)
	stdin := add.Flags().Bool("stdin", false, "read the password from standard input")
	add.RunE = with(func(cmd *cobra.Command, c hub.Config, args []string) error {
		u.Name = args[0]
		if err := hub.CheckUser(cmd.Context(), c, u); err != nil {
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
	return add
}

func firstFlag(c *cobra.Command, first *bool) {
	c.Flags().BoolVar(first, "first", false, "the password is for the first sign-in, within 7 days: its owner then chooses his own")
}

func userPasswordCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "password NAME", Short: "Give somebody a new password", Args: cobra.ExactArgs(1),
		Long: `Give somebody a new password, and forget his wrong ones. It is asked for as by "user add". What he has open ends at once.`,
	}
	var first bool
	firstFlag(c, &first)
	stdin := c.Flags().Bool("stdin", false, "read the password from standard input")
	c.RunE = with(func(cmd *cobra.Command, c hub.Config, args []string) error {
		password, err := askPassword(cmd, *stdin)
		if err != nil {
			return err
		}
		if err := hub.UserPassword(cmd.Context(), c, args[0], password, first); err != nil {
			return err
		}
		say(cmd, "%s has a new password. What he had open has ended.\n", args[0])
		return nil
	})
	return c
}

// userActCommand is an act that needs nothing but a name.
func userActCommand(use, short string, do func(context.Context, hub.Config, string) error, done string) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: cobra.ExactArgs(1),
		RunE: with(func(cmd *cobra.Command, c hub.Config, args []string) error {
			if err := do(cmd.Context(), c, args[0]); err != nil {
				return err
			}
			say(cmd, done, args[0])
			return nil
		}),
	}
}

func userListCommand() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List who may sign in", Args: cobra.NoArgs,
		RunE: with(func(cmd *cobra.Command, c hub.Config, _ []string) error {
			users, err := hub.UserList(cmd.Context(), c)
			if err != nil {
				return err
			}
			listUsers(cmd.OutOrStdout(), users)
			return nil
		}),
	}
}

func listUsers(out io.Writer, users []hub.UserState) {
	if len(users) == 0 {
		fmt.Fprintln(out, "No user yet: `hall-hub user add NAME` makes one.")
		return
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tROLE\tUNIT\tREACHES\tSECOND FACTOR\tLAST SIGNED IN\tSTATE")
	for _, u := range users {
		second := map[bool]string{true: "yes", false: "-"}[u.Second]
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", u.Name, u.Role, orDash(u.Unit), reaches(u.User), second, moment(u.SignedIn), stateOf(u))
	}
	w.Flush()
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func reaches(u hub.User) string {
	all := append(append([]string{}, u.Places...), u.Halls...)
	if len(all) == 0 {
		return "all"
	}
	return strings.Join(all, ",")
}

func stateOf(u hub.UserState) string {
	switch {
	case u.Disabled:
		return "disabled"
	case u.Locked:
		return "locked for a while: too many wrong passwords or codes"
	case u.First:
		return "has not chosen a password yet"
	}
	return "in use"
}

func askPassword(cmd *cobra.Command, stdin bool) (string, error) {
	return askSecret(cmd, stdin, "Password: ")
}

var errNoTerminal = errors.New("no terminal to ask on: use --stdin")

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
