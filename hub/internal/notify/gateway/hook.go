package gateway

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"
)

// Hook is where a provider tells by HTTP what became of messages, and what people answered.
type Hook struct {
	Secret []byte
	Inbox  Inbox
	Now    func() time.Time
	Log    *slog.Logger
}

// Bounds of one request.
const (
	maxHook  = 256 << 10
	maxItems = 100
)

// ServeHTTP answers POST {"items":[…]}: 204 when all of it is stored; 401 when it is not signed, or not now; 400 when it
// says something that cannot be; 503 when it could not be stored. Told again it is one.
func (h *Hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		refuse(w, http.StatusMethodNotAllowed, "POST only", -1)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxHook))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		refuse(w, http.StatusRequestEntityTooLarge, "too large: send fewer items at once", -1)
		return
	case err != nil:
		refuse(w, http.StatusBadRequest, "cut off", -1)
		return
	case !signed(r.Header, h.Secret, directionIn, h.Now(), body):
		h.Log.Warn("sms provider refused: its signature or its clock is wrong", "from", r.RemoteAddr)
		refuse(w, http.StatusUnauthorized, "not signed with our secret, or more than 5 minutes ago", -1)
		return
	}
	items, err := readItems(body)
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error(), -1)
		return
	}
	all := make([]Inbound, len(items))
	for n, item := range items {
		if all[n], err = item.read(); err != nil {
			refuse(w, http.StatusBadRequest, err.Error(), n)
			return
		}
	}
	for n, in := range all {
		if err := h.Inbox.Take(r.Context(), in); err != nil {
			h.Log.Error("what the sms provider told is not stored; it tells it again", "id", in.ID, "error", err)
			w.Header().Set("Retry-After", "30")
			refuse(w, http.StatusServiceUnavailable, "not stored: send all of it again later", n)
			return
		}
	}
	w.WriteHeader(http.StatusNoContent)
}

func readItems(body []byte) ([]wireIn, error) {
	var said struct {
		Items []wireIn `json:"items"`
	}
	if err := json.Unmarshal(body, &said); err != nil {
		return nil, errors.New(`want {"items":[…]} in JSON`)
	}
	if len(said.Items) == 0 || len(said.Items) > maxItems {
		return nil, errors.New("items: want 1 to 100")
	}
	return said.Items, nil
}

// refuse says no, and to which item where it is about one.
func refuse(w http.ResponseWriter, status int, why string, item int) {
	said := map[string]any{"error": why}
	if item >= 0 {
		said["item"] = item
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(said)
}
