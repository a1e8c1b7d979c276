package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"hallpulse/agent"
)

func doctorCommand() *cobra.Command {
	var ports []string
	var yes bool
	var lang string
	cmd := &cobra.Command{
		Use: "doctor", Short: "Find out what hangs at the serial ports, and what to do when something does not answer", Args: cobra.NoArgs,
		Long: "Find out what hangs at the serial ports: rating pads, ticket printers, at every usual speed. Ports that the running agent\n" +
			"uses are not touched: that agent is asked. What works can be tried, keys and paper. The lines for agent.yaml are printed.\n" +
			"Exit code 0: something works and nothing fails. 1: something needs you. 2: it could not be looked at.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			file, err := cmd.Flags().GetString("config")
			if err != nil {
				return err
			}
			c, err := agent.DoctorConfig(file)
			if err != nil {
				return fmt.Errorf("configuration:\n%w", err)
			}
			d, err := agent.NewDoctor(c)
			if err != nil {
				return err
			}
			v := visit{cmd, d, lang, yes, bufio.NewReader(cmd.InOrStdin())}
			return v.run(ports)
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&ports, "ports", nil, "`paths` or tcp://host:port to look at, instead of all ports of this machine")
	f.BoolVar(&yes, "yes", false, "ask nothing: listen to keys, try them, print test pages")
	f.StringVar(&lang, "language", languageOf(os.Getenv("LANG")), "zh or en")
	return cmd
}

// languageOf is the language of a terminal.
func languageOf(env string) string {
	if strings.HasPrefix(env, "zh") {
		return "zh"
	}
	return "en"
}

// visit is one run of the doctor.
type visit struct {
	cmd    *cobra.Command
	doctor *agent.Doctor
	lang   string
	yes    bool
	in     *bufio.Reader
}

func (v visit) run(ports []string) error {
	v.cmd.PrintErrln("Looking at each port, about 15 seconds ...")
	r, err := v.doctor.Look(v.cmd.Context(), v.lang, ports)
	if err != nil {
		return err
	}
	v.print(r.Ports)
	if len(r.Ports) == 0 {
		v.cmd.Println("This machine has no serial port that is known. Plug a device in, or name a port with --ports.")
		return errFaults
	}
	if len(r.Silent) > 0 && v.may("Listen for 12 seconds at "+strings.Join(r.Silent, ", ")+" while you press the pad's keys again and again?") {
		if r, err = v.doctor.Listen(v.cmd.Context(), v.lang, ports); err != nil {
			return err
		}
		v.print(r.Ports)
	}
	for _, p := range r.Ports {
		switch {
		case p.Try == "keys" && v.may("Try the keys of "+p.Port+"? Press all five within 30 seconds. These presses are no ratings"):
		case p.Try == "paper" && v.may("Print a test page at "+p.Port+"?"):
		default:
			continue
		}
		v.cmd.Printf("%s\n  %s\n", p.Port, v.doctor.Try(v.cmd.Context(), v.lang, p.Port))
	}
	if r.YAML != "" {
		v.cmd.Printf("\nFor agent.yaml:\n\n%s", r.YAML)
	}
	if !r.Good {
		return errFaults
	}
	return v.cmd.Context().Err()
}

func (v visit) print(ports []agent.PortReport) {
	for _, p := range ports {
		mark := "!"
		if p.OK {
			mark = "+"
		}
		v.cmd.Printf("%s %s\n  %s\n", mark, p.Port, p.Says)
		for _, s := range p.Seen {
			v.cmd.Printf("    %s\n", s)
		}
		if p.Do != "" {
			v.cmd.Printf("  %s\n", p.Do)
		}
	}
}

// may asks before something happens at a device. Nobody there to answer is a no.
func (v visit) may(question string) bool {
	if v.yes {
		v.cmd.PrintErrln(question + " yes")
		return true
	}
	v.cmd.PrintErr(question + " [y/N] ")
	answer, err := v.in.ReadString('\n')
	if err != nil {
		v.cmd.PrintErrln("no")
	}
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes"
}
