package agent

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// authority signs certificates, as the hub does.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{SerialNumber: big.NewInt(1), IsCA: true, BasicConstraintsValid: true, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, form, form, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{t, cert, key}
}

// sign makes a certificate for desk.test that lasts.
func (a *authority) sign(public any, lasts time.Duration) []byte {
	a.t.Helper()
	form := &x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: []string{"desk.test"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(lasts)}
	der, err := x509.CreateCertificate(rand.Reader, form, a.cert, public, a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	return der
}

// files writes a certificate and its key.
func (a *authority) files(dir string, lasts time.Duration) (cert, key string) {
	a.t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		a.t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "desk.crt"), filepath.Join(dir, "desk.key")
	for file, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: a.sign(k.Public(), lasts)}, key: {Type: "PRIVATE KEY", Bytes: der}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			a.t.Fatal(err)
		}
	}
	return cert, key
}

// browser is one of the hall's network that believes the authority.
func (r *rig) browser(a *authority, lan string) *http.Client {
	roots := x509.NewCertPool()
	roots.AddCert(a.cert)
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: "desk.test"}, DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", lan)
		},
	}}
}

// send posts to the desk on the network, and returns status, body and the cookie that was set.
func send(t *testing.T, c *http.Client, path, body, cookie string) (status int, said, set string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, "https://desk.test"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Idempotency-Key", rand.Text())
	if cookie != "" {
		req.Header.Set("Cookie", cookie)
	}
	res, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	set, _, _ = strings.Cut(res.Header.Get("Set-Cookie"), ";")
	return res.StatusCode, string(b), set
}

// A screen is paired, acts at its window alone, is known after a power cut, and is shut out when it is unpaired. Neither
// code nor cookie is in the log, and what is stored opens nothing.
func TestAScreenOfTheNetworkIsPaired(t *testing.T) {
	r, ca := newRig(t), newAuthority(t)
	lan := free(t)
	cert, key := ca.files(r.dir, time.Hour)
	r.desk = fmt.Sprintf(", lan: {listen: %q, names: [desk.test], cert: %q, key: %q}", lan, cert, key)
	kill := r.startChild()
	c := r.writeConfig()
	net := r.browser(ca, lan)
	r.await("the network", func() bool { _, err := net.Get("https://desk.test/"); return err == nil })

	for _, wrong := range []PairFor{{Role: "admin", Days: 1}, {Role: "console", Window: "99", Days: 1}, {Role: "kiosk", Window: "12", Days: 1}, {Role: "kiosk", Days: 500}} {
		if code, err := Pair(t.Context(), c, wrong); err == nil {
			t.Errorf("%+v has the code %v", wrong, code)
		}
	}
	code, err := Pair(t.Context(), c, PairFor{Role: "console", Window: "12", Name: "PC 3", Days: 30})
	if err != nil || len(code.Code) != 8 || !strings.HasPrefix(code.Address, "https://desk.test:") {
		t.Fatalf("%+v, %v", code, err)
	}
	if status, said, _ := send(t, net, "/api/windows/12/open", "", ""); status != 401 {
		t.Errorf("unpaired: %d %s", status, said)
	}
	status, said, cookie := send(t, net, "/api/pair", `{"code":"`+code.Code+`"}`, "")
	if status != 200 || cookie == "" {
		t.Fatalf("paired: %d %s", status, said)
	}
	if status, said, _ := send(t, net, "/api/windows/12/open", "", cookie); status != 204 {
		t.Errorf("at its window: %d %s", status, said)
	}
	if status, _, _ := send(t, net, "/api/windows/13/open", "", cookie); status != 403 {
		t.Errorf("at another window: %d", status)
	}
	kill()
	r.startChild()
	r.await("the network", func() bool { _, err := net.Get("https://desk.test/"); return err == nil })
	if status, said, _ := send(t, net, "/api/windows/12/pause", `{"why":"lunch"}`, cookie); status != 204 {
		t.Errorf("after a power cut: %d %s", status, said)
	}
	all, err := Pairings(t.Context(), c)
	if err != nil || len(all) != 1 || all[0].Role != "console" || all[0].Window != "12" || all[0].Name != "PC 3" || all[0].Until.Sub(all[0].Since) != 30*24*time.Hour {
		t.Fatalf("listed %+v, %v", all, err)
	}
	if _, err := Unpair(t.Context(), c, all[0].ID); err != nil {
		t.Fatal(err)
	}
	if _, err := Unpair(t.Context(), c, all[0].ID); err == nil {
		t.Error("unpaired twice")
	}
	if status, _, _ := send(t, net, "/api/windows/12/resume", "", cookie); status != 401 {
		t.Errorf("unpaired: %d", status)
	}
	_, secret, _ := strings.Cut(cookie, ".")
	if r.log.says(code.Code) || r.log.says(secret) {
		t.Error("a code or a cookie is in the log")
	}
	for _, file := range []string{"alone/hall.db", "alone/marks"} {
		if b, err := os.ReadFile(filepath.Join(c.Data, file)); err != nil || bytes.Contains(b, []byte(secret)) || bytes.Contains(b, []byte(code.Code)) {
			t.Errorf("a code or a cookie is in %s: %v", file, err)
		}
	}
}

