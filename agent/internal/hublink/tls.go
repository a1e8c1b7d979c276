package hublink

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
)

// errNotOurHub: the certificate is not one that the CA of the enrolment line made for this host.
var errNotOurHub = errors.New("the hub's certificate does not fit the enrolment")

// tlsConfig trusts one CA, known by its fingerprint, and no other.
func (l *Link) tlsConfig() *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS12,
		ServerName:         l.host,
		InsecureSkipVerify: true, // VerifyConnection does it instead, with the CA that the hub sends along
		VerifyConnection: func(s tls.ConnectionState) error {
			if err := verify(s.PeerCertificates, l.ca, l.host); err != nil {
				return fmt.Errorf("%w: %w", errNotOurHub, err)
			}
			return nil
		},
	}
}

// Trust believes a server of the hall's own network for host: its certificate is one of the CA whose SHA-256 is fingerprint, or
// one that this machine believes.
func Trust(fingerprint, host string) (*tls.Config, error) {
	ca, err := hex.DecodeString(fingerprint)
	if err != nil {
		return nil, fmt.Errorf("CA of the enrolment: %w", err)
	}
	return &tls.Config{
		MinVersion:         tls.VersionTLS12,
		ServerName:         host,
		InsecureSkipVerify: true, // VerifyConnection does it instead, with the CA that is sent along
		VerifyConnection: func(s tls.ConnectionState) error {
			if err := verify(s.PeerCertificates, ca, host); err == nil {
				return nil
			}
			others := x509.NewCertPool()
			for _, c := range s.PeerCertificates[1:] {
				others.AddCert(c)
			}
			_, err := s.PeerCertificates[0].Verify(x509.VerifyOptions{DNSName: host, Intermediates: others})
			return err
		},
	}, nil
}

// verify proves that chain begins with a certificate for host and ends at the CA whose SHA-256 is fingerprint. The
// agent's clock is not asked: it may never have been set, and an agent that cannot connect cannot have it set. The dates
// of CA and certificate must agree with each other.
func verify(chain []*x509.Certificate, fingerprint []byte, host string) error {
	opts := x509.VerifyOptions{DNSName: host, Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool()}
	found := false
	for _, c := range chain {
		if sum := sha256.Sum256(c.Raw); bytes.Equal(sum[:], fingerprint) {
			found = true
			opts.Roots.AddCert(c)
		} else {
			opts.Intermediates.AddCert(c)
		}
	}
	if !found {
		return errors.New("no certificate has the fingerprint of the enrolment")
	}
	opts.CurrentTime = chain[0].NotBefore
	for _, c := range chain {
		if c.NotBefore.After(opts.CurrentTime) {
			opts.CurrentTime = c.NotBefore
		}
	}
	_, err := chain[0].Verify(opts)
	return err
}
