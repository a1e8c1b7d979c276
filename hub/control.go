package hub

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// control is what subcommands can ask for, by name. A running hub answers on the socket in its data folder; where none
// runs, the subcommand builds the same control on the store itself (design §5).
type control map[string]func(ctx context.Context, in json.RawMessage) (any, error)

const (
	socketName = "control"
	maxAsk     = 1 << 20
)

// errNoHub is returned where no hub runs on the data folder.
var errNoHub = errors.New("no hub runs here")

// errUnknownAct is returned by a hub that does not know what is asked: it is of another version.
var errUnknownAct = errors.New("the running hub does not know this: it is of another version; restart it")

// refusal is a no of the control, as it travels.
type refusal struct {
	Error string `json:"error"`
}

// and adds the acts of another control.
func (c control) and(more control) control {
	maps.Copy(c, more)
	return c
}

func (c control) do(ctx context.Context, act string, in json.RawMessage) (any, error) {
	do, ok := c[act]
	if !ok {
		return nil, errUnknownAct
	}
	return do(ctx, in)
}

// ServeHTTP answers POST /<act>.
func (c control) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status, answer := http.StatusOK, any(nil)
	var in json.RawMessage
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxAsk)).Decode(&in)
	if err == nil {
		answer, err = c.do(r.Context(), r.PathValue("act"), in)
	}
	if err != nil {
		status, answer = http.StatusUnprocessableEntity, refusal{err.Error()}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(answer)
}

// listenControl opens the socket for this user alone. Only who holds the data folder may call it.
func listenControl(data string) (net.Listener, error) {
	path := filepath.Join(data, socketName)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) { // what a killed hub left
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		l.Close()
		return nil, fmt.Errorf("control socket: %w", err)
	}
	return l, nil
}

// serve answers on l until ctx ends, and finishes what it began.
func (c control) serve(ctx context.Context, l net.Listener) error {
	mux := http.NewServeMux()
	mux.Handle("POST /{act...}", c)
	return serveHTTP(ctx, l, &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second})
}

// ask asks the hub that runs on data. It returns errNoHub where none does, and the hub's no as an error.
func ask(ctx context.Context, data, act string, in json.RawMessage, out any) error {
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", filepath.Join(data, socketName))
		},
	}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://hub/"+act, bytes.NewReader(in))
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED):
		return errNoHub
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s: not yours to ask: run this as the user of the hub, or as root", filepath.Join(data, socketName))
	case err != nil:
		return fmt.Errorf("ask the running hub: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusOK {
		return json.NewDecoder(resp.Body).Decode(out)
	}
	var no refusal
	if err := json.NewDecoder(resp.Body).Decode(&no); err != nil || no.Error == "" {
		return fmt.Errorf("the running hub answered %s", resp.Status)
	}
	return errors.New(no.Error)
}
