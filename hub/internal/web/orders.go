package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/concern"
	"hallpulse/hub/internal/intake"
)

// orderRoutes are how work orders of 12345 come in by a file.
func (o *office) orderRoutes() []Route {
	return []Route{{"POST", "/api/concerns/import", access.ConcernsEnter, o.importOrders}}
}

// Bounds of what a person sees of a file before it is imported.
const (
	maxSample = 20   // rows
	maxFaults = 1000 // of a file; what is named is mended first
)

// ordersJSON says what a file holds, before or after it was imported.
type ordersJSON struct {
	SHA    string       `json:"sha"` // of the file: what was looked at is what is imported
	Orders int          `json:"orders"`
	Known  int          `json:"known"` // received before: left out
	Units  []ordersOf   `json:"units"` // to whom they go
	Sample []orderJSON  `json:"sample"`
	Faults []orderFault `json:"faults"`
	Done   bool         `json:"done"` // they were received
}

// ordersOf is how many go to a unit by the responsibility list; without one the centre chooses.
type ordersOf struct {
	Unit   string `json:"unit,omitempty"`
	UnitIs string `json:"unit_name,omitempty"`
	N      int    `json:"n"`
}

type orderJSON struct {
	Line   int              `json:"line"`
	Number string           `json:"number"`
	Kind   hall.ConcernKind `json:"kind"`
	Topic  string           `json:"topic_name,omitempty"`
	Hall   string           `json:"hall_name,omitempty"`
	Since  time.Time        `json:"since"`
	Limit  time.Time        `json:"limit,omitzero"`
	Unit   string           `json:"unit_name,omitempty"`
}

type orderFault struct {
	Line    int             `json:"line,omitempty"`
	Column  concern.Column  `json:"column,omitempty"`
	Code    concern.RowCode `json:"code"`
	Message string          `json:"message"`
	Blocks  bool            `json:"blocks"`
}

// importOrders reads a CSV file of 12345's. With ?preview=1 it says all that is wrong with it and where its rows would go;
// with ?sha= of the file that was looked at it receives them all, or none.
func (o *office) importOrders(w http.ResponseWriter, r *http.Request, who Account) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || !slices.Contains([]string{"text/csv", "application/vnd.ms-excel", "application/octet-stream"}, kind) {
		o.refuse(w, r, http.StatusUnsupportedMediaType, "form")
		return
	}
	// Who sees which work orders are known sees the list of them too.
	if !access.Can(who.Role, access.ConcernsList) {
		o.forbid(w, r, who, access.ConcernsList)
		return
	}
	file, err := io.ReadAll(io.LimitReader(r.Body, concern.MaxOrdersFile+1))
	if err != nil {
		o.refuse(w, r, http.StatusBadRequest, "form")
		return
	}
	orders, faults, err := o.readOrders(r.Context(), who, file)
	if err != nil {
		o.down(w, r, err)
		return
	}
	seen := o.ordersSeen(r, file, orders, faults)
	blocked := slices.ContainsFunc(faults, concern.RowFault.Blocks)
	switch sha := r.URL.Query().Get("sha"); {
	case r.URL.Query().Get("preview") == "1":
		o.json(w, http.StatusOK, seen)
	case sha != seen.SHA:
		o.fail(w, http.StatusUnprocessableEntity, problem{Code: "changed", Message: o.sheet(r, "").T("say.concern.import.changed")})
	case blocked:
		o.failRows(w, r, seen)
	default:
		if o.answered(w, r, o.receiveOrders(r.Context(), orders, who.person())) {
			return
		}
		seen.Done = true
		o.json(w, http.StatusOK, seen)
	}
}

