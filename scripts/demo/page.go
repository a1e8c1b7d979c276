package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/pad"
	"hallpulse/firmware-protocol/simulator"
)

//go:embed page.html
var pageHTML []byte

// servePage serves the demo's own page until ctx ends.
func (d *demo) servePage(ctx context.Context) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(pageHTML)
	})
	mux.HandleFunc("GET /tokens.css", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFile(w, r, "web-kiosk/src/shared/tokens.css")
	})
	mux.HandleFunc("GET /state", d.state)
	mux.HandleFunc("GET /paper/{hall}/{n}", d.paper)
	mux.HandleFunc("GET /paper/{hall}/{n}/scan", d.scan)
	mux.HandleFunc("POST /press/{hall}/{window}/{level}", d.pressKey)
	mux.HandleFunc("POST /plug/{hall}/{device}/{on}", d.plug)
	mux.HandleFunc("POST /roll/{hall}/{on}", d.roll)
	mux.HandleFunc("POST /hub/{on}", func(w http.ResponseWriter, r *http.Request) {
		reply(w, d.switchHub(context.WithoutCancel(r.Context()), r.PathValue("on") == "on"))
	})
	srv := &http.Server{Addr: pageAddr, Handler: http.NewCrossOriginProtection().Handler(mux), ReadHeaderTimeout: 5 * time.Second}
	done := make(chan error, 1)
	go func() { done <- srv.ListenAndServe() }()
	select {
	case err := <-done:
		return fmt.Errorf("the demo's page: %w", err)
	case <-ctx.Done():
		err := srv.Close()
		<-done
		return err
	}
}

func reply(w http.ResponseWriter, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// padNow is a pad as a person sees it.
type padNow struct {
	Window  string `json:"window"`
	Screen  string `json:"screen"`
	Staff   string `json:"staff"`
	Lit     int    `json:"lit"`
	Became  bool   `json:"became"`
	Plugged bool   `json:"plugged"`
	Queued  int    `json:"queued"`
	Acked   int    `json:"acked"`
}

// hallNow is a hall's devices.
type hallNow struct {
	Name    string   `json:"name"`
	Title   string   `json:"title"`
	Desk    string   `json:"desk"`
	Pads    []padNow `json:"pads"`
	Papers  int      `json:"papers"`
	Rolled  bool     `json:"rolled"`
	Printer bool     `json:"printer"`
	Stored  int      `json:"stored"` // events that wait for the hub
}

func (d *demo) state(w http.ResponseWriter, r *http.Request) {
	now := struct {
		Hub    bool      `json:"hub"`
		Office string    `json:"office"`
		Halls  []hallNow `json:"halls"`
	}{d.hub.Running(), officeAddr, nil}
	for _, h := range d.halls {
		n := hallNow{Name: h.name, Title: h.title, Desk: h.agent.Desk, Papers: len(h.printer.Papers()), Printer: h.printer.Line.Port() != "", Rolled: !h.empty.Load()}
		if v, err := h.agent.Console(r.Context(), h.windows[0]); err == nil {
			n.Stored = v.Hub.Stored
		}
		for _, win := range h.windows {
			s, plugged := h.pads[win].state()
			n.Pads = append(n.Pads, padNow{win, screenWord(s.Screen), s.Staff, int(s.Lit), s.Light == pad.Became, plugged, s.Queued, s.Acked})
		}
		now.Halls = append(now.Halls, n)
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(now) // the reader is gone: nobody is left to tell
}

// screenWord is what a pad with a display would show.
func screenWord(s pad.Screen) string {
	switch s {
	case pad.Prompt:
		return "请评价 please rate"
	case pad.Thanks:
		return "谢谢 thank you"
	case pad.Rated:
		return "已评价 rated already"
	case pad.Closed:
		return "暂停评价 closed"
	case pad.Wait:
		return "请稍候 one moment"
	}
	return ""
}

var errNoSuch = errors.New("no such hall, window or device")

func (d *demo) hall(r *http.Request) *demoHall {
	for _, h := range d.halls {
		if h.name == r.PathValue("hall") {
			return h
		}
	}
	return nil
}

func (d *demo) pressKey(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.PathValue("level"))
	h := d.hall(r)
	if h == nil || err != nil || n < 1 || n > 5 || h.pads[r.PathValue("window")] == nil {
		reply(w, errNoSuch)
		return
	}
	reply(w, h.pads[r.PathValue("window")].press(hall.Level(n)))
}

// plug pulls a device out, or puts it back. The printer's name is printer, a pad's is its window.
func (d *demo) plug(w http.ResponseWriter, r *http.Request) {
	h := d.hall(r)
	if h == nil {
		reply(w, errNoSuch)
		return
	}
	on := r.PathValue("on") == "on"
	if name := r.PathValue("device"); name != "printer" {
		p := h.pads[name]
		if p == nil {
			reply(w, errNoSuch)
			return
		}
		reply(w, p.plug(on))
		return
	}
	if !on {
		h.printer.Line.Unplug()
		reply(w, nil)
		return
	}
	reply(w, h.printer.Line.Plug(h.printer.Port))
}

// roll takes the paper out of a printer, or puts a new roll in.
func (d *demo) roll(w http.ResponseWriter, r *http.Request) {
	h := d.hall(r)
	if h == nil {
		reply(w, errNoSuch)
		return
	}
	dots := 0
	if r.PathValue("on") == "on" {
		dots = simulator.Endless
	}
	h.empty.Store(dots == 0)
	h.printer.LoadPaper(dots)
	reply(w, nil)
}

// newest returns a paper that came out; n counts from the newest, 0.
func (d *demo) newest(r *http.Request) (simulator.Paper, bool) {
	h := d.hall(r)
	n, err := strconv.Atoi(r.PathValue("n"))
	if h == nil || err != nil {
		return simulator.Paper{}, false
	}
	papers := h.printer.Papers()
	if n < 0 || n >= len(papers) {
		return simulator.Paper{}, false
	}
	return papers[len(papers)-1-n], true
}

// paper is a picture of a paper.
func (d *demo) paper(w http.ResponseWriter, r *http.Request) {
	paper, ok := d.newest(r)
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Header().Set("Cache-Control", "private, max-age=3600") // the page asks with the number of papers in the query
	_, _ = w.Write(simulator.SVG(paper))
}

// scan does what a phone's camera would: it reads the QR code off the paper and opens what it says.
func (d *demo) scan(w http.ResponseWriter, r *http.Request) {
	paper, ok := d.newest(r)
	if !ok {
		http.NotFound(w, r)
		return
	}
	for _, picture := range paper.Pictures {
		cmd := exec.CommandContext(r.Context(), "zbarimg", "--nodbus", "-q", "--raw", "-")
		cmd.Stdin = bytes.NewReader(picture.PBM())
		if url, err := cmd.Output(); err == nil {
			http.Redirect(w, r, strings.TrimSpace(string(url)), http.StatusSeeOther)
			return
		}
	}
	http.Error(w, "no QR code can be read on this paper", http.StatusNotFound)
}
