package agent

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"hallpulse/agent/internal/desk"
	"hallpulse/configs/strict"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// The certificate of the screens on the hall's network: read from files that an operator keeps, or made by the hub's CA.

// named fills in the names where only the address listened at is given.
func (l *LAN) named() {
	host, _, err := net.SplitHostPort(l.Listen)
	if err == nil && len(l.Names) == 0 && host != "" && !unspecified(host) {
		l.Names = []string{host}
	}
}

func unspecified(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsUnspecified()
}

// address is what a browser of the network opens.
func (l LAN) address() string {
	_, port, _ := net.SplitHostPort(l.Listen)
	return "https://" + net.JoinHostPort(l.Names[0], port)
}

func (c *Config) checkLAN(d *strict.Document) {
	l := c.Desk.LAN
	if l.Listen == "" {
		if len(l.Names) > 0 || l.Cert != "" || l.Key != "" {
			d.At("desk.lan.listen", "missing: want host:port such as 192.168.1.20:8843")
		}
		return
	}
	if _, port, err := net.SplitHostPort(l.Listen); err != nil || port == "" {
		d.At("desk.lan.listen", "%q: want host:port such as 192.168.1.20:8843", l.Listen)
	}
	if len(l.Names) == 0 {
		d.At("desk.lan.names", "missing: name the hosts or addresses by which browsers reach this machine")
	}
	for i, n := range l.Names {
		if _, err := netip.ParseAddr(n); err != nil && !hostName.MatchString(n) || unspecified(n) {
			d.At(strict.Index("desk.lan.names", i), "%q: want a host such as desk.hall.example, or an address", n)
		}
	}
	switch {
	case (l.Cert == "") != (l.Key == ""):
		d.At("desk.lan.cert", "cert and key go together: name both files, or neither for a certificate of the hub's CA")
	case l.Cert != "" && len(l.Names) > 0:
		if _, err := l.read(time.Now()); err != nil {
			d.At("desk.lan.cert", "%s", err)
		}
	}
}

// read reads the certificate from its files, and says why browsers would not take it.
func (l LAN) read(now time.Time) (*tls.Certificate, error) {
	c, err := tls.LoadX509KeyPair(l.Cert, l.Key)
	if err != nil {
		return nil, err
	}
	return &c, l.fits(c.Leaf, now)
}

// fits says why a certificate does not do for the names, now.
func (l LAN) fits(leaf *x509.Certificate, now time.Time) error {
	for _, n := range l.Names {
		if err := leaf.VerifyHostname(n); err != nil {
			return fmt.Errorf("the certificate is not for %s: get one for all of %q", n, l.Names)
		}
	}
	if now.After(leaf.NotAfter) {
		return fmt.Errorf("the certificate ended on %s: get a new one", leaf.NotAfter.Format(time.DateOnly))
	}
	return nil
}

// The files of a certificate of the hub's CA, in the data folder: the one in use with its key, and the key of the one that
// is asked for.
const (
	lanFile   = "desk.pem"
	askedFile = "desk-asked.pem"
)

// renewBefore is how long before its end a certificate is asked for anew; askAgain, when nobody has answered.
const (
	renewBefore = 60 * 24 * time.Hour
	askAgain    = 12 * time.Hour
)

// lanDoor holds the certificate. Many goroutines may use it.
type lanDoor struct {
	LAN
	data string
	log  *slog.Logger

	mu     sync.Mutex
	now    *tls.Certificate
	read   [2]time.Time // when the files were written that it was read from
	asked  time.Time
	isOpen chan struct{} // closed with the first certificate
}