// failRows answers with all rows that keep a file from being imported.
func (o *office) failRows(w http.ResponseWriter, r *http.Request, seen ordersJSON) {
	var faults []problem
	for _, f := range seen.Faults {
		if f.Blocks {
			faults = append(faults, problem{Code: string(f.Code), Field: string(f.Column), Message: f.Message})
		}
	}
	o.fail(w, http.StatusUnprocessableEntity, problem{Code: "rows", Message: o.sheet(r, "").T("say.concern.import.rows", "n", strconv.Itoa(len(faults)))}, faults...)
}

// readOrders reads a file for somebody: halls that he does not reach are none.
func (o *office) readOrders(ctx context.Context, who Account, file []byte) ([]concern.Order, []concern.RowFault, error) {
	var failed error
	desk := o.ordersDesk(ctx, func(hallID string) bool {
		return access.May(who.Account, access.ConcernsEnter, access.Object{Hall: hallID, Place: o.placeOfMatter(hallID)})
	}, &failed)
	orders, faults := concern.ReadOrders(strings.NewReader(string(file)), desk, o.Now())
	if _, ok := desk.Hall(""); !ok {
		for _, order := range orders {
			if order.Hall == "" {
				faults = append(faults, concern.RowFault{Line: order.Line, Column: concern.ColumnHall, Code: concern.RowMissing})
			}
		}
	}
	return orders, faults, failed
}

// ordersDesk is what the reader of work orders asks; what the store cannot say is kept in failed.
func (o *office) ordersDesk(ctx context.Context, reaches func(hallID string) bool, failed *error) concern.Desk {
	return concern.Desk{
		Known: func(number string) bool {
			_, ok, err := o.Matters.Concerns.Concern(ctx, concern.OrderID(number))
			if err != nil {
				*failed = err
			}
			return ok
		},
		Topic: o.Desk.Responsibility.TopicOf,
		Hall: func(word string) (string, bool) {
			if word == "" {
				return "", reaches("")
			}
			for _, h := range o.Halls() {
				if c := h.Catalogue.Hall; slices.Contains([]string{c.ID, c.Name, c.NameEN}, word) {
					return c.ID, reaches(c.ID)
				}
			}
			return "", false
		},
	}
}

func (o *office) ordersSeen(r *http.Request, file []byte, orders []concern.Order, faults []concern.RowFault) ordersJSON {
	names, sum := o.names(r), sha256.Sum256(file)
	seen := ordersJSON{SHA: hex.EncodeToString(sum[:]), Orders: len(orders), Units: []ordersOf{}, Sample: []orderJSON{}, Faults: []orderFault{}}
	to := map[string]int{}
	for n, order := range orders {
		unit, _, _ := o.Desk.Responsibility.Route(order.Kind, order.Topic, order.Hall)
		to[unit]++
		if n >= maxSample {
			continue
		}
		row := orderJSON{Line: order.Line, Number: order.Number, Kind: order.Kind, Topic: o.topic(r, order.Topic), Since: order.Since, Limit: order.Limit}
		if order.Hall != "" {
			row.Hall = names.hall(order.Hall)
		}
		if unit != "" {
			row.Unit = names.unit(unit)
		}
		seen.Sample = append(seen.Sample, row)
	}
	for unit, n := range to {
		u := ordersOf{Unit: unit, N: n}
		if unit != "" {
			u.UnitIs = names.unit(unit)
		}
		seen.Units = append(seen.Units, u)
	}
	slices.SortFunc(seen.Units, func(a, b ordersOf) int { return strings.Compare(a.Unit, b.Unit) })
	for _, f := range faults {
		if f.Code == concern.RowKnown {
			seen.Known++
		}
		if len(seen.Faults) < maxFaults {
			seen.Faults = append(seen.Faults, orderFault{f.Line, f.Column, f.Code, o.sayRow(r, f), f.Blocks()})
		}
	}
	return seen
}

// sayRow says what is wrong with a row, and what to do.
func (o *office) sayRow(r *http.Request, f concern.RowFault) string {
	s := o.sheet(r, "")
	column := ""
	if f.Column != "" {
		column = s.T("concern.column." + string(f.Column))
	}
	return s.T("say.concern.row."+string(f.Code), "line", strconv.Itoa(f.Line), "column", column, "got", f.Got, "other", strconv.Itoa(f.Other))
}

