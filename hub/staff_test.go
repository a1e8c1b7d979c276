package hub

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// hears waits for a configuration that is as wanted.
func (p *player) hears(t *testing.T, c *centre, what string, is func(uplink.Config) bool) uplink.Config {
	t.Helper()
	for {
		select {
		case got := <-p.configs:
			if is(got) {
				return got
			}
		case <-time.After(patience):
			t.Fatalf("never told: %s", what)
		}
	}
}

// staffOf opens the PINs that a configuration carries for a player.
func (p *player) staffOf(t *testing.T, c uplink.Config) []uplink.Verifier {
	t.Helper()
	staff, err := uplink.OpenStaff(p.Key().ConfigKey(), p.Name, c.Staff)
	if err != nil {
		t.Fatal(err)
	}
	return staff
}

func TestAPINReachesTheAgentsOfItsHallAlone(t *testing.T) {
	c := start(t, setUp(t))
	one, two := c.play(t, "one", instance), c.play(t, "two", instance)
	const pin = "482907"
	if err := StaffPINSet(t.Context(), c.Config, Clerk{Badge: "0017"}, pin); err != nil {
		t.Fatal(err)
	}
	told := one.hears(t, c, "a PIN", func(u uplink.Config) bool { return u.Staff != "" })
	staff := one.staffOf(t, told)
	if len(staff) != 1 || staff[0].Badge != "0017" {
		t.Fatalf("told of %v", staff)
	}
	if ok, err := argon2id.ComparePasswordAndHash(pin, staff[0].Argon2); !ok || err != nil {
		t.Errorf("the PIN is not the PIN: %v", err)
	}
	if other := two.hears(t, c, "the next version", func(u uplink.Config) bool { return u.Version == told.Version }); other.Staff != "" {
		t.Error("the agent of no hall was told PINs")
	}
	if err := StaffPINDrop(t.Context(), c.Config, Clerk{Hall: "h1", Badge: "0017"}); err != nil {
		t.Fatal(err)
	}
	one.hears(t, c, "that the PIN is gone", func(u uplink.Config) bool { return u.Version > told.Version && u.Staff == "" })
	if strings.Contains(c.log.String(), pin) || strings.Contains(c.log.String(), "argon2id") {
		t.Error("a PIN, or what checks it, is in the log")
	}
}

// Design §7: a one-time code, and a lock that is opened, asked of a hub that runs: the counter hears of both, and the code
// checks; it is in no log.
func TestACodeOfTheConsoleReachesTheCounter(t *testing.T) {
	c := start(t, setUp(t))
	one := c.play(t, "one", instance)
	help := func(what string, is func(uplink.Help) bool) (found uplink.Help) {
		t.Helper()
		one.hears(t, c, what, func(u uplink.Config) bool {
			all, err := uplink.OpenHelp(one.Key().ConfigKey(), one.Name, u.Help)
			if err != nil {
				t.Fatal(err)
			}
			if len(all) == 1 {
				found = all[0]
			}
			return len(all) == 1 && is(found)
		})
		return found
	}
	once, err := StaffCode(t.Context(), c.Config, Clerk{Badge: "0017"})
	if err != nil || len(once.Code) != 8 {
		t.Fatalf("%+v, %v", once, err)
	}
	told := help("a code", func(h uplink.Help) bool { return h.Argon2 != "" })
	if ok, err := argon2id.ComparePasswordAndHash(once.Code, told.Argon2); !ok || err != nil || told.Badge != "0017" || !told.Until.Equal(once.Until.Truncate(time.Millisecond)) {
		t.Errorf("told %+v until %v of %v, %v", told, told.Until, once.Until, err)
	}
	if err := StaffUnlock(t.Context(), c.Config, Clerk{Hall: "h1", Badge: "0017"}); err != nil {
		t.Fatal(err)
	}
	help("that he may try again", func(h uplink.Help) bool { return h.Argon2 == "" && h.ID != told.ID })
	if strings.Contains(c.log.String(), once.Code) {
		t.Error("the code is in the log")
	}
}