// What an operator reads who has not said all that is needed.
func TestTheNetworkWantsACertificate(t *testing.T) {
	ca, dir := newAuthority(t), t.TempDir()
	cert, key := ca.files(dir, time.Hour)
	old := t.TempDir()
	oldCert, oldKey := ca.files(old, -time.Minute)
	for _, tt := range []struct{ lan, want string }{
		{fmt.Sprintf("listen: 0.0.0.0:8843, names: [desk.test], cert: %s, key: %s", cert, key), ""},
		{"listen: 0.0.0.0:8843, names: [desk.test, 192.168.1.20]", ""},
		{"listen: 192.168.1.20:8843", ""},
		{"listen: 0.0.0.0:8843", "desk.lan.names: missing"},
		{"listen: \":8843\"", "desk.lan.names: missing"},
		{"listen: 192.168.1.20", "desk.lan.listen: \"192.168.1.20\": want host:port"},
		{"names: [desk.test]", "desk.lan.listen: missing"},
		{"listen: 0.0.0.0:8843, names: [\"*.test\"]", "want a host such as"},
		{"listen: 0.0.0.0:8843, names: [0.0.0.0]", "want a host such as"},
		{fmt.Sprintf("listen: 0.0.0.0:8843, names: [desk.test], cert: %s", cert), "cert and key go together"},
		{fmt.Sprintf("listen: 0.0.0.0:8843, names: [desk.test, other.test], cert: %s, key: %s", cert, key), "not for other.test"},
		{fmt.Sprintf("listen: 0.0.0.0:8843, names: [desk.test], cert: %s, key: %s", oldCert, oldKey), "the certificate ended on"},
		{"listen: 0.0.0.0:8843, names: [desk.test], cert: none.crt, key: none.key", "no such file"},
	} {
		file := filepath.Join(write(t, map[string]string{"agent.yaml": "data: d\ndesk: {lan: {" + tt.lan + "}}\n"}), "agent.yaml")
		if err := CheckConfig(file); (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s:\n%v\nwant %s", tt.lan, err, tt.want)
		}
	}
	for text, want := range map[string]string{
		"sign_on: maybe":                        `desk.sign_on: "maybe": want open or pin`,
		"sign_off: {at: [\"25:00\"]}":           `want a time of day such as 17:30`,
		"sign_off: {at: [\"12:00\"], idle: 1s}": "want at least 1m",
	} {
		file := filepath.Join(write(t, map[string]string{"agent.yaml": "data: d\ndesk: {" + text + "}\n"}), "agent.yaml")
		if err := CheckConfig(file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v\nwant %s", text, err, want)
		}
	}
}

// Certificates that are renewed in their files are shown without a restart; a broken one changes nothing.
func TestARenewedCertificateIsShown(t *testing.T) {
	ca, dir := newAuthority(t), t.TempDir()
	cert, key := ca.files(dir, time.Hour)
	l, err := openLAN(Config{Desk: Desk{LAN: LAN{Listen: "127.0.0.1:1", Names: []string{"desk.test"}, Cert: cert, Key: key}}}, quiet(), time.Now())
	if err != nil || l.shut() != nil {
		t.Fatal(err, l.shut())
	}
	shown := func() *x509.Certificate {
		c, err := l.certificate(nil)
		if err != nil {
			t.Fatal(err)
		}
		return c.Leaf
	}
	first := shown()
	touch := func(n int) {
		at := time.Now().Add(time.Duration(n) * time.Minute)
		if err := os.Chtimes(cert, at, at); err != nil {
			t.Fatal(err)
		}
	}
	ca.files(dir, 2*time.Hour)
	touch(1)
	second := shown()
	if second.Equal(first) {
		t.Error("the renewed certificate is not shown")
	}
	if err := os.WriteFile(cert, []byte("half a file"), 0o600); err != nil {
		t.Fatal(err)
	}
	touch(2)
	if !shown().Equal(second) {
		t.Error("a broken file took the certificate away")
	}
}

