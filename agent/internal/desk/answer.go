package desk

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"hallpulse/agent/internal/cases"
	"hallpulse/agent/internal/counter"
	"hallpulse/agent/internal/entry"
)

// problem is the JSON of every answer that is not what was asked for.
type problem struct {
	Error struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

// CodeOf returns why an agent refused, as its desk answered; empty where that is no answer of a desk.
func CodeOf(answer []byte) string {
	var p problem
	_ = json.Unmarshal(answer, &p) // then it has no code
	return p.Error.Code
}

// lang is the first language of the request that the words know; Chinese where it names none.
func (d *Desk) lang(r *http.Request) string {
	for _, part := range strings.Split(r.Header.Get("Accept-Language"), ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		base, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if _, ok := d.Words[base]; ok {
			return base
		}
	}
	return "zh"
}

// sentence returns the words of error.<code>. args are pairs of placeholder and value.
func (d *Desk) sentence(r *http.Request, code string, args ...string) (string, bool) {
	text, ok := d.Words[d.lang(r)]["error."+code]
	pairs := make([]string, 0, len(args))
	for i := 0; i+1 < len(args); i += 2 {
		pairs = append(pairs, "{"+args[i]+"}", args[i+1])
	}
	return strings.NewReplacer(pairs...).Replace(text), ok
}

func (d *Desk) problem(r *http.Request, code string, args ...string) []byte {
	text, ok := d.sentence(r, code, args...)
	if !ok {
		d.Log.Error("desk: no words for a refusal", "code", code)
		text, _ = d.sentence(r, "internal")
	}
	var p problem
	p.Error.Code, p.Error.Message = code, text
	return encode(p)
}

// refuse answers with the words of error.<code>: JSON to programs, a plain sentence to whoever opened a page.
func (d *Desk) refuse(w http.ResponseWriter, r *http.Request, status int, code string, args ...string) {
	if strings.HasPrefix(r.URL.Path, "/api/") || strings.HasPrefix(r.URL.Path, "/ws/") {
		writeJSON(w, status, d.problem(r, code, args...))
		return
	}
	text, _ := d.sentence(r, code, args...)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n")) // the reader is gone: nobody is left to tell
}

// failure makes the answer to an act that was not done.
func (d *Desk) failure(r *http.Request, err error) (int, []byte) {
	var theirs counter.Refusal
	var shut entry.Refusal
	var ofCase cases.Refusal
	var ours Refusal
	switch {
	case errors.As(err, &theirs):
		ours = Refusal(theirs)
	case errors.As(err, &shut):
		ours = Refusal(shut)
	case errors.As(err, &ofCase):
		ours = Refusal(ofCase)
	case !errors.As(err, &ours):
		d.Log.Error("desk: act failed", "path", r.URL.Path, "err", err)
		return http.StatusInternalServerError, d.problem(r, "internal")
	}
	return ours.status(), d.problem(r, string(ours))
}

// encode writes a value of ours; all of them can be written.
func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

func writeJSON(w http.ResponseWriter, status int, body []byte) {
	if body == nil {
		w.WriteHeader(status)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the reader is gone: nobody is left to tell
}