// openLAN reads the certificate there is; without one of the hub's the door stays shut until it comes.
func openLAN(c Config, log *slog.Logger, now time.Time) (*lanDoor, error) {
	l := &lanDoor{LAN: c.Desk.LAN, data: c.Data, log: log, isOpen: make(chan struct{})}
	if l.Cert != "" {
		cert, err := l.LAN.read(now)
		if err != nil {
			return nil, fmt.Errorf("desk.lan: %w", err)
		}
		l.read = l.written()
		l.use(cert)
		return l, nil
	}
	cert, err := tls.LoadX509KeyPair(filepath.Join(c.Data, lanFile), filepath.Join(c.Data, lanFile))
	if err == nil {
		err = l.fits(cert.Leaf, now)
	}
	if err == nil {
		l.use(&cert)
	} else if !errors.Is(err, fs.ErrNotExist) {
		log.Warn("the hub is asked for another certificate", "file", lanFile, "err", err)
	}
	return l, nil
}

// use makes a certificate the one that browsers are shown.
func (l *lanDoor) use(c *tls.Certificate) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.now == nil {
		close(l.isOpen)
	}
	l.now = c
}

// shut says why the hall's network is not listened on, and what to do; nil where it is.
func (l *lanDoor) shut() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.now != nil {
		return nil
	}
	return errors.New("the hall's network is not listened on yet: the hub makes the certificate when this agent reaches it; enrol the agent and see that the hub runs, or name files at desk.lan.cert and desk.lan.key")
}

// certificate is asked at each handshake. Files that were renewed are read again; broken ones change nothing.
func (l *lanDoor) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if written := l.written(); l.Cert != "" && written != l.read {
		l.read = written
		if c, err := l.LAN.read(time.Now()); err != nil {
			l.log.Error("the new certificate is not taken; the old one stays", "file", l.Cert, "err", err)
		} else {
			l.now = c
		}
	}
	return l.now, nil
}

// written returns when the files were written; zero for one that is not there.
func (l *lanDoor) written() (at [2]time.Time) {
	for i, file := range []string{l.Cert, l.Key} {
		if info, err := os.Stat(file); err == nil {
			at[i] = info.ModTime()
		}
	}
	return at
}

// ask returns what the hub must be asked for, where it is time: there is no certificate, or it ends soon, and no answer
// came to what was asked.
func (l *lanDoor) ask(now time.Time) (hall.Fact, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.Cert != "" || l.now != nil && now.Before(l.now.Leaf.NotAfter.Add(-renewBefore)) || now.Before(l.asked.Add(askAgain)) {
		return nil, nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	form := &x509.CertificateRequest{}
	for _, n := range l.Names {
		if ip := net.ParseIP(n); ip != nil {
			form.IPAddresses = append(form.IPAddresses, ip)
		} else {
			form.DNSNames = append(form.DNSNames, n)
		}
	}
	csr, err := x509.CreateCertificateRequest(rand.Reader, form, key)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	if err := writeSecret(filepath.Join(l.data, askedFile), text); err != nil {
		return nil, err
	}
	l.asked = now
	return hall.CertificateAsked{CSR: base64.StdEncoding.EncodeToString(csr)}, nil
}

// answer takes a certificate that the hub made. One that was not asked for, or was taken already, is left alone.
func (l *lanDoor) answer(text string, now time.Time) error {
	chain, err := uplink.SplitCertificates(text)
	if err != nil || len(chain) == 0 || l.Cert != "" {
		return err
	}
	asked := filepath.Join(l.data, askedFile)
	key, err := os.ReadFile(asked)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var file bytes.Buffer
	for _, der := range chain {
		file.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	}
	cert, err := tls.X509KeyPair(file.Bytes(), key)
	if err != nil {
		return nil // for a key that was asked with before
	}
	if err := l.fits(cert.Leaf, now); err != nil {
		return err
	}
	if err := writeSecret(filepath.Join(l.data, lanFile), slices.Concat(file.Bytes(), key)); err != nil {
		return err
	}
	l.use(&cert)
	return os.Remove(asked)
}

// lan is the desk's part of it.
func (l *lanDoor) lan(door desk.Door) *desk.LAN {
	return &desk.LAN{Listen: l.Listen, Names: l.Names, Ready: l.isOpen, Door: door, TLS: &tls.Config{
		MinVersion: tls.VersionTLS12, GetCertificate: l.certificate,
	}}
}