// receiveOrders takes work orders in, all of them or none; one that was received meanwhile stays as it is.
func (o *office) receiveOrders(ctx context.Context, orders []concern.Order, by hall.Person) error {
	var boxes []intake.Box
	var keys intake.Keys
	news := make([]concern.New, len(orders))
	for n, order := range orders {
		words, err := o.sealed(order.Words, &boxes)
		if err != nil {
			return err
		}
		asker, err := o.sealAsker(order.Name, order.Phone, &boxes)
		if err != nil {
			return err
		}
		news[n] = order.New(words, asker)
		keys.Concerns = append(keys.Concerns, news[n].ID)
	}
	return o.Matters.Decider.Decide(ctx, keys, func(k intake.Known) ([]hall.Fact, error) {
		var all []hall.Fact
		for _, n := range news {
			c, _ := k.Concern(n.ID)
			facts, err := c.Receive(n, o.Desk.Responsibility, k.Law(), by, k.Now())
			if err != nil {
				return nil, fmt.Errorf("work order %s: %w", n.Order, err)
			}
			all = append(all, facts...)
		}
		return all, nil
	}, boxes...)
}

// hookPath is where 12345's system sends work orders (hub/internal/concern/README.md).
const hookPath = "/api/hook/12345"

// Bounds of one request of 12345's system.
const (
	maxHook  = 1 << 20
	maxItems = 100
)

// hotlineSystem is 12345's system, as deeds name it.
func hotlineSystem() hall.Person { return hall.Person{Role: "12345"} }

// hookOrders takes work orders that 12345's system sends and signs: all of them or none; sent again they are the same.
func (o *office) hookOrders(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxHook))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		o.refuse(w, r, http.StatusRequestEntityTooLarge, "form")
		return
	case err != nil:
		o.refuse(w, r, http.StatusBadRequest, "form")
		return
	case !o.Desk.Signed(r.Header, body):
		o.Log.Warn("12345 refused: its signature or its clock is wrong", "from", address(r, o.Trusted))
		o.fail(w, http.StatusUnauthorized, problem{Code: "signature", Message: o.sheet(r, "").T("say.concern.hook.signature")})
		return
	}
	items, ok := readItems(body)
	if !ok {
		o.fail(w, http.StatusBadRequest, problem{Code: "form", Message: o.sheet(r, "").T("say.concern.hook.form", "n", strconv.Itoa(maxItems))})
		return
	}
	var failed error
	orders, faults := concern.CheckOrders(items, o.ordersDesk(r.Context(), func(string) bool { return true }, &failed), o.Now())
	if failed != nil {
		o.down(w, r, failed)
		return
	}
	if slices.ContainsFunc(faults, concern.RowFault.Blocks) {
		var all []problem
		for _, f := range faults {
			if f.Blocks() {
				all = append(all, problem{Code: string(f.Code), Field: fmt.Sprintf("orders[%d].%s", f.Line-1, f.Column), Message: o.sayRow(r, f)})
			}
		}
		o.fail(w, http.StatusUnprocessableEntity, all[0], all[1:]...)
		return
	}
	if o.answered(w, r, o.receiveOrders(r.Context(), orders, hotlineSystem())) {
		return
	}
	o.json(w, http.StatusOK, struct {
		Orders int `json:"orders"`
		Known  int `json:"known"`
	}{len(orders), len(faults)})
}

// readItems reads {"orders":[{…}]}: each an object of texts under the names of columns.
func readItems(body []byte) ([]map[concern.Column]string, bool) {
	var said struct {
		Orders []map[concern.Column]string `json:"orders"`
	}
	if err := json.Unmarshal(body, &said); err != nil || len(said.Orders) == 0 || len(said.Orders) > maxItems {
		return nil, false
	}
	return said.Orders, true
}
