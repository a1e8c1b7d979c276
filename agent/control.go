package agent

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"

	"hallpulse/agent/internal/outbox"
)

// OutboxReport is what a check of the store found. No faults: what is held is what was said.
type OutboxReport = outbox.Report

// OutboxStats are the figures of the store.
type OutboxStats = outbox.Stats

// OutboxCheck proves the agent's store. A running agent holds it: then that agent is asked.
func OutboxCheck(ctx context.Context, c Config) (OutboxReport, error) {
	return askOrOpen(ctx, c, askCheck, outbox.Check)
}

// OutboxStat counts what is in the agent's store. A running agent holds it: then that agent is asked.
func OutboxStat(ctx context.Context, c Config) (OutboxStats, error) {
	return askOrOpen(ctx, c, askStat, outbox.Stat)
}

// What a running agent can be asked over its control socket.
const (
	askCheck = "/outbox/check"
	askStat  = "/outbox/stat"

	askCatalogue = "/catalogue"
	askDevices   = "/devices"

	askTestPage = "/print/test"

	askPair     = "/desk/pair"
	askPairings = "/desk/pairings"
	askUnpair   = "/desk/unpair"
)

// errNobody is returned where no agent runs on the data folder.
var errNobody = errors.New("no agent runs here")

func askOrOpen[T any](ctx context.Context, c Config, path string, open func(dir string) (T, error)) (T, error) {
	var answer T
	err := ask(ctx, c.socket(), path, nil, &answer)
	if !errors.Is(err, errNobody) {
		return answer, err
	}
	e, err := readEnrolment(c.Data)
	if err != nil && !errors.Is(err, errNotEnrolled) {
		return answer, err
	}
	return open(storeOf(c.Data, e))
}

// ask asks the agent that listens on socket, about in where that is not nil.
func ask(ctx context.Context, socket, path string, in, answer any) error {
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		},
	}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://agent"+path, bytes.NewReader(encode(in)))
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED):
		return errNobody
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s: not yours to ask: run this as the user of the agent, or as root", socket)
	case err != nil:
		return fmt.Errorf("ask the running agent: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		var said struct{ Error string }
		if err := json.NewDecoder(resp.Body).Decode(&said); err != nil || said.Error == "" {
			return fmt.Errorf("the running agent answered %s: it may be of another version; restart it", resp.Status)
		}
		return errors.New(said.Error)
	}
	return json.NewDecoder(resp.Body).Decode(answer)
}

// serveControl answers on the control socket, which only this user can open, until ctx ends.
func (p *program) serveControl(ctx context.Context) error {
	path := p.cfg.socket()
	// The store's lock is held: what lies there was left by an agent that was killed.
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("control socket: %w", err)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "unix", path)
	if err != nil {
		return fmt.Errorf("control socket: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return errors.Join(fmt.Errorf("control socket: %w", err), l.Close())
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+askCheck, answerJSON(func(any) (OutboxReport, error) { return p.box.Check() }))
	mux.HandleFunc("POST "+askStat, answerJSON(func(any) (OutboxStats, error) { return p.box.Stat() }))
	mux.HandleFunc("POST "+askCatalogue, answerJSON(p.catalogueNow))
	mux.HandleFunc("POST "+askTestPage, answerJSON(p.testPage))
	mux.HandleFunc("POST "+askDevices, answerJSON(func(any) ([]held, error) { return p.held(), nil }))
	mux.HandleFunc("POST "+askPair, answerJSON(p.openCode))
	mux.HandleFunc("POST "+askPairings, answerJSON(func(any) ([]Paired, error) { return p.listPaired() }))
	mux.HandleFunc("POST "+askUnpair, answerJSON(p.unpair))
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	select {
	case err := <-served:
		return fmt.Errorf("control socket: %w", err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	err = srv.Shutdown(last)
	if err != nil {
		err = errors.Join(err, srv.Close())
	}
	<-served
	return err
}

// maxAsk bounds what is asked.
const maxAsk = 4 << 10

func answerJSON[In, T any](get func(In) (T, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		var in In
		var answer T
		err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxAsk)).Decode(&in)
		if err == nil {
			answer, err = get(in)
		}
		if err != nil {
			w.WriteHeader(http.StatusInternalServerError)
			err = json.NewEncoder(w).Encode(map[string]string{"error": err.Error()})
		} else {
			err = json.NewEncoder(w).Encode(answer)
		}
		_ = err // who asked is gone
	}
}