func TestWhatIsNoPINIsRefused(t *testing.T) {
	c := setUp(t)
	for _, tt := range []struct {
		who  Clerk
		pin  string
		want string
	}{
		{Clerk{Badge: "9999"}, "482907", `no hall has staff with the badge "9999"`},
		{Clerk{Hall: "other", Badge: "0017"}, "482907", "no hall has staff"},
		{Clerk{Badge: "0017"}, "12345", "6 to 12 digits"},
		{Clerk{Badge: "0017"}, "123456", "first that anybody tries"},
		{Clerk{Badge: "0017"}, "000017", "first that anybody tries"},
	} {
		if err := StaffPINSet(t.Context(), c, tt.who, tt.pin); err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), tt.pin) {
			t.Errorf("%+v %s: %v", tt.who, tt.pin, err)
		}
	}
	if all, err := StaffPINs(t.Context(), c); err != nil || len(all) == 0 || !all[0].Set.IsZero() {
		t.Errorf("listed %+v, %v", all, err)
	}
}

// A rotation that a restart of the hub falls into: the old secret holds until the new one comes, then it is out; what the
// agent is told alone is sealed with the key that it has.
func TestARotatedAgentComesWithEitherSecretUntilItUsesTheNew(t *testing.T) {
	c := start(t, setUp(t))
	old := c.play(t, "one", instance)
	if err := StaffPINSet(t.Context(), c.Config, Clerk{Badge: "0017"}, "482907"); err != nil {
		t.Fatal(err)
	}
	old.hears(t, c, "a PIN", func(u uplink.Config) bool { return u.Staff != "" })
	line, err := AgentRotate(t.Context(), c.Config, "one")
	if err != nil {
		t.Fatal(err)
	}
	e, err := uplink.ReadEnrolment(line)
	if err != nil || e.Name != old.Name || e.Number != old.Number || e.CA != old.CA || string(e.Secret) == string(old.Secret) {
		t.Fatalf("the new line: %v, %v", e, err)
	}
	old.tell(t, old.visit(hall.Good)...)
	before := old.send(t, 1)
	c.stop()
	c = start(t, c.Config)

	again := newPlayer(old.Enrolment, instance)
	if err := again.connect(t, c); err != nil {
		t.Fatalf("with the old secret, before the new one came: %v", err)
	}
	again.appear(t, 0)
	again.staffOf(t, again.hears(t, c, "PINs under the old key", func(u uplink.Config) bool { return u.Staff != "" }))
	again.Disconnect(100)

	fresh := newPlayer(e, twin)
	fresh.epoch, fresh.events, fresh.chain = old.epoch, old.events, old.chain
	if err := fresh.connect(t, c); err != nil {
		t.Fatalf("with the new secret: %v", err)
	}
	waitFor(t, "the old secret has ended", func() bool { return strings.Contains(c.log.String(), "the old one has ended") })
	fresh.appear(t, 0)
	fresh.staffOf(t, fresh.hears(t, c, "PINs under the new key", func(u uplink.Config) bool {
		_, err := uplink.OpenStaff(fresh.Key().ConfigKey(), "one", u.Staff)
		return u.Staff != "" && err == nil
	}))
	fresh.tell(t, hall.WindowClosed{Window: "12", Staff: "0017"})
	if r := fresh.send(t, before.Through+1); r.Through != before.Through+1 {
		t.Errorf("the history does not go on: %+v", r)
	}
	if err := newPlayer(old.Enrolment, instance).connect(t, c); err == nil {
		t.Error("came in with the old secret after the new one was used")
	}
	day := hall.DayOf(time.Now())
	keys, err := c.store.AgentKeys(t.Context(), e.Number, day)
	if err != nil || len(keys) != 2 {
		t.Errorf("tokens of the day of rotation are checked with %d keys: %v", len(keys), err)
	}
	if strings.Contains(c.log.String(), string(old.Secret)) || strings.Contains(c.log.String(), line) {
		t.Error("a secret is in the log")
	}
}

