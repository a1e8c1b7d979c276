package hub

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/store"
)

// Certificates of counters' screens on their hall's network: asked for by an event, answered with the configuration.

// leafLasts is for how long a certificate holds: some browsers take none of more than 398 days. Agents ask anew two months
// before its end.
const leafLasts = 397 * 24 * time.Hour

// maxNames bounds the names of one certificate.
const maxNames = 16

// certify makes the certificate that is asked for. With the hub's CA agents know the hub: no certificate is made for a name
// of the hub's own, taken, nor for any that leads to whoever asks.
func (k *keyring) certify(csr string, taken []string, now time.Time) (leaf []byte, err error) {
	der, err := base64.StdEncoding.DecodeString(csr)
	if err != nil {
		return nil, fmt.Errorf("certificate request: %w", err)
	}
	asked, err := x509.ParseCertificateRequest(der)
	if err != nil {
		return nil, fmt.Errorf("certificate request: %w", err)
	}
	if err := asked.CheckSignature(); err != nil {
		return nil, fmt.Errorf("certificate request: %w", err)
	}
	key, ok := asked.PublicKey.(*ecdsa.PublicKey)
	if !ok || key.Curve != elliptic.P256() {
		return nil, errors.New("certificate request: want a key on P-256")
	}
	names := slices.Clone(asked.DNSNames)
	for _, ip := range asked.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 || len(names) > maxNames {
		return nil, fmt.Errorf("certificate request: %d names, want 1 to %d", len(names), maxNames)
	}
	for _, n := range names {
		if strings.Contains(n, "*") || loopback(n) || unspecified(n) || slices.ContainsFunc(taken, func(t string) bool { return strings.EqualFold(strings.TrimSuffix(n, "."), t) }) {
			return nil, fmt.Errorf("certificate request: %q is not a counter's to be known by", n)
		}
	}
	form := certificateForm("HallPulse desk")
	form.NotBefore, form.NotAfter = now.Add(-24*time.Hour), now.Add(leafLasts)
	form.KeyUsage, form.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	form.DNSNames, form.IPAddresses = asked.DNSNames, asked.IPAddresses
	return x509.CreateCertificate(rand.Reader, form, k.ca, key, k.caKey)
}

// ownNames are the hosts by which the hub itself is known.
func (c Config) ownNames() (names []string) {
	for _, addr := range []string{c.Broker.Advertise, c.Broker.Listen} {
		if host, _, err := net.SplitHostPort(addr); err == nil && host != "" {
			names = append(names, host)
		}
	}
	for _, address := range []string{c.PublicURL, c.Office.URL} {
		if u, err := url.Parse(address); err == nil && u.Hostname() != "" {
			names = append(names, u.Hostname())
		}
	}
	return names
}

// certifier answers agents that asked.
type certifier struct {
	keys  *keyring
	taken []string
	store *store.Store
	now   func() time.Time
	told  func(ctx context.Context) error // agents are told of it
	log   *slog.Logger
	asked chan intake.Asked
}

// note takes what a commit brought. It does not wait: who gets no answer asks again.
func (c *certifier) note(done intake.Committed) {
	for _, a := range done.Asked {
		select {
		case c.asked <- a:
		default:
		}
	}
}

// run answers until ctx ends.
func (c *certifier) run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case a := <-c.asked:
			leaf, err := c.keys.certify(a.CSR, c.taken, c.now())
			if err != nil {
				c.log.Warn("an agent gets no certificate", "agent", a.Agent, "why", err)
				continue
			}
			if err = c.store.SetCertificate(ctx, a.Agent, leaf, c.now()); err == nil {
				err = c.told(ctx)
			}
			if err != nil && ctx.Err() == nil {
				c.log.Error("a certificate is not kept", "agent", a.Agent, "err", err)
			}
		}
	}
}
