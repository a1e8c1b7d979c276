package agent

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"

	"hallpulse/firmware-protocol/uplink"
)

// enrolmentFile is the name of the file in the data folder that holds the enrolment line.
const enrolmentFile = "enrolment"

// formerFile holds the line that a rotation replaced, until what was sealed by its secret is sealed anew.
const formerFile = "enrolment.former"

// Why a counter is not enrolled.
var (
	// ErrOtherEnrolment: the folder belongs to another agent.
	ErrOtherEnrolment = errors.New("this counter is enrolled as another agent; with --replace it becomes the new one, and what the old one stored is set aside")
	// ErrRuns: a running agent cannot become another one.
	ErrRuns = errors.New("the agent runs: stop it first")
)

// Enrol keeps the line that `hall-hub agent add` printed, readable by this user alone, and returns the agent's name and
// its hub. A folder that belongs to another agent is left alone unless replace is set: then the other's store is set
// aside. A running agent must be started again.
func Enrol(c Config, line string, replace bool) (name, hub string, err error) {
	e, err := uplink.ReadEnrolment(line)
	if err != nil {
		return "", "", err
	}
	old, err := readEnrolment(c.Data)
	switch {
	case err != nil && !errors.Is(err, errNotEnrolled) && !replace:
		return "", "", err
	case err == nil && (old.Name != e.Name || old.Number != e.Number):
		if !replace {
			return "", "", fmt.Errorf("%w: %s", ErrOtherEnrolment, old.Name)
		}
		if err := setAside(c, old.Name); err != nil {
			return "", "", err
		}
	}
	if line, err = e.Line(); err != nil {
		return "", "", err
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return "", "", fmt.Errorf("enrol: %w", err)
	}
	if err := writeSecret(filepath.Join(c.Data, enrolmentFile), []byte(line+"\n")); err != nil {
		return "", "", fmt.Errorf("enrol: %w", err)
	}
	return e.Name, e.Hub, nil
}

// ErrNotRotated: the line is that of another agent, or of another hub.
var ErrNotRotated = errors.New("this line is not a new secret of this counter's agent: `hall-agent enrol` takes the line of another")

// Rotate keeps the line that `hall-hub agent rotate` printed in the place of the one there is, and returns the agent's
// name. The store stays as it is: it is the same agent. A running agent uses its old secret until it is started again.
func Rotate(c Config, line string) (name string, err error) {
	e, err := uplink.ReadEnrolment(line)
	if err != nil {
		return "", err
	}
	old, err := readEnrolment(c.Data)
	if errors.Is(err, errNotEnrolled) {
		return "", fmt.Errorf("%w: `hall-agent enrol` takes a first line", err)
	}
	if err != nil {
		return "", err
	}
	if old.Name != e.Name || old.Number != e.Number || old.CA != e.CA {
		return "", fmt.Errorf("%w (here is %s)", ErrNotRotated, old.Name)
	}
	if bytes.Equal(old.Secret, e.Secret) {
		return e.Name, nil
	}
	if line, err = e.Line(); err != nil {
		return "", err
	}
	if err := keepFormer(c.Data); err != nil {
		return "", fmt.Errorf("rotate: %w", err)
	}
	if err := writeSecret(filepath.Join(c.Data, enrolmentFile), []byte(line+"\n")); err != nil {
		return "", fmt.Errorf("rotate: %w", err)
	}
	return e.Name, nil
}

// keepFormer keeps the line there is, unless one before it still is.
func keepFormer(data string) error {
	if _, err := os.Stat(filepath.Join(data, formerFile)); err == nil {
		return nil
	}
	line, err := os.ReadFile(filepath.Join(data, enrolmentFile))
	if err != nil {
		return err
	}
	return writeSecret(filepath.Join(data, formerFile), line)
}

// setAside moves the store of another agent out of the way, into a folder with its name.
func setAside(c Config, name string) error {
	if conn, err := net.Dial("unix", c.socket()); err == nil {
		return errors.Join(ErrRuns, conn.Close())
	}
	aside, err := os.MkdirTemp(c.Data, "was-"+name+"-")
	if err != nil {
		return fmt.Errorf("set the old store aside: %w", err)
	}
	for _, file := range []string{"hall.db", "marks"} {
		err := os.Rename(filepath.Join(c.Data, file), filepath.Join(aside, file))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("set the old store aside: %w", err)
		}
	}
	return nil
}

// errNotEnrolled: there is no enrolment yet. The counter runs alone.
var errNotEnrolled = errors.New("not enrolled")

// readEnrolment reads the enrolment of a data folder.
func readEnrolment(data string) (uplink.Enrolment, error) { return readLine(data, enrolmentFile) }

func readLine(data, file string) (uplink.Enrolment, error) {
	b, err := os.ReadFile(filepath.Join(data, file))
	if errors.Is(err, fs.ErrNotExist) {
		return uplink.Enrolment{}, errNotEnrolled
	}
	if err != nil {
		return uplink.Enrolment{}, fmt.Errorf("enrolment: %w", err)
	}
	e, err := uplink.ReadEnrolment(string(bytes.TrimSpace(b)))
	if err != nil {
		return uplink.Enrolment{}, fmt.Errorf("%s: %w", filepath.Join(data, file), err)
	}
	return e, nil
}

// writeSecret puts data into path for this user alone. After an error the old file stands.
func writeSecret(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // 0600
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
