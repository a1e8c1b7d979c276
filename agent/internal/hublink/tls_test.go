package hublink

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"log/slog"
	"math/big"
	"net"
	"testing"
	"time"
)

// authority is a CA of a test.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func certificate(t *testing.T, tmpl *x509.Certificate, by *authority) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	parent, signer := tmpl, key
	if by != nil {
		parent, signer = by.cert, by.key
	}
	tmpl.SerialNumber = big.NewInt(time.Now().UnixNano())
	der, err := x509.CreateCertificate(rand.Reader, tmpl, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return authority{cert, key}
}

func newCA(t *testing.T, from time.Time) authority {
	t.Helper()
	return certificate(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: "test CA"}, NotBefore: from, NotAfter: from.AddDate(10, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, nil)
}

func newLeaf(t *testing.T, ca authority, from time.Time, days int, names []string, ips ...net.IP) authority {
	t.Helper()
	return certificate(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: "hub"}, NotBefore: from, NotAfter: from.AddDate(0, 0, days),
		DNSNames: names, IPAddresses: ips, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, &ca)
}

func fingerprint(a authority) string {
	sum := sha256.Sum256(a.cert.Raw)
	return hex.EncodeToString(sum[:])
}

// serving is what a hub with these certificates shows.
func serving(leaf authority, with ...authority) *tls.Config {
	c := tls.Certificate{Certificate: [][]byte{leaf.cert.Raw}, PrivateKey: leaf.key}
	for _, a := range with {
		c.Certificate = append(c.Certificate, a.cert.Raw)
	}
	return &tls.Config{Certificates: []tls.Certificate{c}}
}

func TestTheHubIsBelievedByTheFingerprintOfItsCA(t *testing.T) {
	now := time.Now()
	loopback := net.IPv4(127, 0, 0, 1)
	ca, other := newCA(t, now), newCA(t, now)
	old := newCA(t, now.AddDate(-30, 0, 0))
	good := newLeaf(t, ca, now, 90, nil, loopback)
	for _, tt := range []struct {
		name  string
		shows *tls.Config
		trust authority
		ok    bool
	}{
		{"leaf and CA", serving(good, ca), ca, true},
		{"whatever the agent's clock says: long expired", serving(newLeaf(t, old, now.AddDate(-29, 0, 0), 90, nil, loopback), old), old, true},
		{"whatever the agent's clock says: not yet valid", serving(newLeaf(t, ca, now.AddDate(1, 0, 0), 90, nil, loopback), ca), ca, true},
		{"the leaf outlives its CA", serving(newLeaf(t, old, now, 90, nil, loopback), old), old, false},
		{"without the CA", serving(good), ca, false},
		{"another CA", serving(newLeaf(t, other, now, 90, nil, loopback), other), ca, false},
		{"another CA, and ours beside it", serving(newLeaf(t, other, now, 90, nil, loopback), other, ca), ca, false},
		{"another address", serving(newLeaf(t, ca, now, 90, []string{"hub.example"}, net.IPv4(10, 0, 0, 1)), ca), ca, false},
		{"no address", serving(newLeaf(t, ca, now, 90, nil), ca), ca, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			leaksNothing(t)
			h := newHub(t, tt.shows)
			var log lines
			a := newAgent(t, h, func(c *Config) {
				c.CA = fingerprint(tt.trust)
				c.Log = slog.New(slog.NewTextHandler(&log, nil))
			})
			if tt.ok {
				h.answer(h.batch())
				a.tell(t, 3)
				h.answer(h.batch())
				a.settled(t, 3)
				return
			}
			await(t, "two refusals", func() bool { return log.count("is not the hub this agent is enrolled at") >= 2 })
			h.mu.Lock()
			defer h.mu.Unlock()
			if len(h.connects) != 0 {
				t.Error("the password was sent to a stranger")
			}
		})
	}
}

func TestNamesOfTheHub(t *testing.T) {
	now := time.Now()
	ca := newCA(t, now)
	leaf := newLeaf(t, ca, now, 90, []string{"hub.example"}, net.ParseIP("::1"))
	sum := sha256.Sum256(ca.cert.Raw)
	for host, ok := range map[string]bool{
		"hub.example": true, "HUB.example": true, "::1": true,
		"other.example": false, "127.0.0.1": false, "hub": false,
	} {
		if err := verify([]*x509.Certificate{leaf.cert, ca.cert}, sum[:], host); (err == nil) != ok {
			t.Errorf("%s: %v", host, err)
		}
	}
}
