package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"time"
)

// problem is what the API says of something that cannot be done: a code of a closed set for programs, and what to do next
// in the reader's language.
type problem struct {
	Code    string    `json:"code"`
	Message string    `json:"message"`
	Field   string    `json:"field,omitempty"` // what is wrong of what was sent
	By      string    `json:"by,omitempty"`    // who was first
	At      time.Time `json:"at,omitzero"`     // when
	Did     string    `json:"did,omitempty"`   // what: the type of his deed
}

// fail answers with the first of faults; where there are more, all are listed beside it.
func (o *office) fail(w http.ResponseWriter, status int, first problem, more ...problem) {
	answer := struct {
		Error  problem   `json:"error"`
		Faults []problem `json:"faults,omitempty"`
	}{Error: first}
	if len(more) > 0 {
		answer.Faults = append([]problem{first}, more...)
	}
	o.json(w, status, answer)
}

func (o *office) json(w http.ResponseWriter, status int, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("office: %v", err)) // values of our own types
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(data)
}

// maxBody is what an act may send.
const maxBody = 64 << 10

// read reads what an act sends into v, strictly, or answers and returns false.
func (o *office) read(w http.ResponseWriter, r *http.Request, v any) bool {
	return o.readUpTo(w, r, maxBody, v)
}

// readUpTo is read for what may be longer.
func (o *office) readUpTo(w http.ResponseWriter, r *http.Request, most int64, v any) bool {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		o.refuse(w, r, http.StatusUnsupportedMediaType, "form")
		return false
	}
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, most))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	if err == nil && d.More() {
		err = errors.New("more than one value")
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		o.refuse(w, r, http.StatusRequestEntityTooLarge, "form")
	case err != nil:
		o.refuse(w, r, http.StatusBadRequest, "form")
	}
	return err == nil
}

// Bounds of one page of a list.
const (
	usualRows = 50
	mostRows  = 200
)

// asked reads how many rows of a list are wanted, and after which.
func asked(r *http.Request) (limit int, after string) {
	limit, err := strconv.Atoi(r.URL.Query().Get("limit"))
	if err != nil || limit < 1 {
		limit = usualRows
	}
	return min(limit, mostRows), r.URL.Query().Get("after")
}

// rows answers with one page of a list; next is empty on the last.
func rows[T any](o *office, w http.ResponseWriter, page []T, next string) {
	o.json(w, http.StatusOK, struct {
		Rows []T       `json:"rows"`
		Next string    `json:"next"`
		AsOf time.Time `json:"as_of"`
	}{append([]T{}, page...), next, o.Now()})
}
