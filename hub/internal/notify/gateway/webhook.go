package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// Webhook is a provider that is asked by HTTP.
type Webhook struct {
	URL    string
	Secret []byte
	// Once says that it takes a message of one Idempotency-Key once.
	Once bool
	// Timeout is how long it may take to answer.
	Timeout time.Duration
	Now     func() time.Time
}

// Idempotent reports whether a message whose fate is unclear may be sent again under its id.
func (w *Webhook) Idempotent() bool { return w.Once }

// Send asks the provider to take a message, once. When it returns nil the provider has it; receipt is the provider's own
// name for it, if it gave one. The error is a Failure.
func (w *Webhook) Send(ctx context.Context, out Outgoing) (receipt string, err error) {
	body, err := out.encode()
	if err != nil {
		return "", Failure{hall.MessageUnreadable, err}
	}
	ctx, cancel := context.WithTimeout(ctx, w.Timeout)
	defer cancel()
	reached := false
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { reached = true }})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil {
		return "", Failure{hall.MessageSetup, err}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", out.ID)
	sign(req.Header, w.Secret, directionOut, w.Now(), body)
	client := http.Client{
		// On a connection that was used before, net/http sends a request with an Idempotency-Key again by itself: each has
		// its own.
		Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	resp, err := client.Do(req)
	switch {
	case err != nil && !reached:
		return "", Failure{hall.MessageUnreachable, err}
	case err != nil:
		return "", Failure{hall.MessageUnclear, err}
	}
	defer resp.Body.Close()
	if why := meaning(resp.StatusCode); why != "" {
		return "", Failure{why, fmt.Errorf("the provider answered %s", resp.Status)}
	}
	var said struct {
		Receipt string `json:"receipt"`
	}
	if json.NewDecoder(io.LimitReader(resp.Body, 4<<10)).Decode(&said) == nil && isID(said.Receipt, maxID) {
		receipt = said.Receipt
	}
	return receipt, nil
}

// meaning is what a status says about a message (README.md); empty: the provider has it.
func meaning(status int) hall.MessageWhy {
	switch {
	case status/100 == 2, status == http.StatusConflict: // it had it before
		return ""
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable:
		return hall.MessageBusy
	case status == http.StatusBadRequest, status == http.StatusGone, status == http.StatusRequestEntityTooLarge, status == http.StatusUnprocessableEntity:
		return hall.MessageRefused
	case status/100 == 3, status/100 == 4:
		return hall.MessageSetup
	}
	return hall.MessageUnclear // 5xx: it may have come to grief after it took the message
}