// The hub makes the certificate: asked by an event, answered with the configuration; until then the network is not listened
// on and whoever wants to pair is told why.
func TestTheHubMakesTheCertificate(t *testing.T) {
	h, r, ca := newTableHub(t), newRig(t), newAuthority(t)
	lan := free(t)
	r.enrol(h.addr)
	r.desk = fmt.Sprintf(", lan: {listen: %q, names: [desk.test]}", lan)
	c := r.start()
	r.await("the question", func() bool { return len(heard[hall.CertificateAsked](h)) == 1 })
	if _, err := Pair(t.Context(), c, PairFor{Role: "kiosk", Days: 1}); err == nil || !strings.Contains(err.Error(), "desk.lan.cert") {
		t.Errorf("paired without a certificate: %v", err)
	}
	if conn, err := net.Dial("tcp", lan); err == nil {
		conn.Close()
		t.Error("the network is listened on without a certificate")
	}
	der, err := base64.StdEncoding.DecodeString(heard[hall.CertificateAsked](h)[0].CSR)
	if err != nil {
		t.Fatal(err)
	}
	csr, err := x509.ParseCertificateRequest(der)
	if err != nil || !slices.Equal(csr.DNSNames, []string{"desk.test"}) {
		t.Fatalf("asked for %v, %v", csr.DNSNames, err)
	}
	answer := func(version uint64, leaf []byte) {
		h.say(uplink.LeafConfig, uplink.Config{V: uplink.Version, Version: version, Certificate: uplink.JoinCertificates(leaf, ca.cert.Raw)})
		r.await("the configuration", func() bool { return sees[uplink.Status](h, uplink.LeafStatus).Config == version })
	}
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	answer(1, ca.sign(other.Public(), time.Hour)) // not what was asked for
	if _, err := os.Stat(filepath.Join(c.Data, lanFile)); err == nil {
		t.Error("a certificate for another key is kept")
	}
	answer(2, ca.sign(csr.PublicKey, time.Hour))
	net := r.browser(ca, lan)
	r.await("the network", func() bool { _, err := net.Get("https://desk.test/"); return err == nil })
	r.stop()
	if info, err := os.Stat(filepath.Join(c.Data, lanFile)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key: %v, %v", info, err)
	}
	r.start() // it ends within two months: a new one is asked for, the old one is shown meanwhile
	r.await("the network", func() bool { _, err := net.Get("https://desk.test/"); return err == nil })
	r.await("another question", func() bool { return len(heard[hall.CertificateAsked](h)) == 2 })
}

// A rotation: the same store, epoch and outbox under a new secret, a kill in the middle included.
func TestARotatedAgentGoesOnWhereItWas(t *testing.T) {
	h, r := newTableHub(t), newRig(t)
	r.enrol(h.addr)
	kill := r.startChild()
	c := r.writeConfig()
	first := r.take("A", "")
	e, _ := enrolmentOf(t, "hall-1", 3)
	other, otherLine := enrolmentOf(t, "hall-2", 4)
	e.Secret = bytes.Repeat([]byte{9}, 32)
	line, err := e.Line()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Rotate(c, otherLine); err == nil {
		t.Errorf("became %s", other.Name)
	}
	elsewhere := e
	elsewhere.CA = strings.Repeat("1", 64)
	if foreign, _ := elsewhere.Line(); true {
		if _, err := Rotate(c, foreign); err == nil {
			t.Error("took the line of another hub")
		}
	}
	for range 2 { // said again, it is the same
		if name, err := Rotate(c, line); err != nil || name != "hall-1" {
			t.Fatalf("%s, %v", name, err)
		}
	}
	second := r.take("A", "") // it still runs with its old secret
	kill()
	kill = r.startChild()
	third := r.take("A", "")
	r.await("all events", func() bool { return len(heard[hall.TicketIssued](h)) == 3 && r.console("11").Hub.Stored == 0 })
	kill()
	report := r.good(c)
	if report.Epochs != 1 {
		t.Errorf("%d epochs", report.Epochs)
	}
	if first.Number != "A001" || second.Number != "A002" || third.Number != "A003" {
		t.Errorf("numbers %s %s %s", first.Number, second.Number, third.Number)
	}
	was, _ := enrolmentOf(t, "hall-1", 3)
	for n, key := range map[string]uplink.Secret{first.URL: was.Key(), second.URL: was.Key(), third.URL: e.Key()} {
		_, text, _ := strings.Cut(n, "/r/")
		_, token, err := uplink.ReadToken(text)
		if err == nil {
			err = uplink.VerifyToken(token, key.SigningKey().Public().(ed25519.PublicKey))
		}
		if err != nil {
			t.Errorf("%s: %v", n, err)
		}
	}
	empty := Config{Data: filepath.Join(r.dir, "none")}
	if _, err := Rotate(empty, line); err == nil {
		t.Error("rotated who was never enrolled")
	}
}