// csrOf makes a certificate request.
func csrOf(t *testing.T, key any, names []string, ips ...net.IP) string {
	t.Helper()
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{DNSNames: names, IPAddresses: ips}, key)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(der)
}

func TestTheHubCertifiesCountersAndNothingElse(t *testing.T) {
	c := setUp(t)
	keys, err := readKeys(c.Data)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	weak, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	c.Broker.Advertise, c.PublicURL, c.Office.URL = "hub.example:8883", "https://pj.example", "https://board.example"
	now, lan := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), net.IPv4(192, 168, 1, 20)
	many := make([]string, maxNames+1)
	for i := range many {
		many[i] = fmt.Sprint("desk", i, ".example")
	}
	good := csrOf(t, key, []string{"desk.example"}, lan)
	der, _ := base64.StdEncoding.DecodeString(good)
	der[len(der)-1] ^= 1
	for name, tt := range map[string]struct {
		csr string
		ok  bool
	}{
		"a counter":             {good, true},
		"an address alone":      {csrOf(t, key, nil, lan), true},
		"no name":               {csrOf(t, key, nil), false},
		"too many":              {csrOf(t, key, many), false},
		"a whole domain":        {csrOf(t, key, []string{"*.example"}), false},
		"the hub, for agents":   {csrOf(t, key, []string{"desk.example", "HUB.example"}), false},
		"the hub, with a dot":   {csrOf(t, key, []string{"hub.example."}), false},
		"the citizens' pages":   {csrOf(t, key, []string{"pj.example"}), false},
		"the office":            {csrOf(t, key, []string{"board.example"}), false},
		"whoever asks":          {csrOf(t, key, []string{"localhost"}), false},
		"whoever asks, address": {csrOf(t, key, nil, net.IPv4(127, 0, 0, 1)), false},
		"everywhere":            {csrOf(t, key, nil, net.IPv4zero), false},
		"another kind of key":   {csrOf(t, weak, []string{"desk.example"}), false},
		"a forged request":      {base64.StdEncoding.EncodeToString(der), false},
		"no request":            {"AAAA", false},
		"no base64":             {"?", false},
	} {
		leaf, err := keys.certify(tt.csr, c.ownNames(), now)
		if (err == nil) != tt.ok {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil {
			continue
		}
		cert, err := x509.ParseCertificate(leaf)
		if err != nil {
			t.Fatal(err)
		}
		roots := x509.NewCertPool()
		roots.AddCert(keys.ca)
		if _, err := cert.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: now, DNSName: "192.168.1.20"}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if cert.IsCA || cert.NotAfter.Sub(cert.NotBefore) > 398*24*time.Hour {
			t.Errorf("%s: %v to %v, CA %v", name, cert.NotBefore, cert.NotAfter, cert.IsCA)
		}
	}
}

func TestACertificateIsAnsweredWithTheConfiguration(t *testing.T) {
	c := start(t, setUp(t))
	p := c.play(t, "one", instance)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p.tell(t, hall.CertificateAsked{CSR: csrOf(t, key, []string{"desk.example"})})
	if r := p.send(t, 1); len(r.Verdicts) > 0 {
		t.Fatalf("answered %+v", r)
	}
	told := p.hears(t, c, "a certificate", func(u uplink.Config) bool { return u.Certificate != "" })
	chain, err := uplink.SplitCertificates(told.Certificate)
	if err != nil || len(chain) != 2 {
		t.Fatalf("%d certificates, %v", len(chain), err)
	}
	leaf, err := x509.ParseCertificate(chain[0])
	if err != nil || !key.PublicKey.Equal(leaf.PublicKey) || leaf.VerifyHostname("desk.example") != nil {
		t.Errorf("the certificate: %v", err)
	}
	clean(t, c.Config)
}
